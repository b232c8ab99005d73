//! 试运行的文件 files between a dry run and its confirmation. They are no records: no entry tells of them, and no backup holds them.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use shiyan_foundation::Instant;

use crate::entity::kept_upload::{Column, Entity, Model};
use crate::journal::{sha256_hex, stamp};
use crate::unit::Unit;
use crate::{Error, Store};

/// 试运行的文件 a file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUpload {
    /// What was said of it on the form.
    pub said: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Keeps a file for one person and one page. Those that have expired go, and of this person all but the newest few.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_upload(&self, of: (&str, &str), token_hash: &str, file: KeptUpload, most: u64, (now, until): (Instant, Instant)) -> Result<(), Error> {
        let unit = self.begin_aside(now).await?;
        Entity::delete_many().filter(Column::ExpiresAt.lte(stamp(now))).exec(unit.tx()).await?;
        let newest = Entity::find().select_only().column(Column::TokenHash).filter(Column::Owner.eq(of.0));
        let newest: Vec<String> = newest.order_by_desc(Column::KeptAt).limit(most.saturating_sub(1)).into_tuple().all(unit.tx()).await?;
        Entity::delete_many().filter(Column::Owner.eq(of.0)).filter(Column::TokenHash.is_not_in(newest)).exec(unit.tx()).await?;
        let row = Model {
            token_hash: token_hash.to_owned(),
            owner: of.0.to_owned(),
            purpose: of.1.to_owned(),
            said: file.said,
            name: file.name,
            bytes: file.bytes,
            kept_at: stamp(now),
            expires_at: stamp(until),
        };
        Entity::insert(row.into_active_model()).exec_without_returning(unit.tx()).await?;
        unit.commit().await?;
        Ok(())
    }
    /// A kept file of this person for this page, unless it has expired.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn kept_upload(&self, (owner, purpose): (&str, &str), token_hash: &str, now: Instant) -> Result<Option<KeptUpload>, Error> {
        let row = Entity::find_by_id(token_hash)
            .filter(Column::Owner.eq(owner))
            .filter(Column::Purpose.eq(purpose))
            .filter(Column::ExpiresAt.gt(stamp(now)))
            .one(&self.read)
            .await?;
        Ok(row.map(|row| KeptUpload { said: row.said, name: row.name, bytes: row.bytes }))
    }
}

/// What a server must take before it is trusted again: as much as a large save with its evidence.
const ROOM: usize = 256 << 10;

impl Unit {
    /// 余地 writes as much as a large save and takes it out again, all in this unit: a small entry may still fit where the next save does not.
    ///
    /// # Errors
    /// The database does not take it.
    pub(crate) async fn has_room(&self) -> Result<(), Error> {
        let at = stamp(self.at);
        // nothing that could be packed
        let mut bytes = Vec::with_capacity(ROOM + 64);
        let mut last = at.clone();
        while bytes.len() < ROOM {
            last = sha256_hex(last.as_bytes());
            bytes.extend_from_slice(last.as_bytes());
        }
        let (token_hash, nobody) = (sha256_hex(at.as_bytes()), String::new);
        let row = Model {
            token_hash: token_hash.clone(),
            owner: nobody(),
            purpose: nobody(),
            said: nobody(),
            name: nobody(),
            bytes,
            kept_at: at.clone(),
            expires_at: at,
        };
        Entity::insert(row.into_active_model()).exec_without_returning(self.tx()).await?;
        Entity::delete_by_id(token_hash).exec(self.tx()).await?;
        Ok(())
    }
}
