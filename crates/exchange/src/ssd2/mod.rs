//! 标准样品描述 results as EFSA's standard sample description has them: SSD2 as an XML message, and the flat table of 2010 with the
//! properties of its samples. Read into typed rows and findings, each by row and element; written back the same; and the results of this
//! house in its elements. What is checked stands in `data/ssd2`.

mod check;
mod definition;
mod export;
mod table;
mod write;
mod xml;

use std::collections::BTreeMap;

use serde::Serialize;
use shiyan_foundation::{CodeInfo, Decimal, Lang, NaiveDate, Refusal};

pub use definition::{Check, CodeLine, Definition, Element, Kind, Model, Need, Rule, definition};
pub use export::{Left, Line, NOT_IN_LIST, Tested, line};
pub use table::Layout;
pub use write::{Message, csv, message_xml};

use crate::code;
use crate::issue::{Severity, shorten};

/// Results of one file.
pub const MOST_ROWS: usize = 200_000;
/// Findings of one file that are listed; the rest is counted.
pub const MOST_ISSUES: usize = 1_000;
/// Files of one set.
pub const MOST_FILES: usize = 20;

/// 值 what was read of one element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// 文字
    Text(String),
    /// 代码
    Code(String),
    /// 整数
    Integer(i64),
    /// 小数, exact.
    Number(Decimal),
    /// Not what the element takes; a finding says why.
    Unread,
}

/// 一格 one element of a row: as typed, and as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Name, as in the file.
    pub element: String,
    /// Exactly as typed.
    pub typed: String,
    /// As read.
    pub value: Value,
}

/// 一行 one result, or one property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Row of a table as a spreadsheet numbers it; of a message which result it is, from 1.
    pub row: u32,
    /// Line of the file on which it begins.
    pub line: u32,
    /// Its elements that are not empty, in the order of the file.
    pub cells: Vec<Cell>,
    /// Nothing in it is refused.
    pub accepted: bool,
}

impl Row {
    /// What was read of an element.
    #[must_use]
    pub fn value(&self, element: &str) -> Option<&Value> {
        self.cells.iter().find(|c| c.element == element).map(|c| &c.value)
    }
    /// What was typed for an element; empty where nothing was.
    #[must_use]
    pub fn typed(&self, element: &str) -> &str {
        self.cells.iter().find(|c| c.element == element).map_or("", |c| c.typed.as_str())
    }
}

/// 问题 one finding, by row and element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// File.
    pub file: String,
    /// Row as in [`Row::row`].
    pub row: u32,
    /// Line of the file.
    pub line: u32,
    /// Column of a table by its letter; empty for a message.
    pub letter: String,
    /// Element by its name; empty for the whole row.
    pub element: String,
    /// Element by the code of the standard, `M.03`.
    pub element_code: String,
    /// What stood there.
    pub value: String,
    /// An error refuses the row.
    pub severity: Severity,
    /// Stable code.
    pub code: &'static str,
    /// The rule of EFSA that says the same, where one does.
    pub rule: String,
    /// What is wrong, Chinese, with the place in front.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// What to do, Chinese.
    pub next_zh: String,
    /// What to do, English.
    pub next_en: String,
}

/// Where a finding is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) row: u32,
    pub(crate) line: u32,
    pub(crate) element: &'a str,
    pub(crate) value: &'a str,
}

/// Findings as they are made: the first thousand in words, all of them counted.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    file: String,
    message: bool,
    model: Option<Model>,
    letters: BTreeMap<String, String>,
    pub(crate) list: Vec<Finding>,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
}

impl Findings {
    pub(crate) fn of(file: &str, message: bool, model: Model, letters: BTreeMap<String, String>) -> Self {
        Self { file: file.to_owned(), message, model: Some(model), letters, ..Self::default() }
    }
    pub(crate) fn push(&mut self, severity: Severity, info: &'static CodeInfo, at: Place<'_>, facts: &[(&'static str, &str)], rule: &str) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        // an error is listed before a warning that came earlier
        if self.list.len() >= MOST_ISSUES {
            let Some(gone) = self.list.iter().rposition(|f| f.severity == Severity::Warning).filter(|_| severity == Severity::Error) else { return };
            self.list.remove(gone);
        }
        let element = self.model.and_then(|m| definition().element(m, at.element));
        let letter = self.letters.get(at.element).cloned().unwrap_or_default();
        let mut refusal = Refusal::new(info).with("name", at.element).with("value", shorten(at.value));
        if let Some(e) = element {
            refusal = refusal.with("zh", &e.zh).with("en", &e.en);
        }
        for (key, value) in facts {
            refusal = refusal.with(key, shorten(value));
        }
        let (place_zh, place_en) = self.place(at, &letter);
        self.list.push(Finding {
            file: self.file.clone(),
            row: at.row,
            line: at.line,
            letter,
            element: at.element.to_owned(),
            element_code: element.map_or_else(String::new, |e| e.code.clone()),
            value: shorten(at.value),
            severity,
            code: refusal.code(),
            rule: rule.to_owned(),
            zh: format!("{place_zh}：{}", refusal.what(Lang::Zh)),
            en: format!("{place_en}: {}", refusal.what(Lang::En)),
            next_zh: refusal.next(Lang::Zh),
            next_en: refusal.next(Lang::En),
        });
    }
    fn place(&self, at: Place<'_>, letter: &str) -> (String, String) {
        let (mut zh, mut en) = match (self.message, at.row) {
            (true, 0) => (format!("第 {} 行", at.line), format!("line {}", at.line)),
            (true, row) => (format!("第 {row} 条结果（第 {} 行）", at.line), format!("result {row} (line {})", at.line)),
            (false, row) => (format!("第 {row} 行"), format!("row {row}")),
        };
        match (at.element, letter) {
            ("", _) => {}
            (name, "") => {
                zh = format!("{zh} {name}");
                en = format!("{en}, {name}");
            }
            (name, letter) => {
                zh = format!("{zh} {letter} 列（{name}）");
                en = format!("{en}, column {letter} ({name})");
            }
        }
        (zh, en)
    }
}

/// 读到的文件 one file: its rows, and what is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ssd {
    /// File name.
    pub file: String,
    /// Which table of the standard it is.
    pub model: Model,
    /// 报文头 of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// How a table was laid out, so that it is written back the same.
    #[serde(skip)]
    pub layout: Option<Layout>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Findings, at most [`MOST_ISSUES`].
    pub findings: Vec<Finding>,
    /// Errors in all.
    pub errors: u64,
    /// Warnings in all.
    pub warnings: u64,
}

impl Ssd {
    /// Nothing in the file is refused.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.errors == 0
    }
    /// Rows that are refused.
    #[must_use]
    pub fn refused_rows(&self) -> usize {
        self.rows.iter().filter(|r| !r.accepted).count()
    }
    /// The same file again: a table as it was laid out, a message in our order of lines.
    ///
    /// # Errors
    /// `FILE-WRITE`.
    pub fn written(&self) -> Result<Vec<u8>, Refusal> {
        match &self.layout {
            Some(layout) => layout.written(&self.rows),
            None => {
                let lines = self.rows.iter().map(|r| r.cells.iter().map(|c| (c.element.clone(), c.typed.clone())).collect());
                Ok(message_xml(self.message.as_ref().unwrap_or(&Message::default()), lines))
            }
        }
    }
}

/// What is checked once a file was taken apart.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) model: Model,
    pub(crate) message: Option<Message>,
    pub(crate) layout: Option<Layout>,
    pub(crate) rows: Vec<Row>,
    pub(crate) findings: Findings,
}

fn is_xml(bytes: &[u8]) -> bool {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    body.starts_with(b"<") || bytes.starts_with(b"\xff\xfe<\0") || bytes.starts_with(b"\xfe\xff\0<")
}

/// 读 one file, as it stood on a day.
///
/// # Errors
/// `SSD-XML`, `SSD-DTD`, `SSD-ENCODING`, `SSD-MODEL`, `SSD-ROWS`, `SSD-NO-ROWS`; a table also what [`crate::book::read`] refuses.
pub fn read(bytes: &[u8], file: &str, today: NaiveDate) -> Result<Ssd, Refusal> {
    let raw = if is_xml(bytes) { xml::read(bytes, file)? } else { table::read(bytes, file)? };
    if raw.rows.is_empty() {
        return Err(Refusal::new(code::SSD_NONE).with("file", file));
    }
    Ok(check::checked(raw, file, today))
}

/// 读一组 the files of a set together: what one names stands in another.
///
/// # Errors
/// What [`read`] refuses; `FILE-ROWS` for more than [`MOST_FILES`].
pub fn read_set(files: &[(String, Vec<u8>)], today: NaiveDate) -> Result<Vec<Ssd>, Refusal> {
    if files.len() > MOST_FILES {
        let first = files.first().map_or("", |(name, _)| name.as_str());
        return Err(Refusal::new(code::ROWS).with("sheet", first).with("row", files.len()).with("limit", MOST_FILES));
    }
    let mut set = files.iter().map(|(name, bytes)| read(bytes, name, today)).collect::<Result<Vec<_>, _>>()?;
    check::across(&mut set);
    Ok(set)
}
