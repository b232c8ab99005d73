//! 管理的外壳 the frame of the pages of administration, which several rooms have.

use shiyan_foundation::Refusal;

use crate::failure::Failure;
use crate::guard::User;
use crate::site::Site;
use crate::views::{AdminTab, AdminTablePage, FactGroup, FieldView, Pager, Table};

/// A page of this group for whoever has business there; for others it does not exist.
pub fn enter(user: &User, tab: AdminTab) -> Result<(), Failure> {
    if tab.open_to(&user.actor.roles, user.scope()) { Ok(()) } else { Err(Failure::NotFound) }
}

/// The shell of a page of this group.
pub fn page(site: &Site, user: &User, zh: &str, en: &str, why: &[Refusal]) -> crate::views::Page {
    let title = user.t(zh, en).to_owned();
    user.page(site, "admin", title.clone()).crumb(user.t("管理", "Admin"), "/admin").crumb(title, "").refused(why)
}

/// A form under a table: title, address, button, fields, unfolded.
#[derive(Debug)]
pub struct Form<'a> {
    pub title: (&'a str, &'a str),
    pub action: &'a str,
    pub button: (&'a str, &'a str),
    pub fields: Vec<FieldView>,
    pub open: bool,
}

/// A page of the administration that is a table with a form under it.
#[allow(clippy::too_many_arguments)]
pub fn table_page(
    site: &Site,
    user: &User,
    tab: AdminTab,
    lead: (&str, &str),
    facts: FactGroup,
    tables: Vec<Table>,
    form: Option<Form<'_>>,
    why: &[Refusal],
) -> AdminTablePage {
    let (_, _, zh, en) = AdminTab::ALL.iter().find(|(t, ..)| *t == tab).copied().unwrap_or((tab, "", "管理", "Administration"));
    let form = form.unwrap_or(Form { title: ("", ""), action: "", button: ("", ""), fields: Vec::new(), open: false });
    AdminTablePage {
        p: page(site, user, zh, en, why),
        tab,
        lead: user.t(lead.0, lead.1).to_owned(),
        facts,
        filters: None,
        tables,
        pager: Pager::default(),
        actions: Vec::new(),
        form_title: user.t(form.title.0, form.title.1).to_owned(),
        form_action: form.action.to_owned(),
        form: form.fields,
        form_button: user.t(form.button.0, form.button.1).to_owned(),
        form_open: form.open,
        result: None,
    }
}
