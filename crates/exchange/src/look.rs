//! 工作表的样子 what the readers of workbooks do not tell: hidden rows and columns, the filter, merged cells, formulas without a
//! result, and in an old .xls the number format of each cell.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufReader, Cursor, Read, Seek};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use crate::guard::Limits;
use crate::{number_format, xls_scan};

/// Merged areas of one sheet that are looked at.
const MOST_MERGES: usize = 100_000;

/// A rectangle of cells, counted from 0, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) top: u32,
    pub(crate) left: u32,
    pub(crate) bottom: u32,
    pub(crate) right: u32,
}

/// What one sheet looks like; rows and columns are counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) hidden_rows: BTreeSet<u32>,
    pub(crate) hidden_columns: Vec<(u32, u32)>,
    /// The area under a filter.
    pub(crate) filtered: Option<Area>,
    pub(crate) merges: Vec<Area>,
    /// Cells with a formula and no value.
    pub(crate) not_computed: Vec<(u32, u32)>,
    /// Number formats, of an .xls only.
    pub(crate) formats: HashMap<(u32, u32), String>,
}

// ---------------------------------------------------------------- xlsx

fn parts<R: Read + Seek>(archive: &mut ZipArchive<R>, path: &str, mut each: impl FnMut(Part<'_>)) -> Option<()> {
    // the names of parts do not tell upper from lower case
    let name = archive.file_names().flatten().find(|n| n.eq_ignore_ascii_case(path))?.into_owned();
    let mut xml = Reader::from_reader(BufReader::new(archive.by_name(&name).ok()?));
    let config = xml.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(e)) => each(Part::Start(&e)),
            Ok(Event::End(e)) => each(Part::End(e.local_name().as_ref())),
            Ok(Event::Eof) => return Some(()),
            Ok(_) => {}
            // the reader proper says what is wrong with the file
            Err(_) => return None,
        }
    }
}

enum Part<'a> {
    Start(&'a BytesStart<'a>),
    End(&'a str),
}

fn attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = e.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

fn yes(e: &BytesStart<'_>, name: &str) -> bool {
    attribute(e, name).is_some_and(|v| v == "1" || v.eq_ignore_ascii_case("true"))
}

fn none(e: &BytesStart<'_>, name: &str) -> bool {
    attribute(e, name).and_then(|v| v.parse::<f64>().ok()).is_some_and(|v| v <= 0.0)
}

/// Every sheet by name; `None` when the book names no sheets at all.
pub(crate) fn xlsx(bytes: &[u8], limits: &Limits) -> Option<HashMap<String, Look>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut book = String::new();
    let _ = parts(&mut archive, "_rels/.rels", |part| {
        if let Part::Start(e) = part
            && attribute(e, "Type").is_some_and(|t| t.ends_with("/officeDocument"))
        {
            book = attribute(e, "Target").unwrap_or_default().trim_start_matches('/').to_owned();
        }
    });
    if book.is_empty() {
        "xl/workbook.xml".clone_into(&mut book);
    }
    let (folder, file) = book.rsplit_once('/').unwrap_or(("", &book));
    let mut sheets: Vec<(String, String)> = Vec::new();
    parts(&mut archive, &book, |part| {
        if let Part::Start(e) = part
            && e.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (attribute(e, "name"), attribute(e, "id"))
        {
            sheets.push((name, id));
        }
    })?;
    let mut targets: HashMap<String, String> = HashMap::new();
    parts(&mut archive, &format!("{folder}/_rels/{file}.rels"), |part| {
        if let Part::Start(e) = part
            && let (Some(id), Some(target)) = (attribute(e, "Id"), attribute(e, "Target"))
        {
            let path = if let Some(whole) = target.strip_prefix('/') { whole.to_owned() } else { format!("{folder}/{target}") };
            targets.insert(id, path);
        }
    })?;
    let mut out = HashMap::new();
    for (name, id) in sheets {
        let Some(path) = targets.get(&id) else { continue };
        let mut sheet = SheetParts::default();
        let _ = parts(&mut archive, path, |part| sheet.take(&part, limits));
        out.insert(name, sheet.look);
    }
    Some(out)
}

#[derive(Default)]
struct SheetParts {
    look: Look,
    row: u32,
    column: u32,
    formula: bool,
    value: bool,
}

impl SheetParts {
    fn take(&mut self, part: &Part<'_>, limits: &Limits) {
        match part {
            Part::Start(e) => match e.local_name().as_ref() {
                "row" => {
                    if let Some(row) = attribute(e, "r").and_then(|r| r.parse::<u32>().ok()).and_then(|r| r.checked_sub(1)) {
                        self.row = row;
                    }
                    self.column = 0;
                    if (yes(e, "hidden") || none(e, "ht")) && self.row < limits.rows {
                        self.look.hidden_rows.insert(self.row);
                    }
                }
                "c" => {
                    if let Some((row, column)) = attribute(e, "r").and_then(|r| place(&r)) {
                        (self.row, self.column) = (row, column);
                    }
                    (self.formula, self.value) = (false, false);
                }
                "f" => self.formula = true,
                "v" | "is" => self.value = true,
                "col" if yes(e, "hidden") || none(e, "width") => {
                    let end = |name| attribute(e, name).and_then(|v| v.parse::<u32>().ok()).and_then(|v| v.checked_sub(1));
                    if let (Some(from), Some(to)) = (end("min"), end("max"))
                        && self.look.hidden_columns.len() < MOST_MERGES
                    {
                        self.look.hidden_columns.push((from, to));
                    }
                }
                // a filter of the sheet itself; one inside a table has a part of its own
                "autoFilter" => self.look.filtered = attribute(e, "ref").and_then(|r| area(&r)),
                "mergeCell" if self.look.merges.len() < MOST_MERGES => self.look.merges.extend(attribute(e, "ref").and_then(|r| area(&r))),
                _ => {}
            },
            Part::End("row") => self.row += 1,
            Part::End("c") => {
                if self.formula && !self.value && self.look.not_computed.len() < limits.cells {
                    self.look.not_computed.push((self.row, self.column));
                }
                self.column += 1;
            }
            Part::End(_) => {}
        }
    }
}

/// `B12` as row and column, counted from 0.
fn place(text: &str) -> Option<(u32, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let column = letters.bytes().fold(0u32, |sum, b| sum * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column - 1))
}

fn area(text: &str) -> Option<Area> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let ((top, left), (bottom, right)) = (place(from)?, place(to)?);
    (top <= bottom && left <= right).then_some(Area { top, left, bottom, right })
}

// ---------------------------------------------------------------- xls

/// Every sheet in the order of the book. What cannot be followed is left as it is: the reader proper refuses damaged files.
pub(crate) fn xls(stream: &[u8]) -> Vec<Look> {
    let u16_at = xls_scan::u16_at;
    let u32_at = xls_scan::u32_at;
    let (mut formats, mut styles, mut starts): (HashMap<u16, String>, Vec<u16>, Vec<usize>) = (HashMap::new(), Vec::new(), Vec::new());
    let mut unicode = true;
    for (kind, body) in records(stream, 0) {
        match kind {
            0x0809 => unicode = u16_at(body, 0) == Some(0x0600),
            0x0085 => starts.extend(u32_at(body, 0).map(|at| at as usize)),
            0x041e => {
                if let (Some(id), Some(text)) = (u16_at(body, 0), format_text(body, unicode)) {
                    formats.insert(id, text);
                }
            }
            0x00e0 => styles.push(u16_at(body, 2).unwrap_or(0)),
            0x000a => break,
            _ => {}
        }
    }
    let format = |style: u16| {
        let id = styles.get(usize::from(style)).copied().unwrap_or(0);
        formats.get(&id).map(String::as_str).or_else(|| number_format::builtin(u32::from(id))).unwrap_or("General")
    };
    starts.into_iter().map(|start| xls_sheet(stream, start, &format)).collect()
}

fn xls_sheet<'f>(stream: &[u8], start: usize, format: &dyn Fn(u16) -> &'f str) -> Look {
    let u16_at = xls_scan::u16_at;
    let mut look = Look::default();
    let mut depth = 0;
    let mut filter = false;
    for (kind, body) in records(stream, start) {
        match kind {
            0x0809 => depth += 1,
            0x000a if depth > 1 => depth -= 1,
            0x000a => break,
            // charts inside the sheet have cells of their own
            _ if depth > 1 => {}
            0x0006 | 0x0203 | 0x027e => {
                if let (Some(row), Some(column), Some(style)) = (u16_at(body, 0), u16_at(body, 2), u16_at(body, 4)) {
                    let code = format(style);
                    if code != "General" {
                        look.formats.insert((row.into(), column.into()), code.to_owned());
                    }
                }
            }
            0x00bd => {
                if let (Some(row), Some(first)) = (u16_at(body, 0), u16_at(body, 2)) {
                    for (n, cell) in body.get(4..body.len().saturating_sub(2)).unwrap_or_default().chunks_exact(6).enumerate() {
                        let code = format(u16_at(cell, 0).unwrap_or(0));
                        let column = u32::from(first).saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
                        if code != "General" {
                            look.formats.insert((row.into(), column), code.to_owned());
                        }
                    }
                }
            }
            0x0208 => {
                if let (Some(row), Some(flags)) = (u16_at(body, 0), u16_at(body, 12))
                    && flags & 0x20 != 0
                {
                    look.hidden_rows.insert(row.into());
                }
            }
            0x007d => {
                if let (Some(from), Some(to), Some(flags)) = (u16_at(body, 0), u16_at(body, 2), u16_at(body, 8))
                    && flags & 1 != 0
                {
                    look.hidden_columns.push((from.into(), to.into()));
                }
            }
            0x009b => filter = true,
            0x00e5 => {
                let areas = body.get(2..).unwrap_or_default().chunks_exact(8).filter_map(|a| {
                    let n = |at| u16_at(a, at).map(u32::from);
                    Some(Area { top: n(0)?, bottom: n(2)?, left: n(4)?, right: n(6)? })
                });
                look.merges.extend(areas.filter(|a| a.top <= a.bottom && a.left <= a.right));
            }
            _ => {}
        }
    }
    if filter {
        look.filtered = Some(Area { top: 0, left: 0, bottom: u32::from(u16::MAX), right: 255 });
    }
    look
}

fn records(stream: &[u8], start: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = start;
    std::iter::from_fn(move || {
        let (kind, len) = (xls_scan::u16_at(stream, at)?, xls_scan::u16_at(stream, at.checked_add(2)?)?);
        let from = at.checked_add(4)?;
        let body = stream.get(from..from.checked_add(usize::from(len))?.min(stream.len()))?;
        at = from + usize::from(len);
        Some((kind, body))
    })
}

fn format_text(body: &[u8], unicode: bool) -> Option<String> {
    if !unicode {
        let length = usize::from(*body.get(2)?);
        return Some(encoding_rs::GBK.decode_without_bom_handling(body.get(3..3 + length)?).0.into_owned());
    }
    let length = usize::from(xls_scan::u16_at(body, 2)?);
    let wide = body.get(4)? & 1 == 1;
    let text = body.get(5..5 + length * if wide { 2 } else { 1 })?;
    let units: Vec<u16> =
        if wide { text.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect() } else { text.iter().map(|b| u16::from(*b)).collect() };
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{self, Hidden};

    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        [kind.to_le_bytes().as_slice(), &u16::try_from(body.len()).unwrap().to_le_bytes(), body].concat()
    }
    fn words(list: &[u16]) -> Vec<u8> {
        list.iter().flat_map(|w| w.to_le_bytes()).collect()
    }
    fn number(row: u16, column: u16, style: u16, value: f64) -> Vec<u8> {
        record(0x0203, &[words(&[row, column, style]), value.to_le_bytes().to_vec()].concat())
    }
    /// An .xls: 15.2 % in A1, a stored 0.15 in A2 (a hidden row), 7 in B2 and B3 merged with it, column C hidden.
    fn old_workbook() -> Vec<u8> {
        let bof = |kind: u16| record(0x0809, &words(&[0x0600, kind, 0, 0, 0, 0, 0, 0]));
        let format = record(0x041e, &[words(&[164, 4]), vec![0], b"0.0%".to_vec()].concat());
        let styles = [0u16, 164, 2].map(|f| record(0x00e0, &words(&[0, f, 0, 0, 0, 0, 0, 0, 0, 0]))).concat();
        let name = |at: u32| record(0x0085, &[at.to_le_bytes().to_vec(), vec![0, 0, 1, 0, b'A']].concat());
        let end = record(0x000a, &[]);
        let head = [bof(5), format, styles].concat();
        let at = u32::try_from(head.len() + name(0).len() + end.len()).unwrap();
        let row = |row: u16, flags: u16| record(0x0208, &words(&[row, 0, 3, 255, 0, 0, flags, 0]));
        let run = record(
            0x00bd,
            &[words(&[3, 0, 1]), 0x3fc0_0000u32.to_le_bytes().to_vec(), words(&[2]), 0x402a_0000u32.to_le_bytes().to_vec(), words(&[1])].concat(),
        );
        let sheet = [
            bof(0x10),
            record(0x007d, &words(&[2, 2, 256, 0, 1, 0])),
            row(0, 0),
            row(1, 0x20),
            number(0, 0, 1, 0.152),
            number(0, 2, 0, 9.0),
            number(1, 0, 0, 0.15),
            number(1, 1, 0, 7.0),
            number(2, 0, 2, 10.5),
            run,
            record(0x00e5, &words(&[1, 1, 2, 1, 1])),
            end.clone(),
        ];
        xls_scan::tests::container(&[head, name(at), end, sheet.concat()].concat())
    }

    #[test]
    fn an_old_workbook_shows_what_it_shows() {
        let read = |hidden| book::read_with(&old_workbook(), "x.xls", hidden).unwrap().sheets.remove(0);
        let sheet = read(Hidden::LeaveOut);
        let cells: Vec<Vec<&str>> = sheet.rows.iter().map(|r| r.cells.iter().map(String::as_str).collect()).collect();
        assert_eq!(cells, [vec!["15.2%", "", ""], vec!["10.50", "7"], vec!["12.5%", "13.00"]]);
        let codes: Vec<&str> = sheet.notes.iter().map(|n| n.code).collect();
        assert_eq!(codes, ["COLUMN-HIDDEN", "ROW-HIDDEN", "CELL-MERGED"]);
        let sheet = read(Hidden::Take);
        assert_eq!((sheet.rows.len(), sheet.rows[0].cell(2), sheet.rows[1].cell(0)), (4, "9", "0.15"));
    }
    #[test]
    fn places_are_read_or_not() {
        assert_eq!((place("A1"), place("$AB$12"), place("XFD1048576")), (Some((0, 0)), Some((11, 27)), Some((1_048_575, 16_383))));
        for text in ["", "A", "1", "A0", "ABCD1", "A-1", "é1"] {
            assert_eq!(place(text), None, "{text}");
        }
        assert_eq!(area("B2:A1"), None);
    }
}
