//! Judges a million results on one core and prints how many a second: `cargo run --release -p shiyan-judgement --example judging`.
//! Each is read from its text as typed and judged against its limit with its whole working, as on the bench.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

use std::time::Instant;

use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_judgement::texts::{Typed, judge_stored};

const RESULTS: usize = 1_000_000;
const FOOD: &str = "糕点/糕点/糕点/热加工糕点/示范糕";

fn main() {
    // with the name of the item, as on the bench: what the library knows of it is part of the work
    let rows: Vec<(&str, LimitUsed)> = shiyan_statute::limits().iter().map(|r| (r.analyte.as_str(), LimitUsed::of(r))).collect();
    let texts: Vec<String> = (0..997u32).map(text).collect();
    let begun = Instant::now();
    let (mut conforming, mut failing, mut person) = (0u32, 0u32, 0u32);
    for n in 0..RESULTS {
        let (Some((item, limit)), Some(raw)) = (rows.get(n % rows.len()), texts.get(n % texts.len())) else { continue };
        let (_, judged) = judge_stored(&Typed { food: Some(FOOD), ..Typed::new(item, raw, Some(&limit.unit)) }, Some(limit), None);
        match judged.map(|j| j.verdict) {
            Some(Verdict::Conforming) => conforming += 1,
            Some(Verdict::Nonconforming) => failing += 1,
            _ => person += 1,
        }
    }
    let spent = begun.elapsed();
    let rate = RESULTS as u128 * 1_000_000 / spent.as_micros().max(1);
    println!("{RESULTS} results in {} ms: {rate} a second ({conforming} conforming, {failing} nonconforming, {person} to a person)", spent.as_millis());
}

/// What technicians type, in the shares of a bench: numbers, not detected, below a limit, exponents, five values of a plan.
fn text(n: u32) -> String {
    match n % 20 {
        0..=5 => "未检出".to_owned(),
        6 | 7 => format!("<0.{:03}", n % 89 + 1),
        8 => format!("{}.{}×10^{}", n % 9 + 1, n % 10, n % 5),
        9 => "<10,<10,20,<10,10".to_owned(),
        10 => format!("０．{:03}", n % 1000),
        _ => format!("0.{:04}", n * 7 % 10_000),
    }
}
