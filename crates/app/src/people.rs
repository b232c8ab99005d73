//! Accounts and logins.

use std::collections::BTreeSet;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use chrono::TimeDelta;
use serde_json::json;
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Actor, Instant, Refusal, Role, Scope};
use shiyan_store::query::people::Login;
use shiyan_store::records::UserAccount;
use shiyan_store::{Error, Who, sha256_hex};

use crate::{App, code, fresh, token};

/// Failures after which a login name waits.
const FAILURES: i64 = 5;
/// 等待 minutes.
const WAIT_MINUTES: i64 = 10;
/// A login ends after so many minutes without a request.
const IDLE_MINUTES: i64 = 30;
/// A login ends after so many hours whatever happens.
const LOGIN_HOURS: i64 = 12;
/// 设置链接 minutes.
pub const SETUP_MINUTES: i64 = 30;

/// A hash to spend the time on when the name is unknown.
static NOBODY: std::sync::LazyLock<String> =
    std::sync::LazyLock::new(|| Argon2::default().hash_password(token().as_bytes()).map(|h| h.to_string()).unwrap_or_default());

/// A new account as asked for.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// 登录名
    pub username: String,
    /// 姓名
    pub name: String,
    /// First password.
    pub password: String,
    /// 角色
    pub roles: BTreeSet<Role>,
    /// 数据范围
    pub scope: Scope,
    /// 授权签字范围
    pub sign_scope: Vec<String>,
    /// Must choose their own password at the first login.
    pub must_change: bool,
    /// 演示数据
    pub demo: bool,
}

/// A login that was just opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The token for the cookie; only its hash is kept.
    pub token: String,
    /// The person.
    pub user: UserAccount,
}

/// Passwords that everybody tries first.
const COMMON: &[&str] = &[
    "1234567890",
    "12345678901",
    "0123456789",
    "password12",
    "password123",
    "qwertyuiop",
    "1q2w3e4r5t",
    "abcd123456",
    "a123456789",
    "aa12345678",
    "iloveyou123",
    "admin12345",
    "administrator",
    "woaini1314",
    "woaini520",
    "88888888888",
    "1111111111",
    "0000000000",
    "1qaz2wsx3edc",
    "zxcvbnm123",
];

fn check_password(password: &str, username: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let weak = !(10..=64).contains(&length) || lower == username.to_lowercase() || COMMON.contains(&lower.as_str());
    if weak { Err(Refusal::new(code::PASSWORD).on("password")) } else { Ok(()) }
}

impl App {
    /// argon2id off the request threads, two at a time.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        self.hashed(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| e.to_string())).await
    }
    async fn password_fits(&self, password: &str, stored: &str) -> Result<bool, Error> {
        let (password, stored) = (password.to_owned(), stored.to_owned());
        self.hashed(move || {
            let parsed = PasswordHash::new(&stored).map_err(|e| e.to_string())?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
    }
    async fn hashed<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, Error> {
        let _permit = self.hashing.acquire().await.map_err(|e| Error::Fault(e.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::Fault(e.to_string()))?.map_err(Error::Fault)
    }
    /// A one-time set-up link token for the first administrator; nothing when there are users already.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn setup_token(&self, now: Instant) -> Result<Option<String>, Error> {
        let mut unit = self.store.begin(now).await?;
        if unit.count_users().await? > 0 {
            return Ok(None);
        }
        let secret = token();
        unit.keep_setup_token(&sha256_hex(secret.as_bytes()), now + TimeDelta::minutes(SETUP_MINUTES)).await?;
        unit.commit().await?;
        Ok(Some(secret))
    }
    /// Makes the first administrator; spends the link.
    ///
    /// # Errors
    /// The link is spent or expired; the name or password will not do.
    pub async fn finish_setup(&self, secret: &str, username: &str, name: &str, password: &str, again: &str, now: Instant) -> Result<(), Error> {
        if password != again {
            return Err(Refusal::new(code::PASSWORD_TWICE).on("password2").into());
        }
        let user = self
            .account(&NewUser {
                username: username.to_owned(),
                name: name.to_owned(),
                password: password.to_owned(),
                roles: BTreeSet::from([Role::Admin]),
                scope: Scope::District,
                sign_scope: Vec::new(),
                must_change: false,
                demo: false,
            })
            .await?;
        let mut unit = self.store.begin(now).await?;
        if unit.count_users().await? > 0 || !unit.spend_setup_token(&sha256_hex(secret.as_bytes())).await? {
            return Err(Refusal::new(code::SETUP).into());
        }
        unit.insert(&user, &Who::system("首次设置"), "user.setup", json!({ "username": user.username })).await?;
        unit.commit().await?;
        Ok(())
    }
    pub(crate) async fn account(&self, new: &NewUser) -> Result<UserAccount, Error> {
        let username = new.username.trim().to_lowercase();
        let fine = (2..=32).contains(&username.len()) && username.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        let mut problems = Vec::new();
        if !fine {
            problems.push(Refusal::new(code::USERNAME).on("username"));
        }
        if new.name.trim().is_empty() || new.name.chars().count() > 40 {
            problems.push(Refusal::new(code::REAL_NAME).on("name"));
        }
        if new.roles.is_empty() {
            problems.push(Refusal::new(code::ROLES).on("roles"));
        }
        if new.roles.contains(&Role::Admin) && new.roles.len() > 1 {
            problems.push(Refusal::new(code::ADMIN_ALONE).on("roles"));
        }
        let signs = new.roles.contains(&Role::Signatory);
        let sign_scope = if signs { methods(new.sign_scope.iter().map(String::as_str)) } else { Vec::new() };
        if signs && sign_scope.is_empty() {
            problems.push(Refusal::new(code::SIGN_SCOPE).on("sign_scope"));
        }
        if let Err(refusal) = check_password(&new.password, &username) {
            problems.push(refusal);
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        Ok(UserAccount {
            id: UserId(fresh()),
            username,
            name: new.name.trim().to_owned(),
            password_hash: self.hash_password(&new.password).await?,
            roles: new.roles.clone(),
            scope: new.scope.clone(),
            sign_scope,
            active: true,
            must_change: new.must_change,
            demo: new.demo,
            revision: 0,
        })
    }
    /// Is this a person of the demonstration: what they begin is demonstration data and goes with it.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn is_demo(&self, actor: &Actor) -> Result<bool, Error> {
        Ok(self.store.get::<UserAccount>(&actor.id.to_string()).await?.is_some_and(|u| u.demo))
    }
    /// Is the demonstration loaded.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_demo(&self) -> Result<bool, Error> {
        Ok(self.store.people().await?.iter().any(|u| u.demo))
    }
    /// The accounts of the demonstration, by login name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn demo_accounts(&self) -> Result<Vec<UserAccount>, Error> {
        let mut accounts: Vec<UserAccount> = self.store.people().await?.into_iter().filter(|u| u.demo && u.active).collect();
        accounts.sort_by(|a, b| a.username.cmp(&b.username));
        Ok(accounts)
    }
    /// Adds an account.
    ///
    /// # Errors
    /// Not an administrator over that scope; the name is taken or will not do; weak password; no role.
    pub async fn add_user(&self, actor: &Actor, new: &NewUser, now: Instant) -> Result<UserAccount, Error> {
        let who = &self.may_give(actor, new).await?;
        let user = self.account(new).await?;
        let mut unit = self.store.begin(now).await?;
        if self.store.user_by_name(&user.username).await?.is_some() {
            return Err(Refusal::new(code::USER_TAKEN).with("username", &user.username).on("username").into());
        }
        unit.insert(&user, who, "user.add", json!({ "username": user.username, "roles": user.roles })).await?;
        unit.commit().await?;
        Ok(user)
    }
    /// 授权签字领域 the methods a signatory may sign for.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; nothing named.
    pub async fn set_sign_scope(&self, actor: &Actor, username: &str, typed: &str, now: Instant) -> Result<(), Error> {
        let who = &self.may_manage(actor, username).await?;
        let sign_scope = methods([typed]);
        if sign_scope.is_empty() {
            return Err(Refusal::new(code::SIGN_SCOPE).on("sign_scope").into());
        }
        let mut unit = self.store.begin(now).await?;
        let user = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?;
        let next = UserAccount { sign_scope, revision: user.revision + 1, ..user };
        unit.save(&next, who, "user.sign_scope", json!({ "username": next.username, "methods": next.sign_scope })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Disables an account; every login of it ends at once. Nothing is deleted.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; the last administrator.
    pub async fn disable_user(&self, actor: &Actor, username: &str, now: Instant) -> Result<(), Error> {
        let who = &self.may_manage(actor, username).await?;
        let mut unit = self.store.begin(now).await?;
        let all = self.store.people().await?;
        let user = all.iter().find(|u| u.username == username).ok_or(Error::NotFound)?;
        let other_admin = all.iter().any(|u| u.active && u.roles.contains(&Role::Admin) && u.id != user.id);
        if user.roles.contains(&Role::Admin) && !other_admin {
            return Err(Refusal::new(code::LAST_ADMIN).into());
        }
        let next = UserAccount { active: false, revision: user.revision + 1, ..user.clone() };
        unit.save(&next, who, "user.disable", json!({ "username": username })).await?;
        unit.close_logins_of(&user.id.to_string()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Sets a new password for somebody else; they must choose their own at the next login.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; weak password.
    pub async fn reset_password(&self, actor: &Actor, username: &str, password: &str, now: Instant) -> Result<(), Error> {
        let who = &self.may_manage(actor, username).await?;
        let user = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?;
        check_password(password, &user.username)?;
        let hash = self.hash_password(password).await?;
        let mut unit = self.store.begin(now).await?;
        let next = UserAccount { password_hash: hash, must_change: true, active: true, revision: user.revision + 1, ..user.clone() };
        unit.save(&next, who, "user.reset_password", json!({ "username": username })).await?;
        unit.close_logins_of(&user.id.to_string()).await?;
        unit.set_login_failures(username, 0).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Logs in. An unknown name costs the same time and gets the same answer as a wrong password.
    ///
    /// # Errors
    /// Wrong name or password; too many failures.
    pub async fn login(&self, username: &str, password: &str, now: Instant) -> Result<Opened, Error> {
        let username = username.trim().to_lowercase();
        let password: String = password.chars().take(1024).collect();
        let (failures, last) = self.store.login_failures(&username).await?;
        let until = chrono::DateTime::parse_from_rfc3339(&last).ok().map(|at| at + TimeDelta::minutes(WAIT_MINUTES));
        if failures >= FAILURES
            && let Some(until) = until.filter(|until| *until > now)
        {
            return Err(Refusal::new(code::LOCKED).with("minutes", (until - now).num_minutes() + 1).into());
        }
        let user = self.store.user_by_name(&username).await?.filter(|u| u.active);
        let fits = self.password_fits(&password, user.as_ref().map_or(NOBODY.as_str(), |u| &u.password_hash)).await?;
        let mut unit = self.store.begin(now).await?;
        match user.filter(|_| fits) {
            None => {
                // After the wait a new series begins.
                let failures = if until.is_some_and(|u| u <= now) { 1 } else { failures + 1 };
                unit.set_login_failures(&username, failures).await?;
                unit.note(&Who::system("登录"), "login.failed", format!("login:{username}"), json!({ "failures": failures })).await?;
                unit.commit().await?;
                Err(Refusal::new(code::LOGIN).into())
            }
            Some(user) => {
                let token = token();
                let csrf = crate::token();
                if failures > 0 {
                    unit.set_login_failures(&username, 0).await?;
                }
                unit.open_login(&sha256_hex(token.as_bytes()), &user.id.to_string(), &csrf, now + TimeDelta::hours(LOGIN_HOURS)).await?;
                unit.note(&Who::from(&user.actor()), "login", format!("login:{username}"), json!({})).await?;
                unit.commit().await?;
                Ok(Opened { token, user })
            }
        }
    }
    /// Ends a login.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn logout(&self, token: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        unit.close_login(&sha256_hex(token.as_bytes())).await?;
        unit.commit().await?;
        Ok(())
    }
    /// The person behind a login token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn who_is(&self, token: &str, now: Instant) -> Result<Option<Login>, Error> {
        let hash = sha256_hex(token.as_bytes());
        let login = self.store.login(&hash, now, now - TimeDelta::minutes(IDLE_MINUTES)).await?;
        if let Some(login) = &login {
            let stale = chrono::DateTime::parse_from_rfc3339(&login.seen_at).is_ok_and(|seen| now - seen > TimeDelta::minutes(5));
            if stale {
                self.store.touch_login(&hash, now).await?;
            }
        }
        Ok(login)
    }
    /// Changes one's own password; other logins of the account end.
    ///
    /// # Errors
    /// The old password is wrong; the new one will not do.
    pub async fn change_password(&self, user: &UserAccount, old: &str, new: &str, again: &str, now: Instant) -> Result<(), Error> {
        if new != again {
            return Err(Refusal::new(code::PASSWORD_TWICE).on("password2").into());
        }
        check_password(new, &user.username)?;
        if !self.password_fits(old, &user.password_hash).await? {
            return Err(Refusal::new(code::LOGIN).on("old").into());
        }
        let hash = self.hash_password(new).await?;
        let mut unit = self.store.begin(now).await?;
        let next = UserAccount { password_hash: hash, must_change: false, revision: user.revision + 1, ..user.clone() };
        unit.save(&next, &Who::from(&user.actor()), "user.change_password", json!({})).await?;
        unit.close_logins_of(&user.id.to_string()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Step-up: the person types the password once more before signing.
    ///
    /// # Errors
    /// It is not theirs.
    pub async fn step_up(&self, user: &UserAccount, password: &str) -> Result<(), Error> {
        if self.password_fits(password, &user.password_hash).await? { Ok(()) } else { Err(Refusal::new(code::STEP_UP).on("password").into()) }
    }
}

/// The methods in texts that separate them with semicolons, 、 or lines.
fn methods<'a>(typed: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let each = typed.into_iter().flat_map(|t| t.split(['；', ';', '、', '\n']));
    each.map(str::trim).filter(|m| !m.is_empty()).map(|m| m.chars().take(120).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn passwords_are_long_and_not_common() {
        assert!(check_password("长一点的好密码也可以", "zhang").is_ok());
        assert!(check_password("correct horse", "zhang").is_ok());
        assert!(check_password("short", "zhang").is_err());
        assert!(check_password("1234567890", "zhang").is_err());
        assert!(check_password("zhang.sanfeng", "Zhang.Sanfeng").is_err());
        assert!(check_password(&"x".repeat(65), "zhang").is_err());
    }
}
