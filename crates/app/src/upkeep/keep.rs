//! Keeping: signed checkpoints, verification, backup and restore.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shiyan_foundation::{Instant, Refusal, Scope};
use shiyan_indicators::Kpis;
use shiyan_store::verify::{CHECKPOINT_KEY, CLOCK_ACCEPTED, Finding, Look};
use shiyan_store::{Error, Head, Snapshot, Who, records::PopulationRecord};

use crate::{App, code};

/// 检查点 the head of the journal at a moment, signed, to be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Number of the last entry.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// When.
    pub at: String,
    /// Public key, hex.
    pub public_key: String,
    /// Ed25519 signature over the other fields, hex.
    pub signature: String,
}

impl Checkpoint {
    fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash.clone() }
    }
    fn signed_text(&self) -> String {
        format!("shiyan-checkpoint-v1\n{}\n{}\n{}\n{}\n", self.seq, self.hash, self.at, self.public_key)
    }
    /// The signature fits the content.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        let key: [u8; 32] = hex::decode(&self.public_key).ok().and_then(|b| b.try_into().ok()).ok_or("检查点的公钥读不懂 / the public key cannot be read")?;
        let signature: [u8; 64] =
            hex::decode(&self.signature).ok().and_then(|b| b.try_into().ok()).ok_or("检查点的签名读不懂 / the signature cannot be read")?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| "检查点的公钥无效 / the public key is not valid")?;
        key.verify(self.signed_text().as_bytes(), &Signature::from_bytes(&signature))
            .map_err(|_| "检查点的签名不符：内容被改动 / the signature does not fit: the checkpoint was changed".to_owned())
    }
}

/// How far the last entry may be ahead of the clock without anybody being kept from writing.
pub const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(2);

/// 时钟 how the journal stands to a reading of the clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClockState {
    /// The reading.
    pub now: String,
    /// Whether nothing is written, because the last entry lies ahead.
    pub held: bool,
    /// Number of the last entry.
    pub last_seq: i64,
    /// Its time.
    pub last: String,
    /// The first entry with a time that has not come; looked for while writing is held.
    pub first_seq: Option<i64>,
    /// Entries with a time that has not come, by verb; looked for while writing is held.
    pub ahead: Vec<(String, i64)>,
}

/// The signing key of this installation, made on first use, readable by its owner only.
fn signing_key(file: &Path) -> Result<SigningKey, Error> {
    let fault = |e: std::io::Error| Error::Fault(format!("{}: {e}", file.display()));
    if let Ok(text) = std::fs::read_to_string(file) {
        let bytes: [u8; 32] =
            hex::decode(text.trim()).ok().and_then(|b| b.try_into().ok()).ok_or_else(|| Error::Fault(format!("{}: not a signing key", file.display())))?;
        return Ok(SigningKey::from_bytes(&bytes));
    }
    let mut bytes = [0u8; 32];
    rand::fill(&mut bytes[..]);
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut handle = options.open(file).map_err(fault)?;
    handle.write_all(hex::encode(bytes).as_bytes()).map_err(fault)?;
    handle.sync_all().map_err(fault)?;
    Ok(SigningKey::from_bytes(&bytes))
}

impl App {
    /// Signs the present head of the journal. The first time, the journal notes the public key, so that checkpoints can be known as
    /// this installation's when the key file is lost.
    ///
    /// # Errors
    /// The database does not answer; the key cannot be kept.
    pub async fn checkpoint(&self, key_file: &Path, now: Instant) -> Result<Checkpoint, Error> {
        let key = signing_key(key_file)?;
        let public_key = public(&key);
        if !self.store.holds_entry(CHECKPOINT_KEY, &key_subject(&public_key)).await? {
            let mut unit = self.store.begin(now).await?;
            unit.note(&Who::system("检查点"), CHECKPOINT_KEY, key_subject(&public_key), json!({ "public_key": public_key })).await?;
            unit.commit().await?;
        }
        let head = self.store.head().await?;
        let mut checkpoint = Checkpoint { seq: head.seq, hash: head.hash, at: now.to_rfc3339(), public_key, signature: String::new() };
        checkpoint.signature = hex::encode(key.sign(checkpoint.signed_text().as_bytes()).to_bytes());
        Ok(checkpoint)
    }
    /// 时钟 how the journal stands to this reading of the clock.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn clock(&self, now: Instant) -> Result<ClockState, Error> {
        let Some(last) = self.store.newest_entries(1).await?.pop() else { return Ok(ClockState::default()) };
        let held = DateTime::parse_from_rfc3339(&last.at).is_ok_and(|last| last - now > CLOCK_SLACK);
        // Looking for them reads the whole journal: only where the last entry says that there are any.
        let found = if held { self.store.entries_after(now).await? } else { Vec::new() };
        Ok(ClockState {
            now: now.to_rfc3339(),
            held,
            last_seq: last.seq,
            last: last.at,
            first_seq: found.iter().map(|(_, _, first)| *first).min(),
            ahead: found.into_iter().map(|(verb, entries, _)| (verb, entries)).collect(),
        })
    }
    /// 时钟更正 owns up to a clock that ran ahead: an entry of now says which entries bear a time that had not come, who says so, and why.
    /// They stay as they are; whatever is written afterwards bears the true time. Only whoever has the machine can ask for it.
    ///
    /// # Errors
    /// `CLOCK-FINE` when no entry is ahead; `CLOCK-WHO` without a name and a reason.
    pub async fn accept_clock(&self, by: &str, why: &str, now: Instant) -> Result<ClockState, Error> {
        let (by, why) = (by.trim(), why.trim());
        if by.is_empty() || by.chars().count() > 50 || !(5..=500).contains(&why.chars().count()) {
            return Err(Refusal::new(code::CLOCK_WHO).into());
        }
        let mut unit = self.store.begin(now).await?;
        let state = self.clock(now).await?;
        let Some(first) = state.first_seq.filter(|_| state.held) else { return Err(Refusal::new(code::CLOCK_FINE).into()) };
        let facts = json!({ "first_seq": first, "last_seq": state.last_seq, "last": state.last, "ahead": state.ahead, "by": by, "why": why });
        unit.note(&Who::system("时钟更正"), CLOCK_ACCEPTED, "clock".to_owned(), facts).await?;
        unit.commit().await?;
        Ok(state)
    }
    /// Verifies the database, against a checkpoint where one is given; see [`verify`].
    ///
    /// # Errors
    /// The database does not answer, or has the schema of another version.
    pub async fn verify(&self, checkpoint: Option<&Checkpoint>, key_file: &Path) -> Result<Finding, Error> {
        let held = checkpoint.map(Checkpoint::head);
        judged(self.store.verify(held.as_ref()).await?, checkpoint, key_file, None)
    }
}

/// Verifies a database that was opened to be looked at, against a checkpoint where one is given. Whose checkpoint it is must be known: by
/// the public key that the caller names, else by the key of this installation or one that the journal notes. A checkpoint of nobody
/// known proves nothing, and the finding says so.
///
/// # Errors
/// The database does not answer, or has the schema of another version; the key file is no key.
pub async fn verify(look: &Look, checkpoint: Option<&Checkpoint>, key_file: &Path, public_key: Option<&str>) -> Result<Finding, Error> {
    let held = checkpoint.map(Checkpoint::head);
    judged(look.verify(held.as_ref()).await?, checkpoint, key_file, public_key)
}

/// 自检查点起 what a daily check begins after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// A head of the journal as an earlier check printed it.
    Head(Head),
    /// A signed checkpoint.
    Signed(Checkpoint),
}

/// Verifies what happened after a checkpoint; the finding says what it leaves out. A signed one must be signed with the key that is named, or
/// with that of this installation: what the journal notes of keys before it is not looked at.
///
/// # Errors
/// As [`verify`].
pub async fn verify_since(look: &Look, since: &Since, key_file: &Path, public_key: Option<&str>) -> Result<Finding, Error> {
    match since {
        Since::Head(head) => look.verify_since(head).await,
        Since::Signed(checkpoint) => {
            let mut finding = look.verify_since(&checkpoint.head()).await?;
            finding.checkpoint_keys.clear();
            judged(finding, Some(checkpoint), key_file, public_key)
        }
    }
}

fn judged(mut finding: Finding, checkpoint: Option<&Checkpoint>, key_file: &Path, public_key: Option<&str>) -> Result<Finding, Error> {
    let Some(checkpoint) = checkpoint else { return Ok(finding) };
    let problem = match (checkpoint.check(), public_key) {
        (Err(problem), _) => Some(problem),
        (Ok(()), Some(named)) => (!named.trim().eq_ignore_ascii_case(&checkpoint.public_key))
            .then(|| "检查点不是用给出的公钥签的 / the checkpoint was not signed with the public key that was named".to_owned()),
        (Ok(()), None) => {
            let own = if key_file.exists() { Some(public(&signing_key(key_file)?)) } else { None };
            let known = own.iter().chain(&finding.checkpoint_keys).any(|key| *key == checkpoint.public_key);
            match (known, own) {
                (true, _) => None,
                (false, Some(_)) => Some("检查点不是本系统签发的 / the checkpoint was signed by another installation".to_owned()),
                (false, None) => Some(format!(
                    "检查点无法确认：签名密钥文件（checkpoint.key）不在，日志也没有登记公钥 {key}，任何人都可能签出这样的检查点；若确知它出自本系统，用 --public-key 给出公钥再校验 / \
                     the checkpoint cannot be confirmed: the signing key (checkpoint.key) is missing and the journal notes no public key {key}, so anybody could have signed it; if you know whose it is, name the key with --public-key",
                    key = checkpoint.public_key
                )),
            }
        }
    };
    if let Some(problem) = problem {
        let (zh, en) = problem.split_once(" / ").unwrap_or((&problem, &problem));
        finding.lead("checkpoint", (zh.to_owned(), en.to_owned()));
    }
    Ok(finding)
}

fn public(key: &SigningKey) -> String {
    hex::encode(key.verifying_key().to_bytes())
}
fn key_subject(public_key: &str) -> String {
    format!("checkpoint:{public_key}")
}

/// What a backup file begins with.
pub use shiyan_store::backup::BackupHeader;

/// 备份所及 what a backup holds, told by the moment it was taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// First line of the file.
    pub header: BackupHeader,
    /// The figures of that moment, this year's and last year's.
    pub figures: Figures,
}

/// 指标 with every number and every row that was counted or left out, whatever the order in which a database gives its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures(Value);

impl Figures {
    fn of(kpis: &[Kpis]) -> Result<Self, Error> {
        Ok(Figures(unordered(serde_json::to_value(kpis)?)))
    }
    /// Where these differ from others: the first place.
    #[must_use]
    pub fn differ(&self, others: &Figures) -> Option<String> {
        difference(&self.0, &others.0, "")
    }
}

fn unordered(value: Value) -> Value {
    match value {
        Value::Array(members) => {
            let mut members: Vec<Value> = members.into_iter().map(unordered).collect();
            members.sort_by_cached_key(Value::to_string);
            Value::Array(members)
        }
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, field)| (key, unordered(field))).collect()),
        plain => plain,
    }
}

fn difference(a: &Value, b: &Value, at: &str) -> Option<String> {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| difference(a, b, &format!("{at}/{index}")))
        }
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            a.iter().find_map(|(key, a)| difference(a, b.get(key).unwrap_or(&Value::Null), &format!("{at}/{key}")))
        }
        (a, b) => (a != b).then(|| at.to_owned()),
    }
}

impl App {
    /// Writes every row of every table, as of one moment, to a writer; see [`shiyan_store::backup`].
    ///
    /// # Errors
    /// The database does not answer; the writer fails.
    pub async fn backup(&self, out: &mut (dyn std::io::Write + Send), now: Instant) -> Result<BackupHeader, Error> {
        self.store.backup(out, now).await
    }
    /// The same, with the figures of the same moment to compare a restored copy with.
    ///
    /// # Errors
    /// The database does not answer; the writer fails.
    pub async fn backup_with_figures(&self, out: &mut (dyn std::io::Write + Send), now: Instant) -> Result<Taken, Error> {
        let snapshot = self.store.snapshot().await?;
        let done = async {
            let header = snapshot.backup(out, now).await?;
            Ok(Taken { header, figures: self.as_of(&snapshot).figures_of_two_years(now).await? })
        }
        .await;
        snapshot.end().await;
        done
    }
    /// The application over a moment of its database.
    #[must_use]
    pub fn as_of(&self, snapshot: &Snapshot) -> App {
        App { store: snapshot.store().clone(), limits: Arc::default(), ..self.clone() }
    }
    /// Every figure of this year and of the last one; none while no population is registered.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn figures_of_two_years(&self, now: Instant) -> Result<Figures, Error> {
        let mut figures = Vec::new();
        if self.store.all::<PopulationRecord>().await?.is_empty() {
            return Ok(Figures::default());
        }
        for year in [now.year() - 1, now.year()] {
            figures.push(self.year(self.kpi_scope(year).await?, &Scope::District, now).await?.kpis);
        }
        Figures::of(&figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn figures_are_compared_by_what_they_count_and_not_by_its_order() {
        let of = |text: &str| Figures(unordered(serde_json::from_str(text).unwrap_or_default()));
        let one = of(r#"[{"n": 3, "counted": ["b", "a"]}]"#);
        assert_eq!(one.differ(&of(r#"[{"counted": ["a", "b"], "n": 3}]"#)), None);
        assert_eq!(one.differ(&of(r#"[{"counted": ["a", "c"], "n": 3}]"#)).as_deref(), Some("/0/counted/1"));
        assert_eq!(one.differ(&of(r#"[{"counted": ["a"], "n": 3}]"#)).as_deref(), Some("/0/counted"));
        assert_eq!(one.differ(&of(r#"[{"counted": ["a", "b"], "n": 4}]"#)).as_deref(), Some("/0/n"));
    }
    #[test]
    fn a_changed_checkpoint_is_found() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let mut c = Checkpoint {
            seq: 9,
            hash: "ab".into(),
            at: "2026-03-05".into(),
            public_key: hex::encode(key.verifying_key().to_bytes()),
            signature: String::new(),
        };
        c.signature = hex::encode(key.sign(c.signed_text().as_bytes()).to_bytes());
        assert!(c.check().is_ok());
        assert!(Checkpoint { seq: 8, ..c.clone() }.check().is_err());
        assert!(Checkpoint { hash: "ac".into(), ..c }.check().is_err());
    }
}
