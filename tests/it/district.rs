//! The names of the district and its office: who sets them, and where they stand afterwards.

use rocket::http::Status;
use shiyan_app::district::TypedDistrict;
use shiyan_foundation::{Lang, Scope};
use shiyan_testkit::{PASSWORD, TestApp, at, codes};

use crate::http::{Browser, client, form, now};

shiyan_testkit::on_both_engines!(an_administrator_names_the_district_and_papers_say_it);

async fn an_administrator_names_the_district_and_papers_say_it(t: TestApp) {
    let shipped = t.app.district().await.unwrap();
    let client = client(&t.app, now).await;
    let admin = Browser::login(&client, "admin", PASSWORD).await;
    let csrf = admin.token_of_forms().await;
    assert!(admin.get("/admin/district").await.text().contains(&shipped.name.zh), "the shipped name until somebody sets one");
    let said = async |name: &str, body: &str| {
        let fields = [("csrf", csrf.as_str()), ("name", name), ("name_en", ""), ("short", "示范区"), ("short_en", "Model"), ("body", body), ("body_en", "")];
        admin.post_form("/admin/district", form(&fields)).await
    };
    assert_eq!(said("", "示范区市场监督管理局").await.status, Status::UnprocessableEntity, "a district has a name");
    assert_eq!(said(&"示".repeat(61), "示范区市场监督管理局").await.status, Status::UnprocessableEntity);
    assert_eq!(t.app.district().await.unwrap(), shipped);
    assert_eq!(said("示范市示范区", "示范区市场监督管理局").await.status, Status::SeeOther);
    assert_eq!(codes(t.app.set_district(&t.people.supervisor.actor(), &TypedDistrict::default(), now()).await), ["ADMIN-ROLE"]);

    let district = t.app.district().await.unwrap();
    assert_eq!((district.name.pick(Lang::Zh), district.name.pick(Lang::En)), ("示范市示范区", "示范市示范区"), "without English the Chinese name stands");
    let plan = t.app.create_plan(&t.people.planner.actor(), 2025, "4.0", at("2025-01-06T09:00")).await.unwrap();
    assert_eq!(plan.title, "2025年示范区食品安全抽检计划");
    let scope = t.app.kpi_scope(2025).await.unwrap();
    let data = shiyan_papers::annual(&t.app, t.app.year(scope, &Scope::District, now()).await.unwrap(), &Scope::District).await.unwrap();
    let paper = shiyan_reports::annual::words::model(&data, Lang::Zh).unwrap();
    assert_eq!((paper.title.as_str(), paper.issuer.as_str()), ("示范市示范区2025年\n食品安全抽样检验工作报告", "示范区市场监督管理局"));
    t.assert_whole().await;
}
