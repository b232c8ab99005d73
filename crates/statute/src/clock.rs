//! 时限钟 a running or stopped deadline. "Overdue" is computed from the clock, the calendar and now; it is never stored.

use serde::{Deserialize, Serialize};
use shiyan_foundation::deadline::due_with;
use shiyan_foundation::ids::{ClockId, UserId};
use shiyan_foundation::{Due, Instant, Label, NaiveDate, Period, Refusal, Standstill, WorkCalendar, day_of, labels, shanghai};

use crate::deadline::{DeadlineRule, deadline_rule, deadline_rule_version};
use crate::terms::{PauseReason, Term, TermKind, term};
use crate::time_left::{DUE_SOON_WORKDAYS, last_part, workdays_to};
use crate::{RuleKey, calendar, codes};

labels! {
    /// 时限钟状态, computed.
    pub enum ClockState {
        Running = "running", "进行中", "Running";
        DueSoon = "due_soon", "即将到期", "Due soon";
        Suspended = "suspended", "中止计时", "Suspended";
        Overdue = "overdue", "已逾期", "Overdue";
        Met = "met", "按时完成", "Met";
        Late = "late", "逾期完成", "Late";
        Ended = "ended", "已届满", "Ended";
        Cancelled = "cancelled", "已撤销", "Cancelled";
    }
}

/// 延长 an approved extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// 延长至
    pub new_due_on: NaiveDate,
    /// 批准人
    pub approved_by: UserId,
    /// 理由
    pub reason: String,
}

/// 延长的凭据 what an extension rests on, and how it stands to the pauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// 批准文书
    pub paper: String,
    /// How many pauses were known when it was approved; a later one moves the day.
    pub pauses: usize,
    /// The day to which later pauses moved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<NaiveDate>,
}

/// 中止计时 one pause and its cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// 事由
    pub reason: PauseReason,
    /// 中止时间 its day still counts.
    pub from: Instant,
    /// 恢复时间 its day does not count; nothing while the cause lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// 文书 by which it began, and by which it ended.
    pub papers: Vec<String>,
    /// 登记人
    pub by: UserId,
}

/// 约定期限 another period that was agreed in writing where the law lets it be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// 期限
    pub period: Period,
    /// 合同或约定文书
    pub paper: String,
}

/// 时限钟 one clock of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Id.
    pub id: ClockId,
    /// 规则
    pub rule: RuleKey,
    /// Version of the rule it was started with.
    pub rule_version: u32,
    /// What it is about, e.g. `case:<uuid>`.
    pub subject: String,
    /// 起算
    pub started_at: Instant,
    /// 截止, as counted with the pauses that have ended; the version of the calendar stands in it.
    pub due: Due,
    /// 停止
    pub stopped_at: Option<Instant>,
    /// 延长
    pub extension: Option<Extension>,
    /// 已撤销
    pub cancelled: bool,
    /// 中止, in the order in which they were registered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// 延长的凭据
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
    /// 约定期限
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
}

/// 期限变动 one clock that a new calendar moved, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// As it stood.
    pub before: Clock,
    /// As it stands.
    pub after: Clock,
}

/// Counts the running clocks again with a new calendar and gives those that it moved, or whose day it made certain or uncertain; by the day on which
/// they were due. Stopped and cancelled clocks are never judged again.
///
/// # Errors
/// `LAW-NO-RULE`, `DEADLINE-RANGE`.
pub fn recounted<'c>(clocks: impl IntoIterator<Item = &'c Clock>, cal: &WorkCalendar) -> Result<Vec<Moved>, Refusal> {
    let mut moved = Vec::new();
    for before in clocks {
        let after = before.recount(cal)?;
        let told = |c: &Clock| (c.effective_due_on(), c.due.due_at, c.due.provisional);
        if told(&after) != told(before) {
            moved.push(Moved { before: before.clone(), after });
        }
    }
    moved.sort_by_key(|m| (m.before.effective_due_on(), m.before.id));
    Ok(moved)
}

impl Clock {
    /// Starts a clock with the rule in force on the day of the start.
    ///
    /// # Errors
    /// `LAW-NO-RULE`, `DEADLINE-RANGE`.
    pub fn start(id: ClockId, rule: RuleKey, subject: impl Into<String>, at: Instant, cal: &WorkCalendar) -> Result<Self, Refusal> {
        Self::start_by(id, deadline_rule(rule, day_of(at))?, subject, at, cal)
    }
    /// Starts a clock with this version of a rule.
    ///
    /// # Errors
    /// `DEADLINE-RANGE`.
    pub fn start_by(id: ClockId, rule: &DeadlineRule, subject: impl Into<String>, at: Instant, cal: &WorkCalendar) -> Result<Self, Refusal> {
        Ok(Self {
            id,
            rule: rule.key,
            rule_version: rule.version,
            subject: subject.into(),
            started_at: at,
            due: due_with(at, rule.period, &Standstill::none(), cal)?,
            stopped_at: None,
            extension: None,
            cancelled: false,
            pauses: Vec::new(),
            grant: None,
            agreed: None,
        })
    }
    /// 另有约定 the same clock by a period that was agreed in writing.
    ///
    /// # Errors
    /// `CLOCK-NO-AGREEMENT`, `CLOCK-PAPER`, `DEADLINE-RANGE`.
    pub fn by_agreement(self, agreed: Agreed, cal: &WorkCalendar) -> Result<Self, Refusal> {
        self.open()?;
        if self.term(TermKind::Agreement, None).is_none() {
            return Err(Refusal::new(codes::NO_AGREEMENT).with("rule", self.rule.zh()).with("rule_en", self.rule.en()));
        }
        written(&agreed.paper)?;
        let mut next = Self { agreed: Some(agreed), ..self };
        next.count(cal)?;
        Ok(next)
    }
    /// The same clock with its end counted again after the holiday table changed; a stopped clock is never re-judged.
    ///
    /// # Errors
    /// `LAW-NO-RULE`, `DEADLINE-RANGE`.
    pub fn recount(&self, cal: &WorkCalendar) -> Result<Self, Refusal> {
        if self.due.calendar_version == cal.version {
            return Ok(self.clone());
        }
        self.recount_by(deadline_rule(self.rule, day_of(self.started_at))?, cal)
    }
    /// The same with this version of its rule, after a row of the law was put right. Pauses, extension and what was agreed stay.
    ///
    /// # Errors
    /// `DEADLINE-RANGE`.
    pub fn recount_by(&self, rule: &DeadlineRule, cal: &WorkCalendar) -> Result<Self, Refusal> {
        let mut next = self.clone();
        if self.open().is_err() {
            return Ok(next);
        }
        next.rule_version = rule.version;
        next.count_by(rule.period, cal)?;
        Ok(next)
    }
    fn count(&mut self, cal: &WorkCalendar) -> Result<(), Refusal> {
        let rule = deadline_rule_version(self.rule, self.rule_version, day_of(self.started_at))?;
        self.count_by(rule.period, cal)
    }
    fn count_by(&mut self, period: Period, cal: &WorkCalendar) -> Result<(), Refusal> {
        let period = self.agreed.as_ref().map_or(period, |a| a.period);
        self.due = due_with(self.started_at, period, &self.standstill(0), cal)?;
        let moved = match &self.extension {
            Some(longer) => moved_by(longer.new_due_on, period, &self.standstill(self.grant.as_ref().map_or(0, |g| g.pauses)), cal),
            None => None,
        };
        match &mut self.grant {
            Some(grant) => grant.moved_to = moved,
            None if moved.is_some() => self.grant = Some(Grant { paper: String::new(), pauses: 0, moved_to: moved }),
            None => {}
        }
        Ok(())
    }
    /// Days that do not count, of the pauses from that one on that have ended.
    fn standstill(&self, from: usize) -> Standstill {
        Standstill::of(self.pauses.iter().skip(from).filter_map(|p| Some((day_of(p.from), day_of(p.until?)))))
    }
    /// 不计入的日子 of the pauses that have ended.
    #[must_use]
    pub fn stood_still(&self) -> Standstill {
        self.standstill(0)
    }
    fn term(&self, kind: TermKind, reason: Option<PauseReason>) -> Option<&'static Term> {
        term(self.rule, kind, reason, day_of(self.started_at))
    }
    /// 中止计时 from an event on, where the law lets the period of the rule stand still for it. What is overdue already is not saved by it.
    ///
    /// # Errors
    /// `CLOCK-STOPPED`, `CLOCK-NO-PAUSE`, `CLOCK-PAUSED`, `CLOCK-PAUSE-TIME`, `CLOCK-PAUSE-LATE`, `CLOCK-PAPER`.
    pub fn pause(&mut self, reason: PauseReason, from: Instant, paper: &str, by: UserId, now: Instant) -> Result<(), Refusal> {
        self.open()?;
        let named = |info| Refusal::new(info).with("reason", reason.zh()).with("reason_en", reason.en().to_lowercase());
        if self.term(TermKind::Suspension, Some(reason)).is_none() {
            return Err(named(codes::NO_PAUSE).with("rule", self.rule.zh()).with("rule_en", self.rule.en()));
        }
        let paper = written(paper)?;
        if self.pauses.iter().any(|p| p.reason == reason && p.until.is_none()) {
            return Err(named(codes::PAUSED));
        }
        if from < self.started_at || from > now {
            return Err(Refusal::new(codes::PAUSE_TIME).with("at", day_of(from)).with("first", day_of(self.started_at)).with("last", day_of(now)).on("from"));
        }
        if self.past_due_at(now) {
            return Err(Refusal::new(codes::PAUSE_LATE).with("due", self.effective_due_on()));
        }
        self.pauses.push(Pause { reason, from, until: None, papers: vec![paper], by });
        Ok(())
    }
    /// 恢复计时 the cause has ended: its days do not count, and the last day is counted anew.
    ///
    /// # Errors
    /// `CLOCK-STOPPED`, `CLOCK-NOT-PAUSED`, `CLOCK-PAUSE-TIME`, `CLOCK-PAPER`, `DEADLINE-RANGE`.
    pub fn resume(&mut self, reason: PauseReason, until: Instant, paper: &str, now: Instant, cal: &WorkCalendar) -> Result<(), Refusal> {
        self.open()?;
        let paper = written(paper)?;
        let Some(pause) = self.pauses.iter_mut().find(|p| p.reason == reason && p.until.is_none()) else {
            return Err(Refusal::new(codes::NOT_PAUSED).with("reason", reason.zh()).with("reason_en", reason.en().to_lowercase()));
        };
        if until < pause.from || until > now {
            return Err(Refusal::new(codes::PAUSE_TIME).with("at", day_of(until)).with("first", day_of(pause.from)).with("last", day_of(now)).on("until"));
        }
        pause.until = Some(until);
        pause.papers.push(paper);
        self.count(cal)
    }
    /// 中止起点 since when it stands still; nothing while it runs.
    #[must_use]
    pub fn paused_since(&self) -> Option<Instant> {
        if self.open().is_err() { None } else { self.standing_since() }
    }
    fn standing_since(&self) -> Option<Instant> {
        self.pauses.iter().filter(|p| p.until.is_none()).map(|p| p.from).min()
    }
    /// Stops the clock at the event it waits for.
    ///
    /// # Errors
    /// `CLOCK-STOPPED`, `CLOCK-BACKWARDS`.
    pub fn stop(&mut self, at: Instant) -> Result<(), Refusal> {
        self.open()?;
        if at < self.started_at {
            return Err(Refusal::new(codes::CLOCK_BACKWARDS).with("at", at).with("started", self.started_at));
        }
        self.stopped_at = Some(at);
        Ok(())
    }
    /// Cancels the clock, 撤销.
    ///
    /// # Errors
    /// `CLOCK-STOPPED`.
    pub fn cancel(&mut self) -> Result<(), Refusal> {
        self.open()?;
        self.cancelled = true;
        Ok(())
    }
    /// Extends the clock once.
    ///
    /// # Errors
    /// `CLOCK-STOPPED`, `CLOCK-EXTENSION-EARLIER`, `CLOCK-EXTENSION-APPROVAL`, `CLOCK-EXTENSION-TWICE`.
    pub fn extend(&mut self, extension: Extension) -> Result<(), Refusal> {
        self.open()?;
        if let Some(old) = &self.extension {
            return Err(Refusal::new(codes::EXTENSION_TWICE).with("old", old.new_due_on));
        }
        if extension.reason.trim().is_empty() {
            return Err(Refusal::new(codes::EXTENSION_APPROVAL).on("reason"));
        }
        if extension.new_due_on <= self.due.due_on {
            return Err(Refusal::new(codes::EXTENSION_EARLIER).with("new", extension.new_due_on).with("old", self.due.due_on).on("new_due_on"));
        }
        if !self.pauses.is_empty() {
            self.grant = Some(Grant { paper: String::new(), pauses: self.pauses.len(), moved_to: None });
        }
        self.extension = Some(extension);
        Ok(())
    }
    /// 依法延长 the same by paper, as far as the law goes and while the period runs: what is overdue is not extended, and what stands still needs it only
    /// when it runs again.
    ///
    /// # Errors
    /// As [`Clock::extend`]; `CLOCK-NO-EXTENSION`, `CLOCK-EXTENSION-LONG`, `CLOCK-EXTENSION-LATE`, `CLOCK-EXTENSION-PAUSED`, `CLOCK-PAPER`.
    pub fn extend_by_law(&mut self, extension: Extension, paper: &str, now: Instant, cal: &WorkCalendar) -> Result<(), Refusal> {
        self.open()?;
        let Some(allowed) = self.term(TermKind::Extension, None) else {
            return Err(Refusal::new(codes::NO_EXTENSION).with("rule", self.rule.zh()).with("rule_en", self.rule.en()));
        };
        let paper = written(paper)?;
        if self.standing_since().is_some() {
            return Err(Refusal::new(codes::EXTENSION_PAUSED));
        }
        if self.past_due_at(now) {
            return Err(Refusal::new(codes::EXTENSION_LATE).with("due", self.effective_due_on()));
        }
        if let Some(longest) = allowed.longest {
            // The days of an extension follow the last day of the period itself: they are counted from where it ended before a roll over days off.
            let from = self.due.rolled_from.unwrap_or(self.due.due_on);
            let last = last_of(from, longest, cal)?;
            if extension.new_due_on > last {
                return Err(Refusal::new(codes::EXTENSION_LONG).with("new", extension.new_due_on).with("last", last).on("new_due_on"));
            }
        }
        let pauses = self.pauses.len();
        self.extend(extension)?;
        self.grant = Some(Grant { paper, pauses, moved_to: None });
        Ok(())
    }
    fn open(&self) -> Result<(), Refusal> {
        if self.cancelled || self.stopped_at.is_some() { Err(Refusal::new(codes::CLOCK_STOPPED)) } else { Ok(()) }
    }
    /// Nothing has stopped or cancelled it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open().is_ok()
    }
    /// The last day, extension included.
    #[must_use]
    pub fn effective_due_on(&self) -> NaiveDate {
        match (&self.extension, self.grant.as_ref().and_then(|g| g.moved_to)) {
            // An extension never ends before the period that it extends.
            (Some(longer), moved) => moved.unwrap_or(longer.new_due_on).max(self.due.due_on),
            (None, _) => self.due.due_on,
        }
    }
    /// 届满时刻 the first moment that is too late: the end of the last day, 24:00, or the moment to which hours run.
    #[must_use]
    pub fn ends_at(&self) -> Instant {
        if let (Some(at), None) = (self.due.due_at, &self.extension) {
            return at;
        }
        let midnight = self.effective_due_on().succ_opt().and_then(|next| next.and_time(chrono::NaiveTime::MIN).and_local_timezone(shanghai()).single());
        midnight.unwrap_or(self.started_at)
    }
    fn past_due_at(&self, at: Instant) -> bool {
        // A clock that stands still stays as it stood.
        let at = self.standing_since().map_or(at, |since| at.min(since));
        match &self.extension {
            Some(_) => day_of(at) > self.effective_due_on(),
            None => self.due.overdue_at(at),
        }
    }
    /// State now, with the calendar in `data/`.
    #[must_use]
    pub fn state(&self, now: Instant) -> ClockState {
        self.state_in(now, calendar())
    }
    /// State now. Due soon: three working days or fewer are left, or the last fifth of a period counted in hours.
    #[must_use]
    pub fn state_in(&self, now: Instant, cal: &WorkCalendar) -> ClockState {
        if self.cancelled {
            return ClockState::Cancelled;
        }
        if let Some(at) = self.stopped_at {
            return if self.past_due_at(at) { ClockState::Late } else { ClockState::Met };
        }
        if self.past_due_at(now) {
            // The window of a right, or a time of keeping, simply ends; only a duty can be overdue.
            return if self.rule.is_window() { ClockState::Ended } else { ClockState::Overdue };
        }
        if self.standing_since().is_some() {
            return ClockState::Suspended;
        }
        let soon = match (self.due.due_at, &self.extension) {
            (Some(due_at), None) => last_part(self.started_at, due_at, now),
            _ => workdays_to(day_of(now), self.effective_due_on(), cal) <= DUE_SOON_WORKDAYS,
        };
        if soon { ClockState::DueSoon } else { ClockState::Running }
    }
}

/// 最近的时限 the clock of a subject that presses most: of the duties that run the one that ends first, whatever the hour of day it ends. A later one, one
/// that stands still, the window of somebody's right and a time of keeping never hide it.
#[must_use]
pub fn nearest<'c>(clocks: impl IntoIterator<Item = &'c Clock>) -> Option<&'c Clock> {
    by_nearness(clocks).into_iter().next()
}

/// 时限排序 the open clocks of a subject, the one that presses most first; none is left out but the times of keeping.
#[must_use]
pub fn by_nearness<'c>(clocks: impl IntoIterator<Item = &'c Clock>) -> Vec<&'c Clock> {
    let mut open: Vec<&Clock> = clocks.into_iter().filter(|c| c.is_open() && !c.rule.is_keeping()).collect();
    open.sort_by_key(|c| (c.rule.is_window(), c.paused_since().is_some(), c.ends_at(), c.rule, c.id));
    open
}

fn written(paper: &str) -> Result<String, Refusal> {
    let paper = paper.trim();
    if paper.is_empty() { Err(Refusal::new(codes::PAPER).on("paper")) } else { Ok(paper.to_owned()) }
}

/// The last day of a period counted from a day.
fn last_of(from: NaiveDate, period: Period, cal: &WorkCalendar) -> Result<NaiveDate, Refusal> {
    let at = from.and_time(chrono::NaiveTime::MIN).and_local_timezone(shanghai()).single();
    let at = at.ok_or_else(|| Refusal::new(shiyan_foundation::deadline::TOO_FAR).with("from", from))?;
    Ok(due_with(at, period, &Standstill::none(), cal)?.due_on)
}

/// 顺延 the day to which an approved last day moves by days that stood still before it: by as many days as were lost, working days for a period of
/// working days; nothing where none was.
fn moved_by(last: NaiveDate, period: Period, still: &Standstill, cal: &WorkCalendar) -> Option<NaiveDate> {
    let working = matches!(period, Period::WorkingDays(_));
    let counts = |day: NaiveDate| !working || cal.is_workday(day);
    let first = still.stretches().next().filter(|(first, _)| *first <= last)?.0;
    let mut left = first.iter_days().take_while(|d| *d <= last).filter(|d| counts(*d)).count();
    let lost = first.iter_days().take_while(|d| *d <= last).filter(|d| counts(*d) && still.holds(*d)).count();
    if lost == 0 {
        return None;
    }
    let mut day = first.pred_opt()?;
    while left > 0 {
        day = day.succ_opt()?;
        left -= usize::from(counts(day) && !still.holds(day));
    }
    day.iter_days().find(|d| cal.is_workday(*d) && !still.holds(*d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::shanghai;
    use uuid::Uuid;

    fn at(day: &str, hour: u32, minute: u32) -> Instant {
        let day: NaiveDate = day.parse().expect("a date");
        day.and_hms_opt(hour, minute, 0).and_then(|t| t.and_local_timezone(shanghai()).single()).expect("an instant")
    }
    fn clock(rule: RuleKey, start: Instant) -> Clock {
        Clock::start(ClockId(Uuid::nil()), rule, "case:1", start, calendar()).expect("in force")
    }
    fn extension(day: &str, reason: &str) -> Extension {
        Extension { new_due_on: day.parse().expect("a date"), approved_by: UserId(Uuid::nil()), reason: reason.to_owned() }
    }
    #[test]
    fn runs_warns_and_lapses() {
        let c = clock(RuleKey::D07, at("2026-09-24", 9, 0)); // due 2026-10-12
        assert_eq!(c.state(at("2026-09-24", 10, 0)), ClockState::Running);
        assert_eq!(workdays_to(at("2026-10-08", 8, 0).date_naive(), c.effective_due_on(), calendar()), 3); // 9, 10 (made up), 12
        assert_eq!(c.state(at("2026-10-08", 8, 0)), ClockState::DueSoon);
        assert_eq!(c.state(at("2026-10-12", 23, 59)), ClockState::DueSoon);
        assert_eq!(c.state(at("2026-10-13", 0, 0)), ClockState::Ended, "the window of a right ends");
        let duty = clock(RuleKey::D02, at("2026-09-24", 9, 0));
        assert_eq!(duty.state(at("2026-12-01", 0, 0)), ClockState::Overdue, "a duty is overdue");
    }
    #[test]
    fn stops_in_time_or_late() {
        let mut met = clock(RuleKey::D06, at("2026-09-18", 9, 0));
        met.stop(at("2026-09-24", 23, 59)).expect("open");
        assert_eq!(met.state(at("2027-01-01", 0, 0)), ClockState::Met);
        assert_eq!(met.stop(at("2026-09-25", 0, 0)).expect_err("stopped").code(), "CLOCK-STOPPED");
        let mut late = clock(RuleKey::D06, at("2026-09-18", 9, 0));
        assert_eq!(late.stop(at("2026-09-17", 0, 0)).expect_err("backwards").code(), "CLOCK-BACKWARDS");
        late.stop(at("2026-09-25", 0, 0)).expect("open");
        assert_eq!(late.state(at("2026-09-25", 0, 0)), ClockState::Late);
        let mut off = clock(RuleKey::D06, at("2026-09-18", 9, 0));
        off.cancel().expect("open");
        assert_eq!(off.state(at("2027-01-01", 0, 0)), ClockState::Cancelled);
    }
    #[test]
    fn hours_run_through_holidays() {
        let mut c = clock(RuleKey::D05, at("2026-10-01", 9, 0));
        assert_eq!(c.state(at("2026-10-02", 4, 0)), ClockState::Running);
        assert_eq!(c.state(at("2026-10-02", 5, 0)), ClockState::DueSoon);
        assert_eq!(c.state(at("2026-10-02", 9, 0)), ClockState::DueSoon);
        assert_eq!(c.state(at("2026-10-02", 9, 1)), ClockState::Overdue);
        c.stop(at("2026-10-02", 9, 1)).expect("open");
        assert_eq!(c.state(at("2026-10-02", 9, 1)), ClockState::Late);
    }
    #[test]
    fn extends_once_with_a_reason_and_only_later() {
        let mut c = clock(RuleKey::D20, at("2026-08-25", 9, 0)); // due 2026-11-23
        assert_eq!(c.extend(extension("2026-11-23", "x")).expect_err("not later").code(), "CLOCK-EXTENSION-EARLIER");
        assert_eq!(c.extend(extension("2026-12-23", " ")).expect_err("no reason").code(), "CLOCK-EXTENSION-APPROVAL");
        c.extend(extension("2026-12-23", "待复检")).expect("later and reasoned");
        assert_eq!(c.effective_due_on().to_string(), "2026-12-23");
        assert_eq!(c.state(at("2026-12-01", 0, 0)), ClockState::Running);
        assert_eq!(c.extend(extension("2027-01-23", "再延")).expect_err("twice").code(), "CLOCK-EXTENSION-TWICE");
        c.stop(at("2026-12-23", 23, 0)).expect("open");
        assert_eq!(c.state(at("2027-01-01", 0, 0)), ClockState::Met);
        assert_eq!(c.recount(calendar()).expect("unchanged"), c);
    }
}
