//! 数据交换 results out, and a file of results checked.

use askama::Template;

use super::{FactGroup, FieldView, Link, Page, Table};

/// 数据交换 the page of the standard sample description.
#[derive(Debug, Template)]
#[template(path = "exchange_ssd2.html")]
pub struct ExchangePage {
    /// Shell.
    pub p: Page,
    /// 起止日期
    pub fields: Vec<FieldView>,
    /// What would be exported, once days were asked for.
    pub facts: Option<FactGroup>,
    /// What would not, and why.
    pub left_out: Option<Table>,
    /// The files.
    pub downloads: Vec<Link>,
    /// What was found in a file.
    pub checked: Option<FactGroup>,
    /// Findings by row.
    pub findings: Option<Table>,
}
