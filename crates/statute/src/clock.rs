//! 时限钟 a running or stopped deadline. "Overdue" is computed from the clock, the calendar and now; it is never stored.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{ClockId, UserId};
use shiyan_foundation::{Due, Instant, NaiveDate, Refusal, WorkCalendar, labels};

use crate::time_left::{DUE_SOON_WORKDAYS, last_part, workdays_to};
use crate::{RuleKey, calendar, codes, deadline};

labels! {
    /// 时限钟状态, computed.
    pub enum ClockState {
        Running = "running", "进行中", "Running";
        DueSoon = "due_soon", "即将到期", "Due soon";
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
    /// 截止, as computed at the start.
    pub due: Due,
    /// 停止
    pub stopped_at: Option<Instant>,
    /// 延长
    pub extension: Option<Extension>,
    /// 已撤销
    pub cancelled: bool,
}

impl Clock {
    /// Starts a clock with the rule in force on the day of the start.
    ///
    /// # Errors
    /// `LAW-NO-RULE`, `DEADLINE-RANGE`.
    pub fn start(id: ClockId, rule: RuleKey, subject: impl Into<String>, at: Instant, cal: &WorkCalendar) -> Result<Self, Refusal> {
        let computed = deadline(rule, at, cal)?;
        Ok(Self {
            id,
            rule,
            rule_version: computed.version,
            subject: subject.into(),
            started_at: at,
            due: computed.due,
            stopped_at: None,
            extension: None,
            cancelled: false,
        })
    }
    /// The same clock with its end counted again after the holiday table changed; a stopped clock is never re-judged.
    ///
    /// # Errors
    /// `LAW-NO-RULE`, `DEADLINE-RANGE`.
    pub fn recount(&self, cal: &WorkCalendar) -> Result<Self, Refusal> {
        if self.stopped_at.is_some() || self.cancelled || self.due.calendar_version == cal.version {
            return Ok(self.clone());
        }
        let computed = deadline(self.rule, self.started_at, cal)?;
        Ok(Self { due: computed.due, rule_version: computed.version, ..self.clone() })
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
        self.extension = Some(extension);
        Ok(())
    }
    fn open(&self) -> Result<(), Refusal> {
        if self.cancelled || self.stopped_at.is_some() { Err(Refusal::new(codes::CLOCK_STOPPED)) } else { Ok(()) }
    }
    /// The last day, extension included.
    #[must_use]
    pub fn effective_due_on(&self) -> NaiveDate {
        self.extension.as_ref().map_or(self.due.due_on, |e| e.new_due_on)
    }
    fn past_due_at(&self, at: Instant) -> bool {
        match &self.extension {
            Some(e) => at.date_naive() > e.new_due_on,
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
        let soon = match (self.due.due_at, &self.extension) {
            (Some(due_at), None) => last_part(self.started_at, due_at, now),
            _ => workdays_to(now.date_naive(), self.effective_due_on(), cal) <= DUE_SOON_WORKDAYS,
        };
        if soon { ClockState::DueSoon } else { ClockState::Running }
    }
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
