//! P62 食品安全监督抽检情况通告 of a quarter or half-year, 通报 of a month: totals and rates as the statistics count them, the classes up and down, the kinds of items,
//! the disposal.

use serde::Serialize;
use shiyan_foundation::Lang;
use shiyan_foundation::area::District;

use super::{Front, Letter, letter};
use crate::template;
use crate::{Office, ReportError};

/// 合计 of this period and the same one a year before. Counts are texts: official papers of this kind do not part thousands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// 批次
    pub batches: String,
    /// 合格
    pub passing: String,
    /// 不合格
    pub failing: String,
    /// 不合格率 as the statistics show it.
    pub rate: String,
    /// 上年同期批次
    pub batches_before: String,
    /// 上年同期不合格率
    pub rate_before: String,
    /// 百分点 without its sign; empty where one of them shows no percentage.
    pub change: String,
    /// It went up.
    pub up: bool,
    /// It stayed.
    pub same: bool,
}

/// 食品大类
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassLine {
    /// 名称
    pub name: String,
    /// 批次
    pub batches: String,
    /// 合格
    pub passing: String,
    /// 不合格
    pub failing: String,
    /// 不合格率
    pub rate: String,
    /// 增减, signed; `—` where it is not compared.
    pub change: String,
}

/// 项目类别
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// 名称
    pub name: String,
    /// 项次
    pub count: String,
    /// 占比
    pub share: String,
}

/// 核查处置 of the cases opened in the period.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Disposal {
    /// 启动
    pub opened: String,
    /// 其中已办结
    pub closed: String,
}

/// P62 what the bulletin is told.
#[derive(Debug, Clone)]
pub struct Bulletin {
    /// Language.
    pub lang: Lang,
    /// 本区
    pub district: District,
    /// 期间 in words.
    pub period: String,
    /// 月度通报, not a notice to the public.
    pub monthly: bool,
    /// 统计口径
    pub scope: String,
    /// 统计截止日 in words.
    pub as_of: String,
    /// 合计
    pub total: Totals,
    /// 大宗食品 the five staples that were sampled.
    pub staples: Vec<ClassLine>,
    /// 食品大类 in the order of the dictionary.
    pub classes: Vec<ClassLine>,
    /// Classes whose rate went up, and down.
    pub moved: (usize, usize),
    /// 不合格项目类别
    pub groups: Vec<Share>,
    /// 核查处置
    pub disposal: Disposal,
    /// 签发情况
    pub front: Front,
}

#[derive(Serialize)]
struct Told<'a> {
    body: &'a str,
    period: &'a str,
    monthly: bool,
    scope: &'a str,
    as_of: &'a str,
    total: &'a Totals,
    staples: &'a [ClassLine],
    classes: &'a [ClassLine],
    class_count: String,
    rising: String,
    falling: String,
    groups: &'a [Share],
    disposal: &'a Disposal,
}

impl Bulletin {
    /// P62 the bulletin.
    ///
    /// # Errors
    /// What its template says.
    pub fn letter(&self, office: &Office) -> Result<Letter, ReportError> {
        let told = Told {
            body: self.district.body.pick(self.lang),
            period: &self.period,
            monthly: self.monthly,
            scope: &self.scope,
            as_of: &self.as_of,
            total: &self.total,
            staples: &self.staples,
            classes: &self.classes,
            class_count: self.classes.len().to_string(),
            rising: self.moved.0.to_string(),
            falling: self.moved.1.to_string(),
            groups: &self.groups,
            disposal: &self.disposal,
        };
        letter(template::of(&template::BULLETIN, self.lang), &told, &self.front, office)
    }
}
