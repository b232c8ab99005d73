//! `cargo xtask bench --figures`: the twelve questions of the annual report over a made-up nation, ours beside DuckDB, polars and DataFusion on the same
//! files, in the same run. The peers answer the SQL of `data/figures.sql` word for word; every answer of ours is compared with DuckDB's, row by row.
//!
//! Ours is the example `national` of analytics, not the whole program: its release build takes a few minutes. DuckDB is held at its better of two ways,
//! tables in memory or views over the files asked again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{machine, median};
use crate::Failure;
use crate::run::{cargo, output, run};

const SQL: &str = include_str!("../../data/figures.sql");
const PEERS: &str = include_str!("../../data/figures_peers.py");
/// The peers by their Python packages.
const NAMES: [&str; 3] = ["duckdb", "polars", "datafusion"];
const TIMES: usize = 5;
/// Millionths of the nation when none are asked for: 0.7 million batches, 14 million items, 10 million readings.
const SCALE: u32 = 100_000;
const SEED: &str = "20250101";
/// What is promised: geometric mean of the questions against DuckDB, the worst question against the best peer, all twelve cold against DuckDB, memory.
const MEAN: f64 = 0.7;
const WORST: f64 = 1.5;
const COLD: f64 = 1.0;
const MEMORY_MIB: f64 = 4_096.0;

/// What differs from one run to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Millionths of the nation.
    pub scale: u32,
    /// Where the files are, or are made; a scratch directory otherwise.
    pub facts: Option<PathBuf>,
    /// A Python that has the peers.
    pub python: String,
}

impl Default for Figures {
    fn default() -> Self {
        Self { scale: SCALE, facts: None, python: "python3".to_owned() }
    }
}

/// A scale as a part of one: `0.1`, at most six decimals.
pub fn scale(text: &str) -> Result<u32, Failure> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part:0<6}");
    let read = if part.len() > 6 { None } else { digits.parse::<u32>().ok() };
    read.filter(|n| (1..=1_000_000).contains(n)).ok_or_else(|| format!("--scale is a part of the nation above 0 and at most 1, not {text}"))
}

/// What one run of one engine said.
#[derive(Debug, Clone, Default, PartialEq)]
struct Said {
    /// Milliseconds by name.
    times: BTreeMap<String, Vec<f64>>,
    /// Rows by name.
    rows: BTreeMap<String, Vec<String>>,
    /// Most memory in MiB.
    peak: f64,
}

fn said(text: &str) -> Result<Said, Failure> {
    let mut said = Said::default();
    let mut name = String::new();
    for line in text.lines() {
        if let Some(row) = line.strip_prefix('=') {
            said.rows.entry(name.clone()).or_default().push(row.to_owned());
            continue;
        }
        let mut cells = line.split('\t');
        name = cells.next().unwrap_or_default().to_owned();
        let numbers: Vec<f64> = cells.map(|n| n.parse().map_err(|_| format!("no line of a measurement: {line}"))).collect::<Result<_, _>>()?;
        if name == "peak" {
            said.peak = numbers.first().copied().unwrap_or(0.0) / 1_024.0;
        } else {
            said.times.insert(name.clone(), numbers.into_iter().map(|micros| micros / 1_000.0).collect());
        }
    }
    Ok(said)
}

fn asked(command: &mut Command) -> Result<Said, Failure> {
    said(&String::from_utf8_lossy(&output(command)?.stdout))
}

/// The names of the questions in their order.
fn questions() -> Vec<&'static str> {
    SQL.split("\n\n").filter_map(|part| part.strip_prefix("-- ")?.split(' ').next()).filter(|name| name.is_ascii()).collect()
}

/// One way of answering: by question the median, cold all twelve together, memory.
struct Way {
    warm: BTreeMap<String, f64>,
    cold: f64,
    /// Memory warm and cold.
    peaks: [f64; 2],
    rows: BTreeMap<String, Vec<String>>,
}

/// The medians by question; of several modes the better one.
fn medians(modes: &[Said]) -> Result<BTreeMap<String, f64>, Failure> {
    let mut best: BTreeMap<String, f64> = BTreeMap::new();
    for said in modes {
        for (name, times) in said.times.iter().filter(|(name, _)| *name != "total") {
            let measured = median(times.clone())?;
            best.entry(name.clone()).and_modify(|best| *best = best.min(measured)).or_insert(measured);
        }
    }
    Ok(best)
}

/// All twelve in a new process, several times.
fn cold(mut command: impl FnMut() -> Command) -> Result<(f64, Said), Failure> {
    let mut totals = Vec::new();
    let mut last = Said::default();
    for _ in 0..TIMES {
        last = asked(&mut command())?;
        totals.extend(last.times.get("total").and_then(|t| t.first()).copied());
    }
    Ok((median(totals)?, last))
}

pub fn figures(root: &Path, options: &Figures, scratch: &Path) -> Result<(), Failure> {
    println!("building the example national of analytics in release ...");
    run(cargo(root).args(["build", "--release", "--quiet", "-p", "shiyan-analytics", "--example", "national"]))?;
    let program = super::release_folder(root)?.join("examples").join("national");
    let dir = options.facts.clone().unwrap_or_else(|| scratch.join("facts"));
    if !dir.join("manifest.json").is_file() {
        println!("making a nation of {}/1000000 in {} ...", options.scale, dir.display());
        let made = output(Command::new(&program).arg("generate").arg(&dir).args([&options.scale.to_string(), SEED]))?;
        print!("{}", String::from_utf8_lossy(&made.stdout));
    }
    std::fs::create_dir_all(scratch).map_err(|e| e.to_string())?;
    let (sql, script) = (scratch.join("figures.sql"), scratch.join("figures_peers.py"));
    std::fs::write(&sql, SQL).and_then(|()| std::fs::write(&script, PEERS)).map_err(|e| e.to_string())?;

    let ours = || -> Result<Way, Failure> {
        let (cold, last) = cold(|| {
            let mut command = Command::new(&program);
            command.arg("cold").arg(&dir);
            command
        })?;
        let warm = asked(Command::new(&program).arg("warm").arg(&dir).arg(TIMES.to_string()))?;
        Ok(Way { peaks: [warm.peak, last.peak], warm: medians(&[warm])?, cold, rows: last.rows })
    };
    let peer = |name: &str| -> Result<Way, Failure> {
        let start = |mode: &str| {
            let mut command = Command::new(&options.python);
            command.arg(&script).args([name, mode]).arg(&dir).arg(&sql).arg(TIMES.to_string());
            command
        };
        let (cold, last) = cold(|| start("cold"))?;
        let (warm, again) = (asked(&mut start("warm"))?, asked(&mut start("again"))?);
        Ok(Way { peaks: [warm.peak, last.peak], warm: medians(&[warm, again])?, cold, rows: last.rows })
    };
    let ours = ours()?;
    let peers: Vec<(&str, Result<Way, Failure>)> = NAMES.iter().map(|name| (*name, peer(name))).collect();
    let kpi = cold(|| {
        let mut command = Command::new(&program);
        command.arg("kpi").arg(&dir);
        command
    })
    .map(|(total, last)| (total, last.peak));
    println!("\n{} | medians of {TIMES}, milliseconds\n", machine());
    told(&ours, &peers, kpi)
}

/// Prints the table; an error when an answer differs, a promise is broken, or DuckDB is not there to be compared with.
fn told(ours: &Way, peers: &[(&str, Result<Way, Failure>)], kpi: Result<(f64, f64), Failure>) -> Result<(), Failure> {
    let there: Vec<(&str, &Way)> = peers.iter().filter_map(|(name, way)| Some((*name, way.as_ref().ok()?))).collect();
    let duck = there.iter().find(|(name, _)| *name == "duckdb").map(|(_, way)| *way);
    print!("| {:<16} | {:>9} |", "question", "ours");
    NAMES.iter().for_each(|name| print!(" {name:>10} |"));
    println!(" {:>8} | {:>8} |", "÷ duckdb", "÷ best");
    let (mut logs, mut worst) = (Vec::new(), (0.0_f64, ""));
    let mut wrong = Vec::new();
    let cell = |way: Option<f64>| way.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
    for name in questions() {
        let mine = ours.warm.get(name).copied().unwrap_or(f64::NAN);
        let of = |peer: &str| there.iter().find(|(n, _)| *n == peer).and_then(|(_, way)| way.warm.get(name)).copied();
        let best = NAMES.iter().filter_map(|peer| of(peer)).fold(f64::INFINITY, f64::min);
        print!("| {name:<16} | {mine:>9.1} |");
        NAMES.iter().for_each(|peer| print!(" {:>10} |", cell(of(peer))));
        println!(" {:>8} | {:>8} |", of("duckdb").map_or_else(|| "-".to_owned(), |d| format!("{:.2}", mine / d)), format!("{:.2}", mine / best));
        logs.extend(of("duckdb").map(|d| (mine / d).ln()));
        if mine / best > worst.0 {
            worst = (mine / best, name);
        }
        for (peer, way) in &there {
            if way.rows.get(name) != ours.rows.get(name) {
                wrong.push(format!("{name}: {peer} answers otherwise"));
            }
        }
    }
    print!("| {:<16} | {:>9.0} |", "all, cold", ours.cold);
    let of = |peer: &str| there.iter().find(|(n, _)| *n == peer).map(|(_, way)| *way);
    NAMES.iter().for_each(|peer| print!(" {:>10} |", cell(of(peer).map(|way| way.cold))));
    let ratio = duck.map(|d| ours.cold / d.cold);
    println!(" {:>8} | {:>8} |", ratio.map_or_else(|| "-".to_owned(), |r| format!("{r:.2}")), "");
    for (at, what) in ["MiB warm", "MiB cold"].into_iter().enumerate() {
        print!("| {what:<16} | {:>9.0} |", ours.peaks[at]);
        NAMES.iter().for_each(|peer| print!(" {:>10} |", cell(of(peer).map(|way| way.peaks[at]))));
        println!(" {:>8} | {:>8} |", "", "");
    }
    peers.iter().filter_map(|(name, way)| Some((name, way.as_ref().err()?))).for_each(|(name, why)| println!("\n{name} is missing or failed: {why}"));
    let mut broken = Vec::new();
    let mut promise = |what: &str, measured: Option<f64>, limit: f64| match measured {
        Some(measured) => {
            println!("{what}: {measured:.2}, promised at most {limit} {}", if measured <= limit { "ok" } else { "OVER" });
            if measured > limit {
                broken.push(what.to_owned());
            }
        }
        None => broken.push(format!("{what}: not measured")),
    };
    println!();
    let mean = (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp());
    promise("geometric mean of ours ÷ DuckDB, warm", mean, MEAN);
    promise(&format!("worst question against the best peer ({})", worst.1), (!there.is_empty()).then_some(worst.0), WORST);
    promise("all twelve cold, ours ÷ DuckDB", ratio, COLD);
    promise("most memory, MiB", Some(ours.peaks[0].max(ours.peaks[1])), MEMORY_MIB);
    match kpi {
        Ok((ms, mib)) => println!("indicators of the year from the files, every byte checked: {:.1} s, {mib:.0} MiB", ms / 1_000.0),
        Err(why) => broken.push(format!("indicators from files: {why}")),
    }
    let rows: usize = ours.rows.values().map(Vec::len).sum();
    println!("answers compared with each peer: {rows} rows, {} differ", wrong.len());
    broken.extend(wrong);
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_part_of_the_nation() {
        assert_eq!(["1", "0.1", "0.000001", "0.25"].map(scale), [Ok(1_000_000), Ok(100_000), Ok(1), Ok(250_000)]);
        for bad in ["0", "1.1", "2", "x", "", "-0.1", "0.0000001"] {
            assert!(scale(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_sql_file_asks_twelve_questions() {
        assert_eq!(questions().len(), 12);
        assert_eq!(SQL.matches(";\n").count(), 12);
    }

    fn way(factor: f64, rows: &str) -> Way {
        let warm = questions().into_iter().map(|name| (name.to_owned(), 10.0 * factor)).collect();
        let rows = questions().into_iter().map(|name| (name.to_owned(), vec![rows.to_owned()])).collect();
        Way { warm, cold: 100.0 * factor, peaks: [10.0, 10.0], rows }
    }

    #[test]
    fn a_broken_promise_another_answer_and_a_missing_duckdb_are_errors() {
        let duck = |factor, rows| vec![("duckdb", Ok(way(factor, rows)))];
        assert_eq!(told(&way(1.0, "a"), &duck(2.0, "a"), Ok((1.0, 1.0))), Ok(()));
        assert!(told(&way(1.0, "a"), &duck(1.2, "a"), Ok((1.0, 1.0))).is_err_and(|why| why.contains("geometric mean")));
        assert!(told(&way(1.0, "a"), &duck(2.0, "b"), Ok((1.0, 1.0))).is_err_and(|why| why.contains("answers otherwise")));
        let missing = vec![("duckdb", Err("no module".to_owned())), ("polars", Ok(way(2.0, "a")))];
        assert!(told(&way(1.0, "a"), &missing, Ok((1.0, 1.0))).is_err_and(|why| why.contains("not measured")));
        let quick = vec![("duckdb", Ok(way(2.0, "a"))), ("polars", Ok(way(0.5, "a")))];
        assert!(told(&way(1.0, "a"), &quick, Ok((1.0, 1.0))).is_err_and(|why| why.contains("best peer")));
    }

    #[test]
    fn what_an_engine_says_is_read() {
        let said = said("total\t5000\nclass_failing\t1000\t3000\n=蔬菜\t3\npeak\t2048\n").unwrap();
        assert_eq!((said.peak, &said.times["class_failing"], &said.rows["class_failing"]), (2.0, &vec![1.0, 3.0], &vec!["蔬菜\t3".to_owned()]));
        assert!(super::said("what is this\tx\n").is_err());
    }
}
