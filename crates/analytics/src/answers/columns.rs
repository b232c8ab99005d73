//! 密列 columns of codes in memory, filled from the files when a question needs them, scanned by as many threads as there are processors.
//!
//! Our own dense scans rather than polars' engine: over columns of one- and two-byte codes a count is an array indexed by the code, which no hash
//! table comes near, and the program needs neither polars' lazy engine (minutes of building) nor its kernels at a high level of optimisation.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use polars_arrow::bitmap::Bitmap;
use shiyan_foundation::{Label, Refusal};

use crate::files::sheet::{Column, Kind, NONE, Opened, Taken, Words};
use crate::files::{FactFamily, FileMonth, Manifest, Trust, code, number_of, open};
use crate::work::{each, locked};

/// One column of one row group.
#[derive(Debug)]
pub(super) enum Dense {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
}

/// One row group.
#[derive(Debug)]
pub(super) struct Part {
    pub month: FileMonth,
    file: usize,
    group: usize,
    pub rows: usize,
    columns: Vec<OnceLock<Dense>>,
}

/// A column of the table by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At(usize);

static NO_BYTES: [u8; 0] = [];
static NO_SHORTS: [u16; 0] = [];
static NO_WORDS: [u32; 0] = [];
static NO_NUMBERS: [i32; 0] = [];

impl Part {
    pub fn u8(&self, at: At) -> &[u8] {
        if let Some(Dense::U8(v)) = self.columns[at.0].get() { v } else { &NO_BYTES }
    }
    pub fn u16(&self, at: At) -> &[u16] {
        if let Some(Dense::U16(v)) = self.columns[at.0].get() { v } else { &NO_SHORTS }
    }
    pub fn u32(&self, at: At) -> &[u32] {
        if let Some(Dense::U32(v)) = self.columns[at.0].get() { v } else { &NO_WORDS }
    }
    pub fn i32(&self, at: At) -> &[i32] {
        if let Some(Dense::I32(v)) = self.columns[at.0].get() { v } else { &NO_NUMBERS }
    }
}

/// One family over all its months.
#[derive(Debug)]
pub(super) struct Table {
    family: FactFamily,
    files: Vec<Opened>,
    pub parts: Vec<Part>,
    words: Vec<Mutex<Words>>,
}

/// Day 0 of a day in two bytes; a day that is lacking is 0, so that days begin with 1.
const FIRST_DAY: i32 = 10_957;

/// A day as columns hold it.
pub(super) fn short(day: chrono::NaiveDate) -> u16 {
    u16::try_from(number_of(day) - FIRST_DAY + 1).unwrap_or(u16::MAX)
}

/// How wide the codes of a column are.
fn width(column: Column) -> u32 {
    match column.name {
        "kind" | "level" | "department" | "link" | "stage" | "outcome" | "verdict" | "rule" | "item_group" => 1,
        "street" | "point" | "point_id" => 4,
        _ => 2,
    }
}

impl Table {
    pub fn open(dir: &Path, manifest: &Manifest, family: FactFamily) -> Result<Self, Refusal> {
        manifest.check_family(dir, family, Trust::Length)?;
        let (mut files, mut parts) = (Vec::new(), Vec::new());
        for (month, entry) in manifest.entries(family) {
            let opened = open(dir, entry)?;
            let columns = || family.columns().iter().map(|_| OnceLock::new()).collect();
            parts.extend(opened.groups().enumerate().map(|(group, rows)| Part { month, file: files.len(), group, rows, columns: columns() }));
            files.push(opened);
        }
        let words = family.columns().iter().map(|_| Mutex::default()).collect();
        Ok(Self { family, files, parts, words })
    }
    /// The columns by their names, all of them in memory.
    pub fn need<const N: usize>(&self, names: [&str; N]) -> Result<[At; N], Refusal> {
        let all = self.family.columns();
        let mut found = [At(0); N];
        for (at, name) in found.iter_mut().zip(names) {
            let place = all.iter().position(|c| c.name == name);
            *at = At(place.ok_or_else(|| Refusal::new(code::FORMAT).with("at", self.family.code()).with("detail", name))?);
        }
        let missing: Vec<(&Part, At)> =
            self.parts.iter().flat_map(|p| found.iter().map(move |at| (p, *at))).filter(|(p, at)| p.columns[at.0].get().is_none()).collect();
        if !missing.is_empty() {
            let failed = Mutex::new(None);
            each(
                missing.len(),
                || (),
                |(), n| {
                    let (part, at) = missing[n];
                    match self.fill(part, all[at.0], at) {
                        // another question may have filled it meanwhile: with the same
                        Ok(dense) => drop(part.columns[at.0].set(dense)),
                        Err(refusal) => *locked(&failed) = Some(refusal),
                    }
                },
            );
            if let Some(refusal) = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
                return Err(refusal);
            }
        }
        Ok(found)
    }
    fn fill(&self, part: &Part, column: Column, at: At) -> Result<Dense, Refusal> {
        let file = &self.files[part.file];
        let bad = |detail: &str| Refusal::new(code::FORMAT).with("at", file.at().display()).with("detail", format!("{} {detail}", column.name));
        match file.take(part.group, column)? {
            Taken::Code(keys, texts) => {
                let map: Vec<u32> = {
                    let mut words = locked(&self.words[at.0]);
                    // what is lacking has a code as well: that of no text
                    let none = if column.optional { words.code("") } else { 0 };
                    texts.iter().map(|t| words.code(t)).chain([none]).collect()
                };
                let last = map.len() - 1;
                let code = |key: u32| if key == NONE { map[last] } else { map[key as usize] };
                let large = |_| Refusal::new(code::TOO_LARGE).with("what", column.name);
                let most = map.iter().copied().max().unwrap_or(0);
                match width(column) {
                    1 => u8::try_from(most).map(|_| Dense::U8(keys.iter().map(|k| code(*k) as u8).collect())).map_err(large),
                    2 => u16::try_from(most).map(|_| Dense::U16(keys.iter().map(|k| code(*k) as u16).collect())).map_err(large),
                    _ => Ok(Dense::U32(keys.iter().map(|k| code(*k)).collect())),
                }
            }
            Taken::Small(days, valid) if column.kind == Kind::Day => {
                let mut shorts = Vec::with_capacity(days.len());
                for day in &days {
                    let short = u16::try_from(day.wrapping_sub(FIRST_DAY - 1)).ok().filter(|d| *d > 0);
                    // the value of a day that is lacking is whatever the decoder left there
                    shorts.push(if valid.is_some() { short.unwrap_or(0) } else { short.ok_or_else(|| bad("day"))? });
                }
                if let Some(valid) = valid {
                    shorts.iter_mut().zip(valid.iter()).filter(|(_, there)| !there).for_each(|(day, _)| *day = 0);
                }
                Ok(Dense::U16(shorts))
            }
            Taken::Small(mut all, valid) => {
                if let Some(valid) = valid {
                    all.iter_mut().zip(valid.iter()).filter(|(_, there)| !there).for_each(|(n, _)| *n = LACKING);
                }
                Ok(Dense::I32(all))
            }
            // a running number as the place in its month
            Taken::Number(all, _) if column.kind == Kind::Number => {
                let first = part.month.first_number();
                let place = |n: &i64| n.checked_sub(first).and_then(|p| u32::try_from(p).ok()).ok_or_else(|| bad("number"));
                all.iter().map(place).collect::<Result<_, _>>().map(Dense::U32)
            }
            // of a moment only whether there is one
            Taken::Number(all, valid) => Ok(Dense::U8(valid.map_or_else(|| vec![1; all.len()], |valid| bytes(&valid)))),
            Taken::Flag(flags, _) => Ok(Dense::U8(bytes(&flags))),
            Taken::Text(_) | Taken::Key(_) | Taken::Nothing => Err(bad("text")),
        }
    }
    /// The code of a text, one that no row has when there is none.
    pub fn code_of(&self, at: At, text: &str) -> u32 {
        let words = locked(&self.words[at.0]);
        words.all().iter().position(|w| w == text).map_or(NONE, |p| p as u32)
    }
    /// The same in one byte.
    pub fn byte_of(&self, at: At, text: &str) -> u8 {
        // no column of one byte has 256 texts: see `fill`
        u8::try_from(self.code_of(at, text)).unwrap_or(u8::MAX)
    }
    /// All texts of a column by code.
    pub fn texts(&self, at: At) -> Vec<String> {
        locked(&self.words[at.0]).all().to_vec()
    }
    /// Counts over the parts that are wanted: each thread into counters of its own, which are added up at the end.
    pub fn count(&self, size: usize, wanted: impl Fn(&Part) -> bool + Sync, scan: impl Fn(&Part, &mut [u64]) + Sync) -> Vec<u64> {
        let mut sum = vec![0; size];
        for counters in each(
            self.parts.len(),
            || vec![0_u64; size],
            |counters, n| {
                if wanted(&self.parts[n]) {
                    scan(&self.parts[n], counters);
                }
            },
        ) {
            sum.iter_mut().zip(counters).for_each(|(s, c)| *s += c);
        }
        sum
    }
}

/// One byte to each bit, eight at a time.
fn bytes(flags: &Bitmap) -> Vec<u8> {
    let (packed, offset, length) = flags.as_slice();
    let mut spread = Vec::with_capacity(packed.len() * 8);
    for byte in packed {
        spread.extend_from_slice(&std::array::from_fn::<u8, 8, _>(|bit| byte >> bit & 1));
    }
    spread.truncate(offset + length);
    spread.drain(..offset);
    spread
}

/// What stands for a small number that is lacking.
pub(super) const LACKING: i32 = i32::MIN;

/// 列存 all families of a directory.
#[derive(Debug)]
pub struct FactColumns {
    pub(super) batch: Table,
    pub(super) item: Table,
    pub(super) reading: Table,
    pub(super) case_part: Table,
    pub(super) service: Table,
    dir: PathBuf,
}

impl FactColumns {
    /// Opens the files of a directory; columns are read when a question needs them.
    ///
    /// # Errors
    /// `FACTS-NO-FILES`, `FACTS-MISSING`, `FACTS-TORN`, `FACTS-FORMAT`.
    pub fn open(dir: &Path) -> Result<Self, Refusal> {
        let manifest = Manifest::read(dir)?;
        let table = |family| Table::open(dir, &manifest, family);
        Ok(Self {
            batch: table(FactFamily::Batch)?,
            item: table(FactFamily::Item)?,
            reading: table(FactFamily::Reading)?,
            case_part: table(FactFamily::CasePart)?,
            service: table(FactFamily::Service)?,
            dir: dir.to_owned(),
        })
    }
    /// 街道 that occur in the batches.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn streets(&self) -> Result<Vec<String>, Refusal> {
        let [street] = self.batch.need(["street"])?;
        Ok(self.batch.texts(street))
    }
    /// Where the files lie.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}
