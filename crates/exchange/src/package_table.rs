//! 检验项目包 the items that each food is tested for: from the layout of the national sampling plan, one package a 细类, or from our
//! own layout, where an item may carry the limit that the task itself sets (任务级判定依据).
//!
//! The plan's own limits are not taken over with the items: they would decide without anybody having compared them with the
//! standard. They come in through [`crate::limit_table`] and wait for the quality manager.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Note, Workbook, XlsxError};
use serde::Serialize;
use sha2::{Digest, Sha256};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::text::fold;
use shiyan_foundation::{CodeInfo, Label, Lang, Refusal, labels};
use shiyan_judgement::amount::units;
use shiyan_judgement::limit::{self, LimitText};
use shiyan_statute::{LimitRule, food, item_key};

use crate::book::{self, Hidden, OWN_SHEET, Row, SCANNED, Sheet};
use crate::code;
use crate::issue::{ColumnRef, Issue, Severity, letter};
use crate::limit_table::Layout;
use crate::national::{self, PlanTableColumn, nothing};
use crate::out;

const HELP: (&str, &str) = ("填写说明", "How to fill in");

labels! {
    /// 项目包的列
    pub enum PackageColumn {
        Category = "category", "食品分类", "Category";
        Item = "item", "检验项目", "Item";
        Unit = "unit", "结果单位", "Unit of the result";
        Method = "method", "检验依据", "Method";
        Limit = "limit", "任务限量", "Limit of the task";
        LimitUnit = "limit_unit", "限量单位", "Unit of the limit";
        LimitBasis = "limit_basis", "任务判定依据", "Basis of the task";
    }
}
use PackageColumn as P;

impl P {
    /// Must be filled in.
    #[must_use]
    pub fn required(self) -> bool {
        matches!(self, P::Category | P::Item | P::Method)
    }
    fn hint(self) -> (&'static str, &'static str) {
        match self {
            P::Category => ("路径，例如 糕点/糕点/糕点/热加工糕点；一个路径一个项目包", "A path like 糕点/糕点/糕点/热加工糕点; each path is a package"),
            P::Item => ("例如 铅(以Pb计)", "For instance 铅(以Pb计)"),
            P::Unit => ("例如 mg/kg；可空", "For instance mg/kg; may be empty"),
            P::Method => ("检验方法标准", "Standard of the method"),
            P::Limit => (
                "只在任务自定判定依据时填写：≤0.2、0.5~2、不得检出、n=5,c=2,m=100,M=1000",
                "Only where the task sets its own: ≤0.2, 0.5~2, 不得检出, n=5,c=2,m=100,M=1000",
            ),
            P::LimitUnit => ("任务限量的单位", "Unit of that limit"),
            P::LimitBasis => ("任务文件、实施细则或标准；有任务限量就必须填写", "The document of the task or the standard; needed with a limit"),
        }
    }
}

/// 任务级判定依据 the limit that the task itself sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskLimit {
    /// 限量规则
    pub rule: LimitRule,
    /// 限量单位
    pub unit: String,
    /// 判定依据
    pub basis: String,
}

/// One item of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageLine {
    /// Row in the file.
    pub row: u32,
    /// 检验项目
    pub item: String,
    /// 结果单位; empty where it is not certain.
    pub unit: String,
    /// 检验依据
    pub method: String,
    /// 任务级判定依据
    pub limit: Option<TaskLimit>,
}

/// The items of one food, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// 食品分类 in the words of the 35 classes.
    pub category: CategoryPath,
    /// Items.
    pub items: Vec<PackageLine>,
}

/// 行数核对: `rows = items + repeated + refused`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PackageCounts {
    /// Rows that are not blank.
    pub rows: u64,
    /// Packages.
    pub packages: u64,
    /// Items of all packages.
    pub items: u64,
    /// Rows whose item the package has already.
    pub repeated: u64,
    /// Rows that could not be used.
    pub refused: u64,
    /// Items whose unit stays empty.
    pub without_unit: u64,
    /// Items with a limit of the task.
    pub with_limit: u64,
    /// Blank rows and footers, not among `rows`.
    pub blank: u64,
}

/// Packages as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageTable {
    /// File name as given.
    pub file: String,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Whose columns it has.
    pub layout: Layout,
    /// Packages in the order in which their foods occur.
    pub packages: Vec<Package>,
    /// Refused rows (errors), uncertain units and contradictions (warnings).
    pub issues: Vec<Issue>,
    /// Of the file rather than of an item: what is hidden, merged or not certain, footers, columns that are not kept.
    pub notes: Vec<Issue>,
    /// Counts.
    pub counts: PackageCounts,
}

/// Reads packages without what is hidden.
///
/// # Errors
/// As [`read_with`].
pub fn read(bytes: &[u8], file: &str) -> Result<PackageTable, Refusal> {
    read_with(bytes, file, Hidden::LeaveOut)
}

/// Reads packages.
///
/// # Errors
/// A refusal of [`book::read`], `TABLE-HEADER` or `TABLE-NO-ROWS`.
pub fn read_with(bytes: &[u8], file: &str, hidden: Hidden) -> Result<PackageTable, Refusal> {
    let book = book::read_with(bytes, file, hidden)?;
    let mut notes = book.notes_of(|s| s.name != HELP.0 && s.name != HELP.1);
    let mut reader = Reader { packages: Vec::new(), place: BTreeMap::new(), unsure: BTreeMap::new(), issues: Vec::new(), counts: PackageCounts::default() };
    let mut layout = None;
    for sheet in book.sheets.iter().filter(|s| s.name != OWN_SHEET && s.name != HELP.0 && s.name != HELP.1) {
        let Some((at, columns)) = header_of(sheet) else {
            reader.issues.extend(book::skipped(sheet));
            continue;
        };
        layout.get_or_insert(if matches!(columns, Columns::Own(_)) { Layout::Own } else { Layout::National });
        let names = &sheet.rows[at];
        let known: Vec<usize> = match &columns {
            Columns::Own(columns) => columns.values().copied().collect(),
            Columns::National(columns) => columns.places().collect(),
        };
        notes.extend(book::not_kept(sheet, names, &known));
        for row in &sheet.rows[at + 1..] {
            if row.is_blank() {
                reader.counts.blank += 1;
                continue;
            }
            if let Some(note) = book::footer(sheet, row) {
                notes.push(note);
                reader.counts.blank += 1;
                continue;
            }
            reader.counts.rows += 1;
            let here = Place { sheet, names, row };
            let line = match &columns {
                Columns::National(columns) => national_line(&here, columns),
                Columns::Own(columns) => own_line(&here, columns),
            };
            match line {
                Ok(line) => reader.take(&here, line, matches!(columns, Columns::Own(_))),
                Err(issue) => {
                    reader.counts.refused += 1;
                    reader.issues.push(*issue);
                }
            }
        }
    }
    let Some(layout) = layout else {
        return Err(book.no_header(file, "食品分类、检验项目、检验依据（模板）；或 大类、检验项目、判定依据、最大允许限（抽检计划）"));
    };
    if reader.counts.rows == 0 {
        return Err(book.no_rows(file));
    }
    reader.issues.extend(reader.unsure.into_values());
    let mut issues = reader.issues;
    issues.sort_by(|a, b| a.sheet.cmp(&b.sheet).then(a.row.cmp(&b.row)));
    let items = || reader.packages.iter().flat_map(|p| &p.items);
    let counts = PackageCounts {
        packages: reader.packages.len() as u64,
        items: items().count() as u64,
        without_unit: items().filter(|i| i.unit.is_empty()).count() as u64,
        with_limit: items().filter(|i| i.limit.is_some()).count() as u64,
        ..reader.counts
    };
    Ok(PackageTable { file: file.to_owned(), file_hash: hex::encode(Sha256::digest(bytes)), layout, packages: reader.packages, issues, notes, counts })
}

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

/// Where a row stands.
struct Place<'a> {
    sheet: &'a Sheet,
    names: &'a Row,
    row: &'a Row,
}

impl Place<'_> {
    fn issue(&self, severity: Severity, info: &'static CodeInfo, column: Option<usize>, facts: &[(&'static str, &str)]) -> Issue {
        let column = column.map(|at| ColumnRef { letter: letter(at), name: fold(self.names.cell(at)) });
        Issue::new(severity, info, &self.sheet.name, self.row.number, column, facts)
    }
}

/// One row as read, before it finds its package.
struct Line {
    category: CategoryPath,
    item: String,
    /// The unit, or what stood there instead of one.
    unit: Result<String, (String, Option<usize>)>,
    method: String,
    limit: Option<TaskLimit>,
}

type Read = Result<Line, Box<Issue>>;

struct Reader {
    packages: Vec<Package>,
    place: BTreeMap<CategoryPath, usize>,
    /// Findings about units, by package and item: each item is listed once.
    unsure: BTreeMap<(usize, usize), Issue>,
    issues: Vec<Issue>,
    counts: PackageCounts,
}

impl Reader {
    fn take(&mut self, here: &Place<'_>, line: Line, own: bool) {
        let at = *self.place.entry(line.category.clone()).or_insert_with(|| {
            self.packages.push(Package { category: line.category.clone(), items: Vec::new() });
            self.packages.len() - 1
        });
        let Some(package) = self.packages.get_mut(at) else { return };
        let key = item_key(&line.item);
        let unsure = |said: &str, column: Option<usize>| here.issue(Severity::Warning, code::PACKAGE_UNIT, column, &[("item", &line.item), ("value", said)]);
        let Some(nth) = package.items.iter().position(|i| item_key(&i.item) == key) else {
            let unit = line.unit.unwrap_or_else(|(said, column)| {
                self.unsure.insert((at, package.items.len()), unsure(&said, column));
                String::new()
            });
            package.items.push(PackageLine { row: here.row.number, item: line.item, unit, method: line.method, limit: line.limit });
            return;
        };
        self.counts.repeated += 1;
        let Some(known) = package.items.get_mut(nth) else { return };
        // the same item with another unit: neither is certain any more
        match line.unit {
            Ok(unit) if unit == known.unit || unit.is_empty() => {}
            Ok(unit) if known.unit.is_empty() && !self.unsure.contains_key(&(at, nth)) => known.unit = unit,
            Ok(unit) => {
                let said = format!("{}¦{unit}", known.unit);
                self.unsure.entry((at, nth)).or_insert_with(|| unsure(&said, None));
                known.unit.clear();
            }
            Err((said, column)) => {
                self.unsure.entry((at, nth)).or_insert_with(|| unsure(&said, column));
                known.unit.clear();
            }
        }
        if own && (known.method != line.method || known.limit != line.limit) {
            let facts = [("item", line.item.as_str()), ("other", &known.row.to_string())];
            let issue = here.issue(Severity::Warning, code::PACKAGE_TWICE, None, &facts);
            self.issues.push(issue);
        }
    }
}

fn missing(here: &Place<'_>, column: Option<usize>, name: &str) -> Box<Issue> {
    Box::new(here.issue(Severity::Error, code::LIMIT_INCOMPLETE, column, &[("name", name)]))
}

fn ours(here: &Place<'_>, path: &CategoryPath, column: Option<usize>) -> Result<CategoryPath, Box<Issue>> {
    food::in_our_classes(path).ok_or_else(|| Box::new(here.issue(Severity::Error, code::LIMIT_CLASS, column, &[("value", &path.text())])))
}

/// A unit of the table, nothing, or what stood there.
fn unit_of(said: Result<Option<String>, ()>, typed: &str) -> Result<String, String> {
    match said {
        Ok(None) => Ok(String::new()),
        Ok(Some(unit)) if units::canonical(&unit).is_some() => Ok(unit),
        _ => Err(typed.to_owned()),
    }
}

fn national_line(here: &Place<'_>, columns: &national::Columns) -> Read {
    use PlanTableColumn as C;
    let text = |c: C| columns.text(here.row, c);
    let item = text(C::Item);
    if nothing(&item) {
        return Err(missing(here, columns.place(C::Item), C::Item.zh()));
    }
    let path = columns.category(here.row);
    if path.0.is_empty() {
        return Err(missing(here, columns.place(C::Class), C::Class.zh()));
    }
    // the unit of the result; where none is given, that of the limit, which the result has to be compared with
    let column = [C::ResultUnit, C::MaxUnit, C::MinUnit].into_iter().find(|c| !nothing(&text(*c)));
    let unit = column.map_or_else(|| Ok(String::new()), |c| unit_of(national::one_unit(&text(c)), &text(c)).map_err(|said| (said, columns.place(c))));
    let mut methods: Vec<String> = Vec::new();
    for method in national::alternatives(&text(C::Method)).into_iter().filter(|m| !nothing(m)) {
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    Ok(Line {
        category: ours(here, &path, columns.place(C::Class))?,
        item,
        unit,
        method: if methods.is_empty() { "/".to_owned() } else { methods.join("；") },
        limit: None,
    })
}

type OwnColumns = BTreeMap<P, usize>;

fn own_columns(cells: &[String]) -> Option<OwnColumns> {
    let mut found = OwnColumns::new();
    for (at, text) in cells.iter().enumerate() {
        let text: String = fold(text).chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
        let same = |c: &&P| c.code() == text || c.zh() == text || c.en().replace(' ', "") == text;
        if let Some(column) = P::ALL.iter().find(same) {
            found.entry(*column).or_insert(at);
        }
    }
    P::ALL.iter().filter(|c| c.required()).all(|c| found.contains_key(c)).then_some(found)
}

fn own_line(here: &Place<'_>, columns: &OwnColumns) -> Read {
    let place = |c: P| columns.get(&c).copied();
    let text = |c: P| place(c).map_or_else(String::new, |at| fold(&out::restore(here.row.cell(at))));
    for column in [P::Category, P::Item, P::Method] {
        if text(column).is_empty() {
            return Err(missing(here, place(column), column.zh()));
        }
    }
    let category = ours(here, &CategoryPath::parse(&text(P::Category)), place(P::Category))?;
    let unit = text(P::Unit);
    let unit = unit_of(national::one_unit(&unit), &unit).map_err(|said| (said, place(P::Unit)));
    let limit = task_limit(&text(P::Limit), &text(P::LimitUnit), &text(P::LimitBasis)).map_err(|()| {
        let value = [text(P::Limit), text(P::LimitUnit), text(P::LimitBasis)].join(" ");
        Box::new(here.issue(Severity::Error, code::PACKAGE_LIMIT, place(P::Limit), &[("item", &text(P::Item)), ("value", value.trim())]))
    })?;
    Ok(Line { category, item: text(P::Item), unit, method: text(P::Method), limit })
}

/// The limit of the task, whole or not at all: rule, unit, basis.
fn task_limit(typed: &str, unit: &str, basis: &str) -> Result<Option<TaskLimit>, ()> {
    if nothing(typed) {
        return if nothing(unit) && nothing(basis) { Ok(None) } else { Err(()) };
    }
    let parsed = limit::parse(typed);
    let LimitText::Rule { rule, strict: false } = parsed.understood else { return Err(()) };
    let column = if nothing(unit) { None } else { Some(units::canonical(unit).ok_or(())?.to_owned()) };
    let unit = match (parsed.unit, column) {
        (Some(own), Some(column)) if own != column => return Err(()),
        (own, column) => own.or(column),
    };
    let unit = match unit {
        Some(unit) => unit,
        None if matches!(rule, LimitRule::NotDetected { .. }) => "/".to_owned(),
        None => return Err(()),
    };
    if nothing(basis) || !parsed.notes.is_empty() {
        // a limit that had to be repaired to be read is not one that decides
        return Err(());
    }
    Ok(Some(TaskLimit { rule, unit, basis: basis.to_owned() }))
}

/// The template of our own layout.
///
/// # Errors
/// `FILE-WRITE`.
pub fn template_xlsx(lang: Lang) -> Result<Vec<u8>, Refusal> {
    write(lang).map_err(|e| Refusal::new(code::WRITE).with("detail", e))
}

fn write(lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&out::properties()?);
    let sheet = book.add_worksheet();
    sheet.set_name(lang.pick("项目包", "Packages"))?;
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    for (at, column) in (0u16..).zip(P::ALL) {
        let star = if column.required() { "*" } else { "" };
        let (zh, en) = column.hint();
        sheet.write_string_with_format(0, at, format!("{}{star}", column.label(lang)), &bold)?;
        sheet.insert_note(0, at, &Note::new(lang.pick(zh, en)).set_author("Shiyan"))?;
        sheet.set_column_width(at, if matches!(column, P::Category | P::Method | P::LimitBasis) { 32 } else { 16 })?;
        sheet.set_column_format(at, &text)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    out::help_sheet(&mut book, lang.pick(HELP.0, HELP.1), None, P::ALL.iter().map(|c| (c.label(lang), lang.pick(c.hint().0, c.hint().1))))?;
    book.save_to_buffer()
}
