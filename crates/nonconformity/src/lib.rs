//! 核查处置 verification and disposal of a failing batch: cases (one a part), blocks with evidence, clocks, closing
//! (抽检办法 arts 26–29, 40–46).
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod block;
pub mod case;
pub mod closing;
pub mod code;
pub mod draw;
pub mod effect;
pub mod objection;
pub mod publication;
pub mod recheck;
pub mod service;

pub use block::{Block, BlockField, BlockRecord, EvidenceRef};
pub use case::{Case, CaseAction, CaseOpening, CaseState, ClockMove, Part, PauseMove, Stepped, open_cases};
pub use closing::{Standing, closing};
pub use draw::{Barred, Candidate, Drawn, draw_lab, draw_share};
pub use effect::{EffectCheck, EffectDraw};
pub use objection::{Objection, ObjectionAction, ObjectionKind, ObjectionState};
pub use publication::{Hold, Publication, publication};
pub use recheck::{Asking, Finality, Recheck, RecheckAction, RecheckState, can_recheck, finality, recheckable_until};
pub use service::{Attempt, Recipient, Service, ServiceMethod, ServiceResult};
