//! 上传防护: what a file is, by content, and how large it may become. Everything is bounded before it is read.

use std::io::{Cursor, Read};

use serde::Serialize;
use shiyan_foundation::{Refusal, labels};

use crate::{code, xls_scan};

labels! {
    /// 文件种类, decided by content, never by name.
    pub enum FileKind {
        Xlsx = "xlsx", "xlsx 工作簿", "xlsx workbook";
        Xls = "xls", "xls 工作簿", "xls workbook";
        Text = "text", "csv 文本", "csv text";
    }
}

/// 上限 of one import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Size of the file.
    pub bytes: usize,
    /// Size of a workbook's parts when unpacked, all together.
    pub unpacked: u64,
    /// Parts of a workbook.
    pub parts: usize,
    /// Rows of one sheet.
    pub rows: u32,
    /// Columns of one sheet.
    pub columns: usize,
    /// Cells of all sheets.
    pub cells: usize,
    /// Characters of one cell.
    pub cell_chars: usize,
    /// Bytes of text of all cells.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 20 << 20, unpacked: 128 << 20, parts: 2_000, rows: 200_000, columns: 300, cells: 4_000_000, cell_chars: 32_767, text: 64 << 20 }
    }
}

/// Checks size, decides the kind by content, and bounds what a workbook can unpack to.
///
/// # Errors
/// `FILE-EMPTY`, `FILE-SIZE`, `FILE-KIND`, `FILE-BOMB`, `FILE-BROKEN`.
pub fn check(bytes: &[u8], file: &str, limits: &Limits) -> Result<FileKind, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new(code::EMPTY).with("file", file));
    }
    if bytes.len() > limits.bytes {
        return Err(Refusal::new(code::TOO_BIG).with("file", file).with("size", bytes.len()).with("limit", limits.bytes));
    }
    let kind = |found: &str| Refusal::new(code::KIND).with("file", file).with("found", found);
    let known = [
        (&b"%PDF"[..], "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"Rar!", "RAR"),
        (b"7z\xbc\xaf", "7z"),
        (b"\x1f\x8b", "gzip"),
        (b"\x7fELF", "ELF"),
        (b"<!DOCTYPE", "HTML"),
        (b"<html", "HTML"),
        (b"<?xml", "XML"),
        (b"{\\rtf", "RTF"),
    ];
    if bytes.starts_with(b"PK") {
        scan_zip(bytes, file, limits)?;
        return Ok(FileKind::Xlsx);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        xls_scan::scan(bytes, file, limits)?;
        return Ok(FileKind::Xls);
    }
    let head = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match known.iter().find(|(magic, _)| head.get(..magic.len()).is_some_and(|h| h.eq_ignore_ascii_case(magic))) {
        Some((_, found)) => Err(kind(found)),
        None => Ok(FileKind::Text),
    }
}

/// The central directory first, because it is cheap; then every part is unpacked into nothing, because the directory may lie.
fn scan_zip(bytes: &[u8], file: &str, limits: &Limits) -> Result<(), Refusal> {
    let broken = |detail: &dyn std::fmt::Display| Refusal::new(code::BROKEN).with("file", file).with("detail", detail);
    let bomb = |limit: u64, unit| Refusal::new(code::BOMB).with("file", file).with("limit", limit).with("unit", unit);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    if archive.len() > limits.parts {
        return Err(bomb(limits.parts as u64, "个部件（parts）"));
    }
    let (mut declared, mut workbook) = (0u64, false);
    for i in 0..archive.len() {
        let part = archive.by_index_raw(i).map_err(|e| broken(&e))?;
        declared = declared.saturating_add(part.size());
        workbook |= part.name().is_ok_and(|n| n.starts_with("xl/"));
    }
    if declared > limits.unpacked {
        return Err(bomb(limits.unpacked, "字节（bytes）"));
    }
    if !workbook {
        return Err(Refusal::new(code::KIND).with("file", file).with("found", "zip"));
    }
    let mut left = limits.unpacked;
    let mut sink = vec![0; 64 << 10];
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).map_err(|e| broken(&e))?;
        loop {
            let n = part.read(&mut sink).map_err(|e| broken(&e))? as u64;
            if n == 0 {
                break;
            }
            left = left.checked_sub(n).ok_or_else(|| bomb(limits.unpacked, "字节（bytes）"))?;
        }
    }
    Ok(())
}
