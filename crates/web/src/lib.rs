//! 页面与接口 the pages and the JSON API. A handler guards, parses, makes one call and shows a view; nothing else.

pub mod api;
pub mod assets;
pub mod carried;
pub mod failure;
pub mod guard;
pub mod heavy;
pub mod jobs;
pub mod limit_rows;
pub mod metrics;
pub mod pages;
pub mod papers;
pub mod posted;
pub mod published_rows;
pub mod site;
pub mod ui;
pub mod views;

pub use failure::Failure;
pub use site::{Site, SiteConfig};

use std::net::SocketAddr;

use rocket::config::LogLevel;
use rocket::data::{Limits, ToByteUnit};
use rocket::{Build, Rocket};

/// Settings of a listener.
pub(crate) fn rocket_config(listen: SocketAddr) -> rocket::Config {
    rocket::Config {
        address: listen.ip(),
        port: listen.port(),
        log_level: LogLevel::Off,
        // Never trust a header for the client's address.
        ip_header: None,
        ident: rocket::config::Ident::none(),
        limits: Limits::default().limit("json", 1.mebibytes()),
        shutdown: rocket::config::Shutdown { grace: 5, mercy: 2, ..rocket::config::Shutdown::default() },
        cli_colors: false,
        ..rocket::Config::release_default()
    }
}

/// The server over an application: every route, the security headers, the limits.
#[must_use]
pub fn build(site: Site, listen: SocketAddr) -> Rocket<Build> {
    rocket::custom(rocket_config(listen))
        .manage(site)
        .attach(guard::Headers)
        .attach(metrics::Counter)
        .attach(guard::Methods)
        .mount("/", carried::around(pages::routes()))
        .mount("/", carried::around(api::routes()))
        .register("/", failure::catchers())
}
