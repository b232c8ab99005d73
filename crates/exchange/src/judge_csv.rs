//! 批量判定 a table of items, results and limits in, the same table with judgements out. Everything is text: what cannot be
//! read as a number must reach the judge as it was written. The judge itself is passed in.

use serde::Serialize;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Label, Refusal, labels};

use crate::book::{self, Footer, Hidden, SCANNED, Twins};
use crate::code;
use crate::header;
use crate::issue::{ColumnRef, Issue, Severity, letter, shorten};
use crate::out::{self, Cell};
use crate::published::without_unit;

labels! {
    /// 判定列
    pub enum JudgeColumn {
        Item = "item", "检验项目", "Item";
        Result = "result", "检验结果", "Result";
        Limit = "limit", "标准值", "Limit";
        Unit = "unit", "单位", "Unit";
        LabelClaim = "label_claim", "标签明示值", "Label claim";
        Food = "food", "食品", "Food";
        Category = "category", "食品类别", "Food category";
        Ingredients = "ingredients", "配料", "Ingredients";
    }
}

impl JudgeColumn {
    fn of(text: &str) -> Option<Self> {
        let text = fold(text).to_lowercase().replace([' ', '-'], "_");
        let english = match text.as_str() {
            "analyte" | "parameter" => Some(Self::Item),
            "value" => Some(Self::Result),
            "standard" | "requirement" => Some(Self::Limit),
            "units" => Some(Self::Unit),
            "label" | "claim" | "labelclaim" | "明示值" | "标签明示" | "标示值" | "标签标示值" | "明示要求" => Some(Self::LabelClaim),
            "sample" | "sample_name" | "样品名称" | "食品名称" | "产品名称" => Some(Self::Food),
            "食品分类" | "食品大类" | "类别" => Some(Self::Category),
            "配料表" => Some(Self::Ingredients),
            _ => Self::parse(&text),
        };
        english.or_else(|| match header::meaning(&text) {
            Some(header::Meaning::Single(header::Field::Item)) => Some(Self::Item),
            Some(header::Meaning::Single(header::Field::Result)) => Some(Self::Result),
            Some(header::Meaning::Single(header::Field::Limit)) => Some(Self::Limit),
            Some(header::Meaning::Single(header::Field::Unit)) => Some(Self::Unit),
            _ => None,
        })
    }
}

/// A bare number under a header such as `检验结果(mg/kg)` or `检验结果（×10³CFU/g）` with the unit or factor of the header behind it.
fn with_header_unit(text: String, header: &str) -> String {
    let header = header.replace('（', "(").replace('）', ")");
    let unit = header.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(unit, _)| unit.trim());
    let is_unit = unit.contains(|c: char| c.is_ascii_alphabetic() || "%‰×万μµ℃".contains(c));
    let bare = text.contains(|c: char| c.is_ascii_digit()) && !text.contains(|c: char| c.is_alphabetic() || "%‰".contains(c));
    if is_unit && bare { format!("{text}{unit}") } else { text }
}

/// One row to be judged; the texts are verbatim but for the unit that the header gives to a bare number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgeRow {
    /// Row in the file.
    pub row: u32,
    /// 检验项目
    pub item: String,
    /// 检验结果
    pub result: String,
    /// 标准值
    pub limit: String,
    /// 单位
    pub unit: Option<String>,
    /// 标签明示值
    pub label_claim: Option<String>,
    /// 食品 its name and its category, where they are given.
    pub food: Option<String>,
    /// 配料
    pub ingredients: Option<String>,
    /// Every cell, verbatim.
    pub cells: Vec<String>,
}

/// The table as read; every row that is not blank is here, incomplete ones with a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgeTable {
    /// Header, verbatim.
    pub header: Vec<String>,
    /// Rows.
    pub rows: Vec<JudgeRow>,
    /// Findings.
    pub issues: Vec<Issue>,
    /// Of the file rather than of a row: what is hidden, merged, not certain or not read.
    pub notes: Vec<Issue>,
    /// Blank rows.
    pub blank: u64,
}

/// What the judge says of one row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Judged {
    /// 单项判定
    pub judgement: String,
    /// Stable code of the reason.
    pub reason_code: String,
    /// 理由
    pub reason: String,
    /// 计算过程
    pub working: String,
}

/// Reads a table with the columns item, result, limit and perhaps unit and label_claim, in any order, without what is hidden.
///
/// # Errors
/// As [`read_with`].
pub fn read(bytes: &[u8], file: &str) -> Result<JudgeTable, Refusal> {
    read_with(bytes, file, Hidden::LeaveOut)
}

/// The place of each column that the header names.
fn locate(cells: &[String]) -> [Option<usize>; 8] {
    let mut at: [Option<usize>; 8] = [None; 8];
    for (i, text) in cells.iter().enumerate() {
        if let Some(c) = JudgeColumn::of(text) {
            at[c as usize].get_or_insert(i);
        }
    }
    at
}

/// Reads a table with the columns item, result, limit and perhaps unit and label_claim, in any order.
///
/// # Errors
/// A refusal of [`book::read`], `TABLE-HEADER` or `TABLE-NO-ROWS`.
pub fn read_with(bytes: &[u8], file: &str, hidden: Hidden) -> Result<JudgeTable, Refusal> {
    let book = book::read_with(bytes, file, hidden)?;
    let header_of = |sheet: &book::Sheet| sheet.rows.iter().take(SCANNED).position(|r| locate(&r.own())[..3].iter().all(Option::is_some));
    let Some((sheet, head)) = book.sheets.iter().find_map(|s| Some((s, header_of(s)?))) else {
        return Err(book.no_header(file, "item/检验项目, result/检验结果, limit/标准值"));
    };
    let names = &sheet.rows[head];
    let at = locate(&names.own());
    let mut notes = book.notes_of(|s| s.name == sheet.name);
    notes.extend(book.unread(|s| s.name == sheet.name));
    let mut out = JudgeTable { header: names.cells.clone(), rows: Vec::new(), issues: Vec::new(), notes, blank: 0 };
    let mut twins = Twins::default();
    for row in &sheet.rows[head + 1..] {
        if row.is_blank() {
            out.blank += 1;
            continue;
        }
        let value = |c: JudgeColumn| at[c as usize].map(|i| out::restore(row.cell(i)));
        let empty = |c: JudgeColumn| at[c as usize].is_none_or(|i| fold(row.cell(i)).is_empty());
        // 合计 may be an item, with a result and a limit of its own
        if row.footer().is_some_and(|f| f == Footer::Signed || empty(JudgeColumn::Result) || empty(JudgeColumn::Limit)) {
            let text = shorten(&row.own().iter().filter(|c| !fold(c).is_empty()).cloned().collect::<Vec<_>>().join(" "));
            out.issues.push(Issue::new(Severity::Warning, code::FOOTER, &sheet.name, row.number, None, &[("text", &text)]));
            continue;
        }
        if let Some(other) = twins.earlier(row, None) {
            out.issues.push(Issue::new(Severity::Warning, code::ROW_TWICE, &sheet.name, row.number, None, &[("other", &other.to_string())]));
        }
        let unit = value(JudgeColumn::Unit).map(|t| fold(&t)).unwrap_or_default();
        let measured = |c: JudgeColumn| {
            let text = value(c).unwrap_or_default();
            with_header_unit(without_unit(&text, if unit.starts_with('%') { &unit } else { "" }), at[c as usize].map_or("", |i| names.cell(i)))
        };
        for c in [JudgeColumn::Item, JudgeColumn::Result, JudgeColumn::Limit] {
            if let Some(i) = at[c as usize].filter(|i| fold(row.cell(*i)).is_empty()) {
                let column = ColumnRef { letter: letter(i), name: fold(names.cell(i)) };
                out.issues.push(Issue::new(Severity::Warning, code::JUDGE_MISSING, &sheet.name, row.number, Some(column), &[("name", c.zh())]));
            }
        }
        let optional = |c| value(c).filter(|t| !fold(t).is_empty());
        out.rows.push(JudgeRow {
            row: row.number,
            item: value(JudgeColumn::Item).unwrap_or_default(),
            result: measured(JudgeColumn::Result),
            limit: measured(JudgeColumn::Limit),
            unit: optional(JudgeColumn::Unit),
            label_claim: optional(JudgeColumn::LabelClaim),
            food: match (optional(JudgeColumn::Food), optional(JudgeColumn::Category)) {
                (Some(food), Some(category)) => Some(format!("{food} {category}")),
                (food, category) => food.or(category),
            },
            ingredients: optional(JudgeColumn::Ingredients),
            cells: row.cells.clone(),
        });
    }
    if out.rows.is_empty() {
        return Err(book.no_rows(file));
    }
    Ok(out)
}

/// The same table as csv, with judgement, reason_code, reason and working behind its own columns.
///
/// # Errors
/// `FILE-WRITE`.
pub fn write(table: &JudgeTable, judge: impl FnMut(&JudgeRow) -> Judged) -> Result<Vec<u8>, Refusal> {
    let (header, rows) = judged(table, judge);
    out::csv(&header.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

/// The same as a workbook.
///
/// # Errors
/// `FILE-WRITE`.
pub fn write_xlsx(table: &JudgeTable, judge: impl FnMut(&JudgeRow) -> Judged) -> Result<Vec<u8>, Refusal> {
    let (header, rows) = judged(table, judge);
    out::xlsx("判定", &header.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

fn judged(table: &JudgeTable, mut judge: impl FnMut(&JudgeRow) -> Judged) -> (Vec<String>, Vec<Vec<Cell>>) {
    let width = table.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0).max(table.header.len());
    let mut header = table.header.clone();
    header.resize(width, String::new());
    header.extend(["judgement", "reason_code", "reason", "working"].map(str::to_owned));
    let row = |r: &JudgeRow| {
        let verdict = judge(r);
        let mut cells: Vec<Cell> = r.cells.iter().map(|c| Cell::Text(out::restore(c))).collect();
        cells.resize(width, Cell::Text(String::new()));
        cells.extend([verdict.judgement, verdict.reason_code, verdict.reason, verdict.working].map(Cell::Text));
        cells
    };
    (header, table.rows.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_any_order_and_both_languages() {
        for text in [
            "limit,item,unit,result,label_claim\n≤0.2,腐霉利,mg/kg,0.56,\n",
            "标准值,检验项目,单位,检验结果,标签明示值\n≤0.2,腐霉利,mg/kg,0.56,\n",
            "限量值\t不合格项目\t计量单位\t检测结果\n≤0.2\t腐霉利\tmg/kg\t0.56\n",
        ] {
            let got = read(text.as_bytes(), "x.csv").unwrap();
            let r = &got.rows[0];
            assert_eq!(
                (r.item.as_str(), r.result.as_str(), r.limit.as_str(), r.unit.as_deref(), r.label_claim.as_deref()),
                ("腐霉利", "0.56", "≤0.2", Some("mg/kg"), None)
            );
        }
        assert_eq!(read(b"item,result\n1,2\n", "x.csv").unwrap_err().code(), "TABLE-HEADER");
    }
    #[test]
    fn food_category_and_ingredients_are_taken_where_they_stand() {
        let got = read("food,category,item,result,limit,配料表\n白芷,香辛料,二氧化硫,0.3g/kg,不得使用,白芷\n".as_bytes(), "x.csv").unwrap();
        assert_eq!((got.rows[0].food.as_deref(), got.rows[0].ingredients.as_deref()), (Some("白芷 香辛料"), Some("白芷")));
        let got = read("item,result,limit\n镉,0.1,≤0.2\n".as_bytes(), "x.csv").unwrap();
        assert_eq!((got.rows[0].food.as_deref(), got.rows[0].ingredients.as_deref()), (None, None));
    }
    #[test]
    fn a_unit_in_the_header_belongs_to_the_numbers_below_it() {
        let got = read("检验项目,检验结果(mg/kg),标准值（μg/kg）\n恩诺沙星,0.126,≤100\n氯霉素,1.92μg/kg,不得检出\n镉,未检出,/\n".as_bytes(), "x.csv").unwrap();
        let texts: Vec<(&str, &str)> = got.rows.iter().map(|r| (r.result.as_str(), r.limit.as_str())).collect();
        assert_eq!(texts, [("0.126mg/kg", "≤100μg/kg"), ("1.92μg/kg", "不得检出"), ("未检出", "/")]);
        assert_eq!(got.rows[0].cells[1], "0.126", "the file goes out as it came in");
        let got = read("检验项目,检验结果(×10³CFU/g),标准值\n菌落总数,12,≤1000CFU/g\n".as_bytes(), "x.csv").unwrap();
        assert_eq!(got.rows[0].result, "12×10³CFU/g");
    }
    #[test]
    fn no_row_vanishes_and_the_working_is_written() {
        let got = read("item,result,limit\n腐霉利,0.56,≤0.2\n镉,,0.1\n\n=cmd,1,2\n".as_bytes(), "x.csv").unwrap();
        assert_eq!((got.rows.len(), got.issues.len(), got.blank), (3, 1, 1));
        let judge = |r: &JudgeRow| Judged {
            judgement: if r.result.is_empty() { "不判定" } else { "不合格项" }.into(),
            reason_code: "X".into(),
            reason: "理由".into(),
            working: "=0.56>0.2".into(),
        };
        for bytes in [write(&got, judge).unwrap(), write_xlsx(&got, judge).unwrap()] {
            let again = book::read(&bytes, "y").unwrap();
            let rows = &again.sheets[0].rows;
            assert_eq!(rows[0].cells, ["item", "result", "limit", "judgement", "reason_code", "reason", "working"]);
            assert_eq!((rows.len(), rows[2].cell(3), rows[3].cell(0), rows[1].cell(6)), (4, "不判定", "'=cmd", "'=0.56>0.2"));
        }
    }
}
