//! 份数 what is said of all samples of a plan in one phrase: `5份均未检出`, `均<10CFU/g`, `3份检出，2份未检出`, `3/5`.

use super::kind::{Context, Trust, Variants};
use crate::reading::Why;

const NUMBERS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
const ALL: [&str; 5] = ["均", "全部", "都", "皆", "全"];
const FOUND: [(&str, bool); 7] = [("未检测出", false), ("未检出", false), ("阴性", false), ("检测出", true), ("检出", true), ("阳性", true), ("未检", false)];

fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return Some((text[..digits].parse().ok().filter(|n| *n > 0 && *n <= 20)?, &text[digits..]));
    }
    NUMBERS.iter().zip(1..).find_map(|(w, n)| text.strip_prefix(w).map(|rest| (n, rest)))
}

/// `5份样品`, `5个检样`, `5批`.
fn samples(text: &str) -> Option<(usize, &str)> {
    let (n, rest) = number(text)?;
    let rest = ["份", "个", "批"].iter().find_map(|w| rest.strip_prefix(w))?;
    Some((n, named(rest)))
}

fn named(text: &str) -> &str {
    let mut rest = text;
    while let Some(cut) = ["样品", "检样", "样本", "样", "检验", "检测", "结果", "的"].iter().find_map(|w| rest.strip_prefix(w)) {
        rest = cut;
    }
    rest
}

fn copies(one: &str, n: usize) -> String {
    vec![one; n].join(";")
}

pub(super) fn variants(text: &str, context: &Context<'_>) -> Variants {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let n = context.n.and_then(|n| usize::try_from(n).ok());
    let told = |text: String| vec![(text, Why::Portions, Trust::Likely)];
    // 均未检出(25g): the portion in a bracket of its own
    let compact = match compact.strip_suffix(')').and_then(|t| t.rsplit_once('(')) {
        Some((head, portion)) if ["25g", "25mL", "10g", "100g", "100mL"].contains(&portion) && context.qualitative => format!("{head}/{portion}"),
        _ => compact,
    };
    if let Some(found) = ratio(&compact, n, context.qualitative) {
        return found;
    }
    // 未检出/25g×5
    if let Some((head, times)) = compact.rsplit_once(['×', 'x', 'X', '*'])
        && let (Some((_, _)), Ok(times), Some(n)) = (word(head), times.parse::<usize>(), n)
        && times > 0
        && times <= n
    {
        return told(copies(head, times));
    }
    if !compact.contains(['份', '个', '批', '均', '全', '都', '皆', '样']) {
        return Vec::new();
    }
    // 5份样品均未检出/25g
    let (count, rest) = match samples(&compact) {
        Some((count, rest)) => (Some(count), rest),
        None => (None, named(&compact)),
    };
    if let Some(one) = ALL.iter().find_map(|w| rest.strip_prefix(w)) {
        return alike(one, count, n).map_or_else(Vec::new, told);
    }
    let Some(n) = n else { return Vec::new() };
    // 5份样品中3份检出
    if let (Some(all), Some(inside)) = (count, rest.strip_prefix('中').or_else(|| rest.strip_prefix(",其中")))
        && let Some((some, rest)) = samples(inside.trim_start_matches('有'))
        && let Some((found, unit)) = word(rest)
        && some <= all
        && all == n
    {
        let (yes, no) = if found { (some, all - some) } else { (all - some, some) };
        return told(spread(yes, no, unit));
    }
    // 3份检出，2份未检出
    let parts: Vec<(usize, bool, &str)> =
        compact.split([',', ';', '；', '、']).filter_map(|p| samples(p).and_then(|(n, rest)| word(rest).map(|(found, unit)| (n, found, unit)))).collect();
    let whole = compact.split([',', ';', '；', '、']).count() == parts.len();
    if whole && parts.len() == 2 && parts[0].1 != parts[1].1 {
        let of = |wanted: bool| parts.iter().filter(|(_, found, _)| *found == wanted).map(|(n, ..)| n).sum::<usize>();
        return told(spread(of(true), of(false), parts[0].2));
    }
    Vec::new()
}

/// `均未检出/25g`: one value for all of them.
fn alike(one: &str, count: Option<usize>, n: Option<usize>) -> Option<String> {
    let one = one.trim_start_matches(['为', ':']);
    let certain = one.starts_with(|c: char| "<>≤≥".contains(c) || c.is_ascii_digit()) || FOUND.iter().any(|(w, _)| one.starts_with(w));
    if !certain || one.contains([';', '；', ',', '、', 'm', 'M']) && !one.contains("mL") && !one.contains("MPN") {
        return None;
    }
    Some(match (count, n) {
        (Some(count), Some(_)) => copies(one, count),
        (None, Some(n)) => copies(one, n),
        // one limit for all of them
        (_, None) => one.to_owned(),
    })
}

fn word(text: &str) -> Option<(bool, &str)> {
    let (found, rest) = FOUND.iter().find_map(|(w, found)| text.strip_prefix(w).map(|rest| (*found, rest)))?;
    (rest.is_empty() || rest.starts_with('/')).then_some((found, rest))
}

fn spread(yes: usize, no: usize, unit: &str) -> String {
    let mut all = vec![format!("检出{unit}"); yes];
    all.extend(vec![format!("未检出{unit}"); no]);
    all.join(";")
}

/// `3/5`, `3/5检出`: three of the five samples; beside a plan of counts it may also be two values.
fn ratio(text: &str, n: Option<usize>, qualitative: bool) -> Option<Variants> {
    let n = n?;
    let (some, rest) = text.split_once('/')?;
    let some: usize = some.parse().ok()?;
    let (all, word) = match rest.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if all.parse() != Ok(n) || some > n {
        return None;
    }
    if ["未检出", "阴性", "(未检出)", "(阴性)"].contains(&word) {
        return Some(vec![(spread(n - some, some, ""), Why::Portions, Trust::Likely)]);
    }
    if !["", "检出", "阳性", "(检出)", "(阳性)"].contains(&word) {
        return None;
    }
    let mut out = vec![(spread(some, n - some, ""), Why::Portions, Trust::Likely)];
    if !qualitative && word.is_empty() {
        out.push((format!("{some};{n}"), Why::EachValue, Trust::Likely));
    }
    Some(out)
}
