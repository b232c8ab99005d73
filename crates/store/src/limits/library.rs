//! 限量库 its rows, the packages of items that a food gets, and the orders that a row in use touches.

use sea_orm::FromQueryResult;
use shiyan_foundation::Label;
use shiyan_lab_results::order::{self, TestItem, TestOrder};

use crate::query::{Count, Detail, Sql, records};
use crate::records::{ItemPackage, LimitRecord, SampleRecord};
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

impl Store {
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
}

impl Unit {
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
}
