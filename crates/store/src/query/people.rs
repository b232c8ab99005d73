//! 账号 and logins.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set, sea_query::OnConflict};
use serde_json::json;
use shiyan_foundation::Instant;

use super::{Count, Detail, Sql, records};
use crate::bound::{bound_in, name_of, vouched};
use crate::entity::{journal, login_guard, login_session, setup_token, user_account};
use crate::journal::stamp;
use crate::record::from_row;
use crate::records::UserAccount;
use crate::{Error, Store, Unit, Who};

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

/// Subject of the entries that end logins of a person.
fn logins_of(user: &str) -> String {
    format!("logins:{user}")
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
        // A login that no journal entry opened, or that one closed, is somebody's row in the table and no login.
        if !vouched(&self.read, &session, session.entry).await? || self.login_closed(&session).await? {
            tracing::warn!(user = session.user_id, "a login that the journal does not know was refused; run `shiyan verify`");
            return Ok(None);
        }
        let user: Option<UserAccount> = self.get(&session.user_id).await?;
        Ok(user.filter(|u| u.active).map(|user| Login { user, csrf: session.csrf, seen_at: session.seen_at }))
    }
    /// Whether an entry after the one that opened it says that this login ended.
    async fn login_closed(&self, session: &login_session::Model) -> Result<bool, Error> {
        let later = journal::Entity::find().filter(journal::Column::Subject.eq(logins_of(&session.user_id))).filter(journal::Column::Seq.gt(session.entry));
        let name = name_of::<login_session::Model>(&session.token_hash);
        Ok(later.all(&self.read).await?.iter().any(|entry| bound_in(&entry.facts).contains_key(&name)))
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
        match row.filter(|t| t.used_at.is_none() && t.expires_at > stamp(now)) {
            Some(token) => Ok(vouched(&self.read, &token, token.entry).await?),
            None => Ok(false),
        }
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
        let mut row = login_session::Model {
            token_hash: token_hash.to_owned(),
            user_id: user.to_owned(),
            csrf: csrf.to_owned(),
            created_at: now.clone(),
            seen_at: now,
            expires_at: stamp(expires),
            entry: 0,
        };
        row.entry = self.bind(&row);
        login_session::Entity::insert(row.into_active_model()).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Ends one login.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn close_login(&mut self, token_hash: &str) -> Result<(), Error> {
        let rows = login_session::Entity::find_by_id(token_hash).all(self.tx()).await?;
        self.close(rows).await
    }
    /// Ends every login of a person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn close_logins_of(&mut self, user: &str) -> Result<(), Error> {
        let rows = login_session::Entity::find().filter(login_session::Column::UserId.eq(user)).all(self.tx()).await?;
        self.close(rows).await
    }
    /// Takes logins away; an entry says so, and a row that comes back afterwards is none.
    async fn close(&mut self, rows: Vec<login_session::Model>) -> Result<(), Error> {
        let Some(user) = rows.first().map(|r| r.user_id.clone()) else { return Ok(()) };
        for row in rows {
            login_session::Entity::delete_by_id(&row.token_hash).exec(self.tx()).await?;
            self.unbind::<login_session::Model>(&row.token_hash);
        }
        self.note(&Who::system("登录"), "login.closed", logins_of(&user), json!({})).await
    }
    /// Counts a failed attempt, or clears the count.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_login_failures(&mut self, username: &str, failures: i64) -> Result<(), Error> {
        let row = login_guard::Model { username: username.to_owned(), failures, last_failed_at: stamp(self.at()) };
        self.bind(&row);
        let replace =
            OnConflict::column(login_guard::Column::Username).update_columns([login_guard::Column::Failures, login_guard::Column::LastFailedAt]).to_owned();
        login_guard::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Keeps a one-time set-up token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_setup_token(&mut self, token_hash: &str, expires: Instant) -> Result<(), Error> {
        let mut row = setup_token::Model { token_hash: token_hash.to_owned(), expires_at: stamp(expires), used_at: None, entry: 0 };
        row.entry = self.bind(&row);
        setup_token::Entity::insert(row.into_active_model()).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Spends a set-up token; false when it was spent or expired.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn spend_setup_token(&mut self, token_hash: &str) -> Result<bool, Error> {
        let now = stamp(self.at());
        let row = setup_token::Entity::find_by_id(token_hash).one(self.tx()).await?;
        let Some(mut row) = row.filter(|t| t.used_at.is_none() && t.expires_at > now) else { return Ok(false) };
        if !vouched(self.tx(), &row, row.entry).await? {
            return Ok(false);
        }
        row.used_at = Some(now);
        row.entry = self.bind(&row);
        let done = setup_token::Entity::update_many()
            .set(row.into_active_model().reset_all())
            .filter(setup_token::Column::TokenHash.eq(token_hash))
            .filter(setup_token::Column::UsedAt.is_null())
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
