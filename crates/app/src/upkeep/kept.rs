//! 保管情况 when the checkpoint, the backup, the rehearsal and the check last went well, and what was wrong the last time: a small
//! file beside the data, for the diagnosis page and whoever watches the machine. The journal tells the same and travels with a
//! backup; this file does not: a restored installation has proved nothing yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Instant, Refusal, shanghai};
use shiyan_store::{Error, Who};

use crate::App;
use crate::upkeep::files::{Readers, write};

/// Name of the file in the data directory.
pub const FILE: &str = "keep.json";
/// Days after which an outcome is too old.
pub const DAYS: i64 = 2;

/// 保管事项 what is to be done again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Care {
    /// 导出检查点
    Checkpoint,
    /// 备份
    Backup,
    /// 恢复演练
    Rehearsal,
    /// 校验
    Verify,
    /// 事实文件, where they are kept.
    Facts,
}

impl Care {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Care; 5] = [Care::Backup, Care::Rehearsal, Care::Verify, Care::Checkpoint, Care::Facts];
    /// Verb of the journal.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Care::Checkpoint => "keep.checkpoint",
            Care::Backup => "keep.backup",
            Care::Rehearsal => "keep.rehearsal",
            Care::Verify => "keep.verify",
            Care::Facts => "keep.facts",
        }
    }
    /// Term: Chinese, English.
    #[must_use]
    pub fn term(self) -> (&'static str, &'static str) {
        match self {
            Care::Checkpoint => ("检查点导出", "Checkpoint exported"),
            Care::Backup => ("备份", "Backup"),
            Care::Rehearsal => ("恢复演练", "Restore rehearsal"),
            Care::Verify => ("校验", "Verification"),
            Care::Facts => ("事实文件", "Fact files"),
        }
    }
}

/// Why it did not go well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Code of the refusal.
    pub code: String,
    /// What happened.
    pub zh: String,
    /// What happened.
    pub en: String,
    /// The next step.
    pub next_zh: String,
    /// The next step.
    pub next_en: String,
}

impl From<&Refusal> for Trouble {
    fn from(refusal: &Refusal) -> Self {
        let p = refusal.problem();
        Trouble { code: p.code.to_owned(), zh: p.zh, en: p.en, next_zh: p.next_zh, next_en: p.next_en }
    }
}

/// How one of them stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// When it last went well.
    pub good_at: Option<String>,
    /// What it told then: file, head, counts.
    #[serde(default)]
    pub facts: serde_json::Value,
    /// When it was last tried.
    pub tried_at: Option<String>,
    /// What was wrong when it was last tried.
    pub trouble: Option<Trouble>,
}

impl State {
    /// When it last went well.
    #[must_use]
    pub fn good(&self) -> Option<Instant> {
        self.good_at.as_deref().and_then(read_instant)
    }
    /// It went well the last time, and not too long ago.
    #[must_use]
    pub fn is_well(&self, now: Instant) -> bool {
        self.trouble.is_none() && self.good().is_some_and(|at| now - at <= chrono::Duration::days(DAYS))
    }
}

/// How all of them stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// By what is to be done.
    #[serde(default)]
    pub cares: BTreeMap<Care, State>,
    /// When the nightly run last began.
    pub night_at: Option<String>,
}

/// What one attempt came to: its facts, or why not.
pub type Outcome = Result<serde_json::Value, Refusal>;

fn read_instant(text: &str) -> Option<Instant> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&shanghai()))
}

impl Kept {
    /// Reads the file of a data directory; without one, or with one that cannot be read, nothing has been done yet.
    #[must_use]
    pub fn read(data: &Path) -> Kept {
        std::fs::read(data.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
    /// How one of them stands.
    #[must_use]
    pub fn of(&self, care: Care) -> State {
        self.cares.get(&care).cloned().unwrap_or_default()
    }
    /// What is to be done here: fact files only where they were ever kept, everything else in every house.
    pub fn asked(&self) -> impl Iterator<Item = Care> {
        Care::ALL.into_iter().filter(|care| *care != Care::Facts || self.cares.contains_key(care))
    }
    /// When the nightly run last began.
    #[must_use]
    pub fn night(&self) -> Option<Instant> {
        self.night_at.as_deref().and_then(read_instant)
    }
    /// Puts an outcome in.
    pub fn put(&mut self, care: Care, outcome: &Outcome, now: Instant) {
        let state = self.cares.entry(care).or_default();
        state.tried_at = Some(now.to_rfc3339());
        match outcome {
            Ok(facts) => {
                state.good_at = Some(now.to_rfc3339());
                state.facts = facts.clone();
                state.trouble = None;
            }
            Err(why) => state.trouble = Some(why.into()),
        }
    }
    /// Reads, changes and writes the file; one process at a time.
    ///
    /// # Errors
    /// The data directory cannot be written.
    pub fn change(data: &Path, change: impl FnOnce(&mut Kept)) -> std::io::Result<()> {
        let lock = open_private(&data.join("keep.lock"))?;
        lock.lock()?;
        let mut kept = Kept::read(data);
        change(&mut kept);
        write(&data.join(FILE), &serde_json::to_vec_pretty(&kept)?, Readers::Owner)
    }
}

/// Opens a file for writing, made for its owner alone when it is not there; what is in it stays.
///
/// # Errors
/// It cannot be opened.
pub fn open_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The data directory, by the file of its key.
#[must_use]
pub fn data_of(key_file: &Path) -> PathBuf {
    key_file.parent().unwrap_or(Path::new("")).to_path_buf()
}

/// Free bytes on the disk of a directory, for whoever is not the superuser; `None` where the machine does not tell.
#[must_use]
pub fn disk_free(dir: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        let disk = rustix::fs::statvfs(dir).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    None
}

impl App {
    /// Journals what a nightly run came to.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_kept(&self, outcomes: &[(Care, Outcome)], now: Instant) -> Result<(), Error> {
        let who = Who::system("保管");
        let mut unit = self.store.begin(now).await?;
        for (care, outcome) in outcomes {
            let facts = match outcome {
                Ok(facts) => serde_json::json!({ "ok": true, "facts": facts }),
                Err(why) => serde_json::json!({ "ok": false, "trouble": Trouble::from(why) }),
            };
            unit.note(&who, care.verb(), "keep".to_owned(), facts).await?;
        }
        unit.commit().await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upkeep::files::private_dir;

    fn at(hour: u32) -> Instant {
        chrono::NaiveDate::from_ymd_opt(2026, 3, 5).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }

    #[test]
    fn what_went_well_once_is_well_for_two_days_unless_it_failed_since() {
        let dir = std::env::temp_dir().join(format!("shiyan-kept-{}", crate::fresh().simple()));
        private_dir(&dir).unwrap();
        assert_eq!(Kept::read(&dir), Kept::default());
        let put = |outcome: Outcome, hour| Kept::change(&dir, |k| k.put(Care::Backup, &outcome, at(hour))).unwrap();
        put(Ok(serde_json::json!({ "file": "a" })), 2);
        let state = Kept::read(&dir).of(Care::Backup);
        assert!(state.is_well(at(3)) && state.is_well(at(2) + chrono::Duration::days(2)));
        assert!(!state.is_well(at(3) + chrono::Duration::days(2)), "too old");
        assert!(!Kept::read(&dir).of(Care::Verify).is_well(at(3)), "never");
        put(Err(Refusal::new(crate::code::YEAR).with("typed", 1)), 4);
        let state = Kept::read(&dir).of(Care::Backup);
        assert!(!state.is_well(at(5)) && state.good() == Some(at(2)) && state.trouble.is_some_and(|t| t.code == crate::code::YEAR.code));
        put(Ok(serde_json::Value::Null), 6);
        assert!(Kept::read(&dir).of(Care::Backup).is_well(at(7)));
        assert!(!Kept::read(&dir).asked().any(|care| care == Care::Facts), "nobody asked for fact files");
        Kept::change(&dir, |k| k.put(Care::Facts, &Ok(serde_json::Value::Null), at(7))).unwrap();
        assert_eq!(Kept::read(&dir).asked().collect::<Vec<_>>(), Care::ALL);
        std::fs::write(dir.join(FILE), "{").unwrap();
        assert_eq!(Kept::read(&dir), Kept::default(), "a file that cannot be read proves nothing");
        assert!(disk_free(&dir).is_some_and(|free| free > 0));
        let _ = std::fs::remove_dir_all(&dir);
    }
}
