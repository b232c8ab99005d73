//! 随账 the ledger of figures, kept up with the journal: what was committed since is looked up by its subjects and told again, whichever server wrote it.
//! It is never the truth: a ledger that does not stand on an entry of this journal is thrown away and read anew.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate};
use shiyan_foundation::ids::{CaseId, SampleId};
use shiyan_foundation::{Instant, Scope, WorkCalendar};
use shiyan_indicators::ledger::Batch;
use shiyan_indicators::{Asked, BatchFact, CaseKpis, ItemFact, Kept, KpiScope, Kpis, Ledger, ServiceFact, Sought, Whose, kpis_with};
use shiyan_rapid_test::Point;
use shiyan_sampling_plan::Plan;
use shiyan_store::figures::facts::{plan_numbers, rapid_plan_facts};
use shiyan_store::figures::touched::Touched;
use shiyan_store::{Error, Head};

use crate::App;

/// Entries that are followed one by one; a ledger that lies further behind is read anew.
const MOST: u64 = 20_000;
/// Entries that are followed while somebody waits for a list.
const NEAR: i64 = 500;
/// How often the ledger is kept for the next start.
const KEPT_EVERY: Duration = Duration::from_secs(30);
/// Days after the first that are read at a time when everything is read anew.
const DAYS: Days = Days::new(6);
/// How often the journal is asked whether it went on meanwhile, before what was read is taken as it is.
const ROUNDS: usize = 5;

/// What one process keeps.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// The entry on which the ledger stands; `None` before it was read.
    head: Option<Head>,
    pub(crate) ledger: Ledger,
    plans: BTreeMap<i32, Plan>,
    points: Vec<Point>,
    /// How often the plans or the points changed.
    changed: u64,
    /// For what the plans were put in, and after what.
    planned: Vec<(Asked, Planned)>,
    /// What was said of cases last, and for what.
    of_cases: Mutex<Vec<(OfCases, CaseKpis<u64>)>>,
}

/// After how many batches were told, and how many changes of the plans, the lines of the plan were filled.
type Planned = (u64, u64);

/// For what something is said of cases: for whom, by which scope, and after how many were told.
type OfCases = (Asked, KpiScope, u64);

/// Answers about cases that are kept.
const OF_CASES: usize = 8;

/// 随账
#[derive(Debug, Clone, Default)]
pub(crate) struct Following(Arc<Inner>);

/// As long as it is held the ledger is told nothing.
pub(crate) type Still = tokio::sync::OwnedRwLockReadGuard<()>;

#[derive(Debug, Default)]
struct Inner {
    /// One tells what changed, alone; whoever counts meanwhile is waited for, and waits, so that nobody counts a ledger that was told by half.
    turn: Arc<tokio::sync::RwLock<()>>,
    held: RwLock<Held>,
    /// Whether this process has looked for what another one kept: only the first one to come does.
    asked_archive: AtomicBool,
}

impl Following {
    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.0.held.write().unwrap_or_else(PoisonError::into_inner)
    }
    fn stands_on(&self, head: &Head) -> bool {
        self.read().head.as_ref() == Some(head)
    }
    /// How many batches a list holds.
    pub(super) fn listed(&self, sought: &Sought) -> u64 {
        self.read().ledger.listed(sought)
    }
    /// The ledger with what is asked for made ready, the plans of its year included.
    pub(crate) fn ready(&self, asked: &Asked, user: &Scope) -> RwLockReadGuard<'_, Held> {
        loop {
            let held = self.read();
            if held.is_planned(asked) {
                return held;
            }
            drop(held);
            self.make_ready(asked, user);
        }
    }
    fn make_ready(&self, asked: &Asked, user: &Scope) {
        let mut held = self.write();
        if held.is_planned(asked) {
            return;
        }
        let Held { ledger, plans, points, .. } = &mut *held;
        ledger.ready(asked);
        set_plans(ledger, asked, user, plans.get(&asked.last.year()), points);
        let now = held.plan_state();
        held.planned.retain(|(a, at)| a != asked && *at == now);
        held.planned.push((asked.clone(), now));
    }
}

/// Puts the plan of the year that is asked for beside its cells, filled from them.
pub(super) fn set_plans(ledger: &mut Ledger, asked: &Asked, user: &Scope, plan: Option<&Plan>, points: &[Point]) {
    let within = |p: &&Point| match user {
        Scope::District => true,
        Scope::Streets(streets) => streets.contains(&p.street),
        Scope::Point(point) => p.id == *point,
        Scope::Lab(_) => false,
    };
    let points: Vec<Point> = points.iter().filter(within).cloned().collect();
    let plan = match (plan, ledger.sets(asked)) {
        (Some(plan), Some(sets)) => plan_numbers(plan, sets.batches(Kept::Plan), asked.day.as_of, user),
        _ => Vec::new(),
    };
    ledger.set_plans(asked, plan, rapid_plan_facts(&points, asked.last.year()));
}

impl Held {
    fn plan_state(&self) -> Planned {
        (self.ledger.told_batches(), self.changed)
    }
    /// Whether the cells are there, with the plan filled from them.
    fn is_planned(&self, asked: &Asked) -> bool {
        let now = self.plan_state();
        self.planned.iter().any(|(a, at)| a == asked && *at == now) && self.ledger.sets(asked).is_some()
    }
    /// The entry on which the ledger stands.
    pub(crate) fn seq(&self) -> i64 {
        self.head.as_ref().map_or(0, |h| h.seq)
    }
    /// All figures of what was made ready; what is said of cases is counted anew only after one of them changed.
    pub(crate) fn kpis(&self, asked: &Asked, scope: &KpiScope, at: Instant, calendar: &WorkCalendar) -> Option<Kpis<u64>> {
        let sets = self.ledger.sets(asked)?;
        let key = (asked.clone(), scope.clone(), self.ledger.told_cases());
        let mut kept = self.of_cases.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(k, _)| *k == key).map(|(_, of_cases)| of_cases.clone());
        let of_cases = found.unwrap_or_else(|| {
            let counted = CaseKpis::of(sets.facts, scope, asked.day.as_of);
            kept.retain(|((a, s, _), _)| (a, s) != (asked, scope));
            kept.truncate(OF_CASES - 1);
            kept.insert(0, (key, counted.clone()));
            counted
        });
        drop(kept);
        Some(kpis_with(&sets, scope, at, calendar, of_cases))
    }
    /// The plan of a year.
    pub(crate) fn plan(&self, year: i32) -> Option<&Plan> {
        self.plans.get(&year)
    }
}

fn failing_of(items: Vec<ItemFact>) -> HashMap<SampleId, Vec<ItemFact>> {
    let mut out: HashMap<SampleId, Vec<ItemFact>> = HashMap::new();
    for item in items {
        out.entry(item.sample_id).or_default().push(item);
    }
    out
}

impl App {
    /// Brings the ledger up to the last commit, and keeps it there while the answer is held.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn catch_up(&self) -> Result<Still, Error> {
        let turn = &self.following.0.turn;
        let still = turn.clone().read_owned().await;
        if self.following.stands_on(&self.store.head().await?) {
            return Ok(still);
        }
        drop(still);
        let alone = turn.clone().write_owned().await;
        self.follow_journal().await?;
        Ok(alone.downgrade())
    }
    /// Tells the ledger what was committed since; only one does at a time.
    async fn follow_journal(&self) -> Result<(), Error> {
        let following = &self.following;
        if following.read().head.is_none() && !following.0.asked_archive.swap(true, Ordering::Relaxed) {
            self.take_kept().await?;
        }
        for _ in 0..ROUNDS {
            let head = self.store.head().await?;
            if following.stands_on(&head) {
                break;
            }
            let stood = following.read().head.clone();
            let touched = match &stood {
                Some(stood) => self.store.touched_since(stood, MOST).await?,
                None => None,
            };
            match touched.filter(|t| !t.streets && (following.read().ledger.told() as u64) < MOST * 10) {
                Some(touched) => self.tell(&touched, head).await?,
                None => self.read_anew(head).await?,
            }
        }
        Ok(())
    }
    /// Begins with what another run of the program kept, when it is there; the journal tells what came after.
    async fn take_kept(&self) -> Result<(), Error> {
        let Some(archive) = self.archive.clone() else { return Ok(()) };
        let read = tokio::task::spawn_blocking(move || archive.ledger()).await.map_err(|e| Error::Fault(e.to_string()))?;
        let Some((head, ledger)) = read else { return Ok(()) };
        // what cannot be told from there is read anew anyway
        if self.store.touched_since(&head, MOST).await?.is_none() {
            return Ok(());
        }
        let plans = self.plans().await?.into_iter().map(|p| (p.year, p)).collect();
        let points = self.store.points(&Scope::District).await?;
        *self.following.write() = Held { head: Some(head), ledger, plans, points, ..Held::default() };
        Ok(())
    }
    /// 存档 keeps the ledger for the next run, as far as it changed: its cells, and everything from time to time or when `whole` says so. A process that keeps
    /// none, or has not read any facts, does nothing.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn keep_ledger(&self, whole: bool) -> Result<(), Error> {
        let Some(archive) = self.archive.clone() else { return Ok(()) };
        // nobody tells it anything meanwhile
        let still = self.following.0.turn.clone().read_owned().await;
        let following = self.following.clone();
        let kept = tokio::task::spawn_blocking(move || {
            let _still = still;
            let held = following.read();
            held.head.as_ref().map_or(Ok(()), |head| archive.keep(head, &held.ledger, whole))
        });
        kept.await.map_err(|e| Error::Fault(e.to_string()))?.map_err(|e| Error::Fault(e.to_string()))
    }
    /// Follows the journal and keeps the ledger by turns, for as long as the program serves; what cannot be kept is said and tried again.
    pub fn keep_ledger_by_turns(&self) -> tokio::task::JoinHandle<()> {
        let app = self.clone();
        tokio::spawn(async move {
            while app.archive.is_some() {
                let kept = match app.catch_up().await {
                    Ok(still) => {
                        drop(still);
                        app.keep_ledger(false).await
                    }
                    Err(error) => Err(error),
                };
                if let Err(error) = kept {
                    tracing::warn!("the ledger of figures was not kept for the next start: {error}");
                }
                tokio::time::sleep(KEPT_EVERY).await;
            }
        })
    }
    /// Whether this process has the ledger and little was committed since it was told last: nobody who looks at a list waits for more.
    pub(super) async fn has_ledger(&self) -> Result<bool, Error> {
        let Some(seq) = self.following.read().head.as_ref().map(|h| h.seq) else { return Ok(false) };
        Ok((0..=NEAR).contains(&(self.store.head().await?.seq - seq)))
    }
    /// Whether this process may count from cells that another one kept: it has read no facts itself yet.
    pub(super) fn begins_with_kept(&self) -> bool {
        self.archive.is_some() && self.following.read().head.is_none()
    }
    /// Cells that another run of the program kept on the present entry, to count from; `None` where this process has a ledger of its own.
    pub(super) async fn kept_cells(&self, asked: &Asked, user: &Scope) -> Result<Option<(Ledger, i64)>, Error> {
        let Some(archive) = self.archive.clone().filter(|_| self.begins_with_kept()) else { return Ok(None) };
        let head = self.store.head().await?;
        let (of, seq) = (asked.clone(), head.seq);
        let read = tokio::task::spawn_blocking(move || archive.cells(&head, &of)).await.map_err(|e| Error::Fault(e.to_string()))?;
        let Some(mut ledger) = read else { return Ok(None) };
        let (plan, points) = (self.store.plan_of_year(asked.last.year()).await?, self.store.points(&Scope::District).await?);
        set_plans(&mut ledger, asked, user, plan.as_ref(), &points);
        Ok(Some((ledger, seq)))
    }
    /// Tells the ledger again what changed.
    async fn tell(&self, touched: &Touched, head: Head) -> Result<(), Error> {
        let samples: Vec<SampleId> = touched.samples.iter().copied().collect();
        let (batches, failing) = self.batches_now(&samples).await?;
        let readings: Vec<_> = touched.readings.iter().copied().collect();
        let read = self.store.readings_of(&readings).await?;
        let cases: Vec<CaseId> = touched.cases.iter().copied().collect();
        let case_facts = self.store.cases_beside_samples(Some(&cases)).await?;
        let mut services: HashMap<CaseId, Vec<ServiceFact>> = HashMap::new();
        for (_, service) in self.store.services_beside_samples(Some(&cases)).await? {
            services.entry(service.case_id).or_default().push(service);
        }
        let plans = if touched.plans { Some(self.plans().await?) } else { None };
        let points = if touched.points { Some(self.store.points(&Scope::District).await?) } else { None };

        let again = {
            let mut held = self.following.write();
            // told by half it stands on no entry; what fails on the way is read anew
            held.head = None;
            let again = tell_batches(&mut held.ledger, &samples, batches, failing);
            for id in readings {
                held.ledger.set_reading(id, read.iter().find(|r| r.reading_id == id));
            }
            for (sample, case) in case_facts {
                let services = services.remove(&case.case_id).unwrap_or_default();
                held.ledger.set_case(sample, case, services);
            }
            held.changed += u64::from(plans.is_some() || points.is_some());
            if let Some(plans) = plans {
                held.plans = plans.into_iter().map(|p| (p.year, p)).collect();
            }
            if let Some(points) = points {
                held.points = points;
            }
            again
        };
        // those that share a number since are told again, with their number in full
        let (batches, failing) = self.batches_now(&again).await?;
        let mut held = self.following.write();
        tell_batches(&mut held.ledger, &again, batches, failing);
        held.head = Some(head);
        Ok(())
    }
    async fn batches_now(&self, ids: &[SampleId]) -> Result<(Vec<BatchFact>, Vec<ItemFact>), Error> {
        if ids.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let bodies = self.store.street_bodies().await?;
        Ok((self.store.batches_of(ids, &bodies).await?, self.store.failing_items_of(ids).await?))
    }
    /// Reads everything anew, some days at a time, so that no more than those stand in memory twice.
    async fn read_anew(&self, head: Head) -> Result<(), Error> {
        // what stood before is worth nothing any more, and takes the room of what comes
        *self.following.write() = Held::default();
        let mut ledger = Ledger::default();
        let bodies = self.store.street_bodies().await?;
        let (batches, readings) = self.store.most_facts().await?;
        ledger.reserve(batches, readings);
        ledger.extend(&[], &self.store.failing_items().await?, &[]);
        if let Some((first, last)) = self.store.days_of_facts().await? {
            let mut from = first;
            while from <= last {
                let to = from.checked_add_days(DAYS).unwrap_or(NaiveDate::MAX);
                ledger.extend(&self.store.batches_between(from, to, &bodies).await?, &[], &[]);
                ledger.extend(&[], &[], &self.store.rapid_facts(from, to, &Scope::District).await?);
                let Some(next) = to.succ_opt() else { break };
                from = next;
            }
        }
        let again = ledger.settle();
        let (batches, failing) = self.batches_now(&again).await?;
        tell_batches(&mut ledger, &again, batches, failing);
        ledger.set_cases(self.store.cases_beside_samples(None).await?, self.store.services_beside_samples(None).await?);
        let plans = self.plans().await?.into_iter().map(|p| (p.year, p)).collect();
        let points = self.store.points(&Scope::District).await?;
        *self.following.write() = Held { head: Some(head), ledger, plans, points, ..Held::default() };
        Ok(())
    }
    /// Whose facts a person sees, in the words of the ledger.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn whose(&self, user: &Scope) -> Result<Whose, Error> {
        Ok(match user {
            Scope::District => Whose::All,
            Scope::Streets(streets) => Whose::Streets(streets.clone()),
            Scope::Point(point) => Whose::Point(*point),
            Scope::Lab(id) => Whose::Lab(self.laboratories().await?.into_iter().find(|l| l.id == *id).map_or_else(String::new, |l| l.name)),
        })
    }
}

/// Tells the ledger how samples stand now; those without a fact are no batches (any more).
fn tell_batches(ledger: &mut Ledger, ids: &[SampleId], batches: Vec<BatchFact>, failing: Vec<ItemFact>) -> Vec<SampleId> {
    let mut facts: HashMap<SampleId, BatchFact> = batches.into_iter().map(|b| (b.sample_id, b)).collect();
    let mut failing = failing_of(failing);
    let mut again = Vec::new();
    for id in ids {
        let now = facts.remove(id).map(|fact| Batch { fact, failing: failing.remove(id).unwrap_or_default() });
        again.extend(ledger.set_batch(*id, now));
    }
    again
}
