//! 检验批模板 a method with the items it gives and the controls that a run of it carries.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Decimal;
use shiyan_foundation::ids::{TestItemId, TestOrderId};
use shiyan_statute::same_analyte;

use crate::qc::{QcKind, QcSlot};

/// 质控要求 one line of a template: which control a run of this method carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QcPlan {
    /// 种类
    pub kind: QcKind,
    /// 项目; `None` for every item of the worksheet.
    pub analyte: Option<String>,
    /// 名称 for example the control material and its lot.
    pub name: String,
    /// 平行样比例 one duplicate for so many samples; one at least.
    pub every: Option<u32>,
    /// 允许相对偏差 in percent, by the method.
    pub limit_pct: Option<Decimal>,
    /// 定值
    pub target: Option<Decimal>,
    /// 标准差
    pub sd: Option<Decimal>,
    /// 加标量 in the unit of the item.
    pub added: Option<Decimal>,
}

/// 检验批模板 a method with the items it gives and the controls it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorksheetTemplate {
    /// Key.
    pub key: String,
    /// 名称
    pub title: String,
    /// 检验依据 as items name their method.
    pub method: String,
    /// 质控
    pub qc: Vec<QcPlan>,
    /// 承检机构 whose own it is, as the sheets name it; `None` for the one of every laboratory that has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

/// The template of a method for a laboratory: its own, else the one that all share.
#[must_use]
pub fn template_of<'t>(all: &'t [WorksheetTemplate], method: &str, lab: &str) -> Option<&'t WorksheetTemplate> {
    let of = |own: Option<&str>| all.iter().find(|t| t.method == method && t.lab.as_deref() == own);
    of(Some(lab)).or_else(|| of(None))
}

/// The controls a run carries by its template: for each line and item one slot, duplicates spread over the samples.
#[must_use]
pub fn slots_of(
    plans: &[QcPlan],
    cells: &[(TestItemId, TestOrderId, String, String)],
    analytes: &[String],
    loqs: &dyn Fn(&str) -> Option<Decimal>,
) -> Vec<QcSlot> {
    let mut slots = Vec::new();
    for plan in plans {
        for analyte in analytes.iter().filter(|a| plan.analyte.as_ref().is_none_or(|wanted| same_analyte(wanted, a))) {
            let of: Vec<&(TestItemId, TestOrderId, String, String)> = cells.iter().filter(|(_, _, a, _)| a == analyte).collect();
            let Some(first) = of.first() else { continue };
            let every = plan.every.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(usize::MAX);
            let picked: Vec<_> = match plan.kind {
                QcKind::Duplicate => of.iter().step_by(every.min(of.len().max(1))).map(|c| Some(c.0)).collect(),
                QcKind::Spike => vec![Some(first.0)],
                QcKind::Blank | QcKind::Control => vec![None],
            };
            for of_item in picked {
                let position = u32::try_from(slots.len()).unwrap_or(u32::MAX);
                slots.push(QcSlot {
                    limit_pct: plan.limit_pct,
                    target: plan.target,
                    sd: plan.sd,
                    added: plan.added,
                    loq: loqs(analyte),
                    ..QcSlot::empty(format!("q{}", position + 1), plan.kind, analyte, &first.3, position, &plan.name, of_item)
                });
            }
        }
    }
    slots
}
