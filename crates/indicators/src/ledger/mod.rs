//! 台账 the facts of the present as the figures need them, kept up to date one fact at a time, and from them the [`Sets`] of a day. What it is told is all
//! it knows: whoever tells it (the application, by the journal) says which facts changed.
//!
//! A ledger holds rows of numbers (fifty-three bytes a batch) and, for each day and scope that is asked for, a cube: the cells that stand for all facts
//! alike on that day. A fact that changes is taken out of its cells and put into others; nothing is counted anew.

mod cube;
mod kept;
mod names;
mod numbers;
mod row;
mod rows;

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{CaseId, PointId, ReadingId, SampleId};
use shiyan_foundation::task::{Link, Outcome, TaskKind, TaskLevel};

pub use kept::{Columns, KeptCells, KeptLedger};
pub use row::{FoldDay, Sift};

use crate::facts::{BatchFact, CaseFact, ItemFact, PlanFact, RapidFact, RapidPlanFact, ServiceFact};
use crate::figure::FactId;
use crate::sets::Sets;
use cube::{Cube, Marked, Told};
use names::{Name, Names};
use numbers::{Number, Numbers};
use row::{BATCH, BatchRow, Held, Mask, READING, RapidRow, Sieve};
use rows::{Pack, Rows};

/// 范围 whose facts are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whose {
    /// 全区
    All,
    /// 街道 by code.
    Streets(BTreeSet<String>),
    /// 承检机构 by name: its samples, and no readings.
    Lab(String),
    /// 快检点: its readings, and no samples.
    Point(PointId),
}

/// 所求 the facts that are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// First day of the span: sampled or reported in it, owed in it.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
    /// The day for which they are folded.
    pub day: FoldDay,
    /// 范围
    pub whose: Whose,
    /// 口径之筛 of the scope by which they are counted.
    pub sift: Sift,
}

/// 清单之筛 which batches a list holds, as far as a fact says it; what is `None` is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// 任务类别
    pub kind: Option<TaskKind>,
    /// 任务级别
    pub level: Option<TaskLevel>,
    /// 环节
    pub link: Option<Link>,
    /// 结论
    pub outcome: Option<Outcome>,
    /// 街道 by code.
    pub street: Option<String>,
    /// 承检机构 by name.
    pub lab: Option<String>,
    /// 食品分类 one of these, or what lies below one.
    pub foods: Option<Vec<String>>,
    /// First and last day of sampling.
    pub sampled: Option<(NaiveDate, NaiveDate)>,
}

/// 批次与不合格项目 what one sample comes to.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The batch.
    pub fact: BatchFact,
    /// Its failing items.
    pub failing: Vec<ItemFact>,
}

/// Cubes kept at a time: of the district, of the offices that look, and the day before while it turns.
const CUBES: usize = 8;

/// 台账
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    names: Names,
    batches: Rows<SampleId, Held, BATCH>,
    readings: Rows<ReadingId, RapidRow, READING>,
    numbers: Numbers,
    /// The numbers of those that share one (or its hash), in full.
    shared: FxHashMap<SampleId, String>,
    failing: FxHashMap<SampleId, Vec<(Name, Name)>>,
    cases: Vec<(SampleId, CaseFact)>,
    /// The place of each case in the list.
    case_at: FxHashMap<CaseId, u32>,
    services: Vec<(SampleId, ServiceFact)>,
    cubes: Vec<(Asked, Cube)>,
    /// How often cases were told.
    told_cases: u64,
    /// How often batches were told.
    told_batches: u64,
}

impl Ledger {
    /// Everything at once.
    #[must_use]
    pub fn of(batches: Vec<BatchFact>, failing: &[ItemFact], readings: &[RapidFact]) -> Self {
        let mut ledger = Self::default();
        ledger.extend(&batches, failing, readings);
        let again = ledger.settle();
        let whose: FxHashSet<SampleId> = again.into_iter().collect();
        ledger.shared.extend(batches.into_iter().filter(|b| whose.contains(&b.sample_id)).map(|b| (b.sample_id, b.sampling_no)));
        ledger
    }
    /// Room for so many batches and readings more.
    pub fn reserve(&mut self, batches: usize, readings: usize) {
        self.batches.reserve(batches);
        self.readings.reserve(readings);
    }
    /// Some of the facts that it begins with, each once; [`Ledger::settle`] ends the beginning.
    pub fn extend(&mut self, batches: &[BatchFact], failing: &[ItemFact], readings: &[RapidFact]) {
        let names = &mut self.names;
        for item in failing.iter().filter(|i| i.failing) {
            let named = (names.of(&item.analyte), names.of(&item.group_zh));
            self.failing.entry(item.sample_id).or_default().push(named);
        }
        for b in batches {
            self.batches.push(b.sample_id, Held { row: BatchRow::of(b, names), number: Number::of(b) });
        }
        for r in readings {
            self.readings.push(r.reading_id, RapidRow::of(r, names));
        }
    }
    /// The beginning is over. Answers those who share a number, whose facts have to be told again.
    pub fn settle(&mut self) -> Vec<SampleId> {
        self.batches.sort();
        self.readings.sort();
        self.numbers.begin(self.batches.len(), self.batches.iter().map(|(_, held)| held.number));
        let several: FxHashSet<Number> = self.numbers.several().into_iter().collect();
        if several.is_empty() {
            return Vec::new();
        }
        self.batches.iter().filter(|(_, held)| several.contains(&held.number)).map(|(id, _)| id).collect()
    }
    /// How much has been told since the first reading: a ledger that was told very much is better read anew.
    #[must_use]
    pub fn told(&self) -> usize {
        self.batches.later() + self.readings.later()
    }
    /// How often cases were told: as long as it is the same, what is said of them is the same.
    #[must_use]
    pub fn told_cases(&self) -> u64 {
        self.told_cases
    }
    /// How often batches were told: as long as it is the same, the plan is filled as it was.
    #[must_use]
    pub fn told_batches(&self) -> u64 {
        self.told_batches
    }
    /// Batches and readings held.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.batches.len(), self.readings.len())
    }
    /// What was asked for lately, and can be counted at once.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.cubes.iter().map(|(asked, _)| asked)
    }
    /// Cells of the cube of what was asked, to be measured.
    #[must_use]
    pub fn cells(&self, asked: &Asked) -> Option<usize> {
        self.cubes.iter().find(|(a, _)| a == asked).map(|(_, cube)| cube.size())
    }
    /// 批次 as it stands now; `None` when there is none any more. Answers those who share its number since, whose facts have to be told again: what
    /// stands alone needs its number in full.
    pub fn set_batch(&mut self, id: SampleId, now: Option<Batch>) -> Vec<SampleId> {
        self.told_batches += 1;
        self.each_cube(id, false);
        let before = self.batches.get(id).map_or(Number::NONE, |held| held.number);
        let after = now.as_ref().map_or(Number::NONE, |b| Number::of(&b.fact));
        let mut touched = Vec::new();
        if before != after {
            touched.extend(self.leave(id, before));
            if after != Number::NONE && self.numbers.change(after, 1) == 2 {
                touched.extend(self.batches.iter().filter(|(other, held)| held.number == after && *other != id).map(|(other, _)| other));
            }
        }
        self.shared.remove(&id);
        self.failing.remove(&id);
        if let Some(b) = &now {
            let items: Vec<(Name, Name)> = b.failing.iter().filter(|i| i.failing).map(|i| (self.names.of(&i.analyte), self.names.of(&i.group_zh))).collect();
            if !items.is_empty() {
                self.failing.insert(id, items);
            }
            if after != Number::NONE && self.numbers.many(after) > 1 {
                self.shared.insert(id, b.fact.sampling_no.clone());
            }
        }
        let names = &mut self.names;
        self.batches.set(id, now.map(|b| Held { row: BatchRow::of(&b.fact, names), number: after }));
        self.each_cube(id, true);
        touched
    }
    /// A number has one batch less; the one that is left alone with it is alike to others again.
    fn leave(&mut self, id: SampleId, number: Number) -> Option<SampleId> {
        if number == Number::NONE || self.numbers.change(number, -1) != 1 {
            return None;
        }
        self.shared.keys().copied().find(|other| *other != id && self.batches.get(*other).is_some_and(|held| held.number == number))
    }
    /// Puts a batch into the cubes in whose span and scope it lies, or takes it out.
    fn each_cube(&mut self, id: SampleId, put: bool) {
        let Self { names, batches, shared, failing, cubes, .. } = self;
        let Some(held) = batches.get(id) else { return };
        let told = Told { id, row: &held.row, alone: shared.get(&id).map(String::as_str), failing: failing.get(&id).map_or(&[], Vec::as_slice) };
        for (_, cube) in cubes.iter_mut().filter(|(asked, _)| Within::of(asked, names).batch(&held.row)) {
            if put { cube.add(told, names) } else { cube.take(told, names) }
        }
    }
    /// 快检 as it stands now.
    pub fn set_reading(&mut self, id: ReadingId, now: Option<&RapidFact>) {
        let Self { names, readings, cubes, .. } = self;
        if let Some(row) = readings.get(id) {
            for (_, cube) in cubes.iter_mut().filter(|(asked, _)| Within::of(asked, names).reading(&row)) {
                cube.take_reading(&row);
            }
        }
        let row = now.map(|r| RapidRow::of(r, names));
        if let Some(row) = &row {
            for (_, cube) in cubes.iter_mut().filter(|(asked, _)| Within::of(asked, names).reading(row)) {
                cube.add_reading(row, names);
            }
        }
        readings.set(id, row);
    }
    /// 案件 and its clocks as they stand now, with the sample that they are about.
    pub fn set_case(&mut self, sample: SampleId, case: CaseFact, services: Vec<ServiceFact>) {
        let id = case.case_id;
        self.told_cases += 1;
        self.services.retain(|(_, s)| s.case_id != id);
        self.services.extend(services.into_iter().map(|s| (sample, s)));
        match self.case_at.get(&id) {
            Some(at) => self.cases[*at as usize] = (sample, case),
            None => {
                self.case_at.insert(id, u32::try_from(self.cases.len()).unwrap_or(u32::MAX));
                self.cases.push((sample, case));
            }
        }
        for at in 0..self.cubes.len() {
            self.renew(at, Some(id));
        }
    }
    /// 案件、时限 all of them.
    pub fn set_cases(&mut self, cases: Vec<(SampleId, CaseFact)>, services: Vec<(SampleId, ServiceFact)>) {
        self.told_cases += 1;
        (self.cases, self.services) = (cases, services);
        self.cases.shrink_to_fit();
        self.services.shrink_to_fit();
        self.case_at = places(&self.cases);
        for at in 0..self.cubes.len() {
            self.renew(at, None);
        }
    }
    /// The cases of a cube, or one of them, as the ledger has them.
    fn renew(&mut self, at: usize, one: Option<CaseId>) {
        let Self { names, batches, cases, case_at, services, cubes, .. } = self;
        let Some((asked, cube)) = cubes.get_mut(at) else { return };
        let within = Within::of(asked, names);
        let mine = |sample: &SampleId| batches.get(*sample).is_some_and(|held| within.sample(&held.row));
        let case = |c: &CaseFact| c.opened_on <= asked.last && c.closed_on.is_none_or(|on| on >= asked.first);
        let service = |s: &ServiceFact| s.started_on <= asked.last && s.stopped_at.is_none_or(|on| on.date_naive() >= asked.first);
        let facts = &mut cube.facts;
        match one {
            Some(id) => {
                facts.services.retain(|s| s.case_id != id);
                facts.services.extend(services.iter().filter(|(sample, s)| s.case_id == id && service(s) && mine(sample)).map(|(_, s)| s.clone()));
                let now = case_at.get(&id).map(|at| &cases[*at as usize]).filter(|(sample, c)| case(c) && mine(sample)).map(|(_, c)| c.clone());
                match (facts.cases.iter().position(|c| c.case_id == id), now) {
                    (Some(at), Some(now)) => facts.cases[at] = now,
                    (Some(at), None) => {
                        facts.cases.remove(at);
                    }
                    (None, Some(now)) => facts.cases.push(now),
                    (None, None) => {}
                }
            }
            None => {
                facts.cases = cases.iter().filter(|(sample, c)| case(c) && mine(sample)).map(|(_, c)| c.clone()).collect();
                facts.services = services.iter().filter(|(sample, s)| service(s) && mine(sample)).map(|(_, s)| s.clone()).collect();
            }
        }
        facts.cases.sort_by(|a, b| a.case_no.cmp(&b.case_no));
        facts.services.sort_by(|a, b| (&a.case_no, a.clock_id).cmp(&(&b.case_no, b.clock_id)));
    }
    /// 计划、快检计划 within the scope of what was asked.
    pub fn set_plans(&mut self, asked: &Asked, plan: Vec<PlanFact>, rapid_plan: Vec<RapidPlanFact>) {
        if let Some((_, cube)) = self.cubes.iter_mut().find(|(a, _)| a == asked) {
            (cube.facts.plan, cube.facts.rapid_plan) = (plan, rapid_plan);
        }
    }
    /// Makes the cells for what is asked, when they are not there yet; the cube that was not asked for longest goes.
    pub fn ready(&mut self, asked: &Asked) {
        if let Some(at) = self.cubes.iter().position(|(a, _)| a == asked) {
            // asked for last stands last
            let kept = self.cubes.remove(at);
            self.cubes.push(kept);
            return;
        }
        let mut cube = Cube::new(asked.day, Sieve::of(&asked.sift, &mut self.names));
        let within = Within::of(asked, &self.names);
        for (id, held) in self.batches.iter().filter(|(_, held)| within.batch(&held.row)) {
            cube.add(self.told_of(id, &held), &self.names);
        }
        for (_, row) in self.readings.iter().filter(|(_, row)| within.reading(row)) {
            cube.add_reading(&row, &self.names);
        }
        if self.cubes.len() == CUBES {
            self.cubes.remove(0);
        }
        self.cubes.push((asked.clone(), cube));
        self.renew(self.cubes.len() - 1, None);
    }
    fn told_of<'a>(&'a self, id: SampleId, held: &'a Held) -> Told<'a> {
        Told { id, row: &held.row, alone: self.shared.get(&id).map(String::as_str), failing: self.failing.get(&id).map_or(&[], Vec::as_slice) }
    }
    /// The sets of what was asked, once it is ready.
    #[must_use]
    pub fn sets(&self, asked: &Asked) -> Option<Sets<'_>> {
        self.cubes.iter().find(|(a, _)| a == asked).map(|(_, cube)| cube.sets())
    }
    /// 批次 as far as the ledger holds it: of its number only whether there is one.
    #[must_use]
    pub fn batch(&self, id: SampleId) -> Option<BatchFact> {
        self.batches.get(id).map(|held| held.row.fact(id, self.shared.get(&id).map(String::as_str), &self.names))
    }
    /// 清单之数 how many batches a list holds, over all of them.
    #[must_use]
    pub fn listed(&self, sought: &Sought) -> u64 {
        let known = |text: &Option<String>| text.as_ref().map(|t| self.names.known(t));
        let (street, lab) = (known(&sought.street), known(&sought.lab));
        // a text that no batch has
        if street == Some(None) || lab == Some(None) {
            return 0;
        }
        let foods: Option<FxHashSet<Name>> = sought.foods.as_ref().map(|paths| {
            let below = |text: &str| paths.iter().any(|p| text.strip_prefix(p.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
            self.names.categories().filter(|name| below(self.names.text(*name))).collect()
        });
        let mask = Mask { kind: sought.kind, level: sought.level, link: sought.link, outcome: sought.outcome, street: street.flatten(), lab: lab.flatten() };
        let rest = |row: &BatchRow| {
            foods.as_ref().is_none_or(|set| set.contains(&row.category)) && sought.sampled.is_none_or(|(first, last)| (first..=last).contains(&row.sampled_on))
        };
        let all = foods.is_none() && sought.sampled.is_none();
        let packed = mask.pack();
        // what the bytes say is asked of the bytes; the rest of those alone that are left
        let fits = |bytes: &[u8; BATCH]| packed.is_some_and(|mask| mask.fits(bytes)) && (all || rest(&Held::unpack(bytes).row));
        self.batches.count(fits, |held| mask.fits(&held.row) && rest(&held.row)) as u64
    }
    /// Which of some facts are behind cells and facts of one set of what was asked.
    #[must_use]
    pub fn marked(&self, asked: &Asked, facts: &[FactId], marks: &[FactId]) -> HashSet<FactId> {
        let Some((_, cube)) = self.cubes.iter().find(|(a, _)| a == asked) else { return HashSet::new() };
        let samples = Marked::of(marks.iter().filter_map(|id| if let FactId::Sample(id) = id { Some(id.0) } else { None }));
        let readings = Marked::of(marks.iter().filter_map(|id| if let FactId::Reading(id) = id { Some(id.0) } else { None }));
        let others: HashSet<FactId> = marks.iter().copied().filter(|id| matches!(id, FactId::Case(_) | FactId::Clock(_))).collect();
        let is = |id: &FactId| match id {
            FactId::Sample(id) => self.batches.get(*id).is_some_and(|held| cube.holds(&samples, self.told_of(*id, &held), &self.names)),
            FactId::Reading(id) => self.readings.get(*id).is_some_and(|row| cube.holds_reading(&readings, &row)),
            FactId::Case(_) | FactId::Clock(_) => others.contains(id),
        };
        facts.iter().copied().filter(is).collect()
    }
    /// 明细 the facts behind cells and facts of one set of what was asked, in the order of the ledger: those of one page, for whose sake no more is
    /// looked at than has to be.
    #[must_use]
    pub fn opened(&self, asked: &Asked, marks: &[FactId], skip: usize, most: usize) -> Vec<FactId> {
        let Some((_, cube)) = self.cubes.iter().find(|(a, _)| a == asked) else { return Vec::new() };
        let within = Within::of(asked, &self.names);
        let samples = Marked::of(marks.iter().filter_map(|id| if let FactId::Sample(id) = id { Some(id.0) } else { None }));
        let readings = Marked::of(marks.iter().filter_map(|id| if let FactId::Reading(id) = id { Some(id.0) } else { None }));
        let others = marks.iter().copied().filter(|id| matches!(id, FactId::Case(_) | FactId::Clock(_)));
        let batches = self.batches.iter().filter(|(id, held)| within.batch(&held.row) && cube.holds(&samples, self.told_of(*id, held), &self.names));
        let tested = self.readings.iter().filter(|(_, row)| within.reading(row) && cube.holds_reading(&readings, row));
        // where nothing of a family is asked for, none of it is looked at
        let of = |marked: &Marked| if marked.is_empty() { 0 } else { usize::MAX };
        others
            .chain(batches.take(of(&samples)).map(|(id, _)| FactId::Sample(id)))
            .chain(tested.take(of(&readings)).map(|(id, _)| FactId::Reading(id)))
            .skip(skip)
            .take(most)
            .collect()
    }
}

/// The place of each case in a list.
fn places(cases: &[(SampleId, CaseFact)]) -> FxHashMap<CaseId, u32> {
    (0u32..).zip(cases).map(|(at, (_, case))| (case.case_id, at)).collect()
}

/// A scope in the numbers of the names.
struct Within<'a> {
    asked: &'a Asked,
    streets: Option<Vec<Name>>,
    lab: Option<Name>,
    point: Option<Name>,
}

impl<'a> Within<'a> {
    fn of(asked: &'a Asked, names: &Names) -> Self {
        let streets = if let Whose::Streets(set) = &asked.whose { Some(set.iter().filter_map(|s| names.known(s)).collect()) } else { None };
        let lab = if let Whose::Lab(name) = &asked.whose { names.known(name) } else { None };
        let point = if let Whose::Point(id) = &asked.whose { names.known(&id.to_string()) } else { None };
        Self { asked, streets, lab, point }
    }
    /// Whether a sample lies within the scope.
    fn sample(&self, row: &BatchRow) -> bool {
        match &self.asked.whose {
            Whose::All => true,
            Whose::Streets(_) => self.streets.as_ref().is_some_and(|set| set.contains(&row.street)),
            Whose::Lab(_) => self.lab == Some(row.lab),
            Whose::Point(_) => false,
        }
    }
    /// Whether a batch lies within the scope and the span.
    fn batch(&self, row: &BatchRow) -> bool {
        let span = self.asked.first..=self.asked.last;
        self.sample(row) && (span.contains(&row.sampled_on) || row.issued_on.is_some_and(|on| span.contains(&on)))
    }
    fn reading(&self, row: &RapidRow) -> bool {
        (self.asked.first..=self.asked.last).contains(&row.tested_on)
            && match &self.asked.whose {
                Whose::All => true,
                Whose::Streets(_) => self.streets.as_ref().is_some_and(|set| set.contains(&row.street)),
                Whose::Lab(_) => false,
                Whose::Point(_) => self.point == Some(row.point_id),
            }
    }
}
