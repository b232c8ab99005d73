//! What a card of the register asks of each text, and the numbers of permits.

use std::collections::BTreeSet;

use shiyan_foundation::{Label, Refusal};

use super::code;
use super::credit::squeezed;

/// Collects the refusals of one card.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) why: Vec<Refusal>,
}

impl Reading {
    fn short(text: &str, max: usize) -> bool {
        text.chars().count() <= max
    }
    /// A text that must be there.
    pub(super) fn needed(&mut self, typed: &str, max: usize, label: (&'static str, &'static str), field: &str) -> String {
        let text = typed.trim();
        if text.is_empty() || text == "/" || !Self::short(text, max) {
            self.why.push(Refusal::new(code::EMPTY).with("label", label.0).with("label_en", label.1).with("max", max).on(field));
        }
        text.to_owned()
    }
    /// A text that may be missing; a dash is none.
    pub(super) fn free(&mut self, typed: &str, max: usize, label: (&'static str, &'static str), field: &str) -> String {
        let text = typed.trim();
        if !Self::short(text, max) {
            self.why.push(Refusal::new(code::EMPTY).with("label", label.0).with("label_en", label.1).with("max", max).on(field));
        }
        if matches!(text, "/" | "／") { String::new() } else { text.to_owned() }
    }
    /// What another check gives, or its refusal.
    pub(super) fn take<T: Default>(&mut self, answer: Result<T, Refusal>) -> T {
        answer.unwrap_or_else(|refusal| {
            self.why.push(refusal);
            T::default()
        })
    }
    /// 街道 of the table.
    pub(super) fn street(&mut self, typed: &str, streets: &BTreeSet<String>) -> String {
        if !streets.contains(typed.trim()) {
            self.why.push(Refusal::new(crate::code::STREET).with("typed", typed).on("street"));
        }
        typed.trim().to_owned()
    }
    /// One of a vocabulary, or nothing.
    pub(super) fn choice<L: Label>(&mut self, typed: &str, label: (&'static str, &'static str), field: &str) -> Option<L> {
        let found = L::parse(typed);
        if found.is_none() && !typed.trim().is_empty() {
            self.why.push(Refusal::new(code::NOT_ONE).with("label", label.0).with("label_en", label.1).with("typed", typed).on(field));
        }
        found
    }
}

/// 许可证编号 as it is compared: SC (食品生产许可) and JY (食品经营许可) numbers have 14 digits, other numbers stay as printed.
///
/// # Errors
/// `PARTY-PERMIT` for a number that begins like one of the two and is none.
pub fn permit(typed: &str) -> Result<String, Refusal> {
    let text = squeezed(typed);
    if matches!(text.as_str(), "" | "/" | "无" | "—") {
        return Ok(String::new());
    }
    for prefix in ["SC", "JY"] {
        if let Some(digits) = text.strip_prefix(prefix)
            && (digits.len() != 14 || !digits.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(Refusal::new(code::PERMIT).with("typed", typed.trim()).with("prefix", prefix).on("permit_no"));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_permits_are_compared_without_their_spaces_and_refused_when_digits_are_missing() {
        assert_eq!(permit(" sc 1234 5678 901234 ").unwrap(), "SC12345678901234");
        assert_eq!(permit("ＪＹ12345678901234").unwrap(), "JY12345678901234");
        assert_eq!((permit("/").unwrap(), permit("豫小作坊 2025-01").unwrap()), (String::new(), "豫小作坊2025-01".to_owned()));
        for bad in ["SC1234567890123", "SC1234567890123X", "JY", "JY123456789012345"] {
            assert_eq!(permit(bad).unwrap_err().code(), "PARTY-PERMIT", "{bad}");
        }
    }
}
