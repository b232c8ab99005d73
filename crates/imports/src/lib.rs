//! 文件到记录 files as read by the exchange crate, as what the application stores. Pages and the command line call the same functions.

pub mod limits;
pub mod profiles;
pub mod published;
pub mod ssd2;
