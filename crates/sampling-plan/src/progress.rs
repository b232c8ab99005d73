//! 进度 what of a plan is done, in the laboratory, on the way and still to come; who is behind, and where the year will end at this pace.
//!
//! 应完成 what is due on a day: all of the quarters that have passed, and of the running one the part of its working days that have passed, exactly.
//! 落后 the whole batches of it that have not been sampled, over the year so far: what was taken early in one quarter counts in the next.
//! 预测 the batches sampled so far and those that come in the working days left at the pace of the last ones; a batch is finished by the end of the
//! year if it was sampled so many working days before as the middle one of those finished so far took.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Datelike;
use shiyan_foundation::task::Link;
use shiyan_foundation::{Label, Lang, NaiveDate, WorkCalendar};

use crate::fraction::Fraction;
use crate::line::{LineKey, PlanLine};

/// 推算窗口 the working days from which the pace is taken: about a quarter, so that one busy week does not decide a year.
pub const WINDOW: u32 = 60;

/// 到哪一步 where a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// 在途 sampled and not received yet.
    OnTheWay,
    /// 在检
    InLaboratory,
    /// 完成, with the day of the conclusion.
    Done(NaiveDate),
}

/// 一批 one batch of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch<'k> {
    /// The cell it fills.
    pub key: &'k LineKey,
    /// 抽样日期
    pub sampled_on: NaiveDate,
    /// 到哪一步
    pub reached: Reached,
}

/// 街道、食品大类、环节
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// 街道代码
    pub street: String,
    /// 食品大类
    pub class: String,
    /// 环节
    pub link: Link,
}

/// 数 the four numbers of a cell, a street or the whole plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// 计划
    pub planned: u64,
    /// 完成
    pub done: u64,
    /// 在检
    pub in_laboratory: u64,
    /// 在途
    pub on_the_way: u64,
    /// 窗口内抽样
    pub lately: u64,
    /// 年内可完成 sampled early enough to be finished within the year, or finished.
    pub early: u64,
}

impl Standing {
    /// 已抽样
    #[must_use]
    pub fn taken(self) -> u64 {
        self.done + self.in_laboratory + self.on_the_way
    }
    /// 剩余 still to be sampled.
    #[must_use]
    pub fn open(self) -> u64 {
        self.planned.saturating_sub(self.taken())
    }
    fn and(self, other: Standing) -> Standing {
        Standing {
            planned: self.planned + other.planned,
            done: self.done + other.done,
            in_laboratory: self.in_laboratory + other.in_laboratory,
            on_the_way: self.on_the_way + other.on_the_way,
            lately: self.lately + other.lately,
            early: self.early + other.early,
        }
    }
}

/// 进度行 one street × class × link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub target: Target,
    /// 各季度计划
    pub quarters: [u64; 4],
    /// 合计
    pub standing: Standing,
    /// 应完成
    pub due: Fraction,
    /// 落后批次
    pub behind: u64,
}

/// 日历 the working days of the plan's year and where in them a day lies.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Days {
    year: i32,
    /// Working days up to and with each day of the year.
    passed: Vec<u32>,
    /// The last day of each quarter, as a place in `passed`.
    ends: [usize; 4],
}

impl Days {
    fn of(year: i32, calendar: &WorkCalendar) -> Self {
        let mut passed = Vec::with_capacity(366);
        let mut ends = [0; 4];
        let mut count = 0;
        let mut day = NaiveDate::from_ymd_opt(year, 1, 1);
        while let Some(today) = day.filter(|d| d.year() == year) {
            count += u32::from(calendar.is_workday(today));
            passed.push(count);
            if let Some(end) = usize::try_from(today.month0() / 3).ok().and_then(|q| ends.get_mut(q)) {
                *end = passed.len() - 1;
            }
            day = today.succ_opt();
        }
        Self { year, passed, ends }
    }
    /// Working days of the year up to and with a day; none before it, all after it.
    fn upto(&self, day: NaiveDate) -> u32 {
        match day.year().cmp(&self.year) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => self.whole(),
            std::cmp::Ordering::Equal => usize::try_from(day.ordinal0()).ok().and_then(|at| self.passed.get(at)).copied().unwrap_or(0),
        }
    }
    fn whole(&self) -> u32 {
        self.passed.last().copied().unwrap_or(0)
    }
    /// The part of a quarter's working days that has passed at the end of a day.
    fn part(&self, quarter: usize, day: NaiveDate) -> Fraction {
        let end = self.ends.get(quarter).and_then(|at| self.passed.get(*at)).copied().unwrap_or(0);
        let begin = quarter.checked_sub(1).and_then(|q| self.ends.get(q)).and_then(|at| self.passed.get(*at)).copied().unwrap_or(0);
        let gone = self.upto(day).clamp(begin, end) - begin;
        Fraction::new(gone.into(), (end - begin).into())
    }
}

/// 进度
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// 截至
    pub as_of: NaiveDate,
    /// 暂定: the holidays of the year are not known yet.
    pub provisional: bool,
    /// Every row that is planned or was sampled, by street, class and link.
    pub rows: Vec<Row>,
    /// 已过工作日 and those of the whole year.
    pub workdays: (u32, u32),
    /// 窗口工作日
    pub window: u32,
    /// 检验用时 in working days, the middle one; nothing while nothing is finished.
    pub turnaround: Option<u32>,
}

/// 年底预测 of a street, a row or the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// 计划
    pub planned: u64,
    /// 已抽样
    pub taken: u64,
    /// 每个工作日 at the pace of the window.
    pub pace: Fraction,
    /// 预计抽样 by the last day of the year.
    pub sampled: u64,
    /// 预计完成 finished by the last day of the year; nothing while no batch shows how long it takes.
    pub finished: Option<u64>,
    /// 预计缺口 planned and not sampled.
    pub short: u64,
}

/// 统计进度 of a plan's lines from the batches of its year, at the end of a day. Batches of another year or sampled later are left out.
#[must_use]
pub fn progress(year: i32, lines: &[PlanLine], batches: &[Batch<'_>], as_of: NaiveDate, calendar: &WorkCalendar) -> Progress {
    let days = Days::of(year, calendar);
    let (now, whole) = (days.upto(as_of), days.whole());
    let window = now.min(WINDOW);
    let mut rows: Vec<Row> = Vec::new();
    let mut places: HashMap<(String, String, Link), usize> = HashMap::new();
    let mut place = |rows: &mut Vec<Row>, street: &str, class: &str, link: Link| {
        *places.entry((street.to_owned(), class.to_owned(), link)).or_insert_with(|| {
            let target = Target { street: street.to_owned(), class: class.to_owned(), link };
            rows.push(Row { target, quarters: [0; 4], standing: Standing::default(), due: Fraction::ZERO, behind: 0 });
            rows.len() - 1
        })
    };
    for line in lines {
        let at = place(&mut rows, &line.street, line.category.class(), line.link);
        let row = &mut rows[at];
        row.standing.planned += u64::from(line.batches);
        if let Some(quarter) = usize::from(line.quarter).checked_sub(1).and_then(|q| row.quarters.get_mut(q)) {
            *quarter += u64::from(line.batches);
        }
    }
    // Many batches share one key: each is looked up once.
    let mut known: HashMap<&LineKey, usize> = HashMap::new();
    let of_year: Vec<(usize, &Batch<'_>)> = batches
        .iter()
        .filter(|b| b.sampled_on.year() == year && b.sampled_on <= as_of)
        .map(|b| (*known.entry(b.key).or_insert_with(|| place(&mut rows, &b.key.street, &b.key.class, b.key.link)), b))
        .collect();
    let done_on = |b: &Batch<'_>| if let Reached::Done(on) = b.reached { Some(on).filter(|on| *on <= as_of) } else { None };
    let mut took: Vec<u32> = of_year.iter().filter_map(|(_, b)| Some(days.upto(done_on(b)?).saturating_sub(days.upto(b.sampled_on)))).collect();
    let middle = took.len() / 2;
    let turnaround = if took.is_empty() { None } else { Some(*took.select_nth_unstable(middle).1) };
    for (at, batch) in of_year {
        let standing = &mut rows[at].standing;
        let sampled = days.upto(batch.sampled_on);
        let done = done_on(batch).is_some();
        match batch.reached {
            Reached::Done(_) if done => standing.done += 1,
            // Concluded after the day that is looked at: it was in the laboratory then.
            Reached::Done(_) | Reached::InLaboratory => standing.in_laboratory += 1,
            Reached::OnTheWay => standing.on_the_way += 1,
        }
        standing.lately += u64::from(sampled > now - window);
        standing.early += u64::from(done || turnaround.is_some_and(|n| sampled + n <= whole));
    }
    let parts: Vec<Fraction> = (0..4).map(|q| days.part(q, as_of)).collect();
    for row in &mut rows {
        let one = |(planned, part): (&u64, &Fraction)| Fraction::whole(*planned).times(*part).unwrap_or(Fraction::ZERO);
        row.due = row.quarters.iter().zip(&parts).map(one).try_fold(Fraction::ZERO, Fraction::plus).unwrap_or(Fraction::ZERO);
        row.behind = u64::try_from(row.due.floor()).unwrap_or(u64::MAX).saturating_sub(row.standing.taken());
    }
    rows.sort_by(|a, b| a.target.cmp(&b.target));
    Progress { as_of, provisional: !calendar.knows(year), rows, workdays: (now, whole), window, turnaround }
}

/// 追赶目标 where the next batches do most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextTarget {
    /// Which.
    pub target: Target,
    /// 落后批次
    pub behind: u64,
    /// 不合格率 that is expected there.
    pub rate: Fraction,
    /// 预计查出 failing batches among those that are behind.
    pub finds: Fraction,
}

impl Progress {
    /// 合计 of the rows that are wanted.
    #[must_use]
    pub fn standing(&self, of: impl Fn(&Target) -> bool) -> Standing {
        self.rows.iter().filter(|r| of(&r.target)).fold(Standing::default(), |sum, r| sum.and(r.standing))
    }
    /// 落后批次 of the rows that are wanted: what one food has too many of does not make up for another one.
    #[must_use]
    pub fn behind(&self, of: impl Fn(&Target) -> bool) -> u64 {
        self.rows.iter().filter(|r| of(&r.target)).map(|r| r.behind).sum()
    }
    /// 街道
    #[must_use]
    pub fn streets(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|r| r.target.street.as_str()).collect()
    }
    /// 年底预测 of the rows that are wanted; nothing before the first working day has passed.
    #[must_use]
    pub fn forecast(&self, of: impl Fn(&Target) -> bool) -> Option<Forecast> {
        self.ahead(self.standing(of))
    }
    /// 各街道预测, in the order of their codes.
    #[must_use]
    pub fn by_street(&self) -> BTreeMap<&str, Forecast> {
        let mut sums: BTreeMap<&str, Standing> = BTreeMap::new();
        for row in &self.rows {
            let sum = sums.entry(row.target.street.as_str()).or_default();
            *sum = sum.and(row.standing);
        }
        sums.into_iter().filter_map(|(street, sum)| Some((street, self.ahead(sum)?))).collect()
    }
    fn ahead(&self, standing: Standing) -> Option<Forecast> {
        if self.window == 0 {
            return None;
        }
        let left = self.workdays.1 - self.workdays.0;
        let more = |days: u32| standing.lately * u64::from(days) / u64::from(self.window);
        let sampled = standing.taken() + more(left);
        Some(Forecast {
            planned: standing.planned,
            taken: standing.taken(),
            pace: Fraction::new(standing.lately.into(), self.window.into()),
            sampled,
            finished: self.turnaround.map(|n| standing.early + more(left.saturating_sub(n))),
            short: standing.planned.saturating_sub(sampled),
        })
    }
    /// 下一步抽哪里 rows that are behind, those first where making up for it finds most; `rate` is the failure rate that is expected there.
    #[must_use]
    pub fn next_best(&self, rate: impl Fn(&Target) -> Fraction, count: usize) -> Vec<NextTarget> {
        let one = |row: &Row| {
            let rate = rate(&row.target);
            NextTarget { target: row.target.clone(), behind: row.behind, rate, finds: rate.times(Fraction::whole(row.behind)).unwrap_or(rate) }
        };
        let mut all: Vec<NextTarget> = self.rows.iter().filter(|r| r.behind > 0).map(one).collect();
        all.sort_by(|a, b| b.finds.cmp(&a.finds).then(b.behind.cmp(&a.behind)).then_with(|| a.target.cmp(&b.target)));
        all.truncate(count);
        all
    }
    /// 预测方法 in words, with the numbers it was reckoned with.
    #[must_use]
    pub fn method(&self, lang: Lang) -> String {
        let (now, whole) = self.workdays;
        let (left, window) = (whole - now, self.window);
        let provisional = match (self.provisional, lang) {
            (false, _) => "",
            (true, Lang::Zh) => "（该年放假安排未发布，工作日暂按周一至周五计）",
            (true, Lang::En) => " (the holidays of that year are not published; Monday to Friday are counted)",
        };
        match (lang, self.turnaround) {
            _ if window == 0 => {
                lang.pick("本年还没有过完一个工作日，无从推算。", "No working day of the year has passed yet; there is nothing to reckon from.").to_owned()
            }
            (Lang::Zh, Some(n)) => format!(
                "截至 {}，按最近 {window} 个工作日的抽样速度推到年末：全年 {whole} 个工作日，还剩 {left} 个；从抽样到出结论的中位用时为 {n} 个工作日，年末前不足这一用时才抽的不计入完成{provisional}。",
                self.as_of
            ),
            (Lang::Zh, None) => format!(
                "截至 {}，按最近 {window} 个工作日的抽样速度推到年末：全年 {whole} 个工作日，还剩 {left} 个；尚无出结论的批次，不推算完成数{provisional}。",
                self.as_of
            ),
            (Lang::En, Some(n)) => format!(
                "As of {}, at the pace of the last {window} working days to the end of the year: {whole} working days in all, {left} left; from sampling to conclusion takes {n} working days (the middle one), and what is sampled later than that does not count as finished{provisional}.",
                self.as_of
            ),
            (Lang::En, None) => format!(
                "As of {}, at the pace of the last {window} working days to the end of the year: {whole} working days in all, {left} left; nothing is concluded yet, so that what will be finished is not reckoned{provisional}.",
                self.as_of
            ),
        }
    }
}

impl Row {
    /// 落后说明; nothing where the row keeps pace.
    #[must_use]
    pub fn said(&self, street: &str, lang: Lang) -> Option<String> {
        let (target, behind) = (&self.target, self.behind);
        let due = u64::try_from(self.due.floor()).unwrap_or(u64::MAX);
        (behind > 0).then(|| match lang {
            Lang::Zh => format!("{street} {}（{}）落后 {behind} 批次：应抽 {due}，已抽 {}", target.class, target.link.zh(), self.standing.taken()),
            Lang::En => format!("{street} {} ({}) is behind by {behind}: {due} were due, {} sampled", target.class, target.link.en(), self.standing.taken()),
        })
    }
}
