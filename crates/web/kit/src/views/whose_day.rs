//! 岗位 whose day it is: which page greets somebody, and what lies under their thumb. It opens and closes nothing (what anybody may do and read is
//! asked of the table of duties); this is the one file of the pages that names duties.

use std::collections::BTreeSet;

use shiyan_foundation::{Actor, Lang, Role, Scope};

use super::{AdminTab, NavItem};

/// 首页 the page that greets somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstPage {
    /// 指标 of the district or a street.
    Figures,
    /// 快检录入
    Reading,
    /// 待办 by due time.
    Work,
}

impl FirstPage {
    /// That of a person.
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        if actor.has_any(&[Role::Supervisor, Role::PlanManager, Role::MarketOpener]) && !matches!(actor.scope, Scope::Point(_)) {
            FirstPage::Figures
        } else if actor.has(Role::PointOperator) && !actor.has_any(&[Role::Enforcer, Role::Sampler]) {
            FirstPage::Reading
        } else {
            FirstPage::Work
        }
    }
}

/// 快检阳性 stand on the first page of whoever settles them, and of whoever opens the market.
#[must_use]
pub fn looks_after_positives(actor: &Actor) -> bool {
    actor.has_any(&[Role::PointOperator, Role::MarketOpener, Role::Enforcer])
}

/// The four items of the bottom bar on a phone.
#[must_use]
pub fn bottom_for(roles: &BTreeSet<Role>, scope: &Scope, lang: Lang) -> Vec<NavItem> {
    let has = |r: Role| roles.contains(&r);
    let item = |key, href: &str, icon, zh: &str, en: &str| NavItem { key, href: href.to_owned(), icon, label: lang.pick(zh, en).to_owned(), count: 0 };
    let home = || item("home", "/", "home", "工作台", "Home");
    let more = || item("me", "/me", "menu", "菜单", "Menu");
    if has(Role::Supervisor) || has(Role::PlanManager) {
        vec![home(), item("cases", "/cases", "case", "处置", "Cases"), item("samples", "/samples", "sample", "样品", "Samples"), more()]
    } else if has(Role::PointOperator) {
        vec![
            item("home", "/", "plus", "录入", "Record"),
            item("rapid", "/rapid", "list", "台账", "Ledger"),
            item("positive", "/rapid?verdict=positive", "alert", "阳性", "Positive"),
            more(),
        ]
    } else if has(Role::MarketOpener) {
        vec![home(), item("rapid", "/rapid", "list", "台账", "Ledger"), item("positive", "/rapid?verdict=positive", "alert", "阳性", "Positive"), more()]
    } else if has(Role::Enforcer) {
        vec![home(), item("cases", "/cases", "case", "处置", "Cases"), item("rapid", "/rapid", "tube", "快检", "Rapid"), more()]
    } else if has(Role::Sampler) {
        vec![home(), item("sheet", "/samples/new", "plus", "抽样", "Sheet"), item("samples", "/samples", "sample", "样品", "Samples"), more()]
    } else if has(Role::SampleKeeper) {
        vec![home(), item("samples", "/samples?state=in_transit", "truck", "待收", "To receive"), item("all", "/samples", "sample", "样品", "Samples"), more()]
    } else if has(Role::Admin) {
        let second = if AdminTab::Diagnose.open_to(roles, scope) {
            item("diagnose", "/admin/diagnose", "pulse", "诊断", "Diagnose")
        } else {
            item("calendar", "/admin/calendar", "calendar", "日历", "Calendar")
        };
        vec![home(), item("admin", "/admin/users", "users", "用户", "Users"), second, more()]
    } else if has(Role::Checker) || has(Role::Reviewer) || has(Role::Signatory) {
        vec![home(), item("review", "/review", "check", "校核", "Review"), item("bench", "/bench", "flask", "检验", "Bench"), more()]
    } else if has(Role::Analyst) {
        vec![home(), item("worksheets", "/worksheets", "list", "检验批", "Worksheets"), item("bench", "/bench", "flask", "检验", "Bench"), more()]
    } else {
        vec![home(), item("bench", "/bench", "flask", "检验", "Bench"), item("samples", "/samples", "sample", "样品", "Samples"), more()]
    }
}
