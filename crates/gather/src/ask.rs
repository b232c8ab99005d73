//! 询问 one region over HTTP, or HTTPS with its certificate checked before the token is sent.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::NaiveDate;
use http::header::{ACCEPT, AUTHORIZATION, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use shiyan_foundation::Refusal;
use shiyan_indicators::Counts;
use shiyan_indicators::gathered::FORM;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::code;
use crate::file::Region;

/// Bytes of an answer at most: some hundred figures and the streets take a tenth of it.
const LARGEST: usize = 4 << 20;

/// What is asked of every region.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// 年度
    pub year: i32,
    /// 截止日; now when there is none.
    pub as_of: Option<NaiveDate>,
}

/// An answer as it came, and how long it took.
pub(crate) async fn ask(region: &Region, question: Question) -> (Result<Counts, Refusal>, Duration) {
    let begun = Instant::now();
    let slow = |_| Err(Refusal::new(code::SLOW).with("seconds", region.patience.as_secs()));
    let answer = tokio::time::timeout(region.patience, asked(region, question)).await.unwrap_or_else(slow);
    (answer, begun.elapsed())
}

async fn asked(region: &Region, question: Question) -> Result<Counts, Refusal> {
    let token = region.token.read().ok_or_else(|| Refusal::new(code::TOKEN_MISSING).with("from", region.token.named()))?;
    let place = region.place()?;
    let away = |e: io::Error| Refusal::new(code::AWAY).with("why", e);
    let tcp = TcpStream::connect((place.host.as_str(), place.port)).await.map_err(away)?;
    tcp.set_nodelay(true).map_err(away)?;
    if !place.tls {
        return over(tcp, &place.authority, &token, question).await;
    }
    let untrusted = |why: String| Refusal::new(code::CERTIFICATE).with("why", why);
    let connector = TlsConnector::from(Arc::new(trusting(region.ca.as_deref()).map_err(untrusted)?));
    let name = ServerName::try_from(place.host.clone()).map_err(|e| untrusted(e.to_string()))?;
    let tls = connector.connect(name, tcp).await.map_err(|e| match e.get_ref() {
        Some(why) => untrusted(why.to_string()),
        None => away(e),
    })?;
    over(tls, &place.authority, &token, question).await
}

/// Trusts the authority of the region, or those of this machine.
fn trusting(ca: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(file) => {
            for certificate in CertificateDer::pem_file_iter(file).map_err(|e| format!("{}: {e}", file.display()))? {
                let certificate = certificate.map_err(|e| format!("{}: {e}", file.display()))?;
                roots.add(certificate).map_err(|e| format!("{}: {e}", file.display()))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(ca.map_or_else(|| "no certificate authorities on this machine".to_owned(), |file| format!("{}: no certificate", file.display())));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().map_err(|e| e.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// A refusal of a server of ours, as far as it is shown.
#[derive(Debug, Deserialize)]
struct Problems {
    problems: Vec<Problem>,
}
#[derive(Debug, Default, Deserialize)]
struct Problem {
    code: String,
    zh: String,
    en: String,
    #[serde(default)]
    next_zh: String,
    #[serde(default)]
    next_en: String,
}

async fn over(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, host: &str, token: &str, question: Question) -> Result<Counts, Refusal> {
    let broken = |e: &dyn std::fmt::Display| Refusal::new(code::AWAY).with("why", e);
    let (mut line, conn) = http1::Builder::new().max_buf_size(64 << 10).handshake(TokioIo::new(io)).await.map_err(|e| broken(&e))?;
    let driver = tokio::spawn(conn);
    let day = question.as_of.map(|day| format!("&as_of={day}")).unwrap_or_default();
    let request = Request::get(format!("/api/v1/counts?year={}{day}", question.year))
        .header(HOST, host)
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(Empty::<Bytes>::new())
        .map_err(|e| broken(&e))?;
    let answer = line.send_request(request).await.map_err(|e| broken(&e))?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LARGEST).collect().await.map_err(|e| broken(&e))?.to_bytes();
    driver.abort();
    understood(status, &body)
}

fn understood(status: StatusCode, body: &[u8]) -> Result<Counts, Refusal> {
    let other = |detail: String| Refusal::new(code::OTHER_FORM).with("detail", detail);
    match status {
        StatusCode::OK => {
            // the number of the form is read before anything else: what another form means is not guessed at
            #[derive(Deserialize)]
            struct Form {
                form: u32,
            }
            let Form { form } = serde_json::from_slice(body).map_err(|_| other("form".to_owned()))?;
            if form != FORM {
                return Err(other(format!("form {form}")));
            }
            serde_json::from_slice(body).map_err(|e| other(e.to_string().chars().take(120).collect()))
        }
        StatusCode::UNAUTHORIZED => Err(Refusal::new(code::TOKEN)),
        status => {
            let said: Option<Problem> = serde_json::from_slice::<Problems>(body).ok().and_then(|p| p.problems.into_iter().next());
            match said {
                // an address that is not there is a program from before there was one
                Some(p) if status == StatusCode::NOT_FOUND && p.code == "NOT-FOUND" => Err(other("404".to_owned())),
                None if status == StatusCode::NOT_FOUND => Err(other("404".to_owned())),
                said => {
                    let p = said.unwrap_or_default();
                    let refusal = Refusal::new(code::SAID).with("status", status.as_u16()).with("what", format!("{}{}", bracketed(&p.code), cut(&p.zh)));
                    let refusal = refusal.with("what_en", format!("{}{}", bracketed(&p.code), cut(&p.en)));
                    let (next, next_en) = if p.next_zh.is_empty() {
                        ("稍后再汇总一次".to_owned(), "Gather again later".to_owned())
                    } else {
                        (cut(&p.next_zh), cut(&p.next_en))
                    };
                    Err(refusal.with("next", next).with("next_en", next_en))
                }
            }
        }
    }
}

fn bracketed(code: &str) -> String {
    if code.is_empty() { String::new() } else { format!("[{}] ", cut(code)) }
}

/// What somebody else's machine says is shown in one line of bounded length.
fn cut(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}
