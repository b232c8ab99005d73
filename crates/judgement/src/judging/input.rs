//! 判定输入 what a judgement needs.

use shiyan_foundation::Decimal;
use shiyan_foundation::task::TaskKind;
use shiyan_statute::{DetectionKind, LimitRow, LimitRule};

use crate::amount::Amount;
use crate::amount::rounding::Comparison;
use crate::limit::claim::LabelClaim;
use crate::limit::library::Reach;
use crate::limit::{Dried, LimitRef};
use crate::reading::{ParseNote, Parsed};

/// 判定输入.
#[derive(Debug, Clone)]
pub struct JudgeInput<'a> {
    /// 结果
    pub measured: &'a Parsed,
    /// 限量
    pub limit: &'a LimitRule,
    /// 限量单位
    pub limit_unit: Option<&'a str>,
    /// The limit itself is not allowed: `<` instead of `≤`.
    pub strict: bool,
    /// 限量出处
    pub limit_ref: Option<LimitRef>,
    /// 检出限
    pub lod: Option<Amount>,
    /// 定量限
    pub loq: Option<Amount>,
    /// 比较方法
    pub comparison: Comparison,
    /// 任务类别
    pub kind: TaskKind,
    /// 标签明示值
    pub label_claim: Option<LabelClaim>,
    /// 临界 within this many per cent of the limit.
    pub near_limit_pct: Decimal,
    /// 检验项目; what the tables of additives and sums know hangs on it.
    pub item: &'a str,
    /// 食品 class and name, where they are known ([`super::FoodFacts`]).
    pub food: Option<&'a str>,
    /// 配料 as recorded; nothing recorded does not stop a 不合格.
    pub ingredients: Option<&'a str>,
    /// 干制品折算
    pub dried: Option<&'a Dried>,
}

impl<'a> JudgeInput<'a> {
    /// With the defaults: 全数值比较, 监督抽检, near within 10 %.
    #[must_use]
    pub fn new(measured: &'a Parsed, limit: &'a LimitRule, limit_unit: Option<&'a str>) -> Self {
        Self {
            measured,
            limit,
            limit_unit,
            strict: false,
            limit_ref: None,
            lod: None,
            loq: None,
            comparison: Comparison::FullValue,
            kind: TaskKind::Supervisory,
            label_claim: None,
            near_limit_pct: Decimal::TEN,
            item: "",
            food: None,
            ingredients: None,
            dried: None,
        }
    }
    /// Against a row of the library, with the limit of its method.
    #[must_use]
    pub fn for_row(measured: &'a Parsed, row: &'a LimitRow, kind: TaskKind) -> Self {
        let method = |wanted| row.lod_loq.as_ref().filter(|d| d.kind == wanted).map(|d| Amount { value: d.value, unit: Some(d.unit.clone()) });
        Self {
            limit_ref: Some(LimitRef { id: row.id.clone(), version: row.version, basis: row.basis.clone() }),
            lod: method(DetectionKind::Lod),
            loq: method(DetectionKind::Loq),
            kind,
            item: &row.analyte,
            ..Self::new(measured, &row.rule, Some(&row.unit))
        }
    }
}

/// What stands beside result and limit.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    /// What was changed in order to read the limit.
    pub limit_notes: &'a [ParseNote],
    /// The name of the item says that it counts microbes.
    pub count: bool,
    /// How far down the methods of the item reach, as the limits of the library show.
    pub reaches: Option<&'a Reach>,
    /// The lowest limit of a method that the library names for the item.
    pub method: Option<&'a Amount>,
}
