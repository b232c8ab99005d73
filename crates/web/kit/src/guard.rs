//! Guards: who is there, in which language, and the headers of every answer.

use std::net::IpAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Cookie, Header, SameSite, Status};
use rocket::outcome::Outcome;
use rocket::request::{FlashMessage, FromRequest};
use rocket::{Request, Response};
use shiyan_app::Error;
use shiyan_app::authority::{Act, may};
use shiyan_app::entry::Owes;
use shiyan_app::records::UserAccount;
use shiyan_foundation::{Actor, Instant, Label, Lang, Scope};

use crate::failure::Failure;
use crate::heavy::{Lane, Turn};
use crate::site::Site;
use crate::ui::Tone;
use crate::views::{Notice, Page, UserBar};

/// Cookie of the login; only the hash of its value is kept.
pub const LOGIN: &str = "shiyan_login";
/// Cookie of a browser that its people signed in with before; hashes are kept.
pub const DEVICES: &str = "shiyan_device";
/// Cookie between the password and the code; only the hash of its value is kept.
pub const TICKET: &str = "shiyan_code";
/// Where a password is changed.
pub const OWN_PASSWORD: &str = "/me/password";
/// Where the second factor is enrolled.
pub const OWN_SECOND: &str = "/me/second";

/// The language of a request: the cookie, else Chinese.
#[must_use]
pub fn lang_of(request: &Request<'_>) -> Lang {
    match request.cookies().get("lang").map(Cookie::value) {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

/// 来处 the stamp of the front door: a header with a secret of this process and the true address of who asks.
#[derive(Debug)]
pub struct Stamp {
    /// Name of the header.
    pub header: &'static str,
    /// What only the door of this process knows.
    pub secret: String,
}

impl Stamp {
    fn read(&self, request: &Request<'_>) -> Option<IpAddr> {
        let mut stamps = request.headers().get(self.header);
        let (Some(stamp), None) = (stamps.next(), stamps.next()) else { return None };
        let (secret, address) = stamp.split_once(' ')?;
        // Every byte is compared, so that the time tells nothing.
        let differs = secret.bytes().zip(self.secret.bytes()).fold(0, |d, (a, b)| d | (a ^ b));
        if secret.len() != self.secret.len() || differs != 0 {
            return None;
        }
        address.parse().ok()
    }
}

/// Address of the client: what the front door says, which nobody else can say; without a door the peer.
#[must_use]
pub fn client_address(request: &Request<'_>) -> IpAddr {
    let said = match request.rocket().state::<Stamp>() {
        Some(stamp) => stamp.read(request),
        None => request.client_ip(),
    };
    said.unwrap_or(IpAddr::from([0, 0, 0, 0]))
}

/// Whatever did not come through the front door is refused, whatever it asks for.
#[derive(Debug)]
pub struct ThroughDoor;

/// Where a request that did not come through the door ends.
#[rocket::get("/-/side-door")]
pub fn side_door() -> (Status, &'static str) {
    (Status::Forbidden, "只能从前门进入。\nOnly through the front door.\n")
}

#[rocket::async_trait]
impl Fairing for ThroughDoor {
    fn info(&self) -> Info {
        Info { name: "through the front door only", kind: Kind::Request }
    }
    async fn on_request(&self, request: &mut Request<'_>, _: &mut rocket::Data<'_>) {
        if request.rocket().state::<Stamp>().is_none_or(|stamp| stamp.read(request).is_none()) {
            request.set_method(rocket::http::Method::Get);
            request.set_uri(rocket::uri!(side_door));
        }
    }
}

/// What a query value, a part of a path and a file name in a header may hold as it is (RFC 3986, unreserved).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What a whole address may hold as it is besides; a percent sign is looked at on its own.
const ADDRESS: &AsciiSet = &UNRESERVED
    .remove(b'/')
    .remove(b'?')
    .remove(b'&')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';');

/// Percent-encoding for a query value.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// An address of this site and of no other.
#[must_use]
pub fn same_site(address: &str) -> String {
    let local = address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\r', '\n']);
    if !local {
        return "/".to_owned();
    }
    // A header takes only what an address may be made of; the rest is written as its bytes. What was written so before stays.
    let mut pieces = address.split('%');
    let mut out: String = pieces.next().map(|first| utf8_percent_encode(first, ADDRESS).collect()).unwrap_or_default();
    for piece in pieces {
        let escape = piece.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        out.push_str(if escape { "%" } else { "%25" });
        out.extend(utf8_percent_encode(piece, ADDRESS));
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
    pub from: IpAddr,
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
            from: client_address(request),
        })
    }
}

impl Visit {
    /// A public page.
    #[must_use]
    pub fn page(&self, site: &Site, zh: &str, en: &str) -> Page {
        let mut p = Page::public(self.lang, self.lang.pick(zh, en));
        p.path.clone_from(&self.path);
        p.today = self.now.date_naive();
        p.large = self.large;
        p.notice.clone_from(&self.notice);
        p.demo = site.config.demo;
        p.body = site.body(self.lang);
        p
    }
}

/// 表单令牌 as it stands in an answer: under a new mask each time, so that how well an answer compresses tells nothing of the token.
#[must_use]
pub fn masked(token: &str) -> String {
    if token.is_empty() {
        return String::new();
    }
    let mut mask = vec![0; token.len()];
    rand::fill(&mut mask[..]);
    let under: Vec<u8> = token.bytes().zip(&mask).map(|(byte, mask)| byte ^ mask).collect();
    format!("{}{}", hex::encode(&mask), hex::encode(under))
}

/// The token under the mask, if that is what was sent.
#[must_use]
pub fn unmasked(sent: &str) -> Option<String> {
    let bytes = hex::decode(sent).ok().filter(|bytes| bytes.len() == 128)?;
    let (mask, under) = bytes.split_at(64);
    String::from_utf8(mask.iter().zip(under).map(|(mask, under)| mask ^ under).collect()).ok()
}

/// Whether what was sent is this token under any mask; how long it takes does not depend on where they differ.
#[must_use]
pub fn is_token(token: &str, sent: &str) -> bool {
    let Ok(bytes) = hex::decode(sent) else { return false };
    let (mask, under) = bytes.split_at(bytes.len() / 2);
    let differs = token.bytes().zip(mask.iter().zip(under)).fold(0, |sum, (byte, (mask, under))| sum | (byte ^ mask ^ under));
    !token.is_empty() && mask.len() == token.len() && under.len() == token.len() && differs == 0
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
            // Whoever owes something does that, and nothing else.
            Ok(Some((_, Some(owes)))) if !may_while(owes, request.uri().path().as_str()) => Outcome::Forward(Status::Unauthorized),
            Ok(Some((user, _))) => Outcome::Success(user),
            Ok(None) => Outcome::Forward(Status::Unauthorized),
            // Whoever cannot be looked up is not sent to sign in: the database is away, and that is what is said.
            Err(failure) => Outcome::Error((Status::ServiceUnavailable, failure)),
        }
    }
}

fn may_while(owes: Owes, path: &str) -> bool {
    path == "/logout"
        || match owes {
            Owes::Password => path == OWN_PASSWORD,
            Owes::Second => path == OWN_SECOND || path.starts_with("/me/second/"),
        }
}

/// Somebody signed in who must choose a password or enrol the second factor first.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer(Owes);

impl Newcomer {
    /// Where they do it.
    #[must_use]
    pub fn goes_to(self) -> &'static str {
        goes_to(self.0)
    }
}

/// Where somebody does what they owe.
#[must_use]
pub fn goes_to(owes: Owes) -> &'static str {
    match owes {
        Owes::Password => OWN_PASSWORD,
        Owes::Second => OWN_SECOND,
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Newcomer {
    type Error = Failure;
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, (Status, Failure), Status> {
        let Outcome::Success(visit) = request.guard::<Visit>().await else { return Outcome::Forward(Status::Unauthorized) };
        match signed_in(request, visit).await {
            Ok(Some((_, Some(owes)))) => Outcome::Success(Newcomer(owes)),
            Ok(_) => Outcome::Forward(Status::Unauthorized),
            Err(failure) => Outcome::Error((Status::ServiceUnavailable, failure)),
        }
    }
}

async fn signed_in(request: &Request<'_>, visit: Visit) -> Result<Option<(User, Option<Owes>)>, Failure> {
    let Some(site) = request.rocket().state::<Site>() else { return Ok(None) };
    let name = cookie_name(site, LOGIN);
    // Two of that name: one of them is not ours, and nobody says which.
    let Some(cookie) = request.cookies().get(&name).filter(|_| !stands_twice(request, &name)) else { return Ok(None) };
    let token = cookie.value().to_owned();
    let looked_up = async {
        let Some(login) = site.app.who_is(&token, visit.now).await? else { return Ok(None) };
        let owes = site.app.owes(&login.user).await?;
        Ok::<_, Error>(Some((login, owes)))
    };
    match looked_up.await {
        Ok(None) => Ok(None),
        Ok(Some((login, owes))) => Ok(Some((User { actor: login.user.actor(), account: login.user, csrf: login.csrf, token, visit }, owes))),
        Err(error) => {
            tracing::error!("login check: {error}");
            Err(error.into())
        }
    }
}

/// Whether a request brings more than one cookie of a name.
fn stands_twice(request: &Request<'_>, name: &str) -> bool {
    let all = request.headers().get("Cookie").flat_map(|line| line.split(';'));
    all.filter(|cookie| cookie.split('=').next().is_some_and(|n| n.trim() == name)).count() > 1
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
    /// The same with the periods and numbers of the law of today: `{D37}`, `{N01}`.
    #[must_use]
    pub fn said(&self, zh: &str, en: &str) -> String {
        shiyan_statute::said(self.t(zh, en), self.now().date_naive(), self.lang())
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
    /// 盲样检验 must not learn whose sample it is.
    #[must_use]
    pub fn blind(&self) -> bool {
        self.actor.tests_blind()
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
        p.today = self.visit.now.date_naive();
        p.csrf = masked(&self.csrf);
        p.large = self.visit.large;
        p.notice.clone_from(&self.visit.notice);
        p.demo = site.config.demo;
        p.body = site.body(lang);
        p
    }
    /// Sees personal data unmasked: only who deals with the operator.
    #[must_use]
    pub fn sees_personal(&self) -> bool {
        self.may(Act::ReadPersonal)
    }
}

/// Name of a cookie: over HTTPS with the prefix that keeps neighbours from setting it.
#[must_use]
pub fn cookie_name(site: &Site, base: &'static str) -> String {
    if site.config.https { format!("__Host-{base}") } else { base.to_owned() }
}

/// A cookie that no script reads and no foreign page sends along with a post.
#[must_use]
pub fn own_cookie(site: &Site, base: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((cookie_name(site, base), value)).http_only(true).secure(site.config.https).same_site(SameSite::Lax).path("/").build()
}

/// The same cookie, taken away.
#[must_use]
pub fn no_cookie(site: &Site, base: &'static str) -> Cookie<'static> {
    own_cookie(site, base, String::new())
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
    use rocket::http::Method;
    use rocket::local::blocking::Client;

    #[rocket::get("/who")]
    fn who(from: From) -> String {
        from.0.to_string()
    }
    #[rocket::post("/who")]
    fn post_who(from: From) -> String {
        from.0.to_string()
    }
    struct From(IpAddr);
    #[rocket::async_trait]
    impl<'r> FromRequest<'r> for From {
        type Error = std::convert::Infallible;
        async fn from_request(request: &'r Request<'_>) -> Outcome<Self, (Status, Self::Error), Status> {
            Outcome::Success(From(client_address(request)))
        }
    }

    #[test]
    fn who_asks_is_who_the_door_says_and_nobody_else() {
        let stamp = Stamp { header: "x-door", secret: "0123456789".into() };
        let behind = rocket::custom(crate::server::behind()).manage(stamp).attach(ThroughDoor).mount("/", rocket::routes![who, post_who, side_door]);
        let client = Client::untracked(behind).unwrap();
        let asked = |method: Method, stamps: &[&str]| {
            let mut request = client.req(method, "/who").header(Header::new("X-Real-IP", "6.6.6.6")).header(Header::new("X-Forwarded-For", "6.6.6.6"));
            for stamp in stamps {
                request = request.header(Header::new("X-Door", (*stamp).to_owned()));
            }
            let answer = request.dispatch();
            (answer.status().code, answer.into_string().unwrap_or_default())
        };
        for method in [Method::Get, Method::Post] {
            assert_eq!(asked(method, &["0123456789 198.51.100.7"]), (200, "198.51.100.7".to_owned()));
            for stamps in [
                &[][..],
                &["012345678 1.1.1.1"],
                &["01234567890 1.1.1.1"],
                &["0123456788 1.1.1.1"],
                &["0123456789"],
                &["0123456789 nobody"],
                &["0123456789 1.1.1.1", "0123456789 2.2.2.2"],
                &[" 1.1.1.1"],
            ] {
                assert_eq!(asked(method, stamps).0, 403, "{method} {stamps:?}");
            }
        }
        assert_eq!(asked(Method::Put, &[]).0, 403, "also where nothing is");
        let alone = Client::untracked(rocket::custom(crate::server::behind()).mount("/", rocket::routes![who])).unwrap();
        let answer = alone.get("/who").remote("127.0.0.9:1".parse().unwrap()).header(Header::new("X-Real-IP", "6.6.6.6")).dispatch();
        assert_eq!(answer.into_string().unwrap(), "127.0.0.9", "without a door the peer, and no header");
    }
    #[test]
    fn a_way_back_never_leaves_the_site() {
        assert_eq!(same_site("/samples?q=1"), "/samples?q=1");
        assert_eq!(same_site("/a b\"?q=中\t%E4%zz"), "/a%20b%22?q=%E4%B8%AD%09%E4%25zz");
        for evil in ["//evil", "/\\evil", "http:evil", "", "/a\r\nSet-Cookie: x"] {
            assert_eq!(same_site(evil), "/", "{evil}");
        }
    }

    #[test]
    fn a_form_token_is_another_text_in_every_answer_and_the_same_token() {
        let token = "0b5c9d1e";
        let (one, two) = (masked(token), masked(token));
        assert!(one != two && !one.contains(token) && is_token(token, &one) && is_token(token, &two));
        for other in ["", token, "zz", &one[2..], &format!("{one}00"), &masked("0b5c9d1f"), &masked("0b5c9d1e0")] {
            assert!(!is_token(token, other), "{other}");
        }
        assert!(!is_token("", "") && masked("").is_empty());
    }
}
