//! Reference data, imports, and look-ups inside a unit of work.

use sea_orm::FromQueryResult;
use serde::Serialize;
use shiyan_foundation::Label;
use shiyan_lab_results::bench::{ProfileState, ProfileVersion};
use shiyan_lab_results::order::{self, TestItem, TestOrder};
use shiyan_nonconformity::Case;

use super::{Count, Detail, Sql, records};
use crate::records::{ClockRecord, ItemPackage, LimitRecord, PublishedResult, SampleRecord};
use crate::{Error, Store, Unit};

/// Filters of the limit list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitFilter {
    /// Free text: item or category.
    pub q: Option<String>,
    /// 状态
    pub status: Option<String>,
}

impl LimitFilter {
    fn narrow<'a>(&self, sql: &'a mut Sql) -> &'a mut Sql {
        if let Some(q) = self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            let like = format!("%{}%", q.replace(['%', '_'], ""));
            sql.push("AND (analyte LIKE ? OR category LIKE ?)", [like.clone().into(), like.into()]);
        }
        sql.and_if("AND status = ?", self.status.as_deref())
    }
}

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
    /// 在用的仪器格式 the profiles of the page that are in use, by key.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profiles_in_use(&self) -> Result<Vec<ProfileVersion>, Error> {
        let mut sql = Sql::new("SELECT detail FROM instrument_profile WHERE 1 = 1");
        sql.push("AND state = ? ORDER BY key", [ProfileState::Active.code().into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// Limits by category and item, a page of them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn limits(&self, filter: &LimitFilter, from: u64, most: u64) -> Result<Vec<LimitRecord>, Error> {
        let mut sql = Sql::new("SELECT detail FROM limit_row WHERE 1 = 1");
        let bound = |n: u64| i64::try_from(n).unwrap_or(i64::MAX).into();
        filter.narrow(&mut sql).push("ORDER BY category, analyte, effective_from, id LIMIT ? OFFSET ?", [bound(most), bound(from)]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// How many limits there are under a filter.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_limits(&self, filter: &LimitFilter) -> Result<usize, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM limit_row WHERE 1 = 1");
        filter.narrow(&mut sql);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| usize::try_from(c.n).unwrap_or(0)))
    }
    /// 检验项目包 of one 大类 with those above it, retired ones included.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn packages_of_class(&self, class: &str) -> Result<Vec<ItemPackage>, Error> {
        let mut sql = Sql::new("SELECT detail FROM item_package WHERE 1 = 1");
        // the pattern only narrows: which package covers a sample is decided by its path
        let below = format!("{}/%", class.replace(['%', '_'], ""));
        sql.push("AND (category = ? OR category LIKE ?) ORDER BY id", [class.into(), below.into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// 复判 a page of orders with their samples and items, by id: those not issued, or those whose report in force was issued on
    /// that day or later.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn orders_to_rejudge(
        &self,
        issued_since: Option<shiyan_foundation::NaiveDate>,
        after: &str,
        scope: &shiyan_foundation::Scope,
        most: u64,
    ) -> Result<Vec<(TestOrder, SampleRecord, Vec<TestItem>)>, Error> {
        #[derive(FromQueryResult)]
        struct Pair {
            order_detail: String,
            sample_detail: String,
        }
        let mut sql = Sql::new("SELECT o.detail AS order_detail, s.detail AS sample_detail FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE 1 = 1");
        sql.push("AND o.id > ?", [after.into()]);
        match issued_since {
            None => sql.within("AND o.state IN", order::MOVES.open().map(Label::code)),
            Some(day) => sql.within("AND o.state IN", order::MOVES.over_codes()).push("AND o.issued_on >= ?", [day.to_string().into()]),
        };
        sql.sample_scope(scope).push("ORDER BY o.id LIMIT ?", [i64::try_from(most).unwrap_or(200).into()]);
        let mut found: Vec<(TestOrder, SampleRecord, Vec<TestItem>)> = Vec::new();
        for pair in sql.all::<Pair>(&self.read).await? {
            found.push((serde_json::from_str(&pair.order_detail)?, serde_json::from_str(&pair.sample_detail)?, Vec::new()));
        }
        let ids: Vec<String> = found.iter().map(|(order, ..)| order.id.to_string()).collect();
        if ids.is_empty() {
            return Ok(found);
        }
        let mut sql = Sql::new("SELECT detail FROM test_item WHERE 1 = 1");
        sql.within("AND order_id IN", ids.iter().map(String::as_str)).push("ORDER BY order_id, position", []);
        let items: Vec<TestItem> = records(sql.all::<Detail>(&self.read).await?)?;
        let place: std::collections::HashMap<_, usize> = found.iter().enumerate().map(|(at, (order, ..))| (order.id, at)).collect();
        for item in items {
            if let Some(at) = place.get(&item.order) {
                found[*at].2.push(item);
            }
        }
        Ok(found)
    }
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
    /// Which of these limit rows are already there.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn known_limits(&self, ids: &[String]) -> Result<Vec<String>, Error> {
        #[derive(FromQueryResult)]
        struct Id {
            id: String,
        }
        let mut known = Vec::new();
        for chunk in ids.chunks(500) {
            let mut sql = Sql::new("SELECT id FROM limit_row WHERE 1 = 1");
            sql.within("AND id IN", chunk.iter().map(String::as_str));
            known.extend(sql.all::<Id>(self.tx()).await?.into_iter().map(|r| r.id));
        }
        Ok(known)
    }
    /// Is a sheet number taken by another sample.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn number_taken(&self, number: &str, by_other_than: &str) -> Result<bool, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM sample WHERE 1 = 1");
        sql.push("AND sampling_no = ? AND id <> ?", [number.into(), by_other_than.into()]);
        Ok(sql.one::<Count>(self.tx()).await?.is_some_and(|c| c.n > 0))
    }
    /// The order of a sample, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn order_of_sample(&self, sample: &str) -> Result<Option<TestOrder>, Error> {
        let mut sql = Sql::new("SELECT detail FROM test_order WHERE 1 = 1");
        sql.push("AND sample_id = ?", [sample.into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
    /// The items of an order, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_of_order(&self, order: &str) -> Result<Vec<TestItem>, Error> {
        let mut sql = Sql::new("SELECT detail FROM test_item WHERE 1 = 1");
        sql.push("AND order_id = ? ORDER BY position", [order.into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// The clocks of a subject, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn clocks_of(&self, subject: &str) -> Result<Vec<ClockRecord>, Error> {
        let mut sql = Sql::new("SELECT detail FROM clock WHERE 1 = 1");
        sql.push("AND subject = ?", [subject.into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// The open clocks of all subjects, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn running_clocks(&self) -> Result<Vec<ClockRecord>, Error> {
        let mut sql = Sql::new("SELECT detail FROM clock WHERE stopped_on IS NULL AND NOT cancelled");
        sql.push("ORDER BY id", []);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// The cases of an order, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_of_order(&self, order: &str) -> Result<Vec<Case>, Error> {
        let mut sql = Sql::new("SELECT detail FROM case_file WHERE 1 = 1");
        sql.push("AND order_id = ?", [order.into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// The next serial of case numbers of a year.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn next_case_serial(&self, year: i32) -> Result<u32, Error> {
        #[derive(FromQueryResult)]
        struct Last {
            no: String,
        }
        let mut sql = Sql::new("SELECT no FROM case_file WHERE 1 = 1");
        sql.push("AND no LIKE ? ORDER BY LENGTH(no) DESC, no DESC LIMIT 1", [format!("HC{year:04}-%").into()]);
        let last = sql.one::<Last>(self.tx()).await?.map(|l| l.no);
        Ok(last.and_then(|no| no.split('-').nth(1).and_then(|serial| serial.parse::<u32>().ok())).unwrap_or(0) + 1)
    }
    /// 在用的仪器格式 the version of a profile that is in use, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profile_in_use(&self, key: &str) -> Result<Option<ProfileVersion>, Error> {
        let mut sql = Sql::new("SELECT detail FROM instrument_profile WHERE 1 = 1");
        sql.push("AND state = ? AND key = ?", [ProfileState::Active.code().into(), key.into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
    /// The plan of a year, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plan_of_year(&self, year: i32) -> Result<Option<shiyan_sampling_plan::Plan>, Error> {
        let mut sql = Sql::new("SELECT detail FROM plan WHERE 1 = 1");
        sql.push("AND year = ?", [i64::from(year).into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
    /// Removes every row of the demonstration; the journal keeps what was done and notes the removal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_demo(&mut self, who: &crate::Who) -> Result<u64, Error> {
        use sea_orm::ConnectionTrait;
        let mut removed = 0;
        for sql in [
            "DELETE FROM clock WHERE demo",
            "DELETE FROM case_file WHERE demo",
            "DELETE FROM paper WHERE demo",
            "DELETE FROM test_report WHERE demo",
            "DELETE FROM test_item WHERE demo",
            "DELETE FROM worksheet WHERE demo",
            "DELETE FROM worksheet_template WHERE demo",
            "DELETE FROM instrument WHERE demo",
            "DELETE FROM test_order WHERE demo",
            "DELETE FROM follow_up WHERE demo",
            "DELETE FROM rapid_reading WHERE demo",
            "DELETE FROM rapid_point WHERE demo",
            "DELETE FROM sample WHERE demo",
            "DELETE FROM stall WHERE demo",
            "DELETE FROM market WHERE demo",
            "DELETE FROM producer WHERE demo",
            "DELETE FROM operator WHERE demo",
            "DELETE FROM plan WHERE demo",
            "DELETE FROM item_package WHERE demo",
            "DELETE FROM laboratory WHERE demo",
            "DELETE FROM limit_row WHERE id LIKE 'DEMO%'",
            "DELETE FROM login_session WHERE user_id IN (SELECT id FROM user_account WHERE demo)",
            "DELETE FROM setup_token WHERE user_id IN (SELECT id FROM user_account WHERE demo)",
            "DELETE FROM user_account WHERE demo",
        ] {
            removed += self.tx().execute_unprepared(sql).await?.rows_affected();
        }
        self.note(who, crate::verify::DEMO_REMOVED, "demo".to_owned(), serde_json::json!({ "rows": removed })).await?;
        Ok(removed)
    }
    /// Is any demonstration data there.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_demo(&self) -> Result<bool, Error> {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM user_account WHERE demo");
        Ok(sql.one::<Count>(self.tx()).await?.is_some_and(|c| c.n > 0))
    }
}
