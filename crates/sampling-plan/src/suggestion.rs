//! 计划建议 a proposal for the next year that says why of every line. Nothing in it is hidden: a weight is a failure rate drawn towards that of its
//! class, times what season, school terms and complaints make of it; batches follow the weights by the largest remainder, each street has its least
//! number, and a part is left to chance by a recorded seed (双随机), because a plan that only looks where it found something finds less and less.

use std::collections::BTreeMap;

use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::task::Link;
use shiyan_foundation::{Decimal, Label, Lang, NaiveDate, Refusal, WorkCalendar};

use crate::allocation::{Asked, allocate};
use crate::code;
use crate::draw::{Chain, Hash};
use crate::fraction::Fraction;
use crate::history::{Record, shrunk};

/// 千分 a factor that changes nothing.
pub const NEUTRAL: u32 = 1_000;
/// The parts in which a weight is counted.
const UNIT: u64 = 1_000_000_000;

/// 候选 a food at a link in a street, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// 食品分类
    pub category: CategoryPath,
    /// 环节
    pub link: Link,
    /// 街道代码
    pub street: String,
    /// 抽检历史 here.
    pub record: Record,
    /// 投诉举报
    pub complaints: u32,
    /// 学校和托幼机构食堂: sampled while school is on.
    pub school: bool,
}

/// 办法 how the proposal weighs. Every number of it is shown beside the proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// 收缩强度 batches of the class that are thought to have been tested here as well.
    pub prior: u32,
    /// 缺省不合格率 where nothing was ever tested.
    pub base: Fraction,
    /// 每件投诉加权, in thousandths.
    pub per_complaint: u32,
    /// 投诉加权上限, in thousandths.
    pub complaints_most: u32,
    /// 季节系数 by class and quarter, in thousandths; [`NEUTRAL`] where none is given.
    pub season: BTreeMap<(String, u8), u32>,
    /// 开学系数 by quarter, in thousandths; see [`school_terms`].
    pub school: [u32; 4],
    /// 每街道最少
    pub least_per_street: u32,
    /// 随机部分, in thousandths of all.
    pub random_per_mille: u32,
}

/// 开学系数 the working days of each quarter on which school is on, in thousandths of its working days.
#[must_use]
pub fn school_terms(year: i32, terms: &[(NaiveDate, NaiveDate)], calendar: &WorkCalendar) -> [u32; 4] {
    [1, 4, 7, 10].map(|month| {
        let first = NaiveDate::from_ymd_opt(year, month, 1);
        let last = first.and_then(|d| d.checked_add_months(chrono::Months::new(3))).and_then(|d| d.pred_opt());
        let (Some(first), Some(last)) = (first, last) else { return NEUTRAL };
        let all = calendar.workdays_between(first, last);
        let on: u32 = terms.iter().map(|(from, to)| calendar.workdays_between(first.max(*from), last.min(*to))).sum();
        let part = Fraction::new(on.min(all).into(), all.into()).of(NEUTRAL.into());
        part.and_then(|n| u32::try_from(n).ok()).unwrap_or(NEUTRAL)
    })
}

/// 理由 one of the reasons of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// 不合格率
    Rate {
        /// 抽检历史 here.
        record: Record,
        /// 本类不合格率
        class: Fraction,
        /// 收缩后
        shrunk: Fraction,
    },
    /// 季节
    Season {
        /// In thousandths.
        factor: u32,
    },
    /// 开学
    School {
        /// In thousandths.
        factor: u32,
    },
    /// 投诉举报
    Complaints {
        /// 件数
        count: u32,
        /// In thousandths.
        factor: u32,
    },
    /// 街道
    Street {
        /// 街道分得
        given: u32,
        /// 保底 raised to the least number.
        raised: bool,
    },
    /// 份额
    Share {
        /// 精确份额 within the street.
        exact: Fraction,
        /// 取整后
        given: u32,
    },
    /// 随机
    Random {
        /// 随机抽中
        batches: u32,
    },
}

fn factor(per_mille: u32) -> Decimal {
    Decimal::new(i64::from(per_mille), 3).normalize()
}

impl Why {
    /// The sentence.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        match (self, lang) {
            (Why::Rate { record, class, shrunk }, Lang::Zh) if record.tested == 0 => {
                format!("此处没有抽检历史，按本类不合格率 {}% 计，采用 {}%", class.percent(2), shrunk.percent(2))
            }
            (Why::Rate { record, class, shrunk }, Lang::En) if record.tested == 0 => {
                format!("never tested here: the class fails at {} %, taken as {} %", class.percent(2), shrunk.percent(2))
            }
            (Why::Rate { record, class, shrunk }, Lang::Zh) => {
                format!("抽检 {} 批次、不合格 {}，本类不合格率 {}%，样本量收缩后采用 {}%", record.tested, record.failed, class.percent(2), shrunk.percent(2))
            }
            (Why::Rate { record, class, shrunk }, Lang::En) => {
                format!("{} of {} failed, the class fails at {} %; drawn together to {} %", record.failed, record.tested, class.percent(2), shrunk.percent(2))
            }
            (Why::Season { factor: n }, Lang::Zh) => format!("季节系数 ×{}", factor(*n)),
            (Why::Season { factor: n }, Lang::En) => format!("season × {}", factor(*n)),
            (Why::School { factor: n }, Lang::Zh) => format!("本季度开学工作日占比 ×{}", factor(*n)),
            (Why::School { factor: n }, Lang::En) => format!("share of working days with school × {}", factor(*n)),
            (Why::Complaints { count, factor: n }, Lang::Zh) => format!("投诉举报 {count} 件 ×{}", factor(*n)),
            (Why::Complaints { count, factor: n }, Lang::En) => format!("{count} complaints × {}", factor(*n)),
            (Why::Street { given, raised: true }, Lang::Zh) => format!("所在街道按最少批次保底，共 {given} 批次"),
            (Why::Street { given, raised: true }, Lang::En) => format!("the street is raised to its least number, {given} batches"),
            (Why::Street { given, raised: false }, Lang::Zh) => format!("所在街道按风险权重分得 {given} 批次"),
            (Why::Street { given, raised: false }, Lang::En) => format!("the street gets {given} batches by its weight"),
            (Why::Share { exact, given }, Lang::Zh) => format!("在本街道内的份额为 {}，取整为 {given}", exact.shown(2)),
            (Why::Share { exact, given }, Lang::En) => format!("its share within the street is {}, in whole batches {given}", exact.shown(2)),
            (Why::Random { batches }, Lang::Zh) => format!("双随机抽中 {batches} 批次"),
            (Why::Random { batches }, Lang::En) => format!("{batches} drawn at random"),
        }
    }
}

/// 建议行
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// 食品分类
    pub category: CategoryPath,
    /// 环节
    pub link: Link,
    /// 街道代码
    pub street: String,
    /// 季度
    pub quarter: u8,
    /// 风险部分
    pub directed: u32,
    /// 随机部分
    pub random: u32,
    /// 理由
    pub why: Vec<Why>,
}

impl Suggested {
    /// 批次数
    #[must_use]
    pub fn batches(&self) -> u32 {
        self.directed + self.random
    }
    /// 说明 all reasons in one sentence.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        let all: Vec<String> = self.why.iter().map(|w| w.said(lang)).collect();
        let head = match lang {
            Lang::Zh => format!("{}（{}）第{}季度 {} 批次：", self.category, self.link.zh(), self.quarter, self.batches()),
            Lang::En => format!("{} ({}), quarter {}, {} batches: ", self.category, self.link.en(), self.quarter, self.batches()),
        };
        head + &all.join(lang.pick("；", "; "))
    }
}

/// 计划建议
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Every cell that gets something, by street, food, link and quarter.
    pub lines: Vec<Suggested>,
    /// 随机部分
    pub random: u32,
    /// 种子 of the random part.
    pub seed: String,
}

/// One cell on its way.
struct Cell<'p> {
    prospect: &'p Prospect,
    quarter: u8,
    weight: u64,
    /// 可抽 there is any of it in that quarter: neither season nor school says none.
    there: bool,
    why: Vec<Why>,
    directed: u32,
    random: u32,
}

/// 提出建议 for `total` batches. The numbers add up to `total`; the same prospects in another order get the same.
///
/// # Errors
/// Nobody to allocate to; least numbers that the total cannot hold; a prospect that stands twice; more chance than one chain has numbers.
pub fn suggest(total: u32, prospects: &[Prospect], policy: &Policy, seed: &str, hash: Hash<'_>) -> Result<Suggestion, Refusal> {
    let mut sorted: Vec<&Prospect> = prospects.iter().collect();
    let key = |p: &Prospect| (p.street.clone(), p.category.clone(), p.link);
    sorted.sort_by_key(|p| key(p));
    if sorted.windows(2).any(|two| key(two[0]) == key(two[1])) {
        return Err(Refusal::new(code::ALLOCATE_TWICE));
    }
    // Rounded down: chance never takes more than it was given.
    let random = u32::try_from(u64::from(total) * u64::from(policy.random_per_mille.min(NEUTRAL)) / u64::from(NEUTRAL)).unwrap_or(0);
    let mut cells = weighed(&sorted, policy);
    directed(&mut cells, total - random, policy)?;
    by_chance(&mut cells, random, seed, hash)?;
    let lines = cells.into_iter().filter(|c| c.directed + c.random > 0).map(|c| Suggested {
        category: c.prospect.category.clone(),
        link: c.prospect.link,
        street: c.prospect.street.clone(),
        quarter: c.quarter,
        directed: c.directed,
        random: c.random,
        why: c.why,
    });
    Ok(Suggestion { lines: lines.collect(), random, seed: seed.to_owned() })
}

/// Every prospect in every quarter with its weight and where it comes from.
fn weighed<'p>(prospects: &[&'p Prospect], policy: &Policy) -> Vec<Cell<'p>> {
    let mut classes: BTreeMap<&str, Record> = BTreeMap::new();
    for p in prospects {
        let sum = classes.entry(p.category.class()).or_default();
        *sum = sum.and(p.record);
    }
    let all = classes.values().fold(Record::default(), |sum, r| sum.and(*r));
    let overall = if all.tested == 0 { policy.base } else { all.rate() };
    let prior = policy.prior.max(1);
    let mut cells = Vec::with_capacity(prospects.len() * 4);
    for p in prospects {
        // A class is drawn towards all foods before a cell is drawn towards its class.
        let class = shrunk(classes.get(p.category.class()).copied().unwrap_or_default(), overall, prior);
        // Kept to the parts in which weights are counted, so that the product below is one of small numbers.
        let class = Fraction::new(class.of(UNIT).unwrap_or(UNIT).into(), UNIT.into());
        let rate = shrunk(p.record, class, prior);
        let complaints = NEUTRAL + p.complaints.saturating_mul(policy.per_complaint).min(policy.complaints_most);
        for quarter in 1..=4_u8 {
            let season = policy.season.get(&(p.category.class().to_owned(), quarter)).copied().unwrap_or(NEUTRAL);
            let school = if p.school { policy.school[usize::from(quarter - 1)] } else { NEUTRAL };
            let mut why = vec![Why::Rate { record: p.record, class, shrunk: rate }];
            let mut weight = u128::from(rate.of(UNIT).unwrap_or(UNIT));
            for (factor, reason) in [
                (season, Why::Season { factor: season }),
                (school, Why::School { factor: school }),
                (complaints, Why::Complaints { count: p.complaints, factor: complaints }),
            ] {
                weight = weight * u128::from(factor) / u128::from(NEUTRAL);
                if factor != NEUTRAL {
                    why.push(reason);
                }
            }
            cells.push(Cell {
                prospect: p,
                quarter,
                weight: u64::try_from(weight).unwrap_or(u64::MAX),
                there: season > 0 && school > 0,
                why,
                directed: 0,
                random: 0,
            });
        }
    }
    cells
}

/// Streets first, with their least numbers; then the cells of each street.
fn directed(cells: &mut [Cell<'_>], total: u32, policy: &Policy) -> Result<(), Refusal> {
    let mut streets: BTreeMap<String, u64> = BTreeMap::new();
    for cell in cells.iter() {
        let sum = streets.entry(cell.prospect.street.clone()).or_default();
        *sum = sum.saturating_add(cell.weight);
    }
    let asked: Vec<Asked<String>> = streets.into_iter().map(|(key, weight)| Asked { key, weight, least: policy.least_per_street }).collect();
    for street in allocate(total, &asked)? {
        let mine: Vec<usize> = (0..cells.len()).filter(|at| cells[*at].prospect.street == street.key).collect();
        // A street that nothing speaks for still gets its least number, evenly.
        let silent = mine.iter().all(|at| cells[*at].weight == 0);
        let within: Vec<Asked<usize>> = mine.iter().map(|at| Asked { key: *at, weight: if silent { 1 } else { cells[*at].weight }, least: 0 }).collect();
        for share in allocate(street.given, &within)? {
            let cell = &mut cells[share.key];
            cell.directed = share.given;
            cell.why.push(Why::Street { given: street.given, raised: street.raised });
            cell.why.push(Why::Share { exact: share.exact, given: share.given });
        }
    }
    Ok(())
}

/// Every cell that there is anything of is as likely as every other, each time.
fn by_chance(cells: &mut [Cell<'_>], random: u32, seed: &str, hash: Hash<'_>) -> Result<(), Refusal> {
    let mut chain = Chain::new(seed, hash);
    let pool: Vec<usize> = (0..cells.len()).filter(|at| cells[*at].there).collect();
    for _ in 0..random {
        let at = chain.below(u32::try_from(pool.len()).unwrap_or(u32::MAX))?;
        cells[pool[usize::try_from(at).unwrap_or(0)]].random += 1;
    }
    for cell in cells.iter_mut().filter(|c| c.random > 0) {
        cell.why.push(Why::Random { batches: cell.random });
    }
    Ok(())
}
