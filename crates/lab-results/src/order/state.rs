//! 检验状态 the states of an order, who moves it, and the signatures.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Instant, Label, Move, Moves, Refusal, Role, Tick, labels};
use shiyan_statute::RuleKey;

use super::code;

labels! {
    /// 检验状态
    pub enum OrderState {
        Testing = "testing", "检验中", "Testing";
        Entered = "entered", "待校核", "Awaiting check";
        Checked = "checked", "待审核", "Awaiting review";
        Reviewed = "reviewed", "待批准", "Awaiting approval";
        Approved = "approved", "待签发", "Awaiting issue";
        Issued = "issued", "已出报告", "Report issued";
    }
}

labels! {
    /// 检验动作
    pub enum OrderAction {
        Enter = "enter", "录入结果", "Enter results";
        Submit = "submit", "提交校核", "Submit for checking";
        Check = "check", "校核通过", "Pass the check";
        Review = "review", "审核通过", "Pass the review";
        Approve = "approve", "批准", "Approve";
        Issue = "issue", "签发报告", "Issue the report";
        Return = "return", "退回修改", "Return for correction";
        Amend = "amend", "更改已签发报告", "Amend the issued report";
        Decide = "decide", "人工判定", "Decide by hand";
    }
}

/// 状态表 of an order. The conclusion starts D03 (a failing one runs as D04 on the case) and the time for which the reserve sample is kept (D24, of a
/// failing one D25); the report ends D02 and D03.
pub const MOVES: Moves<OrderState, OrderAction, RuleKey> = Moves {
    noun: ("检验任务", "order"),
    begins: OrderState::Testing,
    opening: &[],
    over: &[OrderState::Issued],
    table: &[
        Move::new(OrderState::Testing, OrderAction::Enter, OrderState::Testing, &[Role::Analyst]),
        Move::new(OrderState::Testing, OrderAction::Decide, OrderState::Testing, &[Role::Reviewer, Role::QualityManager]),
        Move::new(OrderState::Testing, OrderAction::Submit, OrderState::Entered, &[Role::Analyst]),
        Move::new(OrderState::Entered, OrderAction::Check, OrderState::Checked, &[Role::Checker]),
        Move::new(OrderState::Entered, OrderAction::Return, OrderState::Testing, &[Role::Checker]),
        Move::new(OrderState::Checked, OrderAction::Review, OrderState::Reviewed, &[Role::Reviewer]),
        Move::new(OrderState::Checked, OrderAction::Return, OrderState::Testing, &[Role::Reviewer]),
        Move::new(OrderState::Reviewed, OrderAction::Approve, OrderState::Approved, &[Role::Signatory]).ticking(&[
            Tick::Starts(RuleKey::D03),
            Tick::Starts(RuleKey::D24),
            Tick::Starts(RuleKey::D25),
        ]),
        Move::new(OrderState::Reviewed, OrderAction::Return, OrderState::Testing, &[Role::Signatory]),
        Move::new(OrderState::Approved, OrderAction::Issue, OrderState::Issued, &[Role::ReportSender])
            .ticking(&[Tick::Stops(RuleKey::D02), Tick::Stops(RuleKey::D03)]),
        Move::new(OrderState::Approved, OrderAction::Return, OrderState::Testing, &[Role::Signatory]),
        Move::new(OrderState::Issued, OrderAction::Amend, OrderState::Testing, &[Role::QualityManager]),
    ],
};

/// 签名 who, when, and what the signature means, bound to the content signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Account.
    pub user: UserId,
    /// Printed name.
    pub name: String,
    /// What it means.
    pub meaning: Meaning,
    /// When.
    pub at: Instant,
    /// SHA-256 of the content signed.
    pub content_hash: String,
}

labels! {
    /// 签名含义
    pub enum Meaning {
        MainAnalyst = "main_analyst", "主检", "Main analyst";
        Checker = "checker", "校核", "Checker";
        Reviewer = "reviewer", "审核", "Reviewer";
        Signatory = "signatory", "批准", "Authorised signatory";
    }
}

pub(super) fn own_work(name: &str, did: Meaning, action: OrderAction) -> Refusal {
    Refusal::new(code::OWN_WORK)
        .with("name", name)
        .with("did", did.zh())
        .with("did_en", did.en().to_lowercase())
        .with("action", action.zh())
        .with("action_en", action.en().to_lowercase())
}

pub(super) fn written(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.chars().count() < 4 { Err(Refusal::new(code::REASON).on("reason")) } else { Ok(reason.to_owned()) }
}
