//! 单位 the exact table of units. Two units convert only inside one dimension, by a power of ten; everything else is refused.
//! 质量/质量 and 质量/体积 never convert (that takes a density), CFU/g and CFU/mL stay apart, % is g/100g only where a
//! standard says so (the readings of a text know where). μg RE (retinol equivalents of vitamin A) is μg.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use shiyan_foundation::{CodeInfo, Decimal, text::fold};

use crate::reasons;

/// One unit: canonical spelling, dimension, power of ten to the base of the dimension, further spellings (lower case).
struct Unit {
    name: &'static str,
    dimension: &'static str,
    power: i32,
    spellings: &'static [&'static str],
}

const fn unit(name: &'static str, dimension: &'static str, power: i32, spellings: &'static [&'static str]) -> Unit {
    Unit { name, dimension, power, spellings }
}

/// Base of "mass/mass" is mg/kg, of "mass/volume" mg/L.
const UNITS: &[Unit] = &[
    unit("mg/kg", "mass/mass", 0, &["毫克/千克", "毫克/公斤", "mg·kg-1", "mg.kg-1"]),
    unit("μg/kg", "mass/mass", -3, &["ug/kg", "微克/千克", "微克/公斤", "μg·kg-1", "ug·kg-1", "μg.kg-1", "μgre/kg", "ugre/kg"]),
    unit("g/kg", "mass/mass", 3, &["克/千克", "克/公斤", "g·kg-1", "g.kg-1"]),
    unit("g/g", "g/g", 0, &[]),
    unit("ng/g", "mass/mass", -3, &[]),
    unit("ng/kg", "mass/mass", -6, &[]),
    unit("pg/g", "mass/mass", -6, &[]),
    unit("μg/g", "mass/mass", 0, &["ug/g"]),
    unit("mg/g", "mass/mass", 3, &["毫克/克", "mgkoh/g", "(mgkoh)/g"]),
    unit("μg/100g", "mass/mass", -2, &["ug/100g", "μgre/100g", "ugre/100g"]),
    unit("mg/100g", "mass/mass", 1, &["毫克/100克"]),
    unit("g/100g", "mass/mass", 4, &["克/100克"]),
    unit("mg/L", "mass/volume", 0, &["毫克/升"]),
    unit("μg/L", "mass/volume", -3, &["ug/l", "微克/升"]),
    unit("ng/L", "mass/volume", -6, &[]),
    unit("g/L", "mass/volume", 3, &["克/升"]),
    unit("mg/mL", "mass/volume", 3, &[]),
    unit("μg/mL", "mass/volume", 0, &["ug/ml"]),
    unit("ng/mL", "mass/volume", -3, &[]),
    unit("mg/100mL", "mass/volume", 1, &[]),
    unit("g/100mL", "mass/volume", 4, &["克/100毫升"]),
    unit("μg/100mL", "mass/volume", -2, &["ug/100ml", "μgre/100ml", "ugre/100ml"]),
    unit("g/100kJ", "mass/kJ", 3, &[]),
    unit("mg/100kJ", "mass/kJ", 0, &[]),
    unit("μg/100kJ", "mass/kJ", -3, &["ug/100kj", "μgre/100kj", "ugre/100kj"]),
    unit("g/100kcal", "mass/kcal", 3, &[]),
    unit("mg/100kcal", "mass/kcal", 0, &[]),
    unit("μg/100kcal", "mass/kcal", -3, &["ug/100kcal", "μgre/100kcal", "ugre/100kcal"]),
    unit("CFU/g", "CFU/g", 0, &["cfu/克"]),
    unit("CFU/mL", "CFU/volume", 0, &["cfu/毫升"]),
    unit("CFU/g(mL)", "CFU/g(mL)", 0, &["cfu/g(或ml)", "cfu/g或cfu/ml", "cfu/g或ml", "cfu/ml(g)"]),
    unit("CFU/100mL", "CFU/volume", -2, &[]),
    unit("CFU/250mL", "CFU/250mL", 0, &[]),
    unit("CFU/50mL", "CFU/50mL", 0, &[]),
    unit("CFU/50cm2", "CFU/50cm2", 0, &[]),
    unit("个/g", "个/g", 0, &["个/克"]),
    unit("个/mL", "个/mL", 0, &["个/毫升"]),
    unit("MPN/g", "MPN/mass", 0, &[]),
    unit("MPN/100g", "MPN/mass", -2, &[]),
    unit("MPN/mL", "MPN/volume", 0, &[]),
    unit("MPN/100mL", "MPN/volume", -2, &[]),
    unit("MPN/g(mL)", "MPN/g(mL)", 0, &["mpn/ml(g)"]),
    unit("/25g", "/25g", 0, &[]),
    unit("/25mL", "/25mL", 0, &[]),
    unit("/25g(mL)", "/25g(mL)", 0, &["/25ml(g)"]),
    unit("/10g", "/10g", 0, &[]),
    unit("/100g", "/100g", 0, &[]),
    unit("/100mL", "/100mL", 0, &[]),
    unit("/250mL", "/250mL", 0, &[]),
    unit("/50cm2", "/50cm2", 0, &[]),
    unit("mg/100cm2", "mass/area", 0, &["mg/dm2"]),
    unit("mg/cm2", "mass/area", 2, &[]),
    unit("%", "%", 0, &["百分比"]),
    unit("%vol", "%vol", 0, &["%(vol)", "%(v/v)", "vol%"]),
    unit("‰", "‰", 0, &[]),
    unit("mmol/kg", "mmol/kg", 0, &[]),
    unit("meq/kg", "meq/kg", 0, &[]),
    unit("mmol/100g", "mmol/100g", 0, &[]),
    unit("kJ/100g", "kJ/100g", 0, &[]),
    unit("kJ/100mL", "kJ/100mL", 0, &[]),
    unit("IU/100g", "IU/100g", 0, &[]),
    unit("IU/100kJ", "IU/100kJ", 0, &[]),
    unit("U/g", "U/g", 0, &[]),
    unit("mL/100g", "mL/100g", 0, &[]),
    unit("NTU", "NTU", 0, &[]),
    unit("°T", "°T", 0, &[]),
    unit("μS/cm", "μS/cm", 0, &["us/cm"]),
    unit("IU", "IU", 0, &[]),
    unit("度", "度", 0, &[]),
    unit("倍", "倍", 0, &[]),
    unit("°P", "°P", 0, &[]),
    unit("g", "g", 0, &[]),
    unit("mL", "mL", 0, &[]),
    unit("Bq/kg", "Bq/kg", 0, &[]),
    unit("Bq/L", "Bq/L", 0, &[]),
];

/// A spelling with what does not matter taken out: width, spaces, case, µ (U+00B5) and μ (U+03BC), raised digits, litres.
fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in fold(text).chars() {
        match c {
            c if c.is_whitespace() => {}
            'µ' => out.push('μ'),
            '²' => out.push('2'),
            '³' => out.push('3'),
            '¹' => out.push('1'),
            '⁻' | '−' => out.push('-'),
            'ℓ' => out.push('l'),
            '∕' | '⁄' => out.push('/'),
            '㎏' => out.push_str("kg"),
            '㎎' => out.push_str("mg"),
            '㎍' => out.push_str("μg"),
            '㎖' => out.push_str("ml"),
            '㎡' => out.push_str("m2"),
            '㎠' => out.push_str("cm2"),
            c => out.extend(c.to_lowercase()),
        }
    }
    if out.contains('^') { out.replace("^{2}", "2").replace("^2", "2").replace("^{-1}", "-1").replace("^-1", "-1") } else { out }
}

static SPELLINGS: LazyLock<BTreeMap<String, &'static Unit>> =
    LazyLock::new(|| UNITS.iter().flat_map(|u| std::iter::once(key(u.name)).chain(u.spellings.iter().map(|s| (*s).to_owned())).map(move |k| (k, u))).collect());

/// Splits nothing: the whole text must be a unit.
fn lookup(text: &str) -> Option<&'static Unit> {
    SPELLINGS.get(&key(text)).copied()
}

/// The canonical spelling of a unit, e.g. `µg/Kg` → `μg/kg`; `None` when the table does not have it.
#[must_use]
pub fn canonical(text: &str) -> Option<&'static str> {
    lookup(text).map(|u| u.name)
}

/// The longest unit at the beginning of a text and the number of bytes it takes. A letter or digit must not follow.
#[must_use]
pub fn leading(text: &str) -> Option<(&'static str, usize)> {
    // what no unit begins with is not looked up
    if text.starts_with(|c: char| c.is_ascii_digit() || ",;，；、<>≤≥=)~\n ".contains(c)) {
        return None;
    }
    let ends: Vec<usize> = text.char_indices().map(|(i, c)| i + c.len_utf8()).take(24).collect();
    ends.into_iter().rev().find_map(|end| {
        let mut after = text[end..].chars();
        match after.next() {
            // 12CFU/g/33CFU/g: a slash before the next value
            Some('/') if after.next().is_some_and(|c| matches!(c, '未' | '检') || (!text.starts_with('/') && (c.is_ascii_digit() || c == '<'))) => {}
            Some(c) if c.is_ascii_alphanumeric() || matches!(c, '/' | 'μ' | 'µ' | '^') => return None,
            _ => {}
        }
        let head = &text[..end];
        if head.ends_with(char::is_whitespace) {
            return None;
        }
        lookup(head).map(|u| (u.name, end))
    })
}

/// A count of microbes.
#[must_use]
pub fn is_count(unit: &str) -> bool {
    unit.starts_with("CFU") || unit.starts_with("MPN") || unit.starts_with("个/")
}

/// Words and marks in the place of a unit that say there is none: `/`, `—`, 无, 无量纲.
#[must_use]
pub fn is_none(text: &str) -> bool {
    let text = text.trim();
    text.chars().all(|c| matches!(c, '/' | '-' | '—' | '–' | '－' | '−' | '\\' | '_')) || ["无", "无量纲", "无单位"].contains(&text)
}

/// `/` and nothing are no unit.
pub(crate) fn known_unit(unit: Option<&str>) -> Option<&str> {
    unit.map(str::trim).filter(|u| !is_none(u))
}

/// The value in another unit, exactly.
///
/// # Errors
/// `UNIT-UNKNOWN` for a unit that is not in the table, `UNIT-INCOMPATIBLE` for a pair that does not convert exactly,
/// `VALUE-RANGE` when the digits do not fit.
pub fn convert(value: Decimal, from: &str, to: &str) -> Result<Decimal, &'static CodeInfo> {
    let (from, to) = (lookup(from).ok_or(reasons::UNKNOWN_UNIT)?, lookup(to).ok_or(reasons::UNKNOWN_UNIT)?);
    if from.name == to.name || accepts(from.name, to.name) {
        return Ok(value);
    }
    if from.dimension != to.dimension {
        return Err(reasons::UNIT_INCOMPATIBLE);
    }
    shift(value, from.power - to.power).ok_or(reasons::OUT_OF_RANGE)
}

/// A limit per g(mL) covers a result per g and a result per mL.
fn accepts(from: &str, to: &str) -> bool {
    let Some(base) = to.strip_suffix("g(mL)") else { return false };
    from.strip_prefix(base).is_some_and(|rest| rest == "g" || rest == "mL")
}

/// value × 10^power without rounding; `None` when the digits do not fit.
#[must_use]
pub fn shift(value: Decimal, power: i32) -> Option<Decimal> {
    let scale = i64::from(value.scale()) - i64::from(power);
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(value.mantissa(), scale).ok();
    }
    let zeros = u32::try_from(-scale).ok()?;
    let mantissa = value.mantissa().checked_mul(10_i128.checked_pow(zeros)?)?;
    Decimal::try_from_i128_with_scale(mantissa, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    #[test]
    fn no_spelling_names_two_units() {
        for u in UNITS {
            assert_eq!(canonical(u.name), Some(u.name));
            for s in u.spellings {
                assert_eq!(canonical(s), Some(u.name), "{s}");
                assert_eq!(key(s), *s, "spellings are written as keys");
                assert_eq!(UNITS.iter().filter(|o| key(o.name) == *s || o.spellings.contains(s)).count(), 1, "{s}");
            }
        }
    }
    #[test]
    fn converts_exactly_inside_a_dimension() {
        for (value, from, to, expected) in [
            ("1", "mg/kg", "μg/kg", "1000"),
            ("18.2", "µg/kg", "mg/kg", "0.0182"),
            ("0.5", "g/100g", "g/kg", "5"),
            ("2.5", "ng/g", "ug/kg", "2.5"),
            ("3", "μg/g", "MG/KG", "3"),
            ("12", "mg/100g", "mg/kg", "120"),
            ("9.62", "g/100ml", "g/L", "96.2"),
            ("30", "MPN/100g", "MPN/g", "0.30"),
            ("7", "CFU/mL", "CFU/g(mL)", "7"),
            ("7", "CFU/g", "CFU/g(mL)", "7"),
            ("0.1", "mg/100cm²", "mg/100cm2", "0.1"),
            ("0.1", "mg/100c㎡", "mg/100cm2", "0.1"),
            ("0.001", "mg/cm²", "mg/100cm²", "0.1"),
            ("0.2", "mg·kg⁻¹", "mg/kg", "0.2"),
        ] {
            assert_eq!(convert(d(value), from, to), Ok(d(expected)), "{value} {from} {to}");
        }
    }
    #[test]
    fn refuses_every_other_pair() {
        for (from, to) in [
            ("mg/L", "mg/kg"),
            ("CFU/g", "CFU/mL"),
            ("CFU/g(mL)", "CFU/g"),
            ("MPN/g", "CFU/g"),
            ("%", "g/100g"),
            ("mg/100kJ", "mg/100kcal"),
            ("mg/100kJ", "mg/100g"),
            ("/25g", "/100g"),
            ("%vol", "%"),
            ("个/g", "CFU/g"),
            ("g", "g/kg"),
            ("g/g", "g/100g"),
            ("度", "%vol"),
            ("CFU/50mL", "CFU/100mL"),
            ("IU", "U/g"),
            ("mmol/kg", "g/100g"),
        ] {
            assert_eq!(convert(d("1"), from, to), Err(reasons::UNIT_INCOMPATIBLE), "{from} {to}");
        }
        assert_eq!(convert(d("624.3"), "µ/g", "μg/g"), Err(reasons::UNKNOWN_UNIT));
        assert_eq!(convert(d("624.3"), "µ/g", "µ/g"), Err(reasons::UNKNOWN_UNIT));
    }
    #[test]
    fn finds_the_unit_in_front() {
        assert_eq!(leading("CFU/g(mL);"), Some(("CFU/g(mL)", 9)));
        assert_eq!(leading("mg/kg，"), Some(("mg/kg", 5)));
        assert_eq!(leading("mg/kgx"), None);
        assert_eq!(leading("/25g；检出"), Some(("/25g", 4)));
        assert_eq!(leading("μ/g"), None);
        assert_eq!(leading("CFU/g/3.3×10^4CFU/g"), Some(("CFU/g", 5)));
        assert_eq!(leading("g/kg/d"), None);
        assert_eq!(leading("mg·kg^{-1}"), Some(("mg/kg", "mg·kg^{-1}".len())));
        assert!(is_none("/") && is_none("——") && is_none(" 无量纲 ") && is_none("") && !is_none("mg/kg"));
    }
}
