//! 质量控制 the controls that a run of the bench carries: blank, duplicate, control material, spike recovery.
//!
//! Pure and exact. Percentages and limits are compared by cross-multiplication, so no rounded quotient ever decides; the
//! figures that are shown are rounded once (GB/T 8170). What was typed stays as typed. Whatever is not certain, a setting
//! that is missing included, is 需人工 and blocks the release; there are no silent defaults.

pub mod code;
mod evaluate;
mod exact;
mod reading;
mod recovery;
mod run;
mod slot;
mod westgard;

pub use recovery::{RecoveryLevel, recovery_level, recovery_levels};
pub use run::{QcCovered, QcOverride, QcState, blocking, override_run, run_state, why_not_override};
pub use slot::{QcCell, QcContext, QcKind, QcOutcome, QcSlot, QcVerdict};
pub use westgard::{Finding, QcPoint, WestgardRule, westgard};
