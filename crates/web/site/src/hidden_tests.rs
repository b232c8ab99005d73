//! 隐藏的行和工作表 on every page that takes a file: named in the dry run, taken only when the box was ticked, and written as it was tried.

use shiyan_web_kit::stage::{Person, client, confirm, demonstration};

const PUBLISHED: &[u8] = include_bytes!("../../../../fixtures/import/excel/published_hidden_rows.xlsx");
const PLAN: &[u8] = include_bytes!("../../../../fixtures/import/excel/plan_hidden_rows.xlsx");
const LIMITS: &[u8] = include_bytes!("../../../../fixtures/import/excel/limits_hidden_rows.xlsx");
const PACKAGES: &[u8] = include_bytes!("../../../../fixtures/import/excel/packages_hidden_rows.xlsx");

#[rocket::async_test]
async fn what_is_hidden_is_named_and_taken_only_when_ticked() {
    let (_dir, app, names) = demonstration("hidden-files", 3, 20).await;
    let client = client(&app, crate::routes()).await;
    let manager = Person::of(&client, names.iter().find(|n| n.contains("plan")).unwrap()).await;
    let quality = Person::of(&client, "quality-manager").await;
    for (person, address, fields, file, sheet) in [
        (&manager, "/published/import", &[][..], PUBLISHED, "草稿不合格"),
        (&manager, "/plan/2026/import", &[], PLAN, "2025旧"),
        (&quality, "/admin/limits/import", &[("from", "")], LIMITS, "草稿"),
        (&quality, "/admin/packages", &[("year", "2026")], PACKAGES, "草稿"),
    ] {
        let (_, page) = person.get(address).await;
        assert!(page.contains("name=\"include_hidden\""), "{address} has no box");
        let (status, page) = person.upload(address, fields, "x.xlsx", file).await;
        assert!(status == 200 && page.contains("没有读取") && page.contains(sheet) && !page.contains("按要求读取"), "{address}: {status} {page}");
        assert!(!page.contains("type=\"hidden\" name=\"include_hidden\""), "{address}");
        let ticked = [fields, &[("include_hidden", "1")]].concat();
        let (status, page) = person.upload(address, &ticked, "x.xlsx", file).await;
        assert!(status == 200 && page.contains("按要求读取") && page.contains(sheet) && !page.contains("没有读取"), "{address}: {status} {page}");
    }
    // What is written is what was tried.
    let rows = async || app.stage().published_totals().await.unwrap().iter().map(|t| t.n).sum::<i64>();
    let (_, dry) = manager.upload("/published/import", &[], "x.xlsx", PUBLISHED).await;
    let before = rows().await;
    assert_eq!(manager.post("/published/import", confirm(&dry)).await.0, 303);
    assert_eq!(rows().await, before + 1);
    let (_, dry) = manager.upload("/published/import", &[("include_hidden", "1")], "x.xlsx", PUBLISHED).await;
    assert!(dry.contains("type=\"hidden\" name=\"include_hidden\" value=\"1\""));
    assert_eq!(manager.post("/published/import", format!("{}&include_hidden=1", confirm(&dry))).await.0, 303);
    assert_eq!(rows().await, before + 3);
}
