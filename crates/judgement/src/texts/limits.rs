//! 限量的读法 the readings of a limit text.

use shiyan_foundation::Decimal;
use shiyan_statute::{OneSided, background};

use super::kind::{Context, Reading, STERILE, Trust, Variants, through};
use super::plans::{is_plan, plan};
use super::tokens;
use crate::amount::units;
use crate::limit::text::{self, read_beside};
use crate::limit::{LimitText, library};
use crate::reading::uniform::prepare;
use crate::reading::{Why, item};
use crate::reasons;

/// Every reading; the text itself where it has one.
pub(super) fn readings(raw: &str, context: &Context<'_>) -> Vec<Reading> {
    let prepared = prepare(raw, &mut Vec::new());
    let compact = prepared.replace('\n', " ");
    let mut all = vec![Reading::of(&compact)];
    all = through(all, asides);
    all = through(all, tidied);
    all = through(all, |t| words(t, context));
    all = through(all, |t| claimed(t, context));
    all = through(all, |t| commas(t, context));
    all = through(all, either);
    all = through(all, |t| between(t, context));
    all = through(all, |t| direction(t, context));
    if all.iter().any(|r| is_plan(&r.text)) {
        all = through(all, |t| if is_plan(t) { plan(t) } else { Vec::new() });
    }
    all = through(all, |t| if is_plan(t) { Vec::new() } else { tokens::variants(t, context, true) });
    if context.count {
        all = through(all, least);
    }
    if let [one] = all.as_mut_slice()
        && one.why.is_empty()
    {
        raw.clone_into(&mut one.text);
    }
    all
}

fn one(text: impl Into<String>, why: Why) -> Variants {
    vec![(text.into(), why, Trust::Likely)]
}

/// Behind a limit: the star and the words of GB 2763 for one that is temporary, the temperature of a measurement.
fn asides(text: &str) -> Variants {
    let bare = text.trim_end();
    let cut = bare.strip_suffix(['*', '※']).or_else(|| ["(临时限量)", "(临时)", "(临时限)"].iter().find_map(|w| bare.strip_suffix(w))).or_else(|| {
        let (head, inside) = bare.strip_suffix(')')?.rsplit_once('(')?;
        let degrees = ["℃", "°C", "度"].iter().find_map(|w| inside.trim().strip_suffix(w))?;
        degrees.trim().bytes().all(|b| b.is_ascii_digit()).then_some(head)
    });
    match cut.map(str::trim_end).filter(|t| t.contains(|c: char| c.is_ascii_digit())) {
        Some(text) => one(text, Why::Aside),
        None => Vec::new(),
    }
}

/// `≤≤100mg/kg`, `≤n=5,c=0,…`
fn tidied(text: &str) -> Variants {
    let mut rest = text.trim_start();
    let Some(first) = rest.chars().next().filter(|c| "≤≥<>".contains(*c)) else { return Vec::new() };
    let bare = rest.trim_start_matches(first).trim_start();
    if bare.starts_with("n=") || bare.starts_with("N=") {
        return one(bare, Why::Doubled);
    }
    let doubled = format!("{first}{first}");
    if rest.starts_with(&doubled) {
        while rest.starts_with(&doubled) {
            rest = &rest[first.len_utf8()..];
        }
        return one(rest, Why::Doubled);
    }
    Vec::new()
}

const STERILE_WORDS: [&str; 2] = [STERILE, "符合"];

/// Words for 不得检出 or 不得使用.
const BANNED: [&str; 14] =
    ["禁用", "禁止使用", "禁止添加", "不得含有", "不得存在", "不准使用", "未检出", "不检出", "阴性", "应为阴性", "ND", "不得有检出", "不能检出", "应未检出"];
/// Words for ≤.
const MOST: [&str; 14] = [
    "最大残留限量值",
    "最大残留限量",
    "最高残留限量",
    "最大允许残留量",
    "最大允许限量",
    "最大允许限",
    "最大允许量",
    "最大使用量",
    "最大使用限量",
    "最大残留量",
    "最高限量",
    "最大限量",
    "残留限量",
    "上限",
];

/// Words that say what a sign would: 禁用, 未检出, 最大使用量0.25g/kg, 0.2mg/kg以下, pH6.5~8.5.
fn words(text: &str, context: &Context<'_>) -> Variants {
    let bare = text.trim_matches(['(', ')', ' ']);
    if context.item.contains(STERILE) && STERILE_WORDS.iter().any(|w| bare.trim_end_matches("要求").trim_end_matches('的').ends_with(w)) && !bare.contains('不')
    {
        return one("不得检出", Why::WordsOfBan);
    }
    let (word, unit) = BANNED.iter().find_map(|w| bare.strip_prefix(w).map(|rest| (*w, rest.trim()))).unwrap_or(("", bare));
    if !word.is_empty() && (unit.is_empty() || units::canonical(unit.trim_matches(['(', ')'])).is_some()) {
        let additive = word.contains("使用") || word.contains("添加") || word == "禁用";
        let used = additive && (item::may_be_an_additive(context.item) || background(context.item).is_some()) && !context.item.is_empty();
        return if used { one("不得使用", Why::WordsOfUse) } else { one(format!("不得检出{unit}"), Why::WordsOfBan) };
    }
    if let Some(rest) = MOST.iter().find_map(|w| text.strip_prefix(w)) {
        let rest = rest.trim_start_matches([':', '为', ' ', '是', '应']);
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return one(format!("≤{rest}"), Why::WordsOfMaximum);
        }
    }
    for (ends, sign, why) in [(["以下", "以内", "及以下"], '≤', Why::AsMaximum), (["以上", "及以上", "起"], '≥', Why::AsMinimum)] {
        if let Some(head) = ends.iter().find_map(|w| text.strip_suffix(w)).map(str::trim)
            && head.starts_with(|c: char| c.is_ascii_digit())
        {
            return one(format!("{sign}{head}"), why);
        }
    }
    // the name of the quantity in front of its limit
    for name in ["pH值", "PH值", "pH", "PH", "ph"] {
        if let Some(rest) = text.strip_prefix(name) {
            let rest = rest.trim_start_matches([':', '=', ' ', '为', '应', '在']);
            if rest.starts_with(|c: char| c.is_ascii_digit() || "≤≥<>".contains(c)) {
                return one(rest, Why::Between);
            }
        }
    }
    Vec::new()
}

/// `≥标示值`
fn claimed(text: &str, context: &Context<'_>) -> Variants {
    const NAMES: [&str; 9] = ["产品标签明示值", "标签明示值", "标签标示值", "产品明示值", "明示值", "标示值", "标签值", "明示", "标示"];
    if !context.claim || !text.contains(['示', '签']) {
        return Vec::new();
    }
    for (signs, sign) in
        [(&["≥", ">=", "不低于", "不小于", "不少于", "应不低于", "应≥"][..], '≥'), (&["≤", "<=", "不大于", "不超过", "不高于", "应≤"][..], '≤')]
    {
        if let Some(rest) = signs.iter().find_map(|w| text.strip_prefix(w)).map(|r| r.trim().trim_end_matches("要求"))
            && NAMES.contains(&rest)
        {
            return one(format!("{sign}100%标示值"), Why::ClaimItself);
        }
    }
    Vec::new()
}

/// `≤1,000mg/kg`: thousands. The decimal comma only where it would not end in a nought, which no standard prints, or where the library holds
/// such a limit for the item and not the other.
fn commas(text: &str, context: &Context<'_>) -> Variants {
    let bytes = text.as_bytes();
    let mut marks = Vec::new();
    for (at, _) in text.match_indices(',') {
        let before = bytes[..at].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let after = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        let lead = at - before;
        let zero = bytes.get(lead) == Some(&b'0') && bytes.get(lead.wrapping_sub(1)) != Some(&b',');
        if (1..=3).contains(&before) && after == 3 && !zero {
            marks.push(at);
        }
    }
    if marks.is_empty() {
        return Vec::new();
    }
    let joined: String = text.char_indices().filter(|(i, _)| !marks.contains(i)).map(|(_, c)| c).collect();
    let mut out = one(joined.clone(), Why::Thousands);
    if let ([at], false) = (marks.as_slice(), is_plan(text) || context.count) {
        let decimal: String = text.char_indices().map(|(i, c)| if i == *at { '.' } else { c }).collect();
        let number = |t: &str| -> Option<Decimal> {
            let from = t.find(|c: char| c.is_ascii_digit())?;
            let t = &t[from..];
            t[..t.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(t.len())].parse().ok()
        };
        let known = library::known(context.item);
        let holds = |t: &str| number(t).is_some_and(|v| known.is_some_and(|k| k.holds(v)));
        if !text[at + 1..at + 4].ends_with('0') || (holds(&decimal) && !holds(&joined)) {
            out.push((decimal, Why::DecimalComma, Trust::Guard));
        }
    }
    out
}

/// `≤0.2mg/kg或0.3mg/kg`
fn either(text: &str) -> Variants {
    let Some((a, b)) = text.split_once('或') else { return Vec::new() };
    let (a, b) = (a.trim(), b.trim());
    let sign = a.chars().next().filter(|c| "≤≥<>".contains(*c));
    let Some(sign) = sign.filter(|_| b.starts_with(|c: char| c.is_ascii_digit()) && a.chars().nth(1).is_some_and(|c| c.is_ascii_digit())) else {
        return Vec::new();
    };
    if matches!(text::parse(text).understood, LimitText::Rule { .. }) || a.contains('(') {
        return Vec::new();
    }
    vec![(a.to_owned(), Why::OneOf, Trust::Likely), (format!("{sign}{b}"), Why::OneOf, Trust::Likely)]
}

/// `0.8≤x≤1.2`, `0.8mg/kg≤x≤1.2mg/kg`, `6.5<pH<8.5`
fn between(text: &str, context: &Context<'_>) -> Variants {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace("<=", "≤").replace(">=", "≥");
    let signs: Vec<(usize, char)> = compact.char_indices().filter(|(_, c)| "≤≥<>".contains(*c)).collect();
    let [(first, a), (second, b)] = signs.as_slice() else { return Vec::new() };
    if *first == 0 {
        return Vec::new();
    }
    let left = &compact[..*first];
    let middle = &compact[first + a.len_utf8()..*second];
    let right = &compact[second + b.len_utf8()..];
    let rising = "≤<".contains(*a) && "≤<".contains(*b);
    let falling = "≥>".contains(*a) && "≥>".contains(*b);
    let name = middle.len() <= 3 && middle.chars().all(|c| c.is_ascii_alphabetic())
        || ["限量", "结果", "含量", "检测值", "测定值", "实测值", "数值", "值", "限量值"].contains(&middle)
        || !middle.is_empty() && context.item.starts_with(middle);
    let figures = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
    if !(rising || falling) || !name || !figures(left) || !figures(right) {
        return Vec::new();
    }
    let (lo, hi) = if rising { (left, right) } else { (right, left) };
    let mut out = one(format!("{lo}~{hi}"), Why::Between);
    let (open_lo, open_hi) = if rising { (*a == '<', *b == '<') } else { (*b == '>', *a == '>') };
    let unit = hi.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let with_unit = |t: &str| if t.ends_with(|c: char| c.is_ascii_digit()) { format!("{t}{unit}") } else { t.to_owned() };
    if open_lo {
        out.push((format!(">{}", with_unit(lo)), Why::OpenEnd, Trust::Guard));
    }
    if open_hi {
        out.push((format!("<{}", with_unit(hi)), Why::OpenEnd, Trust::Guard));
    }
    out
}

/// A number without its sign, or with it behind: as the library limits the item, and both ways where it does not say.
fn direction(text: &str, context: &Context<'_>) -> Variants {
    let read = read_beside(text, None).parsed;
    let number = match read.understood {
        LimitText::NeedsPerson { reason } if reason.0 == reasons::LIMIT_NO_OPERATOR => text.to_owned(),
        LimitText::NeedsPerson { .. } => {
            // 200≤mg/kg
            let Some(at) = text.find(['≤', '≥']).filter(|at| *at > 0) else { return bare(text, context) };
            let sign = text[at..].chars().next().map_or(0, char::len_utf8);
            let (head, tail) = (&text[..at], &text[at + sign..]);
            if !head.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.') || (!tail.trim().is_empty() && units::canonical(tail).is_none()) {
                return Vec::new();
            }
            format!("{}{}", head.trim(), tail.trim())
        }
        _ => return Vec::new(),
    };
    signed(&number, context)
}

/// A bare number that the strict reader does not take for another reason: a lost power, an unknown unit.
fn bare(text: &str, context: &Context<'_>) -> Variants {
    let figures = text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['~', '～', '≤', '≥', '<', '>', '±', ';', '；', ',', '，', '-', '—', '至']);
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || ".×x*^{} ".contains(c));
    if figures && !is_plan(text) && (unit.is_empty() || unit.chars().count() <= 12) { signed(text, context) } else { Vec::new() }
}

fn signed(number: &str, context: &Context<'_>) -> Variants {
    let number = ["标准指标", "标准值", "限量值", "限量", "标准"].iter().find_map(|w| number.strip_prefix(w)).unwrap_or(number);
    let number = number.trim_start_matches([':', '为', ' ']);
    match library::known(context.item).and_then(library::Known::side) {
        Some(OneSided::Max) => one(format!("≤{number}"), Why::Upper),
        Some(OneSided::Min) => one(format!("≥{number}"), Why::Lower),
        None => vec![(format!("≤{number}"), Why::AsMaximum, Trust::Likely), (format!("≥{number}"), Why::AsMinimum, Trust::Likely)],
    }
}

/// A minimum of a count that may have been cut: `≥10CFU/g` is any power of ten.
fn least(text: &str) -> Variants {
    let Some(rest) = ["≥", ">=", "不低于", "不小于", "不少于", "不得低于"].iter().find_map(|w| text.strip_prefix(w)) else { return Vec::new() };
    let rest = rest.trim_start();
    let Some(tail) = rest.strip_prefix("10").filter(|t| !t.starts_with(|c: char| c.is_ascii_digit() || c == '^' || c == '.')) else { return Vec::new() };
    (1..=9).map(|k| (format!("≥10^{{{k}}}{tail}"), Why::LostPower, Trust::Likely)).collect()
}
