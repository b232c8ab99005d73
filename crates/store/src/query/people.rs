//! 账号 and logins.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set, sea_query::OnConflict};
use shiyan_foundation::Instant;

use super::{Count, Detail, Sql, records};
use crate::entity::{login_guard, login_session, setup_token, user_account};
use crate::journal::stamp;
use crate::record::from_row;
use crate::records::UserAccount;
use crate::{Error, Store, Unit};

/// A login as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The person.
    pub user: UserAccount,
    /// Token that forms carry.
    pub csrf: String,
    /// Last request, as stamped.
    pub seen_at: String,
}

impl Store {
    /// An account by its login name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn user_by_name(&self, username: &str) -> Result<Option<UserAccount>, Error> {
        let row = user_account::Entity::find().filter(user_account::Column::Username.eq(username)).one(&self.read).await?;
        row.map(|r| from_row::<UserAccount>(&r)).transpose().map_err(Error::from)
    }
    /// How many accounts there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_users(&self) -> Result<i64, Error> {
        Ok(Sql::new("SELECT COUNT(*) AS n FROM user_account").one::<Count>(&self.read).await?.map_or(0, |c| c.n))
    }
    /// Active people with this duty, by name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn people(&self) -> Result<Vec<UserAccount>, Error> {
        let mut sql = Sql::new("SELECT detail FROM user_account WHERE 1 = 1");
        sql.push("ORDER BY name", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// A live login by the hash of its token: not expired, not idle since `idle_before`, the account still active.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn login(&self, token_hash: &str, now: Instant, idle_before: Instant) -> Result<Option<Login>, Error> {
        let session = login_session::Entity::find_by_id(token_hash).one(&self.read).await?;
        let Some(session) = session.filter(|s| s.expires_at > stamp(now) && s.seen_at > stamp(idle_before)) else { return Ok(None) };
        let user: Option<UserAccount> = self.get(&session.user_id).await?;
        Ok(user.filter(|u| u.active).map(|user| Login { user, csrf: session.csrf, seen_at: session.seen_at }))
    }
    /// Failed attempts of a login name and when the last was.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn login_failures(&self, username: &str) -> Result<(i64, String), Error> {
        let row = login_guard::Entity::find_by_id(username).one(&self.read).await?;
        Ok(row.map_or((0, String::new()), |r| (r.failures, r.last_failed_at)))
    }
    /// A set-up token that is neither expired nor used.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn setup_open(&self, token_hash: &str, now: Instant) -> Result<bool, Error> {
        let row = setup_token::Entity::find_by_id(token_hash).one(&self.read).await?;
        Ok(row.is_some_and(|t| t.used_at.is_none() && t.expires_at > stamp(now)))
    }
    /// Notes that a login was used; a lost note costs nothing but an earlier time-out.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn touch_login(&self, token_hash: &str, now: Instant) -> Result<(), Error> {
        // Whoever only looks at a page does not wait for somebody who writes.
        let Ok(_turn) = self.turn.clone().try_lock_owned() else { return Ok(()) };
        if self.health.failing().is_some() {
            return Ok(());
        }
        let row = login_session::ActiveModel { token_hash: Set(token_hash.to_owned()), seen_at: Set(stamp(now)), ..Default::default() };
        row.update(&self.write).await?;
        Ok(())
    }
}

impl Unit {
    /// Opens a login.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn open_login(&mut self, token_hash: &str, user: &str, csrf: &str, expires: Instant) -> Result<(), Error> {
        let now = stamp(self.at());
        // Old logins are swept when new ones are made.
        login_session::Entity::delete_many().filter(login_session::Column::ExpiresAt.lt(now.clone())).exec(self.tx()).await?;
        let row = login_session::ActiveModel {
            token_hash: Set(token_hash.to_owned()),
            user_id: Set(user.to_owned()),
            csrf: Set(csrf.to_owned()),
            created_at: Set(now.clone()),
            seen_at: Set(now),
            expires_at: Set(stamp(expires)),
        };
        login_session::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Ends one login.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn close_login(&mut self, token_hash: &str) -> Result<(), Error> {
        login_session::Entity::delete_by_id(token_hash).exec(self.tx()).await?;
        Ok(())
    }
    /// Ends every login of a person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn close_logins_of(&mut self, user: &str) -> Result<(), Error> {
        login_session::Entity::delete_many().filter(login_session::Column::UserId.eq(user)).exec(self.tx()).await?;
        Ok(())
    }
    /// Counts a failed attempt, or clears the count.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_login_failures(&mut self, username: &str, failures: i64) -> Result<(), Error> {
        let row = login_guard::ActiveModel { username: Set(username.to_owned()), failures: Set(failures), last_failed_at: Set(stamp(self.at())) };
        let replace =
            OnConflict::column(login_guard::Column::Username).update_columns([login_guard::Column::Failures, login_guard::Column::LastFailedAt]).to_owned();
        login_guard::Entity::insert(row).on_conflict(replace).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Keeps a one-time set-up token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_setup_token(&mut self, token_hash: &str, expires: Instant) -> Result<(), Error> {
        let row = setup_token::ActiveModel { token_hash: Set(token_hash.to_owned()), expires_at: Set(stamp(expires)), used_at: Set(None) };
        setup_token::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Spends a set-up token; false when it was spent or expired.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn spend_setup_token(&mut self, token_hash: &str) -> Result<bool, Error> {
        let now = stamp(self.at());
        let spent = setup_token::ActiveModel { used_at: Set(Some(now.clone())), ..Default::default() };
        let done = setup_token::Entity::update_many()
            .set(spent)
            .filter(setup_token::Column::TokenHash.eq(token_hash))
            .filter(setup_token::Column::UsedAt.is_null())
            .filter(setup_token::Column::ExpiresAt.gt(now))
            .exec(self.tx())
            .await?;
        Ok(done.rows_affected == 1)
    }
    /// How many accounts there are, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_users(&self) -> Result<i64, Error> {
        Ok(Sql::new("SELECT COUNT(*) AS n FROM user_account").one::<Count>(self.tx()).await?.map_or(0, |c| c.n))
    }
}
