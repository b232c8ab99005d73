//! 检验状态 the states of an order, who moves it, and the signatures.

use serde::{Deserialize, Serialize};
use shiyan_foundation::authority::Act;
use shiyan_foundation::ids::UserId;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Instant, Label, Move, Moves, Refusal, Tick, labels};
use shiyan_statute::RuleKey;

use super::{TestOrder, code};

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
        Move::new(OrderState::Testing, OrderAction::Enter, OrderState::Testing, Act::Test),
        Move::new(OrderState::Testing, OrderAction::Decide, OrderState::Testing, Act::Decide),
        Move::new(OrderState::Testing, OrderAction::Submit, OrderState::Entered, Act::Test),
        Move::new(OrderState::Entered, OrderAction::Check, OrderState::Checked, Act::Check),
        Move::new(OrderState::Entered, OrderAction::Return, OrderState::Testing, Act::Check),
        Move::new(OrderState::Checked, OrderAction::Review, OrderState::Reviewed, Act::Review),
        Move::new(OrderState::Checked, OrderAction::Return, OrderState::Testing, Act::Review),
        Move::new(OrderState::Reviewed, OrderAction::Approve, OrderState::Approved, Act::Approve).ticking(&[
            Tick::Starts(RuleKey::D03),
            Tick::Starts(RuleKey::D24),
            Tick::Starts(RuleKey::D25),
        ]),
        Move::new(OrderState::Reviewed, OrderAction::Return, OrderState::Testing, Act::Approve),
        Move::new(OrderState::Approved, OrderAction::Issue, OrderState::Issued, Act::Issue).ticking(&[Tick::Stops(RuleKey::D02), Tick::Stops(RuleKey::D03)]),
        Move::new(OrderState::Approved, OrderAction::Return, OrderState::Testing, Act::Approve),
        Move::new(OrderState::Issued, OrderAction::Amend, OrderState::Testing, Act::Amend),
    ],
};

impl TestOrder {
    /// 时限 what a move out of a state does to the clocks of the sample, by the conclusion that stands after it: a failing one is reported on its case
    /// (D04, which the receipt there ends), and its reserve sample is kept longer.
    #[must_use]
    pub fn ticks(&self, from: OrderState, action: OrderAction) -> Vec<Tick<RuleKey>> {
        let fails = self.conclusion.as_ref().is_some_and(|c| c.outcome == Outcome::Fail);
        let applies = |tick: &Tick<RuleKey>| match tick {
            Tick::Starts(RuleKey::D03 | RuleKey::D24) => !fails,
            Tick::Starts(RuleKey::D25) => fails,
            _ => true,
        };
        MOVES.ticks(from, action).into_iter().filter(applies).collect()
    }
}

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
