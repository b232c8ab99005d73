//! Deadline arithmetic 期限计算 (民法典 arts 201, 203): the start day is not counted; working days follow the calendar; a
//! calendar-day period that ends on a day off moves to the next working day; hours run through nights and holidays.

use chrono::{Days, Months, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::{Instant, WorkCalendar, codes};

codes! {
    TOO_FAR = "DEADLINE-RANGE", zh "期限超出可计算的日期范围：从 {from} 起", en "The deadline lies beyond the dates that can be computed, counting from {from}",
        next "检查起算日期是否写错" / "Check the start date", article "";
}

/// 期限 a period of the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Period {
    /// 工作日
    WorkingDays(u32),
    /// 自然日
    CalendarDays(u32),
    /// 月
    Months(u32),
    /// 年
    Years(u32),
    /// 小时（连续计算）
    Hours(u32),
    /// 当日某时前
    SameDayBy(NaiveTime),
}

/// 截止 a computed deadline and how it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// 截止日, the last day; it ends at 24:00.
    pub due_on: NaiveDate,
    /// For clock-hour periods the exact instant.
    pub due_at: Option<Instant>,
    /// 暂定: the holiday table of a year that the period touches is not known yet.
    pub provisional: bool,
    /// The last day was moved off a day off.
    pub rolled_from: Option<NaiveDate>,
    /// For working-day periods the days counted, first to last.
    pub counted: Vec<NaiveDate>,
    /// Version of the calendar used.
    pub calendar_version: String,
}

impl Due {
    /// 逾期 computed from the given now, never stored.
    #[must_use]
    pub fn overdue_at(&self, now: Instant) -> bool {
        match self.due_at {
            Some(at) => now > at,
            None => now.date_naive() > self.due_on,
        }
    }
}

/// The last day of `period` counted from `start`, whose own day is not counted.
///
/// # Errors
/// `DEADLINE-RANGE` when the date arithmetic leaves the representable range.
pub fn due(start: Instant, period: Period, calendar: &WorkCalendar) -> Result<Due, crate::Refusal> {
    let from = start.date_naive();
    let out_of_range = || crate::Refusal::new(TOO_FAR).with("from", from);
    let mut counted = Vec::new();
    let mut due_at = None;
    let mut rolled_from = None;
    let last = match period {
        Period::WorkingDays(n) => {
            let mut day = from;
            while counted.len() < n as usize {
                day = day.succ_opt().ok_or_else(out_of_range)?;
                if calendar.is_workday(day) {
                    counted.push(day);
                }
            }
            day
        }
        Period::CalendarDays(n) => from.checked_add_days(Days::new(u64::from(n))).ok_or_else(out_of_range)?,
        Period::Months(n) => from.checked_add_months(Months::new(n)).ok_or_else(out_of_range)?,
        Period::Years(n) => {
            let months = n.checked_mul(12).ok_or_else(out_of_range)?;
            from.checked_add_months(Months::new(months)).ok_or_else(out_of_range)?
        }
        Period::Hours(n) => {
            let at = start.checked_add_signed(TimeDelta::hours(i64::from(n))).ok_or_else(out_of_range)?;
            due_at = Some(at);
            at.date_naive()
        }
        Period::SameDayBy(time) => {
            due_at = from.and_time(time).and_local_timezone(start.timezone()).single();
            from
        }
    };
    let due_on = match period {
        Period::CalendarDays(_) | Period::Months(_) | Period::Years(_) => {
            let mut day = last;
            while !calendar.is_workday(day) {
                day = day.succ_opt().ok_or_else(out_of_range)?;
            }
            if day != last {
                rolled_from = Some(last);
            }
            day
        }
        _ => last,
    };
    let depends_on_calendar = !matches!(period, Period::Hours(_) | Period::SameDayBy(_));
    let provisional = depends_on_calendar
        && match period {
            // only the last days decide a calendar-day period
            Period::CalendarDays(_) | Period::Months(_) | Period::Years(_) => !calendar.knows(year(last)) || !calendar.knows(year(due_on)),
            _ => (year(from)..=year(due_on)).any(|y| !calendar.knows(y)) && counted.iter().any(|d| !calendar.knows(year(*d))),
        };
    Ok(Due { due_on, due_at, provisional, rolled_from, counted, calendar_version: calendar.version.clone() })
}

fn year(day: NaiveDate) -> i32 {
    chrono::Datelike::year(&day)
}
