//! 搜索、条文说明 what is found across the rooms, and what a rule or a code means.

use askama::Template;

use super::{FactGroup, Link, Page, Tab, Table};

/// 说明 a rule or a refusal code.
#[derive(Debug, Template)]
#[template(path = "explain.html")]
pub struct Explain {
    /// Shell.
    pub p: Page,
    /// Code or key.
    pub code: String,
    /// `规则` or `拒绝代码` in words.
    pub kind: String,
    /// Name or sentence.
    pub headline: String,
    /// Next step; may be empty.
    pub next: String,
    /// Article, source, period, trigger, version.
    pub facts: Vec<FactGroup>,
    /// Related codes.
    pub related: Vec<Link>,
}

/// 搜索 results over everything the person may see.
#[derive(Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Shell.
    pub p: Page,
    /// What was typed.
    pub q: String,
    /// One tab a kind of object.
    pub tabs: Vec<Tab>,
    /// One table a kind of object, with a caption each.
    pub groups: Vec<Table>,
}
