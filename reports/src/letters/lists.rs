//! P63 三清单 问题清单、整改清单、问责清单 of a period: what the program has on record of failing batches and their disposal; who is held to account a person decides and
//! writes in.

use serde::Serialize;
use shiyan_foundation::Lang;

use super::{Front, Letter, letter, said};
use crate::template;
use crate::{Office, ReportError};

/// 问题
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Problem {
    /// 问题编号, never used twice.
    pub no: String,
    /// 发现日期
    pub found_on: String,
    /// 来源
    pub source: String,
    /// 领域（指标）
    pub field: String,
    /// 问题描述
    pub what: String,
    /// 证据
    pub proof: String,
    /// 责任单位
    pub unit: String,
    /// 责任人
    pub person: String,
    /// 严重程度
    pub severity: String,
}

/// 整改 of a problem; what is empty is left open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Correction {
    /// 问题编号
    pub no: String,
    /// 整改措施
    pub measures: String,
    /// 责任单位
    pub unit: String,
    /// 责任人
    pub person: String,
    /// 时限
    pub due: String,
    /// 进展
    pub progress: String,
    /// 完成日期
    pub done_on: String,
    /// 验收人、日期
    pub accepted: String,
    /// 是否销号
    pub closed: String,
    /// 佐证
    pub proof: String,
}

/// P63 what the lists are told.
#[derive(Debug, Clone)]
pub struct Lists {
    /// Language.
    pub lang: Lang,
    /// 填报单位
    pub body: String,
    /// 期间 in words.
    pub period: String,
    /// 截至
    pub as_of: String,
    /// 问题清单
    pub problems: Vec<Problem>,
    /// 整改清单, of the same problems.
    pub corrections: Vec<Correction>,
    /// 签发情况
    pub front: Front,
}

#[derive(Serialize)]
struct Told<'a> {
    body: &'a str,
    period: &'a str,
    as_of: &'a str,
    problems: Vec<Problem>,
    corrections: &'a [Correction],
    count: String,
    closed_count: String,
}

impl Lists {
    /// P63 the lists.
    ///
    /// # Errors
    /// What its template says.
    pub fn letter(&self, office: &Office) -> Result<Letter, ReportError> {
        let shown = |p: &Problem| Problem { proof: said(&p.proof), ..p.clone() };
        let told = Told {
            body: &self.body,
            period: &self.period,
            as_of: &self.as_of,
            problems: self.problems.iter().map(shown).collect(),
            corrections: &self.corrections,
            count: self.problems.len().to_string(),
            closed_count: self.corrections.iter().filter(|c| !c.done_on.is_empty()).count().to_string(),
        };
        letter(template::of(&template::LISTS, self.lang), &told, &self.front, office)
    }
}
