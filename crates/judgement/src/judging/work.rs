//! 判定中 a judgement under way: conversion, rounding, the limits of the method, what makes a value doubtful.

use shiyan_foundation::{CodeInfo, Decimal};
use shiyan_statute::{DetectionKind, LimitRule};

use super::input::{Beside, JudgeInput};
use super::step::Step;
use crate::amount::rounding::{Comparison, round_gbt8170};
use crate::amount::units;
use crate::limit::lost::ends_like_a_power;
use crate::reading::remark::{self, Remark};
use crate::reading::{Measured, ParseNote};
use crate::reasons;

pub(super) struct Work<'a, 'b> {
    pub input: &'b JudgeInput<'a>,
    pub unit: Option<&'b str>,
    pub beside: Beside<'b>,
    pub steps: Vec<Step>,
    pub near: bool,
    pub second: bool,
    pub carry: bool,
}

/// `1.44103` read as 1.44×10^3: a mantissa with places of its own, then 10 and one digit.
fn with_times(text: &str) -> Option<Decimal> {
    let (mantissa, power) = text.split_at_checked(text.len().checked_sub(3)?)?;
    let power: i32 = power.strip_prefix("10")?.parse().ok().filter(|p| *p > 0)?;
    let (whole, places) = mantissa.split_once('.')?;
    let one_digit = whole.len() == 1 && whole != "0";
    (one_digit && !places.is_empty()).then(|| mantissa.parse().ok().and_then(|m| units::shift(m, power))).flatten()
}

impl Work<'_, '_> {
    /// The remarks beside the values; nothing where one is not understood.
    pub(super) fn remarks(&self) -> impl Iterator<Item = Option<Remark>> {
        self.input.measured.notes.iter().filter_map(|n| if let ParseNote::Comment(text) = n { Some(remark::read(text)) } else { None })
    }

    /// The value on the weight of the fresh food, where the rate of dehydration is known.
    pub(super) fn on_fresh_weight(&mut self, value: Decimal) -> Result<Decimal, &'static CodeInfo> {
        let Some(rate) = self.input.dried.and_then(|d| d.rate) else { return Ok(value) };
        let result =
            Decimal::ONE_HUNDRED.checked_sub(rate).and_then(|left| value.checked_mul(left)).and_then(|v| units::shift(v, -2)).ok_or(reasons::OUT_OF_RANGE)?;
        self.note(Step::Fresh { value, rate, result });
        Ok(result)
    }

    /// A number that passes or fails only because a unit may be wrong by a thousand, or because a × may be lost.
    pub(super) fn slip(&self, number: Decimal, text: &str, converted: Decimal, limit: Decimal, least: bool) -> Result<(), &'static CodeInfo> {
        let meets = |v: Decimal| if least { v >= limit } else { v <= limit };
        let far = if least {
            limit.checked_mul(Decimal::ONE_HUNDRED).is_some_and(|l| converted > l)
        } else {
            converted.checked_mul(Decimal::ONE_HUNDRED).is_some_and(|v| v < limit)
        };
        if number != converted && !meets(number) && far {
            return Err(reasons::UNIT_SLIP);
        }
        self.lost_times(text, converted, meets)
    }

    /// `1.44103` where 1.44×10^3 would lie on the other side of the limit.
    pub(super) fn lost_times(&self, text: &str, converted: Decimal, meets: impl Fn(Decimal) -> bool) -> Result<(), &'static CodeInfo> {
        let Some(other) = with_times(text) else { return Ok(()) };
        let other = match (self.input.measured.unit.as_deref(), self.unit) {
            (Some(from), Some(to)) => units::convert(other, from, to)?,
            _ => other,
        };
        if meets(other) == meets(converted) { Ok(()) } else { Err(reasons::LOST_TIMES) }
    }

    /// A value of the result in the unit of the limit.
    pub(super) fn convert(&mut self, value: Decimal) -> Result<Decimal, &'static CodeInfo> {
        match (self.input.measured.unit.as_deref(), self.unit) {
            (None, None) => {
                self.note(Step::UnitAssumed { unit: None });
                Ok(value)
            }
            (Some(from), Some(to)) => {
                let result = units::convert(value, from, to)?;
                // none in 1 mL is not none in 100 mL
                if value.is_zero() && units::is_count(from) && units::convert(Decimal::ONE, from, to)? > Decimal::ONE {
                    return Err(reasons::BOUND_ONLY);
                }
                if units::canonical(from) != units::canonical(to) {
                    self.note(Step::Converted { value, from: from.to_owned(), result, to: to.to_owned() });
                }
                Ok(result)
            }
            _ => Err(reasons::UNIT_MISSING),
        }
    }

    pub(super) fn note(&mut self, step: Step) {
        if !self.steps.contains(&step) {
            self.steps.push(step);
        }
    }

    pub(super) fn compare(&mut self, left: Decimal, operator: &str, right: Decimal, holds: bool) {
        self.steps.push(Step::Compared { left: left.to_string(), operator: operator.to_owned(), right: right.to_string(), holds });
    }

    /// The number that is compared: the full value, or the rounded one where the standard says so.
    pub(super) fn compared_value(&mut self, value: Decimal) -> Decimal {
        match self.input.comparison {
            Comparison::FullValue => value,
            Comparison::Rounded { places } => {
                let result = round_gbt8170(value, places);
                self.steps.push(Step::Rounded { value, places, result });
                result
            }
        }
    }

    /// Flags a number close to a limit.
    pub(super) fn mark_near(&mut self, value: Decimal, limit: Decimal) {
        if limit.is_zero() {
            return;
        }
        let off = (value - limit).abs().checked_mul(Decimal::ONE_HUNDRED);
        let room = limit.abs().checked_mul(self.input.near_limit_pct);
        if let (Some(off), Some(room)) = (off, room) {
            self.near |= off <= room;
        }
    }

    /// A limit of the method in a given unit.
    pub(super) fn method(&mut self, kind: DetectionKind, to: Option<&str>) -> Result<Option<Decimal>, &'static CodeInfo> {
        let amount = match kind {
            DetectionKind::Lod => &self.input.lod,
            DetectionKind::Loq => &self.input.loq,
        };
        let Some(amount) = amount else { return Ok(None) };
        let value = match (amount.unit.as_deref(), to) {
            (Some(from), Some(to)) => units::convert(amount.value, from, to)?,
            (None, _) => amount.value,
            (Some(_), None) => return Err(reasons::UNIT_MISSING),
        };
        let unit = to.map(str::to_owned).or_else(|| amount.unit.clone());
        self.note(Step::MethodLimit { kind: Some(kind), value, unit });
        Ok(Some(value))
    }

    /// The greatest limit of the method that is known, in the unit of the limit.
    pub(super) fn method_bound(&mut self, from_text: Option<Decimal>) -> Result<Option<Decimal>, &'static CodeInfo> {
        let mut bound = match from_text {
            Some(value) => {
                let value = self.convert(value)?;
                self.note(Step::MethodLimit { kind: None, value, unit: self.unit.map(str::to_owned) });
                Some(value)
            }
            None => None,
        };
        for kind in [DetectionKind::Lod, DetectionKind::Loq] {
            bound = bound.max(self.method(kind, self.unit)?);
        }
        Ok(bound)
    }

    /// A count that cannot be what the plate gave: 103 where the method writes 1.0×10², 2.1103 where a × has gone, 10^-4.
    pub(super) fn plausible_count(&self, one: &Measured) -> Result<(), &'static CodeInfo> {
        let unit = self.input.measured.unit.as_deref().or(self.unit);
        let plan = matches!(self.input.limit, LimitRule::ThreeClass { .. });
        if !unit.map_or(plan || self.beside.count, units::is_count) {
            return Ok(());
        }
        let mpn = unit.is_some_and(|u| u.starts_with("MPN"));
        match one {
            Measured::Number { text, .. } if text.contains("^-") => Err(reasons::COUNT_POWER),
            Measured::Number { text, .. } if text.contains('^') => Ok(()),
            Measured::Number { value, .. } if !value.fract().is_zero() && !mpn => Err(reasons::COUNT_FRACTION),
            Measured::Number { value, .. } if ends_like_a_power(value) => Err(reasons::LOST_POWER),
            Measured::LessThan { value, .. } | Measured::GreaterThan { value, .. } | Measured::NotDetected { limit: Some(value), .. } => {
                if ends_like_a_power(value) {
                    return Err(reasons::LOST_POWER);
                }
                let least = if unit.is_some() && !mpn { Decimal::ONE } else { Decimal::new(1, 2) };
                if !value.is_zero() && *value < least { Err(reasons::COUNT_POWER) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }
}
