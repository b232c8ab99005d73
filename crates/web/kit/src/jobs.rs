//! 作业 long work that goes on while pages are served: a list of things done one after the other, each with its own outcome, shown
//! with a progress bar to whoever started it.
//!
//! A job is kept in the database, each outcome as it comes, and worked on in memory. What a server left unfinished, by going down or by
//! being killed, is taken over by the next one and goes on with the thing it was at; each thing is done under a key of its own, so that
//! none is done twice. The work is a plain future on the runtime: nothing in it is raced against a clock, so that no database call is
//! ever cut off in the middle. Stopping is asked for and takes effect between two things.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rocket::tokio;
use serde::{Deserialize, Serialize};
use shiyan_app::jobs::{Did, KeptJob};
use shiyan_app::{App, Error};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Instant, Lang, Refusal};

use crate::failure::{Failure, code};
use crate::site::Site;
use crate::views::ProblemView;

/// Chinese and English.
pub type Said = (String, String);

/// The work of one sort of job, as it goes on under the hand that reports.
pub type Worker = fn(Site, Progress) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Jobs remembered in memory altogether; the oldest finished one goes first.
const KEPT: usize = 100;
/// Jobs under way at once.
const RUNNING: usize = 8;
/// Things of one job.
pub const MOST: usize = 5_000;
/// How often a server says that it is alive, and looks for what another one left.
const BEAT: Duration = Duration::from_secs(20);
/// How long a job waits for a database that is away before it asks again.
const AWAY: Duration = Duration::from_secs(1);
/// A server that has said nothing for so long is gone.
const SILENT: chrono::TimeDelta = chrono::TimeDelta::seconds(90);

/// 未完成 a refusal as it was given, in both languages: what is kept is read again by a later version of the program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Stable code.
    pub code: String,
    /// What happened.
    pub what: Said,
    /// What to do.
    pub next: Said,
    /// The field it is about; empty for the whole.
    pub field: String,
}

impl From<&Refusal> for Told {
    fn from(r: &Refusal) -> Self {
        let both = |of: fn(&Refusal, Lang) -> String| (of(r, Lang::Zh), of(r, Lang::En));
        Self { code: r.code().to_owned(), what: both(Refusal::what), next: both(Refusal::next), field: r.field.clone().unwrap_or_default() }
    }
}

impl Told {
    /// As a page lists it.
    #[must_use]
    pub fn view(&self, lang: Lang) -> ProblemView {
        let text = |said: &Said| told(said, lang).to_owned();
        ProblemView { code: self.code.clone(), text: text(&self.what), next: text(&self.next), field: self.field.clone() }
    }
}

/// What becomes of one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// 等待
    #[default]
    Waiting,
    /// 正在处理
    Working,
    /// 完成 what was done, and where to see it.
    Done {
        /// One sentence or number.
        note: Said,
        /// Address; may be empty.
        href: String,
    },
    /// 未完成 why not.
    Refused(Vec<Told>),
    /// 未处理 the job was stopped or broke off before it came to this.
    Left,
}

/// One thing of a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Line {
    /// What people call it: a number, a name.
    pub name: String,
    /// Where it is; may be empty.
    pub href: String,
    /// What the work is given for it: an id.
    pub input: String,
    /// Key for whoever works with the result, e.g. the number of the report that was issued; may be empty.
    pub key: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The change of the job that this line changed with last.
    #[serde(skip)]
    changed: u64,
}

impl Line {
    /// A thing that waits.
    #[must_use]
    pub fn new(name: impl Into<String>, href: impl Into<String>, input: impl Into<String>) -> Self {
        Self { name: name.into(), href: href.into(), input: input.into(), ..Self::default() }
    }
    /// Whether it changed after this change.
    #[must_use]
    pub fn newer_than(&self, change: u64) -> bool {
        self.changed > change
    }
}

/// 作业计划 what is to be done, and what its page says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Plan {
    /// Sort of the work; one person has one of a sort under way.
    pub kind: String,
    /// 标题
    pub title: Said,
    /// What happens, should the program be started anew meanwhile.
    pub after_restart: Said,
    /// Where the work came from: word and address.
    pub back: (Said, String),
    /// What the result can be used for once it is there: word and address; `{id}` stands for the job.
    pub then: Vec<(Said, String)>,
    /// What the work is given for all of its things, as JSON.
    pub input: String,
    /// The things.
    #[serde(skip)]
    pub lines: Vec<Line>,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<Line>,
    change: u64,
    finished_at: Option<Instant>,
}

/// One job.
#[derive(Debug)]
pub struct Job {
    /// Id, as in its address.
    pub id: String,
    /// Who started it; nobody else sees it.
    pub owner: UserId,
    /// When.
    pub started_at: Instant,
    /// The plan, without its lines.
    pub plan: Plan,
    stop: AtomicBool,
    /// The server goes down: the work ends after the thing in hand, and the job waits for the next server.
    parked: AtomicBool,
    state: Mutex<State>,
}

/// Where a job stands.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Things in all.
    pub total: usize,
    /// 完成
    pub done: usize,
    /// 未完成
    pub refused: usize,
    /// 未处理
    pub left: usize,
    /// Number of the last change.
    pub change: u64,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// The lines with their places.
    pub lines: Vec<(usize, Line)>,
}

impl Standing {
    /// Things that have an outcome.
    #[must_use]
    pub fn settled(&self) -> usize {
        self.done + self.refused + self.left
    }
}

/// A lock held by somebody who panicked still guards good data here: every change is one assignment.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Waiting | Outcome::Working)
}

impl Job {
    fn new(id: String, owner: UserId, plan: Plan, lines: Vec<Line>, started_at: Instant) -> Self {
        let state = Mutex::new(State { lines, ..State::default() });
        Self { id, owner, started_at, plan, stop: AtomicBool::new(false), parked: AtomicBool::new(false), state }
    }
    /// A job as it is kept; `None` when it is written in a way that this version cannot read.
    fn kept(kept: &KeptJob) -> Option<Self> {
        let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
        let lines = kept.lines.iter().map(|l| serde_json::from_str(l)).collect::<Result<Vec<Line>, _>>().ok()?;
        let job = Self::new(kept.id.clone(), kept.owner, serde_json::from_str(&kept.plan).ok()?, lines, at(&kept.started_at)?);
        held(&job.state).finished_at = kept.finished_at.as_deref().and_then(at);
        job.stop.store(kept.stopping, Ordering::Relaxed);
        Some(job)
    }
    /// Where it stands; the lines are those that changed after a change (0 for all).
    #[must_use]
    pub fn standing(&self, after: u64) -> Standing {
        let state = held(&self.state);
        let count = |of: fn(&Outcome) -> bool| state.lines.iter().filter(|l| of(&l.outcome)).count();
        Standing {
            total: state.lines.len(),
            done: count(|o| matches!(o, Outcome::Done { .. })),
            refused: count(|o| matches!(o, Outcome::Refused(_))),
            left: count(|o| matches!(o, Outcome::Left)),
            change: state.change,
            finished_at: state.finished_at,
            lines: state.lines.iter().enumerate().filter(|(_, l)| after == 0 || l.newer_than(after)).map(|(i, l)| (i, l.clone())).collect(),
        }
    }
    /// Whether it has ended.
    #[must_use]
    pub fn finished(&self) -> bool {
        held(&self.state).finished_at.is_some()
    }
    /// Asks it to stop after the thing in hand.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
    /// Whether it was asked to stop.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
    /// Keys of what was done.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let state = held(&self.state);
        state.lines.iter().filter(|l| matches!(l.outcome, Outcome::Done { .. }) && !l.key.is_empty()).map(|l| l.key.clone()).collect()
    }
    fn set(&self, index: usize, key: Option<String>, outcome: Outcome) -> Option<Line> {
        let mut state = held(&self.state);
        state.change += 1;
        let change = state.change;
        let line = state.lines.get_mut(index)?;
        line.outcome = outcome;
        line.changed = change;
        if let Some(key) = key {
            line.key = key;
        }
        Some(line.clone())
    }
    /// Ends it: what has no outcome was left. Gives what was.
    fn end(&self, now: Instant) -> Vec<(usize, Line)> {
        let mut state = held(&self.state);
        state.change += 1;
        let change = state.change;
        let mut left = Vec::new();
        for (index, line) in state.lines.iter_mut().enumerate().filter(|(_, l)| open(&l.outcome)) {
            line.outcome = Outcome::Left;
            line.changed = change;
            left.push((index, line.clone()));
        }
        state.finished_at = Some(now);
        left
    }
}

fn written(line: &Line) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

/// 进度 the hand with which the work reports; when it is dropped, by the end of the work or by a panic in it, the job has ended.
#[derive(Debug)]
pub struct Progress {
    job: Arc<Job>,
    /// Where it is kept; nowhere in a test of the list alone.
    app: Option<App>,
    clock: fn() -> Instant,
}

impl Progress {
    /// The job.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }
    /// Whether the work is to stop before the next thing.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.job.stopping() || self.job.parked.load(Ordering::Relaxed)
    }
    /// What has no outcome yet: its place and what the work was given for it.
    #[must_use]
    pub fn waiting(&self) -> Vec<(usize, String)> {
        held(&self.job.state).lines.iter().enumerate().filter(|(_, l)| open(&l.outcome)).map(|(i, l)| (i, l.input.clone())).collect()
    }
    /// This one is in hand.
    pub fn begin(&self, index: usize) {
        self.job.set(index, None, Outcome::Working);
    }
    /// This one is done.
    pub async fn done(&self, index: usize, key: impl Into<String>, note: Said, href: impl Into<String>) {
        self.settle(index, Some(key.into()), Outcome::Done { note, href: href.into() }).await;
    }
    /// This one is not done, and why; a fault goes to the log under the number that the line shows.
    pub async fn failed(&self, index: usize, error: Error) {
        let (_, why) = Failure::from(error).parts();
        self.settle(index, None, Outcome::Refused(why.iter().map(Told::from).collect())).await;
    }
    /// Does a thing under the key of its place: what was done before the program broke off is found, not done again.
    ///
    /// # Errors
    /// Whatever it is refused for.
    pub async fn once<T>(&self, index: usize, what: &str, work: impl Future<Output = Result<T, Error>>) -> Result<Did<T>, Error> {
        match &self.app {
            Some(app) => app.once_in_job((&self.job.id, index, self.job.owner), what, work).await,
            None => work.await.map(Did::Now),
        }
    }
    /// Does a thing until it is done or refused: while the database or its disk is away nothing is decided, and the job waits for it rather than
    /// say 未完成 of what a restart would do after all. `None` when the job is to stop before that. A turn in a lane belongs inside the work.
    pub async fn until_decided<T, F: Future<Output = Result<T, Error>>>(&self, mut work: impl FnMut() -> F) -> Option<Result<T, Error>> {
        loop {
            match work().await {
                Err(Error::Away(why)) => tracing::warn!(job = %self.job.id, "waits: {why}"),
                decided => return Some(decided),
            }
            if self.stopping() {
                return None;
            }
            tokio::time::sleep(AWAY).await;
        }
    }
    async fn settle(&self, index: usize, key: Option<String>, outcome: Outcome) {
        let Some(line) = self.job.set(index, key, outcome) else { return };
        if let Some(app) = &self.app
            && let Err(error) = app.keep_job_line(&self.job.id, index, &written(&line), (self.clock)()).await
        {
            // The thing itself is done or refused for good; a restart looks at it once more and finds it so.
            tracing::warn!(job = %self.job.id, "an outcome was not kept: {error}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let now = (self.clock)();
        if self.job.parked.load(Ordering::Relaxed) && !self.job.stopping() && held(&self.job.state).lines.iter().any(|l| open(&l.outcome)) {
            // It waits for the next server; here nobody works on it any more.
            held(&self.job.state).finished_at = Some(now);
            return;
        }
        let left: Vec<(usize, String)> = self.job.end(now).iter().map(|(i, l)| (*i, written(l))).collect();
        let (Some(app), id) = (self.app.clone(), self.job.id.clone()) else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = app.end_job(&id, &left, now).await {
                    tracing::warn!(job = %id, "the end was not kept: {error}");
                }
            });
        }
    }
}

/// The jobs that this process works on, and the way to those that are only kept.
#[derive(Debug)]
pub struct Jobs {
    all: Mutex<BTreeMap<String, Arc<Job>>>,
    /// Name of this server among those on one database.
    server: String,
    watch: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { all: Mutex::default(), server: uuid::Uuid::now_v7().to_string(), watch: Mutex::default() }
    }
}

impl Jobs {
    /// Starts a job and gives it; the work goes on by itself.
    ///
    /// # Errors
    /// Nothing to do or too much; this person has one of the sort under way; too many are; it could not be kept.
    pub async fn start<F, W>(&self, app: Option<&App>, owner: UserId, plan: Plan, clock: fn() -> Instant, work: W) -> Result<Arc<Job>, Error>
    where
        W: FnOnce(Progress) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        if plan.lines.is_empty() {
            return Err(Refusal::new(code::JOB_EMPTY).into());
        }
        if plan.lines.len() > MOST {
            return Err(Refusal::new(code::JOB_LARGE).with("count", plan.lines.len()).with("most", MOST).into());
        }
        let mut plan = plan;
        let lines = std::mem::take(&mut plan.lines);
        let job = {
            let mut all = held(&self.all);
            let running = all.values().filter(|j| !j.finished()).count();
            if all.values().any(|j| !j.finished() && j.owner == owner && j.plan.kind == plan.kind) {
                return Err(Refusal::new(code::JOB_TWICE).with("title", &plan.title.0).with("title_en", &plan.title.1).into());
            }
            if running >= RUNNING {
                return Err(Refusal::new(code::JOB_BUSY).with("most", RUNNING).into());
            }
            // Ids begin with their time: the first finished one is the oldest.
            while all.len() >= KEPT
                && let Some(oldest) = all.iter().find(|(_, j)| j.finished()).map(|(id, _)| id.clone())
            {
                all.remove(&oldest);
            }
            let job = Arc::new(Job::new(uuid::Uuid::now_v7().to_string(), owner, plan, lines, clock()));
            all.insert(job.id.clone(), job.clone());
            job
        };
        if let Some(app) = app
            && let Err(error) = app.keep_job(&kept(&job), &self.server, clock()).await
        {
            held(&self.all).remove(&job.id);
            return Err(error);
        }
        tokio::spawn(work(Progress { job: job.clone(), app: app.cloned(), clock }));
        Ok(job)
    }
    /// A job, for whoever started it: one that is worked on here, or as it is kept.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn of(&self, app: &App, id: &str, owner: UserId) -> Result<Option<Arc<Job>>, Error> {
        if let Some(job) = self.here(id, owner) {
            return Ok(Some(job));
        }
        Ok(app.job(id, owner).await?.as_ref().and_then(Job::kept).map(Arc::new))
    }
    fn here(&self, id: &str, owner: UserId) -> Option<Arc<Job>> {
        held(&self.all).get(id).filter(|j| j.owner == owner && !j.parked.load(Ordering::Relaxed)).cloned()
    }
    /// The newest jobs of a person of a sort, at most so many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mine(&self, app: &App, owner: UserId, kind: &str, most: u64) -> Result<Vec<Arc<Job>>, Error> {
        let mut found = Vec::new();
        for id in app.jobs_of(owner, kind, most).await? {
            found.extend(self.of(app, &id, owner).await?);
        }
        Ok(found)
    }
    /// Asks a job of this person to stop, wherever it is worked on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stop(&self, app: &App, id: &str, owner: UserId, now: Instant) -> Result<Option<Arc<Job>>, Error> {
        let Some(job) = self.of(app, id, owner).await? else { return Ok(None) };
        job.stop();
        app.stop_job(id, now).await?;
        Ok(Some(job))
    }
    /// Takes over what was left by a server that is gone, and goes on with it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_over(&self, site: &Site, workers: &[(&'static str, Worker)], silent_since: Instant) -> Result<usize, Error> {
        let taken = site.app.take_over_jobs(&self.server, silent_since, site.now()).await?;
        for kept in &taken {
            let known = workers.iter().find(|(kind, _)| *kind == kept.kind);
            let (Some((_, worker)), Some(job)) = (known, Job::kept(kept)) else {
                tracing::warn!(job = %kept.id, kind = %kept.kind, "no work of this sort is known here");
                continue;
            };
            let job = Arc::new(job);
            held(&self.all).insert(job.id.clone(), job.clone());
            tokio::spawn(worker(site.clone(), Progress { job, app: Some(site.app.clone()), clock: site.clock }));
        }
        Ok(taken.len())
    }
    /// Goes on with what was left and looks after the jobs from now on: says that this server is alive, takes over what another one left,
    /// hears who asked for a stop elsewhere. `alone` on a database that serves one program: whatever is unfinished was left.
    pub fn look_after(&self, site: Site, workers: Vec<(&'static str, Worker)>, alone: bool) {
        let task = tokio::spawn(async move {
            let mut first = alone;
            loop {
                let now = site.now();
                let silent_since = if first { now + chrono::TimeDelta::seconds(1) } else { now - SILENT };
                if let Err(error) = site.jobs.take_over(&site, &workers, silent_since).await {
                    tracing::warn!("jobs that were left are not taken over: {error}");
                } else {
                    first = false;
                }
                tokio::time::sleep(BEAT).await;
                site.jobs.beat(&site).await;
            }
        });
        *held(&self.watch) = Some(task);
    }
    async fn beat(&self, site: &Site) {
        if held(&self.all).values().all(|j| j.finished()) {
            return;
        }
        match site.app.jobs_alive(&self.server, site.now()).await {
            Ok(asked) => held(&self.all).values().filter(|j| asked.contains(&j.id)).for_each(|j| j.stop()),
            Err(error) => tracing::warn!("the jobs of this server are not kept alive: {error}"),
        }
    }
    /// Waits until each job has ended the thing in hand and lets them go to whoever comes next: called when the server goes down, before the
    /// database is closed.
    pub async fn park_all(&self, app: Option<&App>, now: Instant) {
        if let Some(watch) = held(&self.watch).take() {
            watch.abort();
        }
        let running: Vec<Arc<Job>> = held(&self.all).values().filter(|j| !j.finished()).cloned().collect();
        for job in &running {
            job.parked.store(true, Ordering::Relaxed);
        }
        while running.iter().any(|j| !j.finished()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if let Some(app) = app
            && !running.is_empty()
            && let Err(error) = app.let_jobs_go(&self.server, now).await
        {
            tracing::warn!("jobs that go on after the restart wait for {} seconds first: {error}", SILENT.num_seconds());
        }
    }
}

fn kept(job: &Job) -> KeptJob {
    KeptJob {
        id: job.id.clone(),
        owner: job.owner,
        kind: job.plan.kind.clone(),
        plan: serde_json::to_string(&job.plan).unwrap_or_default(),
        started_at: job.started_at.to_rfc3339(),
        finished_at: None,
        stopping: false,
        lines: held(&job.state).lines.iter().map(written).collect(),
    }
}

/// The text of this language.
#[must_use]
pub fn told(said: &Said, lang: Lang) -> &str {
    lang.pick(&said.0, &said.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::{NaiveDate, shanghai};

    fn clock() -> Instant {
        NaiveDate::from_ymd_opt(2026, 3, 9).unwrap().and_hms_opt(8, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }
    fn person(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }
    fn plan(kind: &str, things: usize) -> Plan {
        Plan { kind: kind.to_owned(), lines: (0..things).map(|i| Line::new(format!("第{i}件"), "", i.to_string())).collect(), ..Plan::default() }
    }
    async fn ended(job: &Job) -> Standing {
        while !job.finished() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        job.standing(0)
    }
    fn code_of(answer: Result<Arc<Job>, Error>) -> &'static str {
        match answer.unwrap_err() {
            Error::Refused(why) => why[0].code(),
            other => panic!("{other:?}"),
        }
    }

    #[rocket::async_test]
    async fn each_thing_has_an_outcome_and_one_failure_does_not_stop_the_others() {
        let jobs = Jobs::default();
        let job = jobs
            .start(None, person(1), plan("issue", 5), clock, |progress| async move {
                for i in 0..5 {
                    progress.begin(i);
                    tokio::task::yield_now().await;
                    match i {
                        2 => progress.failed(i, Error::Fault("no ink".into())).await,
                        3 => progress.failed(i, Error::NotFound).await,
                        _ => progress.done(i, format!("N{i}"), ("好".into(), "good".into()), "").await,
                    }
                }
            })
            .await
            .unwrap();
        let end = ended(&job).await;
        assert_eq!((end.total, end.done, end.refused, end.left), (5, 3, 2, 0));
        assert_eq!(job.keys(), ["N0", "N1", "N4"]);
        let Outcome::Refused(why) = &end.lines[2].1.outcome else { panic!("{:?}", end.lines[2]) };
        assert_eq!(why[0].code, "FAULT");
        assert!(!why[0].view(Lang::Zh).text.contains("no ink"), "what is inside goes to the log");
        assert!(job.standing(end.change).lines.is_empty());
        assert_eq!(job.standing(end.change - 1).lines.len(), 0, "the last change was the end itself");
    }
    #[rocket::async_test]
    async fn a_job_is_seen_by_its_owner_only() {
        let jobs = Jobs::default();
        let job = jobs.start(None, person(1), plan("a", 1), clock, |_progress| async {}).await.unwrap();
        assert!(jobs.here(&job.id, person(1)).is_some() && jobs.here(&job.id, person(2)).is_none() && jobs.here("x", person(1)).is_none());
    }
    #[rocket::async_test]
    async fn what_is_kept_is_read_back_as_it_was() {
        let jobs = Jobs::default();
        let job = jobs
            .start(None, person(1), plan("a", 3), clock, |progress| async move {
                progress.done(0, "N0", ("好".into(), "good".into()), "/x").await;
                progress.failed(1, Error::NotFound).await;
            })
            .await
            .unwrap();
        ended(&job).await;
        let again = Job::kept(&KeptJob { finished_at: Some(clock().to_rfc3339()), ..kept(&job) }).unwrap();
        let (one, two) = (job.standing(0), again.standing(0));
        assert_eq!((one.total, one.done, one.refused, one.left, one.finished_at), (two.total, two.done, two.refused, two.left, two.finished_at));
        assert!(one.lines.iter().zip(&two.lines).all(|((_, a), (_, b))| (&a.name, &a.input, &a.key, &a.outcome) == (&b.name, &b.input, &b.key, &b.outcome)));
        assert!(Job::kept(&KeptJob { plan: "?".into(), ..kept(&job) }).is_none());
    }
    #[rocket::async_test]
    async fn what_was_not_reached_is_left_when_the_work_stops_or_panics() {
        let jobs = Jobs::default();
        let job = jobs
            .start(None, person(1), plan("a", 3), clock, |progress| async move {
                progress.done(0, "", Said::default(), "").await;
                progress.begin(1);
                panic!("on purpose");
            })
            .await
            .unwrap();
        let end = ended(&job).await;
        assert_eq!((end.done, end.left), (1, 2));

        let job = jobs
            .start(None, person(1), plan("a", 1000), clock, |progress| async move {
                for i in 0..1000 {
                    if progress.stopping() {
                        return;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                    progress.done(i, "", Said::default(), "").await;
                }
            })
            .await
            .unwrap();
        while job.standing(0).done < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        job.stop();
        let end = ended(&job).await;
        assert!(end.done >= 3 && end.left > 0 && end.done + end.left == 1000);
    }
    #[rocket::async_test]
    async fn the_number_of_jobs_is_bounded() {
        let jobs = Jobs::default();
        assert_eq!(code_of(jobs.start(None, person(1), plan("a", 0), clock, |_p| async {}).await), "JOB-EMPTY");
        assert_eq!(code_of(jobs.start(None, person(1), plan("a", MOST + 1), clock, |_p| async {}).await), "JOB-LARGE");
        let forever = |progress: Progress| async move {
            while !progress.stopping() {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        jobs.start(None, person(1), plan("a", 1), clock, forever).await.unwrap();
        assert_eq!(code_of(jobs.start(None, person(1), plan("a", 1), clock, forever).await), "JOB-TWICE");
        for n in 2..=RUNNING as u128 {
            jobs.start(None, person(n), plan("a", 1), clock, forever).await.unwrap();
        }
        assert_eq!(code_of(jobs.start(None, person(99), plan("a", 1), clock, forever).await), "JOB-BUSY");
        jobs.park_all(None, clock()).await;
        for n in 0..(KEPT as u128 + 30) {
            let job = jobs.start(None, person(n), plan("b", 1), clock, |_p| async {}).await.unwrap();
            ended(&job).await;
        }
        assert_eq!(held(&jobs.all).len(), KEPT);
        assert!(held(&jobs.all).values().all(|j| j.plan.kind == "b"), "the oldest went first");
    }
}
