//! 故障试验 the real program under faults, driven over HTTP and judged from outside: what it accepts is there after a restart, what it
//! refuses is not, whatever happens to the disk, the process or the database in between. See `tests/README.md`.
//!
//! It is a target of `shiyan-cli`, not a module of `it`, because only there cargo builds the program itself and names it.
#![allow(clippy::unwrap_used)]

mod http;
mod oracle;
mod pg;
mod place;
mod regions;
mod saves;
mod trial;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use place::{Database, Program, Template, is_root};
use saves::Kind;
use shiyan_testkit::Temp;
use trial::{Fault, Outcome, Plan, Tally};

/// Whether the server answers a retry by its key.
const KEYS: bool = true;

/// What was asked for: by `cargo xtask faults` through `SHIYAN_FAULTS`, else the short form.
#[derive(Debug, Clone)]
struct Wanted {
    kills: usize,
    each: usize,
    after: usize,
    only: Vec<String>,
    seconds: Option<u64>,
    binary: PathBuf,
    keys: bool,
    seed: u64,
    threads: usize,
    full: bool,
}

fn wanted(text: Option<&str>) -> Result<Wanted, String> {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_shiyan"));
    let mut w = Wanted { kills: 6, each: 3, after: 10, only: Vec::new(), seconds: None, binary, keys: KEYS, seed: 1, threads: 3, full: false };
    let Some(text) = text else { return Ok(w) };
    w = Wanted { threads: 2, kills: 1_000, each: 50, after: 30, full: true, ..w };
    let mut words = text.split('\u{1f}').filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{word} {text}: not a number"));
        let size = |text: &str| text.parse::<usize>().map_err(|_| format!("{word} {text}: not a number"));
        match word {
            "--kills" => w.kills = size(value()?)?,
            "--each" => w.each = size(value()?)?,
            "--after" => w.after = size(value()?)?,
            "--only" => w.only = value()?.split(',').map(str::to_owned).collect(),
            "--seconds" => w.seconds = Some(number(value()?)?),
            "--binary" => w.binary = PathBuf::from(value()?),
            "--seed" => w.seed = number(value()?)?,
            "--threads" => w.threads = size(value()?)?.max(1),
            "--keys" => w.keys = true,
            "--no-keys" => w.keys = false,
            other => return Err(format!("there is no {other}")),
        }
    }
    Ok(w)
}

/// Said whatever the harness of the tests does with what is printed: these lines are the result.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
}

/// Faults in one trial of one fault: a trial ends with a restart, a look at everything and a `verify`, which cost most of it.
const ROUNDS: usize = 3;
/// Kills in one trial.
const KILLS: usize = 20;

fn plans(w: &Wanted, faults: &[Fault]) -> VecDeque<Plan> {
    let chosen = |name: &str| w.only.is_empty() || w.only.iter().any(|o| o == name);
    let named: Vec<Kind> = Kind::ALL.into_iter().filter(|k| w.only.iter().any(|o| o == k.name())).collect();
    let kinds = if named.is_empty() { Kind::ALL.to_vec() } else { named };
    let any_fault = w.only.iter().any(|o| Fault::SQLITE.iter().chain(&Fault::POSTGRES).any(|f| f.name() == o));
    let mut out = VecDeque::new();
    let mut seed = w.seed;
    let mut left: Vec<(Fault, usize)> =
        faults.iter().filter(|f| !any_fault || chosen(f.name())).map(|f| (*f, if *f == Fault::Killed { w.kills } else { w.each })).collect();
    // By turns, so that a run that is cut short has seen something of everything.
    while left.iter().any(|(_, n)| *n > 0) {
        for (fault, n) in left.iter_mut().filter(|(_, n)| *n > 0) {
            let now = (*n).min(if *fault == Fault::Killed { KILLS } else { ROUNDS });
            *n -= now;
            out.push_back(Plan { fault: *fault, kinds: kinds.clone(), each: now, kills: now, after: w.after, seed, keys: w.keys });
            seed += 1;
        }
    }
    out
}

/// Works the plans off on so many threads, each with a template of its own (and a cluster, for PostgreSQL).
fn worked(w: &Wanted, program: &Program, plans: VecDeque<Plan>, postgres: bool) -> Outcome {
    let begun = Instant::now();
    let (all, plans) = (Mutex::new(Outcome::default()), Mutex::new(plans));
    let sqlite = if postgres { None } else { Some(Mutex::new(Template::make(program, &Database::Sqlite).map(std::sync::Arc::new))) };
    std::thread::scope(|scope| {
        for _ in 0..w.threads {
            scope.spawn(|| {
                let broken = |why: String| all.lock().unwrap().violations.push(format!("HARNESS: {why}"));
                let mut cluster = None;
                let mut own: Option<std::sync::Arc<Template>> = None;
                loop {
                    if w.seconds.is_some_and(|s| begun.elapsed() > Duration::from_secs(s)) {
                        return;
                    }
                    let Some(plan) = plans.lock().unwrap().pop_front() else { return };
                    // A login ends after half an hour without use: the template is made anew in good time.
                    let stale = |t: &Template| t.born.elapsed() > Duration::from_secs(600);
                    if let Some(shared) = &sqlite {
                        let mut shared = shared.lock().unwrap();
                        if shared.as_ref().is_ok_and(|t| stale(t)) {
                            *shared = Template::make(program, &Database::Sqlite).map(std::sync::Arc::new);
                        }
                        match shared.as_ref() {
                            Ok(template) => own = Some(template.clone()),
                            Err(why) => return broken(why.clone()),
                        }
                    } else if own.as_ref().is_none_or(|t| stale(t)) {
                        drop(cluster.take());
                        let made = pg::Cluster::start().and_then(|c| {
                            let address = c.straight(c.template());
                            let database = Database::Postgres { through: address.clone(), straight: address };
                            Template::make(program, &database).map(|t| (c, t))
                        });
                        match made {
                            Ok((c, t)) => (cluster, own) = (Some(c), Some(std::sync::Arc::new(t))),
                            Err(why) => return broken(why),
                        }
                    }
                    let Some(template) = &own else { return };
                    let begun = Instant::now();
                    match trial::trial(&plan, program, template, cluster.as_mut()) {
                        Ok(outcome) => all.lock().unwrap().merge(outcome),
                        Err(why) => broken(format!("{} (seed {}): {why}", plan.fault.name(), plan.seed)),
                    }
                    if w.full {
                        say(&format!("    {} seed {} in {:.1} s", plan.fault.name(), plan.seed, begun.elapsed().as_secs_f32()));
                    }
                }
            });
        }
    });
    all.into_inner().unwrap()
}

fn table(outcome: &Outcome) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<21} {:<9} {:>6} {:>6} {:>6} {:>7} {:>9} {:>5} {:>7} {:>13} {:>6} {:>8} {:>9}",
        "fault", "save", "tried", "struck", "acked", "refused", "uncertain", "lost", "doubled", "refused-found", "retry", "ill-told", "destroyed"
    );
    let mut sum = Tally::default();
    let mut line = |fault: &str, kind: &str, t: &Tally| {
        let _ = writeln!(
            text,
            "{fault:<21} {kind:<9} {:>6} {:>6} {:>6} {:>7} {:>9} {:>5} {:>7} {:>13} {:>6} {:>8} {:>9}",
            t.tried, t.struck, t.acknowledged, t.refused, t.uncertain, t.lost, t.doubled, t.found, t.retries, t.badly_told, t.destroyed
        );
    };
    for ((fault, kind), tally) in &outcome.table {
        line(fault.name(), kind.name(), tally);
        sum.add(tally);
    }
    line("all", "", &sum);
    let _ = write!(
        text,
        "faults: {} trials, {} kills, {} saves tried, {} struck; {} lost, {} doubled, {} refused and found; {} violations in all",
        outcome.trials,
        outcome.kills,
        sum.tried,
        sum.struck,
        sum.lost,
        sum.doubled,
        sum.found,
        outcome.violations.len()
    );
    text
}

#[test]
fn what_is_accepted_stays_and_what_is_refused_is_not_there() {
    let begun = Instant::now();
    let asked = std::env::var("SHIYAN_FAULTS").ok();
    let w = wanted(asked.as_deref()).unwrap();
    let scratch = Temp::new("faults-shim");
    let library = scratch.join("shim.so");
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/faults/shim.c");
    let shim = trial::shim(&source, &library).map(|()| library);
    let mut sqlite = Fault::SQLITE.to_vec();
    let mut postgres = Fault::POSTGRES.to_vec();
    let skip = |why: &str, faults: &mut Vec<Fault>, which: &dyn Fn(Fault) -> bool| {
        let names: Vec<&str> = faults.iter().filter(|f| which(**f)).map(|f| f.name()).collect();
        if !names.is_empty() {
            say(&format!("SKIPPED: faults {}: {why}", names.join(", ")));
        }
        faults.retain(|f| !which(*f));
    };
    if let Err(why) = &shim {
        skip(&format!("the shim cannot be built: {why}"), &mut sqlite, &|f| f.by_shim());
    }
    if !is_root() {
        for faults in [&mut sqlite, &mut postgres] {
            skip("not root, and a file system of its own needs to be mounted", faults, &|f| f.needs_root());
        }
    }
    if pg::programs().is_none() {
        skip("no PostgreSQL server on this machine", &mut postgres, &|_| true);
        assert!(std::env::var("SHIYAN_REQUIRE_PG").as_deref() != Ok("1"), "SHIYAN_REQUIRE_PG=1, and there is no PostgreSQL server");
    }
    let program = Program { path: w.binary.clone(), shim: shim.ok() };
    let mut outcome = Outcome::default();
    for (faults, on_postgres) in [(sqlite, false), (postgres, true)] {
        let plans = plans(&w, &faults);
        if !plans.is_empty() {
            outcome.merge(worked(&w, &program, plans, on_postgres));
        }
    }
    outcome.healed.sort();
    let healed = |part: usize| outcome.healed.get((outcome.healed.len() * part).div_ceil(100).saturating_sub(1)).map_or(0.0, Duration::as_secs_f32);
    say(&format!(
        "{}\nfaults: ready again after {:.1} s at the median, {:.1} s at the 95th percentile, {:.1} s at most; {:.0} s in all",
        table(&outcome),
        healed(50),
        healed(95),
        healed(100),
        begun.elapsed().as_secs_f32()
    ));
    for violation in outcome.violations.iter().take(200) {
        say(&format!("  {violation}"));
    }
    assert!(outcome.violations.is_empty(), "{} violations", outcome.violations.len());
    let harmless: Vec<&str> = Fault::SQLITE
        .iter()
        .chain(&Fault::POSTGRES)
        .filter(|f| {
            let mut of = outcome.table.iter().filter(|((fault, _), _)| fault == *f).peekable();
            of.peek().is_some() && of.all(|(_, t)| t.struck == 0)
        })
        .map(|f| f.name())
        .collect();
    assert!(harmless.is_empty(), "these faults met no save, so they prove nothing: {harmless:?}");
}

#[test]
fn what_is_asked_for_is_read_or_refused() {
    let of = |text: &str| wanted(Some(&text.replace(' ', "\u{1f}")));
    let w = of("--kills 7 --each 2 --only full-disk,result --seconds 9").unwrap();
    assert_eq!((w.kills, w.each, w.seconds, w.only.len(), w.full), (7, 2, Some(9), 2, true));
    assert!(of("--kills").is_err() && of("--kills x").is_err() && of("--what 1").is_err());
    let few = plans(&w, &Fault::SQLITE);
    assert!(few.iter().all(|p| p.fault == Fault::FullDisk && p.kinds == [Kind::Result]) && few.iter().map(|p| p.each).sum::<usize>() == 2);
    let short = wanted(None).unwrap();
    let all = plans(&short, &Fault::SQLITE);
    for fault in Fault::SQLITE {
        assert!(all.iter().filter(|p| p.fault == fault).map(|p| p.each).sum::<usize>() >= 3, "each pair three times: {}", fault.name());
    }
}

#[test]
fn every_test_that_the_attack_list_names_is_there() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = std::fs::read_to_string(root.join("tests/README.md")).unwrap();
    let named: Vec<(&str, &str)> = list.split('`').skip(1).step_by(2).filter_map(|code| code.split_once(".rs::")).collect();
    assert!(named.len() > 100, "{}", named.len());
    let lines = list.lines().filter(|l| l.starts_with("| ") && l.as_bytes().get(3).is_some_and(u8::is_ascii_digit)).count();
    assert_eq!(lines, 135, "every attack has its line");
    for (file, test) in named {
        let source = ["tests", "crates", ""].iter().find_map(|folder| std::fs::read_to_string(root.join(folder).join(format!("{file}.rs"))).ok());
        let source = source.unwrap_or_else(|| panic!("there is no {file}.rs"));
        assert!(source.contains(&format!("fn {test}(")), "{file}.rs has no test {test}");
    }
}
