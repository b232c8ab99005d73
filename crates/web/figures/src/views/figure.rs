//! 指标 the gauge, the page behind a figure and the list behind a number.

use askama::Template;

use super::{Counted, Counter, Fact, FigureCard, Page, Pager, Tab, Table};

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
        shiyan_web_kit::ui::per_mille_text(u64::from(*hundredths) * 1000 / u64::from(self.top()))
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
    /// 合计: something added up, without numerator, denominator and target.
    pub is_sum: bool,
    /// Numerator; of a sum the cases that it adds up.
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
