//! 行存 rows by their identity: those that were read at first sorted and searched, those that came later in a small table.

use std::hash::Hash;
use std::marker::PhantomData;

use rustc_hash::FxHashMap;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Rows in the order in which they were told.
#[derive(Debug, Clone)]
pub(super) struct Rows<K, R> {
    keys: Vec<K>,
    rows: Vec<Option<R>>,
    /// How many of them, from the first on, are sorted.
    sorted: usize,
    later: FxHashMap<K, usize>,
}

impl<K, R> Default for Rows<K, R> {
    fn default() -> Self {
        Self { keys: Vec::new(), rows: Vec::new(), sorted: 0, later: FxHashMap::default() }
    }
}

impl<K: Copy + Ord + Hash, R> Rows<K, R> {
    /// One of those that are told before [`Rows::sort`].
    pub(super) fn push(&mut self, key: K, row: R) {
        self.keys.push(key);
        self.rows.push(Some(row));
    }
    /// Sorts what was pushed, to be found from then on.
    pub(super) fn sort(&mut self) {
        if !self.keys.is_sorted() {
            let mut all: Vec<(K, Option<R>)> = std::mem::take(&mut self.keys).into_iter().zip(std::mem::take(&mut self.rows)).collect();
            all.sort_by_key(|(key, _)| *key);
            (self.keys, self.rows) = all.into_iter().unzip();
        }
        // one that was pushed twice, because it changed its place while others were read, is one
        if self.keys.windows(2).any(|two| two[0] == two[1]) {
            let all = std::mem::take(&mut self.keys).into_iter().zip(std::mem::take(&mut self.rows));
            let once: std::collections::BTreeMap<K, Option<R>> = all.collect();
            (self.keys, self.rows) = once.into_iter().unzip();
        }
        self.keys.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.sorted = self.keys.len();
    }
    pub(super) fn place(&self, key: K) -> Option<usize> {
        self.keys[..self.sorted].binary_search(&key).ok().or_else(|| self.later.get(&key).copied())
    }
    pub(super) fn get(&self, key: K) -> Option<&R> {
        self.rows[self.place(key)?].as_ref()
    }
    pub(super) fn set(&mut self, key: K, row: Option<R>) {
        match (self.place(key), row) {
            (Some(at), row) => self.rows[at] = row,
            (None, Some(row)) => {
                self.later.insert(key, self.keys.len());
                self.keys.push(key);
                self.rows.push(Some(row));
            }
            (None, None) => {}
        }
    }
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &R)> {
        self.keys.iter().zip(&self.rows).filter_map(|(key, row)| Some((*key, row.as_ref()?)))
    }
    /// How many came later than the first reading.
    pub(super) fn later(&self) -> usize {
        self.later.len()
    }
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

impl<K: Serialize + Copy + Ord + Hash, R: Serialize> Serialize for Rows<K, R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut seq = to.serialize_seq(Some(self.iter().count()))?;
        for row in self.iter() {
            seq.serialize_element(&row)?;
        }
        seq.end()
    }
}

impl<'de, K: Deserialize<'de> + Copy + Ord + Hash, R: Deserialize<'de>> Deserialize<'de> for Rows<K, R> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each<K, R>(PhantomData<(K, R)>);
        impl<'de, K: Deserialize<'de> + Copy + Ord + Hash, R: Deserialize<'de>> Visitor<'de> for Each<K, R> {
            type Value = Rows<K, R>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("rows with their keys")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut rows = Rows::default();
                // what a file says of its own length is not trusted with memory
                let many = seq.size_hint().unwrap_or(0).min(1 << 20);
                rows.keys.reserve(many);
                rows.rows.reserve(many);
                while let Some((key, row)) = seq.next_element()? {
                    rows.push(key, row);
                }
                rows.sort();
                Ok(rows)
            }
        }
        from.deserialize_seq(Each(PhantomData))
    }
}
