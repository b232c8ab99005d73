//! 只读打开 a database opened to be looked at: no file is made beside it, no migration runs, no row changes.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use shiyan_foundation::Refusal;

use super::lanes::wanted;
use crate::connect::{is_postgres_url, reach, shown, sqlite_file, sqlite_url};
use crate::{Engine, Error, code, corruption};

/// A database that is only read.
#[derive(Debug)]
pub struct Look {
    pub(crate) db: DatabaseConnection,
    engine: Engine,
    /// Connections that a check may use.
    pub(super) lanes: usize,
    /// The file, when it is read as one that nobody writes.
    still: Option<Still>,
    /// Copies to read from, gone with this.
    _copied: Option<Copied>,
}

/// What a file looked like when it was opened.
#[derive(Debug)]
struct Still {
    file: PathBuf,
    stamp: Option<(u64, SystemTime)>,
}

/// A directory of copies that goes away.
#[derive(Debug)]
struct Copied(PathBuf);

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How a SQLite file can be read without making anything beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// No write-ahead log: the file is all there is. SQLite would make a log and an index of it; told that nobody writes, it does not.
    Still,
    /// A log and its index: they are there already, and are read.
    Live,
    /// A log without its index, left by a power cut or a copy: SQLite would have to make one, so a copy is read.
    Copy,
}

fn way(file: &Path) -> Way {
    let beside = |end: &str| std::fs::metadata(format!("{}{end}", file.display())).map(|m| m.len());
    match (beside("-wal"), beside("-shm")) {
        (Err(_) | Ok(0), _) => Way::Still,
        (Ok(_), Ok(_)) => Way::Live,
        (Ok(_), Err(_)) => Way::Copy,
    }
}

fn stamp(file: &Path) -> Option<(u64, SystemTime)> {
    let meta = std::fs::metadata(file).ok()?;
    Some((meta.len(), meta.modified().ok()?))
}

impl Look {
    pub(crate) fn over(db: DatabaseConnection, engine: Engine, lanes: usize) -> Self {
        Look { db, engine, lanes, still: None, _copied: None }
    }
    /// Opens what stands at an address, to look at it. A SQLite file must be there.
    ///
    /// # Errors
    /// The address cannot be read; the engine cannot be reached; the file cannot be opened, or is so damaged that it is no database.
    pub async fn open(url: &str) -> Result<Look, Error> {
        let refused = |e: DbErr| {
            Error::Unusable(match corruption(&e) {
                Some(what) => Refusal::new(code::DAMAGED).with("detail", format!("{}: {what}", shown(url))),
                None => Refusal::new(code::CONNECT).with("at", shown(url)).with("detail", e),
            })
        };
        if is_postgres_url(url) {
            reach(url)?;
            let mut options = ConnectOptions::new(url.to_owned());
            options.sqlx_logging(false).max_connections(most()).acquire_timeout(Duration::from_secs(10));
            return Ok(Look::over(Database::connect(options).await.map_err(refused)?, Engine::Postgres, wanted()));
        }
        let Some(file) = sqlite_file(url) else { return Err(Error::Unusable(Refusal::new(code::ADDRESS).with("at", shown(url)))) };
        match way(&file) {
            Way::Still => {
                let still = Still { stamp: stamp(&file), file: file.clone() };
                let db = sqlite(&file, true).await.map_err(refused)?;
                Ok(Look { db, engine: Engine::Sqlite, lanes: wanted(), still: Some(still), _copied: None })
            }
            Way::Live => Ok(Look::over(sqlite(&file, false).await.map_err(refused)?, Engine::Sqlite, wanted())),
            Way::Copy => {
                let unread = |e: std::io::Error| Error::Unusable(Refusal::new(code::CONNECT).with("at", shown(url)).with("detail", e));
                let (copied, copy) = copy(&file).map_err(unread)?;
                let db = sqlite(&copy, false).await.map_err(refused)?;
                Ok(Look { db, engine: Engine::Sqlite, lanes: wanted(), still: None, _copied: Some(copied) })
            }
        }
    }
    /// The same file opened as one in use, when it was read as one that nobody writes and somebody wrote.
    pub(crate) async fn again(&self) -> Result<Option<Look>, Error> {
        let Some(still) = &self.still else { return Ok(None) };
        if way(&still.file) == Way::Still && stamp(&still.file) == still.stamp {
            return Ok(None);
        }
        Ok(Some(Look::over(sqlite(&still.file, false).await?, Engine::Sqlite, wanted())))
    }
    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }
    /// Closes the connection.
    pub async fn close(self) {
        let _ = self.db.close().await;
    }
}

/// Connections of a database that is looked at.
fn most() -> u32 {
    u32::try_from(wanted()).unwrap_or(1)
}

async fn sqlite(file: &Path, still: bool) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("{}?mode=ro", sqlite_url(file)));
    options.sqlx_logging(false).max_connections(most()).acquire_timeout(Duration::from_secs(30)).map_sqlx_sqlite_opts(move |o| {
        o.read_only(true)
            .immutable(still)
            .busy_timeout(Duration::from_secs(10))
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON")
            .pragma("mmap_size", "0")
            .pragma("cache_size", "-8000")
            .pragma("temp_store", "memory")
    });
    Database::connect(options).await
}

/// Copies a file and its log into a directory of their own, readable by nobody else.
fn copy(file: &Path) -> std::io::Result<(Copied, PathBuf)> {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    let dir = std::env::temp_dir().join(format!("shiyan-look-{}-{nanos}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&dir)?;
    let copied = Copied(dir.clone());
    let to = dir.join("shiyan.db");
    for end in ["", "-wal"] {
        std::fs::copy(format!("{}{end}", file.display()), format!("{}{end}", to.display()))?;
    }
    Ok((copied, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_way_depends_on_what_lies_beside_the_file() {
        let dir = std::env::temp_dir().join(format!("shiyan-way-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("x.db");
        let beside = |end: &str, bytes: &[u8]| std::fs::write(format!("{}{end}", file.display()), bytes).unwrap();
        beside("", b"x");
        assert_eq!(way(&file), Way::Still);
        beside("-wal", b"");
        assert_eq!(way(&file), Way::Still, "an empty log holds nothing");
        beside("-wal", b"frames");
        assert_eq!(way(&file), Way::Copy);
        beside("-shm", b"index");
        assert_eq!(way(&file), Way::Live);
        let (copied, to) = copy(&file).unwrap();
        assert!(to.exists());
        drop(copied);
        assert!(!to.exists());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
