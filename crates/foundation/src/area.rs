//! Areas: a street has a code and, apart from it, the body that administers it: a division may include streets that another body runs, so
//! the code alone never decides whose batch it is.

use serde::{Deserialize, Serialize};

use crate::{Lang, labels};

labels! {
    /// 管辖主体 who runs a street.
    pub enum AdminBody {
        Jinshui = "jinshui", "本区", "This district";
        Zhengdong = "zhengdong", "郑东新区", "Zhengdong New District";
    }
}

labels! {
    /// 区域类型 the reporting axis of the national form.
    pub enum AreaKind {
        Urban = "urban", "城市", "Urban";
        Rural = "rural", "乡村", "Rural";
        Scenic = "scenic", "景点", "Scenic spot";
    }
}

/// 街道 one street (sub-district).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Street {
    /// Nine-digit code, e.g. `410105008`.
    pub code: String,
    /// Name, e.g. `文化路街道`.
    pub name: String,
    /// Who runs it; a setting that the district confirms.
    pub admin: AdminBody,
}

/// 中英文 one name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Name {
    /// 中文
    pub zh: String,
    /// English; as in Chinese when nobody gave one.
    #[serde(default)]
    pub en: String,
}

impl Name {
    /// The name in a language.
    #[must_use]
    pub fn pick(&self, lang: Lang) -> &str {
        if lang == Lang::En && !self.en.is_empty() { &self.en } else { &self.zh }
    }
}

/// 本区 whose house this is, as papers, plans and pages name it: a setting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    /// 全称, with the city.
    pub name: Name,
    /// 简称, without the city.
    pub short: Name,
    /// 市场监督管理部门, who issues the papers.
    pub body: Name,
}
