//! Queries. Whatever shows business data takes the scope of the user; what it cannot see does not exist for it.

pub mod cases;
pub mod facts;
pub mod people;
pub mod rapid;
pub mod reference;
pub mod reports;
pub mod samples;
pub mod uploads;
pub mod worksheets;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement, Value};
use shiyan_foundation::{Instant, Scope};

use crate::entity::{blob, journal};
use crate::file::media_type;
use crate::journal::{Entry, stamp};
use crate::record::{Record, from_row};
use crate::{Error, Head, Store, sha256_hex};

/// Rows of a list page.
pub const PAGE: u64 = 50;

/// SQL put together from fixed fragments; every value is bound, never written into the text.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }
    /// Appends a fixed fragment; each `?` in it is bound to the next value.
    pub(crate) fn push(&mut self, fragment: &'static str, values: impl IntoIterator<Item = Value>) -> &mut Self {
        self.text.push(' ');
        self.text.push_str(fragment);
        self.values.extend(values);
        self
    }
    /// `AND fragment` with one value, when there is one.
    pub(crate) fn and_if(&mut self, fragment: &'static str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            self.push(fragment, [value.into()]);
        }
        self
    }
    /// `fragment (?, ?, …)`.
    pub(crate) fn within<'a>(&mut self, fragment: &'static str, members: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let values: Vec<Value> = members.into_iter().map(Value::from).collect();
        if values.is_empty() {
            return self.push("AND 1 = 0", []);
        }
        let marks = vec!["?"; values.len()].join(", ");
        self.text.push(' ');
        self.text.push_str(fragment);
        self.text.push_str(" (");
        self.text.push_str(&marks);
        self.text.push(')');
        self.values.extend(values);
        self
    }
    /// The scope on the sample with alias `s`.
    pub(crate) fn sample_scope(&mut self, scope: &Scope) -> &mut Self {
        match scope {
            Scope::District => self,
            Scope::Streets(streets) if streets.is_empty() => self.push("AND 1 = 0", []),
            // A draft has no street yet: whoever writes it must be able to go on.
            Scope::Streets(streets) => {
                self.within("AND ((s.state = 'draft' AND s.street = '') OR s.street IN", streets.iter().map(String::as_str)).push(")", [])
            }
            Scope::Point(_) => self.push("AND 1 = 0", []),
            Scope::Lab(lab) => self.push("AND s.lab = (SELECT name FROM laboratory WHERE id = ?)", [lab.to_string().into()]),
        }
    }
    pub(crate) fn statement(&self, db: &impl ConnectionTrait) -> Statement {
        let text = if crate::connect::is_postgres(db) { for_postgres(&self.text) } else { self.text.clone() };
        // PostgreSQL takes no NUL in a text, and no stored text holds one: an address that brings it finds nothing.
        let values = self.values.iter().map(|value| match value {
            Value::String(Some(text)) if text.contains('\0') => Value::from(text.replace('\0', "\u{fffd}")),
            other => other.clone(),
        });
        Statement::from_sql_and_values(db.get_database_backend(), text, values)
    }
    pub(crate) async fn all<R: FromQueryResult>(&self, db: &impl ConnectionTrait) -> Result<Vec<R>, Error> {
        Ok(R::find_by_statement(self.statement(db)).all(db).await?)
    }
    pub(crate) async fn one<R: FromQueryResult>(&self, db: &impl ConnectionTrait) -> Result<Option<R>, Error> {
        Ok(R::find_by_statement(self.statement(db)).one(db).await?)
    }
}

/// The fragments are written for SQLite; PostgreSQL numbers its marks and has other names for the two functions that pack rows.
fn for_postgres(text: &str) -> String {
    numbered(text).replace("json_group_array(", "json_agg(").replace("json_array(", "json_build_array(")
}

/// `?` → `$1`, `$2` …; the fragments are ours and hold no question mark in a literal.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut n = 0;
    for c in text.chars() {
        if c == '?' {
            n += 1;
            out.push('$');
            out.push_str(&n.to_string());
        } else {
            out.push(c);
        }
    }
    out
}

#[derive(Debug, FromQueryResult)]
pub(crate) struct Count {
    pub(crate) n: i64,
}

#[derive(Debug, FromQueryResult)]
pub(crate) struct Detail {
    pub(crate) detail: String,
}

/// Details read back into records.
pub(crate) fn records<T: serde::de::DeserializeOwned>(rows: Vec<Detail>) -> Result<Vec<T>, Error> {
    rows.iter().map(|r| serde_json::from_str(&r.detail).map_err(Error::from)).collect()
}

impl Store {
    /// Every record of a small table, by key.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn all<T: Record>(&self) -> Result<Vec<T>, Error> {
        let (id, _) = T::columns();
        let rows = T::Entity::find().order_by_asc(id).all(&self.read).await?;
        rows.iter().map(|r| from_row::<T>(r).map_err(Error::from)).collect()
    }
    /// One record by key.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn get<T: Record>(&self, key: &str) -> Result<Option<T>, Error> {
        let (id, _) = T::columns();
        let row = T::Entity::find().filter(id.eq(key)).one(&self.read).await?;
        row.map(|r| from_row::<T>(&r)).transpose().map_err(Error::from)
    }
    /// The journal entries of these subjects, oldest first: the timeline of an object.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn timeline(&self, subjects: &[String]) -> Result<Vec<Entry>, Error> {
        let rows =
            journal::Entity::find().filter(journal::Column::Subject.is_in(subjects.iter().cloned())).order_by_asc(journal::Column::Seq).all(&self.read).await?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }
    /// Whether an entry of this verb and subject stands in the journal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn holds_entry(&self, verb: &str, subject: &str) -> Result<bool, Error> {
        let found = journal::Entity::find().filter(journal::Column::Subject.eq(subject)).filter(journal::Column::Verb.eq(verb)).limit(1);
        Ok(found.one(&self.read).await?.is_some())
    }
    /// The newest entries of the journal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn newest_entries(&self, most: u64) -> Result<Vec<Entry>, Error> {
        let rows = journal::Entity::find().order_by_desc(journal::Column::Seq).limit(most).all(&self.read).await?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }
    /// 走快的条目 what the journal says happened after this moment, by verb: how many entries, and the first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn entries_after(&self, at: Instant) -> Result<Vec<(String, i64, i64)>, Error> {
        let found = journal::Entity::find()
            .select_only()
            .column(journal::Column::Verb)
            .column_as(journal::Column::Seq.count(), "entries")
            .column_as(journal::Column::Seq.min(), "first")
            .filter(journal::Column::At.gt(stamp(at)))
            .group_by(journal::Column::Verb)
            .order_by_asc(journal::Column::Verb);
        Ok(found.into_tuple().all(&self.read).await?)
    }
    /// The head of the journal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn head(&self) -> Result<Head, Error> {
        crate::unit::head_of(&self.read).await
    }
    /// Hash of an entry of the journal by its number; of 0 what stands before the first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn hash_at(&self, seq: i64) -> Result<Option<String>, Error> {
        if seq == 0 {
            return Ok(Some(crate::GENESIS.to_owned()));
        }
        let found = journal::Entity::find().select_only().column(journal::Column::Hash).filter(journal::Column::Seq.eq(seq));
        Ok(found.into_tuple().one(&self.read).await?)
    }
    /// Bytes by their hash, with the media type that they are of.
    ///
    /// # Errors
    /// The database does not answer; they are no longer the bytes of this hash.
    pub async fn blob(&self, sha256: &str) -> Result<Option<(String, Vec<u8>)>, Error> {
        let Some(row) = blob::Entity::find_by_id(sha256).one(&self.read).await? else { return Ok(None) };
        if sha256_hex(&row.bytes) != sha256 {
            return Err(Error::Fault(format!("the file {sha256} is missing or changed; run `shiyan verify`")));
        }
        Ok(Some((media_type(&row.bytes).to_owned(), row.bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn marks_are_numbered_for_postgres() {
        assert_eq!(numbered("a = ? AND b IN (?, ?)"), "a = $1 AND b IN ($2, $3)");
    }
}
