//! 限量表 a table of limits, in our own layout or in that of the national sampling plan. Every row is exactly one of three: a rule, no
//! limit, or for a person with the reason. None vanishes, none is guessed, and what is read is 待核实 until the quality manager
//! has compared it with the standard.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, Note, Workbook, XlsxError};
use serde::Serialize;
use sha2::{Digest, Sha256};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::text::fold;
use shiyan_foundation::{CodeInfo, Label, Lang, Refusal, labels};
use shiyan_judgement::amount::units;
use shiyan_statute::{AnalyteGroup, DetectionKind, DetectionLimit, LimitRow, LimitRule, LimitStatus, food, item_key};

pub(crate) use shiyan_foundation::Decimal;

use crate::book::{self, Hidden, OWN_SHEET, Row, SCANNED, Sheet};
use crate::code;
use crate::issue::{ColumnRef, Issue, Severity, letter};
use crate::national::{self, Given, nothing};
use crate::out;
use crate::published::{date, without_unit};

/// 模板版本, kept in a hidden sheet.
pub const TEMPLATE_VERSION: &str = "shiyan-limits-1";
const HIDDEN: &str = OWN_SHEET;
const HELP: (&str, &str) = ("填写说明", "How to fill in");
/// Rows of the template that carry the lists.
const PREPARED: u32 = 2_000;

labels! {
    /// 版式 whose columns the file has.
    pub enum Layout {
        Own = "own", "本系统模板", "Our template";
        National = "national", "抽检计划", "Sampling plan";
    }
}

labels! {
    /// 限量表的列, as in the shipped library.
    pub enum LimitColumn {
        Id = "id", "编号", "Id";
        CategoryText = "category_text", "分类原文", "Category as printed";
        Categories = "categories", "食品分类", "Category";
        Conditions = "conditions", "条件", "Conditions";
        Exceptions = "exceptions", "除外", "Exceptions";
        Remarks = "remarks", "备注", "Remarks";
        Analyte = "analyte", "检验项目", "Item";
        Aliases = "aliases", "别名", "Aliases";
        Group = "analyte_group", "项目类别", "Item group";
        Kind = "kind", "限量种类", "Kind";
        Value = "value", "限量", "Limit";
        Upper = "upper", "上限", "Upper bound";
        N = "n", "n（样品数）", "n (samples)";
        C = "c", "c（可超m数）", "c (may exceed m)";
        SmallM = "m", "m（可接受水平）", "m (acceptable)";
        BigM = "M", "M（最高安全限量）", "M (highest)";
        Unit = "unit", "限量单位", "Unit";
        Basis = "basis", "判定依据", "Basis";
        Method = "method", "检验依据", "Method";
        DetKind = "det_kind", "检出限种类", "LOD or LOQ";
        DetValue = "det_value", "检出限数值", "LOD/LOQ value";
        DetUnit = "det_unit", "检出限单位", "LOD/LOQ unit";
        DetNote = "det_note", "检出限说明", "LOD/LOQ note";
        Confidence = "confidence", "可信度", "Confidence";
        From = "effective_from", "实施日期", "In force from";
        To = "effective_to", "失效日期", "Until (exclusive)";
        Version = "version", "版本", "Version";
        Status = "status", "状态", "Status";
    }
}
use LimitColumn as L;

labels! {
    /// 限量种类 as the template offers them.
    pub enum LimitKind {
        Max = "max", "不大于", "At most";
        Min = "min", "不小于", "At least";
        Range = "range", "范围", "Range";
        NotDetected = "not_detected", "不得检出", "Not detected";
        NotUsed = "not_used", "不得使用", "Not to be used";
        ThreeClass = "three_class", "采样方案", "Sampling plan";
        None = "none", "无限量", "No limit";
    }
}

impl L {
    /// Must be filled in.
    #[must_use]
    pub fn required(self) -> bool {
        matches!(self, L::Categories | L::Analyte | L::Kind | L::Basis)
    }
    fn hint(self) -> (&'static str, &'static str) {
        match self {
            L::Id | L::Version | L::Status => {
                ("导出时填写；导入时不看，导入的行一律待核实", "Written on export, not read on import: what is imported is always to be checked")
            }
            L::CategoryText => ("标准里的原文；可空", "The words of the standard; may be empty"),
            L::Categories => (
                "路径，例如 食用农产品/蔬菜/叶菜类；几个路径用 | 隔开；任何食品写 *",
                "A path like 食用农产品/蔬菜/叶菜类; several are parted by |; any food is *",
            ),
            L::Conditions => ("路径证明不了的条件，例如 预包装；用 | 隔开", "What no path can prove, like 预包装; parted by |"),
            L::Exceptions => ("除外的食品，用 | 隔开", "Foods that are not covered, parted by |"),
            L::Remarks => ("不影响判定的说明，用 | 隔开", "Words that do not decide, parted by |"),
            L::Analyte => ("例如 铅(以Pb计)", "For instance 铅(以Pb计)"),
            L::Aliases => ("项目的别名，用 | 隔开", "Other names of the item, parted by |"),
            L::Group => ("可空；例如 农药残留", "May be empty; for instance 农药残留"),
            L::Kind => ("不大于、不小于、范围、不得检出、不得使用、采样方案、无限量", "max, min, range, not_detected, not_used, three_class, none"),
            L::Value => ("数字；范围写下限", "A number; the lower bound of a range"),
            L::Upper => ("只有范围填写", "For a range only"),
            L::N | L::C | L::SmallM | L::BigM => ("只有采样方案填写；没有 M 就留空", "For a sampling plan only; without M it stays empty"),
            L::Unit => ("例如 mg/kg；不得使用写 /", "For instance mg/kg; / for what must not be used"),
            L::Basis => ("标准号和版本，例如 GB 2762-2022", "Standard and edition, like GB 2762-2022"),
            L::Method => ("检验方法标准", "Standard of the method"),
            L::DetKind => ("LOD（检出限）或 LOQ（定量限）；可空", "LOD or LOQ; may be empty"),
            L::DetValue | L::DetUnit | L::DetNote => ("方法的检出限或定量限；可空", "Limit of the method; may be empty"),
            L::Confidence => ("high、medium 或 low", "high, medium or low"),
            L::From => ("例如 2023-06-30；空着就用导入时给出的日期", "Like 2023-06-30; empty takes the day given for the import"),
            L::To => ("失效的第一天；可空", "The first day it no longer applies; may be empty"),
        }
    }
    fn of(header: &str) -> Option<Self> {
        let text: String = fold(header).chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
        // m and M are two columns: the code is compared as it stands
        let same = |c: &&Self| c.code() == text || [c.zh(), c.en()].iter().any(|n| fold(n).replace(' ', "") == text);
        Self::ALL.iter().find(same).copied().or(match text.as_str() {
            "限量值" | "标准值" => Some(L::Value),
            "单位" | "计量单位" => Some(L::Unit),
            "项目" | "项目名称" => Some(L::Analyte),
            "食品类别" | "分类" => Some(L::Categories),
            "检验方法" => Some(L::Method),
            _ => None,
        })
    }
}

// ---------------------------------------------------------------- what was read

/// 归类 exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowClass {
    /// 限量规则
    Rule(Box<LimitRow>),
    /// 无限量, and why that is certain.
    NoLimit(&'static CodeInfo),
    /// 需人工, where and why.
    NeedsPerson(Issue),
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Sheet; empty for text files.
    pub sheet: String,
    /// Row as a spreadsheet numbers it.
    pub row: u32,
    /// 食品分类 as written.
    pub category: String,
    /// 检验项目 as written.
    pub item: String,
    /// What became of it.
    pub class: RowClass,
    /// 同前 the earlier row that gives the very same rule; it is stored once.
    pub same_as: Option<u32>,
}

/// 行数核对: `rows = rules + no_limit + needs_person`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LimitCounts {
    /// Rows that are not blank.
    pub rows: u64,
    /// Rows that are a rule.
    pub rules: u64,
    /// Rules that an earlier row gives already.
    pub repeated: u64,
    /// Rows without a limit.
    pub no_limit: u64,
    /// Rows for a person.
    pub needs_person: u64,
    /// Blank rows below the header, not among `rows`.
    pub blank: u64,
}

/// One reason with its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonCount {
    /// Stable code.
    pub code: &'static str,
    /// The row has no limit, rather than needing a person.
    pub no_limit: bool,
    /// The reason, Chinese; what was read of the first such row stands in it.
    pub zh: String,
    /// The reason, English.
    pub en: String,
    /// What to do, Chinese.
    pub next_zh: &'static str,
    /// What to do, English.
    pub next_en: &'static str,
    /// Rows.
    pub count: u64,
    /// The first of them.
    pub first_row: u32,
}

/// A limit table as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitTable {
    /// File name as given.
    pub file: String,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Whose columns it has.
    pub layout: Layout,
    /// Every row that is not blank, in order.
    pub rows: Vec<TableRow>,
    /// Sheets that were not read, columns that are there twice.
    pub notes: Vec<Issue>,
    /// Blank rows and footers below the headers.
    pub blank: u64,
}

impl LimitTable {
    /// The counts; they always add up to the rows.
    #[must_use]
    pub fn counts(&self) -> LimitCounts {
        let mut out = LimitCounts { rows: self.rows.len() as u64, blank: self.blank, ..LimitCounts::default() };
        for row in &self.rows {
            match &row.class {
                RowClass::Rule(_) => out.rules += 1,
                RowClass::NoLimit(_) => out.no_limit += 1,
                RowClass::NeedsPerson(_) => out.needs_person += 1,
            }
            out.repeated += u64::from(row.same_as.is_some());
        }
        out
    }
    /// The reasons with their counts, the commonest first.
    #[must_use]
    pub fn reasons(&self) -> Vec<ReasonCount> {
        let mut found: BTreeMap<&'static str, ReasonCount> = BTreeMap::new();
        for row in &self.rows {
            let (info, no_limit): (&'static CodeInfo, bool) = match &row.class {
                RowClass::Rule(_) => continue,
                RowClass::NoLimit(info) => (info, true),
                RowClass::NeedsPerson(issue) => match code::ALL.iter().find(|c| c.code == issue.code) {
                    Some(info) => (info, false),
                    None => continue,
                },
            };
            let reason = found.entry(info.code).or_insert_with(|| {
                let said = |lang: Lang| match &row.class {
                    // the place in front of a finding is not part of the reason
                    RowClass::NeedsPerson(issue) => {
                        let text = lang.pick(&issue.zh, &issue.en);
                        text.split_once(lang.pick("：", ": ")).map_or(text, |(_, rest)| rest).to_owned()
                    }
                    _ => lang.pick(info.zh, info.en).to_owned(),
                };
                ReasonCount {
                    code: info.code,
                    no_limit,
                    zh: said(Lang::Zh),
                    en: said(Lang::En),
                    next_zh: info.next_zh,
                    next_en: info.next_en,
                    count: 0,
                    first_row: row.row,
                }
            });
            reason.count += 1;
        }
        let mut all: Vec<ReasonCount> = found.into_values().collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then(a.code.cmp(b.code)));
        all
    }
    /// The rules, each once, in the order of the file.
    pub fn rules(&self) -> impl Iterator<Item = &LimitRow> {
        self.rows.iter().filter(|r| r.same_as.is_none()).filter_map(|r| match &r.class {
            RowClass::Rule(rule) => Some(rule.as_ref()),
            _ => None,
        })
    }
    /// What a person has to look at, in the order of the file.
    pub fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.rows.iter().filter_map(|r| match &r.class {
            RowClass::NeedsPerson(issue) => Some(issue),
            _ => None,
        })
    }
}

/// 内容指纹 what makes two limits the same, whatever file they came from and whatever became of them since: food, item, rule, unit,
/// basis, method and dates. The key of an imported row is made of it, so that the same file brings nothing new a second time.
#[must_use]
pub fn content_key(row: &LimitRow) -> String {
    let text = serde_json::to_string(&row.content()).unwrap_or_default();
    format!("I{}", &hex::encode(Sha256::digest(text.as_bytes()))[..12])
}

/// Reads a limit table without what is hidden. `from` is the first day of rows that name none; the layout of the plan names none
/// at all.
///
/// # Errors
/// As [`read_with`].
pub fn read(bytes: &[u8], file: &str, from: Option<NaiveDate>) -> Result<LimitTable, Refusal> {
    read_with(bytes, file, from, Hidden::LeaveOut)
}

/// Reads a limit table.
///
/// # Errors
/// A refusal of [`book::read`]; `TABLE-HEADER`; `TABLE-NO-ROWS`; `LT-FROM` when the layout needs a day that was not given.
pub fn read_with(bytes: &[u8], file: &str, from: Option<NaiveDate>, hidden: Hidden) -> Result<LimitTable, Refusal> {
    let book = book::read_with(bytes, file, hidden)?;
    let file_hash = hex::encode(Sha256::digest(bytes));
    let source = format!("src={file};sha256={file_hash}");
    let mut layout = None;
    let mut readings: Vec<Reading> = Vec::new();
    let (mut notes, mut blank) = (book.notes_of(|s| s.name != HIDDEN && s.name != HELP.0 && s.name != HELP.1), 0);
    for sheet in book.sheets.iter().filter(|s| s.name != HIDDEN && s.name != HELP.0 && s.name != HELP.1) {
        let Some((at, head)) = header_of(sheet) else {
            notes.extend(book::skipped(sheet));
            continue;
        };
        let names = &sheet.rows[at];
        let head = match head {
            Columns::Own(columns) => Head::Own(columns),
            Columns::National(columns) => Head::National(columns, from.ok_or_else(|| Refusal::new(code::LIMIT_FROM).with("file", file).on("from"))?),
        };
        layout.get_or_insert(if matches!(head, Head::Own(_)) { Layout::Own } else { Layout::National });
        notes.extend(book::not_kept(sheet, names, &head.places()));
        let mut twins = book::Twins::default();
        for row in &sheet.rows[at + 1..] {
            if row.is_blank() {
                blank += 1;
                continue;
            }
            if let Some(note) = book::footer(sheet, row) {
                notes.push(note);
                blank += 1;
                continue;
            }
            if let Some(other) = twins.earlier(row, None) {
                notes.push(Issue::new(Severity::Warning, code::ROW_TWICE, &sheet.name, row.number, None, &[("other", &other.to_string())]));
            }
            let (category, item, found) = match &head {
                Head::National(columns, from) => {
                    let confidence = format!("low;edition?;{source}");
                    let found = national::classify(row, columns, Given { from: *from, confidence: &confidence });
                    (columns.category(row).text(), columns.text(row, national::PlanTableColumn::Item), found)
                }
                Head::Own(columns) => {
                    let reader = OwnRow { columns, row };
                    (reader.text(L::Categories), reader.text(L::Analyte), reader.classify(from, &source))
                }
            };
            readings.push(Reading { sheet, names, row: row.number, category, item, found });
        }
    }
    let Some(layout) = layout else {
        return Err(book.no_header(file, "食品分类、检验项目、限量种类、判定依据（模板）；或 大类、检验项目、判定依据、最大允许限（抽检计划）"));
    };
    if readings.is_empty() {
        return Err(book.no_rows(file));
    }
    let mut rows = settle(readings);
    for row in &mut rows {
        if let RowClass::Rule(rule) = &mut row.class {
            rule.id = content_key(rule);
        }
    }
    Ok(LimitTable { file: file.to_owned(), file_hash, layout, rows, notes, blank })
}

/// Which columns a header names.
enum Columns {
    National(national::Columns),
    Own(OwnColumns),
}

/// The header of a sheet, in the layout of the plan or in our own.
fn header_of(sheet: &Sheet) -> Option<(usize, Columns)> {
    sheet.rows.iter().take(SCANNED).enumerate().find_map(|(at, row)| {
        let cells = row.own();
        let plan = national::Columns::of(&cells).map(|columns| (at, Columns::National(columns)));
        plan.or_else(|| own_columns(&cells).map(|columns| (at, Columns::Own(columns))))
    })
}

/// The columns, with the day that the layout of the plan needs.
enum Head {
    National(national::Columns, NaiveDate),
    Own(OwnColumns),
}

impl Head {
    fn places(&self) -> Vec<usize> {
        match self {
            Head::Own(columns) => columns.values().copied().collect(),
            Head::National(columns, _) => columns.places().collect(),
        }
    }
}

/// What one row was found to be, before the others are known.
#[derive(Debug)]
pub(crate) enum Found {
    /// The rule and the document it rests on with its edition.
    Rule {
        row: Box<LimitRow>,
        document: (String, Option<String>),
    },
    NoLimit(&'static CodeInfo),
    NeedsPerson(Why),
}

/// Why a row is for a person: the reason, the column, and what fills the sentence.
#[derive(Debug)]
pub(crate) struct Why {
    info: &'static CodeInfo,
    column: Option<usize>,
    name: &'static str,
    facts: Vec<(&'static str, String)>,
}

impl Why {
    pub(crate) fn new(info: &'static CodeInfo, column: Option<usize>, name: &'static str, facts: &[(&'static str, &str)]) -> Self {
        Self { info, column, name, facts: facts.iter().map(|(k, v)| (*k, (*v).to_owned())).collect() }
    }
    fn issue(&self, sheet: &Sheet, names: &Row, row: u32) -> Issue {
        let column = self.column.map(|at| {
            let name = fold(names.cell(at));
            ColumnRef { letter: letter(at), name: if name.is_empty() { self.name.to_owned() } else { name } }
        });
        let facts: Vec<(&'static str, &str)> = self.facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        Issue::new(Severity::Error, self.info, &sheet.name, row, column, &facts)
    }
}

struct Reading<'a> {
    sheet: &'a Sheet,
    names: &'a Row,
    row: u32,
    category: String,
    item: String,
    found: Found,
}

fn rule_of<'r>(readings: &'r [Reading<'_>], at: usize) -> Option<(&'r LimitRow, &'r (String, Option<String>))> {
    match readings.get(at).map(|r| &r.found) {
        Some(Found::Rule { row, document }) => Some((row.as_ref(), document)),
        _ => None,
    }
}

/// The rules by food and item.
fn alike(readings: &[Reading<'_>]) -> BTreeMap<String, Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, reading) in readings.iter().enumerate() {
        if let Found::Rule { row, .. } = &reading.found {
            let mut paths: Vec<String> = row.categories.iter().map(CategoryPath::text).collect();
            paths.sort();
            let key = format!("{}\u{1}{}\u{1}{}\u{1}{}", paths.join("|"), row.conditions.join("|"), row.exceptions.join("|"), item_key(&row.analyte));
            groups.entry(key).or_default().push(at);
        }
    }
    groups
}

/// What rows about the same food and item are to each other, by their place.
struct Compared {
    /// Later rows that say the same, with the earlier one.
    same: BTreeMap<usize, usize>,
    /// Rows that contradict another, with the row of that one.
    contradicted: BTreeMap<usize, u32>,
}

fn compared(readings: &[Reading<'_>]) -> Compared {
    let mut same: BTreeMap<usize, usize> = BTreeMap::new();
    let mut contradicted: BTreeMap<usize, u32> = BTreeMap::new();
    for group in alike(readings).values().filter(|g| g.len() > 1) {
        for (nth, later) in group.iter().enumerate() {
            for earlier in &group[..nth] {
                let (Some((a, a_document)), Some((b, b_document))) = (rule_of(readings, *earlier), rule_of(readings, *later)) else { continue };
                let apart = |first: &LimitRow, second: &LimitRow| first.effective_to.is_some_and(|end| end <= second.effective_from);
                if apart(a, b) || apart(b, a) {
                    continue;
                }
                let editions = match (&a_document.1, &b_document.1) {
                    (Some(x), Some(y)) => x == y,
                    _ => true,
                };
                let dates = (a.effective_from, a.effective_to) == (b.effective_from, b.effective_to);
                if a.rule == b.rule && a.unit == b.unit && a_document.0 == b_document.0 && editions && dates {
                    same.entry(*later).or_insert(*earlier);
                } else {
                    contradicted.entry(*later).or_insert(readings[*earlier].row);
                    contradicted.entry(*earlier).or_insert(readings[*later].row);
                }
            }
        }
    }
    Compared { same, contradicted }
}

/// The row that stands for each one that says the same; the one that names the edition stands for those that do not.
fn standing(readings: &[Reading<'_>], compared: &Compared) -> Vec<Option<u32>> {
    let mut stands: BTreeMap<usize, usize> = BTreeMap::new();
    for (later, earlier) in &compared.same {
        if compared.contradicted.contains_key(later) || compared.contradicted.contains_key(earlier) {
            continue;
        }
        let first = stands.get(earlier).copied().unwrap_or(*earlier);
        stands.insert(*later, first);
    }
    let mut best: BTreeMap<usize, usize> = BTreeMap::new();
    for (later, first) in &stands {
        let dated = |at: usize| rule_of(readings, at).is_some_and(|(_, d)| d.1.is_some());
        let now = best.get(first).copied().unwrap_or(*first);
        if !dated(now) && dated(*later) {
            best.insert(*first, *later);
        }
    }
    let number = |at: usize| readings.get(at).map(|r| r.row);
    (0..readings.len())
        .map(|at| {
            let first = stands.get(&at).copied().unwrap_or(at);
            let kept = best.get(&first).copied().unwrap_or(first);
            if kept == at { None } else { number(kept) }
        })
        .collect()
}

/// Rows that are about the same food and item on the same days: they say the same and one of them stands for all, or they
/// contradict each other and none of them is a rule.
fn settle(readings: Vec<Reading<'_>>) -> Vec<TableRow> {
    let compared = compared(&readings);
    let same_as = standing(&readings, &compared);
    let contradicted = compared.contradicted;
    readings
        .into_iter()
        .enumerate()
        .zip(same_as)
        .map(|((at, reading), same_as)| {
            let Reading { sheet, names, row, category, item, found } = reading;
            let (class, same_as) = match found {
                Found::Rule { .. } if contradicted.contains_key(&at) => {
                    let other = contradicted.get(&at).map_or_else(String::new, u32::to_string);
                    let why = Why::new(code::LIMIT_CONTRADICTS, None, "", &[("other", &other)]);
                    (RowClass::NeedsPerson(why.issue(sheet, names, row)), None)
                }
                Found::Rule { row, .. } => (RowClass::Rule(row), same_as),
                Found::NoLimit(info) => (RowClass::NoLimit(info), None),
                Found::NeedsPerson(why) => (RowClass::NeedsPerson(why.issue(sheet, names, row)), None),
            };
            TableRow { sheet: sheet.name.clone(), row, category, item, class, same_as }
        })
        .collect()
}

/// Digits, perhaps a point and digits, and perhaps a minus in front: exactly what a column of numbers holds.
pub(crate) fn plain(text: &str) -> Option<Decimal> {
    let text = fold(text);
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |t: &str| !t.is_empty() && t.len() <= 20 && t.bytes().all(|b| b.is_ascii_digit());
    // what a float column adds behind the point is not part of the limit
    (number(whole) && number(part)).then(|| text.parse::<Decimal>().ok()).flatten().map(|d| d.normalize())
}

// ---------------------------------------------------------------- our own layout

type OwnColumns = BTreeMap<L, usize>;

fn own_columns(cells: &[String]) -> Option<OwnColumns> {
    let mut found = OwnColumns::new();
    for (at, text) in cells.iter().enumerate() {
        if let Some(column) = L::of(text) {
            found.entry(column).or_insert(at);
        }
    }
    L::ALL.iter().filter(|c| c.required()).all(|c| found.contains_key(c)).then_some(found)
}

struct OwnRow<'a> {
    columns: &'a OwnColumns,
    row: &'a Row,
}

impl OwnRow<'_> {
    fn text(&self, column: L) -> String {
        self.columns.get(&column).map_or_else(String::new, |at| fold(&out::restore(self.row.cell(*at))))
    }
    fn person(&self, info: &'static CodeInfo, column: L, facts: &[(&'static str, &str)]) -> Found {
        Found::NeedsPerson(Why::new(info, self.columns.get(&column).copied(), column.zh(), facts))
    }
    fn unread(&self, column: L) -> Found {
        self.person(code::LIMIT_FIELD, column, &[("name", column.zh()), ("value", &self.text(column))])
    }
    fn missing(&self, column: L) -> Found {
        self.person(code::LIMIT_INCOMPLETE, column, &[("name", column.zh())])
    }
    fn list(&self, column: L) -> Vec<String> {
        self.text(column).split('|').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
    }
    fn number(&self, column: L) -> Result<Decimal, Found> {
        // a cell shown as 25% beside the unit %
        let text = without_unit(&self.text(column), &self.text(L::Unit));
        if text.is_empty() {
            return Err(self.missing(column));
        }
        // the zeros of a limit are kept as they are typed: they matter where a standard rounds
        plain(&text).and_then(|_| text.parse().ok()).ok_or_else(|| self.unread(column))
    }
    fn whole(&self, column: L) -> Result<u32, Found> {
        let text = self.text(column);
        if text.is_empty() { Err(self.missing(column)) } else { text.parse().map_err(|_| self.unread(column)) }
    }
    fn day(&self, column: L) -> Result<Option<NaiveDate>, Found> {
        let text = self.text(column);
        if text.is_empty() { Ok(None) } else { date(&text).map(Some).ok_or_else(|| self.unread(column)) }
    }

    fn classify(&self, from: Option<NaiveDate>, source: &str) -> Found {
        self.read(from, source).unwrap_or_else(|found| found)
    }

    fn read(&self, from: Option<NaiveDate>, source: &str) -> Result<Found, Found> {
        for column in [L::Categories, L::Analyte, L::Kind] {
            if self.text(column).is_empty() {
                return Err(self.missing(column));
            }
        }
        let kind = LimitKind::parse(&self.text(L::Kind)).ok_or_else(|| self.unread(L::Kind))?;
        let categories = self.categories()?;
        if kind == LimitKind::None {
            return Ok(Found::NoLimit(code::LIMIT_STATED_NONE));
        }
        let rule = self.rule(kind)?;
        let unit = self.unit(&rule)?;
        let basis = self.text(L::Basis);
        if nothing(&basis) {
            return Err(self.person(code::LIMIT_NO_BASIS, L::Basis, &[("value", &rule.text())]));
        }
        let (first, last) = (self.day(L::From)?.or(from), self.day(L::To)?);
        let Some(first) = first else { return Err(self.missing(L::From)) };
        if let Some(end) = last.filter(|end| *end <= first) {
            return Err(self.person(code::LIMIT_DATES, L::To, &[("value", &end.to_string()), ("other", &first.to_string())]));
        }
        let group = self.text(L::Group);
        let analyte = self.text(L::Analyte);
        let group = match AnalyteGroup::parse(&group) {
            Some(group) => group,
            None if group.is_empty() => national::group_of(&analyte, &basis, &unit),
            None => return Err(self.unread(L::Group)),
        };
        let said = self.text(L::Confidence);
        let said = said.split(";src=").next().unwrap_or_default().trim().to_owned();
        let row = LimitRow {
            id: String::new(),
            category_text: Some(self.text(L::CategoryText)).filter(|t| !t.is_empty()).unwrap_or_else(|| self.text(L::Categories)),
            categories,
            conditions: self.list(L::Conditions),
            exceptions: self.list(L::Exceptions),
            remarks: self.list(L::Remarks),
            analyte,
            aliases: self.list(L::Aliases),
            analyte_group: group,
            rule,
            unit,
            basis: basis.clone(),
            method: Some(self.text(L::Method)).filter(|t| !t.is_empty()).unwrap_or_else(|| "/".to_owned()),
            lod_loq: self.detection()?,
            confidence: format!("{};{source}", if said.is_empty() { "low" } else { &said }),
            effective_from: first,
            effective_to: last,
            version: 1,
            status: LimitStatus::Pending,
            source: String::new(),
        };
        Ok(Found::Rule { row: Box::new(row), document: (basis.chars().filter(|c| !c.is_whitespace()).collect(), None) })
    }

    fn unit(&self, rule: &LimitRule) -> Result<String, Found> {
        let unit = self.text(L::Unit);
        // a ratio or a pH is written with / on purpose; an empty cell says nothing
        let bare = unit == "/" || (unit.is_empty() && matches!(rule, LimitRule::NotDetected { .. }));
        if !bare && nothing(&unit) {
            return Err(self.person(code::LIMIT_UNIT_NONE, L::Unit, &[]));
        }
        Ok(match (bare, units::canonical(&unit)) {
            (true, _) => "/".to_owned(),
            (false, Some(known)) => known.to_owned(),
            (false, None) => return Err(self.person(code::LIMIT_UNIT_UNKNOWN, L::Unit, &[("value", &unit)])),
        })
    }

    fn categories(&self) -> Result<Vec<CategoryPath>, Found> {
        let text = self.text(L::Categories);
        let mut paths = Vec::new();
        for one in text.split('|') {
            let path = CategoryPath::parse(one);
            if path.class() == "*" {
                paths.push(path);
                continue;
            }
            match food::in_our_classes(&path) {
                Some(known) => paths.push(known),
                None => return Err(self.person(code::LIMIT_CLASS, L::Categories, &[("value", one)])),
            }
        }
        Ok(paths)
    }

    fn rule(&self, kind: LimitKind) -> Result<LimitRule, Found> {
        Ok(match kind {
            LimitKind::Max => LimitRule::Max { value: self.number(L::Value)? },
            LimitKind::Min => LimitRule::Min { value: self.number(L::Value)? },
            LimitKind::Range => {
                let (lo, hi) = (self.number(L::Value)?, self.number(L::Upper)?);
                if lo > hi {
                    return Err(self.unread(L::Upper));
                }
                LimitRule::Range { lo, hi }
            }
            LimitKind::NotDetected => LimitRule::NotDetected { banned: true },
            LimitKind::NotUsed | LimitKind::None => LimitRule::NotDetected { banned: false },
            LimitKind::ThreeClass => {
                let (n, c, m) = (self.whole(L::N)?, self.whole(L::C)?, self.number(L::SmallM)?);
                let upper = if self.text(L::BigM).is_empty() { None } else { Some(self.number(L::BigM)?) };
                if n == 0 || c >= n {
                    return Err(self.unread(L::C));
                }
                // without M none may be above m; with M it lies above m
                if upper.map_or(c > 0, |upper| upper <= m) {
                    return Err(self.unread(L::BigM));
                }
                LimitRule::ThreeClass { n, c, m, upper }
            }
        })
    }

    fn detection(&self) -> Result<Option<DetectionLimit>, Found> {
        let kind = self.text(L::DetKind);
        if kind.is_empty() {
            return if self.text(L::DetValue).is_empty() { Ok(None) } else { Err(self.missing(L::DetKind)) };
        }
        let kind = DetectionKind::parse(&kind).ok_or_else(|| self.unread(L::DetKind))?;
        let value = self.number(L::DetValue)?;
        let unit = self.text(L::DetUnit);
        let known = units::canonical(&unit).ok_or_else(|| self.person(code::LIMIT_UNIT_UNKNOWN, L::DetUnit, &[("value", &unit)]))?;
        Ok(Some(DetectionLimit { kind, value, unit: known.to_owned(), note: self.text(L::DetNote) }))
    }
}

// ---------------------------------------------------------------- out

/// The template, empty or with these rows in it: header with hints, lists, 填写说明, version in a hidden sheet.
///
/// # Errors
/// `FILE-WRITE`.
pub fn template_xlsx(lang: Lang, rows: &[LimitRow]) -> Result<Vec<u8>, Refusal> {
    write(lang, rows).map_err(|e| Refusal::new(code::WRITE).with("detail", e))
}

/// The header of the layout in a language; required columns carry a star.
#[must_use]
pub fn header(lang: Lang) -> Vec<String> {
    L::ALL.iter().map(|c| format!("{}{}", c.label(lang), if c.required() { "*" } else { "" })).collect()
}

/// One row of the library in the columns of the layout.
#[must_use]
pub fn cells(row: &LimitRow, lang: Lang) -> Vec<String> {
    L::ALL.iter().map(|c| cell(row, *c, lang)).collect()
}

fn cell(row: &LimitRow, column: L, lang: Lang) -> String {
    let (mut value, mut upper, mut plan) = (String::new(), String::new(), <[String; 4]>::default());
    let kind = match &row.rule {
        LimitRule::Max { value: v } => {
            value = v.to_string();
            LimitKind::Max
        }
        LimitRule::Min { value: v } => {
            value = v.to_string();
            LimitKind::Min
        }
        LimitRule::Range { lo, hi } => {
            (value, upper) = (lo.to_string(), hi.to_string());
            LimitKind::Range
        }
        LimitRule::NotDetected { banned: true } => LimitKind::NotDetected,
        LimitRule::NotDetected { banned: false } => LimitKind::NotUsed,
        LimitRule::ThreeClass { n, c, m, upper } => {
            plan = [n.to_string(), c.to_string(), m.to_string(), upper.map_or_else(String::new, |u| u.to_string())];
            LimitKind::ThreeClass
        }
    };
    let [n, c, m, big] = plan;
    match column {
        L::Id => row.id.clone(),
        L::CategoryText => row.category_text.clone(),
        L::Categories => row.categories.iter().map(CategoryPath::text).collect::<Vec<_>>().join("|"),
        L::Conditions => row.conditions.join("|"),
        L::Exceptions => row.exceptions.join("|"),
        L::Remarks => row.remarks.join("|"),
        L::Analyte => row.analyte.clone(),
        L::Aliases => row.aliases.join("|"),
        L::Group => row.analyte_group.zh().to_owned(),
        L::Kind => kind.zh().to_owned(),
        L::Value => value,
        L::Upper => upper,
        L::N => n,
        L::C => c,
        L::SmallM => m,
        L::BigM => big,
        L::Unit => row.unit.clone(),
        L::Basis => row.basis.clone(),
        L::Method => row.method.clone(),
        L::DetKind => row.lod_loq.as_ref().map_or_else(String::new, |d| d.kind.code().to_owned()),
        L::DetValue => row.lod_loq.as_ref().map_or_else(String::new, |d| d.value.to_string()),
        L::DetUnit => row.lod_loq.as_ref().map_or_else(String::new, |d| d.unit.clone()),
        L::DetNote => row.lod_loq.as_ref().map_or_else(String::new, |d| d.note.clone()),
        L::Confidence => row.confidence.clone(),
        L::From => row.effective_from.to_string(),
        L::To => row.effective_to.map_or_else(String::new, |d| d.to_string()),
        L::Version => row.version.to_string(),
        L::Status => row.status.label(lang).to_owned(),
    }
}

fn write(lang: Lang, rows: &[LimitRow]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&out::properties()?);
    let sheet = book.add_worksheet();
    sheet.set_name(lang.pick("限量", "Limits"))?;
    let plain = Format::new().set_bold().set_align(FormatAlign::Center).set_background_color(Color::RGB(0x00E8_EEF4));
    let must = plain.clone().set_font_color(Color::RGB(0x00B0_0020));
    let text = Format::new().set_num_format("@");
    for ((at, column), head) in (0u16..).zip(L::ALL).zip(header(lang)) {
        sheet.write_string_with_format(0, at, head, if column.required() { &must } else { &plain })?;
        let (zh, en) = column.hint();
        sheet.insert_note(0, at, &Note::new(lang.pick(zh, en)).set_author("Shiyan"))?;
        sheet.set_column_width(at, if matches!(column, L::Categories | L::CategoryText | L::Basis | L::Method) { 28 } else { 14 })?;
        sheet.set_column_format(at, &text)?;
        let list: Vec<&str> = match column {
            L::Kind => LimitKind::ALL.iter().map(|k| k.zh()).collect(),
            L::Group => AnalyteGroup::ALL.iter().map(|g| g.zh()).collect(),
            L::DetKind => DetectionKind::ALL.iter().map(|k| k.code()).collect(),
            _ => continue,
        };
        let rule = DataValidation::new().allow_list_strings(&list)?.set_error_title(lang.pick("不能这样填", "Not possible"))?;
        sheet.add_data_validation(1, at, PREPARED, at, &rule.set_error_message(lang.pick(zh, en))?)?;
    }
    for (r, row) in (1u32..).zip(rows) {
        for (c, value) in (0u16..).zip(cells(row, lang)) {
            if !value.is_empty() {
                sheet.write_string_with_format(r, c, out::neutralise(&value), &text)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 1)?;

    let intro = lang.pick(
        "一行一个食品、一个项目、一段日期；带 * 的列必须填写。导入的行一律待核实，由质量负责人对照标准启用；改动是新的一行，写新的实施日期。",
        "One row for each food, item and span of days; columns marked * are required. What is imported is to be checked until the quality manager activates it; a change is a new row with its own first day.",
    );
    out::help_sheet(&mut book, lang.pick(HELP.0, HELP.1), Some(intro), L::ALL.iter().map(|c| (c.label(lang), lang.pick(c.hint().0, c.hint().1))))?;
    let hidden = book.add_worksheet();
    hidden.set_name(HIDDEN)?.set_very_hidden(true);
    hidden.write_string(0, 0, TEMPLATE_VERSION)?;
    book.save_to_buffer()
}
