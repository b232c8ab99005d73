//! 合计项目 items whose limit holds for the sum of several substances (`data/sums.csv`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::data;
use crate::limits::{item_core, item_key};

const FILE: &str = include_str!("../data/sums.csv");

/// 合计 one item and its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumOf {
    /// The item that carries the sum.
    pub item: String,
    /// Its members, each with its names.
    pub members: Vec<Vec<String>>,
    /// 出处
    pub source: String,
}

impl SumOf {
    /// Which member a name is.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<usize> {
        let (key, core) = (item_key(name), item_core(name));
        self.members.iter().position(|names| names.iter().map(|n| item_key(n)).any(|n| n == key || n == core))
    }
    /// The members in words.
    #[must_use]
    pub fn text(&self) -> String {
        self.members.iter().filter_map(|m| m.first()).map(String::as_str).collect::<Vec<_>>().join("、")
    }
    /// The name says itself that it is the sum: 之和, 总量, 合计, 含代谢物, or another member stands in it.
    #[must_use]
    pub fn is_whole(&self, name: &str) -> bool {
        let key = item_key(name);
        let named = ["之和", "总和", "总量", "合计", "代谢物", "氧类似物", "总"].iter().any(|w| key.contains(w));
        // a name that holds another one (隐色孔雀石绿 holds 孔雀石绿) is counted once
        let mut rest = key;
        let mut all: Vec<(usize, String)> = self.members.iter().enumerate().flat_map(|(at, names)| names.iter().map(move |n| (at, item_key(n)))).collect();
        all.sort_by_key(|(_, n)| std::cmp::Reverse(n.len()));
        let mut found = std::collections::BTreeSet::new();
        for (at, member) in all {
            if rest.contains(&member) {
                found.insert(at);
                rest = rest.replace(&member, "|");
            }
        }
        named || found.len() > 1 || (self.member(name).is_none() && self.is_about(name))
    }
    fn is_about(&self, name: &str) -> bool {
        let (key, core) = (item_key(name), item_core(name));
        let own = item_key(&self.item);
        own == key || own == core
    }
}

#[derive(Deserialize)]
struct Row {
    item: String,
    members: String,
    source: String,
}

static TABLE: LazyLock<Result<Vec<SumOf>, String>> = LazyLock::new(|| {
    let rows = data::rows::<Row>("sums.csv", FILE)?;
    let names = |m: &str| m.split('=').map(|n| n.trim().to_owned()).collect();
    Ok(rows.into_iter().map(|r| SumOf { item: r.item, members: r.members.split('|').map(names).collect(), source: r.source }).collect())
});

pub(crate) fn problem() -> Option<String> {
    TABLE.as_ref().err().cloned()
}

/// The table.
#[must_use]
pub fn sums() -> &'static [SumOf] {
    TABLE.as_ref().map_or(&[], Vec::as_slice)
}

/// The sum that an item is, or is a member of.
#[must_use]
pub fn sum_with(item: &str) -> Option<&'static SumOf> {
    let found = [item_key(item), item_core(item)].iter().filter_map(|key| BY_NAME.get(key)).min().copied()?;
    sums().get(found)
}

/// Every judgement asks: the first sum of the table that carries a name.
static BY_NAME: LazyLock<BTreeMap<String, usize>> = LazyLock::new(|| {
    let mut out = BTreeMap::new();
    for (at, sum) in sums().iter().enumerate() {
        for name in std::iter::once(&sum.item).chain(sum.members.iter().flatten()) {
            out.entry(item_key(name)).or_insert(at);
        }
    }
    out
});

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn members_and_wholes() {
        for (item, whole) in [
            ("恩诺沙星", false),
            ("环丙沙星", false),
            ("恩诺沙星(恩诺沙星与环丙沙星之和)", true),
            ("恩诺沙星（以恩诺沙星与环丙沙星之和计）", true),
            ("三羟基克百威", false),
            ("孔雀石绿", false),
            ("隐色孔雀石绿", false),
            ("甲拌磷(含砜、亚砜之和)", true),
            ("六六六", true),
            ("氟虫腈(含3种代谢物之和)", true),
        ] {
            let sum = sum_with(item).unwrap_or_else(|| panic!("{item}"));
            assert_eq!(sum.is_whole(item), whole, "{item}");
        }
        assert_eq!(sum_with("铅"), None);
    }
}
