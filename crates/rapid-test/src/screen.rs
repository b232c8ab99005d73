//! 推定 what a record as sent amounts to by the rule of its method. The word of the device and the rule are two things; where they differ neither wins by
//! itself. Comparison is of exact decimals: 50.00 % is positive where the method says so, and nothing is rounded before.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shiyan_foundation::text::fold;
use shiyan_foundation::{Decimal, labels};
use shiyan_statute::{RapidMethod, rapid_method};

use crate::reading::RapidVerdict;
use crate::sent::{Doubt, Said, Sent};

labels! {
    /// 推定结果
    pub enum Screen {
        Negative = "negative", "阴性", "Negative";
        Positive = "positive", "阳性", "Positive";
        Suspect = "suspect", "可疑", "Suspect";
        Invalid = "invalid", "无效", "Invalid";
        Open = "none", "未定", "Open";
    }
}

impl Screen {
    /// 快检结果 that it is by itself; a suspect and an open one wait for a person or for the limit of the food.
    #[must_use]
    pub fn verdict(self) -> Option<RapidVerdict> {
        match self {
            Self::Negative => Some(RapidVerdict::Negative),
            Self::Positive => Some(RapidVerdict::Positive),
            Self::Invalid => Some(RapidVerdict::Invalid),
            Self::Suspect | Self::Open => None,
        }
    }
}

impl From<Said> for Screen {
    fn from(said: Said) -> Self {
        match said {
            Said::Negative => Self::Negative,
            Said::Positive => Self::Positive,
            Said::Suspect => Self::Suspect,
            Said::Invalid | Said::OutOfRange => Self::Invalid,
        }
    }
}

labels! {
    /// 阳性方向 on which side of a cut-off a value is positive. A competitive card is positive below, a luminometer above.
    pub enum Side {
        AtLeast = "at_least", "≥", "≥";
        Above = "above", ">", ">";
        AtMost = "at_most", "≤", "≤";
        Below = "below", "<", "<";
    }
}

/// 判定界值 of a kit or a site, where the method states no number: the T/C value of a card reader by its leaflet, the limit of a luminometer by its maker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cutoff {
    /// 界值
    pub at: Decimal,
    /// Where a value is positive.
    pub side: Side,
    /// 灰区界 up to where a value that is not positive is suspect, on the same side; none where there is no such zone.
    pub grey: Option<Decimal>,
}

impl Cutoff {
    fn beyond(self, value: Decimal, bound: Decimal) -> bool {
        match self.side {
            Side::AtLeast => value >= bound,
            Side::Above => value > bound,
            Side::AtMost => value <= bound,
            Side::Below => value < bound,
        }
    }
    /// 判定 of a value.
    #[must_use]
    pub fn judge(self, value: Decimal) -> Screen {
        // the end of the zone belongs to the negative side: T ≥ B is negative, and so is what reaches the lower limit of a luminometer
        if self.beyond(value, self.at) {
            Screen::Positive
        } else if self.grey.is_some_and(|grey| match self.side {
            Side::AtLeast | Side::Above => value > grey,
            Side::AtMost | Side::Below => value < grey,
        }) {
            Screen::Suspect
        } else {
            Screen::Negative
        }
    }
}

/// 依据 what a record is reckoned by; it belongs to the profile of the device or to the method that the record names.
#[derive(Debug, Clone, Copy, Default)]
pub struct Basis {
    /// 方法
    pub method: Option<&'static RapidMethod>,
    /// 界值 of the kit or the site, used where the method states no number. It is given in the unit of the reading.
    pub cutoff: Option<Cutoff>,
    /// The device compares with a table of its own (a strip reader): its word decides where the method states no number.
    pub word_decides: bool,
}

impl Basis {
    /// By the method that the record names itself; a threshold in another unit is none.
    #[must_use]
    pub fn named(sent: &Sent) -> Self {
        let method = rapid_method(&sent.method).filter(|m| m.threshold.is_none() || same_unit(&m.unit, &sent.unit));
        Self { method, ..Self::default() }
    }
    /// By a method of the table.
    #[must_use]
    pub fn method(code: &str) -> Self {
        Self { method: rapid_method(code), ..Self::default() }
    }
}

/// One unit written with different cases of type and full-width forms; nothing is converted.
#[must_use]
pub fn same_unit(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

/// 数值 a value as sent, if it is a plain number: full-width digits fold, nothing else is guessed.
#[must_use]
pub fn number(text: &str) -> Option<Decimal> {
    let text = fold(text);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().filter(|b| *b == b'.').count() <= 1;
    (plain && digits.bytes().any(|b| b.is_ascii_digit())).then(|| Decimal::from_str_exact(&text).ok()).flatten()
}

/// Reckons a record: the result, and every doubt that there is, old and new.
#[must_use]
pub fn screen(sent: &Sent, basis: Basis) -> (Screen, BTreeSet<Doubt>) {
    let mut doubts = sent.doubts.clone();
    let open = [Doubt::SignInferred, Doubt::BadTime, Doubt::UnknownWord, Doubt::MaskUndecidable, Doubt::LayoutInferred];
    if open.iter().any(|d| doubts.contains(d)) {
        return (Screen::Open, doubts);
    }
    let told = match (sent.said, sent.said_too) {
        (Some(one), Some(other)) if Screen::from(one) != Screen::from(other) => {
            doubts.insert(Doubt::VerdictConflict);
            let invalid = [one, other].into_iter().any(|s| Screen::from(s) == Screen::Invalid);
            return (if invalid { Screen::Invalid } else { Screen::Open }, doubts);
        }
        (one, other) => one.or(other).map(Screen::from),
    };
    // A device that calls its own measurement invalid or suspicious is believed: that is no verdict that a threshold could give.
    if let Some(word @ (Screen::Invalid | Screen::Suspect)) = told {
        return (word, doubts);
    }
    if doubts.contains(&Doubt::NotAvailable) {
        return (Screen::Invalid, doubts);
    }
    let by_rule = match (number(&sent.value), basis.method) {
        (Some(value), Some(method)) if !method.plausible(value) => {
            doubts.insert(Doubt::OutOfRange);
            return (Screen::Invalid, doubts);
        }
        (Some(value), method) => {
            let stated = method.and_then(|m| m.positive(value)).map(|positive| if positive { Screen::Positive } else { Screen::Negative });
            stated.or_else(|| basis.cutoff.map(|c| c.judge(value)))
        }
        _ => None,
    };
    match (by_rule, told) {
        (Some(rule), told) => {
            if told.is_some_and(|t| t != rule) {
                doubts.insert(Doubt::VerdictConflict);
            }
            (rule, doubts)
        }
        (None, Some(word)) if sent.value.is_empty() || basis.word_decides => (word, doubts),
        (None, _) => (Screen::Open, doubts),
    }
}

/// 结论用词 the sense of a word by itself: whole words only, folded. What is not in the list has no sense.
#[must_use]
pub fn word(text: &str) -> Option<Said> {
    Some(match fold(text).to_ascii_lowercase().as_str() {
        "阴性" | "合格" | "未检出" | "不携带" | "-" | "阴" => Said::Negative,
        "阳性" | "不合格" | "超标" | "检出" | "携带" | "+" | "阳" => Said::Positive,
        "无效" | "na" | "nan" | "---.-" => Said::Invalid,
        "可疑" => Said::Suspect,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pct(value: &str, said: Option<Said>) -> (Screen, BTreeSet<Doubt>) {
        screen(&Sent { value: value.into(), unit: "%".into(), said, ..Sent::default() }, Basis::method("GB/T 5009.199-2003"))
    }
    #[test]
    fn exactly_fifty_is_positive_and_nothing_is_rounded_before() {
        assert_eq!(pct("50.00", None).0, Screen::Positive);
        assert_eq!(pct("５０．００", None).0, Screen::Positive);
        assert_eq!(pct("49.999999999999999", None).0, Screen::Negative);
        assert_eq!(pct("-10.00", None).0, Screen::Negative);
        assert_eq!(pct("-10.01", None), (Screen::Invalid, BTreeSet::from([Doubt::OutOfRange])));
        assert_eq!(pct("118", Some(Said::Positive)).0, Screen::Invalid);
    }
    #[test]
    fn the_word_of_the_device_never_turns_the_rule_round() {
        assert_eq!(pct("50.00", Some(Said::Negative)), (Screen::Positive, BTreeSet::from([Doubt::VerdictConflict])));
        assert_eq!(pct("49.99", Some(Said::Positive)), (Screen::Negative, BTreeSet::from([Doubt::VerdictConflict])));
        assert_eq!(pct("49.99", Some(Said::Invalid)).0, Screen::Invalid);
        assert_eq!(pct("", Some(Said::Positive)).0, Screen::Positive);
        assert_eq!(pct("", None).0, Screen::Open);
    }
    #[test]
    fn a_kit_has_its_own_cut_off_where_the_method_states_none() {
        let of = |cutoff, method: &str, value: &str| {
            screen(&Sent { value: value.into(), ..Sent::default() }, Basis { cutoff: Some(cutoff), ..Basis::method(method) }).0
        };
        let d = |n, s| Decimal::new(n, s);
        // a card reader: T/C up to 0.80 positive, from 1.00 on negative, between suspect
        let card = Cutoff { at: d(80, 2), side: Side::AtMost, grey: Some(d(100, 2)) };
        let card_of = |v| of(card, "KJ201705", v);
        assert_eq!(
            ["0.79", "0.80", "0.81", "0.99", "1.00"].map(card_of),
            [Screen::Positive, Screen::Positive, Screen::Suspect, Screen::Suspect, Screen::Negative]
        );
        // a luminometer: to 10 good, to 30 a warning, above that bad
        let atp = Cutoff { at: d(30, 0), side: Side::Above, grey: Some(d(10, 0)) };
        assert_eq!(["10", "11", "30", "31"].map(|v| of(atp, "ATP", v)), [Screen::Negative, Screen::Suspect, Screen::Suspect, Screen::Positive]);
        // a number of the method is never moved by a kit
        let lax = Cutoff { at: d(70, 0), side: Side::AtLeast, grey: None };
        assert_eq!(of(lax, "GB/T 5009.199-2003", "50.00"), Screen::Positive);
    }
    #[test]
    fn a_threshold_in_another_unit_is_no_threshold() {
        let sent = Sent { method: "GB/T 5009.199-2003".into(), value: "3".into(), unit: "mg/kg".into(), ..Sent::default() };
        assert!(Basis::named(&sent).method.is_none());
        assert_eq!(screen(&sent, Basis::named(&sent)).0, Screen::Open);
    }
    #[test]
    fn only_plain_numbers_are_numbers() {
        for text in ["<0.01", "1,5", "1e3", "NaN", "", ".", "--1", "0x10", "1.2.3", "阴性", "1_000"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(number(" 12.30 ").map(|d| d.to_string()).as_deref(), Some("12.30"));
    }
    #[test]
    fn words_are_whole_words() {
        assert_eq!(word("不合格"), Some(Said::Positive));
        assert_eq!(word("未检出"), Some(Said::Negative));
        assert_eq!(word("＋"), Some(Said::Positive));
        for text in ["弱阳性", "合格率", "", "阳性对照", "??"] {
            assert_eq!(word(text), None, "{text}");
        }
    }
}
