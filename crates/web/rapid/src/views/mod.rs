//! 页面 what the pages of this room show, beside what every room has.

pub mod rapid;

pub use rapid::*;
pub use shiyan_web_kit::views::*;
