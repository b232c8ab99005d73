//! 统计表. Unless said otherwise a table counts 监督抽检 batches of the scope, exactly those of 问题发现率.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use shiyan_foundation::area::AreaKind;
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::task::{Link, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Refusal};
use shiyan_indicators::figure::{NOTHING, SMALL, rate};
use shiyan_indicators::pick::dated;
use shiyan_indicators::sets::Batches;
use shiyan_indicators::{BatchFact, By, CaseFact, Facts, ItemFact, KEY_FOOD_GROUPS, Kept, KpiScope, Sets, Sieved, What, YearOf, exact};

use crate::frame::Counts;
use crate::looks::{Looks, class_months, funnel, of_scope, turns};

/// What the tables are made from.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Facts of the year and of the year before, row by row or folded, with the failing items of those batches.
    pub sets: Sets<'a>,
    /// 统计口径
    pub scope: &'a KpiScope,
    /// 统计截止日
    pub as_of: NaiveDate,
    /// 食品大类 in the official order of the year, Chinese and English; each gets a line, with batches or without.
    pub classes: &'a [(&'a str, &'a str)],
    /// Whether what is looked at rather than read is made too; the first page does without.
    pub looks: bool,
}

/// 批次、不合格、不合格率
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Rate {
    /// 批次
    pub batches: u64,
    /// 合格及其他 `batches - failing`.
    pub not_failing: u64,
    /// 不合格批次
    pub failing: u64,
    /// `3.04%`; `2/17` below thirty; `—` for none.
    pub display: String,
    /// The rate in percent to four decimals, cut off, for charts; `None` where no percentage is shown.
    pub percent: Option<String>,
    /// 样本量小 fewer than thirty batches.
    pub small: bool,
}

impl Rate {
    /// So many failing of so many batches.
    #[must_use]
    pub fn of(batches: u64, failing: u64) -> Self {
        let small = batches < SMALL;
        let percent = exact::truncated(u128::from(failing) * 100, u128::from(batches), 4).filter(|_| !small);
        Self { batches, not_failing: batches.saturating_sub(failing), failing, display: rate(failing, batches, None, true), percent, small }
    }
}

impl Rate {
    /// Which of two rates is the higher, exactly; nothing divides to the lowest.
    #[must_use]
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        match (self.batches, other.batches) {
            (0, 0) => std::cmp::Ordering::Equal,
            (0, _) => std::cmp::Ordering::Less,
            (_, 0) => std::cmp::Ordering::Greater,
            (a, b) => (u128::from(self.failing) * u128::from(b)).cmp(&(u128::from(other.failing) * u128::from(a))),
        }
    }
}

/// 百分点差 of two rates that are both shown as percentages.
fn points(now: (u64, u64), before: (u64, u64)) -> Option<String> {
    exact::points(now.0, now.1, before.0, before.1).filter(|_| now.1 >= SMALL && before.1 >= SMALL)
}

/// One line of a table with last year beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Stable code, or the name itself.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// This year.
    pub now: Rate,
    /// The same period of last year.
    pub before: Rate,
    /// 百分点差, signed; `None` when one of the years shows no percentage.
    pub delta_points: Option<String>,
}

/// 任务级别 × 任务类别, all kinds of the scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelKind {
    /// 任务级别
    pub level: TaskLevel,
    /// 任务类别
    pub kind: TaskKind,
    /// This year.
    pub now: Rate,
    /// The same period of last year.
    pub before: Rate,
}

/// 街道: plan against done (all kinds of the scope), and the failing rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreetLine {
    /// Nine-digit code; empty for plan lines of no street.
    pub street: String,
    /// 计划批次
    pub planned: u64,
    /// 完成批次
    pub done: u64,
    /// 完成率, `—` without a plan; `100.00%` only when it is reached.
    pub done_display: String,
    /// 监督抽检 this year.
    pub now: Rate,
    /// 监督抽检 in the same period of last year.
    pub before: Rate,
    /// 百分点差
    pub delta_points: Option<String>,
}

/// 不合格项目类别 with its share of all failing items (项次).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupShare {
    /// 项目类别
    pub group: String,
    /// 不合格项次
    pub count: u64,
    /// 占比
    pub share: String,
    /// 累计占比 of this group and those before it, exactly.
    pub cumulative: String,
}

/// 项目 × 食品 that failed most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopItem {
    /// 项目
    pub analyte: String,
    /// 食品, the most exact level of its category.
    pub food: String,
    /// 不合格项次
    pub count: u64,
}

/// One month of the failing rate, this year and last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Month {
    /// 1 to 12.
    pub month: u8,
    /// This year; `batches` is the n under the point.
    pub now: Rate,
    /// The month of last year as it stood on the same day.
    pub before: Rate,
    /// The whole month of last year as it stands today, for the line of a chart.
    pub whole: Rate,
    /// 百分点差
    pub delta_points: Option<String>,
}

/// 快检 one group; 项次, never part of a count of batches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RapidLine {
    /// Point, item or month.
    pub key: String,
    /// 检测项次, all records.
    pub tests: u64,
    /// 有效项次, invalid readings and records not meeting the data rules left out.
    pub valid: u64,
    /// 阳性项次 of the valid ones.
    pub positive: u64,
    /// 阳性率; `n/N` below thirty.
    pub display: String,
}

/// 核查处置 of one street: the parts that count in the year, see [`CaseFact::year_at`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseLine {
    /// 街道
    pub street: String,
    /// 案件, the cancelled ones included.
    pub opened: u64,
    /// 改判撤销
    pub cancelled: u64,
    /// 办结 with every block evidenced.
    pub closed: u64,
    /// 按期办结
    pub closed_in_time: u64,
    /// 逾期未结
    pub overdue: u64,
}

/// Every table of the annual report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tables {
    /// 年度
    pub year: i32,
    /// 统计截止日
    pub as_of: NaiveDate,
    /// Of last year counts what had been sampled and issued by this day, so that like is compared with like.
    pub before_until: NaiveDate,
    /// 合计
    pub total: Line,
    /// 任务级别 × 任务类别
    pub by_level_kind: Vec<LevelKind>,
    /// 环节
    pub by_link: Vec<Line>,
    /// 网络抽样, contained in the links above.
    pub online: Line,
    /// 食品大类 in the official order; classes outside the list come last.
    pub by_class: Vec<Line>,
    /// 没有不合格的大类 with batches this year.
    pub classes_without_failing: Vec<String>,
    /// 食用农产品亚类
    pub farm_subclasses: Vec<Line>,
    /// 重点食品; they overlap and are never added up.
    pub key_foods: Vec<Line>,
    /// 街道
    pub by_street: Vec<StreetLine>,
    /// 不合格项目类别, most first.
    pub failing_groups: Vec<GroupShare>,
    /// 不合格项次
    pub failing_items: u64,
    /// 项目 × 食品, the first twenty.
    pub top_items: Vec<TopItem>,
    /// 区域类型
    pub by_area: Vec<Line>,
    /// 抽样地点
    pub by_place: Vec<Line>,
    /// 月度
    pub by_month: Vec<Month>,
    /// 承检机构
    pub by_lab: Vec<Line>,
    /// 快检 by point.
    pub rapid_by_point: Vec<RapidLine>,
    /// 快检 by item.
    pub rapid_by_item: Vec<RapidLine>,
    /// 快检 by month, `01` to `12`.
    pub rapid_by_month: Vec<RapidLine>,
    /// 核查处置 by street.
    pub cases_by_street: Vec<CaseLine>,
    /// 图览, where it was asked for.
    pub looks: Option<Looks>,
}

/// This year's and last year's batches and failing ones.
type Four = [u64; 4];

/// Counted batches, the year they count for, and the date that decides it.
struct Counted<'a> {
    batch: &'a BatchFact,
    four: Four,
    on: NaiveDate,
}

/// The countable batches of both years, from the set that keeps what a table tells them apart by.
struct Years<'a> {
    input: &'a Input<'a>,
    last: KpiScope,
    until: NaiveDate,
}

impl<'a> Years<'a> {
    fn of(input: &'a Input<'a>) -> Self {
        // as the lists behind the numbers see it
        let (last, until) = YearOf::Before.seen(input.scope, input.as_of);
        Self { last, until, input }
    }
    /// All kinds of the scope; of last year what had been issued by the same day, so that like is compared with like.
    fn all(&self, kept: Kept) -> Vec<Counted<'a>> {
        let Input { sets, scope, as_of, .. } = self.input;
        let now = counted(sets.batches(kept), scope, *as_of).into_iter().map(|(b, n, on)| four(b, n, on, true));
        let before = counted(sets.batches(kept), &self.last, self.until).into_iter().map(|(b, n, on)| four(b, n, on, false));
        now.chain(before).collect()
    }
    /// 监督抽检
    fn supervisory(&self, kept: Kept) -> Vec<Counted<'a>> {
        let mut all = self.all(kept);
        all.retain(|c| What::Supervisory.of_batch(c.batch, None));
        all
    }
}

/// Makes every table.
///
/// # Errors
/// `ANALYTICS-FAILED`, which names what the frame engine said.
pub fn tables(input: &Input<'_>) -> Result<Tables, Refusal> {
    let Input { sets, scope, as_of, .. } = *input;
    let facts = sets.facts;
    let years = Years::of(input);
    let all = years.all(Kept::Base);
    let [base, foods, labs, places, months_of] = [Kept::Base, Kept::Food, Kept::Lab, Kept::Place, Kept::Month].map(|kept| years.supervisory(kept));
    // the same members as the lists behind the numbers
    let by = |set: &[Counted<'_>], by: By| sums(set.iter().filter_map(|c| Some((by.batch_key(c.batch, scope)?, c.four))));

    let total = base.iter().fold([0; 4], |sum, c| add(sum, c.four));
    let links = by(&base, By::Link);
    let areas = by(&places, By::Area);
    let classes = by(&foods, By::Class);
    let farm = by(&foods, By::Subclass);
    let online = by(&places, By::Online).into_values().fold([0; 4], add);
    let groups = sums(foods.iter().flat_map(|c| KEY_FOOD_GROUPS.iter().filter(|g| g.holds(&c.batch.category)).map(|g| (Cow::Borrowed(g.code), c.four))));
    let by_class = listed(input.classes, classes);
    // of last year the whole months, as they stand today
    let last_months = counted(sets.batches(Kept::Month), &years.last, as_of);

    let of_this_year: HashMap<SampleId, bool> = foods.iter().filter(|c| c.four[0] > 0).map(|c| (c.batch.sample_id, c.batch.fails())).collect();
    // an item counts when its batch finally fails: overturned by a recheck it no longer does
    let failing = || sets.failing.iter().filter(|(i, _)| i.failing && of_this_year.get(&i.sample_id) == Some(&true));
    let (failing_groups, failing_items) = failing_groups(failing())?;

    Ok(Tables {
        year: scope.year,
        as_of,
        before_until: years.until,
        total: line("total", "合计", "Total", total),
        by_level_kind: level_kind(&all)?,
        by_link: labelled::<Link>(&links),
        online: line("online", "网络抽样", "Online", online),
        classes_without_failing: by_class.iter().filter(|l| l.now.batches > 0 && l.now.failing == 0).map(|l| l.zh.clone()).collect(),
        by_class,
        farm_subclasses: named(farm),
        key_foods: KEY_FOOD_GROUPS.iter().map(|g| line(g.code, g.zh, g.en, groups.get(g.code).copied().unwrap_or_default())).collect(),
        by_street: streets(facts, scope, &all)?,
        failing_groups,
        failing_items,
        top_items: top_items(failing())?,
        by_area: labelled::<AreaKind>(&areas),
        by_place: named(by(&places, By::Place)),
        by_month: months(&months_of, &last_months),
        by_lab: named(by(&labs, By::Lab)),
        rapid_by_point: rapid(&sets, scope, as_of, By::Point)?,
        rapid_by_item: rapid(&sets, scope, as_of, By::Item)?,
        rapid_by_month: rapid(&sets, scope, as_of, By::Month)?,
        cases_by_street: cases(&facts.cases, scope, as_of)?,
        looks: input.looks.then(|| {
            let of = |kept, scope: &KpiScope| counted(sets.batches(kept), scope, as_of);
            Looks {
                class_months: class_months(input.classes, scope, &of(Kept::Month, scope), &last_months),
                funnel: funnel(facts, &Sieved::of(sets.batches(Kept::Base), scope, as_of), scope, as_of),
                turns: turns(&[of(Kept::Time, &years.last), of(Kept::Time, scope)].concat()),
            }
        }),
    })
}

/// The countable batches with how many stand for each and the date that decides their year.
fn counted<'a>(batches: Batches<'a>, scope: &KpiScope, as_of: NaiveDate) -> Vec<(&'a BatchFact, u64, NaiveDate)> {
    let sieved = Sieved::of(batches, scope, as_of);
    sieved.iter().filter(|(_, _, out)| out.is_none()).map(|(b, n, _)| (b, n, dated(b, scope.basis))).collect()
}

fn four(batch: &BatchFact, n: u64, on: NaiveDate, now: bool) -> Counted<'_> {
    let fails = if batch.fails() { n } else { 0 };
    Counted { batch, four: if now { [n, fails, 0, 0] } else { [0, 0, n, fails] }, on }
}

fn add(a: Four, b: Four) -> Four {
    std::array::from_fn(|i| a[i] + b[i])
}

/// Sums by one key. Cells are few and their keys fewer: they are added up as they come, without a frame in between.
fn sums<'a>(rows: impl Iterator<Item = (Cow<'a, str>, Four)>) -> HashMap<String, Four> {
    let mut sums: HashMap<String, Four> = HashMap::new();
    for (key, four) in rows {
        match sums.get_mut(&*key) {
            Some(sum) => *sum = add(*sum, four),
            None => drop(sums.insert(key.into_owned(), four)),
        }
    }
    sums
}

fn line(code: &str, zh: &str, en: &str, [n, f, pn, pf]: Four) -> Line {
    Line { code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned(), now: Rate::of(n, f), before: Rate::of(pn, pf), delta_points: points((f, n), (pf, pn)) }
}

/// Every member of a vocabulary, with batches or without.
fn labelled<T: Label>(sums: &HashMap<String, Four>) -> Vec<Line> {
    T::ALL.iter().map(|m| line(m.code(), m.zh(), m.en(), sums.get(m.code()).copied().unwrap_or_default())).collect()
}

/// Free names, most batches first.
fn named(sums: HashMap<String, Four>) -> Vec<Line> {
    let mut lines: Vec<Line> = sums.into_iter().map(|(name, four)| line(&name, &name, &name, four)).collect();
    lines.sort_by(|a, b| (b.now.batches, b.before.batches, &a.code).cmp(&(a.now.batches, a.before.batches, &b.code)));
    lines
}

fn listed(order: &[(&str, &str)], mut sums: HashMap<String, Four>) -> Vec<Line> {
    let mut lines: Vec<Line> = order.iter().map(|(zh, en)| line(zh, zh, en, sums.remove(*zh).unwrap_or_default())).collect();
    lines.extend(named(sums));
    lines
}

fn level_kind(all: &[Counted<'_>]) -> Result<Vec<LevelKind>, Refusal> {
    let mut counts = Counts::<2, 4>::new();
    for c in all {
        counts.push([c.batch.level.code(), c.batch.kind.code()], c.four);
    }
    let sums: HashMap<[String; 2], Four> = counts.sums()?.into_iter().collect();
    let mut out = Vec::new();
    for level in TaskLevel::ALL {
        for kind in TaskKind::ALL {
            if let Some([n, f, pn, pf]) = sums.get(&[level.code().to_owned(), kind.code().to_owned()]).copied() {
                out.push(LevelKind { level: *level, kind: *kind, now: Rate::of(n, f), before: Rate::of(pn, pf) });
            }
        }
    }
    Ok(out)
}

fn streets(facts: &Facts, scope: &KpiScope, all: &[Counted<'_>]) -> Result<Vec<StreetLine>, Refusal> {
    let mut counts = Counts::<1, 6>::new();
    for c in all {
        let [n, f, pn, pf] = if What::Supervisory.of_batch(c.batch, None) { c.four } else { [0; 4] };
        counts.push([&c.batch.street], [0, c.four[0], n, f, pn, pf]);
    }
    for p in facts.plan.iter().filter(|p| of_scope(p, scope)) {
        counts.push([p.street.as_deref().unwrap_or_default()], [u64::from(p.planned), 0, 0, 0, 0, 0]);
    }
    let hundred = Some(shiyan_foundation::Decimal::ONE_HUNDRED);
    let line = |([street], [planned, done, n, f, pn, pf]): ([String; 1], [u64; 6])| StreetLine {
        street,
        planned,
        done,
        done_display: exact::percent(done, planned, hundred).map_or_else(|| NOTHING.to_owned(), |p| format!("{p}%")),
        now: Rate::of(n, f),
        before: Rate::of(pn, pf),
        delta_points: points((f, n), (pf, pn)),
    };
    Ok(counts.sums()?.into_iter().map(line).collect())
}

fn failing_groups<'a>(items: impl Iterator<Item = (&'a ItemFact, u64)>) -> Result<(Vec<GroupShare>, u64), Refusal> {
    let mut counts = Counts::<1, 1>::new();
    for (item, n) in items {
        counts.push([&item.group_zh], [n]);
    }
    let sums = counts.sums()?;
    let total: u64 = sums.iter().map(|(_, [n])| n).sum();
    let share = |n| exact::percent(n, total, None).map_or_else(|| NOTHING.to_owned(), |p| format!("{p}%"));
    let mut out: Vec<GroupShare> =
        sums.into_iter().map(|([group], [count])| GroupShare { group, count, share: share(count), cumulative: String::new() }).collect();
    out.sort_by(|a, b| (b.count, &a.group).cmp(&(a.count, &b.group)));
    let mut sum = 0;
    for group in &mut out {
        sum += group.count;
        group.cumulative = share(sum);
    }
    Ok((out, total))
}

fn top_items<'a>(items: impl Iterator<Item = (&'a ItemFact, u64)>) -> Result<Vec<TopItem>, Refusal> {
    let mut counts = Counts::<2, 1>::new();
    for (item, n) in items {
        counts.push([&item.analyte, item.category.0.last().map_or("", String::as_str)], [n]);
    }
    let mut out: Vec<TopItem> = counts.sums()?.into_iter().map(|([analyte, food], [count])| TopItem { analyte, food, count }).collect();
    out.sort_by(|a, b| (b.count, &a.analyte, &a.food).cmp(&(a.count, &b.analyte, &b.food)));
    out.truncate(20);
    Ok(out)
}

fn months(supervisory: &[Counted<'_>], whole: &[(&BatchFact, u64, NaiveDate)]) -> Vec<Month> {
    let key = |on: NaiveDate| Cow::Owned(on.month().to_string());
    let same = sums(supervisory.iter().map(|c| (key(c.on), c.four)));
    let whole = sums(whole.iter().filter(|(b, ..)| What::Supervisory.of_batch(b, None)).map(|(b, n, on)| (key(*on), four(b, *n, *on, false).four)));
    let month = |month: u8| {
        let of = |sums: &HashMap<String, Four>| sums.get(&month.to_string()).copied().unwrap_or_default();
        let ([n, f, pn, pf], [_, _, wn, wf]) = (of(&same), of(&whole));
        Month { month, now: Rate::of(n, f), before: Rate::of(pn, pf), whole: Rate::of(wn, wf), delta_points: points((f, n), (pf, pn)) }
    };
    (1..=12).map(month).collect()
}

fn rapid(sets: &Sets<'_>, scope: &KpiScope, as_of: NaiveDate, by: By) -> Result<Vec<RapidLine>, Refusal> {
    let mut counts = Counts::<1, 3>::new();
    let readings = if by == By::Item { sets.items_tested } else { sets.points };
    for (r, n) in readings.iter().filter(|(r, _)| What::Tests.of_reading(r, scope, as_of)) {
        let is = |what: What| if what.of_reading(r, scope, as_of) { n } else { 0 };
        if let Some(key) = by.reading_key(r) {
            counts.push([&key], [n, is(What::Valid), is(What::Positive)]);
        }
    }
    let line =
        |([key], [tests, valid, positive]): ([String; 1], [u64; 3])| RapidLine { key, tests, valid, positive, display: Rate::of(valid, positive).display };
    Ok(counts.sums()?.into_iter().map(line).collect())
}

fn cases(cases: &[CaseFact], scope: &KpiScope, as_of: NaiveDate) -> Result<Vec<CaseLine>, Refusal> {
    let mut counts = Counts::<1, 5>::new();
    for c in cases.iter().filter(|c| What::Cases.of_case(c, scope, as_of)) {
        let is = |what: What| u64::from(what.of_case(c, scope, as_of));
        counts.push([&c.street], [1, is(What::Cancelled), is(What::Closed), is(What::ClosedInTime), is(What::Open)]);
    }
    let line = |([street], [opened, cancelled, closed, closed_in_time, overdue]): ([String; 1], [u64; 5])| CaseLine {
        street,
        opened,
        cancelled,
        closed,
        closed_in_time,
        overdue,
    };
    Ok(counts.sums()?.into_iter().map(line).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shiyan_foundation::WorkCalendar;
    use shiyan_foundation::area::AdminBody;
    use shiyan_foundation::category::CategoryPath;
    use shiyan_foundation::ids::{CaseId, PlanLineId, PointId, PopulationId, ReadingId};
    use shiyan_foundation::task::{Boundary, Department, Outcome, Population, PopulationBasis};
    use shiyan_indicators::pick::{class_month, lab_month};
    use shiyan_indicators::{Asked, BatchStage, FoldDay, Ledger, Pick, PlanFact, RapidFact, RapidVerdict, Sift, Whose, kpis};
    use uuid::Uuid;

    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }
    fn scope() -> KpiScope {
        let population = Population {
            id: PopulationId(Uuid::nil()),
            year: 2020,
            area_code: "410105".into(),
            people: 1_000_000,
            basis: PopulationBasis::Census7,
            boundary: Boundary::Division,
            source: "公报".into(),
        };
        KpiScope::standard(2026, population).unwrap()
    }
    /// A deterministic spread over every axis.
    fn batch(n: usize) -> BatchFact {
        let paths = ["食用农产品/蔬菜/豆芽", "食用农产品/水产品", "餐饮食品", "糕点", "食用农产品", "自定类"];
        let sampled_on = day(2025 + (n % 2) as i32, (n % 12 + 1) as u32, 5);
        BatchFact {
            sample_id: SampleId(Uuid::from_u128(n as u128 + 1)),
            sampling_no: format!("XBJ{n}"),
            temporary_no: false,
            kind: if n.is_multiple_of(10) { TaskKind::Evaluative } else { TaskKind::Supervisory },
            level: TaskLevel::ALL[n % 5],
            department: Department::Market,
            link: Link::ALL[n % 3],
            street: format!("41010500{}", n % 4),
            admin: AdminBody::Jinshui,
            category: CategoryPath::parse(paths[n / 2 % paths.len()]),
            area_kind: AreaKind::ALL[n % 2],
            place: "超市".into(),
            online: n % 7 == 1,
            sampled_on,
            received_on: Some(sampled_on),
            issued_on: Some(sampled_on),
            report_due_on: None,
            stage: if n % 13 == 12 { BatchStage::InLab } else { BatchStage::Issued },
            outcome: Some(if n % 9 == 3 { Outcome::Fail } else { Outcome::Pass }),
            recheck_pending: false,
            lab: format!("机构{}", n % 3),
        }
    }
    fn facts() -> Facts {
        Facts { batches: (0..3_000).map(batch).collect(), ..Facts::default() }
    }
    fn run(facts: &Facts, items: &[ItemFact], as_of: NaiveDate) -> Tables {
        tables(&Input {
            sets: Sets::plain(facts, items),
            scope: &scope(),
            as_of,
            classes: &[("粮食加工品", ""), ("糕点", ""), ("餐饮食品", ""), ("蔬菜", ""), ("水产品", "")],
            looks: true,
        })
        .unwrap()
    }
    fn sum(lines: &[Line]) -> Four {
        lines.iter().fold([0; 4], |s, l| add(s, [l.now.batches, l.now.failing, l.before.batches, l.before.failing]))
    }

    #[test]
    fn every_table_adds_up_to_the_figures() {
        let facts = facts();
        let calendar = WorkCalendar { version: String::new(), years: BTreeSet::new(), off: BTreeSet::new(), work: BTreeSet::new() };
        for as_of in [day(2026, 12, 31), day(2026, 6, 30), day(2027, 2, 1)] {
            let t = run(&facts, &[], as_of);
            let k = kpis(&facts, &scope(), as_of, &calendar);
            let total = [t.total.now.batches, t.total.now.failing, t.total.before.batches, t.total.before.failing];
            assert_eq!((total[0], total[1]), (k.discovery.denominator, k.discovery.numerator));
            assert_eq!(t.total.now.display, k.discovery.display);
            for lines in [&t.by_link, &t.by_class, &t.by_area, &t.by_place, &t.by_lab] {
                assert_eq!(sum(lines), total);
            }
            let street = t.by_street.iter().fold([0; 3], |s, l| [s[0] + l.done, s[1] + l.now.batches, s[2] + l.now.failing]);
            assert_eq!(street, [k.per_thousand.numerator, total[0], total[1]]);
            let cells: u64 = t.by_level_kind.iter().map(|c| c.now.batches).sum();
            assert_eq!(cells, k.per_thousand.numerator);
            for (line, figure) in t.key_foods.iter().zip(&k.discovery_by_group) {
                assert_eq!((line.now.batches, line.now.failing, &line.now.display), (figure.denominator, figure.numerator, &figure.display));
            }
            let month: u64 = t.by_month.iter().map(|m| m.now.batches).sum();
            assert_eq!(month, total[0]);
        }
    }
    #[test]
    fn tables_over_cells_are_those_over_rows() {
        let mut facts = facts();
        for (n, b) in facts.batches.iter_mut().enumerate() {
            // not all in time, not all under a number of their own, some received late or on no day
            b.issued_on = Some(b.sampled_on + chrono::Duration::days(n as i64 % 50));
            b.received_on = (n % 31 > 0).then(|| b.sampled_on + chrono::Duration::days(n as i64 % 4));
            b.stage = stage(n);
            b.lab = format!("机构{}", n / 12 % 3);
            if n.is_multiple_of(40) {
                b.sampling_no = "XBJ0".to_owned();
            }
        }
        facts.rapid = (0..400)
            .map(|n| RapidFact {
                reading_id: ReadingId(Uuid::from_u128(n)),
                point_id: PointId(Uuid::from_u128(n % 3)),
                point: format!("示范点{}", n % 3),
                street: format!("41010500{}", n % 4),
                tested_on: day(2025 + (n % 2) as i32, (n % 12 + 1) as u32, (n % 28 + 1) as u32),
                item: format!("项目{}", n % 5),
                verdict: RapidVerdict::ALL[n as usize % 3],
                valid: n % 7 > 0,
                confirmed: None,
                settle_by: None,
                settled_at: None,
                cleared_at: None,
            })
            .collect();
        let failing = facts.batches.iter().enumerate().filter(|(_, b)| b.fails()).flat_map(|(n, b)| {
            (0..=n % 3).map(move |i| ItemFact {
                sample_id: b.sample_id,
                analyte: format!("项目{i}"),
                group_zh: format!("类{}", i % 2),
                category: b.category.clone(),
                failing: true,
            })
        });
        let items: Vec<ItemFact> = failing.collect();
        for as_of in [day(2026, 12, 31), day(2026, 6, 30), day(2026, 2, 10), day(2027, 2, 1)] {
            let mut ledger = Ledger::of(facts.batches.clone(), &items, &facts.rapid);
            let asked = Asked { first: day(2025, 1, 1), last: day(2026, 12, 31), day: FoldDay::of(as_of), whose: Whose::All, sift: Sift::of(&scope()) };
            ledger.ready(&asked);
            let classes = &[("粮食加工品", ""), ("糕点", ""), ("餐饮食品", ""), ("蔬菜", ""), ("水产品", "")];
            let folded = tables(&Input { sets: ledger.sets(&asked).unwrap(), scope: &scope(), as_of, classes, looks: true }).unwrap();
            let plain = run(&facts, &items, as_of);
            assert_eq!(folded.looks, plain.looks);
            assert!(plain.looks.as_ref().is_some_and(|l| l.funnel.sampled > 0 && l.turns.len() == 3 && l.turns.iter().any(|t| t.months.len() > 6)));
            assert_eq!(folded, plain);
            assert!(as_of < day(2026, 6, 1) || folded.failing_items > 0 && !folded.rapid_by_item.is_empty());
        }
    }
    #[test]
    fn what_is_looked_at_adds_up_to_what_is_read() {
        let mut facts = facts();
        for (n, b) in facts.batches.iter_mut().enumerate() {
            b.stage = stage(n);
            // each laboratory works all year
            b.lab = format!("机构{}", n / 12 % 3);
            b.received_on = (n % 31 > 0).then_some(b.sampled_on);
            b.issued_on = (b.stage == BatchStage::Issued).then(|| b.sampled_on + chrono::Duration::days(n as i64 % 9));
            if n % 50 == 7 {
                b.sampling_no = "XBJ0".to_owned();
            }
        }
        let calendar = WorkCalendar { version: String::new(), years: BTreeSet::new(), off: BTreeSet::new(), work: BTreeSet::new() };
        for as_of in [day(2026, 12, 31), day(2026, 5, 4)] {
            let (t, k) = (run(&facts, &[], as_of), kpis(&facts, &scope(), as_of, &calendar));
            let l = t.looks.as_ref().unwrap();
            // later months of last year may hold a class that the same period does not
            for line in &t.by_class {
                let class = l.class_months.iter().find(|c| c.code == line.code).unwrap();
                assert_eq!(class.total, line.now);
            }
            let month = |m: usize| l.class_months.iter().fold([0; 4], |s, c| add(s, four_of(&c.months[m])));
            for m in 0..12 {
                assert_eq!(month(m), four_of(&crate::looks::TwoYears { now: t.by_month[m].now.clone(), whole: t.by_month[m].whole.clone() }));
            }
            let f = &l.funnel;
            assert_eq!((f.counted, f.in_lab, f.in_transit), (k.per_thousand.numerator, k.in_lab.len() as u64, k.in_transit.len() as u64));
            assert_eq!(f.sampled, f.void + f.refused + f.in_transit + f.received);
            assert_eq!(f.received, f.in_lab + f.reported);
            assert_eq!(f.reported, f.counted + f.undated + f.unconcluded + f.temporary + f.duplicate);
            assert!(f.void > 0 && f.refused > 0 && f.in_transit > 0 && f.in_lab > 0 && f.duplicate > 0 && f.failing > 0, "{f:?}");
            let inside = facts.batches.iter().filter(|b| b.sampled_on.year() == 2026 && b.sampled_on <= as_of);
            assert_eq!(f.sampled, inside.count() as u64);
            each_opens_its_rows(&t, |pick| pick.ids(&facts, &k, &calendar).len() as u64);
        }
        let l = run(&facts, &[], day(2026, 12, 31)).looks.unwrap();
        let of: u64 = l.turns.iter().flat_map(|l| &l.months).map(|m| m.batches).sum();
        assert_eq!(of + l.turns.iter().map(|l| l.left_out).sum::<u64>(), l.funnel.counted + run_of_last(&facts).looks.unwrap().funnel.counted);
        assert!(l.turns.len() == 3 && l.turns.iter().all(|l| l.limits.is_some()));
    }
    /// Every number that is a link on the page has as many rows behind it.
    fn each_opens_its_rows(t: &Tables, rows: impl Fn(Pick) -> u64) {
        let l = t.looks.as_ref().unwrap();
        for step in l.funnel.steps() {
            assert_eq!(step.what.is_none(), ["planned", "unsampled", "beside"].contains(&step.code), "{}", step.code);
            assert!(step.what.is_none_or(|what| rows(Pick::all(what)) as i64 == step.number), "{}", step.code);
        }
        for (class, (m, two)) in l.class_months.iter().flat_map(|c| (1..).zip(&c.months).map(move |m| (c, m))) {
            let of = |year| rows(Pick::of(What::Supervisory, By::ClassMonth, class_month(&class.code, m)).in_year(year));
            assert_eq!((of(YearOf::This), of(YearOf::Whole)), (two.now.batches, two.whole.batches), "{} {m}", class.code);
        }
        for lab in &l.turns {
            for m in &lab.months {
                assert_eq!(rows(Pick::of(What::Timed, By::LabMonth, lab_month(&lab.lab, m.year, m.month))), m.batches);
            }
            assert_eq!(rows(Pick::of(What::Untimed, By::Lab, lab.lab.as_str())), lab.left_out);
        }
        for line in &t.by_class {
            assert_eq!(rows(Pick::of(What::Supervisory, By::Class, line.code.as_str()).in_year(YearOf::Before)), line.before.batches);
        }
    }
    fn stage(n: usize) -> BatchStage {
        match n % 19 {
            0 => BatchStage::Sampled,
            1 => BatchStage::InLab,
            2 => BatchStage::Refused,
            3 => BatchStage::Void,
            _ => BatchStage::Issued,
        }
    }
    fn four_of(m: &crate::looks::TwoYears) -> Four {
        [m.now.batches, m.now.failing, m.whole.batches, m.whole.failing]
    }
    fn run_of_last(facts: &Facts) -> Tables {
        let scope = KpiScope { year: 2025, ..scope() };
        tables(&Input { sets: Sets::plain(facts, &[]), scope: &scope, as_of: day(2026, 12, 31), classes: &[], looks: true }).unwrap()
    }
    #[test]
    fn last_year_is_the_same_period() {
        let until = |on| YearOf::Before.seen(&scope(), on).1;
        assert_eq!(until(day(2026, 6, 30)), day(2025, 6, 30));
        assert_eq!(until(day(2026, 12, 31)), day(2025, 12, 31));
        assert_eq!(until(day(2027, 3, 1)), day(2026, 3, 1));
        assert_eq!(until(day(2024, 2, 29)), day(2023, 2, 28));
        let t = run(&facts(), &[], day(2026, 3, 31));
        let first: u64 = t.by_month[..3].iter().map(|m| m.before.batches).sum();
        assert_eq!(t.total.before.batches, first);
        assert!(t.by_month[11].whole.batches + t.by_month[10].whole.batches > 0 && t.by_month[11].now.batches + t.by_month[11].before.batches == 0);
    }
    #[test]
    fn of_last_year_counts_what_had_been_issued_by_the_same_day() {
        let report = |n: usize, sampled, issued| BatchFact {
            sampled_on: sampled,
            issued_on: Some(issued),
            stage: BatchStage::Issued,
            outcome: Some(Outcome::Fail),
            kind: TaskKind::Supervisory,
            ..batch(n)
        };
        let facts = Facts {
            batches: vec![
                report(1, day(2025, 6, 10), day(2025, 6, 30)),
                report(2, day(2025, 6, 10), day(2025, 7, 1)),
                report(3, day(2025, 7, 1), day(2025, 7, 20)),
                report(4, day(2026, 6, 10), day(2026, 6, 30)),
            ],
            ..Facts::default()
        };
        let t = run(&facts, &[], day(2026, 6, 30));
        assert_eq!((t.total.now.batches, t.total.before.batches, t.total.before.failing), (1, 1, 1));
        assert_eq!((t.by_month[5].before.batches, t.by_month[5].whole.batches), (1, 2));
        assert_eq!(run(&facts, &[], day(2026, 7, 1)).total.before.batches, 2);
        // of a year that is over too: what its January adds is set against what last year's January added
        assert_eq!(run(&facts, &[], day(2027, 1, 5)).total.before.batches, 3);
    }
    #[test]
    fn a_case_stands_in_the_table_of_one_year_only() {
        let case = |n: u128, opened, due, closed| CaseFact {
            case_id: CaseId(Uuid::from_u128(n)),
            case_no: n.to_string(),
            sampling_no: String::new(),
            street: "410105001".into(),
            opened_on: opened,
            due_on: due,
            provisional: false,
            closed_on: closed,
            cancelled: false,
            evidenced: true,
            state: String::new(),
            disposal: Default::default(),
        };
        let facts = Facts {
            cases: vec![
                case(1, day(2025, 12, 1), day(2026, 2, 1), Some(day(2026, 1, 20))),
                case(2, day(2025, 12, 1), day(2026, 2, 1), Some(day(2025, 12, 31))),
                case(3, day(2026, 12, 1), day(2027, 2, 1), None),
            ],
            ..Facts::default()
        };
        let of = |as_of| run(&facts, &[], as_of).cases_by_street.first().map_or((0, 0), |l| (l.opened, l.closed));
        assert_eq!((of(day(2026, 12, 31)), of(day(2027, 3, 1))), ((2, 1), (1, 1)));
    }
    #[test]
    fn classes_keep_the_official_order_and_none_vanishes() {
        let t = run(&facts(), &[], day(2026, 12, 31));
        let names: Vec<&str> = t.by_class.iter().map(|l| l.zh.as_str()).collect();
        assert_eq!(names[..5], ["粮食加工品", "糕点", "餐饮食品", "蔬菜", "水产品"]);
        // the list of 2026 has no class for farm produce without a subclass
        assert_eq!(std::collections::BTreeSet::from_iter(&names[5..]), std::collections::BTreeSet::from([&"自定类", &"食用农产品"]));
        assert_eq!((t.by_class[0].now.batches, t.by_class[0].now.display.as_str(), t.by_class[0].delta_points.clone()), (0, "—", None));
        let farm: Vec<Line> = t.by_class.iter().filter(|l| ["蔬菜", "水产品", "食用农产品"].contains(&l.zh.as_str())).cloned().collect();
        assert_eq!(sum(&t.farm_subclasses), sum(&farm));
        assert!(t.farm_subclasses.iter().any(|l| l.zh == "未分亚类"));
        assert!(t.by_class[1].delta_points.as_ref().is_some_and(|d| d.contains('.')));
    }
    #[test]
    fn only_items_of_finally_failing_batches_count() {
        let facts = facts();
        let failing: Vec<&BatchFact> = facts
            .batches
            .iter()
            .filter(|b| b.fails() && b.sampled_on.year() == 2026 && b.stage == BatchStage::Issued && b.kind == TaskKind::Supervisory)
            .collect();
        let item = |b: &BatchFact, analyte: &str, group: &str, failing| ItemFact {
            sample_id: b.sample_id,
            analyte: analyte.into(),
            group_zh: group.into(),
            category: b.category.clone(),
            failing,
        };
        let passing = facts.batches.iter().find(|b| !b.fails()).unwrap();
        let items = [
            item(failing[0], "腐霉利", "农药残留", true),
            item(failing[0], "毒死蜱", "农药残留", true),
            item(failing[0], "镉", "重金属", false),
            item(failing[1], "菌落总数", "微生物", true),
            item(passing, "铅", "重金属", true),
        ];
        let t = run(&facts, &items, day(2026, 12, 31));
        assert_eq!(t.failing_items, 3);
        assert_eq!((t.failing_groups[0].group.as_str(), t.failing_groups[0].count, t.failing_groups[0].share.as_str()), ("农药残留", 2, "66.67%"));
        assert_eq!((t.failing_groups.len(), t.top_items.len(), t.top_items[0].count), (2, 3, 1));
    }
    #[test]
    fn plans_rapid_tests_and_cases() {
        let mut facts = facts();
        let plan = |street: Option<&str>, planned| PlanFact {
            line_id: PlanLineId(Uuid::nil()),
            year: 2026,
            kind: TaskKind::Supervisory,
            level: TaskLevel::District,
            department: Department::Market,
            street: street.map(str::to_owned),
            class: "糕点".into(),
            quarter: 1,
            planned,
            taken: shiyan_indicators::Taken::Ids(Vec::new()),
        };
        facts.plan = vec![plan(Some("410105001"), 1_000), plan(Some("410105001"), 500), plan(None, 7)];
        let rapid = |n: u128, verdict, valid| RapidFact {
            reading_id: ReadingId(Uuid::from_u128(n)),
            point_id: PointId(Uuid::nil()),
            point: "示范点".into(),
            street: "410105001".into(),
            tested_on: day(2026, 5, 1),
            item: "农残".into(),
            verdict,
            valid,
            confirmed: None,
            settle_by: None,
            settled_at: None,
            cleared_at: None,
        };
        facts.rapid = vec![
            rapid(1, RapidVerdict::Positive, true),
            rapid(2, RapidVerdict::Negative, true),
            rapid(3, RapidVerdict::Invalid, true),
            rapid(4, RapidVerdict::Positive, false),
        ];
        let case = |n: u128, closed, due, cancelled| CaseFact {
            case_id: CaseId(Uuid::from_u128(n)),
            case_no: n.to_string(),
            sampling_no: String::new(),
            street: "410105001".into(),
            opened_on: day(2026, 2, 1),
            due_on: due,
            provisional: false,
            closed_on: closed,
            cancelled,
            evidenced: true,
            state: String::new(),
            disposal: Default::default(),
        };
        facts.cases = vec![
            case(1, Some(day(2026, 3, 1)), day(2026, 5, 1), false),
            case(2, Some(day(2026, 6, 1)), day(2026, 5, 1), false),
            case(3, None, day(2026, 5, 1), false),
            case(4, None, day(2026, 5, 1), true),
        ];
        let t = run(&facts, &[], day(2026, 12, 31));
        let street = |code: &str| t.by_street.iter().find(|s| s.street == code).unwrap();
        assert_eq!((street("").planned, street("410105001").planned), (7, 1_500));
        assert!(street("410105001").done > 0 && street("410105001").done_display.ends_with('%'));
        assert_eq!(t.rapid_by_point, [RapidLine { key: "示范点".into(), tests: 4, valid: 2, positive: 1, display: "1/2".into() }]);
        assert_eq!((t.rapid_by_item[0].key.as_str(), t.rapid_by_month[0].key.as_str()), ("农残", "05"));
        assert_eq!(t.cases_by_street, [CaseLine { street: "410105001".into(), opened: 4, cancelled: 1, closed: 2, closed_in_time: 1, overdue: 1 }]);
    }
    #[test]
    fn rates_are_ordered_exactly_and_shares_add_up_to_all() {
        let (a, b) = (Rate::of(3_000_000, 1_000_001), Rate::of(3, 1));
        assert_eq!((a.compare(&b), b.compare(&a), a.compare(&a)), (std::cmp::Ordering::Greater, std::cmp::Ordering::Less, std::cmp::Ordering::Equal));
        assert_eq!(Rate::of(0, 0).compare(&Rate::of(5, 0)), std::cmp::Ordering::Less);
        let item = |n: u128, group: &str| ItemFact {
            sample_id: SampleId(Uuid::from_u128(n)),
            analyte: "x".into(),
            group_zh: group.into(),
            category: CategoryPath::parse("糕点"),
            failing: true,
        };
        let items = [item(1, "甲"), item(2, "甲"), item(3, "乙"), item(4, "乙"), item(5, "丙"), item(6, "甲")];
        let (groups, total) = failing_groups(items.iter().map(|i| (i, 1))).unwrap();
        let shares: Vec<_> = groups.iter().map(|g| (g.share.as_str(), g.cumulative.as_str())).collect();
        assert_eq!((total, shares), (6, vec![("50.00%", "50.00%"), ("33.33%", "83.33%"), ("16.67%", "100.00%")]));
    }
    #[test]
    fn of_a_small_sample_no_percentage_leaks_into_a_chart_or_a_difference() {
        let small = Rate::of(29, 3);
        assert_eq!((small.display.as_str(), small.percent.clone(), small.small), ("3/29", None, true));
        assert_eq!((points((1, 29), (1, 300)), points((1, 300), (1, 29))), (None, None));
        assert_eq!(points((3, 100), (1, 100)).as_deref(), Some("+2.00"));
    }
    #[test]
    fn nothing_makes_empty_tables() {
        let t = run(&Facts::default(), &[], day(2026, 12, 31));
        assert_eq!((t.total.now.display.as_str(), t.by_month.len(), t.by_link.len(), t.by_street.len()), ("—", 12, 3, 0));
    }
}
