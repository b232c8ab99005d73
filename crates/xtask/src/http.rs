//! The smallest HTTP client that can measure: one keep-alive connection, cookies, forms.

use crate::Failure;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One connection to the server under test.
#[derive(Debug)]
pub struct Client {
    host: String,
    to: (String, u16),
    stream: BufReader<TcpStream>,
    cookies: BTreeMap<String, String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub fn connect(port: u16) -> Result<Client, Failure> {
        Self::connect_to("127.0.0.1", port)
    }

    /// To an address of this machine that need not be the usual one.
    pub fn connect_to(address: &str, port: u16) -> Result<Client, Failure> {
        let stream = TcpStream::connect((address, port)).map_err(|e| format!("connect: {e}"))?;
        let limit = Some(Duration::from_secs(60));
        stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(limit)).and_then(|()| stream.set_write_timeout(limit)).map_err(|e| e.to_string())?;
        Ok(Client { host: format!("127.0.0.1:{port}"), to: (address.to_owned(), port), stream: BufReader::new(stream), cookies: BTreeMap::new() })
    }

    /// Another connection for the same person, after the first was closed.
    pub fn again(&mut self) -> Result<(), Failure> {
        self.stream = Self::connect_to(&self.to.0, self.to.1)?.stream;
        Ok(())
    }

    /// What the server gave to be sent back, as the header carries it.
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.send("GET", path, None)
    }

    pub fn post(&mut self, path: &str, fields: &[(String, String)]) -> Result<Answer, Failure> {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.send("POST", path, Some(&body.join("&")))
    }

    fn send(&mut self, method: &str, path: &str, form: Option<&str>) -> Result<Answer, Failure> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        if !self.cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", self.cookies());
        }
        if let Some(form) = form {
            let origin = &self.host;
            head += &format!("Origin: http://{origin}\r\nSec-Fetch-Site: same-origin\r\n");
            head += &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
        }
        let message = format!("{head}\r\n{}", form.unwrap_or_default());
        let broken = |e: std::io::Error| format!("{method} {path}: {e}");
        self.stream.get_mut().write_all(message.as_bytes()).map_err(broken)?;
        let answer = read_answer(&mut self.stream).map_err(|e| format!("{method} {path}: {e}"))?;
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            if let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        Ok(answer)
    }
}

fn read_answer(stream: &mut impl BufRead) -> Result<Answer, Failure> {
    let mut line = || -> Result<String, Failure> {
        let mut line = String::new();
        match stream.read_line(&mut line) {
            Ok(0) => Err("the server closed the connection".to_owned()),
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(e) => Err(e.to_string()),
        }
    };
    let status_line = line()?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| format!("no status in `{status_line}`"))?;
    let mut headers = Vec::new();
    loop {
        let header = line()?;
        match header.split_once(':') {
            Some((name, value)) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
            None if header.is_empty() => break,
            None => return Err(format!("no header: `{header}`")),
        }
    }
    let mut answer = Answer { status, headers, body: String::new() };
    let mut bytes = Vec::new();
    let mut take = |stream: &mut dyn Read, count: u64| -> Result<(), Failure> {
        let got = stream.take(count).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
        if got as u64 == count { Ok(()) } else { Err("the body ended early".to_owned()) }
    };
    if answer.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).map_err(|e| e.to_string())?;
            let count = u64::from_str_radix(size.trim().split(';').next().unwrap_or_default(), 16).map_err(|e| format!("chunk size: {e}"))?;
            take(stream, count)?;
            stream.read_line(&mut String::new()).map_err(|e| e.to_string())?;
            if count == 0 {
                break;
            }
        }
    } else if !matches!(status, 204 | 304) {
        take(stream, answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0))?;
    }
    answer.body = String::from_utf8_lossy(&bytes).into_owned();
    Ok(answer)
}

/// Percent-encoding of a form field.
fn encoded(text: &str) -> String {
    const AS_IT_IS: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(text, AS_IT_IS).to_string()
}

/// A form as it stands in a page.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Put this value into the field, adding it when the page has none of that name.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.fields.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
    }
}

/// The forms of a page that are sent by POST, with the inputs that have a name. Enough for our own pages, not for the web.
pub fn forms(page: &str, at: &str) -> Vec<Form> {
    let mut found = Vec::new();
    for part in page.split("<form").skip(1) {
        let (head, body) = part.split_once('>').unwrap_or((part, ""));
        let body = body.split("</form").next().unwrap_or_default();
        if attribute(head, "method").is_none_or(|method| !method.eq_ignore_ascii_case("post")) {
            continue;
        }
        let fields = body.split("<input").skip(1).map(|input| input.split('>').next().unwrap_or_default()).filter_map(|input| {
            let kind = attribute(input, "type").unwrap_or_default();
            let ticked = !matches!(kind.as_str(), "checkbox" | "radio") || input.contains("checked");
            let name = attribute(input, "name").filter(|_| ticked && kind != "submit")?;
            Some((name, attribute(input, "value").unwrap_or_default()))
        });
        found.push(Form { action: attribute(head, "action").filter(|to| !to.is_empty()).unwrap_or_else(|| at.to_owned()), fields: fields.collect() });
    }
    found
}

/// The targets of the links of a page that begin so, each once.
pub fn links(page: &str, prefix: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in page.split("<a ").skip(1) {
        if let Some(to) = attribute(part.split('>').next().unwrap_or_default(), "href").filter(|to| to.starts_with(prefix))
            && !found.contains(&to)
        {
            found.push(to);
        }
    }
    found
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut from = 0;
    loop {
        let at = from + tag[from..].find(name)?;
        from = at + name.len();
        if (at == 0 || tag[..at].ends_with(char::is_whitespace))
            && let Some(rest) = tag[from..].strip_prefix('=')
        {
            let value = match rest.chars().next()? {
                quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
                _ => rest.split(|c: char| c.is_whitespace() || c == '/').next()?,
            };
            return Some(value.replace("&#x2F;", "/").replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn answers_are_read_with_a_length_and_in_chunks() {
        let plain = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b: c\r\n\r\nhelloHTTP";
        let answer = read_answer(&mut plain.as_bytes()).unwrap();
        assert_eq!((answer.status, answer.body.as_str(), answer.header("x-a")), (200, "hello", Some("b: c")));
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        assert_eq!(read_answer(&mut chunked.as_bytes()).unwrap().body, "abcde");
        assert!(read_answer(&mut "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello".as_bytes()).is_err());
        assert!(read_answer(&mut "".as_bytes()).is_err());
    }

    #[test]
    fn forms_and_links_are_found() {
        let page = "<form method=get action=/q><input name=q></form><form method=\"post\" action=\"/login\">\
            <input type='hidden' name='csrf' value='a&amp;b'><input name=username><input type=checkbox name=x><input type=submit name=go></form>\
            <a class=\"x\" href=\"/samples/1\">1</a><a href=\"/samples/1\">1</a><a href=\"/samples/2\">2</a><a href=/other>3</a>";
        let form = Form { action: "/login".to_owned(), fields: vec![("csrf".to_owned(), "a&b".to_owned()), ("username".to_owned(), String::new())] };
        assert_eq!(forms(page, "/here"), [form]);
        assert_eq!(links(page, "/samples/"), ["/samples/1", "/samples/2"]);
        assert_eq!(encoded("食 a&b"), "%E9%A3%9F%20a%26b");
    }

    #[test]
    fn one_connection_serves_many_requests_and_keeps_the_cookie() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = Vec::new();
            for _ in 0..2 {
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    head.push(char::from(byte[0]));
                }
                seen.push(head);
                stream.write_all(b"HTTP/1.1 200 OK\r\nSet-Cookie: s=1; Path=/\r\nContent-Length: 2\r\n\r\nok").unwrap();
            }
            seen
        });
        let mut client = Client::connect(port).unwrap();
        assert_eq!(client.get("/a").unwrap().body, "ok");
        assert_eq!(client.get("/b").unwrap().status, 200);
        let seen = server.join().unwrap();
        assert!(!seen[0].contains("Cookie:") && seen[1].contains("Cookie: s=1\r\n"), "{seen:?}");
    }
}
