//! 数 the numbers of a text that can be read in more than one way: a power that lost its superscript or its ×, a stray or cut exponent,
//! 10E4, a lost point.

use shiyan_foundation::Decimal;

use super::kind::{Context, Trust, Variants};
use crate::amount::units;
use crate::reading::Why;

/// One way to read a number.
struct Choice {
    text: String,
    value: Decimal,
    why: Why,
    trust: Trust,
}

/// A number with more than one reading (or one that the strict reader does not take).
struct Token {
    start: usize,
    end: usize,
    choices: Vec<Choice>,
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn power(mantissa: &str, k: u32) -> Option<(String, Decimal)> {
    let value = units::shift(mantissa.parse().ok()?, i32::try_from(k).ok()?)?;
    Some((format!("{mantissa}×10^{{{k}}}"), value))
}

fn choice(found: Option<(String, Decimal)>, why: Why, trust: Trust) -> Option<Choice> {
    found.map(|(text, value)| Choice { text, value, why, trust })
}

/// 10^12 and more: beyond every limit.
fn huge() -> (String, Decimal) {
    (">1×10^{12}".to_owned(), Decimal::from(1_000_000_000_000_i64))
}

/// Readings of the numbers of a prepared text; nothing where all are certain. Several doubtful numbers are all read low or all read
/// high: a verdict under both holds for every mixture.
pub(super) fn variants(text: &str, context: &Context<'_>, limit: bool) -> Variants {
    let tokens = tokens(text, context, limit);
    match tokens.as_slice() {
        [] => Vec::new(),
        [one] => one.choices.iter().map(|c| (written(text, &[(one, c)]), c.why, c.trust)).collect(),
        all => {
            let mut out: Variants = Vec::new();
            for trust in [Trust::Likely, Trust::Guard] {
                for high in [false, true] {
                    let picked: Vec<(&Token, &Choice)> = all
                        .iter()
                        .filter_map(|t| {
                            let fit = t.choices.iter().filter(|c| c.trust <= trust);
                            let one = if high { fit.max_by_key(|c| c.value) } else { fit.min_by_key(|c| c.value) };
                            one.map(|c| (t, c))
                        })
                        .collect();
                    let text = written(text, &picked);
                    let why = picked.iter().find(|(_, c)| c.trust == trust).or_else(|| picked.first()).map_or(Why::AsDigits, |(_, c)| c.why);
                    if !out.iter().any(|(t, ..)| *t == text) {
                        out.push((text, why, trust));
                    }
                }
            }
            out
        }
    }
}

fn written(text: &str, picked: &[(&Token, &Choice)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for (token, choice) in picked {
        out.push_str(text.get(at..token.start).unwrap_or_default());
        out.push_str(&choice.text);
        at = token.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn tokens(text: &str, context: &Context<'_>, limit: bool) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(step) = text.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())) {
        let start = at + step;
        let before = text[..start].chars().next_back();
        let rest = &text[start..];
        let whole = digits(rest);
        // a place of a label, a unit or a word: n1, H7, /25g, ^4, -3
        let part = before.is_some_and(|c| c.is_ascii_alphabetic() || ".^{-#".contains(c)) && !text[..start].ends_with("lt") && !text[..start].ends_with("gt");
        let portion =
            before == Some('/') && ["10", "25", "50", "100", "250"].contains(&&rest[..whole]) && rest[whole..].starts_with(|c: char| c.is_ascii_alphabetic());
        let mut len = whole;
        if rest[len..].starts_with('.') && digits(&rest[len + 1..]) > 0 {
            len += 1 + digits(&rest[len + 1..]);
        }
        // a label behind the digits: 1#, 1), 1、, 3份
        let label = rest[len..].starts_with(['#', '号', '份', '个', '批', ')']) && whole == len && whole < 3;
        if part || portion || label {
            at = start + len;
            continue;
        }
        let (end, choices) = number(rest, len, context, limit);
        // what stands in front of the number counts for the bound of a cut one
        let bounded = text[..start].trim_end().ends_with(['<', '>', '≤', '≥']);
        let cut = bounded && choices.iter().any(|c| c.text.starts_with(['≥', '>']));
        if !choices.is_empty() && !cut {
            out.push(Token { start, end: start + end, choices });
        }
        at = start + end.max(len);
    }
    out
}

/// Where the number ends and how it can be read; no choices where it is certain.
fn number(rest: &str, len: usize, context: &Context<'_>, limit: bool) -> (usize, Vec<Choice>) {
    let mantissa = &rest[..len];
    let after = &rest[len..];
    let mut choices = Vec::new();
    if mantissa.starts_with('0') && mantissa.len() > 1 && !mantissa.contains('.') {
        return (len, lost_point(mantissa));
    }
    // 10E4, 10.0E4
    if let Some(k) = after.strip_prefix(['e', 'E']).map(|t| t.trim_start_matches('+'))
        && digits(k) > 0
    {
        let end = rest.len() - k.len() + digits(k);
        let own: Option<u32> = k[..digits(k)].parse().ok().filter(|k| *k <= 12);
        if mantissa.parse::<Decimal>().is_ok_and(|m| m == Decimal::TEN) {
            choices.extend(own.and_then(|k| choice(power("1", k), Why::TenE, Trust::Likely)));
            choices.extend(own.and_then(|k| choice(power("10", k), Why::TenTimes, Trust::Likely)));
        } else if let Some(head) = mantissa.strip_suffix("10").filter(|h| !h.ends_with('.')) {
            // 510E2: a × may be lost before the ten
            choices.extend(own.and_then(|k| choice(power(mantissa, k), Why::AsDigits, Trust::Likely)));
            choices.extend(own.and_then(|k| choice(power(head, k), Why::LostTimes, Trust::Likely)));
        }
        return (end, choices);
    }
    if let Some(ten) = times_ten(after) {
        return powered(rest, mantissa, len + ten, context, limit);
    }
    // 10^44: an exponent of a plain ten
    if mantissa == "10" && after.starts_with('^') {
        return powered(rest, "1", len, context, limit);
    }
    if !after.starts_with('^') {
        choices = if context.count { lost(mantissa, limit) } else { lost_beside_masses(mantissa, limit) };
    }
    (len, choices)
}

/// The length of `×10` behind a mantissa.
fn times_ten(after: &str) -> Option<usize> {
    let trimmed = after.trim_start_matches(' ');
    let rest = trimmed.strip_prefix(['×', 'x', 'X', '*', '·', '⋅'])?.trim_start_matches(' ').strip_prefix("10")?;
    Some(after.len() - rest.len())
}

/// What follows ×10, which ends at `at`.
fn powered(rest: &str, mantissa: &str, at: usize, context: &Context<'_>, limit: bool) -> (usize, Vec<Choice>) {
    let behind = &rest[at..];
    let mut choices = Vec::new();
    let ended = |tail: &str| rest.len() - tail.len();
    if let Some(raised) = behind.trim_start_matches(' ').strip_prefix('^') {
        let (tail, choices) = raised_to(raised, mantissa);
        return (ended(tail), choices);
    }
    if let Some(k) = behind.strip_prefix(['e', 'E'])
        && digits(k) > 0
    {
        // ×10E6
        let own: Option<u32> = k[..digits(k)].parse().ok().filter(|k| *k < 12);
        choices.extend(own.and_then(|k| choice(power(mantissa, k), Why::TenE, Trust::Likely)));
        choices.extend(own.and_then(|k| choice(power(mantissa, k + 1), Why::TenTimes, Trust::Guard)));
        return (ended(&k[digits(k)..]), choices);
    }
    let n = digits(behind);
    let value: Option<Decimal> = mantissa.parse().ok();
    let normal = value.is_some_and(|m| m >= Decimal::ONE && m < Decimal::TEN);
    match n {
        0 if behind.trim_start().starts_with('-') => (at, choices),
        0 => {
            // the exponent is gone: no less than ten times the mantissa
            if let Some((_, least)) = power(mantissa, 1).filter(|_| !limit) {
                choices.push(Choice { text: format!("≥{least}"), value: least, why: Why::CutPower, trust: Trust::Likely });
            }
            (at, choices)
        }
        1 if !behind.starts_with('0') => {
            let k: u32 = behind[..1].parse().unwrap_or_default();
            choices.extend(choice(power(mantissa, k), Why::LostPower, Trust::Likely));
            let product = value.and_then(|m| m.checked_mul(Decimal::from(100 + k))).map(|v| v.normalize());
            // a count is whole, and no standard limits one to such a number
            if let Some(product) = product.filter(|p| !(context.count && (limit || (!context.mpn && !p.fract().is_zero())))) {
                let trust = if normal { Trust::Guard } else { Trust::Likely };
                choices.extend(choice(Some((as_number(product, context), product)), Why::Product, trust));
            }
            (at + 1, choices)
        }
        _ => (at + n, choices),
    }
}

/// What follows ×10^: the rest of the text, and what a stray or cut exponent may stand for.
fn raised_to<'a>(raised: &'a str, mantissa: &str) -> (&'a str, Vec<Choice>) {
    let mut choices = Vec::new();
    let open = raised.starts_with(['{', '(']);
    let inner = raised.trim_start_matches(['{', '(']).trim_start();
    let n = digits(inner);
    if n == 0 {
        return (inner, choices);
    }
    let (k, mut tail) = inner.split_at(n);
    if open {
        tail = tail.trim_start().strip_prefix(['}', ')']).unwrap_or(tail);
    }
    let stray = if open { digits(tail) } else { 0 };
    let first: Option<u32> = k.parse().ok();
    if stray > 0 {
        // 10<sup>4</sup>4: a stray digit, or the exponent goes on
        choices.extend(first.filter(|k| *k <= 12).and_then(|k| choice(power(mantissa, k), Why::Stray, Trust::Likely)));
        choices.extend(choice(Some(huge()), Why::LongExponent, Trust::Likely));
        return (&tail[stray..], choices);
    }
    if !open && n == 2 && first.is_some_and(|k| k > 12) {
        choices.extend(k[..1].parse().ok().and_then(|k| choice(power(mantissa, k), Why::Stray, Trust::Likely)));
        choices.extend(choice(Some(huge()), Why::LongExponent, Trust::Likely));
    }
    (tail, choices)
}

/// A number that the reader of counts takes as it stands.
fn as_number(value: Decimal, context: &Context<'_>) -> String {
    if context.count { format!("{value}×10^{{0}}") } else { value.to_string() }
}

/// `104`, `2104`, `2.1103` as a count: a power of ten that lost its superscript or its ×.
fn lost(mantissa: &str, limit: bool) -> Vec<Choice> {
    let mut choices = Vec::new();
    let Some((head, tail)) = mantissa.len().checked_sub(3).and_then(|at| mantissa.split_at_checked(at)) else { return choices };
    let Some(k) = tail.strip_prefix("10").and_then(|k| k.parse::<u32>().ok()).filter(|k| *k > 0) else { return choices };
    match head {
        // no standard limits a count to 104
        "" if limit => choices.extend(choice(power("1", k), Why::LostPower, Trust::Likely)),
        "" => {
            choices.extend(choice(power("1", k), Why::LostPower, Trust::Likely));
            choices.extend(choice(power(mantissa, 0), Why::AsDigits, Trust::Likely));
        }
        head if head.contains('.') => {
            if mantissa_of_one_digit(head) {
                choices.extend(choice(power(head, k), Why::LostTimes, Trust::Likely));
                // no count has a fraction: if it is not this power, it is another that went missing
                choices.push(Choice { text: "?".to_owned(), value: Decimal::MAX, why: Why::Unknown, trust: Trust::Guard });
            }
        }
        head => {
            choices.extend(choice(power(head, k), Why::LostTimes, Trust::Likely));
            choices.extend(choice(power(mantissa, 0), Why::AsDigits, Trust::Likely));
        }
    }
    choices
}

/// `4.02`: one digit before the point and some behind it.
fn mantissa_of_one_digit(head: &str) -> bool {
    let (whole, places) = head.split_once('.').unwrap_or((head, ""));
    whole.len() == 1 && whole != "0" && !places.is_empty()
}

/// The same where nothing is counted: `4.026101` may be 4.026×10^1, `3104` hardly 3×10^4. A power that stands alone (`104`) is not written for
/// a mass.
fn lost_beside_masses(mantissa: &str, limit: bool) -> Vec<Choice> {
    let mut choices = Vec::new();
    let Some((head, tail)) = mantissa.len().checked_sub(3).and_then(|at| mantissa.split_at_checked(at)) else { return choices };
    let Some(k) = tail.strip_prefix("10").and_then(|k| k.parse::<u32>().ok()).filter(|k| *k > 0) else { return choices };
    let own = |choices: &mut Vec<Choice>| choices.extend(choice(mantissa.parse().ok().map(|v| (mantissa.to_owned(), v)), Why::AsDigits, Trust::Likely));
    if mantissa_of_one_digit(head) {
        own(&mut choices);
        choices.extend(choice(power(head, k), Why::LostTimes, Trust::Likely));
    } else if !head.contains('.') && (limit || !head.is_empty()) {
        own(&mut choices);
        let (head, trust) = if head.is_empty() { ("1", Trust::Guard) } else { (head, Trust::Likely) };
        choices.extend(choice(power(head, k), Why::LostTimes, trust));
    }
    choices
}

/// `036`: 0.36, 3.6 or 36.
fn lost_point(text: &str) -> Vec<Choice> {
    let mut out = Vec::new();
    let places = |shown: String| shown.parse::<Decimal>().ok().map(|v| (shown, v));
    if text.bytes().all(|b| b == b'0') || text.len() > 6 {
        return out;
    }
    for at in 1..text.len() {
        let shown = format!("{}.{}", &text[..at], &text[at..]);
        let shown = shown.trim_start_matches('0');
        let shown = if shown.starts_with('.') { format!("0{shown}") } else { shown.to_owned() };
        out.extend(choice(places(shown), Why::LostPoint, Trust::Likely));
    }
    out.extend(choice(places(format!("0.{text}")), Why::LostPoint, Trust::Likely));
    out.extend(choice(places(text.trim_start_matches('0').to_owned()), Why::AsDigits, Trust::Likely));
    out
}
