//! 合并 facts that are alike to every figure, folded into one with how many they are. A fold keeps what the figures of a day look at and lets go of
//! the rest, so that a million batches become some thousand cells, and what is counted over cells is exactly what is counted row by row.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use shiyan_foundation::area::AreaKind;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{ReadingId, SampleId};

use crate::facts::{BatchFact, Facts, RapidFact, end_of};

/// 批次 rows with how many stand for each; each for itself where nothing was folded.
#[derive(Debug, Clone, Copy)]
pub struct Batches<'a> {
    rows: &'a [BatchFact],
    many: Option<&'a [u64]>,
}

impl<'a> Batches<'a> {
    /// Each row for itself.
    #[must_use]
    pub fn plain(rows: &'a [BatchFact]) -> Self {
        Self { rows, many: None }
    }
    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &'a [BatchFact] {
        self.rows
    }
    /// How many stand for the row at this place.
    #[must_use]
    pub fn many(&self, at: usize) -> u64 {
        self.many.map_or(1, |many| many[at])
    }
    /// Rows with how many stand for each.
    pub fn iter(self) -> impl Iterator<Item = (&'a BatchFact, u64)> + Clone {
        self.rows.iter().enumerate().map(move |(at, b)| (b, self.many(at)))
    }
}

/// 快检 rows with how many stand for each.
#[derive(Debug, Clone, Copy)]
pub struct Readings<'a> {
    rows: &'a [RapidFact],
    many: Option<&'a [u64]>,
}

impl<'a> Readings<'a> {
    /// Each row for itself.
    #[must_use]
    pub fn plain(rows: &'a [RapidFact]) -> Self {
        Self { rows, many: None }
    }
    /// Rows with how many stand for each.
    pub fn iter(self) -> impl Iterator<Item = (&'a RapidFact, u64)> + Clone {
        self.rows.iter().enumerate().map(move |(at, r)| (r, self.many.map_or(1, |many| many[at])))
    }
}

/// What the figures of a day are counted from: each set keeps what those look at that are counted from it.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a> {
    /// 案件、送达、计划 of which there are few enough to look at each; its batches and readings are in the sets.
    pub facts: &'a Facts,
    /// 批次 without food, place and laboratory.
    pub batches: Batches<'a>,
    /// 批次 with their food.
    pub foods: Batches<'a>,
    /// 批次 with their laboratory.
    pub labs: Batches<'a>,
    /// 批次 with the kind of area and of place.
    pub places: Batches<'a>,
    /// 快检 by point.
    pub points: Readings<'a>,
    /// 快检 by item.
    pub items: Readings<'a>,
}

impl<'a> Sets<'a> {
    /// Row by row, with nothing folded.
    #[must_use]
    pub fn plain(facts: &'a Facts) -> Self {
        let (batches, readings) = (Batches::plain(&facts.batches), Readings::plain(&facts.rapid));
        Self { facts, batches, foods: batches, labs: batches, places: batches, points: readings, items: readings }
    }
}

/// 折叠日 the day for which facts were folded: what an exact day decides on it is kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldDay {
    /// 统计截止日
    pub as_of: NaiveDate,
    /// Of last year counts what had happened by this day.
    pub before: NaiveDate,
}

impl FoldDay {
    /// A day that stands for this one in every comparison of that day: the first of its month, or of the rest of the month after a limit.
    fn stand_in(self, day: NaiveDate) -> NaiveDate {
        if day > self.as_of {
            // what lies ahead is rare, and becomes the present day by day
            return day;
        }
        let first = day.with_day(1).unwrap_or(day);
        [self.before, self.as_of].into_iter().filter(|limit| *limit < day && *limit >= first).filter_map(|limit| limit.succ_opt()).max().unwrap_or(first)
    }
}

/// 保留 which of the features that are not in every set a set keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// 环节 and street only.
    Base,
    /// 食品分类
    Food,
    /// 承检机构
    Lab,
    /// 区域类型、抽样地点、网络
    Place,
}

/// The number of a batch that no other has: which one it is does not matter.
const SOME_NUMBER: &str = "·";

impl BatchFact {
    /// 合并后的一格: it stands for several, and for none of them by name.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.sample_id == SampleId(Default::default())
    }
    /// What stands for this batch and all that are like it on that day.
    #[must_use]
    pub fn folded(&self, kept: Kept, day: FoldDay) -> BatchFact {
        let issued_on = self.issued_on.map(|on| day.stand_in(on));
        // in time or not, due or not: which day it was does not matter
        let report_due_on = self.report_due_on.map(|due| match (self.issued_on, issued_on) {
            (Some(on), Some(stand_in)) if on <= day.as_of => {
                if on <= due {
                    stand_in
                } else {
                    stand_in.pred_opt().unwrap_or(stand_in)
                }
            }
            _ => day.stand_in(due),
        });
        BatchFact {
            sample_id: SampleId(Default::default()),
            sampling_no: if self.sampling_no.is_empty() { String::new() } else { SOME_NUMBER.to_owned() },
            category: if kept == Kept::Food { self.category.clone() } else { CategoryPath::parse("") },
            area_kind: if kept == Kept::Place { self.area_kind } else { AreaKind::Urban },
            place: if kept == Kept::Place { self.place.clone() } else { String::new() },
            online: kept == Kept::Place && self.online,
            lab: if kept == Kept::Lab { self.lab.clone() } else { String::new() },
            sampled_on: day.stand_in(self.sampled_on),
            received_on: None,
            issued_on,
            report_due_on,
            ..self.clone()
        }
    }
}

impl RapidFact {
    /// What stands for this reading and all that are like it on that day; `item` is kept where they are counted by item.
    #[must_use]
    pub fn folded(&self, item: bool, day: FoldDay) -> RapidFact {
        let tested_on = day.stand_in(self.tested_on);
        let end = end_of(tested_on);
        // settled, in time or not: when exactly does not matter; what still runs keeps its hour
        let settled = self.settled_at.filter(|at| at.date_naive() <= day.as_of).map(|at| (self.settle_by.is_none_or(|by| at <= by), self.settle_by.is_some()));
        let (settle_by, settled_at) = match settled {
            Some((in_time, ruled)) => (ruled.then_some(if in_time { end } else { end - chrono::TimeDelta::nanoseconds(1) }), Some(end)),
            None => (self.settle_by, self.settled_at),
        };
        RapidFact {
            reading_id: ReadingId(Default::default()),
            item: if item { self.item.clone() } else { String::new() },
            tested_on,
            settle_by,
            settled_at,
            cleared_at: None,
            ..self.clone()
        }
    }
}

/// Cells with how many stand for each, kept up to date one fact at a time.
#[derive(Debug, Clone)]
pub struct Cells<T> {
    at: HashMap<T, usize>,
    rows: Vec<T>,
    many: Vec<u64>,
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Self { at: HashMap::new(), rows: Vec::new(), many: Vec::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Cells<T> {
    /// One more fact like this.
    pub fn add(&mut self, cell: T) {
        match self.at.get(&cell) {
            Some(at) => self.many[*at] += 1,
            None => {
                self.at.insert(cell.clone(), self.rows.len());
                self.rows.push(cell);
                self.many.push(1);
            }
        }
    }
    /// One fact like this less; whether there was one. A cell for which nothing stands any more goes.
    pub fn take(&mut self, cell: &T) -> bool {
        let Some(at) = self.at.get(cell).copied() else { return false };
        self.many[at] -= 1;
        if self.many[at] == 0 {
            self.at.remove(cell);
            self.rows.swap_remove(at);
            self.many.swap_remove(at);
            if let Some(moved) = self.rows.get(at) {
                self.at.insert(moved.clone(), at);
            }
        }
        true
    }
}

impl Cells<BatchFact> {
    /// The cells as a set.
    #[must_use]
    pub fn set(&self) -> Batches<'_> {
        Batches { rows: &self.rows, many: Some(&self.many) }
    }
}

impl Cells<RapidFact> {
    /// The cells as a set.
    #[must_use]
    pub fn set(&self) -> Readings<'_> {
        Readings { rows: &self.rows, many: Some(&self.many) }
    }
}

/// 立方 all cells of a day: what the sets are made of.
#[derive(Debug, Clone)]
pub struct Cube {
    day: FoldDay,
    batches: Cells<BatchFact>,
    foods: Cells<BatchFact>,
    labs: Cells<BatchFact>,
    places: Cells<BatchFact>,
    points: Cells<RapidFact>,
    items: Cells<RapidFact>,
}

impl Cube {
    /// Nothing yet.
    #[must_use]
    pub fn new(day: FoldDay) -> Self {
        Self {
            day,
            batches: Cells::default(),
            foods: Cells::default(),
            labs: Cells::default(),
            places: Cells::default(),
            points: Cells::default(),
            items: Cells::default(),
        }
    }
    fn cells(&mut self) -> [(Kept, &mut Cells<BatchFact>); 4] {
        [(Kept::Base, &mut self.batches), (Kept::Food, &mut self.foods), (Kept::Lab, &mut self.labs), (Kept::Place, &mut self.places)]
    }
    /// One batch more; `alone` when another has its number too: then it is looked at by itself.
    pub fn add_batch(&mut self, b: &BatchFact, alone: bool) {
        let day = self.day;
        for (kept, cells) in self.cells() {
            cells.add(if alone { b.clone() } else { b.folded(kept, day) });
        }
    }
    /// One batch less, as it was added.
    pub fn take_batch(&mut self, b: &BatchFact, alone: bool) -> bool {
        let day = self.day;
        self.cells().into_iter().all(|(kept, cells)| cells.take(&if alone { b.clone() } else { b.folded(kept, day) }))
    }
    /// One reading more.
    pub fn add_reading(&mut self, r: &RapidFact) {
        self.points.add(r.folded(false, self.day));
        self.items.add(r.folded(true, self.day));
    }
    /// One reading less, as it was added.
    pub fn take_reading(&mut self, r: &RapidFact) -> bool {
        self.points.take(&r.folded(false, self.day)) && self.items.take(&r.folded(true, self.day))
    }
    /// How many cells there are.
    #[must_use]
    pub fn size(&self) -> usize {
        [&self.batches, &self.foods, &self.labs, &self.places].iter().map(|c| c.rows.len()).sum::<usize>() + self.points.rows.len() + self.items.rows.len()
    }
    /// The sets, beside the facts of which there are few.
    #[must_use]
    pub fn sets<'a>(&'a self, facts: &'a Facts) -> Sets<'a> {
        Sets {
            facts,
            batches: self.batches.set(),
            foods: self.foods.set(),
            labs: self.labs.set(),
            places: self.places.set(),
            points: self.points.set(),
            items: self.items.set(),
        }
    }
}
