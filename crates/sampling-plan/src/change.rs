//! 变更 lines before and after. A correction of a draft, a pasted block and a numbered change of an issued plan are the same list of lines before
//! and after, so that every one of them can be shown, undone and told again.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{PlanLineId, UserId};
use shiyan_foundation::task::Link;
use shiyan_foundation::{Instant, Label, Refusal};

use crate::code;
use crate::contents::Written;

/// 格 one cell of the plan: a food at a link, in a street, in a quarter. Several lines may stand in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellKey {
    /// 食品分类
    pub category: CategoryPath,
    /// 环节
    pub link: Link,
    /// 街道代码
    pub street: String,
    /// 季度
    pub quarter: u8,
}

impl CellKey {
    /// The cell of a line.
    #[must_use]
    pub fn of(line: &crate::PlanLine) -> Self {
        Self { category: line.category.clone(), link: line.link, street: line.street.clone(), quarter: line.quarter }
    }
}

impl std::fmt::Display for CellKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} Q{}", self.category, self.link.zh(), self.street, self.quarter)
    }
}

/// 一行的变动 one line before and after, and the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// Place among the lines when its turn comes.
    pub at: usize,
    /// 变更前; nothing for a line that is added.
    pub before: Option<Written>,
    /// 变更后; nothing for a line that is removed.
    pub after: Option<Written>,
}

/// 一格的变动 the batches of a cell before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChange {
    /// The cell.
    pub key: CellKey,
    /// 原批次
    pub before: u32,
    /// 现批次
    pub after: u32,
}

/// 撤销 the changes that lead back.
#[must_use]
pub fn inverse(changes: &[LineChange]) -> Vec<LineChange> {
    changes.iter().rev().map(|c| LineChange { at: c.at, before: c.after.clone(), after: c.before.clone() }).collect()
}

/// 执行 the lines after the changes. A line that does not stand as it was seen stops them all: somebody else has changed it.
///
/// # Errors
/// `PLAN-MOVED-ON`; a line whose id stands already.
pub fn applied(lines: &[Written], changes: &[LineChange]) -> Result<Vec<Written>, Refusal> {
    let mut out = lines.to_vec();
    let mut ids: HashSet<PlanLineId> = lines.iter().map(|w| w.line.id).collect();
    for change in changes {
        let moved_on = |of: &Written| Refusal::new(code::MOVED_ON).with("line", CellKey::of(&of.line));
        if let Some(before) = &change.before
            && out.get(change.at) != Some(before)
        {
            return Err(moved_on(before));
        }
        if let Some(before) = &change.before {
            ids.remove(&before.line.id);
        }
        if let Some(after) = &change.after
            && !ids.insert(after.line.id)
        {
            return Err(moved_on(after));
        }
        match (&change.before, &change.after) {
            (Some(_), Some(after)) => out[change.at] = after.clone(),
            (Some(_), None) => drop(out.remove(change.at)),
            (None, Some(after)) if change.at > out.len() => return Err(moved_on(after)),
            (None, Some(after)) => out.insert(change.at, after.clone()),
            (None, None) => {}
        }
    }
    Ok(out)
}

/// 格的批次 how many batches stand in each cell.
#[must_use]
pub fn by_cell(lines: &[Written]) -> BTreeMap<CellKey, u32> {
    let mut out = BTreeMap::new();
    for written in lines {
        let cell: &mut u32 = out.entry(CellKey::of(&written.line)).or_default();
        *cell = cell.saturating_add(written.line.batches);
    }
    out
}

/// 前后对照 per cell, in the order of the cells; a cell whose number stayed is not in it.
#[must_use]
pub fn cells(before: &[Written], after: &[Written]) -> Vec<CellChange> {
    let (was, is) = (by_cell(before), by_cell(after));
    let keys: std::collections::BTreeSet<&CellKey> = was.keys().chain(is.keys()).collect();
    let of = |all: &BTreeMap<CellKey, u32>, key: &CellKey| all.get(key).copied().unwrap_or(0);
    let one = |key: &CellKey| CellChange { key: key.clone(), before: of(&was, key), after: of(&is, key) };
    keys.into_iter().map(one).filter(|c| c.before != c.after).collect()
}

/// 谁 somebody who drew up, approved or changed a plan, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// Account.
    pub by: UserId,
    /// 姓名
    pub name: String,
    /// 时间
    pub at: Instant,
}

/// 计划变更 one numbered change of an issued plan (动态调整, art 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// 变更号, from one, without gaps.
    pub number: u32,
    /// 理由
    pub reason: String,
    /// 提出人
    pub proposed: Hand,
    /// 批准人, somebody else.
    pub adopted: Option<Hand>,
    /// 变更的行
    pub lines: Vec<LineChange>,
    /// 前后对照, per cell.
    pub cells: Vec<CellChange>,
}

impl Change {
    /// 增减 batches added and taken away.
    #[must_use]
    pub fn balance(&self) -> (u64, u64) {
        let sum = |of: &dyn Fn(&CellChange) -> u32| self.cells.iter().map(|c| u64::from(of(c))).sum();
        (sum(&|c| c.after.saturating_sub(c.before)), sum(&|c| c.before.saturating_sub(c.after)))
    }
}
