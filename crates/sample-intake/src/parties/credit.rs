//! 统一社会信用代码 the credit code with its check digit (GB 32100). What is typed is read, never mended: a letter O is not a zero.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Refusal, text::fold};

use super::code;

/// The signs of a code in the order of their values; I, O, S, V and Z are none.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first 17 signs.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// 位数
const LENGTH: usize = 18;

/// 统一社会信用代码 one that holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CreditCode(String);

impl CreditCode {
    /// Reads what was typed; a dash stands for none.
    ///
    /// # Errors
    /// `CREDIT-LENGTH`, `CREDIT-LETTER` or, for a wrong check digit, `SHEET-USCC`.
    pub fn read(typed: &str) -> Result<Option<Self>, Refusal> {
        let text = squeezed(typed);
        if matches!(text.as_str(), "" | "/" | "无" | "—") {
            return Ok(None);
        }
        let count = text.chars().count();
        if count != LENGTH {
            return Err(Refusal::new(code::LENGTH).with("typed", typed.trim()).with("count", count).on("uscc"));
        }
        if let Some((at, letter)) = text.chars().enumerate().find(|(_, c)| !ALPHABET.contains(*c)) {
            return Err(Refusal::new(code::LETTER).with("at", at + 1).with("letter", letter).on("uscc"));
        }
        if !credit_code_ok(&text) {
            return Err(Refusal::new(crate::code::USCC).with("typed", typed.trim()).on("uscc"));
        }
        Ok(Some(Self(text)))
    }
    /// The code, if what was typed is one.
    #[must_use]
    pub fn of(typed: &str) -> Option<Self> {
        Self::read(typed).ok().flatten()
    }
    /// Eighteen signs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CreditCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was typed without what an input method, a form or a habit puts between: capitals, half-width, no spaces.
#[must_use]
pub fn squeezed(typed: &str) -> String {
    fold(typed).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase()
}

/// 统一社会信用代码 check digit, GB 32100: weighted sum of the first 17 characters modulo 31.
#[must_use]
pub fn credit_code_ok(code: &str) -> bool {
    let values: Option<Vec<usize>> = code.chars().map(|c| ALPHABET.find(c)).collect();
    match values {
        Some(v) if v.len() == LENGTH => {
            let sum: usize = v.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
            (31 - sum % 31) % 31 == v[17]
        }
        _ => false,
    }
}

/// A credit code with the right check digit for 17 given characters (used for fictional shops).
#[must_use]
pub fn credit_code(first_17: &str) -> Option<String> {
    ALPHABET.chars().map(|c| format!("{first_17}{c}")).find(|code| credit_code_ok(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(typed: &str) -> &'static str {
        CreditCode::read(typed).unwrap_err().code()
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = credit_code("92410105MA0000001").unwrap();
        let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        let spaced = format!("  {} {} ", &code[..8], &code[8..]);
        for typed in [code.as_str(), &code.to_lowercase(), &spaced, &wide] {
            assert_eq!(CreditCode::read(typed).unwrap().unwrap().as_str(), code, "{typed}");
        }
        for none in ["", " / ", "／", "无"] {
            assert_eq!(CreditCode::read(none).unwrap(), None, "{none}");
        }
    }
    #[test]
    fn the_check_digit_is_that_of_the_standard() {
        assert!(credit_code_ok("91350100M000100Y43"), "the example of the standard");
        // worked out by hand from the table of GB 32100: eighteen zeros hold, since the sum is nought; 1 in the first place asks for 31 - 1 = 30, the sign Y
        for (code, holds) in [("000000000000000000", true), ("10000000000000000Y", true), ("10000000000000000X", false), ("00000000000000000Y", false)] {
            assert_eq!(credit_code_ok(code), holds, "{code}");
        }
    }
    #[test]
    fn every_slip_of_one_sign_and_every_swap_of_neighbours_is_found() {
        let code = credit_code("92410105MA0000001").unwrap();
        for at in 0..LENGTH {
            for other in ALPHABET.chars().filter(|c| !code[at..].starts_with(*c)) {
                let slip = format!("{}{other}{}", &code[..at], &code[at + 1..]);
                assert_eq!(refused(&slip), "SHEET-USCC", "{slip}");
            }
        }
        let signs: Vec<char> = code.chars().collect();
        for at in (0..LENGTH - 1).filter(|at| signs[*at] != signs[at + 1]) {
            let mut swapped = signs.clone();
            swapped.swap(at, at + 1);
            assert!(CreditCode::of(&swapped.iter().collect::<String>()).is_none(), "{at}");
        }
    }
    #[test]
    fn a_letter_that_looks_like_a_digit_is_named_and_not_mended() {
        let code = credit_code("92410105MA0000001").unwrap();
        for letter in ['I', 'O', 'S', 'V', 'Z', 'o', '中', 'É'] {
            let typed = format!("{}{letter}{}", &code[..10], &code[11..]);
            let why = CreditCode::read(&typed).unwrap_err();
            assert_eq!(why.code(), "CREDIT-LETTER", "{typed}");
            assert!(why.what(shiyan_foundation::Lang::Zh).contains("第 11 位"), "{}", why.what(shiyan_foundation::Lang::Zh));
        }
        assert_eq!((refused(&code[..17]), refused(&format!("{code}0")), refused("410105600000001")), ("CREDIT-LENGTH", "CREDIT-LENGTH", "CREDIT-LENGTH"));
    }
}
