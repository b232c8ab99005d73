//! The bench: items, results with their judgement, 主检 → 校核 → 审核 → 批准, conclusion. A failing conclusion opens the case in the
//! same transaction.

pub mod profiles;
pub(crate) mod queues;
pub(crate) mod read;
pub mod rejudge;
pub mod worksheets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Datelike;
use serde_json::json;
use shiyan_foundation::ids::CaseId;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Actor, Instant, Refusal, WorkCalendar};
use shiyan_judgement::deciding::{Candidate, Deciding};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_lab_results::order::{OrderAction, TestItem, TestOrder, code, judged_together};
use shiyan_nonconformity::{CaseOpening, open_cases};
use shiyan_sample_intake::Sample;
use shiyan_statute::LimitLibrary;
use shiyan_store::records::{ItemPackage, PackageItem, SampleRecord, UserAccount};
use shiyan_store::{Error, Record, Unit, Who};

use crate::bench::worksheets::Entry;
use crate::clocks::tick;
use crate::intake::{food_of, new_item, query_of};
use crate::limits::limit_today;
use crate::signed::content_hash;
use crate::typed::{needed, one_of};
use crate::{App, fresh};

/// One typed result: item id, the revision that was on the page, the text exactly as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedResult {
    /// Item.
    pub item: String,
    /// Revision seen.
    pub seen: i64,
    /// As typed.
    pub raw: String,
    /// 更正理由 needed where the result was submitted before.
    pub why: String,
    /// 撤销 the typist took back what was typed last.
    pub undo: bool,
}

/// What became of one typed result.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Item id.
    pub item: String,
    /// The item as saved, or why not; what was typed is in the caller's hands.
    pub outcome: Result<TestItem, Vec<Refusal>>,
    /// What stands now, where it was refused.
    pub now: Option<TestItem>,
}

/// 检验项目 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedItem {
    /// 项目名称
    pub analyte: String,
    /// 结果单位
    pub unit: String,
    /// 检验依据
    pub method: String,
}

impl TypedItem {
    /// An item by its name, unit and method.
    #[must_use]
    pub fn new(analyte: &str, unit: &str, method: &str) -> Self {
        Self { analyte: analyte.to_owned(), unit: unit.to_owned(), method: method.to_owned() }
    }
}

/// 人工判定 as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedDecision {
    /// What is decided: `rule:ID:VERSION`, `none:REASON`, `reading`, `dried`, or a verdict.
    pub on: String,
    /// 读法
    pub reading: String,
    /// 脱水率 per cent
    pub rate: String,
    /// 出处
    pub source: String,
    /// 理由
    pub reason: String,
}

impl TypedDecision {
    fn read(&self, candidates: &[Candidate]) -> Result<Deciding, Refusal> {
        if let Some(rule) = self.on.strip_prefix("rule:") {
            let named = |c: &Candidate| format!("{}:{}", c.limit.id, c.limit.version) == rule;
            // One that is not there any more is refused by what decides.
            return Ok(Deciding::Rule { pick: candidates.iter().position(named).unwrap_or(usize::MAX) });
        }
        if let Some(why) = self.on.strip_prefix("none:") {
            return Ok(Deciding::NoVerdict { why: one_of(why, "原因", "reason", "on")?, source: self.source.clone() });
        }
        if self.on == "dried" {
            return Ok(Deciding::Dried { rate: self.rate.clone(), source: self.source.clone() });
        }
        if self.on == "reading" {
            return Ok(Deciding::Reading(self.reading.clone()));
        }
        Ok(Deciding::Held { verdict: one_of(&self.on, "判定", "verdict", "on")?, source: self.source.clone() })
    }
}

/// 当日限量 the library and the packages of today.
#[derive(Debug, Clone)]
pub struct RulesToday {
    library: Arc<LimitLibrary>,
    packages: BTreeMap<String, ItemPackage>,
}

impl RulesToday {
    /// 候选限量 the rules in question for an item of a sample, each with why it is in doubt.
    #[must_use]
    pub fn candidates(&self, order: &TestOrder, sample: &SampleRecord, item: &TestItem) -> Vec<Candidate> {
        let mut out = Vec::new();
        // What the library settles by now, though it did not when the item was laid out.
        if item.limit.is_none()
            && let (Some(limit), ..) = limit_today(order, sample, item, &self.packages, &self.library)
        {
            out.push(Candidate { limit, doubt: ("限量库现在选定的限量".to_owned(), "what the library settles on today".to_owned()) });
        }
        let Some(core) = &sample.sample.core else { return out };
        let query = query_of(core, &item.analyte);
        let rows = self.library.candidates(&query).into_iter().map(|(row, doubt)| Candidate { limit: LimitUsed::chosen(row, &query), doubt });
        out.extend(rows);
        if let Some(Ok(row)) = shiyan_statute::additive_limit(&query) {
            let doubt = ("GB 2760-2024 表A.1 所载，尚未启用".to_owned(), "as in table A.1 of GB 2760-2024, not put to use yet".to_owned());
            out.push(Candidate { limit: LimitUsed::chosen(&row, &query), doubt });
        }
        let mut seen = BTreeSet::new();
        out.retain(|c| seen.insert((c.limit.id.clone(), c.limit.version)));
        out
    }
}

impl App {
    /// Adds an item to an order that is being tested.
    ///
    /// # Errors
    /// Every reason why not; the item is there already.
    pub async fn add_item(&self, actor: &Actor, order: &str, typed: &TypedItem, now: Instant) -> Result<(), Error> {
        let limits = self.limit_rows().await?;
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        order.may_enter(actor)?;
        let analyte = needed(&typed.analyte, 80, "项目名称", "item", "analyte")?;
        let method = needed(&typed.method, 120, "检验依据", "method", "method")?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        if items.iter().any(|i| shiyan_statute::same_analyte(&i.analyte, &analyte)) {
            return Err(Refusal::new(code::ITEM_KNOWN).with("item", analyte).on("analyte").into());
        }
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let position = items.iter().map(|i| i.position + 1).max().unwrap_or(0);
        let item =
            new_item(&sample.sample, &order, position, &PackageItem { analyte, unit: typed.unit.trim().to_owned(), method, ..PackageItem::default() }, &limits);
        unit.insert(&item, &actor.into(), "item.add", json!({ "analyte": item.analyte, "limit": item.limit.as_ref().map(|l| &l.text) })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// Saves typed results with their judgement; each stands for itself, so one lost race does not lose the others. The old
    /// and the new text both stay in the journal.
    ///
    /// # Errors
    /// The whole is refused when the person may not enter results here.
    pub async fn enter_results(&self, actor: &Actor, order: &str, typed: &[TypedResult], now: Instant) -> Result<Vec<Saved>, Error> {
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        order.may_enter(actor)?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let mut saved = Vec::new();
        let mut entry = Entry::new(actor, now);
        for cell in typed {
            let Some(item) = items.iter().find(|i| i.id.to_string() == cell.item) else { continue };
            saved.extend(entry.enter(&mut unit, item, cell).await?);
        }
        self.add_up(&mut unit, actor, &order, &mut saved).await?;
        unit.commit().await?;
        Ok(saved)
    }
    /// 合计 the members of a sum that were entered one by one are judged by what they come to, in the step that entered the last of them.
    pub(crate) async fn add_up(&self, unit: &mut Unit, actor: &Actor, order: &TestOrder, saved: &mut [Saved]) -> Result<(), Error> {
        let items = unit.items_of_order(&order.id.to_string()).await?;
        for next in judged_together(&items, order.kind) {
            let verdict = next.verdict();
            unit.save(&next, &actor.into(), "item.sum", json!({ "analyte": next.analyte, "verdict": verdict })).await?;
            if let Some(told) = saved.iter_mut().find(|s| s.outcome.as_ref().is_ok_and(|i| i.id == next.id)) {
                told.outcome = Ok(next);
            }
        }
        Ok(())
    }
    /// 人工判定 of an item that only a person may decide.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn decide_item(&self, actor: &Actor, item: &str, typed: &TypedDecision, now: Instant) -> Result<(), Error> {
        let rules = self.rules_today().await?;
        let mut unit = self.store.begin(now).await?;
        let item: TestItem = unit.require(item).await?;
        let order = self.visible_order(&unit, actor, &item.order.to_string()).await?;
        order.may_decide(actor)?;
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let candidates = rules.candidates(&order, &sample, &item);
        let by = typed.read(&candidates)?;
        let item = item.of_food(food_of(&sample.sample));
        let next = item.decide(actor, &by, &candidates, &typed.reason, order.kind, now)?;
        let picked = next.picked.as_ref().filter(|_| matches!(by, Deciding::Rule { .. })).and(next.limit.as_ref());
        let facts = json!({
            "analyte": item.analyte, "verdict": next.verdict(), "reason": typed.reason.trim(),
            "ground": next.decision.as_ref().and_then(|d| d.ground.as_ref()),
            "limit": picked.map(|l| json!({ "id": l.id, "version": l.version, "text": l.text, "basis": l.basis })),
        });
        unit.save(&next, &actor.into(), "item.decide", facts).await?;
        unit.commit().await?;
        Ok(())
    }
    /// The limits of today and the packages, to ask for the rules that come into question.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rules_today(&self) -> Result<RulesToday, Error> {
        Ok(RulesToday { library: self.limit_rows().await?, packages: self.packages_by_key().await? })
    }
    /// 提交校核, 校核, 审核: one signed step forward.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn forward_order(&self, actor: &Actor, order: &str, action: OrderAction, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let hash = content_hash(&order, &items)?;
        let next = order.forward(actor, action, &items, &hash, now)?;
        if action == OrderAction::Review {
            self.released(&unit, &items).await?;
        }
        unit.save(&next, &actor.into(), verb(action), json!({ "content": hash })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 质控 in control, or let pass by the quality manager: nothing else is reviewed or approved.
    async fn released(&self, unit: &Unit, items: &[TestItem]) -> Result<(), Error> {
        let why = self.release_blocks(unit, items).await?;
        if why.is_empty() { Ok(()) } else { Err(Error::Refused(why)) }
    }
    /// 退回修改
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn return_order(&self, actor: &Actor, order: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        let next = order.send_back(actor, reason)?;
        unit.save(&next, &actor.into(), "order.return", json!({ "reason": reason.trim() })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 批准: the signatory types the password once more and signs, the conclusion is made, and a failing one opens its cases with their clocks.
    ///
    /// # Errors
    /// The password is wrong; every reason why not.
    pub async fn approve(&self, user: &UserAccount, login: &str, password: &str, order: &str, now: Instant) -> Result<Outcome, Error> {
        self.step_up(user, login, password, now).await?;
        self.approve_proved(user, order, now).await
    }
    /// The same for the stage of tests, where nobody is signed in.
    ///
    /// # Errors
    /// Every reason why not.
    #[cfg(feature = "stage")]
    pub async fn approve_order(&self, user: &UserAccount, order: &str, now: Instant) -> Result<Outcome, Error> {
        self.approve_proved(user, order, now).await
    }
    async fn approve_proved(&self, user: &UserAccount, order: &str, now: Instant) -> Result<Outcome, Error> {
        let calendar = self.calendar().await?;
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, &user.actor(), order).await?;
        let items = unit.items_of_order(&order.id.to_string()).await?;
        let outcome = self.sign_and_conclude(&mut unit, user, &order, &items, &calendar).await?;
        unit.commit().await?;
        Ok(outcome)
    }
    /// 成批批准 orders that are normal throughout, with the password once for all of them: each is signed and concluded by itself, all
    /// of them or none.
    ///
    /// # Errors
    /// The password is wrong; nothing is ticked; why each one that may not be approved may not, or not together with others.
    pub async fn approve_normal(&self, user: &UserAccount, login: &str, password: &str, orders: &[String], now: Instant) -> Result<usize, Error> {
        TestOrder::duty(&user.actor(), OrderAction::Approve)?;
        if orders.is_empty() {
            return Err(Refusal::new(code::NONE_CHOSEN).into());
        }
        self.step_up(user, login, password, now).await?;
        let calendar = self.calendar().await?;
        let mut unit = self.store.begin(now).await?;
        let mut why = Vec::new();
        for id in orders.iter().collect::<BTreeSet<_>>() {
            let order = self.visible_order(&unit, &user.actor(), id).await?;
            let items = unit.items_of_order(id).await?;
            let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
            // Who signs tests blind as well: the sample is named by its code.
            let name = sample.sample.blind_code.clone().unwrap_or_else(|| sample.sample.number().to_owned());
            let alone = |(zh, en): (String, String)| Refusal::new(code::APPROVE_ALONE).with("name", &name).with("why", zh).with("why_en", en);
            why.extend(order.approved_alone(&items, now).map(alone));
            why.extend(self.runs_not_normal(&unit, &items).await?.into_iter().map(|(zh, en)| alone((zh, en))));
            if why.is_empty() {
                self.sign_and_conclude(&mut unit, user, &order, &items, &calendar).await?;
            }
        }
        if !why.is_empty() {
            return Err(Error::Refused(why));
        }
        unit.commit().await?;
        Ok(orders.len())
    }
    /// Signs as authorised signatory and makes the conclusion with everything that follows from it, inside a transaction.
    async fn sign_and_conclude(
        &self,
        unit: &mut Unit,
        user: &UserAccount,
        order: &TestOrder,
        items: &[TestItem],
        calendar: &WorkCalendar,
    ) -> Result<Outcome, Error> {
        let (actor, now) = (user.actor(), unit.at());
        let hash = content_hash(order, items)?;
        let next = order.approve(&actor, items, &user.sign_scope, &hash, now)?;
        self.released(unit, items).await?;
        let who = Who::from(&actor);
        let Some(conclusion) = next.conclusion.clone() else { return Err(Error::Fault("approved without a conclusion".into())) };
        unit.save(&next, &who, "order.approve", json!({ "content": hash, "outcome": conclusion.outcome, "failing": conclusion.failing })).await?;
        let sample: SampleRecord = unit.require(&next.sample.to_string()).await?;
        tick(unit, &who, &next.ticks(order.state, OrderAction::Approve), &sample, now, calendar).await?;
        let open = unit.cases_of_order(&next.id.to_string()).await?;
        let has_case = open.iter().any(|c| c.state != shiyan_nonconformity::CaseState::Cancelled);
        if conclusion.outcome == Outcome::Fail && !has_case {
            let serial = unit.next_case_serial(now.year()).await?;
            let no = format!("HC{:04}-{serial:04}", now.year());
            let opening = opening_of(&sample.sample, &next, items, now)?;
            for (case, clocks) in open_cases(&opening, [CaseId(fresh()), CaseId(fresh())], &no) {
                let subject = case.subject();
                unit.insert(&case, &who, "case.open", json!({ "no": case.no, "failing": case.failing })).await?;
                crate::cases::move_clocks(unit, &who, &subject, &clocks, calendar, case.demo).await?;
            }
        }
        Ok(conclusion.outcome)
    }
}

pub(crate) fn verb(action: OrderAction) -> &'static str {
    match action {
        OrderAction::Submit => "order.submit",
        OrderAction::Check => "order.check",
        OrderAction::Review => "order.review",
        _ => "order.forward",
    }
}

/// What the opening of cases needs to know.
pub(crate) fn opening_of(sample: &Sample, order: &TestOrder, items: &[TestItem], at: Instant) -> Result<CaseOpening, Error> {
    let core = sample.core.as_ref().ok_or_else(|| Error::Fault(format!("sample {} has no checked sheet", sample.id)))?;
    Ok(CaseOpening {
        sample: sample.id,
        order: order.id,
        sampling_no: core.sampling_no.clone(),
        product: core.name.clone(),
        link: core.link,
        online: core.online,
        site: core.site_name.clone(),
        producer: core.prepacked.then(|| sample.sheet.get("prod_name").to_owned()),
        street: core.street.clone(),
        failing: items.iter().filter(|i| i.verdict() == Some(Verdict::Nonconforming)).map(|i| (i.analyte.clone(), i.group.clone())).collect(),
        at,
        demo: order.demo,
    })
}
