//! 复判 what today's library would judge otherwise.

use askama::Template;

use shiyan_web_kit::ui::Badge;

use super::{Filters, Page};

/// One item that would be judged otherwise.
#[derive(Debug, Clone, Default)]
pub struct RejudgeRow {
    /// 样品名称
    pub food: String,
    /// 抽样单编号
    pub no: String,
    /// Address of the order.
    pub href: String,
    /// State of the order.
    pub state: Badge,
    /// 检验项目
    pub item: String,
    /// 检验结果 as typed.
    pub result: String,
    /// Limit then.
    pub then: String,
    /// Basis and key of the limit then.
    pub then_basis: String,
    /// Limit now; empty for none.
    pub now: String,
    /// Basis and key of the limit now, or why there is none.
    pub now_basis: String,
    /// Verdict then.
    pub verdict_then: Badge,
    /// Verdict now.
    pub verdict_now: Badge,
    /// The verdict then was a person's.
    pub by_hand: bool,
    /// Item and revision, where the limit can be taken over at once.
    pub apply: Option<(String, i64)>,
}

/// One of the two lists.
#[derive(Debug, Clone, Default)]
pub struct RejudgeList {
    /// Lines shown.
    pub rows: Vec<RejudgeRow>,
    /// Items that differ, shown or not.
    pub count: u64,
    /// Orders looked at.
    pub orders: u64,
    /// Items that differ and are not shown.
    pub more: u64,
}

/// 复判
#[derive(Debug, Template)]
#[template(path = "admin_rejudge.html")]
pub struct RejudgePage {
    /// Shell.
    pub p: Page,
    /// The day since which reports are looked at.
    pub filters: Filters,
    /// The same day in words.
    pub since: String,
    /// Items looked at.
    pub items: u64,
    /// Orders that are not issued.
    pub open: RejudgeList,
    /// Issued reports.
    pub issued: RejudgeList,
}
