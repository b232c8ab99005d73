//! Guards: who is there, in which language, and the headers of every answer.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Cookie, Header, SameSite, Status};
use rocket::outcome::Outcome;
use rocket::request::{FlashMessage, FromRequest};
use rocket::{Request, Response};
use shiyan_app::authority::{Act, may};
use shiyan_app::records::UserAccount;
use shiyan_foundation::{Actor, Instant, Label, Lang, Role, Scope};

use crate::failure::Failure;
use crate::heavy::{Lane, Turn};
use crate::site::Site;
use crate::ui::Tone;
use crate::views::{Notice, Page, UserBar};

/// Cookie of the login; only the hash of its value is kept.
pub const LOGIN: &str = "shiyan_login";
/// Where a password is changed.
pub const OWN_PASSWORD: &str = "/me/password";

/// The language of a request: the cookie, else Chinese.
#[must_use]
pub fn lang_of(request: &Request<'_>) -> Lang {
    match request.cookies().get("lang").map(Cookie::value) {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

/// Percent-encoding for a query value.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// An address of this site and of no other.
#[must_use]
pub fn same_site(address: &str) -> String {
    let local = address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\r', '\n']);
    if !local {
        return "/".to_owned();
    }
    // A header takes only what an address may be made of; the rest is written as its bytes.
    let mut out = String::with_capacity(address.len());
    for (at, byte) in address.bytes().enumerate() {
        let escape = byte == b'%' && address.as_bytes().get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        if escape || byte.is_ascii_alphanumeric() || b"-._~/?&=:@!$()*+,;".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Anybody: language, address, text size, what just happened.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Language.
    pub lang: Lang,
    /// Address with its query.
    pub path: String,
    /// Larger text.
    pub large: bool,
    /// Said once.
    pub notice: Option<Notice>,
    /// When the request was read.
    pub now: Instant,
    /// Address of the client.
    pub from: std::net::IpAddr,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visit {
    type Error = Failure;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, (Status, Failure), Status> {
        let Some(site) = request.rocket().state::<Site>() else { return Outcome::Forward(Status::InternalServerError) };
        let lang = lang_of(request);
        let notice = match request.guard::<FlashMessage<'_>>().await {
            Outcome::Success(flash) => {
                let tone = if flash.kind() == "warn" { Tone::Warn } else { Tone::Pass };
                let (zh, en) = flash.message().split_once('|').unwrap_or((flash.message(), flash.message()));
                Some(Notice { tone, text: lang.pick(zh, en).to_owned(), link: None })
            }
            _ => None,
        };
        Outcome::Success(Visit {
            lang,
            path: request.uri().to_string(),
            large: request.cookies().get("text").is_some_and(|c| c.value() == "large"),
            notice,
            now: site.now(),
            from: request.client_ip().unwrap_or(std::net::IpAddr::from([0, 0, 0, 0])),
        })
    }
}

impl Visit {
    /// A public page.
    #[must_use]
    pub fn page(&self, site: &Site, zh: &str, en: &str) -> Page {
        let mut p = Page::public(self.lang, self.lang.pick(zh, en));
        p.path.clone_from(&self.path);
        p.large = self.large;
        p.notice.clone_from(&self.notice);
        p.demo = site.config.demo;
        p.body.clone_from(&site.config.body);
        p
    }
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct User {
    /// The visit.
    pub visit: Visit,
    /// The account.
    pub account: UserAccount,
    /// The person as the domain knows them.
    pub actor: Actor,
    /// Token that their forms carry.
    pub csrf: String,
    /// Token of the login itself.
    pub token: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = Failure;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, (Status, Failure), Status> {
        let visit = match request.guard::<Visit>().await {
            Outcome::Success(visit) => visit,
            Outcome::Error(e) => return Outcome::Error(e),
            Outcome::Forward(f) => return Outcome::Forward(f),
        };
        match signed_in(request, visit).await {
            // With a password that somebody else set, nothing but choosing one's own.
            Ok(Some(user)) if user.account.must_change && !matches!(request.uri().path().as_str(), OWN_PASSWORD | "/logout") => {
                Outcome::Forward(Status::Unauthorized)
            }
            Ok(Some(user)) => Outcome::Success(user),
            Ok(None) => Outcome::Forward(Status::Unauthorized),
            // Whoever cannot be looked up is not sent to sign in: the database is away, and that is what is said.
            Err(failure) => Outcome::Error((Status::ServiceUnavailable, failure)),
        }
    }
}

/// Somebody signed in who still has the password that somebody else set.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Newcomer {
    type Error = Failure;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, (Status, Failure), Status> {
        let Outcome::Success(visit) = request.guard::<Visit>().await else { return Outcome::Forward(Status::Unauthorized) };
        match signed_in(request, visit).await {
            Ok(Some(user)) if user.account.must_change => Outcome::Success(Newcomer),
            Ok(_) => Outcome::Forward(Status::Unauthorized),
            Err(failure) => Outcome::Error((Status::ServiceUnavailable, failure)),
        }
    }
}

async fn signed_in(request: &Request<'_>, visit: Visit) -> Result<Option<User>, Failure> {
    let (Some(site), Some(cookie)) = (request.rocket().state::<Site>(), request.cookies().get(LOGIN)) else { return Ok(None) };
    let token = cookie.value().to_owned();
    match site.app.who_is(&token, visit.now).await {
        Ok(Some(login)) => Ok(Some(User { actor: login.user.actor(), account: login.user, csrf: login.csrf, token, visit })),
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::error!("login check: {error}");
            Err(error.into())
        }
    }
}

impl User {
    /// Language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.visit.lang
    }
    /// The text of the reader's language.
    #[must_use]
    pub fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.visit.lang.pick(zh, en)
    }
    /// When the request was read.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.visit.now
    }
    /// Whether this person may do this at all: the same word as the use case will say.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        may(&self.actor, act).is_ok()
    }
    /// 轮次 waits for the turn of this person; it is held as long as the heavy work goes on.
    ///
    /// # Errors
    /// Too much of theirs, or of everybody's, is under way: 429 or 503 with the time to come back.
    pub async fn turn(&self, site: &Site, lane: Lane) -> Result<Turn, Failure> {
        site.heavy.turn(self.actor.id, lane).await
    }
    /// A list waits for a turn when it searches; without a word to search for it is read from an index.
    ///
    /// # Errors
    /// See [`User::turn`].
    pub async fn turn_to_search(&self, site: &Site, q: Option<&str>) -> Result<Option<Turn>, Failure> {
        match q.map(str::trim).filter(|q| !q.is_empty()) {
            Some(_) => self.turn(site, Lane::Figures).await.map(Some),
            None => Ok(None),
        }
    }
    /// Scope of every query.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.actor.scope
    }
    /// The shell of a page.
    #[must_use]
    pub fn page(&self, site: &Site, nav: &'static str, title: impl Into<String>) -> Page {
        let lang = self.visit.lang;
        let duties = self.actor.roles.iter().map(|r| r.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "));
        let bar = UserBar {
            name: self.actor.name.clone(),
            username: self.account.username.clone(),
            roles: self.actor.roles.clone(),
            scope: self.actor.scope.clone(),
            duty: duties,
        };
        let mut p = Page::of(lang, title, nav, bar);
        p.path.clone_from(&self.visit.path);
        p.csrf.clone_from(&self.csrf);
        p.large = self.visit.large;
        p.notice.clone_from(&self.visit.notice);
        p.demo = site.config.demo;
        p.body.clone_from(&site.config.body);
        p
    }
    /// Sees personal data unmasked: only who deals with the operator.
    #[must_use]
    pub fn sees_personal(&self) -> bool {
        self.actor.has_any(&[Role::Sampler, Role::Enforcer])
    }
}

/// The login cookie.
#[must_use]
pub fn login_cookie(site: &Site, token: String) -> Cookie<'static> {
    Cookie::build((LOGIN, token)).http_only(true).secure(site.config.https).same_site(SameSite::Lax).path("/").build()
}

/// Security headers on every answer.
#[derive(Debug)]
pub struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "security headers", kind: Kind::Response }
    }
    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'none'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
        // A file has a stricter one of its own.
        if !response.headers().contains("Content-Security-Policy") {
            response.set_header(Header::new("Content-Security-Policy", policy));
        }
        response.set_header(Header::new("X-Content-Type-Options", "nosniff"));
        response.set_header(Header::new("X-Frame-Options", "DENY"));
        response.set_header(Header::new("Referrer-Policy", "same-origin"));
        response.set_header(Header::new("Cross-Origin-Resource-Policy", "same-origin"));
        response.set_header(Header::new("Cross-Origin-Opener-Policy", "same-origin"));
        response.set_header(Header::new("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"));
        if request.rocket().state::<Site>().is_some_and(|s| s.config.https) {
            response.set_header(Header::new("Strict-Transport-Security", "max-age=31536000; includeSubDomains"));
        }
        if !response.headers().contains("Cache-Control") {
            response.set_header(Header::new("Cache-Control", "no-store"));
        }
    }
}

/// A form is a POST, whatever its first field says: Rocket would take another method from it, and an answer to HEAD has no body.
#[derive(Debug)]
pub struct Methods;

#[rocket::async_trait]
impl Fairing for Methods {
    fn info(&self) -> Info {
        Info { name: "one method", kind: Kind::Request }
    }
    async fn on_request(&self, request: &mut Request<'_>, _: &mut rocket::Data<'_>) {
        if request.method() != rocket::http::Method::Post && request.content_type().is_some_and(|kind| kind.is_form()) {
            request.set_method(rocket::http::Method::Post);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_way_back_never_leaves_the_site() {
        assert_eq!(same_site("/samples?q=1"), "/samples?q=1");
        assert_eq!(same_site("/a b\"?q=中\t%E4%zz"), "/a%20b%22?q=%E4%B8%AD%09%E4%25zz");
        for evil in ["//evil", "/\\evil", "http:evil", "", "/a\r\nSet-Cookie: x"] {
            assert_eq!(same_site(evil), "/", "{evil}");
        }
    }
}
