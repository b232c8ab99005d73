//! 剩余时限 how a deadline stands at a moment: what is left of it, how near it is, its colour and its words. Whoever shows a deadline or counts
//! deadlines by how near they are asks here, so that two pages never say two things of one day.

use shiyan_foundation::{Instant, Label, Lang, NaiveDate, WorkCalendar, day_of, labels};

use crate::clock::{Clock, ClockState};

/// Working days before the last day from which a deadline is 即将到期.
pub const DUE_SOON_WORKDAYS: i64 = 3;

/// A period counted in hours is 即将到期 in the last one of so many equal parts.
const DUE_SOON_PART: i32 = 5;

labels! {
    /// 期限远近 of a deadline that nothing has stopped.
    pub enum Nearness {
        Overdue = "overdue", "已逾期", "Overdue";
        Today = "today", "今日到期", "Due today";
        Soon = "soon", "3个工作日内到期", "Due within 3 working days";
        Later = "later", "3个工作日以后到期", "Due later";
    }
}

impl Nearness {
    /// 起止 the last days that are this near on a day, both included; nothing where they have no end. A list is cut by it.
    #[must_use]
    pub fn days(self, today: NaiveDate, cal: &WorkCalendar) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let soon = |day: &NaiveDate| workdays_to(today, *day, cal) <= DUE_SOON_WORKDAYS;
        let last = today.iter_days().skip(1).take_while(soon).last().unwrap_or(today);
        match self {
            Nearness::Overdue => (None, today.pred_opt()),
            Nearness::Today => (Some(today), Some(today)),
            Nearness::Soon => (today.succ_opt(), Some(last)),
            Nearness::Later => (last.succ_opt(), None),
        }
    }
}

/// 颜色 what the colour of a deadline says; the words say it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// 灰 nothing presses, or nothing runs.
    Grey,
    /// 黄 soon, or met too late.
    Amber,
    /// 红 overdue.
    Red,
    /// 绿 met in time.
    Green,
}

/// 剩余 what is left; negative by what has gone since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// 工作日 from tomorrow to the last day; 0 on the last day.
    Workdays(i64),
    /// 分钟 of a period counted in hours, which runs through nights and holidays.
    Minutes(i64),
    /// It no longer runs.
    Nothing,
}

/// 剩余时限 of one deadline at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLeft {
    /// 剩余
    pub left: Left,
    /// 远近, while it runs; nothing once it was met, has ended or was cancelled.
    pub near: Option<Nearness>,
    /// 颜色
    pub colour: Colour,
    /// 说法, Chinese and English: the words, and behind them the day or the moment, in brackets.
    words: (String, String),
    /// 暂定 the holidays of the year are not known yet: the day may move.
    pub provisional: bool,
}

impl TimeLeft {
    /// Of a last day, met on a day or running.
    #[must_use]
    pub fn day(due: NaiveDate, done: Option<NaiveDate>, today: NaiveDate, cal: &WorkCalendar) -> Self {
        if let Some(on) = done {
            return Self::met(on, on > due);
        }
        let left = workdays_to(today, due, cal);
        let near = match left {
            _ if due < today => Nearness::Overdue,
            _ if due == today => Nearness::Today,
            left if left <= DUE_SOON_WORKDAYS => Nearness::Soon,
            _ => Nearness::Later,
        };
        let gone = -left;
        let (zh, en) = match (near, left) {
            // A day off after the last day: overdue, though no working day has gone by.
            (Nearness::Overdue, 0) => ("已逾期".to_owned(), "Overdue".to_owned()),
            (Nearness::Overdue, _) => (format!("逾期 {gone} 个工作日"), format!("{} overdue", days_en(gone))),
            (Nearness::Today, _) => (Nearness::Today.zh().to_owned(), Nearness::Today.en().to_owned()),
            (Nearness::Soon | Nearness::Later, _) => (format!("剩 {left} 个工作日"), format!("{} left", days_en(left))),
        };
        Self { provisional: !cal.settles(due), ..Self::running(near, Left::Workdays(left), (zh, en), |lang| day_text(lang, due)) }
    }
    /// Of a period counted in hours from a start to a moment, met or running.
    #[must_use]
    pub fn hours(start: Instant, due_at: Instant, done: Option<Instant>, now: Instant) -> Self {
        if let Some(at) = done {
            return Self::met(at.date_naive(), at > due_at);
        }
        let left = due_at - now;
        let near = match now > due_at {
            true => Nearness::Overdue,
            false if last_part(start, due_at, now) => Nearness::Soon,
            false => Nearness::Later,
        };
        let minutes = left.num_minutes();
        let clock = format!("{}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
        let at = moment(due_at, now);
        let (words, behind) = match near {
            Nearness::Overdue => ((format!("超时 {clock}"), format!("{clock} h overdue")), (at.clone(), at)),
            _ => ((format!("剩 {clock}"), format!("{clock} h left")), (format!("{at} 截止"), format!("until {at}"))),
        };
        Self::running(near, Left::Minutes(minutes), words, |lang| lang.pick(&behind.0, &behind.1).to_owned())
    }
    /// Of a clock, whatever became of it.
    #[must_use]
    pub fn clock(clock: &Clock, now: Instant, cal: &WorkCalendar) -> Self {
        let due = clock.effective_due_on();
        match clock.state_in(now, cal) {
            ClockState::Cancelled => Self::cancelled(),
            state @ (ClockState::Met | ClockState::Late) => Self::met(clock.stopped_at.map_or(due, day_of), state == ClockState::Late),
            // Past the last day of keeping nothing is late.
            _ if clock.rule.is_keeping() => Self::still(format!("保存至 {due}"), format!("Keep until {due}")),
            ClockState::Suspended => {
                let since = clock.paused_since().map_or(due, day_of);
                Self::still(format!("中止计时（自{}起）", day_text(Lang::Zh, since)), format!("Suspended (since {})", day_text(Lang::En, since)))
            }
            ClockState::Ended => Self::still(format!("已届满（{due}）"), format!("Ended ({due})")),
            ClockState::Running | ClockState::DueSoon | ClockState::Overdue => match (clock.due.due_at, &clock.extension) {
                (Some(at), None) => Self::hours(clock.started_at, at, None, now),
                _ => Self::day(due, None, day_of(now), cal).unsure(clock.due.provisional),
            },
        }
    }
    /// 已撤销
    #[must_use]
    pub fn cancelled() -> Self {
        Self::still(ClockState::Cancelled.zh().to_owned(), ClockState::Cancelled.en().to_owned())
    }
    /// The same, provisional when it was counted before the holidays of a year were known.
    #[must_use]
    pub fn unsure(self, provisional: bool) -> Self {
        Self { provisional: self.near.is_some() && (self.provisional || provisional), ..self }
    }
    /// 说法 the words with the day, e.g. `剩 3 个工作日（3月10日）`.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.words.0, &self.words.1)
    }

    fn running(near: Nearness, left: Left, (zh, en): (String, String), bracket: impl Fn(Lang) -> String) -> Self {
        let colour = match near {
            Nearness::Overdue => Colour::Red,
            Nearness::Today | Nearness::Soon => Colour::Amber,
            Nearness::Later => Colour::Grey,
        };
        let words = (format!("{zh}（{}）", bracket(Lang::Zh)), format!("{en} ({})", bracket(Lang::En)));
        Self { left, near: Some(near), colour, words, provisional: false }
    }
    fn met(on: NaiveDate, late: bool) -> Self {
        let (zh, en) = if late { ("逾期完成", "Met late") } else { ("按期完成", "Met") };
        let words = (format!("{zh}（{}）", day_text(Lang::Zh, on)), format!("{en} ({})", day_text(Lang::En, on)));
        Self { left: Left::Nothing, near: None, colour: if late { Colour::Amber } else { Colour::Green }, words, provisional: false }
    }
    fn still(zh: String, en: String) -> Self {
        Self { left: Left::Nothing, near: None, colour: Colour::Grey, words: (zh, en), provisional: false }
    }
}

/// `3月10日` or `10 Mar`, the day of a deadline as people say it.
#[must_use]
pub fn day_text(lang: Lang, day: NaiveDate) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", chrono::Datelike::month(&day), chrono::Datelike::day(&day)),
        Lang::En => day.format("%-d %b").to_string(),
    }
}

/// `03-05 10:41`, with the year when it is not this one.
fn moment(at: Instant, now: Instant) -> String {
    let this_year = chrono::Datelike::year(&at) == chrono::Datelike::year(&now);
    at.format(if this_year { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
}

fn days_en(n: i64) -> String {
    if n == 1 { "1 working day".to_owned() } else { format!("{n} working days") }
}

/// Working days from tomorrow to a day; negative by the working days gone since.
pub(crate) fn workdays_to(today: NaiveDate, due: NaiveDate, cal: &WorkCalendar) -> i64 {
    let span = |after: NaiveDate, to: NaiveDate| after.succ_opt().map_or(0, |from| i64::from(cal.workdays_between(from, to)));
    if today <= due { span(today, due) } else { -span(due, today) }
}

/// Whether a moment lies in the last part of a period counted in hours.
pub(crate) fn last_part(start: Instant, due_at: Instant, now: Instant) -> bool {
    (due_at - now) * DUE_SOON_PART <= due_at - start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RuleKey, calendar};
    use shiyan_foundation::ids::{ClockId, UserId};
    use shiyan_foundation::shanghai;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }
    fn at(text: &str) -> Instant {
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a moment").and_local_timezone(shanghai()).single().expect("an instant")
    }
    fn of(due: &str, today: &str) -> (Colour, Option<Nearness>, Left, String) {
        let left = TimeLeft::day(day(due), None, day(today), calendar());
        (left.colour, left.near, left.left, left.text(Lang::Zh).to_owned())
    }
    fn clock(rule: RuleKey, start: &str) -> Clock {
        Clock::start(ClockId(Uuid::nil()), rule, "case:1", at(start), calendar()).expect("in force")
    }

    #[test]
    fn a_list_cut_by_days_holds_what_is_that_near() {
        for today in day("2026-01-01").iter_days().take(500) {
            for due in (today - chrono::Days::new(20)).iter_days().take(60) {
                let near = TimeLeft::day(due, None, today, calendar()).near;
                let within = |(from, to): (Option<NaiveDate>, Option<NaiveDate>)| from.is_none_or(|f| f <= due) && to.is_none_or(|t| due <= t);
                let lists: Vec<Nearness> = Nearness::ALL.iter().copied().filter(|n| within(n.days(today, calendar()))).collect();
                assert_eq!(lists, near.into_iter().collect::<Vec<_>>(), "{due} on {today}");
            }
        }
    }
    #[test]
    fn a_day_off_after_the_last_day_is_overdue_though_no_working_day_has_gone_by() {
        // Friday 6 March 2026 was the last day.
        assert_eq!(of("2026-03-06", "2026-03-05"), (Colour::Amber, Some(Nearness::Soon), Left::Workdays(1), "剩 1 个工作日（3月6日）".into()));
        assert_eq!(of("2026-03-06", "2026-03-06"), (Colour::Amber, Some(Nearness::Today), Left::Workdays(0), "今日到期（3月6日）".into()));
        for weekend in ["2026-03-07", "2026-03-08"] {
            assert_eq!(of("2026-03-06", weekend), (Colour::Red, Some(Nearness::Overdue), Left::Workdays(0), "已逾期（3月6日）".into()), "{weekend}");
        }
        assert_eq!(of("2026-03-06", "2026-03-09"), (Colour::Red, Some(Nearness::Overdue), Left::Workdays(-1), "逾期 1 个工作日（3月6日）".into()));
        assert_eq!(of("2026-03-06", "2026-03-10").2, Left::Workdays(-2));
        let english = |due, today| TimeLeft::day(day(due), None, day(today), calendar()).text(Lang::En).to_owned();
        assert_eq!(english("2026-03-06", "2026-03-07"), "Overdue (6 Mar)");
        assert_eq!(english("2026-03-06", "2026-03-09"), "1 working day overdue (6 Mar)");
        assert_eq!(english("2026-03-06", "2026-03-10"), "2 working days overdue (6 Mar)");
        assert_eq!(english("2026-03-06", "2026-03-05"), "1 working day left (6 Mar)");
    }
    #[test]
    fn a_made_up_sunday_counts_and_a_holiday_does_not() {
        // Sunday 20 September 2026 makes up for the National Day; the last day was Friday the 18th.
        assert_eq!(of("2026-09-18", "2026-09-19").3, "已逾期（9月18日）");
        assert_eq!(of("2026-09-18", "2026-09-20").3, "逾期 1 个工作日（9月18日）");
        assert_eq!(of("2026-09-21", "2026-09-18").3, "剩 2 个工作日（9月21日）");
        // from the last day before the holidays to the Thursday after them: 8 October is the only one in between
        assert_eq!(of("2026-10-09", "2026-09-30"), (Colour::Amber, Some(Nearness::Soon), Left::Workdays(2), "剩 2 个工作日（10月9日）".into()));
        // in the middle of the holidays nothing is used up
        assert_eq!(of("2026-10-09", "2026-10-04").2, Left::Workdays(2));
        // a day that somebody fixed on a day off
        assert_eq!(of("2026-03-08", "2026-03-07").3, "剩 0 个工作日（3月8日）");
    }
    #[test]
    fn grey_turns_amber_three_working_days_before_and_the_words_say_three() {
        // 3 to 6 March 2026, Tuesday to Friday
        assert_eq!(of("2026-03-09", "2026-03-03").0, Colour::Grey);
        assert_eq!(of("2026-03-09", "2026-03-04").0, Colour::Amber);
        assert_eq!(of("2026-03-09", "2026-03-03").1, Some(Nearness::Later));
        for near in [Nearness::Soon, Nearness::Later] {
            assert!(near.zh().starts_with(&format!("{DUE_SOON_WORKDAYS}个工作日")), "{near:?}");
        }
        assert!(Nearness::Soon.en().contains(&DUE_SOON_WORKDAYS.to_string()));
    }
    #[test]
    fn red_is_overdue_and_nothing_else_on_every_day_of_a_year() {
        let first = day("2026-01-01");
        for n in 0..365 {
            let today = first + chrono::Days::new(n);
            for m in 0..60 {
                let due = today - chrono::Days::new(30) + chrono::Days::new(m);
                let left = TimeLeft::day(due, None, today, calendar());
                assert_eq!(left.colour == Colour::Red, due < today, "{due} on {today}");
                assert_eq!(left.near == Some(Nearness::Overdue), due < today);
                assert_eq!(left.near == Some(Nearness::Today), due == today);
                let Left::Workdays(left) = left.left else { panic!("counted in working days") };
                assert!(if due < today { left <= 0 } else { left >= 0 }, "{due} on {today}: {left}");
                // a working day later one working day less is left, a day off later as many
                let next = TimeLeft::day(due, None, today + chrono::Days::new(1), calendar()).left;
                assert_eq!(next, Left::Workdays(left - i64::from(calendar().is_workday(today + chrono::Days::new(1)))), "{due} after {today}");
            }
        }
    }
    #[test]
    fn a_clock_reads_as_its_day_does() {
        let duty = clock(RuleKey::D06, "2026-02-27 09:00:00"); // five working days with Saturday the 28th: due Friday 6 March
        assert_eq!(duty.effective_due_on(), day("2026-03-05"));
        for (now, text) in [
            ("2026-03-05 23:59:59", "今日到期（3月5日）"),
            ("2026-03-06 00:00:00", "逾期 1 个工作日（3月5日）"),
            ("2026-03-08 00:00:00", "逾期 1 个工作日（3月5日）"),
            ("2026-03-02 09:00:00", "剩 3 个工作日（3月5日）"),
        ] {
            let left = TimeLeft::clock(&duty, at(now), calendar());
            assert_eq!(left.text(Lang::Zh), text, "{now}");
            assert_eq!(left, TimeLeft::day(day("2026-03-05"), None, at(now).date_naive(), calendar()), "{now}");
            assert_eq!(left.colour == Colour::Red, duty.state_in(at(now), calendar()) == ClockState::Overdue, "{now}");
        }
    }
    #[test]
    fn hours_run_through_nights_and_read_in_hours() {
        let severe = clock(RuleKey::D05, "2026-10-01 09:00:00");
        let read = |now: &str| {
            let left = TimeLeft::clock(&severe, at(now), calendar());
            (left.colour, left.text(Lang::Zh).to_owned(), left.near)
        };
        assert_eq!(read("2026-10-01 09:30:00"), (Colour::Grey, "剩 23:30（10-02 09:00 截止）".into(), Some(Nearness::Later)));
        assert_eq!(read("2026-10-02 04:30:00"), (Colour::Amber, "剩 4:30（10-02 09:00 截止）".into(), Some(Nearness::Soon)));
        // to the minute nothing is left, and it is not overdue yet
        assert_eq!(read("2026-10-02 09:00:00"), (Colour::Amber, "剩 0:00（10-02 09:00 截止）".into(), Some(Nearness::Soon)));
        assert_eq!(read("2026-10-02 09:00:30"), (Colour::Red, "超时 0:00（10-02 09:00）".into(), Some(Nearness::Overdue)));
        assert_eq!(read("2026-10-03 10:05:00").1, "超时 25:05（10-02 09:00）");
        let last = TimeLeft::hours(at("2026-12-31 20:00:00"), at("2027-01-01 20:00:00"), None, at("2026-12-31 21:00:00"));
        assert_eq!(last.text(Lang::En), "23:00 h left (until 2027-01-01 20:00)");
        assert!(!last.provisional, "hours ask no calendar");
        // whatever the length, colour and state of the clock turn at the same minute
        for rule in [RuleKey::D05, RuleKey::D28, RuleKey::D37] {
            let clock = clock(rule, "2026-10-01 09:00:00");
            for minute in 0..(80 * 60) {
                let now = at("2026-10-01 09:00:00") + chrono::TimeDelta::minutes(minute);
                let colour = match clock.state_in(now, calendar()) {
                    ClockState::Running => Some(Colour::Grey),
                    ClockState::DueSoon => Some(Colour::Amber),
                    ClockState::Overdue => Some(Colour::Red),
                    _ => None,
                };
                assert_eq!(Some(TimeLeft::clock(&clock, now, calendar()).colour).filter(|_| colour.is_some()), colour, "{rule:?} {now}");
            }
        }
    }
    #[test]
    fn what_no_longer_runs_says_how_it_ended() {
        let read = |clock: &Clock, now: &str| {
            let left = TimeLeft::clock(clock, at(now), calendar());
            assert_eq!((left.left, left.near, left.provisional), (Left::Nothing, None, false));
            (left.colour, left.text(Lang::Zh).to_owned(), left.text(Lang::En).to_owned())
        };
        let mut met = clock(RuleKey::D06, "2026-09-18 09:00:00");
        met.stop(at("2026-09-24 23:59:59")).expect("open");
        assert_eq!(read(&met, "2026-10-10 09:00:00"), (Colour::Green, "按期完成（9月24日）".into(), "Met (24 Sep)".into()));
        let mut late = clock(RuleKey::D06, "2026-09-18 09:00:00");
        late.stop(at("2026-09-25 00:00:00")).expect("open");
        assert_eq!(read(&late, "2026-10-10 09:00:00"), (Colour::Amber, "逾期完成（9月25日）".into(), "Met late (25 Sep)".into()));
        let mut off = clock(RuleKey::D06, "2026-09-18 09:00:00");
        off.cancel().expect("open");
        assert_eq!(read(&off, "2026-10-10 09:00:00"), (Colour::Grey, "已撤销".into(), "Cancelled".into()));
        let right = clock(RuleKey::D07, "2026-09-24 09:00:00");
        assert_eq!(read(&right, "2026-10-13 00:00:00").1, "已届满（2026-10-12）");
        let keep = clock(RuleKey::D24, "2026-08-31 09:00:00");
        for now in ["2026-09-01 09:00:00", "2027-09-01 09:00:00"] {
            assert_eq!(read(&keep, now).1, "保存至 2026-11-30", "{now}");
        }
    }
    #[test]
    fn a_year_whose_holidays_are_unknown_makes_the_day_provisional_until_it_is_met() {
        let running = clock(RuleKey::D02, "2026-12-21 09:00:00");
        let left = TimeLeft::clock(&running, at("2026-12-22 09:00:00"), calendar());
        assert!(left.provisional);
        assert_eq!(left.provisional, TimeLeft::day(running.effective_due_on(), None, day("2026-12-22"), calendar()).provisional);
        let mut met = running.clone();
        met.stop(at("2026-12-30 09:00:00")).expect("open");
        assert!(!TimeLeft::clock(&met, at("2026-12-31 09:00:00"), calendar()).provisional);
        // counted before the year was known and not counted again yet
        assert!(TimeLeft::day(day("2026-12-30"), None, day("2026-12-22"), calendar()).unsure(true).provisional);
        assert!(!TimeLeft::day(day("2026-12-30"), Some(day("2026-12-29")), day("2026-12-31"), calendar()).unsure(true).provisional);
        // a day that somebody fixed is read like any other
        let mut longer = clock(RuleKey::D20, "2026-08-25 09:00:00");
        let extension = crate::Extension { new_due_on: day("2027-01-20"), approved_by: UserId(Uuid::nil()), reason: "待复检".into() };
        longer.extend(extension).expect("later");
        assert_eq!(TimeLeft::clock(&longer, at("2026-12-01 09:00:00"), calendar()), TimeLeft::day(day("2027-01-20"), None, day("2026-12-01"), calendar()));
    }
}
