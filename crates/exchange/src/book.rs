//! 工作簿 any accepted file as sheets of text cells. Numbers and dates become text, once, here.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xls, Xlsx};
use serde::Serialize;
use shiyan_foundation::Refusal;

use crate::code;
use crate::guard::{self, FileKind, Limits};
use crate::issue::letter;
use crate::text::{self, TextEncoding};

/// 一行: its number in the file and its cells; a row without content is kept, so that rows can be counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// As a spreadsheet numbers it, first row 1; for text files the line it begins on.
    pub number: u32,
    /// Cells from column A.
    pub cells: Vec<String>,
}

impl Row {
    /// The cell, or empty.
    #[must_use]
    pub fn cell(&self, index: usize) -> &str {
        self.cells.get(index).map_or("", String::as_str)
    }
    /// Nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| shiyan_foundation::text::fold(c).is_empty())
    }
}

/// 工作表
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Name; empty for text files.
    pub name: String,
    /// Rows in order; numbers may jump where a workbook stores nothing.
    pub rows: Vec<Row>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Book {
    /// Kind by content.
    pub kind: FileKind,
    /// Encoding of a text file.
    pub encoding: Option<TextEncoding>,
    /// Sheets in order, hidden ones included.
    pub sheets: Vec<Sheet>,
}

/// Reads a file within the default limits.
///
/// # Errors
/// A `FILE-…` or `CSV-…` refusal; never a panic.
pub fn read(bytes: &[u8], file: &str) -> Result<Book, Refusal> {
    read_within(bytes, file, &Limits::default())
}

/// Reads a file within given limits.
///
/// # Errors
/// As [`read`].
pub fn read_within(bytes: &[u8], file: &str, limits: &Limits) -> Result<Book, Refusal> {
    let kind = guard::check(bytes, file, limits)?;
    if kind == FileKind::Text {
        let (text, encoding) = text::decode(bytes, file)?;
        let rows = text::records(&text, file, limits)?.into_iter().map(|(number, cells)| Row { number, cells }).collect();
        return Ok(Book { kind, encoding: Some(encoding), sheets: vec![Sheet { name: String::new(), rows }] });
    }
    // the workbook readers are not ours; a panic in one of them is a damaged file, not a dead worker
    let read = catch_unwind(AssertUnwindSafe(|| match kind {
        FileKind::Xls => xls(bytes, file, limits),
        _ => xlsx(bytes, file, limits),
    }));
    let sheets = read.unwrap_or_else(|_| Err(broken(file, &"panic")))?;
    Ok(Book { kind, encoding: None, sheets })
}

fn broken(file: &str, detail: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(code::BROKEN).with("file", file).with("detail", detail)
}

/// Puts cells into rows and keeps the bounds; blank rows between used ones are filled in while they are few.
struct Filler<'a> {
    limits: &'a Limits,
    cells: usize,
    text: usize,
}

impl Filler<'_> {
    fn put(&mut self, sheet: &mut Sheet, row: u32, column: u32, value: &str) -> Result<(), Refusal> {
        let column = column as usize;
        let refuse = |info, limit: usize| {
            Err(Refusal::new(info).with("sheet", &sheet.name).with("row", u64::from(row) + 1).with("column", letter(column)).with("limit", limit))
        };
        if row >= self.limits.rows {
            return refuse(code::ROWS, self.limits.rows as usize);
        }
        if column >= self.limits.columns {
            return refuse(code::COLUMNS, self.limits.columns);
        }
        if value.len() > self.limits.cell_chars && value.chars().count() > self.limits.cell_chars {
            return refuse(code::CELL_TEXT, self.limits.cell_chars);
        }
        let number = row + 1;
        // rows come in order from every sane file; a backward jump is put where it belongs
        let at = match sheet.rows.last() {
            Some(last) if last.number == number => sheet.rows.len() - 1,
            Some(last) if last.number > number => match sheet.rows.binary_search_by_key(&number, |r| r.number) {
                Ok(at) => at,
                Err(at) => {
                    sheet.rows.insert(at, Row { number, cells: Vec::new() });
                    at
                }
            },
            last => {
                let from = last.map_or(1, |l| l.number + 1);
                sheet.rows.extend((from..=number).map(|number| Row { number, cells: Vec::new() }));
                sheet.rows.len() - 1
            }
        };
        let cells = &mut sheet.rows[at].cells;
        let grown = (column + 1).saturating_sub(cells.len());
        self.cells += grown;
        self.text += value.len();
        if self.cells > self.limits.cells || self.text > self.limits.text {
            return refuse(code::CELLS, self.limits.cells);
        }
        if grown > 0 {
            cells.resize(column + 1, String::new());
        }
        value.clone_into(&mut cells[column]);
        Ok(())
    }
}

fn xlsx(bytes: &[u8], file: &str, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| broken(file, &e))?;
    let mut filler = Filler { limits, cells: 0, text: 0 };
    let mut sheets = Vec::new();
    let worksheets: Vec<String> = book.sheets_metadata().iter().filter(|s| s.typ == calamine::SheetType::WorkSheet).map(|s| s.name.clone()).collect();
    for name in worksheets {
        let mut sheet = Sheet { name: name.clone(), rows: Vec::new() };
        let mut reader = book.worksheet_cells_reader(&name).map_err(|e| broken(file, &e))?;
        let mut seen = 0usize;
        while let Some(cell) = reader.next_cell().map_err(|e| broken(file, &e))? {
            let (row, column) = cell.get_position();
            // empty cells are counted too: a file can hold millions of them
            seen += 1;
            if seen > limits.cells {
                return Err(Refusal::new(code::CELLS)
                    .with("sheet", &name)
                    .with("row", u64::from(row) + 1)
                    .with("column", letter(column as usize))
                    .with("limit", limits.cells));
            }
            let value = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::SharedString(s) => std::borrow::Cow::Borrowed(*s),
                DataRef::String(s) => s.as_str().into(),
                DataRef::Float(f) => number(*f).into(),
                DataRef::Int(i) => i.to_string().into(),
                DataRef::Bool(b) => if *b { "TRUE" } else { "FALSE" }.into(),
                DataRef::DateTime(d) => date(d).into(),
                DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.as_str().into(),
                DataRef::Error(e) => e.to_string().into(),
            };
            filler.put(&mut sheet, row, column, &value)?;
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn xls(bytes: &[u8], file: &str, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|e| broken(file, &e))?;
    let mut filler = Filler { limits, cells: 0, text: 0 };
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(|e| broken(file, &e))?;
        let mut sheet = Sheet { name, rows: Vec::new() };
        let (top, left) = range.start().unwrap_or((0, 0));
        for (row, column, value) in range.used_cells() {
            let value = match value {
                Data::Empty => continue,
                Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => s.clone(),
                Data::Float(f) => number(*f),
                Data::Int(i) => i.to_string(),
                Data::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
                Data::DateTime(d) => date(d),
                Data::Error(e) => e.to_string(),
            };
            let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
            filler.put(&mut sheet, top.saturating_add(row), left.saturating_add(column), &value)?;
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// The shortest text that means the same number: `2`, `0.56`.
fn number(f: f64) -> String {
    f.to_string()
}

/// `2026-03-05`, with the time when there is one; durations stay numbers.
fn date(d: &ExcelDateTime) -> String {
    if d.is_duration() {
        return number(d.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = d.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
