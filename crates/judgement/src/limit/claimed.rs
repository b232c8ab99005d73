//! 以明示值计 a limit that is a share of what the label claims, or lies around it.

use shiyan_foundation::Decimal;
use shiyan_statute::LimitRule;

use super::parts::{LimitText, More, Read, Understood, number, operator, range, range_around, same_unit};
use crate::amount::units;
use crate::reading::scan::Scan;
use crate::reading::{Measured, value};
use crate::reasons;

/// `≥80%标示值`, `≥标示值的80%`, `80%~180%标示值`, `标签明示值±1.0%vol`: the bounds of what the label claims.
pub(super) fn of_claim(scan: &mut Scan<'_, '_>, more: &mut More<'_>) -> Read<Option<Understood>> {
    if !NAMES.iter().any(|n| scan.rest.contains(n)) && !scan.rest.starts_with('±') {
        return Ok(None);
    }
    // (80%~180%)标示值
    let inside = scan.rest.strip_prefix('(').and_then(|t| t.split_once(')')).filter(|(inside, _)| inside.contains('%'));
    let unwrapped = inside.map(|(inside, rest)| format!("{inside}{rest}"));
    let mut held = Scan { rest: unwrapped.as_deref().unwrap_or(scan.rest), notes: &mut Vec::new() };
    let found = share_of_claim(&mut held, more)?;
    scan.rest = "";
    Ok(Some(found))
}

/// What a label claim is called.
const NAMES: [&str; 9] = ["产品标签明示值", "标签明示值", "标签标示值", "产品明示值", "明示值", "标示值", "标签值", "明示", "标示"];

fn share_of_claim(scan: &mut Scan<'_, '_>, more: &mut More<'_>) -> Read<Understood> {
    let understood = match operator(scan) {
        Some((least, false)) => bound_of_claim(scan, least, more.claim)?,
        _ => span_of_claim(scan, more.claim)?,
    };
    if !scan.rest.trim().is_empty() {
        return Err(reasons::LIMIT_REST);
    }
    more.of_claim = true;
    Ok(understood)
}

/// Behind ≥ or ≤: `80%标示值`, `标示值的80%`.
fn bound_of_claim(scan: &mut Scan<'_, '_>, least: bool, claim: Option<&str>) -> Read<Understood> {
    let named_first = named(scan);
    if named_first {
        let _ = scan.eat("的");
    }
    let share = percent(scan).ok_or(reasons::LIMIT_REST)?;
    if !named_first && !named(scan) {
        return Err(reasons::LIMIT_REST);
    }
    let (claim, unit) = claimed(claim)?;
    let value = part(claim, share)?;
    Ok((LimitText::Rule { rule: if least { LimitRule::Min { value } } else { LimitRule::Max { value } }, strict: false }, unit))
}

/// `80%~180%标示值`, `标示值的80%~180%`, `标示值±1.0%vol`
fn span_of_claim(scan: &mut Scan<'_, '_>, claim: Option<&str>) -> Read<Understood> {
    let named_first = !scan.rest.starts_with(|c: char| c.is_ascii_digit()) && named(scan);
    if named_first {
        let _ = scan.eat("的");
    }
    scan.skip_blank();
    if scan.rest.starts_with(|c: char| c.is_ascii_digit()) {
        let lo = percent(scan).ok_or(reasons::LIMIT_REST)?;
        scan.skip_blank();
        if !["~", "～", "-", "—", "–", "至", "到"].iter().any(|mark| scan.eat(mark)) {
            return Err(reasons::LIMIT_REST);
        }
        let hi = percent(scan).ok_or(reasons::LIMIT_REST)?;
        if !(named_first || named(scan)) || !scan.rest.trim().is_empty() {
            return Err(reasons::LIMIT_REST);
        }
        let (claim, unit) = claimed(claim)?;
        return range(part(claim, lo)?, part(claim, hi)?, unit);
    }
    if !scan.eat("±") {
        return Err(reasons::LIMIT_REST);
    }
    scan.skip_blank();
    let room = number(scan)?;
    let (claim, unit) = claimed(claim)?;
    // one unit of the two stands for both; a bare per cent around a per cent may be a share of it
    let unit = same_unit(unit, scan.unit())?;
    if unit.is_some_and(|u| u.starts_with(['%', '‰']) && u != "%vol") || scan.rest.starts_with(['%', '‰']) {
        return Err(reasons::LIMIT_REST);
    }
    range_around(claim, room.value, unit)
}

/// The claim is named here.
fn named(scan: &mut Scan<'_, '_>) -> bool {
    scan.skip_blank();
    let _ = scan.eat("×") || scan.eat("的");
    NAMES.iter().any(|n| scan.eat(n))
}

/// What the label claims, as a number.
fn claimed(claim: Option<&str>) -> Read<(Decimal, Option<&'static str>)> {
    let read = value::parse(claim.ok_or(reasons::LIMIT_CLAIM)?, None);
    match (&read.understood, read.unit.as_deref()) {
        (Measured::Number { value, .. }, unit) => Ok((*value, unit.and_then(units::canonical))),
        _ => Err(reasons::LIMIT_CLAIM),
    }
}

fn percent(scan: &mut Scan<'_, '_>) -> Option<Decimal> {
    scan.skip_blank();
    let found = scan.number().ok().filter(|n| !n.value.is_zero())?;
    scan.eat("%").then_some(found.value)
}

fn part(claim: Decimal, percent: Decimal) -> Read<Decimal> {
    claim.checked_mul(percent).and_then(|v| units::shift(v, -2)).ok_or(reasons::OUT_OF_RANGE)
}
