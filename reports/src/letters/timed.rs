//! P12 食品安全抽样检验限时报告情况表 the timed report of a batch that may do serious harm (抽检办法 art 28): by the laboratory to the regulator of the place, at once.

use serde::Serialize;
use shiyan_foundation::Lang;

use super::{Front, Letter, letter, said};
use crate::template;
use crate::{Office, ReportError};

/// 情况 one failing item of the batch; `/` where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TimedRow {
    /// 样品编号
    pub sheet: String,
    /// 产品名称
    pub food: String,
    /// 生产日期
    pub made: String,
    /// 规格型号
    pub spec: String,
    /// 商标
    pub brand: String,
    /// 生产企业名称
    pub producer: String,
    /// 生产单位详细地址
    pub producer_address: String,
    /// 采样区域
    pub area: String,
    /// 采样地点
    pub place: String,
    /// 检测项目
    pub item: String,
    /// 方法标准
    pub method: String,
    /// 检测值, with its unit.
    pub value: String,
    /// 标准值, with its unit.
    pub limit: String,
    /// 判定依据
    pub basis: String,
    /// 结果说明
    pub note: String,
}

impl TimedRow {
    fn shown(&self) -> Self {
        let mut row = self.clone();
        for text in [
            &mut row.sheet,
            &mut row.food,
            &mut row.made,
            &mut row.spec,
            &mut row.brand,
            &mut row.producer,
            &mut row.producer_address,
            &mut row.area,
            &mut row.place,
            &mut row.item,
            &mut row.method,
            &mut row.value,
            &mut row.limit,
            &mut row.basis,
            &mut row.note,
        ] {
            *text = said(text);
        }
        row
    }
}

/// P12 what the table is told. What is `None` is an open line for the pen.
#[derive(Debug, Clone)]
pub struct Timed {
    /// Language.
    pub lang: Lang,
    /// 编号
    pub number: Option<String>,
    /// 主送 the regulator of the place.
    pub to: String,
    /// 计划 by which the batch was sampled.
    pub plan: String,
    /// 检验机构
    pub lab: String,
    /// 检验机构电话
    pub phone: Option<String>,
    /// 情况, an item a row.
    pub rows: Vec<TimedRow>,
    /// 发现并确认时间 when the failing conclusion was made, to the minute.
    pub confirmed_at: Option<String>,
    /// 最迟报告时间
    pub due: Option<String>,
    /// 签发情况
    pub front: Front,
}

#[derive(Serialize)]
struct Told<'a> {
    serial: &'a str,
    to: &'a str,
    plan: &'a str,
    lab: &'a str,
    phone: &'a str,
    rows: Vec<TimedRow>,
    item_count: String,
    confirmed_at: &'a str,
    due: &'a str,
}

impl Timed {
    /// P12 the table.
    ///
    /// # Errors
    /// What its template says.
    pub fn letter(&self, office: &Office) -> Result<Letter, ReportError> {
        fn open(text: &Option<String>) -> &str {
            text.as_deref().unwrap_or_default()
        }
        let told = Told {
            serial: open(&self.number),
            to: &self.to,
            plan: &self.plan,
            lab: &self.lab,
            phone: open(&self.phone),
            rows: self.rows.iter().map(TimedRow::shown).collect(),
            item_count: self.rows.len().to_string(),
            confirmed_at: open(&self.confirmed_at),
            due: open(&self.due),
        };
        letter(template::of(&template::TIMED, self.lang), &told, &self.front, office)
    }
}
