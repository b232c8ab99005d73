//! 限量文本 what a plan, a notice or a report prints as the limit.
//!
//! A bare number has no direction and goes to a person; so do requirements in words and garbled or cut-off texts.

use shiyan_statute::{DetectionKind, LimitRule};

use super::claimed::of_claim;
use super::lost::lost_power;
use super::parts::{AT_LEAST, AT_MOST, LimitText, More, NOT_DETECTED, ParsedLimit, Read, Understood, amount, number, operator, range, range_around, same_unit};
use super::plan::{is_plan, plan};
use crate::amount::{Amount, units};
use crate::reading::ParseNote;
use crate::reading::measured::bases;
use crate::reading::scan::{Num, Scan};
use crate::reading::uniform::prepare;
use crate::reasons::{self, Reason};

const NOT_USED: [&str; 6] = ["不得使用", "不得添加", "不可使用", "不应使用", "不允许使用", "不得用于"];

/// Words in front that only say that a limit follows.
const INTRODUCTIONS: [&str; 9] = ["最大残留限量", "最高残留限量", "最大允许限", "最大使用量", "标准指标", "标准值", "限量值", "限量", "MRL"];

/// Reads a limit. One on a basis of its own (以脂肪计), beside a limit of the method or as a share of a claim is for a person,
/// because nothing here holds those against the result.
#[must_use]
pub fn parse(text: &str) -> ParsedLimit {
    let Reading { mut parsed, method, .. } = read_beside(text, None);
    if matches!(parsed.understood, LimitText::Rule { .. }) {
        let reason = if bases(&parsed.notes).next().is_some() {
            Some(reasons::BASIS)
        } else if method.is_some() {
            Some(reasons::LIMIT_REST)
        } else {
            None
        };
        if let Some(reason) = reason {
            parsed.understood = LimitText::NeedsPerson { reason: Reason(reason) };
        }
    }
    parsed
}

/// A limit with what only the judge of texts can use.
pub(crate) struct Reading {
    /// The limit; its notes may hold a basis.
    pub parsed: ParsedLimit,
    /// `不得检出(检出限0.3μg/kg)`
    pub method: Option<(DetectionKind, Amount)>,
    /// A number of it was written with a power of ten.
    pub power: bool,
    /// It is a share of the label claim, or lies around it.
    pub of_claim: bool,
}

/// Reads a limit beside the label claim that it may be a share of.
pub(crate) fn read_beside(text: &str, claim: Option<&str>) -> Reading {
    let mut notes = Vec::new();
    let mut more = More { claim, ..More::default() };
    let prepared = prepare(text, &mut notes);
    let (understood, unit) = match read(&plain(&prepared), &mut notes, &mut more) {
        Ok((understood, unit)) => (understood, unit.map(str::to_owned)),
        Err(reason) => (LimitText::NeedsPerson { reason: Reason(reason) }, None),
    };
    let parsed = ParsedLimit { raw: text.to_owned(), understood, unit, notes };
    Reading { parsed, method: more.method, power: more.power, of_claim: more.of_claim }
}

/// One line, and blanks between the characters of a word taken out (`不 得 检 出`).
fn plain(prepared: &str) -> String {
    if !prepared.contains([' ', '\n']) {
        return prepared.to_owned();
    }
    let han = |c: Option<char>| c.is_some_and(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let chars: Vec<char> = prepared.chars().collect();
    let mut out = String::with_capacity(prepared.len());
    for (at, c) in chars.iter().enumerate() {
        if !c.is_whitespace() {
            out.push(*c);
            continue;
        }
        let next = chars[at..].iter().copied().find(|c| !c.is_whitespace());
        if !(han(out.chars().next_back()) && han(next)) {
            out.push(' ');
        }
    }
    out
}

fn read(text: &str, notes: &mut Vec<ParseNote>, more: &mut More<'_>) -> Read<Understood> {
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
            more.method = method_limit(&mut scan, unit)?;
            return finish(&mut scan, LimitRule::NotDetected { banned }, false, unit);
        }
    }
    // (n=5,c=2,m=…,M=…)
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).filter(|inside| is_plan(inside) && inside.starts_with(['n', 'N'])).unwrap_or(text);
    if is_plan(text) {
        scan.rest = text;
        return plan(&mut scan);
    }
    let introduced = INTRODUCTIONS.iter().find(|w| scan.eat(w)).copied();
    if introduced.is_some() {
        scan.rest = scan.rest.trim_start_matches([':', '为', ' ']);
    }
    for word in ["应当", "应为", "应", "须"] {
        if scan.eat(word) {
            scan.skip_blank();
            break;
        }
    }
    if let Some(found) = of_claim(&mut scan, more)? {
        return Ok(found);
    }
    if let Some((least, strict)) = operator(&mut scan) {
        return bound(&mut scan, least, strict, more);
    }
    let text = scan.rest;
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '(') {
        let numeric = text.contains(|c: char| c.is_ascii_digit()) && AT_MOST.iter().chain(&AT_LEAST).any(|w| text.contains(w));
        return Err(if numeric { reasons::LIMIT_REST } else { reasons::LIMIT_WORDS });
    }
    if let Some(found) = around(&mut scan)? {
        return Ok(found);
    }
    let (lo, lo_unit) = amount(&mut scan, more)?;
    scan.skip_blank();
    if ["~", "～", "-", "—", "–", "至", "到"].iter().any(|mark| scan.eat(mark)) {
        scan.skip_blank();
        let (hi, hi_unit) = amount(&mut scan, more)?;
        let unit = same_unit(lo_unit, hi_unit)?;
        let left = scan.rest.trim();
        if !left.is_empty() && left != "(无量纲)" {
            return Err(reasons::LIMIT_REST);
        }
        return range(lo, hi, unit);
    }
    if scan.rest.is_empty() { Err(reasons::LIMIT_NO_OPERATOR) } else { Err(reasons::LIMIT_GARBLED) }
}

/// What follows ≤ or ≥.
fn bound(scan: &mut Scan<'_, '_>, least: bool, strict: bool, more: &mut More<'_>) -> Read<Understood> {
    let (value, unit) = amount(scan, more)?;
    scan.skip_blank();
    // ≥18且≤33
    let joined = scan.rest.trim_start_matches(['且', ',', '，', ';', '并', '和', ' ']);
    let mut second = Scan { rest: joined, notes: &mut Vec::new() };
    if joined.len() < scan.rest.len()
        && let Some((other_least, other_strict)) = operator(&mut second)
    {
        let (other, other_unit) = amount(&mut second, more)?;
        let unit = same_unit(unit, other_unit)?;
        if least == other_least || strict || other_strict || !second.rest.trim().is_empty() {
            return Err(reasons::LIMIT_GARBLED);
        }
        return range(if least { value } else { other }, if least { other } else { value }, unit);
    }
    let rule = if least { LimitRule::Min { value } } else { LimitRule::Max { value } };
    if unit.is_some_and(units::is_count) && !more.power && lost_power(&rule, unit) {
        return Err(reasons::LIMIT_POWER);
    }
    finish(scan, rule, strict, unit)
}

/// `(检出限0.3μg/kg)` or `(<1.0μg/kg)` behind 不得检出.
fn method_limit(scan: &mut Scan<'_, '_>, unit: Option<&'static str>) -> Read<Option<(DetectionKind, Amount)>> {
    let mut inside = Scan { rest: scan.rest.trim_start().strip_prefix('(').unwrap_or_default().trim_start(), notes: &mut Vec::new() };
    let kind = if ["方法检出限", "检出限", "检测限", "LOD"].iter().any(|w| inside.eat(w)) {
        DetectionKind::Lod
    } else if ["方法定量限", "定量限", "LOQ"].iter().any(|w| inside.eat(w)) {
        DetectionKind::Loq
    } else if inside.rest.starts_with(['<', '≤']) {
        DetectionKind::Lod
    } else {
        return Ok(None);
    };
    inside.rest = inside.rest.trim_start_matches([':', '=', '为', ' ', '<', '≤']);
    let number = number(&mut inside)?;
    let own = same_unit(unit, inside.unit())?;
    let Some(rest) = inside.rest.trim_start().strip_prefix(')') else { return Err(reasons::LIMIT_REST) };
    scan.rest = rest;
    Ok(Some((kind, Amount { value: number.value, unit: own.map(str::to_owned) })))
}

/// `42±1.0%vol`, `42%vol±1.0%vol`, `(42±1.0)%vol`. A per cent around a per cent may be a share of it, so that is for a person.
fn around(scan: &mut Scan<'_, '_>) -> Read<Option<Understood>> {
    if !scan.rest.contains('±') {
        return Ok(None);
    }
    let bracket = scan.eat("(");
    scan.skip_blank();
    let middle = number_before(scan, "±")?;
    let own = scan.unit();
    scan.skip_blank();
    if !scan.eat("±") {
        return Err(reasons::LIMIT_GARBLED);
    }
    scan.skip_blank();
    let room = number(scan)?;
    let inner = scan.unit();
    if bracket && !scan.eat(")") {
        return Err(reasons::LIMIT_GARBLED);
    }
    let outer = if bracket { scan.unit() } else { None };
    let unit = same_unit(same_unit(own, inner)?, outer)?;
    if unit.is_some_and(|u| u.starts_with(['%', '‰']) && u != "%vol") && !bracket || unit.is_none() && scan.rest.starts_with(['%', '‰']) {
        return Err(reasons::LIMIT_REST);
    }
    if !scan.rest.trim().is_empty() {
        return Err(reasons::LIMIT_REST);
    }
    range_around(middle.value, room.value, unit).map(Some)
}

/// A number that a ± may follow.
fn number_before(scan: &mut Scan<'_, '_>, mark: &str) -> Read<Num> {
    let found = scan.number().map_err(|_| reasons::LIMIT_GARBLED)?;
    let next = scan.rest.trim_start();
    if next.starts_with(mark) || !next.starts_with(|c: char| c.is_ascii_digit() || ".^+×*{}".contains(c)) { Ok(found) } else { Err(reasons::LIMIT_GARBLED) }
}

/// Nothing may be left but a bracket that names the standard.
fn finish(scan: &mut Scan<'_, '_>, rule: LimitRule, strict: bool, unit: Option<&'static str>) -> Read<Understood> {
    let left = scan.rest.trim();
    if left.is_empty() {
        return Ok((LimitText::Rule { rule, strict }, unit));
    }
    if let Some(inside) = left.strip_prefix('(').and_then(|l| l.strip_suffix(')'))
        && is_a_source(inside.trim())
    {
        scan.notes.push(ParseNote::Comment(inside.trim().to_owned()));
        return Ok((LimitText::Rule { rule, strict }, unit));
    }
    let unknown = unit.is_none() && left.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, 'μ' | '%'));
    Err(if unknown { reasons::UNKNOWN_UNIT } else { reasons::LIMIT_REST })
}

/// `GB 2763-2021`, `GB/T 5009.3`, `农业农村部公告第250号`: where the limit is printed.
fn is_a_source(text: &str) -> bool {
    let notice = ["农业农村部公告第", "农业部公告第"].iter().find_map(|p| text.strip_prefix(p)).and_then(|t| t.trim().strip_suffix('号'));
    if let Some(number) = notice {
        return !number.is_empty() && number.trim().bytes().all(|b| b.is_ascii_digit());
    }
    let Some(number) = text.strip_prefix("GB").map(|t| t.strip_prefix("/T").unwrap_or(t).trim()) else { return false };
    let (number, year) = number.split_once('-').unwrap_or((number, "2000"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    digits(year) && year.len() == 4 && number.split('.').all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::Decimal;
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
        for text in [
            "≤0.2mg/kg",
            "≤ 0.2 mg/kg",
            "＜＝０.２ｍｇ／ｋｇ",
            "≦0.2mg/Kg",
            "不大于0.2mg/kg",
            "不超过0.2 毫克/千克",
            "应≤0.2mg/kg",
            "应不大于0.2mg/kg",
            "不得大于0.2mg/kg",
            "不得高于0.2mg/kg",
            "不应超过0.2mg/kg",
            "最大残留限量≤0.2mg/kg",
            "限量：≤0.2mg/kg",
            "=<0.2mg/kg",
            "≤\n0.2mg/kg",
            "≤0.2mg\n/kg",
            "&#8804;0.2mg/kg",
            "&#x2264;0.2mg/kg",
            "≤0.2mg/kg（GB 2763-2021）",
            "≤0.2mg·kg⁻¹",
            "≤0.2mg·kg-1",
        ] {
            assert_eq!(rule(text), (LimitRule::Max { value: d("0.2") }, Some("mg/kg".into())), "{text}");
        }
        for text in ["42±1.0%vol", "42%vol±1.0%vol", "(42±1.0)%vol", "42%vol±1.0"] {
            assert_eq!(rule(text), (LimitRule::Range { lo: d("41.0"), hi: d("43.0") }, Some("%vol".into())), "{text}");
        }
        assert_eq!(rule("≤5mg/g (KOH)"), rule("≤5(KOH)mg/g"));
        assert_eq!(rule("不 得 检 出").0, LimitRule::NotDetected { banned: true });
        assert_eq!(rule("≥1000000CFU/g").0, LimitRule::Min { value: d("1000000") });
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
            "n=5,c=2,m=100,M=103CFU/g",
            "n=5,c=2,m=10²,M=103CFU/g",
            "(n=5,c=2,m=10²CFU/g,M=10³CFU/g)",
        ] {
            assert_eq!(rule(text), (three("100", "1000"), Some("CFU/g".into())), "{text}");
        }
        assert_eq!(rule("n=5, c=2, m=10000, M=100000"), (three("10000", "100000"), None));
        assert_eq!(rule("n=5,c=2,m=25000,M=10⁵CFU/g").0, three("25000", "100000"));
        assert_eq!(rule("n=5,c=0,m=0/25g"), (LimitRule::ThreeClass { n: 5, c: 0, m: d("0"), upper: None }, Some("/25g".into())));
        assert_eq!(rule("n=5,c=2,m=10,M=102CFU/g").0, three("10", "100"));
        assert_eq!(rule("n=5,c=2,m=2.5×104,M=105CFU/g").0, three("25000", "100000"));
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
            ("≤10mg/kg（以脂肪计）", "UNIT-BASIS"),
            ("≤1.0×10", "LIMIT-TEXT-TRUNCATED"),
            ("≤103CFU/g", "LIMIT-TEXT-POWER"),
            ("n=5,c=2,m=10", "LIMIT-TEXT-TRUNCATED"),
            ("n=5，c=2，m=2.5×10", "LIMIT-TEXT-TRUNCATED"),
            ("n=5，c=2，m=10CFU/g，M=10", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=10,M=10⁵CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=10,M=103CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=1104,M=105CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=1.0×10-4,M=1.0×10-3CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=10E4,M=10E5CFU/g", "VALUE-TEN-E"),
            ("≤10E4CFU/g", "VALUE-TEN-E"),
            ("≥106CFU/mL", "LIMIT-TEXT-POWER"),
            ("≥1106CFU/mL", "LIMIT-TEXT-POWER"),
            ("≥10CFU/g", "LIMIT-TEXT-POWER"),
            ("≤2.1103CFU/g", "LIMIT-TEXT-POWER"),
            ("≤002mg/kg", "VALUE-LEADING-ZERO"),
            ("≤0.6g/L(以100%酒精度计)", "UNIT-BASIS"),
            ("≤0.2mg/kg(鲜重)", "LIMIT-TEXT-REST"),
            ("按GB 2763 ≤0.2mg/kg", "LIMIT-TEXT-REST"),
            ("≥80%标示值", "LIMIT-TEXT-CLAIM"),
            ("标示值±1.0%vol", "LIMIT-TEXT-CLAIM"),
            ("10%±0.3%", "LIMIT-TEXT-REST"),
            ("25±30%mg/kg", "LIMIT-TEXT-REST"),
            ("不得检出(检出限0.3μg/kg)", "LIMIT-TEXT-REST"),
            ("n=5,c=5,m=10,M=100CFU/g", "LIMIT-TEXT-PLAN"),
            ("n=5,c=2,m=10CFU/g,M=100CFU/mL", "UNIT-CONFLICT"),
            ("n=5,c=2,m=10,m=100", "LIMIT-TEXT-GARBLED"),
            ("33~18mg/kg", "LIMIT-TEXT-GARBLED"),
            ("未检出", "LIMIT-TEXT-WORDS"),
            ("≤0.2mg/kg或0.3mg/kg", "LIMIT-TEXT-REST"),
        ] {
            assert_eq!(person(text), code, "{text}");
        }
    }
}
