//! 导出文件 csv (UTF-8, GBK), xls and xlsx with declared columns (rapid-devices 8.3). Cells are read by the reader of all our imports; a row that is no record waits
//! with its number and never holds up the others.

use chrono::NaiveDateTime;
use shiyan_exchange::book::{self, Hidden};
use shiyan_exchange::guard::{FileKind, Limits};
use shiyan_foundation::{Lang, Refusal};
use shiyan_rapid_test::{Sent, code};

use super::declared::{Declared, Slot};
use super::{Answer, Dialect, Outcome, Parcel, Unread};
use crate::wire::Occurrences;

/// 上限 of a file of readings.
pub const LIMITS: Limits =
    Limits { bytes: 8 << 20, unpacked: 64 << 20, parts: 500, rows: 50_000, columns: 200, cells: 2_000_000, cell_chars: 2_000, text: 32 << 20 };
/// Rows in which the header may stand.
const SCANNED: usize = 30;

/// 表格文件 by a declaration.
#[derive(Debug, Clone)]
pub struct Table {
    declared: Declared,
    watched: bool,
}

impl Table {
    /// A file that somebody hands over.
    #[must_use]
    pub fn new(declared: Declared) -> Self {
        Self { declared, watched: false }
    }
    /// A file of a watched folder: one whose last line has no end is still being written.
    #[must_use]
    pub fn watched(declared: Declared) -> Self {
        Self { declared, watched: true }
    }
}

impl Dialect for Table {
    fn key(&self) -> &str {
        &self.declared.key
    }
    fn read(&self, bytes: &[u8]) -> Result<Parcel, Refusal> {
        let read = book::read_within(bytes, &self.declared.title, &LIMITS, Hidden::LeaveOut)?;
        if self.watched && read.kind == FileKind::Text && !bytes.ends_with(b"\n") {
            return Err(Refusal::new(code::SENT_UNFINISHED));
        }
        let wanted = &self.declared.required;
        let slots = |row: &book::Row| row.cells.iter().map(|c| self.declared.slot(c)).collect::<Vec<Option<Slot>>>();
        let found = read.sheets.iter().find_map(|sheet| {
            let at = sheet.rows.iter().take(SCANNED).position(|row| {
                let slots = slots(row);
                wanted.iter().all(|w| slots.contains(&Some(*w)))
            })?;
            Some((sheet, at))
        });
        let Some((sheet, at)) = found else {
            let names: Vec<&str> = wanted.iter().filter_map(|w| self.declared.columns.get(w)?.first().map(String::as_str)).collect();
            return Err(Refusal::new(code::SENT_COLUMNS).with("columns", names.join("、")));
        };
        let names: Vec<String> = sheet.rows.get(at).map_or_else(Vec::new, |h| h.cells.iter().map(|c| c.trim().to_owned()).collect());
        let twice = names.iter().enumerate().find(|(i, n)| {
            let slot = self.declared.slot(n).filter(|s| !matches!(s, Slot::Photo | Slot::Envelope));
            slot.is_some() && names.iter().take(*i).any(|o| self.declared.slot(o) == slot)
        });
        if let Some((_, name)) = twice {
            return Err(Refusal::new(code::SENT_TWICE).with("field", name));
        }
        let total = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
        let mut seen = Occurrences::default();
        let mut records = Vec::new();
        for row in sheet.rows.iter().skip(at + 1).filter(|r| !r.is_blank()) {
            let fields: Vec<(String, String)> = row
                .cells
                .iter()
                .enumerate()
                .map(|(i, cell)| (names.get(i).filter(|n| !n.is_empty()).cloned().unwrap_or_else(|| shiyan_exchange::letter(i)), cell.clone()))
                .collect();
            let numbered = |refusal: Refusal| refusal.with("row", row.number);
            records.push(match self.declared.record(&fields) {
                Ok(sent) => Ok(seen.count(Sent { place: Some((row.number, total)), ..sent })),
                Err(unread) => Err(Unread { refusal: numbered(unread.refusal), ..unread }),
            });
        }
        Ok(Parcel { records, token: String::new() })
    }
    /// One line a row: its place among the rows of data, what became of it, why.
    fn answer(&self, outcomes: &[Outcome], _now: NaiveDateTime) -> Answer {
        let mut out = String::from("序号,结果,说明\r\n");
        for (at, outcome) in outcomes.iter().enumerate() {
            let (word, why) = match outcome {
                Outcome::Stored => ("已收", String::new()),
                Outcome::Conflict => ("待核对", "编号已存在且内容不同".to_owned()),
                Outcome::Rejected(refusal) => ("未读", refusal.what(Lang::Zh)),
            };
            out.push_str(&format!("{},{word},\"{}\"\r\n", at + 1, why.replace('"', "\"\"")));
        }
        Answer { status: 200, content_type: "text/csv; charset=utf-8", body: out.into_bytes() }
    }
    fn refuse(&self, refusal: &Refusal, _now: NaiveDateTime) -> Answer {
        Answer { status: 400, content_type: "text/plain; charset=utf-8", body: refusal.what(Lang::Zh).into_bytes() }
    }
}
