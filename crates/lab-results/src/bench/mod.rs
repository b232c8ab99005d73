//! 检验批 the bench: worksheets with their instruments and templates, and the formats of instrument files.

pub mod code;
mod instrument;
mod profile;
mod template;
mod worksheet;

pub use instrument::Instrument;
pub use profile::{MOST_TRIALS, PROFILE_MOVES, ProfileAction, ProfileState, ProfileVersion, Trial};
pub use template::{QcPlan, WorksheetTemplate, slots_of, template_of};
pub use worksheet::{Advance, MOST_ITEMS, MOST_SAMPLES, MOVES, RawFile, Worksheet, WorksheetAction, WorksheetSample, WorksheetState};
