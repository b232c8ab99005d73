//! 一值一限 one result against one limit.

use shiyan_foundation::CodeInfo;
use shiyan_foundation::task::TaskKind;
use shiyan_statute::LimitRule;

use super::input::{Beside, JudgeInput};
use super::judgement::Judgement;
use super::step::{Step, understood};
use super::verdict::{Decision, FAIL, PASS, Verdict};
use super::work::Work;
use crate::amount::units::known_unit;
use crate::reading::{Measured, ParseNote};
use crate::reasons::{self, Reason};

/// Judges one result against one limit.
#[must_use]
pub fn judge(input: &JudgeInput<'_>) -> Judgement {
    judge_beside(input, &Beside::default())
}

pub(crate) fn judge_beside(input: &JudgeInput<'_>, beside: &Beside<'_>) -> Judgement {
    let unit = known_unit(input.limit_unit);
    let with_unit = matches!(input.limit, LimitRule::NotDetected { banned: false });
    let text = format!("{}{}", limit_text(input.limit, input.strict), if with_unit { "" } else { unit.unwrap_or_default() });
    let mut at = Work {
        input,
        unit,
        beside: *beside,
        steps: vec![understood(input.measured), Step::Limit { source: input.limit_ref.clone(), text, notes: beside.limit_notes.to_vec() }],
        near: false,
        second: false,
        carry: false,
    };
    if input.limit_ref.is_some()
        && let Some(Step::Understood { notes, .. }) = at.steps.first_mut()
    {
        notes.iter_mut().for_each(named_by_the_limit);
    }
    let decision = at.decide().and_then(|d| at.doubtful(d)).and_then(|d| at.claim(d)).and_then(|d| at.dried(d));
    let (mut verdict, reason) = decision.unwrap_or_else(|reason| (Verdict::NeedsPerson, reason));
    if verdict == FAIL && input.kind == TaskKind::RiskMonitoring {
        verdict = Verdict::Problem;
        at.steps.push(Step::RiskMonitoring);
    }
    Judgement {
        verdict,
        reason: Reason(reason),
        working: at.steps,
        near_limit: at.near,
        needs_second_analyst: at.second || at.near,
        needs_carry_over_word: at.carry && verdict != Verdict::NeedsPerson,
    }
}

/// With a limit of the library there is no column: the unit came from the limit.
fn named_by_the_limit(note: &mut ParseNote) {
    if let ParseNote::UnitFromHint(unit) = note {
        *note = ParseNote::UnitFromLimit(std::mem::take(unit));
    }
}

fn limit_text(rule: &LimitRule, strict: bool) -> String {
    let text = rule.text();
    if strict { text.replace('≤', "<").replace('≥', ">") } else { text }
}

impl Work<'_, '_> {
    fn decide(&mut self) -> Decision {
        if !matches!(self.input.limit, LimitRule::ThreeClass { .. }) && self.remarks().any(|r| r.is_none_or(|r| r.of_a_plan())) {
            return Err(reasons::COMMENT_CONTRADICTS);
        }
        match (&self.input.measured.understood, self.input.limit) {
            (Measured::NeedsPerson { reason }, _) => Err(reason.0),
            (Measured::NotApplicable, _) => Ok((Verdict::NoVerdict, reasons::NOT_APPLICABLE)),
            (_, LimitRule::ThreeClass { n, c, m, upper }) => self.plan(*n, *c, *m, *upper),
            (Measured::Several { .. }, _) => Err(reasons::SEVERAL_VALUES),
            (one, LimitRule::Max { value }) => self.maximum(one, *value),
            (one, LimitRule::Min { value }) => self.minimum(one, *value),
            (one, LimitRule::Range { lo, hi }) => self.range(one, *lo, *hi),
            (one, LimitRule::NotDetected { banned }) => self.not_detected(one, *banned),
        }
    }

    /// A verdict against which the cell itself speaks.
    fn doubtful(&self, decided: (Verdict, &'static CodeInfo)) -> Decision {
        let said = |verdict: bool| if verdict { PASS } else { FAIL };
        if self.remarks().flatten().any(|r| r.verdict.is_some_and(|v| said(v) != decided.0)) {
            return Err(reasons::COMMENT_CONTRADICTS);
        }
        let bound = |v: &Measured| matches!(v, Measured::LessThan { inclusive: true, .. } | Measured::GreaterThan { inclusive: true, .. });
        let repeats = match &self.input.measured.understood {
            Measured::Several { values } => values.iter().any(bound),
            one => bound(one),
        };
        if repeats && decided.0 == PASS { Err(reasons::REPEATS_LIMIT) } else { Ok(decided) }
    }

    /// A dried food above the limit of the fresh one: only its rate of dehydration decides.
    fn dried(&mut self, decided: (Verdict, &'static CodeInfo)) -> Decision {
        let Some(dried) = self.input.dried.filter(|_| matches!(self.input.limit, LimitRule::Max { .. })) else { return Ok(decided) };
        let step = Step::Dried { food: dried.food.clone(), basis: dried.basis.clone() };
        self.steps.insert(2.min(self.steps.len()), step);
        // a method that does not reach the fresh limit may reach the one of the dried food
        let open = dried.rate.is_none() && (decided.0 == FAIL || decided.1 == reasons::LOQ_ABOVE_LIMIT);
        if open { Err(reasons::DRIED) } else { Ok(decided) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::{Amount, units};
    use crate::reading::value;
    use shiyan_foundation::{Decimal, Lang};
    use shiyan_statute::limits;

    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    fn amount(value: &str, unit: &str) -> Option<Amount> {
        Some(Amount { value: d(value), unit: Some(unit.to_owned()) })
    }
    #[test]
    fn every_row_of_the_library_can_be_judged_by() {
        for row in limits() {
            let unit = known_unit(Some(&row.unit));
            if let Some(unit) = unit {
                assert!(units::canonical(unit).is_some(), "{}: {unit}", row.id);
            }
            let nothing = value::parse("未检出", unit.filter(|u| !u.starts_with('/')));
            let judged = judge(&JudgeInput::for_row(&nothing, row, TaskKind::Supervisory));
            assert!(!["UNIT-INCOMPATIBLE", "UNIT-UNKNOWN", "UNIT-MISSING"].contains(&judged.reason.code), "{}: {}", row.id, judged.explain(Lang::En));
            assert!(judged.explain(Lang::Zh).contains(&row.basis));
            if let LimitRule::Max { value } = row.rule {
                let at = value::parse(&value.to_string(), unit);
                let step = if unit.is_some_and(units::is_count) { Decimal::TEN } else { Decimal::new(1, 6) };
                let over = value::parse(&(value + step).to_string(), unit);
                assert_eq!(judge(&JudgeInput::for_row(&at, row, TaskKind::Supervisory)).verdict, Verdict::Conforming, "{}", row.id);
                assert_eq!(judge(&JudgeInput::for_row(&over, row, TaskKind::Supervisory)).verdict, Verdict::Nonconforming, "{}", row.id);
            }
        }
    }
    #[test]
    fn the_working_cites_row_conversion_and_comparison() {
        let row = limits().iter().find(|r| r.id == "L0001").expect("L0001");
        let measured = value::parse("204μg/kg", None);
        let judged = judge(&JudgeInput::for_row(&measured, row, TaskKind::Supervisory));
        assert_eq!(judged.verdict, Verdict::Nonconforming);
        assert!(judged.near_limit && judged.needs_second_analyst);
        let told = judged.explain(Lang::En);
        for part in ["L0001 v1 GB 2763-2021", "204μg/kg = 0.204mg/kg", "0.204 ≤ 0.2", "does not hold", "JUDGE-EXCEEDS"] {
            assert!(told.contains(part), "{told}");
        }
    }
    #[test]
    fn near_the_limit_on_either_side() {
        let rule = LimitRule::Max { value: d("0.2") };
        for (text, near) in [("0.179", false), ("0.18", true), ("0.2", true), ("0.22", true), ("0.221", false)] {
            let measured = value::parse(text, Some("mg/kg"));
            assert_eq!(judge(&JudgeInput::new(&measured, &rule, Some("mg/kg"))).near_limit, near, "{text}");
        }
        let measured = value::parse("0.185", Some("mg/kg"));
        let input = JudgeInput { near_limit_pct: d("5"), ..JudgeInput::new(&measured, &rule, Some("mg/kg")) };
        assert!(!judge(&input).near_limit);
    }
    #[test]
    fn between_lod_and_loq_a_second_analyst_confirms() {
        let rule = LimitRule::NotDetected { banned: true };
        for (text, second) in [("0.4μg/kg", true), ("0.6μg/kg", false)] {
            let measured = value::parse(text, None);
            let input = JudgeInput { lod: amount("0.3", "μg/kg"), loq: amount("0.5", "μg/kg"), ..JudgeInput::new(&measured, &rule, Some("μg/kg")) };
            let judged = judge(&input);
            assert_eq!((judged.verdict, judged.needs_second_analyst), (Verdict::Nonconforming, second), "{text}");
        }
    }
}
