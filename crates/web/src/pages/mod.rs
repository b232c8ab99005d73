//! The pages, one file a room.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

pub mod account;
pub mod admin;
pub mod bench;
pub mod cases;
pub mod figures;
pub mod home;
pub mod issuing;
pub mod jobs;
pub mod keeping;
pub mod kit;
pub mod limit_check;
pub mod limits;
pub mod plan;
pub mod profiles;
pub mod published;
pub mod rapid;
pub mod report_settings;
pub mod reports;
pub mod review;
pub mod samples;
pub mod search;
pub mod second;
pub mod sheet;
pub mod stats;
pub mod timeline;
pub mod words;
pub mod worksheets;

#[cfg(test)]
mod hidden_tests;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tour;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod worksheet_tests;

use askama::Template;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, routes};

use crate::failure::Failure;
use crate::guard::{Newcomer, User, Visit};
use crate::site::Site;

/// A rendered page with its status.
pub type Html = Result<(Status, (ContentType, String)), Failure>;
/// Where to go after something was done, with what to say there.
pub type Done = Result<Flash<Redirect>, Failure>;

/// Renders a view.
///
/// # Errors
/// The template.
pub fn show(view: &impl Template) -> Html {
    Ok((Status::Ok, (ContentType::HTML, view.render()?)))
}

/// Renders a form again with what was refused.
///
/// # Errors
/// The template.
pub fn show_refused(view: &impl Template) -> Html {
    Ok((Status::UnprocessableEntity, (ContentType::HTML, view.render()?)))
}

/// Renders a form again with what was refused; whoever has to wait is told so in the headers too.
///
/// # Errors
/// The template; a wait.
pub fn show_why(view: &impl Template, why: &[shiyan_foundation::Refusal]) -> Html {
    let status = crate::failure::status_of(why);
    match crate::failure::seconds_of(why) {
        Some(seconds) => Err(Failure::Wait(status, seconds, view.render()?)),
        None => Ok((status, (ContentType::HTML, view.render()?))),
    }
}

/// Goes on after something was done.
pub fn done(to: impl Into<String>, zh: &str, en: &str) -> Flash<Redirect> {
    Flash::new(Redirect::to(to.into()), "pass", format!("{zh}|{en}"))
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

/// One embedded file.
#[derive(Debug, rocket::Responder)]
pub struct AssetFile {
    body: &'static [u8],
    kind: ContentType,
    cache: Header<'static>,
}

#[get("/assets/<name>")]
fn asset(name: &str) -> Option<AssetFile> {
    let asset = crate::assets::find(name)?;
    let kind = ContentType::parse_flexible(asset.mime)?;
    Some(AssetFile { body: asset.bytes, kind, cache: Header::new("Cache-Control", "public, max-age=31536000, immutable") })
}

#[get("/healthz")]
fn healthz() -> &'static str {
    "ok\n"
}

#[get("/readyz")]
async fn readyz(site: &State<Site>) -> (Status, &'static str) {
    match site.app.store.ready().await {
        Ok(()) => (Status::Ok, "ready\n"),
        Err(why) if why.code() == shiyan_app::code::away().code => (Status::ServiceUnavailable, "not ready: the database or its disk takes no writes\n"),
        Err(_) => (Status::ServiceUnavailable, "not ready: the database is damaged\n"),
    }
}

/// Every page route.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        routes![sign_in_first, asset, healthz, readyz],
        account::routes(),
        second::routes(),
        samples::routes(),
        sheet::routes(),
        bench::routes(),
        worksheets::routes(),
        profiles::routes(),
        review::routes(),
        reports::routes(),
        issuing::routes(),
        report_settings::routes(),
        jobs::routes(),
        cases::routes(),
        home::routes(),
        figures::routes(),
        plan::routes(),
        rapid::routes(),
        admin::routes(),
        limit_check::routes(),
        limits::routes(),
        stats::routes(),
        published::routes(),
        search::routes(),
    ]
    .concat()
}
