//! 结论 the words of a verdict.

use shiyan_foundation::{CodeInfo, labels};

labels! {
    /// 单项判定 in the words of the national system, and 需人工 for what only a person may decide.
    pub enum Verdict {
        Conforming = "conforming", "合格项", "Conforming";
        Nonconforming = "nonconforming", "不合格项", "Nonconforming";
        Problem = "problem", "问题项", "Problem";
        NoVerdict = "no_verdict", "不判定项", "No verdict";
        NeedsPerson = "needs_person", "需人工", "Needs a person";
    }
}

pub(crate) const PASS: Verdict = Verdict::Conforming;

pub(crate) const FAIL: Verdict = Verdict::Nonconforming;

/// A decision: the verdict and why, or why a person has to decide.
pub(super) type Decision = Result<(Verdict, &'static CodeInfo), &'static CodeInfo>;
