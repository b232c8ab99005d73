//! Imports: published results of other notices, kept apart from our own samples.

use serde_json::json;
use shiyan_foundation::{Actor, Instant};
use shiyan_store::records::{ImportRun, PublishedResult};
use shiyan_store::{Error, Who, sha256_hex};

use crate::authority::{Act, may};
use crate::{App, fresh};

/// A file of published results as read, ready to be stored.
#[derive(Debug, Clone)]
pub struct PublishedFile {
    /// File name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Rows.
    pub rows: Vec<PublishedResult>,
    /// Totals by verdict and category, as read.
    pub totals: serde_json::Value,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Rows in the file.
    pub rows: usize,
    /// Rows that were new.
    pub new: usize,
    /// Rows that were there already.
    pub known: usize,
}

impl App {
    /// May this person import published results.
    ///
    /// # Errors
    /// Neither supervisor nor plan manager of the whole district.
    pub fn may_import(actor: &Actor) -> Result<(), Error> {
        Ok(may(actor, Act::ImportPublished)?)
    }
    /// How many of these rows would be new; changes nothing.
    ///
    /// # Errors
    /// Not somebody who may import them; the database does not answer.
    pub async fn preview_published(&self, actor: &Actor, file: &PublishedFile, now: Instant) -> Result<Imported, Error> {
        Self::may_import(actor)?;
        let unit = self.store.begin(now).await?;
        let ids: Vec<String> = file.rows.iter().map(|r| r.id.clone()).collect();
        let known = unit.known_published(&ids).await?.len();
        Ok(Imported { rows: file.rows.len(), new: file.rows.len() - known, known })
    }
    /// Stores the rows that are not there yet; the same file a second time changes nothing, not even the journal.
    ///
    /// # Errors
    /// Not somebody who may import them; the database does not answer.
    pub async fn import_published(&self, actor: &Actor, file: &PublishedFile, now: Instant) -> Result<Imported, Error> {
        Self::may_import(actor)?;
        let who = &Who::from(actor);
        let mut unit = self.store.begin(now).await?;
        let ids: Vec<String> = file.rows.iter().map(|r| r.id.clone()).collect();
        let known: std::collections::HashSet<String> = unit.known_published(&ids).await?.into_iter().collect();
        let run = format!("{}", fresh());
        let fresh_rows: Vec<PublishedResult> =
            file.rows.iter().filter(|r| !known.contains(&r.id)).map(|r| PublishedResult { run_id: run.clone(), ..r.clone() }).collect();
        let done = Imported { rows: file.rows.len(), new: fresh_rows.len(), known: known.len() };
        if fresh_rows.is_empty() {
            return Ok(done);
        }
        unit.insert_many(&fresh_rows, who, "published.import").await?;
        let counts = (done.rows as u64, done.new);
        let record = ImportRun { id: run, ..import_run("published-results", &file.name, &file.sha256, counts, &file.totals, &actor.name, now) };
        unit.insert(&record, who, "import.run", json!({ "file": file.name, "rows": done.rows, "new": done.new })).await?;
        unit.commit().await?;
        Ok(done)
    }
}

/// SHA-256 of a file.
#[must_use]
pub fn file_hash(bytes: &[u8]) -> String {
    sha256_hex(bytes)
}

/// 导入记录 of a file: its rows, and how many of what it holds were new.
pub(crate) fn import_run(kind: &str, name: &str, sha256: &str, (rows, new): (u64, usize), totals: &serde_json::Value, by: &str, at: Instant) -> ImportRun {
    ImportRun {
        id: fresh().to_string(),
        kind: kind.to_owned(),
        file_name: name.to_owned(),
        file_sha256: sha256.to_owned(),
        at,
        by: by.to_owned(),
        row_count: i64::try_from(rows).unwrap_or(i64::MAX),
        new_count: i64::try_from(new).unwrap_or(i64::MAX),
        totals: totals.clone(),
    }
}
