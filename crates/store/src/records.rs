//! The stored nouns: domain types as they are, and the few that exist only because they are stored.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shiyan_dispatch::IssuedPaper;
use shiyan_foundation::area::Street;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{LabId, UserId};
use shiyan_foundation::task::Population;
use shiyan_foundation::{Actor, Instant, Label, NaiveDate, Role, Scope};
use shiyan_lab_results::bench::{Instrument, ProfileVersion, Worksheet, WorksheetTemplate};
use shiyan_lab_results::order::{Meaning, TestItem, TestOrder};
use shiyan_lab_results::report::TestReport;
use shiyan_nonconformity::Case;
use shiyan_rapid_test::{FollowUp, Point, Reading};
use shiyan_sample_intake::parties::{Market, Operator, Producer, Stall, plain};
use shiyan_sample_intake::{Sample, SampleState};
use shiyan_sampling_plan::Plan;
use shiyan_statute::{Clock, LimitRow, LimitRule};

use crate::entity as e;
use crate::journal::stamp;
use crate::record::{Record, Row};

/// 账号
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAccount {
    /// Id.
    pub id: UserId,
    /// 登录名
    pub username: String,
    /// 姓名
    pub name: String,
    /// argon2id hash in PHC form.
    pub password_hash: String,
    /// 角色
    pub roles: BTreeSet<Role>,
    /// 数据范围
    pub scope: Scope,
    /// 授权签字范围: words that a method must contain; `*` is any.
    pub sign_scope: Vec<String>,
    /// 启用
    pub active: bool,
    /// Must choose a new password at the next login.
    pub must_change: bool,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
    /// 动态口令
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondFactor>,
}

/// 动态口令 the second factor of an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Secret in base 32, as the phone holds it.
    pub secret: String,
    /// A first code proved that the phone has it; until then nothing is asked for.
    pub confirmed: bool,
    /// Step of the last code used: it and those before it are spent.
    pub last_step: i64,
    /// 恢复码 hashes of those not used yet.
    pub recovery: BTreeSet<String>,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactor").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

impl UserAccount {
    /// The second factor in use.
    #[must_use]
    pub fn second_factor(&self) -> Option<&SecondFactor> {
        self.second.as_ref().filter(|s| s.confirmed)
    }
    /// The person as the domain knows them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { id: self.id, name: self.name.clone(), roles: self.roles.clone(), scope: self.scope.clone() }
    }
}

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

/// 限量行 with who activated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRecord {
    /// The row with its present status.
    pub row: LimitRow,
    /// 启用人
    pub activated_by: Option<String>,
    /// 启用时间
    pub activated_at: Option<Instant>,
    /// Revision.
    pub revision: i64,
}

/// 核对 who put a draft to use or rejected it, on what word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageCheck {
    /// Printed name.
    pub by: String,
    /// When.
    pub at: Instant,
    /// What was compared with what.
    pub statement: String,
}

/// 检验项目包 the items a food gets by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPackage {
    /// Key.
    pub key: String,
    /// 年份 of the sampling plan it belongs to; 0 is any year.
    #[serde(default)]
    pub year: i32,
    /// 食品分类 it is for; the most specific wins.
    pub category: CategoryPath,
    /// Items: analyte, unit, method.
    pub items: Vec<PackageItem>,
    /// 停用 replaced by a later import of the same year and food; orders that pinned it keep it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// 来源
    pub source: String,
    /// 待核对 a draft: no order takes it before somebody has looked at the printed rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// 核对
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<PackageCheck>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

impl ItemPackage {
    /// 随程序发布 it came with the program.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.key.starts_with('S')
    }
    /// 待核对 it waits for the 质量负责人.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.draft && !self.retired
    }
}

/// One item of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageItem {
    /// 检验项目
    pub analyte: String,
    /// 结果单位
    pub unit: String,
    /// 检验依据
    pub method: String,
    /// 判定依据 that the rules of the year name for it; the limit itself comes from the library.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// 任务级判定依据, which stands above the library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<PackageLimit>,
}

/// 任务级判定依据 the limit that the task itself sets for an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageLimit {
    /// 限量规则
    pub rule: LimitRule,
    /// 限量单位
    pub unit: String,
    /// 判定依据
    pub basis: String,
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

/// 样品行 wraps the sample with who created the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRecord {
    /// The sample.
    #[serde(flatten)]
    pub sample: Sample,
    /// Who began it.
    pub created_by: UserId,
}

/// 跟进 with the point it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUpRecord {
    /// The follow-up.
    #[serde(flatten)]
    pub follow_up: FollowUp,
    /// The point.
    pub point: shiyan_foundation::ids::PointId,
    /// 演示数据
    pub demo: bool,
}

/// 读数 with the street of its point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingRecord {
    /// The reading.
    #[serde(flatten)]
    pub reading: Reading,
    /// Street of the point.
    pub street: String,
}

/// 时限钟 with its revision and scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRecord {
    /// The clock.
    #[serde(flatten)]
    pub clock: Clock,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

fn day(at: Instant) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// `created`: a revision that a record without one of its own has for ever.
macro_rules! record {
    ($ty:ty, $module:ident, $subject:literal, key $key:expr, revision $revision:expr, demo $demo:expr, row |$r:ident| { $($field:ident : $value:expr),* $(,)? } $(, files $files:expr)?) => {
        impl Record for $ty {
            type Entity = e::$module::Entity;
            const SUBJECT: &'static str = $subject;
            fn key(&self) -> String { let f: fn(&$ty) -> String = $key; f(self) }
            fn revision(&self) -> i64 { let f: fn(&$ty) -> i64 = $revision; f(self) }
            fn demo(&self) -> bool { let f: fn(&$ty) -> bool = $demo; f(self) }
            $(fn files(&self) -> Vec<&str> { let f: fn(&$ty) -> Vec<&str> = $files; f(self) })?
            fn row(&self, detail: String, content_hash: String) -> Row<Self> {
                let $r = self;
                e::$module::Model { id: self.key(), revision: self.revision(), $($field: $value,)* detail, content_hash }
            }
            fn columns() -> (e::$module::Column, e::$module::Column) { (e::$module::Column::Id, e::$module::Column::Revision) }
            fn detail(row: &Row<Self>) -> &str { &row.detail }
            fn stored_hash(row: &Row<Self>) -> &str { &row.content_hash }
        }
    };
}

record!(UserAccount, user_account, "user", key |u| u.id.to_string(), revision |u| u.revision, demo |u| u.demo, row |r| {
    username: r.username.clone(), name: r.name.clone(), active: r.active, demo: r.demo,
});
record!(Laboratory, laboratory, "lab", key |l| l.id.to_string(), revision |l| l.revision, demo |l| l.demo, row |r| { name: r.name.clone(), demo: r.demo });
record!(Setting, setting, "setting", key | s | s.key.clone(), revision | s | s.revision, demo | _ | false, row | _r | {});
record!(CalendarYear, calendar_year, "calendar", key | c | c.year.to_string(), revision | c | c.revision, demo | _ | false, row | _r | {});
record!(StreetRecord, street, "street", key |s| s.street.code.clone(), revision |s| s.revision, demo |_| false, row |r| {
    name: r.street.name.clone(), admin: r.street.admin.code().to_owned(),
});
record!(PopulationRecord, population, "population", key |p| p.row.id.to_string(), revision |p| p.revision, demo |_| false, row |r| {
    year: i64::from(r.row.year), people: i64::try_from(r.row.people).unwrap_or(i64::MAX),
});
record!(LimitRecord, limit_row, "limit", key |l| l.row.id.clone(), revision |l| l.revision, demo |l| l.row.id.starts_with("DEMO"), row |r| {
    analyte: r.row.analyte.clone(), category: r.row.category_text.clone(), status: r.row.status.code().to_owned(), effective_from: r.row.effective_from.to_string(),
});
record!(ItemPackage, item_package, "package", key |p| p.key.clone(), revision |p| p.revision, demo |p| p.demo, row |r| { category: r.category.text(), demo: r.demo });
record!(Plan, plan, "plan", key |p| p.id.to_string(), revision |p| p.revision, demo |p| p.demo, row |r| {
    year: i64::from(r.year), state: r.state.code().to_owned(), demo: r.demo,
});
record!(SampleRecord, sample, "sample", key |s| s.sample.id.to_string(), revision |s| s.sample.revision, demo |s| s.sample.demo, row |r| {
    sampling_no: number(&r.sample),
    state: r.sample.state.code().to_owned(),
    kind: core(&r.sample, |c| c.kind.code().to_owned()),
    level: core(&r.sample, |c| c.level.code().to_owned()),
    department: core(&r.sample, |c| c.department.code().to_owned()),
    link: core(&r.sample, |c| c.link.code().to_owned()),
    place: r.sample.sheet.get("place").to_owned(),
    class: r.sample.sheet.get("cat1").to_owned(),
    category: core(&r.sample, |c| c.category.text()),
    street: r.sample.sheet.get("street").to_owned(),
    area_kind: core(&r.sample, |c| c.area_kind.code().to_owned()),
    online: r.sample.core.as_ref().is_some_and(|c| c.online),
    temporary: r.sample.core.as_ref().is_some_and(|c| c.temporary_no),
    name: r.sample.sheet.get("name").to_owned(),
    site_name: r.sample.sheet.get("site_name").to_owned(),
    lab: r.sample.sheet.get("lab_org").to_owned(),
    sampled_on: r.sample.core.as_ref().map_or_else(String::new, |c| c.sampled_on.to_string()),
    received_on: r.sample.reception.as_ref().filter(|_| r.sample.state == SampleState::Received).and_then(|x| x.at).map(day),
    sampler_a: sampler(&r.sample, 0),
    sampler_b: sampler(&r.sample, 1),
    created_by: r.created_by.to_string(),
    operator_id: text(r.sample.parties.operator),
    producer_id: text(r.sample.parties.producer),
    market_id: text(r.sample.parties.market),
    stall_id: text(r.sample.parties.stall),
    demo: r.sample.demo,
});
record!(TestOrder, test_order, "order", key |o| o.id.to_string(), revision |o| o.revision, demo |o| o.demo, row |r| {
    sample_id: r.sample.to_string(),
    state: r.state.code().to_owned(),
    outcome: r.in_force.as_ref().or(r.conclusion.as_ref()).map(|c| c.outcome.code().to_owned()),
    concluded_on: r.in_force.as_ref().or(r.conclusion.as_ref()).map(|c| day(c.at)),
    issued_on: r.issued_at.map(day),
    report_due_on: r.report_due_on.to_string(),
    sampler_a: r.samplers.first().map_or_else(String::new, |(id, _)| id.to_string()),
    sampler_b: r.samplers.get(1).map_or_else(String::new, |(id, _)| id.to_string()),
    main_analyst: signed(r, Meaning::MainAnalyst),
    checker: signed(r, Meaning::Checker),
    reviewer: signed(r, Meaning::Reviewer),
    signatory: signed(r, Meaning::Signatory),
    demo: r.demo,
});
record!(TestItem, test_item, "item", key |i| i.id.to_string(), revision |i| i.revision, demo |i| i.demo, row |r| {
    order_id: r.order.to_string(), sample_id: r.sample.to_string(), position: i64::from(r.position), analyte: r.analyte.clone(), analyte_group: r.group.clone(),
    method: r.method.clone(), worksheet_id: r.worksheet.map(|w| w.to_string()),
    verdict: r.verdict().map(|v| v.code().to_owned()), analyst: r.analyst.as_ref().map(|(id, _)| id.to_string()),
    lab: r.peers.as_ref().map_or_else(String::new, |p| p.lab.clone()), category: r.peers.as_ref().map_or_else(String::new, |p| p.category.clone()),
    value: reading(r), demo: r.demo,
});
record!(Worksheet, worksheet, "worksheet", key |w| w.id.to_string(), revision |w| w.revision, demo |w| w.demo, row |r| {
    no: r.no.clone(), method: r.method.clone(), lab: r.lab.clone(), state: r.state.code().to_owned(), analyst: r.analyst.as_ref().map(|(id, _)| id.to_string()),
    due_on: r.due_on.to_string(), demo: r.demo,
}, files |w| w.files.iter().map(|f| f.sha256.as_str()).collect());
record!(WorksheetTemplate, worksheet_template, "template", key |t| t.key.clone(), revision |t| t.revision, demo |t| t.demo, row |r| { method: r.method.clone(), demo: r.demo });
record!(Instrument, instrument, "instrument", key |i| i.id.to_string(), revision |i| i.revision, demo |i| i.demo, row |r| { no: r.no.clone(), active: r.active, demo: r.demo });
record!(ProfileVersion, instrument_profile, "profile", key |p| p.id(), revision |p| p.revision, demo |_| false, row |r| {
    key: r.key.clone(), version: i64::from(r.version), state: r.state.code().to_owned(),
});
record!(TestReport, test_report, "report", key |r| r.id.to_string(), revision |_| 0, demo |r| r.demo, row |r| {
    order_id: r.order.to_string(), sample_id: r.sample.to_string(), number: r.number.clone(), amendment: i64::from(r.amendment), issued_on: day(r.issued_at),
    verify_code: r.verify_code.clone(), pdf_sha256: r.pdf_sha256.clone(), demo: r.demo,
}, files |r| r.pdf_sha256.as_deref().into_iter().collect());
record!(IssuedPaper, paper, "paper", key |p| p.id.to_string(), revision |p| p.revision, demo |p| p.demo, row |r| {
    kind: r.kind.clone(), subject: r.subject.clone(), word: r.number.as_ref().map(|n| n.word.clone()), year: i64::from(chrono::Datelike::year(&r.dated)),
    number: r.number.as_ref().map(|n| i64::from(n.number)), issue: r.count.map(i64::from), dated: r.dated.to_string(), state: r.state.code().to_owned(), demo: r.demo,
}, files |p| p.files.iter().map(|f| f.hash.as_str()).collect());
record!(Case, case_file, "case", key |c| c.id.to_string(), revision |c| c.revision, demo |c| c.demo, row |r| {
    no: r.no.clone(), part: r.part.code().to_owned(), sample_id: r.sample.to_string(), order_id: r.order.to_string(), sampling_no: r.sampling_no.clone(),
    product: r.product.clone(), operator: r.operator.clone(), street: r.street.clone(), state: r.state.code().to_owned(), opened_on: day(r.opened_at),
    closed_on: r.closed_at.map(day), evidenced: r.evidenced(), handler: r.handler.as_ref().map(|(id, _)| id.to_string()),
    approver: r.approver.as_ref().map(|(id, _)| id.to_string()), demo: r.demo,
}, files |c| c.blocks.values().flat_map(|b| &b.evidence).map(|e| e.sha256.as_str()).collect());
record!(ClockRecord, clock, "clock", key |c| c.clock.id.to_string(), revision |c| c.revision, demo |c| c.demo, row |r| {
    subject: r.clock.subject.clone(), rule: r.clock.rule.code().to_owned(), started_on: day(r.clock.started_at), due_on: r.clock.effective_due_on().to_string(),
    stopped_on: r.clock.stopped_at.map(day), cancelled: r.clock.cancelled, provisional: r.clock.due.provisional, demo: r.demo,
});
record!(Point, rapid_point, "point", key |p| p.id.to_string(), revision |_| 0, demo |p| p.demo, row |r| {
    name: r.name.clone(), street: r.street.clone(), active: r.active, demo: r.demo,
});
record!(ReadingRecord, rapid_reading, "reading", key |r| r.reading.id.to_string(), revision |_| 0, demo |r| r.reading.demo, row |r| {
    point_id: r.reading.point.to_string(), street: r.street.clone(), day: day(r.reading.tested_at), tested_at: stamp(r.reading.tested_at), stall: r.reading.stall.clone(),
    food: r.reading.food.clone(), analyte: r.reading.analyte.clone(), method: r.reading.method.clone(), verdict: r.reading.verdict.code().to_owned(),
    retest_of: r.reading.retest_of.map(|id| id.to_string()), stall_id: text(r.reading.stall_id), demo: r.reading.demo,
}, files |r| r.reading.photo.as_deref().into_iter().collect());
record!(Operator, operator, "operator", key |o| o.id.to_string(), revision |o| o.revision, demo |o| o.demo, row |r| {
    name: r.name.clone(), plain: plain(&r.name), credit_code: text(r.credit_code.as_ref()), permit_no: r.permit_no.clone(), street: r.street.clone(),
    standing: r.stand.standing.code().to_owned(), into_id: text(r.stand.into), demo: r.demo,
});
record!(Producer, producer, "producer", key |p| p.id.to_string(), revision |p| p.revision, demo |p| p.demo, row |r| {
    name: r.name.clone(), plain: plain(&r.name), credit_code: text(r.credit_code.as_ref()), permit_no: r.permit_no.clone(), region: r.region.clone(),
    standing: r.stand.standing.code().to_owned(), into_id: text(r.stand.into), demo: r.demo,
});
record!(Market, market, "market", key |m| m.id.to_string(), revision |m| m.revision, demo |m| m.demo, row |r| {
    name: r.name.clone(), plain: plain(&r.name), street: r.street.clone(), standing: r.stand.standing.code().to_owned(), demo: r.demo,
});
record!(Stall, stall, "stall", key |s| s.id.to_string(), revision |s| s.revision, demo |s| s.demo, row |r| {
    market_id: r.market.to_string(), number: r.number.clone(), operator_id: text(r.holder()), standing: r.stand.standing.code().to_owned(), demo: r.demo,
});
record!(FollowUpRecord, follow_up, "followup", key |f| f.follow_up.reading.to_string(), revision |f| f.follow_up.revision, demo |f| f.demo, row |r| {
    point_id: r.point.to_string(), state: r.follow_up.state.code().to_owned(), told_on: day(r.follow_up.told_at), settled_at: r.follow_up.settled_at.map(stamp),
    sample_id: r.follow_up.sample.map(|s| s.to_string()), demo: r.demo,
}, files |f| f.follow_up.evidence.iter().map(String::as_str).collect());
record!(PublishedResult, published_result, "published", key |p| p.id.clone(), revision |_| 0, demo |_| false, row |r| {
    run_id: r.run_id.clone(), row_no: r.row_no, product: r.product.clone(), category: r.category.clone(), producer: r.producer.clone(), verdict: r.verdict.clone(),
    issuer: r.issuer.clone(), published_on: r.published_on.clone(),
});
record!(ImportRun, import_run, "import", key |i| i.id.clone(), revision |_| 0, demo |_| false, row |r| {
    kind: r.kind.clone(), file_name: r.file_name.clone(), file_sha256: r.file_sha256.clone(), at: stamp(r.at), row_count: r.row_count, new_count: r.new_count,
});

fn text(value: Option<impl std::fmt::Display>) -> Option<String> {
    value.map(|v| v.to_string())
}
fn core(sample: &Sample, of: fn(&shiyan_sample_intake::CheckedSheet) -> String) -> String {
    sample.core.as_ref().map_or_else(String::new, of)
}
/// A draft's number is not taken yet; a voided sheet gives its number back.
fn number(sample: &Sample) -> Option<String> {
    match sample.state {
        SampleState::Draft | SampleState::Void => None,
        _ => sample.core.as_ref().map(|c| c.sampling_no.clone()),
    }
}
fn sampler(sample: &Sample, index: usize) -> String {
    sample.core.as_ref().and_then(|c| c.samplers.get(index)).map_or_else(String::new, |(id, _)| id.to_string())
}
/// Bytes of a reading that is kept for comparing; what is longer is no single number.
const READING: usize = 64;

/// 历史读数 of an item that has a result and peers to be compared with.
fn reading(item: &TestItem) -> String {
    let kept = item.peers.is_some() && item.understood.len() <= READING;
    if kept { item.understood.clone() } else { String::new() }
}
fn signed(order: &TestOrder, meaning: Meaning) -> Option<String> {
    order.signatures.iter().find(|s| s.meaning == meaning).map(|s| s.user.to_string())
}
