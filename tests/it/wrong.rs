//! What must be refused, by the domain and, where it is about who did what, by the database itself.

use shiyan_app::bench::TypedResult;
use shiyan_foundation::Scope;
use shiyan_foundation::task::Outcome;
use shiyan_lab_results::order::{OrderAction, OrderState};
use shiyan_lab_results::report::ReportOptions;
use shiyan_nonconformity::{Block, CaseState};
use shiyan_sample_intake::{Reception, SampleState, reception::ReceptionCheck};
use shiyan_testkit::sheet::leek;
use shiyan_testkit::walk::{block_fields, reception};
use shiyan_testkit::{TestApp, at, codes};

shiyan_testkit::on_both_engines!(
    one_person_does_not_sign_twice,
    the_tables_refuse_what_the_program_never_writes,
    who_took_the_sample_does_not_test_it,
    a_sheet_needs_two_samplers_and_a_free_number,
    a_temporary_number_gets_no_report,
    two_saves_of_the_same_revision_lose_nothing,
    reception_is_refused_with_a_reason_or_not_at_all,
    a_voided_sheet_gives_its_number_back,
    an_amended_report_replaces_the_old_one_which_stays,
);

const NO: &str = "XBJ25410105000000001";

async fn one_person_does_not_sign_twice(t: TestApp) {
    let (_, order) = t.received(NO).await;
    let hands = t.people.all_hands.actor();
    let items = t.items(&order).await;
    let typed: Vec<_> = items.iter().map(|i| TypedResult { item: i.id.to_string(), seen: 0, raw: "0.1".into(), ..TypedResult::default() }).collect();
    t.app.enter_results(&hands, &order, &typed[..1], at("2025-06-05T09:00")).await.unwrap();
    assert_eq!(codes(t.app.forward_order(&hands, &order, OrderAction::Submit, at("2025-06-05T09:05")).await), ["LAB-EMPTY"]);
    t.app.enter_results(&hands, &order, &typed[1..], at("2025-06-05T09:10")).await.unwrap();
    t.app.forward_order(&hands, &order, OrderAction::Submit, at("2025-06-05T10:00")).await.unwrap();
    assert_eq!(codes(t.app.forward_order(&hands, &order, OrderAction::Check, at("2025-06-05T11:00")).await), ["LAB-OWN-WORK"]);
    // And not two steps later either.
    t.app.forward_order(&t.people.checker.actor(), &order, OrderAction::Check, at("2025-06-05T12:00")).await.unwrap();
    assert_eq!(codes(t.app.forward_order(&hands, &order, OrderAction::Review, at("2025-06-05T13:00")).await), ["LAB-OWN-WORK"]);
    t.app.forward_order(&t.people.reviewer.actor(), &order, OrderAction::Review, at("2025-06-05T14:00")).await.unwrap();
    assert_eq!(codes(t.app.approve_order(&t.people.all_hands, &order, at("2025-06-05T15:00")).await), ["LAB-OWN-WORK"]);
    // Nobody jumps a step.
    assert!(codes(t.app.issue_report(&t.people.sender.actor(), &order, ReportOptions::default(), at("2025-06-05T15:00")).await).contains(&"LAB-STATE"));
    t.assert_whole().await;
}

async fn the_tables_refuse_what_the_program_never_writes(t: TestApp) {
    let (_, _, case) = t.failing(NO).await;
    t.disposed(&case.id.to_string()).await;
    let side = t.side().await;
    for (sql, constraint) in [
        ("UPDATE test_order SET checker = main_analyst", "checker_is_another"),
        ("UPDATE test_order SET reviewer = main_analyst", "reviewer_is_another"),
        ("UPDATE test_order SET reviewer = checker", "reviewer_is_another"),
        ("UPDATE test_order SET signatory = reviewer", "signatory_is_another"),
        ("UPDATE test_order SET signatory = main_analyst", "signatory_is_another"),
        ("UPDATE test_order SET main_analyst = sampler_a", "samplers_do_not_test"),
        ("UPDATE test_order SET main_analyst = sampler_b", "samplers_do_not_test"),
        ("UPDATE sample SET sampler_b = sampler_a", "two_samplers"),
        ("UPDATE sample SET sampler_b = ''", "two_samplers"),
        ("UPDATE case_file SET approver = handler", "approver_is_another"),
        ("UPDATE case_file SET evidenced = FALSE", "closed_is_evidenced"),
    ] {
        side.refused(sql, constraint).await;
    }
    for sql in ["UPDATE journal SET verb = 'x'", "DELETE FROM journal", "UPDATE journal SET facts = '{}' WHERE seq = 1"] {
        side.refused(sql, "append-only").await;
    }
    t.assert_whole().await;
}

async fn who_took_the_sample_does_not_test_it(t: TestApp) {
    let p = &t.people;
    let both = p.sampler_analyst.actor();
    let id = t.app.begin_sheet(&both, leek(NO, &[&p.sampler_analyst, &p.sampler]), None, at("2025-06-03T15:00")).await.unwrap().to_string();
    t.app.submit_sheet(&both, &id, at("2025-06-03T16:00")).await.unwrap();
    let order = t.app.accept_sample(&p.keeper.actor(), &id, reception(), at("2025-06-04T09:00")).await.unwrap().to_string();
    let typed = TypedResult { item: t.items(&order).await[0].id.to_string(), seen: 0, raw: "0.1".into(), ..TypedResult::default() };
    assert_eq!(codes(t.app.enter_results(&both, &order, std::slice::from_ref(&typed), at("2025-06-05T09:00")).await), ["LAB-SAMPLER"]);
    assert!(t.items(&order).await.iter().all(|i| i.raw.is_empty()));
    // The same person may test what others took.
    let (_, other) = t.received("XBJ25410105000000002").await;
    let typed = TypedResult { item: t.items(&other).await[0].id.to_string(), ..typed };
    t.app.enter_results(&both, &other, &[typed], at("2025-06-05T09:00")).await.unwrap();
    assert_eq!(t.items(&other).await[0].raw, "0.1");
}

async fn a_sheet_needs_two_samplers_and_a_free_number(t: TestApp) {
    let p = &t.people;
    let who = p.sampler.actor();
    for samplers in [vec![&p.sampler], vec![&p.sampler, &p.sampler], vec![]] {
        let id = t.app.begin_sheet(&who, leek(NO, &samplers), None, at("2025-06-03T15:00")).await.unwrap().to_string();
        assert_eq!(codes(t.app.submit_sheet(&who, &id, at("2025-06-03T16:00")).await), ["SHEET-SAMPLERS"]);
        let kept = t.app.stage().sample(&id, &Scope::District).await.unwrap().unwrap().sample;
        assert_eq!((kept.state, kept.sheet.get("sampling_no")), (SampleState::Draft, NO));
    }
    t.sampled(NO).await;
    let id = t.app.begin_sheet(&who, leek(&NO.to_lowercase(), &[&p.sampler, &p.sampler2]), None, at("2025-06-03T15:00")).await.unwrap().to_string();
    assert_eq!(codes(t.app.submit_sheet(&who, &id, at("2025-06-03T16:00")).await), ["SHEET-NO-TAKEN"]);
    // The index of the table says so too.
    t.side().await.run(&format!("UPDATE sample SET sampling_no = '{NO}' WHERE id = '{id}'")).await.unwrap_err();
    assert_eq!(codes(t.app.begin_sheet(&p.analyst.actor(), leek("X1", &[]), None, at("2025-06-03T15:00")).await), ["ADMIN-ROLE"]);
    t.assert_whole().await;
}

async fn a_temporary_number_gets_no_report(t: TestApp) {
    let (sample, order, _) = t.concluded("LS20250001", &["0.1", "未检出"]).await;
    let sender = t.people.sender.actor();
    assert_eq!(
        codes(t.app.issue_report(&sender, &order, ReportOptions::default(), at("2025-06-10T16:00")).await),
        [shiyan_sample_intake::code::TEMPORARY.code]
    );
    assert_eq!(t.order(&order).await.state, OrderState::Approved);
    t.app.renumber_sample(&t.people.sampler.actor(), &sample, NO, at("2025-06-11T09:00")).await.unwrap();
    assert_eq!(t.issued(&order).await.number, format!("SY-{NO}"));
    assert!(t.app.stage().sample_by_number("LS20250001", &Scope::District).await.unwrap().is_none());
    t.assert_whole().await;
}

async fn two_saves_of_the_same_revision_lose_nothing(t: TestApp) {
    let p = &t.people;
    let who = p.sampler.actor();
    let id = t.app.begin_sheet(&who, leek(NO, &[&p.sampler, &p.sampler2]), None, at("2025-06-03T15:00")).await.unwrap().to_string();
    let sheet = |name: &str| {
        let mut sheet = leek(NO, &[&p.sampler, &p.sampler2]);
        sheet.set("name", name);
        sheet
    };
    assert_eq!(t.app.save_sheet(&who, &id, 0, sheet("先到"), at("2025-06-03T15:10")).await.unwrap(), 1);
    assert_eq!(codes(t.app.save_sheet(&p.sampler2.actor(), &id, 0, sheet("后到"), at("2025-06-03T15:11")).await), ["RACE"]);
    assert_eq!(t.app.stage().sample(&id, &Scope::District).await.unwrap().unwrap().sample.sheet.get("name"), "先到");

    // At the same time: one wins, the other hears of it, and what won is whole.
    let (_, order) = t.received("XBJ25410105000000002").await;
    let item = t.items(&order).await[0].id.to_string();
    let typed = |raw: &str| vec![TypedResult { item: item.clone(), seen: 0, raw: raw.into(), ..TypedResult::default() }];
    let (a, b) = (typed("0.11"), typed("0.12"));
    let analyst = p.analyst.actor();
    let both = p.sampler_analyst.actor();
    let (one, two) =
        tokio::join!(t.app.enter_results(&analyst, &order, &a, at("2025-06-05T09:00")), t.app.enter_results(&both, &order, &b, at("2025-06-05T09:00")));
    let saved: Vec<_> = [one, two].into_iter().map(|r| r.unwrap().pop().unwrap().outcome).collect();
    let won: Vec<_> = saved.iter().filter_map(|s| s.as_ref().ok()).collect();
    let lost: Vec<_> = saved.iter().filter_map(|s| s.as_ref().err()).flatten().map(|r| r.code()).collect();
    assert_eq!((won.len(), lost.as_slice()), (1, &["RACE"][..]));
    assert_eq!(t.items(&order).await[0], *won[0]);
    // The other cells of the losing save are not lost: each stands for itself.
    let items = t.items(&order).await;
    let mixed = [("stale", 0, &items[0]), ("0.005", 0, &items[1])].map(|(raw, seen, item)| TypedResult {
        item: item.id.to_string(),
        seen,
        raw: raw.into(),
        ..TypedResult::default()
    });
    let saved = t.app.enter_results(&analyst, &order, &mixed, at("2025-06-05T10:00")).await.unwrap();
    assert!(saved[0].outcome.is_err() && saved[1].outcome.is_ok());
    assert_eq!(t.items(&order).await[1].raw, "0.005");

    let (_, _, case) = t.failing("XBJ25410105000000003").await;
    let case = case.id.to_string();
    t.app.receive_case(&p.enforcer.actor(), &case, at("2025-06-11T09:00")).await.unwrap();
    let stale = t.app.fill_block(&p.enforcer.actor(), &case, 0, Block::Cause, block_fields(Block::Cause), None, vec![], at("2025-06-12T09:00")).await;
    assert_eq!(codes(stale), ["RACE"]);
    t.assert_whole().await;
}

async fn reception_is_refused_with_a_reason_or_not_at_all(t: TestApp) {
    let id = t.sampled(NO).await;
    let keeper = t.people.keeper.actor();
    let now = at("2025-06-04T09:00");
    let broken = || Reception { failed: vec![ReceptionCheck::Seal], ..reception() };
    assert_eq!(codes(t.app.refuse_sample(&keeper, &id, broken(), " ", now).await), ["INTAKE-REASON"]);
    assert_eq!(codes(t.app.accept_sample(&keeper, &id, broken(), now).await), ["INTAKE-CHECK"]);
    assert_eq!(codes(t.app.accept_sample(&keeper, &id, Reception { backup_seal: "FT-0001".into(), ..reception() }, now).await), ["INTAKE-SEALS"]);
    assert_eq!(codes(t.app.accept_sample(&t.people.sampler.actor(), &id, reception(), now).await), ["INTAKE-ROLE", "INTAKE-SAMPLER"]);
    t.assert_figures(now).await;
    t.app.refuse_sample(&keeper, &id, broken(), "封条破损，样品受潮", now).await.unwrap();
    t.assert_figures(now).await;
    let sample = t.app.stage().sample(&id, &Scope::District).await.unwrap().unwrap().sample;
    assert_eq!(sample.state, SampleState::Refused);
    assert!(t.app.stage().clocks_of(&format!("sample:{id}")).await.unwrap().iter().all(|c| c.clock.cancelled));
    assert!(codes(t.app.accept_sample(&keeper, &id, reception(), now).await).contains(&"INTAKE-STATE"));
    let k = t.app.year(t.app.kpi_scope(2025).await.unwrap(), &Scope::District, at("2025-12-31T18:00")).await.unwrap().kpis;
    assert_eq!(k.per_thousand.numerator, 0);
    assert!(k.per_thousand.left_out.values().flatten().any(|f| f.to_string() == id), "a refused sample is left out by name");
    t.assert_whole().await;
}

async fn a_voided_sheet_gives_its_number_back(t: TestApp) {
    let id = t.sampled(NO).await;
    let who = t.people.sampler.actor();
    assert_eq!(codes(t.app.void_sample(&who, &id, "误", at("2025-06-03T17:00")).await), ["INTAKE-REASON"]);
    t.assert_figures(at("2025-06-03T17:00")).await;
    t.app.void_sample(&who, &id, "编号填错，重新填写", at("2025-06-03T17:00")).await.unwrap();
    let (again, order) = t.received(NO).await;
    // two sheets of one number, of which the voided one does not count
    t.assert_figures(at("2025-06-05T09:00")).await;
    assert_ne!(again, id);
    assert_eq!(t.app.stage().sample_by_number(NO, &Scope::District).await.unwrap().unwrap().sample.id.to_string(), again);
    assert!(codes(t.app.void_sample(&who, &again, "收样后不能作废", at("2025-06-05T09:00")).await).contains(&"INTAKE-STATE"));
    assert_eq!(t.order(&order).await.state, OrderState::Testing);
    t.assert_whole().await;
}

async fn an_amended_report_replaces_the_old_one_which_stays(t: TestApp) {
    let p = &t.people;
    let (sample, order, case) = t.failing(NO).await;
    let case = case.id.to_string();
    let supervisor = p.supervisor.actor();
    let old = t.app.stage().report_by_number(&format!("SY-{NO}"), &Scope::District).await.unwrap().unwrap();
    let old_pdf = t.app.report_pdf(&old).await.unwrap();
    assert_eq!(codes(t.app.cancel_case(&supervisor, &case, "结论仍为不合格", at("2025-06-11T09:00")).await), ["CASE-STANDS"]);

    assert_eq!(codes(t.app.amend_report(&p.analyst.actor(), &order, "抄录错误", at("2025-06-12T09:00")).await), ["LAB-ROLE"]);
    assert_eq!(codes(t.app.amend_report(&p.quality.actor(), &order, "", at("2025-06-12T09:00")).await), ["LAB-REASON"]);
    t.app.amend_report(&p.quality.actor(), &order, "原始记录小数点抄错", at("2025-06-12T09:00")).await.unwrap();
    t.assert_figures(at("2025-06-12T09:30")).await;
    t.enter(&order, &["0.04", "未检出"], at("2025-06-12T10:00")).await;
    t.assert_figures(at("2025-06-12T10:30")).await;
    // Until the next report is issued the failing conclusion is in force.
    assert_eq!(codes(t.app.cancel_case(&supervisor, &case, "尚未出更正报告", at("2025-06-12T11:00")).await), ["CASE-STANDS"]);
    t.reviewed(&order, at("2025-06-13T09:00")).await;
    assert_eq!(t.app.approve_order(&p.signatory, &order, at("2025-06-13T10:00")).await.unwrap(), Outcome::Pass);
    assert_eq!(codes(t.app.cancel_case(&supervisor, &case, "尚未签发更正报告", at("2025-06-13T10:30")).await), ["CASE-STANDS"]);
    let new = t.app.issue_report(&p.sender.actor(), &order, ReportOptions::default(), at("2025-06-13T11:00")).await.unwrap();
    assert_eq!((new.number.clone(), new.replaces.clone()), (format!("SY-{NO}-G1"), Some(format!("SY-{NO}"))));
    assert_eq!(new.reason.as_deref(), Some("原始记录小数点抄错"));

    let reports = t.app.stage().reports_of_sample(&sample, &Scope::District).await.unwrap();
    assert_eq!(reports.iter().map(|r| r.number.as_str()).collect::<Vec<_>>(), [format!("SY-{NO}-G1"), format!("SY-{NO}")]);
    let (kept, replaced) = t.app.stage().report_by_code(&old.verify_code).await.unwrap().unwrap();
    assert_eq!((&kept, replaced.as_deref()), (&old, Some(new.number.as_str())));
    assert_eq!(t.app.report_pdf(&kept).await.unwrap(), old_pdf);
    assert_ne!(t.app.report_pdf(&new).await.unwrap(), old_pdf);

    t.assert_figures(at("2025-06-13T12:00")).await;
    t.app.cancel_case(&supervisor, &case, "更正报告改判为合格", at("2025-06-13T14:00")).await.unwrap();
    t.assert_figures(at("2025-06-13T15:00")).await;
    assert_eq!(t.case(&case).await.state, CaseState::Cancelled);
    let k = t.app.year(t.app.kpi_scope(2025).await.unwrap(), &Scope::District, at("2025-12-31T18:00")).await.unwrap().kpis;
    assert_eq!((k.per_thousand.numerator, k.discovery.numerator, k.disposal.denominator), (1, 0, 0));
    t.assert_whole().await;
}
