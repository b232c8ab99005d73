//! Food categories 食品大类 → 亚类 → 次亚类 → 细类.

use serde::{Deserialize, Serialize};

/// 食品分类 a path of one to four levels, most general first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CategoryPath(pub Vec<String>);

impl CategoryPath {
    /// From `大类/亚类/…`; empty parts are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.split('/').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect())
    }
    /// 食品大类, or empty.
    #[must_use]
    pub fn class(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
    /// The path with slashes.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.join("/")
    }
}

impl std::fmt::Display for CategoryPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}
