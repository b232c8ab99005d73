//! 出具文书 the application before the typesetter: facts are gathered within the scope of who asks, and set. The page's button and the
//! command line call the same functions, so both make the same bytes. What a paper says and how it looks is in the reports crate.

mod annual;
mod test_report;

<<<<<<< HEAD
pub use annual::{Format, Tabled, annual, annual_file, district_file, district_pdf, tabled};
pub use test_report::{test_report_docx, test_report_pdf};
=======
pub use annual::{Tabled, annual, annual_pdf, district_pdf, district_tabled, tabled};
pub use test_report::test_report_pdf;
>>>>>>> 508cc7c (Count classes by month, the way of a year's batches and the turnaround, and name the columns of every table)
