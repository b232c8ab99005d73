//! The edge: logins, forms, headers, bad input. Nothing that a client sends becomes a 5xx.

use std::path::PathBuf;

use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::{Client, LocalResponse};
use shiyan_app::App;
use shiyan_foundation::Instant;
use shiyan_testkit::sheet::leek;
use shiyan_testkit::{PASSWORD, TestApp, at};
use shiyan_web_kit::{Site, SiteConfig};

shiyan_testkit::on_both_engines!(
    a_login_opens_the_house_and_a_wrong_one_does_not,
    five_failures_close_the_door_for_a_while,
    a_form_from_elsewhere_changes_nothing,
    a_disabled_account_is_out_at_its_next_request,
    bad_addresses_are_refused_and_never_break_the_server,
    every_answer_carries_the_security_headers,
    too_much_is_too_much,
    nobody_reads_what_lies_outside_their_scope,
);

/// The clock of the site in these tests.
pub fn now() -> Instant {
    at("2025-06-20T10:00")
}
/// The site over an application, without a network.
pub async fn client(app: &App, clock: fn() -> Instant) -> Client {
    let config = SiteConfig {
        public_url: "http://127.0.0.1:8000".into(),
        https: false,
        body: "虚构市场监督管理局".into(),
        demo: false,
        demo_accounts: Vec::new(),
        demo_password: String::new(),
        version: "0".into(),
        key_file: PathBuf::from("no.key"),
    };
    Client::untracked(shiyan_web_site::build(Site::new(app.clone(), config, clock), "127.0.0.1:0".parse().unwrap())).await.unwrap()
}

/// One answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: Status,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub async fn of(response: LocalResponse<'_>) -> Self {
        let headers = response.headers().iter().map(|h| (h.name().to_string(), h.value().to_owned())).collect();
        Answer { status: response.status(), headers, bytes: response.into_bytes().await.unwrap_or_default() }
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| v)
    }
    pub fn is_html(&self) -> bool {
        self.header("Content-Type").starts_with("text/html")
    }
    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("Set-Cookie")).map(|(_, v)| v);
        let ours = set.filter_map(|v| v.strip_prefix(name)?.strip_prefix('='));
        ours.map(|v| v.split(';').next().unwrap_or_default().to_owned()).find(|v| !v.is_empty())
    }
    pub fn login_cookie(&self) -> Option<String> {
        self.cookie("shiyan_login")
    }
    pub fn csrf(&self) -> String {
        let text = self.text();
        text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }
}

/// Somebody at a browser.
pub struct Browser<'c> {
    client: &'c Client,
    pub token: String,
    pub lang: &'static str,
}

pub fn encoded(text: &str) -> String {
    shiyan_web_kit::guard::encoded(text)
}
pub fn form(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect::<Vec<_>>().join("&")
}

impl<'c> Browser<'c> {
    pub fn client(&self) -> &'c Client {
        self.client
    }
    /// The same login, on a server that was started anew.
    pub fn again(client: &'c Client, token: &str) -> Self {
        Browser { client, token: token.to_owned(), lang: "zh" }
    }
    pub fn nobody(client: &'c Client) -> Self {
        Browser { client, token: String::new(), lang: "zh" }
    }
    async fn try_login(client: &'c Client, username: &str, password: &str) -> Answer {
        let request = client.post("/login").header(ContentType::Form).remote("127.0.0.1:9".parse().unwrap());
        Answer::of(request.body(form(&[("username", username), ("password", password), ("next", "/")])).dispatch().await).await
    }
    pub async fn login(client: &'c Client, username: &str, password: &str) -> Self {
        let answer = Self::try_login(client, username, password).await;
        let token = answer.login_cookie().unwrap_or_else(|| panic!("{username} cannot sign in: {}", answer.status));
        Browser { client, token, lang: "zh" }
    }
    pub async fn get(&self, path: &str) -> Answer {
        let mut request = self.client.get(path.to_owned()).cookie(("lang", self.lang));
        if !self.token.is_empty() {
            request = request.cookie(("shiyan_login", self.token.clone()));
        }
        Answer::of(request.dispatch().await).await
    }
    /// Posts as given: whatever token and headers, true or false.
    async fn post_as(&self, path: &str, body: &str, headers: &[(&'static str, &'static str)]) -> Answer {
        let mut request =
            self.client.post(path.to_owned()).header(ContentType::Form).cookie(("shiyan_login", self.token.clone())).remote("127.0.0.1:9".parse().unwrap());
        for (name, value) in headers {
            request = request.header(Header::new(*name, *value));
        }
        Answer::of(request.body(body).dispatch().await).await
    }
    /// Posts a form as the browser would.
    pub async fn post_form(&self, path: &str, body: String) -> Answer {
        self.post_as(path, &body, &[]).await
    }
    /// The token that the forms of this login carry.
    pub async fn token_of_forms(&self) -> String {
        self.csrf().await
    }
    async fn csrf(&self) -> String {
        let token = self.get("/me").await.csrf();
        assert!(!token.is_empty());
        token
    }
}

async fn a_login_opens_the_house_and_a_wrong_one_does_not(t: TestApp) {
    let client = client(&t.app, now).await;
    let nobody = Browser::nobody(&client);
    assert_eq!(nobody.get("/healthz").await.status, Status::Ok);
    assert_eq!(nobody.get("/readyz").await.status, Status::Ok);
    for path in ["/", "/samples", "/cases?year=2025", "/no/such/page"] {
        let answer = nobody.get(path).await;
        assert_eq!((answer.status, answer.header("Location").starts_with("/login?next=")), (Status::SeeOther, true), "{path}");
    }
    assert_eq!(nobody.get("/login").await.status, Status::Ok);

    let wrong = Browser::try_login(&client, "supervisor", "not this one").await;
    assert_eq!((wrong.status, wrong.login_cookie()), (Status::UnprocessableEntity, None));
    let unknown = Browser::try_login(&client, "no-such-user", PASSWORD).await;
    assert_eq!(unknown.status, wrong.status);
    let say = |a: &Answer| a.text().contains("用户名或密码不对");
    assert!(say(&wrong) && say(&unknown), "a wrong password and an unknown name get the same answer");
    assert!(!wrong.text().contains("not this one"), "a password is never sent back");

    let right = Browser::try_login(&client, "supervisor", PASSWORD).await;
    assert_eq!((right.status, right.header("Location")), (Status::SeeOther, "/"));
    let cookie = right.headers.iter().find(|(n, v)| n.eq_ignore_ascii_case("set-cookie") && v.starts_with("shiyan_login=")).unwrap().1.clone();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    let user = Browser { client: &client, token: right.login_cookie().unwrap(), lang: "zh" };
    let home = user.get("/").await;
    assert!(home.status == Status::Ok && home.text().contains("监督甲"));
    assert_eq!(user.get("/no/such/page").await.status, Status::NotFound);
    // Neither the token nor its neighbours are in the database in clear.
    assert_eq!(t.side().await.count(&format!("login_session WHERE token_hash = '{}'", user.token)).await, 0);
    // After the sign-out the cookie is worth nothing.
    let out = user.post_as("/logout", &form(&[("csrf", &user.csrf().await)]), &[]).await;
    assert_eq!(out.status, Status::SeeOther);
    assert_eq!(user.get("/").await.status, Status::SeeOther);
    // A way back never leaves the site.
    let body = form(&[("username", "supervisor"), ("password", PASSWORD), ("next", "//evil.example")]);
    let answer = Answer::of(client.post("/login").header(ContentType::Form).remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await).await;
    assert_eq!(answer.header("Location"), "/");
}

async fn five_failures_close_the_door_for_a_while(t: TestApp) {
    let client = client(&t.app, now).await;
    for n in 1..=5 {
        let answer = Browser::try_login(&client, "analyst", "wrong password").await;
        assert!(answer.text().contains("用户名或密码不对"), "{n}");
    }
    let closed = Browser::try_login(&client, "analyst", PASSWORD).await;
    assert!(closed.login_cookie().is_none() && closed.text().contains("连续多次失败"), "the right password does not help either");
    Browser::login(&client, "checker", PASSWORD).await;
    // Ten minutes later it opens again.
    let knock = shiyan_testkit::knock("analyst", PASSWORD);
    t.app.login(&knock, now() + chrono::TimeDelta::minutes(9)).await.unwrap_err();
    t.app.login(&knock, now() + chrono::TimeDelta::minutes(11)).await.unwrap();
    t.assert_whole().await;
}

async fn a_form_from_elsewhere_changes_nothing(t: TestApp) {
    let p = &t.people;
    let id = t
        .app
        .begin_sheet(&p.sampler.actor(), leek("XBJ25410105000000001", &[&p.sampler, &p.sampler2]), None, at("2025-06-03T15:00"))
        .await
        .unwrap()
        .to_string();
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "sampler", PASSWORD).await;
    let stranger = Browser::login(&client, "sampler2", PASSWORD).await;
    let (csrf, other) = (user.csrf().await, stranger.csrf().await);
    assert_ne!(csrf, other);
    let path = format!("/samples/{id}/void");
    let body = |token: &str| form(&[("csrf", token), ("reason", "编号填错，重新填写"), ("_method", "delete")]);
    let head = t.app.stage().head().await.unwrap();
    for (what, body, headers) in [
        ("no token", form(&[("reason", "编号填错，重新填写")]), vec![]),
        ("a wrong token", body("0000"), vec![]),
        ("the token of another login", body(&other), vec![]),
        ("a foreign origin", body(&csrf), vec![("Origin", "https://evil.example"), ("Host", "127.0.0.1:8000")]),
        ("an opaque origin", body(&csrf), vec![("Origin", "null"), ("Host", "127.0.0.1:8000")]),
        ("cross-site", body(&csrf), vec![("Sec-Fetch-Site", "cross-site")]),
        ("same-site is not same-origin", body(&csrf), vec![("Sec-Fetch-Site", "same-site")]),
    ] {
        let answer = user.post_as(&path, &body, &headers).await;
        assert_eq!(answer.status, Status::Forbidden, "{what}");
        let code = if body.contains(&other) { "FORM-OTHER" } else { "FORM-ORIGIN" };
        assert!(answer.text().contains(code), "{what}: {}", answer.text());
        assert_eq!(t.app.stage().head().await.unwrap(), head, "{what}: nothing was written");
    }
    // JSON or plain text, as a foreign page could send without asking.
    for kind in [ContentType::JSON, ContentType::Plain] {
        let request = client.post(path.clone()).header(kind).cookie(("shiyan_login", user.token.clone()));
        assert!(matches!(request.body(body(&csrf)).dispatch().await.status().code, 400..=499));
    }
    // `_method` in a form is a field like any other.
    for method in ["delete", "put", "patch", "get"] {
        let answer = user.post_as(&format!("/samples/{id}"), &form(&[("csrf", &csrf), ("_method", method)]), &[]).await;
        assert!(answer.status.code < 500 && answer.status.code != 200, "{method}: {}", answer.status);
    }
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    // The true form does it.
    let answer = user.post_as(&path, &body(&csrf), &[("Origin", "http://127.0.0.1:8000"), ("Host", "127.0.0.1:8000"), ("Sec-Fetch-Site", "same-origin")]).await;
    assert_eq!(answer.status, Status::SeeOther, "{}", answer.text());
    assert!(t.app.stage().head().await.unwrap().seq > head.seq);
    t.assert_whole().await;
}

async fn a_disabled_account_is_out_at_its_next_request(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "analyst", PASSWORD).await;
    assert_eq!(user.get("/bench").await.status, Status::Ok);
    t.app.disable_user(&t.people.admin.actor(), "analyst", now()).await.unwrap();
    assert_eq!(user.get("/bench").await.status, Status::SeeOther);
    assert!(Browser::try_login(&client, "analyst", PASSWORD).await.login_cookie().is_none());
    let head = t.app.stage().head().await.unwrap();
    assert!(matches!(user.post_as("/bench/x", "csrf=x", &[]).await.status.code, 300..=499));
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    t.app.disable_user(&t.people.admin.actor(), "admin", now()).await.unwrap_err();
}

/// What people and scanners type into addresses.
const ODD: &[&str] = &[
    "/samples/zzz",
    "/samples/00000000-0000-0000-0000-000000000000",
    "/samples/zzz/sheet",
    "/samples/zzz/reception",
    "/samples?year=abc",
    "/samples?year=99999999999999999999&state=nope&outcome=%00&kind=%27",
    "/samples?q=%25%25_%27%22%5C%00",
    "/samples?after=x&page=-1&sort=nothing&dir=up",
    "/plan/99999999999",
    "/plan/-1",
    "/plan/0",
    "/plan/2025?view=x&page=99999999999&quarter=9",
    "/figures/%3Cscript%3E",
    "/figures/batches_per_thousand?year=-5&page=18446744073709551616&tab=x&why=x",
    "/cases?year=abc",
    "/cases?state=%E5%95%8A&part=x&overdue=maybe",
    "/cases/zzz",
    "/bench/zzz",
    "/bench?state=%F0%9F%98%80",
    "/rapid?day=2025-13-45&verdict=x&point=zzz&follow=x",
    "/rapid/zzz",
    "/rapid/zzz/photo/zzz",
    "/rapid/new?retest=zzz&after=zzz&point=zzz",
    "/rapid/export.csv?day=x",
    "/reports/SY-NOPE",
    "/reports/SY-NOPE/pdf",
    "/v/0000",
    "/v?code=%3Cscript%3Ealert(1)%3C/script%3E",
    "/stats?year=abc&tab=x",
    "/stats/export.csv?year=1",
    "/stats/export.xlsx?year=99999999",
    "/stats/table/zzz.parquet?year=2026",
    "/api/v1/statistics?year=abc",
    "/api/v1/statistics/zzz?page=-1",
    "/stats/annual.pdf?year=abc",
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/published?q=%27%20OR%201=1--&verdict=x",
    "/evidence/zzz",
    "/evidence/..%2f..%2fetc%2fpasswd",
    "/assets/..%2f..%2fCargo.toml",
    "/explain/NO-SUCH",
    "/lang/xx?next=//evil",
    "/lang/en?next=%0d%0aSet-Cookie:%20x=1",
    "/text/huge",
    "/setup/zzz",
    "/admin/limits?page=99999999999999&state=x&q=%25",
    "/admin/journal?page=-1",
    "/api/v1/zzz",
    "/%ff%fe",
    "/%00",
    "/metrics",
];

async fn bad_addresses_are_refused_and_never_break_the_server(t: TestApp) {
    t.failing("XBJ25410105000000001").await;
    let client = client(&t.app, now).await;
    let long = "a".repeat(6_000);
    let han = encoded(&"韭".repeat(2_000));
    let mut odd: Vec<String> = ODD.iter().map(|p| (*p).to_owned()).collect();
    odd.extend(["samples", "cases", "search", "published", "bench", "admin/users"].map(|room| format!("/{room}?q={long}")));
    odd.extend(["samples", "search"].map(|room| format!("/{room}?q={han}")));
    odd.push(format!("/samples/{long}"));
    let mut broken = Vec::new();
    for name in ["", "supervisor", "admin", "analyst", "sampler", "operator"] {
        let user = if name.is_empty() { Browser::nobody(&client) } else { Browser::login(&client, name, PASSWORD).await };
        for path in &odd {
            let answer = user.get(path).await;
            let text = answer.text();
            let short: String = path.chars().take(80).collect();
            if answer.status.code >= 500
                || text.contains("<script>alert")
                || answer.header("Set-Cookie").contains("x=1")
                || answer.header("Location").starts_with("//")
            {
                broken.push(format!("{name} {short}: {}", answer.status));
            }
            if short == "/metrics" {
                assert!(!text.contains("shiyan_http_responses_total"), "the numbers of the operator are not on the public listener");
                assert_ne!(answer.status, Status::Ok);
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

async fn every_answer_carries_the_security_headers(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "supervisor", PASSWORD).await;
    let nobody = Browser::nobody(&client);
    let css =
        user.get("/").await.text().split("href=\"").skip(1).map(|r| r.split('"').next().unwrap_or_default().to_owned()).find(|h| h.contains(".css")).unwrap();
    let answers = [
        nobody.get("/login").await,
        nobody.get("/").await,
        nobody.get("/healthz").await,
        user.get("/").await,
        user.get("/no/such/page").await,
        user.get("/samples/zzz").await,
        user.get(&css).await,
        user.post_as("/logout", "csrf=wrong", &[]).await,
        Answer::of(client.delete("/samples").dispatch().await).await,
    ];
    for answer in &answers {
        let policy = answer.header("Content-Security-Policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{} {name}", answer.status);
        }
        assert!(!answer.header("Cache-Control").is_empty());
    }
    assert_eq!(answers[3].header("Cache-Control"), "no-store", "a page with data is not kept");
}

async fn too_much_is_too_much(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "sampler", PASSWORD).await;
    let csrf = user.csrf().await;
    let huge = format!("csrf={csrf}&name={}", "a".repeat(21 * 1024 * 1024));
    let answer = user.post_as("/samples/new", &huge, &[]).await;
    assert_eq!(answer.status, Status::PayloadTooLarge);
    let many = format!("csrf={csrf}&{}", vec!["x=1"; 7_000].join("&"));
    assert_eq!(user.post_as("/samples/new", &many, &[]).await.status, Status::BadRequest);
    let torn = client.post("/samples/new").header(Header::new("Content-Type", "multipart/form-data; boundary=x")).cookie(("shiyan_login", user.token.clone()));
    assert_eq!(torn.body("--x\r\nContent-Disposition: form-da").dispatch().await.status(), Status::BadRequest);
    assert_eq!(user.get("/").await.status, Status::Ok, "and the house goes on");
}

async fn nobody_reads_what_lies_outside_their_scope(t: TestApp) {
    let (sample, order, case) = t.failing("XBJ25410105000000001").await;
    let paths = [
        format!("/samples/{sample}"),
        format!("/bench/{order}"),
        format!("/cases/{}", case.id),
        "/reports/SY-XBJ25410105000000001".into(),
        "/reports/SY-XBJ25410105000000001/pdf".into(),
    ];
    let client = client(&t.app, now).await;
    for name in ["other-enforcer", "other-analyst", "other-operator"] {
        let user = Browser::login(&client, name, PASSWORD).await;
        for path in &paths {
            let answer = user.get(path).await;
            assert!(matches!(answer.status.code, 403 | 404), "{name} {path}: {}", answer.status);
            assert!(!answer.text().contains("虚构农贸市场甲001号"), "{name} {path}");
        }
        for list in ["/samples", "/cases", "/search?q=XBJ25410105000000001", "/"] {
            let text = user.get(list).await.text();
            assert!(!text.contains(&sample) && !text.contains(&case.no) && !text.contains("虚构农贸市场甲001号"), "{name} {list}");
        }
    }
    let supervisor = Browser::login(&client, "supervisor", PASSWORD).await;
    for path in [&paths[0], &paths[2], &paths[3], &paths[4]] {
        assert_eq!(supervisor.get(path).await.status, Status::Ok, "{path}");
    }
}
