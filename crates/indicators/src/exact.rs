//! Exact arithmetic of figures: integers in, text out. Comparison never looks at a rounded value.

use rust_decimal::Decimal;

/// The decimal text of `n / d`, cut off after `places` digits; `None` when `d` is 0 or the numbers are out of range.
#[must_use]
pub fn truncated(n: u128, d: u128, places: u32) -> Option<String> {
    scaled(n, d, places, false).map(|q| text(q, places))
}

/// The decimal text of `n / d`, rounded half up (四舍五入) to `places` digits.
#[must_use]
pub fn half_up(n: u128, d: u128, places: u32) -> Option<String> {
    scaled(n, d, places, true).map(|q| text(q, places))
}

/// Whether `n / d >= target`, exactly. `None` when `d` is 0; a product that leaves 128 bits counts as not reached.
#[must_use]
pub fn at_least(n: u128, d: u128, target: Decimal) -> Option<bool> {
    if d == 0 {
        return None;
    }
    let target = target.normalize();
    if target.mantissa() <= 0 {
        return Some(true);
    }
    let left = 10u128.checked_pow(target.scale()).and_then(|p| n.checked_mul(p));
    let right = target.mantissa().unsigned_abs().checked_mul(d);
    Some(matches!((left, right), (Some(left), Some(right)) if left >= right))
}

/// Two decimals for display: half up, but cut off when rounding would show a target as reached that is not.
#[must_use]
pub fn display(n: u128, d: u128, target: Option<Decimal>) -> Option<String> {
    let rounded = scaled(n, d, 2, true)?;
    let crosses = target.is_some_and(|t| at_least(n, d, t) == Some(false) && at_least(rounded, 100, t) == Some(true));
    Some(text(if crosses { scaled(n, d, 2, false)? } else { rounded }, 2))
}

/// `n / total` in percent as [`display`] shows it, without the sign %.
#[must_use]
pub fn percent(n: u64, total: u64, target: Option<Decimal>) -> Option<String> {
    display(u128::from(n) * 100, u128::from(total), target)
}

/// 百分点差 `a/b - c/d` in percentage points, signed, two decimals, half away from zero; `None` when a denominator is 0.
#[must_use]
pub fn points(a: u64, b: u64, c: u64, d: u64) -> Option<String> {
    if b == 0 || d == 0 {
        return None;
    }
    let left = u128::from(a) * u128::from(d);
    let right = u128::from(c) * u128::from(b);
    let size = scaled(left.abs_diff(right).checked_mul(100)?, u128::from(b) * u128::from(d), 2, true)?;
    let sign = match (size, left > right) {
        (0, _) => "",
        (_, true) => "+",
        (_, false) => "-",
    };
    Some(format!("{sign}{}", text(size, 2)))
}

fn scaled(n: u128, d: u128, places: u32, up: bool) -> Option<u128> {
    let n = n.checked_mul(10u128.checked_pow(places)?)?;
    let quotient = n.checked_div(d)?;
    let rest = n % d;
    Some(quotient + u128::from(up && rest >= d - rest))
}

fn text(scaled: u128, places: u32) -> String {
    if places == 0 {
        return scaled.to_string();
    }
    let unit = 10u128.pow(places);
    format!("{}.{:0width$}", scaled / unit, scaled % unit, width = places as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounds_half_up_but_never_across_the_target() {
        let four = Decimal::from(4);
        assert_eq!(half_up(3_995, 1_000, 2).unwrap(), "4.00");
        assert_eq!(display(3_995, 1_000, Some(four)).unwrap(), "3.99");
        assert_eq!(display(3_995, 1_000, None).unwrap(), "4.00");
        assert_eq!(display(4_000, 1_000, Some(four)).unwrap(), "4.00");
        assert_eq!(percent(99_999, 100_000, Some(Decimal::from(100))).unwrap(), "99.99");
        assert_eq!(percent(100_000, 100_000, Some(Decimal::from(100))).unwrap(), "100.00");
        assert_eq!(percent(0, 0, None), None);
    }
    #[test]
    fn differences_are_in_percentage_points() {
        assert_eq!(points(3, 100, 1, 100).unwrap(), "+2.00");
        assert_eq!(points(0, 10, 1, 3).unwrap(), "-33.33");
        assert_eq!(points(1, 3, 2, 6).unwrap(), "0.00");
        assert_eq!(points(1, 0, 2, 6), None);
    }
    proptest! {
        #[test]
        fn what_is_shown_agrees_with_what_is_judged(n in any::<u64>(), d in 1u64.., m in 0u64..1_000_000, scale in 0u32..6) {
            let (n, d, target) = (u128::from(n) * 1000, u128::from(d), Decimal::new(m as i64, scale));
            let shown: Option<Decimal> = display(n, d, Some(target)).unwrap().parse().ok();
            if let (Some(shown), Some(false)) = (shown, at_least(n, d, target)) {
                prop_assert!(shown < target, "{shown} shown, {target} not reached");
            }
        }
        #[test]
        fn truncation_never_exceeds_and_stays_within_one_unit(n in any::<u64>(), d in 1u64..) {
            let (n, d) = (u128::from(n), u128::from(d));
            let q = scaled(n, d, 4, false).unwrap();
            prop_assert!(q * d <= n * 10_000 && (q + 1) * d > n * 10_000);
        }
    }
}
