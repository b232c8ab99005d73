//! Clocks and the calendar against a slow model that shares nothing with them: its own days, its own weekdays, its own reading of the notices; against two
//! calendar libraries whose answers stand in `data/working_days.csv`; and the faults that other systems have, each by its name.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, TimeDelta};
use shiyan_foundation::deadline::{due, due_with};
use shiyan_foundation::ids::{ClockId, UserId};
use shiyan_foundation::{Instant, NaiveDate, Period, Standstill, WorkCalendar, day_of, shanghai};
use shiyan_statute::{Clock, ClockState, Extension, PauseReason, RuleKey, by_nearness, calendar, deadline_rule, nearest, recounted};
use uuid::Uuid;

// ---------------------------------------------------------------- the slow model

/// A day as its number since 1970-01-01, worked out by counting.
fn number(year: i64, month: i64, day: i64) -> i64 {
    let leap = |y: i64| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    let lengths = |y: i64| [31, if leap(y) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    years + lengths(year)[..(month - 1) as usize].iter().sum::<i64>() + day - 1
}
fn length(year: i64, month: i64) -> i64 {
    if month == 12 { 31 } else { number(year, month + 1, 1) - number(year, month, 1) }
}
fn num(day: NaiveDate) -> i64 {
    number(i64::from(day.year()), i64::from(day.month()), i64::from(day.day()))
}

struct Model {
    off: BTreeSet<i64>,
    work: BTreeSet<i64>,
}
impl Model {
    fn of(cal: &WorkCalendar) -> Self {
        Self { off: cal.off.iter().map(|d| num(*d)).collect(), work: cal.work.iter().map(|d| num(*d)).collect() }
    }
    /// From the file itself, line by line.
    fn shipped() -> Self {
        let mut model = Self { off: BTreeSet::new(), work: BTreeSet::new() };
        for line in include_str!("../data/holidays.csv").lines().filter(|l| l.starts_with("20")) {
            let cells: Vec<&str> = line.split(',').collect();
            let parts: Vec<i64> = cells[0].split('-').map(|p| p.parse().unwrap()).collect();
            let day = number(parts[0], parts[1], parts[2]);
            if cells[2] == "OFF" {
                model.off.insert(day)
            } else {
                model.work.insert(day)
            };
        }
        model
    }
    fn works(&self, day: i64) -> bool {
        // 1970-01-01 was a Thursday
        let weekend = matches!((day + 3) % 7, 5 | 6);
        self.work.contains(&day) || (!weekend && !self.off.contains(&day))
    }
    /// Day after day; what a pause holds is struck out.
    fn last(&self, start: NaiveDate, period: Period, pauses: &[(NaiveDate, NaiveDate)]) -> i64 {
        let mut struck = BTreeSet::new();
        for (from, until) in pauses {
            let mut day = num(*from);
            while day < num(*until) {
                day += 1;
                struck.insert(day);
            }
        }
        let from = num(start);
        let months = |n: i64| {
            let (mut y, mut m) = (i64::from(start.year()), i64::from(start.month()));
            for _ in 0..n {
                (y, m) = if m == 12 { (y + 1, 1) } else { (y, m + 1) };
            }
            number(y, m, i64::from(start.day()).min(length(y, m))) - from
        };
        let (mut left, working) = match period {
            Period::WorkingDays(n) => (i64::from(n), true),
            Period::CalendarDays(n) => (i64::from(n), false),
            Period::Months(n) => (months(i64::from(n)), false),
            Period::Years(n) => (months(12 * i64::from(n)), false),
            _ => panic!("hours have no days"),
        };
        let mut day = from;
        while left > 0 {
            day += 1;
            if !struck.contains(&day) && (!working || self.works(day)) {
                left -= 1;
            }
        }
        while !working && (struck.contains(&day) || !self.works(day)) {
            day += 1;
        }
        day
    }
}

/// A small generator: the same cases every time.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
    fn moment(&mut self, from: Instant, days: u64) -> Instant {
        let day = from + TimeDelta::days(self.roll(days) as i64);
        let minute = match self.roll(4) {
            0 => 0,
            1 => 23 * 60 + 59,
            _ => self.roll(24 * 60) as i64,
        };
        at(&format!("{} 00:00", day_of(day))) + TimeDelta::minutes(minute)
    }
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.roll(i as u64 + 1) as usize);
        }
    }
    fn period(&mut self) -> Period {
        match self.roll(5) {
            0 | 1 => Period::WorkingDays(1 + self.roll(60) as u32),
            2 => Period::CalendarDays(1 + self.roll(120) as u32),
            3 => Period::Months(1 + self.roll(8) as u32),
            _ => Period::Years(1 + self.roll(2) as u32),
        }
    }
    /// Pauses around a start: before it, across midnights, weekends and holidays, one within another, some of no length.
    fn pauses(&mut self, start: Instant) -> Vec<(NaiveDate, NaiveDate)> {
        let before = start - TimeDelta::days(15);
        (0..self.roll(6))
            .map(|_| {
                let from = self.moment(before, 150);
                let long = match self.roll(4) {
                    0 => 0,
                    1 => self.roll(3 * 24 * 60),
                    _ => self.roll(40 * 24 * 60),
                };
                (day_of(from), day_of(from + TimeDelta::minutes(long as i64)))
            })
            .collect()
    }
}

fn at(text: &str) -> Instant {
    chrono::NaiveDateTime::parse_from_str(&format!("{text}:00"), "%Y-%m-%d %H:%M:%S").unwrap().and_local_timezone(shanghai()).unwrap()
}
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn days(list: &[&str]) -> BTreeSet<NaiveDate> {
    list.iter().map(|d| day(d)).collect()
}
fn clock(rule: RuleKey, start: &str) -> Clock {
    Clock::start(ClockId(Uuid::nil()), rule, "case:1", at(start), calendar()).unwrap()
}
const BY: UserId = UserId(Uuid::nil());

/// The years up to one, as it was before the notice of the next came.
fn until(year: i32) -> WorkCalendar {
    let cal = calendar();
    let keep = |set: &BTreeSet<NaiveDate>| set.iter().copied().filter(|d| d.year() <= year).collect();
    WorkCalendar {
        version: format!("until {year}"),
        years: cal.years.iter().copied().filter(|y| *y <= year).collect(),
        off: keep(&cal.off),
        work: keep(&cal.work),
    }
}
/// A notice of 2027 that was made up: it reaches back to the end of 2026.
fn with_2027() -> WorkCalendar {
    let mut cal = calendar().clone();
    cal.version = "cn-2026.1+2027r0".into();
    cal.years.insert(2027);
    cal.off.extend(days(&["2026-12-31", "2027-01-01", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11"]));
    cal.work.extend(days(&["2026-12-29", "2027-01-31", "2027-02-14"]));
    cal.off.remove(&day("2026-12-29"));
    cal
}

// ---------------------------------------------------------------- properties

#[test]
fn ten_thousand_periods_with_pauses_end_where_the_slow_model_ends_them() {
    let (model, mut dice, mut ended_on_roll, mut held) = (Model::shipped(), Dice(20_261_130), 0, 0);
    assert_eq!((&model.off, &model.work), (&Model::of(calendar()).off, &Model::of(calendar()).work));
    for case in 0..10_000 {
        let start = dice.moment(at("2023-01-01 00:00"), 1_200);
        let (period, pauses) = (dice.period(), dice.pauses(start));
        let due = due_with(start, period, &Standstill::of(pauses.clone()), calendar()).unwrap();
        assert_eq!(num(due.due_on), model.last(day_of(start), period, &pauses), "{case}: {start} {period:?} {pauses:?}");
        ended_on_roll += usize::from(due.rolled_from.is_some());
        held += usize::from(due.due_on != due_with(start, period, &Standstill::none(), calendar()).unwrap().due_on);
    }
    assert!(ended_on_roll > 500 && held > 3_000, "{ended_on_roll} {held}");
}

#[test]
fn pauses_commute_overlapping_causes_count_once_and_those_of_no_length_change_nothing() {
    let mut dice = Dice(7);
    for case in 0..10_000 {
        let start = dice.moment(at("2023-01-01 00:00"), 1_200);
        let (period, mut pauses) = (dice.period(), dice.pauses(start));
        let once = due_with(start, period, &Standstill::of(pauses.clone()), calendar()).unwrap();
        // in another order, some twice, some cut in two that overlap, and more of no length
        for (from, until) in pauses.clone() {
            let middle = from + TimeDelta::days(dice.roll(((until - from).num_days() + 1) as u64) as i64);
            match dice.roll(4) {
                0 => pauses.push((from, until)),
                1 => pauses.extend([(from, middle), (middle, until)]),
                2 => pauses.push((middle, until)),
                _ => pauses.push((middle, middle)),
            }
        }
        dice.shuffle(&mut pauses);
        assert_eq!(due_with(start, period, &Standstill::of(pauses.clone()), calendar()).unwrap(), once, "{case}: {start} {period:?} {pauses:?}");
        // a pause never brings a day forward, and no day of it is the last
        assert!(once.due_on >= due(start, period, calendar()).unwrap().due_on);
        assert!(!Standstill::of(pauses).holds(once.due_on));
    }
}

#[test]
fn pauses_of_a_clock_commute_whatever_the_order_in_which_they_are_registered() {
    let mut dice = Dice(99);
    let reasons = [PauseReason::Testing, PauseReason::Hearing, PauseReason::PublicNotice, PauseReason::Halted];
    for case in 0..2_000 {
        let start = dice.moment(at("2024-01-01 00:00"), 700);
        let now = start + TimeDelta::days(80);
        let mut events: Vec<(PauseReason, Instant, Instant)> = reasons
            .iter()
            .take(1 + dice.roll(4) as usize)
            .map(|reason| {
                let from = start + TimeDelta::minutes(dice.roll(40 * 24 * 60) as i64);
                (*reason, from, (from + TimeDelta::minutes(dice.roll(30 * 24 * 60) as i64)).min(now))
            })
            .collect();
        let run = |events: &[(PauseReason, Instant, Instant)]| {
            let mut clock = Clock::start(ClockId(Uuid::nil()), RuleKey::D32, "case:1", start, calendar()).unwrap();
            for (reason, from, until) in events {
                clock.pause(*reason, *from, "送检通知书", BY, now).unwrap();
                clock.resume(*reason, *until, "检验报告", now, calendar()).unwrap();
            }
            clock.due
        };
        let one = run(&events);
        dice.shuffle(&mut events);
        assert_eq!(run(&events), one, "{case}");
        let pauses: Vec<_> = events.iter().map(|(_, from, until)| (day_of(*from), day_of(*until))).collect();
        assert_eq!(num(one.due_on), Model::shipped().last(day_of(start), Period::CalendarDays(90), &pauses), "{case} {events:?}");
    }
}

#[test]
fn hour_clocks_never_sleep() {
    let mut dice = Dice(3);
    for _ in 0..10_000 {
        let start = dice.moment(at("2023-01-01 00:00"), 1_400);
        let (n, pauses) = (1 + dice.roll(72) as u32, dice.pauses(start));
        let due = due_with(start, Period::Hours(n), &Standstill::of(pauses), calendar()).unwrap();
        assert_eq!((due.due_at.unwrap() - start).num_minutes(), i64::from(n) * 60);
        assert!(!due.provisional && due.rolled_from.is_none());
    }
    for rule in [RuleKey::D05, RuleKey::D28, RuleKey::D34, RuleKey::D34B, RuleKey::D34C, RuleKey::D36, RuleKey::D37] {
        let mut clock = clock(rule, "2026-09-30 17:30");
        for reason in [PauseReason::Recheck, PauseReason::Testing, PauseReason::Consultation] {
            assert_eq!(clock.pause(reason, at("2026-09-30 18:00"), "函", BY, at("2026-09-30 18:00")).unwrap_err().code(), "CLOCK-NO-PAUSE", "{rule:?}");
        }
    }
}

#[test]
fn a_year_that_is_added_changes_no_earlier_answer() {
    let mut dice = Dice(11);
    let (mut firm, mut moved) = (0, 0);
    for (less, more) in [(until(2023), until(2024)), (until(2024), until(2025)), (until(2025), calendar().clone()), (calendar().clone(), with_2027())] {
        for _ in 0..2_500 {
            let last = less.years.last().copied().unwrap();
            let start = dice.moment(at(&format!("{last}-01-01 00:00")), 364);
            let (period, pauses) = (dice.period(), Standstill::of(dice.pauses(start)));
            let (before, after) = (due_with(start, period, &pauses, &less).unwrap(), due_with(start, period, &pauses, &more).unwrap());
            if before.provisional {
                moved += usize::from(before.due_on != after.due_on);
                continue;
            }
            firm += 1;
            assert_eq!((before.due_on, before.counted, after.provisional), (after.due_on, after.counted, false), "{start} {period:?}");
        }
    }
    assert!(firm > 2_000 && moved > 200, "{firm} {moved}");
}

#[test]
fn an_extension_moves_by_the_days_that_stood_still_after_it() {
    let mut dice = Dice(5);
    let (model, mut later) = (Model::shipped(), 0);
    for case in 0..2_000 {
        let start = dice.moment(at("2024-01-01 00:00"), 500);
        let mut clock = Clock::start(ClockId(Uuid::nil()), RuleKey::D32, "case:1", start, calendar()).unwrap();
        let early = start + TimeDelta::days(1 + dice.roll(20) as i64);
        clock.pause(PauseReason::Testing, start, "送检通知书", BY, early).unwrap();
        clock.resume(PauseReason::Testing, early, "检验报告", early, calendar()).unwrap();
        let to = clock.due.due_on + TimeDelta::days(1 + dice.roll(20) as i64);
        let extension = Extension { new_due_on: to, approved_by: BY, reason: "案情复杂".into() };
        clock.extend_by_law(extension, "延长审批表", early, calendar()).unwrap();
        assert_eq!(clock.effective_due_on(), to, "the pause before it was counted already");
        let from = early + TimeDelta::days(dice.roll(70) as i64);
        let until = from + TimeDelta::days(dice.roll(90) as i64);
        clock.pause(PauseReason::Hearing, from, "听证通知书", BY, from).unwrap();
        clock.resume(PauseReason::Hearing, until, "听证报告", until, calendar()).unwrap();
        // by hand: as many days as were struck out before the end, until no more are struck out
        let held = |d: i64| num(day_of(from)) < d && d <= num(day_of(until));
        let mut end = num(to);
        loop {
            let lost = (num(day_of(from))..=end).filter(|d| held(*d)).count() as i64;
            if num(to) + lost == end {
                break;
            }
            end = num(to) + lost;
        }
        let struck = end != num(to);
        while struck && (held(end) || !model.works(end)) {
            end += 1;
        }
        later += usize::from(struck);
        assert_eq!(num(clock.effective_due_on()), end.max(num(clock.due.due_on)), "{case}: {start} to {to}, {from} {until}");
    }
    assert!(later > 500, "{later}");
}

#[test]
fn importing_a_year_recounts_what_runs_and_gives_before_and_after_of_each_that_moved() {
    let start = |n: u128, rule, from: &str| Clock::start(ClockId(Uuid::from_u128(n)), rule, "case:1", at(from), &until(2025)).unwrap();
    let long = start(1, RuleKey::D02, "2025-12-22 09:00");
    let short = start(2, RuleKey::D04, "2025-12-22 09:00");
    let hours = start(3, RuleKey::D05, "2025-12-31 09:00");
    let mut stopped = start(4, RuleKey::D02, "2025-12-22 09:00");
    stopped.stop(at("2026-01-20 09:00")).unwrap();
    let mut cancelled = start(5, RuleKey::D02, "2025-12-22 09:00");
    cancelled.cancel().unwrap();
    let mut waiting = start(6, RuleKey::D19, "2025-12-22 09:00");
    waiting.pause(PauseReason::Consultation, at("2025-12-24 09:00"), "商请函", BY, at("2025-12-24 09:00")).unwrap();
    // the 30th was not certain before, and stays
    let settled = start(7, RuleKey::D04, "2025-12-26 09:00");
    let all = [long.clone(), short.clone(), hours, stopped.clone(), cancelled, waiting.clone(), settled];
    let moved = recounted(&all, calendar()).unwrap();
    let told: Vec<(u128, &str, String, String, bool, bool)> = moved
        .iter()
        .map(|m| {
            (
                m.after.id.0.as_u128(),
                m.after.rule.zh(),
                m.before.effective_due_on().to_string(),
                m.after.effective_due_on().to_string(),
                m.before.due.provisional,
                m.after.due.provisional,
            )
        })
        .collect();
    // 1 and 2 January 2026 are off, Sunday the 4th is worked
    assert_eq!(
        told,
        [
            (7, "不合格结论报告", "2025-12-30".into(), "2025-12-30".into(), true, false),
            (1, "出具检验报告", "2026-01-19".into(), "2026-01-20".into(), true, false),
            (6, "其他异议审核完成", "2026-02-02".into(), "2026-02-03".into(), true, false)
        ]
    );
    assert_eq!(moved[2].after.pauses, waiting.pauses, "its pause goes on");
    assert_eq!(moved[1].after.due.calendar_version, calendar().version);
    assert!(recounted(&moved.iter().map(|m| m.after.clone()).collect::<Vec<_>>(), calendar()).unwrap().is_empty(), "a second import moves nothing");
    assert_eq!((stopped.recount(calendar()).unwrap(), stopped.state_in(at("2026-03-01 09:00"), calendar())), (stopped.clone(), ClockState::Late));
}

use shiyan_foundation::Label;

// ---------------------------------------------------------------- two libraries

#[test]
fn every_start_from_2024_and_one_to_ninety_working_days_ends_where_two_libraries_end_it() {
    let mut libraries: BTreeMap<&str, Vec<NaiveDate>> = BTreeMap::new();
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    for line in include_str!("data/working_days.csv").lines().filter(|l| !l.starts_with('#')).skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        for (i, sign) in cells[3].chars().enumerate() {
            *all.entry(cells[0]).or_default() += 1;
            if sign == '1' {
                libraries.entry(cells[0]).or_default().push(day(&format!("{}-{:02}", cells[2], i + 1)));
            }
        }
    }
    assert_eq!(all.into_iter().collect::<Vec<_>>(), [("chinesecalendar", 1_096), ("holidays", 1_096)]);
    let (mut counted, last) = (0, day("2026-12-31"));
    for start in day("2024-01-01").iter_days().take_while(|d| *d <= last) {
        let begins = at(&format!("{start} 09:00"));
        for n in 1..=90 {
            let ours = due(begins, Period::WorkingDays(n as u32), calendar()).unwrap().due_on;
            for (library, working) in &libraries {
                let theirs = working.get(working.partition_point(|d| *d <= start) + n - 1);
                assert_eq!(Some(&ours).filter(|d| **d <= last), theirs, "{library}: {start} + {n}");
                counted += usize::from(theirs.is_some());
            }
            if ours > last {
                break;
            }
        }
    }
    // 747 working days in the three years: every start has 90 of them before it, but for the last months
    assert_eq!(libraries.values().map(Vec::len).collect::<Vec<_>>(), [747, 747]);
    assert!(counted > 185_000, "{counted}");
}

// ---------------------------------------------------------------- faults of other systems

#[test]
fn a_weekend_inside_a_pause_is_not_counted_twice() {
    // D19 from Monday 2 March 2026: thirty working days end on 14 April (4 to 6 April are off, the 6th a Monday).
    let mut clock = clock(RuleKey::D19, "2026-03-02 09:00");
    assert_eq!(clock.effective_due_on(), day("2026-04-14"));
    // Thursday 5 to Tuesday 10 March: Friday, Monday and Tuesday are lost, the weekend was never counted.
    clock.pause(PauseReason::Consultation, at("2026-03-05 10:00"), "商请函〔2026〕3号", BY, at("2026-03-05 10:00")).unwrap();
    clock.resume(PauseReason::Consultation, at("2026-03-10 16:00"), "复函", at("2026-03-10 16:00"), calendar()).unwrap();
    assert_eq!(clock.effective_due_on(), day("2026-04-17"));
}

#[test]
fn a_pause_is_not_lost_when_the_rule_changes() {
    let mut clock = clock(RuleKey::D19, "2026-03-02 09:00");
    clock.pause(PauseReason::Consultation, at("2026-03-05 10:00"), "商请函", BY, at("2026-03-05 10:00")).unwrap();
    clock.resume(PauseReason::Consultation, at("2026-03-10 16:00"), "复函", at("2026-03-10 16:00"), calendar()).unwrap();
    clock.pause(PauseReason::Consultation, at("2026-03-20 10:00"), "再次商请函", BY, at("2026-03-20 10:00")).unwrap();
    let mut mended = deadline_rule(RuleKey::D19, day("2026-03-02")).unwrap().clone();
    (mended.version, mended.period) = (2, Period::WorkingDays(20));
    let after = clock.recount_by(&mended, calendar()).unwrap();
    assert_eq!((after.rule_version, &after.pauses, after.state_in(at("2026-09-01 09:00"), calendar())), (2, &clock.pauses, ClockState::Suspended));
    // twenty working days end on 30 March; three were lost
    assert_eq!(after.effective_due_on(), day("2026-04-02"));
}

#[test]
fn a_pause_is_added_to_the_time_that_is_left_and_not_to_the_creation() {
    // What is counted from the creation plus the pause alone would end two days after the start.
    let mut clock = clock(RuleKey::D31, "2026-03-02 09:00");
    let before = clock.effective_due_on();
    clock.pause(PauseReason::Testing, at("2026-03-17 09:00"), "送检", BY, at("2026-03-17 09:00")).unwrap();
    clock.resume(PauseReason::Testing, at("2026-03-19 09:00"), "检验报告", at("2026-03-19 09:00"), calendar()).unwrap();
    assert_eq!((before, clock.effective_due_on()), (day("2026-03-23"), day("2026-03-25")));
    assert_eq!(clock.started_at, at("2026-03-02 09:00"), "the start stays as it was");
    assert_eq!(clock.due.counted.len(), 15);
}

#[test]
fn a_change_of_the_calendar_reaches_open_cases() {
    let clock = Clock::start(ClockId(Uuid::nil()), RuleKey::D06, "case:1", at("2025-12-31 09:00"), &until(2025)).unwrap();
    assert_eq!((clock.effective_due_on(), clock.due.provisional), (day("2026-01-07"), true));
    // 1 and 2 January are off and Sunday the 4th is worked: the same five days end on the 8th
    let moved = recounted([&clock], calendar()).unwrap();
    assert_eq!(moved.iter().map(|m| (m.after.effective_due_on(), m.after.due.provisional)).collect::<Vec<_>>(), [(day("2026-01-08"), false)]);
}

#[test]
fn a_later_clock_never_hides_a_nearer_one() {
    let of = |n: u128, rule, start: &str| Clock::start(ClockId(Uuid::from_u128(n)), rule, "case:1", at(start), calendar()).unwrap();
    let disposal = of(1, RuleKey::D20, "2026-03-02 09:00");
    let service = of(2, RuleKey::D06, "2026-03-03 09:00"); // 10 March, the end of the day
    let report = of(3, RuleKey::D37, "2026-03-07 10:00"); // 10 March, 10:00
    let right = of(4, RuleKey::D07, "2026-02-25 09:00"); // the window of a right ends sooner
    let keep = of(5, RuleKey::D25, "2025-09-03 09:00");
    let mut waiting = of(6, RuleKey::D31, "2026-02-11 09:00");
    waiting.pause(PauseReason::Recheck, at("2026-02-12 09:00"), "复检受理通知书", BY, at("2026-02-12 09:00")).unwrap();
    let mut met = of(7, RuleKey::D04, "2026-03-02 09:00");
    met.stop(at("2026-03-02 17:00")).unwrap();
    let mut all = vec![disposal, service, report, right, keep, waiting, met];
    let mut dice = Dice(1);
    for _ in 0..200 {
        dice.shuffle(&mut all);
        let order: Vec<RuleKey> = by_nearness(&all).iter().map(|c| c.rule).collect();
        assert_eq!(order, [RuleKey::D37, RuleKey::D06, RuleKey::D20, RuleKey::D31, RuleKey::D07]);
        assert_eq!(nearest(&all).map(|c| c.rule), Some(RuleKey::D37));
    }
    assert!(nearest([]).is_none());
}

#[test]
fn no_minute_is_lost_at_midnight() {
    let clock = clock(RuleKey::D06, "2026-09-18 09:00"); // due 24 September, 24:00
    let last = at("2026-09-25 00:00") - TimeDelta::milliseconds(1);
    for (moment, state) in [(at("2026-09-24 23:59"), ClockState::DueSoon), (last, ClockState::DueSoon), (at("2026-09-25 00:00"), ClockState::Overdue)] {
        assert_eq!(clock.state_in(moment, calendar()), state, "{moment}");
        // the same moment, written in another zone, is the same moment
        let utc = moment.with_timezone(&chrono::FixedOffset::east_opt(0).unwrap());
        assert_eq!(clock.state_in(utc, calendar()), state, "{utc}");
    }
    assert_eq!(clock.ends_at(), at("2026-09-25 00:00"));
    let started = |moment: Instant| due(moment, Period::WorkingDays(5), calendar()).unwrap().due_on;
    let midnight = at("2026-09-18 00:00");
    assert_eq!(started(midnight), started(midnight.with_timezone(&chrono::FixedOffset::east_opt(0).unwrap())), "16:00 of the day before in Greenwich");
    assert_eq!(started(midnight - TimeDelta::minutes(1)), day("2026-09-23"), "a minute earlier it was the day before");
    // hours run to the same minute, midnight or not
    let hours = due(at("2026-09-18 00:00"), Period::Hours(24), calendar()).unwrap();
    assert_eq!((hours.due_at, hours.due_on), (Some(at("2026-09-19 00:00")), day("2026-09-19")));
}

#[test]
fn what_is_overdue_is_saved_neither_by_a_pause_nor_by_an_extension() {
    let mut clock = clock(RuleKey::D31, "2026-03-02 09:00"); // due 23 March
    let late = at("2026-03-24 09:00");
    assert_eq!(clock.pause(PauseReason::Testing, at("2026-03-10 09:00"), "补办送检", BY, late).unwrap_err().code(), "CLOCK-PAUSE-LATE");
    let longer = |to: &str| Extension { new_due_on: day(to), approved_by: BY, reason: "案情复杂".into() };
    assert_eq!(clock.extend_by_law(longer("2026-04-01"), "审批表", late, calendar()).unwrap_err().code(), "CLOCK-EXTENSION-LATE");
    let now = at("2026-03-20 09:00");
    assert_eq!(clock.extend_by_law(longer("2026-04-01"), " ", now, calendar()).unwrap_err().code(), "CLOCK-PAPER");
    // fifteen working days more end on 14 April
    assert_eq!(clock.extend_by_law(longer("2026-04-15"), "审批表", now, calendar()).unwrap_err().code(), "CLOCK-EXTENSION-LONG");
    clock.extend_by_law(longer("2026-04-14"), "审批表", now, calendar()).unwrap();
    assert_eq!((clock.effective_due_on(), clock.grant.as_ref().map(|g| g.paper.as_str())), (day("2026-04-14"), Some("审批表")));
    let mut right = self::clock(RuleKey::D07, "2026-03-02 09:00");
    assert_eq!(right.extend_by_law(longer("2026-04-14"), "审批表", now, calendar()).unwrap_err().code(), "CLOCK-NO-EXTENSION");
    let mut disposal = self::clock(RuleKey::D20, "2026-03-02 09:00");
    assert_eq!(disposal.pause(PauseReason::Recheck, now, "复检受理通知书", BY, now).unwrap_err().code(), "CLOCK-NO-PAUSE", "disposal runs on");
}

#[test]
fn the_body_of_a_recheck_is_fixed_five_working_days_later_at_most() {
    let mut clock = clock(RuleKey::D09, "2026-09-24 09:00");
    let longer = Extension {
        new_due_on: Clock::start(ClockId(Uuid::nil()), RuleKey::D09X, "", at("2026-09-24 09:00"), calendar()).unwrap().effective_due_on(),
        approved_by: BY,
        reason: "名录内机构均在外地".into(),
    };
    let beyond = Extension { new_due_on: longer.new_due_on.succ_opt().unwrap(), ..longer.clone() };
    let now = at("2026-09-28 09:00");
    assert_eq!(clock.extend_by_law(beyond, "审批表", now, calendar()).unwrap_err().code(), "CLOCK-EXTENSION-LONG");
    clock.extend_by_law(longer, "审批表", now, calendar()).unwrap();
}

#[test]
fn a_paused_clock_stands_as_it_stood_and_goes_on_where_it_was() {
    let mut clock = clock(RuleKey::D19, "2026-03-02 09:00"); // 14 April
    let since = at("2026-04-14 23:00");
    clock.pause(PauseReason::Consultation, since, "商请函", BY, since).unwrap();
    assert_eq!(clock.pause(PauseReason::Consultation, since, "商请函", BY, since).unwrap_err().code(), "CLOCK-PAUSED");
    assert_eq!(clock.resume(PauseReason::Testing, since, "复函", since, calendar()).unwrap_err().code(), "CLOCK-NOT-PAUSED");
    for moment in ["2026-04-15 00:00", "2026-09-01 09:00"] {
        assert_eq!(clock.state_in(at(moment), calendar()), ClockState::Suspended, "{moment}");
    }
    assert_eq!(
        clock.resume(PauseReason::Consultation, at("2026-05-07 09:00"), "复函", at("2026-05-06 09:00"), calendar()).unwrap_err().code(),
        "CLOCK-PAUSE-TIME"
    );
    // The answer came on 6 May; the last day had been reached when the question was sent, so that nothing was left.
    clock.resume(PauseReason::Consultation, at("2026-05-06 09:00"), "复函", at("2026-05-06 09:00"), calendar()).unwrap();
    assert_eq!(clock.effective_due_on(), day("2026-04-14"), "the day of the pause was the last one and had been used up");
    assert_eq!(clock.state_in(at("2026-05-06 10:00"), calendar()), ClockState::Overdue);
}

#[test]
fn a_pause_lies_between_the_start_and_now_and_ends_after_it_began() {
    let mut clock = clock(RuleKey::D19, "2026-03-02 09:00");
    let now = at("2026-03-10 09:00");
    for from in ["2026-03-02 08:59", "2026-03-10 09:01"] {
        assert_eq!(clock.pause(PauseReason::Consultation, at(from), "商请函", BY, now).unwrap_err().code(), "CLOCK-PAUSE-TIME", "{from}");
    }
    clock.pause(PauseReason::Consultation, at("2026-03-05 10:00"), "商请函", BY, now).unwrap();
    for until in ["2026-03-05 09:59", "2026-03-10 09:01"] {
        assert_eq!(clock.resume(PauseReason::Consultation, at(until), "复函", now, calendar()).unwrap_err().code(), "CLOCK-PAUSE-TIME", "{until}");
    }
    assert_eq!(clock.resume(PauseReason::Consultation, now, " ", now, calendar()).unwrap_err().code(), "CLOCK-PAPER");
    clock.stop(now).unwrap();
    assert_eq!(clock.resume(PauseReason::Consultation, now, "复函", now, calendar()).unwrap_err().code(), "CLOCK-STOPPED");
    assert_eq!(clock.paused_since(), None, "what is met stands still no more");
}

#[test]
fn an_extension_waits_for_the_end_of_a_pause_and_counts_from_the_day_before_a_roll() {
    let longer = |to: &str| Extension { new_due_on: day(to), approved_by: BY, reason: "案情复杂".into() };
    // ninety days from 5 July end on Saturday 3 October and roll to the 8th; thirty more are counted from the 3rd
    let mut clock = clock(RuleKey::D32, "2026-07-05 09:00");
    let now = at("2026-09-01 09:00");
    clock.pause(PauseReason::Hearing, now, "听证通知书", BY, now).unwrap();
    assert_eq!(clock.extend_by_law(longer("2026-11-02"), "审批表", now, calendar()).unwrap_err().code(), "CLOCK-EXTENSION-PAUSED");
    clock.resume(PauseReason::Hearing, now, "听证报告", now, calendar()).unwrap();
    assert_eq!((clock.effective_due_on(), clock.due.rolled_from), (day("2026-10-08"), Some(day("2026-10-03"))));
    assert_eq!(clock.extend_by_law(longer("2026-11-03"), "审批表", now, calendar()).unwrap_err().code(), "CLOCK-EXTENSION-LONG");
    clock.extend_by_law(longer("2026-11-02"), "审批表", now, calendar()).unwrap();
}

#[test]
fn a_pause_that_had_ended_does_not_move_an_extension_given_after_it() {
    let mut clock = clock(RuleKey::D31, "2026-03-02 09:00");
    clock.pause(PauseReason::Testing, at("2026-03-05 09:00"), "送检", BY, at("2026-03-05 09:00")).unwrap();
    clock.resume(PauseReason::Testing, at("2026-03-10 09:00"), "检验报告", at("2026-03-10 09:00"), calendar()).unwrap();
    clock.extend(Extension { new_due_on: day("2026-04-10"), approved_by: BY, reason: "案情复杂".into() }).unwrap();
    let again = clock.recount_by(deadline_rule(RuleKey::D31, day("2026-03-02")).unwrap(), calendar()).unwrap();
    assert_eq!((clock.effective_due_on(), again.effective_due_on()), (day("2026-04-10"), day("2026-04-10")));
}

#[test]
fn an_extension_never_ends_before_the_period_that_it_extends() {
    let mut clock = Clock::start(ClockId(Uuid::nil()), RuleKey::D09, "recheck:1", at("2026-02-11 09:00"), &until(2025)).unwrap();
    let longer = Extension { new_due_on: day("2026-02-19"), approved_by: BY, reason: "名录内机构均在外地".into() };
    clock.extend_by_law(longer, "审批表", at("2026-02-12 09:00"), &until(2025)).unwrap();
    // with the holidays of 2026 the five working days themselves end on the 25th
    let moved = recounted([&clock], calendar()).unwrap();
    assert_eq!((moved[0].before.effective_due_on(), moved[0].after.effective_due_on()), (day("2026-02-19"), day("2026-02-25")));
}

#[test]
fn a_day_that_rolls_over_a_pause_into_an_unknown_year_is_provisional() {
    let still = Standstill::of([(day("2026-12-26"), day("2027-01-10"))]);
    let due = due_with(at("2026-11-26 09:00"), Period::CalendarDays(30), &still, calendar()).unwrap();
    assert_eq!((due.rolled_from, due.due_on, due.provisional), (Some(day("2026-12-26")), day("2027-01-11"), true));
}

#[test]
fn what_was_kept_before_pauses_were_known_reads_and_writes_as_it_did() {
    let clock = clock(RuleKey::D06, "2026-09-18 09:00");
    let kept = serde_json::to_string(&clock).unwrap();
    assert!(!["pauses", "grant", "agreed"].iter().any(|field| kept.contains(field)), "{kept}");
    assert_eq!(serde_json::from_str::<Clock>(&kept).unwrap(), clock);
}

#[test]
fn another_period_may_be_agreed_for_a_report_and_not_for_the_service_of_a_notice() {
    let agreed = shiyan_statute::Agreed { period: Period::WorkingDays(15), paper: "委托合同".into() };
    let report = clock(RuleKey::D02, "2026-11-23 09:00").by_agreement(agreed.clone(), calendar()).unwrap();
    assert_eq!(report.effective_due_on(), day("2026-12-14"));
    assert_eq!(report.recount(&with_2027()).unwrap().effective_due_on(), day("2026-12-14"), "what was agreed stays");
    assert_eq!(clock(RuleKey::D06, "2026-11-23 09:00").by_agreement(agreed, calendar()).unwrap_err().code(), "CLOCK-NO-AGREEMENT");
}
