//! 台账存档 the ledger of figures as it is kept beside the data between two runs of the program. It is never the truth, only fast: one that does not stand on an
//! entry of this journal, was made by another build, or is not whole, is as good as none, and the facts are read anew.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
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

/// What a file says before its checksum, read piece by piece: a million rows go to their place without standing in memory twice.
struct Reading {
    from: std::io::BufReader<std::fs::File>,
    sum: Sha256,
    /// Bytes before the checksum that were not read yet.
    left: u64,
}

impl Reading {
    fn of(file: &std::path::Path) -> Option<Self> {
        let file = std::fs::File::open(file).ok()?;
        let left = file.metadata().ok()?.len().checked_sub(SUM as u64)?;
        Some(Self { from: std::io::BufReader::with_capacity(1 << 16, file), sum: Sha256::new(), left })
    }
    fn fill(&mut self, into: &mut [u8]) -> Option<()> {
        self.left = self.left.checked_sub(into.len() as u64)?;
        self.from.read_exact(into).ok()?;
        self.sum.update(into);
        Some(())
    }
    /// A piece with its length before it.
    fn piece(&mut self) -> Option<Vec<u8>> {
        let mut many = [0; 8];
        self.fill(&mut many)?;
        // what a file says of its own length is not trusted with memory
        let many = Some(u64::from_le_bytes(many)).filter(|n| *n <= self.left)?;
        let mut bytes = vec![0; usize::try_from(many).ok()?];
        self.fill(&mut bytes)?;
        Some(bytes)
    }
    /// Everything was read, and it is what was written.
    fn whole(mut self) -> Option<()> {
        let mut sum = [0; SUM];
        self.from.read_exact(&mut sum).ok()?;
        (self.left == 0 && self.sum.finalize().as_slice() == sum).then_some(())
    }
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
            let (kept, columns) = ledger.keep();
            self.write(LEDGER, head, &kept, &columns)?;
            self.ledger.store(head.seq, Ordering::Relaxed);
        }
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (head.seq, ledger.asked().filter(|a| a.whose == Whose::All).cloned().collect::<Vec<_>>());
        // whoever looks at another day makes cells without an entry
        if *cells != now {
            self.write(CELLS, head, &ledger.keep_cells().of_everybody(), &[])?;
            *cells = now;
        }
        Ok(())
    }
    fn write(&self, name: &str, head: &Head, what: &impl Serialize, columns: &[&[u8]]) -> std::io::Result<()> {
        let part = Part::begin(&self.dir.join(name), Readers::Owner)?;
        let mut to = Summed { into: std::io::BufWriter::with_capacity(1 << 16, part), sum: Sha256::new() };
        let front = Front { build: self.build.clone(), seq: head.seq, hash: head.hash.clone() };
        for piece in [postcard::to_stdvec(&front).map_err(other)?, postcard::to_stdvec(what).map_err(other)?] {
            to.write_all(&(piece.len() as u64).to_le_bytes())?;
            to.write_all(&piece)?;
        }
        for column in columns {
            to.write_all(column)?;
        }
        to.flush()?;
        let mut part = to.into.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        part.write_all(&to.sum.finalize())?;
        part.finish()
    }
    /// The whole ledger, and the entry on which it stands.
    pub(crate) fn ledger(&self) -> Option<(Head, Ledger)> {
        let (head, mut reading) = self.begin(LEDGER, |_| true)?;
        let kept: KeptLedger = postcard::from_bytes(&reading.piece()?).ok()?;
        let mut columns = kept.columns(reading.left)?;
        for column in columns.each() {
            reading.fill(column)?;
        }
        reading.whole()?;
        self.ledger.store(head.seq, Ordering::Relaxed);
        Some((head, kept.with(columns)))
    }
    /// What figures are counted from, when it is kept as of this very entry.
    pub(crate) fn cells(&self, head: &Head, asked: &Asked) -> Option<Ledger> {
        let kept = self.kept_cells(|front| (front.seq, &front.hash) == (head.seq, &head.hash))?;
        kept.holds(asked).then(|| kept.only(asked).to_count_from())
    }
    fn kept_cells(&self, wanted: impl Fn(&Front) -> bool) -> Option<KeptCells> {
        let (_, mut reading) = self.begin(CELLS, wanted)?;
        let kept = reading.piece()?;
        reading.whole()?;
        postcard::from_bytes(&kept).ok()
    }
    /// A file of this build that stands on a wanted entry, with what comes behind that.
    fn begin(&self, name: &str, wanted: impl Fn(&Front) -> bool) -> Option<(Head, Reading)> {
        let mut reading = Reading::of(&self.dir.join(name))?;
        let front: Front = postcard::from_bytes(&reading.piece()?).ok()?;
        (front.build == self.build && wanted(&front)).then_some((Head { seq: front.seq, hash: front.hash }, reading))
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
        let read = |archive: &Archive| archive.kept_cells(|_| true).is_some();
        assert!(read(&archive) && !read(&Archive { build: "another".into(), ..archive.clone() }));
        assert!(archive.kept_cells(|front| front.seq == 8).is_none());
        let all = |archive: &Archive| archive.ledger().is_some();
        assert!(all(&archive) && !all(&Archive { build: "another".into(), ..archive.clone() }));
        for (name, read) in [(CELLS, &read as &dyn Fn(&Archive) -> bool), (LEDGER, &all)] {
            let file = dir.join(name);
            let whole = std::fs::read(&file).unwrap();
            for at in 0..whole.len() {
                let mut altered = whole.clone();
                altered[at] ^= 1;
                std::fs::write(&file, &altered).unwrap();
                assert!(!read(&archive), "{name}: byte {at}");
                std::fs::write(&file, &whole[..at]).unwrap();
                assert!(!read(&archive), "{name}: cut at {at}");
            }
            std::fs::write(&file, [&*whole, b"\0"].concat()).unwrap();
            assert!(!read(&archive), "{name}: something behind it");
            std::fs::write(&file, &whole).unwrap();
            assert!(read(&archive));
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
