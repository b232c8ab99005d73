//! 对照表 names of items and units as analysers send them, and ours. A name is ours when it is spelled the same after one laid-down normalisation, or when a row
//! says so; nothing is matched because it looks alike. What is unknown is stored as sent and queued, and once somebody says what it is, the earlier readings are
//! read anew from what was sent.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shiyan_foundation::text::fold;
use shiyan_statute::{RapidNameKind, item_key, rapid_method, rapid_methods, rapid_names};

use crate::screen::{Basis, Screen, same_unit, screen};
use crate::sent::{Doubt, Sent};

pub use shiyan_statute::RapidNameKind as Kind;

/// 对照 one row: what a sender says, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mapping {
    /// 种类
    pub kind: Kind,
    /// 适用来源 a dialect or a model; empty holds for all.
    pub scope: String,
    /// As sent: the name, or the code where no name is sent.
    pub says: String,
    /// Ours.
    pub means: String,
    /// 方法 that goes with it; mostly none.
    pub method: String,
}

/// 规范写法 by which two spellings are one: for items that of the limit library (`item_key`), for units width, blanks and the two signs for micro.
#[must_use]
pub fn normal(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Item => item_key(text),
        Kind::Unit => fold(text).chars().filter(|c| !c.is_whitespace()).map(|c| if c == 'µ' { 'μ' } else { c }).collect(),
    }
}

/// 含义 of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// One of ours, with the method that goes with it.
    Known {
        /// Our name.
        name: String,
        /// Method; mostly empty.
        method: String,
    },
    /// 未知
    Unknown,
    /// 有歧义 rows contradict each other; it counts as unknown until one of them is ended.
    Ambiguous(Vec<String>),
}

/// 对照表
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    own: BTreeMap<(Kind, String), String>,
    rows: BTreeMap<(Kind, String, String), BTreeSet<(String, String)>>,
}

impl Dictionary {
    /// Of our own names and the rows.
    #[must_use]
    pub fn new<'a>(own: impl IntoIterator<Item = (Kind, &'a str)>, rows: impl IntoIterator<Item = Mapping>) -> Self {
        let mut out = Self::default();
        for (kind, name) in own {
            let key = normal(kind, name);
            if !key.is_empty() {
                out.own.entry((kind, key)).or_insert_with(|| name.to_owned());
            }
        }
        for row in rows {
            out.add(row);
        }
        out
    }
    /// The rows that are shipped, with the items of the rapid methods and whatever else is ours.
    #[must_use]
    pub fn shipped<'a>(items: impl IntoIterator<Item = &'a str>, units: impl IntoIterator<Item = &'a str>) -> Self {
        let methods = rapid_methods();
        let own = items.into_iter().chain(methods.iter().map(|m| m.analyte.as_str())).map(|name| (Kind::Item, name));
        let means = rapid_names().iter().filter(|n| n.kind == Kind::Unit).map(|n| n.means.as_str());
        let units = units.into_iter().chain(methods.iter().map(|m| m.unit.as_str())).chain(means).map(|name| (Kind::Unit, name));
        let row = |n: &shiyan_statute::RapidName| Mapping {
            kind: n.kind,
            scope: String::new(),
            says: n.says.clone(),
            means: n.means.clone(),
            method: n.method.clone(),
        };
        Self::new(own.chain(units).collect::<Vec<_>>(), rapid_names().iter().map(row))
    }
    /// Adds a row.
    pub fn add(&mut self, row: Mapping) {
        let key = normal(row.kind, &row.says);
        if !key.is_empty() && !row.means.is_empty() {
            self.rows.entry((row.kind, row.scope, key)).or_default().insert((row.means, row.method));
        }
    }
    /// 查对照 of a name or code from a source. A row for that source goes before one for all, and a row before a name of ours.
    #[must_use]
    pub fn meaning(&self, kind: Kind, scope: &str, says: &str) -> Meaning {
        let key = normal(kind, says);
        if key.is_empty() {
            return Meaning::Unknown;
        }
        for scope in BTreeSet::from([scope, ""]).into_iter().rev() {
            if let Some(found) = self.rows.get(&(kind, scope.to_owned(), key.clone())) {
                let mut found = found.iter();
                return match (found.next(), found.next()) {
                    (Some((name, method)), None) => Meaning::Known { name: name.clone(), method: method.clone() },
                    (one, two) => Meaning::Ambiguous(one.into_iter().chain(two).chain(found).map(|(n, _)| n.clone()).collect()),
                };
            }
        }
        self.own.get(&(kind, key)).map_or(Meaning::Unknown, |name| Meaning::Known { name: name.clone(), method: String::new() })
    }
}

/// 解读 what a stored record amounts to by a dictionary. It is made from what was sent, so it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpretation {
    /// 项目 of ours; none while it is unknown.
    pub item: Option<String>,
    /// 单位 of ours; none while it is unknown, and none where no unit was sent.
    pub unit: Option<String>,
    /// 方法 by which it was reckoned; empty for none.
    pub method: String,
    /// 推定结果
    pub screen: Screen,
    /// 疑点
    pub doubts: BTreeSet<Doubt>,
}

fn named(sent: &Sent) -> &str {
    if sent.item.name.is_empty() { &sent.item.code } else { &sent.item.name }
}

/// Reads a record by a dictionary. `fixed` is the basis of the device's profile, where it has one; else the method that the record names, else the one that goes with
/// the item. A threshold is used only in its own unit.
#[must_use]
pub fn interpret(sent: &Sent, scope: &str, dictionary: &Dictionary, fixed: Basis) -> Interpretation {
    let known = |kind, text| match dictionary.meaning(kind, scope, text) {
        Meaning::Known { name, method } => Some((name, method)),
        Meaning::Unknown | Meaning::Ambiguous(_) => None,
    };
    let item = known(RapidNameKind::Item, named(sent));
    let unit = known(RapidNameKind::Unit, &sent.unit).map(|(name, _)| name);
    let by_item =
        item.as_ref().and_then(|(_, method)| rapid_method(method)).filter(|m| m.threshold.is_none() || unit.as_deref().is_some_and(|u| same_unit(&m.unit, u)));
    let method = fixed.method.or(Basis::named(sent).method).or(by_item);
    let (screen, doubts) = screen(sent, Basis { method, ..fixed });
    Interpretation { item: item.map(|(name, _)| name), unit, method: method.map_or_else(String::new, |m| m.code.clone()), screen, doubts }
}

/// 补正 which of the stored records read otherwise by this dictionary: id, as it was read, as it reads now. What was sent stays as it is.
#[must_use]
pub fn healed<'a, Id: Copy>(
    stored: impl IntoIterator<Item = (Id, &'a Sent, &'a str, Basis, &'a Interpretation)>,
    dictionary: &Dictionary,
) -> Vec<(Id, Interpretation)> {
    let read = |(id, sent, scope, basis, before): (Id, &Sent, &str, Basis, &Interpretation)| {
        let now = interpret(sent, scope, dictionary, basis);
        (now != *before).then_some((id, now))
    };
    stored.into_iter().filter_map(read).collect()
}

/// 待对照 names that nobody has said anything of, with how often they came.
#[must_use]
pub fn queue<'a>(sent: impl IntoIterator<Item = (&'a Sent, &'a str)>, dictionary: &Dictionary) -> BTreeMap<(Kind, String, String), usize> {
    let mut out = BTreeMap::new();
    for (sent, scope) in sent {
        for (kind, text) in [(Kind::Item, named(sent)), (Kind::Unit, sent.unit.as_str())] {
            if !text.is_empty() && !matches!(dictionary.meaning(kind, scope, text), Meaning::Known { .. }) {
                *out.entry((kind, scope.to_owned(), text.to_owned())).or_default() += 1;
            }
        }
    }
    out
}
