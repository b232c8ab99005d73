//! 食品大类 the 35 classes (`data/food_classes.csv`).

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};
use shiyan_foundation::Lang;

use crate::data;

const FILE: &str = include_str!("../data/food_classes.csv");

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

pub(crate) fn problem() -> Option<String> {
    CLASSES.as_ref().err().cloned()
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

#[cfg(test)]
mod tests {
    use super::*;
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
