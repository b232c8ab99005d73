//! 计划 as it is kept.

use shiyan_foundation::Label;
use shiyan_sampling_plan::Plan;

use crate::entity as e;
use crate::record::{Record, Row, record};

record!(Plan, plan, "plan", key |p| p.id.to_string(), revision |p| p.revision, demo |p| p.demo, row |r| {
    year: i64::from(r.year), state: r.state.code().to_owned(), demo: r.demo,
});
