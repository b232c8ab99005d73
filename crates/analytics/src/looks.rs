//! 图览 what is looked at rather than read: the months of each food class, the way of a year's batches, and how long laboratories take. Each is the
//! table beside its chart; the chart decides nothing.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use shiyan_indicators::pick::days_taken;
use shiyan_indicators::{BatchFact, By, CaseFact, Facts, KpiScope, LeftOut, PlanFact, Sieved, What, exact};

use crate::tables::Rate;

/// A countable batch, how many stand for it, and the day that decides its year and month.
pub(crate) type Dated<'a> = (&'a BatchFact, u64, NaiveDate);

/// 图览 the tables beside the charts that no other page has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Looks {
    /// 大类按月 in the official order.
    pub class_months: Vec<ClassMonths>,
    /// 漏斗
    pub funnel: Funnel,
    /// 检验周期 by laboratory.
    pub turns: Vec<LabTurn>,
}

/// 食品大类 by month, 监督抽检.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassMonths {
    /// The name in the list of the year, which is its code in addresses.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// January to December.
    pub months: Vec<TwoYears>,
    /// The year up to the day.
    pub total: Rate,
}

impl ClassMonths {
    /// Whether either year had a batch of it.
    #[must_use]
    pub fn any(&self) -> bool {
        self.months.iter().any(|m| m.now.batches + m.whole.batches > 0)
    }
}

/// One month of this year and of last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TwoYears {
    /// This year.
    pub now: Rate,
    /// The whole month of last year as it stands today.
    pub whole: Rate,
}

/// The classes in the official order, then what the list does not name.
pub(crate) fn class_months(order: &[(&str, &str)], scope: &KpiScope, now: &[Dated<'_>], whole: &[Dated<'_>]) -> Vec<ClassMonths> {
    let mut by_class: BTreeMap<String, [[u64; 4]; 12]> = BTreeMap::new();
    for (at, set) in [(0, now), (2, whole)] {
        for (b, n, on) in set.iter().filter(|(b, ..)| What::Supervisory.of_batch(b, None)) {
            let Some(class) = By::Class.batch_key(b, scope) else { continue };
            if !by_class.contains_key(&*class) {
                by_class.insert(class.clone().into_owned(), [[0; 4]; 12]);
            }
            let Some(month) = by_class.get_mut(&*class).map(|months| &mut months[on.month0() as usize]) else { continue };
            month[at] += n;
            month[at + 1] += if b.fails() { *n } else { 0 };
        }
    }
    let made = |zh: &str, en: &str, months: &[[u64; 4]; 12]| {
        let sum = months.iter().fold([0; 2], |s, m| [s[0] + m[0], s[1] + m[1]]);
        ClassMonths {
            code: zh.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
            months: months.iter().map(|[n, f, wn, wf]| TwoYears { now: Rate::of(*n, *f), whole: Rate::of(*wn, *wf) }).collect(),
            total: Rate::of(sum[0], sum[1]),
        }
    };
    let mut out: Vec<ClassMonths> = order.iter().map(|(zh, en)| made(zh, en, &by_class.remove(*zh).unwrap_or_default())).collect();
    out.extend(by_class.iter().map(|(class, months)| made(class, class, months)));
    out
}

/// 漏斗 the way of a year's batches from the plan to the conclusion, and of the year's cases from opening to closing. What one step holds is what the next
/// holds and what fell out between.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Funnel {
    /// 计划批次
    pub planned: u64,
    /// 计划未抽
    pub unsampled: u64,
    /// 不占计划 sampled beside or beyond the plan, or void or refused and so not filling it; below nothing when lines are filled from outside the scope.
    pub beside: i64,
    /// 已抽样, whatever became of it.
    pub sampled: u64,
    /// 作废
    pub void: u64,
    /// 拒收
    pub refused: u64,
    /// 在途
    pub in_transit: u64,
    /// 已收样
    pub received: u64,
    /// 在检
    pub in_lab: u64,
    /// 已出报告
    pub reported: u64,
    /// 已出报告但没有签发日期
    pub undated: u64,
    /// 没有检验结论
    pub unconcluded: u64,
    /// 没有正式抽样单编号
    pub temporary: u64,
    /// 抽样单编号重复
    pub duplicate: u64,
    /// 计入 the batches of 千人批次.
    pub counted: u64,
    /// 合格
    pub passing: u64,
    /// 不判定
    pub undetermined: u64,
    /// 不合格, a recheck that is pending included.
    pub failing: u64,
    /// 案件 of the year: one failing batch may open two.
    pub cases: u64,
    /// 改判撤销
    pub cancelled: u64,
    /// 在办未到期
    pub running: u64,
    /// 逾期未结
    pub overdue: u64,
    /// 办结但证据不全
    pub unevidenced: u64,
    /// 超期办结
    pub late: u64,
    /// 按期办结
    pub in_time: u64,
}

/// 步骤与去向 how a line of the funnel stands to the step above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// 步骤 a step.
    Step,
    /// 其间减去 what fell out between this step and the next.
    Out,
    /// 其间增加 what came in between.
    In,
}

impl Part {
    /// Code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Out => "out",
            Self::In => "in",
        }
    }
}

/// One line of the funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Code.
    pub code: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// How it stands to the step above.
    pub part: Part,
    /// How many; only what came in beside the plan may be below nothing.
    pub number: i64,
    /// The rows behind it.
    pub what: Option<What>,
}

impl Funnel {
    /// The lines from top to bottom: a step, then what fell out of it, then the next.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        use Part::{In, Out, Step as Main};
        let line = |code, zh, en, part, n: u64, what| Step { code, zh, en, part, number: i64::try_from(n).unwrap_or(i64::MAX), what };
        vec![
            line("planned", "计划批次", "Planned", Main, self.planned, None),
            line("unsampled", "计划未抽", "Not sampled yet", Out, self.unsampled, None),
            Step {
                code: "beside",
                zh: "不占计划（计划外、超出计划、作废或拒收）",
                en: "Not filling the plan (beside it, beyond it, void or refused)",
                part: In,
                number: self.beside,
                what: None,
            },
            line("sampled", "已抽样", "Sampled", Main, self.sampled, Some(What::Sampled)),
            line("void", "作废", "Void", Out, self.void, Some(What::Void)),
            line("refused", "拒收", "Refused on reception", Out, self.refused, Some(What::Refused)),
            line("in_transit", "在途", "In transit", Out, self.in_transit, Some(What::InTransit)),
            line("received", "已收样", "Received", Main, self.received, Some(What::Received)),
            line("in_lab", "在检", "In the laboratory", Out, self.in_lab, Some(What::InLab)),
            line("reported", "已出报告", "Reported", Main, self.reported, Some(What::Reported)),
            line("undated", "没有签发日期", "Without a date of issue", Out, self.undated, Some(What::Undated)),
            line("unconcluded", "没有检验结论", "Without a conclusion", Out, self.unconcluded, Some(What::Unconcluded)),
            line("temporary", "没有正式编号", "Without an official number", Out, self.temporary, Some(What::Temporary)),
            line("duplicate", "编号重复", "Number counted already", Out, self.duplicate, Some(What::Duplicate)),
            line("counted", "计入千人批次", "Counted", Main, self.counted, Some(What::Counted)),
            line("passing", "合格", "Passing", Out, self.passing, Some(What::Passing)),
            line("undetermined", "不判定", "Not determined", Out, self.undetermined, Some(What::Undetermined)),
            line("failing", "不合格", "Failing", Main, self.failing, Some(What::CountedFailing)),
            line("cases", "本年案件", "Cases of the year", Main, self.cases, Some(What::Cases)),
            line("cancelled", "改判撤销", "Cancelled", Out, self.cancelled, Some(What::Cancelled)),
            line("running", "在办未到期", "Open and not due", Out, self.running, Some(What::Running)),
            line("overdue", "逾期未结", "Overdue and open", Out, self.overdue, Some(What::Open)),
            line("unevidenced", "办结但证据不全", "Closed without all evidence", Out, self.unevidenced, Some(What::Unevidenced)),
            line("late", "超期办结", "Closed late", Out, self.late, Some(What::Late)),
            line("in_time", "按期办结", "Closed in time", Main, self.in_time, Some(What::ClosedInTime)),
        ]
    }
}

pub(crate) fn funnel(facts: &Facts, batches: &Sieved<'_>, scope: &KpiScope, as_of: NaiveDate) -> Funnel {
    let mut f = Funnel::default();
    for p in facts.plan.iter().filter(|p| of_scope(p, scope)) {
        f.planned += u64::from(p.planned);
        f.unsampled += p.left();
    }
    for (b, n, out) in batches.iter() {
        let step = match out {
            Some(out) if out <= LeftOut::OtherKind => continue,
            Some(LeftOut::Void) => &mut f.void,
            Some(LeftOut::Refused) => &mut f.refused,
            Some(LeftOut::InTransit) => &mut f.in_transit,
            Some(LeftOut::InLab) => &mut f.in_lab,
            Some(LeftOut::NoIssueDate) => &mut f.undated,
            Some(LeftOut::TemporaryNumber) => &mut f.temporary,
            Some(LeftOut::DuplicateNumber) => &mut f.duplicate,
            Some(_) => &mut f.unconcluded,
            None if b.fails() => &mut f.failing,
            None if b.passes() => &mut f.passing,
            None => &mut f.undetermined,
        };
        *step += n;
    }
    f.counted = f.passing + f.undetermined + f.failing;
    f.reported = f.counted + f.undated + f.unconcluded + f.temporary + f.duplicate;
    f.received = f.reported + f.in_lab;
    f.sampled = f.received + f.void + f.refused + f.in_transit;
    let filled = f.planned - f.unsampled;
    f.beside = i64::try_from(f.sampled).unwrap_or(i64::MAX) - i64::try_from(filled).unwrap_or(i64::MAX);
    for c in facts.cases.iter().filter(|c| What::Cases.of_case(c, scope, as_of)) {
        f.cases += 1;
        *ended(&mut f, c, scope, as_of) += 1;
    }
    f
}

/// Where a case of the year stands: each in one place.
fn ended<'a>(f: &'a mut Funnel, c: &CaseFact, scope: &KpiScope, as_of: NaiveDate) -> &'a mut u64 {
    let is = |what: What| what.of_case(c, scope, as_of);
    if is(What::Cancelled) {
        &mut f.cancelled
    } else if is(What::ClosedInTime) {
        &mut f.in_time
    } else if is(What::Late) {
        &mut f.late
    } else if is(What::Open) {
        &mut f.overdue
    } else if is(What::Unevidenced) {
        &mut f.unevidenced
    } else {
        &mut f.running
    }
}

/// Whether a line of the plan is of the scope; a line of no street is of the whole district.
pub(crate) fn of_scope(p: &PlanFact, scope: &KpiScope) -> bool {
    let street = p.street.as_deref().unwrap_or_default();
    p.year == scope.year
        && scope.kinds.contains(&p.kind)
        && scope.levels.contains(&p.level)
        && scope.departments.contains(&p.department)
        && scope.streets.as_ref().is_none_or(|set| set.contains(street))
}

/// 检验周期 of one laboratory: the mean days from reception to the report, month by month of issue, with the limits of a chart of individuals and moving
/// ranges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabTurn {
    /// 承检机构
    pub lab: String,
    /// 月份 with a report, oldest first.
    pub months: Vec<TurnMonth>,
    /// 控制限; `None` with fewer than [`MONTHS_NEEDED`] months.
    pub limits: Option<Limits>,
    /// 未计入 batches without a day of reception, or received after the report.
    pub left_out: u64,
}

/// One month of [`LabTurn`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurnMonth {
    /// Year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 批次 reported in it.
    pub batches: u64,
    /// Days of all together.
    pub days: u64,
    /// 平均天数, two decimals; what is judged is this number, not the days behind it.
    pub mean: String,
    /// 移动极差 to the month before, two decimals.
    pub range: Option<String>,
    /// 失控 on which side it lies outside the limits.
    pub outside: Option<Side>,
}

/// 界外 on which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Above the upper limit.
    Above,
    /// Below the lower limit.
    Below,
}

/// 控制限, two decimals for display; points are compared with the exact ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// 中心线 the mean of the months.
    pub centre: String,
    /// 上控制限
    pub upper: String,
    /// 下控制限, never below nothing.
    pub lower: String,
}

/// Fewer months make no limits.
pub const MONTHS_NEEDED: usize = 6;

/// 2.66 = 3 / d₂ for ranges of two values, d₂ = 1.128: the constant of the chart of individuals in the tables of GB/T 17989.2 (ISO 7870-2).
const RANGES: u128 = 266;

/// Months in hundredths of a day, as they are judged.
fn limits(means: &[u128]) -> Option<(Limits, Vec<Option<Side>>)> {
    if means.len() < MONTHS_NEEDED {
        return None;
    }
    let k = means.len() as u128;
    let sum: u128 = means.iter().sum();
    let moved: u128 = means.windows(2).map(|w| w[0].abs_diff(w[1])).sum();
    // all over the one denominator k (k - 1) 100, so that nothing is rounded before it is compared
    let over = k * (k - 1) * 100;
    let centre = sum * (k - 1) * 100;
    let away = RANGES * moved * k;
    let side = |x: u128| match x * over {
        x if x > centre + away => Some(Side::Above),
        x if x + away < centre => Some(Side::Below),
        _ => None,
    };
    let shown = |n: u128| exact::half_up(n, over * 100, 2).unwrap_or_default();
    let limits = Limits { centre: shown(centre), upper: shown(centre + away), lower: shown(centre.saturating_sub(away)) };
    Some((limits, means.iter().map(|x| side(*x)).collect()))
}

/// From the countable batches of both years, all kinds of the scope, by the month of the report.
pub(crate) fn turns(batches: &[Dated<'_>]) -> Vec<LabTurn> {
    // batches and days by year and month, and how many are left out
    let mut labs: BTreeMap<&str, (Months, u64)> = BTreeMap::new();
    for (b, n, _) in batches {
        let (months, left_out) = labs.entry(&b.lab).or_default();
        match (b.issued_on, days_taken(b)) {
            (Some(on), Some(days)) => {
                let month = months.entry((on.year(), on.month())).or_default();
                *month = (month.0 + n, month.1 + days * n);
            }
            _ => *left_out += n,
        }
    }
    labs.into_iter().map(|(lab, (months, left_out))| turn(lab, &months, left_out)).collect()
}

/// Batches and days by year and month.
type Months = BTreeMap<(i32, u32), (u64, u64)>;

fn turn(lab: &str, months: &Months, left_out: u64) -> LabTurn {
    let means: Vec<u128> = months.values().map(|(batches, days)| mean(*days, *batches)).collect();
    let judged = limits(&means);
    let month = |i: usize, (year, month): &(i32, u32), (batches, days): &(u64, u64)| TurnMonth {
        year: *year,
        month: *month,
        batches: *batches,
        days: *days,
        mean: hundredths(means[i]),
        range: i.checked_sub(1).map(|before| hundredths(means[i].abs_diff(means[before]))),
        outside: judged.as_ref().and_then(|(_, sides)| sides[i]),
    };
    let months = months.iter().enumerate().map(|(i, (on, sums))| month(i, on, sums)).collect();
    LabTurn { lab: lab.to_owned(), months, limits: judged.map(|(limits, _)| limits), left_out }
}

/// Hundredths of a day, half up.
fn mean(days: u64, batches: u64) -> u128 {
    let (days, n) = (u128::from(days) * 100, u128::from(batches).max(1));
    days / n + u128::from(days % n >= n - days % n)
}

fn hundredths(n: u128) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn limits_are_those_worked_out_by_hand() {
        let (l, sides) = limits(&[1000, 1100, 900, 1000, 1050, 950]).unwrap();
        // mean 10.00; ranges 1.00, 2.00, 1.00, 0.50, 1.00 are 1.10 on average; 2.66 × 1.10 = 2.926
        assert_eq!((l.centre.as_str(), l.upper.as_str(), l.lower.as_str()), ("10.00", "12.93", "7.07"));
        assert!(sides.iter().all(Option::is_none));
        // below nothing there is no limit
        let (l, _) = limits(&[0, 100, 0, 100, 0, 100]).unwrap();
        assert_eq!((l.centre.as_str(), l.upper.as_str(), l.lower.as_str()), ("0.50", "3.16", "0.00"));
    }
    #[test]
    fn a_point_is_compared_with_the_exact_limit_and_not_with_the_one_shown() {
        // centre 301/7 = 43.0; ranges 301/6 = 50.2 on average: 43.0 + 2.66 × 50.2 = 176.4 hundredths
        let (l, sides) = limits(&[1, 0, 0, 0, 0, 0, 300]).unwrap();
        assert_eq!((l.centre.as_str(), l.upper.as_str()), ("0.43", "1.76"));
        assert_eq!(sides[6], Some(Side::Above));
        assert_eq!(limits(&[500; 7]).unwrap().1, [None; 7], "a point on the limit is in");
        let (_, sides) = limits(&[500, 500, 500, 500, 500, 500, 499]).unwrap();
        assert_eq!((sides[0], sides[6]), (None, Some(Side::Below)));
        assert!(limits(&[500; 5]).is_none(), "five months are too few");
    }
    #[test]
    fn a_mean_is_rounded_half_up_to_the_hundredth() {
        assert_eq!([mean(1, 3), mean(2, 3), mean(1, 8), mean(10, 4), mean(0, 5)], [33, 67, 13, 250, 0]);
        assert_eq!(hundredths(mean(1, 8)), "0.13");
    }
}
