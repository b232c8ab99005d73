//! The one place that knows polars: text keys and counted columns in, sums per key out.

use polars::prelude::*;
use shiyan_foundation::Refusal;

/// Rows of text keys and integer amounts.
pub(crate) struct Counts<const K: usize, const N: usize> {
    keys: [Vec<String>; K],
    amounts: [Vec<u64>; N],
}

/// One group: its keys and the sum of each amount.
pub(crate) type Sums<const K: usize, const N: usize> = Vec<([String; K], [u64; N])>;

impl<const K: usize, const N: usize> Counts<K, N> {
    pub fn new() -> Self {
        Self { keys: std::array::from_fn(|_| Vec::new()), amounts: std::array::from_fn(|_| Vec::new()) }
    }
    pub fn push(&mut self, keys: [&str; K], amounts: [u64; N]) {
        for (column, key) in self.keys.iter_mut().zip(keys) {
            column.push(key.to_owned());
        }
        for (column, amount) in self.amounts.iter_mut().zip(amounts) {
            column.push(amount);
        }
    }
    /// The sums per key, sorted by key.
    pub fn sums(self) -> Result<Sums<K, N>, Refusal> {
        self.grouped().map_err(|e| Refusal::new(crate::FAILED).with("detail", e))
    }
    fn grouped(self) -> PolarsResult<Sums<K, N>> {
        let key = |i: usize| format!("k{i}");
        let amount = |i: usize| format!("n{i}");
        let texts = self.keys.into_iter().enumerate().map(|(i, v)| Column::new(key(i).into(), v));
        let numbers = self.amounts.into_iter().enumerate().map(|(i, v)| Column::new(amount(i).into(), v));
        let frame = DataFrame::new_infer_height(texts.chain(numbers).collect())?;
        #[expect(deprecated, reason = "the lazy engine it points to takes longer to build than all of our own crates")]
        let frame = frame.group_by((0..K).map(key))?.select((0..N).map(amount)).sum()?;
        let mut out: Sums<K, N> = (0..frame.height()).map(|_| (std::array::from_fn(|_| String::new()), [0; N])).collect();
        for i in 0..K {
            for (row, text) in out.iter_mut().zip(frame.column(&key(i))?.str()?.iter()) {
                row.0[i] = text.unwrap_or_default().to_owned();
            }
        }
        for (i, sums) in frame.columns().iter().skip(K).enumerate() {
            for (row, n) in out.iter_mut().zip(sums.u64()?.iter()) {
                row.1[i] = n.unwrap_or_default();
            }
        }
        out.sort();
        Ok(out)
    }
}
