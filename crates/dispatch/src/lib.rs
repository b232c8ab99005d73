//! 发文 the papers that leave the house under a number: the number itself (机关代字, year, running number), the count of its issues (期数), what was issued
//! as stored bytes, and how it is made void. Numbers of a year follow each other without a gap and are never given twice; a void paper keeps its own.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod code;
mod number;
mod office;
mod paper;

pub use number::{CountStyle, DocumentNo, chinese, word};
pub use office::{Layout, Names, OfficePapers, PageStyle, series};
pub use paper::{IssuedPaper, MOVES, Next, PaperAction, PaperFile, PaperState, Signing, VoidNote};
