//! 历史值 what the newest earlier results of the same item in the same food say about a new one. It is a hint: it asks for a
//! second look and never changes a verdict.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Decimal;
use shiyan_judgement::amount::units;
use shiyan_judgement::reading::{self, Measured};

/// Earlier results that are looked at, the newest first, at most.
pub const MOST: usize = 500;
/// Numbers there must be among them; with fewer nothing is said.
pub const LEAST: usize = 100;

/// 同类 whose results of an item are compared: those of one laboratory in one food category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Peers {
    /// 检验机构 as the sheets name it.
    pub lab: String,
    /// 食品分类
    pub category: String,
}

/// 高于历史P99 the value is above ninety-nine in a hundred of the earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboveP99 {
    /// 历史P99 by nearest rank, in [`AboveP99::unit`].
    pub p99: Decimal,
    /// Unit of the new value; empty where it has none.
    pub unit: String,
    /// Earlier results it was taken from, those below a number included.
    pub count: usize,
}

/// 历史读数 an earlier result that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// 未检出, `<x`: below every number.
    Below,
    /// A number with its unit; empty where it has none.
    Number(Decimal, String),
}

impl Earlier {
    /// Reads an earlier result as it was understood; `None` for what is no single number.
    #[must_use]
    pub fn read(understood: &str) -> Option<Self> {
        let parsed = reading::parse(understood, None);
        match parsed.understood {
            Measured::NotDetected { .. } | Measured::LessThan { .. } => Some(Self::Below),
            Measured::Number { value, .. } => Some(Self::Number(value, parsed.unit.unwrap_or_default())),
            _ => None,
        }
    }
    /// Its place in the unit of the new one; `None` in a unit that does not convert exactly.
    fn rank(&self, unit: &str) -> Option<Rank> {
        match self {
            Self::Below => Some(Rank::Below),
            Self::Number(value, own) if own == unit => Some(Rank::Number(*value)),
            Self::Number(value, own) => units::convert(*value, own, unit).ok().map(Rank::Number),
        }
    }
}

/// Place of an earlier result; whatever is below a number comes before every number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Below,
    Number(Decimal),
}

/// A single number, the only kind of result that is compared.
#[must_use]
pub fn compared(raw: &str, unit: &str) -> bool {
    matches!(reading::parse(raw, Some(unit)).understood, Measured::Number { .. })
}

/// Whether the number typed is above the P99 of the earlier results, newest first; [`MOST`] of them count.
/// `None` when it is not, or is no number, or fewer than [`LEAST`] of them are numbers, or ninety-nine in a hundred are none.
#[must_use]
pub fn above_p99<'a>(raw: &str, unit: &str, earlier: impl IntoIterator<Item = &'a Earlier>) -> Option<AboveP99> {
    let typed = reading::parse(raw, Some(unit));
    let Measured::Number { value, .. } = typed.understood else { return None };
    let unit = typed.unit.unwrap_or_default();
    let mut ranks: Vec<Rank> = earlier.into_iter().take(MOST).filter_map(|e| e.rank(&unit)).collect();
    if ranks.iter().filter(|r| matches!(r, Rank::Number(_))).count() < LEAST {
        return None;
    }
    ranks.sort_unstable();
    // nearest rank: the smallest value that ninety-nine in a hundred do not exceed
    let nearest = (ranks.len() * 99).div_ceil(100);
    match ranks.get(nearest - 1) {
        Some(Rank::Number(p99)) if value > *p99 => Some(AboveP99 { p99: *p99, unit, count: ranks.len() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    /// `0.001mg/kg`, `0.002mg/kg` … up to so many thousandths.
    fn thousandths(n: usize) -> Vec<String> {
        (1..=n).map(|i| format!("{}mg/kg", Decimal::new(i64::try_from(i).expect("small"), 3))).collect()
    }
    fn read(earlier: &[String]) -> Vec<Earlier> {
        earlier.iter().filter_map(|e| Earlier::read(e)).collect()
    }
    fn said(raw: &str, earlier: &[String]) -> Option<(Decimal, usize)> {
        above_p99(raw, "mg/kg", &read(earlier)).map(|a| (a.p99, a.count))
    }

    #[test]
    fn strictly_above_the_nearest_rank() {
        let hundred = thousandths(100);
        // of a hundred the ninety-ninth
        assert_eq!(said("0.099", &hundred), None, "equal is not above");
        assert_eq!(said("0.0990", &hundred), None, "however it is written");
        assert_eq!(said("0.0990000001", &hundred), Some((d("0.099"), 100)));
        // of 101 the hundredth: 99.99 is rounded up
        assert_eq!(said("0.1001", &thousandths(101)), Some((d("0.100"), 101)));
        assert_eq!(said("0.1", &thousandths(101)), None);
        assert_eq!(said("0.496", &thousandths(500)), Some((d("0.495"), 500)));
    }
    #[test]
    fn with_fewer_than_a_hundred_numbers_nothing_is_said() {
        assert_eq!(said("9", &thousandths(99)), None);
        let mut mixed = thousandths(99);
        mixed.extend(vec!["未检出".to_owned(); 300]);
        assert_eq!(said("9", &mixed), None, "what was not detected is no number");
        mixed.push("0.001mg/kg".to_owned());
        assert_eq!(said("9", &mixed), Some((d("0.095"), 400)));
    }
    #[test]
    fn nothing_detected_ever_says_nothing() {
        assert_eq!(said("9", &vec!["未检出(检出限:0.01mg/kg)".to_owned(); 500]), None);
        assert_eq!(said("9", &vec!["<0.01mg/kg".to_owned(); 500]), None);
        assert_eq!(said("9", &[]), None);
    }
    #[test]
    fn below_a_number_takes_part_as_the_lowest() {
        let mut earlier = vec!["<5mg/kg".to_owned(); 200];
        earlier.extend(thousandths(100));
        // the 297th of 300, three from the top
        assert_eq!(said("0.098", &earlier), Some((d("0.097"), 300)));
        assert_eq!(said("未检出", &earlier), None);
        assert_eq!(said("<9", &earlier), None, "a bound is above nothing");
    }
    #[test]
    fn ties_are_not_above_each_other() {
        let same = vec!["0.2mg/kg".to_owned(); 250];
        assert_eq!(said("0.2", &same), None);
        assert_eq!(said("0.20", &same), None);
        assert_eq!(said("0.21", &same), Some((d("0.2"), 250)));
        // two high ones of 200 are the last hundredth; a third makes it the P99 itself
        let mut tops = vec!["0.1mg/kg".to_owned(); 198];
        tops.extend(vec!["0.9mg/kg".to_owned(); 2]);
        assert_eq!(said("0.9", &tops), Some((d("0.1"), 200)));
        tops[0] = "0.9mg/kg".to_owned();
        assert_eq!(said("0.9", &tops), None);
    }
    #[test]
    fn units_are_converted_exactly_or_left_out() {
        let micro: Vec<String> = (1..=100).map(|i| format!("{i}μg/kg")).collect();
        assert_eq!(said("0.0991", &micro), Some((d("0.099"), 100)));
        assert_eq!(said("0.099", &micro), None);
        let mut other = thousandths(100);
        other.extend(["5%".to_owned(), "检出".to_owned(), "/".to_owned(), "10;20;30;40;50CFU/g".to_owned()]);
        assert_eq!(said("0.0991", &other), Some((d("0.099"), 100)), "what cannot be compared does not count");
        let bare: Vec<String> = (1..=100).map(|i| i.to_string()).collect();
        assert_eq!(above_p99("100", "", &read(&bare)).map(|a| (a.p99, a.unit)), Some((d("99"), String::new())));
    }
    #[test]
    fn only_the_newest_count() {
        let mut earlier = vec!["0.1mg/kg".to_owned(); MOST];
        earlier.extend(vec!["5mg/kg".to_owned(); MOST]);
        assert_eq!(said("0.2", &earlier), Some((d("0.1"), MOST)));
    }
    #[test]
    fn only_a_number_is_compared() {
        assert!(compared("0.5", "mg/kg") && compared("５", ""));
        for raw in ["", "未检出", "<0.1", ">5", "/", "1,234", "10,20,<10,30,10", "0.5mg/L"] {
            assert!(!compared(raw, "mg/kg"), "{raw}");
        }
    }
}
