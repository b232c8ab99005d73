//! 演示数据 whether there is any, and its removal.

use sea_orm::ConnectionTrait;

use crate::query::{Count, Sql};
use crate::{Error, Unit};

impl Unit {
    /// Removes every row of the demonstration; the journal keeps what was done and notes the removal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_demo(&mut self, who: &crate::Who) -> Result<u64, Error> {
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
