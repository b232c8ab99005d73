//! Lists of many rows: a page is the part of the list that it says it is, from whichever end it was looked for, and a count is the rows of all pages.

use super::*;
use shiyan_app::read::{CaseFilter, ReportFilter, WorkFilter};
use shiyan_foundation::task::{Link, TaskLevel};
use shiyan_lab_results::order::TestOrder;
use shiyan_lab_results::report::TestReport;

/// Every row of a list of samples, page by page.
async fn every_sample(store: &Store, filter: &SampleFilter, scope: &Scope) -> Vec<(String, String)> {
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let (rows, more) = store.samples(&SampleFilter { after: after.clone(), ..filter.clone() }, scope).await.unwrap();
        listed.extend(rows.iter().map(|r| (r.sampled_on.clone(), r.id.clone())));
        after = listed.last().cloned();
        if !more {
            return listed;
        }
    }
}

#[tokio::test]
async fn a_page_is_its_part_of_the_list_and_a_count_is_its_rows() {
    let dir = Temp::new("lists");
    let app = app(&dir).await;
    load(&app, options(11, Some(400))).await.unwrap();
    let (store, all) = (app.stage(), Scope::District);
    let orders: Vec<TestOrder> = store.all().await.unwrap();

    // 样品: newest first, whatever is asked of the order beside them
    for outcome in [Outcome::Pass, Outcome::Fail] {
        let wanted: BTreeSet<String> = orders
            .iter()
            .filter(|o| o.in_force.as_ref().or(o.conclusion.as_ref()).is_some_and(|c| c.outcome == outcome))
            .map(|o| o.sample.to_string())
            .collect();
        let filter = SampleFilter { outcome: Some(outcome.code().to_owned()), ..SampleFilter::default() };
        let listed = every_sample(store, &filter, &all).await;
        assert!(listed.windows(2).all(|two| two[0] > two[1]), "newest first");
        assert_eq!(listed.into_iter().map(|(_, id)| id).collect::<BTreeSet<_>>(), wanted);
    }

    // 检验台: the last pages, which are looked for from the other end
    for state in ["issued", "testing"] {
        let filter = WorkFilter::state(state);
        let whole = store.worklist(&filter, &all, 10_000, 0).await.unwrap();
        assert_eq!(
            (whole.len() as u64, whole.len()),
            (store.count_work(&filter, &all).await.unwrap(), orders.iter().filter(|o| o.state.code() == state).count())
        );
        for skip in (0..whole.len() + 60).step_by(50) {
            let page = store.worklist(&filter, &all, 50, skip as u64).await.unwrap();
            let part: Vec<&str> = whole.iter().skip(skip).take(50).map(|r| r.order_id.as_str()).collect();
            assert_eq!(page.iter().map(|r| r.order_id.as_str()).collect::<Vec<_>>(), part, "{state} from {skip}");
        }
        assert!(state == "testing" || whole.len() > 450, "some pages lie behind the middle");
    }
    let mut states: BTreeMap<String, i64> = BTreeMap::new();
    orders.iter().for_each(|o| *states.entry(o.state.code().to_owned()).or_default() += 1);
    assert_eq!(store.order_states(&all).await.unwrap().into_iter().collect::<BTreeMap<_, _>>(), states);

    // 案件: those that go on before those that are over, by their last day
    let whole = store.cases(&CaseFilter::default(), &all).await.unwrap();
    let mut paged = Vec::new();
    for skip in (0..whole.len()).step_by(7) {
        paged.extend(store.cases_page(&CaseFilter::default(), &all, skip as u64, 7).await.unwrap());
    }
    assert!(!whole.is_empty());
    assert_eq!(paged.iter().map(|c| &c.no).collect::<Vec<_>>(), whole.iter().map(|c| &c.no).collect::<Vec<_>>());

    // 检验报告 in force that fail, newest first
    let reports: Vec<TestReport> = store.all().await.unwrap();
    let in_force = |r: &&TestReport| !reports.iter().any(|n| n.order == r.order && n.amendment > r.amendment);
    let fails = |r: &&TestReport| orders.iter().any(|o| o.id == r.order && o.in_force.as_ref().is_some_and(|c| c.outcome == Outcome::Fail));
    let mut wanted: Vec<String> = reports.iter().filter(in_force).filter(fails).map(|r| r.id.to_string()).collect();
    wanted.sort_by(|a, b| b.cmp(a));
    let filter = ReportFilter { outcome: Some("fail".to_owned()), ..ReportFilter::default() };
    let listed: Vec<String> = store.reports_issued(&filter, &all).await.unwrap().0.into_iter().map(|r| r.id).collect();
    assert!(!listed.is_empty());
    assert_eq!(listed, wanted.into_iter().take(50).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_ledger_counts_a_list_as_the_database_does() {
    let dir = Temp::new("listed");
    let app = app(&dir).await;
    load(&app, options(12, Some(300))).await.unwrap();
    let lab = app.laboratories().await.unwrap().into_iter().next().unwrap();
    let samples: Vec<SampleRecord> = app.stage().all().await.unwrap();
    let street = samples.iter().map(|s| s.sample.sheet.get("street").to_owned()).find(|s| !s.is_empty());
    let of = |role, scope| Actor { id: UserId(uuid::Uuid::nil()), name: "某某".into(), roles: BTreeSet::from([role]), scope };
    let actors = [of(Role::Supervisor, Scope::District), of(Role::Analyst, Scope::Lab(lab.id)), of(Role::Signatory, Scope::Lab(lab.id))];
    let some = |text: &str| Some(text.to_owned());
    let filters = [
        SampleFilter { kind: some(TaskKind::Supervisory.code()), link: some(Link::Circulation.code()), ..SampleFilter::default() },
        SampleFilter { kind: some("no such kind"), ..SampleFilter::default() },
        SampleFilter { level: some(TaskLevel::District.code()), ..SampleFilter::default() },
        SampleFilter { outcome: some(Outcome::Fail.code()), ..SampleFilter::default() },
        SampleFilter { outcome: some(Outcome::Pass.code()), link: some(Link::Catering.code()), year: Some(2025), ..SampleFilter::default() },
        SampleFilter { street: street.clone(), ..SampleFilter::default() },
        SampleFilter { street: some("nowhere"), ..SampleFilter::default() },
        SampleFilter { year: Some(2026), class: Some(shiyan_statute::food_classes_of(2026).iter().next().unwrap().name.clone()), ..SampleFilter::default() },
        SampleFilter { class: some("农产品"), ..SampleFilter::default() },
        SampleFilter { state: some("issued"), ..SampleFilter::default() },
        SampleFilter::default(),
    ];
    // nobody who looks at a list waits for the ledger: the first time the database counts, the second time the ledger is there
    let mut counted = Vec::new();
    for actor in &actors {
        for filter in &filters {
            let rows = app.count_samples(actor, filter).await.unwrap();
            let own = SampleFilter { blind: actor.tests_blind(), ..filter.clone() };
            assert_eq!(rows as usize, every_sample(app.stage(), &own, &actor.scope).await.len(), "{filter:?}");
            counted.push(rows);
        }
    }
    assert!(counted.iter().filter(|n| **n > 0).count() > 15);
    let scope = app.kpi_scope(2026).await.unwrap();
    app.figures(scope, &Scope::District, None, now()).await.unwrap();
    let mut by_ledger = Vec::new();
    for actor in &actors {
        for filter in &filters {
            by_ledger.push(app.count_samples(actor, filter).await.unwrap());
        }
    }
    assert_eq!(by_ledger, counted);
}
