//! 座位 who is in the house: caps in all and for each address. When it is full, whoever has owed us longest gives way,
//! at the address that holds most; so idle connections never keep anybody out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refuse::Why;
use crate::watch::Watch;

#[derive(Debug, Default)]
struct Map {
    next: u64,
    here: HashMap<u64, (Option<IpAddr>, Arc<Watch>)>,
    each: HashMap<IpAddr, usize>,
}

impl Map {
    fn leave(&mut self, id: u64) {
        if let Some((Some(key), _)) = self.here.remove(&id)
            && let Some(n) = self.each.get_mut(&key)
        {
            *n -= 1;
            if *n == 0 {
                self.each.remove(&key);
            }
        }
    }
    /// Ends who has owed longest, among all or at one address.
    fn make_room(&mut self, at: Option<IpAddr>, least: Duration, now: Instant) -> bool {
        let owing = self.here.iter().filter(|(_, (key, _))| at.is_none() || *key == at).filter_map(|(id, (key, watch))| {
            let owed = watch.owes(now).filter(|d| *d >= least)?;
            let held = key.and_then(|k| self.each.get(&k)).copied().unwrap_or(0);
            Some(((held, owed), *id))
        });
        let Some((_, id)) = owing.max() else { return false };
        if let Some((_, watch)) = self.here.get(&id) {
            watch.end(Why::Yielded);
        }
        self.leave(id);
        true
    }
}

/// All who are in the house.
#[derive(Debug)]
pub(crate) struct Seats {
    map: Mutex<Map>,
    all: usize,
    each: usize,
    yielding: Duration,
}

impl Seats {
    pub fn new(all: usize, each: usize, yielding: Duration) -> Self {
        Self { map: Mutex::default(), all, each, yielding }
    }
    fn lock(&self) -> MutexGuard<'_, Map> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// A seat; a declared proxy (no key) is bound by the cap in all only.
    pub fn enter(self: &Arc<Self>, key: Option<IpAddr>, now: Instant) -> Result<(Seat, Option<Why>), Why> {
        let mut map = self.lock();
        let mut yielded = None;
        if let Some(key) = key
            && map.each.get(&key).is_some_and(|n| *n >= self.each)
        {
            if !map.make_room(Some(key), self.yielding, now) {
                return Err(Why::FullEach);
            }
            yielded = Some(Why::Yielded);
        } else if map.here.len() >= self.all {
            if !map.make_room(None, self.yielding, now) {
                return Err(Why::Full);
            }
            yielded = Some(Why::Yielded);
        }
        let id = map.next;
        map.next += 1;
        let watch = Arc::new(Watch::new(now));
        map.here.insert(id, (key, watch.clone()));
        if let Some(key) = key {
            *map.each.entry(key).or_default() += 1;
        }
        Ok((Seat { seats: self.clone(), id, watch }, yielded))
    }
    /// No more files can be opened: somebody gives way.
    pub fn make_room(&self, now: Instant) -> bool {
        self.lock().make_room(None, self.yielding, now)
    }
    /// Everybody, to be looked over.
    pub fn all(&self) -> Vec<Arc<Watch>> {
        self.lock().here.values().map(|(_, w)| w.clone()).collect()
    }
}

/// One seat, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    id: u64,
    pub watch: Arc<Watch>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.lock().leave(self.id);
    }
}

/// Places among the requests in hand: so many in all, half of them for one address.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    each: Mutex<HashMap<IpAddr, Arc<Semaphore>>>,
    most_each: usize,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct InHand {
    _all: OwnedSemaphorePermit,
    _each: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(all: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), each: Mutex::default(), most_each: all.div_ceil(2) }
    }
    fn of(&self, key: IpAddr) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if each.len() > 1024 {
            each.retain(|_, s| Arc::strong_count(s) > 1 || s.available_permits() < self.most_each);
        }
        each.entry(key).or_insert_with(|| Arc::new(Semaphore::new(self.most_each))).clone()
    }
    /// A place within the time, or why there is none.
    pub async fn take(&self, key: IpAddr, within: Duration) -> Result<InHand, Why> {
        let by = tokio::time::Instant::now() + within;
        let each = tokio::time::timeout_at(by, self.of(key).acquire_owned()).await;
        let Ok(Ok(each)) = each else { return Err(Why::BusyEach) };
        let all = tokio::time::timeout_at(by, self.all.clone().acquire_owned()).await;
        let Ok(Ok(all)) = all else { return Err(Why::Busy) };
        Ok(InHand { _all: all, _each: each })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([127, 0, 0, n]))
    }

    #[test]
    fn the_longest_idle_of_the_greediest_address_gives_way() {
        let seats = Arc::new(Seats::new(4, 3, Duration::from_secs(1)));
        let start = Instant::now();
        let later = |s| start + Duration::from_secs(s);
        let (alone, _) = seats.enter(ip(1), start).unwrap();
        let greedy: Vec<_> = (1..4).map(|s| seats.enter(ip(2), later(s)).unwrap().0).collect();
        assert_eq!(seats.enter(ip(2), start).unwrap_err(), Why::FullEach, "nobody of that address has owed long enough");
        assert_eq!(seats.enter(ip(3), start).unwrap_err(), Why::Full);
        // The one who came first is alone at its address; the greedy one gives way.
        let (new, yielded) = seats.enter(ip(3), later(10)).unwrap();
        assert_eq!((yielded, alone.watch.cut(), greedy[0].watch.cut(), greedy[1].watch.cut()), (Some(Why::Yielded), None, Some(Why::Yielded), None));
        // Whoever has a request in hand stays.
        alone.watch.begin(false, None);
        new.watch.begin(false, None);
        greedy[1].watch.begin(false, None);
        greedy[2].watch.begin(false, None);
        assert_eq!(seats.enter(ip(4), later(100)).unwrap_err(), Why::Full);
        drop(alone);
        assert!(seats.enter(ip(4), later(100)).is_ok());
        drop((new, greedy));
        assert!(seats.lock().each.is_empty() && seats.lock().here.is_empty(), "every seat was given back once");
    }

    #[tokio::test]
    async fn one_address_has_half_of_the_places() {
        let places = Places::new(4);
        let (one, two) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let short = Duration::from_millis(20);
        let held = (places.take(one, short).await.unwrap(), places.take(one, short).await.unwrap());
        assert_eq!(places.take(one, short).await.unwrap_err(), Why::BusyEach);
        let more = (places.take(two, short).await.unwrap(), places.take(two, short).await.unwrap());
        assert_eq!(places.take(IpAddr::from([127, 0, 0, 3]), short).await.unwrap_err(), Why::Busy);
        drop(held);
        assert!(places.take(one, short).await.is_ok());
        drop(more);
    }
}
