//! 工作台 the first page of each duty, and the page behind each figure.

use askama::Template;

use crate::ui::{Badge, Bar, Due, Svg, Tone};

use super::{Fact, Link, Page, Pager, Tab, Table};

/// One figure as a card shows it. Exact numbers come from `indicators`; here they are text.
#[derive(Debug, Clone, Default)]
pub struct FigureCard {
    /// Key with its query, the address is `/figures/{key}`.
    pub key: String,
    /// 计入 how many rows that page lists.
    pub counted: u64,
    /// 未计入 how many it lists as left out.
    pub left: u64,
    /// Name.
    pub name: String,
    /// `95.35%`, `0.68`, or `--`.
    pub value: String,
    /// Unit after the value, e.g. `批次/千人`; may be empty.
    pub unit: String,
    /// `41 / 43 件`
    pub fraction: String,
    /// `目标 100%`; may be empty.
    pub target: String,
    /// Reached, from the exact comparison; `None` without a target.
    pub met: Option<bool>,
    /// 复检中的批次暂计入
    pub provisional: bool,
    /// Definition behind ⓘ.
    pub definition: String,
    /// What stands out among those left out, after their number; may be empty.
    pub of_them: String,
    /// Progress; `None` for figures without one.
    pub bar: Option<Bar>,
}

impl FigureCard {
    /// The rows that are left out.
    #[must_use]
    pub fn left_href(&self) -> String {
        format!("/figures/{}{}tab=out", self.key, if self.key.contains('?') { "&" } else { "?" })
    }
}

/// 数和清单 a number and where the rows are that it counts; without rows, or without a list, it is no link.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// Number.
    pub n: u64,
    /// Rows behind it.
    pub href: String,
}

impl Counted {
    /// A number with its list.
    pub fn new(n: u64, href: impl Into<String>) -> Self {
        Self { n, href: href.into() }
    }
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.href.is_empty() {
            // nothing to open: a number, and no link to the page that it stands on
            return f.write_str(&crate::ui::num(self.n));
        }
        write!(f, "{}", super::Cell::count(self.n, self.href.as_str()))
    }
}
impl askama::filters::HtmlSafe for Counted {}

/// 4批次/千人 the gauge.
#[derive(Debug, Clone, Default)]
pub struct Gauge {
    /// Batches counted.
    pub count: Counted,
    /// Batches required.
    pub required: u64,
    /// `0.68`
    pub value: String,
    /// Value in hundredths, for the scale only (68).
    pub value_hundredths: u32,
    /// `4.00`
    pub target: String,
    /// Target in hundredths (400).
    pub target_hundredths: u32,
    /// Where the working days passed would put it, hundredths.
    pub pace_hundredths: u32,
    /// `时间进度 17.53%` without the words: `17.53%`.
    pub time_passed: String,
    /// `16.97%`
    pub done_percent: String,
    /// Reached, exactly.
    pub met: bool,
    /// Behind the pace, compared exactly.
    pub is_behind: bool,
    /// Batches missing.
    pub gap: u64,
    /// Batches that pace asks for by today.
    pub pace: u64,
    /// Expected for the year.
    pub forecast: u64,
    /// In the laboratory, not counted yet.
    pub in_lab: Counted,
    /// Sampled and on the way, not counted yet.
    pub in_transit: Counted,
    /// 口径 the scope line.
    pub scope: String,
    /// Definition behind ⓘ.
    pub definition: String,
}

impl Gauge {
    /// Right end of the scale, hundredths.
    #[must_use]
    pub fn top(&self) -> u32 {
        let most = self.value_hundredths.max(self.target_hundredths);
        (most + most / 8).max(100)
    }
    /// A position on the scale as `12.5%`.
    #[must_use]
    pub fn at(&self, hundredths: &u32) -> String {
        crate::ui::per_mille_text(u64::from(*hundredths) * 1000 / u64::from(self.top()))
    }
    /// Ticks at whole numbers: position and word.
    #[must_use]
    pub fn ticks(&self) -> Vec<(String, u32)> {
        (0..=self.top() / 100).map(|n| (self.at(&(n * 100)), n)).collect()
    }
    /// Behind the pace.
    #[must_use]
    pub fn behind(&self) -> bool {
        self.is_behind
    }
}

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

/// A counter at the top of a work page.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    /// Word.
    pub label: String,
    /// Number.
    pub value: u64,
    /// Rows behind it.
    pub href: String,
    /// Meaning (red only for overdue).
    pub tone: Tone,
}

impl Counter {
    /// Overdue shows the alarm, soon the clock.
    #[must_use]
    pub fn icon(&self) -> &'static str {
        match self.tone {
            Tone::Fail => "alert",
            Tone::Warn => "clock",
            tone => tone.icon(),
        }
    }
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
    /// Within 72 hours, still to be handled.
    pub to_handle: Counted,
    /// Past their 72 hours and not handled.
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
    /// The gauge.
    pub gauge: Gauge,
    /// 核查处置完成率
    pub disposal: FigureCard,
    /// 逾期、今日到期、3个工作日内、以后: the cases that are open.
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

/// 指标 the page behind a figure.
#[derive(Debug, Template)]
#[template(path = "figure.html")]
pub struct FigurePage {
    /// Shell.
    pub p: Page,
    /// The figure.
    pub figure: FigureCard,
    /// 口径
    pub scope: String,
    /// Numerator.
    pub numerator: Counted,
    /// Denominator; the people of a district are no rows.
    pub denominator: Counted,
    /// Exact value, e.g. `1086 × 1000 ÷ 1588611 = 0.683616…`
    pub exact: String,
    /// Further facts (population row, basis, article).
    pub facts: Vec<Fact>,
    /// 计入 / 未计入, with counts.
    pub tabs: Vec<Tab>,
    /// Reasons of what was left out with counts; shown on the second tab.
    pub reasons: Vec<Counter>,
    /// Rows of the tab.
    pub table: Table,
    /// Paging.
    pub pager: Pager,
}

/// 清单 the rows that a number counted.
#[derive(Debug, Template)]
#[template(path = "rows.html")]
pub struct RowsPage {
    /// Shell.
    pub p: Page,
    /// What they are.
    pub title: String,
    /// How many.
    pub total: String,
    /// 统计截止日
    pub as_of: String,
    /// 口径
    pub scope: String,
    /// Of a day that has passed: what is taken as registered today; may be empty.
    pub note: String,
    /// Rows of the page.
    pub table: Table,
    /// Paging.
    pub pager: Pager,
}
