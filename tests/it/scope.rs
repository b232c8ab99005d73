//! What lies outside somebody's scope does not exist for them: not in lists, not by id, not by number, not in the figures.

use shiyan_app::Error;
use shiyan_app::bench::TypedResult;
use shiyan_app::rapid::TypedReading;
use shiyan_app::read::{CaseFilter, LedgerFilter, SampleFilter, WorkFilter};
use shiyan_foundation::Scope;
use shiyan_store::records::UserAccount;
use shiyan_testkit::{TestApp, at, day, upload};

shiyan_testkit::on_both_engines!(what_lies_outside_the_scope_does_not_exist);

const NO: &str = "XBJ25410105000000001";

#[derive(Debug, PartialEq, Eq, Default)]
struct Seen {
    samples: usize,
    counted: i64,
    by_id: bool,
    by_number: bool,
    order: bool,
    order_of_sample: bool,
    items: usize,
    reports: usize,
    report: bool,
    worklist: usize,
    cases: usize,
    case: bool,
    cases_of_sample: usize,
    batches: usize,
    case_facts: usize,
    services: usize,
    whole_cases: usize,
    failing_items: usize,
    evidence: bool,
}

async fn seen(t: &TestApp, scope: &Scope, sample: &str, order: &str, case: &str, evidence: &str) -> Seen {
    let s = t.app.stage();
    let facts = s.facts(day("2025-01-01"), day("2025-12-31"), day("2025-12-31"), scope).await.unwrap();
    Seen {
        samples: s.samples(&SampleFilter::default(), scope).await.unwrap().0.len(),
        counted: s.count_samples(&SampleFilter { q: Some(NO.into()), ..SampleFilter::default() }, scope).await.unwrap(),
        by_id: s.sample(sample, scope).await.unwrap().is_some(),
        by_number: s.sample_by_number(NO, scope).await.unwrap().is_some(),
        order: s.order(order, scope).await.unwrap().is_some(),
        order_of_sample: s.order_of_sample(sample, scope).await.unwrap().is_some(),
        items: s.items_of_order(order, scope).await.unwrap().len(),
        reports: s.reports_of_sample(sample, scope).await.unwrap().len(),
        report: s.report_by_number(&format!("SY-{NO}"), scope).await.unwrap().is_some(),
        worklist: s.worklist(&WorkFilter::state("issued"), scope, 10, 0).await.unwrap().len(),
        cases: s.cases(&CaseFilter::default(), scope).await.unwrap().len(),
        case: s.case(case, scope).await.unwrap().is_some(),
        cases_of_sample: s.cases_of_sample(sample, scope).await.unwrap().len(),
        batches: facts.batches.len(),
        case_facts: facts.cases.len(),
        services: facts.services.len(),
        whole_cases: s.whole_cases(day("2025-01-01"), day("2025-12-31"), scope).await.unwrap().len(),
        failing_items: s.failing_item_facts(day("2025-01-01"), day("2025-12-31"), scope).await.unwrap().len(),
        evidence: s.evidence_visible(evidence, scope).await.unwrap(),
    }
}

fn invisible<T: std::fmt::Debug>(answer: Result<T, Error>) {
    assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
}

async fn what_lies_outside_the_scope_does_not_exist(t: TestApp) {
    let p = &t.people;
    let (sample, order, case) = t.failing(NO).await;
    let case = case.id.to_string();
    t.app.receive_case(&p.enforcer.actor(), &case, at("2025-06-11T09:00")).await.unwrap();
    t.fill(&case, shiyan_nonconformity::Block::Start, at("2025-06-12T15:00")).await;
    let evidence = t.case(&case).await.blocks.values().next().unwrap().evidence[0].sha256.clone();

    let whole = Seen {
        samples: 1,
        counted: 1,
        by_id: true,
        by_number: true,
        order: true,
        order_of_sample: true,
        items: 2,
        reports: 1,
        report: true,
        worklist: 1,
        cases: 1,
        case: true,
        cases_of_sample: 1,
        batches: 1,
        case_facts: 1,
        services: 1,
        whole_cases: 1,
        failing_items: 1,
        evidence: true,
    };
    let of = |user: &UserAccount| user.scope.clone();
    for user in [&p.enforcer, &p.analyst, &p.supervisor] {
        assert_eq!(seen(&t, &of(user), &sample, &order, &case, &evidence).await, whole, "{}", user.username);
    }
    for user in [&p.other_enforcer, &p.other_analyst, &p.operator, &p.other_operator] {
        assert_eq!(seen(&t, &of(user), &sample, &order, &case, &evidence).await, Seen::default(), "{}", user.username);
    }
    assert_eq!(seen(&t, &Scope::Streets(Default::default()), &sample, &order, &case, &evidence).await, Seen::default(), "a scope of no street");

    // Nor can they act on it, even knowing its id.
    let now = at("2025-06-13T09:00");
    let (sample_b, order_b) = t.received("XBJ25410105000000002").await;
    let item = t.items(&order_b).await[0].id.to_string();
    invisible(
        t.app
            .enter_results(&p.other_analyst.actor(), &order_b, &[TypedResult { item, seen: 0, raw: "0.1".into(), ..TypedResult::default() }], now)
            .await
            .map(|s| s.len()),
    );
    invisible(t.app.add_item(&p.other_analyst.actor(), &order_b, &shiyan_app::bench::TypedItem::new("吡虫啉", "mg/kg", "GB 23200.121-2021"), now).await);
    invisible(t.app.receive_case(&p.other_enforcer.actor(), &case, now).await);
    invisible(t.app.submit_case(&p.other_enforcer.actor(), &case, now).await);
    let mut elsewhere = p.keeper.actor();
    elsewhere.scope = p.other_enforcer.scope.clone();
    invisible(t.app.void_sample(&elsewhere, &sample_b, "不在范围内", now).await);

    // Readings belong to their point.
    let typed = TypedReading { stall: "A-1".into(), food: "韭菜".into(), method: "GB/T 5009.199-2003".into(), value: "72".into(), ..TypedReading::default() };
    let reading = t.app.enter_reading(&p.operator.actor(), typed.clone(), now).await.unwrap().id.to_string();
    for (user, sees) in
        [(&p.operator, 1), (&p.market, 1), (&p.enforcer, 1), (&p.supervisor, 1), (&p.other_operator, 0), (&p.other_enforcer, 0), (&p.analyst, 0)]
    {
        let s = t.app.stage();
        assert_eq!(s.ledger(&LedgerFilter::default(), &user.scope).await.unwrap().len(), sees, "{}", user.username);
        assert_eq!(s.reading(&reading, &user.scope).await.unwrap().is_some(), sees == 1, "{}", user.username);
        assert_eq!(s.open_positives(&user.scope).await.unwrap().len(), sees, "{}", user.username);
        assert_eq!(s.facts(day("2025-01-01"), day("2025-12-31"), day("2025-12-31"), &user.scope).await.unwrap().rapid.len(), sees, "{}", user.username);
    }
    invisible(t.app.dispose_positive(&p.other_operator.actor(), &reading, "1", "下架", Some(upload("x")), now).await);
    // A point operator writes at their own point whatever the form says.
    let forged = t.app.enter_reading(&p.other_operator.actor(), TypedReading { point: p.point.to_string(), ..typed }, now).await.unwrap();
    assert_eq!(forged.point, p.other_point);

    t.assert_whole().await;
}
