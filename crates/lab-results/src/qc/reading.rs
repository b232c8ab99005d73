//! 读数 what a control says, in its own unit.

use shiyan_foundation::{CodeInfo, Decimal};
use shiyan_judgement::amount::units;
use shiyan_judgement::reading::{Measured, Parsed};
use shiyan_judgement::reasons;

use super::code;

/// 读数 one reading in the unit of the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Number(Decimal),
    /// 未检出, with the limit of the method when the text gives it.
    NotDetected(Option<Decimal>),
    /// `<x`; the flag is `≤x`.
    LessThan(Decimal, bool),
    GreaterThan(Decimal),
    /// 检出, 阳性
    Positive,
    /// 阴性
    Negative,
}

impl Reading {
    /// Certainly below the limit of quantification, certainly not below, or not certain. Without a limit only the analyst's own
    /// 未检出 counts as below.
    pub(super) fn below(self, loq: Option<Decimal>) -> Option<bool> {
        match (self, loq) {
            (Self::Negative | Self::NotDetected(None), _) | (Self::NotDetected(Some(_)), None) => Some(true),
            (Self::Positive, _) => Some(false),
            (Self::Number(x), Some(loq)) => Some(x < loq),
            (Self::NotDetected(Some(bound)), Some(loq)) => (bound <= loq).then_some(true),
            (Self::LessThan(bound, inclusive), Some(loq)) => (bound < loq || bound == loq && !inclusive).then_some(true),
            (Self::GreaterThan(bound), Some(loq)) => (bound >= loq).then_some(false),
            (Self::Number(_) | Self::LessThan(..) | Self::GreaterThan(_), None) => None,
        }
    }
}

/// What a text holds, in the unit `to`.
pub(super) fn read(parsed: &Parsed, to: &str) -> Result<Reading, &'static CodeInfo> {
    let one = |value: Decimal| match (parsed.unit.as_deref(), known(to)) {
        (None, None) => Ok(value),
        (Some(from), Some(to)) => units::convert(value, from, to),
        _ => Err(reasons::UNIT_MISSING),
    };
    Ok(match &parsed.understood {
        Measured::Number { value, .. } => Reading::Number(one(*value)?),
        Measured::LessThan { value, inclusive } => Reading::LessThan(one(*value)?, *inclusive),
        Measured::GreaterThan { value, .. } => Reading::GreaterThan(one(*value)?),
        Measured::NotDetected { limit, .. } => Reading::NotDetected(limit.map(one).transpose()?),
        Measured::Negative => Reading::Negative,
        Measured::Detected | Measured::Positive => Reading::Positive,
        Measured::NotApplicable => return Err(code::NOT_DONE),
        // 弱阳性 is neither, and several values are not one
        Measured::WeakPositive | Measured::Several { .. } => return Err(code::NUMBER),
        Measured::NeedsPerson { reason } => return Err(reason.0),
    })
}

/// Nothing at all was typed.
pub(super) fn blank_text(parsed: &Parsed) -> bool {
    parsed.needs_person().is_some_and(|r| r.0 == reasons::EMPTY)
}

/// `/` and nothing are no unit.
fn known(unit: &str) -> Option<&str> {
    Some(unit.trim()).filter(|u| !u.is_empty() && *u != "/")
}
