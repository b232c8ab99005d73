//! 检测结果 what a technician types, or a notice prints, read without guessing.
//!
//! The raw text is kept verbatim. What is understood is either certain, or repaired in a way that has only one reading and
//! is said in the notes, or it is [`Measured::NeedsPerson`] with the reason. A number is never taken out of a text whose
//! rest is not understood.

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Decimal, Lang};
use shiyan_statute::DetectionKind;

use crate::basis;
use crate::reasons::{self, Reason};
use crate::remark;
use crate::uniform::prepare;
use crate::units;

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

/// The bases among the notes.
pub(crate) fn bases(notes: &[ParseNote]) -> impl Iterator<Item = &str> {
    notes.iter().filter_map(|n| if let ParseNote::Basis(words) = n { Some(words.as_str()) } else { None })
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

type Read<T> = Result<T, &'static shiyan_foundation::CodeInfo>;

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

struct Item {
    value: Measured,
    unit: Option<&'static str>,
}

impl Item {
    /// A blank behind it can only be the end of the value: a number with a power, or a word.
    fn apart(&self) -> bool {
        match &self.value {
            Measured::Number { text, .. } => text.contains('^'),
            Measured::NotDetected { limit: None, .. } | Measured::Detected | Measured::Negative | Measured::Positive => true,
            _ => false,
        }
    }
}

/// A number found at the beginning of a text.
pub(crate) struct Num {
    pub value: Decimal,
    pub sig_digits: u32,
    pub text: String,
    /// It carried an exponent in some spelling.
    pub power: bool,
}

pub(crate) struct Scan<'a, 'n> {
    pub rest: &'a str,
    pub notes: &'n mut Vec<ParseNote>,
}

/// `mg/kg` or `(mg/kg)` at the beginning, and what follows.
fn leading_unit(text: &str) -> Option<(&'static str, &str)> {
    if let Some((unit, end)) = units::leading(text) {
        return Some((unit, &text[end..]));
    }
    let inside = text.strip_prefix('(')?.trim_start();
    let (unit, end) = units::leading(inside)?;
    Some((unit, inside[end..].trim_start().strip_prefix(')')?))
}

const SEPARATORS: [char; 6] = [';', '；', ',', '、', '\n', '，'];

impl<'a> Scan<'a, '_> {
    pub(crate) fn skip_blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }
    pub(crate) fn eat(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
    /// One of the words, in any case of letters, followed by no further letter.
    fn eat_word(&mut self, words: &[&str]) -> bool {
        for word in words {
            if let Some(head) = self.rest.get(..word.len())
                && head.eq_ignore_ascii_case(word)
                && !(word.is_ascii() && self.rest[word.len()..].starts_with(|c: char| c.is_ascii_alphabetic()))
            {
                self.rest = &self.rest[word.len()..];
                return true;
            }
        }
        false
    }

    fn items(&mut self) -> Read<Vec<Item>> {
        let mut items: Vec<Item> = Vec::new();
        let mut labels: Vec<Option<u32>> = Vec::new();
        let mut blanks = false;
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() {
                break;
            }
            if !items.is_empty() && self.comment(&mut items)? {
                break;
            }
            labels.push(self.label());
            self.rest = self.rest.trim_start();
            items.push(self.item()?);
            let spaced = self.rest.starts_with([' ', '\t']);
            self.skip_blank();
            if self.rest.is_empty() {
                break;
            }
            if self.rest.starts_with(SEPARATORS) {
                self.rest = self.rest.trim_start_matches(|c: char| SEPARATORS.contains(&c) || c.is_whitespace());
            } else if self.rest.starts_with('/') {
                // a slash that did not belong to a unit stands between two values
                let a_unit = units::leading(self.rest).is_some();
                self.rest = &self.rest[1..];
                let portion = items.last().is_some_and(|i| i.value == Measured::Detected) && self.rest.starts_with(|c: char| c.is_ascii_digit());
                if a_unit || portion || self.rest.is_empty() {
                    return Err(reasons::UNREADABLE);
                }
            } else if self.rest.starts_with('(') || self.rest.starts_with("结果") || self.at_label() {
                // a remark, or the next numbered value without a mark in between
            } else if spaced
                && items.last().is_some_and(|i| i.unit.is_none() && i.apart())
                && self.rest.starts_with(|c: char| c.is_ascii_digit() || "<>未检阴阳".contains(c))
            {
                blanks = true;
            } else if !(spaced && items.last().is_some_and(|i| i.unit.is_some())) {
                return Err(self.why_left());
            }
        }
        // "1.2×10⁴ 3.3×10⁴" is two values and "10 20" is nothing that is certain
        if blanks && !items.iter().all(Item::apart) {
            return Err(reasons::UNREADABLE);
        }
        let numbered = labels.iter().flatten().count();
        if numbered > 0 {
            let in_order = labels.iter().zip(1_u32..).all(|(l, i)| *l == Some(i));
            if !in_order {
                return Err(reasons::UNREADABLE);
            }
        }
        Ok(items)
    }

    /// Why what is left after a value cannot be a part of it.
    fn why_left(&self) -> &'static shiyan_foundation::CodeInfo {
        let head = self.rest.chars().next().unwrap_or(' ');
        if head.is_ascii_alphabetic() || matches!(head, 'μ' | '%' | '‰' | '°') { reasons::UNKNOWN_UNIT } else { reasons::UNREADABLE }
    }

    fn at_label(&self) -> bool {
        let mut copy = Scan { rest: self.rest, notes: &mut Vec::new() };
        copy.label().is_some()
    }

    /// ① , ⑴, n1=, n₁：, (1), 1#:, #1:, 1号：, 样1： in front of one of several values.
    fn label(&mut self) -> Option<u32> {
        let first = self.rest.chars().next()?;
        if let Some(n) = u32::from(first).checked_sub(u32::from('①')).filter(|n| *n < 20) {
            self.rest = self.rest[first.len_utf8()..].trim_start_matches([':', '.', '、', ' ']);
            return Some(n + 1);
        }
        if let Some(n) = u32::from(first).checked_sub(u32::from('⑴')).filter(|n| *n < 20) {
            self.rest = self.rest[first.len_utf8()..].trim_start_matches([':', '.', '、', ' ']);
            return Some(n + 1);
        }
        let at = self.rest;
        let (prefix, marks): (&str, &[char]) = match first {
            'n' | 'N' | 'x' | 'X' => (&at[1..], &['=', ':']),
            '(' => (&at[1..], &[')']),
            '样' => (at.strip_prefix("样品").or_else(|| at.strip_prefix("样"))?, &['=', ':']),
            '第' => (&at["第".len()..], &['份', '个']),
            '0'..='9' => (at, &['#', '号']),
            '#' => (&at[1..], &[':', '=']),
            _ => return None,
        };
        let prefix = prefix.trim_start();
        let digits = prefix.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 2 {
            return None;
        }
        let n = prefix[..digits].parse().ok()?;
        let rest = prefix[digits..].trim_start();
        let rest = rest.strip_prefix(marks)?;
        self.rest = rest.trim_start_matches([':', ' ', '=']);
        Some(n)
    }

    /// A remark after the values; only what can be held against the values is let through.
    fn comment(&mut self, items: &mut [Item]) -> Read<bool> {
        let text = self.rest;
        let mut left: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if left.starts_with(|c: char| c.is_ascii_digit() || "<>≤≥①②③④⑤⑥⑦⑧⑨⑩".contains(c)) && remark::read(&left).is_none() || self.at_label()
        {
            return Ok(false);
        }
        // the unit of all values on a line of its own
        if let Some(unit) = units::canonical(left.trim_matches(['(', ')'])) {
            for item in items.iter_mut() {
                if item.unit.is_some_and(|u| u != unit) {
                    return Err(reasons::UNIT_CONFLICT);
                }
                item.unit = Some(unit);
            }
            self.rest = "";
            return Ok(true);
        }
        // the unit of all values, given once at the end
        if let Some(at) = left.find("单位") {
            let after = left[at + "单位".len()..].trim_start_matches([':', '为', '(']).to_owned();
            let (unit, end) = units::leading(&after).ok_or(reasons::UNKNOWN_UNIT)?;
            for item in items.iter_mut() {
                if item.unit.is_some_and(|u| u != unit) {
                    return Err(reasons::UNIT_CONFLICT);
                }
                item.unit = Some(unit);
            }
            left = format!("{}{}", &left[..at], after.get(end..).unwrap_or_default());
        }
        if remark::read(&left).is_none() {
            // no remark that is understood: perhaps it is another value
            let mut copy = Scan { rest: text, notes: &mut Vec::new() };
            return if copy.item().is_ok() { Ok(false) } else { Err(reasons::UNREADABLE) };
        }
        if !left.is_empty() && left.chars().any(|c| !"()，,;；。".contains(c)) {
            self.notes.push(ParseNote::Comment(left));
        }
        self.rest = "";
        Ok(true)
    }

    /// One value with its unit.
    fn item(&mut self) -> Read<Item> {
        for (words, value) in [
            (&["弱阳性", "可疑阳性", "±"][..], Measured::WeakPositive),
            (&["阴性", "yin", "negative", "neg"][..], Measured::Negative),
            (&["阳性", "yang", "positive", "pos", "+"][..], Measured::Positive),
        ] {
            if self.eat_word(words) {
                let _ = self.eat("(-)") || self.eat("(+)");
                let unit = self.unit();
                return Ok(Item { value, unit });
            }
        }
        if self.eat_word(&["未检出", "未检测出", "没有检出", "wjc", "n.d.", "n.d", "nd"]) {
            return self.not_detected();
        }
        if self.eat_word(&["检出", "检测出"]) {
            let unit = self.unit();
            let behind = self.rest;
            self.skip_blank();
            if unit.is_none() && self.rest.starts_with(|c: char| c.is_ascii_digit() || c == ':') {
                self.eat(":");
                // 检出25g names the portion, not what was found in it
                return self.item().and_then(|i| if i.unit.is_some_and(|u| matches!(u, "g" | "mL")) { Err(reasons::UNREADABLE) } else { Ok(i) });
            }
            if unit.is_none()
                && let Some(item) = self.detected_amount()
            {
                return Ok(item);
            }
            self.rest = behind;
            return Ok(Item { value: Measured::Detected, unit });
        }
        let less = ["<", "lt", "小于", "低于"];
        let at_most = ["≤", "<=", "不大于", "小于等于", "小于或等于"];
        let greater = [">", "gt", "大于", "高于"];
        let at_least = ["≥", ">=", "不小于", "大于等于", "大于或等于"];
        let mut bound = None;
        for (words, greater, inclusive) in [(&at_most[..], false, true), (&at_least[..], true, true), (&less[..], false, false), (&greater[..], true, false)] {
            if words.iter().any(|w| self.eat_any_case(w)) {
                bound = Some((greater, inclusive));
                break;
            }
        }
        self.skip_blank();
        if let Some((false, _)) = bound
            && let Some(kind) = self.method_limit()
        {
            return Ok(Item { value: Measured::NotDetected { limit: None, method_limit: Some(kind) }, unit: None });
        }
        let number = self.number()?;
        self.ended(&number)?;
        let unit = self.unit();
        if bound.is_none() && !number.value.is_zero() {
            let behind = self.rest.trim_start_matches(' ');
            if let Some(rest) = ["(检出)", "(实测值)", "(检测值)"].iter().find_map(|w| behind.strip_prefix(w)) {
                self.rest = rest;
            }
        }
        let value = match bound {
            None => Measured::Number { value: number.value, sig_digits: number.sig_digits, text: number.text },
            Some((false, inclusive)) => {
                // <0.01(未检出)
                self.skip_blank();
                if self.eat("(未检出)") || self.eat("(ND)") || self.eat("(nd)") {
                    Measured::NotDetected { limit: Some(number.value), method_limit: None }
                } else {
                    Measured::LessThan { value: number.value, inclusive }
                }
            }
            Some((true, inclusive)) => Measured::GreaterThan { value: number.value, inclusive },
        };
        Ok(Item { value, unit })
    }

    /// `(0.92μg/kg)` behind 检出.
    fn detected_amount(&mut self) -> Option<Item> {
        let mut copy = Scan { rest: self.rest.strip_prefix('(')?.trim_start(), notes: self.notes };
        let number = copy.number().ok()?;
        copy.ended(&number).ok()?;
        let unit = copy.unit()?;
        let rest = copy.rest.trim_start().strip_prefix(')')?;
        self.rest = rest;
        Some(Item { value: Measured::Number { value: number.value, sig_digits: number.sig_digits, text: number.text }, unit: Some(unit) })
    }

    fn eat_any_case(&mut self, word: &str) -> bool {
        match self.rest.get(..word.len()) {
            Some(head) if head.eq_ignore_ascii_case(word) => {
                self.rest = &self.rest[word.len()..];
                true
            }
            _ => false,
        }
    }

    fn method_limit(&mut self) -> Option<DetectionKind> {
        if self.eat_word(&["方法检出限", "检出限", "检测限", "lod"]) {
            Some(DetectionKind::Lod)
        } else if self.eat_word(&["方法定量限", "定量限", "loq"]) {
            Some(DetectionKind::Loq)
        } else {
            None
        }
    }

    /// What follows 未检出: nothing, a basis such as /25g, or the limit of the method.
    fn not_detected(&mut self) -> Read<Item> {
        let mut unit = self.unit();
        let before = self.rest;
        self.skip_blank();
        let bracket = self.eat("(");
        let comma = !bracket && (self.eat(",") || self.eat("，") || self.eat(";"));
        self.skip_blank();
        let method_limit = self.method_limit();
        let _ = self.eat(":") || self.eat("=") || self.eat("为");
        self.skip_blank();
        let less = self.eat("<") || self.eat("≤");
        let method_limit = method_limit.or_else(|| self.method_limit());
        let _ = self.eat(":") || self.eat("=");
        if method_limit.is_none() && !less {
            // not the limit of the method: the next value of a list, or a remark
            self.rest = before;
            return Ok(Item { value: Measured::NotDetected { limit: None, method_limit: None }, unit });
        }
        if comma && method_limit.is_none() {
            self.rest = before;
            return Ok(Item { value: Measured::NotDetected { limit: None, method_limit: None }, unit });
        }
        self.skip_blank();
        let number = self.number()?;
        self.ended(&number)?;
        let own = self.unit();
        match (unit, own) {
            (Some(a), Some(b)) if a != b => return Err(reasons::UNIT_CONFLICT),
            (None, Some(_)) => unit = own,
            _ => {}
        }
        self.skip_blank();
        if bracket && !self.eat(")") {
            return Err(self.why_left());
        }
        Ok(Item { value: Measured::NotDetected { limit: Some(number.value), method_limit }, unit })
    }

    /// The unit at this place, with the brackets behind it that say how the value is counted.
    pub(crate) fn unit(&mut self) -> Option<&'static str> {
        let trimmed = self.rest.trim_start_matches([' ', '\t']);
        let found = leading_unit(trimmed).or_else(|| leading_unit(trimmed.strip_prefix("(KOH)")?.trim_start()).filter(|(u, _)| *u == "mg/g"));
        if let Some((_, rest)) = found {
            self.rest = rest;
        }
        let unit = found.map(|(unit, _)| unit);
        loop {
            let behind = self.rest.trim_start_matches(' ');
            if unit == Some("mg/g")
                && let Some(rest) = ["KOH", "koh", "(KOH)", "(koh)"].iter().find_map(|w| behind.strip_prefix(w))
            {
                self.rest = rest;
            } else if let Some((words, rest)) = basis::leading(behind) {
                if !basis::names_a_substance(&words) && !bases(self.notes).any(|b| b == words) {
                    self.notes.push(ParseNote::Basis(words));
                }
                self.rest = rest;
            } else {
                return unit;
            }
        }
    }

    /// A number in every spelling of an exponent.
    pub(crate) fn number(&mut self) -> Read<Num> {
        let start = self.rest;
        let negative = start.starts_with('-');
        let body = start.strip_prefix(['-', '+']).unwrap_or(start);
        let whole = body.bytes().take_while(u8::is_ascii_digit).count();
        let mut len = whole;
        if body[len..].starts_with('.') {
            let places = body[len + 1..].bytes().take_while(u8::is_ascii_digit).count();
            if places == 0 {
                return Err(reasons::UNREADABLE);
            }
            len += 1 + places;
        }
        if len == 0 {
            return Err(reasons::UNREADABLE);
        }
        if negative {
            return Err(reasons::NEGATIVE);
        }
        let digits = &body[..len];
        if whole > 1 && digits.starts_with('0') {
            // the 000 of 12,000,33,000
            return Err(if digits == "000" { reasons::THOUSANDS } else { reasons::LEADING_ZERO });
        }
        let mantissa = exact(digits)?;
        self.rest = &body[len..];
        let (power, caret) = self.power(&mantissa, digits)?;
        let mantissa = if caret { Decimal::ONE } else { mantissa };
        let value = units::shift(mantissa, power.unwrap_or(0)).filter(fits).ok_or(reasons::OUT_OF_RANGE)?;
        let (text, counted) = match power {
            None => (digits.to_owned(), digits),
            Some(p) if caret => (format!("10^{p}"), "1"),
            Some(p) => (format!("{digits}×10^{p}"), digits),
        };
        Ok(Num { value, sig_digits: significant(counted), text, power: power.is_some() })
    }

    /// Digits that go on after an exponent, a second point, a dash or a plus: that was not one number.
    fn ended(&self, number: &Num) -> Read<()> {
        match self.rest.chars().next() {
            Some(c) if number.power && (c.is_ascii_digit() || "^{}".contains(c)) => Err(reasons::STRAY_DIGITS),
            Some(c) if c.is_ascii_digit() || ".^±+~-×*{}".contains(c) => Err(reasons::UNREADABLE),
            _ => Ok(()),
        }
    }

    /// The exponent after a mantissa; the flag says that the mantissa was itself the ten of `10^k`.
    fn power(&mut self, mantissa: &Decimal, digits: &str) -> Read<(Option<i32>, bool)> {
        let after = self.rest;
        // 10^4, 10⁴
        if digits == "10" && after.starts_with('^') {
            self.rest = &after[1..];
            return Ok((Some(self.raised()?), true));
        }
        // 2.5E6, 1.2e-3
        if let Some(rest) = after.strip_prefix(['e', 'E'])
            && rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
        {
            // 10E4 is 10×10^4 by arithmetic and 10^4 in many laboratories
            if *mantissa == Decimal::TEN {
                return Err(reasons::TEN_E);
            }
            self.rest = rest;
            return Ok((Some(self.integer()?), false));
        }
        let trimmed = after.trim_start_matches(' ');
        let Some(rest) = trimmed.strip_prefix(['×', 'x', 'X', '*', '·', '⋅']) else { return Ok((None, false)) };
        let Some(rest) = rest.trim_start_matches(' ').strip_prefix("10") else { return Err(reasons::UNREADABLE) };
        self.rest = rest;
        if let Some(rest) = rest.trim_start_matches(' ').strip_prefix('^') {
            self.rest = rest;
            return Ok((Some(self.raised()?), false));
        }
        if let Some(rest) = rest.strip_prefix(['e', 'E'])
            && rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
        {
            self.rest = rest;
            let p = self.integer()?;
            self.notes.push(ParseNote::TenE(format!("{digits}×10^{p}")));
            return Ok((Some(p), false));
        }
        let sign = rest.starts_with('-');
        let tail = rest.strip_prefix('-').unwrap_or(rest);
        let count = tail.bytes().take_while(u8::is_ascii_digit).count();
        // a mantissa between 1 and 10 before ×10k with one digit can only be a power that lost its superscript;
        // anything else could be read in two ways
        let normal = *mantissa >= Decimal::ONE && *mantissa < Decimal::TEN;
        match count {
            0 => Err(reasons::TRUNCATED),
            1 if normal && !tail.starts_with('0') => {
                let p: i32 = tail[..1].parse().map_err(|_| reasons::UNREADABLE)?;
                let p = if sign { -p } else { p };
                self.rest = &tail[1..];
                self.notes.push(ParseNote::LostSuperscript(format!("{digits}×10^{p}")));
                Ok((Some(p), false))
            }
            _ => Err(reasons::AMBIGUOUS_POWER),
        }
    }

    /// `4`, `-3`, `{4}`, `(-3)` after a caret.
    fn raised(&mut self) -> Read<i32> {
        let close = match self.rest.chars().next() {
            Some('{') => Some('}'),
            Some('(') => Some(')'),
            _ => None,
        };
        if close.is_some() {
            self.rest = self.rest[1..].trim_start();
        }
        let p = self.integer()?;
        if let Some(close) = close {
            self.rest = self.rest.trim_start().strip_prefix(close).ok_or(reasons::UNREADABLE)?;
        }
        Ok(p)
    }

    fn integer(&mut self) -> Read<i32> {
        self.rest = self.rest.trim_start_matches(' ');
        let negative = self.rest.starts_with('-');
        let body = self.rest.strip_prefix(['-', '+']).unwrap_or(self.rest);
        let count = body.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return Err(reasons::TRUNCATED);
        }
        let p: i32 = body[..count].parse().map_err(|_| reasons::OUT_OF_RANGE)?;
        if p > MAX_POWER {
            return Err(reasons::OUT_OF_RANGE);
        }
        self.rest = &body[count..];
        Ok(if negative { -p } else { p })
    }
}

/// No count and no concentration needs a greater power.
const MAX_POWER: i32 = 12;
const MAX_SCALE: u32 = 15;

/// Few enough digits that unit conversion and comparison stay exact.
fn fits(value: &Decimal) -> bool {
    value.scale() <= MAX_SCALE && value.mantissa().unsigned_abs() < 10_u128.pow(18)
}

fn exact(digits: &str) -> Read<Decimal> {
    Decimal::from_str_exact(digits).ok().filter(fits).ok_or(reasons::OUT_OF_RANGE)
}

/// 有效数字: leading zeros do not count, trailing zeros do.
fn significant(digits: &str) -> u32 {
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let rest = digits.trim_start_matches('0');
    u32::try_from(if rest.is_empty() { 1 } else { rest.len() }).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
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
