//! 数出处 one value that says which facts a number counts. The number and the list that its link opens are both made from it, and the
//! tables group by the same members, so that a figure and its list cannot differ.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
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
            What::Counted | What::CountedFailing | What::Supervisory | What::Failing | What::InLab | What::InTransit | What::Taken => Family::Batches,
            What::Tests | What::Valid | What::Positive => Family::Rapid,
            _ => Family::Cases,
        }
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

/// 数出处 what is counted and of which member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// What.
    pub what: What,
    /// Of which member; `None` for all of the scope.
    pub of: Option<(By, String)>,
}

impl Pick {
    /// Everything of the scope.
    #[must_use]
    pub fn all(what: What) -> Self {
        Self { what, of: None }
    }
    /// What belongs to one member.
    #[must_use]
    pub fn of(what: What, by: By, member: impl Into<String>) -> Self {
        Self { what, of: Some((by, member.into())) }
    }
    /// Reads it back out of an address.
    #[must_use]
    pub fn parse(what: &str, by: Option<&str>, of: Option<&str>) -> Option<Self> {
        let what = What::parse(what)?;
        match (by, of) {
            (None, None) => Some(Self::all(what)),
            (Some(by), Some(of)) => Some(Self::of(what, By::parse(by)?, of)),
            _ => None,
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
            (what, Family::Batches) => {
                let all = Sieved::of(sets.batches(by.map_or(Kept::Base, By::kept)), scope, day);
                let mine = all.iter().filter(|(b, _, out)| what.of_batch(b, *out) && member(&|by| Some(by.holds(b, scope, of))));
                mine.for_each(|(b, n, _)| heap.add(FactId::Sample(b.sample_id), n));
            }
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
