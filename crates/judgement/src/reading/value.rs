//! 检测结果 what a technician types, or a notice prints, read without guessing.
//!
//! The raw text is kept verbatim. What is understood is either certain, or repaired in a way that has only one reading and
//! is said in the notes, or it is [`Measured::NeedsPerson`] with the reason. A number is never taken out of a text whose
//! rest is not understood.

use shiyan_foundation::Decimal;

use super::measured::{Measured, ParseNote, Parsed, bases};
use super::scan::{Read, Scan};
use super::uniform::prepare;
use crate::amount::units;
use crate::reasons::{self, Reason};

/// Reads a result. `unit_hint` is the unit of the column, for texts that give none. A value on a basis of its own
/// (以脂肪计) is for a person, because nothing here says that the limit is on the same.
#[must_use]
pub fn parse(text: &str, unit_hint: Option<&str>) -> Parsed {
    let mut parsed = parse_on_any_basis(text, unit_hint);
    if parsed.needs_person().is_none() && bases(&parsed.notes).next().is_some() {
        parsed.understood = Measured::NeedsPerson { reason: Reason(reasons::BASIS) };
    }
    parsed
}

/// The same for a caller that compares the bases itself.
pub(crate) fn parse_on_any_basis(text: &str, unit_hint: Option<&str>) -> Parsed {
    let mut notes = Vec::new();
    let read = read(text, &mut notes);
    let (understood, own_unit) = match read {
        Ok(pair) => pair,
        Err(reason) => (Measured::NeedsPerson { reason: Reason(reason) }, None),
    };
    let mut parsed = Parsed { raw: text.to_owned(), understood, unit: own_unit.map(str::to_owned), notes };
    let hint = unit_hint.map(str::trim).filter(|h| !units::is_none(h));
    if let Some(hint) = hint
        && !matches!(parsed.understood, Measured::NeedsPerson { .. } | Measured::NotApplicable)
    {
        match (units::canonical(hint), parsed.unit.as_deref()) {
            (None, _) => parsed.understood = Measured::NeedsPerson { reason: Reason(reasons::UNKNOWN_UNIT) },
            (Some(hint), None) => {
                parsed.unit = Some(hint.to_owned());
                parsed.notes.push(ParseNote::UnitFromHint(hint.to_owned()));
            }
            // CFU/g in the text under a column CFU/g(mL) is no conflict
            (Some(hint), Some(own)) if own == hint || units::convert(Decimal::ONE, own, hint) == Ok(Decimal::ONE) => {}
            (Some(_), Some(_)) => parsed.understood = Measured::NeedsPerson { reason: Reason(reasons::UNIT_CONFLICT) },
        }
    }
    parsed
}

fn is_dash(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '/' | '-' | '—' | '–' | '－' | '−' | '\\' | '_'))
}

fn read(raw: &str, notes: &mut Vec<ParseNote>) -> Read<(Measured, Option<&'static str>)> {
    let text = prepare(raw, notes);
    if text.is_empty() {
        return Err(reasons::EMPTY);
    }
    if is_dash(&text) || ["n/a", "na", "不适用"].contains(&text.to_lowercase().as_str()) {
        return Ok((Measured::NotApplicable, None));
    }
    if !text.is_ascii() {
        match FIRST_AND_SECOND.iter().map(|w| text.matches(w).count()).sum::<usize>() {
            0 => {}
            1 if !text.contains([';', '；', ',', '，', '、', '\n']) => return Err(reasons::ONE_OF_TWO),
            _ => return Err(reasons::TWO_RESULTS),
        }
    }
    let text = without_label(without_numbers(text), notes);
    if thousands(&text) {
        return Err(reasons::THOUSANDS);
    }
    let mut scan = Scan { rest: &text, notes };
    let items = scan.items()?;
    let mut unit = None;
    for item in &items {
        match (unit, item.unit) {
            (Some(a), Some(b)) if a != b => return Err(reasons::UNIT_CONFLICT),
            (None, Some(b)) => unit = Some(b),
            _ => {}
        }
    }
    let mut values: Vec<Measured> = items.into_iter().map(|i| i.value).collect();
    match values.len() {
        0 => Err(reasons::UNREADABLE),
        1 => Ok((values.remove(0), unit)),
        2 if matches!(values.as_slice(), [Measured::Detected, Measured::Number { .. } | Measured::GreaterThan { .. }])
            && !unit.is_some_and(|u| matches!(u, "g" | "mL")) =>
        {
            Ok((values.remove(1), unit))
        }
        _ if common_factor(&values) => Err(reasons::COMMON_FACTOR),
        // "未检出，<0.01" is one result in two words, and which words mean what is for a person
        2 if values.iter().any(|v| matches!(v, Measured::NotDetected { .. })) && values.iter().any(|v| matches!(v, Measured::LessThan { .. })) => {
            Err(reasons::UNREADABLE)
        }
        _ => Ok((Measured::Several { values }, unit)),
    }
}

const FIRST_AND_SECOND: [&str; 9] = ["初检", "复检", "复测", "复验", "初次", "第一次", "第二次", "平行", "重复"];

/// `初检：0.35；复检：0.33` as its two results.
pub(crate) fn first_and_second(raw: &str) -> Option<[String; 2]> {
    if !raw.contains("初检") {
        return None;
    }
    let text = prepare(raw, &mut Vec::new());
    let (first, second) = text.strip_prefix("初检")?.split_once("复检")?;
    let bare = |part: &str| -> Option<String> {
        let part = part.trim().trim_start_matches(['结', '果', '值']).trim_start_matches([':', '为', ' ']);
        let part = part.trim_end_matches(|c: char| c.is_whitespace() || ";；,，、/".contains(c));
        (part.starts_with(|c: char| c.is_ascii_digit() || c == '.') && !FIRST_AND_SECOND.iter().any(|w| part.contains(w))).then(|| part.to_owned())
    };
    Some([bare(first)?, bare(second)?])
}

/// `实测值：0.35mg/kg`: a word that only names the value is taken off and noted.
fn without_label(text: String, notes: &mut Vec<ParseNote>) -> String {
    const LABELS: [&str; 7] = ["检验结果", "检测结果", "实测值", "检测值", "检出值", "测定值", "结果"];
    if text.starts_with(|c: char| c.is_ascii()) {
        return text;
    }
    let Some((label, rest)) = LABELS.iter().find_map(|l| text.strip_prefix(l).map(|rest| (*l, rest))) else { return text };
    let rest = rest.trim_start().trim_start_matches([':', '为']).trim_start();
    if !rest.starts_with(|c: char| c.is_ascii_digit() || "<>≤≥.".contains(c)) {
        return text;
    }
    notes.push(ParseNote::Label(label.to_owned()));
    rest.to_owned()
}

/// `1、1.2×10⁴；2、3.3×10⁴；3、…`: the numbers in front are taken off where every part has its own, in order and in one style.
/// A point needs a blank behind it, because `1.2×10⁴；2.3×10⁴` are values.
fn without_numbers(text: String) -> String {
    if !text.starts_with('1') {
        return text;
    }
    let parts = |marks: &[char]| -> Vec<String> { text.split(marks).map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect() };
    let mut parts = parts(&[';', '；', '\n']);
    if parts.len() < 3 {
        // 1、1.2×10⁴CFU/g 2、3.3×10⁴CFU/g
        parts = text.split(' ').map(str::to_owned).collect();
        if !parts.iter().all(|p| p.ends_with(|c: char| c.is_ascii_alphabetic() || c == ')')) {
            return text;
        }
    }
    if parts.len() < 3 {
        return text;
    }
    for mark in ["、", ". ", ")", ":"] {
        let bare: Option<Vec<&str>> = parts
            .iter()
            .zip(1_usize..)
            .map(|(part, n)| {
                let rest = part.strip_prefix(&n.to_string())?.strip_prefix(mark)?.trim_start();
                (rest.starts_with(|c: char| c.is_ascii_digit() || "<>未检阴阳".contains(c)) && !rest.contains(['、', ','])).then_some(rest)
            })
            .collect();
        if let Some(bare) = bare {
            return bare.join(";");
        }
    }
    text
}

/// `3、5、4、6、2×10⁴`: the last value (or the first) alone has a power and the others are plain numbers below it, or digits
/// stand beside powers. The power may be meant for all of them. `<10` is the foot of a plate and no mantissa.
fn common_factor(values: &[Measured]) -> bool {
    let power = |v: &Measured| matches!(v, Measured::Number { text, .. } if text.contains('^'));
    let powers = values.iter().filter(|v| power(v)).count();
    if powers == 0 {
        return false;
    }
    let (mut any, mut digit, mut tens, mut foot) = (false, false, true, false);
    for one in values.iter().filter(|v| !power(v)) {
        match one {
            Measured::Number { value, .. } if *value >= Decimal::ONE_THOUSAND => return false,
            Measured::Number { value, .. } => {
                any |= !value.is_zero();
                digit |= !value.is_zero() && *value < Decimal::TEN;
                tens &= (*value % Decimal::TEN).is_zero();
            }
            Measured::LessThan { value, .. } => foot |= *value >= Decimal::TEN,
            _ => {}
        }
    }
    let alone = powers == 1 && any && (values.last().is_some_and(power) || (values.first().is_some_and(power) && !tens));
    !foot && (alone || digit)
}

/// `1,234`, `0,05` and `1,234,567`: a comma that may be a thousands mark or a decimal point. Four or more parts are values
/// of a plan, such as `110,120,130,140,150`.
fn thousands(text: &str) -> bool {
    text.split(['\n', ';', '；', '、']).any(|chunk| {
        let parts: Vec<String> = chunk.split(',').map(|p| p.chars().filter(|c| !c.is_whitespace() && !"<>≤≥".contains(*c)).collect()).collect();
        let whole = |p: &String| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
        let lead = |p: &String| p.bytes().take_while(u8::is_ascii_digit).count();
        match parts.as_slice() {
            [a, b] => whole(a) && lead(b) > 0,
            [a, b, c] => whole(a) && a.len() <= 3 && whole(b) && b.len() == 3 && lead(c) == 3,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_statute::DetectionKind;
    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    fn number(text: &str) -> (Decimal, Option<String>) {
        let parsed = parse(text, None);
        match parsed.understood {
            Measured::Number { value, .. } => (value, parsed.unit),
            other => panic!("{text:?}: {other:?}"),
        }
    }
    fn several(text: &str) -> (Vec<Measured>, Option<String>) {
        let parsed = parse(text, None);
        match parsed.understood {
            Measured::Several { values } => (values, parsed.unit),
            other => panic!("{text:?}: {other:?}"),
        }
    }
    fn person(text: &str) -> &'static str {
        let parsed = parse(text, None);
        parsed.needs_person().unwrap_or_else(|| panic!("{text:?}: {parsed:?}")).0.code
    }
    #[test]
    fn plain_numbers_as_input_methods_leave_them() {
        for text in ["0.012", "０．０１２", "0。012", " 0.012 ", "0.012。", "\u{feff}0.012", ".012"] {
            assert_eq!(number(text).0, d("0.012"), "{text:?}");
        }
        assert_eq!(number("1.48 mg/kg"), (d("1.48"), Some("mg/kg".into())));
        assert_eq!(number("18.2µg/kg"), number("18.2μg/kg"));
        assert_eq!(number("18.2ｕｇ／ＫＧ").1.as_deref(), Some("μg/kg"));
        assert_eq!(number("3.1mg/g（KOH）"), (d("3.1"), Some("mg/g".into())));
        assert_eq!(number("0.5（mg/kg）"), (d("0.5"), Some("mg/kg".into())));
        assert_eq!(number("检出，0.05mg/kg".replace('，', ":").as_str()).0, d("0.05"));
        for (text, digits) in [("0.0120", 3), ("12", 2), ("1.20×10^3", 3), ("0", 1), ("100", 3), ("0.00", 1)] {
            assert!(matches!(parse(text, None).understood, Measured::Number { sig_digits, .. } if sig_digits == digits), "{text}");
        }
    }
    #[test]
    fn exponents_in_every_spelling() {
        for text in [
            "2.5×10⁶",
            "2.5×10^6",
            "2.5*10^6",
            "2.5x10^6",
            "2.5X10^6",
            "2.5 × 10 ^6",
            "2.5×10^(6)",
            "2.5×10^{6}",
            "2.5·10^6",
            "2.5E6",
            "2.5e6",
            "2.5E+06",
            "2.5*10E6",
            "2.5×10<sup>6</sup>",
            "2.5×10<SUP>6</SUP>",
            "２．５×１０⁶",
            "2.5×106",
        ] {
            assert_eq!(number(text).0, d("2500000"), "{text:?}");
        }
        for text in ["2.5e-3", "2.5E-3", "2.5×10^-3", "2.5x10^-3", "2.5×10⁻³", "2.5×10<sup>-3</sup>", "2.5×10-3", "2.5×10^(-3)"] {
            assert_eq!(number(text).0, d("0.0025"), "{text:?}");
        }
        assert_eq!(number("10⁴CFU/g"), (d("10000"), Some("CFU/g".into())));
        assert_eq!(number("5.8×103CFU/g").0, d("5800"));
        assert_eq!(parse("5.8×103CFU/g", None).notes, [ParseNote::LostSuperscript("5.8×10^3".into())]);
        assert_eq!(parse("2.5*10E6", None).notes, [ParseNote::TenE("2.5×10^6".into())]);
    }
    #[test]
    fn bounds_and_what_was_not_found() {
        for text in ["<0.01", "＜0.01", "《0.01", "lt0.01", "LT 0.01", "&lt;0.01", "小于0.01", "﹤0.01"] {
            assert_eq!(parse(text, None).understood, Measured::LessThan { value: d("0.01"), inclusive: false }, "{text:?}");
        }
        assert_eq!(parse("≤0.01", None).understood, Measured::LessThan { value: d("0.01"), inclusive: true });
        assert_eq!(parse("＞3mg/kg", None).understood, Measured::GreaterThan { value: d("3"), inclusive: false });
        for text in ["ND", "nd", "N.D.", "未检出", "wjc", "WJC", "未检出/25g"] {
            assert!(matches!(parse(text, None).understood, Measured::NotDetected { limit: None, .. }), "{text:?}");
        }
        for text in ["未检出(<0.01)", "未检出（＜0.01）", "未检出<0.01", "未检出（<0.01mg/kg）", "ND(<0.01)", "<0.01(未检出)"] {
            assert!(matches!(parse(text, None).understood, Measured::NotDetected { limit: Some(l), .. } if l == d("0.01")), "{text:?}");
        }
        for text in [
            "未检出（检出限：0.01mg/kg）",
            "未检出(检出限0.01mg/kg)",
            "未检出，检出限0.01mg/kg",
            "未检出(LOD=0.01mg/kg)",
            "未检出(<检出限0.01mg/kg)",
            "未检出(方法检出限为0.01 mg/kg)",
        ] {
            let parsed = parse(text, None);
            assert_eq!(parsed.understood, Measured::NotDetected { limit: Some(d("0.01")), method_limit: Some(DetectionKind::Lod) }, "{text:?}");
            assert_eq!(parsed.unit.as_deref(), Some("mg/kg"), "{text:?}");
        }
        assert_eq!(
            parse("未检出(定量限:1.0μg/kg)", Some("μg/kg")).understood,
            Measured::NotDetected { limit: Some(d("1.0")), method_limit: Some(DetectionKind::Loq) }
        );
        assert_eq!(parse("<LOQ", None).understood, Measured::NotDetected { limit: None, method_limit: Some(DetectionKind::Loq) });
        for text in ["<LOQ", "<检出限", "‹检出限"] {
            let read = parse(text, Some("mg/kg"));
            assert_eq!(parse(&read.canonical(), Some("mg/kg")).understood, read.understood, "{text:?}");
        }
    }
    #[test]
    fn words() {
        for (text, expected) in [
            ("阴性", Measured::Negative),
            ("yin", Measured::Negative),
            ("neg", Measured::Negative),
            ("阳性", Measured::Positive),
            ("yang", Measured::Positive),
            ("弱阳性", Measured::WeakPositive),
            ("检出", Measured::Detected),
            ("检出/25g", Measured::Detected),
            ("/", Measured::NotApplicable),
            ("—", Measured::NotApplicable),
        ] {
            assert_eq!(parse(text, None).understood, expected, "{text:?}");
        }
    }
    #[test]
    fn five_values_in_every_spelling() {
        let expected = ["41000", "86000", "41000", "69000", "76000"].map(d);
        for text in [
            "4.1×10⁴，8.6×10⁴，4.1×10⁴，6.9×10⁴，7.6×10⁴CFU/g",
            "4.1×10⁴/8.6×10⁴/4.1×10⁴/6.9×10⁴/7.6×10⁴CFU/g",
            "4.1×10⁴CFU/g；8.6×10⁴CFU/g；4.1×10⁴CFU/g；6.9×10⁴CFU/g；7.6×10⁴CFU/g；",
            "4.1×10⁴CFU/g\n8.6×10⁴CFU/g\r\n4.1×10⁴CFU/g\n6.9×10⁴CFU/g\n7.6×10⁴CFU/g",
            "4.1×10⁴CFU/g；\n8.6×10⁴CFU/g；\n4.1×10⁴CFU/g；\n6.9×10⁴CFU/g；\n7.6×10⁴CFU/g",
            "4.1×104、8.6×104、4.1×104、6.9×104、7.6×104 CFU/g",
            "①4.1×10<sup>4</sup>CFU/g;②8.6×10<sup>4</sup>CFU/g;③4.1×10<sup>4</sup>CFU/g;④6.9×10<sup>4</sup>CFU/g;⑤7.6×10<sup>4</sup>CFU/g",
            "①4.1×10⁴CFU/g②8.6×10⁴CFU/g③4.1×10⁴CFU/g④6.9×10⁴CFU/g⑤7.6×10⁴CFU/g",
            "n1=4.1×10^4,n2=8.6×10^4,n3=4.1×10^4,n4=6.9×10^4,n5=7.6×10^4（CFU/g）",
            "n₁：41000；n₂：86000；n₃：41000；n₄：69000；n₅：76000；结果均大于m（单位：CFU/g）",
            "1#:4.1E4 CFU/g;2#:8.6E4 CFU/g;3#:4.1E4 CFU/g;4#:6.9E4 CFU/g;5#:7.6E4 CFU/g",
            "(1)4.1×10⁴;(2)8.6×10⁴;(3)4.1×10⁴;(4)6.9×10⁴;(5)7.6×10⁴CFU/g",
            "4.1×10⁴CFU/g<br>8.6×10⁴CFU/g<br/>4.1×10⁴CFU/g<br />6.9×10⁴CFU/g<br>7.6×10⁴CFU/g",
            "4.1×10⁴\n8.6×10⁴\n4.1×10⁴\n6.9×10⁴\n7.6×10⁴\nCFU/g",
            "4.1×10⁴CFU/g 8.6×10⁴CFU/g 4.1×10⁴CFU/g 6.9×10⁴CFU/g 7.6×10⁴CFU/g",
        ] {
            let (values, unit) = several(text);
            let numbers: Vec<Decimal> = values.iter().filter_map(|v| if let Measured::Number { value, .. } = v { Some(*value) } else { None }).collect();
            assert_eq!((numbers.as_slice(), unit.as_deref()), (&expected[..], Some("CFU/g")), "{text:?}");
        }
        assert_eq!(several("10,20,<10,30,10").0.len(), 5);
        assert_eq!(several("55,70,110,50,10CFU/g").0.len(), 5);
        assert_eq!(several("110,120,130,140,150CFU/g").0.len(), 5);
        let (found, unit) = several("检出/25g；检出/25g；未检出/25g；未检出/25g；检出/25g");
        assert_eq!((found.iter().filter(|v| **v == Measured::Detected).count(), unit.as_deref()), (3, Some("/25g")));
        assert_eq!(several("未检出,未检出,未检出,未检出,未检出").0, vec![Measured::NotDetected { limit: None, method_limit: None }; 5]);
    }
    #[test]
    fn never_a_guess() {
        for (text, code) in [
            ("", "VALUE-EMPTY"),
            ("  ", "VALUE-EMPTY"),
            ("1,234", "VALUE-THOUSANDS"),
            ("1，234", "VALUE-THOUSANDS"),
            ("1,234.5mg/kg", "VALUE-THOUSANDS"),
            ("0,05", "VALUE-THOUSANDS"),
            ("<1,000", "VALUE-THOUSANDS"),
            ("1,234,567", "VALUE-THOUSANDS"),
            ("1,200；1,300；1,500；1,100；1,000", "VALUE-THOUSANDS"),
            ("4.4×10", "VALUE-TRUNCATED"),
            ("①1.2×10", "VALUE-TRUNCATED"),
            ("5.8×10^", "VALUE-TRUNCATED"),
            ("58×103", "VALUE-POWER"),
            ("10E4CFU/g", "VALUE-TEN-E"),
            ("10.0e+04", "VALUE-TEN-E"),
            ("036g/100g", "VALUE-LEADING-ZERO"),
            ("3,5,4,6,2×10^4", "VALUE-COMMON-FACTOR"),
            ("0.18mg/kg(以湿重计)", "UNIT-BASIS"),
            ("复检结果：0.35mg/kg", "VALUE-ONE-OF-TWO"),
            ("检出/5", "VALUE-UNREADABLE"),
            ("1.2×10⁴ 3", "VALUE-UNREADABLE"),
            ("5.8×1000", "VALUE-POWER"),
            ("5.8×100", "VALUE-POWER"),
            ("5.8×1012", "VALUE-POWER"),
            ("1.7×10<sup>4</sup>4CFU/g", "VALUE-STRAY"),
            ("1.7×10⁴4CFU/g", "VALUE-STRAY"),
            ("1.7×10^44CFU/g", "VALUE-RANGE"),
            ("初检结果：2.9mg/kg；复检结果：2.7mg/kg", "VALUE-TWO-RESULTS"),
            ("624.3µ/g", "UNIT-UNKNOWN"),
            ("12ppm", "UNIT-UNKNOWN"),
            ("0.5mg/kgx", "UNIT-UNKNOWN"),
            ("10CFU/g;20CFU/mL", "UNIT-CONFLICT"),
            ("未检出(检出限:0.01mg/kg)/25g", "VALUE-UNREADABLE"),
            ("-0.5", "VALUE-NEGATIVE"),
            ("0.05±0.01", "VALUE-UNREADABLE"),
            ("0.05-0.08", "VALUE-UNREADABLE"),
            ("1.2×10⁵～3.4×10⁵CFU/g", "VALUE-UNREADABLE"),
            ("0.0.5", "VALUE-UNREADABLE"),
            ("约0.05", "VALUE-UNREADABLE"),
            ("10 20", "VALUE-UNREADABLE"),
            ("0·012", "VALUE-UNREADABLE"),
            ("5mg/kg不合格", "VALUE-UNREADABLE"),
            ("标签中未标注成分", "VALUE-UNREADABLE"),
            ("合格", "VALUE-UNREADABLE"),
            ("不得检出", "VALUE-UNREADABLE"),
            ("均未检出", "VALUE-UNREADABLE"),
            ("未检出，<0.01", "VALUE-UNREADABLE"),
            ("①10;③20;④30;⑤10;⑥10", "VALUE-UNREADABLE"),
            ("10,20,30,40,50结果无效", "VALUE-UNREADABLE"),
            ("12345678901234567890123", "VALUE-RANGE"),
            ("0.0000000000000000000001", "VALUE-RANGE"),
        ] {
            assert_eq!(person(text), code, "{text:?}");
        }
    }
    #[test]
    fn the_unit_of_the_column() {
        assert_eq!(parse("0.5", Some("mg/kg")).unit.as_deref(), Some("mg/kg"));
        assert_eq!(parse("0.5mg/kg", Some("mg/kg")).notes, []);
        assert_eq!(parse("0.5μg/kg", Some("mg/kg")).needs_person().map(|r| r.0.code), Some("UNIT-CONFLICT"));
        assert_eq!(parse("10CFU/g", Some("CFU/g(mL)")).unit.as_deref(), Some("CFU/g"));
        assert_eq!(parse("0.5", Some("斤")).needs_person().map(|r| r.0.code), Some("UNIT-UNKNOWN"));
        assert_eq!(parse("0.5", Some("/")).unit, None);
    }
    #[test]
    fn keeps_the_raw_text_and_survives_storage() {
        for text in ["<sup>", "1.7×10<sup>4</sup>4CFU/g", "4.1×10⁴，8.6×10⁴", "未检出(定量限:1.0μg/kg)", "１,２３４"] {
            let parsed = parse(text, None);
            assert_eq!(parsed.raw, text);
            let json = serde_json::to_string(&parsed).expect("serialises");
            assert_eq!(serde_json::from_str::<Parsed>(&json).expect("reads back"), parsed);
        }
    }
}
