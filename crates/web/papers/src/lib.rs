//! 文书 the papers that leave the house: drafts with what would get them returned, signing, the register, and how the office wants them to look.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod draft;
pub mod office;
pub mod register;
pub mod views;

use rocket::Route;
// the templates name it
use shiyan_web_kit::ui;

/// Every route of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [register::routes(), draft::routes(), office::routes()].concat()
}
