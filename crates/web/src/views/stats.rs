//! 统计与年度报告, and the import of published results.

use askama::Template;

use crate::ui::Svg;

use super::{FigureCard, Filters, ImportResult, Link, Page, Pager, Tab, Table};

/// A chart with its numbers.
#[derive(Debug, Clone, Default)]
pub struct ChartView {
    /// Title, which says what is seen.
    pub title: String,
    /// SVG of the charts crate.
    pub svg: Svg,
    /// The same as numbers.
    pub table: Table,
}

/// 统计
#[derive(Debug, Template)]
#[template(path = "stats.html")]
pub struct StatsPage {
    /// Shell.
    pub p: Page,
    /// Year.
    pub year: i32,
    /// Years to choose from.
    pub years: Vec<i32>,
    /// 口径
    pub scope: String,
    /// Tabs: 总体 / 类别 / 环节 / 街道 / 项目 / 处置 / 快检.
    pub tabs: Vec<Tab>,
    /// 统计截止日, as a date field has it.
    pub as_of: String,
    /// The tab shown.
    pub tab: String,
    /// Of a day that has passed: what is taken as registered today; may be empty.
    pub note: String,
    /// Figures.
    pub figures: Vec<FigureCard>,
    /// Charts.
    pub charts: Vec<ChartView>,
    /// Tables.
    pub tables: Vec<Table>,
    /// The tables of this tab as files.
    pub exports: Vec<Link>,
    /// Where the annual report is made (GET, answers with the PDF).
    pub report_href: String,
    /// Reports made before: name, file, hash.
    pub reports: Vec<super::FileView>,
}

impl StatsPage {
    /// Whether a year is the one shown.
    #[must_use]
    pub fn is_year(&self, year: &i32) -> bool {
        *year == self.year
    }
}

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
