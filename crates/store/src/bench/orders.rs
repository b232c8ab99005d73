//! 检验任务 the order of a sample and its items, inside a unit of work.

use shiyan_lab_results::order::{TestItem, TestOrder};

use crate::query::{Detail, Sql, records};
use crate::{Error, Unit};

impl Unit {
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
}
