//! 分工 the same work by as many threads as there are processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Each of so many pieces of work, by as many threads as there are processors; what each of them made.
pub(crate) fn each<A: Send>(pieces: usize, make: impl Fn() -> A + Sync, work: impl Fn(&mut A, usize) + Sync) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut made = make();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= pieces {
                return made;
            }
            work(&mut made, n);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(pieces.max(1));
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut all = vec![run()];
        for other in others {
            match other.join() {
                Ok(made) => all.push(made),
                // a thread that broke off has counted nothing that may be shown
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// What a lock holds; a thread that broke off ends the work anyway, see [`each`].
pub(crate) fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
