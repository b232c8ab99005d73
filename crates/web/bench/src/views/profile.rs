//! 仪器格式 the page of one profile.

use askama::Template;

use super::{ActionView, Event, FactGroup, Link, Page, Table};

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
