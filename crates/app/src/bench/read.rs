//! 检验台 the queues of orders, and one order.

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::ids::TestItemId;
use shiyan_foundation::{Act, Actor, Label, Role, WorkCalendar};
use shiyan_judgement::deciding::Candidate;
use shiyan_lab_results::bench::Worksheet;
use shiyan_lab_results::order::{OrderAction, OrderState, TestItem, TestOrder};
use shiyan_lab_results::report::ReportSettings;
use shiyan_store::records::{ClockRecord, ItemPackage, SampleRecord};
use shiyan_store::{Entry, Error, Record};

use crate::App;
use crate::authority::{reads, veiled};
use shiyan_store::intake::samples::{WorkFilter, WorkRow};

/// 检验台 one page of a queue.
#[derive(Debug)]
pub struct QueuePage {
    /// How many orders each of the queues asked for holds.
    pub counts: Vec<u64>,
    /// Rows of this page, due first.
    pub rows: Vec<WorkRow>,
    /// How many there are in all.
    pub total: usize,
    /// How many stand before this page.
    pub from: usize,
    /// Working calendar.
    pub calendar: WorkCalendar,
}

/// 检验任务 one order with everything that stands on its page.
#[derive(Debug)]
pub struct OrderPage {
    /// The order.
    pub order: TestOrder,
    /// Its items.
    pub items: Vec<TestItem>,
    /// Its sample.
    pub sample: SampleRecord,
    /// 时限钟 of the sample.
    pub clocks: Vec<ClockRecord>,
    /// Working calendar.
    pub calendar: WorkCalendar,
    /// Number of the newest test report.
    pub report: Option<String>,
    /// 报告设置 as they stand.
    pub settings: ReportSettings,
    /// 项目包 for the food of the sample, those in use first, while results are entered.
    pub packages: Vec<ItemPackage>,
    /// 候选限量 of the items that wait for a rule, for whoever decides.
    pub candidates: BTreeMap<TestItemId, Vec<Candidate>>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// What a person does to an order that waits in a state, and the duty for it; the last step first, because it is nearest to its deadline.
const NEXT: &[(OrderState, OrderAction, Role)] = &[
    (OrderState::Approved, OrderAction::Issue, Role::ReportSender),
    (OrderState::Reviewed, OrderAction::Approve, Role::Signatory),
    (OrderState::Checked, OrderAction::Review, Role::Reviewer),
    (OrderState::Entered, OrderAction::Check, Role::Checker),
    (OrderState::Testing, OrderAction::Enter, Role::Analyst),
];
/// Orders of a queue that are looked at for one that a person can act on.
const LOOKED_THROUGH: u64 = 30;
/// Orders of a queue that a free text is looked for in.
const ALL: u64 = 100_000;

impl App {
    /// How many orders a worklist holds.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn count_work(&self, actor: &Actor, filter: &WorkFilter) -> Result<u64, Error> {
        reads(actor, Act::ReadSamples)?;
        self.store.count_work(filter, &actor.scope).await
    }
    /// Orders of a worklist, due first: at most so many, after so many.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_work(&self, actor: &Actor, filter: &WorkFilter, most: u64, skip: u64) -> Result<Vec<WorkRow>, Error> {
        reads(actor, Act::ReadSamples)?;
        self.store.worklist(filter, &actor.scope, most, skip).await
    }
    /// 检验台 one page of `work`; `queues` are counted beside it. What is looked for, by number, blind code, sample or category, stands on one
    /// page.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_queue_page(
        &self,
        actor: &Actor,
        queues: &[WorkFilter],
        work: &WorkFilter,
        wanted: &str,
        (page, rows): (usize, usize),
    ) -> Result<QueuePage, Error> {
        reads(actor, Act::ReadSamples)?;
        let mut counts = Vec::new();
        for queue in queues {
            counts.push(self.count_work(actor, queue).await?);
        }
        let calendar = self.calendar().await?;
        if !wanted.is_empty() {
            let coded: Vec<String> = self.store.by_blind_code(wanted, work, &actor.scope).await?.into_iter().map(|(_, order)| order).collect();
            let has = |r: &WorkRow| {
                r.name.contains(wanted)
                    || r.category.contains(wanted)
                    || r.sampling_no.as_deref().unwrap_or_default().contains(wanted)
                    || coded.contains(&r.order_id)
            };
            let rows: Vec<WorkRow> = self.read_work(actor, work, ALL, 0).await?.into_iter().filter(has).collect();
            return Ok(QueuePage { counts, total: rows.len(), rows, from: 0, calendar });
        }
        let total = usize::try_from(self.count_work(actor, work).await?).unwrap_or(usize::MAX);
        let from = (page.clamp(1, total.div_ceil(rows).max(1)) - 1) * rows;
        let found = self.read_work(actor, work, rows as u64, from as u64).await?;
        Ok(QueuePage { counts, rows: found, total, from, calendar })
    }
    /// 检验任务 the page of an order.
    ///
    /// # Errors
    /// Not for this person, or no such order in their scope; the database does not answer.
    pub async fn read_order(&self, actor: &Actor, id: &str) -> Result<OrderPage, Error> {
        reads(actor, Act::ReadSamples)?;
        let (store, scope) = (&self.store, &actor.scope);
        let order = store.order(id, scope).await?.ok_or(Error::NotFound)?;
        let sample = store.sample(&order.sample.to_string(), scope).await?.ok_or(Error::NotFound)?;
        let items = store.items_of_order(id, scope).await?;
        let waits = |i: &&TestItem| i.undecided(order.kind) && (i.limit.is_none() || i.picked.is_some());
        let mut candidates = BTreeMap::new();
        if order.may_decide(actor).is_ok() && items.iter().any(|i| waits(&i)) {
            let rules = self.rules_today().await?;
            candidates = items.iter().filter(waits).map(|i| (i.id, rules.candidates(&order, &sample, i))).collect();
        }
        let packages = match &sample.sample.core {
            Some(core) if order.state == OrderState::Testing => self.packages_for(core).await?,
            _ => Vec::new(),
        };
        let subjects: Vec<String> = std::iter::once(order.subject()).chain(items.iter().map(Record::subject)).collect();
        Ok(OrderPage {
            clocks: store.clocks_of(&sample.subject()).await?,
            report: store.reports_of_sample(&order.sample.to_string(), scope).await?.into_iter().next().map(|r| r.number),
            timeline: store.timeline(&subjects).await?,
            calendar: self.calendar().await?,
            settings: self.report_settings().await?,
            sample: veiled(actor, sample),
            order,
            items,
            packages,
            candidates,
        })
    }
    /// 下一件 the next order that this person can take the next step of: of the step that this order waits for or has just made, then of their
    /// other duties.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_next_order(&self, actor: &Actor, sign_scope: &[String], seen: &TestOrder) -> Result<Option<String>, Error> {
        let mut mine: Vec<&(OrderState, OrderAction, Role)> = NEXT.iter().filter(|(_, _, role)| actor.has(*role)).collect();
        // The step that was just made leaves its order one state further on.
        mine.sort_by_key(|(state, ..)| if *state == seen.state { 0 } else { 1 + usize::from(*state > seen.state) });
        for (state, action, _) in mine {
            for row in self.read_work(actor, &WorkFilter::state(state.code()), LOOKED_THROUGH, 0).await? {
                if row.order.id == seen.id {
                    continue;
                }
                let items = if *action == OrderAction::Enter { Vec::new() } else { self.read_items(actor, &row.order_id).await? };
                let held = matches!(action, OrderAction::Review | OrderAction::Approve) && self.held_back(&items).await?;
                if !held && row.order.why_not(actor, *action, &items, sign_scope).is_empty() {
                    return Ok(Some(row.order_id));
                }
            }
        }
        Ok(None)
    }
    /// 质控未放行 whether quality control holds these items back.
    async fn held_back(&self, items: &[TestItem]) -> Result<bool, Error> {
        for id in items.iter().filter_map(|i| i.worksheet).collect::<BTreeSet<_>>() {
            if self.store.get::<Worksheet>(&id.to_string()).await?.is_some_and(|sheet| !sheet.blocks().is_empty()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
    /// The items of an order as they stand.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_items(&self, actor: &Actor, order: &str) -> Result<Vec<TestItem>, Error> {
        reads(actor, Act::ReadSamples)?;
        self.store.items_of_order(order, &actor.scope).await
    }
}
