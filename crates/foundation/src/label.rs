//! Two languages, Chinese first.

use serde::{Deserialize, Serialize};

/// The language a page, a report or a message is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// The text of this language out of a pair.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
    /// BCP 47 tag for `<html lang>`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.pick("zh-Hans", "en")
    }
}

/// A closed set of words of the field: a stable short code, the official Chinese term, the English term.
pub trait Label: Sized + Copy + 'static {
    /// Every member, in the order of the official lists.
    const ALL: &'static [Self];
    /// Stable code at rest and in the API.
    fn code(self) -> &'static str;
    /// Official Chinese term.
    fn zh(self) -> &'static str;
    /// English term.
    fn en(self) -> &'static str;
    /// The term in a language.
    fn label(self, lang: Lang) -> &'static str {
        lang.pick(self.zh(), self.en())
    }
    /// The member with this code or this Chinese term.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL.iter().copied().find(|m| m.code() == text || m.zh() == text)
    }
}

/// Declares an enum with [`Label`], serialised by its code.
#[macro_export]
macro_rules! labels {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$vdoc])* #[doc = $zh] #[serde(rename = $code)] $variant),+ }
        impl $crate::Label for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            fn zh(self) -> &'static str { match self { $(Self::$variant => $zh),+ } }
            fn en(self) -> &'static str { match self { $(Self::$variant => $en),+ } }
        }
    };
}
