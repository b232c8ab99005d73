//! 只做一次 what goes around every handler that changes something: the same request sent twice is carried out once and answered the
//! same, and what somebody typed outlives a database that is away.

use std::io::Cursor;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rocket::http::{ContentType, Header, Method, Status};
use rocket::outcome::Outcome as Either;
use rocket::response::{Flash, Redirect, Responder};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route, tokio};
use serde::{Deserialize, Serialize};
use shiyan_app::once::{ANSWER, First, Key};
use shiyan_foundation::Refusal;

use crate::again::{Standing, stands};
use crate::failure::{Failure, from_program};
use crate::guard::{Newcomer, User, same_site};
use crate::posted::Posted;
use crate::site::Site;

/// Header under which a program sends the key of a request.
pub const HEADER: &str = "Idempotency-Key";

/// What was sent first, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    status: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    location: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    json: String,
}

/// Set when a handler found that its request was carried out before.
#[derive(Debug, Default)]
struct Before(Mutex<Option<First>>);

/// The request under way, one for all guards and the handler.
pub fn carried<'r>(request: &'r Request<'_>) -> &'r shiyan_app::once::Request {
    request.local_cache(shiyan_app::once::Request::default)
}

/// The request carries a key: it is kept for its acts, and asked for at once.
///
/// # Errors
/// Carried out before; the key stands for other content; the database does not answer.
pub async fn once(request: &Request<'_>, key: Key) -> Result<(), Failure> {
    if key.key.is_empty() {
        return Ok(());
    }
    carried(request).carries(key.clone());
    let Some(site) = request.rocket().state::<Site>() else { return Ok(()) };
    match site.app.not_before_now(&key).await {
        // An act that kept what it gave answers by itself, word for word.
        Err(shiyan_app::Error::Again(first)) if !first.answer.is_empty() && serde_json::from_str::<Sent>(&first.answer).is_err() => Ok(()),
        other => Ok(other?),
    }
}

/// A handler found that its request was carried out before; the wrapper around it answers.
pub fn before(request: &Request<'_>, first: First) {
    *request.local_cache(Before::default).0.lock().unwrap_or_else(PoisonError::into_inner) = Some(first);
}

/// The routes, each with this around its handler.
#[must_use]
pub fn around(routes: Vec<Route>) -> Vec<Route> {
    let changes = |route: &Route| !matches!(route.method, Method::Get | Method::Head | Method::Options);
    let wrap = |mut route: Route| {
        if changes(&route) {
            route.handler = Box::new(Around(route.handler));
        }
        route
    };
    routes.into_iter().map(wrap).collect()
}

#[derive(Clone)]
struct Around(Box<dyn Handler>);

#[rocket::async_trait]
impl Handler for Around {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        // The guards of a handler run before its form is read: a database that is away would cost what was typed.
        if let Either::Error((Status::ServiceUnavailable, failure)) = request.guard::<User>().await {
            return match Posted::read(request, data).await {
                Ok(posted) => {
                    posted.keep(request);
                    Outcome::from(request, failure)
                }
                Err(_) => Outcome::from(request, failure),
            };
        }
        let carried = carried(request).clone();
        let outcome = carried.clone().within(self.0.handle(request, data)).await;
        let found = request.local_cache(Before::default).0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (found, outcome) {
            (Some(first), _) => again(request, carried.key(), first).await,
            // Something was saved, and only the page after it could not be read: "not saved" would be a lie.
            (None, Outcome::Success(response)) if response.status() == Status::ServiceUnavailable && carried.committed() => {
                Outcome::from(request, Failure::With(Status::ServiceUnavailable, Refusal::new(shiyan_app::code::uncertain())))
            }
            (None, Outcome::Success(mut response)) => {
                keep(request, &carried, &mut response).await;
                Outcome::Success(response)
            }
            (None, Outcome::Error(Status::ServiceUnavailable)) if carried.committed() => {
                Outcome::from(request, Failure::With(Status::ServiceUnavailable, Refusal::new(shiyan_app::code::uncertain())))
            }
            // Nobody is signed in, and the form is still unread: what was typed outlives the login.
            (None, Outcome::Forward((data, Status::Unauthorized))) if !from_program(request) => signed_out(request, data).await,
            (None, other) => other,
        }
    }
}

/// A form of whoever is not signed in, or has something else to do first: refused, with what was typed.
async fn signed_out<'r>(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
    let posted = match Posted::read(request, data).await {
        Ok(posted) => posted,
        Err((_, failure)) => return Outcome::from(request, failure),
    };
    posted.keep(request);
    let standing = match request.guard::<Newcomer>().await {
        Either::Success(newcomer) => Standing::Owes(newcomer.goes_to()),
        _ => Standing::SignedOut,
    };
    stands(request, standing);
    Outcome::from(request, Failure::SignIn(String::new()))
}

/// Keeps what is sent, for whoever asks again; nobody waits for it.
async fn keep(request: &Request<'_>, carried: &shiyan_app::once::Request, response: &mut Response<'_>) {
    let (Some(key), Some(site)) = (carried.unanswered(), request.rocket().state::<Site>()) else { return };
    if response.status().code >= 400 {
        return;
    }
    // A file, or a page, is asked for as often as somebody likes, from the same form: nothing of it is made twice.
    if response.status() == Status::Ok && !response.content_type().is_some_and(|kind| kind.is_json()) {
        if let Err(error) = site.app.forget_key(&key, site.now()).await {
            tracing::warn!("the key of a request was not given back: {error}");
        }
        return;
    }
    let mut sent = Sent { status: response.status().code, location: String::new(), json: String::new() };
    if let Some(location) = response.headers().get_one("Location") {
        location.clone_into(&mut sent.location);
    }
    if response.content_type().is_some_and(|kind| kind.is_json()) {
        let body = response.body_mut().to_bytes().await.unwrap_or_default();
        if body.len() <= ANSWER / 2 {
            sent.json = String::from_utf8_lossy(&body).into_owned();
        }
        response.set_sized_body(body.len(), Cursor::new(body));
    }
    let (app, now) = (site.app.clone(), site.now());
    if let Ok(text) = serde_json::to_string(&sent) {
        tokio::spawn(async move {
            if let Err(error) = app.keep_answer(&key, &text, now).await {
                tracing::warn!("the answer of a request was not kept: {error}");
            }
        });
    }
}

/// How often, and how long apart, an answer that is on its way is looked for.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// The first answer once more. Where the program broke off before it was sent, the record itself is the answer.
async fn again<'r>(request: &'r Request<'_>, key: Option<Key>, first: First) -> Outcome<'r> {
    let mut first = first;
    if let (Some(site), Some(key)) = (request.rocket().state::<Site>(), key) {
        for _ in 0..LOOKS {
            if !first.answer.is_empty() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            if let Ok(Some(now)) = site.app.first_answer(&key).await {
                first = now;
            }
        }
    }
    let sent = serde_json::from_str::<Sent>(&first.answer).ok();
    if from_program(request) {
        let status = sent.as_ref().map_or(Status::Ok, |s| Status::new(s.status));
        let body = sent
            .map(|s| s.json)
            .filter(|json| !json.is_empty())
            .unwrap_or_else(|| serde_json::json!({ "already": true, "subject": first.subject, "href": place_of(&first.subject) }).to_string());
        let response = Response::build()
            .status(status)
            .header(ContentType::JSON)
            .header(Header::new("Idempotent-Replay", "true"))
            .sized_body(body.len(), Cursor::new(body))
            .finalize();
        return Outcome::Success(response);
    }
    let to = sent.map(|s| s.location).filter(|to| !to.is_empty()).unwrap_or_else(|| place_of(&first.subject));
    let said = "这份表单先前已保存，没有重复记录|This form was saved before; nothing was recorded twice";
    match Flash::new(Redirect::to(same_site(&to)), "pass", said).respond_to(request) {
        Ok(response) => Outcome::Success(response),
        Err(status) => Outcome::Error(status),
    }
}

/// Where the record of a journal subject is looked at.
fn place_of(subject: &str) -> String {
    match subject.split_once(':') {
        Some(("sample", id)) => format!("/samples/{id}"),
        Some(("case", id)) => format!("/cases/{id}"),
        Some(("reading", id)) => format!("/rapid/{id}"),
        Some(("worksheet", id)) => format!("/worksheets/{id}"),
        Some(("user", _)) => "/admin/users".to_owned(),
        Some(("plan", _)) => "/plan".to_owned(),
        _ => "/".to_owned(),
    }
}
