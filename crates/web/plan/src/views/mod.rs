//! 页面 what the pages of this room show, beside what every room has.

pub mod plan;
pub mod published;

pub use plan::*;
pub use published::*;
pub use shiyan_web_kit::views::*;
