//! 年度计划 the plan of one year as it is kept: population and target, lines, issue and adjustment.

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::PlanId;
use shiyan_foundation::task::{Population, required_batches};
use shiyan_foundation::{Actor, Decimal, Instant, Move, Moves, Refusal, labels};

use crate::code;
use crate::line::PlanLine;

labels! {
    /// 计划状态
    pub enum PlanState {
        Draft = "draft", "编制中", "Draft";
        Issued = "issued", "已下达", "Issued";
    }
}

labels! {
    /// 计划动作
    pub enum PlanAction {
        Add = "add", "增加计划行", "Add lines";
        Issue = "issue", "下达", "Issue";
        Adjust = "adjust", "调整", "Adjust";
    }
}

/// 状态表 of a plan.
pub const MOVES: Moves<PlanState, PlanAction> = Moves {
    noun: ("年度计划", "plan"),
    begins: PlanState::Draft,
    opening: &[],
    over: &[PlanState::Issued],
    table: &[
        Move::new(PlanState::Draft, PlanAction::Add, PlanState::Draft, Act::Plan),
        Move::new(PlanState::Draft, PlanAction::Issue, PlanState::Issued, Act::Plan),
        Move::new(PlanState::Issued, PlanAction::Adjust, PlanState::Issued, Act::Plan),
    ],
};

/// 年度计划 the plan of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Plan {
    /// Plan id.
    pub id: PlanId,
    /// 年度
    pub year: i32,
    /// 名称, e.g. `2026年金水区抽检计划`.
    pub title: String,
    /// 每千人批次目标: the number of the law (N01) unless the district sets its own.
    pub target_per_mille: Decimal,
    /// 人口行 chosen for the target.
    pub population: Population,
    /// 状态
    pub state: PlanState,
    /// 下达时间
    pub issued_at: Option<Instant>,
    /// 计划行
    pub lines: Vec<PlanLine>,
    /// Reason given for issuing below the target.
    pub below_target_reason: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// 修订号
    pub revision: i64,
}

/// A plan as it is kept. What was kept cannot be written anew, its hash stands in the journal; so the flag that old plans lack is put in
/// when they are read, and stands in them from their next revision on.
#[derive(Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: PlanId,
    pub(crate) year: i32,
    pub(crate) title: String,
    pub(crate) target_per_mille: Decimal,
    pub(crate) population: Population,
    pub(crate) state: PlanState,
    pub(crate) issued_at: Option<Instant>,
    pub(crate) lines: Vec<PlanLine>,
    pub(crate) below_target_reason: Option<String>,
    pub(crate) demo: Option<bool>,
    pub(crate) revision: i64,
}

/// What the program wrote at the end of the title of a demonstration plan; nobody can type it.
const DEMO_TITLE: &str = "计划（演示）";

impl From<Kept> for Plan {
    fn from(kept: Kept) -> Self {
        let Kept { id, year, title, target_per_mille, population, state, issued_at, lines, below_target_reason, demo, revision } = kept;
        let demo = demo.unwrap_or_else(|| title.ends_with(DEMO_TITLE));
        Self { id, year, title, target_per_mille, population, state, issued_at, lines, below_target_reason, demo, revision }
    }
}

impl Plan {
    /// 目标批次: ceil(target × population ÷ 1000).
    #[must_use]
    pub fn required(&self) -> u64 {
        required_batches(self.target_per_mille, self.population.people)
    }
    /// 已分配批次
    #[must_use]
    pub fn allocated(&self) -> u64 {
        self.lines.iter().map(|l| u64::from(l.batches)).sum()
    }
    /// 缺口 batches still to allocate.
    #[must_use]
    pub fn gap(&self) -> u64 {
        self.required().saturating_sub(self.allocated())
    }
    /// Every reason why this person may not issue the plan now.
    #[must_use]
    pub fn why_not_issue(&self, actor: &Actor, reason: Option<&str>) -> Vec<Refusal> {
        let mut why = Vec::new();
        if !actor.has_any(&MOVES.roles(PlanAction::Issue)) {
            why.push(Refusal::new(code::NOT_MANAGER));
        }
        if !MOVES.allows(self.state, PlanAction::Issue) {
            why.push(Refusal::new(code::ISSUED).with("year", self.year));
        }
        if self.lines.is_empty() {
            why.push(Refusal::new(code::EMPTY));
        }
        for (index, line) in self.lines.iter().enumerate() {
            let missing = line.missing();
            if !missing.is_empty() {
                why.push(Refusal::new(code::INCOMPLETE).with("line", index + 1).with("missing", missing.join("、")));
            }
        }
        if self.gap() > 0 && !self.lines.is_empty() && reason.is_none_or(|r| r.trim().is_empty()) {
            why.push(Refusal::new(code::BELOW_TARGET).with("allocated", self.allocated()).with("required", self.required()));
        }
        why
    }
    /// Issues the plan (下达).
    ///
    /// # Errors
    /// The first reason of [`Plan::why_not_issue`].
    pub fn issue(&self, actor: &Actor, reason: Option<&str>, now: Instant) -> Result<Plan, Refusal> {
        if let Some(refusal) = self.why_not_issue(actor, reason).into_iter().next() {
            return Err(refusal);
        }
        let below_target_reason = if self.gap() > 0 { reason.map(|r| r.trim().to_owned()) } else { None };
        Ok(Plan { state: PlanState::Issued, issued_at: Some(now), below_target_reason, revision: self.revision + 1, ..self.clone() })
    }
    /// Adds lines to a draft, or adjusts an issued plan with a reason (动态调整, art 8).
    ///
    /// # Errors
    /// Not a plan manager; an issued plan without a reason.
    pub fn add_lines(&self, actor: &Actor, lines: Vec<PlanLine>, reason: Option<&str>) -> Result<Plan, Refusal> {
        let adjusts = MOVES.allows(self.state, PlanAction::Adjust);
        if !actor.has_any(&MOVES.roles(if adjusts { PlanAction::Adjust } else { PlanAction::Add })) {
            return Err(Refusal::new(code::NOT_MANAGER));
        }
        if adjusts && reason.is_none_or(|r| r.trim().is_empty()) {
            return Err(Refusal::new(code::REASON));
        }
        if adjusts {
            for (index, line) in lines.iter().enumerate() {
                let missing = line.missing();
                if !missing.is_empty() {
                    return Err(Refusal::new(code::INCOMPLETE).with("line", index + 1).with("missing", missing.join("、")));
                }
            }
        }
        let mut next = self.clone();
        next.lines.extend(lines);
        next.revision += 1;
        Ok(next)
    }
}
