//! 权限 who may do what beyond the sample, order or case in hand: acts that bind a laboratory, a street or the whole district, and the
//! reading of what everybody's work left behind. One list, asked by the use cases before they act and by the pages before they show;
//! nobody gives or changes more than lies within their own scope.

use std::collections::BTreeSet;

use shiyan_foundation::{Actor, Label, Refusal, Role, Scope};
use shiyan_rapid_test::Point;
use shiyan_sample_intake::sheet::Sheet;
use shiyan_store::records::{Laboratory, UserAccount};
use shiyan_store::{Entry, Error, Who};

use crate::people::NewUser;
use crate::{App, code};

/// How far an act reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// 全区 it binds everybody.
    District,
    /// 街道 the district's, or a street's own.
    Street,
    /// 承检机构 the district's, or a laboratory's own.
    Lab,
    /// Any scope: what it touches lies within the scope of whoever acts.
    Own,
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $en:literal, [$($role:ident),+], $reach:ident;)+) => {
        /// 事项 an act that somebody's duties and scope must cover.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Act { $($(#[$doc])* $name),+ }
        impl Act {
            /// Every act.
            pub const ALL: &'static [Act] = &[$(Act::$name),+];
            /// The duties, one of which it needs; the first one is named to whoever has none.
            #[must_use]
            pub fn roles(self) -> &'static [Role] { match self { $(Act::$name => &[$(Role::$role),+]),+ } }
            fn words(self) -> (&'static str, &'static str) { match self { $(Act::$name => ($zh, $en)),+ } }
            fn reach(self) -> Reach { match self { $(Act::$name => Reach::$reach),+ } }
        }
    };
}

acts! {
    /// 账号: only those within one's own scope, see [`App::may_manage`].
    Users = "管理账号", "manage accounts", [Admin], Own;
    /// 用量上限
    Bounds = "设置用量上限", "set how much may be sent", [Admin], District;
    /// 登录要求
    SignIn = "设置登录要求", "decide what a sign-in needs", [Admin], District;
    /// 街道
    Streets = "维护街道", "maintain streets", [Admin], District;
    /// 人口
    Population = "登记和选用人口数据", "register and choose population", [PlanManager, Admin], District;
    /// 节假日
    Calendar = "导入节假日", "import holidays", [Admin], District;
    /// 承检机构
    Laboratories = "维护承检机构", "maintain laboratories", [Admin, QualityManager], Lab;
    /// 快检点
    Points = "维护快检点", "maintain points", [Admin], Street;
    /// 启用、停用限量
    Limits = "启用和停用限量", "activate and retire limits", [QualityManager], District;
    /// 导入限量和项目包
    ImportLimits = "导入限量和项目包", "import limits and packages", [QualityManager], District;
    /// 复判 what lies within one's own scope.
    Rejudge = "复判", "judge again", [QualityManager], Own;
    /// 改用限量 for an item within one's own scope.
    ApplyLimit = "改用限量", "take over a limit", [QualityManager], Own;
    /// 报告设置 there is one for every report of the district.
    ReportSettings = "修改报告设置", "change the report settings", [QualityManager], District;
    /// 仪器
    Instruments = "维护仪器", "maintain instruments", [Admin, QualityManager], Lab;
    /// 仪器格式 a profile reads the files of every laboratory.
    Profiles = "管理仪器格式", "keep the instrument profiles", [QualityManager], District;
    /// 检验批模板
    Templates = "维护检验批模板", "maintain worksheet templates", [QualityManager], Lab;
    /// 计划
    Plan = "编制、调整和下达计划", "draw up, adjust and issue the plan", [PlanManager], District;
    /// 公布结果
    ImportPublished = "导入公布结果", "import published results", [PlanManager, Supervisor], District;
    /// 抽样单
    Sheet = "填写抽样单", "write a sampling sheet", [Sampler], Own;
    /// 检验批
    Worksheet = "新建检验批", "make a worksheet", [Analyst, Reviewer], Own;
    /// 诊断
    Diagnose = "查看诊断", "read the diagnosis", [Admin], District;
    /// 日志
    Journal = "查看全部日志", "read the whole journal", [Supervisor, QualityManager, Admin], District;
}

impl Act {
    /// Whether somebody with these duties and this scope may do it at all; on whose object, the use case asks beside it.
    ///
    /// # Errors
    /// `ADMIN-ROLE` without the duty, `SCOPE-DISTRICT` or `SCOPE-BEYOND` where the scope is too narrow.
    pub fn ask(self, roles: &BTreeSet<Role>, scope: &Scope) -> Result<(), Refusal> {
        let (zh, en) = self.words();
        if !self.roles().iter().any(|r| roles.contains(r)) {
            let role = self.roles().first().copied().unwrap_or(Role::Admin);
            return Err(Refusal::new(code::NOT_ADMIN)
                .with("role", role.zh())
                .with("role_en", role.en().to_lowercase())
                .with("action", zh)
                .with("action_en", en));
        }
        match (self.reach(), scope) {
            (_, Scope::District) | (Reach::Own, _) | (Reach::Street, Scope::Streets(_)) | (Reach::Lab, Scope::Lab(_)) => Ok(()),
            (Reach::District, _) => Err(Refusal::new(code::SCOPE_DISTRICT).with("action", zh).with("action_en", en)),
            (Reach::Street | Reach::Lab, _) => Err(self.beyond()),
        }
    }
    /// The object lies outside the scope of whoever would do this.
    pub(crate) fn beyond(self) -> Refusal {
        let (zh, en) = self.words();
        Refusal::new(code::SCOPE_BEYOND).with("action", zh).with("action_en", en)
    }
}

/// Whether this person may do this at all.
///
/// # Errors
/// See [`Act::ask`].
pub fn may(actor: &Actor, act: Act) -> Result<(), Refusal> {
    act.ask(&actor.roles, &actor.scope)
}

/// Whether a street lies within a scope.
pub(crate) fn covers_street(scope: &Scope, street: &str) -> bool {
    match scope {
        Scope::District => true,
        Scope::Streets(mine) => mine.contains(street),
        Scope::Point(_) | Scope::Lab(_) => false,
    }
}

/// Subjects that are the administrator's own work; of business records an administrator sees that something happened, not what.
const OWN: &[&str] = &["user", "login", "street", "population", "point", "limit", "calendar", "setting", "demo", "keep"];

impl App {
    /// 本机构 the name of the laboratory that somebody's scope is; `None` for the whole district.
    ///
    /// # Errors
    /// The scope is neither; the database does not answer.
    pub(crate) async fn own_lab(&self, actor: &Actor, act: Act) -> Result<Option<String>, Error> {
        match &actor.scope {
            Scope::District => Ok(None),
            Scope::Lab(id) => match self.store.get::<Laboratory>(&id.to_string()).await? {
                Some(lab) => Ok(Some(lab.name)),
                None => Err(act.beyond().into()),
            },
            Scope::Streets(_) | Scope::Point(_) => Err(act.beyond().into()),
        }
    }
    /// Whether what belongs to the laboratory of this name lies within somebody's scope.
    pub(crate) async fn lab_within(&self, person: &Actor, lab: &str) -> Result<bool, Error> {
        Ok(match &person.scope {
            Scope::District => true,
            Scope::Lab(id) => self.store.get::<Laboratory>(&id.to_string()).await?.is_some_and(|l| l.name == lab),
            Scope::Streets(_) | Scope::Point(_) => false,
        })
    }
    /// The accounts that this administrator manages: those whose scope lies within theirs.
    ///
    /// # Errors
    /// Not an administrator; the database does not answer.
    pub async fn accounts_of(&self, actor: &Actor) -> Result<Vec<UserAccount>, Error> {
        may(actor, Act::Users)?;
        let points = self.store.points(&Scope::District).await?;
        Ok(self.store.people().await?.into_iter().filter(|u| holds(&actor.scope, &u.scope, &points)).collect())
    }
    /// Whether this administrator may do something to that account: it lies within their scope, and holds no duty that they could
    /// not give.
    ///
    /// # Errors
    /// Not an administrator; there is no such account within their scope; `USER-BEYOND`.
    pub async fn may_manage(&self, actor: &Actor, username: &str) -> Result<Who, Error> {
        let account = self.accounts_of(actor).await?.into_iter().find(|u| u.username == username).ok_or(Error::NotFound)?;
        gives(actor, &account.roles)?;
        Ok(actor.into())
    }
    /// Whether this administrator may give those duties in that scope.
    ///
    /// # Errors
    /// Not an administrator; `USER-BEYOND`.
    pub async fn may_give(&self, actor: &Actor, new: &NewUser) -> Result<Who, Error> {
        self.may_give_duties(actor, &new.roles, &new.scope).await?;
        Ok(actor.into())
    }
    /// The same for an account that is there already.
    ///
    /// # Errors
    /// Not an administrator; `USER-BEYOND`.
    pub(crate) async fn may_give_duties(&self, actor: &Actor, roles: &BTreeSet<Role>, scope: &Scope) -> Result<(), Error> {
        may(actor, Act::Users)?;
        let points = self.store.points(&Scope::District).await?;
        if !holds(&actor.scope, scope, &points) {
            return Err(Refusal::new(code::USER_BEYOND).with("what", "数据范围").with("what_en", "the scope").on("scope").into());
        }
        Ok(gives(actor, roles)?)
    }
    /// 日志 the newest entries, for whoever may read what everybody did. An administrator sees that business was done, not what it was.
    ///
    /// # Errors
    /// The duty or the scope of the whole district is missing; the database does not answer.
    pub async fn journal(&self, actor: &Actor, most: u64) -> Result<Vec<Entry>, Error> {
        may(actor, Act::Journal)?;
        let business = actor.has_any(&[Role::Supervisor, Role::QualityManager]);
        let mut entries = self.store.newest_entries(most).await?;
        for entry in entries.iter_mut().filter(|_| !business) {
            let kind = entry.subject.split(':').next().unwrap_or_default();
            if !OWN.contains(&kind) {
                entry.subject = kind.to_owned();
                entry.facts = serde_json::Value::Null;
            }
        }
        Ok(entries)
    }
    /// Whether a sheet as typed lies where this sampler works: in one of their streets, or tested by their laboratory. What is not
    /// typed yet is asked when the sheet is submitted.
    ///
    /// # Errors
    /// `SCOPE-BEYOND` on the field.
    pub(crate) async fn sheet_within(&self, actor: &Actor, sheet: &Sheet, whole: bool) -> Result<(), Error> {
        let (field, fits) = match &actor.scope {
            Scope::District => return Ok(()),
            Scope::Streets(_) => ("street", covers_street(&actor.scope, sheet.get("street")) || (!whole && sheet.get("street").trim().is_empty())),
            Scope::Lab(_) => ("lab_org", self.own_lab(actor, Act::Sheet).await?.is_some_and(|name| sheet.get("lab_org") == name)),
            Scope::Point(_) => ("street", false),
        };
        if fits { Ok(()) } else { Err(Act::Sheet.beyond().on(field).into()) }
    }
}

fn holds(scope: &Scope, other: &Scope, points: &[Point]) -> bool {
    scope.holds(other, |point| points.iter().find(|p| p.id == point).map(|p| p.street.clone()))
}

fn gives(actor: &Actor, roles: &BTreeSet<Role>) -> Result<(), Refusal> {
    let Some(role) = roles.iter().find(|r| !actor.scope.gives().contains(r)) else { return Ok(()) };
    Err(Refusal::new(code::USER_BEYOND).with("what", role.zh()).with("what_en", role.en()).on("roles"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_refused_in_words_that_name_it() {
        for act in Act::ALL {
            let nobody = act.ask(&BTreeSet::new(), &Scope::District).unwrap_err();
            assert_eq!(nobody.code(), "ADMIN-ROLE", "{act:?}");
            assert!(nobody.what(shiyan_foundation::Lang::Zh).contains(act.words().0), "{act:?}");
            assert!(act.ask(&act.roles().iter().copied().collect(), &Scope::District).is_ok(), "{act:?}");
        }
    }
}
