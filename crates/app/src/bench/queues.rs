//! 校核队列 what waits for a step of the chain: worksheet by worksheet, the rest order by order.

use std::collections::{BTreeMap, BTreeSet};

use shiyan_foundation::ids::{TestOrderId, WorksheetId};
use shiyan_foundation::{Act, Actor, Label, WorkCalendar};
use shiyan_lab_results::bench::Worksheet;
use shiyan_lab_results::order::{OrderState, TestItem, TestOrder};
use shiyan_store::Error;
use shiyan_store::records::SampleRecord;

use crate::App;
use crate::authority::{reads, veiled};
use shiyan_store::intake::samples::{WorkFilter, WorkRow};

/// A worksheet in the queue.
#[derive(Debug)]
pub struct QueuedSheet {
    /// The worksheet.
    pub sheet: Worksheet,
    /// Orders of its samples.
    pub orders: BTreeMap<TestOrderId, TestOrder>,
    /// Every item of those orders, also those that stand elsewhere.
    pub items: BTreeMap<TestOrderId, Vec<TestItem>>,
    /// Samples whose verdict turns on carry-over, with what their sheet says.
    pub samples: Vec<SampleRecord>,
}

impl QueuedSheet {
    /// Orders on it that wait for a step out of this state.
    pub fn waiting(&self, state: OrderState) -> impl Iterator<Item = &TestOrder> {
        self.sheet.samples.iter().filter_map(|s| self.orders.get(&s.order)).filter(move |o| o.state == state)
    }
}

/// An order in the queue that is on no worksheet shown.
#[derive(Debug)]
pub struct QueuedOrder {
    /// Its row.
    pub row: WorkRow,
    /// 盲样编号
    pub code: Option<String>,
    /// The order.
    pub order: TestOrder,
    /// Its items.
    pub items: Vec<TestItem>,
    /// Before the approval: every run that its items were tested on is in control throughout.
    pub in_control: bool,
}

/// 校核队列
#[derive(Debug)]
pub struct Queue {
    /// Orders by state.
    pub states: BTreeMap<String, i64>,
    /// Worksheets with something that waits.
    pub sheets: Vec<QueuedSheet>,
    /// Worksheets left out.
    pub more: u64,
    /// The rest.
    pub orders: Vec<QueuedOrder>,
    /// Working calendar.
    pub calendar: WorkCalendar,
}

impl App {
    /// 校核队列 of a state: at most so many worksheets (none where the step is taken order by order) and so many orders.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_queue(&self, actor: &Actor, state: OrderState, sheets: u64, orders: u64) -> Result<Queue, Error> {
        reads(actor, Act::ReadBench)?;
        let (store, scope) = (&self.store, &actor.scope);
        let (mut found, mut more) = (Vec::new(), 0);
        if sheets > 0 {
            let mut waiting = store.worksheets_waiting(&[state.code()], scope, sheets + 1).await?;
            more = u64::try_from(waiting.len()).unwrap_or_default().saturating_sub(sheets);
            waiting.truncate(usize::try_from(sheets).unwrap_or(usize::MAX));
            for sheet in waiting {
                found.push(self.queued_sheet(actor, sheet, state).await?);
            }
            found.retain(|s| s.waiting(state).next().is_some());
        }
        let shown: BTreeSet<String> = found.iter().flat_map(|s| s.waiting(state)).map(|o| o.id.to_string()).collect();
        let mut rows = store.worklist(&WorkFilter::state(state.code()), scope, orders, 0).await?;
        rows.retain(|r| !shown.contains(&r.order_id));
        let ids: Vec<String> = rows.iter().map(|r| r.order_id.clone()).collect();
        let samples: Vec<String> = rows.iter().map(|r| r.sample_id.clone()).collect();
        let codes: BTreeMap<String, Option<String>> =
            store.samples_of(&samples, scope).await?.into_iter().map(|s| (s.sample.id.to_string(), s.sample.blind_code)).collect();
        let mut items: BTreeMap<String, Vec<TestItem>> = BTreeMap::new();
        for item in store.items_of_orders(&ids, scope).await? {
            items.entry(item.order.to_string()).or_default().push(item);
        }
        let mut orders = Vec::new();
        let mut runs = BTreeMap::new();
        for row in rows {
            let items = items.remove(&row.order_id).unwrap_or_default();
            let code = codes.get(&row.sample_id).cloned().flatten();
            orders.push(QueuedOrder {
                code,
                in_control: state == OrderState::Reviewed && self.in_control(&items, &mut runs).await?,
                items,
                order: row.order.clone(),
                row,
            });
        }
        let states = store.order_states(scope).await?.into_iter().collect();
        Ok(Queue { states, sheets: found, more, orders, calendar: self.calendar().await? })
    }
    async fn in_control(&self, items: &[TestItem], known: &mut BTreeMap<WorksheetId, bool>) -> Result<bool, Error> {
        for id in items.iter().filter_map(|i| i.worksheet).collect::<BTreeSet<_>>() {
            let fine = match known.get(&id) {
                Some(fine) => *fine,
                None => self.store.get::<Worksheet>(&id.to_string()).await?.is_some_and(|sheet| sheet.run_not_normal().is_none()),
            };
            known.insert(id, fine);
            if !fine {
                return Ok(false);
            }
        }
        Ok(true)
    }
    async fn queued_sheet(&self, actor: &Actor, sheet: Worksheet, state: OrderState) -> Result<QueuedSheet, Error> {
        let (store, scope, id) = (&self.store, &actor.scope, sheet.id.to_string());
        let orders: BTreeMap<TestOrderId, TestOrder> = store.orders_of_worksheet(&id, scope).await?.into_iter().map(|o| (o.id, o)).collect();
        let mut items: BTreeMap<TestOrderId, Vec<TestItem>> = BTreeMap::new();
        for item in store.items_beside_worksheet(&id, scope).await? {
            items.entry(item.order).or_default().push(item);
        }
        let waits = |i: &&TestItem| i.worksheet == Some(sheet.id) && orders.get(&i.order).is_some_and(|o| o.state == state);
        let about: BTreeSet<String> = items.values().flatten().filter(waits).filter(|i| i.turns_on_carry_over()).map(|i| i.sample.to_string()).collect();
        let samples = store.samples_of(&about.into_iter().collect::<Vec<_>>(), scope).await?.into_iter().map(|s| veiled(actor, s)).collect();
        Ok(QueuedSheet { sheet, orders, items, samples })
    }
}
