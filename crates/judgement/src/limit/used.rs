//! 适用限量 the row of the library, or the limit of the task, that an item is held against.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Decimal;
use shiyan_statute::{DetectionLimit, LimitQuery, LimitRow, LimitRule};

/// 限量出处 which row of the library was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRef {
    /// Key of the row.
    pub id: String,
    /// Version of the row.
    pub version: u32,
    /// 判定依据
    pub basis: String,
}

/// 干制品折算 the limit is that of the fresh food (GB 2762 3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dried {
    /// 干制品, as the standard calls it.
    pub food: String,
    /// 标准
    pub basis: String,
    /// 脱水率 per cent, once somebody settled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Decimal>,
}

/// 适用限量 the limit row as it was when chosen; it stays with the item whatever happens to the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitUsed {
    /// Row id.
    pub id: String,
    /// Row version.
    pub version: u32,
    /// The rule.
    pub rule: LimitRule,
    /// Unit of the limit.
    pub unit: String,
    /// 判定依据
    pub basis: String,
    /// The limit as printed.
    pub text: String,
    /// 检出限或定量限 of the method named in the row.
    pub lod_loq: Option<DetectionLimit>,
    /// 干制品折算 the limit is that of the fresh food, and the sample is dried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dried: Option<Dried>,
}

impl LimitUsed {
    /// Takes a row of the library.
    #[must_use]
    pub fn of(row: &LimitRow) -> Self {
        Self {
            id: row.id.clone(),
            version: row.version,
            rule: row.rule.clone(),
            unit: row.unit.clone(),
            basis: row.basis.clone(),
            text: row.limit_text(),
            lod_loq: row.lod_loq.clone(),
            dried: None,
        }
    }
    /// Takes the row that the library chose for a food: a dried one is held against the limit of the fresh one only by its rate of dehydration.
    #[must_use]
    pub fn chosen(row: &LimitRow, query: &LimitQuery<'_>) -> Self {
        let dried = shiyan_statute::editions::drying(row, query.category, query.food_name, query.ref_date);
        Self { dried: dried.map(|d| Dried { food: d.food.clone(), basis: d.basis.clone(), rate: None }), ..Self::of(row) }
    }
    /// 任务级判定依据: the limit that the task itself sets, under the key of its package.
    #[must_use]
    pub fn task(package: &str, rule: &LimitRule, unit: &str, basis: &str, lod_loq: Option<DetectionLimit>) -> Self {
        let bare = unit == "/" || matches!(rule, LimitRule::NotDetected { banned: false });
        let text = if bare { rule.text() } else { format!("{}{unit}", rule.text()) };
        Self { id: package.to_owned(), version: 1, rule: rule.clone(), unit: unit.to_owned(), basis: basis.to_owned(), text, lod_loq, dried: None }
    }
}
