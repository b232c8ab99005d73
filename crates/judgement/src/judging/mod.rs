//! 单项判定 one result against one limit: the verdict, its reason, and the working as data.
//!
//! Pure and exact. Whatever is not certain is 需人工 or 不判定, never 合格.

mod absent;
pub(crate) mod claim;
mod declared;
mod food;
pub(crate) mod input;
pub(crate) mod judgement;
mod number;
pub(crate) mod one;
mod plan;
mod shares;
pub(crate) mod step;
pub(crate) mod verdict;
mod work;

pub use claim::{judge_alone, judge_with};
pub use food::FoodFacts;
pub use input::JudgeInput;
pub use judgement::{Judgement, StoredJudgement};
pub use one::judge;
pub use shares::{Component, sum_of_shares};
pub use step::{ReadingTold, Step};
pub use verdict::Verdict;
