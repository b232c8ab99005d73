//! 检验报告内容 the facts that a report prints, frozen when it is issued (domain.md 3.2); what a laboratory may choose about its
//! reports; the notice they carry.

use serde::{Deserialize, Serialize};
use shiyan_foundation::deadline::Period;
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_foundation::{Label, Lang, NaiveDate, Refusal};
use shiyan_statute::{RuleKey, deadline_rule};

use crate::order::{TestItem, TestOrder};
use crate::order_code as code;
use crate::sentence::Sentences;

/// 说法 Chinese and English of one thing.
pub type Said = (String, String);

/// 报告选项 chosen when a report is issued, and frozen with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportOptions {
    /// 中英对照 English beside every heading, label, notice, verdict and the conclusion; names stay as people typed them.
    pub bilingual: bool,
    /// 附判定过程 the working of every item in the annex.
    pub working: bool,
    /// 罕用字 somebody was told which characters the typeface lacks, and issues all the same; they print as 〓.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rare: bool,
}

impl ReportOptions {
    /// Neither is chosen.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// 异议期限 within which a recheck is applied for, as the notice prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionTerm {
    /// Days.
    pub days: u32,
    /// 工作日, not 日历日.
    pub working: bool,
}

impl ObjectionTerm {
    /// The term of the law on a day (D07).
    ///
    /// # Errors
    /// No rule of that day counts in days.
    pub fn statutory(on: NaiveDate) -> Result<Self, Refusal> {
        match deadline_rule(RuleKey::D07, on)?.period {
            Period::WorkingDays(days) => Ok(Self { days, working: true }),
            Period::CalendarDays(days) => Ok(Self { days, working: false }),
            _ => Err(Refusal::new(code::TERM).with("typed", RuleKey::D07.code())),
        }
    }
    /// A term as typed.
    ///
    /// # Errors
    /// Not between 1 and 90 days.
    pub fn checked(days: u32, working: bool) -> Result<Self, Refusal> {
        if (1..=90).contains(&days) { Ok(Self { days, working }) } else { Err(Refusal::new(code::TERM).with("typed", days).on("objection_days")) }
    }
    /// `7个工作日`, `7 working days`
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let plural = if self.days == 1 { "" } else { "s" };
        match (lang, self.working) {
            (Lang::Zh, true) => format!("{}个工作日", self.days),
            (Lang::Zh, false) => format!("{}日", self.days),
            (Lang::En, true) => format!("{} working day{plural}", self.days),
            (Lang::En, false) => format!("{} day{plural}", self.days),
        }
    }
}

/// 图样 a picture that the laboratory supplied: kept by its hash, printed only while it is enabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppliedPicture {
    /// SHA-256 of the PNG.
    pub sha256: String,
    /// 启用
    pub enabled: bool,
}

/// 报告设置 the defaults of new reports. A report already issued never changes with them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportSettings {
    /// Options ticked beforehand.
    pub options: ReportOptions,
    /// 异议期限 of the house; the statutory one when there is none.
    pub objection: Option<ObjectionTerm>,
    /// 资质标志
    pub mark: Option<SuppliedPicture>,
    /// 检验检测专用章
    pub seal: Option<SuppliedPicture>,
    /// 结论用语 of the house.
    #[serde(skip_serializing_if = "Sentences::is_standard")]
    pub sentences: Sentences,
}

impl ReportSettings {
    /// The mark that a report issued now carries.
    #[must_use]
    pub fn mark_in_use(&self) -> Option<String> {
        self.mark.as_ref().filter(|p| p.enabled).map(|p| p.sha256.clone())
    }
    /// The seal that a report issued now carries.
    #[must_use]
    pub fn seal_in_use(&self) -> Option<String> {
        self.seal.as_ref().filter(|p| p.enabled).map(|p| p.sha256.clone())
    }
}

/// 图样的内容 the bytes of the pictures that a content names by their hash; never frozen with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pictures {
    /// 资质标志
    pub mark: Option<Vec<u8>>,
    /// 检验检测专用章
    pub seal: Option<Vec<u8>>,
}

/// What one report says; the PDF is made from this and from nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportContent {
    /// 报告编号
    pub number: String,
    /// 替代 the number it replaces.
    pub replaces: Option<String>,
    /// Reason of the amendment.
    pub amendment_reason: Option<String>,
    /// 承检机构: name, address, phone, postcode.
    pub lab: [String; 4],
    /// Labelled facts of the summary page: Chinese label, English label, text.
    pub facts: Vec<(String, String, String)>,
    /// 样品名称
    pub sample_name: String,
    /// 被抽样单位
    pub site_name: String,
    /// 标称生产者
    pub producer: String,
    /// 任务类别, Chinese and English.
    pub purpose: Said,
    /// 检验结论 the sentence in force when it was issued, Chinese and English.
    pub conclusion: Said,
    /// 合格, 不合格, 问题, 不判定: Chinese and English.
    pub outcome: Said,
    /// Items.
    pub items: Vec<ReportItem>,
    /// 主检、校核、审核、批准: meaning, name, when.
    pub signatures: Vec<(String, String, String)>,
    /// 签发日期 as printed.
    pub issued_on: String,
    /// 签发时间 RFC 3339, also the date inside the PDF.
    pub issued_at: String,
    /// 验真码
    pub verify_code: String,
    /// 报告选项
    #[serde(default, skip_serializing_if = "ReportOptions::is_plain")]
    pub options: ReportOptions,
    /// 注意事项; a report issued before they were frozen has none here and prints the standing ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Said>,
    /// 资质标志 SHA-256 of the picture, if one was enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// 检验检测专用章 SHA-256 of the picture, if one was enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// 草稿 printed before it was issued; it has no force and is never kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// The pictures named above, put in for typesetting.
    #[serde(skip)]
    pub pictures: Pictures,
    /// 演示数据
    pub demo: bool,
}

/// One line of the annex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportItem {
    /// 检验项目
    pub analyte: String,
    /// 单位
    pub unit: String,
    /// 标准要求
    pub limit: String,
    /// 检验结果
    pub result: String,
    /// 检验依据
    pub method: String,
    /// 判定依据
    pub basis: String,
    /// 单项判定, Chinese and English.
    pub verdict: Said,
    /// 备注
    pub note: String,
    /// 判定过程 step by step, where the report carries it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub working: Vec<Said>,
}

/// 判定过程 of an item as a report prints it: what was read, the limit with its version, conversion, comparison and counts as they
/// were stored beside the result, then the verdict with its reason, and who decided where a person did.
#[must_use]
pub fn working_of(item: &TestItem) -> Vec<Said> {
    let mut steps: Vec<Said> = item.picked.as_ref().zip(item.limit.as_ref()).map(|(pick, limit)| pick.told(limit)).into_iter().collect();
    if let Some(judged) = &item.judgement {
        steps.extend(judged.working.iter().cloned());
        steps.push((format!("{}：{}", judged.verdict.zh(), judged.zh), format!("{}: {}", judged.verdict.en(), judged.en)));
    }
    steps.extend(item.decision.as_ref().map(crate::order::HandDecision::told));
    steps
}

/// Why an order is not issued together with others: 不合格 and 问题 reports are looked at one by one.
#[must_use]
pub fn not_in_a_batch(order: &TestOrder) -> Option<Refusal> {
    let outcome = order.conclusion.as_ref()?.outcome;
    matches!(outcome, Outcome::Fail | Outcome::Problem).then(|| Refusal::new(code::NOT_IN_BATCH).with("outcome", outcome.zh()).with("outcome_en", outcome.en()))
}

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
    const OLD: &str = r#"{"number":"SY-1","replaces":null,"amendment_reason":null,"lab":["甲","乙","丙","丁"],"facts":[["样品名称","Sample","韭菜"]],"sample_name":"韭菜","site_name":"店","producer":"/","purpose":["监督抽检","Supervisory sampling"],"conclusion":["合格。","Conforming."],"outcome":["合格","Pass"],"items":[{"analyte":"腐霉利","unit":"mg/kg","limit":"≤0.2","result":"0.1mg/kg","method":"GB 1","basis":"GB 2","verdict":["合格","Conforming"],"note":""}],"signatures":[["主检","甲","2026-03-01"]],"issued_on":"2026年3月2日","issued_at":"2026-03-02T10:00:00+08:00","verify_code":"AB","demo":false}"#;

    #[test]
    fn what_was_frozen_before_reads_and_writes_as_before() {
        let content: ReportContent = serde_json::from_str(OLD).unwrap();
        assert!(content.options.is_plain() && content.notices.is_empty() && content.items[0].working.is_empty() && !content.draft);
        assert_eq!(serde_json::to_string(&content).unwrap(), OLD, "the hash of an old report stays what it was");
    }
    #[test]
    fn options_are_frozen_and_pictures_are_not() {
        let mut content: ReportContent = serde_json::from_str(OLD).unwrap();
        content.options = ReportOptions { bilingual: true, ..ReportOptions::default() };
        content.mark = Some("ab".into());
        content.pictures.mark = Some(vec![1, 2, 3]);
        let text = serde_json::to_string(&content).unwrap();
        let back: ReportContent = serde_json::from_str(&text).unwrap();
        assert!(back.options.bilingual && back.mark.as_deref() == Some("ab"));
        assert_eq!(back.pictures, Pictures::default());
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
    #[test]
    fn a_term_out_of_range_is_refused() {
        assert!(ObjectionTerm::checked(0, true).is_err() && ObjectionTerm::checked(91, true).is_err());
        assert_eq!(ObjectionTerm::checked(1, true).unwrap().text(Lang::En), "1 working day");
    }
    #[test]
    fn only_an_enabled_picture_is_in_use() {
        let picture = |enabled| Some(SuppliedPicture { sha256: "ab".into(), enabled });
        let settings = ReportSettings { mark: picture(true), seal: picture(false), ..ReportSettings::default() };
        assert_eq!((settings.mark_in_use().as_deref(), settings.seal_in_use()), (Some("ab"), None));
        assert_eq!(serde_json::from_str::<ReportSettings>("{}").unwrap(), ReportSettings::default());
    }
}
