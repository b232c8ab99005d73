//! 检验任务、检验批、仪器 as they are kept.

use shiyan_foundation::Label;
use shiyan_lab_results::bench::{Instrument, ProfileVersion, Worksheet, WorksheetTemplate};
use shiyan_lab_results::order::{Meaning, TestItem, TestOrder};

use crate::entity as e;
use crate::record::{Record, Row, day, record};

record!(TestOrder, test_order, "order", key |o| o.id.to_string(), revision |o| o.revision, demo |o| o.demo, row |r| {
    sample_id: r.sample.to_string(),
    state: r.state.code().to_owned(),
    outcome: r.in_force.as_ref().or(r.conclusion.as_ref()).map(|c| c.outcome.code().to_owned()),
    concluded_on: r.in_force.as_ref().or(r.conclusion.as_ref()).map(|c| day(c.at)),
    issued_on: r.issued_at.map(day),
    report_due_on: r.report_due_on.to_string(),
    sampler_a: r.samplers.first().map_or_else(String::new, |(id, _)| id.to_string()),
    sampler_b: r.samplers.get(1).map_or_else(String::new, |(id, _)| id.to_string()),
    main_analyst: signed(r, Meaning::MainAnalyst),
    checker: signed(r, Meaning::Checker),
    reviewer: signed(r, Meaning::Reviewer),
    signatory: signed(r, Meaning::Signatory),
    demo: r.demo,
});
record!(TestItem, test_item, "item", key |i| i.id.to_string(), revision |i| i.revision, demo |i| i.demo, row |r| {
    order_id: r.order.to_string(), sample_id: r.sample.to_string(), position: i64::from(r.position), analyte: r.analyte.clone(), analyte_group: r.group.clone(),
    method: r.method.clone(), worksheet_id: r.worksheet.map(|w| w.to_string()),
    verdict: r.verdict().map(|v| v.code().to_owned()), analyst: r.analyst.as_ref().map(|(id, _)| id.to_string()),
    lab: r.peers.as_ref().map_or_else(String::new, |p| p.lab.clone()), category: r.peers.as_ref().map_or_else(String::new, |p| p.category.clone()),
    value: reading(r), demo: r.demo,
});
record!(Worksheet, worksheet, "worksheet", key |w| w.id.to_string(), revision |w| w.revision, demo |w| w.demo, row |r| {
    no: r.no.clone(), method: r.method.clone(), lab: r.lab.clone(), state: r.state.code().to_owned(), analyst: r.analyst.as_ref().map(|(id, _)| id.to_string()),
    due_on: r.due_on.to_string(), demo: r.demo,
}, files |w| w.files.iter().map(|f| f.sha256.as_str()).collect());
record!(WorksheetTemplate, worksheet_template, "template", key |t| t.key.clone(), revision |t| t.revision, demo |t| t.demo, row |r| { method: r.method.clone(), demo: r.demo });
record!(Instrument, instrument, "instrument", key |i| i.id.to_string(), revision |i| i.revision, demo |i| i.demo, row |r| { no: r.no.clone(), active: r.active, demo: r.demo });
record!(ProfileVersion, instrument_profile, "profile", key |p| p.id(), revision |p| p.revision, demo |_| false, row |r| {
    key: r.key.clone(), version: i64::from(r.version), state: r.state.code().to_owned(),
});

/// Bytes of a reading that is kept for comparing; what is longer is no single number.
const READING: usize = 64;

/// 历史读数 of an item that has a result and peers to be compared with.
fn reading(item: &TestItem) -> String {
    let kept = item.peers.is_some() && item.understood.len() <= READING;
    if kept { item.understood.clone() } else { String::new() }
}

fn signed(order: &TestOrder, meaning: Meaning) -> Option<String> {
    order.signatures.iter().find(|s| s.meaning == meaning).map(|s| s.user.to_string())
}
