//! 导出 tables as csv and xlsx. Text that a spreadsheet would run as a formula is written so that it stays text.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde::Serialize;
use shiyan_foundation::Refusal;

use crate::code;

/// 单元格 what one cell holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// 文本, codes included: it stays text in a workbook.
    Text(String),
    /// 计数
    Count(u64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}
impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Cell::Count(count)
    }
}

fn starts_formula(text: &str) -> bool {
    let visible = text.trim_start_matches([' ', '\u{a0}', '\u{3000}', '\u{feff}', '\u{200b}', '\n']);
    visible.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) || text.starts_with(['\t', '\r'])
}

/// Sign, digits, perhaps a point and digits.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    !whole.is_empty() && !part.is_empty() && whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit())
}

/// 防公式注入 puts an apostrophe before text that a spreadsheet could take for a formula; plain numbers stay as they are.
/// Text that already begins with such an apostrophe gets one more, so that [`restore`] gives back exactly what went in.
#[must_use]
pub fn neutralise(text: &str) -> String {
    let bare = text.trim_start_matches('\'');
    if starts_formula(bare) && !(bare.len() == text.len() && is_plain_number(bare)) { format!("'{text}") } else { text.to_owned() }
}

/// Takes off what [`neutralise`] put on, when one of our own files is read again.
#[must_use]
pub fn restore(text: &str) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if starts_formula(rest.trim_start_matches('\'')) => rest.to_owned(),
        _ => text.to_owned(),
    }
}

/// A table as UTF-8 csv with BOM and CRLF, which spreadsheets open without asking.
///
/// # Errors
/// `FILE-WRITE`.
pub fn csv(header: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>, Refusal> {
    let failed = |e: &dyn std::fmt::Display| Refusal::new(code::WRITE).with("detail", e);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(header.iter().map(|h| neutralise(h))).map_err(|e| failed(&e))?;
    for row in rows {
        let cells = row.iter().map(|c| match c {
            Cell::Text(text) => neutralise(text),
            Cell::Count(n) => n.to_string(),
        });
        writer.write_record(cells).map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}

/// A table as a workbook of one sheet: bold frozen header, filter, text as text, counts as numbers. Same input, same bytes.
///
/// # Errors
/// `FILE-WRITE`, for instance for a text longer than a cell can hold.
pub fn xlsx(sheet: &str, header: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>, Refusal> {
    write(&[(sheet, header, rows)]).map_err(|e| Refusal::new(code::WRITE).with("detail", e))
}

/// A sheet of a workbook: name, header, rows.
pub type Sheet<'a> = (&'a str, &'a [&'a str], &'a [Vec<Cell>]);

/// Several tables as one workbook, each as [`xlsx`] writes it.
///
/// # Errors
/// As [`xlsx`]; two sheets of one name.
pub fn workbook(sheets: &[Sheet<'_>]) -> Result<Vec<u8>, Refusal> {
    write(sheets).map_err(|e| Refusal::new(code::WRITE).with("detail", e))
}

/// 填写说明 the sheet of a template that explains its columns, one a row, below the opening sentence if there is one.
pub(crate) fn help_sheet<'a>(book: &mut Workbook, name: &str, intro: Option<&str>, columns: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), XlsxError> {
    let help = book.add_worksheet();
    help.set_name(name)?;
    help.set_column_width(0, 22)?;
    help.set_column_width(1, 90)?;
    if let Some(intro) = intro {
        help.write_string(0, 1, intro)?;
    }
    for (r, (label, hint)) in (u32::from(intro.is_some())..).zip(columns) {
        help.write_string(r, 0, label)?;
        help.write_string(r, 1, hint)?;
    }
    Ok(())
}

fn write(sheets: &[Sheet<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties()?);
    for sheet in sheets {
        write_sheet(&mut book, *sheet)?;
    }
    book.save_to_buffer()
}

fn write_sheet(book: &mut Workbook, (name, header, rows): Sheet<'_>) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(name))?;
    let bold = Format::new().set_bold();
    let text = Format::new().set_num_format("@");
    for (c, title) in header.iter().enumerate() {
        let c = u16::try_from(c).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, c, neutralise(title), &bold)?;
        sheet.set_column_width(c, u32::try_from(title.chars().count()).unwrap_or(0).clamp(6, 20) * 2)?;
    }
    for (r, row) in rows.iter().enumerate() {
        let r = u32::try_from(r + 1).unwrap_or(u32::MAX);
        for (c, cell) in row.iter().enumerate() {
            let c = u16::try_from(c).unwrap_or(u16::MAX);
            match cell {
                Cell::Text(t) if t.is_empty() => continue,
                Cell::Text(t) => sheet.write_string_with_format(r, c, neutralise(t), &text)?,
                // beyond 15 digits a spreadsheet would change the number
                Cell::Count(n) if *n >= 1_000_000_000_000_000 => sheet.write_string(r, c, n.to_string())?,
                Cell::Count(n) => sheet.write_number(r, c, *n as f64)?,
            };
        }
    }
    if let (Ok(last_row), Ok(last_column)) = (u32::try_from(rows.len()), u16::try_from(header.len().saturating_sub(1)))
        && !header.is_empty()
    {
        sheet.autofilter(0, 0, last_row, last_column)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

/// A fixed date, so that the bytes depend on the content alone.
pub(crate) fn properties() -> Result<DocProperties, XlsxError> {
    Ok(DocProperties::new().set_author("Shiyan 食验").set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?))
}

/// Sheet names hold 31 characters and not `[]:*?/\`.
pub(crate) fn sheet_name(name: &str) -> String {
    let clean: String = name.chars().map(|c| if "[]:*?/\\".contains(c) { '_' } else { c }).take(31).collect();
    let clean = clean.trim_matches('\'').to_owned();
    if clean.trim().is_empty() { "Sheet1".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book;
    use proptest::prelude::*;

    const NASTY: &[&str] =
        &["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1+1", "＠x", " =1", "'=1", "=\"a\"", "-", "--"];

    #[test]
    fn formulas_are_neutralised_and_numbers_stay() {
        for text in NASTY {
            let safe = neutralise(text);
            assert!(safe.starts_with('\''), "{text}");
            assert_eq!(restore(&safe), *text);
        }
        for text in ["-1.5", "+3", "0.10", "12", "≤0.2mg/kg", "韭菜", "'quoted'", ""] {
            assert_eq!(neutralise(text), text);
            assert_eq!(restore(text), text);
        }
        assert_eq!(neutralise("-1e5"), "'-1e5");
    }
    #[test]
    fn csv_and_xlsx_survive_a_round_trip_without_formulas() {
        let rows: Vec<Vec<Cell>> = NASTY.iter().map(|t| vec![(*t).into(), Cell::Count(7), "0012".into()]).collect();
        let csv = csv(&["=名称", "数", "编号"], &rows).unwrap();
        assert!(csv.starts_with(b"\xef\xbb\xbf"));
        let xlsx = xlsx("表/一", &["=名称", "数", "编号"], &rows).unwrap();
        for bytes in [csv, xlsx.clone()] {
            let book = book::read(&bytes, "x").unwrap();
            let sheet = &book.sheets[0];
            assert_eq!(sheet.rows[0].cell(0), "'=名称");
            for (row, text) in sheet.rows[1..].iter().zip(NASTY) {
                assert_eq!((restore(row.cell(0)).replace('\n', "\r"), row.cell(1), row.cell(2)), ((*text).to_owned(), "7", "0012"));
            }
        }
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&xlsx)).unwrap();
        let mut sheet = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
        assert!(!sheet.contains("<f>"));
    }
    #[test]
    fn a_workbook_holds_every_sheet_in_its_order() {
        let (pass, fail) = (vec![vec![Cell::Count(1)]], vec![vec!["=甲║乙║丙\n丁".into()]]);
        let bytes = workbook(&[("不合格", &["项目"], &fail), ("合格", &["序号"], &pass)]).unwrap();
        let book = book::read(&bytes, "x").unwrap();
        assert_eq!(book.sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["不合格", "合格"]);
        assert_eq!((restore(book.sheets[0].rows[1].cell(0)).as_str(), book.sheets[1].rows[1].cell(0)), ("=甲║乙║丙\n丁", "1"));
        assert!(workbook(&[("一", &["甲"], &pass), ("一", &["甲"], &pass)]).is_err(), "two sheets of one name");
    }
    #[test]
    fn same_table_same_bytes() {
        let make = || xlsx("表", &["甲"], &[vec!["乙".into()]]).unwrap();
        assert_eq!(make(), make());
    }
    proptest! {
        #[test]
        fn neutral_text_never_begins_like_a_formula(text in "\\PC{0,12}") {
            let safe = neutralise(&text);
            prop_assert!(!starts_formula(&safe) || is_plain_number(&safe));
            prop_assert_eq!(restore(&safe), text);
        }
    }
}
