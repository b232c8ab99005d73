//! 作业 long work that outlives the program. What is kept is only the list: each thing on it is done by a use case of its own, under a key of its
//! own, so that a thing which was done just before the program broke off is found done and not done twice.

use shiyan_foundation::Instant;
use shiyan_foundation::ids::UserId;
pub use shiyan_store::jobs::KeptJob;
use shiyan_store::once::{First, Key, Request};
use shiyan_store::{Error, sha256_hex};

use crate::App;

/// What a thing of a job came to.
#[derive(Debug)]
pub enum Did<T> {
    /// It was done now.
    Now(T),
    /// It had been done before the program broke off.
    Before(First),
}

impl App {
    /// Keeps a new job.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_job(&self, job: &KeptJob, server: &str, now: Instant) -> Result<(), Error> {
        self.store.keep_job(job, server, now).await
    }
    /// What became of one thing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_job_line(&self, id: &str, place: usize, line: &str, now: Instant) -> Result<(), Error> {
        self.store.keep_job_line(id, place, line, now).await
    }
    /// A job has ended.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_job(&self, id: &str, left: &[(usize, String)], now: Instant) -> Result<(), Error> {
        self.store.end_job(id, left, now).await
    }
    /// Asks a job of this person to stop, whichever server works on it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stop_job(&self, id: &str, now: Instant) -> Result<(), Error> {
        self.store.stop_job(id, now).await
    }
    /// This server is alive; gives its jobs that are to stop.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn jobs_alive(&self, server: &str, now: Instant) -> Result<Vec<String>, Error> {
        self.store.jobs_alive(server, now).await
    }
    /// Takes over the jobs that nobody has worked on since a moment.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_over_jobs(&self, server: &str, silent_since: Instant, now: Instant) -> Result<Vec<KeptJob>, Error> {
        self.store.take_over_jobs(server, silent_since, now).await
    }
    /// This server ends: whoever comes next takes its jobs over at once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn let_jobs_go(&self, server: &str, now: Instant) -> Result<(), Error> {
        self.store.let_jobs_go(server, now).await
    }
    /// A job of this person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn job(&self, id: &str, owner: UserId) -> Result<Option<KeptJob>, Error> {
        self.store.job(id, owner).await
    }
    /// The ids of the newest jobs of this person of a sort.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn jobs_of(&self, owner: UserId, kind: &str, most: u64) -> Result<Vec<String>, Error> {
        self.store.jobs_of(owner, kind, most).await
    }
    /// Does one thing of a job under the key of its place: what was done before is found, not done again.
    ///
    /// # Errors
    /// Whatever the thing is refused for; the database does not answer.
    pub async fn once_in_job<T>(
        &self,
        (job, place, owner): (&str, usize, UserId),
        what: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<Did<T>, Error> {
        let key = Key { owner: owner.to_string(), key: format!("job:{job}:{place}"), content: sha256_hex(what.as_bytes()) };
        let before = |error| match error {
            Error::Again(first) => Ok(Did::Before(first)),
            other => Err(other),
        };
        if let Err(error) = self.store.not_before_now(&key).await {
            return before(error);
        }
        let request = Request::default();
        request.carries(key);
        match request.within(work).await {
            Ok(done) => Ok(Did::Now(done)),
            Err(error) => before(error),
        }
    }
}
