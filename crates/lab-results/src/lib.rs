//! 检验 the laboratory: orders with their items and signatures, the bench with its worksheets, quality control, reports. What a result
//! means is judged by `shiyan-judgement`.
//! Pure and exact: no I/O, no clock, no floating point.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod bench;
pub mod order;
pub mod qc;
pub mod report;
