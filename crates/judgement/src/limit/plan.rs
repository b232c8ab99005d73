//! 采样方案 n, c, m and M as printed.

use shiyan_foundation::Decimal;
use shiyan_statute::LimitRule;

use super::lost::ends_like_a_power;
use super::parts::{LimitText, NOT_DETECTED, Read, Understood, number, same_unit};
use crate::amount::units;
use crate::reading::ParseNote;
use crate::reading::scan::{Num, Scan};
use crate::reasons;

/// How far M may lie above m before an exponent has been lost; the plans of the standards stay within 100.
const WIDEST_PLAN: i64 = 100;

pub(super) fn is_plan(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    ["n=", "n:", "N=", "N:"].iter().any(|key| compact.contains(key)) && compact.contains(['m', 'M'])
}

/// n=5,c=2,m=10^2CFU/g,M=10^3CFU/g in any order of marks and blanks.
pub(super) fn plan(scan: &mut Scan<'_, '_>) -> Read<Understood> {
    let Fields { n, c, m, mut upper, unit } = Fields::read(scan)?;
    let (Some(n), Some(c), Some(mut m)) = (n, c, m) else { return Err(reasons::LIMIT_TRUNCATED) };
    // a count has no power below 0
    if m.text.contains("^-") || upper.as_ref().is_some_and(|u| u.text.contains("^-")) {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    if n == 0 || c >= n {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    if let Some(upper) = &mut upper {
        repaired(&mut m, upper, scan.notes)?;
        if upper.value <= m.value || (!m.value.is_zero() && upper.value > m.value * Decimal::from(WIDEST_PLAN)) {
            return Err(reasons::PLAN_CONTRADICTORY);
        }
    } else if c > 0 {
        // the two-class plans of the standards allow none above m
        return Err(reasons::LIMIT_TRUNCATED);
    } else if odd(&m) {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    let rule = LimitRule::ThreeClass { n, c, m: m.value, upper: upper.map(|u| u.value) };
    Ok((LimitText::Rule { rule, strict: false }, unit))
}

/// No power was written and the digits look like one: 102, 1104.
fn odd(value: &Num) -> bool {
    !value.power && ends_like_a_power(&value.value)
}

/// m and M with their powers: a plan with m=102 or M=103 does not exist, one with 10^2 and 10^3 does.
fn repaired(m: &mut Num, upper: &mut Num, notes: &mut Vec<ParseNote>) -> Read<()> {
    let lost = |v: &Num| odd(v) && v.value < Decimal::from(110);
    // m=10 beside a repaired M may itself have lost its power, unless M is the next power of ten
    if lost(upper) && !m.power && m.value == Decimal::TEN && upper.value != Decimal::from(102) {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    for v in [&mut *m, &mut *upper] {
        if lost(v) {
            let k = i32::try_from(v.value - Decimal::ONE_HUNDRED).map_err(|_| reasons::LIMIT_GARBLED)?;
            v.value = units::shift(Decimal::ONE, k).ok_or(reasons::OUT_OF_RANGE)?;
            v.power = true;
            notes.push(ParseNote::LostSuperscript(format!("10^{k}")));
        }
    }
    if odd(m) || odd(upper) { Err(reasons::PLAN_CONTRADICTORY) } else { Ok(()) }
}

/// What stands behind n, c, m and M.
#[derive(Default)]
struct Fields {
    n: Option<u32>,
    c: Option<u32>,
    m: Option<Num>,
    upper: Option<Num>,
    unit: Option<&'static str>,
}

impl Fields {
    fn read(scan: &mut Scan<'_, '_>) -> Read<Self> {
        let mut found = Self::default();
        loop {
            scan.rest = scan.rest.trim_start_matches([',', '，', ';', '、', ' ', '\n', '\t', '/']);
            if scan.rest.is_empty() {
                return Ok(found);
            }
            if !found.unit_alone(scan)? {
                found.field(scan)?;
            }
        }
    }

    /// `（单位：CFU/g）`, or a unit between the fields.
    fn unit_alone(&mut self, scan: &mut Scan<'_, '_>) -> Read<bool> {
        let open = scan.rest.trim_start_matches('(');
        if let Some(after) = open.strip_prefix("单位") {
            let after = after.trim_start_matches([':', '为', ' ']);
            let (named, end) = units::leading(after).ok_or(reasons::UNKNOWN_UNIT)?;
            self.unit = same_unit(self.unit, Some(named))?;
            scan.rest = after[end..].trim_start_matches([')', ' ']);
            return Ok(true);
        }
        if self.n.is_some()
            && let Some(named) = scan.unit()
        {
            self.unit = same_unit(self.unit, Some(named))?;
            return Ok(true);
        }
        Ok(false)
    }

    /// A letter with its value, each once.
    fn field(&mut self, scan: &mut Scan<'_, '_>) -> Read<()> {
        let key = scan.rest.chars().next().ok_or(reasons::LIMIT_GARBLED)?;
        scan.rest = scan.rest[key.len_utf8()..].trim_start();
        if !(scan.eat("=") || scan.eat(":")) {
            return Err(reasons::LIMIT_GARBLED);
        }
        scan.skip_blank();
        let value = if key == 'm' && NOT_DETECTED.iter().any(|w| scan.eat(w)) {
            Num { value: Decimal::ZERO, sig_digits: 1, text: "0".to_owned(), power: false }
        } else {
            number(scan)?
        };
        let whole = |v: &Num| if v.power { None } else { u32::try_from(v.value).ok().filter(|_| v.value.fract().is_zero()) };
        let twice = match key {
            'n' | 'N' => self.n.replace(whole(&value).ok_or(reasons::LIMIT_GARBLED)?).is_some(),
            'c' | 'C' => self.c.replace(whole(&value).ok_or(reasons::LIMIT_GARBLED)?).is_some(),
            'm' => self.m.replace(value).is_some(),
            'M' => self.upper.replace(value).is_some(),
            _ => return Err(reasons::LIMIT_GARBLED),
        };
        if twice {
            return Err(reasons::LIMIT_GARBLED);
        }
        if matches!(key, 'm' | 'M') {
            self.unit = same_unit(self.unit, scan.unit())?.or(self.unit);
        }
        Ok(())
    }
}
