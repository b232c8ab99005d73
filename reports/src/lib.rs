//! Papers (纸质文书): the 检验报告, the annual report and the forms of the office, as PDF and as DOCX.
//!
//! What a paper says stands in text files (`templates/`), which `template` and `wording` read.
//!
//! A paper is a function of its model: the same model gives the same bytes, on any machine and in any process, so that
//! the hash of a report can be kept and checked. Models hold text that is already worded and figures that are already
//! formatted; nothing is computed here but the layout.
//!
//! `paper` is the model of all of them but the printed form of the 检验报告, which has fixed places: pieces in their order, set as PDF there and as DOCX
//! by `docx`. `office` is how an office wants its papers to look.
//!
//! The layout is our own and small: `text` breaks lines by the rules of Chinese typesetting, `flow` fills pages,
//! `table` sets tables; `canvas` is what they draw on and `pdf` writes it with printpdf.

pub mod annual;
mod canvas;
mod chart;
pub mod code;
mod docx;
mod error;
mod face;
mod flow;
pub mod forms;
pub mod letters;
pub mod office;
mod pages;
mod paper;
mod pdf;
pub mod picture;
mod qr;
mod raster;
mod table;
pub mod template;
pub mod test_report;
mod text;
mod wording;

pub use error::ReportError;
pub use face::Faces;
pub use office::Office;
pub use pages::Pages;
pub use picture::Picture;
pub use shiyan_charts as charts;
pub use shiyan_foundation::Lang;
pub use table::{Align, Column, Table};
