//! 预写日志 the write-ahead log of SQLite, watched. What is committed stands in this file until it is folded into the database; should
//! somebody delete or cut the file of a running server, SQLite goes on writing into something that nobody will ever read. So after
//! every commit the file at the path must still be the one that was written to, and what is committed is folded in soon.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// First four bytes of a write-ahead log, but for the last bit.
const MAGIC: u32 = 0x377f_0682;

/// What is wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is not at its place any more; whoever has it open still has all of it.
    Moved(String),
    /// Its content was cut off or written over: folding it in would write nonsense into the database.
    Cut(String),
}

/// The log beside one database file.
#[derive(Debug)]
pub(crate) struct Wal {
    path: PathBuf,
    known: Mutex<Option<(u64, u64)>>,
    /// Something was committed that could be folded in.
    pub(crate) written: Notify,
}

impl Wal {
    pub(crate) fn beside(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Self { path: PathBuf::from(path), known: Mutex::new(None), written: Notify::new() }
    }
    /// After a commit: the file at the path is the one that the commit went to.
    ///
    /// # Errors
    /// What is wrong with it, in words for the log.
    pub(crate) fn stands(&self) -> Result<(), Trouble> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = identity(&self.path)?;
        match *known {
            Some(before) if before != found => Err(Trouble::Moved(format!("{} is another file than the one in use", self.path.display()))),
            _ => {
                *known = Some(found);
                Ok(())
            }
        }
    }
    /// The same between commits: only a file that was written to can be missed.
    pub(crate) fn stands_if_known(&self) -> Result<(), Trouble> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if known { self.stands() } else { Ok(()) }
    }
    /// Another file may stand there from now on.
    pub(crate) fn forget(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Device and number of the file, if it is a log at all.
fn identity(path: &Path) -> Result<(u64, u64), Trouble> {
    let told = |why: &dyn std::fmt::Display| format!("the write-ahead log {}: {why}", path.display());
    let mut file = File::open(path).map_err(|e| Trouble::Moved(told(&e)))?;
    let mut head = [0u8; 4];
    file.read_exact(&mut head).map_err(|_| Trouble::Cut(told(&"it was cut")))?;
    if u32::from_be_bytes(head) & !1 != MAGIC {
        return Err(Trouble::Cut(told(&"it was cut or written over")));
    }
    Ok(number(&file.metadata().map_err(|e| Trouble::Moved(told(&e)))?))
}

#[cfg(unix)]
fn number(meta: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_was_taken_away_or_cut_is_seen() {
        let dir = std::env::temp_dir().join(format!("shiyan-wal-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir_all(&dir).unwrap();
        let wal = Wal::beside(&dir.join("x.db"));
        let path = dir.join("x.db-wal");
        assert_eq!(wal.stands_if_known(), Ok(()), "nothing was written yet");
        let log = [&(MAGIC | 1).to_be_bytes()[..], &[7; 60]].concat();
        std::fs::write(&path, &log).unwrap();
        assert_eq!(wal.stands(), Ok(()));
        std::fs::write(dir.join("other"), &log).unwrap();
        std::fs::rename(dir.join("other"), &path).unwrap();
        assert!(matches!(wal.stands(), Err(Trouble::Moved(_))));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(wal.stands_if_known(), Err(Trouble::Moved(_))));
        for cut in [&[][..], &[0; 64]] {
            std::fs::write(&path, cut).unwrap();
            assert!(matches!(wal.stands(), Err(Trouble::Cut(_))));
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
