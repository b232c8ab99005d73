//! 并行 several connections on one moment of the database, so that every core has rows to look at while others are read; and the ranges
//! of keys that they take one after the other.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IsolationLevel, QueryFilter, QueryOrder,
    QuerySelect, TransactionOptions, TransactionTrait,
};
use tokio::sync::Mutex;

use super::{Bad, Told};
use crate::Head;
use crate::entity::journal;
use crate::journal::GENESIS;

/// How often it is tried to have all connections on one moment while others write.
const TRIES: usize = 20;
/// More would wait for the disk, and each holds memory of its own.
const MOST: usize = 5;

/// Connections that a check uses where nobody else needs them: one more than there are cores, because one of them checks pages.
pub(super) fn wanted() -> usize {
    std::thread::available_parallelism().map_or(2, NonZeroUsize::get).saturating_add(1).min(MOST)
}

/// One read-only transaction over everything: of one moment, whatever is written meanwhile.
pub(super) async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return db.begin().await;
    }
    let options =
        TransactionOptions { isolation_level: Some(IsolationLevel::RepeatableRead), access_mode: Some(AccessMode::ReadOnly), ..TransactionOptions::default() };
    let tx = db.begin_with_options(options).await?;
    // A check may take longer than a page.
    for sql in ["SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"] {
        tx.execute_unprepared(sql).await?;
    }
    Ok(tx)
}

/// The last entry of the journal.
pub(super) async fn last(db: &impl ConnectionTrait) -> Result<Head, DbErr> {
    let find = journal::Entity::find().select_only().column(journal::Column::Seq).column(journal::Column::Hash).order_by_desc(journal::Column::Seq).limit(1);
    let last: Option<(i64, String)> = find.into_tuple().one(db).await?;
    Ok(last.map_or_else(|| Head { seq: 0, hash: GENESIS.to_owned() }, |(seq, hash)| Head { seq, hash }))
}

/// The first connection and more beside it that see what it sees. Whatever the check looks at is written together with an entry of the
/// journal, so that two connections with one last entry see the same. While much is written there may be fewer of them, never none.
pub(super) async fn beside(db: &DatabaseConnection, mut first: DatabaseTransaction, most: usize) -> Result<Vec<DatabaseTransaction>, DbErr> {
    for _ in 0..TRIES {
        let Ok(head) = last(&first).await else { break };
        let mut all = Vec::new();
        let mut moved = false;
        while all.len() + 1 < most && !moved {
            let Ok(tx) = snapshot(db).await else { break };
            moved = last(&tx).await.is_ok_and(|now| now != head);
            if !moved {
                all.push(tx);
            }
        }
        if !moved {
            all.insert(0, first);
            return Ok(all);
        }
        for tx in all {
            let _ = tx.rollback().await;
        }
        let newer = snapshot(db).await?;
        let _ = std::mem::replace(&mut first, newer).rollback().await;
    }
    Ok(vec![first])
}

/// Work for a thread that may be busy, while the connections read on.
pub(super) async fn aside<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(lost) => match lost.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and this with it.
            Err(_) => std::future::pending().await,
        },
    }
}

/// 键段 keys after one and up to another; without an end where there is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Range {
    /// How many were taken before.
    pub(super) no: usize,
    pub(super) after: Option<String>,
    until: Option<String>,
}

impl Range {
    /// The rows in the range, in the order of their keys.
    pub(super) fn of<E: EntityTrait>(&self, key: E::Column) -> sea_orm::Select<E> {
        let mut find = E::find().order_by_asc(key);
        if let Some(after) = &self.after {
            find = find.filter(key.gt(after.clone()));
        }
        if let Some(until) = &self.until {
            find = find.filter(key.lte(until.clone()));
        }
        find
    }
}

/// The ranges of one table, handed out in the order of the keys.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    at: Mutex<Range>,
    over: AtomicBool,
}

impl Ranges {
    /// The next range of so many rows.
    pub(super) async fn next<E: EntityTrait>(&self, db: &impl ConnectionTrait, key: E::Column, many: u64) -> Result<Option<Range>, DbErr> {
        let mut at = self.at.lock().await;
        if self.over.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let end = at.of::<E>(key).select_only().column(key).offset(many.saturating_sub(1)).limit(1).into_tuple::<String>();
        let until = end.one(db).await.inspect_err(|_| self.end())?;
        if until.is_none() {
            self.end();
        }
        let range = Range { no: at.no, after: at.after.clone(), until: until.clone() };
        *at = Range { no: at.no + 1, after: until, until: None };
        Ok(Some(range))
    }
    /// No more of them.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

/// What several connections came to: of disagreements the one that stands first, else an error of the database.
pub(super) fn first_of(all: Vec<Result<(), (usize, Told)>>) -> Result<(), Told> {
    let rank = |told: &(usize, Told)| (matches!(told.1, Told::Db(..)), told.0);
    match all.into_iter().filter_map(Result::err).min_by_key(rank) {
        Some((_, told)) => Err(told),
        None => Ok(()),
    }
}

/// A disagreement with its place in the order.
pub(super) fn at(no: usize, bad: Bad) -> (usize, Told) {
    (no, Told::Bad(bad))
}
