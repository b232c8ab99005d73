//! What may be made public of a batch, and from which day on: nothing that is pending leaves as passing.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]
#![allow(clippy::unwrap_used)]

use shiyan_foundation::ids::{CaseId, SampleId, TestOrderId, UserId};
use shiyan_foundation::task::{Link, Outcome, TaskKind};
use shiyan_foundation::{Instant, NaiveDate, shanghai};
use shiyan_lab_results::order::{Conclusion, OrderState, TestOrder};
use shiyan_nonconformity::{Block, BlockRecord, Case, CaseOpening, CaseState, Hold, Publication, open_cases, publication};
use shiyan_statute::calendar;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn at(text: &str) -> Instant {
    day(text).and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn order(outcome: Outcome) -> TestOrder {
    let said = Conclusion { outcome, zh: "。".into(), en: ".".into(), failing: Vec::new(), at: at("2026-03-02") };
    TestOrder {
        id: TestOrderId(Uuid::nil()),
        sample: SampleId(Uuid::nil()),
        kind: TaskKind::Supervisory,
        samplers: Vec::new(),
        state: OrderState::Issued,
        received_at: at("2026-02-20"),
        signatures: Vec::new(),
        conclusion: Some(said.clone()),
        in_force: Some(said),
        returned: None,
        issued_at: Some(at("2026-03-02")),
        report_due_on: day("2026-03-20"),
        reports_issued: 1,
        amending: None,
        package: None,
        demo: false,
        revision: 1,
    }
}
fn cases(producer: Option<&str>) -> Vec<Case> {
    let opening = CaseOpening {
        sample: SampleId(Uuid::nil()),
        order: TestOrderId(Uuid::nil()),
        sampling_no: "XBJ26410105000000001".into(),
        product: "饼干".into(),
        link: Link::Circulation,
        online: false,
        site: "示范超市".into(),
        producer: producer.map(str::to_owned),
        street: "410105008".into(),
        failing: vec![("山梨酸".into(), "additive".into())],
        at: at("2026-03-02"),
        demo: false,
    };
    open_cases(&opening, [CaseId(Uuid::from_u128(1)), CaseId(Uuid::from_u128(2))], "HC2026-0001").into_iter().map(|(case, _)| case).collect()
}
fn served(case: &mut Case, on: &str) {
    let fields = [("served_on".to_owned(), on.to_owned())].into();
    case.blocks.insert(Block::Start, BlockRecord { fields, by: Some((UserId(Uuid::nil()), "甲".into())), ..BlockRecord::default() });
}
fn said(order: &TestOrder, cases: &[Case], today: &str) -> Option<Publication> {
    publication(order, cases, (&[], &[]), day(today), calendar()).unwrap()
}

#[test]
fn a_passing_batch_is_public_from_its_report_on() {
    assert_eq!(said(&order(Outcome::Pass), &[], "2026-03-02"), Some(Publication::Passing(day("2026-03-02"))));
}
#[test]
fn what_is_being_amended_is_held_back_whatever_it_said() {
    for outcome in [Outcome::Pass, Outcome::Fail] {
        let mut order = order(outcome);
        order.state = OrderState::Testing;
        order.amending = Some("更正".into());
        assert_eq!(said(&order, &cases(None), "2026-12-01"), Some(Publication::Held(Hold::Amending)));
    }
}
#[test]
fn a_batch_with_an_open_case_never_leaves_as_passing() {
    let mut cases = cases(None);
    assert_eq!(said(&order(Outcome::Pass), &cases, "2026-12-01"), Some(Publication::Held(Hold::CaseOpen)));
    cases[0].state = CaseState::Cancelled;
    assert_eq!(said(&order(Outcome::Pass), &cases, "2026-12-01"), Some(Publication::Passing(day("2026-03-02"))));
}
#[test]
fn a_failing_batch_waits_until_the_time_to_ask_has_run_out() {
    let (order, mut cases) = (order(Outcome::Fail), cases(None));
    assert_eq!(said(&order, &cases, "2026-12-01"), Some(Publication::Held(Hold::NotServed)));
    served(&mut cases[0], "2026-03-05");
    // seven working days from Thursday 5 March end on Monday the 16th
    assert_eq!(said(&order, &cases, "2026-03-16"), Some(Publication::Held(Hold::Window)));
    assert_eq!(said(&order, &cases, "2026-03-17"), Some(Publication::Failing(day("2026-03-17"))));
    assert_eq!(said(&order, &cases, "2026-12-01"), Some(Publication::Failing(day("2026-03-17"))), "the day does not move");
}
#[test]
fn both_parts_must_have_been_served() {
    let (order, mut cases) = (order(Outcome::Fail), cases(Some("示范食品厂")));
    served(&mut cases[0], "2026-03-05");
    assert_eq!(said(&order, &cases, "2026-12-01"), Some(Publication::Held(Hold::NotServed)));
    served(&mut cases[1], "2026-04-01");
    assert_eq!(said(&order, &cases, "2026-12-01"), Some(Publication::Failing(day("2026-04-14"))));
}
#[test]
fn a_part_handed_to_another_place_is_waited_for_until_its_receipt_closed_it() {
    let (order, mut cases) = (order(Outcome::Fail), cases(Some("外地食品厂")));
    served(&mut cases[0], "2026-03-05");
    let fields = [("to".to_owned(), "某市市场监督管理局".to_owned())].into();
    cases[1].blocks.insert(Block::Transfer, BlockRecord { fields, ..BlockRecord::default() });
    assert_eq!(said(&order, &cases, "2026-12-01"), Some(Publication::Held(Hold::NotServed)));
    cases[1].state = CaseState::Closed;
    cases[1].closed_at = Some(at("2026-04-01"));
    assert_eq!(said(&order, &cases, "2026-12-01"), Some(Publication::Failing(day("2026-04-14"))));
}
#[test]
fn monitoring_and_what_has_no_verdict_are_never_public() {
    let mut watched = order(Outcome::Pass);
    watched.kind = TaskKind::RiskMonitoring;
    let mut early = order(Outcome::Pass);
    early.in_force = None;
    for order in [watched, early, order(Outcome::Problem), order(Outcome::Undetermined)] {
        assert_eq!(said(&order, &[], "2026-12-01"), None);
    }
}
