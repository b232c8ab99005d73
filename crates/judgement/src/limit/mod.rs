//! 限量 the limit: the row that was used, a limit as printed, what a label claims, what the library knows of an item.

pub mod claim;
mod claimed;
pub(crate) mod library;
pub(crate) mod lost;
mod parts;
mod plan;
pub(crate) mod text;
mod used;

pub use parts::{LimitText, ParsedLimit};
pub use text::parse;
pub use used::{Dried, LimitRef, LimitUsed};
