//! 符合情况 of rapid results and the laboratory's on the same batch, with an interval, because three out of three says little. The interval is Wilson's at 95 %, reckoned
//! in whole numbers and rounded outward.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::Decimal;

use crate::reading::RapidVerdict;

/// 一对结果 a rapid test and the laboratory's result on the same batch. An invalid rapid test is no pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// 快检
    pub rapid: RapidVerdict,
    /// 实验室 found it failing.
    pub failing: bool,
}

/// 四格表
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Rapid positive, laboratory failing.
    pub both: u64,
    /// 假阳性 rapid positive only.
    pub rapid_only: u64,
    /// 假阴性 laboratory failing only.
    pub lab_only: u64,
    /// Neither.
    pub neither: u64,
    /// 无效 left out.
    pub invalid: u64,
}

/// 比率与区间: a share with the bounds between which it lies with 95 %, in per cent with one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many.
    pub of: u64,
    /// Out of how many.
    pub all: u64,
    /// Lower bound.
    pub low: Decimal,
    /// Upper bound.
    pub high: Decimal,
}

impl Table {
    /// Counts pairs.
    #[must_use]
    pub fn of(pairs: impl IntoIterator<Item = Pair>) -> Self {
        let mut out = Self::default();
        for pair in pairs {
            let cell = match (pair.rapid, pair.failing) {
                (RapidVerdict::Positive, true) => &mut out.both,
                (RapidVerdict::Positive, false) => &mut out.rapid_only,
                (RapidVerdict::Negative, true) => &mut out.lab_only,
                (RapidVerdict::Negative, false) => &mut out.neither,
                (RapidVerdict::Invalid, _) => &mut out.invalid,
            };
            *cell += 1;
        }
        out
    }
    /// 符合率 of all pairs.
    #[must_use]
    pub fn agreement(&self) -> Option<Share> {
        share(self.both + self.neither, self.both + self.neither + self.rapid_only + self.lab_only)
    }
    /// 阳性确认率 of the positives that went to the laboratory.
    #[must_use]
    pub fn confirmed(&self) -> Option<Share> {
        share(self.both, self.both + self.rapid_only)
    }
    /// 阴性符合率 of the negatives that went to the laboratory.
    #[must_use]
    pub fn cleared(&self) -> Option<Share> {
        share(self.neither, self.neither + self.lab_only)
    }
}

/// Tables by a key: method, kit lot, point or device.
#[must_use]
pub fn by<K: Ord>(pairs: impl IntoIterator<Item = (K, Pair)>) -> BTreeMap<K, Table> {
    let mut parts: BTreeMap<K, Vec<Pair>> = BTreeMap::new();
    for (key, pair) in pairs {
        parts.entry(key).or_default().push(pair);
    }
    parts.into_iter().map(|(key, pairs)| (key, Table::of(pairs))).collect()
}

/// The largest whole number whose square is not above.
fn root(n: u128) -> u128 {
    let (mut low, mut high) = (0u128, 1u128 << 64);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if middle.checked_mul(middle).is_some_and(|square| square <= n) { low = middle } else { high = middle }
    }
    low
}

/// z² for 95 %, in millionths: 1.959964².
const Z2: u128 = 3_841_459;
const MILLION: u128 = 1_000_000;

/// 比率 with its interval (Wilson, 95 %); none of nothing. Up to a million pairs; more are no sample of rapid tests.
#[must_use]
pub fn share(of: u64, all: u64) -> Option<Share> {
    if all == 0 || of > all || u128::from(all) > MILLION {
        return None;
    }
    let (k, n) = (u128::from(of), u128::from(all));
    // bounds (2k + z² ∓ z·√(z² + 4k(n−k)/n)) / 2(n + z²), all in millionths; the root is of z²·(z² + 4k(n−k)/n) in millionths squared
    let centre = 2 * k * MILLION + Z2;
    let under = Z2 * Z2 + Z2 * MILLION * 4 * k * (n - k) / n;
    let (down, up) = (root(under), root(under) + 1);
    let whole = 2 * (n * MILLION + Z2);
    // tenths of a per cent, the lower bound rounded down, the upper one up
    let low = if k == 0 { 0 } else { centre.saturating_sub(up) * 1_000 / whole };
    let high = if k == n { 1_000 } else { ((centre + up.max(down)) * 1_000).div_ceil(whole).min(1_000) };
    let tenths = |n: u128| Decimal::new(i64::try_from(n).unwrap_or(1_000), 1);
    Some(Share { of, all, low: tenths(low), high: tenths(high) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(of: u64, all: u64) -> (String, String) {
        let share = share(of, all).unwrap();
        (share.low.to_string(), share.high.to_string())
    }
    #[test]
    fn the_interval_is_the_published_one_rounded_outward() {
        // Wilson 95 %: 0/10 0–27.75; 3/3 43.85–100; 15/20 53.13–88.81; 1/1 20.65–100; 50/100 40.38–59.62; 81/263 25.53–36.63
        let want = |low: &str, high: &str| (low.to_owned(), high.to_owned());
        assert_eq!(bounds(0, 10), want("0.0", "27.8"));
        assert_eq!(bounds(3, 3), want("43.8", "100.0"));
        assert_eq!(bounds(15, 20), want("53.1", "88.9"));
        assert_eq!(bounds(1, 1), want("20.6", "100.0"));
        assert_eq!(bounds(50, 100), want("40.3", "59.7"));
        assert_eq!(bounds(81, 263), want("25.5", "36.7"));
        assert_eq!((share(0, 0), share(2, 1)), (None, None));
        let wide = share(500_000, 1_000_000).unwrap();
        assert!(wide.low < Decimal::from(50) && wide.high > Decimal::from(50));
    }
    #[test]
    fn a_share_lies_in_its_interval_which_narrows_with_numbers() {
        for all in [1u64, 2, 7, 30, 400, 9_999] {
            for of in [0, 1, all / 3, all / 2, all] {
                let s = share(of, all).unwrap();
                let rate = Decimal::from(of * 100) / Decimal::from(all);
                assert!(s.low <= rate && rate <= s.high, "{of}/{all}: {s:?}");
            }
            let width = |n: u64| share(n / 2, n).map(|s| s.high - s.low).unwrap();
            assert!(width(all * 4) < width(all), "{all}");
        }
    }
    #[test]
    fn invalid_tests_are_counted_apart() {
        use RapidVerdict::{Invalid, Negative, Positive};
        let pairs = [(Positive, true), (Positive, false), (Negative, false), (Negative, true), (Negative, false), (Invalid, true)];
        let table = Table::of(pairs.map(|(rapid, failing)| Pair { rapid, failing }));
        assert_eq!(table, Table { both: 1, rapid_only: 1, lab_only: 1, neither: 2, invalid: 1 });
        let shares = [table.agreement(), table.confirmed(), table.cleared()].map(|s| s.map(|s| (s.of, s.all)));
        assert_eq!(shares, [Some((3, 5)), Some((1, 2)), Some((2, 3))]);
        let parted = by(pairs.iter().enumerate().map(|(n, (rapid, failing))| (n % 2, Pair { rapid: *rapid, failing: *failing })));
        assert_eq!((parted.len(), parted[&0].both, parted[&1].invalid), (2, 1, 1));
    }
}
