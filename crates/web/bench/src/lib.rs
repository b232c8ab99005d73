//! 检验 the bench of the laboratory: results, worksheets, review, reports, instrument profiles.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod bench;
pub mod code;
pub mod exchange;
pub mod issuing;
pub mod profiles;
pub mod report_settings;
pub mod reports;
pub mod review;
pub mod views;
pub mod worksheets;

use rocket::Route;
// the templates name it
use shiyan_web_kit::ui;

/// Every route of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        bench::routes(),
        worksheets::routes(),
        review::routes(),
        reports::routes(),
        issuing::routes(),
        report_settings::routes(),
        profiles::routes(),
        exchange::routes(),
    ]
    .concat()
}

#[cfg(test)]
mod worksheet_tests;
