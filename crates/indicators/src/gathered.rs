//! 汇总 what several regions count, added up. A region tells how many facts stand in the numerator and the denominator of each figure and how many were
//! left out and why, never the facts and never a rate: numbers of facts are added, and every rate is computed from the sums by the code that computes
//! the rates of one region.
//!
//! Added is only what cannot have been counted twice: regions answer for streets, every fact has one street, and regions that share a street are not
//! added. One number of a sampling sheet counts once within a region. Between regions it is not compared, because a number as the national system
//! writes it names its area and its organisation; the numbers themselves stay where they are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::{Refusal, WorkCalendar};

use crate::facts::{Facts, end_of};
use crate::figure::{Axis, Cut, FactId, Figure, Heap, LeftOut, NOTHING, Name, Tally, Treat, Unit};
use crate::kpis::{Forecast, Kpis, Pace, kpis_of, pace, required};
use crate::scope::{Divisor, KpiScope};
use crate::sets::Sets;

/// 格式 of what a region answers; another one is another program.
pub const FORM: u32 = 1;
/// What a number of facts is below: so many regions that no sum of them can overflow, and more facts than a nation has.
const MOST: u64 = 1 << 48;
/// Statistics of what was sampled, whose percentage is not shown of a small denominator.
const SAMPLED: [&str; 4] = ["discovery_rate", "evaluative_pass_rate", "rapid_positive_rate", "rapid_confirmation_rate"];

/// 一项之数 what one figure counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Key of the figure.
    pub key: String,
    /// The part it is cut to.
    pub cut: Option<Cut>,
    /// Unit.
    pub unit: Unit,
    /// In the numerator.
    pub hits: u64,
    /// In the denominator; of batches per thousand, and of sums, the same as in the numerator.
    pub counted: u64,
    /// Left out, by reason.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// 合计 of a figure that is a sum.
    pub total: Option<Decimal>,
    /// Target in the unit.
    pub target: Option<Decimal>,
    /// 暂定
    pub provisional: bool,
}

/// 一地之数 everything that one region counts of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// See [`FORM`].
    pub form: u32,
    /// 统计口径 as it was applied.
    pub scope: KpiScope,
    /// 统计截止日
    pub as_of: NaiveDate,
    /// 记录号 the entry of the region's journal on which they stand; `None` of a day that has passed.
    pub stands_on: Option<i64>,
    /// 街道 for which the region answers.
    pub streets: BTreeSet<String>,
    /// Every figure.
    pub figures: Vec<Count>,
    /// 在检
    pub in_lab: u64,
    /// 在途
    pub in_transit: u64,
    /// 不判定
    pub undetermined: u64,
    /// 计划未抽
    pub plan_remaining: u64,
    /// 逾期
    pub overdue: u64,
    /// 超期办结
    pub closed_late: u64,
    /// 今日到期
    pub due_today: u64,
    /// 已办结但证据不全
    pub unevidenced: u64,
    /// 未到期在办
    pub open_not_due: u64,
}

/// 不能相加 why the counts of a region are not added to those of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// 格式不同 an older or newer program, or none of ours; what is missing or strange.
    Form(String),
    /// 截止日不同 they stand for another day.
    Day(NaiveDate),
    /// 口径不同 the named part of the scope: Chinese, English.
    Scope(&'static str, &'static str),
}

impl Counts {
    /// What a region tells of its figures; `streets` are those for which it answers, beside those that it counts.
    #[must_use]
    pub fn of<H: Heap>(k: &Kpis<H>, stands_on: Option<i64>, mut streets: BTreeSet<String>) -> Self {
        streets.extend(k.discovery_by_street.iter().filter_map(|f| f.cut.as_ref()).map(|c| c.code.clone()));
        let count = |f: &Figure<H>| Count {
            key: f.key.to_owned(),
            cut: f.cut.clone(),
            unit: f.unit,
            hits: f.numerator,
            counted: f.counted.number(),
            left_out: f.left_out.iter().map(|(why, heap)| (*why, heap.number())).collect(),
            total: if f.unit.is_sum() { f.exact.parse().ok() } else { None },
            target: f.target.as_ref().and_then(|t| t.parse().ok()),
            provisional: f.provisional,
        };
        let many = |lines: &[crate::kpis::CaseLine]| lines.len() as u64;
        Self {
            form: FORM,
            scope: k.scope.clone(),
            as_of: k.as_of,
            stands_on,
            streets,
            figures: k.figures().map(count).collect(),
            in_lab: k.in_lab.number(),
            in_transit: k.in_transit.number(),
            undetermined: k.undetermined.number(),
            plan_remaining: k.forecast.plan_remaining,
            overdue: many(&k.overdue),
            closed_late: many(&k.closed_late),
            due_today: many(&k.due_today),
            unevidenced: many(&k.unevidenced),
            open_not_due: many(&k.open_not_due),
        }
    }
    fn whole(&self, key: &str) -> Option<&Count> {
        self.figures.iter().find(|f| f.cut.is_none() && f.key == key)
    }
}

/// 合计 of several regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gathered {
    /// 年度
    pub year: i32,
    /// 统计截止日
    pub as_of: NaiveDate,
    /// 人口; `None` where that of one region is not known: what is divided must be of the same regions.
    pub people: Option<u64>,
    /// 目标 batches per thousand people; `None` where the regions have different ones.
    pub target_per_mille: Option<Decimal>,
    /// 应完成批次; where the targets differ, what the regions have to do together.
    pub required: Option<u64>,
    /// 差额
    pub gap: Option<u64>,
    /// 时间进度
    pub pace: Option<Pace>,
    /// 预计
    pub forecast: Option<Forecast>,
    /// 在检
    pub in_lab: u64,
    /// 在途
    pub in_transit: u64,
    /// 不判定
    pub undetermined: u64,
    /// 逾期
    pub overdue: u64,
    /// 超期办结
    pub closed_late: u64,
    /// 今日到期
    pub due_today: u64,
    /// 已办结但证据不全
    pub unevidenced: u64,
    /// 未到期在办
    pub open_not_due: u64,
    /// Every figure, the main ones first.
    pub figures: Vec<Figure<u64>>,
}

/// Key and cut of a figure.
type Which = (String, Option<(Axis, String)>);

fn which(key: &str, cut: Option<&Cut>) -> Which {
    (key.to_owned(), cut.map(|c| (c.axis, c.code.clone())))
}

/// 汇总者 adds up regions for one year and day. What this program counts of nothing tells which figures there are, and how they are called.
#[derive(Debug)]
pub struct Gatherer {
    scope: KpiScope,
    as_of: NaiveDate,
    calendar: WorkCalendar,
    blank: Kpis<u64>,
}

impl Gatherer {
    /// For a year and a day.
    ///
    /// # Errors
    /// `LAW-NO-RULE` when the targets of the year cannot be read.
    pub fn new(year: i32, as_of: NaiveDate, calendar: &WorkCalendar) -> Result<Self, Refusal> {
        let scope = KpiScope::of_nobody(year, String::new())?;
        let blank = kpis_of(&Sets::plain(&Facts::default(), &[]), &scope, end_of(as_of), calendar);
        Ok(Self { scope, as_of, calendar: calendar.clone(), blank })
    }
    /// 统计截止日
    #[must_use]
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }
    /// Whether the counts of a region can be added to those of others.
    ///
    /// # Errors
    /// Why not.
    pub fn fit(&self, region: &Counts) -> Result<(), Unfit> {
        let form = |what: &str| Err(Unfit::Form(what.to_owned()));
        if region.form != FORM {
            return form(&format!("form {}", region.form));
        }
        let (mine, theirs) = (&self.scope, &region.scope);
        let differs = if theirs.year != mine.year {
            Some(("年度", "year"))
        } else if theirs.basis != mine.basis {
            Some(("年度归属", "basis of the year"))
        } else if theirs.levels != mine.levels {
            Some(("任务级别", "levels"))
        } else if theirs.departments != mine.departments {
            Some(("部门", "departments"))
        } else if theirs.kinds != mine.kinds {
            Some(("任务类别", "kinds"))
        } else {
            None
        };
        if let Some((zh, en)) = differs {
            return Err(Unfit::Scope(zh, en));
        }
        if region.as_of != self.as_of {
            return Err(Unfit::Day(region.as_of));
        }
        if region.streets.is_empty() {
            return form("streets");
        }
        let mut seen = BTreeSet::new();
        for count in &region.figures {
            let Some(known) = self.blank.figures().find(|f| f.key == count.key) else { return form(&count.key) };
            let sum = known.unit.is_sum();
            let sound = count.unit == known.unit
                && count.counted < MOST
                && count.hits <= count.counted
                && count.left_out.values().all(|n| *n < MOST)
                && (known.unit == Unit::Percent || count.hits == count.counted)
                && count.total.is_some() == sum
                && count.total.is_none_or(|t| !t.is_sign_negative())
                && count.cut.as_ref().is_none_or(|c| c.axis != Axis::Street || region.streets.contains(&c.code));
            if !sound || !seen.insert(which(&count.key, count.cut.as_ref())) {
                return form(&count.key);
            }
        }
        // a figure that one region does not tell would be missing from the sum without a word
        if let Some(missing) = self.blank.figures().find(|f| !seen.contains(&which(f.key, f.cut.as_ref()))) {
            return form(missing.key);
        }
        let beside = [region.in_lab, region.in_transit, region.undetermined, region.plan_remaining, region.overdue, region.closed_late];
        let more = [region.due_today, region.unevidenced, region.open_not_due, theirs.people().unwrap_or(0)];
        if beside.iter().chain(&more).any(|n| *n >= MOST) { form("numbers") } else { Ok(()) }
    }
    /// Which regions answer for a street for which another one answers too, with one of the others and the street.
    #[must_use]
    pub fn overlaps(regions: &[&Counts]) -> BTreeMap<usize, (usize, String)> {
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        let mut out = BTreeMap::new();
        for (at, region) in regions.iter().enumerate() {
            for street in &region.streets {
                match first.get(street.as_str()) {
                    Some(other) => {
                        out.entry(at).or_insert_with(|| (*other, street.clone()));
                        out.entry(*other).or_insert_with(|| (at, street.clone()));
                    }
                    None => {
                        first.insert(street, at);
                    }
                }
            }
        }
        out
    }
    /// 合计 of regions that fit and share no street; `None` of none.
    #[must_use]
    pub fn sum(&self, regions: &[&Counts]) -> Option<Gathered> {
        let first = regions.first()?;
        let people = regions.iter().map(|r| r.scope.people()).sum::<Option<u64>>();
        let target = Some(first.scope.target_per_mille).filter(|t| regions.iter().all(|r| r.scope.target_per_mille == *t));
        let required = people.map(|people| match target {
            Some(target_per_mille) => required(&KpiScope { target_per_mille, divisor: Divisor::Given(people), ..self.scope.clone() }),
            // each owes what its own plan asks of it
            None => regions.iter().map(|r| required(&r.scope)).fold(0, u64::saturating_add),
        });
        let counted: u64 = regions.iter().filter_map(|r| r.whole(self.blank.per_thousand.key)).map(|c| c.counted).sum();
        let of = |number: fn(&Counts) -> u64| regions.iter().map(|r| number(r)).sum::<u64>();
        let (in_lab, in_transit, plan_remaining) = (of(|r| r.in_lab), of(|r| r.in_transit), of(|r| r.plan_remaining));
        let total = counted + in_lab + in_transit + plan_remaining;
        Some(Gathered {
            year: self.scope.year,
            as_of: self.as_of,
            people,
            target_per_mille: target,
            required,
            gap: required.map(|r| r.saturating_sub(counted)),
            pace: required.map(|r| pace(&self.scope, counted, r, self.as_of, &self.calendar)),
            forecast: required.map(|r| Forecast { counted, in_lab, in_transit, plan_remaining, total, reaches: total >= r }),
            in_lab,
            in_transit,
            undetermined: of(|r| r.undetermined),
            overdue: of(|r| r.overdue),
            closed_late: of(|r| r.closed_late),
            due_today: of(|r| r.due_today),
            unevidenced: of(|r| r.unevidenced),
            open_not_due: of(|r| r.open_not_due),
            figures: self.figures(regions, people),
        })
    }
    /// The figures in the order of one region's; members of an axis that only some regions have stand at the end.
    fn figures(&self, regions: &[&Counts], people: Option<u64>) -> Vec<Figure<u64>> {
        let mut parts: BTreeMap<Which, Vec<&Count>> = BTreeMap::new();
        for count in regions.iter().flat_map(|r| &r.figures) {
            parts.entry(which(&count.key, count.cut.as_ref())).or_default().push(count);
        }
        let mut out = Vec::new();
        for known in self.blank.figures() {
            let these = parts.remove(&which(known.key, known.cut.as_ref())).unwrap_or_default();
            out.push(added(known, known.cut.clone(), &these, people));
        }
        for ((key, _), these) in parts {
            if let (Some(known), Some(part)) = (self.blank.figures().find(|f| f.key == key), these.first()) {
                out.push(added(known, part.cut.clone(), &these, people));
            }
        }
        out
    }
}

/// One figure from the numbers of its parts.
fn added(known: &Figure<u64>, cut: Option<Cut>, parts: &[&Count], people: Option<u64>) -> Figure<u64> {
    let target = parts.first().and_then(|p| p.target).filter(|t| parts.iter().all(|p| p.target == Some(*t)));
    let name = Name(known.key, "", "", known.family);
    // numbers only: whose they are is known where they were counted
    let nobody = FactId::Sample(SampleId(Default::default()));
    let mut tally: Tally<u64> = Tally::default();
    tally.provisional = parts.iter().any(|p| p.provisional);
    let mut total = Some(Decimal::ZERO);
    for part in parts {
        tally.add(nobody, part.hits, Treat::Hit);
        tally.add(nobody, part.counted - part.hits, Treat::Miss);
        for (why, n) in &part.left_out {
            tally.add(nobody, *n, Treat::Out(*why));
        }
        // what no longer fits into the number is no sum: half of one is never shown
        total = total.zip(part.total).and_then(|(sum, t)| sum.checked_add(t));
    }
    let figure = match known.unit {
        Unit::PerThousand => tally.per_thousand(name, people, target.unwrap_or_default()),
        Unit::Percent => tally.rate(name, cut.clone(), target, SAMPLED.contains(&known.key)),
        Unit::Kilogram | Unit::Yuan | Unit::Case => {
            let total = total.map_or_else(|| NOTHING.to_owned(), |t| t.normalize().to_string());
            let counted = tally.rate(name, cut.clone(), None, false);
            let (numerator, denominator) = (counted.numerator, counted.denominator);
            Figure { numerator, denominator, exact: total.clone(), decimal: total.clone(), display: total, small: false, ..counted }
        }
    };
    // of different targets there is none, and nothing that is reached or not
    let (target, met) = if target.is_some() { (figure.target, figure.met) } else { (None, None) };
    Figure { key: known.key, zh: known.zh.clone(), en: known.en.clone(), cut, unit: known.unit, target, met, ..figure }
}
