//! 看不见的 what a plan cannot see: the chance that so many batches find nothing of a failure rate that is there, and how many would find it.
//!
//! Where the lot is not known each batch fails by itself with the rate (二项分布, binomial); where it is (so many stalls, so many batches in a
//! store), batches are taken out of it and not put back (超几何分布, hypergeometric). Both are counted in whole numbers and rounded at the end,
//! once, so that "95 %" is never reached by a rounding.

use shiyan_foundation::{Decimal, Lang, Refusal};

use crate::big::Big;
use crate::code;

/// 每万 the whole, in which a failure rate is told: two decimals of a per cent.
pub const MYRIAD: u32 = 10_000;
/// The most batches that are ever asked for.
const MOST: u32 = 100_000;

/// 总体 what the batches are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lot {
    /// 批量未知 so many per ten thousand fail.
    Unknown {
        /// 每万批不合格
        failing_per_myriad: u32,
    },
    /// 批量已知
    Known {
        /// 批量
        size: u32,
        /// 其中不合格
        failing: u32,
    },
}

impl Lot {
    /// A lot that is not known, failing with a rate in per cent of at most two decimals.
    ///
    /// # Errors
    /// No rate above nought and up to a hundred.
    pub fn of_percent(percent: Decimal) -> Result<Self, Refusal> {
        let parts = percent.checked_mul(Decimal::ONE_HUNDRED).filter(|p| p.is_integer());
        let failing_per_myriad = parts.and_then(|p| u32::try_from(p).ok()).filter(|p| (1..=MYRIAD).contains(p));
        Ok(Lot::Unknown { failing_per_myriad: failing_per_myriad.ok_or_else(|| Refusal::new(code::BLIND_RATE).with("typed", percent))? })
    }
    /// 其中不合格 a known lot of that rate: rounded down, because fewer failing ones are harder to find, but one at least.
    #[must_use]
    pub fn of_size(self, size: u32) -> Self {
        let failing = match self {
            Lot::Unknown { failing_per_myriad } => u64::from(size) * u64::from(failing_per_myriad) / u64::from(MYRIAD),
            Lot::Known { failing, .. } => u64::from(failing),
        };
        Lot::Known { size, failing: u32::try_from(failing).unwrap_or(size).clamp(1.min(size), size) }
    }
}

/// 漏检概率 the exact chance to find nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance {
    nothing: Big,
    all: Big,
}

impl Chance {
    /// Rounded half up to so many decimals, nine at most: `0.0483`.
    #[must_use]
    pub fn shown(&self, places: u32) -> Decimal {
        let places = places.min(9);
        let unit = 10_u64.pow(places);
        let parts = self.nothing.times_small(unit).rounded_over(&self.all, unit);
        i64::try_from(parts).map_or(Decimal::ONE, |n| Decimal::new(n, places))
    }
    /// In per cent with one decimal: `4.8`.
    #[must_use]
    pub fn percent(&self) -> Decimal {
        self.shown(3).checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::ONE_HUNDRED).normalize()
    }
    /// Whether it is at most so many thousandths, asked exactly.
    #[must_use]
    pub fn at_most(&self, per_mille: u32) -> bool {
        self.nothing.times_small(1_000) <= self.all.times_small(u64::from(per_mille))
    }
}

/// 漏检概率 that so many batches find nothing.
#[must_use]
pub fn missed(lot: Lot, batches: u32) -> Chance {
    match lot {
        Lot::Unknown { failing_per_myriad } => {
            let (passing, whole) = passing(failing_per_myriad);
            Chance { nothing: Big::of(passing).power(batches), all: Big::of(whole).power(batches) }
        }
        Lot::Known { size, failing } => {
            let (size, failing) = (size, failing.min(size));
            let batches = batches.min(size);
            if batches > size - failing {
                return Chance { nothing: Big::of(0), all: Big::of(1) };
            }
            // C(size - failing, batches) / C(size, batches), over the shorter of two equal products.
            let (factors, other) = (failing.min(batches), failing.max(batches));
            let product = |from: u32| (0..factors).fold(Big::of(1), |so_far, i| so_far.times_small(u64::from(from - i)));
            Chance { nothing: product(size - other), all: product(size) }
        }
    }
}

/// The rate of passing, reduced.
fn passing(failing_per_myriad: u32) -> (u64, u64) {
    let rate = crate::fraction::Fraction::new(u128::from(MYRIAD.saturating_sub(failing_per_myriad)), u128::from(MYRIAD));
    (u64::try_from(rate.numer()).unwrap_or(0), u64::try_from(rate.denom()).unwrap_or(1))
}

/// 所需批次 the fewest batches that find a failing one with a surety of so many thousandths; nothing where 100,000 do not, or where nothing fails.
#[must_use]
pub fn enough(lot: Lot, sure_per_mille: u32) -> Option<u32> {
    let open = 1_000_u32.checked_sub(sure_per_mille)?;
    match lot {
        Lot::Unknown { failing_per_myriad } => {
            if failing_per_myriad == 0 || (open == 0 && failing_per_myriad < MYRIAD) {
                return None;
            }
            let (passing, whole) = passing(failing_per_myriad);
            // Powers of two of the rate, until one of them is small enough by itself.
            let mut powers = vec![(1_u32, Chance { nothing: Big::of(passing), all: Big::of(whole) })];
            while let Some((times, last)) = powers.last()
                && !last.at_most(open)
                && *times <= MOST
            {
                let next = Chance { nothing: last.nothing.times(&last.nothing), all: last.all.times(&last.all) };
                powers.push((times * 2, next));
            }
            // The most batches that are not enough, then one more.
            let (mut short, mut so_far) = (0, Chance { nothing: Big::of(1), all: Big::of(1) });
            for (times, power) in powers.iter().rev() {
                let tried = Chance { nothing: so_far.nothing.times(&power.nothing), all: so_far.all.times(&power.all) };
                if !tried.at_most(open) {
                    (short, so_far) = (short + times, tried);
                }
            }
            (short < MOST).then_some(short + 1)
        }
        Lot::Known { size, failing } => {
            if failing == 0 || size == 0 {
                return None;
            }
            let (mut low, mut high) = (0, size);
            while low < high {
                let middle = low + (high - low) / 2;
                if missed(lot, middle).at_most(open) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            Some(low)
        }
    }
}

/// 一组的盲区 what the plan cannot see in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// 食品组 or street.
    pub group: String,
    /// 计划批次
    pub batches: u32,
    /// What fails, and out of what.
    pub lot: Lot,
    /// 把握 in thousandths.
    pub sure_per_mille: u32,
    /// 漏检概率
    pub missed: Chance,
    /// 所需批次
    pub enough: Option<u32>,
}

/// 计划的盲区 of one group.
#[must_use]
pub fn unseen(group: &str, batches: u32, lot: Lot, sure_per_mille: u32) -> Unseen {
    Unseen { group: group.to_owned(), batches, lot, sure_per_mille, missed: missed(lot, batches), enough: enough(lot, sure_per_mille) }
}

impl Unseen {
    /// 说明 the sentence that a plan manager reads.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        let (group, batches, chance) = (&self.group, self.batches, self.missed.percent());
        let sure = Decimal::new(i64::from(self.sure_per_mille), 1).normalize();
        let what = match (self.lot, lang) {
            (Lot::Unknown { failing_per_myriad }, Lang::Zh) => format!("实际不合格率为 {}% 时", percent(failing_per_myriad)),
            (Lot::Unknown { failing_per_myriad }, Lang::En) => format!("a failure rate of {} %", percent(failing_per_myriad)),
            (Lot::Known { size, failing }, Lang::Zh) => format!("{size} 批中有 {failing} 批不合格时"),
            (Lot::Known { size, failing }, Lang::En) => format!("{failing} failing among {size}"),
        };
        let more = match (self.enough, lang) {
            (Some(n), Lang::Zh) if n <= batches => format!("已有 {sure}% 以上的把握至少查到 1 批（{n} 批次即够）"),
            (Some(n), Lang::Zh) => format!("要有 {sure}% 的把握至少查到 1 批，需要 {n} 批次，还差 {}", n - batches),
            (None, Lang::Zh) => format!("再多批次也达不到 {sure}% 的把握"),
            (Some(n), Lang::En) if n <= batches => format!("they are {sure} % sure to find one ({n} would do)"),
            (Some(n), Lang::En) => format!("to be {sure} % sure to find one takes {n}, {} more", n - batches),
            (None, Lang::En) => format!("no number of batches makes it {sure} % sure"),
        };
        match lang {
            Lang::Zh => format!("{group}：计划 {batches} 批次，{what}，一批也查不到的概率为 {chance}%；{more}"),
            Lang::En => format!("{group}: {batches} batches miss {what} with probability {chance} %; {more}"),
        }
    }
}

fn percent(per_myriad: u32) -> Decimal {
    Decimal::new(i64::from(per_myriad), 2).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_what_is_missed_and_what_would_be_enough() {
        let lot = Lot::of_percent(Decimal::from(2)).unwrap();
        assert_eq!(
            unseen("蔬菜", 150, lot, 950).said(Lang::En),
            "蔬菜: 150 batches miss a failure rate of 2 % with probability 4.8 %; they are 95 % sure to find one (149 would do)"
        );
        assert_eq!(
            unseen("鲜蛋", 40, lot, 950).said(Lang::Zh),
            "鲜蛋：计划 40 批次，实际不合格率为 2% 时，一批也查不到的概率为 44.6%；要有 95% 的把握至少查到 1 批，需要 149 批次，还差 109"
        );
        assert_eq!(
            unseen("摊位", 40, lot.of_size(500), 950).said(Lang::Zh),
            "摊位：计划 40 批次，500 批中有 10 批不合格时，一批也查不到的概率为 43.1%；要有 95% 的把握至少查到 1 批，需要 129 批次，还差 89"
        );
    }
    #[test]
    fn ninety_five_per_cent_is_not_reached_by_rounding() {
        // 0.95 once is exactly the bound; 0.9501 is a hair too much and rounds to the same per cent.
        assert_eq!(enough(Lot::Unknown { failing_per_myriad: 9_500 }, 950), Some(1));
        assert_eq!(enough(Lot::Unknown { failing_per_myriad: 9_499 }, 950), Some(2));
        for (lot, n) in [(Lot::Unknown { failing_per_myriad: 200 }, 149), (Lot::Known { size: 500, failing: 10 }, 129)] {
            assert!(missed(lot, n).at_most(50) && !missed(lot, n - 1).at_most(50));
        }
    }
    #[test]
    fn the_edges_say_what_is_so() {
        assert_eq!(enough(Lot::Unknown { failing_per_myriad: 0 }, 950), None);
        assert_eq!(enough(Lot::Unknown { failing_per_myriad: 200 }, 1_000), None);
        assert_eq!(enough(Lot::Unknown { failing_per_myriad: MYRIAD }, 1_000), Some(1));
        assert_eq!(enough(Lot::Known { size: 20, failing: 20 }, 950), Some(1));
        assert_eq!(enough(Lot::Known { size: 40, failing: 1 }, 1_000), Some(40));
        assert_eq!(missed(Lot::Known { size: 10, failing: 3 }, 8).shown(6), Decimal::ZERO);
        assert_eq!(missed(Lot::Unknown { failing_per_myriad: 200 }, 0).shown(3), Decimal::ONE);
        for bad in ["0", "100.5", "0.001", "-2"] {
            assert_eq!(Lot::of_percent(bad.parse().unwrap()).unwrap_err().code(), "BLIND-RATE", "{bad}");
        }
        // A lot of thirty with a rate of two per cent has one failing, not none.
        assert_eq!(Lot::Unknown { failing_per_myriad: 200 }.of_size(30), Lot::Known { size: 30, failing: 1 });
    }
}
