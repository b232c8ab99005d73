//! 行 facts with numbers for their texts: small, and quick to compare. A row is folded by letting go of what a set does not keep.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{PointId, ReadingId, SampleId};
use shiyan_foundation::task::{Boundary, Department, Link, Outcome, TaskKind, TaskLevel};
use shiyan_foundation::{Instant, Label};

use super::names::{Name, Names};
use super::numbers::Number;
use super::rows::{PACKED, Pack};
use crate::facts::{BatchFact, BatchStage, RapidFact, RapidVerdict, end_of};
use crate::scope::KpiScope;
use crate::sets::Kept;

/// 折叠日 the day for which facts are folded: what an exact day decides on it is kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FoldDay {
    /// 统计截止日
    pub as_of: NaiveDate,
    /// Of last year counts what had happened by this day.
    pub before: NaiveDate,
}

#[derive(Clone, Copy)]
enum Span {
    Year,
    Quarter,
    Month,
}

impl FoldDay {
    /// The day and the same one a year earlier.
    #[must_use]
    pub fn of(as_of: NaiveDate) -> Self {
        Self { as_of, before: as_of.checked_sub_months(chrono::Months::new(12)).unwrap_or(as_of) }
    }
    /// A day that stands for this one in every comparison of that day: the first of its span, or of the rest of the span after a limit.
    fn stand_in(self, day: NaiveDate, span: Span) -> NaiveDate {
        if day > self.as_of {
            // what lies ahead is rare, and becomes the present day by day
            return day;
        }
        let month = match span {
            Span::Year => 1,
            Span::Quarter => day.month0() / 3 * 3 + 1,
            Span::Month => day.month(),
        };
        let first = NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        [self.before, self.as_of].into_iter().filter(|limit| *limit < day && *limit >= first).filter_map(|limit| limit.succ_opt()).max().unwrap_or(first)
    }
}

/// The number of a batch that no other has: which one it is does not matter.
const SOME_NUMBER: &str = "·";

/// 批次
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct BatchRow {
    pub(crate) street: Name,
    pub(crate) category: Name,
    place: Name,
    pub(crate) lab: Name,
    #[serde(with = "day")]
    pub(crate) sampled_on: NaiveDate,
    #[serde(with = "some_day")]
    pub(crate) issued_on: Option<NaiveDate>,
    #[serde(with = "some_day")]
    received_on: Option<NaiveDate>,
    #[serde(with = "some_day")]
    report_due_on: Option<NaiveDate>,
    kind: TaskKind,
    level: TaskLevel,
    department: Department,
    link: Link,
    admin: AdminBody,
    area_kind: AreaKind,
    stage: BatchStage,
    outcome: Option<Outcome>,
    temporary_no: bool,
    numbered: bool,
    online: bool,
    recheck_pending: bool,
}

impl BatchRow {
    pub(crate) fn of(b: &BatchFact, names: &mut Names) -> Self {
        Self {
            street: names.of(&b.street),
            category: names.category(&b.category.text()),
            place: names.of(&b.place),
            lab: names.of(&b.lab),
            sampled_on: b.sampled_on,
            issued_on: b.issued_on,
            received_on: b.received_on,
            report_due_on: b.report_due_on,
            kind: b.kind,
            level: b.level,
            department: b.department,
            link: b.link,
            admin: b.admin,
            area_kind: b.area_kind,
            stage: b.stage,
            outcome: b.outcome,
            temporary_no: b.temporary_no,
            numbered: !b.sampling_no.is_empty(),
            online: b.online,
            recheck_pending: b.recheck_pending,
        }
    }
    /// What stands for this batch and all that are like it to one set on that day.
    pub(crate) fn folded(&self, kept: Kept, day: FoldDay, sieve: &Sieve, names: &Names) -> Self {
        let span = match kept {
            Kept::Month | Kept::Time => Span::Month,
            Kept::Plan => Span::Quarter,
            _ => Span::Year,
        };
        let issued_on = self.issued_on.map(|on| day.stand_in(on, span));
        let row = Self {
            category: NONE,
            place: NONE,
            lab: NONE,
            sampled_on: day.stand_in(self.sampled_on, span),
            issued_on,
            received_on: None,
            report_due_on: None,
            link: Link::Production,
            area_kind: AreaKind::Urban,
            online: false,
            ..*self
        };
        match kept {
            Kept::Base => Self { link: self.link, report_due_on: self.due(day, issued_on), ..row },
            Kept::Food => Self { category: names.group(self.category), ..sieve.sift(row) },
            Kept::Lab => Self { lab: self.lab, ..sieve.sift(row) },
            Kept::Place => Self { area_kind: self.area_kind, place: self.place, online: self.online, ..sieve.sift(row) },
            Kept::Month => Self { category: names.group(self.category), ..sieve.sift(row) },
            Kept::Time => Self { lab: self.lab, received_on: self.as_long_before(issued_on), ..sieve.sift(row) },
            // a line of the plan is filled by what was sampled, whatever it came to
            Kept::Plan => Self {
                category: names.class(self.category),
                link: self.link,
                issued_on: None,
                outcome: None,
                recheck_pending: false,
                temporary_no: false,
                numbered: true,
                admin: AdminBody::Jinshui,
                level: TaskLevel::District,
                department: Department::Market,
                kind: if self.kind == TaskKind::RiskMonitoring { self.kind } else { TaskKind::Supervisory },
                stage: if matches!(self.stage, BatchStage::Void | BatchStage::Refused) { BatchStage::Void } else { BatchStage::Sampled },
                ..row
            },
        }
    }
    /// A day of reception that lies as many days before the day that stands for the report as it did.
    fn as_long_before(&self, stand_in: Option<NaiveDate>) -> Option<NaiveDate> {
        let days = self.issued_on?.signed_duration_since(self.received_on?);
        stand_in?.checked_sub_signed(days)
    }
    /// In time or not, due or not: which day it was does not matter.
    fn due(&self, day: FoldDay, stand_in: Option<NaiveDate>) -> Option<NaiveDate> {
        self.report_due_on.map(|due| match (self.issued_on, stand_in) {
            (Some(on), Some(stand_in)) if on <= day.as_of => {
                if on <= due {
                    stand_in
                } else {
                    stand_in.pred_opt().unwrap_or(stand_in)
                }
            }
            _ => day.stand_in(due, Span::Year),
        })
    }
    /// The fact that the row stands for.
    pub(crate) fn fact(&self, sample_id: SampleId, number: Option<&str>, names: &Names) -> BatchFact {
        let sampling_no = if self.numbered { number.unwrap_or(SOME_NUMBER) } else { "" };
        BatchFact {
            sample_id,
            sampling_no: sampling_no.to_owned(),
            temporary_no: self.temporary_no,
            kind: self.kind,
            level: self.level,
            department: self.department,
            link: self.link,
            street: names.text(self.street).to_owned(),
            admin: self.admin,
            category: CategoryPath::parse(names.text(self.category)),
            area_kind: self.area_kind,
            place: names.text(self.place).to_owned(),
            online: self.online,
            sampled_on: self.sampled_on,
            received_on: self.received_on,
            issued_on: self.issued_on,
            report_due_on: self.report_due_on,
            stage: self.stage,
            outcome: self.outcome,
            recheck_pending: self.recheck_pending,
            lab: names.text(self.lab).to_owned(),
        }
    }
}

/// 筛 whether a batch lies within a scope and, if not, why: all that the sets beside [`Kept::Base`] look at of street, body, department and level.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sieve {
    governed: bool,
    streets: Option<Vec<Name>>,
    departments: Vec<Department>,
    levels: Vec<TaskLevel>,
}

impl Sieve {
    pub(crate) fn of(sift: &Sift, names: &mut Names) -> Self {
        Self {
            governed: sift.governed,
            streets: sift.streets.as_ref().map(|set| set.iter().map(|s| names.of(s)).collect()),
            departments: sift.departments.iter().copied().collect(),
            levels: sift.levels.iter().copied().collect(),
        }
    }
    /// A row that is within for one that is within, and outside for the same first reason for one that is outside ([`crate::kpis::outside_scope`]).
    fn sift(&self, row: BatchRow) -> BatchRow {
        let within = |street: Option<Name>| BatchRow {
            admin: AdminBody::Jinshui,
            street: street.unwrap_or(NONE),
            department: self.departments.first().copied().unwrap_or(row.department),
            level: self.levels.first().copied().unwrap_or(row.level),
            ..row
        };
        let some = self.streets.as_ref().and_then(|set| set.first().copied());
        if self.governed && row.admin != AdminBody::Jinshui {
            return BatchRow { admin: row.admin, ..within(some) };
        }
        if self.streets.as_ref().is_some_and(|set| !set.contains(&row.street)) {
            return within(None);
        }
        if !self.departments.contains(&row.department) {
            return BatchRow { department: row.department, ..within(some) };
        }
        if !self.levels.contains(&row.level) {
            return BatchRow { level: row.level, ..within(some) };
        }
        within(some)
    }
}

/// 口径之筛 what of a scope decides whether a batch lies within it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sift {
    governed: bool,
    streets: Option<BTreeSet<String>>,
    departments: BTreeSet<Department>,
    levels: BTreeSet<TaskLevel>,
}

impl Sift {
    /// That of a scope.
    #[must_use]
    pub fn of(scope: &KpiScope) -> Self {
        Self {
            governed: scope.population.boundary == Boundary::Governed,
            streets: scope.streets.clone(),
            departments: scope.departments.clone(),
            levels: scope.levels.clone(),
        }
    }
    /// One that lets everything through.
    #[must_use]
    pub fn open() -> Self {
        Self { governed: false, streets: None, departments: Department::ALL.iter().copied().collect(), levels: TaskLevel::ALL.iter().copied().collect() }
    }
}

/// 快检
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct RapidRow {
    /// The text of its id: few points, and a third of the room.
    pub(crate) point_id: Name,
    point: Name,
    pub(crate) street: Name,
    item: Name,
    #[serde(with = "day")]
    pub(crate) tested_on: NaiveDate,
    verdict: RapidVerdict,
    valid: bool,
    confirmed: Option<bool>,
    settle_by: Option<Instant>,
    settled_at: Option<Instant>,
}

impl RapidRow {
    pub(crate) fn of(r: &RapidFact, names: &mut Names) -> Self {
        Self {
            point_id: names.of(&r.point_id.to_string()),
            point: names.of(&r.point),
            street: names.of(&r.street),
            item: names.of(&r.item),
            tested_on: r.tested_on,
            verdict: r.verdict,
            valid: r.valid,
            confirmed: r.confirmed,
            settle_by: r.settle_by,
            settled_at: r.settled_at,
        }
    }
    /// What stands for this reading and all that are like it on that day; `item` is kept where they are counted by item.
    pub(crate) fn folded(&self, item: bool, day: FoldDay) -> Self {
        let tested_on = day.stand_in(self.tested_on, if item { Span::Year } else { Span::Month });
        // a moment that has passed at every hour of the day
        let end = end_of(tested_on.pred_opt().unwrap_or(tested_on));
        // settled, in time or not: when exactly does not matter; what still runs keeps its hour
        let settled = self.settled_at.filter(|at| at.date_naive() <= day.as_of).map(|at| (self.settle_by.is_none_or(|by| at <= by), self.settle_by.is_some()));
        let (settle_by, settled_at) = match settled {
            Some((in_time, ruled)) => (ruled.then_some(if in_time { end } else { end - chrono::TimeDelta::nanoseconds(1) }), Some(end)),
            None => (self.settle_by, self.settled_at),
        };
        let (point, point_id, item) = if item { (NONE, NONE, self.item) } else { (self.point, self.point_id, NONE) };
        Self { point, point_id, item, tested_on, settle_by, settled_at, ..*self }
    }
    pub(crate) fn fact(&self, reading_id: ReadingId, names: &Names) -> RapidFact {
        RapidFact {
            reading_id,
            point_id: names.text(self.point_id).parse().unwrap_or(PointId(Default::default())),
            point: names.text(self.point).to_owned(),
            street: names.text(self.street).to_owned(),
            tested_on: self.tested_on,
            item: names.text(self.item).to_owned(),
            verdict: self.verdict,
            valid: self.valid,
            confirmed: self.confirmed,
            settle_by: self.settle_by,
            settled_at: self.settled_at,
            cleared_at: None,
        }
    }
}

/// 批次 with its number, as the ledger holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) row: BatchRow,
    pub(super) number: Number,
}

/// Bytes of a batch.
pub(super) const BATCH: usize = 31;
/// Bytes of a reading.
pub(super) const READING: usize = 15;

/// The day before the first that a packed row knows; two bytes reach to 2129.
const EPOCH: i32 = 711_857;
/// Half a byte that says: none of them.
const NO_LABEL: u8 = 15;
// every list of labels fits into half a byte, beside the word for none
const _: () = assert!(
    TaskKind::ALL.len() < 15
        && TaskLevel::ALL.len() < 15
        && Department::ALL.len() < 15
        && Link::ALL.len() < 15
        && AdminBody::ALL.len() < 15
        && AreaKind::ALL.len() < 15
        && BatchStage::ALL.len() < 15
        && Outcome::ALL.len() < 15
        && RapidVerdict::ALL.len() <= 4
);

/// A day as two bytes, none as 0; `None` of a day that is too far away.
fn two(day: Option<NaiveDate>) -> Option<[u8; 2]> {
    let days = match day {
        Some(day) => u16::try_from(day.num_days_from_ce() - EPOCH).ok().filter(|n| *n > 0)?,
        None => 0,
    };
    Some(days.to_le_bytes())
}
fn of_two(bytes: [u8; 2]) -> Option<NaiveDate> {
    let days = u16::from_le_bytes(bytes);
    (days > 0).then(|| NaiveDate::from_num_days_from_ce_opt(EPOCH + i32::from(days))).flatten()
}
fn labels(low: u8, high: u8) -> u8 {
    low | high << 4
}
/// The label at a place; the first one where there is none, which no row was packed with.
fn label<T: Label + Copy>(at: u8) -> T {
    T::ALL.get(usize::from(at)).copied().unwrap_or(T::ALL[0])
}

impl Pack<BATCH> for Held {
    fn pack(&self) -> Option<[u8; BATCH]> {
        let b = &self.row;
        let flags = [b.temporary_no, b.numbered, b.online, b.recheck_pending].into_iter().enumerate().fold(PACKED, |bits, (at, on)| bits | u8::from(on) << at);
        let outcome = b.outcome.map_or(NO_LABEL, |o| o as u8);
        let mut out = [0; BATCH];
        out[..5].copy_from_slice(&[
            flags,
            labels(b.kind as u8, b.level as u8),
            labels(b.department as u8, b.link as u8),
            labels(b.admin as u8, b.area_kind as u8),
            labels(b.stage as u8, outcome),
        ]);
        for (at, name) in [b.street, b.category, b.place, b.lab].into_iter().enumerate() {
            out[5 + at * 3..8 + at * 3].copy_from_slice(&name.pack()?);
        }
        for (at, day) in [Some(b.sampled_on), b.issued_on, b.received_on, b.report_due_on].into_iter().enumerate() {
            out[17 + at * 2..19 + at * 2].copy_from_slice(&two(day)?);
        }
        out[25..].copy_from_slice(&self.number.0);
        Some(out)
    }
    fn unpack(bytes: &[u8; BATCH]) -> Self {
        let [flags, kinds, ways, areas, ends, rest @ ..] = *bytes;
        let flag = |at: u8| flags >> at & 1 == 1;
        let name = |at: usize| Name::unpack([rest[at * 3], rest[at * 3 + 1], rest[at * 3 + 2]]);
        let day = |at: usize| of_two([rest[12 + at * 2], rest[13 + at * 2]]);
        let row = BatchRow {
            street: name(0),
            category: name(1),
            place: name(2),
            lab: name(3),
            sampled_on: day(0).unwrap_or_default(),
            issued_on: day(1),
            received_on: day(2),
            report_due_on: day(3),
            kind: label(kinds & 15),
            level: label(kinds >> 4),
            department: label(ways & 15),
            link: label(ways >> 4),
            admin: label(areas & 15),
            area_kind: label(areas >> 4),
            stage: label(ends & 15),
            outcome: Some(ends >> 4).filter(|at| *at != NO_LABEL).map(label),
            temporary_no: flag(0),
            numbered: flag(1),
            online: flag(2),
            recheck_pending: flag(3),
        };
        let [.., a, b, c, d, e, f] = rest;
        Self { row, number: Number([a, b, c, d, e, f]) }
    }
}

/// 掩码 what is asked of a batch that one comparison of its bytes answers; what is `None` is not asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mask {
    pub(super) kind: Option<TaskKind>,
    pub(super) level: Option<TaskLevel>,
    pub(super) link: Option<Link>,
    pub(super) outcome: Option<Outcome>,
    pub(super) street: Option<Name>,
    pub(super) lab: Option<Name>,
}

/// The sixteen bytes of labels and names behind the flags: which of their bits are asked for, and as what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits {
    asked: u128,
    wanted: u128,
}

impl Mask {
    /// `None` when a name of it cannot stand in bytes, so that every batch with it stands beside.
    pub(super) fn pack(&self) -> Option<Bits> {
        let (mut asked, mut wanted) = ([0; 16], [0; 16]);
        let mut half = |at: usize, low: bool, label: Option<u8>| {
            if let Some(label) = label {
                let shift = if low { 0 } else { 4 };
                asked[at] |= 15u8 << shift;
                wanted[at] |= label << shift;
            }
        };
        half(0, true, self.kind.map(|k| k as u8));
        half(0, false, self.level.map(|l| l as u8));
        half(1, false, self.link.map(|l| l as u8));
        half(3, false, self.outcome.map(|o| o as u8));
        for (at, name) in [(4, self.street), (13, self.lab)] {
            if let Some(name) = name {
                asked[at..at + 3].copy_from_slice(&[0xff; 3]);
                wanted[at..at + 3].copy_from_slice(&name.pack()?);
            }
        }
        Some(Bits { asked: u128::from_le_bytes(asked), wanted: u128::from_le_bytes(wanted) })
    }
    /// The same of a row.
    pub(super) fn fits(&self, row: &BatchRow) -> bool {
        self.kind.is_none_or(|k| k == row.kind)
            && self.level.is_none_or(|l| l == row.level)
            && self.link.is_none_or(|l| l == row.link)
            && self.outcome.is_none_or(|o| row.outcome == Some(o))
            && self.street.is_none_or(|s| s == row.street)
            && self.lab.is_none_or(|l| l == row.lab)
    }
}

impl Bits {
    /// Whether the bytes of a batch are as wanted.
    pub(super) fn fits(self, bytes: &[u8; BATCH]) -> bool {
        let mut sixteen = [0; 16];
        sixteen.copy_from_slice(&bytes[1..17]);
        u128::from_le_bytes(sixteen) & self.asked == self.wanted
    }
}

impl Pack<READING> for RapidRow {
    /// A positive with its moments does not fit; there are few of them.
    fn pack(&self) -> Option<[u8; READING]> {
        if self.settle_by.is_some() || self.settled_at.is_some() {
            return None;
        }
        let confirmed = self.confirmed.map_or(0, |yes| 1 + u8::from(yes));
        let mut out = [0; READING];
        out[0] = PACKED | u8::from(self.valid) | (self.verdict as u8) << 1 | confirmed << 3;
        for (at, name) in [self.point_id, self.point, self.street, self.item].into_iter().enumerate() {
            out[1 + at * 3..4 + at * 3].copy_from_slice(&name.pack()?);
        }
        out[13..].copy_from_slice(&two(Some(self.tested_on))?);
        Some(out)
    }
    fn unpack(bytes: &[u8; READING]) -> Self {
        let [flags, rest @ ..] = *bytes;
        let name = |at: usize| Name::unpack([rest[at * 3], rest[at * 3 + 1], rest[at * 3 + 2]]);
        Self {
            point_id: name(0),
            point: name(1),
            street: name(2),
            item: name(3),
            tested_on: of_two([rest[12], rest[13]]).unwrap_or_default(),
            verdict: label(flags >> 1 & 3),
            valid: flags & 1 == 1,
            confirmed: match flags >> 3 & 3 {
                0 => None,
                n => Some(n == 2),
            },
            settle_by: None,
            settled_at: None,
        }
    }
}

/// The name of nothing, which every list of names begins with.
pub(crate) const NONE: Name = Name::NOTHING;

/// A day as it is kept: a number, because there are millions of them.
mod day {
    use chrono::{Datelike, NaiveDate};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(day: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i32(day.num_days_from_ce())
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        NaiveDate::from_num_days_from_ce_opt(i32::deserialize(from)?).ok_or_else(|| D::Error::custom("no day"))
    }
}
/// A day or none; none is 0, which is the last day before the common era.
mod some_day {
    use chrono::{Datelike, NaiveDate};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(day: &Option<NaiveDate>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i32(day.map_or(0, |d| d.num_days_from_ce()))
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
        match i32::deserialize(from)? {
            0 => Ok(None),
            n => NaiveDate::from_num_days_from_ce_opt(n).map(Some).ok_or_else(|| D::Error::custom("no day")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_label<T: Label + Copy + std::fmt::Debug>() -> impl Strategy<Value = T> {
        (0..T::ALL.len()).prop_map(|at| T::ALL[at])
    }
    /// Days near and far: of two hundred years before and after, and none.
    fn any_day() -> impl Strategy<Value = NaiveDate> {
        prop_oneof![9 => 735_000i32..750_000, 1 => 640_000i32..820_000].prop_map(|n| NaiveDate::from_num_days_from_ce_opt(n).unwrap())
    }
    fn any_name() -> impl Strategy<Value = Name> {
        prop_oneof![9 => 0u32..2_000, 1 => 16_777_000u32..16_777_400].prop_map(Name::at)
    }

    prop_compose! {
        fn any_row()(
            names in [any_name(), any_name(), any_name(), any_name()], sampled_on in any_day(), days in [any_day(), any_day(), any_day()], some in any::<[bool; 8]>(),
            labels in (any_label(), any_label(), any_label(), any_label(), any_label(), any_label(), any_label()), outcome in proptest::option::of(any_label())
        ) -> BatchRow {
            let [street, category, place, lab] = names;
            let (kind, level, department, link, admin, area_kind, stage) = labels;
            let [issued_on, received_on, report_due_on] = [0, 1, 2].map(|at| some[at].then_some(days[at]));
            let [.., temporary_no, numbered, online, recheck_pending] = some;
            BatchRow {
                street, category, place, lab, sampled_on, issued_on, received_on, report_due_on, kind, level, department, link, admin, area_kind, stage, outcome,
                temporary_no, numbered, online, recheck_pending,
            }
        }
    }

    proptest! {
        #[test]
        fn a_packed_batch_is_the_same_or_is_said_not_to_fit(row in any_row(), number in any::<[u8; 6]>()) {
            let held = Held { row, number: Number(number) };
            let days = [Some(row.sampled_on), row.issued_on, row.received_on, row.report_due_on];
            let near = days.into_iter().flatten().all(|d| (1950..2129).contains(&d.year()));
            let known = [row.street, row.category, row.place, row.lab].into_iter().all(|n| n < Name::at(16_777_216));
            match held.pack() {
                Some(packed) => {
                    prop_assert!(packed[0] >= PACKED && known);
                    prop_assert_eq!(Held::unpack(&packed), held);
                }
                None => prop_assert!(!near || !known),
            }
        }
        #[test]
        fn what_is_asked_of_the_bytes_of_a_batch_is_what_is_asked_of_it(row in any_row(), of in any_row(), some in any::<[bool; 6]>()) {
            let [kind, level, link, outcome, street, lab] = some;
            let mask = Mask {
                kind: kind.then_some(of.kind),
                level: level.then_some(of.level),
                link: link.then_some(of.link),
                outcome: of.outcome.filter(|_| outcome),
                street: street.then_some(of.street),
                lab: lab.then_some(of.lab),
            };
            let held = |row| Held { row, number: Number::NONE };
            for row in [row, of] {
                if let Some((packed, bits)) = held(row).pack().zip(mask.pack()) {
                    prop_assert_eq!(bits.fits(&packed), mask.fits(&row));
                }
            }
        }
        #[test]
        fn a_packed_reading_is_the_same_or_is_said_not_to_fit(
            names in [any_name(), any_name(), any_name(), any_name()], tested_on in any_day(), verdict in any_label(), valid in any::<bool>(),
            confirmed in proptest::option::of(any::<bool>()), settled in prop_oneof![4 => Just(None), 1 => any_day().prop_map(Some)],
        ) {
            let [point_id, point, street, item] = names;
            let row = RapidRow { point_id, point, street, item, tested_on, verdict, valid, confirmed, settle_by: None, settled_at: settled.map(end_of) };
            match row.pack() {
                Some(packed) => {
                    prop_assert!(packed[0] >= PACKED && settled.is_none());
                    prop_assert_eq!(RapidRow::unpack(&packed), row);
                }
                None => prop_assert!(settled.is_some() || !(1950..2129).contains(&tested_on.year()) || names.into_iter().any(|n| n >= Name::at(16_777_216))),
            }
        }
    }
}
