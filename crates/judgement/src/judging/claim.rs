//! 明示值判定 how a result is held against what the label claims.
//!
//! Limit and claim both have to be met: whichever is stricter decides, and a claim never makes up for a limit that is missing.

use shiyan_foundation::CodeInfo;

use super::input::{Beside, JudgeInput};
use super::judgement::Judgement;
use super::one::{judge, judge_beside};
use super::step::Step;
use super::verdict::Verdict;
use crate::amount::units;
use crate::limit::claim::{Claim, bounds, parse};
use crate::reasons::{self, Reason};

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
    use crate::reading::value;
    use shiyan_foundation::Decimal;
    use shiyan_foundation::task::TaskKind;
    use shiyan_statute::LimitRule;

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
