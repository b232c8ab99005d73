//! 快检 the ledger, one reading, and what the entry page suggests.

use std::collections::BTreeMap;

use shiyan_foundation::area::Street;
use shiyan_foundation::{Act, Actor, NaiveDate};
use shiyan_rapid_test::{FollowUp, Point};
use shiyan_store::{Entry, Error};

use crate::App;
use crate::authority::reads;
use shiyan_store::rapid::ledger::{LedgerFilter, LedgerRow, PointDay};

/// 读数页
#[derive(Debug)]
pub struct ReadingPage {
    /// The reading with its point and follow-up.
    pub row: LedgerRow,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// 快检今日 counted, not listed.
#[derive(Debug)]
pub struct RapidDay {
    /// 快检点 within the scope.
    pub points: Vec<Point>,
    /// The readings of the day by point and verdict.
    pub readings: Vec<PointDay>,
    /// 未处置 what follows the positives that are not settled, of every day.
    pub open: Vec<FollowUp>,
}

impl App {
    /// 快检点 within the scope.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read_points(&self, actor: &Actor) -> Result<Vec<Point>, Error> {
        self.store.points(&actor.scope).await
    }
    /// 台账 the readings under a filter, newest first.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_ledger(&self, actor: &Actor, filter: &LedgerFilter) -> Result<Vec<LedgerRow>, Error> {
        reads(actor, Act::ReadReadings)?;
        self.store.ledger(filter, &actor.scope).await
    }
    /// 未处置阳性 oldest first, all of them.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_open_positives(&self, actor: &Actor) -> Result<Vec<LedgerRow>, Error> {
        reads(actor, Act::ReadReadings)?;
        self.store.open_positives(&actor.scope).await
    }
    /// 快检今日 what the first page counts of the readings of a day and of the positives that are not settled.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_rapid_day(&self, actor: &Actor, day: NaiveDate) -> Result<RapidDay, Error> {
        reads(actor, Act::ReadReadings)?;
        let readings = self.store.points_of_day(&day.to_string(), &actor.scope).await?;
        let open = self.store.open_follow_ups(&actor.scope).await?;
        Ok(RapidDay { points: self.store.points(&actor.scope).await?, readings, open: open.into_iter().map(|f| f.follow_up).collect() })
    }
    /// One reading.
    ///
    /// # Errors
    /// Not for this person, or no such reading in their scope; the database does not answer.
    pub async fn read_reading(&self, actor: &Actor, id: &str) -> Result<LedgerRow, Error> {
        reads(actor, Act::ReadReadings)?;
        self.store.reading(id, &actor.scope).await?.ok_or(Error::NotFound)
    }
    /// 读数页
    ///
    /// # Errors
    /// Not for this person, or no such reading in their scope; the database does not answer.
    pub async fn read_reading_page(&self, actor: &Actor, id: &str) -> Result<ReadingPage, Error> {
        let row = self.read_reading(actor, id).await?;
        let timeline = self.store.timeline(&[format!("reading:{id}"), format!("followup:{id}")]).await?;
        Ok(ReadingPage { row, streets: self.streets().await?, timeline })
    }
    /// A photo of a reading or of the disposal of a positive, with its media type; a hash opens no other file.
    ///
    /// # Errors
    /// Not for this person, or not of this reading; the database does not answer.
    pub async fn read_photo(&self, actor: &Actor, id: &str, sha256: &str) -> Result<(String, Vec<u8>), Error> {
        let row = self.read_reading(actor, id).await?;
        let of_it = row.reading.reading.photo.as_deref() == Some(sha256) || row.follow_up.is_some_and(|f| f.follow_up.evidence.iter().any(|e| e == sha256));
        if !of_it {
            return Err(Error::NotFound);
        }
        self.store.blob(sha256).await?.ok_or(Error::NotFound)
    }
}
