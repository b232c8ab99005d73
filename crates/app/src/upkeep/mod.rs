//! 运维 what keeps the records: checkpoints, verification, backup and rehearsal, when each last went well, and the page that shows it.

pub mod files;
pub mod keep;
pub mod kept;
pub(crate) mod read;
