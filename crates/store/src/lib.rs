//! 存储 what the house keeps and how it is written: SeaORM entities (private to this crate), the unit of work with its journal,
//! queries that always take the scope of the user. Returns domain types and plain rows. What belongs to one kind of work stands in its room, with
//! the nouns that it keeps; what every room needs stands beside them.

pub mod backup;
mod bound;
pub mod code;
mod connect;
mod corrupt;
mod entity;
pub mod error;
mod file;
mod health;
pub mod jobs;
mod journal;
mod link;
pub mod once;
pub mod query;
pub mod record;
pub mod records;
mod snapshot;
mod steady;
mod unit;
pub mod verify;
mod wal;

// rooms, as app has them
pub mod bench;
pub mod cases;
pub mod figures;
pub mod intake;
pub mod limits;
pub mod people;
pub mod plan;
pub mod rapid;
pub mod reference;
pub mod reports;
pub mod upkeep;

pub use connect::{Engine, Store, shown, sqlite_file, sqlite_url};
pub use corrupt::corruption;
pub use error::{Error, lost_race};
pub use file::media_type;
pub use journal::{Entry, GENESIS, Head, sha256_hex};
pub use record::Record;
pub use snapshot::Snapshot;
pub use unit::{Unit, Who};
