//! The twelve answers against a slow count, row by row, from the typed facts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shiyan_foundation::Label;
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_indicators::{BatchFact, BatchStage, Facts, ItemFact, RapidVerdict, ServiceRule};

use super::*;
use crate::files::sheet::Packing;
use crate::files::tests::{Scratch, month_of};
use crate::files::{FileMonth, read_dir, write_month};
use crate::national::{NationOptions, generate};

type Counts<K> = BTreeMap<K, Vec<i64>>;

fn add<K: Ord>(counts: &mut Counts<K>, key: K, more: &[bool]) {
    let row = counts.entry(key).or_insert_with(|| vec![0; more.len()]);
    row.iter_mut().zip(more).for_each(|(n, more)| *n += i64::from(*more));
}

fn rows<K: Ord>(counts: Counts<K>, cells: impl Fn(&K) -> Vec<AnswerCell>) -> Answer {
    let mut all: Answer = counts.iter().map(|(key, n)| cells(key).into_iter().chain(n.iter().map(|n| AnswerCell::Count(*n))).collect()).collect();
    all.sort_unstable();
    all
}

fn number(n: u32) -> AnswerCell {
    AnswerCell::Count(i64::from(n))
}

/// The answer to a question, counted as a person would.
fn plain(name: &str, facts: &Facts, items: &[ItemFact], asked: AskedYear) -> Answer {
    let in_year = |day: NaiveDate| day.year() == asked.year;
    let countable = |b: &&BatchFact| b.stage == BatchStage::Issued && b.kind == TaskKind::Supervisory;
    let counted = || facts.batches.iter().filter(countable).filter(|b| in_year(b.sampled_on));
    let mut texts: Counts<String> = Counts::new();
    let mut months: Counts<(String, u32)> = Counts::new();
    let text_rows = |counts: Counts<String>| rows(counts, |k| vec![text(k)]);
    match name {
        "class_failing" => {
            counted().for_each(|b| add(&mut texts, b.category.class().to_owned(), &[true, b.fails()]));
            text_rows(texts)
        }
        "street_top" => {
            counted().for_each(|b| add(&mut texts, b.street.clone(), &[true, b.fails()]));
            let mut all: Vec<(String, Vec<i64>)> = texts.into_iter().collect();
            all.sort_by_key(|(street, n)| (-n[1], street.clone()));
            all.into_iter().take(50).map(|(street, n)| vec![text(&street), AnswerCell::Count(n[0]), AnswerCell::Count(n[1])]).collect()
        }
        "month_link" => {
            counted().for_each(|b| add(&mut months, (b.link.code().to_owned(), b.sampled_on.month()), &[true, b.fails()]));
            rows(months, |(link, month)| vec![number(*month), text(link)])
        }
        "item_pareto" => {
            let failing: BTreeMap<SampleId, ()> = counted().filter(|b| b.fails()).map(|b| (b.sample_id, ())).collect();
            let mut counts: BTreeMap<(String, String), i64> = BTreeMap::new();
            for i in items.iter().filter(|i| i.failing && failing.contains_key(&i.sample_id)) {
                *counts.entry((i.group_zh.clone(), i.analyte.clone())).or_default() += 1;
            }
            let mut all: Vec<((String, String), i64)> = counts.into_iter().collect();
            all.sort_by_key(|(key, n)| (-n, key.clone()));
            all.into_iter().take(30).map(|((group, analyte), n)| vec![text(&group), text(&analyte), AnswerCell::Count(n)]).collect()
        }
        "lab_turnaround" => {
            let mut days: BTreeMap<String, Vec<i64>> = BTreeMap::new();
            for b in &facts.batches {
                if let Some((received, issued)) = b.received_on.zip(b.issued_on).filter(|(_, issued)| in_year(*issued)) {
                    days.entry(b.lab.clone()).or_default().push((issued - received).num_days());
                }
            }
            let mut all = Answer::new();
            for (lab, mut days) in days {
                days.sort_unstable();
                // the day by which at least so much of the whole was issued
                let within = |num: usize, den: usize| AnswerCell::Count(days[(days.len() * num).div_ceil(den) - 1]);
                all.push(vec![text(&lab), AnswerCell::Count(days.len() as i64), within(1, 2), within(9, 10)]);
            }
            all.sort_unstable();
            all
        }
        "on_time" => {
            for b in facts.batches.iter().filter(|b| matches!(b.stage, BatchStage::Issued | BatchStage::InLab)) {
                if let Some(due) = b.report_due_on.filter(|due| in_year(*due)) {
                    add(&mut texts, b.street.get(..6).unwrap_or(&b.street).to_owned(), &[true, b.issued_on.is_some_and(|on| on <= due)]);
                }
            }
            text_rows(texts)
        }
        "rapid_month" => {
            for r in facts.rapid.iter().filter(|r| r.valid && r.verdict != RapidVerdict::Invalid && in_year(r.tested_on)) {
                add(&mut months, (r.item.clone(), r.tested_on.month()), &[true, r.verdict == RapidVerdict::Positive]);
            }
            rows(months, |(item, month)| vec![text(item), number(*month)])
        }
        "same_period" => {
            let before = asked.until.with_year(asked.year - 1).unwrap();
            for b in facts.batches.iter().filter(countable) {
                let now = in_year(b.sampled_on) && b.issued_on.is_some_and(|on| on <= asked.until);
                let then = b.sampled_on.year() == asked.year - 1 && b.issued_on.is_some_and(|on| on <= before);
                if now || then {
                    add(&mut texts, b.category.class().to_owned(), &[now, now && b.fails(), then, then && b.fails()]);
                }
            }
            text_rows(texts)
        }
        "key_foods" => {
            let of = |failing: bool, at: usize| counted().filter(|b| KEY_FOOD_GROUPS[at].holds(&b.category) && (!failing || b.fails())).count();
            vec![(0..KEY_FOOD_GROUPS.len()).flat_map(|at| [count(of(false, at) as u64), count(of(true, at) as u64)]).collect()]
        }
        "level_kind" => {
            let mut pairs: Counts<(&str, &str)> = Counts::new();
            for b in facts.batches.iter().filter(|b| b.stage == BatchStage::Issued && in_year(b.sampled_on)) {
                let problem = !b.recheck_pending && b.outcome == Some(Outcome::Problem);
                add(&mut pairs, (b.level.code(), b.kind.code()), &[true, b.fails(), problem, b.passes()]);
            }
            rows(pairs, |(level, kind)| vec![text(level), text(kind)])
        }
        "group_history" => {
            let sampled: BTreeMap<SampleId, NaiveDate> = facts.batches.iter().map(|b| (b.sample_id, b.sampled_on)).collect();
            for i in items.iter().filter(|i| i.group_zh == asked.group && in_year(sampled[&i.sample_id])) {
                add(&mut months, (i.analyte.clone(), sampled[&i.sample_id].month()), &[true, i.failing]);
            }
            rows(months, |(analyte, month)| vec![text(analyte), number(*month)])
        }
        "funnel" => {
            let of = |keep: &dyn Fn(&BatchFact) -> bool| facts.batches.iter().filter(|b| in_year(b.sampled_on) && keep(b)).count();
            let issued = |b: &BatchFact| b.stage == BatchStage::Issued;
            let cases = || facts.cases.iter().filter(|c| !c.cancelled && in_year(c.opened_on));
            let serve = || facts.services.iter().filter(|s| s.rule == ServiceRule::Serve && !s.cancelled && in_year(s.started_on));
            let row = [
                of(&|_| true),
                of(&|b| b.received_on.is_some()),
                of(&issued),
                of(&|b| issued(b) && b.fails()),
                cases().count(),
                cases().filter(|c| c.closed_on.is_some()).count(),
                cases().filter(|c| c.closed_on.is_some_and(|on| on <= c.due_on) && c.evidenced).count(),
                serve().count(),
                serve().filter(|s| s.stopped_at.is_some()).count(),
            ];
            vec![row.map(|n| count(n as u64)).to_vec()]
        }
        other => panic!("no plain count of {other}"),
    }
}

fn all_agree(dir: &std::path::Path, asked: AskedYear) {
    let (facts, items) = read_dir(dir).unwrap();
    let columns = FactColumns::open(dir).unwrap();
    for (name, ask) in QUESTIONS {
        assert_eq!(ask(&columns, asked).unwrap(), plain(name, &facts, &items, asked), "{name}");
    }
}

#[test]
fn of_a_made_up_nation_each_answer_is_that_of_a_count_row_by_row() {
    let dir = Scratch::new("answers");
    generate(&dir.0, NationOptions { year: 2025, seed: 7, scale: 150, packing: Packing::default() }, |_| {}).unwrap();
    all_agree(&dir.0, AskedYear::of(2025));
    let columns = FactColumns::open(&dir.0).unwrap();
    for (name, ask) in QUESTIONS {
        let answer = ask(&columns, AskedYear::of(2025)).unwrap();
        assert!(answer.iter().flatten().any(|cell| matches!(cell, AnswerCell::Count(n) if *n > 0)), "{name} has something to count");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn of_any_facts_each_answer_is_that_of_a_count_row_by_row(seed in any::<u64>(), months in 1_usize..5, size in 0_usize..80) {
        let dir = Scratch::new("answers");
        for n in 0..months {
            let (month, mut rows) = month_of(seed.wrapping_add(n as u64 * 7919), size);
            // a group that the history asks for
            for item in rows.items.iter_mut().step_by(2) {
                item.group_zh = "农药残留".to_owned();
            }
            write_month(&dir.0, month, &rows).unwrap();
        }
        all_agree(&dir.0, AskedYear::of(2025));
    }
}

#[test]
fn without_any_fact_of_the_year_there_are_only_empty_answers() {
    let dir = Scratch::new("answers");
    write_month(&dir.0, FileMonth { year: 2019, month: 5 }, &Default::default()).unwrap();
    all_agree(&dir.0, AskedYear::of(2025));
}

#[test]
fn each_question_is_asked_in_the_sql_file_too_and_in_the_same_order() {
    let sql = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../xtask/data/figures.sql")).unwrap();
    let names: Vec<&str> = sql.split("\n\n").filter_map(|part| part.strip_prefix("-- ")?.split(' ').next()).filter(|name| name.is_ascii()).collect();
    assert_eq!(names, QUESTIONS.map(|(name, _)| name));
}
