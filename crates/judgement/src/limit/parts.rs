//! 限量的组成 what limits are made of: signs in words, numbers with units, bounds.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{CodeInfo, Decimal};
use shiyan_statute::{DetectionKind, LimitRule};

use crate::amount::Amount;
use crate::reading::ParseNote;
use crate::reading::scan::{Num, Scan};
use crate::reasons::{self, Reason};

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

/// What is read beside the rule.
#[derive(Default)]
pub(super) struct More<'a> {
    pub claim: Option<&'a str>,
    pub method: Option<(DetectionKind, Amount)>,
    pub power: bool,
    pub of_claim: bool,
}

pub(super) type Read<T> = Result<T, &'static CodeInfo>;

pub(super) type Understood = (LimitText, Option<&'static str>);

pub(super) const NOT_DETECTED: [&str; 5] = ["不得检出", "不应检出", "不可检出", "禁止检出", "不得检测出"];

pub(super) const AT_MOST: [&str; 22] = [
    "≤",
    "<=",
    "=<",
    "≯",
    "不大于",
    "不超过",
    "不高于",
    "不得超过",
    "不得大于",
    "不得高于",
    "不应超过",
    "不应大于",
    "不应高于",
    "不可超过",
    "不能超过",
    "不能大于",
    "不能高于",
    "不可大于",
    "不可高于",
    "小于等于",
    "小于或等于",
    "不多于",
];

pub(super) const AT_LEAST: [&str; 18] = [
    "≥",
    ">=",
    "=>",
    "≮",
    "不小于",
    "不低于",
    "不少于",
    "不得低于",
    "不得小于",
    "不得少于",
    "不应低于",
    "不应小于",
    "不应少于",
    "不能低于",
    "不可低于",
    "不能小于",
    "大于等于",
    "大于或等于",
];

pub(super) fn operator(scan: &mut Scan<'_, '_>) -> Option<(bool, bool)> {
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

pub(super) fn amount(scan: &mut Scan<'_, '_>, more: &mut More<'_>) -> Read<(Decimal, Option<&'static str>)> {
    let number = number(scan)?;
    more.power |= number.power;
    let unit = scan.unit();
    Ok((number.value, unit))
}

/// A number of a limit; what is wrong with it is said as a fault of the limit.
pub(super) fn number(scan: &mut Scan<'_, '_>) -> Read<Num> {
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

pub(super) fn same_unit(a: Option<&'static str>, b: Option<&'static str>) -> Read<Option<&'static str>> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => Err(reasons::UNIT_CONFLICT),
        _ => Ok(b.or(a)),
    }
}

pub(super) fn range(lo: Decimal, hi: Decimal, unit: Option<&'static str>) -> Read<Understood> {
    if lo > hi {
        return Err(reasons::LIMIT_GARBLED);
    }
    Ok((LimitText::Rule { rule: LimitRule::Range { lo, hi }, strict: false }, unit))
}

pub(super) fn range_around(middle: Decimal, room: Decimal, unit: Option<&'static str>) -> Read<Understood> {
    let lo = middle.checked_sub(room).filter(|lo| !lo.is_sign_negative()).ok_or(reasons::LIMIT_GARBLED)?;
    let hi = middle.checked_add(room).ok_or(reasons::OUT_OF_RANGE)?;
    range(lo, hi, unit)
}
