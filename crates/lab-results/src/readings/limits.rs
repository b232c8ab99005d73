//! 限量的读法 the readings of a limit text.

use shiyan_foundation::Decimal;
use shiyan_statute::{OneSided, background};

use super::{Context, Reading, Trust, Variants, Why, library, through, tokens};
use crate::item;
use crate::limit::{self, LimitText};
use crate::reasons;
use crate::uniform::prepare;
use crate::units;

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

fn is_plan(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    compact.contains("n=") && compact.contains(['m', 'M'])
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

/// 商业无菌 the item whose limit is its own name.
pub(super) const STERILE: &str = "商业无菌";
const STERILE_WORDS: [&str; 2] = [STERILE, "符合"];

/// Words that say what a sign would: 禁用, 未检出, 最大使用量0.25g/kg, 0.2mg/kg以下, pH6.5~8.5.
fn words(text: &str, context: &Context<'_>) -> Variants {
    const BANNED: [&str; 14] = [
        "禁用",
        "禁止使用",
        "禁止添加",
        "不得含有",
        "不得存在",
        "不准使用",
        "未检出",
        "不检出",
        "阴性",
        "应为阴性",
        "ND",
        "不得有检出",
        "不能检出",
        "应未检出",
    ];
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
    if matches!(limit::parse(text).understood, LimitText::Rule { .. }) || a.contains('(') {
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
    let read = limit::read_beside(text, None).parsed;
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

/// A value of m or M and the powers it may stand for.
struct Level {
    /// As it stands, where a standard may print it.
    own: Option<Decimal>,
    /// What else.
    others: Vec<Decimal>,
    /// The strict reader takes it as it stands and it may be something else all the same (`110E2`, `10E4`).
    lost: bool,
}

fn ten(k: u32) -> Decimal {
    units::shift(Decimal::ONE, i32::try_from(k).unwrap_or(0)).unwrap_or(Decimal::ONE)
}

impl Level {
    fn certain(value: Decimal) -> Self {
        Self { own: Some(value), others: Vec::new(), lost: false }
    }
    /// What stands behind `m=` or `M=`, and what follows it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (figures, rest) = text.split_at(end);
        let value: Decimal = figures.parse().ok()?;
        let after = rest.trim_start_matches(' ');
        let of = |mantissa: Decimal, k: u32| mantissa.checked_mul(ten(k));
        if let Some(raised) = after.strip_prefix('^').filter(|_| figures == "10") {
            let (k, rest) = exponent(raised)?;
            return Some((Self::certain(ten(k)), rest));
        }
        if let Some(ten_behind) = after.strip_prefix(['×', 'x', 'X', '*', '·']).map(|t| t.trim_start_matches(' ')).and_then(|t| t.strip_prefix("10")) {
            if let Some((k, rest)) = ten_behind.strip_prefix(['E', 'e']).and_then(exponent) {
                return Some((Self { own: of(value, k), others: of(value, k + 1).into_iter().collect(), lost: true }, rest));
            }
            if let Some(raised) = ten_behind.strip_prefix('^') {
                let (k, rest) = exponent(raised)?;
                return Some((Self::certain(of(value, k)?), rest));
            }
            let n = ten_behind.bytes().take_while(u8::is_ascii_digit).count();
            if n == 1 {
                let k: u32 = ten_behind[..1].parse().ok()?;
                return Some((Self::certain(of(value, k)?), &ten_behind[1..]));
            }
            // ×10 and nothing: any power
            let others = (2..=7).filter_map(|k| of(value, k)).collect();
            return (n == 0).then_some((Self { own: of(value, 1), others, lost: false }, ten_behind));
        }
        if let Some(k) = after.strip_prefix(['E', 'e'])
            && let Some((k, rest)) = exponent(k)
        {
            let level = match figures.strip_suffix("10").filter(|h| !h.ends_with('.')) {
                Some("") => Self { own: Some(ten(k)), others: vec![ten(k + 1)], lost: true },
                Some(head) => Self { own: of(value, k), others: of(head.parse().ok()?, k).into_iter().collect(), lost: true },
                None => Self::certain(of(value, k)?),
            };
            return Some((level, rest));
        }
        let power = figures.len().checked_sub(3).and_then(|at| figures.split_at_checked(at)).and_then(|(head, tail)| {
            let k: u32 = tail.strip_prefix("10")?.parse().ok().filter(|k| *k > 0)?;
            Some((head, k))
        });
        let level = match power {
            // a plan with m=102 does not exist
            Some(("", k)) => Self { own: None, others: vec![ten(k)], lost: false },
            Some((head, k)) => Self { own: Some(value), others: head.parse().ok().and_then(|m| of(m, k)).into_iter().collect(), lost: true },
            None if figures == "10" => Self { own: Some(value), others: (2..=7).map(ten).collect(), lost: false },
            None => Self::certain(value),
        };
        Some((level, rest))
    }
}

fn exponent(text: &str) -> Option<(u32, &str)> {
    let inner = text.trim_start_matches(['{', '(', ' ', '+']);
    let n = inner.bytes().take_while(u8::is_ascii_digit).count();
    let k: u32 = inner.get(..n)?.parse().ok().filter(|k| *k <= 12)?;
    Some((k, inner[n..].trim_start_matches(['}', ')'])))
}

/// A plan that contradicts itself, or whose m or M was cut: every pair that a standard may hold. M stays within a hundredfold of m.
fn plan(text: &str) -> Variants {
    let read = matches!(limit::read_beside(text, None).parsed.understood, LimitText::Rule { .. });
    let Some(found) = Fields::read(text) else { return Vec::new() };
    let Fields { n, c, m, upper, unit } = found;
    if c >= n {
        return Vec::new();
    }
    // what the strict reader takes is doubted only where a × may be lost
    if read && !m.lost && !upper.as_ref().is_some_and(|u| u.lost) {
        return Vec::new();
    }
    let (mut m, mut upper) = (m, upper);
    for level in std::iter::once(&mut m).chain(upper.as_mut()).filter(|l| read && !l.lost) {
        level.others.clear();
    }
    let levels = |l: &Level| -> Vec<(Decimal, bool)> { l.own.iter().map(|v| (*v, true)).chain(l.others.iter().map(|v| (*v, false))).collect() };
    let hundred = Decimal::ONE_HUNDRED;
    let mut out: Variants = Vec::new();
    for (m, own) in levels(&m) {
        let uppers: Vec<Decimal> = match &upper {
            Some(upper) => levels(upper).into_iter().map(|(v, _)| v).collect(),
            None => Vec::new(),
        };
        let fits = |v: &Decimal| *v > m && m.checked_mul(hundred).is_some_and(|most| *v <= most);
        let mut fitting: Vec<Decimal> = uppers.iter().copied().filter(fits).collect();
        // an M that was cut away, or stands as 10, can only be a power above m
        let cut = upper.as_ref().is_none_or(|u| !u.others.is_empty() || u.own.is_none());
        if fitting.is_empty() && cut && upper.as_ref().is_none_or(|u| u.own.is_some()) {
            fitting = (1..=8).map(ten).filter(fits).collect();
        }
        if fitting.is_empty() && own {
            // m as it stands, and an M that does not go with it: kept, so that no doubt about m lets a failure pass
            fitting = uppers.into_iter().filter(|v| *v > m).collect();
            out.extend(fitting.iter().map(|v| (shown(n, c, m, *v, &unit), Why::PlanDoubt, Trust::Guard)));
            continue;
        }
        out.extend(fitting.iter().map(|v| (shown(n, c, m, *v, &unit), Why::PlanDoubt, Trust::Likely)));
    }
    if out.iter().all(|(.., trust)| *trust == Trust::Guard) { Vec::new() } else { out }
}

fn shown(n: u32, c: u32, m: Decimal, upper: Decimal, unit: &str) -> String {
    format!("n={n},c={c},m={m}×10^{{0}},M={upper}×10^{{0}}{unit}")
}

struct Fields {
    n: u32,
    c: u32,
    m: Level,
    upper: Option<Level>,
    unit: String,
}

impl Fields {
    fn read(text: &str) -> Option<Self> {
        let (mut n, mut c, mut m, mut upper) = (None, None, None, None);
        let mut unit: Option<&'static str> = None;
        let mut rest = text.trim().trim_start_matches('(');
        loop {
            rest = rest.trim_start_matches([',', '，', ';', '；', '、', ' ', ')']);
            if rest.is_empty() {
                break;
            }
            if let Some((named, end)) = units::leading(rest.trim_start_matches(['(', '单', '位', ':'])) {
                let skipped = rest.len() - rest.trim_start_matches(['(', '单', '位', ':']).len();
                if unit.is_some_and(|u| u != named) {
                    return None;
                }
                unit = Some(named);
                rest = &rest[skipped + end..];
                continue;
            }
            let key = rest.chars().next()?;
            let value = rest[key.len_utf8()..].trim_start().strip_prefix(['=', ':'])?.trim_start();
            match key {
                'n' | 'N' | 'c' | 'C' => {
                    let len = value.bytes().take_while(u8::is_ascii_digit).count();
                    let number: u32 = value.get(..len)?.parse().ok()?;
                    let slot = if matches!(key, 'n' | 'N') { &mut n } else { &mut c };
                    if slot.replace(number).is_some() {
                        return None;
                    }
                    rest = &value[len..];
                }
                'm' | 'M' => {
                    let (level, after) = Level::read(value)?;
                    let slot = if key == 'm' { &mut m } else { &mut upper };
                    if slot.replace(level).is_some() {
                        return None;
                    }
                    rest = after;
                }
                _ => return None,
            }
        }
        Some(Self { n: n?, c: c?, m: m?, upper, unit: unit.unwrap_or_default().to_owned() })
    }
}
