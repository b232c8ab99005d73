//! 判定 judging: what was typed, read without guessing; the limit; the verdict with its working; what only a person decides.
//! Pure and exact: no I/O, no clock, no floating point.
//!
//! Each room knows only those above it: `amount`, `reading` one text that has one reading, `limit`, `judging` one value against one limit,
//! `texts` with every reading that they allow, `deciding`.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod amount;
pub mod deciding;
pub mod judging;
pub mod limit;
pub mod reading;
pub mod reasons;
pub mod texts;
