//! 快检 readings of the market points, their ledger and what follows a positive.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod rapid;
pub mod views;

use rocket::Route;
// the templates name it
use shiyan_web_kit::ui;

/// Every route of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [rapid::routes()].concat()
}
