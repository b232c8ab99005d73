//! 编号之数 how many batches have a number, so that two of one number are noticed: the numbers of the beginning sorted, and beside them what changed since.

use rustc_hash::FxHashMap;

use crate::facts::BatchFact;

/// The hash of a number. Where two numbers have one hash (that happens in one of five hundred districts of a million batches) both batches are looked at by
/// themselves and told apart by their numbers in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Number(pub(super) [u8; 6]);

impl Number {
    /// Of a batch that never counts by its number.
    pub(super) const NONE: Self = Self([0; 6]);

    /// The number as it is compared ([`crate::kpis::base_reasons`]).
    pub(super) fn of(b: &BatchFact) -> Self {
        use std::hash::Hasher;
        let number = shiyan_foundation::text::fold(&b.sampling_no).to_ascii_uppercase();
        if b.temporary_no || number.is_empty() {
            return Self::NONE;
        }
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write(number.as_bytes());
        let [a, b, c, d, e, f, ..] = hasher.finish().to_be_bytes();
        if [a, b, c, d, e, f] == [0; 6] { Self([0, 0, 0, 0, 0, 1]) } else { Self([a, b, c, d, e, f]) }
    }
}

/// 编号之数
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    first: Vec<[u8; 6]>,
    since: FxHashMap<[u8; 6], i32>,
}

impl Numbers {
    /// Those of the beginning; [`Number::NONE`] is none of them.
    pub(super) fn begin(&mut self, many: usize, all: impl Iterator<Item = Number>) {
        let mut first = Vec::with_capacity(many);
        first.extend(all.filter(|n| *n != Number::NONE).map(|n| n.0));
        first.sort_unstable();
        *self = Self { first, since: FxHashMap::default() };
    }
    /// Those of the beginning that several have.
    pub(super) fn several(&self) -> Vec<Number> {
        let mut several: Vec<Number> = self.first.windows(2).filter(|two| two[0] == two[1]).map(|two| Number(two[0])).collect();
        several.dedup();
        several
    }
    /// How many have it.
    pub(super) fn many(&self, number: Number) -> i64 {
        let from = self.first.partition_point(|n| *n < number.0);
        let same = self.first[from..].iter().take_while(|n| **n == number.0).count();
        let since = self.since.get(&number.0).copied().unwrap_or_default();
        i64::try_from(same).unwrap_or(i64::MAX).saturating_add(i64::from(since))
    }
    /// One more, or one less; how many have it now.
    pub(super) fn change(&mut self, number: Number, by: i32) -> i64 {
        let since = self.since.entry(number.0).or_default();
        *since += by;
        if *since == 0 {
            self.since.remove(&number.0);
        }
        self.many(number)
    }
    /// As they are kept: what changed, and the column of the beginning.
    pub(super) fn keep(&self) -> (KeptNumbers, &[u8]) {
        let since = self.since.iter().map(|(n, by)| (Number(*n), *by)).collect();
        (KeptNumbers { many: self.first.len() as u64, since }, self.first.as_flattened())
    }
    /// Room for the column.
    pub(super) fn room(many: usize) -> Self {
        Self { first: vec![[0; 6]; many], since: FxHashMap::default() }
    }
    /// The column, to be filled.
    pub(super) fn column(&mut self) -> &mut [u8] {
        self.first.as_flattened_mut()
    }
    /// What changed since, beside the column.
    pub(super) fn filled(&mut self, kept: KeptNumbers) {
        self.since = kept.since.into_iter().map(|(n, by)| (n.0, by)).collect();
    }
}

/// 编号存档
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct KeptNumbers {
    many: u64,
    since: Vec<(Number, i32)>,
}

impl KeptNumbers {
    /// How many stand in the column.
    pub(super) fn many(&self) -> u64 {
        self.many
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_over_the_beginning_and_what_changed() {
        let n = |n: u8| Number([0, 0, 0, 0, 0, n]);
        let mut numbers = Numbers::default();
        numbers.begin(6, [n(3), Number::NONE, n(1), n(3), n(2), n(3)].into_iter());
        assert_eq!(numbers.several(), [n(3)]);
        assert_eq!([1, 2, 3, 4].map(|k| numbers.many(n(k))), [1, 1, 3, 0]);
        assert_eq!((numbers.change(n(3), -1), numbers.change(n(3), -1), numbers.change(n(4), 1), numbers.change(n(2), 1)), (2, 1, 1, 2));
        assert_eq!((numbers.change(n(4), -1), numbers.since.len()), (0, 2), "what is as it was is not kept as a change");
    }
}
