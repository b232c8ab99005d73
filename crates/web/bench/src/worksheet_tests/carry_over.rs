//! 带入原则 what the food and its recorded ingredients decide about an additive that must not be used.

use super::*;

const SORBATE: &str = "山梨酸及其钾盐(以山梨酸计)";
const NOODLES: [(&str, &str); 5] = [("cat1", "餐饮食品"), ("cat2", "米面及其制品(自制)"), ("cat3", "米皮"), ("cat4", "米皮"), ("name", "示范米皮")];
const MILK: [(&str, &str); 5] = [("cat1", "乳制品"), ("cat2", "液体乳"), ("cat3", "灭菌乳"), ("cat4", "灭菌乳"), ("name", "示范灭菌乳")];

/// One received sample of a food with one item that must not be used in it.
async fn receive(b: &Bench, n: usize, fields: &[(&'static str, &str)]) {
    let lab = b.app.laboratories().await.unwrap().into_iter().find(|l| l.name != ELSEWHERE).unwrap().name;
    let samplers: Vec<_> = b.people.values().filter(|u| u.roles.contains(&Role::Sampler)).take(2).map(|u| (u.id, u.name.clone())).collect();
    let sampler = b.people.values().find(|u| u.id == samplers[0].0).unwrap().actor();
    let mut sheet = paper(&format!("XBJ2641010591{n:07}"), &lab, samplers);
    fields.iter().for_each(|(key, value)| sheet.set(key, *value));
    let id = b.app.begin_sheet(&sampler, sheet, None, now()).await.unwrap().to_string();
    b.app.submit_sheet(&sampler, &id, now()).await.unwrap();
    let reception = Reception { test_seal: format!("T{n}"), backup_seal: format!("B{n}"), ..Reception::default() };
    let order = b.app.accept_sample(&b.actor("sample-keeper"), &id, reception, now()).await.unwrap().to_string();
    b.app.add_item(&b.actor("analyst"), &order, &shiyan_app::bench::TypedItem::new(SORBATE, "g/kg", METHOD), now()).await.unwrap();
    let items = b.app.stage().items_of_order(&order, &Scope::District).await.unwrap();
    let item = items.into_iter().find(|i| i.analyte == SORBATE && i.method == METHOD).unwrap();
    // the library forbids it in cold noodles; here in whatever food it is
    let row = shiyan_statute::limits().iter().find(|r| r.id == "L0169").expect("an additive that may not be used");
    keep(b, &item.with_limit(Some(LimitUsed::of(row)), None, TaskKind::Supervisory)).await;
}

async fn keep(b: &Bench, item: &TestItem) {
    let mut unit = b.app.stage().begin(now()).await.unwrap();
    unit.save(item, &Who::from(&b.actor("analyst")), "item.limit", json!({})).await.unwrap();
    unit.commit().await.unwrap();
}

async fn worksheet(b: &Bench) -> String {
    let analyst = b.login("analyst").await;
    let address = format!("/worksheets/new?method={}", encoded(METHOD));
    let items = analyst.get(&address).await.is(Status::Ok).values("items");
    let mut fields: Vec<(&str, &str)> = items.iter().map(|i| ("items", i.as_str())).collect();
    fields.push(("title", "虚构检验批"));
    analyst.post(&address, "/worksheets/new", &fields).await.is(Status::SeeOther).to.clone()
}

#[rocket::async_test]
async fn food_and_ingredients_decide_at_the_bench_what_carry_over_may_excuse() {
    let b = bench("carryfood").await;
    let list = "小麦粉、水、示范牌榨菜（示范酱菜厂甲）";
    receive(&b, 1, &NOODLES).await;
    receive(&b, 2, &[&NOODLES[..], &[("ingredients", list), ("brand", "示范牌"), ("prod_name", "示范酱菜厂甲")]].concat()).await;
    receive(&b, 3, &MILK).await;
    let at = worksheet(&b).await;
    let analyst = b.login("analyst").await;
    let items = b.items(&at).await;
    let told = analyst.save(&at, &[(&items[0], "0.12"), (&items[1], "0.12"), (&items[2], "0.12")]).await;
    assert_eq!(told["refused"], json!([]));
    let items = b.items(&at).await;
    let judged: Vec<_> = items.iter().map(|i| (i.verdict(), i.judgement.as_ref().map(|j| j.code.clone()), i.awaits_carry_over_word())).collect();
    assert_eq!(judged[0], (Some(Verdict::Nonconforming), Some("JUDGE-NOT-USED".to_owned()), true), "no background in noodles: {:?}", items[0]);
    assert_eq!(judged[1], (Some(Verdict::NeedsPerson), Some("JUDGE-CARRY-OVER".to_owned()), false), "a recorded ingredient may bring it");
    assert_eq!(judged[2], (Some(Verdict::NeedsPerson), Some("JUDGE-CARRY-OVER".to_owned()), false), "it may lie in milk by nature");
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("WS-CARRY-OVER");

    // Beside the question stands what the sheet says of the ingredients, without brand and maker for whoever tests blind.
    let drawer = analyst.get(&format!("{at}/cells/{}", items[0].id)).await;
    drawer.is(Status::Ok).says("抽样单未记录配料").says("在“餐饮食品/米面及其制品(自制)/米皮/米皮/示范米皮”中，天然本底 无");
    let drawer = analyst.get(&format!("{at}/cells/{}", items[1].id)).await;
    drawer.is(Status::Ok).says("小麦粉、水、＊＊榨菜（＊＊）").says("记录的配料可能带入：榨菜").lacks("示范酱菜厂甲").lacks("示范牌");
    analyst.get(&format!("{at}/cells/{}", items[2].id)).await.is(Status::Ok).says("天然本底 不确定");
    let english = Person { lang: "en", ..b.login("analyst").await };
    english.get(&format!("{at}/cells/{}", items[0].id)).await.is(Status::Ok).says("No ingredients were recorded");
    let order = analyst.get(&format!("/bench/{}", items[0].order)).await;
    order.is(Status::Ok).says(&format!("说明带入原则：{SORBATE}")).says("配料表：抽样单未记录配料");
    analyst.get(&format!("/bench/{}", items[1].order)).await.is(Status::Ok).says("小麦粉、水、＊＊榨菜（＊＊）").lacks("示范酱菜厂甲");
    let quality = b.login("quality-manager").await;
    quality.get(&format!("/bench/{}", items[1].order)).await.is(Status::Ok).says(&format!("配料表：{list}"));

    // The word is said, the rest is decided by somebody else, and the checker reads both beside the ingredients.
    let to = format!("{at}/cells/{}/carry-over", items[0].id);
    analyst.post("", &to, &[("rev", &items[0].revision.to_string()), ("word", "现场制作，未用含防腐剂的配料")]).await.is(Status::SeeOther);
    analyst.get(&format!("{at}/finish")).await.is(Status::Ok).says("没有遗漏");
    analyst.post(&at, &format!("{at}/finish"), &[]).await;
    assert!(b.app.stage().verify(None).await.unwrap().ok);
}

#[rocket::async_test]
async fn an_item_of_before_keeps_its_verdict_until_it_is_judged_anew() {
    let b = bench("carryold").await;
    receive(&b, 1, &NOODLES).await;
    let at = worksheet(&b).await;
    let analyst = b.login("analyst").await;
    // as it was entered before the food was known to an item
    let item = b.items(&at).await.remove(0);
    assert!(item.food.is_some(), "an order that is opened knows its food");
    let old = TestItem { food: None, ..item };
    let (understood, judgement) = old.judged("0.12", TaskKind::Supervisory);
    let old = old.enter(&b.actor("analyst"), now(), "0.12", understood, judgement);
    keep(&b, &old).await;
    assert_eq!(old.verdict(), Some(Verdict::NeedsPerson));
    analyst.get(&format!("{at}/cells/{}", old.id)).await.is(Status::Ok).says("天然本底 不确定").says("抽样单未记录配料");
    let stored = b.items(&at).await.remove(0);
    assert_eq!((stored.revision, &stored.food, stored.verdict()), (old.revision, &None, Some(Verdict::NeedsPerson)), "looking changes nothing");

    // 复判 names it, changes nothing by itself, and is taken over by hand
    let quality = b.actor("quality-manager");
    let list = b.app.rejudge(&quality, None).await.unwrap();
    let line = list.open.iter().find(|c| c.item == old.id.to_string()).expect("the item is listed");
    assert_eq!((line.verdict_then, line.food_now), (Some(Verdict::NeedsPerson), true));
    assert_eq!(b.items(&at).await.remove(0), old);
    // entered again it is judged with what the sheet says
    analyst.save(&at, &[(&old, "0.13")]).await;
    let new = b.items(&at).await.remove(0);
    assert_eq!((new.verdict(), new.awaits_carry_over_word()), (Some(Verdict::Nonconforming), true));
    let told = b.app.stage().timeline(&[format!("item:{}", new.id)]).await.unwrap();
    assert_eq!(told.last().map(|e| e.facts["food"].clone()), Some(json!("餐饮食品/米面及其制品(自制)/米皮/米皮/示范米皮")));
    assert_eq!(new.food.map(|f| f.food), Some("餐饮食品/米面及其制品(自制)/米皮/米皮/示范米皮".to_owned()));
    assert!(b.app.stage().verify(None).await.unwrap().ok);
}
