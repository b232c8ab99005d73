//! 检验批 samples × items of one method, tested together with their quality control. The signatures stay with the order of each
//! sample; a worksheet only arranges the work.

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::{InstrumentId, SampleId, TestItemId, TestOrderId, UserId, WorksheetId};
use shiyan_foundation::{Actor, Instant, Label, Move, Moves, NaiveDate, Refusal, Role, labels};

use super::code;
use super::instrument::Instrument;
use crate::order::{TestItem, code as order_code, doubtful_without_remark};
use crate::qc::{QcOverride, QcSlot, QcState, blocking, run_state};

labels! {
    /// 检验批状态
    pub enum WorksheetState {
        Open = "open", "录入中", "Being entered";
        Finished = "finished", "已完成录入", "Entry finished";
        Void = "void", "已作废", "Voided";
    }
}

labels! {
    /// 键入走向 where the key goes that ends a value: as in Excel (Enter down, Tab right), or to the next sample with the key that
    /// the balance sends, whichever way the grid is turned; the other of the two then goes to the next item.
    #[derive(Default)]
    pub enum Advance {
        #[default]
        Excel = "excel", "同 Excel：回车向下，Tab 向右", "As in Excel: Enter down, Tab right";
        Enter = "enter", "回车到下一个样品，Tab 到下一个项目", "Enter to the next sample, Tab to the next item";
        Tab = "tab", "Tab 到下一个样品，回车到下一个项目", "Tab to the next sample, Enter to the next item";
    }
}

impl Advance {
    /// The habit that a worksheet has unless somebody chose another.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

labels! {
    /// 检验批动作
    pub enum WorksheetAction {
        Assign = "assign", "分派检验员和仪器", "Assign analyst and instrument";
        Advance = "advance", "设定键入走向", "Set where the keys go";
        Enter = "enter", "录入结果", "Enter results";
        Finish = "finish", "完成录入", "Finish entry";
        Reopen = "reopen", "退回修改", "Send back for correction";
        Void = "void", "作废检验批", "Void the worksheet";
    }
}

/// 状态表 of a worksheet.
pub const MOVES: Moves<WorksheetState, WorksheetAction> = Moves {
    noun: ("检验批", "worksheet"),
    begins: WorksheetState::Open,
    opening: &[],
    over: &[WorksheetState::Finished, WorksheetState::Void],
    table: &[
        Move::new(WorksheetState::Open, WorksheetAction::Assign, WorksheetState::Open, Act::Assign),
        Move::new(WorksheetState::Open, WorksheetAction::Advance, WorksheetState::Open, Act::Worksheet),
        Move::new(WorksheetState::Open, WorksheetAction::Enter, WorksheetState::Open, Act::Test),
        Move::new(WorksheetState::Open, WorksheetAction::Finish, WorksheetState::Finished, Act::Test),
        Move::new(WorksheetState::Open, WorksheetAction::Void, WorksheetState::Void, Act::Worksheet),
        Move::new(WorksheetState::Finished, WorksheetAction::Reopen, WorksheetState::Open, Act::Reopen),
    ],
};

/// Samples on one worksheet at most, and items of one sample at most: more is a second worksheet.
pub const MOST_SAMPLES: usize = 60;

/// Items of one sample on one worksheet at most.
pub const MOST_ITEMS: usize = 40;

/// One sample on a worksheet, under the name the bench knows it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorksheetSample {
    /// The sample.
    pub sample: SampleId,
    /// Its order.
    pub order: TestOrderId,
    /// 盲样编号
    pub label: String,
    /// 样品名称
    pub food: String,
}

/// 原始数据文件 a file of an instrument, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFile {
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// File name.
    pub name: String,
    /// Profile it was read with: key and version.
    pub profile: String,
    /// Who brought it.
    pub by: (UserId, String),
    /// When.
    pub at: Instant,
    /// Cells taken from it.
    pub taken: u32,
}

/// 检验批
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worksheet {
    /// Id.
    pub id: WorksheetId,
    /// 批号, e.g. `W2026-0312`.
    pub no: String,
    /// 检验依据
    pub method: String,
    /// 名称
    pub title: String,
    /// 检验机构 as the sheets name it.
    pub lab: String,
    /// State.
    pub state: WorksheetState,
    /// 检验员 it is assigned to.
    pub analyst: Option<(UserId, String)>,
    /// 仪器: id, number and name.
    pub instrument: Option<(InstrumentId, String)>,
    /// 键入走向
    #[serde(default, skip_serializing_if = "Advance::is_default")]
    pub advance: Advance,
    /// Samples in bench order.
    pub samples: Vec<WorksheetSample>,
    /// 项目 in bench order.
    pub analytes: Vec<String>,
    /// Every cell: the items of the samples that are tested here.
    pub cells: Vec<TestItemId>,
    /// 质控
    pub qc: Vec<QcSlot>,
    /// 质控放行 by the quality manager.
    pub qc_override: Option<QcOverride>,
    /// 原始数据文件
    pub files: Vec<RawFile>,
    /// 期限 the earliest report deadline (D02) of its samples.
    pub due_on: NaiveDate,
    /// Who made it.
    pub created_by: (UserId, String),
    /// When.
    pub created_at: Instant,
    /// 完成录入: who, when.
    pub finished: Option<(UserId, String, Instant)>,
    /// 退回: who, why; cleared when it is finished again.
    pub returned: Option<(String, String)>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

impl Worksheet {
    /// Every reason why this person may not do this now.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: WorksheetAction) -> Vec<Refusal> {
        MOVES.why_not(actor, self.state, action, (code::STATE, order_code::ROLE))
    }
    fn allowed(&self, actor: &Actor, action: WorksheetAction) -> Result<WorksheetState, Vec<Refusal>> {
        let why = self.why_not(actor, action);
        match MOVES.to(self.state, action) {
            Some(to) if why.is_empty() => Ok(to),
            _ => Err(why),
        }
    }
    /// May cells and controls be entered by this person now. Whether one sample may be tested by them is the order's word.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn may_enter(&self, actor: &Actor) -> Result<(), Vec<Refusal>> {
        self.allowed(actor, WorksheetAction::Enter).map(|_| ())
    }
    /// 分派 to an analyst and an instrument.
    ///
    /// # Errors
    /// All reasons why not; the analyst is none; the instrument is out of calibration.
    pub fn assign(&self, actor: &Actor, analyst: Option<&Actor>, instrument: Option<&Instrument>, on: NaiveDate) -> Result<Worksheet, Vec<Refusal>> {
        self.allowed(actor, WorksheetAction::Assign)?;
        let mut why: Vec<Refusal> = instrument.and_then(|i| i.why_not(on)).into_iter().collect();
        if let Some(a) = analyst
            && !a.has(Role::Analyst)
        {
            why.push(Refusal::new(code::NOT_ANALYST).with("name", &a.name).on("analyst"));
        }
        if !why.is_empty() {
            return Err(why);
        }
        Ok(Worksheet {
            analyst: analyst.map(|a| (a.id, a.name.clone())),
            instrument: instrument.map(|i| (i.id, format!("{} {}", i.no, i.name))),
            revision: self.revision + 1,
            ..self.clone()
        })
    }
    /// 设定键入走向
    ///
    /// # Errors
    /// All reasons why not.
    pub fn advancing(&self, actor: &Actor, advance: Advance) -> Result<Worksheet, Vec<Refusal>> {
        let state = self.allowed(actor, WorksheetAction::Advance)?;
        Ok(Worksheet { state, advance, revision: self.revision + 1, ..self.clone() })
    }
    /// Why the entry cannot be finished yet: empty cells, cells sent back, doubtful values without a remark, controls not
    /// entered. A run out of control may be finished: it blocks the release, not the record.
    #[must_use]
    pub fn unfinished(&self, items: &[TestItem]) -> Vec<Refusal> {
        let mut why = Vec::new();
        let mut named = |info, wanted: Vec<String>| {
            if !wanted.is_empty() {
                why.push(Refusal::new(info).with("count", wanted.len()).with("items", few(&wanted)));
            }
        };
        let cell = |i: &TestItem| format!("{} {}", self.label_of(i.order), i.analyte);
        let which = |wanted: fn(&TestItem) -> bool| items.iter().filter(|i| wanted(i)).map(cell).collect::<Vec<_>>();
        named(code::EMPTY, which(|i| i.verdict().is_none()));
        named(code::UNREAD, which(TestItem::unread));
        named(code::RETURNED, which(|i| i.returned.is_some()));
        named(code::DOUBTFUL, which(doubtful_without_remark));
        named(code::CARRY_OVER, which(TestItem::awaits_carry_over_word));
        let open = |s: &&QcSlot| s.raw.trim().is_empty();
        named(code::QC_EMPTY, self.qc.iter().filter(open).map(|s| format!("{} {}", s.name, s.analyte)).collect());
        why
    }
    /// 完成录入: the cells are locked and the orders that are whole can go to the checker.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn finish(&self, actor: &Actor, items: &[TestItem], now: Instant) -> Result<Worksheet, Vec<Refusal>> {
        let state = self.allowed(actor, WorksheetAction::Finish)?;
        let why = self.unfinished(items);
        if !why.is_empty() {
            return Err(why);
        }
        Ok(Worksheet { state, finished: Some((actor.id, actor.name.clone(), now)), returned: None, revision: self.revision + 1, ..self.clone() })
    }
    /// 退回: open again for the cells that were sent back.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn reopen(&self, actor: &Actor, reason: &str) -> Result<Worksheet, Vec<Refusal>> {
        let state = self.allowed(actor, WorksheetAction::Reopen)?;
        Ok(Worksheet { state, finished: None, returned: Some((actor.name.clone(), reason.to_owned())), revision: self.revision + 1, ..self.clone() })
    }
    /// 作废: the items go back to the waiting list; only while nothing was entered.
    ///
    /// # Errors
    /// All reasons why not; results were entered already.
    pub fn void(&self, actor: &Actor, items: &[TestItem]) -> Result<Worksheet, Vec<Refusal>> {
        let state = self.allowed(actor, WorksheetAction::Void)?;
        if items.iter().any(|i| !i.raw.is_empty()) || self.qc.iter().any(|s| !s.raw.is_empty()) {
            return Err(vec![Refusal::new(code::HAS_RESULTS)]);
        }
        Ok(Worksheet { state, revision: self.revision + 1, ..self.clone() })
    }
    /// 在控状态 of the run.
    #[must_use]
    pub fn qc_state(&self) -> QcState {
        run_state(&self.qc).0
    }
    /// 质控放行条件 what keeps the results of this run from being released; empty once the quality manager has let them pass as they stand.
    #[must_use]
    pub fn blocks(&self) -> Vec<Refusal> {
        blocking(&self.qc, self.qc_override.as_ref())
    }
    /// 质控不全在控 why the samples of this run may not be passed in one step; whether their cells are [`crate::order::normal`] is asked apart.
    #[must_use]
    pub fn run_not_normal(&self) -> Option<Refusal> {
        let state = self.qc_state();
        let fine = matches!(state, QcState::None | QcState::Pass) && self.qc_override.is_none();
        (!fine).then(|| Refusal::new(code::RUN_NOT_NORMAL).with("state", state.zh()).with("state_en", state.en().to_lowercase()))
    }
    /// The label of the sample with this order.
    #[must_use]
    pub fn label_of(&self, order: TestOrderId) -> &str {
        self.samples.iter().find(|s| s.order == order).map_or("", |s| s.label.as_str())
    }
}

fn few(names: &[String]) -> String {
    let shown = names.iter().take(8).cloned().collect::<Vec<_>>().join("、");
    if names.len() > 8 { format!("{shown} …") } else { shown }
}
