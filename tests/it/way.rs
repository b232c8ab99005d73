//! The way of one batch, from the plan to the figure.

use shiyan_app::plan::TypedLine;
use shiyan_app::sha256_hex;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Lang, Scope};
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::order::{Meaning, OrderState};
use shiyan_nonconformity::{Block, CaseState};
use shiyan_sampling_plan::PlanState;
use shiyan_statute::RuleKey;
use shiyan_store::{Record, records::ClockRecord};
use shiyan_testkit::walk::block_fields;
use shiyan_testkit::{TestApp, at, codes, day};

shiyan_testkit::on_both_engines!(
    one_batch_from_the_plan_to_the_figure,
    a_conclusion_whose_clock_cannot_start_does_not_happen,
    a_conforming_batch_opens_no_case
);

const NO: &str = "XBJ25410105000000001";

/// The clock of this rule on this subject.
async fn clock(t: &TestApp, subject: &str, rule: RuleKey) -> ClockRecord {
    let found: Vec<_> = t.app.stage().clocks_of(subject).await.unwrap().into_iter().filter(|c| c.clock.rule == rule).collect();
    assert_eq!(found.len(), 1, "{rule:?} of {subject}: {found:?}");
    found.into_iter().next().unwrap()
}
async fn rules(t: &TestApp, subject: &str) -> Vec<RuleKey> {
    let mut rules: Vec<_> = t.app.stage().clocks_of(subject).await.unwrap().iter().map(|c| c.clock.rule).collect();
    rules.sort();
    rules
}

async fn one_batch_from_the_plan_to_the_figure(t: TestApp) {
    let (app, p) = (&t.app, &t.people);

    // 计划: 4 per 1000 of 1,333,000 people.
    let plan = app.create_plan(&p.planner.actor(), 2025, "4.0", at("2025-01-06T09:00")).await.unwrap();
    assert_eq!((plan.population.people, plan.required()), (1_333_000, 5_332));
    let line = TypedLine {
        category: "食用农产品/蔬菜".into(),
        link: "流通".into(),
        street: "410105008".into(),
        quarter: "2".into(),
        batches: "5332".into(),
        method: "随机".into(),
        item_package: "韭菜".into(),
        basis: "GB 2763-2021".into(),
        reporting: "20个工作日".into(),
        ..TypedLine::default()
    };
    assert_eq!(codes(app.issue_plan(&p.planner.actor(), 2025, None, at("2025-01-06T09:10")).await), ["PLAN-EMPTY"]);
    let line = app.read_plan_line(&line).await.unwrap();
    app.add_plan_lines(&p.planner.actor(), 2025, vec![line], None, at("2025-01-06T09:20")).await.unwrap();
    assert_eq!(codes(app.issue_plan(&p.analyst.actor(), 2025, None, at("2025-01-06T09:30")).await), ["ADMIN-ROLE"]);
    let plan = app.issue_plan(&p.planner.actor(), 2025, None, at("2025-01-06T09:30")).await.unwrap();
    assert_eq!((plan.state, plan.gap()), (PlanState::Issued, 0));

    // 抽样, 收样
    let (sample, order) = t.received(NO).await;
    let subject = format!("sample:{sample}");
    assert!(clock(&t, &subject, RuleKey::D01).await.clock.stopped_at.is_some());
    assert!(clock(&t, &subject, RuleKey::D02).await.clock.stopped_at.is_none());
    let items = t.items(&order).await;
    assert_eq!(items.iter().map(|i| i.analyte.as_str()).collect::<Vec<_>>(), ["腐霉利", "毒死蜱"]);
    let limit = items[0].limit.as_ref().unwrap();
    assert_eq!((limit.id.as_str(), limit.unit.as_str()), ("L0001", "mg/kg"));

    // 检验: what was typed stays as typed, judged with its working.
    t.enter(&order, &[" ２.4 mg/kg", "未检出"], at("2025-06-06T10:00")).await;
    let items = t.items(&order).await;
    assert_eq!((items[0].raw.as_str(), items[0].verdict()), (" ２.4 mg/kg", Some(Verdict::Nonconforming)));
    assert_eq!(items[1].verdict(), Some(Verdict::Conforming));
    assert!(!items[0].judgement.as_ref().unwrap().working.is_empty());

    // 四个人
    t.reviewed(&order, at("2025-06-09T10:00")).await;
    assert_eq!(t.order(&order).await.state, OrderState::Reviewed);
    assert_eq!(t.count_cases().await, 0);
    let before = app.stage().head().await.unwrap().seq;
    assert_eq!(app.approve_order(&p.signatory, &order, at("2025-06-10T10:00")).await.unwrap(), Outcome::Fail);
    let signed = t.order(&order).await.signatures;
    assert_eq!(signed.iter().map(|s| s.meaning).collect::<Vec<_>>(), [Meaning::MainAnalyst, Meaning::Checker, Meaning::Reviewer, Meaning::Signatory]);
    let people: std::collections::BTreeSet<_> = signed.iter().map(|s| s.user).collect();
    assert_eq!(people.len(), 4);
    assert!(signed.iter().all(|s| s.content_hash == signed[0].content_hash && s.content_hash.len() == 64));

    // The case is there with its clocks, all written by that one act.
    let case = t.case_of(&sample).await;
    let (id, about) = (case.id.to_string(), case.subject());
    assert_eq!((case.no.as_str(), case.state, case.failing.as_slice()), ("HC2025-0001-LT", CaseState::Opened, &["腐霉利".to_owned()][..]));
    assert_eq!(rules(&t, &about).await, [RuleKey::D04, RuleKey::D20]);
    let (d04, d20) = (clock(&t, &about, RuleKey::D04).await, clock(&t, &about, RuleKey::D20).await);
    assert_eq!((d04.clock.due.due_on, d20.clock.due.due_on), (day("2025-06-12"), day("2025-09-08")));
    let entries = app.stage().newest_entries(50).await.unwrap();
    let mut verbs: Vec<&str> = entries.iter().filter(|e| e.seq > before).map(|e| e.verb.as_str()).collect();
    verbs.reverse();
    assert_eq!(verbs, ["order.approve", "clock.start", "case.open", "clock.start", "clock.start"]);

    t.assert_figures(at("2025-06-10T12:00")).await;

    // 报告
    let report = t.issued(&order).await;
    assert_eq!(report.number, format!("SY-{NO}"));
    let pdf = app.report_pdf(&report).await.unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 5_000);
    assert_eq!(report.pdf_sha256.as_deref(), Some(sha256_hex(&pdf).as_str()));
    assert_eq!(pdf, app.typeset(&serde_json::from_str(&report.content).unwrap()).unwrap(), "the archived bytes are those that its frozen facts give");
    let (found, replaced) = app.stage().report_by_code(&report.verify_code).await.unwrap().unwrap();
    assert_eq!((found.id, replaced), (report.id, None));
    assert!(app.stage().report_by_code("0000").await.unwrap().is_none());
    assert!(clock(&t, &subject, RuleKey::D02).await.clock.stopped_at.is_some());

    t.assert_figures(at("2025-06-10T18:00")).await;

    // 处置
    let enforcer = p.enforcer.actor();
    app.receive_case(&enforcer, &id, at("2025-06-11T09:00")).await.unwrap();
    assert_eq!(clock(&t, &about, RuleKey::D04).await.clock.stopped_at, Some(at("2025-06-11T09:00")));
    assert!(clock(&t, &about, RuleKey::D06).await.clock.stopped_at.is_none());
    let missing = codes(app.submit_case(&enforcer, &id, at("2025-06-11T09:05")).await);
    assert_eq!(missing.iter().filter(|c| **c == "CASE-BLOCK").count(), 7, "{missing:?}");

    t.fill(&id, Block::Start, at("2025-06-12T15:00")).await;
    assert_eq!(clock(&t, &about, RuleKey::D06).await.clock.stopped_at, Some(at("2025-06-12T12:00")));
    let d07 = clock(&t, &about, RuleKey::D07).await.clock;
    assert_eq!((d07.stopped_at, d07.due.due_on), (None, day("2025-06-23")));
    for block in [Block::Control, Block::Cause, Block::Rectify, Block::Penalty, Block::Transfer] {
        t.fill(&id, block, at("2025-06-17T10:00")).await;
    }
    // The last block without its evidence: the refusal names exactly what is missing.
    let seen = t.case(&id).await.revision;
    app.fill_block(&enforcer, &id, seen, Block::Publicity, block_fields(Block::Publicity), None, vec![], at("2025-06-17T11:00")).await.unwrap();
    assert_eq!(codes(app.submit_case(&enforcer, &id, at("2025-06-17T11:05")).await), ["CASE-EVIDENCE"]);
    let open = app.year(app.kpi_scope(2025).await.unwrap(), &Scope::District, at("2025-06-17T12:00")).await.unwrap().kpis;
    assert_eq!(open.disposal.numerator, 0);
    t.assert_figures(at("2025-06-17T12:00")).await;
    t.fill(&id, Block::Publicity, at("2025-06-17T12:00")).await;

    // One who had a hand in the case may not approve it.
    let chief = p.chief.actor();
    let seen = t.case(&id).await.revision;
    app.fill_block(&chief, &id, seen, Block::Risk, block_fields(Block::Risk), None, vec![], at("2025-06-17T14:00")).await.unwrap();
    app.submit_case(&enforcer, &id, at("2025-06-18T09:00")).await.unwrap();
    assert_eq!(codes(app.approve_case(&chief, &id, at("2025-06-18T10:00")).await), ["CASE-OWN"]);
    assert!(codes(app.approve_case(&enforcer, &id, at("2025-06-18T10:00")).await).contains(&"CASE-ROLE"));
    app.approve_case(&p.supervisor.actor(), &id, at("2025-06-19T09:00")).await.unwrap();
    assert_eq!(t.case(&id).await.state, CaseState::Closed);
    assert_eq!(clock(&t, &about, RuleKey::D20).await.clock.stopped_at, Some(at("2025-06-19T09:00")));

    // 指标
    let now = at("2025-12-31T18:00");
    t.assert_figures(now).await;
    let year = app.year(app.kpi_scope(2025).await.unwrap(), &Scope::District, now).await.unwrap();
    let k = &year.kpis;
    assert_eq!((k.disposal.numerator, k.disposal.denominator), (1, 1));
    assert!(k.disposal.display.contains("100"), "{}", k.disposal.display);
    assert_eq!(k.per_thousand.numerator, 1);
    assert_eq!(k.per_thousand.counted.iter().map(ToString::to_string).collect::<Vec<_>>(), std::slice::from_ref(&sample));
    assert_eq!((k.discovery.numerator, k.discovery.denominator), (1, 1));

    // 年报: the same bytes twice.
    let annual = shiyan_papers::district_pdf(app, 2025, Lang::Zh, None, now).await.unwrap();
    assert!(annual.starts_with(b"%PDF-") && annual.len() > 20_000);
    assert!(annual == shiyan_papers::district_pdf(app, 2025, Lang::Zh, None, now).await.unwrap(), "the annual report differs from one run to the next");
    t.assert_whole().await;
}

async fn a_conclusion_whose_clock_cannot_start_does_not_happen(t: TestApp) {
    let (sample, order) = t.received(NO).await;
    t.enter(&order, &["2.4", "未检出"], at("2025-06-06T10:00")).await;
    t.reviewed(&order, at("2025-06-09T10:00")).await;
    let side = t.side().await;
    // From here on the database takes one of the clocks D04 and D20, not both.
    side.must("CREATE UNIQUE INDEX sabotage ON clock (cancelled) WHERE rule IN ('D04', 'D20')").await;
    let head = t.app.stage().head().await.unwrap();
    t.app.approve_order(&t.people.signatory, &order, at("2025-06-10T10:00")).await.unwrap_err();
    assert_eq!(t.order(&order).await.state, OrderState::Reviewed);
    assert_eq!(t.order(&order).await.conclusion, None);
    assert_eq!(side.count("case_file").await, 0);
    assert_eq!(side.count("clock WHERE rule IN ('D04', 'D20', 'D25')").await, 0);
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    t.assert_broken("the index sabotage was not made by the program").await;
    side.must("DROP INDEX sabotage").await;
    t.assert_whole().await;
    assert_eq!(t.app.approve_order(&t.people.signatory, &order, at("2025-06-10T10:00")).await.unwrap(), Outcome::Fail);
    assert_eq!(rules(&t, &t.case_of(&sample).await.subject()).await, [RuleKey::D04, RuleKey::D20]);
    t.assert_whole().await;
}

async fn a_conforming_batch_opens_no_case(t: TestApp) {
    let (sample, order, outcome) = t.concluded(NO, &["0.2", "<0.01"]).await;
    assert_eq!(outcome, Outcome::Pass);
    t.issued(&order).await;
    assert_eq!(t.count_cases().await, 0);
    let subject = format!("sample:{sample}");
    // 合格: D03 instead of D04, and it ends with the report.
    assert!(clock(&t, &subject, RuleKey::D03).await.clock.stopped_at.is_some());
    let k = t.app.year(t.app.kpi_scope(2025).await.unwrap(), &Scope::District, at("2025-12-31T18:00")).await.unwrap().kpis;
    assert_eq!((k.per_thousand.numerator, k.discovery.numerator, k.disposal.denominator), (1, 0, 0));
    t.assert_whole().await;
}
