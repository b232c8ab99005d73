//! 样品行 and the register of parties as they are kept.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Label;
use shiyan_foundation::ids::UserId;
use shiyan_sample_intake::parties::{Market, Operator, Producer, Stall, plain};
use shiyan_sample_intake::{Sample, SampleState};

use crate::entity as e;
use crate::record::{Record, Row, day, record, text};

/// 样品行 wraps the sample with who created the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRecord {
    /// The sample.
    #[serde(flatten)]
    pub sample: Sample,
    /// Who began it.
    pub created_by: UserId,
}

record!(SampleRecord, sample, "sample", key |s| s.sample.id.to_string(), revision |s| s.sample.revision, demo |s| s.sample.demo, row |r| {
    sampling_no: number(&r.sample),
    state: r.sample.state.code().to_owned(),
    kind: core(&r.sample, |c| c.kind.code().to_owned()),
    level: core(&r.sample, |c| c.level.code().to_owned()),
    department: core(&r.sample, |c| c.department.code().to_owned()),
    link: core(&r.sample, |c| c.link.code().to_owned()),
    place: r.sample.sheet.get("place").to_owned(),
    class: r.sample.sheet.get("cat1").to_owned(),
    category: core(&r.sample, |c| c.category.text()),
    street: r.sample.sheet.get("street").to_owned(),
    area_kind: core(&r.sample, |c| c.area_kind.code().to_owned()),
    online: r.sample.core.as_ref().is_some_and(|c| c.online),
    temporary: r.sample.core.as_ref().is_some_and(|c| c.temporary_no),
    name: r.sample.sheet.get("name").to_owned(),
    site_name: r.sample.sheet.get("site_name").to_owned(),
    lab: r.sample.sheet.get("lab_org").to_owned(),
    sampled_on: r.sample.core.as_ref().map_or_else(String::new, |c| c.sampled_on.to_string()),
    received_on: r.sample.reception.as_ref().filter(|_| r.sample.state == SampleState::Received).and_then(|x| x.at).map(day),
    sampler_a: sampler(&r.sample, 0),
    sampler_b: sampler(&r.sample, 1),
    created_by: r.created_by.to_string(),
    operator_id: text(r.sample.parties.operator),
    producer_id: text(r.sample.parties.producer),
    market_id: text(r.sample.parties.market),
    stall_id: text(r.sample.parties.stall),
    demo: r.sample.demo,
});
record!(Operator, operator, "operator", key |o| o.id.to_string(), revision |o| o.revision, demo |o| o.demo, row |r| {
    name: r.name.clone(), plain: plain(&r.name), credit_code: text(r.credit_code.as_ref()), permit_no: r.permit_no.clone(), street: r.street.clone(),
    standing: r.stand.standing.code().to_owned(), into_id: text(r.stand.into), demo: r.demo,
});
record!(Producer, producer, "producer", key |p| p.id.to_string(), revision |p| p.revision, demo |p| p.demo, row |r| {
    name: r.name.clone(), plain: plain(&r.name), credit_code: text(r.credit_code.as_ref()), permit_no: r.permit_no.clone(), region: r.region.clone(),
    standing: r.stand.standing.code().to_owned(), into_id: text(r.stand.into), demo: r.demo,
});
record!(Market, market, "market", key |m| m.id.to_string(), revision |m| m.revision, demo |m| m.demo, row |r| {
    name: r.name.clone(), plain: plain(&r.name), street: r.street.clone(), standing: r.stand.standing.code().to_owned(), demo: r.demo,
});
record!(Stall, stall, "stall", key |s| s.id.to_string(), revision |s| s.revision, demo |s| s.demo, row |r| {
    market_id: r.market.to_string(), number: r.number.clone(), operator_id: text(r.holder()), standing: r.stand.standing.code().to_owned(), demo: r.demo,
});

fn core(sample: &Sample, of: fn(&shiyan_sample_intake::CheckedSheet) -> String) -> String {
    sample.core.as_ref().map_or_else(String::new, of)
}
/// A draft's number is not taken yet; a voided sheet gives its number back.
fn number(sample: &Sample) -> Option<String> {
    match sample.state {
        SampleState::Draft | SampleState::Void => None,
        _ => sample.core.as_ref().map(|c| c.sampling_no.clone()),
    }
}
fn sampler(sample: &Sample, index: usize) -> String {
    sample.core.as_ref().and_then(|c| c.samplers.get(index)).map_or_else(String::new, |(id, _)| id.to_string())
}
