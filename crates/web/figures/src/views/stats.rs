//! 统计与年度报告, and the import of published results.

use askama::Template;

use shiyan_web_kit::ui::{Bar, Svg};

use super::{Cell, FigureCard, Link, Page, Tab, Table};

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

/// 街道砖 one street of the heat map.
#[derive(Debug, Clone, Default)]
pub struct Tile {
    /// Street.
    pub name: String,
    /// The value, in words of its own where a percentage would say too much.
    pub value: String,
    /// Under it: how many it is of.
    pub note: String,
    /// 1 to 5; `None` has no colour.
    pub level: Option<u8>,
    /// How many rows the link opens.
    pub count: u64,
    /// The rows; empty where there are none.
    pub href: String,
}

/// 图例 one step of the tiles.
#[derive(Debug, Clone, Default)]
pub struct Key {
    /// 1 to 5.
    pub level: u8,
    /// What it covers.
    pub name: String,
    /// Streets in it.
    pub count: usize,
}

/// 小图 one class.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// Class.
    pub name: String,
    /// Picture; empty where nothing can be drawn.
    pub svg: Svg,
    /// The year so far.
    pub value: String,
}

/// 漏斗的一行
#[derive(Debug, Clone, Default)]
pub struct Flow {
    /// What.
    pub name: String,
    /// `−` for what fell out, `+` for what came in; empty for a step.
    pub sign: &'static str,
    /// How many, with its rows.
    pub number: Cell,
    /// Unit, where it is another than above.
    pub unit: String,
    /// From here on cases are counted.
    pub begins_cases: bool,
    /// Of a step: how much it is of the first.
    pub bar: Option<Bar>,
}

/// 一图一表
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Title.
    pub title: String,
    /// Picture.
    pub svg: Svg,
    /// What it shows, in a sentence.
    pub note: String,
    /// The same as numbers.
    pub table: Table,
}

/// 图览
#[derive(Debug, Clone, Default)]
pub struct Looks {
    /// What the tiles may show.
    pub heat_choice: Vec<Tab>,
    /// What they show.
    pub heat: String,
    /// Streets.
    pub tiles: Vec<Tile>,
    /// Steps.
    pub keys: Vec<Key>,
    /// Streets as numbers.
    pub heat_table: Table,
    /// What the panels may show.
    pub panel_choice: Vec<Tab>,
    /// Classes.
    pub panels: Vec<Panel>,
    /// What they show, and which classes are not there.
    pub panels_note: String,
    /// Classes as numbers.
    pub panel_table: Table,
    /// 帕累托
    pub pareto: Option<Look>,
    /// 漏斗
    pub flow: Vec<Flow>,
    /// The same as a table, for files.
    pub flow_table: Table,
    /// 检验周期 by laboratory.
    pub turns: Vec<Look>,
}

impl Looks {
    /// The tables, in the order of the page.
    #[must_use]
    pub fn tables(self) -> Vec<Table> {
        let Self { heat_table, panel_table, pareto, flow_table, turns, .. } = self;
        [heat_table, panel_table].into_iter().chain(pareto.map(|p| p.table)).chain([flow_table]).chain(turns.into_iter().map(|t| t.table)).collect()
    }
}

/// 数据文件 one table in every format.
#[derive(Debug, Clone, Default)]
pub struct DataFile {
    /// Title of the table.
    pub title: String,
    /// Rows.
    pub rows: usize,
    /// csv, xlsx, Parquet.
    pub links: Vec<Link>,
    /// Of the content.
    pub sha256: String,
}

impl DataFile {
    /// The beginning of the hash, enough to compare by eye.
    #[must_use]
    pub fn short_hash(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
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
    /// 图览, on its tab.
    pub looks: Option<Looks>,
    /// 记录号 of the journal; empty of a day that has passed.
    pub stands_on: String,
    /// Each table of this tab as data.
    pub files: Vec<DataFile>,
    /// The tables of this tab as files.
    pub exports: Vec<Link>,
    /// Where the annual report is made (GET, answers with the PDF).
    pub report_href: String,
    /// 年度报告 where its own paragraphs are written.
    pub words_href: String,
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
