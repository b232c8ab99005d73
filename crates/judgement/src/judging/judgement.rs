//! 判定 the verdict with its reason and working, as made and as stored beside the result.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{CodeInfo, Label, Lang};

use super::step::Step;
use super::verdict::{PASS, Verdict};
use crate::reasons::Reason;

/// 判定 the verdict on one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// 单项判定
    pub verdict: Verdict,
    /// 理由
    pub reason: Reason,
    /// 判定过程
    pub working: Vec<Step>,
    /// 临界
    pub near_limit: bool,
    /// 须第二人复核
    pub needs_second_analyst: bool,
    /// 须说明带入原则 before the check somebody records that carry-over (GB 2760 3.4) was considered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_carry_over_word: bool,
}

impl Judgement {
    pub(crate) fn person(reason: &'static CodeInfo, working: Vec<Step>) -> Self {
        Self { verdict: Verdict::NeedsPerson, reason: Reason(reason), working, near_limit: false, needs_second_analyst: false, needs_carry_over_word: false }
    }
    /// The reason as a sentence.
    #[must_use]
    pub fn reason_text(&self, lang: Lang) -> &'static str {
        lang.pick(self.reason.0.zh, self.reason.0.en)
    }
    /// The whole working, one step a line.
    #[must_use]
    pub fn explain(&self, lang: Lang) -> String {
        let mut out: Vec<String> = self.working.iter().map(|s| s.text(lang)).collect();
        out.push(format!("{} [{}] {}", self.verdict.label(lang), self.reason.code, self.reason_text(lang)));
        out.join("\n")
    }
}

/// 合格 taken away by what nobody entered, say.
pub(crate) fn doubted(judged: Judgement, reason: &'static CodeInfo) -> Judgement {
    if judged.verdict == PASS { Judgement { verdict: Verdict::NeedsPerson, reason: Reason(reason), ..judged } } else { judged }
}

/// 单项判定 as stored beside the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredJudgement {
    /// Verdict.
    pub verdict: Verdict,
    /// Reason code.
    pub code: String,
    /// Reason, Chinese.
    pub zh: String,
    /// Reason, English.
    pub en: String,
    /// 判定过程 step by step: Chinese, English.
    pub working: Vec<(String, String)>,
    /// 临界 within ten per cent of the limit.
    pub near_limit: bool,
    /// 须说明带入原则 before the check somebody records that carry-over (GB 2760 3.4) was considered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_carry_over_word: bool,
}
