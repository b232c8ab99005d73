//! 限量文本 what a plan, a notice or a report prints as the limit.
//!
//! A bare number has no direction and goes to a person; so do requirements in words and garbled or cut-off texts.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{CodeInfo, Decimal};
use shiyan_statute::LimitRule;

use crate::reasons::{self, Reason};
use crate::units;
use crate::value::{Num, ParseNote, Scan, prepare};

/// 读到的限量 what was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LimitText {
    /// A rule that can be judged by.
    Rule {
        /// 限量规则
        rule: LimitRule,
        /// The limit itself is not allowed any more: `<` or `>` instead of `≤` or `≥`.
        strict: bool,
    },
    /// `/` there is no limit.
    NoLimit,
    /// 需人工
    NeedsPerson {
        /// Why.
        reason: Reason,
    },
}

/// 限量读法 a limit as printed and as understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedLimit {
    /// Verbatim.
    pub raw: String,
    /// What was understood.
    pub understood: LimitText,
    /// Canonical unit.
    pub unit: Option<String>,
    /// What was changed in order to read it.
    pub notes: Vec<ParseNote>,
}

/// How far M may lie above m before an exponent has been lost; the plans of the standards stay within 100.
const WIDEST_PLAN: i64 = 100;

/// Reads a limit.
#[must_use]
pub fn parse(text: &str) -> ParsedLimit {
    let mut notes = Vec::new();
    let prepared = prepare(text, &mut notes);
    let (understood, unit) = match read(&prepared, &mut notes) {
        Ok((understood, unit)) => (understood, unit.map(str::to_owned)),
        Err(reason) => (LimitText::NeedsPerson { reason: Reason(reason) }, None),
    };
    ParsedLimit { raw: text.to_owned(), understood, unit, notes }
}

type Read<T> = Result<T, &'static CodeInfo>;
type Understood = (LimitText, Option<&'static str>);

const NOT_DETECTED: [&str; 5] = ["不得检出", "不应检出", "不可检出", "禁止检出", "不得检测出"];
const NOT_USED: [&str; 6] = ["不得使用", "不得添加", "不可使用", "不应使用", "不允许使用", "不得用于"];
const AT_MOST: [&str; 8] = ["≤", "<=", "不大于", "不超过", "不高于", "不得超过", "小于等于", "小于或等于"];
const AT_LEAST: [&str; 7] = ["≥", ">=", "不小于", "不低于", "不少于", "大于等于", "大于或等于"];

fn read(text: &str, notes: &mut Vec<ParseNote>) -> Read<Understood> {
    if text.is_empty() {
        return Err(reasons::LIMIT_EMPTY);
    }
    if text.chars().all(|c| matches!(c, '/' | '-' | '—' | '–' | '_' | '\\')) {
        return Ok((LimitText::NoLimit, None));
    }
    let mut scan = Scan { rest: text, notes };
    for (words, banned) in [(&NOT_DETECTED[..], true), (&NOT_USED[..], false)] {
        if words.iter().any(|w| scan.eat(w)) {
            let unit = scan.unit();
            return finish(&mut scan, LimitRule::NotDetected { banned }, false, unit);
        }
    }
    if is_plan(text) {
        return plan(&mut scan);
    }
    if let Some((least, strict)) = operator(&mut scan) {
        let (value, unit) = amount(&mut scan)?;
        scan.skip_blank();
        // ≥18且≤33
        let joined = scan.rest.trim_start_matches(['且', ',', '，', ';', '并', '和', ' ']);
        let mut second = Scan { rest: joined, notes: &mut Vec::new() };
        if joined.len() < scan.rest.len()
            && let Some((other_least, other_strict)) = operator(&mut second)
        {
            let (other, other_unit) = amount(&mut second)?;
            let unit = same_unit(unit, other_unit)?;
            if least == other_least || strict || other_strict || !second.rest.trim().is_empty() {
                return Err(reasons::LIMIT_GARBLED);
            }
            return range(if least { value } else { other }, if least { other } else { value }, unit);
        }
        let rule = if least { LimitRule::Min { value } } else { LimitRule::Max { value } };
        if unit.is_some_and(units::is_count) && looks_like_a_lost_power(&value, text) {
            return Err(reasons::LOST_POWER);
        }
        return finish(&mut scan, rule, strict, unit);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Err(reasons::LIMIT_WORDS);
    }
    let (lo, lo_unit) = amount(&mut scan)?;
    scan.skip_blank();
    if ["~", "～", "-", "—", "–", "至", "到"].iter().any(|mark| scan.eat(mark)) {
        scan.skip_blank();
        let (hi, hi_unit) = amount(&mut scan)?;
        let unit = same_unit(lo_unit, hi_unit)?;
        if !scan.rest.trim().is_empty() {
            return Err(reasons::LIMIT_GARBLED);
        }
        return range(lo, hi, unit);
    }
    if scan.rest.is_empty() { Err(reasons::LIMIT_NO_OPERATOR) } else { Err(reasons::LIMIT_GARBLED) }
}

fn operator(scan: &mut Scan<'_, '_>) -> Option<(bool, bool)> {
    let hit = if AT_MOST.iter().any(|w| scan.eat(w)) {
        (false, false)
    } else if AT_LEAST.iter().any(|w| scan.eat(w)) {
        (true, false)
    } else if ["<", "小于", "低于"].iter().any(|w| scan.eat(w)) {
        (false, true)
    } else if [">", "大于", "高于"].iter().any(|w| scan.eat(w)) {
        (true, true)
    } else {
        return None;
    };
    scan.skip_blank();
    Some(hit)
}

fn amount(scan: &mut Scan<'_, '_>) -> Read<(Decimal, Option<&'static str>)> {
    let number = number(scan)?;
    let unit = scan.unit();
    Ok((number.value, unit))
}

/// A number of a limit; what is wrong with it is said as a fault of the limit.
fn number(scan: &mut Scan<'_, '_>) -> Read<Num> {
    let number = scan.number().map_err(|e| {
        if e == reasons::TRUNCATED {
            reasons::LIMIT_TRUNCATED
        } else if e == reasons::UNREADABLE || e == reasons::NEGATIVE {
            reasons::LIMIT_GARBLED
        } else {
            e
        }
    })?;
    if scan.rest.starts_with(|c: char| c.is_ascii_digit() || ".^±+×*{}".contains(c)) {
        return Err(reasons::LIMIT_GARBLED);
    }
    Ok(number)
}

fn same_unit(a: Option<&'static str>, b: Option<&'static str>) -> Read<Option<&'static str>> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => Err(reasons::UNIT_CONFLICT),
        _ => Ok(b.or(a)),
    }
}

fn range(lo: Decimal, hi: Decimal, unit: Option<&'static str>) -> Read<Understood> {
    if lo > hi {
        return Err(reasons::LIMIT_GARBLED);
    }
    Ok((LimitText::Rule { rule: LimitRule::Range { lo, hi }, strict: false }, unit))
}

/// Nothing may be left but a bracket that names the substance.
fn finish(scan: &mut Scan<'_, '_>, rule: LimitRule, strict: bool, unit: Option<&'static str>) -> Read<Understood> {
    let left = scan.rest.trim();
    let substance = left.strip_prefix("(以").and_then(|l| l.strip_suffix("计)")).is_some_and(|inside| !inside.contains(['(', ')', '干', '脂']));
    if left.is_empty() || substance {
        return Ok((LimitText::Rule { rule, strict }, unit));
    }
    Err(if unit.is_none() && left.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, 'μ' | '%')) {
        reasons::UNKNOWN_UNIT
    } else {
        reasons::LIMIT_WORDS
    })
}

/// A count written as 101 to 109 without an exponent: no plan of a standard has it, a power of ten that lost its
/// superscript looks like it.
fn looks_like_a_lost_power(value: &Decimal, text: &str) -> bool {
    *value > Decimal::ONE_HUNDRED && *value < Decimal::from(110) && value.fract().is_zero() && !text.contains(['^', '×', 'E', 'e'])
}

fn is_plan(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    ["n=", "n:", "N=", "N:"].iter().any(|key| compact.contains(key)) && compact.contains(['m', 'M'])
}

/// n=5,c=2,m=10^2CFU/g,M=10^3CFU/g in any order of marks and blanks.
fn plan(scan: &mut Scan<'_, '_>) -> Read<Understood> {
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
    if n == 0 || c >= n {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    if let Some(upper) = &mut upper {
        let lost = |v: &Num| !v.power && looks_like_a_lost_power(&v.value, "");
        match (lost(&m), lost(upper)) {
            // both are 10k: a plan with m=102 and M=103 does not exist, one with 10^2 and 10^3 does
            (true, true) => {
                for v in [&mut m, upper] {
                    let k = i32::try_from(v.value - Decimal::ONE_HUNDRED).map_err(|_| reasons::LIMIT_GARBLED)?;
                    v.value = units::shift(Decimal::ONE, k).ok_or(reasons::OUT_OF_RANGE)?;
                    scan.notes.push(ParseNote::LostSuperscript(format!("10^{k}")));
                }
            }
            (false, false) => {}
            _ => return Err(reasons::PLAN_CONTRADICTORY),
        }
        if upper.value <= m.value || (!m.value.is_zero() && upper.value > m.value * Decimal::from(WIDEST_PLAN)) {
            return Err(reasons::PLAN_CONTRADICTORY);
        }
    } else if c > 0 {
        // the two-class plans of the standards allow none above m
        return Err(reasons::LIMIT_TRUNCATED);
    } else if !m.value.is_zero() && looks_like_a_lost_power(&m.value, "") && !m.power {
        return Err(reasons::PLAN_CONTRADICTORY);
    }
    let rule = LimitRule::ThreeClass { n, c, m: m.value, upper: upper.map(|u| u.value) };
    Ok((LimitText::Rule { rule, strict: false }, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    fn rule(text: &str) -> (LimitRule, Option<String>) {
        let parsed = parse(text);
        match parsed.understood {
            LimitText::Rule { rule, .. } => (rule, parsed.unit),
            other => panic!("{text}: {other:?}"),
        }
    }
    fn person(text: &str) -> &'static str {
        match parse(text).understood {
            LimitText::NeedsPerson { reason } => reason.code,
            other => panic!("{text}: {other:?}"),
        }
    }
    #[test]
    fn maxima_minima_and_ranges() {
        for text in ["≤0.2mg/kg", "≤ 0.2 mg/kg", "＜＝０.２ｍｇ／ｋｇ", "≦0.2mg/Kg", "不大于0.2mg/kg", "不超过0.2 毫克/千克"] {
            assert_eq!(rule(text), (LimitRule::Max { value: d("0.2") }, Some("mg/kg".into())), "{text}");
        }
        assert_eq!(rule("≥9.62g/100ml"), (LimitRule::Min { value: d("9.62") }, Some("g/100mL".into())));
        assert_eq!(rule("≤10⁵CFU/g").0, LimitRule::Max { value: d("100000") });
        assert_eq!(rule("≤5mg/g(KOH)"), (LimitRule::Max { value: d("5") }, Some("mg/g".into())));
        for text in ["18~33mg/kg", "18～33 mg/kg", "18mg/kg-33mg/kg", "≥18且≤33mg/kg", "≥18mg/kg，≤33mg/kg"] {
            assert_eq!(rule(text), (LimitRule::Range { lo: d("18"), hi: d("33") }, Some("mg/kg".into())), "{text}");
        }
        assert!(matches!(parse("<200mg/kg").understood, LimitText::Rule { strict: true, .. }));
        assert_eq!(rule("不得检出μg/kg"), (LimitRule::NotDetected { banned: true }, Some("μg/kg".into())));
        assert_eq!(rule("不得检出/25g").1, Some("/25g".into()));
        assert_eq!(rule("不得使用").0, LimitRule::NotDetected { banned: false });
        assert_eq!(parse("/").understood, LimitText::NoLimit);
        assert_eq!(parse("——").understood, LimitText::NoLimit);
    }
    #[test]
    fn plans_in_every_spelling() {
        let three = |m: &str, upper: &str| LimitRule::ThreeClass { n: 5, c: 2, m: d(m), upper: Some(d(upper)) };
        for text in [
            "n=5,c=2,m=10²CFU/g,\nM=10³CFU/g",
            "n=5，c=2，m=10²CFU/g，M=10³CFU/g",
            "n=5;c=2;m=10<sup>2</sup>CFU/g;M=10<sup>3</sup>CFU/g",
            "n＝5 c＝2 m＝100CFU/g M＝1000CFU/g",
            "n=5, c=2, m=10^2, M=10^3 CFU/g",
            "n=5,c=2,m=1.0×10²，M=1.0×10³（单位：CFU/g）",
            "n=5,c=2,m=102CFU/g,M=103CFU/g",
        ] {
            assert_eq!(rule(text), (three("100", "1000"), Some("CFU/g".into())), "{text}");
        }
        assert_eq!(rule("n=5, c=2, m=10000, M=100000"), (three("10000", "100000"), None));
        assert_eq!(rule("n=5,c=2,m=25000,M=10⁵CFU/g").0, three("25000", "100000"));
        assert_eq!(rule("n=5,c=0,m=0/25g"), (LimitRule::ThreeClass { n: 5, c: 0, m: d("0"), upper: None }, Some("/25g".into())));
        assert_eq!(rule("n=5,c=0,m=不得检出/25g"), rule("n=5,c=0,m=0/25g"));
        assert_eq!(rule("n=5,c=2,m=100,M=1000(CFU/g)"), (three("100", "1000"), Some("CFU/g".into())));
        assert_eq!(parse("n=5,c=2,m=102CFU/g,M=103CFU/g").notes.len(), 2);
    }
    #[test]
    fn everything_else_is_for_a_person() {
        for (text, code) in [
            ("", "LIMIT-TEXT-EMPTY"),
            ("100", "LIMIT-TEXT-BARE"),
            ("3mg/kg", "LIMIT-TEXT-BARE"),
            ("7.5×10⁴CFU/g", "LIMIT-TEXT-BARE"),
            ("200≤mg/kg", "LIMIT-TEXT-GARBLED"),
            ("符合GB 29924规定要求", "LIMIT-TEXT-WORDS"),
            ("≥1000.0 µ/g", "UNIT-UNKNOWN"),
            ("≤10mg/kg（以脂肪计）", "LIMIT-TEXT-WORDS"),
            ("≤1.0×10", "LIMIT-TEXT-TRUNCATED"),
            ("≤103CFU/g", "VALUE-LOST-POWER"),
            ("n=5,c=2,m=10", "LIMIT-TEXT-TRUNCATED"),
            ("n=5，c=2，m=2.5×10", "LIMIT-TEXT-TRUNCATED"),
            ("n=5，c=2，m=10CFU/g，M=10", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=10,M=10⁵CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=10,M=102CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=5,m=10,M=100CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=10CFU/g,M=100CFU/mL", "UNIT-CONFLICT"),
            ("n=5,c=2,m=10,m=100", "LIMIT-TEXT-GARBLED"),
            ("33~18mg/kg", "LIMIT-TEXT-GARBLED"),
            ("未检出", "LIMIT-TEXT-WORDS"),
            ("≤0.2mg/kg或0.3mg/kg", "LIMIT-TEXT-WORDS"),
        ] {
            assert_eq!(person(text), code, "{text}");
        }
    }
}
