//! 检验任务 the order of one sample and its chain of signatures.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{SampleId, TestOrderId, UserId};
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_foundation::{Actor, Instant, Label, NaiveDate, Refusal};

use super::code;
use super::conclusion::Conclusion;
use super::item::{TestItem, doubtful_without_remark, normal};
use super::sentence::{Finding, Sentences};
use super::state::{MOVES, Meaning, OrderAction, OrderState, Signature, own_work, written};

/// 检验任务
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOrder {
    /// Id.
    pub id: TestOrderId,
    /// The sample.
    pub sample: SampleId,
    /// 任务类别, which words a failing item gets.
    pub kind: TaskKind,
    /// 抽样人员, who may not test it.
    pub samplers: Vec<(UserId, String)>,
    /// State.
    pub state: OrderState,
    /// When the sample was received.
    pub received_at: Instant,
    /// Signatures of the present round, in order.
    pub signatures: Vec<Signature>,
    /// Conclusion of the present round.
    pub conclusion: Option<Conclusion>,
    /// 有效结论 of the report in force; it stays in force while an amendment is under way.
    pub in_force: Option<Conclusion>,
    /// 退回 last return: who, why.
    pub returned: Option<(String, String)>,
    /// 签发日期 of the report in force; stays while an amendment is under way.
    pub issued_at: Option<Instant>,
    /// 报告期限 the last day of D02, as computed at reception.
    pub report_due_on: NaiveDate,
    /// Number of report revisions issued so far.
    pub reports_issued: u32,
    /// Reason of the amendment under way.
    pub amending: Option<String>,
    /// 检验项目包 the key of the package the items came from, pinned when the sample was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

impl TestOrder {
    /// Whose duty an action is, whatever the state of the order.
    ///
    /// # Errors
    /// `LAB-ROLE`.
    pub fn duty(actor: &Actor, action: OrderAction) -> Result<(), Refusal> {
        MOVES.duty(actor, action, code::ROLE)
    }
    /// Every reason why this person may not do this now.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: OrderAction, items: &[TestItem], sign_scope: &[String]) -> Vec<Refusal> {
        let mut why = MOVES.why_not(actor, self.state, action, (code::STATE, code::ROLE));
        why.extend(self.separation(actor, action, items));
        if action == OrderAction::Submit {
            why.extend(unfinished(items));
        }
        if matches!(action, OrderAction::Submit | OrderAction::Check | OrderAction::Review | OrderAction::Approve | OrderAction::Issue) {
            // What cannot be read is corrected by whoever typed it, not decided; that is said above.
            let wanted = |i: &&TestItem| i.undecided(self.kind) && !(action == OrderAction::Submit && i.unread());
            let open: Vec<&str> = items.iter().filter(wanted).map(|i| i.analyte.as_str()).collect();
            if !open.is_empty() {
                why.push(Refusal::new(code::NEEDS_PERSON).with("count", open.len()).with("items", open.join("、")));
            }
        }
        if matches!(action, OrderAction::Submit | OrderAction::Check) {
            let open: Vec<&str> = items.iter().filter(|i| i.awaits_carry_over_word()).map(|i| i.analyte.as_str()).collect();
            if !open.is_empty() {
                why.push(Refusal::new(code::CARRY_OVER_WORD).with("count", open.len()).with("items", open.join("、")));
            }
        }
        if action == OrderAction::Approve && !sign_scope.iter().any(|m| m == "*") {
            for item in items {
                let covered = sign_scope.iter().any(|m| !m.trim().is_empty() && item.method.contains(m.trim()));
                if !covered {
                    why.push(Refusal::new(code::OUT_OF_SCOPE).with("method", &item.method).with("name", &actor.name));
                }
            }
        }
        why
    }
    /// 抽检分离 and four different people.
    fn separation(&self, actor: &Actor, action: OrderAction, items: &[TestItem]) -> Vec<Refusal> {
        let mut why = Vec::new();
        if matches!(action, OrderAction::Enter | OrderAction::Submit)
            && let Some((_, name)) = self.samplers.iter().find(|(id, _)| *id == actor.id)
        {
            why.push(Refusal::new(code::SAMPLER_TESTS).with("name", name));
        }
        if matches!(action, OrderAction::Check | OrderAction::Review | OrderAction::Approve) {
            let signed = self.signatures.iter().find(|s| s.user == actor.id).map(|s| (s.name.clone(), s.meaning));
            let tested = items.iter().filter_map(|i| i.analyst.as_ref()).find(|(id, _)| *id == actor.id).map(|(_, name)| (name.clone(), Meaning::MainAnalyst));
            if let Some((name, did)) = signed.or(tested) {
                why.push(own_work(&name, did, action));
            }
        }
        why
    }
    fn allowed(&self, actor: &Actor, action: OrderAction, items: &[TestItem], sign_scope: &[String]) -> Result<OrderState, Vec<Refusal>> {
        let why = self.why_not(actor, action, items, sign_scope);
        match MOVES.to(self.state, action) {
            Some(to) if why.is_empty() => Ok(to),
            _ => Err(why),
        }
    }
    /// May results be entered by this person now.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn may_enter(&self, actor: &Actor) -> Result<(), Vec<Refusal>> {
        self.allowed(actor, OrderAction::Enter, &[], &[]).map(|_| ())
    }
    /// May items be decided by hand by this person now.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn may_decide(&self, actor: &Actor) -> Result<(), Vec<Refusal>> {
        self.allowed(actor, OrderAction::Decide, &[], &[]).map(|_| ())
    }
    /// 提交校核, 校核, 审核: one step forward, signed.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn forward(&self, actor: &Actor, action: OrderAction, items: &[TestItem], content_hash: &str, now: Instant) -> Result<TestOrder, Vec<Refusal>> {
        let meaning = match action {
            OrderAction::Submit => Meaning::MainAnalyst,
            OrderAction::Check => Meaning::Checker,
            _ => Meaning::Reviewer,
        };
        let state = self.allowed(actor, action, items, &[])?;
        let mut next = TestOrder { state, revision: self.revision + 1, ..self.clone() };
        next.signatures.push(Signature { user: actor.id, name: actor.name.clone(), meaning, at: now, content_hash: content_hash.to_owned() });
        if action == OrderAction::Submit {
            next.returned = None;
        }
        Ok(next)
    }
    /// 批准: the authorised signatory signs and the conclusion is made.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn approve(&self, actor: &Actor, items: &[TestItem], sign_scope: &[String], content_hash: &str, now: Instant) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Approve, items, sign_scope)?;
        let mut next = TestOrder { state, conclusion: Some(conclude(self.kind, items, now)), revision: self.revision + 1, ..self.clone() };
        next.signatures.push(Signature {
            user: actor.id,
            name: actor.name.clone(),
            meaning: Meaning::Signatory,
            at: now,
            content_hash: content_hash.to_owned(),
        });
        Ok(next)
    }
    /// 退回修改 with a reason: the whole chain starts again.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn send_back(&self, actor: &Actor, reason: &str) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Return, &[], &[])?;
        let reason = written(reason).map_err(|r| vec![r])?;
        Ok(TestOrder {
            state,
            signatures: Vec::new(),
            conclusion: None,
            returned: Some((actor.name.clone(), reason)),
            revision: self.revision + 1,
            ..self.clone()
        })
    }
    /// 签发报告
    ///
    /// # Errors
    /// All reasons why not.
    pub fn issue(&self, actor: &Actor, items: &[TestItem], now: Instant) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Issue, items, &[])?;
        Ok(TestOrder {
            state,
            issued_at: self.issued_at.or(Some(now)),
            in_force: self.conclusion.clone(),
            reports_issued: self.reports_issued + 1,
            amending: None,
            revision: self.revision + 1,
            ..self.clone()
        })
    }
    /// 更改已签发报告: reopens the chain; the issued report stays and is replaced by the next revision.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn amend(&self, actor: &Actor, reason: &str) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Amend, &[], &[])?;
        let reason = written(reason).map_err(|r| vec![r])?;
        Ok(TestOrder { state, signatures: Vec::new(), conclusion: None, amending: Some(reason), revision: self.revision + 1, ..self.clone() })
    }
    /// 不能成批批准 why this order is looked at by itself before it is approved, Chinese and English: whatever is not normal, a
    /// conclusion that is no plain 合格, a report that is being amended. Whether its runs were in control is asked apart.
    #[must_use]
    pub fn approved_alone(&self, items: &[TestItem], now: Instant) -> Option<(String, String)> {
        let odd = items.iter().filter(|i| !normal(i)).count();
        if odd > 0 {
            return Some((format!("{odd} 项异常"), if odd == 1 { "1 item is not".to_owned() } else { format!("{odd} items are not") }));
        }
        if self.amending.is_some() {
            return Some(("更改报告".to_owned(), "its report is being amended".to_owned()));
        }
        let outcome = conclude(self.kind, items, now).outcome;
        (outcome != Outcome::Pass).then(|| (format!("结论：{}", outcome.zh()), format!("its conclusion: {}", outcome.en())))
    }
    /// The order about to be issued, its conclusion as the house words it.
    #[must_use]
    pub fn worded(&self, sentences: &Sentences, items: &[TestItem]) -> TestOrder {
        TestOrder { conclusion: self.conclusion.as_ref().map(|c| sentences.worded(c, self.kind, items)), ..self.clone() }
    }
}

fn unfinished(items: &[TestItem]) -> Vec<Refusal> {
    let mut why = Vec::new();
    if items.is_empty() {
        why.push(Refusal::new(code::NO_ITEMS));
    }
    let mut named = |info, wanted: Vec<&str>| {
        if !wanted.is_empty() {
            why.push(Refusal::new(info).with("count", wanted.len()).with("items", wanted.join("、")));
        }
    };
    named(code::EMPTY, items.iter().filter(|i| i.verdict().is_none()).map(|i| i.analyte.as_str()).collect());
    named(code::UNREAD, items.iter().filter(|i| i.unread()).map(|i| i.analyte.as_str()).collect());
    named(code::RETURNED, items.iter().filter(|i| i.returned.is_some()).map(|i| i.analyte.as_str()).collect());
    named(code::DOUBTFUL, items.iter().filter(|i| doubtful_without_remark(i)).map(|i| i.analyte.as_str()).collect());
    why
}

/// 检验结论 from the items, in the standing wording: one failing item fails the sample; items without verdict never make it pass on
/// their own.
#[must_use]
pub fn conclude(kind: TaskKind, items: &[TestItem], now: Instant) -> Conclusion {
    let finding = Finding::of(kind, items);
    let (zh, en) = Sentences::default().say(&finding);
    Conclusion { outcome: finding.outcome, zh, en, failing: finding.items, at: now }
}
