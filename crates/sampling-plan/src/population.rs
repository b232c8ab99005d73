//! 人口与范围 whether the people that a target is counted from and the streets that a plan reaches are the same district.
//!
//! The trap: an area code says less than it seems to. 410105 holds streets that 郑东新区 runs; a population of the whole division asks for
//! batches for their people, one of the governed district does not, and a batch taken there counts for one of the two only.

use std::collections::BTreeMap;

use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::task::Boundary;
use shiyan_foundation::{Label, Refusal};

use crate::code;
use crate::plan::Plan;

/// How old a population may be before it is asked about: figures of a year come out in the next one.
const FRESH_YEARS: i32 = 2;

/// 范围核对 the warnings: whoever approves reads them, and decides.
#[must_use]
pub fn warnings(plan: &Plan, streets: &BTreeMap<String, Street>, home: AdminBody) -> Vec<Refusal> {
    let mut out = Vec::new();
    let row = &plan.population;
    let named = |codes: &[&str]| {
        let name = |code: &&str| streets.get(*code).map_or_else(|| (*code).to_owned(), |s| s.name.clone());
        codes.iter().map(name).collect::<Vec<_>>().join("、")
    };
    let mut by_street: BTreeMap<&str, u64> = BTreeMap::new();
    for line in &plan.lines {
        *by_street.entry(line.street.as_str()).or_default() += u64::from(line.batches);
    }
    let unknown: Vec<&str> = by_street.keys().copied().filter(|code| !streets.contains_key(*code)).collect();
    if !unknown.is_empty() {
        out.push(Refusal::new(code::STREET_UNKNOWN).with("streets", named(&unknown)));
    }
    let outside: Vec<&str> = streets.values().filter(|s| s.admin != home).map(|s| s.code.as_str()).collect();
    let reached: Vec<&str> = outside.iter().copied().filter(|code| by_street.contains_key(code)).collect();
    let body = |codes: &[&str]| codes.first().and_then(|code| streets.get(*code)).map(|s| s.admin);
    match row.boundary {
        Boundary::Governed if !reached.is_empty() => {
            let batches: u64 = reached.iter().filter_map(|code| by_street.get(code)).sum();
            let (zh, en) = body(&reached).map_or(("", ""), |b| (b.zh(), b.en()));
            out.push(
                Refusal::new(code::BOUNDARY_STREETS)
                    .with("streets", named(&reached))
                    .with("count", reached.len())
                    .with("batches", batches)
                    .with("body", zh)
                    .with("body_en", en)
                    .with("people", row.people),
            );
        }
        Boundary::Division if !outside.is_empty() && reached.len() < outside.len() => {
            let missed: Vec<&str> = outside.iter().copied().filter(|code| !reached.contains(code)).collect();
            let (zh, en) = body(&missed).map_or(("", ""), |b| (b.zh(), b.en()));
            out.push(
                Refusal::new(code::BOUNDARY_PEOPLE)
                    .with("streets", named(&missed))
                    .with("count", missed.len())
                    .with("body", zh)
                    .with("body_en", en)
                    .with("people", row.people)
                    .with("area", &row.area_code),
            );
        }
        Boundary::Governed | Boundary::Division => {}
    }
    if plan.year - row.year > FRESH_YEARS {
        out.push(
            Refusal::new(code::POPULATION_OLD).with("year", row.year).with("plan", plan.year).with("basis", row.basis.zh()).with("basis_en", row.basis.en()),
        );
    }
    out
}
