//! 夜间保管 backup, rehearsal of its restore, verification and checkpoint, as one command for cron and as the timer of the server.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use chrono::NaiveTime;
use serde_json::json;
use shiyan_app::App;
use shiyan_app::files::{Part, Readers, Scratch, private_dir, write};
use shiyan_app::keep::{Checkpoint, Figures, Taken};
use shiyan_app::kept::{Care, Kept, Outcome, open_private};
use shiyan_app::verify::Finding;
use shiyan_foundation::{Instant, Lang, Refusal};
use shiyan_store::Store;

use crate::config::FileConfig;
use crate::facts::{home, is_kept, keep_files};
use crate::keep::{kept, unpacked};
use crate::place::{Place, clock_goes_on};
use crate::print::{Failed, json as print_json};
use crate::private::exposed_backups;
use crate::run::{Done, now};
use crate::{code, say};

/// Backups that are kept when nothing else is said.
const KEEP: u32 = 14;
/// How long the command of the owner may take with a checkpoint.
const COMMAND_WITHIN: Duration = Duration::from_secs(60);
/// What is kept of what it says.
const COMMAND_SAYS: u64 = 500;

/// How an installation is kept.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Where backups go, and the place of their rehearsal.
    backups: Option<(PathBuf, PathBuf)>,
    keep: usize,
    /// When the timer runs; `None` when cron does it.
    at: Option<NaiveTime>,
    checkpoints: PathBuf,
    command: Vec<String>,
    /// Whether fact files are kept, where there are any; not while cron does the work of the night.
    facts: bool,
}

fn unusable(key: &'static str, typed: impl ToString, how: (&str, &str)) -> Failed {
    Refusal::new(code::KEEP_SETTING).with("key", key).with("typed", typed).with("how", how.0).with("how_en", how.1).into()
}

impl Plan {
    /// Reads the settings; what cannot be used is refused now, not in the night.
    pub fn of(file: &FileConfig, data: &Path) -> Result<Plan, Failed> {
        let at = match file.nightly_at.as_deref() {
            None => NaiveTime::from_hms_opt(2, 30, 0),
            Some("off") => None,
            Some(typed) => {
                let how = ("写成 \"02:30\"，或 \"off\"", "Write \"02:30\", or \"off\"");
                Some(NaiveTime::parse_from_str(typed, "%H:%M").map_err(|_| unusable("nightly_at", typed, how))?)
            }
        };
        let keep = file.keep_backups.unwrap_or(KEEP);
        if keep == 0 {
            return Err(unusable("keep_backups", 0, ("至少保留 1 份", "Keep at least 1")));
        }
        let command = file.checkpoint_command.clone().unwrap_or_default();
        if file.checkpoint_command.is_some() && !command.first().is_some_and(|program| Path::new(program).is_absolute() && Path::new(program).is_file()) {
            let how = ("第一项写程序的完整路径，后面是它的参数", "First the full path of a program that is there, then its arguments");
            return Err(unusable("checkpoint_command", command.join(" "), how));
        }
        let backups = file.backup_dir.clone().map(|dir| (dir.clone(), file.rehearsal_dir.clone().unwrap_or(dir)));
        let checkpoints = file.checkpoint_dir.clone().unwrap_or_else(|| data.join("checkpoints"));
        Ok(Plan { backups, keep: usize::try_from(keep).unwrap_or(usize::MAX), at, checkpoints, command, facts: true })
    }
}

/// What the attempts of one night came to, in their order.
type Night = Vec<(Care, Outcome, bool)>;

pub(crate) fn refusal_of(failed: Failed) -> Refusal {
    match failed {
        Failed::Fault(why) => why,
        Failed::Refused(mut why) if !why.is_empty() => why.remove(0),
        Failed::Refused(_) | Failed::Found => Refusal::new(code::FAULT).with("detail", ""),
    }
}

/// An outcome, and whether it is the machine that failed.
fn entry(care: Care, result: Result<serde_json::Value, Failed>) -> (Care, Outcome, bool) {
    let fault = matches!(result, Err(Failed::Fault(_)));
    (care, result.map_err(refusal_of), fault)
}

/// One night. What fails does not keep the rest from being tried; every outcome is journalled and put into the status file.
async fn night(place: &Place, plan: &Plan) -> Result<Night, Failed> {
    let unwritten = |e: std::io::Error| Failed::io(code::FILE_WRITE, place.data.display(), &e);
    let lock = open_private(&place.data.join("nightly.lock")).map_err(unwritten)?;
    if lock.try_lock().is_err() {
        return Err(Refusal::new(code::NIGHT_RUNS).into());
    }
    let began = now();
    let mut night = Night::new();
    let facts = plan.facts && is_kept(place);
    match kept(place).await {
        Ok(app) => {
            if plan.backups.is_some() || facts {
                work(&app, place, plan, facts, &mut night).await;
            }
            night.push(entry(Care::Checkpoint, export_checkpoint(&app, place, plan).await));
            app.close().await;
        }
        Err(failed) => {
            // Nothing can be done: that is told of everything that was to be done.
            let why = refusal_of(failed);
            let asked = |care: &Care| match care {
                Care::Checkpoint => true,
                Care::Facts => facts,
                Care::Backup | Care::Rehearsal | Care::Verify => plan.backups.is_some(),
            };
            night.extend(Care::ALL.into_iter().filter(asked).map(|care| (care, Err(why.clone()), true)));
        }
    }
    Kept::change(&place.data, |kept| {
        kept.night_at = Some(began.to_rfc3339());
        // files that nobody keeps any more grow no older
        if plan.facts && !facts {
            kept.cares.remove(&Care::Facts);
        }
        for (care, outcome, _) in &night {
            kept.put(*care, outcome, now());
        }
    })
    .map_err(unwritten)?;
    Ok(night)
}

/// What is done before the checkpoint, so that this holds what it journals.
async fn work(app: &App, place: &Place, plan: &Plan, facts: bool, night: &mut Night) {
    let damage = app.check_pages().await.unwrap_or_else(|e| Some((e.to_string(), e.to_string())));
    if let Some((dir, scratch)) = &plan.backups {
        back_up(app, place, plan, (dir, scratch), damage.as_ref(), night).await;
    }
    if facts {
        let kept = match &damage {
            // what is damaged is not told to anybody
            Some((zh, en)) => Err(Refusal::new(code::VERIFY).with("why", zh).with("why_en", en).into()),
            None => keep_files(app, &home(place)).await,
        };
        night.push(entry(Care::Facts, kept));
    }
    // Into a damaged file nothing more is written.
    if damage.is_none() {
        let told: Vec<_> = night.iter().map(|(care, outcome, _)| (*care, outcome.clone())).collect();
        if let Err(error) = app.note_kept(&told, now()).await {
            night.push(entry(Care::Verify, Err(error.into())));
        }
    }
}

/// Backup, rehearsal and verification; older backups go only when all three hold.
async fn back_up(app: &App, place: &Place, plan: &Plan, (dir, scratch): (&Path, &Path), damage: Option<&(String, String)>, night: &mut Night) {
    let file = dir.join(format!("shiyan-{}.gz", now().format("%Y%m%d-%H%M%S")));
    let taken = backup(app, dir, &file).await;
    let rehearsed = match &taken {
        Ok(taken) => Some(rehearse(place, scratch, &file, taken).await),
        Err(_) => None,
    };
    let facts =
        taken.map(|taken| json!({ "file": file.display().to_string(), "bytes": size(&file), "seq": taken.header.head.seq, "hash": taken.header.head.hash }));
    night.push(entry(Care::Backup, facts));
    night.extend(rehearsed.map(|result| entry(Care::Rehearsal, result)));
    night.push(entry(Care::Verify, verify(app, place, plan, damage).await));
    if night.iter().all(|(_, outcome, _)| outcome.is_ok()) {
        prune(dir, &file, plan.keep);
    }
}

fn size(file: &Path) -> u64 {
    file.metadata().map_or(0, |m| m.len())
}

/// Writes a backup to its place, and tells what it holds.
async fn backup(app: &App, dir: &Path, file: &Path) -> Result<Taken, Failed> {
    private_dir(dir).map_err(|e| Failed::io(code::FILE_WRITE, dir.display(), &e))?;
    if let Some(exposed) = exposed_backups(dir) {
        return Err(exposed.into());
    }
    if file.exists() {
        return Err(Refusal::new(code::FILE_THERE).with("at", file.display()).into());
    }
    write_backup(app, file, true).await
}

/// Writes the copy beside its place, reads it back whole, and only then gives it its name.
pub(crate) async fn write_backup(app: &App, file: &Path, figures: bool) -> Result<Taken, Failed> {
    let unwritten = |e: std::io::Error| Failed::io(code::FILE_WRITE, file.display(), &e);
    let part = Part::begin(file, Readers::Owner).map_err(unwritten)?;
    let mut out = flate2::write::GzEncoder::new(Told { out: part, error: None }, flate2::Compression::fast());
    let taken = if figures {
        app.backup_with_figures(&mut out, now()).await
    } else {
        app.backup(&mut out, now()).await.map(|header| Taken { header, figures: Figures::default() })
    };
    // What the disk said is told rather than that a writer failed.
    if let Some(error) = out.get_mut().error.take() {
        return Err(unwritten(error));
    }
    let taken = taken?;
    let part = out.finish().map_err(unwritten)?.out;
    part.sync().map_err(unwritten)?;
    let read = shiyan_store::backup::check_backup(unpacked(part.path())?)?;
    if read != taken.header {
        return Err(unreadable("读回的内容与写入的不同", "what is read back is not what was written"));
    }
    part.finish().map_err(unwritten)?;
    Ok(taken)
}

/// A writer that keeps the first error for whoever asks.
struct Told<W> {
    out: W,
    error: Option<std::io::Error>,
}

impl<W: Write> Write for Told<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.write(bytes).inspect_err(|e| self.error = Some(e.raw_os_error().map_or_else(|| e.kind().into(), std::io::Error::from_raw_os_error)))
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn unreadable(zh: &str, en: &str) -> Failed {
    Failed::Fault(Refusal::new(shiyan_store::code::BACKUP).with("why", zh).with("why_en", en))
}

/// Restores a backup aside, on SQLite whatever the source runs on, and compares it with what it was taken of.
async fn rehearse(place: &Place, within: &Path, file: &Path, taken: &Taken) -> Result<serde_json::Value, Failed> {
    let clock = Stopwatch::now();
    // One night at a time, so one name is enough.
    let scratch = Scratch::new(within.join(".shiyan-rehearsal")).map_err(|e| Failed::io(code::FILE_WRITE, within.display(), &e))?;
    let store = place.scratch(scratch.path()).make().await?;
    let copy = App::new(store.clone(), |_| Err(shiyan_app::reports::Unset::Failed("no typesetting here".into())));
    let done = compare(&store, &copy, file, taken).await;
    store.close().await;
    let rows = done?;
    let seconds = clock.elapsed().as_secs();
    Ok(json!({ "file": file.display().to_string(), "rows": rows, "seq": taken.header.head.seq, "seconds": seconds }))
}

async fn compare(store: &Store, copy: &App, file: &Path, taken: &Taken) -> Result<u64, Failed> {
    let differs = |zh: &str, en: &str| Failed::from(Refusal::new(code::REHEARSAL).with("file", file.display()).with("why", zh).with("why_en", en));
    store.restore(|| unpacked(file)).await?;
    let finding = store.verify(Some(&taken.header.head)).await?;
    if !finding.ok {
        return Err(differs(finding.problem_zh.as_deref().unwrap_or_default(), finding.problem_en.as_deref().unwrap_or_default()));
    }
    if finding.head != taken.header.head {
        return Err(differs("日志的链头与备份时不同", "the head of the journal is not the one it was taken of"));
    }
    // The clock reading of the backup: a figure may depend on the day.
    let at = chrono::DateTime::parse_from_rfc3339(&taken.header.taken_at).map_or_else(|_| now(), |at| at.with_timezone(&shiyan_foundation::shanghai()));
    if let Some(place) = copy.figures_of_two_years(at).await?.differ(&taken.figures) {
        return Err(differs(&format!("指标与备份时不同（{place}）"), &format!("the figures are not those it was taken of ({place})")));
    }
    Ok(finding.rows)
}

/// The live database: its file, its chain and rows, its protection, and against the furthest checkpoint that was exported.
async fn verify(app: &App, place: &Place, plan: &Plan, damage: Option<&(String, String)>) -> Result<serde_json::Value, Failed> {
    let bad = |zh: String, en: String| Failed::from(Refusal::new(code::VERIFY).with("why", zh).with("why_en", en));
    if let Some((zh, en)) = damage {
        return Err(bad(zh.clone(), en.clone()));
    }
    let furthest = furthest(&plan.checkpoints);
    let finding = app.verify(furthest.as_ref().map(|(_, checkpoint)| checkpoint), &place.key_file()).await?;
    let against = furthest.map(|(path, _)| path.display().to_string());
    if !finding.ok {
        let (zh, en) = (finding.problem_zh.unwrap_or_default(), finding.problem_en.unwrap_or_default());
        return Err(match against {
            Some(path) => bad(format!("{zh}（检查点 {path}）"), format!("{en} (checkpoint {path})")),
            None => bad(zh, en),
        });
    }
    Ok(json!({ "entries": finding.entries, "rows": finding.rows, "checkpoint": against, "since": finding.checkpoint }))
}

/// The exported checkpoint that stands furthest.
fn furthest(dir: &Path) -> Option<(PathBuf, Checkpoint)> {
    let files = std::fs::read_dir(dir).ok()?.flatten().map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
    files.filter_map(|path| read_checkpoint(&path).map(|checkpoint| (path, checkpoint))).max_by_key(|(_, checkpoint)| checkpoint.seq)
}

fn read_checkpoint(path: &Path) -> Option<Checkpoint> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Deletes backups of ours beyond the newest; the one that was just proved is never among them.
fn prune(dir: &Path, proved: &Path, keep: usize) {
    let ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let stamp = name.strip_prefix("shiyan-").and_then(|rest| rest.strip_suffix(".gz")).unwrap_or_default();
        stamp.len() == 15 && stamp.chars().enumerate().all(|(i, c)| if i == 8 { c == '-' } else { c.is_ascii_digit() })
    };
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut older: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| ours(path) && path != proved).collect();
    older.sort();
    let surplus = (older.len() + 1).saturating_sub(keep);
    for path in older.into_iter().take(surplus) {
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, "{} could not be deleted", path.display());
        }
    }
}

/// Signs the head of the journal, puts it into the file of the day, and hands it to the command of the owner.
pub(crate) async fn export_checkpoint(app: &App, place: &Place, plan: &Plan) -> Result<serde_json::Value, Failed> {
    let unwritten = |e: std::io::Error| Failed::io(code::FILE_WRITE, plan.checkpoints.display(), &e);
    let checkpoint = app.checkpoint(&place.key_file(), now()).await?;
    private_dir(&plan.checkpoints).map_err(unwritten)?;
    let file = plan.checkpoints.join(format!("checkpoint-{}.json", now().format("%Y-%m-%d")));
    // The evidence of another journal is neither replaced nor outshone by this one: it stays the furthest until somebody decides.
    if let Some((at, there)) = furthest(&plan.checkpoints)
        && app.hash_at(there.seq).await?.is_none_or(|hash| hash != there.hash)
    {
        let refusal = Refusal::new(code::CHECKPOINT_AHEAD).with("at", at.display());
        return Err(refusal.with("seq", there.seq).with("head", checkpoint.seq).into());
    }
    let text = serde_json::to_string_pretty(&checkpoint)? + "\n";
    write(&file, text.as_bytes(), Readers::Owner).map_err(unwritten)?;
    if !plan.command.is_empty() {
        let command = plan.command.clone();
        tokio::task::spawn_blocking(move || hand_over(&command, &text, COMMAND_WITHIN)).await.map_err(Failed::fault)??;
    }
    Ok(json!({ "file": file.display().to_string(), "seq": checkpoint.seq, "hash": checkpoint.hash, "command": plan.command.first() }))
}

/// Runs the command of the owner with a checkpoint on its standard input; no shell, and not for ever.
fn hand_over(command: &[String], text: &str, within: Duration) -> Result<(), Failed> {
    let name = command.join(" ");
    let failed = |zh: String, en: String| Failed::from(Refusal::new(code::CHECKPOINT_COMMAND).with("command", &name).with("why", zh).with("why_en", en));
    let told = |e: &std::io::Error| failed(e.to_string(), e.to_string());
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let mut child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(|e| told(&e))?;
    // A checkpoint is shorter than the buffer of a pipe: this does not wait. Who does not read it has his reasons; the exit code counts.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(text.as_bytes());
    }
    let said = Arc::new(Mutex::new(Vec::new()));
    if let Some(stderr) = child.stderr.take() {
        let said = said.clone();
        std::thread::spawn(move || {
            let mut first = Vec::new();
            let mut stderr = stderr;
            let _ = (&mut stderr).take(COMMAND_SAYS).read_to_end(&mut first);
            *said.lock().unwrap_or_else(PoisonError::into_inner) = first;
            // Read on, so that a talkative one is not held up.
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        });
    }
    let clock = Stopwatch::now();
    loop {
        match child.try_wait().map_err(|e| told(&e))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => {
                std::thread::sleep(Duration::from_millis(50));
                let said = String::from_utf8_lossy(&said.lock().unwrap_or_else(PoisonError::into_inner)).trim().replace('\n', " ");
                return Err(failed(format!("{status} {said}"), format!("{status} {said}")));
            }
            None if clock.elapsed() > within => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(format!("{} 秒没有结束", within.as_secs()), format!("it did not end within {} s", within.as_secs())));
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// `keep nightly`.
pub(crate) async fn nightly(place: &Place, dir: Option<&Path>, keep: Option<u32>, as_json: bool, lang: Lang) -> Done {
    let mut place = place.clone();
    place.file.backup_dir = dir.map(Path::to_path_buf).or(place.file.backup_dir);
    place.file.keep_backups = keep.or(place.file.keep_backups);
    let plan = Plan::of(&place.file, &place.data)?;
    if plan.backups.is_none() {
        return Err(Refusal::new(code::NO_BACKUP_DIR).into());
    }
    place.must_be_private()?;
    let store = place.existing().await?;
    let goes_on = clock_goes_on(&store).await;
    store.close().await;
    goes_on?;
    let night = night(&place, &plan).await?;
    let (mut refused, mut faults) = (Vec::new(), Vec::new());
    for (care, outcome, fault) in &night {
        match outcome {
            Ok(_) if as_json => (),
            Ok(facts) => say!("{} {} {facts}", lang.pick(care.term().0, care.term().1), lang.pick("完成", "done"))?,
            Err(why) if *fault => faults.push(why.clone()),
            Err(why) => refused.push(why.clone()),
        }
    }
    if as_json {
        print_json(&Kept::read(&place.data))?;
    }
    match faults.pop() {
        // The graver exit code, and every reason.
        Some(fault) => {
            let _ = Failed::Refused([refused, faults].concat()).say(lang);
            Err(Failed::Fault(fault))
        }
        None if refused.is_empty() => Ok(()),
        None => Err(Failed::Refused(refused)),
    }
}

/// `keep status`.
pub(crate) fn status(place: &Place, as_json: bool, lang: Lang) -> Done {
    let (kept, now) = (Kept::read(&place.data), now());
    let mut well = true;
    // what was asked for and never done is not well either
    let never = (place.file.facts_dir.is_some() && !kept.cares.contains_key(&Care::Facts)).then_some(Care::Facts);
    for care in kept.asked().chain(never) {
        let state = kept.of(care);
        well &= state.is_well(now);
        if as_json {
            continue;
        }
        let when = state.good().map_or_else(|| lang.pick("从未", "never").to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string());
        let mark = if state.is_well(now) { lang.pick("正常", "well") } else { lang.pick("须处理", "to be seen to") };
        say!("{} {when} {mark}", lang.pick(care.term().0, care.term().1))?;
        if let Some(t) = &state.trouble {
            say!("  [{}] {}\n  {} {}", t.code, lang.pick(&t.zh, &t.en), lang.pick("提示：", "hint:"), lang.pick(&t.next_zh, &t.next_en))?;
        }
    }
    if as_json {
        print_json(&kept)?;
    }
    if well { Ok(()) } else { Err(Failed::Found) }
}

// ---------------------------------------------------------------- the timer of the server

/// Whether a run is due: the last one began before the newest moment at which one should have.
fn due(last: Option<Instant>, at: NaiveTime, now: Instant) -> bool {
    let on = |day: chrono::NaiveDate| day.and_time(at).and_local_timezone(now.timezone()).single();
    let newest = on(now.date_naive()).filter(|moment| *moment <= now).or_else(|| on(now.date_naive().pred_opt()?));
    newest.is_some_and(|moment| last.is_none_or(|last| last < moment))
}

/// 定时器 a thread with a runtime and a connection of its own, so that no page waits for it.
#[derive(Debug)]
pub(crate) struct Timer {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Timer {
    /// Starts it; the first look is shortly after.
    pub fn start(place: Place, mut plan: Plan) -> std::io::Result<Timer> {
        // Cron does the nightly work: only the checkpoint is left to the server.
        let at = plan.at.unwrap_or_else(|| {
            (plan.backups, plan.facts) = (None, false);
            NaiveTime::MIN
        });
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let seen = stop.clone();
        let thread = std::thread::Builder::new().name("nightly".into()).spawn(move || {
            let mut wait = Duration::from_secs(2);
            while !pause(&seen, wait) {
                wait = Duration::from_secs(20);
                let kept = Kept::read(&place.data);
                // By cron's hand the backup may be fresh while the checkpoint of the day is not.
                let last = if plan.backups.is_some() { kept.night() } else { kept.of(Care::Checkpoint).tried_at.as_deref().and_then(read_time) };
                if due(last, at, now()) {
                    one(&place, &plan, &seen);
                }
            }
        })?;
        Ok(Timer { stop, thread: Some(thread) })
    }
    /// Stops it; a run in hand is given up, and leaves nothing behind.
    pub async fn stop(mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn read_time(text: &str) -> Option<Instant> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&shiyan_foundation::shanghai()))
}

/// Waits; `true` when it is over.
fn pause(stop: &(Mutex<bool>, Condvar), wait: Duration) -> bool {
    let guard = stop.0.lock().unwrap_or_else(PoisonError::into_inner);
    let (guard, _) = stop.1.wait_timeout_while(guard, wait, |stopped| !*stopped).unwrap_or_else(PoisonError::into_inner);
    *guard
}

fn one(place: &Place, plan: &Plan, stop: &(Mutex<bool>, Condvar)) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "the nightly run cannot begin"),
    };
    let given_up = async {
        while !*stop.0.lock().unwrap_or_else(PoisonError::into_inner) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let done = runtime.block_on(async {
        tokio::select! {
            biased;
            () = given_up => None,
            done = night(place, plan) => Some(done),
        }
    });
    // A command of the owner that hangs does not keep the server from stopping.
    runtime.shutdown_timeout(Duration::from_millis(200));
    match done {
        None => tracing::warn!("the nightly run was given up: the server stops"),
        Some(Ok(night)) => {
            for (care, outcome, _) in night {
                match outcome {
                    Ok(facts) => tracing::info!("{} {facts}", care.verb()),
                    Err(why) => tracing::error!("{} {why}", care.verb()),
                }
            }
        }
        Some(Err(failed)) => {
            let why = refusal_of(failed);
            if why.code() == code::NIGHT_RUNS.code {
                return;
            }
            tracing::error!("{why}");
            // Not again every twenty seconds.
            let _ = Kept::change(&place.data, |kept| {
                kept.night_at = Some(now().to_rfc3339());
                kept.put(Care::Checkpoint, &Err(why.clone()), now());
            });
        }
    }
}

/// At the end of the server: the last checkpoint, so that nothing of today is without a witness.
pub(crate) async fn last_checkpoint(app: &App, place: &Place, plan: &Plan) {
    let (care, outcome, _) = entry(Care::Checkpoint, export_checkpoint(app, place, plan).await);
    if let Err(why) = &outcome {
        tracing::error!("{} {why}", care.verb());
    }
    if let Err(error) = Kept::change(&place.data, |kept| kept.put(care, &outcome, now())) {
        tracing::error!(%error, "keep.json");
    }
}

/// What a verification came to.
pub(crate) fn verified(finding: &Finding) -> Outcome {
    if finding.ok {
        return Ok(json!({ "entries": finding.entries, "rows": finding.rows, "since": finding.checkpoint }));
    }
    let (zh, en) = (finding.problem_zh.as_deref().unwrap_or_default(), finding.problem_en.as_deref().unwrap_or_default());
    Err(Refusal::new(code::VERIFY).with("why", zh).with("why_en", en))
}

/// Puts the outcome of a command typed by hand into the status file; a data directory that cannot be written is no obstacle to it.
pub(crate) fn remember(place: &Place, care: Care, outcome: &Outcome) {
    let _ = Kept::change(&place.data, |kept| kept.put(care, outcome, now()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::shanghai;

    fn at(day: u32, hour: u32) -> Instant {
        chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }

    #[test]
    fn a_missed_night_is_made_up_for_once() {
        let half_past_two = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        let due = |last, now| due(last, half_past_two, now);
        assert!(due(None, at(5, 1)), "never yet");
        assert!(!due(Some(at(4, 3)), at(5, 2)) && due(Some(at(4, 3)), at(5, 3)), "every night");
        assert!(!due(Some(at(5, 3)), at(5, 23)), "once");
        assert!(due(Some(at(1, 3)), at(5, 1)), "missed while the server was down");
        assert!(!due(Some(at(4, 20)), at(5, 1)), "made up for in the evening");
        assert!(due(Some(at(4, 20)), at(5, 3)), "and tonight again");
    }

    #[test]
    fn settings_that_cannot_be_used_are_refused_by_day() {
        let plan = |file: FileConfig| Plan::of(&file, Path::new("data"));
        let code_of = |file: FileConfig| match plan(file) {
            Err(Failed::Refused(why)) => why[0].code(),
            other => panic!("{other:?}"),
        };
        let standard = plan(FileConfig::default()).unwrap();
        assert!(standard.backups.is_none() && standard.keep == 14 && standard.at == NaiveTime::from_hms_opt(2, 30, 0));
        assert_eq!(standard.checkpoints, Path::new("data/checkpoints"));
        assert!(plan(FileConfig { nightly_at: Some("off".into()), ..FileConfig::default() }).unwrap().at.is_none());
        for wrong in [
            FileConfig { nightly_at: Some("25:00".into()), ..FileConfig::default() },
            FileConfig { keep_backups: Some(0), ..FileConfig::default() },
            FileConfig { checkpoint_command: Some(vec![]), ..FileConfig::default() },
            FileConfig { checkpoint_command: Some(vec!["cat".into()]), ..FileConfig::default() },
            FileConfig { checkpoint_command: Some(vec!["/nonexistent/program".into()]), ..FileConfig::default() },
        ] {
            assert_eq!(code_of(wrong), "KEEP-SETTING");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_command_of_the_owner_is_bounded_and_its_failure_is_told() {
        let run = |script: &str| hand_over(&["/bin/sh".into(), "-c".into(), script.into()], "a checkpoint\n", Duration::from_millis(300));
        run("read line; test \"$line\" = 'a checkpoint'").unwrap();
        run("true").unwrap();
        let why = |result: Result<(), Failed>| match result {
            Err(Failed::Refused(why)) => why[0].to_string(),
            other => panic!("{other:?}"),
        };
        let said = why(run("echo no such witness >&2; exit 3"));
        assert!(said.contains("KEEP-COMMAND") && said.contains("no such witness") && said.contains('3'), "{said}");
        let clock = Stopwatch::now();
        assert!(why(run("sleep 30")).contains("within"));
        assert!(clock.elapsed() < Duration::from_secs(5));
        assert!(why(hand_over(&["/nonexistent".into()], "x", COMMAND_WITHIN)).contains("KEEP-COMMAND"));
    }

    #[test]
    fn only_our_surplus_backups_go_and_never_the_proved_one() {
        let dir = std::env::temp_dir().join(format!("shiyan-prune-{}", uuid::Uuid::now_v7().simple()));
        private_dir(&dir).unwrap();
        let names = ["shiyan-20260301-023000.gz", "shiyan-20260302-023000.gz", "shiyan-20260303-023000.gz", "before-the-move.gz", "shiyan-old.gz"];
        for name in names {
            std::fs::write(dir.join(name), "x").unwrap();
        }
        let left = |keep: usize, proved: &str| {
            prune(&dir, &dir.join(proved), keep);
            let mut names: Vec<String> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert_eq!(left(3, names[2]).len(), 5);
        assert_eq!(left(2, names[0]), ["before-the-move.gz", "shiyan-20260301-023000.gz", "shiyan-20260303-023000.gz", "shiyan-old.gz"]);
        assert_eq!(left(1, names[2]), ["before-the-move.gz", "shiyan-20260303-023000.gz", "shiyan-old.gz"]);
        let _ = std::fs::remove_dir_all(&dir);
    }
}
