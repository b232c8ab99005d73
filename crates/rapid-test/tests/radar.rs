//! What looks wrong about readings, and what only looks like it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types)]

use shiyan_foundation::ids::{DeviceId, PointId, ReadingId};
use shiyan_foundation::{NaiveDate, NaiveDateTime};
use shiyan_rapid_test::RapidVerdict::{self, Negative, Positive};
use shiyan_rapid_test::radar::{
    Blip, Pace, Rules, Seen, Suspicion, copied_series, impossible, never_finds, one_value, only_near_assessments, round_numbers, sweep, too_fast,
};
use uuid::Uuid;

const METHOD: &str = "GB/T 5009.199-2003";

fn day(n: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::TimeDelta::days(n)
}
fn at(n: i64, minute: i64) -> NaiveDateTime {
    day(n).and_hms_opt(6, 0, 0).unwrap() + chrono::TimeDelta::minutes(minute)
}
fn seen(n: usize, device: u128, value: &str, verdict: RapidVerdict, tested: NaiveDateTime) -> Seen {
    let id = |n: u128| Uuid::from_u128(n);
    Seen {
        id: ReadingId(id(n as u128 + 1)),
        point: PointId(id(7)),
        device: Some(DeviceId(id(device))),
        method: METHOD.into(),
        value: value.into(),
        verdict,
        tested,
    }
}
fn rows(blip: &Blip) -> Vec<u128> {
    blip.rows.iter().map(|r| r.0.as_u128() - 1).collect()
}
/// A device as honest as a die.
fn honest(count: usize) -> Vec<Seen> {
    let mut dice = 88_172_645_463_325_252u64;
    let mut next = move || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice
    };
    (0..count)
        .map(|n| {
            let value = format!("{}.{:02}", next() % 40, next() % 100);
            let verdict = if n % 150 == 149 { Positive } else { Negative };
            seen(n, 1, &value, verdict, at(n as i64 / 10, n as i64 % 10 * 15))
        })
        .collect()
}
fn rules() -> Rules {
    let mut rules = Rules::default();
    rules.pace.insert(METHOD.into(), Pace { minutes: 10, channels: 1 });
    rules
}

#[test]
fn an_honest_device_raises_no_flag() {
    let all = honest(900);
    assert_eq!(sweep(&all, &rules(), &[day(14), day(60)], day(89)), []);
}

#[test]
fn an_impossible_value_is_named() {
    let all = [seen(0, 1, "118", Negative, at(0, 0)), seen(1, 1, "100", Positive, at(0, 20)), seen(2, 1, "", Negative, at(0, 40))];
    let found = impossible(&all);
    assert_eq!((found.len(), rows(&found[0]), found[0].facts["value"].as_str()), (1, vec![0], "118"));
}

#[test]
fn more_results_than_a_run_holds_within_its_time_are_named() {
    let rapid: Vec<Seen> = (0..4).map(|n| seen(n, 1, "1.23", Negative, at(0, 3 * n as i64))).collect();
    let found = too_fast(&rapid, &rules());
    assert_eq!((found.len(), rows(&found[0])), (1, vec![0, 1, 2, 3]));
    // exactly the time of the method is in order, as is a batch reader that holds so many
    let right: Vec<Seen> = (0..4).map(|n| seen(n, 1, "1.23", Negative, at(0, 10 * n as i64))).collect();
    assert_eq!(too_fast(&right, &rules()), []);
    let mut batch = rules();
    batch.pace.insert(METHOD.into(), Pace { minutes: 10, channels: 8 });
    assert_eq!(too_fast(&rapid, &batch), []);
    // two devices side by side are no hurry
    let two: Vec<Seen> = (0..2).map(|n| seen(n, n as u128, "1.23", Negative, at(0, n as i64))).collect();
    assert_eq!(too_fast(&two, &rules()), []);
}

#[test]
fn typed_numbers_show_in_their_last_digits() {
    let typed: Vec<Seen> = (0..60).map(|n| seen(n, 1, &format!("{}.{}", n % 37, if n % 3 == 0 { 5 } else { n % 10 }), Negative, at(n as i64, 0))).collect();
    let found = round_numbers(&typed, &rules());
    assert_eq!((found.len(), found[0].suspicion, found[0].facts["digit"].as_str()), (1, Suspicion::RoundNumbers, "5"));
    assert_eq!(rows(&found[0]).len(), found[0].facts["count"].parse::<usize>().unwrap());
    // too few to say anything
    assert_eq!(round_numbers(&typed[..40], &rules()), []);
    // whole numbers have no last decimal
    let whole: Vec<Seen> = (0..80).map(|n| seen(n, 1, "20", Negative, at(n as i64, 0))).collect();
    assert_eq!(round_numbers(&whole, &rules()), []);
}

#[test]
fn one_value_over_and_over_is_named_but_zero_and_short_numbers_are_not() {
    let of = |value: &str, count: usize| (0..count).map(|n| seen(n, 1, value, Negative, at(0, 15 * n as i64))).collect::<Vec<_>>();
    assert_eq!(one_value(&of("12.34", 5), &rules()).len(), 1);
    for (value, count) in [("12.34", 4), ("0.00", 9), ("12", 9), ("", 9)] {
        assert_eq!(one_value(&of(value, count), &rules()), [], "{value}");
    }
}

#[test]
fn a_series_that_comes_again_is_named_with_both_halves() {
    let values = ["12.31", "7.05", "3.99", "18.20", "22.71", "9.13", "4.48"];
    let mut all: Vec<Seen> = values.iter().enumerate().map(|(n, v)| seen(n, 1, v, Negative, at(0, 15 * n as i64))).collect();
    all.push(seen(50, 1, "1.11", Negative, at(1, 0)));
    all.extend(values.iter().enumerate().map(|(n, v)| seen(100 + n, 1, v, Negative, at(5, 15 * n as i64))));
    let found = copied_series(&all, &rules());
    assert_eq!((found.len(), rows(&found[0])), (1, (0..7).chain(100..107).collect::<Vec<u128>>()));
    // the same on another device
    let other: Vec<Seen> =
        all.iter().enumerate().map(|(n, s)| if n > 7 { Seen { device: Some(DeviceId(Uuid::from_u128(2))), ..s.clone() } } else { s.clone() }).collect();
    assert_eq!(copied_series(&other, &rules()).len(), 1);
    // one value off is no copy
    let mut off = all.clone();
    off[11].value = "18.21".into();
    assert_eq!(copied_series(&off, &rules()), []);
}

#[test]
fn a_point_that_never_finds_anything_is_named_after_many_tests_only() {
    let of = |count: usize, positive: Option<usize>| {
        (0..count).map(|n| seen(n, 1, "1.23", if Some(n) == positive { Positive } else { Negative }, at(n as i64 / 5, 0))).collect::<Vec<_>>()
    };
    assert_eq!(never_finds(&of(301, None), &rules(), day(80)).len(), 1);
    assert_eq!(never_finds(&of(300, None), &rules(), day(80)), []);
    assert_eq!(never_finds(&of(400, Some(9)), &rules(), day(80)), []);
    // what lies longer back does not count
    assert_eq!(never_finds(&of(301, None), &rules(), day(120)), []);
}

#[test]
fn positives_that_fall_only_near_assessments_are_named() {
    let year = |positive: &dyn Fn(usize) -> bool| {
        (0..720).map(|n| seen(n, 1, "1.23", if positive(n) { Positive } else { Negative }, at(n as i64 / 4, 0))).collect::<Vec<_>>()
    };
    let near = year(&|n| (400..416).contains(&n) && n % 3 == 0);
    let found = only_near_assessments(&near, &rules(), &[day(102)]);
    assert_eq!((found.len(), rows(&found[0])), (1, vec![402, 405, 408, 411, 414]));
    // one of them elsewhere, or too few, or a point that tests near assessments anyway
    assert_eq!(only_near_assessments(&year(&|n| n == 20 || (400..416).contains(&n) && n % 3 == 0), &rules(), &[day(102)]), []);
    assert_eq!(only_near_assessments(&year(&|n| (400..416).contains(&n) && n % 4 == 0), &rules(), &[day(102)]), []);
    let busy: Vec<Seen> = near.iter().filter(|s| (90..115).contains(&(s.tested.date() - day(0)).num_days())).cloned().collect();
    assert_eq!(only_near_assessments(&busy, &rules(), &[day(102)]), []);
}
