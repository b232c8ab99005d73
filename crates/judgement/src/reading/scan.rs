//! 逐字读 a text from left to right: words, units with what stands behind them, numbers in every spelling of an exponent.

use shiyan_foundation::{CodeInfo, Decimal};

use super::basis;
use super::measured::{ParseNote, bases};
use crate::amount::units;
use crate::reasons;

pub(crate) type Read<T> = Result<T, &'static CodeInfo>;

/// A number found at the beginning of a text.
pub(crate) struct Num {
    pub value: Decimal,
    pub sig_digits: u32,
    pub text: String,
    /// It carried an exponent in some spelling.
    pub power: bool,
}

pub(crate) struct Scan<'a, 'n> {
    pub rest: &'a str,
    pub notes: &'n mut Vec<ParseNote>,
}

/// `mg/kg` or `(mg/kg)` at the beginning, and what follows.
fn leading_unit(text: &str) -> Option<(&'static str, &str)> {
    if let Some((unit, end)) = units::leading(text) {
        return Some((unit, &text[end..]));
    }
    let inside = text.strip_prefix('(')?.trim_start();
    let (unit, end) = units::leading(inside)?;
    Some((unit, inside[end..].trim_start().strip_prefix(')')?))
}

impl Scan<'_, '_> {
    pub(crate) fn skip_blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    pub(crate) fn eat(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// One of the words, in any case of letters, followed by no further letter.
    pub(super) fn eat_word(&mut self, words: &[&str]) -> bool {
        for word in words {
            if let Some(head) = self.rest.get(..word.len())
                && head.eq_ignore_ascii_case(word)
                && !(word.is_ascii() && self.rest[word.len()..].starts_with(|c: char| c.is_ascii_alphabetic()))
            {
                self.rest = &self.rest[word.len()..];
                return true;
            }
        }
        false
    }

    pub(super) fn eat_any_case(&mut self, word: &str) -> bool {
        match self.rest.get(..word.len()) {
            Some(head) if head.eq_ignore_ascii_case(word) => {
                self.rest = &self.rest[word.len()..];
                true
            }
            _ => false,
        }
    }

    /// The unit at this place, with the brackets behind it that say how the value is counted.
    pub(crate) fn unit(&mut self) -> Option<&'static str> {
        let trimmed = self.rest.trim_start_matches([' ', '\t']);
        let found = leading_unit(trimmed).or_else(|| leading_unit(trimmed.strip_prefix("(KOH)")?.trim_start()).filter(|(u, _)| *u == "mg/g"));
        if let Some((_, rest)) = found {
            self.rest = rest;
        }
        let unit = found.map(|(unit, _)| unit);
        loop {
            let behind = self.rest.trim_start_matches(' ');
            if unit == Some("mg/g")
                && let Some(rest) = ["KOH", "koh", "(KOH)", "(koh)"].iter().find_map(|w| behind.strip_prefix(w))
            {
                self.rest = rest;
            } else if let Some((words, rest)) = basis::leading(behind) {
                if !basis::names_a_substance(&words) && !bases(self.notes).any(|b| b == words) {
                    self.notes.push(ParseNote::Basis(words));
                }
                self.rest = rest;
            } else {
                return unit;
            }
        }
    }

    /// A number in every spelling of an exponent.
    pub(crate) fn number(&mut self) -> Read<Num> {
        let start = self.rest;
        let negative = start.starts_with('-');
        let body = start.strip_prefix(['-', '+']).unwrap_or(start);
        let whole = body.bytes().take_while(u8::is_ascii_digit).count();
        let mut len = whole;
        if body[len..].starts_with('.') {
            let places = body[len + 1..].bytes().take_while(u8::is_ascii_digit).count();
            if places == 0 {
                return Err(reasons::UNREADABLE);
            }
            len += 1 + places;
        }
        if len == 0 {
            return Err(reasons::UNREADABLE);
        }
        if negative {
            return Err(reasons::NEGATIVE);
        }
        let digits = &body[..len];
        if whole > 1 && digits.starts_with('0') {
            // the 000 of 12,000,33,000
            return Err(if digits == "000" { reasons::THOUSANDS } else { reasons::LEADING_ZERO });
        }
        let mantissa = exact(digits)?;
        self.rest = &body[len..];
        let (power, caret) = self.power(&mantissa, digits)?;
        let mantissa = if caret { Decimal::ONE } else { mantissa };
        let value = units::shift(mantissa, power.unwrap_or(0)).filter(fits).ok_or(reasons::OUT_OF_RANGE)?;
        let (text, counted) = match power {
            None => (digits.to_owned(), digits),
            Some(p) if caret => (format!("10^{p}"), "1"),
            Some(p) => (format!("{digits}×10^{p}"), digits),
        };
        Ok(Num { value, sig_digits: significant(counted), text, power: power.is_some() })
    }

    /// Digits that go on after an exponent, a second point, a dash or a plus: that was not one number.
    pub(super) fn ended(&self, number: &Num) -> Read<()> {
        match self.rest.chars().next() {
            Some(c) if number.power && (c.is_ascii_digit() || "^{}".contains(c)) => Err(reasons::STRAY_DIGITS),
            Some(c) if c.is_ascii_digit() || ".^±+~-×*{}".contains(c) => Err(reasons::UNREADABLE),
            _ => Ok(()),
        }
    }

    /// The exponent after a mantissa; the flag says that the mantissa was itself the ten of `10^k`.
    fn power(&mut self, mantissa: &Decimal, digits: &str) -> Read<(Option<i32>, bool)> {
        let after = self.rest;
        // 10^4, 10⁴
        if digits == "10" && after.starts_with('^') {
            self.rest = &after[1..];
            return Ok((Some(self.raised()?), true));
        }
        // 2.5E6, 1.2e-3
        if let Some(rest) = after.strip_prefix(['e', 'E'])
            && rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
        {
            // 10E4 is 10×10^4 by arithmetic and 10^4 in many laboratories
            if *mantissa == Decimal::TEN {
                return Err(reasons::TEN_E);
            }
            self.rest = rest;
            return Ok((Some(self.integer()?), false));
        }
        let trimmed = after.trim_start_matches(' ');
        let Some(rest) = trimmed.strip_prefix(['×', 'x', 'X', '*', '·', '⋅']) else { return Ok((None, false)) };
        let Some(rest) = rest.trim_start_matches(' ').strip_prefix("10") else { return Err(reasons::UNREADABLE) };
        self.rest = rest;
        if let Some(rest) = rest.trim_start_matches(' ').strip_prefix('^') {
            self.rest = rest;
            return Ok((Some(self.raised()?), false));
        }
        if let Some(rest) = rest.strip_prefix(['e', 'E'])
            && rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
        {
            self.rest = rest;
            let p = self.integer()?;
            self.notes.push(ParseNote::TenE(format!("{digits}×10^{p}")));
            return Ok((Some(p), false));
        }
        let sign = rest.starts_with('-');
        let tail = rest.strip_prefix('-').unwrap_or(rest);
        let count = tail.bytes().take_while(u8::is_ascii_digit).count();
        // a mantissa between 1 and 10 before ×10k with one digit can only be a power that lost its superscript;
        // anything else could be read in two ways
        let normal = *mantissa >= Decimal::ONE && *mantissa < Decimal::TEN;
        match count {
            0 => Err(reasons::TRUNCATED),
            1 if normal && !tail.starts_with('0') => {
                let p: i32 = tail[..1].parse().map_err(|_| reasons::UNREADABLE)?;
                let p = if sign { -p } else { p };
                self.rest = &tail[1..];
                self.notes.push(ParseNote::LostSuperscript(format!("{digits}×10^{p}")));
                Ok((Some(p), false))
            }
            _ => Err(reasons::AMBIGUOUS_POWER),
        }
    }

    /// `4`, `-3`, `{4}`, `(-3)` after a caret.
    fn raised(&mut self) -> Read<i32> {
        let close = match self.rest.chars().next() {
            Some('{') => Some('}'),
            Some('(') => Some(')'),
            _ => None,
        };
        if close.is_some() {
            self.rest = self.rest[1..].trim_start();
        }
        let p = self.integer()?;
        if let Some(close) = close {
            self.rest = self.rest.trim_start().strip_prefix(close).ok_or(reasons::UNREADABLE)?;
        }
        Ok(p)
    }

    fn integer(&mut self) -> Read<i32> {
        self.rest = self.rest.trim_start_matches(' ');
        let negative = self.rest.starts_with('-');
        let body = self.rest.strip_prefix(['-', '+']).unwrap_or(self.rest);
        let count = body.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return Err(reasons::TRUNCATED);
        }
        let p: i32 = body[..count].parse().map_err(|_| reasons::OUT_OF_RANGE)?;
        if p > MAX_POWER {
            return Err(reasons::OUT_OF_RANGE);
        }
        self.rest = &body[count..];
        Ok(if negative { -p } else { p })
    }
}

/// No count and no concentration needs a greater power.
const MAX_POWER: i32 = 12;

const MAX_SCALE: u32 = 15;

/// Few enough digits that unit conversion and comparison stay exact.
fn fits(value: &Decimal) -> bool {
    value.scale() <= MAX_SCALE && value.mantissa().unsigned_abs() < 10_u128.pow(18)
}

fn exact(digits: &str) -> Read<Decimal> {
    Decimal::from_str_exact(digits).ok().filter(fits).ok_or(reasons::OUT_OF_RANGE)
}

/// 有效数字: leading zeros do not count, trailing zeros do.
fn significant(digits: &str) -> u32 {
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let rest = digits.trim_start_matches('0');
    u32::try_from(if rest.is_empty() { 1 } else { rest.len() }).unwrap_or(u32::MAX)
}
