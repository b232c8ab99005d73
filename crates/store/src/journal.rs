//! 日志 the hash chain: each entry commits to who, when, what, of which subject at which revision with which content, and to
//! the entry before it.

use sha2::{Digest, Sha256};
use shiyan_foundation::Instant;

use crate::entity::journal::Model;

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SHA-256 as lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Where the chain stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// Number of the last entry, 0 for an empty journal.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// `SEQ:HASH`, as it is written down and given again.
impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl std::str::FromStr for Head {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (seq, hash) = text.trim().split_once(':').ok_or(())?;
        let seq = seq.parse::<i64>().ok().filter(|seq| *seq >= 0).ok_or(())?;
        let hash = hash.to_ascii_lowercase();
        if hash.len() != GENESIS.len() || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(());
        }
        Ok(Head { seq, hash })
    }
}

/// One entry as people read it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Number.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Who.
    pub actor_name: String,
    /// What.
    pub verb: String,
    /// Of what.
    pub subject: String,
    /// Revision it led to.
    pub revision: i64,
    /// Facts: reason, old and new value.
    pub facts: serde_json::Value,
    /// Hash of the entry.
    pub hash: String,
}

impl From<Model> for Entry {
    fn from(m: Model) -> Self {
        let facts = serde_json::from_str(&m.facts).unwrap_or(serde_json::Value::Null);
        Entry { seq: m.seq, at: m.at, actor_name: m.actor_name, verb: m.verb, subject: m.subject, revision: m.revision, facts, hash: m.hash }
    }
}

/// The hash of an entry over length-prefixed fields, so that no two entries share the same bytes.
pub(crate) fn hash_of(m: &Model) -> String {
    let mut hasher = Sha256::new();
    let (seq, revision) = (m.seq.to_string(), m.revision.to_string());
    let demo = if m.demo { "1" } else { "0" };
    for field in [&seq, &m.at, &m.actor, &m.actor_name, &m.verb, &m.subject, &revision, &m.content_hash, &m.facts, demo, &m.prev_hash] {
        let field: &str = field;
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hex::encode(hasher.finalize())
}

/// An instant as it is stored: sortable text, always +08:00.
pub(crate) fn stamp(at: Instant) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3f+08:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_head_that_was_written_down_is_read_again() {
        let head = Head { seq: 12, hash: sha256_hex(b"x") };
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        assert_eq!(format!(" 12:{}\n", head.hash.to_uppercase()).parse(), Ok(head.clone()));
        for wrong in ["", "12", ":", "12:ab", "x:1", &format!("-1:{}", head.hash), &format!("12:{}g", &head.hash[1..])] {
            assert_eq!(wrong.parse::<Head>(), Err(()), "{wrong}");
        }
    }
}
