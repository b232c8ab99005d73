//! A positive at a point: rerun, suspension, disposal with evidence; and never a batch of the 4 per 1000.

use shiyan_app::rapid::TypedReading;
use shiyan_foundation::Scope;
use shiyan_foundation::task::Outcome;
use shiyan_rapid_test::{FollowUpState, RapidVerdict};
use shiyan_testkit::{TestApp, at, codes, upload};

shiyan_testkit::on_both_engines!(a_positive_is_rerun_then_disposed_of_and_never_counts_as_a_batch, a_positive_confirmed_by_the_laboratory);

fn typed(value: &str) -> TypedReading {
    TypedReading { stall: "A-12".into(), food: "韭菜".into(), method: "GB/T 5009.199-2003".into(), value: value.into(), ..TypedReading::default() }
}
async fn state(t: &TestApp, reading: &str) -> Option<FollowUpState> {
    t.app.stage().reading(reading, &Scope::District).await.unwrap().unwrap().follow_up.map(|f| f.follow_up.state)
}

async fn a_positive_is_rerun_then_disposed_of_and_never_counts_as_a_batch(t: TestApp) {
    let (app, who) = (&t.app, t.people.operator.actor());
    let now = at("2025-06-03T08:00");
    let negative = app.enter_reading(&who, typed("12.5"), now).await.unwrap();
    assert_eq!((negative.verdict, state(&t, &negative.id.to_string()).await), (RapidVerdict::Negative, None));
    assert_eq!(codes(app.enter_reading(&who, typed("十"), now).await), ["RAPID-VALUE"]);
    assert!(codes(app.enter_reading(&t.people.analyst.actor(), typed("12"), now).await).contains(&"RAPID-ROLE"));
    let eye = TypedReading { value: String::new(), method: "KJ201701".into(), observed: "positive".into(), ..typed("") };
    assert_eq!(codes(app.enter_reading(&who, eye, now).await), ["RAPID-PHOTO"]);

    let first = app.enter_reading(&who, typed("72"), now).await.unwrap();
    let id = first.id.to_string();
    assert_eq!((first.verdict, state(&t, &id).await), (RapidVerdict::Positive, Some(FollowUpState::AwaitingRetest)));
    assert_eq!(codes(app.dispose_positive(&who, &id, "5", "下架", Some(upload("photo")), now).await), ["RAPID-RETEST"]);
    let again = TypedReading { retest_of: Some(id.clone()), ..typed("68") };
    app.enter_reading(&who, again.clone(), at("2025-06-03T08:40")).await.unwrap();
    assert_eq!(state(&t, &id).await, Some(FollowUpState::Suspended));
    // A second rerun is not a way out.
    assert_eq!(codes(app.enter_reading(&who, again, at("2025-06-03T08:50")).await), ["RAPID-STATE"]);
    assert_eq!(codes(app.dispose_positive(&who, &id, "5", "下架", None, at("2025-06-03T09:00")).await), ["RAPID-EVIDENCE"]);
    assert_eq!(codes(app.dispose_positive(&who, &id, "很多", "下架", Some(upload("photo")), at("2025-06-03T09:00")).await), ["RAPID-KG"]);
    // Four hours from the rerun, which is what was told.
    assert_eq!(codes(app.object_positive(&who, &id, at("2025-06-03T12:41")).await), ["RAPID-OBJECT-LATE"]);
    t.assert_figures(at("2025-06-03T09:00")).await;
    app.dispose_positive(&who, &id, "5.5", "下架并销毁", Some(upload("photo")), at("2025-06-03T09:30")).await.unwrap();
    assert_eq!(state(&t, &id).await, Some(FollowUpState::Disposed));
    assert!(app.stage().open_positives(&Scope::District).await.unwrap().is_empty());

    t.assert_figures(at("2025-06-03T10:00")).await;
    let year = app.year(app.kpi_scope(2025).await.unwrap(), &Scope::District, at("2025-12-31T18:00")).await.unwrap();
    // The rerun belongs to its first reading.
    assert!(year.facts.rapid.len() >= 2, "{:?}", year.facts.rapid);
    let batches = &year.kpis.per_thousand;
    assert_eq!((batches.numerator, batches.counted.len(), batches.left_out.len()), (0, 0, 0), "a reading is no batch, not even one that was left out");
    assert_eq!(year.kpis.discovery.denominator, 0);
    t.assert_whole().await;
}

async fn a_positive_confirmed_by_the_laboratory(t: TestApp) {
    let (app, p) = (&t.app, &t.people);
    let first = app.enter_reading(&p.operator.actor(), typed("72"), at("2025-06-03T08:00")).await.unwrap().id.to_string();
    app.enter_reading(&p.operator.actor(), TypedReading { retest_of: Some(first.clone()), ..typed("68") }, at("2025-06-03T08:40")).await.unwrap();
    let enforcer = p.enforcer.actor();
    assert_eq!(codes(app.send_positive_to_lab(&p.operator.actor(), &first, at("2025-06-03T09:00")).await), ["RAPID-DUTY"]);
    let sample = app.send_positive_to_lab(&enforcer, &first, at("2025-06-03T09:00")).await.unwrap().to_string();
    assert_eq!(codes(app.conclude_positive(&enforcer, &first, at("2025-06-03T10:00")).await), ["RAPID-CONFIRM"]);
    // A sampler completes the sheet that was begun; then the way of every batch.
    let draft = app.stage().sample(&sample, &Scope::District).await.unwrap().unwrap().sample;
    assert_eq!((draft.sheet.get("name"), draft.from_reading.map(|r| r.to_string())), ("韭菜", Some(first.clone())));
    let sampler = p.sampler.actor();
    app.save_sheet(&sampler, &sample, draft.revision, shiyan_testkit::sheet::leek("XBJ25410105000000009", &[&p.sampler, &p.sampler2]), at("2025-06-03T15:00"))
        .await
        .unwrap();
    app.submit_sheet(&sampler, &sample, at("2025-06-03T16:00")).await.unwrap();
    let order = app.accept_sample(&p.keeper.actor(), &sample, shiyan_testkit::walk::reception(), at("2025-06-04T09:00")).await.unwrap().to_string();
    t.enter(&order, &["2.4", "未检出"], at("2025-06-06T10:00")).await;
    t.reviewed(&order, at("2025-06-09T10:00")).await;
    t.assert_figures(at("2025-06-10T09:00")).await;
    assert_eq!(app.approve_order(&p.signatory, &order, at("2025-06-10T10:00")).await.unwrap(), Outcome::Fail);
    assert_eq!(codes(app.conclude_positive(&enforcer, &first, at("2025-06-10T11:00")).await), ["RAPID-CONFIRM"], "not before the report is issued");
    t.issued(&order).await;
    app.conclude_positive(&enforcer, &first, at("2025-06-10T17:00")).await.unwrap();
    assert_eq!(state(&t, &first).await, Some(FollowUpState::Confirmed));
    // Settled after its 72 hours: not due within them, due and not handled from then on.
    for (moment, counts) in [("2025-06-06T06:00", (0, 0)), ("2025-06-06T09:00", (0, 1)), ("2025-12-31T18:00", (0, 1))] {
        let handled = app.year(app.kpi_scope(2025).await.unwrap(), &Scope::District, at(moment)).await.unwrap().kpis.rapid.handled;
        assert_eq!((handled.numerator, handled.denominator), counts, "{moment}");
        t.assert_figures(at(moment)).await;
    }
    let k = app.year(app.kpi_scope(2025).await.unwrap(), &Scope::District, at("2025-12-31T18:00")).await.unwrap().kpis;
    assert_eq!(k.per_thousand.numerator, 1, "the laboratory's batch counts, the readings do not");
    t.assert_whole().await;
}
