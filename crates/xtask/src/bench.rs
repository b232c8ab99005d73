//! `cargo xtask bench`: the speeds we promise, measured on the release build. Medians and percentiles, never a timed test.
//!
//! A command that is missing or fails is a failed line of the table, never a skipped one.

mod figures;
mod million;
mod regions;

use crate::Failure;
use crate::http::{Client, forms, links};
use crate::pg::free_port;
use crate::run::{cargo, output, run};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What differs from one version of the pages to the next; adapt it here.
mod site {
    /// The demo account that may list samples and enter results, and its password.
    pub const USER: &str = "analyst";
    pub const PASSWORD: &str = "shiyan-demo-2026";
    /// A list page with filters, at its most expensive.
    pub const LIST: &str = "/samples?link=circulation&kind=supervisory";
    /// Where results to be entered are listed, and how the link to one of them begins.
    pub const BENCH: &str = "/bench";
    pub const RESULT: &str = "/bench/";
    /// How the name of a field that takes a measured value as typed begins.
    pub const VALUE: &str = "r_";
}

const STARTS: usize = 7;
const REQUESTS: usize = 300;
/// Samples of a full year; with the current one they make about 100,000.
const LARGE: u32 = 53_000;
/// Samples of a full year that bring, with the current one, a million results.
const MILLION: &str = "250000";
/// Samples of a full year that bring, with the current one, some 190,000: what the check of the whole database is promised for.
const VERIFIED: u32 = 100_000;
/// How often it is checked, and hashed beside it.
const CHECKS: usize = 3;
/// Samples for the lists.
const LISTED: &str = "1000000";
/// Reports of one job, and how many of them typst sets: figures are a page.
const REPORTS: usize = 1_000;
const TYPST_REPORTS: usize = 200;

/// What a measured value is held against.
#[derive(Debug)]
enum Against {
    /// A promise: at most this.
    AtMost(f64),
    /// A promise: at least this.
    AtLeast(f64),
    /// Nothing was promised; the same work by typst stands beside it, if typst is there.
    Typst(Result<Option<f64>, Failure>),
}

/// One promise, or one figure reported without one, and what became of it. Times in milliseconds, memory in MiB, files in kB.
#[derive(Debug)]
pub struct Line {
    name: &'static str,
    against: Against,
    unit: &'static str,
    measured: Result<f64, Failure>,
}

impl Line {
    pub fn promised(name: &'static str, limit: f64, unit: &'static str, measured: Result<f64, Failure>) -> Line {
        Line { name, against: Against::AtMost(limit), unit, measured }
    }
    /// What was to be measured and could not be; typst that is not there is none of that.
    fn failures(&self) -> impl Iterator<Item = &Failure> {
        let beside = if let Against::Typst(Err(why)) = &self.against { Some(why) } else { None };
        self.measured.as_ref().err().into_iter().chain(beside)
    }
}

/// What the caller asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// Samples of a full year, where another number is wanted.
    samples: Option<u32>,
    year: Option<String>,
    small_only: bool,
    reports_only: bool,
    /// Only what one person notices of a crowd.
    load_only: bool,
    /// Only the check of the whole database, beside `sha256sum` of its file.
    verify_only: bool,
    /// Only the lists, at a million samples: some 20 GB of disk.
    lists_only: bool,
    /// Only the questions of the annual report over fact files, beside DuckDB, polars and DataFusion.
    figures: Option<figures::Figures>,
    /// Only the pages, the memory and a cold process at a million samples.
    at_a_million: Option<million::Million>,
    /// Only four regions asked at once, against each alone.
    regions_only: bool,
    /// Another build instead of this one.
    binary: Option<PathBuf>,
    /// Saving at a million results too: some 11 GB of disk and ten minutes.
    million: bool,
    keep: bool,
}

/// Build, measure, print; an error when any measurement could not be made.
pub fn bench(root: &Path, args: &[String]) -> Result<(), Failure> {
    let options = options(args)?;
    if options.reports_only {
        println!("{}\n", machine());
        return told(&thousand_reports(root, &Scratch::new(options.keep)?.dir));
    }
    if let Some(wanted) = &options.figures {
        return figures::figures(root, wanted, &Scratch::new(options.keep)?.dir.join("figures"));
    }
    let program = match &options.binary {
        Some(program) => program.clone(),
        None => {
            println!("building in release ...");
            run(cargo(root).args(["build", "--release"]))?;
            release_binary(root)?
        }
    };
    let scratch = Scratch::new(options.keep)?;
    // The demo holds one full year and the current one.
    let year = match &options.year {
        Some(year) => year.clone(),
        None => (this_year()? - 1).to_string(),
    };
    println!("{} | {} | demo year {year}\n", machine(), program.display());

    if options.verify_only {
        let samples = options.samples.unwrap_or(VERIFIED);
        return told(&verify(&program, &scratch.dir.join("verify"), samples));
    }
    if options.regions_only {
        // as they stand now, in the running year
        return regions::regions(&program, &scratch.dir.join("regions"), options.samples, &this_year()?.to_string());
    }
    if let Some(wanted) = &options.at_a_million {
        let lines = million::million(root, &program, &scratch.dir.join("million"), wanted, options.samples, options.binary.is_none())?;
        return told(&lines);
    }
    if options.lists_only {
        return told(&[lists(root, &program, &scratch.dir.join("lists"))]);
    }
    if options.load_only {
        let data = scratch.dir.join("demo");
        timed(&program, &data, &["demo", "load"])?;
        return told(&crate::load::load(&program, &data, &year));
    }
    let mut lines = small(&program, &scratch.dir.join("demo"), &year, &scratch.dir.join("annual.pdf"));
    if !options.small_only {
        lines.extend(crate::load::load(&program, &scratch.dir.join("demo"), &year));
        lines.extend(large(&program, &scratch.dir.join("large"), options.samples.unwrap_or(LARGE), &year));
    }
    if options.million {
        lines.extend(million(&program, &scratch.dir.join("million")));
    }
    lines.push(Line::promised("judging 1,000,000 results on one core", 5_000.0, "ms", judging(root)));
    lines.extend(thousand_reports(root, &scratch.dir));
    told(&lines)
}

fn told(lines: &[Line]) -> Result<(), Failure> {
    print!("{}", table(lines));
    let failed = lines.iter().filter(|line| line.failures().next().is_some()).count();
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of {} measurements failed", lines.len())) }
}

/// 成批报告 a thousand test reports by our own typesetter, and some of the same by typst.
fn thousand_reports(root: &Path, scratch: &Path) -> Vec<Line> {
    let papers = scratch.join("papers");
    let ours =
        output(cargo(root).args(["run", "--release", "--quiet", "-p", "shiyan-reports", "--example", "thousand", "--", &REPORTS.to_string()]).arg(&papers))
            .map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    let typst = typst(root, &papers);
    for (who, said) in [("shiyan", ours.clone().ok()), ("typst", typst.clone().ok().flatten())] {
        if let Some(said) = said {
            println!("{who:<6} {said}");
        }
    }
    println!();
    let own = |key| ours.clone().and_then(|said| figure(&said, key));
    let beside = |key| Against::Typst(typst.clone().and_then(|said| said.map(|said| figure(&said, key)).transpose()));
    vec![
        Line { name: "test reports as one job, pages a second", against: beside("pages_per_s"), unit: "/s", measured: own("pages_per_s") },
        Line { name: "test report, size of a page", against: beside("kb_per_page"), unit: "kB", measured: own("kb_per_page") },
        Line { name: "a volume of test reports, pages a second", against: Against::AtLeast(500.0), unit: "/s", measured: own("volume_pages_per_s") },
        Line::promised("a volume of test reports, size of a page", 12.0, "kB", own("volume_kb_per_page")),
        Line::promised("1,000 test reports, peak memory (VmHWM)", 300.0, "MiB", own("volume_peak_mib")),
    ]
}

/// The same papers by typst, in one process as ours; `None` where Python has no typst.
fn typst(root: &Path, papers: &Path) -> Result<Option<String>, Failure> {
    let there = Command::new("python3").args(["-c", "import typst"]).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let script = root.join("fixtures").join("bench").join("typst_thousand.py");
    let out = output(Command::new("python3").arg(script).arg(papers).arg(TYPST_REPORTS.to_string()))?;
    Ok(Some(String::from_utf8_lossy(&out.stdout).trim().to_owned()))
}

/// A figure of a line of `key=value` pairs.
fn figure(said: &str, key: &str) -> Result<f64, Failure> {
    let value = said.split_whitespace().find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
    value.and_then(|value| value.parse().ok()).ok_or_else(|| format!("no {key} in: {said}"))
}

/// A million texts read and judged; the example prints `… results in N ms: …`.
fn judging(root: &Path) -> Result<f64, Failure> {
    let out = output(cargo(root).args(["run", "--release", "--quiet", "-p", "shiyan-judgement", "--example", "judging"]))?;
    let text = String::from_utf8_lossy(&out.stdout);
    let time = text.split(" in ").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|n| n.parse().ok());
    time.ok_or_else(|| format!("the example said: {text}"))
}

/// What is promised for the demo database.
fn small(program: &Path, data: &Path, year: &str, pdf: &Path) -> Vec<Line> {
    let loaded = timed(program, data, &["demo", "load"]).map(drop);
    let after = |work: &dyn Fn() -> Result<f64, Failure>| loaded.clone().and_then(|()| work());
    let pdf = pdf.to_string_lossy();
    vec![
        Line::promised("cold start to ready, demo (median of 7)", 300.0, "ms", after(&|| cold_start(program, data))),
        Line::promised("idle memory, demo (VmRSS)", 80.0, "MiB", after(&|| idle_memory(program, data))),
        Line::promised("annual report of the demo year", 3_000.0, "ms", after(&|| timed(program, data, &["report", "annual", "--year", year, "--out", &pdf]))),
    ]
}

/// Work done by a person signed in to a server over this database, as its 99th percentile.
fn served(program: &Path, data: &Path, work: fn(&mut Client) -> Result<Vec<Duration>, Failure>) -> Result<f64, Failure> {
    let server = Serving::start(program, data)?;
    let mut client = Client::connect(server.port)?;
    login(&mut client)?;
    p99(work(&mut client)?)
}

/// What is promised for a million results.
fn million(program: &Path, data: &Path) -> Vec<Line> {
    let loaded = timed(program, data, &["demo", "load", "--samples", MILLION]).map(drop);
    vec![Line::promised("save a result, 1,000,000 stored, p99", 50.0, "ms", loaded.and_then(|()| served(program, data, save_results)))]
}

/// What is promised for a large database.
fn large(program: &Path, data: &Path, samples: u32, year: &str) -> Vec<Line> {
    let loaded = timed(program, data, &["demo", "load", "--samples", &samples.to_string()]).map(drop);
    let after = |work: &dyn Fn() -> Result<f64, Failure>| loaded.clone().and_then(|()| work());
    let served = |work| after(&|| served(program, data, work));
    vec![
        Line::promised("kpi, all samples (median of 5)", 1_000.0, "ms", after(&|| kpi(program, data, year))),
        Line::promised("list page, p99", 50.0, "ms", served(list_page)),
        Line::promised("save a result with its judgement, p99", 50.0, "ms", served(save_results)),
    ]
}

/// 校验 the check of a whole database, against the time that `sha256sum` takes for its file in the same run, and the check of what came
/// after a checkpoint.
fn verify(program: &Path, data: &Path, samples: u32) -> Vec<Line> {
    let loaded = timed(program, data, &["demo", "load", "--samples", &samples.to_string()]).map(drop);
    let measured = loaded.and_then(|()| verified(program, data));
    let one = |which: fn(&Verified) -> f64| measured.as_ref().map(which).map_err(Clone::clone);
    vec![
        Line::promised("verify, all rows, times sha256sum of the file", 2.0, "x", one(|v| v.times)),
        Line::promised("verify, peak memory (VmHWM)", 200.0, "MiB", one(|v| v.peak)),
        Line::promised("verify --since, nothing new", 1_000.0, "ms", one(|v| v.since)),
    ]
}

#[derive(Debug)]
struct Verified {
    times: f64,
    peak: f64,
    since: f64,
}

fn verified(program: &Path, data: &Path) -> Result<Verified, Failure> {
    let file = data.join("shiyan.db");
    let hashed = || {
        let start = Instant::now();
        output(Command::new("sha256sum").arg(&file)).map(|_| start.elapsed())
    };
    // Once, so that both find the file in memory or both do not.
    hashed()?;
    let (mut hashes, mut checks, mut peak, mut finding) = (Vec::new(), Vec::new(), 0.0_f64, serde_json::Value::Null);
    // By turns, so that whatever else the machine does falls on both.
    for _ in 0..CHECKS {
        hashes.push(hashed()?.as_secs_f64());
        let (took, most, said) = watched(Command::new(program).args(["verify", "--json", "--data"]).arg(data))?;
        checks.push(took.as_secs_f64());
        peak = peak.max(most);
        finding = serde_json::from_str(&said).map_err(|e| format!("verify: {e}: {said}"))?;
        if finding["ok"] != true {
            return Err(format!("verify: {said}"));
        }
    }
    let number = |key: &str| finding[key].as_u64().unwrap_or_default();
    let (hash, took) = (median(hashes)?, median(checks)?);
    let head = finding["checkpoint"].as_str().ok_or("verify names no checkpoint")?;
    let since = median((0..CHECKS).map(|_| timed(program, data, &["verify", "--since", head])).collect::<Result<Vec<_>, _>>()?)?;
    let bytes = std::fs::metadata(&file).map_err(|e| format!("{}: {e}", file.display()))?.len();
    println!(
        "verify: {} entries and {} rows in {took:.2} s, sha256sum of {} MB in {hash:.2} s (medians of {CHECKS}); peak {peak:.0} MiB; --since {since:.0} ms\n",
        number("entries"),
        number("rows"),
        bytes / 1_000_000
    );
    Ok(Verified { times: took / hash, peak, since })
}

/// Runs a command and looks at its memory until it ends: how long it took, the most it held, what it said.
fn watched(command: &mut Command) -> Result<(Duration, f64, String), Failure> {
    let start = Instant::now();
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().map_err(|e| format!("{command:?}: {e}"))?;
    let (status, mut peak) = (format!("/proc/{}/status", process.id()), 0.0_f64);
    while matches!(process.try_wait(), Ok(None)) {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        peak = peak.max(vm(&text, "VmHWM:").unwrap_or(0.0));
        std::thread::sleep(Duration::from_millis(10));
    }
    let took = start.elapsed();
    let mut said = String::new();
    if let Some(mut out) = process.stdout.take() {
        std::io::Read::read_to_string(&mut out, &mut said).map_err(|e| format!("{command:?}: {e}"))?;
    }
    if peak > 0.0 { Ok((took, peak, said)) } else { Err("no VmHWM in /proc".to_owned()) }
}

/// 清单 the slowest list of a million samples; the example prints all of them.
fn lists(root: &Path, program: &Path, data: &Path) -> Line {
    let measured = timed(program, data, &["demo", "load"]).and_then(|_| {
        let file = data.join("shiyan.db");
        let out = output(cargo(root).args(["run", "--release", "--quiet", "-p", "shiyan-store", "--example", "lists", "--"]).arg(file).arg(LISTED))?;
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        println!("{said}");
        figure(&said, "slowest_p99_ms")
    });
    Line::promised("slowest list at 1,000,000 samples, p99", 50.0, "ms", measured)
}

fn kpi(program: &Path, data: &Path, year: &str) -> Result<f64, Failure> {
    let times = (0..5).map(|_| timed(program, data, &["kpi", "--year", year, "--json"])).collect::<Result<Vec<_>, _>>()?;
    median(times)
}

/// From the start of the process to the first good answer of `/readyz`.
fn cold_start(program: &Path, data: &Path) -> Result<f64, Failure> {
    let times = (0..STARTS).map(|_| Serving::start(program, data).map(|server| millis(server.ready_after))).collect::<Result<Vec<_>, _>>()?;
    median(times)
}

fn idle_memory(program: &Path, data: &Path) -> Result<f64, Failure> {
    let server = Serving::start(program, data)?;
    std::thread::sleep(Duration::from_secs(3));
    rss(&server)
}

/// What the server holds of memory now.
pub fn rss(server: &Serving) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process.id())).map_err(|e| format!("/proc: {e}"))?;
    vm_rss(&status).ok_or_else(|| "no VmRSS in /proc".to_owned())
}

/// Log in as the demo account: the form of the page as it stands (with whatever token it carries), name and password filled in.
fn login(client: &mut Client) -> Result<(), Failure> {
    login_as(client, site::USER)
}

pub fn login_as(client: &mut Client, username: &str) -> Result<(), Failure> {
    let page = client.get("/login")?;
    let mut form = forms(&page.body, "/login").into_iter().next().ok_or_else(|| format!("GET /login: status {}, no form", page.status))?;
    form.set("username", username);
    form.set("password", site::PASSWORD);
    let answer = client.post(&form.action, &form.fields)?;
    let to = answer.header("location").unwrap_or_default();
    if matches!(answer.status, 302 | 303) && !to.starts_with("/login") { Ok(()) } else { Err(format!("the login as {username}: status {}", answer.status)) }
}

fn list_page(client: &mut Client) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let start = Instant::now();
        let answer = client.get(site::LIST)?;
        times.push(start.elapsed());
        if answer.status != 200 {
            return Err(format!("GET {}: status {}", site::LIST, answer.status));
        }
    }
    Ok(times)
}

/// Each open result gets a value once; only the saving is timed, not the reading of its form.
fn save_results(client: &mut Client) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    while times.len() < REQUESTS {
        let list = client.get(site::BENCH)?;
        let open = links(&list.body, site::RESULT);
        let before = times.len();
        for path in open.iter().take(REQUESTS - times.len()) {
            let page = client.get(path)?;
            let cell = |form: &crate::http::Form| form.fields.iter().map(|(name, _)| name.clone()).find(|name| name.starts_with(site::VALUE));
            let Some((mut form, cell)) = forms(&page.body, path).into_iter().find_map(|form| cell(&form).map(|cell| (form, cell))) else { continue };
            // Another value each time: the same text again would be no change and nothing to save.
            form.set(&cell, &format!("0.{:04}", times.len() + 1));
            let start = Instant::now();
            let answer = client.post(&form.action, &form.fields)?;
            times.push(start.elapsed());
            if !matches!(answer.status, 200 | 302 | 303) {
                return Err(format!("POST {}: status {}", form.action, answer.status));
            }
        }
        if times.len() == before {
            return Err(format!("GET {}: status {}, {} links, none of them takes a value", site::BENCH, list.status, open.len()));
        }
    }
    Ok(times)
}

/// A server that is ready; dropping it asks it to stop and waits.
#[derive(Debug)]
pub struct Serving {
    process: Child,
    pub port: u16,
    ready_after: Duration,
}

impl Serving {
    fn start(program: &Path, data: &Path) -> Result<Serving, Failure> {
        Self::start_on(program, data, "127.0.0.1")
    }

    /// Listening on this address; asked on the usual one.
    pub fn start_on(program: &Path, data: &Path, address: &str) -> Result<Serving, Failure> {
        Self::start_with(program, data, address, &[])
    }

    /// Over another database than the one in its directory.
    pub fn start_over(program: &Path, data: &Path, url: &str) -> Result<Serving, Failure> {
        Self::start_with(program, data, "127.0.0.1", &["--database-url", url])
    }

    fn start_with(program: &Path, data: &Path, address: &str, more: &[&str]) -> Result<Serving, Failure> {
        let port = free_port()?;
        let start = Instant::now();
        let process = Command::new(program)
            .args(["serve", "--listen", &format!("{address}:{port}"), "--data"])
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("serve: {e}"))?;
        let mut server = Serving { process, port, ready_after: Duration::ZERO };
        while start.elapsed() < Duration::from_secs(60) {
            if let Ok(mut client) = Client::connect(port)
                && client.get("/readyz").is_ok_and(|answer| answer.status == 200)
            {
                server.ready_after = start.elapsed();
                return Ok(server);
            }
            if let Ok(Some(status)) = server.process.try_wait() {
                return Err(format!("serve ended before it was ready ({status})"));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err("serve was not ready within 60 s".to_owned())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if !matches!(self.process.try_wait(), Ok(None)) {
            return;
        }
        // The polite way, as a service manager does it; a process that does not listen is killed.
        let _ = Command::new("sh").args(["-c", "kill -TERM \"$1\"", "stop"]).arg(self.process.id().to_string()).status();
        for _ in 0..500 {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A directory for the databases, removed at the end unless asked otherwise.
#[derive(Debug)]
struct Scratch {
    dir: PathBuf,
    keep: bool,
}

impl Scratch {
    fn new(keep: bool) -> Result<Scratch, Failure> {
        let dir = std::env::temp_dir().join(format!("shiyan-bench-{}", std::process::id()));
        // Readable by its owner only: `serve` refuses another data directory.
        let mut private = std::fs::DirBuilder::new();
        private.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
        private.create(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
        Ok(Scratch { dir, keep })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.keep {
            println!("kept: {}", self.dir.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// Wall time of one command of the program, in milliseconds.
fn timed(program: &Path, data: &Path, args: &[&str]) -> Result<f64, Failure> {
    let start = Instant::now();
    output(Command::new(program).args(args).arg("--data").arg(data))?;
    Ok(millis(start.elapsed()))
}

fn release_binary(root: &Path) -> Result<PathBuf, Failure> {
    let program = release_folder(root)?.join("shiyan");
    if program.is_file() { Ok(program) } else { Err(format!("{} was not built", program.display())) }
}

fn release_folder(root: &Path) -> Result<PathBuf, Failure> {
    let metadata = output(cargo(root).args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let value: serde_json::Value = serde_json::from_slice(&metadata.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
    let target = value["target_directory"].as_str().ok_or("cargo metadata: no target directory")?;
    Ok(Path::new(target).join("release"))
}

fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).map_or("cpu", |rest| rest.trim_start_matches([' ', '\t', ':']));
    format!("{model}, {cpus} cores")
}

fn this_year() -> Result<u32, Failure> {
    let out = output(Command::new("date").arg("+%Y").env("TZ", "Asia/Shanghai"))?;
    String::from_utf8_lossy(&out.stdout).trim().parse().map_err(|e| format!("date: {e}"))
}

fn options(args: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        samples: None,
        year: None,
        small_only: false,
        reports_only: false,
        load_only: false,
        verify_only: false,
        lists_only: false,
        figures: None,
        at_a_million: None,
        regions_only: false,
        binary: None,
        million: false,
        keep: false,
    };
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--samples" => options.samples = Some(value()?.parse().map_err(|e| format!("--samples: {e}"))?),
            "--year" => options.year = Some(value()?.clone()),
            "--small-only" => options.small_only = true,
            "--reports-only" => options.reports_only = true,
            "--load" => options.load_only = true,
            "--verify" => options.verify_only = true,
            "--lists" => options.lists_only = true,
            "--regions" => options.regions_only = true,
            "--figures" => drop(options.figures.get_or_insert_default()),
            "--scale" => options.figures.get_or_insert_default().scale = figures::scale(value()?)?,
            "--facts" => options.figures.get_or_insert_default().facts = Some(PathBuf::from(value()?)),
            "--python" => options.figures.get_or_insert_default().python = value()?.clone(),
            "--binary" => options.binary = Some(PathBuf::from(value()?)),
            "--million" => options.million = true,
            "--at-a-million" => drop(options.at_a_million.get_or_insert_default()),
            "--made" => options.at_a_million.get_or_insert_default().made = Some(PathBuf::from(value()?)),
            "--keep" => options.keep = true,
            other => return Err(format!("bench does not know `{other}`")),
        }
    }
    Ok(options)
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn median(mut values: Vec<f64>) -> Result<f64, Failure> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().ok_or_else(|| "nothing was measured".to_owned())
}

/// The value that 99 of 100 do not exceed (nearest rank).
pub fn p99(mut times: Vec<Duration>) -> Result<f64, Failure> {
    times.sort();
    let rank = (times.len() * 99).div_ceil(100);
    rank.checked_sub(1).and_then(|at| times.get(at)).copied().map(millis).ok_or_else(|| "nothing was measured".to_owned())
}

fn vm_rss(status: &str) -> Option<f64> {
    vm(status, "VmRSS:")
}

fn vm(status: &str, key: &str) -> Option<f64> {
    let kib: f64 = status.lines().find_map(|line| line.strip_prefix(key))?.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024.0)
}

/// The table, ready for the README.
fn table(lines: &[Line]) -> String {
    let heads = ["measured", "value", "at most", ""];
    let mut out = format!("| {:<42} | {:>12} | {:>14} | {:<6} |\n|{:-<44}|{:->14}|{:->16}|{:-<8}|\n", heads[0], heads[1], heads[2], heads[3], "", "", "", "");
    for line in lines {
        let (beside, limit) = match &line.against {
            Against::AtMost(limit) => (format!("{limit:.0} {}", line.unit), Some((f64::NEG_INFINITY, *limit))),
            Against::AtLeast(limit) => (format!(">= {limit:.0} {}", line.unit), Some((*limit, f64::INFINITY))),
            Against::Typst(Ok(Some(value))) => (format!("typst {value:.1} {}", line.unit), None),
            Against::Typst(_) => ("typst -".to_owned(), None),
        };
        let value = line.measured.as_ref().map_or_else(|_| "-".to_owned(), |value| format!("{value:.1} {}", line.unit));
        let word = match (line.failures().next(), &line.measured, limit) {
            (Some(_), ..) | (_, Err(_), _) => "FAILED",
            (None, Ok(value), Some((least, most))) => {
                if *value > most {
                    "OVER"
                } else if *value < least {
                    "UNDER"
                } else {
                    "ok"
                }
            }
            (None, Ok(_), None) => "",
        };
        out += &format!("| {:<42} | {value:>12} | {beside:>14} | {word:<6} |\n", line.name);
    }
    for line in lines {
        for why in line.failures() {
            out += &format!("\n{}: {why}\n", line.name);
        }
    }
    if lines.iter().any(|line| matches!(line.against, Against::Typst(Ok(None)))) {
        out += "\nNothing stands beside our papers: Python has no typst (`pip install typst`, then once more with --reports-only).\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let times = |count: u64| (1..=count).rev().map(Duration::from_millis).collect::<Vec<_>>();
        assert_eq!(p99(times(100)), Ok(99.0));
        assert_eq!(p99(times(300)), Ok(297.0));
        assert_eq!(p99(times(1)), Ok(1.0));
        assert!(p99(vec![]).is_err() && median(vec![]).is_err());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Ok(2.0));
    }

    #[test]
    fn memory_is_read_from_the_status_of_the_process() {
        assert_eq!(vm_rss("Name:\tx\nVmRSS:\t   2048 kB\n"), Some(2.0));
        assert_eq!(vm_rss("Name:\tx\n"), None);
    }

    #[test]
    fn a_missing_command_is_a_failed_line_and_never_a_skipped_one() {
        // `false` is a program that knows none of our commands.
        let nowhere = std::env::temp_dir().join("shiyan-bench-nowhere");
        let lines: Vec<Line> =
            small(Path::new("false"), &nowhere, "2026", &nowhere).into_iter().chain(large(Path::new("false"), &nowhere, 10, "2026")).collect();
        assert_eq!(lines.len(), 6);
        assert!(lines.iter().all(|line| line.measured.is_err()), "{lines:?}");
        let text = table(&lines);
        assert_eq!(text.matches("FAILED").count(), 6, "{text}");
        assert!(text.contains("`false demo load --data"), "{text}");
        // `true` "loads" the demo but never serves.
        let lines = small(Path::new("true"), &nowhere, "2026", &nowhere);
        assert!(lines[0].measured.as_ref().is_err_and(|why| why.contains("before it was ready")), "{lines:?}");
    }

    #[test]
    fn the_table_says_what_is_over_and_what_is_under() {
        let line = |measured| Line::promised("x", 50.0, "ms", measured);
        let text = table(&[line(Ok(49.9)), line(Ok(50.1))]);
        assert!(text.contains("49.9 ms") && text.contains("| ok ") && text.contains("| OVER "), "{text}");
        let least = |value| Line { name: "x", against: Against::AtLeast(500.0), unit: "/s", measured: Ok(value) };
        let text = table(&[least(499.9), least(500.0)]);
        assert!(text.contains(">= 500 /s") && text.contains("| UNDER ") && text.contains("| ok "), "{text}");
    }

    #[test]
    fn typst_stands_beside_our_papers_or_is_said_to_be_missing() {
        let line = |beside, measured| Line { name: "x", against: Against::Typst(beside), unit: "/s", measured };
        let failed = |line: &Line| line.failures().next().is_some();
        let both = line(Ok(Some(20.0)), Ok(300.0));
        let text = table(std::slice::from_ref(&both));
        assert!(text.contains("300.0 /s") && text.contains("typst 20.0 /s") && !failed(&both) && !text.contains("pip install"), "{text}");
        let alone = line(Ok(None), Ok(300.0));
        let text = table(std::slice::from_ref(&alone));
        assert!(text.contains("pip install typst") && !failed(&alone) && !text.contains("FAILED"), "{text}");
        for broken in [line(Err("no template".to_owned()), Ok(300.0)), line(Ok(None), Err("no example".to_owned()))] {
            let text = table(std::slice::from_ref(&broken));
            assert!(failed(&broken) && text.contains("FAILED") && text.contains("x: no "), "{text}");
        }
    }

    #[test]
    fn a_figure_is_read_by_its_key() {
        let said = "reports=10 pages=40 ms=123 pages_per_s=325.2 kb_per_page=12.34 peak_mib=?";
        assert_eq!((figure(said, "pages"), figure(said, "pages_per_s")), (Ok(40.0), Ok(325.2)));
        assert!(figure(said, "peak_mib").is_err() && figure(said, "page").is_err());
    }

    #[test]
    fn options_are_read_or_refused() {
        let args = |text: &str| options(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(
            args("--samples 500 --year 2025 --keep"),
            Ok(Options {
                samples: Some(500),
                year: Some("2025".to_owned()),
                small_only: false,
                reports_only: false,
                load_only: false,
                verify_only: false,
                lists_only: false,
                figures: None,
                at_a_million: None,
                regions_only: false,
                binary: None,
                million: false,
                keep: true
            })
        );
        assert!(args("--verify").is_ok_and(|o| o.verify_only && !o.lists_only && !o.regions_only) && args("--lists").is_ok_and(|o| o.lists_only));
        assert!(args("--reports-only").is_ok_and(|o| o.reports_only) && args("").is_ok_and(|o| !o.reports_only));
        assert!(args("--at-a-million --made x").is_ok_and(|o| o.at_a_million.is_some_and(|m| m.made == Some("x".into()))) && args("--made").is_err());
        assert!(args("--samples").is_err() && args("--samples x").is_err() && args("--what").is_err());
    }
}
