//! 试导入 what pages of imports share: the file that waits for a confirmation, hidden rows, findings.

use shiyan_app::Error;
use shiyan_app::uploads::KeptUpload;
use shiyan_exchange::book::Hidden;
use shiyan_exchange::{Issue, Severity};
use shiyan_foundation::{Lang, Refusal};

use crate::failure::Failure;
use crate::guard::User;
use crate::posted::{CONFIRM, Posted};
use crate::site::Site;
use crate::ui::Tone;
use crate::views::ImportIssue;

/// 试运行页 a page that tries a file before it writes it.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// Key of the page: what was tried on one is confirmed on no other.
    pub purpose: &'static str,
    /// Largest file, MiB.
    pub most: usize,
    /// What the file is called when it is missing.
    pub called: (&'static str, &'static str),
}

/// The file of a form: uploaded now, or kept since the dry run.
#[derive(Debug, Clone)]
pub struct Tried {
    /// What the form said of it; a confirmation brings what was said at the dry run.
    pub said: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is hidden in it is taken too.
    pub hidden: Hidden,
    /// It was tried before and is to be written now.
    pub confirmed: bool,
}

impl Trial {
    /// The file of a form.
    ///
    /// # Errors
    /// None was chosen, or it is too large; the one that was tried is gone; the database does not answer.
    pub async fn file(&self, site: &Site, user: &User, form: &Posted, said: &str) -> Result<Tried, Error> {
        let hidden = hidden_of(form);
        if let Some(key) = form.some(CONFIRM) {
            let kept = site.app.tried_file(&user.actor, self.purpose, key, user.now()).await?;
            return Ok(Tried { said: kept.said, name: kept.name, bytes: kept.bytes, hidden, confirmed: true });
        }
        match form.file("file") {
            Some(file) if file.bytes.len() <= self.most << 20 => {
                let name = file.name.chars().take(200).collect();
                Ok(Tried { said: said.to_owned(), name, bytes: file.bytes, hidden, confirmed: false })
            }
            Some(_) => Err(Refusal::new(shiyan_app::code::DRY_RUN_LARGE).with("most", self.most).on("file").into()),
            None => Err(Refusal::new(shiyan_app::code::TEXT).with("label", self.called.0).with("label_en", self.called.1).on("file").into()),
        }
    }
    /// Keeps a file that was tried; gives the key that the confirmation sends back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep(&self, site: &Site, user: &User, tried: &Tried) -> Result<String, Failure> {
        let file = KeptUpload { said: tried.said.clone(), name: tried.name.clone(), bytes: tried.bytes.clone() };
        Ok(site.app.keep_trial(&user.actor, self.purpose, file, user.now()).await?)
    }
}

/// What the box of a form says of hidden rows and sheets.
pub fn hidden_of(form: &Posted) -> Hidden {
    if form.get("include_hidden") == "1" { Hidden::Take } else { Hidden::LeaveOut }
}

/// A finding of a file for the page.
pub fn issue_view(issue: &Issue, lang: Lang) -> ImportIssue {
    ImportIssue {
        row: u64::from(issue.row),
        column: issue.column.as_ref().map_or_else(String::new, |c| format!("{} {}", c.letter, c.name)),
        value: if issue.sheet.is_empty() { String::new() } else { issue.sheet.clone() },
        text: lang.pick(&issue.zh, &issue.en).to_owned(),
        next: lang.pick(&issue.suggestion_zh, &issue.suggestion_en).to_owned(),
        tone: if issue.severity == Severity::Error { Tone::Fail } else { Tone::Warn },
    }
}
