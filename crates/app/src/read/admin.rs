//! 管理 people, reference data, diagnosis.

use shiyan_foundation::{Act, Actor, Scope};
use shiyan_lab_results::bench::ProfileVersion;
use shiyan_rapid_test::Point;
use shiyan_store::cases::lists::CaseFilter;
use shiyan_store::records::{CalendarYear, ItemPackage, LimitRecord, PopulationRecord, UserAccount};
use shiyan_store::{Engine, Entry, Error, Head, Record};

use super::{LimitFilter, SampleFilter};
use crate::App;
use crate::authority::may;

/// 行数 how much the database holds, for the diagnosis.
#[derive(Debug)]
pub struct Counts {
    /// `SQLite` or `PostgreSQL`, and its version.
    pub engine: String,
    /// Settings that durability hangs on, with their values.
    pub settings: Vec<(String, String)>,
    /// Head of the journal.
    pub head: Head,
    /// 账号
    pub users: u64,
    /// 样品
    pub samples: u64,
    /// 案件
    pub cases: u64,
    /// 快检点
    pub points: u64,
    /// 公布结果
    pub published: u64,
}

impl App {
    /// An account as it is now.
    ///
    /// # Errors
    /// There is none; the database does not answer.
    pub async fn account_of(&self, id: shiyan_foundation::ids::UserId) -> Result<UserAccount, Error> {
        self.store.get::<UserAccount>(&id.to_string()).await?.ok_or(Error::NotFound)
    }
    /// Every account.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn people(&self) -> Result<Vec<UserAccount>, Error> {
        self.store.people().await
    }
    /// Every point of the district, for whoever gives scopes.
    ///
    /// # Errors
    /// Not an administrator; the database does not answer.
    pub async fn every_point(&self, actor: &Actor) -> Result<Vec<Point>, Error> {
        may(actor, Act::Users)?;
        self.store.points(&Scope::District).await
    }
    /// 人口行, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn population_rows(&self) -> Result<Vec<PopulationRecord>, Error> {
        let mut rows = self.store.all::<PopulationRecord>().await?;
        rows.sort_by_key(|r| (std::cmp::Reverse(r.row.year), r.row.people));
        Ok(rows)
    }
    /// 限量 one page of the rows under a filter, and how many there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read_limits(&self, filter: &LimitFilter, page: usize, rows: usize) -> Result<(usize, usize, Vec<LimitRecord>), Error> {
        let count = self.store.count_limits(filter).await?;
        let from = (page.clamp(1, count.div_ceil(rows).max(1)) - 1) * rows;
        Ok((count, from, self.store.limits(filter, from as u64, rows as u64).await?))
    }
    /// How many rows of the limit library a filter holds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_limits(&self, filter: &LimitFilter) -> Result<usize, Error> {
        self.store.count_limits(filter).await
    }
    /// 项目包 every one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn packages(&self) -> Result<Vec<ItemPackage>, Error> {
        self.store.all::<ItemPackage>().await
    }
    /// 项目包 by its key.
    ///
    /// # Errors
    /// There is none; the database does not answer.
    pub async fn package(&self, key: &str) -> Result<ItemPackage, Error> {
        self.store.get(key).await?.ok_or(Error::NotFound)
    }
    /// 节假日 the years that were imported.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn calendar_years(&self) -> Result<Vec<CalendarYear>, Error> {
        self.store.all::<CalendarYear>().await
    }
    /// 仪器格式 one version.
    ///
    /// # Errors
    /// There is none; the database does not answer.
    pub async fn profile_version(&self, id: &str) -> Result<ProfileVersion, Error> {
        self.store.get::<ProfileVersion>(id).await?.ok_or(Error::NotFound)
    }
    /// 仪器格式 what was done to a version.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profile_timeline(&self, version: &ProfileVersion) -> Result<Vec<Entry>, Error> {
        self.store.timeline(&[version.subject()]).await
    }
    /// 仪器格式 in use.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profiles_in_use(&self) -> Result<Vec<ProfileVersion>, Error> {
        self.store.profiles_in_use().await
    }
    /// 诊断 how much the database holds and how it is set.
    ///
    /// # Errors
    /// Not an administrator of the district; the database does not answer.
    pub async fn read_counts(&self, actor: &Actor) -> Result<Counts, Error> {
        may(actor, Act::Diagnose)?;
        let (store, all) = (&self.store, &Scope::District);
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        let engine = if store.engine() == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
        Ok(Counts {
            engine: format!("{engine} {}", store.version()),
            settings: store.settings().await?,
            head: store.head().await?,
            users: store.people().await?.len() as u64,
            samples: count(store.count_samples(&SampleFilter::default(), all).await?),
            cases: store.count_cases(&CaseFilter::default(), all).await?.values().sum(),
            points: store.points(all).await?.len() as u64,
            published: store.published_totals().await?.iter().map(|t| count(t.n)).sum(),
        })
    }
}
