//! 表 a table of SSD results, or of sample properties: its header names the elements, its rows are kept cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shiyan_foundation::{Refusal, text::fold};

use super::{Cell, Findings, MOST_ROWS, Model, Place, Raw, Row, Value, definition};
use crate::guard::{self, FileKind, Limits};
use crate::issue::{Severity, letter};
use crate::text;
use crate::{book, code};

/// 版式 how a table was laid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// Header, verbatim.
    pub header: Vec<String>,
    bom: bool,
    crlf: bool,
    separator: u8,
}

impl Layout {
    /// The table again, cell by cell as it was typed.
    pub(super) fn written(&self, rows: &[Row]) -> Result<Vec<u8>, Refusal> {
        let failed = |e: &dyn std::fmt::Display| Refusal::new(code::WRITE).with("detail", e);
        let end = if self.crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let begin = if self.bom { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        let mut writer = csv::WriterBuilder::new().terminator(end).delimiter(self.separator).from_writer(begin);
        writer.write_record(&self.header).map_err(|e| failed(&e))?;
        for row in rows {
            writer.write_record(self.header.iter().map(|name| row.typed(name))).map_err(|e| failed(&e))?;
        }
        writer.into_inner().map_err(|e| failed(&e))
    }
}

/// Takes a table apart: csv text in any of the usual encodings, or a workbook.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Raw, Refusal> {
    let limits = Limits::default();
    let (records, bom, crlf, separator) = match guard::check(bytes, file, &limits)? {
        FileKind::Text => {
            let (text, _) = text::decode(bytes, file)?;
            let separator = text::separator(&text);
            let records = text::split(&text, separator, true, file, &limits)?;
            (records, bytes.starts_with(b"\xef\xbb\xbf"), text.contains("\r\n"), separator)
        }
        FileKind::Xlsx | FileKind::Xls => {
            let book = book::read(bytes, file)?;
            let named = |r: &book::Row| definition().model_of(r.cells.iter().map(String::as_str)).is_some();
            let sheet = book.sheets.iter().find(|s| s.rows.iter().find(|r| !r.is_blank()).is_some_and(named)).or(book.sheets.first());
            let rows = sheet.map(|s| s.rows.iter().map(|r| (r.number, r.cells.clone())).collect()).unwrap_or_default();
            (rows, true, true, ',')
        }
    };
    let blank = |cells: &[String]| cells.iter().all(|c| fold(c).is_empty());
    let mut records = records.into_iter().filter(|(_, cells)| !blank(cells));
    let Some((head, header)) = records.next() else { return Err(Refusal::new(code::SSD_NONE).with("file", file)) };
    let Some(model) = definition().model_of(header.iter().map(|h| h.trim())) else {
        let found = header.iter().take(6).map(|h| h.trim()).collect::<Vec<_>>().join(", ");
        return Err(Refusal::new(code::SSD_MODEL).with("file", file).with("found", crate::issue::shorten(&found)));
    };
    let letters: BTreeMap<String, String> = header.iter().enumerate().rev().map(|(i, h)| (h.clone(), letter(i))).collect();
    let mut findings = Findings::of(file, false, model, letters);
    of_header(model, &header, head, &mut findings);
    let mut rows = Vec::new();
    for (number, cells) in records {
        if rows.len() == MOST_ROWS {
            return Err(Refusal::new(code::SSD_ROWS).with("file", file).with("count", MOST_ROWS + 1).with("limit", MOST_ROWS));
        }
        let surplus: Vec<&str> = cells.iter().skip(header.len()).map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
        if !surplus.is_empty() {
            let text = surplus.join(" ");
            findings.push(Severity::Error, code::SURPLUS, Place { row: number, line: number, element: "", value: &text }, &[("text", &text)], "");
        }
        let whole = surplus.is_empty();
        let kept = header.iter().zip(cells).filter(|(_, typed)| !typed.is_empty());
        let cells = kept.map(|(name, typed)| Cell { element: name.clone(), typed, value: Value::Unread }).collect();
        rows.push(Row { row: number, line: number, cells, accepted: whole });
    }
    let layout = Layout { header, bom, crlf, separator: u8::try_from(separator).unwrap_or(b',') };
    Ok(Raw { model, message: None, layout: Some(layout), rows, findings })
}

/// Columns that are unknown, twice there, or missing.
fn of_header(model: Model, header: &[String], head: u32, findings: &mut Findings) {
    use shiyan_foundation::Label;
    let mut seen = BTreeSet::new();
    for name in header {
        let at = Place { row: head, line: head, element: name, value: name };
        match definition().element(model, name) {
            Some(element) => {
                let whole = if name.contains('.') { name.to_lowercase() } else { element.name.clone() };
                if !seen.insert(whole) {
                    findings.push(Severity::Error, code::SSD_TWICE_IN_ROW, at, &[], "");
                }
            }
            None => findings.push(Severity::Error, code::SSD_ELEMENT, at, &[("model", model.zh()), ("model_en", model.en())], ""),
        }
    }
    for element in definition().of_model(model).filter(|e| e.need == super::Need::Must && !seen.contains(&e.name)) {
        findings.push(Severity::Error, code::SSD_COLUMN, Place { row: head, line: head, element: &element.name, value: "" }, &[], "");
    }
}
