//! The smallest client that can tell "not sent" from "sent, and no answer came": one connection a request.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// An answer whose head arrived whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub took: Duration,
}

impl Answer {
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
    }
}

/// No answer.
#[derive(Debug, Clone)]
pub struct Cut {
    /// Whether anything of the request may have reached the server.
    pub sent: bool,
    pub why: String,
    pub took: Duration,
}

/// One request, as often as it is sent the same bytes.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    #[must_use]
    pub fn get(path: &str, cookie: &str) -> Request {
        Request { method: "GET", path: path.to_owned(), headers: vec![("Cookie".into(), cookie.to_owned())], body: Vec::new() }
    }
    #[must_use]
    pub fn form(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Request {
        let body: Vec<String> = fields.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
        let headers = vec![("Cookie".into(), cookie.to_owned()), ("Content-Type".into(), "application/x-www-form-urlencoded".into())];
        Request { method: "POST", path: path.to_owned(), headers, body: body.join("&").into_bytes() }
    }
    /// Sends it and waits so long for the whole answer.
    pub fn send(&self, port: u16, patience: Duration) -> Result<Answer, Cut> {
        let begun = Instant::now();
        let cut = |sent: bool, why: String| Cut { sent, why, took: begun.elapsed() };
        let mut stream = TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), patience).map_err(|e| cut(false, format!("connect: {e}")))?;
        let set = stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(patience))).and_then(|()| stream.set_write_timeout(Some(patience)));
        set.map_err(|e| cut(false, e.to_string()))?;
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: {}\r\n", self.method, self.path, self.body.len());
        if self.method != "GET" {
            let _ = write!(head, "Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n");
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let mut message = (head + "\r\n").into_bytes();
        message.extend_from_slice(&self.body);
        stream.write_all(&message).map_err(|e| cut(true, format!("send: {e}")))?;
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            let why = ended.err().map_or_else(|| format!("{} bytes and no more", bytes.len()), |e| e.to_string());
            return Err(cut(true, why));
        };
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let Some(status) = status else { return Err(cut(true, "no status".into())) };
        let headers = lines.filter_map(|line| line.split_once(':')).map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned())).collect();
        Ok(Answer { status, headers, body: body.to_owned(), took: begun.elapsed() })
    }
}

/// Percent-encoding of a form field.
#[must_use]
pub fn encoded(text: &str) -> String {
    const AS_IT_IS: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(text, AS_IT_IS).to_string()
}

/// The text between two others.
#[must_use]
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}
