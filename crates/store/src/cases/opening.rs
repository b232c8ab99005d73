//! The cases of an order and the next number of a case, inside a unit of work.

use sea_orm::FromQueryResult;
use shiyan_nonconformity::Case;

use crate::query::{Detail, Sql, records};
use crate::{Error, Unit};

impl Unit {
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
}
