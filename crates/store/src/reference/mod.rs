//! 基础数据、导入 laboratories, streets, people, holidays, and imports.

pub mod published;
pub(crate) mod records;
