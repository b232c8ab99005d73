//! P20 食品安全抽样检验结果通知书 with its 回执: the failing result, the rights and their terms, the duties now (抽检办法 arts 29–32, 37, 40, 42). One notice for whoever
//! is addressed, all of the same batch in one file.

use serde::Serialize;
use shiyan_foundation::Lang;

use super::{Front, Letter, letter, said};
use crate::template;
use crate::{Office, ReportError, annual};
use chrono::NaiveDate;

/// 身份 of whoever is addressed: what the notice calls them, and whether they may ask for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 被抽样单位
    Sampled,
    /// 标称生产者
    Producer,
    /// 集中交易市场开办者
    MarketOpener,
    /// 网络食品交易第三方平台提供者
    Platform,
}

/// 受通知人
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// 名称
    pub name: String,
    /// 身份
    pub standing: Standing,
    /// 送达日期 where it is on record: the last days are counted from it.
    pub recheck_until: Option<NaiveDate>,
    /// 异议期限届满日, in the same way.
    pub objection_until: Option<NaiveDate>,
}

/// 样品 as the report names it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Goods {
    /// 食品名称
    pub food: String,
    /// 商标
    pub brand: String,
    /// 规格型号
    pub spec: String,
    /// 生产日期/批号
    pub made: String,
    /// 质量等级
    pub grade: String,
    /// 抽样单编号
    pub sheet: String,
    /// 被抽样单位
    pub operator: String,
    /// 标称生产者
    pub producer: String,
}

impl Goods {
    fn shown(&self) -> Self {
        let mut goods = self.clone();
        for text in
            [&mut goods.food, &mut goods.brand, &mut goods.spec, &mut goods.made, &mut goods.grade, &mut goods.sheet, &mut goods.operator, &mut goods.producer]
        {
            *text = said(text);
        }
        goods
    }
}

/// 不合格项目
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailingItem {
    /// 项目
    pub item: String,
    /// 检验结果, with its unit.
    pub value: String,
    /// 标准值, with its unit.
    pub limit: String,
    /// 判定依据
    pub basis: String,
    /// 微生物 which the law lets nobody recheck.
    pub microbial: bool,
}

/// P20 what the notice is told.
#[derive(Debug, Clone)]
pub struct ResultNotice {
    /// Language.
    pub lang: Lang,
    /// 发出单位
    pub body: String,
    /// 受通知人, a notice each.
    pub to: Vec<Addressee>,
    /// 抽样日期 in words.
    pub sampled_on: String,
    /// 样品
    pub goods: Goods,
    /// 检验机构
    pub lab: String,
    /// 检验报告编号
    pub report: String,
    /// 不合格项目 of that report, and no others.
    pub items: Vec<FailingItem>,
    /// 签发情况
    pub front: Front,
}

#[derive(Serialize)]
struct ToldTo<'a> {
    name: &'a str,
    sampled: bool,
    producer: bool,
    market: bool,
    platform: bool,
    asks: bool,
    recheck_until: String,
    objection_until: String,
}

#[derive(Serialize)]
struct Told<'a> {
    body: &'a str,
    to: Vec<ToldTo<'a>>,
    sampled_on: &'a str,
    goods: Goods,
    lab: &'a str,
    report: &'a str,
    items: &'a [FailingItem],
    microbial: String,
    recheckable: String,
}

impl ResultNotice {
    /// P20 the notices.
    ///
    /// # Errors
    /// What its template says.
    pub fn letter(&self, office: &Office) -> Result<Letter, ReportError> {
        let last = |on: Option<NaiveDate>| on.map(|on| annual::date(on, self.lang)).unwrap_or_default();
        fn to<'a>(last: impl Fn(Option<NaiveDate>) -> String) -> impl Fn(&'a Addressee) -> ToldTo<'a> {
            move |a| ToldTo {
                name: &a.name,
                sampled: a.standing == Standing::Sampled,
                producer: a.standing == Standing::Producer,
                market: a.standing == Standing::MarketOpener,
                platform: a.standing == Standing::Platform,
                asks: matches!(a.standing, Standing::Sampled | Standing::Producer),
                recheck_until: last(a.recheck_until),
                objection_until: last(a.objection_until),
            }
        }
        let joint = self.lang.pick("、", ", ");
        let named = |microbial: bool| self.items.iter().filter(|i| i.microbial == microbial).map(|i| i.item.as_str()).collect::<Vec<_>>().join(joint);
        let told = Told {
            body: &self.body,
            to: self.to.iter().map(to(last)).collect(),
            sampled_on: &self.sampled_on,
            goods: self.goods.shown(),
            lab: &self.lab,
            report: &self.report,
            items: &self.items,
            microbial: named(true),
            recheckable: named(false),
        };
        letter(template::of(&template::RESULT, self.lang), &told, &self.front, office)
    }
}
