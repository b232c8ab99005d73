//! 工作日历 the State Council's working calendar: Monday to Friday, less the days off, plus the make-up workdays.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// The earliest day, month and day, to which a notice of the next year has reached back.
const REACHED_BACK: (u32, u32) = (12, 29);

/// No calendar rests for so many days on end; a search ends there.
const LONGEST_REST: usize = 400;

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
    /// 定数 whether a later notice can no longer change that day. The notice of a year has reached back to 29 December of the year before (2018, for
    /// the New Year of 2019), so the last three days of a year are settled by the notice of the next.
    #[must_use]
    pub fn settles(&self, day: NaiveDate) -> bool {
        self.knows(day.year()) && ((day.month(), day.day()) < REACHED_BACK || self.knows(day.year() + 1))
    }
    /// 工作日 the first working day from that day on, itself included.
    #[must_use]
    pub fn workday_from(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.iter_days().take(LONGEST_REST).find(|d| self.is_workday(*d))
    }
    /// 工作日 the last working day before that day.
    #[must_use]
    pub fn workday_before(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.pred_opt()?.iter_days().rev().take(LONGEST_REST).find(|d| self.is_workday(*d))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn days(list: &[&str]) -> BTreeSet<NaiveDate> {
        list.iter().map(|d| day(d)).collect()
    }

    #[test]
    fn the_last_days_of_a_year_wait_for_the_notice_of_the_next_one() {
        // The notice of 2019 made Saturday 2018-12-29 a working day and Monday the 31st a day off.
        let before = WorkCalendar { version: "1".into(), years: [2018].into(), off: BTreeSet::new(), work: BTreeSet::new() };
        let after = WorkCalendar {
            version: "2".into(),
            years: [2018, 2019].into(),
            off: days(&["2018-12-30", "2018-12-31", "2019-01-01"]),
            work: days(&["2018-12-29"]),
        };
        for (text, settled) in [("2018-12-28", true), ("2018-12-29", false), ("2018-12-31", false), ("2019-01-02", false)] {
            assert_eq!((before.settles(day(text)), after.settles(day(text))), (settled, true), "{text}");
            assert!(!settled || before.is_workday(day(text)) == after.is_workday(day(text)), "{text}");
        }
        assert!(!before.is_workday(day("2018-12-29")) && after.is_workday(day("2018-12-29")));
        assert_eq!((after.workday_from(day("2018-12-30")), after.workday_before(day("2019-01-01"))), (Some(day("2019-01-02")), Some(day("2018-12-29"))));
    }
}
