//! 检验报告 the facts that a report prints, frozen when it is issued; what a laboratory may choose about its
//! reports; the notice they carry.

mod content;
mod issued;
mod notices;
mod settings;
mod stated;

pub use content::{Pictures, ReportContent, ReportItem, working_of};
pub use issued::{TestReport, not_in_a_batch, report_number};
pub use notices::notices;
pub use settings::{ObjectionTerm, ReportOptions, ReportSettings, SuppliedPicture};
pub use stated::Stated;
