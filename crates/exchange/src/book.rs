//! 工作簿 any accepted file as sheets of text cells. What a cell says is what the spreadsheet shows; what is hidden stays out until
//! somebody asks for it, and is named either way; merged cells fill the cells that they cover. All of it happens once, here, for
//! every import.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xls, Xlsx};
use serde::Serialize;
use shiyan_foundation::{CodeInfo, Refusal, labels};

use crate::code;
use crate::guard::{self, FileKind, Limits};
use crate::issue::{ColumnRef, Issue, Severity, letter, shorten};
use crate::look::{self, Look};
use crate::number_format::{self, Doubt, Shown};
use crate::text::{self, TextEncoding};
use crate::xls_scan;

/// The sheet in which our own templates keep their version and lists; it is hidden on purpose.
pub(crate) const OWN_SHEET: &str = "_shiyan";
/// Rows in which a header may stand.
pub(crate) const SCANNED: usize = 30;

labels! {
    /// 隐藏的内容 what becomes of hidden rows, columns and sheets.
    #[derive(Default)]
    pub enum Hidden {
        #[default]
        LeaveOut = "leave_out", "不读隐藏的行和工作表", "Leave hidden rows and sheets out";
        Take = "take", "包括隐藏的行和工作表", "Include hidden rows and sheets";
    }
}

/// 一行: its number in the file and its cells; a row without content is kept, so that rows can be counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Row {
    /// As a spreadsheet numbers it, first row 1; for text files the line it begins on.
    pub number: u32,
    /// Cells from column A.
    pub cells: Vec<String>,
    /// Columns whose text stands in another cell, with which they are merged.
    pub filled: BTreeSet<usize>,
}

impl Row {
    /// A row of its own cells.
    #[must_use]
    pub fn new(number: u32, cells: Vec<String>) -> Self {
        Self { number, cells, filled: BTreeSet::new() }
    }
    /// The cell, or empty.
    #[must_use]
    pub fn cell(&self, index: usize) -> &str {
        self.cells.get(index).map_or("", String::as_str)
    }
    /// The cells without what merging filled in: headers and notes are told by them.
    #[must_use]
    pub fn own(&self) -> Vec<String> {
        self.cells.iter().enumerate().map(|(i, c)| if self.filled.contains(&i) { String::new() } else { c.clone() }).collect()
    }
    /// Nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| shiyan_foundation::text::fold(c).is_empty())
    }
    /// Whether the row is a footer of any kind.
    pub(crate) fn is_footer(&self) -> bool {
        self.footer().is_some()
    }
    /// 表尾 a line below the table: who made it, the sum, a remark. It holds next to nothing else.
    pub(crate) fn footer(&self) -> Option<Footer> {
        let own: Vec<String> = self
            .own()
            .iter()
            .map(|c| shiyan_foundation::text::fold(c).chars().filter(|c| !c.is_whitespace()).collect::<String>())
            .filter(|c| !c.is_empty())
            .collect();
        let first = own.first()?;
        let word = |text: &str, words: &[&str]| {
            words.iter().any(|w| {
                text.strip_prefix(w).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '(', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '、']))
            })
        };
        // a signature line may hold several: 制表人：甲　审核人：乙　日期：…
        let signed = own.iter().filter(|c| word(c, &SIGNED)).count();
        if signed > 0 && (word(first, &SIGNED) || signed * 2 >= own.len()) && own.len() <= 2 * signed + 2 {
            return Some(Footer::Signed);
        }
        // a sum stands over figures only
        let figure = |c: &String| c.chars().all(|c| c.is_ascii_digit() || ".,%/-批次个项份家".contains(c));
        if word(first, &SUMS) || SUMS.iter().any(|w| first.strip_prefix(w).is_some_and(|rest| figure(&rest.to_owned()))) {
            return own.iter().skip(1).all(figure).then_some(Footer::Sum);
        }
        if let [only] = own.as_slice()
            && let Some(footer) = alone(only)
        {
            return Some(footer);
        }
        (word(first, &NOTES) && own.len() <= 2).then_some(Footer::Note)
    }
}

/// 表尾
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Footer {
    /// 制表人、审核人 …
    Signed,
    /// 合计
    Sum,
    /// 说明、备注
    Note,
}

const SIGNED: [&str; 48] = [
    "制表人",
    "制表",
    "制表日期",
    "制表时间",
    "制表单位",
    "填表人",
    "填报人",
    "填写人",
    "填表日期",
    "填报日期",
    "填报时间",
    "填报单位",
    "填表单位",
    "编制",
    "编制人",
    "编制单位",
    "编制日期",
    "审核",
    "审核人",
    "复核",
    "复核人",
    "校核人",
    "校对人",
    "批准",
    "批准人",
    "审批人",
    "签发人",
    "负责人",
    "单位负责人",
    "经办人",
    "统计人",
    "统计时间",
    "统计日期",
    "录入人",
    "报送人",
    "报送单位",
    "报送日期",
    "打印人",
    "打印日期",
    "打印时间",
    "导出人",
    "导出日期",
    "导出时间",
    "联系人",
    "联系电话",
    "主管领导",
    "签字",
    "盖章",
];
const SUMS: [&str; 11] = ["合计", "总计", "小计", "共计", "总合计", "累计", "汇总", "总数", "本页小计", "本页合计", "以上合计"];
const NOTES: [&str; 15] =
    ["说明", "备注", "注", "附注", "填表说明", "备注说明", "注意", "来源", "数据来源", "声明", "免责声明", "提示", "数据截至", "数据截止", "附"];

/// 以下空白, 第 1 页 共 3 页, a remark with its number or its star: what stands alone in its row and names nothing.
fn alone(text: &str) -> Option<Footer> {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let page = bare.starts_with('第') && bare.contains('页') && bare.chars().count() < 16;
    if page || ["以下空白", "以下无正文", "此页空白", "此处空白", "end", "结束", "完"].contains(&bare.to_lowercase().as_str()) {
        return Some(Footer::Note);
    }
    if let Some(rest) = text.strip_prefix("以上共").or_else(|| text.strip_prefix('共')) {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if unit.len() < rest.len() && ["条", "批", "批次", "个", "项", "份", "家", "行", "页", "件", "组", "条记录"].contains(&unit.trim_end_matches('。'))
        {
            return Some(Footer::Sum);
        }
    }
    if ["数据截至", "数据截止", "本表"].iter().any(|w| text.starts_with(w)) || text.starts_with('※') {
        return Some(Footer::Note);
    }
    // 1.以上产品已下架。 (2)未检出按检出限的一半计
    let number = text.strip_prefix('(').unwrap_or(text);
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = number.len() - rest.len();
    let remark = rest.strip_prefix(['.', '、', ')']).is_some_and(|r| r.chars().count() >= 5 && !r.starts_with(|c: char| c.is_ascii_digit()));
    ((1..=2).contains(&digits) && remark).then_some(Footer::Note)
}

/// 工作表
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Sheet {
    /// Name; empty for text files.
    pub name: String,
    /// Rows in order; numbers may jump where a workbook stores nothing.
    pub rows: Vec<Row>,
    /// What a person should know of the sheet before its rows count: hidden rows and columns, merged cells, numbers whose format
    /// is not certain.
    pub notes: Vec<Issue>,
    /// Hidden rows with content, left out or taken.
    pub hidden_rows: u64,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Book {
    /// Kind by content.
    pub kind: FileKind,
    /// Encoding of a text file.
    pub encoding: Option<TextEncoding>,
    /// Sheets in order; hidden ones only when they were asked for.
    pub sheets: Vec<Sheet>,
    /// Hidden sheets, left out or taken.
    pub notes: Vec<Issue>,
}

impl Book {
    /// Why no table was found: in what is left out, or nowhere.
    pub(crate) fn no_header(&self, file: &str, wanted: &str) -> Refusal {
        let first = self.sheets.iter().flat_map(|s| &s.rows).find(|r| !r.is_blank()).map_or(String::new(), |r| shorten(&r.cells.join(" | ")));
        let info = if self.leaves_out() { code::HEADER_HIDDEN } else { code::HEADER };
        Refusal::new(info).with("file", file).with("scanned", SCANNED).with("wanted", wanted).with("first", first).on("file")
    }
    /// The table has a header and nothing under it.
    pub(crate) fn no_rows(&self, file: &str) -> Refusal {
        Refusal::new(if self.leaves_out() { code::ONLY_HIDDEN } else { code::ONLY_HEADER }).with("file", file).on("file")
    }
    fn leaves_out(&self) -> bool {
        self.notes
            .iter()
            .chain(self.sheets.iter().flat_map(|s| &s.notes))
            .any(|n| [code::ROW_HIDDEN.code, code::SHEET_HIDDEN.code, code::COLUMN_HIDDEN.code].contains(&n.code))
    }
    /// Sheets with content that no table was found in, but those that are meant to be passed over.
    pub(crate) fn unread(&self, but: impl Fn(&Sheet) -> bool) -> Vec<Issue> {
        let others = self.sheets.iter().filter(|s| s.name != OWN_SHEET && !but(s));
        others
            .filter_map(|s| {
                let rows = s.rows.iter().filter(|r| !r.is_blank()).count().to_string();
                let first = s.rows.iter().find(|r| !r.is_blank())?;
                Some(Issue::new(Severity::Warning, code::SHEET_UNREAD, &s.name, first.number, None, &[("sheet", &s.name), ("rows", &rows)]))
            })
            .collect()
    }
    /// What is to be known of the book and of the sheets that pass.
    pub(crate) fn notes_of(&self, read: impl Fn(&Sheet) -> bool) -> Vec<Issue> {
        self.notes.iter().chain(self.sheets.iter().filter(|s| read(s)).flat_map(|s| &s.notes)).cloned().collect()
    }
}

/// A footer as a note; `None` for every other row.
pub(crate) fn footer(sheet: &Sheet, row: &Row) -> Option<Issue> {
    row.is_footer().then(|| Issue::new(Severity::Warning, code::FOOTER, &sheet.name, row.number, None, &[("text", &row_text(row))]))
}

/// A sheet with rows and without a header that is known.
pub(crate) fn skipped(sheet: &Sheet) -> Option<Issue> {
    let first = sheet.rows.iter().find(|r| !r.is_blank())?;
    let used = sheet.rows.iter().filter(|r| !r.is_blank()).count().to_string();
    let facts = [("sheet", sheet.name.as_str()), ("rows", used.as_str())];
    Some(Issue::new(Severity::Warning, code::SHEET_SKIPPED, &sheet.name, first.number, None, &facts))
}

/// Columns with a heading that nothing reads: said, because somebody may count on them.
pub(crate) fn not_kept(sheet: &Sheet, names: &Row, known: &[usize]) -> Option<Issue> {
    let own = names.own();
    let columns: Vec<String> =
        own.iter().enumerate().filter(|(i, _)| !known.contains(i)).map(|(_, n)| shiyan_foundation::text::fold(n)).filter(|n| !n.is_empty()).collect();
    let columns = columns.join("、");
    let facts = [("columns", columns.as_str()), ("how", "不保存"), ("how_en", "are not kept")];
    (!columns.is_empty()).then(|| Issue::new(Severity::Warning, code::COLUMNS_NOT_KEPT, &sheet.name, names.number, None, &facts))
}

/// 重复的行 rows that say exactly what an earlier one says.
#[derive(Debug, Default)]
pub(crate) struct Twins(std::collections::HashMap<Vec<String>, u32>);

impl Twins {
    /// The earlier row with the same cells; the column of running numbers does not count.
    pub(crate) fn earlier(&mut self, row: &Row, but: Option<usize>) -> Option<u32> {
        let mut cells: Vec<String> =
            row.cells.iter().enumerate().map(|(i, c)| if Some(i) == but { String::new() } else { shiyan_foundation::text::fold(c) }).collect();
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        match self.0.entry(cells) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(row.number);
                None
            }
        }
    }
}

/// Reads a file within the default limits, without what is hidden.
///
/// # Errors
/// A `FILE-…` or `CSV-…` refusal; never a panic.
pub fn read(bytes: &[u8], file: &str) -> Result<Book, Refusal> {
    read_within(bytes, file, &Limits::default(), Hidden::LeaveOut)
}

/// Reads a file within the default limits.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], file: &str, hidden: Hidden) -> Result<Book, Refusal> {
    read_within(bytes, file, &Limits::default(), hidden)
}

/// Reads a file within given limits.
///
/// # Errors
/// As [`read`].
pub fn read_within(bytes: &[u8], file: &str, limits: &Limits, hidden: Hidden) -> Result<Book, Refusal> {
    let kind = guard::check(bytes, file, limits)?;
    if kind == FileKind::Text {
        let (text, encoding) = text::decode(bytes, file)?;
        let rows = text::records(&text, file, limits)?.into_iter().map(|(number, cells)| Row::new(number, cells)).collect();
        return Ok(Book { kind, encoding: Some(encoding), sheets: vec![Sheet { rows, ..Sheet::default() }], notes: Vec::new() });
    }
    // the workbook readers are not ours; a panic in one of them is a damaged file, not a dead worker
    let read = catch_unwind(AssertUnwindSafe(|| match kind {
        FileKind::Xls => xls(bytes, file, limits),
        _ => xlsx(bytes, file, limits),
    }));
    let found = read.unwrap_or_else(|_| Err(broken(file, &"panic")))?;
    let mut book = Book { kind, encoding: None, sheets: Vec::new(), notes: Vec::new() };
    for raw in found {
        settle(raw, hidden, limits, &mut book)?;
    }
    Ok(book)
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
                    sheet.rows.insert(at, Row::new(number, Vec::new()));
                    at
                }
            },
            last => {
                let from = last.map_or(1, |l| l.number + 1);
                sheet.rows.extend((from..=number).map(|number| Row::new(number, Vec::new())));
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

/// A sheet as stored, before what is hidden is left out.
#[derive(Default)]
struct Raw {
    sheet: Sheet,
    look: Look,
    /// `None` for a sheet that is shown; `true` for one that the menu of the spreadsheet does not offer.
    hidden: Option<bool>,
    /// What was said of single cells: column, reason, first row, first text, how many.
    said: BTreeMap<(usize, &'static str), Said>,
}

struct Said {
    info: &'static CodeInfo,
    row: u32,
    facts: Vec<(&'static str, String)>,
    count: usize,
}

impl Raw {
    fn say(&mut self, info: &'static CodeInfo, key: &'static str, row: u32, column: u32, facts: &[(&'static str, &str)]) {
        let said = self.said.entry((column as usize, key)).or_insert_with(|| Said {
            info,
            row: row + 1,
            facts: facts.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(),
            count: 0,
        });
        said.count += 1;
    }
    /// The number as it is shown; what is not certain carries a mark that no reader of numbers takes for a number.
    fn number(&mut self, value: f64, format: &str, epoch_1904: bool, row: u32, column: u32) -> String {
        let Shown { text, doubt, rounded } = number_format::show(value, format, epoch_1904);
        if let Some(stored) = rounded {
            self.say(code::CELL_ROUNDED, code::CELL_ROUNDED.code, row, column, &[("shown", &text), ("stored", &stored)]);
        }
        let Some(doubt) = doubt else { return text };
        let key = match doubt {
            Doubt::Format => "format",
            Doubt::Hidden => "hidden",
            Doubt::Scaled => "scaled",
            Doubt::Fraction => "fraction",
            Doubt::NoDate => "date",
            Doubt::Digits => "digits",
        };
        self.say(code::CELL_FORMAT, key, row, column, &[("value", &text), ("format", format), ("why", doubt.zh()), ("why_en", doubt.en())]);
        // the format itself stays out of the cell: it may hold the very words that are looked for, like 未检出
        format!("{text}〔数字格式待核〕")
    }
}

fn xlsx(bytes: &[u8], file: &str, limits: &Limits) -> Result<Vec<Raw>, Refusal> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| broken(file, &e))?;
    let epoch = book.has_1904_epoch();
    let mut filler = Filler { limits, cells: 0, text: 0 };
    let mut out = Vec::new();
    let worksheets: Vec<(String, SheetVisible)> =
        book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).map(|s| (s.name.clone(), s.visible)).collect();
    let mut looks = look::xlsx(bytes, limits).ok_or_else(|| broken(file, &"xl/workbook.xml"))?;
    for (name, visible) in worksheets {
        let look = looks.remove(&name).unwrap_or_default();
        let mut raw = Raw { sheet: Sheet { name: name.clone(), ..Sheet::default() }, hidden: unseen(visible), look, ..Raw::default() };
        let mut reader = book.worksheet_cells_reader(&name).map_err(|e| broken(file, &e))?;
        let formats: Vec<String> = reader
            .styles()
            .iter()
            .map(|s| {
                let format = s.number_format.as_ref();
                // a code of the file counts before the one that the number stands for
                let builtin = format.filter(|f| f.format_code == "General").and_then(|f| f.format_id).and_then(number_format::builtin);
                builtin.map_or_else(|| format.map_or_else(|| "General".to_owned(), |f| f.format_code.clone()), str::to_owned)
            })
            .collect();
        let mut seen = 0usize;
        while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|e| broken(file, &e))? {
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
            let format = formats.get(style).map_or("General", String::as_str);
            let value = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::SharedString(s) => std::borrow::Cow::Borrowed(*s),
                DataRef::String(s) => s.as_str().into(),
                DataRef::Float(f) => raw.number(*f, format, epoch, row, column).into(),
                #[allow(clippy::cast_precision_loss)] // fifteen digits are kept of it, as on the screen
                DataRef::Int(i) => raw.number(*i as f64, format, epoch, row, column).into(),
                DataRef::Bool(b) => if *b { "TRUE" } else { "FALSE" }.into(),
                DataRef::DateTime(d) => raw.number(d.as_f64(), format, epoch, row, column).into(),
                DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.as_str().into(),
                DataRef::Error(e) => e.to_string().into(),
            };
            filler.put(&mut raw.sheet, row, column, &value)?;
        }
        for (row, column) in std::mem::take(&mut raw.look.not_computed) {
            raw.say(code::CELL_FORMULA, code::CELL_FORMULA.code, row, column, &[]);
            filler.put(&mut raw.sheet, row, column, "〔公式没有结果〕")?;
        }
        out.push(raw);
    }
    Ok(out)
}

fn unseen(visible: SheetVisible) -> Option<bool> {
    match visible {
        SheetVisible::Visible => None,
        SheetVisible::Hidden => Some(false),
        SheetVisible::VeryHidden => Some(true),
    }
}

fn xls(bytes: &[u8], file: &str, limits: &Limits) -> Result<Vec<Raw>, Refusal> {
    let stream = xls_scan::workbook(bytes).ok_or_else(|| broken(file, &"OLE"))?;
    let bytes = xls_scan::alone(&stream).map_err(|e| broken(file, &e))?;
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes.as_slice())).map_err(|e| broken(file, &e))?;
    let epoch = book.has_1904_epoch();
    let mut filler = Filler { limits, cells: 0, text: 0 };
    let mut out = Vec::new();
    let worksheets: Vec<(usize, String, SheetVisible)> =
        book.sheets_metadata().iter().enumerate().filter(|(_, s)| s.typ == SheetType::WorkSheet).map(|(i, s)| (i, s.name.clone(), s.visible)).collect();
    let mut looks = look::xls(&stream);
    for (place, name, visible) in worksheets {
        let range = book.worksheet_range(&name).map_err(|e| broken(file, &e))?;
        let look = looks.get_mut(place).map(std::mem::take).unwrap_or_default();
        let mut raw = Raw { sheet: Sheet { name, ..Sheet::default() }, hidden: unseen(visible), look, ..Raw::default() };
        let (top, left) = range.start().unwrap_or((0, 0));
        for (row, column, value) in range.used_cells() {
            let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
            let (row, column) = (top.saturating_add(row), left.saturating_add(column));
            let format = raw.look.formats.get(&(row, column)).cloned().unwrap_or_else(|| "General".to_owned());
            let value = match value {
                Data::Empty => continue,
                Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => s.clone(),
                Data::Float(f) => raw.number(*f, &format, epoch, row, column),
                #[allow(clippy::cast_precision_loss)] // fifteen digits are kept of it, as on the screen
                Data::Int(i) => raw.number(*i as f64, &format, epoch, row, column),
                Data::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
                Data::DateTime(d) => raw.number(d.as_f64(), &format, epoch, row, column),
                Data::Error(e) => e.to_string(),
            };
            filler.put(&mut raw.sheet, row, column, &value)?;
        }
        out.push(raw);
    }
    Ok(out)
}

/// Merged cells, hidden rows, and what is to be said: the sheet as it counts.
fn settle(raw: Raw, hidden: Hidden, limits: &Limits, book: &mut Book) -> Result<(), Refusal> {
    let Raw { mut sheet, look, hidden: unseen, said } = raw;
    if sheet.name == OWN_SHEET {
        book.sheets.push(sheet);
        return Ok(());
    }
    let used = sheet.rows.iter().filter(|r| !r.is_blank()).count();
    if let Some(very) = unseen
        && let Some(first) = sheet.rows.iter().find(|r| !r.is_blank())
    {
        let info = if hidden == Hidden::Take { code::SHEET_HIDDEN_TAKEN } else { code::SHEET_HIDDEN };
        let how = if very { ("隐藏得很深（veryHidden）", "very hidden") } else { ("隐藏", "hidden") };
        let facts = [("sheet", sheet.name.as_str()), ("rows", &used.to_string()), ("how", how.0), ("how_en", how.1), ("text", &row_text(first))];
        book.notes.push(Issue::new(Severity::Warning, info, &sheet.name, first.number, None, &facts));
    }
    if unseen.is_some() && hidden == Hidden::LeaveOut {
        return Ok(());
    }
    let names = names(&sheet);
    let at = |column: usize| ColumnRef { letter: letter(column), name: names.get(&column).cloned().unwrap_or_default() };
    let mut notes = Vec::new();
    let filled = fill(&mut sheet, &look.merges, limits)?;
    if let Some((row, column)) = filled.first() {
        let facts = [("count", filled.len().to_string())];
        let facts: Vec<(&'static str, &str)> = facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        notes.push(Issue::new(Severity::Warning, code::CELLS_MERGED, &sheet.name, *row, Some(at(*column)), &facts));
    }
    for ((column, _), said) in said {
        let count = said.count.to_string();
        let mut facts: Vec<(&'static str, &str)> = said.facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        facts.push(("count", &count));
        notes.push(Issue::new(Severity::Warning, said.info, &sheet.name, said.row, Some(at(column)), &facts));
    }
    notes.extend(hide(&mut sheet, &look, hidden, &at));
    notes.sort_by_key(|n| n.row);
    sheet.notes = notes;
    book.sheets.push(sheet);
    Ok(())
}

fn row_text(row: &Row) -> String {
    let filled: Vec<String> = row.cells.iter().map(|c| shiyan_foundation::text::fold(c)).filter(|c| !c.is_empty()).take(20).collect();
    shorten(&filled.join(" | "))
}

/// The first words of each column: for people, until the header is known.
fn names(sheet: &Sheet) -> BTreeMap<usize, String> {
    let mut out = BTreeMap::new();
    for row in sheet.rows.iter().filter(|r| r.cells.iter().filter(|c| !c.is_empty()).count() > 1).take(SCANNED) {
        for (column, text) in row.cells.iter().enumerate().filter(|(_, c)| !shiyan_foundation::text::fold(c).is_empty()) {
            out.entry(column).or_insert_with(|| shorten(&shiyan_foundation::text::fold(text)));
        }
    }
    out
}

/// Fills merged cells down and right: only rows that hold something of their own, so that titles and remarks stay one cell and
/// no row comes into being. Gives the filled places.
fn fill(sheet: &mut Sheet, merges: &[look::Area], limits: &Limits) -> Result<Vec<(u32, usize)>, Refusal> {
    let width = sheet.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    let mut work = 0usize;
    let mut places = Vec::new();
    let inside = |column: usize, m: &look::Area| (m.left as usize..=m.right as usize).contains(&column);
    for m in merges {
        let from = sheet.rows.partition_point(|r| r.number < m.top + 1);
        let to = sheet.rows.partition_point(|r| r.number <= m.bottom.saturating_add(1));
        let Some(text) = sheet.rows.get(from).filter(|r| r.number == m.top + 1).map(|r| r.cell(m.left as usize).to_owned()) else { continue };
        if shiyan_foundation::text::fold(&text).is_empty() {
            continue;
        }
        for row in sheet.rows.get_mut(from..to).unwrap_or_default() {
            work += 1 + width.min(m.right as usize + 1).saturating_sub(m.left as usize);
            if work > limits.cells {
                return Err(Refusal::new(code::CELLS)
                    .with("sheet", &sheet.name)
                    .with("row", row.number)
                    .with("column", letter(m.left as usize))
                    .with("limit", limits.cells));
            }
            let own = |(i, c): (usize, &String)| !inside(i, m) && !row.filled.contains(&i) && !shiyan_foundation::text::fold(c).is_empty();
            if !row.cells.iter().enumerate().any(own) {
                continue;
            }
            for column in m.left as usize..=(m.right as usize).min(width.saturating_sub(1)) {
                if (row.number, column) == (m.top + 1, m.left as usize) {
                    continue;
                }
                if row.cells.len() <= column {
                    row.cells.resize(column + 1, String::new());
                }
                if row.cells[column].is_empty() {
                    row.cells[column].clone_from(&text);
                    row.filled.insert(column);
                    places.push((row.number, column));
                }
            }
        }
    }
    places.sort_unstable();
    Ok(places)
}

/// Names what is hidden, and leaves it out unless it was asked for.
fn hide(sheet: &mut Sheet, look: &Look, hidden: Hidden, at: &dyn Fn(usize) -> ColumnRef) -> Vec<Issue> {
    let mut notes = Vec::new();
    let take = hidden == Hidden::Take;
    let is_hidden = |row: &Row| look.hidden_rows.contains(&(row.number - 1));
    let mut run: Option<(u32, u32, u64, String)> = None;
    let mut end = |run: &mut Option<(u32, u32, u64, String)>| {
        if let Some((first, last, count, text)) = run.take() {
            let filtered = look.filtered.is_some_and(|f| (f.top + 1..=f.bottom.saturating_add(1)).contains(&first));
            let how = if filtered { ("被筛选隐藏", "filtered out") } else { ("隐藏", "hidden") };
            let facts = [("last", last.to_string()), ("count", count.to_string()), ("how", how.0.to_owned()), ("how_en", how.1.to_owned()), ("text", text)];
            let facts: Vec<(&'static str, &str)> = facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
            notes.push(Issue::new(Severity::Warning, if take { code::ROW_HIDDEN_TAKEN } else { code::ROW_HIDDEN }, &sheet.name, first, None, &facts));
        }
    };
    for row in sheet.rows.iter().filter(|r| !r.is_blank()) {
        if !is_hidden(row) {
            end(&mut run);
            continue;
        }
        sheet.hidden_rows += 1;
        match &mut run {
            Some((_, last, count, _)) if row.number == *last + 1 => (*last, *count) = (row.number, *count + 1),
            _ => {
                end(&mut run);
                run = Some((row.number, row.number, 1, row_text(row)));
            }
        }
    }
    end(&mut run);
    let width = sheet.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    for column in (0..width).filter(|c| look.hidden_columns.iter().any(|(from, to)| (*from as usize..=*to as usize).contains(c))) {
        let Some(first) = sheet.rows.iter().find(|r| !shiyan_foundation::text::fold(r.cell(column)).is_empty()).map(|r| r.number) else { continue };
        notes.push(Issue::new(
            Severity::Warning,
            if take { code::COLUMN_HIDDEN_TAKEN } else { code::COLUMN_HIDDEN },
            &sheet.name,
            first,
            Some(at(column)),
            &[],
        ));
        if !take {
            for row in sheet.rows.iter_mut().filter(|r| r.cells.len() > column) {
                row.cells[column].clear();
            }
        }
    }
    if !take {
        sheet.rows.retain(|r| !is_hidden(r));
    }
    notes
}
