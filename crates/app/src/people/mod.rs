//! Accounts and logins.

pub mod entry;
pub mod pace;
pub mod passwords;
pub mod program;
pub mod second;
pub mod totp;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::json;
use shiyan_foundation::ids::UserId;
use shiyan_foundation::text::unseen;
use shiyan_foundation::{Actor, Instant, Refusal, Role, Scope};
use shiyan_store::people::accounts::Purpose;
use shiyan_store::records::UserAccount;
use shiyan_store::{Error, Unit, Who, sha256_hex};

use crate::{App, code, fresh, token};

/// 设置链接 minutes.
pub const SETUP_MINUTES: i64 = 30;
/// 设置密码的链接 hours.
pub const LINK_HOURS: i64 = 24;

/// A new account as asked for.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// 登录名
    pub username: String,
    /// 姓名
    pub name: String,
    /// First password; empty when the person sets it by a one-time link ([`App::invite_user`]).
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

impl App {
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
        unit.keep_token(Purpose::Setup, &sha256_hex(secret.as_bytes()), "", now + TimeDelta::minutes(SETUP_MINUTES)).await?;
        unit.note(&Who::system("首次设置"), "setup.link", "setup".to_owned(), json!({})).await?;
        unit.commit().await?;
        Ok(Some(secret))
    }
    /// Whether the link of the first set-up still works.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn setup_open(&self, secret: &str, now: Instant) -> Result<bool, Error> {
        Ok(!self.store.token_open(Purpose::Setup, &[sha256_hex(secret.as_bytes())], now).await?.is_empty())
    }
    /// Makes the first administrator; spends the link.
    ///
    /// # Errors
    /// The link is spent or expired; the name or password will not do.
    pub async fn finish_setup(&self, secret: &str, username: &str, name: &str, password: &str, again: &str, now: Instant) -> Result<(), Error> {
        if password != again {
            return Err(Refusal::new(code::PASSWORD_TWICE).on("password_again").into());
        }
        // Without a link nothing is worth a hash.
        if !self.setup_open(secret, now).await? {
            return Err(Refusal::new(code::SETUP).into());
        }
        let user = self
            .account(
                &NewUser {
                    username: username.to_owned(),
                    name: name.to_owned(),
                    password: password.to_owned(),
                    roles: BTreeSet::from([Role::Admin]),
                    scope: Scope::District,
                    sign_scope: Vec::new(),
                    must_change: false,
                    demo: false,
                },
                false,
            )
            .await?;
        let mut unit = self.store.begin(now).await?;
        if unit.count_users().await? > 0 || !unit.spend_token(Purpose::Setup, &sha256_hex(secret.as_bytes())).await? {
            return Err(Refusal::new(code::SETUP).into());
        }
        unit.insert(&user, &Who::system("首次设置"), "user.setup", json!({ "username": user.username })).await?;
        unit.commit().await?;
        Ok(())
    }
    async fn account(&self, new: &NewUser, by_link: bool) -> Result<UserAccount, Error> {
        let username = new.username.trim().to_lowercase();
        let fine = (2..=32).contains(&username.len()) && username.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        let mut problems = Vec::new();
        if !fine {
            problems.push(Refusal::new(code::USERNAME).on("username"));
        }
        problems.extend(name_problems(&new.name));
        let (sign_scope, more) = duties(&new.roles, new.sign_scope.iter().map(String::as_str));
        problems.extend(more);
        if let Err(refusal) = passwords::check(&new.password, &username, &new.name, &self.district().await?)
            && !by_link
        {
            problems.push(refusal);
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        Ok(UserAccount {
            id: UserId(fresh()),
            username,
            name: new.name.trim().to_owned(),
            password_hash: if by_link { String::new() } else { self.hash_password(&new.password).await? },
            roles: new.roles.clone(),
            scope: new.scope.clone(),
            sign_scope,
            active: true,
            must_change: new.must_change,
            demo: new.demo,
            revision: 0,
            second: None,
        })
    }
    /// Whether this administrator may give those duties in that scope.
    ///
    /// # Errors
    /// Not an administrator; `USER-BEYOND`.
    pub async fn may_give(&self, actor: &Actor, new: &NewUser) -> Result<Who, Error> {
        self.may_give_duties(actor, &new.roles, &new.scope).await?;
        Ok(actor.into())
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
    /// Adds an account with its password: for what is set up by a program.
    ///
    /// # Errors
    /// Not an administrator over that scope; the name is taken or will not do; weak password; no role.
    pub async fn add_user(&self, actor: &Actor, new: &NewUser, now: Instant) -> Result<UserAccount, Error> {
        let who = &self.may_give(actor, new).await?;
        let user = self.account(new, false).await?;
        let mut unit = self.store.begin(now).await?;
        self.keep_new(&mut unit, who, &user).await?;
        unit.commit().await?;
        Ok(user)
    }
    /// Adds an account without a password, and gives the one-time link token by which the person sets their own.
    ///
    /// # Errors
    /// Not an administrator over that scope; the name is taken or will not do; no role.
    pub async fn invite_user(&self, actor: &Actor, new: &NewUser, now: Instant) -> Result<(UserAccount, Link), Error> {
        let who = &self.may_give(actor, new).await?;
        let user = self.account(new, true).await?;
        let mut unit = self.store.begin(now).await?;
        self.keep_new(&mut unit, who, &user).await?;
        let link = hand_out(&mut unit, &user, now).await?;
        unit.commit().await?;
        Ok((user, link))
    }
    async fn keep_new(&self, unit: &mut Unit, who: &Who, user: &UserAccount) -> Result<(), Error> {
        if self.store.user_by_name(&user.username).await?.is_some() {
            return Err(Refusal::new(code::USER_TAKEN).with("username", &user.username).on("username").into());
        }
        unit.insert(user, who, "user.add", json!({ "username": user.username, "roles": user.roles })).await
    }
    /// 授权签字领域 the methods a signatory may sign for.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; nothing named; their own account.
    pub async fn set_sign_scope(&self, actor: &Actor, username: &str, typed: &str, now: Instant) -> Result<(), Error> {
        let who = &self.may_manage(actor, username).await?;
        let sign_scope = methods([typed]);
        if sign_scope.is_empty() {
            return Err(Refusal::new(code::SIGN_SCOPE).on("sign_scope").into());
        }
        let mut unit = self.store.begin(now).await?;
        let user = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?;
        if user.id == actor.id {
            return Err(Refusal::new(code::SIGN_SCOPE_OWN).on("sign_scope").into());
        }
        let next = UserAccount { sign_scope, revision: user.revision + 1, ..user };
        unit.save(&next, who, "user.sign_scope", json!({ "username": next.username, "methods": next.sign_scope })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 调整职责 what somebody does and where: duties, scope and, for a signatory, methods are as given from now on. It holds at the next
    /// request of theirs, in every window; nobody does it for themself. Gives whether anything changed.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; duties or a scope beyond what they could give; one's own account; no duty; the
    /// last administrator of the district.
    pub async fn set_duties(&self, actor: &Actor, username: &str, roles: BTreeSet<Role>, scope: Scope, typed: &str, now: Instant) -> Result<bool, Error> {
        let who = &self.may_manage(actor, username).await?;
        self.may_give_duties(actor, &roles, &scope).await?;
        let (sign_scope, mut problems) = duties(&roles, [typed]);
        let mut unit = self.store.begin(now).await?;
        let all = self.store.people().await?;
        let user = all.iter().find(|u| u.username == username).ok_or(Error::NotFound)?;
        if user.id == actor.id {
            return Err(Refusal::new(code::DUTIES_OWN).on("roles").into());
        }
        let stays = roles.contains(&Role::Admin) && scope == Scope::District;
        if !stays && is_last_admin(&all, user) {
            problems.push(Refusal::new(code::LAST_ADMIN).on("roles"));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        if (&user.roles, &user.scope, &user.sign_scope) == (&roles, &scope, &sign_scope) {
            return Ok(false);
        }
        let said = |u: &UserAccount| json!({ "roles": u.roles, "scope": u.scope, "methods": u.sign_scope });
        let next = UserAccount { roles, scope, sign_scope, revision: user.revision + 1, ..user.clone() };
        unit.save(&next, who, "user.duties", json!({ "username": username, "from": said(user), "to": said(&next) })).await?;
        unit.commit().await?;
        Ok(true)
    }
    /// 修改姓名 of somebody: signatures that were given and reports that were issued keep the name they were given with. Gives whether
    /// anything changed.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; no name, or one that is not what it looks like.
    pub async fn rename_user(&self, actor: &Actor, username: &str, name: &str, now: Instant) -> Result<bool, Error> {
        let who = &self.may_manage(actor, username).await?;
        let why = name_problems(name);
        if !why.is_empty() {
            return Err(why.into());
        }
        let mut unit = self.store.begin(now).await?;
        let user = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?;
        let name = name.trim().to_owned();
        if user.name == name {
            return Ok(false);
        }
        let facts = json!({ "username": username, "from": user.name, "to": name });
        unit.save(&UserAccount { name, revision: user.revision + 1, ..user }, who, "user.name", facts).await?;
        unit.commit().await?;
        Ok(true)
    }
    /// 重新启用 a disabled account; its password and its second factor are what they were. Gives whether anything changed.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope.
    pub async fn enable_user(&self, actor: &Actor, username: &str, now: Instant) -> Result<bool, Error> {
        let who = &self.may_manage(actor, username).await?;
        let mut unit = self.store.begin(now).await?;
        let user = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?;
        if user.active {
            return Ok(false);
        }
        let next = UserAccount { active: true, revision: user.revision + 1, ..user };
        unit.save(&next, who, "user.enable", json!({ "username": username })).await?;
        unit.commit().await?;
        Ok(true)
    }
    /// 最近登录 when each account that this administrator manages last got in, by login name, as stamped.
    ///
    /// # Errors
    /// Not an administrator; the database does not answer.
    pub async fn last_logins(&self, actor: &Actor) -> Result<BTreeMap<String, String>, Error> {
        let names: Vec<String> = self.accounts_of(actor).await?.into_iter().map(|u| u.username).collect();
        self.store.last_logins(&names).await
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
        if is_last_admin(&all, user) {
            return Err(Refusal::new(code::LAST_ADMIN).into());
        }
        let next = UserAccount { active: false, revision: user.revision + 1, ..user.clone() };
        unit.save(&next, who, "user.disable", json!({ "username": username })).await?;
        entry::shut_out(&mut unit, user, &[Purpose::Password]).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Takes the password of somebody away and gives a one-time link token by which they set a new one; every login, every earlier
    /// link and every known browser of theirs ends. A disabled account is enabled again.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope.
    pub async fn reset_password(&self, actor: &Actor, username: &str, now: Instant) -> Result<Link, Error> {
        let who = &self.may_manage(actor, username).await?;
        let mut unit = self.store.begin(now).await?;
        let user = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?;
        let next = UserAccount { password_hash: String::new(), must_change: false, active: true, revision: user.revision + 1, ..user };
        unit.save(&next, who, "user.reset_password", json!({ "username": username })).await?;
        entry::shut_out(&mut unit, &next, &[]).await?;
        let link = hand_out(&mut unit, &next, now).await?;
        unit.commit().await?;
        Ok(link)
    }
    /// Whose password a link sets; nothing when it is spent, expired, replaced or unknown.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn link_open(&self, link: &str, now: Instant) -> Result<Option<UserAccount>, Error> {
        let found = self.store.token_open(Purpose::Password, &[sha256_hex(link.as_bytes())], now).await?;
        let Some(token) = found.first() else { return Ok(None) };
        Ok(self.store.get::<UserAccount>(&token.user_id).await?.filter(|u| u.active))
    }
    /// The person sets their own password; the link is spent.
    ///
    /// # Errors
    /// The link does not work any more; the password will not do.
    pub async fn use_link(&self, link: &str, password: &str, again: &str, now: Instant) -> Result<UserAccount, Error> {
        let spent = || Error::from(Refusal::new(code::LINK));
        let user = self.link_open(link, now).await?.ok_or_else(spent)?;
        if password != again {
            return Err(Refusal::new(code::PASSWORD_TWICE).on("password_again").into());
        }
        passwords::check(password, &user.username, &user.name, &self.district().await?)?;
        let password_hash = self.hash_password(password).await?;
        let mut unit = self.store.begin(now).await?;
        let user = unit.get::<UserAccount>(&user.id.to_string()).await?.filter(|u| u.active).ok_or_else(spent)?;
        if !unit.spend_token(Purpose::Password, &sha256_hex(link.as_bytes())).await? {
            return Err(spent());
        }
        let next = UserAccount { password_hash, must_change: false, revision: user.revision + 1, ..user };
        unit.save(&next, &Who::from(&next.actor()), "user.set_password", json!({ "username": next.username })).await?;
        entry::shut_out(&mut unit, &next, &[]).await?;
        unit.commit().await?;
        Ok(next)
    }
    /// Changes one's own password; every login of the account ends. Wrong guesses at the old one count for this login and end it.
    ///
    /// # Errors
    /// The old password is wrong; the new one will not do.
    pub async fn change_password(&self, user: &UserAccount, login: &str, old: &str, new: &str, again: &str, now: Instant) -> Result<(), Error> {
        if new != again {
            return Err(Refusal::new(code::PASSWORD_TWICE).on("password_again").into());
        }
        passwords::check(new, &user.username, &user.name, &self.district().await?)?;
        self.prove(user, login, old, Refusal::new(code::OLD_PASSWORD).on("old"), now).await?;
        let hash = self.hash_password(new).await?;
        let mut unit = self.store.begin(now).await?;
        let next = UserAccount { password_hash: hash, must_change: false, revision: user.revision + 1, ..user.clone() };
        unit.save(&next, &Who::from(&user.actor()), "user.change_password", json!({})).await?;
        entry::shut_out(&mut unit, &next, &[Purpose::Password]).await?;
        unit.commit().await?;
        Ok(())
    }
}

/// 一次性链接 the token of a link; only its hash is kept, and it is never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// The address to hand over, under the address that people reach the site at.
    #[must_use]
    pub fn address(&self, public_url: &str) -> String {
        format!("{}/set-password/{}", public_url.trim_end_matches('/'), self.0)
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link")
    }
}

/// Makes the link; an earlier one of the same person works no more.
async fn hand_out(unit: &mut Unit, user: &UserAccount, now: Instant) -> Result<Link, Error> {
    let secret = token();
    let id = user.id.to_string();
    unit.drop_tokens(&id, &[Purpose::Password]).await?;
    unit.keep_token(Purpose::Password, &sha256_hex(secret.as_bytes()), &id, now + TimeDelta::hours(LINK_HOURS)).await?;
    Ok(Link(secret))
}

/// Whether the district would have no administrator without this one: one of a street or a laboratory does not reach what binds everybody.
fn is_last_admin(all: &[UserAccount], user: &UserAccount) -> bool {
    let reaches = |u: &UserAccount| u.active && u.roles.contains(&Role::Admin) && u.scope == Scope::District;
    reaches(user) && !all.iter().any(|u| u.id != user.id && reaches(u))
}

/// What is wrong with the name of a person.
fn name_problems(name: &str) -> Vec<Refusal> {
    let mut problems = Vec::new();
    if name.trim().is_empty() || name.chars().count() > 40 {
        problems.push(Refusal::new(code::REAL_NAME).on("name"));
    }
    // The name is printed on reports: it is what it looks like.
    if name.trim().chars().any(unseen) {
        problems.push(Refusal::new(code::NAME_SIGNS).on("name"));
    }
    problems
}

/// The methods of somebody with these duties, and what is wrong with the duties.
fn duties<'a>(roles: &BTreeSet<Role>, sign_scope: impl IntoIterator<Item = &'a str>) -> (Vec<String>, Vec<Refusal>) {
    let mut problems = Vec::new();
    if roles.is_empty() {
        problems.push(Refusal::new(code::ROLES).on("roles"));
    }
    if roles.contains(&Role::Admin) && roles.len() > 1 {
        problems.push(Refusal::new(code::ADMIN_ALONE).on("roles"));
    }
    let signs = roles.contains(&Role::Signatory);
    let sign_scope = if signs { methods(sign_scope) } else { Vec::new() };
    if signs && sign_scope.is_empty() {
        problems.push(Refusal::new(code::SIGN_SCOPE).on("sign_scope"));
    }
    (sign_scope, problems)
}

/// The methods in texts that separate them with semicolons, 、 or lines.
fn methods<'a>(typed: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let each = typed.into_iter().flat_map(|t| t.split(['；', ';', '、', '\n']));
    each.map(str::trim).filter(|m| !m.is_empty()).map(|m| m.chars().take(120).collect()).collect()
}
