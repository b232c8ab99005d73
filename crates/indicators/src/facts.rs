//! 事实 what the figures are counted from. Rapid tests are a type of their own, so that they can never enter a count of batches.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{CaseId, ClockId, PlanLineId, PointId, ReadingId, SampleId};
use shiyan_foundation::task::{Department, Link, Outcome, TaskKind, TaskLevel};
use shiyan_foundation::{Instant, labels};

labels! {
    /// 批次阶段 how far a batch has come.
    pub enum BatchStage {
        Sampled = "sampled", "已抽样（在途）", "Sampled, in transit";
        InLab = "in_lab", "在检", "In the laboratory";
        Issued = "issued", "已出报告", "Report issued";
        Refused = "refused", "拒收", "Refused on reception";
        Void = "void", "作废", "Void";
    }
}
labels! {
    /// 快检结果
    pub enum RapidVerdict {
        Negative = "negative", "阴性", "Negative";
        Positive = "positive", "阳性", "Positive";
        Invalid = "invalid", "无效", "Invalid";
    }
}
labels! {
    /// 时限事项 the duties whose timeliness KPI-5 measures.
    pub enum ServiceRule {
        UrgentReport = "D05", "限时报告", "Urgent report";
        Serve = "D06", "送达检验报告和结果通知书", "Service of report and notice";
        Publish = "D23", "监督抽检信息公示", "Publication of results";
    }
}

/// 批次 one sampling sheet, that is one batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFact {
    /// Sample.
    pub sample_id: SampleId,
    /// 抽样单编号
    pub sampling_no: String,
    /// The number is a temporary one of the house (LS).
    pub temporary_no: bool,
    /// 任务类别
    pub kind: TaskKind,
    /// 任务级别
    pub level: TaskLevel,
    /// 部门
    pub department: Department,
    /// 抽样环节
    pub link: Link,
    /// 街道 nine-digit code.
    pub street: String,
    /// 管辖主体 of the street.
    pub admin: AdminBody,
    /// 食品分类
    pub category: CategoryPath,
    /// 区域类型
    pub area_kind: AreaKind,
    /// 抽样地点
    pub place: String,
    /// 网络抽样
    pub online: bool,
    /// 抽样日期
    pub sampled_on: NaiveDate,
    /// 到样日期
    pub received_on: Option<NaiveDate>,
    /// 报告签发日期
    pub issued_on: Option<NaiveDate>,
    /// 报告期限 (D02).
    pub report_due_on: Option<NaiveDate>,
    /// 阶段
    pub stage: BatchStage,
    /// 最终结论 the conclusion after any recheck.
    pub outcome: Option<Outcome>,
    /// 复检未决 a recheck of a first nonconforming conclusion is pending.
    pub recheck_pending: bool,
    /// 承检机构 name.
    pub lab: String,
}

impl BatchFact {
    /// 不合格 for counting: a pending recheck counts as failing until it is decided.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.recheck_pending || self.outcome == Some(Outcome::Fail)
    }
    /// 合格, and nothing pending.
    #[must_use]
    pub fn passes(&self) -> bool {
        !self.recheck_pending && self.outcome == Some(Outcome::Pass)
    }
}

/// 检验项目 one item of one sample; 项次 are counted apart from 批次.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFact {
    /// The sample it belongs to.
    pub sample_id: SampleId,
    /// 项目名称
    pub analyte: String,
    /// 项目类别, e.g. 农药残留.
    pub group_zh: String,
    /// 食品分类 of the sample.
    pub category: CategoryPath,
    /// 不合格项
    pub failing: bool,
}

/// 核查处置部分 one part of one case, ours to dispose of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFact {
    /// Case.
    pub case_id: CaseId,
    /// 案件编号
    pub case_no: String,
    /// 抽样单编号
    pub sampling_no: String,
    /// 街道
    pub street: String,
    /// 启动日期
    pub opened_on: NaiveDate,
    /// 期限, any approved extension included.
    pub due_on: NaiveDate,
    /// 办结日期
    pub closed_on: Option<NaiveDate>,
    /// 改判撤销 a recheck or an objection overturned the verdict.
    pub cancelled: bool,
    /// Every mandatory block carries its evidence.
    pub evidenced: bool,
    /// State as shown.
    pub state: String,
}

/// 送达、报告、公示 one clock of KPI-5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceFact {
    /// Clock.
    pub clock_id: ClockId,
    /// Which duty.
    pub rule: ServiceRule,
    /// 街道
    pub street: String,
    /// 起算日
    pub started_on: NaiveDate,
    /// 截止日
    pub due_on: NaiveDate,
    /// The exact instant, for periods in hours.
    pub due_at: Option<Instant>,
    /// 完成时刻
    pub stopped_at: Option<Instant>,
    /// The clock was cancelled.
    pub cancelled: bool,
}

/// 快检 one rapid test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RapidFact {
    /// Reading.
    pub reading_id: ReadingId,
    /// 快检点
    pub point_id: PointId,
    /// Name of the point.
    pub point: String,
    /// 街道
    pub street: String,
    /// 检测日期
    pub tested_on: NaiveDate,
    /// 检测项目
    pub item: String,
    /// 结果
    pub verdict: RapidVerdict,
    /// 有效数据 the record meets the data rules.
    pub valid: bool,
    /// 实验室确证: tested by a laboratory and confirmed, or not.
    pub confirmed: Option<bool>,
    /// 72小时内处置; `None` while the 72 hours still run.
    pub positive_handled_in_time: Option<bool>,
}

/// 计划行 one approved plan line and how much of it has been sampled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFact {
    /// Plan line.
    pub line_id: PlanLineId,
    /// 年度
    pub year: i32,
    /// 任务类别
    pub kind: TaskKind,
    /// 任务级别
    pub level: TaskLevel,
    /// 部门
    pub department: Department,
    /// 街道, when the line is allotted to one.
    pub street: Option<String>,
    /// 食品大类
    pub class: String,
    /// 季度 1 to 4.
    pub quarter: u8,
    /// 计划批次
    pub planned: u32,
    /// 已抽批次
    pub sampled: u32,
}

/// 快检计划 one point, one quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RapidPlanFact {
    /// 快检点
    pub point_id: PointId,
    /// Name of the point.
    pub point: String,
    /// 街道
    pub street: String,
    /// 年度
    pub year: i32,
    /// 季度 1 to 4.
    pub quarter: u8,
    /// 计划项次
    pub planned: u32,
}

/// Everything the figures of one moment are counted from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// 批次
    pub batches: Vec<BatchFact>,
    /// 核查处置
    pub cases: Vec<CaseFact>,
    /// 送达、限时报告、公示
    pub services: Vec<ServiceFact>,
    /// 计划
    pub plan: Vec<PlanFact>,
    /// 快检
    pub rapid: Vec<RapidFact>,
    /// 快检计划
    pub rapid_plan: Vec<RapidPlanFact>,
}
