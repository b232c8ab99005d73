//! 答复 what a handler answers with: a page, the way on, a file.
// An answer is a page or a way on; both are large and neither is an error path that runs hot.
#![allow(clippy::result_large_err)]

use askama::Template;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{Flash, Redirect};

use crate::failure::Failure;
use crate::guard::encoded;

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
    Flash::new(Redirect::to(to.into()), "pass", format!("{zh}|{}", shiyan_foundation::text::plural(en)))
}

/// How a browser takes a file and what it calls it: the name goes out twice, plain for old browsers and in RFC 5987 form.
fn disposition(way: &str, name: &str) -> Header<'static> {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    Header::new("Content-Disposition", format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name)))
}

/// A file to be saved.
#[derive(Debug, rocket::Responder)]
pub struct Download {
    body: Vec<u8>,
    kind: ContentType,
    disposition: Header<'static>,
}

impl Download {
    /// Bytes under a name.
    #[must_use]
    pub fn new(body: Vec<u8>, kind: ContentType, name: &str) -> Self {
        Self { body, kind, disposition: disposition("attachment", name) }
    }
    /// A workbook.
    #[must_use]
    pub fn xlsx(body: Vec<u8>, name: &str) -> Self {
        Self::new(body, ContentType::new("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"), name)
    }
    /// A text document.
    #[must_use]
    pub fn docx(body: Vec<u8>, name: &str) -> Self {
        Self::new(body, ContentType::new("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"), name)
    }
    /// A csv.
    #[must_use]
    pub fn csv(body: Vec<u8>, name: &str) -> Self {
        Self::new(body, ContentType::CSV, name)
    }
    /// A Parquet file.
    #[must_use]
    pub fn parquet(body: Vec<u8>, name: &str) -> Self {
        Self::new(body, ContentType::new("application", "vnd.apache.parquet"), name)
    }
}

/// Bytes with what the browser has to know about them.
#[derive(Debug, rocket::Responder)]
pub struct Bytes {
    body: Vec<u8>,
    kind: ContentType,
    disposition: Header<'static>,
    cache: Header<'static>,
    policy: Header<'static>,
}

impl Bytes {
    /// A file: `way` is `inline` or `attachment`.
    #[must_use]
    pub fn new(body: Vec<u8>, kind: ContentType, way: &str, name: &str, policy: &'static str) -> Self {
        Self {
            body,
            kind,
            disposition: disposition(way, name),
            cache: Header::new("Cache-Control", "no-store"),
            policy: Header::new("Content-Security-Policy", policy),
        }
    }
    /// A PDF shown in the browser. Its viewer is a page of its own; the policy of our pages would leave it blank.
    #[must_use]
    pub fn pdf(body: Vec<u8>, name: &str) -> Self {
        let policy = "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; frame-ancestors 'none'";
        Self::new(body, ContentType::PDF, "inline", name, policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_never_breaks_its_header() {
        let file = Bytes::new(Vec::new(), ContentType::PDF, "inline", "检验 \"x\"\r\n.pdf", "sandbox");
        let value = file.disposition.value().to_owned();
        assert!(!value.contains(['\r', '\n']) && value.matches('"').count() == 2, "{value}");
        assert!(value.contains("filename*=UTF-8''%E6%A3%80%E9%AA%8C%20%22x%22%0D%0A.pdf"), "{value}");
    }
}
