//! 标签明示值 what a product declares of itself, typed as it stands on the label.

use serde::{Deserialize, Serialize};
use shiyan_foundation::Decimal;
use shiyan_foundation::text::fold;
use shiyan_statute::LimitRule;

use super::parts::LimitText;
use super::text;
use crate::amount::units;
use crate::reading::{Measured, Parsed, value};

/// 明示值规则 how far a value may lie from what the label claims; per cent of the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum ClaimRule {
    /// ≥ 80 % of the claim, say
    AtLeast {
        /// Per cent of the claim.
        percent: Decimal,
    },
    /// ≤ 120 % of the claim, say
    AtMost {
        /// Per cent of the claim.
        percent: Decimal,
    },
    /// 80 % to 180 % of the claim, say
    Between {
        /// Per cent of the claim.
        lo: Decimal,
        /// Per cent of the claim.
        hi: Decimal,
    },
}

/// 标签明示值 what the label claims, and the tolerance where it is known for this nutrient in this food.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelClaim {
    /// The claim as read.
    pub claimed: Parsed,
    /// The tolerance; without it a person decides.
    pub rule: Option<ClaimRule>,
    /// 依据 of the tolerance.
    pub basis: String,
}

/// 明示值读法
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Claim {
    /// A bound with its sign, `≥9.62g/100mL`: the product's own limit.
    Bound {
        /// What is declared.
        rule: LimitRule,
        /// The bound itself is not allowed.
        strict: bool,
        /// Unit, where the text gives one.
        unit: Option<String>,
    },
    /// A value, with the tolerance where it is typed behind it: `3.2g/100g ≥80%`, `400μg/100g 80%~180%`. Without one a person
    /// says which applies.
    Value(LabelClaim),
}

/// Nothing is declared.
#[must_use]
pub fn is_none(text: &str) -> bool {
    let text = fold(text);
    units::is_none(&text) || ["未标示", "未标注", "未明示"].contains(&text.as_str())
}

/// Reads a claim; `unit` is the unit of the item, for a number that brings none.
#[must_use]
pub fn parse(text: &str, unit: &str) -> Claim {
    if let LimitText::Rule { rule, strict } = text::parse(text).understood {
        return Claim::Bound { rule, strict, unit: text::parse(text).unit };
    }
    let (value, tolerance) = tolerance(text);
    let basis = tolerance.as_ref().map_or_else(String::new, |(_, typed)| typed.clone());
    Claim::Value(LabelClaim { claimed: value::parse(&value, Some(unit)), rule: tolerance.map(|(rule, _)| rule), basis })
}

/// What stands before the tolerance, and the tolerance as read and as typed.
fn tolerance(text: &str) -> (String, Option<(ClaimRule, String)>) {
    let folded = fold(text).replace(">=", "≥").replace("<=", "≤").replace(['≧'], "≥").replace(['≦'], "≤");
    let whole = folded.trim_end_matches(')').trim_end().to_owned();
    let percent = |t: &str| t.trim().strip_suffix('%').and_then(|n| n.trim().parse::<Decimal>().ok()).filter(|d| d.is_sign_positive() && !d.is_zero());
    let before = |at: usize| whole.get(..at).unwrap_or_default().trim_end_matches([' ', '(', ',', '，', ';', '、']).to_owned();
    for (at, sign) in whole.char_indices().filter(|(_, c)| matches!(c, '≥' | '≤')) {
        let rest = whole.get(at + sign.len_utf8()..).unwrap_or_default();
        if let Some(percent) = percent(rest) {
            let rule = if sign == '≥' { ClaimRule::AtLeast { percent } } else { ClaimRule::AtMost { percent } };
            return (before(at), Some((rule, whole.get(at..).unwrap_or_default().to_owned())));
        }
    }
    if let Some((at, _)) = whole.char_indices().rev().find(|(_, c)| matches!(c, ' ' | '(' | ',' | '，' | ';'))
        && let Some((lo, hi)) = whole.get(at..).and_then(|t| t.trim_start_matches([' ', '(', ',', '，', ';']).split_once('~'))
        && let (Some(lo), Some(hi)) = (percent(lo), percent(hi))
        && lo <= hi
    {
        let typed = whole.get(at..).unwrap_or_default().trim_start_matches([' ', '(', ',', '，', ';']).to_owned();
        return (before(at), Some((ClaimRule::Between { lo, hi }, typed)));
    }
    (fold(text), None)
}

/// The claim as bounds in its own unit, where that is certain.
pub(crate) fn bounds(claim: &Claim) -> Option<(LimitRule, bool, Option<String>)> {
    match claim {
        Claim::Bound { rule, strict, unit } => Some((rule.clone(), *strict, unit.clone())),
        Claim::Value(claim) => {
            let Measured::Number { value, .. } = &claim.claimed.understood else { return None };
            let part = |percent: Decimal| value.checked_mul(percent).and_then(|v| units::shift(v, -2));
            let rule = match claim.rule.as_ref()? {
                ClaimRule::AtLeast { percent } => LimitRule::Min { value: part(*percent)? },
                ClaimRule::AtMost { percent } => LimitRule::Max { value: part(*percent)? },
                ClaimRule::Between { lo, hi } => LimitRule::Range { lo: part(*lo)?, hi: part(*hi)? },
            };
            Some((rule, false, claim.claimed.unit.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }
    #[test]
    fn claims_are_read_as_typed() {
        let value = |text: &str| match parse(text, "g/100g") {
            Claim::Value(claim) => (claim.claimed.canonical(), claim.rule),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(value("3.2").1, None);
        assert_eq!(value("3.2g/100g").1, None);
        for text in ["3.2g/100g ≥80%", "3.2g/100g（≥80%）", "3.2 g/100g，>=80%", "３．２ｇ／１００ｇ≥８０％"] {
            let (claimed, rule) = value(text);
            assert_eq!((claimed, rule), (value("3.2g/100g").0, Some(ClaimRule::AtLeast { percent: d("80") })), "{text}");
        }
        assert_eq!(value("5g/100g ≤120%").1, Some(ClaimRule::AtMost { percent: d("120") }));
        assert_eq!(value("5g/100g 80%~180%").1, Some(ClaimRule::Between { lo: d("80"), hi: d("180") }));
        assert_eq!(value("5g/100g ≥x%").1, None);
        assert!(matches!(parse("≥9.62g/100mL", "g/100g"), Claim::Bound { rule: LimitRule::Min { .. }, unit: Some(unit), .. } if unit == "g/100mL"));
        assert!(is_none("－") && is_none("无") && is_none("未标示") && is_none("--"));
        assert!(is_none(" / ") && is_none("") && is_none("——") && !is_none("0"));
    }
}
