//! The schema, one concern a file. The same statements run on SQLite and on PostgreSQL; where the engines differ the
//! difference is spelt out beside it.
//!
//! Every noun has one row: searchable columns, and `detail`, the whole noun as canonical JSON, whose hash stands in the row
//! and in the journal. The columns are projections of `detail`; `shiyan verify` recomputes both.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

pub mod grant;
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
mod m0011_once;
mod m0012_vouched;
mod m0013_bounds;
mod m0014_profiles;
mod m0015_lists;
mod m0016_kept_uploads;
mod m0017_jobs;
mod m0018_parties;
mod m0019_papers;
mod m0020_million;

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
            Box::new(m0011_once::Migration),
            Box::new(m0012_vouched::Migration),
            Box::new(m0013_bounds::Migration),
            Box::new(m0014_profiles::Migration),
            Box::new(m0015_lists::Migration),
            Box::new(m0016_kept_uploads::Migration),
            Box::new(m0017_jobs::Migration),
            Box::new(m0018_parties::Migration),
            Box::new(m0019_papers::Migration),
            Box::new(m0020_million::Migration),
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
    /// What it forbids: `UPDATE`, `DELETE` or, on PostgreSQL, `TRUNCATE`.
    pub verb: &'static str,
    /// Rows of the demonstration may go: they are removed as they came.
    pub but_demo: bool,
    /// The migration that makes it.
    pub since: Since,
}

/// Which migration makes a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The first.
    Journal,
    /// `m0012_vouched`.
    Vouched,
}

const fn guard_of(table: &'static str, verb: &'static str, but_demo: bool, since: Since) -> Guard {
    Guard { table, verb, but_demo, since }
}

/// Every trigger that the migrations make; `shiyan verify` looks whether they stand.
pub const GUARDS: [Guard; 12] = [
    guard_of("journal", "UPDATE", false, Since::Journal),
    guard_of("journal", "DELETE", false, Since::Journal),
    guard_of("journal", "TRUNCATE", false, Since::Vouched),
    guard_of("blob", "UPDATE", false, Since::Vouched),
    guard_of("blob", "DELETE", false, Since::Vouched),
    guard_of("blob", "TRUNCATE", false, Since::Vouched),
    guard_of("rapid_reading", "UPDATE", false, Since::Vouched),
    guard_of("rapid_reading", "DELETE", true, Since::Vouched),
    guard_of("rapid_reading", "TRUNCATE", false, Since::Vouched),
    guard_of("test_report", "UPDATE", false, Since::Vouched),
    guard_of("test_report", "DELETE", true, Since::Vouched),
    guard_of("test_report", "TRUNCATE", false, Since::Vouched),
];

impl Guard {
    /// Name of the trigger, and on PostgreSQL of its function.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}_no_{}", self.table, self.verb.to_lowercase())
    }
    /// Whether SQLite has such a trigger: it knows no `TRUNCATE`.
    #[must_use]
    pub fn on_sqlite(self) -> bool {
        self.verb != "TRUNCATE"
    }
    /// What the function of PostgreSQL does.
    #[must_use]
    pub fn body(self) -> String {
        format!(" BEGIN RAISE EXCEPTION 'rows of {} are append-only'; END ", self.table)
    }
    /// The statement that makes the trigger on SQLite, as its catalogue keeps it.
    #[must_use]
    pub fn sqlite(self) -> String {
        let Guard { table, verb, .. } = self;
        let when = if self.but_demo { " WHEN NOT OLD.demo" } else { "" };
        format!("CREATE TRIGGER {} BEFORE {verb} ON {table}{when} BEGIN SELECT RAISE(ABORT, 'rows of {table} are append-only'); END", self.name())
    }
    /// The statement that makes the trigger on PostgreSQL, once its function is there.
    #[must_use]
    pub fn postgres(self) -> String {
        let Guard { table, verb, .. } = self;
        let name = self.name();
        let each = if verb == "TRUNCATE" { "STATEMENT" } else { "ROW" };
        let when = if self.but_demo { " WHEN (NOT OLD.demo)" } else { "" };
        format!("CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH {each}{when} EXECUTE FUNCTION {name}()")
    }
}

/// Makes guards.
pub(crate) async fn guard(manager: &SchemaManager<'_>, guards: impl Iterator<Item = &Guard>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    for guard in guards {
        if manager.get_database_backend() == DbBackend::Postgres {
            let name = guard.name();
            db.execute_unprepared(&format!("CREATE FUNCTION {name}() RETURNS trigger AS $${}$$ LANGUAGE plpgsql", guard.body())).await?;
            db.execute_unprepared(&guard.postgres()).await?;
        } else if guard.on_sqlite() {
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
