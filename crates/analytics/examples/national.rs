//! The twelve questions of the annual report over fact files, timed: what `cargo xtask bench --figures` starts.
//!
//! `national generate DIR SCALE SEED [plain]` makes the files; `national cold DIR` answers all twelve in a process that has read nothing yet;
//! `national warm DIR N` answers each N times with the columns in memory; `national kpi DIR` counts the indicators. Each line: name, microseconds (one
//! or N), with `cold` the rows as well; at the end the most memory that was taken.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use shiyan_analytics::answers::{AskedYear, FactColumns, QUESTIONS};
use shiyan_analytics::counted::kpis_from;
use shiyan_analytics::files::sheet::Packing;
use shiyan_analytics::national::{NationOptions, generate};
use shiyan_foundation::ids::PopulationId;
use shiyan_foundation::task::{Boundary, Population, PopulationBasis};
use shiyan_foundation::{Lang, NaiveDate, Refusal, WorkCalendar};
use shiyan_indicators::{KpiScope, end_of};

fn run(args: &[&str]) -> Result<(), Refusal> {
    match args {
        ["generate", dir, scale, seed, rest @ ..] => {
            let packing = if rest.contains(&"plain") { Packing::Plain } else { Packing::default() };
            let options = NationOptions { year: 2025, seed: seed.parse().unwrap_or(1), scale: scale.parse().unwrap_or(1), packing };
            let start = Instant::now();
            let manifest = generate(Path::new(dir), options, |month| eprintln!("{month}"))?;
            for (family, files) in &manifest.families {
                println!("{family}\t{}\t{}", files.values().map(|f| f.rows).sum::<u64>(), files.values().map(|f| f.bytes).sum::<u64>());
            }
            println!("total\t{}\tms", start.elapsed().as_millis());
        }
        ["cold", dir] => {
            let start = Instant::now();
            let facts = FactColumns::open(Path::new(dir))?;
            let mut answers = Vec::new();
            for (name, ask) in QUESTIONS {
                let begun = Instant::now();
                let answer = ask(&facts, AskedYear::of(2025))?;
                answers.push((name, begun.elapsed(), answer));
            }
            println!("total\t{}", start.elapsed().as_micros());
            for (name, time, answer) in answers {
                println!("{name}\t{}", time.as_micros());
                for row in answer {
                    let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
                    println!("={}", cells.join("\t"));
                }
            }
        }
        ["warm", dir, times] => {
            let facts = FactColumns::open(Path::new(dir))?;
            for (name, ask) in QUESTIONS {
                ask(&facts, AskedYear::of(2025))?;
                let mut line = name.to_owned();
                for _ in 0..times.parse().unwrap_or(5) {
                    let begun = Instant::now();
                    ask(&facts, AskedYear::of(2025))?;
                    line += &format!("\t{}", begun.elapsed().as_micros());
                }
                println!("{line}");
            }
        }
        ["kpi", dir] => {
            let begun = Instant::now();
            let population = Population {
                id: PopulationId(Default::default()),
                year: 2020,
                area_code: "900000".to_owned(),
                people: 1_400_000_000,
                basis: PopulationBasis::Census7,
                boundary: Boundary::Division,
                source: "演示".to_owned(),
            };
            let (scope, at) = (KpiScope::standard(2025, population)?, end_of(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap_or_default()));
            let calendar = WorkCalendar { version: String::new(), years: Default::default(), off: Default::default(), work: Default::default() };
            let k = kpis_from(Path::new(dir), &scope, at, &calendar)?;
            println!("total\t{}", begun.elapsed().as_micros());
            println!("={}\t{}", k.per_thousand.numerator, k.discovery.display);
        }
        _ => eprintln!("national generate DIR SCALE SEED [plain] | cold DIR | warm DIR TIMES | kpi DIR"),
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => {
            let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
            println!("peak\t{}", peak.trim().trim_end_matches("kB").trim());
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            eprintln!("[{}] {}", refusal.code(), refusal.what(Lang::En));
            ExitCode::FAILURE
        }
    }
}
