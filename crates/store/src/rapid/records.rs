//! 快检 points, readings and what follows them, as they are kept.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Label;
use shiyan_rapid_test::{FollowUp, Point, Reading};

use crate::entity as e;
use crate::journal::stamp;
use crate::record::{Record, Row, day, record, text};

/// 跟进 with the point it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUpRecord {
    /// The follow-up.
    #[serde(flatten)]
    pub follow_up: FollowUp,
    /// The point.
    pub point: shiyan_foundation::ids::PointId,
    /// 演示数据
    pub demo: bool,
}

/// 读数 with the street of its point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingRecord {
    /// The reading.
    #[serde(flatten)]
    pub reading: Reading,
    /// Street of the point.
    pub street: String,
}

record!(Point, rapid_point, "point", key |p| p.id.to_string(), revision |_| 0, demo |p| p.demo, row |r| {
    name: r.name.clone(), street: r.street.clone(), active: r.active, demo: r.demo,
});
record!(ReadingRecord, rapid_reading, "reading", key |r| r.reading.id.to_string(), revision |_| 0, demo |r| r.reading.demo, row |r| {
    point_id: r.reading.point.to_string(), street: r.street.clone(), day: day(r.reading.tested_at), tested_at: stamp(r.reading.tested_at), stall: r.reading.stall.clone(),
    food: r.reading.food.clone(), analyte: r.reading.analyte.clone(), method: r.reading.method.clone(), verdict: r.reading.verdict.code().to_owned(),
    retest_of: r.reading.retest_of.map(|id| id.to_string()), stall_id: text(r.reading.stall_id), demo: r.reading.demo,
}, files |r| r.reading.photo.as_deref().into_iter().collect());
record!(FollowUpRecord, follow_up, "followup", key |f| f.follow_up.reading.to_string(), revision |f| f.follow_up.revision, demo |f| f.demo, row |r| {
    point_id: r.point.to_string(), state: r.follow_up.state.code().to_owned(), told_on: day(r.follow_up.told_at), settled_at: r.follow_up.settled_at.map(stamp),
    sample_id: r.follow_up.sample.map(|s| s.to_string()), demo: r.demo,
}, files |f| f.follow_up.evidence.iter().map(String::as_str).collect());
