//! 时点 the year and the day of a page of figures, and where the rows behind a number are.

use chrono::NaiveDate;
use shiyan_app::figures::year_span;
use shiyan_foundation::{Instant, Label, Refusal};
use shiyan_indicators::{Pick, YearOf};

use crate::failure::Failure;
use crate::given::Given;
use crate::guard::encoded;
use crate::posted::Posted;
use crate::shape::Shape;

/// 时点 the year and the day that a page of figures shows, as they stand in its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// 年度
    pub year: i32,
    /// 统计截止日, when one was asked for.
    pub as_of: Option<NaiveDate>,
}

impl When {
    /// A year as of now.
    #[must_use]
    pub fn now(year: i32) -> Self {
        Self { year, as_of: None }
    }
    /// The day whose law its texts name: the cut-off date, or the last day of the year.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.as_of.or_else(|| NaiveDate::from_ymd_opt(self.year, 12, 31)).unwrap_or_default()
    }
    /// Reads both out of an address. Whether the day has come and the year had begun is asked where the figures are counted.
    ///
    /// # Errors
    /// Not a year; not a day.
    pub fn read(year: Given<i32>, as_of: Given<NaiveDate>, now: Instant) -> Result<Self, Failure> {
        let as_of = as_of
            .or_refused(|typed| Refusal::new(shiyan_app::code::DATE).with("label", "统计截止日").with("label_en", "as of").with("typed", typed).on("as_of"))?;
        Ok(Self { year: wanted_year(year, now)?, as_of })
    }
    /// `year=2026&as_of=2026-03-31`
    #[must_use]
    pub fn query(&self) -> String {
        let as_of = self.as_of.map_or_else(String::new, |day| format!("&as_of={day}"));
        format!("year={}{as_of}", self.year)
    }
}

/// 时点 as a form sends it.
#[derive(Debug)]
pub struct WhenForm {
    /// 年度
    pub year: Given<i32>,
    /// 统计截止日
    pub as_of: Given<NaiveDate>,
}

impl Shape for WhenForm {
    // Both are chosen; what cannot be read is told in a few characters.
    const BARE: bool = true;
    fn read(form: &Posted, _: &str) -> Self {
        Self { year: Given::of(form.get("year")), as_of: Given::of(form.get("as_of")) }
    }
    fn too_long(&self) -> Vec<Refusal> {
        Vec::new()
    }
}

/// The year asked for, or this one.
///
/// # Errors
/// Not a year between 2000 and 2100.
pub fn wanted_year(year: Given<i32>, now: Instant) -> Result<i32, Failure> {
    let year = year.or_refused(|typed| Refusal::new(shiyan_app::code::YEAR).with("typed", typed).on("year"))?;
    let year = year.unwrap_or_else(|| chrono::Datelike::year(&now));
    year_span(year)?;
    Ok(year)
}

/// Where the rows are that a number counts: made from the value that also counts them.
pub fn behind(pick: &Pick, when: &When) -> String {
    let of = pick.of.as_ref().map_or_else(String::new, |(by, of)| format!("&by={}&of={}", by.code(), encoded(of)));
    let year = if pick.year == YearOf::This { String::new() } else { format!("&span={}", pick.year.code()) };
    format!("/rows/{}?{}{of}{year}", pick.what.code(), when.query())
}
