//! 年度计划模板 the workbook in which a plan is filled in, and its way back.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_xlsxwriter::{Color, DataValidation, DataValidationRule, Format, FormatAlign, Formula, Note, Workbook, Worksheet, XlsxError};
use serde::Serialize;
use shiyan_foundation::task::Link;
use shiyan_foundation::text::fold;
use shiyan_foundation::{CodeInfo, Label, Lang, Refusal, labels};

use crate::book::{self, Hidden, OWN_SHEET, Row, SCANNED, Sheet, Twins};
use crate::code;
use crate::issue::{ColumnRef, Issue, Severity, letter};
use crate::out;
use crate::published::date;

/// 模板版本, kept in a hidden sheet.
pub const TEMPLATE_VERSION: &str = "shiyan-plan-1";
/// Name of the hidden sheet; its first cell is the version, its columns from C on are the lists.
const HIDDEN: &str = OWN_SHEET;
/// The sheet that explains the columns.
const HELP: (&str, &str) = ("填写说明", "How to fill in");
/// Rows of the template that carry the lists.
const PREPARED: u32 = 2_000;

labels! {
    /// 计划列
    pub enum PlanColumn {
        Class = "class", "食品大类", "Food class";
        Subclass = "subclass", "食品亚类", "Food subclass";
        Link = "link", "抽样环节", "Link";
        Street = "street", "街道", "Street";
        Quarter = "quarter", "季度", "Quarter";
        Batches = "batches", "批次", "Batches";
        Items = "items", "检验项目包", "Item package";
        Method = "method", "检验方法", "Test method";
        Basis = "basis", "判定依据", "Judgement basis";
        Reporting = "reporting", "报送要求", "Reporting";
        Deadline = "deadline", "完成期限", "Deadline";
    }
}

impl PlanColumn {
    /// Must be filled in.
    #[must_use]
    pub fn required(self) -> bool {
        matches!(self, Self::Class | Self::Link | Self::Street | Self::Quarter | Self::Batches)
    }
    fn hint(self) -> (&'static str, &'static str) {
        match self {
            Self::Class => ("国家公布的食品大类，例如 食用农产品", "A class of the national list, for instance 食用农产品"),
            Self::Subclass => ("可空；例如 蔬菜", "May be empty; for instance 蔬菜"),
            Self::Link => ("生产、流通或餐饮", "Production, circulation or catering"),
            Self::Street => ("街道名称或九位代码", "Name or nine-digit code"),
            Self::Quarter => ("1 到 4", "1 to 4"),
            Self::Batches => ("正整数；快速检测不填在这里", "A positive whole number; rapid tests do not belong here"),
            Self::Items => ("可空；项目包名称", "May be empty; name of the package"),
            Self::Method => ("可空", "May be empty"),
            Self::Basis => ("可空；例如 GB 2763", "May be empty; for instance GB 2763"),
            Self::Reporting => ("可空；报送对象和时限", "May be empty; to whom and by when"),
            Self::Deadline => ("可空；日期，例如 2026-03-31", "May be empty; a date like 2026-03-31"),
        }
    }
    fn of(header: &str) -> Option<Self> {
        let text: String = fold(header).chars().filter(|c| !c.is_whitespace() && *c != '*').collect::<String>().to_lowercase();
        let bare = text.split('(').next().unwrap_or_default();
        let same = |c: &Self| [c.code(), c.zh(), c.en()].iter().any(|n| n.replace(' ', "").to_lowercase() == bare);
        Self::ALL.iter().copied().find(same).or(match bare {
            "大类" | "食品类别" | "class" => Some(Self::Class),
            "亚类" | "品种" | "subclass" => Some(Self::Subclass),
            "环节" => Some(Self::Link),
            "街道(监管所)" | "街道/监管所" | "监管所" | "街道办" | "街道名称" | "街道代码" => Some(Self::Street),
            "批次数" | "计划批次" | "抽样批次" | "数量" => Some(Self::Batches),
            "项目包" | "检验项目" | "项目" => Some(Self::Items),
            "检验依据" | "方法" => Some(Self::Method),
            "依据" => Some(Self::Basis),
            "期限" | "完成时限" | "完成日期" => Some(Self::Deadline),
            _ => None,
        })
    }
}

/// 下拉列表 what the template offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lists {
    /// 食品大类
    pub classes: Vec<String>,
    /// 街道 names.
    pub streets: Vec<String>,
}

/// 计划行 as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanRow {
    /// Row in the file.
    pub row: u32,
    /// 食品大类
    pub class: String,
    /// 食品亚类
    pub subclass: Option<String>,
    /// 抽样环节
    pub link: Link,
    /// 街道, name or code as written.
    pub street: String,
    /// 季度
    pub quarter: u8,
    /// 批次
    pub batches: u32,
    /// 检验项目包
    pub item_package: Option<String>,
    /// 检验方法
    pub method: Option<String>,
    /// 判定依据
    pub basis: Option<String>,
    /// 报送要求
    pub reporting: Option<String>,
    /// 完成期限
    pub deadline: Option<NaiveDate>,
}

/// What was read: `rows_in = rows + rows with an error + blank`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanImport {
    /// Version of the template, if it was one.
    pub template_version: Option<String>,
    /// Rows without an error.
    pub rows: Vec<PlanRow>,
    /// Findings.
    pub issues: Vec<Issue>,
    /// Of the file rather than of a row: what is hidden, merged or not certain, columns that are not kept.
    pub notes: Vec<Issue>,
    /// Rows below the header.
    pub rows_in: u64,
    /// Rows with an error, not among `rows`.
    pub rows_refused: u64,
    /// Blank rows and footers.
    pub blank: u64,
}

/// The template: header with hints, dropdowns, frozen panes, 填写说明, and the version in a hidden sheet.
///
/// # Errors
/// `FILE-WRITE`.
pub fn template_xlsx(lang: Lang, lists: &Lists) -> Result<Vec<u8>, Refusal> {
    xlsx(lang, lists, &[])
}

/// The template with rows filled in, to give a plan out.
///
/// # Errors
/// `FILE-WRITE`.
pub fn xlsx(lang: Lang, lists: &Lists, rows: &[PlanRow]) -> Result<Vec<u8>, Refusal> {
    write(lang, lists, rows).map_err(|e| Refusal::new(code::WRITE).with("detail", e))
}

/// The columns that have a list to choose from, and the list.
type Choices<'a> = [(PlanColumn, &'a [String]); 3];

fn write(lang: Lang, lists: &Lists, rows: &[PlanRow]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&out::properties()?);
    let links: Vec<String> = Link::ALL.iter().map(|l| l.label(lang).to_owned()).collect();
    let choices: Choices<'_> = [(PlanColumn::Class, lists.classes.as_slice()), (PlanColumn::Street, &lists.streets), (PlanColumn::Link, &links)];

    let sheet = book.add_worksheet();
    sheet.set_name(lang.pick("年度计划", "Plan"))?;
    let text = Format::new().set_num_format("@");
    write_headings(sheet, lang, &choices, &text)?;
    write_rows(sheet, lang, rows, &text)?;
    sheet.autofilter(0, 0, PREPARED, u16::try_from(PlanColumn::ALL.len() - 1).unwrap_or(0))?;
    sheet.set_freeze_panes(1, 1)?;

    let intro = lang.pick(
        "一行一个类别、环节、街道和季度；带 * 的列必须填写。可以把 csv（UTF-8 或 GBK）直接上传。",
        "One row for each class, link, street and quarter; columns marked * are required. A csv (UTF-8 or GBK) may be uploaded as well.",
    );
    let columns = PlanColumn::ALL.iter().map(|c| (c.label(lang), lang.pick(c.hint().0, c.hint().1)));
    out::help_sheet(&mut book, lang.pick(HELP.0, HELP.1), Some(intro), columns)?;
    write_hidden(&mut book, &choices)?;
    book.save_to_buffer()
}

/// Headings with their hints, and what may be typed below them.
fn write_headings(sheet: &mut Worksheet, lang: Lang, choices: &Choices<'_>, text: &Format) -> Result<(), XlsxError> {
    let plain = Format::new().set_bold().set_align(FormatAlign::Center).set_background_color(Color::RGB(0x00E8_EEF4));
    let must = plain.clone().set_font_color(Color::RGB(0x00B0_0020));
    for (i, column) in (0u16..).zip(PlanColumn::ALL) {
        let star = if column.required() { "*" } else { "" };
        sheet.write_string_with_format(0, i, format!("{}{star}", column.label(lang)), if column.required() { &must } else { &plain })?;
        let (zh, en) = column.hint();
        sheet.insert_note(0, i, &Note::new(lang.pick(zh, en)).set_author("Shiyan"))?;
        sheet.set_column_width(i, 16)?;
        if !matches!(column, PlanColumn::Quarter | PlanColumn::Batches) {
            sheet.set_column_format(i, text)?;
        }
        let wrong = |rule: DataValidation| rule.set_error_title(lang.pick("不能这样填", "Not possible"))?.set_error_message(lang.pick(zh, en));
        match column {
            PlanColumn::Quarter => {
                sheet.add_data_validation(1, i, PREPARED, i, &wrong(DataValidation::new().allow_list_strings(&["1", "2", "3", "4"])?)?)?;
            }
            PlanColumn::Batches => {
                let rule = DataValidation::new().allow_whole_number(DataValidationRule::Between(1, 100_000));
                sheet.add_data_validation(1, i, PREPARED, i, &wrong(rule)?)?;
            }
            column => {
                if let Some(at) = choices.iter().position(|(c, list)| c == column && !list.is_empty()) {
                    let letter = letter(at + 2);
                    let range = format!("={HIDDEN}!${letter}$1:${letter}${}", choices[at].1.len());
                    sheet.add_data_validation(1, i, PREPARED, i, &wrong(DataValidation::new().allow_list_formula(Formula::new(range)))?)?;
                }
            }
        }
    }
    Ok(())
}

fn write_rows(sheet: &mut Worksheet, lang: Lang, rows: &[PlanRow], text: &Format) -> Result<(), XlsxError> {
    for (r, row) in (1u32..).zip(rows) {
        for (c, column) in (0u16..).zip(PlanColumn::ALL) {
            let optional = |value: &Option<String>| value.clone().unwrap_or_default();
            let value = match column {
                PlanColumn::Class => row.class.clone(),
                PlanColumn::Subclass => optional(&row.subclass),
                PlanColumn::Link => row.link.label(lang).to_owned(),
                PlanColumn::Street => row.street.clone(),
                PlanColumn::Quarter => {
                    sheet.write_number(r, c, row.quarter)?;
                    continue;
                }
                PlanColumn::Batches => {
                    sheet.write_number(r, c, row.batches)?;
                    continue;
                }
                PlanColumn::Items => optional(&row.item_package),
                PlanColumn::Method => optional(&row.method),
                PlanColumn::Basis => optional(&row.basis),
                PlanColumn::Reporting => optional(&row.reporting),
                PlanColumn::Deadline => row.deadline.map(|d| d.to_string()).unwrap_or_default(),
            };
            if !value.is_empty() {
                sheet.write_string_with_format(r, c, out::neutralise(&value), text)?;
            }
        }
    }
    Ok(())
}

/// The hidden sheet: the version of the template, and the lists to choose from.
fn write_hidden(book: &mut Workbook, choices: &Choices<'_>) -> Result<(), XlsxError> {
    let hidden = book.add_worksheet();
    hidden.set_name(HIDDEN)?.set_very_hidden(true);
    hidden.write_string(0, 0, TEMPLATE_VERSION)?;
    for (c, (_, list)) in (2u16..).zip(choices) {
        for (r, value) in (0u32..).zip(*list) {
            hidden.write_string(r, c, out::neutralise(value))?;
        }
    }
    Ok(())
}

/// Reads a plan from xlsx, xls or csv, without what is hidden.
///
/// # Errors
/// As [`read_with`].
pub fn read(bytes: &[u8], file: &str) -> Result<PlanImport, Refusal> {
    read_with(bytes, file, Hidden::LeaveOut)
}

/// Reads a plan from xlsx, xls or csv: every sheet with the columns of a plan.
///
/// # Errors
/// A refusal of [`book::read`], `TABLE-HEADER` when the required columns are not found, or `TABLE-NO-ROWS`.
pub fn read_with(bytes: &[u8], file: &str, hidden: Hidden) -> Result<PlanImport, Refusal> {
    let book = book::read_with(bytes, file, hidden)?;
    let template_version = book.sheets.iter().find(|s| s.name == HIDDEN).and_then(|s| s.rows.first()).map(|r| r.cell(0).to_owned());
    let found: Vec<(&Sheet, (usize, Columns))> = book.sheets.iter().filter(|s| s.name != HIDDEN).filter_map(|s| header(s).map(|h| (s, h))).collect();
    if found.is_empty() {
        let wanted = PlanColumn::ALL.iter().filter(|c| c.required()).map(|c| c.zh()).collect::<Vec<_>>().join("、");
        return Err(book.no_header(file, &wanted));
    }
    let is_read = |s: &Sheet| found.iter().any(|(read, _)| read.name == s.name);
    let mut notes = book.notes_of(is_read);
    notes.extend(book.unread(|s| is_read(s) || s.name == HELP.0 || s.name == HELP.1));
    let mut out = PlanImport { template_version, rows: Vec::new(), issues: Vec::new(), notes, rows_in: 0, rows_refused: 0, blank: 0 };
    let mut seen: HashMap<String, u32> = HashMap::new();
    for (sheet, (head, columns)) in &found {
        read_sheet(sheet, *head, columns, &mut seen, &mut out);
    }
    if out.rows_in == out.blank {
        return Err(book.no_rows(file));
    }
    Ok(out)
}

fn read_sheet(sheet: &Sheet, head: usize, columns: &Columns, seen: &mut HashMap<String, u32>, out: &mut PlanImport) {
    let names = &sheet.rows[head];
    let known: Vec<usize> = columns.values().copied().collect();
    out.notes.extend(book::not_kept(sheet, names, &known));
    let mut twins = Twins::default();
    for row in &sheet.rows[head + 1..] {
        out.rows_in += 1;
        // a sum has batches and no street; a remark has neither
        let empty = |c: PlanColumn| columns.get(c.code()).is_none_or(|i| fold(row.cell(*i)).is_empty());
        if row.is_blank() {
            out.blank += 1;
            continue;
        }
        let mut reader = RowReader { sheet, names, columns, row, issues: &mut out.issues };
        if row.is_footer() && empty(PlanColumn::Quarter) {
            out.blank += 1;
            let text = row.own().iter().map(|c| fold(c)).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(" ");
            reader.issue(Severity::Warning, code::FOOTER, None, &[("text", &text)]);
            continue;
        }
        match reader.row() {
            Some(parsed) => {
                let key = format!(
                    "{}\u{1}{:?}\u{1}{:?}\u{1}{}\u{1}{}\u{1}{:?}",
                    parsed.class, parsed.subclass, parsed.link, parsed.street, parsed.quarter, parsed.item_package
                );
                match (twins.earlier(row, None), seen.get(&key)) {
                    (Some(other), _) => reader.issue(Severity::Warning, code::ROW_TWICE, None, &[("other", &other.to_string())]),
                    (None, Some(other)) => reader.issue(Severity::Warning, code::PLAN_TWICE, None, &[("other", &other.to_string())]),
                    (None, None) => {
                        seen.insert(key, row.number);
                    }
                }
                out.rows.push(parsed);
            }
            None => out.rows_refused += 1,
        }
    }
}

type Columns = HashMap<PlanColumnKey, usize>;
type PlanColumnKey = &'static str;

fn header(sheet: &Sheet) -> Option<(usize, Columns)> {
    sheet.rows.iter().take(SCANNED).enumerate().find_map(|(i, row)| {
        let mut columns = Columns::new();
        for (c, text) in row.own().iter().enumerate() {
            if let Some(column) = PlanColumn::of(text) {
                columns.entry(column.code()).or_insert(c);
            }
        }
        PlanColumn::ALL.iter().filter(|c| c.required()).all(|c| columns.contains_key(c.code())).then_some((i, columns))
    })
}

struct RowReader<'a> {
    sheet: &'a Sheet,
    names: &'a Row,
    columns: &'a Columns,
    row: &'a Row,
    issues: &'a mut Vec<Issue>,
}

impl RowReader<'_> {
    fn issue(&mut self, severity: Severity, info: &'static CodeInfo, column: Option<PlanColumn>, facts: &[(&'static str, &str)]) {
        let at = column.and_then(|c| self.columns.get(c.code())).map(|i| ColumnRef { letter: letter(*i), name: fold(self.names.cell(*i)) });
        self.issues.push(Issue::new(severity, info, &self.sheet.name, self.row.number, at, facts));
    }
    fn optional(&self, column: PlanColumn) -> Option<String> {
        let text = fold(&out::restore(self.row.cell(*self.columns.get(column.code())?)));
        (!text.is_empty()).then_some(text)
    }
    fn must(&mut self, column: PlanColumn) -> Option<String> {
        let text = self.optional(column);
        if text.is_none() {
            self.issue(Severity::Error, code::PLAN_MISSING, Some(column), &[("name", column.zh())]);
        }
        text
    }
    fn parsed<T>(&mut self, column: PlanColumn, info: &'static CodeInfo, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.must(column)?;
        let value = parse(&text);
        if value.is_none() {
            self.issue(Severity::Error, info, Some(column), &[("value", &text)]);
        }
        value
    }
    fn row(&mut self) -> Option<PlanRow> {
        // every column is looked at before the row is refused, so that all its errors are told at once
        let class = self.must(PlanColumn::Class);
        let link = self.parsed(PlanColumn::Link, code::PLAN_LINK, |t| {
            Link::parse(t).or_else(|| Link::ALL.iter().copied().find(|l| l.en().eq_ignore_ascii_case(t) || t.strip_suffix("环节") == Some(l.zh())))
        });
        let street = self.must(PlanColumn::Street);
        let quarter = self.parsed(PlanColumn::Quarter, code::PLAN_QUARTER, quarter);
        let batches = self.parsed(PlanColumn::Batches, code::PLAN_BATCHES, |t| t.replace(',', "").parse::<u32>().ok().filter(|n| *n > 0));
        let merged = self.columns.get(PlanColumn::Batches.code()).is_some_and(|i| self.row.filled.contains(i));
        let batches = match batches {
            Some(n) if merged => {
                self.issue(Severity::Error, code::PLAN_MERGED, Some(PlanColumn::Batches), &[("value", &n.to_string())]);
                None
            }
            batches => batches,
        };
        let written = self.optional(PlanColumn::Deadline);
        let deadline = written.as_deref().and_then(date);
        let bad_date = written.is_some() && deadline.is_none();
        if bad_date {
            self.issue(Severity::Error, code::DATE, Some(PlanColumn::Deadline), &[("value", &written.unwrap_or_default())]);
        }
        let row = PlanRow {
            row: self.row.number,
            class: class?,
            subclass: self.optional(PlanColumn::Subclass),
            link: link?,
            street: street?,
            quarter: quarter?,
            batches: batches?,
            item_package: self.optional(PlanColumn::Items),
            method: self.optional(PlanColumn::Method),
            basis: self.optional(PlanColumn::Basis),
            reporting: self.optional(PlanColumn::Reporting),
            deadline,
        };
        (!bad_date).then_some(row)
    }
}

fn quarter(text: &str) -> Option<u8> {
    let text = text.to_uppercase();
    let text = text.trim_start_matches(['第', 'Q']).trim_end_matches("季度").trim_end_matches('季');
    match text {
        "1" | "一" => Some(1),
        "2" | "二" => Some(2),
        "3" | "三" => Some(3),
        "4" | "四" => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Lists {
        Lists { classes: vec!["食用农产品".into(), "餐饮食品".into()], streets: vec!["文化路街道".into(), "经八路街道".into()] }
    }
    fn rows() -> Vec<PlanRow> {
        let full = PlanRow {
            row: 2,
            class: "食用农产品".into(),
            subclass: Some("蔬菜".into()),
            link: Link::Circulation,
            street: "文化路街道".into(),
            quarter: 1,
            batches: 12,
            item_package: Some("农残一".into()),
            method: Some("GB 23200.113".into()),
            basis: Some("GB 2763".into()),
            reporting: Some("=按月报送".into()),
            deadline: NaiveDate::from_ymd_opt(2026, 3, 31),
        };
        let bare = PlanRow {
            row: 3,
            class: "餐饮食品".into(),
            subclass: None,
            link: Link::Catering,
            street: "410105001".into(),
            quarter: 4,
            batches: 3,
            item_package: None,
            method: None,
            basis: None,
            reporting: None,
            deadline: None,
        };
        vec![full, bare]
    }

    #[test]
    fn what_is_written_is_read_back() {
        for lang in [Lang::Zh, Lang::En] {
            let bytes = xlsx(lang, &lists(), &rows()).unwrap();
            let got = read(&bytes, "plan.xlsx").unwrap();
            assert_eq!((got.rows, got.issues, got.template_version.as_deref()), (rows(), vec![], Some(TEMPLATE_VERSION)));
        }
    }
    #[test]
    fn the_empty_template_is_refused_as_empty() {
        let bytes = template_xlsx(Lang::Zh, &lists()).unwrap();
        assert_eq!(read(&bytes, "plan.xlsx").unwrap_err().code(), "TABLE-NO-ROWS");
        let book = book::read(&bytes, "plan.xlsx").unwrap();
        assert_eq!(book.sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["年度计划", "填写说明", HIDDEN]);
    }
    #[test]
    fn every_error_of_a_row_is_told() {
        let text = "食品大类,抽样环节,街道,季度,批次,完成期限\n食用农产品,流通,文化路街道,第二季度,5,2026年3月31日\n,零售,,5,-1,很快\n,,,,,\n食用农产品,流通,文化路街道,2,6,\n";
        let gbk = encoding_rs::GBK.encode(text).0.into_owned();
        for bytes in [text.as_bytes().to_vec(), gbk] {
            let got = read(&bytes, "plan.csv").unwrap();
            assert_eq!((got.rows.len(), got.rows_in, got.rows_refused, got.blank), (2, 4, 1, 1));
            let codes: Vec<(&str, u32, String)> =
                got.issues.iter().map(|i| (i.code, i.row, i.column.as_ref().map_or(String::new(), |c| c.letter.clone()))).collect();
            let expect = [
                ("PLAN-MISSING", 3, "A"),
                ("PLAN-LINK", 3, "B"),
                ("PLAN-MISSING", 3, "C"),
                ("PLAN-QUARTER", 3, "D"),
                ("PLAN-BATCHES", 3, "E"),
                ("CELL-DATE", 3, "F"),
                ("PLAN-TWICE", 5, ""),
            ];
            assert_eq!(codes, expect.map(|(c, r, l)| (c, r, l.to_owned())));
        }
        assert_eq!(read(b"a,b\n1,2\n", "x.csv").unwrap_err().code(), "TABLE-HEADER");
    }
}
