//! 年度计划及其版本 the plan of a year as it is worked on: contents, approval, issue by somebody else, and from then on numbered changes only.
//!
//! It holds the plan as it is kept ([`Plan`]) and what is said beyond it; a plan that was kept without reads as one that says nothing more.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{PlanId, PlanLineId};
use shiyan_foundation::task::Population;
use shiyan_foundation::{Actor, Decimal, Instant, Label, Move, Moves, Refusal, labels};

use crate::change::{CellKey, Change, Hand, LineChange, applied, by_cell, cells, inverse};
use crate::code;
use crate::contents::{Blank, General, KeyGroup, Particulars, Written, blanks};
use crate::line::PlanLine;
use crate::plan::{Kept, Plan, PlanState};

labels! {
    /// 计划阶段
    pub enum Phase {
        Draft = "draft", "编制中", "Draft";
        Approved = "approved", "已批准", "Approved";
        Issued = "issued", "已下达", "Issued";
    }
}

labels! {
    /// 计划办理
    pub enum Step {
        Correct = "correct", "修改", "Correct";
        Approve = "approve", "批准", "Approve";
        SendBack = "send_back", "退回修改", "Send back";
        Issue = "issue", "下达", "Issue";
        Propose = "propose", "提出变更", "Propose a change";
        Adopt = "adopt", "批准变更", "Adopt the change";
        Drop = "drop", "撤回变更", "Drop the change";
    }
}

/// 状态表 of the plan of a year.
pub const STEPS: Moves<Phase, Step> = Moves {
    noun: ("年度计划（编制与变更）", "plan of a year"),
    begins: Phase::Draft,
    opening: &[],
    over: &[Phase::Issued],
    table: &[
        Move::new(Phase::Draft, Step::Correct, Phase::Draft, Act::Plan),
        Move::new(Phase::Draft, Step::Approve, Phase::Approved, Act::Plan),
        Move::new(Phase::Approved, Step::SendBack, Phase::Draft, Act::Plan),
        Move::new(Phase::Approved, Step::Issue, Phase::Issued, Act::Plan),
        Move::new(Phase::Issued, Step::Propose, Phase::Issued, Act::Plan),
        Move::new(Phase::Issued, Step::Adopt, Phase::Issued, Act::Plan),
        Move::new(Phase::Issued, Step::Drop, Phase::Issued, Act::Plan),
    ],
};

/// 批准 of a draft, as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// 批准人
    pub hand: Hand,
    /// 低于目标的理由
    pub below_target_reason: Option<String>,
}

/// 年度计划. It is kept flat, the words of [`Plan`] among its own, so that whoever asks for the plan alone reads it from the same row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Flat", into = "Flat")]
pub struct YearPlan {
    /// The plan as it is kept.
    pub plan: Plan,
    /// 计划通则
    pub general: General,
    /// 各行的其他内容
    pub particulars: BTreeMap<PlanLineId, Particulars>,
    /// 无此情形的说明 why a kind of food of art 10 has no line.
    pub no_group: BTreeMap<KeyGroup, String>,
    /// 批准
    pub approval: Option<Approval>,
    /// 变更, in their order.
    pub changes: Vec<Change>,
    /// 待批准的变更
    pub pending: Option<Change>,
}

/// A plan of a year as it is kept. (`serde(flatten)` would do the same and name floating-point numbers on the way.)
#[derive(Clone, Serialize, Deserialize)]
struct Flat {
    id: PlanId,
    year: i32,
    title: String,
    target_per_mille: Decimal,
    population: Population,
    state: PlanState,
    issued_at: Option<Instant>,
    lines: Vec<PlanLine>,
    below_target_reason: Option<String>,
    demo: Option<bool>,
    revision: i64,
    #[serde(default)]
    general: General,
    #[serde(default)]
    particulars: BTreeMap<PlanLineId, Particulars>,
    #[serde(default)]
    no_group: BTreeMap<KeyGroup, String>,
    #[serde(default)]
    approval: Option<Approval>,
    #[serde(default)]
    changes: Vec<Change>,
    #[serde(default)]
    pending: Option<Change>,
}

impl From<Flat> for YearPlan {
    fn from(flat: Flat) -> Self {
        let Flat { id, year, title, target_per_mille, population, state, issued_at, lines, below_target_reason, demo, revision, .. } = flat;
        let plan = Plan::from(Kept { id, year, title, target_per_mille, population, state, issued_at, lines, below_target_reason, demo, revision });
        let Flat { general, particulars, no_group, approval, changes, pending, .. } = flat;
        Self { plan, general, particulars, no_group, approval, changes, pending }
    }
}

impl From<YearPlan> for Flat {
    fn from(year_plan: YearPlan) -> Self {
        let YearPlan { plan, general, particulars, no_group, approval, changes, pending } = year_plan;
        let Plan { id, year, title, target_per_mille, population, state, issued_at, lines, below_target_reason, demo, revision } = plan;
        Self {
            id,
            year,
            title,
            target_per_mille,
            population,
            state,
            issued_at,
            lines,
            below_target_reason,
            demo: Some(demo),
            revision,
            general,
            particulars,
            no_group,
            approval,
            changes,
            pending,
        }
    }
}

impl From<Plan> for YearPlan {
    fn from(plan: Plan) -> Self {
        Self { plan, general: General::default(), particulars: BTreeMap::new(), no_group: BTreeMap::new(), approval: None, changes: Vec::new(), pending: None }
    }
}

/// 理由 as it is kept; too short a one is none.
fn reason(typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() { Err(Refusal::new(code::REASON)) } else { Ok(typed.to_owned()) }
}

impl YearPlan {
    /// 阶段
    #[must_use]
    pub fn phase(&self) -> Phase {
        match (self.plan.state, &self.approval) {
            (PlanState::Issued, _) => Phase::Issued,
            (PlanState::Draft, Some(_)) => Phase::Approved,
            (PlanState::Draft, None) => Phase::Draft,
        }
    }
    /// 版本号: the plan as it was issued is the first.
    #[must_use]
    pub fn version(&self) -> usize {
        self.changes.len() + 1
    }
    /// 计划行全文, in their order.
    #[must_use]
    pub fn lines(&self) -> Vec<Written> {
        let one = |line: &PlanLine| Written { line: line.clone(), particulars: self.particulars.get(&line.id).cloned().unwrap_or_default() };
        self.plan.lines.iter().map(one).collect()
    }
    /// 某一版本的计划行: the changes since are taken back.
    ///
    /// # Errors
    /// No such version.
    pub fn lines_of(&self, version: usize) -> Result<Vec<Written>, Refusal> {
        let since = version.checked_sub(1).and_then(|kept| self.changes.get(kept..)).ok_or_else(|| Refusal::new(code::NO_VERSION).with("version", version))?;
        since.iter().rev().try_fold(self.lines(), |lines, change| applied(&lines, &inverse(&change.lines)))
    }
    /// 经费预算 of the lines that name one, and how many name none.
    #[must_use]
    pub fn budget(&self) -> (Decimal, usize) {
        let named: Vec<Decimal> = self.plan.lines.iter().filter_map(|l| self.particulars.get(&l.id)?.budget).collect();
        (named.iter().fold(Decimal::ZERO, |sum, b| sum.saturating_add(*b)), self.plan.lines.len() - named.len())
    }
    /// 空缺 the contents of art 9 that are blank.
    #[must_use]
    pub fn blanks(&self) -> Vec<Blank> {
        blanks(&self.lines(), &self.general)
    }
    /// 未覆盖 the kinds of art 10 that no line has and nobody has explained.
    #[must_use]
    pub fn uncovered(&self) -> Vec<KeyGroup> {
        let has: BTreeSet<KeyGroup> = self.lines().iter().flat_map(Written::groups).collect();
        let explained = |g: &KeyGroup| self.no_group.get(g).is_some_and(|why| !why.trim().is_empty());
        KeyGroup::ALL.iter().copied().filter(|g| !has.contains(g) && !explained(g)).collect()
    }
    /// Reasons of stage and duty.
    fn why_not(&self, actor: &Actor, step: Step) -> Vec<Refusal> {
        STEPS.why_not(actor, self.phase(), step, (code::STAGE, code::NOT_MANAGER))
    }
    pub(crate) fn guard(&self, actor: &Actor, step: Step) -> Result<(), Refusal> {
        self.why_not(actor, step).into_iter().next().map_or(Ok(()), Err)
    }
    /// Every reason why this person may not approve the plan now: each blank content once, each kind of art 10 once.
    #[must_use]
    pub fn why_not_approve(&self, actor: &Actor, below_target: Option<&str>) -> Vec<Refusal> {
        let mut why = self.why_not(actor, Step::Approve);
        if self.plan.lines.is_empty() {
            why.push(Refusal::new(code::EMPTY));
            return why;
        }
        why.extend(self.blanks().iter().map(Blank::refusal));
        let group = |g: KeyGroup| Refusal::new(code::NO_GROUP).with("group", g.zh()).with("group_en", g.en()).on(g.code());
        why.extend(self.uncovered().into_iter().map(group));
        if self.plan.gap() > 0 && below_target.is_none_or(|r| r.trim().is_empty()) {
            why.push(Refusal::new(code::BELOW_TARGET).with("allocated", self.plan.allocated()).with("required", self.plan.required()));
        }
        why
    }
    /// 批准
    ///
    /// # Errors
    /// Every reason of [`YearPlan::why_not_approve`].
    pub fn approve(&self, actor: &Actor, below_target: Option<&str>, now: Instant) -> Result<Self, Vec<Refusal>> {
        let why = self.why_not_approve(actor, below_target);
        if !why.is_empty() {
            return Err(why);
        }
        let below_target_reason = below_target.map(str::trim).filter(|_| self.plan.gap() > 0).map(str::to_owned);
        Ok(self.next(|next| next.approval = Some(Approval { hand: Hand::of(actor, now), below_target_reason })))
    }
    /// 退回修改 an approved plan becomes a draft again.
    ///
    /// # Errors
    /// Phase, duty, no reason.
    pub fn send_back(&self, actor: &Actor, why: &str) -> Result<Self, Refusal> {
        self.guard(actor, Step::SendBack)?;
        reason(why)?;
        Ok(self.next(|next| next.approval = None))
    }
    /// 下达, by somebody else than who approved it.
    ///
    /// # Errors
    /// Phase, duty, the same person.
    pub fn issue(&self, actor: &Actor, now: Instant) -> Result<Self, Refusal> {
        self.guard(actor, Step::Issue)?;
        let Some(approval) = &self.approval else { return Err(Refusal::new(code::STAGE).in_state(self.phase(), Step::Issue)) };
        other_than(&approval.hand, actor, Step::Issue)?;
        // What the law wants was looked at when it was approved; the lines have stood still since.
        let general = &self.general;
        let mut filled = self.plan.clone();
        for line in &mut filled.lines {
            for (text, default) in [(&mut line.method, &general.method), (&mut line.reporting, &general.reporting)] {
                if text.trim().is_empty() {
                    text.clone_from(default);
                }
            }
        }
        let plan = filled.issue(actor, approval.below_target_reason.as_deref(), now)?;
        Ok(Self { plan, ..self.clone() })
    }
    /// 提出变更 of an issued plan. `taken` says how many batches of a cell have been sampled: a cell is not lowered below them.
    ///
    /// # Errors
    /// Phase, duty, no reason, a change that waits already, nothing changed, a blank content, a cell below what was sampled, lines that moved on.
    pub fn propose(&self, actor: &Actor, lines: Vec<LineChange>, why: &str, taken: &dyn Fn(&CellKey) -> u32, now: Instant) -> Result<Self, Vec<Refusal>> {
        self.guard(actor, Step::Propose).map_err(|r| vec![r])?;
        let reason = reason(why).map_err(|r| vec![r])?;
        if let Some(waits) = &self.pending {
            return Err(vec![Refusal::new(code::CHANGE_WAITS).with("number", waits.number)]);
        }
        let before = self.lines();
        let after = applied(&before, &lines).map_err(|r| vec![r])?;
        if after == before {
            return Err(vec![Refusal::new(code::CHANGE_EMPTY)]);
        }
        let cells = cells(&before, &after);
        // Only the lines that change: what an older plan left blank is not this change's fault.
        let changed: BTreeSet<PlanLineId> = lines.iter().filter_map(|c| c.after.as_ref()).map(|w| w.line.id).collect();
        let of_change = |n: &usize| n.checked_sub(1).and_then(|at| after.get(at)).is_some_and(|w| changed.contains(&w.line.id));
        let mut wrong: Vec<Refusal> = blanks(&after, &self.general)
            .into_iter()
            .map(|b| Blank { lines: b.lines.into_iter().filter(|n| of_change(n)).collect(), ..b })
            .filter(|b| !b.lines.is_empty())
            .map(|b| b.refusal())
            .collect();
        let low = cells.iter().filter(|c| c.after < c.before && c.after < taken(&c.key));
        wrong.extend(low.map(|c| Refusal::new(code::CHANGE_BELOW).with("line", &c.key).with("after", c.after).with("taken", taken(&c.key))));
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let number = u32::try_from(self.changes.len()).unwrap_or(u32::MAX).saturating_add(1);
        let change = Change { number, reason, proposed: Hand::of(actor, now), adopted: None, lines, cells };
        Ok(self.next(|next| next.pending = Some(change)))
    }
    /// 批准变更, by somebody else than who proposed it: now it stands in the plan.
    ///
    /// # Errors
    /// Phase, duty, no change, the same person.
    pub fn adopt(&self, actor: &Actor, now: Instant) -> Result<Self, Refusal> {
        self.guard(actor, Step::Adopt)?;
        let change = self.pending.as_ref().ok_or_else(|| Refusal::new(code::NO_CHANGE))?;
        other_than(&change.proposed, actor, Step::Adopt)?;
        let lines = applied(&self.lines(), &change.lines)?;
        let change = Change { adopted: Some(Hand::of(actor, now)), ..change.clone() };
        Ok(self.next(|next| {
            next.write(lines);
            next.pending = None;
            next.changes.push(change);
        }))
    }
    /// 撤回变更; its number is given again.
    ///
    /// # Errors
    /// Phase, duty, no change.
    pub fn drop_change(&self, actor: &Actor) -> Result<Self, Refusal> {
        self.guard(actor, Step::Drop)?;
        if self.pending.is_none() {
            return Err(Refusal::new(code::NO_CHANGE));
        }
        Ok(self.next(|next| next.pending = None))
    }
    /// 各格批次
    #[must_use]
    pub fn by_cell(&self) -> BTreeMap<CellKey, u32> {
        by_cell(&self.lines())
    }
    /// The same plan one revision on.
    pub(crate) fn next(&self, with: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        next.plan.revision += 1;
        with(&mut next);
        next
    }
    /// Puts the lines in place of those that stand.
    pub(crate) fn write(&mut self, lines: Vec<Written>) {
        let keep = |w: &Written| w.particulars != Particulars::default();
        self.particulars = lines.iter().filter(|w| keep(w)).map(|w| (w.line.id, w.particulars.clone())).collect();
        self.plan.lines = lines.into_iter().map(|w| w.line).collect();
    }
}

impl Hand {
    /// Somebody, now.
    #[must_use]
    pub fn of(actor: &Actor, now: Instant) -> Self {
        Self { by: actor.id, name: actor.name.clone(), at: now }
    }
}

fn other_than(first: &Hand, actor: &Actor, step: Step) -> Result<(), Refusal> {
    if first.by == actor.id {
        return Err(Refusal::new(code::SAME_HAND).with("name", &first.name).with("action", step.zh()).with("action_en", step.en().to_lowercase()));
    }
    Ok(())
}
