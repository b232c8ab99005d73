//! 考核指标: facts in, exact figures out. No floating point, no clock, no I/O.
//!
//! A figure never travels alone: it carries what was counted, what was left out and why, its exact value, its target and
//! whether the target is reached by exact comparison. Rapid tests are a type of their own and cannot enter a count of batches.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod chapter;
pub mod disposed;
pub mod exact;
pub mod facts;
pub mod figure;
pub mod gathered;
pub mod groups;
pub mod kpis;
pub mod ledger;
pub mod pick;
pub mod scope;
pub mod sets;

#[cfg(test)]
mod tests;

pub use chapter::ReportChapter;
pub use disposed::Disposed;
pub use facts::{
    BatchFact, BatchStage, CaseEvent, CaseFact, Disposal, Facts, History, ItemFact, PlanFact, RapidFact, RapidPlanFact, RapidVerdict, ServiceFact, ServiceRule,
    Taken, as_of_today, end_of,
};
pub use figure::{Axis, Cut, Difference, FactId, Figure, FigureBrief, Heap, Ids, LeftOut, Marks, Unit, compare, scope_line};
pub use gathered::{Count, Counts, Gathered, Gatherer, Unfit};
pub use groups::{KEY_FOOD_GROUPS, KEY_FOOD_GROUPS_VERSION, KeyFoodGroup};
pub use kpis::{CaseKpis, CaseLine, Forecast, Kpis, Pace, RapidKpis, RapidPlanLine, Sieved, kpis, kpis_at, kpis_of, kpis_with};
pub use ledger::{Asked, Columns, FoldDay, KeptCells, KeptLedger, Ledger, Sift, Sought, Whose};
pub use pick::{By, Pick, What, YearOf};
pub use scope::{Divisor, Family, KpiScope, YearBasis};
pub use sets::{Kept, Set, Sets};
