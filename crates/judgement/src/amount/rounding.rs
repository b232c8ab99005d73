//! 数值修约 GB/T 8170: half to even, in one step, on the decimal value itself.

use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Serialize};
use shiyan_foundation::Decimal;

/// 比较方法 how a result is compared with its limit (GB/T 8170 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "comparison", rename_all = "snake_case")]
pub enum Comparison {
    /// 全数值比较法, whenever the standard does not say otherwise.
    #[default]
    FullValue,
    /// 修约值比较法, only where the standard says so.
    Rounded {
        /// 修约到小数点后几位
        places: u32,
    },
}

/// Rounds to `places` decimal places, 四舍六入五成双. One step: never round a rounded value.
#[must_use]
pub fn round_gbt8170(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven)
}

/// A decimal text rounded, with its trailing zeros kept; `None` for a text that is no plain decimal number.
#[must_use]
pub fn round_text(text: &str, places: u32) -> Option<String> {
    let value = Decimal::from_str_exact(text.trim()).ok()?;
    let mut rounded = round_gbt8170(value, places);
    rounded.rescale(places);
    Some(rounded.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn half_to_even_in_one_step() {
        for (text, places, expected) in [
            ("0.25", 1, "0.2"),
            ("0.35", 1, "0.4"),
            ("15.4546", 0, "15"),
            ("2.5", 0, "2"),
            ("3.5", 0, "4"),
            ("1.15", 1, "1.2"),
            ("12.1498", 1, "12.1"),
            ("0.2500001", 1, "0.3"),
            ("0.204", 1, "0.2"),
            ("7", 2, "7.00"),
            ("0.05", 1, "0.0"),
        ] {
            assert_eq!(round_text(text, places).as_deref(), Some(expected), "{text} to {places}");
        }
        assert_eq!(round_text("1e5", 1), None);
        assert_eq!(round_text("abc", 1), None);
    }
}
