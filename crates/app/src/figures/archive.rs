//! 台账存档 the ledger of figures as it is kept beside the data between two runs of the program. It is never the truth, only fast: one that does not stand on an
//! entry of this journal, was made by another build, or is not whole, is as good as none, and the facts are read anew.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use shiyan_indicators::{Asked, KeptCells, KeptLedger, Ledger, Whose};
use shiyan_store::Head;

use crate::upkeep::files::{Part, Readers, private_dir};

/// Rows and cells, to go on with.
const LEDGER: &str = "ledger.kept";
/// Cells alone, to count from.
const CELLS: &str = "cells.kept";
/// Entries after which everything is kept again; until then the journal tells what came after it.
const FAR: i64 = 2_000;
/// Bytes of the checksum that a file ends with.
const SUM: usize = 32;

/// 存档处
#[derive(Debug, Clone)]
pub(crate) struct Archive {
    dir: PathBuf,
    /// The build: what another one kept may have been counted by other rules.
    build: String,
    /// The entries on which the two files stand, as far as this process knows.
    ledger: Arc<AtomicI64>,
    /// And for which days and scopes there are cells.
    cells: Arc<Mutex<(i64, Vec<Asked>)>>,
}

/// What stands in front.
#[derive(Debug, Serialize, Deserialize)]
struct Front {
    build: String,
    seq: i64,
    hash: String,
}

/// This build, by its file.
fn build() -> std::io::Result<String> {
    let file = std::env::current_exe()?.metadata()?;
    let written = file.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {} {}", env!("CARGO_PKG_VERSION"), file.len(), written.as_nanos()))
}

/// Bytes on their way into a file, with their checksum.
struct Summed<W> {
    into: W,
    sum: Sha256,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.into.write(bytes)?;
        self.sum.update(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.into.flush()
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> std::io::Error {
    std::io::Error::other(error)
}

impl Archive {
    /// In a directory; `None` where not even the build can be told from another.
    pub(crate) fn at(dir: PathBuf) -> Option<Self> {
        Some(Self { dir, build: build().ok()?, ledger: Arc::new(AtomicI64::new(-1)), cells: Arc::new(Mutex::new((-1, Vec::new()))) })
    }
    /// Writes what came since: the cells, and from time to time everything.
    ///
    /// # Errors
    /// It cannot be written; then what was kept before is as it was.
    pub(crate) fn keep(&self, head: &Head, ledger: &Ledger, whole: bool) -> std::io::Result<()> {
        let kept = self.ledger.load(Ordering::Relaxed);
        private_dir(&self.dir)?;
        if whole && kept != head.seq || kept < 0 || head.seq - kept > FAR {
            self.write(LEDGER, head, &ledger.keep())?;
            self.ledger.store(head.seq, Ordering::Relaxed);
        }
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (head.seq, ledger.asked().filter(|a| a.whose == Whose::All).cloned().collect::<Vec<_>>());
        // whoever looks at another day makes cells without an entry
        if *cells != now {
            self.write(CELLS, head, &ledger.keep_cells().of_everybody())?;
            *cells = now;
        }
        Ok(())
    }
    fn write(&self, name: &str, head: &Head, what: &impl Serialize) -> std::io::Result<()> {
        let part = Part::begin(&self.dir.join(name), Readers::Owner)?;
        let mut to = Summed { into: std::io::BufWriter::with_capacity(1 << 20, part), sum: Sha256::new() };
        let front = Front { build: self.build.clone(), seq: head.seq, hash: head.hash.clone() };
        postcard::to_io(&front, &mut to).map_err(other)?;
        postcard::to_io(what, &mut to).map_err(other)?;
        to.flush()?;
        let mut part = to.into.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        part.write_all(&to.sum.finalize())?;
        part.finish()
    }
    /// The whole ledger, and the entry on which it stands.
    pub(crate) fn ledger(&self) -> Option<(Head, Ledger)> {
        let (head, kept) = self.read::<KeptLedger>(LEDGER, |_| true)?;
        self.ledger.store(head.seq, Ordering::Relaxed);
        Some((head, kept.into()))
    }
    /// What figures are counted from, when it is kept as of this very entry.
    pub(crate) fn cells(&self, head: &Head, asked: &Asked) -> Option<Ledger> {
        let (_, kept) = self.read::<KeptCells>(CELLS, |front| (front.seq, &front.hash) == (head.seq, &head.hash))?;
        kept.holds(asked).then(|| kept.only(asked).to_count_from())
    }
    fn read<T: DeserializeOwned>(&self, name: &str, wanted: impl Fn(&Front) -> bool) -> Option<(Head, T)> {
        let bytes = std::fs::read(self.dir.join(name)).ok()?;
        let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
        let (front, rest) = postcard::take_from_bytes::<Front>(bytes).ok()?;
        if front.build != self.build || !wanted(&front) || Sha256::digest(bytes).as_slice() != sum {
            return None;
        }
        Some((Head { seq: front.seq, hash: front.hash }, postcard::from_bytes(rest).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_torn_altered_of_another_build_or_of_another_entry_is_as_good_as_none() {
        let dir = std::env::temp_dir().join(format!("shiyan-archive-{}", uuid::Uuid::now_v7()));
        let archive = Archive::at(dir.clone()).unwrap();
        let head = Head { seq: 7, hash: "ab".into() };
        archive.keep(&head, &Ledger::default(), true).unwrap();
        assert_eq!(archive.ledger().unwrap().0, head);
        let read = |archive: &Archive| archive.read::<KeptCells>(CELLS, |_| true).is_some();
        assert!(read(&archive) && !read(&Archive { build: "another".into(), ..archive.clone() }));
        assert!(archive.read::<KeptCells>(CELLS, |front| front.seq == 8).is_none());
        let file = dir.join(CELLS);
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut altered = whole.clone();
            altered[at] ^= 1;
            std::fs::write(&file, &altered).unwrap();
            assert!(!read(&archive), "byte {at}");
            std::fs::write(&file, &whole[..at]).unwrap();
            assert!(!read(&archive), "cut at {at}");
        }
        std::fs::write(&file, &whole).unwrap();
        assert!(read(&archive));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
