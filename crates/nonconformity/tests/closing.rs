//! What stands between a case and its closing is named exactly, and once; and a share of the closed ones is looked at again.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use shiyan_foundation::ids::{CaseId, SampleId, TestOrderId, UserId};
use shiyan_foundation::task::Link;
use shiyan_foundation::{Decimal, Instant, NaiveDate, Refusal, shanghai};
use shiyan_nonconformity::block::BlockKind;
use shiyan_nonconformity::recheck::Wait;
use shiyan_nonconformity::{
    Attempt, Block, BlockRecord, Case, CaseOpening, CaseState, EffectCheck, EffectDraw, EvidenceRef, Finality, Recipient, Service, ServiceMethod,
    ServiceResult, Standing, closing, open_cases,
};
use uuid::Uuid;

fn at(day: u32) -> Instant {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn evidence() -> Vec<EvidenceRef> {
    vec![EvidenceRef { sha256: "0".repeat(64), name: "a.jpg".into(), size: 1, by: "甲".into(), at: at(3) }]
}
fn case(n: u128) -> Case {
    let opening = CaseOpening {
        sample: SampleId(Uuid::nil()),
        order: TestOrderId(Uuid::nil()),
        sampling_no: "XBJ26410105000000001".into(),
        product: "韭菜".into(),
        link: Link::Circulation,
        online: false,
        site: "示范蔬菜店".into(),
        producer: None,
        street: "410105008".into(),
        failing: vec![("腐霉利".into(), "pesticide".into())],
        at: at(2),
        demo: false,
    };
    open_cases(&opening, [CaseId(Uuid::from_u128(n)), CaseId(Uuid::from_u128(n + 1_000))], "HC2026-0001").remove(0).0
}
fn value(block: Block, key: &str) -> String {
    let field = block.fields().iter().find(|f| f.key == key).unwrap();
    match field.kind {
        BlockKind::Text => "示范".to_owned(),
        BlockKind::Date => "2026-03-03".to_owned(),
        BlockKind::Number => "0".to_owned(),
        BlockKind::Choice(choices) => choices[0].to_owned(),
    }
}
fn whole(block: Block) -> BlockRecord {
    let fields = block.fields().iter().map(|f| (f.key.to_owned(), value(block, f.key))).collect();
    BlockRecord { fields, evidence: evidence(), ..BlockRecord::default() }
}
fn served(recipient: Recipient) -> Service {
    let attempt = Attempt {
        method: ServiceMethod::Direct,
        on: at(3).date_naive(),
        result: ServiceResult::Served,
        by: vec!["甲".into()],
        met: "店主".into(),
        proof: "回证1号".into(),
        support: String::new(),
    };
    Service { recipient, name: "示范".into(), papers: vec!["1".into()], issued_on: at(2).date_naive(), attempts: vec![attempt] }
}

#[test]
fn each_thing_that_is_missing_is_named_once_and_when_all_of_it_is_there_nothing_is() {
    let mut seed: u32 = 20_261_130;
    let mut draw = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % below
    };
    let (needed, done) = ([Recipient::Sampled, Recipient::MarketOpener], Finality::Final(at(16).date_naive()));
    for round in 0..3_000 {
        let mut case = case(1);
        // what is taken out, by hand: blocks, required fields, evidence, services, the finality
        let mut taken: Vec<String> = Vec::new();
        for block in case.required_blocks() {
            let mut record = whole(block);
            match draw(4) {
                0 => {
                    taken.push(format!("{block:?}"));
                    continue;
                }
                1 => {
                    for field in block.fields().iter().filter(|f| f.required) {
                        // two numbers of a balance that are gone are two fields; a balance that cannot be struck is none
                        if draw(3) == 0 {
                            record.fields.remove(field.key);
                            taken.push(format!("{block:?} {}", field.key));
                        }
                    }
                    // a penalty without its decision asks for the reason of none as well
                    record.fields.entry("why_not".into()).or_insert_with(|| "示范".into());
                }
                2 => {
                    record.evidence.clear();
                    taken.push(format!("{block:?} evidence"));
                }
                _ => {}
            }
            case.blocks.insert(block, record);
        }
        let services: Vec<Service> = needed.iter().filter(|_| draw(3) > 0).map(|r| served(*r)).collect();
        taken.extend((services.len()..needed.len()).map(|n| format!("service {n}")));
        let finality = if draw(3) == 0 { Finality::Waits(Wait::Recheck) } else { done };
        taken.extend((finality != done).then(|| "final".to_owned()));
        let missing = closing(&case, &Standing { needed: &needed, services: &services, finality });
        let told: BTreeSet<String> = missing.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), missing.len(), "{round}: twice: {missing:?}");
        assert_eq!(missing.len(), taken.len(), "{round}: {taken:?} but {told:?}");
        for block in case.required_blocks() {
            case.blocks.insert(block, whole(block));
        }
        let all: Vec<Service> = needed.iter().map(|r| served(*r)).collect();
        assert!(closing(&case, &Standing { needed: &needed, services: &all, finality: done }).is_empty());
    }
}

#[test]
fn an_attempt_that_failed_is_no_service_and_a_part_handed_over_needs_its_receipt_alone() {
    fn standing(services: &[Service]) -> Standing<'_> {
        Standing { needed: &[Recipient::Sampled], services, finality: Finality::Waits(Wait::Window) }
    }
    let mut full = case(1);
    for block in full.required_blocks() {
        full.blocks.insert(block, whole(block));
    }
    let mut failed = served(Recipient::Sampled);
    failed.attempts[0].result = ServiceResult::Failed;
    let codes: Vec<&str> = closing(&full, &standing(&[failed])).iter().map(Refusal::code).collect();
    assert_eq!(codes, ["CLOSE-SERVICE", "CLOSE-FINAL"]);
    let mut elsewhere = Case { part: shiyan_nonconformity::Part::Production, ..case(1) };
    elsewhere.blocks.insert(Block::Transfer, whole(Block::Transfer));
    assert!(closing(&elsewhere, &standing(&[])).is_empty());
    elsewhere.blocks.get_mut(&Block::Transfer).unwrap().fields.insert("reply".into(), "未收到回执".into());
    assert_eq!(closing(&elsewhere, &standing(&[])).len(), 1);
}

#[test]
fn a_share_of_the_closed_cases_is_looked_at_by_somebody_who_had_no_part_in_them() {
    let user = |n: u128| (UserId(Uuid::from_u128(n)), format!("人员{n}"));
    let cases: Vec<Case> = (1..=20)
        .map(|n| Case {
            state: if n <= 15 { CaseState::Closed } else { CaseState::Acting },
            closed_at: Some(at(20)),
            handler: Some(user(1)),
            approver: Some(user(2)),
            ..case(n)
        })
        .collect();
    let draw = EffectDraw::of("2026-03-25#效果核查", 200, &cases).unwrap();
    assert_eq!((draw.closed.len(), draw.drawn.len(), draw.holds()), (15, 3, true));
    assert!(!EffectDraw { drawn: draw.closed[..3].to_vec(), ..draw.clone() }.holds(), "the first three are not what was drawn");
    let of = |id: CaseId| cases.iter().find(|c| c.id == id).unwrap();
    let looked = EffectCheck {
        case: draw.drawn[0],
        by: user(3),
        checked_on: at(25).date_naive(),
        on_sale: false,
        found: Decimal::ZERO,
        unit: "公斤".into(),
        told: vec![("示范供货商".into(), true), ("示范超市".into(), true)],
        evidence: evidence(),
    };
    let codes = |check: &EffectCheck| check.why_not(of(check.case), &draw, at(26).date_naive()).iter().map(Refusal::code).collect::<Vec<_>>();
    assert!(codes(&looked).is_empty() && looked.effective());
    let found = EffectCheck { on_sale: true, found: Decimal::from(3), ..looked.clone() };
    assert!(codes(&found).is_empty() && !found.effective());
    let untold = EffectCheck { told: vec![("示范供货商".into(), false)], ..looked.clone() };
    assert!(codes(&untold).is_empty() && !untold.effective());
    let not_drawn = draw.closed.iter().find(|id| !draw.drawn.contains(id)).unwrap();
    assert_eq!(codes(&EffectCheck { case: *not_drawn, ..looked.clone() }), ["EFFECT-DRAWN"]);
    for n in [1, 2] {
        assert_eq!(codes(&EffectCheck { by: user(n), ..looked.clone() }), ["EFFECT-OWN"]);
    }
    for day in [19, 27] {
        assert_eq!(codes(&EffectCheck { checked_on: at(day).date_naive(), ..looked.clone() }), ["EFFECT-DATE"]);
    }
    assert_eq!(codes(&EffectCheck { on_sale: true, ..looked.clone() }), ["EFFECT-QUANTITY"]);
    assert_eq!(
        codes(&EffectCheck { found: Decimal::ONE, told: vec![], evidence: vec![], ..looked.clone() }),
        ["EFFECT-QUANTITY", "EFFECT-TOLD", "CASE-EVIDENCE"]
    );
    let open = Case { state: CaseState::Acting, ..of(looked.case).clone() };
    assert_eq!(looked.why_not(&open, &draw, at(26).date_naive()).iter().map(Refusal::code).collect::<Vec<_>>(), ["EFFECT-STATE"]);
}
