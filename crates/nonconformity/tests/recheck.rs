//! Recheck and objection from the application to the end: what the law refuses, who decides, the way of the reserve portion, and what an overturned
//! conclusion does to the case and to the clocks that depend on it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::ids::{CaseId, LabId, SampleId, TestOrderId, UserId};
use shiyan_foundation::task::{Link, TaskKind};
use shiyan_foundation::{Actor, Instant, Label, Lang, NaiveDate, Refusal, Role, Scope, Tick, shanghai};
use shiyan_nonconformity::objection::MOVES as OBJECTIONS;
use shiyan_nonconformity::recheck::{Applicant, ApplicantKind, Disputed, Handover, ItemResult, MOVES as RECHECKS, Payer, Reserve, ReserveState, Wait};
use shiyan_nonconformity::{
    Asking, Barred, Candidate, Case, CaseOpening, CaseState, ClockMove, EvidenceRef, Finality, Objection, ObjectionAction, ObjectionKind, ObjectionState, Part,
    PauseMove, Recheck, RecheckAction, RecheckState, Stepped, can_recheck, finality, open_cases, recheckable_until,
};
use shiyan_statute::{PauseReason, RuleKey, calendar};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn at(text: &str) -> Instant {
    day(text).and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn person(n: u128, role: Role) -> Actor {
    Actor { id: UserId(Uuid::from_u128(n)), name: format!("人员{n}"), roles: BTreeSet::from([role]), scope: Scope::District }
}
fn officer() -> Actor {
    person(1, Role::Enforcer)
}
fn chief() -> Actor {
    person(2, Role::Supervisor)
}
fn cases(failing: &[(&str, &str)], producer: Option<&str>) -> Vec<Case> {
    let opening = CaseOpening {
        sample: SampleId(Uuid::nil()),
        order: TestOrderId(Uuid::nil()),
        sampling_no: "XBJ26410105000000001".into(),
        product: "韭菜".into(),
        link: Link::Circulation,
        online: false,
        site: "示范蔬菜店".into(),
        producer: producer.map(str::to_owned),
        street: "410105008".into(),
        failing: failing.iter().map(|(item, group)| ((*item).to_owned(), (*group).to_owned())).collect(),
        at: at("2026-03-02"),
        demo: false,
    };
    open_cases(&opening, [CaseId(Uuid::from_u128(1)), CaseId(Uuid::from_u128(2))], "HC2026-0001").into_iter().map(|(case, _)| case).collect()
}

/// Everything that an application turns on, so that one fact at a time can be changed.
struct World {
    case: Case,
    kind: TaskKind,
    applicant: Applicant,
    items: Vec<Disputed>,
    reserve: Reserve,
    served_on: Option<NaiveDate>,
    filed_on: NaiveDate,
    rechecked: bool,
}
impl World {
    fn new() -> Self {
        Self {
            case: cases(&[("腐霉利", "pesticide")], None).remove(0),
            kind: TaskKind::Supervisory,
            applicant: Applicant { kind: ApplicantKind::Sampled, name: "示范蔬菜店".into() },
            items: vec![Disputed { name: "腐霉利".into(), group: "pesticide".into(), method: "GB 23200.113-2018".into() }],
            reserve: Reserve { state: ReserveState::Kept, good_until: None, seal_no: "F2".into(), kept_by: "示范检测所".into() },
            served_on: Some(day("2026-03-05")),
            filed_on: day("2026-03-10"),
            rechecked: false,
        }
    }
    fn asking(&self) -> Asking<'_> {
        Asking {
            case: &self.case,
            kind: self.kind,
            applicant: &self.applicant,
            items: &self.items,
            reserve: &self.reserve,
            served_on: self.served_on,
            filed_on: self.filed_on,
            rechecked: self.rechecked,
        }
    }
    fn grounds(&self) -> Vec<&'static str> {
        can_recheck(&self.asking(), self.filed_on, calendar()).unwrap().iter().map(Refusal::code).collect()
    }
    fn filed(&self) -> Recheck {
        Recheck::file(&self.asking(), "FJ2026-001", lab(1), &officer(), at("2026-03-10")).unwrap().now
    }
}
fn lab(n: u128) -> LabId {
    LabId(Uuid::from_u128(n))
}
fn list() -> Vec<Candidate> {
    (1..=6).map(|n| Candidate { lab: lab(n), name: format!("复检机构{n}"), barred: (n == 6).then_some(Barred::NoScope) }).collect()
}
fn evidence() -> Vec<EvidenceRef> {
    vec![EvidenceRef { sha256: "0".repeat(64), name: "交接单.jpg".into(), size: 1, by: "人员1".into(), at: at("2026-03-10") }]
}
fn handover(on: &str, from: &str, to: &str) -> Handover {
    let signed = vec!["张某".into(), "李某".into()];
    Handover { at: at(on), from: from.into(), to: to.into(), seal_no: "F2".into(), intact: true, storage: "冷藏".into(), signed, evidence: evidence() }
}
fn result(passes: bool) -> ItemResult {
    let value = if passes { "0.18 mg/kg" } else { "0.52 mg/kg" };
    ItemResult { name: "腐霉利".into(), method: "GB 23200.113-2018".into(), value: value.into(), passes, other_method_because: None }
}
fn codes(why: &[Refusal]) -> Vec<&'static str> {
    why.iter().map(Refusal::code).collect()
}
/// As far as the body has the reserve portion.
fn testing(world: &World) -> Recheck {
    let drawn = drawn(world);
    let body = drawn.drawn.as_ref().unwrap().name.clone();
    let sent = drawn.hand_over(handover("2026-03-13", "示范检测所", "冷链承运人"), Some(120_000), &officer(), at("2026-03-13")).unwrap().now;
    sent.receive(handover("2026-03-14", "冷链承运人", &body), &officer(), at("2026-03-14")).unwrap().now
}
fn drawn(world: &World) -> Recheck {
    let accepted = world.filed().accept(&world.asking(), &chief(), at("2026-03-11"), calendar()).unwrap().now;
    accepted.draw("7f3a-2026-03-12-复检", &list(), &officer(), at("2026-03-12")).unwrap().now
}

#[test]
fn every_ground_of_article_31_refuses_with_its_code_and_nothing_else_does() {
    assert!(World::new().grounds().is_empty());
    let with = |change: fn(&mut World)| {
        let mut world = World::new();
        change(&mut world);
        world.grounds()
    };
    let item = |name: &str, group: &str| Disputed { name: name.into(), group: group.into(), method: "GB 4789.2-2022".into() };
    let mut microbes = World { case: cases(&[("菌落总数", "microbe")], None).remove(0), items: vec![item("菌落总数", "microbe")], ..World::new() };
    assert_eq!(microbes.grounds(), ["RECHECK-MICROBE"]);
    microbes.case = cases(&[("菌落总数", "microbe"), ("腐霉利", "pesticide")], None).remove(0);
    microbes.items = vec![item("腐霉利", "pesticide")];
    assert!(microbes.grounds().is_empty(), "beside a microbe another item of the batch may be rechecked");
    assert_eq!(with(|w| w.reserve.good_until = Some(day("2026-03-09"))), ["RECHECK-EXPIRED"]);
    assert!(with(|w| w.reserve.good_until = Some(day("2026-03-10"))).is_empty(), "the last day still is good");
    for state in [ReserveState::Missing, ReserveState::UsedUp, ReserveState::Damaged] {
        let mut world = World::new();
        world.reserve.state = state;
        assert_eq!(world.grounds(), ["RECHECK-RESERVE"], "{state:?}");
    }
    // seven working days from Thursday 5 March end on Monday the 16th
    assert!(with(|w| w.filed_on = day("2026-03-16")).is_empty());
    assert_eq!(with(|w| w.filed_on = day("2026-03-17")), ["RECHECK-LATE"]);
    assert!(with(|w| (w.served_on, w.filed_on) = (None, day("2026-04-17"))).is_empty(), "who was never served is not late");
    // over the Spring Festival with the Saturday worked: from 13 February to 2 March
    assert!(with(|w| (w.served_on, w.filed_on) = (Some(day("2026-02-13")), day("2026-03-02"))).is_empty());
    assert_eq!(with(|w| (w.served_on, w.filed_on) = (Some(day("2026-02-13")), day("2026-03-03"))), ["RECHECK-LATE"]);
    assert_eq!(with(|w| w.kind = TaskKind::RiskMonitoring), ["RECHECK-KIND"]);
    assert_eq!(with(|w| w.applicant.kind = ApplicantKind::Other), ["RECHECK-WHO"]);
    assert!(with(|w| w.applicant.kind = ApplicantKind::Producer).is_empty());
    assert_eq!(with(|w| w.items[0].name = "毒死蜱".into()), ["RECHECK-ITEMS"]);
    assert_eq!(with(|w| w.items.clear()), ["RECHECK-ITEMS"]);
    assert_eq!(with(|w| w.rechecked = true), ["RECHECK-TWICE"]);
    assert_eq!(with(|w| w.case.state = CaseState::Cancelled), ["RECHECK-MOOT"]);
    // they do not hide one another, and each says its article
    let all = with(|w| {
        w.kind = TaskKind::RiskMonitoring;
        w.reserve.state = ReserveState::UsedUp;
        w.filed_on = day("2026-05-17");
    });
    assert_eq!(all, ["RECHECK-KIND", "RECHECK-RESERVE", "RECHECK-LATE"]);
    for info in shiyan_nonconformity::code::ALL.iter().filter(|c| ["RECHECK-MICROBE", "RECHECK-EXPIRED", "RECHECK-LATE", "RECHECK-RESERVE"].contains(&c.code)) {
        assert!(info.article.starts_with("抽检办法 第31条"), "{}", info.code);
    }
}

#[test]
fn a_portion_can_be_rechecked_until_the_time_to_ask_or_its_shelf_life_ends() {
    let world = World::new();
    let until = |good: Option<&str>, served: Option<&str>, state: ReserveState, group: &str| {
        let reserve = Reserve { good_until: good.map(day), state, ..world.reserve.clone() };
        let items = [Disputed { group: group.into(), ..world.items[0].clone() }];
        let last = recheckable_until(&items, &reserve, served.map(day), calendar()).unwrap();
        // and the law agrees: that day nothing stands against it, the day after something does
        if let (Some(last), Some(_)) = (last, served) {
            let grounds = |on: NaiveDate| {
                let asking = Asking { items: &items, reserve: &reserve, served_on: served.map(day), filed_on: on, ..world.asking() };
                can_recheck(&asking, on, calendar()).unwrap().len()
            };
            assert!(grounds(last) == 0 && grounds(last.succ_opt().unwrap()) > 0, "{last}");
        }
        last.map(|d| d.to_string())
    };
    use ReserveState::{Damaged, Kept};
    assert_eq!(until(None, Some("2026-03-05"), Kept, "pesticide").as_deref(), Some("2026-03-16"));
    assert_eq!(until(Some("2026-03-10"), Some("2026-03-05"), Kept, "pesticide").as_deref(), Some("2026-03-10"));
    assert_eq!(until(Some("2026-09-10"), Some("2026-03-05"), Kept, "pesticide").as_deref(), Some("2026-03-16"));
    assert_eq!(until(Some("2026-09-10"), None, Kept, "pesticide").as_deref(), Some("2026-09-10"));
    assert_eq!(until(None, Some("2026-03-05"), Kept, "microbe"), None);
    assert_eq!(until(None, Some("2026-03-05"), Damaged, "pesticide"), None);
}

#[test]
fn a_recheck_that_overturns_cancels_the_case_and_the_first_result_stays() {
    let world = World::new();
    let filed = Recheck::file(&world.asking(), "FJ2026-001", lab(1), &officer(), at("2026-03-10")).unwrap();
    assert_eq!(filed.clocks, [ClockMove::Start(RuleKey::D08, at("2026-03-10"))]);
    let accepted = filed.now.accept(&world.asking(), &chief(), at("2026-03-11"), calendar()).unwrap();
    assert_eq!(accepted.clocks, [ClockMove::Stop(RuleKey::D08, at("2026-03-11")), ClockMove::Start(RuleKey::D09, at("2026-03-11"))]);
    let held: Vec<RuleKey> =
        accepted.pauses.iter().map(|p| if let PauseMove::Pause(rule, PauseReason::Recheck, ..) = p { *rule } else { panic!("{p:?}") }).collect();
    assert_eq!(held, [RuleKey::D23, RuleKey::D31, RuleKey::D32], "publication and penalty wait; disposal does not");
    let drawn = accepted.now.draw("7f3a-2026-03-12-复检", &list(), &officer(), at("2026-03-12")).unwrap();
    assert_eq!(drawn.clocks, [ClockMove::Stop(RuleKey::D09, at("2026-03-12")), ClockMove::Start(RuleKey::D11, at("2026-03-12"))]);
    let record = drawn.now.drawn.clone().unwrap();
    assert!(record.holds() && record.chosen != lab(1) && record.chosen != lab(6), "{record:?}");
    assert_eq!(record.list.iter().find(|c| c.lab == lab(1)).unwrap().barred, Some(Barred::FirstLab), "barred whatever the list says");
    let received = testing(&world);
    assert_eq!((received.state, received.custody.len(), received.custodian()), (RecheckState::Testing, 2, record.name.as_str()));
    let concluded = received.conclude(vec![result(true)], "FJ-报告-1", &officer(), at("2026-03-20"), at("2026-03-20")).unwrap();
    assert_eq!(concluded.clocks, [ClockMove::Stop(RuleKey::D12, at("2026-03-20")), ClockMove::Start(RuleKey::D13, at("2026-03-20"))]);
    assert!(matches!(concluded.pauses[..], [PauseMove::Resume(RuleKey::D23, ..), PauseMove::Resume(RuleKey::D31, ..), PauseMove::Resume(RuleKey::D32, ..)]));
    let done = concluded.now;
    assert_eq!((done.overturned(), done.payer(), done.failing.as_slice()), (true, Some(Payer::Organiser), &["腐霉利".to_owned()][..]));
    let (case, moves) = world.case.overturned_by(&done, &chief()).unwrap();
    assert_eq!((case.state, moves), (CaseState::Cancelled, vec![ClockMove::CancelAll]));
    assert!(case.cancel_reason.unwrap().contains("FJ-报告-1"));
    assert_eq!(case.failing, ["腐霉利"], "the first result stays visible");
    // a case of another batch is not touched by it
    let other = Case { id: CaseId(Uuid::from_u128(9)), ..world.case.clone() };
    assert_eq!(codes(&other.overturned_by(&done, &chief()).unwrap_err()), ["CASE-STANDS"]);
    let told = done.tell(&officer(), at("2026-03-23"), at("2026-03-23")).unwrap();
    assert_eq!((told.now.state, told.clocks), (RecheckState::Told, vec![ClockMove::Stop(RuleKey::D13, at("2026-03-23"))]));
}

#[test]
fn a_recheck_that_confirms_leaves_the_case_and_the_applicant_pays() {
    let world = World::new();
    let done = testing(&world).conclude(vec![result(false)], "FJ-报告-1", &officer(), at("2026-03-20"), at("2026-03-20")).unwrap().now;
    assert_eq!((done.overturned(), done.payer()), (false, Some(Payer::Applicant)));
    assert_eq!(codes(&world.case.overturned_by(&done, &chief()).unwrap_err()), ["CASE-STANDS"]);
}

#[test]
fn a_batch_of_which_another_item_fails_is_not_overturned_by_one_that_passes() {
    let world = World { case: cases(&[("腐霉利", "pesticide"), ("毒死蜱", "pesticide")], None).remove(0), ..World::new() };
    let done = testing(&world).conclude(vec![result(true)], "FJ-报告-1", &officer(), at("2026-03-20"), at("2026-03-20")).unwrap().now;
    assert_eq!(done.conclusion.as_ref().unwrap().still_failing, ["毒死蜱"]);
    assert_eq!((done.overturned(), done.payer()), (false, Some(Payer::Applicant)));
}

#[test]
fn the_same_method_is_used_or_the_reason_is_written() {
    let received = testing(&World::new());
    let conclude =
        |results: Vec<ItemResult>, report: &str| received.conclude(results, report, &officer(), at("2026-03-20"), at("2026-03-20")).map_err(|why| codes(&why));
    let other = ItemResult { method: "NY/T 761-2008".into(), ..result(true) };
    assert_eq!(conclude(vec![other.clone()], "1").unwrap_err(), ["RECHECK-METHOD"]);
    assert!(conclude(vec![ItemResult { other_method_because: Some("初检方法标准已被代替".into()), ..other }], "1").is_ok());
    assert_eq!(conclude(vec![], " ").unwrap_err(), ["RECHECK-ITEMS", "RECHECK-REPORT"]);
    assert_eq!(conclude(vec![result(true), result(true)], "1").unwrap_err(), ["RECHECK-ITEMS"]);
    assert_eq!(conclude(vec![result(true), ItemResult { name: "毒死蜱".into(), ..result(true) }], "1").unwrap_err(), ["RECHECK-ITEMS", "RECHECK-METHOD"]);
}

#[test]
fn the_reserve_portion_never_leaves_the_chain_of_hands() {
    let drawn = drawn(&World::new());
    let body = drawn.drawn.as_ref().unwrap().name.clone();
    let over = |h: Handover, fee| drawn.hand_over(h, fee, &officer(), at("2026-03-13")).map(|s| s.now).map_err(|why| codes(&why));
    assert_eq!(over(handover("2026-03-13", "示范检测所", &body), None).unwrap_err(), ["RECHECK-FEE"]);
    assert_eq!(over(handover("2026-03-13", "别处", &body), Some(1)).unwrap_err(), ["RECHECK-CUSTODY"]);
    assert_eq!(over(Handover { seal_no: "F1".into(), ..handover("2026-03-13", "示范检测所", &body) }, Some(1)).unwrap_err(), ["RECHECK-SEAL"]);
    assert_eq!(over(Handover { intact: false, ..handover("2026-03-13", "示范检测所", &body) }, Some(1)).unwrap_err(), ["RECHECK-SEAL"]);
    assert_eq!(over(Handover { evidence: vec![], ..handover("2026-03-13", "示范检测所", &body) }, Some(1)).unwrap_err(), ["CASE-EVIDENCE"]);
    assert_eq!(over(handover("2026-03-11", "示范检测所", &body), Some(1)).unwrap_err(), ["RECHECK-TIME"], "before it was drawn");
    assert_eq!(over(handover("2026-03-14", "示范检测所", &body), Some(1)).unwrap_err(), ["RECHECK-TIME"], "after now");
    let sent = over(handover("2026-03-13", "示范检测所", "冷链承运人"), Some(120_000)).unwrap();
    let passed_on = sent.hand_over(handover("2026-03-13", "冷链承运人", "机场货站"), None, &officer(), at("2026-03-13")).unwrap();
    assert_eq!((passed_on.now.fee_cents, passed_on.now.custodian(), passed_on.clocks), (Some(120_000), "机场货站", vec![]), "paid once");
    let received = |h: Handover| sent.receive(h, &officer(), at("2026-03-14")).map_err(|why| codes(&why));
    assert_eq!(received(handover("2026-03-14", "示范检测所", &body)).unwrap_err(), ["RECHECK-CUSTODY"], "the carrier has it");
    assert_eq!(received(handover("2026-03-14", "冷链承运人", "复检机构6")).unwrap_err(), ["RECHECK-CUSTODY"], "not the body that was drawn");
    let broken = received(Handover { intact: false, seal_no: String::new(), ..handover("2026-03-14", "冷链承运人", &body) }).unwrap();
    assert_eq!((broken.now.state, broken.clocks), (RecheckState::Terminated, vec![ClockMove::CancelDuties]));
    assert!(matches!(broken.pauses[0], PauseMove::Resume(RuleKey::D23, ..)), "what waited goes on: the first conclusion stands");
    assert!(!broken.now.overturned() && broken.now.payer().is_none());
    let whole = received(handover("2026-03-14", "冷链承运人", &body)).unwrap();
    assert_eq!((whole.now.state, whole.clocks), (RecheckState::Testing, vec![ClockMove::Start(RuleKey::D12, at("2026-03-14"))]));
}

#[test]
fn a_body_that_cannot_do_it_gives_way_and_is_not_drawn_again() {
    let mut recheck = drawn(&World::new());
    let mut seen = Vec::new();
    for round in 0..3 {
        let body = recheck.drawn.as_ref().unwrap().chosen;
        assert!(!seen.contains(&body));
        seen.push(body);
        // drawn on Thursday 12 March: two working days end on Monday the 16th
        let on = if round == 0 { "2026-03-17" } else { "2026-03-18" };
        let declined = recheck.decline("仪器检修，无法承担", &officer(), at(on), at(on), calendar()).unwrap();
        assert_eq!(declined.clocks, [ClockMove::CancelDuties, ClockMove::Start(RuleKey::D09, at(on))]);
        assert!(declined.pauses.is_empty(), "the recheck goes on");
        assert_eq!(declined.now.declined.last().unwrap().0.late, round == 0);
        recheck = declined.now.draw("7f3a-2026-03-12-复检", &list(), &officer(), at("2026-03-18")).unwrap().now;
    }
    assert_eq!((recheck.declined.len(), recheck.declined.iter().all(|(_, drawn)| drawn.holds())), (3, true));
    let none = recheck.decline("没有人员，无法承担", &officer(), at("2026-03-19"), at("2026-03-19"), calendar()).unwrap().now;
    assert_eq!(codes(&none.draw("7f3a-2026-03-12-复检", &list(), &officer(), at("2026-03-19")).unwrap_err()), ["DRAW-NONE"]);
}

#[test]
fn whoever_registered_an_application_does_not_decide_on_it() {
    let world = World::new();
    let both = Actor { roles: BTreeSet::from([Role::Enforcer, Role::Supervisor]), ..officer() };
    assert_eq!(codes(&world.filed().accept(&world.asking(), &both, at("2026-03-11"), calendar()).unwrap_err()), ["RECHECK-OWN"]);
    assert_eq!(codes(&world.filed().refuse(&world.asking(), "其他法定情形", &both, at("2026-03-11"), calendar()).unwrap_err()), ["RECHECK-OWN"]);
    assert_eq!(codes(&world.filed().accept(&world.asking(), &officer(), at("2026-03-11"), calendar()).unwrap_err()), ["RECHECK-ROLE", "RECHECK-OWN"]);
    assert_eq!(codes(&Recheck::file(&world.asking(), "1", lab(1), &person(5, Role::Analyst), at("2026-03-10")).unwrap_err()), ["RECHECK-ROLE"]);
    // shelf life goes on while the application lies there
    let old = World { reserve: Reserve { good_until: Some(day("2026-03-10")), ..world.reserve.clone() }, ..World::new() };
    assert_eq!(codes(&old.filed().accept(&old.asking(), &chief(), at("2026-03-11"), calendar()).unwrap_err()), ["RECHECK-EXPIRED"]);
    let refused = old.filed().refuse(&old.asking(), "", &chief(), at("2026-03-11"), calendar()).unwrap().now;
    assert_eq!(refused.decision.unwrap().grounds, ["RECHECK-EXPIRED"]);
    assert_eq!(codes(&world.filed().refuse(&world.asking(), "不", &chief(), at("2026-03-11"), calendar()).unwrap_err()), ["RECHECK-REASON"]);
}

// ---------------------------------------------------------------- objections

fn objection(kind: ObjectionKind, from: Option<&str>, received: &str) -> Stepped<Objection> {
    let objection = Objection {
        case: CaseId(Uuid::from_u128(2)),
        no: "YY2026-001".into(),
        kind,
        task: TaskKind::Supervisory,
        applicant: Applicant { kind: ApplicantKind::Producer, name: "示范食品厂".into() },
        statement: "涉案产品不是本厂生产".into(),
        counted_from: from.map(day),
        received_at: at(received),
        registered_by: (UserId(Uuid::nil()), String::new()),
        state: ObjectionState::Upheld,
        told_missing: None,
        accepted: None,
        consulted: Vec::new(),
        decision: None,
        ended: None,
        revision: 7,
    };
    Objection::file(objection, &officer()).unwrap()
}

#[test]
fn each_kind_of_objection_has_its_own_window_and_its_own_time_for_the_decision() {
    for (kind, window, within) in [
        (ObjectionKind::Sampling, RuleKey::D14, RuleKey::D18),
        (ObjectionKind::Authenticity, RuleKey::D15, RuleKey::D19),
        (ObjectionKind::Method, RuleKey::D15, RuleKey::D19),
        (ObjectionKind::Standard, RuleKey::D15, RuleKey::D19),
    ] {
        assert_eq!((kind.window(), kind.decided_within()), (window, within));
        let filed = objection(kind, Some("2026-03-05"), "2026-03-16");
        assert_eq!((filed.now.state, filed.now.revision, filed.clocks), (ObjectionState::Received, 0, vec![ClockMove::Start(RuleKey::D16, at("2026-03-16"))]));
        let ready = filed.now.complete(&officer(), at("2026-03-17")).unwrap();
        assert_eq!(ready.clocks, [ClockMove::Stop(RuleKey::D16, at("2026-03-17")), ClockMove::Start(RuleKey::D17, at("2026-03-17"))]);
        let accepted = ready.now.accept(&chief(), at("2026-03-18"), calendar()).unwrap();
        assert_eq!(accepted.clocks, [ClockMove::Stop(RuleKey::D17, at("2026-03-18")), ClockMove::Start(within, at("2026-03-18"))]);
        assert!(matches!(accepted.pauses[..], [PauseMove::Pause(RuleKey::D23, PauseReason::Objection, ..)]), "publication waits");
        let decided = accepted.now.decide(false, "抽样过程符合规定", &chief(), at("2026-03-30")).unwrap();
        assert_eq!((decided.now.state, decided.clocks), (ObjectionState::Dismissed, vec![ClockMove::Stop(within, at("2026-03-30"))]));
        let late = objection(kind, Some("2026-03-05"), "2026-03-17").now.complete(&officer(), at("2026-03-17")).unwrap().now;
        assert_eq!(codes(&late.accept(&chief(), at("2026-03-18"), calendar()).unwrap_err()), ["OBJECTION-LATE"]);
        assert_eq!(late.refuse("", &chief(), at("2026-03-18"), calendar()).unwrap().now.accepted.unwrap().grounds, ["OBJECTION-LATE"]);
    }
}

#[test]
fn what_is_missing_is_told_once_and_a_consultation_stops_the_time_of_the_decision() {
    let filed = objection(ObjectionKind::Method, Some("2026-03-05"), "2026-03-10").now;
    let asked = filed.ask_more("缺少营业执照复印件", &officer(), at("2026-03-11")).unwrap();
    assert_eq!(asked.clocks, [ClockMove::Stop(RuleKey::D16, at("2026-03-11"))]);
    assert_eq!(codes(&asked.now.ask_more("还缺少授权书", &officer(), at("2026-03-12")).unwrap_err()), ["OBJECTION-STATE", "OBJECTION-ONCE"]);
    let ready = asked.now.complete(&officer(), at("2026-03-13")).unwrap();
    assert_eq!(ready.clocks, [ClockMove::Start(RuleKey::D17, at("2026-03-13"))]);
    let accepted = ready.now.accept(&chief(), at("2026-03-16"), calendar()).unwrap().now;
    assert_eq!(codes(&accepted.answer("复函〔2026〕1号", &officer(), at("2026-03-17")).unwrap_err()), ["OBJECTION-STATE"]);
    let asking = accepted.consult("商请函〔2026〕3号", &officer(), at("2026-03-17")).unwrap();
    assert_eq!(asking.pauses, [PauseMove::Pause(RuleKey::D19, PauseReason::Consultation, at("2026-03-17"), "商请函〔2026〕3号".into())]);
    assert_eq!(codes(&asking.now.consult("商请函〔2026〕4号", &officer(), at("2026-03-18")).unwrap_err()), ["OBJECTION-STATE"]);
    let back = asking.now.answer("复函〔2026〕1号", &officer(), at("2026-03-20")).unwrap();
    assert_eq!(back.pauses, [PauseMove::Resume(RuleKey::D19, PauseReason::Consultation, at("2026-03-20"), "复函〔2026〕1号".into())]);
    assert!(back.now.consult("再次商请函", &officer(), at("2026-03-23")).is_ok(), "authorities may be asked again");
    let sampling = objection(ObjectionKind::Sampling, Some("2026-03-05"), "2026-03-10").now.complete(&officer(), at("2026-03-11")).unwrap().now;
    let sampling = sampling.accept(&chief(), at("2026-03-11"), calendar()).unwrap().now;
    assert_eq!(codes(&sampling.consult("商请函〔2026〕3号", &officer(), at("2026-03-17")).unwrap_err()), ["OBJECTION-STATE"]);
}

#[test]
fn an_objection_is_refused_to_others_and_in_risk_monitoring_and_decided_by_another() {
    let ready = objection(ObjectionKind::Standard, Some("2026-03-05"), "2026-03-10").now.complete(&officer(), at("2026-03-11")).unwrap().now;
    let accept = |o: &Objection, who: &Actor| o.accept(who, at("2026-03-12"), calendar()).map_err(|why| codes(&why));
    let monitoring = Objection { task: TaskKind::RiskMonitoring, ..ready.clone() };
    assert_eq!(accept(&monitoring, &chief()).unwrap_err(), ["OBJECTION-KIND"]);
    let stranger = Objection { applicant: Applicant { kind: ApplicantKind::Other, name: "某消费者".into() }, ..ready.clone() };
    assert_eq!(accept(&stranger, &chief()).unwrap_err(), ["OBJECTION-WHO"]);
    let early = Objection { counted_from: None, ..ready.clone() };
    assert!(accept(&early, &chief()).is_ok(), "before anything was served nobody is late");
    let both = Actor { roles: BTreeSet::from([Role::Enforcer, Role::Supervisor]), ..officer() };
    assert_eq!(accept(&ready, &both).unwrap_err(), ["OBJECTION-OWN"]);
    assert_eq!(codes(&ready.refuse("其他法定情形", &both, at("2026-03-12"), calendar()).unwrap_err()), ["OBJECTION-OWN"]);
    let accepted = accept(&ready, &chief()).unwrap().now;
    for upheld in [true, false] {
        assert_eq!(codes(&accepted.decide(upheld, "经查属实，异议成立", &both, at("2026-03-20")).unwrap_err()), ["OBJECTION-OWN"]);
        assert_eq!(codes(&accepted.decide(upheld, "查", &chief(), at("2026-03-20")).unwrap_err()), ["OBJECTION-REASON"]);
    }
    assert_eq!(codes(&accepted.decide(true, "经查属实，异议成立", &officer(), at("2026-03-20")).unwrap_err()), ["OBJECTION-ROLE", "OBJECTION-OWN"]);
    assert_eq!(codes(&Objection::file(Objection { statement: " ".into(), ..ready.clone() }, &officer()).unwrap_err()), ["OBJECTION-REASON"]);
    assert_eq!(codes(&Objection::file(ready, &person(5, Role::Analyst)).unwrap_err()), ["OBJECTION-ROLE"]);
}

#[test]
fn that_it_is_not_their_product_frees_the_producer_and_not_the_seller() {
    let parts = cases(&[("腐霉利", "pesticide")], Some("示范食品厂"));
    let upheld = |kind| {
        let ready = objection(kind, Some("2026-03-05"), "2026-03-10").now.complete(&officer(), at("2026-03-11")).unwrap().now;
        let accepted = ready.accept(&chief(), at("2026-03-12"), calendar()).unwrap().now;
        accepted.decide(true, "经查属实，异议成立", &chief(), at("2026-03-20")).unwrap().now
    };
    let cancelled = |kind| parts.iter().filter(|case| case.freed_by(&upheld(kind), true, &chief()).is_ok()).map(|case| case.part).collect::<Vec<_>>();
    assert_eq!(cancelled(ObjectionKind::Authenticity), [Part::Production]);
    assert_eq!(cancelled(ObjectionKind::Standard), [Part::Circulation, Part::Production]);
    assert_eq!(codes(&parts[0].freed_by(&upheld(ObjectionKind::Standard), false, &chief()).unwrap_err()), ["CASE-STANDS"], "of another batch");
    let dismissed = Objection { state: ObjectionState::Dismissed, ..upheld(ObjectionKind::Standard) };
    assert_eq!(codes(&parts[1].freed_by(&dismissed, true, &chief()).unwrap_err()), ["CASE-STANDS"]);
}

#[test]
fn a_conclusion_is_final_when_everybody_was_served_their_time_has_run_out_and_nothing_is_open() {
    let on = |served: &[Option<&str>], microbial, rechecks: &[Recheck], objections: &[Objection], today: &str| {
        let served: Vec<Option<NaiveDate>> = served.iter().map(|d| d.map(day)).collect();
        finality(&served, microbial, rechecks, objections, day(today), calendar()).unwrap()
    };
    assert_eq!(on(&[], false, &[], &[], "2026-03-20"), Finality::Waits(Wait::NotServed));
    assert_eq!(on(&[Some("2026-03-05"), None], false, &[], &[], "2026-06-20"), Finality::Waits(Wait::NotServed));
    assert_eq!(on(&[Some("2026-03-05")], false, &[], &[], "2026-03-16"), Finality::Waits(Wait::Window));
    assert_eq!(on(&[Some("2026-03-05")], false, &[], &[], "2026-03-17"), Finality::Final(day("2026-03-17")));
    assert_eq!(on(&[Some("2026-03-05"), Some("2026-03-06")], false, &[], &[], "2026-03-17"), Finality::Waits(Wait::Window), "the later of the two");
    let world = World::new();
    assert_eq!(on(&[Some("2026-03-05")], false, &[testing(&world)], &[], "2026-05-01"), Finality::Waits(Wait::Recheck));
    let done = testing(&world).conclude(vec![result(false)], "1", &officer(), at("2026-03-25"), at("2026-03-25")).unwrap().now;
    assert_eq!(on(&[Some("2026-03-05")], false, &[done], &[], "2026-03-25"), Finality::Final(day("2026-03-25")));
    let open = objection(ObjectionKind::Method, Some("2026-03-05"), "2026-03-10").now;
    assert_eq!(on(&[Some("2026-03-05")], true, &[], std::slice::from_ref(&open), "2026-05-01"), Finality::Waits(Wait::Objection));
    let gone = open.withdraw("申请人书面撤回", &officer(), at("2026-04-01")).unwrap().now;
    assert_eq!(on(&[Some("2026-03-05")], true, &[], &[gone], "2026-05-01"), Finality::Final(day("2026-04-01")));
}

// ---------------------------------------------------------------- at random

fn is_of(tick: &Tick<RuleKey>, moved: &ClockMove) -> bool {
    match (tick, moved) {
        (Tick::Starts(a), ClockMove::Start(b, _)) | (Tick::Stops(a), ClockMove::Stop(b, _)) => a == b,
        (Tick::CancelsDuties, ClockMove::CancelDuties) => true,
        _ => false,
    }
}

#[test]
fn rechecks_and_objections_that_are_moved_at_random_stay_within_their_tables_and_leave_nothing_paused() {
    let mut seed: u32 = 20_261_130;
    let mut draw = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % below
    };
    let world = World::new();
    let mut seen: BTreeSet<(RecheckState, RecheckState)> = BTreeSet::new();
    let mut asked: BTreeSet<(ObjectionState, ObjectionState)> = BTreeSet::new();
    for _ in 0..1_500 {
        let (mut recheck, mut paused, now) = (world.filed(), BTreeMap::<RuleKey, i32>::new(), at("2026-03-30"));
        for step in 0..30 {
            let action = RecheckAction::ALL[draw(RecheckAction::ALL.len() as u32) as usize];
            let who = if draw(6) == 0 {
                person(7, Role::Analyst)
            } else if RECHECKS.roles(action) == [Role::Enforcer] {
                officer()
            } else {
                chief()
            };
            let when = at("2026-03-11") + chrono::TimeDelta::hours(step);
            let body = recheck.drawn.as_ref().map_or(String::new(), |d| d.name.clone());
            let hand = |to: &str| Handover { at: when, intact: step % 3 > 0, ..handover("2026-03-13", recheck.custodian(), to) };
            let done = match action {
                RecheckAction::Accept => recheck.accept(&world.asking(), &who, when, calendar()),
                RecheckAction::Refuse => recheck.refuse(&world.asking(), "其他法定情形", &who, when, calendar()),
                RecheckAction::Withdraw => recheck.withdraw("申请人书面撤回", &who, when),
                RecheckAction::Draw => recheck.draw(&format!("种子{step:010}"), &list(), &who, when),
                RecheckAction::Decline => recheck.decline("仪器检修，无法承担", &who, when, now, calendar()),
                RecheckAction::HandOver => recheck.hand_over(hand("承运人"), Some(1), &who, now),
                RecheckAction::Receive => recheck.receive(hand(&body), &who, now),
                RecheckAction::Terminate => recheck.terminate("备份样品量不足", &who, when),
                RecheckAction::Conclude => recheck.conclude(vec![result(draw(2) == 0)], "1", &who, when, now),
                RecheckAction::Tell => recheck.tell(&who, when, now),
            };
            let Ok(done) = done else { continue };
            let allowed = RECHECKS.of(recheck.state, action).find(|m| m.to == done.now.state).expect("on the table");
            assert!(who.has_any(allowed.act.roles()) && done.now.revision == recheck.revision + 1);
            assert!(done.clocks.len() == allowed.ticks.len() && done.clocks.iter().zip(allowed.ticks).all(|(c, t)| is_of(t, c)), "{:?}", done.clocks);
            for pause in &done.pauses {
                let (PauseMove::Pause(rule, ..) | PauseMove::Resume(rule, ..)) = pause;
                *paused.entry(*rule).or_default() += if matches!(pause, PauseMove::Pause(..)) { 1 } else { -1 };
            }
            let waits = RECHECKS.is_open(done.now.state) && !matches!(done.now.state, RecheckState::Filed | RecheckState::Concluded);
            assert!(paused.values().all(|n| *n == i32::from(waits)) && !paused.contains_key(&RuleKey::D20), "{:?} {paused:?}", done.now.state);
            seen.insert((recheck.state, done.now.state));
            recheck = done.now;
        }
        let mut objection = objection([ObjectionKind::Sampling, ObjectionKind::Method][draw(2) as usize], Some("2026-03-05"), "2026-03-10").now;
        let mut paused: BTreeMap<(RuleKey, PauseReason), i32> = BTreeMap::new();
        for step in 0..25 {
            let action = ObjectionAction::ALL[draw(ObjectionAction::ALL.len() as u32) as usize];
            let who = if OBJECTIONS.roles(action) == [Role::Enforcer] { officer() } else { chief() };
            let when = at("2026-03-11") + chrono::TimeDelta::hours(step);
            let done = match action {
                ObjectionAction::AskMore => objection.ask_more("缺少营业执照", &who, when),
                ObjectionAction::Complete => objection.complete(&who, when),
                ObjectionAction::Accept => objection.accept(&who, when, calendar()),
                ObjectionAction::Refuse => objection.refuse("其他法定情形", &who, when, calendar()),
                ObjectionAction::Consult => objection.consult("商请函〔2026〕3号", &who, when),
                ObjectionAction::Answer => objection.answer("复函〔2026〕1号", &who, when),
                ObjectionAction::Uphold => objection.decide(true, "经查属实", &who, when),
                ObjectionAction::Dismiss => objection.decide(false, "经查不实", &who, when),
                ObjectionAction::Withdraw => objection.withdraw("申请人书面撤回", &who, when),
            };
            let Ok(done) = done else { continue };
            let allowed = OBJECTIONS.of(objection.state, action).find(|m| m.to == done.now.state).expect("on the table");
            assert!(who.has_any(allowed.act.roles()));
            assert!(done.clocks.iter().all(|c| allowed.ticks.iter().any(|t| is_of(t, c))), "{:?}", done.clocks);
            for pause in &done.pauses {
                let (PauseMove::Pause(rule, reason, ..) | PauseMove::Resume(rule, reason, ..)) = pause;
                *paused.entry((*rule, *reason)).or_default() += if matches!(pause, PauseMove::Pause(..)) { 1 } else { -1 };
            }
            assert!(paused.values().all(|n| (0..=1).contains(n)), "{paused:?}");
            assert!(!OBJECTIONS.is_open(done.now.state) || done.now.ended_on().is_none());
            assert!(OBJECTIONS.is_open(done.now.state) || done.now.ended_on().is_some(), "{:?}", done.now.state);
            asked.insert((objection.state, done.now.state));
            objection = done.now;
        }
        if !OBJECTIONS.is_open(objection.state) {
            assert_eq!(paused.get(&(RuleKey::D23, PauseReason::Objection)).copied().unwrap_or(0), 0, "publication waits no longer");
        }
    }
    for m in RECHECKS.table {
        assert!(seen.contains(&(m.from, m.to)), "no walk went {:?} {:?}", m.from, m.to);
    }
    for m in OBJECTIONS.table {
        assert!(asked.contains(&(m.from, m.to)), "no walk went {:?} {:?}", m.from, m.to);
    }
}

#[test]
fn every_refusal_reads_without_a_hole() {
    let world = World { kind: TaskKind::RiskMonitoring, rechecked: true, filed_on: day("2026-05-17"), ..World::new() };
    let mut world = World { applicant: Applicant { kind: ApplicantKind::Other, name: "某消费者".into() }, ..world };
    world.items.push(Disputed { name: "菌落总数".into(), group: "microbe".into(), method: String::new() });
    world.reserve = Reserve { state: ReserveState::UsedUp, good_until: Some(day("2026-03-01")), ..world.reserve };
    let all = can_recheck(&world.asking(), day("2026-05-17"), calendar()).unwrap();
    assert_eq!(all.len(), 8);
    for refusal in all {
        for lang in [Lang::Zh, Lang::En] {
            assert!(!refusal.what(lang).contains('{') && !refusal.next(lang).contains('{'), "{refusal}");
        }
    }
}
