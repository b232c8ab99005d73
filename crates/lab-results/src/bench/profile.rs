//! 仪器格式 a profile that the quality manager put in: a version is tried on a real file, then activated, then replaced by the next.

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Actor, Instant, Label, Move, Moves, Refusal, labels};

use super::code;

labels! {
    /// 格式状态
    pub enum ProfileState {
        Draft = "draft", "待启用", "Not activated yet";
        Active = "active", "在用", "In use";
        Retired = "retired", "停用", "Out of use";
    }
}

/// Trials that a version keeps: the newest.
pub const MOST_TRIALS: usize = 20;

labels! {
    /// 仪器格式的动作
    pub enum ProfileAction {
        Activate = "activate", "启用", "Activate";
        Retire = "retire", "停用", "Take out of use";
    }
}

/// 状态表 of a version of a profile.
pub const PROFILE_MOVES: Moves<ProfileState, ProfileAction> = Moves {
    noun: ("仪器格式", "instrument profile"),
    begins: ProfileState::Draft,
    opening: &[],
    over: &[ProfileState::Retired],
    table: &[
        Move::new(ProfileState::Draft, ProfileAction::Activate, ProfileState::Active, Act::Profiles),
        Move::new(ProfileState::Draft, ProfileAction::Retire, ProfileState::Retired, Act::Profiles),
        Move::new(ProfileState::Active, ProfileAction::Retire, ProfileState::Retired, Act::Profiles),
        Move::new(ProfileState::Retired, ProfileAction::Activate, ProfileState::Active, Act::Profiles),
    ],
};

/// 试读 what a real file gave, read by this version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// 文件名
    pub file: String,
    /// SHA-256 of the file; the file itself is not kept.
    pub sha256: String,
    /// 读数
    pub readings: u64,
    /// 需人工 readings among them that a person has to look at.
    pub flagged: u64,
    /// 问题 rows and cells that were refused.
    pub issues: u64,
    /// 略过 rows left out with a reason.
    pub skipped: u64,
    /// 试读人
    pub by: (UserId, String),
    /// 时间
    pub at: Instant,
}

/// 状态变更
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// What it became.
    pub to: ProfileState,
    /// 办理人
    pub by: (UserId, String),
    /// 时间
    pub at: Instant,
    /// 理由
    pub why: String,
}

/// 仪器格式的一个版本
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileVersion {
    /// Key of the profile, as its file says.
    pub key: String,
    /// 版本 as its file says.
    pub version: u32,
    /// 名称 Chinese, English, as its file says.
    pub name: (String, String),
    /// 文件名 as uploaded.
    pub file: String,
    /// 格式文件 word for word.
    pub text: String,
    /// 状态
    pub state: ProfileState,
    /// 上传人
    pub added_by: (UserId, String),
    /// 上传时间
    pub added_at: Instant,
    /// 试读 the newest last.
    pub trials: Vec<Trial>,
    /// 启用、停用 in their order.
    pub turns: Vec<Turn>,
    /// Revision.
    pub revision: i64,
}

impl ProfileVersion {
    /// The key it is stored under.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}@{}", self.key, self.version)
    }
    /// Whether a file that was really read by it gave a reading.
    #[must_use]
    pub fn proven(&self) -> bool {
        self.trials.iter().any(|t| t.readings > 0)
    }
    /// With one more trial.
    #[must_use]
    pub fn tried(&self, trial: Trial) -> Self {
        let mut next = Self { revision: self.revision + 1, ..self.clone() };
        next.trials.push(trial);
        // The newest are kept, and of the older ones the last that found a reading: it is what an activation stands on.
        while next.trials.len() > MOST_TRIALS {
            let spared = next.trials.iter().rposition(|t| t.readings > 0);
            next.trials.remove(usize::from(spared == Some(0)));
        }
        next
    }
    /// Why it cannot become that now.
    #[must_use]
    pub fn why_not(&self, to: ProfileState) -> Option<Refusal> {
        if !PROFILE_MOVES.table.iter().any(|m| m.from == self.state && m.to == to) {
            let refusal = Refusal::new(code::PROFILE_STATE).with("profile", self.id());
            return Some(refusal.with("state", self.state.zh()).with("state_en", self.state.en()));
        }
        (to == ProfileState::Active && !self.proven()).then(|| Refusal::new(code::PROFILE_UNTRIED).with("profile", self.id()))
    }
    /// 启用、停用 with a reason. A version that was retired may be brought back.
    ///
    /// # Errors
    /// `PROFILE-STATE` when it already is that; `PROFILE-UNTRIED` when no trial gave a reading.
    pub fn turned(&self, to: ProfileState, actor: &Actor, why: &str, now: Instant) -> Result<Self, Refusal> {
        if let Some(why_not) = self.why_not(to) {
            return Err(why_not);
        }
        let mut next = Self { state: to, revision: self.revision + 1, ..self.clone() };
        next.turns.push(Turn { to, by: (actor.id, actor.name.clone()), at: now, why: why.to_owned() });
        Ok(next)
    }
    /// Whether a new version may follow the ones there are.
    ///
    /// # Errors
    /// `PROFILE-VERSION` when its number is not above theirs.
    pub fn follows<'a>(&self, others: impl IntoIterator<Item = &'a ProfileVersion>) -> Result<(), Refusal> {
        match others.into_iter().filter(|o| o.key == self.key).map(|o| o.version).max() {
            Some(newest) if newest >= self.version => Err(Refusal::new(code::PROFILE_VERSION)
                .with("key", &self.key)
                .with("version", self.version)
                .with("newest", newest)
                .with("next", u64::from(newest) + 1)
                .on("file")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::{Role, Scope};

    fn now() -> Instant {
        Instant::parse_from_rfc3339("2026-05-08T09:00:00+08:00").unwrap()
    }
    fn version(number: u32) -> ProfileVersion {
        ProfileVersion {
            key: "t9".into(),
            version: number,
            name: ("滴定仪".into(), "Titrator".into()),
            file: "t9.toml".into(),
            text: String::new(),
            state: ProfileState::Draft,
            added_by: (UserId(uuid::Uuid::nil()), "质量甲".into()),
            added_at: now(),
            trials: Vec::new(),
            turns: Vec::new(),
            revision: 0,
        }
    }
    fn trial(readings: u64) -> Trial {
        Trial {
            file: "a.csv".into(),
            sha256: String::new(),
            readings,
            flagged: 0,
            issues: 0,
            skipped: 0,
            by: (UserId(uuid::Uuid::nil()), String::new()),
            at: now(),
        }
    }
    fn quality() -> Actor {
        Actor { id: UserId(uuid::Uuid::nil()), name: "质量甲".into(), roles: [Role::QualityManager].into(), scope: Scope::District }
    }

    #[test]
    fn a_version_is_activated_only_after_a_file_gave_a_reading() {
        let fresh = version(1);
        let refused = |v: &ProfileVersion, to| v.turned(to, &quality(), "换了软件", now()).map_err(|r| r.code());
        assert_eq!(refused(&fresh, ProfileState::Active), Err("PROFILE-UNTRIED"));
        assert_eq!(refused(&fresh.tried(trial(0)), ProfileState::Active), Err("PROFILE-UNTRIED"));
        let active = refused(&fresh.tried(trial(3)), ProfileState::Active).unwrap();
        assert_eq!((active.state, active.revision, active.turns[0].why.as_str()), (ProfileState::Active, 2, "换了软件"));
        assert_eq!(refused(&active, ProfileState::Active), Err("PROFILE-STATE"));
        assert_eq!(refused(&active, ProfileState::Draft), Err("PROFILE-STATE"));
        let retired = refused(&active, ProfileState::Retired).unwrap();
        assert_eq!(refused(&retired, ProfileState::Retired), Err("PROFILE-STATE"));
        assert_eq!(refused(&retired, ProfileState::Active).unwrap().turns.len(), 3, "brought back");
    }

    #[test]
    fn many_trials_never_push_out_the_one_that_proves_it() {
        let mut v = version(1).tried(trial(3));
        for _ in 0..50 {
            v = v.tried(trial(0));
        }
        assert!(v.trials.len() == MOST_TRIALS && v.proven());
    }

    #[test]
    fn a_new_version_has_a_higher_number() {
        let there = [version(1), version(4), ProfileVersion { key: "other".into(), ..version(9) }];
        assert!(version(5).follows(&there).is_ok());
        assert_eq!(version(4).follows(&there).map_err(|r| r.code()), Err("PROFILE-VERSION"));
        assert_eq!(version(2).follows(&there).map_err(|r| r.code()), Err("PROFILE-VERSION"));
    }
}
