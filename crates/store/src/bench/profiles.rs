//! 仪器格式 the profiles that are in use.

use shiyan_foundation::Label;
use shiyan_lab_results::bench::{ProfileState, ProfileVersion};

use crate::query::{Detail, Sql, records};
use crate::{Error, Store, Unit};

impl Store {
    /// 在用的仪器格式 the profiles of the page that are in use, by key.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profiles_in_use(&self) -> Result<Vec<ProfileVersion>, Error> {
        let mut sql = Sql::new("SELECT detail FROM instrument_profile WHERE 1 = 1");
        sql.push("AND state = ? ORDER BY key", [ProfileState::Active.code().into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
}

impl Unit {
    /// 在用的仪器格式 the version of a profile that is in use, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profile_in_use(&self, key: &str) -> Result<Option<ProfileVersion>, Error> {
        let mut sql = Sql::new("SELECT detail FROM instrument_profile WHERE 1 = 1");
        sql.push("AND state = ? AND key = ?", [ProfileState::Active.code().into(), key.into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
}
