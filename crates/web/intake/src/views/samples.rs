//! 样品 list, object page, sampling sheet, reception.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Due};

use super::{ActionView, Event, FactGroup, FieldGroup, FieldView, FileView, Filters, Link, Page, Pager, PickerView, StepView, Tab, Table};

/// One row of the sample list.
#[derive(Debug, Clone, Default)]
pub struct SampleRow {
    /// 抽样单编号
    pub no: String,
    /// Address.
    pub href: String,
    /// 样品名称
    pub name: String,
    /// 被抽样单位
    pub site: String,
    /// Food class.
    pub category: String,
    /// Link.
    pub link: String,
    /// Street.
    pub street: String,
    /// `2026-03-05`
    pub sampled_on: String,
    /// State of the sheet.
    pub state: Badge,
    /// Conclusion.
    pub outcome: Badge,
    /// Deadline of the current step; may be empty.
    pub due: Due,
}

/// 样品列表
#[derive(Debug, Template)]
#[template(path = "samples.html")]
pub struct SamplesPage {
    /// Shell.
    pub p: Page,
    /// Filters.
    pub filters: Filters,
    /// Quick views above the list (tabs as links, with counts).
    pub tabs: Vec<Tab>,
    /// Rows.
    pub rows: Vec<SampleRow>,
    /// Paging.
    pub pager: Pager,
    /// Whether this person may start a sheet.
    pub may_create: bool,
    /// Whether this person may learn whose samples they are.
    pub may_read_parties: bool,
}

/// 样品页
#[derive(Debug, Template)]
#[template(path = "sample.html")]
pub struct SamplePage {
    /// Shell.
    pub p: Page,
    /// 抽样单编号
    pub no: String,
    /// 样品名称
    pub name: String,
    /// State.
    pub state: Badge,
    /// Conclusion.
    pub outcome: Badge,
    /// Deadline; may be empty.
    pub due: Due,
    /// The way: 抽样 → 收样 → 检验 → 报告 → 处置.
    pub steps: Vec<StepView>,
    /// Tabs.
    pub tabs: Vec<Tab>,
    /// Key of the tab shown: `sheet`, `reception`, `tests`, `report`, `case`, `timeline`.
    pub tab: String,
    /// Facts of the tab.
    pub groups: Vec<FactGroup>,
    /// Tables of the tab (items, revisions, cases).
    pub tables: Vec<Table>,
    /// Files of the tab.
    pub files: Vec<FileView>,
    /// Timeline; the whole of it on its tab, the last few elsewhere.
    pub timeline: Vec<Event>,
    /// What may be done now.
    pub actions: Vec<ActionView>,
    /// Links of the object: case, rapid reading, plan line.
    pub related: Vec<Link>,
}

/// 抽样单
#[derive(Debug, Template)]
#[template(path = "sheet.html")]
pub struct SheetPage {
    /// Shell.
    pub p: Page,
    /// Where the form posts to; `button=draft` or `button=submit` says which.
    pub action: String,
    /// Number, or empty for a new sheet.
    pub no: String,
    /// State.
    pub state: Badge,
    /// Groups of fields in the order of the national form.
    pub groups: Vec<FieldGroup>,
    /// Last saved, `10:42`; empty for never.
    pub saved_at: String,
    /// 从名录选 by the group in which they stand.
    pub pickers: Vec<(&'static str, PickerView)>,
}

impl SheetPage {
    /// With its pickers.
    #[must_use]
    pub fn with(mut self, pickers: Vec<(&'static str, PickerView)>) -> Self {
        self.pickers = pickers;
        self
    }
    /// The picker of a group.
    #[must_use]
    pub fn picker(&self, group: &str) -> Option<&PickerView> {
        self.pickers.iter().find(|(key, _)| *key == group).map(|(_, picker)| picker)
    }
    /// Required fields still empty, over all groups.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.groups.iter().map(FieldGroup::missing).sum()
    }
}

/// One line of the reception checklist, good by default.
#[derive(Debug, Clone, Default)]
pub struct CheckRow {
    /// Name of the radio.
    pub key: String,
    /// What is looked at, e.g. `封条`.
    pub label: String,
    /// Good word, `完好`.
    pub good: String,
    /// Bad word, `破损`.
    pub bad: String,
    /// Currently bad.
    pub is_bad: bool,
}

/// 收样
#[derive(Debug, Template)]
#[template(path = "reception.html")]
pub struct ReceptionPage {
    /// Shell.
    pub p: Page,
    /// 抽样单编号
    pub no: String,
    /// 样品名称
    pub name: String,
    /// Time on the way against its limit.
    pub due: Due,
    /// What was sent: quantities, storage, seals.
    pub facts: FactGroup,
    /// Checklist.
    pub checks: Vec<CheckRow>,
    /// Seals, place, quantities received.
    pub fields: Vec<FieldView>,
    /// Where the form posts to; `button=accept` or `button=refuse`.
    pub action: String,
    /// Reason of a refusal, kept.
    pub reason: FieldView,
    /// Received lately.
    pub recent: Vec<Link>,
}
