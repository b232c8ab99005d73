//! The program on its machine: what its log tells and what it never tells, under which account it runs, what it does with a database of a
//! later version.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use shiyan_testkit::{Side, Temp};

const PASSWORD: &str = "three-unrelated-words";

fn shiyan(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shiyan"));
    for name in ["SHIYAN_DATABASE_URL", "SHIYAN_CONFIG", "SHIYAN_LISTEN", "SHIYAN_METRICS_LISTEN", "SHIYAN_PUBLIC_URL", "SHIYAN_LANG", "SHIYAN_LOG"] {
        command.env_remove(name);
    }
    command.env("SHIYAN_DATA", data).env("SHIYAN_PASSWORD", PASSWORD).stdin(Stdio::null());
    command
}
fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}
fn root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}
fn installed() -> Temp {
    let dir = Temp::new("cli-machine");
    let out = shiyan(&dir.0).args(["user", "add", "zhang", "--name", "张三", "--role", "quality_manager"]).output().unwrap();
    assert!(out.status.success(), "{}", said(&out));
    dir
}

struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
}
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
impl Server {
    fn start(mut command: Command, log: PathBuf) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = std::fs::File::create(&log).unwrap();
        let mut child = command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).stdout(Stdio::piped()).stderr(Stdio::from(file)).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains(&port.to_string()), "{line}{}", std::fs::read_to_string(&log).unwrap());
        Server { child, port, log }
    }
    fn raw(&self, request: &[u8]) -> String {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        line.write_all(request).unwrap();
        let mut out = Vec::new();
        let _ = line.read_to_end(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
    fn get(&self, path: &str, more: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{more}\r\n", self.port).as_bytes())
    }
    fn post(&self, path: &str, more: &str, body: &str) -> String {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let head = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{kind}\r\n", self.port);
        self.raw(format!("{head}Content-Length: {}\r\n{more}\r\n{body}", body.len()).as_bytes())
    }
    /// What it wrote to standard error, once it has ended.
    fn ended(mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        std::fs::read_to_string(&self.log).unwrap()
    }
}
fn cut<'a>(text: &'a str, before: &str, after: char) -> &'a str {
    text.split(before).nth(1).unwrap_or_else(|| panic!("no {before:?} in {text}")).split(after).next().unwrap()
}

#[test]
fn the_log_at_its_most_talkative_holds_no_secret_and_an_event_is_a_line() {
    let dir = installed();
    let mut command = shiyan(&dir.0);
    command.env("SHIYAN_LOG", "trace").env("RUST_BACKTRACE", "1");
    let server = Server::start(command, dir.join("log"));
    // Passwords, right and wrong, the cookie, the token of forms, the secret of a second factor and a code, tokens of links.
    let wrong = "Seeded-wrong-password-1";
    server.post("/login", "", &format!("username=zhang&password={wrong}&next=%2F"));
    let answer = server.post("/login", "", &format!("username=zhang&password={PASSWORD}&next=%2F"));
    let token = cut(&answer, "shiyan_login=", ';').to_owned();
    let device = cut(&answer, "shiyan_device=", ';').to_owned();
    let cookie = format!("Cookie: shiyan_login={token}; shiyan_device={device}\r\n");
    let csrf = cut(&server.get("/me", &cookie), "name=\"csrf\" value=\"", '"').to_owned();
    let begun = server.post("/me/second/begin", &cookie, &format!("csrf={csrf}&password={PASSWORD}"));
    assert!(begun.starts_with("HTTP/1.1 303"), "{begun}");
    let page = server.get("/me/second", &cookie);
    // Groups of four signs of base 32.
    let secret =
        page.split(['<', '>', '"']).map(|s| s.replace(' ', "")).find(|s| s.len() == 32 && s.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'))).unwrap();
    server.post("/me/second/confirm", &cookie, &format!("csrf={csrf}&code=918273"));
    let link = "5eeded".repeat(10);
    for room in ["/set-password/", "/setup/"] {
        server.get(&format!("{room}{link}"), "");
        server.post(&format!("{room}{link}"), "", &format!("password={wrong}&password_again={wrong}"));
    }
    server.get("/api/v1/kpi?year=2025", &format!("Authorization: Bearer {link}\r\n"));
    server.get("/search?q=13812345678", &cookie);
    // Names, agents and addresses that would write lines of their own, or colours.
    let forged = "2026-01-01T00:00:00Z ERROR forged";
    server.post("/login", "", &format!("username=zhang%0d%0a{}%1b%5b31m&password={wrong}x", forged.replace(' ', "+")));
    server.get(&format!("/%0d%0a{}%1b[31m", forged.replace(' ', "%20")), "User-Agent: \u{1b}[31mred\u{1b}[0m\r\n");
    server.raw(format!("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\n{forged}\r\n\r\n").as_bytes());
    server.get("/cases/%E2%80%AE%00%0a?year=%0a%1b", &cookie);
    let log = server.ended();

    for (what, secret) in [
        ("the password", PASSWORD),
        ("a wrong password", wrong),
        ("the cookie of the login", &token),
        ("the cookie of the browser", &device),
        ("the token of forms", &csrf),
        ("the secret of the second factor", &secret),
        ("a code", "918273"),
        ("a link", &link),
        ("a telephone number", "13812345678"),
        ("the hash of a password", "$argon2id$"),
    ] {
        let line = log.lines().find(|l| l.contains(secret));
        assert!(line.is_none(), "{what} is in the log: {}", line.unwrap_or_default());
    }
    let mut events = 0;
    for line in log.lines().skip_while(|l| !l.starts_with("20")) {
        let stamp = line.get(..20).unwrap_or_default();
        let level = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].iter().any(|l| line.get(20..).is_some_and(|rest| rest.contains(l)));
        assert!(stamp.starts_with("20") && stamp.as_bytes()[10] == b'T' && level, "no line of ours: {line:?}");
        assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "{line:?}");
        assert!(!line.starts_with(forged));
        events += 1;
    }
    assert!(events >= 1, "it said nothing at all");
}

#[test]
fn no_answer_on_the_wire_names_the_server() {
    let dir = installed();
    let server = Server::start(shiyan(&dir.0), dir.join("log"));
    let answers = [
        server.get("/login", ""),
        server.get("/", ""),
        server.get("/no/such/page", ""),
        server.get("/healthz", ""),
        server.post("/login", "", "username=a&password=b"),
        server.raw(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        server.raw(b"OPTIONS /login HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n"),
        server.raw(b"PRI * HTTP/2.0\r\n\r\n"),
    ];
    for answer in &answers {
        let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(head.starts_with("http/1.1 "), "{answer}");
        for name in ["\r\nserver:", "\r\nx-powered-by:", "\r\nvia:", "\r\naccess-control-", "rocket", "hyper"] {
            assert!(!head.contains(name), "{name}: {head}");
        }
    }
}

#[test]
fn a_database_of_a_later_version_is_left_alone() {
    let dir = installed();
    let url = format!("sqlite://{}", dir.join("shiyan.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rows = |change: Option<&str>| {
        runtime.block_on(async {
            let side = Side::open(&url).await;
            if let Some(change) = change {
                side.change(change).await;
            }
            let rows = (side.count("journal").await, side.count("seaql_migrations").await);
            side.close().await;
            rows
        })
    };
    let before = rows(Some("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_next_year', 0)"));
    let backup = dir.join("backup.jsonl").display().to_string();
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["migrate"],
        &["user", "add", "li", "--name", "李四", "--role", "analyst"],
        &["user", "list"],
        &["demo", "load"],
        &["checkpoint"],
        &["backup", &backup],
    ] {
        let out = shiyan(&dir.0).args(args).output().unwrap();
        let told = said(&out);
        assert!(!out.status.success() && told.contains("DB-SCHEMA-NEW") && told.contains("m9999_of_next_year"), "{args:?}: {} {told}", out.status);
    }
    assert_eq!(rows(None), before, "nothing was written");
}

#[test]
fn a_server_that_runs_as_root_says_so_and_another_does_not() {
    let dir = installed();
    let server = Server::start(shiyan(&dir.0), dir.join("log"));
    let log = server.ended();
    assert_eq!(log.contains("[CLI-ROOT]"), root(), "{log}");
    if !root() {
        return;
    }
    // The same program under an account without power over the machine, where that account can reach it.
    const NOBODY: u32 = 65_534;
    for path in std::fs::read_dir(&dir.0).unwrap().map(|e| e.unwrap().path()).chain([dir.0.clone()]) {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut command = shiyan(&dir.0);
    command.uid(NOBODY).gid(NOBODY);
    let reached = Command::new(env!("CARGO_BIN_EXE_shiyan")).uid(NOBODY).gid(NOBODY).arg("--version").output().is_ok_and(|out| out.status.success());
    if !reached {
        shiyan_skip::skipped("a start without rights", "an account without rights cannot reach the program in this target directory");
        return;
    }
    let log = Server::start(command, dir.join("log2")).ended();
    assert!(!log.contains("CLI-ROOT"), "{log}");
}

#[test]
fn the_units_of_systemd_expose_little() {
    let units = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/systemd");
    for unit in ["shiyan.service", "shiyan-nightly.service"] {
        let tried = Command::new("systemd-analyze").args(["security", "--offline=true", "--no-pager"]).arg(units.join(unit)).output();
        let Some(text) = tried.ok().map(|out| said(&out)).filter(|text| text.contains("Overall exposure level")) else {
            shiyan_skip::skipped(&format!("the hardening of {unit}"), "no systemd-analyze that judges a file");
            continue;
        };
        let score: f64 = cut(&text, "Overall exposure level for ", '\n').split_whitespace().find_map(|w| w.parse().ok()).unwrap();
        assert!(score <= 2.0, "{unit}: {score}\n{text}");
    }
}
