//! 快检 rapid tests: points, devices, readings, the server's verdict, positives. A rapid test screens; it is never 合格 or 不合格
//! and can never enter the 4 per 1000: no type of this crate is a countable batch.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod accept;
pub mod agreement;
pub mod code;
pub mod control;
pub mod dictionary;
pub mod follow_up;
pub mod plate;
pub mod radar;
pub mod reading;
pub mod screen;
pub mod sent;

pub use follow_up::{FollowUp, FollowUpAction, FollowUpState};
pub use reading::{Device, Observed, Point, RapidVerdict, Reading, ReadingInput, decide};
pub use screen::{Basis, Cutoff, Screen, Side, screen};
pub use sent::{ContentHash, Doubt, Machine, Named, Said, Sent, SentTime};
