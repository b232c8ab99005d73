//! A PostgreSQL server to be killed, stopped, frozen and filled, and the wire to it that is cut at a COMMIT.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use shiyan_testkit::{Side, Temp, side};

use crate::place::{block_on, is_root, tool};

/// Room of the cluster.
const ROOM: &str = "700m";
/// The database that is copied.
const TEMPLATE: &str = "furnished";

/// Where the programs of the newest server are; `None` when there is no server on this machine.
#[must_use]
pub fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let bin = entry.path().join("bin");
            Some((entry.file_name().to_str()?.parse().ok()?, bin)).filter(|(_, bin)| bin.join("postgres").exists())
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn account() -> Option<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    let fields: Vec<&str> = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.first() == Some(&"postgres"))?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

/// One cluster of our own; dropping it kills it.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    dir: Temp,
    owner: Option<(u32, u32)>,
    mounted: bool,
    process: Option<Child>,
    port: u16,
    pub wire: Wire,
    databases: usize,
}

impl Cluster {
    pub fn start() -> Result<Cluster, String> {
        let bin = programs().ok_or("no PostgreSQL server below /usr/lib/postgresql")?;
        let owner = if is_root() { Some(account().ok_or("no account postgres")?) } else { None };
        let dir = Temp::new("faults-pg");
        if is_root() {
            tool("mount", &["-t", "tmpfs", "-o", &format!("size={ROOM},mode=755"), "shiyan-faults", &dir.0.display().to_string()])?;
        }
        let mut cluster = Cluster { wire: Wire::lay(0)?, bin, owner, mounted: is_root(), process: None, port: 0, databases: 0, dir };
        let data = cluster.data();
        std::fs::create_dir(&data).map_err(|e| e.to_string())?;
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).map_err(|e| e.to_string())?;
        if let Some((uid, gid)) = owner {
            for path in [&cluster.dir.0, &data] {
                chown(path, Some(uid), Some(gid)).map_err(|e| e.to_string())?;
            }
        }
        let mut initdb = cluster.command("initdb");
        initdb.arg("-D").arg(&data).args(["--username=shiyan", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]);
        let out = initdb.output().map_err(|e| format!("initdb: {e}"))?;
        if !out.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&out.stderr)));
        }
        cluster.take_port()?;
        cluster.up()?;
        block_on(async { Side::open(&cluster.straight("postgres")).await.must(&format!("CREATE DATABASE {TEMPLATE}")).await });
        Ok(cluster)
    }
    /// Another cluster with everything that is in this one, which must be at rest.
    pub fn copy(&self) -> Result<Cluster, String> {
        let dir = Temp::new("faults-pg");
        if self.mounted {
            tool("mount", &["-t", "tmpfs", "-o", &format!("size={ROOM},mode=755"), "shiyan-faults", &dir.0.display().to_string()])?;
        }
        let (bin, owner) = (self.bin.clone(), self.owner);
        let mut cluster = Cluster { wire: Wire::lay(0)?, bin, owner, mounted: self.mounted, process: None, port: 0, databases: 0, dir };
        if let Some((uid, gid)) = owner {
            chown(&cluster.dir.0, Some(uid), Some(gid)).map_err(|e| e.to_string())?;
        }
        tool("cp", &["-a", &self.data().display().to_string(), &cluster.data().display().to_string()])?;
        cluster.take_port()?;
        cluster.up()?;
        Ok(cluster)
    }
    fn take_port(&mut self) -> Result<(), String> {
        self.port = TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
        self.wire.to.store(usize::from(self.port), Ordering::SeqCst);
        Ok(())
    }
    /// Stops with everything written, so that it can be copied.
    pub fn rest(&mut self) {
        self.signal("INT", false);
        if let Some(mut process) = self.process.take() {
            let _ = process.wait();
        }
    }
    fn data(&self) -> PathBuf {
        self.dir.join("cluster")
    }
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Some((uid, gid)) = self.owner {
            command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()]);
        }
        command.arg("--").arg(self.bin.join(program)).current_dir(&self.dir.0).stdin(Stdio::null());
        command
    }
    /// Starts the server, if it is not running, and waits until it takes connections.
    pub fn up(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            if self.process.as_mut().is_none_or(|p| !matches!(p.try_wait(), Ok(None))) {
                let log = std::fs::File::options().create(true).append(true).open(self.dir.join("log")).map_err(|e| e.to_string())?;
                let mut postgres = self.command("postgres");
                postgres.arg("-D").arg(self.data()).arg("-k").arg(&self.dir.0).arg("-p").arg(self.port.to_string());
                for setting in ["listen_addresses=127.0.0.1", "max_connections=100", "max_wal_size=64MB", "min_wal_size=32MB", "shared_buffers=32MB"] {
                    postgres.arg("-c").arg(setting);
                }
                self.process = Some(postgres.stdout(Stdio::null()).stderr(log).spawn().map_err(|e| format!("postgres: {e}"))?);
            }
            let mut psql = Command::new(self.bin.join("psql"));
            psql.args(["-X", "-q", "-U", "shiyan", "-d", "postgres", "-c", "select 1", "-h", "127.0.0.1", "-p", &self.port.to_string()]).current_dir("/");
            if psql.output().is_ok_and(|out| out.status.success()) {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(30) {
                let log = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL does not come up: {}", log.lines().rev().take(4).collect::<Vec<_>>().join(" | ")));
            }
            std::thread::sleep(Duration::from_millis(60));
        }
    }
    fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }
    /// The server and every process of it.
    fn family(&self) -> Vec<u32> {
        let Some(head) = self.pid() else { return Vec::new() };
        let mut all = vec![head];
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // pid (name) state ppid
            if stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok()) == Some(head) {
                all.push(pid);
            }
        }
        all
    }
    /// Sends a signal to the whole family, or to the head of it only.
    pub fn signal(&self, name: &str, all: bool) {
        let Some(head) = self.pid() else { return };
        for pid in if all { self.family() } else { vec![head] } {
            let _ = tool("kill", &[&format!("-{name}"), &pid.to_string()]);
        }
    }
    /// Stops at once, without a checkpoint.
    pub fn down(&mut self) {
        self.signal("CONT", true);
        self.signal("QUIT", false);
        if let Some(mut process) = self.process.take() {
            let _ = process.wait();
        }
    }
    /// `kill -9` of one process that serves a connection, which makes the server restart itself.
    pub fn kill_a_backend(&self, database: &str) {
        let pid = block_on(async {
            let side = Side::open(&self.straight("postgres")).await;
            let pids =
                side.texts(&format!("SELECT CAST(pid AS TEXT) FROM pg_stat_activity WHERE datname = '{database}' ORDER BY state_change DESC LIMIT 1")).await;
            side.close().await;
            pids
        });
        for pid in pid {
            let _ = tool("kill", &["-KILL", &pid]);
        }
    }
    /// Ends every connection of the database by the administrator's command.
    pub fn terminate(&self, database: &str) {
        block_on(async {
            let side = Side::open(&self.straight("postgres")).await;
            let _ = side.run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")).await;
            side.close().await;
        });
    }
    /// Past the wire.
    #[must_use]
    pub fn straight(&self, database: &str) -> String {
        side::with_database(&format!("postgres://shiyan@127.0.0.1:{}/postgres", self.port), database)
    }
    /// Through the wire.
    #[must_use]
    pub fn through(&self, database: &str) -> String {
        side::with_database(&format!("postgres://shiyan@127.0.0.1:{}/postgres", self.wire.port), database)
    }
    #[must_use]
    pub fn template(&self) -> &'static str {
        TEMPLATE
    }
    /// A copy of the furnished database; the one before is thrown away.
    pub fn fresh(&mut self) -> Result<String, String> {
        self.databases += 1;
        let (old, new) = (format!("trial{}", self.databases - 1), format!("trial{}", self.databases));
        block_on(async {
            let side = Side::open(&self.straight("postgres")).await;
            let _ = side.run(&format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)")).await;
            let made = side.run(&format!("CREATE DATABASE {new} TEMPLATE {TEMPLATE}")).await;
            side.close().await;
            made.map(|_| new)
        })
    }
    /// 磁盘写满 of the cluster.
    pub fn fill(&self) {
        let Ok(mut ballast) = std::fs::File::create(self.dir.join("ballast")) else { return };
        for chunk in [1 << 20, 1 << 12] {
            while ballast.write_all(&vec![0_u8; chunk]).is_ok() {}
        }
    }
    pub fn free(&self) {
        let _ = std::fs::remove_file(self.dir.join("ballast"));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.down();
        if self.mounted {
            let _ = tool("umount", &["-l", &self.dir.0.display().to_string()]);
        }
    }
}

/// How the journal names what a save writes of.
const SUBJECTS: [&[u8]; 7] = [b"item:", b"sample:", b"reading:", b"case:", b"order:", b"import:", b"report:"];

/// What the wire does at the next COMMIT of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Never = 0,
    /// The server never sees it.
    Before = 1,
    /// The server sees it, its answer is lost.
    After = 2,
}

/// The wire between the program and the database.
#[derive(Debug)]
pub struct Wire {
    pub port: u16,
    to: Arc<AtomicUsize>,
    cut: Arc<AtomicU8>,
    pub cuts: Arc<AtomicUsize>,
}

impl Wire {
    fn lay(to: u16) -> Result<Wire, String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| format!("the wire: {e}"))?;
        let port = listener.local_addr().map_err(|e| e.to_string())?.port();
        let wire = Wire { port, to: Arc::new(AtomicUsize::new(usize::from(to))), cut: Arc::new(AtomicU8::new(0)), cuts: Arc::default() };
        let (to, cut, cuts) = (wire.to.clone(), wire.cut.clone(), wire.cuts.clone());
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let port = u16::try_from(to.load(Ordering::SeqCst)).unwrap_or(0);
                // Nobody there: whoever knocks is sent away at once, as the kernel would do it.
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let (cut, cuts) = (cut.clone(), cuts.clone());
                std::thread::spawn(move || splice(near, far, &cut, &cuts));
            }
        });
        Ok(wire)
    }
    pub fn at_next_commit(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }
}

fn splice(near: TcpStream, far: TcpStream, cut: &AtomicU8, cuts: &AtomicUsize) {
    let _ = near.set_nodelay(true).and_then(|()| far.set_nodelay(true));
    let gagged = Arc::new(AtomicBool::new(false));
    let (Ok(mut from_far), Ok(mut to_near)) = (far.try_clone(), near.try_clone()) else { return };
    let silent = gagged.clone();
    let back = std::thread::spawn(move || {
        let mut buffer = [0_u8; 1 << 14];
        while let Ok(n) = from_far.read(&mut buffer) {
            if n == 0 || silent.load(Ordering::SeqCst) || to_near.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        let _ = to_near.shutdown(Shutdown::Both);
    });
    let (mut from_near, mut to_far) = (near, far);
    let mut buffer = [0_u8; 1 << 14];
    // What the transaction under way has said so far: only one that writes of a subject is cut, not the program's proof of its writer.
    let mut under_way = Vec::new();
    while let Ok(n) = from_near.read(&mut buffer) {
        if n == 0 {
            break;
        }
        let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
        if holds(&buffer[..n], b"BEGIN") {
            under_way.clear();
        }
        under_way.extend_from_slice(&buffer[..n]);
        let of_a_save = || SUBJECTS.iter().any(|s| holds(&under_way, s)) && !holds(&under_way, b"storage:writer");
        let commits = holds(&buffer[..n], b"COMMIT\0") && of_a_save();
        let how = if commits { cut.swap(0, Ordering::SeqCst) } else { 0 };
        if how == Cut::Before as u8 {
            cuts.fetch_add(1, Ordering::SeqCst);
            break;
        }
        if how == Cut::After as u8 {
            gagged.store(true, Ordering::SeqCst);
        }
        if to_far.write_all(&buffer[..n]).is_err() {
            break;
        }
        if how == Cut::After as u8 {
            cuts.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(40));
            break;
        }
    }
    let _ = from_near.shutdown(Shutdown::Both);
    let _ = to_far.shutdown(Shutdown::Both);
    let _ = back.join();
}
