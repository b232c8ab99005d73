//! 存档 a ledger as it is kept between two runs of the program: everything of it, or its cells alone, from which the figures of the days it was asked for
//! are counted without a single row. What is kept is never the truth, only fast: whoever keeps it says on which entry of the journal it stands.

use std::collections::HashMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{CaseId, ClockId, ReadingId, SampleId};

use super::cube::{Cube, KeptCube};
use super::names::{KeptNames, Name, Names};
use super::row::RapidRow;
use super::rows::Rows;
use super::{Asked, Held, Ledger, Whose};
use crate::facts::{CaseFact, ServiceFact};

/// 折叠存档 the cells of the days that were asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptCells {
    names: KeptNames,
    cubes: Vec<(Asked, KeptCube)>,
}

/// 台账存档 rows and cells, as they are written.
#[derive(Debug, Serialize)]
pub struct Keeping<'a> {
    cells: KeptCells,
    batches: &'a Rows<SampleId, Held>,
    readings: &'a Rows<ReadingId, RapidRow>,
    shared: &'a FxHashMap<SampleId, String>,
    failing: &'a FxHashMap<SampleId, Vec<(Name, Name)>>,
    cases: &'a HashMap<CaseId, (SampleId, CaseFact)>,
    services: &'a HashMap<ClockId, (SampleId, ServiceFact)>,
}

/// The same, as they are read.
#[derive(Debug, Deserialize)]
pub struct KeptLedger {
    cells: KeptCells,
    batches: Rows<SampleId, Held>,
    readings: Rows<ReadingId, RapidRow>,
    shared: FxHashMap<SampleId, String>,
    failing: FxHashMap<SampleId, Vec<(Name, Name)>>,
    cases: HashMap<CaseId, (SampleId, CaseFact)>,
    services: HashMap<ClockId, (SampleId, ServiceFact)>,
}

impl Ledger {
    /// The cells as they stand now.
    #[must_use]
    pub fn keep_cells(&self) -> KeptCells {
        KeptCells { names: self.names.keep(), cubes: self.cubes.iter().map(|(asked, cube)| (asked.clone(), cube.keep())).collect() }
    }
    /// Everything as it stands now; nothing of the rows is copied.
    #[must_use]
    pub fn keep(&self) -> Keeping<'_> {
        Keeping {
            cells: self.keep_cells(),
            batches: &self.batches,
            readings: &self.readings,
            shared: &self.shared,
            failing: &self.failing,
            cases: &self.cases,
            services: &self.services,
        }
    }
}

impl KeptCells {
    /// A ledger to count from, and for nothing else: it has no rows, so nothing can be told to it or opened in it.
    #[must_use]
    pub fn to_count_from(self) -> Ledger {
        let names = Names::of_kept(self.names);
        let cubes = self.cubes.into_iter().map(|(asked, cube)| (asked, Cube::of_kept(cube, &names))).collect();
        Ledger { names, cubes, ..Ledger::default() }
    }
    /// Whether the figures of this can be counted from it.
    #[must_use]
    pub fn holds(&self, asked: &Asked) -> bool {
        self.cubes.iter().any(|(of, _)| of == asked)
    }
    /// Without those of a part of the district, which few ask for.
    #[must_use]
    pub fn of_everybody(mut self) -> Self {
        self.cubes.retain(|(of, _)| of.whose == Whose::All);
        self
    }
    /// Without the cells of anything else, which cost time to be put up again.
    #[must_use]
    pub fn only(mut self, asked: &Asked) -> Self {
        self.cubes.retain(|(of, _)| of == asked);
        self
    }
}

impl From<KeptLedger> for Ledger {
    fn from(kept: KeptLedger) -> Self {
        let KeptLedger { cells, batches, readings, shared, failing, cases, services } = kept;
        let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
        numbers.reserve(batches.len());
        for (_, held) in batches.iter().filter(|(_, held)| held.number != 0) {
            *numbers.entry(held.number).or_default() += 1;
        }
        Ledger { batches, readings, numbers, shared, failing, cases, services, ..cells.to_count_from() }
    }
}
