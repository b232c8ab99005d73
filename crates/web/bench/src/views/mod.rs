//! 页面 what the pages of this room show, beside what every room has.

pub mod bench;
pub mod exchange;
pub mod profile;
pub mod reports;
pub mod worksheets;

pub use bench::*;
pub use exchange::*;
pub use profile::*;
pub use reports::*;
pub use shiyan_web_kit::views::*;
pub use worksheets::*;
