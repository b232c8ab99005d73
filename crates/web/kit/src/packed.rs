//! 压缩 text answers go out compressed where the browser takes it; files that are compressed already do not. The form tokens in them
//! are masked anew in each answer ([`crate::guard::masked`]), so that the size of an answer tells nothing of them.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::Request;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Header;
use rocket::response::Response;

/// Smaller answers are not worth the head that says so.
const LEAST: usize = 1024;
/// Larger ones are sent as they are: nobody waits for them to be packed, and no memory is held twice.
const MOST: usize = 8 << 20;
/// Pages are full of the same tags; more effort saves next to nothing.
const EFFORT: u32 = 5;

/// Whether the browser takes this coding.
#[must_use]
pub fn takes(request: &Request<'_>, coding: &str) -> bool {
    let said = request.headers().get("Accept-Encoding").flat_map(|line| line.split(','));
    said.map(|one| one.split(';').map(str::trim)).any(|mut one| {
        let name = one.next().unwrap_or_default();
        let refused = one.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.chars().all(|c| matches!(c, '0' | '.'))));
        name.eq_ignore_ascii_case(coding) && !refused
    })
}

/// Text, as far as an answer of ours goes.
fn is_text(response: &Response<'_>) -> bool {
    response.content_type().is_some_and(|kind| {
        let sub = kind.sub().as_str();
        kind.top() == "text" || ["json", "problem+json", "javascript", "svg+xml", "xml"].contains(&sub)
    })
}

/// Compresses what is text.
#[derive(Debug)]
pub struct Packed;

#[rocket::async_trait]
impl Fairing for Packed {
    fn info(&self) -> Info {
        Info { name: "compressed answers", kind: Kind::Response }
    }
    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if !is_text(response) {
            return;
        }
        // a cache that holds one form must not give it to who asks for the other
        response.adjoin_header(Header::new("Vary", "Accept-Encoding"));
        if response.headers().contains("Content-Encoding") {
            return;
        }
        let worth = response.body().preset_size().is_some_and(|n| (LEAST..=MOST).contains(&n));
        if !worth || !takes(request, "gzip") {
            return;
        }
        let Ok(plain) = response.body_mut().to_bytes().await else { return };
        let mut packed = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::new(EFFORT));
        match packed.write_all(&plain).and_then(|()| packed.finish()) {
            Ok(packed) => {
                response.set_sized_body(packed.len(), Cursor::new(packed));
                response.set_header(Header::new("Content-Encoding", "gzip"));
            }
            // nothing was lost: what was taken out goes back as it was
            Err(_) => response.set_sized_body(plain.len(), Cursor::new(plain)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use rocket::http::ContentType;
    use rocket::local::blocking::Client;
    use rocket::{get, routes};

    use super::*;

    #[get("/page")]
    fn page() -> (ContentType, String) {
        (ContentType::HTML, "<p>检验</p>".repeat(1000))
    }
    #[get("/small")]
    fn small() -> (ContentType, &'static str) {
        (ContentType::HTML, "<p>检验</p>")
    }
    #[get("/pdf")]
    fn pdf() -> (ContentType, Vec<u8>) {
        (ContentType::PDF, vec![b'a'; 100_000])
    }

    #[test]
    fn a_page_is_packed_for_whoever_takes_it_and_for_nobody_else() {
        let client = Client::untracked(rocket::build().attach(Packed).mount("/", routes![page, small, pdf])).unwrap();
        let got = |at: &'static str, takes: Option<&'static str>| {
            let mut request = client.get(at);
            if let Some(takes) = takes {
                request = request.header(Header::new("Accept-Encoding", takes));
            }
            let response = request.dispatch();
            let head = |name| response.headers().get_one(name).unwrap_or_default().to_owned();
            let (coding, vary) = (head("Content-Encoding"), head("Vary"));
            (coding, vary, response.into_bytes().unwrap())
        };
        let (coding, vary, plain) = got("/page", None);
        assert_eq!((coding.as_str(), vary.as_str(), plain.len()), ("", "Accept-Encoding", 13_000));
        let (coding, _, packed) = got("/page", Some("br;q=1.0, gzip;q=0.8"));
        assert_eq!(coding, "gzip");
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut back).unwrap();
        assert!(packed.len() < plain.len() / 20 && back == plain);
        for refused in ["br", "gzip;q=0", "gzip;q=0.000", "identity", "x-gzip"] {
            assert_eq!(got("/page", Some(refused)).0, "", "{refused}");
        }
        assert_eq!(got("/small", Some("gzip")).0, "");
        assert_eq!((got("/pdf", Some("gzip")).0, got("/pdf", Some("gzip")).1), (String::new(), String::new()));
    }
}
