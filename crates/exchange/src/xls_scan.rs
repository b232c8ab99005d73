//! A look over an old .xls before it is read for real. The reader allocates the box around the used cells of each sheet and
//! copies a shared string once a cell, so a small file can ask for any amount of memory; this bounds both beforehand.

use shiyan_foundation::Refusal;

use crate::code;
use crate::guard::Limits;
use crate::issue::letter;

const END: u32 = 0xffff_fffa;

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

/// The `Workbook` stream of the container.
pub(crate) fn workbook(b: &[u8]) -> Option<Vec<u8>> {
    let size = 1usize.checked_shl(u32::from(u16_at(b, 30)?)).filter(|s| (64..=4096).contains(s))?;
    let sector = |id: u32| -> Option<&[u8]> {
        let from = (id as usize).checked_add(1)?.checked_mul(size)?;
        b.get(from..from.checked_add(size)?.min(b.len()).max(from))
    };
    let most = b.len() / size + 2;
    let mut tables: Vec<u32> = (0..109).filter_map(|i| u32_at(b, 76 + i * 4)).collect();
    let (mut next, mut steps) = (u32_at(b, 68)?, 0);
    while next < END && steps < most {
        let s = sector(next)?;
        tables.extend((0..size / 4 - 1).filter_map(|i| u32_at(s, i * 4)));
        next = u32_at(s, size - 4)?;
        steps += 1;
    }
    let fat: Vec<u32> =
        tables.into_iter().filter(|t| *t < END).take(most).filter_map(sector).flat_map(|s| s.chunks_exact(4).filter_map(|c| u32_at(c, 0))).collect();
    let chain = |start: u32| -> Vec<u8> {
        let (mut out, mut id, mut steps) = (Vec::new(), start, 0);
        while id < END && steps < most {
            let Some(s) = sector(id) else { break };
            out.extend_from_slice(s);
            id = fat.get(id as usize).copied().unwrap_or(u32::MAX);
            steps += 1;
        }
        out
    };
    let directory = chain(u32_at(b, 48)?);
    let entries: Vec<(String, u32, usize)> = directory
        .chunks_exact(128)
        .filter_map(|e| {
            let units: Vec<u16> = (0..32).filter_map(|i| u16_at(e, i * 2)).take_while(|u| *u != 0).collect();
            Some((String::from_utf16_lossy(&units), u32_at(e, 116)?, u32_at(e, 120)? as usize))
        })
        .collect();
    let (_, start, len) = entries.iter().find(|(name, ..)| ["workbook", "book"].contains(&name.to_lowercase().as_str()))?;
    let cutoff = u32_at(b, 56)? as usize;
    let mut stream = if *len >= cutoff {
        chain(*start)
    } else {
        let mini = chain(entries.first()?.1);
        let minifat: Vec<u32> = chain(u32_at(b, 60)?).chunks_exact(4).filter_map(|c| u32_at(c, 0)).collect();
        let (mut out, mut id, mut steps) = (Vec::new(), *start, 0);
        while id < END && steps < mini.len() / 64 + 2 {
            let from = id as usize * 64;
            let Some(s) = mini.get(from..(from + 64).min(mini.len())) else { break };
            out.extend_from_slice(s);
            id = minifat.get(id as usize).copied().unwrap_or(u32::MAX);
            steps += 1;
        }
        out
    };
    stream.truncate((*len).min(b.len()));
    Some(stream)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The stream of a workbook in the container of an .xls.
    pub(crate) fn container(mut book: Vec<u8>) -> Vec<u8> {
        let mut file = vec![0u8; 512];
        file[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        // shorter streams stand somewhere else in the container
        book.resize(book.len().max(4096), 0);
        let mut put = |at: usize, v: u32| file[at..at + 4].copy_from_slice(&v.to_le_bytes());
        put(26, 3);
        put(30, 9 | 6 << 16);
        put(44, 1);
        put(48, 1);
        put(56, 0);
        put(60, u32::MAX);
        put(68, u32::MAX);
        (0..109).for_each(|i| put(76 + i * 4, if i == 0 { 0 } else { u32::MAX }));
        let sectors = book.len().div_ceil(512);
        let mut fat: Vec<u32> = vec![0xffff_fffd, 0xffff_fffe];
        fat.extend((0..sectors).map(|i| if i + 1 == sectors { 0xffff_fffe } else { i as u32 + 3 }));
        fat.resize(128, u32::MAX);
        file.extend(fat.iter().flat_map(|v| v.to_le_bytes()));
        let mut directory = vec![0u8; 512];
        for (i, unit) in "Workbook".encode_utf16().enumerate() {
            directory[i * 2..i * 2 + 2].copy_from_slice(&unit.to_le_bytes());
        }
        directory[116..120].copy_from_slice(&2u32.to_le_bytes());
        directory[120..124].copy_from_slice(&u32::try_from(book.len()).unwrap().to_le_bytes());
        file.extend(directory);
        book.resize(sectors * 512, 0);
        file.extend(book);
        file
    }

    #[test]
    fn every_shared_string_of_a_real_workbook_is_measured() {
        for name in ["baosong_tmpl.xls", "chachongmuban.xls", "publish_tmpl.xls"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/external/national_templates").join(name);
            let Ok(bytes) = std::fs::read(&path) else {
                println!("SKIPPED: ../shared/external/national_templates/{name} is not at hand");
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
        let file = container(book);
        assert_eq!(scan(&file, "x", &limits).unwrap_err().code(), "FILE-CELLS");
        assert!(scan(&file, "x", &Limits::default()).is_ok());
    }
}
