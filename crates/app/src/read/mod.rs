//! 读 what a page, or an answer for a program, shows. One page is one read: it asks the table of duties first, stays within the scope of who
//! asks, and is veiled for whoever tests blind; HTML and JSON show the same value. What may not be read is not there: the answer is
//! [`Error::NotFound`], as for an id that was never given.

mod admin;
mod bench;
mod cases;
mod plan;
mod queues;
mod rapid;
mod reports;
mod samples;
mod upkeep;
mod worksheets;

pub use admin::Counts;
pub use bench::{OrderPage, QueuePage};
pub use cases::{CaseBook, CasePage};
pub use plan::PlanPage;
pub use queues::{Queue, QueuedOrder, QueuedSheet};
pub use rapid::ReadingPage;
pub use reports::{ReportBook, ReportPage, Shelf};
pub use samples::{Reception, SampleBook, SamplePage, Search, SheetLists};
pub use worksheets::{Bench, Making, SheetCell, SheetPage, Standing};

pub use shiyan_store::query::cases::{CaseFilter, CaseRow};
pub use shiyan_store::query::facts::{FailingSample, plan_facts, plan_line_within};
pub use shiyan_store::query::people::{Login, OpenLogin};
pub use shiyan_store::query::rapid::{LedgerFilter, LedgerRow};
pub use shiyan_store::query::reference::{LimitFilter, PublishedTotal};
pub use shiyan_store::query::reports::{IssuedRow, ReportFilter, WaitingRow};
pub use shiyan_store::query::samples::{SampleFilter, SampleRow, WorkFilter, WorkRow};
pub use shiyan_store::query::worksheets::{EarlierValue, WaitingItem, WaitingMethod, WorksheetCount};

use shiyan_foundation::authority::{Act, may};
use shiyan_foundation::{Actor, Scope};
use shiyan_sample_intake::Sample;
use shiyan_store::Error;
use shiyan_store::records::SampleRecord;

/// Whoever may not read it finds nothing.
pub(crate) fn reads(actor: &Actor, act: Act) -> Result<(), Error> {
    may(actor, act).map_err(|_| Error::NotFound)
}

/// 案件 name the operator: people who test blind find none.
pub(crate) fn reads_cases(actor: &Actor) -> Result<(), Error> {
    reads(actor, Act::ReadOperator)
}

/// 盲样 the sample as this person may see it.
pub(crate) fn veiled(actor: &Actor, record: SampleRecord) -> SampleRecord {
    if actor.tests_blind() { SampleRecord { sample: record.sample.veiled(), ..record } } else { record }
}

/// The reading that asked for a sample, for whoever may look at readings: a laboratory is not led to a page that is not there for it.
pub(crate) fn reading_of(actor: &Actor, sample: &Sample) -> Option<shiyan_foundation::ids::ReadingId> {
    sample.from_reading.filter(|_| !matches!(actor.scope, Scope::Lab(_)))
}
