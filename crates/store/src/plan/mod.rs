//! 计划 the plan of a year.

mod records;
mod year;
