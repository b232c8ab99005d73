//! P40 食品安全监督抽检信息通告 with P41, its annexes of failing and passing batches in the columns of the law (抽检办法 art 46).

use std::collections::BTreeSet;

use serde::Serialize;
use shiyan_foundation::Lang;
use shiyan_foundation::area::District;
use shiyan_lab_results::report::{ReportContent, ReportItem};

use super::{Front, Letter, letter, said};
use crate::template;
use crate::{Office, ReportError};

/// 批次 one batch as the annexes name it; `/` where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// 抽样单编号
    pub sheet: String,
    /// 标称生产企业名称
    pub producer: String,
    /// 标称生产企业地址
    pub producer_address: String,
    /// 被抽样单位名称
    pub operator: String,
    /// 被抽样单位地址
    pub operator_address: String,
    /// 食品名称
    pub food: String,
    /// 规格型号
    pub spec: String,
    /// 商标
    pub brand: String,
    /// 生产日期/批号
    pub made: String,
    /// 不合格项目║检验结果║标准值, one a line.
    pub items: String,
    /// 分类
    pub class: String,
    /// 检验机构
    pub lab: String,
    /// 任务来源/项目名称
    pub source: String,
}

/// A value with its unit, unless it has one, needs none, or is no number.
pub(super) fn with_unit(text: &str, unit: &str) -> String {
    let (text, unit) = (text.trim(), unit.trim());
    let numeric = text.chars().any(|c| c.is_ascii_digit());
    // a limit in another unit than the result carries its own after a blank
    if !numeric || matches!(unit, "" | "/") || text.ends_with(unit) || text.contains(' ') { text.to_owned() } else { format!("{text}{unit}") }
}

fn item(item: &ReportItem) -> String {
    format!("{}║{}║{}", item.analyte.trim(), with_unit(&item.result, &item.unit), with_unit(&item.limit, &item.unit))
}

impl Batch {
    /// Out of the report in force; what it says stands as it was issued.
    #[must_use]
    pub fn of(report: &ReportContent, class: &str) -> Self {
        let stated = report.stated();
        let made = match (said(&stated.made_on), said(&stated.lot_no)) {
            (made, lot) if lot == "/" => made,
            (made, lot) => format!("{made}/{lot}"),
        };
        Self {
            sheet: said(&stated.sheet),
            producer: said(&stated.producer),
            producer_address: said(&stated.producer_address),
            operator: said(&stated.operator),
            operator_address: said(&stated.operator_address),
            food: said(&stated.name),
            spec: said(&stated.spec),
            brand: said(&stated.brand),
            made,
            items: report.items.iter().filter(|i| i.fails()).map(item).collect::<Vec<_>>().join("\n"),
            class: said(class),
            lab: said(&report.lab[0]),
            source: said(&stated.task_source),
        }
    }
}

/// P40、P41 what the notice is told.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Language.
    pub lang: Lang,
    /// 本区
    pub district: District,
    /// 期间 in words: `2026年3月`.
    pub period: String,
    /// 食品大类 named in it, in the order of the dictionary.
    pub classes: Vec<String>,
    /// 不合格
    pub failing: Vec<Batch>,
    /// 合格
    pub passing: Vec<Batch>,
    /// 承办监管所 that dispose of the failing batches.
    pub offices: Vec<String>,
    /// 签发情况
    pub front: Front,
}

#[derive(Serialize)]
struct Told<'a> {
    body: &'a str,
    period: &'a str,
    classes: String,
    class_count: String,
    total: String,
    passing_count: String,
    failing_count: String,
    rate: String,
    offices: String,
    failing: &'a [Batch],
    passing: &'a [Batch],
}

/// 不合格率 to two decimals, rounded as every rate of the house is; of nothing there is none.
fn rate(failing: usize, total: usize) -> String {
    shiyan_indicators::exact::percent(failing as u64, total as u64, None).map_or_else(|| "—".to_owned(), |p| format!("{p}%"))
}

impl Notice {
    fn told(&self) -> Told<'_> {
        let joint = self.lang.pick("、", ", ");
        let offices: BTreeSet<&str> = self.offices.iter().map(String::as_str).collect();
        // as text: a notice does not part thousands
        Told {
            body: self.district.body.pick(self.lang),
            period: &self.period,
            classes: self.classes.join(joint),
            class_count: self.classes.len().to_string(),
            total: (self.failing.len() + self.passing.len()).to_string(),
            passing_count: self.passing.len().to_string(),
            failing_count: self.failing.len().to_string(),
            rate: rate(self.failing.len(), self.failing.len() + self.passing.len()),
            offices: offices.into_iter().collect::<Vec<_>>().join(joint),
            failing: &self.failing,
            passing: &self.passing,
        }
    }
    /// P40 the notice with its annexes.
    ///
    /// # Errors
    /// What its template says.
    pub fn notice(&self, office: &Office) -> Result<Letter, ReportError> {
        letter(template::of(&template::NOTICE, self.lang), &self.told(), &self.front, office)
    }
    /// P41 the annexes alone.
    ///
    /// # Errors
    /// What its template says.
    pub fn annexes(&self, office: &Office) -> Result<Letter, ReportError> {
        letter(template::of(&template::NOTICE_ANNEX, self.lang), &self.told(), &self.front, office)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(analyte: &str, result: &str, limit: &str, unit: &str) -> String {
        let said = (String::new(), String::new());
        item(&ReportItem {
            analyte: analyte.into(),
            unit: unit.into(),
            limit: limit.into(),
            result: result.into(),
            method: String::new(),
            basis: String::new(),
            verdict: said,
            note: String::new(),
            failed: Some(true),
            working: Vec::new(),
        })
    }
    #[test]
    fn a_failing_item_names_result_and_limit_with_their_units_once() {
        assert_eq!(of("腐霉利", "0.56", "≤0.2", "mg/kg"), "腐霉利║0.56mg/kg║≤0.2mg/kg");
        assert_eq!(of("菌落总数", "n1=2.5×10⁶", "n=5,c=2,m=10000,M=100000", "CFU/g"), "菌落总数║n1=2.5×10⁶CFU/g║n=5,c=2,m=10000,M=100000CFU/g");
        assert_eq!(of("孔雀石绿", "1.2", "不得检出", "μg/kg"), "孔雀石绿║1.2μg/kg║不得检出");
        assert_eq!(of("铅", "310", "≤0.2 mg/kg", "μg/kg"), "铅║310μg/kg║≤0.2 mg/kg");
        assert_eq!(of("沙门氏菌", "检出", "n=5,c=0,m=0", "/25g"), "沙门氏菌║检出║n=5,c=0,m=0/25g");
        assert_eq!(of("酸价", "5.1mg/g", "≤3", "mg/g"), "酸价║5.1mg/g║≤3mg/g");
    }
    #[test]
    fn a_rate_is_cut_off_and_not_rounded() {
        assert_eq!((rate(15, 278).as_str(), rate(1, 3).as_str(), rate(0, 0).as_str(), rate(2, 3).as_str()), ("5.40%", "33.33%", "—", "66.67%"));
    }
}
