//! Keeping: signed checkpoints, verification, backup and restore.

use std::path::Path;

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiyan_foundation::Instant;
use shiyan_store::verify::{CHECKPOINT_KEY, Finding, Look};
use shiyan_store::{Error, Head, Who};

use crate::App;

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

impl App {
    /// Writes every row of every table, as of one moment, to a writer; see [`shiyan_store::backup`].
    ///
    /// # Errors
    /// The database does not answer; the writer fails.
    pub async fn backup(&self, out: &mut (dyn std::io::Write + Send), now: Instant) -> Result<BackupHeader, Error> {
        self.store.backup(out, now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
