//! 快照 the whole database as of one moment, whatever is written meanwhile: one connection of its own inside one read transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::sqlx::{self, Executor};
use sea_orm::{SqlxPostgresConnector, SqlxSqliteConnector};

use crate::{Engine, Error, Store};

/// A moment of the database, held until [`Snapshot::end`].
#[derive(Debug)]
pub struct Snapshot {
    store: Store,
}

/// Options of a pool with one connection that lives as long as the pool; a second one would see another moment and is refused.
macro_rules! one_moment {
    ($db:ty, $pool:expr, $begin:literal) => {{
        let used = Arc::new(AtomicBool::new(false));
        sqlx::pool::PoolOptions::<$db>::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let first = !used.swap(true, Ordering::SeqCst);
                Box::pin(async move {
                    if !first {
                        return Err(sqlx::Error::Protocol("the connection of the snapshot was lost".to_owned()));
                    }
                    connection.execute($begin).await.map(|_| ())
                })
            })
            .connect_with((*$pool.connect_options()).clone())
            .await
            .map_err(|e| Error::Fault(format!("snapshot: {e}")))?
    }};
}

impl Store {
    /// Holds the present moment for reading. Writers go on; nothing can be written through it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let held = match self.engine() {
            Engine::Sqlite => SqlxSqliteConnector::from_sqlx_sqlite_pool(one_moment!(
                sqlx::Sqlite,
                self.read.pool().get_sqlite_connection_pool(),
                "PRAGMA query_only = ON; BEGIN; SELECT COUNT(*) FROM sqlite_master"
            )),
            Engine::Postgres => SqlxPostgresConnector::from_sqlx_postgres_pool(one_moment!(
                sqlx::Postgres,
                self.read.pool().get_postgres_connection_pool(),
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT COUNT(*) FROM journal WHERE seq = 0"
            )),
        };
        Ok(Snapshot { store: self.through(held) })
    }
}

impl Snapshot {
    /// The database as it was: every query is answered as of that moment.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
    /// Lets the moment go.
    pub async fn end(self) {
        self.store.close().await;
    }
}
