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
    /// What was typed, to be sent once more.
    pub resend: Option<Resend>,
    /// The way in, with what was typed.
    pub sign_in: Option<SignInHere>,
}

/// 再提交 a form that was refused for now, to be sent once more as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resend {
    /// Where to.
    pub to: String,
    /// Token that it carries now.
    pub csrf: String,
    /// What was typed: names and values.
    pub fields: Vec<(String, String)>,
    /// Fields that are never sent back: a password is typed once more.
    pub secrets: Vec<String>,
    /// Fields of files, which are chosen again, and whether there were several.
    pub files: Vec<(String, bool)>,
    /// The texts among what was typed, to be read.
    pub texts: Vec<String>,
}

/// 就地登录 the way in, beside what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInHere {
    /// What was typed, packed; empty when it could not be carried on.
    pub kept: String,
    /// What has to be done first, if somebody is signed in who owes it.
    pub first: String,
}

/// 接着提交 the page between a sign-in and the form that waited for it.
#[derive(Debug, Template)]
#[template(path = "again.html")]
pub struct CarryOnPage {
    /// Shell.
    pub p: Page,
    /// Why not yet.
    pub problems: Vec<ProblemView>,
    /// The form, for whoever filled it in.
    pub resend: Option<Resend>,
    /// The way in, for whoever is not in.
    pub sign_in: Option<SignInHere>,
    /// The way out.
    pub home: Link,
}
