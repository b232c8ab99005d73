//! 数值限量 a value against a maximum, a minimum, a range.

use shiyan_foundation::{CodeInfo, Decimal};
use shiyan_statute::DetectionKind;

use super::step::Step;
use super::verdict::{Decision, FAIL, PASS, Verdict};
use super::work::Work;
use crate::amount::{Amount, units};
use crate::limit::library::Reach;
use crate::reading::Measured;
use crate::reasons;

impl Work<'_, '_> {
    pub(super) fn maximum(&mut self, one: &Measured, limit: Decimal) -> Decision {
        self.plausible_count(one)?;
        let strict = self.input.strict;
        let operator = if strict { "<" } else { "≤" };
        match one {
            Measured::Number { value: number, text, .. } => {
                let value = self.convert(*number)?;
                self.slip(*number, text, value, limit, false)?;
                if self.below_method(value, limit)? {
                    return Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT));
                }
                let value = self.on_fresh_weight(value)?;
                let value = self.compared_value(value);
                self.mark_near(value, limit);
                let holds = value < limit || (value == limit && !strict);
                self.compare(value, operator, limit, holds);
                Ok(if holds { (PASS, reasons::WITHIN) } else { (FAIL, reasons::EXCEEDS) })
            }
            Measured::LessThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let value = self.on_fresh_weight(value)?;
                let holds = value < limit || (value == limit && !(*inclusive && strict));
                self.compare(value, operator, limit, holds);
                Ok(if holds { (PASS, reasons::BELOW_LIMIT_OF_METHOD) } else { (Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT) })
            }
            Measured::GreaterThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let value = self.on_fresh_weight(value)?;
                let above = value > limit || (value == limit && (!inclusive || strict));
                self.compare(value, operator, limit, !above);
                if above { Ok((FAIL, reasons::EXCEEDS)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::NotDetected { limit: text, .. } => match self.method_bound(*text)? {
                None if self.reached(limit) => Ok((PASS, reasons::BELOW_LIMIT_OF_METHOD)),
                None => Err(reasons::LOQ_UNKNOWN),
                Some(bound) => {
                    self.compare(bound, "≤", limit, bound <= limit);
                    Ok(if bound <= limit { (PASS, reasons::BELOW_LIMIT_OF_METHOD) } else { (Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT) })
                }
            },
            _ => Err(reasons::WRONG_KIND),
        }
    }

    /// A limit that the methods of the item reach, because the library holds one as low: the standards name methods that do.
    fn reached(&mut self, limit: Decimal) -> bool {
        let Some(Reach(lowest)) = self.beside.reaches else { return false };
        let (value, unit) = match lowest {
            None => (None, None),
            Some(Amount { value, unit }) => match (unit.as_deref(), self.unit) {
                (Some(from), Some(to)) => match units::convert(*value, from, to) {
                    Ok(value) => (Some(value), Some(to.to_owned())),
                    Err(_) => return false,
                },
                _ => return false,
            },
        };
        let holds = value.is_none_or(|v| v <= limit);
        if holds {
            self.note(Step::MethodReaches { value, unit });
        }
        holds
    }

    /// A number under the limit of the method while that limit lies above the limit of the food.
    fn below_method(&mut self, value: Decimal, limit: Decimal) -> Result<bool, &'static CodeInfo> {
        let (lod, loq) = (self.method(DetectionKind::Lod, self.unit)?, self.method(DetectionKind::Loq, self.unit)?);
        if let Some(loq) = loq
            && value < loq
        {
            self.second = true;
        }
        Ok(lod.max(loq).is_some_and(|bound| bound > limit && value < bound))
    }

    pub(super) fn minimum(&mut self, one: &Measured, limit: Decimal) -> Decision {
        self.plausible_count(one)?;
        let strict = self.input.strict;
        let operator = if strict { ">" } else { "≥" };
        match one {
            Measured::Number { value: number, text, .. } => {
                let value = self.convert(*number)?;
                self.slip(*number, text, value, limit, true)?;
                let value = self.compared_value(value);
                self.mark_near(value, limit);
                let holds = value > limit || (value == limit && !strict);
                self.compare(value, operator, limit, holds);
                Ok(if holds { (PASS, reasons::WITHIN) } else { (FAIL, reasons::BELOW) })
            }
            Measured::LessThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let below = value < limit || (value == limit && (!inclusive || strict));
                self.compare(value, operator, limit, !below);
                if below { Ok((FAIL, reasons::BELOW)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::GreaterThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let holds = value > limit || (value == limit && !(*inclusive && strict));
                self.compare(value, operator, limit, holds);
                if holds { Ok((PASS, reasons::WITHIN)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::NotDetected { limit: text, .. } => match self.method_bound(*text)? {
                None => Err(reasons::LOQ_UNKNOWN),
                Some(bound) if bound <= limit => {
                    self.compare(bound, "≥", limit, bound >= limit);
                    Ok((FAIL, reasons::BELOW))
                }
                Some(_) => Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT)),
            },
            _ => Err(reasons::WRONG_KIND),
        }
    }

    pub(super) fn range(&mut self, one: &Measured, lo: Decimal, hi: Decimal) -> Decision {
        self.plausible_count(one)?;
        match one {
            Measured::Number { value, text, .. } => {
                let value = self.convert(*value)?;
                self.lost_times(text, value, |v| v >= lo && v <= hi)?;
                let value = self.compared_value(value);
                self.mark_near(value, lo);
                self.mark_near(value, hi);
                self.compare(value, "≥", lo, value >= lo);
                self.compare(value, "≤", hi, value <= hi);
                Ok(if value < lo {
                    (FAIL, reasons::BELOW)
                } else if value > hi {
                    (FAIL, reasons::EXCEEDS)
                } else {
                    (PASS, reasons::WITHIN)
                })
            }
            Measured::LessThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let below = value < lo || (value == lo && !inclusive);
                if below { Ok((FAIL, reasons::BELOW)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::GreaterThan { value, inclusive } => {
                let value = self.convert(*value)?;
                let above = value > hi || (value == hi && !inclusive);
                if above { Ok((FAIL, reasons::EXCEEDS)) } else { Err(reasons::BOUND_ONLY) }
            }
            Measured::NotDetected { limit: text, .. } => match self.method_bound(*text)? {
                None => Err(reasons::LOQ_UNKNOWN),
                Some(bound) if bound <= lo => Ok((FAIL, reasons::BELOW)),
                Some(_) => Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT)),
            },
            _ => Err(reasons::WRONG_KIND),
        }
    }
}
