//! 仪器格式 how the file of one instrument is read, as data. The format is described in `profiles/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use shiyan_foundation::{Refusal, labels};

use super::pattern::{Cleanup, heading_key, label_key};
use super::{ReadingKind, SkipReason};
use crate::code;
use crate::issue::letter;

/// Size of a profile file.
const MAX_PROFILE: usize = 64 << 10;
/// Columns that can be named by a letter, as many as a spreadsheet has.
const MAX_COLUMN: usize = 16_384;

labels! {
    /// 表的形状
    pub enum Shape {
        Long = "long", "一行一个结果", "One result a row";
        Wide = "wide", "一列一个项目", "One column an analyte";
        Blocks = "blocks", "按项目分块", "One block an analyte";
    }
}
labels! {
    /// 文件的种类 a profile reads.
    pub enum Container {
        Text = "text", "文本", "text";
        Workbook = "workbook", "工作簿", "workbook";
        Any = "any", "文本或工作簿", "text or workbook";
    }
}
labels! {
    /// 分隔符
    pub enum Delimiter {
        Auto = "auto", "自动", "Auto";
        Comma = "comma", "逗号", "Comma";
        Semicolon = "semicolon", "分号", "Semicolon";
        Tab = "tab", "制表符", "Tab";
    }
}
labels! {
    /// 文本编码: `auto` knows UTF-8, UTF-16 and GBK; `windows-1252` takes what is not UTF-8 or UTF-16 for that, never for GBK.
    pub enum Encoding {
        Auto = "auto", "自动", "Auto";
        Windows1252 = "windows-1252", "西欧", "Windows-1252";
    }
}
labels! {
    /// 未列明的行 what becomes of a row that fits no rule.
    pub enum OtherRows {
        Unknown = "unknown", "按样品读", "Read as a sample";
        Person = "person", "交人工", "Left to a person";
    }
}
labels! {
    /// 平行取值
    pub enum Take {
        Each = "each", "每行都是结果", "Every row is a result";
        Marked = "marked", "只取有标记的行", "Only marked rows";
    }
}

/// 仪器格式
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable key, e.g. `foss-fiastar`.
    pub key: String,
    /// Rises with every change, and is stored with what was read.
    pub version: u32,
    /// 名称
    pub name: Name,
    /// 厂家
    pub maker: String,
    /// 型号
    pub model: String,
    /// 文件
    pub file: FileRule,
    /// 表
    pub table: TableRule,
    /// 样品编号
    pub sample: SampleRule,
    /// 检验项目
    #[serde(default)]
    pub analyte: AnalyteRule,
    /// 结果
    #[serde(default)]
    pub result: ResultRule,
    /// 单位
    #[serde(default)]
    pub unit: UnitRule,
    /// 平行
    #[serde(default)]
    pub replicate: ReplicateRule,
    /// 行的种类, the first that fits decides.
    #[serde(default)]
    pub rows: Vec<RowRule>,
    /// 仪器提示
    #[serde(default)]
    pub flags: Vec<FlagRule>,
}

/// 名称 in two languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

/// 文件 how bytes become cells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Text or workbook.
    pub kind: Container,
    /// Of a text file.
    #[serde(default = "FileRule::auto_delimiter")]
    pub delimiter: Delimiter,
    /// Quotation marks enclose cells; `false` for files in which they are ordinary characters.
    #[serde(default = "yes")]
    pub quotes: bool,
    /// Of a text file.
    #[serde(default = "FileRule::auto_encoding")]
    pub encoding: Encoding,
    /// Of a workbook; the first sheet when absent.
    pub sheet: Option<SheetRef>,
}

impl FileRule {
    fn auto_delimiter() -> Delimiter {
        Delimiter::Auto
    }
    fn auto_encoding() -> Encoding {
        Encoding::Auto
    }
}

fn yes() -> bool {
    true
}

/// 工作表 by name, or by place counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum SheetRef {
    /// Name.
    Name(String),
    /// Place.
    Place(usize),
}

/// 表 where the table stands and how it is built.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRule {
    /// Long, wide or blocks.
    pub shape: Shape,
    /// A row that holds all headings of one of these lists is a header; the header may come again, with other columns.
    #[serde(default)]
    pub header: Vec<Vec<String>>,
    /// Or: the header is this row of the file.
    pub header_row: Option<u32>,
    /// Or: there is no header, columns go by their letters, and a row has exactly this many cells.
    pub width: Option<usize>,
    /// The table begins at this row of the file; what stands above it is left out.
    pub first_row: Option<u32>,
    /// Lines above the table may hold several `label: value` pairs, in one cell or in many.
    #[serde(default)]
    pub pairs: bool,
    /// The row above the header names groups of columns.
    #[serde(default)]
    pub groups: bool,
    /// The table is the one under this line in square brackets.
    pub section: Option<String>,
    /// In blocks: the column that alone is filled in the line that names the analyte.
    pub title: Option<Column>,
    /// Rows of a text file may be shorter than the header, or longer by empty cells.
    #[serde(default)]
    pub ragged: bool,
    /// What the first row of a sample list of this instrument looks like; such a file holds no results and is refused.
    #[serde(default)]
    pub worklist: Vec<String>,
    /// Rows that fit no rule.
    #[serde(default = "TableRule::as_samples")]
    pub other_rows: OtherRows,
}

impl TableRule {
    fn as_samples() -> OtherRows {
        OtherRows::Unknown
    }
}

/// 样品编号 a column, or a line `label → value` above the table, or the name of the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRule {
    /// Column.
    pub column: Option<Column>,
    /// Text of the first cell of that line; the second cell is the sample.
    pub label: Option<String>,
    /// The name of the file without its ending is the sample.
    #[serde(default)]
    pub file_name: bool,
    /// The sample is printed once, above rows that leave the cell empty.
    #[serde(default)]
    pub fill_down: bool,
    /// 清理
    #[serde(default)]
    pub clean: Cleanup,
}

/// 检验项目
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyteRule {
    /// Column, in a long table.
    pub column: Option<Column>,
    /// Or, in a long table: a line `label → value` above the rows names it.
    pub label: Option<String>,
    /// In a wide table without a header: the analyte of each column, by letter.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// With groups: the titles of the groups that hold results.
    pub group: Option<String>,
    /// In a wide table: columns that are no analytes.
    #[serde(default)]
    pub ignore: Vec<Column>,
    /// 清理
    #[serde(default)]
    pub clean: Cleanup,
    /// 项目名称 by cleaned name.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
}

/// 结果
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultRule {
    /// Column; in a wide table only with groups.
    pub column: Option<Column>,
    /// 小数逗号 `141,47` means 141.47; then a point is not a decimal mark.
    #[serde(default)]
    pub decimal_comma: bool,
    /// 未检出 what the instrument prints for it.
    #[serde(default)]
    pub not_detected: Vec<String>,
    /// Where it is printed when the result cell is empty.
    pub not_detected_in: Option<Column>,
    /// 负值 are results (a rotation, a difference); otherwise they go to a person.
    #[serde(default)]
    pub negative: bool,
}

/// 单位
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitRule {
    /// Column.
    pub column: Option<Column>,
    /// The same for the whole file.
    pub fixed: Option<String>,
    /// In the last brackets of the heading: `()` or `[]`; `any` for whichever they are, when they hold a unit, which is then no part of
    /// the name.
    pub heading: Option<String>,
    /// In the row under the header.
    #[serde(default)]
    pub row: bool,
    /// In a wide table: in the column to the right of each value, under one of these headings; `""` for none.
    #[serde(default)]
    pub beside: Vec<String>,
    /// In a line `label → value` above the rows.
    pub label: Option<String>,
    /// Behind the number, in the same cell: `0.12 mg/kg`.
    #[serde(default)]
    pub in_value: bool,
    /// 换写 only what is written here is changed.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
}

/// 平行
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicateRule {
    /// Column with the number of the replicate, or `Mean`.
    pub column: Option<Column>,
    /// Every row, or only those marked.
    #[serde(default = "ReplicateRule::each")]
    pub take: Take,
    /// What marks a row, e.g. `Mean`; it stands after its replicates.
    #[serde(default)]
    pub marks: Vec<String>,
}

impl ReplicateRule {
    fn each() -> Take {
        Take::Each
    }
}

impl Default for ReplicateRule {
    fn default() -> Self {
        Self { column: None, take: Take::Each, marks: Vec::new() }
    }
}

/// 行的种类: what rows with this text in this column are, or why they are left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowRule {
    /// Column, or `@sample`: the cleaned sample number.
    pub column: Column,
    /// Texts, with `*` and `?`.
    pub is: Vec<String>,
    /// 种类
    pub kind: Option<ReadingKind>,
    /// 略过的原因
    pub skip: Option<SkipReason>,
    /// The column may be missing.
    #[serde(default)]
    pub optional: bool,
}

/// 仪器提示: any other text in these columns sends the values of the row to a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagRule {
    /// Every column with this heading.
    pub column: Column,
    /// Texts without meaning; blank always is.
    #[serde(default)]
    pub ok: Vec<String>,
    /// The column may be missing.
    #[serde(default)]
    pub optional: bool,
}

/// 列: `Sample Id` by heading, `@C` by letter, `@K Units` by both, or a list of such, of which the first that is there counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "OneOrMany")]
pub struct Column(Vec<Spot>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Spot {
    /// Index, and the heading that must stand there.
    Letter(usize, Option<String>),
    Heading(String),
    Sample,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl TryFrom<OneOrMany> for Column {
    type Error = String;
    fn try_from(value: OneOrMany) -> Result<Self, String> {
        let names = match value {
            OneOrMany::One(name) => vec![name],
            OneOrMany::Many(names) => names,
        };
        if names.is_empty() {
            return Err("空的列名（empty column）".to_owned());
        }
        names.iter().map(|n| Spot::parse(n).ok_or_else(|| format!("列“{n}”（column “{n}”）"))).collect::<Result<_, _>>().map(Self)
    }
}

impl Spot {
    fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        if name.eq_ignore_ascii_case("@sample") {
            return Some(Self::Sample);
        }
        let Some(rest) = name.strip_prefix('@') else {
            return (!name.is_empty()).then(|| Self::Heading(heading_key(name)));
        };
        let (letters, heading) = rest.split_once(' ').map_or((rest, None), |(l, h)| (l, Some(heading_key(h))));
        if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_uppercase()) {
            return None;
        }
        let index = letters.bytes().fold(0, |sum, b| sum * 26 + usize::from(b - b'A') + 1) - 1;
        (index < MAX_COLUMN).then_some(Self::Letter(index, heading))
    }
    fn at(&self, keys: &[String]) -> Vec<usize> {
        match self {
            Self::Letter(i, heading) => keys.get(*i).filter(|k| heading.as_ref().is_none_or(|h| h == *k)).map(|_| *i).into_iter().collect(),
            Self::Heading(heading) => (0..keys.len()).filter(|i| keys[*i] == *heading).collect(),
            Self::Sample => Vec::new(),
        }
    }
}

impl Column {
    /// Every place, by the compared form of the headings.
    pub(super) fn all(&self, keys: &[String]) -> Vec<usize> {
        self.0.iter().map(|spot| spot.at(keys)).find(|found| !found.is_empty()).unwrap_or_default()
    }
    /// The one place; `None` when it is missing or not the only one.
    pub(super) fn one(&self, keys: &[String]) -> Option<usize> {
        match self.all(keys)[..] {
            [i] => Some(i),
            _ => None,
        }
    }
    /// Means the cleaned sample number, not a column.
    pub(super) fn is_sample(&self) -> bool {
        self.0 == [Spot::Sample]
    }
    fn only_letters(&self) -> bool {
        self.0.iter().all(|s| matches!(s, Spot::Letter(_, None)))
    }
    /// For messages.
    pub(super) fn text(&self) -> String {
        let one = |spot: &Spot| match spot {
            Spot::Letter(i, heading) => format!("@{} {}", letter(*i), heading.as_deref().unwrap_or_default()).trim_end().to_owned(),
            Spot::Heading(heading) => heading.clone(),
            Spot::Sample => "@sample".to_owned(),
        };
        self.0.iter().map(one).collect::<Vec<_>>().join(" / ")
    }
}

/// `@C` as an index.
fn letter_of(column: &str) -> Option<usize> {
    match Spot::parse(column)? {
        Spot::Letter(index, None) => Some(index),
        _ => None,
    }
}

/// The line that a complaint is about: the section or key that it names first, else the first line.
fn line_about(text: &str, detail: &str) -> usize {
    let word: String = detail.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '.').collect();
    let (section, key) = word.split_once('.').map_or((word.as_str(), None), |(s, k)| (s, Some(k)));
    let lines = || text.lines().enumerate().map(|(i, l)| (i + 1, l.trim()));
    let heads = |l: &str, name: &str| l.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']));
    let opens = |l: &str| l.trim_start_matches('[').strip_prefix(section).is_some_and(|rest| l.starts_with('[') && rest.starts_with([']', '.']));
    let start = lines().find(|(_, l)| opens(l)).map(|(n, _)| n);
    let inside = key.and_then(|k| lines().skip(start.unwrap_or(0)).find(|(_, l)| heads(l, k)).map(|(n, _)| n));
    let plain = || lines().find(|(_, l)| heads(l, section) || l.contains(&format!("\"{section}\""))).map(|(n, _)| n);
    inside.or(start).or_else(plain).unwrap_or(1)
}

fn need(holds: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(otherwise) }
}

impl Profile {
    /// Reads a profile file and checks that it makes sense.
    ///
    /// # Errors
    /// `INSTR-PROFILE` with what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::parse_named(text, "")
    }

    /// The same of a file with a name, which stands for a key that cannot be read.
    ///
    /// # Errors
    /// `INSTR-PROFILE` with the line and what is wrong with it.
    pub fn parse_named(text: &str, name: &str) -> Result<Self, Refusal> {
        let refuse = |key: &str, line: usize, detail: &str| {
            let said = if name.is_empty() { key } else { name };
            Err(Refusal::new(code::INSTR_PROFILE).with("profile", said).with("line", line).with("detail", detail).on("file"))
        };
        if text.len() > MAX_PROFILE {
            return refuse("", 1, &format!("超过 {MAX_PROFILE} 字节（more than {MAX_PROFILE} bytes）"));
        }
        // an editor may have set a mark in front
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match toml::from_str::<Self>(text) {
            Err(e) => {
                let line = e.span().map_or(1, |span| 1 + text.as_bytes().iter().take(span.start).filter(|b| **b == b'\n').count());
                refuse("", line, e.message())
            }
            Ok(profile) => match profile.check() {
                Err(detail) => refuse(&profile.key, line_about(text, detail), detail),
                Ok(()) => Ok(profile),
            },
        }
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), &'static str> {
        self.check_head()?;
        self.check_shape()?;
        self.check_unit()?;
        self.check_rows()?;
        self.check_columns()
    }

    /// The key, the header, and where the sample stands.
    fn check_head(&self) -> Result<(), &'static str> {
        let table = &self.table;
        need(
            !self.key.is_empty() && self.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "key 只用小写字母、数字和连字符（key: lower case letters, digits, hyphens）",
        )?;
        need(self.version > 0, "version 从 1 起（version begins with 1）")?;
        let ways = [!table.header.is_empty(), table.header_row.is_some(), table.width.is_some()];
        need(ways.iter().filter(|w| **w).count() == 1, "table 要写 header、header_row、width 三者之一（table: exactly one of header, header_row, width）")?;
        need(table.header.iter().all(|h| h.iter().any(|t| !heading_key(t).is_empty())), "header 里有空的列表（an empty list in header）")?;
        let samples = [self.sample.column.is_some(), self.sample.label.is_some(), self.sample.file_name];
        need(samples.iter().filter(|s| **s).count() == 1, "sample 要写 column、label、file_name 之一（sample: exactly one of column, label, file_name）")?;
        need(!self.sample.fill_down || self.sample.column.is_some(), "sample.fill_down 要有 sample.column（sample.fill_down: with sample.column）")?;
        let labels = [&self.sample.label, &self.analyte.label, &self.unit.label];
        need(labels.iter().all(|l| l.as_ref().is_none_or(|l| !label_key(l).is_empty())), "label 不能是空的（label: not empty）")?;
        need(!table.pairs || labels.iter().any(|l| l.is_some()), "pairs 要有 label（table.pairs: with a label）")?;
        Ok(())
    }

    /// What each shape of table needs.
    fn check_shape(&self) -> Result<(), &'static str> {
        let table = &self.table;
        let result = self.result.column.is_some();
        match table.shape {
            Shape::Long => need(
                (self.analyte.column.is_some() != self.analyte.label.is_some()) && result && table.title.is_none() && !table.groups,
                "long 要有 analyte.column 或 analyte.label 之一，和 result.column（long: one of analyte.column and analyte.label, and result.column）",
            )?,
            Shape::Blocks => need(
                table.title.is_some() && result && self.analyte.column.is_none() && self.analyte.label.is_none() && !table.groups,
                "blocks 要有 table.title 和 result.column（blocks: table.title and result.column）",
            )?,
            Shape::Wide => need(
                table.width.is_some() != self.analyte.columns.is_empty()
                    && self.analyte.column.is_none()
                    && self.analyte.label.is_none()
                    && table.groups == result
                    && table.groups == self.analyte.group.is_some(),
                "wide 要有表头，没有表头就写 analyte.columns；groups、analyte.group、result.column 同时写或都不写（wide: a header, or without one analyte.columns; groups, analyte.group and result.column together or not at all）",
            )?,
        }
        need(
            self.analyte.columns.is_empty() || (table.shape == Shape::Wide && table.width.is_some()),
            "analyte.columns 只用于没有表头的 wide（analyte.columns: wide without a header only）",
        )?;
        need(
            self.analyte.columns.iter().all(|(c, name)| letter_of(c).is_some_and(|i| table.width.is_some_and(|w| i < w)) && !name.trim().is_empty()),
            "analyte.columns 写作 \"@C\" = \"项目\"，列在 width 以内（analyte.columns: \"@C\" = \"item\", within width）",
        )?;
        Ok(())
    }

    /// One place for the unit, and one that the table has.
    fn check_unit(&self) -> Result<(), &'static str> {
        let table = &self.table;
        let unit = &self.unit;
        need(
            [unit.column.is_some(), unit.fixed.is_some(), unit.heading.is_some(), unit.row, !unit.beside.is_empty(), unit.label.is_some(), unit.in_value]
                .iter()
                .filter(|u| **u)
                .count()
                <= 1,
            "unit 只写 column、fixed、heading、row、beside、label、in_value 之一（unit: at most one of column, fixed, heading, row, beside, label, in_value）",
        )?;
        need(!unit.row || table.width.is_none(), "unit.row 要有表头（unit.row: with a header）")?;
        need(
            unit.beside.is_empty() || (table.shape == Shape::Wide && table.width.is_none() && !table.groups),
            "unit.beside 只用于有表头的 wide（unit.beside: wide with a header only）",
        )?;
        need(
            self.unit.heading.as_deref().is_none_or(|h| table.shape == Shape::Wide && matches!(h, "()" | "[]" | "any")),
            "unit.heading 是 \"()\"、\"[]\" 或 \"any\"，只用于 wide（unit.heading: \"()\", \"[]\" or \"any\", wide only）",
        )?;
        Ok(())
    }

    /// Replicates and the rows that are no samples.
    fn check_rows(&self) -> Result<(), &'static str> {
        let marked = self.replicate.take == Take::Marked;
        need(
            marked != self.replicate.marks.is_empty() && (!marked || self.replicate.column.is_some()),
            "replicate：marked 要有 column 和 marks（replicate: marked needs column and marks）",
        )?;
        for rule in &self.rows {
            need(
                !rule.is.is_empty() && rule.kind.is_some() != rule.skip.is_some(),
                "rows：写 is，再写 kind 或 skip 之一（rows: is, and exactly one of kind, skip）",
            )?;
            let declared = [SkipReason::Summary, SkipReason::Calibration, SkipReason::InternalStandard, SkipReason::End];
            need(
                rule.skip.is_none_or(|s| declared.contains(&s)),
                "skip 是 summary、calibration、internal_standard 或 end（skip: summary, calibration, internal_standard or end）",
            )?;
        }
        Ok(())
    }

    /// Columns that a table of this kind can name.
    fn check_columns(&self) -> Result<(), &'static str> {
        let named = self.columns();
        need(
            !named.iter().any(|c| c.0.contains(&Spot::Sample)) && self.rows.iter().all(|r| r.column.is_sample() || !r.column.0.contains(&Spot::Sample)),
            "@sample 只用于 rows，且单独使用（@sample: in rows only, alone）",
        )?;
        need(
            self.table.width.is_none() || (named.iter().all(|c| c.only_letters()) && self.rows.iter().all(|r| r.column.is_sample() || r.column.only_letters())),
            "没有表头时，列用 @ 加字母（without a header, columns go by letters）",
        )
    }

    /// The analytes of a wide table without a header: column, name.
    pub(super) fn placed(&self) -> Vec<(usize, &str)> {
        self.analyte.columns.iter().filter_map(|(c, name)| Some((letter_of(c)?, name.as_str()))).collect()
    }

    /// Every heading that the profile speaks of, in compared form.
    pub(super) fn headings(&self) -> BTreeSet<String> {
        let spots = self.columns().into_iter().chain(self.rows.iter().map(|r| &r.column)).flat_map(|c| &c.0);
        let named = spots.filter_map(|spot| match spot {
            Spot::Heading(heading) | Spot::Letter(_, Some(heading)) => Some(heading.clone()),
            _ => None,
        });
        let wide = self.table.shape == Shape::Wide;
        let analytes = self.analyte.map.keys().filter(|_| wide).map(|k| heading_key(k));
        named.chain(self.table.header.iter().flatten().map(|h| heading_key(h))).chain(analytes).collect()
    }

    /// Every column but those of the row rules.
    fn columns(&self) -> Vec<&Column> {
        let single = [
            &self.table.title,
            &self.sample.column,
            &self.analyte.column,
            &self.result.column,
            &self.result.not_detected_in,
            &self.unit.column,
            &self.replicate.column,
        ];
        single.into_iter().flatten().chain(&self.analyte.ignore).chain(self.flags.iter().map(|f| &f.column)).collect()
    }
}
