//! 试导入 what pages of imports share: the file that waits for a confirmation, hidden rows, findings.

use shiyan_exchange::book::Hidden;
use shiyan_exchange::{Issue, Severity};
use shiyan_foundation::Lang;

use crate::posted::Posted;
use crate::ui::Tone;
use crate::views::ImportIssue;

/// Largest file that a dry run keeps in the page until it is confirmed.
pub const KEPT: usize = 2 * 1024 * 1024;

/// A file in a hidden field: name and bytes.
pub fn kept(name: &str, bytes: &[u8]) -> String {
    format!("{}|{}", name.replace('|', "_"), hex::encode(bytes))
}

/// The file again, if the field is whole.
pub fn kept_back(field: &str) -> Option<(String, Vec<u8>)> {
    let (name, hex) = field.rsplit_once('|')?;
    if hex.len() > KEPT * 2 {
        return None;
    }
    Some((name.chars().take(200).collect(), hex::decode(hex).ok()?))
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
