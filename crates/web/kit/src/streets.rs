//! 街道 names and choices.

use std::collections::BTreeMap;

use shiyan_foundation::area::Street;

use crate::views::Choice;

/// The streets as choices, by code.
pub fn street_choices(streets: &Streets) -> Vec<Choice> {
    streets.values().map(|s| Choice::new(s.code.as_str(), s.name.as_str())).collect()
}

/// Names of streets by code.
pub type Streets = BTreeMap<String, Street>;

/// The name of a street, or its code.
pub fn street_name(streets: &Streets, code: &str) -> String {
    streets.get(code).map_or_else(|| if code.is_empty() { "—".to_owned() } else { code.to_owned() }, |s| s.name.clone())
}
