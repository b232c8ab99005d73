//! 年度报告的章 the chapters beside whose sentences an office writes paragraphs of its own.

use shiyan_foundation::labels;

labels! {
    /// 章 of the annual report that an office may add to.
    pub enum ReportChapter {
        Overview = "overview", "总体情况", "Overview";
        Results = "results", "抽检结果分析", "Results of sampling";
        Disposal = "disposal", "核查处置情况", "Disposal";
        Rapid = "rapid", "快速检测情况", "Rapid tests";
        Causes = "causes", "不合格原因分析", "Causes";
        Risks = "risks", "风险提示与存在问题", "Risks and problems";
        Next = "next", "下一步工作", "Work ahead";
    }
}
