//! 页面 what the pages of this room show, beside what every room has.

use askama::Template;

pub use shiyan_web_kit::views::*;

/// 文书 the register, and the way to a draft.
#[derive(Debug, Template)]
#[template(path = "papers.html")]
pub struct PapersPage {
    /// Shell.
    pub p: Page,
    /// What is to be drafted: kind and what it is about.
    pub fields: Vec<FieldView>,
    /// What each kind is asked for by, one line a kind.
    pub kinds: Vec<KindView>,
    /// Filters of the register.
    pub filters: Filters,
    /// The register.
    pub table: Table,
    /// Paging.
    pub pager: Pager,
    /// 文书设置, for whoever may change them.
    pub settings: bool,
}

/// 文书种类 by what it is asked for.
#[derive(Debug, Clone, Default)]
pub struct KindView {
    /// `P40`
    pub id: String,
    /// Name.
    pub name: String,
    /// What `--no` means.
    pub no: String,
    /// An example.
    pub example: String,
}

/// 草稿 one paper before it is signed.
#[derive(Debug, Template)]
#[template(path = "paper_draft.html")]
pub struct DraftPage {
    /// Shell.
    pub p: Page,
    /// Title of the paper.
    pub title: String,
    /// What stops it.
    pub stops: Vec<ProblemView>,
    /// What is worth knowing.
    pub warns: Vec<ProblemView>,
    /// The draft in each format.
    pub files: Vec<Link>,
    /// Its pages as pictures.
    pub pages: Vec<PageView>,
    /// Pages that are not shown as pictures.
    pub more_pages: usize,
    /// Signing.
    pub actions: Vec<ActionView>,
}

/// 页面图
#[derive(Debug, Clone, Default)]
pub struct PageView {
    /// `第 1 页`
    pub alt: String,
    /// Address of the picture.
    pub src: String,
    /// Looked at first: the browser fetches it at once.
    pub first: bool,
}

/// 已签发文书
#[derive(Debug, Template)]
#[template(path = "paper.html")]
pub struct PaperPage {
    /// Shell.
    pub p: Page,
    /// Title of the paper.
    pub title: String,
    /// 状态
    pub state: crate::ui::Badge,
    /// Number, day, who signed it, on what it stands.
    pub facts: FactGroup,
    /// Its files.
    pub files: Vec<FileView>,
    /// Making it void.
    pub actions: Vec<ActionView>,
    /// What happened.
    pub timeline: Vec<Event>,
}

/// 文书设置
#[derive(Debug, Template)]
#[template(path = "paper_office.html")]
pub struct OfficePage {
    /// Shell.
    pub p: Page,
    /// 文号
    pub numbers: Vec<FieldView>,
    /// 版面
    pub layout: Vec<FieldView>,
    /// 字体名称
    pub faces: Vec<FieldView>,
    /// The faces that papers are set in on this server.
    pub set_in: String,
}
