//! Whole numbers of one common unit, so that no rounding of a sum or a quotient ever decides.

use std::cmp::Ordering;

use shiyan_foundation::Decimal;

/// The values as whole numbers of the same power of ten; `None` when they do not fit.
pub(super) fn align<const N: usize>(values: [Decimal; N]) -> Option<[i128; N]> {
    let values = values.map(|v| v.normalize());
    let scale = values.iter().map(Decimal::scale).max().unwrap_or(0);
    let mut whole = [0; N];
    for (slot, value) in whole.iter_mut().zip(values) {
        *slot = value.mantissa().checked_mul(10_i128.checked_pow(scale - value.scale())?)?;
    }
    Some(whole)
}

/// `num / den` rounded once, half to even (GB/T 8170); `den` is positive.
fn quotient(num: i128, den: i128, places: u32) -> Option<Decimal> {
    let num = num.checked_mul(10_i128.checked_pow(places)?)?;
    let (floor, rest) = (num.checked_div_euclid(den)?, num.checked_rem_euclid(den)?);
    let up = match rest.cmp(&(den - rest)) {
        Ordering::Less => false,
        Ordering::Equal => floor % 2 != 0,
        Ordering::Greater => true,
    };
    Decimal::try_from_i128_with_scale(floor + i128::from(up), places).ok()
}

/// `num / den` to two places for showing, or as many as it takes not to look equal to a limit that it does not equal.
pub(super) fn shown(num: i128, den: i128, limits: &[Decimal]) -> Option<Decimal> {
    let fits = |q: &Decimal| limits.iter().all(|limit| limit != q || compare(num, *limit, den) == Some(Ordering::Equal));
    (2..=6).filter_map(|places| quotient(num, den, places)).find(fits).or_else(|| quotient(num, den, 2))
}

/// `left` against `factor × right`, all of one unit; `None` when the digits do not fit.
pub(super) fn compare(left: i128, factor: Decimal, right: i128) -> Option<Ordering> {
    let factor = factor.normalize();
    let left = left.checked_mul(10_i128.checked_pow(factor.scale())?)?;
    Some(left.cmp(&factor.mantissa().checked_mul(right)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    #[test]
    fn aligns_to_the_finest_or_refuses() {
        assert_eq!(align([d("1.50"), d("0.001"), d("-2")]), Some([1500, 1, -2000]));
        assert_eq!(align([d("0"), d("0.00")]), Some([0, 0]));
        assert_eq!(align([Decimal::MAX, d("0.0000000000000000000000000001")]), None);
    }
    #[test]
    fn rounds_once_and_half_to_even_on_both_sides_of_zero() {
        for (num, den, places, expected) in
            [(1, 8, 2, "0.12"), (3, 8, 2, "0.38"), (-1, 8, 2, "-0.12"), (-3, 8, 2, "-0.38"), (2, 3, 2, "0.67"), (-2, 3, 2, "-0.67"), (7, 1, 0, "7")]
        {
            assert_eq!(quotient(num, den, places), Some(d(expected)), "{num}/{den}");
        }
        assert_eq!(quotient(i128::MAX, 1, 2), None);
    }
    #[test]
    fn shows_on_which_side_of_a_limit_it_lies() {
        assert_eq!(shown(10, 1, &[d("10")]), Some(d("10")));
        assert_eq!(shown(100_004, 10_000, &[d("10")]), Some(d("10.0004")));
        assert_eq!(shown(100_004, 10_000, &[d("20")]), Some(d("10.00")));
    }
    #[test]
    fn compares_without_dividing() {
        assert_eq!(compare(25, d("2.5"), 10), Some(Ordering::Equal));
        assert_eq!(compare(25, d("2.50001"), 10), Some(Ordering::Less));
        assert_eq!(compare(-1, d("0"), 10), Some(Ordering::Less));
        assert_eq!(compare(i128::MAX, d("0.1"), 1), None);
    }
}
