//! 抽样与收样 sampling sheet, custody, reception, seals and reserve portion (抽检办法 arts 14–22).
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod block;
pub mod code;
pub mod code128;
pub mod digits;
pub mod label;
pub mod number;
pub mod parties;
pub mod reception;
pub mod reserve;
pub mod sample;
pub mod sheet;
pub mod visit;

pub use number::{NumberKind, check_number};
pub use reception::{Reception, ReceptionCheck};
pub use sample::{Sample, SampleAction, SampleState};
pub use sheet::{CheckedSheet, FieldSpec, Sheet};
