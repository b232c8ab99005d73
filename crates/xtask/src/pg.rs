//! A PostgreSQL server of our own: private port, temporary directory, gone at the end however the run ends.

use crate::Failure;
use crate::needs::{Lookup, Machine};
use crate::run::{last_lines, output};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The guard shell starts the server and then waits for the end of its input. That end comes when we stop the server,
/// and also when we die of Ctrl-C, a kill or a crash: no signal handler is needed and nothing stays behind.
const GUARD: &str = r#"
trap '' INT TERM HUP
dir=$1; shift
"$@" </dev/null >"$dir/log" 2>&1 &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
cd / && rm -rf "$dir"
"#;

/// A running server; dropping it stops it and removes its files.
#[derive(Debug)]
pub struct Server {
    guard: Child,
    port: u16,
    pub version: String,
}

/// The account that owns the server when we are root, because PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy)]
struct Owner {
    uid: u32,
    gid: u32,
}

/// Are we root?
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

impl Server {
    /// Start one. A port that somebody takes between our look and the start costs one more try.
    pub fn start() -> Result<Server, Failure> {
        let bin = Machine.postgres_bin().ok_or("no PostgreSQL server below /usr/lib/postgresql")?;
        let owner = if is_root() { Some(postgres_account()?) } else { None };
        let mut refused = String::new();
        for _ in 0..3 {
            match Self::try_start(&bin, owner) {
                Ok(server) => return Ok(server),
                Err(why) => refused = why,
            }
        }
        Err(refused)
    }

    fn try_start(bin: &Path, owner: Option<Owner>) -> Result<Server, Failure> {
        let dir = private_directory(owner)?;
        let port = free_port()?;
        let cluster = dir.join("cluster");
        let at = |what: &str| format!("the PostgreSQL server for the tests: {what}");

        let mut initdb = command_as(owner, &bin.join("initdb"));
        initdb.current_dir(&dir).arg("-D").arg(&cluster);
        initdb.args(["--username=shiyan", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]);
        if let Err(why) = output(&mut initdb) {
            remove(&dir);
            return Err(at(&why));
        }

        let postgres = command_as(owner, &bin.join("postgres"));
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard"]).arg(&dir).arg(postgres.get_program()).args(postgres.get_args());
        guard.arg("-D").arg(&cluster).arg("-k").arg(&dir).arg("-p").arg(port.to_string());
        // Durable as in real use: the program refuses a server that runs without fsync, and rightly so.
        for setting in ["listen_addresses=127.0.0.1", "max_connections=300"] {
            guard.arg("-c").arg(setting);
        }
        let guard = guard.current_dir(&dir).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|e| at(&e.to_string()))?;
        let mut server = Server { guard, port, version: String::new() };

        // Asked through the socket in our own directory, so that it cannot be somebody else's server that answers.
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let mut psql = Command::new(bin.join("psql"));
            psql.args(["-X", "-A", "-t", "-U", "shiyan", "-d", "postgres", "-c", "show server_version", "-h"]).arg(&dir).arg("-p").arg(port.to_string());
            match output(psql.current_dir("/")) {
                Ok(out) => {
                    server.version = String::from_utf8_lossy(&out.stdout).trim().to_owned();
                    return Ok(server);
                }
                Err(why) => {
                    let log = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
                    if log.contains("FATAL:") && !log.contains("the database system is starting up") || Instant::now() > deadline {
                        return Err(at(&format!("{}\n{why}", last_lines(&log, 8))));
                    }
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The address for `SHIYAN_TEST_PG`: a superuser, so that each test can create a database of its own.
    pub fn url(&self) -> String {
        format!("postgres://shiyan@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// A port that nobody listens on now.
pub fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| format!("no free port: {e}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|e| format!("no free port: {e}"))
}

fn private_directory(owner: Option<Owner>) -> Result<PathBuf, Failure> {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    // Not below a TMPDIR that only root may enter, and short, because the path of a socket has at most 107 bytes.
    let base = if owner.is_some() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
    let dir = base.join(format!("shiyan-pg-{}-{nanos}", std::process::id()));
    let refused = |e: std::io::Error| format!("{}: {e}", dir.display());
    std::fs::create_dir(&dir).map_err(refused)?;
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).map_err(refused)?;
    if let Some(Owner { uid, gid }) = owner {
        chown(&dir, Some(uid), Some(gid)).map_err(refused)?;
    }
    Ok(dir)
}

fn remove(dir: &Path) {
    if let Err(why) = std::fs::remove_dir_all(dir) {
        eprintln!("{} stays behind: {why}", dir.display());
    }
}

fn command_as(owner: Option<Owner>, program: &Path) -> Command {
    let Some(Owner { uid, gid }) = owner else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned(), "--".to_owned()]).arg(program);
    command
}

fn postgres_account() -> Result<Owner, Failure> {
    let passwd = std::fs::read_to_string("/etc/passwd").map_err(|e| format!("/etc/passwd: {e}"))?;
    account_in(&passwd, "postgres").ok_or_else(|| "there is no account `postgres`; Debian's package creates it".to_owned())
}

fn account_in(passwd: &str, name: &str) -> Option<Owner> {
    let fields: Vec<&str> = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.first() == Some(&name))?;
    Some(Owner { uid: fields.get(2)?.parse().ok()?, gid: fields.get(3)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_its_own_line() {
        let passwd = "root:x:0:0::/:/bin/sh\npostgres2:x:7:7::/:/bin/sh\npostgres:x:104:113:,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account_in(passwd, "postgres").map(|o| (o.uid, o.gid)), Some((104, 113)));
        assert!(account_in("daemon:x:1:1::/:/bin/sh\n", "postgres").is_none());
    }

    #[test]
    fn a_free_port_can_be_taken() {
        let port = free_port().unwrap();
        assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    }
}
