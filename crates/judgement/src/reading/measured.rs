//! 读到的结果 what was understood of a result, and what was changed in order to read it.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Decimal, Lang};
use shiyan_statute::DetectionKind;

use crate::reasons::Reason;

/// 读到的结果 what was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measured {
    /// 数值
    Number {
        /// Exact value.
        value: Decimal,
        /// 有效数字
        sig_digits: u32,
        /// The number in canonical spelling, digits as given, e.g. `2.5×10^6`.
        text: String,
    },
    /// `<x`, 小于
    LessThan {
        /// The bound.
        value: Decimal,
        /// `≤x` rather than `<x`.
        inclusive: bool,
    },
    /// `>x`, 大于
    GreaterThan {
        /// The bound.
        value: Decimal,
        /// `≥x` rather than `>x`.
        inclusive: bool,
    },
    /// 未检出
    NotDetected {
        /// The limit of the method, when the text gives it.
        limit: Option<Decimal>,
        /// 检出限 or 定量限, when the text says which.
        method_limit: Option<DetectionKind>,
    },
    /// 检出, without a number
    Detected,
    /// 阴性
    Negative,
    /// 阳性
    Positive,
    /// 弱阳性
    WeakPositive,
    /// Several values of one sampling plan.
    Several {
        /// The values in their order.
        values: Vec<Measured>,
    },
    /// `/` 不适用
    NotApplicable,
    /// 需人工
    NeedsPerson {
        /// Why.
        reason: Reason,
    },
}

/// 读法说明 what was changed in order to read the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", content = "text", rename_all = "snake_case")]
pub enum ParseNote {
    /// Full-width or look-alike characters were folded.
    Folded,
    /// `。` between digits was read as a decimal point.
    StopAsPoint,
    /// `《` was read as `<`.
    BracketAsLess,
    /// An exponent that had lost its superscript was repaired; the text is the repaired number.
    LostSuperscript(String),
    /// `×10E6` was read as `×10^6`.
    TenE(String),
    /// A remark beside the values.
    Comment(String),
    /// The unit was taken from the column, not from the text.
    UnitFromHint(String),
    /// The unit was taken from the brackets in the name of the item.
    UnitFromItem(String),
    /// The unit was taken from the limit of the library.
    UnitFromLimit(String),
    /// A word that only names the value, such as 实测值.
    Label(String),
    /// Words that say on which basis the value is counted, such as 以脂肪计.
    Basis(String),
}

impl ParseNote {
    /// The note in a language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let (zh, en) = match self {
            Self::Folded => ("全角或相近字符已按半角读".to_owned(), "full-width or look-alike characters folded".to_owned()),
            Self::StopAsPoint => ("数字间的“。”按小数点读".to_owned(), "the stop between digits read as a decimal point".to_owned()),
            Self::BracketAsLess => ("“《”按“<”读".to_owned(), "《 read as <".to_owned()),
            Self::LostSuperscript(n) => (format!("上标丢失，按 {n} 读"), format!("the superscript was lost; read as {n}")),
            Self::TenE(n) => (format!("×10E 按 {n} 读"), format!("×10E read as {n}")),
            Self::Comment(c) => (format!("附注：{c}"), format!("remark: {c}")),
            Self::UnitFromHint(u) => (format!("单位取自单位栏：{u}"), format!("unit taken from the unit column: {u}")),
            Self::UnitFromItem(u) => (format!("单位取自项目名称：{u}"), format!("unit taken from the name of the item: {u}")),
            Self::UnitFromLimit(u) => (format!("未写单位，按限量的单位读：{u}"), format!("no unit was written; read in the unit of the limit: {u}")),
            Self::Label(w) => (format!("标注：{w}"), format!("labelled {w}")),
            Self::Basis(w) => (format!("计法：{w}"), format!("basis: {w}")),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// 读法 a result as typed and as understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parsed {
    /// Verbatim.
    pub raw: String,
    /// What was understood.
    pub understood: Measured,
    /// Canonical unit, from the text or from the hint.
    pub unit: Option<String>,
    /// What was changed in order to read it.
    pub notes: Vec<ParseNote>,
}

impl Parsed {
    /// The reason when nothing certain was understood.
    #[must_use]
    pub fn needs_person(&self) -> Option<Reason> {
        match self.understood {
            Measured::NeedsPerson { reason } => Some(reason),
            _ => None,
        }
    }
    /// 规范写法 saved beside the raw text; reading it again gives the same.
    #[must_use]
    pub fn canonical(&self) -> String {
        let unit = self.unit.as_deref().unwrap_or_default();
        match &self.understood {
            Measured::NeedsPerson { .. } => self.raw.clone(),
            Measured::NotApplicable => "/".to_owned(),
            Measured::Several { values } => values.iter().map(|v| display(v, unit)).collect::<Vec<_>>().join("；"),
            one => display(one, unit),
        }
    }
}

fn display(value: &Measured, unit: &str) -> String {
    match value {
        Measured::Number { text, .. } => format!("{text}{unit}"),
        Measured::LessThan { value, inclusive } => format!("{}{value}{unit}", if *inclusive { "≤" } else { "<" }),
        Measured::GreaterThan { value, inclusive } => format!("{}{value}{unit}", if *inclusive { "≥" } else { ">" }),
        Measured::NotDetected { limit: Some(limit), method_limit } => match method_limit {
            Some(DetectionKind::Lod) => format!("未检出(检出限:{limit}{unit})"),
            Some(DetectionKind::Loq) => format!("未检出(定量限:{limit}{unit})"),
            None => format!("未检出(<{limit}{unit})"),
        },
        // below a limit of the method that the text names and does not give: less than 未检出 says
        Measured::NotDetected { limit: None, method_limit: Some(DetectionKind::Lod) } => "<检出限".to_owned(),
        Measured::NotDetected { limit: None, method_limit: Some(DetectionKind::Loq) } => "<定量限".to_owned(),
        Measured::NotDetected { limit: None, method_limit: None } => format!("未检出{}", if unit.starts_with('/') { unit } else { "" }),
        Measured::Detected => format!("检出{}", if unit.starts_with('/') { unit } else { "" }),
        Measured::Negative => "阴性".to_owned(),
        Measured::Positive => "阳性".to_owned(),
        Measured::WeakPositive => "弱阳性".to_owned(),
        Measured::NotApplicable => "/".to_owned(),
        Measured::Several { .. } | Measured::NeedsPerson { .. } => String::new(),
    }
}

/// The bases among the notes.
pub(crate) fn bases(notes: &[ParseNote]) -> impl Iterator<Item = &str> {
    notes.iter().filter_map(|n| if let ParseNote::Basis(words) = n { Some(words.as_str()) } else { None })
}
