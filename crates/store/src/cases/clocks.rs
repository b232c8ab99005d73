//! 时限钟 of a subject and of all, inside a unit of work.

use crate::query::{Detail, Sql, records};
use crate::records::ClockRecord;
use crate::{Error, Unit};

impl Unit {
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
}
