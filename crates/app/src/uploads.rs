//! 试运行的文件 a file between its dry run and the confirmation: kept in the database, because the confirmation may reach another server,
//! under a key that only the page of the dry run has, for its person, its page and some hours.

use chrono::TimeDelta;
use shiyan_foundation::{Actor, Instant, Refusal};
pub use shiyan_store::upkeep::uploads::KeptUpload;
use shiyan_store::{Error, sha256_hex};

use crate::{App, code, token};

/// Hours that a file waits for its confirmation.
pub const HOURS: i64 = 4;
/// Files of one person that wait at once; the oldest goes first.
pub const WAITING: u64 = 5;
/// Largest file, bytes.
pub const MOST: usize = 8 << 20;
/// Of the key, what nobody guesses; the rest is the beginning of the hash of the bytes.
const UNGUESSED: usize = 40;

fn seal(file: &KeptUpload) -> String {
    sha256_hex(&[file.said.as_bytes(), b"\n", file.name.as_bytes(), b"\n", &file.bytes].concat()).chars().take(24).collect()
}

impl App {
    /// Keeps a file until it is confirmed; gives the key for the confirmation.
    ///
    /// # Errors
    /// Too large; the database does not answer.
    pub async fn keep_trial(&self, actor: &Actor, purpose: &str, file: KeptUpload, now: Instant) -> Result<String, Error> {
        if file.bytes.len() > MOST {
            return Err(Refusal::new(code::DRY_RUN_LARGE).with("most", MOST >> 20).on("file").into());
        }
        let unguessed: String = token().chars().take(UNGUESSED).collect();
        let key = format!("{unguessed}{}", seal(&file));
        let owner = actor.id.to_string();
        self.store.keep_upload((&owner, purpose), &sha256_hex(key.as_bytes()), file, WAITING, (now, now + TimeDelta::hours(HOURS))).await?;
        Ok(key)
    }
    /// The file of a key: what is confirmed is what was tried, to the byte.
    ///
    /// # Errors
    /// Not there for this person and this page, or no longer; it is not the file that was tried.
    pub async fn tried_file(&self, actor: &Actor, purpose: &str, key: &str, now: Instant) -> Result<KeptUpload, Error> {
        let gone = || Error::from(Refusal::new(code::DRY_RUN_GONE).with("hours", HOURS).with("most", WAITING).on("file"));
        let file = self.store.kept_upload((&actor.id.to_string(), purpose), &sha256_hex(key.as_bytes()), now).await?.ok_or_else(gone)?;
        match key.get(UNGUESSED..) {
            Some(sealed) if sealed == seal(&file) => Ok(file),
            _ => Err(gone()),
        }
    }
}
