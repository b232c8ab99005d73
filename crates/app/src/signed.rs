//! 所签内容 what a signature on an order stands on.

use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_store::{Error, sha256_hex};

/// SHA-256 of what is signed: every item with its result, limit and verdict.
pub(crate) fn content_hash(order: &TestOrder, items: &[TestItem]) -> Result<String, Error> {
    let signed: Vec<_> = items.iter().map(|i| (&i.analyte, &i.method, &i.unit, &i.raw, &i.limit, &i.picked, i.verdict(), &i.decision)).collect();
    Ok(sha256_hex(serde_json::to_string(&(order.sample, signed))?.as_bytes()))
}
