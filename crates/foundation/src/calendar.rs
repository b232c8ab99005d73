//! 工作日历 the State Council's working calendar: Monday to Friday, less the days off, plus the make-up workdays.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// The working calendar of the years whose notice is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkCalendar {
    /// Version of the table, stored beside every deadline computed with it.
    pub version: String,
    /// Years whose State Council notice is in the table.
    pub years: BTreeSet<i32>,
    /// 放假 days off, weekends inside a holiday block included.
    pub off: BTreeSet<NaiveDate>,
    /// 调休上班 make-up workdays.
    pub work: BTreeSet<NaiveDate>,
}

impl WorkCalendar {
    /// 工作日: a make-up workday, or Monday to Friday that is not off.
    #[must_use]
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        if self.work.contains(&day) {
            return true;
        }
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.off.contains(&day)
    }
    /// Whether the notice of that year is known; a day of an unknown year makes a deadline provisional.
    #[must_use]
    pub fn knows(&self, year: i32) -> bool {
        self.years.contains(&year)
    }
    /// Working days in `[from, to]`.
    #[must_use]
    pub fn workdays_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let mut count = 0;
        let mut day = from;
        while day <= to {
            count += u32::from(self.is_workday(day));
            match day.succ_opt() {
                Some(next) => day = next,
                None => break,
            }
        }
        count
    }
    /// Working days in a year.
    #[must_use]
    pub fn workdays_in(&self, year: i32) -> u32 {
        match (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) {
            (Some(first), Some(last)) => self.workdays_between(first, last),
            _ => 0,
        }
    }
}
