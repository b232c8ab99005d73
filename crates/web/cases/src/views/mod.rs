//! 页面 what the pages of this room show, beside what every room has.

pub mod cases;

pub use cases::*;
pub use shiyan_web_kit::views::*;
