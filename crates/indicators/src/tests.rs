use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{CaseId, PointId, PopulationId, ReadingId, SampleId};
use shiyan_foundation::task::{Boundary, Department, Link, Outcome, Penalty, Population, PopulationBasis, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Lang, WorkCalendar};
use uuid::Uuid;

use crate::disposed::share_of;
use crate::figure::Ids;
use crate::*;

fn day(m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, m, d).unwrap()
}
fn calendar() -> WorkCalendar {
    WorkCalendar { version: "test".into(), years: BTreeSet::from([2026]), off: BTreeSet::new(), work: BTreeSet::new() }
}
fn population(people: u64, boundary: Boundary) -> Population {
    Population {
        id: PopulationId(Uuid::from_u128(1)),
        year: 2010,
        area_code: "410105".into(),
        people,
        basis: PopulationBasis::Census6,
        boundary,
        source: "公报".into(),
    }
}
fn scope(people: u64) -> KpiScope {
    KpiScope::standard(2026, population(people, Boundary::Division)).unwrap()
}
fn batch(n: u128) -> BatchFact {
    BatchFact {
        sample_id: SampleId(Uuid::from_u128(n)),
        sampling_no: format!("XBJ26410105{n:09}"),
        temporary_no: false,
        kind: TaskKind::Supervisory,
        level: TaskLevel::District,
        department: Department::Market,
        link: Link::Circulation,
        street: "410105008".into(),
        admin: AdminBody::Jinshui,
        category: CategoryPath::parse("食用农产品/蔬菜"),
        area_kind: AreaKind::Urban,
        place: "农贸市场".into(),
        online: false,
        sampled_on: day(3, 2),
        received_on: Some(day(3, 3)),
        issued_on: Some(day(3, 20)),
        report_due_on: Some(day(3, 31)),
        stage: BatchStage::Issued,
        outcome: Some(Outcome::Pass),
        recheck_pending: false,
        lab: "甲".into(),
    }
}
fn batches(n: u128) -> Facts {
    Facts { batches: (1..=n).map(batch).collect(), ..Facts::default() }
}
fn at(facts: &Facts, scope: &KpiScope, on: NaiveDate) -> Kpis {
    kpis(facts, scope, on, &calendar())
}

#[test]
fn worked_set_batches_per_thousand() {
    let short = at(&batches(6_354), &scope(1_588_611), day(12, 31));
    assert_eq!((short.required, short.gap), (6_355, 1));
    assert_eq!((short.per_thousand.display.as_str(), short.per_thousand.met), ("3.99", Some(false)));
    assert_eq!(short.per_thousand.decimal, "3.9997");
    let full = at(&batches(6_355), &scope(1_588_611), day(12, 31));
    assert_eq!((full.required, full.gap), (6_355, 0));
    assert_eq!((full.per_thousand.display.as_str(), full.per_thousand.met), ("4.00", Some(true)));
    assert_eq!((full.per_thousand.exact.as_str(), full.per_thousand.decimal.as_str()), ("6355000/1588611", "4.0003"));
    assert_eq!(kpis::required(&scope(1_333_000)), 5_332);
    assert_eq!(kpis::required(&scope(2_162_700)), 8_651);
}

#[test]
fn worked_set_zhengzhou_2021() {
    let mut facts = batches(79_801);
    for (i, b) in facts.batches.iter_mut().enumerate() {
        if i < 2_303 {
            b.outcome = Some(Outcome::Fail);
        } else if i >= 75_798 {
            b.kind = TaskKind::Evaluative;
            b.outcome = Some(if i < 75_798 + 49 { Outcome::Fail } else { Outcome::Pass });
        }
    }
    let k = at(&facts, &scope(12_600_574), day(12, 31));
    assert_eq!((k.per_thousand.display.as_str(), k.per_thousand.decimal.as_str()), ("6.33", "6.3331"));
    assert_eq!((k.discovery.numerator, k.discovery.denominator, k.discovery.display.as_str()), (2_303, 75_798, "3.04%"));
    assert_eq!((k.discovery.exact.as_str(), k.discovery.decimal.as_str(), k.discovery.met), ("2303/75798", "3.0383", None));
    assert_eq!((k.evaluative.numerator, k.evaluative.denominator), (3_954, 4_003));
    assert_eq!((k.evaluative.display.as_str(), k.evaluative.met), ("98.78%", Some(true)));
    assert_eq!(k.discovery.left_out[&LeftOut::KindOfOtherFigure].len(), 4_003);
}

#[test]
fn worked_set_catering() {
    assert_eq!(exact::percent(53_727, 771_880, None).unwrap(), "6.96");
    assert_eq!((53_727 - 46_740, 771_880 - 242_349), (6_987, 529_531));
    assert_eq!(exact::percent(6_987, 529_531, None).unwrap(), "1.32");
}

fn case(name: &str, due: NaiveDate, closed: Option<NaiveDate>, cancelled: bool) -> CaseFact {
    CaseFact {
        case_id: CaseId(Uuid::from_u128(u128::from(name.as_bytes()[0]))),
        case_no: name.into(),
        sampling_no: name.into(),
        street: "410105008".into(),
        opened_on: day(7, 10),
        due_on: due,
        provisional: false,
        closed_on: closed,
        cancelled,
        evidenced: true,
        state: "在办".into(),
        disposal: Disposal::default(),
    }
}
fn case_set() -> Facts {
    Facts {
        cases: vec![
            case("A", day(10, 1), Some(day(9, 20)), false),
            case("B", day(10, 5), None, false),
            case("C", day(12, 1), Some(day(10, 2)), false),
            case("D", day(12, 5), None, false),
            case("E", day(10, 3), None, true),
        ],
        ..Facts::default()
    }
}
fn numbers(lines: &[CaseLine]) -> Vec<&str> {
    lines.iter().map(|l| l.case_no.as_str()).collect()
}

#[test]
fn worked_set_cases() {
    let k = at(&case_set(), &scope(1), day(10, 10));
    assert_eq!((k.disposal.numerator, k.disposal.denominator, k.disposal.display.as_str(), k.disposal.met), (2, 3, "66.67%", Some(false)));
    assert_eq!((k.disposal_on_time.numerator, k.disposal_on_time.display.as_str()), (2, "66.67%"));
    assert_eq!((numbers(&k.overdue), numbers(&k.open_not_due)), (vec!["B"], vec!["D"]));
    assert_eq!(k.disposal.left_out.keys().copied().collect::<Vec<_>>(), [LeftOut::Cancelled, LeftOut::NotDueYet]);
}

#[test]
fn no_denominator_is_a_dash_and_never_reached() {
    let k = at(&Facts::default(), &scope(0), day(10, 10));
    for f in k.figures() {
        // a sum of nothing is nothing; a share of nothing is no share
        let shown = if f.unit.is_sum() { "0" } else { "—" };
        assert_eq!((f.display.as_str(), f.exact.as_str(), f.decimal.as_str(), f.met), (shown, shown, shown, None), "{}", f.key);
    }
}

#[test]
fn a_case_closed_without_evidence_or_due_today_keeps_the_rate_below_100() {
    let mut facts = case_set();
    facts.cases.truncate(3);
    facts.cases[0].evidenced = false;
    facts.cases[1].due_on = day(10, 10);
    let k = at(&facts, &scope(1), day(10, 10));
    assert_eq!((k.disposal.numerator, k.disposal.denominator), (1, 3));
    assert_eq!((numbers(&k.unevidenced), numbers(&k.due_today), k.overdue.len()), (vec!["A"], vec!["B"], 0));
}

#[test]
fn an_old_debt_counts_in_its_own_year_and_stays_on_the_list_of_the_running_one() {
    let mut facts = case_set();
    facts.cases.truncate(2);
    let last_year = NaiveDate::from_ymd_opt(2025, 9, 1).unwrap();
    for c in &mut facts.cases {
        (c.opened_on, c.due_on) = (last_year, last_year);
    }
    facts.cases[0].closed_on = Some(last_year);
    let k = at(&facts, &scope(1), day(1, 5));
    assert_eq!((k.disposal.numerator, k.disposal.denominator), (0, 0));
    assert_eq!(k.disposal.left_out[&LeftOut::OtherYear].len(), 2);
    assert_eq!(numbers(&k.overdue), ["B"]);
    let before = KpiScope { year: 2025, ..scope(1) };
    let k = at(&facts, &before, day(1, 5));
    assert_eq!((k.disposal.numerator, k.disposal.denominator, numbers(&k.overdue)), (1, 2, vec!["B"]));
    // of a year that is over, the debts of other years are no business
    facts.cases[1].due_on = NaiveDate::from_ymd_opt(2024, 9, 1).unwrap();
    assert!(at(&facts, &before, day(1, 5)).overdue.is_empty());
}

#[test]
fn a_case_closed_before_its_due_date_counts_in_the_year_of_its_closing() {
    let next = |d| NaiveDate::from_ymd_opt(2027, 1, d).unwrap();
    let facts = Facts { cases: vec![case("A", next(20), Some(day(12, 30)), false), case("B", next(20), Some(next(25)), false)], ..Facts::default() };
    let pair = |year, on| {
        let k = at(&facts, &KpiScope { year, ..scope(1) }, on);
        (k.disposal.denominator, k.disposal_on_time.numerator, numbers(&k.open_not_due).len(), k.closed_late.len())
    };
    assert_eq!((pair(2026, day(12, 29)), pair(2026, day(12, 31))), ((0, 0, 2, 0), (1, 1, 1, 0)));
    assert_eq!((pair(2026, next(31)), pair(2027, next(31))), ((1, 1, 0, 0), (1, 0, 0, 1)));
}

#[test]
fn who_closed_late_is_listed_beside_who_is_overdue_and_what_was_cancelled_is_not() {
    let mut facts = case_set();
    facts.cases[0].closed_on = Some(day(10, 2));
    facts.cases.push(case("F", day(9, 1), Some(day(9, 9)), true));
    let k = at(&facts, &scope(1), day(10, 10));
    assert_eq!((numbers(&k.closed_late), numbers(&k.overdue)), (vec!["A"], vec!["B"]));
    assert_eq!((k.closed_late[0].closed_on, k.overdue[0].closed_on), (Some(day(10, 2)), None));
    assert_eq!((k.disposal.numerator, k.disposal_on_time.numerator), (2, 1));
    // on the day before it was closed it was overdue
    let k = at(&facts, &scope(1), day(10, 1));
    assert_eq!((k.closed_late.len(), numbers(&k.due_today)), (0, vec!["A"]));
}

#[test]
fn final_conclusion_decides_and_a_pending_recheck_fails_provisionally() {
    let mut facts = batches(40);
    facts.batches[0].outcome = None;
    facts.batches[0].recheck_pending = true;
    facts.batches[1].outcome = Some(Outcome::Fail);
    facts.batches[2].outcome = Some(Outcome::Undetermined);
    facts.batches[3].outcome = None;
    let k = at(&facts, &scope(1000), day(10, 10));
    assert_eq!((k.discovery.numerator, k.discovery.denominator, k.discovery.provisional), (2, 39, true));
    assert_eq!(k.undetermined.len(), 1);
    assert_eq!(k.discovery.left_out[&LeftOut::NoConclusion].len(), 1);
    facts.batches[0].recheck_pending = false;
    facts.batches[0].outcome = Some(Outcome::Pass);
    let k = at(&facts, &scope(1000), day(10, 10));
    assert_eq!((k.discovery.numerator, k.discovery.provisional), (1, false));
}

#[test]
fn small_samples_show_counts() {
    let k = at(&batches(29), &scope(1000), day(10, 10));
    assert_eq!((k.discovery.display.as_str(), k.discovery.small), ("0/29", true));
    let k = at(&batches(30), &scope(1000), day(10, 10));
    assert_eq!((k.discovery.display.as_str(), k.discovery.small), ("0.00%", false));
}

#[test]
fn a_number_counts_once_and_the_failing_entry_stays() {
    let mut facts = batches(3);
    facts.batches[1].sampling_no = facts.batches[0].sampling_no.to_lowercase();
    facts.batches[1].outcome = Some(Outcome::Fail);
    facts.batches[2].temporary_no = true;
    let k = at(&facts, &scope(1000), day(10, 10));
    assert_eq!((k.per_thousand.numerator, k.discovery.numerator), (1, 1));
    assert_eq!(k.per_thousand.why_left_out(FactId::Sample(facts.batches[0].sample_id)), Some(LeftOut::DuplicateNumber));
    assert_eq!(k.per_thousand.why_left_out(FactId::Sample(facts.batches[2].sample_id)), Some(LeftOut::TemporaryNumber));
}

#[test]
fn the_boundary_of_the_population_bounds_the_batches() {
    let mut facts = batches(2);
    facts.batches[1].admin = AdminBody::Zhengdong;
    let narrow = KpiScope::standard(2026, population(1000, Boundary::Governed)).unwrap();
    let (a, b) = (at(&facts, &scope(1000), day(10, 10)), at(&facts, &narrow, day(10, 10)));
    assert_eq!((a.per_thousand.numerator, b.per_thousand.numerator), (2, 1));
    let diff = compare(&a.per_thousand, &b.per_thousand);
    assert_eq!(diff.len(), 1);
    assert_eq!((diff[0].first, diff[0].second), (None, Some(LeftOut::OutsideBoundary)));
}

#[test]
fn year_by_report_date_keeps_what_is_still_in_the_lab_for_the_current_year() {
    let mut facts = batches(3);
    facts.batches[0].sampled_on = NaiveDate::from_ymd_opt(2025, 12, 30).unwrap();
    facts.batches[1].sampled_on = facts.batches[0].sampled_on;
    (facts.batches[1].stage, facts.batches[1].issued_on) = (BatchStage::InLab, None);
    let mut s = scope(1000);
    assert_eq!(at(&facts, &s, day(10, 10)).per_thousand.numerator, 1);
    s.basis = YearBasis::ReportDate;
    let k = at(&facts, &s, day(10, 10));
    assert_eq!((k.per_thousand.numerator, k.in_lab.len()), (2, 1));
}

#[test]
fn pace_and_forecast() {
    let mut facts = batches(10);
    (facts.batches[8].stage, facts.batches[9].stage) = (BatchStage::InLab, BatchStage::Sampled);
    facts.plan.push(PlanFact {
        line_id: shiyan_foundation::ids::PlanLineId(Uuid::nil()),
        year: 2026,
        kind: TaskKind::Supervisory,
        level: TaskLevel::District,
        department: Department::Market,
        street: None,
        class: "糕点".into(),
        quarter: 1,
        planned: 7,
        taken: Taken::Ids((1..=4).map(|n| SampleId(Uuid::from_u128(n))).collect()),
    });
    let k = at(&facts, &scope(5_000), day(1, 5));
    assert_eq!((k.pace.workdays_elapsed, k.pace.workdays_in_year), (3, 261));
    assert_eq!((k.pace.exact.as_str(), k.pace.display.as_str()), ("60/261", "0.22"));
    let k = at(&facts, &scope(5_000), day(12, 31));
    assert_eq!((k.forecast.counted, k.forecast.in_lab, k.forecast.in_transit, k.forecast.plan_remaining, k.forecast.total), (8, 1, 1, 0, 10));
    assert!(!k.forecast.reaches && k.pace.behind);
}

#[test]
fn the_forecast_leaves_out_the_plan_of_quarters_that_have_passed() {
    let line = |year, quarter, planned| PlanFact {
        line_id: shiyan_foundation::ids::PlanLineId(Uuid::nil()),
        year,
        kind: TaskKind::Supervisory,
        level: TaskLevel::District,
        department: Department::Market,
        street: Some("410105008".into()),
        class: "糕点".into(),
        quarter,
        planned,
        taken: Taken::Ids(Vec::new()),
    };
    let facts = Facts { plan: vec![line(2026, 1, 1), line(2026, 2, 20), line(2026, 3, 300), line(2026, 4, 4_000), line(2025, 4, 7)], ..Facts::default() };
    let left = |on| at(&facts, &scope(1000), on).forecast.plan_remaining;
    let other = |y| NaiveDate::from_ymd_opt(y, 1, 1).unwrap();
    assert_eq!(
        [day(1, 1), day(3, 31), day(4, 1), day(6, 30), day(9, 30), day(10, 1), day(12, 31)].map(left),
        [4_321, 4_321, 4_320, 4_320, 4_300, 4_000, 4_000]
    );
    assert_eq!([other(2025), other(2027)].map(left), [4_321, 0]);
}

#[test]
fn hours_are_judged_by_the_hour() {
    let zone = shiyan_foundation::shanghai();
    let when = |d, h| day(3, d).and_hms_opt(h, 0, 0).unwrap().and_local_timezone(zone).unwrap();
    let mut s = ServiceFact {
        clock_id: shiyan_foundation::ids::ClockId(Uuid::nil()),
        case_id: CaseId(Uuid::nil()),
        case_no: "B".into(),
        rule: ServiceRule::UrgentReport,
        street: "410105008".into(),
        started_on: day(3, 2),
        due_on: day(3, 3),
        due_at: Some(when(3, 10)),
        stopped_at: Some(when(3, 18)),
        cancelled: false,
    };
    let rate = |s: &ServiceFact| at(&Facts { services: vec![s.clone()], ..Facts::default() }, &scope(1), day(10, 10)).urgent_on_time.numerator;
    assert_eq!(rate(&s), 0);
    s.stopped_at = Some(when(3, 10));
    assert_eq!(rate(&s), 1);
}

#[test]
fn a_period_in_hours_that_still_runs_today_is_not_due() {
    let zone = shiyan_foundation::shanghai();
    let when = |h| day(3, 3).and_hms_opt(h, 0, 0).unwrap().and_local_timezone(zone).unwrap();
    let urgent = ServiceFact {
        clock_id: shiyan_foundation::ids::ClockId(Uuid::nil()),
        case_id: CaseId(Uuid::nil()),
        case_no: "B".into(),
        rule: ServiceRule::UrgentReport,
        street: "410105008".into(),
        started_on: day(3, 2),
        due_on: day(3, 3),
        due_at: Some(when(18)),
        stopped_at: None,
        cancelled: false,
    };
    let facts = Facts { services: vec![urgent], ..Facts::default() };
    let due = |h| kpis_at(&facts, &scope(1), when(h), &calendar()).urgent_on_time.denominator;
    assert_eq!((due(17), due(18), due(19)), (0, 1, 1));
}

fn positive(n: u128, told: shiyan_foundation::Instant, settled_at: Option<shiyan_foundation::Instant>) -> RapidFact {
    RapidFact {
        reading_id: ReadingId(Uuid::from_u128(n)),
        point_id: PointId(Uuid::from_u128(1)),
        point: "示范农贸市场甲".into(),
        street: "410105008".into(),
        tested_on: told.date_naive(),
        item: "农残".into(),
        verdict: RapidVerdict::Positive,
        valid: true,
        confirmed: None,
        settle_by: Some(told + chrono::TimeDelta::hours(72)),
        settled_at,
        cleared_at: None,
    }
}

#[test]
fn a_positive_that_is_not_settled_is_due_when_its_72_hours_are_over() {
    let told = day(5, 5).and_hms_opt(9, 0, 0).unwrap().and_local_timezone(shiyan_foundation::shanghai()).unwrap();
    let after = |seconds: i64| told + chrono::TimeDelta::hours(72) + chrono::TimeDelta::seconds(seconds);
    let of = |settled, now| {
        let k = kpis_at(&Facts { rapid: vec![positive(1, told, settled)], ..Facts::default() }, &scope(1), now, &calendar());
        (k.rapid.handled.numerator, k.rapid.handled.denominator)
    };
    assert_eq!([of(None, after(-1)), of(None, after(0)), of(None, after(1))], [(0, 0), (0, 0), (0, 1)]);
    assert_eq!([of(Some(after(-1)), after(1)), of(Some(after(0)), after(1)), of(Some(after(1)), after(9))], [(1, 1), (1, 1), (0, 1)]);
    // settled later than the moment of the figures: on that moment it was not
    assert_eq!([of(Some(after(60)), after(-1)), of(Some(after(60)), after(1))], [(0, 0), (0, 1)]);
}

#[test]
fn seventeen_of_twenty_five_and_not_of_twenty_two() {
    let told = end_of(day(5, 5));
    let hours = |n| told + chrono::TimeDelta::hours(n);
    let rapid = (1..=25)
        .map(|n| {
            positive(
                n,
                told,
                match n {
                    1..=17 => Some(hours(20)),
                    18..=22 => Some(hours(90)),
                    _ => None,
                },
            )
        })
        .collect();
    let k = at(&Facts { rapid, ..Facts::default() }, &scope(1), day(6, 1));
    assert_eq!((k.rapid.handled.numerator, k.rapid.handled.denominator, k.rapid.handled.met), (17, 25, Some(false)));
}

#[test]
fn the_facts_of_a_day_do_not_know_what_came_after_it() {
    let told = end_of(day(5, 5));
    let mut facts = batches(2);
    facts.batches[1].outcome = Some(Outcome::Fail);
    facts.batches[1].issued_on = Some(day(3, 21));
    facts.cases = case_set().cases;
    facts.rapid = vec![positive(1, told, Some(told + chrono::TimeDelta::hours(24)))];
    let stood = |on| facts.clone().as_they_stood(end_of(on), &History::default());
    let b = |on| {
        let b = &stood(on).batches[1];
        (b.stage, b.outcome, b.received_on)
    };
    assert_eq!(b(day(3, 2)), (BatchStage::Sampled, None, None));
    assert_eq!(b(day(3, 20)), (BatchStage::InLab, None, Some(day(3, 3))));
    assert_eq!(b(day(3, 21)), (BatchStage::Issued, Some(Outcome::Fail), Some(day(3, 3))));
    assert_eq!((stood(day(9, 19)).cases[0].closed_on, stood(day(9, 20)).cases[0].closed_on), (None, Some(day(9, 20))));
    assert_eq!((stood(day(5, 5)).rapid[0].settled_at, stood(day(5, 6)).rapid[0].settled_at.is_some()), (None, true));
    let mut cleared = facts.rapid[0].clone();
    (cleared.verdict, cleared.cleared_at) = (RapidVerdict::Negative, cleared.settled_at);
    let verdict = |on| Facts { rapid: vec![cleared.clone()], ..Facts::default() }.as_they_stood(end_of(on), &History::default()).rapid[0].verdict;
    assert_eq!((verdict(day(5, 5)), verdict(day(5, 6))), (RapidVerdict::Positive, RapidVerdict::Negative));
}

#[test]
fn a_street_outside_the_scope_is_outside_every_family_of_figures() {
    let told = end_of(day(5, 5));
    let mut facts = batches(1);
    facts.cases = vec![case("B", day(10, 5), None, false)];
    facts.services = vec![ServiceFact {
        clock_id: shiyan_foundation::ids::ClockId(Uuid::nil()),
        case_id: CaseId(Uuid::nil()),
        case_no: "B".into(),
        rule: ServiceRule::Serve,
        street: "410105008".into(),
        started_on: day(3, 2),
        due_on: day(3, 3),
        due_at: None,
        stopped_at: None,
        cancelled: false,
    }];
    facts.rapid = vec![positive(1, told, None)];
    facts.rapid_plan =
        vec![RapidPlanFact { point_id: PointId(Uuid::from_u128(1)), point: "甲".into(), street: "410105008".into(), year: 2026, quarter: 2, planned: 5 }];
    let seen = |streets: Option<&str>| {
        let s = KpiScope { streets: streets.map(|s| BTreeSet::from([s.to_owned()])), ..scope(1000) };
        let k = at(&facts, &s, day(11, 1));
        let sizes = [&k.per_thousand, &k.report_on_time, &k.disposal, &k.serve_on_time, &k.rapid.valid, &k.rapid.handled].map(|f| f.counted.len());
        (sizes, k.overdue.len(), k.rapid.plan.len())
    };
    assert_eq!((seen(None), seen(Some("410105008"))), (([1; 6], 1, 1), ([1; 6], 1, 1)));
    assert_eq!(seen(Some("410105001")), ([0; 6], 0, 0));
}

#[test]
fn rapid_tests_are_counted_apart() {
    let when = |d: u32| end_of(day(5, d));
    let rapid = |n: u128, verdict, valid, settled_at, confirmed| RapidFact {
        reading_id: ReadingId(Uuid::from_u128(n)),
        point_id: PointId(Uuid::from_u128(1)),
        point: "示范农贸市场甲".into(),
        street: "410105008".into(),
        tested_on: day(5, 5),
        item: "农残".into(),
        verdict,
        valid,
        confirmed,
        settle_by: (verdict == RapidVerdict::Positive).then(|| when(8)),
        settled_at,
        cleared_at: None,
    };
    use RapidVerdict::{Invalid, Negative, Positive};
    let facts = Facts {
        rapid: vec![
            rapid(1, Negative, true, None, None),
            rapid(2, Positive, true, Some(when(8)), Some(true)),
            rapid(3, Positive, true, Some(when(9)), Some(false)),
            rapid(4, Positive, true, None, None),
            rapid(5, Invalid, true, None, None),
            rapid(6, Positive, false, None, None),
        ],
        rapid_plan: vec![RapidPlanFact {
            point_id: PointId(Uuid::from_u128(1)),
            point: "示范农贸市场甲".into(),
            street: "410105008".into(),
            year: 2026,
            quarter: 2,
            planned: 5,
        }],
        ..Facts::default()
    };
    let k = at(&facts, &scope(1000), day(10, 10));
    let pair = |f: &Figure| (f.numerator, f.denominator);
    assert_eq!(pair(&k.per_thousand), (0, 1000));
    assert_eq!((pair(&k.rapid.valid), pair(&k.rapid.positive)), ((5, 6), (3, 4)));
    assert_eq!((pair(&k.rapid.handled), pair(&k.rapid.confirmed)), ((1, 3), (1, 2)));
    assert_eq!((k.rapid.plan[0].done, k.rapid.plan[0].display.as_str(), k.rapid.plan[0].met), (4, "80.00%", Some(false)));
}

#[test]
fn the_scope_line_names_everything() {
    let s = scope(1_588_611);
    let zh = s.line(Lang::Zh);
    for part in [
        "2026年",
        "按抽样日期",
        "国抽、转移地方、省抽、市抽、区抽",
        "市场监管",
        "监督抽检、评价性抽检",
        "行政区划全域",
        "1,588,611",
        "六普",
        "公报",
        "4 批次/千人",
        "快速检测不计入",
    ] {
        assert!(zh.contains(part), "{part} missing in {zh}");
    }
    let en = s.line(Lang::En);
    for part in ["2026", "by sampling date", "District", "Market regulation", "Evaluative sampling", "1,588,611", "6th census", "Whole administrative division"]
    {
        assert!(en.contains(part), "{part} missing in {en}");
    }
}

#[test]
fn each_family_says_the_scope_that_was_applied_to_it() {
    let mut s = scope(1_588_611);
    s.levels = std::collections::BTreeSet::from([TaskLevel::District]);
    s.streets = Some(std::collections::BTreeSet::from(["410105008".to_owned()]));
    assert_eq!(s.line_of(Family::Batches, Lang::Zh), s.line(Lang::Zh));
    assert!(s.line(Lang::Zh).contains("任务级别：区抽；"));
    for family in [Family::Cases, Family::Rapid] {
        for (lang, without, streets) in [(Lang::Zh, "区抽", "1 个街道（410105008）"), (Lang::En, "District", "1 streets (410105008)")] {
            let line = s.line_of(family, lang);
            assert!(!line.contains(without) && line.contains(streets) && line.contains("2026"), "{line}");
        }
    }
    let k = at(&batches(2), &s, day(10, 10));
    assert_eq!(
        [&k.per_thousand, &k.disposal, &k.serve_on_time, &k.rapid.valid].map(|f| f.family),
        [Family::Batches, Family::Cases, Family::Cases, Family::Rapid]
    );
}

#[test]
fn batches_of_some_streets_are_not_divided_by_the_people_of_all() {
    let with = |divisor| at(&batches(4), &KpiScope { divisor, ..scope(1_588_611) }, day(10, 10));
    let k = with(Divisor::Unknown);
    assert_eq!((k.per_thousand.numerator, k.per_thousand.display.as_str(), k.per_thousand.met), (4, "—", None));
    assert_eq!((k.required, k.gap, k.forecast.reaches), (0, 0, false));
    assert!(k.scope_line_zh.contains("人口：所选街道的人口没有写明"), "{}", k.scope_line_zh);
    let k = with(Divisor::Given(1000));
    assert_eq!((k.required, k.per_thousand.met, k.per_thousand.display.as_str()), (4, Some(true), "4.00"));
    assert!(k.scope_line_en.contains("1,000 people in these streets"), "{}", k.scope_line_en);
}

#[test]
fn figures_are_data() {
    let k = at(&batches(2), &scope(1000), day(10, 10));
    let json = serde_json::to_value(&k).unwrap();
    assert_eq!(json["per_thousand"]["numerator"], 2);
    assert_eq!(json["per_thousand"]["exact"], "2000/1000");
    assert_eq!(json["discovery"]["counted"][0], Uuid::from_u128(1).to_string());
    assert_eq!(serde_json::to_value(k.discovery.brief()).unwrap()["counted"], 2);
}

#[test]
fn a_hundred_thousand_batches_are_counted() {
    let facts = batches(100_000);
    let k = at(&facts, &scope(1_588_611), day(10, 10));
    assert_eq!(k.per_thousand.numerator, 100_000);
}

fn any_batch() -> impl Strategy<Value = BatchFact> {
    let pick = |n: usize| 0..n;
    (
        (1u128..60, 1u128..60, pick(3), pick(5), pick(4), pick(3)),
        (pick(4), any::<bool>(), -40i64..400, proptest::option::of(0i64..60), proptest::option::of(0i64..60), pick(5)),
        (proptest::option::of(0usize..4), prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
    )
        .prop_map(|((id, no, kind, level, dept, link), (street, zhengdong, sampled, issued, due, stage), (outcome, pending, temporary))| {
            let sampled_on = day(1, 1) + chrono::Duration::days(sampled);
            BatchFact {
                sampling_no: format!("XBJ{no}"),
                temporary_no: temporary,
                kind: TaskKind::ALL[kind],
                level: TaskLevel::ALL[level],
                department: Department::ALL[dept],
                link: Link::ALL[link],
                street: format!("41010500{street}"),
                admin: if zhengdong { AdminBody::Zhengdong } else { AdminBody::Jinshui },
                sampled_on,
                issued_on: issued.map(|d| sampled_on + chrono::Duration::days(d)),
                report_due_on: due.map(|d| sampled_on + chrono::Duration::days(d)),
                stage: BatchStage::ALL[stage],
                outcome: outcome.map(|o| Outcome::ALL[o]),
                recheck_pending: pending,
                ..batch(id)
            }
        })
}

fn any_scope() -> impl Strategy<Value = KpiScope> {
    (any::<bool>(), any::<bool>(), proptest::option::of(0usize..4), 0u64..5_000, 0usize..4).prop_map(|(report, governed, street, people, kinds)| {
        let boundary = if governed { Boundary::Governed } else { Boundary::Division };
        let mut s = KpiScope::standard(2026, population(people, boundary)).unwrap();
        s.basis = if report { YearBasis::ReportDate } else { YearBasis::SamplingDate };
        s.streets = street.map(|n| BTreeSet::from([format!("41010500{n}")]));
        s.departments = Department::ALL.iter().copied().collect();
        s.kinds = TaskKind::ALL.iter().copied().take(kinds).collect();
        s
    })
}

fn multiset(ids: impl Iterator<Item = FactId>) -> BTreeMap<FactId, usize> {
    let mut out = BTreeMap::new();
    for id in ids {
        *out.entry(id).or_default() += 1;
    }
    out
}

proptest! {
    #[test]
    fn every_batch_is_counted_or_left_out_once(list in prop::collection::vec(any_batch(), 0..80), s in any_scope(), on in 0i64..420) {
        let facts = Facts { batches: list, ..Facts::default() };
        let k = at(&facts, &s, day(1, 1) + chrono::Duration::days(on));
        let all = multiset(facts.batches.iter().map(|b| FactId::Sample(b.sample_id)));
        for f in [&k.per_thousand, &k.discovery, &k.evaluative, &k.report_on_time] {
            let seen = multiset(f.counted.iter().chain(f.left_out.values().flatten()).copied());
            prop_assert_eq!(&seen, &all, "{}", f.key);
        }
        // the links are a partition of the whole
        let by_link: u64 = k.discovery_by_link.iter().map(|f| f.denominator).sum();
        prop_assert_eq!(by_link, k.discovery.denominator);
        let by_street: u64 = k.discovery_by_street.iter().map(|f| f.numerator).sum();
        prop_assert_eq!(by_street, k.discovery.numerator);
        for f in k.figures() {
            prop_assert_eq!(f.hits.len() as u64, f.numerator);
            let counted: BTreeSet<_> = f.counted.iter().collect();
            prop_assert!(f.hits.iter().all(|h| counted.contains(h)));
            prop_assert!(f.left_out.values().all(|ids| !ids.is_empty()));
        }
        prop_assert!(k.in_lab.len() as u64 + k.per_thousand.numerator <= facts.batches.len() as u64);
    }
    #[test]
    fn order_of_the_facts_changes_nothing(list in prop::collection::vec(any_batch(), 0..60), s in any_scope()) {
        let mut turned = list.clone();
        turned.reverse();
        let a = at(&Facts { batches: list, ..Facts::default() }, &s, day(12, 31));
        let b = at(&Facts { batches: turned, ..Facts::default() }, &s, day(12, 31));
        for (x, y) in a.figures().zip(b.figures()) {
            prop_assert_eq!((x.numerator, x.denominator, &x.display, x.met), (y.numerator, y.denominator, &y.display, y.met));
        }
    }
    #[test]
    fn reached_is_exact(n in 0u64..20_000, people in 1u64..5_000_000) {
        let s = scope(people);
        let met = exact::at_least(u128::from(n) * 1000, u128::from(people), s.target_per_mille).unwrap();
        prop_assert_eq!(met, n >= kpis::required(&s));
        let shown: Decimal = exact::display(u128::from(n) * 1000, u128::from(people), Some(s.target_per_mille)).unwrap().parse().unwrap();
        prop_assert_eq!(met, shown >= s.target_per_mille);
    }
    #[test]
    fn a_case_counts_in_exactly_one_year(
        list in prop::collection::vec((0i64..900, -30i64..400, proptest::option::of(0i64..600), any::<bool>()), 0..30), on in 0i64..1_500
    ) {
        let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let plus = |days| first + chrono::Duration::days(days);
        let cases: Vec<CaseFact> = list.iter().enumerate().map(|(n, (opened, due, closed, cancelled))| CaseFact {
            case_id: CaseId(Uuid::from_u128(n as u128)),
            opened_on: plus(*opened),
            ..case("A", plus(opened + due), closed.map(|d| plus(opened + d)), *cancelled)
        }).collect();
        let as_of = plus(on);
        let facts = Facts { cases, ..Facts::default() };
        let stood = facts.clone().as_they_stood(end_of(as_of), &History::default());
        let (mut counted, mut mine) = (Vec::new(), Vec::new());
        for year in 2023..=as_of.year() {
            let s = KpiScope { year, ..scope(1) };
            let k = at(&facts, &s, as_of);
            let again = at(&stood, &s, as_of);
            prop_assert_eq!((&k.disposal.counted, &k.disposal.hits, &k.disposal_on_time.hits), (&again.disposal.counted, &again.disposal.hits, &again.disposal_on_time.hits));
            counted.extend(k.disposal.counted.iter().copied());
            mine.extend(k.disposal.counted.iter().chain(k.disposal.left_out.iter().filter(|(why, _)| **why != LeftOut::OtherYear).flat_map(|(_, ids)| ids)).copied());
        }
        let all = |keep: &dyn Fn(&CaseFact) -> bool| multiset(facts.cases.iter().filter(|c| keep(c)).map(|c| FactId::Case(c.case_id)));
        prop_assert_eq!(multiset(mine.into_iter()), all(&|_| true));
        let ended = |c: &CaseFact| c.opened_on <= as_of && !c.cancelled && (c.due_on <= as_of || c.closed_by(as_of).is_some());
        prop_assert_eq!(multiset(counted.into_iter()), all(&ended));
    }
}

#[test]
fn what_had_not_happened_yet_is_taken_back_with_its_date() {
    let mut facts = batches(4);
    facts.batches[0].stage = BatchStage::Void;
    facts.batches[1].stage = BatchStage::Refused;
    for b in &mut facts.batches[..2] {
        (b.received_on, b.issued_on, b.report_due_on, b.outcome) = (None, None, None, None);
    }
    // amended on 20 April: what had failed passes
    facts.cases = vec![case("A", day(12, 1), Some(day(9, 20)), true), case("B", day(11, 1), None, false)];
    facts.cases[0].state = "cancelled".into();
    let clock = shiyan_foundation::ids::ClockId(Uuid::from_u128(9));
    facts.services = vec![ServiceFact {
        clock_id: clock,
        case_id: facts.cases[0].case_id,
        case_no: "A".into(),
        rule: ServiceRule::Serve,
        street: "410105008".into(),
        started_on: day(7, 10),
        due_on: day(7, 15),
        due_at: None,
        stopped_at: None,
        cancelled: true,
    }];
    let became = |on, from, to| (end_of(on), CaseEvent::Became { from, to });
    let history = History {
        ended: [(facts.batches[0].sample_id, day(3, 10)), (facts.batches[1].sample_id, day(3, 12))].into(),
        submitted: [(facts.batches[3].sample_id, day(3, 5))].into(),
        outcomes: [(facts.batches[2].sample_id, vec![(day(3, 20), Outcome::Fail), (day(4, 20), Outcome::Pass)])].into(),
        cases: [
            (
                facts.cases[0].case_id,
                vec![became(day(8, 1), Some("acting"), "submitted"), became(day(9, 20), Some("submitted"), "closed"), became(day(10, 8), None, "cancelled")],
            ),
            (facts.cases[1].case_id, vec![(end_of(day(9, 1)), CaseEvent::ExtendedFrom(day(10, 10)))]),
        ]
        .into(),
        clocks: [(clock, end_of(day(10, 8)))].into(),
    };
    let stood = |on| facts.clone().as_they_stood(end_of(on), &history);
    let stages = |on| [0, 1].map(|i| stood(on).batches[i].stage);
    assert_eq!(stages(day(3, 9)), [BatchStage::Sampled; 2]);
    assert_eq!(stages(day(3, 11)), [BatchStage::Void, BatchStage::Sampled]);
    assert_eq!(stages(day(3, 12)), [BatchStage::Void, BatchStage::Refused]);
    assert_eq!([day(3, 4), day(3, 5)].map(|on| stood(on).batches.len()), [3, 4]);
    let outcome = |on| stood(on).batches[2].outcome;
    assert_eq!([day(3, 19), day(4, 19), day(4, 20)].map(outcome), [None, Some(Outcome::Fail), Some(Outcome::Pass)]);
    let one = |on| {
        let c = &stood(on).cases[0];
        (c.state.clone(), c.closed_on, c.cancelled)
    };
    assert_eq!(one(day(7, 31)), ("acting".into(), None, false));
    assert_eq!(one(day(9, 19)), ("submitted".into(), None, false));
    assert_eq!(one(day(10, 7)), ("closed".into(), Some(day(9, 20)), false));
    assert_eq!(one(day(10, 8)), ("cancelled".into(), Some(day(9, 20)), true));
    assert_eq!([day(8, 31), day(9, 1)].map(|on| stood(on).cases[1].due_on), [day(10, 10), day(11, 1)]);
    assert_eq!([day(10, 7), day(10, 8)].map(|on| stood(on).services[0].cancelled), [false, true]);
}

#[test]
fn a_percentage_is_shown_or_suppressed_never_both() {
    for n in [1, 29, 30] {
        let f = at(&batches(n), &scope(1000), day(10, 10)).discovery;
        assert_eq!((f.small, f.display.contains('%'), f.decimal != figure::NOTHING), (n < 30, n >= 30, n >= 30), "{n}");
    }
    // a rate of all that was to be done is no sample: it is shown, and nothing says that it is not
    let mut facts = batches(0);
    facts.cases = case_set().cases;
    let f = at(&facts, &scope(1000), day(10, 10)).disposal;
    assert_eq!((f.small, f.display.contains('%'), f.decimal != figure::NOTHING), (false, true, true));
}

#[test]
fn every_number_is_picked_as_it_is_counted() {
    let mut facts = batches(40);
    for (i, b) in facts.batches.iter_mut().enumerate() {
        b.street = format!("41010500{}", i % 3);
        b.stage = [BatchStage::Issued, BatchStage::InLab, BatchStage::Sampled, BatchStage::Void][i % 4];
        b.outcome = Some(if i % 8 == 0 { Outcome::Fail } else { Outcome::Pass });
    }
    facts.cases = case_set().cases;
    facts.rapid = vec![positive(1, end_of(day(5, 5)), None)];
    let k = at(&facts, &scope(1000), day(10, 1));
    let ids = |pick: Pick| pick.ids(&facts, &k, &calendar());
    let n = |what| ids(Pick::all(what)).len();
    assert_eq!(ids(Pick::all(What::Counted)), k.per_thousand.counted);
    assert_eq!((ids(Pick::all(What::InLab)), ids(Pick::all(What::InTransit))), (k.in_lab.clone(), k.in_transit.clone()));
    assert_eq!((ids(Pick::all(What::Supervisory)), ids(Pick::all(What::Failing))), (k.discovery.counted.clone(), k.discovery.hits.clone()));
    for f in &k.discovery_by_street {
        let street = f.cut.as_ref().unwrap().code.clone();
        assert_eq!(ids(Pick::of(What::Supervisory, By::Street, street)), f.counted);
    }
    for f in &k.discovery_by_group {
        assert_eq!(ids(Pick::of(What::Supervisory, By::KeyFood, f.cut.as_ref().unwrap().code.clone())), f.counted);
    }
    assert_eq!(n(What::DueSoon) + n(What::DueLater), k.open_not_due.len());
    assert_eq!((n(What::Overdue), n(What::DueToday), n(What::ClosedLate)), (k.overdue.len(), k.due_today.len(), k.closed_late.len()));
    assert_eq!(ids(Pick::all(What::Positive)), k.rapid.positive.hits);
    // a member of another kind of table picks nothing rather than everything
    assert!(ids(Pick::of(What::Cases, By::Month, "7")).is_empty() && ids(Pick::of(What::Positive, By::Lab, "甲")).is_empty());
    for what in What::ALL {
        assert_eq!(Pick::parse(what.code(), Some("street"), Some("x"), None), Some(Pick::of(*what, By::Street, "x")));
    }
    assert_eq!((Pick::parse("x", None, None, None), Pick::parse("counted", Some("street"), None, None)), (None, None));
    // what fell out between two steps, and the step itself, is each batch of the scope once
    let all = [What::Void, What::Refused, What::InTransit, What::InLab, What::Undated, What::Unconcluded, What::Temporary, What::Duplicate, What::Counted];
    assert_eq!(all.map(n).iter().sum::<usize>(), n(What::Sampled));
    assert_eq!((n(What::Void), n(What::Sampled)), (10, 40));
    assert_eq!(n(What::Passing) + n(What::Undetermined) + n(What::CountedFailing), n(What::Counted));
    let ends = [What::Cancelled, What::Running, What::Open, What::Unevidenced, What::Late, What::ClosedInTime];
    assert_eq!(ends.map(n).iter().sum::<usize>(), n(What::Cases));
    assert_eq!(n(What::Timed) + n(What::Untimed), n(What::Counted));
}

#[test]
fn last_year_is_picked_by_the_classes_of_the_page_and_its_own_days() {
    let mut facts = batches(4);
    for (b, (year, month, issued)) in facts.batches.iter_mut().zip([(2026, 2, 3), (2025, 2, 3), (2025, 2, 12), (2024, 2, 3)]) {
        b.category = CategoryPath::parse("粮食加工品");
        b.sampled_on = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
        b.received_on = Some(b.sampled_on);
        b.issued_on = NaiveDate::from_ymd_opt(year, issued, 1);
        b.stage = BatchStage::Issued;
        b.outcome = Some(Outcome::Pass);
    }
    let k = at(&facts, &scope(1000), day(6, 30));
    let n = |pick: Pick| pick.ids(&facts, &k, &calendar()).len();
    let of = |year| n(Pick::of(What::Supervisory, By::ClassMonth, pick::class_month("粮食加工品", 2)).in_year(year));
    // by the same day only one of the two of last year had its report
    assert_eq!(YearOf::ALL.iter().map(|y| of(*y)).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(n(Pick::of(What::Timed, By::LabMonth, pick::lab_month(&facts.batches[2].lab, 2025, 12))), 1);
    assert_eq!(n(Pick::all(What::Timed)), 3);
    // what is compared with nothing has no last year
    for what in [What::Cases, What::Tests, What::Taken, What::Timed] {
        assert_eq!(Pick::parse(what.code(), None, None, Some("before")), None, "{what:?}");
        assert_eq!(Pick::parse(what.code(), None, None, Some("this")), Some(Pick::all(what)));
    }
    assert_eq!(Pick::parse("void", None, None, Some("whole")), Some(Pick::all(What::Void).in_year(YearOf::Whole)));
    assert_eq!(Pick::parse("void", None, None, Some("x")), None);
}

#[test]
fn amounts_of_the_year_are_added_up_exactly_and_what_is_left_out_says_why() {
    let with = |name: &str, disposal: Disposal| CaseFact { disposal, ..case(name, day(10, 1), None, false) };
    let control = |sealed: &str, unit: &str| Disposal { sealed: sealed.into(), recalled: "１.5".into(), unit: unit.into(), ..Disposal::default() };
    let penalty = |decided, fine: &str| Disposal { penalty: Some(decided), fine: fine.into(), ..Disposal::default() };
    let facts = Facts {
        cases: vec![
            with("A", control("0.1", "kg")),
            with("B", control("0.20", "公斤")),
            with("C", control("3", "箱")),
            with("D", control("约三公斤", "千克")),
            with("E", penalty(Penalty::Filed, "5000.50")),
            with("F", penalty(Penalty::Exempted, "")),
            with("G", Disposal { transferred: true, ..Disposal::default() }),
            CaseFact { cancelled: true, ..with("H", penalty(Penalty::Filed, "9")) },
            CaseFact {
                due_on: NaiveDate::from_ymd_opt(2025, 3, 1).unwrap(),
                opened_on: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
                ..with("I", penalty(Penalty::Filed, "9"))
            },
        ],
        ..Facts::default()
    };
    let k = at(&facts, &scope(1), day(9, 1));
    let d = &k.disposed;
    assert_eq!(d.figures().map(|f| f.display.as_str()), ["0.3", "4.5", "5000.5", "1", "1", "1"]);
    let why = |f: &Figure| f.left_out.iter().map(|(reason, ids)| (*reason, ids.len())).collect::<Vec<_>>();
    assert_eq!(d.sealed.counted.len(), 2);
    let rest = [(LeftOut::OtherYear, 1), (LeftOut::Cancelled, 1), (LeftOut::NotWritten, 3), (LeftOut::OtherUnit, 1), (LeftOut::Unreadable, 1)];
    assert_eq!(why(&d.sealed), rest);
    assert_eq!(why(&d.filed), [(LeftOut::OtherYear, 1), (LeftOut::Cancelled, 1), (LeftOut::NotWritten, 5), (LeftOut::OtherDecision, 1)]);
    for f in d.figures() {
        assert_eq!(f.counted.len() + f.left_out.values().map(Vec::len).sum::<usize>(), facts.cases.len(), "{}: every case once", f.key);
        let shares: Decimal =
            f.counted.iter().filter_map(|id| facts.cases.iter().find(|c| FactId::Case(c.case_id) == *id)).filter_map(|c| share_of(f.key, c)).sum();
        assert_eq!(shares.normalize().to_string(), f.display, "{}", f.key);
    }
}

#[test]
fn a_sum_that_no_number_holds_is_not_cut_off() {
    let huge = |name: &str| CaseFact {
        disposal: Disposal { fine: "79228162514264337593543950335".into(), ..Disposal::default() },
        ..case(name, day(10, 1), None, false)
    };
    let k = at(&Facts { cases: vec![huge("A"), huge("B")], ..Facts::default() }, &scope(1), day(9, 1));
    assert_eq!((k.disposed.fines.display.as_str(), k.disposed.fines.counted.len()), ("79228162514264337593543950335", 1));
    assert_eq!(k.disposed.fines.left_out.values().map(Vec::len).sum::<usize>(), 1);
}

fn any_reading() -> impl Strategy<Value = RapidFact> {
    let within = || proptest::option::of(-50i64..200);
    (1u128..4, 0usize..3, 0i64..420, any::<bool>(), proptest::option::of(any::<bool>()), within(), within(), 0usize..3).prop_map(
        |(point, verdict, on, valid, confirmed, settle, settled, item)| {
            let tested_on = day(1, 1) + chrono::Duration::days(on);
            let hours = |h: i64| end_of(tested_on) + chrono::Duration::hours(h);
            RapidFact {
                reading_id: ReadingId(Uuid::from_u128(on as u128)),
                point_id: PointId(Uuid::from_u128(point)),
                point: format!("示范点{point}"),
                street: format!("41010500{point}"),
                tested_on,
                item: format!("项目{item}"),
                verdict: RapidVerdict::ALL[verdict],
                valid,
                confirmed,
                settle_by: settle.map(hours),
                settled_at: settled.map(hours),
                cleared_at: None,
            }
        },
    )
}

/// 台账 told of everything, with the cube of a year.
fn asked(year: i32, as_of: NaiveDate, whose: Whose, s: &KpiScope) -> Asked {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    Asked { first: day(year - 1, 1, 1), last: day(year, 12, 31), day: FoldDay::of(as_of), whose, sift: Sift::of(s) }
}

/// The facts as the ledger sees those asked for.
fn within(all: &Facts, asked: &Asked) -> Facts {
    let mine = |street: &str| if let Whose::Streets(set) = &asked.whose { set.contains(street) } else { true };
    let span = asked.first..=asked.last;
    let batch = |b: &&BatchFact| mine(&b.street) && (span.contains(&b.sampled_on) || b.issued_on.is_some_and(|on| span.contains(&on)));
    Facts {
        batches: all.batches.iter().filter(batch).cloned().collect(),
        rapid: all.rapid.iter().filter(|r| mine(&r.street) && span.contains(&r.tested_on)).cloned().collect(),
        ..Facts::default()
    }
}

/// As it is after it was written and read.
fn again<T: serde::de::DeserializeOwned>(kept: &impl serde::Serialize) -> T {
    serde_json::from_str(&serde_json::to_string(kept).unwrap()).unwrap()
}

fn kept_and_read(ledger: &Ledger) -> Ledger {
    let (kept, columns) = ledger.keep();
    let read = again::<KeptLedger>(&kept);
    let bytes = columns.iter().map(|c| c.len() as u64).sum();
    assert!(read.columns(bytes + 1).is_none(), "columns of another length are none of these");
    let mut room = read.columns(bytes).unwrap();
    for (into, from) in room.each().into_iter().zip(columns) {
        into.copy_from_slice(from);
    }
    read.with(room)
}

/// Tells a batch, and again those whose number it shares since.
fn tell(ledger: &mut Ledger, list: &[BatchFact], id: SampleId, now: Option<&BatchFact>) {
    let told = |b: &BatchFact| crate::ledger::Batch { fact: b.clone(), failing: Vec::new() };
    for other in ledger.set_batch(id, now.map(told)) {
        let fact = list.iter().find(|b| b.sample_id == other).unwrap();
        ledger.set_batch(other, Some(told(fact)));
    }
}

fn same_figures(ledger: &Ledger, asked: &Asked, rows: &Facts, s: &KpiScope, at: shiyan_foundation::Instant) -> Result<(), TestCaseError> {
    let sets = ledger.sets(asked).unwrap();
    let plain = kpis_at(rows, s, at, &calendar());
    let folded: Kpis<u64> = kpis_of(&sets, s, at, &calendar());
    let marked: Kpis<Marks> = kpis_of(&sets, s, at, &calendar());
    prop_assert_eq!(plain.figures().count(), folded.figures().count());
    for ((a, b), m) in plain.figures().zip(folded.figures()).zip(marked.figures()) {
        prop_assert_eq!(a.numbers(), b.clone());
        let opened = |heap: &Marks| BTreeSet::from_iter(ledger.opened(asked, &heap.ids, 0, usize::MAX));
        let all = |ids: &Ids| BTreeSet::from_iter(ids.iter().copied());
        prop_assert_eq!(opened(&m.counted), all(&a.counted));
        prop_assert_eq!(opened(&m.hits), all(&a.hits));
        for (reason, ids) in &a.left_out {
            prop_assert_eq!(opened(&m.left_out[reason]), all(ids));
        }
    }
    prop_assert_eq!((plain.in_lab.number(), plain.in_transit.number(), plain.undetermined.number()), (folded.in_lab, folded.in_transit, folded.undetermined));
    prop_assert_eq!(&plain.rapid.plan, &folded.rapid.plan);
    prop_assert_eq!((plain.required, plain.gap, &plain.pace, &plain.forecast), (folded.required, folded.gap, &folded.pace, &folded.forecast));
    // how long the laboratories took, by month of the report
    let took = |set: sets::Batches<'_>| {
        let mut out: BTreeMap<(String, u32, i64), u64> = BTreeMap::new();
        for (b, n) in set.iter() {
            if let (Some(from), Some(to)) = (b.received_on, b.issued_on.filter(|on| *on <= at.date_naive())) {
                *out.entry((b.lab.clone(), chrono::Datelike::month(&to), (to - from).num_days())).or_default() += n;
            }
        }
        out
    };
    prop_assert_eq!(took(sets.batches(Kept::Time)), took(Sets::plain(rows, &[]).batches(Kept::Time)));
    for (what, by, of) in [
        (What::Counted, Some(By::Street), "410105001"),
        (What::Failing, Some(By::KeyFood), "farm"),
        (What::Supervisory, Some(By::Month), "3"),
        (What::Supervisory, Some(By::Lab), "甲"),
        (What::Tests, Some(By::Item), "项目1"),
        (What::Positive, Some(By::Month), "02"),
        (What::Valid, None, ""),
        (What::InLab, None, ""),
        (What::Sampled, None, ""),
        (What::Void, Some(By::Street), "410105001"),
        (What::Refused, None, ""),
        (What::Received, None, ""),
        (What::Reported, None, ""),
        (What::Undated, None, ""),
        (What::Unconcluded, None, ""),
        (What::Temporary, None, ""),
        (What::Duplicate, None, ""),
        (What::Passing, None, ""),
        (What::Undetermined, None, ""),
        (What::Supervisory, Some(By::ClassMonth), "3.粮食加工品"),
        (What::Timed, Some(By::LabMonth), "2026-03.甲"),
        (What::Untimed, Some(By::Lab), "甲"),
    ] {
        let pick = by.map_or_else(|| Pick::all(what), |by| Pick::of(what, by, of));
        for pick in YearOf::ALL.iter().map(|year| pick.clone().in_year(*year)) {
            let mut marks = Marks::default();
            pick.marked(&sets, &folded, &calendar(), &mut marks);
            let ids = pick.ids(rows, &plain, &calendar());
            prop_assert_eq!(marks.number, ids.len() as u64, "{:?}", pick);
            prop_assert_eq!(BTreeSet::from_iter(ledger.opened(asked, &marks.ids, 0, usize::MAX)), BTreeSet::from_iter(ids));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_folded_comes_to_the_same_as_row_by_row(
        list in prop::collection::vec(any_batch(), 0..80), readings in prop::collection::vec(any_reading(), 0..40), s in any_scope(), on in 0i64..420, begun in 0usize..80, gone in 0usize..20
    ) {
        let as_of = day(1, 1) + chrono::Duration::days(on);
        let list: Vec<BatchFact> = list.into_iter().enumerate().map(|(n, b)| BatchFact { sample_id: SampleId(Uuid::from_u128(n as u128 + 1)), ..b }).collect();
        let readings: Vec<RapidFact> = readings.into_iter().enumerate().map(|(n, r)| RapidFact { reading_id: ReadingId(Uuid::from_u128(n as u128)), ..r }).collect();
        let some = begun.min(list.len());
        let mut ledger = Ledger::of(list[..some].to_vec(), &[], &readings[..readings.len() / 2]);
        let whose = [Whose::All, Whose::Streets(BTreeSet::from(["410105001".to_owned(), "410105002".to_owned()]))];
        let all: Vec<Asked> = [2025, 2026].into_iter().flat_map(|year| whose.clone().map(|whose| asked(year, as_of, whose, &s))).collect();
        all.iter().for_each(|a| ledger.ready(a));
        // the rest comes one by one; some go, come back as others, and go to their own again
        for b in &list[some..] {
            tell(&mut ledger, &list, b.sample_id, Some(b));
        }
        for b in list.iter().take(gone) {
            tell(&mut ledger, &list, b.sample_id, None);
        }
        // the program ends here, and goes on with what it kept
        ledger = kept_and_read(&ledger);
        for (b, other) in list.iter().take(gone).zip(list.iter().rev()) {
            tell(&mut ledger, &list, b.sample_id, Some(&BatchFact { sample_id: b.sample_id, ..other.clone() }));
        }
        for b in list.iter().take(gone) {
            tell(&mut ledger, &list, b.sample_id, Some(b));
        }
        for r in readings[readings.len() / 2..].iter().chain(&readings[..readings.len() / 3]) {
            ledger.set_reading(r.reading_id, Some(r));
        }
        let whole = Facts { batches: list, rapid: readings, ..Facts::default() };
        for a in &all {
            let s = KpiScope { year: chrono::Datelike::year(&a.last), ..s.clone() };
            same_figures(&ledger, a, &within(&whole, a), &s, end_of(as_of))?;
            let cells = again::<KeptCells>(&ledger.keep_cells()).only(a).to_count_from();
            let counted = |ledger: &Ledger| kpis_of::<u64>(&ledger.sets(a).unwrap(), &s, end_of(as_of), &calendar());
            let (kept, held) = (counted(&cells), counted(&ledger));
            prop_assert_eq!(kept.figures().map(Figure::numbers).collect::<Vec<_>>(), held.figures().map(Figure::numbers).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_batch_that_was_read_twice_while_it_changed_its_month_is_one() {
    let (read, moved) = (batch(1), BatchFact { sampled_on: day(4, 2), ..batch(1) });
    let mut ledger = Ledger::default();
    ledger.extend(&[batch(2), read], &[], &[]);
    ledger.extend(std::slice::from_ref(&moved), &[], &[]);
    for id in ledger.settle() {
        let fact = if id == moved.sample_id { moved.clone() } else { batch(2) };
        ledger.set_batch(id, Some(crate::ledger::Batch { fact, failing: Vec::new() }));
    }
    let asked = asked(2026, day(12, 31), Whose::All, &scope(1_000));
    ledger.ready(&asked);
    let k: Kpis<u64> = kpis_of(&ledger.sets(&asked).unwrap(), &scope(1_000), end_of(day(12, 31)), &calendar());
    assert_eq!(k.per_thousand.numerator, 2);
}

/// What a region of some streets tells, as it comes out of the wire.
fn told(facts: &Facts, people: u64, on: NaiveDate, of: &[usize]) -> Counts {
    let k: Kpis<u64> = kpis_of(&Sets::plain(facts, &[]), &scope(people), end_of(on), &calendar());
    let counts = Counts::of(&k, Some(7), of.iter().map(|n| format!("41010500{n}")).collect());
    serde_json::from_str(&serde_json::to_string(&counts).unwrap()).unwrap()
}

fn any_case() -> impl Strategy<Value = CaseFact> {
    let amount = (0usize..4, 0u32..100_000).prop_map(|(kind, n)| match kind {
        0 => String::new(),
        1 => format!("{}.{:03}", n / 1_000, n % 1_000),
        2 => n.to_string(),
        _ => "约三".to_owned(),
    });
    (0u128..40, 0usize..4, -30i64..400, proptest::option::of(-30i64..400), prop::bool::weighted(0.1), any::<bool>(), amount, 0usize..3).prop_map(
        |(id, street, due, closed, cancelled, evidenced, amount, penalty)| {
            let plus = |days| day(1, 1) + chrono::Duration::days(days);
            CaseFact {
                case_id: CaseId(Uuid::from_u128(id)),
                street: format!("41010500{street}"),
                opened_on: plus(due - 60),
                evidenced,
                disposal: Disposal {
                    sealed: amount.clone(),
                    fine: amount,
                    unit: "kg".into(),
                    penalty: Penalty::ALL.get(penalty).copied(),
                    transferred: penalty == 0,
                    ..Disposal::default()
                },
                ..case(&format!("C{id}"), plus(due), closed.map(plus), cancelled)
            }
        },
    )
}

proptest! {
    #[test]
    fn regions_added_up_come_to_what_is_counted_of_all_at_once(
        batches in prop::collection::vec(any_batch(), 0..120),
        cases in prop::collection::vec(any_case(), 0..40),
        readings in prop::collection::vec(any_reading(), 0..60),
        people in prop::collection::vec(0u64..50, 4), on in 0i64..420,
    ) {
        let on = day(1, 1) + chrono::Duration::days(on);
        let mut all = Facts { batches, cases, rapid: readings, ..Facts::default() };
        // a number names its area
        for (at, b) in all.batches.iter_mut().enumerate() {
            (b.sampling_no, b.lab) = (format!("{}{}", b.sampling_no, &b.street[6..]), format!("机构{}", at % 3));
        }
        let regions: Vec<Counts> = (0..4).map(|n| {
            let mine = |street: &str| street.ends_with(&n.to_string());
            let facts = Facts {
                batches: all.batches.iter().filter(|b| mine(&b.street)).cloned().collect(),
                cases: all.cases.iter().filter(|c| mine(&c.street)).cloned().collect(),
                rapid: all.rapid.iter().filter(|r| mine(&r.street)).cloned().collect(),
                ..Facts::default()
            };
            told(&facts, people[n], on, &[n])
        }).collect();
        let gatherer = Gatherer::new(2026, on, &calendar()).unwrap();
        for region in &regions {
            prop_assert_eq!(gatherer.fit(region), Ok(()));
        }
        let regions: Vec<&Counts> = regions.iter().collect();
        prop_assert!(Gatherer::overlaps(&regions).is_empty());
        let sum = gatherer.sum(&regions).unwrap();
        let whole: Kpis<u64> = kpis_of(&Sets::plain(&all, &[]), &scope(people.iter().sum()), end_of(on), &calendar());
        // a laboratory that has nothing within the scope in a region has no figure there, so what lies outside the scope is not told either
        let named = |f: &Figure<u64>| {
            let mut f = f.clone();
            f.left_out.retain(|why, _| f.cut.as_ref().is_none_or(|c| c.axis != Axis::Lab) || *why > LeftOut::OtherKind);
            (f.name(Lang::En), f)
        };
        let by_name = |figures: Vec<&Figure<u64>>| -> BTreeMap<String, Figure<u64>> { figures.into_iter().map(named).collect() };
        let (mine, theirs) = (by_name(sum.figures.iter().collect()), by_name(whole.figures().collect()));
        prop_assert_eq!(mine.len(), sum.figures.len(), "each once");
        prop_assert_eq!(mine, theirs);
        prop_assert_eq!((sum.required, sum.gap, sum.pace, sum.forecast), (Some(whole.required), Some(whole.gap), Some(whole.pace), Some(whole.forecast)));
        let lists = [&whole.overdue, &whole.closed_late, &whole.due_today, &whole.unevidenced, &whole.open_not_due].map(|l| l.len() as u64);
        prop_assert_eq!([sum.overdue, sum.closed_late, sum.due_today, sum.unevidenced, sum.open_not_due], lists);
        prop_assert_eq!([sum.in_lab, sum.in_transit, sum.undetermined], [whole.in_lab, whole.in_transit, whole.undetermined]);
    }
}

#[test]
fn what_cannot_be_added_is_not_added() {
    let on = day(10, 1);
    let gatherer = Gatherer::new(2026, on, &calendar()).unwrap();
    let good = told(&batches(40), 10_000, on, &[8]);
    assert_eq!(gatherer.fit(&good), Ok(()));
    let form = |change: &dyn Fn(&mut Counts)| {
        let mut other = good.clone();
        change(&mut other);
        match gatherer.fit(&other) {
            Err(Unfit::Form(what)) => what,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(form(&|c| c.form = 2), "form 2");
    assert_eq!(form(&|c| c.streets.clear()), "streets");
    assert_eq!(form(&|c| c.in_lab = u64::MAX), "numbers");
    assert_eq!(form(&|c| c.figures[0].key = "other".into()), "other");
    // told not at all, told twice, more hits than counted, a rate that is a sum, a street for which it does not answer
    let discovery = good.figures.iter().position(|f| f.key == "discovery_rate").unwrap();
    assert_eq!(form(&|c| drop(c.figures.remove(discovery))), "discovery_rate");
    assert_eq!(form(&|c| c.figures.push(c.figures[discovery].clone())), "discovery_rate");
    assert_eq!(form(&|c| c.figures[discovery].hits = 41), "discovery_rate");
    assert_eq!(form(&|c| c.figures[discovery].total = Some(Decimal::ONE)), "discovery_rate");
    let street = |c: &mut Counts| c.figures.iter_mut().filter_map(|f| f.cut.as_mut()).find(|c| c.axis == Axis::Street).unwrap().code = "410106001".into();
    assert_eq!(form(&street), "discovery_rate");
    let fit = |change: &dyn Fn(&mut Counts)| {
        let mut other = good.clone();
        change(&mut other);
        gatherer.fit(&other)
    };
    assert_eq!(fit(&|c| c.as_of = day(9, 30)), Err(Unfit::Day(day(9, 30))));
    assert_eq!(fit(&|c| c.scope.year = 2025), Err(Unfit::Scope("年度", "year")));
    assert_eq!(fit(&|c| c.scope.kinds = BTreeSet::from([TaskKind::Supervisory])), Err(Unfit::Scope("任务类别", "kinds")));
    // two that answer for one street are both known
    let other = told(&batches(0), 1, on, &[9]);
    let overlaps = Gatherer::overlaps(&[&good, &other, &good]);
    assert_eq!(overlaps, BTreeMap::from([(0, (2, "410105008".to_owned())), (2, (0, "410105008".to_owned()))]));
}

#[test]
fn a_rate_of_regions_comes_from_the_sums_and_is_no_average() {
    let on = day(10, 1);
    let gatherer = Gatherer::new(2026, on, &calendar()).unwrap();
    let region = |n: u64, failing: usize, street: usize, people: u64| {
        let mut facts = batches(u128::from(n));
        facts.batches.iter_mut().for_each(|b| b.street = format!("41010500{street}"));
        facts.batches.iter_mut().take(failing).for_each(|b| b.outcome = Some(Outcome::Fail));
        told(&facts, people, on, &[street])
    };
    // 1 of 10 and 1 of 90 are 2 of 100, not 5.56 in a hundred
    let (a, b) = (region(10, 1, 1, 1_000), region(90, 1, 2, 9_000));
    let sum = gatherer.sum(&[&a, &b]).unwrap();
    let figure = |sum: &Gathered, key: &str| sum.figures.iter().find(|f| f.key == key && f.cut.is_none()).unwrap().clone();
    assert_eq!((figure(&sum, "discovery_rate").display.as_str(), figure(&sum, "batches_per_thousand").display.as_str()), ("2.00%", "10.00"));
    // where nobody knows the people of one region there are no batches per thousand; a target that differs is none, and each still owes its own
    let mut unknown = b.clone();
    unknown.scope.divisor = Divisor::Unknown;
    let sum = gatherer.sum(&[&a, &unknown]).unwrap();
    assert_eq!((sum.people, sum.required, figure(&sum, "batches_per_thousand").display.as_str()), (None, None, "—"));
    let mut other = b.clone();
    other.scope.target_per_mille = Decimal::from(8);
    other.figures.iter_mut().filter(|f| f.key == "batches_per_thousand").for_each(|f| f.target = Some(Decimal::from(8)));
    let sum = gatherer.sum(&[&a, &other]).unwrap();
    let per_thousand = figure(&sum, "batches_per_thousand");
    assert_eq!((sum.target_per_mille, sum.required, per_thousand.target, per_thousand.met), (None, Some(4 + 72), None, None));
    assert_eq!(gatherer.sum(&[]), None);
}
