//! A second connection, as somebody with the database's own tools would have it.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use shiyan_migrations::{GUARDS, Guard};

/// One connection with nothing of the program around it.
#[derive(Debug)]
pub struct Side {
    db: DatabaseConnection,
}

impl Side {
    pub async fn open(url: &str) -> Side {
        Self::try_open(url).await.unwrap_or_else(|e| panic!("{url}: {e}"))
    }
    /// Opens it, or gives what the database says.
    pub async fn try_open(url: &str) -> Result<Side, String> {
        let mut options = ConnectOptions::new(url.to_owned());
        options.sqlx_logging(false).max_connections(1);
        Ok(Side { db: Database::connect(options).await.map_err(|e| e.to_string())? })
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
        self.try_texts(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
    }
    /// The texts of one column, or what the database says.
    pub async fn try_texts(&self, sql: &str) -> Result<Vec<String>, String> {
        let rows = self.db.query_all_raw(Statement::from_string(self.db.get_database_backend(), sql)).await.map_err(|e| e.to_string())?;
        rows.iter().map(|row| row.try_get_by_index::<String>(0).map_err(|e| e.to_string())).collect()
    }
    /// One text.
    pub async fn text(&self, sql: &str) -> String {
        self.texts(sql).await.pop().unwrap_or_else(|| panic!("no row: {sql}"))
    }
    /// Rows of a table.
    pub async fn count(&self, table_and_condition: &str) -> i64 {
        self.text(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table_and_condition}")).await.parse().unwrap()
    }
    /// Takes the protection of a table that only grows away, as an intruder with the rights of the owner would.
    pub async fn open_guards(&self, table: &str) {
        for guard in self.guards(table) {
            let on = if self.is_postgres() { format!(" ON {table}") } else { String::new() };
            self.must(&format!("DROP TRIGGER {}{on}", guard.name())).await;
        }
    }
    /// Puts it back.
    pub async fn close_guards(&self, table: &str) {
        for guard in self.guards(table) {
            self.must(&if self.is_postgres() { guard.postgres() } else { guard.sqlite() }).await;
        }
    }
    fn guards(&self, table: &str) -> Vec<Guard> {
        GUARDS.into_iter().filter(|g| g.table == table && (self.is_postgres() || g.on_sqlite())).collect()
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

/// The same address for another user.
#[must_use]
pub fn with_user(url: &str, user: &str, password: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let place = rest.split_once('@').map_or(rest, |(_, place)| place);
    format!("postgres://{user}:{}@{place}", password.replace(' ', "%20"))
}

#[cfg(test)]
mod tests {
    use super::{with_database, with_user};
    #[test]
    fn the_user_is_replaced_and_the_rest_stays() {
        assert_eq!(with_user("postgres://u@h:1/x?sslmode=disable", "w", "a b"), "postgres://w:a%20b@h:1/x?sslmode=disable");
    }
    #[test]
    fn the_database_is_replaced_and_the_rest_stays() {
        assert_eq!(with_database("postgres://u@h:1/postgres?sslmode=disable", "x"), "postgres://u@h:1/x?sslmode=disable");
        assert_eq!(with_database("postgresql://u@h:1", "x"), "postgres://u@h:1/x");
    }
}
