//! The pages of limits, re-judgement and packages over a small demonstration: upload, dry run, confirmation, taking a limit over.

use super::*;
use rocket::local::asynchronous::Client;
use shiyan_app::limits::LimitFile;
use shiyan_app::records::LimitRecord;
use shiyan_foundation::Decimal;
use shiyan_judgement::judging::Verdict;
use shiyan_lab_results::order::OrderState;
use shiyan_statute::{LimitRow, LimitRule, LimitStatus};

use shiyan_web_kit::stage::{self, Person, Temp, confirm, now};

async fn client(name: &str) -> (Temp, Client) {
    let (dir, app, _) = stage::demonstration(name, 5, 120).await;
    (dir, stage::client(&app, crate::routes()).await)
}

const PLAN: &str = "大类,亚类,次亚类,细类,检验项目,检验依据,判定依据,最小允许限,最小允许限单位,最大允许限,最大允许限单位,结果单位\n\
    饮料,饮料,示范饮料,示范甲,铅,GB 5009.12,GB 2762-2012,0.0,mg/kg,0.3,mg/kg,mg/kg\n\
    饮料,饮料,示范饮料,示范甲,苋菜红,GB/T 5009.35,GB 2760-2011,0.0,g/kg,0.0,g/kg,g/kg\n\
    饮料,饮料,示范饮料,示范甲,示范元素,GB 1,/,/,/,/,/,/\n";

#[rocket::async_test]
async fn a_limit_table_is_tried_read_in_reasons_and_written_once() {
    let (_dir, client) = client("import").await;
    let quality = Person::of(&client, "quality-manager").await;
    let (status, page) = quality.get("/admin/limits").await;
    assert!(status == 200 && page.contains("/admin/limits/import") && page.contains("/admin/limits/rejudge"));
    let (status, page) = quality.get("/admin/limits/import").await;
    assert!(status == 200 && page.contains("name=\"from\"") && page.contains("/admin/limits/template.xlsx"));
    assert!(quality.get("/admin/limits/template.xlsx").await.1.starts_with("PK"));
    // the layout of the plan needs a day; what was typed stays
    let (status, page) = quality.upload("/admin/limits/import", &[("from", "")], "plan.csv", PLAN.as_bytes()).await;
    assert!(status == 422 && page.contains("LT-FROM"), "{status} {page}");
    assert_eq!(quality.upload("/admin/limits/import", &[("from", "昨天")], "plan.csv", PLAN.as_bytes()).await.0, 422);
    let (status, page) = quality.upload("/admin/limits/import", &[("from", "2015-01-01")], "plan.csv", PLAN.as_bytes()).await;
    assert_eq!(status, 200, "{page}");
    for told in ["LT-ZERO", "LT-NO-LIMIT", "≤0.3mg/kg", "写入 1 条（待核实）", "J 最大允许限"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let app = &client.rocket().state::<Site>().unwrap().app;
    let before = app.limit_rows().await.unwrap().len();
    let key = confirm(&page);
    assert!(key.len() < 100, "the page holds a key, not the file: {key}");
    let (status, to) = quality.post("/admin/limits/import", key.clone()).await;
    assert_eq!((status, to.as_str()), (303, "/admin/limits?state=pending"));
    let head = app.stage().head().await.unwrap();
    let (status, to) = quality.post("/admin/limits/import", key).await;
    assert_eq!((status, to.as_str(), app.stage().head().await.unwrap()), (303, "/admin/limits?state=pending", head), "twice is once, with the first answer");
    let rows = app.limit_rows().await.unwrap();
    let new = rows.iter().find(|r| r.confidence.contains("plan.csv")).unwrap();
    assert_eq!((rows.len(), new.status, new.effective_from.to_string().as_str()), (before + 1, LimitStatus::Pending, "2015-01-01"));
    // a second time nothing is offered
    let (_, page) = quality.upload("/admin/limits/import", &[("from", "2015-01-01")], "plan.csv", PLAN.as_bytes()).await;
    assert!(!page.contains("name=\"confirm\""));
    for broken in ["confirm=x", "confirm=2015-01-01%7Cplan.csv%7C00"] {
        let (status, page) = quality.post("/admin/limits/import", broken.to_owned()).await;
        assert!(status == 422 && page.contains("DRY-RUN-GONE"), "{page}");
    }
    assert_eq!(quality.upload("/admin/limits/import", &[("from", "")], "x.pdf", b"%PDF-1.7").await.0, 422);

    // an administrator may look, and writes nothing
    let admin = Person::of(&client, "admin").await;
    let (status, page) = admin.get("/admin/limits/import").await;
    assert!(status == 200 && !page.contains("name=\"file\""));
    assert_eq!(admin.upload("/admin/limits/import", &[("from", "2015-01-01")], "plan.csv", PLAN.as_bytes()).await.0, 422);
    let analyst = Person::of(&client, "analyst").await;
    assert_eq!(analyst.get("/admin/limits/import").await.0, 404);
}

#[rocket::async_test]
async fn packages_are_tried_written_and_opened() {
    let (_dir, client) = client("packages").await;
    let quality = Person::of(&client, "quality-manager").await;
    let (status, page) = quality.get("/admin/packages").await;
    assert!(status == 200 && page.contains("/admin/packages/DEMO-01"), "{page}");
    let (status, page) = quality.get("/admin/packages/DEMO-01").await;
    assert!(status == 200 && page.contains("检验项目"));
    assert_eq!(quality.get("/admin/packages/x").await.0, 404);
    let (status, page) = quality.upload("/admin/packages", &[("year", "二〇二六")], "plan.csv", PLAN.as_bytes()).await;
    assert!(status == 422 && page.contains("YEAR"), "{status} {page}");
    let (status, page) = quality.upload("/admin/packages", &[("year", "2026")], "plan.csv", PLAN.as_bytes()).await;
    assert!(status == 200 && page.contains("写入 2026 年 1 个项目包"), "{page}");
    let (status, to) = quality.post("/admin/packages", confirm(&page)).await;
    assert_eq!((status, to.as_str()), (303, "/admin/packages?year=2026"));
    let (_, page) = quality.get("/admin/packages?year=2026").await;
    let key = page.split("/admin/packages/P2026-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (status, page) = quality.get(&format!("/admin/packages/P2026-{key}")).await;
    assert!(status == 200 && page.contains("苋菜红") && page.contains("SHA-256"));
    assert!(quality.get("/admin/packages/template.xlsx").await.1.starts_with("PK"));
    let admin = Person::of(&client, "admin").await;
    let (status, page) = admin.get(&format!("/admin/packages?q={}", encoded("苋菜红"))).await;
    assert!(status == 200 && !page.contains("name=\"file\"") && page.contains("P2026-"));
    assert_eq!(admin.upload("/admin/packages", &[("year", "2026")], "plan.csv", PLAN.as_bytes()).await.0, 422);
    assert_eq!(Person::of(&client, "sampler").await.get("/admin/packages").await.0, 404);
}

#[rocket::async_test]
async fn what_would_be_judged_otherwise_is_listed_and_taken_over() {
    let (_dir, client) = client("rejudge").await;
    let quality = Person::of(&client, "quality-manager").await;
    assert_eq!(Person::of(&client, "admin").await.get("/admin/limits/rejudge").await.0, 404, "samples are business records");
    let (status, page) = quality.get("/admin/limits/rejudge?since=2025-01-01").await;
    assert!(status == 200 && page.contains("没有不同的判定"), "{page}");
    let app = &client.rocket().state::<Site>().unwrap().app;
    let actor = app.stage().user_by_name("quality-manager").await.unwrap().unwrap().actor();
    // every limit of an item that is being tested gets a stricter successor
    let mut used = None;
    for (order, _, items) in app.stage().orders_to_rejudge(None, "", &actor.scope, 500).await.unwrap() {
        let fits = |i: &&shiyan_lab_results::order::TestItem| {
            order.state == OrderState::Testing
                && i.verdict() == Some(Verdict::Conforming)
                && i.limit.as_ref().is_some_and(|l| matches!(l.rule, LimitRule::Max { .. }))
        };
        used = used.or(items.iter().find(fits).and_then(|i| i.limit.clone()));
    }
    let old: LimitRecord = app.stage().get(&used.unwrap().id).await.unwrap().unwrap();
    let new = LimitRow {
        id: "I-next".into(),
        rule: LimitRule::Max { value: Decimal::ZERO },
        effective_from: old.row.effective_from.succ_opt().unwrap(),
        effective_to: None,
        ..old.row
    };
    let file = LimitFile { name: "t.csv".into(), sha256: "00".into(), rows: vec![new], row_count: 1, totals: serde_json::Value::Null };
    app.import_limits(&actor, &file, "测试导入", false, now()).await.unwrap();
    app.set_limit_status(&actor, "I-next", LimitStatus::Active, now()).await.unwrap();
    let (status, page) = quality.get("/admin/limits/rejudge?since=2025-01-01").await;
    assert!(status == 200 && page.contains("I-next") && page.contains("改用现限量") && page.contains("/bench/"), "{page}");
    let field = |key: &str| page.split(&format!("name=\"{key}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (item, rev) = (field("item"), field("rev"));
    assert_eq!(quality.post("/admin/limits/rejudge", format!("item={item}&rev=99")).await.0, 422);
    let (status, to) = quality.post("/admin/limits/rejudge", format!("item={item}&rev={rev}")).await;
    assert_eq!((status, to.as_str()), (303, "/admin/limits/rejudge"));
    let changed: shiyan_lab_results::order::TestItem = app.stage().get(&item).await.unwrap().unwrap();
    assert_eq!(changed.limit.unwrap().id, "I-next");
    assert_eq!(quality.post("/admin/limits/rejudge", "item=x&rev=0".to_owned()).await.0, 404);
    assert!(app.stage().verify(None).await.unwrap().ok);
}
