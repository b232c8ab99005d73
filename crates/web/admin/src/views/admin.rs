//! 管理 users, streets, population, limits, calendars, settings, diagnosis.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Tone};

use super::{ActionView, FieldView, Filters, Page, Pager, Tab};

/// One account.
#[derive(Debug, Clone, Default)]
pub struct UserRow {
    /// Account name.
    pub username: String,
    /// Printed name.
    pub name: String,
    /// Duties in words.
    pub roles: String,
    /// Scope in words.
    pub scope: String,
    /// 启用 / 停用
    pub state: Badge,
    /// Last sign-in.
    pub last_seen: String,
    /// What may be done.
    pub actions: Vec<ActionView>,
}

/// 用户
#[derive(Debug, Template)]
#[template(path = "admin_users.html")]
pub struct UsersPage {
    /// Shell.
    pub p: Page,
    /// Filters.
    pub filters: Filters,
    /// Accounts.
    pub rows: Vec<UserRow>,
    /// Fields of a new account ([`super::forms::user`]).
    pub form: Vec<FieldView>,
    /// Unfold the form (it was refused).
    pub form_open: bool,
    /// A link to hand over, just made.
    pub handover: Option<Handover>,
}

/// 一次性链接 to set a password, shown once to whoever made it.
#[derive(Debug, Clone, Default)]
pub struct Handover {
    /// Whose.
    pub username: String,
    /// The link.
    pub address: String,
    /// Until when it works.
    pub until: String,
}

/// One limit.
#[derive(Debug, Clone, Default)]
pub struct LimitRow {
    /// Food path.
    pub food: String,
    /// Item.
    pub item: String,
    /// `≤0.2 mg/kg`, `n=5 c=2 m=100 M=1000 CFU/g`, `不得检出`.
    pub limit: String,
    /// Standard.
    pub basis: String,
    /// Method.
    pub method: String,
    /// In force, `2021-09-03 起`.
    pub valid: String,
    /// 启用 / 待核实 / 停用
    pub state: Badge,
    /// Activate, retire.
    pub actions: Vec<ActionView>,
}

/// 限量
#[derive(Debug, Template)]
#[template(path = "admin_limits.html")]
pub struct LimitsPage {
    /// Shell.
    pub p: Page,
    /// Filters.
    pub filters: Filters,
    /// How many wait to be verified.
    pub unverified: u64,
    /// Limits.
    pub rows: Vec<LimitRow>,
    /// Import, re-judgement.
    pub actions: Vec<ActionView>,
    /// Paging.
    pub pager: Pager,
}

/// 核对限量 one row that waits.
#[derive(Debug, Clone, Default)]
pub struct WaitingLimit {
    /// Key.
    pub id: String,
    /// Item.
    pub item: String,
    /// Food as the standard says.
    pub food: String,
    /// Conditions and exceptions.
    pub words: String,
    /// The limit.
    pub limit: String,
    /// Standard.
    pub basis: String,
    /// 出处 table and page, else how sure the row is.
    pub source: String,
    /// First day.
    pub from: String,
    /// What stood before.
    pub before: String,
    /// It is not as before.
    pub differs: bool,
}

/// 核对限量
#[derive(Debug, Template)]
#[template(path = "limit_check.html")]
pub struct LimitCheckPage {
    /// Shell.
    pub p: Page,
    /// The standards.
    pub tabs: Vec<Tab>,
    /// The one that is shown.
    pub standard: String,
    /// Its rows.
    pub rows: Vec<WaitingLimit>,
    /// Rows that were ticked when the form came back.
    pub ticked: Vec<String>,
    /// The statement.
    pub fields: Vec<FieldView>,
    /// Paging.
    pub pager: Pager,
    /// This page.
    pub page: usize,
}

/// One check of the diagnosis.
#[derive(Debug, Clone, Default)]
pub struct CheckLine {
    /// What is looked at.
    pub label: String,
    /// What was found.
    pub value: String,
    /// In order, to look at, wrong.
    pub tone: Tone,
    /// What to do; empty when in order.
    pub next: String,
}

/// 诊断
#[derive(Debug, Template)]
#[template(path = "admin_diagnose.html")]
pub struct DiagnosePage {
    /// Shell.
    pub p: Page,
    /// Checks by group.
    pub groups: Vec<(String, Vec<CheckLine>)>,
    /// Actions, e.g. verify the journal now.
    pub actions: Vec<ActionView>,
    /// The whole as text, to be copied.
    pub as_text: String,
}
