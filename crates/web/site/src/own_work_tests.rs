//! 工作台 an analyst begins with the own worksheets.

use rocket::http::Status;
use serde_json::json;
use shiyan_app::Who;
use shiyan_foundation::Scope;
use shiyan_lab_results::bench::WorksheetState;
use shiyan_web_kit::stage::{Person, client, demonstration, now};

#[rocket::async_test]
async fn an_analyst_begins_with_the_own_worksheets() {
    let (_dir, app, _) = demonstration("own-work", 7, 160).await;
    let people = app.stage().people().await.unwrap();
    let of = |name: &str| people.iter().find(|u| u.username == name).unwrap();
    let analyst = of("analyst");
    // a colleague with nothing to do, with the password of the demonstration, which nobody may choose
    let mut colleague = analyst.clone();
    colleague.id = shiyan_foundation::ids::UserId(uuid::Uuid::now_v7());
    (colleague.username, colleague.name, colleague.revision) = ("analyst2".into(), "虚构同事".into(), 0);
    let mut unit = app.stage().begin(now()).await.unwrap();
    unit.insert(&colleague, &Who::from(&of("admin").actor()), "user.add", json!({})).await.unwrap();
    unit.commit().await.unwrap();

    let mine = app.stage().worksheets_of(&analyst.id.to_string(), &Scope::District, 100).await.unwrap();
    let open: Vec<_> = mine.iter().filter(|w| w.state == WorksheetState::Open).collect();
    assert!(!open.is_empty(), "the demonstration has a worksheet under way");
    let client = client(&app, crate::routes()).await;
    let me = Person::of(&client, "analyst").await;
    let (status, home) = me.get("/").await;
    assert_eq!(status, Status::Ok.code);
    for w in open.iter().take(3) {
        let items = app.stage().items_of_worksheet(&w.id.to_string(), &Scope::District).await.unwrap();
        let filled = items.iter().filter(|i| !i.raw.is_empty()).count();
        for said in [w.no.clone(), format!("href=\"/worksheets/{}\"", w.id), format!("已填 {filled}/{}", items.len())] {
            assert!(home.contains(&said), "{said}");
        }
    }
    assert!(home.find("我的检验批").unwrap() < home.find(">待检验<a").unwrap(), "above the list of single samples");
    let (_, other) = Person::of(&client, "analyst2").await.get("/").await;
    assert!(other.contains("没有分派给我的检验批") && other.contains("/worksheets?tab=waiting") && !other.contains(&open[0].no));
    let (_, checker) = Person::of(&client, "checker").await.get("/").await;
    assert!(!checker.contains("我的检验批"));
}
