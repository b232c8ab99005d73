//! 时点 the year and the day of a page of figures, and where the rows behind a number are.

use chrono::NaiveDate;
use shiyan_app::figures::year_span;
use shiyan_foundation::{Instant, Label};
use shiyan_indicators::Pick;

use crate::failure::Failure;
use crate::guard::encoded;

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
    pub fn read(year: Option<&str>, as_of: Option<&str>, now: Instant) -> Result<Self, Failure> {
        let unread = |typed: &str| {
            shiyan_foundation::Refusal::new(shiyan_app::code::DATE).with("label", "统计截止日").with("label_en", "as of").with("typed", typed).on("as_of")
        };
        let as_of = match as_of.map(str::trim).filter(|t| !t.is_empty()) {
            Some(typed) => Some(typed.parse::<NaiveDate>().map_err(|_| unread(&typed.chars().take(40).collect::<String>()))?),
            None => None,
        };
        Ok(Self { year: wanted_year(year, now)?, as_of })
    }
    /// `year=2026&as_of=2026-03-31`
    #[must_use]
    pub fn query(&self) -> String {
        let as_of = self.as_of.map_or_else(String::new, |day| format!("&as_of={day}"));
        format!("year={}{as_of}", self.year)
    }
}

/// The year asked for, or this one.
///
/// # Errors
/// Not a year between 2000 and 2100.
pub fn wanted_year(typed: Option<&str>, now: Instant) -> Result<i32, Failure> {
    let year = match typed.map(str::trim).filter(|y| !y.is_empty()) {
        None => chrono::Datelike::year(&now),
        Some(typed) => typed.parse().map_err(|_| shiyan_foundation::Refusal::new(shiyan_app::code::YEAR).with("typed", typed).on("year"))?,
    };
    year_span(year)?;
    Ok(year)
}

/// Where the rows are that a number counts: made from the value that also counts them.
pub fn behind(pick: &Pick, when: &When) -> String {
    let of = pick.of.as_ref().map_or_else(String::new, |(by, of)| format!("&by={}&of={}", by.code(), encoded(of)));
    format!("/rows/{}?{}{of}", pick.what.code(), when.query())
}
