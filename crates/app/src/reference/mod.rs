//! Reference data: streets, population, laboratories, limits, holidays, item packages.

pub mod calendars;
pub mod district;
pub mod imports;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::ids::{LabId, PopulationId};
use shiyan_foundation::task::Population;
use shiyan_foundation::text::fold;
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_store::Error;
use shiyan_store::records::{Laboratory, PopulationRecord, StreetRecord};

use crate::authority::{Act, may};
use crate::typed::{needed, number, one_of};
use crate::{App, code, fresh};

/// 承检机构 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedLaboratory {
    /// 名称
    pub name: String,
    /// 地址
    pub address: String,
    /// 电话
    pub phone: String,
    /// 邮编, six digits or nothing
    pub zip: String,
    /// 资质认定证书编号, if any
    pub cma: String,
}

/// 街道 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedStreet {
    /// 九位代码
    pub code: String,
    /// 名称
    pub name: String,
    /// 管辖主体
    pub admin: String,
}

/// 人口行 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedPopulation {
    /// 年份
    pub year: String,
    /// 人口数
    pub people: String,
    /// 口径
    pub basis: String,
    /// 范围
    pub boundary: String,
    /// 来源
    pub source: String,
}

impl App {
    /// Names of the streets by code.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn streets(&self) -> Result<BTreeMap<String, Street>, Error> {
        Ok(self.store.all::<StreetRecord>().await?.into_iter().map(|s| (s.street.code.clone(), s.street)).collect())
    }
    /// Codes of the streets that Jinshui itself governs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn governed_streets(&self) -> Result<BTreeSet<String>, Error> {
        Ok(self.streets().await?.into_values().filter(|s| s.admin == AdminBody::Jinshui).map(|s| s.code).collect())
    }
    /// Adds or changes a street.
    ///
    /// # Errors
    /// Not an administrator; a code that is not nine digits.
    pub async fn save_street(&self, actor: &Actor, typed: &TypedStreet, now: Instant) -> Result<(), Error> {
        may(actor, Act::Streets)?;
        let street_code = fold(&typed.code);
        if street_code.len() != 9 || !street_code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refusal::new(code::NUMBER)
                .with("label", "街道代码（9 位）")
                .with("label_en", "street code (9 digits)")
                .with("typed", &typed.code)
                .on("code")
                .into());
        }
        let street = Street {
            code: street_code.clone(),
            name: needed(&typed.name, 30, "街道名称", "name", "name")?,
            admin: one_of(&typed.admin, "管辖主体", "governing body", "admin")?,
        };
        let mut unit = self.store.begin(now).await?;
        let facts = json!({ "name": street.name, "admin": street.admin });
        match unit.get::<StreetRecord>(&street_code).await? {
            Some(old) => unit.save(&StreetRecord { street, revision: old.revision + 1 }, &actor.into(), "street.change", facts).await?,
            None => unit.insert(&StreetRecord { street, revision: 0 }, &actor.into(), "street.add", facts).await?,
        }
        unit.commit().await?;
        Ok(())
    }
    /// 承检机构 by name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn laboratories(&self) -> Result<Vec<Laboratory>, Error> {
        let mut all = self.store.all::<Laboratory>().await?;
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }
    /// Adds a laboratory, or changes what is printed of the one with this name. The name itself stays: sheets and rights hold it.
    ///
    /// # Errors
    /// Neither an administrator nor a quality manager; name, address or phone missing; a postcode that is not six digits.
    pub async fn save_laboratory(&self, actor: &Actor, typed: &TypedLaboratory, now: Instant) -> Result<(), Error> {
        may(actor, Act::Laboratories)?;
        let own = self.own_lab(actor, Act::Laboratories).await?;
        let mut problems = Vec::new();
        let mut text = |read: Result<String, Refusal>| read.map_err(|why| problems.push(why)).unwrap_or_default();
        let name = text(needed(&typed.name, 100, "承检机构名称", "name of the laboratory", "name"));
        let address = text(needed(&typed.address, 200, "地址", "address", "address"));
        let phone = text(needed(&typed.phone, 40, "电话", "phone", "phone"));
        let (zip, cma) = (fold(&typed.zip), typed.cma.trim().to_owned());
        if !zip.is_empty() && (zip.len() != 6 || !zip.bytes().all(|b| b.is_ascii_digit())) {
            let why = Refusal::new(code::NUMBER).with("label", "邮政编码（6 位）").with("label_en", "postcode (6 digits)");
            problems.push(why.with("typed", &typed.zip).on("zip"));
        }
        if cma.chars().count() > 40 {
            problems.push(Refusal::new(code::TEXT).with("label", "资质认定证书编号").with("label_en", "CMA certificate number").on("cma"));
        }
        if own.is_some_and(|own| own != name) {
            return Err(Act::Laboratories.beyond().on("name").into());
        }
        if !problems.is_empty() {
            return Err(Error::Refused(problems));
        }
        let facts = json!({ "name": name, "address": address, "phone": phone, "zip": zip, "cma": cma });
        let old = self.store.all::<Laboratory>().await?.into_iter().find(|l| l.name == name);
        let mut unit = self.store.begin(now).await?;
        match old {
            Some(old) => {
                let next = Laboratory { address, phone, zip, cma, revision: old.revision + 1, ..old };
                unit.save(&next, &actor.into(), "lab.change", facts).await?;
            }
            None => {
                let lab = Laboratory { id: LabId(fresh()), name, address, phone, zip, cma, demo: self.is_demo(actor).await?, revision: 0 };
                unit.insert(&lab, &actor.into(), "lab.add", facts).await?;
            }
        }
        unit.commit().await?;
        Ok(())
    }
    /// 人口行 in use for the indicators.
    ///
    /// # Errors
    /// None is chosen; the database does not answer.
    pub async fn chosen_population(&self) -> Result<Population, Error> {
        let all = self.store.all::<PopulationRecord>().await?;
        let chosen = all.iter().find(|p| p.chosen).or_else(|| all.last()).map(|p| p.row.clone());
        chosen.ok_or_else(|| Refusal::new(shiyan_sampling_plan::code::NO_POPULATION).with("year", "").into())
    }
    /// Registers a population row.
    ///
    /// # Errors
    /// Not a supervisor, plan manager or administrator; a number that cannot be read; no source.
    pub async fn add_population(&self, actor: &Actor, typed: &TypedPopulation, now: Instant) -> Result<(), Error> {
        may(actor, Act::Population)?;
        let people: u64 = number(&typed.people, "人口数", "people", "people")?;
        if !(1..=50_000_000).contains(&people) {
            return Err(Refusal::new(code::NUMBER).with("label", "人口数").with("label_en", "people").with("typed", people).on("people").into());
        }
        let year: i32 = number(&typed.year, "年份", "year", "year")?;
        if !(2000..=2100).contains(&year) {
            return Err(Refusal::new(code::YEAR).with("typed", year).on("year").into());
        }
        let row = Population {
            id: PopulationId(fresh()),
            year,
            area_code: "410105".into(),
            people,
            basis: one_of(&typed.basis, "口径", "basis", "basis")?,
            boundary: one_of(&typed.boundary, "范围", "boundary", "boundary")?,
            source: needed(&typed.source, 200, "来源", "source", "source")?,
        };
        let mut unit = self.store.begin(now).await?;
        unit.insert(&PopulationRecord { row, chosen: false, revision: 0 }, &actor.into(), "population.add", json!({ "people": people, "year": year })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Chooses the population row of the indicators.
    ///
    /// # Errors
    /// Not an administrator or plan manager; not found.
    pub async fn choose_population(&self, actor: &Actor, id: &str, now: Instant) -> Result<(), Error> {
        may(actor, Act::Population)?;
        let mut unit = self.store.begin(now).await?;
        let chosen: PopulationRecord = unit.require(id).await?;
        for old in self.store.all::<PopulationRecord>().await?.into_iter().filter(|p| p.chosen && p.row.id != chosen.row.id) {
            unit.save(&PopulationRecord { chosen: false, revision: old.revision + 1, ..old }, &actor.into(), "population.unchoose", json!({})).await?;
        }
        if !chosen.chosen {
            let facts = json!({ "people": chosen.row.people });
            unit.save(&PopulationRecord { chosen: true, revision: chosen.revision + 1, ..chosen }, &actor.into(), "population.choose", facts).await?;
        }
        unit.commit().await?;
        Ok(())
    }
}
