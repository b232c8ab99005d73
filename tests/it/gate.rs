//! Nothing passes unjudged: an item without a certain rule holds its order from submission to issue until somebody who did not test it
//! decides; and the rows of a standard are put to use with one signed statement.

use serde_json::json;
use shiyan_app::bench::TypedDecision;
use shiyan_app::packages::PackageWord;
use shiyan_foundation::Instant;
use shiyan_foundation::task::Outcome;
use shiyan_judgement::judging::Verdict;
use shiyan_judgement::limit::Dried;
use shiyan_lab_results::order::OrderAction;
use shiyan_lab_results::report::ReportOptions;
use shiyan_statute::{LimitRow, LimitRule, LimitStatus};
use shiyan_store::Who;
use shiyan_store::records::{ItemPackage, LimitRecord};
use shiyan_testkit::{PASSWORD, TestApp, at, codes};

use crate::http::{Browser, client, form, now};

shiyan_testkit::on_both_engines!(
    an_item_without_a_limit_is_decided_before_the_order_goes_on,
    two_limits_that_disagree_are_picked_from_by_somebody_else,
    an_order_that_was_under_way_before_is_held_as_well,
    many_limits_are_put_to_use_with_one_signed_statement,
    a_dried_food_above_the_fresh_limit_waits_for_its_rate,
    a_shipped_package_is_taken_only_after_it_was_checked,
);

const NO: &str = "XBJ25410105000000021";

fn decision(on: &str, source: &str, reason: &str) -> TypedDecision {
    TypedDecision { on: on.into(), source: source.into(), reason: reason.into(), ..TypedDecision::default() }
}

fn day(n: u32, hour: u32) -> Instant {
    at(&format!("2025-06-{n:02}T{hour:02}:00"))
}

/// 绿茶 铅 50: nothing in the library decides it, and the other items conform.
async fn an_item_without_a_limit_is_decided_before_the_order_goes_on(t: TestApp) {
    let p = &t.people;
    let (_, order) = t.received(NO).await;
    t.app.add_item(&p.analyst.actor(), &order, &shiyan_app::bench::TypedItem::new("虚构项目甲", "mg/kg", "GB 5009.1"), day(5, 9)).await.unwrap();
    t.enter(&order, &["未检出", "未检出", "50"], day(6, 10)).await;
    let item = t.items(&order).await[2].clone();
    assert_eq!(item.verdict(), Some(Verdict::NeedsPerson), "{:?}", item.judgement);
    assert!(codes(t.app.forward_order(&p.analyst.actor(), &order, OrderAction::Submit, day(6, 11)).await).contains(&"LAB-NEEDS-PERSON"));
    let id = item.id.to_string();
    let decide = async |who: &shiyan_store::records::UserAccount, typed: TypedDecision| t.app.decide_item(&who.actor(), &id, &typed, day(6, 12)).await;
    // Neither its analyst, nor without a source, nor a bare 合格, nor a limit that nobody offered.
    assert!(codes(decide(&p.analyst, decision("none:not_set", "GB 2762-2025 全文", "标准没有规定")).await).contains(&"LAB-ROLE"));
    assert_eq!(codes(decide(&p.reviewer, decision("none:not_set", " ", "标准没有规定")).await), ["LAB-SOURCE"]);
    assert_eq!(codes(decide(&p.reviewer, decision("conforming", "GB 2762-2025", "看起来合格")).await), ["LAB-RULE-FIRST"]);
    assert_eq!(codes(decide(&p.reviewer, decision("rule:L0001:1", "", "随便选一条")).await), ["LAB-NO-CANDIDATE"]);
    decide(&p.quality, decision("none:not_set", "GB 2762-2025 全文", "标准没有规定")).await.unwrap();
    t.reviewed(&order, day(9, 10)).await;
    assert_eq!(t.app.approve_order(&p.signatory, &order, day(10, 10)).await.unwrap(), Outcome::Pass);
    let concluded = t.order(&order).await.conclusion.unwrap();
    assert!(concluded.zh.ends_with("（虚构项目甲未作判定，不在本结论之内。）"), "{}", concluded.zh);
    assert!(!concluded.zh.contains("GB 2762"), "only what was judged by is cited: {}", concluded.zh);
    let report = t.app.issue_report(&p.sender.actor(), &order, ReportOptions { working: true, ..ReportOptions::default() }, day(10, 16)).await.unwrap();
    assert!(report.content.contains("标准没有规定") && report.content.contains("标准未规定该食品中该项目的限量"), "{}", report.content);
    t.assert_whole().await;
}

/// A second active limit of the same food, which the library cannot tell from the first.
async fn tie(t: &TestApp, analyte: &str) {
    let mut unit = t.app.stage().begin(day(1, 8)).await.unwrap();
    let leek = shiyan_statute::limits().iter().find(|r| r.id == "L0001").unwrap().clone();
    for (id, limit) in [("T0901", "0.5"), ("T0902", "100")] {
        let row = LimitRow {
            id: id.into(),
            analyte: analyte.into(),
            aliases: Vec::new(),
            rule: LimitRule::Max { value: limit.parse().unwrap() },
            effective_from: "2020-01-01".parse().unwrap(),
            effective_to: None,
            status: LimitStatus::Active,
            ..leek.clone()
        };
        let record = LimitRecord { row, activated_by: Some("示范质量负责人".into()), activated_at: Some(day(1, 8)), revision: 0 };
        unit.insert(&record, &Who::system("测试"), "limit.add", json!({})).await.unwrap();
    }
    unit.commit().await.unwrap();
}

/// 极性组分 35 beside 酸价 1.0, with two rows for 极性组分.
async fn two_limits_that_disagree_are_picked_from_by_somebody_else(t: TestApp) {
    let p = &t.people;
    tie(&t, "虚构项目乙").await;
    let (_, order) = t.received(NO).await;
    t.app.add_item(&p.analyst.actor(), &order, &shiyan_app::bench::TypedItem::new("虚构项目乙", "mg/kg", "GB 5009.1"), day(5, 9)).await.unwrap();
    t.enter(&order, &["未检出", "未检出", "35"], day(6, 10)).await;
    let item = t.items(&order).await[2].clone();
    assert!(item.limit.is_none() && item.verdict() == Some(Verdict::NeedsPerson), "{:?}", item.judgement);
    // The page shows both, with why each is in doubt.
    let site = client(&t.app, now).await;
    let page = Browser::login(&site, "reviewer", PASSWORD).await.get(&format!("/bench/{order}")).await.text();
    for shown in ["rule:T0901:1", "rule:T0902:1", "≤100", "同样接近"] {
        assert!(page.contains(shown), "{shown}");
    }
    let id = item.id.to_string();
    t.app.decide_item(&p.reviewer.actor(), &id, &decision("rule:T0901:1", "", "该食品适用较严的一条"), day(6, 12)).await.unwrap();
    let picked = t.items(&order).await[2].clone();
    assert_eq!((picked.verdict(), picked.limit.as_ref().map(|l| l.id.as_str())), (Some(Verdict::Nonconforming), Some("T0901")));
    t.reviewed(&order, day(9, 10)).await;
    assert_eq!(t.app.approve_order(&p.signatory, &order, day(10, 10)).await.unwrap(), Outcome::Fail);
    t.assert_whole().await;
}

/// 升级 an order that had gone as far as 待签发 with an item that nobody decided.
async fn an_order_that_was_under_way_before_is_held_as_well(t: TestApp) {
    let p = &t.people;
    let (_, order, outcome) = t.concluded(NO, &["未检出", "未检出"]).await;
    assert_eq!(outcome, Outcome::Pass);
    // As a program of before would have left it.
    let mut unit = t.app.stage().begin(day(10, 11)).await.unwrap();
    let mut item = t.items(&order).await[0].clone();
    item.limit = None;
    item.revision += 1;
    if let Some(judged) = &mut item.judgement {
        (judged.verdict, judged.code) = (Verdict::NoVerdict, "LIMIT-NONE".into());
    }
    unit.save(&item, &Who::system("测试"), "item.enter", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    assert!(codes(t.app.issue_report(&p.sender.actor(), &order, ReportOptions::default(), day(10, 16)).await).contains(&"LAB-NEEDS-PERSON"));
    t.app.return_order(&p.signatory.actor(), &order, "有项目没有判定", day(10, 17)).await.unwrap();
    let typed = decision("none:not_listed", "抽检细则2025版", "不在判定依据之内");
    t.app.decide_item(&p.quality.actor(), &item.id.to_string(), &typed, day(10, 18)).await.unwrap();
    t.reviewed(&order, day(11, 10)).await;
    assert_eq!(t.app.approve_order(&p.signatory, &order, day(11, 12)).await.unwrap(), Outcome::Pass);
    t.app.issue_report(&p.sender.actor(), &order, ReportOptions::default(), day(11, 16)).await.unwrap();
}

async fn many_limits_are_put_to_use_with_one_signed_statement(t: TestApp) {
    let site = client(&t.app, now).await;
    let quality = Browser::login(&site, "quality", PASSWORD).await;
    let csrf = quality.token_of_forms().await;
    let standards = t.app.standards_to_check(&t.people.quality.actor()).await.unwrap();
    let standard = standards.first().expect("a new laboratory has limits that wait").standard.clone();
    let lines = t.app.lines_to_check(&t.people.quality.actor(), &standard).await.unwrap();
    assert!(lines.len() > 3, "{standard}");
    let page = quality.get(&format!("/admin/limits/check?standard={}", crate::http::encoded(&standard))).await.text();
    assert!(page.contains(&lines[0].row.id) && page.contains("核对声明"));
    let ids: Vec<&str> = lines.iter().take(3).map(|l| l.row.id.as_str()).collect();
    let send = async |statement: &str, password: &str, ids: &[&str]| {
        let mut pairs = vec![("csrf", csrf.as_str()), ("standard", standard.as_str()), ("scope", "ticked"), ("to", "active")];
        pairs.extend([("statement", statement), ("password", password)]);
        pairs.extend(ids.iter().map(|id| ("id", *id)));
        quality.post_form("/admin/limits/check", form(&pairs)).await
    };
    let statement = "对照标准原文第3至5页逐行核对";
    for (said, password, rows, code) in [
        (statement, "wrong-password", &ids[..], "STEP-UP"),
        ("短", PASSWORD, &ids[..], "LIMIT-CHECK-STATEMENT"),
        (statement, PASSWORD, &[][..], "LIMIT-CHECK-ROWS"),
    ] {
        let refused = send(said, password, rows).await;
        assert!(refused.status.code == 422 && refused.text().contains(code), "{code}: {}", refused.status);
    }
    let active = async || t.app.limit_rows().await.unwrap().iter().filter(|r| ids.contains(&r.id.as_str()) && r.status == LimitStatus::Active).count();
    assert_eq!(active().await, 0, "nothing was put to use by a refused statement");
    assert_eq!(send(statement, PASSWORD, &ids).await.status.code, 303);
    assert_eq!(active().await, 3);
    let told = t.app.stage().timeline(&["limits:checked".to_owned()]).await.unwrap();
    assert_eq!((told.len(), &told[0].facts["statement"], &told[0].facts["count"]), (1, &json!(statement), &json!(3)));
    // Once: the same rows do not wait any more.
    assert!(send(statement, PASSWORD, &ids).await.text().contains("LIMIT-STATUS"));
    // Nobody else sees the page.
    assert_eq!(Browser::login(&site, "analyst", PASSWORD).await.get("/admin/limits/check").await.status.code, 404);
    t.assert_whole().await;
}

/// 干制品: above the limit of the fresh food nothing is silent, below it no rate is needed.
async fn a_dried_food_above_the_fresh_limit_waits_for_its_rate(t: TestApp) {
    let p = &t.people;
    let (_, order) = t.received(NO).await;
    let mut item = t.items(&order).await[0].clone();
    let limit = item.limit.as_mut().unwrap();
    limit.dried = Some(Dried { food: "干制食用菌".into(), basis: "GB 2762-2025".into(), rate: None });
    let LimitRule::Max { value: fresh } = limit.rule else { panic!("{limit:?}") };
    item.revision += 1;
    let mut unit = t.app.stage().begin(day(5, 9)).await.unwrap();
    unit.save(&item, &Who::system("测试"), "item.limit", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    t.enter(&order, &[&(fresh * shiyan_foundation::Decimal::from(3)).to_string(), "未检出"], day(6, 10)).await;
    let item = t.items(&order).await[0].clone();
    assert_eq!(item.judgement.as_ref().map(|j| (j.verdict, j.code.as_str())), Some((Verdict::NeedsPerson, "JUDGE-DRIED")));
    let site = client(&t.app, now).await;
    let page = Browser::login(&site, "reviewer", PASSWORD).await.get(&format!("/bench/{order}")).await.text();
    assert!(page.contains("value=\"dried\"") && page.contains("脱水率"), "the page asks for the rate");
    let id = item.id.to_string();
    let decide = async |typed: TypedDecision| t.app.decide_item(&p.reviewer.actor(), &id, &typed, day(6, 12)).await;
    let by_rate = |rate: &str| TypedDecision { rate: rate.into(), ..decision("dried", "水分检验记录 R-7", "按水分检验结果折算") };
    assert_eq!(codes(decide(decision("conforming", "GB 2762-2025", "看起来合格")).await), ["LAB-DRYING-FIRST"]);
    for rate in ["", "0", "100", "abc"] {
        assert_eq!(codes(decide(by_rate(rate)).await), ["LAB-DRYING-RATE"], "{rate}");
    }
    decide(by_rate("50%")).await.unwrap();
    assert_eq!(t.items(&order).await[0].verdict(), Some(Verdict::Nonconforming));
    decide(by_rate("80")).await.unwrap();
    assert_eq!(t.items(&order).await[0].verdict(), Some(Verdict::Conforming));
    t.reviewed(&order, day(9, 10)).await;
    assert_eq!(t.app.approve_order(&p.signatory, &order, day(10, 10)).await.unwrap(), Outcome::Pass);
    let report = t.app.issue_report(&p.sender.actor(), &order, ReportOptions { working: true, ..ReportOptions::default() }, day(10, 16)).await.unwrap();
    assert!(report.content.contains("按脱水率 80%"), "{}", report.content);
    t.assert_whole().await;
}

/// 项目包 of 2026: 待核对 until the quality manager signs that the printed rules say so.
async fn a_shipped_package_is_taken_only_after_it_was_checked(t: TestApp) {
    let p = &t.people;
    let all: Vec<ItemPackage> = t.app.stage().all().await.unwrap();
    let leek = all.iter().find(|p| p.waits() && p.category.text() == "食用农产品/蔬菜/韭菜").expect("a draft for leek").clone();
    assert!(leek.items.len() == 12 && leek.items.iter().all(|i| !i.basis.is_empty() && !i.method.is_empty()) && leek.source.contains("质量 A"));
    assert_eq!(t.app.receive_packages(day(4, 8)).await.unwrap(), 0, "they came with the first start, once");
    let (_, order) = t.received(NO).await;
    assert_eq!(t.order(&order).await.package.as_deref(), Some("韭菜"), "a draft is never taken at reception");
    let take = async || t.app.take_package(&p.analyst.actor(), &order, &leek.key, day(5, 9)).await;
    assert_eq!(codes(take().await), ["PACKAGE-DRAFT"]);

    let site = client(&t.app, now).await;
    let quality = Browser::login(&site, "quality", PASSWORD).await;
    let csrf = quality.token_of_forms().await;
    let address = format!("/admin/packages/{}", crate::http::encoded(&leek.key));
    let page = quality.get(&address).await.text();
    assert!(page.contains("待核对") && page.contains("核对声明") && page.contains("GB 2763.1"));
    let send = async |to: &str, statement: &str, password: &str| {
        let pairs = [("csrf", csrf.as_str()), ("to", to), ("statement", statement), ("password", password)];
        quality.post_form(&format!("{address}/check"), form(&pairs)).await
    };
    for (statement, password, code) in [("对照细则第34类逐项核对", "wrong-password", "STEP-UP"), ("短", PASSWORD, "LIMIT-CHECK-STATEMENT")] {
        let refused = send("use", statement, password).await;
        assert!(refused.status.code == 422 && refused.text().contains(code), "{code}: {}", refused.status);
    }
    let word = PackageWord { accept: true, text: "对照细则第34类逐项核对", password: PASSWORD };
    assert!(!codes(t.app.check_package(&p.analyst, "x", &leek.key, word, day(5, 10)).await).is_empty(), "never the analyst");
    assert_eq!(send("use", "对照细则第34类逐项核对", PASSWORD).await.status.code, 303);
    assert!(quality.get(&address).await.text().contains("对照细则第34类逐项核对"));
    assert_eq!(codes(t.app.check_package(&p.quality, "x", &leek.key, word, day(5, 11)).await), ["PACKAGE-STATE"]);
    let before = t.items(&order).await.len();
    let added = take().await.unwrap();
    assert_eq!(t.items(&order).await.len(), before + added);
    assert!(added >= 10, "{added}");
    assert_eq!(codes(take().await), ["LAB-ITEM-TWICE"]);
    t.assert_whole().await;
}
