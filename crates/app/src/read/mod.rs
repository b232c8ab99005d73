//! 读 what a page, or an answer for a program, shows. One page is one read: it asks the table of duties first, stays within the scope of who
//! asks, and is veiled for whoever tests blind; HTML and JSON show the same value. What may not be read is not there: the answer is
//! [`Error::NotFound`], as for an id that was never given. The reads of a room stand in the room; this is the door to all of them.

mod admin;
mod exchange;

pub use admin::Counts;
pub use exchange::IssuedPage;

pub use crate::bench::queues::{Queue, QueuedOrder, QueuedSheet};
pub use crate::bench::read::{OrderPage, QueuePage};
pub use crate::bench::worksheets::read::{Bench, Making, SheetCell, SheetPage, Standing};
pub use crate::cases::read::{CaseAsk, CaseBook, CasePage};
pub use crate::figures::opened::{Listed, Opened, Part, Stands};
pub use crate::figures::read::Look;
pub use crate::intake::parties::read::{LinkPage, MarketBook, MarketPage, OperatorPage, Parties, PartyBook, ProducerPage, StallPage};
pub use crate::intake::read::{Reception, SampleBook, SamplePage, Search, SheetLists};
pub use crate::plan::read::PlanPage;
pub use crate::rapid::read::{RapidDay, ReadingPage};
pub use crate::reports::read::{ReportBook, ReportPage, Shelf};

pub use shiyan_store::bench::worksheets::{EarlierValue, WaitingItem, WaitingMethod, WorksheetCount};
pub use shiyan_store::cases::lists::{CaseFilter, CaseRow};
pub use shiyan_store::figures::facts::{FailingSample, plan_facts, plan_line_within};
pub use shiyan_store::intake::parties::{MarketRow, PartyFilter, PartyRow, Whose};
pub use shiyan_store::intake::samples::{SampleFilter, SampleRow, WorkFilter, WorkRow};
pub use shiyan_store::limits::library::LimitFilter;
pub use shiyan_store::people::accounts::{Login, OpenLogin};
pub use shiyan_store::rapid::ledger::{LedgerFilter, LedgerRow};
pub use shiyan_store::reference::published::PublishedTotal;
pub use shiyan_store::reports::exchange::IssuedOrder;
pub use shiyan_store::reports::lists::{IssuedRow, ReportFilter, WaitingRow};
