//! Laboratories, settings, streets, people, holidays, and what was imported.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shiyan_foundation::area::Street;
use shiyan_foundation::ids::LabId;
use shiyan_foundation::task::Population;
use shiyan_foundation::{Instant, Label, NaiveDate};

use crate::entity as e;
use crate::journal::stamp;
use crate::record::{Record, Row, record};

/// 承检机构
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laboratory {
    /// Id.
    pub id: LabId,
    /// 名称
    pub name: String,
    /// 地址
    pub address: String,
    /// 电话
    pub phone: String,
    /// 邮编
    pub zip: String,
    /// CMA number, if any; the mark itself is printed only where a site supplies it.
    pub cma: String,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

/// 设置 one named setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Name.
    pub key: String,
    /// Value.
    pub value: serde_json::Value,
    /// Revision.
    pub revision: i64,
}

/// 街道 with its revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreetRecord {
    /// The street.
    pub street: Street,
    /// Revision.
    pub revision: i64,
}

/// 人口行 with its revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopulationRecord {
    /// The row.
    pub row: Population,
    /// Chosen as the default row of the indicators.
    pub chosen: bool,
    /// Revision.
    pub revision: i64,
}

/// 年度节假日 the days of one year, imported over the shipped table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    /// Year.
    pub year: i32,
    /// 放假
    pub off: BTreeSet<NaiveDate>,
    /// 调休上班
    pub work: BTreeSet<NaiveDate>,
    /// 通知文号或网址
    pub source: String,
    /// Revision.
    pub revision: i64,
}

/// 公布结果 one row of a published table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedResult {
    /// Hash of the canonical cells and the occurrence within its file.
    pub id: String,
    /// The run that brought it in.
    pub run_id: String,
    /// Row in the file, 1-based.
    pub row_no: i64,
    /// 食品名称
    pub product: String,
    /// 分类
    pub category: String,
    /// 标称生产企业
    pub producer: String,
    /// 被抽样单位
    pub site: String,
    /// 不合格项目, 结果, 限量 as printed.
    pub items: Vec<[String; 3]>,
    /// 判定 as published.
    pub verdict: String,
    /// 发布单位
    pub issuer: String,
    /// 发布日期 as printed.
    pub published_on: String,
    /// Every cell verbatim: header, text.
    pub cells: Vec<(String, String)>,
}

/// 导入记录
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRun {
    /// Key.
    pub id: String,
    /// What.
    pub kind: String,
    /// File name as uploaded.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_sha256: String,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: String,
    /// Rows in the file.
    pub row_count: i64,
    /// Rows that were new.
    pub new_count: i64,
    /// Totals by verdict and by category, as read.
    pub totals: serde_json::Value,
}

record!(Laboratory, laboratory, "lab", key |l| l.id.to_string(), revision |l| l.revision, demo |l| l.demo, row |r| { name: r.name.clone(), demo: r.demo });
record!(Setting, setting, "setting", key | s | s.key.clone(), revision | s | s.revision, demo | _ | false, row | _r | {});
record!(CalendarYear, calendar_year, "calendar", key | c | c.year.to_string(), revision | c | c.revision, demo | _ | false, row | _r | {});
record!(StreetRecord, street, "street", key |s| s.street.code.clone(), revision |s| s.revision, demo |_| false, row |r| {
    name: r.street.name.clone(), admin: r.street.admin.code().to_owned(),
});
record!(PopulationRecord, population, "population", key |p| p.row.id.to_string(), revision |p| p.revision, demo |_| false, row |r| {
    year: i64::from(r.row.year), people: i64::try_from(r.row.people).unwrap_or(i64::MAX),
});
record!(PublishedResult, published_result, "published", key |p| p.id.clone(), revision |_| 0, demo |_| false, row |r| {
    run_id: r.run_id.clone(), row_no: r.row_no, product: r.product.clone(), category: r.category.clone(), producer: r.producer.clone(), verdict: r.verdict.clone(),
    issuer: r.issuer.clone(), published_on: r.published_on.clone(),
});
record!(ImportRun, import_run, "import", key |i| i.id.clone(), revision |_| 0, demo |_| false, row |r| {
    kind: r.kind.clone(), file_name: r.file_name.clone(), file_sha256: r.file_sha256.clone(), at: stamp(r.at), row_count: r.row_count, new_count: r.new_count,
});
