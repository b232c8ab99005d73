//! A refusal is a value: a code, the facts, the article, and what to do next, in Chinese and English.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Label, Lang, Role};

/// One refusal code: texts with `{placeholders}` that the facts fill.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// Stable code, e.g. `SHEET-SAMPLERS`.
    pub code: &'static str,
    /// What happened, Chinese.
    pub zh: &'static str,
    /// What happened, English.
    pub en: &'static str,
    /// Next step, Chinese.
    pub next_zh: &'static str,
    /// Next step, English.
    pub next_en: &'static str,
    /// Article it rests on, or empty for a rule of the house.
    pub article: &'static str,
}

/// 拒绝 why something may not be done, for a person and for a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code and its texts.
    pub info: &'static CodeInfo,
    /// Facts filling the placeholders.
    pub facts: BTreeMap<&'static str, String>,
    /// The form field it is about, where there is one.
    pub field: Option<String>,
}

impl Refusal {
    /// A refusal without facts yet.
    #[must_use]
    pub fn new(info: &'static CodeInfo) -> Self {
        Self { info, facts: BTreeMap::new(), field: None }
    }
    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.facts.insert(key, value.to_string());
        self
    }
    /// 状态不许 a move that is not on the table: `{state}`, `{action}` and their English.
    #[must_use]
    pub fn in_state(self, state: impl Label, action: impl Label) -> Self {
        self.with("state", state.zh()).with("state_en", state.en()).with("action", action.zh()).with("action_en", action.en())
    }
    /// 无此角色 an action of other duties: `{role}`, `{action}` and their English.
    #[must_use]
    pub fn for_roles(self, roles: &[Role], action: impl Label) -> Self {
        let terms = |of: fn(Role) -> &'static str| roles.iter().map(|r| of(*r)).collect::<Vec<_>>();
        self.with("role", terms(Label::zh).join("或"))
            .with("role_en", terms(Label::en).join(" or ").to_lowercase())
            .with("action", action.zh())
            .with("action_en", action.en().to_lowercase())
    }
    /// Names the field.
    #[must_use]
    pub fn on(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.info.code
    }
    /// What happened.
    #[must_use]
    pub fn what(&self, lang: Lang) -> String {
        self.fill(lang.pick(self.info.zh, self.info.en))
    }
    /// The next step.
    #[must_use]
    pub fn next(&self, lang: Lang) -> String {
        self.fill(lang.pick(self.info.next_zh, self.info.next_en))
    }
    /// As data, in both languages.
    #[must_use]
    pub fn problem(&self) -> Problem {
        Problem {
            code: self.info.code,
            zh: self.what(Lang::Zh),
            en: self.what(Lang::En),
            next_zh: self.next(Lang::Zh),
            next_en: self.next(Lang::En),
            article: (!self.info.article.is_empty()).then_some(self.info.article),
            field: self.field.clone(),
            facts: self.facts.clone(),
        }
    }
    fn fill(&self, text: &str) -> String {
        filled(text, |key| self.facts.get(key).map(String::as_str))
    }
}

/// A text with its placeholders filled. Beside `{key}` an English text may hold `{key|item is|items are}`, the words that fit the number,
/// and `{a key}`, which puts "a" or "an" before the fact. What no fact fills stays as it is.
#[must_use]
pub fn filled<'f>(text: &str, fact: impl Fn(&str) -> Option<&'f str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((inside, further)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match slot(inside, &fact) {
            Some(said) => out.push_str(&said),
            None => out.push_str(&format!("{{{inside}}}")),
        }
        rest = further;
    }
    out.push_str(rest);
    out
}

fn slot<'f>(inside: &str, fact: &impl Fn(&str) -> Option<&'f str>) -> Option<String> {
    if let Some((key, words)) = inside.split_once('|') {
        let (one, many) = words.split_once('|')?;
        return Some(if fact(key)? == "1" { one } else { many }.to_owned());
    }
    match inside.strip_prefix("a ") {
        Some(key) => fact(key).map(|said| format!("{} {said}", article_of(said))),
        None => fact(inside).map(str::to_owned),
    }
}

/// The indefinite article that a word takes; "u" reads as in "user".
fn article_of(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {} / {}", self.info.code, self.what(Lang::Zh), self.what(Lang::En))
    }
}
impl std::error::Error for Refusal {}

/// A refusal as it goes out over JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable code.
    pub code: &'static str,
    /// What happened, Chinese.
    pub zh: String,
    /// What happened, English.
    pub en: String,
    /// Next step, Chinese.
    pub next_zh: String,
    /// Next step, English.
    pub next_en: String,
    /// Article, if statutory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<&'static str>,
    /// Form field, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The facts.
    pub facts: BTreeMap<&'static str, String>,
}

/// Declares the refusal codes of a crate: a `const` a code and `ALL` for `shiyan explain`.
///
/// ```
/// shiyan_foundation::codes! {
///     NO_NAME = "DEMO-NAME", zh "没有写名称", en "The name is missing", next "写上名称" / "Type the name", article "";
/// }
/// assert_eq!(ALL[0].code, "DEMO-NAME");
/// ```
#[macro_export]
macro_rules! codes {
    ($($name:ident = $code:literal, zh $zh:literal, en $en:literal, next $nzh:literal / $nen:literal, article $article:literal;)+) => {
        $(#[doc = $zh] pub const $name: &$crate::CodeInfo = &$crate::CodeInfo {
            code: $code, zh: $zh, en: $en, next_zh: $nzh, next_en: $nen, article: $article,
        };)+
        /// Every code of this crate.
        pub const ALL: &[&$crate::CodeInfo] = &[$($name),+];
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_counts_and_takes_the_right_article() {
        let say = |text: &str, facts: &[(&'static str, &'static str)]| filled(text, |key| facts.iter().find(|(k, _)| *k == key).map(|(_, v)| *v));
        let needs = "{count} {count|item needs|items need} a decision: {items}";
        assert_eq!(say(needs, &[("count", "1"), ("items", "铅")]), "1 item needs a decision: 铅");
        assert_eq!(say(needs, &[("count", "2"), ("items", "铅、镉")]), "2 items need a decision: 铅、镉");
        assert_eq!(say("Only {a role} may", &[("role", "enforcement officer")]), "Only an enforcement officer may");
        assert_eq!(say("Only {a role} may", &[("role", "user")]), "Only a user may");
        // A fact is text: what looks like a placeholder in it is not filled, and what has no fact stays.
        assert_eq!(say("{name} {other} {", &[("name", "{other}")]), "{other} {other} {");
    }
    #[test]
    fn every_duty_reads_after_only() {
        for role in Role::ALL {
            let name = role.en().to_lowercase();
            let article = if ["enforcement officer", "analyst", "authorised signatory", "administrator"].contains(&name.as_str()) { "an" } else { "a" };
            assert_eq!(article_of(&name), article, "{name}");
        }
    }
}
