//! The worksheet: several samples typed together, controlled, finished, sent back cell by cell, passed.

use serde_json::json;
use shiyan_app::bench::TypedResult;
use shiyan_app::worksheets::{NewWorksheet, TypedInstrument, TypedQc, TypedQcPlan, Typing};
use shiyan_foundation::task::TaskKind;
use shiyan_foundation::{Scope, ids::WorksheetId};
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::LimitUsed;
use shiyan_lab_results::bench::{Advance, Worksheet, WorksheetState};
use shiyan_lab_results::order::{OrderAction, OrderState, TestItem, normal};
use shiyan_lab_results::qc::QcState;
use shiyan_statute::LimitRule;
use shiyan_testkit::{TestApp, at, codes};

shiyan_testkit::on_both_engines!(
    samples_go_together_and_cells_are_sent_back_one_by_one,
    two_people_on_one_worksheet_do_not_overwrite_each_other,
    a_run_out_of_control_holds_back_its_samples,
    an_item_is_on_one_worksheet_and_a_void_one_gives_it_back,
    an_instrument_out_of_calibration_takes_no_work,
    a_value_near_its_limit_needs_a_word_on_the_second_test,
    an_additive_that_was_found_needs_a_word_on_carry_over,
    a_value_above_the_historical_p99_needs_a_word_too,
    what_nobody_has_reviewed_moves_no_threshold,
    an_item_of_before_is_compared_once_a_result_is_entered,
    a_balance_goes_to_the_next_sample,
);

const METHOD: &str = "GB 23200.113-2018";
const NUMBERS: [&str; 3] = ["XBJ25410105000000011", "XBJ25410105000000012", "XBJ25410105000000013"];

async fn template(t: &TestApp) {
    let line = |kind: &str, name: &str| TypedQcPlan { kind: kind.into(), name: name.into(), analyte: "腐霉利".into(), ..TypedQcPlan::default() };
    let lines = [
        line("blank", "试剂空白"),
        TypedQcPlan { limit_pct: "10".into(), every: "10".into(), ..line("duplicate", "平行样") },
        TypedQcPlan { added: "0.2".into(), ..line("spike", "加标") },
    ];
    t.app.save_template(&t.people.quality.actor(), METHOD, "韭菜农残", &lines, at("2025-06-04T09:30")).await.unwrap();
}

/// Three leeks on one worksheet, with a template of controls when asked for; worksheet and orders.
async fn laid_out(t: &TestApp, controlled: bool) -> (String, Vec<String>) {
    if controlled {
        template(t).await;
    }
    let mut orders = Vec::new();
    let mut items = Vec::new();
    for number in NUMBERS {
        let (_, order) = t.received(number).await;
        items.extend(t.items(&order).await.iter().map(|i| i.id.to_string()));
        orders.push(order);
    }
    let new = NewWorksheet { items, ..NewWorksheet::default() };
    let id = t.app.create_worksheet(&t.people.analyst.actor(), &new, at("2025-06-05T09:00")).await.unwrap();
    (id.to_string(), orders)
}

async fn sheet(t: &TestApp, id: &str) -> Worksheet {
    t.app.stage().worksheet(id, &Scope::District).await.unwrap().unwrap()
}

async fn cells(t: &TestApp, id: &str) -> Vec<TestItem> {
    t.app.stage().items_of_worksheet(id, &Scope::District).await.unwrap()
}

fn typed(item: &TestItem, raw: &str) -> TypedResult {
    TypedResult { item: item.id.to_string(), seen: item.revision, raw: raw.into(), ..TypedResult::default() }
}

async fn fill(t: &TestApp, id: &str, raw: &str) {
    let all: Vec<TypedResult> = cells(t, id).await.iter().map(|i| typed(i, raw)).collect();
    for saved in t.app.enter_cells(&t.people.analyst.actor(), id, &all, at("2025-06-05T10:00")).await.unwrap() {
        saved.outcome.unwrap();
    }
}

async fn control(t: &TestApp, id: &str, values: &[&str]) -> QcState {
    let slots = sheet(t, id).await.qc;
    assert_eq!(slots.len(), values.len());
    let typed: Vec<TypedQc> = slots.iter().zip(values).map(|(s, raw)| TypedQc { slot: s.id.clone(), seen: s.revision, raw: (*raw).to_owned() }).collect();
    let typed = Typing { cells: &[], controls: &typed };
    let entered = t.app.enter_sheet(&t.people.analyst.actor(), id, typed, None, at("2025-06-05T11:00")).await.unwrap();
    assert!(entered.controls.is_empty(), "{:?}", entered.controls);
    entered.sheet.qc_state()
}

async fn samples_go_together_and_cells_are_sent_back_one_by_one(t: TestApp) {
    let (id, orders) = laid_out(&t, false).await;
    let p = &t.people;
    let (analyst, checker, reviewer) = (p.analyst.actor(), p.checker.actor(), p.reviewer.actor());
    assert_eq!(sheet(&t, &id).await.no, "W2025-0001");
    assert_eq!(codes(t.app.finish_worksheet(&analyst, &id, at("2025-06-05T09:30")).await), ["WS-EMPTY"]);
    // A cell that cannot be read is corrected by whoever typed it, before anything is finished.
    fill(&t, &id, "未检出").await;
    let unread = cells(&t, &id).await[0].clone();
    t.app.enter_cells(&analyst, &id, &[typed(&unread, "12..3")], at("2025-06-05T11:00")).await.unwrap();
    assert_eq!(codes(t.app.finish_worksheet(&analyst, &id, at("2025-06-05T11:10")).await), ["WS-UNREAD"]);
    let unread = cells(&t, &id).await[0].clone();
    t.app.enter_cells(&analyst, &id, &[typed(&unread, "未检出")], at("2025-06-05T11:20")).await.unwrap();
    let finished = t.app.finish_worksheet(&analyst, &id, at("2025-06-05T12:00")).await.unwrap();
    assert_eq!((finished.submitted.len(), finished.waiting.len()), (3, 0), "{finished:?}");
    // Locked: neither on the worksheet nor on the page of the order.
    let first = cells(&t, &id).await[0].clone();
    assert_eq!(codes(t.app.enter_cells(&analyst, &id, &[typed(&first, "0.3")], at("2025-06-05T12:10")).await), ["WS-STATE"]);
    assert_eq!(codes(t.app.enter_results(&analyst, &first.order.to_string(), &[typed(&first, "0.3")], at("2025-06-05T12:10")).await), ["LAB-STATE"]);

    // The checker sends one cell back; only its sample leaves the chain.
    assert_eq!(codes(t.app.return_cells(&analyst, &[first.id.to_string()], "稀释倍数有误", at("2025-06-05T13:00")).await), ["LAB-ROLE"]);
    assert_eq!(codes(t.app.return_cells(&checker, &[first.id.to_string()], "错", at("2025-06-05T13:00")).await), ["LAB-REASON"]);
    assert_eq!(t.app.return_cells(&checker, &[first.id.to_string()], "稀释倍数有误", at("2025-06-05T13:00")).await.unwrap(), 1);
    let states: Vec<OrderState> = futures_states(&t, &orders).await;
    assert_eq!(states.iter().filter(|s| **s == OrderState::Testing).count(), 1);
    assert_eq!(sheet(&t, &id).await.state, WorksheetState::Open);
    let first = cells(&t, &id).await.into_iter().find(|i| i.id == first.id).unwrap();
    assert_eq!(first.returned.as_ref().unwrap().reason, "稀释倍数有误");
    assert_eq!(codes(t.app.finish_worksheet(&analyst, &id, at("2025-06-05T13:10")).await), ["WS-RETURNED"]);
    // A correction says why; the same text again is a confirmation and says why too.
    let refused = |saved: Vec<shiyan_app::bench::Saved>| saved.into_iter().flat_map(|s| s.outcome.err().unwrap()).map(|r| r.code()).collect::<Vec<_>>();
    assert_eq!(refused(t.app.enter_cells(&analyst, &id, &[typed(&first, "0.1")], at("2025-06-05T13:20")).await.unwrap()), ["WS-WHY"]);
    let corrected = TypedResult { why: "稀释倍数更正".into(), ..typed(&first, "0.1") };
    t.app.enter_cells(&analyst, &id, &[corrected], at("2025-06-05T13:30")).await.unwrap().pop().unwrap().outcome.unwrap();
    // A sample that was not sent back stays closed though the worksheet is open.
    let other = cells(&t, &id).await.into_iter().find(|i| i.order != first.order).unwrap();
    assert_eq!(refused(t.app.enter_cells(&analyst, &id, &[typed(&other, "9")], at("2025-06-05T13:35")).await.unwrap()), ["LAB-STATE"]);
    assert_eq!(t.app.finish_worksheet(&analyst, &id, at("2025-06-05T14:00")).await.unwrap().submitted.len(), 1);

    // All normal: one step for all of them, by somebody else, then by a third.
    assert!(codes(t.app.pass_worksheet(&analyst, &id, OrderAction::Check, at("2025-06-06T09:00")).await).contains(&"LAB-ROLE"));
    assert_eq!(t.app.pass_worksheet(&checker, &id, OrderAction::Check, at("2025-06-06T09:00")).await.unwrap(), 3);
    assert_eq!(codes(t.app.pass_worksheet(&checker, &id, OrderAction::Check, at("2025-06-06T09:01")).await), ["WS-NOTHING"]);
    assert_eq!(t.app.pass_worksheet(&reviewer, &id, OrderAction::Review, at("2025-06-06T10:00")).await.unwrap(), 3);
    assert!(futures_states(&t, &orders).await.iter().all(|s| *s == OrderState::Reviewed));
    t.assert_whole().await;
}

async fn futures_states(t: &TestApp, orders: &[String]) -> Vec<OrderState> {
    let mut states = Vec::new();
    for order in orders {
        states.push(t.order(order).await.state);
    }
    states
}

async fn two_people_on_one_worksheet_do_not_overwrite_each_other(t: TestApp) {
    let (id, _) = laid_out(&t, false).await;
    let mine = cells(&t, &id).await;
    let now = at("2025-06-05T10:00");
    t.app.enter_cells(&t.people.analyst.actor(), &id, &[typed(&mine[0], "0.11")], now).await.unwrap();
    let saved = t.app.enter_cells(&t.people.all_hands.actor(), &id, &[typed(&mine[0], "0.22"), typed(&mine[1], "0.33")], now).await.unwrap();
    let lost = saved.iter().find(|s| s.item == mine[0].id.to_string()).unwrap();
    assert_eq!(lost.outcome.as_ref().unwrap_err()[0].code(), "RACE");
    assert_eq!(lost.now.as_ref().unwrap().raw, "0.11", "the other's value comes back with the refusal");
    let stand: Vec<String> = cells(&t, &id).await.into_iter().map(|i| i.raw).collect();
    assert_eq!((stand[0].as_str(), stand[1].as_str()), ("0.11", "0.33"));
    t.assert_whole().await;
}

async fn a_run_out_of_control_holds_back_its_samples(t: TestApp) {
    let (id, orders) = laid_out(&t, true).await;
    let p = &t.people;
    fill(&t, &id, "0.10").await;
    assert_eq!(codes(t.app.finish_worksheet(&p.analyst.actor(), &id, at("2025-06-05T11:00")).await), ["WS-QC-EMPTY"]);
    // blank, duplicate of 0.10, spike of 0.2 on 0.10
    assert_eq!(control(&t, &id, &["未检出", "0.10", "0.28"]).await, QcState::Pass);
    assert_eq!(control(&t, &id, &["0.05", "0.10", "0.28"]).await, QcState::Fail);
    t.app.finish_worksheet(&p.analyst.actor(), &id, at("2025-06-05T12:00")).await.unwrap();
    assert_eq!(codes(t.app.pass_worksheet(&p.checker.actor(), &id, OrderAction::Check, at("2025-06-06T09:00")).await), ["WS-ABNORMAL"]);
    for order in &orders {
        t.app.forward_order(&p.checker.actor(), order, OrderAction::Check, at("2025-06-06T09:00")).await.unwrap();
    }
    let held = codes(t.app.forward_order(&p.reviewer.actor(), &orders[0], OrderAction::Review, at("2025-06-06T10:00")).await);
    assert!(!held.is_empty() && held.iter().all(|c| c.starts_with("QC-")), "{held:?}");
    // Only the quality manager, only with a reason, and not somebody who entered it.
    assert!(codes(t.app.override_qc(&p.reviewer.actor(), &id, "空白污染已查明", at("2025-06-06T11:00")).await).contains(&"LAB-ROLE"));
    assert!(codes(t.app.override_qc(&p.quality.actor(), &id, "", at("2025-06-06T11:00")).await).contains(&"LAB-REASON"));
    t.app.override_qc(&p.quality.actor(), &id, "空白污染已查明，不影响结果", at("2025-06-06T11:00")).await.unwrap();
    for order in &orders {
        t.app.forward_order(&p.reviewer.actor(), order, OrderAction::Review, at("2025-06-06T12:00")).await.unwrap();
        t.app.approve_order(&p.signatory, order, at("2025-06-06T13:00")).await.unwrap();
    }
    t.assert_whole().await;
}

async fn an_item_is_on_one_worksheet_and_a_void_one_gives_it_back(t: TestApp) {
    let (id, orders) = laid_out(&t, false).await;
    let analyst = t.people.analyst.actor();
    let items: Vec<String> = t.items(&orders[0]).await.iter().map(|i| i.id.to_string()).collect();
    let new = NewWorksheet { items, ..NewWorksheet::default() };
    assert_eq!(codes(t.app.create_worksheet(&analyst, &new, at("2025-06-05T09:10")).await), ["WS-TAKEN"]);
    assert_eq!(codes(t.app.create_worksheet(&analyst, &NewWorksheet::default(), at("2025-06-05T09:10")).await), ["WS-NO-CELLS"]);
    let first = cells(&t, &id).await[0].clone();
    t.app.enter_cells(&analyst, &id, &[typed(&first, "0.1")], at("2025-06-05T09:20")).await.unwrap();
    assert_eq!(codes(t.app.void_worksheet(&analyst, &id, at("2025-06-05T09:30")).await), ["WS-HAS-RESULTS"]);
    let first = cells(&t, &id).await[0].clone();
    t.app.enter_cells(&analyst, &id, &[TypedResult { undo: true, ..typed(&first, "") }], at("2025-06-05T09:40")).await.unwrap();
    t.app.void_worksheet(&analyst, &id, at("2025-06-05T09:50")).await.unwrap();
    assert_eq!(t.app.stage().waiting_methods(&Scope::District).await.unwrap()[0].items, 6);
    let again: WorksheetId = t.app.create_worksheet(&analyst, &new, at("2025-06-05T10:00")).await.unwrap();
    assert_eq!(sheet(&t, &again.to_string()).await.no, "W2025-0002", "numbers are never used twice");
    t.assert_whole().await;
}

fn instrument(calibrated_until: &str, active: bool) -> TypedInstrument {
    TypedInstrument { no: "YQ-1".into(), name: "气质联用仪".into(), calibrated_until: calibrated_until.into(), active, ..TypedInstrument::default() }
}

async fn an_instrument_out_of_calibration_takes_no_work(t: TestApp) {
    let (id, _) = laid_out(&t, false).await;
    let (analyst, quality) = (t.people.analyst.actor(), t.people.quality.actor());
    let now = at("2025-06-05T09:00");
    assert_eq!(codes(t.app.save_instrument(&analyst, &instrument("2025-06-04", true), now).await), ["ADMIN-ROLE"]);
    t.app.save_instrument(&quality, &instrument("2025-06-04", true), now).await.unwrap();
    let id_of_it = t.app.stage().all::<shiyan_lab_results::bench::Instrument>().await.unwrap()[0].id.to_string();
    assert_eq!(codes(t.app.assign_worksheet(&analyst, &id, "", &id_of_it, now).await), ["WS-CALIBRATION"]);
    t.app.save_instrument(&quality, &instrument("2025-06-05", true), now).await.unwrap();
    t.app.assign_worksheet(&analyst, &id, "", &id_of_it, now).await.unwrap();
    t.app.save_instrument(&quality, &instrument("2026-06-05", false), now).await.unwrap();
    assert_eq!(codes(t.app.assign_worksheet(&analyst, &id, "", &id_of_it, now).await), ["WS-INSTRUMENT"]);
    t.assert_whole().await;
}

async fn a_value_near_its_limit_needs_a_word_on_the_second_test(t: TestApp) {
    let (_, order) = t.received(NUMBERS[0]).await;
    let analyst = t.people.analyst.actor();
    let now = at("2025-06-05T09:00");
    let items = t.items(&order).await;
    t.app.enter_results(&analyst, &order, &[typed(&items[0], "0.19"), typed(&items[1], "未检出")], now).await.unwrap();
    assert_eq!(codes(t.app.forward_order(&analyst, &order, OrderAction::Submit, now).await), ["LAB-NEAR"]);
    let near = t.items(&order).await[0].clone();
    let id = near.id.to_string();
    assert_eq!(codes(t.app.remark_item(&analyst, &id, near.revision - 1, "复测 0.188", now).await), ["RACE"]);
    t.app.remark_item(&analyst, &id, near.revision, "复测 0.188", now).await.unwrap();
    t.app.forward_order(&analyst, &order, OrderAction::Submit, now).await.unwrap();
    t.assert_whole().await;
}

async fn an_additive_that_was_found_needs_a_word_on_carry_over(t: TestApp) {
    let (_, order) = t.received(NUMBERS[0]).await;
    let analyst = t.people.analyst.actor();
    let now = at("2025-06-05T09:00");
    t.app.add_item(&analyst, &order, &shiyan_app::bench::TypedItem::new("柠檬黄", "g/kg", "GB 5009.35-2023"), now).await.unwrap();
    let items = t.items(&order).await;
    let colour = items.iter().find(|i| i.analyte == "柠檬黄").unwrap();
    let used = LimitUsed {
        id: "T1".into(),
        rule: LimitRule::NotDetected { banned: false },
        unit: "g/kg".into(),
        basis: "GB 2760-2024".into(),
        lod_loq: None,
        dried: None,
        ..items[0].limit.clone().expect("a limit")
    };
    let mut unit = t.app.stage().begin(now).await.unwrap();
    unit.save(&colour.with_limit(Some(used), None, TaskKind::Supervisory), &(&analyst).into(), "item.limit", json!({ "test": true })).await.unwrap();
    unit.commit().await.unwrap();
    let items = t.items(&order).await;
    let raws: Vec<TypedResult> = items.iter().map(|i| typed(i, if i.analyte == "柠檬黄" { "0.0154" } else { "未检出" })).collect();
    t.app.enter_results(&analyst, &order, &raws, now).await.unwrap();
    assert_eq!(codes(t.app.forward_order(&analyst, &order, OrderAction::Submit, now).await), ["LAB-CARRY-OVER"]);
    let colour = t.items(&order).await.into_iter().find(|i| i.analyte == "柠檬黄").unwrap();
    assert_eq!(colour.verdict(), Some(Verdict::Nonconforming), "the verdict waits for nobody");
    let id = colour.id.to_string();
    let checker = t.people.checker.actor();
    let say = async |who, seen, word: &str| t.app.say_carry_over(who, &id, seen, word, now).await;
    assert_eq!(codes(say(&analyst, colour.revision - 1, "配料表无着色剂").await), ["RACE"]);
    assert_eq!(codes(say(&analyst, colour.revision, " 无 ").await), ["LAB-REASON"]);
    assert_eq!(codes(say(&checker, colour.revision, "配料表无着色剂").await), ["LAB-ROLE"]);
    let other = items.iter().find(|i| i.analyte != "柠檬黄").unwrap().id.to_string();
    let seen = t.items(&order).await.iter().find(|i| i.id.to_string() == other).unwrap().revision;
    assert_eq!(codes(t.app.say_carry_over(&analyst, &other, seen, "配料表无着色剂", now).await), ["LAB-CARRY-OVER-NOT-ASKED"]);
    say(&analyst, colour.revision, "配料表无着色剂，不属带入").await.unwrap();
    let journal = t.app.stage().timeline(&[format!("item:{id}")]).await.unwrap();
    assert!(journal.iter().any(|e| e.verb == "item.carry-over" && e.facts["word"] == "配料表无着色剂，不属带入"), "{journal:?}");
    t.app.forward_order(&analyst, &order, OrderAction::Submit, now).await.unwrap();
    t.assert_whole().await;
}

/// So many leeks with 0.001, 0.002 … mg/kg of the first item and nothing of the second.
async fn history(t: &TestApp, results: usize, reviewed: bool) {
    let analyst = t.people.analyst.actor();
    for n in 1..=results {
        let (_, order) = t.received(&format!("XBJ25410105{:09}", 500 + n)).await;
        let items = t.items(&order).await;
        let value = format!("0.{n:03}");
        t.app.enter_results(&analyst, &order, &[typed(&items[0], &value), typed(&items[1], "未检出")], at("2025-06-04T10:00")).await.unwrap();
        // A value near its limit needs a word before it goes on.
        for item in t.items(&order).await.into_iter().filter(shiyan_lab_results::order::doubtful_without_remark) {
            t.app.remark_item(&analyst, &item.id.to_string(), item.revision, "复测一致", at("2025-06-04T10:10")).await.unwrap();
        }
        if reviewed {
            t.reviewed(&order, at("2025-06-04T11:00")).await;
        }
    }
}

async fn what_nobody_has_reviewed_moves_no_threshold(t: TestApp) {
    history(&t, 100, false).await;
    let (_, order) = t.received(NUMBERS[0]).await;
    let analyst = t.people.analyst.actor();
    let item = t.items(&order).await.remove(0);
    t.app.enter_results(&analyst, &order, &[typed(&item, "0.15")], at("2025-06-05T10:00")).await.unwrap().pop().unwrap().outcome.unwrap();
    assert_eq!(t.items(&order).await[0].above_p99, None, "a hundred values that may be slips say nothing");
    t.assert_whole().await;
}

fn first_cells(cells: Vec<TestItem>) -> Vec<TestItem> {
    cells.into_iter().filter(|i| i.analyte == "腐霉利").collect()
}

async fn a_value_above_the_historical_p99_needs_a_word_too(t: TestApp) {
    history(&t, 100, true).await;
    let (id, _) = laid_out(&t, false).await;
    let (analyst, checker) = (t.people.analyst.actor(), t.people.checker.actor());
    let enter = async |cells: &[TypedResult]| t.app.enter_cells(&analyst, &id, cells, at("2025-06-05T10:00")).await.unwrap();
    fill(&t, &id, "未检出").await;
    // Of 100 numbers that were reviewed the ninety-ninth: equal is not above, and what is typed at the same time moves nothing.
    let leek = first_cells(cells(&t, &id).await);
    enter(&[typed(&leek[0], "0.09")]).await;
    assert_eq!(first_cells(cells(&t, &id).await)[0].above_p99, None);
    let leek = first_cells(cells(&t, &id).await);
    enter(&[typed(&leek[1], "0.0990"), typed(&leek[2], "0.15")]).await;
    let leek = first_cells(cells(&t, &id).await);
    assert_eq!(leek[1].above_p99, None);
    let above = leek[2].above_p99.clone().expect("0.15 is above");
    assert_eq!((above.p99.to_string().as_str(), above.unit.as_str(), above.count), ("0.099", "mg/kg", 100));
    assert_eq!((leek[2].verdict(), normal(&leek[1]), normal(&leek[2])), (Some(Verdict::Conforming), true, false), "a hint changes no verdict");
    let journal = t.app.stage().timeline(&[format!("item:{}", leek[2].id)]).await.unwrap();
    assert_eq!(journal.last().unwrap().facts["above_p99"]["p99"], "0.099", "it is on record");
    // It asks for what a value near its limit asks for.
    assert_eq!(codes(t.app.finish_worksheet(&analyst, &id, at("2025-06-05T11:00")).await), ["WS-NEAR"]);
    t.app.remark_item(&analyst, &leek[2].id.to_string(), leek[2].revision, "复测 0.148，结果成立", at("2025-06-05T11:10")).await.unwrap();
    assert_eq!(t.app.finish_worksheet(&analyst, &id, at("2025-06-05T12:00")).await.unwrap().submitted.len(), 3);
    assert_eq!(codes(t.app.pass_worksheet(&checker, &id, OrderAction::Check, at("2025-06-06T09:00")).await), ["WS-ABNORMAL"]);
    // Sent back and corrected, it is compared again.
    t.app.return_cells(&checker, &[leek[2].id.to_string()], "稀释倍数有误", at("2025-06-06T10:00")).await.unwrap();
    let back = first_cells(cells(&t, &id).await).remove(2);
    enter(&[TypedResult { why: "稀释倍数更正".into(), ..typed(&back, "0.015") }]).await;
    assert_eq!(first_cells(cells(&t, &id).await)[2].above_p99, None);
    t.assert_whole().await;
}

async fn an_item_of_before_is_compared_once_a_result_is_entered(t: TestApp) {
    history(&t, 100, true).await;
    let (_, order) = t.received(NUMBERS[0]).await;
    let analyst = t.people.analyst.actor();
    // As an earlier version stored it: without the two new fields, under the hash of that text.
    let before = TestItem { peers: None, above_p99: None, ..t.items(&order).await[0].clone() };
    let before = TestItem { revision: before.revision + 1, ..before };
    let stored = serde_json::to_string(&before).unwrap();
    assert!(!stored.contains("peers") && !stored.contains("p99"), "{stored}");
    let mut unit = t.app.stage().begin(at("2025-06-05T09:00")).await.unwrap();
    unit.save(&before, &(&analyst).into(), "item.limit", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    t.assert_whole().await;
    t.app.enter_results(&analyst, &order, &[typed(&before, "0.15")], at("2025-06-05T10:00")).await.unwrap().pop().unwrap().outcome.unwrap();
    let now = t.items(&order).await.remove(0);
    assert_eq!(now.above_p99.map(|a| a.count), Some(100));
    assert_eq!(now.peers.map(|p| p.category), t.items(&order).await[1].peers.clone().map(|p| p.category), "it is found by later ones");
    t.assert_whole().await;
}

async fn a_balance_goes_to_the_next_sample(t: TestApp) {
    let (id, _) = laid_out(&t, false).await;
    let p = &t.people;
    let now = at("2025-06-05T09:10");
    // As before nothing is stored of it, so that worksheets of before keep their hash.
    let plain = sheet(&t, &id).await;
    assert_eq!(plain.advance, Advance::Excel);
    assert!(!serde_json::to_string(&plain).unwrap().contains("advance"));
    t.app.set_advance(&p.analyst.actor(), &id, "tab", now).await.unwrap();
    t.app.set_advance(&p.analyst.actor(), &id, "tab", now).await.unwrap();
    let set = sheet(&t, &id).await;
    assert_eq!((set.advance, set.revision), (Advance::Tab, plain.revision + 1), "saying it twice writes it once");
    let journal = t.app.stage().timeline(&[format!("worksheet:{id}")]).await.unwrap();
    let last = journal.last().unwrap();
    assert_eq!((last.verb.as_str(), &last.facts["from"], &last.facts["to"]), ("worksheet.advance", &json!("excel"), &json!("tab")));
    assert_eq!(codes(t.app.set_advance(&p.analyst.actor(), &id, "sideways", now).await), ["TYPED-CHOICE"]);
    assert_eq!(codes(t.app.set_advance(&p.checker.actor(), &id, "enter", now).await), ["LAB-ROLE"]);
    fill(&t, &id, "未检出").await;
    t.app.finish_worksheet(&p.analyst.actor(), &id, at("2025-06-05T12:00")).await.unwrap();
    assert_eq!(codes(t.app.set_advance(&p.analyst.actor(), &id, "enter", now).await), ["WS-STATE"]);
    // It is chosen when the worksheet is made, too.
    let (_, order) = t.received("XBJ25410105000000099").await;
    let items: Vec<String> = t.items(&order).await.iter().map(|i| i.id.to_string()).collect();
    let new = NewWorksheet { items, advance: "sideways".into(), ..NewWorksheet::default() };
    assert_eq!(codes(t.app.create_worksheet(&p.analyst.actor(), &new, now).await), ["TYPED-CHOICE"]);
    let new = NewWorksheet { advance: "enter".into(), ..new };
    let made = t.app.create_worksheet(&p.analyst.actor(), &new, now).await.unwrap().to_string();
    assert_eq!(sheet(&t, &made).await.advance, Advance::Enter);
    t.assert_whole().await;
}
