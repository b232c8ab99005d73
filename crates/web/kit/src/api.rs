//! 程序的请求 who asks through the JSON interface, and its bodies: bounded, said to be JSON, read in one way only.

use rocket::Request;
use rocket::data::{Data, FromData, Outcome as DataOutcome};
use rocket::http::{Method, Status};
use rocket::outcome::Outcome as Asked;
use rocket::request::FromRequest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shiyan_app::once::Key;
use shiyan_app::sha256_hex;
use shiyan_foundation::Refusal;
use validator::Validate;

use crate::bodies::{Incoming, JSON};
use crate::carried::{HEADER, once};
use crate::failure::{Failure, code};
use crate::guard::{User, is_token};

/// Who asks: signed in, and for a change with the token of the login or from our own pages.
#[derive(Debug)]
pub struct Caller(pub User);

fn from_here(request: &Request<'_>) -> bool {
    let header = |name| request.headers().get_one(name);
    match (header("Sec-Fetch-Site"), header("Origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = request.host().map(ToString::to_string);
            host.is_some_and(|h| origin == format!("http://{h}") || origin == format!("https://{h}"))
        }
        (None, None) => false,
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = Failure;
    async fn from_request(request: &'r Request<'_>) -> Asked<Self, (Status, Failure), Status> {
        let user = match request.guard::<User>().await {
            Asked::Success(user) => user,
            Asked::Error(error) => return Asked::Error(error),
            Asked::Forward(_) => return Asked::Error((Status::Unauthorized, Failure::SignIn(String::new()))),
        };
        let token = request.headers().get_one("X-CSRF").is_some_and(|t| is_token(&user.csrf, t));
        if request.method() != Method::Get && !token && !from_here(request) {
            return Asked::Error((Status::Forbidden, Failure::With(Status::Forbidden, Refusal::new(code::CSRF))));
        }
        Asked::Success(Caller(user))
    }
}

/// A body in JSON as read: bounded, said to be JSON, and what it asks for known by its hash.
#[derive(Debug)]
pub struct JsonBody<T>(T);

/// The same, or why not.
pub type Body<T> = Result<JsonBody<T>, Failure>;

#[rocket::async_trait]
impl<'r, T: DeserializeOwned + Send + 'r> FromData<'r> for JsonBody<T> {
    type Error = Failure;
    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        let refused = |status: Status, refusal: Refusal| DataOutcome::Error((status, Failure::With(status, refusal)));
        // A page of another site may send plain text without asking; it may not send JSON.
        if !request.content_type().is_some_and(|kind| kind.is_json()) {
            return refused(Status::UnsupportedMediaType, Refusal::new(code::NOT_JSON));
        }
        let read = match Incoming::open(request, data, JSON).await {
            Ok(mut body) => body.whole().await,
            Err(why) => Err(why),
        };
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(why) => return DataOutcome::Error(why.refused()),
        };
        // What two readers could read in two ways is no request: neither the first nor the last of two values is taken.
        if let Err(error) = serde_json::from_slice::<Plain>(&bytes) {
            let detail: String = error.to_string().chars().take(200).collect();
            return refused(Status::BadRequest, Refusal::new(code::UNREADABLE).with("detail", detail));
        }
        let body = match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(error) => {
                let failure = bad(Status::UnprocessableEntity, error);
                return DataOutcome::Error((Status::UnprocessableEntity, failure));
            }
        };
        if let (Some(key), Asked::Success(user)) = (request.headers().get_one(HEADER), request.guard::<User>().await) {
            let content = sha256_hex(&[request.uri().to_string().as_bytes(), b"\n", &bytes].concat());
            let key = Key { owner: user.actor.id.to_string(), key: key.to_owned(), content };
            if let Err(failure) = once(request, key).await {
                return DataOutcome::Error((Status::Conflict, failure));
            }
        }
        DataOutcome::Success(JsonBody(body))
    }
}

/// 平白的 JSON that every reader reads alike: whole, of bounded depth (the parser's own 128), and without a field that stands twice.
struct Plain;

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Plain)
    }
}

impl<'de> serde::de::Visitor<'de> for Plain {
    type Value = Plain;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Plain, E> {
        Ok(Plain)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Plain, E> {
        Ok(Plain)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Plain, E> {
        Ok(Plain)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Plain, E> {
        Ok(Plain)
    }
    fn visit_str<E>(self, _: &str) -> Result<Plain, E> {
        Ok(Plain)
    }
    fn visit_unit<E>(self) -> Result<Plain, E> {
        Ok(Plain)
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Plain, A::Error> {
        while list.next_element::<Plain>()?.is_some() {}
        Ok(Plain)
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut fields: A) -> Result<Plain, A::Error> {
        let mut seen = std::collections::BTreeSet::new();
        while let Some((name, Plain)) = fields.next_entry::<String, Plain>()? {
            if let Some(twice) = seen.replace(name) {
                return Err(serde::de::Error::custom(format_args!("duplicate field `{}`", twice.chars().take(40).collect::<String>())));
            }
        }
        Ok(Plain)
    }
}

/// A body or an address that does not keep to the contract.
pub fn bad(status: Status, detail: impl ToString) -> Failure {
    let detail: String = detail.to_string().chars().take(300).collect();
    Failure::With(status, Refusal::new(code::FIELD).with("detail", detail))
}

/// The body, if it keeps to the contract.
pub fn checked<T: Validate>(body: Body<T>) -> Result<T, Failure> {
    let JsonBody(body) = body?;
    body.validate().map_err(|e| bad(Status::UnprocessableEntity, e.to_string().replace('\n', "; ")))?;
    Ok(body)
}
