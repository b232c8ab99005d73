//! 合计项目 members of a sum: entered together in one cell they are added, one entered alone says so.

use shiyan_foundation::Decimal;
use shiyan_statute::{SumOf, sum_with, sums};

use crate::amount::units;
use crate::judging::judgement::doubted;
use crate::judging::{Judgement, Step, Verdict};
use crate::reading::uniform::prepare;
use crate::reading::{Measured, Parsed, value};
use crate::reasons;

/// 组分 one member of a sum with its result.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// 项目
    pub name: &'a str,
    /// 结果
    pub measured: &'a Parsed,
}

/// 组分之和 the members entered, added in the unit of the first that has one; members below the limit of the method count 0. Nothing where
/// they are no members of one sum, one is entered twice, or one is not certain.
#[must_use]
pub fn added(members: &[Member<'_>]) -> Option<Added> {
    let sum = members.iter().find_map(|m| sum_with(m.name))?;
    let mut seen = vec![false; sum.members.len()];
    let mut total = Decimal::ZERO;
    let mut unit: Option<String> = None;
    let mut parts = Vec::new();
    for one in members {
        let at = sum.member(one.name)?;
        if std::mem::replace(seen.get_mut(at)?, true) {
            return None;
        }
        let own = one.measured.unit.clone();
        match &one.measured.understood {
            Measured::Number { value, .. } => {
                let value = match (own.as_deref(), unit.as_deref()) {
                    (Some(own), Some(of)) => units::convert(*value, own, of).ok()?,
                    _ => *value,
                };
                unit = unit.or(own);
                total = total.checked_add(value)?;
                parts.push(format!("{} {value}", one.name));
            }
            Measured::NotDetected { .. } | Measured::LessThan { .. } => parts.push(format!("{} 0", one.name)),
            _ => return None,
        }
    }
    let missing = sum.members.iter().zip(&seen).filter(|(_, seen)| !**seen).filter_map(|(names, _)| names.first().cloned()).collect();
    Some(Added { sum, total, unit, parts: parts.join(" + "), missing })
}

/// 合计结果
#[derive(Debug, Clone)]
pub struct Added {
    /// The sum.
    pub sum: &'static SumOf,
    /// What was entered, added.
    pub total: Decimal,
    /// 单位
    pub unit: Option<String>,
    /// `恩诺沙星 60 + 环丙沙星 55`
    pub parts: String,
    /// Members that were not entered.
    pub missing: Vec<String>,
}

impl Added {
    /// Judges the sum: with members missing only a failure is certain.
    #[must_use]
    pub fn judged(&self, judge: impl FnOnce(&Parsed) -> Judgement) -> Judgement {
        let unit = self.unit.as_deref().unwrap_or_default();
        let nothing = self.total.is_zero();
        let text = if nothing { "未检出".to_owned() } else { format!("{}{unit}", self.total) };
        let mut judged = judge(&value::parse(&text, None));
        let step = Step::Added { parts: self.parts.clone(), total: self.total };
        judged.working.insert(1.min(judged.working.len()), step);
        if self.missing.is_empty() { judged } else { doubted(judged, reasons::SUM_MEMBER) }
    }
}

/// `恩诺沙星：60μg/kg，环丙沙星：55μg/kg` in one cell, added.
pub(super) fn named_in(raw: &str, unit: Option<&str>) -> Option<Added> {
    // most cells hold a number or 未检出
    if raw.is_ascii() || !raw.contains(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c)) || raw.chars().nth(8).is_none() {
        return None;
    }
    let prepared = prepare(raw, &mut Vec::new());
    let sum = sums().iter().find(|s| s.members.iter().filter(|names| names.iter().any(|n| prepared.contains(n.as_str()))).count() > 1)?;
    let mut parts: Vec<(&str, Parsed)> = Vec::new();
    for part in prepared.split([';', '；', ',', '，', '、', '+', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
        let name = sum.members.iter().flatten().filter(|n| part.starts_with(n.as_str())).max_by_key(|n| n.len())?;
        let rest = part.get(name.len()..)?.trim_start_matches([':', '为', '=', ' ']);
        let rest = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')).unwrap_or(rest);
        let read = value::parse(rest, unit);
        if read.needs_person().is_some() {
            return None;
        }
        parts.push((name.as_str(), read));
    }
    // one unit behind the last value stands for all
    let last = parts.last().and_then(|(_, p)| p.unit.clone());
    for (_, read) in &mut parts {
        if read.unit.is_none() && matches!(read.understood, Measured::Number { .. }) {
            read.unit.clone_from(&last);
        }
    }
    let members: Vec<Member<'_>> = parts.iter().map(|(name, measured)| Member { name, measured }).collect();
    added(&members)
}

/// The members in one cell judged by what they come to.
pub(super) fn judged_named(raw: &str, added: &Added, judge: impl FnOnce(&Parsed) -> Judgement) -> Judgement {
    let mut judged = added.judged(|p| {
        let mut judged = judge(p);
        if let Some(Step::Understood { raw: shown, .. }) = judged.working.first_mut() {
            raw.clone_into(shown);
        }
        judged
    });
    judged.near_limit &= judged.verdict != Verdict::NeedsPerson;
    judged
}

/// A member of a sum entered alone: said in the working; above the limit it fails, found below it the others may lift the sum.
pub(super) fn entered_alone(item: &str, judged: Judgement) -> Judgement {
    let Some(sum) = sum_with(item).filter(|s| !s.is_whole(item)) else { return judged };
    let mut judged = judged;
    if !matches!(judged.verdict, Verdict::Conforming | Verdict::Nonconforming) {
        return judged;
    }
    let step = Step::SumMember { item: item.to_owned(), members: sum.text(), source: sum.source.clone() };
    judged.working.push(step);
    let quantified =
        judged.working.iter().any(|s| matches!(s, Step::Understood { canonical, .. } if canonical.starts_with(|c: char| c.is_ascii_digit() || c == '>')));
    if quantified { doubted(judged, reasons::SUM_MEMBER) } else { judged }
}
