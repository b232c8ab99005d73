//! 列存文件 one Parquet file: columns out, columns in. The one place that knows polars' Parquet reader and writer.
//!
//! Parquet rather than Arrow IPC, because DuckDB, polars and DataFusion all read it as it stands (DuckDB reads no IPC without an extension), and
//! because it is smaller: texts are stored once a row group in a dictionary, of which each row holds as many bits as it needs. A dictionary of its
//! own in each row group, and not one for all months, keeps each file readable by itself and lets no file break another.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Cursor, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars_arrow::array::{Array, BooleanArray, DictionaryArray, FixedSizeBinaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, DTYPE_CATEGORICAL_NEW, Field, IntegerType, TimeUnit};
use polars_arrow::record_batch::RecordBatchT;
use polars_buffer::Buffer;
use polars_parquet::parquet::read::PageMetaData;
use polars_parquet::read::{BasicDecompressor, FileMetadata, PageReader, column_iter_to_arrays, read_metadata};
use polars_parquet::write::{CompressionOptions, Encoding, FileWriter, StatisticsOptions, Version, WriteOptions, row_group_iter, to_parquet_schema};
use sha2::{Digest, Sha256};
use shiyan_foundation::Refusal;

use super::code;

/// Rows of one row group: what one thread takes at a time, here and in the programs of others.
pub const GROUP: usize = 1 << 18;
/// No page of ours is larger; a file that says otherwise is none of ours.
const MAX_PAGE: usize = 1 << 30;
/// What stands for nothing among codes.
pub const NONE: u32 = u32::MAX;

/// 列类型 what a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text out of few: coded by a dictionary.
    Code,
    /// A text of its own in each row.
    Text,
    /// 日 days since 1970-01-01.
    Day,
    /// 时刻 nanoseconds since 1970 in UTC.
    At,
    /// A running number.
    Number,
    /// A small number.
    Small,
    /// Yes or no.
    Flag,
    /// Sixteen bytes of an id.
    Key,
}

/// 列 one column of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name, as SQL says it.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a row may lack it.
    pub optional: bool,
}

impl Column {
    /// One that every row has.
    #[must_use]
    pub const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, optional: false }
    }
    /// One that a row may lack.
    #[must_use]
    pub const fn maybe(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, optional: true }
    }
    fn dtype(self) -> ArrowDataType {
        match self.kind {
            Kind::Code => ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false),
            Kind::Text => ArrowDataType::Utf8View,
            Kind::Day => ArrowDataType::Date32,
            Kind::At => ArrowDataType::Timestamp(TimeUnit::Nanosecond, None),
            Kind::Number => ArrowDataType::Int64,
            Kind::Small => ArrowDataType::Int32,
            Kind::Flag => ArrowDataType::Boolean,
            Kind::Key => ArrowDataType::FixedSizeBinary(16),
        }
    }
    fn field(self) -> Field {
        let field = Field::new(self.name.into(), self.dtype(), self.optional);
        // says to the reader that the dictionary is complete, so that it hands out the codes as they are
        if self.kind == Kind::Code { Field { metadata: Some(Arc::new([(DTYPE_CATEGORICAL_NEW.into(), "".into())].into())), ..field } } else { field }
    }
    fn encoding(self) -> Encoding {
        match self.kind {
            Kind::Code | Kind::Day | Kind::Small => Encoding::RleDictionary,
            Kind::Number | Kind::At => Encoding::DeltaBinaryPacked,
            Kind::Text | Kind::Flag | Kind::Key => Encoding::Plain,
        }
    }
}

/// 压缩 how pages are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// Zstandard at its usual level.
    #[default]
    Zstd,
}

fn options(packing: Packing) -> WriteOptions {
    WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: match packing {
            Packing::Plain => CompressionOptions::Uncompressed,
            Packing::Zstd => CompressionOptions::Zstd(None),
        },
        data_page_size: None,
    }
}

/// 词典 texts with their codes.
#[derive(Debug, Clone, Default)]
pub struct Words {
    words: Vec<String>,
    at: HashMap<String, u32>,
}

impl Words {
    /// The code of a text, a new one if it has none yet.
    pub fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.at.get(text) {
            return *code;
        }
        let code = self.words.len() as u32;
        self.words.push(text.to_owned());
        self.at.insert(text.to_owned(), code);
        code
    }
    /// The text of a code; empty for none.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.words.get(code as usize).map_or("", String::as_str)
    }
    /// All texts by code.
    #[must_use]
    pub fn all(&self) -> &[String] {
        &self.words
    }
}

#[derive(Debug)]
enum Values {
    Code(Vec<u32>, Words),
    Text(Vec<String>),
    Day(Vec<i32>),
    At(Vec<i64>),
    Number(Vec<i64>),
    Small(Vec<i32>),
    Flag(Vec<bool>),
    Key(Vec<[u8; 16]>),
}

#[derive(Debug)]
struct Growing {
    column: Column,
    values: Values,
    /// Which rows have it; of a column that none may lack, empty.
    there: Vec<bool>,
}

impl Growing {
    fn new(column: Column) -> Self {
        let values = match column.kind {
            Kind::Code => Values::Code(Vec::new(), Words::default()),
            Kind::Text => Values::Text(Vec::new()),
            Kind::Day => Values::Day(Vec::new()),
            Kind::At => Values::At(Vec::new()),
            Kind::Number => Values::Number(Vec::new()),
            Kind::Small => Values::Small(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
            Kind::Key => Values::Key(Vec::new()),
        };
        Self { column, values, there: Vec::new() }
    }
    fn len(&self) -> usize {
        match &self.values {
            Values::Code(v, _) => v.len(),
            Values::Text(v) => v.len(),
            Values::Day(v) | Values::Small(v) => v.len(),
            Values::At(v) | Values::Number(v) => v.len(),
            Values::Flag(v) => v.len(),
            Values::Key(v) => v.len(),
        }
    }
    fn there(&mut self, yes: bool) {
        if self.column.optional {
            self.there.push(yes);
        }
    }
    /// The rows as an array, and nothing is left; the dictionary of a text stays for the next group.
    fn take(&mut self) -> Box<dyn Array> {
        let there = std::mem::take(&mut self.there);
        let valid = if there.iter().all(|t| *t) { None } else { Some(Bitmap::from(there.as_slice())) };
        let dtype = self.column.dtype();
        match &mut self.values {
            Values::Code(codes, words) => {
                let codes = std::mem::take(codes);
                // a group holds only the texts that occur in it, in the order in which they do
                let mut place = vec![NONE; words.words.len()];
                let mut used: Vec<&str> = Vec::new();
                let keys: Vec<u32> = codes
                    .iter()
                    .map(|code| {
                        let Some(place) = place.get_mut(*code as usize) else { return 0 };
                        if *place == NONE {
                            *place = used.len() as u32;
                            used.push(&words.words[*code as usize]);
                        }
                        *place
                    })
                    .collect();
                if used.is_empty() {
                    used.push("");
                }
                let keys = PrimitiveArray::new(ArrowDataType::UInt32, keys.into(), valid);
                let texts = Utf8ViewArray::from_slice_values(used);
                match DictionaryArray::try_new(dtype, keys, Box::new(texts)) {
                    Ok(array) => Box::new(array),
                    // each key was made from a place in the list just above
                    Err(_) => Box::new(DictionaryArray::<u32>::new_empty(self.column.dtype())),
                }
            }
            Values::Text(v) => Box::new(Utf8ViewArray::from_slice_values(std::mem::take(v)).with_validity(valid)),
            Values::Day(v) | Values::Small(v) => Box::new(PrimitiveArray::new(dtype, std::mem::take(v).into(), valid)),
            Values::At(v) | Values::Number(v) => Box::new(PrimitiveArray::new(dtype, std::mem::take(v).into(), valid)),
            Values::Flag(v) => Box::new(BooleanArray::new(dtype, Bitmap::from(std::mem::take(v).as_slice()), valid)),
            Values::Key(v) => Box::new(FixedSizeBinaryArray::new(dtype, std::mem::take(v).concat().into(), valid)),
        }
    }
}

/// Writes on, and keeps the hash and the number of what went by.
#[derive(Debug)]
struct Hashed {
    file: io::BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.file.write(buf)?;
        self.hash.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// 一个文件 what became of a file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Length.
    pub bytes: u64,
    /// Hash of its bytes.
    pub sha256: String,
}

/// 写表 a file being written, row by row: each column in the order of the family, then [`Sheet::end_row`].
pub struct Sheet {
    at: PathBuf,
    part: PathBuf,
    columns: Vec<Growing>,
    next: usize,
    rows: u64,
    packing: Packing,
    schema: Arc<ArrowSchema>,
    writer: FileWriter<Hashed>,
}

impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("at", &self.at).field("rows", &self.rows).finish_non_exhaustive()
    }
}

fn refused(at: &Path, why: impl ToString) -> Refusal {
    Refusal::new(code::WRITE).with("at", at.display()).with("detail", why)
}

impl Sheet {
    /// Begins a file beside its place; it is there when [`Sheet::finish`] says so, and not before.
    ///
    /// # Errors
    /// `FACTS-WRITE` when the directory cannot be written.
    pub fn begin(at: &Path, columns: &[Column], packing: Packing) -> Result<Self, Refusal> {
        let part = at.with_extension("part");
        if let Some(dir) = at.parent() {
            fs::create_dir_all(dir).map_err(|e| refused(at, e))?;
        }
        let file = File::create(&part).map_err(|e| refused(at, e))?;
        let hashed = Hashed { file: io::BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
        let schema: ArrowSchema = columns.iter().map(|c| c.field()).collect();
        let writer = FileWriter::try_new(hashed, schema.clone(), options(packing)).map_err(|e| refused(at, e))?;
        Ok(Self {
            at: at.to_owned(),
            part,
            columns: columns.iter().copied().map(Growing::new).collect(),
            next: 0,
            rows: 0,
            packing,
            schema: Arc::new(schema),
            writer,
        })
    }
    fn column(&mut self) -> &mut Growing {
        self.next += 1;
        &mut self.columns[self.next - 1]
    }
    /// A text of few.
    pub fn code(&mut self, text: Option<&str>) {
        let column = self.column();
        column.there(text.is_some());
        if let Values::Code(codes, words) = &mut column.values {
            let code = text.map_or(NONE, |t| words.code(t));
            codes.push(code);
        }
    }
    /// A text of few by the code that [`Sheet::words`] gave it.
    pub fn coded(&mut self, code: u32) {
        let column = self.column();
        column.there(code != NONE);
        if let Values::Code(codes, _) = &mut column.values {
            codes.push(code);
        }
    }
    /// The dictionary of a column, to be filled before the first row.
    pub fn words(&mut self, name: &str) -> Option<&mut Words> {
        self.columns.iter_mut().find(|c| c.column.name == name).and_then(|c| if let Values::Code(_, words) = &mut c.values { Some(words) } else { None })
    }
    /// A text of its own.
    pub fn text(&mut self, text: &str) {
        let column = self.column();
        column.there(true);
        if let Values::Text(v) = &mut column.values {
            v.push(text.to_owned());
        }
    }
    /// A day, by its number.
    pub fn day(&mut self, day: Option<i32>) {
        let column = self.column();
        column.there(day.is_some());
        if let Values::Day(v) | Values::Small(v) = &mut column.values {
            v.push(day.unwrap_or(0));
        }
    }
    /// A small number.
    pub fn small(&mut self, n: Option<i32>) {
        self.day(n);
    }
    /// A moment, or a running number.
    pub fn number(&mut self, n: Option<i64>) {
        let column = self.column();
        column.there(n.is_some());
        if let Values::At(v) | Values::Number(v) = &mut column.values {
            v.push(n.unwrap_or(0));
        }
    }
    /// Yes or no.
    pub fn flag(&mut self, yes: Option<bool>) {
        let column = self.column();
        column.there(yes.is_some());
        if let Values::Flag(v) = &mut column.values {
            v.push(yes.unwrap_or(false));
        }
    }
    /// An id.
    pub fn key(&mut self, key: [u8; 16]) {
        let column = self.column();
        column.there(true);
        if let Values::Key(v) = &mut column.values {
            v.push(key);
        }
    }
    /// 行终 the row is complete.
    ///
    /// # Errors
    /// `FACTS-WRITE` when a full row group cannot be written, or the row was not what the family says.
    pub fn end_row(&mut self) -> Result<(), Refusal> {
        self.rows += 1;
        let whole = self.next == self.columns.len();
        self.next = 0;
        if !whole {
            return Err(refused(&self.at, "a row without all its columns"));
        }
        if self.rows.is_multiple_of(GROUP as u64) { self.group() } else { Ok(()) }
    }
    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }
    fn group(&mut self) -> Result<(), Refusal> {
        let rows = self.columns.first().map_or(0, Growing::len);
        if rows == 0 {
            return Ok(());
        }
        if self.columns.iter().any(|c| c.len() != rows) {
            return Err(refused(&self.at, "a value of another kind than its column"));
        }
        let arrays: Vec<Box<dyn Array>> = self.columns.iter_mut().map(Growing::take).collect();
        let chunk = RecordBatchT::try_new(rows, Arc::clone(&self.schema), arrays).map_err(|e| refused(&self.at, e))?;
        let encodings: Vec<Vec<Encoding>> = self.columns.iter().map(|c| vec![c.column.encoding()]).collect();
        let fields = to_parquet_schema(&self.schema).map_err(|e| refused(&self.at, e))?.fields().to_vec();
        let group = row_group_iter(chunk, encodings.into(), fields, options(self.packing));
        self.writer.write(rows as u64, group).map_err(|e| refused(&self.at, e))
    }
    /// 写完 what is left, the footer, and onto the disk; only then does the file take its name.
    ///
    /// # Errors
    /// `FACTS-WRITE` when the disk does not take it.
    pub fn finish(mut self) -> Result<Written, Refusal> {
        self.group()?;
        // no Arrow schema beside Parquet's own: what others read is what every program reads
        self.writer.end(Some(Vec::new())).map_err(|e| refused(&self.at, e))?;
        let hashed = self.writer.into_inner();
        let file = hashed.file.into_inner().map_err(|e| refused(&self.at, e.error()))?;
        file.sync_all().map_err(|e| refused(&self.at, e))?;
        fs::rename(&self.part, &self.at).map_err(|e| refused(&self.at, e))?;
        sync_dir(&self.at)?;
        Ok(Written { rows: self.rows, bytes: hashed.bytes, sha256: hex::encode(hashed.hash.finalize()) })
    }
}

/// The new name of a file, onto the disk.
pub(super) fn sync_dir(at: &Path) -> Result<(), Refusal> {
    at.parent().map_or(Ok(()), |dir| File::open(dir).and_then(|d| d.sync_all())).map_err(|e| refused(at, e))
}

/// 读表 a file being read, column by column of a row group; threads share it.
#[derive(Debug)]
pub struct Opened {
    at: PathBuf,
    file: File,
    meta: FileMetadata,
}

/// 取出的列 the values of one column in one row group.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    /// Codes with their texts, [`NONE`] for none.
    Code(Vec<u32>, Vec<String>),
    /// Texts.
    Text(Vec<String>),
    /// Days or small numbers.
    Small(Vec<i32>, Option<Bitmap>),
    /// Moments or numbers.
    Number(Vec<i64>, Option<Bitmap>),
    /// Flags.
    Flag(Bitmap, Option<Bitmap>),
    /// Ids.
    Key(Vec<[u8; 16]>),
    /// It was not asked for.
    Nothing,
}

impl Opened {
    /// Opens a file and reads what it says of itself.
    ///
    /// # Errors
    /// `FACTS-MISSING`, `FACTS-READ`, or `FACTS-TORN` when it does not end as such a file does.
    pub fn open(at: &Path) -> Result<Self, Refusal> {
        let mut file = File::open(at)
            .map_err(|e| if e.kind() == io::ErrorKind::NotFound { Refusal::new(code::MISSING).with("at", at.display()) } else { Self::unread(at, e) })?;
        let meta = read_metadata(&mut file).map_err(|e| torn(at, e.to_string(), e.to_string()))?;
        Ok(Self { at: at.to_owned(), file, meta })
    }
    fn unread(at: &Path, why: impl ToString) -> Refusal {
        Refusal::new(code::READ).with("at", at.display()).with("detail", why)
    }
    /// Where it is.
    #[must_use]
    pub fn at(&self) -> &Path {
        &self.at
    }
    /// Rows of each row group.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = usize> {
        self.meta.row_groups.iter().map(|g| g.num_rows())
    }
    /// One column of one row group.
    ///
    /// # Errors
    /// `FACTS-FORMAT` when the file has no such column, `FACTS-TORN` when it cannot be unpacked.
    pub fn take(&self, group: usize, column: Column) -> Result<Taken, Refusal> {
        let no_column = || Refusal::new(code::FORMAT).with("at", self.at.display()).with("detail", column.name);
        let chunk = self.meta.row_groups.get(group).and_then(|g| g.columns_under_root_iter(column.name)?.next()).ok_or_else(no_column)?;
        let range = chunk.byte_range();
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let bad = |why: String| torn(&self.at, why.clone(), why);
        if length > MAX_PAGE || chunk.num_values() < 0 {
            return Err(bad(format!("{length}")));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, range.start).map_err(|e| bad(e.to_string()))?;
        let pages = PageReader::new_with_page_meta(Cursor::new(Buffer::from_vec(bytes)), PageMetaData::from(chunk), Vec::new(), MAX_PAGE);
        let pages = BasicDecompressor::new(pages, Vec::new());
        let kind = &chunk.descriptor().descriptor.primitive_type;
        let (arrays, _) = column_iter_to_arrays(vec![pages], vec![kind], column.field(), None).map_err(|e| bad(e.to_string()))?;
        let [array] = arrays.as_slice() else { return Err(bad(format!("{} arrays", arrays.len()))) };
        taken(array.as_ref(), column).ok_or_else(no_column)
    }
}

/// 缺损 what cannot be read as it was written.
pub(super) fn torn(at: &Path, zh: impl ToString, en: impl ToString) -> Refusal {
    Refusal::new(code::TORN).with("at", at.display()).with("detail", zh).with("detail_en", en)
}

fn taken(array: &dyn Array, column: Column) -> Option<Taken> {
    let any = array.as_any();
    let valid = array.validity().filter(|v| v.unset_bits() > 0).cloned();
    Some(match column.kind {
        Kind::Code => {
            let array = any.downcast_ref::<DictionaryArray<u32>>()?;
            let words = array.values().as_any().downcast_ref::<Utf8ViewArray>()?.values_iter().map(str::to_owned).collect();
            let mut keys: Vec<u32> = array.keys().values().as_slice().to_vec();
            if let Some(valid) = &valid {
                keys.iter_mut().zip(valid.iter()).filter(|(_, there)| !there).for_each(|(key, _)| *key = NONE);
            }
            Taken::Code(keys, words)
        }
        Kind::Text => Taken::Text(any.downcast_ref::<Utf8ViewArray>()?.values_iter().map(str::to_owned).collect()),
        Kind::Day | Kind::Small => Taken::Small(any.downcast_ref::<PrimitiveArray<i32>>()?.values().as_slice().to_vec(), valid),
        Kind::At | Kind::Number => Taken::Number(any.downcast_ref::<PrimitiveArray<i64>>()?.values().as_slice().to_vec(), valid),
        Kind::Flag => Taken::Flag(any.downcast_ref::<BooleanArray>()?.values().clone(), valid),
        Kind::Key => Taken::Key(any.downcast_ref::<FixedSizeBinaryArray>()?.values_iter().filter_map(|k| k.try_into().ok()).collect()),
    })
}
