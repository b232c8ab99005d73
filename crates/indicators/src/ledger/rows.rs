//! 行存 rows by their identity, each pressed into a few bytes: those that were read at first sorted and searched, those that came later in a small table.

use std::hash::Hash;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{ReadingId, SampleId};

/// 身份 an identity as the bytes by which it is kept and sorted.
pub(super) trait Id: Copy + Eq + Hash {
    fn bytes(self) -> [u8; 16];
    fn of(bytes: [u8; 16]) -> Self;
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Id for $name {
            fn bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }
            fn of(bytes: [u8; 16]) -> Self {
                Self(uuid::Uuid::from_bytes(bytes))
            }
        }
    )+};
}
ids!(SampleId, ReadingId);

/// 压紧 a row as `W` bytes.
pub(super) trait Pack<const W: usize>: Copy {
    /// `None` of a row that does not fit: a day of another century, say. The first byte is at least [`PACKED`].
    fn pack(&self) -> Option<[u8; W]>;
    /// The row that was packed.
    fn unpack(bytes: &[u8; W]) -> Self;
}

/// What the first byte of a packed row is at least.
pub(super) const PACKED: u8 = 0x80;
/// The first byte where there is no row any more.
const GONE: u8 = 0;
/// The first byte of a row that did not fit and stands beside.
const ODD: u8 = 1;

/// Rows in the order in which they were told.
#[derive(Debug, Clone)]
pub(super) struct Rows<K, R, const W: usize> {
    keys: Vec<[u8; 16]>,
    rows: Vec<[u8; W]>,
    /// Those that do not fit, in full; there are few.
    odd: FxHashMap<K, R>,
    /// How many of them, from the first on, are sorted.
    sorted: usize,
    later: FxHashMap<K, u32>,
}

impl<K, R, const W: usize> Default for Rows<K, R, W> {
    fn default() -> Self {
        Self { keys: Vec::new(), rows: Vec::new(), odd: FxHashMap::default(), sorted: 0, later: FxHashMap::default() }
    }
}

impl<K: Id, R: Pack<W>, const W: usize> Rows<K, R, W> {
    /// Room for so many more.
    pub(super) fn reserve(&mut self, many: usize) {
        self.keys.reserve_exact(many);
        self.rows.reserve_exact(many);
    }
    /// A row as it is kept: what does not fit goes beside.
    fn packed(&mut self, key: K, row: Option<R>) -> [u8; W] {
        let (first, beside) = match row.map(|row| row.pack().ok_or(row)) {
            Some(Ok(packed)) => {
                debug_assert!(packed[0] >= PACKED, "a packed row says that it is one");
                self.odd.remove(&key);
                return packed;
            }
            Some(Err(row)) => (ODD, Some(row)),
            None => (GONE, None),
        };
        match beside {
            Some(row) => self.odd.insert(key, row),
            None => self.odd.remove(&key),
        };
        let mut bytes = [0; W];
        bytes[0] = first;
        bytes
    }
    /// One of those that are told before [`Rows::sort`].
    pub(super) fn push(&mut self, key: K, row: R) {
        let packed = self.packed(key, Some(row));
        self.keys.push(key.bytes());
        self.rows.push(packed);
    }
    /// Sorts what was pushed, to be found from then on. One that was pushed twice, because it changed its place while others were read, is the one that
    /// was pushed last.
    pub(super) fn sort(&mut self) {
        if !self.keys.is_sorted() {
            // sorted by their places, and put there one by one: a second copy of all rows would be as large as all of this
            let mut order: Vec<u32> = (0u32..).take(self.keys.len()).collect();
            order.sort_unstable_by_key(|at| (self.keys[*at as usize], *at));
            for start in 0..order.len() {
                let (mut at, mut from) = (start, order[start] as usize);
                while from != start {
                    self.keys.swap(at, from);
                    self.rows.swap(at, from);
                    order[at] = u32::try_from(at).unwrap_or(u32::MAX);
                    (at, from) = (from, order[from] as usize);
                }
                order[at] = u32::try_from(at).unwrap_or(u32::MAX);
            }
        }
        if self.keys.windows(2).any(|two| two[0] == two[1]) {
            let mut kept = 0;
            for at in 0..self.keys.len() {
                if self.keys.get(at + 1) == Some(&self.keys[at]) {
                    continue;
                }
                self.keys.swap(kept, at);
                self.rows.swap(kept, at);
                kept += 1;
            }
            self.keys.truncate(kept);
            self.rows.truncate(kept);
        }
        let kept = self.keys.len();
        // room for a few more is not worth that all of them are copied
        if self.keys.capacity() - kept > kept / 8 {
            self.keys.shrink_to_fit();
            self.rows.shrink_to_fit();
        }
        self.sorted = kept;
        self.later = FxHashMap::default();
    }
    fn place(&self, key: K) -> Option<usize> {
        let sorted = self.keys[..self.sorted].binary_search(&key.bytes()).ok();
        sorted.or_else(|| self.later.get(&key).map(|at| *at as usize))
    }
    fn row(&self, key: K, packed: &[u8; W]) -> Option<R> {
        match packed[0] {
            GONE => None,
            ODD => self.odd.get(&key).copied(),
            _ => Some(R::unpack(packed)),
        }
    }
    pub(super) fn get(&self, key: K) -> Option<R> {
        self.row(key, &self.rows[self.place(key)?])
    }
    pub(super) fn set(&mut self, key: K, row: Option<R>) {
        match (self.place(key), row) {
            (Some(at), row) => self.rows[at] = self.packed(key, row),
            (None, Some(row)) => {
                // four thousand million rows do not fit into memory
                self.later.insert(key, u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
                self.push(key, row);
            }
            (None, None) => {}
        }
    }
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, R)> {
        self.keys.iter().zip(&self.rows).filter_map(|(key, packed)| {
            let key = K::of(*key);
            Some((key, self.row(key, packed)?))
        })
    }
    /// How many there are of those whose bytes fit, or that fit themselves where they do not stand as bytes.
    pub(super) fn count(&self, fits: impl Fn(&[u8; W]) -> bool, odd: impl Fn(&R) -> bool) -> usize {
        self.rows.iter().filter(|packed| packed[0] >= PACKED && fits(packed)).count() + self.odd.values().filter(|row| odd(row)).count()
    }
    /// How many came later than the first reading.
    pub(super) fn later(&self) -> usize {
        self.later.len()
    }
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
    /// As they are kept: what is small by itself, and the two columns of bytes.
    pub(super) fn keep(&self) -> (KeptRows<K, R>, [&[u8]; 2]) {
        let kept = KeptRows { many: self.keys.len() as u64, odd: self.odd.iter().map(|(key, row)| (*key, *row)).collect() };
        (kept, [self.keys.as_flattened(), self.rows.as_flattened()])
    }
    /// Room for what was kept, to be filled with its bytes.
    pub(super) fn room(many: usize) -> Self {
        Self { keys: vec![[0; 16]; many], rows: vec![[0; W]; many], ..Self::default() }
    }
    /// The two columns of bytes, to be filled.
    pub(super) fn columns(&mut self) -> [&mut [u8]; 2] {
        [self.keys.as_flattened_mut(), self.rows.as_flattened_mut()]
    }
    /// The columns are filled: the rest beside them.
    pub(super) fn filled(&mut self, kept: KeptRows<K, R>) {
        self.odd = kept.odd.into_iter().collect();
        self.sort();
    }
}

/// 行存档 what is kept of rows beside their columns.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptRows<K, R> {
    many: u64,
    odd: Vec<(K, R)>,
}

impl<K, R> KeptRows<K, R> {
    /// How many rows there are.
    pub(super) fn many(&self) -> u64 {
        self.many
    }
}

/// A number as three bytes; `None` when it needs more.
pub(super) fn three(n: u32) -> Option<[u8; 3]> {
    let [a, b, c, rest] = n.to_le_bytes();
    (rest == 0).then_some([a, b, c])
}

/// The number of three bytes.
pub(super) fn of_three(bytes: [u8; 3]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of which odd numbers do not fit.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Even(u8);
    impl Pack<2> for Even {
        fn pack(&self) -> Option<[u8; 2]> {
            (self.0.is_multiple_of(2)).then_some([PACKED, self.0])
        }
        fn unpack(bytes: &[u8; 2]) -> Self {
            Self(bytes[1])
        }
    }

    fn id(n: u128) -> SampleId {
        SampleId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn rows_are_found_as_they_were_told_last_whether_they_fit_or_not() {
        let mut rows: Rows<SampleId, Even, 2> = Rows::default();
        // out of order, one of them three times, and some that do not fit
        for (key, n) in [(9, 1), (3, 2), (7, 3), (3, 5), (1, 4), (3, 6), (8, 8), (8, 9)] {
            rows.push(id(key), Even(n));
        }
        rows.sort();
        let all = |rows: &Rows<SampleId, Even, 2>| rows.iter().map(|(key, row)| (key.0.as_u128(), row.0)).collect::<Vec<_>>();
        assert_eq!(all(&rows), [(1, 4), (3, 6), (7, 3), (8, 9), (9, 1)]);
        assert_eq!((rows.get(id(3)), rows.get(id(8)), rows.get(id(2))), (Some(Even(6)), Some(Even(9)), None));
        // what fits since, what does not any more, what went, what came
        for (key, now) in [(9, Some(2)), (1, Some(5)), (7, None), (2, Some(7)), (4, None)] {
            rows.set(id(key), now.map(Even));
        }
        assert_eq!(
            (rows.get(id(9)), rows.get(id(1)), rows.get(id(7)), rows.get(id(2)), rows.get(id(4))),
            (Some(Even(2)), Some(Even(5)), None, Some(Even(7)), None)
        );
        assert_eq!((rows.later(), rows.odd.len()), (1, 3), "what fits since does not stand beside any more");
        rows.set(id(2), None);
        assert_eq!(rows.odd.len(), 2);
        rows.set(id(2), Some(Even(8)));

        let (kept, columns) = rows.keep();
        let mut again: Rows<SampleId, Even, 2> = Rows::room(usize::try_from(kept.many()).unwrap());
        for (into, from) in again.columns().into_iter().zip(columns) {
            into.copy_from_slice(from);
        }
        again.filled(kept);
        assert_eq!(all(&again), [(1, 5), (2, 8), (3, 6), (8, 9), (9, 2)]);
        assert_eq!((again.get(id(2)), again.get(id(7)), again.later()), (Some(Even(8)), None, 0));
    }
    #[test]
    fn a_number_of_three_bytes_comes_back() {
        for n in [0, 1, 255, 256, 65_536, 16_777_215] {
            assert_eq!(three(n).map(of_three), Some(n));
        }
        assert_eq!(three(16_777_216), None);
    }
}
