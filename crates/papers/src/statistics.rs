//! 数据文件 one statistics table as csv, xlsx or Parquet, each with its scope, its day, the entry of the journal it stands on and the hash of its content.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use shiyan_analytics::{Sheet, Value, parquet::parquet, sheets};
use shiyan_exchange::out;
use shiyan_foundation::area::Street;
use shiyan_foundation::{Lang, Refusal};

use crate::Tabled;

/// 格式 in which a table goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// csv with BOM, which spreadsheets open without asking.
    Csv,
    /// A workbook.
    Xlsx,
    /// Columns for programs.
    Parquet,
}

impl FileKind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Parquet];
    /// What a file of it ends in.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }
    /// The format and what stands before its ending.
    #[must_use]
    pub fn of(file: &str) -> Option<(&str, Self)> {
        let (name, ending) = file.rsplit_once('.')?;
        Some((name, Self::ALL.into_iter().find(|f| f.ending() == ending)?))
    }
}

/// 出处 what a table stands on, as the file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// 统计口径, Chinese and English.
    pub scope: (String, String),
    /// 统计截止日
    pub as_of: NaiveDate,
    /// 记录号 the entry of the journal; `None` of a day that has passed, which the journal is read back to.
    pub on: Option<i64>,
}

impl Stands {
    /// Of one table.
    #[must_use]
    pub fn of(tabled: &Tabled, sheet: &Sheet) -> Self {
        let line = |lang| tabled.figures.scope.line_of(sheet.family, lang);
        Self { scope: (line(Lang::Zh), line(Lang::En)), as_of: tabled.figures.kpis.as_of, on: tabled.figures.stands_on }
    }
    /// The entry in words.
    #[must_use]
    pub fn entry(&self, lang: Lang) -> String {
        match (self.on, lang) {
            (Some(seq), _) => seq.to_string(),
            (None, Lang::Zh) => "过去的日期，按日志还原".to_owned(),
            (None, Lang::En) => "a day that has passed, by the journal".to_owned(),
        }
    }
    /// The lines above a table in a file: name and value.
    #[must_use]
    pub fn lines(&self, sha256: &str, lang: Lang) -> Vec<Vec<out::Cell>> {
        let scope = lang.pick(&self.scope.0, &self.scope.1);
        let scope = scope.trim_start_matches("统计口径：").trim_start_matches("Scope: ").to_owned();
        [
            (lang.pick("统计口径", "Scope"), scope),
            (lang.pick("统计截止日", "As of"), self.as_of.to_string()),
            (lang.pick("依据的日志记录号", "Stands on journal entry"), self.entry(lang)),
            ("SHA-256", sha256.to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| vec![name.into(), value.into()])
        .collect()
    }
}

/// Every table of a year with the names of its streets.
#[must_use]
pub fn sheets_of(tabled: &Tabled, streets: &BTreeMap<String, Street>) -> Vec<Sheet> {
    sheets(&tabled.tables, &tabled.figures.kpis, &|code| {
        streets.get(code).map_or_else(|| if code.is_empty() { "—".to_owned() } else { code.to_owned() }, |s| s.name.clone())
    })
}

fn cell(value: &Value) -> out::Cell {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Count(n) => u64::try_from(*n).map_or_else(|_| n.to_string().into(), Into::into),
        Value::Nothing => "".into(),
    }
}

/// The file.
///
/// # Errors
/// `FILE-WRITE`, `ANALYTICS-FAILED`.
pub fn file(sheet: &Sheet, stands: &Stands, format: FileKind, lang: Lang) -> Result<Vec<u8>, Refusal> {
    let sha256 = sheet.sha256();
    if format == FileKind::Parquet {
        let said = [
            ("shiyan.table", sheet.name.to_owned()),
            ("shiyan.title", sheet.zh.to_owned()),
            ("shiyan.title_en", sheet.en.to_owned()),
            ("shiyan.scope", stands.scope.0.clone()),
            ("shiyan.scope_en", stands.scope.1.clone()),
            ("shiyan.as_of", stands.as_of.to_string()),
            ("shiyan.stands_on", stands.on.map_or_else(String::new, |seq| seq.to_string())),
            ("shiyan.sha256", sha256),
        ];
        return parquet(sheet, &said);
    }
    let title = lang.pick(sheet.zh, sheet.en);
    let mut rows = stands.lines(&sha256, lang);
    rows.push(vec![lang.pick("表", "Table").into(), sheet.name.into()]);
    rows.push(vec!["".into()]);
    rows.push(sheet.columns.iter().map(|c| lang.pick(c.zh, c.en).into()).collect());
    rows.extend(sheet.rows.iter().map(|row| row.iter().map(cell).collect()));
    if format == FileKind::Csv { out::csv(&[title], &rows) } else { out::xlsx(sheet.name, &[title], &rows) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_analytics::Column;
    use shiyan_indicators::Family;

    fn sheet() -> Sheet {
        let kind = shiyan_analytics::sheets::Kind::Count;
        Sheet {
            name: "by_class",
            zh: "按食品大类",
            en: "By food class",
            family: Family::Batches,
            tabs: &["class"],
            columns: vec![Column { key: "batches", zh: "批次", en: "Batches", kind }],
            rows: vec![vec![Value::Count(7)], vec![Value::Nothing]],
        }
    }
    fn stands(on: Option<i64>) -> Stands {
        Stands { scope: ("统计口径：监督抽检".into(), "Scope: supervisory".into()), as_of: NaiveDate::from_ymd_opt(2026, 3, 5).unwrap(), on }
    }
    #[test]
    fn a_csv_says_above_its_rows_what_it_stands_on() {
        let sheet = sheet();
        let text = String::from_utf8(file(&sheet, &stands(Some(42)), FileKind::Csv, Lang::Zh).unwrap()).unwrap();
        let wanted = format!(
            "\u{feff}按食品大类\r\n统计口径,监督抽检\r\n统计截止日,2026-03-05\r\n依据的日志记录号,42\r\nSHA-256,{}\r\n表,by_class\r\n\"\"\r\n批次\r\n7\r\n\"\"\r\n",
            sheet.sha256()
        );
        assert_eq!(text, wanted);
        let past = String::from_utf8(file(&sheet, &stands(None), FileKind::Csv, Lang::En).unwrap()).unwrap();
        assert!(past.contains("a day that has passed") && past.contains("Scope,supervisory"));
    }
    #[test]
    fn every_format_is_made_and_known_by_its_ending() {
        for (format, begins) in [(FileKind::Csv, "\u{feff}".as_bytes()), (FileKind::Xlsx, b"PK"), (FileKind::Parquet, b"PAR1")] {
            assert!(file(&sheet(), &stands(None), format, Lang::Zh).unwrap().starts_with(begins));
            assert_eq!(FileKind::of(&format!("by_class.{}", format.ending())), Some(("by_class", format)));
        }
        assert_eq!((FileKind::of("by_class"), FileKind::of("by_class.pdf")), (None, None));
        let bytes = file(&sheet(), &stands(Some(42)), FileKind::Parquet, Lang::Zh).unwrap();
        for said in ["shiyan.sha256", "shiyan.stands_on", "监督抽检", "2026-03-05", &sheet().sha256()] {
            assert!(bytes.windows(said.len()).any(|w| w == said.as_bytes()), "{said}");
        }
    }
}
