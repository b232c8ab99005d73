//! 检验报告 and 已签发文书 as they are kept.

use shiyan_dispatch::IssuedPaper;
use shiyan_foundation::Label;
use shiyan_lab_results::report::TestReport;

use crate::entity as e;
use crate::record::{Record, Row, day, record};

record!(TestReport, test_report, "report", key |r| r.id.to_string(), revision |_| 0, demo |r| r.demo, row |r| {
    order_id: r.order.to_string(), sample_id: r.sample.to_string(), number: r.number.clone(), amendment: i64::from(r.amendment), issued_on: day(r.issued_at),
    verify_code: r.verify_code.clone(), pdf_sha256: r.pdf_sha256.clone(), demo: r.demo,
}, files |r| r.pdf_sha256.as_deref().into_iter().collect());

record!(IssuedPaper, paper, "paper", key |p| p.id.to_string(), revision |p| p.revision, demo |p| p.demo, row |r| {
    kind: r.kind.clone(), subject: r.subject.clone(), word: r.number.as_ref().map(|n| n.word.clone()), year: i64::from(chrono::Datelike::year(&r.dated)),
    number: r.number.as_ref().map(|n| i64::from(n.number)), issue: r.count.map(i64::from), dated: r.dated.to_string(), state: r.state.code().to_owned(), demo: r.demo,
}, files |p| p.files.iter().map(|f| f.hash.as_str()).collect());
