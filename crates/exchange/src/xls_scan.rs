//! A look over an old .xls before it is read for real. The reader allocates the box around the used cells of each sheet and
//! copies a shared string once a cell, so a small file can ask for any amount of memory; this bounds both beforehand.

use std::io::{Cursor, Read, Write};

use shiyan_foundation::Refusal;

use crate::code;
use crate::guard::Limits;
use crate::issue::letter;

pub(crate) fn u16_at(b: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(b.get(at..at.checked_add(2)?)?.try_into().ok()?))
}
pub(crate) fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(b.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Refuses a workbook whose sheets or strings would exceed the limits; a container it cannot follow is refused as damaged.
pub(crate) fn scan(bytes: &[u8], file: &str, limits: &Limits) -> Result<(), Refusal> {
    let broken = || Refusal::new(code::BROKEN).with("file", file).with("detail", "OLE");
    let stream = workbook(bytes).ok_or_else(broken)?;
    let mut strings = Vec::new();
    let (mut used, mut cells, mut text) = ((u32::MAX, 0u32, u32::MAX, 0u32), 0usize, 0u64);
    let mut boxes = 0u64;
    let mut at = 0;
    let mut sheet = 0usize;
    while let (Some(kind), Some(len)) = (u16_at(&stream, at), u16_at(&stream, at + 2)) {
        let end = (at + 4 + usize::from(len)).min(stream.len());
        let body = &stream[at + 4..end];
        let mut next = end;
        match kind {
            0x0809 => (used, sheet) = ((u32::MAX, 0, u32::MAX, 0), sheet + 1),
            0x00fc => {
                let mut parts = vec![body];
                while u16_at(&stream, next) == Some(0x003c) {
                    let Some(len) = u16_at(&stream, next + 2) else { break };
                    let stop = (next + 4 + usize::from(len)).min(stream.len());
                    parts.push(&stream[next + 4..stop]);
                    next = stop;
                }
                strings.extend(string_lengths(&parts));
            }
            // cells: formula, number, label, bool, RK, label from the shared strings, rich label, blanks and runs
            0x0006 | 0x0203 | 0x0204 | 0x0205 | 0x027e | 0x00fd | 0x00d6 | 0x0201 | 0x00bd | 0x00be => {
                if let (Some(row), Some(column)) = (u16_at(body, 0), u16_at(body, 2)) {
                    let (row, first) = (u32::from(row), u32::from(column));
                    let run = matches!(kind, 0x00bd | 0x00be).then(|| u16_at(body, body.len().checked_sub(2)?)).flatten();
                    let last = run.map_or(first, u32::from).max(first);
                    cells += (last - first + 1) as usize;
                    used = (used.0.min(row), used.1.max(row), used.2.min(first), used.3.max(last));
                    if kind == 0x00fd {
                        text += u32_at(body, 6).and_then(|i| strings.get(i as usize).copied()).unwrap_or(0);
                    }
                    let place = |info| {
                        Refusal::new(info).with("sheet", format!("#{}", sheet.saturating_sub(1))).with("row", row + 1).with("column", letter(last as usize))
                    };
                    if row >= limits.rows {
                        return Err(place(code::ROWS).with("limit", limits.rows));
                    }
                    if last as usize >= limits.columns {
                        return Err(place(code::COLUMNS).with("limit", limits.columns));
                    }
                    let area = u64::from(used.1 - used.0 + 1) * u64::from(used.3 - used.2 + 1);
                    if cells > limits.cells || boxes.saturating_add(area) > limits.cells as u64 || text > limits.text as u64 {
                        return Err(place(code::CELLS).with("limit", limits.cells));
                    }
                }
            }
            0x000a if used.0 <= used.1 => boxes += u64::from(used.1 - used.0 + 1) * u64::from(used.3 - used.2 + 1),
            _ => {}
        }
        at = next.max(at + 4);
    }
    Ok(())
}

/// Bytes that each shared string takes at most; strings may run over into the continuation records.
fn string_lengths(parts: &[&[u8]]) -> Vec<u64> {
    let mut out = Vec::new();
    let (mut part, mut at) = (0, 8);
    'strings: loop {
        while parts.get(part).is_some_and(|p| at >= p.len()) {
            at -= parts[part].len();
            part += 1;
        }
        let Some(p) = parts.get(part) else { break };
        let (Some(chars), Some(flags)) = (u16_at(p, at), p.get(at + 2)) else { break };
        at += 3;
        let runs = if flags & 8 == 0 { 0 } else { u16_at(p, at).map_or(0, usize::from) };
        at += if flags & 8 == 0 { 0 } else { 2 };
        let extra = if flags & 4 == 0 { 0 } else { u32_at(p, at).unwrap_or(0) as usize };
        at += if flags & 4 == 0 { 0 } else { 4 };
        out.push(u64::from(chars) * 3);
        let (mut left, mut width) = (usize::from(chars), usize::from(flags & 1) + 1);
        while left > 0 {
            let Some(p) = parts.get(part) else { break 'strings };
            let here = (p.len().saturating_sub(at) / width).min(left);
            left -= here;
            at += here * width;
            if left > 0 {
                // the continuation begins with a flag byte of its own
                part += 1;
                at = 1;
                width = usize::from(parts.get(part).and_then(|p| p.first()).map_or(0, |f| f & 1)) + 1;
            }
        }
        let Some(next) = at.checked_add(runs * 4).and_then(|a| a.checked_add(extra)) else { break };
        at = next;
    }
    out
}

/// The `Workbook` stream of the container, whatever else it holds.
pub(crate) fn workbook(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let path = ["Workbook", "Book"].into_iter().find(|path| container.is_stream(path))?;
    let mut stream = Vec::new();
    // no stream is longer than the file that holds it, whatever its directory says
    container.open_stream(path).ok()?.take(bytes.len() as u64).read_to_end(&mut stream).ok()?;
    Some(stream)
}

/// A container that holds the workbook alone: what was looked at is what the reader of sheets gets to see. Of a container that names two
/// workbooks it might take the other one.
pub(crate) fn alone(stream: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut container = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    container.create_stream("Workbook")?.write_all(stream)?;
    container.flush()?;
    Ok(container.into_inner().into_inner())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The stream of a workbook in the container of an .xls.
    pub(crate) fn container(book: &[u8]) -> Vec<u8> {
        alone(book).unwrap()
    }

    #[test]
    fn a_damaged_container_is_refused_or_read_but_never_a_panic() {
        let book: Vec<u8> = (0..6_000u32).flat_map(|i| [(i % 251) as u8]).collect();
        let whole = container(&book);
        assert_eq!(workbook(&whole).as_deref(), Some(book.as_slice()));
        // every byte of header, tables and directory, set to what misleads most
        for at in (0..whole.len()).filter(|at| *at < 2_048 || at % 7 == 0) {
            for value in [0, 1, 0x7f, 0xfe, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                assert!(workbook(&bytes).is_none_or(|stream| stream.len() <= bytes.len()), "{at}");
            }
        }
        for cut in (0..whole.len()).step_by(97) {
            let _ = workbook(&whole[..cut]);
        }
    }
    #[test]
    fn every_shared_string_of_a_real_workbook_is_measured() {
        for name in ["baosong_tmpl.xls", "chachongmuban.xls", "publish_tmpl.xls"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/national_templates").join(name);
            let Ok(bytes) = std::fs::read(&path) else {
                shiyan_skip::skipped("shared strings of real workbooks", &format!("../shared/external/national_templates/{name} is not beside the checkout"));
                return;
            };
            let stream = workbook(&bytes).unwrap();
            let mut at = 0;
            let mut measured = None;
            while let (Some(kind), Some(len)) = (u16_at(&stream, at), u16_at(&stream, at + 2)) {
                let body = &stream[at + 4..at + 4 + usize::from(len)];
                at += 4 + usize::from(len);
                if kind == 0x00fc {
                    let mut parts = vec![body];
                    while u16_at(&stream, at) == Some(0x003c) {
                        let len = usize::from(u16_at(&stream, at + 2).unwrap());
                        parts.push(&stream[at + 4..at + 4 + len]);
                        at += 4 + len;
                    }
                    measured = Some((string_lengths(&parts).len(), u32_at(body, 4).unwrap() as usize));
                }
            }
            let (got, want) = measured.unwrap();
            assert_eq!(got, want, "{name}");
        }
    }
    #[test]
    fn a_string_copied_too_often_is_refused() {
        let limits = Limits { text: 10_000, ..Limits::default() };
        let mut book = vec![0x09, 0x08, 0, 0];
        let record = |kind: u16, body: &[u8]| [kind.to_le_bytes().as_slice(), &u16::try_from(body.len()).unwrap().to_le_bytes(), body].concat();
        let string = [&1u32.to_le_bytes()[..], &1u32.to_le_bytes(), &1000u16.to_le_bytes(), &[0], &[b'x'; 1000]].concat();
        book.extend(record(0x00fc, &string));
        for row in 0u16..10 {
            book.extend(record(0x00fd, &[row.to_le_bytes().as_slice(), &[0; 8]].concat()));
        }
        let file = container(&book);
        assert_eq!(scan(&file, "x", &limits).unwrap_err().code(), "FILE-CELLS");
        assert!(scan(&file, "x", &Limits::default()).is_ok());
    }
}
