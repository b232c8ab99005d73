//! 在控状态 of a whole run: what keeps its results from being released, and who may release them all the same.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Actor, Decimal, Instant, Label, Refusal, Role, labels};

use super::code;
use super::slot::{QcOutcome, QcSlot, QcVerdict};
use crate::order::code as order_code;

labels! {
    /// 在控状态 the gravest of its controls: 失控, then 需人工, 未完成, 警告, 在控.
    pub enum QcState {
        None = "none", "无质控", "No quality control";
        Incomplete = "incomplete", "未完成", "Not complete";
        Pass = "pass", "在控", "In control";
        Warn = "warn", "警告", "Warning";
        Fail = "fail", "失控", "Out of control";
        NeedsPerson = "needs_person", "需人工", "Needs a person";
    }
}

/// 质控放行 the quality manager lets a run pass in spite of its controls. It covers what stood there when it was given; a
/// control that changes afterwards, or fails afterwards, blocks again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QcOverride {
    /// Who.
    pub by: (UserId, String),
    /// 理由
    pub reason: String,
    /// When.
    pub at: Instant,
    /// What it covers.
    pub covers: Vec<QcCovered>,
}

/// One control as it stood when the run was released in spite of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QcCovered {
    /// Id of the slot.
    pub slot: String,
    /// As typed.
    pub raw: String,
    /// Code of the outcome.
    pub code: String,
    /// Its figure.
    pub value: Option<Decimal>,
}

impl QcOverride {
    fn covers(&self, slot: &QcSlot) -> bool {
        covered(slot).is_some_and(|now| self.covers.contains(&now))
    }
}

/// What an override of this slot would cover; `None` when the slot blocks nothing or has no result to look at.
fn covered(slot: &QcSlot) -> Option<QcCovered> {
    let outcome = slot.outcome.as_ref().filter(|o| matches!(o.verdict, QcVerdict::Fail | QcVerdict::NeedsPerson))?;
    Some(QcCovered { slot: slot.id.clone(), raw: slot.raw.clone(), code: outcome.code.clone(), value: outcome.value })
}

/// 在控状态 and every reason that blocks the release. A run without controls blocks nothing: whether a method may run
/// without is for its template.
#[must_use]
pub fn run_state(slots: &[QcSlot]) -> (QcState, Vec<Refusal>) {
    let any = |wanted: QcVerdict| slots.iter().any(|s| s.verdict() == wanted);
    let state = if slots.is_empty() {
        QcState::None
    } else if any(QcVerdict::Fail) {
        QcState::Fail
    } else if any(QcVerdict::NeedsPerson) {
        QcState::NeedsPerson
    } else if any(QcVerdict::Missing) {
        QcState::Incomplete
    } else if any(QcVerdict::Warn) {
        QcState::Warn
    } else {
        QcState::Pass
    };
    (state, blocking(slots, None))
}

/// 不能放行的理由 one for each control that is out of control, needs a person or is not entered, and that the override does not
/// cover; each names its slot as the field.
#[must_use]
pub fn blocking(slots: &[QcSlot], over: Option<&QcOverride>) -> Vec<Refusal> {
    let missing = QcOutcome::missing();
    slots
        .iter()
        .filter(|slot| over.is_none_or(|o| !o.covers(slot)))
        .filter_map(|slot| {
            let outcome = slot.outcome.as_ref().unwrap_or(&missing);
            let info = match outcome.verdict {
                QcVerdict::Pass | QcVerdict::Warn => return None,
                QcVerdict::Fail => code::RUN_FAIL,
                QcVerdict::NeedsPerson => code::RUN_PERSON,
                QcVerdict::Missing => code::RUN_MISSING,
            };
            let name = if slot.name.trim().is_empty() { slot.kind.zh() } else { slot.name.as_str() };
            let refusal = Refusal::new(info).with("name", name).with("analyte", &slot.analyte).with("why", &outcome.zh).with("why_en", &outcome.en);
            Some(refusal.on(slot.id.as_str()))
        })
        .collect()
}

/// Every reason why this person may not release the run in spite of its controls. `analysts` are those who entered cells.
#[must_use]
pub fn why_not_override(slots: &[QcSlot], analysts: &[(UserId, String)], actor: &Actor) -> Vec<Refusal> {
    let mut why = Vec::new();
    if !actor.has(Role::QualityManager) {
        why.push(
            Refusal::new(order_code::ROLE)
                .with("role", Role::QualityManager.zh())
                .with("role_en", Role::QualityManager.en().to_lowercase())
                .with("action", "放行质控")
                .with("action_en", "release a run in spite of its controls"),
        );
    }
    if slots.iter().all(|s| covered(s).is_none()) {
        why.push(Refusal::new(code::OVERRIDE_NOTHING));
    }
    let mut hands = slots.iter().filter_map(|s| s.entered_by.as_ref()).chain(analysts);
    if let Some((_, name)) = hands.find(|(id, _)| *id == actor.id) {
        why.push(Refusal::new(code::OVERRIDE_OWN).with("name", name));
    }
    why
}

/// 质控放行 with a written reason.
///
/// # Errors
/// All reasons why not; no reason of four characters or more.
pub fn override_run(slots: &[QcSlot], analysts: &[(UserId, String)], actor: &Actor, reason: &str, now: Instant) -> Result<QcOverride, Vec<Refusal>> {
    let mut why = why_not_override(slots, analysts, actor);
    let reason = reason.trim();
    if reason.chars().count() < 4 {
        why.push(Refusal::new(order_code::REASON).on("reason"));
    }
    if !why.is_empty() {
        return Err(why);
    }
    Ok(QcOverride { by: (actor.id, actor.name.clone()), reason: reason.to_owned(), at: now, covers: slots.iter().filter_map(covered).collect() })
}
