//! 页面与接口 the pages and the JSON API. A handler guards, parses, makes one call and shows a view; nothing else.

pub mod api;
pub mod assets;
pub mod bodies;
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
pub mod profiles;
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

/// Settings of a listener on the loopback that only the front door reaches, and that the program stops itself.
pub(crate) fn behind() -> rocket::Config {
    let config = rocket_config(SocketAddr::from(([127, 0, 0, 1], 0)));
    let shutdown = rocket::config::Shutdown { ctrlc: false, signals: std::collections::HashSet::new(), ..config.shutdown.clone() };
    rocket::Config { shutdown, ..config }
}

/// The server over an application: every route, the security headers, the limits.
#[must_use]
pub fn build(site: Site, listen: SocketAddr) -> Rocket<Build> {
    over(site, rocket_config(listen))
}

/// The same behind a front door: on the loopback, and deaf to whatever lacks the stamp.
#[must_use]
pub fn build_behind(site: Site, stamp: guard::Stamp) -> Rocket<Build> {
    over(site, behind()).manage(stamp).attach(guard::ThroughDoor).mount("/", rocket::routes![guard::side_door])
}

fn over(site: Site, config: rocket::Config) -> Rocket<Build> {
    rocket::custom(config)
        .manage(site)
        .attach(guard::Headers)
        .attach(metrics::Counter)
        .attach(guard::Methods)
        .mount("/", carried::around(pages::routes()))
        .mount("/", carried::around(api::routes()))
        .register("/", failure::catchers())
}
