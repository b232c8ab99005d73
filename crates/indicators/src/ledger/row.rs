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
    pub(crate) point_id: PointId,
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
            point_id: r.point_id,
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
        let (point, point_id, item) = if item { (NONE, PointId(Default::default()), self.item) } else { (self.point, self.point_id, NONE) };
        Self { point, point_id, item, tested_on, settle_by, settled_at, ..*self }
    }
    pub(crate) fn fact(&self, reading_id: ReadingId, names: &Names) -> RapidFact {
        RapidFact {
            reading_id,
            point_id: self.point_id,
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
