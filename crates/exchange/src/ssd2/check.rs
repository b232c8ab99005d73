//! 校验 each element by its kind, length and catalogue; then the rules, inside a row and between rows. All of it stands in the tables of
//! the definition.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use shiyan_foundation::{Decimal, Label, Lang, NaiveDate};

use super::{Cell, Check, Element, Findings, Kind, Model, Need, Place, Raw, Row, Rule, Ssd, Value, definition};
use crate::issue::Severity;
use crate::{code, out};

/// Digits behind the point, and the power of ten, that a number may have.
const PLACES: i32 = 28;

/// 小数 exactly as typed: figures, a point, perhaps a power of ten; no comma, no unit, no float.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let (mantissa, power) = match text.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok().filter(|p| p.abs() <= PLACES)?),
        None => (text, 0),
    };
    let bare = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, part) = bare.split_once('.').unwrap_or((bare, ""));
    let figures = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !figures(whole) || !figures(part) || (whole.is_empty() && part.is_empty()) || (bare.contains('.') && part.is_empty()) {
        return None;
    }
    let value = Decimal::from_str_exact(mantissa.strip_prefix('+').unwrap_or(mantissa)).ok()?;
    if power == 0 {
        return Some(value);
    }
    let scale = i32::try_from(value.scale()).ok()? - power;
    if scale > PLACES {
        return None;
    }
    if scale >= 0 {
        return Decimal::try_from_i128_with_scale(value.mantissa(), u32::try_from(scale).ok()?).ok();
    }
    let raised = value.mantissa().checked_mul(10i128.checked_pow(u32::try_from(-scale).ok()?)?)?;
    Decimal::try_from_i128_with_scale(raised, 0).ok()
}

fn integer(text: &str) -> Option<i64> {
    let figures = text.strip_prefix('-').unwrap_or(text);
    (!figures.is_empty() && figures.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Why a text is not taken: the code, and its facts.
type Wrong = (&'static shiyan_foundation::CodeInfo, Vec<(&'static str, String)>);

/// What is wrong with one text, or what it says.
fn read(element: &Element, text: &str) -> Result<Value, Wrong> {
    let length = match element.kind {
        Kind::Integer => text.trim_start_matches('-').len(),
        Kind::Number => 0,
        _ => text.chars().count(),
    };
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err((code::SSD_TEXT, Vec::new()));
    }
    let value = match element.kind {
        Kind::Text | Kind::Compound => Value::Text(text.to_owned()),
        Kind::Integer => Value::Integer(integer(text).ok_or((code::SSD_INTEGER, Vec::new()))?),
        Kind::Number => Value::Number(number(text).ok_or((code::SSD_NUMBER, Vec::new()))?),
        Kind::Code if definition().has_code(&element.catalogue, text) => Value::Code(text.to_owned()),
        Kind::Code => {
            let some = |lang| definition().some_codes(&element.catalogue, lang);
            let info = if element.catalogue == "UNIT" { code::SSD_UNIT } else { code::SSD_CODE };
            return Err((info, vec![("catalogue", element.catalogue.clone()), ("some", some(Lang::Zh)), ("some_en", some(Lang::En))]));
        }
    };
    match element.length {
        Some(limit) if length > limit => Err((code::SSD_LONG, vec![("length", length.to_string()), ("limit", limit.to_string())])),
        _ => Ok(value),
    }
}

/// The elements of a row by their proper names.
struct Found<'r> {
    row: &'r Row,
    by_name: HashMap<&'r str, &'r Cell>,
}

impl<'r> Found<'r> {
    fn of(row: &'r Row, model: Model) -> Self {
        let mut by_name = HashMap::with_capacity(row.cells.len());
        for cell in &row.cells {
            let proper = definition().element(model, &cell.element).map_or(cell.element.as_str(), |e| e.name.as_str());
            // a part keeps the name under which it was sent
            by_name.entry(if cell.element.contains('.') { cell.element.as_str() } else { proper }).or_insert(cell);
        }
        Self { row, by_name }
    }
    fn typed(&self, name: &str) -> &'r str {
        self.by_name.get(name).map_or("", |c| c.typed.trim())
    }
    /// There is something of the element, whole or in parts.
    fn has(&self, name: &str) -> bool {
        !self.typed(name).is_empty() || self.by_name.keys().any(|k| k.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }
    /// Name and text as they stand in the file, for the place of a finding.
    fn place(&self, name: &'r str) -> Place<'r> {
        let (element, value) = self.by_name.get(name).map_or((name, ""), |c| (c.element.as_str(), c.typed.trim()));
        Place { row: self.row.row, line: self.row.line, element, value }
    }
    fn number(&self, name: &str) -> Option<Decimal> {
        match self.by_name.get(name).map(|c| &c.value) {
            Some(Value::Number(n)) => Some(*n),
            _ => None,
        }
    }
    fn integer(&self, name: &str) -> Option<i64> {
        match self.by_name.get(name).map(|c| &c.value) {
            Some(Value::Integer(n)) => Some(*n),
            _ => None,
        }
    }
    /// `element=value`, the element whole or as a part of a compound one.
    fn says(&self, what: &str) -> bool {
        let Some((name, value)) = what.split_once('=') else { return false };
        let part = || {
            let (whole, part) = name.split_once('.')?;
            let of_part = |piece: &str| piece.split_once('=').is_some_and(|(k, v)| k.trim() == part && v.trim() == value);
            Some(self.typed(whole).split('$').any(of_part))
        };
        self.typed(name) == value || part().unwrap_or(false)
    }
}

/// A date of which the end may be missing.
type Parted = (i64, Option<i64>, Option<i64>);

fn said(date: Parted) -> String {
    match date {
        (y, Some(m), Some(d)) => format!("{y:04}-{m:02}-{d:02}"),
        (y, Some(m), None) => format!("{y:04}-{m:02}"),
        (y, ..) => format!("{y:04}"),
    }
}

fn exists((y, m, d): Parted) -> bool {
    let year = i32::try_from(y).unwrap_or(0);
    let small = |n: Option<i64>| n.map_or(Some(1), |n| u32::try_from(n).ok());
    (1900..=2200).contains(&year) && matches!((small(m), small(d)), (Some(m), Some(d)) if NaiveDate::from_ymd_opt(year, m, d).is_some())
}

/// As far as both are known.
fn compared(a: Parted, b: Parted) -> Ordering {
    let month = |x: Option<i64>, y: Option<i64>| x.zip(y).map_or(Ordering::Equal, |(x, y)| x.cmp(&y));
    a.0.cmp(&b.0).then_with(|| match month(a.1, b.1) {
        Ordering::Equal if a.1.is_some() && b.1.is_some() => month(a.2, b.2),
        other => other,
    })
}

/// What was seen in earlier rows.
#[derive(Default)]
struct Earlier {
    unique: HashMap<(usize, Vec<String>), u32>,
    same: HashMap<(usize, Vec<String>), (u32, Vec<String>)>,
    asked: BTreeMap<&'static str, (u32, u32, u64)>,
}

pub(super) fn checked(raw: Raw, file: &str, today: NaiveDate) -> Ssd {
    let Raw { model, message, layout, mut rows, mut findings } = raw;
    let of_table = layout.is_some();
    let columns: Option<BTreeSet<String>> =
        layout.as_ref().map(|l| l.header.iter().filter_map(|h| definition().element(model, h)).map(|e| e.name.clone()).collect());
    let rules: Vec<(usize, &Rule)> = definition().rules_of(model).enumerate().collect();
    let mut earlier = Earlier::default();
    for row in &mut rows {
        let before = findings.errors;
        cells(row, model, of_table, &mut findings);
        let found = Found::of(row, model);
        for element in definition().of_model(model).filter(|e| e.need != Need::May && !found.has(&e.name)) {
            let there = columns.as_ref().is_none_or(|c| c.contains(&element.name));
            match element.need {
                Need::Must if there => findings.push(Severity::Error, code::SSD_MISSING, found.place(&element.name), &[], ""),
                Need::Asked => earlier.asked.entry(&element.name).or_insert((row.row, row.line, 0)).2 += 1,
                _ => {}
            }
        }
        for (at, rule) in &rules {
            held(rule, *at, &found, &mut earlier, today, &mut findings);
        }
        let clean = findings.errors == before;
        row.accepted &= clean;
    }
    for (name, (row, line, count)) in earlier.asked {
        findings.push(Severity::Warning, code::SSD_ASKED, Place { row, line, element: name, value: "" }, &[("count", &count.to_string())], "");
    }
    if of_table && findings.list.iter().any(|f| matches!(f.code, "SSD-COLUMN")) {
        rows.iter_mut().for_each(|r| r.accepted = false);
    }
    findings.list.sort_by_key(|f| (f.row, f.line));
    Ssd { file: file.to_owned(), model, message, layout, rows, findings: findings.list, errors: findings.errors, warnings: findings.warnings }
}

/// Each cell for itself.
fn cells(row: &mut Row, model: Model, of_table: bool, findings: &mut Findings) {
    for cell in &mut row.cells {
        let typed = cell.typed.trim().to_owned();
        let at = Place { row: row.row, line: row.line, element: &cell.element, value: &typed };
        let Some(element) = definition().element(model, &cell.element) else {
            // a table said so of its column
            if !of_table {
                findings.push(Severity::Error, code::SSD_ELEMENT, at, &[("model", model.zh()), ("model_en", model.en())], "");
            }
            continue;
        };
        if typed.is_empty() {
            continue;
        }
        // our own csv wards off formulas; what was meant is read
        let text = if of_table { out::restore(&typed) } else { typed.clone() };
        match read(element, &text) {
            Ok(value) => cell.value = value,
            Err((info, facts)) => {
                let facts: Vec<(&'static str, &str)> = facts.iter().map(|(k, v)| (*k, v.as_str())).collect();
                findings.push(Severity::Error, info, at, &facts, "");
            }
        }
    }
}

/// The element of a rule, and the others, as words for a finding.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join("、")
}

fn held(rule: &'static Rule, at: usize, found: &Found<'_>, earlier: &mut Earlier, today: NaiveDate, findings: &mut Findings) {
    if !rule.unless.is_empty() && found.says(&rule.unless) {
        return;
    }
    let name = rule.element.as_str();
    let place = found.place(name);
    let mut tell = |info, facts: &[(&'static str, &str)], place| findings.push(rule.severity, info, place, facts, &rule.key);
    match rule.kind {
        Check::Present | Check::Absent => conditional(rule, found, &mut tell),
        Check::With => {
            let there: Vec<&str> = rule.others().filter(|o| found.has(o)).collect();
            if !there.is_empty() && !found.has(name) {
                tell(code::SSD_MISSING_WITH, &[("others", &listed(there.into_iter()))], place);
            }
        }
        Check::Any => {
            if !found.has(name) && !rule.others().any(|o| found.has(o)) {
                tell(code::SSD_MISSING_ANY, &[("others", &listed(rule.others()))], place);
            }
        }
        Check::Positive if found.number(name).is_some_and(|n| n <= Decimal::ZERO) => tell(code::SSD_POSITIVE, &[], place),
        Check::NotNegative if found.number(name).is_some_and(|n| n < Decimal::ZERO) => tell(code::SSD_NEGATIVE, &[], place),
        Check::Placeholder => {
            let stands_for_none = |n: Decimal| rule.values().filter_map(number).any(|v| v == n);
            if found.number(name).is_some_and(stands_for_none) {
                tell(code::SSD_PLACEHOLDER, &[], place);
            }
        }
        Check::NotAbove | Check::NotBelow => bounds(rule, found, &mut tell),
        Check::Unique => {
            // without what it is counted within, nothing is the same
            if place.value.is_empty() || rule.others().next().is_some_and(|first| !found.has(first)) {
                return;
            }
            let key = std::iter::once(name).chain(rule.others()).map(|n| found.typed(n).to_owned()).collect();
            match earlier.unique.entry((at, key)) {
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(found.row.row);
                }
                std::collections::hash_map::Entry::Occupied(taken) => tell(code::SSD_REPEATED, &[("other", &taken.get().to_string())], place),
            }
        }
        Check::Date | Check::Past | Check::Order => dates(rule, found, today, &mut tell),
        Check::Same => alike(rule, at, found, earlier, &mut tell),
        Check::Positive | Check::NotNegative | Check::Known => {}
    }
}

/// Says what was found, with its facts, of a place.
type Tell<'t, 'r> = &'t mut dyn FnMut(&'static shiyan_foundation::CodeInfo, &[(&'static str, &str)], Place<'r>);

/// What must be there, or must not, where another element has one of some values.
fn conditional<'r>(rule: &'static Rule, found: &Found<'r>, tell: Tell<'_, 'r>) {
    let name = rule.element.as_str();
    let is = found.typed(&rule.when);
    if !rule.values().any(|v| v == is) {
        return;
    }
    let facts = [("when", rule.when.as_str()), ("is", is)];
    match rule.kind {
        Check::Present if !found.has(name) => tell(code::SSD_MISSING_FOR, &facts, found.place(name)),
        Check::Absent if found.has(name) => tell(code::SSD_NOT_FOR, &facts, found.place(name)),
        _ => {}
    }
}

/// A number that other elements bound.
fn bounds<'r>(rule: &'static Rule, found: &Found<'r>, tell: Tell<'_, 'r>) {
    let name = rule.element.as_str();
    for other in rule.others() {
        let Some((mine, bound)) = found.number(name).zip(found.number(other)) else { continue };
        let facts = [("other", other), ("bound", found.typed(other))];
        match rule.kind {
            Check::NotAbove if mine > bound => tell(code::SSD_ABOVE, &facts, found.place(name)),
            Check::NotBelow if mine < bound => tell(code::SSD_BELOW, &facts, found.place(name)),
            _ => {}
        }
    }
}

/// What rows of one key say alike.
fn alike<'r>(rule: &'static Rule, at: usize, found: &Found<'r>, earlier: &mut Earlier, tell: Tell<'_, 'r>) {
    let name = rule.element.as_str();
    let (beside, alike) = rule.others.split_once('>').unwrap_or(("", &rule.others));
    if found.place(name).value.is_empty() {
        return;
    }
    let key: Vec<String> = std::iter::once(name).chain(beside.split('|').filter(|b| !b.is_empty())).map(|n| found.typed(n).to_owned()).collect();
    let mine = || alike.split('|').map(|one| (one, found.typed(one)));
    match earlier.same.entry((at, key)) {
        std::collections::hash_map::Entry::Vacant(free) => {
            free.insert((found.row.row, mine().map(|(_, text)| text.to_owned()).collect()));
        }
        std::collections::hash_map::Entry::Occupied(first) => {
            let (other, before) = first.get();
            for ((one, text), before) in mine().zip(before).filter(|((_, text), before)| text != before) {
                let place = Place { value: text, ..found.place(one) };
                tell(code::SSD_DIFFERS, &[("other", &other.to_string()), ("before", before)], place);
            }
        }
    }
}

fn dates<'r>(rule: &'static Rule, found: &Found<'r>, today: NaiveDate, tell: Tell<'_, 'r>) {
    use chrono::Datelike;
    let mut names = std::iter::once(rule.element.as_str()).chain(rule.others());
    let mut triple = || [names.next().unwrap_or_default(), names.next().unwrap_or_default(), names.next().unwrap_or_default()];
    let of = |[y, m, d]: [&'static str; 3]| found.integer(y).map(|year| (year, found.integer(m), found.integer(d)));
    let first = triple();
    match rule.kind {
        Check::Date => {
            let [y, m, d] = first;
            for (later, sooner) in [(m, y), (d, m)] {
                if found.has(later) && !found.has(sooner) {
                    tell(code::SSD_DATE_PART, &[("given", later)], found.place(sooner));
                    return;
                }
            }
            let Some(date) = of(first) else { return };
            let wrong = [(y, (date.0, None, None)), (m, (date.0, date.1, None)), (d, date)].into_iter().find(|(_, so_far)| !exists(*so_far));
            if let Some((part, so_far)) = wrong {
                tell(code::SSD_DATE, &[("date", &said(so_far))], found.place(part));
            }
        }
        Check::Past => {
            let now: Parted = (i64::from(today.year()), Some(i64::from(today.month())), Some(i64::from(today.day())));
            if let Some(date) = of(first).filter(|d| exists(*d) && compared(*d, now) == Ordering::Greater) {
                tell(code::SSD_FUTURE, &[("date", &said(date))], found.place(first[0]));
            }
        }
        _ => {
            let second = triple();
            if let (Some(mine), Some(before)) = (of(first).filter(|d| exists(*d)), of(second).filter(|d| exists(*d)))
                && compared(mine, before) == Ordering::Less
            {
                tell(code::SSD_ORDER, &[("date", &said(mine)), ("other", second[0]), ("before", &said(before))], found.place(first[0]));
            }
        }
    }
}

/// Between the tables of a set: what one names stands in another, where the other is there at all.
pub(super) fn across(set: &mut [Ssd]) {
    let mut there: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ssd in set.iter() {
        for element in definition().of_model(ssd.model).filter(|e| e.need == Need::Must) {
            let all = there.entry(format!("{}:{}", ssd.model.code(), element.name)).or_default();
            all.extend(ssd.rows.iter().map(|r| Found::of(r, ssd.model).typed(&element.name).to_owned()));
        }
    }
    for ssd in set {
        let letters = ssd.layout.iter().flat_map(|l| l.header.iter().enumerate()).map(|(i, h)| (h.clone(), crate::issue::letter(i))).collect();
        let mut findings = Findings::of(&ssd.file, ssd.layout.is_none(), ssd.model, letters);
        for rule in definition().rules_of(ssd.model).filter(|r| r.kind == Check::Known) {
            let known = there.get(&rule.others);
            let table = rule.others.split_once(':').and_then(|(model, _)| Model::parse(model)).map_or("", Label::zh);
            for row in &mut ssd.rows {
                let found = Found::of(row, ssd.model);
                let typed = found.typed(&rule.element);
                if typed.is_empty() || known.is_some_and(|k| k.contains(typed)) {
                    continue;
                }
                findings.push(rule.severity, code::SSD_UNKNOWN, found.place(&rule.element), &[("table", table)], &rule.key);
                row.accepted = false;
            }
        }
        ssd.errors += findings.errors;
        ssd.warnings += findings.warnings;
        ssd.findings.extend(findings.list);
        ssd.findings.truncate(super::MOST_ISSUES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_exactly_or_not_at_all() {
        for (typed, exact) in
            [("0.1", "0.1"), ("0.10", "0.10"), ("12", "12"), (".5", "0.5"), ("1E-3", "0.001"), ("2.5e2", "250"), ("-3", "-3"), ("+4.0", "4.0")]
        {
            assert_eq!(number(typed).map(|n| n.to_string()).as_deref(), Some(exact), "{typed}");
        }
        for typed in [
            "0,1",
            "1 000",
            "<0.1",
            "1.",
            ".",
            "",
            "e3",
            "1e",
            "1e999",
            "0x10",
            "１２",
            "NaN",
            "Infinity",
            "1.2.3",
            "--1",
            "0.00000000000000000000000000001",
            "999999999999999999999999999999999",
        ] {
            assert_eq!(number(typed), None, "{typed}");
        }
    }
    #[test]
    fn dates_are_compared_as_far_as_they_are_known() {
        let day = |y, m, d| (y, Some(m), Some(d));
        assert_eq!(compared(day(2024, 1, 2), (2024, None, None)), Ordering::Equal);
        assert_eq!(compared((2023, None, None), day(2024, 1, 2)), Ordering::Less);
        assert_eq!(compared(day(2024, 1, 1), day(2024, 1, 2)), Ordering::Less);
        assert_eq!(compared((2024, Some(2), None), day(2024, 1, 2)), Ordering::Greater);
        assert!(exists(day(2024, 2, 29)) && !exists(day(2023, 2, 29)) && !exists((2024, Some(13), None)) && !exists((24, None, None)));
    }
}
