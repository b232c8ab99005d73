//! 检验结论 of one sample, as it was made.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Instant;
use shiyan_foundation::task::Outcome;

/// 说法 Chinese and English of one thing.
pub type Said = (String, String);

/// 检验结论 of one sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// The outcome.
    pub outcome: Outcome,
    /// The official sentence, Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
    /// Failing or problem items.
    pub failing: Vec<String>,
    /// When it was made.
    pub at: Instant,
}
