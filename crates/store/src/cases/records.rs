//! 案件 and 时限钟 as they are kept.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Label;
use shiyan_nonconformity::Case;
use shiyan_statute::Clock;

use crate::entity as e;
use crate::record::{Record, Row, day, record};

/// 时限钟 with its revision and scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRecord {
    /// The clock.
    #[serde(flatten)]
    pub clock: Clock,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

record!(Case, case_file, "case", key |c| c.id.to_string(), revision |c| c.revision, demo |c| c.demo, row |r| {
    no: r.no.clone(), part: r.part.code().to_owned(), sample_id: r.sample.to_string(), order_id: r.order.to_string(), sampling_no: r.sampling_no.clone(),
    product: r.product.clone(), operator: r.operator.clone(), street: r.street.clone(), state: r.state.code().to_owned(), opened_on: day(r.opened_at),
    closed_on: r.closed_at.map(day), evidenced: r.evidenced(), handler: r.handler.as_ref().map(|(id, _)| id.to_string()),
    approver: r.approver.as_ref().map(|(id, _)| id.to_string()), demo: r.demo,
}, files |c| c.blocks.values().flat_map(|b| &b.evidence).map(|e| e.sha256.as_str()).collect());
record!(ClockRecord, clock, "clock", key |c| c.clock.id.to_string(), revision |c| c.revision, demo |c| c.demo, row |r| {
    subject: r.clock.subject.clone(), rule: r.clock.rule.code().to_owned(), started_on: day(r.clock.started_at), due_on: r.clock.effective_due_on().to_string(),
    stopped_on: r.clock.stopped_at.map(day), cancelled: r.clock.cancelled, provisional: r.clock.due.provisional, demo: r.demo,
});
