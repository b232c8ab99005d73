//! 提醒 when whoever has a duty is reminded of its clock: at half of the period, at four fifths, and a working day before the last day. Always in working
//! hours of a working day: a message at midnight or on a holiday is read too late or not at all.

use chrono::{NaiveTime, TimeDelta};
use shiyan_foundation::{Instant, NaiveDate, WorkCalendar, day_of, labels, shanghai};

use crate::clock::Clock;

/// Working hours, in which a message is sent; those of days are sent when work begins.
const OPENS: (u32, u32) = (9, 0);
const SHUTS: (u32, u32) = (17, 0);

labels! {
    /// 提醒原因
    pub enum ReminderReason {
        Half = "half", "期限过半", "Half of the time has gone";
        FourFifths = "four_fifths", "期限已过八成", "Four fifths of the time have gone";
        DayBefore = "day_before", "距最后一日还有一个工作日", "One working day before the last day";
    }
}

/// 提醒 one message that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    /// When it is sent.
    pub at: Instant,
    /// Why.
    pub reason: ReminderReason,
}

/// 全部提醒 of a clock that runs, in order; where two fall together the later reason is the one that is said. Nobody is reminded of the window of somebody
/// else's right, of a time of keeping, nor of what stands still.
#[must_use]
pub fn reminders(clock: &Clock, cal: &WorkCalendar) -> Vec<Reminder> {
    if !clock.is_open() || clock.paused_since().is_some() || clock.rule.is_window() {
        return Vec::new();
    }
    let wanted = match (clock.due.due_at, &clock.extension) {
        (Some(ends), None) => of_hours(clock.started_at, ends, cal),
        _ => of_days(clock, cal),
    };
    let fits = |at: &Instant| *at > clock.started_at && *at < clock.ends_at();
    let mut out: Vec<Reminder> = wanted.into_iter().filter_map(|(at, reason)| Some(Reminder { at: at.filter(fits)?, reason })).collect();
    out.sort_by_key(|r| (r.at, std::cmp::Reverse(r.reason)));
    out.dedup_by_key(|r| r.at);
    out
}

/// 下一次提醒 the next message after a moment, e.g. after the last one that was sent; nothing when none is left.
#[must_use]
pub fn next_reminder(clock: &Clock, cal: &WorkCalendar, after: Instant) -> Option<Reminder> {
    reminders(clock, cal).into_iter().find(|r| r.at > after)
}

/// 来不及提醒 a duty that begins and ends outside working hours, e.g. 24 hours on a holiday: whoever has it is told when it begins, or never.
#[must_use]
pub fn must_be_told_at_once(clock: &Clock, cal: &WorkCalendar) -> bool {
    clock.is_open() && clock.paused_since().is_none() && !clock.rule.is_window() && reminders(clock, cal).is_empty()
}

type Wanted = [(Option<Instant>, ReminderReason); 3];

fn of_days(clock: &Clock, cal: &WorkCalendar) -> Wanted {
    let (start, last) = (day_of(clock.started_at), clock.effective_due_on());
    let still = clock.stood_still();
    // Where days are counted as working days only those are the time that goes by.
    let working = !clock.due.counted.is_empty();
    let days: Vec<NaiveDate> = start.iter_days().skip(1).take_while(|d| *d <= last).filter(|d| !still.holds(*d) && (!working || cal.is_workday(*d))).collect();
    let part = |of: usize, parts: usize| {
        let at = (days.len() * of).div_ceil(parts);
        let day = *days.get(at.checked_sub(1)?)?;
        // What falls on a rest day is said before it: after it there may be no time left.
        let day = if cal.is_workday(day) { Some(day) } else { cal.workday_before(day).filter(|d| *d > start).or_else(|| cal.workday_from(day)) };
        day.and_then(|day| at_time(day, OPENS))
    };
    let before = cal.workday_before(last).and_then(|day| at_time(day, OPENS));
    [(part(1, 2), ReminderReason::Half), (part(4, 5), ReminderReason::FourFifths), (before, ReminderReason::DayBefore)]
}

fn of_hours(start: Instant, ends: Instant, cal: &WorkCalendar) -> Wanted {
    let whole = (ends - start).num_minutes().max(0);
    let part = |of: i64, parts: i64| in_hours(start, start + TimeDelta::minutes(whole * of / parts), cal);
    // Hours know no last day: the working day before it would be no warning of theirs.
    [(part(1, 2), ReminderReason::Half), (part(4, 5), ReminderReason::FourFifths), (None, ReminderReason::DayBefore)]
}

/// A moment itself in working hours; else the last working moment before it that lies after the start, else the first one after it.
fn in_hours(start: Instant, at: Instant, cal: &WorkCalendar) -> Option<Instant> {
    let day = day_of(at);
    let (opens, shuts) = (at_time(day, OPENS)?, at_time(day, SHUTS)?);
    if cal.is_workday(day) && (opens..=shuts).contains(&at) {
        return Some(at);
    }
    let before = if cal.is_workday(day) && at > shuts { Some(day) } else { cal.workday_before(day) };
    let before = before.and_then(|day| at_time(day, SHUTS)).filter(|moment| *moment > start);
    before.or_else(|| {
        let after = if at < opens { day } else { day.succ_opt()? };
        at_time(cal.workday_from(after)?, OPENS)
    })
}

fn at_time(day: NaiveDate, (hour, minute): (u32, u32)) -> Option<Instant> {
    day.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?).and_local_timezone(shanghai()).single()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Extension, PauseReason, RuleKey, calendar, deadline_rules};
    use chrono::Timelike;
    use shiyan_foundation::Label;
    use shiyan_foundation::ids::{ClockId, UserId};
    use uuid::Uuid;

    fn at(text: &str) -> Instant {
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment").and_local_timezone(shanghai()).single().expect("an instant")
    }
    fn clock(rule: RuleKey, start: &str) -> Clock {
        Clock::start(ClockId(Uuid::nil()), rule, "case:1", at(start), calendar()).expect("in force")
    }
    fn told(clock: &Clock) -> Vec<String> {
        reminders(clock, calendar()).iter().map(|r| format!("{} {}", r.at.format("%m-%d %H:%M"), r.reason.code())).collect()
    }
    #[test]
    fn no_reminder_comes_at_midnight_on_a_rest_day_or_after_the_end() {
        let mut silent = std::collections::BTreeSet::new();
        for rule in deadline_rules() {
            let mut start = at("2025-01-01 00:00");
            while start < at("2026-10-01 00:00") {
                let clock = Clock::start(ClockId(Uuid::nil()), rule.key, "case:1", start, calendar()).expect("in force");
                let all = reminders(&clock, calendar());
                for r in &all {
                    assert!(calendar().is_workday(day_of(r.at)), "{:?} {start}: {r:?}", rule.key);
                    assert!((OPENS..=SHUTS).contains(&(r.at.hour(), r.at.minute())), "{:?} {start}: {r:?}", rule.key);
                    assert!(r.at > start && r.at < clock.ends_at(), "{:?} {start}: {r:?}", rule.key);
                }
                assert!(all.is_sorted_by(|a, b| a.at < b.at), "{all:?}");
                assert_eq!(next_reminder(&clock, calendar(), start), all.first().copied());
                assert_eq!(all.iter().filter_map(|r| next_reminder(&clock, calendar(), r.at)).count(), all.len().saturating_sub(1));
                // a duty of days is always told of in time: at the latest on the last day
                if all.is_empty() && !rule.key.is_window() {
                    silent.insert(rule.key);
                    assert!(must_be_told_at_once(&clock, calendar()));
                }
                start += TimeDelta::minutes(31 * 60 + 17);
            }
        }
        let hours = |key: &RuleKey| {
            matches!(
                crate::deadline_rule(*key, day_of(at("2026-01-01 00:00"))).map(|r| r.period),
                Ok(shiyan_foundation::Period::Hours(_) | shiyan_foundation::Period::SameDayBy(_))
            )
        };
        assert!(silent.iter().all(hours), "{silent:?}");
        assert!(silent.contains(&RuleKey::D05), "24 hours on a holiday have no working moment");
    }
    #[test]
    fn half_four_fifths_and_the_working_day_before_go_by_the_days_that_count() {
        // twenty working days from Monday 23 November 2026: 24 November is the first, 21 December the last
        assert_eq!(told(&clock(RuleKey::D02, "2026-11-23 10:00")), ["12-07 09:00 half", "12-15 09:00 four_fifths", "12-18 09:00 day_before"]);
        // five working days: 21 (the Sunday before is worked), 22, 23, 24
        assert_eq!(told(&clock(RuleKey::D06, "2026-09-18 10:00")), ["09-22 09:00 half", "09-23 09:00 day_before"]);
        // ninety days from 5 July end on Saturday 3 October and roll to Thursday the 8th; four fifths fall on a holiday and are told before it
        assert_eq!(told(&clock(RuleKey::D20, "2026-07-05 10:00")), ["08-21 09:00 half", "09-18 09:00 four_fifths", "09-30 09:00 day_before"]);
        // two working days: the first is half of them and the working day before, the second is the last
        assert_eq!(told(&clock(RuleKey::D04, "2026-03-02 10:00")), ["03-03 09:00 day_before", "03-04 09:00 four_fifths"]);
    }
    #[test]
    fn hours_are_told_in_working_hours_while_there_is_time() {
        assert_eq!(told(&clock(RuleKey::D05, "2026-03-04 10:00")), ["03-04 17:00 four_fifths"]);
        assert_eq!(told(&clock(RuleKey::D05, "2026-03-04 20:00")), ["03-05 09:00 half", "03-05 15:12 four_fifths"]);
        // over the weekend: Friday 16:00 to Monday 16:00
        assert_eq!(told(&clock(RuleKey::D37, "2026-03-06 16:00")), ["03-06 17:00 four_fifths"]);
        let holiday = clock(RuleKey::D05, "2026-10-01 10:00");
        assert!(told(&holiday).is_empty() && must_be_told_at_once(&holiday, calendar()));
    }
    #[test]
    fn what_stands_still_has_ended_or_is_a_right_reminds_nobody_and_an_extension_reminds_anew() {
        for rule in [RuleKey::D07, RuleKey::D15, RuleKey::D24, RuleKey::D27, RuleKey::D40] {
            let clock = clock(rule, "2026-03-02 10:00");
            assert!(told(&clock).is_empty() && !must_be_told_at_once(&clock, calendar()), "{rule:?}");
        }
        let by = UserId(Uuid::nil());
        let mut paused = clock(RuleKey::D31, "2026-03-02 10:00");
        let before = told(&paused);
        paused.pause(PauseReason::Testing, at("2026-03-05 10:00"), "送检", by, at("2026-03-05 10:00")).expect("by law");
        assert!(told(&paused).is_empty() && !must_be_told_at_once(&paused, calendar()));
        paused.resume(PauseReason::Testing, at("2026-03-10 10:00"), "报告", at("2026-03-10 10:00"), calendar()).expect("paused");
        // three working days were lost: everything comes three working days later
        assert_eq!(before, ["03-12 09:00 half", "03-18 09:00 four_fifths", "03-20 09:00 day_before"]);
        assert_eq!(told(&paused), ["03-17 09:00 half", "03-23 09:00 four_fifths", "03-25 09:00 day_before"]);
        let mut longer = clock(RuleKey::D20, "2026-08-25 10:00");
        let extension = Extension { new_due_on: "2026-12-23".parse().expect("a date"), approved_by: by, reason: "待复检".into() };
        longer.extend_by_law(extension, "审批表", at("2026-11-20 10:00"), calendar()).expect("later");
        assert_eq!(
            next_reminder(&longer, calendar(), at("2026-11-20 10:00")).map(|r| (day_of(r.at).to_string(), r.reason)),
            Some(("2026-11-27".into(), ReminderReason::FourFifths))
        );
        longer.stop(at("2026-11-25 10:00")).expect("open");
        assert!(told(&longer).is_empty());
    }
}
