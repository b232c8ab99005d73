//! 报文 an SSD2 message, read as a stream: no document type, no entity but the five of XML itself, nothing nested deeper than a message is.
//! `message/payload/dataset/result` holds the results; what is wrong with the file itself is told by its place.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use shiyan_foundation::Refusal;

use super::{Cell, Findings, MOST_ROWS, Message, Model, Place, Raw, Row, Value, definition};
use crate::code;
use crate::guard::Limits;
use crate::issue::{Severity, shorten};

/// How deep the elements of a message are nested: message, payload, dataset, result, element, and one more that is refused by name.
const DEPTH: usize = 12;
/// Where the results are.
const RESULT: [&str; 4] = ["message", "payload", "dataset", "result"];

/// The text of a message, by its mark or its declaration.
fn decoded(bytes: &[u8], file: &str) -> Result<String, Refusal> {
    let wide = |encoding: &'static encoding_rs::Encoding, body: &[u8]| {
        encoding.decode_without_bom_handling_and_without_replacement(body).map(std::borrow::Cow::into_owned)
    };
    let refused = |declared: &str| Refusal::new(code::SSD_ENCODING).with("file", file).with("declared", shorten(declared));
    if let Some(body) = bytes.strip_prefix(b"\xff\xfe") {
        return wide(encoding_rs::UTF_16LE, body).ok_or_else(|| refused("UTF-16"));
    }
    if let Some(body) = bytes.strip_prefix(b"\xfe\xff") {
        return wide(encoding_rs::UTF_16BE, body).ok_or_else(|| refused("UTF-16"));
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let declared = declared(body).unwrap_or_else(|| "UTF-8".to_owned());
    let text = match declared.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => String::from_utf8(body.to_vec()).ok(),
        "gbk" | "gb2312" | "gb18030" => wide(encoding_rs::GB18030, body),
        _ => None,
    };
    text.ok_or_else(|| refused(&declared))
}

/// The encoding that the first line declares.
fn declared(body: &[u8]) -> Option<String> {
    let head = body.get(..body.len().min(200))?;
    let end = head.windows(2).position(|w| w == b"?>")?;
    let head = String::from_utf8_lossy(head.get(..end)?).into_owned();
    let (_, rest) = head.strip_prefix("<?xml")?.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(rest.get(1..)?.split(quote).next()?.to_owned())
}

/// Where the reader is, in lines; it only goes on.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn to(&mut self, position: u64) -> u32 {
        let to = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        if let Some(passed) = self.text.as_bytes().get(self.at..to) {
            self.line += u32::try_from(passed.iter().filter(|b| **b == b'\n').count()).unwrap_or(0);
            self.at = to;
        }
        self.line
    }
    /// The character of its line on which a position is.
    fn character(&self, position: u64) -> usize {
        let to = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let before = self.text.as_bytes().get(..to).unwrap_or_default();
        let begin = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        1 + String::from_utf8_lossy(before.get(begin..).unwrap_or_default()).chars().count()
    }
}

/// What was read so far.
struct Taking<'t> {
    file: &'t str,
    lines: Lines<'t>,
    path: Vec<String>,
    text: String,
    began: u32,
    message: Message,
    rows: Vec<Row>,
    findings: Findings,
    root: bool,
}

/// Takes a message apart.
pub(super) fn read(bytes: &[u8], file: &str) -> Result<Raw, Refusal> {
    let limits = Limits::default();
    if bytes.len() > limits.bytes {
        return Err(Refusal::new(code::TOO_BIG).with("file", file).with("size", bytes.len()).with("limit", limits.bytes));
    }
    let text = decoded(bytes, file)?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut taking = Taking {
        file,
        lines: Lines { text: &text, at: 0, line: 1 },
        path: Vec::new(),
        text: String::new(),
        began: 1,
        message: Message::default(),
        rows: Vec::new(),
        findings: Findings::of(file, true, Model::Ssd2, BTreeMap::new()),
        root: false,
    };
    loop {
        let position = reader.buffer_position();
        let event = reader.read_event();
        taking.lines.to(position);
        match event {
            Err(error) => return Err(taking.broken(reader.error_position(), &error.to_string())),
            Ok(Event::Eof) => break,
            Ok(event) => taking.take(&event, position, &limits)?,
        }
    }
    if let Some(open) = taking.path.last() {
        let detail = format!("<{open}> …");
        return Err(taking.broken(text.len() as u64, &detail));
    }
    if !taking.root {
        return Err(taking.broken(text.len() as u64, "<message>"));
    }
    let model = taking.message.part("dcTable").to_owned();
    if !model.is_empty() && !model.to_ascii_uppercase().starts_with("SSD2") {
        return Err(taking.other_model(&format!("dcTable {model}")));
    }
    if let Some(first) = taking.rows.first() {
        let of = |model: Model| first.cells.iter().filter(|c| definition().element(model, &c.element).is_some()).count();
        if of(Model::Ssd1) > of(Model::Ssd2) {
            return Err(taking.other_model("SSD 2010 (labSampCode …)"));
        }
    }
    Ok(Raw { model: Model::Ssd2, message: Some(taking.message), layout: None, rows: taking.rows, findings: taking.findings })
}

impl Taking<'_> {
    fn broken(&mut self, position: u64, detail: &str) -> Refusal {
        let row = self.lines.to(position);
        let column = self.lines.character(position);
        Refusal::new(code::SSD_XML).with("file", self.file).with("row", row).with("column", column).with("detail", shorten(detail))
    }
    fn other_model(&self, found: &str) -> Refusal {
        Refusal::new(code::SSD_MODEL).with("file", self.file).with("found", shorten(found))
    }
    fn declares(&self, found: &str) -> Refusal {
        Refusal::new(code::SSD_DTD).with("file", self.file).with("row", self.lines.line).with("found", shorten(found))
    }
    fn within(&self, place: &[&str]) -> bool {
        self.path.len() == place.len() && self.path.iter().zip(place).all(|(a, b)| a == b)
    }
    fn take(&mut self, event: &Event<'_>, position: u64, limits: &Limits) -> Result<(), Refusal> {
        match event {
            Event::Start(start) => self.begin(start, position),
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(text) => self.add(&text.xml10_content(), position, limits),
            Event::CData(text) => self.add(&text.xml10_content(), position, limits),
            Event::GeneralRef(name) => {
                let known = quick_xml::escape::resolve_predefined_entity(&name.xml10_content()).map(str::to_owned);
                let said = match known {
                    Some(known) => known,
                    None => match name.resolve_char_ref() {
                        Ok(Some(c)) => c.to_string(),
                        _ => return Err(self.declares(&format!("&{};", name.xml10_content()))),
                    },
                };
                self.add(&said, position, limits)
            }
            Event::DocType(_) => Err(self.declares("DOCTYPE")),
            Event::Decl(_) if position > 0 => Err(self.broken(position, "<?xml")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }
    fn begin(&mut self, start: &BytesStart<'_>, position: u64) -> Result<(), Refusal> {
        if let Some(Err(error)) = start.attributes().find(Result::is_err) {
            return Err(self.broken(position, &error.to_string()));
        }
        let name = start.local_name().as_ref().to_owned();
        let depth = self.path.len();
        if depth == 0 && self.root {
            return Err(self.broken(position, &format!("<{name}>")));
        }
        if depth >= DEPTH {
            return Err(self.broken(position, &format!("> {DEPTH}")));
        }
        // the frame of a message is exactly so; what stands in its head may be more than we know
        let fits = match depth {
            0 => name == "message",
            1 => matches!(name.as_str(), "header" | "payload"),
            2 if self.within(&["message", "payload"]) => matches!(name.as_str(), "operation" | "dataset"),
            3 if self.within(&RESULT[..3]) => name == "result",
            _ => true,
        };
        if !fits {
            let found = self.path.iter().chain([&name]).map(String::as_str).collect::<Vec<_>>().join("/");
            return Err(self.other_model(&format!("<{found}>")));
        }
        self.root = true;
        if self.within(&RESULT[..3]) {
            if self.rows.len() == MOST_ROWS {
                return Err(Refusal::new(code::SSD_ROWS).with("file", self.file).with("count", MOST_ROWS + 1).with("limit", MOST_ROWS));
            }
            let row = u32::try_from(self.rows.len() + 1).unwrap_or(u32::MAX);
            self.rows.push(Row { row, line: self.lines.line, cells: Vec::new(), accepted: true });
        }
        if depth == RESULT.len() + 1
            && self.path.iter().zip(RESULT).all(|(a, b)| a == b)
            && let (Some(outer), Some(row)) = (self.path.last().cloned(), self.rows.last_mut())
        {
            row.accepted = false;
            let at = Place { row: row.row, line: self.lines.line, element: &outer, value: &name };
            self.findings.push(Severity::Error, code::SSD_NESTED, at, &[("inner", &name)], "");
        }
        self.text.clear();
        self.began = self.lines.line;
        self.path.push(name);
        Ok(())
    }
    fn add(&mut self, text: &str, position: u64, limits: &Limits) -> Result<(), Refusal> {
        let white = text.trim_matches(|c: char| matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{feff}')).is_empty();
        if self.path.len() < 3 || self.within(&RESULT[..3]) || self.within(&RESULT) {
            // between the elements stands nothing
            return if white { Ok(()) } else { Err(self.broken(position, text.trim())) };
        }
        self.text.push_str(text);
        if self.text.len() > limits.cell_chars * 4 {
            let column = self.path.last().cloned().unwrap_or_default();
            let refusal = Refusal::new(code::CELL_TEXT).with("sheet", self.file).with("row", self.lines.line).with("column", column);
            return Err(refusal.with("limit", limits.cell_chars));
        }
        Ok(())
    }
    fn end(&mut self) {
        let Some(name) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let typed = text.trim_matches([' ', '\t', '\r', '\n']);
        if self.within(&RESULT) {
            if let Some(row) = self.rows.last_mut()
                && !typed.is_empty()
            {
                if row.cells.iter().any(|c| c.element == name) {
                    row.accepted = false;
                    let at = Place { row: row.row, line: self.began, element: &name, value: typed };
                    self.findings.push(Severity::Error, code::SSD_TWICE_IN_ROW, at, &[], "");
                } else {
                    row.cells.push(Cell { element: name, typed: typed.to_owned(), value: Value::Unread });
                }
            }
        } else if self.within(&["message", "header"]) {
            self.message.header.push((name, typed.to_owned()));
        } else if self.within(&["message", "payload", "operation"]) {
            self.message.operation.push((name, typed.to_owned()));
        }
    }
}
