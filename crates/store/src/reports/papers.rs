//! 发文登记 the register of papers that left the house, and where a series of numbers stands.

use chrono::NaiveDate;
use sea_orm::FromQueryResult;
use shiyan_dispatch::{IssuedPaper, Next, PaperState};
use shiyan_foundation::Label;

use crate::query::{Count, Detail, PAGE, Sql, records};
use crate::{Error, Store, Unit};

/// 筛选 the filters of the register, as they stand in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaperFilter {
    /// 文书种类
    pub kind: Option<String>,
    /// Year of the day on which it was signed.
    pub year: Option<i32>,
    /// 文书状态
    pub state: Option<String>,
    /// Keyset: papers after this (day, id).
    pub after: Option<(String, String)>,
}

impl PaperFilter {
    fn on(&self, sql: &mut Sql) {
        sql.and_if("AND p.kind = ?", self.kind.as_deref()).and_if("AND p.state = ?", self.state.as_deref());
        if let Some(year) = self.year {
            sql.push("AND p.year = ?", [i64::from(year).into()]);
        }
    }
}

#[derive(FromQueryResult)]
struct Last {
    number: i64,
    dated: String,
}

/// The last number of a series, given whatever became of its paper.
fn last_number(word: &str, year: i32) -> Sql {
    let mut sql = Sql::new("SELECT p.number, p.dated FROM paper p WHERE p.number IS NOT NULL");
    sql.push("AND p.word = ? AND p.year = ? ORDER BY p.number DESC LIMIT 1", [word.into(), i64::from(year).into()]);
    sql
}

/// The last issue of a kind that was counted in a year.
fn last_count(kind: &str, year: i32) -> Sql {
    let mut sql = Sql::new("SELECT COALESCE(MAX(p.issue), 0) AS n FROM paper p WHERE 1 = 1");
    sql.push("AND p.kind = ? AND p.year = ?", [kind.into(), i64::from(year).into()]);
    sql
}

fn next(last: Option<Last>, count: Option<Count>) -> Result<Next, Error> {
    let whole = |n: i64| u32::try_from(n).map_err(|_| Error::Fault("a number of the register is out of range; run `shiyan verify`".to_owned()));
    let day = |text: &str| text.parse::<NaiveDate>().map_err(|_| Error::Fault("a day of the register cannot be read; run `shiyan verify`".to_owned()));
    let last_count = whole(count.map_or(0, |c| c.n))?;
    match last {
        Some(last) => Ok(Next { last: whole(last.number)?, last_day: Some(day(&last.dated)?), last_count }),
        None => Ok(Next { last_count, ..Next::default() }),
    }
}

/// The papers of a kind about one thing that are in force.
fn in_force(kind: &str, subject: &str) -> Sql {
    let mut sql = Sql::new("SELECT p.detail FROM paper p WHERE 1 = 1");
    sql.push("AND p.kind = ? AND p.subject = ? AND p.state = ?", [kind.into(), subject.into(), PaperState::Issued.code().into()]);
    sql
}

impl Store {
    /// A page of the register, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn papers(&self, filter: &PaperFilter) -> Result<Vec<IssuedPaper>, Error> {
        let mut sql = Sql::new("SELECT p.detail FROM paper p WHERE 1 = 1");
        filter.on(&mut sql);
        if let Some((dated, id)) = &filter.after {
            sql.push("AND (p.dated < ? OR (p.dated = ? AND p.id < ?))", [dated.clone().into(), dated.clone().into(), id.clone().into()]);
        }
        sql.push("ORDER BY p.dated DESC, p.id DESC LIMIT ?", [i64::try_from(PAGE + 1).unwrap_or(i64::MAX).into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// How many papers a filter finds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_papers(&self, filter: &PaperFilter) -> Result<i64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM paper p WHERE 1 = 1");
        filter.on(&mut sql);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| c.n))
    }
    /// Where a series and a kind stand, before anybody signs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn paper_next(&self, word: &str, kind: &str, year: i32) -> Result<Next, Error> {
        next(last_number(word, year).one(&self.read).await?, last_count(kind, year).one(&self.read).await?)
    }
    /// 在用的 papers of a kind about one thing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn papers_in_force(&self, kind: &str, subject: &str) -> Result<Vec<IssuedPaper>, Error> {
        records(in_force(kind, subject).all::<Detail>(&self.read).await?)
    }
    /// Whether anything whose subject begins with one of these words was written after an entry of the journal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn written_since(&self, seq: i64, words: &[&'static str]) -> Result<bool, Error> {
        for word in words {
            let (from, to) = (format!("{word}:"), format!("{word};"));
            let mut sql = Sql::new("SELECT COUNT(*) AS n FROM journal WHERE 1 = 1");
            sql.push("AND seq > ? AND subject >= ? AND subject < ?", [seq.into(), from.into(), to.into()]);
            if sql.one::<Count>(&self.read).await?.is_some_and(|c| c.n > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Unit {
    /// Where a series and a kind stand, inside the transaction that signs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn paper_next(&self, word: &str, kind: &str, year: i32) -> Result<Next, Error> {
        next(last_number(word, year).one(self.tx()).await?, last_count(kind, year).one(self.tx()).await?)
    }
    /// 在用的 papers of a kind about one thing, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn papers_in_force(&self, kind: &str, subject: &str) -> Result<Vec<IssuedPaper>, Error> {
        records(in_force(kind, subject).all::<Detail>(self.tx()).await?)
    }
    /// Whether a series has begun.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn series_began(&self, word: &str, year: i32) -> Result<bool, Error> {
        Ok(last_number(word, year).one::<Last>(self.tx()).await?.is_some())
    }
    /// Whether a kind was counted in a year.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn counting_began(&self, kind: &str, year: i32) -> Result<bool, Error> {
        Ok(last_count(kind, year).one::<Count>(self.tx()).await?.is_some_and(|c| c.n > 0))
    }
}
