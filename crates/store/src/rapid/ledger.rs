//! 快检 lists.

use sea_orm::FromQueryResult;
use serde::Serialize;
use shiyan_foundation::Scope;
use shiyan_rapid_test::Point;

use crate::query::{Detail, Sql, records};
use crate::records::{FollowUpRecord, ReadingRecord};
use crate::{Error, Store, Unit};

/// Filters of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// One day.
    pub day: Option<String>,
    /// 快检点
    pub point: Option<String>,
    /// 结果
    pub verdict: Option<String>,
    /// The newest so many only; `None` for all.
    pub newest: Option<u64>,
}

/// A reading with its follow-up state.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// The reading.
    pub reading: ReadingRecord,
    /// Name of the point.
    pub point: String,
    /// The follow-up, for positives.
    pub follow_up: Option<FollowUpRecord>,
}

/// The scope on a reading with alias `r`.
pub(crate) fn scope_on_reading(sql: &mut Sql, scope: &Scope) {
    match scope {
        Scope::District => {}
        Scope::Streets(streets) => {
            sql.within("AND r.street IN", streets.iter().map(String::as_str));
        }
        Scope::Point(point) => {
            sql.push("AND r.point_id = ?", [point.to_string().into()]);
        }
        Scope::Lab(_) => {
            sql.push("AND 1 = 0", []);
        }
    }
}

#[derive(FromQueryResult)]
pub(crate) struct Line {
    detail: String,
    point: String,
    follow_up: Option<String>,
}

pub(crate) fn ledger_row(line: &Line) -> Result<LedgerRow, Error> {
    Ok(LedgerRow {
        reading: serde_json::from_str(&line.detail)?,
        point: line.point.clone(),
        follow_up: line.follow_up.as_deref().map(serde_json::from_str).transpose()?,
    })
}

pub(crate) const LEDGER: &str = "SELECT r.detail, p.name AS point, f.detail AS follow_up FROM rapid_reading r JOIN rapid_point p ON p.id = r.point_id \
     LEFT JOIN follow_up f ON f.id = r.id WHERE 1 = 1";

/// Readings of one day by verdict.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DayCount {
    /// 检测项次
    pub tests: i64,
    /// 阳性
    pub positive: i64,
    /// 无效
    pub invalid: i64,
}

/// 点日 how many readings of one verdict a point has on a day.
#[derive(Debug, Clone, FromQueryResult)]
pub struct PointDay {
    /// 快检点
    pub point_id: String,
    /// 结果
    pub verdict: String,
    /// 读数
    pub n: i64,
}

impl Store {
    /// Points in the scope.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn points(&self, scope: &Scope) -> Result<Vec<Point>, Error> {
        let mut sql = Sql::new("SELECT detail FROM rapid_point WHERE 1 = 1");
        match scope {
            Scope::District => {}
            Scope::Streets(streets) => {
                sql.within("AND street IN", streets.iter().map(String::as_str));
            }
            Scope::Point(point) => {
                sql.push("AND id = ?", [point.to_string().into()]);
            }
            Scope::Lab(_) => {
                sql.push("AND 1 = 0", []);
            }
        }
        sql.push("ORDER BY name", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// The ledger, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ledger(&self, filter: &LedgerFilter, scope: &Scope) -> Result<Vec<LedgerRow>, Error> {
        let mut sql = Sql::new(LEDGER);
        scope_on_reading(&mut sql, scope);
        sql.and_if("AND r.day = ?", filter.day.as_deref())
            .and_if("AND r.point_id = ?", filter.point.as_deref())
            .and_if("AND r.verdict = ?", filter.verdict.as_deref())
            .push("ORDER BY r.day DESC, r.tested_at DESC, r.id DESC", []);
        if let Some(most) = filter.newest {
            sql.push("LIMIT ?", [i64::try_from(most).unwrap_or(i64::MAX).into()]);
        }
        sql.all::<Line>(&self.read).await?.iter().map(ledger_row).collect()
    }
    /// One reading.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reading(&self, id: &str, scope: &Scope) -> Result<Option<LedgerRow>, Error> {
        let mut sql = Sql::new(LEDGER);
        sql.push("AND r.id = ?", [id.into()]);
        scope_on_reading(&mut sql, scope);
        sql.all::<Line>(&self.read).await?.first().map(ledger_row).transpose()
    }
    /// Positives not settled yet, oldest first, all of them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn open_positives(&self, scope: &Scope) -> Result<Vec<LedgerRow>, Error> {
        let mut sql = Sql::new(
            "SELECT r.detail, p.name AS point, f.detail AS follow_up FROM follow_up f JOIN rapid_reading r ON r.id = f.id JOIN rapid_point p ON p.id = r.point_id \
             WHERE f.settled_at IS NULL",
        );
        scope_on_reading(&mut sql, scope);
        sql.push("ORDER BY r.tested_at, r.id", []);
        sql.all::<Line>(&self.read).await?.iter().map(ledger_row).collect()
    }
    /// Those of the same that follow them, by themselves: to be counted, not to be listed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn open_follow_ups(&self, scope: &Scope) -> Result<Vec<FollowUpRecord>, Error> {
        let mut sql = Sql::new("SELECT f.detail FROM follow_up f");
        if *scope != Scope::District {
            sql.push("JOIN rapid_reading r ON r.id = f.id", []);
        }
        scope_on_reading(sql.push("WHERE f.settled_at IS NULL", []), scope);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// The readings of a day by point and verdict.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn points_of_day(&self, day: &str, scope: &Scope) -> Result<Vec<PointDay>, Error> {
        let mut sql = Sql::new("SELECT r.point_id, r.verdict, COUNT(*) AS n FROM rapid_reading r WHERE 1 = 1");
        sql.push("AND r.day = ?", [day.into()]);
        scope_on_reading(&mut sql, scope);
        sql.push("GROUP BY r.point_id, r.verdict", []);
        sql.all(&self.read).await
    }
    /// Counts of one day.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rapid_day(&self, day: &str, scope: &Scope) -> Result<DayCount, Error> {
        #[derive(FromQueryResult)]
        struct Sum {
            verdict: String,
            n: i64,
        }
        let mut sql = Sql::new("SELECT r.verdict, COUNT(*) AS n FROM rapid_reading r WHERE 1 = 1");
        sql.push("AND r.day = ?", [day.into()]);
        scope_on_reading(&mut sql, scope);
        sql.push("GROUP BY r.verdict", []);
        let mut count = DayCount::default();
        for sum in sql.all::<Sum>(&self.read).await? {
            count.tests += sum.n;
            match sum.verdict.as_str() {
                "positive" => count.positive += sum.n,
                "invalid" => count.invalid += sum.n,
                _ => {}
            }
        }
        Ok(count)
    }
    /// Does this photo belong to a reading or follow-up this scope may see. The text of a note opens no file, whatever it says.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn photo_visible(&self, sha256: &str, scope: &Scope) -> Result<bool, Error> {
        let like = format!("%\"{}\"%", sha256.replace(['%', '_', '"'], ""));
        let mut sql = Sql::new(LEDGER);
        scope_on_reading(&mut sql, scope);
        sql.push("AND (r.detail LIKE ? OR f.detail LIKE ?)", [like.clone().into(), like.into()]);
        for line in sql.all::<Line>(&self.read).await? {
            let row = ledger_row(&line)?;
            let of_follow_up = row.follow_up.is_some_and(|f| f.follow_up.evidence.iter().any(|e| e == sha256));
            if of_follow_up || row.reading.reading.photo.as_deref() == Some(sha256) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Unit {
    /// The reading of a point that so many others followed; nothing when it has not that many. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reading_before(&self, point: &str, others: u64) -> Result<Option<ReadingRecord>, Error> {
        let mut sql = Sql::new("SELECT detail FROM rapid_reading WHERE 1 = 1");
        let others = i64::try_from(others).unwrap_or(i64::MAX);
        sql.push("AND point_id = ? ORDER BY day DESC, id DESC LIMIT 1 OFFSET ?", [point.into(), others.into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
}
