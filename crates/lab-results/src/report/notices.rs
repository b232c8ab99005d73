//! 注意事项 the notice that a report carries.

use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Lang, NaiveDate, Refusal};
use shiyan_statute::{RuleKey, deadline_rule};

use super::settings::ObjectionTerm;
use crate::order::Said;

/// 注意事项 of a report of this kind, issued on this day. The terms are those of the law or of the house, never written here.
///
/// # Errors
/// The law has no term for that day.
pub fn notices(kind: TaskKind, objection: Option<ObjectionTerm>, on: NaiveDate) -> Result<Vec<Said>, Refusal> {
    let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    let mut all = vec![
        said("本报告无检验检测专用章无效。", "This report is not valid without the testing seal of the laboratory."),
        said("本报告无主检、审核、批准人签名无效。", "This report is not valid without the signatures of those who tested, reviewed and approved it."),
        said("本报告涂改、增删无效。", "This report is not valid if anything in it has been altered, added or removed."),
        said(
            "未经本机构书面批准，不得部分复制本报告；复制的报告未重新加盖检验检测专用章无效。",
            "It may not be copied in part without the written consent of the laboratory; a copy without a new testing seal is not valid.",
        ),
        said(
            "本报告仅对所检样品的所检项目负责，不作“食品安全”与否的整体评价。",
            "This report speaks of the tested items of the tested sample only; it does not declare a food as a whole safe or unsafe.",
        ),
    ];
    if kind == TaskKind::RiskMonitoring {
        all.push(said(
            "风险监测结果不作合格与否的判定，不得单独作为行政处罚的依据。",
            "Results of risk monitoring are no verdict of conformity and are no ground for a penalty by themselves.",
        ));
    } else {
        let term = objection.map_or_else(|| ObjectionTerm::statutory(on), Ok)?;
        let other = deadline_rule(RuleKey::D15, on)?;
        all.push((
            format!(
                "食品生产经营者对检验结论有异议的，可以自收到检验结论之日起{}内，向实施抽样检验的市场监督管理部门或者其上一级市场监督管理部门提出书面复检申请，逾期不予受理；法律、规章规定不予复检的情形除外。",
                term.text(Lang::Zh)
            ),
            format!(
                "A food business that objects to the conclusion may apply in writing for a recheck to the market regulator that carried out the sampling, or to the one above it, within {} of receiving the conclusion; later applications are not accepted. Cases in which the law allows no recheck are excepted.",
                term.text(Lang::En)
            ),
        ));
        all.push((
            format!(
                "对样品真实性、检验方法、标准适用等事项有异议的，可以自收到不合格结论通知之日起{}内，向组织抽样检验的市场监督管理部门书面提出，并提供相关证明材料。",
                other.period_text(Lang::Zh)
            ),
            format!(
                "Objections to the authenticity of the sample, the method or the choice of standard are made in writing, with supporting documents, to the regulator that ordered the sampling within {} of notice of a nonconforming conclusion.",
                other.period_text(Lang::En)
            ),
        ));
    }
    all.push(said(
        "“未检出”指低于方法的检出限；检验结果的单位见“单位”栏，“/”表示不适用或未提供。",
        "“未检出” (not detected) means below the detection limit of the method; the unit of a result stands in the column Unit; “/” means not applicable or not given.",
    ));
    all.push(said(
        "扫描封面二维码，或在验真页输入码下的编号，可以核对本报告的真伪及其是否已被替代。",
        "The code on the cover, or the characters under it, lead to a page that says whether this report is genuine and still in force.",
    ));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    #[test]
    fn the_term_of_the_notice_is_that_of_the_law_unless_the_house_has_another() {
        let on = day("2026-03-10");
        assert_eq!(ObjectionTerm::statutory(on).unwrap(), ObjectionTerm { days: 7, working: true });
        let text = |kind, term| notices(kind, term, on).unwrap().into_iter().map(|(zh, en)| format!("{zh} {en}\n")).collect::<String>();
        let law = text(TaskKind::Supervisory, None);
        assert!(law.contains("自收到检验结论之日起7个工作日内") && law.contains("within 7 working days of receiving"), "{law}");
        let house = text(TaskKind::Supervisory, Some(ObjectionTerm { days: 15, working: false }));
        assert!(house.contains("自收到检验结论之日起15日内") && house.contains("within 15 days of receiving"), "{house}");
        let risk = text(TaskKind::RiskMonitoring, None);
        assert!(risk.contains("不得单独作为行政处罚的依据") && !risk.contains("复检"), "{risk}");
        assert!(notices(TaskKind::Supervisory, None, day("2014-01-01")).is_err(), "no rule, no term made up");
    }
    #[test]
    fn every_notice_is_said_in_both_languages() {
        let cjk = |s: &str| s.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
        for (zh, en) in notices(TaskKind::Evaluative, None, day("2026-03-10")).unwrap() {
            assert!(cjk(&zh) > 8 && zh.ends_with('。'), "{zh}");
            assert!(cjk(&en) <= 3 && en.ends_with('.'), "{en}");
        }
    }
}
