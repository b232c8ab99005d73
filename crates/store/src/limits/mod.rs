//! 限量 the library of limits and the packages of items.

pub mod library;
pub(crate) mod records;
