//! 交换 the results of reports in force, as they leave the house.

use sea_orm::FromQueryResult;
use shiyan_foundation::{Instant, NaiveDate, Scope};
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_lab_results::report::TestReport;

use crate::query::Sql;
use crate::records::SampleRecord;
use crate::{Error, Store};

/// 已签发的检验 an order whose report is in force, with its sample and its items.
#[derive(Debug, Clone)]
pub struct IssuedOrder {
    /// Id of the report in force; they ascend in the order of issue.
    pub report: String,
    /// 报告编号
    pub number: String,
    /// 签发时间 of that report; the order keeps the day of its first one.
    pub issued_at: Instant,
    /// The order.
    pub order: TestOrder,
    /// The sample.
    pub sample: SampleRecord,
    /// Its items, in their order.
    pub items: Vec<TestItem>,
}

#[derive(FromQueryResult)]
struct Issued {
    id: String,
    report_detail: String,
    order_detail: String,
    sample_detail: String,
}

impl Store {
    /// The orders whose report in force was issued on these days: at most so many, after the report of this id, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn issued_orders(
        &self,
        (from, to): (NaiveDate, NaiveDate),
        after: Option<&str>,
        most: u64,
        scope: &Scope,
    ) -> Result<(Vec<IssuedOrder>, bool), Error> {
        let mut sql = Sql::new(
            "SELECT r.id, r.detail AS report_detail, o.detail AS order_detail, s.detail AS sample_detail FROM test_report r \
             JOIN test_order o ON o.id = r.order_id JOIN sample s ON s.id = r.sample_id \
             WHERE NOT EXISTS (SELECT 1 FROM test_report n WHERE n.order_id = r.order_id AND n.amendment > r.amendment)",
        );
        sql.push("AND r.issued_on >= ? AND r.issued_on <= ?", [from.to_string().into(), to.to_string().into()]).sample_scope(scope);
        sql.and_if("AND r.id > ?", after);
        sql.push("ORDER BY r.id LIMIT ?", [i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX).into()]);
        let mut rows: Vec<Issued> = sql.all(&self.read).await?;
        let more = rows.len() as u64 > most;
        rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let order: TestOrder = serde_json::from_str(&row.order_detail)?;
            let sample: SampleRecord = serde_json::from_str(&row.sample_detail)?;
            let report: TestReport = serde_json::from_str(&row.report_detail)?;
            out.push(IssuedOrder { report: row.id, number: report.number, issued_at: report.issued_at, order, sample, items: Vec::new() });
        }
        for some in out.chunks_mut(200) {
            let ids: Vec<String> = some.iter().map(|o| o.order.id.to_string()).collect();
            for item in self.items_of_orders(&ids, scope).await? {
                if let Some(order) = some.iter_mut().find(|o| o.order.id == item.order) {
                    order.items.push(item);
                }
            }
        }
        Ok((out, more))
    }
}
