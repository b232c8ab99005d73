//! 检验 the laboratory: what was typed, read without guessing; limits; the judgement with its working; orders and reports.
//! Pure and exact: no I/O, no clock, no floating point.
#![deny(clippy::float_arithmetic)]

pub mod judge;
pub mod limit;
pub mod order;
pub mod order_code;
pub mod reasons;
pub mod report;
pub mod rounding;
pub mod units;
pub mod value;
