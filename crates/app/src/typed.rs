//! 填写 what is typed into a form, read: a number, a text that must be there, a member of a vocabulary.

use shiyan_foundation::text::fold;
use shiyan_foundation::{Label, Refusal};

use crate::code;

/// A problem with a typed number.
pub(crate) fn number<T: std::str::FromStr>(typed: &str, zh: &'static str, en: &'static str, field: &str) -> Result<T, Refusal> {
    fold(typed).replace([',', ' '], "").parse().map_err(|_| Refusal::new(code::NUMBER).with("label", zh).with("label_en", en).with("typed", typed).on(field))
}

/// A text that must be there.
pub(crate) fn needed(typed: &str, most: usize, zh: &'static str, en: &'static str, field: &str) -> Result<String, Refusal> {
    let text = typed.trim();
    if text.is_empty() || text.chars().count() > most {
        return Err(Refusal::new(code::TEXT).with("label", zh).with("label_en", en).on(field));
    }
    Ok(text.to_owned())
}

/// One of the members of a vocabulary.
pub(crate) fn one_of<L: Label>(typed: &str, zh: &'static str, en: &'static str, field: &str) -> Result<L, Refusal> {
    L::parse(typed).ok_or_else(|| Refusal::new(code::CHOICE).with("label", zh).with("label_en", en).with("typed", typed).on(field))
}
