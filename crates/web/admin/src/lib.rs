//! 管理 accounts, signing in, streets, population, limits, calendars, diagnosis.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod account;
pub mod admin;
pub mod keeping;
pub mod limit_check;
pub mod limits;
pub mod second;
mod typed;
pub mod views;

use rocket::Route;
// the templates name it
use shiyan_web_kit::ui;

/// Every route of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [admin::routes(), limits::routes(), limit_check::routes(), account::routes(), second::routes()].concat()
}
