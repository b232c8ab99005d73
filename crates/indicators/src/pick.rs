//! 数出处 one value that says which facts a number counts. The number and the list that its link opens are both made from it, and the
//! tables group by the same members, so that a figure and its list cannot differ.

use std::borrow::Cow;

use chrono::{Datelike, Months, NaiveDate};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Label, WorkCalendar, labels};
use shiyan_statute::{Nearness, TimeLeft};
use shiyan_statute::{class_in, class_scheme};

use crate::facts::{BatchFact, CaseFact, Facts, PlanFact, RapidFact, RapidVerdict};
use crate::figure::{FactId, Heap, LeftOut, Marks};
use crate::groups::KEY_FOOD_GROUPS;
use crate::kpis::{CaseLine, Kpis, Sieved, other_street};
use crate::scope::{Family, KpiScope, YearBasis};
use crate::sets::{Kept, Sets};

labels! {
    /// 计数对象 what is counted.
    pub enum What {
        Counted = "counted", "已出报告的批次", "Batches with a report";
        CountedFailing = "counted_failing", "已出报告的不合格批次", "Failing batches with a report";
        Supervisory = "supervisory", "监督抽检批次", "Supervisory batches";
        Failing = "failing", "监督抽检不合格批次", "Failing supervisory batches";
        InLab = "in_lab", "在检批次（不计入）", "Batches in the laboratory, not counted";
        InTransit = "in_transit", "在途批次（不计入）", "Batches on the way, not counted";
        Sampled = "sampled", "已抽样批次（含作废、拒收）", "Batches sampled, void and refused ones included";
        Void = "void", "作废批次（不计入）", "Void batches, not counted";
        Refused = "refused", "拒收批次（不计入）", "Batches refused on reception, not counted";
        Received = "received", "已收样批次", "Batches received";
        Reported = "reported", "已签发报告批次（含不计入的）", "Batches reported, those not counted included";
        Undated = "undated", "没有签发日期的批次（不计入）", "Batches without a date of issue, not counted";
        Unconcluded = "unconcluded", "没有检验结论的批次（不计入）", "Batches without a conclusion, not counted";
        Temporary = "temporary", "没有正式编号的批次（不计入）", "Batches without an official number, not counted";
        Duplicate = "duplicate", "编号重复的批次（不计入）", "Batches whose number is counted already, not counted";
        Passing = "passing", "已出报告的合格批次", "Passing batches with a report";
        Undetermined = "undetermined", "已出报告的不判定批次", "Batches with a report that are not determined";
        Timed = "timed", "检验周期内的批次（本年和上年）", "Batches whose turnaround is counted, this year's and last year's";
        Untimed = "untimed", "检验周期未计入的批次（本年和上年）", "Batches whose turnaround is not counted, this year's and last year's";
        Taken = "taken", "计划内已抽样的批次", "Batches sampled for the plan";
        Overdue = "overdue", "逾期案件", "Cases overdue";
        DueToday = "due_today", "今日到期的案件", "Cases due today";
        DueSoon = "due_soon", "3个工作日内到期的案件", "Cases due in 3 working days";
        DueLater = "due_later", "3个工作日以后到期的案件", "Cases due later";
        ClosedLate = "closed_late", "超期办结的案件", "Cases closed late";
        Cases = "cases", "本年的案件", "Cases of the year";
        Cancelled = "cancelled", "改判撤销的案件", "Cancelled cases";
        Closed = "closed", "办结的案件", "Closed cases";
        ClosedInTime = "closed_in_time", "按期办结的案件", "Cases closed in time";
        Open = "open", "逾期未结的案件", "Cases overdue and open";
        Running = "running", "在办未到期的案件", "Cases open and not due";
        Unevidenced = "unevidenced", "办结但证据不全的案件", "Cases closed without all evidence";
        Late = "late", "超期办结且证据齐全的案件", "Cases closed late with all evidence";
        Tests = "tests", "快检项次", "Rapid tests";
        Valid = "valid", "有效的快检项次", "Valid rapid tests";
        Positive = "positive", "快检阳性", "Positive rapid tests";
    }
}

labels! {
    /// 分组 by which members a table counts.
    pub enum By {
        Street = "street", "街道", "Street";
        Class = "class", "食品大类", "Food class";
        Subclass = "subclass", "亚类", "Subclass";
        KeyFood = "key_food", "重点食品", "Key food";
        Link = "link", "抽样环节", "Link";
        Online = "online", "网络抽样", "Online";
        Area = "area", "区域类型", "Kind of area";
        Place = "place", "抽样地点", "Place";
        Lab = "lab", "承检机构", "Laboratory";
        Month = "month", "月份", "Month";
        LevelKind = "level_kind", "任务级别和类别", "Level and kind";
        Point = "point", "快检点", "Rapid-test point";
        Item = "item", "检测项目", "Item";
        Line = "line", "计划行", "Plan line";
        Quarter = "quarter", "季度", "Quarter";
        Cell = "cell", "类别和季度", "Category and quarter";
        ClassMonth = "class_month", "食品大类和月份", "Food class and month";
        LabMonth = "lab_month", "承检机构和签发月份", "Laboratory and month of issue";
    }
}

labels! {
    /// 所属年度 which year a number belongs to, seen from the year of the page that shows it.
    pub enum YearOf {
        This = "this", "本年", "This year";
        Before = "before", "上年同期", "Same period last year";
        Whole = "whole", "上年全年", "All of last year";
    }
}

impl YearOf {
    /// The scope and the day by which batches of it are counted: of the same period what had been issued by the same day a year earlier, of the whole year
    /// how it stands on the day itself.
    #[must_use]
    pub fn seen(self, scope: &KpiScope, as_of: NaiveDate) -> (KpiScope, NaiveDate) {
        let last = || KpiScope { year: scope.year - 1, ..scope.clone() };
        match self {
            YearOf::This => (scope.clone(), as_of),
            YearOf::Before => (last(), as_of.checked_sub_months(Months::new(12)).unwrap_or(as_of)),
            YearOf::Whole => (last(), as_of),
        }
    }
}

/// 食用农产品 whose subclasses have a table of their own.
pub const FARM: &str = "食用农产品";
/// Farm produce whose sheet names no subclass.
pub const NO_SUBCLASS: &str = "未分亚类";

impl What {
    /// What the facts are.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            What::Overdue | What::DueToday | What::DueSoon | What::DueLater | What::ClosedLate => Family::Cases,
            What::Cases | What::Cancelled | What::Closed | What::ClosedInTime | What::Open | What::Running | What::Unevidenced | What::Late => Family::Cases,
            What::Tests | What::Valid | What::Positive => Family::Rapid,
            _ => Family::Batches,
        }
    }
    /// 检验周期 which is told of both years together, by the month of the report.
    fn is_of_turnaround(self) -> bool {
        matches!(self, What::Timed | What::Untimed)
    }
    /// Whether a list of last year can be asked for: the plan, cases and readings are compared with nothing.
    fn has_last_year(self) -> bool {
        self.family() == Family::Batches && self != What::Taken && !self.is_of_turnaround()
    }
    /// Whether a batch is of it; `out` is why it is not countable ([`crate::kpis::base_reasons`]).
    #[must_use]
    pub fn of_batch(self, b: &BatchFact, out: Option<LeftOut>) -> bool {
        match self {
            What::Counted => out.is_none(),
            What::CountedFailing => out.is_none() && b.fails(),
            What::Supervisory => out.is_none() && b.kind == TaskKind::Supervisory,
            What::Failing => out.is_none() && b.kind == TaskKind::Supervisory && b.fails(),
            What::InLab => out == Some(LeftOut::InLab),
            What::InTransit => out == Some(LeftOut::InTransit),
            What::Sampled => is_of_scope(out),
            What::Void => out == Some(LeftOut::Void),
            What::Refused => out == Some(LeftOut::Refused),
            What::Received => is_of_scope(out) && !matches!(out, Some(LeftOut::Void | LeftOut::Refused | LeftOut::InTransit)),
            What::Reported => What::Received.of_batch(b, out) && out != Some(LeftOut::InLab),
            What::Undated => out == Some(LeftOut::NoIssueDate),
            What::Unconcluded => out == Some(LeftOut::NoConclusion),
            What::Temporary => out == Some(LeftOut::TemporaryNumber),
            What::Duplicate => out == Some(LeftOut::DuplicateNumber),
            What::Passing => out.is_none() && !b.fails() && b.passes(),
            What::Undetermined => out.is_none() && !b.fails() && !b.passes(),
            What::Timed => out.is_none() && days_taken(b).is_some(),
            What::Untimed => out.is_none() && days_taken(b).is_none(),
            _ => false,
        }
    }
    /// Whether a case is of it, by street of the year: see [`CaseFact::year_at`].
    #[must_use]
    pub fn of_case(self, c: &CaseFact, scope: &KpiScope, as_of: NaiveDate) -> bool {
        if c.year_at(as_of) != scope.year || c.opened_on > as_of || other_street(&c.street, scope) {
            return false;
        }
        let done = !c.cancelled && c.done_by(as_of);
        match self {
            What::Cases => true,
            What::Cancelled => c.cancelled,
            What::Closed => done,
            What::ClosedInTime => done && !c.closed_late(as_of),
            What::Open => !c.cancelled && c.closed_by(as_of).is_none() && c.due_on < as_of,
            What::Running => !c.cancelled && c.closed_by(as_of).is_none() && c.due_on >= as_of,
            What::Unevidenced => !c.cancelled && c.closed_by(as_of).is_some() && !done,
            What::Late => done && c.closed_late(as_of),
            _ => false,
        }
    }
    /// Whether a rapid test is of it.
    #[must_use]
    pub fn of_reading(self, r: &RapidFact, scope: &KpiScope, as_of: NaiveDate) -> bool {
        let valid = r.valid && r.verdict != RapidVerdict::Invalid;
        let inside = r.tested_on.year() == scope.year && r.tested_on <= as_of && !other_street(&r.street, scope);
        inside
            && match self {
                What::Tests => true,
                What::Valid => valid,
                What::Positive => valid && r.verdict == RapidVerdict::Positive,
                _ => false,
            }
    }
}

/// Whether a batch is of the scope and its day, whatever became of it: of several reasons the first of the list applies.
fn is_of_scope(out: Option<LeftOut>) -> bool {
    out.is_none_or(|out| out > LeftOut::KindOfOtherFigure)
}

/// 检验周期 the days from reception to the report; `None` without a day of reception, or when it was received after its report.
#[must_use]
pub fn days_taken(b: &BatchFact) -> Option<u64> {
    let days = b.issued_on?.signed_duration_since(b.received_on?).num_days();
    u64::try_from(days).ok()
}

/// The day that decides the year and the month of a batch that counts.
#[must_use]
pub fn dated(b: &BatchFact, basis: YearBasis) -> NaiveDate {
    match basis {
        YearBasis::SamplingDate => b.sampled_on,
        YearBasis::ReportDate => b.issued_on.unwrap_or(b.sampled_on),
    }
}

impl By {
    /// The member that a batch belongs to; `None` when it belongs to none, or, of the key foods, to several.
    #[must_use]
    pub fn batch_key<'a>(self, b: &'a BatchFact, scope: &KpiScope) -> Option<Cow<'a, str>> {
        Some(match self {
            By::Street => Cow::Borrowed(b.street.as_str()),
            // last year's batches by the list of the year too, so that the two compare; a food without a class there keeps its own word
            By::Class => Cow::Borrowed(class_in(class_scheme(scope.year), &b.category).map_or(b.category.class(), |c| c.name.as_str())),
            By::Subclass if b.category.class() == FARM => Cow::Borrowed(b.category.0.get(1).map_or(NO_SUBCLASS, String::as_str)),
            By::Link => Cow::Borrowed(b.link.code()),
            By::Online if b.online => Cow::Borrowed("online"),
            By::Area => Cow::Borrowed(b.area_kind.code()),
            By::Place => Cow::Borrowed(b.place.as_str()),
            By::Lab => Cow::Borrowed(b.lab.as_str()),
            By::Month => Cow::Owned(dated(b, scope.basis).month().to_string()),
            By::LevelKind => Cow::Owned(format!("{}.{}", b.level.code(), b.kind.code())),
            By::ClassMonth => Cow::Owned(class_month(&By::Class.batch_key(b, scope)?, dated(b, scope.basis).month())),
            By::LabMonth => {
                let on = b.issued_on?;
                Cow::Owned(lab_month(&b.lab, on.year(), on.month()))
            }
            _ => return None,
        })
    }
    /// The member that a rapid test belongs to.
    #[must_use]
    pub fn reading_key(self, r: &RapidFact) -> Option<Cow<'_, str>> {
        Some(match self {
            By::Street => Cow::Borrowed(r.street.as_str()),
            By::Point => Cow::Borrowed(r.point.as_str()),
            By::Item => Cow::Borrowed(r.item.as_str()),
            By::Month => Cow::Owned(format!("{:02}", r.tested_on.month())),
            _ => return None,
        })
    }
    /// The member that a line of the plan belongs to.
    #[must_use]
    pub fn plan_key(self, p: &PlanFact) -> Option<Cow<'_, str>> {
        Some(match self {
            By::Line => Cow::Owned(p.line_id.to_string()),
            By::Class => Cow::Borrowed(p.class.as_str()),
            By::Quarter => Cow::Owned(p.quarter.to_string()),
            By::Cell => Cow::Owned(format!("{}.{}", p.quarter, p.class)),
            _ => return None,
        })
    }
    fn holds(self, b: &BatchFact, scope: &KpiScope, of: &str) -> bool {
        match self {
            By::KeyFood => KEY_FOOD_GROUPS.iter().any(|g| g.code == of && g.holds(&b.category)),
            _ => self.batch_key(b, scope).is_some_and(|key| key == of),
        }
    }
}

/// 食品大类和月份 as a member: the month stands first, because a class may be named with any sign.
#[must_use]
pub fn class_month(class: &str, month: u32) -> String {
    format!("{month}.{class}")
}

/// 承检机构和签发月份 as a member.
#[must_use]
pub fn lab_month(lab: &str, year: i32, month: u32) -> String {
    format!("{year}-{month:02}.{lab}")
}

/// 数出处 what is counted, of which member and of which year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// What.
    pub what: What,
    /// Of which member; `None` for all of the scope.
    pub of: Option<(By, String)>,
    /// 所属年度
    pub year: YearOf,
}

impl Pick {
    /// Everything of the scope.
    #[must_use]
    pub fn all(what: What) -> Self {
        Self { what, of: None, year: YearOf::This }
    }
    /// What belongs to one member.
    #[must_use]
    pub fn of(what: What, by: By, member: impl Into<String>) -> Self {
        Self { what, of: Some((by, member.into())), year: YearOf::This }
    }
    /// The same of another year.
    #[must_use]
    pub fn in_year(self, year: YearOf) -> Self {
        Self { year, ..self }
    }
    /// Reads it back out of an address.
    #[must_use]
    pub fn parse(what: &str, by: Option<&str>, of: Option<&str>, year: Option<&str>) -> Option<Self> {
        let what = What::parse(what)?;
        let year = year.map_or(Some(YearOf::This), YearOf::parse).filter(|year| *year == YearOf::This || what.has_last_year())?;
        match (by, of) {
            (None, None) => Some(Self::all(what).in_year(year)),
            (Some(by), Some(of)) => Some(Self::of(what, By::parse(by)?, of).in_year(year)),
            _ => None,
        }
    }
    /// The set that keeps what it is told apart by.
    fn kept(&self) -> Kept {
        if self.what.is_of_turnaround() { Kept::Time } else { self.of.as_ref().map_or(Kept::Base, |(by, _)| by.kept()) }
    }
    /// 批次 that are picked, from the years that it asks for.
    fn batches<M: Heap>(&self, sets: &Sets<'_>, scope: &KpiScope, as_of: NaiveDate, heap: &mut M) {
        let years: &[YearOf] = if self.what.is_of_turnaround() { &[YearOf::Whole, YearOf::This] } else { &[self.year] };
        for year in years {
            let (seen, day) = year.seen(scope, as_of);
            let all = Sieved::of(sets.batches(self.kept()), &seen, day);
            // the members are those of the page, so that the classes of two years compare
            let mine = |b: &BatchFact| self.of.as_ref().is_none_or(|(by, of)| by.holds(b, scope, of));
            all.iter().filter(|(b, _, out)| self.what.of_batch(b, *out) && mine(b)).for_each(|(b, n, _)| heap.add(FactId::Sample(b.sample_id), n));
        }
    }
    /// The facts, in the order in which they stand.
    #[must_use]
    pub fn ids<H>(&self, facts: &Facts, kpis: &Kpis<H>, calendar: &WorkCalendar) -> Vec<FactId> {
        let mut marks = Marks::default();
        self.marked(&Sets::plain(facts, &[]), kpis, calendar, &mut marks);
        marks.ids
    }
    /// 计划行 whose batches are picked.
    pub fn lines<'a>(&'a self, plan: &'a [PlanFact], year: i32) -> impl Iterator<Item = &'a PlanFact> {
        let mine = |p: &PlanFact| self.of.as_ref().is_none_or(|(by, of)| by.plan_key(p).is_some_and(|key| key == of.as_str()));
        plan.iter().filter(move |p| p.year == year && mine(p))
    }
    /// Heaps up what is counted, facts or the cells that stand for them.
    pub fn marked<H, M: Heap>(&self, sets: &Sets<'_>, kpis: &Kpis<H>, calendar: &WorkCalendar, heap: &mut M) {
        let (scope, day, facts) = (&kpis.scope, kpis.as_of, sets.facts);
        let member = |key: &dyn Fn(By) -> Option<bool>| self.of.as_ref().is_none_or(|(by, _)| key(*by) == Some(true));
        let is = |key: Option<Cow<'_, str>>, of: &str| key.map(|key| key == of);
        let of = self.of.as_ref().map_or("", |(_, of)| of);
        let by = self.of.as_ref().map(|(by, _)| *by);
        let lines = |lines: &[CaseLine], keep: &dyn Fn(&CaseLine) -> bool, heap: &mut M| {
            let mine = lines.iter().filter(|c| keep(c)).filter(|c| member(&|by| (by == By::Street).then_some(c.street == of)));
            mine.for_each(|c| heap.add(FactId::Case(c.case_id), 1));
        };
        let soon = due_soon(day, calendar);
        match (self.what, self.what.family()) {
            (What::Taken, _) => {
                self.lines(&facts.plan, scope.year).flat_map(|p| p.taken.ids()).for_each(|id| heap.add(FactId::Sample(*id), 1));
            }
            (What::Overdue, _) => lines(&kpis.overdue, &|_| true, heap),
            (What::DueToday, _) => lines(&kpis.due_today, &|_| true, heap),
            (What::ClosedLate, _) => lines(&kpis.closed_late, &|_| true, heap),
            (What::DueSoon, _) => lines(&kpis.open_not_due, &soon, heap),
            (What::DueLater, _) => lines(&kpis.open_not_due, &|c| !soon(c), heap),
            (_, Family::Batches) => self.batches(sets, scope, day, heap),
            (what, Family::Cases) => {
                let mine = facts.cases.iter().filter(|c| what.of_case(c, scope, day) && member(&|by| (by == By::Street).then_some(c.street == of)));
                mine.for_each(|c| heap.add(FactId::Case(c.case_id), 1));
            }
            (what, Family::Rapid) => {
                let set = if by == Some(By::Item) { sets.items_tested } else { sets.points };
                let mine = set.iter().filter(|(r, _)| what.of_reading(r, scope, day) && member(&|by| is(by.reading_key(r), of)));
                mine.for_each(|(r, n)| heap.add(FactId::Reading(r.reading_id), n));
            }
        }
    }
}

/// 剩余时限 of a case that is open.
#[must_use]
pub fn time_left(case: &CaseLine, day: NaiveDate, calendar: &WorkCalendar) -> TimeLeft {
    TimeLeft::day(case.due_on, None, day, calendar).unsure(case.provisional)
}

/// 即将到期 a few working days are left; what is due today is not among them. The days are counted once, however many cases are asked about.
pub fn due_soon(day: NaiveDate, calendar: &WorkCalendar) -> impl Fn(&CaseLine) -> bool + use<> {
    let (first, last) = Nearness::Soon.days(day, calendar);
    move |case| first.is_some_and(|first| first <= case.due_on) && last.is_some_and(|last| case.due_on <= last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_statute::time_left::DUE_SOON_WORKDAYS;
    #[test]
    fn what_is_due_soon_is_what_has_few_days_left() {
        let calendar = WorkCalendar { version: String::new(), years: [2026].into(), off: Default::default(), work: Default::default() };
        let day = |n: i64| NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + chrono::Duration::days(n);
        let case = |due_on| CaseLine {
            case_id: shiyan_foundation::ids::CaseId(uuid::Uuid::nil()),
            case_no: String::new(),
            sampling_no: String::new(),
            street: String::new(),
            due_on,
            provisional: false,
            closed_on: None,
            state: String::new(),
        };
        for today in 0..14 {
            let soon = due_soon(day(today), &calendar);
            for due in -7..30 {
                let case = case(day(due));
                assert_eq!(soon(&case), time_left(&case, day(today), &calendar).near == Some(Nearness::Soon), "{today} {due}");
            }
        }
    }
    #[test]
    fn the_words_of_a_list_say_the_days_by_which_it_is_cut() {
        for what in [What::DueSoon, What::DueLater] {
            assert!(what.zh().starts_with(&format!("{DUE_SOON_WORKDAYS}个工作日")), "{what:?}");
        }
        assert!(What::DueSoon.en().contains(&DUE_SOON_WORKDAYS.to_string()));
    }
}
