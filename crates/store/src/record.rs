//! What every stored noun can do: say its key, its revision, and the row that its content makes.

use sea_orm::{EntityTrait, IntoActiveModel};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shiyan_foundation::Instant;

use crate::journal::sha256_hex;

/// The row type of a record.
pub type Row<T> = <<T as Record>::Entity as EntityTrait>::Model;

/// A noun that is kept: one row a key, its whole content in `detail`.
pub trait Record: Serialize + DeserializeOwned + Send + Sync {
    /// The entity.
    type Entity: EntityTrait<Model: IntoActiveModel<<Self::Entity as EntityTrait>::ActiveModel> + PartialEq + std::fmt::Debug + Send + Sync, ActiveModel: Send>;
    /// Word before the key in journal subjects.
    const SUBJECT: &'static str;
    /// Key.
    fn key(&self) -> String;
    /// Revision.
    fn revision(&self) -> i64;
    /// 演示数据
    fn demo(&self) -> bool {
        false
    }
    /// 文件 kept by their hash that this record names; `shiyan verify` looks for each.
    fn files(&self) -> Vec<&str> {
        Vec::new()
    }
    /// The row with its projected columns.
    fn row(&self, detail: String, content_hash: String) -> Row<Self>;
    /// `id` and `revision` columns.
    fn columns() -> (<Self::Entity as EntityTrait>::Column, <Self::Entity as EntityTrait>::Column);
    /// The `detail` of a row.
    fn detail(row: &Row<Self>) -> &str;
    /// The stored hash of a row.
    fn stored_hash(row: &Row<Self>) -> &str;
    /// The subject in the journal.
    fn subject(&self) -> String {
        format!("{}:{}", Self::SUBJECT, self.key())
    }
}

/// Canonical content, its hash, and the row.
pub(crate) fn to_row<T: Record>(record: &T) -> Result<(Row<T>, String), serde_json::Error> {
    let detail = serde_json::to_string(record)?;
    let hash = sha256_hex(detail.as_bytes());
    Ok((record.row(detail, hash.clone()), hash))
}

/// The record out of its row.
pub(crate) fn from_row<T: Record>(row: &Row<T>) -> Result<T, serde_json::Error> {
    serde_json::from_str(T::detail(row))
}

/// The day of a moment, as a column.
pub(crate) fn day(at: Instant) -> String {
    at.format("%Y-%m-%d").to_string()
}
/// What may be lacking, as a column.
pub(crate) fn text(value: Option<impl std::fmt::Display>) -> Option<String> {
    value.map(|v| v.to_string())
}

/// `created`: a revision that a record without one of its own has for ever.
macro_rules! record {
    ($ty:ty, $module:ident, $subject:literal, key $key:expr, revision $revision:expr, demo $demo:expr, row |$r:ident| { $($field:ident : $value:expr),* $(,)? } $(, files $files:expr)?) => {
        impl Record for $ty {
            type Entity = e::$module::Entity;
            const SUBJECT: &'static str = $subject;
            fn key(&self) -> String { let f: fn(&$ty) -> String = $key; f(self) }
            fn revision(&self) -> i64 { let f: fn(&$ty) -> i64 = $revision; f(self) }
            fn demo(&self) -> bool { let f: fn(&$ty) -> bool = $demo; f(self) }
            $(fn files(&self) -> Vec<&str> { let f: fn(&$ty) -> Vec<&str> = $files; f(self) })?
            fn row(&self, detail: String, content_hash: String) -> Row<Self> {
                let $r = self;
                e::$module::Model { id: self.key(), revision: self.revision(), $($field: $value,)* detail, content_hash }
            }
            fn columns() -> (e::$module::Column, e::$module::Column) { (e::$module::Column::Id, e::$module::Column::Revision) }
            fn detail(row: &Row<Self>) -> &str { &row.detail }
            fn stored_hash(row: &Row<Self>) -> &str { &row.content_hash }
        }
    };
}
pub(crate) use record;
