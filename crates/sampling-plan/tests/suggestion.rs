//! The proposal for a year: exact, explained, and the same whatever the order of what it was made from.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use sha2::Digest;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::task::Link;
use shiyan_foundation::{Lang, NaiveDate};
use shiyan_sampling_plan::fraction::Fraction;
use shiyan_sampling_plan::history::Record;
use shiyan_sampling_plan::suggestion::{Policy, Prospect, Suggestion, Why, school_terms, suggest};

fn sha256(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(bytes).to_vec()
}
fn policy() -> Policy {
    Policy {
        prior: 50,
        base: Fraction::new(3, 100),
        per_complaint: 50,
        complaints_most: 500,
        season: BTreeMap::from([(("饮料".to_owned(), 3), 1_500)]),
        school: [600, 1_000, 400, 1_000],
        least_per_street: 10,
        random_per_mille: 100,
    }
}
fn prospect(street: &str, category: &str, tested: u32, failed: u32) -> Prospect {
    Prospect {
        category: CategoryPath::parse(category),
        link: Link::Circulation,
        street: street.into(),
        record: Record { tested, failed },
        complaints: 0,
        school: false,
    }
}
fn district() -> Vec<Prospect> {
    let mut out = Vec::new();
    for (n, street) in ["410105001", "410105002", "410105003"].into_iter().enumerate() {
        let n = u32::try_from(n).unwrap();
        out.push(prospect(street, "食用农产品/蔬菜", 200, 4 + 8 * n));
        out.push(prospect(street, "饮料", 100, n));
        out.push(Prospect { link: Link::Catering, school: true, complaints: 3, ..prospect(street, "餐饮食品", 60, 2) });
    }
    out.push(prospect("410105004", "饮料", 0, 0));
    out
}
fn of(suggestion: &Suggestion, street: &str, class: &str) -> u32 {
    suggestion.lines.iter().filter(|l| l.street == street && l.category.class() == class).map(|l| l.directed).sum()
}

#[test]
fn the_numbers_add_up_whatever_the_total() {
    for total in [45, 47, 333, 6_355] {
        let made = suggest(total, &district(), &policy(), "2026001", &sha256).unwrap();
        assert_eq!(made.lines.iter().map(|l| l.batches()).sum::<u32>(), total);
        assert_eq!(made.lines.iter().map(|l| l.random).sum::<u32>(), made.random);
        assert_eq!(made.random, total / 10);
    }
}

#[test]
fn the_order_of_what_is_known_changes_nothing_and_the_seed_only_the_part_of_chance() {
    let mut turned = district();
    turned.reverse();
    let made = suggest(1_000, &district(), &policy(), "2026001", &sha256).unwrap();
    assert_eq!(suggest(1_000, &turned, &policy(), "2026001", &sha256).unwrap(), made);
    let other = suggest(1_000, &district(), &policy(), "2026002", &sha256).unwrap();
    let directed =
        |s: &Suggestion| s.lines.iter().filter(|l| l.directed > 0).map(|l| (l.street.clone(), l.category.clone(), l.quarter, l.directed)).collect::<Vec<_>>();
    assert_eq!(directed(&made), directed(&other));
    assert_ne!(made.lines, other.lines);
    turned.push(turned[0].clone());
    assert_eq!(suggest(1_000, &turned, &policy(), "x", &sha256).unwrap_err().code(), "ALLOCATE-TWICE");
}

#[test]
fn more_is_looked_for_where_more_was_found_and_no_street_is_left_out() {
    let made = suggest(1_000, &district(), &policy(), "2026001", &sha256).unwrap();
    assert!(of(&made, "410105003", "食用农产品") > of(&made, "410105001", "食用农产品"));
    assert!(of(&made, "410105003", "食用农产品") > of(&made, "410105003", "饮料"));
    assert!(of(&made, "410105004", "饮料") >= 10, "a street without history has its least number");
    // One failure of one batch is not taken for a rate of a hundred per cent.
    let mut lone = district();
    lone.push(prospect("410105005", "糕点", 1, 1));
    lone.push(prospect("410105006", "糕点", 900, 90));
    let made = suggest(1_000, &lone, &policy(), "2026001", &sha256).unwrap();
    assert!(of(&made, "410105005", "糕点") < 2 * of(&made, "410105006", "糕点"), "{} {}", of(&made, "410105005", "糕点"), of(&made, "410105006", "糕点"));
    assert_eq!(suggest(30, &district(), &policy(), "x", &sha256).unwrap_err().code(), "ALLOCATE-LEAST");
}

#[test]
fn season_and_school_move_batches_between_quarters() {
    let made = suggest(4_000, &district(), &Policy { random_per_mille: 0, ..policy() }, "x", &sha256).unwrap();
    let quarter = |class: &str, q: u8| made.lines.iter().filter(|l| l.category.class() == class && l.quarter == q).map(|l| l.directed).sum::<u32>();
    assert!(quarter("饮料", 3) > quarter("饮料", 2));
    assert!(quarter("餐饮食品", 2) > quarter("餐饮食品", 1) && quarter("餐饮食品", 1) > quarter("餐饮食品", 3));
    let closed = Policy { school: [0, 1_000, 0, 1_000], random_per_mille: 500, ..policy() };
    let made = suggest(2_000, &district(), &closed, "x", &sha256).unwrap();
    assert!(made.lines.iter().all(|l| l.category.class() != "餐饮食品" || l.quarter % 2 == 0), "nothing is drawn where school is out");
}

#[test]
fn every_line_says_why_in_both_languages() {
    let made = suggest(1_000, &district(), &policy(), "2026001", &sha256).unwrap();
    for line in &made.lines {
        assert!(matches!(line.why[0], Why::Rate { .. }));
        assert_eq!(line.random > 0, line.why.iter().any(|w| matches!(w, Why::Random { batches } if *batches == line.random)));
        assert_eq!(line.category.class() == "餐饮食品", line.why.iter().any(|w| matches!(w, Why::Complaints { count: 3, factor: 1_150 })));
        let (zh, en) = (line.said(Lang::Zh), line.said(Lang::En));
        assert!(!en.contains('，') && zh.contains("批次：") && line.why.iter().all(|w| en.contains(&w.said(Lang::En))), "{en}");
    }
    let line = made.lines.iter().find(|l| l.street == "410105003" && l.category.class() == "饮料" && l.quarter == 3).unwrap();
    let said = line.said(Lang::Zh);
    assert!(said.contains("抽检 100 批次、不合格 2，本类不合格率") && said.contains("季节系数 ×1.5"), "{said}");
}

#[test]
fn the_school_calendar_is_counted_in_working_days() {
    let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).unwrap();
    let calendar = shiyan_statute::calendar();
    let terms = [(day(1, 1), day(1, 23)), (day(3, 2), day(7, 3)), (day(9, 1), day(12, 31))];
    let [first, second, third, fourth] = school_terms(2026, &terms, calendar);
    assert_eq!((second, fourth), (1_000, 1_000));
    let on = calendar.workdays_between(day(1, 1), day(1, 23)) + calendar.workdays_between(day(3, 2), day(3, 31));
    assert_eq!(first, (2_000 * on + 59) / (2 * 59));
    assert!(third < 500 && third > 300, "{third}");
}
