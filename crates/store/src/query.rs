//! Queries. Whatever shows business data takes the scope of the user; what it cannot see does not exist for it.

use std::fmt::Write;

use sea_orm::sea_query::{PostgresQueryBuilder, QueryBuilder, SqlWriter, SqlWriterValues, SqliteQueryBuilder};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement, Value, Values};
use shiyan_foundation::{Instant, Scope};

use crate::entity::{blob, journal};
use crate::file::media_type;
use crate::journal::{Entry, stamp};
use crate::record::{Record, from_row};
use crate::{Engine, Error, Head, Store, sha256_hex};

/// Rows of a list page.
pub const PAGE: u64 = 50;

/// SQL put together from fixed fragments; every value is bound, never written into the text. Its marks are written by sea-query, as each
/// engine has them.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(&'static str),
    Value(Value),
}

/// A statement that packs rows into JSON: the functions for it have other names on each engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { pieces: vec![Piece::Text(text)] }
    }
    pub(crate) fn packed(text: Packed, engine: Engine) -> Self {
        Self::new(if engine == Engine::Postgres { text.postgres } else { text.sqlite })
    }
    /// Appends a fixed fragment; each `?` in it is bound to the next value. The fragments are ours and hold no `?` in a literal.
    pub(crate) fn push(&mut self, fragment: &'static str, values: impl IntoIterator<Item = Value>) -> &mut Self {
        self.pieces.push(Piece::Text(" "));
        let mut texts = fragment.split('?');
        self.pieces.extend(texts.next().map(Piece::Text));
        let mut values = values.into_iter();
        for text in texts {
            self.pieces.extend(values.next().map(Piece::Value));
            self.pieces.push(Piece::Text(text));
        }
        debug_assert!(values.next().is_none(), "more values than marks: {fragment}");
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
        let mut members = members.into_iter().map(|m| Piece::Value(m.into())).peekable();
        if members.peek().is_none() {
            return self.push("AND 1 = 0", []);
        }
        self.pieces.extend([Piece::Text(" "), Piece::Text(fragment), Piece::Text(" (")]);
        self.pieces.extend(members.next());
        for member in members {
            self.pieces.extend([Piece::Text(", "), member]);
        }
        self.pieces.push(Piece::Text(")"));
        self
    }
    /// Joins the sample with alias `s` where the scope asks for it; whoever sees everything is not sent to look at each.
    pub(crate) fn beside_sample(&mut self, join: &'static str, scope: &Scope) -> &mut Self {
        if *scope == Scope::District { self } else { self.push(join, []) }
    }
    /// The scope on the sample with alias `s`.
    pub(crate) fn sample_scope(&mut self, scope: &Scope) -> &mut Self {
        match scope {
            Scope::District => self,
            Scope::Streets(streets) if streets.is_empty() => self.push("AND 1 = 0", []),
            Scope::Streets(streets) => self.or_begun().within("OR s.street IN", streets.iter().map(String::as_str)).push(")", []),
            Scope::Point(_) => self.push("AND 1 = 0", []),
            Scope::Lab(lab) => self.push("AND s.lab = (SELECT name FROM laboratory WHERE id = ?)", [lab.to_string().into()]),
        }
    }
    /// The beginning of a street's scope: what has only begun has no street yet, and whoever writes it must be able to go on.
    fn or_begun(&mut self) -> &mut Self {
        self.push("AND ((s.state = ? AND s.street = '')", [shiyan_foundation::Label::code(shiyan_sample_intake::sample::MOVES.begins).into()])
    }
    /// The same scope in a form that no index on the street answers: a list walks along the samples in their order until its page is full,
    /// instead of sorting all those of a street.
    pub(crate) fn sample_scope_along(&mut self, scope: &Scope) -> &mut Self {
        match scope {
            Scope::Streets(streets) if !streets.is_empty() => {
                self.or_begun().within("OR COALESCE(s.street, '') IN", streets.iter().map(String::as_str)).push(")", [])
            }
            _ => self.sample_scope(scope),
        }
    }
    pub(crate) fn statement(&self, db: &impl ConnectionTrait) -> Statement {
        let db_backend = db.get_database_backend();
        let (sql, values) = match db_backend {
            DbBackend::Postgres => self.written(&PostgresQueryBuilder),
            _ => self.written(&SqliteQueryBuilder),
        };
        Statement { sql, values: Some(values), db_backend }
    }
    fn written(&self, engine: &impl QueryBuilder) -> (String, Values) {
        let (mark, numbered) = engine.placeholder();
        let mut out = SqlWriterValues::new(mark, numbered);
        for piece in &self.pieces {
            match piece {
                // Into memory: this does not fail.
                Piece::Text(text) => drop(out.write_str(text)),
                // PostgreSQL takes no NUL in a text, and no stored text holds one: an address that brings it finds nothing.
                Piece::Value(Value::String(Some(text))) if text.contains('\0') => out.push_param(text.replace('\0', "\u{fffd}").into(), engine),
                Piece::Value(value) => out.push_param(value.clone(), engine),
            }
        }
        out.into_parts()
    }
    pub(crate) async fn all<R: FromQueryResult>(&self, db: &impl ConnectionTrait) -> Result<Vec<R>, Error> {
        Ok(R::find_by_statement(self.statement(db)).all(db).await?)
    }
    pub(crate) async fn one<R: FromQueryResult>(&self, db: &impl ConnectionTrait) -> Result<Option<R>, Error> {
        Ok(R::find_by_statement(self.statement(db)).one(db).await?)
    }
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
    fn marks_are_written_as_each_engine_has_them() {
        let mut sql = Sql::new("SELECT 1 FROM t WHERE 1 = 1");
        sql.push("AND a = ? AND b LIKE ?", ["x".into(), "y\0".into()]).within("AND c IN", ["p", "q"]).push("LIMIT ?", [5_i64.into()]).within("AND d IN", []);
        let (text, values) = sql.written(&SqliteQueryBuilder);
        assert_eq!(text, "SELECT 1 FROM t WHERE 1 = 1 AND a = ? AND b LIKE ? AND c IN (?, ?) LIMIT ? AND 1 = 0");
        assert_eq!(values.0, ["x".into(), "y\u{fffd}".into(), "p".into(), "q".into(), Value::from(5_i64)]);
        let (text, same) = sql.written(&PostgresQueryBuilder);
        assert_eq!(text, "SELECT 1 FROM t WHERE 1 = 1 AND a = $1 AND b LIKE $2 AND c IN ($3, $4) LIMIT $5 AND 1 = 0");
        assert_eq!(values, same);
    }
}
