//! 公示结果 published sampling results, from any province's table, with totals that equal the file's.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::text::fold;
use shiyan_foundation::{CodeInfo, Label, Refusal, labels};

use crate::book::{self, Hidden, Row, SCANNED, Sheet, Twins};
use crate::code;
use crate::guard::FileKind;
use crate::header::{self, Field, Meaning};
use crate::issue::{ColumnRef, Issue, Severity, letter};
use crate::text::TextEncoding;

labels! {
    /// 表的种类 what a table without a verdict column says about its rows.
    pub enum TableKind {
        Pass = "pass", "合格表", "Table of passing batches";
        Fail = "fail", "不合格表", "Table of failing batches";
        Column = "column", "由判定列决定", "Decided by the verdict column";
        Unknown = "unknown", "不明", "Unknown";
    }
}

/// One column and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Letter and header.
    #[serde(flatten)]
    pub at: ColumnRef,
    /// Meaning; `None` for columns that are only kept as text.
    pub meaning: Option<Meaning>,
}

/// One sheet that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Sheet name.
    pub sheet: String,
    /// Lines above the header, verbatim.
    pub title: Vec<String>,
    /// Row of the header.
    pub header_row: u32,
    /// Pass, fail or by column.
    pub kind: TableKind,
    /// Columns in order.
    pub columns: Vec<Column>,
}

/// 项目 one item of one row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Item {
    /// 项目
    pub name: String,
    /// 检验结果, verbatim.
    pub result: String,
    /// 计量单位, when it has a column of its own.
    pub unit: String,
    /// 标准值, verbatim.
    pub limit: String,
}

/// One batch as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedRow {
    /// Sheet.
    pub sheet: String,
    /// Row in the file.
    pub row: u32,
    /// SHA-256 of the canonical cells; the order of columns and the kind of file do not change it.
    pub hash: String,
    /// 1 for the first row with this hash in the file, 2 for the second, …
    pub occurrence: u32,
    /// Carries an error and is not to be imported.
    pub error: bool,
    /// 合格, 不合格, 问题; `None` when the file does not say.
    pub verdict: Option<Outcome>,
    /// 抽样编号
    pub sampling_no: Option<String>,
    /// 食品名称
    pub food: String,
    /// 分类
    pub category: CategoryPath,
    /// 标称生产企业
    pub producer: Option<String>,
    /// 被抽样单位
    pub operator: Option<String>,
    /// 生产日期, when the cell is one date and nothing else.
    pub produced_on: Option<NaiveDate>,
    /// 公告日期或发布日期
    pub published_on: Option<NaiveDate>,
    /// 项目, one each.
    pub items: Vec<Item>,
    /// Every field of the dictionary that has a value, verbatim.
    pub fields: BTreeMap<Field, String>,
    /// Every cell, verbatim.
    pub cells: Vec<String>,
}

impl PublishedRow {
    /// 行标识 identity within all imports: importing the same file again adds nothing, equal rows of one file both stay.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{}-{}", self.hash, self.occurrence)
    }
}

/// 合计 of the data rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Data rows.
    pub rows: u64,
    /// 合格
    pub pass: u64,
    /// 不合格
    pub fail: u64,
    /// 问题, or no verdict.
    pub other: u64,
    /// Rows by category, `大类/亚类`; rows without one under the empty text.
    pub by_category: BTreeMap<String, u64>,
}

/// 行数核对: `rows_in = rows_ok + rows_with_issue + blank`, always.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Rows below the headers.
    pub rows_in: u64,
    /// Rows without any finding.
    pub rows_ok: u64,
    /// Rows with a finding, errors and warnings alike; notes and repeated headers are among them.
    pub rows_with_issue: u64,
    /// Blank rows.
    pub blank: u64,
}

/// What was read from one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedTable {
    /// File name as given.
    pub file: String,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Kind by content.
    pub kind: FileKind,
    /// Encoding of a text file.
    pub encoding: Option<TextEncoding>,
    /// Sheets that were read.
    pub tables: Vec<Table>,
    /// Data rows in order.
    pub rows: Vec<PublishedRow>,
    /// Findings in order.
    pub issues: Vec<Issue>,
    /// Of the file rather than of a row: what is hidden, merged or not certain, columns that are not kept.
    pub notes: Vec<Issue>,
    /// Totals of the data rows.
    pub totals: Totals,
    /// Row counts.
    pub counts: Counts,
}

/// Reads a file of published results, without what is hidden.
///
/// # Errors
/// As [`read_with`].
pub fn read(bytes: &[u8], file: &str) -> Result<PublishedTable, Refusal> {
    read_with(bytes, file, Hidden::LeaveOut)
}

/// Reads a file of published results.
///
/// # Errors
/// A refusal of [`book::read`], `TABLE-HEADER` when no sheet has a header that is understood, or `TABLE-NO-ROWS`.
pub fn read_with(bytes: &[u8], file: &str, hidden: Hidden) -> Result<PublishedTable, Refusal> {
    let book = book::read_with(bytes, file, hidden)?;
    let mut out = PublishedTable {
        file: file.to_owned(),
        file_hash: hex::encode(Sha256::digest(bytes)),
        kind: book.kind,
        encoding: book.encoding,
        tables: Vec::new(),
        rows: Vec::new(),
        issues: Vec::new(),
        notes: Vec::new(),
        totals: Totals::default(),
        counts: Counts::default(),
    };
    let mut seen = HashMap::new();
    for sheet in &book.sheets {
        match find_header(sheet) {
            Some(at) => read_sheet(sheet, &at, file, &mut out, &mut seen),
            None => out.issues.extend(book::skipped(sheet)),
        }
    }
    if out.tables.is_empty() {
        return Err(book.no_header(file, "食品名称（样品名称、产品名称…）"));
    }
    if out.rows.is_empty() {
        return Err(book.no_rows(file));
    }
    let mut notes = book.notes_of(|sheet| out.tables.iter().any(|t| t.sheet == sheet.name));
    notes.append(&mut out.notes);
    out.notes = notes;
    for row in &out.rows {
        let totals = &mut out.totals;
        totals.rows += 1;
        match row.verdict {
            Some(Outcome::Pass) => totals.pass += 1,
            Some(Outcome::Fail) => totals.fail += 1,
            _ => totals.other += 1,
        }
        *totals.by_category.entry(row.category.text()).or_default() += 1;
    }
    Ok(out)
}

/// Where the header stands and what its columns mean.
struct Head {
    /// Index of the first data row.
    body: usize,
    /// Index of the header row.
    row: usize,
    names: Vec<String>,
    meanings: Vec<Option<Meaning>>,
}

fn fields_of(meanings: &[Option<Meaning>]) -> BTreeSet<Field> {
    let of = |m: &Option<Meaning>| match m {
        None => Vec::new(),
        Some(Meaning::Single(f)) => vec![*f],
        Some(Meaning::Combined(list)) => list.clone(),
    };
    meanings.iter().flat_map(of).collect()
}

fn find_header(sheet: &Sheet) -> Option<Head> {
    let means = |names: &[String]| {
        let mut all: Vec<Option<Meaning>> = names.iter().map(|n| header::meaning(n)).collect();
        // 单位 alone may be an office; beside a result or a limit it is theirs
        let measured = |m: Option<&Option<Meaning>>| matches!(m, Some(Some(Meaning::Single(Field::Result | Field::Limit))));
        for i in 1..names.len() {
            if all[i].is_none() && header::normalise(&names[i]) == "单位" && measured(all.get(i - 1)) {
                all[i] = Some(Meaning::Single(Field::Unit));
            }
        }
        all
    };
    let mut best: Option<(usize, Head)> = None;
    for (i, row) in sheet.rows.iter().enumerate().take(SCANNED) {
        // what merging filled in names no column a second time
        let own = row.own();
        let meanings = means(&own);
        let fields = fields_of(&meanings);
        // a title of one long cell, or a data row that happens to hold a word, is no header
        let enough = fields.contains(&Field::Food) && fields.len() >= 3;
        if !enough || best.as_ref().is_some_and(|(n, _)| *n >= fields.len()) {
            continue;
        }
        let mut head = Head { body: i + 1, row: i, names: own, meanings };
        // two header rows: the second names the parts of a group
        if let Some(below) = sheet.rows.get(i + 1) {
            let below = below.own();
            let lower = means(&below);
            let parts = fields_of(&lower);
            let header_like = parts.len() >= 2 && below.iter().enumerate().all(|(c, t)| fold(t).is_empty() || lower[c].is_some());
            if header_like && parts.iter().all(|f| matches!(f, Field::Item | Field::Result | Field::Limit | Field::Unit | Field::Verdict)) {
                let width = head.names.len().max(below.len());
                head.names.resize(width, String::new());
                for (c, name) in below.iter().enumerate().filter(|(_, t)| !fold(t).is_empty()) {
                    head.names[c].clone_from(name);
                }
                head.meanings = means(&head.names);
                head.body = i + 2;
            }
        }
        best = Some((fields.len(), head));
    }
    best.map(|(_, head)| head)
}

/// The fields by which published rows are found and counted.
const KEPT: [Field; 17] = [
    Field::Seq,
    Field::SamplingNo,
    Field::NoticeDate,
    Field::PublishedOn,
    Field::Publisher,
    Field::Producer,
    Field::Operator,
    Field::Food,
    Field::Unit,
    Field::Verdict,
    Field::Limit,
    Field::Result,
    Field::Item,
    Field::Category,
    Field::ProducedOn,
    Field::NoticeNo,
    Field::Lab,
];

/// 不合格 wins over 合格: a title that names both announces failing ones.
fn kind_from(text: &str) -> Option<TableKind> {
    if text.contains("不合格") {
        Some(TableKind::Fail)
    } else if text.contains("合格") {
        Some(TableKind::Pass)
    } else {
        None
    }
}

struct Reader<'a> {
    sheet: &'a Sheet,
    columns: &'a [Column],
    place: BTreeMap<Field, usize>,
    combined: Option<(usize, Vec<Field>)>,
    kind: TableKind,
}

/// The columns of a sheet, and where each field stands.
struct Placed {
    columns: Vec<Column>,
    place: BTreeMap<Field, usize>,
    combined: Option<(usize, Vec<Field>)>,
}

/// Gives each field its column; of two columns with one meaning the exact name is read, else the first.
fn placed(sheet: &Sheet, head: &Head, issues: &mut Vec<Issue>) -> Placed {
    let header_row = sheet.rows[head.row].number;
    let mut columns: Vec<Column> = head
        .names
        .iter()
        .zip(&head.meanings)
        .enumerate()
        .map(|(i, (name, meaning))| Column { at: ColumnRef { letter: letter(i), name: fold(name) }, meaning: meaning.clone() })
        .collect();
    let mut place: BTreeMap<Field, usize> = BTreeMap::new();
    let mut combined = None;
    let exact = |c: &Column, f: Field| header::normalise(&c.at.name) == header::normalise(f.zh());
    for i in 0..columns.len() {
        match columns[i].meaning.clone() {
            Some(Meaning::Single(field)) => {
                let (keep, drop) = match place.get(&field) {
                    Some(old) if exact(&columns[i], field) && !exact(&columns[*old], field) => (i, Some(*old)),
                    Some(old) => (*old, Some(i)),
                    None => (i, None),
                };
                place.insert(field, keep);
                if let Some(drop) = drop {
                    columns[drop].meaning = None;
                    let facts = [("name", columns[drop].at.name.as_str()), ("other", columns[keep].at.name.as_str())];
                    issues.push(Issue::new(Severity::Warning, code::COLUMN_TWICE, &sheet.name, header_row, Some(columns[drop].at.clone()), &facts));
                }
            }
            Some(Meaning::Combined(fields)) if combined.is_none() => combined = Some((i, fields)),
            _ => {}
        }
    }
    Placed { columns, place, combined }
}

/// Columns that are kept as text only: said, because somebody may count on them.
fn unkept(sheet: &Sheet, header_row: u32, columns: &[Column]) -> Option<Issue> {
    let of_its_own = |c: &Column| match &c.meaning {
        Some(Meaning::Single(field)) => KEPT.contains(field),
        Some(Meaning::Combined(_)) => true,
        None => false,
    };
    let unkept: Vec<&str> = columns.iter().filter(|c| !c.at.name.is_empty() && !of_its_own(c)).map(|c| c.at.name.as_str()).collect();
    let columns = unkept.join("、");
    let facts = [("columns", columns.as_str()), ("how", "只留原文，不能按它查找和统计"), ("how_en", "are kept as text only")];
    (!unkept.is_empty()).then(|| Issue::new(Severity::Warning, code::COLUMNS_NOT_KEPT, &sheet.name, header_row, None, &facts))
}

fn read_sheet(sheet: &Sheet, head: &Head, file: &str, out: &mut PublishedTable, seen: &mut HashMap<String, u32>) {
    let header_row = sheet.rows[head.row].number;
    let title: Vec<String> = sheet.rows[..head.row]
        .iter()
        .filter(|r| !r.is_blank())
        .map(|r| r.own().iter().filter(|c| !fold(c).is_empty()).cloned().collect::<Vec<_>>().join(" "))
        .collect();
    let Placed { columns, place, combined } = placed(sheet, head, &mut out.issues);
    let item_header = combined.as_ref().map(|(i, _)| *i).or_else(|| place.get(&Field::Item).copied()).map(|i| columns[i].at.name.clone());
    let kind = if place.contains_key(&Field::Verdict) {
        TableKind::Column
    } else {
        let texts = [sheet.name.clone(), title.join(" "), item_header.unwrap_or_default(), file.to_owned()];
        texts.iter().find_map(|t| kind_from(t)).unwrap_or(TableKind::Unknown)
    };
    if kind == TableKind::Unknown {
        out.issues.push(Issue::new(Severity::Error, code::TABLE_KIND, &sheet.name, header_row, None, &[]));
    }
    out.notes.extend(unkept(sheet, header_row, &columns));
    let mut twins = Twins::default();
    let numbers = place.get(&Field::Seq).copied();
    let reader = Reader { sheet, columns: &columns, place, combined, kind };
    for row in &sheet.rows[head.body.min(sheet.rows.len())..] {
        out.counts.rows_in += 1;
        if row.is_blank() {
            out.counts.blank += 1;
            continue;
        }
        let before = out.issues.len();
        if let Some(mut parsed) = reader.row(row, &mut out.issues) {
            parsed.error = out.issues[before..].iter().any(|i| i.severity == Severity::Error) || kind == TableKind::Unknown;
            let count = seen.entry(parsed.hash.clone()).or_insert(0);
            *count += 1;
            parsed.occurrence = *count;
            out.rows.push(parsed);
            if let Some(other) = twins.earlier(row, numbers) {
                reader.issue(&mut out.issues, Severity::Warning, code::ROW_TWICE, row, None, &[("other", &other.to_string())]);
            }
        }
        // a table of unknown kind taints every row of it, so that none of them passes for clean
        if out.issues.len() > before || kind == TableKind::Unknown {
            out.counts.rows_with_issue += 1;
        } else {
            out.counts.rows_ok += 1;
        }
    }
    out.tables.push(Table { sheet: sheet.name.clone(), title, header_row, kind, columns });
}

impl Reader<'_> {
    fn issue(&self, issues: &mut Vec<Issue>, severity: Severity, info: &'static CodeInfo, row: &Row, column: Option<usize>, facts: &[(&'static str, &str)]) {
        let column = column.and_then(|i| self.columns.get(i)).map(|c| c.at.clone());
        issues.push(Issue::new(severity, info, &self.sheet.name, row.number, column, facts));
    }

    fn value(&self, row: &Row, field: Field) -> Option<String> {
        let text = fold(row.cell(*self.place.get(&field)?));
        (!text.is_empty() && !is_nothing(&text)).then_some(text)
    }

    /// The header once more, a footer, a note or a subtotal; it has left an issue.
    fn no_data(&self, row: &Row, food: &str, issues: &mut Vec<Issue>) -> bool {
        let own = row.own();
        let filled: Vec<&str> = own.iter().map(String::as_str).filter(|c| !fold(c).is_empty()).collect();
        let same =
            self.columns.iter().enumerate().filter(|(i, c)| !c.at.name.is_empty() && header::normalise(row.cell(*i)) == header::normalise(&c.at.name)).count();
        if same >= 3 && same * 2 > filled.len() {
            self.issue(issues, Severity::Warning, code::HEADER_AGAIN, row, None, &[]);
            return true;
        }
        // one filled cell, or two without a name, are a note or a subtotal, unless a verdict or a number says it is a batch
        let batch = self.value(row, Field::SamplingNo).is_some() || self.value(row, Field::Verdict).is_some_and(|t| verdict(&t).is_some());
        if !batch && row.is_footer() {
            self.issue(issues, Severity::Warning, code::FOOTER, row, None, &[("text", &filled.join(" "))]);
            return true;
        }
        if !batch && filled.len() <= if food.is_empty() { 2 } else { 1 } {
            self.issue(issues, Severity::Warning, code::NOT_DATA, row, None, &[("text", &filled.join(" "))]);
            return true;
        }
        false
    }

    fn verdict(&self, row: &Row, issues: &mut Vec<Issue>) -> Option<Outcome> {
        match self.kind {
            TableKind::Pass => Some(Outcome::Pass),
            TableKind::Fail => Some(Outcome::Fail),
            TableKind::Unknown => None,
            TableKind::Column => {
                let text = self.value(row, Field::Verdict).unwrap_or_default();
                let verdict = verdict(&text);
                if verdict.is_none() {
                    self.issue(issues, Severity::Error, code::VERDICT, row, self.place.get(&Field::Verdict).copied(), &[("value", &text)]);
                }
                verdict
            }
        }
    }

    /// `None` for rows that are no data; those have left an issue.
    fn row(&self, row: &Row, issues: &mut Vec<Issue>) -> Option<PublishedRow> {
        use Severity::{Error, Warning};
        // lines that were broken to fit the cell
        let whole = |field| self.value(row, field).map(|text| unbroken(&text));
        let food = whole(Field::Food).unwrap_or_default();
        if self.no_data(row, &food, issues) {
            return None;
        }
        if food.is_empty() {
            self.issue(issues, Error, code::NO_FOOD, row, self.place.get(&Field::Food).copied(), &[]);
        }
        let surplus: Vec<&str> = row.cells.iter().skip(self.columns.len()).map(String::as_str).filter(|c| !fold(c).is_empty()).collect();
        if !surplus.is_empty() {
            self.issue(issues, Error, code::SURPLUS, row, None, &[("text", &surplus.join(" | "))]);
        }

        let verdict = self.verdict(row, issues);
        let mut dated = |field: Field| {
            let text = self.value(row, field)?;
            let day = date(&text);
            if day.is_none() {
                self.issue(issues, Warning, code::DATE, row, self.place.get(&field).copied(), &[("value", &text)]);
            }
            day
        };
        let (noticed, published) = (dated(Field::NoticeDate), dated(Field::PublishedOn));
        let sampling_no = self.value(row, Field::SamplingNo);
        if let Some(no) = sampling_no.as_ref().filter(|no| !usual_sampling_no(no)) {
            self.issue(issues, Warning, code::SAMPLING_NO, row, self.place.get(&Field::SamplingNo).copied(), &[("value", no)]);
        }
        let items = self.items(row, issues);
        let names_items = self.combined.is_some() || self.place.contains_key(&Field::Item);
        if verdict == Some(Outcome::Fail) && names_items && items.is_empty() {
            self.issue(issues, Warning, code::NO_ITEM, row, self.combined.as_ref().map(|(i, _)| *i).or_else(|| self.place.get(&Field::Item).copied()), &[]);
        }

        let fields = self.place.iter().map(|(f, i)| (*f, row.cell(*i))).filter(|(_, t)| !fold(t).is_empty()).map(|(f, t)| (f, t.to_owned())).collect();
        Some(PublishedRow {
            sheet: self.sheet.name.clone(),
            row: row.number,
            hash: self.hash(row),
            occurrence: 0,
            error: false,
            verdict,
            sampling_no,
            food,
            category: category(&self.value(row, Field::Category).unwrap_or_default()),
            producer: whole(Field::Producer),
            operator: whole(Field::Operator),
            produced_on: self.value(row, Field::ProducedOn).and_then(|t| date(&t)),
            published_on: noticed.or(published),
            items,
            fields,
            cells: row.cells.clone(),
        })
    }

    /// SHA-256 over the filled cells with their headers, in the order of the headers.
    fn hash(&self, row: &Row) -> String {
        let name = |i: usize| self.columns.get(i).map_or_else(|| letter(i), |c| header::normalise(&c.at.name));
        let mut pairs: Vec<(String, String)> =
            row.cells.iter().enumerate().map(|(i, c)| (name(i), fold(&c.replace("\r\n", "\n")))).filter(|(_, c)| !c.is_empty()).collect();
        pairs.sort();
        let mut sha = Sha256::new();
        sha.update(self.kind.code().as_bytes());
        for (name, cell) in pairs {
            // lengths keep `ab`+`c` apart from `a`+`bc`
            sha.update((name.len() as u64).to_be_bytes());
            sha.update(name.as_bytes());
            sha.update((cell.len() as u64).to_be_bytes());
            sha.update(cell.as_bytes());
        }
        hex::encode(sha.finalize())
    }

    fn items(&self, row: &Row, issues: &mut Vec<Issue>) -> Vec<Item> {
        if let Some((at, fields)) = &self.combined {
            let text = row.cell(*at);
            let (items, clean) = split_combined(text, fields);
            if !clean {
                self.issue(issues, Severity::Warning, code::ITEM_SHAPE, row, Some(*at), &[("value", &fold(text))]);
            }
            return items;
        }
        let Some(at) = self.place.get(&Field::Item) else { return Vec::new() };
        let mut names = parts(row.cell(*at));
        let column = |field| self.place.get(&field).map_or("", |i| row.cell(*i));
        let (result, limit, unit) = (column(Field::Result), column(Field::Limit), column(Field::Unit));
        let whole = |text: &str| Some(one_line(&fold(text))).filter(|t| !is_nothing(t)).unwrap_or_default();
        // a name that was broken into lines is one item, unless its result and limit are in as many lines
        let lines_only = !row.cell(*at).contains(['；', ';']);
        if names.len() > 1 && lines_only && values(result).len() <= 1 && values(limit).len() <= 1 {
            names = vec![unbroken(row.cell(*at))];
        }
        match names.len() {
            0 => Vec::new(),
            1 => {
                // the item alone may itself be written as item║result║limit
                if names[0].chars().any(header::is_column_mark) && whole(result).is_empty() {
                    return split_combined(row.cell(*at), &[Field::Item, Field::Result, Field::Limit]).0;
                }
                let unit = whole(unit);
                vec![Item { name: names[0].clone(), result: without_unit(&whole(result), &unit), limit: whole(limit), unit }]
            }
            n => {
                let (results, limits, units) = (values(result), values(limit), parts(unit));
                let fits = |list: &[String]| list.is_empty() || list.len() == n;
                if fits(&results) && fits(&limits) && (fits(&units) || units.len() == 1) {
                    let pick = |list: &[String], i: usize| list.get(i).cloned().unwrap_or_default();
                    let unit = |i: usize| if units.len() == 1 { units[0].clone() } else { pick(&units, i) };
                    return names
                        .iter()
                        .enumerate()
                        .map(|(i, name)| Item { name: name.clone(), result: pick(&results, i), unit: unit(i), limit: pick(&limits, i) })
                        .collect();
                }
                let facts = [("items", n.to_string()), ("results", results.len().to_string()), ("limits", limits.len().to_string())];
                let facts: Vec<(&'static str, &str)> = facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
                self.issue(issues, Severity::Warning, code::ITEM_COUNT, row, Some(*at), &facts);
                vec![Item { name: fold(row.cell(*at)), result: whole(result), unit: whole(unit), limit: whole(limit) }]
            }
        }
    }
}

/// `/`, `—` and their kind: nothing is meant.
fn is_nothing(text: &str) -> bool {
    matches!(text, "/" | "//" | "\\" | "-" | "--" | "—" | "——" | "－" | "无")
}

/// Entries of a cell, one a line or parted by ；.
fn parts(text: &str) -> Vec<String> {
    text.split(['；', ';', '\n', '\r']).map(fold).filter(|p| !p.is_empty() && !is_nothing(p)).collect()
}

/// The same of results and limits: a line that begins like a unit belongs to the number above it.
fn values(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for entry in text.split(['；', ';']) {
        let mut fresh = true;
        for line in parts(entry) {
            let letter = line.starts_with(|c: char| c.is_ascii_alphabetic() || "%‰μµ(".contains(c));
            let own = ["n=", "c=", "m=", "M=", "pH", "ph", "PH", "n1"].iter().any(|w| line.starts_with(w)) || line.starts_with("ND") || line.starts_with("nd");
            let rest = line.starts_with('/') && line.len() > 1;
            match out.last_mut() {
                Some(last) if !fresh && ((letter && !own) || rest) => last.push_str(&line),
                _ => out.push(line),
            }
            fresh = false;
        }
    }
    out
}

/// A text whose lines were broken to fit the cell. Between two Chinese characters, or at a bracket, a break is no space.
fn unbroken(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(fold).filter(|l| !l.is_empty()) {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if latin(out.chars().last()) && latin(line.chars().next()) {
            out.push(' ');
        }
        out.push_str(&line);
    }
    out
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The number alone where the unit stands beside it in a column of its own: a cell shown as 15.2% beside `%`.
pub(crate) fn without_unit(text: &str, unit: &str) -> String {
    let bare = text.strip_suffix(unit).map(str::trim_end).filter(|_| !unit.is_empty());
    // %vol and g/100g are shown as a percentage too
    let percent = || text.strip_suffix('%').filter(|_| unit.starts_with('%'));
    bare.or_else(percent).filter(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit() || c == '.')).unwrap_or(text).to_owned()
}

fn item_of(fields: &[Field], values: &[String]) -> Item {
    let mut item = Item::default();
    for (field, value) in fields.iter().zip(values) {
        let slot = match field {
            Field::Item => &mut item.name,
            Field::Result => &mut item.result,
            Field::Unit => &mut item.unit,
            Field::Limit => &mut item.limit,
            _ => continue,
        };
        value.clone_into(slot);
    }
    item
}

/// The columns of one chunk. Two marks in a row are one mark, a single | is one as well.
fn marked_columns(chunk: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut marked = false;
    for c in chunk.chars() {
        let mark = header::is_column_mark(c);
        match (mark, out.last_mut()) {
            (true, _) if !marked => out.push(String::new()),
            (false, Some(last)) => last.push(c),
            _ => {}
        }
        marked = mark;
    }
    out.iter().map(|c| fold(c)).collect()
}

/// Items parted by commas: the last piece of each holds the next item's name behind its last comma.
fn parted_by_commas(got: &[String], want: usize) -> Vec<String> {
    let mut values = Vec::new();
    for (i, value) in got.iter().enumerate() {
        let joint = i > 0 && i + 1 < got.len() && i.is_multiple_of(want - 1);
        match value.rfind([',', '，', '、']).filter(|_| joint) {
            Some(at) => {
                let comma = value[at..].chars().next().map_or(1, char::len_utf8);
                values.push(fold(&value[..at]));
                values.push(fold(&value[at + comma..]));
            }
            None => values.push(value.clone()),
        }
    }
    values
}

/// Splits 项目║检验结果║标准值 cells; the flag says whether every entry had the promised shape.
fn split_combined(text: &str, fields: &[Field]) -> (Vec<Item>, bool) {
    let want = fields.len();
    let entry = |values: &[String]| item_of(fields, values);
    let mut items: Vec<Item> = Vec::new();
    let mut clean = true;
    let mut open = String::new();
    for chunk in parts(text) {
        open = if open.is_empty() { chunk } else { format!("{open} {chunk}") };
        let got = marked_columns(&open);
        let marks = got.len();
        if marks == want {
            items.push(entry(&got));
        } else if marks > want && (marks - want).is_multiple_of(want - 1) {
            let values = parted_by_commas(&got, want);
            if values.len().is_multiple_of(want) {
                items.extend(values.chunks(want).map(entry));
            } else {
                clean = false;
                items.push(Item { name: open.clone(), ..Item::default() });
            }
        } else if marks == 1 && !items.is_empty() && want > 1 {
            // a line that broke inside the last part; kept with it, and said
            clean = false;
            if let Some(last) = items.last_mut() {
                last.limit = format!("{} {open}", last.limit).trim().to_owned();
            }
        } else {
            continue;
        }
        open.clear();
    }
    if !open.is_empty() {
        clean = false;
        items.push(Item { name: open, ..Item::default() });
    }
    (items, clean)
}

fn verdict(text: &str) -> Option<Outcome> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match text.as_str() {
        "合格" | "合格品" | "合格样品" | "符合" | "符合要求" | "通过" | "所检项目合格" => Some(Outcome::Pass),
        "不合格" | "不合格品" | "不合格样品" | "不符合" | "不符合要求" | "未通过" => Some(Outcome::Fail),
        "问题" | "问题样品" | "问题产品" => Some(Outcome::Problem),
        "不判定" | "未判定" => Some(Outcome::Undetermined),
        _ => None,
    }
}

/// `大类-->亚类`; a slash inside a name (洗涤剂/消毒剂) parts nothing.
fn category(text: &str) -> CategoryPath {
    let text = text.replace("-->", "\u{1}").replace("->", "\u{1}").replace(['→', '>', '＞'], "\u{1}");
    CategoryPath(text.split('\u{1}').map(fold).filter(|p| !p.is_empty()).collect())
}

/// A date in the spellings of notices and spreadsheets; anything more than a date is no date.
#[must_use]
pub fn date(text: &str) -> Option<NaiveDate> {
    let text = fold(text);
    if let Some(day) = serial(&text) {
        return Some(day);
    }
    // A moment with its zone is the day that it is here: 16:00 in Greenwich already is the next one.
    let moment = text.replacen(' ', "T", 1);
    if let Some(moment) = chrono::DateTime::parse_from_rfc3339(&moment).ok().filter(|_| text.contains(':')) {
        return Some(moment.with_timezone(&shanghai()?).date_naive());
    }
    // without a zone it is the day that is written
    let text = match text.split_once(['T', 't']) {
        Some((day, time)) if time.starts_with(|c: char| c.is_ascii_digit()) && time.chars().all(|c| c.is_ascii_digit() || ":.+-Zz".contains(c)) => {
            day.to_owned()
        }
        _ => text,
    };
    let text = text.split(['年', '月']).map(str::trim).collect::<Vec<_>>().join("-");
    let clock = |time: &str| time.contains(':') && time.chars().all(|c| c.is_ascii_digit() || ":. 上下午APMapm".contains(c));
    let day = text.split_once(' ').filter(|(_, time)| clock(time)).map_or(text.as_str(), |(d, _)| d);
    let day = day.trim_end_matches('.').trim_end();
    let day = day.strip_suffix(['日', '号']).map_or(day, str::trim_end);
    if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(day, "%Y%m%d").ok();
    }
    if let Some(day) = in_words(day) {
        return Some(day);
    }
    let dashed = day.contains(['-', '/', '.', '·', '—', '–', '‐', '−']);
    let parts: Vec<&str> =
        if dashed { day.split(['-', '/', '.', '·', '—', '–', '‐', '−']).map(str::trim).collect() } else { day.split(' ').collect() };
    let [y, m, d] = parts.as_slice() else { return None };
    if y.len() != 4 || ![y, m, d].iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    NaiveDate::from_ymd_opt(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
}

fn shanghai() -> Option<chrono::FixedOffset> {
    chrono::FixedOffset::east_opt(8 * 3600)
}

/// 二〇二六年五月八日 (its 年 and 月 are hyphens here), `8-May-2026`, `May 8, 2026`: what leaves no doubt which part is which.
fn in_words(day: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> = day.split(['-', ' ', ',']).filter(|p| !p.is_empty()).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let month = |text: &str| {
        let at = MONTHS.iter().position(|m| text.len() >= 3 && text.is_ascii() && text.to_lowercase().starts_with(m))?;
        text.bytes().all(|b| b.is_ascii_alphabetic()).then(|| u32::try_from(at + 1).ok()).flatten()
    };
    let year = |text: &str| -> Option<i32> {
        let number: i32 = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()?;
        match text.len() {
            4 => Some(number),
            2 => Some(2000 + number),
            _ => None,
        }
    };
    match (month(a), month(b)) {
        (None, Some(m)) => NaiveDate::from_ymd_opt(year(c)?, m, a.parse().ok()?),
        (Some(m), None) if c.len() == 4 => NaiveDate::from_ymd_opt(year(c)?, m, b.parse().ok()?),
        (None, None) => {
            let digit = |c: char| "〇一二三四五六七八九".chars().position(|d| d == c).or_else(|| "○零".contains(c).then_some(0));
            let year: Option<String> = a.chars().map(|c| digit(c).map(|d| d.to_string())).collect();
            // 十, 十二, 二十, 二十一
            let small = |text: &str| -> Option<u32> {
                let (tens, ones) = match text.split_once('十') {
                    None => (0, text),
                    Some(("", ones)) => (1, ones),
                    Some((tens, ones)) => (digit(tens.chars().next().filter(|_| tens.chars().count() == 1)?)?, ones),
                };
                let ones = if ones.is_empty() && text.contains('十') { 0 } else { digit(ones.chars().next().filter(|_| ones.chars().count() == 1)?)? };
                u32::try_from(tens * 10 + ones).ok()
            };
            let year = year.filter(|y| y.len() == 4)?;
            NaiveDate::from_ymd_opt(year.parse().ok()?, small(b)?, small(c)?)
        }
        _ => None,
    }
}

/// The number of a day as a spreadsheet counts them, from 2000 to 2099: a date whose cell lost its format.
fn serial(text: &str) -> Option<NaiveDate> {
    let (days, part) = text.split_once('.').unwrap_or((text, "0"));
    if days.len() != 5 || ![days, part].iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let days: u64 = days.parse().ok()?;
    (36_526..=73_050).contains(&days).then(|| NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(days))).flatten()
}

/// Known prefix, two digits of the year, six of the area, nine of laboratory and serial, perhaps `ZX`.
#[must_use]
pub fn usual_sampling_no(text: &str) -> bool {
    let text = text.strip_suffix("ZX").unwrap_or(text);
    let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let prefix = &text[..text.len() - digits.len()];
    ["GC", "GZJ", "SC", "SBJ", "DC", "DBJ", "XC", "XBJ", "PJ", "NCP", "FX"].contains(&prefix)
        && digits.len() == 17
        && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combined_cells_are_split() {
        let three = [Field::Item, Field::Result, Field::Limit];
        let four = [Field::Item, Field::Result, Field::Unit, Field::Limit];
        let split = |text: &str, fields: &[Field]| {
            let (items, clean) = split_combined(text, fields);
            (items.iter().map(|i| format!("{}|{}|{}|{}", i.name, i.result, i.unit, i.limit)).collect::<Vec<_>>(), clean)
        };
        assert_eq!(split("腐霉利║0.56mg/kg║≤0.2mg/kg", &three), (vec!["腐霉利|0.56mg/kg||≤0.2mg/kg".into()], true));
        for text in ["甲║1║≤2；乙║3║≤4", "甲‖1‖≤2\n乙‖3‖≤4", "甲||1||≤2,乙||3||≤4", "甲︱ 1︱≤2;\n乙︱3︱ ≤4；"] {
            assert_eq!(split(text, &three), (vec!["甲|1||≤2".into(), "乙|3||≤4".into()], true), "{text}");
        }
        assert_eq!(split("甲||1||mg/kg||≤2，乙||3||g/kg||≤4", &four), (vec!["甲|1|mg/kg|≤2".into(), "乙|3|g/kg|≤4".into()], true));
        let micro = "菌落总数║n1=2.5×10⁶,n2=1.1×10⁵CFU/g║n=5,c=2,m=10000,M=100000CFU/g";
        assert_eq!(split(micro, &three).0.len(), 1);
        assert_eq!(split("甲║1║≤2\nmg/kg", &three), (vec!["甲|1||≤2 mg/kg".into()], false));
        assert_eq!(split("甲║1\nmg/kg║≤2", &three), (vec!["甲|1 mg/kg||≤2".into()], true));
        assert_eq!(split("标签", &three), (vec!["标签|||".into()], false));
        assert_eq!(split("/", &three), (vec![], true));
    }
    #[test]
    fn dates_of_every_spelling() {
        let day = NaiveDate::from_ymd_opt(2021, 1, 5);
        for text in [
            "2021-01-05",
            "2021/1/5",
            "2021年1月5日",
            "2021.01.05",
            "20210105",
            "2021-01-05 00:00:00",
            "２０２１－０１－０５",
            "2021-01-05T00:00:00+08:00",
            "2021-01-05T09:30:00.000Z",
            "44201",
            "44201.5",
            "2021-01-04T16:00:00Z",
            "2021-01-04T16:00:00.000Z",
            "2021-01-05T00:00:00Z",
            "2021-01-04 23:30:00-05:00",
            "2021—01—05",
            "2021·01·05",
            "2021.01.05.",
            "2021 01 05",
            "2021年 1月 5日",
            "2021年01月05日 10:30",
            "2021-01-05 上午10:30",
            "2021/1/5 0:00",
            "二〇二一年一月五日",
            "二○二一年一月五日",
            "5-Jan-2021",
            "05-Jan-21",
            "Jan 5, 2021",
        ] {
            assert_eq!(date(text), day, "{text}");
        }
        for text in [
            "2021-02-30",
            "2021-01-05/A12",
            "昨天",
            "",
            "2021年1月",
            "99-1-5",
            "12345",
            "2021-01-05Tx",
            "442010",
            "44201A",
            "1/5/2021",
            "13/5/2021",
            "21-01-05",
            "二〇二一年一月",
            "5-Foo-2021",
            "2021-01-05 A12",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
    #[test]
    fn sampling_numbers() {
        assert!(usual_sampling_no("XBJ24410105463934197") && usual_sampling_no("DC21410100465340757") && usual_sampling_no("GC20131100120630263ZX"));
        assert!(!usual_sampling_no("ABC1") && !usual_sampling_no("样品1"));
    }
}
