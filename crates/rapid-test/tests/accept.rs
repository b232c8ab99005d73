//! What becomes of one reading that arrives.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types)]

use shiyan_foundation::ids::DeviceId;
use shiyan_foundation::{Instant, Lang, NaiveDate, Refusal, shanghai};
use shiyan_rapid_test::accept::{
    Circumstance, ClockRule, Finding, Item, Keep, Known, Provenance, Status, Stored, Validity, contiguous, decide, findings, id_of, unreadable,
};
use shiyan_rapid_test::{Basis, ContentHash, Doubt, Machine, Screen, Sent, SentTime, code};
use uuid::Uuid;

fn at(day: u32, hour: u32) -> Instant {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn item(value: &str) -> Item {
    let sent =
        Sent { value: value.into(), unit: "%".into(), tested: SentTime::read("2026-03-02 07:30"), tested_text: "2026-03-02 07:30".into(), ..Sent::default() };
    Item { id: Uuid::from_u128(1), source: DeviceId(Uuid::from_u128(9)), seq: Some(1), claimed: None, made_at: None, supersedes: None, sent }
}
fn fine() -> Circumstance {
    Circumstance {
        provenance: Provenance::Enrolled,
        item_known: true,
        unit_known: true,
        basis: Basis::method("GB/T 5009.199-2003"),
        photo_required: false,
        training: Validity::NotAsked,
        kit: Validity::NotAsked,
        calibration: Validity::NotAsked,
        upload_by: None,
        clock_at_sending: None,
        clock: ClockRule::default(),
    }
}
fn stored(item: &Item) -> Stored {
    let receipt = decide(item, Known::default(), &fine(), 7, at(2, 8)).receipt.unwrap();
    Stored { id: item.id, content: receipt.content, receipt, voided: false }
}
fn codes(flags: &[Refusal]) -> Vec<&'static str> {
    flags.iter().map(Refusal::code).collect()
}

#[test]
fn the_same_id_and_content_get_the_same_receipt_for_ever() {
    let first = item("50.00");
    let kept = stored(&first);
    let again = decide(&first, Known { by_id: Some(&kept), ..Known::default() }, &fine(), 99, at(30, 8));
    assert_eq!((again.status, again.keep, again.receipt.as_ref()), (Status::Duplicate, Keep::Nothing, Some(&kept.receipt)));
    assert_eq!(again.receipt.unwrap().canonical(), kept.receipt.canonical());
    // even when the token was revoked meanwhile, or a person voided it: the sender is done with it
    let revoked = Circumstance { provenance: Provenance::Revoked, ..fine() };
    assert_eq!(decide(&first, Known { by_id: Some(&kept), ..Known::default() }, &revoked, 99, at(30, 8)).status, Status::Duplicate);
    let voided = Stored { voided: true, ..kept.clone() };
    let told = decide(&first, Known { by_id: Some(&voided), ..Known::default() }, &fine(), 99, at(30, 8));
    assert_eq!((told.status, codes(&told.reasons)), (Status::Duplicate, vec!["RAPID-VOIDED"]));
}

#[test]
fn the_same_id_with_another_content_is_held_and_leaves_the_first_alone() {
    let (first, other) = (item("50.00"), item("49.00"));
    let kept = stored(&first);
    let conflict = decide(&other, Known { by_id: Some(&kept), ..Known::default() }, &fine(), 99, at(3, 8));
    assert_eq!((conflict.status, conflict.keep, conflict.receipt), (Status::Conflict, Keep::Conflict, None));
    // the same contradiction again is the same answer, and nothing more is kept
    let again = decide(&other, Known { by_id: Some(&kept), held: true, ..Known::default() }, &fine(), 99, at(3, 8));
    assert_eq!((again.status, again.keep, &again.reasons), (Status::Conflict, Keep::Nothing, &conflict.reasons));
}

#[test]
fn what_was_damaged_on_the_way_takes_no_id() {
    let mut damaged = item("50.00");
    damaged.claimed = Some(damaged.content());
    damaged.sent.value = "50.01".into();
    for known in [Known::default(), Known { by_id: Some(&stored(&item("50.00"))), ..Known::default() }] {
        let out = decide(&damaged, known, &fine(), 1, at(2, 8));
        assert_eq!((out.status, out.keep, out.retry, out.receipt), (Status::Rejected, Keep::Bytes, true, None));
    }
    let none = unreadable(Refusal::new(code::SENT_FIELD).with("field", "id"));
    assert_eq!((none.status, none.keep, none.retry), (Status::Rejected, Keep::Bytes, false));
}

#[test]
fn only_an_uncertain_source_is_put_apart() {
    for provenance in [Provenance::Revoked, Provenance::OtherPoint, Provenance::Unknown] {
        let out = decide(&item("1"), Known::default(), &Circumstance { provenance, ..fine() }, 1, at(2, 8));
        assert_eq!((out.status, out.keep), (Status::Quarantined, Keep::Reading));
        assert_eq!(out.receipt.unwrap().status, Status::Quarantined);
    }
    let other = Stored { id: Uuid::from_u128(2), ..stored(&item("3")) };
    let out = decide(&item("1"), Known { by_seq: Some(&other), ..Known::default() }, &fine(), 1, at(2, 8));
    assert_eq!((out.status, codes(&out.reasons)), (Status::Quarantined, vec!["RAPID-SEQUENCE-TAKEN"]));
}

#[test]
fn what_was_measured_is_never_refused_for_a_reason_of_business() {
    let mut bad = item("118");
    bad.sent.word = "合格".into();
    bad.sent.doubts.insert(Doubt::ReadOnce);
    bad.made_at = Some(at(9, 8));
    let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
    let facts = Circumstance {
        item_known: false,
        unit_known: false,
        photo_required: true,
        training: Validity::Missing,
        kit: Validity::Until(day(1)),
        calibration: Validity::Until(day(1)),
        upload_by: Some(at(2, 7)),
        clock_at_sending: Some(at(9, 8)),
        ..fine()
    };
    let out = decide(&bad, Known { by_measurement: Some(Uuid::from_u128(5)), ..Known::default() }, &facts, 1, at(2, 8));
    assert_eq!((out.status, out.keep, out.screen), (Status::Accepted, Keep::Reading, Screen::Invalid));
    let want = [
        "RAPID-FLAG-ITEM",
        "RAPID-FLAG-UNIT",
        "RAPID-FLAG-VALUE",
        "RAPID-FLAG-HELD",
        "RAPID-FLAG-UNTRAINED",
        "RAPID-FLAG-KIT",
        "RAPID-FLAG-CALIBRATION",
        "RAPID-FLAG-PHOTO",
        "RAPID-FLAG-FUTURE",
        "RAPID-FLAG-AHEAD",
        "RAPID-FLAG-CLOCK",
        "RAPID-FLAG-LATE",
        "RAPID-FLAG-REPEAT",
    ];
    assert_eq!(codes(&out.flags), want);
    // every flag reads whole in both languages
    for flag in &out.flags {
        assert!(!flag.what(Lang::Zh).contains('{') && !flag.what(Lang::En).contains('{'), "{flag:?}");
    }
    assert!(decide(&item("12.3"), Known::default(), &fine(), 1, at(2, 8)).flags.is_empty());
}

#[test]
fn a_clock_is_flagged_beyond_its_tolerance_and_a_late_batch_is_no_wrong_clock() {
    let flags = |clock: Option<Instant>, now| codes(&decide(&item("1"), Known::default(), &Circumstance { clock_at_sending: clock, ..fine() }, 1, now).flags);
    let minutes = |m| Some(at(2, 8) + chrono::TimeDelta::minutes(m));
    assert!(flags(minutes(5), at(2, 8)).is_empty() && flags(minutes(-5), at(2, 8)).is_empty());
    assert_eq!(flags(minutes(6), at(2, 8)), ["RAPID-FLAG-AHEAD"]);
    assert_eq!(flags(minutes(-6), at(2, 8)), ["RAPID-FLAG-BEHIND"]);
    assert_eq!(flags(minutes(-400 * 1440), at(2, 8)), ["RAPID-FLAG-BEHIND", "RAPID-FLAG-CLOCK"]);
    // 28 days in a drawer with a good clock
    assert!(flags(Some(at(30, 8)), at(30, 8)).is_empty());
    let receipt = decide(&item("1"), Known::default(), &Circumstance { clock_at_sending: minutes(400 * 1440), ..fine() }, 1, at(2, 8)).receipt.unwrap();
    assert_eq!(receipt.received_at, at(2, 8), "time runs from the receipt");
}

#[test]
fn the_validity_of_the_day_of_the_test_counts() {
    let kit = |last: u32| Circumstance { kit: Validity::Until(NaiveDate::from_ymd_opt(2026, 3, last).unwrap()), ..fine() };
    // tested on the 2nd, arrived on the 30th
    assert!(decide(&item("1"), Known::default(), &kit(2), 1, at(30, 8)).flags.is_empty());
    assert_eq!(codes(&decide(&item("1"), Known::default(), &kit(1), 1, at(30, 8)).flags), ["RAPID-FLAG-KIT"]);
}

#[test]
fn everything_that_the_sender_froze_is_content_and_the_try_is_not() {
    let base = item("1");
    assert_eq!(base.content(), Item { id: Uuid::from_u128(3), seq: Some(8), claimed: Some(ContentHash([0; 32])), ..base.clone() }.content());
    assert_ne!(base.content(), Item { supersedes: Some(Uuid::from_u128(3)), ..base.clone() }.content());
    assert_ne!(base.content(), Item { made_at: Some(at(2, 8)), ..base.clone() }.content());
    let receipt = stored(&base).receipt;
    assert_ne!(receipt.canonical(), stored(&item("2")).receipt.canonical());
    let json = serde_json::to_string(&base).unwrap();
    assert_eq!(serde_json::from_str::<Item>(&json).unwrap(), base);
}

#[test]
fn a_record_without_an_id_gets_the_same_one_each_time() {
    let sent = |serial: &str, no: &str| Sent { record_no: no.into(), device: Machine { serial: serial.into(), ..Machine::default() }, ..Sent::default() };
    assert_eq!(id_of("m", false, &sent("a", "1")), id_of("m", false, &sent("b", "1")), "the number belongs to the interface");
    assert_ne!(id_of("m", true, &sent("a", "1")), id_of("m", true, &sent("b", "1")), "the number belongs to the device");
    assert_ne!(id_of("m", false, &sent("a", "1")), id_of("n", false, &sent("a", "1")));
    assert_ne!(id_of("m", false, &Sent { occurrence: 1, ..Sent::default() }), id_of("m", false, &Sent { occurrence: 2, ..Sent::default() }));
    assert_eq!(id_of("m", false, &sent("a", "1")).get_version_num(), 8);
}

#[test]
fn gaps_and_shared_numbers_are_shown() {
    let id = Uuid::from_u128;
    let same = Some(ContentHash([1; 32]));
    let sent = [(id(1), Some(2), None), (id(2), Some(3), same), (id(3), Some(3), same), (id(4), Some(7), None), (id(4), Some(7), None)];
    let want = [Finding::Gap(1, 1), Finding::TwoDevices(3, vec![id(2), id(3)]), Finding::Gap(4, 6), Finding::Replay(vec![id(2), id(3)])];
    assert_eq!(findings(&sent), want);
    assert_eq!((contiguous([]), contiguous([1, 2, 2, 3, 5]), contiguous([2, 3])), (0, 3, 0));
}
