//! 编制 corrections while the plan is a draft: lines added, corrected, removed, copied from last year. Each returns what leads back.

use std::collections::BTreeSet;

use shiyan_foundation::ids::PlanLineId;
use shiyan_foundation::task::Population;
use shiyan_foundation::{Actor, Decimal, Refusal};

use crate::change::{LineChange, applied};
use crate::code;
use crate::contents::{General, KeyGroup, Particulars, Written};
use crate::line::PlanLine;
use crate::year::{Step, YearPlan};

/// 新增 the changes that put lines behind those that stand.
#[must_use]
pub fn adding(plan: &YearPlan, lines: Vec<Written>) -> Vec<LineChange> {
    lines.into_iter().zip(plan.plan.lines.len()..).map(|(w, at)| LineChange { at, before: None, after: Some(w) }).collect()
}

/// 修改 the change that puts a line in place of the one with its id.
///
/// # Errors
/// No such line.
pub fn correcting(plan: &YearPlan, line: Written) -> Result<Vec<LineChange>, Refusal> {
    let lines = plan.lines();
    let at = lines.iter().position(|w| w.line.id == line.line.id).ok_or_else(|| Refusal::new(code::NO_LINE))?;
    Ok(vec![LineChange { at, before: lines.get(at).cloned(), after: Some(line) }])
}

/// 删除 the changes that take lines out, the last one first.
///
/// # Errors
/// One of them is not there.
pub fn removing(plan: &YearPlan, ids: &BTreeSet<PlanLineId>) -> Result<Vec<LineChange>, Refusal> {
    let found: Vec<LineChange> =
        plan.lines().into_iter().enumerate().filter(|(_, w)| ids.contains(&w.line.id)).map(|(at, w)| LineChange { at, before: Some(w), after: None }).collect();
    if found.len() < ids.len() {
        return Err(Refusal::new(code::NO_LINE));
    }
    Ok(found.into_iter().rev().collect())
}

/// 复制上年 lines of another year as the lines of this one: what was planned, with the contents. Ids come from the edge.
#[must_use]
pub fn copied(last: &YearPlan, mut id: impl FnMut() -> PlanLineId) -> Vec<Written> {
    last.lines().into_iter().map(|w| Written { line: PlanLine { id: id(), ..w.line }, ..w }).collect()
}

/// 沿用旧年份 lines whose texts still name the year they were copied from: an edition of the rules, a date; counted from one.
#[must_use]
pub fn naming_year(lines: &[Written], year: i32) -> Vec<usize> {
    let year = year.to_string();
    let texts = |w: &Written| {
        [&w.line.method, &w.line.item_package, &w.line.basis, &w.line.reporting, &w.particulars.test_method, &w.particulars.reporting_by].map(String::clone)
    };
    lines.iter().zip(1..).filter(|(w, _)| texts(w).iter().any(|t| t.contains(&year))).map(|(_, n)| n).collect()
}

impl YearPlan {
    /// 修改编制中的计划: additions, corrections, removals, a pasted block; [`crate::change::inverse`] of the same list is its undoing.
    ///
    /// # Errors
    /// Phase, duty, a number of batches or a quarter that cannot be, lines that somebody else has changed.
    pub fn correct(&self, actor: &Actor, changes: &[LineChange]) -> Result<Self, Refusal> {
        self.guard(actor, Step::Correct)?;
        for line in changes.iter().filter_map(|c| c.after.as_ref()).map(|w| &w.line) {
            if !(1..=crate::grid::MOST_BATCHES).contains(&line.batches) {
                return Err(Refusal::new(code::BATCHES).with("typed", line.batches).on("batches"));
            }
            if !(1..=4).contains(&line.quarter) {
                return Err(Refusal::new(code::QUARTER).with("typed", line.quarter).on("quarter"));
            }
        }
        let lines = applied(&self.lines(), changes)?;
        Ok(self.next(|next| next.write(lines)))
    }
    /// 选定目标 the population that the target is counted from, and how many batches for a thousand people.
    ///
    /// # Errors
    /// Stage, duty, a target that is nought or less.
    pub fn correct_target(&self, actor: &Actor, population: Population, target_per_mille: Decimal) -> Result<Self, Refusal> {
        self.guard(actor, Step::Correct)?;
        if target_per_mille <= Decimal::ZERO {
            return Err(Refusal::new(code::TARGET).with("typed", target_per_mille).on("target"));
        }
        Ok(self.next(|next| {
            next.plan.population = population;
            next.plan.target_per_mille = target_per_mille;
        }))
    }
    /// 修改通则
    ///
    /// # Errors
    /// Phase, duty.
    pub fn correct_general(&self, actor: &Actor, general: General) -> Result<Self, Refusal> {
        self.guard(actor, Step::Correct)?;
        Ok(self.next(|next| next.general = general))
    }
    /// 说明无此情形 why a kind of food of art 10 has no line; an empty text takes the explanation back.
    ///
    /// # Errors
    /// Phase, duty.
    pub fn explain_group(&self, actor: &Actor, group: KeyGroup, why: &str) -> Result<Self, Refusal> {
        self.guard(actor, Step::Correct)?;
        Ok(self.next(|next| {
            next.no_group.remove(&group);
            if !why.trim().is_empty() {
                next.no_group.insert(group, why.trim().to_owned());
            }
        }))
    }
}

impl From<PlanLine> for Written {
    fn from(line: PlanLine) -> Self {
        Self { line, particulars: Particulars::default() }
    }
}
