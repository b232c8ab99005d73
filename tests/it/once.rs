//! Sent twice, carried out once: by hand, by a program, after a restart, on two servers; and the same words for a database that is away.

use rocket::http::{ContentType, Header, Status};
use serde_json::json;
use shiyan_app::Error;
use shiyan_app::once::{Key, Request};
use shiyan_foundation::Instant;
use shiyan_statute::LimitStatus;
use shiyan_store::Who;
use shiyan_testkit::bench::reopen;
use shiyan_testkit::{PASSWORD, TestApp, at};

use crate::http::{Answer, Browser, client, encoded, now};

shiyan_testkit::on_both_engines!(
    a_reading_sent_again_by_a_program_is_one_reading_and_gets_the_first_answer,
    a_form_sent_again_is_carried_out_once_even_after_a_restart,
    the_same_key_with_other_content_is_a_conflict,
    a_key_belongs_to_one_person,
    a_refused_form_may_be_corrected_under_its_key,
    a_limit_changed_beside_the_server_is_used_at_once,
    the_clock_never_runs_backwards_in_the_journal,
    an_act_after_an_error_in_its_transaction_is_not_kept,
    what_is_counted_before_an_act_does_not_stand_for_it,
);

const READING: &str = r#"{"stall":"A-12","food":"菠菜","method":"GB/T 5009.199-2003","value":"12.5"}"#;

async fn readings(t: &TestApp) -> String {
    t.side().await.text("SELECT CAST(COUNT(*) AS TEXT) FROM rapid_reading").await
}

async fn post_json(browser: &Browser<'_>, key: Option<&str>, body: &str) -> Answer {
    let mut request = browser.client().post("/api/v1/rapid/readings").header(ContentType::JSON).header(Header::new("Sec-Fetch-Site", "same-origin"));
    request = request.cookie(("shiyan_login", browser.token.clone()));
    if let Some(key) = key {
        request = request.header(Header::new("Idempotency-Key", key.to_owned()));
    }
    Answer::of(request.body(body).dispatch().await).await
}

async fn a_reading_sent_again_by_a_program_is_one_reading_and_gets_the_first_answer(t: TestApp) {
    let site = client(&t.app, now).await;
    let operator = Browser::login(&site, "operator", PASSWORD).await;
    let first = post_json(&operator, Some("k-1"), READING).await;
    assert_eq!(first.status, Status::Ok, "{}", first.text());
    // The server was stopped and started meanwhile: nothing of this lives in memory.
    let token = operator.token.clone();
    let again = reopen(&t.url).await;
    let site = client(&again, now).await;
    let operator = Browser::again(&site, &token);
    for _ in 0..3 {
        let answer = post_json(&operator, Some("k-1"), READING).await;
        assert_eq!((answer.status, answer.text()), (Status::Ok, first.text()));
    }
    assert_eq!(readings(&t).await, "1");
    // Ten at once under a new key are one.
    let many = futures_util::future::join_all((0..10).map(|_| post_json(&operator, Some("k-2"), READING))).await;
    let told: std::collections::BTreeSet<String> = many.iter().map(Answer::text).collect();
    assert_eq!((told.len(), many.iter().all(|a| a.status == Status::Ok)), (1, true), "{told:?}");
    assert_eq!(readings(&t).await, "2");
    // Without a key each is a reading of its own.
    post_json(&operator, None, READING).await;
    assert_eq!(readings(&t).await, "3");
    t.assert_whole().await;
}

async fn a_form_sent_again_is_carried_out_once_even_after_a_restart(t: TestApp) {
    let site = client(&t.app, now).await;
    let operator = Browser::login(&site, "operator", PASSWORD).await;
    let page = operator.get("/rapid/new").await;
    let key = page.text().split("name=\"idempotency\" value=\"").nth(1).and_then(|r| r.split('"').next()).unwrap().to_owned();
    assert_eq!(key.len(), 32);
    let body = format!("stall=A-1&food={}&method={}&value=12.5&idempotency={key}", encoded("菠菜"), encoded("GB/T 5009.199-2003"));
    let first = operator.post_form("/rapid/new", format!("csrf={}&{body}", page.csrf())).await;
    assert_eq!(first.status, Status::SeeOther, "{}", first.text());
    let token = operator.token.clone();
    let again = reopen(&t.url).await;
    let site = client(&again, now).await;
    let operator = Browser::again(&site, &token);
    let second = operator.post_form("/rapid/new", format!("csrf={}&{body}", page.csrf())).await;
    assert_eq!((second.status, second.header("Location")), (Status::SeeOther, first.header("Location")));
    assert_eq!(readings(&t).await, "1");

    // A form whose act keeps no answer of its own: a new draft sheet.
    let sampler = Browser::login(&site, "sampler", PASSWORD).await;
    let csrf = sampler.get("/me/password").await.csrf();
    let drafts = || async { t.side().await.text("SELECT CAST(COUNT(*) AS TEXT) FROM sample").await };
    let before = drafts().await;
    let form = format!("csrf={csrf}&idempotency=draft-1&name={}", encoded("韭菜"));
    let first = sampler.post_form("/samples/new", form.clone()).await;
    assert_eq!(first.status, Status::SeeOther, "{}", first.text());
    let second = sampler.post_form("/samples/new", form).await;
    assert_eq!((second.status, second.header("Location")), (Status::SeeOther, first.header("Location")));
    assert_eq!(before.parse::<u32>().unwrap() + 1, drafts().await.parse::<u32>().unwrap());
}

async fn the_same_key_with_other_content_is_a_conflict(t: TestApp) {
    let site = client(&t.app, now).await;
    let operator = Browser::login(&site, "operator", PASSWORD).await;
    assert_eq!(post_json(&operator, Some("k"), READING).await.status, Status::Ok);
    let other = post_json(&operator, Some("k"), &READING.replace("12.5", "13.5")).await;
    assert_eq!(other.status, Status::Conflict);
    assert!(other.text().contains("KEY-TAKEN"), "{}", other.text());
    assert_eq!(readings(&t).await, "1");
}

async fn a_key_belongs_to_one_person(t: TestApp) {
    let site = client(&t.app, now).await;
    for name in ["operator", "other-operator"] {
        let who = Browser::login(&site, name, PASSWORD).await;
        assert_eq!(post_json(&who, Some("same"), READING).await.status, Status::Ok);
    }
    assert_eq!(readings(&t).await, "2");
}

async fn a_refused_form_may_be_corrected_under_its_key(t: TestApp) {
    let site = client(&t.app, now).await;
    let operator = Browser::login(&site, "operator", PASSWORD).await;
    let refused = post_json(&operator, Some("k"), &READING.replace("12.5", "十")).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert_eq!(post_json(&operator, Some("k"), READING).await.status, Status::Ok);
    // Plain text that looks like JSON is what a page of another site can send.
    let request = site.post("/api/v1/rapid/readings").header(ContentType::Plain).header(Header::new("Sec-Fetch-Site", "same-origin"));
    let answer = Answer::of(request.cookie(("shiyan_login", operator.token.clone())).body(READING).dispatch().await).await;
    assert_eq!(answer.status, Status::UnsupportedMediaType);
    assert!(answer.text().contains("BODY-NOT-JSON"));
    // A first field that names another method changes nothing: it is a form that was posted, and it is answered.
    let posted = operator.post_form("/rapid/new", "_method=HEAD&x=1".to_owned()).await;
    assert_eq!(posted.status, Status::Forbidden);
    assert!(!posted.bytes.is_empty());
}

async fn a_limit_changed_beside_the_server_is_used_at_once(t: TestApp) {
    let (one, other) = (&t.app, reopen(&t.url).await);
    let status = |rows: &shiyan_statute::LimitLibrary| rows.iter().find(|r| r.id == "L0001").map(|r| r.status);
    assert_eq!(status(&one.limit_rows().await.unwrap()), Some(LimitStatus::Active));
    assert_eq!(status(&other.limit_rows().await.unwrap()), Some(LimitStatus::Active));
    other.set_limit_status(&t.people.quality.actor(), "L0001", LimitStatus::Retired, now()).await.unwrap();
    assert_eq!(status(&one.limit_rows().await.unwrap()), Some(LimitStatus::Retired));
    // Nothing is read again while nothing changes.
    assert!(std::sync::Arc::ptr_eq(&one.limit_rows().await.unwrap(), &one.limit_rows().await.unwrap()));
}

async fn noted(t: &TestApp, when: Instant) -> Result<String, Error> {
    let mut unit = t.app.stage().begin(when).await?;
    unit.note(&shiyan_app::Who::system("测试"), "test", "test:clock".into(), json!({})).await?;
    unit.commit().await?;
    Ok(t.side().await.text("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").await)
}

async fn the_clock_never_runs_backwards_in_the_journal(t: TestApp) {
    noted(&t, at("2025-06-20T10:00")).await.unwrap();
    t.app.stage().hold_clock();
    // A little behind is the same moment; three days behind is a wrong clock.
    let slack = at("2025-06-20T10:00") - chrono::TimeDelta::seconds(4);
    assert_eq!(noted(&t, slack).await.unwrap(), "2025-06-20T10:00:00.000+08:00");
    match noted(&t, at("2025-06-17T10:00")).await {
        Err(Error::Away(why)) => assert_eq!(why.code(), "CLOCK-BACK"),
        other => panic!("{other:?}"),
    }
    assert!(t.app.stage().ready().await.is_ok(), "the database itself is well");
    assert_eq!(noted(&t, at("2025-06-20T10:01")).await.unwrap(), "2025-06-20T10:01:00.000+08:00");
    t.assert_whole().await;
}

/// The program broke off between the count of an attempt and the act itself: the act was not carried out.
async fn what_is_counted_before_an_act_does_not_stand_for_it(t: TestApp) {
    let key = Key { owner: "somebody".into(), key: "k-1".into(), content: "c".into() };
    let sent = || {
        let request = Request::default();
        request.carries(key.clone());
        request
    };
    let request = sent();
    let counted = request.clone();
    let count = async {
        let mut unit = t.app.stage().begin_aside(now()).await.unwrap();
        unit.note(&Who::system("测试"), "login.counted", "login:somebody".to_owned(), json!({})).await.unwrap();
        unit.commit().await.unwrap();
    };
    request.within(count).await;
    assert!(!counted.committed(), "nothing of what was asked for is durable");
    let act = async || {
        let mut unit = t.app.stage().begin(now()).await?;
        unit.note(&Who::system("测试"), "order.act", "order:1".to_owned(), json!({})).await?;
        unit.commit().await
    };
    sent().within(act()).await.expect("the act is still to be done");
    let Err(Error::Again(first)) = sent().within(act()).await else { panic!("it was done before") };
    assert_eq!(first.subject, "order:1");
}

async fn an_act_after_an_error_in_its_transaction_is_not_kept(t: TestApp) {
    let head = t.app.stage().head().await.unwrap();
    let mut unit = t.app.stage().begin(now()).await.unwrap();
    let who = shiyan_app::Who::system("测试");
    unit.note(&who, "test", "test:1".into(), json!({})).await.unwrap();
    // A row that is there already: the statement is refused. PostgreSQL would answer the commit kindly and keep nothing.
    assert!(unit.insert(&t.people.admin, &who, "user.add", json!({})).await.is_err());
    assert!(unit.note(&who, "test", "test:2".into(), json!({})).await.is_err());
    assert!(unit.commit().await.is_err());
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    // The next unit stands on its own, and the depth of nothing is left over.
    noted(&t, now()).await.unwrap();
    assert_eq!(t.app.stage().head().await.unwrap().seq, head.seq + 1);
    t.assert_whole().await;
    // A key that is too long, or nobody's, is none.
    let request = Request::default();
    request.carries(Key { owner: String::new(), key: "k".into(), content: "c".into() });
    request.carries(Key { owner: "o".into(), key: "k".repeat(101), content: "c".into() });
    assert_eq!(request.key(), None);
}
