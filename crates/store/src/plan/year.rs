//! The plan of a year.

use shiyan_sampling_plan::Plan;

use crate::query::{Detail, Sql, records};
use crate::{Error, Store, Unit};

impl Store {
    /// The plan of a year.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plan_of_year(&self, year: i32) -> Result<Option<Plan>, Error> {
        let mut sql = Sql::new("SELECT detail FROM plan WHERE 1 = 1");
        sql.push("AND year = ?", [i64::from(year).into()]);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
}

impl Unit {
    /// The plan of a year, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plan_of_year(&self, year: i32) -> Result<Option<Plan>, Error> {
        let mut sql = Sql::new("SELECT detail FROM plan WHERE 1 = 1");
        sql.push("AND year = ?", [i64::from(year).into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
}
