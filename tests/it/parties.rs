//! 主体名录 who was sampled, as a noun: a credit code links a sheet and changes no word of it; what looks alike is offered, never merged by itself;
//! a street sees its own.

use rocket::http::Status;
use shiyan_app::Error;
use shiyan_app::intake::parties::{Picked, TypedLinks, TypedTurn};
use shiyan_app::rapid::TypedReading;
use shiyan_app::read::{PartyFilter, Search};
use shiyan_foundation::ids::SampleId;
use shiyan_foundation::{Actor, Role, Scope};
use shiyan_sample_intake::Sample;
use shiyan_sample_intake::parties::credit::credit_code;
use shiyan_sample_intake::parties::{Turn, TypedMarket, TypedOperator, TypedProducer};
use shiyan_store::records::SampleRecord;
use shiyan_testkit::people::{OTHER_STREET, STREET};
use shiyan_testkit::sheet::leek;
use shiyan_testkit::{PASSWORD, TestApp, at, codes, person, upload};

use crate::http::{Browser, client, encoded, now};

shiyan_testkit::on_both_engines!(
    a_known_credit_code_links_the_sheet_and_no_word_of_it_changes,
    what_looks_alike_is_offered_and_a_person_decides,
    a_merged_entry_leaves_its_history_to_the_other,
    a_street_sees_its_own_operators_and_of_a_history_its_own_samples,
    whoever_tests_blind_learns_of_no_operator,
    a_form_sent_twice_makes_one_operator_and_an_old_page_saves_nothing,
    a_stall_keeps_its_readings_with_whoever_held_it,
    the_sheet_is_filled_from_the_register_without_a_script,
    sheets_of_before_are_registered_by_their_code_alone,
    the_search_finds_operators_and_producers,
);

const NO: &str = "XBJ25410105000000001";

fn code_of(n: usize) -> String {
    credit_code(&format!("92410105MA{n:07}")).unwrap()
}
/// The operator of the sheets of the tests.
fn shop() -> TypedOperator {
    TypedOperator::of_sheet(&leek("x", &[]))
}
fn named(name: &str, street: &str, code: &str) -> TypedOperator {
    TypedOperator { name: name.into(), street: street.into(), uscc: code.into(), ..shop() }
}
async fn sample(t: &TestApp, id: &str) -> SampleRecord {
    t.app.stage().sample(id, &Scope::District).await.unwrap().unwrap()
}
async fn turn(t: &TestApp, actor: &Actor, id: &str, what: Turn, into: &str, seen: i64) -> Result<(), Error> {
    let typed = TypedTurn { seen, reason: "测试登记重复".into(), into: into.into() };
    t.app.turn_operator(actor, id, what, &typed, now()).await
}

async fn a_known_credit_code_links_the_sheet_and_no_word_of_it_changes(t: TestApp) {
    let (p, app) = (&t.people, &t.app);
    let officer = p.enforcer.actor();
    let before = t.sampled("XBJ25410105000000009").await;
    assert!(sample(&t, &before).await.sample.parties.is_empty(), "nobody knows the code yet");
    let id = app.add_operator(&officer, &shop(), at("2025-06-03T08:00")).await.unwrap();

    // Typed in lower case and with a space: the same code.
    let mut sheet = leek(NO, &[&p.sampler, &p.sampler2]);
    let typed = format!("{} {}", &sheet.get("uscc")[..6], &sheet.get("uscc")[6..]).to_lowercase();
    sheet.set("uscc", typed.as_str());
    sheet.set("site_name", "招牌上另写的名字");
    let draft = app.begin_sheet(&p.sampler.actor(), sheet.clone(), None, at("2025-06-03T15:00")).await.unwrap().to_string();
    assert_eq!(sample(&t, &draft).await.sample.parties.operator, Some(id));
    app.submit_sheet(&p.sampler.actor(), &draft, at("2025-06-03T16:00")).await.unwrap();
    let linked = sample(&t, &draft).await;
    assert_eq!((linked.sample.parties.operator, &linked.sample.sheet), (Some(id), &sheet), "as printed");

    // The noun is put right; the sheet is not.
    let typed = TypedOperator { name: "虚构超市（更名）".into(), address: "虚构路99号".into(), ..shop() };
    app.edit_operator(&officer, &id.to_string(), 0, &typed, now()).await.unwrap();
    assert_eq!(sample(&t, &draft).await, linked, "not a byte");
    let page = app.read_operator(&officer, &id.to_string()).await.unwrap();
    assert_eq!((page.operator.name.as_str(), page.samples.len()), ("虚构超市（更名）", 1));
    assert_eq!(page.samples[0].site_name, "招牌上另写的名字");
    assert_eq!(page.timeline.iter().map(|e| e.verb.as_str()).collect::<Vec<_>>(), ["operator.add", "operator.change"]);

    // The sheet of before is linked by hand, and only to whom its own code allows.
    let other = app.add_operator(&officer, &named("另一家", STREET, &code_of(2)), now()).await.unwrap();
    let revision = sample(&t, &before).await.sample.revision;
    let link = |operator: String| TypedLinks { operator, ..TypedLinks::default() };
    assert_eq!(codes(app.link_sample(&officer, &before, revision, &link(other.to_string()), now()).await), ["PARTY-OTHER-CODE"]);
    app.link_sample(&officer, &before, revision, &link(id.to_string()), now()).await.unwrap();
    assert_eq!(codes(app.link_sample(&officer, &before, revision, &link(String::new()), now()).await), ["RACE"], "somebody was faster");
    assert_eq!(sample(&t, &before).await.sample.parties.operator, Some(id));
    assert_eq!(codes(app.link_sample(&p.planner.actor(), &before, revision + 1, &link(String::new()), now()).await), ["ADMIN-ROLE"]);
    t.assert_whole().await;
}

async fn what_looks_alike_is_offered_and_a_person_decides(t: TestApp) {
    let (app, officer) = (&t.app, t.people.enforcer.actor());
    app.add_operator(&officer, &named("虚构超市", STREET, ""), now()).await.unwrap();
    let like = named(" 虚构 超市（个体工商户）", STREET, "");
    assert_eq!(codes(app.add_operator(&officer, &like, now()).await), ["PARTY-ALIKE"]);
    app.add_operator(&officer, &TypedOperator { another: true, ..like }, now()).await.unwrap();
    // A code has one entry, and no tick makes a second one of it.
    let coded = named("虚构商店", STREET, &code_of(3));
    app.add_operator(&officer, &coded, now()).await.unwrap();
    for name in ["虚构商店", "改了名"] {
        let twice = TypedOperator { another: true, name: name.into(), ..coded.clone() };
        assert_eq!(codes(app.add_operator(&officer, &twice, now()).await), ["PARTY-CODE-TAKEN"]);
    }
    // Whose entry lies in another street is not told by name.
    let elsewhere = TypedOperator { street: OTHER_STREET.into(), ..coded };
    assert_eq!(codes(app.add_operator(&t.people.other_enforcer.actor(), &elsewhere, now()).await), ["PARTY-CODE-ELSEWHERE"]);
    for (code, typed) in [("SHEET-USCC", format!("{}0", &code_of(4)[..17])), ("CREDIT-LETTER", code_of(4).replace('0', "O")), ("CREDIT-LENGTH", "123".into())] {
        let typed = if code == "SHEET-USCC" && credit_code(&code_of(4)[..17]).unwrap() == typed { format!("{}1", &code_of(4)[..17]) } else { typed };
        assert_eq!(codes(app.add_operator(&officer, &named("坏代码", STREET, &typed), now()).await), [code], "{typed}");
    }
    let maker =
        |permit: &str| TypedProducer { name: "虚构食品厂".into(), region: "虚构省".into(), permit_no: permit.into(), ..TypedProducer::default() };
    let sampler = t.people.sampler.actor();
    app.add_producer(&sampler, &maker("SC10000000000001"), now()).await.unwrap();
    app.add_producer(&sampler, &maker("SC10000000000002"), now()).await.unwrap();
    assert_eq!(codes(app.add_producer(&sampler, &maker("sc 1000 0000 0000 01"), now()).await), ["PARTY-ALIKE"]);
    assert_eq!(app.read_operators(&officer, &PartyFilter::default()).await.unwrap().total, 3);
    t.assert_whole().await;
}

async fn a_merged_entry_leaves_its_history_to_the_other(t: TestApp) {
    let (app, officer) = (&t.app, t.people.enforcer.actor());
    let first = app.add_operator(&officer, &shop(), at("2025-06-03T08:00")).await.unwrap().to_string();
    let (sheet, _, case) = t.failing(NO).await;
    let second = app.add_operator(&officer, &named("虚构超市", STREET, ""), now()).await.unwrap().to_string();
    let third = app.add_operator(&officer, &named("虚构商场", STREET, ""), now()).await.unwrap().to_string();
    assert_eq!(codes(turn(&t, &officer, &first, Turn::Merge, &first, 0).await), ["PARTY-MERGE"]);
    assert_eq!(codes(turn(&t, &officer, &first, Turn::Merge, "nobody", 0).await), ["PARTY-UNKNOWN"]);
    turn(&t, &officer, &first, Turn::Merge, &second, 0).await.unwrap();
    // What was merged goes along when the other is merged itself, so that one step always leads to the entry that stands.
    turn(&t, &officer, &second, Turn::Merge, &third, 0).await.unwrap();
    assert_eq!(codes(turn(&t, &officer, &first, Turn::Merge, &third, 2).await), ["PARTY-STATE"]);
    assert_eq!(codes(app.edit_operator(&officer, &first, 2, &shop(), now()).await), ["PARTY-STATE"]);
    let page = app.read_operator(&officer, &third).await.unwrap();
    assert_eq!((page.within.len(), page.samples.len(), page.cases.len()), (2, 1, 1));
    assert_eq!((page.samples[0].id.as_str(), page.cases[0].id.clone()), (sheet.as_str(), case.id.to_string()));
    assert_eq!(sample(&t, &sheet).await.sample.parties.operator.unwrap().to_string(), first, "the sheet keeps the link it was given");
    // A new sheet with the code of the merged one belongs to the entry that stands for it.
    let next = t.sampled("XBJ25410105000000002").await;
    assert_eq!(sample(&t, &next).await.sample.parties.operator.unwrap().to_string(), third);
    turn(&t, &officer, &third, Turn::Close, "", 0).await.unwrap();
    assert!(app.offered_operators(&officer, "虚构").await.unwrap().is_empty(), "what is closed is offered no more");
    turn(&t, &officer, &third, Turn::Reopen, "", 1).await.unwrap();
    assert_eq!(app.offered_operators(&officer, "虚构").await.unwrap().len(), 1);
    t.assert_whole().await;
}

async fn a_street_sees_its_own_operators_and_of_a_history_its_own_samples(t: TestApp) {
    let (p, app) = (&t.people, &t.app);
    let (mine, other) = (p.enforcer.actor(), p.other_enforcer.actor());
    let id = app.add_operator(&mine, &shop(), at("2025-06-03T08:00")).await.unwrap().to_string();
    assert_eq!(codes(app.add_operator(&mine, &named("外街", OTHER_STREET, ""), now()).await), ["SCOPE-BEYOND"]);
    let maker = TypedProducer { name: "虚构食品厂".into(), region: "虚构省".into(), ..TypedProducer::default() };
    let producer = app.add_producer(&p.sampler.actor(), &maker, now()).await.unwrap().to_string();
    let place =
        TypedMarket {
            name: "虚构农贸市场".into(), kind: "农贸市场".into(), opener: "虚构公司".into(), street: STREET.into(), address: "虚构路2号".into()
        };
    let market = app.add_market(&mine, &place, now()).await.unwrap().to_string();
    let stall = app.add_stall(&mine, &market, "001", now()).await.unwrap().to_string();
    let (sheet, ..) = t.failing(NO).await;
    let typed = TypedLinks { operator: id.clone(), producer: producer.clone(), market: market.clone(), stall: "001".into() };
    let revision = sample(&t, &sheet).await.sample.revision;
    app.link_sample(&mine, &sheet, revision, &typed, now()).await.unwrap();
    let page = app.read_operator(&mine, &id).await.unwrap();
    assert_eq!((page.samples.len(), page.cases.len()), (1, 1));
    assert_eq!(app.read_market(&mine, &market).await.unwrap().samples.len(), 1);
    assert_eq!(app.read_stall(&mine, &stall, "").await.unwrap().samples.len(), 1);

    // The officer of another street: no list, no page, no offer, nothing to change; of the producer the page without the street's samples.
    assert!(app.read_operators(&other, &PartyFilter::default()).await.unwrap().rows.is_empty());
    assert!(app.offered_operators(&other, "虚构").await.unwrap().is_empty());
    assert!(matches!(app.read_operator(&other, &id).await, Err(Error::NotFound)));
    assert!(matches!(app.read_market(&other, &market).await, Err(Error::NotFound)));
    assert!(matches!(app.read_stall(&other, &stall, "").await, Err(Error::NotFound)));
    assert!(matches!(app.edit_operator(&other, &id, 0, &shop(), now()).await, Err(Error::NotFound)));
    assert!(matches!(turn(&t, &other, &id, Turn::Close, "", 0).await, Err(Error::NotFound)));
    assert!(matches!(app.add_stall(&other, &market, "2", now()).await, Err(Error::NotFound)));
    assert!(matches!(app.link_sample(&other, &sheet, revision + 1, &TypedLinks::default(), now()).await, Err(Error::NotFound)));
    let page = app.read_producer(&other, &producer).await.unwrap();
    assert_eq!((page.samples.len(), page.cases.len()), (0, 0));
    assert_eq!(app.read_producer(&mine, &producer).await.unwrap().samples.len(), 1);
    // A sampler of the laboratory that tested it knows the operator; one of another laboratory does not. Neither keeps the register.
    for (lab, sees) in [(p.lab, true), (p.other_lab, false)] {
        let sampler = person("lab-sampler", "抽样丁", &[Role::Sampler], Scope::Lab(lab)).actor();
        assert_eq!(app.read_operator(&sampler, &id).await.is_ok(), sees);
        assert_eq!(codes(app.add_operator(&sampler, &shop(), now()).await), ["SCOPE-BEYOND"]);
    }
    // Names of persons are for whoever deals with the operator.
    let named = TypedOperator { legal_rep: "虚构某某".into(), ..shop() };
    app.edit_operator(&mine, &id, 0, &named, now()).await.unwrap();
    assert_eq!(app.read_operator(&mine, &id).await.unwrap().operator.legal_rep, "虚构某某");
    assert_eq!(app.read_operator(&p.supervisor.actor(), &id).await.unwrap().operator.legal_rep, "****");
    t.assert_whole().await;
}

async fn whoever_tests_blind_learns_of_no_operator(t: TestApp) {
    let (p, app) = (&t.people, &t.app);
    let id = app.add_operator(&p.enforcer.actor(), &shop(), at("2025-06-03T08:00")).await.unwrap().to_string();
    let (sheet, _) = t.received(NO).await;
    let blind = p.analyst.actor();
    let page = app.read_sample(&blind, &sheet).await.unwrap();
    assert!(page.record.sample.parties.is_empty() && page.parties.operator.is_none());
    assert!(matches!(app.read_operator(&blind, &id).await, Err(Error::NotFound)));
    let site = client(&t.app, now).await;
    let analyst = Browser::login(&site, "analyst", PASSWORD).await;
    let sampler = Browser::login(&site, "sampler", PASSWORD).await;
    for path in ["/parties/operators", "/parties/producers", "/parties/markets", &format!("/parties/operators/{id}"), &format!("/samples/{sheet}/link")] {
        assert_eq!(analyst.get(path).await.status, Status::NotFound, "{path}");
        assert_eq!(sampler.get(path).await.status, Status::Ok, "{path}");
    }
    assert!(!analyst.get(&format!("/samples/{sheet}")).await.text().contains("/parties/"));
    assert!(sampler.get(&format!("/samples/{sheet}")).await.text().contains(&format!("/parties/operators/{id}")));
}

async fn a_form_sent_twice_makes_one_operator_and_an_old_page_saves_nothing(t: TestApp) {
    let site = client(&t.app, now).await;
    let sampler = Browser::login(&site, "sampler", PASSWORD).await;
    let page = sampler.get("/parties/operators/new").await;
    let key = page.text().split("name=\"idempotency\" value=\"").nth(1).and_then(|r| r.split('"').next()).unwrap().to_owned();
    let body =
        format!("csrf={}&idempotency={key}&name={}&street={STREET}&address={}&uscc={}", page.csrf(), encoded("虚构超市"), encoded("虚构路1号"), code_of(5));
    let first = sampler.post_form("/parties/operators/new", body.clone()).await;
    assert_eq!(first.status, Status::SeeOther, "{}", first.text());
    let second = sampler.post_form("/parties/operators/new", body.clone()).await;
    assert_eq!((second.status, second.header("Location")), (Status::SeeOther, first.header("Location")), "the first answer");
    let third = sampler.post_form("/parties/operators/new", body.replace(&key, "another-key")).await;
    assert!(third.status == Status::UnprocessableEntity && third.text().contains("PARTY-CODE-TAKEN"), "{}", third.text());
    assert!(third.text().contains("虚构路1号"), "what was typed stands in the form");
    assert_eq!(t.side().await.count("operator").await, 1);
    // Two people with the same page open: the second one is told.
    let at = first.header("Location").to_owned();
    let change = |name: &str| format!("csrf={}&rev=0&name={}&street={STREET}&address={}", page.csrf(), encoded(name), encoded("虚构路1号"));
    assert_eq!(sampler.post_form(&format!("{at}/edit"), change("甲")).await.status, Status::SeeOther);
    let late = sampler.post_form(&format!("{at}/edit"), change("乙")).await;
    assert_eq!(late.status, Status::Conflict, "{}", late.text());
    assert!(sampler.get(&at).await.text().contains("<h1>甲</h1>"));
    t.assert_whole().await;
}

async fn a_stall_keeps_its_readings_with_whoever_held_it(t: TestApp) {
    let (p, app) = (&t.people, &t.app);
    let officer = p.enforcer.actor();
    let began = at("2025-06-01T09:00");
    let first = app.add_operator(&officer, &named("甲菜店", STREET, &code_of(6)), began).await.unwrap();
    let second = app.add_operator(&officer, &named("乙菜店", STREET, &code_of(7)), began).await.unwrap();
    let place =
        TypedMarket {
            name: "虚构农贸市场".into(), kind: "农贸市场".into(), opener: "虚构公司".into(), street: STREET.into(), address: "虚构路2号".into()
        };
    let market = app.add_market(&officer, &place, began).await.unwrap();
    assert_eq!(codes(app.add_market(&officer, &TypedMarket { name: " 虚构农贸 市场".into(), ..place }, began).await), ["PARTY-MARKET"]);
    let stall = app.add_stall(&officer, &market.to_string(), "a-1", began).await.unwrap();
    assert_eq!(codes(app.add_stall(&officer, &market.to_string(), " A-1 ", began).await), ["PARTY-STALL"]);
    app.hand_stall(&officer, &stall.to_string(), 0, &first.to_string(), "2025-06-01", began).await.unwrap();
    let typed = |stall: &str, mark: &str| TypedReading {
        stall: stall.into(),
        food: "韭菜".into(),
        method: "GB/T 5009.199-2003".into(),
        value: "72".into(),
        photo: Some(upload(mark)),
        ..TypedReading::default()
    };
    let reading = app.enter_reading(&p.operator.actor(), typed("A-1", "a"), at("2025-06-03T08:00")).await.unwrap();
    assert_eq!((reading.stall_id, reading.stall.as_str()), (Some(stall), "A-1"));
    let again = TypedReading { retest_of: Some(reading.id.to_string()), value: "68".into(), ..typed("A-1", "d") };
    app.enter_reading(&p.operator.actor(), again, at("2025-06-03T08:05")).await.unwrap();
    let unknown = app.enter_reading(&p.operator.actor(), typed("无此摊", "b"), at("2025-06-03T08:10")).await.unwrap();
    assert_eq!((unknown.stall_id, unknown.stall.as_str()), (None, "无此摊"), "free text stays what it is");
    assert_eq!(codes(app.hand_stall(&officer, &stall.to_string(), 1, &second.to_string(), "2025-05-01", now()).await), ["PARTY-HANDED"]);
    app.hand_stall(&officer, &stall.to_string(), 1, &second.to_string(), "2025-06-10", now()).await.unwrap();
    app.enter_reading(&p.operator.actor(), typed("a-1", "c"), at("2025-06-11T08:00")).await.unwrap();
    let count = async |id: shiyan_foundation::ids::OperatorId| app.read_operator(&officer, &id.to_string()).await.unwrap().readings.len();
    assert_eq!((count(first).await, count(second).await), (2, 1), "each has those of its own days");
    assert_eq!(app.read_stall(&officer, &stall.to_string(), "").await.unwrap().readings.len(), 3);
    // The confirmatory sheet names whoever held the stall on the day of the reading.
    let draft = app.send_positive_to_lab(&p.enforcer.actor(), &reading.id.to_string(), now()).await.unwrap().to_string();
    let Sample { parties, sheet, .. } = sample(&t, &draft).await.sample;
    assert_eq!((parties.operator, parties.market, parties.stall, sheet.get("site_name")), (Some(first), Some(market), Some(stall), "甲菜店"));
    // A sheet with the code, the market and the number of the stall is linked to the stall as well.
    let mut typed = leek(NO, &[&p.sampler, &p.sampler2]);
    for (key, text) in [("uscc", code_of(7).as_str()), ("stall", "A-1")] {
        typed.set(key, text);
    }
    let id: SampleId = app.begin_sheet(&p.sampler.actor(), typed, None, now()).await.unwrap();
    let linked = sample(&t, &id.to_string()).await.sample.parties;
    assert_eq!((linked.operator, linked.market, linked.stall), (Some(second), Some(market), Some(stall)));
    t.assert_whole().await;
}

async fn the_sheet_is_filled_from_the_register_without_a_script(t: TestApp) {
    let (p, app) = (&t.people, &t.app);
    let typed = TypedOperator { legal_rep: "虚构某某".into(), permit_kind: "食品经营许可证".into(), permit_no: "JY10000000000001".into(), ..shop() };
    let id = app.add_operator(&p.sampler.actor(), &TypedOperator { uscc: String::new(), ..typed }, now()).await.unwrap();
    let site = client(&t.app, now).await;
    let sampler = Browser::login(&site, "sampler", PASSWORD).await;
    let csrf = sampler.get("/samples/new").await.csrf();
    let heads = || async { t.app.stage().head().await.unwrap() };
    let head = heads().await;
    let found =
        sampler.post_form("/samples/new", format!("csrf={csrf}&button=find-operator&site_name={}&name={}", encoded("农贸市场甲"), encoded("韭菜"))).await;
    assert_eq!(found.status, Status::Ok);
    assert!(found.text().contains(&format!("name=\"operator_pick\" value=\"{id}\"")) && found.text().contains("value=\"韭菜\""), "{}", found.text());
    let taken = sampler.post_form("/samples/new", format!("csrf={csrf}&button=take-operator&operator_pick={id}&name={}", encoded("韭菜"))).await;
    for text in ["虚构农贸市场甲001号", "JY10000000000001", "虚构某某", "虚构路2号", &format!("name=\"operator\" value=\"{id}\" checked")] {
        assert!(taken.text().contains(text), "{text}");
    }
    assert_eq!(heads().await, head, "looking and filling saves nothing");
    let saved =
        sampler.post_form("/samples/new", format!("csrf={csrf}&button=draft&operator={id}&name={}&site_name={}", encoded("韭菜"), encoded("改过的名字"))).await;
    assert_eq!(saved.status, Status::SeeOther);
    let draft = saved.header("Location").split('/').nth(2).unwrap().to_owned();
    let record = sample(&t, &draft).await;
    assert_eq!((record.sample.parties.operator, record.sample.sheet.get("site_name")), (Some(id), "改过的名字"), "filled and still editable");
    assert!(sampler.get(&format!("/samples/{draft}/sheet")).await.text().contains(&format!("/parties/operators/{id}")));
    // The script gets the same entries; nobody who may not.
    let offers = sampler.get(&format!("/parties/suggest?kind=operator&q={}", encoded("农贸市场"))).await;
    assert!(offers.text().contains(&format!("data-offer=\"{id}\"")) && offers.text().contains("data-key=\"permit_no\""), "{}", offers.text());
    assert!(!sampler.get("/parties/suggest?kind=operator&q=a").await.text().contains("data-offer"));
    let other = Browser::login(&site, "other-enforcer", PASSWORD).await;
    assert!(!other.get(&format!("/parties/suggest?q={}", encoded("农贸市场"))).await.text().contains("data-offer"));
    // An entry of another street cannot be brought in by its id.
    let foreign = app.add_operator(&p.sampler.actor(), &named("外街店", OTHER_STREET, ""), now()).await.unwrap();
    let street = person("street-sampler", "抽样戊", &[Role::Sampler], Scope::Streets([STREET.to_owned()].into())).actor();
    let picked = Picked { operator: foreign.to_string(), ..Picked::default() };
    assert_eq!(codes(app.begin_sheet_of(&street, leek(NO, &[]), &picked, None, now()).await), ["PARTY-UNKNOWN"]);
}

async fn sheets_of_before_are_registered_by_their_code_alone(t: TestApp) {
    let (p, app) = (&t.people, &t.app);
    let first = t.sampled(NO).await;
    let second = t.sampled("XBJ25410105000000002").await;
    let mut bare = leek("XBJ25410105000000003", &[&p.sampler, &p.sampler2]);
    bare.set("uscc", "/");
    bare.set("id_no", "000000000000000000");
    let bare = app.begin_sheet(&p.sampler.actor(), bare, None, at("2025-06-03T15:00")).await.unwrap().to_string();
    app.submit_sheet(&p.sampler.actor(), &bare, at("2025-06-03T16:00")).await.unwrap();
    let head = app.stage().head().await.unwrap();
    let tried = app.register_from_sheets(true, now()).await.unwrap();
    assert_eq!((tried.looked, tried.operators, tried.linked, tried.without_code), (3, 1, 2, 1));
    assert_eq!(app.stage().head().await.unwrap(), head, "a dry run writes nothing");
    assert_eq!(app.register_from_sheets(false, now()).await.unwrap(), tried);
    let (a, b, none) = (sample(&t, &first).await, sample(&t, &second).await, sample(&t, &bare).await);
    assert!(a.sample.parties.operator.is_some() && a.sample.parties == b.sample.parties && none.sample.parties.is_empty(), "a name alone links nothing");
    let again = app.register_from_sheets(false, now()).await.unwrap();
    assert_eq!((again.looked, again.operators, again.linked), (1, 0, 0), "what was done is not done again");
    t.assert_whole().await;
}

async fn the_search_finds_operators_and_producers(t: TestApp) {
    let (p, app) = (&t.people, &t.app);
    let sampler = p.sampler.actor();
    let id = app.add_operator(&sampler, &named("虚构超市（文化路店）", STREET, &code_of(8)), now()).await.unwrap().to_string();
    let maker =
        TypedProducer { name: "虚构超市食品厂".into(), region: "虚构省".into(), permit_no: "SC10000000000009".into(), ..TypedProducer::default() };
    app.add_producer(&sampler, &maker, now()).await.unwrap();
    let Search::Operator(found) = app.search(&sampler, &code_of(8).to_lowercase()).await.unwrap() else { panic!("a code is one operator") };
    assert_eq!(found, id);
    let Search::Rows { parties: (operators, producers), .. } = app.search(&sampler, "超市 文化路").await.unwrap() else { panic!("rows") };
    assert_eq!((operators.len(), producers.len()), (1, 0));
    let Search::Rows { parties: (operators, producers), .. } = app.search(&sampler, "SC1000000000").await.unwrap() else { panic!("rows") };
    assert_eq!((operators.len(), producers.len()), (0, 1));
    for nobody in [p.analyst.actor(), p.admin.actor()] {
        let Search::Rows { parties, .. } = app.search(&nobody, "虚构超市").await.unwrap() else { panic!("rows") };
        assert!(parties.0.is_empty() && parties.1.is_empty());
    }
    let site = client(&t.app, now).await;
    let page = Browser::login(&site, "sampler", PASSWORD).await.get(&format!("/search?q={}", encoded("虚构超市"))).await;
    assert!(page.text().contains(&format!("/parties/operators/{id}")) && page.text().contains("SC10000000000009"));
}
