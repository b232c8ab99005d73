//! 巡查 what a connection owes us, since when; who owes too long is cut off.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::refuse::Why;
use crate::settings::Patience;

/// One direction of a transfer: since when we wait for the client, how long we have waited in all, what it moved while we waited.
#[derive(Debug, Default)]
struct Transfer {
    owed: Option<Instant>,
    waited: Duration,
    bytes: u64,
}

impl Transfer {
    fn owes(&mut self, now: Instant) {
        self.owed.get_or_insert(now);
    }
    fn moved(&mut self, bytes: usize, now: Instant) {
        if let Some(since) = self.owed.take() {
            self.waited += now - since;
        }
        // What went before anybody had to wait filled a buffer of the system and says nothing about the client.
        if !self.waited.is_zero() {
            self.bytes += bytes as u64;
        }
    }
    /// Only time spent waiting for the client counts: we may be the slow ones.
    fn slow(&self, now: Instant, idle: Duration, patience: &Patience) -> bool {
        let Some(since) = self.owed else { return false };
        let here = now - since;
        let waited = self.waited + here;
        here > idle || (waited > patience.grace && u128::from(self.bytes) * 1000 < u128::from(patience.rate) * waited.as_millis())
    }
}

#[derive(Debug)]
struct Inner {
    /// A request is in hand: from its whole head to the end of its answer.
    busy: bool,
    /// Nothing has been asked yet.
    first: bool,
    /// The first bytes of a head are there.
    heading: bool,
    /// Since when we wait for a head, or for its rest.
    since: Instant,
    body: Transfer,
    answer: Transfer,
    /// The body has not been read to its end.
    unread: bool,
    cut: Option<Why>,
    verdict: Option<Why>,
}

/// One connection under watch.
#[derive(Debug)]
pub(crate) struct Watch {
    inner: Mutex<Inner>,
    /// Something was decided that the connection must look at.
    pub nudge: Notify,
}

impl Watch {
    pub fn new(now: Instant) -> Self {
        let (body, answer) = (Transfer::default(), Transfer::default());
        let inner = Inner { busy: false, first: true, heading: false, since: now, body, answer, unread: false, cut: None, verdict: None };
        Self { inner: Mutex::new(inner), nudge: Notify::new() }
    }
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn busy(&self) -> bool {
        self.lock().busy
    }
    /// The first bytes of a head came.
    pub fn heading(&self) {
        let mut it = self.lock();
        if !it.heading {
            it.heading = true;
            // The first head has its time from the opening on.
            if !it.first {
                it.since = Instant::now();
            }
        }
    }
    /// A whole head is handed on; refused, with why.
    pub fn begin(&self, body: bool, verdict: Option<Why>) {
        let mut it = self.lock();
        (it.busy, it.first, it.heading) = (true, false, false);
        (it.body, it.answer) = (Transfer::default(), Transfer::default());
        it.unread = body || verdict.is_some();
        it.verdict = verdict;
    }
    /// The answer has been handed over.
    pub fn free(&self) {
        let mut it = self.lock();
        it.busy = false;
        it.body.owed = None;
        it.since = Instant::now();
        drop(it);
        self.nudge.notify_one();
    }
    pub fn take_verdict(&self) -> Option<Why> {
        self.lock().verdict.take()
    }
    pub fn body_owed(&self) {
        self.lock().body.owes(Instant::now());
    }
    pub fn body_came(&self, bytes: usize) {
        self.lock().body.moved(bytes, Instant::now());
    }
    /// Nothing more is asked of the body: it is whole, or nobody wants it.
    pub fn body_over(&self, whole: bool) {
        let mut it = self.lock();
        it.body.owed = None;
        if whole {
            it.unread = false;
        }
    }
    pub fn answer_owed(&self) {
        self.lock().answer.owes(Instant::now());
    }
    pub fn answer_went(&self, bytes: usize) {
        self.lock().answer.moved(bytes, Instant::now());
    }
    /// The client may still be sending what nobody reads.
    pub fn unread(&self) -> bool {
        self.lock().unread
    }
    /// Why this connection has to end, if it has.
    pub fn cut(&self) -> Option<Why> {
        self.lock().cut
    }
    /// Ends it; the first reason stays. Whether this is the first.
    pub fn end(&self, why: Why) -> bool {
        let mut it = self.lock();
        let first = it.cut.is_none();
        if first {
            it.cut = Some(why);
        }
        drop(it);
        self.nudge.notify_one();
        first
    }
    /// What this connection has owed for too long.
    pub fn overdue(&self, now: Instant, patience: &Patience) -> Option<Why> {
        let it = self.lock();
        if it.cut.is_some() {
            return None;
        }
        if it.answer.slow(now, patience.answer, patience) {
            return Some(Why::AnswerSlow);
        }
        if it.busy {
            return it.body.slow(now, patience.body, patience).then_some(Why::BodySlow);
        }
        let waited = now.saturating_duration_since(it.since);
        match (it.heading, it.first) {
            (true, _) if waited > patience.head => Some(Why::HeadSlow),
            (false, true) if waited > patience.head => Some(Why::Idle),
            (false, false) if waited > patience.idle => Some(Why::Idle),
            _ => None,
        }
    }
    /// How long it has owed us anything; who owes longest gives way when the house is full.
    pub fn owes(&self, now: Instant) -> Option<Duration> {
        let it = self.lock();
        if it.cut.is_some() {
            return None;
        }
        let since = if it.busy { it.answer.owed.or(it.body.owed)? } else { it.since };
        Some(now.saturating_duration_since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn only_time_spent_waiting_for_the_client_counts_against_it() {
        let patience = Patience::default();
        let start = Instant::now();
        let mut t = Transfer::default();
        // A thousand bytes in ten seconds of waiting are too few; in a minute of our own work they are not.
        t.owes(start);
        t.moved(1_000, at(start, 2_000));
        t.owes(at(start, 60_000));
        assert!(!t.slow(at(start, 65_000), patience.body, &patience));
        t.moved(1_000, at(start, 65_000));
        t.owes(at(start, 65_000));
        assert!(t.slow(at(start, 70_000), patience.body, &patience), "2,000 bytes in 12 s of waiting");
        let mut fast = Transfer::default();
        fast.owes(start);
        fast.moved(100_000, at(start, 9_000));
        fast.owes(at(start, 9_000));
        assert!(!fast.slow(at(start, 18_000), patience.body, &patience));
        assert!(fast.slow(at(start, 20_000), patience.body, &patience), "nothing for 11 s");
    }

    #[test]
    fn a_busy_connection_owes_nothing_while_we_work() {
        let start = Instant::now();
        let watch = Watch::new(start);
        let patience = Patience::default();
        assert_eq!(watch.overdue(at(start, 11_000), &patience), Some(Why::Idle));
        watch.heading();
        assert_eq!(watch.overdue(at(start, 11_000), &patience), Some(Why::HeadSlow));
        watch.begin(false, None);
        assert_eq!(watch.overdue(at(start, 600_000), &patience), None);
        assert_eq!(watch.owes(at(start, 600_000)), None);
        watch.free();
        assert_eq!(watch.overdue(at(Instant::now(), 29_000), &patience), None);
        assert_eq!(watch.overdue(at(Instant::now(), 31_000), &patience), Some(Why::Idle));
        assert!(watch.end(Why::Yielded) && !watch.end(Why::Idle));
        assert_eq!(watch.cut(), Some(Why::Yielded));
    }
}
