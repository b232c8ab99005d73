//! 页面 what the pages of this room show, beside what every room has.

pub mod account;
pub mod admin;
pub mod limits;

pub use account::*;
pub use admin::*;
pub use limits::*;
pub use shiyan_web_kit::views::*;
