//! `cargo xtask bench --at-a-million`: the pages of a supervisor and of a laboratory, the memory of the server and the figures of a cold process over a million
//! samples. The database is that of a demonstration whose rows are multiplied (`crates/store/examples/lists.rs`): some 16 GB of disk and a quarter of an hour,
//! most of it for the making; `--made DIR` takes a data directory in which it lies already.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Line, Serving, login_as, median, millis, p99, timed, vm};
use crate::Failure;
use crate::http::{Client, links};
use crate::run::{cargo, output};

/// Samples of a full year in the demonstration that is multiplied.
const DEMO: &str = "5000";
/// Samples when no other number is asked for.
const SAMPLES: u32 = 1_000_000;
/// How often a page is asked for; a few more before, until what it reads lies in memory.
const TIMES: usize = 200;
const WARM: usize = 5;
/// How often a cold process counts.
const COLD: usize = 5;
/// What is promised of a page, in milliseconds, of the server, in MiB, and of a cold process, in milliseconds.
const PAGE_MS: f64 = 50.0;
const SERVER_MIB: f64 = 250.0;
const COLD_MS: f64 = 150.0;

/// Who looks, at what, and how the line is called.
const PAGES: [(&str, &str, &str); 12] = [
    ("supervisor", "/", "first page, p99"),
    ("supervisor", "/cases", "cases, p99"),
    ("supervisor", "/cases?due=overdue", "cases overdue, p99"),
    ("supervisor", "/samples", "samples, p99"),
    ("supervisor", "/samples?link=circulation&kind=supervisory", "samples of a link and kind, p99"),
    ("supervisor", "/samples?outcome=fail", "samples that fail, p99"),
    ("signatory", "/samples?after=2025-01-10,~&n=9", "samples, near the last page, p99"),
    ("signatory", "/reports/issued", "reports in force, p99"),
    ("signatory", "/reports/issued?outcome=fail", "reports in force that fail, p99"),
    ("signatory", "/bench?state=issued&page=99999999", "bench, last page of what is issued, p99"),
    ("signatory", "/bench", "bench, p99"),
    ("signatory", "/review", "review, p99"),
];

/// What the caller asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Million {
    /// A data directory that was made before.
    pub made: Option<PathBuf>,
}

/// Makes the database where there is none, and measures.
pub fn million(root: &Path, program: &Path, scratch: &Path, wanted: &Million, samples: Option<u32>, release: bool) -> Result<Vec<Line>, Failure> {
    let samples = samples.unwrap_or(SAMPLES);
    let data = match &wanted.made {
        Some(made) => made.clone(),
        None => {
            timed(program, scratch, &["demo", "load", "--samples", DEMO])?;
            println!("{}", lists(root, scratch, samples, release, true)?);
            scratch.to_path_buf()
        }
    };
    let year = super::this_year()?.to_string();
    // what was kept by another run is not what is measured
    forget(&data, &["ledger.kept", "cells.kept"])?;
    let cold = || timed(program, &data, &["kpi", "--year", &year, "--json"]);
    let mut lines = Vec::new();

    let (peak, first) = read_anew(program, &data)?;
    println!("every fact read from the database and the first page made of them in {first:.1} s\n");
    let kept = (0..COLD).map(|_| cold()).collect::<Result<Vec<_>, _>>().and_then(median);
    lines.push(Line::promised("kpi, cold, from kept cells (median of 5)", COLD_MS, "ms", kept));
    let rows = (0..COLD).map(|_| forget(&data, &["cells.kept"]).and_then(|()| cold())).collect::<Result<Vec<_>, _>>().and_then(median);
    lines.push(Line::promised("kpi, cold, from kept rows (median of 5)", COLD_MS, "ms", rows));

    let server = Serving::start(program, &data)?;
    let mut clients = Vec::new();
    for (user, path, name) in PAGES {
        if !clients.iter().any(|(who, _): &(&str, Client)| *who == user) {
            clients.push((user, signed_in(&server, user)?));
        }
        let client = clients.iter_mut().find(|(who, _)| *who == user).map(|(_, client)| client).ok_or("nobody signed in")?;
        lines.push(Line::promised(name, PAGE_MS, "ms", page(client, path)));
    }
    if let Some((_, client)) = clients.first_mut() {
        lines.push(Line::promised("statistics, the slowest of their pages, p99", PAGE_MS, "ms", statistics(client)));
    }
    let status = status(&server)?;
    let of = |key| vm(&status, key).ok_or_else(|| format!("no {key} in /proc"));
    lines.push(Line::promised("server after all of them, resident (VmRSS)", SERVER_MIB, "MiB", of("VmRSS:")));
    lines.push(Line::promised("server begun with kept rows, peak (VmHWM)", SERVER_MIB, "MiB", of("VmHWM:")));
    lines.push(Line::promised("server that read every fact anew, peak (VmHWM)", SERVER_MIB, "MiB", Ok(peak)));
    drop(server);
    let said = lists(root, &data, samples, release, false);
    if let Ok(said) = &said {
        println!("{said}");
    }
    lines.push(Line::promised("slowest list, p99", PAGE_MS, "ms", said.and_then(|said| super::figure(&said, "slowest_p99_ms"))));
    Ok(lines)
}

/// The example that multiplies the rows, or measures the lists.
fn lists(root: &Path, data: &Path, samples: u32, release: bool, make: bool) -> Result<String, Failure> {
    let mut command = cargo(root);
    command.args(["run", "--quiet", "-p", "shiyan-store", "--example", "lists"]);
    if release {
        command.arg("--release");
    }
    command.arg("--").arg(data.join("shiyan.db")).arg(samples.to_string());
    if make {
        command.arg("--made");
    }
    Ok(String::from_utf8_lossy(&output(&mut command)?.stdout).trim().to_owned())
}

fn forget(data: &Path, names: &[&str]) -> Result<(), Failure> {
    for name in names {
        let file = data.join("ledger").join(name);
        match std::fs::remove_file(&file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(format!("{}: {e}", file.display())),
            _ => {}
        }
    }
    Ok(())
}

fn status(server: &Serving) -> Result<String, Failure> {
    std::fs::read_to_string(format!("/proc/{}/status", server.process.id())).map_err(|e| format!("/proc: {e}"))
}

fn signed_in(server: &Serving, user: &str) -> Result<Client, Failure> {
    let mut client = Client::connect(server.port)?;
    login_as(&mut client, user)?;
    Ok(client)
}

/// A server that finds no ledger: the most memory it held until its first page was there, and the seconds until then. It keeps the ledger as it goes.
fn read_anew(program: &Path, data: &Path) -> Result<(f64, f64), Failure> {
    let server = Serving::start(program, data)?;
    let begun = Instant::now();
    let mut client = signed_in(&server, PAGES[0].0)?;
    let mut tries = 0;
    // an answer that takes longer than a client waits comes to the next one
    while let Err(why) = client.get("/").and_then(|a| if a.status == 200 { Ok(()) } else { Err(format!("GET /: status {}", a.status)) }) {
        tries += 1;
        if tries > 20 {
            return Err(why);
        }
        client.again()?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let peak = vm(&status(&server)?, "VmHWM:").ok_or("no VmHWM in /proc")?;
    Ok((peak, seconds))
}

/// The time in which 99 of 100 askings of a page are answered.
fn page(client: &mut Client, path: &str) -> Result<f64, Failure> {
    let mut times = Vec::new();
    for n in 0..TIMES + WARM {
        let start = Instant::now();
        let answer = client.get(path)?;
        if n >= WARM {
            times.push(start.elapsed());
        }
        if answer.status != 200 {
            return Err(format!("GET {path}: status {}", answer.status));
        }
    }
    p99(times)
}

/// Every page of the statistics, as the first of them leads to them; the slowest.
fn statistics(client: &mut Client) -> Result<f64, Failure> {
    let mut tabs: Vec<String> = links(&client.get("/stats")?.body, "/stats?").into_iter().filter(|link| link.contains("tab=") && !link.contains('#')).collect();
    tabs.sort();
    tabs.dedup();
    if tabs.is_empty() {
        return Err("GET /stats: no link to a table".to_owned());
    }
    let mut slowest = 0.0_f64;
    for tab in &tabs {
        let start = Instant::now();
        let p99 = page(client, tab)?;
        println!("{tab}: p99 {p99:.1} ms ({:.0} ms for {TIMES})", millis(start.elapsed()));
        slowest = slowest.max(p99);
    }
    println!();
    Ok(slowest)
}
