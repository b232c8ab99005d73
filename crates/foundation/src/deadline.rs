//! Deadline arithmetic 期限计算 (民法典 arts 201, 203): the start day is not counted; working days follow the calendar; a
//! calendar-day period that ends on a day off moves to the next working day; hours run through nights and holidays.

use chrono::{Days, Months, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::{Instant, Refusal, WorkCalendar, codes, shanghai};

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
            None => day_of(now) > self.due_on,
        }
    }
}

/// 不计入期限的日子 the days on which a period stands still. A pause is counted as the law counts: the day on which it begins still belongs to the period, the
/// day on which it ends belongs to the pause. Causes that overlap are one standstill, and the order in which they came changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standstill {
    /// `(after, through]`, in order, none touching the next.
    spans: Vec<(NaiveDate, NaiveDate)>,
}

impl Standstill {
    /// Nothing stands still.
    #[must_use]
    pub const fn none() -> Self {
        Self { spans: Vec::new() }
    }
    /// Of pauses from a day to a day; what begins and ends on one day is none.
    #[must_use]
    pub fn of(pauses: impl IntoIterator<Item = (NaiveDate, NaiveDate)>) -> Self {
        let mut all: Vec<(NaiveDate, NaiveDate)> = pauses.into_iter().filter(|(after, through)| after < through).collect();
        all.sort_unstable();
        let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::with_capacity(all.len());
        for (after, through) in all {
            match spans.last_mut() {
                Some(last) if after <= last.1 => last.1 = last.1.max(through),
                _ => spans.push((after, through)),
            }
        }
        Self { spans }
    }
    /// 是否中止 whether that day does not count.
    #[must_use]
    pub fn holds(&self, day: NaiveDate) -> bool {
        let at = self.spans.partition_point(|(_, through)| *through < day);
        self.spans.get(at).is_some_and(|(after, _)| *after < day)
    }
    /// The stretches, each from its first day that does not count to its last.
    pub fn stretches(&self) -> impl Iterator<Item = (NaiveDate, NaiveDate)> + '_ {
        self.spans.iter().filter_map(|(after, through)| Some((after.succ_opt()?, *through)))
    }
    /// Nothing stands still.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

/// 日期 the day of an instant where the law counts, whatever zone it was written in.
#[must_use]
pub fn day_of(at: Instant) -> NaiveDate {
    at.with_timezone(&shanghai()).date_naive()
}

/// The last day of `period` counted from `start`, whose own day is not counted.
///
/// # Errors
/// `DEADLINE-RANGE` when the date arithmetic leaves the representable range.
pub fn due(start: Instant, period: Period, calendar: &WorkCalendar) -> Result<Due, Refusal> {
    due_with(start, period, &Standstill::none(), calendar)
}

/// The same where days stood still: a day of a pause is none of the period, and a period never ends on one. Hours know no pause: no rule of hours has one.
///
/// # Errors
/// `DEADLINE-RANGE` when the date arithmetic leaves the representable range.
pub fn due_with(start: Instant, period: Period, still: &Standstill, calendar: &WorkCalendar) -> Result<Due, Refusal> {
    let from = day_of(start);
    let out_of_range = || Refusal::new(TOO_FAR).with("from", from);
    let mut due = Due { due_on: from, due_at: None, provisional: false, rolled_from: None, counted: Vec::new(), calendar_version: calendar.version.clone() };
    let whole_days = |last: Option<NaiveDate>| last.map(|l| (l - from).num_days()).ok_or_else(out_of_range);
    let months = |n: u32| from.checked_add_months(Months::new(n));
    let days = match period {
        Period::WorkingDays(n) => {
            let mut day = from;
            while due.counted.len() < n as usize {
                day = day.succ_opt().ok_or_else(out_of_range)?;
                if still.holds(day) {
                    continue;
                }
                due.provisional |= !calendar.settles(day);
                if calendar.is_workday(day) {
                    due.counted.push(day);
                }
            }
            due.due_on = day;
            return Ok(due);
        }
        Period::Hours(n) => {
            let at = start.checked_add_signed(TimeDelta::hours(i64::from(n))).ok_or_else(out_of_range)?;
            return Ok(Due { due_on: day_of(at), due_at: Some(at), ..due });
        }
        Period::SameDayBy(time) => {
            let at = from.and_time(time).and_local_timezone(shanghai()).single();
            return Ok(Due { due_at: at, ..due });
        }
        Period::CalendarDays(n) => whole_days(from.checked_add_days(Days::new(u64::from(n))))?,
        Period::Months(n) => whole_days(months(n))?,
        Period::Years(n) => whole_days(n.checked_mul(12).and_then(months))?,
    };
    let mut last = from;
    let mut left = days;
    while left > 0 {
        last = last.succ_opt().ok_or_else(out_of_range)?;
        left -= i64::from(!still.holds(last));
    }
    // Only the last days decide: a rest day, or a day of a pause, is not the end of a period.
    let mut day = last;
    due.provisional = !calendar.settles(day);
    while still.holds(day) || !calendar.is_workday(day) {
        day = day.succ_opt().ok_or_else(out_of_range)?;
        due.provisional |= !calendar.settles(day) && !still.holds(day);
    }
    due.rolled_from = (day != last).then_some(last);
    due.due_on = day;
    Ok(due)
}
