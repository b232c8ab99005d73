//! 名录 texts that many facts share, each kept once under a small number.

use rustc_hash::FxHashMap;

/// The number of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(u32);

impl Name {
    /// The empty text.
    pub(crate) const NOTHING: Self = Self(0);
}

/// Every text that was met.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    texts: Vec<Box<str>>,
    at: FxHashMap<Box<str>, Name>,
    classes: FxHashMap<Name, Name>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self { texts: Vec::new(), at: FxHashMap::default(), classes: FxHashMap::default() };
        names.of("");
        names
    }
}

impl Names {
    /// The number of a text, a new one when it was not met before.
    pub(crate) fn of(&mut self, text: &str) -> Name {
        if let Some(name) = self.at.get(text) {
            return *name;
        }
        // four thousand million different texts do not fit into memory
        let name = Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(text.into());
        self.at.insert(text.into(), name);
        name
    }
    /// The number of a text that was met.
    pub(crate) fn known(&self, text: &str) -> Option<Name> {
        self.at.get(text).copied()
    }
    /// The text.
    pub(crate) fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |t| t)
    }
    /// The number of a category, whose class is remembered.
    pub(crate) fn category(&mut self, path: &str) -> Name {
        let name = self.of(path);
        if !self.classes.contains_key(&name) {
            let class = self.of(path.split('/').next().unwrap_or_default());
            self.classes.insert(name, class);
        }
        name
    }
    /// 食品大类 of a category.
    pub(crate) fn class(&self, category: Name) -> Name {
        self.classes.get(&category).copied().unwrap_or(category)
    }
}
