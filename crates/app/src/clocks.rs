//! 时限钟 how the clocks of a subject are started, stopped and cancelled, in the transaction of whatever moves them.

use serde_json::json;
use shiyan_foundation::ids::ClockId;
use shiyan_foundation::{Instant, Tick, WorkCalendar};
use shiyan_statute::{Clock, RuleKey};
use shiyan_store::records::{ClockRecord, SampleRecord};
use shiyan_store::{Error, Record, Unit, Who};

use crate::fresh;

/// Starts the clock of a rule for a subject.
pub(crate) async fn start_clock(
    unit: &mut Unit,
    who: &Who,
    rule: RuleKey,
    subject: String,
    at: Instant,
    calendar: &WorkCalendar,
    demo: bool,
) -> Result<(), Error> {
    let clock = Clock::start(ClockId(fresh()), rule, subject, at, calendar)?;
    let facts = json!({ "rule": rule, "due_on": clock.due.due_on, "provisional": clock.due.provisional });
    unit.insert(&ClockRecord { clock, demo, revision: 0 }, who, "clock.start", facts).await
}

/// Stops the running clock of a rule, if there is one.
pub(crate) async fn stop_clock(unit: &mut Unit, who: &Who, rule: RuleKey, subject: &str, at: Instant) -> Result<(), Error> {
    for old in unit.clocks_of(subject).await? {
        if old.clock.rule == rule && old.clock.stopped_at.is_none() && !old.clock.cancelled {
            let mut clock = old.clock.clone();
            clock.stop(at)?;
            unit.save(&ClockRecord { clock, revision: old.revision + 1, ..old }, who, "clock.stop", json!({ "rule": rule })).await?;
        }
    }
    Ok(())
}

/// Cancels the running clocks of a subject whose rule is wanted.
pub(crate) async fn cancel_clocks(unit: &mut Unit, who: &Who, subject: &str, wanted: impl Fn(RuleKey) -> bool) -> Result<(), Error> {
    for old in unit.clocks_of(subject).await? {
        if wanted(old.clock.rule) && old.clock.stopped_at.is_none() && !old.clock.cancelled {
            let mut clock = old.clock.clone();
            clock.cancel()?;
            let facts = json!({ "rule": clock.rule });
            unit.save(&ClockRecord { clock, revision: old.revision + 1, ..old }, who, "clock.cancel", facts).await?;
        }
    }
    Ok(())
}

/// Does to the clocks of a sample what the table of its moves, or of those of its order, says.
pub(crate) async fn tick(
    unit: &mut Unit,
    who: &Who,
    ticks: &[Tick<RuleKey>],
    record: &SampleRecord,
    at: Instant,
    calendar: &WorkCalendar,
) -> Result<(), Error> {
    let subject = record.subject();
    for tick in ticks {
        match *tick {
            Tick::Starts(rule) => start_clock(unit, who, rule, subject.clone(), at, calendar, record.sample.demo).await?,
            Tick::Stops(rule) => stop_clock(unit, who, rule, &subject, at).await?,
            Tick::CancelsAll => cancel_clocks(unit, who, &subject, |_| true).await?,
            Tick::CancelsDuties => cancel_clocks(unit, who, &subject, |rule| !rule.is_window()).await?,
            // an extension has a day and a reason, which no move of a sample has
            Tick::Extends(_) => {}
        }
    }
    Ok(())
}
