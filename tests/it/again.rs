//! 续办 what somebody typed outlives the login: whatever ended it, the page that refuses a form keeps it, offers the way in, and goes on
//! with it for the same person and nobody else.

use chrono::TimeDelta;
use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::Client;
use shiyan_app::totp;
use shiyan_foundation::Instant;
use shiyan_lab_results::order::OrderAction;
use shiyan_nonconformity::Block;
use shiyan_testkit::sheet::leek;
use shiyan_testkit::walk::block_fields;
use shiyan_testkit::{PASSWORD, TestApp, at};

use crate::http::{Answer, Browser, client, encoded, now};

shiyan_testkit::on_both_engines!(
    a_login_that_expired_costs_no_typed_text,
    a_login_that_was_ended_elsewhere_costs_no_typed_text,
    a_form_of_an_earlier_login_goes_on_under_the_new_one,
    nobody_else_gets_what_somebody_typed,
    the_second_factor_and_an_owed_password_stand_in_between,
    long_texts_are_kept_and_files_are_asked_for_again,
    a_program_is_told_in_json_and_a_person_on_a_page,
);

/// Half an hour and a minute without a request.
fn later() -> Instant {
    now() + TimeDelta::minutes(31)
}

/// A form that somebody has filled in: who, where to, what, and a text that must not be lost.
struct Form {
    who: &'static str,
    to: String,
    fields: Vec<(String, String)>,
    text: &'static str,
}

const REASON: &str = "原始记录第三页缺少<校准>记录 & 稀释倍数";

/// A sampling sheet, a block of a case and the comment of a review, as they wait to be sent.
async fn forms(t: &TestApp) -> Vec<Form> {
    let p = &t.people;
    let mut sheet: Vec<_> = leek("XBJ25410105000000011", &[]).fields.into_iter().collect();
    sheet.push(("samplers".into(), p.sampler.id.to_string()));
    sheet.push(("samplers".into(), p.sampler2.id.to_string()));
    sheet.push(("button".into(), "save".into()));
    let (_, _, case) = t.failing("XBJ25410105000000012").await;
    t.app.receive_case(&p.enforcer.actor(), &case.id.to_string(), at("2025-06-11T09:00")).await.unwrap();
    let case = t.case(&case.id.to_string()).await;
    let mut block: Vec<_> = block_fields(Block::Start).into_iter().collect();
    let text = block.iter().map(|(_, v)| v.clone()).find(|v| !v.is_ascii()).unwrap();
    block.extend([("block".into(), "start".into()), ("rev".into(), case.revision.to_string())]);
    let (_, order) = t.received("XBJ25410105000000013").await;
    t.enter(&order, &["0.01", "未检出"], at("2025-06-06T10:00")).await;
    t.app.forward_order(&p.analyst.actor(), &order, OrderAction::Submit, at("2025-06-06T11:00")).await.unwrap();
    let keyed = |mut fields: Vec<(String, String)>, key: &str| {
        fields.push(("idempotency".into(), key.to_owned()));
        fields
    };
    vec![
        Form { who: "sampler", to: "/samples/new".into(), fields: keyed(sheet, "k1"), text: "虚构农贸市场" },
        Form { who: "enforcer", to: format!("/cases/{}/block", case.id), fields: keyed(block, "k2"), text: text.leak() },
        Form { who: "checker", to: format!("/bench/{order}/return"), fields: keyed(vec![("reason".into(), REASON.into())], "k3"), text: REASON },
    ]
}

fn body(fields: &[(String, String)]) -> String {
    fields.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect::<Vec<_>>().join("&")
}
impl Form {
    fn with(&self, csrf: &str) -> String {
        format!("csrf={csrf}&{}", body(&self.fields))
    }
}

fn plain(escaped: &str) -> String {
    escaped.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}
/// The hidden fields of the form of this class, and where it goes to.
fn hidden(page: &str, class: &str) -> Option<(String, Vec<(String, String)>)> {
    let form = page.split("<form").find(|f| f.contains(&format!("class=\"{class}\"")))?.split("</form>").next()?;
    let part = |text: &str, name: &str| text.split(&format!("{name}=\"")).nth(1).and_then(|x| x.split('"').next()).map(plain);
    let fields = form.split("type=\"hidden\"").skip(1).map(|input| input.split('>').next().unwrap());
    Some((part(form, "action")?, fields.map(|f| (part(f, "name").unwrap(), part(f, "value").unwrap())).collect()))
}
/// What the page carries through the sign-in.
fn kept(answer: &Answer) -> String {
    let (to, fields) = hidden(&answer.text(), "card sign-in-here").unwrap_or_else(|| panic!("no way in: {}", answer.text()));
    assert!(matches!(to.as_str(), "/login" | "/-/again"), "{to}");
    fields.into_iter().find(|(name, _)| name == "kept").unwrap().1
}
async fn post(client: &Client, cookies: &[(&'static str, &str)], path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let mut request = client.post(path.to_owned()).header(Header::new("Content-Type", kind.to_owned())).remote("127.0.0.1:9".parse().unwrap());
    for (name, value) in cookies {
        request = request.cookie((*name, (*value).to_owned()));
    }
    Answer::of(request.body(body).dispatch().await).await
}
const FORM: &str = "application/x-www-form-urlencoded";

/// Signs in on the page that refused.
async fn sign_in(client: &Client, who: &str, kept: &str) -> Answer {
    let fields = [("kept".to_owned(), kept.to_owned()), ("username".into(), who.into()), ("password".into(), PASSWORD.into())];
    post(client, &[("shiyan_device", "x")], "/login", FORM, body(&fields).into_bytes()).await
}

/// The refusal: what was typed is in it, and not to be read.
fn refused(answer: &Answer, status: Status, form: &Form) -> String {
    assert_eq!((answer.status, answer.is_html()), (status, true), "{}", form.to);
    assert_eq!(answer.header("Cache-Control"), "no-store");
    let page = answer.text();
    assert!(!page.contains(form.text) && !plain(&page).contains(form.text), "{}: whoever sits there now does not read it", form.to);
    assert!(page.contains("没有丢"), "{page}");
    kept(answer)
}
/// The page that goes on has everything as it was typed, under a token of the new login.
fn goes_on(answer: &Answer, form: &Form) -> Vec<(String, String)> {
    let (to, fields) = hidden(&answer.text(), "card resend").unwrap_or_else(|| panic!("{}: {} {}", form.to, answer.status, answer.text()));
    assert_eq!(to, form.to);
    assert_eq!(answer.header("Cache-Control"), "no-store");
    let typed: Vec<_> = fields.iter().filter(|(name, _)| name != "csrf").cloned().collect();
    assert_eq!(typed, form.fields, "as it was typed, and under the same key");
    fields
}
/// Sends it once more: it is done, and done once.
async fn done(t: &TestApp, client: &Client, login: &str, form: &Form, fields: &[(String, String)]) {
    let head = t.app.stage().head().await.unwrap().seq;
    let once = post(client, &[("shiyan_login", login)], &form.to, FORM, body(fields).into_bytes()).await;
    assert_eq!(once.status, Status::SeeOther, "{}: {}", form.to, once.text());
    let after = t.app.stage().head().await.unwrap().seq;
    assert!(after > head, "{} was carried out", form.to);
    let twice = post(client, &[("shiyan_login", login)], &form.to, FORM, body(fields).into_bytes()).await;
    assert_eq!((twice.status, t.app.stage().head().await.unwrap().seq), (Status::SeeOther, after), "{} a second time", form.to);
}

async fn a_login_that_expired_costs_no_typed_text(t: TestApp) {
    let forms = forms(&t).await;
    let (early, late) = (client(&t.app, now).await, client(&t.app, later).await);
    for form in &forms {
        let user = Browser::login(&early, form.who, PASSWORD).await;
        let csrf = user.token_of_forms().await;
        let head = t.app.stage().head().await.unwrap();
        let answer = Browser::again(&late, &user.token).post_form(&form.to, form.with(&csrf)).await;
        let kept = refused(&answer, Status::Unauthorized, form);
        assert!(answer.text().contains("href=\"/login?next="), "a page with a link to the login");
        assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing was written");
        // A wrong password first: it is still there.
        let fields = [("kept".to_owned(), kept.clone()), ("username".into(), form.who.into()), ("password".into(), "not this one".into())];
        let wrong = post(&late, &[("shiyan_device", "x")], "/login", FORM, body(&fields).into_bytes()).await;
        assert!(wrong.login_cookie().is_none() && wrong.text().contains(&kept) && !wrong.text().contains("not this one"));
        let inside = sign_in(&late, form.who, &kept).await;
        assert_eq!(inside.status, Status::Ok);
        let login = inside.login_cookie().expect("signed in");
        done(&t, &late, &login, form, &goes_on(&inside, form)).await;
    }
    t.assert_whole().await;
}

async fn a_login_that_was_ended_elsewhere_costs_no_typed_text(t: TestApp) {
    let forms = forms(&t).await;
    let client = client(&t.app, now).await;
    for form in &forms {
        let here = Browser::login(&client, form.who, PASSWORD).await;
        let csrf = here.token_of_forms().await;
        let elsewhere = Browser::login(&client, form.who, PASSWORD).await;
        let end = format!("csrf={}", elsewhere.token_of_forms().await);
        assert_eq!(elsewhere.post_form("/me/logins/end", end).await.status, Status::SeeOther);
        let kept = refused(&here.post_form(&form.to, form.with(&csrf)).await, Status::Unauthorized, form);
        // Signed in in another window of the same browser, the page goes on by its other button.
        let still = here.post_form("/-/again", body(&[("kept".into(), kept.clone())])).await;
        assert_eq!(kept_len(&still), (Status::Unauthorized, true));
        let again = elsewhere.post_form("/-/again", body(&[("kept".into(), kept)])).await;
        assert_eq!(again.status, Status::Ok);
        done(&t, &client, &elsewhere.token, form, &goes_on(&again, form)).await;
    }
    // Signed out in another window: the browser has no login any more, and the text is there all the same.
    let form =
        Form { who: "sampler", to: "/samples/new".into(), fields: vec![("remark".into(), "现场无证照公示".into())], text: "现场无证照公示" };
    let user = Browser::login(&client, form.who, PASSWORD).await;
    let csrf = user.token_of_forms().await;
    user.post_form("/logout", format!("csrf={csrf}")).await;
    let answer = post(&client, &[], &form.to, FORM, form.with(&csrf).into_bytes()).await;
    let kept = refused(&answer, Status::Unauthorized, &form);
    goes_on(&sign_in(&client, form.who, &kept).await, &form);
    t.assert_whole().await;
}
fn kept_len(answer: &Answer) -> (Status, bool) {
    (answer.status, !kept(answer).is_empty())
}

async fn a_form_of_an_earlier_login_goes_on_under_the_new_one(t: TestApp) {
    let forms = forms(&t).await;
    let client = client(&t.app, now).await;
    for form in &forms {
        let before = Browser::login(&client, form.who, PASSWORD).await.token_of_forms().await;
        let user = Browser::login(&client, form.who, PASSWORD).await;
        let head = t.app.stage().head().await.unwrap();
        let answer = user.post_form(&form.to, form.with(&before)).await;
        assert_eq!(answer.status, Status::Forbidden);
        assert!(answer.text().contains("FORM-BEFORE"), "{}", answer.text());
        assert_eq!(t.app.stage().head().await.unwrap(), head, "not without a click of theirs");
        done(&t, &client, &user.token, form, &goes_on(&answer, form)).await;
    }
    t.assert_whole().await;
}

async fn nobody_else_gets_what_somebody_typed(t: TestApp) {
    let forms = forms(&t).await;
    let client = client(&t.app, now).await;
    let other = Browser::login(&client, "supervisor", PASSWORD).await;
    for form in &forms {
        let csrf = Browser::login(&client, form.who, PASSWORD).await.token_of_forms().await;
        let head = t.app.stage().head().await.unwrap();
        // Somebody else is signed in on that browser by now.
        let answer = other.post_form(&form.to, form.with(&csrf)).await;
        let kept = refused(&answer, Status::Forbidden, form);
        assert!(answer.text().contains("FORM-OTHER") && hidden(&answer.text(), "card resend").is_none());
        let again = other.post_form("/-/again", body(&[("kept".into(), kept.clone())])).await;
        refused(&again, Status::Forbidden, form);
        assert_eq!(t.app.stage().head().await.unwrap(), head, "nothing was written");
        // Somebody else signs in on the page.
        let theirs = sign_in(&client, "supervisor", &kept).await;
        assert!(theirs.login_cookie().is_some(), "they are in");
        refused(&theirs, Status::Forbidden, form);
        // Whoever typed it does.
        let mine = sign_in(&client, form.who, &kept).await;
        done(&t, &client, &mine.login_cookie().unwrap(), form, &goes_on(&mine, form)).await;
    }
    // A form that nobody of ours was given is nobody's, and nothing of it comes back.
    let strange = post(&client, &[], "/samples/new", FORM, b"csrf=00&remark=strange-text".to_vec()).await;
    assert!(strange.status == Status::Unauthorized && !strange.text().contains("name=\"kept\"") && !strange.text().contains("strange-text"));
    t.assert_whole().await;
}

async fn the_second_factor_and_an_owed_password_stand_in_between(t: TestApp) {
    let form = Form { who: "checker", to: "/bench/x/return".into(), fields: vec![("reason".into(), REASON.into())], text: REASON };
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, form.who, PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let account = t.app.who_is(&user.token, now()).await.unwrap().unwrap().user;
    t.app.begin_second(&account, &user.token, PASSWORD, now() - TimeDelta::minutes(5)).await.unwrap();
    let code = async |at: Instant| {
        let user = t.app.stage().user_by_name("checker").await.unwrap().unwrap();
        let secret = totp::unbase32(&user.second.unwrap().secret).unwrap();
        format!("{:06}", totp::code(&secret, totp::step_of(at), 6).unwrap())
    };
    let first = code(now() - TimeDelta::minutes(5)).await;
    t.app.confirm_second(&account, &user.token, &first, now() - TimeDelta::minutes(5)).await.unwrap();
    t.app.logout(&user.token, now()).await.unwrap();
    let kept = refused(&user.post_form(&form.to, form.with(&csrf)).await, Status::Unauthorized, &form);
    let asked = sign_in(&client, form.who, &kept).await;
    assert!(asked.login_cookie().is_none() && asked.text().contains("action=\"/login/code\"") && asked.text().contains(&kept));
    let ticket = asked.cookie("shiyan_code").unwrap();
    let cookies = [("shiyan_device", "x"), ("shiyan_code", ticket.as_str())];
    let typed = |code: &str| body(&[("kept".into(), kept.clone()), ("code".into(), code.into())]).into_bytes();
    let wrong = post(&client, &cookies, "/login/code", FORM, typed("000000")).await;
    assert!(wrong.login_cookie().is_none() && wrong.text().contains(&kept), "a wrong code costs nothing either");
    let inside = post(&client, &cookies, "/login/code", FORM, typed(&code(now()).await)).await;
    assert!(inside.login_cookie().is_some());
    goes_on(&inside, &form);
    // Signed in, and the administrator wants the second factor of somebody who has none: that first, and the form waits for it.
    let form = Form { who: "signatory", ..form };
    let user = Browser::login(&client, form.who, PASSWORD).await;
    let csrf = user.token_of_forms().await;
    t.app.require_second(&t.people.admin.actor(), true, now()).await.unwrap();
    let answer = user.post_form(&form.to, form.with(&csrf)).await;
    let kept = refused(&answer, Status::Unauthorized, &form);
    assert!(answer.text().contains("href=\"/me/second\""), "{}", answer.text());
    t.app.require_second(&t.people.admin.actor(), false, now()).await.unwrap();
    goes_on(&user.post_form("/-/again", body(&[("kept".into(), kept)])).await, &form);
}

async fn long_texts_are_kept_and_files_are_asked_for_again(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "enforcer", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    t.app.logout(&user.token, now()).await.unwrap();
    // Some 180 KB as it is sent: what a login lets pass, a browser that had one lets pass too.
    let long: String = "核查经过：现场检查冷库，未见温度记录。".repeat(1_000);
    let form = Form { who: "enforcer", to: "/cases/x/block".into(), fields: vec![("finding".into(), long.clone())], text: "冷库" };
    let answer = user.post_form(&form.to, form.with(&csrf)).await;
    let kept = refused(&answer, Status::Unauthorized, &form);
    goes_on(&sign_in(&client, form.who, &kept).await, &form);
    // A browser that nobody was signed in with is heard no further than before.
    let stranger = post(&client, &[], &form.to, FORM, form.with(&csrf).into_bytes()).await;
    assert_eq!(stranger.status, Status::PayloadTooLarge);

    let mut upload = Vec::new();
    for (name, value) in [("csrf", csrf.as_str()), ("finding", "现场照片两张"), ("approve-password", "my-password-here"), ("idempotency", "k9")] {
        upload.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for file in ["一.jpg", "二.jpg"] {
        upload.extend(format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\nContent-Type: image/jpeg\r\n\r\n").bytes());
        upload.extend(vec![7_u8; 3 << 20]);
        upload.extend(b"\r\n");
    }
    upload.extend(b"--b--\r\n");
    let fields = vec![("finding".into(), "现场照片两张".into()), ("idempotency".into(), "k9".into())];
    let form = Form { fields, text: "现场照片", ..form };
    let answer = post(&client, &[("shiyan_login", &user.token)], &form.to, "multipart/form-data; boundary=b", upload).await;
    assert!(answer.bytes.len() < 64 << 10, "no file is in the page: {}", answer.bytes.len());
    let kept = refused(&answer, Status::Unauthorized, &form);
    let inside = sign_in(&client, form.who, &kept).await;
    goes_on(&inside, &form);
    let page = inside.text();
    assert!(
        page.contains("文件没有保留") && page.contains("name=\"file\" type=\"file\" multiple") && page.contains("enctype=\"multipart/form-data\""),
        "{page}"
    );
    assert!(page.contains("name=\"approve-password\" type=\"password\"") && !page.contains("my-password-here"), "a password is typed once more");
}

async fn a_program_is_told_in_json_and_a_person_on_a_page(t: TestApp) {
    let client = client(&t.app, now).await;
    for (path, kind) in [("/api/v1/judge", ContentType::JSON), ("/worksheets/x/cells", ContentType::JSON)] {
        let answer = Answer::of(client.post(path).header(kind).body("{}").dispatch().await).await;
        assert_eq!((answer.status, answer.header("Content-Type")), (Status::Unauthorized, "application/problem+json"), "{path}");
    }
    let request = client.post("/cases/x/receive").header(ContentType::Form).header(Header::new("Host", "lims.example"));
    let answer = Answer::of(request.header(Header::new("Referer", "http://lims.example/cases/x?a=1")).body("x=1").dispatch().await).await;
    assert!(answer.status == Status::Unauthorized && answer.is_html());
    assert!(answer.text().contains("href=\"/login?next=%2Fcases%2Fx%3Fa%3D1\""), "back to where it was sent from: {}", answer.text());
    let looks = Browser::nobody(&client).get("/cases").await;
    assert_eq!(looks.status, Status::SeeOther, "whoever only looks goes through the login and comes back");
}
