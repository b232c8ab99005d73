//! 事实 what the figures are counted from. Rapid tests are a type of their own, so that they can never enter a count of batches.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{CaseId, ClockId, PlanLineId, PointId, ReadingId, SampleId};
use shiyan_foundation::task::{Department, Link, Outcome, Penalty, TaskKind, TaskLevel};
use shiyan_foundation::{Instant, labels, shanghai};

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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// 暂定 counted before the holidays of its year were known.
    pub provisional: bool,
    /// 办结日期
    pub closed_on: Option<NaiveDate>,
    /// 改判撤销 a recheck or an objection overturned the verdict.
    pub cancelled: bool,
    /// Every mandatory block carries its evidence.
    pub evidenced: bool,
    /// State as shown.
    pub state: String,
    /// 处置内容
    #[serde(default)]
    pub disposal: Disposal,
}

/// 处置内容 what is written into the steps of a case, as far as it is added up; amounts as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Disposal {
    /// 库存封存（扣押）量
    pub sealed: String,
    /// 召回/下架量
    pub recalled: String,
    /// 单位 of the amounts.
    pub unit: String,
    /// 处罚决定
    pub penalty: Option<Penalty>,
    /// 罚没款（元）
    pub fine: String,
    /// 已通报移送
    pub transferred: bool,
}

impl CaseFact {
    /// 办结日期, when it had been closed by a day.
    #[must_use]
    pub fn closed_by(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.closed_on.filter(|on| *on <= day)
    }
    /// 已办结 by a day, with every mandatory step evidenced; closed without that it is not done.
    #[must_use]
    pub fn done_by(&self, day: NaiveDate) -> bool {
        self.evidenced && self.closed_by(day).is_some()
    }
    /// 归属年度 the one year in which the case counts: that of its due date, or of its closing when it closed earlier. What is
    /// under way belongs to the running year until the year of its due date begins.
    #[must_use]
    pub fn year_at(&self, as_of: NaiveDate) -> i32 {
        one_year(self.due_on, self.closed_by(as_of), as_of)
    }
    /// 超期办结 closed after its due date.
    #[must_use]
    pub fn closed_late(&self, as_of: NaiveDate) -> bool {
        !self.cancelled && self.closed_by(as_of).is_some_and(|on| on > self.due_on)
    }
}

/// The year of the due date, or of the end when that came earlier, but no year that has not begun.
fn one_year(due: NaiveDate, ended: Option<NaiveDate>, as_of: NaiveDate) -> i32 {
    ended.filter(|on| *on < due).unwrap_or(due).year().min(as_of.year())
}

/// 送达、报告、公示 one clock of KPI-5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceFact {
    /// Clock.
    pub clock_id: ClockId,
    /// The case that it belongs to.
    pub case_id: CaseId,
    /// 案件编号
    pub case_no: String,
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

impl ServiceFact {
    /// 归属年度 as of a case: the year of its due date, or of its end when that came earlier.
    #[must_use]
    pub fn year_at(&self, at: Instant) -> i32 {
        one_year(self.due_on, self.stopped_at.filter(|on| *on <= at).map(|on| on.date_naive()), at.date_naive())
    }
}

/// 快检 one rapid test.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// 处置期限 until when a positive is to be settled (D37).
    pub settle_by: Option<Instant>,
    /// 处置时刻 when a positive was disposed of or dismissed.
    pub settled_at: Option<Instant>,
    /// 复测阴性: when the rerun took the positive back; the verdict is negative since.
    pub cleared_at: Option<Instant>,
}

impl RapidFact {
    /// 限时处置 at a moment: `None` while its time runs and it is not settled; over and not settled is not handled.
    #[must_use]
    pub fn handled_in_time(&self, at: Instant) -> Option<bool> {
        let by = self.settle_by?;
        match self.settled_at.filter(|on| *on <= at) {
            Some(on) => Some(on <= by),
            None => (by < at).then_some(false),
        }
    }
}

/// 已抽批次 which, or how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Taken {
    /// Which.
    Ids(Vec<SampleId>),
    /// How many.
    Number(u64),
}

impl Taken {
    /// How many.
    #[must_use]
    pub fn number(&self) -> u64 {
        match self {
            Self::Ids(ids) => ids.len() as u64,
            Self::Number(n) => *n,
        }
    }
    /// Which, where that is kept.
    #[must_use]
    pub fn ids(&self) -> &[SampleId] {
        if let Self::Ids(ids) = self { ids } else { &[] }
    }
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
    /// 已抽批次 the batches that fill the line.
    pub taken: Taken,
}

impl PlanFact {
    /// 剩余批次 still to be sampled.
    #[must_use]
    pub fn left(&self) -> u64 {
        u64::from(self.planned).saturating_sub(self.taken.number())
    }
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

/// 案件经过 what happened to a case, as far as figures look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseEvent {
    /// It came into a state, out of another where the step leaves only one.
    Became {
        /// Code of the state before; `None` when the step may begin in several.
        from: Option<&'static str>,
        /// Code of the state after.
        to: &'static str,
    },
    /// 批准延期: the day that had been its last one until then.
    ExtendedFrom(NaiveDate),
}

/// 经过 when that happened which the facts themselves carry without a date, from the journal and the reports issued.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// 提交 the day on which the sheet was handed in, of batches that no laboratory had received by then.
    pub submitted: HashMap<SampleId, NaiveDate>,
    /// 作废、拒收 the day on which a batch was voided or refused.
    pub ended: HashMap<SampleId, NaiveDate>,
    /// 更改报告 the conclusions of a batch whose report was amended, by day of issue, oldest first.
    pub outcomes: HashMap<SampleId, Vec<(NaiveDate, Outcome)>>,
    /// 案件经过, oldest first.
    pub cases: HashMap<CaseId, Vec<(Instant, CaseEvent)>>,
    /// 撤销 when a clock was cancelled.
    pub clocks: HashMap<ClockId, Instant>,
}

/// 补不回的 what figures of an earlier day take as it is registered today, in words for the page and the report.
#[must_use]
pub const fn as_of_today() -> (&'static str, &'static str) {
    (
        "按当前登记取数的只有：人口行（没有计划的年份）、街道的管辖主体、快检点的季度计划、节假日表，以及更改过的报告的不合格项目明细和案件处置内容",
        "Taken as registered today: the population row of years without a plan, who runs a street, the quarterly plan of rapid-test points, the table of holidays, the failing items of amended reports and what was written into cases",
    )
}

impl Facts {
    /// 时点数据 the facts as they stood at a moment: what was handed in, received, issued, amended, voided, refused, closed, cancelled, extended,
    /// served or settled later had not happened yet. See [`as_of_today`] for what cannot be taken back.
    #[must_use]
    pub fn as_they_stood(mut self, at: Instant, history: &History) -> Self {
        let day = at.date_naive();
        self.batches.retain(|b| history.submitted.get(&b.sample_id).is_none_or(|on| *on <= day));
        for b in &mut self.batches {
            if history.ended.get(&b.sample_id).is_some_and(|on| *on > day) {
                // both end a batch that is on the way
                b.stage = BatchStage::Sampled;
            }
            if b.issued_on.is_some_and(|on| on > day) {
                (b.issued_on, b.outcome, b.recheck_pending) = (None, None, false);
                if b.stage == BatchStage::Issued {
                    b.stage = BatchStage::InLab;
                }
            } else if let Some((_, outcome)) = history.outcomes.get(&b.sample_id).and_then(|all| all.iter().rfind(|(on, _)| *on <= day)) {
                b.outcome = Some(*outcome);
            }
            if b.received_on.is_some_and(|on| on > day) {
                b.received_on = None;
                // what a report is due on follows from the reception
                b.report_due_on = None;
                if b.stage == BatchStage::InLab {
                    b.stage = BatchStage::Sampled;
                }
            }
        }
        for c in &mut self.cases {
            c.stood(at, history.cases.get(&c.case_id).map_or(&[], Vec::as_slice));
        }
        for s in &mut self.services {
            s.stopped_at = s.stopped_at.filter(|on| *on <= at);
            s.cancelled &= history.clocks.get(&s.clock_id).is_none_or(|on| *on <= at);
        }
        for r in &mut self.rapid {
            if r.cleared_at.is_some_and(|on| on > at) {
                (r.cleared_at, r.verdict) = (None, RapidVerdict::Positive);
            }
            if r.settled_at.is_some_and(|on| on > at) {
                (r.settled_at, r.confirmed) = (None, None);
            }
        }
        self
    }
}

impl CaseFact {
    /// The case as it stood at a moment.
    fn stood(&mut self, at: Instant, events: &[(Instant, CaseEvent)]) {
        let became = |e: &CaseEvent| if let CaseEvent::Became { from, to } = e { Some((*from, *to)) } else { None };
        let mut steps = events.iter().filter_map(|(on, e)| Some((*on, became(e)?)));
        let before = steps.clone().rfind(|(on, _)| *on <= at).map(|(_, (_, to))| to);
        match steps.find(|(on, _)| *on > at) {
            Some((_, (from, _))) => {
                // in which state it was is not known where neither a step before nor the one after says it
                let state = before.or(from).unwrap_or_default();
                self.cancelled = state == CANCELLED;
                state.clone_into(&mut self.state);
            }
            None if self.closed_on.is_some_and(|on| on > at.date_naive()) => self.state = String::new(),
            None => {}
        }
        self.closed_on = self.closed_on.filter(|on| *on <= at.date_naive());
        let after = events.iter().filter(|(on, _)| *on > at);
        if let Some(due) = after.map(|(_, e)| e).find_map(|e| if let CaseEvent::ExtendedFrom(due) = e { Some(*due) } else { None }) {
            self.due_on = due;
        }
    }
}

/// The code of 撤销 among the states of a case.
const CANCELLED: &str = "cancelled";

/// 当日终了 the last moment of a day in the zone of the district (UTC+8).
#[must_use]
pub fn end_of(day: NaiveDate) -> Instant {
    let last = NaiveTime::from_hms_nano_opt(15, 59, 59, 999_999_999).unwrap_or(NaiveTime::MIN);
    Instant::from_naive_utc_and_offset(day.and_time(last), shanghai())
}
