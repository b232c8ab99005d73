//! 检验 orders, worksheets and what the laboratory works with.

mod orders;
mod profiles;
mod records;
pub mod worksheets;
