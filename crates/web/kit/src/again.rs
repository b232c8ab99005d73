//! 续办 what somebody typed outlives the login under which it was typed: the page that refuses a form carries it, packed, through the
//! sign-in, and gives it back to the same person under a fresh token. Nothing of it is kept on the server, so that it needs neither a
//! database that writes nor the server that refused.

use std::io::{Read, Write};
use std::sync::OnceLock;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rocket::http::Status;
use rocket::{Request, Route, State, post, routes};
use shiyan_app::entry::form_is_of;
use shiyan_foundation::Refusal;

use crate::answer::Html;
use crate::failure::{Failure, code};
use crate::guard::{Newcomer, User, Visit, masked, same_site, unmasked};
use crate::posted::{Outside, Typed};
use crate::shape::Bare;
use crate::site::Site;
use crate::views::{CarryOnPage, Link, Resend, SignInHere};

/// Where what was typed is shown again to whoever typed it.
pub const AGAIN: &str = "/-/again";
/// Name of the field that carries it through the sign-in.
pub const FIELD: &str = "kept";
/// Largest content, packed, as it stands in a page.
const PACKED: usize = 900 * 1024;
/// Largest content unpacked.
const UNPACKED: u64 = 4 * 1024 * 1024;

/// 处境 how whoever sends a form stands to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody is signed in.
    SignedOut,
    /// They have something else to do first, at this address.
    Owes(&'static str),
    /// It is theirs, from an earlier login; the masked token of this one.
    Theirs(String),
    /// Somebody else filled it in.
    OfAnother,
}

/// Notes how whoever sends this request stands to its form.
pub fn stands(request: &Request<'_>, standing: Standing) {
    let _ = request.local_cache(OnceLock::<Standing>::new).set(standing);
}

/// What was noted.
pub fn standing_of<'r>(request: &'r Request<'_>) -> Option<&'r Standing> {
    request.local_cache(OnceLock::<Standing>::new).get()
}

impl Typed {
    /// The content as a page carries it through a sign-in; nothing when nobody knows whose it is, or when it is too much.
    #[must_use]
    pub fn packed(&self) -> Option<String> {
        unmasked(&self.token)?;
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(&serde_json::to_vec(self).ok()?).ok()?;
        Some(hex::encode(packer.finish().ok()?)).filter(|text| text.len() <= PACKED)
    }
    /// The content again; nothing that is no address of this site goes anywhere.
    #[must_use]
    pub fn unpacked(field: &str) -> Option<Self> {
        let mut json = Vec::new();
        GzDecoder::new(hex::decode(field).ok()?.as_slice()).take(UNPACKED).read_to_end(&mut json).ok()?;
        serde_json::from_slice::<Typed>(&json).ok().filter(|typed| same_site(&typed.to) == typed.to)
    }
    /// Whether this person filled it in, under whatever login of theirs.
    #[must_use]
    pub fn is_of(&self, user: &str) -> bool {
        unmasked(&self.token).is_some_and(|token| form_is_of(&token, user))
    }
    /// The form to send once more, under this token.
    #[must_use]
    pub fn resend(&self, csrf: String) -> Resend {
        let texts = self.fields.iter().map(|(_, value)| value.trim()).filter(|text| !text.is_ascii()).map(str::to_owned);
        Resend {
            to: self.to.clone(),
            csrf,
            fields: self.fields.clone(),
            secrets: self.secrets.clone(),
            files: self.files.iter().map(|(key, count)| (key.clone(), *count > 1)).collect(),
            texts: texts.collect(),
        }
    }
}

/// The page between a sign-in and the form that waited for it.
///
/// # Errors
/// The template.
pub fn page(site: &Site, visit: &Visit, standing: &Standing, typed: &Typed) -> Html {
    let lang = visit.lang;
    let p = visit.page(site, "接着提交", "Go on with your form");
    let (status, why) = match standing {
        Standing::Theirs(_) => (Status::Ok, None),
        Standing::OfAnother => (Status::Forbidden, Some(code::FORM_OTHER)),
        Standing::SignedOut | Standing::Owes(_) => (Status::Unauthorized, Some(code::LOGIN_NEEDED)),
    };
    let view = CarryOnPage {
        problems: why.map(|code| crate::views::ProblemView::of(&Refusal::new(code), lang)).into_iter().collect(),
        resend: if let Standing::Theirs(csrf) = standing { Some(typed.resend(csrf.clone())) } else { None },
        sign_in: sign_in_here(standing, typed),
        home: Link::new(p.t("不提交，回到工作台", "Leave it and go to the home page").to_owned(), "/"),
        p,
    };
    let answer = askama::Template::render(&view)?;
    Ok((status, (rocket::http::ContentType::HTML, answer)))
}

/// The way in for whoever is not in, or not as who filled the form in, with the form beside it.
#[must_use]
pub fn sign_in_here(standing: &Standing, typed: &Typed) -> Option<SignInHere> {
    let kept = typed.packed().unwrap_or_default();
    match standing {
        Standing::Theirs(_) => None,
        Standing::SignedOut | Standing::OfAnother => Some(SignInHere { kept, first: String::new() }),
        Standing::Owes(first) => Some(SignInHere { kept, first: (*first).to_owned() }),
    }
}

/// After a sign-in somewhere else: the form, if it is theirs.
#[post("/-/again", data = "<form>")]
async fn again(site: &State<Site>, visit: Visit, user: Option<User>, newcomer: Option<Newcomer>, form: Result<Outside<Bare>, Failure>) -> Html {
    let Outside(form) = form?;
    let typed = Typed::unpacked(form.get(FIELD)).ok_or_else(|| Failure::With(Status::BadRequest, Refusal::new(code::MALFORMED)))?;
    let standing = match (user, newcomer) {
        (Some(user), _) if typed.is_of(&user.actor.id.to_string()) => Standing::Theirs(masked(&user.csrf)),
        (Some(_), _) => Standing::OfAnother,
        (None, Some(newcomer)) => Standing::Owes(newcomer.goes_to()),
        (None, None) => Standing::SignedOut,
    };
    page(site, &visit, &standing, &typed)
}

/// Routes of the way back to a form.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![again]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(to: &str) -> Typed {
        let token = masked(&"a".repeat(64));
        Typed { to: to.into(), token, fields: vec![("reason".into(), "复核：原始记录缺页".into())], ..Typed::default() }
    }

    #[test]
    fn what_was_typed_comes_back_as_it_was() {
        let typed = typed("/review/1/return?all=1");
        let packed = typed.packed().unwrap();
        assert!(!packed.contains("reason") && packed.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(Typed::unpacked(&packed), Some(typed));
    }
    #[test]
    fn what_nobody_filled_in_or_leads_elsewhere_is_not_carried_on() {
        assert_eq!(Typed { token: "zz".into(), ..typed("/a") }.packed(), None);
        for elsewhere in ["//evil", "https://evil", "/a\r\nX: y", ""] {
            assert_eq!(Typed::unpacked(&typed(elsewhere).packed().unwrap()), None, "{elsewhere}");
        }
        for broken in ["", "zz", "00ff"] {
            assert_eq!(Typed::unpacked(broken), None);
        }
    }
    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&vec![b' '; 64 << 20]).unwrap();
        assert_eq!(Typed::unpacked(&hex::encode(packer.finish().unwrap())), None);
    }
}
