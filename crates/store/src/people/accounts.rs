//! 账号 and logins.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, Set,
    sea_query::{OnConflict, SimpleExpr},
};
use serde_json::json;
use shiyan_foundation::{Instant, shanghai};

use crate::bound::{UNBOUND, bound_in, is_bound, name_of, vouched};
use crate::entity::{journal, login_guard, login_session, setup_token, user_account};
use crate::journal::stamp;
use crate::query::{Count, Detail, Sql, records};
use crate::record::from_row;
use crate::records::UserAccount;
use crate::{Error, Store, Unit, Who};

/// Names that are asked for in one query.
const AT_ONCE: usize = 500;

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

/// A login as its owner reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLogin {
    /// Hash of its token.
    pub token_hash: String,
    /// Address it was opened from.
    pub address: String,
    /// Opened, as stamped.
    pub created_at: String,
    /// Last request, as stamped.
    pub seen_at: String,
}

/// Failed attempts of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// How many since they were last forgotten.
    pub failures: i64,
    /// When the last began.
    pub last_at: Instant,
}

/// What a one-time token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// 首次设置 the first administrator.
    Setup,
    /// 设置密码 one's own password, by the link of an administrator.
    Password,
    /// 动态口令 the password was right, the code is awaited.
    Second,
    /// 常用设备 a browser that this person signed in with before.
    Device,
    /// 程序凭证 a program that reads the figures of this account, and nothing else.
    Program,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Purpose::Setup => "setup",
            Purpose::Password => "password",
            Purpose::Second => "second",
            Purpose::Device => "device",
            Purpose::Program => "program",
        }
    }
}

/// A token that is neither spent nor expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenToken {
    /// Its hash.
    pub token_hash: String,
    /// Whose it is; empty of a set-up token.
    pub user_id: String,
    /// Until when, as stamped.
    pub expires_at: String,
}

async fn tries(db: &impl ConnectionTrait, ids: &[String]) -> Result<Vec<(String, Tries)>, Error> {
    let rows = login_guard::Entity::find().filter(login_guard::Column::Id.is_in(ids)).all(db).await?;
    let read = |r: login_guard::Model| {
        let last_at = chrono::DateTime::parse_from_rfc3339(&r.last_at).ok()?.with_timezone(&shanghai());
        Some((r.id, Tries { failures: r.failures, last_at }))
    };
    Ok(rows.into_iter().filter_map(read).collect())
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
    /// When each of these accounts last got in, by login name, as stamped; whoever never did is not among them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn last_logins(&self, usernames: &[String]) -> Result<BTreeMap<String, String>, Error> {
        #[derive(FromQueryResult)]
        struct Last {
            subject: String,
            at: String,
        }
        let subjects: Vec<String> = usernames.iter().map(|name| format!("login:{name}")).collect();
        let mut last = BTreeMap::new();
        for some in subjects.chunks(AT_ONCE) {
            let mut sql = Sql::new("SELECT subject, MAX(at) AS at FROM journal WHERE verb = 'login'");
            sql.within("AND subject IN", some.iter().map(String::as_str)).push("GROUP BY subject", []);
            let found = sql.all::<Last>(&self.read).await?;
            last.extend(found.into_iter().filter_map(|row| Some((row.subject.strip_prefix("login:")?.to_owned(), row.at))));
        }
        Ok(last)
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
    /// The live logins of a person, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn logins_of(&self, user: &str, now: Instant, idle_before: Instant) -> Result<Vec<OpenLogin>, Error> {
        let rows = login_session::Entity::find()
            .filter(login_session::Column::UserId.eq(user))
            .filter(login_session::Column::ExpiresAt.gt(stamp(now)))
            .filter(login_session::Column::SeenAt.gt(stamp(idle_before)))
            .order_by_desc(login_session::Column::CreatedAt)
            .all(&self.read)
            .await?;
        Ok(rows.into_iter().map(|r| OpenLogin { token_hash: r.token_hash, address: r.address, created_at: r.created_at, seen_at: r.seen_at }).collect())
    }
    /// Failed attempts under these ids, outside a transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tries(&self, ids: &[String]) -> Result<Vec<(String, Tries)>, Error> {
        tries(&self.read, ids).await
    }
    /// How many ids that begin so failed at least so often since then.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tried_hard(&self, prefix: &str, failures: i64, since: Instant) -> Result<u64, Error> {
        let found = login_guard::Entity::find()
            .filter(login_guard::Column::Id.starts_with(prefix))
            .filter(login_guard::Column::Failures.gte(failures))
            .filter(login_guard::Column::LastAt.gt(stamp(since)));
        Ok(found.count(&self.read).await?)
    }
    /// Whose one of these tokens is; nothing when all are spent, expired or unknown.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn token_open(&self, purpose: Purpose, token_hashes: &[String], now: Instant) -> Result<Vec<OpenToken>, Error> {
        if token_hashes.is_empty() {
            return Ok(Vec::new());
        }
        let rows = setup_token::Entity::find()
            .filter(setup_token::Column::TokenHash.is_in(token_hashes))
            .filter(setup_token::Column::Purpose.eq(purpose.code()))
            .filter(setup_token::Column::UsedAt.is_null())
            .filter(setup_token::Column::ExpiresAt.gt(stamp(now)))
            .all(&self.read)
            .await?;
        let mut open = Vec::new();
        for row in rows {
            // A token that no journal entry made is somebody's row in the table and opens nothing.
            if vouched(&self.read, &row, row.entry).await? {
                open.push(row);
            }
        }
        Ok(open.into_iter().map(|r| OpenToken { token_hash: r.token_hash, user_id: r.user_id, expires_at: r.expires_at }).collect())
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
    pub async fn open_login(&mut self, token_hash: &str, user: &str, csrf: &str, address: &str, expires: Instant) -> Result<(), Error> {
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
            address: address.to_owned(),
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
    /// Ends every login of a person but this one; says how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn close_other_logins(&mut self, user: &str, kept_hash: &str) -> Result<u64, Error> {
        let others = login_session::Entity::find().filter(login_session::Column::UserId.eq(user)).filter(login_session::Column::TokenHash.ne(kept_hash));
        let rows = others.all(self.tx()).await?;
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.close(rows).await?;
        Ok(count)
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
    /// Failed attempts under these ids.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tries(&self, ids: &[String]) -> Result<Vec<(String, Tries)>, Error> {
        tries(self.tx(), ids).await
    }
    /// Keeps the count of an id; a count of none is forgotten. One that makes nobody wait is bound to no entry, so that whoever guesses
    /// here and there writes nothing into the journal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_tries(&mut self, id: &str, tries: &Tries) -> Result<(), Error> {
        let before = login_guard::Entity::find_by_id(id).one(self.tx()).await?.map_or(0, |row| row.failures);
        if before >= UNBOUND && tries.failures < UNBOUND {
            // A count that is forgotten is bound to nothing: put back, it would lock somebody out.
            self.unbind::<login_guard::Model>(id);
        }
        if tries.failures <= 0 {
            login_guard::Entity::delete_by_id(id).exec(self.tx()).await?;
            return Ok(());
        }
        let row = login_guard::Model { id: id.to_owned(), failures: tries.failures, last_at: stamp(tries.last_at) };
        if is_bound(before, tries.failures) {
            self.bind(&row);
        }
        let replace = OnConflict::column(login_guard::Column::Id).update_columns([login_guard::Column::Failures, login_guard::Column::LastAt]).to_owned();
        login_guard::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Forgets the counts whose id begins so.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_tries_of(&mut self, prefix: &str) -> Result<(), Error> {
        self.forget_tries(login_guard::Column::Id.starts_with(prefix)).await
    }
    /// Forgets the counts that nothing was added to since then, so that guesses at names that nobody has do not pile up.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_tries(&mut self, before: Instant) -> Result<(), Error> {
        self.forget_tries(login_guard::Column::LastAt.lt(stamp(before))).await
    }
    async fn forget_tries(&mut self, which: SimpleExpr) -> Result<(), Error> {
        let bound = login_guard::Entity::find().filter(which.clone()).filter(login_guard::Column::Failures.gte(UNBOUND)).all(self.tx()).await?;
        for row in &bound {
            self.unbind::<login_guard::Model>(&row.id);
        }
        login_guard::Entity::delete_many().filter(which).exec(self.tx()).await?;
        Ok(())
    }
    /// Keeps a one-time token by its hash; expired ones are swept.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_token(&mut self, purpose: Purpose, token_hash: &str, user: &str, expires: Instant) -> Result<(), Error> {
        setup_token::Entity::delete_many().filter(setup_token::Column::ExpiresAt.lt(stamp(self.at()))).exec(self.tx()).await?;
        let mut row = setup_token::Model {
            token_hash: token_hash.to_owned(),
            expires_at: stamp(expires),
            used_at: None,
            purpose: purpose.code().to_owned(),
            user_id: user.to_owned(),
            entry: 0,
        };
        row.entry = self.bind(&row);
        setup_token::Entity::insert(row.into_active_model()).exec_without_returning(self.tx()).await?;
        Ok(())
    }
    /// Spends a token; false when it was spent or expired.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn spend_token(&mut self, purpose: Purpose, token_hash: &str) -> Result<bool, Error> {
        let now = stamp(self.at());
        let row = setup_token::Entity::find_by_id(token_hash).one(self.tx()).await?;
        let Some(mut row) = row.filter(|t| t.used_at.is_none() && t.expires_at > now && t.purpose == purpose.code()) else { return Ok(false) };
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
    /// Drops the tokens of a person for these purposes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn drop_tokens(&mut self, user: &str, purposes: &[Purpose]) -> Result<(), Error> {
        let codes = purposes.iter().map(|p| p.code());
        let theirs = setup_token::Entity::find().filter(setup_token::Column::UserId.eq(user)).filter(setup_token::Column::Purpose.is_in(codes));
        for token in theirs.all(self.tx()).await? {
            self.drop_token(&token.token_hash).await?;
        }
        Ok(())
    }
    /// Drops the oldest tokens of a person for a purpose beyond so many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn trim_tokens(&mut self, user: &str, purpose: Purpose, most: u64) -> Result<(), Error> {
        let newest = setup_token::Entity::find()
            .filter(setup_token::Column::UserId.eq(user))
            .filter(setup_token::Column::Purpose.eq(purpose.code()))
            .order_by_desc(setup_token::Column::ExpiresAt);
        for old in newest.all(self.tx()).await?.into_iter().skip(usize::try_from(most).unwrap_or(usize::MAX)) {
            self.drop_token(&old.token_hash).await?;
        }
        Ok(())
    }
    /// Drops one token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn drop_token(&mut self, token_hash: &str) -> Result<(), Error> {
        if setup_token::Entity::delete_by_id(token_hash).exec(self.tx()).await?.rows_affected > 0 {
            self.unbind::<setup_token::Model>(token_hash);
        }
        Ok(())
    }
    /// How many accounts there are, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_users(&self) -> Result<i64, Error> {
        Ok(Sql::new("SELECT COUNT(*) AS n FROM user_account").one::<Count>(self.tx()).await?.map_or(0, |c| c.n))
    }
}
