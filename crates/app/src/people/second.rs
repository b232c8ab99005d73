//! 动态口令 the second factor of an account: enrolment, recovery codes, the setting that demands it, the reset by an administrator.

use std::collections::BTreeSet;

use serde_json::json;
use shiyan_foundation::{Actor, Instant, Refusal, Role};
use shiyan_store::people::accounts::Purpose;
use shiyan_store::records::{SecondFactor, Setting, UserAccount};
use shiyan_store::{Error, Who, sha256_hex};

use super::{entry, totp};
use crate::authority::{Act, may};
use crate::setting::keep_setting;
use crate::{App, code};

/// Key of the setting.
const SETTING: &str = "second_factor";
/// Recovery codes handed out at once.
pub const RECOVERY: usize = 10;
/// Those who sign (主检, 校核, 审核, 批准), approve or administer.
pub const ANSWERS: &[Role] =
    &[Role::Analyst, Role::Checker, Role::Reviewer, Role::Signatory, Role::QualityManager, Role::PlanManager, Role::Supervisor, Role::Admin];

/// Whether somebody with these duties signs, approves or administers.
#[must_use]
pub fn answers_for(roles: &BTreeSet<Role>) -> bool {
    ANSWERS.iter().any(|r| roles.contains(r))
}

/// The account after this code, and the verb for the journal; nothing when the code is wrong or was used.
pub(crate) fn used(user: &UserAccount, typed: &str, now: Instant) -> Option<(UserAccount, &'static str)> {
    let second = user.second_factor()?;
    let secret = totp::unbase32(&second.secret)?;
    let (second, verb) = if let Some(step) = totp::fits(&secret, typed, now, second.last_step) {
        (SecondFactor { last_step: step, ..second.clone() }, "login.code")
    } else {
        let hash = recovery_hash(typed);
        let mut recovery = second.recovery.clone();
        if !recovery.remove(&hash) {
            return None;
        }
        (SecondFactor { recovery, ..second.clone() }, "login.recovery_code")
    };
    Some((UserAccount { second: Some(second), revision: user.revision + 1, ..user.clone() }, verb))
}

/// As typed: case, spaces and hyphens do not matter.
fn recovery_hash(typed: &str) -> String {
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(64).collect();
    sha256_hex(plain.as_bytes())
}

/// Ten codes of 80 bits, for people and as hashes.
fn recovery_codes() -> (Vec<String>, BTreeSet<String>) {
    let codes: Vec<String> = (0..RECOVERY)
        .map(|_| {
            let mut bytes = [0_u8; 10];
            rand::fill(&mut bytes[..]);
            let text = totp::base32(&bytes);
            text.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join("-")
        })
        .collect();
    let hashes = codes.iter().map(|c| recovery_hash(c)).collect();
    (codes, hashes)
}

impl App {
    /// Whether those who sign, approve or administer must have a second factor.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn second_required(&self) -> Result<bool, Error> {
        Ok(self.store.get::<Setting>(SETTING).await?.is_some_and(|s| s.value["required"] == json!(true)))
    }
    /// Demands the second factor of those who sign, approve or administer, or no longer.
    ///
    /// # Errors
    /// Not an administrator.
    pub async fn require_second(&self, actor: &Actor, required: bool, now: Instant) -> Result<(), Error> {
        may(actor, Act::SignIn)?;
        let mut unit = self.store.begin(now).await?;
        let old: Option<Setting> = unit.get(SETTING).await?;
        let value = json!({ "required": required });
        keep_setting(&mut unit, actor, old, SETTING, value.clone(), json!({ "key": SETTING, "to": value })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Begins the enrolment: a new secret, shown until a first code proves that the phone has it.
    ///
    /// # Errors
    /// The password is wrong; there is a second factor already.
    pub async fn begin_second(&self, user: &UserAccount, login: &str, password: &str, now: Instant) -> Result<(), Error> {
        self.prove(user, login, password, wrong(), now).await?;
        let mut secret = [0_u8; totp::SECRET];
        rand::fill(&mut secret[..]);
        let second = SecondFactor { secret: totp::base32(&secret), confirmed: false, last_step: 0, recovery: BTreeSet::new() };
        let mut unit = self.store.begin(now).await?;
        let user: UserAccount = unit.require(&user.id.to_string()).await?;
        if user.second_factor().is_some() {
            return Err(Refusal::new(code::SECOND_THERE).into());
        }
        let next = UserAccount { second: Some(second), revision: user.revision + 1, ..user };
        unit.save(&next, &Who::from(&next.actor()), "user.second_begin", json!({ "username": next.username })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Finishes the enrolment by a first code; gives the recovery codes, once. Other logins of the account end.
    ///
    /// # Errors
    /// A wrong code; nothing was begun.
    pub async fn confirm_second(&self, user: &UserAccount, login: &str, typed: &str, now: Instant) -> Result<Vec<String>, Error> {
        let mut unit = self.store.begin(now).await?;
        let user: UserAccount = unit.require(&user.id.to_string()).await?;
        let Some(begun) = user.second.clone().filter(|s| !s.confirmed) else { return Err(Refusal::new(code::SECOND_NONE).into()) };
        let secret = totp::unbase32(&begun.secret).ok_or_else(|| Error::Fault("secret".to_owned()))?;
        let step = totp::fits(&secret, typed, now, begun.last_step).ok_or_else(|| Refusal::new(code::CODE_WRONG).on("code"))?;
        let (codes, recovery) = recovery_codes();
        let next = UserAccount { second: Some(SecondFactor { confirmed: true, last_step: step, recovery, ..begun }), revision: user.revision + 1, ..user };
        unit.save(&next, &Who::from(&next.actor()), "user.second_on", json!({ "username": next.username })).await?;
        unit.close_other_logins(&next.id.to_string(), &sha256_hex(login.as_bytes())).await?;
        unit.commit().await?;
        Ok(codes)
    }
    /// New recovery codes; the old ones are worth nothing.
    ///
    /// # Errors
    /// The password is wrong; there is no second factor.
    pub async fn renew_recovery(&self, user: &UserAccount, login: &str, password: &str, now: Instant) -> Result<Vec<String>, Error> {
        self.prove(user, login, password, wrong(), now).await?;
        let mut unit = self.store.begin(now).await?;
        let user: UserAccount = unit.require(&user.id.to_string()).await?;
        let Some(second) = user.second_factor().cloned() else { return Err(Refusal::new(code::SECOND_NONE).into()) };
        let (codes, recovery) = recovery_codes();
        let next = UserAccount { second: Some(SecondFactor { recovery, ..second }), revision: user.revision + 1, ..user };
        unit.save(&next, &Who::from(&next.actor()), "user.second_codes", json!({ "username": next.username })).await?;
        unit.commit().await?;
        Ok(codes)
    }
    /// Gives up one's own second factor, or an enrolment that was begun.
    ///
    /// # Errors
    /// The password is wrong; the setting demands a second factor of these duties.
    pub async fn drop_second(&self, user: &UserAccount, login: &str, password: &str, now: Instant) -> Result<(), Error> {
        self.prove(user, login, password, wrong(), now).await?;
        if answers_for(&user.roles) && self.second_required().await? {
            return Err(Refusal::new(code::SECOND_REQUIRED).into());
        }
        let mut unit = self.store.begin(now).await?;
        let user: UserAccount = unit.require(&user.id.to_string()).await?;
        if user.second.is_none() {
            return Err(Refusal::new(code::SECOND_NONE).into());
        }
        let next = UserAccount { second: None, revision: user.revision + 1, ..user };
        unit.save(&next, &Who::from(&next.actor()), "user.second_off", json!({ "username": next.username })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Takes the second factor of somebody who lost the phone; every login of theirs ends. Nobody does it for themself.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; one's own; there is none.
    pub async fn reset_second(&self, actor: &Actor, username: &str, now: Instant) -> Result<(), Error> {
        let who = &self.may_manage(actor, username).await?;
        let mut unit = self.store.begin(now).await?;
        let user = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?;
        if who.user() == Some(user.id) {
            return Err(Refusal::new(code::SECOND_OWN).into());
        }
        if user.second.is_none() {
            return Err(Refusal::new(code::SECOND_NONE).into());
        }
        let next = UserAccount { second: None, revision: user.revision + 1, ..user };
        unit.save(&next, who, "user.second_reset", json!({ "username": username })).await?;
        entry::shut_out(&mut unit, &next, &[Purpose::Second]).await?;
        unit.commit().await?;
        Ok(())
    }
}

fn wrong() -> Refusal {
    Refusal::new(code::OLD_PASSWORD).on("password")
}
