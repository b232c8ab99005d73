//! 重点食品 the key food groups of KPI-2, as data. They overlap on purpose; their counts are never added up.

use serde::Serialize;
use shiyan_foundation::category::CategoryPath;

/// Version of the definitions below, named wherever they are used.
pub const KEY_FOOD_GROUPS_VERSION: &str = "key-foods-2026.1";

/// One 重点食品 group: the category paths whose foods belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KeyFoodGroup {
    /// Stable code.
    pub code: &'static str,
    /// Chinese name, as in the plan of the district.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// Paths, `大类` or `大类/亚类`; everything below a path belongs to it. Since 2025 the national bulletin lists the parts
    /// of 食用农产品 as classes of their own, so these appear with and without their class.
    pub paths: &'static [&'static [&'static str]],
}

/// The groups of the plan (保障工程5), mapped to categories by our own design.
pub const KEY_FOOD_GROUPS: &[KeyFoodGroup] = &[
    KeyFoodGroup {
        code: "farm",
        zh: "主要农产品",
        en: "Main farm products",
        paths: &[
            &["食用农产品"],
            &["畜禽肉及副产品"],
            &["蔬菜"],
            &["水产品"],
            &["水果"],
            &["水果类"],
            &["鲜蛋"],
            &["豆类"],
            &["生干坚果与籽类"],
            &["生干坚果与籽类食品"],
        ],
    },
    KeyFoodGroup { code: "aquatic", zh: "水产品", en: "Aquatic products", paths: &[&["食用农产品", "水产品"], &["水产品"], &["水产制品"]] },
    KeyFoodGroup {
        code: "livestock",
        zh: "畜产品",
        en: "Livestock products",
        paths: &[&["食用农产品", "畜禽肉及副产品"], &["食用农产品", "鲜蛋"], &["畜禽肉及副产品"], &["鲜蛋"]],
    },
    KeyFoodGroup { code: "dairy", zh: "乳品", en: "Dairy", paths: &[&["乳制品"], &["婴幼儿配方食品"]] },
    KeyFoodGroup { code: "oil", zh: "食用油", en: "Edible oil", paths: &[&["食用油、油脂及其制品"]] },
    KeyFoodGroup { code: "vegetable", zh: "蔬菜", en: "Vegetables", paths: &[&["食用农产品", "蔬菜"], &["蔬菜"], &["蔬菜制品"]] },
    KeyFoodGroup {
        code: "meat",
        zh: "肉及肉制品",
        en: "Meat and meat products",
        paths: &[&["食用农产品", "畜禽肉及副产品"], &["畜禽肉及副产品"], &["肉制品"]],
    },
];

impl KeyFoodGroup {
    /// Whether a food of this category belongs to the group.
    #[must_use]
    pub fn holds(&self, category: &CategoryPath) -> bool {
        self.paths.iter().any(|path| path.len() <= category.0.len() && path.iter().zip(&category.0).all(|(part, have)| part == have))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Vec<&'static str> {
        let path = CategoryPath::parse(path);
        KEY_FOOD_GROUPS.iter().filter(|g| g.holds(&path)).map(|g| g.code).collect()
    }

    #[test]
    fn groups_overlap_and_know_both_schemes() {
        assert_eq!(of("食用农产品/畜禽肉及副产品/畜肉/猪肉"), ["farm", "livestock", "meat"]);
        assert_eq!(of("畜禽肉及副产品/畜肉"), ["farm", "livestock", "meat"]);
        assert_eq!(of("食用农产品/蔬菜/豆芽"), ["farm", "vegetable"]);
        assert_eq!(of("蔬菜制品"), ["vegetable"]);
        assert_eq!(of("婴幼儿配方食品"), ["dairy"]);
        assert_eq!(of("食用农产品"), ["farm"]);
        assert_eq!(of("糕点"), [""; 0]);
    }
}
