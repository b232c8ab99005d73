//! `cargo xtask ci`: everything that must hold before a change is taken in.

use crate::Failure;
use crate::needs::{self, Machine};
use crate::pg::{Server, is_root};
use crate::run::{cargo, elapsed, run, shown};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The whole run. All steps run even when an early one fails, because one round should show everything; the tests come
/// last and their own closing lines are the last thing on the screen, followed by one line that adds them up.
pub fn ci(root: &Path) -> Result<(), Failure> {
    step("needs: what the tests use from this machine", provide)?;

    let target = target_directory(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if let Some(dir) = &target {
        println!("    building in {} (set CARGO_TARGET_DIR to build elsewhere)", dir.display());
        forget_another_checkout(root, dir)?;
    }
    let cargo_in_target = |args: &[&str]| {
        let mut command = cargo(root);
        command.args(args);
        if let Some(dir) = &target {
            command.env("CARGO_TARGET_DIR", dir);
        }
        command
    };

    let mut refused = Vec::new();
    let mut gate = |name: &'static str, title: &str, work: &mut dyn FnMut() -> Result<(), Failure>| {
        if let Err(why) = step(title, work) {
            eprintln!("{why}");
            refused.push(name);
        }
    };
    gate("fmt", "fmt: cargo fmt --all -- --check", &mut || run(&mut cargo_in_target(&["fmt", "--all", "--", "--check"])));
    gate("tidy", "tidy: arrows and habits", &mut || crate::tidy::tidy(root));
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    gate("clippy", "clippy: every target, warnings refused", &mut || run(&mut cargo_in_target(&clippy)));

    let server = step("postgresql: a private server for the tests", || {
        let server = Server::start()?;
        println!("    PostgreSQL {} at {}", server.version, server.url());
        Ok(server)
    })?;

    // One invocation, so that the tree is built once: unit, integration, browser and doc tests, on SQLite and PostgreSQL.
    heading("tests: cargo test --workspace (unit, integration, browser, doc)");
    let mut tests = cargo_in_target(&["test", "--workspace", "--no-fail-fast"]);
    let notes = std::env::temp_dir().join(format!("shiyan-skipped-{}", std::process::id()));
    tests.env(SKIPPED, &notes).env("CI", "1").env("SHIYAN_TEST_PG", server.url()).env("SHIYAN_REQUIRE_PG", "1").env("SHIYAN_BROWSER", "1");
    let outcome = counted(&mut tests);
    drop(server);
    let said = std::fs::read_to_string(&notes).unwrap_or_default();
    let skipped = not_run(&said);
    let _ = std::fs::remove_file(&notes);
    let (counts, ended_well) = outcome?;
    let (line, good) = verdict(&counts, ended_well, &refused);
    if !skipped.is_empty() {
        println!("\nnot run, because this machine lacks what they need:");
        skipped.iter().for_each(|what| println!("    {what}"));
    }
    println!("{}", with_skipped(line, skipped.len()));
    if good { Ok(()) } else { Err(String::new()) }
}

/// `cargo xtask needs`
pub fn needs_only() -> Result<(), Failure> {
    let absent = needs::missing(&Machine);
    if absent.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    print!("{}", needs::listing(&absent));
    println!("\n    {}", needs::apt_line(&absent));
    if absent.iter().all(|need| need.optional) { Ok(()) } else { Err(String::new()) }
}

/// `cargo xtask pg CMD...`: any command with the server of `ci` beside it.
pub fn with_pg(root: &Path, line: &[String]) -> Result<(), Failure> {
    let [program, args @ ..] = line else { return Err("what shall run? for example: cargo xtask pg cargo test -p shiyan-store".to_owned()) };
    let server = Server::start()?;
    eprintln!("PostgreSQL {} at {}", server.version, server.url());
    run(Command::new(program).args(args).current_dir(root).env("SHIYAN_TEST_PG", server.url()).env("SHIYAN_REQUIRE_PG", "1"))
}

/// `cargo xtask golden`
pub fn golden(root: &Path) -> Result<(), Failure> {
    run(cargo(root).args(["test", "-p", "shiyan-reports"]).env("SHIYAN_BLESS", "1"))?;
    let server = Server::start()?;
    let schema = ["test", "-p", "shiyan-tests", "--test", "it", "the_list_of_the_schema"];
    run(cargo(root).args(schema).env("SHIYAN_BLESS", "1").env("SHIYAN_TEST_PG", server.url()).env("SHIYAN_REQUIRE_PG", "1"))?;
    println!("the golden files are written anew; read the difference before you commit it");
    Ok(())
}

fn provide() -> Result<(), Failure> {
    needs::provide(&Machine, is_root(), &mut |line| println!("{line}"), &mut |args| {
        let mut apt = Command::new("apt-get");
        apt.args(["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]).args(args).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        println!("    {}", shown(&apt));
        run(&mut apt)
    })
}

/// Where to build: what the caller says, else one directory for all checkouts of this user, so that a warm machine does not
/// build the dependencies again. `None` leaves cargo's own rule in force.
fn target_directory(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if env("CARGO_TARGET_DIR").is_some() || env("CARGO_BUILD_TARGET_DIR").is_some() {
        return None;
    }
    let cache = env("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute()).or_else(|| env("HOME").map(|home| Path::new(&home).join(".cache")))?;
    Some(cache.join("shiyan").join("target"))
}

/// The directory is shared by the checkouts of this user, and a test that was built in another one looks for its files there: cargo tells
/// the crates of two checkouts apart by their content only. What another checkout built of this workspace goes; the dependencies stay.
fn forget_another_checkout(root: &Path, dir: &Path) -> Result<(), Failure> {
    let stamp = dir.join("checkout");
    let here = root.display().to_string();
    if std::fs::read_to_string(&stamp).is_ok_and(|there| there == here) {
        return Ok(());
    }
    if dir.exists() {
        run(cargo(root).args(["clean", "--workspace"]).env("CARGO_TARGET_DIR", dir))?;
    }
    std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&stamp, here)).map_err(|e| format!("{}: {e}", stamp.display()))
}

fn heading(title: &str) {
    println!("\n==> {title}");
    let _ = std::io::stdout().flush();
}

fn step<T>(title: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    heading(title);
    let start = Instant::now();
    let outcome = work();
    println!("    {} after {}", if outcome.is_ok() { "ok" } else { "FAILED" }, elapsed(start.elapsed()));
    outcome
}

/// What the closing lines of the runners add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    runners: usize,
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Take in one line of output; only a runner's closing line counts.
    fn take(&mut self, line: &str) {
        let Some(rest) = line.trim().strip_prefix("test result: ") else { return };
        let number = |what: &str| {
            let before = rest.split(what).next().filter(|before| before.len() < rest.len())?;
            before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse::<u64>().ok()
        };
        if let (Some(passed), Some(failed)) = (number(" passed;"), number(" failed;")) {
            self.runners += 1;
            self.passed += passed;
            self.failed += failed;
        }
    }
}

/// Run the tests, show their output as it comes, and add up their closing lines.
fn counted(command: &mut Command) -> Result<(Counts, bool), Failure> {
    let refused = |e: std::io::Error| format!("the tests: {e}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(refused)?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(refused)?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            counts.take(&line);
        }
    }
    let status = child.wait().map_err(refused)?;
    Ok((counts, status.success()))
}

/// The variable by which a test learns where to write what it did not try; its twin is in `skip/src/lib.rs`, which this crate may not know.
const SKIPPED: &str = "SHIYAN_SKIPPED";

/// What was not tried, each once, with its reason.
fn not_run(notes: &str) -> Vec<&str> {
    let mut all: Vec<&str> = notes.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A sum that leaves something out says so in the same line, which is often the only one that is read.
fn with_skipped(line: String, skipped: usize) -> String {
    if skipped == 0 { line } else { format!("{line}; {skipped} NOT RUN, named above") }
}

/// The one line after the tests, and whether the whole run is good. A plain sum stands alone only when it is the whole truth.
fn verdict(counts: &Counts, ended_well: bool, refused: &[&str]) -> (String, bool) {
    let sum = format!("{} passed, {} failed", counts.passed, counts.failed);
    if !ended_well && counts.failed == 0 {
        return (format!("ci: the test run broke off (a build error or a crash), {sum} until then"), false);
    }
    if counts.runners == 0 {
        return ("ci: no test ran".to_owned(), false);
    }
    if !refused.is_empty() {
        return (format!("ci: refused by {}; tests: {sum}", refused.join(", ")), false);
    }
    (sum, ended_well && counts.failed == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up() {
        let mut counts = Counts::default();
        for line in [
            "test a::b ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.02s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
            "all doctests ran in 0.10s; 999 passed; 9 failed;",
            "test result: nonsense",
        ] {
            counts.take(line);
        }
        assert_eq!(counts, Counts { runners: 2, passed: 15, failed: 2 });
    }

    #[test]
    fn the_sum_stands_alone_only_when_it_is_the_whole_truth() {
        let counts = |passed, failed| Counts { runners: 1, passed, failed };
        assert_eq!(verdict(&counts(12, 0), true, &[]), ("12 passed, 0 failed".to_owned(), true));
        assert_eq!(verdict(&counts(12, 1), false, &[]), ("12 passed, 1 failed".to_owned(), false));
        assert_eq!(verdict(&counts(12, 0), true, &["clippy"]), ("ci: refused by clippy; tests: 12 passed, 0 failed".to_owned(), false));
        assert!(verdict(&counts(12, 0), false, &[]).0.starts_with("ci: the test run broke off"));
        assert_eq!(verdict(&Counts::default(), true, &[]), ("ci: no test ran".to_owned(), false));
    }

    #[test]
    fn what_did_not_run_is_named_once_and_counted_in_the_last_line() {
        let notes = "b in a browser: no browser\na: no server\nb in a browser: no browser\n\n";
        let skipped = not_run(notes);
        assert_eq!(skipped, ["a: no server", "b in a browser: no browser"]);
        assert_eq!(with_skipped("12 passed, 0 failed".into(), skipped.len()), "12 passed, 0 failed; 2 NOT RUN, named above");
        assert_eq!(with_skipped("12 passed, 0 failed".into(), 0), "12 passed, 0 failed");
    }

    #[test]
    fn the_output_of_a_runner_is_read_while_it_is_shown() {
        let mut sh = Command::new("sh");
        sh.args(["-c", "printf 'x\\ntest result: ok. 4 passed; 0 failed; 0 ignored; 0 measured\\n'; exit 3"]);
        assert_eq!(counted(&mut sh), Ok((Counts { runners: 1, passed: 4, failed: 0 }, false)));
    }

    #[test]
    fn the_target_directory_is_outside_the_checkout_unless_the_caller_says_otherwise() {
        let env = |pairs: &'static [(&str, &str)]| target_directory(&move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned()));
        assert_eq!(env(&[("HOME", "/h")]), Some(PathBuf::from("/h/.cache/shiyan/target")));
        assert_eq!(env(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")]), Some(PathBuf::from("/c/shiyan/target")));
        assert_eq!(env(&[("HOME", "/h"), ("XDG_CACHE_HOME", "c")]), Some(PathBuf::from("/h/.cache/shiyan/target")));
        assert_eq!(env(&[("HOME", "/h"), ("CARGO_TARGET_DIR", "/t")]), None);
        assert_eq!(env(&[]), None);
    }
}
