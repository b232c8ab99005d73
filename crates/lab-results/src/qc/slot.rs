//! 质控格 one control of one item in a run.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{TestItemId, UserId};
use shiyan_foundation::{Decimal, Instant, Lang, Refusal, labels};

use super::code;
use super::westgard::QcPoint;

labels! {
    /// 质控种类
    pub enum QcKind {
        Blank = "blank", "空白", "Blank";
        Duplicate = "duplicate", "平行样", "Duplicate";
        Control = "control", "质控样", "Control";
        Spike = "spike", "加标回收", "Spike recovery";
    }
}

labels! {
    /// 质控结论
    pub enum QcVerdict {
        Pass = "pass", "合格", "Pass";
        Warn = "warn", "警告", "Warning";
        Fail = "fail", "失控", "Out of control";
        NeedsPerson = "needs_person", "需人工", "Needs a person";
        Missing = "missing", "未填", "Not entered";
    }
}

/// 质控结果 what one control says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QcOutcome {
    /// 结论
    pub verdict: QcVerdict,
    /// Code of the reason.
    pub code: String,
    /// Reason, Chinese.
    pub zh: String,
    /// Reason, English.
    pub en: String,
    /// 相对偏差 %, 回收率 % or z, rounded once for showing: two places, more where two would hide on which side of a limit it
    /// lies. The verdict rests on the unrounded figures.
    pub value: Option<Decimal>,
    /// 计算过程 step by step: Chinese, English.
    pub working: Vec<(String, String)>,
}

impl QcOutcome {
    pub(super) fn new(verdict: QcVerdict, why: &Refusal, value: Option<Decimal>, working: Vec<(String, String)>) -> Self {
        Self { verdict, code: why.code().to_owned(), zh: why.what(Lang::Zh), en: why.what(Lang::En), value, working }
    }
    /// Nothing was entered.
    pub(super) fn missing() -> Self {
        Self::new(QcVerdict::Missing, &Refusal::new(code::EMPTY), None, Vec::new())
    }
    /// The reason in a language.
    #[must_use]
    pub fn reason(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// 质控格 one control of one item in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QcSlot {
    /// Id within the run.
    pub id: String,
    /// 种类
    pub kind: QcKind,
    /// 检验项目
    pub analyte: String,
    /// 结果单位
    pub unit: String,
    /// Place in the run.
    pub position: u32,
    /// 名称 for example the control material and its lot, or 试剂空白.
    pub name: String,
    /// The sample cell that is duplicated or spiked.
    pub of_item: Option<TestItemId>,
    /// 允许相对偏差 of the method, percent of the mean.
    pub limit_pct: Option<Decimal>,
    /// 靶值
    pub target: Option<Decimal>,
    /// 标准差
    pub sd: Option<Decimal>,
    /// 加标量 in `unit`.
    pub added: Option<Decimal>,
    /// 定量限 in `unit`.
    pub loq: Option<Decimal>,
    /// 结果 exactly as typed.
    pub raw: String,
    /// As understood.
    pub understood: String,
    /// 质控结果
    pub outcome: Option<QcOutcome>,
    /// Who entered it.
    pub entered_by: Option<(UserId, String)>,
    /// When.
    pub entered_at: Option<Instant>,
    /// Revision.
    pub revision: i64,
}

impl QcSlot {
    /// A slot with nothing entered and no settings.
    #[must_use]
    pub fn empty(id: String, kind: QcKind, analyte: &str, unit: &str, position: u32, name: &str, of_item: Option<TestItemId>) -> Self {
        Self {
            id,
            kind,
            analyte: analyte.to_owned(),
            unit: unit.to_owned(),
            position,
            name: name.to_owned(),
            of_item,
            limit_pct: None,
            target: None,
            sd: None,
            added: None,
            loq: None,
            raw: String::new(),
            understood: String::new(),
            outcome: None,
            entered_by: None,
            entered_at: None,
            revision: 0,
        }
    }
    /// 结论; a slot that was never judged is 未填.
    #[must_use]
    pub fn verdict(&self) -> QcVerdict {
        self.outcome.as_ref().map_or(QcVerdict::Missing, |o| o.verdict)
    }
}

/// The sample cell that a duplicate or a spike belongs to, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QcCell<'a> {
    /// 结果 exactly as typed; empty when nothing was entered yet.
    pub raw: &'a str,
    /// Its unit.
    pub unit: &'a str,
}

/// What a control is judged with, besides itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct QcContext<'a> {
    /// 批 the run, as the points of the history name theirs.
    pub run: &'a str,
    /// The sample cell of a duplicate or a spike.
    pub cell: Option<QcCell<'a>>,
    /// Earlier values of the same control material, item and method, oldest first, without this one; those of the same run
    /// that were measured before it are among them.
    pub history: &'a [QcPoint],
}
