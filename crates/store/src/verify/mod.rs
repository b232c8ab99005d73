//! 校验 recomputes the chain and the content of every current row, holds the schema against what the migrations make, and names what
//! disagrees. Everything is read in one read-only transaction: of one moment, and nothing is changed or made.

mod chain;
mod lanes;
mod look;
mod pages;
mod rows;
mod schema;

use futures_util::future::join;
use sea_orm::{DatabaseTransaction, DbErr, RuntimeErr, sqlx};
use serde::Serialize;
use shiyan_foundation::Refusal;

pub use look::Look;
pub use schema::{Object, SchemaState};

use crate::journal::GENESIS;
use crate::{Engine, Error, Head, Store, code, corruption};
use chain::Journal;
use lanes::snapshot;
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
    /// 检查点 the head as text, to begin the next check with.
    pub checkpoint: String,
    /// The check began after this entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// 未核对 what the check did not look at, because it began after a checkpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Problem>,
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
        let mut finding = Finding {
            ok: true,
            entries,
            rows,
            checkpoint: head.to_string(),
            head,
            problem_zh: None,
            problem_en: None,
            problems,
            remarks: Vec::new(),
            since: None,
            left_out: Vec::new(),
            checkpoint_keys,
        };
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
    /// The database said so, where this was read.
    Db(String, DbErr),
}
impl From<Bad> for Told {
    fn from(bad: Bad) -> Self {
        Told::Bad(bad)
    }
}
impl From<DbErr> for Told {
    fn from(error: DbErr) -> Self {
        Told::Db("schema".to_owned(), error)
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

impl Store {
    /// The open database, to be looked at.
    fn look(&self) -> Look {
        // A moment that is held has one connection; of the others some are left to whoever asks for a page.
        Look::over(self.read.pool(), self.engine(), if self.still { 1 } else { 3 })
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
        self.asked(Asked { checkpoint, since: None }).await
    }
    /// 自检查点起 checks what happened after an entry up to which everything was checked before: that this entry is in the journal as it
    /// was, the entries after it, and the rows of which they tell. The finding says what is left out.
    ///
    /// # Errors
    /// The database does not answer, or has the schema of another version.
    pub async fn verify_since(&self, since: &Head) -> Result<Finding, Error> {
        self.asked(Asked { checkpoint: None, since: Some(since) }).await
    }
    async fn asked(&self, asked: Asked<'_>) -> Result<Finding, Error> {
        let finding = self.verify_once(&asked).await?;
        // A file that was taken for one that nobody writes, and was written after all: once more, as one that is in use.
        match self.again().await? {
            Some(live) => {
                let finding = live.verify_once(&asked).await;
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
    async fn verify_once(&self, asked: &Asked<'_>) -> Result<Finding, Error> {
        let nothing = Head { seq: 0, hash: GENESIS.to_owned() };
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
        let mut all = match lanes::beside(&self.db, tx, self.lanes).await {
            Ok(all) => all,
            Err(error) => return Ok(Finding::of(0, 0, nothing, vec![broken("pages", "schema", error)?], Vec::new())),
        };
        // The pages are checked by a connection of their own while the others read rows; where there is one only, afterwards.
        let own = if all.len() > 1 { all.pop() } else { None };
        let pages = async {
            match &own {
                Some(tx) if asked.since.is_none() => told(pages::pages(tx).await, "pages").map(|bad| bad.map(|bad| Problem::of("pages", bad))),
                _ => Ok(None),
            }
        };
        let (rest, pages) = join(self.verify_rows(&all, asked, own.is_none()), pages).await;
        let mut finding = rest?;
        finding.problems.extend(pages?);
        finding.sum_up();
        for tx in all.into_iter().chain(own) {
            let _ = tx.rollback().await;
        }
        Ok(finding)
    }
    /// The parts of the check that read rows and the catalogue.
    async fn verify_rows(&self, all: &[DatabaseTransaction], asked: &Asked<'_>, and_pages: bool) -> Result<Finding, Error> {
        let mut problems = Vec::new();
        // After an error PostgreSQL answers nothing more in this transaction.
        let silent = std::cell::Cell::new(false);
        macro_rules! step {
            ($part:literal, $step:expr) => {{
                let done = if silent.get() { Ok(()) } else { $step.await };
                match done {
                    Ok(()) => true,
                    Err(Told::Bad(bad)) => {
                        problems.push(Problem::of($part, bad));
                        false
                    }
                    Err(Told::Db(place, error)) => {
                        problems.push(broken($part, &place, error)?);
                        silent.set(self.engine() == Engine::Postgres);
                        false
                    }
                }
            }};
        }
        let mut journal = Journal::default();
        let chain = step!("journal", journal.read(all, asked.checkpoint, asked.since));
        problems.extend(journal.clock.take().map(|bad| Problem::of("clock", bad)));
        let since = asked.since.map(|s| s.seq).filter(|s| *s > 0);
        let check = Check::new(all, &journal, since);
        if chain {
            step!("rows", check.tables());
            step!("logins", check.bound_rows());
        }
        step!("files", check.blobs());
        if let Some(tx) = all.first() {
            step!("guards", schema::guards(tx));
            step!("schema", schema::compare(tx));
            if and_pages && since.is_none() {
                step!("pages", pages::pages(tx));
            }
        }
        let rows = check.rows();
        let remarks = journal.remarks.into_iter().map(|bad| Problem::of("clock", bad)).collect();
        let left_out = since.map_or_else(Vec::new, |seq| left_out(seq, self.engine()));
        Ok(Finding { remarks, since, left_out, ..Finding::of(journal.head.seq, rows, journal.head, problems, journal.keys) })
    }
}

/// What one check is asked.
#[derive(Debug, Clone, Copy, Default)]
struct Asked<'a> {
    /// An entry that must be in the journal.
    checkpoint: Option<&'a Head>,
    /// 自检查点起 an entry up to which everything was checked before.
    since: Option<&'a Head>,
}

/// What a check after a checkpoint takes on trust.
fn left_out(seq: i64, engine: Engine) -> Vec<Problem> {
    let mut out = vec![
        ("journal", format!("日志第 1 条到第 {} 条：以检查点为凭", seq - 1), format!("journal entries 1 to {}: taken on the word of the checkpoint", seq - 1)),
        (
            "rows",
            "检查点之后日志没有提到的数据行，包括绕过程序改动或加进去的".to_owned(),
            "rows that no entry after the checkpoint tells of, among them any that were changed or put in past the program".to_owned(),
        ),
        ("logins", "检查点之前的登录失败次数".to_owned(), "counts of failed logins from before the checkpoint".to_owned()),
        ("files", "这些数据行的文件".to_owned(), "the files of those rows".to_owned()),
    ];
    if engine == Engine::Sqlite {
        out.push(("pages", "数据库文件的页和索引".to_owned(), "the pages and indexes of the database file".to_owned()));
    }
    out.into_iter().map(|(part, zh, en)| Problem { part, zh, en }).collect()
}

/// An error of the database as what was found, when it says something about the database.
fn broken(part: &'static str, place: &str, error: DbErr) -> Result<Problem, Error> {
    damage(&error).map(|what| Problem::of(part, damaged(place, &what))).ok_or_else(|| Error::from(error))
}

/// One step on its own: what it found, or that the database does not answer.
fn told(done: Step, place: &str) -> Result<Option<Bad>, Error> {
    match done {
        Ok(()) => Ok(None),
        Err(Told::Bad(bad)) => Ok(Some(bad)),
        Err(Told::Db(_, error)) => damage(&error).map(|what| Some(damaged(place, &what))).ok_or_else(|| error.into()),
    }
}
