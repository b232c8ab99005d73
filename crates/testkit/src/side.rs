//! A second connection, as somebody with the database's own tools would have it.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

/// One connection with nothing of the program around it.
#[derive(Debug)]
pub struct Side {
    db: DatabaseConnection,
}

impl Side {
    pub async fn open(url: &str) -> Side {
        let mut options = ConnectOptions::new(url.to_owned());
        options.sqlx_logging(false).max_connections(1);
        Side { db: Database::connect(options).await.unwrap() }
    }
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Postgres
    }
    /// Rows changed, or what the database says.
    pub async fn run(&self, sql: &str) -> Result<u64, String> {
        self.db.execute_unprepared(sql).await.map(|done| done.rows_affected()).map_err(|e| e.to_string())
    }
    /// Runs it and it must change something.
    pub async fn change(&self, sql: &str) {
        let rows = self.run(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        assert!(rows > 0, "changed nothing: {sql}");
    }
    /// Runs it and it must be accepted.
    pub async fn must(&self, sql: &str) {
        self.run(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    /// The database itself must refuse it and name this.
    pub async fn refused(&self, sql: &str, names: &str) {
        match self.run(sql).await {
            Ok(rows) => panic!("accepted, {rows} rows: {sql}"),
            Err(why) => assert!(why.contains(names), "{sql}: refused, but not by {names}: {why}"),
        }
    }
    /// The texts of one column.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.db.query_all_raw(Statement::from_string(self.db.get_database_backend(), sql)).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
    }
    /// One text.
    pub async fn text(&self, sql: &str) -> String {
        self.texts(sql).await.pop().unwrap_or_else(|| panic!("no row: {sql}"))
    }
    /// Rows of a table.
    pub async fn count(&self, table_and_condition: &str) -> i64 {
        self.text(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table_and_condition}")).await.parse().unwrap()
    }
    /// Takes the journal's own protection away, as an intruder with the rights of the owner would.
    pub async fn open_the_journal(&self) {
        for verb in ["update", "delete"] {
            let on = if self.is_postgres() { " ON journal" } else { "" };
            self.must(&format!("DROP TRIGGER journal_no_{verb}{on}")).await;
        }
    }
    pub async fn close(self) {
        let _ = self.db.close().await;
    }
}

/// The address of another database on the same server.
#[must_use]
pub fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, None), |(a, q)| (a, Some(q)));
    let host = address.strip_prefix("postgres://").or_else(|| address.strip_prefix("postgresql://")).unwrap_or(address);
    let authority = host.split('/').next().unwrap_or(host);
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    format!("postgres://{authority}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::with_database;
    #[test]
    fn the_database_is_replaced_and_the_rest_stays() {
        assert_eq!(with_database("postgres://u@h:1/postgres?sslmode=disable", "x"), "postgres://u@h:1/x?sslmode=disable");
        assert_eq!(with_database("postgresql://u@h:1", "x"), "postgres://u@h:1/x");
    }
}
