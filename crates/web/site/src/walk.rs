//! One walk through the rooms of samples, bench, reports and cases, the way a browser takes: pages, forms, refusals.

use std::collections::BTreeMap;

use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::Client;
use shiyan_app::App;

use shiyan_web_kit::guard::encoded;
use shiyan_web_kit::stage::{self, PASSWORD, Temp, client, demonstration};

async fn site(name: &str) -> (Temp, App, Client) {
    let (dir, app, _) = demonstration(name, 7, 60).await;
    let client = client(&app, crate::routes()).await;
    (dir, app, client)
}

/// One person at a browser.
struct Person<'c> {
    client: &'c Client,
    token: String,
    lang: &'static str,
}

#[derive(Debug)]
struct Page {
    status: Status,
    text: String,
    to: String,
    headers: BTreeMap<String, String>,
}

impl Page {
    fn csrf(&self) -> &str {
        stage::csrf_of(&self.text)
    }
    fn value(&self, name: &str) -> String {
        let at = format!("name=\"{name}\" value=\"");
        self.text.split(&at).nth(1).unwrap_or_default().split('"').next().unwrap_or_default().to_owned()
    }
    fn links(&self, start: &str) -> Vec<String> {
        let all = self.text.split("href=\"").skip(1).map(|x| x.split('"').next().unwrap_or_default());
        all.filter(|h| h.starts_with(start)).map(|h| h.replace("&amp;", "&").replace("&#38;", "&")).collect()
    }
    fn is(&self, status: Status) -> &Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

async fn login<'c>(client: &'c Client, name: &str) -> Person<'c> {
    Person { client, token: stage::login(client, name).await, lang: "zh" }
}

impl Person<'_> {
    async fn get(&self, address: &str) -> Page {
        let request = self.client.get(address.to_owned()).cookie(("shiyan_login", self.token.clone())).cookie(("lang", self.lang));
        read(request.dispatch().await).await
    }
    async fn post(&self, from: &str, to: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get(from).await.csrf().to_owned();
        let mut body = format!("csrf={csrf}");
        for (key, value) in fields {
            body.push_str(&format!("&{}={}", encoded(key), encoded(value)));
        }
        let request = self.client.post(to.to_owned()).header(ContentType::Form).cookie(("shiyan_login", self.token.clone())).cookie(("lang", self.lang));
        read(request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await).await
    }
}

async fn read(response: rocket::local::asynchronous::LocalResponse<'_>) -> Page {
    let headers = response.headers().iter().map(|h| (h.name().to_string(), h.value().to_owned())).collect::<BTreeMap<_, _>>();
    let status = response.status();
    let to = headers.get("Location").or_else(|| headers.get("location")).cloned().unwrap_or_default();
    Page { status, to, headers, text: String::from_utf8_lossy(&response.into_bytes().await.unwrap_or_default()).into_owned() }
}

/// Every field of a sheet that passes.
fn sheet(no: &str, samplers: &[String]) -> Vec<(String, String)> {
    use shiyan_sample_intake::sheet::{FIELDS, FieldKind, credit_code};
    let mut fields: Vec<(String, String)> = FIELDS
        .iter()
        .map(|spec| {
            let value = match (spec.key, spec.kind) {
                ("sampling_no", _) => no.to_owned(),
                ("street", _) => "410105008".to_owned(),
                ("uscc", _) => credit_code("92410105MA0000001").unwrap(),
                ("made_on" | "sampled_on", _) => "2026-11-20".to_owned(),
                ("base_qty", _) => "20".to_owned(),
                ("sample_qty", _) => "2.5".to_owned(),
                ("backup_qty", _) => "1".to_owned(),
                ("place", _) => "农贸市场".to_owned(),
                ("link", _) => "流通".to_owned(),
                ("pack_kind", _) => "无包装".to_owned(),
                ("has_third_party", _) => "否".to_owned(),
                ("name", _) => "韭菜".to_owned(),
                ("site_name", _) => "示范蔬菜店甲".to_owned(),
                ("site_phone", _) => "18612341402".to_owned(),
                ("cat1", _) => "食用农产品".to_owned(),
                ("cat2", _) => "蔬菜".to_owned(),
                ("cat3", _) => "鳞茎类蔬菜".to_owned(),
                ("cat4", _) => "韭菜".to_owned(),
                (_, FieldKind::Choice(choices)) => choices[0].to_owned(),
                (_, FieldKind::Number) => "1".to_owned(),
                _ => "/".to_owned(),
            };
            (spec.key.to_owned(), value)
        })
        .collect();
    fields.extend(samplers.iter().map(|s| ("samplers".to_owned(), s.clone())));
    fields
}

fn refs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect()
}

#[rocket::async_test]
async fn a_batch_goes_its_whole_way_over_the_pages() {
    let (_dir, app, client) = site("way").await;
    let lab = app.stage().all::<shiyan_app::records::Laboratory>().await.unwrap()[0].name.clone();
    let samplers: Vec<String> = app.stage().people().await.unwrap().iter().filter(|u| u.username.starts_with("sampler")).map(|u| u.id.to_string()).collect();

    // the sheet: a draft, a refusal that keeps what was typed, the submission
    let sampler = login(&client, "sampler").await;
    sampler.get("/samples/new").await.is(Status::Ok);
    let mut fields = sheet("XBJ26410105000000777", &samplers[..1]);
    fields.iter_mut().filter(|(k, _)| k == "lab_org").for_each(|(_, v)| v.clone_from(&lab));
    fields.push(("button".into(), "submit".into()));
    let refused = sampler.post("/samples/new", "/samples/new", &refs(&fields)).await;
    refused.is(Status::UnprocessableEntity);
    assert!(refused.text.contains("示范蔬菜店甲") && refused.text.contains("抽样人员不足两名"));
    let sheet_at = refused.text.split("<form action=\"/samples/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let id = sheet_at.split('/').next().unwrap().to_owned();
    let address = format!("/samples/{id}");
    let rev = refused.value("rev");
    fields.push(("samplers".into(), samplers[1].clone()));
    let mut stale = fields.clone();
    stale.push(("rev".into(), "77".into()));
    let raced = sampler.post("/samples/new", &format!("{address}/sheet"), &refs(&stale)).await;
    raced.is(Status::Conflict);
    fields.push(("rev".into(), rev));
    sampler.post("/samples/new", &format!("{address}/sheet"), &refs(&fields)).await.is(Status::SeeOther);
    sampler.get(&address).await.is(Status::Ok);
    assert!(sampler.get("/samples?q=XBJ26410105000000777").await.text.contains("待收样"));

    // reception: seals must be two; the checklist is good by default
    let keeper = login(&client, "sample-keeper").await;
    let form = keeper.get(&format!("{address}/reception")).await;
    assert!(form.is(Status::Ok).text.contains("封条完好"));
    let at = format!("{address}/reception");
    let refused = keeper.post(&at, &at, &[("seal", "good"), ("test_seal", "F1"), ("backup_seal", "F1"), ("place", "A-3"), ("button", "accept")]).await;
    assert!(refused.is(Status::UnprocessableEntity).text.contains("A-3"));
    keeper.post(&at, &at, &[("seal", "good"), ("test_seal", "F1"), ("backup_seal", "F2"), ("button", "accept")]).await.is(Status::SeeOther);
    let shown = keeper.get(&format!("{address}?tab=sheet")).await;
    assert!(shown.text.contains("186****1402") && !shown.text.contains("18612341402"), "personal fields are masked");

    // the bench: blind, items, a cell that cannot be read, a lost race
    let analyst = login(&client, "analyst").await;
    let order = app.stage().order_of_sample(&id, &shiyan_foundation::Scope::District).await.unwrap().unwrap().id.to_string();
    let bench = format!("/bench/{order}");
    let mut grid = analyst.get(&bench).await;
    assert!(!grid.is(Status::Ok).text.contains("示范蔬菜店甲"), "the analyst does not see the operator");
    assert!(!analyst.get(&address).await.text.contains("示范蔬菜店甲"));
    assert!(!analyst.get("/samples?q=XBJ26410105000000777").await.text.contains("示范蔬菜店甲"));
    if !grid.text.contains("name=\"r_") {
        analyst
            .post(&bench, &format!("{bench}/items"), &[("items-analyte", "腐霉利"), ("items-unit", "mg/kg"), ("items-method", "GB 23200.113-2018")])
            .await
            .is(Status::SeeOther);
        grid = analyst.get(&bench).await;
    }
    let items: Vec<String> = grid.text.split("name=\"r_").skip(1).map(|x| x.split('"').next().unwrap().to_owned()).collect();
    let typed: Vec<(String, String)> =
        items.iter().flat_map(|i| [(format!("r_{i}"), "9.9".to_owned()), (format!("rev_{i}"), grid.value(&format!("rev_{i}")))]).collect();
    analyst.post(&bench, &bench, &refs(&typed)).await.is(Status::SeeOther);
    let mut stale = typed.clone();
    stale[0].1 = "8.8".into();
    let raced = analyst.post(&bench, &bench, &refs(&stale)).await;
    assert!(raced.is(Status::Conflict).text.contains("value=\"8.8\"") && raced.text.contains("9.9"));
    let long = "9".repeat(500);
    let grid = analyst.get(&bench).await;
    let item = &items[0];
    let refused = analyst.post(&bench, &bench, &[(&format!("r_{item}"), &long), (&format!("rev_{item}"), &grid.value(&format!("rev_{item}")))]).await;
    assert!(refused.is(Status::UnprocessableEntity).text.contains(&long));

    // what the machine cannot judge a person decides
    let reviewer = login(&client, "reviewer").await;
    for item in app.stage().items_of_order(&order, &shiyan_foundation::Scope::District).await.unwrap() {
        if item.verdict() == Some(shiyan_judgement::judging::Verdict::NeedsPerson) || item.verdict() == Some(shiyan_judgement::judging::Verdict::NoVerdict) {
            let to = format!("{bench}/items/{}/decide", item.id);
            let key = |name: &str| format!("decide-{}-{name}", item.id);
            // No bare verdict where no rule is certain: one of those in question is picked, or it is said that there is none.
            let shown = reviewer.get(&bench).await.text;
            let here = shown.split(&format!("name=\"decide-{}-on\"", item.id)).nth(1).unwrap_or_default().split("</select>").next().unwrap_or_default();
            let rule = here.split("value=\"rule:").nth(1).and_then(|rest| rest.split('"').next()).map(|id| format!("rule:{id}"));
            let on = rule.unwrap_or_else(|| "none:not_set".to_owned());
            let said = |on: &str, why: &str| [(key("on"), on.to_owned()), (key("source"), "GB 2763-2021 全文".to_owned()), (key("reason"), why.to_owned())];
            let send = async |on: &str, why: &str| reviewer.post(&bench, &to, &refs(&said(on, why))).await;
            send(&on, "短").await.is(Status::UnprocessableEntity);
            if item.limit.is_none() {
                assert!(send("conforming", "看起来合格").await.is(Status::UnprocessableEntity).text.contains("LAB-RULE-FIRST"));
            }
            send(&on, "对照标准原文，适用这一条").await.is(Status::SeeOther);
        }
    }
    analyst.post(&bench, &format!("{bench}/submit"), &[]).await.is(Status::SeeOther);
    let refused = analyst.post(&bench, &format!("{bench}/check"), &[]).await;
    assert!(refused.is(Status::UnprocessableEntity).text.contains("LAB-"));
    let checker = login(&client, "checker").await;
    checker.get("/bench").await.is(Status::Ok);
    checker.post(&bench, &format!("{bench}/check"), &[]).await.is(Status::SeeOther);
    reviewer.post(&bench, &format!("{bench}/review"), &[]).await.is(Status::SeeOther);
    let signatory = login(&client, "signatory").await;
    let refused = signatory.post(&bench, &format!("{bench}/approve"), &[("approve-password", "wrong")]).await;
    assert!(refused.is(Status::UnprocessableEntity).text.contains("STEP-UP") && !refused.text.contains("value=\"wrong\""));
    signatory.post(&bench, &format!("{bench}/approve"), &[("approve-password", PASSWORD)]).await.is(Status::SeeOther);
    let sender = login(&client, "report-sender").await;
    let issued = sender.post(&bench, &format!("{bench}/issue"), &[]).await;
    issued.is(Status::SeeOther);
    let report = issued.to.clone();
    assert_eq!(report, "/reports/SY-XBJ26410105000000777");
    let page = sender.get(&report).await;
    assert!(page.is(Status::Ok).text.contains("<svg"));
    let pdf = sender.get(&format!("{report}/pdf")).await;
    assert_eq!((pdf.status, pdf.headers.get("Content-Type").map(String::as_str)), (Status::Ok, Some("application/pdf")));
    let code = page.text.split("/v/").nth(1).unwrap().split(['"', '<']).next().unwrap().to_owned();
    let nobody = Person { client: &client, token: String::new(), lang: "zh" };
    let public = nobody.get(&format!("/v/{code}")).await;
    assert!(public.is(Status::Ok).text.contains("演示报告，没有效力"), "what demonstration accounts make is a demonstration");
    assert!(!public.text.contains("示范蔬菜店甲"));
    nobody.get("/v").await.is(Status::Ok);
    nobody.get("/v/NOPE").await.is(Status::NotFound);
    assert_eq!(nobody.get(&format!("/v?code={}", code.to_lowercase())).await.to, format!("/v/{code}"));

    // the case: receipt, a block that does not balance, evidence, closing by another person
    let case = app.stage().cases_of_sample(&id, &shiyan_foundation::Scope::District).await.unwrap().remove(0);
    let at = format!("/cases/{}", case.id);
    let enforcer = login(&client, "enforcer").await;
    enforcer.get(&at).await.is(Status::Ok);
    analyst.get(&at).await.is(Status::NotFound);
    enforcer.post(&at, &format!("{at}/receive"), &[]).await.is(Status::SeeOther);
    let rev = enforcer.get(&at).await.value("rev");
    let wrong =
        [("block", "control"), ("rev", rev.as_str()), ("bought", "9"), ("sold", "1"), ("sealed", "1"), ("recalled", "1"), ("other", "1"), ("unit", "公斤")];
    let refused = enforcer.post(&at, &format!("{at}/block"), &wrong).await;
    assert!(refused.is(Status::UnprocessableEntity).text.contains("公斤") && refused.text.contains("数量不平"));
    enforcer.post(&at, &format!("{at}/block"), &[("block", "control"), ("rev", "99")]).await.is(Status::Conflict);
    let csrf = enforcer.get(&at).await.csrf().to_owned();
    let mut blocks = case.required_blocks();
    blocks.sort();
    for block in blocks {
        let rev = enforcer.get(&at).await.value("rev");
        let mut body = Vec::new();
        let mut part =
            |name: &str, value: &str| body.extend_from_slice(format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
        part("csrf", &csrf);
        part("block", shiyan_foundation::Label::code(block));
        part("rev", &rev);
        for field in block.fields() {
            use shiyan_nonconformity::block::BlockKind;
            let value = match field.kind {
                BlockKind::Text => "示范",
                BlockKind::Date => "2026-11-23",
                BlockKind::Number => "0",
                BlockKind::Choice(list) => list[0],
            };
            part(field.key, value);
        }
        body.extend_from_slice(
            b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n0\r\n--X--\r\n",
        );
        let request = client
            .post(format!("{at}/block"))
            .header(Header::new("Content-Type", "multipart/form-data; boundary=X"))
            .cookie(("shiyan_login", enforcer.token.clone()));
        let saved = read(request.body(body).dispatch().await).await;
        saved.is(Status::SeeOther);
    }
    let page = enforcer.get(&at).await;
    let file = page.links("/evidence/").remove(0);
    let shown = enforcer.get(&file).await;
    assert_eq!(shown.is(Status::Ok).headers.get("Content-Type").map(String::as_str), Some("image/png"));
    assert!(shown.headers["Content-Security-Policy"].contains("sandbox"));
    analyst.get(&file).await.is(Status::NotFound);
    enforcer.post(&at, &format!("{at}/submit"), &[]).await.is(Status::SeeOther);
    let supervisor = login(&client, "supervisor").await;
    let refused = supervisor.post(&at, &format!("{at}/cancel"), &[("cancel-reason", "改判为合格")]).await;
    refused.is(Status::UnprocessableEntity);
    supervisor.post(&at, &format!("{at}/approve"), &[]).await.is(Status::SeeOther);
    assert!(supervisor.get(&at).await.text.contains("已办结"));
}

#[rocket::async_test]
async fn every_page_of_the_demonstration_opens_in_both_languages_and_no_bad_address_is_a_fault() {
    let (_dir, _app, client) = site("pages").await;
    for name in ["supervisor", "sampler", "sample-keeper", "analyst", "signatory", "quality-manager", "enforcer", "enforcer-street", "admin", "point-operator"]
    {
        let mut person = login(&client, name).await;
        for lang in ["zh", "en"] {
            person.lang = lang;
            let mut seen = 0;
            for list in [
                "/samples",
                "/samples?state=in_transit&q=%25",
                "/samples?overdue=1&year=2026",
                "/samples?outcome=fail",
                "/samples?state=draft",
                "/bench",
                "/bench?state=testing",
                "/bench?state=issued",
                "/cases",
                "/cases?due=overdue",
                "/cases?state=closed",
                "/samples/new",
            ] {
                let page = person.get(list).await;
                assert!(page.status.code < 500, "{name} {list}: {}", page.text);
                let mut links: Vec<String> = ["/samples/", "/bench/", "/cases/"].iter().flat_map(|s| page.links(s)).filter(|l| !l.ends_with("/new")).collect();
                links.truncate(4);
                links.extend(page.links("/samples?after="));
                for link in links {
                    let shown = person.get(&link).await;
                    assert!(shown.status.code < 400 || name == "analyst", "{name} {link}: {} {}", shown.status, shown.text);
                    assert!(shown.status.code < 500);
                    seen += 1;
                    for deeper in ["?tab=", "/reports/", "/samples/", "/evidence/"].iter().flat_map(|s| shown.links(s)).take(8) {
                        let shown = person.get(&deeper).await;
                        assert!(shown.status.code < 500, "{name} {deeper}: {}", shown.text);
                    }
                    for tab in ["reception", "tests", "report", "case", "timeline", "nonsense"] {
                        if link.starts_with("/samples/") {
                            person.get(&format!("{link}?tab={tab}")).await.is(Status::Ok);
                        }
                    }
                }
            }
            assert!(seen > 3 || ["admin", "point-operator"].contains(&name), "{name} saw {seen}");
            if ["admin", "point-operator"].contains(&name) {
                assert_eq!(seen, 0, "{name}");
            }
        }
        for bad in [
            "/samples/x",
            "/samples/00000000-0000-0000-0000-000000000000",
            "/samples/x/sheet",
            "/samples/x/reception",
            "/bench/x",
            "/cases/x",
            "/reports/x",
            "/reports/x/pdf",
            "/evidence/x",
            "/evidence/0000000000000000000000000000000000000000000000000000000000000000",
            "/samples/%00",
            "/bench/%F0%9F%8D%8E",
        ] {
            person.get(bad).await.is(Status::NotFound);
        }
        for bad in
            ["/samples?after=x&n=99999999999999999999&year=abc", "/samples?after=,&n=0", "/cases?page=0&year=-1", "/cases?page=99999999999", "/bench?state=%00"]
        {
            let page = person.get(bad).await;
            assert!(page.status.code < 500, "{bad}: {}", page.text);
        }
        let from = "/me";
        let id = "00000000-0000-0000-0000-000000000000";
        for bad in [
            format!("/samples/{id}/void"),
            format!("/samples/{id}/renumber"),
            format!("/samples/{id}/sheet"),
            format!("/samples/{id}/reception"),
            "/samples/x/void".to_owned(),
            format!("/bench/{id}"),
            format!("/bench/{id}/submit"),
            format!("/bench/{id}/issue"),
            format!("/bench/{id}/items"),
            format!("/bench/{id}/items/{id}/decide"),
            format!("/bench/{id}/nonsense"),
            format!("/cases/{id}/block"),
            format!("/cases/{id}/evidence"),
            format!("/cases/{id}/receive"),
            format!("/cases/{id}/nonsense"),
        ] {
            let page = person.post(from, &bad, &[("block", "control"), ("button", "submit"), ("r_x", "1")]).await;
            assert!((400..500).contains(&page.status.code), "{name} {bad}: {}", page.status);
        }
    }
}
