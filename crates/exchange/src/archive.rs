//! 打包 many files as one zip, written piece by piece: what has been written is handed on before the next file is read, so that
//! a thousand reports never stand in memory together. Same files, same bytes.

use std::io::Write;
use std::sync::{Arc, Mutex};

use chrono::{Datelike, Timelike};
use shiyan_foundation::{NaiveDateTime, Refusal};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::code;

/// What the writer has written and nobody has taken yet.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        self.0.lock().map(|mut bytes| std::mem::take(&mut *bytes)).unwrap_or_default()
    }
}

impl Write for Shared {
    fn write(&mut self, some: &[u8]) -> std::io::Result<usize> {
        let mut bytes = self.0.lock().map_err(|_| std::io::Error::other("a writer before this one failed"))?;
        bytes.extend_from_slice(some);
        Ok(some.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// 压缩包 under way.
pub struct ZipPieces {
    writer: ZipWriter<StreamWriter<Shared>>,
    out: Shared,
}

impl std::fmt::Debug for ZipPieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZipPieces").finish_non_exhaustive()
    }
}

impl Default for ZipPieces {
    fn default() -> Self {
        let out = Shared::default();
        Self { writer: ZipWriter::new_stream(out.clone()), out }
    }
}

impl ZipPieces {
    /// Adds a file with its time and gives the bytes that are ready.
    ///
    /// # Errors
    /// `FILE-WRITE`, for instance for a name that is already taken.
    pub fn add(&mut self, name: &str, bytes: &[u8], at: NaiveDateTime) -> Result<Vec<u8>, Refusal> {
        let failed = |e: &dyn std::fmt::Display| Refusal::new(code::WRITE).with("detail", e);
        // Years before 1980 cannot be written; the file then has no time.
        let part = |n: u32| u8::try_from(n).unwrap_or_default();
        let time = u16::try_from(at.year())
            .ok()
            .and_then(|year| DateTime::from_date_and_time(year, part(at.month()), part(at.day()), part(at.hour()), part(at.minute()), part(at.second())).ok())
            .unwrap_or_default();
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(time)
            .unix_permissions(0o644);
        self.writer.start_file(entry_name(name), options).map_err(|e| failed(&e))?;
        self.writer.write_all(bytes).map_err(|e| failed(&e))?;
        Ok(self.out.take())
    }
    /// Closes the archive and gives its last bytes.
    ///
    /// # Errors
    /// `FILE-WRITE`.
    pub fn finish(self) -> Result<Vec<u8>, Refusal> {
        self.writer.finish().map_err(|e| Refusal::new(code::WRITE).with("detail", e))?;
        Ok(self.out.take())
    }
}

/// A name without folders and without what a file system of some kind does not take.
#[must_use]
pub fn entry_name(name: &str) -> String {
    let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let clean: String = name.trim().chars().map(|c| if bad(c) { '_' } else { c }).take(120).collect();
    // "." and ".." and names that begin with a dot are hidden or are folders.
    if clean.is_empty() || clean.starts_with('.') { format!("_{clean}") } else { clean }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn at() -> NaiveDateTime {
        "2026-03-12T09:30:00".parse().unwrap()
    }
    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipPieces::default();
        let mut out = Vec::new();
        for (name, bytes) in files {
            out.extend(zip.add(name, bytes, at()).unwrap());
        }
        out.extend(zip.finish().unwrap());
        out
    }

    #[test]
    fn what_goes_in_comes_out_under_its_name() {
        let files: Vec<(String, Vec<u8>)> = (0..50u8).map(|i| (format!("SY-XBJ26{i:04}.pdf"), vec![i; 3_000])).collect();
        let refs: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
        let bytes = packed(&refs);
        assert_eq!(bytes, packed(&refs), "the same files give the same bytes");
        let mut read = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(read.len(), 50);
        for (name, bytes) in &files {
            let mut found = Vec::new();
            read.by_name(name).unwrap().read_to_end(&mut found).unwrap();
            assert_eq!(&found, bytes, "{name}");
        }
    }
    #[test]
    fn pieces_are_handed_on_at_once() {
        let mut zip = ZipPieces::default();
        let noise: Vec<u8> = (0..100_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        assert!(zip.add("a.pdf", &noise, at()).unwrap().len() > 100_000, "nothing piles up inside");
        assert!(zip.add("a.pdf", b"again", at()).is_err(), "two files of one name");
    }
    #[test]
    fn names_stay_inside_the_archive() {
        assert_eq!(entry_name("../../etc/passwd"), "_.._.._etc_passwd");
        assert_eq!(entry_name("检验报告 SY-1.pdf"), "检验报告 SY-1.pdf");
        assert_eq!(entry_name(" a\\b:c\u{0}.pdf"), "a_b_c_.pdf");
        assert_eq!(entry_name(""), "_");
        let mut read = zip::ZipArchive::new(Cursor::new(packed(&[("检验报告 一.pdf", b"x"), ("..", b"y")]))).unwrap();
        assert!(read.by_name("检验报告 一.pdf").is_ok() && read.by_name("_..").is_ok());
    }
    #[test]
    fn an_archive_of_nothing_is_an_archive() {
        assert_eq!(zip::ZipArchive::new(Cursor::new(packed(&[]))).unwrap().len(), 0);
    }
}
