//! 抽样单编号 the sampling sheet number, as the national sheet builds it. Unknown prefixes warn and are never refused.

use shiyan_foundation::{Refusal, text::fold};

use crate::code;

/// What the number looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// Prefix, year, area, organisation and serial as the national system writes them.
    National,
    /// 临时编号 `LS…`, to be replaced before a report is issued.
    Temporary,
    /// Something else: accepted with a warning.
    Unknown,
}

/// 编号前缀 seen in the national system, with their reading (graded "medium" in the domain notes: they warn, never refuse).
pub const PREFIXES: &[(&str, &str)] = &[
    ("GC", "国抽"),
    ("GZJ", "国家转移支付"),
    ("SC", "省级"),
    ("SBJ", "省本级"),
    ("DC", "地市级"),
    ("DBJ", "市本级"),
    ("XC", "县级"),
    ("XBJ", "县本级"),
    ("PJ", "评价性"),
    ("NCP", "食用农产品"),
    ("FX", "风险监测"),
];

/// Normalises a number and says what it looks like.
///
/// # Errors
/// `SHEET-NO-FORM` for an empty, overlong or oddly spelt number.
pub fn check_number(typed: &str) -> Result<(String, NumberKind), Refusal> {
    let number = fold(typed).to_ascii_uppercase();
    let fine = !number.is_empty() && number.len() <= 40 && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !fine {
        return Err(Refusal::new(code::SAMPLING_NO_FORM).with("typed", typed).on("sampling_no"));
    }
    let letters = number.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (prefix, rest) = number.split_at(letters);
    let digits = rest.strip_suffix("ZX").unwrap_or(rest);
    let kind = if prefix == "LS" {
        NumberKind::Temporary
    } else if PREFIXES.iter().any(|(known, _)| *known == prefix) && digits.len() == 17 && digits.bytes().all(|b| b.is_ascii_digit()) {
        NumberKind::National
    } else {
        NumberKind::Unknown
    };
    Ok((number, kind))
}

/// 年份 of a number as the national system writes it; nothing of any other.
#[must_use]
pub fn number_year(typed: &str) -> Option<i32> {
    let (number, kind) = check_number(typed).ok()?;
    let letters = number.bytes().take_while(u8::is_ascii_alphabetic).count();
    let year: i32 = number.get(letters..letters + 2).filter(|_| kind == NumberKind::National)?.parse().ok()?;
    Some(2000 + year)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn real_numbers_are_national_and_unknown_prefixes_only_warn() {
        for real in ["DC21410100465340757", "XBJ24410105463934197", "GC20131100120630263", "ｘｂｊ24410105463934222ZX"] {
            assert_eq!(check_number(real).unwrap().1, NumberKind::National, "{real}");
        }
        assert_eq!(check_number("QQ24410105463934197").unwrap().1, NumberKind::Unknown);
        assert_eq!(check_number("LS20260001").unwrap().1, NumberKind::Temporary);
        assert_eq!(check_number("XBJ 24").unwrap_err().code(), "SHEET-NO-FORM");
    }
}
