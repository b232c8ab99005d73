//! 限量方向 items that standards limit from one side only (`data/item_directions.csv`), beyond what the rows of the library show.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::data;
use crate::limits::item_key;

const FILE: &str = include_str!("../data/item_directions.csv");

/// 限量方向
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OneSided {
    /// Only ever a maximum.
    Max,
    /// Only ever a minimum.
    Min,
}

#[derive(Deserialize)]
struct Row {
    item: String,
    direction: OneSided,
}

static TABLE: LazyLock<Result<BTreeMap<String, OneSided>, String>> =
    LazyLock::new(|| Ok(data::rows::<Row>("item_directions.csv", FILE)?.into_iter().map(|r| (item_key(&r.item), r.direction)).collect()));

pub(crate) fn problem() -> Option<String> {
    TABLE.as_ref().err().cloned()
}

/// The side of an item, under its key.
#[must_use]
pub fn sided(key: &str) -> Option<OneSided> {
    TABLE.as_ref().ok().and_then(|all| all.get(key)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_table_reads() {
        assert_eq!(problem(), None);
        assert_eq!(sided(&item_key("二氧化碳气容量")), Some(OneSided::Min));
        assert_eq!(sided(&item_key("砷（As）")), Some(OneSided::Max));
        assert_eq!(sided("铅"), None);
    }
}
