//! 程序凭证 by which a program reads what an account counts, within its scope, and nothing else: no page, no row, no change. Only its hash is kept; it ends
//! by its day, with the account, with its password, or when an administrator takes it back.

use chrono::TimeDelta;
use serde_json::json;
use shiyan_foundation::authority::{Act, may};
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_store::people::accounts::Purpose;
use shiyan_store::records::UserAccount;
use shiyan_store::{Error, sha256_hex};

use crate::{App, code, token};

/// 有效期 in days, when nothing else is asked for.
pub const PROGRAM_DAYS: i64 = 365;
/// Most days: whoever goes on reading asks again once a year.
pub const MOST_DAYS: i64 = 400;
/// Tokens of one account at a time; the one that would end first makes room.
const PROGRAMS: u64 = 4;

/// 凭证 as it is handed over, once; never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The text, for whoever hands it over.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl App {
    /// 发放程序凭证 for an account that may read figures.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope; the account may not read figures or is disabled; days out of range.
    pub async fn hand_out_program(&self, actor: &Actor, username: &str, days: i64, now: Instant) -> Result<(UserAccount, Token), Error> {
        let who = &self.may_manage(actor, username).await?;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Refusal::new(code::NUMBER)
                .with("label", "有效天数（1 至 400）")
                .with("label_en", "days (1 to 400)")
                .with("typed", days)
                .on("days")
                .into());
        }
        let mut unit = self.store.begin(now).await?;
        let user = self.store.user_by_name(username).await?.filter(|u| u.active).ok_or(Error::NotFound)?;
        may(&user.actor(), Act::ReadFigures)?;
        let (secret, id) = (token(), user.id.to_string());
        // made room for first: the new one may end before the others
        unit.trim_tokens(&id, Purpose::Program, PROGRAMS - 1).await?;
        unit.keep_token(Purpose::Program, &sha256_hex(secret.as_bytes()), &id, now + TimeDelta::days(days)).await?;
        unit.note(who, "user.program_token", format!("user:{id}"), json!({ "username": username, "days": days })).await?;
        unit.commit().await?;
        Ok((user, Token(secret)))
    }
    /// 收回 every token of an account's programs.
    ///
    /// # Errors
    /// Not an administrator; not found within their scope.
    pub async fn end_programs(&self, actor: &Actor, username: &str, now: Instant) -> Result<(), Error> {
        let who = &self.may_manage(actor, username).await?;
        let mut unit = self.store.begin(now).await?;
        let id = self.store.user_by_name(username).await?.ok_or(Error::NotFound)?.id.to_string();
        unit.drop_tokens(&id, &[Purpose::Program]).await?;
        unit.note(who, "user.program_end", format!("user:{id}"), json!({ "username": username })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// The account whose figures a program reads by this token; nothing when it is expired, taken back or unknown, or when the account may
    /// not read figures any more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn program(&self, token: &str, now: Instant) -> Result<Option<UserAccount>, Error> {
        let found = self.store.token_open(Purpose::Program, &[sha256_hex(token.as_bytes())], now).await?;
        let Some(token) = found.first() else { return Ok(None) };
        let reads = |u: &UserAccount| u.active && may(&u.actor(), Act::ReadFigures).is_ok();
        Ok(self.store.get::<UserAccount>(&token.user_id).await?.filter(reads))
    }
}
