//! 抽检历史 how often something failed, and how much of that to believe when few were tested.

use shiyan_foundation::Decimal;

use crate::fraction::Fraction;

/// 抽检记录 so many batches tested, so many of them failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// 抽检批次
    pub tested: u32,
    /// 不合格批次
    pub failed: u32,
}

impl Record {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Record) -> Record {
        Record { tested: self.tested.saturating_add(other.tested), failed: self.failed.saturating_add(other.failed) }
    }
    /// 不合格率, exact; nothing of nothing is nothing.
    #[must_use]
    pub fn rate(self) -> Fraction {
        Fraction::new(u128::from(self.failed), u128::from(self.tested))
    }
    /// 不合格率 in per cent, to be shown.
    #[must_use]
    pub fn percent(self) -> Decimal {
        self.rate().percent(2)
    }
}

/// 收缩不合格率 `(failed + prior × rate) ÷ (tested + prior)`: as if `prior` batches of the wider group had been tested here as well. One failure
/// of one batch says little, forty of a thousand say much; exact, so that the order of two rows never hangs on rounding.
#[must_use]
pub fn shrunk(record: Record, rate: Fraction, prior: u32) -> Fraction {
    // failed/(tested+prior) + rate × prior/(tested+prior)
    let all = u128::from(record.tested) + u128::from(prior);
    let own = Fraction::new(u128::from(record.failed), all);
    let lent = rate.times(Fraction::new(u128::from(prior), all)).and_then(|lent| own.plus(lent));
    // Counts of batches are far too small for this to be lost; a rate that could not be held is not made up.
    lent.unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_batches_are_drawn_to_the_group_and_many_speak_for_themselves() {
        let group = Fraction::new(3, 100);
        assert_eq!(shrunk(Record::default(), group, 50), group);
        assert_eq!(shrunk(Record { tested: 1, failed: 1 }, group, 50), Fraction::new(5, 102));
        assert_eq!(shrunk(Record { tested: 950, failed: 95 }, group, 50), Fraction::new(965, 10_000));
        assert_eq!(Record { tested: 0, failed: 0 }.rate(), Fraction::ZERO);
        assert_eq!(Record { tested: 75_798, failed: 2_303 }.percent().to_string(), "3.04");
    }
}
