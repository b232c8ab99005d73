//! 报告 the list of reports, issuing many, the page of a job, the settings.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Due};

use super::{FieldGroup, FieldView, Filters, Link, Page, Pager, ProblemView, Tab};

/// One order that waits for its report.
#[derive(Debug, Clone, Default)]
pub struct WaitingReport {
    /// Order id, sent as `order`.
    pub id: String,
    /// Sample code.
    pub no: String,
    /// Address.
    pub href: String,
    /// Sample name.
    pub name: String,
    /// Operator; empty for people who test blind.
    pub site: String,
    /// Conclusion.
    pub outcome: Badge,
    /// Items.
    pub items: u64,
    /// Deadline.
    pub due: Due,
    /// Reason of an amendment under way; may be empty.
    pub amending: String,
    /// Why it is not issued together with others; empty if it may be.
    pub alone: String,
    /// Ticked on the page that was refused.
    pub ticked: bool,
}

/// One report in force.
#[derive(Debug, Clone, Default)]
pub struct IssuedReport {
    /// Number, sent as `number`.
    pub no: String,
    /// Sample code.
    pub sampling_no: String,
    /// Sample name.
    pub name: String,
    /// Operator; empty for people who test blind.
    pub site: String,
    /// Conclusion.
    pub outcome: Badge,
    /// Issued on.
    pub issued: String,
    /// `更改 1` where it replaces another; may be empty.
    pub amended: String,
}

/// A job in one line.
#[derive(Debug, Clone, Default)]
pub struct JobLink {
    /// Title.
    pub link: Link,
    /// `37/50 · 进行中`
    pub state: String,
    /// Under way.
    pub running: bool,
}

/// 报告 what waits and what is issued.
#[derive(Debug, Template)]
#[template(path = "reports.html")]
pub struct ReportsPage {
    /// Shell.
    pub p: Page,
    /// 待签发 / 已签发.
    pub tabs: Vec<Tab>,
    /// Filters.
    pub filters: Filters,
    /// What waits; shown on the first tab.
    pub waiting: Vec<WaitingReport>,
    /// What is issued; shown on the second.
    pub issued: Vec<IssuedReport>,
    /// The second tab is shown.
    pub second: bool,
    /// Paging.
    pub pager: Pager,
    /// 报告选项
    pub options: Vec<FieldView>,
    /// Why this person may not issue; empty if they may.
    pub why_not: Vec<ProblemView>,
    /// Conforming ones under the present search text.
    pub passing: u64,
    /// The search text, sent along.
    pub q: String,
    /// Jobs of this person, newest first.
    pub jobs: Vec<JobLink>,
    /// Address of the settings; empty for people who may not change them.
    pub settings: String,
}

/// 报告设置
#[derive(Debug, Template)]
#[template(path = "report_settings.html")]
pub struct ReportSettingsPage {
    /// Shell.
    pub p: Page,
    /// Groups of fields.
    pub groups: Vec<FieldGroup>,
    /// Pictures that are kept: word and address.
    pub pictures: Vec<Link>,
    /// 结论用语 outcome by outcome.
    pub sentences: Vec<SentenceView>,
    /// Some are worded by the house.
    pub worded: bool,
}

/// 结论用语 the templates of one outcome.
#[derive(Debug, Clone)]
pub struct SentenceView {
    /// 结论
    pub outcome: Badge,
    /// Chinese and English: the template, and the sentence that it gives with invented values (empty while it is refused).
    pub texts: Vec<(FieldView, String)>,
}
