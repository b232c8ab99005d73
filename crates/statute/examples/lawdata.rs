//! How long the shipped law takes to read, and how many questions a second it answers: `cargo run --release -p shiyan-statute --example lawdata`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

use std::time::Instant;

use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Label, Lang, NaiveDate};
use shiyan_statute::additives::{self, AdditiveQuery};
use shiyan_statute::{LimitLibrary, LimitQuery, LimitRow, LimitStatus, crosswalk, draft_packages, limits, names::FoodNames, shipped_editions};

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = work();
    println!("{:>9.3} ms  {what}", start.elapsed().as_secs_f64() * 1e3);
    out
}

fn main() {
    let rows = timed("limits", || limits().len());
    let library =
        timed("library over them, active", || LimitLibrary::new(limits().iter().cloned().map(|r| LimitRow { status: LimitStatus::Active, ..r }).collect()));
    let mark = timed("its revision", || library.revision().to_owned());
    timed("editions with their marks", || shipped_editions().len());
    timed("additives and their uses", || additives::uses().len());
    timed("crosswalk", || crosswalk::crossings().count());
    timed("item packages", || draft_packages(2026).len());
    let known = timed("names", || FoodNames::new(&library));
    println!("{rows} rows, revision {mark}, {:?}", known.resolve("草莓"));

    let on: NaiveDate = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap_or_default();
    let asked: Vec<(CategoryPath, &str)> = library.iter().flat_map(|r| r.categories.iter().map(|p| (p.clone(), r.analyte.as_str()))).collect();
    let start = Instant::now();
    let (mut n, mut found) = (0_u64, 0_u64);
    while n < 400_000 {
        for (category, analyte) in &asked {
            let choice = library.choose(&LimitQuery { category, food_name: "", analyte, ref_date: on, prepackaged: Some(true) });
            found += u64::from(choice.rows().len() == 1);
            n += 1;
        }
    }
    println!("{:>9.0} choices of a limit a second ({found} of {n} one row)", n as f64 / start.elapsed().as_secs_f64());

    let codes: Vec<[String; 1]> = additives::uses().iter().map(|u| [if u.code.is_empty() { "07.02".to_owned() } else { u.code.clone() }]).collect();
    let start = Instant::now();
    let mut n = 0_u64;
    while n < 400_000 {
        for (line, codes) in additives::uses().iter().zip(&codes) {
            std::hint::black_box(additives::additive_rule(&AdditiveQuery { item: &line.additive, codes, words: &[], on }));
            n += 1;
        }
    }
    println!("{:>9.0} additive rules a second", n as f64 / start.elapsed().as_secs_f64());
    let place = CategoryPath::parse("餐饮食品/米面及其制品(自制)/油炸面制品(自制)/油条");
    let start = Instant::now();
    for _ in 0..200_000 {
        std::hint::black_box(additives::additive_rule_for("铝的残留量(干样品，以Al计)", &place, "油条", on));
    }
    println!("{:>9.0} additive rules by path a second", 200_000.0 / start.elapsed().as_secs_f64());
    println!("{}", LimitStatus::Pending.label(Lang::Zh));
}
