//! 存档 a ledger as it is kept between two runs of the program: everything of it, or its cells alone, from which the figures of the days it was asked for
//! are counted without a single row. What is kept is never the truth, only fast: whoever keeps it says on which entry of the journal it stands.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{ReadingId, SampleId};

use super::cube::{Cube, KeptCube};
use super::names::{KeptNames, Name, Names};
use super::numbers::{KeptNumbers, Numbers};
use super::row::{BATCH, Held, READING, RapidRow};
use super::rows::{KeptRows, Rows};
use super::{Asked, Ledger, Whose, places};
use crate::facts::{CaseFact, ServiceFact};

/// 折叠存档 the cells of the days that were asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptCells {
    names: KeptNames,
    cubes: Vec<(Asked, KeptCube)>,
}

/// 台账存档 everything but the columns of the rows, as it is written.
#[derive(Debug, Serialize)]
pub struct Keeping<'a> {
    cells: KeptCells,
    batches: KeptRows<SampleId, Held>,
    readings: KeptRows<ReadingId, RapidRow>,
    numbers: KeptNumbers,
    shared: &'a FxHashMap<SampleId, String>,
    failing: &'a FxHashMap<SampleId, Vec<(Name, Name)>>,
    cases: &'a [(SampleId, CaseFact)],
    services: &'a [(SampleId, ServiceFact)],
}

/// The same, as it is read.
#[derive(Debug, Deserialize)]
pub struct KeptLedger {
    cells: KeptCells,
    batches: KeptRows<SampleId, Held>,
    readings: KeptRows<ReadingId, RapidRow>,
    numbers: KeptNumbers,
    shared: FxHashMap<SampleId, String>,
    failing: FxHashMap<SampleId, Vec<(Name, Name)>>,
    cases: Vec<(SampleId, CaseFact)>,
    services: Vec<(SampleId, ServiceFact)>,
}

/// 列存档 the rows of a ledger, column by column, to be filled with the bytes that were kept: a million rows go from a file to their place without a step
/// between.
#[derive(Debug)]
pub struct Columns {
    batches: Rows<SampleId, Held, BATCH>,
    readings: Rows<ReadingId, RapidRow, READING>,
    numbers: Numbers,
}

impl Columns {
    /// What is to be filled, in the order in which [`Ledger::keep`] gave it.
    pub fn each(&mut self) -> [&mut [u8]; 5] {
        let ([a, b], [c, d]) = (self.batches.columns(), self.readings.columns());
        [a, b, c, d, self.numbers.column()]
    }
}

impl Ledger {
    /// The cells as they stand now.
    #[must_use]
    pub fn keep_cells(&self) -> KeptCells {
        KeptCells { names: self.names.keep(), cubes: self.cubes.iter().map(|(asked, cube)| (asked.clone(), cube.keep())).collect() }
    }
    /// Everything as it stands now: what is small, and the columns of the rows, of which nothing is copied.
    #[must_use]
    pub fn keep(&self) -> (Keeping<'_>, [&[u8]; 5]) {
        let ((batches, [a, b]), (readings, [c, d])) = (self.batches.keep(), self.readings.keep());
        let (numbers, e) = self.numbers.keep();
        let kept = Keeping {
            cells: self.keep_cells(),
            batches,
            readings,
            numbers,
            shared: &self.shared,
            failing: &self.failing,
            cases: &self.cases,
            services: &self.services,
        };
        (kept, [a, b, c, d, e])
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

impl KeptLedger {
    /// Room for the columns; `None` when what is kept speaks of other columns than of so many bytes in all.
    #[must_use]
    pub fn columns(&self, bytes: u64) -> Option<Columns> {
        let [batches, readings, numbers] = [self.batches.many(), self.readings.many(), self.numbers.many()];
        let of = |many: u64, each: usize| many.checked_mul(each as u64);
        let all = of(batches, 16 + BATCH)?.checked_add(of(readings, 16 + READING)?)?.checked_add(of(numbers, 6)?)?;
        let many = |n: u64| usize::try_from(n).ok();
        (all == bytes).then_some(())?;
        Some(Columns { batches: Rows::room(many(batches)?), readings: Rows::room(many(readings)?), numbers: Numbers::room(many(numbers)?) })
    }
    /// The ledger, with its columns filled.
    #[must_use]
    pub fn with(self, columns: Columns) -> Ledger {
        let Columns { batches: mut rows, readings: mut tested, numbers: mut counted } = columns;
        let Self { cells, batches, readings, numbers, shared, failing, cases, services } = self;
        rows.filled(batches);
        tested.filled(readings);
        counted.filled(numbers);
        Ledger { batches: rows, readings: tested, numbers: counted, shared, failing, case_at: places(&cases), cases, services, ..cells.to_count_from() }
    }
}
