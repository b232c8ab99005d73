//! What every room of the house stands on: ids, people and duties, areas, food categories, the working calendar,
//! deadline arithmetic and refusals. No I/O, no async, no clock, no floating point.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod area;
pub mod authority;
pub mod calendar;
pub mod category;
pub mod deadline;
pub mod ids;
pub mod label;
pub mod moves;
pub mod people;
pub mod refusal;
pub mod task;
pub mod text;

pub use authority::Act;
pub use calendar::WorkCalendar;
pub use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
pub use deadline::{Due, Period, Standstill, day_of};
pub use label::{Label, Lang};
pub use moves::{Move, Moves, Tick};
pub use people::{Actor, Role, Scope};
pub use refusal::{CodeInfo, Refusal};
pub use rust_decimal::Decimal;

/// An instant shown in Asia/Shanghai (UTC+8, no daylight saving). The clock is read at the edge and passed down.
pub type Instant = DateTime<FixedOffset>;

/// The only zone of the system, 东八区.
#[must_use]
pub fn shanghai() -> FixedOffset {
    match FixedOffset::east_opt(8 * 3600) {
        Some(zone) => zone,
        None => unreachable!("eight hours is a valid offset"),
    }
}
