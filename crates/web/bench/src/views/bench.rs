//! 检验 worklist, result entry, review, queue, report, public verification.

use askama::Template;

use shiyan_web_kit::ui::{Badge, Due, Svg};

use super::{ActionView, Counter, Event, Fact, FactGroup, FileView, Filters, Page, Pager, StepView, Tab};

/// One order on the bench.
#[derive(Debug, Clone, Default)]
pub struct BenchRow {
    /// Sample code.
    pub no: String,
    /// Address.
    pub href: String,
    /// Sample name.
    pub name: String,
    /// Food class or item package.
    pub package: String,
    /// Items filled.
    pub filled: u64,
    /// Items.
    pub items: u64,
    /// State.
    pub state: Badge,
    /// Why it came back; may be empty.
    pub returned: String,
    /// Deadline.
    pub due: Due,
    /// Verb: 继续 / 开始 / 查看.
    pub verb: String,
}

/// 检验台 the technician's worklist; also the queue of checker, reviewer and signatory.
#[derive(Debug, Template)]
#[template(path = "bench.html")]
pub struct BenchPage {
    /// Shell.
    pub p: Page,
    /// 待录入 / 待校核 / 待审核 / 待批准 …, with counts.
    pub tabs: Vec<Tab>,
    /// Counters.
    pub counters: Vec<Counter>,
    /// Filters.
    pub filters: Filters,
    /// Orders by due time.
    pub rows: Vec<BenchRow>,
    /// Paging.
    pub pager: Pager,
    /// Sentence when empty.
    pub empty: String,
}

/// One item of the result grid.
#[derive(Debug, Clone, Default)]
pub struct ResultRow {
    /// Item id; the input is named `r_{id}`, the revision seen `rev_{id}`.
    pub id: String,
    /// Revision on the page; saving over a newer one is refused.
    pub rev: i64,
    /// 检验项目
    pub item: String,
    /// Unit of the result.
    pub unit: String,
    /// `≤0.2`, `不得检出`, or empty when no limit applies.
    pub limit: String,
    /// 判定依据
    pub limit_basis: String,
    /// 检验依据
    pub method: String,
    /// `LOQ 0.01`
    pub lod: String,
    /// Exactly as typed.
    pub value: String,
    /// 读作 how it was understood, which is what is judged and printed; empty before there is a value.
    pub understood: String,
    /// 还没有判定 the text is not the one that was judged: no verdict stands beside it.
    pub unjudged: bool,
    /// 单项判定; empty text before there is a value.
    pub verdict: Badge,
    /// Reason in one line.
    pub reason: String,
    /// Working, line by line.
    pub working: Vec<String>,
    /// What is wrong with the text typed; the text stays.
    pub error: String,
    /// Sent back with this remark.
    pub returned: String,
    /// Remark.
    pub note: String,
    /// Who entered it, when; may be empty.
    pub by: String,
    /// May not be changed any more.
    pub locked: bool,
}

/// 结果录入
#[derive(Debug, Template)]
#[template(path = "results.html")]
pub struct ResultsPage {
    /// Shell.
    pub p: Page,
    /// Sample code.
    pub no: String,
    /// Sample name.
    pub name: String,
    /// State.
    pub state: Badge,
    /// Deadline.
    pub due: Due,
    /// Key facts (class, dates, laboratory; no operator when blind-coded).
    pub facts: Vec<Fact>,
    /// 录入 → 校核 → 审核 → 批准
    pub steps: Vec<StepView>,
    /// Where the grid posts to.
    pub action: String,
    /// Items.
    pub rows: Vec<ResultRow>,
    /// May be edited.
    pub editable: bool,
    /// 更正理由 is asked for: the results were submitted before.
    pub asks_why: bool,
    /// Filled, not detected, failing, unclear.
    pub filled: u64,
    /// Failing items.
    pub failing: u64,
    /// Items with an error.
    pub wrong: u64,
    /// `10:42:07`; empty for never.
    pub saved_at: String,
    /// Submit for checking and so on.
    pub actions: Vec<ActionView>,
    /// Timeline.
    pub timeline: Vec<Event>,
}

/// 校核、审核、批准 the same page for each of the three.
#[derive(Debug, Template)]
#[template(path = "review.html")]
pub struct ReviewPage {
    /// Shell.
    pub p: Page,
    /// Sample code.
    pub no: String,
    /// Sample name.
    pub name: String,
    /// State.
    pub state: Badge,
    /// Deadline.
    pub due: Due,
    /// Key facts.
    pub facts: Vec<Fact>,
    /// Who did what.
    pub steps: Vec<StepView>,
    /// Items.
    pub rows: Vec<ResultRow>,
    /// Proposed conclusion.
    pub conclusion: Badge,
    /// The sentence the report will carry.
    pub conclusion_text: String,
    /// 通过 / 退回.
    pub actions: Vec<ActionView>,
    /// Timeline.
    pub timeline: Vec<Event>,
    /// The next one in the queue; empty for none.
    pub next_href: String,
}

/// One revision of a report.
#[derive(Debug, Clone, Default)]
pub struct RevisionRow {
    /// Number of the revision, e.g. `JS2026-00125-G1`.
    pub no: String,
    /// PDF.
    pub file: FileView,
    /// State.
    pub state: Badge,
    /// Issued at.
    pub issued: String,
    /// Why it was amended; may be empty.
    pub reason: String,
}

/// 检验报告
#[derive(Debug, Template)]
#[template(path = "report.html")]
pub struct ReportPage {
    /// Shell.
    pub p: Page,
    /// Report number.
    pub no: String,
    /// State.
    pub state: Badge,
    /// Conclusion.
    pub outcome: Badge,
    /// Facts.
    pub groups: Vec<FactGroup>,
    /// The archived PDF; `None` before it is issued.
    pub pdf: Option<FileView>,
    /// Verification QR, drawn by us.
    pub qr: Svg,
    /// What the QR says.
    pub verify_url: String,
    /// Revisions, newest first.
    pub revisions: Vec<RevisionRow>,
    /// Withdraw, amend.
    pub actions: Vec<ActionView>,
    /// The next order that this person can act on; empty for none.
    pub next_href: String,
    /// Timeline.
    pub timeline: Vec<Event>,
}

/// 报告验真 public.
#[derive(Debug, Template)]
#[template(path = "verify.html")]
pub struct VerifyPage {
    /// Shell.
    pub p: Page,
    /// The code asked for.
    pub code: String,
    /// 有效 / 已作废 / 被替代; `None` when the code is unknown.
    pub state: Option<Badge>,
    /// One sentence.
    pub sentence: String,
    /// Masked facts.
    pub facts: Vec<Fact>,
    /// SHA-256 of the archived PDF.
    pub sha256: String,
    /// The report that replaces it; empty for none.
    pub replaced_by: String,
}
