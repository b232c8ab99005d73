//! 指标与统计 figures with their rows, statistics, the annual report.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod figures;
mod looks;
pub mod parts;
pub mod stats;
pub mod views;
pub mod words;

use rocket::Route;
// the templates name it
use shiyan_web_kit::ui;

/// Every route of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [figures::routes(), stats::routes(), words::routes()].concat()
}
