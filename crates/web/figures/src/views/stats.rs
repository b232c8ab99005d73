//! 统计与年度报告, and the import of published results.

use askama::Template;

use shiyan_web_kit::ui::Svg;

use super::{FigureCard, Link, Page, Tab, Table};

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
