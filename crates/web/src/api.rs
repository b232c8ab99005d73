//! JSON API (being written).
use rocket::Route;
/// Every API route.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
