//! Connecting: SQLite with one writer and a pool of readers, or PostgreSQL; settings are read back, not believed.

use std::io::ErrorKind;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::pool::{PoolConnectionMetadata, PoolOptions};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{Connection, Database as SqlxDatabase, Executor};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use shiyan_foundation::Refusal;
use sqlx_core::transaction::TransactionManager;
use tokio::sync::Mutex;

use crate::health::{Health, Of};
use crate::link::Link;
use crate::wal::Wal;
use crate::{Error, code};

/// How long a PostgreSQL server may take to accept a connection before it counts as silent.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
/// How long a running server waits for a connection of PostgreSQL before it says that the database is away: whoever asks is told
/// within two seconds.
const AWAY_AFTER: Duration = Duration::from_millis(1_700);
/// Connections of the writer: one in use, one to settle what became of a commit that did not answer.
const PG_WRITERS: u32 = 2;
/// Connections of readers.
const PG_READERS: u32 = 6;

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
    pub(crate) read: Link,
    pub(crate) write: Link,
    /// The pool of the writer as it was opened, for the migrations.
    first: DatabaseConnection,
    engine: Engine,
    version: String,
    url: String,
    pub(crate) health: Arc<Health>,
    /// 轮次 one unit of work at a time.
    pub(crate) turn: Arc<Mutex<()>>,
    /// The write-ahead log of SQLite, watched.
    pub(crate) wal: Option<Arc<Wal>>,
    /// 快照 a moment that is only read.
    pub(crate) still: bool,
    /// The clock is held against the journal: on a running installation, not where years are told in seconds.
    pub(crate) clock_held: Arc<std::sync::atomic::AtomicBool>,
}

/// Nothing of an unfinished transaction may reach the next one who uses a connection: a failed commit leaves sqlx counting a
/// transaction that SQLite has ended, and every later commit would only release a savepoint inside one that never ends. A
/// connection that still counts one when it comes back, or that was there before a failure, is closed.
fn supervised<DB: SqlxDatabase>(options: PoolOptions<DB>, health: Arc<Health>, of: Of) -> PoolOptions<DB>
where
    DB::Connection: Connection<Database = DB>,
{
    let fresh = health.clone();
    options
        .before_acquire(move |connection: &mut DB::Connection, at: PoolConnectionMetadata| {
            let trusted = fresh.trusts(of, at.age) && DB::TransactionManager::get_transaction_depth(connection) == 0;
            Box::pin(async move { Ok(trusted) })
        })
        .after_release(move |connection: &mut DB::Connection, at: PoolConnectionMetadata| {
            let trusted = health.trusts(of, at.age);
            Box::pin(async move {
                // A rollback that was asked for is carried out before anything else, so that the depth read afterwards is true.
                connection.ping().await?;
                Ok(trusted && DB::TransactionManager::get_transaction_depth(connection) == 0)
            })
        })
}

impl Store {
    /// Opens `sqlite://PATH` or `postgres://…`; a SQLite file that is not there is made.
    ///
    /// # Errors
    /// The address cannot be read; the engine cannot be reached, is too old, or did not take the durable settings.
    pub async fn open(url: &str) -> Result<Store, Error> {
        if is_postgres_url(url) {
            Self::open_postgres(url).await
        } else if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else {
            Err(Error::Unusable(Refusal::new(code::ADDRESS).with("at", shown(url))))
        }
    }
    /// The tables of this program are there: `false` of an empty database, and of one that holds something else.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn holds_tables(&self) -> Result<bool, Error> {
        let sql = match self.engine {
            Engine::Sqlite => "SELECT CAST(COUNT(*) AS TEXT) FROM sqlite_master WHERE type = 'table' AND name = 'journal'",
            Engine::Postgres => "SELECT CAST(COUNT(*) AS TEXT) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'journal'",
        };
        Ok(text(&self.read, sql).await? != "0")
    }
    /// Folds the write-ahead log of SQLite into the file and gives its room back; nothing to do on PostgreSQL.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn fold_log(&self) -> Result<(), Error> {
        if self.engine == Engine::Sqlite {
            let _turn = self.turn().await?;
            self.see_log().await?;
            self.write.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
            if let Some(wal) = &self.wal {
                // One turn at a time: nothing was committed since.
                wal.folded(wal.commits());
            }
        }
        Ok(())
    }
    async fn open_sqlite(url: &str) -> Result<Store, Error> {
        let refused = |e: DbErr| Error::Unusable(Refusal::new(code::CONNECT).with("at", shown(url)).with("detail", e));
        let health = Arc::new(Health::new());
        let write = Database::connect(sqlite_options(url, true, &health)).await.map_err(refused)?;
        let version = text(&write, "SELECT sqlite_version()").await?;
        if parse_version(&version) < SQLITE_AT_LEAST {
            return Err(settings(format!("SQLite {version} < 3.51.3")));
        }
        for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
            let got = text(&write, &format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}")).await?;
            if !got.eq_ignore_ascii_case(wanted) {
                return Err(settings(format!("SQLite {pragma}={got} ≠ {wanted}")));
            }
        }
        let read = Database::connect(sqlite_options(url, false, &health)).await.map_err(refused)?;
        let wal = sqlite_file(url).map(|file| Arc::new(Wal::beside(&file)));
        Ok(Store::over(url, Engine::Sqlite, version, health, write, read, wal))
    }
    fn over(
        url: &str,
        engine: Engine,
        version: String,
        health: Arc<Health>,
        write: DatabaseConnection,
        read: DatabaseConnection,
        wal: Option<Arc<Wal>>,
    ) -> Self {
        Store {
            first: write.clone(),
            read: Link::new(read, health.clone()),
            write: Link::new(write, health.clone()),
            engine,
            version,
            url: url.to_owned(),
            health,
            turn: Arc::default(),
            wal,
            clock_held: Arc::default(),
            still: false,
        }
    }
    /// Closes every connection and opens new ones on the file that stands at the address now.
    pub(crate) async fn reopen_sqlite(&self) -> Result<(), Error> {
        self.health.condemn_all();
        for link in [&self.write, &self.read] {
            let _ = link.pool().close().await;
        }
        for (link, writers) in [(&self.write, true), (&self.read, false)] {
            let mut options = sqlite_options(&self.url, writers, &self.health);
            options.connect_lazy(true);
            link.replace(Database::connect(options).await?);
        }
        Ok(())
    }
    async fn open_postgres(url: &str) -> Result<Store, Error> {
        reach(url)?;
        let health = Arc::new(Health::new());
        let options = |most: u32| {
            let mut options = ConnectOptions::new(url.to_owned());
            let (of, supervisor) = (if most == PG_WRITERS { Of::Writer } else { Of::Reader }, health.clone());
            options
                .sqlx_logging(false)
                .max_connections(most)
                .test_before_acquire(false)
                .acquire_timeout(AWAY_AFTER)
                .map_sqlx_postgres_opts(|o| {
                    o.options([
                        ("idle_in_transaction_session_timeout", "10000"),
                        ("lock_timeout", "10000"),
                        ("statement_timeout", "60000"),
                        ("synchronous_commit", "on"),
                        // A rollback where there is nothing to undo is no news.
                        ("client_min_messages", "error"),
                    ])
                })
                .map_sqlx_postgres_pool_opts(move |pool| {
                    let fresh = supervisor.clone();
                    supervised(pool, supervisor.clone(), of).before_acquire(move |connection, at| {
                        let trusted = fresh.trusts(of, at.age);
                        Box::pin(async move {
                            if !trusted {
                                return Ok(false);
                            }
                            // A begin that was given up on leaves a transaction open that sqlx does not count: the server is asked to
                            // undo whatever there is, which is also the proof that it answers.
                            if of == Of::Writer {
                                connection.execute("ROLLBACK").await?;
                            } else {
                                connection.ping().await?;
                            }
                            Ok(true)
                        })
                    })
                });
            options
        };
        let refused = |e: DbErr| Error::Unusable(Refusal::new(code::CONNECT).with("at", shown(url)).with("detail", e));
        let write = Database::connect(options(PG_WRITERS)).await.map_err(refused)?;
        let version = text(&write, "SHOW server_version").await?;
        let durable = text(&write, "SHOW fsync").await?;
        if durable != "on" {
            return Err(settings(format!("PostgreSQL fsync={durable}")));
        }
        let read = Database::connect(options(PG_READERS)).await.map_err(refused)?;
        Ok(Store::over(url, Engine::Postgres, version, health, write, read, None))
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
        &self.first
    }
    /// Answers when the database answers.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ping(&self) -> Result<(), Error> {
        text(&self.read, "SELECT CAST(1 AS TEXT)").await.map(|_| ())
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
            out.push(((*name).to_owned(), text(&self.read, sql).await?));
        }
        Ok(out)
    }
    /// The same database through one other connection, whose end is no failure of the database.
    pub(crate) fn through(&self, db: DatabaseConnection) -> Store {
        let health = Arc::new(Health::new());
        Store {
            read: Link::new(db.clone(), health.clone()),
            write: Link::new(db.clone(), health.clone()),
            first: db,
            health,
            wal: None,
            still: true,
            ..self.clone()
        }
    }
    /// Closes both pools after the last answer.
    pub async fn close(self) {
        // The last connection folds the log in as it goes.
        let turn = self.turn().await;
        if turn.is_ok()
            && let Err(error) = self.see_log().await
        {
            tracing::error!("closed with a log that is not at its place: {error}");
        }
        let _ = self.read.pool().close().await;
        let _ = self.write.pool().close().await;
    }
}

fn sqlite_options(url: &str, writers: bool, health: &Arc<Health>) -> ConnectOptions {
    let mut options = ConnectOptions::new(format!("{}?mode=rwc", url.split('?').next().unwrap_or(url)));
    let supervisor = health.clone();
    options
        .sqlx_logging(false)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(10))
        .map_sqlx_sqlite_opts(move |o| {
            o.journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .pragma("trusted_schema", "OFF")
                .pragma("cell_size_check", "ON")
                .pragma("mmap_size", "0")
                // Folded in by us, after a look at the log: by itself SQLite would fold in what stands behind a hole.
                .pragma("wal_autocheckpoint", "0")
                .pragma("cache_size", "-8000")
                .pragma("temp_store", "memory")
        })
        .map_sqlx_sqlite_pool_opts(move |pool| supervised(pool, supervisor.clone(), if writers { Of::Writer } else { Of::Reader }))
        .max_connections(if writers { 1 } else { 4 })
        .min_connections(1);
    options
}

/// Whether an address is one of PostgreSQL.
#[must_use]
pub fn is_postgres_url(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The address of a SQLite file; `?` and `%` in its name are kept from meaning something.
#[must_use]
pub fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display().to_string().replace('%', "%25").replace('?', "%3F"))
}

/// The file that a SQLite address names; `None` of any other address.
#[must_use]
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    url.starts_with("sqlite:").then(|| url.parse::<SqliteConnectOptions>().ok().map(|o| o.get_filename().to_path_buf())).flatten()
}

/// An address as it may be shown: without user, password and parameters.
#[must_use]
pub fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return if url.starts_with("sqlite:") { url.to_owned() } else { "…".to_owned() };
    };
    // A password may hold any sign: what counts is the last @, and nothing of the parameters.
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{}", place.split('?').next().unwrap_or_default())
}

fn settings(detail: String) -> Error {
    Error::Unusable(Refusal::new(code::SETTINGS).with("detail", detail))
}

/// Knocks at the server before the pool does, which would wait half a minute for one that is not there.
pub(crate) fn reach(url: &str) -> Result<(), Error> {
    let options: PgConnectOptions = url.parse().map_err(|_| Error::Unusable(Refusal::new(code::ADDRESS).with("at", shown(url))))?;
    let (host, port) = (options.get_host(), options.get_port());
    if options.get_socket().is_some() || host.starts_with('/') {
        return Ok(());
    }
    let silent = |error: std::io::Error| {
        let (zh, en) = match error.kind() {
            ErrorKind::ConnectionRefused => ("连接被拒绝".to_owned(), "the connection is refused".to_owned()),
            ErrorKind::TimedOut => ("没有回应".to_owned(), "no reply".to_owned()),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => ("网络不通".to_owned(), "the network does not reach it".to_owned()),
            _ => (error.to_string(), error.to_string()),
        };
        Error::Unusable(Refusal::new(code::SILENT).with("at", format!("{host}:{port}")).with("detail", zh).with("detail_en", en))
    };
    let mut last = std::io::Error::from(ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs().map_err(silent)? {
        match TcpStream::connect_timeout(&address, ANSWERS_WITHIN) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(silent(last))
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
    fn an_address_is_shown_without_its_secrets() {
        for url in ["mysql://u:secretpw@h/db", "postgres://u:secret@pw@h/db?password=secretpw", "postgres://h/db?user=u&password=secretpw"] {
            assert!(shown(url).ends_with("://h/db"), "{}", shown(url));
        }
        assert_eq!(shown("u:secretpw"), "…");
        assert_eq!(shown("sqlite:///data/shiyan.db?mode=ro"), "sqlite:///data/shiyan.db");
    }
    #[test]
    fn the_file_of_an_address_is_found_again() {
        for name in ["/a b/shiyan.db", "/what?/100%/shiyan.db", "data/shiyan.db"] {
            assert_eq!(sqlite_file(&sqlite_url(Path::new(name))), Some(PathBuf::from(name)));
        }
        assert_eq!(sqlite_file("postgres://h/db"), None);
    }
    #[test]
    fn an_old_sqlite_is_older() {
        assert!(parse_version("3.40.1") < SQLITE_AT_LEAST);
        assert!(parse_version("3.51.3") >= SQLITE_AT_LEAST);
        assert!(parse_version("3.51") < SQLITE_AT_LEAST);
    }
}
