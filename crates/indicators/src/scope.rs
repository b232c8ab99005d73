//! 统计口径 the named, visible scope of every figure.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shiyan_foundation::task::{Boundary, Department, Population, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Lang, labels};

labels! {
    /// 年度归属 which date decides the year of a batch.
    pub enum YearBasis {
        SamplingDate = "sampling_date", "按抽样日期", "by sampling date";
        ReportDate = "report_date", "按报告签发日期", "by report date";
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
    /// 目标 batches per thousand people.
    pub target_per_mille: Decimal,
    /// 问题发现率目标 in percent; the plan names none, so there is none unless the district sets it.
    #[serde(default)]
    pub discovery_target_percent: Option<Decimal>,
    /// 评价性抽检合格率目标 in percent.
    #[serde(default = "ninety_eight")]
    pub evaluative_target_percent: Decimal,
}

fn ninety_eight() -> Decimal {
    Decimal::from(98)
}

impl KpiScope {
    /// The default scope: by sampling date, all levels, market regulation only, supervisory and evaluative sampling, 4 per
    /// thousand.
    #[must_use]
    pub fn standard(year: i32, population: Population) -> Self {
        Self {
            year,
            basis: YearBasis::SamplingDate,
            levels: TaskLevel::ALL.iter().copied().collect(),
            departments: BTreeSet::from([Department::Market]),
            kinds: BTreeSet::from([TaskKind::Supervisory, TaskKind::Evaluative]),
            streets: None,
            population,
            target_per_mille: Decimal::from(4),
            discovery_target_percent: None,
            evaluative_target_percent: ninety_eight(),
        }
    }

    /// The scope line 口径说明 printed beside every figure.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let p = &self.population;
        let levels = listed(&self.levels, lang);
        let departments = listed(&self.departments, lang);
        let kinds = listed(&self.kinds, lang);
        let people = thousands(p.people);
        let target = self.target_per_mille.normalize();
        let streets = match (&self.streets, p.boundary) {
            (Some(set), _) => {
                let codes: Vec<&str> = set.iter().map(String::as_str).collect();
                match lang {
                    Lang::Zh => format!("{} 个街道（{}）", set.len(), codes.join("、")),
                    Lang::En => format!("{} streets ({})", set.len(), codes.join(", ")),
                }
            }
            (None, Boundary::Division) => lang.pick("行政区划内全部街道", "all streets of the division").to_owned(),
            (None, Boundary::Governed) => lang.pick("实际管辖的全部街道", "all streets the district runs").to_owned(),
        };
        match lang {
            Lang::Zh => format!(
                "统计口径：{}年（{}）；任务级别：{levels}；部门：{departments}；任务类别：{kinds}；范围：{}，{streets}；人口：{}年{} {people} 人（{}，来源：{}）；目标：{target} 批次/千人；快速检测不计入。",
                self.year,
                self.basis.zh(),
                p.boundary.zh(),
                p.year,
                p.basis.zh(),
                p.boundary.zh(),
                p.source,
            ),
            Lang::En => format!(
                "Scope: {} ({}); levels: {levels}; departments: {departments}; kinds: {kinds}; area: {}, {streets}; population: {people} people, {} {} ({}; source: {}); target: {target} batches per thousand people; rapid tests do not count.",
                self.year,
                self.basis.en(),
                p.boundary.en(),
                p.basis.en(),
                p.year,
                p.boundary.en(),
                p.source,
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

/// `1588611` as `1,588,611`.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_588_611), "1,588,611");
    }
}
