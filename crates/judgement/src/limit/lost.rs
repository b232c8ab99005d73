//! 丢了幂 limits and counts that look as if a power of ten had been lost.

use shiyan_foundation::Decimal;
use shiyan_statute::LimitRule;

/// Digits that end in 101 to 109: no standard has such a count, a power of ten that lost its superscript or its × looks like it.
pub(crate) fn ends_like_a_power(value: &Decimal) -> bool {
    let digits = value.normalize();
    let tail = digits.mantissa() % 1000;
    tail > 100 && tail < 110 && (digits.scale() == 0 || digits.mantissa() > 1000)
}

/// A limit of a count, written without a power of ten, that is no limit of a standard: 106, 1106, 2.1103, a minimum of 10.
pub(crate) fn lost_power(rule: &LimitRule, unit: Option<&str>) -> bool {
    let mpn = unit.is_some_and(|u| u.starts_with("MPN"));
    let odd = |value: &Decimal| ends_like_a_power(value) || (!mpn && !value.fract().is_zero());
    match rule {
        LimitRule::Max { value } => odd(value),
        // live bacteria are asked for in round numbers from 1000 up
        LimitRule::Min { value } => {
            let mut digits = value.normalize().mantissa();
            while digits != 0 && digits % 10 == 0 {
                digits /= 10;
            }
            odd(value) || *value < Decimal::ONE_THOUSAND || digits >= 100
        }
        // colonies of a plan are whole
        LimitRule::ThreeClass { m, .. } => unit.is_some() && !mpn && !m.fract().is_zero(),
        _ => false,
    }
}
