//! 检验批 over HTTP: two analysts, a checker, a reviewer, a quality manager and people who have no business there.

mod carry_over;

use std::collections::{BTreeMap, BTreeSet};

use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::{Client, LocalResponse};
use serde_json::{Value, json};
use shiyan_app::records::{Laboratory, UserAccount};
use shiyan_app::{App, Who};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Decimal, Label, Role, Scope};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_lab_results::bench::{Worksheet, WorksheetState};
use shiyan_lab_results::order::TestItem;
use shiyan_lab_results::order::history::AboveP99;
use shiyan_sample_intake::Reception;
use shiyan_sample_intake::sheet::{FIELDS, FieldKind, Sheet, credit_code};

use shiyan_web_kit::guard::encoded;
use shiyan_web_kit::stage::{self, Temp, now};

/// The method of the tests, which no sample of the demonstration uses.
const METHOD: &str = "GB/T 99999-2026";
/// A laboratory that has nothing to do with it.
const ELSEWHERE: &str = "别处检验所";
/// The sum of 恩诺沙星 and 环丙沙星 in fish: at most 100 μg/kg, once the limit is active.
const LIMITED: &str = "恩诺沙星(以恩诺沙星与环丙沙星之和计)";

/// Somebody with the password of somebody else.
fn like(one: &UserAccount, username: &str, roles: BTreeSet<Role>, scope: Scope) -> UserAccount {
    let id = shiyan_foundation::ids::UserId(uuid::Uuid::now_v7());
    UserAccount { id, username: username.into(), name: format!("虚构{username}"), roles, scope, revision: 0, ..one.clone() }
}

struct Bench {
    dir: Temp,
    app: App,
    client: Client,
    people: BTreeMap<String, UserAccount>,
}

async fn bench(name: &str) -> Bench {
    let (dir, app, _) = stage::demonstration(name, 7, 60).await;
    let mut people: BTreeMap<String, UserAccount> = app.stage().people().await.unwrap().into_iter().map(|u| (u.username.clone(), u)).collect();
    let lab = people["analyst"].scope.clone();
    let elsewhere = Laboratory { name: ELSEWHERE.into(), ..app.stage().all::<Laboratory>().await.unwrap()[0].clone() };
    let elsewhere = Laboratory { id: shiyan_foundation::ids::LabId(uuid::Uuid::now_v7()), demo: true, revision: 0, ..elsewhere };
    let mut unit = app.stage().begin(now()).await.unwrap();
    unit.insert(&elsewhere, &Who::from(&people["admin"].actor()), "lab.add", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    for (username, scope) in [("analyst2", lab), ("stranger", Scope::Lab(elsewhere.id))] {
        // With the password of the demonstration, which nobody may choose.
        let added = like(&people["analyst"], username, [Role::Analyst].into(), scope);
        let mut unit = app.stage().begin(now()).await.unwrap();
        unit.insert(&added, &Who::from(&people["admin"].actor()), "user.add", json!({})).await.unwrap();
        unit.commit().await.unwrap();
        people.insert(username.into(), added);
    }
    let client = stage::client(&app, crate::routes()).await;
    Bench { dir, app, client, people }
}

fn paper(no: &str, lab: &str, samplers: Vec<(shiyan_foundation::ids::UserId, String)>) -> Sheet {
    let mut sheet = Sheet { samplers, ..Sheet::default() };
    for spec in FIELDS {
        let value = match spec.kind {
            FieldKind::Choice(choices) => choices[0],
            FieldKind::Number => "1",
            _ => "/",
        };
        sheet.set(spec.key, value);
    }
    let code = credit_code("92410105MA0000001").unwrap();
    for (key, value) in [
        ("sampling_no", no),
        ("street", "410105008"),
        ("uscc", &code),
        ("made_on", "2026-11-20"),
        ("sampled_on", "2026-11-20"),
        ("base_qty", "20"),
        ("sample_qty", "2.5"),
        ("backup_qty", "1"),
        ("place", "农贸市场"),
        ("link", "流通"),
        ("pack_kind", "无包装"),
        ("has_third_party", "否"),
        ("name", "带鱼"),
        ("site_name", "示范水产店甲"),
        ("site_phone", "18612341402"),
        ("cat1", "食用农产品"),
        ("cat2", "水产品"),
        ("cat3", "海水鱼"),
        ("cat4", "带鱼"),
        ("lab_org", lab),
    ] {
        sheet.set(key, value);
    }
    sheet
}

impl Bench {
    fn actor(&self, name: &str) -> shiyan_foundation::Actor {
        self.people[name].actor()
    }
    /// Samples received, each with these items by the method of the tests.
    async fn receive(&self, samples: usize, analytes: &[&str]) {
        let lab = self.app.laboratories().await.unwrap().into_iter().find(|l| l.name != ELSEWHERE).unwrap().name;
        let samplers: Vec<_> = self.people.values().filter(|u| u.roles.contains(&Role::Sampler)).take(2).map(|u| (u.id, u.name.clone())).collect();
        let sampler = self.people.values().find(|u| u.id == samplers[0].0).unwrap().actor();
        for n in 0..samples {
            let no = format!("XBJ2641010590{n:07}");
            let id = self.app.begin_sheet(&sampler, paper(&no, &lab, samplers.clone()), None, now()).await.unwrap().to_string();
            self.app.submit_sheet(&sampler, &id, now()).await.unwrap();
            let reception = Reception { test_seal: format!("T{n}"), backup_seal: format!("B{n}"), ..Reception::default() };
            let order = self.app.accept_sample(&self.actor("sample-keeper"), &id, reception, now()).await.unwrap().to_string();
            for analyte in analytes {
                self.app.add_item(&self.actor("analyst"), &order, &shiyan_app::bench::TypedItem::new(analyte, "μg/kg", METHOD), now()).await.unwrap();
            }
        }
    }
    /// A worksheet of everything that waits by the method of the tests, made over the page.
    async fn sheet(&self, samples: usize, analytes: &[&str]) -> String {
        self.receive(samples, analytes).await;
        let analyst = self.login("analyst").await;
        let address = format!("/worksheets/new?method={}", encoded(METHOD));
        let page = analyst.get(&address).await;
        let items = page.is(Status::Ok).values("items");
        assert_eq!(items.len(), samples * analytes.len(), "everything is ticked");
        let mut fields: Vec<(&str, &str)> = items.iter().map(|i| ("items", i.as_str())).collect();
        fields.push(("title", "虚构检验批"));
        let made = analyst.post(&address, "/worksheets/new", &fields).await;
        made.is(Status::SeeOther).to.clone()
    }
    async fn stored(&self, at: &str) -> Worksheet {
        self.app.stage().worksheet(at.trim_start_matches("/worksheets/"), &Scope::District).await.unwrap().unwrap()
    }
    async fn items(&self, at: &str) -> Vec<TestItem> {
        let sheet = self.stored(at).await;
        let mut items = self.app.stage().items_of_worksheet(&sheet.id.to_string(), &Scope::District).await.unwrap();
        items.sort_by_key(|i| (sheet.samples.iter().position(|s| s.order == i.order), i.position));
        items
    }
    async fn login(&self, name: &str) -> Person<'_> {
        let token = stage::login(&self.client, name).await;
        let mut person = Person { client: &self.client, token, csrf: String::new(), lang: "zh", cookies: Vec::new() };
        person.csrf = person.get("/stage/token").await.text;
        person
    }
}

struct Person<'c> {
    client: &'c Client,
    token: String,
    csrf: String,
    lang: &'static str,
    cookies: Vec<(String, String)>,
}

#[derive(Debug)]
struct Page {
    status: Status,
    text: String,
    to: String,
    kind: String,
    set: Vec<String>,
}

impl Page {
    fn value(&self, name: &str) -> String {
        self.values(name).into_iter().next().unwrap_or_default()
    }
    fn values(&self, name: &str) -> Vec<String> {
        let at = format!("name=\"{name}\" value=\"");
        self.text.split(&at).skip(1).map(|x| x.split('"').next().unwrap_or_default().to_owned()).collect()
    }
    /// What a reader of the page sees, for messages.
    fn seen(&self) -> String {
        let main = self.text.split("<main").nth(1).unwrap_or(&self.text).split("</main>").next().unwrap_or_default();
        let bare: String = main.split('<').map(|part| part.split_once('>').map_or(part, |x| x.1)).collect::<Vec<_>>().join(" ");
        bare.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(1_200).collect()
    }
    fn is(&self, status: Status) -> &Self {
        assert_eq!(self.status, status, "{}", self.seen());
        self
    }
    fn says(&self, words: &str) -> &Self {
        assert!(self.text.contains(words), "does not say {words}: {}", self.seen());
        self
    }
    fn lacks(&self, words: &str) -> &Self {
        assert!(!self.text.contains(words), "says {words}");
        self
    }
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }
}

async fn read(response: LocalResponse<'_>) -> Page {
    let status = response.status();
    let to = response.headers().get_one("Location").unwrap_or_default().to_owned();
    let kind = response.content_type().map(|c| c.to_string()).unwrap_or_default();
    let set = response.headers().get("Set-Cookie").map(str::to_owned).collect();
    let text = String::from_utf8_lossy(&response.into_bytes().await.unwrap_or_default()).into_owned();
    Page { status, text, to, kind, set }
}

impl Person<'_> {
    fn cookies(&self) -> Vec<(String, String)> {
        let mut all = vec![("shiyan_login".to_owned(), self.token.clone()), ("lang".to_owned(), self.lang.to_owned())];
        all.extend(self.cookies.clone());
        all
    }
    async fn get(&self, address: &str) -> Page {
        let request = self.client.get(address.to_owned()).cookies(self.cookies());
        read(request.dispatch().await).await
    }
    async fn post(&self, _from: &str, to: &str, fields: &[(&str, &str)]) -> Page {
        let mut body = format!("csrf={}", self.csrf);
        for (key, value) in fields {
            body.push_str(&format!("&{}={}", encoded(key), encoded(value)));
        }
        let request = self.client.post(to.to_owned()).header(ContentType::Form).cookies(self.cookies());
        read(request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await).await
    }
    async fn upload(&self, to: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Page {
        let mut body = Vec::new();
        for (key, value) in [("csrf", self.csrf.as_str())].iter().chain(fields) {
            body.extend_from_slice(format!("--X\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").as_bytes());
        }
        body.extend_from_slice(format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--X--\r\n");
        let kind = Header::new("Content-Type", "multipart/form-data; boundary=X");
        let request = self.client.post(to.to_owned()).header(kind).cookies(self.cookies());
        read(request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await).await
    }
    async fn send(&self, at: &str, body: &str) -> Page {
        let request =
            self.client.post(format!("{at}/cells")).header(ContentType::JSON).header(Header::new("X-CSRF", self.csrf.clone())).cookies(self.cookies());
        read(request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await).await
    }
    /// Saves cells as the script does: item, revision seen, text.
    async fn save(&self, at: &str, cells: &[(&TestItem, &str)]) -> Value {
        let cells: Vec<Value> = cells.iter().map(|(i, raw)| json!({ "item": i.id, "seen": i.revision, "raw": raw })).collect();
        self.send(at, &json!({ "cells": cells }).to_string()).await.is(Status::Ok).json()
    }
}

// ---------------------------------------------------------------- making

#[rocket::async_test]
async fn a_worksheet_is_made_of_what_waits_and_takes_it_away() {
    let b = bench("make").await;
    b.receive(3, &[LIMITED, "虚构项甲"]).await;
    let analyst = b.login("analyst").await;
    let waiting = analyst.get("/worksheets?tab=waiting").await;
    waiting.is(Status::Ok).says(METHOD).says("编批");
    let address = format!("/worksheets/new?method={}", encoded(METHOD));
    let page = analyst.get(&address).await;
    // Blind: food and code, neither operator nor sampling number.
    page.is(Status::Ok).says("带鱼").lacks("示范水产店甲").lacks("XBJ264101059");
    let items = page.values("items");
    assert_eq!(items.len(), 6);
    let nothing = analyst.post(&address, "/worksheets/new", &[("method", METHOD), ("title", "记得我")]).await;
    nothing.is(Status::UnprocessableEntity).says("WS-NO-CELLS").says("value=\"记得我\"");
    let five: Vec<(&str, &str)> = items.iter().take(5).map(|i| ("items", i.as_str())).collect();
    let made = analyst.post(&address, "/worksheets/new", &five).await.is(Status::SeeOther).to.clone();
    assert_eq!(b.items(&made).await.len(), 5);
    assert!(b.stored(&made).await.analyst.is_some_and(|(id, _)| id == b.people["analyst"].id), "whoever makes it has it");
    let again = analyst.post(&address, "/worksheets/new", &five).await;
    again.is(Status::UnprocessableEntity).says("WS-TAKEN");
    let rest = analyst.get(&address).await;
    assert_eq!(rest.is(Status::Ok).values("items").len(), 1, "one item still waits");
    analyst.get("/worksheets").await.is(Status::Ok).says("W2026-").says("0 / 5");
    assert_eq!(analyst.get("/worksheets/new?method=none").await.status, Status::NotFound);

    // Assigning and voiding; what is voided waits again.
    let second = b.people["analyst2"].id.to_string();
    analyst.post(&made, &format!("{made}/assign"), &[("assign-analyst", &second)]).await.is(Status::SeeOther);
    assert_eq!(b.stored(&made).await.analyst.map(|(id, _)| id), Some(b.people["analyst2"].id));
    let checker = b.people["checker"].id.to_string();
    analyst.post(&made, &format!("{made}/assign"), &[("assign-analyst", &checker)]).await.is(Status::UnprocessableEntity).says("WS-ANALYST");
    analyst.post(&made, &format!("{made}/void"), &[]).await.is(Status::SeeOther);
    assert_eq!(b.stored(&made).await.state, WorksheetState::Void);
    assert_eq!(analyst.get(&address).await.values("items").len(), 6);
    analyst.get("/worksheets?tab=void").await.is(Status::Ok).says(&b.stored(&made).await.no);
}

// ---------------------------------------------------------------- saving

#[rocket::async_test]
async fn what_the_script_sends_is_saved_judged_and_told() {
    let b = bench("save").await;
    let at = b.sheet(3, &[LIMITED, "虚构项甲"]).await;
    let analyst = b.login("analyst").await;
    let items = b.items(&at).await;
    let limited: Vec<&TestItem> = items.iter().filter(|i| i.analyte == LIMITED).collect();
    let told = analyst.save(&at, &[(limited[0], "12"), (limited[1], "328"), (limited[2], " ＜１０ ")]).await;
    assert_eq!(told["refused"], json!([]));
    let of = |item: &TestItem| told["cells"].as_array().unwrap().iter().find(|c| c["item"] == json!(item.id)).unwrap().clone();
    assert_eq!((&of(limited[0])["mark"], &of(limited[0])["verdict"]), (&json!("✓"), &json!("conforming")));
    assert_eq!((&of(limited[1])["mark"], &of(limited[1])["tone"]), (&json!("✗"), &json!("fail")));
    assert_eq!(of(limited[2])["raw"], json!("＜１０"), "as typed, without the spaces around it");
    assert_eq!(told["counts"]["filled"], json!(3));
    assert_eq!(told["counts"]["failing"], json!(1));
    assert_eq!(told["saved_at"], json!("14:00:00"));
    // The very same again is no change and no conflict.
    let same = analyst.save(&at, &[(limited[0], "12")]).await;
    assert_eq!((same["refused"].as_array().unwrap().len(), &same["cells"][0]["rev"]), (0, &of(limited[0])["rev"]));
    // Undo is a write of its own, and the journal says so.
    let now = b.items(&at).await.into_iter().find(|i| i.id == limited[0].id).unwrap();
    let undone = json!({ "cells": [{ "item": now.id, "seen": now.revision, "raw": "", "undo": true }] }).to_string();
    analyst.send(&at, &undone).await.is(Status::Ok);
    let journal = b.app.stage().timeline(&[format!("item:{}", now.id)]).await.unwrap();
    assert_eq!(journal.last().map(|e| (e.facts["from"].clone(), e.facts["to"].clone(), e.facts["undo"].clone())), Some((json!("12"), json!(""), json!(true))));
    // The page shows the same, and the drawer its working and history.
    let page = analyst.get(&at).await;
    page.is(Status::Ok).says("value=\"328\"").says("k-fail").says("≤100").lacks("示范水产店甲").lacks("XBJ264101059");
    let drawer = analyst.get(&format!("{at}/cells/{}", limited[1].id)).await;
    drawer.is(Status::Ok).says("328").says("GB 31650-2019").says("录入结果").lacks("<html").lacks("示范水产店甲");
    let changes = analyst.get(&format!("{at}/cells/{}", now.id)).await;
    changes.is(Status::Ok).says("（撤销）");
    let inside = analyst.get(&format!("{at}?cell={}", limited[1].id)).await;
    inside.is(Status::Ok).says("ws-detail").says("GB 31650-2019");
    assert_eq!(analyst.get(&format!("{at}/cells/q99")).await.status, Status::NotFound);
}

#[rocket::async_test]
async fn two_people_on_one_worksheet_do_not_overwrite_each_other() {
    let b = bench("conflict").await;
    let at = b.sheet(2, &[LIMITED]).await;
    let (one, two) = (b.login("analyst").await, b.login("analyst2").await);
    let items = b.items(&at).await;
    one.save(&at, &[(&items[0], "11")]).await;
    let raced = two.save(&at, &[(&items[0], "22"), (&items[1], "33")]).await;
    let refused = &raced["refused"][0];
    assert_eq!((&refused["conflict"], &refused["now"]["raw"], &refused["code"]), (&json!(true), &json!("11"), &json!("RACE")));
    assert_eq!(refused["now"]["by"], json!(b.people["analyst"].name), "the other person is named");
    assert_eq!(raced["cells"][0]["raw"], json!("33"), "the other cell is saved all the same");
    assert_eq!(b.items(&at).await[0].raw, "11");
    // With the revision now seen, the choice is a decision and stands.
    let seen = refused["now"]["rev"].as_i64().unwrap();
    let mine = json!({ "cells": [{ "item": items[0].id, "seen": seen, "raw": "22" }] }).to_string();
    assert_eq!(two.send(&at, &mine).await.is(Status::Ok).json()["refused"], json!([]));
    assert_eq!(b.items(&at).await[0].raw, "22");
}

#[rocket::async_test]
async fn a_message_that_does_not_keep_to_the_contract_changes_nothing() {
    let b = bench("contract").await;
    let at = b.sheet(1, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let item = b.items(&at).await.remove(0);
    let one = |raw: &str| json!({ "cells": [{ "item": item.id, "seen": item.revision, "raw": raw }] });
    for bad in ["", "{", "null", "{\"cells\":1}", "{\"cells\":[{}]}", "{\"x\":1}", "{\"cells\":[{\"item\":\"x\",\"seen\":\"1\",\"raw\":\"1\"}]}"] {
        let page = analyst.send(&at, bad).await;
        assert!((400..500).contains(&page.status.code), "{bad}: {}", page.status);
        assert_eq!(page.kind, "application/problem+json", "{bad}");
    }
    let many: Vec<Value> = (0..401).map(|_| one("1")["cells"][0].clone()).collect();
    analyst.send(&at, &json!({ "cells": many }).to_string()).await.is(Status::UnprocessableEntity).says("WS-BATCH");
    // Cells of nowhere are refused one by one; the text that is too long too.
    let told =
        analyst.send(&at, &json!({ "cells": [{ "item": "x", "seen": 0, "raw": "1" }], "qc": [{ "slot": "q9", "seen": 0, "raw": "1" }] }).to_string()).await;
    let told = told.is(Status::Ok).json();
    assert_eq!((told["refused"].as_array().unwrap().len(), &told["refused"][0]["code"]), (2, &json!("NOT-FOUND")));
    let long = analyst.send(&at, &one(&"9".repeat(500)).to_string()).await.is(Status::Ok).json();
    assert_eq!(long["refused"].as_array().unwrap().len(), 1);
    // Not from our page; not signed in; opened by somebody else.
    let request = b.client.post(format!("{at}/cells")).header(ContentType::JSON).cookies(analyst.cookies());
    let forged = read(request.remote("127.0.0.1:9".parse().unwrap()).body(one("1").to_string()).dispatch().await).await;
    assert_eq!((forged.status, forged.kind.as_str()), (Status::Forbidden, "application/problem+json"));
    let nobody = Person { client: &b.client, token: String::new(), csrf: String::new(), lang: "zh", cookies: Vec::new() };
    let out = nobody.send(&at, &one("1").to_string()).await;
    assert_eq!((out.status, out.kind.as_str()), (Status::Unauthorized, "application/problem+json"));
    let mut other = one("1");
    other["by"] = json!("analyst2");
    analyst.send(&at, &other.to_string()).await.is(Status::Forbidden).says("WS-OTHER-PERSON");
    assert_eq!(b.items(&at).await[0].raw, "");
    // NUL and line breaks never reach the database.
    analyst.send(&at, &one("1\u{0}2\n").to_string()).await.is(Status::Ok);
    assert_eq!(b.items(&at).await[0].raw, "1 2");
}

#[rocket::async_test]
async fn a_paste_of_four_hundred_cells_is_one_message() {
    let b = bench("paste").await;
    let analytes: Vec<String> = (0..40).map(|n| format!("虚构项{n:02}")).collect();
    let named: Vec<&str> = analytes.iter().map(String::as_str).collect();
    let at = b.sheet(10, &named).await;
    let analyst = b.login("analyst").await;
    let items = b.items(&at).await;
    let typed: Vec<(&TestItem, &str)> = items.iter().map(|i| (i, "0.5")).collect();
    assert_eq!(typed.len(), 400);
    let told = analyst.save(&at, &typed).await;
    assert_eq!((told["refused"].as_array().unwrap().len(), &told["counts"]["filled"]), (0, &json!(400)));
    assert!(b.items(&at).await.iter().all(|i| i.raw == "0.5"));
    // The form without script carries all of it too, and touches nothing that was not touched.
    let page = analyst.get(&at).await;
    let now = b.items(&at).await;
    let mut fields = vec![("why".to_owned(), String::new())];
    for item in &now {
        let rev = page.value(&format!("rev_{}", item.id));
        fields.push((format!("r_{}", item.id), if item.id == now[7].id { "0.7".into() } else { item.raw.clone() }));
        fields.push((format!("rev_{}", item.id), rev));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    analyst.post(&at, &at, &fields).await.is(Status::SeeOther);
    let after = b.items(&at).await;
    assert_eq!(after.iter().filter(|i| i.raw == "0.7").count(), 1);
    assert_eq!(after.iter().zip(&now).filter(|(a, b)| a.revision != b.revision).count(), 1, "one cell changed");
}

/// Two thousand cells of mutated results: whatever is typed is kept, and nothing breaks.
#[rocket::async_test]
async fn mutated_cells_are_kept_and_never_a_fault() {
    let b = bench("mutated").await;
    let analytes: Vec<String> = (0..40).map(|n| format!("虚构项{n:02}")).collect();
    let mut named: Vec<&str> = analytes.iter().map(String::as_str).collect();
    named[0] = LIMITED;
    let at = b.sheet(10, &named).await;
    let analyst = b.login("analyst").await;
    let seeds =
        ["0.012", "＜0.01", "《0.01", "未检出", "2.5×10⁶", "10,20,<10,30,10", "5.8×103CFU/g", "1,234", "ND", "1.2E-3", "12 mg/kg", "/", "阴性", "<sup>6</sup>"];
    let junk: Vec<char> = "0123456789.,，。<>＜《≤×^eE+-/ %μmgk\u{0}\n\t\u{202e}\u{feff}\u{1f9ea}²⁶\"'&;=".chars().collect();
    let mut state = 20_261_123_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % below
    };
    for _ in 0..5 {
        let items = b.items(&at).await;
        let texts: Vec<String> = items
            .iter()
            .map(|_| {
                let mut text: Vec<char> = seeds[next(seeds.len())].chars().collect();
                for _ in 0..next(6) {
                    text.insert(next(text.len() + 1), junk[next(junk.len())]);
                }
                text.into_iter().collect()
            })
            .collect();
        let cells: Vec<(&TestItem, &str)> = items.iter().zip(texts.iter().map(String::as_str)).collect();
        let told = analyst.save(&at, &cells).await;
        assert_eq!(told["refused"], json!([]));
        for (item, text) in b.items(&at).await.iter().zip(&texts) {
            assert_eq!(item.raw, super::worksheets::one_line(text));
            assert_eq!(item.raw.is_empty(), item.verdict().is_none(), "{:?} is judged or empty", item.raw);
        }
    }
    analyst.get(&at).await.is(Status::Ok).lacks("<sup>");
}

#[rocket::async_test]
async fn the_form_works_without_script_and_keeps_what_was_typed() {
    let b = bench("form").await;
    let at = b.sheet(2, &[LIMITED]).await;
    let (one, two) = (b.login("analyst").await, b.login("analyst2").await);
    let items = b.items(&at).await;
    let (first, second) = (items[0].id.to_string(), items[1].id.to_string());
    let page = one.get(&at).await;
    let rev = |page: &Page, id: &str| page.value(&format!("rev_{id}"));
    let stale = [
        (format!("r_{first}"), "22".to_owned()),
        (format!("rev_{first}"), rev(&page, &first)),
        (format!("r_{second}"), String::new()),
        (format!("rev_{second}"), rev(&page, &second)),
    ];
    let fields = |list: &[(String, String)]| list.to_vec();
    let post = async |who: &Person<'_>, list: Vec<(String, String)>| {
        let refs: Vec<(&str, &str)> = list.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        who.post(&at, &at, &refs).await
    };
    two.save(&at, &[(&items[0], "11"), (&items[1], "33")]).await;
    // The first cell was typed by both; the second was left alone here and keeps what the other wrote.
    let raced = post(&one, fields(&stale)).await;
    raced.is(Status::Conflict).says("value=\"22\"").says(&format!("name=\"theirs_r_{first}\"")).says("虚构analyst2");
    assert_eq!(b.items(&at).await.iter().map(|i| i.raw.clone()).collect::<Vec<_>>(), ["11", "33"]);
    // Taking theirs, then mine.
    let theirs = [(format!("r_{first}"), "22".to_owned()), (format!("rev_{first}"), rev(&raced, &first)), (format!("theirs_r_{first}"), "1".to_owned())];
    post(&one, fields(&theirs)).await.is(Status::SeeOther);
    assert_eq!(b.items(&at).await[0].raw, "11");
    let mine = [(format!("r_{first}"), "22".to_owned()), (format!("rev_{first}"), rev(&raced, &first))];
    post(&one, fields(&mine)).await.is(Status::SeeOther);
    assert_eq!(b.items(&at).await[0].raw, "22");
    // Both orientations, remembered for this person and method; the other person is not touched.
    let turned = one.get(&format!("{at}?by=sample")).await;
    turned.is(Status::Ok).says("data-by=\"sample\"");
    let cookie = turned.set.iter().find(|c| c.starts_with("ws_by=")).unwrap();
    let value = cookie.trim_start_matches("ws_by=").split(';').next().unwrap().to_owned();
    let mut one = one;
    let mut two = two;
    one.cookies.push(("ws_by".into(), value.clone()));
    two.cookies.push(("ws_by".into(), value));
    one.get(&at).await.is(Status::Ok).says("data-by=\"sample\"");
    two.get(&at).await.is(Status::Ok).says("data-by=\"item\"");
    one.get(&format!("{at}?limits=off")).await.is(Status::Ok).says("no-lim");
    // English throughout.
    one.lang = "en";
    one.get(&at).await.is(Status::Ok).says("Finish the entry").says("Filled");
}

// ---------------------------------------------------------------- controls

async fn with_template(b: &Bench) {
    let quality = b.login("quality-manager").await;
    quality.get("/admin/templates").await.is(Status::Ok);
    let wrong = [("method", METHOD), ("title", "虚构模板"), ("kind_0", "duplicate"), ("name_0", ""), ("limit_pct_0", "abc")];
    quality.post("", "/admin/templates", &wrong).await.is(Status::UnprocessableEntity).says("value=\"虚构模板\"").says("value=\"abc\"");
    let good = [
        ("method", METHOD),
        ("title", "虚构模板"),
        ("kind_0", "blank"),
        ("name_0", "试剂空白"),
        ("kind_1", "duplicate"),
        ("name_1", "平行样"),
        ("every_1", "10"),
        ("limit_pct_1", "15"),
        ("kind_2", "control"),
        ("name_2", "质控样 QC-01"),
        ("analyte_2", LIMITED),
        ("target_2", "50"),
        ("sd_2", "2"),
        ("kind_3", "spike"),
        ("name_3", "加标"),
        ("added_3", "50"),
    ];
    quality.post("", "/admin/templates", &good).await.is(Status::SeeOther);
    quality.get("/admin/templates").await.is(Status::Ok).says("质控样 QC-01").says("定值 50");
    quality.get(&format!("/admin/templates?method={}", encoded(METHOD))).await.is(Status::Ok).says("value=\"15\"").says("open");
    let analyst = b.login("analyst").await;
    assert_eq!(analyst.get("/admin/templates").await.status, Status::NotFound);
    analyst.post("", "/admin/templates", &good).await.is(Status::NotFound);
}

#[rocket::async_test]
async fn controls_are_entered_judged_charted_and_hold_the_release() {
    let b = bench("qc").await;
    with_template(&b).await;
    let at = b.sheet(2, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let sheet = b.stored(&at).await;
    assert_eq!(sheet.qc.len(), 4, "{:?}", sheet.qc);
    let slot = |kind: &str| sheet.qc.iter().find(|s| shiyan_foundation::Label::code(s.kind) == kind).unwrap().id.clone();
    let page = analyst.get(&at).await;
    page.is(Status::Ok).says("name=\"q_q1\"").says("质控样").says("平行样");
    let items = b.items(&at).await;
    let send = |list: &[(&str, &str)]| {
        let qc: Vec<Value> = list.iter().map(|(kind, raw)| json!({ "slot": slot(kind), "seen": 0, "raw": raw })).collect();
        json!({ "cells": items.iter().map(|i| json!({ "item": i.id, "seen": i.revision, "raw": "20" })).collect::<Vec<_>>(), "qc": qc }).to_string()
    };
    let told = analyst.send(&at, &send(&[("blank", "未检出"), ("duplicate", "30"), ("control", "57"), ("spike", "65")])).await;
    let told = told.is(Status::Ok).json();
    let of = |kind: &str| told["qc"].as_array().unwrap().iter().find(|q| q["slot"] == json!(slot(kind))).unwrap().clone();
    assert_eq!(of("blank")["verdict"], json!("pass"));
    assert_eq!(of("duplicate")["verdict"], json!("fail"), "20 and 30 differ by 40 %");
    assert_eq!(of("control")["verdict"], json!("fail"), "57 lies 3.5 sd away");
    assert_eq!(told["qc_state"], json!("fail"));
    // A duplicate is judged again when its cell changes.
    let of_item = sheet.qc.iter().find(|s| s.id == slot("duplicate")).unwrap().of_item.unwrap();
    let cell = b.items(&at).await.into_iter().find(|i| i.id == of_item).unwrap();
    let again = analyst.save(&at, &[(&cell, "29")]).await;
    let duplicate = again["qc"].as_array().unwrap().iter().find(|q| q["slot"] == json!(slot("duplicate"))).unwrap();
    assert_eq!(duplicate["verdict"], json!("pass"));
    // Two people and one control.
    let two = b.login("analyst2").await;
    let stale = json!({ "qc": [{ "slot": slot("blank"), "seen": 0, "raw": "5" }] }).to_string();
    let raced = two.send(&at, &stale).await.is(Status::Ok).json();
    assert_eq!((&raced["refused"][0]["conflict"], &raced["refused"][0]["now"]["raw"]), (&json!(true), &json!("未检出")));
    // The chart of the control, in the drawer.
    analyst.get(&format!("{at}/cells/{}", slot("control"))).await.is(Status::Ok).says("<svg").says("1-3s").says("定值");
    analyst.get(&format!("{at}?cell={}", slot("duplicate"))).await.is(Status::Ok).says("允许相对偏差");
    // Finished it may be; reviewed not before the quality manager releases it, and not by whoever entered it.
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("质控会扣住放行");
    analyst.post(&at, &format!("{at}/finish"), &[]).await.is(Status::SeeOther);
    let checker = b.login("checker").await;
    let queue = checker.get("/review").await;
    queue.is(Status::Ok).says("1-3s").says("WS-RUN");
    let id = b.stored(&at).await.id;
    checker.post("/review", &format!("/review/{id}/check"), &[]).await.is(Status::UnprocessableEntity).says("WS-RUN");
    for order in b.stored(&at).await.samples.iter().map(|s| s.order) {
        checker.post("", &format!("/bench/{order}/check"), &[]).await.is(Status::SeeOther);
    }
    let reviewer = b.login("reviewer").await;
    let order = b.stored(&at).await.samples[0].order;
    reviewer.post("", &format!("/bench/{order}/review"), &[]).await.is(Status::UnprocessableEntity).says("QC-RUN-FAIL");
    reviewer.post(&at, &format!("{at}/release"), &[("release-reason", "已查明原因")]).await.is(Status::UnprocessableEntity);
    let quality = b.login("quality-manager").await;
    quality.get(&at).await.is(Status::Ok).says("放行质控");
    quality.post(&at, &format!("{at}/release"), &[("release-reason", "短")]).await.is(Status::UnprocessableEntity);
    quality.post(&at, &format!("{at}/release"), &[("release-reason", "质控样配制有误，重测合格")]).await.is(Status::SeeOther);
    quality.get(&at).await.is(Status::Ok).says("质控样配制有误").says("已放行");
    reviewer.post("", &format!("/bench/{order}/review"), &[]).await.is(Status::SeeOther);
}

// ---------------------------------------------------------------- finishing, review, return

#[rocket::async_test]
async fn an_all_normal_worksheet_passes_in_one_step_and_nobody_passes_their_own() {
    let b = bench("pass").await;
    let at = b.sheet(3, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let items = b.items(&at).await;
    analyst.save(&at, &[(&items[0], "12"), (&items[1], "11")]).await;
    let open = analyst.get(&format!("{at}/finish")).await;
    open.is(Status::Ok).says("WS-EMPTY").says(&format!("#f-r_{}", items[2].id)).lacks("完成录入并提交校核");
    analyst.post(&at, &format!("{at}/finish"), &[]).await.is(Status::UnprocessableEntity).says("WS-EMPTY");
    analyst.save(&at, &[(&items[2], "13")]).await;
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("没有遗漏").says("完成录入并提交校核");
    analyst.post(&at, &format!("{at}/finish"), &[]).await.is(Status::SeeOther);
    let page = analyst.get(&at).await;
    page.is(Status::Ok).says("样品去向").says("待校核").says("结果已锁定");
    assert!(!page.text.contains("name=\"r_"), "what is finished is locked");
    // Locked for the script as well: a refusal of the whole.
    let locked = analyst.send(&at, &json!({ "cells": [{ "item": items[0].id, "seen": 9, "raw": "1" }] }).to_string()).await;
    assert_eq!((locked.status, locked.kind.as_str()), (Status::UnprocessableEntity, "application/problem+json"));
    // And for the form: what was typed is still shown.
    let late = [(format!("r_{}", items[0].id), "98.7".to_owned()), (format!("rev_{}", items[0].id), "2".to_owned())];
    let late: Vec<(&str, &str)> = late.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    analyst.post(&at, &at, &late).await.is(Status::UnprocessableEntity).says("98.7");
    analyst.post(&at, &format!("{at}/void"), &[]).await.is(Status::UnprocessableEntity);

    let id = b.stored(&at).await.id;
    let checker = b.login("checker").await;
    let queue = checker.get("/review").await;
    queue.is(Status::Ok).says("校核通过：3 个样品 3 项全部正常").lacks("XBJ264101059").lacks("示范水产店甲");
    checker.get("/review?all=1").await.is(Status::Ok).says(&format!("value=\"{}\"", items[0].id));
    analyst.post("/review", &format!("/review/{id}/check"), &[]).await.is(Status::UnprocessableEntity).says("LAB-ROLE");
    checker.post("/review", &format!("/review/{id}/check"), &[]).await.is(Status::SeeOther);
    checker.post("/review", &format!("/review/{id}/check"), &[]).await.is(Status::UnprocessableEntity).says("WS-NOTHING");
    let reviewer = b.login("reviewer").await;
    reviewer.get("/review").await.is(Status::Ok).says("审核通过：3 个样品 3 项全部正常");
    reviewer.post("/review", &format!("/review/{id}/review"), &[]).await.is(Status::SeeOther);
    let signatory = b.login("signatory").await;
    let orders = signatory.get("/review").await;
    orders.is(Status::Ok).says("全部正常，可成批批准").says(&format!("/bench/{}", b.stored(&at).await.samples[0].order));
    for other in ["nonsense", "approve"] {
        assert_eq!(checker.post("", &format!("/review/{id}/{other}"), &[]).await.status, Status::NotFound);
    }
}

#[rocket::async_test]
async fn own_work_is_explained_in_the_queue() {
    let b = bench("own").await;
    let at = b.sheet(1, &[LIMITED]).await;
    let both = like(&b.people["analyst"], "both", [Role::Analyst, Role::Checker].into(), b.people["analyst"].scope.clone());
    let mut unit = b.app.stage().begin(now()).await.unwrap();
    unit.insert(&both, &Who::from(&b.actor("admin")), "user.add", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    let both = b.login("both").await;
    let items = b.items(&at).await;
    both.save(&at, &[(&items[0], "12")]).await;
    both.post(&at, &format!("{at}/finish"), &[]).await.is(Status::SeeOther);
    let queue = both.get("/review").await;
    queue.is(Status::Ok).says("LAB-OWN-WORK").says("虚构both");
    let id = b.stored(&at).await.id;
    both.post("/review", &format!("/review/{id}/check"), &[]).await.is(Status::UnprocessableEntity).says("LAB-OWN-WORK");
}

#[rocket::async_test]
async fn cells_sent_back_are_corrected_with_a_reason_and_only_they() {
    let b = bench("return").await;
    let at = b.sheet(3, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let items = b.items(&at).await;
    analyst.save(&at, &[(&items[0], "12"), (&items[1], "328"), (&items[2], "13")]).await;
    analyst.post(&at, &format!("{at}/finish"), &[]).await.is(Status::SeeOther);
    let id = b.stored(&at).await.id;
    let checker = b.login("checker").await;
    let queue = checker.get("/review").await;
    queue.is(Status::Ok).says("WS-ABNORMAL").says(&format!("value=\"{}\"", items[1].id)).lacks(&format!("value=\"{}\"", items[0].id));
    let cell = items[1].id.to_string();
    let to = format!("/review/{id}/return");
    checker.post("/review", &to, &[("reason", "复核称样量")]).await.is(Status::UnprocessableEntity).says("WS-NO-CELL").says("复核称样量");
    checker.post("/review", &to, &[("cells", &cell), ("reason", "短")]).await.is(Status::UnprocessableEntity);
    checker.post("/review", &to, &[("cells", &cell), ("reason", "复核称样量")]).await.is(Status::SeeOther);
    // The sample is at the bench again, the others stay with the checker; the sheet is open for the cell.
    let page = analyst.get(&at).await;
    page.is(Status::Ok).says("data-s=\"back\"").says("复核称样量").says("更正理由").says(&format!("name=\"ok_r_{cell}\""));
    assert_eq!(page.values(&format!("r_{cell}")).len(), 1);
    assert!(!page.text.contains(&format!("name=\"r_{}\"", items[0].id)), "what is with the checker is locked");
    analyst.get(&format!("{at}/cells/{cell}")).await.is(Status::Ok).says("复核称样量");
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("WS-RETURNED");
    // Without a reason nothing is corrected, and the text stays.
    let now = b.items(&at).await.remove(1);
    let bare = analyst.save(&at, &[(&now, "30")]).await;
    assert_eq!((&bare["refused"][0]["code"], &bare["refused"][0]["conflict"]), (&json!("WS-WHY"), &json!(false)));
    let with = json!({ "cells": [{ "item": now.id, "seen": now.revision, "raw": "30", "why": "重新称样复测" }] }).to_string();
    assert_eq!(analyst.send(&at, &with).await.is(Status::Ok).json()["refused"], json!([]));
    let mended = b.items(&at).await.remove(1);
    assert!(mended.returned.is_none() && mended.verdict() == Some(Verdict::Conforming));
    analyst.get(&format!("{at}/cells/{cell}")).await.is(Status::Ok).says("328 → 30").says("重新称样复测");
    analyst.post(&at, &format!("{at}/finish"), &[]).await.is(Status::SeeOther);
    checker.post("/review", &format!("/review/{id}/check"), &[]).await.is(Status::SeeOther);
}

#[rocket::async_test]
async fn a_result_sent_back_may_be_confirmed_as_it_stands() {
    let b = bench("confirm").await;
    let at = b.sheet(1, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let item = b.items(&at).await.remove(0);
    analyst.save(&at, &[(&item, "12")]).await;
    analyst.post(&at, &format!("{at}/finish"), &[]).await.is(Status::SeeOther);
    let id = b.stored(&at).await.id;
    let checker = b.login("checker").await;
    checker.post("", &format!("/review/{id}/return"), &[("cells", &item.id.to_string()), ("reason", "请再核对")]).await.is(Status::SeeOther);
    let page = analyst.get(&at).await;
    let (cell, rev) = (format!("r_{}", item.id), format!("rev_{}", item.id));
    let seen = page.value(&rev);
    // Saving the form as it stands confirms nothing by accident.
    analyst.post(&at, &at, &[(&cell, "12"), (&rev, &seen), ("why", "核对无误")]).await.is(Status::SeeOther);
    assert!(b.items(&at).await[0].returned.is_some());
    analyst.post(&at, &at, &[(&cell, "12"), (&rev, &seen), (&format!("ok_{cell}"), "1"), ("why", "核对无误")]).await.is(Status::SeeOther);
    assert!(b.items(&at).await[0].returned.is_none());
}

#[rocket::async_test]
async fn a_value_near_its_limit_wants_a_remark() {
    let b = bench("near").await;
    let at = b.sheet(1, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let item = b.items(&at).await.remove(0);
    let told = analyst.save(&at, &[(&item, "97")]).await;
    assert_eq!((&told["cells"][0]["near"], &told["cells"][0]["mark"], &told["counts"]["doubtful"]), (&json!(true), &json!("⚠"), &json!(1)));
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("WS-NEAR");
    let now = b.items(&at).await.remove(0);
    let to = format!("{at}/cells/{}/remark", now.id);
    analyst.get(&format!("{at}/cells/{}", now.id)).await.is(Status::Ok).says(&to);
    analyst.post("", &to, &[("rev", "0"), ("remark", "复测 96，取首次值")]).await.is(Status::Conflict).says("复测 96，取首次值");
    analyst.post("", &to, &[("rev", &now.revision.to_string()), ("remark", "复测 96，取首次值")]).await.is(Status::SeeOther);
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("没有遗漏");
    analyst.get(&format!("{at}/cells/{}", now.id)).await.is(Status::Ok).says("复测 96，取首次值");
}

#[rocket::async_test]
async fn an_additive_that_was_found_wants_a_word_on_carry_over() {
    let b = bench("carry").await;
    let at = b.sheet(1, &["柠檬黄"]).await;
    let analyst = b.login("analyst").await;
    let item = b.items(&at).await.remove(0);
    let row = shiyan_statute::limits().iter().find(|r| r.id == "L0187").expect("an additive that may not be used");
    let used = item.with_limit(Some(LimitUsed::of(row)), None, TaskKind::Supervisory);
    let used = TestItem { unit: row.unit.clone(), ..used };
    let mut unit = b.app.stage().begin(now()).await.unwrap();
    unit.save(&used, &Who::from(&b.actor("analyst")), "item.limit", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    analyst.save(&at, &[(&used, "0.0154")]).await;
    let now_item = b.items(&at).await.remove(0);
    assert_eq!(now_item.verdict(), Some(Verdict::Nonconforming));
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("WS-CARRY-OVER");
    let to = format!("{at}/cells/{}/carry-over", now_item.id);
    analyst.get(&format!("{at}/cells/{}", now_item.id)).await.is(Status::Ok).says(&to).says("须写明已考虑带入原则");
    let english = Person { lang: "en", ..b.login("analyst").await };
    english.get(&format!("{at}/cells/{}", now_item.id)).await.is(Status::Ok).says("record that carry-over was considered");
    analyst.get(&format!("/bench/{}", now_item.order)).await.is(Status::Ok).says("说明带入原则：柠檬黄");
    let rev = now_item.revision.to_string();
    analyst.post("", &to, &[("rev", "0"), ("word", "鲜活水产品，未加配料")]).await.is(Status::Conflict).says("鲜活水产品，未加配料");
    analyst.post("", &to, &[("rev", &rev), ("word", "无")]).await.is(Status::UnprocessableEntity).says("LAB-REASON");
    analyst.post("", &to, &[("rev", &rev), ("word", "鲜活水产品，未加配料")]).await.is(Status::SeeOther);
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("没有遗漏");
    // on the order the same act, for whoever writes there
    let again = b.items(&at).await.remove(0);
    let there = format!("/bench/{}/items/{}/carry-over?rev={}", again.order, again.id, again.revision);
    analyst.post("", &there, &[(&format!("carry-{}-word", again.id), "鲜活水产品，没有使用着色剂")]).await.is(Status::SeeOther);
    analyst.get(&format!("{at}/cells/{}", again.id)).await.is(Status::Ok).says("鲜活水产品，没有使用着色剂");
}

#[rocket::async_test]
async fn a_value_above_the_historical_p99_is_seen_wherever_it_is_looked_at() {
    let b = bench("p99").await;
    let at = b.sheet(1, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let item = b.items(&at).await.remove(0);
    analyst.save(&at, &[(&item, "12")]).await;
    let item = b.items(&at).await.remove(0);
    let above = AboveP99 { p99: Decimal::new(95, 1), unit: "μg/kg".into(), count: 312 };
    let item = TestItem { above_p99: Some(above), revision: item.revision + 1, ..item };
    let mut unit = b.app.stage().begin(now()).await.unwrap();
    unit.save(&item, &Who::from(&b.actor("analyst")), "item.enter", json!({ "above_p99": item.above_p99 })).await.unwrap();
    unit.commit().await.unwrap();
    analyst.get(&at).await.is(Status::Ok).says("（高于历史P99 9.5 μg/kg）").says("可疑 <b data-n=\"doubtful\">1</b>");
    let cell = format!("{at}/cells/{}", item.id);
    analyst.get(&cell).await.is(Status::Ok).says("合格项，高于历史P99 9.5 μg/kg").says("录入时同类食品最近 312 个结果").says("须写明复测结果或理由");
    analyst.get(&format!("/bench/{}", item.order)).await.is(Status::Ok).says("高于历史P99 9.5 μg/kg").says(&format!("可疑，写备注：{LIMITED}"));
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("WS-NEAR");
    analyst.post("", &format!("{cell}/remark"), &[("rev", &item.revision.to_string()), ("remark", "复测 11.8")]).await.is(Status::SeeOther);
    analyst.post(&at, &format!("{at}/finish"), &[]).await.is(Status::SeeOther);
    // The queue shows what is not normal only: this is.
    let checker = b.login("checker").await;
    checker.get("/review").await.is(Status::Ok).says("可疑：高于历史P99 9.5 μg/kg").says("复测 11.8");
    let english = Person { lang: "en", ..b.login("checker").await };
    english.get("/review").await.is(Status::Ok).says("Doubtful: above the historical P99 9.5 μg/kg");
}

#[rocket::async_test]
async fn the_way_of_the_keys_is_set_on_the_page() {
    let b = bench("advance").await;
    let at = b.sheet(1, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let to = format!("{at}/advance");
    analyst.get(&at).await.is(Status::Ok).says("data-advance=\"excel\"").says("Tab 到下一个样品，回车到下一个项目");
    analyst.post(&at, &to, &[("advance", "tab")]).await.is(Status::SeeOther);
    analyst.get(&at).await.is(Status::Ok).says("data-advance=\"tab\"").says("设定键入走向");
    analyst.post(&at, &to, &[("advance", "x")]).await.is(Status::UnprocessableEntity).says("TYPED-CHOICE");
    let checker = b.login("checker").await;
    checker.get(&at).await.is(Status::Ok).lacks("data-advances");
    checker.post(&at, &to, &[("advance", "enter")]).await.is(Status::UnprocessableEntity).says("LAB-ROLE");
    // 密度 is remembered for each person on a shared computer.
    let page = analyst.get(&format!("{at}?rows=compact")).await;
    page.is(Status::Ok).says("d-compact");
    let set = page.set.iter().find_map(|c| c.strip_prefix("ws_rows=")).unwrap().split(';').next().unwrap().to_owned();
    let again = Person { cookies: vec![("ws_rows".into(), set.clone())], ..b.login("analyst").await };
    again.get(&at).await.is(Status::Ok).says("d-compact");
    let other = Person { cookies: vec![("ws_rows".into(), set)], ..b.login("analyst2").await };
    other.get(&at).await.is(Status::Ok).says("d-normal");
}

// ---------------------------------------------------------------- instruments

#[rocket::async_test]
async fn instruments_are_registered_and_one_out_of_calibration_takes_no_work() {
    let b = bench("instruments").await;
    let quality = b.login("quality-manager").await;
    quality.get("/admin/instruments").await.is(Status::Ok).says("校准过期");
    let refused = quality.post("", "/admin/instruments", &[("no", "YQ-9"), ("name", ""), ("calibrated_until", "昨天")]).await;
    refused.is(Status::UnprocessableEntity).says("value=\"YQ-9\"");
    quality
        .post(
            "",
            "/admin/instruments",
            &[("no", "YQ-9"), ("name", "虚构色谱仪"), ("profile", "generic-2d"), ("calibrated_until", "2026-12-31"), ("active", "1")],
        )
        .await
        .is(Status::SeeOther);
    quality.get("/admin/instruments").await.is(Status::Ok).says("虚构色谱仪").says("2026-12-31");
    let at = b.sheet(1, &[LIMITED]).await;
    let analyst = b.login("analyst").await;
    let all = b.app.stage().all::<shiyan_lab_results::bench::Instrument>().await.unwrap();
    let id = |ok: bool| all.iter().find(|i| i.active && i.calibrated_until.is_none_or(|d| d >= now().date_naive()) == ok).unwrap().id.to_string();
    let to = format!("{at}/assign");
    analyst.post(&at, &to, &[("assign-instrument", &id(false))]).await.is(Status::UnprocessableEntity).says("WS-CALIBRATION");
    analyst.post(&at, &to, &[("assign-instrument", &id(true))]).await.is(Status::SeeOther);
    assert!(b.stored(&at).await.instrument.is_some());
    assert_eq!(analyst.get("/admin/instruments").await.status, Status::NotFound);
}

#[rocket::async_test]
async fn an_instrument_file_is_read_dry_then_written_and_kept() {
    let b = bench("file").await;
    let at = b.sheet(3, &[LIMITED, "虚构项甲"]).await;
    let analyst = b.login("analyst").await;
    let sheet = b.stored(&at).await;
    let labels: Vec<&str> = sheet.samples.iter().map(|s| s.label.as_str()).collect();
    let items = b.items(&at).await;
    let first = items.iter().find(|i| i.order == sheet.samples[0].order && i.analyte == LIMITED).unwrap();
    analyst.save(&at, &[(first, "7")]).await;
    let import = format!("{at}/import");
    analyst.get(&import).await.is(Status::Ok).says("name=\"profile\"");
    analyst.upload(&import, &[("profile", "generic-2d")], "", b"").await.is(Status::UnprocessableEntity).says("INSTR-NO-FILE");
    analyst.upload(&import, &[("profile", "x")], "a.csv", b"a,b\n1,2\n").await.is(Status::UnprocessableEntity).says("INSTR-NO-PROFILE");
    let file = format!("样品编号,{LIMITED},虚构项甲,虚构项乙\n{},12.5,0.4,1\n{},＜10,,1\n99999,3,3,3\n", labels[0], labels[1]);
    let dry = analyst.upload(&import, &[("profile", "generic-2d")], "run1.csv", file.as_bytes()).await;
    dry.is(Status::Ok).says("试读结果").says("样品不在本批").says("项目不在本批").says("已有别的值");
    assert_eq!(b.items(&at).await.iter().filter(|i| !i.raw.is_empty()).count(), 1, "a dry run writes nothing");
    let (sha256, profile) = (dry.value("sha256"), dry.value("profile"));
    assert_eq!((sha256.len(), profile.as_str()), (64, "generic-2d"));
    analyst.post(&at, &import, &[("sha256", &"0".repeat(64)), ("profile", &profile)]).await.is(Status::UnprocessableEntity).says("INSTR-UNKNOWN-FILE");
    analyst.post(&at, &import, &[("sha256", &sha256), ("profile", &profile)]).await.is(Status::SeeOther);
    let raw = async |n: usize, analyte: &str| {
        let order = sheet.samples[n].order;
        b.items(&at).await.into_iter().find(|i| i.order == order && i.analyte == analyte).unwrap().raw
    };
    assert_eq!(
        (raw(0, LIMITED).await, raw(0, "虚构项甲").await, raw(1, LIMITED).await),
        ("7".into(), "0.4".into(), "＜10".into()),
        "what was typed is not replaced unasked"
    );
    analyst.post(&at, &import, &[("sha256", &sha256), ("profile", &profile), ("overwrite", "1")]).await.is(Status::SeeOther);
    assert_eq!(raw(0, LIMITED).await, "12.5");
    let kept = b.stored(&at).await.files;
    assert_eq!((kept.len(), kept[0].name.as_str(), kept[0].taken), (1, "run1.csv", 2));
    let back = analyst.get(&format!("{at}/files/{sha256}")).await;
    assert_eq!(back.is(Status::Ok).text, file);
    assert_eq!(analyst.get(&format!("{at}/files/{}", "0".repeat(64))).await.status, Status::NotFound);
}

const PROFILE: &str = r#"key = "sheet-two"
version = 1
name = { zh = "虚构仪器二号", en = "Made-up instrument two" }
maker = "虚构"
model = "2"
[file]
kind = "text"
[table]
shape = "long"
header = [["管号", "浓度"]]
[sample]
column = "管号"
[analyte]
column = "元素"
[result]
column = "浓度"
not_detected = ["<*"]
"#;

#[rocket::async_test]
async fn a_profile_is_uploaded_tried_activated_and_reads_files_at_once_on_every_server() {
    let b = bench("profiles").await;
    let at = b.sheet(2, &[LIMITED]).await;
    let sheet = b.stored(&at).await;
    let quality = b.login("quality-manager").await;
    let analyst = b.login("analyst").await;
    // Not a page for everybody; an administrator reads it and changes nothing.
    for (address, to) in [("/admin/profiles", "/admin/profiles"), ("/admin/profiles/sheet-two/1", "/admin/profiles/sheet-two/1")] {
        assert_eq!(analyst.get(address).await.status, Status::NotFound);
        assert_eq!(analyst.post("", to, &[("action", "activate"), ("activate-reason", "x")]).await.status, Status::NotFound);
    }
    quality.get("/admin/profiles").await.is(Status::Ok).says("上传仪器格式").says("随程序提供").says("还没有上传过格式");
    b.login("admin").await.get("/admin/profiles").await.is(Status::Ok).says("随程序提供").lacks("上传仪器格式");
    quality.get("/admin/profiles/shipped/generic-2d").await.is(Status::Ok).says("key = \"generic-2d\"");
    assert_eq!(quality.get("/admin/profiles/shipped/none").await.status, Status::NotFound);

    // What is no profile is named with its line and the reason; nothing is kept of it.
    let upload = async |text: &str| quality.upload("/admin/profiles", &[], "two.toml", text.as_bytes()).await;
    quality.upload("/admin/profiles", &[], "", b"").await.is(Status::UnprocessableEntity).says("INSTR-NO-PROFILE-FILE");
    upload("key = \"x\"\nversion = \"one\"\n").await.is(Status::UnprocessableEntity).says("two.toml").says("第 2 行");
    upload(&"#".repeat(70_000)).await.is(Status::UnprocessableEntity).says("INSTR-PROFILE");
    let admin = b.login("admin").await;
    admin.upload("/admin/profiles", &[], "two.toml", PROFILE.as_bytes()).await.is(Status::UnprocessableEntity).says("ADMIN-ROLE");
    assert!(b.app.profile_versions().await.unwrap().is_empty());

    let made = upload(PROFILE).await.is(Status::SeeOther).to.clone();
    assert_eq!(made, "/admin/profiles/sheet-two/1");
    upload(PROFILE).await.is(Status::UnprocessableEntity).says("PROFILE-SAME");
    upload(&PROFILE.replace("二号", "二号改")).await.is(Status::UnprocessableEntity).says("PROFILE-VERSION").says("version 改为 2");
    // Before it is tried it is not activated, and nothing is read by it.
    let activate = async |to: &str, why: &str| quality.post("", to, &[("action", "activate"), ("activate-reason", why)]).await;
    quality.get(&made).await.is(Status::Ok).says("PROFILE-UNTRIED").says("还没有试读过");
    activate(&made, "核对无误").await.is(Status::UnprocessableEntity).says("PROFILE-UNTRIED");
    let labels: Vec<&str> = sheet.samples.iter().map(|s| s.label.as_str()).collect();
    let file = format!("管号,元素,浓度\n{},{LIMITED},12.5\n{},{LIMITED},abc\n制表人：甲,,\n", labels[0], labels[1]);
    let import = format!("{at}/import");
    analyst.upload(&import, &[("profile", "sheet-two")], "run.csv", file.as_bytes()).await.is(Status::UnprocessableEntity).says("INSTR-NO-PROFILE");

    quality.upload(&made, &[("action", "try")], "", b"").await.is(Status::UnprocessableEntity).says("INSTR-NO-FILE");
    quality.upload(&made, &[("action", "try")], "empty.csv", "管号,元素,浓度\n".as_bytes()).await.is(Status::UnprocessableEntity).says("TABLE-NO-ROWS");
    let tried = quality.upload(&made, &[("action", "try")], "run.csv", file.as_bytes()).await;
    tried.is(Status::Ok).says("试读结果").says("12.5").says("不是数值").says("表尾").says("run.csv");
    assert!(b.items(&at).await.iter().all(|i| i.raw.is_empty()), "a trial writes no result");
    activate(&made, "").await.is(Status::UnprocessableEntity).says("TYPED-TEXT");
    activate(&made, "与打印记录逐值核对无误").await.is(Status::SeeOther);
    activate(&made, "再一次").await.is(Status::UnprocessableEntity).says("PROFILE-STATE");
    quality.get(&made).await.is(Status::Ok).says("启用仪器格式").says("与打印记录逐值核对无误").says("试读仪器文件").says("上传仪器格式");

    // At once, and on a second server over the same database.
    let other = stage::client(&stage::beside(&b.dir).await, crate::routes()).await;
    let there = Person { client: &other, token: analyst.token.clone(), csrf: analyst.csrf.clone(), lang: "zh", cookies: Vec::new() };
    for person in [&analyst, &there] {
        let dry = person.upload(&import, &[("profile", "sheet-two")], "run.csv", file.as_bytes()).await;
        dry.is(Status::Ok).says("虚构仪器二号").says("12.5").says("需人工");
    }

    // The next version takes its place; the one before may come back.
    let second = upload(&PROFILE.replace("version = 1", "version = 2").replace("<*", "ND")).await.is(Status::SeeOther).to.clone();
    quality.upload(&second, &[("action", "try")], "run.csv", file.as_bytes()).await.is(Status::Ok);
    activate(&second, "新软件").await.is(Status::SeeOther);
    let states = async || b.app.profile_versions().await.unwrap().iter().map(|v| (v.version, v.state.zh())).collect::<Vec<_>>();
    assert_eq!(states().await, [(2, "在用"), (1, "停用")]);
    quality.get(&made).await.is(Status::Ok).says("由新版代替：sheet-two@2").says("重新启用");
    activate(&made, "新版有误").await.is(Status::SeeOther);
    assert_eq!(states().await, [(2, "停用"), (1, "在用")]);
    quality.post("", &made, &[("action", "retire"), ("retire-reason", "仪器报废")]).await.is(Status::SeeOther);
    analyst.upload(&import, &[("profile", "sheet-two")], "run.csv", file.as_bytes()).await.is(Status::UnprocessableEntity).says("INSTR-NO-PROFILE");
    for bad in ["/admin/profiles/sheet-two/9", "/admin/profiles/x/1", "/admin/profiles/x/x", "/admin/profiles/%00/1"] {
        assert_eq!(quality.get(bad).await.status, Status::NotFound, "{bad}");
    }
    quality.get(&format!("{made}/text")).await.is(Status::Ok).says("key = \"sheet-two\"");
}

#[rocket::async_test]
async fn hidden_rows_of_an_instrument_file_are_named_and_taken_only_when_ticked() {
    let b = bench("hidden").await;
    let at = b.sheet(1, &[LIMITED]).await;
    let file = include_bytes!("../../../../fixtures/import/excel/instrument_hidden_rows.xlsx");
    let analyst = b.login("analyst").await;
    let import = format!("{at}/import");
    analyst.get(&import).await.is(Status::Ok).says("name=\"include_hidden\"");
    let dry = analyst.upload(&import, &[("profile", "generic-2d")], "run.xlsx", file).await;
    dry.is(Status::Ok).says("\"sub\">11.5 ").says("\"sub\">33.3 ").lacks("\"sub\">77.7 ").says("没有读取").says("草稿").says("旧数据");
    let ticked = analyst.upload(&import, &[("profile", "generic-2d"), ("include_hidden", "1")], "run.xlsx", file).await;
    ticked.is(Status::Ok).says("\"sub\">77.7 ").says("按要求读取").says("草稿").lacks("没有读取");
    // The page of the profiles reads the same way.
    let quality = b.login("quality-manager").await;
    let text = shiyan_exchange::instrument::shipped_text("generic-2d").unwrap();
    let made = quality.upload("/admin/profiles", &[], "generic-2d.toml", text.as_bytes()).await.is(Status::SeeOther).to.clone();
    quality.upload(&made, &[("action", "try")], "run.xlsx", file).await.is(Status::Ok).says("读出的值 2").says("没有读取").says("草稿");
    quality.upload(&made, &[("action", "try"), ("try-include_hidden", "1")], "run.xlsx", file).await.is(Status::Ok).says("读出的值 3").says("按要求读取");
}

// ---------------------------------------------------------------- who may come in

#[rocket::async_test]
async fn a_worksheet_exists_only_for_those_who_work_with_it() {
    let b = bench("scope").await;
    let at = b.sheet(2, &[LIMITED]).await;
    let item = b.items(&at).await.remove(0);
    let id = at.trim_start_matches("/worksheets/");
    let here = ["", "/finish", "/import"].map(|tail| format!("{at}{tail}"));
    let steps = ["/finish", "/assign", "/advance", "/void", "/release", "/import"].map(|tail| format!("{at}{tail}"));
    let body = json!({ "cells": [{ "item": item.id, "seen": item.revision, "raw": "1" }] }).to_string();
    for name in ["stranger", "supervisor", "enforcer", "sampler", "sample-keeper", "point-operator", "admin"] {
        let person = b.login(name).await;
        for address in here.iter().chain([&format!("{at}/cells/{}", item.id)]) {
            assert_eq!(person.get(address).await.status, Status::NotFound, "{name} {address}");
        }
        for address in &steps {
            assert_eq!(person.post("", address, &[("release-reason", "没有这回事")]).await.status, Status::NotFound, "{name} {address}");
        }
        assert_eq!(person.send(&at, &body).await.status, Status::NotFound, "{name}");
        person.post("", &format!("/review/{id}/check"), &[]).await.is(Status::NotFound);
    }
    let stranger = b.login("stranger").await;
    stranger.get("/worksheets").await.is(Status::Ok).lacks(&b.stored(&at).await.no);
    stranger.get("/worksheets?tab=waiting").await.is(Status::Ok).lacks(METHOD);
    stranger.post("", &format!("/review/{id}/return"), &[("cells", &item.id.to_string()), ("reason", "没有这回事")]).await.is(Status::NotFound);
    // Whoever checks may look, not type.
    let checker = b.login("checker").await;
    let page = checker.get(&at).await;
    page.is(Status::Ok).lacks("name=\"r_").lacks("完成录入</a>");
    checker.send(&at, &body).await.is(Status::UnprocessableEntity).says("LAB-ROLE");
    assert_eq!(b.items(&at).await[0].raw, "");
    // Addresses of nothing.
    let analyst = b.login("analyst").await;
    for bad in ["/worksheets/x", "/worksheets/00000000-0000-0000-0000-000000000000", "/worksheets/x/cells/y", "/worksheets/x/finish", "/worksheets/x/import"] {
        assert_eq!(analyst.get(bad).await.status, Status::NotFound, "{bad}");
    }
    for odd in [format!("{at}?by=x&limits=%00&cell=%00"), "/worksheets?tab=x&q=%00%25&mine=x".into(), "/review?step=x&all=x".into()] {
        analyst.get(&odd).await.is(Status::Ok);
    }
}
