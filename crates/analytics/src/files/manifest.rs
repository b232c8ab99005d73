//! 清单 which files belong together, and how long, how many rows and which bytes they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shiyan_foundation::{Label, Refusal};

use super::code;
use super::rows::{FactFamily, FileMonth};
use super::sheet::{Written, sync_dir, torn};

/// Name of the manifest.
pub(super) const NAME: &str = "manifest.json";
/// Version of the columns; a reader takes its own only.
const FORMAT: u32 = 1;

/// 清单 what a directory of facts holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// 格式版本
    pub format: u32,
    /// 说明 what the facts are, e.g. that they are made up.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// 演示 made up.
    #[serde(default)]
    pub fictional: bool,
    /// How made-up facts were made, so that they can be made again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub made: BTreeMap<String, String>,
    /// The files by family and month.
    pub families: BTreeMap<String, BTreeMap<FileMonth, FileEntry>>,
}

/// 一个文件 as the manifest knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path below the directory.
    pub file: PathBuf,
    /// Rows.
    pub rows: u64,
    /// Length.
    pub bytes: u64,
    /// Hash of its bytes.
    pub sha256: String,
}

/// 核对 how closely files are compared with the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// There, and as long as written: what was cut off is noticed at no cost.
    Length,
    /// Every byte.
    Hash,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { format: FORMAT, note: String::new(), fictional: false, made: BTreeMap::new(), families: BTreeMap::new() }
    }
}

impl Manifest {
    /// Where the file of a family and month lies.
    #[must_use]
    pub fn file(family: FactFamily, month: FileMonth) -> PathBuf {
        Path::new(family.code()).join(format!("{month}.parquet"))
    }
    /// Takes in a file that was written.
    pub fn set(&mut self, family: FactFamily, month: FileMonth, written: Written) {
        let entry = FileEntry { file: Self::file(family, month), rows: written.rows, bytes: written.bytes, sha256: written.sha256 };
        self.families.entry(family.code().to_owned()).or_default().insert(month, entry);
    }
    /// The file of a family and month.
    #[must_use]
    pub fn entry(&self, family: FactFamily, month: FileMonth) -> Option<&FileEntry> {
        self.families.get(family.code())?.get(&month)
    }
    /// The files of a family.
    pub fn entries(&self, family: FactFamily) -> impl Iterator<Item = (FileMonth, &FileEntry)> {
        self.families.get(family.code()).into_iter().flatten().map(|(month, entry)| (*month, entry))
    }
    /// Every month of which there is something.
    #[must_use]
    pub fn months(&self) -> BTreeSet<FileMonth> {
        self.families.values().flat_map(BTreeMap::keys).copied().collect()
    }
    /// Reads the manifest of a directory.
    ///
    /// # Errors
    /// `FACTS-NO-FILES` when there is none, `FACTS-FORMAT` when it is of another version or leads out of the directory.
    pub fn read(dir: &Path) -> Result<Self, Refusal> {
        let at = dir.join(NAME);
        let text = fs::read(&at).map_err(|e| {
            if e.kind() == io::ErrorKind::NotFound {
                Refusal::new(code::NO_FILES).with("at", dir.display())
            } else {
                Refusal::new(code::READ).with("at", at.display()).with("detail", e)
            }
        })?;
        let format = |detail: String| Refusal::new(code::FORMAT).with("at", at.display()).with("detail", detail);
        let manifest: Self = serde_json::from_slice(&text).map_err(|e| format(e.to_string()))?;
        if manifest.format != FORMAT {
            return Err(format(format!("format {}", manifest.format)));
        }
        for family in FactFamily::ALL {
            if let Some((month, entry)) = manifest.entries(*family).find(|(month, entry)| entry.file != Self::file(*family, *month)) {
                return Err(format(format!("{month}: {}", entry.file.display())));
            }
        }
        Ok(manifest)
    }
    /// Writes the manifest: whole, or not at all.
    ///
    /// # Errors
    /// `FACTS-WRITE`.
    pub fn write(&self, dir: &Path) -> Result<(), Refusal> {
        let (at, part) = (dir.join(NAME), dir.join("manifest.part"));
        let refused = |why: String| Refusal::new(code::WRITE).with("at", at.display()).with("detail", why);
        let text = serde_json::to_string_pretty(self).map_err(|e| refused(e.to_string()))?;
        let kept = File::create(&part).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&part, &at)
        });
        kept.map_err(|e| refused(e.to_string()))?;
        sync_dir(&at)
    }
    /// 核对 every file with what is written here.
    ///
    /// # Errors
    /// `FACTS-MISSING` or `FACTS-TORN` with the name of the first that is not as it was written.
    pub fn check(&self, dir: &Path, trust: Trust) -> Result<(), Refusal> {
        FactFamily::ALL.iter().try_for_each(|family| self.check_family(dir, *family, trust))
    }
    /// The same for one month.
    ///
    /// # Errors
    /// As [`Manifest::check`].
    pub fn check_month(&self, dir: &Path, month: FileMonth, trust: Trust) -> Result<(), Refusal> {
        FactFamily::ALL.iter().filter_map(|family| self.entry(*family, month)).try_for_each(|entry| entry.check(dir, trust))
    }
    /// The same for one family.
    ///
    /// # Errors
    /// As [`Manifest::check`].
    pub fn check_family(&self, dir: &Path, family: FactFamily, trust: Trust) -> Result<(), Refusal> {
        self.entries(family).try_for_each(|(_, entry)| entry.check(dir, trust))
    }
}

impl FileEntry {
    /// 核对 the file with what is written here.
    ///
    /// # Errors
    /// As [`Manifest::check`].
    pub fn check(&self, dir: &Path, trust: Trust) -> Result<(), Refusal> {
        let at = dir.join(&self.file);
        let unread = |e: io::Error| match e.kind() {
            io::ErrorKind::NotFound => Refusal::new(code::MISSING).with("at", at.display()),
            _ => Refusal::new(code::READ).with("at", at.display()).with("detail", e),
        };
        let mut file = File::open(&at).map_err(unread)?;
        let bytes = file.metadata().map_err(unread)?.len();
        if bytes != self.bytes {
            let (zh, en) = (format!("应为 {} 字节，实为 {bytes} 字节", self.bytes), format!("{bytes} bytes instead of {}", self.bytes));
            return Err(torn(&at, zh, en));
        }
        if trust == Trust::Length {
            return Ok(());
        }
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
        loop {
            let n = file.read(&mut buffer).map_err(unread)?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
        }
        if hex::encode(hash.finalize()) == self.sha256 {
            Ok(())
        } else {
            Err(torn(&at, "内容与清单的哈希不符", "its bytes are not those of the manifest"))
        }
    }
}
