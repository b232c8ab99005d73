//! 单位 the units of a pair of readings: one that both sides give and the table does not have, shares of a mass, one that only one side gives.

use shiyan_foundation::Decimal;
use shiyan_foundation::text::fold;
use shiyan_statute::LimitRule;

use super::kind::{Reading, Texts, Trust};
use crate::amount::units::{self, known_unit};
use crate::limit::text::{self, read_beside};
use crate::limit::{LimitText, library};
use crate::reading::{Measured, Parsed, Why, item, value};

/// A pair of readings with the unit of the column.
pub(super) struct Pair {
    pub result: Reading,
    pub limit: Reading,
    pub unit: Option<String>,
}

/// Every way in which the units of the two can be read.
pub(super) fn pairs(result: &Reading, wanted: &Reading, texts: &Texts<'_>) -> Vec<Pair> {
    let column = texts.unit.map(str::to_owned);
    let same = |result: &Reading, limit: &Reading, unit: Option<String>| Pair { result: result.clone(), limit: limit.clone(), unit };
    if let Some((r, l, unit)) = unknown_on_both(&result.text, &wanted.text, texts) {
        return vec![same(&result.then(r, Why::SameUnit, Trust::Likely), wanted, unit).with_limit(l)];
    }
    if let Some(pair) = shares(result, wanted, texts) {
        return vec![pair];
    }
    if let Some(all) = on_one_side(result, wanted, texts) {
        return all;
    }
    vec![same(result, wanted, column)]
}

impl Pair {
    fn with_limit(mut self, text: String) -> Self {
        self.limit.text = text;
        self
    }
}

/// A text up to its last figure, and the unit behind it; figures inside the unit (mg/100g) belong to it.
fn tail(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut end = text.len();
    loop {
        let last = text[..end].rfind(|c: char| c.is_ascii_digit())?;
        let start = last + 1 - bytes[..=last].iter().rev().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        if start > 0 && (bytes[start - 1] == b'/' || bytes[start - 1].is_ascii_alphabetic()) {
            end = start;
            continue;
        }
        // 3×10^{4}µ/g keeps its brace
        let at = if bytes.get(last + 1) == Some(&b'}') { last + 2 } else { last + 1 };
        return Some((&text[..at], text[at..].trim()));
    }
}

fn key(text: &str) -> String {
    fold(text).chars().filter(|c| !c.is_whitespace()).map(|c| if c == 'µ' { 'μ' } else { c }).flat_map(char::to_lowercase).collect()
}

/// `624.3µ/g` against `≥1000.0 µ/g`, `1.1/` against `≤1/`: one unit on both sides that the table does not have.
fn unknown_on_both(result: &str, wanted: &str, texts: &Texts<'_>) -> Option<(String, String, Option<String>)> {
    let unread = |code: &str| matches!(code, "UNIT-UNKNOWN" | "VALUE-UNREADABLE" | "LIMIT-TEXT-REST" | "LIMIT-TEXT-GARBLED");
    let column = texts.unit.filter(|u| !units::is_none(u));
    if let Some(column) = column.filter(|u| units::canonical(u).is_none()) {
        // the unknown unit stands in the column, and behind the numbers of either side or of neither
        let bare = |t: &str| match tail(t) {
            Some((head, unit)) if key(unit) == key(column) => head.to_owned(),
            _ => t.to_owned(),
        };
        let (r, l) = (bare(result), bare(wanted));
        let none = |r: &Parsed| r.unit.is_none() && r.needs_person().is_none();
        return (none(&value::parse(&r, None)) && text::parse(&l).unit.is_none()).then_some((r, l, None));
    }
    let read = value::parse_on_any_basis(result, column).needs_person();
    let limit_read = read_beside(wanted, texts.label_claim).parsed;
    let limit_unread = match limit_read.understood {
        LimitText::NeedsPerson { reason } => unread(reason.0.code),
        _ => false,
    };
    if !read.is_some_and(|r| unread(r.0.code)) || !limit_unread {
        return None;
    }
    let ((r, a), (l, b)) = (tail(result)?, tail(wanted)?);
    let worded = |u: &str| u == "/" || u.starts_with(|c: char| c.is_alphabetic() || "%‰°".contains(c));
    let whole = |u: &str| !u.contains([';', '；', '、', ',', '\n', '±', '~', '(', ')', '<', '>', '≤', '≥']) && u.chars().count() <= 16;
    if a.is_empty()
        || key(a) != key(b)
        || !worded(a)
        || !whole(a)
        || units::canonical(a).is_some()
        || ["以下", "以上", "或", "检出"].iter().any(|w| a.contains(w))
    {
        return None;
    }
    // 4.80mg/每日-12mg/每日
    let l = l.replace(a, "").replace(b, "");
    Some((r.to_owned(), l, None))
}

/// % and ‰ and ppm as shares of a mass, where the other side is a mass in a mass and the item is no strength of alcohol.
fn shares(result: &Reading, wanted: &Reading, texts: &Texts<'_>) -> Option<Pair> {
    const SHARES: [(&str, &str); 8] =
        [("‰", "g/kg"), ("%(m/m)", "g/100g"), ("%(w/w)", "g/100g"), ("%", "g/100g"), ("ppm", "mg/kg"), ("PPM", "mg/kg"), ("ppb", "μg/kg"), ("PPB", "μg/kg")];
    if ["酒精", "乙醇", "体积"].iter().any(|w| texts.item.contains(w)) || texts.item.contains("酸组成") {
        return None;
    }
    let in_mass = |unit: &str| units::canonical(unit).is_some_and(|u| u != "%" && u != "‰" && units::convert(Decimal::ONE, u, "mg/kg").is_ok());
    let column = texts.unit.filter(|u| !units::is_none(u));
    let limit_unit = read_beside(&wanted.text, texts.label_claim).parsed.unit;
    let result_unit = value::parse_on_any_basis(&result.text, None).unit;
    let share = |text: &str| SHARES.iter().find(|(mark, _)| text.contains(mark) && !text.contains("%vol") && !text.contains("标示")).copied();
    let replaced = |text: &str, (mark, unit): (&str, &str)| text.replace(mark, unit);
    let of_limit = limit_unit.as_deref().or(column);
    let of_result = result_unit.as_deref().or(column);
    if let Some(found) = share(&result.text)
        && of_limit.is_some_and(in_mass)
    {
        let text = replaced(&result.text, found);
        return Some(Pair { result: result.then(text, Why::MassFraction, Trust::Likely), limit: wanted.clone(), unit: None });
    }
    if let Some(found) = share(&wanted.text)
        && of_result.is_some_and(in_mass)
    {
        let text = replaced(&wanted.text, found);
        let unit = column.filter(|_| result_unit.is_none()).map(str::to_owned);
        return Some(Pair { result: result.clone(), limit: wanted.then(text, Why::MassFraction, Trust::Likely), unit });
    }
    // two shares of one whole: 12‰ against 1.0%
    if let (Some(a), Some(b)) = (share(&result.text), share(&wanted.text))
        && a.1 != b.1
    {
        let (r, l) = (replaced(&result.text, a), replaced(&wanted.text, b));
        return Some(Pair { result: result.then(r, Why::MassFraction, Trust::Likely), limit: wanted.then(l, Why::MassFraction, Trust::Likely), unit: None });
    }
    // the share stands in the column alone
    if let Some(found) = column.and_then(share)
        && result_unit.is_none()
        && limit_unit.as_deref().is_some_and(in_mass)
    {
        return Some(Pair {
            result: result.then(result.text.clone(), Why::MassFraction, Trust::Likely),
            limit: wanted.clone(),
            unit: Some(found.1.to_owned()),
        });
    }
    None
}

/// A unit on one side only: in the units that the library gives the item, where the limit has a size that the library knows, and in that
/// of the other side.
fn on_one_side(result: &Reading, wanted: &Reading, texts: &Texts<'_>) -> Option<Vec<Pair>> {
    let facts = item::facts(texts.item);
    let column = known_unit(texts.unit).or(facts.unit);
    let measured = value::parse_on_any_basis(&result.text, column);
    let limit_read = read_beside(&wanted.text, texts.label_claim);
    if limit_read.of_claim {
        return None;
    }
    let LimitText::Rule { rule, .. } = &limit_read.parsed.understood else { return None };
    if !matches!(
        measured.understood,
        Measured::Number { .. } | Measured::LessThan { .. } | Measured::GreaterThan { .. } | Measured::NotDetected { limit: Some(_), .. }
    ) {
        return None;
    }
    let size = match rule {
        LimitRule::Max { value } | LimitRule::Min { value } => *value,
        LimitRule::Range { hi, .. } => *hi,
        _ => return None,
    };
    let known = library::known(texts.item);
    let library = known.map_or_else(Vec::new, |k| k.units(texts.food));
    let own = measured.unit.as_deref().and_then(units::canonical);
    let of_limit = limit_read.parsed.unit.as_deref().or(column).and_then(units::canonical);
    let (other, result_bare) = match (own, of_limit) {
        (Some(own), None) => (own, false),
        (None, Some(of_limit)) => (of_limit, true),
        _ => return None,
    };
    let into = |from: &str, to: &str| units::convert(Decimal::ONE, from, to).is_ok();
    let mut units_: Vec<&'static str> = library.into_iter().filter(|u| into(u, other) || (!result_bare && into(other, u))).collect();
    // a bare count beside a limit in CFU/g can only be per gram: masses have units a thousand apart, counts have not
    let counted = result_bare && units::is_count(other);
    if units_.is_empty() && !counted {
        return None;
    }
    if !units_.contains(&other) {
        units_.push(other);
    }
    let fitting = |unit: &str| known.is_some_and(|k| k.fits(size, unit));
    if result_bare && !counted && !fitting(other) {
        return None;
    }
    let kept: Vec<&'static str> = if result_bare { units_ } else { units_.into_iter().filter(|u| fitting(u)).collect() };
    if kept.is_empty() {
        return None;
    }
    let why = |unit: &str| if unit == other { Why::OtherUnit } else { Why::LibraryUnit };
    let all = kept.into_iter().map(|unit| {
        if result_bare {
            Pair { result: result.then(result.text.clone(), why(unit), Trust::Likely), limit: wanted.clone(), unit: None }.bare_in(unit)
        } else {
            let text = format!("{}{unit}", wanted.text);
            Pair { result: result.clone(), limit: wanted.then(text, why(unit), Trust::Likely), unit: texts.unit.map(str::to_owned) }
        }
    });
    Some(all.collect())
}

impl Pair {
    /// The result in this unit, written behind it.
    fn bare_in(mut self, unit: &str) -> Self {
        let text = &self.result.text;
        self.result.text = match text.strip_suffix(')') {
            Some(head) if text.contains('(') => format!("{head}{unit})"),
            _ => format!("{text}{unit}"),
        };
        self
    }
}
