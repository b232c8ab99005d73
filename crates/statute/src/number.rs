//! 指标数值 numbers that the law or a plan of the state sets and that are no periods, each a dated, cited row of `data/numbers.csv`; and
//! sentences that name a number or a period of the law.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Decimal, Label, Lang, NaiveDate, Refusal, labels};

use crate::{RuleKey, codes, data, deadline_rule};

const FILE: &str = include_str!("../data/numbers.csv");

labels! {
    /// 指标数值编号: a number that does not exist cannot be asked for.
    pub enum NumberKey {
        N01 = "N01", "每千人抽检批次", "Batches per thousand people";
        N02 = "N02", "评价性抽检合格率", "Pass rate of evaluative sampling";
        N03 = "N03", "核查处置率", "Disposal rate";
    }
}

/// 指标数值 one version of one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawNumber {
    /// Which number.
    pub key: NumberKey,
    /// Version of the row.
    pub version: u32,
    /// 数值
    pub value: Decimal,
    /// 单位
    pub unit: String,
    /// 条文
    pub article: String,
    /// 说明
    pub note: String,
    /// 来源 where the value was seen.
    pub source: String,
    /// 可信度 high, medium or low.
    pub confidence: String,
    /// First day it applies.
    pub valid_from: NaiveDate,
    /// First day it no longer applies.
    pub valid_to: Option<NaiveDate>,
    /// What `valid_from` rests on.
    pub valid_from_basis: String,
}

impl LawNumber {
    /// In force on that day.
    #[must_use]
    pub fn in_force(&self, on: NaiveDate) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|end| on < end)
    }
    /// 引用 the sentence that cites the number: name, value, article, source, confidence, version.
    #[must_use]
    pub fn reference(&self, lang: Lang) -> String {
        let (key, name, value, unit) = (self.key.code(), self.key.label(lang), self.value.normalize(), &self.unit);
        let (article, source, confidence, version) = (&self.article, &self.source, &self.confidence, self.version);
        match lang {
            Lang::Zh => format!("{key} {name}：{value} {unit}；依据 {article}；来源 {source}；可信度 {confidence}；版本 {version}"),
            Lang::En => format!("{key} {name}: {value} {unit}; basis {article}; source {source}; confidence {confidence}; version {version}"),
        }
    }
}

static NUMBERS: LazyLock<Result<Vec<LawNumber>, String>> = LazyLock::new(|| data::rows("numbers.csv", FILE));

pub(crate) fn problem() -> Option<String> {
    NUMBERS.as_ref().err().cloned()
}

/// All versions of all numbers.
#[must_use]
pub fn law_numbers() -> &'static [LawNumber] {
    NUMBERS.as_ref().map_or(&[], Vec::as_slice)
}

/// The version of a number in force on a day.
///
/// # Errors
/// `LAW-NO-RULE` when no version covers the day.
pub fn law_number(key: NumberKey, on: NaiveDate) -> Result<&'static LawNumber, Refusal> {
    law_numbers().iter().find(|n| n.key == key && n.in_force(on)).ok_or_else(|| Refusal::new(codes::NO_RULE).with("rule", key.code()).with("on", on))
}

/// 年度目标 what the figures of a year are compared with where the district has set nothing of its own: the number in force at the end of that year. A
/// year before all versions is compared with the first of them: a measure is no duty that would be read into an older law.
///
/// # Errors
/// `LAW-NO-RULE` when there is no such number.
pub fn yearly_target(key: NumberKey, year: i32) -> Result<Decimal, Refusal> {
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
    let first = || law_numbers().iter().filter(|n| n.key == key && n.valid_from > last).min_by_key(|n| n.valid_from);
    law_number(key, last).or_else(|refusal| first().ok_or(refusal)).map(|n| n.value)
}

/// 依法措辞 a sentence with the periods and numbers of the law as they are on a day: `{D37}` becomes `72小时` or `72 hours`, `{N01}` becomes `4`. What
/// was not in force then keeps its key, so that nobody reads a wrong number.
#[must_use]
pub fn said(sentence: &str, on: NaiveDate, lang: Lang) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, (key, after))) = rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?))) {
        out.push_str(before);
        match value_of(key, on, lang) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[before.len()..rest.len() - after.len()]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn value_of(key: &str, on: NaiveDate, lang: Lang) -> Option<String> {
    let rule = RuleKey::ALL.iter().find(|k| k.code() == key);
    if let Some(rule) = rule {
        return deadline_rule(*rule, on).ok().map(|r| r.period_text(lang));
    }
    let number = NumberKey::ALL.iter().find(|k| k.code() == key)?;
    law_number(*number, on).ok().map(|n| n.value.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }
    #[test]
    fn every_number_is_cited_and_its_versions_neither_overlap_nor_leave_gaps() {
        assert!(problem().is_none(), "{:?}", problem());
        for key in NumberKey::ALL {
            let mut versions: Vec<_> = law_numbers().iter().filter(|n| n.key == *key).collect();
            assert!(!versions.is_empty(), "{} has no row", key.code());
            versions.sort_by_key(|n| n.version);
            for (i, number) in versions.iter().enumerate() {
                assert_eq!(number.version as usize, i + 1, "{}", key.code());
                for text in [&number.unit, &number.article, &number.source, &number.valid_from_basis] {
                    assert!(!text.trim().is_empty(), "{} lacks a citation", key.code());
                }
                assert!(["high", "medium", "low"].contains(&number.confidence.as_str()));
                assert_eq!(number.valid_to, versions.get(i + 1).map(|n| n.valid_from), "{}: a gap or an overlap", key.code());
                assert!(number.reference(Lang::Zh).contains(&number.article) && number.reference(Lang::En).contains(&number.article));
            }
        }
    }
    #[test]
    fn the_targets_of_the_plan_of_the_district() {
        let of = |key, year| yearly_target(key, year).expect("a number").to_string();
        assert_eq!([NumberKey::N01, NumberKey::N02, NumberKey::N03].map(|key| of(key, 2026)), ["4", "98", "100"]);
        assert_eq!((of(NumberKey::N01, 2016), of(NumberKey::N01, 2009)), ("4".into(), "4".into()));
        assert_eq!(law_number(NumberKey::N01, day("2019-05-08")).expect("in force").version, 1);
        assert_eq!(law_number(NumberKey::N01, day("2019-05-09")).expect("in force").version, 2);
        assert_eq!(law_number(NumberKey::N01, day("2015-12-31")).expect_err("no row").code(), "LAW-NO-RULE");
    }
    #[test]
    fn a_sentence_takes_its_numbers_from_the_law_of_the_day() {
        let on = day("2026-03-05");
        let zh = |text| said(text, on, Lang::Zh);
        assert_eq!(zh("快检阳性{D37}处置率"), "快检阳性72小时处置率");
        assert_eq!(zh("送达期限（D06，{D06}）开始"), "送达期限（D06，5个工作日）开始");
        assert_eq!(said("within {D28}, {D20}, the {N01} per 1,000", on, Lang::En), "within 4 hours, 90 calendar days, the 4 per 1,000");
        assert_eq!(zh("{D99} {due} {"), "{D99} {due} {", "what is no key stays as it is");
        assert_eq!(said("{D37}", day("2022-12-31"), Lang::Zh), "{D37}", "nothing was in force");
    }
}
