//! 导入导出: bytes to rows and issues, and back. No database, no clock; a file is refused with a code or read whole.

pub mod archive;
pub mod book;
pub mod code;
pub mod guard;
pub mod header;
pub mod instrument;
pub mod issue;
pub mod judge_csv;
pub mod limit_table;
mod look;
mod national;
mod number_format;
pub mod out;
pub mod package_table;
pub mod plan;
pub mod published;
pub mod ssd2;
pub mod text;
mod xls_scan;

pub use code::ALL;
pub use issue::{ColumnRef, Issue, Severity, letter};
