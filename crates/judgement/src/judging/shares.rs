//! 比例之和 additives of one function used together, each by its share of its maximum.

use shiyan_foundation::Decimal;
use shiyan_statute::LimitRule;

use super::judgement::Judgement;
use super::step::{Step, understood};
use super::verdict::{Decision, FAIL, PASS, Verdict};
use crate::amount::Amount;
use crate::amount::units::{self, known_unit};
use crate::reading::{Measured, Parsed};
use crate::reasons;

/// One component of a sum of shares.
#[derive(Debug, Clone)]
pub struct Component<'a> {
    /// 项目
    pub name: &'a str,
    /// 结果
    pub measured: &'a Parsed,
    /// 限量 of this component in this food.
    pub limit: &'a LimitRule,
    /// 限量单位
    pub limit_unit: Option<&'a str>,
    /// 定量限
    pub loq: Option<Amount>,
}

/// 各自用量占其最大使用量的比例之和 Σ(x/limit) ≤ 1, exactly (no division). It applies when at least two were detected; a
/// component below the limit of the method counts 0; one without a numeric maximum leaves the sum without a verdict.
#[must_use]
pub fn sum_of_shares(components: &[Component<'_>]) -> Judgement {
    let mut steps = Vec::new();
    let decision = shares(components, &mut steps);
    let (verdict, reason) = decision.unwrap_or_else(|reason| (Verdict::NeedsPerson, reason));
    Judgement { verdict, ..Judgement::person(reason, steps) }
}

fn shares(components: &[Component<'_>], steps: &mut Vec<Step>) -> Decision {
    let mut parts: Vec<(Decimal, Decimal)> = Vec::new();
    for part in components {
        steps.push(understood(part.measured));
        let detected = match &part.measured.understood {
            Measured::Number { value, .. } => {
                let limit = match part.limit {
                    LimitRule::Max { value } if !value.is_zero() => *value,
                    _ => return Ok((Verdict::NoVerdict, reasons::SUM_NO_LIMIT)),
                };
                let value = match (part.measured.unit.as_deref(), known_unit(part.limit_unit)) {
                    (Some(from), Some(to)) => units::convert(*value, from, to)?,
                    (None, None) => *value,
                    _ => return Err(reasons::UNIT_MISSING),
                };
                let loq = match (&part.loq, known_unit(part.limit_unit)) {
                    (Some(Amount { value, unit: Some(from) }), Some(to)) => Some(units::convert(*value, from, to)?),
                    (Some(Amount { value, unit: None }), _) => Some(*value),
                    _ => None,
                };
                loq.is_none_or(|loq| value >= loq).then_some((value, limit))
            }
            Measured::NotDetected { .. } | Measured::LessThan { .. } | Measured::Negative => None,
            Measured::NeedsPerson { reason } => return Err(reason.0),
            _ => return Err(reasons::WRONG_KIND),
        };
        match detected {
            Some((value, limit)) => {
                steps.push(Step::Share { name: part.name.to_owned(), value: Some(value), limit });
                if !value.is_zero() {
                    parts.push((value, limit));
                }
            }
            None => steps.push(Step::Share { name: part.name.to_owned(), value: None, limit: Decimal::ZERO }),
        }
    }
    if parts.len() < 2 {
        return Ok((Verdict::NoVerdict, reasons::SUM_ONE));
    }
    // Σ xᵢ·Πⱼ≠ᵢ lⱼ ≤ Π lⱼ
    let product = |skip: Option<usize>| -> Option<Decimal> {
        parts.iter().enumerate().try_fold(Decimal::ONE, |acc, (j, (_, limit))| if Some(j) == skip { Some(acc) } else { exact_product(acc, *limit) })
    };
    let whole = product(None).ok_or(reasons::OUT_OF_RANGE)?;
    let mut sum = Decimal::ZERO;
    for (i, (value, _)) in parts.iter().enumerate() {
        let share = product(Some(i)).and_then(|p| exact_product(p, *value)).ok_or(reasons::OUT_OF_RANGE)?;
        sum = sum.checked_add(share).ok_or(reasons::OUT_OF_RANGE)?;
    }
    let holds = sum <= whole;
    steps.push(Step::Compared { left: sum.normalize().to_string(), operator: "≤".to_owned(), right: whole.normalize().to_string(), holds });
    Ok(if holds { (PASS, reasons::SUM_MET) } else { (FAIL, reasons::SUM_EXCEEDED) })
}

/// A product without rounding, or nothing.
fn exact_product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let mantissa = a.mantissa().checked_mul(b.mantissa())?;
    Decimal::try_from_i128_with_scale(mantissa, a.scale() + b.scale()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::value;

    fn d(text: &str) -> Decimal {
        text.parse().expect("decimal")
    }
    fn amount(value: &str, unit: &str) -> Option<Amount> {
        Some(Amount { value: d(value), unit: Some(unit.to_owned()) })
    }
    #[test]
    fn sums_of_shares_are_exact() {
        let (max, used) = (LimitRule::Max { value: d("1.0") }, LimitRule::NotDetected { banned: false });
        let third = LimitRule::Max { value: d("0.3") };
        let of = |values: &[(&str, &LimitRule)]| {
            let read: Vec<Parsed> = values.iter().map(|(t, _)| value::parse(t, Some("g/kg"))).collect();
            let parts: Vec<Component<'_>> = values
                .iter()
                .zip(&read)
                .map(|((_, limit), measured)| Component { name: "防腐剂", measured, limit, limit_unit: Some("g/kg"), loq: amount("0.01", "g/kg") })
                .collect();
            let judged = sum_of_shares(&parts);
            (judged.verdict, judged.reason.code)
        };
        assert_eq!(of(&[("0.4", &max), ("0.6", &max)]), (Verdict::Conforming, "JUDGE-SUM-MET"));
        assert_eq!(of(&[("0.4", &max), ("0.601", &max)]), (Verdict::Nonconforming, "JUDGE-SUM-EXCEEDED"));
        // three thirds are one, which no decimal division would give
        assert_eq!(of(&[("0.1", &third), ("0.1", &third), ("0.1", &third)]), (Verdict::Conforming, "JUDGE-SUM-MET"));
        assert_eq!(of(&[("0.9", &max), ("未检出", &max)]), (Verdict::NoVerdict, "JUDGE-SUM-ONE"));
        assert_eq!(of(&[("0.9", &max), ("0.005", &max)]), (Verdict::NoVerdict, "JUDGE-SUM-ONE"));
        assert_eq!(of(&[("0.4", &max), ("0.1", &used)]), (Verdict::NoVerdict, "JUDGE-SUM-NO-LIMIT"));
        assert_eq!(of(&[("0.4", &max), ("1,2", &max)]), (Verdict::NeedsPerson, "VALUE-THOUSANDS"));
    }
}
