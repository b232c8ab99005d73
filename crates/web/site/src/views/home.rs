//! 工作台 the first page of each duty, and the page behind each figure.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Bar, Due, Svg};

use shiyan_web_figures::views::Gauge;

use super::{Counted, Counter, FigureCard, Link, Page, Table};

/// One thing to do.
#[derive(Debug, Clone, Default)]
pub struct WorkItem {
    /// What, e.g. `HC2026-0118 韭菜 腐霉利`.
    pub title: String,
    /// Address.
    pub href: String,
    /// Second line; may be empty.
    pub sub: String,
    /// State; may be empty.
    pub state: Badge,
    /// Deadline; may be empty.
    pub due: Due,
    /// Verb at the right, e.g. `去填`.
    pub verb: String,
}

/// A titled list of things to do.
#[derive(Debug, Clone, Default)]
pub struct WorkGroup {
    /// Title.
    pub title: String,
    /// Everything of this kind.
    pub more: Option<Link>,
    /// Items by due time.
    pub items: Vec<WorkItem>,
    /// Sentence when empty.
    pub empty: String,
}

/// Progress of one street.
#[derive(Debug, Clone, Default)]
pub struct StreetProgress {
    /// Name.
    pub name: String,
    /// Done, with the rows behind it.
    pub done: Counted,
    /// Done of planned.
    pub bar: Bar,
}

/// The rapid-test card.
#[derive(Debug, Clone, Default)]
pub struct RapidCard {
    /// Readings today.
    pub today: Counted,
    /// Positive today.
    pub positive: Counted,
    /// Waiting for confirmation.
    pub to_confirm: Counted,
    /// Within their time (D37), still to be handled.
    pub to_handle: Counted,
    /// Past it and not handled.
    pub late: Counted,
    /// Points without a reading today.
    pub silent_points: u64,
    /// Valid readings of the year.
    pub year_valid: Counted,
    /// Positive rate of the year, text.
    pub year_rate: String,
}

/// 工作台（监督） the supervisor's home.
#[derive(Debug, Template)]
#[template(path = "home_supervisor.html")]
pub struct HomeSupervisor {
    /// Shell.
    pub p: Page,
    /// Year shown.
    pub year: i32,
    /// `3月5日 周四 10:42`
    pub as_of: String,
    /// 记录号 the entry of the journal on which the figures stand.
    pub stands_on: i64,
    /// The gauge.
    pub gauge: Gauge,
    /// 核查处置完成率
    pub disposal: FigureCard,
    /// 逾期、今日到期、即将到期、以后: the cases that are open.
    pub dues: Vec<Counter>,
    /// 逾期清单, the first few.
    pub overdue_list: Vec<WorkItem>,
    /// 问题发现率、评价性合格率、报告及时率, …
    pub figures: Vec<FigureCard>,
    /// To do.
    pub todo: Vec<WorkItem>,
    /// 待审核 all cases that wait for approval, when the list shows only the first of them.
    pub todo_more: Option<Counted>,
    /// Trend chart by the charts crate; empty draws nothing.
    pub trend: Svg,
    /// The same as numbers, under the chart.
    pub trend_table: Table,
    /// Streets, least progress first.
    pub streets: Vec<StreetProgress>,
    /// Rapid tests.
    pub rapid: RapidCard,
}

/// 工作台（办事人员） my work by due time, for every other duty.
#[derive(Debug, Template)]
#[template(path = "home_work.html")]
pub struct HomeWork {
    /// Shell.
    pub p: Page,
    /// `张示例，3月5日 周四`
    pub greeting: String,
    /// Counters, at most four.
    pub counters: Vec<Counter>,
    /// Groups by due time.
    pub groups: Vec<WorkGroup>,
    /// The usual next action, e.g. `新建抽样单`.
    pub primary: Option<Link>,
}
