//! 站点 the first page, the search, the interface for programs, and every room mounted. A handler guards, parses, makes one call and
//! shows a view; nothing else.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod api;
pub mod counts;
pub mod explain;
pub mod home;
pub mod search;
pub mod views;

#[cfg(test)]
mod hidden_tests;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod own_work_tests;
#[cfg(test)]
mod statistics;
#[cfg(test)]
mod time_left_tests;
#[cfg(test)]
mod tour;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod wire_tests;

use std::net::SocketAddr;

use rocket::{Build, Rocket, Route};
use shiyan_foundation::CodeInfo;
use shiyan_web_kit::guard::Stamp;
pub use shiyan_web_kit::{Failure, Site, SiteConfig};
use shiyan_web_kit::{server, ui};

/// Every route of every room.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        home::routes(),
        search::routes(),
        api::routes(),
        explain::routes(),
        shiyan_web_plan::routes(),
        shiyan_web_intake::routes(),
        shiyan_web_bench::routes(),
        shiyan_web_rapid::routes(),
        shiyan_web_cases::routes(),
        shiyan_web_figures::routes(),
        shiyan_web_papers::routes(),
        shiyan_web_admin::routes(),
    ]
    .concat()
}

/// The server over an application: every route, the security headers, the limits.
#[must_use]
pub fn build(site: Site, listen: SocketAddr) -> Rocket<Build> {
    server::build(site, listen, routes())
}

/// The same behind a front door: on the loopback, and deaf to whatever lacks the stamp.
#[must_use]
pub fn build_behind(site: Site, stamp: Stamp) -> Rocket<Build> {
    server::build_behind(site, stamp, routes())
}

/// The work of every room that outlives a restart.
#[must_use]
pub fn workers() -> Vec<(&'static str, shiyan_web_kit::jobs::Worker)> {
    shiyan_web_bench::issuing::workers()
}

/// Refusal codes of the crates that the application does not know.
#[must_use]
pub fn more_codes() -> Vec<&'static CodeInfo> {
    [shiyan_exchange::code::ALL, shiyan_web_kit::failure::code::ALL, shiyan_papers::code::ALL, shiyan_web_bench::code::ALL].concat()
}
