//! 检验项目 one item of a sample: its limit, what was typed, the judgement that counts.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{SampleId, TestItemId, TestOrderId, UserId, WorksheetId};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_judgement::deciding::{HandDecision, RulePick};
use shiyan_judgement::judging::{FoodFacts, StoredJudgement, Verdict};
use shiyan_judgement::limit::LimitUsed;
use shiyan_judgement::reasons::CARRY_OVER;
use shiyan_judgement::texts::{Typed, judge_stored};

use super::code;
use super::history::{AboveP99, Peers};
use super::state::written;

/// 带入原则说明 the word of a person that carry-over was considered, about an additive that must not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarryOverWord {
    /// What was considered, in words.
    pub word: String,
    /// Who.
    pub by: UserId,
    /// Printed name.
    pub by_name: String,
    /// When.
    pub at: Instant,
}

/// 单格退回 who sent one result back, why, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellReturn {
    /// Who.
    pub by: (UserId, String),
    /// 理由
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// 检验项目 one item of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestItem {
    /// Id.
    pub id: TestItemId,
    /// The order.
    pub order: TestOrderId,
    /// The sample.
    pub sample: SampleId,
    /// Place in the list.
    pub position: u32,
    /// 检验项目
    pub analyte: String,
    /// 不合格项目类别 code of the analyte group.
    pub group: String,
    /// 结果单位
    pub unit: String,
    /// 检验依据
    pub method: String,
    /// 适用限量
    pub limit: Option<LimitUsed>,
    /// Why no limit was chosen: Chinese, English.
    pub no_limit: Option<(String, String)>,
    /// 选定限量 who picked the limit among those in doubt, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picked: Option<RulePick>,
    /// 检验结果 exactly as typed.
    pub raw: String,
    /// As understood, for print.
    pub understood: String,
    /// 单项判定
    pub judgement: Option<StoredJudgement>,
    /// 人工判定
    pub decision: Option<HandDecision>,
    /// 检验员
    pub analyst: Option<(UserId, String)>,
    /// When the result was entered.
    pub entered_at: Option<Instant>,
    /// 检验批 the worksheet it is tested on, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worksheet: Option<WorksheetId>,
    /// 退回 this very result was sent back; a new entry clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<CellReturn>,
    /// 明示值 what the label claims, exactly as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_claim: Option<String>,
    /// 食品与配料 of the sample, as its sheet said when the order was opened; an item of before has none until it is judged anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub food: Option<FoodFacts>,
    /// 同类 whose earlier results a new one is compared with; an item of before this comparison has none until a result is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peers: Option<Peers>,
    /// 高于历史P99 as it was found when the result was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_p99: Option<AboveP99>,
    /// 带入原则说明 where the judgement asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carry_over: Option<CarryOverWord>,
    /// 备注 why a doubtful value stands, what a rerun found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

impl TestItem {
    /// The verdict that counts: the person's where there is one.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.decision.as_ref().map(|d| d.verdict).or_else(|| self.judgement.as_ref().map(|j| j.verdict))
    }
    /// 录入 a result with its judgement. The former result stays in the revisions.
    #[must_use]
    pub fn enter(&self, actor: &Actor, now: Instant, raw: &str, understood: String, judgement: Option<StoredJudgement>) -> TestItem {
        TestItem {
            raw: raw.to_owned(),
            understood,
            judgement,
            decision: None,
            analyst: Some((actor.id, actor.name.clone())),
            entered_at: Some(now),
            returned: None,
            above_p99: None,
            carry_over: None,
            revision: self.revision + 1,
            ..self.clone()
        }
    }
    /// 判定 of a text as the result of this item: its limit, its food and ingredients and, where the label declares something, its claim.
    /// Nothing typed gives none.
    #[must_use]
    pub fn judged(&self, raw: &str, kind: TaskKind) -> (String, Option<StoredJudgement>) {
        let typed = Typed {
            label_claim: self.label_claim.as_deref(),
            food: self.food.as_ref().and_then(FoodFacts::food),
            ingredients: self.food.as_ref().and_then(|f| f.ingredients.as_deref()),
            kind,
            ..Typed::new(&self.analyte, raw, Some(&self.unit))
        };
        judge_stored(&typed, self.limit.as_ref(), self.no_limit.as_ref())
    }
    /// The item with what the sheet says of food and ingredients; what was judged stays as it is until it is judged anew.
    #[must_use]
    pub fn of_food(self, food: Option<FoodFacts>) -> TestItem {
        TestItem { food: food.or(self.food), ..self }
    }
    /// 录入明示值 exactly as typed (an empty text takes it away); what was measured is judged again at once, and a decision by hand
    /// about the former judgement falls.
    #[must_use]
    pub fn claiming(&self, typed: &str, kind: TaskKind) -> TestItem {
        let label_claim = Some(typed.to_owned()).filter(|t| !t.trim().is_empty());
        TestItem { label_claim, ..self.clone() }.judged_again(kind)
    }
    /// 改用限量 of the present library, or none with its reason; what was measured is judged again at once, and a decision by hand
    /// about the former judgement falls.
    #[must_use]
    pub fn with_limit(&self, limit: Option<LimitUsed>, no_limit: Option<(String, String)>, kind: TaskKind) -> TestItem {
        TestItem { picked: None, ..self.clone() }.under(limit, no_limit, kind)
    }
    /// The item under another limit, judged again.
    pub(super) fn under(self, limit: Option<LimitUsed>, no_limit: Option<(String, String)>, kind: TaskKind) -> TestItem {
        // an item without a unit of its own takes that of its limit as long as nothing was typed without one
        let unit = match &limit {
            Some(limit) if self.unit.trim().is_empty() && self.raw.trim().is_empty() => limit.unit.clone(),
            _ => self.unit.clone(),
        };
        TestItem { limit, no_limit, unit, ..self }.judged_again(kind)
    }
    fn judged_again(self, kind: TaskKind) -> TestItem {
        let (understood, judgement) = self.judged(&self.raw, kind);
        TestItem { understood, judgement, decision: None, carry_over: None, revision: self.revision + 1, ..self }
    }
    /// 须说明带入原则 the judgement that counts asks for the word, whether somebody gave it or not.
    #[must_use]
    pub fn asks_carry_over_word(&self) -> bool {
        self.decision.is_none() && self.judgement.as_ref().is_some_and(|j| j.needs_carry_over_word)
    }
    /// 涉及带入原则 the judgement hangs on carry-over: the word is asked for, or a person has to assess it.
    #[must_use]
    pub fn turns_on_carry_over(&self) -> bool {
        self.asks_carry_over_word() || self.judgement.as_ref().is_some_and(|j| j.code == CARRY_OVER.code)
    }
    /// 待说明带入原则 the judgement asks for the word and nobody gave it yet.
    #[must_use]
    pub fn awaits_carry_over_word(&self) -> bool {
        self.carry_over.is_none() && self.asks_carry_over_word()
    }
    /// 说明带入原则: somebody records that carry-over (GB 2760 3.4) was considered. The verdict stays.
    ///
    /// # Errors
    /// The judgement does not ask for it; nothing was written.
    pub fn say_carry_over(&self, actor: &Actor, word: &str, now: Instant) -> Result<TestItem, Refusal> {
        if !self.judgement.as_ref().is_some_and(|j| j.needs_carry_over_word) {
            return Err(Refusal::new(code::CARRY_OVER_NOT_ASKED).with("item", &self.analyte));
        }
        let word = written(word).map_err(|why| why.on("word"))?;
        let carry_over = Some(CarryOverWord { word, by: actor.id, by_name: actor.name.clone(), at: now });
        Ok(TestItem { carry_over, revision: self.revision + 1, ..self.clone() })
    }
}

/// 正常 conforms (or, in 风险监测, is not judged because nothing limits it), not doubtful, not decided by hand, not sent back.
#[must_use]
pub fn normal(item: &TestItem) -> bool {
    let fine = match item.verdict() {
        Some(Verdict::Conforming) => true,
        Some(Verdict::NoVerdict) => item.limit.is_none(),
        _ => false,
    };
    fine && item.decision.is_none() && item.returned.is_none() && !doubtful(item)
}

/// 可疑 near its limit or above the historical P99, whatever the verdict says, until a person decided it.
#[must_use]
pub fn doubtful(item: &TestItem) -> bool {
    item.decision.is_none() && (item.above_p99.is_some() || item.judgement.as_ref().is_some_and(|j| j.near_limit))
}

/// 可疑而没有说明 doubtful, and nobody wrote why it stands or what a retest found.
#[must_use]
pub fn doubtful_without_remark(item: &TestItem) -> bool {
    doubtful(item) && item.remark.trim().chars().count() < 2
}
