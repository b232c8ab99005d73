//! 问题 what is wrong with one row or cell: where, how bad, and what to do.

use std::collections::BTreeMap;

use serde::Serialize;
use shiyan_foundation::{CodeInfo, Lang, Refusal, labels};

labels! {
    /// 严重程度
    pub enum Severity {
        Error = "error", "错误", "Error";
        Warning = "warning", "警告", "Warning";
    }
}

/// 列 a column by letter and header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnRef {
    /// `G`
    pub letter: String,
    /// Header as in the file.
    pub name: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Sheet, empty for text files.
    pub sheet: String,
    /// Row as a spreadsheet numbers it (first row 1); for text files the line on which the row begins.
    pub row: u32,
    /// Column, when one cell is meant.
    pub column: Option<ColumnRef>,
    /// Severity; a row with an error is not to be imported.
    pub severity: Severity,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, Chinese, with the place in front.
    pub zh: String,
    /// What is wrong, English.
    pub en: String,
    /// What to do, Chinese.
    pub suggestion_zh: String,
    /// What to do, English.
    pub suggestion_en: String,
}

impl Issue {
    pub(crate) fn new(severity: Severity, info: &'static CodeInfo, sheet: &str, row: u32, column: Option<ColumnRef>, facts: &[(&'static str, &str)]) -> Self {
        let refusal = Refusal { info, facts: facts.iter().map(|(k, v)| (*k, shorten(v))).collect::<BTreeMap<_, _>>(), field: None };
        let (place_zh, place_en) = match &column {
            Some(c) => (format!("第 {row} 行 {} 列（{}）", c.letter, c.name), format!("row {row}, column {} ({})", c.letter, c.name)),
            None => (format!("第 {row} 行"), format!("row {row}")),
        };
        Self {
            sheet: sheet.to_owned(),
            row,
            column,
            severity,
            code: refusal.code(),
            zh: format!("{place_zh}：{}", refusal.what(Lang::Zh)),
            en: format!("{place_en}: {}", refusal.what(Lang::En)),
            suggestion_zh: refusal.next(Lang::Zh),
            suggestion_en: refusal.next(Lang::En),
        }
    }
}

/// Long cell texts are quoted only in part.
pub(crate) fn shorten(text: &str) -> String {
    let mut out: String = text.chars().take(60).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// `0` is `A`, `26` is `AA`.
#[must_use]
pub fn letter(index: usize) -> String {
    let mut out = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        rest -= 1;
        out.push(b'A' + u8::try_from(rest % 26).unwrap_or(0));
        rest /= 26;
    }
    out.iter().rev().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702].map(letter), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
