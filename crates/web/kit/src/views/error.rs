//! 出错 the page of a coded problem.

use askama::Template;

use super::{Link, Page, ProblemView};

/// 出错 a coded problem.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Shell.
    pub p: Page,
    /// HTTP status.
    pub status: u16,
    /// What happened and the next step; the first is the headline.
    pub problems: Vec<ProblemView>,
    /// Where to go from here.
    pub links: Vec<Link>,
    /// Request id for whoever looks into it; may be empty.
    pub trace: String,
    /// Token that the form carried.
    pub csrf: String,
    /// What was typed, to be sent again as it is: names and values.
    pub again: Vec<(String, String)>,
    /// Fields that are never sent back: a password is typed once more.
    pub secrets: Vec<String>,
    /// Files were with it, which have to be chosen again.
    pub files: bool,
}
