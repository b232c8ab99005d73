//! 立方 the cells of a day: facts alike to every figure, with how many they are. One fact more or less is one cell more or less by one.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{ReadingId, SampleId};

use super::names::{Name, Names};
use super::row::{BatchRow, FoldDay, RapidRow, Sieve};
use crate::facts::{BatchFact, CaseFact, Facts, ItemFact, RapidFact, ServiceFact};
use crate::sets::{Kept, Set, Sets, batch_cell, cell_at, cell_id};

/// Cells with how many stand for each. A cell keeps its place as long as something stands for it; a place that came free is taken again.
#[derive(Debug, Clone)]
struct Cells<K, T> {
    at: FxHashMap<K, u32>,
    rows: Vec<T>,
    many: Vec<u64>,
    free: Vec<u32>,
}

impl<K, T> Default for Cells<K, T> {
    fn default() -> Self {
        Self { at: FxHashMap::default(), rows: Vec::new(), many: Vec::new(), free: Vec::new() }
    }
}

impl<K: Eq + Hash, T> Cells<K, T> {
    /// One more like this; a new cell is made by its place.
    fn add(&mut self, key: K, make: impl FnOnce(u32) -> T) -> u32 {
        if let Some(at) = self.at.get(&key) {
            self.many[*at as usize] += 1;
            return *at;
        }
        let at = match self.free.pop() {
            Some(at) => {
                self.rows[at as usize] = make(at);
                self.many[at as usize] = 1;
                at
            }
            None => {
                let at = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
                self.rows.push(make(at));
                self.many.push(1);
                at
            }
        };
        self.at.insert(key, at);
        at
    }
    /// One like this less; its place, when there was one.
    fn take(&mut self, key: &K) -> Option<u32> {
        let at = *self.at.get(key)?;
        let many = &mut self.many[at as usize];
        *many -= 1;
        if *many == 0 {
            self.at.remove(key);
            self.free.push(at);
        }
        Some(at)
    }
    fn set(&self) -> Set<'_, T> {
        Set::folded(&self.rows, &self.many)
    }
}

/// 格存档 how many stand for a cell; places are given anew.
type KeptRow<K> = (K, u64);

impl<K: Eq + Hash + Clone, T> Cells<K, T> {
    fn keep(&self) -> Vec<KeptRow<K>> {
        self.at.iter().map(|(key, at)| (key.clone(), self.many[*at as usize])).collect()
    }
    fn of_kept(kept: Vec<KeptRow<K>>, mut make: impl FnMut(&K, u32) -> T) -> Self {
        let mut cells = Self::default();
        cells.at.reserve(kept.len());
        cells.rows.reserve(kept.len());
        cells.many.reserve(kept.len());
        for (at, (key, many)) in (0u32..).zip(kept) {
            cells.rows.push(make(&key, at));
            cells.many.push(many);
            cells.at.insert(key, at);
        }
        cells
    }
}

/// What a cell of batches stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Cell {
    Alike(BatchRow),
    /// It shares its number with another, and is looked at by itself.
    Alone(SampleId),
}

/// A batch as the cube is told of it.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) id: SampleId,
    pub(super) row: &'a BatchRow,
    /// The number, of a batch that shares it with another.
    pub(super) alone: Option<&'a str>,
    /// 不合格项目 item and group.
    pub(super) failing: &'a [(Name, Name)],
}

/// 立方 all cells of one day.
#[derive(Debug, Clone)]
pub(super) struct Cube {
    day: FoldDay,
    sieve: Sieve,
    batches: [Cells<Cell, BatchFact>; 7],
    points: Cells<RapidRow, RapidFact>,
    items: Cells<RapidRow, RapidFact>,
    failing: Cells<(SampleId, Name, Name, Name), ItemFact>,
    /// 案件、送达、计划 within the scope.
    pub(super) facts: Facts,
}

impl Cube {
    pub(super) fn new(day: FoldDay, sieve: Sieve) -> Self {
        Self { day, sieve, batches: Default::default(), points: Cells::default(), items: Cells::default(), failing: Cells::default(), facts: Facts::default() }
    }
    fn key(&self, b: Told<'_>, kept: Kept, names: &Names) -> Cell {
        if b.alone.is_some() { Cell::Alone(b.id) } else { Cell::Alike(b.row.folded(kept, self.day, &self.sieve, names)) }
    }
    /// One batch more.
    pub(super) fn add(&mut self, b: Told<'_>, names: &Names) {
        for kept in Kept::ALL {
            let key = self.key(b, kept, names);
            let made = match &key {
                Cell::Alike(row) => *row,
                Cell::Alone(_) => *b.row,
            };
            let at = self.batches[kept as usize].add(key, |at| made.fact(if b.alone.is_some() { b.id } else { batch_cell(kept, at) }, b.alone, names));
            if kept == Kept::Food {
                let of = if b.alone.is_some() { b.id } else { batch_cell(kept, at) };
                for (analyte, group) in b.failing {
                    let key = (of, b.row.category, *analyte, *group);
                    self.failing.add(key, |_| failing_item(&key, names));
                }
            }
        }
    }
    /// One batch less, as it was added.
    pub(super) fn take(&mut self, b: Told<'_>, names: &Names) {
        for kept in Kept::ALL {
            let key = self.key(b, kept, names);
            let at = self.batches[kept as usize].take(&key);
            debug_assert!(at.is_some(), "what is taken was added");
            if let (Kept::Food, Some(at)) = (kept, at) {
                let of = if b.alone.is_some() { b.id } else { batch_cell(kept, at) };
                for (analyte, group) in b.failing {
                    self.failing.take(&(of, b.row.category, *analyte, *group));
                }
            }
        }
    }
    /// One reading more.
    pub(super) fn add_reading(&mut self, r: &RapidRow, names: &Names) {
        for (item, cells) in [(false, &mut self.points), (true, &mut self.items)] {
            let row = r.folded(item, self.day);
            cells.add(row, |at| row.fact(ReadingId(cell_id(READINGS + u8::from(item), at)), names));
        }
    }
    /// One reading less, as it was added.
    pub(super) fn take_reading(&mut self, r: &RapidRow) {
        for (item, cells) in [(false, &mut self.points), (true, &mut self.items)] {
            cells.take(&r.folded(item, self.day));
        }
    }
    /// How many cells there are.
    pub(super) fn size(&self) -> usize {
        self.batches.iter().map(|c| c.at.len()).sum::<usize>() + self.points.at.len() + self.items.at.len() + self.failing.at.len()
    }
    pub(super) fn sets(&self) -> Sets<'_> {
        Sets::folded(&self.facts, std::array::from_fn(|at| self.batches[at].set()), self.points.set(), self.items.set(), self.failing.set())
    }
    /// Whether a batch stands for one of these cells, all of one set, or is one of these itself.
    pub(super) fn holds(&self, of: &Marked, b: Told<'_>, names: &Names) -> bool {
        if b.alone.is_some() {
            return of.facts.contains(&b.id.0);
        }
        let Some(kept) = Kept::ALL.into_iter().find(|k| *k as u8 == of.set) else { return false };
        let cell = Cell::Alike(b.row.folded(kept, self.day, &self.sieve, names));
        self.batches[kept as usize].at.get(&cell).is_some_and(|at| of.cells.contains(&(*at as usize)))
    }
    /// Whether a reading stands for one of these cells.
    pub(super) fn holds_reading(&self, of: &Marked, r: &RapidRow) -> bool {
        let Some(item) = of.set.checked_sub(READINGS).map(|item| item == 1) else { return false };
        let cells = if item { &self.items } else { &self.points };
        cells.at.get(&r.folded(item, self.day)).is_some_and(|at| of.cells.contains(&(*at as usize)))
    }
}

/// 立方存档
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptCube {
    day: FoldDay,
    sieve: Sieve,
    batches: Vec<Vec<KeptRow<Cell>>>,
    /// Those that stand alone, in full.
    alone: Vec<BatchFact>,
    points: Vec<KeptRow<RapidRow>>,
    items: Vec<KeptRow<RapidRow>>,
    /// 不合格项目 of a cell of foods, or of a batch that stands alone.
    failing: Vec<KeptRow<(Cell, Name, Name, Name)>>,
    cases: Vec<CaseFact>,
    services: Vec<ServiceFact>,
}

impl Cube {
    pub(super) fn keep(&self) -> KeptCube {
        let foods = &self.batches[Kept::Food as usize];
        let of_food: FxHashMap<SampleId, &Cell> = foods.at.iter().map(|(cell, at)| (foods.rows[*at as usize].sample_id, cell)).collect();
        let failing =
            self.failing.keep().into_iter().filter_map(|((of, food, analyte, group), n)| Some((((*of_food.get(&of)?).clone(), food, analyte, group), n)));
        let alone = foods.at.iter().filter(|(cell, _)| matches!(cell, Cell::Alone(_))).map(|(_, at)| foods.rows[*at as usize].clone());
        KeptCube {
            day: self.day,
            sieve: self.sieve.clone(),
            batches: self.batches.iter().map(Cells::keep).collect(),
            alone: alone.collect(),
            points: self.points.keep(),
            items: self.items.keep(),
            failing: failing.collect(),
            cases: self.facts.cases.clone(),
            services: self.facts.services.clone(),
        }
    }
    pub(super) fn of_kept(kept: KeptCube, names: &Names) -> Self {
        let alone: FxHashMap<SampleId, BatchFact> = kept.alone.into_iter().map(|b| (b.sample_id, b)).collect();
        let mut batches: [Cells<Cell, BatchFact>; 7] = Default::default();
        for ((kept, cells), into) in Kept::ALL.into_iter().zip(kept.batches).zip(&mut batches) {
            *into = Cells::of_kept(
                cells.into_iter().filter(|(cell, _)| if let Cell::Alone(id) = cell { alone.contains_key(id) } else { true }).collect(),
                |cell, at| match cell {
                    Cell::Alike(row) => row.fact(batch_cell(kept, at), None, names),
                    Cell::Alone(id) => alone[id].clone(),
                },
            );
        }
        let foods = &batches[Kept::Food as usize];
        let of_food = |cell: &Cell| foods.at.get(cell).map(|at| foods.rows[*at as usize].sample_id);
        let failing = kept.failing.into_iter().filter_map(|((cell, food, analyte, group), n)| Some(((of_food(&cell)?, food, analyte, group), n)));
        let reading = |item: u8| move |row: &RapidRow, at: u32| row.fact(ReadingId(cell_id(READINGS + item, at)), names);
        Self {
            day: kept.day,
            sieve: kept.sieve,
            failing: Cells::of_kept(failing.collect(), |key, _| failing_item(key, names)),
            batches,
            points: Cells::of_kept(kept.points, reading(0)),
            items: Cells::of_kept(kept.items, reading(1)),
            facts: Facts { cases: kept.cases, services: kept.services, ..Facts::default() },
        }
    }
}

/// 不合格项目 that a cell stands for.
fn failing_item((of, food, analyte, group): &(SampleId, Name, Name, Name), names: &Names) -> ItemFact {
    ItemFact {
        sample_id: *of,
        analyte: names.text(*analyte).to_owned(),
        group_zh: names.text(*group).to_owned(),
        category: CategoryPath::parse(names.text(*food)),
        failing: true,
    }
}

/// The sets of readings stand behind those of batches.
const READINGS: u8 = 16;

/// What is to be opened: cells of one set, and facts that stand alone.
#[derive(Debug, Default)]
pub(super) struct Marked {
    set: u8,
    cells: FxHashSet<usize>,
    facts: FxHashSet<uuid::Uuid>,
}

impl Marked {
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.facts.is_empty()
    }
    pub(super) fn of(ids: impl Iterator<Item = uuid::Uuid>) -> Self {
        let mut marked = Self::default();
        for id in ids {
            match cell_at(id) {
                Some((set, at)) => {
                    marked.set = set;
                    marked.cells.insert(at);
                }
                None => {
                    marked.facts.insert(id);
                }
            }
        }
        marked
    }
}
