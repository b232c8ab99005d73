//! 按文字判定 a published or typed result against a limit in words.

use shiyan_statute::LimitRule;

use super::doubt::{doubtful, is_read};
use super::kind::{Context, Texts};
use super::settle::{Outcome, both_tests, settle};
use super::{limits, results, strict, sums, unit};
use crate::amount::units;
use crate::judging::Judgement;
use crate::judging::judgement::doubted;
use crate::limit::claim;
use crate::limit::text::{self, read_beside};
use crate::limit::{LimitText, library};
use crate::reading::{item, value};
use crate::reasons;

/// More readings than these are none.
const MOST: usize = 64;

/// 按文字判定 a published or typed result against a limit in words, as in `shiyan judge --csv`.
#[must_use]
pub fn judge_texts(item: &str, result: &str, limit: &str, unit: Option<&str>, label_claim: Option<&str>) -> Judgement {
    judge_words(&Texts { item, result, limit, unit, label_claim, ..Texts::default() })
}

/// The same with what else the row tells.
#[must_use]
pub fn judge_words(texts: &Texts<'_>) -> Judgement {
    if let Some(added) = sums::named_in(texts.result, texts.unit) {
        return sums::judged_named(texts.result, &added, |p| of_texts(&Texts { result: &p.raw, ..*texts }));
    }
    if let Some(both) = value::first_and_second(texts.result) {
        let judged = both.map(|one| judge_words(&Texts { result: &one, ..*texts }));
        return both_tests(texts.result, judged);
    }
    let mut judged = of_texts(texts);
    // a bare limit that the result repeats to the letter was copied into its cell
    let own = texts.result.trim().trim_end_matches([',', '，', ';', '；', '、']);
    let unit_only = |rest: &str| rest.is_empty() || units::canonical(rest).is_some();
    if own.contains(|c: char| c.is_ascii_digit()) && texts.limit.trim().strip_prefix(own).is_some_and(unit_only) {
        judged = doubted(judged, reasons::REPEATS_LIMIT);
    }
    sums::entered_alone(texts.item, judged)
}

fn of_texts(texts: &Texts<'_>) -> Judgement {
    let plain = strict::judge(texts);
    if is_read(&plain) && !doubtful(texts.result, &plain) && !doubtful(texts.limit, &plain) {
        return plain;
    }
    if matches!(plain.reason.0.code, "VALUE-EMPTY" | "LIMIT-TEXT-EMPTY" | "LIMIT-TEXT-ABSENT" | "JUDGE-NA" | "ITEM-FACTOR" | "LIMIT-AGAINST-LIBRARY") {
        return plain;
    }
    let facts = item::facts(texts.item);
    let column = texts.unit.filter(|u| !units::is_none(u)).or(facts.unit);
    let mut context = Context {
        count: counts(texts.result, column).or_else(|| counts(texts.limit, column)).unwrap_or(facts.count),
        mpn: [Some(texts.result), Some(texts.limit), column].into_iter().flatten().any(|t| t.to_ascii_uppercase().contains("MPN")),
        n: None,
        qualitative: false,
        one_sided: true,
        item: texts.item,
        claim: texts.label_claim.is_some_and(|c| !claim::is_none(c)),
    };
    let limits = limits::readings(texts.limit, &context);
    for one in &limits {
        let read = read_beside(&one.text, texts.label_claim).parsed;
        context.one_sided &= matches!(read.understood, LimitText::Rule { rule: LimitRule::Max { .. } | LimitRule::Min { .. }, .. });
        if let LimitText::Rule { rule: LimitRule::ThreeClass { n, m, upper, .. }, .. } = read.understood {
            context.n = Some(n);
            context.count = context.count || read.unit.as_deref().is_none_or(units::is_count);
            let unit = read.unit.as_deref().or(column);
            let portion = unit.map_or_else(|| library::known(texts.item).is_some_and(library::Known::in_portions), |u| u.starts_with('/'));
            context.qualitative = m.is_zero() && upper.is_none() && portion;
        }
    }
    let results = results::readings(texts.result, &context);
    let mut judged = Vec::new();
    for (result, wanted) in results.iter().flat_map(|r| limits.iter().map(move |l| (r, l))) {
        for pair in unit::pairs(result, wanted, texts) {
            if judged.len() >= MOST {
                return plain;
            }
            let outcome = strict::judge(&Texts { result: &pair.result.text, limit: &pair.limit.text, unit: pair.unit.as_deref(), ..*texts });
            judged.push(Outcome { result: pair.result, limit: pair.limit, judged: outcome });
        }
    }
    settle(plain, judged, texts.result)
}

/// Whether a text brings the unit of a count or of something else; nothing where it brings none.
fn counts(text: &str, column: Option<&str>) -> Option<bool> {
    let upper = text.to_ascii_uppercase();
    if upper.contains("CFU") || upper.contains("MPN") || text.contains("个/") {
        return Some(true);
    }
    let read = value::parse_on_any_basis(text, None).unit.or_else(|| text::parse(text).unit);
    read.as_deref().or(column).map(units::is_count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::{JudgeInput, Verdict, judge};
    use shiyan_foundation::task::TaskKind;
    use shiyan_foundation::{Decimal, Lang};
    use shiyan_statute::limits;

    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    #[test]
    fn the_working_says_where_a_unit_came_from_and_what_was_not_read() {
        let told = |item, result, limit, unit| judge_texts(item, result, limit, unit, None).explain(Lang::Zh);
        assert!(told("铅", "0.1", "≤0.2", Some("mg/kg")).contains("单位取自单位栏：mg/kg"));
        assert!(told("铅(mg/kg)", "0.1", "≤0.2", None).contains("单位取自项目名称：mg/kg"));
        let row = limits().iter().find(|r| r.id == "L0001").expect("L0001");
        let measured = value::parse("0.1", Some(&row.unit));
        let judged = judge(&JudgeInput::for_row(&measured, row, TaskKind::Supervisory));
        assert!(judged.explain(Lang::Zh).contains("未写单位，按限量的单位读：mg/kg"));
        let unread = told("铅", "约0.1mg/kg", "≤0.2mg/kg", None);
        assert!(unread.contains("未能读出") && !unread.contains("读作"), "{unread}");
        assert!(told("甲醇", "0.45g/L", "≤0.6g/L(以100%酒精度计)", None).contains("计法：以100%酒精度计"));
        let slip = told("恩诺沙星", "126μg/kg", "≤100mg/kg", None);
        assert!(slip.contains("126μg/kg") && slip.contains("0.126mg/kg"), "{slip}");
    }
    #[test]
    fn only_one_sided_texts_never_pass() {
        for k in 1..10_u32 {
            for head in ["", "1", "2", "21", "2.", "2.1"] {
                // what the text stands for when a power lost its superscript or its ×
                let mantissa = if head.is_empty() { Decimal::ONE } else { d(head.trim_end_matches('.')) };
                let power = units::shift(mantissa, i32::try_from(k).expect("small")).expect("fits");
                for (item, unit) in [("菌落总数", None), ("菌落总数", Some("CFU/g")), ("大肠菌群", Some("MPN/g")), ("", Some("CFU/mL"))] {
                    let result = format!("{head}10{k}");
                    let judged = judge_texts(item, &result, "≤100000", unit, None);
                    assert!(judged.verdict != Verdict::Conforming || power <= d("100000"), "{item} {result}");
                    let limit = format!("≥{head}10{k}");
                    let below = format!("9.9×10^{}", k - 1);
                    let judged = judge_texts(item, &below, &limit, unit, None);
                    assert!(judged.verdict != Verdict::Conforming || mantissa < Decimal::ONE, "{item} {below} {limit}");
                }
            }
        }
        for words in ["以脂肪计", "以乙醇计", "按干重计", "干样品,以Al计", "以每份计", "以乳固体计", "以可食部计"] {
            for (result, limit) in [(format!("0.1mg/kg({words})"), "≤0.2mg/kg".to_owned()), ("0.1mg/kg".to_owned(), format!("≤0.2mg/kg（{words}）"))] {
                let judged = judge_texts("镉", &result, &limit, None, None);
                assert_eq!(judged.reason.code, "UNIT-BASIS", "{result} {limit}");
                assert_eq!(judge_texts(&format!("镉({words})"), &result, &limit, None, None).verdict, Verdict::Conforming, "{result} {limit}");
            }
        }
    }
    #[test]
    fn the_unit_may_stand_in_the_item() {
        assert_eq!(judge_texts("菌落总数﹙CFU/g﹚", "2.1×10⁴", "≤1000CFU/g", None, None).verdict, Verdict::Nonconforming);
        assert_eq!(judge_texts("没有这一项(以Pb计)", "0.5", "≤0.2mg/kg", None, None).reason.code, "UNIT-MISSING");
        assert_eq!(judge_texts("铅", "0.5", "≤0.2", Some("mg/kg"), Some("/")).verdict, Verdict::Nonconforming);
    }
}
