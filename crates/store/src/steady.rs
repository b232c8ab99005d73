//! 落盘 begin and commit under a disk or a server that may fail. "Saved" means on disk, once, for ever; "not saved" means that it is
//! never found later. Between the two stands only "not known yet", which is said where nothing better can be known.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, SqliteTransactionMode, TransactionOptions,
};
use serde_json::json;
use shiyan_foundation::{Instant, Refusal};
use tokio::sync::OwnedMutexGuard;

use crate::connect::{is_postgres, text};
use crate::entity::journal;
use crate::health::{Failing, Sort, sort_of};
use crate::journal::GENESIS;
use crate::unit::{Unit, Who};
use crate::wal::{Trouble, Wal};
use crate::{Engine, Error, Head, Store, code};

/// How long a unit of work waits for the one before it.
const TURN_WITHIN: Duration = Duration::from_secs(10);
/// How far the clock may stand behind the last entry and be taken for the same moment: two servers on one database are not set to
/// the millisecond. Stamps do not go backwards all the same.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(10);
/// Pauses between the attempts to find out what became of a commit; together they stay below two seconds.
const SETTLE: [u64; 4] = [0, 100, 300, 700];
/// Verb of the entry by which the writer proves itself after a failure.
pub const PROOF: &str = "storage.recovered";
/// Exit code of a program that was stopped because its log was cut under it.
const CUT: i32 = 70;
/// Frames after which a log is folded in before the next commit, some 4 MB.
const LONG: u64 = 1_000;
/// How often a running server looks after its database.
const LOOK: Duration = Duration::from_millis(500);
/// How long the database may take to answer the simplest question.
const ANSWER: Duration = Duration::from_millis(700);

impl Store {
    /// Opens a unit of work; there is one at a time, so the journal is one chain.
    ///
    /// # Errors
    /// The database does not answer, or has not proved yet that it keeps what is written; the clock stands before the last entry.
    pub async fn begin(&self, at: Instant) -> Result<Unit, Error> {
        if self.still {
            return Err(Error::Fault("a snapshot is only read".to_owned()));
        }
        self.health.tick(at);
        let turn = self.turn().await?;
        if self.health.failing().is_some() {
            self.prove(at).await?;
        }
        let mut unit = self.open_unit(at, turn).await?;
        unit.not_twice().await?;
        Ok(unit)
    }
    /// The same for work that goes on in several units under one reading of the clock: what others wrote in between stays before it.
    ///
    /// # Errors
    /// As of [`Store::begin`].
    pub async fn begin_after(&self, at: Instant) -> Result<Unit, Error> {
        let mut unit = self.begin(at).await?;
        let (_, last) = head_and_time(unit.tx()).await?;
        unit.at = DateTime::parse_from_rfc3339(&last).map_or(at, |last| last.max(at));
        Ok(unit)
    }
    /// Waits for the turn to write.
    ///
    /// # Errors
    /// The unit before takes too long.
    pub(crate) async fn turn(&self) -> Result<OwnedMutexGuard<()>, Error> {
        tokio::time::timeout(TURN_WITHIN, self.turn.clone().lock_owned()).await.map_err(|_| Error::Away(Refusal::new(code::BUSY)))
    }
    async fn open_unit(&self, at: Instant, turn: OwnedMutexGuard<()>) -> Result<Unit, Error> {
        self.see_log().await?;
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        let tx = self.write.begin(options).await?;
        if is_postgres(&tx) {
            // One chain: the lock is held to the end of the transaction.
            text(&tx, "SELECT CAST(pg_advisory_xact_lock(7201610) AS TEXT)").await?;
        }
        let (head, last) = head_and_time(&tx).await?;
        let at = self.not_before(at, &last)?;
        Ok(Unit {
            tx,
            head,
            at,
            store: self.clone(),
            turn,
            once: None,
            aside: false,
            given: String::new(),
            subject: None,
            library: false,
            waiting: serde_json::Map::new(),
        })
    }
    /// The log is as it was left, before anything is written to it or folded out of it. Asked by whoever has the turn.
    pub(crate) async fn see_log(&self) -> Result<(), Error> {
        if let Some(wal) = &self.wal
            && let Err(trouble) = wal.intact()
            && let Some(why) = self.trouble(wal, trouble).await
        {
            self.health.fail(why, false);
            self.mend_log().await?;
        }
        Ok(())
    }
    /// The stamp of a unit: a clock a little behind the last entry is the same moment, one far behind it is wrong.
    fn not_before(&self, at: Instant, last: &str) -> Result<Instant, Error> {
        let Some(last) = DateTime::parse_from_rfc3339(last).ok().filter(|last| *last > at && self.clock_held.load(Ordering::Relaxed)) else {
            return Ok(at);
        };
        if last - at <= CLOCK_SLACK {
            return Ok(last);
        }
        let told = |at: Instant| at.format("%Y-%m-%d %H:%M:%S").to_string();
        Err(Error::Away(Refusal::new(code::CLOCK).with("now", told(at)).with("last", told(last))))
    }
    /// 时钟 from now on the clock is held against the journal: a running installation, as opposed to a year told in seconds.
    pub fn hold_clock(&self) {
        self.clock_held.store(true, Ordering::Relaxed);
    }
    /// The writer proves itself: one entry over a new connection, committed, and read back over another one.
    async fn prove(&self, at: Instant) -> Result<(), Error> {
        let failing = self.health.failing();
        if let Some(Failing { damaged: true, .. }) = failing {
            return Err(Error::Away(self.health.refusal()));
        }
        let why = failing.map_or_else(String::new, |f| f.why.chars().take(300).collect());
        if let Some(wal) = self.wal.clone() {
            // A small entry may still fit where the next save does not.
            let room = tokio::task::spawn_blocking(move || wal.room()).await.map_err(|e| Error::Fault(e.to_string()))?;
            if let Err(error) = room {
                self.health.fail(format!("proof: no room beside the database: {error}"), false);
                return Err(Error::Away(self.health.refusal()));
            }
        }
        let turn = std::sync::Arc::new(tokio::sync::Mutex::new(())).lock_owned().await;
        let mut unit = self.open_unit(at, turn).await?;
        unit.note(&Who::system("存储"), PROOF, "storage:writer".to_owned(), json!({ "after": why })).await?;
        if self.engine() == Engine::Postgres
            && let Err(error) = unit.has_room().await
        {
            self.health.fail(format!("proof: no room in the database: {error}"), false);
            return Err(Error::Away(self.health.refusal()));
        }
        let Unit { tx, head, .. } = unit;
        if let Err(error) = tx.commit().await {
            self.health.fail(format!("proof: {error}"), sort_of(&error) == Sort::Damaged);
            return Err(Error::Away(self.health.refusal()));
        }
        if !self.stands(&head).await? {
            self.health.fail("proof: what was committed cannot be read back", false);
            return Err(Error::Away(self.health.refusal()));
        }
        if let Some(wal) = &self.wal
            && let Err(trouble) = wal.committed()
            && let Some(why) = self.trouble(wal, trouble).await
        {
            self.health.fail(why, false);
            return Err(Error::Away(self.health.refusal()));
        }
        self.health.mended();
        Ok(())
    }
    /// Whether an entry is in the journal, read over a connection that did not write it.
    async fn stands(&self, head: &Head) -> Result<bool, Error> {
        let found = journal::Entity::find().filter(journal::Column::Seq.eq(head.seq)).filter(journal::Column::Hash.eq(&head.hash));
        Ok(found.count(&self.read).await? == 1)
    }
    /// A commit failed. Its connection is thrown away; then the writer proves itself, which also writes over whatever the failed
    /// commit left in the log, and the journal says what became of it.
    async fn settle(&self, at: Instant, head: Head, error: DbErr) -> Result<Head, Error> {
        self.health.fail(format!("commit: {error}"), sort_of(&error) == Sort::Damaged);
        for pause in SETTLE {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if self.prove(at).await.is_ok() {
                return if self.stands(&head).await? { Ok(head) } else { Err(Error::Away(Refusal::new(code::AWAY))) };
            }
        }
        let refused = never_written(&error);
        Err(Error::Away(Refusal::new(if refused { code::AWAY } else { code::UNCERTAIN })))
    }
    /// After a commit: the log it went to is the one that will be read.
    async fn kept(&self, at: Instant, head: Head) -> Result<Head, Error> {
        let Some(wal) = &self.wal else { return Ok(head) };
        let Err(trouble) = wal.committed() else {
            wal.written.notify_one();
            if wal.frames() >= LONG {
                self.fold_in(wal).await;
            }
            return Ok(head);
        };
        let Some(why) = self.trouble(wal, trouble).await else {
            // Put back; or a unit that wrote nothing, after somebody else emptied the log.
            if wal.committed().is_ok() {
                wal.written.notify_one();
            }
            return Ok(head);
        };
        self.health.fail(why, false);
        match self.mend_log().await {
            Ok(()) if self.prove(at).await.is_ok() && self.stands(&head).await? => Ok(head),
            _ => Err(Error::Away(Refusal::new(code::UNCERTAIN))),
        }
    }
    /// The log was taken away under a running server: the connections that still hold it fold it into the database, then all are
    /// closed and opened anew on what stands at the path.
    async fn mend_log(&self) -> Result<(), Error> {
        let folded = self.fold().await;
        let opened = self.reopen_sqlite().await;
        if let Some(wal) = &self.wal {
            wal.forget();
        }
        opened?;
        if folded? { Ok(()) } else { Err(Error::Away(Refusal::new(code::UNCERTAIN))) }
    }
    /// Folds into the database what no reader still needs in the log; whether nothing is left there.
    async fn fold(&self) -> Result<bool, Error> {
        let pool = self.write.pool();
        for _ in 0..20 {
            let row = pool.query_one_raw(sea_orm::Statement::from_string(pool.get_database_backend(), "PRAGMA wal_checkpoint(PASSIVE)")).await?;
            let row = row.ok_or_else(|| Error::Fault("wal_checkpoint gave no answer".to_owned()))?;
            let (busy, log, done) = (row.try_get_by_index::<i32>(0)?, row.try_get_by_index::<i32>(1)?, row.try_get_by_index::<i32>(2)?);
            if busy == 0 && log == done {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(false)
    }
    /// What is wrong with the log, in words; nothing where somebody else folded all of it in and emptied it, and where it was cut and what
    /// was cut off could be put back. Else a log that was cut stops the program at once, before any connection is closed: closing one, like
    /// going on, would fold what is left of the log into the database, page for page of nonsense. What was folded in before is whole, and is
    /// what the next start finds: a rest of the log that is older than that is emptied, or the next start would read old pages among new
    /// ones.
    ///
    /// Asked by whoever has the turn: nobody writes meanwhile.
    async fn trouble(&self, wal: &Wal, trouble: Trouble) -> Option<String> {
        let why = match trouble {
            Trouble::Moved(why) => return Some(why),
            Trouble::Cut(why) => why,
        };
        // Asks how long the log is and how much of it is folded in, without folding anything.
        let asked = sea_orm::Statement::from_string(self.read.get_database_backend(), "PRAGMA wal_checkpoint(NOOP)");
        let row = self.read.pool().query_one_raw(asked).await.ok().flatten();
        let number = |at: usize| row.as_ref().and_then(|row| row.try_get_by_index::<i64>(at).ok()).and_then(|n| u64::try_from(n).ok());
        let (log, folded) = (number(1), number(2));
        if log == Some(0) {
            wal.begun_anew();
            return None;
        }
        let whole = match wal.restore() {
            Ok(frames) if frames.is_some() && frames == log => {
                tracing::error!("{why}: what was cut off was put back");
                return None;
            }
            // Another log than the one that was known here.
            Ok(Some(_)) => 0,
            Ok(None) => wal.whole_frames(),
            Err(error) => {
                tracing::error!("the write-ahead log could not be put back: {error}");
                0
            }
        };
        if (whole == 0 || folded.is_some_and(|folded| whole < folded))
            && let Err(error) = wal.empty()
        {
            tracing::error!("the rest of the write-ahead log could not be emptied: {error}");
        }
        tracing::error!("{why}: stopped at once, so that the database stays whole");
        std::process::exit(CUT);
    }
    /// 就绪 whether what is written now would be kept.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready(&self) -> Result<(), Refusal> {
        if self.health.failing().is_some() || self.health.is_away() {
            return Err(self.health.refusal());
        }
        match self.answers().await {
            true => Ok(()),
            false => Err(Refusal::new(code::AWAY)),
        }
    }
    /// Whether the database answers the simplest question in time. The question itself is never cut off: it is asked by a task of
    /// its own.
    ///
    /// It is asked past the guard that gives up on a database that is away: whoever is away must be able to come back.
    async fn answers(&self) -> bool {
        let pool = self.read.pool();
        let asked = tokio::spawn(async move {
            let one = sea_orm::Statement::from_string(pool.get_database_backend(), "SELECT 1");
            pool.query_one_raw(one).await.is_ok()
        });
        matches!(tokio::time::timeout(ANSWER, asked).await, Ok(Ok(true)))
    }
    /// Looks after the database of a running server until it is dropped: says when it is away, lets the writer prove itself once it
    /// is back, and folds the log soon after each commit.
    pub fn look_after(&self) -> tokio::task::JoinHandle<()> {
        let store = self.clone();
        tokio::spawn(async move {
            let mut next = tokio::time::interval(LOOK);
            next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                match &store.wal {
                    Some(wal) => tokio::select! {
                        _ = next.tick() => store.see_to().await,
                        () = wal.written.notified() => store.fold_soon().await,
                    },
                    None => {
                        next.tick().await;
                        store.see_to().await;
                    }
                }
            }
        })
    }
    async fn see_to(&self) {
        // A file is never away, only slow, and a server that was slow once is asked once more.
        if self.engine() == Engine::Postgres {
            let answers = self.answers().await || self.answers().await;
            self.health.set_away(!answers);
            if !answers {
                self.health.condemn_all();
                return;
            }
        }
        if self.health.failing().is_none()
            && let Ok(_turn) = self.turn.clone().try_lock_owned()
            && let Err(error) = self.see_log().await
        {
            tracing::error!("the write-ahead log could not be folded in: {error}");
        }
        if self.health.failing().is_none() && self.wal.as_ref().is_some_and(|wal| wal.unfolded()) {
            self.fold_soon().await;
        }
        if self.health.failing().is_some_and(|f| !f.damaged)
            && let Some(at) = self.health.now()
            && let Ok(_turn) = self.turn.clone().try_lock_owned()
        {
            // What it says is noted where it fails.
            let _ = self.prove(at).await;
        }
    }
    /// What is committed stands in the database itself soon after; it stood safely in the log before, so that nobody waits for this.
    /// Nobody writes meanwhile either: a log that is cut between a look at it and the next commit is never folded in behind the cut.
    async fn fold_soon(&self) {
        let Some(wal) = &self.wal else { return };
        // Whoever has the turn commits next, and this is asked again; or it is done at the next look.
        let Ok(_turn) = self.turn.clone().try_lock_owned() else { return };
        // The next look mends what is wrong.
        if let Err(trouble) = wal.intact()
            && let Some(why) = self.trouble(wal, trouble).await
        {
            return self.health.fail(why, false);
        }
        self.fold_in(wal).await;
    }
    /// Folds in what no reader needs. Asked by whoever has the turn and has looked at the log.
    async fn fold_in(&self, wal: &Wal) {
        let commits = wal.commits();
        let statement = sea_orm::Statement::from_string(self.read.get_database_backend(), "PRAGMA wal_checkpoint(PASSIVE)");
        match self.read.query_one_raw(statement).await {
            Ok(Some(row)) => {
                let number = |at: usize| row.try_get_by_index::<i32>(at).unwrap_or(-1);
                if number(0) == 0 && number(1) == number(2) && number(1) >= 0 {
                    wal.folded(commits);
                }
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!("the write-ahead log was not folded in: {error}");
                // Cut while it was folded in, it is put back before anything else: the database is half of the one and half of the other.
                if let Err(trouble) = wal.intact()
                    && let Some(why) = self.trouble(wal, trouble).await
                {
                    self.health.fail(why, false);
                }
            }
        }
    }
}

/// The log could not even be written to its end, so that no reader will ever find the commit in it; or the server itself says no.
fn never_written(error: &DbErr) -> bool {
    match crate::health::code_of(error).as_deref() {
        // FULL, IOERR_WRITE, READONLY; a SQLSTATE is an answer to the commit.
        Some("13" | "778" | "8" | "776" | "1032" | "1288") => true,
        Some(code) => code.len() == 5 && !code.starts_with("08") && !code.starts_with("57"),
        None => false,
    }
}

/// The last entry of the journal, and its time.
async fn head_and_time(db: &impl ConnectionTrait) -> Result<(Head, String), Error> {
    let last: Option<(i64, String, String)> = journal::Entity::find()
        .select_only()
        .column(journal::Column::Seq)
        .column(journal::Column::Hash)
        .column(journal::Column::At)
        .order_by_desc(journal::Column::Seq)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(match last {
        Some((seq, hash, at)) => (Head { seq, hash }, at),
        None => (Head { seq: 0, hash: GENESIS.to_owned() }, String::new()),
    })
}

impl Unit {
    /// Commits; returns when the commit is durable. A commit that was not answered is looked for before anything is said of it.
    ///
    /// # Errors
    /// Nothing of the unit happened; or it is not known yet, which the refusal says.
    pub async fn commit(mut self) -> Result<Head, Error> {
        if self.tx.poisoned() {
            return Err(Error::Away(Refusal::new(code::AWAY)));
        }
        self.vouch().await?;
        self.note_changes().await?;
        let keyed = self.keep_key().await?;
        let Unit { tx, head, at, store, turn, aside, .. } = self;
        let done = match tx.commit().await {
            Ok(()) => store.kept(at, head).await,
            Err(error) => store.settle(at, head, error).await,
        };
        drop(turn);
        if done.is_ok() && !aside {
            crate::once::kept(keyed);
        }
        done
    }
}
