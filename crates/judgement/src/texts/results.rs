//! 结果的读法 the readings of a result text.

use shiyan_foundation::Decimal;

use super::kind::{Context, Reading, STERILE, Trust, Variants, through};
use super::{portions, tokens};
use crate::amount::units;
use crate::reading::uniform::prepare;
use crate::reading::{Measured, Why, value};

/// Every reading; the text itself where it has one.
pub(super) fn readings(raw: &str, context: &Context<'_>) -> Vec<Reading> {
    let prepared = prepare(raw, &mut Vec::new());
    let mut all = vec![Reading::of(&prepared)];
    all = through(all, |t| portions::variants(t, context));
    if context.item.contains(STERILE) {
        all = through(all, sterile);
    }
    all = through(all, uncertain);
    all = through(all, |t| range_ends(t, context));
    all = through(all, |t| commas(t, context));
    all = through(all, |t| tokens::variants(t, context, false));
    all = through(all, common_factor);
    if context.n.is_none() {
        all = through(all, each_value);
    }
    // a text that stayed as it is keeps what the reader says of it
    if let [one] = all.as_mut_slice()
        && one.why.is_empty()
    {
        raw.clone_into(&mut one.text);
    }
    all
}

fn one(text: String, why: Why) -> Variants {
    vec![(text, why, Trust::Likely)]
}

/// What may stand between two values.
const SEPARATORS: [char; 8] = [';', '；', ',', '，', '、', '/', '\n', ' '];

/// `0.19±0.03mg/kg`: simple acceptance, the uncertainty is reported and not deducted.
fn uncertain(text: &str) -> Variants {
    if !text.contains('±') || text.starts_with('±') {
        return Vec::new();
    }
    let unwrapped = |t: &str| -> Option<String> {
        // (0.19±0.03)mg/kg
        let (inside, unit) = t.strip_prefix('(')?.split_once(')')?;
        inside.contains('±').then(|| format!("{inside}{unit}"))
    };
    let text = unwrapped(text).unwrap_or_else(|| text.to_owned());
    let text = ["(k=2)", "(k=2,p=95%)", ",k=2", " k=2", "(k=2,P=95%)"].iter().fold(text, |t, w| t.replace(w, ""));
    let Some((value, room)) = text.split_once('±') else { return Vec::new() };
    let (value, room) = (value.trim(), room.trim());
    let (Some((v, own)), Some((r, unit))) = (amount(value), amount(room)) else { return Vec::new() };
    if r >= v || (!own.is_empty() && !unit.is_empty() && own != unit) {
        return Vec::new();
    }
    let unit = if unit.is_empty() { own } else { unit };
    let bound = |v: Decimal| format!("{v}{unit}");
    let mut out = vec![(format!("{v}{unit}"), Why::Uncertainty, Trust::Likely)];
    out.extend([v.checked_sub(r), v.checked_add(r)].into_iter().flatten().map(|v| (bound(v), Why::WithUncertainty, Trust::Soft)));
    out
}

/// 商业无菌 as a result: nothing grew, or something did.
fn sterile(text: &str) -> Variants {
    let bare = text.trim_end_matches("要求").trim_end_matches('的').trim();
    match bare {
        "商业无菌" | "符合" | "符合商业无菌" | "为商业无菌" => one("阴性".to_owned(), Why::WordsOfResult),
        "非商业无菌" | "不符合" | "不符合商业无菌" | "为非商业无菌" => one("阳性".to_owned(), Why::WordsOfResult),
        _ => Vec::new(),
    }
}

/// `0.05~0.08mg/kg`: what lies between the two lies on the same side of a limit as both of them.
fn range_ends(text: &str, context: &Context<'_>) -> Variants {
    if !context.one_sided || context.count {
        return Vec::new();
    }
    let Some((lo, hi)) = ['~', '～', '至', '—', '–'].iter().find_map(|mark| text.split_once(*mark)) else { return Vec::new() };
    let (Some((low, own)), Some((high, unit))) = (amount(lo.trim()), amount(hi.trim())) else { return Vec::new() };
    if low >= high || (!own.is_empty() && own != unit) {
        return Vec::new();
    }
    [low, high].map(|v| (format!("{v}{unit}"), Why::RangeEnd, Trust::Likely)).to_vec()
}

/// A plain number and what stands behind it.
fn amount(text: &str) -> Option<(Decimal, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim();
    (unit.is_empty() || units::canonical(unit).is_some()).then_some(())?;
    Some((number.parse().ok()?, unit))
}

/// Places of commas that may mark thousands: one to three digits before (after a marking comma exactly three), three behind.
fn marks(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    for (at, _) in text.match_indices(',') {
        let before = bytes[..at].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let after = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        let lead = at - before;
        let prior = lead.checked_sub(1).and_then(|i| bytes.get(i)).copied();
        let whole = !matches!(prior, Some(b'.' | b'^' | b'{'));
        let zero = bytes.get(lead) == Some(&b'0') && prior != Some(b',');
        // 12,500.5 goes on with places, 12,500×10^3 does not
        let behind = text.get(at + 1 + after..).unwrap_or_default().trim_start();
        let powered = behind.starts_with(['×', 'x', 'X', '*', '·', '^']) && !behind.starts_with("x,");
        if (1..=3).contains(&before) && after == 3 && whole && !zero && !powered {
            out.push(at);
        }
    }
    out
}

fn commas(text: &str, context: &Context<'_>) -> Variants {
    let marks = marks(text);
    if marks.is_empty() {
        return if context.n.is_none() && !context.count { decimal_comma(text) } else { Vec::new() };
    }
    let Some(n) = context.n else { return single(text, &marks, context) };
    if marks.len() > 6 {
        return vec![("?".to_owned(), Why::Thousands, Trust::Likely)];
    }
    let mut out: Variants = Vec::new();
    for pick in 0_u32..(1 << marks.len()) {
        let joined: Vec<usize> = marks.iter().enumerate().filter(|(i, _)| pick & (1 << i) != 0).map(|(_, at)| *at).collect();
        if !joined.iter().all(|at| plausible(text, *at, &joined)) {
            continue;
        }
        let shown: String = text.char_indices().filter(|(i, _)| !joined.contains(i)).map(|(_, c)| if c == ',' { ';' } else { c }).collect();
        // 000 is no value of its own
        if marks.iter().any(|at| !joined.contains(at) && text.get(at + 1..).is_some_and(|t| t.starts_with("00"))) {
            continue;
        }
        let parts = shown.split([';', '；', '、', '\n']).filter(|p| !p.trim().is_empty()).count();
        // more values than the plan has samples are no reading
        if parts <= usize::try_from(n).unwrap_or(usize::MAX) {
            out.push((shown, if joined.is_empty() { Why::ListComma } else { Why::Thousands }, Trust::Likely));
        }
    }
    // one reading that the text itself gives is no doubt
    if out.len() == 1 && out.iter().all(|(_, why, _)| *why == Why::ListComma) { Vec::new() } else { out }
}

/// A count with thousands marks: it has no more than the three digits that count, or its first part is no value that a plate gives, or a later
/// one no number.
fn plausible(text: &str, at: usize, joined: &[usize]) -> bool {
    let bytes = text.as_bytes();
    let first = (0..6).map(|i| at.wrapping_sub(4 * i)).take_while(|i| joined.contains(i)).last().unwrap_or(at);
    let last = (0..6).map(|i| at + 4 * i).take_while(|i| joined.contains(i)).last().unwrap_or(at);
    let lead = first - bytes[..first].iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let number: String = text.get(lead..last + 4).unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let off_plate = text.get(lead..first).and_then(|t| t.parse::<u32>().ok()).is_some_and(|v| v % 5 != 0) && first == last;
    number.trim_end_matches('0').len() <= 3 || off_plate || text.get(at + 1..).is_some_and(|t| t.starts_with('0'))
}

/// One value: thousands, or a comma that slipped in for the point. `1,000` is thousands: no result is given as 1.000 by slip and by habit at once.
fn single(text: &str, marks: &[usize], context: &Context<'_>) -> Variants {
    let shown: String = text.char_indices().filter(|(i, _)| !marks.contains(i)).map(|(_, c)| c).collect();
    if shown.contains([',', ';', '；', '、', '\n']) {
        return Vec::new();
    }
    let mut out = vec![(shown, Why::Thousands, Trust::Likely)];
    if let ([at], false) = (marks, context.count && !context.mpn) {
        let decimal: String = text.char_indices().map(|(i, c)| if i == *at { '.' } else { c }).collect();
        if !text.contains('.') {
            let trust = if text[at + 1..at + 4].ends_with("00") { Trust::Guard } else { Trust::Likely };
            out.push((decimal, Why::DecimalComma, trust));
        }
    }
    out
}

/// `0,56mg/kg`, `12,5`: a comma that slipped in for the point, or one between two values. Behind a single 0 it is the point: nobody writes
/// down a result of 0 beside another one.
fn decimal_comma(text: &str) -> Variants {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let between = |(at, _): &(usize, char)| digit(text[..*at].chars().next_back()) && digit(text[at + 1..].chars().next());
    let commas: Vec<usize> = text.char_indices().filter(|(_, c)| *c == ',').filter(between).map(|(at, _)| at).collect();
    let [at] = commas.as_slice() else { return Vec::new() };
    if text.contains(['.', ';', '；', '、', '\n', '×', '^', '±', '~', '(']) {
        return Vec::new();
    }
    let decimal: String = text.char_indices().map(|(i, c)| if i == *at { '.' } else { c }).collect();
    let before = text[..*at].trim_start_matches(['<', '>', '≤', '≥', ' ']);
    let mut out = one(decimal, Why::DecimalComma);
    if before != "0" {
        out.push((text.char_indices().map(|(i, c)| if i == *at { ';' } else { c }).collect(), Why::ListComma, Trust::Likely));
    }
    out
}

/// `3、5、4、6、2×10⁴`: the power of one value, or of all.
fn common_factor(text: &str) -> Variants {
    if !text.contains('^') || !text.contains(SEPARATORS) {
        return Vec::new();
    }
    let read = value::parse_on_any_basis(text, None);
    if read.needs_person().is_none_or(|r| r.0.code != "VALUE-COMMON-FACTOR") {
        return Vec::new();
    }
    let Some(at) = text.find("×10^").or_else(|| text.find("x10^")).or_else(|| text.find("*10^")) else { return Vec::new() };
    let mark = text[at..].find('^').map_or(at, |i| at + i);
    let raised = text[mark + 1..].trim_start_matches('{');
    let k: String = raised.chars().take_while(char::is_ascii_digit).collect();
    let written = |k: &str| -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(i) = rest.find(|c: char| c.is_ascii_digit()) {
            let before = rest[..i].chars().next_back();
            out.push_str(&rest[..i]);
            rest = &rest[i..];
            let mut len = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
            let plain = before.is_none_or(|c| ";；,、/ \n>".contains(c)) && !rest[len..].trim_start().starts_with(['×', 'x', '*', '^']);
            if plain {
                out.push_str(&format!("{}×10^{{{k}}}", &rest[..len]));
            } else {
                // the whole number with its power
                let tail = &rest[len..];
                let power = tail.trim_start().starts_with(['×', 'x', '*', '^']);
                if power {
                    len = tail.find(['}', ';', '；', ',', '、', 'C', 'M']).map_or(rest.len(), |e| len + e + usize::from(tail[e..].starts_with('}')));
                }
                out.push_str(&rest[..len]);
            }
            rest = &rest[len..];
        }
        out.push_str(rest);
        Some(out)
    };
    let (Some(own), Some(all)) = (written("0"), written(&k)) else { return Vec::new() };
    vec![(own, Why::OwnPower, Trust::Likely), (all, Why::CommonFactor, Trust::Likely)]
}

/// Two or more values for one limit: each, and all added. They only agree where every one is on the same side; that none is too high
/// still does not say which counts.
fn each_value(text: &str) -> Variants {
    if !text.contains(SEPARATORS) {
        return Vec::new();
    }
    let read = value::parse_on_any_basis(text, None);
    let Measured::Several { values } = &read.understood else { return Vec::new() };
    if values.len() > 6 || !values.iter().all(|v| matches!(v, Measured::Number { .. })) {
        return Vec::new();
    }
    let unit = read.unit.as_deref().unwrap_or_default();
    let mut out: Variants = values
        .iter()
        .filter_map(|v| if let Measured::Number { text, .. } = v { Some((format!("{text}{unit}"), Why::EachValue, Trust::Likely)) } else { None })
        .collect();
    out.push(("?".to_owned(), Why::AddedValues, Trust::Guard));
    out
}
