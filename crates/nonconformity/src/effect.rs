//! 处置效果核查 what closing has achieved, looked at for a share of the closed cases that a recorded draw names: is the product still on sale, how much of
//! it, was everybody told.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{CaseId, UserId};
use shiyan_foundation::{Decimal, Label, NaiveDate, Refusal, day_of};

use crate::block::EvidenceRef;
use crate::case::{Case, CaseState};
use crate::code;
use crate::draw::draw_share;

/// 效果核查名单 the cases of one draw, which whoever has seed and list draws again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectDraw {
    /// 种子
    pub seed: String,
    /// 抽取比例, in thousandths.
    pub per_mille: u32,
    /// 候选案件 closed in the period.
    pub closed: Vec<CaseId>,
    /// 抽中案件
    pub drawn: Vec<CaseId>,
}

impl EffectDraw {
    /// Draws from the cases that are closed; others are not on the list.
    ///
    /// # Errors
    /// `DRAW-SEED`.
    pub fn of<'c>(seed: &str, per_mille: u32, cases: impl IntoIterator<Item = &'c Case>) -> Result<Self, Refusal> {
        let mut closed: Vec<CaseId> = cases.into_iter().filter(|c| c.state == CaseState::Closed).map(|c| c.id).collect();
        closed.sort();
        closed.dedup();
        let drawn = draw_share(seed, &closed, per_mille)?;
        Ok(Self { seed: seed.trim().to_owned(), per_mille, closed, drawn })
    }
    /// 复核 whether seed and list draw the same again.
    #[must_use]
    pub fn holds(&self) -> bool {
        draw_share(&self.seed, &self.closed, self.per_mille).as_ref() == Ok(&self.drawn)
    }
}

/// 效果核查 of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectCheck {
    /// The case.
    pub case: CaseId,
    /// 核查人
    pub by: (UserId, String),
    /// 核查日期
    pub checked_on: NaiveDate,
    /// 仍在销售
    pub on_sale: bool,
    /// 发现数量
    pub found: Decimal,
    /// 单位
    pub unit: String,
    /// 应通知的单位 and whether each says that it was told.
    pub told: Vec<(String, bool)>,
    /// 证据
    pub evidence: Vec<EvidenceRef>,
}

impl EffectCheck {
    /// Every reason why this check cannot be registered.
    #[must_use]
    pub fn why_not(&self, case: &Case, draw: &EffectDraw, today: NaiveDate) -> Vec<Refusal> {
        let mut why = Vec::new();
        if !draw.drawn.contains(&self.case) || self.case != case.id {
            why.push(Refusal::new(code::EFFECT_DRAWN).with("no", &case.no));
        }
        match (case.state, case.closed_at.map(day_of)) {
            (CaseState::Closed, Some(closed)) => {
                if self.checked_on < closed || self.checked_on > today {
                    why.push(Refusal::new(code::EFFECT_DATE).with("on", self.checked_on).with("closed", closed).on("checked_on"));
                }
            }
            (state, _) => why.push(Refusal::new(code::EFFECT_STATE).with("state", state.zh()).with("state_en", state.en())),
        }
        let involved = case.handler.iter().chain(case.approver.iter()).chain(case.blocks.values().filter_map(|b| b.by.as_ref()));
        if involved.into_iter().any(|(id, _)| *id == self.by.0) {
            why.push(Refusal::new(code::EFFECT_OWN).with("name", &self.by.1));
        }
        if self.found.is_sign_negative() || self.on_sale == self.found.is_zero() {
            why.push(Refusal::new(code::EFFECT_QUANTITY).on("found"));
        }
        if self.told.is_empty() || self.told.iter().any(|(name, _)| name.trim().is_empty()) {
            why.push(Refusal::new(code::EFFECT_TOLD).on("told"));
        }
        if self.evidence.is_empty() {
            why.push(Refusal::new(code::EVIDENCE).with("block", "处置效果核查").with("block_en", "Check of the effect"));
        }
        why
    }
    /// 处置有效 nothing is on sale any more and everybody was told; else the case is to be taken up again.
    #[must_use]
    pub fn effective(&self) -> bool {
        !self.on_sale && self.told.iter().all(|(_, told)| *told)
    }
}
