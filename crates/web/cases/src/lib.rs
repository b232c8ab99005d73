//! 核查处置 the cases of failing batches.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod cases;
pub mod views;

use rocket::Route;
// the templates name it
use shiyan_web_kit::ui;

/// Every route of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [cases::routes()].concat()
}
