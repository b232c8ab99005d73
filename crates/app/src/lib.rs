//! 用例 the only writer: one use case is one transaction: load, decide, save, clocks, journal; the answer goes out after the
//! commit is durable. Everything here takes the person acting and the clock reading; what is decided is decided in the domain.

// What every room stands on.
pub mod authority;
pub mod bounds;
mod clocks;
pub mod code;
pub mod explain;
mod first;
pub mod jobs;
pub mod read;
mod setting;
mod signed;
mod typed;
pub mod uploads;

// The rooms, along the way of a batch.
pub mod bench;
pub mod cases;
pub mod figures;
pub mod intake;
pub mod limits;
pub mod papers;
pub mod people;
pub mod plan;
pub mod rapid;
pub mod reference;
pub mod reports;
#[doc(hidden)]
pub mod seed;
pub mod upkeep;

pub use bench::{profiles, worksheets};
pub use limits::{editions, packages};
pub use people::{entry, second, totp};
pub use reference::{calendars, district, imports};
pub use upkeep::{files, keep, kept};

use std::sync::{Arc, RwLock};

#[cfg(feature = "stage")]
pub use shiyan_store::Store;
#[cfg(not(feature = "stage"))]
use shiyan_store::Store;
pub use shiyan_store::{Entry, Error, Head, Who, once, records, sha256_hex, verify};

use shiyan_foundation::{Instant, Refusal};
use shiyan_lab_results::report::ReportContent;
use shiyan_statute::LimitLibrary;

/// Makes the PDF of a report out of its frozen facts; the binary supplies it, so that this crate knows no typesetter.
type Typesetter = dyn Fn(&ReportContent) -> Result<Vec<u8>, reports::Unset> + Send + Sync;

/// The limit library, and the change it was read after.
type Library = (i64, Arc<LimitLibrary>);

/// The application.
#[derive(Clone)]
pub struct App {
    /// The database.
    store: Store,
    typesetter: Arc<Typesetter>,
    /// The limit library with the change it was read after; read again after a change, whoever made it.
    limits: Arc<RwLock<Option<Library>>>,
    /// Password hashing is bounded.
    hashing: Arc<entry::Hashing>,
    /// Facts of a day that has passed, read since the last commit.
    remembered: figures::remembered::Remembered,
    /// The ledger of figures.
    following: figures::following::Following,
    /// Where it is kept between two runs; nowhere in most tests.
    archive: Option<figures::archive::Archive>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("store", &self.store).finish_non_exhaustive()
    }
}

impl App {
    /// The application over an open, migrated database.
    #[must_use]
    pub fn new(store: Store, typesetter: impl Fn(&ReportContent) -> Result<Vec<u8>, reports::Unset> + Send + Sync + 'static) -> Self {
        Self {
            store,
            typesetter: Arc::new(typesetter),
            limits: Arc::default(),
            hashing: entry::hashing(),
            remembered: Default::default(),
            following: Default::default(),
            archive: None,
        }
    }
    /// Begins with the ledger of figures that was kept in a directory, and keeps it there when it is told to ([`App::keep_ledger`]).
    #[must_use]
    pub fn keeping_ledger_in(self, dir: std::path::PathBuf) -> Self {
        Self { archive: figures::archive::Archive::at(dir), ..self }
    }
    /// The database, for the stage of tests and benches; what is released asks [`read`].
    #[cfg(feature = "stage")]
    #[must_use]
    pub fn stage(&self) -> &Store {
        &self.store
    }
    /// 限量库 every row with its present status, ready for a choice.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn limit_rows(&self) -> Result<Arc<LimitLibrary>, Error> {
        // Another server, or a command beside this one, may have changed it: the change is asked for before, so that rows that are
        // changed meanwhile are read again at the next use.
        let changed = self.store.library_changed().await?;
        if let Some((of, rows)) = self.limits.read().ok().and_then(|g| g.clone())
            && of == changed
        {
            return Ok(rows);
        }
        let rows = Arc::new(LimitLibrary::new(self.store.all::<records::LimitRecord>().await?.into_iter().map(|r| r.row).collect()));
        if let Ok(mut guard) = self.limits.write() {
            *guard = Some((changed, rows.clone()));
        }
        Ok(rows)
    }
    /// Typesets a report from its frozen facts.
    ///
    /// # Errors
    /// The typeface lacks characters and nobody was told; the typesetter failed.
    pub fn typeset(&self, content: &ReportContent) -> Result<Vec<u8>, Error> {
        (self.typesetter)(content).map_err(|e| match e {
            reports::Unset::Missing(characters) => {
                let told = characters.chars().map(|c| format!("{c}（U+{:04X}）", u32::from(c))).collect::<Vec<_>>().join("、");
                Refusal::new(code::MISSING_GLYPHS).with("characters", told).on("rare").into()
            }
            reports::Unset::Failed(why) => Error::Fault(format!("report {}: {why}", content.number)),
        })
    }
    /// The same, off the threads that answer requests.
    ///
    /// # Errors
    /// The typesetter failed.
    pub(crate) async fn typeset_aside(&self, content: ReportContent) -> Result<Vec<u8>, Error> {
        let app = self.clone();
        tokio::task::spawn_blocking(move || app.typeset(&content)).await.map_err(|e| Error::Fault(e.to_string()))?
    }
}

/// A fresh id; ids are made here at the edge of the domain, never inside it.
pub(crate) fn fresh() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

/// A random token of 256 bits, as hex.
#[must_use]
pub fn token() -> String {
    let mut bytes = [0u8; 32];
    rand::fill(&mut bytes[..]);
    hex::encode(bytes)
}

/// The day of an instant, as text.
#[must_use]
pub fn day(at: Instant) -> String {
    at.format("%Y-%m-%d").to_string()
}
