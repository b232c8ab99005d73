//! 已公布结果 what other notices published, and its import.

use askama::Template;

use super::{FigureCard, Filters, ImportResult, Page, Pager, Table};

/// 导入已公布结果
#[derive(Debug, Template)]
#[template(path = "import_published.html")]
pub struct ImportPublished {
    /// Shell.
    pub p: Page,
    /// Result of a dry run or of the import.
    pub result: Option<ImportResult>,
}

/// 已公布结果
#[derive(Debug, Template)]
#[template(path = "published.html")]
pub struct PublishedPage {
    /// Shell.
    pub p: Page,
    /// Filters.
    pub filters: Filters,
    /// Totals: all, 合格, 不合格.
    pub figures: Vec<FigureCard>,
    /// By category.
    pub by_category: Table,
    /// Rows.
    pub table: Table,
    /// Paging.
    pub pager: Pager,
    /// Whether this person may import.
    pub may_import: bool,
}
