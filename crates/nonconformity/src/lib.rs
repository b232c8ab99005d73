//! 核查处置 verification and disposal of a failing batch: cases (one a part), blocks with evidence, clocks, closing
//! (抽检办法 arts 26–29, 40–46).
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod block;
pub mod case;
pub mod code;

pub use block::{Block, BlockField, BlockRecord, EvidenceRef};
pub use case::{Case, CaseAction, CaseOpening, CaseState, ClockMove, Part, open_cases};
