//! 名录 texts that many facts share, each kept once under a small number.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use shiyan_foundation::category::CategoryPath;
use shiyan_statute::{ClassScheme, class_in};

use super::rows::{of_three, three};
use crate::groups::KEY_FOOD_GROUPS;
use crate::pick::FARM;

/// The number of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Name(u32);

impl Name {
    /// The empty text.
    pub(crate) const NOTHING: Self = Self(0);

    /// As three bytes; `None` of what comes behind the first sixteen million texts.
    pub(super) fn pack(self) -> Option<[u8; 3]> {
        three(self.0)
    }
    pub(super) fn unpack(bytes: [u8; 3]) -> Self {
        Self(of_three(bytes))
    }
    #[cfg(test)]
    pub(super) fn at(n: u32) -> Self {
        Self(n)
    }
}

/// Every text that was met.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    texts: Vec<Box<str>>,
    at: FxHashMap<Box<str>, Name>,
    classes: FxHashMap<Name, Name>,
    /// 同组 of each category the first one met that every figure and table takes for the same.
    alike: FxHashMap<Name, Name>,
    first_of: FxHashMap<Group, Name>,
}

/// 名录存档
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptNames {
    texts: Vec<String>,
    /// Of each category its class and what stands for its group.
    categories: Vec<(Name, Name, Name)>,
}

/// What figures and tables tell foods apart by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Group {
    by_list: [Option<&'static str>; 2],
    class: String,
    subclass: Option<String>,
    key_foods: u32,
}

impl Group {
    fn of(path: &CategoryPath) -> Self {
        let listed = |scheme| class_in(scheme, path).map(|c| c.name.as_str());
        let held = KEY_FOOD_GROUPS.iter().enumerate().filter(|(_, g)| g.holds(path));
        Self {
            by_list: [listed(ClassScheme::Classes35), listed(ClassScheme::Classes39)],
            class: path.class().to_owned(),
            subclass: path.0.get(1).filter(|_| path.class() == FARM).cloned(),
            key_foods: held.fold(0, |mask, (at, _)| mask | 1 << at),
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        let mut names =
            Self { texts: Vec::new(), at: FxHashMap::default(), classes: FxHashMap::default(), alike: FxHashMap::default(), first_of: FxHashMap::default() };
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
    /// As they are kept: the same number for the same text.
    pub(crate) fn keep(&self) -> KeptNames {
        let categories = self.classes.iter().map(|(name, class)| (*name, *class, self.group(*name))).collect();
        KeptNames { texts: self.texts.iter().map(|t| String::from(&**t)).collect(), categories }
    }
    pub(crate) fn of_kept(kept: KeptNames) -> Self {
        let mut names = Self::default();
        for text in &kept.texts {
            names.of(text);
        }
        for (name, class, first) in kept.categories {
            names.classes.insert(name, class);
            names.alike.insert(name, first);
            names.first_of.insert(Group::of(&CategoryPath::parse(names.text(name))), first);
        }
        names
    }
    /// The number of a text that was met.
    pub(crate) fn known(&self, text: &str) -> Option<Name> {
        self.at.get(text).copied()
    }
    /// The text.
    pub(crate) fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |t| t)
    }
    /// The number of a category; its class and its group are remembered.
    pub(crate) fn category(&mut self, path: &str) -> Name {
        let name = self.of(path);
        if !self.classes.contains_key(&name) {
            let class = self.of(path.split('/').next().unwrap_or_default());
            self.classes.insert(name, class);
            let first = *self.first_of.entry(Group::of(&CategoryPath::parse(path))).or_insert(name);
            self.alike.insert(name, first);
        }
        name
    }
    /// Every category that was met.
    pub(crate) fn categories(&self) -> impl Iterator<Item = Name> {
        self.classes.keys().copied()
    }
    /// The category that stands for all of its group.
    pub(crate) fn group(&self, category: Name) -> Name {
        self.alike.get(&category).copied().unwrap_or(category)
    }
    /// 食品大类 of a category.
    pub(crate) fn class(&self, category: Name) -> Name {
        self.classes.get(&category).copied().unwrap_or(category)
    }
}
