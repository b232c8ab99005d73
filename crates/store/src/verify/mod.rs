//! 校验 recomputes the chain and the content of every current row, holds the schema against what the migrations make, and names what
//! disagrees. Everything is read in one read-only transaction: of one moment, and nothing is changed or made.

mod look;
mod pages;
mod rows;
mod schema;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, RuntimeErr, TransactionOptions, TransactionTrait,
    sqlx,
};
use serde::Serialize;
use shiyan_foundation::Refusal;

pub use look::Look;
pub use schema::{Object, SchemaState};

use crate::journal::GENESIS;
use crate::{Engine, Error, Head, Store, code, corruption};
use rows::Check;

/// Verb of the entry that notes the removal of the demonstration.
pub const DEMO_REMOVED: &str = "demo.removed";
/// Verb of the entry that notes the public key of this installation's checkpoints.
pub const CHECKPOINT_KEY: &str = "checkpoint.key";

/// Verb of the entry that owns up to a clock that ran ahead (时钟更正).
pub const CLOCK_ACCEPTED: &str = "clock.accepted";

/// What the check found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Whether everything agrees.
    pub ok: bool,
    /// Entries read.
    pub entries: i64,
    /// Rows read.
    pub rows: u64,
    /// Head of the journal.
    pub head: Head,
    /// The first thing that disagrees: Chinese.
    pub problem_zh: Option<String>,
    /// The first thing that disagrees: English.
    pub problem_en: Option<String>,
    /// Everything that disagrees: of each part of the check the first.
    pub problems: Vec<Problem>,
    /// What is no disagreement and should be known: clocks that ran ahead and were owned up to.
    pub remarks: Vec<Problem>,
    /// Public keys of checkpoints that the journal notes.
    #[serde(skip)]
    pub checkpoint_keys: Vec<String>,
}

/// One thing that disagrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Which part of the check found it: `journal`, `clock`, `rows`, `logins`, `files`, `guards`, `schema`, `pages` or `checkpoint`.
    pub part: &'static str,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A disagreement: Chinese, English.
pub type Bad = (String, String);

impl Finding {
    fn of(entries: i64, rows: u64, head: Head, problems: Vec<Problem>, checkpoint_keys: Vec<String>) -> Self {
        let mut finding = Finding { ok: true, entries, rows, head, problem_zh: None, problem_en: None, problems, remarks: Vec::new(), checkpoint_keys };
        finding.sum_up();
        finding
    }
    /// One more thing that does not hold, before all others.
    pub fn lead(&mut self, part: &'static str, bad: Bad) {
        self.problems.insert(0, Problem::of(part, bad));
        self.sum_up();
    }
    /// Leaves out what one part of the check found.
    pub fn without(&mut self, part: &str) {
        self.problems.retain(|p| p.part != part);
        self.sum_up();
    }
    /// The first problem is the one that is told in short.
    fn sum_up(&mut self) {
        self.ok = self.problems.is_empty();
        self.problem_zh = self.problems.first().map(|p| p.zh.clone());
        self.problem_en = self.problems.first().map(|p| p.en.clone());
    }
}

impl Problem {
    fn of(part: &'static str, (zh, en): Bad) -> Self {
        Problem { part, zh, en }
    }
}

/// Why a step of the check ended.
#[derive(Debug)]
pub(crate) enum Told {
    Bad(Bad),
    Db(DbErr),
}
impl From<Bad> for Told {
    fn from(bad: Bad) -> Self {
        Told::Bad(bad)
    }
}
impl From<DbErr> for Told {
    fn from(error: DbErr) -> Self {
        Told::Db(error)
    }
}
pub(crate) type Step = Result<(), Told>;

/// What an error of the database says about the database: damage, or a row that is no row of ours. `None` when it says nothing about it.
fn damage(error: &DbErr) -> Option<String> {
    if let Some(text) = corruption(error) {
        return Some(text);
    }
    let inner = match error {
        DbErr::Conn(RuntimeErr::SqlxError(e)) | DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => e,
        DbErr::Type(text) => return Some(text.clone()),
        DbErr::Json(text) => return Some(text.clone()),
        _ => return None,
    };
    match &**inner {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) | sqlx::Error::TypeNotFound { .. } => {
            Some(inner.to_string())
        }
        // A statement of ours that no longer fits the tables: SQLite ERROR, MISMATCH; PostgreSQL undefined table, column, function.
        sqlx::Error::Database(told) => told.code().filter(|c| matches!(&**c, "1" | "20" | "42P01" | "42703" | "42883")).map(|_| told.message().to_owned()),
        _ => None,
    }
}

/// The words for damage met at a place.
fn damaged(place: &str, what: &str) -> Bad {
    (format!("数据库损坏：读 {place} 时数据库报告 {what}"), format!("the database is damaged: reading {place}, it says {what}"))
}

/// One read-only transaction over everything: of one moment, whatever is written meanwhile.
async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return db.begin().await;
    }
    let options =
        TransactionOptions { isolation_level: Some(IsolationLevel::RepeatableRead), access_mode: Some(AccessMode::ReadOnly), ..TransactionOptions::default() };
    let tx = db.begin_with_options(options).await?;
    // A check may take longer than a page.
    for sql in ["SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"] {
        tx.execute_unprepared(sql).await?;
    }
    Ok(tx)
}

impl Store {
    /// The open database, to be looked at.
    fn look(&self) -> Look {
        Look::over(self.read.pool(), self.engine())
    }
    /// Checks the whole database against its journal; a checkpoint kept elsewhere also finds truncation and an old copy.
    ///
    /// # Errors
    /// The database does not answer, or has the schema of another version.
    pub async fn verify(&self, checkpoint: Option<&Head>) -> Result<Finding, Error> {
        self.look().verify(checkpoint).await
    }
    /// 只增保护 the triggers that keep rows append-only: the first that is gone, off, or no longer does what it was made for.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn guards(&self) -> Result<Option<Bad>, Error> {
        self.look().guards().await
    }
    /// 页检查 every page of the database: SQLite checks its file, PostgreSQL reads every row of every table. Names the first that is bad.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn check_pages(&self) -> Result<Option<Bad>, Error> {
        self.look().check_pages().await
    }
    /// Whether the schema is the one of this program.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn schema_state(&self) -> Result<SchemaState, Error> {
        self.look().schema_state().await
    }
}

impl Look {
    /// Checks the whole database; see [`Store::verify`].
    ///
    /// # Errors
    /// The database does not answer, or has the schema of another version.
    pub async fn verify(&self, checkpoint: Option<&Head>) -> Result<Finding, Error> {
        let finding = self.verify_once(checkpoint).await?;
        // A file that was taken for one that nobody writes, and was written after all: once more, as one that is in use.
        match self.again().await? {
            Some(live) => {
                let finding = live.verify_once(checkpoint).await;
                live.close().await;
                finding
            }
            None => Ok(finding),
        }
    }
    /// Whether the schema is the one of this program.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn schema_state(&self) -> Result<SchemaState, Error> {
        Ok(schema::state(&self.db).await?)
    }
    /// See [`Store::guards`].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn guards(&self) -> Result<Option<Bad>, Error> {
        told(schema::guards(&self.db).await, "schema")
    }
    /// See [`Store::check_pages`].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn check_pages(&self) -> Result<Option<Bad>, Error> {
        let tx = match snapshot(&self.db).await {
            Ok(tx) => tx,
            Err(error) => return told(Err(error.into()), "schema"),
        };
        let found = told(pages::pages(&tx).await, "pages")?;
        let found = if found.is_none() && self.engine() == Engine::Postgres { told(pages::read_all(&tx).await, "pages")? } else { found };
        let _ = tx.rollback().await;
        Ok(found)
    }
    /// The objects of the schema as the catalogue has them: what the list of PostgreSQL in this crate is made from.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn objects(&self) -> Result<Vec<Object>, Error> {
        Ok(schema::objects(&self.db).await?)
    }
    async fn verify_once(&self, checkpoint: Option<&Head>) -> Result<Finding, Error> {
        let mut problems = Vec::new();
        let nothing = Head { seq: 0, hash: GENESIS.to_owned() };
        let broken = |part, place: &str, error: DbErr| damage(&error).map(|what| Problem::of(part, damaged(place, &what))).ok_or_else(|| Error::from(error));
        let tx = match snapshot(&self.db).await {
            Ok(tx) => tx,
            Err(error) => return Ok(Finding::of(0, 0, nothing, vec![broken("pages", "schema", error)?], Vec::new())),
        };
        match schema::state(&tx).await {
            Ok(SchemaState::Current) => {}
            Ok(SchemaState::Empty) => return Err(Error::Unusable(Refusal::new(code::SCHEMA_OLD).with("missing", "m0001_journal"))),
            Ok(SchemaState::Behind(missing)) => return Err(Error::Unusable(Refusal::new(code::SCHEMA_OLD).with("missing", missing.join(", ")))),
            Ok(SchemaState::Ahead(unknown)) => return Err(Error::Unusable(Refusal::new(code::SCHEMA_NEW).with("unknown", unknown.join(", ")))),
            Err(error) => return Ok(Finding::of(0, 0, nothing, vec![broken("pages", "schema", error)?], Vec::new())),
        }
        let mut check = Check::new(&tx);
        // After an error PostgreSQL answers nothing more in this transaction.
        let silent = std::cell::Cell::new(false);
        macro_rules! step {
            ($part:literal, $step:expr, $place:expr) => {{
                let done = if silent.get() { Ok(()) } else { $step.await };
                match done {
                    Ok(()) => true,
                    Err(Told::Bad(bad)) => {
                        problems.push(Problem::of($part, bad));
                        false
                    }
                    Err(Told::Db(error)) => {
                        problems.push(broken($part, &$place, error)?);
                        silent.set(self.engine() == Engine::Postgres);
                        false
                    }
                }
            }};
        }
        let chain = step!("journal", check.chain(checkpoint), check.place);
        problems.extend(check.clock.take().map(|bad| Problem::of("clock", bad)));
        if chain {
            step!("rows", check.tables(), check.place);
            step!("logins", check.bound_rows(), check.place);
        }
        step!("files", check.blobs(), check.place);
        step!("guards", schema::guards(&tx), "schema");
        step!("schema", schema::compare(&tx), "schema");
        step!("pages", pages::pages(&tx), "pages");
        let remarks = check.remarks.into_iter().map(|bad| Problem::of("clock", bad)).collect();
        let finding = Finding { remarks, ..Finding::of(check.head.seq, check.rows, check.head, problems, check.keys) };
        let _ = tx.rollback().await;
        Ok(finding)
    }
}

/// One step on its own: what it found, or that the database does not answer.
fn told(done: Step, place: &str) -> Result<Option<Bad>, Error> {
    match done {
        Ok(()) => Ok(None),
        Err(Told::Bad(bad)) => Ok(Some(bad)),
        Err(Told::Db(error)) => damage(&error).map(|what| Some(damaged(place, &what))).ok_or_else(|| error.into()),
    }
}
