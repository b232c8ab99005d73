//! The unit of work: load, decide, save by compare-and-set, journal, commit; one transaction, one writer.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set, sea_query::OnConflict};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Actor, Instant};

use crate::bound::with_bound;
use crate::entity::{blob, changed, journal, upload_day};
use crate::file::media_type;
use crate::journal::{GENESIS, Head, hash_of, sha256_hex, stamp};
use crate::link::Tx;
use crate::record::{Record, from_row, to_row};
use crate::{Error, Store, lost_race};

/// The limit library in the table of changes.
const LIBRARY: &str = "limit";
/// Rows a statement when many are inserted: below the parameter limits of both engines for the widest table.
const CHUNK: usize = 500;

/// 谁 who writes: a person, or the system itself.
#[derive(Debug, Clone)]
pub struct Who {
    id: String,
    name: String,
}

impl Who {
    /// The system: set-up, demo data, command line.
    #[must_use]
    pub fn system(name: &str) -> Self {
        Who { id: "system".to_owned(), name: name.to_owned() }
    }
    /// The account, unless it is the system.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.id.parse().ok()
    }
}
impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        Who { id: actor.id.to_string(), name: actor.name.clone() }
    }
}
impl From<(UserId, &str)> for Who {
    fn from((id, name): (UserId, &str)) -> Self {
        Who { id: id.to_string(), name: name.to_owned() }
    }
}

/// What an entry commits to.
struct Content {
    subject: String,
    revision: i64,
    hash: String,
    demo: bool,
}

impl Content {
    fn of<T: Record>(record: &T, hash: String) -> Self {
        Self { subject: record.subject(), revision: record.revision(), hash, demo: record.demo() }
    }
}

/// One transaction under way. Dropping it without [`Unit::commit`] undoes everything.
#[derive(Debug)]
pub struct Unit {
    pub(crate) tx: Tx,
    pub(crate) head: Head,
    pub(crate) at: Instant,
    pub(crate) store: Store,
    /// Given back when the unit ends.
    pub(crate) turn: tokio::sync::OwnedMutexGuard<()>,
    /// The key that this unit is carried out under, what it answers, and what it first changed.
    pub(crate) once: Option<crate::once::Key>,
    /// Not what the request is about: a count before it, its answer after it.
    pub(crate) aside: bool,
    pub(crate) given: String,
    pub(crate) subject: Option<String>,
    /// 限量库 was changed by this unit.
    pub(crate) library: bool,
    /// Hashes of rows that the next entry vouches for.
    pub(crate) waiting: serde_json::Map<String, serde_json::Value>,
}

impl Store {
    /// 限量库版本 the entry that changed the limit library last, on this server or beside it; 0 before the first change.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn library_changed(&self) -> Result<i64, Error> {
        Ok(changed::Entity::find_by_id(LIBRARY).one(&self.read).await?.map_or(0, |row| row.seq))
    }
}

/// The last entry of the journal.
pub(crate) async fn head_of(db: &impl ConnectionTrait) -> Result<Head, Error> {
    let last: Option<(i64, String)> = journal::Entity::find()
        .select_only()
        .column(journal::Column::Seq)
        .column(journal::Column::Hash)
        .order_by_desc(journal::Column::Seq)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.map_or_else(|| Head { seq: 0, hash: GENESIS.to_owned() }, |(seq, hash)| Head { seq, hash }))
}

impl Unit {
    /// The clock reading of this unit.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }
    /// The number of the next entry.
    pub(crate) fn next(&self) -> i64 {
        self.head.seq + 1
    }
    pub(crate) fn tx(&self) -> &Tx {
        &self.tx
    }
    /// Loads a record inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn get<T: Record>(&self, key: &str) -> Result<Option<T>, Error> {
        let (id, _) = T::columns();
        let row = T::Entity::find().filter(id.eq(key)).one(&self.tx).await?;
        row.map(|r| from_row::<T>(&r)).transpose().map_err(Error::from)
    }
    /// Loads a record that must be there.
    ///
    /// # Errors
    /// Not found, or the database does not answer.
    pub async fn require<T: Record>(&self, key: &str) -> Result<T, Error> {
        self.get(key).await?.ok_or(Error::NotFound)
    }
    /// Inserts a new record and journals it.
    ///
    /// # Errors
    /// The database does not answer, or a constraint of the table.
    pub async fn insert<T: Record>(&mut self, record: &T, who: &Who, verb: &str, facts: serde_json::Value) -> Result<(), Error> {
        let (row, hash) = to_row(record)?;
        T::Entity::insert(row.into_active_model()).exec_without_returning(&self.tx).await?;
        self.write_entry(who, verb, &Content::of(record, hash), &facts).await
    }
    /// Saves a changed record if its revision in the database still is the one before; journals it.
    ///
    /// # Errors
    /// `RACE` when somebody else was faster; the database does not answer; a constraint of the table.
    pub async fn save<T: Record>(&mut self, record: &T, who: &Who, verb: &str, facts: serde_json::Value) -> Result<(), Error> {
        let (row, hash) = to_row(record)?;
        let (id, revision) = T::columns();
        let before = record.revision() - 1;
        let changed = row.into_active_model().reset_all();
        let done = T::Entity::update_many().set(changed).filter(id.eq(record.key())).filter(revision.eq(before)).exec(&self.tx).await?;
        if done.rows_affected != 1 {
            let now = self.get::<T>(&record.key()).await?.map_or(-1, |r| r.revision());
            return Err(lost_race(before, now).into());
        }
        self.write_entry(who, verb, &Content::of(record, hash), &facts).await
    }
    /// Inserts many new records in few statements; one journal entry each.
    ///
    /// # Errors
    /// The database does not answer, or a constraint of the table.
    pub async fn insert_many<T: Record>(&mut self, records: &[T], who: &Who, verb: &str) -> Result<(), Error> {
        for chunk in records.chunks(CHUNK) {
            let mut rows = Vec::with_capacity(chunk.len());
            let mut entries = Vec::with_capacity(chunk.len());
            for record in chunk {
                let (row, hash) = to_row(record)?;
                rows.push(row.into_active_model());
                entries.push(self.link(who, verb, &Content::of(record, hash), "{}".to_owned()).into_active_model());
            }
            T::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
            journal::Entity::insert_many(entries).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }
    /// Journals something that has no row of its own (a login, a refusal, a removal).
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note(&mut self, who: &Who, verb: &str, subject: String, facts: serde_json::Value) -> Result<(), Error> {
        self.write_entry(who, verb, &Content { subject, revision: 0, hash: String::new(), demo: false }, &facts).await
    }
    async fn write_entry(&mut self, who: &Who, verb: &str, content: &Content, facts: &serde_json::Value) -> Result<(), Error> {
        let facts = with_bound(facts.clone(), &mut self.waiting);
        let entry = self.link(who, verb, content, facts.to_string());
        journal::Entity::insert(entry.into_active_model()).exec_without_returning(&self.tx).await?;
        Ok(())
    }
    /// Makes the next entry of the chain.
    fn link(&mut self, who: &Who, verb: &str, content: &Content, facts: String) -> journal::Model {
        self.subject.get_or_insert_with(|| content.subject.clone());
        self.library |= content.subject.starts_with("limit:") || verb.starts_with("demo.");
        let mut entry = journal::Model {
            seq: self.head.seq + 1,
            at: stamp(self.at),
            actor: who.id.clone(),
            actor_name: who.name.clone(),
            verb: verb.to_owned(),
            subject: content.subject.clone(),
            revision: content.revision,
            content_hash: content.hash.clone(),
            facts,
            demo: content.demo,
            prev_hash: self.head.hash.clone(),
            hash: String::new(),
        };
        entry.hash = hash_of(&entry);
        self.head = Head { seq: entry.seq, hash: entry.hash.clone() };
        entry
    }
    /// Notes which entry changed the limit library last, in the transaction that changes it.
    pub(crate) async fn note_changes(&self) -> Result<(), Error> {
        if self.library {
            let row = changed::ActiveModel { topic: Set(LIBRARY.to_owned()), seq: Set(self.head.seq) };
            let replace = OnConflict::column(changed::Column::Topic).update_column(changed::Column::Seq).to_owned();
            changed::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }
    /// Keeps bytes by their hash; the same bytes are kept once. Their media type is what they are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_blob(&mut self, bytes: &[u8]) -> Result<String, Error> {
        let sha256 = sha256_hex(bytes);
        let known = blob::Entity::find_by_id(&sha256).select_only().column(blob::Column::Size).into_tuple::<i64>().one(&self.tx).await?;
        if known.is_none() {
            let row = blob::ActiveModel {
                sha256: Set(sha256.clone()),
                media_type: Set(media_type(bytes).to_owned()),
                size: Set(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
                bytes: Set(bytes.to_vec()),
            };
            blob::Entity::insert(row).exec_without_returning(&self.tx).await?;
        }
        Ok(sha256)
    }
    /// 上传量 adds to the bytes that somebody sent on the day of this unit; gives the sum. Counts of earlier days go.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_upload(&mut self, owner: UserId, bytes: usize) -> Result<u64, Error> {
        let (owner, day) = (owner.to_string(), self.at.date_naive().to_string());
        upload_day::Entity::delete_many().filter(upload_day::Column::Day.lt(&day)).exec(&self.tx).await?;
        let before = upload_day::Entity::find_by_id((owner.clone(), day.clone())).one(&self.tx).await?.map_or(0, |row| row.bytes);
        let bytes = before.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
        let row = upload_day::ActiveModel { owner: Set(owner), day: Set(day), bytes: Set(bytes) };
        let replace = OnConflict::columns([upload_day::Column::Owner, upload_day::Column::Day]).update_column(upload_day::Column::Bytes).to_owned();
        upload_day::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.tx).await?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    }
    /// No row waits for an entry that never comes.
    pub(crate) async fn vouch(&mut self) -> Result<(), Error> {
        if self.waiting.is_empty() { Ok(()) } else { self.note(&Who::system("登录"), "login.rows", "login".to_owned(), serde_json::json!({})).await }
    }
}
