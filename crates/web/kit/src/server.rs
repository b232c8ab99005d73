//! 服务 a server over routes: the security headers, the counting, the limits, the catchers. Which routes there are is said by whoever builds it.

use std::io::Cursor;
use std::net::SocketAddr;

use rocket::config::LogLevel;
use rocket::data::{Limits, ToByteUnit};
use rocket::http::{ContentType, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::response::{Redirect, Responder, Response};
use rocket::{Build, Request, Rocket, Route, State, get, post, routes};

use crate::failure::Failure;
use crate::guard::{Newcomer, User, Visit};
use crate::site::Site;
use crate::{carried, failure, guard, metrics, packed};

/// Settings of a listener.
#[must_use]
pub fn rocket_config(listen: SocketAddr) -> rocket::Config {
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
#[must_use]
pub fn behind() -> rocket::Config {
    let config = rocket_config(SocketAddr::from(([127, 0, 0, 1], 0)));
    let shutdown = rocket::config::Shutdown { ctrlc: false, signals: std::collections::HashSet::new(), ..config.shutdown.clone() };
    rocket::Config { shutdown, ..config }
}

/// A server over these rooms.
#[must_use]
pub fn build(site: Site, listen: SocketAddr, rooms: Vec<Route>) -> Rocket<Build> {
    over(site, rocket_config(listen), rooms)
}

/// The same behind a front door: on the loopback, and deaf to whatever lacks the stamp.
#[must_use]
pub fn build_behind(site: Site, stamp: guard::Stamp, rooms: Vec<Route>) -> Rocket<Build> {
    over(site, behind(), rooms).manage(stamp).attach(guard::ThroughDoor).mount("/", rocket::routes![guard::side_door])
}

fn over(site: Site, config: rocket::Config, rooms: Vec<Route>) -> Rocket<Build> {
    rocket::custom(config)
        .manage(site)
        .attach(guard::Headers)
        .attach(metrics::Counter)
        .attach(guard::Methods)
        .attach(packed::Packed)
        .mount("/", carried::around(own()))
        .mount("/", carried::around(rooms))
        .register("/", failure::catchers())
}

/// Whoever is not signed in goes to the login and comes back; whoever has yet to choose a password or
/// to enrol the second factor does that first.
#[get("/<_..>", rank = 100)]
fn sign_in_first(visit: Visit, user: Option<User>, newcomer: Option<Newcomer>) -> Result<Redirect, Failure> {
    match (user, newcomer) {
        (Some(_), _) => Err(Failure::NotFound),
        (None, Some(newcomer)) if !visit.path.starts_with("/api/") => Ok(Redirect::to(newcomer.goes_to())),
        (None, _) => Err(Failure::SignIn(visit.path)),
    }
}

/// A form for an address that is none, a wrong id among them.
#[post("/<_..>", rank = 100)]
fn nowhere(_user: User) -> Failure {
    Failure::NotFound
}

/// One embedded file.
#[derive(Debug)]
pub struct AssetFile {
    body: &'static [u8],
    kind: ContentType,
    coding: Option<&'static str>,
}

impl<'r> Responder<'r, 'static> for AssetFile {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let mut response = Response::build();
        response.header(self.kind).raw_header("Cache-Control", "public, max-age=31536000, immutable");
        if let Some(coding) = self.coding {
            response.raw_header("Content-Encoding", coding);
        }
        response.sized_body(self.body.len(), Cursor::new(self.body)).ok()
    }
}

/// What the browser takes.
struct Brotli(bool);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Brotli {
    type Error = std::convert::Infallible;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self(packed::takes(request, "br")))
    }
}

#[get("/assets/<name>")]
fn asset(name: &str, brotli: Brotli) -> Option<AssetFile> {
    let asset = crate::assets::find(name)?;
    let kind = ContentType::parse_flexible(asset.mime)?;
    let (body, coding) = if brotli.0 { (asset.brotli, Some("br")) } else { (asset.bytes, None) };
    Some(AssetFile { body, kind, coding })
}

#[get("/healthz")]
fn healthz() -> &'static str {
    "ok\n"
}

#[get("/readyz")]
async fn readyz(site: &State<Site>) -> (Status, &'static str) {
    match site.app.ready().await {
        Ok(()) => (Status::Ok, "ready\n"),
        Err(why) if why.code() == shiyan_app::code::away().code => (Status::ServiceUnavailable, "not ready: the database or its disk takes no writes\n"),
        Err(_) => (Status::ServiceUnavailable, "not ready: the database is damaged\n"),
    }
}

/// What is there whatever the rooms are: the assets, the way to the login, the page of a job, the signs of life.
fn own() -> Vec<Route> {
    [routes![sign_in_first, nowhere, asset, healthz, readyz], crate::job_page::routes(), crate::again::routes()].concat()
}
