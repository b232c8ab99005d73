//! 大整数 whole numbers of any size, with the few things that exact probabilities need. Private: nothing outside counts with them.

use std::cmp::Ordering;

/// Least significant part first; no part above the last that is not nought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Big(Vec<u64>);

impl Big {
    pub(crate) fn of(n: u64) -> Self {
        Self(vec![n]).trimmed()
    }
    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }
    /// The low and the high half of a product or a sum with carry.
    fn halves(n: u128) -> (u64, u64) {
        // Cutting off is what is wanted here.
        #[allow(clippy::cast_possible_truncation)]
        let low = n as u64;
        (low, u64::try_from(n >> 64).unwrap_or(u64::MAX))
    }
    pub(crate) fn times_small(&self, by: u64) -> Self {
        let mut carry = 0_u64;
        let mut out = Vec::with_capacity(self.0.len() + 1);
        for part in &self.0 {
            let (low, high) = Self::halves(u128::from(*part) * u128::from(by) + u128::from(carry));
            out.push(low);
            carry = high;
        }
        out.push(carry);
        Self(out).trimmed()
    }
    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut out = vec![0_u64; self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0_u64;
            for (j, b) in other.0.iter().enumerate() {
                let (low, high) = Self::halves(u128::from(*a) * u128::from(*b) + u128::from(out[i + j]) + u128::from(carry));
                out[i + j] = low;
                carry = high;
            }
            out[i + other.0.len()] = carry;
        }
        Self(out).trimmed()
    }
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut carry = 0_u64;
        let mut out = Vec::with_capacity(self.0.len().max(other.0.len()) + 1);
        for at in 0..self.0.len().max(other.0.len()) {
            let part = |of: &Self| u128::from(of.0.get(at).copied().unwrap_or(0));
            let (low, high) = Self::halves(part(self) + part(other) + u128::from(carry));
            out.push(low);
            carry = high;
        }
        out.push(carry);
        Self(out).trimmed()
    }
    /// By squaring.
    pub(crate) fn power(&self, mut times: u32) -> Self {
        let (mut out, mut square) = (Self::of(1), self.clone());
        while times > 0 {
            if times & 1 == 1 {
                out = out.times(&square);
            }
            times >>= 1;
            if times > 0 {
                square = square.times(&square);
            }
        }
        out
    }
    /// `self / by` rounded half up, where that is known to be no more than `most`: sought among them, so that nothing is ever divided.
    pub(crate) fn rounded_over(&self, by: &Self, most: u64) -> u64 {
        let top = self.times_small(2).plus(by);
        let twice = by.times_small(2);
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if twice.times_small(middle) <= top {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}
impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_multiply_and_compare_like_small_ones() {
        let of = |n: u128| {
            Big::of(u64::try_from(n >> 64).unwrap()).times(&Big::of(1 << 32)).times(&Big::of(1 << 32)).plus(&Big::of((n & u128::from(u64::MAX)) as u64))
        };
        let mut n = 1_u128;
        for step in [3_u64, u64::from(u32::MAX), 17, 1 << 40, 1] {
            n *= u128::from(step);
            assert_eq!(of(n).times_small(5), of(n * 5));
            assert_eq!(of(n).times(&of(7)), of(n * 7));
            assert!(of(n) < of(n + 1) && of(n).plus(&of(n)) == of(2 * n));
        }
        assert_eq!(Big::of(2).power(64), of(1 << 64));
        assert_eq!(Big::of(10).power(0), Big::of(1));
        assert_eq!(Big::of(0).times_small(9), Big::of(0));
    }
    #[test]
    fn a_quotient_is_rounded_half_up() {
        for (a, b) in [(7_u64, 2_u64), (5, 2), (1, 3), (2, 3), (0, 9), (9, 9)] {
            assert_eq!(Big::of(a).rounded_over(&Big::of(b), 1_000), (2 * a + b) / (2 * b), "{a}/{b}");
        }
    }
}
