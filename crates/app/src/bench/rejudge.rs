//! 复判: what today's library says of what is open and of what was issued, and the label claim of an item.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;
use shiyan_foundation::{Actor, Instant, Label, Refusal};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_lab_results::order::{OrderState, TestItem, TestOrder, code as order_code};
use shiyan_statute::LimitLibrary;
use shiyan_store::records::{ItemPackage, SampleRecord};
use shiyan_store::{Error, lost_race};

use super::worksheets::Entry;
use crate::authority::{Act, may};
use crate::intake::food_of;
use crate::limits::{PAGE, limit_today};
use crate::{App, code};

/// Longest label claim kept.
const CLAIM: usize = 120;
/// Lines of one list of a re-judgement; the counts go on.
const LINES: usize = 2_000;

/// 复判 one item whose limit or verdict would be different with today's library.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LimitChange {
    /// Order.
    pub order: String,
    /// Its state.
    pub state: OrderState,
    /// 抽样单编号
    pub sampling_no: String,
    /// 样品名称
    pub food: String,
    /// Item.
    pub item: String,
    /// Its revision.
    pub revision: i64,
    /// 检验项目
    pub analyte: String,
    /// 检验结果 as typed.
    pub result: String,
    /// Limit used then.
    pub limit_then: Option<LimitUsed>,
    /// Limit of today's library.
    pub limit_now: Option<LimitUsed>,
    /// Why there is none today: Chinese, English.
    pub none_now: Option<(String, String)>,
    /// Verdict then, a person's where there is one.
    pub verdict_then: Option<Verdict>,
    /// Verdict of today's limit.
    pub verdict_now: Option<Verdict>,
    /// The verdict then was a person's.
    pub by_hand: bool,
    /// 食品与配料 were not known to the item then, and are now.
    pub food_now: bool,
    /// The order is being tested, so that the limit can be taken over at once.
    pub may_apply: bool,
}

/// 复判清单 a dry run: nothing is written, nothing issued is touched.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Rejudgement {
    /// Items of orders that are not issued.
    pub open: Vec<LimitChange>,
    /// Items of issued reports; a supervisor starts the reissue on the order.
    pub issued: Vec<LimitChange>,
    /// All open items that differ, listed or not.
    pub open_count: u64,
    /// All issued items that differ, listed or not.
    pub issued_count: u64,
    /// Orders that were looked at: open, issued.
    pub orders: (u64, u64),
    /// Items that were looked at.
    pub items: u64,
    /// Reports issued on this day or later were looked at.
    pub issued_since: Option<NaiveDate>,
}

impl App {
    /// 复判 (dry run) every item of an open order, and of the reports issued since a day, whose limit or verdict would be different
    /// with today's library and the package its order pinned.
    ///
    /// # Errors
    /// Not the quality manager; the database does not answer.
    pub async fn rejudge(&self, actor: &Actor, issued_since: Option<NaiveDate>) -> Result<Rejudgement, Error> {
        may(actor, Act::Rejudge)?;
        let library = self.limit_rows().await?;
        let packages = self.packages_by_key().await?;
        let mut out = Rejudgement { issued_since, ..Rejudgement::default() };
        for since in [None].into_iter().chain(issued_since.map(Some)) {
            let mut after = String::new();
            loop {
                let page = self.store.orders_to_rejudge(since, &after, &actor.scope, PAGE).await?;
                let Some((last, ..)) = page.last() else { break };
                after = last.id.to_string();
                for (order, sample, items) in &page {
                    if since.is_none() {
                        out.orders.0 += 1;
                    } else {
                        out.orders.1 += 1;
                    }
                    out.items += items.len() as u64;
                    for item in items {
                        let Some(change) = changed(order, sample, item, &packages, &library) else { continue };
                        let (list, count) = if since.is_none() { (&mut out.open, &mut out.open_count) } else { (&mut out.issued, &mut out.issued_count) };
                        *count += 1;
                        if list.len() < LINES {
                            list.push(change);
                        }
                    }
                }
            }
        }
        Ok(out)
    }
    /// 改用今天的限量 for one item of an order that is being tested; the result is judged again in the same step.
    ///
    /// # Errors
    /// Not the quality manager; the order is not being tested; nothing would change; somebody else was faster.
    pub async fn apply_limit(&self, actor: &Actor, item: &str, seen: i64, now: Instant) -> Result<TestItem, Error> {
        may(actor, Act::ApplyLimit)?;
        let library = self.limit_rows().await?;
        let packages = self.packages_by_key().await?;
        let mut unit = self.store.begin(now).await?;
        let item: TestItem = unit.require(item).await?;
        let order = self.visible_order(&unit, actor, &item.order.to_string()).await?;
        if order.state != OrderState::Testing {
            return Err(Refusal::new(order_code::STATE)
                .with("state", order.state.zh())
                .with("state_en", order.state.en())
                .with("action", "改用限量")
                .with("action_en", "Take over a limit")
                .into());
        }
        if seen != item.revision {
            return Err(lost_race(seen, item.revision).into());
        }
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let (limit, no_limit, _) = limit_today(&order, &sample, &item, &packages, &library);
        let next = item.clone().of_food(food_of(&sample.sample)).with_limit(limit, no_limit, order.kind);
        if next.limit == item.limit && next.judgement == item.judgement {
            return Err(Refusal::new(code::LIMIT_SAME).with("item", &item.analyte).into());
        }
        let said = |limit: &Option<LimitUsed>| limit.as_ref().map(|l| json!({ "id": l.id, "version": l.version, "text": l.text, "basis": l.basis }));
        let mut facts = json!({
            "analyte": item.analyte, "from": said(&item.limit), "to": said(&next.limit),
            "verdict_from": item.verdict(), "verdict": next.verdict(), "decision": item.decision.as_ref().map(|d| &d.reason),
        });
        if let Some(food) = next.food.as_ref().filter(|_| item.food.is_none()) {
            facts["food"] = json!(food.food);
        }
        unit.save(&next, &actor.into(), "item.limit", facts).await?;
        unit.commit().await?;
        Ok(next)
    }
    /// 录入标签明示值 exactly as typed, while the item is being tested; the result is judged again at once. An empty text takes the
    /// claim away.
    ///
    /// # Errors
    /// Every reason why not: not an analyst, a sampler of this sample, not being tested, locked with its worksheet, too long,
    /// somebody else was faster.
    pub async fn set_label_claim(&self, actor: &Actor, item: &str, seen: i64, typed: &str, now: Instant) -> Result<TestItem, Error> {
        let mut unit = self.store.begin(now).await?;
        let item: TestItem = unit.require(item).await?;
        let order = self.visible_order(&unit, actor, &item.order.to_string()).await?;
        order.may_enter(actor)?;
        Entry::new(actor, now).unlocked(&unit, &item).await?.map_err(|why| Error::Refused(vec![why]))?;
        if typed.chars().count() > CLAIM {
            return Err(Refusal::new(code::CLAIM_LONG).with("max", CLAIM).on("label_claim").into());
        }
        if seen != item.revision {
            return Err(lost_race(seen, item.revision).into());
        }
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let next = item.clone().of_food(food_of(&sample.sample)).claiming(typed, order.kind);
        if next.label_claim == item.label_claim {
            return Ok(item);
        }
        let facts = json!({
            "analyte": item.analyte, "from": item.label_claim, "to": next.label_claim,
            "verdict": next.judgement.as_ref().map(|j| j.verdict), "code": next.judgement.as_ref().map(|j| &j.code),
        });
        unit.save(&next, &actor.into(), "item.claim", facts).await?;
        unit.commit().await?;
        Ok(next)
    }
}

fn changed(order: &TestOrder, sample: &SampleRecord, item: &TestItem, packages: &BTreeMap<String, ItemPackage>, library: &LimitLibrary) -> Option<LimitChange> {
    let (limit, no_limit, _) = limit_today(order, sample, item, packages, library);
    let none_now = no_limit.clone();
    let next = item.clone().of_food(food_of(&sample.sample)).with_limit(limit, no_limit, order.kind);
    let machine = |i: &TestItem| i.judgement.as_ref().map(|j| j.verdict);
    if next.limit == item.limit && machine(&next) == machine(item) {
        return None;
    }
    Some(LimitChange {
        order: order.id.to_string(),
        state: order.state,
        sampling_no: sample.sample.number().to_owned(),
        food: sample.sample.sheet.get("name").to_owned(),
        item: item.id.to_string(),
        revision: item.revision,
        analyte: item.analyte.clone(),
        result: item.raw.clone(),
        limit_then: item.limit.clone(),
        none_now: if next.limit.is_none() { none_now } else { None },
        limit_now: next.limit.clone(),
        verdict_then: item.verdict(),
        verdict_now: next.verdict(),
        by_hand: item.decision.is_some(),
        food_now: item.food.is_none() && next.food.is_some(),
        may_apply: order.state == OrderState::Testing,
    })
}
