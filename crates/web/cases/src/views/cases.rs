//! 核查处置 list and case page.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Due};

use super::{ActionView, Event, FactGroup, FieldView, FileView, Filters, Link, Page, Pager, ProblemView, Tab};

/// One row of the case list, overdue first.
#[derive(Debug, Clone, Default)]
pub struct CaseRow {
    /// Case number.
    pub no: String,
    /// Address.
    pub href: String,
    /// Sample and item, `韭菜 · 腐霉利`.
    pub title: String,
    /// 被抽样单位
    pub site: String,
    /// Parts: 流通, 生产.
    pub parts: String,
    /// Street office.
    pub street: String,
    /// State.
    pub state: Badge,
    /// Blocks done of blocks needed.
    pub blocks_done: u64,
    /// Blocks needed.
    pub blocks: u64,
    /// Deadline.
    pub due: Due,
    /// Overdue; the row gets a bar.
    pub overdue: bool,
}

/// 案件列表
#[derive(Debug, Template)]
#[template(path = "cases.html")]
pub struct CasesPage {
    /// Shell.
    pub p: Page,
    /// 逾期 / 今日到期 / 在办 / 待审核 / 已办结, with counts.
    pub tabs: Vec<Tab>,
    /// Filters.
    pub filters: Filters,
    /// Rows.
    pub rows: Vec<CaseRow>,
    /// Paging.
    pub pager: Pager,
}

/// 处置环节 one block of the disposal.
#[derive(Debug, Clone, Default)]
pub struct BlockView {
    /// Key; posts carry it.
    pub key: String,
    /// `产品控制`
    pub title: String,
    /// Complete (green), untouched (grey), something missing or contradictory (red).
    pub state: Badge,
    /// Not asked for in this case.
    pub not_applicable: bool,
    /// What is recorded, when it is not being edited.
    pub facts: Vec<super::Fact>,
    /// What is missing or contradictory.
    pub problems: Vec<ProblemView>,
    /// Fields of the form; empty when it may not be edited.
    pub fields: Vec<FieldView>,
    /// Where the form posts to.
    pub action: String,
    /// Evidence.
    pub files: Vec<FileView>,
    /// Where evidence is uploaded to; empty when not allowed.
    pub upload: String,
    /// Unfolded.
    pub open: bool,
}

/// 环节 a part of the case (生产/流通/餐饮/网抽) with its own blocks.
#[derive(Debug, Clone, Default)]
pub struct PartView {
    /// `流通`
    pub title: String,
    /// Who is responsible.
    pub org: String,
    /// State.
    pub state: Badge,
    /// Deadline.
    pub due: Due,
    /// Address of this part; parts are tabs.
    pub href: String,
    /// The part shown.
    pub active: bool,
}

/// One clock of the case.
#[derive(Debug, Clone, Default)]
pub struct ClockRow {
    /// `送达结果通知书`
    pub event: String,
    /// Rule key, links to `/explain/{rule}`.
    pub rule: String,
    /// Article.
    pub article: String,
    /// Started on.
    pub started: String,
    /// State.
    pub due: Due,
    /// Extension and its reason; may be empty.
    pub note: String,
}

/// 案件页
#[derive(Debug, Template)]
#[template(path = "case.html")]
pub struct CasePage {
    /// Shell.
    pub p: Page,
    /// Case number.
    pub no: String,
    /// Sample and item.
    pub title: String,
    /// State.
    pub state: Badge,
    /// Deadline.
    pub due: Due,
    /// 督办 level in words; may be empty.
    pub watch: Badge,
    /// Same operator, same item, e.g. `同企业 3 次`.
    pub repeats: Vec<Badge>,
    /// Key facts.
    pub groups: Vec<FactGroup>,
    /// Parts.
    pub parts: Vec<PartView>,
    /// Blocks of the active part.
    pub blocks: Vec<BlockView>,
    /// Closed, cancelled or waiting for approval: nothing is left to hand in.
    pub settled: bool,
    /// What is missing before it can be closed; empty means it can.
    pub missing: Vec<ProblemView>,
    /// Clocks.
    pub clocks: Vec<ClockRow>,
    /// Close, approve, return, cancel.
    pub actions: Vec<ActionView>,
    /// Timeline.
    pub timeline: Vec<Event>,
    /// Sample, report, rapid reading.
    pub related: Vec<Link>,
}

impl CasePage {
    /// Blocks complete, of those that apply.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let needed = self.blocks.iter().filter(|b| !b.not_applicable);
        (needed.clone().filter(|b| b.state.tone == shiyan_web_kit::ui::Tone::Pass).count(), needed.count())
    }
}
