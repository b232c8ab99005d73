//! 出具文书 the application before the typesetter: facts are gathered within the scope of who asks, and set. The page's button and the
//! command line call the same functions, so both make the same bytes. What a paper says and how it looks is in the reports crate.

mod annual;
mod batch;
pub mod catalogue;
pub mod code;
mod draft;
mod letters;
mod lists;
pub mod period;
pub mod statistics;
mod test_report;

pub use annual::{Format, Tabled, annual, annual_file, district_file, district_pdf, district_tabled, tabled};
pub use draft::{Draft, issue, own_faces, use_own_faces};
pub use letters::{Looked, Made, letter_file};
pub use shiyan_reports::Faces;
pub use shiyan_reports::test_report::BOUND;
pub use test_report::{test_report_docx, test_report_pdf, test_report_volume};
