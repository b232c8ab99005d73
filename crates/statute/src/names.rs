//! 食品名称 the category paths that a name as people type it can mean. One path is answered, several are listed, none is guessed: a name that is
//! not known is answered with the names that look like it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::text::fold;

use crate::limits::{self, ANY, LimitRow};
use crate::{crosswalk, data, food, packages};

const FILE: &str = include_str!("../data/food_names.csv");
/// How many names that look alike are told.
const NEAR: usize = 6;

/// 名称的含义 what a typed name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoodName {
    /// One path.
    One(CategoryPath),
    /// Several paths: a person chooses.
    Several(Vec<CategoryPath>),
    /// None.
    None {
        /// Paths whose name looks like it; none of them is taken.
        near: Vec<CategoryPath>,
    },
}

#[derive(Deserialize)]
struct Row {
    name: String,
    paths: String,
}

static NAMES: LazyLock<Result<BTreeMap<String, Vec<CategoryPath>>, String>> = LazyLock::new(|| {
    let read = |r: Row| (key(&r.name), limits::list(&r.paths).iter().map(|p| CategoryPath::parse(p)).collect());
    Ok(data::rows::<Row>("food_names.csv", FILE)?.into_iter().map(read).collect())
});

pub(crate) fn problem() -> Option<String> {
    NAMES.as_ref().err().cloned()
}

/// A name with what does not matter taken out: width, spaces, case.
fn key(text: &str) -> String {
    fold(text).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// 食品名称表 the paths that are known, by the name that they end in.
#[derive(Debug, Clone, Default)]
pub struct FoodNames {
    by_name: BTreeMap<String, BTreeSet<Vec<String>>>,
}

impl FoodNames {
    /// The names of what is shipped, and of the rows of an installation.
    #[must_use]
    pub fn new(rows: &[LimitRow]) -> Self {
        let mut out = Self::default();
        for class in food::food_classes() {
            out.know(&CategoryPath(vec![class.name.clone()]));
        }
        for line in crosswalk::crossings() {
            out.know(&line.path);
        }
        for path in packages::draft_packages(2026).iter().flat_map(|p| &p.foods) {
            out.know(path);
        }
        for path in limits::limits().iter().chain(rows).flat_map(|r| &r.categories) {
            out.know(path);
        }
        for (name, paths) in NAMES.as_ref().into_iter().flatten() {
            for path in paths {
                out.know(path);
                out.by_name.entry(name.clone()).or_default().insert(limits::canonical(path));
            }
        }
        out
    }
    /// Every level of the path is a place of its own.
    fn know(&mut self, path: &CategoryPath) {
        let levels = limits::canonical(path);
        if levels.first().is_none_or(|class| class == ANY || food::food_class(class).is_none()) {
            return;
        }
        for end in 1..=levels.len() {
            let (here, name) = (&levels[..end], &levels[end - 1]);
            for name in food::alternatives(name) {
                self.by_name.entry(key(&name)).or_default().insert(here.to_vec());
            }
        }
    }
    /// What a name as it was typed means: a whole path, the end of one (`蔬菜/韭菜`), or a name.
    #[must_use]
    pub fn resolve(&self, typed: &str) -> FoodName {
        let typed = CategoryPath(fold(typed).split(['/', '>', '\\', '→']).map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect());
        let Some(last) = typed.0.last() else { return FoodName::None { near: Vec::new() } };
        let whole = limits::canonical(&typed);
        if whole.len() > 1 && whole.first().is_some_and(|class| food::food_class(class).is_some()) {
            return FoodName::One(CategoryPath(whole));
        }
        let above = &typed.0[..typed.0.len() - 1];
        let mut found: BTreeSet<Vec<String>> = self.by_name.get(&key(last)).cloned().unwrap_or_default();
        if whole.len() == 1 {
            // another word for a class
            found.extend(self.by_name.get(&key(&whole[0])).into_iter().flatten().filter(|p| p.len() == 1).cloned());
        }
        found.retain(|path| above_in_order(above, path));
        // a level that lists the food among others (辣椒、花椒、辣椒粉) is no other food than the one beside it
        let alone: BTreeSet<Vec<String>> = found.iter().filter(|p| p.last().is_some_and(|l| key(l) == key(last))).cloned().collect();
        let listed = |path: &Vec<String>| {
            let beside = |one: &Vec<String>| one.len() == path.len() && one[..one.len() - 1] == path[..path.len() - 1] && one != path;
            path.last().is_some_and(|l| l.contains('、')) && alone.iter().any(beside)
        };
        found.retain(|path| !listed(path));
        let kept: Vec<CategoryPath> =
            found.iter().filter(|a| !found.iter().any(|b| *a != b && limits::reach(a, b).is_some())).map(|p| CategoryPath(p.clone())).collect();
        match kept.as_slice() {
            [] => FoodName::None { near: self.near(&key(last)) },
            [one] => FoodName::One(one.clone()),
            _ => FoodName::Several(kept),
        }
    }
    fn near(&self, name: &str) -> Vec<CategoryPath> {
        let mut scored: Vec<(usize, &BTreeSet<Vec<String>>)> = self.by_name.iter().filter_map(|(known, paths)| Some((distance(name, known)?, paths))).collect();
        scored.sort_by_key(|(score, _)| *score);
        let mut out = Vec::new();
        for path in scored.into_iter().flat_map(|(_, paths)| paths.iter().rev()) {
            let path = CategoryPath(path.clone());
            if !out.contains(&path) {
                out.push(path);
            }
            if out.len() == NEAR {
                break;
            }
        }
        out
    }
}

/// The words typed above the name stand above it, in order.
fn above_in_order(above: &[String], path: &[String]) -> bool {
    let mut levels = path[..path.len() - 1].iter();
    let mut before: Vec<String> = Vec::new();
    above.iter().all(|word| {
        levels.any(|level| {
            let same = key(level) == key(word) || limits::canonical_level(&fold(word), &before) == *level;
            before.push(level.clone());
            same
        })
    })
}

/// How far apart two names are, if they look alike at all: one holds the other, or they differ in a character (two of four or more).
fn distance(a: &str, b: &str) -> Option<usize> {
    let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if x.len() < 2 || y.len() < 2 {
        return None;
    }
    if a.contains(b) || b.contains(a) {
        return Some(10 + x.len().abs_diff(y.len()));
    }
    let allowed = if x.len().min(y.len()) >= 4 { 2 } else { 1 };
    if x.len().abs_diff(y.len()) > allowed || !x.iter().any(|c| y.contains(c)) {
        return None;
    }
    let mut row: Vec<usize> = (0..=y.len()).collect();
    for (i, c) in x.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, d) in y.iter().enumerate() {
            let next = (diagonal + usize::from(c != d)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row.last().copied().filter(|d| *d <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> &'static FoodNames {
        static NAMES: LazyLock<FoodNames> = LazyLock::new(|| FoodNames::new(&[]));
        &NAMES
    }
    fn one(typed: &str) -> String {
        match names().resolve(typed) {
            FoodName::One(path) => path.text(),
            other => panic!("{typed}: {other:?}"),
        }
    }
    fn several(typed: &str) -> Vec<String> {
        match names().resolve(typed) {
            FoodName::Several(paths) => paths.iter().map(CategoryPath::text).collect(),
            other => panic!("{typed}: {other:?}"),
        }
    }
    fn near(typed: &str) -> Vec<String> {
        match names().resolve(typed) {
            FoodName::None { near } => near.iter().map(CategoryPath::text).collect(),
            other => panic!("{typed}: {other:?}"),
        }
    }
    #[test]
    fn a_name_of_one_food_is_its_path() {
        for (typed, path) in [
            ("草莓", "食用农产品/水果/浆果/草莓"),
            ("速冻水饺", "速冻食品/速冻面米制品/水饺"),
            ("油条", "餐饮食品/油条"),
            ("韭菜", "食用农产品/蔬菜/鳞茎类/韭菜"),
            ("韮菜", "食用农产品/蔬菜/鳞茎类/韭菜"),
            ("蔬菜/韭菜", "食用农产品/蔬菜/鳞茎类/韭菜"),
            (" 新鲜蔬菜／ 韭菜 ", "食用农产品/蔬菜/鳞茎类/韭菜"),
            ("大米", "粮食加工品/大米"),
            ("月饼", "糕点/月饼"),
            ("酱油", "调味品/酱油"),
            ("矿泉水", "饮料/包装饮用水/饮用天然矿泉水"),
            ("皮皮虾", "食用农产品/水产品/虾蛄"),
            ("洋葱", "食用农产品/蔬菜/鳞茎类/洋葱"),
            ("土豆", "食用农产品/蔬菜/马铃薯"),
            ("食用油", "食用油、油脂及其制品"),
            ("食用农产品/蔬菜/鳞茎类蔬菜/韭菜", "食用农产品/蔬菜/鳞茎类/韭菜"),
            ("糕点/糕点/热加工糕点", "糕点/糕点/热加工糕点"),
        ] {
            assert_eq!(one(typed), path, "{typed}");
        }
    }
    #[test]
    fn a_name_of_several_foods_lists_them() {
        assert_eq!(several("水饺"), ["速冻食品/速冻面米制品/水饺", "餐饮食品/水饺"]);
        assert!(several("火锅底料").iter().any(|p| p.starts_with("餐饮食品")));
        assert!(several("辣椒").contains(&"食用农产品/蔬菜/茄果类/辣椒".to_owned()) && several("辣椒").contains(&"调味品/辣椒".to_owned()));
        assert_eq!(one("调味品/辣椒"), "调味品/辣椒");
        assert_eq!(one("蔬菜/辣椒"), "食用农产品/蔬菜/茄果类/辣椒");
        assert!(several("牛奶").len() >= 4 && several("酸奶").len() == 2);
        assert!(several("豆类").len() == 2, "the vegetable and the dry bean");
    }
    #[test]
    fn an_unknown_name_is_answered_with_what_looks_like_it() {
        assert!(near("油饼条").iter().any(|p| p.ends_with("油饼")) && near("豇頭").contains(&"食用农产品/蔬菜/豆类/豇豆".to_owned()));
        assert!(near("猪肉水饺").iter().any(|p| p.ends_with("/水饺")), "{:?}", near("猪肉水饺"));
        assert!(near("草梅").contains(&"食用农产品/水果/浆果/草莓".to_owned()));
        assert!(near("电视机").is_empty() && near("").is_empty() && near(" / ").is_empty());
        assert!(near("叶菜/韭菜").len() <= NEAR, "a word above that does not stand above finds nothing");
    }
    #[test]
    fn the_rows_of_an_installation_are_known_too() {
        let own =
            LimitRow { categories: vec![CategoryPath::parse("糕点/糕点/龙须酥"), CategoryPath::parse("*/龙须酥")], ..limits::limits()[0].clone() };
        assert_eq!(FoodNames::new(std::slice::from_ref(&own)).resolve("龙须酥"), FoodName::One(CategoryPath::parse("糕点/糕点/龙须酥")));
        assert!(matches!(names().resolve("龙须酥"), FoodName::None { .. }));
    }
}
