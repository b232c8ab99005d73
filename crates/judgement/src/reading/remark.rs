//! 附注 the words beside the values (结果均大于m, 其中2个大于M, 不合格). They are never taken for granted: what they say is held
//! against the values, and what cannot be verified goes to a person.

use shiyan_foundation::Decimal;

use super::measured::Measured;

/// How the values are said to lie to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
}

/// What a remark says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Remark {
    /// Relations that hold together; true stands for M, false for m.
    clauses: Vec<(Relation, bool)>,
    /// So many values; without it all of them.
    number: Option<usize>,
    /// 合格 or 不合格.
    pub verdict: Option<bool>,
}

const RELATIONS: [(&str, Relation); 20] = [
    ("大于或等于", Relation::AtLeast),
    ("大于等于", Relation::AtLeast),
    ("小于或等于", Relation::AtMost),
    ("小于等于", Relation::AtMost),
    ("不小于", Relation::AtLeast),
    ("不低于", Relation::AtLeast),
    ("不大于", Relation::AtMost),
    ("不超过", Relation::AtMost),
    ("不高于", Relation::AtMost),
    ("未超过", Relation::AtMost),
    ("≥", Relation::AtLeast),
    ("≤", Relation::AtMost),
    (">", Relation::Above),
    ("<", Relation::Below),
    ("大于", Relation::Above),
    ("高于", Relation::Above),
    ("超过", Relation::Above),
    ("小于", Relation::Below),
    ("低于", Relation::Below),
    ("等于", Relation::Equal),
];

const FILLING: [&str; 20] =
    ["检验", "检测", "结果", "样品", "样本", "其中", "之间", "均", "都", "全部", "各", "的", "值", "且", "并", "为", "单位", "之", "有", "共"];

const NUMBERS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// The remark, when every word of it is understood.
pub(crate) fn read(text: &str) -> Option<Remark> {
    let cleaned: String = text.chars().filter(|c| !c.is_whitespace() && !"()，,;；。:、".contains(*c)).collect();
    let mut rest = cleaned.as_str();
    let mut out = Remark::default();
    'words: while !rest.is_empty() {
        for (word, verdict) in [("不合格", false), ("超标", false), ("合格", true)] {
            if let Some(cut) = rest.strip_prefix(word) {
                if out.verdict.replace(verdict).is_some() {
                    return None;
                }
                rest = cut;
                continue 'words;
            }
        }
        if let Some(cut) = rest.strip_prefix("介于m") {
            let cut = cut.trim_start_matches('值');
            let cut = cut.strip_prefix(['和', '与', '~', '至', '到']).unwrap_or(cut).strip_prefix('M')?;
            out.clauses.extend([(Relation::Above, false), (Relation::AtMost, true)]);
            rest = cut;
            continue;
        }
        for (word, relation) in RELATIONS {
            if let Some(cut) = rest.strip_prefix(word) {
                // "大于m和M" says two things with one word
                let upper = cut.starts_with('M');
                rest = cut.strip_prefix(['m', 'M'])?.trim_start_matches('值');
                out.clauses.push((relation, upper));
                if let Some(second) = rest.strip_prefix(['和', '与']).filter(|r| r.starts_with(['m', 'M'])) {
                    out.clauses.push((relation, second.starts_with('M')));
                    rest = second[1..].trim_start_matches('值');
                }
                continue 'words;
            }
        }
        if let Some((number, cut)) = counted(rest) {
            if out.number.replace(number).is_some() {
                return None;
            }
            rest = cut;
            continue;
        }
        rest = FILLING.iter().find_map(|word| rest.strip_prefix(word))?;
    }
    Some(out)
}

/// `五个`, `5份`.
fn counted(text: &str) -> Option<(usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = if digits > 0 && digits < 3 {
        (text[..digits].parse().ok()?, &text[digits..])
    } else {
        let (at, word) = NUMBERS.iter().enumerate().find(|(_, w)| text.starts_with(*w))?;
        (at + 1, &text[word.len()..])
    };
    ["个", "份", "批"].iter().find_map(|w| rest.strip_prefix(w)).map(|rest| (number, rest))
}

impl Remark {
    /// It speaks of m, M or a number of samples, which only a plan has.
    pub(crate) fn of_a_plan(&self) -> bool {
        !self.clauses.is_empty() || self.number.is_some()
    }
    /// Whether it is certain that the values lie as the remark says.
    pub(crate) fn holds(&self, values: &[Measured], m: Decimal, upper: Option<Decimal>) -> bool {
        if self.clauses.is_empty() {
            return self.number.is_none_or(|n| n == values.len());
        }
        let mut meeting = 0;
        for one in values {
            let mut all = true;
            for (relation, of_upper) in &self.clauses {
                let Some(bound) = (if *of_upper { upper } else { Some(m) }) else { return false };
                match lies(one, *relation, bound) {
                    Some(holds) => all &= holds,
                    None => return false,
                }
            }
            meeting += usize::from(all);
        }
        meeting == self.number.unwrap_or(values.len())
    }
}

/// Whether a value certainly lies so to a bound; nothing when that is open.
fn lies(one: &Measured, relation: Relation, bound: Decimal) -> Option<bool> {
    let (least, most) = match one {
        Measured::Number { value, .. } => {
            return Some(match relation {
                Relation::Above => *value > bound,
                Relation::AtLeast => *value >= bound,
                Relation::Below => *value < bound,
                Relation::AtMost => *value <= bound,
                Relation::Equal => *value == bound,
            });
        }
        Measured::LessThan { value, .. } | Measured::NotDetected { limit: Some(value), .. } => (None, Some(*value)),
        Measured::GreaterThan { value, .. } => (Some(*value), None),
        Measured::NotDetected { limit: None, .. } | Measured::Negative => (None, Some(Decimal::ZERO)),
        Measured::Detected | Measured::Positive => (Some(Decimal::ZERO), None),
        _ => return None,
    };
    let under = most.is_some_and(|v| v <= bound);
    let over = least.is_some_and(|v| v >= bound);
    match relation {
        Relation::Below | Relation::AtMost if under => Some(true),
        Relation::Above | Relation::AtLeast if over => Some(true),
        Relation::Above if under => Some(false),
        Relation::Below if over => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn d(n: i64) -> Decimal {
        Decimal::from(n)
    }
    fn says(text: &str, values: &[i64]) -> Option<bool> {
        let values: Vec<Measured> = values.iter().map(|v| Measured::Number { value: d(*v), sig_digits: 1, text: v.to_string() }).collect();
        read(text).map(|r| r.holds(&values, d(10), Some(d(100))))
    }
    #[test]
    fn only_what_the_values_bear_out() {
        for (text, values, holds) in [
            ("结果均大于m", &[11, 12][..], true),
            ("结果均大于m", &[10, 12], false),
            ("均不小于m", &[10, 12], true),
            ("均介于m与M之间", &[11, 100], true),
            ("均介于m与M之间", &[1, 2], false),
            ("均大于m小于M", &[11, 99], true),
            ("均大于m且小于M", &[11, 100], false),
            ("其中2个大于M", &[101, 102, 5], true),
            ("其中大于m的样品五个", &[11, 12, 5], false),
            ("(5个样品)", &[1, 2, 3, 4, 5], true),
            ("(5个样品)", &[1, 2, 3, 4], false),
            ("五个样品结果均超过m值", &[11, 12, 13, 14, 15], true),
            ("均等于M", &[100, 100], true),
            ("均高于m和M", &[101, 200], true),
            ("均高于m和M", &[11, 200], false),
        ] {
            assert_eq!(says(text, values), Some(holds), "{text} {values:?}");
        }
        for text in ["无效", "大于n", "合格不合格", "均大于", "见附页", "大于m2"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("(不合格)").and_then(|r| r.verdict), Some(false));
    }
}
