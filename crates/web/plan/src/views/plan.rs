//! 计划 the yearly plan: lines, progress, import.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Bar};

use super::{ActionView, Choice, Counted, FieldView, Filters, ImportResult, Page, Pager, Table};

/// One line of a plan.
#[derive(Debug, Clone, Default)]
pub struct PlanLineRow {
    /// Food class.
    pub category: String,
    /// Link.
    pub link: String,
    /// Street, or `全区`.
    pub street: String,
    /// Quarter, `一季度`.
    pub quarter: String,
    /// Planned.
    pub planned: u64,
    /// Done.
    pub done: Counted,
    /// Planned minus done, never below zero.
    pub remaining: u64,
    /// Progress.
    pub bar: Bar,
}

/// 年度计划
#[derive(Debug, Template)]
#[template(path = "plan.html")]
pub struct PlanPage {
    /// Shell.
    pub p: Page,
    /// Year shown.
    pub year: i32,
    /// Years to choose from.
    pub years: Vec<i32>,
    /// 草稿 / 已下达
    pub status: Badge,
    /// `1,588,611 人（七普常住人口，…）`; empty when no row is chosen.
    pub population: String,
    /// `4.00`
    pub target: String,
    /// Batches required.
    pub required: u64,
    /// Batches allocated to lines.
    pub allocated: u64,
    /// Required minus allocated, never below zero.
    pub gap: u64,
    /// Batches done.
    pub done: Counted,
    /// Done of required with the time mark.
    pub bar: Bar,
    /// Filters.
    pub filters: Filters,
    /// Lines.
    pub lines: Vec<PlanLineRow>,
    /// Paging.
    pub pager: Pager,
    /// Category × quarter.
    pub pivot: Table,
    /// What may be done: approve, add a line, choose the population.
    pub actions: Vec<ActionView>,
    /// Fields of a new line ([`super::forms::plan_line`]); empty hides the form.
    pub line_form: Vec<FieldView>,
    /// Whether this person may import.
    pub may_import: bool,
    /// `pivot` or `lines`.
    pub view: String,
}

impl PlanPage {
    /// Whether a year is the one shown.
    #[must_use]
    pub fn is_year(&self, year: &i32) -> bool {
        *year == self.year
    }
}

/// 导入计划
#[derive(Debug, Template)]
#[template(path = "plan_import.html")]
pub struct PlanImport {
    /// Shell.
    pub p: Page,
    /// Year.
    pub year: i32,
    /// Years to choose from.
    pub years: Vec<Choice>,
    /// Result of a dry run.
    pub result: Option<ImportResult>,
}
