//! 本单位设置 how an office wants its papers to look: margins, leading, names of faces, page numbers, its logo. The defaults are those of
//! GB/T 9704 and of the forms in use; a change here changes every paper of the office and no word of it.

use serde::{Deserialize, Serialize};
use shiyan_dispatch::{Layout, Names, OfficePapers, PageStyle};

use crate::Picture;

/// 页边 in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Margins {
    /// 天头
    pub top: f32,
    /// 切口
    pub right: f32,
    /// 地脚
    pub bottom: f32,
    /// 订口
    pub left: f32,
}

impl From<&Layout> for Margins {
    fn from(layout: &Layout) -> Self {
        let mm = |tenths: u32| tenths as f32 / 10.0;
        Self { top: mm(layout.top), right: mm(layout.right), bottom: mm(layout.bottom), left: mm(layout.left) }
    }
}

impl Default for Margins {
    fn default() -> Self {
        Self::from(&Layout::default())
    }
}

/// 字体名称 the faces that a DOCX names; they live on the office's machines and are never put into the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaceNames {
    /// 标题
    pub title: String,
    /// 一级标题
    pub heading: String,
    /// 二级标题
    pub sub: String,
    /// 正文
    pub body: String,
    /// 表格
    pub table: String,
    /// 数字和西文
    pub digits: String,
    /// 页码
    pub page: String,
    /// What stands in for the body where a character lies outside GB 2312, which its face may lack.
    pub wide_body: String,
    /// The same for headings of the second level.
    pub wide_sub: String,
}

impl From<&Names> for FaceNames {
    fn from(names: &Names) -> Self {
        Self {
            title: names.title.clone(),
            heading: names.heading.clone(),
            sub: names.sub.clone(),
            body: names.body.clone(),
            table: names.table.clone(),
            digits: names.digits.clone(),
            page: "宋体".to_owned(),
            wide_body: "仿宋".to_owned(),
            wide_sub: "楷体".to_owned(),
        }
    }
}

impl Default for FaceNames {
    fn default() -> Self {
        Self::from(&Names::default())
    }
}

/// 页码样式
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// `— 1 —`, odd pages on the right and even ones on the left.
    #[default]
    Dashes,
    /// `第 1 页　共 12 页` in the middle.
    Total,
    /// None.
    Nothing,
}

/// 本单位设置
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Office {
    /// 区县名称, where a paper names it without its facts; may be empty.
    pub district: String,
    /// 标志 beside the name of the office; none is ever drawn by the program itself.
    pub logo: Option<Picture>,
    /// 页边
    pub margins: Margins,
    /// 行距 of the text, in points.
    pub leading: f32,
    /// 字体名称
    pub names: FaceNames,
    /// 页码样式 of documents; forms and test reports have their own.
    pub numbering: Numbering,
}

impl From<PageStyle> for Numbering {
    fn from(style: PageStyle) -> Self {
        match style {
            PageStyle::Dashes => Self::Dashes,
            PageStyle::Total => Self::Total,
            PageStyle::Nothing => Self::Nothing,
        }
    }
}

impl From<&OfficePapers> for Office {
    /// The setting that an office keeps, as the typesetter takes it.
    fn from(kept: &OfficePapers) -> Self {
        let layout = &kept.layout;
        Self {
            district: String::new(),
            logo: None,
            margins: Margins::from(layout),
            leading: layout.leading as f32 / 100.0,
            names: FaceNames::from(&kept.names),
            numbering: layout.pages.into(),
        }
    }
}

impl Default for Office {
    fn default() -> Self {
        Self::from(&OfficePapers::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_states_only_what_it_wants_otherwise() {
        let office: Office = toml::from_str("leading = 29.5\n[margins]\ntop = 35.0\n[names]\nbody = \"方正仿宋_GBK\"\n").unwrap();
        assert_eq!((office.leading, office.margins.top, office.margins.left), (29.5, 35.0, 28.0));
        assert_eq!((office.names.body.as_str(), office.names.title.as_str()), ("方正仿宋_GBK", "方正小标宋简体"));
        assert!(toml::from_str::<Office>("leding = 1.0").is_err(), "a slip in a name is said");
    }
}
