//! 页面 what the pages of this room show, beside what every room has.

pub mod annual;
pub mod figure;
pub mod stats;

pub use annual::*;
pub use figure::*;
pub use shiyan_web_kit::views::*;
pub use stats::*;
