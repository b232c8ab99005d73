//! 作业 long work that goes on while pages are served: a list of things done one after the other, each with its own outcome, shown
//! with a progress bar to whoever started it.
//!
//! A job lives in memory and its number is bounded. What it has done is done, each thing in a transaction of its own; after a
//! restart the page of the job is gone and whatever was left still waits where it waited before. The work is a plain future on the
//! runtime: nothing in it is raced against a clock, so that no database call is ever cut off in the middle. Stopping is asked for
//! and takes effect between two things.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rocket::tokio;
use shiyan_app::Error;
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Instant, Lang, Refusal};

use crate::failure::{Failure, code};

/// Chinese and English.
pub type Said = (String, String);

/// Jobs remembered altogether; the oldest finished one goes first.
const KEPT: usize = 100;
/// Jobs under way at once.
const RUNNING: usize = 8;
/// Things of one job.
pub const MOST: usize = 5_000;

/// What becomes of one thing.
#[derive(Debug, Clone, Default)]
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
    Refused(Vec<Refusal>),
    /// 未处理 the job was stopped or broke off before it came to this.
    Left,
}

/// One thing of a job.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// What people call it: a number, a name.
    pub name: String,
    /// Where it is; may be empty.
    pub href: String,
    /// Key for whoever works with the result, e.g. the number of the report that was issued; may be empty.
    pub key: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The change of the job that this line changed with last.
    changed: u64,
}

impl Line {
    /// A thing that waits.
    #[must_use]
    pub fn new(name: impl Into<String>, href: impl Into<String>) -> Self {
        Self { name: name.into(), href: href.into(), ..Self::default() }
    }
    /// Whether it changed after this change.
    #[must_use]
    pub fn newer_than(&self, change: u64) -> bool {
        self.changed > change
    }
}

/// 作业计划 what is to be done, and what its page says.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Sort of the work; one person has one of a sort under way.
    pub kind: &'static str,
    /// 标题
    pub title: Said,
    /// What has happened and what has not, should the program be started anew meanwhile.
    pub after_restart: Said,
    /// Where the work came from: word and address.
    pub back: (Said, String),
    /// What the result can be used for once it is there: word and address; `{id}` stands for the job.
    pub then: Vec<(Said, String)>,
    /// The things.
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
    state: Mutex<State>,
    clock: fn() -> Instant,
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

impl Job {
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
    fn set(&self, index: usize, key: Option<String>, outcome: Outcome) {
        let mut state = held(&self.state);
        state.change += 1;
        let change = state.change;
        if let Some(line) = state.lines.get_mut(index) {
            line.outcome = outcome;
            line.changed = change;
            if let Some(key) = key {
                line.key = key;
            }
        }
    }
    /// Ends it: what has no outcome was left.
    fn end(&self) {
        let now = (self.clock)();
        let mut state = held(&self.state);
        state.change += 1;
        let change = state.change;
        for line in state.lines.iter_mut().filter(|l| matches!(l.outcome, Outcome::Waiting | Outcome::Working)) {
            line.outcome = Outcome::Left;
            line.changed = change;
        }
        state.finished_at = Some(now);
    }
}

/// 进度 the hand with which the work reports; when it is dropped, by the end of the work or by a panic in it, the job has ended.
#[derive(Debug)]
pub struct Progress {
    job: Arc<Job>,
}

impl Progress {
    /// Whether the work is to stop before the next thing.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.job.stopping()
    }
    /// This one is in hand.
    pub fn begin(&self, index: usize) {
        self.job.set(index, None, Outcome::Working);
    }
    /// This one is done.
    pub fn done(&self, index: usize, key: impl Into<String>, note: Said, href: impl Into<String>) {
        self.job.set(index, Some(key.into()), Outcome::Done { note, href: href.into() });
    }
    /// This one is not done, and why; a fault goes to the log under the number that the line shows.
    pub fn failed(&self, index: usize, error: Error) {
        let (_, why) = Failure::from(error).parts();
        self.job.set(index, None, Outcome::Refused(why));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.job.end();
    }
}

/// The jobs of this process.
#[derive(Debug, Default)]
pub struct Jobs {
    all: Mutex<BTreeMap<String, Arc<Job>>>,
}

impl Jobs {
    /// Starts a job and gives it; the work goes on by itself.
    ///
    /// # Errors
    /// Nothing to do or too much; this person has one of the sort under way; too many are.
    pub fn start<F, W>(&self, owner: UserId, plan: Plan, clock: fn() -> Instant, work: W) -> Result<Arc<Job>, Refusal>
    where
        W: FnOnce(Progress) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        if plan.lines.is_empty() {
            return Err(Refusal::new(code::JOB_EMPTY));
        }
        if plan.lines.len() > MOST {
            return Err(Refusal::new(code::JOB_LARGE).with("count", plan.lines.len()).with("most", MOST));
        }
        let mut plan = plan;
        let lines = std::mem::take(&mut plan.lines);
        let job = {
            let mut all = held(&self.all);
            let running = all.values().filter(|j| !j.finished()).count();
            if all.values().any(|j| !j.finished() && j.owner == owner && j.plan.kind == plan.kind) {
                return Err(Refusal::new(code::JOB_TWICE).with("title", &plan.title.0).with("title_en", &plan.title.1));
            }
            if running >= RUNNING {
                return Err(Refusal::new(code::JOB_BUSY).with("most", RUNNING));
            }
            // Ids begin with their time: the first finished one is the oldest.
            while all.len() >= KEPT
                && let Some(oldest) = all.iter().find(|(_, j)| j.finished()).map(|(id, _)| id.clone())
            {
                all.remove(&oldest);
            }
            let state = Mutex::new(State { lines, ..State::default() });
            let job = Arc::new(Job { id: uuid::Uuid::now_v7().to_string(), owner, started_at: clock(), plan, stop: AtomicBool::new(false), state, clock });
            all.insert(job.id.clone(), job.clone());
            job
        };
        tokio::spawn(work(Progress { job: job.clone() }));
        Ok(job)
    }
    /// A job, for whoever started it.
    #[must_use]
    pub fn of(&self, id: &str, owner: UserId) -> Option<Arc<Job>> {
        held(&self.all).get(id).filter(|j| j.owner == owner).cloned()
    }
    /// The jobs of a person, newest first.
    #[must_use]
    pub fn mine(&self, owner: UserId) -> Vec<Arc<Job>> {
        held(&self.all).values().rev().filter(|j| j.owner == owner).cloned().collect()
    }
    /// Asks every job to stop and waits until each has ended the thing in hand: called when the server goes down, before the
    /// database is closed.
    pub async fn stop_all(&self) {
        let running: Vec<Arc<Job>> = held(&self.all).values().filter(|j| !j.finished()).cloned().collect();
        for job in &running {
            job.stop();
        }
        while running.iter().any(|j| !j.finished()) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
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
    fn plan(kind: &'static str, things: usize) -> Plan {
        Plan { kind, lines: (0..things).map(|i| Line::new(format!("第{i}件"), "")).collect(), ..Plan::default() }
    }
    async fn ended(job: &Job) -> Standing {
        while !job.finished() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        job.standing(0)
    }
    fn code_of(answer: Result<Arc<Job>, Refusal>) -> &'static str {
        answer.unwrap_err().code()
    }

    #[rocket::async_test]
    async fn each_thing_has_an_outcome_and_one_failure_does_not_stop_the_others() {
        let jobs = Jobs::default();
        let job = jobs
            .start(person(1), plan("issue", 5), clock, |progress| async move {
                for i in 0..5 {
                    progress.begin(i);
                    tokio::task::yield_now().await;
                    match i {
                        2 => progress.failed(i, Error::Fault("no ink".into())),
                        3 => progress.failed(i, Error::NotFound),
                        _ => progress.done(i, format!("N{i}"), ("好".into(), "good".into()), ""),
                    }
                }
            })
            .unwrap();
        let end = ended(&job).await;
        assert_eq!((end.total, end.done, end.refused, end.left), (5, 3, 2, 0));
        assert_eq!(job.keys(), ["N0", "N1", "N4"]);
        let Outcome::Refused(why) = &end.lines[2].1.outcome else { panic!("{:?}", end.lines[2]) };
        assert_eq!(why[0].code(), "FAULT");
        assert!(!why[0].what(Lang::Zh).contains("no ink"), "what is inside goes to the log");
        assert!(job.standing(end.change).lines.is_empty());
        assert_eq!(job.standing(end.change - 1).lines.len(), 0, "the last change was the end itself");
    }
    #[rocket::async_test]
    async fn a_job_is_seen_by_its_owner_only() {
        let jobs = Jobs::default();
        let job = jobs.start(person(1), plan("a", 1), clock, |_progress| async {}).unwrap();
        assert!(jobs.of(&job.id, person(1)).is_some() && jobs.of(&job.id, person(2)).is_none() && jobs.of("x", person(1)).is_none());
        assert_eq!((jobs.mine(person(1)).len(), jobs.mine(person(2)).len()), (1, 0));
    }
    #[rocket::async_test]
    async fn what_was_not_reached_is_left_when_the_work_stops_or_panics() {
        let jobs = Jobs::default();
        let job = jobs
            .start(person(1), plan("a", 3), clock, |progress| async move {
                progress.done(0, "", Said::default(), "");
                progress.begin(1);
                panic!("on purpose");
            })
            .unwrap();
        let end = ended(&job).await;
        assert_eq!((end.done, end.left), (1, 2));

        let job = jobs
            .start(person(1), plan("a", 1000), clock, |progress| async move {
                for i in 0..1000 {
                    if progress.stopping() {
                        return;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                    progress.done(i, "", Said::default(), "");
                }
            })
            .unwrap();
        while job.standing(0).done < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        jobs.stop_all().await;
        let end = job.standing(0);
        assert!(end.finished_at.is_some() && end.done >= 3 && end.left > 0 && end.done + end.left == 1000);
    }
    #[rocket::async_test]
    async fn the_number_of_jobs_is_bounded() {
        let jobs = Jobs::default();
        assert_eq!(code_of(jobs.start(person(1), plan("a", 0), clock, |_p| async {})), "JOB-EMPTY");
        assert_eq!(code_of(jobs.start(person(1), plan("a", MOST + 1), clock, |_p| async {})), "JOB-LARGE");
        let forever = |progress: Progress| async move {
            while !progress.stopping() {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        jobs.start(person(1), plan("a", 1), clock, forever).unwrap();
        assert_eq!(code_of(jobs.start(person(1), plan("a", 1), clock, forever)), "JOB-TWICE");
        for n in 2..=RUNNING as u128 {
            jobs.start(person(n), plan("a", 1), clock, forever).unwrap();
        }
        assert_eq!(code_of(jobs.start(person(99), plan("a", 1), clock, forever)), "JOB-BUSY");
        jobs.stop_all().await;
        for n in 0..(KEPT as u128 + 30) {
            let job = jobs.start(person(n), plan("b", 1), clock, |_p| async {}).unwrap();
            ended(&job).await;
        }
        assert_eq!(held(&jobs.all).len(), KEPT);
        assert!(jobs.mine(person(1)).iter().all(|j| j.plan.kind == "b") || jobs.mine(person(1)).is_empty(), "the oldest went first");
    }
}
