//! What kind of batch it is: the axes every count is cut by.

use serde::{Deserialize, Serialize};

use crate::ids::PopulationId;
use crate::{Decimal, labels};

labels! {
    /// 任务类别 what a batch is taken for (抽检办法 arts 52, 53).
    pub enum TaskKind {
        Supervisory = "supervisory", "监督抽检", "Supervisory sampling";
        Evaluative = "evaluative", "评价性抽检", "Evaluative sampling";
        RiskMonitoring = "risk_monitoring", "风险监测", "Risk monitoring";
    }
}
labels! {
    /// 任务级别 who ordered it.
    pub enum TaskLevel {
        National = "national", "国抽", "National";
        Transferred = "transferred", "转移地方", "Transferred to local";
        Provincial = "provincial", "省抽", "Provincial";
        City = "city", "市抽", "City";
        District = "district", "区抽", "District";
    }
}
labels! {
    /// 部门 the department that ordered it.
    pub enum Department {
        Market = "market", "市场监管", "Market regulation";
        Agriculture = "agriculture", "农业农村", "Agriculture";
        Health = "health", "卫健", "Health";
        Grain = "grain", "粮食", "Grain";
    }
}
labels! {
    /// 抽样环节 where in the chain it was taken.
    pub enum Link {
        Production = "production", "生产", "Production";
        Circulation = "circulation", "流通", "Circulation";
        Catering = "catering", "餐饮", "Catering";
    }
}
labels! {
    /// 检验结论 the conclusion of one sample.
    pub enum Outcome {
        Pass = "pass", "合格", "Conforming";
        Fail = "fail", "不合格", "Nonconforming";
        Problem = "problem", "问题", "Problem";
        Undetermined = "undetermined", "不判定", "No verdict";
    }
}
labels! {
    /// 人口口径 what the population figure counts.
    pub enum PopulationBasis {
        Census7 = "census7", "七普常住人口", "7th census, residents";
        Census6 = "census6", "六普常住人口", "6th census, residents";
        YearEnd = "year_end", "年末常住人口", "Year-end residents";
        SampleSurvey = "sample_survey", "抽样推算", "Sample survey estimate";
    }
}
labels! {
    /// 处罚决定 what was decided on a penalty; the words are the choices of the step 行政处罚.
    pub enum Penalty {
        Filed = "filed", "立案处罚", "Penalised";
        Exempted = "exempted", "免予处罚（食品安全法第136条）", "Exempted (Food Safety Law, article 136)";
        NotFiled = "not_filed", "不予立案", "Not filed";
    }
}
labels! {
    /// 人口范围 which boundary it counts.
    pub enum Boundary {
        Division = "division", "行政区划全域", "Whole administrative division";
        Governed = "governed", "本区实际管辖（不含郑东新区）", "Governed by the district (without Zhengdong)";
    }
}

/// 人口行 one population figure with its basis, boundary and source; there is no single right number, because sources count other people and other boundaries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// Row id, part of the scope of every indicator that divides by it.
    pub id: PopulationId,
    /// Year the figure is for.
    pub year: i32,
    /// Area code, e.g. `410105`.
    pub area_code: String,
    /// 人口数, people.
    pub people: u64,
    /// 口径
    pub basis: PopulationBasis,
    /// 范围
    pub boundary: Boundary,
    /// 来源 where the figure comes from.
    pub source: String,
}

/// ceil(target per mille × people ÷ 1000), exact.
#[must_use]
pub fn required_batches(target_per_mille: Decimal, people: u64) -> u64 {
    // A product too large for a decimal is no population of this world; the ceiling then can never be reached, which does not flatter.
    let exact = target_per_mille.checked_mul(Decimal::from(people)).map(|product| product / Decimal::from(1000));
    exact.and_then(|e| e.ceil().try_into().ok()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn required_is_the_ceiling_of_the_exact_product() {
        let four = Decimal::from(4);
        assert_eq!(required_batches(four, 1_588_611), 6_355);
        assert_eq!(required_batches(four, 1_333_000), 5_332);
        assert_eq!(required_batches(four, 2_162_700), 8_651);
        assert_eq!(required_batches(four, 1_302_000), 5_208);
    }
}
