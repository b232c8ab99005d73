//! 重活 work that keeps a processor busy: figures of a year, PDFs, tables to take away, files to be read in. It waits for its turn, so that
//! whoever asks for two hundred reports at once neither fills the memory nor makes anybody else wait.
//!
//! There are three lanes, each with its own few turns. A turn is given to one person after the other in a circle, however many each has
//! asked for; one person has one turn and two more requests waiting in a lane, and is told to come back for more. A turn ends when it is
//! dropped: by the end of the work, by its failure, or by a panic in it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rocket::http::Status;
use rocket::tokio::sync::{Notify, oneshot};
use shiyan_app::Error;
use shiyan_foundation::Refusal;
use shiyan_foundation::ids::UserId;

use crate::failure::{Failure, code};

/// 队列 the sorts of heavy work; each waits for its own kind only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// 指标页 a page or answer that counts a year or searches everything.
    Figures,
    /// 文件 something typeset, exported or read in.
    Papers,
    /// 打包下载 an archive sent while it is made; its turn lasts as long as the download.
    Bundles,
}

/// How much at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    /// Turns of everybody.
    running: usize,
    /// Requests of one person that wait beside the one that has its turn.
    waiting: usize,
    /// Requests of everybody that wait.
    all_waiting: usize,
    /// 秒 after which it is worth while to ask again.
    again: u32,
}

/// Requests that wait in a lane, of everybody together.
const ALL_WAITING: usize = 64;
/// Downloads of archives at once: they wait for the network, not for a processor.
const BUNDLES: usize = 4;

#[derive(Debug, Default)]
struct Person {
    running: usize,
    queue: VecDeque<oneshot::Sender<Turn>>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    people: HashMap<UserId, Person>,
    /// People with somebody waiting, in the order of their next turn.
    circle: VecDeque<UserId>,
    closed: bool,
}

#[derive(Debug)]
struct Queue {
    bounds: Bounds,
    state: Mutex<State>,
    freed: Notify,
}

/// 轮次 the right to work now; dropping it gives it to the next.
#[derive(Debug)]
pub struct Turn {
    queue: Arc<Queue>,
    person: UserId,
    /// Not yet handed over: nothing to give back.
    held: bool,
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.held {
            self.queue.release(self.person);
        }
    }
}

impl Queue {
    fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self { bounds, state: Mutex::default(), freed: Notify::new() })
    }
    /// Whoever panicked held the lock for counting only.
    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn too_many(&self) -> Failure {
        let refusal = Refusal::new(code::HEAVY_MINE).with("most", self.bounds.waiting + 1).with("seconds", self.bounds.again);
        Failure::With(Status::TooManyRequests, refusal)
    }
    fn busy(&self) -> Failure {
        Failure::With(Status::ServiceUnavailable, Refusal::new(code::HEAVY_BUSY).with("seconds", self.bounds.again))
    }
    /// A turn now, or a place in the queue. `bounded` is false for the work of a job, whose number is bounded elsewhere.
    fn ask(self: &Arc<Self>, person: UserId, bounded: bool) -> Result<Result<Turn, oneshot::Receiver<Turn>>, Failure> {
        let mut state = self.held();
        if state.closed {
            return Err(self.busy());
        }
        state.forget_the_gone();
        let mine = state.people.entry(person).or_default();
        let (running, queued) = (mine.running, mine.queue.len());
        if running == 0 && queued == 0 && state.circle.is_empty() && state.running < self.bounds.running {
            state.begin(person);
            return Ok(Ok(Turn { queue: self.clone(), person, held: true }));
        }
        if bounded && running + queued > self.bounds.waiting {
            return Err(self.too_many());
        }
        if bounded && state.waiting() >= self.bounds.all_waiting {
            state.tidy(person);
            return Err(self.busy());
        }
        let (give, take) = oneshot::channel();
        state.people.entry(person).or_default().queue.push_back(give);
        if !state.circle.contains(&person) {
            state.circle.push_back(person);
        }
        self.hand_out(&mut state);
        Ok(Err(take))
    }
    fn release(self: &Arc<Self>, person: UserId) {
        let mut state = self.held();
        state.running -= 1;
        if let Some(mine) = state.people.get_mut(&person) {
            mine.running -= 1;
        }
        state.tidy(person);
        self.hand_out(&mut state);
        drop(state);
        self.freed.notify_waiters();
    }
    /// Gives what is free to the next people of the circle who have no turn.
    fn hand_out(self: &Arc<Self>, state: &mut State) {
        while state.running < self.bounds.running {
            let next = state.circle.iter().position(|p| state.people.get(p).is_some_and(|mine| mine.running == 0));
            let Some(person) = next.and_then(|at| state.circle.remove(at)) else { return };
            let Some(give) = state.people.get_mut(&person).and_then(|mine| mine.queue.pop_front()) else { continue };
            if state.people.get(&person).is_some_and(|mine| !mine.queue.is_empty()) {
                state.circle.push_back(person);
            }
            match give.send(Turn { queue: self.clone(), person, held: true }) {
                Ok(()) => state.begin(person),
                // Whoever waited has gone: the turn was never theirs.
                Err(mut turn) => {
                    turn.held = false;
                    state.tidy(person);
                }
            }
        }
    }
    /// Refuses everybody from now on and waits until nobody works.
    async fn close(&self) {
        {
            let mut state = self.held();
            state.closed = true;
            state.circle.clear();
            // Dropping the other end tells those who wait.
            state.people.values_mut().for_each(|mine| mine.queue.clear());
        }
        loop {
            let freed = self.freed.notified();
            if self.held().running == 0 {
                return;
            }
            freed.await;
        }
    }
}

impl State {
    fn begin(&mut self, person: UserId) {
        self.running += 1;
        self.people.entry(person).or_default().running += 1;
    }
    fn waiting(&self) -> usize {
        self.people.values().map(|p| p.queue.len()).sum()
    }
    /// Requests whose asker has gone no longer take a place.
    fn forget_the_gone(&mut self) {
        for mine in self.people.values_mut() {
            mine.queue.retain(|give| !give.is_closed());
        }
        let people = &mut self.people;
        self.circle.retain(|p| people.get(p).is_some_and(|mine| !mine.queue.is_empty()));
        people.retain(|_, mine| mine.running > 0 || !mine.queue.is_empty());
    }
    fn tidy(&mut self, person: UserId) {
        if self.people.get(&person).is_some_and(|mine| mine.running == 0 && mine.queue.is_empty()) {
            self.people.remove(&person);
        }
    }
}

/// 重活 the lanes of this process.
#[derive(Debug)]
pub struct Heavy {
    figures: Arc<Queue>,
    papers: Arc<Queue>,
    bundles: Arc<Queue>,
}

impl Default for Heavy {
    /// One turn a lane for every two processors.
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, |n| n.get() / 2))
    }
}

impl Heavy {
    /// So many turns in each lane, one at least.
    #[must_use]
    pub fn new(turns: usize) -> Self {
        let running = turns.max(1);
        let bounds = Bounds { running, waiting: 2, all_waiting: ALL_WAITING, again: 2 };
        Self {
            figures: Queue::new(bounds),
            papers: Queue::new(Bounds { again: 5, ..bounds }),
            bundles: Queue::new(Bounds { running: BUNDLES, waiting: 0, again: 30, ..bounds }),
        }
    }
    fn lane(&self, lane: Lane) -> &Arc<Queue> {
        match lane {
            Lane::Figures => &self.figures,
            Lane::Papers => &self.papers,
            Lane::Bundles => &self.bundles,
        }
    }
    /// Waits for the turn of this person. To be held as long as the work goes on.
    ///
    /// # Errors
    /// 429 when this person has as much under way as one may have; 503 when everybody together has, or the server is going down.
    pub async fn turn(&self, person: UserId, lane: Lane) -> Result<Turn, Failure> {
        let queue = self.lane(lane);
        match queue.ask(person, true)? {
            Ok(turn) => Ok(turn),
            Err(take) => take.await.map_err(|_| queue.busy()),
        }
    }
    /// The same for the work of a job: it waits as long as it takes; the number of jobs is bounded where they are started.
    ///
    /// # Errors
    /// The server is going down.
    pub async fn turn_of_job(&self, person: UserId, lane: Lane) -> Result<Turn, Error> {
        let queue = self.lane(lane);
        let down = || Error::Away(Refusal::new(code::HEAVY_BUSY).with("seconds", queue.bounds.again));
        match queue.ask(person, false).map_err(|_| down())? {
            Ok(turn) => Ok(turn),
            Err(take) => take.await.map_err(|_| down()),
        }
    }
    /// Called when the server goes down, before the database is closed: what is being worked on ends, what waits is refused.
    pub async fn close(&self) {
        for queue in [&self.figures, &self.papers, &self.bundles] {
            queue.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocket::tokio;
    use rocket::tokio::task::JoinSet;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    fn person(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }
    fn status(failure: &Failure) -> u16 {
        match failure {
            Failure::With(status, refusal) => {
                assert!(refusal.facts["seconds"].parse::<u32>().unwrap() > 0);
                status.code
            }
            other => panic!("{other:?}"),
        }
    }

    #[rocket::async_test]
    async fn one_person_works_once_and_waits_twice_and_is_told_when_to_come_back() {
        let heavy = Arc::new(Heavy::new(1));
        let (most, now, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut all = JoinSet::new();
        for _ in 0..200 {
            let (heavy, most, now, done) = (heavy.clone(), most.clone(), now.clone(), done.clone());
            all.spawn(async move {
                let turn = heavy.turn(person(1), Lane::Figures).await?;
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
                drop(turn);
                Ok::<(), Failure>(())
            });
        }
        let mut refused = 0;
        while let Some(one) = all.join_next().await {
            if let Err(failure) = one.unwrap() {
                assert_eq!(status(&failure), 429);
                refused += 1;
            }
        }
        assert_eq!((most.load(Ordering::SeqCst), done.load(Ordering::SeqCst), refused), (1, 3, 197));
        // Afterwards nothing is left behind.
        assert!(heavy.figures.held().people.is_empty() && heavy.figures.held().running == 0);
        heavy.turn(person(1), Lane::Figures).await.unwrap();
    }

    #[rocket::async_test]
    async fn people_take_turns_however_many_each_has_waiting() {
        let heavy = Arc::new(Heavy::new(1));
        let first = heavy.turn(person(9), Lane::Papers).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut all = JoinSet::new();
        for (who, times) in [(1, 3), (2, 1), (3, 2)] {
            for _ in 0..times {
                let (heavy, order) = (heavy.clone(), order.clone());
                all.spawn(async move {
                    let turn = heavy.turn(person(who), Lane::Papers).await.unwrap();
                    order.lock().unwrap().push(who);
                    tokio::task::yield_now().await;
                    drop(turn);
                });
                // The queue is as long as it was asked for, in this order.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        drop(first);
        while all.join_next().await.is_some() {}
        assert_eq!(*order.lock().unwrap(), [1, 2, 3, 1, 3, 1]);
    }

    #[rocket::async_test]
    async fn a_free_turn_goes_to_another_person_while_one_is_at_work() {
        let heavy = Arc::new(Heavy::new(2));
        let mine = heavy.turn(person(1), Lane::Papers).await.unwrap();
        let again = tokio::spawn({
            let heavy = heavy.clone();
            async move { heavy.turn(person(1), Lane::Papers).await.map(drop) }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!again.is_finished(), "the second of one person waits although a turn is free");
        let other = tokio::time::timeout(Duration::from_secs(5), heavy.turn(person(2), Lane::Papers)).await.unwrap().unwrap();
        assert!(!again.is_finished());
        drop(mine);
        again.await.unwrap().unwrap();
        drop(other);
    }

    #[rocket::async_test]
    async fn work_that_panics_or_goes_away_gives_its_turn_back() {
        let heavy = Arc::new(Heavy::new(1));
        let broken = tokio::spawn({
            let heavy = heavy.clone();
            async move {
                let _turn = heavy.turn(person(1), Lane::Papers).await.unwrap();
                assert!(std::hint::black_box(false), "the work breaks");
            }
        });
        assert!(broken.await.is_err());
        let turn = tokio::time::timeout(Duration::from_secs(5), heavy.turn(person(2), Lane::Papers)).await.unwrap().unwrap();
        // Those who wait and go away are skipped, and their places are free at once.
        for _ in 0..5 {
            let waiting = tokio::spawn({
                let heavy = heavy.clone();
                async move { heavy.turn(person(3), Lane::Papers).await.map(drop) }
            });
            tokio::time::sleep(Duration::from_millis(5)).await;
            waiting.abort();
            assert!(waiting.await.is_err());
        }
        drop(turn);
        tokio::time::timeout(Duration::from_secs(5), heavy.turn(person(3), Lane::Papers)).await.unwrap().unwrap();
    }

    #[rocket::async_test]
    async fn everybody_together_is_bounded_too() {
        let heavy = Arc::new(Heavy::new(1));
        let turn = heavy.turn(person(0), Lane::Papers).await.unwrap();
        let mut all = JoinSet::new();
        for n in 1..=ALL_WAITING as u128 {
            let heavy = heavy.clone();
            all.spawn(async move { heavy.turn(person(n), Lane::Papers).await.map(drop) });
        }
        while heavy.papers.held().waiting() < ALL_WAITING {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(status(&heavy.turn(person(999), Lane::Papers).await.unwrap_err()), 503);
        // A job is not turned away; another lane does not notice.
        let job = tokio::spawn({
            let heavy = heavy.clone();
            async move { heavy.turn_of_job(person(999), Lane::Papers).await.map(drop) }
        });
        heavy.turn(person(999), Lane::Figures).await.unwrap();
        drop(turn);
        while let Some(one) = all.join_next().await {
            one.unwrap().unwrap();
        }
        job.await.unwrap().unwrap();
    }

    #[rocket::async_test]
    async fn going_down_waits_for_the_work_and_refuses_the_rest() {
        let heavy = Arc::new(Heavy::new(1));
        let turn = heavy.turn(person(1), Lane::Papers).await.unwrap();
        let waiting = tokio::spawn({
            let heavy = heavy.clone();
            async move { heavy.turn(person(2), Lane::Papers).await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let closing = tokio::spawn({
            let heavy = heavy.clone();
            async move { heavy.close().await }
        });
        assert_eq!(status(&waiting.await.unwrap().unwrap_err()), 503);
        assert!(!closing.is_finished(), "somebody is still at work");
        drop(turn);
        tokio::time::timeout(Duration::from_secs(5), closing).await.unwrap().unwrap();
        assert_eq!(status(&heavy.turn(person(1), Lane::Papers).await.unwrap_err()), 503);
    }
}
