//! 各种保存 the saves of the trial, as people and programs send them, each with a mark of its own by which it is found again.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use shiyan_testkit::{PNG, Side};

use crate::http::{Answer, Cut, Request, between};
use crate::oracle::{Found, Heard};

/// The password of the accounts of the demonstration.
const PASSWORD: &str = "shiyan-demo-2026";
/// How every mark begins, so that nothing of the demonstration is taken for one.
const MARK: &str = "zq";
/// Accounts that the saves need.
pub const ACCOUNTS: &[&str] = &["analyst", "sampler", "point-operator", "enforcer", "signatory", "supervisor", "report-sender", "checker", "reviewer"];

/// What is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 单样录入 a result on the page of one order.
    Result,
    /// 检验批 a cell of a worksheet, as the script sends it.
    Cell,
    /// 抽样单 a draft sheet.
    Sheet,
    /// 快检 a reading by the form and, in turn, by the interface for programs.
    Reading,
    /// 证据 a photo of a case.
    Evidence,
    /// 批准 a signature on an order: approval with its password, review, check.
    Approval,
    /// 导入 a file of published results.
    Import,
    /// 作业 reports issued as a job.
    Job,
}

impl Kind {
    pub const ALL: [Kind; 8] = [Kind::Result, Kind::Cell, Kind::Sheet, Kind::Reading, Kind::Evidence, Kind::Approval, Kind::Import, Kind::Job];
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Result => "result",
            Kind::Cell => "cell",
            Kind::Sheet => "sheet",
            Kind::Reading => "reading",
            Kind::Evidence => "evidence",
            Kind::Approval => "approval",
            Kind::Import => "import",
            Kind::Job => "job",
        }
    }
}

/// Somebody signed in.
#[derive(Debug, Clone, Default)]
pub struct Person {
    cookie: String,
    csrf: String,
}

impl Person {
    pub fn sign_in(port: u16, username: &str) -> Result<Person, String> {
        let patience = Duration::from_secs(30);
        let cut = |c: Cut| format!("{username}: {}", c.why);
        let page = Request::get("/login", "").send(port, patience).map_err(cut)?;
        let mut cookies: BTreeMap<String, String> = BTreeMap::new();
        let mut take = |answer: &Answer| {
            for (_, value) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
                if let Some((name, value)) = value.split(';').next().and_then(|pair| pair.split_once('=')) {
                    cookies.insert(name.trim().to_owned(), value.trim().to_owned());
                }
            }
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        };
        let cookie = take(&page);
        let answer = Request::form("/login", &cookie, &[("username", username), ("password", PASSWORD), ("next", "/")]).send(port, patience).map_err(cut)?;
        let cookie = take(&answer);
        let me = Request::get("/me", &cookie).send(port, patience).map_err(cut)?;
        let csrf = between(&me.body, "name=\"csrf\" value=\"", "\"").unwrap_or_default().to_owned();
        if csrf.is_empty() { Err(format!("{username} cannot sign in: {}", answer.status)) } else { Ok(Person { cookie, csrf }) }
    }
}

/// What can be saved upon, as the template holds it.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub people: BTreeMap<&'static str, Person>,
    /// Order and item.
    results: Vec<(String, String)>,
    /// Worksheet and item.
    cells: Vec<(String, String)>,
    cases: Vec<String>,
    /// Orders with the steps that are still to be signed, the next one last.
    steps: Vec<(String, Vec<&'static str>)>,
    approved: Vec<String>,
    /// Orders that can go into a batch of reports once they are approved.
    passing: Vec<String>,
    point: String,
    /// The last entry of the journal.
    pub since: i64,
}

async fn pairs(side: &Side, sql: &str) -> Vec<(String, String)> {
    side.texts(sql).await.iter().filter_map(|text| text.split_once(' ')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

impl World {
    pub async fn read(side: &Side) -> World {
        let free = "SELECT o.id || ' ' || i.id FROM test_item i JOIN test_order o ON o.id = i.order_id WHERE o.state = 'testing' AND i.worksheet_id IS NULL ORDER BY i.id";
        let laid = "SELECT w.id || ' ' || i.id FROM test_item i JOIN worksheet w ON w.id = i.worksheet_id JOIN test_order o ON o.id = i.order_id \
            WHERE w.state = 'open' AND o.state = 'testing' ORDER BY i.id";
        let mut steps = Vec::new();
        for (state, left) in [("reviewed", &["approve"][..]), ("checked", &["approve", "review"]), ("entered", &["approve", "review", "check"])] {
            for id in side.texts(&format!("SELECT id FROM test_order WHERE state = '{state}' ORDER BY id")).await {
                steps.push((id, left.to_vec()));
            }
        }
        let mut approved = Vec::new();
        let mut passing = Vec::new();
        // What a batch of reports may hold: conforming, under its final number.
        let issued = "SELECT o.id || ' ' || o.state FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE s.sampling_no NOT LIKE 'LS%' AND NOT EXISTS \
            (SELECT 1 FROM test_item i WHERE i.order_id = o.id AND (i.verdict IS NULL OR i.verdict <> 'conforming')) ORDER BY o.id";
        for (id, state) in pairs(side, issued).await {
            if state == "approved" { approved.push(id) } else { passing.push(id) }
        }
        let scope = if side.is_postgres() { "detail::json -> 'scope' ->> 'of'" } else { "json_extract(detail, '$.scope.of')" };
        World {
            people: BTreeMap::new(),
            results: pairs(side, free).await,
            cells: pairs(side, laid).await,
            cases: side.texts("SELECT id FROM case_file WHERE state = 'acting' ORDER BY id").await,
            steps,
            approved,
            passing,
            since: side.text("SELECT CAST(MAX(seq) AS TEXT) FROM journal").await.parse().unwrap_or(0),
            point: side.text(&format!("SELECT {scope} FROM user_account WHERE username = 'point-operator'")).await,
        }
    }
}

impl World {
    /// The same with these people signed in.
    pub fn with(self, people: BTreeMap<&'static str, Person>) -> World {
        World { people, ..self }
    }
}

/// One save, ready to be sent.
#[derive(Debug, Clone)]
pub struct Save {
    pub kind: Kind,
    pub mark: String,
    pub request: Request,
    owner: String,
}

/// One client: takes targets from the world and never two at a time from the same.
#[derive(Debug)]
pub struct Hand {
    world: World,
    name: String,
    count: usize,
    /// Worksheet cells, items and cases by their turn.
    turn: BTreeMap<Kind, usize>,
    /// Orders whose last signature is not known to be there or not.
    doubtful: Vec<String>,
    /// Keys of the files that were tried, by mark.
    tried: Mutex<BTreeMap<String, String>>,
}

/// How long an answer may take before the client gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(12);

impl Hand {
    /// `share`: this hand is the n-th of so many that work on one server.
    #[must_use]
    pub fn new(world: &World, name: &str, share: (usize, usize)) -> Hand {
        fn part<T: Clone>(all: &[T], (n, of): (usize, usize)) -> Vec<T> {
            all.iter().skip(n).step_by(of).cloned().collect()
        }
        let world = World {
            people: world.people.clone(),
            results: part(&world.results, share),
            cells: part(&world.cells, share),
            cases: part(&world.cases, share),
            steps: part(&world.steps, share),
            approved: part(&world.approved, share),
            passing: world.passing.clone(),
            point: world.point.clone(),
            since: world.since,
        };
        Hand { world, name: name.to_owned(), count: 0, turn: BTreeMap::new(), doubtful: Vec::new(), tried: Mutex::default() }
    }
    /// One of several hands on the same server.
    #[must_use]
    pub fn part(&self, name: &str, share: (usize, usize)) -> Hand {
        Hand::new(&self.world, name, share)
    }
    /// Signs orders until so many wait for their report.
    pub fn sign_until(&mut self, reports: usize, port: u16) -> Result<(), String> {
        while self.world.approved.len() < reports {
            let save = self.next(Kind::Approval, port).ok_or("too few orders to sign")?;
            let (heard, answer) = self.fire(&save, port);
            if heard != Heard::Yes {
                return Err(format!("{}: {answer:?}", save.mark));
            }
            self.settle(&save, heard);
        }
        Ok(())
    }
    /// Leaves orders to the other hands: what was signed or reported on by one is not tried by another.
    pub fn leave_orders(&mut self) {
        self.doubtful.extend(self.world.steps.iter().map(|(order, _)| order.clone()).chain(self.world.approved.iter().cloned()));
    }
    fn person(&self, username: &str) -> Person {
        self.world.people.get(username).cloned().unwrap_or_default()
    }
    fn take(&mut self, kind: Kind, of: usize) -> Option<usize> {
        let turn = self.turn.entry(kind).or_default();
        *turn += 1;
        (of > 0).then(|| (*turn - 1) % of)
    }
    /// The next save of this kind; `None` when there is nothing left to save upon, or its page cannot be read.
    pub fn next(&mut self, kind: Kind, port: u16) -> Option<Save> {
        self.count += 1;
        let mark = format!("{MARK}{}n{}e", self.name, self.count);
        let page = |path: &str, person: &Person| Request::get(path, &person.cookie).send(port, PATIENCE).ok().filter(|a| a.status == 200).map(|a| a.body);
        let form = |person: &Person, path: &str, fields: &[(&str, &str)]| {
            let fields: Vec<(&str, &str)> =
                [("csrf", person.csrf.as_str()), ("idempotency", mark.as_str())].into_iter().chain(fields.iter().copied()).collect();
            Request::form(path, &person.cookie, &fields)
        };
        let program = |person: &Person, path: &str, body: &Value| Request {
            method: "POST",
            path: path.to_owned(),
            headers: [("Cookie", &person.cookie), ("X-CSRF", &person.csrf), ("Idempotency-Key", &mark), ("Content-Type", &"application/json".to_owned())]
                .map(|(k, v)| (k.to_owned(), v.clone()))
                .to_vec(),
            body: body.to_string().into_bytes(),
        };
        // Another value each time and for each hand: the same text again would be no change, and nothing to find.
        let spread = mark.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, b| (sum ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        let value = format!("0.000{:08}", spread % 100_000_000);
        let (owner, request) = match kind {
            Kind::Result => {
                let at = self.take(kind, self.world.results.len())?;
                let (order, item) = self.world.results.get(at)?.clone();
                let person = self.person("analyst");
                let path = format!("/bench/{order}");
                let body = page(&path, &person)?;
                let seen = between(&body, &format!("name=\"rev_{item}\" value=\""), "\"")?.to_owned();
                let request = form(&person, &path, &[(&format!("r_{item}"), &value), (&format!("rev_{item}"), &seen), ("why", &mark)]);
                (item, request)
            }
            Kind::Cell => {
                let at = self.take(kind, self.world.cells.len())?;
                let (sheet, item) = self.world.cells.get(at)?.clone();
                let person = self.person("analyst");
                let body = page(&format!("/worksheets/{sheet}"), &person)?;
                // The revision, and behind a dot what the value looked like.
                let seen: i64 = between(&body, &format!("name=\"rev_{item}\" value=\""), "\"")?.split('.').next()?.parse().ok()?;
                let cell = json!({ "cells": [{ "item": item, "seen": seen, "raw": value, "why": mark }], "by": "analyst" });
                let request = program(&person, &format!("/worksheets/{sheet}/cells"), &cell);
                (item, request)
            }
            Kind::Sheet => (String::new(), form(&self.person("sampler"), "/samples/new", &[("site_name", &mark), ("button", "save")])),
            Kind::Reading => {
                let person = self.person("point-operator");
                let (stall, food, method) = ("A-1", "韭菜", "GB/T 5009.199-2003");
                let request = if self.take(kind, 2)? == 0 {
                    form(&person, "/rapid/new", &[("stall", stall), ("food", food), ("method", method), ("value", "12"), ("note", &mark)])
                } else {
                    let reading = json!({ "point": self.world.point, "stall": stall, "food": food, "method": method, "value": "12", "note": mark });
                    program(&person, "/api/v1/rapid/readings", &reading)
                };
                (String::new(), request)
            }
            Kind::Evidence => {
                let at = self.take(kind, self.world.cases.len())?;
                let case = self.world.cases.get(at)?.clone();
                let person = self.person("enforcer");
                let body = page(&format!("/cases/{case}"), &person)?;
                let seen = between(body.split_once("name=\"rev\"")?.1, "value=\"", "\"")?.to_owned();
                let mut photo = PNG.to_vec();
                photo.extend_from_slice(mark.as_bytes());
                let mut parts = Vec::new();
                for (name, text) in [("csrf", person.csrf.as_str()), ("idempotency", &mark), ("block", "start")] {
                    parts.extend_from_slice(format!("--shiyan\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").as_bytes());
                }
                let head = format!("--shiyan\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{mark}.png\"\r\nContent-Type: image/png\r\n\r\n");
                parts.extend_from_slice(head.as_bytes());
                parts.extend_from_slice(&photo);
                parts.extend_from_slice(b"\r\n--shiyan--\r\n");
                let headers = vec![("Cookie".into(), person.cookie), ("Content-Type".into(), "multipart/form-data; boundary=shiyan".into())];
                let request = Request { method: "POST", path: format!("/cases/{case}/evidence?rev={seen}"), headers, body: parts };
                (case, request)
            }
            Kind::Approval => {
                let waiting = |(order, steps): &&(String, Vec<&str>)| !steps.is_empty() && !self.doubtful.contains(order);
                let (order, step) = self.world.steps.iter().find(waiting).map(|(order, steps)| (order.clone(), steps[steps.len() - 1]))?;
                let who = match step {
                    "approve" => "signatory",
                    "review" => "reviewer",
                    _ => "checker",
                };
                let person = self.person(who);
                let request = form(&person, &format!("/bench/{order}/{step}"), &[("password", PASSWORD), ("approve-password", PASSWORD)]);
                self.doubtful.push(order.clone());
                return Some(Save { kind, mark: format!("order.{step} {order}"), request, owner: order });
            }
            Kind::Import => {
                // The confirmation; the key of what was tried comes with the dry run, see `tried`.
                (String::new(), form(&self.person("supervisor"), "/published/import", &[]))
            }
            Kind::Job => {
                let order = self.world.approved.iter().find(|order| !self.doubtful.contains(order))?.clone();
                self.doubtful.push(order.clone());
                let request = form(&self.person("report-sender"), "/reports/issue", &[("order", &order)]);
                return Some(Save { kind, mark: format!("issue {order}"), request, owner: order });
            }
        };
        Some(Save { kind, mark, request, owner })
    }
    /// Sends it and says what the client may believe; of a job, what it says of its one report when it has ended.
    pub fn fire(&self, save: &Save, port: u16) -> (Heard, Result<Answer, Cut>) {
        let answer = match save.kind {
            Kind::Import => match self.tried(&save.mark, port) {
                Ok(key) => {
                    let mut request = save.request.clone();
                    request.body.extend_from_slice(format!("&confirm={}", crate::http::encoded(&key)).as_bytes());
                    request.send(port, PATIENCE)
                }
                // what was not even tried was not asked to be written
                Err(dry_run) => return (Heard::No, dry_run),
            },
            _ => save.request.send(port, PATIENCE),
        };
        let mut heard = heard(save, &answer);
        if let (Kind::Job, Heard::Yes, Ok(answer)) = (save.kind, heard, &answer) {
            heard = self.ended(answer.header("location"), port);
        }
        (heard, answer)
    }
    /// 试运行 of the file of an import: the key under which the server keeps it. Sent again, the same key is confirmed again.
    fn tried(&self, mark: &str, port: u16) -> Result<String, Result<Answer, Cut>> {
        let known = |keys: &Mutex<BTreeMap<String, String>>| keys.lock().unwrap().get(mark).cloned();
        if let Some(key) = known(&self.tried) {
            return Ok(key);
        }
        let file = format!("食品名称,标称生产企业名称,规格型号,生产日期,判定,分类\n{mark},虚构企业甲,1kg,2025-01-01,合格,食用农产品\n");
        let person = self.person("supervisor");
        let body = format!(
            "--shiyan\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--shiyan\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{mark}.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n--shiyan--\r\n",
            person.csrf
        );
        let headers = vec![("Cookie".into(), person.cookie), ("Content-Type".into(), "multipart/form-data; boundary=shiyan".into())];
        let answer = Request { method: "POST", path: "/published/import".into(), headers, body: body.into_bytes() }.send(port, PATIENCE);
        let key = answer.as_ref().ok().and_then(|a| Some(a.body.split("name=\"confirm\" value=\"").nth(1)?.split('"').next()?.to_owned()));
        match key {
            Some(key) => {
                self.tried.lock().unwrap().insert(mark.to_owned(), key.clone());
                Ok(key)
            }
            None => Err(answer),
        }
    }
    /// The next signature on this order; what was refused or is not known is not asked for again, so that a mark stands for one save.
    pub fn settle(&mut self, save: &Save, heard: Heard) {
        if save.kind == Kind::Approval
            && heard == Heard::Yes
            && let Some((order, steps)) = self.world.steps.iter_mut().find(|(order, _)| *order == save.owner)
            && save.mark.split_once(' ').is_some_and(|(verb, _)| steps.last().is_some_and(|step| verb.ends_with(step)))
        {
            self.doubtful.retain(|o| o != order);
            steps.pop();
            if steps.is_empty() && self.world.passing.contains(order) {
                self.world.approved.push(order.clone());
            }
        }
    }
    fn ended(&self, job: &str, port: u16) -> Heard {
        let person = self.person("report-sender");
        for _ in 0..900 {
            let Ok(answer) = Request::get(&format!("{job}/state?after=0"), &person.cookie).send(port, PATIENCE) else { return Heard::Unknown };
            let Ok(standing) = serde_json::from_str::<Value>(&answer.body) else {
                // A page instead of the standing: the server cannot tell now; it is asked again, but not for ever.
                if !matches!(answer.status, 500 | 503) {
                    return Heard::Unknown;
                }
                std::thread::sleep(Duration::from_millis(50));
                continue;
            };
            if standing["finished"] == json!(true) {
                let line = standing["lines"].to_string();
                return match standing["done"].as_u64() {
                    Some(1) => Heard::Yes,
                    _ if line.contains("DB-UNCERTAIN") || line.contains("还不能确定") => Heard::Unknown,
                    _ => Heard::No,
                };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Heard::Unknown
    }
}

/// What an answer means for whoever sent the save.
fn heard(save: &Save, answer: &Result<Answer, Cut>) -> Heard {
    let answer = match answer {
        Ok(answer) => answer,
        Err(cut) => return if cut.sent { Heard::Unknown } else { Heard::No },
    };
    if answer.body.contains("DB-UNCERTAIN") {
        return Heard::Unknown;
    }
    match answer.status {
        200 if save.kind == Kind::Cell => match serde_json::from_str::<Value>(&answer.body) {
            // All of it; or, sent again after the program broke off, that all of it was saved before.
            Ok(said) if said["refused"] == json!([]) || said["already"] == json!(true) => Heard::Yes,
            _ => Heard::No,
        },
        200 if save.request.path.starts_with("/api/") => Heard::Yes,
        302 | 303 if !answer.header("location").starts_with("/login") => Heard::Yes,
        _ => Heard::No,
    }
}

/// An answer in a few words.
#[must_use]
pub fn in_short(answer: &Result<Answer, Cut>) -> String {
    match answer {
        Err(cut) => format!("no answer: {}", cut.why),
        Ok(answer) => {
            let code = between(&answer.body, "\"code\":\"", "\"").or_else(|| between(&answer.body, "/explain/", "\"")).unwrap_or_default();
            format!("{} {}{code}", answer.status, answer.header("location"))
        }
    }
}

/// What is wrong with the way in which a failing database was told: never "sign in first", never 500, no 503 without a time, no silence.
#[must_use]
pub fn badly_told(answer: &Result<Answer, Cut>, heard: Heard) -> Option<String> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(cut) if cut.sent => return Some(format!("no answer after {:.1} s: {}", cut.took.as_secs_f32(), cut.why)),
        Err(_) => return None,
    };
    let to_login = matches!(answer.status, 302 | 303) && answer.header("location").starts_with("/login");
    if answer.status >= 500 && answer.status != 503 || answer.status == 401 || to_login {
        return Some(format!("told as {}{}", answer.status, if to_login { " /login" } else { "" }));
    }
    if answer.status == 503 && answer.header("retry-after").is_empty() {
        return Some("503 without Retry-After".into());
    }
    // Two seconds are promised; the rest is for two busy cores and a build without optimisation.
    (heard != Heard::Yes && answer.took > Duration::from_secs(4)).then(|| format!("told after {:.1} s", answer.took.as_secs_f32()))
}

/// Every mark that the database holds: how often in the tables, how often in the journal.
pub async fn found(side: &Side, since: i64) -> Found {
    let mut out = Found::new();
    let journal = side.texts(&format!("SELECT verb || ' ' || subject || ' ' || facts FROM journal WHERE seq > {since} ORDER BY seq")).await;
    for line in &journal {
        let mut parts = line.splitn(3, ' ');
        let (verb, subject, facts) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let facts: Value = serde_json::from_str(facts).unwrap_or_default();
        let id = subject.split_once(':').map_or("", |(_, id)| id);
        match verb {
            // Overwritten by the next one: its place in the tables is judged by `verify`.
            "item.enter" => {
                if let Some(mark) = facts["why"].as_str() {
                    let n = out.entry(mark.to_owned()).or_default();
                    *n = (n.0 + 1, n.1 + 1);
                }
            }
            "order.approve" | "order.review" | "order.check" => {
                let n = out.entry(format!("{verb} {id}")).or_default();
                *n = (n.0 + 1, n.1 + 1);
            }
            "order.issue" => out.entry(format!("issue {id}")).or_default().1 += 1,
            "import.run" => {
                if let Some(mark) = facts["file"].as_str().and_then(|f| f.strip_suffix(".csv")) {
                    out.entry(mark.to_owned()).or_default().1 += 1;
                }
            }
            _ => {}
        }
    }
    for order in side.texts("SELECT order_id FROM test_report").await {
        out.entry(format!("issue {order}")).or_default().0 += 1;
    }
    for product in side.texts("SELECT product FROM published_result").await {
        out.entry(product).or_default().0 += 1;
    }
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    for (sql, verb) in [
        ("SELECT id || ' ' || site_name FROM sample WHERE state = 'draft'", "sample:"),
        ("SELECT id || ' ' || detail FROM rapid_reading WHERE detail LIKE '%\"note\":\"zq%'", "reading:"),
    ] {
        let subjects: Vec<&str> = journal.iter().filter_map(|line| line.split(' ').nth(1)).filter(|s| s.starts_with(verb)).collect();
        for (id, rest) in pairs(side, sql).await {
            let mark = if verb == "sample:" { rest } else { serde_json::from_str(&rest).map(|d: Value| text(&d, "note")).unwrap_or_default() };
            let n = out.entry(mark).or_default();
            n.0 += 1;
            n.1 += usize::from(subjects.iter().any(|s| s.ends_with(&id)));
        }
    }
    let (from, size) = (PNG.len() + 1, PNG.len());
    let tail = if side.is_postgres() { format!("encode(substring(bytes from {from}), 'hex')") } else { format!("hex(substr(bytes, {from}))") };
    for hex in side.texts(&format!("SELECT {tail} FROM blob WHERE media_type = 'image/png' AND size < 200 AND size > {size}")).await {
        let bytes: Vec<u8> = (0..hex.len() / 2).filter_map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok()).collect();
        // The file is kept by its hash, so twice the same is once.
        out.entry(String::from_utf8_lossy(&bytes).into_owned()).or_default().0 += 1;
    }
    for (_, detail) in pairs(side, "SELECT id || ' ' || detail FROM case_file").await {
        let detail: Value = serde_json::from_str(&detail).unwrap_or_default();
        let files = detail["blocks"].as_object().into_iter().flatten().flat_map(|(_, b)| b["evidence"].as_array().cloned().unwrap_or_default());
        for file in files {
            if let Some(mark) = file["name"].as_str().and_then(|n| n.strip_suffix(".png")) {
                out.entry(mark.to_owned()).or_default().1 += 1;
            }
        }
    }
    out
}
