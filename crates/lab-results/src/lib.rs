//! 检验 the laboratory: what was typed, read without guessing; limits; the judgement with its working; orders and reports.
//! Pure and exact: no I/O, no clock, no floating point.
#![deny(clippy::float_arithmetic)]

mod basis;
pub mod claim;
pub mod deciding;
pub mod history;
mod item;
pub mod judge;
pub mod limit;
pub mod order;
pub mod order_code;
pub mod profile;
pub mod qc;
pub mod qc_code;
pub mod readings;
pub mod reasons;
mod remark;
pub mod report;
pub mod rounding;
pub mod sentence;
mod uniform;
pub mod units;
pub mod value;
pub mod worksheet;
pub mod worksheet_code;
