//! 检验报告、公布 reports that wait and that went out, and what may be made public.

pub mod exchange;
pub mod lists;
pub mod papers;
mod publication;
mod records;
