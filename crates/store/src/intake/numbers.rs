//! Whether the number of a sheet is taken, inside a unit of work.

use crate::query::{Count, Sql};
use crate::{Error, Unit};

impl Unit {
    /// Is a sheet number taken by another sample.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn number_taken(&self, number: &str, by_other_than: &str) -> Result<bool, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM sample WHERE 1 = 1");
        sql.push("AND sampling_no = ? AND id <> ?", [number.into(), by_other_than.into()]);
        Ok(sql.one::<Count>(self.tx()).await?.is_some_and(|c| c.n > 0))
    }
}
