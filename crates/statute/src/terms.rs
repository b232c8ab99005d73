//! 延长、中止、约定 what the law lets happen to a period that runs: rows of `data/deadline_terms.csv`. A rule without a row is neither extended nor
//! suspended, whoever asks.

use std::sync::LazyLock;

use serde::Deserialize;
use shiyan_foundation::{Label, Lang, NaiveDate, Period, labels};

use crate::deadline::{period_text, read_period};
use crate::{Grade, RuleKey, data};

const FILE: &str = include_str!("../data/deadline_terms.csv");

labels! {
    /// 种类 of what may happen to a period.
    pub enum TermKind {
        Extension = "extension", "延长", "Extension";
        Suspension = "suspension", "中止计时", "Suspension";
        Agreement = "agreement", "另有约定", "Agreement";
    }
}
labels! {
    /// 中止事由 why a period stands still.
    pub enum PauseReason {
        Consultation = "consultation", "商请有关部门明确检验及判定依据", "Competent authorities consulted on the basis of the test or verdict";
        Testing = "testing", "检测、检验、检疫、鉴定", "Testing or expert appraisal";
        Recheck = "recheck", "复检", "Recheck";
        Objection = "objection", "异议审核", "Objection under examination";
        Hearing = "hearing", "听证", "Hearing";
        PublicNotice = "public_notice", "公告", "Public notice";
        Halted = "halted", "案件中止调查", "Investigation halted";
    }
}

/// 期限变动 one cited row: what may happen to the period of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Which rule.
    pub key: RuleKey,
    /// 种类
    pub kind: TermKind,
    /// 事由 of a suspension.
    pub reason: Option<PauseReason>,
    /// 最长 of an extension; nothing where the law sets no length.
    pub longest: Option<Period>,
    /// 批准部门 who approves it, Chinese and English.
    pub approver: (String, String),
    /// 条文
    pub article: String,
    /// 说明
    pub note: String,
    /// 来源
    pub source: String,
    /// 可信度
    pub confidence: String,
    /// Version of the row.
    pub version: u32,
    /// First day it applies.
    pub valid_from: NaiveDate,
    /// First day it no longer applies.
    pub valid_to: Option<NaiveDate>,
}

impl Term {
    /// In force on that day.
    #[must_use]
    pub fn in_force(&self, on: NaiveDate) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|end| on < end)
    }
    /// 核对情况
    #[must_use]
    pub fn grade(&self) -> Grade {
        Grade::of(&self.source, &self.confidence)
    }
    /// 引用 the sentence that cites it.
    #[must_use]
    pub fn reference(&self, lang: Lang) -> String {
        let (key, kind, article, grade) = (self.key.code(), self.kind.label(lang), &self.article, self.grade().label(lang));
        let what = match (self.reason, self.longest) {
            (Some(reason), _) => reason.label(lang).to_owned(),
            (None, Some(longest)) => {
                let period = period_text(longest, lang);
                lang.pick(&format!("最长{period}"), &format!("at most {period}")).to_owned()
            }
            (None, None) => lang.pick("以批准或约定的为准", "as approved or agreed").to_owned(),
        };
        match lang {
            Lang::Zh => format!("{key} {kind}：{what}；依据 {article}（{grade}）；版本 {}", self.version),
            Lang::En => format!("{key} {kind}: {what}; basis {article} ({grade}); version {}", self.version),
        }
    }
}

#[derive(Deserialize)]
struct Row {
    key: RuleKey,
    kind: TermKind,
    reason: Option<PauseReason>,
    version: u32,
    value: String,
    unit: String,
    day_type: String,
    approver_zh: String,
    approver_en: String,
    article: String,
    note: String,
    source: String,
    confidence: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

impl Row {
    fn term(self) -> Result<Term, String> {
        let longest = match self.value.as_str() {
            "" => None,
            value => Some(
                read_period(value, &self.unit, &self.day_type)
                    .ok_or_else(|| format!("deadline_terms.csv: {}: cannot read {value} {} {}", self.key.code(), self.unit, self.day_type))?,
            ),
        };
        Ok(Term {
            key: self.key,
            kind: self.kind,
            reason: self.reason,
            longest,
            approver: (self.approver_zh, self.approver_en),
            article: self.article,
            note: self.note,
            source: self.source,
            confidence: self.confidence,
            version: self.version,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}

static TERMS: LazyLock<Result<Vec<Term>, String>> = LazyLock::new(|| data::rows::<Row>("deadline_terms.csv", FILE)?.into_iter().map(Row::term).collect());

pub(crate) fn problem() -> Option<String> {
    TERMS.as_ref().err().cloned()
}

/// All rows.
#[must_use]
pub fn terms() -> &'static [Term] {
    TERMS.as_ref().map_or(&[], Vec::as_slice)
}

/// The row that allows it for a rule on a day; nothing where the law does not.
#[must_use]
pub fn term(key: RuleKey, kind: TermKind, reason: Option<PauseReason>, on: NaiveDate) -> Option<&'static Term> {
    terms().iter().find(|t| t.key == key && t.kind == kind && t.reason == reason && t.in_force(on))
}

/// 受影响的期限 the rules whose period stands still for a reason: what a recheck holds up, and nothing else.
pub fn suspended_by(reason: PauseReason, on: NaiveDate) -> impl Iterator<Item = RuleKey> {
    terms().iter().filter(move |t| t.kind == TermKind::Suspension && t.reason == Some(reason) && t.in_force(on)).map(|t| t.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> NaiveDate {
        "2026-03-05".parse().expect("a date")
    }
    #[test]
    fn every_row_is_cited_and_says_what_its_kind_needs() {
        assert!(problem().is_none(), "{:?}", problem());
        assert_eq!(terms().len(), 18);
        for t in terms() {
            let named = format!("{t:?}");
            assert!(![&t.article, &t.note, &t.source].iter().any(|text| text.trim().is_empty()), "{named}");
            assert!(["high", "medium", "low"].contains(&t.confidence.as_str()), "{named}");
            assert_eq!(t.reason.is_some(), t.kind == TermKind::Suspension, "{named}");
            assert_eq!(t.approver.0.is_empty(), t.kind == TermKind::Suspension, "{named}");
            assert_eq!(t.approver.0.is_empty(), t.approver.1.is_empty(), "{named}");
            assert!(t.longest.is_none() || t.kind == TermKind::Extension, "{named}");
            assert!(!t.key.is_window(), "nobody lengthens the window of a right: {named}");
            let twice = terms().iter().filter(|o| (o.key, o.kind, o.reason, o.version) == (t.key, t.kind, t.reason, t.version)).count();
            assert_eq!(twice, 1, "{named}");
            for lang in [Lang::Zh, Lang::En] {
                let said = t.reference(lang);
                assert!(said.contains(&t.article) && !["source", "knowledge", "推论", ".cn"].iter().any(|note| said.contains(note)), "{said}");
            }
        }
    }
    #[test]
    fn what_may_be_extended_suspended_and_agreed_is_what_the_list_by_hand_says() {
        let list = |kind| {
            let mut found: Vec<String> =
                terms().iter().filter(|t| t.kind == kind).map(|t| format!("{} {}", t.key.code(), t.reason.map_or("", Label::code))).collect();
            found.sort();
            found.join(",")
        };
        assert_eq!(list(TermKind::Extension), "D01 ,D09 ,D11 ,D20 ,D31 ,D32 ");
        assert_eq!(list(TermKind::Agreement), "D02 ,D12 ");
        assert_eq!(
            list(TermKind::Suspension),
            "D19 consultation,D23 objection,D23 recheck,D31 recheck,D31 testing,D32 halted,D32 hearing,D32 public_notice,D32 recheck,D32 testing"
        );
        assert_eq!(term(RuleKey::D09, TermKind::Extension, None, on()).and_then(|t| t.longest), Some(Period::WorkingDays(5)));
        assert!(term(RuleKey::D09, TermKind::Extension, None, "2019-09-30".parse().expect("a date")).is_none(), "not in force yet");
    }
    #[test]
    fn disposal_runs_on_during_a_recheck_and_publication_waits_for_it() {
        let held: Vec<RuleKey> = suspended_by(PauseReason::Recheck, on()).collect();
        assert_eq!(held, [RuleKey::D23, RuleKey::D31, RuleKey::D32]);
        assert!(!terms().iter().any(|t| t.key == RuleKey::D20 && t.kind == TermKind::Suspension));
    }
    #[test]
    fn no_rule_of_hours_is_suspended_or_extended() {
        let hours = crate::deadline_rules().iter().filter(|r| matches!(r.period, Period::Hours(_) | Period::SameDayBy(_)));
        assert!(hours.map(|r| r.key).all(|key| terms().iter().all(|t| t.key != key)));
    }
}
