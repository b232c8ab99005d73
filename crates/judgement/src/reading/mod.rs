//! 读 a text read where it has one reading, and nothing guessed: the result, the name of the item.

mod basis;
pub(crate) mod item;
mod items;
pub(crate) mod measured;
pub(crate) mod remark;
pub(crate) mod scan;
pub(crate) mod uniform;
pub(crate) mod value;
mod why;

pub use measured::{Measured, ParseNote, Parsed};
pub use value::parse;
pub use why::Why;
