//! 公布结果 the published results that were imported.

use sea_orm::FromQueryResult;
use serde::Serialize;

use crate::query::{Detail, Sql, records};
use crate::records::PublishedResult;
use crate::{Error, Store, Unit};

/// Totals of the published results by verdict and by category.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub struct PublishedTotal {
    /// 分类
    pub category: String,
    /// 判定
    pub verdict: String,
    /// Rows.
    pub n: i64,
}

impl Store {
    /// Published results, newest first, at most 100, of a verdict or all.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn published(&self, q: Option<&str>, verdict: Option<&str>) -> Result<Vec<PublishedResult>, Error> {
        let mut sql = Sql::new("SELECT detail FROM published_result WHERE 1 = 1");
        if let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) {
            let like = format!("%{}%", q.replace(['%', '_'], ""));
            sql.push("AND (product LIKE ? OR producer LIKE ? OR category LIKE ?)", [like.clone().into(), like.clone().into(), like.into()]);
        }
        sql.and_if("AND verdict = ?", verdict).push("ORDER BY published_on DESC, id DESC LIMIT 100", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// Totals of all published results.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn published_totals(&self) -> Result<Vec<PublishedTotal>, Error> {
        let mut sql = Sql::new("SELECT category, verdict, COUNT(*) AS n FROM published_result GROUP BY category, verdict");
        sql.push("ORDER BY category, verdict", []);
        sql.all(&self.read).await
    }
}

impl Unit {
    /// Which of these published rows are already there.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn known_published(&self, ids: &[String]) -> Result<Vec<String>, Error> {
        #[derive(FromQueryResult)]
        struct Id {
            id: String,
        }
        let mut known = Vec::new();
        for chunk in ids.chunks(500) {
            let mut sql = Sql::new("SELECT id FROM published_result WHERE 1 = 1");
            sql.within("AND id IN", chunk.iter().map(String::as_str));
            known.extend(sql.all::<Id>(self.tx()).await?.into_iter().map(|r| r.id));
        }
        Ok(known)
    }
}
