//! Orders, their items and signatures.

use super::*;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{SampleId, TestItemId, TestOrderId, UserId};
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_foundation::{Actor, Decimal, Instant, Label, NaiveDate, Refusal, Role, Scope, shanghai};
use shiyan_judgement::deciding::{Candidate, Deciding, NoVerdictWhy};
use shiyan_judgement::judging::{FoodFacts, StoredJudgement, Verdict};
use shiyan_judgement::limit::LimitUsed;
use shiyan_judgement::texts::{Texts, judge_item, judge_words};
use shiyan_statute::{DetectionKind, DetectionLimit, LimitRule};
use std::collections::BTreeSet;
use uuid::Uuid;

fn at(hour: u32) -> Instant {
    NaiveDate::from_ymd_opt(2026, 3, 9).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn actor(n: u128, role: Role) -> Actor {
    Actor { id: UserId(Uuid::from_u128(n)), name: format!("人员{n}"), roles: BTreeSet::from([role]), scope: Scope::District }
}
fn order() -> TestOrder {
    TestOrder {
        id: TestOrderId(Uuid::nil()),
        sample: SampleId(Uuid::nil()),
        kind: TaskKind::Supervisory,
        samplers: vec![(UserId(Uuid::from_u128(1)), "人员1".into()), (UserId(Uuid::from_u128(2)), "人员2".into())],
        state: OrderState::Testing,
        received_at: at(8),
        signatures: vec![],
        conclusion: None,
        in_force: None,
        returned: None,
        issued_at: None,
        report_due_on: at(8).date_naive(),
        reports_issued: 0,
        amending: None,
        package: None,
        demo: false,
        revision: 0,
    }
}
fn item(analyte: &str, raw: &str, kind: TaskKind) -> TestItem {
    let limit = LimitUsed {
        id: "L1".into(),
        version: 1,
        rule: LimitRule::Max { value: Decimal::new(2, 1) },
        unit: "mg/kg".into(),
        basis: "GB 2763-2021".into(),
        text: "≤0.2mg/kg".into(),
        lod_loq: Some(DetectionLimit { kind: DetectionKind::Loq, value: Decimal::new(1, 2), unit: "mg/kg".into(), note: String::new() }),
        dried: None,
    };
    let (understood, judgement) = judge_item(raw, "mg/kg", Some(&limit), None, kind);
    TestItem {
        id: TestItemId(Uuid::nil()),
        order: TestOrderId(Uuid::nil()),
        sample: SampleId(Uuid::nil()),
        position: 0,
        analyte: analyte.into(),
        group: "pesticide".into(),
        unit: "mg/kg".into(),
        method: "GB 23200.113".into(),
        limit: Some(limit),
        no_limit: None,
        raw: raw.into(),
        understood,
        judgement,
        decision: None,
        analyst: Some((UserId(Uuid::from_u128(3)), "人员3".into())),
        entered_at: Some(at(9)),
        worksheet: None,
        returned: None,
        label_claim: None,
        picked: None,
        food: None,
        peers: None,
        above_p99: None,
        carry_over: None,
        remark: String::new(),
        demo: false,
        revision: 1,
    }
}
fn signed_off(items: &[TestItem]) -> TestOrder {
    let order = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, items, "h", at(9)).unwrap();
    let order = order.forward(&actor(4, Role::Checker), OrderAction::Check, items, "h", at(10)).unwrap();
    let order = order.forward(&actor(5, Role::Reviewer), OrderAction::Review, items, "h", at(11)).unwrap();
    order.approve(&actor(6, Role::Signatory), items, &["*".into()], "h", at(12)).unwrap()
}
fn codes<T: std::fmt::Debug>(result: Result<T, Vec<Refusal>>) -> Vec<&'static str> {
    result.unwrap_err().iter().map(Refusal::code).collect()
}
#[test]
fn an_additive_that_was_used_asks_for_one_word_before_the_check() {
    let order = order();
    let of = |raw: &str| {
        let mut one = item("柠檬黄", raw, TaskKind::Supervisory);
        one.limit = Some(LimitUsed {
            rule: LimitRule::NotDetected { banned: false },
            basis: "GB 2760-2024(不得使用)".into(),
            unit: "g/kg".into(),
            ..one.limit.expect("a limit")
        });
        one.unit = "g/kg".into();
        one.claiming("", TaskKind::Supervisory)
    };
    let used = of("0.0154");
    assert_eq!(used.verdict(), Some(Verdict::Nonconforming));
    assert!(used.awaits_carry_over_word());
    let entered = TestOrder { state: OrderState::Entered, ..order };
    let codes = |items: &[TestItem]| -> Vec<&str> {
        entered.why_not(&actor(5, Role::Checker), OrderAction::Check, items, &[]).iter().map(|r| r.code()).filter(|c| *c == "LAB-CARRY-OVER").collect()
    };
    let submitted =
        TestOrder { state: OrderState::Testing, ..entered.clone() }.why_not(&actor(3, Role::Analyst), OrderAction::Submit, std::slice::from_ref(&used), &[]);
    assert!(submitted.iter().any(|r| r.code() == "LAB-CARRY-OVER"), "the analyst is asked first: {submitted:?}");
    assert_eq!(codes(std::slice::from_ref(&used)), ["LAB-CARRY-OVER"]);
    assert!(used.say_carry_over(&actor(3, Role::Analyst), "  ", at(10)).is_err());
    let said = used.say_carry_over(&actor(3, Role::Analyst), "配料表无着色剂，不属带入", at(10)).expect("said");
    assert_eq!((said.verdict(), said.awaits_carry_over_word()), (Some(Verdict::Nonconforming), false));
    assert!(codes(std::slice::from_ref(&said)).is_empty());
    // another result asks again
    assert!(said.enter(&actor(3, Role::Analyst), at(11), "0.02", String::new(), said.judgement.clone()).awaits_carry_over_word());
    let none = of("未检出");
    assert_eq!(none.verdict(), Some(Verdict::Conforming));
    assert!(!none.awaits_carry_over_word() && none.say_carry_over(&actor(3, Role::Analyst), "无须说明", at(10)).is_err());
}
/// An additive that must not be used, in a food; nothing of it known where the path is empty.
fn additive(analyte: &str, food: &str, ingredients: Option<&str>) -> TestItem {
    let category = CategoryPath::parse(food);
    let one = item(analyte, "", TaskKind::Supervisory);
    let limit = one.limit.clone().map(|l| LimitUsed {
        rule: LimitRule::NotDetected { banned: false },
        basis: "GB 2760-2024(不得使用)".into(),
        unit: "g/kg".into(),
        text: "不得使用".into(),
        lod_loq: None,
        ..l
    });
    let known = (!food.is_empty()).then(|| FoodFacts::of(&category, category.0.last().map_or("", String::as_str), ingredients));
    TestItem { limit, unit: "g/kg".into(), food: known, ..one }
}
#[test]
fn an_additive_is_judged_by_the_food_and_by_what_may_bring_it() {
    let kind = TaskKind::Supervisory;
    let judged = |food: &str, ingredients: Option<&str>| additive("山梨酸及其钾盐(以山梨酸计)", food, ingredients).judged("0.12", kind).1.expect("judged");
    let told = |j: &StoredJudgement| j.working.iter().map(|(zh, _)| zh.as_str()).collect::<Vec<_>>().join("\n");
    let noodles = judged("餐饮食品/凉皮", None);
    assert_eq!((noodles.verdict, noodles.needs_carry_over_word), (Verdict::Nonconforming, true), "{}", told(&noodles));
    assert!(told(&noodles).contains("在“餐饮食品/凉皮”中，天然本底 无"), "{}", told(&noodles));
    let pickled = judged("餐饮食品/凉皮", Some("小麦粉、水、榨菜"));
    assert_eq!((pickled.verdict, pickled.code.as_str(), pickled.needs_carry_over_word), (Verdict::NeedsPerson, "JUDGE-CARRY-OVER", false));
    assert!(told(&pickled).contains("记录的配料可能带入：榨菜"), "{}", told(&pickled));
    let plain = judged("餐饮食品/凉皮", Some("小麦粉、水"));
    assert_eq!(plain.verdict, Verdict::Nonconforming);
    assert!(told(&plain).contains("记录的配料不会带入"), "{}", told(&plain));
    let milk = judged("乳制品/液体乳/灭菌乳", None);
    assert_eq!((milk.verdict, milk.code.as_str()), (Verdict::NeedsPerson, "JUDGE-CARRY-OVER"));
    assert!(told(&milk).contains("在“乳制品/液体乳/灭菌乳”中，天然本底 不确定"), "{}", told(&milk));
    // an item of before says as before that the food may be any, until it is judged with what the sheet says
    let old = additive("山梨酸及其钾盐(以山梨酸计)", "", None);
    assert_eq!(old.judged("0.12", kind).1.map(|j| j.verdict), Some(Verdict::NeedsPerson));
    let stored = serde_json::to_string(&old).expect("json");
    assert!(!stored.contains("\"food\""), "an old row keeps its bytes and its hash");
    assert_eq!(serde_json::from_str::<TestItem>(&stored).expect("read"), old);
    let known = old.clone().of_food(additive("山梨酸", "餐饮食品/凉皮", None).food);
    assert_eq!((known.verdict(), known.revision), (old.verdict(), old.revision), "knowing alone judges nothing");
    assert_eq!(known.clone().of_food(None).food, known.food);
    assert_eq!(TestItem { raw: "0.12".into(), ..known }.claiming("", kind).verdict(), Some(Verdict::Nonconforming));
}
#[test]
fn the_bench_judges_as_the_words_do_whatever_the_food_and_its_ingredients() {
    let foods = ["", "餐饮食品/凉皮", "糕点/面包", "乳制品/液体乳/灭菌乳", "食用农产品/蔬菜/鳞茎类蔬菜/洋葱", "调味品/香辛料类/白芷", "酒类/蒸馏酒/白酒"];
    let lists = [None, Some("小麦粉、水"), Some("小麦粉、白砂糖、水"), Some("果酱、酱腌菜"), Some("山梨酸钾、甜蜜素"), Some("植物油、tbhq")];
    let items = [
        "山梨酸及其钾盐(以山梨酸计)",
        "苯甲酸及其钠盐(以苯甲酸计)",
        "二氧化硫残留量",
        "甜蜜素(以环己基氨基磺酸计)",
        "柠檬黄",
        "脱氢乙酸及其钠盐(以脱氢乙酸计)",
        "特丁基对苯二酚(TBHQ)",
        "三聚氰胺",
    ];
    let mut seen = BTreeSet::new();
    for (food, ingredients) in foods.iter().flat_map(|f| lists.iter().map(move |l| (*f, *l))) {
        for (analyte, value) in items.iter().flat_map(|i| ["0.12", "12", "未检出", "检出", "<0.005", "0.1~0.2"].map(|v| (*i, v))) {
            let one = additive(analyte, food, ingredients.filter(|_| !food.is_empty()));
            let words = Texts {
                item: analyte,
                result: value,
                limit: "不得使用",
                unit: Some("g/kg"),
                food: Some(food).filter(|f| !f.is_empty()),
                ingredients: ingredients.filter(|_| !food.is_empty()),
                ..Texts::default()
            };
            let by_words = judge_words(&words);
            let (_, judged) = one.judged(value, TaskKind::Supervisory);
            let judged = judged.expect("judged");
            let told = format!("{food} {ingredients:?} {analyte} {value}: {judged:?}\n{}", by_words.explain(shiyan_foundation::Lang::Zh));
            assert_eq!((judged.verdict, judged.code.as_str()), (by_words.verdict, by_words.reason.0.code), "{told}");
            assert_eq!(judged.needs_carry_over_word, by_words.needs_carry_over_word, "{told}");
            seen.insert((judged.verdict.code(), judged.needs_carry_over_word));
        }
    }
    assert!(seen.contains(&("nonconforming", true)) && seen.contains(&("needs_person", false)) && seen.contains(&("conforming", false)), "{seen:?}");
}
#[test]
fn a_typed_result_with_two_readings_goes_to_a_person() {
    let plan = LimitUsed {
        rule: LimitRule::ThreeClass { n: 5, c: 0, m: "10000".parse().expect("m"), upper: Some("100000".parse().expect("M")) },
        unit: "CFU/g".into(),
        ..item("菌落总数", "", TaskKind::Supervisory).limit.expect("a limit")
    };
    let of = |raw: &str| judge_item(raw, "CFU/g", Some(&plan), None, TaskKind::Supervisory).1.map(|j| (j.verdict, j.code));
    assert_eq!(of("12,500,900,800,700"), Some((Verdict::NeedsPerson, "JUDGE-READINGS".to_owned())));
    assert_eq!(of("12,500,15,000,800,700"), Some((Verdict::Nonconforming, "JUDGE-PLAN-ABOVE-C".to_owned())));
    assert_eq!(of("5份均<10"), Some((Verdict::Conforming, "JUDGE-PLAN-MET".to_owned())));
}
#[test]
fn four_people_sign_and_one_failing_item_fails_the_sample() {
    let items = [item("毒死蜱", "未检出", TaskKind::Supervisory), item("腐霉利", "2.4", TaskKind::Supervisory)];
    let done = signed_off(&items);
    let conclusion = done.conclusion.unwrap();
    assert_eq!((conclusion.outcome, done.signatures.len()), (Outcome::Fail, 4));
    assert_eq!(conclusion.zh, "经抽样检验，腐霉利不符合 GB 2763-2021 要求，检验结论为不合格。");
}
#[test]
fn nobody_signs_twice() {
    let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
    let entered = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &items, "h", at(9)).unwrap();
    assert_eq!(codes(entered.forward(&actor(3, Role::Checker), OrderAction::Check, &items, "h", at(9))), ["LAB-OWN-WORK"]);
    let checked = entered.forward(&actor(4, Role::Checker), OrderAction::Check, &items, "h", at(9)).unwrap();
    assert_eq!(codes(checked.forward(&actor(4, Role::Reviewer), OrderAction::Review, &items, "h", at(9))), ["LAB-OWN-WORK"]);
    // an analyst of one item who did not sign
    let mut items = items.to_vec();
    items[0].analyst = Some((UserId(Uuid::from_u128(5)), "人员5".into()));
    assert_eq!(codes(checked.forward(&actor(5, Role::Reviewer), OrderAction::Review, &items, "h", at(9))), ["LAB-OWN-WORK"]);
}
#[test]
fn a_sampler_never_tests_the_sample() {
    assert_eq!(codes(order().may_enter(&actor(1, Role::Analyst))), ["LAB-SAMPLER"]);
}
#[test]
fn what_is_unread_or_missing_is_not_submitted() {
    let unread = [item("腐霉利", "1 2", TaskKind::Supervisory), item("毒死蜱", " ", TaskKind::Supervisory)];
    assert_eq!(codes(order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &unread, "h", at(9))), ["LAB-EMPTY", "LAB-UNREAD"]);
    assert_eq!(codes(order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &[], "h", at(9))), ["LAB-NO-ITEMS"]);
    let reading = Deciding::Reading("1.2".into());
    let decided = unread[0].decide(&actor(5, Role::Reviewer), &reading, &[], "原始记录为1.2", TaskKind::Supervisory, at(10)).unwrap();
    assert_eq!((decided.verdict(), decided.raw.as_str()), (Some(Verdict::Nonconforming), "1 2"), "what was typed stays");
}
#[test]
fn a_person_overrules_no_verdict_of_the_machine() {
    let failing = item("腐霉利", "2.4", TaskKind::Supervisory);
    let held = Deciding::Held { verdict: Verdict::Conforming, source: "GB 2763-2021".into() };
    assert_eq!(failing.decide(&actor(5, Role::Reviewer), &held, &[], "改判为合格", TaskKind::Supervisory, at(10)).unwrap_err().code(), "LAB-DECIDE");
}
#[test]
fn a_claim_is_judged_at_once_and_again_with_every_result() {
    let plain = item("蛋白质", "0.1", TaskKind::Supervisory);
    assert_eq!(plain.verdict(), Some(Verdict::Conforming));
    let claimed = plain.claiming("≥0.15mg/kg", TaskKind::Supervisory);
    assert_eq!((claimed.verdict(), claimed.revision), (Some(Verdict::Nonconforming), 2));
    assert_eq!(claimed.label_claim.as_deref(), Some("≥0.15mg/kg"));
    assert_eq!(claimed.judged("0.16", TaskKind::Supervisory).1.unwrap().verdict, Verdict::Conforming);
    assert_eq!(claimed.judged("0.3", TaskKind::Supervisory).1.unwrap().code, "JUDGE-EXCEEDS");
    // a bare number leaves the tolerance to a person, whose decision falls when the claim changes
    let open = plain.claiming(" 0.1 ", TaskKind::Supervisory);
    assert_eq!((open.verdict(), open.label_claim.as_deref()), (Some(Verdict::NeedsPerson), Some(" 0.1 ")));
    let held = Deciding::Held { verdict: Verdict::Conforming, source: "GB 28050-2011 表2".into() };
    let decided = open.decide(&actor(5, Role::Reviewer), &held, &[], "按GB 28050判定", TaskKind::Supervisory, at(10)).unwrap();
    let back = decided.claiming("", TaskKind::Supervisory);
    assert_eq!((back.verdict(), back.decision, back.label_claim), (Some(Verdict::Conforming), None, None));
}
#[test]
fn another_limit_is_judged_at_once() {
    let before = item("腐霉利", "0.3", TaskKind::Supervisory);
    assert_eq!(before.verdict(), Some(Verdict::Nonconforming));
    let wider = LimitUsed { id: "L2".into(), rule: LimitRule::Max { value: Decimal::ONE }, ..before.limit.clone().unwrap() };
    let after = before.with_limit(Some(wider), None, TaskKind::Supervisory);
    assert_eq!((after.verdict(), after.revision, after.raw.as_str()), (Some(Verdict::Conforming), 2, "0.3"));
    let none = before.with_limit(None, Some(("没有".into(), "none".into())), TaskKind::Supervisory);
    assert_eq!((none.verdict(), none.judgement.unwrap().zh.as_str()), (Some(Verdict::NeedsPerson), "没有"));
    // an empty item takes the unit of its limit, one with a result does not
    let empty = TestItem { unit: String::new(), raw: String::new(), judgement: None, ..before.clone() };
    assert_eq!((empty.with_limit(before.limit.clone(), None, TaskKind::Supervisory).unit.as_str(), empty.judgement), ("mg/kg", None));
    let typed = TestItem { unit: String::new(), ..before.clone() };
    assert_eq!(typed.with_limit(before.limit.clone(), None, TaskKind::Supervisory).unit, "");
}
#[test]
fn risk_monitoring_has_problem_samples_not_failing_ones() {
    let items = [item("腐霉利", "2.4", TaskKind::RiskMonitoring)];
    assert_eq!(conclude(TaskKind::RiskMonitoring, &items, at(9)).outcome, Outcome::Problem);
}
#[test]
fn items_without_verdict_do_not_make_a_sample_pass() {
    let mut unknown = item("某项", "0.1", TaskKind::Supervisory);
    unknown.judgement = judge_item("0.1", "mg/kg", None, None, TaskKind::Supervisory).1;
    assert_eq!(conclude(TaskKind::Supervisory, std::slice::from_ref(&unknown), at(9)).outcome, Outcome::Undetermined);
    // not even beside one that conforms
    let beside = [item("酸价", "0.1", TaskKind::Supervisory), unknown];
    assert_eq!(conclude(TaskKind::Supervisory, &beside, at(9)).outcome, Outcome::Undetermined);
}
fn without_rule(analyte: &str, raw: &str, kind: TaskKind) -> TestItem {
    let none = Some(("两条限量同样接近".to_owned(), "Two limits are equally near".to_owned()));
    item(analyte, raw, kind).with_limit(None, none, kind)
}
fn candidates() -> Vec<Candidate> {
    let one = |id: &str, value: i64| Candidate {
        limit: LimitUsed {
            id: id.into(),
            rule: LimitRule::Max { value: Decimal::from(value) },
            text: format!("≤{value}mg/kg"),
            ..item("铅", "1", TaskKind::Supervisory).limit.expect("a limit")
        },
        doubt: ("待核实".to_owned(), "to be checked".to_owned()),
    };
    vec![one("L1", 5), one("L2", 100)]
}
#[test]
fn an_undecided_item_holds_the_order_from_submission_to_issue() {
    // 绿茶 铅 50, 联苯菊酯 99; 煎炸油 极性组分 35 beside 酸价 1.0: without a rule, and one that conforms beside it.
    let kind = TaskKind::Supervisory;
    let items = [item("酸价", "0.1", kind), without_rule("极性组分", "35", kind)];
    let gated = |state, role: Role, action, items: &[TestItem]| {
        let order = TestOrder { state, ..order() };
        order.why_not(&actor(9, role), action, items, &["*".into()]).iter().any(|r| r.code() == "LAB-NEEDS-PERSON")
    };
    let steps = [
        (OrderState::Testing, Role::Analyst, OrderAction::Submit),
        (OrderState::Entered, Role::Checker, OrderAction::Check),
        (OrderState::Checked, Role::Reviewer, OrderAction::Review),
        (OrderState::Reviewed, Role::Signatory, OrderAction::Approve),
        (OrderState::Approved, Role::ReportSender, OrderAction::Issue),
    ];
    // An order that was under way before this was asked for carries 不判定 of the machine: it is held as well.
    let mut old = items.clone();
    if let Some(judged) = &mut old[1].judgement {
        judged.verdict = Verdict::NoVerdict;
    }
    let why = NoVerdictWhy::NotSet;
    let none = Deciding::NoVerdict { why, source: "GB 2716-2018 全文".into() };
    let decided = items[1].decide(&actor(5, Role::Reviewer), &none, &[], "该标准没有此项", kind, at(10)).expect("decided");
    let done = [items[0].clone(), decided];
    for (state, role, action) in steps {
        assert!(gated(state, role, action, &items) && gated(state, role, action, &old), "{action:?}");
        assert!(!gated(state, role, action, &done), "{action:?}");
    }
    // It can be taken back from every state, to be decided and signed anew.
    assert!(TestOrder { state: OrderState::Approved, ..order() }.send_back(&actor(6, Role::Signatory), "有项目未判定").is_ok());
    let concluded = conclude(kind, &done, at(12));
    assert_eq!((concluded.outcome, concluded.zh.contains("（极性组分未作判定，不在本结论之内。）")), (Outcome::Pass, true), "{}", concluded.zh);
    assert!(concluded.en.contains("No verdict is given on 极性组分"), "{}", concluded.en);
    // 风险监测 without a limit by law has words of its own.
    let monitored = without_rule("某项", "35", TaskKind::RiskMonitoring);
    assert!(!monitored.undecided(TaskKind::RiskMonitoring) && monitored.verdict() == Some(Verdict::NoVerdict));
}
#[test]
fn somebody_who_did_not_test_it_picks_the_rule_and_the_machine_judges() {
    let kind = TaskKind::Supervisory;
    let open = without_rule("铅", "50", kind);
    let pick = |n: usize, who: u128| open.decide(&actor(who, Role::QualityManager), &Deciding::Rule { pick: n }, &candidates(), "茶叶按表1", kind, at(10));
    let failing = pick(0, 5).expect("picked");
    assert_eq!((failing.verdict(), failing.undecided(kind), failing.decision.is_none()), (Some(Verdict::Nonconforming), false, true));
    assert_eq!(pick(1, 5).expect("picked").verdict(), Some(Verdict::Conforming));
    assert_eq!(pick(0, 3).unwrap_err().code(), "LAB-OWN-WORK", "never its analyst");
    assert_eq!(pick(7, 5).unwrap_err().code(), "LAB-NO-CANDIDATE");
    // What was picked stands in the working, with what was in doubt, and stays when the result is corrected.
    let told = crate::report::working_of(&failing);
    assert!(told[0].0.contains("≤5mg/kg") && told[0].0.contains("人员5") && told[0].0.contains("两条限量同样接近"), "{told:?}");
    let (understood, judged) = failing.judged("1", kind);
    let corrected = failing.enter(&actor(3, Role::Analyst), at(11), "1", understood, judged);
    assert_eq!((corrected.verdict(), corrected.picked.is_some()), (Some(Verdict::Conforming), true));
    // Another limit taken over from the library ends it.
    assert_eq!(corrected.with_limit(None, None, kind).picked, None);
}
#[test]
fn nothing_is_called_conforming_by_hand_without_a_rule_and_a_source() {
    let kind = TaskKind::Supervisory;
    let by = |item: &TestItem, deciding: Deciding| item.decide(&actor(5, Role::Reviewer), &deciding, &[], "写明的理由", kind, at(10)).map(|i| i.verdict());
    let code = |item: &TestItem, deciding: Deciding| by(item, deciding).unwrap_err().code();
    let held = |verdict, source: &str| Deciding::Held { verdict, source: source.into() };
    let open = without_rule("铅", "50", kind);
    for verdict in [Verdict::Conforming, Verdict::Nonconforming, Verdict::Problem] {
        assert_eq!(code(&open, held(verdict, "GB 2762-2025")), "LAB-RULE-FIRST");
    }
    // Two readings of one text: one of them is named and judged; other digits are another result.
    let unread = item("腐霉利", "1 2", kind);
    assert_eq!(code(&unread, held(Verdict::Conforming, "GB 2763-2021")), "LAB-READING-FIRST");
    assert_eq!(code(&unread, Deciding::Reading("0.12".into())), "LAB-NOT-A-READING");
    assert_eq!(code(&unread, Deciding::Reading("0.1".into())), "LAB-NOT-A-READING");
    assert_eq!(code(&unread, Deciding::Reading("1 2".into())), "LAB-READING-OPEN");
    assert_eq!(by(&unread, Deciding::Reading("1.2".into())), Ok(Some(Verdict::Nonconforming)));
    let wide = item("腐霉利", "１　２", kind);
    assert_eq!((wide.verdict(), code(&wide, held(Verdict::Conforming, "GB 2763-2021"))), (Some(Verdict::NeedsPerson), "LAB-READING-FIRST"));
    // Words against words: a person compares, and says by what.
    let words = item("感官", "具有应有的色泽", kind);
    assert_eq!(words.verdict(), Some(Verdict::NeedsPerson));
    assert_eq!(code(&words, held(Verdict::Conforming, "无")), "LAB-SOURCE");
    assert_eq!(by(&words, held(Verdict::Conforming, "GB 2716-2018 3.2")), Ok(Some(Verdict::Conforming)));
    assert_eq!(code(&words, held(Verdict::NoVerdict, "GB 2716-2018")), "LAB-VERDICT");
    let none = |why| Deciding::NoVerdict { why, source: "原始记录 R-12".into() };
    assert_eq!(code(&words, none(NoVerdictWhy::NotSet)), "LAB-LIMIT-IS-SET");
    assert_eq!(by(&words, none(NoVerdictWhy::NotTested)), Ok(Some(Verdict::NoVerdict)));
}
#[test]
fn members_of_a_sum_entered_one_by_one_are_judged_by_what_they_come_to() {
    let kind = TaskKind::Supervisory;
    let of = |analyte: &str, raw: &str| {
        let blank = item(analyte, "", kind);
        let (understood, judgement) = blank.judged(raw, kind);
        blank.enter(&actor(3, Role::Analyst), at(9), raw, understood, judgement)
    };
    let verdicts = |items: &[TestItem]| -> Vec<Option<Verdict>> {
        let changed = judged_together(items, kind);
        items.iter().map(|i| changed.iter().find(|c| c.analyte == i.analyte).unwrap_or(i).verdict()).collect()
    };
    // limit 0.2 mg/kg for the sum
    let alone = of("恩诺沙星", "0.15");
    assert_eq!(verdicts(std::slice::from_ref(&alone)), [Some(Verdict::NeedsPerson)], "the other may lift it above");
    assert_eq!(verdicts(&[alone.clone(), of("环丙沙星", "0.1")]), [Some(Verdict::Nonconforming); 2]);
    assert_eq!(verdicts(&[alone.clone(), of("环丙沙星", "0.04")]), [Some(Verdict::Conforming); 2]);
    assert_eq!(verdicts(&[of("恩诺沙星", "0.3"), of("铅", "0.1")]), [Some(Verdict::Nonconforming), Some(Verdict::Conforming)]);
    // one corrected to nothing readable takes the sum away from both
    let judged = judged_together(&[alone.clone(), of("环丙沙星", "0.04")], kind);
    assert!(judged[0].judgement.as_ref().is_some_and(|j| j.working[0].0.contains("0.19")), "{:?}", judged[0].judgement);
    let back = [judged[0].clone(), of("环丙沙星", "1 2")];
    assert_eq!(verdicts(&back), [Some(Verdict::NeedsPerson); 2]);
}
#[test]
fn a_signatory_signs_only_inside_the_scope() {
    let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
    let order = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &items, "h", at(9)).unwrap();
    let order = order.forward(&actor(4, Role::Checker), OrderAction::Check, &items, "h", at(10)).unwrap();
    let order = order.forward(&actor(5, Role::Reviewer), OrderAction::Review, &items, "h", at(11)).unwrap();
    assert_eq!(codes(order.approve(&actor(6, Role::Signatory), &items, &["GB 5009".into()], "h", at(12))), ["LAB-SCOPE"]);
    assert_eq!(codes(order.approve(&actor(6, Role::Signatory), &items, &[], "h", at(12))), ["LAB-SCOPE"]);
    assert!(order.approve(&actor(6, Role::Signatory), &items, &["GB 23200".into()], "h", at(12)).is_ok());
}
#[test]
fn a_return_or_an_amendment_starts_the_whole_chain_again() {
    let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
    let entered = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &items, "h", at(9)).unwrap();
    let back = entered.send_back(&actor(4, Role::Checker), "平行样超差").unwrap();
    assert_eq!((back.state, back.signatures.len()), (OrderState::Testing, 0));
    let issued = signed_off(&items).issue(&actor(7, Role::ReportSender), &items, at(13)).unwrap();
    let amended = issued.amend(&actor(8, Role::QualityManager), "样品名称更正").unwrap();
    assert_eq!((amended.state, amended.in_force.as_ref().map(|c| c.outcome)), (OrderState::Testing, Some(Outcome::Pass)), "the issued report stays in force");
}
#[test]
fn every_pair_of_state_and_action_outside_the_table_is_refused() {
    let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
    let everybody = Actor { roles: Role::ALL.iter().copied().collect(), ..actor(99, Role::Admin) };
    // written by hand, apart from MOVES
    let legal = [
        "testing enter",
        "testing decide",
        "testing submit",
        "entered check",
        "entered return",
        "checked review",
        "checked return",
        "reviewed approve",
        "reviewed return",
        "approved issue",
        "approved return",
        "issued amend",
    ];
    for state in OrderState::ALL {
        for action in OrderAction::ALL {
            let order = TestOrder { state: *state, ..order() };
            let allowed = order.why_not(&everybody, *action, &items, &["*".into()]).is_empty();
            assert_eq!(allowed, legal.contains(&format!("{} {}", state.code(), action.code()).as_str()), "{state:?} {action:?}");
        }
    }
}
#[test]
fn an_order_that_is_moved_at_random_is_signed_as_far_as_it_stands() {
    let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
    let people: Vec<Actor> = [Role::Analyst, Role::Checker, Role::Reviewer, Role::Signatory, Role::ReportSender, Role::QualityManager]
        .into_iter()
        .zip(20..)
        .map(|(role, n)| actor(n, role))
        .collect();
    let mut seed: u32 = 7;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..300 {
        let mut order = order();
        for _ in 0..80 {
            let action = OrderAction::ALL[draw(OrderAction::ALL.len())];
            // mostly somebody whose duty it is
            let fit: Vec<&Actor> = people.iter().filter(|p| p.has_any(&MOVES.roles_in(order.state, action))).collect();
            let who = if fit.is_empty() || draw(5) == 0 { &people[draw(people.len())] } else { fit[draw(fit.len())] };
            let done = match action {
                OrderAction::Enter => order.may_enter(who).map(|()| order.clone()),
                OrderAction::Decide => order.may_decide(who).map(|()| order.clone()),
                OrderAction::Submit | OrderAction::Check | OrderAction::Review => order.forward(who, action, &items, "h", at(9)),
                OrderAction::Approve => order.approve(who, &items, &["*".into()], "h", at(10)),
                OrderAction::Issue => order.issue(who, &items, at(11)),
                OrderAction::Return => order.send_back(who, "平行样超差"),
                OrderAction::Amend => order.amend(who, "样品名称更正"),
            };
            let Ok(next) = done else { continue };
            assert_eq!(MOVES.to(order.state, action), Some(next.state), "{action:?}");
            assert!(who.has_any(&MOVES.roles_in(order.state, action)));
            seen.insert((order.state, action));
            let signed = match next.state {
                OrderState::Testing => 0,
                OrderState::Entered => 1,
                OrderState::Checked => 2,
                OrderState::Reviewed => 3,
                OrderState::Approved | OrderState::Issued => 4,
            };
            assert_eq!((next.signatures.len(), next.conclusion.is_some()), (signed, signed == 4), "{:?}", next.state);
            assert_eq!(next.reports_issued > 0, next.in_force.is_some());
            order = next;
        }
    }
    assert_eq!(seen.len(), MOVES.table.len(), "every move was walked");
}
