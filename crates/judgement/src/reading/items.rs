//! 各值 the values of one cell, each with its unit, and the remark behind them.

use shiyan_foundation::CodeInfo;
use shiyan_statute::DetectionKind;

use super::measured::{Measured, ParseNote};
use super::remark;
use super::scan::{Read, Scan};
use crate::amount::units;
use crate::reasons;

pub(super) struct Item {
    pub value: Measured,
    pub unit: Option<&'static str>,
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

const SEPARATORS: [char; 6] = [';', '；', ',', '、', '\n', '，'];

impl Scan<'_, '_> {
    pub(super) fn items(&mut self) -> Read<Vec<Item>> {
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
    fn why_left(&self) -> &'static CodeInfo {
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
        if let Some(item) = self.word() {
            return Ok(item);
        }
        if self.eat_word(&["未检出", "未检测出", "没有检出", "wjc", "n.d.", "n.d", "nd"]) {
            return self.not_detected();
        }
        if self.eat_word(&["检出", "检测出"]) {
            return self.detected();
        }
        self.figure()
    }

    /// 阴性, 阳性, 弱阳性
    fn word(&mut self) -> Option<Item> {
        for (words, value) in [
            (&["弱阳性", "可疑阳性", "±"][..], Measured::WeakPositive),
            (&["阴性", "yin", "negative", "neg"][..], Measured::Negative),
            (&["阳性", "yang", "positive", "pos", "+"][..], Measured::Positive),
        ] {
            if self.eat_word(words) {
                let _ = self.eat("(-)") || self.eat("(+)");
                let unit = self.unit();
                return Some(Item { value, unit });
            }
        }
        None
    }

    /// What follows 检出: nothing, a basis such as /25g, or how much.
    fn detected(&mut self) -> Read<Item> {
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
        Ok(Item { value: Measured::Detected, unit })
    }

    /// A number, or a bound with its sign.
    fn figure(&mut self) -> Read<Item> {
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
}
