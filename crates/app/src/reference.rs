//! Reference data: streets, population, laboratories, limits, holidays, item packages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shiyan_foundation::area::{AdminBody, Street};
use shiyan_foundation::ids::{LabId, PopulationId};
use shiyan_foundation::task::{Boundary, Population, PopulationBasis};
use shiyan_foundation::text::fold;
use shiyan_foundation::{Actor, Instant, Label, Refusal};
use shiyan_statute::{LIMIT_MOVES, LimitStatus};
use shiyan_store::records::{Laboratory, LimitRecord, PopulationRecord, Setting, StreetRecord};
use shiyan_store::{Error, Unit, Who};

use crate::authority::{Act, may};
use crate::{App, code, fresh};

/// Streets of 410105 with who runs them: as far as published, to be confirmed by the district (a setting, not a law).
const STREETS: &str = include_str!("../data/streets.csv");

/// A problem with a typed number.
pub(crate) fn number<T: std::str::FromStr>(typed: &str, zh: &'static str, en: &'static str, field: &str) -> Result<T, Refusal> {
    fold(typed).replace([',', ' '], "").parse().map_err(|_| Refusal::new(code::NUMBER).with("label", zh).with("label_en", en).with("typed", typed).on(field))
}

/// 设置 writes a setting over the one that its writer looked at, in the transaction of whoever changes it.
pub(crate) async fn keep_setting(unit: &mut Unit, actor: &Actor, old: Option<Setting>, key: &str, value: Value, facts: Value) -> Result<(), Error> {
    let row = Setting { key: key.to_owned(), value, revision: old.as_ref().map_or(0, |o| o.revision + 1) };
    match old {
        Some(_) => unit.save(&row, &actor.into(), "setting.change", facts).await,
        None => unit.insert(&row, &actor.into(), "setting.change", facts).await,
    }
}

/// A text that must be there.
pub(crate) fn needed(typed: &str, most: usize, zh: &'static str, en: &'static str, field: &str) -> Result<String, Refusal> {
    let text = typed.trim();
    if text.is_empty() || text.chars().count() > most {
        return Err(Refusal::new(code::TEXT).with("label", zh).with("label_en", en).on(field));
    }
    Ok(text.to_owned())
}

/// One of the members of a vocabulary.
pub(crate) fn one_of<L: Label>(typed: &str, zh: &'static str, en: &'static str, field: &str) -> Result<L, Refusal> {
    L::parse(typed).ok_or_else(|| Refusal::new(code::CHOICE).with("label", zh).with("label_en", en).with("typed", typed).on(field))
}

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
        unit.insert_many(&crate::packages::shipped(), &who, "package.edition").await?;
        unit.commit().await?;
        Ok(())
    }
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
    pub async fn save_street(&self, actor: &Actor, code_typed: &str, name: &str, admin: &str, now: Instant) -> Result<(), Error> {
        may(actor, Act::Streets)?;
        let street_code = fold(code_typed);
        if street_code.len() != 9 || !street_code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refusal::new(code::NUMBER)
                .with("label", "街道代码（9 位）")
                .with("label_en", "street code (9 digits)")
                .with("typed", code_typed)
                .on("code")
                .into());
        }
        let street = Street {
            code: street_code.clone(),
            name: needed(name, 30, "街道名称", "name", "name")?,
            admin: one_of(admin, "管辖主体", "governing body", "admin")?,
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
    #[allow(clippy::too_many_arguments)]
    pub async fn add_population(&self, actor: &Actor, year: &str, people: &str, basis: &str, boundary: &str, source: &str, now: Instant) -> Result<(), Error> {
        may(actor, Act::Population)?;
        let people: u64 = number(people, "人口数", "people", "people")?;
        if !(1..=50_000_000).contains(&people) {
            return Err(Refusal::new(code::NUMBER).with("label", "人口数").with("label_en", "people").with("typed", people).on("people").into());
        }
        let year: i32 = number(year, "年份", "year", "year")?;
        if !(2000..=2100).contains(&year) {
            return Err(Refusal::new(code::YEAR).with("typed", year).on("year").into());
        }
        let row = Population {
            id: PopulationId(fresh()),
            year,
            area_code: "410105".into(),
            people,
            basis: one_of(basis, "口径", "basis", "basis")?,
            boundary: one_of(boundary, "范围", "boundary", "boundary")?,
            source: needed(source, 200, "来源", "source", "source")?,
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
    /// 启用 or 停用 a limit row. Only the 质量负责人; a row in use is never edited, but the activation of a later row about the same
    /// food and item ends it on the day before.
    ///
    /// # Errors
    /// Not the quality manager; the row already has that status; an active row about the same food and item does not begin
    /// earlier.
    pub async fn set_limit_status(&self, actor: &Actor, id: &str, to: LimitStatus, now: Instant) -> Result<(), Error> {
        may(actor, Act::Limits)?;
        let from: Vec<LimitStatus> = LIMIT_MOVES.table.iter().filter(|m| m.to == to).map(|m| m.from).collect();
        let mut unit = self.store.begin(now).await?;
        let library = self.limit_rows().await?;
        self.switch_limit(&mut unit, actor, &library, id, (&from, to), now).await?;
        unit.commit().await?;
        Ok(())
    }
}
