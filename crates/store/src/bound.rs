//! 绑定 rows that are no nouns and still give power: logins, counts of failures, one-time tokens. The entry that made such a row, or
//! changed it, carries the hash of the row among its facts, so that a row that somebody else put there, or changed, agrees with no
//! entry. No secret is needed for it: two servers on one database accept each other's rows, and the chain keeps the hashes.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect};
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
    /// What the entry says of the row: its hash.
    fn said(&self) -> String {
        row_hash(self)
    }
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
    /// The count and its time. Not every failure writes an entry, or whoever guesses would fill the journal: see [`vouched_count`].
    fn said(&self) -> String {
        format!("{}@{}", self.failures, self.last_at)
    }
}

/// Failures that no entry vouches for: they shut nobody out.
pub(crate) const UNBOUND: i64 = 4;

/// Whether an entry is written when a count goes from one number to another: where it begins to matter, at each doubling, and
/// whenever it goes down.
pub(crate) fn is_bound(before: i64, now: i64) -> bool {
    now >= UNBOUND && (now & (now - 1) == 0 || now < before)
}

/// Whether a count stands where the entry that last told of it leads: at that count, or above it and below the next doubling.
pub(crate) fn vouched_count(row: &login_guard::Model, said: Option<&str>) -> bool {
    if row.failures < UNBOUND {
        // Below that the program unbinds it: where an entry still tells of more, somebody else took failures away.
        return row.failures > 0 && said.is_none();
    }
    let Some((count, at)) = said.and_then(|s| s.split_once('@')) else { return false };
    let Ok(count) = count.parse::<i64>() else { return false };
    let next = u64::try_from(count).ok().and_then(|n| (n + 1).checked_next_power_of_two()).and_then(|n| i64::try_from(n).ok()).unwrap_or(i64::MAX);
    match row.failures.cmp(&count) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => row.last_at == at,
        std::cmp::Ordering::Greater => row.failures < next && row.last_at.as_str() >= at,
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
    Ok(entry.hash == hash_of(&entry) && said.as_ref().and_then(Value::as_str) == Some(row.said().as_str()))
}

/// 失败次数 the counts that the journal tells of, each as its last entry has it.
pub(crate) async fn counts_told(db: &impl ConnectionTrait) -> Result<Vec<login_guard::Model>, DbErr> {
    let facts: Vec<String> = journal::Entity::find()
        .select_only()
        .column(journal::Column::Facts)
        .filter(journal::Column::Facts.contains("\"bound\""))
        .order_by_asc(journal::Column::Seq)
        .into_tuple()
        .all(db)
        .await?;
    let mut told = std::collections::BTreeMap::new();
    for (name, said) in facts.iter().flat_map(|facts| bound_in(facts)) {
        let Some(id) = name.strip_prefix(login_guard::Model::WORD).and_then(|n| n.strip_prefix(':')) else { continue };
        told.insert(id.to_owned(), said.as_str().and_then(|s| s.split_once('@')).and_then(|(n, at)| Some((n.parse::<i64>().ok()?, at.to_owned()))));
    }
    Ok(told.into_iter().filter_map(|(id, said)| said.map(|(failures, last_at)| login_guard::Model { id, failures, last_at })).collect())
}

impl Unit {
    /// The next entry of this unit vouches for the row; gives the number it will have.
    pub(crate) fn bind<M: Bound>(&mut self, row: &M) -> i64 {
        self.waiting.insert(name_of::<M>(row.key()), Value::String(row.said()));
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
    fn a_count_stands_between_two_doublings() {
        let row = |failures, last_at: &str| login_guard::Model { id: "pair:a".into(), failures, last_at: last_at.into() };
        let bound: Vec<i64> = (1..40).filter(|n| is_bound(n - 1, *n)).collect();
        assert_eq!(bound, [4, 8, 16, 32]);
        assert!(is_bound(9, 5) && !is_bound(9, 3));
        assert!(vouched_count(&row(3, "1"), None), "shuts nobody out");
        assert!(!vouched_count(&row(3, "9"), Some("8@2")), "failures were taken away");
        for (failures, at, said, fine) in [
            (4, "2", Some("4@2"), true),
            (4, "3", Some("4@2"), false),
            (7, "5", Some("4@2"), true),
            (7, "1", Some("4@2"), false),
            (8, "5", Some("4@2"), false),
            (5, "5", Some("8@2"), false),
            (7, "5", Some("5@2"), true),
            (8, "5", Some("5@2"), false),
            (30, "5", None, false),
            (i64::MAX, "5", Some("4@2"), false),
        ] {
            assert_eq!(vouched_count(&row(failures, at), said), fine, "{failures} at {at}, {said:?}");
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
