//! 仪器文件 what an instrument wrote, read by a declared profile: samples, analytes, values as text, and for every row of the
//! file what became of it. Nothing is computed here, and nothing doubtful is taken: it is marked for a person.

mod pattern;
mod profile;
mod walk;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Serialize;
use sha2::{Digest, Sha256};
use shiyan_foundation::{Label, Refusal, labels};

pub use pattern::Cleanup;
pub use profile::{
    AnalyteRule, Column, Container, Delimiter, Encoding, FileRule, FlagRule, Name, OtherRows, Profile, ReplicateRule, ResultRule, RowRule, SampleRule, Shape,
    SheetRef, TableRule, Take, UnitRule,
};

use crate::book::{self, Hidden, Row, Sheet};
use crate::code;
use crate::guard::{self, FileKind, Limits};
use crate::issue::{ColumnRef, Issue, shorten};
use crate::text::{self, TextEncoding};

/// 上限 of an instrument file: fewer rows than a published table, many more columns, short cells.
pub const LIMITS: Limits =
    Limits { bytes: 8 << 20, unpacked: 64 << 20, parts: 500, rows: 50_000, columns: 16_384, cells: 500_000, cell_chars: 1_000, text: 16 << 20 };

labels! {
    /// 样品种类 what a row of the sequence is.
    pub enum ReadingKind {
        Unknown = "unknown", "样品", "Sample";
        Blank = "blank", "空白", "Blank";
        Standard = "standard", "标准点", "Calibration standard";
        Control = "control", "质控样", "Control";
        Duplicate = "duplicate", "平行样", "Duplicate";
        Spike = "spike", "加标样", "Spike";
    }
}
labels! {
    /// 需人工的原因 why a value may not be taken as it is.
    pub enum Flag {
        Shape = "shape", "行被截断或错列", "Row cut off or shifted";
        Instrument = "instrument", "仪器有提示", "Flagged by the instrument";
        NotNumber = "not_number", "不是数值", "Not a number";
        Negative = "negative", "负值", "Below zero";
        Twice = "twice", "同一样品同一项目有几个值", "Several values for one sample and analyte";
    }
}
labels! {
    /// 略过的原因
    pub enum SkipReason {
        Preamble = "preamble", "表头之前的说明", "Above the header";
        Header = "header", "表头", "Header";
        Section = "section", "文件的其他部分", "Another part of the file";
        Units = "units", "单位行", "Row of units";
        Title = "title", "项目标题行", "Line that names the analyte";
        Summary = "summary", "汇总行（平均、标准差等）", "Summary (mean, deviation)";
        Calibration = "calibration", "校准记录", "Calibration record";
        InternalStandard = "internal_standard", "内标", "Internal standard";
        Footer = "footer", "表尾（制表人、合计、说明等）", "Footer (signatures, sum, remark)";
        End = "end", "结束标记", "End mark";
        Replicate = "replicate", "单次平行，另取有标记的行", "Single replicate; the marked row is taken";
        NoResult = "no_result", "空白或标准点，没有结果", "Blank or standard without a result";
    }
}

/// 读数 one value of one analyte for one sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstrumentReading {
    /// Row in the file.
    pub row: u32,
    /// Where the value stands; without a header the name is the letter.
    pub column: ColumnRef,
    /// 样品编号 after the declared cleanup.
    pub sample: String,
    /// 样品编号 as printed, on one line.
    pub sample_printed: String,
    /// 检验项目 as printed, on one line.
    pub analyte: String,
    /// 检验项目 after the declared cleanup.
    pub analyte_clean: String,
    /// 项目名称 of the profile's map; `None` when the map does not know it.
    pub analyte_mapped: Option<String>,
    /// The value as text: as printed without the spaces around it; a declared decimal comma is a point here.
    pub value: String,
    /// The cell, verbatim.
    pub value_printed: String,
    /// 未检出, as the profile declares it.
    pub not_detected: bool,
    /// 单位, rewritten only where the profile says so.
    pub unit: String,
    /// 单位 as printed.
    pub unit_printed: String,
    /// 样品种类
    pub kind: ReadingKind,
    /// Number of the replicate as printed; empty when there is none.
    pub replicate: String,
    /// Why a person has to look before the value is used; the issue of that row says more.
    pub flag: Option<Flag>,
}

/// 略过的行
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Row in the file.
    pub row: u32,
    /// Why.
    pub reason: SkipReason,
    /// The beginning of the row.
    pub text: String,
}

/// 没有读的工作表 a sheet of the workbook that the profile does not name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadSheet {
    /// Name.
    pub sheet: String,
    /// Rows with content.
    pub rows: u64,
}

/// 合计
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Rows with content.
    pub rows: u64,
    /// Rows without.
    pub blank: u64,
    /// Readings.
    pub readings: u64,
    /// Readings by kind.
    pub kinds: BTreeMap<ReadingKind, u64>,
    /// Different samples among the unknowns.
    pub samples: u64,
    /// Readings 未检出.
    pub not_detected: u64,
    /// Readings that need a person.
    pub flagged: u64,
    /// Result cells without content in rows that have others (wide tables).
    pub empty_cells: u64,
    /// Rows left out, each with its reason in `skipped`.
    pub skipped: u64,
}

/// What was read. Every row with content is in `readings`, in `issues` or in `skipped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstrumentFile {
    /// Key of the profile.
    pub profile: String,
    /// Its version.
    pub profile_version: u32,
    /// File name as given.
    pub file: String,
    /// SHA-256 of the file.
    pub file_hash: String,
    /// Kind by content.
    pub kind: FileKind,
    /// Encoding of a text file as recognised; `None` when it was read as Windows-1252 because the profile says so.
    pub encoding: Option<TextEncoding>,
    /// Sheet, empty for text files.
    pub sheet: String,
    /// Sheets that were not read.
    pub unread_sheets: Vec<UnreadSheet>,
    /// 读数 in the order of the file.
    pub readings: Vec<InstrumentReading>,
    /// Findings by row.
    pub issues: Vec<Issue>,
    /// Of the file rather than of a row: what is hidden, merged or not certain.
    pub notes: Vec<Issue>,
    /// Rows left out, by row.
    pub skipped: Vec<Skipped>,
    /// 合计
    pub totals: Totals,
}

/// Reads the file of an instrument by its profile, without what is hidden.
///
/// # Errors
/// As [`read_with`].
pub fn read(bytes: &[u8], file: &str, profile: &Profile) -> Result<InstrumentFile, Refusal> {
    read_with(bytes, file, profile, Hidden::LeaveOut)
}

/// Reads the file of an instrument by its profile.
///
/// # Errors
/// A `FILE-…` or `CSV-…` refusal of the file, `TABLE-HEADER` when it has no header of this profile, or `INSTR-KIND`, `INSTR-SHEET`,
/// `INSTR-WORKLIST`, `INSTR-NOTHING`, `INSTR-TOO-MUCH`; never a panic.
pub fn read_with(bytes: &[u8], file: &str, profile: &Profile, hidden: Hidden) -> Result<InstrumentFile, Refusal> {
    let (kind, encoding, sheets, book_notes) = sheets(bytes, file, profile, hidden)?;
    let at = match &profile.file.sheet {
        None => (!sheets.is_empty()).then_some(0),
        Some(_) if kind == FileKind::Text => Some(0),
        Some(SheetRef::Place(place)) => place.checked_sub(1).filter(|i| *i < sheets.len()),
        Some(SheetRef::Name(name)) => sheets.iter().position(|s| s.name.trim() == name.trim()),
    };
    let Some(at) = at else {
        let wanted = match &profile.file.sheet {
            Some(SheetRef::Name(name)) => name.clone(),
            Some(SheetRef::Place(place)) => place.to_string(),
            None => "1".to_owned(),
        };
        let names = sheets.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Refusal::new(code::INSTR_SHEET).with("file", file).with("sheet", wanted).with("names", shorten(&names)));
    };
    let used = |s: &Sheet| s.rows.iter().filter(|r| !r.is_blank()).count() as u64;
    let others = sheets.iter().enumerate().filter(|(i, _)| *i != at);
    let unread_sheets = others.map(|(_, s)| UnreadSheet { sheet: s.name.clone(), rows: used(s) }).collect();
    let sheet = &sheets[at];
    let first = sheet.rows.iter().find(|r| !r.is_blank());
    if let Some(first) = first
        && is_worklist(profile, first)
    {
        return Err(Refusal::new(code::INSTR_WORKLIST)
            .with("file", file)
            .with("profile", &profile.name.zh)
            .with("profile_en", &profile.name.en)
            .with("first", row_text(first)));
    }
    let walked = walk::walk(profile, file, sheet, kind == FileKind::Text)?;
    let totals = totals(sheet, &walked);
    let readings = walked.readings;
    Ok(InstrumentFile {
        profile: profile.key.clone(),
        profile_version: profile.version,
        file: file.to_owned(),
        file_hash: hex::encode(Sha256::digest(bytes)),
        kind,
        encoding,
        sheet: sheet.name.clone(),
        unread_sheets,
        readings,
        issues: walked.issues,
        notes: book_notes.into_iter().chain(sheet.notes.iter().cloned()).collect(),
        skipped: walked.skipped,
        totals,
    })
}

fn totals(sheet: &Sheet, walked: &walk::Walked) -> Totals {
    let readings = &walked.readings;
    let used = sheet.rows.iter().filter(|r| !r.is_blank()).count() as u64;
    let count = |of: &dyn Fn(&InstrumentReading) -> bool| readings.iter().filter(|r| of(r)).count() as u64;
    let mut kinds = BTreeMap::new();
    let mut samples: Vec<&str> = readings.iter().filter(|r| r.kind == ReadingKind::Unknown).map(|r| r.sample.as_str()).collect();
    for reading in readings {
        *kinds.entry(reading.kind).or_default() += 1;
    }
    samples.sort_unstable();
    samples.dedup();
    Totals {
        rows: used,
        blank: sheet.rows.len() as u64 - used,
        readings: readings.len() as u64,
        kinds,
        samples: samples.len() as u64,
        not_detected: count(&|r| r.not_detected),
        flagged: count(&|r| r.flag.is_some()),
        empty_cells: walked.empty_cells,
        skipped: walked.skipped.len() as u64,
    }
}

/// Kind, encoding, sheets, and what is to be said of the whole book.
type Sheets = (FileKind, Option<TextEncoding>, Vec<Sheet>, Vec<Issue>);

/// The cells of the file, within [`LIMITS`], by the delimiter and encoding of the profile.
fn sheets(bytes: &[u8], file: &str, profile: &Profile, hidden: Hidden) -> Result<Sheets, Refusal> {
    let rule = &profile.file;
    let kind = guard::check(bytes, file, &LIMITS)?;
    let fits = match rule.kind {
        Container::Any => true,
        Container::Text => kind == FileKind::Text,
        Container::Workbook => kind != FileKind::Text,
    };
    if !fits {
        let refusal = Refusal::new(code::INSTR_KIND).with("file", file).with("found", kind.zh()).with("found_en", kind.en());
        return Err(refusal
            .with("profile", &profile.name.zh)
            .with("profile_en", &profile.name.en)
            .with("wanted", rule.kind.zh())
            .with("wanted_en", rule.kind.en()));
    }
    if kind != FileKind::Text {
        let book = book::read_within(bytes, file, &LIMITS, hidden)?;
        return Ok((kind, None, book.sheets, book.notes));
    }
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let (text, encoding) = match rule.encoding {
        Encoding::Windows1252 if !marked && std::str::from_utf8(bytes).is_err() => {
            (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(), None)
        }
        _ => text::decode(bytes, file).map(|(text, found)| (text, Some(found)))?,
    };
    let separator = match rule.delimiter {
        Delimiter::Auto => text::separator(&text),
        Delimiter::Comma => ',',
        Delimiter::Semicolon => ';',
        Delimiter::Tab => '\t',
    };
    let records = text::split(&text, separator, rule.quotes, file, &LIMITS)?;
    let rows = records.into_iter().map(|(number, cells)| Row::new(number, cells)).collect();
    Ok((kind, encoding, vec![Sheet { rows, ..Sheet::default() }], Vec::new()))
}

fn is_worklist(profile: &Profile, first: &Row) -> bool {
    let patterns = &profile.table.worklist;
    !patterns.is_empty() && patterns.len() == first.cells.len() && patterns.iter().zip(&first.cells).all(|(p, cell)| pattern::fits(p, cell.trim()))
}

/// The beginning of a row, for people.
fn row_text(row: &Row) -> String {
    let filled: Vec<String> = row.cells.iter().map(|c| pattern::one_line(c)).filter(|c| !c.is_empty()).take(20).collect();
    shorten(&filled.join(" | "))
}

/// The profile files that come with the program, special ones before general ones.
const SHIPPED: [&str; 19] = [
    include_str!("../../profiles/foss-fiastar.toml"),
    include_str!("../../profiles/foss-winescan-auto.toml"),
    include_str!("../../profiles/foss-winescan-ft120.toml"),
    include_str!("../../profiles/shimadzu-gcms-qp2010.toml"),
    include_str!("../../profiles/shimadzu-gcms-tq8030.toml"),
    include_str!("../../profiles/shimadzu-icpe.toml"),
    include_str!("../../profiles/agilent-masshunter-quant.toml"),
    include_str!("../../profiles/perkinelmer-nexion.toml"),
    include_str!("../../profiles/thermo-gallery.toml"),
    include_str!("../../profiles/thermo-gallery-comma.toml"),
    include_str!("../../profiles/seal-aq2.toml"),
    include_str!("../../profiles/varian-vistapro.toml"),
    include_str!("../../profiles/ph-meter-lines.toml"),
    include_str!("../../profiles/label-pairs.toml"),
    include_str!("../../profiles/report-per-sample.toml"),
    include_str!("../../profiles/generic-long.toml"),
    include_str!("../../profiles/generic-long-with-unit.toml"),
    include_str!("../../profiles/generic-unit-row.toml"),
    include_str!("../../profiles/generic-unit-beside.toml"),
];
/// 通用二维表 comes last: many a table looks like it.
const GENERAL: &str = include_str!("../../profiles/generic-2d.toml");

/// 随程序提供的仪器格式, in the order in which they are tried. A test keeps every one of them readable.
#[must_use]
pub fn shipped() -> &'static [Profile] {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    PROFILES.get_or_init(|| SHIPPED.into_iter().chain([GENERAL]).filter_map(|text| Profile::parse(text).ok()).collect())
}

/// 来处 where a profile of the house is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// 页面 the version that is in use there.
    Page(String),
    /// 数据目录的 profiles 文件夹 the name of the file.
    Folder(String),
}

impl Origin {
    /// The version, or the file.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Page(name) | Self::Folder(name) => name,
        }
    }
}

/// 仪器格式库 the profiles of the house before those that come with the program; one of the house with the key of a shipped one stands
/// in its place, and one of the page, which was tried and activated, stands before a file of the folder.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    /// Of the house.
    own: Vec<(Origin, Profile)>,
    /// What is no profile, with the line and the reason.
    pub refused: Vec<(String, Refusal)>,
}

impl Profiles {
    /// The profiles of these files: name, bytes. A key that a file before it has is refused.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        Self::of_house(std::iter::empty(), files)
    }
    /// The profiles in use of the page (version, text) and those of these files (name, bytes). A key that one before it has is refused.
    pub fn of_house<'a>(pages: impl IntoIterator<Item = (&'a str, &'a str)>, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut out = Self::default();
        for (id, text) in pages {
            out.add(Origin::Page(id.to_owned()), Profile::parse_named(text, id));
        }
        for (name, bytes) in files {
            let read = text::decode(bytes, name).and_then(|(text, _)| Profile::parse_named(&text, name));
            out.add(Origin::Folder(name.to_owned()), read);
        }
        out
    }
    fn add(&mut self, origin: Origin, read: Result<Profile, Refusal>) {
        let name = origin.name().to_owned();
        match read {
            Ok(profile) => match self.own.iter().find(|(_, p)| p.key == profile.key) {
                Some((other, _)) => {
                    let other = other.name();
                    let detail = format!("key 与 {other} 相同（the key of {other}）");
                    let refusal = Refusal::new(code::INSTR_PROFILE).with("profile", &name).with("line", 1).with("detail", detail);
                    self.refused.push((name, refusal));
                }
                None => self.own.push((origin, profile)),
            },
            Err(why) => self.refused.push((name, why)),
        }
    }
    /// Every profile in the order in which they are tried, with the origin of those of the house.
    pub fn all(&self) -> impl Iterator<Item = (&Profile, Option<&Origin>)> {
        let own = self.own.iter().map(|(origin, p)| (p, Some(origin)));
        own.chain(shipped().iter().filter(|s| !self.own.iter().any(|(_, p)| p.key == s.key)).map(|p| (p, None)))
    }
    /// The profile with this key.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<&Profile> {
        self.all().map(|(p, _)| p).find(|p| p.key == key)
    }
    /// Keys of the profiles that find a reading in the file, those with fewer doubtful values first; see [`guess`].
    #[must_use]
    pub fn guess(&self, bytes: &[u8], file: &str) -> Vec<&str> {
        guess_among(self.all().map(|(p, _)| p), bytes, file)
    }
}

/// The text of a shipped profile, to begin one's own with.
#[must_use]
pub fn shipped_text(key: &str) -> Option<&'static str> {
    SHIPPED.into_iter().chain([GENERAL]).find(|text| Profile::parse(text).is_ok_and(|p| p.key == key))
}

/// The shipped profile with this key.
#[must_use]
pub fn by_key(key: &str) -> Option<&'static Profile> {
    shipped().iter().find(|p| p.key == key)
}

/// Keys of the shipped profiles that find a reading in the file, those with fewer doubtful values first. A proposal, never a
/// decision.
#[must_use]
pub fn guess(bytes: &[u8], file: &str) -> Vec<&'static str> {
    guess_among(shipped().iter(), bytes, file)
}

fn guess_among<'a>(profiles: impl Iterator<Item = &'a Profile>, bytes: &[u8], file: &str) -> Vec<&'a str> {
    let read = profiles.filter_map(|p| Some((read(bytes, file, p).ok()?.totals, p.key.as_str())));
    let mut fitting: Vec<(Totals, &str)> = read.filter(|(totals, _)| totals.readings > 0).collect();
    fitting.sort_by_key(|(totals, _)| totals.flagged);
    fitting.into_iter().map(|(_, key)| key).collect()
}
