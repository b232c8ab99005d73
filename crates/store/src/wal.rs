//! 预写日志 the write-ahead log of SQLite, watched. What is committed stands in this file until it is folded into the database; should
//! somebody delete or cut the file of a running server, SQLite goes on writing into something that nobody will ever read. So after
//! every commit the file at the path must still be the one that was written to, and what is committed is folded in soon.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

#[derive(Debug, Default)]
struct State {
    /// Device and number of the file that commits go to.
    id: Option<(u64, u64)>,
    /// Length after the last commit, while something in it may not have been folded in.
    unfolded: Option<u64>,
    /// Commits so far.
    commits: u64,
}

/// The log beside one database file.
#[derive(Debug)]
pub(crate) struct Wal {
    path: PathBuf,
    state: Mutex<State>,
    /// Something was committed that could be folded in.
    pub(crate) written: Notify,
}

impl Wal {
    pub(crate) fn beside(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Self { path: PathBuf::from(path), state: Mutex::default(), written: Notify::new() }
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// After a commit: the file at the path is the one that the commit went to.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn committed(&self) -> Result<(), Trouble> {
        let mut state = self.state();
        let found = look(&self.path)?;
        if state.id.is_some_and(|id| id != found.id) {
            return Err(Trouble::Moved(format!("{} is another file than the one in use", self.path.display())));
        }
        if !found.is_log {
            return Err(Trouble::Cut(format!("{} was cut or written over", self.path.display())));
        }
        *state = State { id: Some(found.id), unfolded: Some(found.length), commits: state.commits + 1 };
        Ok(())
    }
    /// Before anything is written to it or folded out of it: what was committed still stands there. Once all of it is folded in, the
    /// file may be emptied by whoever folds; it may not be taken away.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn intact(&self) -> Result<(), Trouble> {
        let state = self.state();
        let Some(id) = state.id else { return Ok(()) };
        let found = look(&self.path)?;
        if id != found.id {
            return Err(Trouble::Moved(format!("{} is another file than the one in use", self.path.display())));
        }
        match state.unfolded {
            Some(length) if found.length < length || !found.is_log => Err(Trouble::Cut(format!("{} was cut or written over", self.path.display()))),
            _ => Ok(()),
        }
    }
    /// Commits so far, to be given to [`Wal::folded`].
    pub(crate) fn commits(&self) -> u64 {
        self.state().commits
    }
    /// Everything up to so many commits stands in the database itself.
    pub(crate) fn folded(&self, commits: u64) {
        let mut state = self.state();
        if state.commits == commits {
            state.unfolded = None;
        }
    }
    /// Another file may stand there from now on.
    pub(crate) fn forget(&self) {
        *self.state() = State::default();
    }
}

struct Found {
    id: (u64, u64),
    length: u64,
    is_log: bool,
}

fn look(path: &Path) -> Result<Found, Trouble> {
    let moved = |e: std::io::Error| Trouble::Moved(format!("the write-ahead log {}: {e}", path.display()));
    let mut file = File::open(path).map_err(moved)?;
    let meta = file.metadata().map_err(moved)?;
    let mut head = [0u8; 4];
    let is_log = file.read_exact(&mut head).is_ok() && u32::from_be_bytes(head) & !1 == MAGIC;
    Ok(Found { id: number(&meta), length: meta.len(), is_log })
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
        assert_eq!(wal.intact(), Ok(()), "nothing was written yet");
        let log = [&(MAGIC | 1).to_be_bytes()[..], &[7; 60]].concat();
        std::fs::write(&path, &log).unwrap();
        assert_eq!((wal.committed(), wal.intact()), (Ok(()), Ok(())));
        // Cut to half: what was committed is no longer there, whatever is written behind it later.
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(32).unwrap();
        assert!(matches!(wal.intact(), Err(Trouble::Cut(_))));
        file.set_len(64).unwrap();
        assert_eq!(wal.intact(), Ok(()));
        // All folded in: it may be emptied. A commit meanwhile keeps it.
        let before = wal.commits();
        assert_eq!(wal.committed(), Ok(()));
        wal.folded(before);
        file.set_len(0).unwrap();
        assert!(matches!(wal.intact(), Err(Trouble::Cut(_))));
        wal.folded(wal.commits());
        assert_eq!(wal.intact(), Ok(()));
        assert!(matches!(wal.committed(), Err(Trouble::Cut(_))), "but a commit leaves something in it");
        std::fs::write(dir.join("other"), &log).unwrap();
        std::fs::rename(dir.join("other"), &path).unwrap();
        assert!(matches!(wal.intact(), Err(Trouble::Moved(_))));
        assert!(matches!(wal.committed(), Err(Trouble::Moved(_))));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(wal.intact(), Err(Trouble::Moved(_))));
        wal.forget();
        assert_eq!(wal.intact(), Ok(()));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
