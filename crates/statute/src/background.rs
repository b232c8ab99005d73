//! 天然本底与带入 which additives occur in food without being added, and what may carry them over (`data/background_additives.csv`).
//! GB 2760 knows carry-over (clause 3.4) and has no word on background: both are for a technical assessment.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::labels;
use shiyan_foundation::text::fold;

use crate::data;
use crate::limits::{item_core, item_key};

const FILE: &str = include_str!("../data/background_additives.csv");

labels! {
    /// 天然本底
    pub enum Natural {
        Yes = "yes", "有", "Yes";
        No = "no", "无", "No";
        Unsure = "unsure", "不确定", "Unsure";
    }
}
labels! {
    /// 物质种类
    pub enum SubstanceKind {
        Additive = "additive", "食品添加剂", "Food additive";
        Substance = "substance", "非食用物质", "Non-food substance";
    }
}

/// 本底行 one additive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Background {
    /// 物质种类
    pub kind: SubstanceKind,
    /// Names of the item.
    pub names: Vec<String>,
    /// 天然本底
    pub natural: Natural,
    /// Words of the foods in which the background lies; nothing stands for any food.
    pub foods: Vec<String>,
    /// Words of ingredients that may lawfully bring it.
    pub ingredients: Vec<String>,
    /// 出处
    pub source: String,
}

impl Background {
    /// Whether the substance may be in this food by nature; a food that nobody named may be any.
    #[must_use]
    pub fn may_be_natural(&self, food: Option<&str>) -> bool {
        let food = food.map(fold).filter(|f| !f.is_empty());
        match (self.natural, food) {
            (Natural::No, _) => false,
            (_, None) => true,
            (_, Some(food)) => self.foods.is_empty() || self.foods.iter().any(|w| food.contains(w.as_str())),
        }
    }
    /// The recorded ingredient that may bring it: one of the words of the table, or the substance itself.
    #[must_use]
    pub fn brought_by(&self, ingredients: &str) -> Option<&str> {
        let recorded = fold(ingredients).to_uppercase();
        self.ingredients.iter().chain(&self.names).map(String::as_str).find(|w| recorded.contains(&w.to_uppercase()))
    }
}

#[derive(Deserialize)]
struct Row {
    kind: SubstanceKind,
    names: String,
    natural: Natural,
    foods: String,
    ingredients: String,
    source: String,
}

fn words(text: &str) -> Vec<String> {
    text.split('|').map(str::trim).filter(|w| !w.is_empty() && *w != "*").map(str::to_owned).collect()
}

static TABLE: LazyLock<Result<Vec<Background>, String>> = LazyLock::new(|| {
    let rows = data::rows::<Row>("background_additives.csv", FILE)?;
    let of = |r: Row| Background {
        kind: r.kind,
        names: words(&r.names),
        natural: r.natural,
        foods: words(&r.foods),
        ingredients: words(&r.ingredients),
        source: r.source,
    };
    Ok(rows.into_iter().map(of).collect())
});
static BY_NAME: LazyLock<BTreeMap<String, &'static Background>> =
    LazyLock::new(|| background_additives().iter().flat_map(|b| b.names.iter().map(move |n| (item_key(n), b))).collect());

pub(crate) fn problem() -> Option<String> {
    TABLE.as_ref().err().cloned()
}

/// The table.
#[must_use]
pub fn background_additives() -> &'static [Background] {
    TABLE.as_ref().map_or(&[], Vec::as_slice)
}

/// The row of an item, by its name or by its name without the brackets behind it.
#[must_use]
pub fn background(item: &str) -> Option<&'static Background> {
    BY_NAME.get(&item_key(item)).or_else(|| BY_NAME.get(&item_core(item))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn items_are_found_as_they_are_printed() {
        for (item, natural) in [
            ("柠檬黄", Natural::No),
            ("甜蜜素（以环己基氨基磺酸计）", Natural::No),
            ("脱氢乙酸及其钠盐（以脱氢乙酸计)", Natural::No),
            ("糖精钠(以糖精计)", Natural::No),
            ("二氧化硫残留量", Natural::Yes),
            ("山梨酸及其钾盐(以山梨酸计)", Natural::Unsure),
            ("铝的残留量(干样品，以Al计)", Natural::Yes),
            ("初检结果：柠檬黄", Natural::No),
        ] {
            assert_eq!(background(item).map(|b| b.natural), Some(natural), "{item}");
        }
        assert_eq!(background("氧乐果"), None);
        assert_eq!(background(""), None);
        assert!(background_additives().len() > 80);
    }
    #[test]
    fn nature_lies_in_foods_and_ingredients_bring() {
        let sulfur = background("二氧化硫").expect("listed");
        assert!(sulfur.may_be_natural(None) && sulfur.may_be_natural(Some("蔬菜/洋葱")) && !sulfur.may_be_natural(Some("调味品/白芷")));
        let yellow = background("柠檬黄").expect("listed");
        assert!(!yellow.may_be_natural(None));
        assert_eq!(yellow.brought_by("小麦粉、果酱、白砂糖"), Some("果酱"));
        assert_eq!(yellow.brought_by("小麦粉、水"), None);
        // what lies in some foods by nature may be brought into the others
        assert_eq!(sulfur.brought_by("小麦粉、白砂糖、水"), Some("白砂糖"));
        let sorbate = background("山梨酸及其钾盐(以山梨酸计)").expect("listed");
        assert!(sorbate.may_be_natural(Some("糕点/奶油蛋糕")) && !sorbate.may_be_natural(Some("餐饮食品/凉皮")));
        assert_eq!((sorbate.brought_by("小麦粉、酱腌菜"), sorbate.brought_by("小麦粉、水")), (Some("酱腌菜"), None));
        assert_eq!(background("特丁基对苯二酚(TBHQ)").and_then(|b| b.brought_by("虾、tbhq")), Some("TBHQ"));
        assert!(background("苯甲酸").is_some_and(|b| b.may_be_natural(Some("糕点"))));
    }
}
