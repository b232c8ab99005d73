//! 台账测速 a made-up district of so many batches: `ledger BATCHES` tells how long the ledger takes to be read, to be folded for a day, to be told of one
//! batch, and how long the figures take from cells and from rows.

use std::time::Instant;

use chrono::{Datelike, NaiveDate};
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{CaseId, PopulationId, SampleId};
use shiyan_foundation::task::{Boundary, Department, Link, Outcome, Population, PopulationBasis, TaskKind, TaskLevel};
use shiyan_foundation::{Label, WorkCalendar};
use shiyan_indicators::ledger::Batch;
use shiyan_indicators::{
    Asked, BatchFact, BatchStage, CaseFact, Disposal, FactId, Facts, FoldDay, ItemFact, KpiScope, Kpis, Ledger, Marks, Sets, Sift, Whose, end_of, kpis_of,
};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// A step of a walk over all combinations that looks like chance.
fn spread(n: u64, of: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) % of
}

fn batch(n: u64) -> BatchFact {
    let sampled_on = day(2025, 1, 1) + chrono::Duration::days(i64::try_from(spread(n, 690)).unwrap_or_default());
    let received_on = sampled_on + chrono::Duration::days(1);
    let took = 6 + i64::try_from(spread(n + 1, 17)).unwrap_or_default();
    BatchFact {
        sample_id: SampleId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))),
        sampling_no: format!("XBJ{:02}410105{n:09}", sampled_on.year() - 2000),
        temporary_no: false,
        kind: if spread(n + 2, 10) == 0 { TaskKind::Evaluative } else { TaskKind::Supervisory },
        level: TaskLevel::ALL[usize::from(spread(n + 3, 10) == 0)],
        department: Department::Market,
        link: Link::ALL[usize::try_from(spread(n + 4, 3)).unwrap_or_default()],
        street: format!("4101050{:02}", spread(n + 5, 17)),
        admin: AdminBody::Jinshui,
        category: CategoryPath::parse(&format!("大类{}/亚类{}/品种{}", spread(n + 6, 39), spread(n + 6, 117), spread(n + 6, 351))),
        area_kind: AreaKind::Urban,
        place: format!("场所{}", spread(n + 7, 12)),
        online: spread(n + 8, 20) == 0,
        sampled_on,
        received_on: Some(received_on),
        issued_on: Some(received_on + chrono::Duration::days(took)),
        report_due_on: Some(received_on + chrono::Duration::days(20)),
        stage: BatchStage::Issued,
        outcome: Some(if spread(n + 9, 33) == 0 { Outcome::Fail } else { Outcome::Pass }),
        recheck_pending: false,
        lab: format!("机构{}", spread(n + 10, 6)),
    }
}

fn case(b: &BatchFact) -> CaseFact {
    let opened_on = b.issued_on.unwrap_or(b.sampled_on);
    CaseFact {
        case_id: CaseId(b.sample_id.0),
        case_no: format!("HC{}", b.sampling_no),
        sampling_no: b.sampling_no.clone(),
        street: b.street.clone(),
        opened_on,
        due_on: opened_on + chrono::Duration::days(90),
        provisional: false,
        closed_on: Some(opened_on + chrono::Duration::days(60)),
        cancelled: false,
        evidenced: true,
        state: "closed".into(),
        disposal: Disposal { sealed: "12.5".into(), unit: "kg".into(), fine: "3000".into(), ..Disposal::default() },
    }
}

/// Nanoseconds that this thread was at work, as Linux counts them: on a busy machine the clock on the wall says something else.
fn at_work() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (begun, was) = (Instant::now(), at_work());
    let done = work();
    println!("{what:<44} {:>10} µs at work {:>10} µs", (at_work() - was) / 1_000, begun.elapsed().as_micros());
    done
}

fn main() {
    let many: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let population = Population {
        id: PopulationId(uuid::Uuid::nil()),
        year: 2022,
        area_code: "410105".into(),
        people: 2_162_700,
        basis: PopulationBasis::YearEnd,
        boundary: Boundary::Division,
        source: "made up".into(),
    };
    let Ok(scope) = KpiScope::standard(2026, population) else { return };
    let calendar = WorkCalendar { version: String::new(), years: [2025, 2026].into(), off: Default::default(), work: Default::default() };
    let as_of = day(2026, 11, 29);
    let batches: Vec<BatchFact> = timed("facts made", || (0..many).map(batch).collect());
    let failing = |b: &&BatchFact| b.fails();
    let items: Vec<ItemFact> = batches
        .iter()
        .filter(failing)
        .map(|b| ItemFact {
            sample_id: b.sample_id,
            analyte: format!("项目{}", spread(u64::from(b.sampled_on.ordinal()), 60)),
            group_zh: "农药残留".into(),
            category: b.category.clone(),
            failing: true,
        })
        .collect();
    let cases: Vec<(SampleId, CaseFact)> = batches.iter().filter(failing).map(|b| (b.sample_id, case(b))).collect();
    println!("{many} batches, {} cases", cases.len());
    let mut ledger = Ledger::default();
    timed("ledger read", || {
        ledger.extend(&batches, &items, &[]);
        ledger.settle()
    });
    if std::env::args().nth(2).is_none() {
        ledger.set_cases(cases.clone(), Vec::new());
    }
    let asked = Asked { first: day(2025, 1, 1), last: day(2026, 12, 31), day: FoldDay::of(as_of), whose: Whose::All, sift: Sift::of(&scope) };
    timed("cells of a day", || ledger.ready(&asked));
    println!("{} cells", ledger.cells(&asked).unwrap_or_default());
    let count = |ledger: &Ledger| -> Kpis<u64> {
        ledger.sets(&asked).map(|sets| kpis_of(&sets, &scope, end_of(as_of), &calendar)).unwrap_or_else(|| unreachable!("made ready"))
    };
    for _ in 0..3 {
        timed("all figures from cells", || count(&ledger));
    }
    let mut changed = batches[many as usize / 2].clone();
    changed.outcome = Some(Outcome::Fail);
    timed("one batch told", || ledger.set_batch(changed.sample_id, Some(Batch { fact: changed.clone(), failing: Vec::new() })));
    timed("one case told", || ledger.set_case(changed.sample_id, case(&changed), Vec::new()));
    timed("all figures after it", || count(&ledger));
    let marks = ledger.sets(&asked).map(|sets| kpis_of::<Marks>(&sets, &scope, end_of(as_of), &calendar));
    if let Some(marks) = marks {
        let first = timed("first page behind a figure", || ledger.opened(&asked, &marks.discovery.counted.ids, 0, 200));
        let rare = timed("last page behind its numerator", || {
            ledger.opened(&asked, &marks.discovery.hits.ids, usize::try_from(marks.discovery.hits.number).unwrap_or(0).saturating_sub(50), 200)
        });
        println!("{} and {} rows", first.len(), rare.iter().filter(|id| matches!(id, FactId::Sample(_))).count());
    }
    let facts = Facts { batches, cases: cases.into_iter().map(|(_, c)| c).collect(), ..Facts::default() };
    let plain: Kpis<u64> = timed("all figures from rows", || kpis_of(&Sets::plain(&facts, &[]), &scope, end_of(as_of), &calendar));
    println!("equal before the change: {}", plain.per_thousand.numerator == count(&ledger).per_thousand.numerator);
}
