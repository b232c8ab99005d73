//! 管理的外壳 the tabs of the administration, and its pages that are a table and a form; several rooms have some.

use std::collections::BTreeSet;

use askama::Template;
use shiyan_app::authority::Act;
use shiyan_foundation::{Role, Scope};

use super::{ActionView, FactGroup, FieldView, Filters, ImportResult, Page, Pager, Table};

/// The pages of the group; the template draws them as tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminTab {
    /// 用户
    Users,
    /// 登录要求
    SignIn,
    /// 用量上限
    Bounds,
    /// 本区名称
    District,
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
        (AdminTab::District, "/admin/district", "本区名称", "Names"),
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
        // Changing what may be read here is asked where it is done.
        let act = match self {
            AdminTab::SignIn => Act::SignIn,
            AdminTab::Bounds => Act::Bounds,
            AdminTab::District => Act::District,
            AdminTab::Users => Act::Users,
            AdminTab::Points => Act::Points,
            AdminTab::Diagnose => Act::Diagnose,
            AdminTab::Journal => Act::Journal,
            AdminTab::Streets | AdminTab::Calendar | AdminTab::Laboratories => Act::ReadHouse,
            AdminTab::Population => Act::ReadPopulation,
            AdminTab::Limits | AdminTab::Packages | AdminTab::Instruments | AdminTab::Profiles | AdminTab::Templates => Act::ReadLibrary,
        };
        act.ask(roles, scope).is_ok()
    }
    /// The tabs of the person a page is for.
    #[must_use]
    pub fn of(p: &Page) -> Vec<(AdminTab, &'static str, &'static str, &'static str)> {
        Self::ALL.iter().filter(|(tab, ..)| p.user.as_ref().is_some_and(|u| tab.open_to(&u.roles, &u.scope))).copied().collect()
    }
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
