//! 作业 the page of long work.

use askama::Template;

use crate::ui::Badge;

use super::{Link, Page, ProblemView};

/// One thing of a job.
#[derive(Debug, Clone, Default)]
pub struct JobLine {
    /// Place in the list.
    pub index: usize,
    /// What it is called.
    pub name: Link,
    /// What became of it.
    pub state: Badge,
    /// What was done: word and address.
    pub result: Link,
    /// Why not.
    pub why: Vec<ProblemView>,
}

/// 作业 with its progress.
#[derive(Debug, Template)]
#[template(path = "job.html")]
pub struct JobPage {
    /// Shell.
    pub p: Page,
    /// Id; empty when there is no such job.
    pub id: String,
    /// `已完成 37 / 50，未完成 1`
    pub text: String,
    /// Things that have an outcome.
    pub settled: usize,
    /// Things in all.
    pub total: usize,
    /// Number of the last change.
    pub change: u64,
    /// Still going on.
    pub running: bool,
    /// Was asked to stop.
    pub stopping: bool,
    /// What is true after a restart.
    pub after_restart: String,
    /// Back to where it came from.
    pub back: Link,
    /// What the result can be used for.
    pub then: Vec<Link>,
    /// Lines.
    pub lines: Vec<JobLine>,
}

/// One line of a job, as the script puts it into the table.
#[derive(Debug, Template)]
#[template(path = "job_line.html")]
pub struct JobLineCells<'a> {
    /// Shell, for the language.
    pub p: &'a Page,
    /// The line.
    pub l: &'a JobLine,
}
