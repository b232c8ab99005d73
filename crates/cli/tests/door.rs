//! The program as it is installed, against whoever would shut the house before sign-in.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use shiyan_testkit::Temp;

fn shiyan(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shiyan"));
    for name in ["SHIYAN_DATABASE_URL", "SHIYAN_CONFIG", "SHIYAN_LISTEN", "SHIYAN_METRICS_LISTEN", "SHIYAN_PUBLIC_URL", "SHIYAN_LANG"] {
        command.env_remove(name);
    }
    command.env("SHIYAN_DATA", data).env("SHIYAN_PASSWORD", PASSWORD).stdin(Stdio::null());
    command
}
const PASSWORD: &str = "three-unrelated-words";

/// A server of ours; stopped however the test ends.
struct Server {
    child: Child,
    port: u16,
    metrics: u16,
}
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
fn serve(data: &Path) -> Server {
    let (port, metrics) = (free_port(), free_port());
    let mut child = shiyan(data)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--metrics-listen", &format!("127.0.0.1:{metrics}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It says that it is up when it is.
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains(&port.to_string()), "{line}");
    Server { child, port, metrics }
}
/// A new installation with one user.
fn installed() -> Temp {
    let dir = Temp::new("cli-door");
    let out = shiyan(&dir.0).args(["user", "add", "zhang", "--name", "张三", "--role", "analyst"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    dir
}

impl Server {
    fn line(&self) -> TcpStream {
        let line = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        line
    }
    fn say(&self, request: &str) -> String {
        said(self.line(), request)
    }
    fn get(&self, path: &str, more: &str) -> String {
        self.say(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{more}\r\n", self.port))
    }
    fn post(&self, path: &str, more: &str, body: &str) -> String {
        let port = self.port;
        self.say(&format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{more}\r\n{body}",
            body.len()
        ))
    }
    /// The cookie of a login, or nothing.
    fn sign_in(&self, password: &str) -> Option<String> {
        let answer = self.post("/login", "", &format!("username=zhang&password={password}&next=%2F"));
        let cookie = answer.lines().find_map(|l| l.strip_prefix("set-cookie: shiyan_login=").or_else(|| l.strip_prefix("Set-Cookie: shiyan_login=")))?;
        Some(format!("Cookie: shiyan_login={}\r\n", cookie.split(';').next().unwrap()))
    }
    fn status_kib(&self, what: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        text.lines().find_map(|l| l.strip_prefix(what)).unwrap().trim().trim_end_matches(" kB").trim().parse().unwrap()
    }
    /// Ports it listens on, beside the two that were asked for.
    fn other_ports(&self) -> Vec<u16> {
        let fds = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap();
        let sockets: Vec<String> =
            fds.filter_map(|fd| std::fs::read_link(fd.ok()?.path()).ok()?.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned)).collect();
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        table
            .lines()
            .skip(1)
            .map(|l| l.split_whitespace().collect::<Vec<_>>())
            .filter(|w| w[3] == "0A" && sockets.iter().any(|s| s == w[9]))
            .map(|w| u16::from_str_radix(w[1].split(':').nth(1).unwrap(), 16).unwrap())
            .filter(|p| *p != self.port && *p != self.metrics)
            .collect()
    }
}
fn said(mut line: TcpStream, request: &str) -> String {
    line.write_all(request.as_bytes()).unwrap();
    let mut out = Vec::new();
    let _ = line.read_to_end(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}
fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}

#[test]
fn sixty_large_bodies_before_sign_in_take_no_memory() {
    let dir = installed();
    let server = Arc::new(serve(&dir.0));
    assert_eq!(status(&server.get("/login", "")), 200);
    let before = server.status_kib("VmHWM:");
    // To the login; with a made-up cookie to a page behind it; the same as JSON. What a form of an ended login holds is given back, as far
    // as the room for such forms goes: whoever finds it full is told to come back, and nobody who is signed in waits for it.
    for (path, more, codes) in [
        ("/login", "Content-Type: application/x-www-form-urlencoded\r\n", &[413][..]),
        ("/me/password", "Content-Type: application/x-www-form-urlencoded\r\nCookie: shiyan_login=made-up\r\n", &[401, 503]),
        ("/api/v1/judge", "Content-Type: application/json\r\nCookie: shiyan_login=made-up\r\n", &[401, 413]),
        ("/login", "Content-Type: multipart/form-data; boundary=x\r\nCookie: shiyan_login=made-up\r\n", &[413]),
    ] {
        let all: Vec<_> = (0..60)
            .map(|_| {
                let server = server.clone();
                std::thread::spawn(move || {
                    let mut line = server.line();
                    write!(line, "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{more}Content-Length: 19000000\r\n\r\n", server.port).unwrap();
                    let piece = vec![b'x'; 64 << 10];
                    let mut left = 19_000_000;
                    while left > 0 {
                        let n = left.min(piece.len());
                        if line.write_all(&piece[..n]).is_err() {
                            break;
                        }
                        left -= n;
                    }
                    said(line, "")
                })
            })
            .collect();
        for one in all {
            let answer = one.join().unwrap();
            assert!(codes.contains(&status(&answer)), "{path}: {answer}");
        }
    }
    let grown = server.status_kib("VmHWM:") - before;
    println!("60 connections of 19 MB, four times: the server grew by {} MB", grown >> 10);
    assert!(grown < 100 << 10, "grew by {grown} KiB");
    assert_eq!(status(&server.get("/login", "")), 200);
}

#[test]
fn bodies_of_those_signed_in_share_a_bounded_room() {
    let dir = installed();
    let server = Arc::new(serve(&dir.0));
    let cookie = server.sign_in(PASSWORD).expect("signed in");
    let before = server.status_kib("VmHWM:");
    // Nearly whole, and held back: each would be 19 MB in memory.
    let mut held = Vec::new();
    for _ in 0..12 {
        let (server, cookie) = (server.clone(), cookie.clone());
        held.push(std::thread::spawn(move || {
            let mut line = server.line();
            let head = format!(
                "POST /me/password HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: multipart/form-data; boundary=b\r\n{cookie}Content-Length: 19000000\r\n\r\n\
                 --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n",
                server.port
            );
            line.write_all(head.as_bytes()).unwrap();
            let _ = line.write_all(&vec![b'x'; 18_900_000]);
            line.set_read_timeout(Some(Duration::from_secs(4))).unwrap();
            said(line, "")
        }));
    }
    let answers: Vec<String> = held.into_iter().map(|h| h.join().unwrap()).collect();
    let full = answers.iter().filter(|a| status(a) == 503 && a.to_lowercase().contains("retry-after: ")).count();
    let waiting = answers.iter().filter(|a| a.is_empty()).count();
    assert!(full >= 9 && full + waiting == 12, "{full} refused, {waiting} held: {answers:?}");
    let grown = server.status_kib("VmHWM:") - before;
    println!("12 uploads of 19 MB: {waiting} held, {full} told to come again, the server grew by {} MB", grown >> 10);
    assert!(grown < 256 << 10, "{grown} KiB");
    // Those who held it have left: there is room again.
    std::thread::sleep(Duration::from_millis(500));
    let csrf = server.get("/me/password", &cookie).split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let body = format!("csrf={csrf}&old=wrong&pad={}", "x".repeat(15_000_000));
    assert_eq!(status(&server.post("/me/password", &cookie, &body)), 422);
}

#[test]
fn slow_and_idle_clients_keep_nobody_out_and_the_metrics_tell_of_them() {
    let dir = installed();
    let server = serve(&dir.0);
    let idle: Vec<_> = (0..400).map(|_| server.line()).collect();
    let mut slow = server.line();
    slow.write_all(b"GET /login HTTP/1.1\r\nHost: a\r\nX-A").unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    let start = Instant::now();
    for _ in 0..10 {
        let one = Instant::now();
        assert_eq!(status(&server.get("/healthz", "")), 200);
        assert!(one.elapsed() < Duration::from_millis(300), "{:?}", one.elapsed());
    }
    println!("ten answers beside 400 idle connections: {:?}", start.elapsed());
    let start = Instant::now();
    let mut end = String::new();
    // Cut with an answer, or given to somebody else without one.
    let _ = slow.read_to_string(&mut end);
    assert!(status(&end) == 408 || end.is_empty(), "cut, or given to somebody else: {end}");
    assert!(start.elapsed() < Duration::from_secs(15));
    let metrics = TcpStream::connect(("127.0.0.1", server.metrics)).unwrap();
    let numbers = said(metrics, "GET /metrics HTTP/1.0\r\n\r\n");
    let number = |name: &str| numbers.lines().find_map(|l| l.strip_prefix(name)).map(|n| n.trim().parse::<u64>().unwrap()).unwrap();
    let away = number("shiyan_door_refused_total{reason=\"full_address\"}") + number("shiyan_door_refused_total{reason=\"yielded\"}");
    assert!(away >= 250, "{numbers}");
    assert!(number("shiyan_door_connections ") <= 129, "{numbers}");
    assert!(number("shiyan_door_requests_total ") >= 10 && number("shiyan_database_up ") == 1, "{numbers}");
    drop(idle);
}

#[test]
fn nobody_gets_past_the_door() {
    let dir = installed();
    let server = serve(&dir.0);
    let others = server.other_ports();
    assert_eq!(others.len(), 2, "Rocket for the pages and Rocket for the metrics: {others:?}");
    for port in others {
        for stamp in ["", "X-Shiyan-Door: secret 127.0.0.1\r\n", "X-Shiyan-Door: 127.0.0.1\r\n", "X-Forwarded-For: 127.0.0.1\r\n"] {
            for path in ["/login", "/metrics", "/healthz", "/readyz", "/api/openapi.json", "/no-such-page"] {
                let line = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let answer = said(line, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{stamp}\r\n"));
                assert!(status(&answer) == 403 && answer.contains("前门"), "{path} {stamp}: {answer}");
            }
        }
    }
    assert_eq!(status(&server.get("/-/side-door", "")), 403, "the page itself says nothing else");
}

#[test]
fn a_form_that_breaks_off_changes_nothing() {
    let dir = installed();
    let server = serve(&dir.0);
    let cookie = server.sign_in(PASSWORD).expect("signed in");
    let page = server.get("/me/password", &cookie);
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // The part that arrives would be a complete form by itself; no single text of a form is that long.
    let padded = |pads: usize| {
        let pads: String = (0..pads).map(|n| format!("&pad{n}={}", "x".repeat(10_000))).collect();
        format!("csrf={csrf}&old={PASSWORD}&password=another-quiet-phrase&password_again=another-quiet-phrase{pads}")
    };
    for pads in [0, 10] {
        let body = padded(pads);
        let mut line = server.line();
        let head = format!(
            "POST /me/password HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/x-www-form-urlencoded\r\n{cookie}Content-Length: {}\r\n\r\n",
            server.port,
            body.len() + 5_000
        );
        line.write_all(head.as_bytes()).unwrap();
        line.write_all(body.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        drop(line);
    }
    std::thread::sleep(Duration::from_millis(500));
    assert!(server.sign_in(PASSWORD).is_some(), "the password is still the old one");
    // And whole it does change it.
    assert_eq!(status(&server.post("/me/password", &cookie, &padded(10))), 303);
    assert!(server.sign_in(PASSWORD).is_none() && server.sign_in("another-quiet-phrase").is_some());
}

#[test]
fn with_a_certificate_it_speaks_https_and_says_so() {
    let dir = installed();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (dir.0.join("cert.pem"), dir.0.join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let config = |key: &Path| std::fs::write(dir.0.join("shiyan.toml"), format!("tls_cert = {cert:?}\ntls_key = {key:?}\n")).unwrap();
    config(&dir.0.join("absent.pem"));
    let out = shiyan(&dir.0).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.code() == Some(2) && told.contains("CLI-TLS") && told.contains("absent.pem"), "{told}");
    config(&key);
    let server = serve(&dir.0);
    let mut roots = tokio_rustls::rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let client = tokio_rustls::rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = Arc::new(client.with_root_certificates(roots).with_no_client_auth());
    let name = tokio_rustls::rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let mut session = tokio_rustls::rustls::ClientConnection::new(client, name).unwrap();
    let mut line = server.line();
    let mut stream = tokio_rustls::rustls::Stream::new(&mut session, &mut line);
    let body = format!("username=zhang&password={PASSWORD}&next=%2F");
    write!(
        stream,
        "POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(status(&answer) == 303 && answer.contains("strict-transport-security: "), "{answer}");
    assert!(answer.lines().any(|l| l.starts_with("set-cookie: __host-shiyan_login=") && l.contains("secure")), "{answer}");
    let plain = server.get("/login", "");
    assert!(status(&plain) == 400 && plain.contains("https://"), "{plain}");
}
