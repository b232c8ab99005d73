//! The schema, one concern a file. The same statements run on SQLite and on PostgreSQL; where the engines differ the
//! difference is spelt out beside it.
//!
//! Every noun has one row: searchable columns, and `detail`, the whole noun as canonical JSON, whose hash stands in the row
//! and in the journal. The columns are projections of `detail`; `shiyan verify` recomputes both.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

mod m0001_journal;
mod m0002_people;
mod m0003_reference;
mod m0004_samples;
mod m0005_cases;
mod m0006_rapid;
mod m0007_imports;
mod m0008_bench;
mod m0009_history;
mod m0010_login;

/// Runs the migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_journal::Migration),
            Box::new(m0002_people::Migration),
            Box::new(m0003_reference::Migration),
            Box::new(m0004_samples::Migration),
            Box::new(m0005_cases::Migration),
            Box::new(m0006_rapid::Migration),
            Box::new(m0007_imports::Migration),
            Box::new(m0008_bench::Migration),
            Box::new(m0009_history::Migration),
            Box::new(m0010_login::Migration),
        ]
    }
}

/// Runs statements one by one; `BYTES` stands for the engine's binary type.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let bytes = if manager.get_database_backend() == DbBackend::Postgres { "BYTEA" } else { "BLOB" };
    for statement in statements {
        db.execute_unprepared(&statement.replace("BYTES", bytes)).await?;
    }
    Ok(())
}

/// 只增保护 one trigger that refuses to change rows of an append-only table: enforcement before detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// The table.
    pub table: &'static str,
    /// What it forbids: `UPDATE` or `DELETE`.
    pub verb: &'static str,
}

/// Every trigger that the migrations make; `shiyan verify` looks whether they stand.
pub const GUARDS: [Guard; 2] = [Guard { table: "journal", verb: "UPDATE" }, Guard { table: "journal", verb: "DELETE" }];

impl Guard {
    /// Name of the trigger, and on PostgreSQL of its function.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}_no_{}", self.table, self.verb.to_lowercase())
    }
    /// What the function of PostgreSQL does.
    #[must_use]
    pub fn body(self) -> String {
        format!(" BEGIN RAISE EXCEPTION 'rows of {} are append-only'; END ", self.table)
    }
    /// The statement that makes the trigger on SQLite, as its catalogue keeps it.
    #[must_use]
    pub fn sqlite(self) -> String {
        let Guard { table, verb } = self;
        format!("CREATE TRIGGER {} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'rows of {table} are append-only'); END", self.name())
    }
}

/// Makes the guards of a table.
pub(crate) async fn append_only(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    for guard in GUARDS.iter().filter(|g| g.table == table) {
        if manager.get_database_backend() == DbBackend::Postgres {
            let (name, verb) = (guard.name(), guard.verb);
            db.execute_unprepared(&format!("CREATE FUNCTION {name}() RETURNS trigger AS $${}$$ LANGUAGE plpgsql", guard.body())).await?;
            db.execute_unprepared(&format!("CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")).await?;
        } else {
            db.execute_unprepared(&guard.sqlite()).await?;
        }
    }
    Ok(())
}

/// A migration that only goes up: a published schema is restored from the backup taken before it, not rolled back.
macro_rules! up_only {
    (|$manager:ident| $body:expr) => {
        #[derive(Debug, sea_orm_migration::prelude::DeriveMigrationName)]
        pub struct Migration;
        #[async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Migration {
            async fn up(&self, $manager: &sea_orm_migration::prelude::SchemaManager) -> Result<(), sea_orm_migration::prelude::DbErr> {
                $body
            }
        }
    };
}
pub(crate) use up_only;
