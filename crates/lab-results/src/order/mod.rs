//! 检验任务 the laboratory's work on one sample: items, results, 主检 → 校核 → 审核 → 批准, conclusion.

mod chain;
pub mod code;
mod conclusion;
mod deciding;
pub mod history;
mod item;
pub mod sentence;
mod state;
mod sums;
#[cfg(test)]
mod tests;

pub use chain::{TestOrder, conclude};
pub use conclusion::{Conclusion, Said};
pub use item::{CarryOverWord, CellReturn, TestItem, doubtful, doubtful_without_remark, normal};
pub use state::{MOVES, Meaning, OrderAction, OrderState, Signature};
pub use sums::judged_together;
