//! 演示检验批 what lies on the benches today: one worksheet just begun, one half entered, one finished and waiting for the
//! checker; two templates of controls; three instruments, one of them out of calibration.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::json;
use shiyan_app::seed::{self, Sowing};
use shiyan_app::{Error, Who};
use shiyan_foundation::ids::{InstrumentId, TestOrderId, WorksheetId};
use shiyan_foundation::{Actor, Decimal, Instant};
use shiyan_lab_results::bench::{Advance, Instrument, QcPlan, Worksheet, WorksheetSample, WorksheetState, WorksheetTemplate, slots_of};
use shiyan_lab_results::order::{OrderState, TestItem, TestOrder, doubtful_without_remark};
use shiyan_lab_results::qc::{QcCell, QcContext, QcKind, QcSlot};

use crate::sample::Batch;
use crate::world::{World, typed_result};
use crate::{LAB, dice::Dice};

/// How far a worksheet of the demonstration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    /// Nothing is entered.
    Nothing,
    /// Every second sample, and the controls.
    Half,
    /// Everything, and the entry is finished.
    Finished,
}

/// Samples on one worksheet of the demonstration.
const SAMPLES: usize = 12;

/// An order on the bench today, with its sample's label and food.
#[derive(Debug, Clone)]
pub(crate) struct OnBench {
    order: TestOrder,
    label: String,
    food: String,
    items: Vec<TestItem>,
}

/// The orders of a chunk that are being tested or wait for the checker.
pub(crate) fn on_bench(batch: &Batch) -> Vec<OnBench> {
    let wanted = batch.orders.iter().filter(|o| matches!(o.state, OrderState::Testing | OrderState::Entered));
    wanted
        .filter_map(|order| {
            let sample = &batch.samples.iter().find(|s| s.sample.id == order.sample)?.sample;
            let items = batch.items.iter().filter(|i| i.order == order.id).cloned().collect();
            let label = sample.blind_code.clone().unwrap_or_else(|| sample.number().to_owned());
            Some(OnBench { order: order.clone(), label, food: sample.sheet.get("name").to_owned(), items })
        })
        .collect()
}

fn control(kind: QcKind, name: &str) -> QcPlan {
    QcPlan { kind, analyte: None, name: name.to_owned(), every: None, limit_pct: None, target: None, sd: None, added: None }
}

/// The template of a method: a blank, one duplicate for ten samples, a spike.
fn template(dice: &mut Dice, method: &str, at: Instant) -> WorksheetTemplate {
    let blank = control(QcKind::Blank, "试剂空白");
    let duplicate = QcPlan { every: Some(10), limit_pct: Some(Decimal::from(15)), ..control(QcKind::Duplicate, "平行样") };
    let spike = QcPlan { added: Some(Decimal::new(5, 2)), ..control(QcKind::Spike, "加标 0.05") };
    WorksheetTemplate {
        key: dice.uuid(at).to_string(),
        title: format!("{method}（演示）"),
        method: method.to_owned(),
        qc: vec![blank, duplicate, spike],
        lab: None,
        demo: true,
        revision: 0,
    }
}

/// Instruments, templates and worksheets, written in the transaction of the demonstration.
pub(crate) async fn lay_out(sowing: &mut Sowing, who: &Who, world: &World, dice: &mut Dice, bench: &[OnBench]) -> Result<(), Error> {
    let opened = world.now - TimeDelta::days(200);
    let today = world.now.date_naive();
    let mut instrument = |no: &str, name: &str, profile: &str, days: i64| Instrument {
        id: InstrumentId(dice.uuid(opened)),
        no: no.to_owned(),
        name: format!("{name}（演示）"),
        profile: Some(profile.to_owned()).filter(|p| !p.is_empty()),
        calibrated_until: Some(today + TimeDelta::days(days)),
        active: true,
        lab: None,
        demo: true,
        revision: 0,
    };
    let instruments =
        [instrument("YQ-001", "气相色谱-质谱联用仪", "", 150), instrument("YQ-002", "高效液相色谱仪", "", 90), instrument("YQ-003", "原子荧光光度计", "", -20)];
    sowing.insert_many(&instruments, who, "instrument.add").await?;

    let free = |items: &[TestItem], method: &str| items.iter().any(|i| i.method == method);
    let untouched: Vec<&OnBench> = bench.iter().filter(|b| b.order.state == OrderState::Testing && b.items.iter().all(|i| i.raw.is_empty())).collect();
    let entered: Vec<&OnBench> = bench.iter().filter(|b| b.order.state == OrderState::Entered).collect();
    let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
    for item in untouched.iter().flat_map(|b| &b.items) {
        *methods.entry(item.method.as_str()).or_default() += 1;
    }
    let mut ranked: Vec<(&str, usize)> = methods.into_iter().collect();
    ranked.sort_by_key(|(method, n)| (std::cmp::Reverse(*n), *method));
    let mut serial = 0;
    let mut templates = Vec::new();
    for (at, (method, _)) in ranked.iter().take(2).enumerate() {
        let chosen: Vec<&OnBench> = untouched.iter().copied().filter(|b| free(&b.items, method)).take(SAMPLES).collect();
        let template = template(dice, method, opened);
        serial += 1;
        let sheet = sheet(world, dice, &template, &chosen, instruments.get(at), serial);
        lay(sowing, who, world, dice, sheet, &chosen, if at == 0 { Filled::Nothing } else { Filled::Half }).await?;
        templates.push(template);
    }
    if let Some(method) = entered.iter().flat_map(|b| &b.items).map(|i| i.method.clone()).find(|m| templates.iter().all(|t| t.method != *m)) {
        let chosen: Vec<&OnBench> = entered.iter().copied().filter(|b| free(&b.items, &method)).take(SAMPLES).collect();
        let template = template(dice, &method, opened);
        serial += 1;
        let sheet = sheet(world, dice, &template, &chosen, instruments.first(), serial);
        lay(sowing, who, world, dice, sheet, &chosen, Filled::Finished).await?;
        templates.push(template);
    }
    sowing.insert_many(&templates, who, "template.add").await
}

fn sheet(world: &World, dice: &mut Dice, template: &WorksheetTemplate, chosen: &[&OnBench], instrument: Option<&Instrument>, serial: u32) -> Worksheet {
    let made = world.now - TimeDelta::hours(26);
    let cells: Vec<&TestItem> = chosen.iter().flat_map(|b| b.items.iter().filter(|i| i.method == template.method)).collect();
    let mut analytes: Vec<String> = Vec::new();
    for cell in &cells {
        if !analytes.contains(&cell.analyte) {
            analytes.push(cell.analyte.clone());
        }
    }
    let slots: Vec<_> = cells.iter().map(|i| (i.id, i.order, i.analyte.clone(), i.unit.clone())).collect();
    let loq = |analyte: &str| seed::loq_of(cells.iter().copied(), analyte);
    let person = |a: &Actor| (a.id, a.name.clone());
    Worksheet {
        id: WorksheetId(dice.uuid(made)),
        no: format!("W{:04}-{serial:04}", chrono::Datelike::year(&world.now)),
        method: template.method.clone(),
        title: template.title.clone(),
        lab: LAB.to_owned(),
        state: WorksheetState::Open,
        analyst: Some(person(&world.people.analyst)),
        instrument: instrument.map(|i| (i.id, format!("{} {}", i.no, i.name))),
        advance: Advance::default(),
        samples: chosen.iter().map(|b| WorksheetSample { sample: b.order.sample, order: b.order.id, label: b.label.clone(), food: b.food.clone() }).collect(),
        qc: slots_of(&template.qc, &slots, &analytes, &loq),
        analytes,
        cells: cells.iter().map(|i| i.id).collect(),
        qc_override: None,
        files: Vec::new(),
        due_on: chosen.iter().map(|b| b.order.report_due_on).min().unwrap_or_else(|| world.now.date_naive()),
        created_by: person(&world.people.analyst),
        created_at: made,
        finished: None,
        returned: None,
        demo: true,
        revision: 0,
    }
}

/// Puts the items on the worksheet; those of a finished one were entered before.
async fn lay(sowing: &mut Sowing, who: &Who, world: &World, dice: &mut Dice, mut sheet: Worksheet, chosen: &[&OnBench], filled: Filled) -> Result<(), Error> {
    let analyst = &world.people.analyst;
    let at = world.now - TimeDelta::hours(3);
    let mut values: BTreeMap<_, TestItem> = BTreeMap::new();
    let rank: BTreeMap<TestOrderId, usize> = chosen.iter().enumerate().map(|(n, b)| (b.order.id, n)).collect();
    for on in chosen {
        for item in on.items.iter().filter(|i| i.method == sheet.method) {
            let mut next = TestItem { worksheet: Some(sheet.id), revision: item.revision + 1, ..item.clone() };
            sowing.save(&next, who, "item.assign", json!({ "worksheet": sheet.no })).await?;
            if filled == Filled::Half && rank.get(&on.order.id).is_some_and(|n| n % 2 == 0) {
                let row = item.limit.as_ref().and_then(|used| world.limits.about(&item.analyte).find(|r| r.id == used.id));
                let raw = row.map_or_else(|| "未检出".to_owned(), |row| typed_result(dice, row, false));
                on.order.may_enter(analyst)?;
                let (understood, judgement) = item.judged(&raw, on.order.kind);
                next = next.enter(analyst, at, &raw, understood, judgement);
                if doubtful_without_remark(&next) {
                    next.remark = "复测结果一致（演示）".to_owned();
                }
                sowing.save(&next, &analyst.into(), "item.enter", json!({ "analyte": next.analyte, "from": "", "to": next.raw })).await?;
            }
            values.insert(next.id, next);
        }
    }
    if filled != Filled::Nothing {
        let run = sheet.id.to_string();
        let controls: Vec<QcSlot> = sheet.qc.iter().map(|slot| entered_control(slot, &values, analyst, at, &run)).collect();
        sheet.qc = controls;
    }
    if filled == Filled::Finished {
        sheet.state = WorksheetState::Finished;
        sheet.finished = Some((analyst.id, analyst.name.clone(), at));
    }
    sowing.insert(&sheet, who, "worksheet.make", json!({ "no": sheet.no, "method": sheet.method, "cells": sheet.cells.len() })).await
}

/// A control as a run in order gives it: nothing in the blank, the duplicate as the sample, ninety percent of what was added.
fn entered_control(slot: &QcSlot, values: &BTreeMap<shiyan_foundation::ids::TestItemId, TestItem>, analyst: &Actor, at: Instant, run: &str) -> QcSlot {
    let cell = slot.of_item.and_then(|id| values.get(&id)).filter(|i| !i.raw.is_empty());
    let raw = match slot.kind {
        QcKind::Blank | QcKind::Control => "未检出".to_owned(),
        QcKind::Duplicate => cell.map(|i| i.raw.clone()).unwrap_or_default(),
        QcKind::Spike => {
            let native = cell.and_then(|i| i.raw.parse::<Decimal>().ok()).unwrap_or(Decimal::ZERO);
            slot.added.map_or_else(String::new, |added| (native + added * Decimal::new(9, 1)).normalize().to_string())
        }
    };
    if raw.is_empty() {
        return slot.clone();
    }
    let cell = cell.map(|i| QcCell { raw: i.raw.as_str(), unit: i.unit.as_str() });
    slot.enter(analyst, at, &raw, &QcContext { run, cell, history: &[] })
}
