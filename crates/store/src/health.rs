//! 健康 whether what is written is kept. A failing disk or server is told as such: nothing is written until the writer has proved
//! itself, and whoever asks meanwhile is told when to come back.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Moment};

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};
use shiyan_foundation::{Instant, Refusal};
use tokio::sync::Notify;

use crate::{code, corruption};

/// Why nothing is written for the time being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// What the database or the file system said; for the log and for whoever runs the machine.
    pub why: String,
    /// 损坏 what is stored is damaged: waiting does not mend it.
    pub damaged: bool,
}

/// What an error of the database means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The disk, the server or the way to it fails.
    Away,
    /// Somebody else holds what is needed; the next try may have it.
    Busy,
    /// What is stored is damaged.
    Damaged,
    /// Anything else: a constraint, a statement of ours.
    Ours,
}

/// What a pool of connections is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Writing.
    Writer = 0,
    /// Reading.
    Reader = 1,
}

/// The health of one open database; shared by its connections.
#[derive(Debug)]
pub(crate) struct Health {
    failing: Mutex<Option<Failing>>,
    /// Connections of the writer, and of readers, born before this, in milliseconds since `born`, are closed instead of used.
    condemned: [AtomicU64; 2],
    born: Moment,
    /// Set while the database does not answer; whoever waits for an answer of it gives up.
    away: AtomicBool,
    gone: Notify,
    /// The clock reading of the last unit of work, and when that was.
    clock: Mutex<Option<(Instant, Moment)>>,
}

/// A lock held by somebody who panicked still guards good data here: every change is one assignment.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Health {
    pub(crate) fn new() -> Self {
        Self {
            failing: Mutex::new(None),
            condemned: [const { AtomicU64::new(0) }; 2],
            born: Moment::now(),
            away: AtomicBool::new(false),
            gone: Notify::new(),
            clock: Mutex::new(None),
        }
    }
    pub(crate) fn failing(&self) -> Option<Failing> {
        held(&self.failing).clone()
    }
    /// Nothing is written from now on until the writer proves itself; no connection that wrote before is used again. Readers go on:
    /// nothing unfinished hangs on them, and what is stored can be read while nothing can be added.
    pub(crate) fn fail(&self, why: impl Into<String>, damaged: bool) {
        let why = why.into();
        self.condemn(Of::Writer);
        let mut failing = held(&self.failing);
        if failing.as_ref().is_none_or(|f| damaged && !f.damaged) {
            // First the fact, then the telling: the log may stand on the disk that is full.
            *failing = Some(Failing { why: why.clone(), damaged });
            drop(failing);
            tracing::error!(damaged, "the database fails: {why}");
        }
    }
    pub(crate) fn mended(&self) {
        if held(&self.failing).take().is_some() {
            tracing::warn!("the database keeps what is written again");
        }
    }
    /// Whatever an error means, it is noted here; storage that fails stops the writing.
    pub(crate) fn note(&self, error: &DbErr) -> Sort {
        let sort = sort_of(error);
        match sort {
            Sort::Away => self.fail(error.to_string(), false),
            Sort::Damaged => self.fail(error.to_string(), true),
            Sort::Busy | Sort::Ours => {}
        }
        sort
    }
    /// Connections that stand now are closed when they come back or are asked for.
    pub(crate) fn condemn(&self, of: Of) {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        self.condemned[of as usize].fetch_max(now, Ordering::SeqCst);
    }
    /// All of them, whoever uses them.
    pub(crate) fn condemn_all(&self) {
        self.condemn(Of::Writer);
        self.condemn(Of::Reader);
    }
    /// Whether a connection of this age may be used.
    pub(crate) fn trusts(&self, of: Of, age: Duration) -> bool {
        let born = self.born.elapsed().saturating_sub(age);
        u64::try_from(born.as_millis()).unwrap_or(u64::MAX) >= self.condemned[of as usize].load(Ordering::SeqCst)
    }
    /// The database does not answer, or answers again.
    pub(crate) fn set_away(&self, away: bool) {
        let before = self.away.swap(away, Ordering::SeqCst);
        if away && !before {
            self.gone.notify_waiters();
        }
    }
    pub(crate) fn is_away(&self) -> bool {
        self.away.load(Ordering::SeqCst)
    }
    /// Resolves when the database no longer answers.
    pub(crate) async fn until_away(&self) {
        let gone = self.gone.notified();
        if !self.is_away() {
            gone.await;
        }
    }
    pub(crate) fn tick(&self, at: Instant) {
        *held(&self.clock) = Some((at, Moment::now()));
    }
    /// The time by the clock of the last unit of work.
    pub(crate) fn now(&self) -> Option<Instant> {
        let (at, read) = (*held(&self.clock))?;
        Some(at + chrono::TimeDelta::from_std(read.elapsed()).ok()?)
    }
    pub(crate) fn refusal(&self) -> Refusal {
        match self.failing() {
            Some(Failing { damaged: true, why }) => Refusal::new(code::DAMAGED).with("detail", why),
            _ => Refusal::new(code::AWAY),
        }
    }
}

/// Waits for something, but gives up on it when the database is away. What is given up on may hold a connection: those are condemned.
pub(crate) async fn unless_away<T>(health: &Health, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = health.until_away() => {
            health.condemn_all();
            None
        }
    }
}

/// The error of sqlx inside one of SeaORM.
fn inside(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e)) | DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

/// The code that the engine gave: a number of SQLite, a SQLSTATE of PostgreSQL.
pub(crate) fn code_of(error: &DbErr) -> Option<String> {
    match inside(error)? {
        sqlx::Error::Database(e) => e.code().map(|c| c.into_owned()),
        _ => None,
    }
}

/// What an error means for whoever asked.
pub(crate) fn sort_of(error: &DbErr) -> Sort {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        // All are in use, or none can be had: what is asked for it in time tells the two apart.
        return Sort::Busy;
    }
    if corruption(error).is_some() {
        return Sort::Damaged;
    }
    if let Some(code) = code_of(error) {
        return sort_of_code(&code);
    }
    match inside(error) {
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed,
        ) => Sort::Away,
        Some(sqlx::Error::PoolTimedOut) => Sort::Busy,
        Some(sqlx::Error::InvalidSavePointStatement) => Sort::Away,
        _ if matches!(error, DbErr::Conn(_)) => Sort::Away,
        _ => Sort::Ours,
    }
}

/// The codes of both engines: five signs are a SQLSTATE, fewer are a number of SQLite, whose low byte is the sort.
fn sort_of_code(code: &str) -> Sort {
    if code.len() == 5 {
        return match code {
            "40001" | "40P01" | "55P03" | "57014" | "55006" => Sort::Busy,
            "XX001" | "XX002" => Sort::Damaged,
            // A standby, or a server set to read only; a transaction that was lost or is in a state nobody meant.
            "25006" | "25P01" | "25P02" | "25P03" => Sort::Away,
            _ => match &code[..2] {
                // Connection, resources, operator intervention, system, internal.
                "08" | "53" | "57" | "58" | "XX" => Sort::Away,
                _ => Sort::Ours,
            },
        };
    }
    match code.parse::<u32>().map(|n| n & 0xff) {
        // BUSY, LOCKED
        Ok(5 | 6) => Sort::Busy,
        // PERM, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL, NOLFS
        Ok(3 | 7 | 8 | 10 | 13 | 14 | 15 | 22) => Sort::Away,
        // CORRUPT, NOTADB
        Ok(11 | 26) => Sort::Damaged,
        // ERROR (1) is a statement of ours, or "no transaction is active": SQLite undid it by itself before.
        _ => Sort::Ours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_both_engines_are_sorted() {
        for (code, sort) in [
            ("13", Sort::Away),
            ("1034", Sort::Away),
            ("778", Sort::Away),
            ("8", Sort::Away),
            ("14", Sort::Away),
            ("5", Sort::Busy),
            ("517", Sort::Busy),
            ("11", Sort::Damaged),
            ("26", Sort::Damaged),
            ("2067", Sort::Ours),
            ("1", Sort::Ours),
            ("53100", Sort::Away),
            ("57P01", Sort::Away),
            ("08006", Sort::Away),
            ("58030", Sort::Away),
            ("25P02", Sort::Away),
            ("40001", Sort::Busy),
            ("55P03", Sort::Busy),
            ("57014", Sort::Busy),
            ("XX001", Sort::Damaged),
            ("23505", Sort::Ours),
            ("42601", Sort::Ours),
        ] {
            assert_eq!(sort_of_code(code), sort, "{code}");
        }
    }

    #[test]
    fn a_connection_of_before_is_not_trusted_again() {
        let health = Health::new();
        let health_trusts = |age| health.trusts(Of::Writer, age);
        assert!(health_trusts(Duration::ZERO));
        std::thread::sleep(Duration::from_millis(5));
        health.fail("disk full", false);
        assert!(!health_trusts(Duration::from_millis(4)));
        assert!(health.trusts(Of::Reader, Duration::from_millis(4)), "whoever only reads goes on");
        std::thread::sleep(Duration::from_millis(5));
        assert!(health_trusts(Duration::from_millis(1)));
        assert_eq!(health.failing().map(|f| f.damaged), Some(false));
        // Damage is worse news than a full disk, and is not overwritten by it.
        health.fail("malformed", true);
        health.fail("disk full", false);
        assert_eq!(health.failing().map(|f| f.damaged), Some(true));
        health.mended();
        assert_eq!(health.failing(), None);
    }
}
