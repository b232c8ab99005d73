//! Progress, pace and the forecast for the last day of the year, on the working calendar of 2026.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::PlanLineId;
use shiyan_foundation::task::{Link, TaskKind, TaskLevel};
use shiyan_foundation::{Lang, NaiveDate};
use shiyan_sampling_plan::fraction::Fraction;
use shiyan_sampling_plan::progress::{Batch, Progress, Reached, Target, progress};
use shiyan_sampling_plan::{LineKey, PlanLine};
use shiyan_statute::calendar;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}
fn line(street: &str, class: &str, quarter: u8, batches: u32) -> PlanLine {
    PlanLine {
        id: PlanLineId(uuid::Uuid::nil()),
        category: CategoryPath::parse(class),
        link: Link::Circulation,
        street: street.into(),
        quarter,
        batches,
        level: TaskLevel::District,
        kind: TaskKind::Supervisory,
        method: String::new(),
        item_package: String::new(),
        basis: String::new(),
        reporting: String::new(),
    }
}
fn key(street: &str, class: &str, quarter: u8) -> LineKey {
    LineKey { class: class.into(), link: Link::Circulation, street: street.into(), quarter }
}
fn of(lines: &[PlanLine], batches: &[Batch<'_>], as_of: NaiveDate) -> Progress {
    progress(2026, lines, batches, as_of, calendar())
}

#[test]
fn the_four_numbers_are_counted_as_they_stood_on_the_day() {
    let (k, unplanned) = (key("A", "饮料", 1), key("B", "糕点", 1));
    let at = |key, sampled_on, reached| Batch { key, sampled_on, reached };
    let batches = [
        at(&k, day(1, 5), Reached::Done(day(1, 20))),
        // Concluded after the day that is looked at: in the laboratory on it.
        at(&k, day(1, 6), Reached::Done(day(2, 20))),
        at(&k, day(1, 7), Reached::InLaboratory),
        at(&k, day(1, 30), Reached::OnTheWay),
        at(&k, day(2, 2), Reached::OnTheWay),
        at(&unplanned, day(1, 8), Reached::InLaboratory),
        Batch { key: &k, sampled_on: NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(), reached: Reached::InLaboratory },
    ];
    let seen = of(&[line("A", "饮料/茶饮料", 1, 10)], &batches, day(1, 31));
    let row = seen.rows[0].standing;
    assert_eq!((row.planned, row.done, row.in_laboratory, row.on_the_way, row.taken(), row.open()), (10, 1, 2, 1, 4, 6));
    assert_eq!(
        (seen.rows[1].target.class.as_str(), seen.rows[1].standing.planned, seen.rows[1].standing.taken()),
        ("糕点", 0, 1),
        "what no line asks for is seen"
    );
    assert_eq!(seen.standing(|t| t.street == "A").taken() + seen.standing(|t| t.street == "B").taken(), 5);
}

#[test]
fn what_is_due_follows_the_working_days_of_each_quarter() {
    let lines = [line("A", "饮料", 1, 59), line("A", "饮料", 2, 60)];
    // By hand: 64 days from Monday to Friday, eight of them off, 4 January and 14 and 28 February worked.
    let first = calendar().workdays_between(day(1, 1), day(3, 31));
    assert_eq!(first, 64 - 8 + 3);
    let seen = of(&lines, &[], day(1, 4));
    assert_eq!((seen.rows[0].due, seen.rows[0].behind), (Fraction::whole(1), 1));
    let seen = of(&lines, &[], day(2, 23));
    assert_eq!(seen.rows[0].due, Fraction::new(calendar().workdays_between(day(1, 1), day(2, 14)).into(), 1), "nothing falls due over the spring festival");
    assert_eq!(of(&lines, &[], day(3, 31)).rows[0].due, Fraction::whole(59));
    assert_eq!(of(&lines, &[], day(6, 30)).rows[0].due, Fraction::whole(119));
    let second = calendar().workdays_between(day(4, 1), day(6, 30));
    let gone = calendar().workdays_between(day(4, 1), day(4, 17));
    assert_eq!(of(&lines, &[], day(4, 17)).rows[0].due, Fraction::new(u128::from(59 * second + 60 * gone), second.into()));
}

#[test]
fn what_one_food_has_too_many_of_does_not_make_up_for_another() {
    let (a, b) = (key("A", "饮料", 1), key("A", "糕点", 1));
    let mut batches: Vec<Batch<'_>> = (0..20).map(|_| Batch { key: &a, sampled_on: day(1, 5), reached: Reached::InLaboratory }).collect();
    batches.push(Batch { key: &b, sampled_on: day(1, 5), reached: Reached::InLaboratory });
    let seen = of(&[line("A", "饮料", 1, 10), line("A", "糕点", 1, 10), line("B", "糕点", 1, 4)], &batches, day(3, 31));
    assert_eq!((seen.behind(|_| true), seen.behind(|t| t.street == "A"), seen.behind(|t| t.class == "饮料")), (13, 9, 0));
    let row = seen.rows.iter().find(|r| r.behind == 9).unwrap();
    assert_eq!(row.said("文化路街道", Lang::Zh).unwrap(), "文化路街道 糕点（流通）落后 9 批次：应抽 10，已抽 1");
    assert_eq!(seen.rows.iter().find(|r| r.target.class == "饮料").unwrap().said("A", Lang::En), None);
    let rate = |t: &Target| if t.street == "B" { Fraction::new(20, 100) } else { Fraction::new(5, 100) };
    let next: Vec<_> = seen.next_best(rate, 5).into_iter().map(|n| (n.target.street, n.behind, n.finds)).collect();
    assert_eq!(next, [("B".to_owned(), 4, Fraction::new(4, 5)), ("A".to_owned(), 9, Fraction::new(9, 20))], "where it finds most comes first");
}

#[test]
fn the_forecast_is_the_pace_of_the_window_over_the_days_that_are_left() {
    let k = key("A", "饮料", 1);
    // One batch on each working day of the first quarter, each concluded ten working days later.
    let workdays: Vec<NaiveDate> = (0..365).map(|n| day(1, 1) + chrono::Days::new(n)).filter(|d| calendar().is_workday(*d)).collect();
    let as_of = day(3, 31);
    let batches: Vec<Batch<'_>> = workdays
        .iter()
        .zip(workdays.iter().skip(10))
        .filter(|(d, _)| **d <= as_of)
        .map(|(d, done)| Batch { key: &k, sampled_on: *d, reached: Reached::Done(*done) })
        .collect();
    let seen = of(&[line("A", "饮料", 1, 100), line("A", "饮料", 4, 300)], &batches, as_of);
    let forecast = seen.forecast(|_| true).unwrap();
    let (first, whole) = (seen.workdays.0, seen.workdays.1);
    assert_eq!((first, whole, seen.turnaround), (59, 248, Some(10)));
    assert_eq!((forecast.taken, forecast.pace, forecast.sampled, forecast.short), (59, Fraction::whole(1), 248, 152));
    assert_eq!(forecast.finished, Some(238), "the last ten days are sampled too late to be finished");
    assert_eq!(seen.by_street()["A"], forecast);
    assert_eq!(
        seen.method(Lang::Zh),
        "截至 2026-03-31，按最近 59 个工作日的抽样速度推到年末：全年 248 个工作日，还剩 189 个；从抽样到出结论的中位用时为 10 个工作日，年末前不足这一用时才抽的不计入完成。"
    );
    assert!(seen.method(Lang::En).contains("at the pace of the last 59 working days"));
}

#[test]
fn the_window_and_the_last_day_to_sample_are_counted_to_the_day() {
    let k = key("A", "饮料", 1);
    let workdays: Vec<NaiveDate> = (0..365).map(|n| day(1, 1) + chrono::Days::new(n)).filter(|d| calendar().is_workday(*d)).collect();
    let last = workdays.len() - 1;
    // As of the last working day but one: sixty working days back is the 188th, counted from one.
    let as_of = workdays[last - 1];
    let at = |n: usize, reached| Batch { key: &k, sampled_on: workdays[n - 1], reached };
    let (old, first) = (at(last - 60, Reached::InLaboratory), at(last - 59, Reached::InLaboratory));
    let seen = of(&[line("A", "饮料", 1, 10)], &[old, first], as_of);
    assert_eq!((seen.workdays.0, seen.window), (u32::try_from(last).unwrap(), 60));
    assert_eq!((seen.rows[0].standing.lately, seen.forecast(|_| true).unwrap().pace), (1, Fraction::new(1, 60)));
    // One took ten working days: what is sampled ten before the last day is finished on it, what is sampled later is not.
    let took_ten = at(100, Reached::Done(workdays[109]));
    let (in_time, late) = (at(last + 1 - 10, Reached::InLaboratory), at(last + 1 - 9, Reached::InLaboratory));
    let seen = of(&[line("A", "饮料", 1, 10)], &[took_ten, in_time, late], as_of);
    assert_eq!((seen.turnaround, seen.rows[0].standing.early, seen.forecast(|_| true).unwrap().finished), (Some(10), 2, Some(2)));
}

#[test]
fn before_there_is_anything_to_reckon_from_nothing_is_reckoned() {
    let seen = of(&[line("A", "饮料", 1, 100)], &[], day(1, 2));
    assert_eq!((seen.forecast(|_| true), seen.by_street().len()), (None, 0));
    assert!(seen.method(Lang::Zh).contains("无从推算"));
    let seen = of(&[line("A", "饮料", 1, 100)], &[], day(2, 2));
    let forecast = seen.forecast(|_| true).unwrap();
    assert_eq!((forecast.sampled, forecast.finished, forecast.short), (0, None, 100));
    let unknown = progress(2031, &[], &[], NaiveDate::from_ymd_opt(2031, 5, 5).unwrap(), calendar());
    assert!(unknown.provisional && unknown.method(Lang::Zh).contains("放假安排未发布"));
}

#[test]
fn a_hundred_thousand_batches_are_forecast_while_somebody_looks() {
    let classes: Vec<String> = shiyan_statute::food_classes().iter().map(|c| c.name.clone()).collect();
    let streets: Vec<String> = (1..=24).map(|n| format!("4101050{n:02}")).collect();
    let mut lines = Vec::new();
    let mut keys = Vec::new();
    for street in &streets {
        for class in &classes {
            for quarter in 1..=4 {
                lines.push(line(street, class, quarter, 30));
                keys.push(key(street, class, quarter));
            }
        }
    }
    let mut seed = 7_u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33).unwrap() % n
    };
    let batches: Vec<Batch<'_>> = (0..100_000)
        .map(|_| {
            let sampled_on = day(1, 1) + chrono::Days::new(below(300) as u64);
            let reached = match below(5) {
                0 => Reached::OnTheWay,
                1 => Reached::InLaboratory,
                _ => Reached::Done(sampled_on + chrono::Days::new(8 + below(20) as u64)),
            };
            Batch { key: &keys[below(keys.len())], sampled_on, reached }
        })
        .collect();
    let begun = std::time::Instant::now();
    let seen = of(&lines, &batches, day(10, 27));
    let forecast = seen.forecast(|_| true).unwrap();
    let streets_seen = seen.by_street().len();
    let took = begun.elapsed();
    println!("forecast over 100,000 batches: {took:?}");
    assert_eq!((streets_seen, forecast.taken), (24, seen.standing(|_| true).taken()));
    assert_eq!(forecast.taken, 100_000);
    // The bound of the release build is a tenth of a second; unoptimised and on a busy machine it takes longer.
    let most = if cfg!(debug_assertions) { 2_000 } else { 100 };
    assert!(took.as_millis() <= most, "{took:?}");
}
