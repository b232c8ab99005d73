//! 预写日志 the write-ahead log of SQLite, watched. What is committed stands in this file until it is folded into the database; should
//! somebody delete or cut the file of a running server, SQLite goes on writing into something that nobody will ever read, or behind a
//! hole. So after every commit the file at the path must still be the one that was written to, frame upon frame without a gap, and what
//! is committed is folded in soon. Meanwhile what was seen of it is kept in memory: a log that was cut is put back.
//!
//! Format: sqlite.org/walformat.html. A log is a header of 32 bytes, then frames: 24 bytes and one page. Each frame repeats the salts of
//! the header and carries a sum over everything before it, so that a frame behind a hole does not follow from the one before.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// First four bytes of a write-ahead log, but for the last bit.
const MAGIC: u32 = 0x377f_0682;
const HEADER: usize = 32;
const FRAME: usize = 24;
/// Largest page of SQLite.
const PAGE: usize = 65_536;
/// Longest log of which a copy is kept, bytes. It begins anew after some 4 MB, unless a reader stays long.
const COPY: usize = 32 << 20;
/// How much must find room on the disk before the writer is trusted again: a small entry may still fit where the next save does not.
const ROOM: usize = 1 << 20;

/// What is wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is not at its place any more; whoever has it open still has all of it.
    Moved(String),
    /// Its content was cut off or written over: folding it in would write nonsense into the database.
    Cut(String),
}

/// The last frame that ends a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    salts: [u8; 8],
    /// Where it begins.
    at: u64,
    /// The sum before it.
    before: (u32, u32),
    /// Where it ends.
    end: u64,
    /// Its number, from 1.
    frames: u64,
}

#[derive(Default)]
struct State {
    /// Device and number of the file that commits go to.
    id: Option<(u64, u64)>,
    /// The end of the last commit.
    mark: Option<Mark>,
    /// All of the log up to there; nothing of one that is too long.
    copy: Vec<u8>,
    /// Whether something in it may not have been folded in.
    unfolded: bool,
    /// Commits so far.
    commits: u64,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("mark", &self.mark).field("unfolded", &self.unfolded).finish_non_exhaustive()
    }
}

impl State {
    /// Takes in what stands in the log now; `false` where it is not whole.
    fn see(&mut self, file: File) -> std::io::Result<bool> {
        let mut copy = std::mem::take(&mut self.copy);
        let Some(found) = walk(file, self.mark.as_ref(), &mut copy)? else {
            self.copy = copy;
            return Ok(false);
        };
        self.copy = copy;
        if found.is_some() {
            self.mark = found;
        }
        Ok(true)
    }
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
    fn moved(&self, error: &std::io::Error) -> Trouble {
        Trouble::Moved(format!("the write-ahead log {}: {error}", self.path.display()))
    }
    fn cut(&self) -> Trouble {
        Trouble::Cut(format!("{} was cut or written over", self.path.display()))
    }
    /// Opens what stands at the path, if that is the file in use.
    fn open(&self, state: &State) -> Result<(File, (u64, u64)), Trouble> {
        let file = File::open(&self.path).map_err(|e| self.moved(&e))?;
        let id = number(&file.metadata().map_err(|e| self.moved(&e))?);
        if state.id.is_some_and(|used| used != id) {
            return Err(Trouble::Moved(format!("{} is another file than the one in use", self.path.display())));
        }
        Ok((file, id))
    }
    /// After a commit, before anybody else writes: the file at the path is the one that the commit went to, and nothing is missing in it
    /// up to the end of the commit.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn committed(&self) -> Result<(), Trouble> {
        let mut state = self.state();
        let (file, id) = self.open(&state)?;
        // A commit always leaves something.
        if !state.see(file).map_err(|e| self.moved(&e))? || state.mark.is_none() {
            return Err(self.cut());
        }
        (state.id, state.unfolded, state.commits) = (Some(id), true, state.commits + 1);
        Ok(())
    }
    /// Before anything is written to it or folded out of it: what was committed still stands there. Once all of it is folded in, the
    /// file may be emptied by whoever folds; it may not be taken away, nor cut in the middle.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn intact(&self) -> Result<(), Trouble> {
        let mut state = self.state();
        if state.id.is_none() {
            return Ok(());
        }
        let (file, _) = self.open(&state)?;
        let length = file.metadata().map_err(|e| self.moved(&e))?.len();
        if length == 0 && !state.unfolded {
            return Ok(());
        }
        if state.see(file).map_err(|e| self.moved(&e))? { Ok(()) } else { Err(self.cut()) }
    }
    /// Puts back what was cut off, if a copy of it was kept, and says how many frames stand there then.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn restore(&self) -> std::io::Result<Option<u64>> {
        use std::io::Write;
        let mut state = self.state();
        if state.mark.as_ref().is_none_or(|mark| mark.end != state.copy.len() as u64) {
            return Ok(None);
        }
        let mut file = File::options().write(true).open(&self.path)?;
        file.write_all(&state.copy)?;
        file.sync_all()?;
        let whole = state.see(File::open(&self.path)?)?;
        Ok(state.mark.as_ref().filter(|_| whole).map(|mark| mark.frames))
    }
    /// How many frames from the beginning stand there without a gap, up to the last whole commit.
    pub(crate) fn whole_frames(&self) -> u64 {
        let found = File::open(&self.path).and_then(|file| walk(file, None, &mut Vec::new())).ok().flatten().flatten();
        found.map_or(0, |mark| mark.frames)
    }
    /// Empties a log whose beginning is older than the database: read at the next start it would put old pages among new ones.
    ///
    /// # Errors
    /// The file cannot be cut.
    pub(crate) fn empty(&self) -> std::io::Result<()> {
        File::options().write(true).open(&self.path)?.set_len(0)
    }
    /// Whether the disk has room for more than a small entry.
    ///
    /// # Errors
    /// It has not.
    pub(crate) fn room(&self) -> std::io::Result<()> {
        use std::io::Write;
        let probe = self.path.with_extension("db-room");
        let tried = File::create(&probe).and_then(|mut file| {
            file.write_all(&vec![0; ROOM])?;
            file.sync_all()
        });
        let gone = std::fs::remove_file(&probe);
        tried.and(gone)
    }
    /// Commits so far, to be given to [`Wal::folded`].
    pub(crate) fn commits(&self) -> u64 {
        self.state().commits
    }
    /// How long it is up to the last commit, in frames.
    pub(crate) fn frames(&self) -> u64 {
        self.state().mark.as_ref().map_or(0, |mark| mark.frames)
    }
    /// Whether something may not have been folded in yet.
    pub(crate) fn unfolded(&self) -> bool {
        self.state().unfolded
    }
    /// Everything up to so many commits stands in the database itself.
    pub(crate) fn folded(&self, commits: u64) {
        let mut state = self.state();
        if state.commits == commits {
            state.unfolded = false;
        }
    }
    /// Somebody else folded all of it in; the next commit begins a new one.
    pub(crate) fn begun_anew(&self) {
        let mut state = self.state();
        (state.mark, state.unfolded) = (None, false);
        state.copy = Vec::new();
    }
    /// Another file may stand there from now on.
    pub(crate) fn forget(&self) {
        *self.state() = State::default();
    }
}

/// The last commit that stands in a log without a gap behind a mark, or from the beginning where there is none or the log began anew.
/// `copy` holds the log up to the mark, and then up to what was found. `None`: what stands there is no log, or the frame at the mark is not whole any more; `Some(None)`: a log without a commit.
fn walk(file: File, from: Option<&Mark>, copy: &mut Vec<u8>) -> std::io::Result<Option<Option<Mark>>> {
    let mut file = BufReader::with_capacity(HEADER + FRAME + 4096, file);
    let mut header = [0_u8; HEADER];
    if !filled(&mut file, &mut header)? {
        return Ok(None);
    }
    let big = word(&header, 0, true) & 1 == 1;
    let page = word(&header, 8, true) as usize;
    let told = (word(&header, 24, true), word(&header, 28, true));
    let sum = summed(&header[..24], (0, 0), big);
    if word(&header, 0, true) & !1 != MAGIC || !page.is_power_of_two() || !(512..=PAGE).contains(&page) || sum != told {
        return Ok(None);
    }
    let mut salts = [0; 8];
    salts.copy_from_slice(&header[16..24]);
    let from = from.filter(|mark| mark.salts == salts);
    let (mut at, mut sum, mut frames) = from.map_or((HEADER as u64, sum, 0), |mark| (mark.at, mark.before, mark.frames - 1));
    file.seek(SeekFrom::Start(at))?;
    let mut frame = vec![0; FRAME + page];
    let mut last = None;
    let kept = from.is_none_or(|mark| mark.end == copy.len() as u64);
    if from.is_none() {
        copy.clear();
        copy.extend(header);
    }
    let already = copy.len() as u64;
    while filled(&mut file, &mut frame)? && frame[8..16] == salts {
        let next = summed(&frame[FRAME..], summed(&frame[..8], sum, big), big);
        if next != (word(&frame, 16, true), word(&frame, 20, true)) {
            break;
        }
        let end = at + frame.len() as u64;
        frames += 1;
        // A frame that ends a commit says how large the database is then.
        if word(&frame, 4, true) != 0 {
            last = Some(Mark { salts, at, before: sum, end, frames });
        }
        if kept && end > already && copy.len() <= COPY {
            copy.extend(&frame);
        }
        (at, sum) = (end, next);
    }
    if let Some(last) = last.as_ref().filter(|_| kept) {
        copy.truncate(usize::try_from(last.end).unwrap_or(usize::MAX));
    }
    if copy.len() > COPY {
        *copy = Vec::new();
    }
    Ok(if from.is_some() && last.is_none() { None } else { Some(last) })
}

/// Reads until it is full; whether it is.
fn filled(file: &mut impl Read, into: &mut [u8]) -> std::io::Result<bool> {
    match file.read_exact(into) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

fn word(bytes: &[u8], at: usize, big: bool) -> u32 {
    let four = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
}

/// The sum of the format over whole pairs of words.
fn summed(bytes: &[u8], from: (u32, u32), big: bool) -> (u32, u32) {
    bytes.chunks_exact(8).fold(from, |(a, b), pair| {
        let a = a.wrapping_add(word(pair, 0, big)).wrapping_add(b);
        (a, b.wrapping_add(word(pair, 4, big)).wrapping_add(a))
    })
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

    struct Log {
        bytes: Vec<u8>,
        sum: (u32, u32),
    }

    impl Log {
        fn new(salt: u8) -> Log {
            let mut bytes = Vec::new();
            for n in [MAGIC | 1, 3_007_000, 512, 0] {
                bytes.extend(n.to_be_bytes());
            }
            bytes.extend([salt; 8]);
            let sum = summed(&bytes, (0, 0), true);
            bytes.extend(sum.0.to_be_bytes());
            bytes.extend(sum.1.to_be_bytes());
            Log { bytes, sum }
        }
        fn frame(&mut self, content: u8, commit: u32) {
            let (salts, page) = (self.bytes[16..24].to_vec(), [content; 512]);
            let head = [7_u32.to_be_bytes(), commit.to_be_bytes()].concat();
            self.sum = summed(&page, summed(&head, self.sum, true), true);
            self.bytes.extend(head);
            self.bytes.extend(salts);
            self.bytes.extend(self.sum.0.to_be_bytes());
            self.bytes.extend(self.sum.1.to_be_bytes());
            self.bytes.extend(page);
        }
    }

    fn place() -> (PathBuf, Wal, PathBuf) {
        let dir = std::env::temp_dir().join(format!("shiyan-wal-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir_all(&dir).unwrap();
        let (wal, path) = (Wal::beside(&dir.join("x.db")), dir.join("x.db-wal"));
        (dir, wal, path)
    }

    #[test]
    fn a_log_that_was_taken_away_or_cut_is_seen() {
        let (dir, wal, path) = place();
        assert_eq!(wal.intact(), Ok(()), "nothing was written yet");
        let mut log = Log::new(1);
        assert!(std::fs::write(&path, &log.bytes).is_ok() && matches!(wal.committed(), Err(Trouble::Cut(_))), "a commit leaves something in it");
        log.frame(1, 0);
        log.frame(2, 2);
        std::fs::write(&path, &log.bytes).unwrap();
        assert_eq!((wal.committed(), wal.intact(), wal.whole_frames()), (Ok(()), Ok(()), 2));
        // What a transaction that was rolled back left behind the last commit is nothing; the next one writes over it.
        let mut spilt = Log { bytes: log.bytes.clone(), sum: log.sum };
        spilt.frame(9, 0);
        std::fs::write(&path, &spilt.bytes).unwrap();
        assert_eq!((wal.intact(), wal.whole_frames()), (Ok(()), 2));
        // Cut anywhere: in the middle, inside the last page, to nothing.
        for left in [log.bytes.len() / 2, log.bytes.len() - 1, HEADER, 4, 0] {
            std::fs::write(&path, &log.bytes[..left]).unwrap();
            assert!(matches!(wal.intact(), Err(Trouble::Cut(_))), "{left}");
            // A commit that goes on behind the hole, as SQLite would write it: the file is as long as ever.
            let mut next = Log { bytes: log.bytes.clone(), sum: log.sum };
            next.frame(3, 3);
            next.bytes[left..log.bytes.len()].fill(0);
            std::fs::write(&path, &next.bytes).unwrap();
            assert!(matches!(wal.committed(), Err(Trouble::Cut(_))), "{left}");
            assert!(wal.whole_frames() < 2, "{left}");
            // What was cut off is put back from memory, also behind the hole.
            assert_eq!((wal.restore().unwrap(), wal.intact(), wal.whole_frames()), (Some(3), Ok(()), 3), "{left}");
            assert!(std::fs::read(&path).unwrap().starts_with(&log.bytes));
            wal.forget();
            std::fs::write(&path, &log.bytes).unwrap();
            assert_eq!(wal.committed(), Ok(()));
        }
        assert_eq!(wal.intact(), Ok(()));
        std::fs::write(dir.join("other"), &log.bytes).unwrap();
        std::fs::rename(dir.join("other"), &path).unwrap();
        assert!(matches!((wal.intact(), wal.committed()), (Err(Trouble::Moved(_)), Err(Trouble::Moved(_)))));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(wal.intact(), Err(Trouble::Moved(_))));
        wal.forget();
        assert_eq!(wal.intact(), Ok(()));
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_log_that_was_folded_in_may_begin_anew() {
        let (dir, wal, path) = place();
        let mut log = Log::new(1);
        (1..5).for_each(|n| log.frame(n, 9));
        std::fs::write(&path, &log.bytes).unwrap();
        assert_eq!(wal.committed(), Ok(()));
        let before = wal.commits();
        log.frame(5, 9);
        std::fs::write(&path, &log.bytes).unwrap();
        assert_eq!(wal.committed(), Ok(()));
        // A commit meanwhile is not folded in.
        wal.folded(before);
        assert!(wal.unfolded());
        wal.folded(wal.commits());
        assert!(!wal.unfolded());
        let file = File::options().write(true).open(&path).unwrap();
        file.set_len(0).unwrap();
        assert_eq!(wal.intact(), Ok(()), "whoever folds may empty it");
        // The next commit begins with other salts, over what was there before.
        let mut anew = Log::new(2);
        anew.frame(8, 9);
        let mut over = log.bytes.clone();
        over[..anew.bytes.len()].copy_from_slice(&anew.bytes);
        std::fs::write(&path, &over).unwrap();
        assert_eq!((wal.committed(), wal.intact(), wal.whole_frames()), (Ok(()), Ok(()), 1));
        wal.folded(wal.commits());
        file.set_len(anew.bytes.len() as u64 / 2).unwrap();
        assert!(matches!(wal.intact(), Err(Trouble::Cut(_))), "but not cut in the middle");
        wal.empty().unwrap();
        assert_eq!(wal.intact(), Ok(()));
        assert!(wal.room().is_ok() && !dir.join("x.db-room").exists());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
