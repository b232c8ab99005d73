//! 样品的食品和配料 what the judging knows of the food on the table, told in one way wherever something is judged.

use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;

/// 食品与配料 of a sample as the judging takes them. It says nothing of who made, sold or was sampled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct FoodFacts {
    /// 食品 the category path with the name of the food behind it.
    pub food: String,
    /// 配料 as recorded; nothing where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingredients: Option<String>,
}

impl FoodFacts {
    /// Of a food by category and name, with its ingredients where somebody recorded them.
    #[must_use]
    pub fn of(category: &CategoryPath, name: &str, ingredients: Option<&str>) -> Self {
        let name = name.trim();
        let mut food = category.text();
        if !name.is_empty() && category.0.last().is_none_or(|last| last != name) {
            if !food.is_empty() {
                food.push('/');
            }
            food.push_str(name);
        }
        Self { food, ingredients: ingredients.map(str::trim).filter(|i| !i.is_empty()).map(str::to_owned) }
    }
    /// The food, if anybody named it.
    #[must_use]
    pub fn food(&self) -> Option<&str> {
        Some(self.food.as_str()).filter(|f| !f.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_food_is_its_category_and_its_name() {
        let of = |path: &str, name: &str| FoodFacts::of(&CategoryPath::parse(path), name, None).food;
        assert_eq!(of("调味品/香辛料类", "白芷"), "调味品/香辛料类/白芷");
        assert_eq!(of("食用农产品/蔬菜/鳞茎类蔬菜/韭菜", " 韭菜 "), "食用农产品/蔬菜/鳞茎类蔬菜/韭菜");
        assert_eq!((of("", "白芷").as_str(), of("调味品", " ").as_str(), of("", "")), ("白芷", "调味品", String::new()));
        let with = |ingredients| FoodFacts::of(&CategoryPath::parse("糕点"), "示范糕", ingredients);
        assert_eq!((with(Some("  ")).ingredients, with(None).food()), (None, Some("糕点/示范糕")));
    }
}
