//! 仪器格式 the profiles that the quality manager keeps over the page: put in, tried on a real file, activated with a reason, taken out
//! of use. A profile reads the files of every laboratory, so it binds the district. Reading files is not done here.

use serde_json::json;
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_lab_results::bench::{ProfileState, ProfileVersion, Trial, code as worksheet_code};
use shiyan_store::{Error, sha256_hex};

use crate::App;
use crate::authority::{Act, may};
use crate::typed::needed;

/// Versions kept, of all profiles together.
const MOST: usize = 500;
/// Characters of a reason.
const WHY: usize = 200;

/// 上传的格式 a profile file that was read: what it says of itself, and its text.
#[derive(Debug, Clone, Default)]
pub struct NewProfile {
    /// Key.
    pub key: String,
    /// 版本
    pub version: u32,
    /// 名称 Chinese, English.
    pub name: (String, String),
    /// 文件名
    pub file: String,
    /// The file word for word.
    pub text: String,
}

/// 试读结果 what a file gave.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// 文件名
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// 读数
    pub readings: u64,
    /// 需人工
    pub flagged: u64,
    /// 问题
    pub issues: u64,
    /// 略过
    pub skipped: u64,
}

fn one_line(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(120).collect()
}

impl App {
    /// Every version, by key, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profile_versions(&self) -> Result<Vec<ProfileVersion>, Error> {
        let mut all = self.store.all::<ProfileVersion>().await?;
        all.sort_by(|a, b| (&a.key, b.version).cmp(&(&b.key, a.version)));
        Ok(all)
    }
    /// 上传 a version, which waits to be tried and activated.
    ///
    /// # Errors
    /// Not a quality manager of the district; `PROFILE-SAME`, `PROFILE-VERSION` against those that are there; `PROFILE-MANY`.
    pub async fn add_profile(&self, actor: &Actor, new: &NewProfile, now: Instant) -> Result<ProfileVersion, Error> {
        may(actor, Act::Profiles)?;
        let mut unit = self.store.begin(now).await?;
        let there = self.store.all::<ProfileVersion>().await?;
        if let Some(same) = there.iter().find(|p| p.text == new.text) {
            return Err(Refusal::new(worksheet_code::PROFILE_SAME).with("profile", same.id()).on("file").into());
        }
        if there.len() >= MOST {
            return Err(Refusal::new(worksheet_code::PROFILE_MANY).with("count", there.len()).on("file").into());
        }
        let added = ProfileVersion {
            key: new.key.clone(),
            version: new.version,
            name: new.name.clone(),
            file: one_line(&new.file),
            text: new.text.clone(),
            state: ProfileState::Draft,
            added_by: (actor.id, actor.name.clone()),
            added_at: now,
            trials: Vec::new(),
            turns: Vec::new(),
            revision: 0,
        };
        added.follows(&there)?;
        let facts = json!({ "profile": added.id(), "file": added.file, "sha256": sha256_hex(added.text.as_bytes()) });
        unit.insert(&added, &actor.into(), "profile.add", facts).await?;
        unit.commit().await?;
        Ok(added)
    }
    /// 试读 notes that a file was read by a version, and what came of it.
    ///
    /// # Errors
    /// Not a quality manager of the district; there is no such version.
    pub async fn try_profile(&self, actor: &Actor, id: &str, tried: &Tried, now: Instant) -> Result<ProfileVersion, Error> {
        may(actor, Act::Profiles)?;
        let mut unit = self.store.begin(now).await?;
        let old: ProfileVersion = unit.require(id).await?;
        let next = old.tried(Trial {
            file: one_line(&tried.file),
            sha256: tried.sha256.clone(),
            readings: tried.readings,
            flagged: tried.flagged,
            issues: tried.issues,
            skipped: tried.skipped,
            by: (actor.id, actor.name.clone()),
            at: now,
        });
        let facts =
            json!({ "file": one_line(&tried.file), "sha256": tried.sha256, "readings": tried.readings, "flagged": tried.flagged, "issues": tried.issues });
        unit.save(&next, &actor.into(), "profile.try", facts).await?;
        unit.commit().await?;
        Ok(next)
    }
    /// 启用、停用 a version with a reason. The version of the same key that is in use ends with it, in one transaction.
    ///
    /// # Errors
    /// Not a quality manager of the district; no reason; it was never tried; it already is that.
    pub async fn turn_profile(&self, actor: &Actor, id: &str, to: ProfileState, why: &str, now: Instant) -> Result<(), Error> {
        may(actor, Act::Profiles)?;
        let why = needed(why, WHY, "理由", "the reason", "reason")?;
        let mut unit = self.store.begin(now).await?;
        let old: ProfileVersion = unit.require(id).await?;
        let next = old.turned(to, actor, &why, now)?;
        let mut before = None;
        if to == ProfileState::Active
            && let Some(other) = unit.profile_in_use(&old.key).await?
        {
            before = Some(other.id());
            let ended = other.turned(ProfileState::Retired, actor, &why, now)?;
            unit.save(&ended, &actor.into(), "profile.retire", json!({ "reason": why, "for": next.id() })).await?;
        }
        let verb = if to == ProfileState::Active { "profile.activate" } else { "profile.retire" };
        unit.save(&next, &actor.into(), verb, json!({ "reason": why, "instead_of": before })).await?;
        unit.commit().await?;
        Ok(())
    }
}
