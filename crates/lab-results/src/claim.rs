//! 标签明示值 what a product declares of itself, typed as it stands on the label, and how a result is held against it.
//!
//! Limit and claim both have to be met: whichever is stricter decides, and a claim never makes up for a limit that is missing.

use serde::{Deserialize, Serialize};
use shiyan_foundation::text::fold;
use shiyan_foundation::{CodeInfo, Decimal};
use shiyan_statute::LimitRule;

use crate::judge::{Beside, ClaimRule, JudgeInput, Judgement, LabelClaim, Step, Verdict, judge, judge_beside};
use crate::limit::{self, LimitText};
use crate::reasons::{self, Reason};
use crate::units;
use crate::value::{self, Measured};

/// 明示值读法
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Claim {
    /// A bound with its sign, `≥9.62g/100mL`: the product's own limit.
    Bound {
        /// What is declared.
        rule: LimitRule,
        /// The bound itself is not allowed.
        strict: bool,
        /// Unit, where the text gives one.
        unit: Option<String>,
    },
    /// A value, with the tolerance where it is typed behind it: `3.2g/100g ≥80%`, `400μg/100g 80%~180%`. Without one a person
    /// says which applies.
    Value(LabelClaim),
}

/// Nothing is declared.
#[must_use]
pub fn is_none(text: &str) -> bool {
    let text = fold(text);
    units::is_none(&text) || ["未标示", "未标注", "未明示"].contains(&text.as_str())
}

/// Reads a claim; `unit` is the unit of the item, for a number that brings none.
#[must_use]
pub fn parse(text: &str, unit: &str) -> Claim {
    if let LimitText::Rule { rule, strict } = limit::parse(text).understood {
        return Claim::Bound { rule, strict, unit: limit::parse(text).unit };
    }
    let (value, tolerance) = tolerance(text);
    let basis = tolerance.as_ref().map_or_else(String::new, |(_, typed)| typed.clone());
    Claim::Value(LabelClaim { claimed: value::parse(&value, Some(unit)), rule: tolerance.map(|(rule, _)| rule), basis })
}

/// What stands before the tolerance, and the tolerance as read and as typed.
fn tolerance(text: &str) -> (String, Option<(ClaimRule, String)>) {
    let folded = fold(text).replace(">=", "≥").replace("<=", "≤").replace(['≧'], "≥").replace(['≦'], "≤");
    let whole = folded.trim_end_matches(')').trim_end().to_owned();
    let percent = |t: &str| t.trim().strip_suffix('%').and_then(|n| n.trim().parse::<Decimal>().ok()).filter(|d| d.is_sign_positive() && !d.is_zero());
    let before = |at: usize| whole.get(..at).unwrap_or_default().trim_end_matches([' ', '(', ',', '，', ';', '、']).to_owned();
    for (at, sign) in whole.char_indices().filter(|(_, c)| matches!(c, '≥' | '≤')) {
        let rest = whole.get(at + sign.len_utf8()..).unwrap_or_default();
        if let Some(percent) = percent(rest) {
            let rule = if sign == '≥' { ClaimRule::AtLeast { percent } } else { ClaimRule::AtMost { percent } };
            return (before(at), Some((rule, whole.get(at..).unwrap_or_default().to_owned())));
        }
    }
    if let Some((at, _)) = whole.char_indices().rev().find(|(_, c)| matches!(c, ' ' | '(' | ',' | '，' | ';'))
        && let Some((lo, hi)) = whole.get(at..).and_then(|t| t.trim_start_matches([' ', '(', ',', '，', ';']).split_once('~'))
        && let (Some(lo), Some(hi)) = (percent(lo), percent(hi))
        && lo <= hi
    {
        let typed = whole.get(at..).unwrap_or_default().trim_start_matches([' ', '(', ',', '，', ';']).to_owned();
        return (before(at), Some((ClaimRule::Between { lo, hi }, typed)));
    }
    (fold(text), None)
}

/// The claim as bounds in its own unit, where that is certain.
fn bounds(claim: &Claim) -> Option<(LimitRule, bool, Option<String>)> {
    match claim {
        Claim::Bound { rule, strict, unit } => Some((rule.clone(), *strict, unit.clone())),
        Claim::Value(claim) => {
            let Measured::Number { value, .. } = &claim.claimed.understood else { return None };
            let part = |percent: Decimal| value.checked_mul(percent).and_then(|v| units::shift(v, -2));
            let rule = match claim.rule.as_ref()? {
                ClaimRule::AtLeast { percent } => LimitRule::Min { value: part(*percent)? },
                ClaimRule::AtMost { percent } => LimitRule::Max { value: part(*percent)? },
                ClaimRule::Between { lo, hi } => LimitRule::Range { lo: part(*lo)?, hi: part(*hi)? },
            };
            Some((rule, false, claim.claimed.unit.clone()))
        }
    }
}

/// The verdict under a limit and a claim.
#[must_use]
pub fn judge_with(input: &JudgeInput<'_>, typed: &str, unit: &str) -> Judgement {
    judge_beside_claim(input, typed, unit, &Beside::default())
}

/// The same with what stands beside result and limit.
pub(crate) fn judge_beside_claim(input: &JudgeInput<'_>, typed: &str, unit: &str, beside: &Beside<'_>) -> Judgement {
    match parse(typed, unit) {
        Claim::Value(claim) => judge_beside(&JudgeInput { label_claim: Some(claim), ..input.clone() }, beside),
        bound @ Claim::Bound { .. } => {
            let mut judged = judge_beside(input, beside);
            judged.working.push(Step::Claim { claimed: typed.trim().to_owned(), basis: String::new() });
            if judged.verdict == Verdict::Conforming
                && let Some(against) = against(input, &bound, unit)
            {
                let (verdict, reason) = settled(&against, reasons::CLAIM_MET);
                judged.verdict = verdict;
                judged.reason = Reason(reason);
                judged.near_limit |= against.near_limit;
                judged.needs_second_analyst |= against.needs_second_analyst;
                judged.working.extend(against.working.into_iter().skip(1));
            }
            judged
        }
    }
}

/// The verdict where no limit of the library or the task applies: what breaks its own claim fails; what meets it goes to a
/// person, because nothing says that the claim alone decides.
#[must_use]
pub fn judge_alone(input: &JudgeInput<'_>, typed: &str, unit: &str) -> Judgement {
    let claim = parse(typed, unit);
    let step = Step::Claim { claimed: typed.trim().to_owned(), basis: String::new() };
    let Some(mut judged) = against(input, &claim, unit) else {
        let mut judged = judge(input);
        judged.working.truncate(1);
        judged.working.push(step);
        return Judgement {
            verdict: Verdict::NeedsPerson,
            reason: Reason(reasons::CLAIM_RULE_UNKNOWN),
            near_limit: false,
            needs_second_analyst: false,
            ..judged
        };
    };
    let (verdict, reason) = settled(&judged, reasons::CLAIM_ONLY);
    judged.verdict = if verdict == Verdict::Conforming { Verdict::NeedsPerson } else { verdict };
    judged.reason = Reason(reason);
    judged.working.insert(1.min(judged.working.len()), step);
    judged
}

/// The result against the claim alone.
fn against(input: &JudgeInput<'_>, claim: &Claim, unit: &str) -> Option<Judgement> {
    let (rule, strict, own) = bounds(claim)?;
    let own = own.or_else(|| units::canonical(unit).map(str::to_owned));
    Some(judge(&JudgeInput { limit: &rule, limit_unit: own.as_deref(), strict, limit_ref: None, label_claim: None, ..input.clone() }))
}

/// Verdict and reason once the claim was looked at: met, broken, or not certain.
fn settled(against: &Judgement, met: &'static CodeInfo) -> (Verdict, &'static CodeInfo) {
    match against.verdict {
        Verdict::Conforming => (Verdict::Conforming, met),
        Verdict::Nonconforming | Verdict::Problem => (against.verdict, reasons::CLAIM_FAILED),
        Verdict::NoVerdict | Verdict::NeedsPerson => (Verdict::NeedsPerson, against.reason.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::task::TaskKind;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }
    fn with(raw: &str, limit: &LimitRule, claim: &str) -> (Verdict, &'static str) {
        let measured = value::parse(raw, Some("g/100g"));
        let judged = judge_with(&JudgeInput::new(&measured, limit, Some("g/100g")), claim, "g/100g");
        (judged.verdict, judged.reason.code)
    }
    fn alone(raw: &str, claim: &str, kind: TaskKind) -> (Verdict, &'static str) {
        let measured = value::parse(raw, Some("g/100g"));
        let nothing = LimitRule::NotDetected { banned: false };
        let judged = judge_alone(&JudgeInput { kind, ..JudgeInput::new(&measured, &nothing, Some("g/100g")) }, claim, "g/100g");
        (judged.verdict, judged.reason.code)
    }
    #[test]
    fn claims_are_read_as_typed() {
        let value = |text: &str| match parse(text, "g/100g") {
            Claim::Value(claim) => (claim.claimed.canonical(), claim.rule),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(value("3.2").1, None);
        assert_eq!(value("3.2g/100g").1, None);
        for text in ["3.2g/100g ≥80%", "3.2g/100g（≥80%）", "3.2 g/100g，>=80%", "３．２ｇ／１００ｇ≥８０％"] {
            let (claimed, rule) = value(text);
            assert_eq!((claimed, rule), (value("3.2g/100g").0, Some(ClaimRule::AtLeast { percent: d("80") })), "{text}");
        }
        assert_eq!(value("5g/100g ≤120%").1, Some(ClaimRule::AtMost { percent: d("120") }));
        assert_eq!(value("5g/100g 80%~180%").1, Some(ClaimRule::Between { lo: d("80"), hi: d("180") }));
        assert_eq!(value("5g/100g ≥x%").1, None);
        assert!(matches!(parse("≥9.62g/100mL", "g/100g"), Claim::Bound { rule: LimitRule::Min { .. }, unit: Some(unit), .. } if unit == "g/100mL"));
        assert!(is_none("－") && is_none("无") && is_none("未标示") && is_none("--"));
        assert!(is_none(" / ") && is_none("") && is_none("——") && !is_none("0"));
    }
    #[test]
    fn the_stricter_of_limit_and_claim_decides() {
        let max = LimitRule::Max { value: d("5") };
        assert_eq!(with("4", &max, "≤3"), (Verdict::Nonconforming, "JUDGE-CLAIM-FAILED"));
        assert_eq!(with("2", &max, "≤3"), (Verdict::Conforming, "JUDGE-CLAIM-MET"));
        // a looser claim never saves a result
        assert_eq!(with("6", &max, "≤10"), (Verdict::Nonconforming, "JUDGE-EXCEEDS"));
        assert_eq!(with("2", &max, "<2"), (Verdict::Nonconforming, "JUDGE-CLAIM-FAILED"));
        assert_eq!(with("2", &max, "≤3mg/L"), (Verdict::NeedsPerson, "UNIT-INCOMPATIBLE"));
        let min = LimitRule::Min { value: d("2") };
        assert_eq!(with("2.5", &min, "3.2g/100g ≥80%"), (Verdict::Nonconforming, "JUDGE-CLAIM-FAILED"));
        assert_eq!(with("2.56", &min, "3.2g/100g ≥80%"), (Verdict::Conforming, "JUDGE-CLAIM-MET"));
        assert_eq!(with("2.56", &min, "3.2g/100g"), (Verdict::NeedsPerson, "JUDGE-CLAIM-RULE"));
        assert_eq!(with("2.56", &min, "看标签"), (Verdict::NeedsPerson, "JUDGE-CLAIM-RULE"));
    }
    #[test]
    fn a_claim_alone_can_fail_a_result_and_never_pass_it() {
        let supervisory = |raw, claim| alone(raw, claim, TaskKind::Supervisory);
        assert_eq!(supervisory("8", "≥9.62"), (Verdict::Nonconforming, "JUDGE-CLAIM-FAILED"));
        assert_eq!(supervisory("10", "≥9.62"), (Verdict::NeedsPerson, "JUDGE-CLAIM-ONLY"));
        assert_eq!(supervisory("2", "3.2 ≥80%"), (Verdict::Nonconforming, "JUDGE-CLAIM-FAILED"));
        assert_eq!(supervisory("3", "3.2 ≥80%"), (Verdict::NeedsPerson, "JUDGE-CLAIM-ONLY"));
        assert_eq!(supervisory("3", "3.2"), (Verdict::NeedsPerson, "JUDGE-CLAIM-RULE"));
        assert_eq!(alone("8", "≥9.62", TaskKind::RiskMonitoring), (Verdict::Problem, "JUDGE-CLAIM-FAILED"));
        assert_eq!(supervisory("1,2", "≥9.62"), (Verdict::NeedsPerson, "VALUE-THOUSANDS"));
    }
    #[test]
    fn no_claim_makes_a_verdict_looser() {
        let claims = ["≤3", "≥1", "1~4", "<2", "不得检出", "3.2", "3.2 ≥80%", "3.2 ≤120%", "3.2 80%~180%", "x", "≤3mg/L", "n=5,c=2,m=1,M=2"];
        let limits = [
            LimitRule::Max { value: d("5") },
            LimitRule::Min { value: d("2") },
            LimitRule::Range { lo: d("1"), hi: d("4") },
            LimitRule::NotDetected { banned: true },
        ];
        for limit in &limits {
            for raw in ["0.5", "1", "2", "2.56", "3", "4", "6", "未检出", "<0.1", "检出", "?", "/"] {
                let measured = value::parse(raw, Some("g/100g"));
                let plain = judge(&JudgeInput::new(&measured, limit, Some("g/100g"))).verdict;
                for claim in claims {
                    let (claimed, _) = with(raw, limit, claim);
                    assert!(claimed != Verdict::Conforming || plain == Verdict::Conforming, "{raw} {limit:?} {claim}");
                    assert!(plain != Verdict::Nonconforming || claimed == Verdict::Nonconforming, "{raw} {limit:?} {claim}");
                    assert_ne!(alone(raw, claim, TaskKind::Supervisory).0, Verdict::Conforming);
                }
            }
        }
    }
}
