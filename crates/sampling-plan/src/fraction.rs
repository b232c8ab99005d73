//! 分数 exact shares and rates: a whole number over a whole number, compared without rounding and rounded only to be shown.

use std::cmp::Ordering;

use shiyan_foundation::Decimal;

/// 分数 an exact, reduced, non-negative fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numer: u128,
    denom: u128,
}

const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Fraction {
    /// 零
    pub const ZERO: Fraction = Fraction { numer: 0, denom: 1 };

    /// `numer / denom`; over nothing it is nothing.
    #[must_use]
    pub const fn new(numer: u128, denom: u128) -> Self {
        match gcd(numer, denom) {
            0 => Self::ZERO,
            _ if denom == 0 => Self::ZERO,
            by => Self { numer: numer / by, denom: denom / by },
        }
    }
    /// A whole number.
    #[must_use]
    pub const fn whole(n: u64) -> Self {
        Self { numer: n as u128, denom: 1 }
    }
    /// 分子
    #[must_use]
    pub const fn numer(self) -> u128 {
        self.numer
    }
    /// 分母
    #[must_use]
    pub const fn denom(self) -> u128 {
        self.denom
    }
    /// 整数部分
    #[must_use]
    pub const fn floor(self) -> u128 {
        self.numer / self.denom
    }
    /// The least whole number that is not smaller.
    #[must_use]
    pub const fn ceil(self) -> u128 {
        self.numer.div_ceil(self.denom)
    }
    /// Times another; nothing where the product is too large to be held exactly.
    #[must_use]
    pub fn times(self, other: Fraction) -> Option<Self> {
        // Reduced across first, so that products stay as small as they can.
        let (a, b) = (Self::new(self.numer, other.denom), Self::new(other.numer, self.denom));
        Some(Self::new(a.numer.checked_mul(b.numer)?, a.denom.checked_mul(b.denom)?))
    }
    /// Plus another; nothing where the sum is too large to be held exactly.
    #[must_use]
    pub fn plus(self, other: Fraction) -> Option<Self> {
        let by = gcd(self.denom, other.denom);
        let (mine, theirs) = (other.denom / by, self.denom / by);
        let numer = self.numer.checked_mul(mine)?.checked_add(other.numer.checked_mul(theirs)?)?;
        Some(Self::new(numer, self.denom.checked_mul(mine)?))
    }
    /// As so many parts of `unit`, half up: `1/3` of a thousand is 333. Nothing where it cannot be held.
    #[must_use]
    pub fn of(self, unit: u64) -> Option<u64> {
        let twice = self.numer.checked_mul(2)?.checked_mul(u128::from(unit))?.checked_add(self.denom)?;
        u64::try_from(twice / self.denom.checked_mul(2)?).ok()
    }
    /// Rounded half up to so many places, to be shown.
    #[must_use]
    pub fn shown(self, places: u32) -> Decimal {
        let unit = 10_u64.checked_pow(places).unwrap_or(1);
        let parts = self.of(unit).and_then(|n| i64::try_from(n).ok());
        parts.map_or(Decimal::MAX, |n| Decimal::new(n, places))
    }
    /// In per cent, rounded half up to so many places, to be shown.
    #[must_use]
    pub fn percent(self, places: u32) -> Decimal {
        Self::new(self.numer.saturating_mul(100), self.denom).shown(places)
    }
}

impl Ord for Fraction {
    /// Exact for any size: whole parts first, then the reciprocals of what is left.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b, mut turned) = (*self, *other, false);
        loop {
            let by_whole = a.floor().cmp(&b.floor());
            let (ra, rb) = (a.numer % a.denom, b.numer % b.denom);
            let found = match by_whole {
                Ordering::Equal if ra == 0 || rb == 0 => (ra > 0).cmp(&(rb > 0)),
                Ordering::Equal => {
                    (a, b) = (Fraction { numer: a.denom, denom: ra }, Fraction { numer: b.denom, denom: rb });
                    turned = !turned;
                    continue;
                }
                differs => differs,
            };
            return if turned { found.reverse() } else { found };
        }
    }
}
impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_compare_exactly_however_large() {
        let huge = u128::MAX / 3;
        assert!(Fraction::new(huge, huge - 1) > Fraction::new(huge + 1, huge));
        assert!(Fraction::new(1, huge) > Fraction::ZERO && Fraction::new(2, 6) == Fraction::new(1, 3));
        for a in 0..12_u128 {
            for b in 1..12_u128 {
                for c in 0..12_u128 {
                    for d in 1..12_u128 {
                        assert_eq!(Fraction::new(a, b).cmp(&Fraction::new(c, d)), (a * d).cmp(&(c * b)), "{a}/{b} {c}/{d}");
                    }
                }
            }
        }
    }
    #[test]
    fn a_fraction_is_rounded_only_to_be_shown() {
        assert_eq!(Fraction::new(2, 3).shown(2).to_string(), "0.67");
        assert_eq!(Fraction::new(1, 8).percent(1).to_string(), "12.5");
        assert_eq!((Fraction::new(7, 2).floor(), Fraction::new(7, 2).ceil(), Fraction::new(1, 2).of(1)), (3, 4, Some(1)));
        assert_eq!(Fraction::new(1, 3).plus(Fraction::new(1, 6)), Some(Fraction::new(1, 2)));
        assert_eq!(Fraction::new(2, 3).times(Fraction::new(3, 4)), Some(Fraction::new(1, 2)));
        assert_eq!(Fraction::new(5, 0), Fraction::ZERO);
        assert_eq!(Fraction::new(u128::MAX, 1).plus(Fraction::whole(1)), None);
    }
}
