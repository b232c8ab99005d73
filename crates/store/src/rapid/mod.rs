//! 快检 points, readings and what follows them.

pub mod ledger;
pub(crate) mod records;
