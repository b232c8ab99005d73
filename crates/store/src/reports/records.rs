//! 检验报告 as it is kept.

use shiyan_lab_results::report::TestReport;

use crate::entity as e;
use crate::record::{Record, Row, day, record};

record!(TestReport, test_report, "report", key |r| r.id.to_string(), revision |_| 0, demo |r| r.demo, row |r| {
    order_id: r.order.to_string(), sample_id: r.sample.to_string(), number: r.number.clone(), amendment: i64::from(r.amendment), issued_on: day(r.issued_at),
    verify_code: r.verify_code.clone(), pdf_sha256: r.pdf_sha256.clone(), demo: r.demo,
}, files |r| r.pdf_sha256.as_deref().into_iter().collect());
