//! 一次试验 a trial: a fresh copy of the district, a fault around each save of each kind, more saves when the fault is over, a stop, and
//! the oracle over what is found.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use shiyan_testkit::Side;

use crate::http::{Answer, Cut as NoAnswer};
use crate::oracle::{Heard, Record, Wrong, judge};
use crate::pg::{Cluster, Cut};
use crate::place::{Database, Place, Program, Server, Template, address, block_on, said, tool};
use crate::saves::{Hand, Kind, Save, badly_told, found, in_short};

/// What is done to the server or to what lies under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    FullDisk,
    SyncFails,
    WriteFails,
    WriteNoRoom,
    ShortWrite,
    ReadOnly,
    LogDeleted,
    LogTruncated,
    Killed,
    PgCutBeforeCommit,
    PgCutAfterCommit,
    PgTerminated,
    PgBackendKilled,
    PgRestarted,
    PgAbsent,
    PgSilent,
    PgFullDisk,
}

impl Fault {
    pub const SQLITE: [Fault; 9] = [
        Fault::FullDisk,
        Fault::SyncFails,
        Fault::WriteFails,
        Fault::WriteNoRoom,
        Fault::ShortWrite,
        Fault::ReadOnly,
        Fault::LogDeleted,
        Fault::LogTruncated,
        Fault::Killed,
    ];
    pub const POSTGRES: [Fault; 8] = [
        Fault::PgCutBeforeCommit,
        Fault::PgCutAfterCommit,
        Fault::PgTerminated,
        Fault::PgBackendKilled,
        Fault::PgRestarted,
        Fault::PgAbsent,
        Fault::PgSilent,
        Fault::PgFullDisk,
    ];
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Fault::FullDisk => "full-disk",
            Fault::SyncFails => "fsync-fails",
            Fault::WriteFails => "write-eio",
            Fault::WriteNoRoom => "write-enospc",
            Fault::ShortWrite => "short-write",
            Fault::ReadOnly => "read-only",
            Fault::LogDeleted => "wal-deleted",
            Fault::LogTruncated => "wal-truncated",
            Fault::Killed => "kill-9",
            Fault::PgCutBeforeCommit => "pg-cut-before-commit",
            Fault::PgCutAfterCommit => "pg-cut-after-commit",
            Fault::PgTerminated => "pg-terminated",
            Fault::PgBackendKilled => "pg-backend-killed",
            Fault::PgRestarted => "pg-restarted",
            Fault::PgAbsent => "pg-absent",
            Fault::PgSilent => "pg-silent",
            Fault::PgFullDisk => "pg-full-disk",
        }
    }
    /// Needs a file system of its own.
    #[must_use]
    pub fn needs_root(self) -> bool {
        matches!(self, Fault::FullDisk | Fault::PgFullDisk)
    }
    #[must_use]
    pub fn by_shim(self) -> bool {
        matches!(self, Fault::SyncFails | Fault::WriteFails | Fault::WriteNoRoom | Fault::ShortWrite | Fault::ReadOnly)
    }
    /// Holds until it is taken away, so that whoever is ready meanwhile is wrong.
    fn stands(self) -> bool {
        self.lasts() || self.whole()
    }
    /// The whole database is gone for a while, or all room: saves of every kind meet it together.
    fn whole(self) -> bool {
        matches!(self, Fault::FullDisk | Fault::ReadOnly | Fault::PgRestarted | Fault::PgAbsent | Fault::PgSilent | Fault::PgFullDisk)
    }
    /// Done at a random moment while the save is under way.
    fn strikes_meanwhile(self) -> bool {
        matches!(self, Fault::PgTerminated | Fault::PgBackendKilled)
    }
    /// What it takes away cannot come back: only a new start of the server can heal it.
    fn lasts(self) -> bool {
        matches!(self, Fault::LogDeleted | Fault::LogTruncated)
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub tried: usize,
    pub acknowledged: usize,
    pub refused: usize,
    pub uncertain: usize,
    /// Saves that the fault really met: not acknowledged, or a call of theirs failed.
    pub struck: usize,
    pub lost: usize,
    pub doubled: usize,
    pub found: usize,
    /// Retries that did not get the first answer.
    pub retries: usize,
    pub badly_told: usize,
    /// Acknowledged before the fault itself destroyed it.
    pub destroyed: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.tried += other.tried;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.uncertain += other.uncertain;
        self.struck += other.struck;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.found += other.found;
        self.retries += other.retries;
        self.badly_told += other.badly_told;
        self.destroyed += other.destroyed;
    }
}

/// What trials came to: the table and every violation with how it came about.
#[derive(Debug, Default)]
pub struct Outcome {
    pub table: BTreeMap<(Fault, Kind), Tally>,
    pub violations: Vec<String>,
    pub kills: usize,
    pub trials: usize,
    /// How long it took to be ready again, each time.
    pub healed: Vec<Duration>,
}

impl Outcome {
    pub fn merge(&mut self, other: Outcome) {
        for (key, tally) in other.table {
            self.table.entry(key).or_default().add(&tally);
        }
        self.violations.extend(other.violations);
        self.kills += other.kills;
        self.trials += other.trials;
        self.healed.extend(other.healed);
    }
}

/// How a trial is made.
#[derive(Debug, Clone)]
pub struct Plan {
    pub fault: Fault,
    pub kinds: Vec<Kind>,
    /// Faults a kind.
    pub each: usize,
    /// Saves when it is over.
    pub after: usize,
    /// Kills, of the fault that kills.
    pub kills: usize,
    pub seed: u64,
    /// Whether the server under test answers a retry by its key.
    pub keys: bool,
}

/// A small generator of our own: the same seed, the same trial.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }
}

/// A trial against a server that falls silent is cut short after this; what it tried counts.
const BUDGET: Duration = Duration::from_secs(90);
/// How long a server may take to be ready again by itself.
const HEALS_WITHIN: Duration = Duration::from_secs(10);
const GIVEN_UP: Duration = Duration::from_secs(45);

/// A save with what became of it, for the oracle and for whoever reads of a violation.
struct Noted {
    save: Save,
    record: Record,
    told: Vec<String>,
}

struct Trial<'a> {
    plan: &'a Plan,
    program: &'a Program,
    place: Place,
    database: Database,
    cluster: Option<&'a mut Cluster>,
    name: String,
    server: Option<Server>,
    hand: Hand,
    dice: Dice,
    /// In this round the fault stays until it is taken away, and saves of every kind meet it together; else it fails one call.
    stays: bool,
    records: Vec<Noted>,
    out: Outcome,
}

/// Makes the trial; an error is one of the harness, not of the server.
pub fn trial(plan: &Plan, program: &Program, template: &Template, cluster: Option<&mut Cluster>) -> Result<Outcome, String> {
    let place = Place::new()?;
    let (mut name, mut database) = (String::new(), Database::Sqlite);
    let mut cluster = cluster;
    if let Some(cluster) = &mut cluster {
        cluster.up()?;
        name = cluster.fresh()?;
        database = Database::Postgres { through: cluster.through(&name), straight: cluster.straight(&name) };
    } else {
        template.copy_to(&place.data);
    }
    // What the server says goes where its data is, as it often does: a full disk is full for both.
    place.log_inside(plan.fault == Fault::FullDisk);
    let server = program.serve(&place.data, &database)?;
    let hand = Hand::new(&template.world, &format!("s{}", plan.seed), (0, 1));
    let (dice, since) = (Dice(plan.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)), template.world.since);
    let mut trial = Trial {
        plan,
        program,
        place,
        database,
        cluster,
        name,
        server: Some(server),
        hand,
        dice,
        stays: false,
        records: Vec::new(),
        out: Outcome { trials: 1, ..Outcome::default() },
    };
    trial.run(since)?;
    Ok(trial.out)
}

impl Trial<'_> {
    fn port(&self) -> u16 {
        self.server.as_ref().map_or(1, |s| s.port)
    }
    fn tally(&mut self, kind: Kind) -> &mut Tally {
        self.out.table.entry((self.plan.fault, kind)).or_default()
    }
    fn violation(&mut self, what: &str) {
        let fault = self.plan.fault.name();
        self.out.violations.push(format!("{fault} (seed {}): {what}", self.plan.seed));
    }
    /// Sends it, counts what was heard, and notes it for the oracle.
    fn send(&mut self, save: &Save) -> (Heard, Result<Answer, NoAnswer>) {
        let (heard, answer) = self.hand.fire(save, self.port());
        self.hand.settle(save, heard);
        self.note(save, heard, in_short(&answer));
        (heard, answer)
    }
    fn note(&mut self, save: &Save, heard: Heard, told: String) {
        let tally = self.tally(save.kind);
        tally.tried += 1;
        match heard {
            Heard::Yes => tally.acknowledged += 1,
            Heard::No => tally.refused += 1,
            Heard::Unknown => tally.uncertain += 1,
        }
        let record = Record { mark: save.mark.clone(), heard: vec![heard], destroyed: false };
        self.records.push(Noted { save: save.clone(), record, told: vec![told] });
    }
    /// Another save of this kind, or of another when there is nothing left of this.
    fn next(&mut self, kind: Kind) -> Save {
        let port = self.port();
        let found = [kind, kind, kind, Kind::Sheet].into_iter().find_map(|kind| self.hand.next(kind, port));
        found.unwrap_or_else(|| unreachable!("a draft sheet needs no page"))
    }
    /// A save with nothing wrong: it must be accepted.
    fn plain(&mut self, kind: Kind, when: &str) {
        let save = self.next(kind);
        let ready = self.server.as_ref().and_then(Server::readyz);
        let (mut heard, mut answer) = self.send(&save);
        // A job whose answer was lost may still be at work: that a second one has to wait for it is the truth.
        let patience = Instant::now();
        while in_short(&answer).contains("JOB-TWICE") && patience.elapsed() < Duration::from_secs(15) {
            std::thread::sleep(Duration::from_millis(300));
            (heard, answer) = self.send(&save);
        }
        // A signature may be refused for who else signed; that is no matter of storage.
        let by_rule = save.kind == Kind::Approval && answer.as_ref().is_ok_and(|a| a.status == 422);
        if heard != Heard::Yes && !by_rule {
            let told = in_short(&answer);
            self.violation(&format!("{when}: /readyz said {ready:?} and a {} was not accepted ({told})", save.kind.name()));
        }
    }
    fn on(&mut self, kind: Kind, calls: &BTreeMap<Kind, i32>) {
        let place = &self.place;
        let forever = if self.stays { 1_000_000 } else { 1 };
        let nth = 1 + i32::try_from(self.dice.roll(calls.get(&kind).copied().unwrap_or(6).max(1).unsigned_abs().into())).unwrap_or(0);
        match self.plan.fault {
            Fault::FullDisk => place.fill([0, 0, 8192, 32768, 65536, 131_072][usize::try_from(self.dice.roll(6)).unwrap_or(0)]),
            Fault::SyncFails => place.arm([1, 5, 3, 1, forever, 0, 0, 0]),
            Fault::WriteFails => place.arm([2, 5, 3, nth, forever, 0, 0, 0]),
            Fault::WriteNoRoom => place.arm([2, 28, 3, nth, forever, 0, 0, 0]),
            Fault::ShortWrite => place.arm([2, 0, 3, nth, forever, 0, 0, 0]),
            Fault::ReadOnly => place.arm([7, 30, 15, 1, 1_000_000, 0, 0, 0]),
            Fault::LogDeleted => drop(std::fs::remove_file(place.data.join("shiyan.db-wal"))),
            Fault::LogTruncated => {
                if let Ok(log) = std::fs::File::options().write(true).open(place.data.join("shiyan.db-wal")) {
                    let size = log.metadata().map_or(0, |m| m.len());
                    let _ = log.set_len(if self.dice.roll(2) == 0 { 0 } else { size / 2 });
                }
            }
            Fault::Killed => {}
            Fault::PgCutBeforeCommit | Fault::PgCutAfterCommit => {
                let how = if self.plan.fault == Fault::PgCutBeforeCommit { Cut::Before } else { Cut::After };
                if let Some(cluster) = &self.cluster {
                    cluster.wire.at_next_commit(how);
                }
            }
            Fault::PgTerminated | Fault::PgBackendKilled => {}
            Fault::PgRestarted | Fault::PgAbsent => {
                if let Some(cluster) = &mut self.cluster {
                    cluster.down();
                }
            }
            Fault::PgSilent => {
                if let Some(cluster) = &self.cluster {
                    cluster.signal("STOP", true);
                }
            }
            Fault::PgFullDisk => {
                if let Some(cluster) = &self.cluster {
                    cluster.fill();
                }
            }
        }
    }
    fn off(&mut self) -> Result<(), String> {
        match self.plan.fault {
            Fault::FullDisk => self.place.free(),
            f if f.by_shim() => self.place.arm([0; 8]),
            Fault::PgCutBeforeCommit | Fault::PgCutAfterCommit => {
                if let Some(cluster) = &self.cluster {
                    cluster.wire.at_next_commit(Cut::Never);
                }
            }
            Fault::PgSilent => {
                if let Some(cluster) = &self.cluster {
                    cluster.signal("CONT", true);
                }
            }
            Fault::PgFullDisk => {
                if let Some(cluster) = &self.cluster {
                    cluster.free();
                }
            }
            _ => {}
        }
        if let Some(cluster) = &mut self.cluster { cluster.up() } else { Ok(()) }
    }
    /// Waits until the server is ready again; starts it when it has ended itself, which is a way to heal.
    fn heal(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.server.as_mut().and_then(Server::ended) {
                if status.code().is_none() {
                    self.violation(&format!("the server died ({status}); it said: {}", said(&self.place.data, 6)));
                }
                return self.restart();
            }
            let ready = self.server.as_ref().and_then(Server::readyz);
            let took = begun.elapsed();
            if ready == Some(200) {
                self.out.healed.push(took);
                if took > HEALS_WITHIN {
                    self.violation(&format!("ready again {:.1} s after the fault was over; it said: {}", took.as_secs_f32(), said(&self.place.data, 2)));
                }
                return Ok(());
            }
            if took > GIVEN_UP {
                self.violation(&format!("not ready {:.0} s after the fault was over ({ready:?}); it said: {}", took.as_secs_f32(), said(&self.place.data, 6)));
                return self.restart();
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }
    fn restart(&mut self) -> Result<(), String> {
        drop(self.server.take());
        self.server = Some(self.program.serve(&self.place.data, &self.database)?);
        Ok(())
    }
    /// One save of each of these kinds under the fault, at the same time.
    fn struck(&mut self, kinds: &[Kind], calls: &BTreeMap<Kind, i32>) -> Result<(), String> {
        if self.plan.fault == Fault::FullDisk {
            // A log that was folded in has room for the next saves; a new start begins a new one.
            if let Some(server) = self.server.take() {
                server.stop()?;
            }
            self.restart()?;
        }
        let port = self.port();
        // The forms are read before the fault: what is tried is the save. Of some there are too few to try more.
        let saves: Vec<Save> = kinds.iter().filter_map(|kind| (0..3).find_map(|_| self.hand.next(*kind, port))).collect();
        let (Some(first), Some(second)) = (saves.first(), self.hand.next(Kind::Sheet, port)) else { return Ok(()) };
        let fault = self.plan.fault;
        if fault.lasts() {
            // What stood in the log alone goes with it; that is the fault's doing.
            for noted in &mut self.records {
                noted.record.destroyed = true;
            }
        }
        let cuts = |cluster: &Option<&mut Cluster>| cluster.as_ref().map_or(0, |c| c.wire.cuts.load(std::sync::atomic::Ordering::SeqCst));
        let before = cuts(&self.cluster);
        self.on(first.kind, calls);
        let pause = fault.strikes_meanwhile().then(|| Duration::from_micros(self.dice.roll(14_000)));
        let (hand, cluster, name) = (&self.hand, self.cluster.as_deref(), &self.name);
        let answers: Vec<(Heard, Result<Answer, NoAnswer>)> = std::thread::scope(|scope| {
            let sending: Vec<_> = saves.iter().map(|save| scope.spawn(move || hand.fire(save, port))).collect();
            if let (Some(pause), Some(cluster)) = (pause, cluster) {
                std::thread::sleep(pause);
                if fault == Fault::PgTerminated { cluster.terminate(name) } else { cluster.kill_a_backend(name) }
            }
            sending.into_iter().map(|s| s.join().unwrap()).collect()
        });
        let mut refused = None;
        for (save, (heard, answer)) in saves.iter().zip(&answers) {
            self.hand.settle(save, *heard);
            self.note(save, *heard, in_short(answer));
            let hit = *heard != Heard::Yes || fault.by_shim() && self.place.failed_calls() > 0 || fault.lasts() || cuts(&self.cluster) > before;
            self.tally(save.kind).struck += usize::from(hit);
            if *heard == Heard::Yes {
                continue;
            }
            refused = Some(save.kind);
            // A program that ends itself rather than go on with a damaged log cuts its answer off.
            // A line breaks a moment before the process behind it is seen to have ended.
            if fault.lasts() && answer.is_err() {
                std::thread::sleep(Duration::from_millis(300));
            }
            let ended_itself = fault.lasts() && answer.is_err() && self.server.as_mut().and_then(Server::ended).is_some_and(|s| s.code().is_some());
            if let Some(how) = badly_told(answer, *heard).filter(|_| !ended_itself) {
                self.tally(save.kind).badly_told += 1;
                self.violation(&format!("a {} {how} (save {}); it said: {}", save.kind.name(), self.records.len() - 1, said(&self.place.data, 2)));
            }
        }
        // Ready, and then refusing again: it was not ready.
        if let (Some(kind), true, Some(Ok(ready))) = (refused, fault.stands(), self.server.as_ref().map(Server::ask_readyz)) {
            if ready.took > Duration::from_secs(4) {
                self.violation(&format!("/readyz answers after {:.1} s", ready.took.as_secs_f32()));
            }
            if ready.status == 200 {
                let (heard, answer) = self.send(&second);
                let for_storage = answer.as_ref().is_ok_and(|a| a.status >= 500) || answer.as_ref().is_err_and(|cut| cut.sent);
                if heard != Heard::Yes && for_storage {
                    self.violation(&format!("/readyz says 200 after a {} was refused, and a sheet is refused again", kind.name()));
                }
            }
        }
        self.off()?;
        self.heal()
    }
    fn run(&mut self, since: i64) -> Result<(), String> {
        let kinds = self.plan.kinds.clone();
        if self.plan.fault == Fault::Killed {
            self.kills()?;
        } else {
            // One of each with nothing wrong, and how many calls of the kind that will fail it makes.
            let mut calls = BTreeMap::new();
            // Of orders to sign and to report on there are few; they are kept for the fault.
            for kind in kinds.iter().filter(|k| !matches!(k, Kind::Approval | Kind::Job)) {
                self.place.arm([if self.plan.fault == Fault::SyncFails { 1 } else { 2 }, 5, 3, i32::MAX, 0, 0, 0, 0]);
                self.plain(*kind, "before the fault");
                let seen = std::fs::read(self.place.data.join("fault.ctl")).ok().and_then(|b| Some(i32::from_ne_bytes(b.get(24..28)?.try_into().ok()?)));
                calls.insert(*kind, seen.unwrap_or(0));
                self.place.arm([0; 8]);
            }
            let begun = Instant::now();
            for round in 0..self.plan.each {
                let turned: Vec<Kind> =
                    (0..kinds.len()).map(|i| kinds[(i + round + usize::try_from(self.plan.seed % 97).unwrap_or(0)) % kinds.len()]).collect();
                self.stays = (round + usize::try_from(self.plan.seed % 2).unwrap_or(0)) % 2 == 1;
                let together = self.plan.fault.whole() || self.plan.fault.by_shim() && self.stays;
                for some in turned.chunks(if together { kinds.len() } else { 1 }) {
                    if begun.elapsed() > BUDGET {
                        self.violation(&format!("cut short after {} s", BUDGET.as_secs()));
                        return self.finish(&kinds, since);
                    }
                    self.struck(some, &calls)?;
                    let other = if self.dice.roll(2) == 0 { Kind::Sheet } else { Kind::Reading };
                    self.plain(other, "when the fault was over");
                }
            }
        }
        self.finish(&kinds, since)
    }
    /// More saves, a stop, and the judgement.
    fn finish(&mut self, kinds: &[Kind], since: i64) -> Result<(), String> {
        for n in 0..self.plan.after {
            self.plain(kinds[n % kinds.len()], "after the faults");
        }
        if self.plan.keys {
            self.retry();
        }
        if let Some(server) = self.server.take() {
            // By turns as a service manager stops it, and as nobody should.
            if self.plan.seed.is_multiple_of(2) {
                if let Err(why) = server.stop() {
                    self.violation(&why);
                }
            } else {
                server.kill();
            }
        }
        self.judged(since)
    }
    /// Whoever does not know asks again, with the same key. Not of a job: each of its reports is an act of its own, and the job that
    /// was going on is not there after a restart.
    fn retry(&mut self) {
        let port = self.port();
        for i in 0..self.records.len() {
            if self.records[i].save.kind != Kind::Job && self.records[i].record.heard.last() == Some(&Heard::Unknown) {
                let save = self.records[i].save.clone();
                let (heard, answer) = self.hand.fire(&save, port);
                self.hand.settle(&save, heard);
                self.records[i].record.heard.push(heard);
                self.records[i].told.push(in_short(&answer));
            }
        }
    }
    /// `kill -9` at random moments while several clients save.
    fn kills(&mut self) -> Result<(), String> {
        let kinds = self.plan.kinds.clone();
        let clients = 4;
        let mut hands: Vec<Hand> = (0..clients).map(|n| self.hand.part(&format!("s{}c{n}", self.plan.seed), (n, clients))).collect();
        self.hand.leave_orders();
        for _ in 0..self.plan.kills {
            let port = self.port();
            let pause = Duration::from_millis(20 + self.dice.roll(400));
            let pid = self.server.as_ref().map_or(0, Server::pid);
            let first = usize::try_from(self.dice.roll(8)).unwrap_or(0);
            let kinds = &kinds;
            let heard: Vec<Vec<(Save, Heard, String)>> = std::thread::scope(|scope| {
                let working: Vec<_> = hands
                    .iter_mut()
                    .enumerate()
                    .map(|(n, hand)| {
                        scope.spawn(move || {
                            let mut said = Vec::new();
                            let mut none = 0;
                            for i in 0.. {
                                let Some(save) = hand.next(kinds[(first + n * 3 + i) % kinds.len()], port) else {
                                    none += 1;
                                    // Nothing left of this kind, or the server is gone.
                                    if none > kinds.len() || std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
                                        break;
                                    }
                                    continue;
                                };
                                none = 0;
                                let (heard, answer) = hand.fire(&save, port);
                                hand.settle(&save, heard);
                                said.push((save, heard, in_short(&answer)));
                                if answer.is_err() {
                                    break;
                                }
                            }
                            said
                        })
                    })
                    .collect();
                std::thread::sleep(pause);
                let _ = tool("kill", &["-KILL", &pid.to_string()]);
                working.into_iter().map(|w| w.join().unwrap()).collect()
            });
            self.out.kills += 1;
            for (save, heard, told) in heard.into_iter().flatten() {
                self.note(&save, heard, told);
                self.tally(save.kind).struck += usize::from(heard == Heard::Unknown);
            }
            self.restart()?;
        }
        Ok(())
    }
    /// The oracle over what the database holds, read with nothing of the program between.
    fn judged(&mut self, since: i64) -> Result<(), String> {
        // A new start reads what a crash left behind; then the rows themselves.
        let again = self.program.serve(&self.place.data, &self.database);
        match again {
            Ok(server) => drop(server.stop()),
            Err(why) => self.violation(&format!("does not start again: {why}")),
        }
        if let Err(said) = self.program.verify(&self.place.data, &self.database) {
            let said: String = said.chars().take(300).collect();
            self.violation(&format!("verify does not hold: {}", said.trim()));
        }
        let url = address(&self.place.data, &self.database);
        // A database that cannot be read is the worst of all answers, not the end of the trials.
        let read = std::panic::catch_unwind(|| {
            block_on(async {
                let side = Side::open(&url).await;
                let found = found(&side, since).await;
                side.close().await;
                found
            })
        });
        let found = match read {
            Ok(found) => found,
            Err(why) => {
                let why = why.downcast_ref::<String>().map_or("", |w| w.rsplit(": ").next().unwrap_or_default());
                self.violation(&format!("THE DATABASE CANNOT BE READ: {why}"));
                return Ok(());
            }
        };
        let records = std::mem::take(&mut self.records);
        let mut wrongs: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, Noted { save: Save { kind, .. }, record, told }) in records.iter().enumerate() {
            let n = found.get(&record.mark).copied().unwrap_or_default();
            let keys = self.plan.keys;
            let tally = self.tally(*kind);
            tally.destroyed += usize::from(record.destroyed && record.heard.contains(&Heard::Yes) && n.0.min(n.1) == 0);
            let Some(wrong) = judge(record, n, keys) else { continue };
            let word = match wrong {
                Wrong::Lost => {
                    tally.lost += 1;
                    "LOST"
                }
                Wrong::Doubled => {
                    tally.doubled += 1;
                    "DOUBLED"
                }
                Wrong::FoundAfterRefusal => {
                    tally.found += 1;
                    "FOUND AFTER REFUSAL"
                }
                Wrong::RetryRefused => {
                    tally.retries += 1;
                    "RETRY REFUSED"
                }
            };
            wrongs.entry(format!("{word}: {}, heard {:?} ({}), found {n:?}", kind.name(), record.heard, told.join(", then "))).or_default().push(at);
        }
        for (what, at) in wrongs {
            self.violation(&format!("{what}: {} saves, number {at:?} of {}", at.len(), records.len()));
        }
        Ok(())
    }
}

/// Builds the shim; `None` with the reason on a machine without a C compiler.
pub fn shim(source: &Path, to: &Path) -> Result<(), String> {
    tool("cc", &["-shared", "-fPIC", "-O1", "-o", &to.display().to_string(), &source.display().to_string(), "-ldl"])
}
