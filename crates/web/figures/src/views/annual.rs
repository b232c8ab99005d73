//! 年度报告 its page.

use askama::Template;

use super::{Link, Page};

/// 版本 one version of a chapter's paragraphs.
#[derive(Debug, Clone, Default)]
pub struct VersionView {
    /// 撰写人
    pub by: String,
    /// 时间
    pub at: String,
    /// The paragraphs.
    pub lines: Vec<String>,
}

/// 章 one chapter with the office's own paragraphs.
#[derive(Debug, Clone, Default)]
pub struct ChapterView {
    /// Code.
    pub code: &'static str,
    /// Heading.
    pub title: String,
    /// Where its form goes.
    pub action: String,
    /// What stands in the form.
    pub text: String,
    /// The version that is seen.
    pub seen: String,
    /// Why it was not taken; may be empty.
    pub error: String,
    /// The version that is printed.
    pub written: Option<VersionView>,
    /// 早先的版本, newest first.
    pub earlier: Vec<VersionView>,
}

/// 年度报告
#[derive(Debug, Template)]
#[template(path = "annual.html")]
pub struct AnnualPage {
    /// Shell.
    pub p: Page,
    /// Year.
    pub year: i32,
    /// Whether who looks may write.
    pub may_write: bool,
    /// Most characters of a chapter.
    pub most: usize,
    /// Chapters in order.
    pub chapters: Vec<ChapterView>,
    /// The report as files.
    pub files: Vec<Link>,
}
