//! 只做一次 a request that carries a key is carried out once. The key is kept with the act, in one transaction; whoever sends the same
//! again, because no answer came, gets the first answer. The same key with other content is a conflict.
//!
//! The key travels beside the call, not through it: the edge opens a scope around a request, and every unit of work begun in it
//! asks. So no act can forget to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use shiyan_foundation::{Instant, Refusal};

use crate::entity::act_key;
use crate::journal::stamp;
use crate::unit::Unit;
use crate::{Error, Store};

pub use crate::code::KEY_TAKEN;

/// Longest key.
pub const KEY: usize = 100;
/// Largest answer that is kept, bytes.
pub const ANSWER: usize = 64 * 1024;

tokio::task_local! {
    static REQUEST: Request;
}

/// 键 who sent what under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The account; keys of two people never meet.
    pub owner: String,
    /// What the client calls this request.
    pub key: String,
    /// Hash of what was asked for, so that another content under the same key is seen.
    pub content: String,
}

#[derive(Debug, Default)]
struct State {
    key: Option<Key>,
    /// The key was kept by a unit of this very request.
    used: bool,
    /// That unit kept its answer with it.
    given: bool,
    /// Something of this request is durable.
    committed: bool,
}

/// One request under way; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Request {
    state: Arc<Mutex<State>>,
}

impl Request {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The key of this request is known. A key that is empty or too long is none.
    pub fn carries(&self, key: Key) {
        if !key.key.is_empty() && key.key.len() <= KEY && !key.owner.is_empty() {
            self.state().key.get_or_insert(key);
        }
    }
    /// The key, if the request carries one.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        self.state().key.clone()
    }
    /// Whether something of this request is durable already.
    #[must_use]
    pub fn committed(&self) -> bool {
        self.state().committed
    }
    /// The key, if a unit of this request was carried out under it and kept no answer of its own.
    #[must_use]
    pub fn unanswered(&self) -> Option<Key> {
        let state = self.state();
        state.key.clone().filter(|_| state.used && !state.given)
    }
    /// Runs something within this request.
    pub async fn within<F: Future>(self, work: F) -> F::Output {
        REQUEST.scope(self, work).await
    }
    /// The request that runs now, if one does.
    #[must_use]
    pub fn current() -> Option<Request> {
        REQUEST.try_with(Clone::clone).ok()
    }
    /// The key that the next unit is to be carried out under.
    fn pending() -> Option<Key> {
        let request = Self::current()?;
        let state = request.state();
        state.key.clone().filter(|_| !state.used)
    }
}

/// What was answered first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// What the act gave, or what was sent, as JSON; empty when the program broke off between the act and the answer.
    pub answer: String,
    /// Subject of the first journal entry of the act, e.g. `sample:…`.
    pub subject: String,
}

impl First {
    /// What the act gave, if it kept that with it.
    #[must_use]
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.answer).ok()
    }
}

impl Unit {
    /// Asks whether the request that runs now was carried out before.
    pub(crate) async fn not_twice(&mut self) -> Result<(), Error> {
        let Some(key) = Request::pending() else { return Ok(()) };
        if let Some(row) = row_of(self.tx(), &key).await? {
            return Err(answered(&key, row));
        }
        self.once = Some(key);
        Ok(())
    }
    /// The key of the request is not kept with this act: sent again, it is looked at again. For an act that took a part of what it was
    /// given and says which.
    pub fn may_come_again(&mut self) {
        self.once = None;
    }
    /// Keeps what the act gives with the act: whoever asks again under the same key gets this.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn answer(&mut self, given: &impl serde::Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(given)?;
        if text.len() <= ANSWER {
            self.given = text;
        }
        Ok(())
    }
    /// Keeps the key in the transaction of the act; a unit that changed nothing keeps none.
    ///
    /// Gives whether a key was kept, and whether an answer with it.
    pub(crate) async fn keep_key(&mut self) -> Result<Option<bool>, Error> {
        let (Some(key), Some(subject)) = (self.once.take(), self.subject.take()) else { return Ok(None) };
        let given = !self.given.is_empty();
        let row = act_key::ActiveModel {
            owner: Set(key.owner),
            key: Set(key.key),
            content: Set(key.content),
            at: Set(stamp(self.at())),
            subject: Set(subject),
            answer: Set(std::mem::take(&mut self.given)),
        };
        act_key::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(Some(given))
    }
}

/// A unit of the request that runs now is durable; `keyed` says whether it kept the key, and an answer with it.
pub(crate) fn kept(keyed: Option<bool>) {
    let Some(request) = Request::current() else { return };
    let mut state = request.state();
    state.committed = true;
    if let Some(given) = keyed {
        (state.used, state.given) = (true, given);
    }
}

async fn row_of(db: &impl sea_orm::ConnectionTrait, key: &Key) -> Result<Option<act_key::Model>, Error> {
    Ok(act_key::Entity::find().filter(act_key::Column::Owner.eq(&key.owner)).filter(act_key::Column::Key.eq(&key.key)).one(db).await?)
}

fn answered(key: &Key, row: act_key::Model) -> Error {
    if row.content == key.content { Error::Again(First { answer: row.answer, subject: row.subject }) } else { Error::Refused(vec![Refusal::new(KEY_TAKEN)]) }
}

impl Store {
    /// Opens a unit that is not what the request is about: a count of attempts before it, its answer after it. It neither asks for the
    /// key nor keeps it, so that a program that broke off between the two has not "done" the act.
    ///
    /// # Errors
    /// Like [`Store::begin`].
    pub async fn begin_aside(&self, at: Instant) -> Result<Unit, Error> {
        let mut unit = Request::default().within(self.begin(at)).await?;
        unit.aside = true;
        Ok(unit)
    }
    /// What a request that carries this key finds before anything is asked of it: nothing, its first answer, or a conflict. A handler
    /// that looks before it acts would refuse a retry for what the first try did.
    ///
    /// # Errors
    /// Carried out before; the key stands for other content; the database does not answer.
    pub async fn not_before_now(&self, key: &Key) -> Result<(), Error> {
        match row_of(&self.read, key).await? {
            Some(row) => Err(answered(key, row)),
            None => Ok(()),
        }
    }
    /// What was answered under a key, read again: an answer that was not there yet may be by now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn first_answer(&self, key: &Key) -> Result<Option<First>, Error> {
        Ok(row_of(&self.read, key).await?.map(|row| First { answer: row.answer, subject: row.subject }))
    }
    /// Keeps the answer of a request whose act did not keep one itself.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_answer(&self, key: &Key, answer: &str, now: Instant) -> Result<(), Error> {
        let unit = self.begin_aside(now).await?;
        let set = act_key::ActiveModel { answer: Set(answer.to_owned()), ..Default::default() };
        act_key::Entity::update_many()
            .set(set)
            .filter(act_key::Column::Owner.eq(&key.owner))
            .filter(act_key::Column::Key.eq(&key.key))
            .filter(act_key::Column::Answer.eq(""))
            .exec(unit.tx())
            .await?;
        unit.commit().await?;
        Ok(())
    }
    /// Gives a key back: the same form may be sent again.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_key(&self, key: &Key, now: Instant) -> Result<(), Error> {
        let unit = self.begin_aside(now).await?;
        let row = act_key::Entity::delete_many().filter(act_key::Column::Owner.eq(&key.owner)).filter(act_key::Column::Key.eq(&key.key));
        row.exec(unit.tx()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Forgets keys from before a day: nobody sends those again.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_keys(&self, before: Instant, now: Instant) -> Result<u64, Error> {
        let unit = self.begin_aside(now).await?;
        let gone = act_key::Entity::delete_many().filter(act_key::Column::At.lt(stamp(before))).exec(unit.tx()).await?;
        unit.commit().await?;
        Ok(gone.rows_affected)
    }
}
