//! 除外 whether a row that excludes foods covers this one. The list is matched on the path and the name; a food that is certainly something
//! else is covered, one that is named is not, and a name that could be either goes to a person (`data/exclusions.csv` says what the words
//! are called otherwise).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use shiyan_foundation::text::fold;

use crate::data;
use crate::limits::{self, limits};

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
    maybe: String,
    never: String,
    closed: String,
}

struct Word {
    /// What it is called otherwise or what belongs to it.
    names: Vec<String>,
    /// What may belong to it.
    maybe: Vec<String>,
    /// What looks like it and is something else.
    never: Vec<String>,
    /// The names are all there is.
    closed: bool,
}

static WORDS: LazyLock<Result<BTreeMap<String, Word>, String>> = LazyLock::new(|| {
    let mut out = BTreeMap::new();
    for row in data::rows::<Row>("exclusions.csv", FILE)? {
        for word in limits::list(&row.word) {
            let (names, maybe, never) = (limits::list(&row.names), limits::list(&row.maybe), limits::list(&row.never));
            out.insert(word, Word { names, maybe, never, closed: row.closed == "yes" });
        }
    }
    Ok(out)
});

pub(crate) fn problem() -> Option<String> {
    WORDS.as_ref().err().cloned()
}

/// The list says what belongs to the word.
pub(crate) fn knows(word: &str) -> bool {
    WORDS.as_ref().is_ok_and(|all| all.contains_key(word))
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
    let (mut unsure, mut settled) = (false, true);
    for word in exceptions {
        let word = fold(word);
        let open = word.ends_with('等');
        let word = word.trim_end_matches('等');
        let known = WORDS.as_ref().ok().and_then(|all| all.get(word));
        let of = |list: fn(&Word) -> &Vec<String>| known.map(list).into_iter().flatten().map(String::as_str);
        // 香肠 is no 肠: what is certainly something else is taken out before the names are looked for
        let mut other = false;
        let own: Vec<Cow<'_, str>> = own
            .iter()
            .map(|level| {
                of(|k| &k.never).filter(|n| level.contains(n)).fold(Cow::Borrowed(level.as_str()), |rest, n| {
                    other = true;
                    Cow::Owned(rest.replace(n, ""))
                })
            })
            .filter(|level| !level.is_empty())
            .collect();
        let names = || std::iter::once(word).chain(of(|k| &k.names));
        if own.iter().any(|level| names().any(|name| level.contains(name))) {
            return Covers::No;
        }
        // 莓 may be 蔓越莓, 蜂蜜 may be 桉树蜂蜜
        let part = own.iter().any(|level| names().any(|name| name.contains(level.as_ref())) || of(|k| &k.maybe).any(|m| level.contains(m)));
        let group = known.map_or_else(|| GROUPS.iter().any(|g| word.ends_with(g)), |k| !k.closed);
        unsure |= open || (!other && (part || group));
        settled &= other && known.is_some_and(|k| k.closed);
    }
    let generic = GENERIC.iter().any(|g| last.starts_with(g) || last.ends_with(g));
    let certain = !generic && (whole || settled || KNOWN.contains(last));
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
    #[test]
    fn a_group_is_not_meant_only_where_something_else_is_certain() {
        let vegetables = ["芸薹类", "叶菜", "豆类", "生姜", "薯类"];
        let grown = |group: &str, food: &str| of(&vegetables, &["食用农产品", "蔬菜", group, food, food], 2);
        assert_eq!((grown("茄果类", "番茄"), grown("鳞茎类", "韭菜"), grown("根茎类和薯芋类", "萝卜")), (Covers::Yes, Covers::Yes, Covers::Yes));
        assert_eq!((grown("芸薹属", "结球甘蓝"), grown("根茎类和薯芋类", "甘薯"), grown("根茎类和薯芋类", "姜")), (Covers::No, Covers::No, Covers::No));
        assert_eq!((grown("根茎类和薯芋类", "山药"), of(&vegetables, &["食用农产品", "蔬菜", "番茄"], 2)), (Covers::Unsure, Covers::Unsure));
        let cadmium = ["叶菜", "豆类", "块根块茎", "茎类", "黄花菜"];
        assert_eq!(of(&cadmium, &["食用农产品", "蔬菜", "鳞茎类", "洋葱", "洋葱"], 2), Covers::Yes);
        assert_eq!(of(&cadmium, &["食用农产品", "蔬菜", "茎类", "芦笋", "芦笋"], 2), Covers::No);
        let meat = |name: &str| of(&["畜禽内脏制品"], &["肉制品", "熟肉制品", "酱卤肉制品", "酱卤肉制品", name], 1);
        assert_eq!((meat("酱牛肉"), meat("卤肥肠"), meat("卤猪肝")), (Covers::Yes, Covers::No, Covers::No));
        assert_eq!((meat("卤味拼盘"), meat("猪舌")), (Covers::Unsure, Covers::Unsure));
        // a name that is certainly something else needs no path down to the finest level
        let bare = |name: &str| of(&["畜禽内脏制品"], &["肉制品", "酱卤肉制品", name], 1);
        assert_eq!((bare("卤牛肉"), bare("火腿肠"), bare("牛肉牛杂"), bare("卤味")), (Covers::Yes, Covers::Yes, Covers::No, Covers::Unsure));
        assert_eq!(of(&["畜禽内脏制品"], &["肉制品", "熟肉制品", "熏煮香肠火腿制品", "熏煮香肠", "烤肠"], 1), Covers::Yes);
        // 酸奶 may be plain or flavoured, whatever path it is filed under
        assert_eq!(of(&["风味发酵乳"], &["乳制品", "乳制品", "液体乳", "发酵乳", "酸奶"], 4), Covers::Unsure);
        assert_eq!(of(&["风味发酵乳"], &["乳制品", "乳制品", "液体乳", "发酵乳", "草莓风味酸奶"], 4), Covers::No);
        assert_eq!(of(&["松茸"], &["食用农产品", "蔬菜", "鲜食用菌", "姬松茸", "姬松茸"], 3), Covers::Yes);
        // a group that the list does not know is for a person
        assert_eq!(of(&["水生动物制品"], &["水产制品", "甲", "乙", "丙", "丁"], 1), Covers::Unsure);
    }
    #[test]
    fn every_group_that_a_row_excludes_is_in_the_list() {
        let missing: BTreeSet<&String> = limits()
            .iter()
            .flat_map(|r| &r.exceptions)
            .filter(|word| GROUPS.iter().any(|g| word.ends_with(g)) && !knows(word.trim_end_matches('等')))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
