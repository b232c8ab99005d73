//! 抽样与收样 the sampling sheet, its sample and the reception.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod markets;
pub mod parties;
pub mod samples;
pub mod sheet;
pub mod views;

use rocket::Route;
// the templates name it
use shiyan_web_kit::ui;

/// Every route of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [samples::routes(), sheet::routes(), parties::routes(), markets::routes()].concat()
}
