//! 工作日历 from the yearly notices of the General Office of the State Council (`data/holidays.csv`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::{NaiveDate, WorkCalendar};

use crate::data;

const FILE: &str = include_str!("../data/holidays.csv");

/// 放假或调休的一天 one day of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// 节日
    pub name: String,
    /// `OFF` or `WORK`.
    pub kind: HolidayKind,
    /// Address of the notice.
    pub notice: String,
}

/// 放假 or 调休上班.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HolidayKind {
    /// 放假
    Off,
    /// 调休上班
    Work,
}

static DAYS: LazyLock<Result<Vec<Holiday>, String>> = LazyLock::new(|| data::rows("holidays.csv", FILE));
static CALENDAR: LazyLock<WorkCalendar> = LazyLock::new(|| {
    let version = data::header(FILE, "version").unwrap_or("unknown").to_owned();
    let pick = |kind| holidays().iter().filter(|h| h.kind == kind).map(|h| h.date).collect::<BTreeSet<_>>();
    // Without the days of the notices no year is known, so every deadline comes out provisional.
    let years = if holidays().is_empty() {
        BTreeSet::new()
    } else {
        data::header(FILE, "years").unwrap_or_default().split(',').filter_map(|y| y.trim().parse().ok()).collect()
    };
    WorkCalendar { version, years, off: pick(HolidayKind::Off), work: pick(HolidayKind::Work) }
});

/// The working calendar, 2023 to 2026.
#[must_use]
pub fn calendar() -> &'static WorkCalendar {
    &CALENDAR
}

/// The days of the notices with their source.
#[must_use]
pub fn holidays() -> &'static [Holiday] {
    DAYS.as_ref().map_or(&[], Vec::as_slice)
}

pub(crate) fn problem() -> Option<String> {
    DAYS.as_ref().err().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn working_days_of_the_years() {
        assert_eq!(calendar().version, "cn-2026.1");
        assert_eq!([2024, 2025, 2026].map(|y| calendar().workdays_in(y)), [251, 248, 248]);
        assert!(calendar().knows(2023) && !calendar().knows(2022) && !calendar().knows(2027));
        assert_eq!(holidays().len(), 142);
        assert!(holidays().iter().all(|h| h.notice.contains("gov.cn")));
    }
}
