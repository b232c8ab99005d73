//! 页面 what the pages of this room show, beside what every room has.

pub mod found;
pub mod home;

pub use found::*;
pub use home::*;
pub use shiyan_web_kit::views::*;
