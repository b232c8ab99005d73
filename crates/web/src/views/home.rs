//! 工作台 the first page of each duty, and the page behind each figure.

use askama::Template;

use crate::ui::{Badge, Bar, Due, Svg, Tone};

use super::{Fact, Filters, Link, Page, Pager, Tab, Table};

/// One figure as a card shows it. Exact numbers come from `indicators`; here they are text.
#[derive(Debug, Clone, Default)]
pub struct FigureCard {
    /// Key, the address is `/figures/{key}`.
    pub key: String,
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
    /// What is not counted, one line; may be empty.
    pub not_counted: String,
    /// Progress; `None` for figures without one.
    pub bar: Option<Bar>,
}

/// 4批次/千人 the gauge.
#[derive(Debug, Clone, Default)]
pub struct Gauge {
    /// Batches counted.
    pub count: u64,
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
    pub in_lab: u64,
    /// Sampled and on the way, not counted yet.
    pub in_transit: u64,
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
    /// Rows behind it.
    pub href: String,
    /// Done of planned.
    pub bar: Bar,
}

/// The rapid-test card.
#[derive(Debug, Clone, Default)]
pub struct RapidCard {
    /// Readings today.
    pub today: u64,
    /// Positive today.
    pub positive: u64,
    /// Waiting for confirmation.
    pub to_confirm: u64,
    /// Within 72 hours, still to be handled.
    pub to_handle: u64,
    /// Past their 72 hours and not handled.
    pub late: u64,
    /// Points without a reading today.
    pub silent_points: u64,
    /// Valid readings of the year.
    pub year_valid: u64,
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
    /// Cases not due yet, not counted.
    pub not_due: u64,
    /// Overdue cases.
    pub overdue: u64,
    /// Due today.
    pub due_today: u64,
    /// Due within three working days.
    pub due_soon: u64,
    /// 逾期清单, the first few.
    pub overdue_list: Vec<WorkItem>,
    /// 问题发现率、评价性合格率、报告及时率, …
    pub figures: Vec<FigureCard>,
    /// To do.
    pub todo: Vec<WorkItem>,
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
    pub numerator: String,
    /// Denominator.
    pub denominator: String,
    /// Exact value, e.g. `1086 × 1000 ÷ 1588611 = 0.683616…`
    pub exact: String,
    /// Further facts (population row, basis, article).
    pub facts: Vec<Fact>,
    /// 计入 / 未计入, with counts.
    pub tabs: Vec<Tab>,
    /// Reasons of what was left out with counts; shown on the second tab.
    pub reasons: Vec<Counter>,
    /// Filters; usually the street and the class.
    pub filters: Option<Filters>,
    /// Rows of the tab.
    pub table: Table,
    /// Paging.
    pub pager: Pager,
}
