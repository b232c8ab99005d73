//! 检验项目包 what is tested of a food in a year (`data/item_packages_2026.csv`): a third party's parse of the sampling rules of 2026. Every package is a
//! draft, 待核对; none goes live before somebody has looked at the printed rules.

use std::sync::LazyLock;

use serde::Deserialize;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::labels;

use crate::{data, food, limits};

const FILE: &str = include_str!("../data/item_packages_2026.csv");
const YEAR: i32 = 2026;

labels! {
    /// 来源质量 how whole the source's table is.
    pub enum SourceQuality {
        A = "A", "编号完整", "Numbering complete";
        B = "B", "有缺漏，已看过", "With a defect that was looked at";
    }
}

/// 项目 one item of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftItem {
    /// 检验项目
    pub item: String,
    /// 判定依据
    pub basis: String,
    /// 检验方法
    pub method: String,
    /// Mark of a table note whose text the source lost, e.g. `a`.
    pub notes: String,
}

/// 项目包 of one food, a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftPackage {
    /// Stable key, e.g. `2026-34-34-4`.
    pub key: String,
    /// 年份
    pub year: i32,
    /// Code of the class within the list of that year.
    pub class: String,
    /// 表号 of the rules.
    pub table: String,
    /// Foods: paths of ours, any of them.
    pub foods: Vec<CategoryPath>,
    /// 来源质量
    pub quality: SourceQuality,
    /// The source lost rows of this table.
    pub gaps: bool,
    /// Items in their order.
    pub items: Vec<DraftItem>,
    levels: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Row {
    class: String,
    table: String,
    foods: String,
    item: String,
    basis: String,
    method: String,
    notes: String,
    quality: SourceQuality,
    gaps: String,
}

static PACKAGES: LazyLock<Result<Vec<DraftPackage>, String>> = LazyLock::new(|| {
    let mut out: Vec<DraftPackage> = Vec::new();
    for row in data::rows::<Row>("item_packages_2026.csv", FILE)? {
        let foods: Vec<CategoryPath> = limits::list(&row.foods).iter().map(|p| CategoryPath::parse(p)).collect();
        let item = DraftItem { item: row.item, basis: row.basis, method: row.method, notes: row.notes };
        match out.last_mut().filter(|p| p.class == row.class && p.table == row.table && p.foods == foods) {
            Some(package) => package.items.push(item),
            None => {
                let twins = out.iter().filter(|p| p.class == row.class && p.table == row.table).count();
                let key = format!("{YEAR}-{}-{}{}", row.class, row.table, if twins == 0 { String::new() } else { format!("-{}", twins + 1) });
                let levels = foods.iter().map(limits::canonical).collect();
                let (quality, gaps) = (row.quality, row.gaps == "Y");
                out.push(DraftPackage { key, year: YEAR, class: row.class, table: row.table, foods, quality, gaps, items: vec![item], levels });
            }
        }
    }
    Ok(out)
});

pub(crate) fn problem() -> Option<String> {
    PACKAGES.as_ref().err().cloned()
}

/// The draft packages of a year; none for a year whose rules are not in the program.
#[must_use]
pub fn draft_packages(year: i32) -> &'static [DraftPackage] {
    if year == YEAR { PACKAGES.as_ref().map_or(&[], Vec::as_slice) } else { &[] }
}

/// The draft package of a food in a year: the nearest one, levels of the path in between being skipped. `None` where none reaches
/// it or two are equally near.
#[must_use]
pub fn draft_package(year: i32, category: &CategoryPath, food_name: &str) -> Option<&'static DraftPackage> {
    let sample = food::levels_with_name(category, food_name);
    let mut best: Option<(usize, &'static DraftPackage)> = None;
    let mut tied = false;
    for package in draft_packages(year) {
        let Some(at) = package.levels.iter().filter_map(|p| limits::reach(p, &sample)).max() else { continue };
        match best {
            Some((before, _)) if before > at => {}
            Some((before, _)) if before == at => tied = true,
            _ => (best, tied) = (Some((at, package)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, package)| package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::food::{ClassScheme, class_in};
    use std::collections::BTreeSet;

    fn of(path: &str, food: &str) -> Option<&'static DraftPackage> {
        draft_package(2026, &CategoryPath::parse(path), food)
    }
    #[test]
    fn a_food_finds_its_package_of_the_year() {
        let leek = of("食用农产品/蔬菜/鳞茎类蔬菜/韭菜", "韭菜").expect("a package");
        assert_eq!((leek.key.as_str(), leek.quality, leek.items.len()), ("2026-34-34-4", SourceQuality::A, 12));
        assert!(leek.items.iter().any(|i| i.item == "腐霉利" && i.basis == "GB 2763.1"));
        assert_eq!(of("糕点/月饼/月饼/月饼", "五仁月饼").map(|p| p.table.as_str()), Some("24-2"));
        assert_eq!(of("餐饮食品/米面及其制品(自制)/油炸面制品(自制)/油条", "油条").map(|p| p.items[0].item.as_str()), Some("铝的残留量(干样品，以Al计)"));
        assert!(of("食用农产品/水果类/浆果和其他小型水果/草莓", "草莓").is_some_and(|p| p.gaps && p.quality == SourceQuality::B));
        assert!(draft_package(2025, &CategoryPath::parse("糕点/月饼"), "").is_none(), "the rules of 2025 are not in the program");
    }
    #[test]
    fn what_the_source_spoiled_is_not_loaded() {
        // quality C and D, B whose table belongs to another food, and A whose content is another table's
        for (path, food) in [
            ("粮食加工品/大米/大米/大米", "大米"),
            ("肉制品/熟肉制品/酱卤肉制品/酱卤肉制品", "酱牛肉"),
            ("糕点/粽子/粽子/粽子", "粽子"),
            ("乳制品/液体乳/发酵乳/发酵乳", "酸奶"),
            ("乳制品/液体乳/调制乳/调制乳", "早餐奶"),
            ("水产制品/盐渍水产品/盐渍藻/盐渍藻", "盐渍海带"),
            ("食用农产品/蔬菜/豆类/豇豆", "豇豆"),
        ] {
            assert!(of(path, food).is_none(), "{path}");
        }
        let packages = draft_packages(2026);
        assert_eq!((packages.len(), packages.iter().map(|p| p.items.len()).sum::<usize>()), (181, 1371));
        let mut keys = BTreeSet::new();
        for package in packages {
            assert!(keys.insert(&package.key), "{} twice", package.key);
            let names: BTreeSet<&str> = package.items.iter().map(|i| i.item.as_str()).collect();
            assert_eq!(names.len(), package.items.len(), "{}", package.key);
            assert!(package.items.iter().all(|i| !i.basis.is_empty() && !i.method.is_empty() && !i.item.contains('豹')), "{}", package.key);
            for food in &package.foods {
                let class = class_in(ClassScheme::Classes39, food).expect("a class");
                assert_eq!(class.code.trim_start_matches('0'), package.class, "{food}");
            }
        }
    }
}
