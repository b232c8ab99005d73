//! 权限 what the table of duties (`shiyan_foundation::authority`) cannot say without looking: whose account, whose laboratory, whose street.

use std::collections::BTreeSet;

pub use shiyan_foundation::authority::{Act, may};
use shiyan_foundation::{Actor, Label, Refusal, Role, Scope};
use shiyan_lab_results::order::TestOrder;
use shiyan_rapid_test::Point;
use shiyan_sample_intake::Sample;
use shiyan_sample_intake::sheet::Sheet;
use shiyan_store::records::{Laboratory, SampleRecord, UserAccount};
use shiyan_store::{Entry, Error, Unit, Who};

use crate::{App, code};

/// Whether a street lies within a scope.
pub(crate) fn covers_street(scope: &Scope, street: &str) -> bool {
    match scope {
        Scope::District => true,
        Scope::Streets(mine) => mine.contains(street),
        Scope::Point(_) | Scope::Lab(_) => false,
    }
}

/// Whoever may not read it finds nothing.
pub(crate) fn reads(actor: &Actor, act: Act) -> Result<(), Error> {
    may(actor, act).map_err(|_| Error::NotFound)
}

/// 案件 name the operator: people who test blind find none.
pub(crate) fn reads_cases(actor: &Actor) -> Result<(), Error> {
    reads(actor, Act::ReadOperator)
}

/// 盲样 the sample as this person may see it.
pub(crate) fn veiled(actor: &Actor, record: SampleRecord) -> SampleRecord {
    if actor.tests_blind() { SampleRecord { sample: record.sample.veiled(), ..record } } else { record }
}

/// The reading that asked for a sample, for whoever may look at readings: a laboratory is not led to a page that is not there for it.
pub(crate) fn reading_of(actor: &Actor, sample: &Sample) -> Option<shiyan_foundation::ids::ReadingId> {
    sample.from_reading.filter(|_| !matches!(actor.scope, Scope::Lab(_)))
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
    /// The order, for whom it is there.
    pub(crate) async fn visible_order(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<TestOrder, Error> {
        self.store.order(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }
    /// Is this a person of the demonstration: what they begin is demonstration data and goes with it.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn is_demo(&self, actor: &Actor) -> Result<bool, Error> {
        Ok(self.store.get::<UserAccount>(&actor.id.to_string()).await?.is_some_and(|u| u.demo))
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
