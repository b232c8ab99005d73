//! 食品大类 the 35 classes (`data/food_classes.csv`) and the 39 of the sampling rules of 2026 (`data/food_classes_2026.csv`).
//!
//! A category path is written in the words of the 35 in every year; the list of a year says how its figures are grouped. The codes
//! 33 to 35 mean other classes in the other list: a code counts only together with its [`ClassScheme`].

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Lang, labels};

use crate::{data, limits};

const FILE: &str = include_str!("../data/food_classes.csv");
const CLASSES_2026: &str = include_str!("../data/food_classes_2026.csv");
const CROSSWALK: &str = include_str!("../data/class_crosswalk.csv");
/// First year whose figures are grouped by the 39 classes.
const FIRST_YEAR_OF_39: i32 = 2026;

labels! {
    /// 分类表 a list of food classes.
    pub enum ClassScheme {
        Classes35 = "35", "35类（总局通报口径）", "35 classes of the national bulletin";
        Classes39 = "39", "39类（2026年版抽检实施细则）", "39 classes of the sampling rules of 2026";
    }
}

/// 食品大类 one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoodClass {
    /// Two-digit code in the order of the national bulletin.
    pub code: String,
    /// 名称
    #[serde(alias = "name_zh")]
    pub name: String,
    /// English name (ours).
    pub name_en: String,
    /// 是否食品生产许可分类
    #[serde(deserialize_with = "yes")]
    pub in_sc_license: bool,
    /// 说明
    pub note: String,
    /// 可信度
    pub confidence: String,
}

impl FoodClass {
    /// The name in a language.
    #[must_use]
    pub fn label(&self, lang: Lang) -> &str {
        lang.pick(&self.name, &self.name_en)
    }
}

fn yes<'de, D: Deserializer<'de>>(d: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(d)? == "Y")
}

static CLASSES: LazyLock<Result<Vec<FoodClass>, String>> = LazyLock::new(|| data::rows("food_classes.csv", FILE));

#[derive(Deserialize)]
struct Crossing {
    old_class: String,
    old_subclass: String,
    path: String,
}
static CROSSINGS: LazyLock<Result<Vec<Crossing>, String>> = LazyLock::new(|| data::rows("class_crosswalk.csv", CROSSWALK));

#[derive(Deserialize)]
struct Row2026 {
    code: String,
    name_zh: String,
    name_en: String,
    code35: String,
    paths: String,
    note: String,
    confidence: String,
}

/// 2026年大类 one of the 39 classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearClass {
    /// Two-digit code within its list.
    pub code: String,
    /// 名称
    pub name: String,
    /// English name (ours).
    pub name_en: String,
    /// Codes of the 35 that it stands for.
    pub code35: Vec<String>,
    /// The paths of ours that it holds.
    pub paths: Vec<CategoryPath>,
    /// 说明
    pub note: String,
    /// 可信度
    pub confidence: String,
}

impl YearClass {
    /// The name in a language.
    #[must_use]
    pub fn label(&self, lang: Lang) -> &str {
        lang.pick(&self.name, &self.name_en)
    }
}

static LIST_35: LazyLock<Vec<YearClass>> = LazyLock::new(|| {
    let of = |c: &FoodClass| YearClass {
        code: c.code.clone(),
        name: c.name.clone(),
        name_en: c.name_en.clone(),
        code35: vec![c.code.clone()],
        paths: vec![CategoryPath(vec![c.name.clone()])],
        note: c.note.clone(),
        confidence: c.confidence.clone(),
    };
    food_classes().iter().map(of).collect()
});

static LIST_39: LazyLock<Result<Vec<YearClass>, String>> = LazyLock::new(|| {
    let of = |r: Row2026| YearClass {
        code: r.code,
        name: r.name_zh,
        name_en: r.name_en,
        code35: limits::list(&r.code35),
        paths: limits::list(&r.paths).iter().map(|p| CategoryPath::parse(p)).collect(),
        note: r.note,
        confidence: r.confidence,
    };
    Ok(data::rows::<Row2026>("food_classes_2026.csv", CLASSES_2026)?.into_iter().map(of).collect())
});

/// The list by which the figures of a year are grouped; the years before 2026 keep theirs.
#[must_use]
pub fn class_scheme(year: i32) -> ClassScheme {
    if year >= FIRST_YEAR_OF_39 { ClassScheme::Classes39 } else { ClassScheme::Classes35 }
}

/// The classes of a list, in their order.
#[must_use]
pub fn classes_of(scheme: ClassScheme) -> &'static [YearClass] {
    match scheme {
        ClassScheme::Classes35 => &LIST_35,
        ClassScheme::Classes39 => LIST_39.as_ref().map_or(&[], Vec::as_slice),
    }
}

/// The classes by which the figures of a year are grouped.
#[must_use]
pub fn food_classes_of(year: i32) -> &'static [YearClass] {
    classes_of(class_scheme(year))
}

/// The class of a list that a path belongs to. `None` where the list has none for it (其他食品 in 2026) or the path stops above the
/// place where the list divides (食用农产品 alone in 2026).
#[must_use]
pub fn class_in(scheme: ClassScheme, path: &CategoryPath) -> Option<&'static YearClass> {
    let sample = limits::canonical(path);
    let under = |c: &&YearClass| c.paths.iter().any(|p| sample.starts_with(&p.0));
    classes_of(scheme).iter().find(under)
}

/// 大类的路径 the paths that a class holds, in every spelling: a class of the list of the year, or one of the 35, in which every path is
/// written. Without a year the 35 come first. Nothing for a word that is no class.
#[must_use]
pub fn paths_of_class(year: Option<i32>, class: &str) -> Vec<CategoryPath> {
    let lists = [class_scheme(year.unwrap_or_default()), ClassScheme::Classes35, ClassScheme::Classes39];
    let Some(found) = lists.iter().find_map(|l| classes_of(*l).iter().find(|c| c.name == class)) else { return Vec::new() };
    let mut out = Vec::new();
    for path in &found.paths {
        let mut spelled: Vec<Vec<String>> = vec![Vec::new()];
        for (depth, level) in path.0.iter().enumerate() {
            let words = limits::spellings(level, &path.0[..depth]);
            spelled = spelled.iter().flat_map(|above| words.iter().map(move |w| above.iter().chain([w]).cloned().collect())).collect();
        }
        out.extend(spelled.into_iter().map(CategoryPath));
    }
    out
}

/// The levels of a path with the name of the food as one more, in the words of the library.
pub(crate) fn levels_with_name(category: &CategoryPath, food_name: &str) -> Vec<String> {
    let mut out = limits::canonical(category);
    let name = limits::canonical_level(&fold(food_name), &out);
    if !name.is_empty() && out.last() != Some(&name) {
        out.push(name);
    }
    out
}

pub(crate) fn problem() -> Option<String> {
    CLASSES.as_ref().err().or(CROSSINGS.as_ref().err()).or(LIST_39.as_ref().err()).cloned()
}

/// The 35 classes in their order.
#[must_use]
pub fn food_classes() -> &'static [FoodClass] {
    CLASSES.as_ref().map_or(&[], Vec::as_slice)
}

/// A class by its code or its Chinese name.
#[must_use]
pub fn food_class(text: &str) -> Option<&'static FoodClass> {
    let text = text.trim();
    food_classes().iter().find(|c| c.code == text || c.name == text)
}

/// 新旧分类对照 a path of an older national dictionary in the words of the 35 classes: its 大类 and 亚类 are looked up, the
/// levels below stay. A path whose class is one of the 35 already, under whatever spelling, stays too. `None` where the
/// place is not certain: a person decides.
#[must_use]
pub fn in_our_classes(path: &CategoryPath) -> Option<CategoryPath> {
    let levels: Vec<String> = path.0.iter().map(|l| fold(l)).filter(|l| !l.is_empty()).collect();
    let (class, rest) = levels.split_first()?;
    let crossings = CROSSINGS.as_ref().map_or(&[][..], Vec::as_slice);
    if let Some((sub, below)) = rest.split_first()
        && let Some(crossing) = crossings.iter().find(|c| c.old_class == *class && c.old_subclass == *sub)
    {
        let mut found = CategoryPath::parse(&crossing.path);
        found.0.extend(below.iter().cloned());
        return Some(found);
    }
    let class = limits::class_word(class);
    food_class(&class).map(|known| CategoryPath(std::iter::once(known.name.clone()).chain(rest.iter().cloned()).collect()))
}

fn levels(path: &CategoryPath) -> Vec<String> {
    path.0.iter().map(|l| fold(l)).filter(|l| !l.is_empty()).collect()
}

/// A level that repeats the one above it says nothing: 乳制品/乳制品/液体乳 is 乳制品/液体乳. A path that is nothing but repeats keeps two
/// levels: 饼干/饼干/饼干 is less than the class 饼干.
#[must_use]
pub fn without_repeats(path: &CategoryPath) -> CategoryPath {
    let all = levels(path);
    let mut out = all.clone();
    out.dedup();
    if out.len() == 1 && all.len() > 1 {
        out.extend(all.into_iter().take(1));
    }
    CategoryPath(out)
}

/// 并列的食品 the foods that one level lists: `绿茶、红茶` is either of the two and the level as a whole. A list that does not end
/// (等, 其他, 包括 …) lists nothing: only the level itself is certain.
#[must_use]
pub fn alternatives(level: &str) -> Vec<String> {
    let whole = fold(level);
    let mut out = vec![whole.clone()];
    if ["等", "其他", "其它", "包括", "及", "和", "或", "：", ":"].iter().any(|open| whole.contains(open)) {
        return out;
    }
    let (mut part, mut depth) = (String::new(), 0_u32);
    let mut parts = Vec::new();
    for c in whole.chars() {
        match c {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && c == '、' { parts.push(std::mem::take(&mut part)) } else { part.push(c) }
    }
    parts.push(part);
    if parts.len() > 1 && parts.iter().all(|p| !p.trim().is_empty()) {
        out.extend(parts.into_iter().map(|p| p.trim().to_owned()).filter(|p| *p != whole));
    }
    out
}

/// Is a sample with this path one of the foods of a package or a list: level by level from the top, with or without the levels
/// that only repeat the one above; a level that lists foods covers each of them.
#[must_use]
pub fn covers(listed: &CategoryPath, sample: &CategoryPath) -> bool {
    let begins = |mine: &[String], theirs: &[String]| {
        !mine.is_empty() && mine.len() <= theirs.len() && mine.iter().zip(theirs).all(|(mine, theirs)| mine == theirs || alternatives(mine).contains(theirs))
    };
    let (mut listed, mut sample) = (levels(listed), levels(sample));
    if begins(&listed, &sample) {
        return true;
    }
    listed.dedup();
    sample.dedup();
    listed.len() > 1 && begins(&listed, &sample)
}

/// Does a path lie under one that skips levels in between: 食用农产品/蔬菜/韭菜 holds 食用农产品/蔬菜/鳞茎类/韭菜.
#[must_use]
pub fn lies_under(listed: &CategoryPath, sample: &CategoryPath) -> bool {
    listed.0.len() > 1 && limits::reach(&limits::canonical(listed), &limits::canonical(sample)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn an_older_dictionary_is_crossed_only_where_it_is_certain() {
        let crossed = |text: &str| in_our_classes(&CategoryPath::parse(text)).map(|p| p.text());
        assert_eq!(crossed("肉及肉制品/熟肉制品/酱卤肉制品").as_deref(), Some("肉制品/熟肉制品/酱卤肉制品"));
        assert_eq!(crossed("蔬菜及其制品/蔬菜/新鲜蔬菜").as_deref(), Some("食用农产品/蔬菜/新鲜蔬菜"));
        assert_eq!(crossed("薯类及膨化食品/膨化食品").as_deref(), Some("薯类和膨化食品/膨化食品"));
        assert_eq!(crossed("饮料/饮料/茶饮料").as_deref(), Some("饮料/饮料/茶饮料"));
        for unknown in ["肉及肉制品/生鲜肉", "肉及肉制品", "焙烤食品/粽子", "没有这一类/糕点", ""] {
            assert_eq!(crossed(unknown), None, "{unknown}");
        }
        for c in CROSSINGS.as_ref().unwrap() {
            let path = CategoryPath::parse(&c.path);
            assert!(food_class(path.class()).is_some() && path.0.len() == 2, "{}", c.path);
        }
    }
    #[test]
    fn a_class_holds_the_paths_that_are_grouped_under_it() {
        let of = |year, class: &str| paths_of_class(year, class).iter().map(CategoryPath::text).collect::<Vec<_>>();
        assert_eq!(of(Some(2026), "调味品"), ["调味品", "食盐"]);
        assert_eq!((of(Some(2025), "调味品"), of(None, "调味品")), (vec!["调味品".to_owned()], vec!["调味品".to_owned()]));
        let vegetables = of(Some(2026), "蔬菜");
        assert!(vegetables.contains(&"食用农产品/蔬菜".to_owned()) && vegetables.contains(&"食用农产品/新鲜蔬菜".to_owned()), "{vegetables:?}");
        assert_eq!(of(Some(2026), "食用农产品"), ["食用农产品"], "an older link still opens");
        assert!(of(Some(2026), "没有这一类").is_empty());
        for year in [2025, 2026] {
            for class in food_classes_of(year) {
                let paths = paths_of_class(Some(year), &class.name);
                assert!(!paths.is_empty() && paths.iter().all(|p| class_in(class_scheme(year), p) == Some(class)), "{year} {}", class.name);
            }
        }
    }
    #[test]
    fn a_level_lists_foods_only_when_the_list_ends() {
        assert_eq!(alternatives("绿茶、红茶"), ["绿茶、红茶", "绿茶", "红茶"]);
        assert_eq!(alternatives("配方粉（湿法、干法）、豆基粉"), ["配方粉(湿法、干法)、豆基粉", "配方粉(湿法、干法)", "豆基粉"]);
        for open in ["黄豆酱、甜面酱等", "其他糕点", "婴幼儿饼干或其他、辅食", "食糖", "", "、"] {
            assert_eq!(alternatives(open), [fold(open)], "{open}");
        }
    }
    #[test]
    fn a_package_covers_its_foods_and_no_others() {
        let of = |a: &str, b: &str| covers(&CategoryPath::parse(a), &CategoryPath::parse(b));
        assert!(of("茶叶及相关制品/茶叶/茶叶/绿茶、红茶", "茶叶及相关制品/茶叶/茶叶/绿茶"));
        assert!(of("茶叶及相关制品/茶叶/茶叶/绿茶、红茶", "茶叶及相关制品/茶叶/绿茶、红茶"));
        assert!(of("饮料", "饮料/饮料/茶饮料") && of("糕点/糕点", "糕点/糕点/糕点/热加工糕点"));
        assert!(!of("糕点/糕点", "糕点/面包") && !of("饼干/饼干/饼干", "饼干/曲奇"), "a level that repeats its class is not the class");
        let kept = |text: &str| without_repeats(&CategoryPath::parse(text)).text();
        assert_eq!((kept("饼干/饼干/饼干").as_str(), kept("饼干").as_str(), kept("乳制品/乳制品/液体乳").as_str()), ("饼干/饼干", "饼干", "乳制品/液体乳"));
        assert!(!of("饮料/饮料/茶饮料", "饮料") && !of("饮料/茶饮料", "饮料/碳酸饮料") && !of("", "饮料"));
    }
    #[test]
    fn a_year_is_grouped_by_its_own_list() {
        assert_eq!((food_classes_of(2025).len(), food_classes_of(2026).len(), food_classes_of(2031).len()), (35, 39, 39));
        let class = |year, path: &str| class_in(class_scheme(year), &CategoryPath::parse(path)).map(|c| (c.code.as_str(), c.name.as_str()));
        let leek = "食用农产品/蔬菜/鳞茎类蔬菜/韭菜";
        assert_eq!((class(2025, leek), class(2026, leek)), (Some(("33", "食用农产品")), Some(("34", "蔬菜"))), "the same code would be another class");
        assert_eq!((class(2025, "食盐/食用盐"), class(2026, "食盐/食用盐")), (Some(("34", "食盐")), Some(("03", "调味品"))));
        assert_eq!((class(2025, "其他食品/燕窝"), class(2026, "其他食品/燕窝")), (Some(("35", "其他食品")), None));
        assert_eq!(class(2026, "食用农产品/水果类/仁果类水果/苹果"), Some(("36", "水果类")), "an alias of a level");
        assert_eq!(class(2026, "食用农产品"), None, "too high up to tell");
        assert_eq!(class(2026, "糕点/月饼"), class(2025, "糕点/月饼"));
        // every class of 2026 stands for one or more of the 35, and every path of it lies under them
        for c in food_classes_of(2026) {
            assert!(!c.code35.is_empty() && !c.name_en.is_empty() && c.name_en.is_ascii(), "{}", c.name);
            assert!(c.paths.iter().all(|p| food_class(p.class()).is_some_and(|old| c.code35.contains(&old.code))), "{}", c.name);
        }
    }
    #[test]
    fn thirty_five_classes_in_both_languages() {
        assert_eq!(food_classes().len(), 35);
        for (i, c) in food_classes().iter().enumerate() {
            assert_eq!(c.code, format!("{:02}", i + 1));
            assert!(!c.name_en.is_empty() && c.name_en.is_ascii());
        }
        assert!(food_class("33").is_some_and(|c| c.name == "食用农产品" && !c.in_sc_license));
        assert!(food_class("粮食加工品").is_some_and(|c| c.in_sc_license));
    }
}
