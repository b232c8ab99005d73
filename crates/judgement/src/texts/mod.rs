//! 读法 one reading or no verdict. A text that can be read in several ways gives a small set of readings, each a text that the strict
//! readers of `reading` and `limit` take without a doubt; every pair of result and limit is judged exactly. If all come to one
//! verdict, that is the verdict and the working lists them; if not, a person decides and sees the two that disagree.
//!
//! A *likely* reading is one that somebody may have meant. A *guard* is one that nobody writes on purpose (`3×101` as a product) and
//! that keeps a repair from turning a failure into a pass: it can take a 合格 away, never a 不合格.

mod doubt;
mod kind;
mod limits;
mod plans;
mod portions;
mod results;
mod settle;
mod strict;
pub mod sums;
mod tokens;
mod typed;
mod unit;
mod words;

pub use kind::Texts;
pub use typed::{Typed, judge_against, judge_item, judge_stored};
pub use words::{judge_texts, judge_words};
