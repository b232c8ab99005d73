//! 管理 users, streets, population, limits, calendars, settings, diagnosis.

use std::collections::BTreeSet;

use askama::Template;
use shiyan_app::authority::Act;
use shiyan_foundation::{Role, Scope};

use crate::ui::{Badge, Tone};

use super::{ActionView, Event, FactGroup, FieldView, Filters, ImportResult, Link, Page, Pager, Tab, Table};

/// The pages of the group; the template draws them as tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminTab {
    /// 用户
    Users,
    /// 登录要求
    SignIn,
    /// 用量上限
    Bounds,
    /// 街道
    Streets,
    /// 人口
    Population,
    /// 限量
    Limits,
    /// 检验项目包
    Packages,
    /// 仪器
    Instruments,
    /// 仪器格式
    Profiles,
    /// 检验批模板
    Templates,
    /// 日历
    Calendar,
    /// 承检机构
    Laboratories,
    /// 快检点
    Points,
    /// 诊断
    Diagnose,
    /// 日志
    Journal,
}

impl AdminTab {
    /// Every tab: address, Chinese, English.
    pub const ALL: &'static [(AdminTab, &'static str, &'static str, &'static str)] = &[
        (AdminTab::Users, "/admin/users", "用户", "Users"),
        (AdminTab::SignIn, "/admin/sign-in", "登录要求", "Sign-in"),
        (AdminTab::Bounds, "/admin/bounds", "用量上限", "Bounds"),
        (AdminTab::Streets, "/admin/streets", "街道", "Streets"),
        (AdminTab::Population, "/admin/population", "人口", "Population"),
        (AdminTab::Laboratories, "/admin/laboratories", "承检机构", "Laboratories"),
        (AdminTab::Points, "/admin/points", "快检点", "Points"),
        (AdminTab::Limits, "/admin/limits", "限量", "Limits"),
        (AdminTab::Packages, "/admin/packages", "项目包", "Item packages"),
        (AdminTab::Instruments, "/admin/instruments", "仪器", "Instruments"),
        (AdminTab::Profiles, "/admin/profiles", "仪器格式", "Instrument profiles"),
        (AdminTab::Templates, "/admin/templates", "检验批模板", "Worksheet templates"),
        (AdminTab::Calendar, "/admin/calendar", "工作日历", "Calendar"),
        (AdminTab::Diagnose, "/admin/diagnose", "诊断", "Diagnose"),
        (AdminTab::Journal, "/admin/journal", "日志", "Journal"),
    ];
    /// Whether somebody with these duties and this scope has business on this page.
    #[must_use]
    pub fn open_to(self, roles: &BTreeSet<Role>, scope: &Scope) -> bool {
        let asked = |act: Act| act.ask(roles, scope).is_ok();
        // What is the law of the house for everybody may be read by those who work by it; changing it is asked where it is done.
        let fits: &[Role] = match self {
            AdminTab::SignIn => return asked(Act::SignIn),
            AdminTab::Bounds => return asked(Act::Bounds),
            AdminTab::Users => return asked(Act::Users),
            AdminTab::Points => return asked(Act::Points),
            AdminTab::Diagnose => return asked(Act::Diagnose),
            AdminTab::Journal => return asked(Act::Journal),
            AdminTab::Streets | AdminTab::Calendar | AdminTab::Laboratories => &[Role::Admin, Role::QualityManager, Role::PlanManager],
            AdminTab::Population => &[Role::Admin, Role::PlanManager],
            AdminTab::Limits | AdminTab::Packages | AdminTab::Instruments | AdminTab::Profiles | AdminTab::Templates => &[Role::QualityManager, Role::Admin],
        };
        fits.iter().any(|r| roles.contains(r))
    }
    /// The tabs of the person a page is for.
    #[must_use]
    pub fn of(p: &Page) -> Vec<(AdminTab, &'static str, &'static str, &'static str)> {
        Self::ALL.iter().filter(|(tab, ..)| p.user.as_ref().is_some_and(|u| tab.open_to(&u.roles, &u.scope))).copied().collect()
    }
}

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

/// 街道、人口、日历、… a page of the administration that is a table and a form.
#[derive(Debug, Template)]
#[template(path = "admin_table.html")]
pub struct AdminTablePage {
    /// Shell.
    pub p: Page,
    /// Which page.
    pub tab: AdminTab,
    /// One or two sentences: what this is for and what follows from a change.
    pub lead: String,
    /// Facts above the tables (years known, version of the calendar).
    pub facts: FactGroup,
    /// Filters.
    pub filters: Option<Filters>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Paging.
    pub pager: Pager,
    /// What may be done besides the form.
    pub actions: Vec<ActionView>,
    /// Title of the form, e.g. `新增人口行`; empty for no form.
    pub form_title: String,
    /// Where the form posts to.
    pub form_action: String,
    /// Fields; a file field makes the form multipart.
    pub form: Vec<FieldView>,
    /// Button of the form.
    pub form_button: String,
    /// Unfold the form.
    pub form_open: bool,
    /// Result of an import.
    pub result: Option<ImportResult>,
}

impl AdminTablePage {
    /// Whether the form carries a file.
    #[must_use]
    pub fn multipart(&self) -> bool {
        self.form.iter().any(|f| matches!(f.kind, super::FieldKind::File | super::FieldKind::Photo))
    }
}

/// 仪器格式的一个版本 with what a trial gave.
#[derive(Debug, Template)]
#[template(path = "admin_profile.html")]
pub struct ProfilePage {
    /// Shell.
    pub p: Page,
    /// `titrator-t9@2`
    pub id: String,
    /// Name, state, file, who.
    pub facts: FactGroup,
    /// Values that a file just gave.
    pub read: Option<Table>,
    /// That file.
    pub read_of: String,
    /// What was refused or left out of it.
    pub left: Option<Table>,
    /// Earlier trials.
    pub trials: Table,
    /// Try, activate, take out of use.
    pub actions: Vec<ActionView>,
    /// 其他版本 of the same profile.
    pub others: Vec<Link>,
    /// The profile file.
    pub text: String,
    /// Who did what when.
    pub timeline: Vec<Event>,
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
