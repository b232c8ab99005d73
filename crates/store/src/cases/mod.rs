//! 核查处置 cases and their clocks.

mod clocks;
pub mod lists;
mod opening;
pub(crate) mod records;
