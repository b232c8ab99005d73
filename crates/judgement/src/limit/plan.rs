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
    let (mut n, mut c): (Option<u32>, Option<u32>) = (None, None);
    let (mut m, mut upper): (Option<Num>, Option<Num>) = (None, None);
    let mut unit = None;
    loop {
        scan.rest = scan.rest.trim_start_matches([',', '，', ';', '、', ' ', '\n', '\t', '/']);
        if scan.rest.is_empty() {
            break;
        }
        let open = scan.rest.trim_start_matches('(');
        if let Some(after) = open.strip_prefix("单位") {
            let after = after.trim_start_matches([':', '为', ' ']);
            let (named, end) = units::leading(after).ok_or(reasons::UNKNOWN_UNIT)?;
            unit = same_unit(unit, Some(named))?;
            scan.rest = after[end..].trim_start_matches([')', ' ']);
            continue;
        }
        if n.is_some()
            && let Some(named) = scan.unit()
        {
            unit = same_unit(unit, Some(named))?;
            continue;
        }
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
            'n' | 'N' => n.replace(whole(&value).ok_or(reasons::LIMIT_GARBLED)?).is_some(),
            'c' | 'C' => c.replace(whole(&value).ok_or(reasons::LIMIT_GARBLED)?).is_some(),
            'm' => m.replace(value).is_some(),
            'M' => upper.replace(value).is_some(),
            _ => return Err(reasons::LIMIT_GARBLED),
        };
        if twice {
            return Err(reasons::LIMIT_GARBLED);
        }
        if matches!(key, 'm' | 'M') {
            unit = same_unit(unit, scan.unit())?.or(unit);
        }
    }
    let (Some(n), Some(c), Some(mut m)) = (n, c, m) else { return Err(reasons::LIMIT_TRUNCATED) };
    // a count has no power below 0
    if m.text.contains("^-") || upper.as_ref().is_some_and(|u| u.text.contains("^-")) {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    if n == 0 || c >= n {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    if let Some(upper) = &mut upper {
        let lost = |v: &Num| !v.power && v.value < Decimal::from(110) && ends_like_a_power(&v.value);
        // m=10 beside a repaired M may itself have lost its power, unless M is the next power of ten
        if lost(upper) && !m.power && m.value == Decimal::TEN && upper.value != Decimal::from(102) {
            return Err(reasons::PLAN_CONTRADICTORY);
        }
        // a plan with m=102 or M=103 does not exist, one with 10^2 and 10^3 does
        for v in [&mut m, upper] {
            if lost(v) {
                let k = i32::try_from(v.value - Decimal::ONE_HUNDRED).map_err(|_| reasons::LIMIT_GARBLED)?;
                v.value = units::shift(Decimal::ONE, k).ok_or(reasons::OUT_OF_RANGE)?;
                v.power = true;
                scan.notes.push(ParseNote::LostSuperscript(format!("10^{k}")));
            }
        }
        let odd = |v: &Num| !v.power && ends_like_a_power(&v.value);
        if odd(&m) || odd(upper) {
            return Err(reasons::PLAN_CONTRADICTORY);
        }
        if upper.value <= m.value || (!m.value.is_zero() && upper.value > m.value * Decimal::from(WIDEST_PLAN)) {
            return Err(reasons::PLAN_CONTRADICTORY);
        }
    } else if c > 0 {
        // the two-class plans of the standards allow none above m
        return Err(reasons::LIMIT_TRUNCATED);
    } else if !m.power && ends_like_a_power(&m.value) {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    let rule = LimitRule::ThreeClass { n, c, m: m.value, upper: upper.map(|u| u.value) };
    Ok((LimitText::Rule { rule, strict: false }, unit))
}
