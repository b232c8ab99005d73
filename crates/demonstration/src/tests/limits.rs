//! A new limit and a label claim, over orders in every state.

use serde_json::json;
use shiyan_app::limits::LimitFile;
use shiyan_app::records::LimitRecord;
use shiyan_app::{App, Error};
use shiyan_foundation::{Actor, Decimal, NaiveDate, Scope};
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::order::{OrderState, TestItem};
use shiyan_statute::{LimitRow, LimitRule, LimitStatus};

use super::{Temp, app, now};
use crate::{DemoOptions, load};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn file(rows: Vec<LimitRow>) -> LimitFile {
    LimitFile { name: "示范.csv".into(), sha256: "00".into(), row_count: rows.len() as u64, rows, totals: json!({}) }
}
fn code(error: Error) -> String {
    match error {
        Error::Refused(why) => why[0].code().to_owned(),
        other => format!("{other:?}"),
    }
}

async fn person(app: &App, name: &str) -> Actor {
    app.stage().user_by_name(name).await.unwrap().unwrap().actor()
}

#[tokio::test]
async fn a_new_limit_is_shown_on_what_is_open_and_issued_and_taken_over_by_hand() {
    let dir = Temp::new("rejudge");
    let app = app(&dir).await;
    load(&app, DemoOptions { seed: 11, now: now(), samples: Some(200), password: None }).await.unwrap();
    let quality = person(&app, "quality-manager").await;
    let since = Some(day("2025-01-01"));
    let before = app.rejudge(&quality, since).await.unwrap();
    assert_eq!((before.open_count, before.issued_count), (0, 0), "the demonstration was judged with its own limits: {before:?}");
    assert!(before.orders.0 > 0 && before.orders.1 > 0 && before.items > 500);

    // an item that is being tested and has a result under a maximum
    let mut found = None;
    for (order, _, items) in app.stage().orders_to_rejudge(None, "", &Scope::District, 500).await.unwrap() {
        let one = items.into_iter().find(|i| {
            order.state == OrderState::Testing
                && i.limit.as_ref().is_some_and(|l| matches!(l.rule, LimitRule::Max { .. }))
                && i.verdict() == Some(Verdict::Conforming)
        });
        found = found.or(one.map(|item| (order, item)));
    }
    let (order, item) = found.expect("an open item with a result");
    let used = item.limit.clone().unwrap();
    let old: LimitRecord = app.stage().get(&used.id).await.unwrap().unwrap();
    // the next edition forbids it outright, one day after the present one began
    let from = old.row.effective_from.succ_opt().unwrap();
    let new = LimitRow {
        id: "I-new".into(),
        rule: LimitRule::Max { value: Decimal::ZERO },
        lod_loq: None,
        basis: "示范标准".into(),
        effective_from: from,
        effective_to: None,
        ..old.row.clone()
    };
    app.import_limits(&quality, &file(vec![new]), "测试导入", false, now()).await.unwrap();
    let pending = app.rejudge(&quality, since).await.unwrap();
    assert!(pending.open.iter().any(|c| c.item == item.id.to_string() && c.limit_now.is_none()), "a pending row beside an active one decides nothing");
    app.set_limit_status(&quality, "I-new", LimitStatus::Active, now()).await.unwrap();

    let head = app.stage().head().await.unwrap();
    let list = app.rejudge(&quality, since).await.unwrap();
    let line = list.open.iter().find(|c| c.item == item.id.to_string()).expect("the item is listed");
    assert_eq!(line.limit_then.as_ref().map(|l| l.id.as_str()), Some(used.id.as_str()));
    assert_eq!(line.limit_now.as_ref().map(|l| l.id.as_str()), Some("I-new"));
    assert_eq!((line.verdict_then, line.may_apply), (Some(Verdict::Conforming), true));
    assert_ne!(line.verdict_now, Some(Verdict::Conforming));
    assert_eq!(line.order, order.id.to_string());
    assert_eq!(app.stage().head().await.unwrap().hash, head.hash, "a dry run writes nothing");
    let later = app.rejudge(&quality, None).await.unwrap();
    assert_eq!((later.issued.len(), later.orders.1), (0, 0), "issued reports are looked at on request");
    assert!(list.issued_count > 0, "the same food was reported on before");
    for change in &list.issued {
        assert_eq!((change.state, change.may_apply), (OrderState::Issued, false));
        assert_eq!(code(app.apply_limit(&quality, &change.item, change.revision, now()).await.unwrap_err()), "LAB-STATE");
    }

    let analyst = person(&app, "analyst").await;
    assert_eq!(code(app.apply_limit(&analyst, &line.item, line.revision, now()).await.unwrap_err()), "ADMIN-ROLE");
    assert_eq!(code(app.rejudge(&analyst, None).await.unwrap_err()), "ADMIN-ROLE");
    assert_eq!(code(app.apply_limit(&quality, &line.item, line.revision - 1, now()).await.unwrap_err()), "RACE");
    let next = app.apply_limit(&quality, &line.item, line.revision, now()).await.unwrap();
    assert_eq!((next.limit.as_ref().map(|l| l.id.as_str()), next.verdict()), (Some("I-new"), line.verdict_now));
    assert_eq!(code(app.apply_limit(&quality, &line.item, next.revision, now()).await.unwrap_err()), "LIMIT-SAME");
    let timeline = app.stage().timeline(&[format!("item:{}", item.id)]).await.unwrap();
    let last = timeline.last().unwrap();
    assert_eq!((last.verb.as_str(), last.facts["from"]["id"].as_str(), last.facts["to"]["id"].as_str()), ("item.limit", Some(used.id.as_str()), Some("I-new")));
    let after = app.rejudge(&quality, since).await.unwrap();
    assert_eq!(after.open_count, list.open_count - 1);
    assert!(app.stage().verify(None).await.unwrap().ok);
}

#[tokio::test]
async fn a_label_claim_is_typed_while_testing_and_judged_at_once() {
    let dir = Temp::new("claim");
    let app = app(&dir).await;
    load(&app, DemoOptions { seed: 12, now: now(), samples: Some(200), password: None }).await.unwrap();
    let analyst = person(&app, "analyst").await;
    let mut found = None;
    for (order, _, items) in app.stage().orders_to_rejudge(None, "", &Scope::District, 500).await.unwrap() {
        let free = |i: &TestItem| {
            i.worksheet.is_none() && i.limit.as_ref().is_some_and(|l| matches!(l.rule, LimitRule::Max { .. })) && i.verdict() == Some(Verdict::Conforming)
        };
        if order.state == OrderState::Testing && order.may_enter(&analyst).is_ok() {
            found = found.or(items.into_iter().find(free));
        }
    }
    let item = found.expect("an open item with a result");
    let id = item.id.to_string();
    let keeper = person(&app, "sample-keeper").await;
    assert_eq!(code(app.set_label_claim(&keeper, &id, item.revision, "≤1", now()).await.unwrap_err()), "LAB-ROLE");
    assert_eq!(code(app.set_label_claim(&analyst, &id, item.revision, &"长".repeat(121), now()).await.unwrap_err()), "CLAIM-LONG");
    assert_eq!(code(app.set_label_claim(&analyst, &id, item.revision - 1, "≤1", now()).await.unwrap_err()), "RACE");
    let open = app.set_label_claim(&analyst, &id, item.revision, " 3.2g/100g ", now()).await.unwrap();
    assert_eq!(
        (open.label_claim.as_deref(), open.verdict()),
        (Some(" 3.2g/100g "), Some(Verdict::NeedsPerson)),
        "exactly as typed; the tolerance is not guessed"
    );
    let same = app.set_label_claim(&analyst, &id, open.revision, " 3.2g/100g ", now()).await.unwrap();
    assert_eq!(same.revision, open.revision, "the same text again writes nothing");
    let gone = app.set_label_claim(&analyst, &id, open.revision, "", now()).await.unwrap();
    assert_eq!((gone.label_claim.as_deref(), gone.verdict()), (None, Some(Verdict::Conforming)));
    let timeline = app.stage().timeline(&[format!("item:{id}")]).await.unwrap();
    assert_eq!(timeline.iter().filter(|e| e.verb == "item.claim").count(), 2);
}
