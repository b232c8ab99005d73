use std::fs;
use std::path::PathBuf;

use chrono::{Days, NaiveDate, TimeDelta};
use proptest::prelude::*;
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{CaseId, ClockId, PlanLineId, PointId, ReadingId};
use shiyan_foundation::task::{Department, Link, Outcome, Penalty, TaskKind, TaskLevel};
use shiyan_indicators::facts::Taken;
use shiyan_indicators::{BatchFact, BatchStage, CaseFact, Disposal, PlanFact, RapidFact, RapidVerdict, ServiceFact, ServiceRule, end_of};
use uuid::Uuid;

use super::*;

/// A directory that is gone when the test is.
pub(crate) struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("shiyan-facts-{name}-{}", Uuid::now_v7()));
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// A month of facts out of a number: every field moves, what may be lacking is lacking here and there, and texts are not only those of forms.
pub(crate) fn month_of(seed: u64, size: usize) -> (FileMonth, MonthRows) {
    let mut state = seed;
    let mut next = move |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let texts = ["", "演示", "a/b", "食用农产品/蔬菜/豆芽", "𠮷", "410105001", "超市 ", "N'\"--"];
    let month = FileMonth { year: 2024 + next(3) as i32, month: next(12) as u32 + 1 };
    let first = NaiveDate::from_ymd_opt(month.year, month.month, 1).unwrap();
    let mut rows = MonthRows::default();
    let at = |n: usize| end_of(first) + TimeDelta::nanoseconds(n as i64 * 86_399_999_999_977);
    for n in 0..size {
        let id = Uuid::from_u128((u128::from(seed) << 64) | (n as u128 * 5 + 1));
        let day = first + Days::new(next(28) as u64);
        let maybe = |n: usize| (n > 0).then(|| day + Days::new(n as u64));
        let batch = BatchFact {
            sample_id: SampleId(id),
            sampling_no: format!("XBJ{}", next(1000)),
            temporary_no: next(2) == 0,
            kind: TaskKind::ALL[next(3)],
            level: TaskLevel::ALL[next(5)],
            department: Department::ALL[next(4)],
            link: Link::ALL[next(3)],
            street: texts[next(8)].to_owned(),
            admin: AdminBody::ALL[next(2)],
            category: CategoryPath::parse(texts[next(8)]),
            area_kind: AreaKind::ALL[next(3)],
            place: texts[next(8)].to_owned(),
            online: next(2) == 0,
            sampled_on: day,
            received_on: maybe(next(3)),
            issued_on: maybe(next(40)),
            report_due_on: maybe(next(2)),
            stage: BatchStage::ALL[next(5)],
            outcome: (next(3) > 0).then(|| Outcome::ALL[next(4)]),
            recheck_pending: next(2) == 0,
            lab: texts[next(8)].to_owned(),
        };
        for _ in 0..next(4) {
            let (analyte, group_zh) = (texts[next(8)].to_owned(), texts[next(8)].to_owned());
            rows.items.push(ItemFact { sample_id: batch.sample_id, analyte, group_zh, category: CategoryPath::parse(texts[next(8)]), failing: next(2) == 0 });
        }
        rows.batches.push(batch);
        rows.readings.push(RapidFact {
            reading_id: ReadingId(id),
            point_id: PointId(Uuid::from_u128(next(3) as u128)),
            point: texts[next(8)].to_owned(),
            street: texts[next(8)].to_owned(),
            tested_on: day,
            item: texts[next(8)].to_owned(),
            verdict: RapidVerdict::ALL[next(3)],
            valid: next(2) == 0,
            confirmed: [None, Some(true), Some(false)][next(3)],
            settle_by: (next(2) == 0).then(|| at(next(9))),
            settled_at: (next(2) == 0).then(|| at(next(9))),
            cleared_at: (next(2) == 0).then(|| at(next(9))),
        });
        rows.cases.push(CaseFact {
            case_id: CaseId(id),
            case_no: format!("演{n}"),
            sampling_no: texts[next(8)].to_owned(),
            street: texts[next(8)].to_owned(),
            opened_on: day,
            due_on: day + Days::new(next(400) as u64),
            provisional: next(2) == 0,
            closed_on: maybe(next(90)),
            cancelled: next(2) == 0,
            evidenced: next(2) == 0,
            state: texts[next(8)].to_owned(),
            disposal: Disposal {
                sealed: texts[next(8)].to_owned(),
                recalled: texts[next(8)].to_owned(),
                unit: texts[next(8)].to_owned(),
                penalty: (next(2) == 0).then(|| Penalty::ALL[next(3)]),
                fine: texts[next(8)].to_owned(),
                transferred: next(2) == 0,
            },
        });
        // the lines of a quarter stand in its first month
        if month.month % 3 == 1 {
            rows.plan.push(PlanFact {
                line_id: PlanLineId(id),
                year: month.year,
                kind: TaskKind::ALL[next(3)],
                level: TaskLevel::ALL[next(5)],
                department: Department::ALL[next(4)],
                street: (next(3) > 0).then(|| texts[next(8)].to_owned()),
                class: texts[next(8)].to_owned(),
                quarter: (month.month / 3 + 1) as u8,
                planned: next(1000) as u32,
                taken: Taken::Number(next(1000) as u64),
            });
        }
        rows.services.push(ServiceFact {
            clock_id: ClockId(id),
            case_id: CaseId(id),
            case_no: texts[next(8)].to_owned(),
            rule: ServiceRule::ALL[next(3)],
            street: texts[next(8)].to_owned(),
            started_on: day,
            due_on: day + Days::new(7),
            due_at: (next(2) == 0).then(|| at(next(9))),
            stopped_at: (next(2) == 0).then(|| at(next(9))),
            cancelled: next(2) == 0,
        });
    }
    (month, rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_written_is_what_is_read(seed in any::<u64>(), size in 0_usize..60) {
        let dir = Scratch::new("round");
        let (month, rows) = month_of(seed, size);
        write_month(&dir.0, month, &rows).unwrap();
        let manifest = Manifest::read(&dir.0).unwrap();
        manifest.check(&dir.0, Trust::Hash).unwrap();
        prop_assert_eq!(read_month(&dir.0, &manifest, month).unwrap(), rows);
    }
}

#[test]
fn a_month_written_anew_replaces_the_old_one_and_the_others_stay() {
    let dir = Scratch::new("again");
    let ((a, first), (_, second)) = (month_of(1, 20), month_of(1, 7));
    let (b, other) = (2..).map(|seed| month_of(seed, 9)).find(|(month, _)| *month != a).unwrap();
    write_month(&dir.0, a, &first).unwrap();
    write_month(&dir.0, b, &other).unwrap();
    write_month(&dir.0, a, &second).unwrap();
    let manifest = Manifest::read(&dir.0).unwrap();
    assert_eq!(read_month(&dir.0, &manifest, a).unwrap(), second);
    assert_eq!(read_month(&dir.0, &manifest, b).unwrap(), other);
    assert_eq!(read_dir(&dir.0).unwrap().0.batches.len(), 16);
}

#[test]
fn the_same_facts_make_the_same_bytes() {
    let (one, two) = (Scratch::new("same"), Scratch::new("same"));
    let (month, rows) = month_of(3, 50);
    for dir in [&one, &two] {
        write_month(&dir.0, month, &rows).unwrap();
    }
    assert_eq!(Manifest::read(&one.0).unwrap(), Manifest::read(&two.0).unwrap());
}

#[test]
fn a_torn_a_missing_and_an_altered_file_are_named() {
    let (month, rows) = month_of(4, 40);
    for (spoil, expected) in [(0, "FACTS-TORN"), (1, "FACTS-MISSING"), (2, "FACTS-TORN"), (3, "FACTS-NO-FILES"), (4, "FACTS-TORN")] {
        let dir = Scratch::new("torn");
        write_month(&dir.0, month, &rows).unwrap();
        let file = dir.0.join(Manifest::file(FactFamily::Reading, month));
        let mut bytes = fs::read(&file).unwrap();
        match spoil {
            // cut off, gone, one bit turned, no manifest, another file of the same kind
            0 => fs::write(&file, &bytes[..bytes.len() - 9]).unwrap(),
            1 => fs::remove_file(&file).unwrap(),
            2 => {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                fs::write(&file, &bytes).unwrap();
            }
            3 => fs::remove_file(dir.0.join("manifest.json")).unwrap(),
            _ => {
                let other = Scratch::new("torn");
                write_month(&other.0, month, &MonthRows { readings: rows.readings[1..].to_vec(), ..MonthRows::default() }).unwrap();
                fs::copy(other.0.join(Manifest::file(FactFamily::Reading, month)), &file).unwrap();
            }
        }
        let refusal = read_dir(&dir.0).unwrap_err();
        assert_eq!(refusal.code(), expected);
        let named = if spoil == 3 { dir.0.display().to_string() } else { format!("reading/{month}.parquet") };
        assert!(refusal.facts["at"].contains(&named), "{:?}", refusal.facts);
    }
}

#[test]
fn a_half_written_file_is_no_file() {
    let dir = Scratch::new("half");
    let (month, rows) = month_of(5, 10);
    write_month(&dir.0, month, &rows).unwrap();
    fs::write(dir.0.join("batch/2031-01.part"), b"PAR1").unwrap();
    assert_eq!(read_dir(&dir.0).unwrap().0.batches, rows.batches);
}

#[test]
fn a_fact_of_another_month_and_an_item_without_its_batch_are_refused() {
    let dir = Scratch::new("other");
    let (month, mut rows) = month_of(6, 10);
    let refusal = write_month(&dir.0, month.next(), &rows).unwrap_err();
    assert_eq!(refusal.code(), "FACTS-OTHER-MONTH");
    let line = (8..).map(|seed| month_of(seed, 3)).find(|(_, rows)| !rows.plan.is_empty()).unwrap().1.plan;
    let of_none = MonthRows { plan: line.clone(), ..MonthRows::default() };
    let other = FileMonth::of_quarter(line[0].year, line[0].quarter).next();
    assert_eq!(write_month(&dir.0, other, &of_none).unwrap_err().code(), "FACTS-OTHER-MONTH");
    rows.items[0].sample_id = SampleId(Uuid::nil());
    assert_eq!(write_month(&dir.0, month, &rows).unwrap_err().code(), "FACTS-NO-BATCH");
    assert_eq!(Manifest::read(&dir.0).unwrap_err().code(), "FACTS-NO-FILES");
}

#[test]
fn a_manifest_that_leads_out_of_its_directory_is_refused() {
    let dir = Scratch::new("out");
    let (month, rows) = month_of(7, 3);
    write_month(&dir.0, month, &rows).unwrap();
    let text = fs::read_to_string(dir.0.join("manifest.json")).unwrap();
    fs::write(dir.0.join("manifest.json"), text.replace("item/", "../item/")).unwrap();
    assert_eq!(Manifest::read(&dir.0).unwrap_err().code(), "FACTS-FORMAT");
}
