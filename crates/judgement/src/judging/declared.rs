//! 明示值 a value that passes its limit against what the label claims.

use shiyan_foundation::CodeInfo;
use shiyan_foundation::Decimal;

use super::step::Step;
use super::verdict::{Decision, FAIL, PASS, Verdict};
use super::work::Work;
use crate::amount::units;
use crate::limit::claim::ClaimRule;
use crate::reading::Measured;
use crate::reasons;

impl Work<'_, '_> {
    /// A value that passes the limit still has to be what the label says.
    pub(super) fn claim(&mut self, decided: (Verdict, &'static CodeInfo)) -> Decision {
        let Some(claim) = self.input.label_claim.as_ref() else { return Ok(decided) };
        self.steps.push(Step::Claim { claimed: claim.claimed.canonical(), basis: claim.basis.clone() });
        if decided.0 != PASS {
            return Ok(decided);
        }
        let (Some(rule), Measured::Number { value, .. }, Measured::Number { value: claimed, .. }) =
            (&claim.rule, &self.input.measured.understood, &claim.claimed.understood)
        else {
            return Err(reasons::CLAIM_RULE_UNKNOWN);
        };
        let value = match (self.input.measured.unit.as_deref(), claim.claimed.unit.as_deref()) {
            (Some(from), Some(to)) => units::convert(*value, from, to)?,
            (None, None) => *value,
            _ => return Err(reasons::UNIT_MISSING),
        };
        let percent = |p: Decimal| claimed.checked_mul(p).and_then(|v| units::shift(v, -2)).ok_or(reasons::OUT_OF_RANGE);
        let holds = match rule {
            ClaimRule::AtLeast { percent: p } => {
                let bound = percent(*p)?;
                self.compare(value, "≥", bound, value >= bound);
                value >= bound
            }
            ClaimRule::AtMost { percent: p } => {
                let bound = percent(*p)?;
                self.compare(value, "≤", bound, value <= bound);
                value <= bound
            }
            ClaimRule::Between { lo, hi } => {
                let (lo, hi) = (percent(*lo)?, percent(*hi)?);
                self.compare(value, "≥", lo, value >= lo);
                self.compare(value, "≤", hi, value <= hi);
                value >= lo && value <= hi
            }
        };
        Ok(if holds { (PASS, reasons::CLAIM_MET) } else { (FAIL, reasons::CLAIM_FAILED) })
    }
}
