//! 快检方法 rapid methods (`data/rapid_methods.csv`). A rapid result never is a 合格/不合格 and never counts in 4‰.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Decimal, Lang, labels};

use crate::data;

const FILE: &str = include_str!("../data/rapid_methods.csv");

labels! {
    /// 读数方式 what is read.
    pub enum ReadKind {
        Percent = "percent", "百分率", "Percent";
        Color = "color", "显色", "Colour";
        Card = "card", "检测卡", "Test card";
        Value = "value", "数值", "Value";
        Rlu = "rlu", "发光值", "Relative light units";
    }
}
labels! {
    /// 阈值比较 how a reading is compared with the threshold.
    pub enum ThresholdOp {
        AtLeast = "at_least", "≥", "≥";
        Above = "above", ">", ">";
    }
}

/// 快检方法 one method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RapidMethod {
    /// Code, e.g. `KJ201701`.
    pub code: String,
    /// 名称
    pub name: String,
    /// English name (ours).
    pub name_en: String,
    /// 原理
    pub principle: String,
    /// 适用样品
    pub matrix: String,
    /// 项目
    pub analyte: String,
    /// 读数方式
    pub read: ReadKind,
    /// A second way of reading that the method allows.
    pub also_read: Option<ReadKind>,
    /// 阳性判定 in words.
    pub positive_rule: String,
    /// 阳性阈值, only where the method states a number.
    pub threshold: Option<Decimal>,
    /// How to compare with the threshold.
    pub threshold_op: Option<ThresholdOp>,
    /// Unit of the reading.
    pub unit: String,
    /// A reading below is 无效.
    pub valid_min: Option<Decimal>,
    /// A reading above is 无效.
    pub valid_max: Option<Decimal>,
    /// 阳性须重复次数
    pub repeats_when_positive: Option<u32>,
    /// 来源
    pub source: String,
    /// 可信度
    pub confidence: String,
}

impl RapidMethod {
    /// The name in a language.
    #[must_use]
    pub fn label(&self, lang: Lang) -> &str {
        lang.pick(&self.name, &self.name_en)
    }
    /// A reading that can be real; 118 % inhibition is invalid, not positive.
    #[must_use]
    pub fn plausible(&self, reading: Decimal) -> bool {
        self.valid_min.is_none_or(|min| reading >= min) && self.valid_max.is_none_or(|max| reading <= max)
    }
    /// Whether a plausible reading is positive; `None` when the method states no number or the reading is not plausible.
    #[must_use]
    pub fn positive(&self, reading: Decimal) -> Option<bool> {
        let threshold = self.threshold.filter(|_| self.plausible(reading))?;
        Some(match self.threshold_op? {
            ThresholdOp::AtLeast => reading >= threshold,
            ThresholdOp::Above => reading > threshold,
        })
    }
}

#[derive(Deserialize)]
struct Row {
    code: String,
    name_zh: String,
    name_en: String,
    principle: String,
    matrix: String,
    analyte: String,
    read: ReadKind,
    also_read: Option<ReadKind>,
    positive_rule: String,
    threshold: String,
    threshold_op: Option<ThresholdOp>,
    unit: String,
    valid_min: String,
    valid_max: String,
    repeats_when_positive: Option<u32>,
    source: String,
    confidence: String,
}

impl Row {
    fn method(self) -> Result<RapidMethod, String> {
        let at = |e: String| format!("rapid_methods.csv: {}: {e}", self.code);
        Ok(RapidMethod {
            threshold: data::optional(&self.threshold).map_err(at)?,
            valid_min: data::optional(&self.valid_min).map_err(at)?,
            valid_max: data::optional(&self.valid_max).map_err(at)?,
            code: self.code,
            name: self.name_zh,
            name_en: self.name_en,
            principle: self.principle,
            matrix: self.matrix,
            analyte: self.analyte,
            read: self.read,
            also_read: self.also_read,
            positive_rule: self.positive_rule,
            threshold_op: self.threshold_op,
            unit: self.unit,
            repeats_when_positive: self.repeats_when_positive,
            source: self.source,
            confidence: self.confidence,
        })
    }
}

static METHODS: LazyLock<Result<Vec<RapidMethod>, String>> =
    LazyLock::new(|| data::rows::<Row>("rapid_methods.csv", FILE)?.into_iter().map(Row::method).collect());

const NAMES_FILE: &str = include_str!("../data/rapid_names.csv");

labels! {
    /// 名称种类
    pub enum RapidNameKind {
        Item = "item", "项目", "Item";
        Unit = "unit", "单位", "Unit";
    }
}

/// 快检名称对照 how an analyser names an item or a unit, and our name for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RapidName {
    /// 种类
    pub kind: RapidNameKind,
    /// As sent.
    pub says: String,
    /// Ours.
    pub means: String,
    /// 方法 that the name itself says; mostly none.
    pub method: String,
    /// 来源
    pub source: String,
    /// 可信度
    pub confidence: String,
}

static NAMES: LazyLock<Result<Vec<RapidName>, String>> = LazyLock::new(|| data::rows("rapid_names.csv", NAMES_FILE));

/// The names.
#[must_use]
pub fn rapid_names() -> &'static [RapidName] {
    NAMES.as_ref().map_or(&[], Vec::as_slice)
}

pub(crate) fn problem() -> Option<String> {
    METHODS.as_ref().err().or(NAMES.as_ref().err()).cloned()
}

/// The methods.
#[must_use]
pub fn rapid_methods() -> &'static [RapidMethod] {
    METHODS.as_ref().map_or(&[], Vec::as_slice)
}

/// A method by its code; spaces do not matter.
#[must_use]
pub fn rapid_method(code: &str) -> Option<&'static RapidMethod> {
    let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let code = squeeze(code);
    rapid_methods().iter().find(|m| squeeze(&m.code) == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn method(code: &str) -> &'static RapidMethod {
        rapid_method(code).expect("known method")
    }
    #[test]
    fn every_method_is_cited_and_readable() {
        assert_eq!(rapid_methods().len(), 21);
        for m in rapid_methods() {
            assert!(![&m.name, &m.analyte].iter().any(|t| t.contains("同上") || t.contains("见名称")), "{}", m.code);
            assert!(!m.source.is_empty() && !m.confidence.is_empty() && !m.positive_rule.is_empty() && !m.name_en.is_empty());
            assert_eq!(m.threshold.is_some(), m.threshold_op.is_some(), "{}", m.code);
        }
    }
    #[test]
    fn every_name_is_cited_and_says_a_method_that_there_is() {
        assert_eq!(rapid_names().len(), 30);
        for n in rapid_names() {
            assert!(!n.source.is_empty() && !n.confidence.is_empty() && !n.means.is_empty() && n.says != n.means, "{n:?}");
            assert!(n.method.is_empty() || rapid_method(&n.method).is_some_and(|m| m.analyte == n.means), "{n:?}");
        }
    }
    #[test]
    fn thresholds() {
        let d = |n: i64, s| Decimal::new(n, s);
        assert_eq!(method("GB/T 5009.199-2003").positive(d(50, 0)), Some(true));
        assert_eq!(method("GB/T5009.199-2003").positive(d(499, 1)), Some(false));
        assert_eq!(method("GB/T 5009.199-2003").positive(d(118, 0)), None);
        assert_eq!(method("NY/T 448-2001").positive(d(699, 1)), Some(false));
        assert_eq!(method("POLAR").positive(d(27, 0)), Some(false));
        assert_eq!(method("POLAR").positive(d(271, 1)), Some(true));
        assert_eq!(method("ATP").positive(d(31, 0)), None);
        assert_eq!(method("KJ 201701").read, ReadKind::Card);
    }
}
