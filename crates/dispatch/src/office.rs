//! 本单位设置 how an office wants its papers: letters of its numbers, margins, leading, names of faces, page numbers. Lengths are whole tenths of a millimetre
//! and hundredths of a point, so that a setting is exact and has no floats.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Refusal, labels};

use crate::code;
use crate::number::CountStyle;

labels! {
    /// 页码样式
    pub enum PageStyle {
        Dashes = "dashes", "— 1 —", "— 1 —";
        Total = "total", "第 1 页　共 12 页", "Page 1 of 12, in the middle";
        Nothing = "nothing", "不印页码", "No page numbers";
    }
}

/// 版面 margins in tenths of a millimetre, leading in hundredths of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// 天头
    pub top: u32,
    /// 切口
    pub right: u32,
    /// 地脚
    pub bottom: u32,
    /// 订口
    pub left: u32,
    /// 行距
    pub leading: u32,
    /// 页码样式
    pub pages: PageStyle,
}

impl Default for Layout {
    /// GB/T 9704-2012.
    fn default() -> Self {
        Self { top: 370, right: 260, bottom: 350, left: 280, leading: 2899, pages: PageStyle::Dashes }
    }
}

/// 字体名称 that a DOCX names; the faces live on the machines of the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
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
}

impl Default for Names {
    fn default() -> Self {
        let name = str::to_owned;
        Self {
            title: name("方正小标宋简体"),
            heading: name("黑体"),
            sub: name("楷体_GB2312"),
            body: name("仿宋_GB2312"),
            table: name("宋体"),
            digits: name("Times New Roman"),
        }
    }
}

/// 本单位设置 of papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfficePapers {
    /// 机关代字 of kinds of papers that have their own; the rest bear [`OfficePapers::word`].
    pub words: BTreeMap<String, String>,
    /// 机关代字; empty until the office has said it.
    pub word: String,
    /// 期数样式
    pub counts: CountStyle,
    /// 接续号 the last number that the office had given in a series before it was kept here, by `代字〔年〕`.
    pub given: BTreeMap<String, u32>,
    /// 上一期 the last issue that had been counted before it was kept here, by `P40〔年〕`.
    pub counted: BTreeMap<String, u32>,
    /// 版面
    pub layout: Layout,
    /// 字体名称
    pub names: Names,
}

impl Default for OfficePapers {
    fn default() -> Self {
        Self {
            words: BTreeMap::new(),
            word: String::new(),
            counts: CountStyle::Chinese,
            given: BTreeMap::new(),
            counted: BTreeMap::new(),
            layout: Layout::default(),
            names: Names::default(),
        }
    }
}

/// The name of a series of a year, `金市监〔2026〕`.
#[must_use]
pub fn series(word: &str, year: i32) -> String {
    format!("{word}〔{year}〕")
}

impl OfficePapers {
    /// 机关代字 of a kind of paper, if the office has said one.
    #[must_use]
    pub fn word_of(&self, kind: &str) -> Option<&str> {
        self.words.get(kind).map(String::as_str).or(Some(self.word.as_str())).filter(|w| !w.is_empty())
    }
    /// 接续号 of a series.
    #[must_use]
    pub fn given_in(&self, word: &str, year: i32) -> u32 {
        self.given.get(&series(word, year)).copied().unwrap_or(0)
    }
    /// 上一期 of a kind.
    #[must_use]
    pub fn counted_in(&self, kind: &str, year: i32) -> u32 {
        self.counted.get(&series(kind, year)).copied().unwrap_or(0)
    }
    /// Whether a page can be set with it.
    ///
    /// # Errors
    /// A margin, the leading or the name of a face cannot be used.
    pub fn check(&self) -> Result<(), Vec<Refusal>> {
        let mut why = Vec::new();
        let layout = &self.layout;
        for (value, zh, en, field) in [
            (layout.top, "天头", "top margin", "top"),
            (layout.right, "切口", "right margin", "right"),
            (layout.bottom, "地脚", "bottom margin", "bottom"),
            (layout.left, "订口", "left margin", "left"),
        ] {
            if !(100..=500).contains(&value) {
                why.push(Refusal::new(code::MARGIN).with("label", zh).with("label_en", en).with("from", 10).with("to", 50).on(field));
            }
        }
        if !(2000..=4000).contains(&layout.leading) {
            why.push(Refusal::new(code::LEADING).on("leading"));
        }
        let names = &self.names;
        for (name, zh, en, field) in [
            (&names.title, "标题", "titles", "face_title"),
            (&names.heading, "一级标题", "headings", "face_heading"),
            (&names.sub, "二级标题", "headings of the second level", "face_sub"),
            (&names.body, "正文", "text", "face_body"),
            (&names.table, "表格", "tables", "face_table"),
            (&names.digits, "数字和西文", "digits", "face_digits"),
        ] {
            let fits = (1..=40).contains(&name.chars().count()) && !name.chars().any(|c| c.is_control() || "<>&\"'".contains(c)) && name.trim() == name;
            if !fits {
                why.push(Refusal::new(code::FACE).with("label", zh).with("label_en", en).on(field));
            }
        }
        if why.is_empty() { Ok(()) } else { Err(why) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_can_be_used_and_slips_are_named() {
        assert_eq!(OfficePapers::default().check(), Ok(()));
        let mut office = OfficePapers::default();
        office.layout.left = 20;
        office.layout.leading = 900;
        office.names.body = "仿宋\"><x".into();
        let fields: Vec<String> = office.check().unwrap_err().iter().map(|r| format!("{} {}", r.code(), r.field.clone().unwrap_or_default())).collect();
        assert_eq!(fields, ["DISPATCH-MARGIN left", "DISPATCH-LEADING leading", "DISPATCH-FACE face_body"]);
    }
    #[test]
    fn a_kind_has_its_own_letters_or_those_of_the_office() {
        let mut office = OfficePapers::default();
        assert_eq!(office.word_of("P40"), None);
        office.word = "金市监".into();
        office.words.insert("P20".into(), "金市监检结告".into());
        assert_eq!((office.word_of("P40"), office.word_of("P20")), (Some("金市监"), Some("金市监检结告")));
        office.given.insert(series("金市监", 2026), 54);
        assert_eq!((office.given_in("金市监", 2026), office.given_in("金市监", 2027)), (54, 0));
    }
    #[test]
    fn what_was_kept_before_a_field_was_added_can_be_read() {
        let office: OfficePapers = serde_json::from_str(r#"{"word":"金市监"}"#).unwrap();
        assert_eq!((office.word.as_str(), office.layout, office.counts), ("金市监", Layout::default(), CountStyle::Chinese));
    }
}
