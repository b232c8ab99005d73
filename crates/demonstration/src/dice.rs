//! The generator of the demonstration: splitmix64, so that one seed always tells the same story.

use shiyan_foundation::Instant;
use uuid::{Builder, Uuid};

/// A deterministic stream of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x5348_4959_414e_2026)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// 0 ≤ x < n; 0 for n = 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }
    /// lo ≤ x ≤ hi.
    pub(crate) fn within(&mut self, lo: i64, hi: i64) -> i64 {
        lo + i64::try_from(self.next() % (hi.saturating_sub(lo).max(0).unsigned_abs() + 1)).unwrap_or(0)
    }
    /// True in so many cases of ten thousand.
    pub(crate) fn chance(&mut self, of_10_000: usize) -> bool {
        self.below(10_000) < of_10_000
    }
    /// An index, as often as its weight says.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = usize> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (index, weight) in weights.enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        0
    }
    /// One of a list that is not empty.
    pub(crate) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }
    /// An id that sorts by its instant.
    pub(crate) fn uuid(&mut self, at: Instant) -> Uuid {
        let mut tail = [0u8; 10];
        tail[..8].copy_from_slice(&self.next().to_be_bytes());
        tail[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        Builder::from_unix_timestamp_millis(at.timestamp_millis().unsigned_abs(), &tail).into_uuid()
    }
    /// Upper-case hex of so many characters (at most 32).
    pub(crate) fn hex(&mut self, characters: usize) -> String {
        format!("{:016X}{:016X}", self.next(), self.next()).chars().take(characters).collect()
    }
}
