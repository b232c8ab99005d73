//! 起初 what a new installation begins with: streets, limits, packages, population.

use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::ids::PopulationId;
use shiyan_foundation::task::{Boundary, Population, PopulationBasis};
use shiyan_foundation::{Instant, Label};
use shiyan_store::records::{LimitRecord, PopulationRecord, StreetRecord};
use shiyan_store::{Error, Who};

use crate::{App, fresh};

/// Streets of 410105 with who runs them: as far as published, to be confirmed by the district (a setting, not a law).
const STREETS: &str = include_str!("../data/streets.csv");

impl App {
    /// Puts the shipped reference data into an empty database: streets, limits (all 待核实), population rows. Does nothing when
    /// they are there.
    ///
    /// # Errors
    /// The database does not answer; the shipped data cannot be read.
    pub async fn seed_reference(&self, now: Instant) -> Result<(), Error> {
        if !self.store.all::<StreetRecord>().await?.is_empty() {
            return Ok(());
        }
        let problems = shiyan_statute::data_problems();
        if !problems.is_empty() {
            return Err(Error::Fault(problems.join("; ")));
        }
        let who = Who::system("初始数据");
        let streets: Vec<StreetRecord> = STREETS
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut cells = line.split(',');
                let (code, name, admin) = (cells.next()?, cells.next()?, cells.next()?);
                Some(StreetRecord { street: Street { code: code.to_owned(), name: name.to_owned(), admin: AdminBody::parse(admin)? }, revision: 0 })
            })
            .collect();
        let limits: Vec<LimitRecord> =
            shiyan_statute::limits().iter().map(|row| LimitRecord { row: row.clone(), activated_by: None, activated_at: None, revision: 0 }).collect();
        let row = |year, people, basis, boundary, source: &str, chosen| PopulationRecord {
            row: Population { id: PopulationId(fresh()), year, area_code: "410105".into(), people, basis, boundary, source: source.into() },
            chosen,
            revision: 0,
        };
        let populations = [
            row(2010, 1_588_611, PopulationBasis::Census6, Boundary::Division, "2010年第六次人口普查（cnenc.net）", false),
            row(2017, 1_302_000, PopulationBasis::SampleSurvey, Boundary::Governed, "郑州市统计局 2017 抽样推算（可信度中）", false),
            row(2019, 1_333_000, PopulationBasis::YearEnd, Boundary::Governed, "郑州市统计局统计公报 2019（tjj.zhengzhou.gov.cn/tjgb/4430813）", true),
            row(2022, 2_162_700, PopulationBasis::YearEnd, Boundary::Division, "2022 年鉴，按行政区划（maigoo.com）", false),
        ];
        let mut unit = self.store.begin(now).await?;
        unit.insert_many(&streets, &who, "street.seed").await?;
        unit.insert_many(&limits, &who, "limit.seed").await?;
        unit.insert_many(&populations, &who, "population.seed").await?;
        unit.insert_many(&crate::limits::packages::shipped(), &who, "package.edition").await?;
        unit.commit().await?;
        Ok(())
    }
}
