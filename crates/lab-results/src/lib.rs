//! 检验 the laboratory: orders with their items and signatures, the bench with its worksheets, quality control, reports. What a result
//! means is judged by `shiyan-judgement`.
//! Pure and exact: no I/O, no clock, no floating point.
#![deny(clippy::float_arithmetic)]

pub mod bench;
pub mod order;
pub mod qc;
pub mod report;
