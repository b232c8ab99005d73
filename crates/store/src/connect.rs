//! Connecting: SQLite with one writer and a pool of readers, or PostgreSQL; settings are read back, not believed.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use crate::Error;

/// The engine underneath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// Server.
    Postgres,
}

/// The oldest SQLite without the WAL-reset corruption bug.
pub const SQLITE_AT_LEAST: (u32, u32, u32) = (3, 51, 3);

/// The open database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) read: DatabaseConnection,
    pub(crate) write: DatabaseConnection,
    engine: Engine,
    version: String,
}

impl Store {
    /// Opens `sqlite://PATH` or `postgres://…`.
    ///
    /// # Errors
    /// The engine cannot be reached, is too old, or did not take the durable settings.
    pub async fn open(url: &str) -> Result<Store, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") { Self::open_postgres(url).await } else { Self::open_sqlite(url).await }
    }
    async fn open_sqlite(url: &str) -> Result<Store, Error> {
        let options = |writers: bool| {
            let mut options = ConnectOptions::new(format!("{url}?mode=rwc"));
            options.sqlx_logging(false).test_before_acquire(false).acquire_timeout(Duration::from_secs(30)).map_sqlx_sqlite_opts(move |o| {
                o.journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(10))
                    .pragma("trusted_schema", "OFF")
                    .pragma("cell_size_check", "ON")
                    .pragma("mmap_size", "0")
                    .pragma("cache_size", "-8000")
                    .pragma("temp_store", "memory")
            });
            if writers {
                options.max_connections(1).min_connections(1);
            } else {
                options.max_connections(4).min_connections(1);
            }
            options
        };
        let write = Database::connect(options(true)).await?;
        let version = text(&write, "SELECT sqlite_version()").await?;
        if parse_version(&version) < SQLITE_AT_LEAST {
            return Err(Error::Fault(format!("SQLite {version} is older than 3.51.3 and may corrupt a WAL database; refused")));
        }
        for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
            let got = text(&write, &format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}")).await?;
            if !got.eq_ignore_ascii_case(wanted) {
                return Err(Error::Fault(format!("SQLite did not take {pragma}={wanted} (it says {got}); refused, answers would not be durable")));
            }
        }
        let read = Database::connect(options(false)).await?;
        Ok(Store { read, write, engine: Engine::Sqlite, version })
    }
    async fn open_postgres(url: &str) -> Result<Store, Error> {
        let options = |most: u32| {
            let mut options = ConnectOptions::new(url.to_owned());
            options.sqlx_logging(false).max_connections(most).acquire_timeout(Duration::from_secs(30)).map_sqlx_postgres_opts(|o| {
                o.options([
                    ("idle_in_transaction_session_timeout", "10000"),
                    ("lock_timeout", "10000"),
                    ("statement_timeout", "60000"),
                    ("synchronous_commit", "on"),
                ])
            });
            options
        };
        let write = Database::connect(options(2)).await?;
        let version = text(&write, "SHOW server_version").await?;
        let durable = text(&write, "SHOW fsync").await?;
        if durable != "on" {
            return Err(Error::Fault(format!("PostgreSQL runs with fsync={durable}; refused, answers would not be durable")));
        }
        let read = Database::connect(options(6)).await?;
        Ok(Store { read, write, engine: Engine::Postgres, version })
    }
    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }
    /// Version of the engine.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
    /// The connection that migrations run on.
    #[must_use]
    pub fn migration_connection(&self) -> &DatabaseConnection {
        &self.write
    }
    /// Answers when the database answers.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ping(&self) -> Result<(), Error> {
        text(&self.read, "SELECT CAST(1 AS TEXT)").await.map(|_| ())
    }
    /// SQLite's own check of the file; `ok` on PostgreSQL.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn integrity(&self) -> Result<String, Error> {
        match self.engine {
            Engine::Sqlite => text(&self.read, "SELECT integrity_check FROM pragma_integrity_check LIMIT 1").await,
            Engine::Postgres => Ok("ok".to_owned()),
        }
    }
    /// The durable settings as the engine reports them, for the diagnosis page.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn settings(&self) -> Result<Vec<(String, String)>, Error> {
        let asked: &[(&str, &str)] = match self.engine {
            Engine::Sqlite => &[
                ("journal_mode", "SELECT CAST(journal_mode AS TEXT) FROM pragma_journal_mode"),
                ("synchronous", "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous"),
                ("foreign_keys", "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys"),
            ],
            Engine::Postgres => &[("fsync", "SHOW fsync"), ("synchronous_commit", "SHOW synchronous_commit")],
        };
        let mut out = Vec::new();
        for (name, sql) in asked {
            out.push(((*name).to_owned(), text(&self.write, sql).await?));
        }
        Ok(out)
    }
    /// Closes both pools after the last answer.
    pub async fn close(self) {
        let _ = self.read.close().await;
        let _ = self.write.close().await;
    }
}

/// One text out of one fixed statement.
pub(crate) async fn text(db: &impl ConnectionTrait, sql: &str) -> Result<String, Error> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    match row {
        Some(row) => Ok(row.try_get_by_index::<String>(0)?),
        None => Err(Error::Fault(format!("no answer to: {sql}"))),
    }
}

fn parse_version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split('.').map(|p| p.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

pub(crate) fn is_postgres(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn an_old_sqlite_is_older() {
        assert!(parse_version("3.40.1") < SQLITE_AT_LEAST);
        assert!(parse_version("3.51.3") >= SQLITE_AT_LEAST);
        assert!(parse_version("3.51") < SQLITE_AT_LEAST);
    }
}
