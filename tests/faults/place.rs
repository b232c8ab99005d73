//! 试验场 where a trial takes place: a furnished data directory made once and copied, on a small file system of its own when we are
//! root; and the real program over it.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use shiyan_testkit::{Side, Temp};

use crate::http::{Answer, Cut, Request};
use crate::saves::{ACCOUNTS, Hand, Person, World};

/// Samples of the furnished district; a hundred more come with it, in every state.
const SAMPLES: &str = "60";
/// Orders of it that wait for their report.
const REPORTS: usize = 4;
/// Room of the file system of a trial.
const ROOM: &str = "160m";

/// Are we root?
#[must_use]
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// Runs a program of the system; what it says on failure.
pub fn tool(program: &str, args: &[&str]) -> Result<(), String> {
    let out = Command::new(program).args(args).stdin(Stdio::null()).output().map_err(|e| format!("{program}: {e}"))?;
    if out.status.success() { Ok(()) } else { Err(format!("{program} {args:?}: {}", String::from_utf8_lossy(&out.stderr).trim())) }
}

/// Runs asynchronous work to its end, on a runtime of its own.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// The database of a server.
#[derive(Debug, Clone)]
pub enum Database {
    /// The file in the data directory.
    Sqlite,
    /// An address of PostgreSQL: the one the server is given, and the one that goes past every fault.
    Postgres { through: String, straight: String },
}

/// A running server; it is killed with this.
#[derive(Debug)]
pub struct Server {
    process: Child,
    pub port: u16,
}

/// The program under test with the surroundings it gets.
#[derive(Debug, Clone)]
pub struct Program {
    pub path: PathBuf,
    pub shim: Option<PathBuf>,
}

impl Program {
    /// A command of the program over this data.
    #[must_use]
    pub fn command(&self, data: &Path, database: &Database) -> Command {
        // It goes when the thread that started it goes, however that comes about.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(&self.path);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SHIYAN_")) {
            command.env_remove(name);
        }
        command.arg("--data").arg(data).stdin(Stdio::null());
        if let Database::Postgres { through, .. } = database {
            command.arg("--database-url").arg(through);
        }
        command
    }
    /// Starts the server and waits until it is ready; what it said when it ended instead.
    pub fn serve(&self, data: &Path, database: &Database) -> Result<Server, String> {
        for _ in 0..3 {
            let port = free_port();
            let log = File::options().create(true).append(true).open(log_of(data)).map_err(|e| format!("the log: {e}"))?;
            let mut command = self.command(data, database);
            command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).stdout(Stdio::null()).stderr(log);
            if let Some(shim) = &self.shim {
                command.env("LD_PRELOAD", shim).env("SHIYAN_FAULT_CTL", data.join("fault.ctl"));
            }
            let process = command.spawn().map_err(|e| format!("serve: {e}"))?;
            let mut server = Server { process, port };
            let begun = Instant::now();
            loop {
                if server.readyz() == Some(200) {
                    return Ok(server);
                }
                if let Ok(Some(status)) = server.process.try_wait() {
                    let said = std::fs::read_to_string(log_of(data)).unwrap_or_default();
                    let end: Vec<&str> = said.trim_end().lines().rev().take(3).collect();
                    if said.contains("Address already in use") || said.contains("LISTEN") && end.iter().any(|l| l.contains("LISTEN")) {
                        break;
                    }
                    return Err(format!("the server ended before it was ready ({status}): {}", end.join(" | ")));
                }
                if begun.elapsed() > Duration::from_secs(40) {
                    return Err("the server was not ready within 40 s".into());
                }
                std::thread::sleep(Duration::from_millis(15));
            }
        }
        Err("no port".into())
    }
    /// `shiyan verify`: what it found when it did not hold.
    pub fn verify(&self, data: &Path, database: &Database) -> Result<(), String> {
        let out = self.command(data, database).arg("verify").output().map_err(|e| format!("verify: {e}"))?;
        if out.status.success() { Ok(()) } else { Err(format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))) }
    }
}

/// What the server says on its error output: beside the file system of the trial, so that it can be read when that is full, unless
/// the trial wants it there.
fn log_of(data: &Path) -> PathBuf {
    let inside = data.join("server.log");
    if inside.exists() { inside } else { data.parent().unwrap_or(data).with_extension("log") }
}

/// The last different things that it said, without their times and colours.
#[must_use]
pub fn said(data: &Path, lines: usize) -> String {
    let text = String::from_utf8_lossy(&std::fs::read(log_of(data)).unwrap_or_default()).into_owned();
    let mut seen: Vec<String> = Vec::new();
    for line in text.lines().rev() {
        let plain: String =
            line.split('\u{1b}').map(|part| if part.starts_with('[') { part.split_once('m').map_or("", |(_, rest)| rest) } else { part }).collect();
        let plain: String = plain.split_once(' ').map_or(plain.as_str(), |(_, rest)| rest).trim().chars().take(200).collect();
        if !seen.contains(&plain) {
            seen.push(plain);
        }
        if seen.len() == lines {
            break;
        }
    }
    seen.join(" | ")
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

impl Server {
    /// What `/readyz` says; `None` when nothing answers.
    #[must_use]
    pub fn readyz(&self) -> Option<u16> {
        self.ask_readyz().ok().map(|a| a.status)
    }
    pub fn ask_readyz(&self) -> Result<Answer, Cut> {
        Request::get("/readyz", "").send(self.port, Duration::from_secs(20))
    }
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
    pub fn signal(&self, name: &str) {
        let _ = tool("kill", &[&format!("-{name}"), &self.pid().to_string()]);
    }
    /// Whether the process is still there.
    pub fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }
    /// How it ended, if it has; a signal nobody sent is worth a word.
    pub fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.process.try_wait().ok().flatten()
    }
    /// Asks it to stop as a service manager does; kills it after half a minute and says so.
    pub fn stop(mut self) -> Result<(), String> {
        self.signal("TERM");
        let begun = Instant::now();
        while self.lives() {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("the server did not stop within 30 s of SIGTERM".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
    pub fn kill(mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The furnished data directory: everybody is signed in already, so that a trial costs a copy.
#[derive(Debug)]
pub struct Template {
    dir: Temp,
    pub world: World,
    pub born: Instant,
}

impl Template {
    pub fn make(program: &Program, database: &Database) -> Result<Template, String> {
        let dir = Temp::new("faults-template");
        std::fs::set_permissions(&dir.0, std::fs::Permissions::from_mode(0o700)).map_err(|e| e.to_string())?;
        let bare = Program { shim: None, ..program.clone() };
        let out = bare.command(&dir.0, database).args(["demo", "load", "--samples", SAMPLES]).output().map_err(|e| format!("demo load: {e}"))?;
        if !out.status.success() {
            return Err(format!("demo load: {}", String::from_utf8_lossy(&out.stderr)));
        }
        let server = bare.serve(&dir.0, database)?;
        let mut people = std::collections::BTreeMap::new();
        for username in ACCOUNTS {
            people.insert(*username, Person::sign_in(server.port, username)?);
        }
        let url = address(&dir.0, database);
        let read = || {
            block_on(async {
                let side = Side::open(&url).await;
                let world = World::read(&side).await;
                side.close().await;
                world
            })
        };
        // Each round of a trial issues a report: as many orders are signed to the end beforehand.
        Hand::new(&read().with(people.clone()), "template", (0, 1)).sign_until(REPORTS, server.port)?;
        server.stop()?;
        let world = read().with(people);
        let _ = std::fs::remove_file(log_of(&dir.0));
        Ok(Template { dir, world, born: Instant::now() })
    }
    /// A copy to work on.
    pub fn copy_to(&self, data: &Path) {
        copy_all(&self.dir.0, data);
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        if entry.is_dir() {
            std::fs::create_dir_all(&to).unwrap();
            copy_all(&entry, &to);
        } else {
            std::fs::copy(&entry, &to).unwrap();
        }
    }
}

/// Where the database is read after the trial.
#[must_use]
pub fn address(data: &Path, database: &Database) -> String {
    match database {
        Database::Sqlite => format!("sqlite://{}", data.join("shiyan.db").display()),
        Database::Postgres { straight, .. } => straight.clone(),
    }
}

/// The directory of one trial: a file system of its own when we are root, gone afterwards.
#[derive(Debug)]
pub struct Place {
    dir: Temp,
    mounted: bool,
    pub data: PathBuf,
}

static PLACES: AtomicUsize = AtomicUsize::new(0);

impl Place {
    pub fn new() -> Result<Place, String> {
        let dir = Temp::new(&format!("faults-{}", PLACES.fetch_add(1, Ordering::Relaxed)));
        let root = is_root();
        if root {
            tool("mount", &["-t", "tmpfs", "-o", &format!("size={ROOM},mode=700"), "shiyan-faults", &dir.0.display().to_string()])?;
        }
        let data = dir.join("data");
        std::fs::create_dir(&data).map_err(|e| e.to_string())?;
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).map_err(|e| e.to_string())?;
        std::fs::write(data.join("fault.ctl"), [0_u8; 4096]).map_err(|e| e.to_string())?;
        Ok(Place { dir, mounted: root, data })
    }
    /// Where the server's words go.
    pub fn log_inside(&self, inside: bool) {
        if inside {
            let _ = File::create(self.data.join("server.log"));
        }
    }
    /// 磁盘写满 another file takes all the room but so many bytes.
    pub fn fill(&self, leave: u64) {
        let Ok(mut ballast) = File::create(self.dir.join("ballast")) else { return };
        let block = vec![0_u8; 1 << 20];
        for chunk in [1 << 20, 1 << 16, 1 << 12] {
            while ballast.write_all(&block[..chunk]).is_ok() {}
        }
        let size = ballast.metadata().map_or(0, |m| m.len());
        let _ = ballast.set_len(size.saturating_sub(leave));
    }
    pub fn free(&self) {
        let _ = std::fs::remove_file(self.dir.join("ballast"));
    }
    /// 接通故障 the shim fails calls from now on; nothing with zeros. See `shim.c` for the numbers.
    pub fn arm(&self, numbers: [i32; 8]) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_ne_bytes()).collect();
        // Into the page that the server has mapped, never a new file.
        if let Ok(mut ctl) = File::options().write(true).open(self.data.join("fault.ctl")) {
            let _ = ctl.write_all(&bytes);
        }
    }
    /// How many calls the shim has let fail since it was armed.
    #[must_use]
    pub fn failed_calls(&self) -> i32 {
        std::fs::read(self.data.join("fault.ctl")).ok().and_then(|b| Some(i32::from_ne_bytes(b.get(20..24)?.try_into().ok()?))).unwrap_or(0)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(log_of(&self.data));
        if self.mounted {
            let _ = tool("umount", &["-l", &self.dir.0.display().to_string()]);
        }
    }
}
