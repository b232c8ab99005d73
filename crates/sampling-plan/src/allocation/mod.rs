//! 分配 so many batches divided by weights, in whole numbers that add up exactly and show what the rounding moved.
//!
//! One way, the method is the largest remainder (最大余额法, Hamilton's): everybody gets the whole part of the exact share, and what is then
//! left goes, one each, to the largest remainders. It keeps every row within one batch of its share, which methods of divisors do not.
//! Rows whose share lies below their least number get that number first, and the others divide the rest.
//! A tie goes to the larger weight, then to the smaller key: never to the place in the list, so that sorting a page changes nothing.

pub mod two_way;

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::Refusal;

use crate::code;
use crate::fraction::Fraction;
use crate::history::{Record, shrunk};

pub use two_way::{TwoWay, two_way};

/// 分配行 whom to allocate to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<K> {
    /// Street, category, or what else is told apart.
    pub key: K,
    /// 权重
    pub weight: u64,
    /// 最少批次
    pub least: u32,
}

/// 分得 what one row got, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share<K> {
    /// The row.
    pub key: K,
    /// 权重
    pub weight: u64,
    /// 精确份额 before rounding; the least number itself where the row was raised to it.
    pub exact: Fraction,
    /// 批次数
    pub given: u32,
    /// 进一 the rounding gave it one more than the whole part.
    pub rounded_up: bool,
    /// 保底 its share lay below its least number.
    pub raised: bool,
}

/// 权重 parts in which a rate is taken as a weight: a thousand million to the whole.
const RATE_UNIT: u64 = 1_000_000_000;

/// 平均
pub fn evenly<K>(keys: impl IntoIterator<Item = K>) -> Vec<Asked<K>> {
    keys.into_iter().map(|key| Asked { key, weight: 1, least: 0 }).collect()
}

/// 按人口
pub fn by_people<K>(rows: impl IntoIterator<Item = (K, u64)>) -> Vec<Asked<K>> {
    rows.into_iter().map(|(key, weight)| Asked { key, weight, least: 0 }).collect()
}

/// 按上年不合格率: the rate of each row drawn towards the rate of all by `prior` batches, so that two failures of two do not take the whole
/// plan and a row that was never tested is not forgotten. Where nothing was found at all, evenly.
pub fn by_failures<K>(rows: impl IntoIterator<Item = (K, Record)>, prior: u32) -> Vec<Asked<K>> {
    let rows: Vec<(K, Record)> = rows.into_iter().collect();
    let all = rows.iter().fold(Record::default(), |sum, (_, r)| sum.and(*r));
    let weight = |r: &Record| shrunk(*r, all.rate(), prior.max(1)).of(RATE_UNIT).unwrap_or(RATE_UNIT);
    let nothing = rows.iter().all(|(_, r)| weight(r) == 0);
    rows.into_iter().map(|(key, r)| Asked { weight: if nothing { 1 } else { weight(&r) }, key, least: 0 }).collect()
}

/// 至少 the same rows with a least number each.
#[must_use]
pub fn at_least<K>(rows: Vec<Asked<K>>, least: u32) -> Vec<Asked<K>> {
    rows.into_iter().map(|row| Asked { least, ..row }).collect()
}

/// 最大余额法 divides `total` among the rows, in their order. The numbers add up to `total`, and each differs from its exact share by less
/// than one.
///
/// # Errors
/// No weight at all; a row that stands twice; a total that cannot give everybody the least number.
pub fn allocate<K: Ord + Clone>(total: u32, rows: &[Asked<K>]) -> Result<Vec<Share<K>>, Refusal> {
    let distinct: BTreeSet<&K> = rows.iter().map(|r| &r.key).collect();
    if distinct.len() < rows.len() {
        return Err(Refusal::new(code::ALLOCATE_TWICE));
    }
    let least: u64 = rows.iter().map(|r| u64::from(r.least)).sum();
    if least > u64::from(total) {
        return Err(Refusal::new(code::ALLOCATE_LEAST).with("total", total).with("least", least));
    }
    if total > 0 && rows.iter().all(|r| r.weight == 0) && least < u64::from(total) {
        return Err(Refusal::new(code::ALLOCATE_WEIGHTS));
    }
    let (raised, rest) = raise(total, rows);
    let sum: u128 = rows.iter().zip(&raised).filter(|(_, up)| !**up).map(|(r, _)| u128::from(r.weight)).sum();
    let mut shares: Vec<Share<K>> = Vec::with_capacity(rows.len());
    for (row, up) in rows.iter().zip(&raised) {
        let exact = if *up { Fraction::whole(u64::from(row.least)) } else { Fraction::new(u128::from(rest) * u128::from(row.weight), sum) };
        // The whole part of a share of a total that is an u32 is one.
        let given = u32::try_from(exact.floor()).unwrap_or(u32::MAX);
        shares.push(Share { key: row.key.clone(), weight: row.weight, exact, given, rounded_up: false, raised: *up });
    }
    let remainder = |at: usize| u128::from(rest) * u128::from(rows[at].weight) % sum.max(1);
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| !raised[*at]).collect();
    order.sort_by(|a, b| remainder(*b).cmp(&remainder(*a)).then(rows[*b].weight.cmp(&rows[*a].weight)).then_with(|| rows[*a].key.cmp(&rows[*b].key)));
    let given: u64 = shares.iter().map(|s| u64::from(s.given)).sum();
    let left = usize::try_from(u64::from(total) - given).unwrap_or(0);
    for at in order.into_iter().take(left) {
        shares[at].given += 1;
        shares[at].rounded_up = true;
    }
    Ok(shares)
}

/// Who is raised to the least number, and what is left for the others: raising one lowers the shares of the rest, so it is asked again until
/// nobody else lies below.
fn raise<K>(total: u32, rows: &[Asked<K>]) -> (Vec<bool>, u32) {
    let mut raised = vec![false; rows.len()];
    loop {
        let taken: u32 = rows.iter().zip(&raised).filter(|(_, up)| **up).map(|(r, _)| r.least).sum();
        let rest = total - taken;
        let sum: u128 = rows.iter().zip(&raised).filter(|(_, up)| !**up).map(|(r, _)| u128::from(r.weight)).sum();
        let below = |r: &Asked<K>| u128::from(rest) * u128::from(r.weight) < u128::from(r.least) * sum.max(1);
        let more: Vec<usize> = (0..rows.len()).filter(|at| !raised[*at] && below(&rows[*at])).collect();
        if more.is_empty() {
            return (raised, rest);
        }
        for at in more {
            raised[at] = true;
        }
    }
}

/// 变动 one number before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved<K> {
    /// The row.
    pub key: K,
    /// 原批次
    pub before: u32,
    /// 现批次
    pub after: u32,
}

/// 变动清单 what a new allocation moved, by key; what stayed is not in it.
#[must_use]
pub fn moved<K: Ord + Clone>(before: &BTreeMap<K, u32>, shares: &[Share<K>]) -> Vec<Moved<K>> {
    let after: BTreeMap<&K, u32> = shares.iter().map(|s| (&s.key, s.given)).collect();
    let keys: BTreeSet<&K> = before.keys().chain(after.keys().copied()).collect();
    let row = |key: &K| Moved { key: key.clone(), before: before.get(key).copied().unwrap_or(0), after: after.get(key).copied().unwrap_or(0) };
    keys.into_iter().map(row).filter(|m| m.before != m.after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(total: u32, rows: &[Asked<&'static str>]) -> Vec<u32> {
        allocate(total, rows).unwrap().iter().map(|s| s.given).collect()
    }
    fn weights(of: &[(&'static str, u64)]) -> Vec<Asked<&'static str>> {
        by_people(of.iter().copied())
    }

    #[test]
    fn what_is_left_goes_to_the_largest_remainders_and_is_shown() {
        let shares = allocate(10, &weights(&[("a", 47_000), ("b", 16_000), ("c", 15_900), ("d", 12_000), ("e", 6_000), ("f", 3_100)])).unwrap();
        assert_eq!(shares.iter().map(|s| (s.given, s.rounded_up)).collect::<Vec<_>>(), [(5, true), (2, true), (1, false), (1, false), (1, true), (0, false)]);
        assert_eq!(shares[2].exact.shown(2).to_string(), "1.59");
    }
    #[test]
    fn a_tie_goes_to_the_larger_weight_and_then_to_the_smaller_key() {
        assert_eq!(given(1, &weights(&[("b", 1), ("a", 1)])), [0, 1]);
        // Shares 0.5 and 2.5: the remainder is the same.
        assert_eq!(given(3, &weights(&[("a", 1), ("b", 5)])), [0, 3]);
    }
    #[test]
    fn the_least_number_comes_first_and_the_others_divide_the_rest() {
        let rows = at_least(weights(&[("a", 1), ("b", 49), ("c", 50)]), 5);
        let shares = allocate(100, &rows).unwrap();
        assert_eq!(shares.iter().map(|s| (s.given, s.raised)).collect::<Vec<_>>(), [(5, true), (47, false), (48, false)]);
        // Raising one pushes another one below.
        assert_eq!(given(12, &at_least(weights(&[("a", 0), ("b", 5), ("c", 7)]), 4)), [4, 4, 4]);
    }
    #[test]
    fn what_cannot_be_divided_is_refused_by_code() {
        let code = |total, rows: &[Asked<&'static str>]| allocate(total, rows).unwrap_err().code();
        assert_eq!(code(7, &weights(&[("a", 0), ("b", 0)])), "ALLOCATE-WEIGHTS");
        assert_eq!(code(7, &weights(&[])), "ALLOCATE-WEIGHTS");
        assert_eq!(code(7, &weights(&[("a", 1), ("a", 1)])), "ALLOCATE-TWICE");
        assert_eq!(code(7, &at_least(weights(&[("a", 1), ("b", 1)]), 4)), "ALLOCATE-LEAST");
        assert_eq!(given(0, &weights(&[("a", 0)])), [0]);
    }
    #[test]
    fn a_street_that_was_never_tested_is_not_forgotten() {
        let record = |tested, failed| Record { tested, failed };
        let rows = by_failures([("never", record(0, 0)), ("often", record(400, 40)), ("twice", record(2, 2)), ("clean", record(400, 0))], 50);
        let of = |key| rows.iter().find(|r| r.key == key).unwrap().weight;
        // All: 42 of 802. Drawn towards it by fifty batches.
        assert_eq!(of("never"), 52_369_077);
        assert!(of("clean") > 0 && of("clean") < of("never") && of("never") < of("twice"));
        assert!(of("twice") < 100_000_000, "two of two is not a rate of one: {}", of("twice"));
        assert!(by_failures([("a", record(9, 0)), ("b", record(0, 0))], 50).iter().all(|r| r.weight == 1));
    }
    #[test]
    fn a_new_total_shows_which_rows_moved() {
        let before = BTreeMap::from([("a", 5), ("b", 5), ("gone", 2)]);
        let shares = allocate(11, &weights(&[("a", 5), ("b", 5)])).unwrap();
        let seen: Vec<_> = moved(&before, &shares).into_iter().map(|m| (m.key, m.before, m.after)).collect();
        assert_eq!(seen, [("a", 5, 6), ("gone", 2, 0)]);
    }
}
