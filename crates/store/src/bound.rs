//! 绑定 rows that are no nouns and still give power: logins, counts of failures, one-time tokens. The entry that made such a row, or
//! changed it, carries the hash of the row among its facts, so that a row that somebody else put there, or changed, agrees with no
//! entry. No secret is needed for it: two servers on one database accept each other's rows, and the chain keeps the hashes.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, ModelTrait};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Unit;
use crate::entity::{journal, login_guard, login_session, setup_token};
use crate::journal::{hash_of, sha256_hex};

/// Name of the fact that holds the hashes.
const FACT: &str = "bound";

/// A row that the journal vouches for.
pub(crate) trait Bound: ModelTrait + Serialize {
    /// Word before the key.
    const WORD: &'static str;
    /// Columns that change without an entry and give nobody anything.
    const LOOSE: &'static [&'static str];
    /// Key.
    fn key(&self) -> &str;
}

impl Bound for login_session::Model {
    const WORD: &'static str = "session";
    const LOOSE: &'static [&'static str] = &["seen_at", "entry"];
    fn key(&self) -> &str {
        &self.token_hash
    }
}
impl Bound for login_guard::Model {
    const WORD: &'static str = "guard";
    const LOOSE: &'static [&'static str] = &[];
    fn key(&self) -> &str {
        &self.id
    }
}
impl Bound for setup_token::Model {
    const WORD: &'static str = "token";
    const LOOSE: &'static [&'static str] = &["entry"];
    fn key(&self) -> &str {
        &self.token_hash
    }
}

/// `session:…`, as it stands in the fact.
pub(crate) fn name_of<M: Bound>(key: &str) -> String {
    format!("{}:{key}", M::WORD)
}

/// The hash of a row over all its columns but the loose ones.
pub(crate) fn row_hash<M: Bound>(row: &M) -> String {
    let mut columns = match serde_json::to_value(row) {
        Ok(Value::Object(columns)) => columns,
        _ => Map::new(),
    };
    for loose in M::LOOSE {
        columns.remove(*loose);
    }
    sha256_hex(Value::Object(columns).to_string().as_bytes())
}

/// What the facts of an entry say of bound rows: the hash of each, `null` of one that was taken away.
pub(crate) fn bound_in(facts: &str) -> Map<String, Value> {
    if !facts.contains("\"bound\"") {
        return Map::new();
    }
    match serde_json::from_str::<Value>(facts) {
        Ok(Value::Object(mut facts)) => match facts.remove(FACT) {
            Some(Value::Object(bound)) => bound,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}

/// The facts with the waiting hashes in them.
pub(crate) fn with_bound(facts: Value, waiting: &mut Map<String, Value>) -> Value {
    if waiting.is_empty() {
        return facts;
    }
    let mut facts = match facts {
        Value::Object(facts) => facts,
        Value::Null => Map::new(),
        other => Map::from_iter([("facts".to_owned(), other)]),
    };
    facts.insert(FACT.to_owned(), Value::Object(std::mem::take(waiting)));
    Value::Object(facts)
}

/// Whether the entry of this number vouches for the row as it stands. Reads one row by its key.
pub(crate) async fn vouched<M: Bound>(db: &impl ConnectionTrait, row: &M, entry: i64) -> Result<bool, DbErr> {
    let Some(entry) = journal::Entity::find_by_id(entry).one(db).await? else { return Ok(false) };
    let said = bound_in(&entry.facts).remove(&name_of::<M>(row.key()));
    Ok(entry.hash == hash_of(&entry) && said.as_ref().and_then(Value::as_str) == Some(row_hash(row).as_str()))
}

impl Unit {
    /// The next entry of this unit vouches for the row; gives the number it will have.
    pub(crate) fn bind<M: Bound>(&mut self, row: &M) -> i64 {
        self.waiting.insert(name_of::<M>(row.key()), Value::String(row_hash(row)));
        self.next()
    }
    /// The next entry of this unit says that the row is gone: put back, it agrees with no entry.
    pub(crate) fn unbind<M: Bound>(&mut self, key: &str) {
        self.waiting.insert(name_of::<M>(key), Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_hash_covers_every_column_that_gives_power() {
        let row = login_session::Model {
            token_hash: "t".into(),
            user_id: "u".into(),
            csrf: "c".into(),
            created_at: "1".into(),
            seen_at: "2".into(),
            expires_at: "3".into(),
            address: "a".into(),
            entry: 4,
        };
        let hash = row_hash(&row);
        assert_eq!(hash, row_hash(&login_session::Model { seen_at: "9".into(), entry: 9, ..row.clone() }), "noted at every request");
        for other in [
            login_session::Model { token_hash: "x".into(), ..row.clone() },
            login_session::Model { user_id: "x".into(), ..row.clone() },
            login_session::Model { csrf: "x".into(), ..row.clone() },
            login_session::Model { created_at: "x".into(), ..row.clone() },
            login_session::Model { address: "x".into(), ..row.clone() },
            login_session::Model { expires_at: "x".into(), ..row },
        ] {
            assert_ne!(hash, row_hash(&other));
        }
    }
    #[test]
    fn the_facts_carry_what_waits_once() {
        let mut waiting = Map::from_iter([("session:a".to_owned(), json!("h")), ("session:b".to_owned(), Value::Null)]);
        let facts = with_bound(json!({ "failures": 1 }), &mut waiting).to_string();
        assert!(waiting.is_empty());
        assert_eq!(bound_in(&facts).get("session:a"), Some(&json!("h")));
        assert_eq!(bound_in(&facts).get("session:b"), Some(&Value::Null));
        assert!(bound_in("{\"to\":{\"bound\":{\"session:a\":\"h\"}}}").is_empty(), "only at the top: what people type stands deeper");
        assert_eq!(with_bound(json!({ "a": 1 }), &mut waiting), json!({ "a": 1 }));
    }
}
