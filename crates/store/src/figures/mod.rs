//! 指标 the facts that figures are counted from, and which of them changed.

pub mod facts;
pub mod touched;
