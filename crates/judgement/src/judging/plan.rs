//! 采样方案 the values of n samples against m and M.

use shiyan_foundation::{CodeInfo, Decimal};

use super::step::Step;
use super::verdict::{Decision, FAIL, PASS};
use super::work::Work;
use crate::amount::units;
use crate::reading::Measured;
use crate::reasons;

/// What is certain about a value against a bound.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    NotAbove,
    Open,
}

impl Work<'_, '_> {
    /// n, c, m, M: the sampling plans of GB 4789.1. Values that are only bounds count both ways: the verdict must hold either way.
    pub(super) fn plan(&mut self, n: u32, c: u32, m: Decimal, upper: Option<Decimal>) -> Decision {
        let single = [self.input.measured.understood.clone()];
        let values: &[Measured] = match &self.input.measured.understood {
            Measured::Several { values } => values,
            _ => &single,
        };
        if values.iter().any(|v| matches!(v, Measured::NeedsPerson { .. } | Measured::NotApplicable | Measured::Several { .. })) {
            return Err(reasons::UNREADABLE);
        }
        let wanted = usize::try_from(n).unwrap_or(usize::MAX);
        if values.len() > wanted {
            return Err(reasons::PLAN_COUNT);
        }
        values.iter().try_for_each(|v| self.plausible_count(v))?;
        self.plan_unit(values, m, upper)?;
        let (mut above_m, mut above_upper, mut open_m, mut open_upper, mut unknown) = (0_u32, 0_u32, 0_u32, 0_u32, false);
        for one in values {
            let side_m = self.side(one, m, &mut unknown)?;
            let side_upper = match upper {
                Some(upper) => self.side(one, upper, &mut unknown)?,
                None => Side::NotAbove,
            };
            above_m += u32::from(side_m == Side::Above);
            open_m += u32::from(side_m == Side::Open);
            above_upper += u32::from(side_upper == Side::Above);
            open_upper += u32::from(side_upper == Side::Open);
        }
        self.steps.push(Step::Counted { n, c, m, upper, above_m, above_upper, open: open_m.max(open_upper) });
        self.check_remarks(values, m, upper)?;
        if above_upper > 0 {
            return Ok((FAIL, reasons::PLAN_OVER_M));
        }
        if above_m > c {
            return Ok((FAIL, reasons::PLAN_OVER_C));
        }
        // the missing values could still go either way
        if values.len() < wanted {
            return Err(reasons::PLAN_COUNT);
        }
        if open_upper == 0 && above_m + open_m <= c {
            return Ok((PASS, reasons::PLAN_MET));
        }
        if unknown { Err(reasons::LOQ_UNKNOWN) } else { Err(reasons::BOUND_ONLY) }
    }

    /// A plan printed without its unit is in the unit of the counts; none at all (m = 0) is none in every unit.
    fn plan_unit(&mut self, values: &[Measured], m: Decimal, upper: Option<Decimal>) -> Result<(), &'static CodeInfo> {
        let none_at_all = m.is_zero() && upper.is_none();
        let word = |v: &Measured| matches!(v, Measured::NotDetected { limit: None, .. } | Measured::Negative | Measured::Detected | Measured::Positive);
        match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(own), None) if matches!(own, "CFU/g" | "CFU/mL" | "MPN/g" | "MPN/mL") || own.starts_with('/') || (none_at_all && units::is_count(own)) => {
                let own = own.to_owned();
                self.note(Step::UnitAssumed { unit: Some(own) });
                Ok(())
            }
            // 检出 and 未检出 are without a unit what they are with /25g
            (None, Some(unit)) if unit.starts_with('/') => Ok(()),
            (None, Some(_)) if none_at_all && values.iter().all(word) => Ok(()),
            // n values without a unit are in the unit of their plan
            (None, Some(unit)) if units::is_count(unit) => {
                let unit = unit.to_owned();
                self.note(Step::UnitOfPlan { unit });
                Ok(())
            }
            (Some(_), Some(_)) | (None, None) => self.convert(Decimal::ZERO).map(|_| ()),
            _ => Err(reasons::UNIT_MISSING),
        }
    }

    fn in_plan_unit(&mut self, value: Decimal) -> Result<Decimal, &'static CodeInfo> {
        match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(_), Some(_)) => self.convert(value),
            _ => Ok(value),
        }
    }

    /// Where one value of a plan lies against m or M.
    fn side(&mut self, one: &Measured, bound: Decimal, unknown: &mut bool) -> Result<Side, &'static CodeInfo> {
        let count = self.unit.or(self.input.measured.unit.as_deref()).map_or(self.beside.count, units::is_count);
        let under = |value: Decimal| {
            // "<10" counts as none against m ≥ 10; "<1" is no colony at all
            if value <= bound || (count && bound.is_zero() && value <= Decimal::ONE) { Side::NotAbove } else { Side::Open }
        };
        Ok(match one {
            Measured::Number { value, .. } => {
                if self.in_plan_unit(*value)? > bound {
                    Side::Above
                } else {
                    Side::NotAbove
                }
            }
            Measured::LessThan { value, .. } => under(self.in_plan_unit(*value)?),
            Measured::GreaterThan { value, inclusive } => {
                let value = self.in_plan_unit(*value)?;
                if value > bound || (value == bound && !inclusive) { Side::Above } else { Side::Open }
            }
            Measured::NotDetected { limit: Some(limit), .. } => under(self.in_plan_unit(*limit)?),
            Measured::NotDetected { limit: None, .. } | Measured::Negative if bound.is_zero() => Side::NotAbove,
            Measured::NotDetected { limit: None, .. } => match self.method_bound(None)? {
                Some(value) => under(value),
                None => {
                    *unknown = true;
                    Side::Open
                }
            },
            Measured::Detected | Measured::Positive if bound.is_zero() => Side::Above,
            _ => return Err(reasons::WRONG_KIND),
        })
    }

    /// 结果均大于M beside the values has to be true.
    fn check_remarks(&self, values: &[Measured], m: Decimal, upper: Option<Decimal>) -> Result<(), &'static CodeInfo> {
        let mut remarks = self.remarks().peekable();
        if remarks.peek().is_none() {
            return Ok(());
        }
        // m and M in the unit of the values
        let own = |bound: Decimal| match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(to), Some(from)) if from != to => {
                units::convert(bound, from, to).ok().or_else(|| units::convert(Decimal::ONE, to, from).ok().filter(|one| *one == Decimal::ONE).map(|_| bound))
            }
            _ => Some(bound),
        };
        let (Some(m), upper) = (own(m), upper.and_then(own)) else { return Err(reasons::COMMENT_CONTRADICTS) };
        if remarks.all(|r| r.is_some_and(|r| r.holds(values, m, upper))) { Ok(()) } else { Err(reasons::COMMENT_CONTRADICTS) }
    }
}
