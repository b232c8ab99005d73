//! 统计口径 the named, visible scope of every figure.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::PopulationId;
use shiyan_foundation::task::{Boundary, Department, Population, PopulationBasis, TaskKind, TaskLevel};
use shiyan_foundation::text::thousands;
use shiyan_foundation::{Label, Lang, Refusal, labels};
use shiyan_statute::{NumberKey, law_numbers, yearly_target};

labels! {
    /// 年度归属 which date decides the year of a batch.
    pub enum YearBasis {
        SamplingDate = "sampling_date", "按抽样日期", "by sampling date";
        ReportDate = "report_date", "按报告签发日期", "by report date";
    }
}

labels! {
    /// 指标族 what a figure counts; each family is narrowed by other parts of the scope.
    pub enum Family {
        Batches = "batches", "批次", "Batches";
        Cases = "cases", "案件和送达", "Cases and services";
        Rapid = "rapid", "快检读数", "Rapid readings";
    }
}

/// 人口除数 what the batches per thousand are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Divisor {
    /// The people of the population row: it is the row of the streets that count.
    #[default]
    Row,
    /// So many people live in the chosen streets.
    Given(u64),
    /// Nobody said how many live in the chosen streets: there are no batches per thousand.
    Unknown,
}

impl Divisor {
    fn is_row(&self) -> bool {
        *self == Divisor::Row
    }
}

/// 统计口径 which batches count, and which population they are divided by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KpiScope {
    /// 年度
    pub year: i32,
    /// 年度归属
    pub basis: YearBasis,
    /// 任务级别
    pub levels: BTreeSet<TaskLevel>,
    /// 部门
    pub departments: BTreeSet<Department>,
    /// 任务类别
    pub kinds: BTreeSet<TaskKind>,
    /// 街道; `None` for every street of the boundary.
    pub streets: Option<BTreeSet<String>>,
    /// 人口行; its boundary also decides whether the streets run by 郑东新区 count.
    pub population: Population,
    /// 人口除数: the population row, unless the streets are not those of the row.
    #[serde(default, skip_serializing_if = "Divisor::is_row")]
    pub divisor: Divisor,
    /// 目标 batches per thousand people.
    pub target_per_mille: Decimal,
    /// 问题发现率目标 in percent; the plan names none, so there is none unless the district sets it.
    #[serde(default)]
    pub discovery_target_percent: Option<Decimal>,
    /// 评价性抽检合格率目标 in percent.
    #[serde(default = "evaluative_target")]
    pub evaluative_target_percent: Decimal,
}

/// Of a scope that was kept before it named its target. Where the number cannot be read, all must pass: that flatters nobody.
fn evaluative_target() -> Decimal {
    law_numbers().iter().rfind(|n| n.key == NumberKey::N02).map_or(Decimal::ONE_HUNDRED, |n| n.value)
}

impl KpiScope {
    /// The default scope: by sampling date, all levels, market regulation only, supervisory and evaluative sampling, the
    /// targets of the law (N01, N02).
    ///
    /// # Errors
    /// `LAW-NO-RULE` when the targets cannot be read.
    pub fn standard(year: i32, population: Population) -> Result<Self, Refusal> {
        Ok(Self {
            year,
            basis: YearBasis::SamplingDate,
            levels: TaskLevel::ALL.iter().copied().collect(),
            departments: BTreeSet::from([Department::Market]),
            kinds: BTreeSet::from([TaskKind::Supervisory, TaskKind::Evaluative]),
            streets: None,
            population,
            divisor: Divisor::Row,
            target_per_mille: yearly_target(NumberKey::N01, year)?,
            discovery_target_percent: None,
            evaluative_target_percent: yearly_target(NumberKey::N02, year)?,
        })
    }
    /// The same where nobody is counted: what is counted by it knows no population.
    ///
    /// # Errors
    /// See [`KpiScope::standard`].
    pub fn of_nobody(year: i32, source: String) -> Result<Self, Refusal> {
        let basis = PopulationBasis::YearEnd;
        Self::standard(
            year,
            Population { id: PopulationId(Default::default()), year, area_code: String::new(), people: 0, basis, boundary: Boundary::Division, source },
        )
    }

    /// 人口 that the batches per thousand are divided by; `None` when it is not known.
    #[must_use]
    pub fn people(&self) -> Option<u64> {
        match self.divisor {
            Divisor::Row => Some(self.population.people),
            Divisor::Given(people) => Some(people),
            Divisor::Unknown => None,
        }
    }
    /// 口径说明 the scope as it was applied to the figures of a family: cases and readings know no level, department or kind.
    #[must_use]
    pub fn line_of(&self, family: Family, lang: Lang) -> String {
        let year = self.year;
        let area = match &self.streets {
            Some(_) => self.area(lang),
            None => lang.pick("全部街道", "all streets").to_owned(),
        };
        match (family, lang) {
            (Family::Batches, _) => self.line(lang),
            (Family::Cases, Lang::Zh) => {
                format!("统计口径：{year}年（按期限归年，早于期限办结的按办结日期，撤销的不计）；不按任务级别、部门、任务类别区分；范围：{area}。")
            }
            (Family::Cases, Lang::En) => format!(
                "Scope: {year} (by due date, or by the day of closing when that came earlier; cancelled ones not counted); not narrowed by level, department or kind; area: {area}."
            ),
            (Family::Rapid, Lang::Zh) => format!("统计口径：{year}年（按检测日期）；快检读数单独统计，不按任务级别、部门、任务类别区分；范围：{area}。"),
            (Family::Rapid, Lang::En) => {
                format!("Scope: {year} (by date of the test); rapid readings, counted apart; not narrowed by level, department or kind; area: {area}.")
            }
        }
    }
    fn area(&self, lang: Lang) -> String {
        match (&self.streets, self.population.boundary) {
            (Some(set), _) => {
                let codes: Vec<&str> = set.iter().map(String::as_str).collect();
                match lang {
                    Lang::Zh => format!("{} 个街道（{}）", set.len(), codes.join("、")),
                    Lang::En => format!("{} streets ({})", set.len(), codes.join(", ")),
                }
            }
            (None, Boundary::Division) => lang.pick("行政区划内全部街道", "all streets of the division").to_owned(),
            (None, Boundary::Governed) => lang.pick("实际管辖的全部街道", "all streets the district runs").to_owned(),
        }
    }
    /// Who is counted as people, and where that is known from.
    fn people_text(&self, lang: Lang) -> String {
        let p = &self.population;
        match (self.divisor, lang) {
            (Divisor::Row, Lang::Zh) => {
                format!("{}年{} {} 人（{}，来源：{}）", p.year, p.basis.zh(), thousands(&p.people.to_string()), p.boundary.zh(), p.source)
            }
            (Divisor::Row, Lang::En) => {
                format!("{} people, {} {} ({}; source: {})", thousands(&p.people.to_string()), p.basis.en(), p.year, p.boundary.en(), p.source)
            }
            (Divisor::Given(n), Lang::Zh) => format!("所选街道 {} 人（口径中写明）", thousands(&n.to_string())),
            (Divisor::Given(n), Lang::En) => format!("{} people in these streets (as given with the scope)", thousands(&n.to_string())),
            (Divisor::Unknown, Lang::Zh) => "所选街道的人口没有写明，不计算千人批次".to_owned(),
            (Divisor::Unknown, Lang::En) => "that of these streets is not given, so there are no batches per thousand".to_owned(),
        }
    }

    /// The scope line 口径说明 of the figures of batches.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let p = &self.population;
        let levels = listed(&self.levels, lang);
        let departments = listed(&self.departments, lang);
        let kinds = listed(&self.kinds, lang);
        let people = self.people_text(lang);
        let target = self.target_per_mille.normalize();
        let streets = self.area(lang);
        match lang {
            Lang::Zh => format!(
                "统计口径：{}年（{}）；任务级别：{levels}；部门：{departments}；任务类别：{kinds}；范围：{}，{streets}；人口：{people}；目标：{target} 批次/千人；快速检测不计入。",
                self.year,
                self.basis.zh(),
                p.boundary.zh(),
            ),
            Lang::En => format!(
                "Scope: {} ({}); levels: {levels}; departments: {departments}; kinds: {kinds}; area: {}, {streets}; population: {people}; target: {target} batches per thousand people; rapid tests do not count.",
                self.year,
                self.basis.en(),
                p.boundary.en(),
            ),
        }
    }
}

fn listed<T: Label + Ord>(set: &BTreeSet<T>, lang: Lang) -> String {
    if set.is_empty() {
        return lang.pick("无", "none").to_owned();
    }
    set.iter().map(|m| m.label(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "))
}
