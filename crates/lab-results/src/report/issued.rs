//! 检验报告 one issued revision, its number, and which orders are issued one by one.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{SampleId, TestOrderId, TestReportId};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Instant, Label, Refusal};

use super::ReportContent;
use crate::order::{Conclusion, Signature, TestOrder, code};

/// 检验报告 one issued revision; the row is never changed. An older revision is withdrawn by the newer one that names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// Id.
    pub id: TestReportId,
    /// The order.
    pub order: TestOrderId,
    /// The sample.
    pub sample: SampleId,
    /// 报告编号, unique, never reused; amended ones end in `-G1`, `-G2` …
    pub number: String,
    /// 0 for the first issue.
    pub amendment: u32,
    /// 替代 the number of the report it replaces.
    pub replaces: Option<String>,
    /// Why it was amended.
    pub reason: Option<String>,
    /// 检验结论
    pub conclusion: Conclusion,
    /// Signatures as printed.
    pub signatures: Vec<Signature>,
    /// 签发人
    pub issued_by: String,
    /// 签发时间
    pub issued_at: Instant,
    /// The frozen facts that the PDF prints, as JSON text.
    pub content: String,
    /// SHA-256 of `content`.
    pub content_sha256: String,
    /// SHA-256 of the archived PDF; demo reports are typeset on first request from the frozen facts.
    pub pdf_sha256: Option<String>,
    /// 验真码 of the public verification page.
    pub verify_code: String,
    /// 演示数据
    pub demo: bool,
}

impl TestReport {
    /// The frozen facts that the PDF prints; `None` of a report whose content cannot be read, which `verify` names.
    #[must_use]
    pub fn frozen(&self) -> Option<ReportContent> {
        serde_json::from_str(&self.content).ok()
    }
}

/// 报告编号 from the sheet number and the amendment.
#[must_use]
pub fn report_number(sampling_no: &str, amendment: u32) -> String {
    if amendment == 0 { format!("SY-{sampling_no}") } else { format!("SY-{sampling_no}-G{amendment}") }
}

/// Why an order is not issued together with others: 不合格 and 问题 reports are looked at one by one.
#[must_use]
pub fn not_in_a_batch(order: &TestOrder) -> Option<Refusal> {
    let outcome = order.conclusion.as_ref()?.outcome;
    matches!(outcome, Outcome::Fail | Outcome::Problem).then(|| Refusal::new(code::NOT_IN_BATCH).with("outcome", outcome.zh()).with("outcome_en", outcome.en()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_numbers_are_never_reused() {
        assert_eq!(report_number("XBJ26", 0), "SY-XBJ26");
        assert_eq!(report_number("XBJ26", 2), "SY-XBJ26-G2");
    }
}
