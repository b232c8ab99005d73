//! The stored nouns, each in the room of whose work it is: domain types as they are, and the few that exist only because they are stored.

pub use crate::cases::records::ClockRecord;
pub use crate::intake::records::SampleRecord;
pub use crate::limits::records::{ItemPackage, LimitRecord, PackageCheck, PackageItem, PackageLimit};
pub use crate::people::records::{SecondFactor, UserAccount};
pub use crate::rapid::records::{FollowUpRecord, ReadingRecord};
pub use crate::reference::records::{CalendarYear, ImportRun, Laboratory, PopulationRecord, PublishedResult, Setting, StreetRecord};
