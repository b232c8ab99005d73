//! 说明 retells a refusal code or a rule key.

use serde::Serialize;
use shiyan_foundation::{CodeInfo, Label, NaiveDate};
use shiyan_statute::{Grade, RuleKey};

/// What a code or key means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The code or key.
    pub code: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
    /// Next step or how it is counted, Chinese.
    pub next_zh: String,
    /// Next step or how it is counted, English.
    pub next_en: String,
    /// Article or source.
    pub article: String,
    /// 核对情况 for rules: whether the number was seen in the text of its document.
    pub grade: Option<Grade>,
}

/// Every refusal code of the house.
#[must_use]
pub fn codes() -> Vec<&'static CodeInfo> {
    [
        shiyan_foundation::authority::code::ALL,
        shiyan_foundation::deadline::ALL,
        shiyan_statute::ALL,
        shiyan_sampling_plan::code::ALL,
        shiyan_sample_intake::code::ALL,
        shiyan_sample_intake::parties::code::ALL,
        shiyan_rapid_test::code::ALL,
        shiyan_judgement::reasons::ALL,
        shiyan_lab_results::order::code::ALL,
        shiyan_lab_results::qc::code::ALL,
        shiyan_lab_results::bench::code::ALL,
        shiyan_nonconformity::code::ALL,
        shiyan_dispatch::code::ALL,
        shiyan_store::code::ALL,
        crate::code::ALL,
    ]
    .concat()
}

/// Explains a refusal code or a rule key such as `D07`; `more` are the codes of crates this one does not know.
#[must_use]
pub fn explain(code: &str, on: NaiveDate, more: &[&'static CodeInfo]) -> Option<Explained> {
    let wanted = code.trim().to_uppercase();
    if let Some(key) = RuleKey::ALL.iter().find(|k| k.code() == wanted) {
        let rule = shiyan_statute::deadline_rule(*key, on).ok()?;
        return Some(Explained {
            code: wanted,
            zh: key.zh().to_owned(),
            en: key.en().to_owned(),
            next_zh: rule.reference(shiyan_foundation::Lang::Zh),
            next_en: rule.reference(shiyan_foundation::Lang::En),
            article: rule.article.clone(),
            grade: Some(rule.grade()),
        });
    }
    codes().iter().chain(more).find(|c| c.code == wanted).map(|c| Explained {
        code: c.code.to_owned(),
        zh: blanked(c.zh),
        en: blanked(c.en),
        next_zh: blanked(c.next_zh),
        next_en: blanked(c.next_en),
        article: c.article.to_owned(),
        grade: None,
    })
}

/// A text without its facts: each `{placeholder}` becomes `…`, words that fit a number stand as for many.
fn blanked(text: &str) -> String {
    shiyan_foundation::refusal::filled(text, |_| Some("…"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_say_what_to_do_next_in_both_languages() {
        let all = codes();
        let unique: BTreeSet<&str> = all.iter().map(|c| c.code).collect();
        assert_eq!(unique.len(), all.len());
        for info in all {
            for text in [info.zh, info.en, info.next_zh, info.next_en] {
                assert!(!text.trim().is_empty(), "{}", info.code);
            }
            for vague in ["失败", "错误", "异常"] {
                assert!(info.zh != vague && !info.zh.starts_with("操作失败"), "{} says only {vague}", info.code);
            }
        }
    }
    #[test]
    fn a_rule_key_is_explained_with_its_article() {
        let on = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let rule = explain("d07", on, &[]).unwrap();
        assert!(rule.article.contains("88"), "{}", rule.article);
        assert!(explain("NO-SUCH", on, &[]).is_none());
        assert!(!explain("LAB-ROLE", on, &[]).unwrap().zh.contains('{'));
        assert_eq!(explain("LAB-EMPTY", on, &[]).unwrap().en, "… items have no result yet: …");
    }
}
