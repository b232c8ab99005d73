//! `cargo xtask bench --regions`: four regions asked at once against each of them alone. Each is a PostgreSQL cluster with the program before it and an
//! account that sees a quarter of the streets; what asks is the program too, started anew each time as a person starts it.
//!
//! All eight servers and whoever asks share this machine. Two things are measured: the gathering against the slowest answer in it, which is what regions on
//! machines of their own come to, and the whole command for four against the whole command for the slowest alone. The second is promised only where there is
//! a core for each region: where there is none the regions wait for one another's work, and the line says how many cores there are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{Serving, median, millis};
use crate::Failure;
use crate::pg::Server;
use crate::run::output;

const REGIONS: usize = 4;
const TIMES: usize = 5;
/// Samples of a full year in each region when no other number is asked for.
const SAMPLES: u32 = 5_000;
/// What is promised: all four against the slowest alone.
const LIMIT: f64 = 1.2;

/// One region; the program goes before its database.
struct Region {
    name: String,
    _program: Serving,
    _cluster: Server,
}

fn said(command: &mut Command) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&output(command)?.stdout).into_owned())
}

fn open(program: &Path, dir: &Path, n: usize, samples: u32, year: &str) -> Result<Region, Failure> {
    let cluster = Server::start()?;
    let (url, data, name) = (cluster.url(), dir.join(format!("region{n}")), format!("region{n}"));
    std::fs::create_dir_all(&data).map_err(|e| e.to_string())?;
    private(&data, 0o700)?;
    let ours = || {
        let mut command = Command::new(program);
        command.arg("--data").arg(&data).args(["--database-url", &url]);
        command
    };
    said(ours().args(["demo", "load", "--samples", &samples.to_string()]))?;
    let kpi: serde_json::Value = serde_json::from_str(&said(ours().args(["kpi", "--year", year, "--json"]))?).map_err(|e| format!("kpi: {e}"))?;
    let all = kpi["indicators"].as_array().ok_or("kpi: no indicators")?;
    let streets = all.iter().filter(|f| f["cut"]["axis"] == "street").filter_map(|f| f["cut"]["code"].as_str());
    let mut add = ours();
    add.env("SHIYAN_PASSWORD", "a-long-phrase-nobody-has-84").args(["user", "add", "gatherer", "--name", "汇总", "--role", "supervisor"]);
    for street in streets.skip(n).step_by(REGIONS) {
        add.args(["--street", street]);
    }
    said(&mut add)?;
    let token = dir.join(format!("{name}.token"));
    std::fs::write(&token, said(ours().args(["user", "token", "gatherer", "--days", "1"]))?).map_err(|e| e.to_string())?;
    private(&token, 0o600)?;
    let served = Serving::start_over(program, &data, &url)?;
    let port = served.port;
    let entry = format!(
        "[[region]]\ncode = \"{name}\"\nzh = \"第{n}区\"\nen = \"{name}\"\nurl = \"http://127.0.0.1:{port}\"\ntoken_file = \"{name}.token\"\nseconds = 120\n"
    );
    std::fs::write(dir.join(format!("{name}.toml")), &entry).map_err(|e| e.to_string())?;
    Ok(Region { name, _program: served, _cluster: cluster })
}

fn private(path: &Path, mode: u32) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(|e| format!("{}: {e}", path.display()))
}

/// One asking of a file of regions, in milliseconds.
#[derive(Clone, Copy)]
struct Took {
    /// The whole command, from its start to its end.
    command: f64,
    /// The gathering in it.
    gathering: f64,
    /// The slowest answer in that.
    slowest: f64,
}

fn asked(program: &Path, file: &Path, year: &str) -> Result<Took, Failure> {
    let start = Instant::now();
    let text = said(Command::new(program).args(["kpi", "--year", year, "--json", "--regions"]).arg(file).stdin(Stdio::null()))?;
    let command = millis(start.elapsed());
    let answer: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("kpi --regions: {e}"))?;
    let slowest = answer["regions"].as_array().into_iter().flatten().filter_map(|r| r["microseconds"].as_f64()).fold(0.0, f64::max);
    let gathering = answer["microseconds"].as_f64().ok_or("kpi --regions: no time")?;
    Ok(Took { command, gathering: gathering / 1_000.0, slowest: slowest / 1_000.0 })
}

/// The medians of several askings, and of the gathering against the slowest answer in it.
fn medians(program: &Path, file: &Path, year: &str) -> Result<(Took, f64), Failure> {
    // once, so that every region has its ledger in memory as a server at work has
    asked(program, file, year)?;
    let all = (0..TIMES).map(|_| asked(program, file, year)).collect::<Result<Vec<_>, _>>()?;
    let of = |part: fn(&Took) -> f64| median(all.iter().map(part).collect());
    Ok((Took { command: of(|t| t.command)?, gathering: of(|t| t.gathering)?, slowest: of(|t| t.slowest)? }, of(|t| t.gathering / t.slowest)?))
}

/// Measures and prints; an error when a promise is broken.
pub fn regions(program: &Path, dir: &Path, samples: Option<u32>, year: &str) -> Result<(), Failure> {
    std::fs::create_dir_all(dir).map_err(|e| e.to_string())?;
    private(dir, 0o700)?;
    let samples = samples.unwrap_or(SAMPLES);
    let opened = (0..REGIONS).map(|n| open(program, dir, n, samples, year)).collect::<Result<Vec<_>, _>>()?;
    let file = |name: &str| -> PathBuf { dir.join(format!("{name}.toml")) };
    let mut together = String::new();
    for region in &opened {
        together += &std::fs::read_to_string(file(&region.name)).map_err(|e| e.to_string())?;
    }
    std::fs::write(file("all"), together).map_err(|e| e.to_string())?;
    println!("medians of {TIMES}, ms; {samples} samples of a full year in each region\n");
    println!("| {:<16} | {:>9} | {:>9} | {:>14} |", "asked", "command", "gathering", "slowest answer");
    let line = |name: &str, t: Took| println!("| {name:<16} | {:>9.1} | {:>9.1} | {:>14.1} |", t.command, t.gathering, t.slowest);
    let mut alone = 0.0_f64;
    for region in &opened {
        let (took, _) = medians(program, &file(&region.name), year)?;
        line(&format!("{} alone", region.name), took);
        alone = alone.max(took.command);
    }
    let (took, within) = medians(program, &file("all"), year)?;
    line("all four", took);
    println!();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let promised = |ratio: f64| if ratio <= LIMIT { "ok" } else { "OVER" };
    println!("four clusters gathered ÷ the slowest one of them: {within:.2}, promised at most {LIMIT} {}", promised(within));
    let beside = took.command / alone;
    let enough = cores > REGIONS;
    let bar = if enough {
        format!("promised at most {LIMIT} {}", promised(beside))
    } else {
        format!("not promised: {REGIONS} regions and whoever asks on {cores} cores")
    };
    println!("the command for four ÷ the command for the slowest alone: {beside:.2}, {bar}");
    if within <= LIMIT && (!enough || beside <= LIMIT) { Ok(()) } else { Err("four clusters gathered: over what is promised".to_owned()) }
}
