//! 除外 whether a row that excludes foods covers this one. The list is matched on the path and the name; a food that is certainly something
//! else is covered, one that is named is not, and a name that could be either goes to a person (`data/exclusions.csv` says what the words
//! are called otherwise).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use shiyan_foundation::text::fold;

use crate::data;
use crate::limits::limits;

const FILE: &str = include_str!("../data/exclusions.csv");

/// 是否除外
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Covers {
    /// The food is none of the excluded ones.
    Yes,
    /// It is excluded.
    No,
    /// A person says.
    Unsure,
}

#[derive(Deserialize)]
struct Row {
    word: String,
    names: String,
    closed: String,
}

struct Word {
    names: Vec<String>,
    closed: bool,
}

static WORDS: LazyLock<Result<BTreeMap<String, Word>, String>> = LazyLock::new(|| {
    let names = |r: &Row| r.names.split('|').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect();
    Ok(data::rows::<Row>("exclusions.csv", FILE)?.into_iter().map(|r| (r.word.clone(), Word { names: names(&r), closed: r.closed == "yes" })).collect())
});

pub(crate) fn problem() -> Option<String> {
    WORDS.as_ref().err().cloned()
}

/// Foods that the library names: such a name is no unknown synonym of an excluded one.
static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let paths = limits().iter().flat_map(|r| &r.categories).filter(|c| c.0.len() > 1).filter_map(|c| c.0.last());
    paths.map(|l| fold(l)).collect()
});

/// Levels and names that stand for anything of their group.
const GENERIC: [&str; 8] = ["其他", "其它", "混合", "综合", "什锦", "杂", "多种", "类"];
/// How the words for whole groups end.
const GROUPS: [&str; 9] = ["类", "制品", "食品", "产品", "蔬菜", "内脏", "饮料", "香辛料", "食用菌"];

/// `levels` is the path of the sample with its name behind, in the words of the library; the row reaches `at` levels deep; the path itself
/// is `whole` where it goes down to the finest level of the dictionary.
pub(crate) fn covers(exceptions: &[String], levels: &[String], at: usize, whole: bool) -> Covers {
    if exceptions.is_empty() {
        return Covers::Yes;
    }
    let own = levels.get(at..).unwrap_or_default();
    let Some(last) = own.last() else { return Covers::Unsure };
    let mut unsure = false;
    for word in exceptions {
        let word = fold(word);
        let open = word.ends_with('等');
        let word = word.trim_end_matches('等');
        let known = WORDS.as_ref().ok().and_then(|all| all.get(word));
        let names = || std::iter::once(word).chain(known.into_iter().flat_map(|k| k.names.iter().map(String::as_str)));
        if own.iter().any(|level| names().any(|name| level.contains(name))) {
            return Covers::No;
        }
        // 莓 may be 蔓越莓, 蜂蜜 may be 桉树蜂蜜
        let part = own.iter().any(|level| names().any(|name| name.contains(level.as_str())));
        let group = known.map_or_else(|| GROUPS.iter().any(|g| word.ends_with(g)), |k| !k.closed);
        unsure |= open || part || (group && !whole);
    }
    let generic = GENERIC.iter().any(|g| last.starts_with(g) || last.ends_with(g));
    let certain = !generic && (whole || KNOWN.contains(last));
    if unsure || !certain { Covers::Unsure } else { Covers::Yes }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn of(exceptions: &[&str], levels: &[&str], at: usize) -> Covers {
        let own = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        covers(&own(exceptions), &own(levels), at, levels.len() > 4)
    }
    #[test]
    fn a_named_food_is_in_or_out_and_an_ambiguous_one_is_for_a_person() {
        let berries = ["蔓越莓", "醋栗"];
        assert_eq!(of(&berries, &["食用农产品", "水果", "浆果", "草莓"], 3), Covers::Yes);
        assert_eq!(of(&berries, &["食用农产品", "水果", "浆果", "蔓越莓"], 3), Covers::No);
        assert_eq!(of(&berries, &["食用农产品", "水果", "浆果", "小红莓"], 3), Covers::No);
        assert_eq!(of(&berries, &["食用农产品", "水果", "浆果", "进口蔓越莓"], 3), Covers::No);
        for name in ["莓", "野果", "其他浆果", "混合浆果"] {
            assert_eq!(of(&berries, &["食用农产品", "水果", "浆果", name], 3), Covers::Unsure, "{name}");
        }
        assert_eq!(of(&berries, &["食用农产品", "水果", "浆果"], 3), Covers::Unsure);
        assert_eq!(of(&["桉树蜂蜜", "紫苜蓿蜂蜜等"], &["蜂产品", "蜂蜜", "蜂蜜", "洋槐蜂蜜"], 2), Covers::Unsure);
        assert_eq!(of(&["肉食性鱼类"], &["食用农产品", "水产品", "草鱼"], 2), Covers::Unsure);
        assert_eq!(of(&["肉食性鱼类"], &["食用农产品", "水产品", "淡水产品", "淡水鱼", "草鱼"], 2), Covers::Yes);
        assert_eq!(of(&["肉食性鱼类"], &["食用农产品", "水产品", "淡水产品", "淡水鱼", "鳜鱼"], 2), Covers::No);
        assert_eq!(of(&[], &["饼干"], 1), Covers::Yes);
    }
}
