//! 事实行 the families as rows of a file, and back.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{CaseId, ClockId, PlanLineId, PointId, ReadingId, SampleId};
use shiyan_foundation::{Instant, Label, Refusal, labels, shanghai};
use shiyan_indicators::{self as indicators, BatchFact, CaseFact, Disposal, ItemFact, PlanFact, RapidFact, ServiceFact};
use uuid::Uuid;

use super::code;
use super::sheet::{Column, Kind, NONE, Opened, Sheet, Taken};

labels! {
    /// 事实族 the families of facts that are kept as columns.
    pub enum FactFamily {
        Batch = "batch", "批次", "Batches";
        Item = "item", "检验项目", "Items";
        Reading = "reading", "快检", "Rapid readings";
        CasePart = "case_part", "案件部分", "Parts of cases";
        Service = "service", "时限", "Clocks";
        Plan = "plan", "计划行", "Plan lines";
    }
}

/// 月份 the month whose facts a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileMonth {
    /// 年
    pub year: i32,
    /// 月 1 to 12.
    pub month: u32,
}

impl FileMonth {
    /// The month of a day.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }
    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 { Self { year: self.year + 1, month: 1 } } else { Self { month: self.month + 1, ..self } }
    }
    /// The month in whose file the lines of a quarter stand: its first one.
    #[must_use]
    pub fn of_quarter(year: i32, quarter: u8) -> Self {
        Self { year, month: u32::from(quarter.max(1) - 1) * 3 + 1 }
    }
    /// 批次序号 the running number of the first batch of the month: numbers say the month and the place in it, and need no counter that all months share.
    #[must_use]
    pub fn first_number(self) -> i64 {
        (i64::from(self.year) * 100 + i64::from(self.month)) * NUMBERS
    }
}

/// Numbers of batches that a month has.
pub(crate) const NUMBERS: i64 = 10_000_000;

impl std::fmt::Display for FileMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::str::FromStr for FileMonth {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        let (year, month) = s.split_once('-').ok_or(())?;
        let (year, month) = (year.parse().map_err(drop)?, month.parse().map_err(drop)?);
        let made = Self { year, month };
        if (1..=12).contains(&month) && made.to_string() == s { Ok(made) } else { Err(()) }
    }
}

impl Serialize for FileMonth {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FileMonth {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|()| serde::de::Error::custom("no month"))
    }
}

use Kind::{At, Code, Day, Flag, Key, Number, Small, Text};

/// Of the columns that are no field of the fact: `batch` is the running number by which items know their batch; `district`, `class`, `subclass`
/// and `days_to_report` repeat a part of a field, so that a query needs no function that each program spells differently.
pub(crate) const BATCH: &[Column] = &[
    Column::of("batch", Number),
    Column::of("sample_id", Key),
    Column::of("sampling_no", Text),
    Column::of("temporary_no", Flag),
    Column::of("kind", Code),
    Column::of("level", Code),
    Column::of("department", Code),
    Column::of("link", Code),
    Column::of("district", Code),
    Column::of("street", Code),
    Column::of("admin", Code),
    Column::of("class", Code),
    Column::of("subclass", Code),
    Column::of("category", Code),
    Column::of("area_kind", Code),
    Column::of("place", Code),
    Column::of("online", Flag),
    Column::of("sampled_on", Day),
    Column::maybe("received_on", Day),
    Column::maybe("issued_on", Day),
    Column::maybe("report_due_on", Day),
    Column::maybe("days_to_report", Small),
    Column::of("stage", Code),
    Column::maybe("outcome", Code),
    Column::of("recheck_pending", Flag),
    Column::of("lab", Code),
];

/// An item is looked up by its batch and its name. It repeats class and day of its batch, which cost next to nothing beside it: a report on items
/// alone joins nothing, and one that asks what became of the batch joins by number.
pub(crate) const ITEM: &[Column] = &[
    Column::of("batch", Number),
    Column::of("analyte", Code),
    Column::of("item_group", Code),
    Column::of("class", Code),
    Column::of("category", Code),
    Column::of("sampled_on", Day),
    Column::of("failing", Flag),
];

pub(crate) const READING: &[Column] = &[
    Column::of("reading_id", Key),
    Column::of("point_id", Code),
    Column::of("point", Code),
    Column::of("district", Code),
    Column::of("street", Code),
    Column::of("tested_on", Day),
    Column::of("item", Code),
    Column::of("verdict", Code),
    Column::of("valid", Flag),
    Column::maybe("confirmed", Flag),
    Column::maybe("settle_by", At),
    Column::maybe("settled_at", At),
    Column::maybe("cleared_at", At),
];

pub(crate) const CASE_PART: &[Column] = &[
    Column::of("case_id", Key),
    Column::of("case_no", Text),
    Column::of("sampling_no", Text),
    Column::of("district", Code),
    Column::of("street", Code),
    Column::of("opened_on", Day),
    Column::of("due_on", Day),
    Column::of("provisional", Flag),
    Column::maybe("closed_on", Day),
    Column::of("cancelled", Flag),
    Column::of("evidenced", Flag),
    Column::of("state", Code),
    Column::of("sealed", Code),
    Column::of("recalled", Code),
    Column::of("unit", Code),
    Column::maybe("penalty", Code),
    Column::of("fine", Code),
    Column::of("transferred", Flag),
];

pub(crate) const SERVICE: &[Column] = &[
    Column::of("clock_id", Key),
    Column::of("case_id", Key),
    Column::of("case_no", Text),
    Column::of("rule", Code),
    Column::of("district", Code),
    Column::of("street", Code),
    Column::of("started_on", Day),
    Column::of("due_on", Day),
    Column::maybe("due_at", At),
    Column::maybe("stopped_at", At),
    Column::of("cancelled", Flag),
];

/// A line of a plan with how many batches fill it; it stands in the first month of its quarter.
pub(crate) const PLAN: &[Column] = &[
    Column::of("line_id", Key),
    Column::of("year", Small),
    Column::of("quarter", Small),
    Column::of("kind", Code),
    Column::of("level", Code),
    Column::of("department", Code),
    Column::maybe("district", Code),
    Column::maybe("street", Code),
    Column::of("class", Code),
    Column::of("planned", Number),
    Column::of("taken", Number),
];

impl FactFamily {
    /// The columns of the family.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Batch => BATCH,
            Self::Item => ITEM,
            Self::Reading => READING,
            Self::CasePart => CASE_PART,
            Self::Service => SERVICE,
            Self::Plan => PLAN,
        }
    }
}

/// Days since 1970.
pub(crate) fn number_of(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - EPOCH
}
/// The day of a number.
pub(crate) fn day_of(number: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(number.checked_add(EPOCH)?)
}
/// 1970-01-01.
const EPOCH: i32 = 719_163;

fn moment(at: Instant) -> Option<i64> {
    at.timestamp_nanos_opt()
}
fn moment_of(nanos: i64) -> Instant {
    DateTime::from_timestamp_nanos(nanos).with_timezone(&shanghai())
}

/// The first six digits of a street: its district.
pub(crate) fn district_of(street: &str) -> &str {
    street.get(..6).unwrap_or(street)
}

/// 一月的事实 all facts of one month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MonthRows {
    /// 批次 sampled in it.
    pub batches: Vec<BatchFact>,
    /// 检验项目 of those batches.
    pub items: Vec<ItemFact>,
    /// 快检 tested in it.
    pub readings: Vec<RapidFact>,
    /// 案件部分 opened in it.
    pub cases: Vec<CaseFact>,
    /// 时限 begun in it.
    pub services: Vec<ServiceFact>,
    /// 计划行 of the quarter that begins in it.
    pub plan: Vec<PlanFact>,
}

pub(crate) fn put_batch(sheet: &mut Sheet, number: i64, b: &BatchFact) -> Result<(), Refusal> {
    sheet.number(Some(number));
    sheet.key(b.sample_id.0.into_bytes());
    sheet.text(&b.sampling_no);
    sheet.flag(Some(b.temporary_no));
    for text in [b.kind.code(), b.level.code(), b.department.code(), b.link.code(), district_of(&b.street), &b.street, b.admin.code()] {
        sheet.code(Some(text));
    }
    sheet.code(Some(b.category.class()));
    sheet.code(Some(b.category.0.get(1).map_or("", String::as_str)));
    sheet.code(Some(&b.category.text()));
    sheet.code(Some(b.area_kind.code()));
    sheet.code(Some(&b.place));
    sheet.flag(Some(b.online));
    sheet.day(Some(number_of(b.sampled_on)));
    for day in [b.received_on, b.issued_on, b.report_due_on] {
        sheet.day(day.map(number_of));
    }
    sheet.small(b.received_on.zip(b.issued_on).map(|(from, to)| number_of(to) - number_of(from)));
    sheet.code(Some(b.stage.code()));
    sheet.code(b.outcome.map(Label::code));
    sheet.flag(Some(b.recheck_pending));
    sheet.code(Some(&b.lab));
    sheet.end_row()
}

pub(crate) fn put_item(sheet: &mut Sheet, number: i64, sampled_on: NaiveDate, i: &ItemFact) -> Result<(), Refusal> {
    sheet.number(Some(number));
    sheet.code(Some(&i.analyte));
    sheet.code(Some(&i.group_zh));
    sheet.code(Some(i.category.class()));
    sheet.code(Some(&i.category.text()));
    sheet.day(Some(number_of(sampled_on)));
    sheet.flag(Some(i.failing));
    sheet.end_row()
}

pub(crate) fn put_reading(sheet: &mut Sheet, r: &RapidFact) -> Result<(), Refusal> {
    sheet.key(r.reading_id.0.into_bytes());
    sheet.code(Some(&r.point_id.0.to_string()));
    for text in [r.point.as_str(), district_of(&r.street), &r.street] {
        sheet.code(Some(text));
    }
    sheet.day(Some(number_of(r.tested_on)));
    sheet.code(Some(&r.item));
    sheet.code(Some(r.verdict.code()));
    sheet.flag(Some(r.valid));
    sheet.flag(r.confirmed);
    for at in [r.settle_by, r.settled_at, r.cleared_at] {
        sheet.number(at.and_then(moment));
    }
    sheet.end_row()
}

pub(crate) fn put_case(sheet: &mut Sheet, c: &CaseFact) -> Result<(), Refusal> {
    sheet.key(c.case_id.0.into_bytes());
    sheet.text(&c.case_no);
    sheet.text(&c.sampling_no);
    sheet.code(Some(district_of(&c.street)));
    sheet.code(Some(&c.street));
    sheet.day(Some(number_of(c.opened_on)));
    sheet.day(Some(number_of(c.due_on)));
    sheet.flag(Some(c.provisional));
    sheet.day(c.closed_on.map(number_of));
    sheet.flag(Some(c.cancelled));
    sheet.flag(Some(c.evidenced));
    for text in [&c.state, &c.disposal.sealed, &c.disposal.recalled, &c.disposal.unit] {
        sheet.code(Some(text));
    }
    sheet.code(c.disposal.penalty.map(Label::code));
    sheet.code(Some(&c.disposal.fine));
    sheet.flag(Some(c.disposal.transferred));
    sheet.end_row()
}

pub(crate) fn put_service(sheet: &mut Sheet, s: &ServiceFact) -> Result<(), Refusal> {
    sheet.key(s.clock_id.0.into_bytes());
    sheet.key(s.case_id.0.into_bytes());
    sheet.text(&s.case_no);
    for text in [s.rule.code(), district_of(&s.street), &s.street] {
        sheet.code(Some(text));
    }
    sheet.day(Some(number_of(s.started_on)));
    sheet.day(Some(number_of(s.due_on)));
    sheet.number(s.due_at.and_then(moment));
    sheet.number(s.stopped_at.and_then(moment));
    sheet.flag(Some(s.cancelled));
    sheet.end_row()
}

pub(crate) fn put_plan(sheet: &mut Sheet, p: &PlanFact) -> Result<(), Refusal> {
    sheet.key(p.line_id.0.into_bytes());
    sheet.small(Some(p.year));
    sheet.small(Some(i32::from(p.quarter)));
    for text in [p.kind.code(), p.level.code(), p.department.code()] {
        sheet.code(Some(text));
    }
    sheet.code(p.street.as_deref().map(district_of));
    sheet.code(p.street.as_deref());
    sheet.code(Some(&p.class));
    sheet.number(Some(i64::from(p.planned)));
    sheet.number(i64::try_from(p.taken.number()).ok());
    sheet.end_row()
}

/// What readings have in common that are alike: texts, day, flags, moments.
type Alike = ([u32; 4], Option<i32>, u8, [Option<i64>; 3]);

/// 行组 one row group of a family, taken whole, to be read row by row.
pub(crate) struct Group<'a> {
    opened: &'a Opened,
    family: FactFamily,
    columns: Vec<Taken>,
}

/// The place of a column in its family, found while the program is built.
const fn place(columns: &[Column], name: &str) -> usize {
    let mut at = 0;
    while !same(columns[at].name.as_bytes(), name.as_bytes()) {
        at += 1;
    }
    at
}
const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
macro_rules! at {
    ($family:ident, $name:literal) => {
        const { place($family, $name) }
    };
}

impl<'a> Group<'a> {
    pub fn take(opened: &'a Opened, family: FactFamily, group: usize) -> Result<Self, Refusal> {
        Self::but(opened, family, group, &[])
    }
    /// A row group without some of its columns: of these each row has nothing, an id of zeros, or the first of its labels.
    pub fn but(opened: &'a Opened, family: FactFamily, group: usize, without: &[&str]) -> Result<Self, Refusal> {
        let take = |c: &Column| if without.contains(&c.name) { Ok(Taken::Nothing) } else { opened.take(group, *c) };
        Ok(Self { opened, family, columns: family.columns().iter().map(take).collect::<Result<_, Refusal>>()? })
    }
    /// The texts of one column of a row group, and nothing else.
    pub fn only(opened: &'a Opened, family: FactFamily, name: &str, group: usize) -> Result<Vec<String>, Refusal> {
        let column = family.columns().iter().copied().find(|c| c.name == name && c.kind == Text);
        match column.map(|c| opened.take(group, c)).transpose()? {
            Some(Taken::Text(texts)) => Ok(texts),
            _ => Err(Refusal::new(code::FORMAT).with("at", opened.at().display()).with("detail", name)),
        }
    }
    fn bad(&self, at: usize, value: &str) -> Refusal {
        let name = self.family.columns().get(at).map_or("", |c| c.name);
        Refusal::new(code::FORMAT).with("at", self.opened.at().display()).with("detail", format!("{} · {name} · {value}", self.family.code()))
    }
    fn text(&self, at: usize, row: usize) -> Result<&str, Refusal> {
        match self.columns.get(at) {
            Some(Taken::Code(keys, words)) => keys.get(row).and_then(|k| words.get(*k as usize)).map(String::as_str),
            Some(Taken::Text(texts)) => texts.get(row).map(String::as_str),
            Some(Taken::Nothing) => Some(""),
            _ => None,
        }
        .ok_or_else(|| self.bad(at, ""))
    }
    fn label<L: Label>(&self, at: usize, row: usize) -> Result<L, Refusal> {
        let text = self.text(at, row)?;
        if matches!(self.columns.get(at), Some(Taken::Nothing)) {
            return Ok(L::ALL[0]);
        }
        L::ALL.iter().copied().find(|l| l.code() == text).ok_or_else(|| self.bad(at, text))
    }
    fn maybe<L: Label>(&self, at: usize, row: usize) -> Result<Option<L>, Refusal> {
        match self.columns.get(at) {
            Some(Taken::Code(keys, _)) if keys.get(row) == Some(&NONE) => Ok(None),
            _ => self.label(at, row).map(Some),
        }
    }
    fn maybe_day(&self, at: usize, row: usize) -> Result<Option<NaiveDate>, Refusal> {
        match self.columns.get(at) {
            Some(Taken::Small(_, Some(valid))) if !valid.get(row).unwrap_or(false) => Ok(None),
            Some(Taken::Small(days, _)) => days.get(row).copied().and_then(day_of).map(Some).ok_or_else(|| self.bad(at, "")),
            _ => Err(self.bad(at, "")),
        }
    }
    fn day(&self, at: usize, row: usize) -> Result<NaiveDate, Refusal> {
        self.maybe_day(at, row)?.ok_or_else(|| self.bad(at, ""))
    }
    fn maybe_number(&self, at: usize, row: usize) -> Result<Option<i64>, Refusal> {
        match self.columns.get(at) {
            Some(Taken::Number(_, Some(valid))) if !valid.get(row).unwrap_or(false) => Ok(None),
            Some(Taken::Number(all, _)) => all.get(row).copied().map(Some).ok_or_else(|| self.bad(at, "")),
            _ => Err(self.bad(at, "")),
        }
    }
    fn at(&self, at: usize, row: usize) -> Result<Option<Instant>, Refusal> {
        Ok(self.maybe_number(at, row)?.map(moment_of))
    }
    fn maybe_flag(&self, at: usize, row: usize) -> Result<Option<bool>, Refusal> {
        match self.columns.get(at) {
            Some(Taken::Flag(_, Some(valid))) if !valid.get(row).unwrap_or(false) => Ok(None),
            Some(Taken::Flag(all, _)) => all.get(row).map(Some).ok_or_else(|| self.bad(at, "")),
            Some(Taken::Nothing) => Ok(Some(false)),
            _ => Err(self.bad(at, "")),
        }
    }
    fn flag(&self, at: usize, row: usize) -> Result<bool, Refusal> {
        self.maybe_flag(at, row)?.ok_or_else(|| self.bad(at, ""))
    }
    fn key(&self, at: usize, row: usize) -> Result<Uuid, Refusal> {
        match self.columns.get(at) {
            Some(Taken::Key(all)) => all.get(row).copied().map(Uuid::from_bytes),
            // no two rows have the same
            Some(Taken::Nothing) => Some(Uuid::from_u128(row as u128)),
            _ => None,
        }
        .ok_or_else(|| self.bad(at, ""))
    }
    /// The batch in a row, with its running number.
    pub fn batch(&self, row: usize) -> Result<(i64, BatchFact), Refusal> {
        let number = self.maybe_number(at!(BATCH, "batch"), row)?.ok_or_else(|| self.bad(at!(BATCH, "batch"), ""))?;
        let fact = BatchFact {
            sample_id: SampleId(self.key(at!(BATCH, "sample_id"), row)?),
            sampling_no: self.text(at!(BATCH, "sampling_no"), row)?.to_owned(),
            temporary_no: self.flag(at!(BATCH, "temporary_no"), row)?,
            kind: self.label(at!(BATCH, "kind"), row)?,
            level: self.label(at!(BATCH, "level"), row)?,
            department: self.label(at!(BATCH, "department"), row)?,
            link: self.label(at!(BATCH, "link"), row)?,
            street: self.text(at!(BATCH, "street"), row)?.to_owned(),
            admin: self.label(at!(BATCH, "admin"), row)?,
            category: CategoryPath::parse(self.text(at!(BATCH, "category"), row)?),
            area_kind: self.label(at!(BATCH, "area_kind"), row)?,
            place: self.text(at!(BATCH, "place"), row)?.to_owned(),
            online: self.flag(at!(BATCH, "online"), row)?,
            sampled_on: self.day(at!(BATCH, "sampled_on"), row)?,
            received_on: self.maybe_day(at!(BATCH, "received_on"), row)?,
            issued_on: self.maybe_day(at!(BATCH, "issued_on"), row)?,
            report_due_on: self.maybe_day(at!(BATCH, "report_due_on"), row)?,
            stage: self.label(at!(BATCH, "stage"), row)?,
            outcome: self.maybe(at!(BATCH, "outcome"), row)?,
            recheck_pending: self.flag(at!(BATCH, "recheck_pending"), row)?,
            lab: self.text(at!(BATCH, "lab"), row)?.to_owned(),
        };
        Ok((number, fact))
    }
    /// The item in a row, of one of these samples by running number.
    pub fn item(&self, row: usize, samples: &HashMap<i64, SampleId>) -> Result<ItemFact, Refusal> {
        let number = self.maybe_number(at!(ITEM, "batch"), row)?.ok_or_else(|| self.bad(at!(ITEM, "batch"), ""))?;
        let sample_id = *samples.get(&number).ok_or_else(|| self.bad(at!(ITEM, "batch"), &number.to_string()))?;
        Ok(ItemFact {
            sample_id,
            analyte: self.text(at!(ITEM, "analyte"), row)?.to_owned(),
            group_zh: self.text(at!(ITEM, "item_group"), row)?.to_owned(),
            category: CategoryPath::parse(self.text(at!(ITEM, "category"), row)?),
            failing: self.flag(at!(ITEM, "failing"), row)?,
        })
    }
    /// 快检 that are alike in all but id, item and the day within the month, each with how many they are: the indicators look at none of these, unless
    /// the day of the figures lies in the month.
    pub fn alike(&self, rows: usize, by_day: bool) -> Result<Vec<(RapidFact, u64)>, Refusal> {
        let code = |at: usize, row: usize| match self.columns.get(at) {
            Some(Taken::Code(keys, _)) => keys.get(row).copied().unwrap_or(NONE),
            _ => NONE,
        };
        let mut first: HashMap<Alike, (usize, u64)> = HashMap::new();
        for row in 0..rows {
            let texts = [at!(READING, "point_id"), at!(READING, "point"), at!(READING, "street"), at!(READING, "verdict")].map(|at| code(at, row));
            let day = by_day.then(|| self.day(at!(READING, "tested_on"), row)).transpose()?.map(number_of);
            let flags =
                u8::from(self.flag(at!(READING, "valid"), row)?) | self.maybe_flag(at!(READING, "confirmed"), row)?.map_or(0, |yes| 2 + 2 * u8::from(yes));
            let at = |at: usize| self.maybe_number(at, row);
            let moments = [at(at!(READING, "settle_by"))?, at(at!(READING, "settled_at"))?, at(at!(READING, "cleared_at"))?];
            first.entry((texts, day, flags, moments)).or_insert((row, 0)).1 += 1;
        }
        first.into_values().map(|(row, many)| Ok((self.reading(row)?, many))).collect()
    }
    pub fn reading(&self, row: usize) -> Result<RapidFact, Refusal> {
        let point = self.text(at!(READING, "point_id"), row)?;
        Ok(RapidFact {
            reading_id: ReadingId(self.key(at!(READING, "reading_id"), row)?),
            point_id: PointId(point.parse().map_err(|_| self.bad(at!(READING, "point_id"), point))?),
            point: self.text(at!(READING, "point"), row)?.to_owned(),
            street: self.text(at!(READING, "street"), row)?.to_owned(),
            tested_on: self.day(at!(READING, "tested_on"), row)?,
            item: self.text(at!(READING, "item"), row)?.to_owned(),
            verdict: self.label(at!(READING, "verdict"), row)?,
            valid: self.flag(at!(READING, "valid"), row)?,
            confirmed: self.maybe_flag(at!(READING, "confirmed"), row)?,
            settle_by: self.at(at!(READING, "settle_by"), row)?,
            settled_at: self.at(at!(READING, "settled_at"), row)?,
            cleared_at: self.at(at!(READING, "cleared_at"), row)?,
        })
    }
    pub fn case(&self, row: usize) -> Result<CaseFact, Refusal> {
        Ok(CaseFact {
            case_id: CaseId(self.key(at!(CASE_PART, "case_id"), row)?),
            case_no: self.text(at!(CASE_PART, "case_no"), row)?.to_owned(),
            sampling_no: self.text(at!(CASE_PART, "sampling_no"), row)?.to_owned(),
            street: self.text(at!(CASE_PART, "street"), row)?.to_owned(),
            opened_on: self.day(at!(CASE_PART, "opened_on"), row)?,
            due_on: self.day(at!(CASE_PART, "due_on"), row)?,
            provisional: self.flag(at!(CASE_PART, "provisional"), row)?,
            closed_on: self.maybe_day(at!(CASE_PART, "closed_on"), row)?,
            cancelled: self.flag(at!(CASE_PART, "cancelled"), row)?,
            evidenced: self.flag(at!(CASE_PART, "evidenced"), row)?,
            state: self.text(at!(CASE_PART, "state"), row)?.to_owned(),
            disposal: Disposal {
                sealed: self.text(at!(CASE_PART, "sealed"), row)?.to_owned(),
                recalled: self.text(at!(CASE_PART, "recalled"), row)?.to_owned(),
                unit: self.text(at!(CASE_PART, "unit"), row)?.to_owned(),
                penalty: self.maybe(at!(CASE_PART, "penalty"), row)?,
                fine: self.text(at!(CASE_PART, "fine"), row)?.to_owned(),
                transferred: self.flag(at!(CASE_PART, "transferred"), row)?,
            },
        })
    }
    /// The number in a row, as what it is read as; one that does not fit is of another format.
    fn number<T: TryFrom<i64>>(&self, at: usize, row: usize) -> Result<T, Refusal> {
        let number = match self.columns.get(at) {
            Some(Taken::Small(all, _)) => all.get(row).map(|n| i64::from(*n)),
            _ => self.maybe_number(at, row)?,
        };
        number.and_then(|n| T::try_from(n).ok()).ok_or_else(|| self.bad(at, ""))
    }
    /// The line of a plan in a row.
    pub fn plan(&self, row: usize) -> Result<PlanFact, Refusal> {
        let nowhere = matches!(self.columns.get(at!(PLAN, "street")), Some(Taken::Code(keys, _)) if keys.get(row) == Some(&NONE));
        Ok(PlanFact {
            line_id: PlanLineId(self.key(at!(PLAN, "line_id"), row)?),
            year: self.number(at!(PLAN, "year"), row)?,
            kind: self.label(at!(PLAN, "kind"), row)?,
            level: self.label(at!(PLAN, "level"), row)?,
            department: self.label(at!(PLAN, "department"), row)?,
            street: if nowhere { None } else { Some(self.text(at!(PLAN, "street"), row)?.to_owned()) },
            class: self.text(at!(PLAN, "class"), row)?.to_owned(),
            quarter: self.number(at!(PLAN, "quarter"), row)?,
            planned: self.number(at!(PLAN, "planned"), row)?,
            taken: indicators::Taken::Number(self.number(at!(PLAN, "taken"), row)?),
        })
    }
    pub fn service(&self, row: usize) -> Result<ServiceFact, Refusal> {
        Ok(ServiceFact {
            clock_id: ClockId(self.key(at!(SERVICE, "clock_id"), row)?),
            case_id: CaseId(self.key(at!(SERVICE, "case_id"), row)?),
            case_no: self.text(at!(SERVICE, "case_no"), row)?.to_owned(),
            rule: self.label(at!(SERVICE, "rule"), row)?,
            street: self.text(at!(SERVICE, "street"), row)?.to_owned(),
            started_on: self.day(at!(SERVICE, "started_on"), row)?,
            due_on: self.day(at!(SERVICE, "due_on"), row)?,
            due_at: self.at(at!(SERVICE, "due_at"), row)?,
            stopped_at: self.at(at!(SERVICE, "stopped_at"), row)?,
            cancelled: self.flag(at!(SERVICE, "cancelled"), row)?,
        })
    }
}
