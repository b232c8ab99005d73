//! 提交 what a form posts, read once and bounded: fields, files; refused when it did not come from a page of ours.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use rocket::Request;
use rocket::data::{Data, FromData, Outcome};
use rocket::http::Status;
use rocket::outcome::Outcome as RocketOutcome;
use serde::{Deserialize, Serialize};
use shiyan_app::Error;
use shiyan_app::cases::Upload;
use shiyan_app::entry::form_is_of;
use shiyan_app::once::Key;
use shiyan_foundation::{CodeInfo, Refusal};

use crate::again::{self, Standing, stands};
use crate::bodies::{FORM, Held, Incoming, Unread};
use crate::carried::once;
use crate::failure::{Failure, code};
use crate::guard::{User, is_token, masked, unmasked};
use crate::shape::{Shape, over_all, shaped_in};
use crate::views::ProblemView;
use crate::views::forms::Filled;

/// Field with the key of a file that was tried and is to be written.
pub const CONFIRM: &str = "confirm";

/// Most fields of a form: the largest worksheet, 60 samples of 40 items with their revisions and controls, is one form.
const FIELDS: usize = 6_000;

/// What was posted.
#[derive(Debug, Clone, Default)]
pub struct Posted {
    fields: Vec<(String, String)>,
    files: Vec<(String, Upload)>,
    /// Fields of files that were read and not kept.
    left_out: Vec<String>,
    /// The share of the memory for bodies that this one takes; given back when the last copy goes.
    #[allow(dead_code)]
    held: Arc<Held>,
}

impl Posted {
    /// A form with these fields.
    #[must_use]
    pub fn of(fields: &[(&str, &str)]) -> Self {
        Self { fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(), ..Self::default() }
    }
    /// The first value of a field, as typed.
    #[must_use]
    pub fn raw(&self, key: &str) -> &str {
        self.fields.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v)
    }
    /// The first value of a field, trimmed.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.raw(key).trim()
    }
    /// Names and texts of all fields, in their order.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }
    /// Every value of a field.
    #[must_use]
    pub fn many(&self, key: &str) -> Vec<&str> {
        self.fields.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect()
    }
    /// The ids of a field, as ticked.
    ///
    /// # Errors
    /// One has not the form of an id: there is no such record.
    pub fn keys<T: FromStr>(&self, key: &str) -> Result<Vec<T>, Error> {
        self.many(key).into_iter().map(|id| id.parse().map_err(|_| Error::NotFound)).collect()
    }
    /// A value, if it is not blank.
    #[must_use]
    pub fn some(&self, key: &str) -> Option<&str> {
        Some(self.get(key)).filter(|v| !v.is_empty())
    }
    /// The first file of a field that has bytes.
    #[must_use]
    pub fn file(&self, key: &str) -> Option<Upload> {
        self.files.iter().find(|(k, f)| k == key && !f.bytes.is_empty()).map(|(_, f)| f.clone())
    }
    /// Every file of a field that has bytes.
    #[must_use]
    pub fn files(&self, key: &str) -> Vec<Upload> {
        self.files.iter().filter(|(k, f)| k == key && !f.bytes.is_empty()).map(|(_, f)| f.clone()).collect()
    }
    /// Every field with its first value.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        for (key, value) in &self.fields {
            out.entry(key.clone()).or_insert_with(|| value.clone());
        }
        out
    }
    /// For showing the form again: everything typed, and the refusals at their fields.
    #[must_use]
    pub fn filled(&self, why: &[Refusal], lang: shiyan_foundation::Lang) -> Filled {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for (key, value) in self.fields.iter().filter(|(k, _)| !k.contains("password") && k != "csrf") {
            values.entry(key.clone()).and_modify(|old| *old = format!("{old},{value}")).or_insert_with(|| value.clone());
        }
        Filled { values, problems: why.iter().map(|r| ProblemView::of(r, lang)).collect() }
    }
}

/// 已填内容 what a form brought, kept beside the request so that a page that says "not now" can give it back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// Where it was sent to.
    pub to: String,
    /// Token that the form carried, as it was sent.
    pub token: String,
    /// Names and values, without secrets.
    pub fields: Vec<(String, String)>,
    /// Names of the fields that are never given back.
    pub secrets: Vec<String>,
    /// Fields of the files that were with it, and how many: those are chosen again.
    pub files: BTreeMap<String, usize>,
}

/// What was typed into the form of this request, if it was read.
pub fn typed_of<'r>(request: &'r Request<'_>) -> Option<&'r Typed> {
    request.local_cache(OnceLock::<Typed>::new).get()
}

/// Content of a form of this size is given back; a larger one is not written into a page.
const GIVEN_BACK: usize = 1024 * 1024;

/// What is never given back: passwords, and codes that hold once.
fn secret(path: &str, key: &str) -> bool {
    key.contains("password") || key == "totp" || key == "old" || (key == "code" && (path.starts_with("/login") || path.starts_with("/me/")))
}

impl Posted {
    /// Keeps what was typed beside the request.
    pub fn keep(&self, request: &Request<'_>) {
        let path = request.uri().path().to_string();
        let size: usize = self.fields.iter().map(|(k, v)| k.len() + v.len()).sum();
        if size > GIVEN_BACK {
            return;
        }
        let (secrets, fields): (Vec<_>, Vec<_>) = self.fields.iter().filter(|(k, _)| k != "csrf").cloned().partition(|(k, _)| secret(&path, k));
        let mut typed = Typed {
            to: request.uri().to_string(),
            token: self.raw("csrf").to_owned(),
            fields,
            secrets: secrets.into_iter().map(|(k, _)| k).collect(),
            files: BTreeMap::new(),
        };
        for key in self.files.iter().filter(|(_, f)| !f.bytes.is_empty()).map(|(k, _)| k).chain(&self.left_out) {
            *typed.files.entry(key.clone()).or_default() += 1;
        }
        let _ = request.local_cache(OnceLock::<Typed>::new).set(typed);
    }
    /// Hash of what is asked for: the address and every field and file, in order, but what differs from page to page.
    fn print(&self, request: &Request<'_>) -> String {
        let mut content = Vec::new();
        let mut add = |part: &[u8]| {
            content.extend((part.len() as u64).to_be_bytes());
            content.extend(part);
        };
        add(request.uri().to_string().as_bytes());
        for (key, value) in self.fields.iter().filter(|(k, _)| !matches!(k.as_str(), "csrf" | "idempotency") && !k.contains("password")) {
            add(key.as_bytes());
            add(value.as_bytes());
        }
        for (key, file) in &self.files {
            add(key.as_bytes());
            add(file.name.as_bytes());
            add(shiyan_app::sha256_hex(&file.bytes).as_bytes());
        }
        shiyan_app::sha256_hex(&content)
    }
}

type Refused = (Status, Failure);

fn refused(status: Status, refusal: Refusal) -> Refused {
    (status, Failure::With(status, refusal))
}

/// Same origin by what the browser itself says; a client that says nothing (not a browser) needs the token all the same.
fn from_here(request: &Request<'_>) -> bool {
    let headers = request.headers();
    if headers.get_one("Sec-Fetch-Site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match (headers.get_one("Origin"), headers.get_one("Host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest == host),
        _ => true,
    }
}

/// 送来的表单 a form in the shape that its address takes. Nothing else of a form comes to a handler: what was posted stands in it as it came,
/// for showing the page again; what is done comes from [`Sent::read`] and [`Sent::command`].
#[derive(Debug)]
pub struct Sent<T> {
    form: Posted,
    shape: PhantomData<fn() -> T>,
}

impl<T> Sent<T> {
    fn of(form: Posted) -> Self {
        Self { form, shape: PhantomData }
    }
}

impl<T> Deref for Sent<T> {
    type Target = Posted;
    fn deref(&self) -> &Posted {
        &self.form
    }
}

impl<T: Shape> Sent<T> {
    /// The form in its shape.
    ///
    /// # Errors
    /// A text is too long; the refusal names it.
    pub fn read(&self) -> Result<T, Error> {
        self.read_in("")
    }
    /// The form of one of the actions of a page in its shape.
    ///
    /// # Errors
    /// See [`Sent::read`].
    pub fn read_in(&self, action: &str) -> Result<T, Error> {
        shaped_in(&self.form, action)
    }
    /// 命令 what the form asks for, in the types of the application.
    ///
    /// # Errors
    /// A text is too long, or is not what its field takes; the refusals name the fields.
    pub fn command<C: TryFrom<T>>(&self) -> Result<C, Error>
    where
        Error: From<C::Error>,
    {
        self.command_in("")
    }
    /// 命令 the same of one of the actions of a page.
    ///
    /// # Errors
    /// See [`Sent::command`].
    pub fn command_in<C: TryFrom<T>>(&self, action: &str) -> Result<C, Error>
    where
        Error: From<C::Error>,
    {
        Ok(C::try_from(self.read_in(action)?)?)
    }
}

#[rocket::async_trait]
impl<'r, T: Shape> FromData<'r> for Sent<T> {
    type Error = Failure;
    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let posted = match Posted::read(request, data).await {
            Ok(posted) => posted,
            Err(refused) => return Outcome::Error(refused),
        };
        posted.keep(request);
        // Where something is typed, the page itself says what is too long, and keeps it.
        if let Some(why) = over_all(&posted).into_iter().next().filter(|_| T::BARE) {
            return Outcome::Error(refused(Status::UnprocessableEntity, why));
        }
        // Signed in, the form must carry the token of this very login.
        match request.guard::<User>().await {
            RocketOutcome::Success(user) if !is_token(&user.csrf, posted.raw("csrf")) => {
                Outcome::Error(refused(Status::Forbidden, Refusal::new(not_this_login(request, &user, posted.raw("csrf")))))
            }
            RocketOutcome::Success(user) => {
                // A file that was tried is written once, also where a page forgot the key.
                let named = posted.some("idempotency").map(str::to_owned).or_else(|| posted.some(CONFIRM).map(|key| format!("confirm:{key}")));
                let key = Key { owner: user.actor.id.to_string(), key: named.unwrap_or_default(), content: posted.print(request) };
                match once(request, key).await {
                    Ok(()) => Outcome::Success(Self::of(posted)),
                    Err(failure) => Outcome::Error((Status::Conflict, failure)),
                }
            }
            RocketOutcome::Error(error) => Outcome::Error(error),
            RocketOutcome::Forward(_) => Outcome::Success(Self::of(posted)),
        }
    }
}

/// Why a form does not go with the login that it came with. What was typed stays with whoever typed it.
fn not_this_login(request: &Request<'_>, user: &User, sent: &str) -> &'static CodeInfo {
    let Some(token) = unmasked(sent) else { return code::CSRF };
    if form_is_of(&token, &user.actor.id.to_string()) {
        stands(request, Standing::Theirs(masked(&user.csrf)));
        code::FORM_BEFORE
    } else {
        stands(request, Standing::OfAnother);
        code::FORM_OTHER
    }
}

/// 进门的表单 a form that stands before the login: no login stands behind it. Where somebody is signed in, it needs their token all the
/// same, unless it carries on what was typed under another login; it comes from a page of ours either way.
#[derive(Debug)]
pub struct Outside<T>(pub Sent<T>);

#[rocket::async_trait]
impl<'r, T: Shape> FromData<'r> for Outside<T> {
    type Error = Failure;
    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let posted = match Posted::read(request, data).await {
            Ok(posted) => posted,
            Err(refused) => return Outcome::Error(refused),
        };
        posted.keep(request);
        let carries_on = || Typed::unpacked(posted.get(again::FIELD)).is_some();
        match request.guard::<User>().await {
            RocketOutcome::Success(user) if !is_token(&user.csrf, posted.raw("csrf")) && !carries_on() => {
                Outcome::Error(refused(Status::Forbidden, Refusal::new(code::CSRF)))
            }
            RocketOutcome::Error(error) => Outcome::Error(error),
            _ => Outcome::Success(Outside(Sent::of(posted))),
        }
    }
}

impl Posted {
    /// Reads a form, bounded by who sends it.
    ///
    /// # Errors
    /// Not from a page of ours; too large; not a form.
    pub async fn read<'r>(request: &'r Request<'_>, data: Data<'r>) -> Result<Posted, Refused> {
        if !from_here(request) {
            return Err(refused(Status::Forbidden, Refusal::new(code::CSRF)));
        }
        let kind = request.headers().get_one("Content-Type").unwrap_or_default().to_owned();
        let posted = match Incoming::open(request, data, FORM).await {
            Ok(body) if kind.starts_with("multipart/form-data") => multipart(&kind, body).await,
            Ok(body) if kind.starts_with("application/x-www-form-urlencoded") => form(body).await,
            Ok(_) => Err(Unread::Broken),
            Err(why) => Err(why),
        };
        posted.map_err(Unread::refused)
    }
}

async fn form(mut body: Incoming<'_>) -> Result<Posted, Unread> {
    let posted = Posted { held: body.held(), ..urlencoded(&body.whole().await?) };
    if posted.fields.len() > FIELDS { Err(Unread::Broken) } else { Ok(posted) }
}

fn urlencoded(bytes: &[u8]) -> Posted {
    let fields = form_urlencoded::parse(bytes)
        .take(FIELDS + 1)
        .map(|(key, value)| {
            let key = clean(&key);
            let value = kept(&key, value.into_owned());
            (key, value)
        })
        .collect();
    Posted { fields, ..Posted::default() }
}

/// A password is what was typed, to the last sign; what it may not hold is refused, not left out.
fn kept(key: &str, value: String) -> String {
    if key == "old" || key.contains("password") { value } else { clean(&value) }
}

/// NUL and the line ends of other systems never reach the database.
fn clean(text: &str) -> String {
    text.replace('\0', "").replace("\r\n", "\n")
}

/// A form with files, taken apart as it arrives: nothing of it is in memory twice.
async fn multipart(kind: &str, body: Incoming<'_>) -> Result<Posted, Unread> {
    let boundary = multer::parse_boundary(kind).map_err(|_| Unread::Broken)?;
    let mut posted = Posted { held: body.held(), ..Posted::default() };
    let (outside, let_go) = (body.from_outside(), body.let_go());
    let body = Arc::new(tokio::sync::Mutex::new(body));
    let pieces = rocket::futures::stream::try_unfold(body.clone(), |body| async move {
        let piece = body.lock().await.next().await?;
        Ok::<_, Unread>(piece.map(|piece| (multer::bytes::Bytes::from(piece), body)))
    });
    let broken = |error: multer::Error| match error {
        multer::Error::StreamReadFailed(why) => why.downcast_ref().copied().unwrap_or(Unread::Broken),
        _ => Unread::Broken,
    };
    let mut form = multer::Multipart::new(Box::pin(pieces), boundary);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let key = field.name().unwrap_or_default().to_owned();
        let name = field.file_name().map(str::to_owned);
        let mut bytes = Vec::new();
        let mut left_out = false;
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            // Of whoever is not signed in no file is taken, only that there was one.
            if outside && name.is_some() {
                left_out = true;
                let_go.fetch_add(piece.len() as u64, Ordering::Relaxed);
            } else {
                bytes.extend_from_slice(&piece);
            }
        }
        if left_out {
            posted.left_out.push(key.clone());
        }
        match name {
            Some(name) => posted.files.push((key, Upload { name: clean(&name), bytes })),
            None => {
                let value = kept(&key, String::from_utf8_lossy(&bytes).into_owned());
                posted.fields.push((key, value));
            }
        }
        if posted.fields.len() + posted.files.len() > FIELDS {
            return Err(Unread::Broken);
        }
    }
    // A form that ends before its body does is whole only when the body came to its end as well.
    let mut body = body.lock().await;
    while body.next().await?.is_some() {}
    Ok(posted)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn typed_text_survives_the_post() {
        let posted = urlencoded("r=%EF%BC%9C0.01+mg&r=2&bad=%zz&x=%00a".as_bytes());
        assert_eq!(posted.get("r"), "＜0.01 mg");
        assert_eq!(posted.many("r").len(), 2);
        assert_eq!((posted.get("bad"), posted.get("x")), ("%zz", "a"));
        let secret = urlencoded(b"password=a%00b&old=+x+");
        assert_eq!((secret.raw("password"), secret.raw("old")), ("a\0b", " x "), "a password is not made another one");
    }
}
