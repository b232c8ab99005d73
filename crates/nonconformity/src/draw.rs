//! 随机抽取 drawing by a seed that is written down: whoever has the seed and the list draws the same again, and who stands first on a list is no likelier
//! than anybody else. The seed comes from outside; nothing here is random.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::LabId;
use shiyan_foundation::{Refusal, labels};

use crate::code;

/// A seed shorter than this can be tried through until it draws what somebody wants.
const SEED_LENGTH: usize = 12;

labels! {
    /// 回避或排除 why a laboratory is not drawn.
    pub enum Barred {
        FirstLab = "first_lab", "初检机构", "Did the first test";
        Interest = "interest", "与初检机构或申请人有利害关系", "Has an interest in the matter";
        NoScope = "no_scope", "没有申请项目的检验资质", "Is not accredited for the items";
        Declined = "declined", "已书面说明无法承担", "Has declared in writing that it cannot";
    }
}

/// 候选机构 one laboratory of the published list of bodies for rechecks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The laboratory.
    pub lab: LabId,
    /// 名称
    pub name: String,
    /// 排除原因
    pub barred: Option<Barred>,
}

/// 抽取记录 what was drawn from what, by which seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// 种子
    pub seed: String,
    /// 名录 as it was that day, in the order of ids, those that were left out among them.
    pub list: Vec<Candidate>,
    /// 抽中
    pub chosen: LabId,
    /// 抽中机构名称
    pub name: String,
}

impl Drawn {
    /// 复核 whether seed and list draw the same again.
    #[must_use]
    pub fn holds(&self) -> bool {
        draw_lab(&self.seed, self.list.clone()).as_ref() == Ok(self)
    }
}

/// Draws one laboratory of those that nothing bars.
///
/// # Errors
/// `DRAW-SEED`, `DRAW-NONE`.
pub fn draw_lab(seed: &str, mut list: Vec<Candidate>) -> Result<Drawn, Refusal> {
    let seed = checked(seed)?;
    list.sort_by_key(|c| c.lab);
    list.dedup_by_key(|c| c.lab);
    let free: Vec<&Candidate> = list.iter().filter(|c| c.barred.is_none()).collect();
    let at = Stream::of(&seed).below(free.len() as u64);
    let Some(chosen) = at.and_then(|at| free.get(usize::try_from(at).ok()?)) else {
        return Err(Refusal::new(code::DRAW_NONE).with("count", list.len()));
    };
    let (chosen, name) = (chosen.lab, chosen.name.clone());
    Ok(Drawn { seed, list, chosen, name })
}

/// 抽查 draws a share of things, in thousandths and rounded up, in the order of the list: for the check of what closing has achieved.
///
/// # Errors
/// `DRAW-SEED`.
pub fn draw_share<T: Ord + Clone>(seed: &str, things: &[T], per_mille: u32) -> Result<Vec<T>, Refusal> {
    let mut stream = Stream::of(&checked(seed)?);
    let mut rest = things.to_vec();
    rest.sort();
    rest.dedup();
    let wanted = (rest.len() * per_mille.min(1_000) as usize).div_ceil(1_000);
    let mut drawn = Vec::with_capacity(wanted);
    while drawn.len() < wanted
        && let Some(at) = stream.below(rest.len() as u64).and_then(|at| usize::try_from(at).ok())
    {
        drawn.push(rest.remove(at));
    }
    drawn.sort();
    Ok(drawn)
}

fn checked(seed: &str) -> Result<String, Refusal> {
    let seed = seed.trim();
    if seed.chars().count() < SEED_LENGTH { Err(Refusal::new(code::DRAW_SEED).with("least", SEED_LENGTH).on("seed")) } else { Ok(seed.to_owned()) }
}

/// Numbers that follow from a seed (FNV-1a into SplitMix64).
struct Stream(u64);

impl Stream {
    fn of(seed: &str) -> Self {
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below a bound, each as likely as the other; nothing below zero.
    fn below(&mut self, bound: u64) -> Option<u64> {
        let last = u64::MAX - u64::MAX.checked_rem(bound)?;
        loop {
            let n = self.next();
            if n < last {
                return Some(n % bound);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn lab(n: u128) -> Candidate {
        Candidate { lab: LabId(Uuid::from_u128(n)), name: format!("机构{n}"), barred: None }
    }
    #[test]
    fn whoever_stands_first_is_no_likelier_and_the_same_seed_draws_the_same() {
        let list: Vec<Candidate> = (1..=7).map(lab).collect();
        let mut times: BTreeMap<LabId, u32> = BTreeMap::new();
        for n in 0..7_000 {
            let drawn = draw_lab(&format!("复检2026-{n:08}"), list.clone()).unwrap();
            let backwards = draw_lab(&drawn.seed, list.iter().rev().cloned().collect()).unwrap();
            assert!(drawn.holds() && backwards == drawn, "the order of the list changes nothing");
            *times.entry(drawn.chosen).or_default() += 1;
        }
        // a thousand each; five standard deviations are 147
        assert_eq!(times.len(), 7);
        assert!(times.values().all(|n| (853..=1_147).contains(n)), "{times:?}");
    }
    #[test]
    fn a_changed_record_does_not_hold() {
        let drawn = draw_lab("2026-03-05#复检", (1..=7).map(lab).collect()).unwrap();
        let other = drawn.list.iter().find(|c| c.lab != drawn.chosen).unwrap();
        assert!(!Drawn { chosen: other.lab, name: other.name.clone(), ..drawn.clone() }.holds());
        assert!(!Drawn { list: drawn.list.iter().filter(|c| c.lab != drawn.chosen).cloned().collect(), ..drawn.clone() }.holds());
    }
    #[test]
    fn whoever_is_barred_is_never_drawn_and_nobody_left_is_said() {
        for barred in [Barred::FirstLab, Barred::Interest, Barred::NoScope, Barred::Declined] {
            let list = || vec![Candidate { barred: Some(barred), ..lab(1) }, lab(2)];
            assert!((0..200).all(|n| draw_lab(&format!("复检2026-{n:08}"), list()).unwrap().chosen == lab(2).lab));
            let none = draw_lab("复检2026-00000001", vec![Candidate { barred: Some(barred), ..lab(1) }]).unwrap_err();
            assert_eq!(none.code(), "DRAW-NONE");
        }
        assert_eq!(draw_lab("复检2026-00000001", Vec::new()).unwrap_err().code(), "DRAW-NONE");
        assert_eq!(draw_lab("1", vec![lab(1)]).unwrap_err().code(), "DRAW-SEED");
    }
    #[test]
    fn a_share_is_rounded_up_and_drawn_again_by_its_seed() {
        let cases: Vec<u32> = (0..41).collect();
        let share = |n: u32, per_mille| draw_share(&format!("效果核查2026-{n:04}"), &cases, per_mille).unwrap();
        assert_eq!((share(1, 100).len(), share(1, 0).len(), share(1, 1_000).len(), share(1, 5_000).len()), (5, 0, 41, 41));
        assert_eq!(share(1, 100), share(1, 100));
        assert_ne!(share(1, 100), share(2, 100));
        let mut times = vec![0; cases.len()];
        (0..2_000).flat_map(|n| share(n, 100)).for_each(|at| times[at as usize] += 1);
        // 244 each; five standard deviations are 73
        assert!(times.iter().all(|n| (170..=318).contains(n)), "{times:?}");
    }
}
