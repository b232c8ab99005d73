//! Keeping: files complete or absent, what others may read, the clock, and the work of the night, by the program as it is installed.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use shiyan_testkit::{Side, Temp};

fn shiyan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shiyan"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SHIYAN_")) {
        command.env_remove(name);
    }
    command
}
fn on(data: &Path, args: &[&str]) -> Command {
    let mut command = shiyan();
    command.args(args).arg("--data").arg(data).stdin(Stdio::null());
    command
}
fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}
fn good(data: &Path, args: &[&str]) -> String {
    let out = on(data, args).output().unwrap();
    assert!(out.status.success(), "{args:?}: {} {}", out.status, said(&out));
    String::from_utf8(out.stdout).unwrap()
}
fn json(data: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&good(data, args)).unwrap()
}
fn bad(data: &Path, args: &[&str]) -> (i32, String) {
    let out = on(data, args).output().unwrap();
    assert!(!out.status.success(), "{args:?} was accepted: {}", said(&out));
    (out.status.code().unwrap(), said(&out))
}
fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}
fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
/// What somebody does to the database behind the program's back.
fn behind(data: &Path, statements: &[&str]) {
    let url = format!("sqlite://{}", data.join("shiyan.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let side = Side::open(&url).await;
        for statement in statements {
            side.must(statement).await;
        }
        side.close().await;
    });
}

/// A small demonstration, loaded once; every test works on a copy of its own.
static DEMO: LazyLock<Temp> = LazyLock::new(|| {
    let dir = Temp::new("nightly-demo");
    good(&dir.0, &["demo", "load", "--samples", "60"]);
    dir
});
/// An installation with one person and what the house ships: a night is soon over.
static SMALL: LazyLock<Temp> = LazyLock::new(|| {
    let dir = Temp::new("nightly-small");
    let mut add = on(&dir.0, &["user", "add", "sampler", "--name", "某某", "--role", "sampler"]);
    assert!(add.env("SHIYAN_PASSWORD", "a long enough one").status().unwrap().success());
    dir
});
fn copy_of(home: &Temp) -> Temp {
    let copy = Temp::new("nightly");
    for entry in std::fs::read_dir(&home.0).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.join(entry.file_name().to_str().unwrap())).unwrap();
        }
    }
    copy
}
fn demo() -> Temp {
    copy_of(&DEMO)
}
fn small() -> Temp {
    copy_of(&SMALL)
}

struct Server {
    child: Child,
    port: u16,
    metrics: u16,
}
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
fn patiently<T>(what: &str, mut get: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(it) = get() {
            return it;
        }
        assert!(start.elapsed() < Duration::from_secs(90), "{what}: waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}
impl Server {
    fn start(data: &Path) -> Server {
        let (port, metrics) = (free_port(), free_port());
        let args = ["serve", "--listen", &format!("127.0.0.1:{port}"), "--metrics-listen", &format!("127.0.0.1:{metrics}")];
        let child = on(data, &args).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
        let server = Server { child, port, metrics };
        patiently("ready", || get(port, "/readyz").filter(|a| a.starts_with("HTTP/1.1 200")));
        server
    }
    fn stop(mut self) {
        assert!(Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap().success());
        let status = patiently("the end", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }
    fn metric(&self, name: &str) -> Option<i64> {
        let answer = get(self.metrics, "/metrics")?;
        answer.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }
}

#[test]
fn a_backup_is_private_and_complete_or_absent_whatever_stops_it() {
    let dir = demo();
    let file = dir.join("copy.gz");
    let part = dir.join("copy.gz.part");
    // A part that a killed run has left, readable by all, is not in the way and does not become the backup.
    std::fs::write(&part, "left by a killed run").unwrap();
    chmod(&part, 0o644);
    good(&dir.0, &["backup", text(&file)]);
    assert!(mode(&file) == 0o600 && !part.exists());
    let before = std::fs::read(&file).unwrap();
    let untouched = |what: &str| {
        assert!(!part.exists(), "{what}: the part stays");
        assert_eq!(std::fs::read(&file).unwrap(), before, "{what}: the good one is gone");
    };
    // Somebody stops it in the middle: by the keyboard, by the machine.
    let mut stopped = 0;
    for (round, signal) in ["-INT", "-TERM", "-INT", "-TERM"].into_iter().enumerate() {
        let mut child = on(&dir.0, &["backup", text(&file), "--force"]).stdout(Stdio::null()).spawn().unwrap();
        let status = loop {
            if part.exists() {
                assert_eq!(mode(&part), 0o600, "private from the first byte");
                std::thread::sleep(Duration::from_millis(round as u64 * 5));
                Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap();
                break child.wait().unwrap();
            }
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
        };
        if !status.success() {
            stopped += 1;
            assert!(matches!(status.code(), Some(130 | 143)), "{status}");
            untouched(signal);
        }
    }
    assert!(stopped > 0, "it was never stopped in the middle");
    // A disk that takes no more: the limit on the size of a file stands in for it.
    let script = "ulimit -f 400; trap '' XFSZ; exec \"$0\" \"$@\"";
    let full = |args: &[&str]| {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_shiyan")]).args(args).arg("--data").arg(&dir.0).env_remove("SHIYAN_LANG");
        command.output().unwrap()
    };
    // Room for what the database itself needs to be read, and not for the copy.
    let out = full(&["backup", text(&file), "--force"]);
    assert!(out.status.code() == Some(2) && said(&out).contains("[CLI-FILE-WRITE]") && said(&out).contains("copy.gz"), "{}", said(&out));
    untouched("a full disk");
    // A directory in the place of the file; a directory that is not there.
    std::fs::create_dir(dir.join("taken")).unwrap();
    for path in [dir.join("taken"), dir.join("no/copy.gz")] {
        assert_eq!(bad(&dir.0, &["backup", text(&path), "--force"]).0, 2);
    }
    assert!(names(&dir.0).iter().all(|name| !name.ends_with(".part")));
    good(&dir.0, &["backup", text(&file), "--force"]);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn an_export_is_complete_or_as_it_was_and_still_goes_into_a_pipe() {
    let dir = demo();
    let file = dir.join("samples.csv");
    let year = chrono::Utc::now().format("%Y").to_string();
    good(&dir.0, &["export", "samples", "--year", &year, "--out", text(&file)]);
    let before = std::fs::read(&file).unwrap();
    chmod(&file, 0o640);
    let script = "ulimit -f 1; trap '' XFSZ; exec \"$0\" \"$@\"";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_shiyan"), "export", "limits-template", "--out", text(&file), "--data"]).arg(&dir.0);
    let out = command.output().unwrap();
    assert!(out.status.code() == Some(2) && said(&out).contains("CLI-FILE-WRITE"), "{}", said(&out));
    assert_eq!(std::fs::read(&file).unwrap(), before, "the one that was there stays");
    assert!(names(&dir.0).iter().all(|name| !name.ends_with(".part")));
    good(&dir.0, &["export", "samples", "--year", &year, "--out", text(&file)]);
    assert_eq!(mode(&file), 0o640);
    assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());
    good(&dir.0, &["export", "samples", "--year", &year, "--out", "/dev/null"]);
    assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());
}

#[test]
fn what_others_can_read_is_refused_with_the_line_to_type() {
    let home = Temp::new("nightly");
    let serve = |data: &Path, more: &[&str]| {
        let listen = format!("127.0.0.1:{}", free_port());
        bad(data, &[&["serve", "--listen", &listen], more].concat())
    };
    let open = home.join("open");
    std::fs::create_dir(&open).unwrap();
    for (wrong, lang, says) in [(0o755, "zh", "对本机其他账号开放"), (0o770, "en", "open to other accounts"), (0o701, "en", "(mode 701)")] {
        chmod(&open, wrong);
        let (code, said) = serve(&open, &["--lang", lang]);
        let fix = format!("chmod 700 {}", open.display());
        assert!(code == 1 && said.contains("[CLI-OPEN-TO-OTHERS]") && said.contains(says) && said.contains(&fix), "{code} {said}");
    }
    assert!(names(&open).is_empty(), "nothing is made in it: {:?}", names(&open));
    // Reading goes on, with a warning; keeping does not.
    chmod(&open, 0o700);
    good(&open, &["migrate"]);
    chmod(&open, 0o755);
    let out = on(&open, &["verify"]).output().unwrap();
    assert!(out.status.success() && said(&out).contains("[CLI-OPEN-TO-OTHERS]"), "{}", said(&out));
    let backups = home.join("backups");
    assert!(bad(&open, &["keep", "nightly", "--dir", text(&backups)]).1.contains("[CLI-OPEN-TO-OTHERS]"));
    chmod(&open, 0o700);
    assert!(!said(&on(&open, &["verify"]).output().unwrap()).contains("CLI-OPEN"));
    // The database elsewhere, a configuration with a password, the directory of the backups.
    let door = home.join("door");
    std::fs::create_dir(&door).unwrap();
    chmod(&door, 0o755);
    let elsewhere = door.join("other.db");
    good(&open, &["migrate", "--database-url", &format!("sqlite://{}", elsewhere.display())]);
    assert_eq!(mode(&elsewhere), 0o600, "made private from the start");
    chmod(&elsewhere, 0o644);
    let (code, said) = serve(&open, &["--database-url", &format!("sqlite://{}", elsewhere.display())]);
    assert!(code == 1 && said.contains(&format!("chmod 600 {}", elsewhere.display())), "{code} {said}");
    let config = door.join("shiyan.toml");
    std::fs::write(&config, "database_url = \"postgres://u:secretpw@127.0.0.1:1/db\"\n").unwrap();
    chmod(&config, 0o640);
    let (code, said) = serve(&open, &["--config", text(&config)]);
    assert!(code == 1 && said.contains(&format!("chmod 600 {}", config.display())) && !said.contains("secretpw"), "{code} {said}");
    std::fs::create_dir(&backups).unwrap();
    chmod(&backups, 0o750);
    std::fs::write(open.join("shiyan.toml"), format!("backup_dir = \"{}\"\n", backups.display())).unwrap();
    let (code, said) = serve(&open, &[]);
    assert!(code == 1 && said.contains(&format!("chmod 700 {}", backups.display())), "{code} {said}");
    let (code, said) = bad(&open, &["keep", "nightly"]);
    assert!(code == 1 && said.contains(&format!("chmod 700 {}", backups.display())), "{code} {said}");
    // What is made by us is private, whatever the account is set up for.
    let made = home.join("made");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "umask 0; exec \"$0\" migrate --data \"$1\"", env!("CARGO_BIN_EXE_shiyan")]).arg(&made);
    assert!(command.status().unwrap().success());
    assert_eq!((mode(&made), mode(&made.join("shiyan.db"))), (0o700, 0o600));
}

#[test]
fn a_clock_behind_the_journal_writes_nothing() {
    let dir = demo();
    let head = json(&dir.0, &["checkpoint"])["hash"].clone();
    // The last entry is three days ahead: as a clock set back by three days sees it.
    let ahead = (chrono::Utc::now() + chrono::Duration::days(3)).with_timezone(&chrono::FixedOffset::east_opt(8 * 3600).unwrap());
    let stamp = ahead.format("%Y-%m-%dT%H:%M:%S%.3f+08:00");
    let set = format!("UPDATE journal SET at = '{stamp}' WHERE seq = (SELECT MAX(seq) FROM journal)");
    behind(&dir.0, &["DROP TRIGGER journal_no_update", &set]);
    let listen = format!("127.0.0.1:{}", free_port());
    for args in [
        &["serve", "--listen", &listen] as &[&str],
        &["migrate"],
        &["demo", "remove"],
        &["user", "disable", "supervisor"],
        &["import", "plan", "no-such-file", "--year", "2026"],
        &["keep", "nightly", "--dir", text(&dir.join("backups"))],
    ] {
        for (lang, says) in [("zh", "法定时间不能倒退"), ("en", "statutory time does not go backwards")] {
            let (code, said) = bad(&dir.0, &[args, &["--lang", lang]].concat());
            let day = ahead.format("%Y-%m-%d").to_string();
            assert!(code == 1 && said.contains("[CLI-CLOCK]") && said.contains(says) && said.contains(&day), "{args:?}: {code} {said}");
        }
    }
    assert_eq!(json(&dir.0, &["checkpoint"])["hash"], head, "reading goes on, nothing was written");
    // The clock says how it stands; owned up to, writing goes on.
    assert_eq!(json(&dir.0, &["clock", "--json"])["held"], true);
    let (code, said) = bad(&dir.0, &["clock", "accept", "--by", "", "--why", "时钟走快三天，已校正"]);
    assert!(code == 1 && said.contains("[CLOCK-WHO]"), "{said}");
    let said = good(&dir.0, &["clock", "accept", "--by", "王主任", "--why", "时钟走快三天，已校正"]);
    assert!(said.contains("写入已恢复"), "{said}");
    assert_eq!(json(&dir.0, &["clock", "--json"])["held"], false);
    good(&dir.0, &["migrate"]);
    // A second is no step back.
    let soon = (chrono::Utc::now() + chrono::Duration::milliseconds(900)).with_timezone(&chrono::FixedOffset::east_opt(8 * 3600).unwrap());
    behind(&dir.0, &[&format!("UPDATE journal SET at = '{}' WHERE seq = (SELECT MAX(seq) FROM journal)", soon.format("%Y-%m-%dT%H:%M:%S%.3f+08:00"))]);
    good(&dir.0, &["migrate"]);
}

#[test]
fn one_command_keeps_the_house_for_a_night() {
    let dir = small();
    let backups = dir.join("backups");
    let witness = dir.join("witness");
    let script = dir.join("send");
    std::fs::write(&script, format!("#!/bin/sh\ncat > '{}'\n", witness.display())).unwrap();
    chmod(&script, 0o700);
    let config = format!("backup_dir = \"{}\"\nkeep_backups = 2\ncheckpoint_command = [\"{}\"]\n", backups.display(), script.display());
    std::fs::write(dir.join("shiyan.toml"), config).unwrap();
    assert_eq!(on(&dir.0, &["keep", "status"]).output().unwrap().status.code(), Some(1), "nothing has been done yet");
    for left in 1..=3_usize {
        let kept = json(&dir.0, &["keep", "nightly", "--json"]);
        for care in ["backup", "rehearsal", "verify", "checkpoint"] {
            assert!(kept["cares"][care]["good_at"].is_string() && kept["cares"][care]["trouble"].is_null(), "{care}: {kept}");
        }
        assert_eq!(names(&backups).len(), left.min(2), "two are kept: {:?}", names(&backups));
        std::thread::sleep(Duration::from_millis(1100));
    }
    good(&dir.0, &["keep", "status"]);
    assert!(names(&backups).iter().all(|name| mode(&backups.join(name)) == 0o600), "private, and no scratch directory is left");
    assert_eq!(mode(&backups), 0o700);
    // The checkpoint of the day, here and with the owner's command, holds what the night journalled.
    let file = PathBuf::from(json(&dir.0, &["keep", "status", "--json"])["cares"]["checkpoint"]["facts"]["file"].as_str().unwrap());
    assert_eq!(std::fs::read(&file).unwrap(), std::fs::read(&witness).unwrap());
    assert_eq!(mode(&file), 0o600);
    good(&dir.0, &["verify", "--checkpoint", text(&file)]);
    let newest = backups.join(names(&backups).pop().unwrap());
    let copy = Temp::new("nightly");
    good(&copy.0, &["restore", text(&newest)]);
    good(&copy.0, &["verify"]);

    // A command that fails is told, and the rest was done.
    std::fs::write(&script, "#!/bin/sh\necho no route >&2\nexit 7\n").unwrap();
    let (code, said) = bad(&dir.0, &["keep", "nightly"]);
    assert!(code == 1 && said.contains("[KEEP-COMMAND]") && said.contains("no route") && said.contains("提示："), "{code} {said}");
    assert!(bad(&dir.0, &["keep", "status"]).1.contains("KEEP-COMMAND"));
    std::fs::write(&script, "#!/bin/sh\ncat > /dev/null\n").unwrap();
    std::thread::sleep(Duration::from_millis(1100));

    // A row changed behind the program's back: the rehearsal and the check both say so, and no older backup goes.
    let before = names(&backups);
    behind(&dir.0, &["UPDATE street SET name = '别处' WHERE id = (SELECT MIN(id) FROM street)"]);
    let (code, said) = bad(&dir.0, &["--lang", "en", "keep", "nightly"]);
    assert!(code == 1 && said.contains("[KEEP-REHEARSAL]") && said.contains("[KEEP-VERIFY]") && said.contains("street"), "{code} {said}");
    let after = names(&backups);
    assert!(after.len() == before.len() + 1 && before.iter().all(|name| after.contains(name)), "{before:?} {after:?}");

    // A backup directory that cannot be written: a fault with its code, and the other work of the night is still done.
    let blocked = dir.join("blocked");
    std::fs::write(&blocked, "a file").unwrap();
    let (code, said) = bad(&dir.0, &["keep", "nightly", "--dir", text(&blocked)]);
    assert!(code == 2 && said.contains("CLI-FILE-WRITE") && said.contains("[KEEP-VERIFY]"), "{code} {said}");
    assert!(bad(&dir.0, &["--config", "/dev/null", "keep", "nightly"]).1.contains("[KEEP-NO-DIR]"));
}

#[test]
fn fact_files_are_kept_every_night_where_somebody_has_them() {
    let dir = demo();
    let (backups, facts) = (dir.join("backups"), dir.join("facts"));
    let config = |more: &str| std::fs::write(dir.join("shiyan.toml"), format!("backup_dir = \"{}\"\n{more}", backups.display())).unwrap();
    let night = || {
        std::thread::sleep(Duration::from_millis(1100));
        json(&dir.0, &["keep", "nightly", "--json"])["cares"]["facts"].clone()
    };
    config("");
    assert!(night().is_null() && !facts.exists(), "nobody asked for any");
    assert!(!good(&dir.0, &["keep", "status"]).contains("事实文件"));

    // Made once by hand, they follow: what is missing is written again, and what is there is left.
    let all = json(&dir.0, &["figures", "keep", "--json"])["written"].as_u64().unwrap();
    assert!(all > 1 && good(&dir.0, &["keep", "status"]).contains("事实文件"));
    let month = names(&facts.join("batch")).remove(0);
    std::fs::remove_file(facts.join("batch").join(&month)).unwrap();
    let state = night();
    assert_eq!((&state["facts"]["written"], &state["facts"]["unchanged"]), (&Value::from(1), &Value::from(all - 1)), "{state}");
    assert_eq!(json(&dir.0, &["figures", "check", "--json"])["equal"], true);
    assert_eq!(mode(&facts), 0o700);

    // Where they cannot be written it is said, with what to do, and the rest of the night was done.
    let blocked = dir.join("blocked");
    std::fs::write(&blocked, "a file").unwrap();
    config(&format!("facts_dir = \"{}\"\n", blocked.display()));
    std::thread::sleep(Duration::from_millis(1100));
    let before = names(&backups).len();
    let (code, said) = bad(&dir.0, &["keep", "nightly"]);
    assert!(code == 2 && said.contains("blocked") && said.contains("提示："), "{code} {said}");
    assert_eq!(names(&backups).len(), before + 1);
    let (code, said) = bad(&dir.0, &["keep", "status"]);
    assert!(code == 1 && said.contains("事实文件") && said.contains("须处理"), "{code} {said}");

    // A directory of its own is made and filled by the night itself; where nobody keeps any, nothing is asked for any more.
    let elsewhere = dir.join("elsewhere");
    config(&format!("facts_dir = \"{}\"\n", elsewhere.display()));
    assert_eq!(night()["facts"]["written"], Value::from(all));
    assert_eq!((mode(&elsewhere), json(&dir.0, &["figures", "check", "--json"])["equal"].clone()), (0o700, Value::from(true)));
    config("");
    std::fs::remove_dir_all(&facts).unwrap();
    assert!(night().is_null());
    good(&dir.0, &["keep", "status"]);
}

#[test]
fn a_line_of_the_plan_that_differs_from_its_file_is_named() {
    let dir = demo();
    good(&dir.0, &["figures", "keep"]);
    let manifest: Value = serde_json::from_slice(&std::fs::read(dir.join("facts").join("manifest.json")).unwrap()).unwrap();
    let months = manifest["families"]["plan"].as_object().unwrap();
    let rows = |quarters: bool| {
        months.iter().filter(|(m, _)| quarters == ["01", "04", "07", "10"].contains(&&m[5..])).map(|(_, e)| e["rows"].as_u64().unwrap()).sum::<u64>()
    };
    assert!(rows(true) > 0 && rows(false) == 0, "{months:?}");
    assert_eq!(json(&dir.0, &["figures", "check", "--json"])["equal"], true);
    behind(&dir.0, &["UPDATE plan SET detail = json_set(detail, '$.lines[0].batches', 77777)"]);
    let (code, said) = bad(&dir.0, &["figures", "check", "--json"]);
    let found: Value = serde_json::from_str(said.lines().collect::<String>().as_str()).unwrap();
    assert!(code == 1 && found["first_difference"]["family"] == "plan" && found["first_difference"]["what"] == "other_content", "{code} {found}");
    // what is written anew is told apart by nothing any more
    good(&dir.0, &["figures", "keep"]);
    assert_eq!(json(&dir.0, &["figures", "check", "--json"])["equal"], true);
}

#[test]
fn figures_of_nobody_leave_the_status_alone() {
    let dir = demo();
    let elsewhere = Temp::new("nightly-elsewhere");
    good(&dir.0, &["figures", "keep", "--facts", text(&elsewhere.0)]);
    let (_, said) = bad(&dir.0, &["keep", "status"]);
    assert!(said.contains("备份") && !said.contains("事实文件"), "{said}");
}

#[test]
fn a_cut_tail_is_seen_by_the_checkpoint_of_the_day() {
    let dir = small();
    let backups = dir.join("backups");
    good(&dir.0, &["keep", "nightly", "--dir", text(&backups)]);
    let day = names(&dir.join("checkpoints")).pop().unwrap();
    let witness = std::fs::read(dir.join("checkpoints").join(&day)).unwrap();
    behind(&dir.0, &["DROP TRIGGER journal_no_delete", "DELETE FROM journal WHERE seq > (SELECT MAX(seq) - 2 FROM journal)"]);
    let trigger = "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END";
    behind(&dir.0, &[trigger]);
    std::thread::sleep(Duration::from_millis(1100));
    let (code, said) = bad(&dir.0, &["--lang", "en", "keep", "nightly", "--dir", text(&backups)]);
    assert!(code == 1 && said.contains("[KEEP-VERIFY]") && said.contains("[KEEP-CHECKPOINT-AHEAD]"), "{code} {said}");
    assert_eq!(std::fs::read(dir.join("checkpoints").join(&day)).unwrap(), witness, "the evidence is not overwritten");
}

#[test]
fn the_server_keeps_itself_and_tells_its_ages() {
    let dir = demo();
    let backups = dir.join("backups");
    std::fs::write(dir.join("shiyan.toml"), format!("backup_dir = \"{}\"\nfacts_dir = \"{}\"\n", backups.display(), dir.join("facts").display())).unwrap();
    let server = Server::start(&dir.0);
    // The missed night is made up for shortly after the start.
    let since = chrono::Utc::now().timestamp() - 60;
    for name in [
        "shiyan_backup_last_success_timestamp_seconds",
        "shiyan_restore_rehearsal_last_success_timestamp_seconds",
        "shiyan_verify_last_success_timestamp_seconds",
        "shiyan_checkpoint_last_export_timestamp_seconds",
        "shiyan_facts_last_success_timestamp_seconds",
    ] {
        patiently(name, || server.metric(name).filter(|at| *at >= since));
    }
    assert!(server.metric("shiyan_data_disk_free_bytes").unwrap() > 0);
    assert_eq!(names(&backups).len(), 1, "{:?}", names(&backups));
    // A backup by hand beside the running server.
    good(&dir.0, &["backup", text(&dir.join("by-hand.gz"))]);
    // Work goes on; the end exports the last head.
    good(&dir.0, &["user", "disable", "sampler"]);
    assert!(get(server.port, "/healthz").unwrap().ends_with("ok\n"));
    server.stop();
    let head = json(&dir.0, &["verify", "--json"])["head"].clone();
    let day = names(&dir.join("checkpoints")).pop().unwrap();
    let last: Value = serde_json::from_slice(&std::fs::read(dir.join("checkpoints").join(day)).unwrap()).unwrap();
    assert_eq!((&last["seq"], &last["hash"]), (&head["seq"], &head["hash"]));
    // Done once a night: a restart does not do it again.
    let server = Server::start(&dir.0);
    std::thread::sleep(Duration::from_secs(4));
    server.stop();
    assert_eq!(names(&backups).len(), 1);
}

#[test]
fn without_a_backup_directory_the_server_exports_a_checkpoint_all_the_same() {
    let dir = small();
    let server = Server::start(&dir.0);
    patiently("checkpoint", || server.metric("shiyan_checkpoint_last_export_timestamp_seconds").filter(|at| *at > 0));
    assert_eq!(server.metric("shiyan_backup_last_success_timestamp_seconds"), Some(0), "never");
    assert_eq!(server.metric("shiyan_facts_last_success_timestamp_seconds"), None, "nobody keeps fact files here");
    server.stop();
    assert_eq!(names(&dir.join("checkpoints")).len(), 1);
}

#[test]
fn a_server_that_stops_in_the_middle_of_its_night_leaves_nothing_half_done() {
    let dir = demo();
    let backups = dir.join("backups");
    std::fs::write(dir.join("shiyan.toml"), format!("backup_dir = \"{}\"\n", backups.display())).unwrap();
    let server = Server::start(&dir.0);
    patiently("the backup directory", || backups.exists().then_some(()));
    server.stop();
    assert!(names(&backups).iter().all(|name| name.ends_with(".gz")), "{:?}", names(&backups));
    // What had its name is whole.
    for name in names(&backups) {
        let copy = Temp::new("nightly");
        good(&copy.0, &["restore", text(&backups.join(name))]);
    }
}
