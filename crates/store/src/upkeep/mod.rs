//! 保管 files of dry runs and the demonstration.

mod demo;
pub mod uploads;
