//! The worksheet: what is tested together, typed cell by cell, controlled, finished, checked, sent back or passed.

pub(crate) mod read;

use std::collections::btree_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use serde_json::json;
use shiyan_foundation::ids::{InstrumentId, TestItemId, TestOrderId, UserId, WorksheetId};
use shiyan_foundation::{Actor, Instant, Label, NaiveDate, Refusal, Role, Scope};
use shiyan_lab_results::bench::{
    Advance, Instrument, MOST_ITEMS, MOST_SAMPLES, QcPlan, RawFile, Worksheet, WorksheetSample, WorksheetState, WorksheetTemplate, code, slots_of, template_of,
};
use shiyan_lab_results::order::history::{self, AboveP99, Earlier, Peers};
use shiyan_lab_results::order::{CellReturn, OrderAction, OrderState, TestItem, TestOrder, code as order_code, normal};
use shiyan_lab_results::qc::{QcCell, QcContext, QcKind, QcPoint, QcSlot, override_run};
use shiyan_sample_intake::sheet::read_date;
use shiyan_store::records::{SampleRecord, UserAccount};
use shiyan_store::{Error, Unit, Who, lost_race};

use crate::authority::{Act, may};
use crate::bench::{Saved, TypedResult, verb};
use crate::intake::{food_of, peers_of};
use crate::signed::content_hash;
use crate::typed::{needed, number, one_of};
use crate::{App, fresh};

/// Longest text kept in a result cell.
pub(crate) const CELL: usize = 400;
/// Longest remark.
const REMARK: usize = 400;

/// 新检验批 what goes on it and who does it.
#[derive(Debug, Clone, Default)]
pub struct NewWorksheet {
    /// Items.
    pub items: Vec<String>,
    /// 名称
    pub title: String,
    /// Account id of the analyst; empty for whoever makes it.
    pub analyst: String,
    /// Id of the instrument; empty for none.
    pub instrument: String,
    /// 键入走向 by its code; empty for the habits of Excel.
    pub advance: String,
}

/// One typed control: slot, the revision that was on the page, the text exactly as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedQc {
    /// Slot.
    pub slot: String,
    /// Revision seen.
    pub seen: i64,
    /// As typed.
    pub raw: String,
}

/// 键入 what was typed into a worksheet at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typing<'a> {
    /// Cells.
    pub cells: &'a [TypedResult],
    /// 质控 controls.
    pub controls: &'a [TypedQc],
}

/// 已存 what became of it.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Every cell that was changed or refused.
    pub saved: Vec<Saved>,
    /// Controls that were refused, by their slot.
    pub controls: Vec<(String, Refusal)>,
    /// The worksheet as it stands now.
    pub sheet: Worksheet,
}

impl Entered {
    /// How many cells and controls were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.saved.iter().filter(|s| s.outcome.is_err()).count() + self.controls.len()
    }
    /// How many of what was typed stand as typed.
    #[must_use]
    pub fn taken(&self, typed: Typing<'_>) -> usize {
        self.saved.iter().filter(|s| s.outcome.is_ok()).count() + typed.controls.len() - self.controls.len()
    }
}

/// What became of finishing a worksheet: the orders that went to the checker, and those that wait, with the reasons.
#[derive(Debug, Default)]
pub struct Finished {
    /// Labels of the samples sent to the checker.
    pub submitted: Vec<String>,
    /// Samples that stay with the bench, and why.
    pub waiting: Vec<(String, Vec<Refusal>)>,
}

/// 质控要求 as typed: one line of a template.
#[derive(Debug, Clone, Default)]
pub struct TypedQcPlan {
    /// Kind.
    pub kind: String,
    /// 项目; empty for all.
    pub analyte: String,
    /// 名称
    pub name: String,
    /// One duplicate for so many samples.
    pub every: String,
    /// 允许相对偏差 percent.
    pub limit_pct: String,
    /// 定值
    pub target: String,
    /// 标准差
    pub sd: String,
    /// 加标量
    pub added: String,
}

/// 仪器 as typed.
#[derive(Debug, Clone, Default)]
pub struct TypedInstrument {
    /// 设备编号
    pub no: String,
    /// 名称和型号
    pub name: String,
    /// 文件格式 key of a profile; empty for none.
    pub profile: String,
    /// 校准有效期至; empty where none is needed.
    pub calibrated_until: String,
    /// In use.
    pub active: bool,
}

/// The items of one method by name, in the order in which they come.
fn analytes_of(items: &[TestItem], method: &str) -> Vec<String> {
    let mut analytes: Vec<String> = Vec::new();
    for item in items {
        if item.method == method && !analytes.contains(&item.analyte) {
            analytes.push(item.analyte.clone());
        }
    }
    analytes
}

/// The samples of the orders under the name that the bench sees, and the one laboratory that all of them are for.
async fn samples_of(unit: &Unit, orders: &[TestOrder]) -> Result<(Vec<WorksheetSample>, String), Error> {
    let mut samples = Vec::new();
    let mut lab = String::new();
    for order in orders {
        let record: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let of = record.sample.sheet.get("lab_org");
        if !lab.is_empty() && lab != of {
            return Err(Refusal::new(code::TWO_LABS).with("one", lab).with("other", of).into());
        }
        lab = of.to_owned();
        samples.push(WorksheetSample {
            sample: order.sample,
            order: order.id,
            label: record.sample.blind_code.clone().unwrap_or_else(|| record.sample.number().to_owned()),
            food: record.sample.sheet.get("name").to_owned(),
        });
    }
    Ok((samples, lab))
}

impl App {
    /// 新建检验批 from waiting items of one method, with the controls its template asks for.
    ///
    /// # Errors
    /// Not of the bench; nothing chosen; an item that is no longer free; the instrument is out of calibration; no such 键入走向.
    pub async fn create_worksheet(&self, actor: &Actor, new: &NewWorksheet, now: Instant) -> Result<WorksheetId, Error> {
        may(actor, Act::Worksheet)?;
        let advance = if new.advance.is_empty() { Advance::default() } else { advance_of(&new.advance)? };
        let templates = self.store.all::<WorksheetTemplate>().await?;
        let mut unit = self.store.begin(now).await?;
        let (items, orders) = self.free_items(&unit, actor, &new.items).await?;
        let Some(first) = items.first() else { return Err(Refusal::new(code::NO_CELLS).into()) };
        let method = first.method.clone();
        let analytes = analytes_of(&items, &method);
        if orders.len() > MOST_SAMPLES || analytes.len() > MOST_ITEMS {
            return Err(Refusal::new(code::TOO_MANY).with("samples", MOST_SAMPLES).with("items", MOST_ITEMS).into());
        }
        let (samples, lab) = samples_of(&unit, &orders).await?;
        let items: Vec<TestItem> = items.into_iter().filter(|i| i.method == method).collect();
        let template = template_of(&templates, &method, &lab).cloned();
        let cells: Vec<(TestItemId, TestOrderId, String, String)> = items.iter().map(|i| (i.id, i.order, i.analyte.clone(), i.unit.clone())).collect();
        let plans = template.as_ref().map(|t| t.qc.clone()).unwrap_or_default();
        let year = now.year();
        let serial = unit.next_worksheet_serial(year).await?;
        let sheet = Worksheet {
            id: WorksheetId(fresh()),
            no: format!("W{year:04}-{serial:04}"),
            title: if new.title.trim().is_empty() {
                template.map_or_else(|| method.clone(), |t| t.title)
            } else {
                needed(&new.title, 60, "名称", "title", "title")?
            },
            lab,
            state: WorksheetState::Open,
            analyst: None,
            instrument: None,
            advance,
            qc: slots_of(&plans, &cells, &analytes, &|analyte| loq_of(items.iter(), analyte)),
            samples,
            analytes,
            cells: items.iter().map(|i| i.id).collect(),
            qc_override: None,
            files: Vec::new(),
            due_on: orders.iter().map(|o| o.report_due_on).min().unwrap_or_else(|| now.date_naive()),
            created_by: (actor.id, actor.name.clone()),
            created_at: now,
            finished: None,
            returned: None,
            demo: orders.iter().any(|o| o.demo),
            revision: 0,
            method,
        };
        let sheet = self.assigned(&unit, &sheet, actor, &new.analyst, &new.instrument, now).await?;
        let sheet = Worksheet { revision: 0, ..sheet };
        let who = Who::from(actor);
        unit.insert(&sheet, &who, "worksheet.make", json!({ "no": sheet.no, "method": sheet.method, "cells": sheet.cells.len() })).await?;
        for item in items {
            let next = TestItem { worksheet: Some(sheet.id), revision: item.revision + 1, ..item };
            unit.save(&next, &who, "item.assign", json!({ "worksheet": sheet.no })).await?;
        }
        unit.commit().await?;
        Ok(sheet.id)
    }
    /// The chosen items that are still free, with their orders; those taken by somebody else are named.
    async fn free_items(&self, unit: &Unit, actor: &Actor, ids: &[String]) -> Result<(Vec<TestItem>, Vec<TestOrder>), Error> {
        let mut items = Vec::new();
        let mut orders: Vec<TestOrder> = Vec::new();
        let mut taken = Vec::new();
        let ids: BTreeSet<&String> = ids.iter().collect();
        if ids.len() > MOST_SAMPLES * MOST_ITEMS {
            return Err(Refusal::new(code::TOO_MANY).with("samples", MOST_SAMPLES).with("items", MOST_ITEMS).into());
        }
        for id in ids {
            let item: TestItem = unit.require(id).await?;
            let order = match orders.iter().find(|o| o.id == item.order) {
                Some(order) => order.clone(),
                None => {
                    let order = self.visible_order(unit, actor, &item.order.to_string()).await?;
                    orders.push(order.clone());
                    order
                }
            };
            if item.worksheet.is_some() || order.state != OrderState::Testing {
                taken.push(item.analyte.clone());
            } else {
                items.push(item);
            }
        }
        if !taken.is_empty() {
            return Err(Refusal::new(code::TAKEN).with("count", taken.len()).with("items", taken.join("、")).into());
        }
        orders.sort_by_key(|o| (o.report_due_on, o.id));
        let rank: BTreeMap<TestOrderId, usize> = orders.iter().enumerate().map(|(at, o)| (o.id, at)).collect();
        items.sort_by_key(|i| (rank.get(&i.order).copied(), i.position));
        Ok((items, orders))
    }
    async fn assigned(&self, unit: &Unit, sheet: &Worksheet, actor: &Actor, analyst: &str, instrument: &str, now: Instant) -> Result<Worksheet, Error> {
        let person = match analyst.trim() {
            "" if actor.has(Role::Analyst) => Some(actor.clone()),
            "" => None,
            id => {
                let known = unit.get::<UserAccount>(id).await?.filter(|u| u.active);
                let person = known.ok_or_else(|| Refusal::new(code::NOT_ANALYST).with("name", id).on("analyst"))?.actor();
                // Whoever cannot open the worksheet cannot be given it; its laboratory is seen from that person's side.
                if !self.lab_within(&person, &sheet.lab).await? {
                    return Err(Refusal::new(code::OTHER_LAB).with("name", &person.name).with("lab", sheet.lab.as_str()).on("analyst").into());
                }
                Some(person)
            }
        };
        let instrument = match instrument.trim() {
            "" => None,
            id => Some(unit.require::<Instrument>(id).await?).filter(|i| i.serves(&sheet.lab)).map(Some).ok_or(Error::NotFound)?,
        };
        Ok(sheet.assign(actor, person.as_ref(), instrument.as_ref(), now.date_naive())?)
    }
    async fn visible_worksheet(&self, unit: &Unit, actor: &Actor, id: &str) -> Result<Worksheet, Error> {
        self.store.worksheet(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        unit.require(id).await
    }
    /// 分派 analyst and instrument.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn assign_worksheet(&self, actor: &Actor, id: &str, analyst: &str, instrument: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        let next = self.assigned(&unit, &sheet, actor, analyst, instrument, now).await?;
        let facts = json!({ "analyst": next.analyst.as_ref().map(|(_, n)| n), "instrument": next.instrument.as_ref().map(|(_, n)| n) });
        unit.save(&next, &actor.into(), "worksheet.assign", facts).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 设定键入走向 which key goes to the next sample; setting it to what it is changes nothing.
    ///
    /// # Errors
    /// Every reason why not; no such choice.
    pub async fn set_advance(&self, actor: &Actor, id: &str, advance: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        let next = sheet.advancing(actor, advance_of(advance)?)?;
        if next.advance != sheet.advance {
            unit.save(&next, &actor.into(), "worksheet.advance", json!({ "from": sheet.advance, "to": next.advance })).await?;
            unit.commit().await?;
        }
        Ok(())
    }
    /// Saves what was typed into a worksheet, cells and controls, whatever sample they belong to, in one transaction; each stands for
    /// itself. `file`: hash of the kept file that all of it was read from.
    ///
    /// # Errors
    /// The whole is refused when the person may not enter results on this worksheet.
    pub async fn enter_sheet(&self, actor: &Actor, id: &str, typed: Typing<'_>, file: Option<&str>, now: Instant) -> Result<Entered, Error> {
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        sheet.may_enter(actor)?;
        let who: Who = actor.into();
        let mut entry = Entry::new(actor, now);
        entry.sheets.insert(sheet.id, sheet.clone());
        let mut saved = Vec::new();
        for cell in typed.cells {
            let item = unit.get::<TestItem>(&cell.item).await?.filter(|i| i.worksheet == Some(sheet.id));
            let Some(item) = item else { continue };
            saved.extend(entry.enter(&mut unit, &item, cell).await?);
        }
        let orders: BTreeSet<TestOrderId> = saved.iter().filter_map(|s| s.outcome.as_ref().ok()).map(|i| i.order).collect();
        for order in orders {
            let order: TestOrder = unit.require(&order.to_string()).await?;
            self.add_up(&mut unit, actor, &order, &mut saved).await?;
        }
        let Controls { sheet: mut next, facts, refused } = with_controls(&sheet, actor, typed.controls, now);
        // The controls that lean on a cell (duplicate, spike) are judged again with it.
        let changed: BTreeSet<TestItemId> = saved.iter().filter_map(|s| s.outcome.as_ref().ok()).map(|i| i.id).collect();
        if !facts.is_empty() || next.qc.iter().any(|s| !s.raw.is_empty() && s.of_item.is_some_and(|of| changed.contains(&of))) {
            next = self.judged_controls(&unit, actor, &next).await?;
        }
        if !facts.is_empty() {
            next.revision += 1;
            unit.save(&next, &who, "worksheet.qc", json!({ "typed": facts, "state": next.qc_state() })).await?;
        } else if next.qc != sheet.qc {
            next.revision += 1;
            unit.save(&next, &who, "worksheet.qc", json!({ "again": true })).await?;
        }
        let out = Entered { saved, controls: refused, sheet: next };
        if let Some(sha256) = file {
            let mut next = Worksheet { revision: out.sheet.revision + 1, ..out.sheet.clone() };
            let taken = u32::try_from(out.taken(typed)).unwrap_or(u32::MAX);
            for file in next.files.iter_mut().filter(|f| f.sha256 == sha256) {
                file.taken = file.taken.max(taken);
            }
            unit.save(&next, &who, "worksheet.taken", json!({ "sha256": sha256, "cells": taken })).await?;
        }
        // "Saved before" would not say what was refused: such a batch, sent again, is looked at again.
        if out.refused() > 0 {
            unit.may_come_again();
        }
        unit.commit().await?;
        Ok(out)
    }
    /// Saves typed cells alone; see [`App::enter_sheet`].
    ///
    /// # Errors
    /// The same.
    pub async fn enter_cells(&self, actor: &Actor, id: &str, typed: &[TypedResult], now: Instant) -> Result<Vec<Saved>, Error> {
        Ok(self.enter_sheet(actor, id, Typing { cells: typed, controls: &[] }, None, now).await?.saved)
    }
    /// 明示备注 why a doubtful value stands, or what a rerun found.
    ///
    /// # Errors
    /// The order is not being tested; the worksheet is finished; too long.
    pub async fn remark_item(&self, actor: &Actor, item: &str, seen: i64, remark: &str, now: Instant) -> Result<TestItem, Error> {
        let mut unit = self.store.begin(now).await?;
        let item: TestItem = unit.require(item).await?;
        let order = self.visible_order(&unit, actor, &item.order.to_string()).await?;
        order.may_enter(actor)?;
        let mut entry = Entry::new(actor, now);
        entry.unlocked(&unit, &item).await?.map_err(|why| Error::Refused(vec![why]))?;
        if item.revision != seen {
            return Err(lost_race(seen, item.revision).into());
        }
        let remark = remark.trim();
        if remark.chars().count() > REMARK {
            return Err(Refusal::new(order_code::LONG).with("max", REMARK).on("remark").into());
        }
        let next = TestItem { remark: remark.to_owned(), revision: item.revision + 1, ..item };
        unit.save(&next, &actor.into(), "item.remark", json!({ "analyte": next.analyte, "remark": next.remark })).await?;
        unit.commit().await?;
        Ok(next)
    }
    /// 说明带入原则 that carry-over (GB 2760 3.4) was considered, about an additive that must not be used and was found. It changes no result, so a
    /// finished worksheet does not lock it.
    ///
    /// # Errors
    /// The order is not being tested; the judgement does not ask for it; too short or too long.
    pub async fn say_carry_over(&self, actor: &Actor, item: &str, seen: i64, word: &str, now: Instant) -> Result<TestItem, Error> {
        let mut unit = self.store.begin(now).await?;
        let item: TestItem = unit.require(item).await?;
        let order = self.visible_order(&unit, actor, &item.order.to_string()).await?;
        order.may_enter(actor)?;
        if item.revision != seen {
            return Err(lost_race(seen, item.revision).into());
        }
        if word.trim().chars().count() > REMARK {
            return Err(Refusal::new(order_code::LONG).with("max", REMARK).on("word").into());
        }
        let next = item.say_carry_over(actor, word, now)?;
        let said = next.carry_over.as_ref().map_or("", |c| c.word.as_str());
        unit.save(&next, &actor.into(), "item.carry-over", json!({ "analyte": next.analyte, "raw": next.raw, "word": said })).await?;
        unit.commit().await?;
        Ok(next)
    }
    /// Every control of the run judged anew: against its cell, its limits, and the earlier runs of the same material.
    async fn judged_controls(&self, unit: &Unit, actor: &Actor, sheet: &Worksheet) -> Result<Worksheet, Error> {
        let items = unit.items_of_worksheet(&sheet.id.to_string()).await?;
        // Only control materials look back on earlier runs.
        let looks_back = sheet.qc.iter().any(|s| s.kind == QcKind::Control && !s.raw.trim().is_empty());
        let mut earlier = if looks_back { self.store.worksheets_of_method(&sheet.method, &actor.scope, HISTORY).await? } else { Vec::new() };
        earlier.retain(|w| w.id != sheet.id && w.created_at < sheet.created_at);
        let mut next = sheet.clone();
        let run = sheet.id.to_string();
        let slots = next.qc.clone();
        for (at, slot) in next.qc.iter_mut().enumerate().filter(|(_, s)| !s.raw.trim().is_empty()) {
            let of = slot.of_item.and_then(|of| items.iter().find(|i| i.id == of));
            let cell = of.map(|i| QcCell { raw: i.raw.as_str(), unit: i.unit.as_str() });
            let mut history: Vec<QcPoint> = earlier.iter().flat_map(|w| series_of(w, slot)).collect();
            history.extend(slots[..at].iter().filter(|s| same_series(s, slot)).filter_map(|s| s.point(&run, &sheet.no)));
            *slot = slot.judged(&QcContext { run: &run, cell, history: &history });
        }
        Ok(next)
    }
    /// 质控图 the points of one control over the runs of its method, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn control_series(&self, sheet: &Worksheet, slot: &QcSlot, scope: &shiyan_foundation::Scope) -> Result<Vec<QcPoint>, Error> {
        let runs = self.store.worksheets_of_method(&sheet.method, scope, HISTORY).await?;
        Ok(runs.iter().flat_map(|w| series_of(w, slot)).collect())
    }
    /// 完成录入: locks the cells and sends every sample that is whole to the checker, signed by the main analyst.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn finish_worksheet(&self, actor: &Actor, id: &str, now: Instant) -> Result<Finished, Error> {
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        let items = unit.items_of_worksheet(id).await?;
        let next = sheet.finish(actor, &items, now)?;
        let who = Who::from(actor);
        unit.save(&next, &who, "worksheet.finish", json!({ "no": next.no, "cells": items.len(), "qc": next.qc_state() })).await?;
        let mut finished = Finished::default();
        for row in &sheet.samples {
            let order: TestOrder = unit.require(&row.order.to_string()).await?;
            if order.state != OrderState::Testing {
                continue;
            }
            let all = unit.items_of_order(&row.order.to_string()).await?;
            let mut why = Vec::new();
            for other in all.iter().filter_map(|i| i.worksheet).filter(|w| *w != sheet.id).collect::<BTreeSet<_>>() {
                let other: Worksheet = unit.require(&other.to_string()).await?;
                if other.state == WorksheetState::Open {
                    why.push(Refusal::new(code::OTHER_OPEN).with("no", &other.no));
                }
            }
            let hash = content_hash(&order, &all)?;
            match order.forward(actor, OrderAction::Submit, &all, &hash, now) {
                Ok(sent) if why.is_empty() => {
                    unit.save(&sent, &who, verb(OrderAction::Submit), json!({ "content": hash, "worksheet": sheet.no })).await?;
                    finished.submitted.push(row.label.clone());
                }
                Ok(_) => finished.waiting.push((row.label.clone(), why)),
                Err(more) => {
                    why.extend(more);
                    finished.waiting.push((row.label.clone(), why));
                }
            }
        }
        unit.commit().await?;
        Ok(finished)
    }
    /// 单格退回: the chosen results go back with a reason; their samples leave the chain of signatures and the worksheets they
    /// stand on are open again for them.
    ///
    /// # Errors
    /// Nothing chosen; no reason; every reason why this person may not send one of the samples back.
    pub async fn return_cells(&self, actor: &Actor, items: &[String], reason: &str, now: Instant) -> Result<usize, Error> {
        let mut unit = self.store.begin(now).await?;
        let who = Who::from(actor);
        let mut chosen: BTreeMap<TestOrderId, Vec<TestItem>> = BTreeMap::new();
        for id in items.iter().collect::<BTreeSet<_>>() {
            let item: TestItem = unit.require(id).await?;
            chosen.entry(item.order).or_default().push(item);
        }
        if chosen.is_empty() {
            return Err(Refusal::new(code::NO_CELL_CHOSEN).into());
        }
        let mut sheets = BTreeSet::new();
        let mut count = 0;
        for (order, cells) in chosen {
            let order = self.visible_order(&unit, actor, &order.to_string()).await?;
            let names = cells.iter().map(|i| i.analyte.as_str()).collect::<Vec<_>>().join("、");
            let mut next = order.send_back(actor, reason)?;
            next.returned = Some((actor.name.clone(), format!("{}（{names}）", reason.trim())));
            unit.save(&next, &who, "order.return", json!({ "reason": reason.trim(), "items": names })).await?;
            for item in cells {
                sheets.extend(item.worksheet);
                let returned = Some(CellReturn { by: (actor.id, actor.name.clone()), reason: reason.trim().to_owned(), at: now });
                let next = TestItem { returned, revision: item.revision + 1, ..item };
                unit.save(&next, &who, "item.return", json!({ "analyte": next.analyte, "raw": next.raw, "reason": reason.trim() })).await?;
                count += 1;
            }
        }
        for id in sheets {
            let sheet: Worksheet = unit.require(&id.to_string()).await?;
            if sheet.state == WorksheetState::Finished {
                unit.save(&sheet.reopen(actor, reason.trim())?, &who, "worksheet.reopen", json!({ "reason": reason.trim() })).await?;
            }
        }
        unit.commit().await?;
        Ok(count)
    }
    /// 成批通过: every waiting sample of an all-normal worksheet takes one signed step, 校核 or 审核. All or none.
    ///
    /// # Errors
    /// Something on the worksheet is not normal; nothing waits; every reason why this person may not.
    pub async fn pass_worksheet(&self, actor: &Actor, id: &str, action: OrderAction, now: Instant) -> Result<usize, Error> {
        let from = match action {
            OrderAction::Check => OrderState::Entered,
            OrderAction::Review => OrderState::Checked,
            _ => return Err(Refusal::new(code::NOTHING_WAITS).into()),
        };
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        TestOrder::duty(actor, action)?;
        let who = Who::from(actor);
        let mut passed = 0;
        for row in &sheet.samples {
            let order: TestOrder = unit.require(&row.order.to_string()).await?;
            if order.state != from {
                continue;
            }
            let items = unit.items_of_order(&row.order.to_string()).await?;
            let odd = items.iter().filter(|i| !normal(i)).count();
            if odd > 0 {
                return Err(Refusal::new(code::ABNORMAL).with("count", odd).into());
            }
            if let Some(why) = sheet.run_not_normal() {
                return Err(why.into());
            }
            let mut why = order.why_not(actor, action, &items, &[]);
            if action == OrderAction::Review {
                why.extend(self.release_blocks(&unit, &items).await?);
            }
            if !why.is_empty() {
                return Err(Error::Refused(why));
            }
            let hash = content_hash(&order, &items)?;
            let next = order.forward(actor, action, &items, &hash, now)?;
            unit.save(&next, &who, verb(action), json!({ "content": hash, "worksheet": sheet.no })).await?;
            passed += 1;
        }
        if passed == 0 {
            return Err(Refusal::new(code::NOTHING_WAITS).into());
        }
        unit.commit().await?;
        Ok(passed)
    }
    /// 质控不全在控 why the runs that these items were tested on keep them from being approved together with others, Chinese and English.
    pub(crate) async fn runs_not_normal(&self, unit: &Unit, items: &[TestItem]) -> Result<Vec<(String, String)>, Error> {
        let mut why = Vec::new();
        for id in items.iter().filter_map(|i| i.worksheet).collect::<BTreeSet<_>>() {
            let sheet: Worksheet = unit.require(&id.to_string()).await?;
            if sheet.run_not_normal().is_some() {
                let state = sheet.qc_state();
                why.push((format!("检验批 {} 的质控：{}", sheet.no, state.zh()), format!("controls of worksheet {}: {}", sheet.no, state.en().to_lowercase())));
            }
        }
        Ok(why)
    }
    /// What quality control holds back of these items: the runs they were tested on that are out of control or not complete.
    pub(crate) async fn release_blocks(&self, unit: &Unit, items: &[TestItem]) -> Result<Vec<Refusal>, Error> {
        let mut why = Vec::new();
        for id in items.iter().filter_map(|i| i.worksheet).collect::<BTreeSet<_>>() {
            let sheet: Worksheet = unit.require(&id.to_string()).await?;
            why.extend(sheet.blocks().into_iter().map(|r| r.with("no", sheet.no.as_str())));
        }
        Ok(why)
    }
    /// 质控放行: the quality manager lets a run pass that is out of control, with a reason.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn override_qc(&self, actor: &Actor, id: &str, reason: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        let items = unit.items_of_worksheet(id).await?;
        let analysts: Vec<(UserId, String)> = items.iter().filter_map(|i| i.analyst.clone()).collect();
        let pass = override_run(&sheet.qc, &analysts, actor, reason, now)?;
        let next = Worksheet { qc_override: Some(pass), revision: sheet.revision + 1, ..sheet };
        unit.save(&next, &actor.into(), "worksheet.override", json!({ "no": next.no, "state": next.qc_state(), "reason": reason.trim() })).await?;
        unit.commit().await?;
        Ok(())
    }
    /// 作废检验批: its items wait again.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn void_worksheet(&self, actor: &Actor, id: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        let items = unit.items_of_worksheet(id).await?;
        let next = sheet.void(actor, &items)?;
        let who = Who::from(actor);
        unit.save(&next, &who, "worksheet.void", json!({ "no": next.no })).await?;
        for item in items {
            let next = TestItem { worksheet: None, revision: item.revision + 1, ..item };
            unit.save(&next, &who, "item.unassign", json!({ "worksheet": sheet.no })).await?;
        }
        unit.commit().await?;
        Ok(())
    }
    /// 原始数据文件 keeps the bytes of an instrument file and who brought it, whether or not anything is taken from it.
    ///
    /// # Errors
    /// The person may not enter results on this worksheet.
    pub async fn keep_instrument_file(&self, actor: &Actor, id: &str, name: &str, profile: &str, bytes: &[u8], now: Instant) -> Result<String, Error> {
        let mut unit = self.store.begin(now).await?;
        let sheet = self.visible_worksheet(&unit, actor, id).await?;
        sheet.may_enter(actor)?;
        let sha256 = self.keep_upload(&mut unit, actor, bytes).await?;
        if sheet.files.iter().any(|f| f.sha256 == sha256 && f.profile == profile) {
            unit.commit().await?;
            return Ok(sha256);
        }
        let mut next = Worksheet { revision: sheet.revision + 1, ..sheet };
        let name: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
        next.files.push(RawFile { sha256: sha256.clone(), name, profile: profile.to_owned(), by: (actor.id, actor.name.clone()), at: now, taken: 0 });
        unit.save(&next, &actor.into(), "worksheet.file", json!({ "sha256": sha256, "profile": profile })).await?;
        unit.commit().await?;
        Ok(sha256)
    }
    /// 仪器 that this person's laboratory works with: its own and those that all share; every one for the district.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn instruments_of(&self, actor: &Actor) -> Result<Vec<Instrument>, Error> {
        let mut all = self.store.all::<Instrument>().await?;
        if actor.scope != Scope::District {
            let own = self.own_lab(actor, Act::Instruments).await.unwrap_or(Some(String::new()));
            all.retain(|i| i.lab.is_none() || i.lab == own);
        }
        Ok(all)
    }
    /// 检验批模板 of this person's laboratory and those that all share; every one for the district.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn templates_of(&self, actor: &Actor) -> Result<Vec<WorksheetTemplate>, Error> {
        let mut all = self.store.all::<WorksheetTemplate>().await?;
        if actor.scope != Scope::District {
            let own = self.own_lab(actor, Act::Templates).await.unwrap_or(Some(String::new()));
            all.retain(|t| t.lab.is_none() || t.lab == own);
        }
        Ok(all)
    }
    /// 登记仪器, or changes the one with this number: a laboratory its own, the district any.
    ///
    /// # Errors
    /// Neither an administrator nor a quality manager, or of another laboratory; number or name missing; a date that cannot be read.
    pub async fn save_instrument(&self, actor: &Actor, typed: &TypedInstrument, now: Instant) -> Result<(), Error> {
        may(actor, Act::Instruments)?;
        let own = self.own_lab(actor, Act::Instruments).await?;
        let until: Option<NaiveDate> = match typed.calibrated_until.trim() {
            "" => None,
            text => Some(read_date(text).ok_or_else(|| {
                Refusal::new(crate::code::DATE).with("label", "校准有效期至").with("label_en", "calibrated until").with("typed", text).on("calibrated_until")
            })?),
        };
        let no = needed(&typed.no, 40, "设备编号", "number", "no")?;
        let name = needed(&typed.name, 80, "名称和型号", "name and model", "name")?;
        let active = typed.active;
        let profile = Some(typed.profile.trim().to_owned()).filter(|p| !p.is_empty());
        let old = self.store.all::<Instrument>().await?.into_iter().find(|i| i.no == no);
        if old.as_ref().is_some_and(|old| own.is_some() && old.lab != own) {
            return Err(Act::Instruments.beyond().on("no").into());
        }
        let facts = json!({ "no": no, "name": name, "profile": profile, "calibrated_until": until, "active": active });
        let mut unit = self.store.begin(now).await?;
        match old {
            Some(old) => {
                let next = Instrument { name, profile, calibrated_until: until, active, revision: old.revision + 1, ..old };
                unit.save(&next, &actor.into(), "instrument.change", facts).await?;
            }
            None => {
                let new = Instrument {
                    id: InstrumentId(fresh()),
                    no,
                    name,
                    profile,
                    calibrated_until: until,
                    active,
                    lab: own,
                    demo: self.is_demo(actor).await?,
                    revision: 0,
                };
                unit.insert(&new, &actor.into(), "instrument.add", facts).await?;
            }
        }
        unit.commit().await?;
        Ok(())
    }
    /// 检验批模板 of a method: the controls each run carries. The template of a method is replaced; runs already made keep theirs.
    ///
    /// # Errors
    /// Not a quality manager; a number that cannot be read; nothing named.
    pub async fn save_template(&self, actor: &Actor, method: &str, title: &str, lines: &[TypedQcPlan], now: Instant) -> Result<(), Error> {
        may(actor, Act::Templates)?;
        let own = self.own_lab(actor, Act::Templates).await?;
        let method = needed(method, 120, "检验依据", "method", "method")?;
        let title = needed(title, 60, "名称", "title", "title")?;
        let mut problems = Vec::new();
        let mut qc = Vec::new();
        for (at, line) in lines.iter().enumerate().filter(|(_, l)| !l.kind.trim().is_empty()) {
            match plan_of(line, at) {
                Ok(plan) => qc.push(plan),
                Err(why) => problems.push(why),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Refused(problems));
        }
        let old = self.store.all::<WorksheetTemplate>().await?.into_iter().find(|t| t.method == method && t.lab == own);
        let facts = json!({ "method": method, "title": title, "controls": qc.len() });
        let mut unit = self.store.begin(now).await?;
        match old {
            Some(old) => unit.save(&WorksheetTemplate { title, qc, revision: old.revision + 1, ..old }, &actor.into(), "template.change", facts).await?,
            None => {
                let new = WorksheetTemplate { key: fresh().to_string(), title, method, qc, lab: own, demo: self.is_demo(actor).await?, revision: 0 };
                unit.insert(&new, &actor.into(), "template.add", facts).await?;
            }
        }
        unit.commit().await?;
        Ok(())
    }
}

/// Runs of a method looked back on by the control rules and the chart.
const HISTORY: u64 = 60;

/// A worksheet with the controls as typed, not judged yet.
struct Controls {
    sheet: Worksheet,
    facts: Vec<serde_json::Value>,
    refused: Vec<(String, Refusal)>,
}

fn with_controls(sheet: &Worksheet, actor: &Actor, typed: &[TypedQc], now: Instant) -> Controls {
    let mut out = Controls { sheet: sheet.clone(), facts: Vec::new(), refused: Vec::new() };
    for cell in typed {
        let Some(slot) = out.sheet.qc.iter_mut().find(|s| s.id == cell.slot) else { continue };
        if slot.raw == cell.raw {
            continue;
        }
        let field = format!("q_{}", cell.slot);
        if cell.raw.chars().count() > CELL {
            out.refused.push((cell.slot.clone(), Refusal::new(order_code::LONG).with("max", CELL).on(field)));
        } else if slot.revision != cell.seen {
            out.refused.push((cell.slot.clone(), lost_race(cell.seen, slot.revision).on(field)));
        } else {
            out.facts.push(json!({ "slot": slot.id, "kind": slot.kind, "analyte": slot.analyte, "from": slot.raw, "to": cell.raw }));
            slot.raw.clone_from(&cell.raw);
            slot.outcome = None;
            slot.revision += 1;
            slot.entered_by = Some((actor.id, actor.name.clone()));
            slot.entered_at = Some(now);
        }
    }
    out
}

fn advance_of(typed: &str) -> Result<Advance, Refusal> {
    one_of(typed, "键入走向", "way of the keys", "advance")
}

fn plan_of(line: &TypedQcPlan, at: usize) -> Result<QcPlan, Refusal> {
    let field = |name: &str| format!("{name}_{at}");
    let decimal = |typed: &str, zh, en, name: &str| -> Result<Option<shiyan_foundation::Decimal>, Refusal> {
        if typed.trim().is_empty() { Ok(None) } else { number(typed, zh, en, &field(name)).map(Some) }
    };
    Ok(QcPlan {
        kind: one_of::<QcKind>(&line.kind, "质控种类", "kind of control", &field("kind"))?,
        analyte: Some(line.analyte.trim().to_owned()).filter(|a| !a.is_empty()),
        name: needed(&line.name, 60, "质控名称", "name of the control", &field("name"))?,
        every: if line.every.trim().is_empty() { None } else { Some(number(&line.every, "平行样比例", "duplicates", &field("every"))?) },
        limit_pct: decimal(&line.limit_pct, "允许相对偏差", "allowed relative difference", "limit_pct")?,
        target: decimal(&line.target, "定值", "target", "target")?,
        sd: decimal(&line.sd, "标准差", "standard deviation", "sd")?,
        added: decimal(&line.added, "加标量", "amount added", "added")?,
    })
}

/// 定量限 of an item, where its limit row names one in the unit of the item.
pub(crate) fn loq_of<'a>(items: impl Iterator<Item = &'a TestItem>, analyte: &str) -> Option<shiyan_foundation::Decimal> {
    let of = items.filter(|i| i.analyte == analyte);
    of.filter_map(|i| i.limit.as_ref()?.lod_loq.as_ref().filter(|d| d.unit == i.unit).map(|d| d.value)).max()
}

fn same_series(a: &QcSlot, b: &QcSlot) -> bool {
    a.kind == QcKind::Control && b.kind == QcKind::Control && a.name == b.name && a.analyte == b.analyte && a.unit == b.unit
}

fn series_of(sheet: &Worksheet, slot: &QcSlot) -> Vec<QcPoint> {
    sheet.qc.iter().filter(|s| same_series(s, slot)).filter_map(|s| s.point(&sheet.id.to_string(), &sheet.no)).collect()
}

/// One sitting of typing: the orders and worksheets it touches are loaded once.
pub(crate) struct Entry<'a> {
    actor: &'a Actor,
    now: Instant,
    orders: BTreeMap<TestOrderId, TestOrder>,
    sheets: BTreeMap<WorksheetId, Worksheet>,
    earlier: BTreeMap<(Peers, String), Vec<(String, Earlier)>>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(actor: &'a Actor, now: Instant) -> Self {
        Self { actor, now, orders: BTreeMap::new(), sheets: BTreeMap::new(), earlier: BTreeMap::new() }
    }
    /// The worksheet of the item is open, or there is none.
    pub(crate) async fn unlocked(&mut self, unit: &Unit, item: &TestItem) -> Result<Result<bool, Refusal>, Error> {
        let Some(id) = item.worksheet else { return Ok(Ok(false)) };
        let sheet = match self.sheets.entry(id) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(room) => room.insert(unit.require(&id.to_string()).await?),
        };
        Ok(if sheet.state == WorksheetState::Open { Ok(sheet.returned.is_some()) } else { Err(Refusal::new(code::LOCKED).with("no", sheet.no.as_str())) })
    }
    /// 历史P99 whether the number of an item is above it; the earlier results of its item and food are read once a sitting.
    async fn above_p99(&mut self, unit: &Unit, item: &TestItem) -> Result<Option<AboveP99>, Error> {
        let Some(peers) = item.peers.clone().filter(|_| history::compared(&item.raw, &item.unit)) else { return Ok(None) };
        let earlier = match self.earlier.entry((peers, item.analyte.clone())) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(room) => {
                // one more than count, because the item itself may be among them
                let found = unit.earlier_readings(&room.key().0, &item.analyte, history::MOST + 1).await?;
                room.insert(found.into_iter().filter_map(|e| Some((e.id, Earlier::read(&e.value)?))).collect())
            }
        };
        let own = item.id.to_string();
        Ok(history::above_p99(&item.raw, &item.unit, earlier.iter().filter(|(id, _)| *id != own).map(|(_, e)| e)))
    }
    /// Saves one typed cell with its judgement; `None` when nothing changes.
    pub(crate) async fn enter(&mut self, unit: &mut Unit, item: &TestItem, cell: &TypedResult) -> Result<Option<Saved>, Error> {
        if let MapEntry::Vacant(room) = self.orders.entry(item.order) {
            room.insert(unit.require(&item.order.to_string()).await?);
        }
        let refuse = |why: Vec<Refusal>| {
            let why = why.into_iter().map(|r| r.on(format!("r_{}", cell.item))).collect();
            Ok(Some(Saved { item: cell.item.clone(), outcome: Err(why), now: Some(item.clone()) }))
        };
        let unlocked = self.unlocked(unit, item).await?;
        let order = &self.orders[&item.order];
        if let Err(why) = order.may_enter(self.actor) {
            return refuse(why);
        }
        let reopened = match unlocked {
            Ok(reopened) => reopened,
            Err(why) => return refuse(vec![why]),
        };
        // The same text again confirms a result that was sent back; otherwise it changes nothing.
        if cell.raw == item.raw && item.returned.is_none() {
            return Ok(None);
        }
        if cell.raw.chars().count() > CELL {
            return refuse(vec![Refusal::new(order_code::LONG).with("max", CELL)]);
        }
        if cell.seen != item.revision {
            return refuse(vec![lost_race(cell.seen, item.revision)]);
        }
        let submitted_before = reopened || order.returned.is_some() || order.amending.is_some();
        let why = cell.why.trim();
        if submitted_before && !item.raw.is_empty() && why.chars().count() < 2 {
            return refuse(vec![Refusal::new(code::WHY_CHANGED)]);
        }
        let mut known = item.clone();
        if known.peers.is_none() || known.food.is_none() {
            let sample = unit.require::<SampleRecord>(&item.sample.to_string()).await?.sample;
            known.peers = known.peers.or_else(|| peers_of(&sample));
            known.food = known.food.or_else(|| food_of(&sample));
        }
        let (understood, judgement) = known.judged(&cell.raw, order.kind);
        let mut next = known.enter(self.actor, self.now, &cell.raw, understood, judgement);
        next.above_p99 = self.above_p99(unit, &next).await?;
        let mut facts = json!({
            "analyte": item.analyte, "from": item.raw, "to": cell.raw,
            "verdict": next.judgement.as_ref().map(|j| j.verdict), "code": next.judgement.as_ref().map(|j| &j.code),
        });
        if !why.is_empty() {
            facts["why"] = json!(why);
        }
        if let Some(food) = next.food.as_ref().filter(|_| item.food.is_none()) {
            facts["food"] = json!(food.food);
        }
        if cell.undo {
            facts["undo"] = json!(true);
        }
        if let Some(above) = &next.above_p99 {
            facts["above_p99"] = json!(above);
        }
        unit.save(&next, &self.actor.into(), "item.enter", facts).await?;
        Ok(Some(Saved { item: cell.item.clone(), outcome: Ok(next), now: None }))
    }
}
