//! 考核指标 KPI-1 to KPI-6, by which a district is assessed.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;
use shiyan_foundation::area::AdminBody;
use shiyan_foundation::ids::CaseId;
use shiyan_foundation::task::{Boundary, Link, TaskKind, required_batches};
use shiyan_foundation::{Instant, Label, Lang, WorkCalendar};
use shiyan_statute::{NumberKey, yearly_target};

use crate::disposed::{Disposed, disposed};
use crate::exact;
use crate::facts::{BatchFact, BatchStage, CaseFact, Facts, PlanFact, RapidFact, RapidPlanFact, RapidVerdict, ServiceFact, ServiceRule, end_of};
use crate::figure::{Axis, Cut, FactId, Figure, Heap, Ids, LeftOut, Name, Tally, Treat};
use crate::groups::KEY_FOOD_GROUPS;
use crate::scope::{Family, KpiScope, YearBasis};
use crate::sets::{Batches, Kept, Readings, Sets};

const PER_THOUSAND: Name = Name("batches_per_thousand", "千人批次", "Batches per thousand people", Family::Batches);
const DISCOVERY: Name = Name("discovery_rate", "问题发现率", "Discovery rate", Family::Batches);
const EVALUATIVE: Name = Name("evaluative_pass_rate", "评价性抽检合格率", "Pass rate of evaluative sampling", Family::Batches);
const DISPOSAL: Name = Name("disposal_rate", "核查处置率", "Disposal rate", Family::Cases);
const DISPOSAL_ON_TIME: Name = Name("disposal_on_time_rate", "核查处置按期率", "Disposal on-time rate", Family::Cases);
const REPORT_ON_TIME: Name = Name("report_on_time_rate", "报告及时率", "Report timeliness", Family::Batches);
const URGENT_ON_TIME: Name = Name("urgent_report_on_time_rate", "限时报告及时率", "Timeliness of urgent reports", Family::Cases);
const SERVE_ON_TIME: Name = Name("service_on_time_rate", "送达及时率", "Timeliness of service", Family::Cases);
const PUBLISH_ON_TIME: Name = Name("publication_on_time_rate", "公示及时率", "Timeliness of publication", Family::Cases);
const RAPID_VALID: Name = Name("rapid_valid_rate", "快检有效数据率", "Valid rapid records", Family::Rapid);
const RAPID_POSITIVE: Name = Name("rapid_positive_rate", "快检阳性率", "Rapid positive rate", Family::Rapid);
const RAPID_HANDLED: Name = Name("rapid_handled_rate", "快检阳性{D37}处置率", "Rapid positives handled within {D37}", Family::Rapid);
const RAPID_CONFIRMED: Name = Name("rapid_confirmation_rate", "快检阳性确证率", "Rapid positives confirmed by a laboratory", Family::Rapid);

/// Every figure of one scope at one date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kpis<H = Ids> {
    /// 统计口径
    pub scope: KpiScope,
    /// 统计截止日
    pub as_of: NaiveDate,
    /// Scope line of the batches in Chinese.
    pub scope_line_zh: String,
    /// Scope line of the batches in English.
    pub scope_line_en: String,
    /// KPI-1 千人批次
    pub per_thousand: Figure<H>,
    /// 应完成批次; 0 when the people of the scope are not known.
    pub required: u64,
    /// 差额
    pub gap: u64,
    /// 时间进度
    pub pace: Pace,
    /// 预计
    pub forecast: Forecast,
    /// 在检 beside the gauge, not counted.
    pub in_lab: H,
    /// 在途 beside the gauge, not counted.
    pub in_transit: H,
    /// 不判定 among the counted batches: in the denominators, neither failing nor passing.
    pub undetermined: H,
    /// KPI-2 问题发现率
    pub discovery: Figure<H>,
    /// KPI-2 per 重点食品; the groups overlap and are never added up.
    pub discovery_by_group: Vec<Figure<H>>,
    /// KPI-2 per 环节
    pub discovery_by_link: Vec<Figure<H>>,
    /// KPI-2 per 街道
    pub discovery_by_street: Vec<Figure<H>>,
    /// KPI-2 per 承检机构, to see one that never finds anything.
    pub discovery_by_lab: Vec<Figure<H>>,
    /// KPI-2b 评价性抽检合格率
    pub evaluative: Figure<H>,
    /// KPI-3 核查处置率
    pub disposal: Figure<H>,
    /// KPI-3 按期率
    pub disposal_on_time: Figure<H>,
    /// 逾期: due before the date and still open; of the running year also those of earlier years.
    pub overdue: Vec<CaseLine>,
    /// 超期办结: closed after the due date; with the overdue ones the 问责清单.
    pub closed_late: Vec<CaseLine>,
    /// 今日到期: due on the date and still open; it already counts as due.
    pub due_today: Vec<CaseLine>,
    /// 已办结但证据不全: closed without every mandatory block evidenced, so not done.
    pub unevidenced: Vec<CaseLine>,
    /// 未到期在办
    pub open_not_due: Vec<CaseLine>,
    /// 处置合计
    pub disposed: Disposed<H>,
    /// KPI-4 报告及时率
    pub report_on_time: Figure<H>,
    /// KPI-5 限时报告及时率 (D05)
    pub urgent_on_time: Figure<H>,
    /// KPI-5 送达及时率 (D06)
    pub serve_on_time: Figure<H>,
    /// KPI-5 公示及时率 (D23)
    pub publish_on_time: Figure<H>,
    /// KPI-6 快检, counted apart.
    pub rapid: RapidKpis<H>,
}

impl<H> Kpis<H> {
    /// Every figure, the main ones first.
    pub fn figures(&self) -> impl Iterator<Item = &Figure<H>> {
        [
            &self.per_thousand,
            &self.discovery,
            &self.evaluative,
            &self.disposal,
            &self.disposal_on_time,
            &self.report_on_time,
            &self.urgent_on_time,
            &self.serve_on_time,
            &self.publish_on_time,
            &self.rapid.valid,
            &self.rapid.positive,
            &self.rapid.handled,
            &self.rapid.confirmed,
        ]
        .into_iter()
        .chain(self.disposed.figures())
        .chain(&self.discovery_by_group)
        .chain(&self.discovery_by_link)
        .chain(&self.discovery_by_street)
        .chain(&self.discovery_by_lab)
    }
    /// The scope line of a family of figures in a language.
    #[must_use]
    pub fn scope_of(&self, family: Family, lang: Lang) -> String {
        self.scope.line_of(family, lang)
    }
    /// The scope line of the batches in a language.
    #[must_use]
    pub fn scope_line(&self, lang: Lang) -> &str {
        lang.pick(&self.scope_line_zh, &self.scope_line_en)
    }
}

/// 时间进度 how many batches the working days passed ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pace {
    /// 已过工作日, the date itself included.
    pub workdays_elapsed: u32,
    /// 全年工作日
    pub workdays_in_year: u32,
    /// required × elapsed ÷ days in year, as a fraction.
    pub exact: String,
    /// Two decimals, cut off.
    pub display: String,
    /// 落后于时间进度, compared exactly.
    pub behind: bool,
    /// The holiday notice of the year is not known.
    pub provisional: bool,
}

/// 预计 what the year will come to when everything begun and planned is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// 已计入
    pub counted: u64,
    /// 在检
    pub in_lab: u64,
    /// 在途
    pub in_transit: u64,
    /// 计划未抽
    pub plan_remaining: u64,
    /// Sum.
    pub total: u64,
    /// The sum reaches the required number.
    pub reaches: bool,
}

/// One case in a list of KPI-3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseLine {
    /// Case.
    pub case_id: CaseId,
    /// 案件编号
    pub case_no: String,
    /// 抽样单编号
    pub sampling_no: String,
    /// 街道
    pub street: String,
    /// 期限
    pub due_on: NaiveDate,
    /// 暂定 counted before the holidays of its year were known.
    pub provisional: bool,
    /// 办结日期, when it was closed by the date of the figures.
    pub closed_on: Option<NaiveDate>,
    /// State as shown.
    pub state: String,
}

/// KPI-6 快检; none of it is part of the batches per thousand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RapidKpis<H = Ids> {
    /// 有效数据率
    pub valid: Figure<H>,
    /// 阳性率 of the valid readings.
    pub positive: Figure<H>,
    /// 阳性限时处置率 (D37)
    pub handled: Figure<H>,
    /// 确证率: confirmed of the positives that a laboratory tested.
    pub confirmed: Figure<H>,
    /// 快检计划 per point and quarter.
    pub plan: Vec<RapidPlanLine>,
}

/// 快检计划完成 one point, one quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RapidPlanLine {
    /// 快检点
    pub point: String,
    /// 街道
    pub street: String,
    /// 季度
    pub quarter: u8,
    /// 计划项次
    pub planned: u64,
    /// 有效项次
    pub done: u64,
    /// 完成率, two decimals and `%`; `—` without a plan.
    pub display: String,
    /// 完成; `None` without a plan.
    pub met: Option<bool>,
}

/// Counts everything for one scope at the end of one day.
#[must_use]
pub fn kpis(facts: &Facts, scope: &KpiScope, as_of: NaiveDate, calendar: &WorkCalendar) -> Kpis {
    kpis_at(facts, scope, end_of(as_of), calendar)
}

/// Counts everything for one scope at one moment: periods in hours end within the day.
#[must_use]
pub fn kpis_at(facts: &Facts, scope: &KpiScope, at: Instant, calendar: &WorkCalendar) -> Kpis {
    kpis_of(&Sets::plain(facts, &[]), scope, at, calendar)
}

/// The same over sets of facts, of which those that are alike may have been folded into one; how many there are is kept, or which.
#[must_use]
pub fn kpis_of<H: Heap>(sets: &Sets<'_>, scope: &KpiScope, at: Instant, calendar: &WorkCalendar) -> Kpis<H> {
    kpis_with(sets, scope, at, calendar, CaseKpis::of(sets.facts, scope, at.date_naive()))
}

/// 案件指标 what the figures say of cases. A commit that touches no case leaves it as it is for the rest of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseKpis<H = Ids> {
    disposal: Figure<H>,
    disposal_on_time: Figure<H>,
    overdue: Vec<CaseLine>,
    closed_late: Vec<CaseLine>,
    due_today: Vec<CaseLine>,
    unevidenced: Vec<CaseLine>,
    open_not_due: Vec<CaseLine>,
    disposed: Disposed<H>,
}

impl<H: Heap> CaseKpis<H> {
    /// Looks at every case.
    #[must_use]
    pub fn of(facts: &Facts, scope: &KpiScope, as_of: NaiveDate) -> Self {
        let hundred = Some(Decimal::ONE_HUNDRED);
        let all_settled = yearly_target(NumberKey::N03, scope.year).ok().or(hundred);
        let cases: Vec<(&CaseFact, Option<LeftOut>)> = facts.cases.iter().map(|c| (c, case_out(c, scope, as_of))).collect();
        let case_rate = |name, target, hit: &dyn Fn(&CaseFact) -> bool| {
            let treat = |c: &CaseFact, out: Option<LeftOut>| out.map_or_else(|| if hit(c) { Treat::Hit } else { Treat::Miss }, Treat::Out);
            Tally::of(cases.iter().map(|(c, out)| (FactId::Case(c.case_id), 1, treat(c, *out)))).rate(name, None, target, false)
        };
        let done = |c: &CaseFact| c.done_by(as_of);
        let disposal = case_rate(DISPOSAL, all_settled, &done);
        let disposal_on_time = case_rate(DISPOSAL_ON_TIME, hundred, &|c| done(c) && !c.closed_late(as_of));
        let lines = |keep: &dyn Fn(&CaseFact, Option<LeftOut>) -> bool| {
            let mut out: Vec<CaseLine> = cases.iter().filter(|(c, out)| keep(c, *out)).map(|(c, _)| case_line(c, as_of)).collect();
            out.sort_by(|a, b| (a.due_on, &a.case_no).cmp(&(b.due_on, &b.case_no)));
            out
        };
        // an old debt counts in its own year and stays in the list of the running one until it is settled
        let running = as_of.year() == scope.year;
        let owed = |c: &CaseFact, out: Option<LeftOut>| {
            let mine = out.is_none() || (running && c.opened_on <= as_of && !other_street(&c.street, scope) && !c.cancelled);
            mine && c.closed_by(as_of).is_none()
        };
        Self {
            disposal,
            disposal_on_time,
            overdue: lines(&|c, out| c.due_on < as_of && owed(c, out)),
            closed_late: lines(&|c, out| out.is_none() && c.closed_late(as_of)),
            due_today: lines(&|c, out| c.due_on == as_of && owed(c, out)),
            unevidenced: lines(&|c, out| out.is_none() && c.closed_by(as_of).is_some() && !c.evidenced),
            open_not_due: lines(&|_, out| out == Some(LeftOut::NotDueYet)),
            disposed: disposed(facts, scope, as_of),
        }
    }
}

/// KPI-2 of all, and cut along each axis.
struct Discovery<H> {
    all: Figure<H>,
    by_group: Vec<Figure<H>>,
    by_link: Vec<Figure<H>>,
    by_street: Vec<Figure<H>>,
    by_lab: Vec<Figure<H>>,
}

impl<H: Heap> Discovery<H> {
    fn of(sets: &Sets<'_>, base: &Sieved<'_>, scope: &KpiScope, as_of: NaiveDate) -> Self {
        let target = scope.discovery_target_percent;
        let rate = |set: &Sieved<'_>, cut: Option<Cut>, keep: &dyn Fn(&BatchFact) -> bool| {
            let kept = set.iter().filter(|(b, ..)| keep(b));
            batch_rate(kept, TaskKind::Supervisory, BatchFact::fails).rate(DISCOVERY, cut, target, true)
        };
        let cut = |axis, code: &str, zh: &str, en: &str| Some(Cut { axis, code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned() });
        let foods = Sieved::of(sets.batches(Kept::Food), scope, as_of);
        let labs = Sieved::of(sets.batches(Kept::Lab), scope, as_of);
        let asked = scope.streets.iter().flatten().map(String::as_str);
        Self {
            all: rate(base, None, &|_| true),
            by_group: KEY_FOOD_GROUPS.iter().map(|g| rate(&foods, cut(Axis::KeyFood, g.code, g.zh, g.en), &|b| g.holds(&b.category))).collect(),
            by_link: Link::ALL.iter().map(|l| rate(base, cut(Axis::Link, l.code(), l.zh(), l.en()), &|b| b.link == *l)).collect(),
            by_street: by_text(base, Axis::Street, asked, |b| &b.street, target),
            by_lab: by_text(&labs, Axis::Lab, std::iter::empty(), |b| &b.lab, target),
        }
    }
}

/// The same, what is said of cases having been counted before.
#[must_use]
pub fn kpis_with<H: Heap>(sets: &Sets<'_>, scope: &KpiScope, at: Instant, calendar: &WorkCalendar, of_cases: CaseKpis<H>) -> Kpis<H> {
    let (as_of, facts) = (at.date_naive(), sets.facts);
    let base = Sieved::of(sets.batches(Kept::Base), scope, as_of);
    let per_thousand: Figure<H> = Tally::of(base.iter().map(|(b, n, out)| (FactId::Sample(b.sample_id), n, out.map_or(Treat::Hit, Treat::Out)))).per_thousand(
        PER_THOUSAND,
        scope.people(),
        scope.target_per_mille,
    );
    let counted = per_thousand.numerator;
    let required = required(scope);
    let ids = |reason| per_thousand.left_out.get(&reason).cloned().unwrap_or_default();
    let (in_lab, in_transit) = (ids(LeftOut::InLab), ids(LeftOut::InTransit));
    let mut undetermined = H::default();
    for (b, n, _) in base.iter().filter(|(b, _, out)| out.is_none() && !b.fails() && !b.passes()) {
        undetermined.add(FactId::Sample(b.sample_id), n);
    }
    let forecast = forecast(facts, scope, as_of, counted, required, in_lab.number(), in_transit.number());

    let found = Discovery::of(sets, &base, scope, as_of);
    let evaluative = batch_rate(base.iter(), TaskKind::Evaluative, BatchFact::passes).rate(EVALUATIVE, None, Some(scope.evaluative_target_percent), true);

    let hundred = Some(Decimal::ONE_HUNDRED);
    let reported = sets.batches(Kept::Base).iter().map(|(b, n)| (FactId::Sample(b.sample_id), n, report_treat(b, scope, as_of)));
    let service = |rule, name| {
        let mine = facts.services.iter().filter(|s| s.rule == rule);
        Tally::of(mine.map(|s| (FactId::Clock(s.clock_id), 1, service_treat(s, scope, at)))).rate(name, None, hundred, false)
    };

    Kpis {
        scope: scope.clone(),
        as_of,
        scope_line_zh: scope.line(Lang::Zh),
        scope_line_en: scope.line(Lang::En),
        required,
        gap: required.saturating_sub(counted),
        pace: pace(scope, counted, required, as_of, calendar),
        forecast,
        in_lab,
        in_transit,
        undetermined,
        per_thousand,
        discovery: found.all,
        discovery_by_group: found.by_group,
        discovery_by_link: found.by_link,
        discovery_by_street: found.by_street,
        discovery_by_lab: found.by_lab,
        evaluative,
        disposal: of_cases.disposal,
        disposal_on_time: of_cases.disposal_on_time,
        overdue: of_cases.overdue,
        closed_late: of_cases.closed_late,
        due_today: of_cases.due_today,
        unevidenced: of_cases.unevidenced,
        open_not_due: of_cases.open_not_due,
        disposed: of_cases.disposed,
        report_on_time: Tally::of(reported).rate(REPORT_ON_TIME, None, hundred, false),
        urgent_on_time: service(ServiceRule::UrgentReport, URGENT_ON_TIME),
        serve_on_time: service(ServiceRule::Serve, SERVE_ON_TIME),
        publish_on_time: service(ServiceRule::Publish, PUBLISH_ON_TIME),
        rapid: rapid(sets, scope, at),
    }
}

/// 应完成批次 ceil(target × people ÷ 1000); 0 when the people are not known.
#[must_use]
pub fn required(scope: &KpiScope) -> u64 {
    let people = scope.people().unwrap_or(0);
    match scope.target_per_mille.checked_mul(Decimal::from(people)) {
        Some(_) if scope.target_per_mille > Decimal::ZERO => required_batches(scope.target_per_mille, people),
        Some(_) => 0,
        None => u64::MAX,
    }
}

/// Why a batch is outside the scope, whatever its stage.
#[must_use]
pub fn outside_scope(b: &BatchFact, scope: &KpiScope, as_of: NaiveDate) -> Option<LeftOut> {
    let pending = matches!(b.stage, BatchStage::Sampled | BatchStage::InLab);
    let dated = match scope.basis {
        YearBasis::SamplingDate => b.sampled_on,
        // what is not reported yet would be reported at the earliest today
        YearBasis::ReportDate => b.issued_on.unwrap_or(if pending { as_of } else { b.sampled_on }),
    };
    if dated.year() != scope.year {
        Some(LeftOut::OtherYear)
    } else if b.sampled_on > as_of {
        Some(LeftOut::AfterAsOf)
    } else if scope.population.boundary == Boundary::Governed && b.admin != AdminBody::Jinshui {
        Some(LeftOut::OutsideBoundary)
    } else if other_street(&b.street, scope) {
        Some(LeftOut::OtherStreet)
    } else if !scope.departments.contains(&b.department) {
        Some(LeftOut::OtherDepartment)
    } else if !scope.levels.contains(&b.level) {
        Some(LeftOut::OtherLevel)
    } else if !scope.kinds.contains(&b.kind) {
        Some(LeftOut::OtherKind)
    } else {
        None
    }
}

/// 可计批次 for each batch `None` when it counts, or the first reason why it does not.
#[must_use]
pub fn base_reasons(batches: &[BatchFact], scope: &KpiScope, as_of: NaiveDate) -> Vec<Option<LeftOut>> {
    let all: Vec<&BatchFact> = batches.iter().collect();
    reasons(&all, scope, as_of)
}

fn reasons(batches: &[&BatchFact], scope: &KpiScope, as_of: NaiveDate) -> Vec<Option<LeftOut>> {
    let mut reasons: Vec<Option<LeftOut>> = batches.iter().map(|b| outside_scope(b, scope, as_of).or_else(|| stage_out(b, as_of))).collect();
    // one number, one batch: of several the failing one stays, so that a double entry can never flatter the rate
    let mut kept: HashMap<String, usize> = HashMap::new();
    let rank = |i: usize| (!batches[i].fails(), batches[i].sampled_on, batches[i].sample_id, i);
    for i in 0..batches.len() {
        // what was folded has a number that no other has
        if reasons[i].is_some() || batches[i].is_folded() {
            continue;
        }
        let number = shiyan_foundation::text::fold(&batches[i].sampling_no).to_ascii_uppercase();
        match kept.get_mut(&number) {
            None => {
                kept.insert(number, i);
            }
            Some(first) => {
                let loser = if rank(i) < rank(*first) { std::mem::replace(first, i) } else { i };
                reasons[loser] = Some(LeftOut::DuplicateNumber);
            }
        }
    }
    reasons
}

/// 可计与否 the batches of a set, each with how many stand for it and why it does not count.
#[derive(Debug)]
pub struct Sieved<'a>(Vec<Sifted<'a>>);

/// A batch, how many stand for it, and why it does not count.
type Sifted<'a> = (&'a BatchFact, u64, Option<LeftOut>);

impl<'a> Sieved<'a> {
    /// Sifts a set by a scope on a day.
    #[must_use]
    pub fn of(set: Batches<'a>, scope: &KpiScope, as_of: NaiveDate) -> Self {
        let (rows, many): (Vec<&BatchFact>, Vec<u64>) = set.iter().unzip();
        let out = reasons(&rows, scope, as_of);
        Self(rows.into_iter().zip(many).zip(out).map(|((b, n), out)| (b, n, out)).collect())
    }
    /// Each with how many stand for it and why it does not count.
    pub fn iter(&self) -> impl Iterator<Item = (&'a BatchFact, u64, Option<LeftOut>)> {
        self.0.iter().copied()
    }
}

fn stage_out(b: &BatchFact, as_of: NaiveDate) -> Option<LeftOut> {
    match b.stage {
        BatchStage::Void => Some(LeftOut::Void),
        BatchStage::Refused => Some(LeftOut::Refused),
        BatchStage::Sampled => Some(LeftOut::InTransit),
        BatchStage::InLab => Some(LeftOut::InLab),
        BatchStage::Issued => match b.issued_on {
            None => Some(LeftOut::NoIssueDate),
            Some(on) if on > as_of => Some(LeftOut::InLab),
            Some(_) if b.outcome.is_none() && !b.recheck_pending => Some(LeftOut::NoConclusion),
            Some(_) if b.temporary_no || shiyan_foundation::text::fold(&b.sampling_no).is_empty() => Some(LeftOut::TemporaryNumber),
            Some(_) => None,
        },
    }
}

pub(crate) fn other_street(street: &str, scope: &KpiScope) -> bool {
    scope.streets.as_ref().is_some_and(|set| !set.contains(street))
}

/// A rate over the countable batches of one kind.
fn batch_rate<'a, H: Heap>(facts: impl Iterator<Item = (&'a BatchFact, u64, Option<LeftOut>)>, kind: TaskKind, hit: fn(&BatchFact) -> bool) -> Tally<H> {
    let mut tally = Tally::default();
    for (b, n, out) in facts {
        let treat = match out {
            Some(reason) => Treat::Out(reason),
            None if b.kind != kind => Treat::Out(LeftOut::KindOfOtherFigure),
            None => {
                tally.provisional |= b.recheck_pending;
                if hit(b) { Treat::Hit } else { Treat::Miss }
            }
        };
        tally.add(FactId::Sample(b.sample_id), n, treat);
    }
    tally
}

/// KPI-2 per value of a text; values wholly outside the scope make no figure, asked ones always do.
fn by_text<'a, H: Heap>(
    batches: &Sieved<'a>,
    axis: Axis,
    asked: impl Iterator<Item = &'a str>,
    key: impl Fn(&'a BatchFact) -> &'a String,
    target: Option<Decimal>,
) -> Vec<Figure<H>> {
    let outside = |r: Option<LeftOut>| r.is_some_and(|r| r <= LeftOut::OtherKind);
    let mut parts: BTreeMap<&str, (bool, Vec<Sifted<'_>>)> = asked.map(|a| (a, (true, Vec::new()))).collect();
    for (b, n, out) in batches.iter() {
        let part = parts.entry(key(b).as_str()).or_default();
        part.0 |= !outside(out);
        part.1.push((b, n, out));
    }
    let kept = parts.into_iter().filter(|(_, (inside, _))| *inside);
    kept.map(|(code, (_, rows))| {
        let cut = Cut { axis, code: code.to_owned(), zh: code.to_owned(), en: code.to_owned() };
        batch_rate(rows.into_iter(), TaskKind::Supervisory, BatchFact::fails).rate(DISCOVERY, Some(cut), target, true)
    })
    .collect()
}

pub(crate) fn pace(scope: &KpiScope, counted: u64, required: u64, as_of: NaiveDate, calendar: &WorkCalendar) -> Pace {
    let days = calendar.workdays_in(scope.year);
    let elapsed = match as_of.year().cmp(&scope.year) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => days,
        std::cmp::Ordering::Equal => NaiveDate::from_ymd_opt(scope.year, 1, 1).map_or(0, |first| calendar.workdays_between(first, as_of)),
    };
    let asked = u128::from(required) * u128::from(elapsed);
    Pace {
        workdays_elapsed: elapsed,
        workdays_in_year: days,
        exact: format!("{asked}/{days}"),
        display: exact::truncated(asked, u128::from(days), 2).unwrap_or_else(|| crate::figure::NOTHING.to_owned()),
        behind: u128::from(counted) * u128::from(days) < asked,
        provisional: !calendar.knows(scope.year),
    }
}

fn forecast(facts: &Facts, scope: &KpiScope, as_of: NaiveDate, counted: u64, required: u64, in_lab: u64, in_transit: u64) -> Forecast {
    // what a quarter that has passed did not take is not taken any more
    let still = |p: &PlanFact| (p.year, p.quarter) >= (as_of.year(), quarter(as_of));
    let planned = |p: &&PlanFact| {
        p.year == scope.year
            && still(p)
            && scope.kinds.contains(&p.kind)
            && scope.levels.contains(&p.level)
            && scope.departments.contains(&p.department)
            && scope.streets.as_ref().is_none_or(|set| p.street.as_ref().is_some_and(|s| set.contains(s)))
    };
    let plan_remaining = facts.plan.iter().filter(planned).map(PlanFact::left).sum();
    let total = counted + in_lab + in_transit + plan_remaining;
    Forecast { counted, in_lab, in_transit, plan_remaining, total, reaches: scope.people().is_some() && total >= required }
}

fn case_line(c: &CaseFact, as_of: NaiveDate) -> CaseLine {
    CaseLine {
        case_id: c.case_id,
        case_no: c.case_no.clone(),
        sampling_no: c.sampling_no.clone(),
        street: c.street.clone(),
        due_on: c.due_on,
        provisional: c.provisional,
        closed_on: c.closed_by(as_of),
        state: c.state.clone(),
    }
}

/// Why a case is not one of the year; a cancelled one never is. It counts in one year only, see [`CaseFact::year_at`].
pub(crate) fn year_out(c: &CaseFact, scope: &KpiScope, as_of: NaiveDate) -> Option<LeftOut> {
    if c.year_at(as_of) != scope.year {
        Some(LeftOut::OtherYear)
    } else if c.opened_on > as_of {
        Some(LeftOut::AfterAsOf)
    } else if other_street(&c.street, scope) {
        Some(LeftOut::OtherStreet)
    } else if c.cancelled {
        Some(LeftOut::Cancelled)
    } else {
        None
    }
}

/// Why a case does not count in a rate: besides, it may be open and not due yet.
fn case_out(c: &CaseFact, scope: &KpiScope, as_of: NaiveDate) -> Option<LeftOut> {
    let runs = c.due_on > as_of && c.closed_by(as_of).is_none();
    year_out(c, scope, as_of).or(runs.then_some(LeftOut::NotDueYet))
}

fn report_treat(b: &BatchFact, scope: &KpiScope, as_of: NaiveDate) -> Treat {
    let outside = outside_scope(b, scope, as_of).or(match b.stage {
        BatchStage::Void => Some(LeftOut::Void),
        BatchStage::Refused => Some(LeftOut::Refused),
        _ => None,
    });
    let issued = b.issued_on.filter(|on| *on <= as_of);
    match (outside, b.report_due_on) {
        (Some(reason), _) => Treat::Out(reason),
        (None, None) => Treat::Out(LeftOut::NoDeadline),
        (None, Some(due)) if issued.is_none() && due > as_of => Treat::Out(LeftOut::NotDueYet),
        (None, Some(due)) if issued.is_some_and(|on| on <= due) => Treat::Hit,
        (None, Some(_)) => Treat::Miss,
    }
}

fn service_treat(s: &ServiceFact, scope: &KpiScope, at: Instant) -> Treat {
    let stopped = s.stopped_at.filter(|on| *on <= at);
    let in_time = stopped.is_some_and(|on| s.due_at.map_or(on.date_naive() <= s.due_on, |due| on <= due));
    let runs = stopped.is_none() && s.due_at.map_or(s.due_on > at.date_naive(), |due| due > at);
    let out = if s.year_at(at) != scope.year {
        Some(LeftOut::OtherYear)
    } else if s.started_on > at.date_naive() {
        Some(LeftOut::AfterAsOf)
    } else if other_street(&s.street, scope) {
        Some(LeftOut::OtherStreet)
    } else if s.cancelled {
        Some(LeftOut::Cancelled)
    } else if runs {
        Some(LeftOut::NotDueYet)
    } else {
        None
    };
    match out {
        Some(reason) => Treat::Out(reason),
        None if in_time => Treat::Hit,
        None => Treat::Miss,
    }
}

/// 快检计划 what each point did in each quarter of what it was to do.
fn rapid_plan(readings: Readings<'_>, plan: &[RapidPlanFact], scope: &KpiScope, usable: &dyn Fn(&RapidFact) -> bool) -> Vec<RapidPlanLine> {
    let mut done: BTreeMap<(shiyan_foundation::ids::PointId, u8), u64> = BTreeMap::new();
    for (r, n) in readings.iter().filter(|(r, _)| usable(r)) {
        *done.entry((r.point_id, quarter(r.tested_on))).or_default() += n;
    }
    let mut planned: BTreeMap<(shiyan_foundation::ids::PointId, u8), (u64, &str, &str)> = BTreeMap::new();
    for p in plan.iter().filter(|p| p.year == scope.year && !other_street(&p.street, scope)) {
        planned.entry((p.point_id, p.quarter)).or_insert((0, &p.point, &p.street)).0 += u64::from(p.planned);
    }
    // a point that tests without a plan still shows what it did
    for (r, _) in readings.iter().filter(|(r, _)| usable(r)) {
        planned.entry((r.point_id, quarter(r.tested_on))).or_insert((0, &r.point, &r.street));
    }
    let mut lines: Vec<RapidPlanLine> = planned
        .into_iter()
        .map(|(key, (planned, point, street))| {
            let done = done.get(&key).copied().unwrap_or(0);
            RapidPlanLine {
                point: point.to_owned(),
                street: street.to_owned(),
                quarter: key.1,
                planned,
                done,
                display: exact::percent(done, planned, Some(Decimal::ONE_HUNDRED)).map_or_else(|| crate::figure::NOTHING.to_owned(), |p| format!("{p}%")),
                met: (planned > 0).then_some(done >= planned),
            }
        })
        .collect();
    lines.sort_by(|a, b| (&a.street, &a.point, a.quarter).cmp(&(&b.street, &b.point, b.quarter)));
    lines
}

fn rapid<H: Heap>(sets: &Sets<'_>, scope: &KpiScope, at: Instant) -> RapidKpis<H> {
    let (as_of, facts, readings) = (at.date_naive(), sets.facts, sets.points);
    let outside = |r: &RapidFact| {
        if r.tested_on.year() != scope.year {
            Some(LeftOut::OtherYear)
        } else if r.tested_on > as_of {
            Some(LeftOut::AfterAsOf)
        } else if other_street(&r.street, scope) {
            Some(LeftOut::OtherStreet)
        } else {
            None
        }
    };
    let unusable =
        |r: &RapidFact| outside(r).or((!r.valid).then_some(LeftOut::InvalidData)).or((r.verdict == RapidVerdict::Invalid).then_some(LeftOut::InvalidReading));
    let not_positive = |r: &RapidFact| unusable(r).or((r.verdict != RapidVerdict::Positive).then_some(LeftOut::NotPositive));
    let rate = |name, target, sampled, judge: &dyn Fn(&RapidFact) -> Result<bool, LeftOut>| {
        let treat = |r: &RapidFact| match judge(r) {
            Err(reason) => Treat::Out(reason),
            Ok(true) => Treat::Hit,
            Ok(false) => Treat::Miss,
        };
        Tally::of(readings.iter().map(|(r, n)| (FactId::Reading(r.reading_id), n, treat(r)))).rate(name, None, target, sampled)
    };
    let judged = |out: Option<LeftOut>, hit: bool| out.map_or(Ok(hit), Err);

    let usable = |r: &RapidFact| unusable(r).is_none();

    RapidKpis {
        valid: rate(RAPID_VALID, None, false, &|r| judged(outside(r), r.valid)),
        positive: rate(RAPID_POSITIVE, None, true, &|r| judged(unusable(r), r.verdict == RapidVerdict::Positive)),
        handled: rate(RAPID_HANDLED, Some(Decimal::ONE_HUNDRED), false, &|r| {
            let handled = r.handled_in_time(at);
            judged(not_positive(r).or(handled.is_none().then_some(LeftOut::NotDueYet)), handled == Some(true))
        })
        .said(at.date_naive()),
        confirmed: rate(RAPID_CONFIRMED, None, true, &|r| {
            judged(not_positive(r).or(r.confirmed.is_none().then_some(LeftOut::NotConfirmed)), r.confirmed == Some(true))
        }),
        plan: rapid_plan(readings, &facts.rapid_plan, scope, &usable),
    }
}

/// Quarter 1 to 4 of a day.
#[must_use]
pub fn quarter(day: NaiveDate) -> u8 {
    u8::try_from(day.month0() / 3 + 1).unwrap_or(4)
}
