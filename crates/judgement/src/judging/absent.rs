//! 不得检出 and 不得使用: a limit without a number.

use shiyan_foundation::Decimal;
use shiyan_statute::{DetectionKind, Natural, SubstanceKind, background};

use super::step::Step;
use super::verdict::{Decision, FAIL, PASS, Verdict};
use super::work::Work;
use crate::amount::{Amount, units};
use crate::reading::{Measured, item};
use crate::reasons;

impl Work<'_, '_> {
    pub(super) fn not_detected(&mut self, one: &Measured, banned: bool) -> Decision {
        // the limit has no number, so values are compared with the limit of the method, in the unit of the result
        let own = self.input.measured.unit.clone();
        let lod = self.method(DetectionKind::Lod, own.as_deref());
        let loq = self.method(DetectionKind::Loq, own.as_deref());
        match one {
            Measured::NotDetected { limit: text, .. } => {
                let known = [lod.unwrap_or(None), loq.unwrap_or(None)].into_iter().flatten().max();
                match (*text, known) {
                    // not detected by a method that is less sensitive than the one that is required
                    (Some(text), Some(known)) if text > known => Ok((Verdict::NoVerdict, reasons::LOQ_ABOVE_LIMIT)),
                    _ => Ok((PASS, reasons::NOT_FOUND)),
                }
            }
            Measured::Negative => Ok((PASS, reasons::NOT_FOUND)),
            Measured::LessThan { value, inclusive } => {
                // fewer than one colony in the very portion of the limit is none
                if own.as_deref().is_some_and(|u| units::is_count(u) && self.unit.and_then(units::canonical) == units::canonical(u))
                    && *value <= Decimal::ONE
                    && !inclusive
                {
                    return Ok((PASS, reasons::NOT_FOUND));
                }
                let (lod, loq) = (lod?, loq?);
                let bound = if banned { lod } else { loq.or(lod) };
                match bound {
                    Some(bound) if *value <= bound => {
                        self.compare(*value, "≤", bound, true);
                        Ok((PASS, reasons::NOT_FOUND))
                    }
                    // a result is only written so below the limit of the method: where nothing else is known of the method, and
                    // the number is no greater than methods for such substances give, that is 未检出
                    None if lod.or(loq).is_none() && self.a_method_limit(*value, banned) => Ok((PASS, reasons::NOT_FOUND)),
                    _ => {
                        self.second = true;
                        Err(reasons::TRACE)
                    }
                }
            }
            Measured::Number { value, .. } if value.is_zero() => Err(reasons::ZERO_NUMBER),
            Measured::WeakPositive => {
                self.second = true;
                Err(reasons::TRACE)
            }
            Measured::Number { .. } | Measured::GreaterThan { .. } | Measured::Detected | Measured::Positive if !banned => {
                self.not_to_be_used(one, loq.unwrap_or(None).or(lod.unwrap_or(None)))
            }
            Measured::Number { value, .. } => self.found(*value, lod?, loq?),
            Measured::GreaterThan { .. } | Measured::Detected | Measured::Positive => Ok((FAIL, reasons::FOUND)),
            _ => Err(reasons::WRONG_KIND),
        }
    }

    /// A number for what must not be detected: nothing below the limit of the method is one.
    fn found(&mut self, value: Decimal, lod: Option<Decimal>, loq: Option<Decimal>) -> Decision {
        if let Some(bound) = lod.or(loq) {
            self.compare(value, "≥", bound, value >= bound);
            if value < bound {
                self.second = true;
                return Err(if lod.is_some() { reasons::ZERO_NUMBER } else { reasons::TRACE });
            }
        }
        self.second |= loq.is_some_and(|loq| value < loq);
        Ok((FAIL, reasons::FOUND))
    }

    /// 10 μg/kg for what is banned, 0.05 g/kg for additives: no method for them stops higher.
    fn a_method_limit(&self, value: Decimal, banned: bool) -> bool {
        let most = if banned { Decimal::new(1, 2) } else { Decimal::new(50, 0) };
        let Some(unit) = self.input.measured.unit.as_deref() else { return false };
        if let Some(Amount { value: known, unit: Some(of) }) = self.beside.method {
            return units::convert(value, unit, of).is_ok_and(|v| v <= *known);
        }
        ["mg/kg", "mg/L"].iter().any(|to| units::convert(value, unit, to).is_ok_and(|v| v <= most))
    }

    /// 不得使用 with something found: what has no natural background and came with no recorded ingredient was used (GB 2760 3.4 is
    /// asked about before the check); anything else is for a technical assessment.
    fn not_to_be_used(&mut self, one: &Measured, loq: Option<Decimal>) -> Decision {
        let known = background(self.input.item);
        let additive = known.map_or_else(
            || match &self.input.limit_ref {
                Some(row) => row.basis.is_empty() || row.basis.contains("2760"),
                None => item::may_be_an_additive(self.input.item),
            },
            |b| b.kind == SubstanceKind::Additive,
        );
        if !additive {
            return Err(reasons::FORBIDDEN);
        }
        let Some(known) = known else { return Err(reasons::CARRY_OVER) };
        let ingredient = self.input.ingredients.and_then(|all| known.brought_by(all)).map(str::to_owned);
        let name = known.names.first().cloned().unwrap_or_default();
        let natural = if known.may_be_natural(self.input.food) { known.natural } else { Natural::No };
        let brought = ingredient.is_some();
        let decides = known.natural != Natural::No && !known.foods.is_empty();
        let food = self.input.food.map(str::trim).filter(|f| decides && !f.is_empty()).map(str::to_owned);
        let recorded = self.input.ingredients.is_some_and(|all| !all.trim().is_empty());
        self.note(Step::Background { name, natural, food, ingredient, recorded });
        let quantified = match one {
            Measured::Number { value, .. } => {
                if let Some(loq) = loq {
                    self.compare(*value, "≥", loq, *value >= loq);
                }
                loq.is_none_or(|loq| *value >= loq)
            }
            Measured::GreaterThan { .. } => true,
            _ => false,
        };
        if natural != Natural::No || brought || !quantified {
            return Err(reasons::CARRY_OVER);
        }
        self.carry = true;
        Ok((FAIL, reasons::NOT_TO_BE_USED))
    }
}
