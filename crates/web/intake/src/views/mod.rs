//! 页面 what the pages of this room show, beside what every room has.

pub mod parties;
pub mod samples;

pub use parties::*;
pub use samples::*;
pub use shiyan_web_kit::views::*;
