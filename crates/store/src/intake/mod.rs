//! 抽样收样 samples and the register of who they are about.

mod numbers;
pub mod parties;
pub(crate) mod records;
pub mod samples;
