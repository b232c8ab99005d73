//! 限量行 and 检验项目包 as they are kept.

use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Instant, Label};
use shiyan_statute::{LimitRow, LimitRule};

use crate::entity as e;
use crate::record::{Record, Row, record};

/// 限量行 with who activated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRecord {
    /// The row with its present status.
    pub row: LimitRow,
    /// 启用人
    pub activated_by: Option<String>,
    /// 启用时间
    pub activated_at: Option<Instant>,
    /// Revision.
    pub revision: i64,
}

/// 核对 who put a draft to use or rejected it, on what word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageCheck {
    /// Printed name.
    pub by: String,
    /// When.
    pub at: Instant,
    /// What was compared with what.
    pub statement: String,
}

/// 检验项目包 the items a food gets by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPackage {
    /// Key.
    pub key: String,
    /// 年份 of the sampling plan it belongs to; 0 is any year.
    #[serde(default)]
    pub year: i32,
    /// 食品分类 it is for; the most specific wins.
    pub category: CategoryPath,
    /// Items: analyte, unit, method.
    pub items: Vec<PackageItem>,
    /// 停用 replaced by a later import of the same year and food; orders that pinned it keep it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// 来源
    pub source: String,
    /// 待核对 a draft: no order takes it before somebody has looked at the printed rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// 核对
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<PackageCheck>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

impl ItemPackage {
    /// 随程序发布 it came with the program.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.key.starts_with('S')
    }
    /// 待核对 it waits for the 质量负责人.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.draft && !self.retired
    }
}

/// One item of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageItem {
    /// 检验项目
    pub analyte: String,
    /// 结果单位
    pub unit: String,
    /// 检验依据
    pub method: String,
    /// 判定依据 that the rules of the year name for it; the limit itself comes from the library.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// 任务级判定依据, which stands above the library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<PackageLimit>,
}

/// 任务级判定依据 the limit that the task itself sets for an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageLimit {
    /// 限量规则
    pub rule: LimitRule,
    /// 限量单位
    pub unit: String,
    /// 判定依据
    pub basis: String,
}

record!(LimitRecord, limit_row, "limit", key |l| l.row.id.clone(), revision |l| l.revision, demo |l| l.row.id.starts_with("DEMO"), row |r| {
    analyte: r.row.analyte.clone(), category: r.row.category_text.clone(), status: r.row.status.code().to_owned(), effective_from: r.row.effective_from.to_string(),
});
record!(ItemPackage, item_package, "package", key |p| p.key.clone(), revision |p| p.revision, demo |p| p.demo, row |r| { category: r.category.text(), demo: r.demo });
