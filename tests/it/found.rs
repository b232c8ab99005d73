//! What people find by what they hold in their hands, and what no page shows whole.

use rocket::http::Status;
use shiyan_app::read::WorkFilter;
use shiyan_foundation::Scope;
use shiyan_foundation::text::mask;
use shiyan_testkit::sheet::leek;
use shiyan_testkit::{PASSWORD, TestApp, at};

use crate::http::{Browser, client, encoded, now};
use crate::world::positive;

shiyan_testkit::on_both_engines!(
    a_sample_is_found_by_its_blind_code_at_the_bench_and_in_the_search,
    the_search_says_of_a_sample_what_its_page_says,
    an_identity_number_stands_whole_on_no_page,
    a_reading_typed_with_an_input_method_left_on_is_shown_as_it_was_read,
);

const NO: &str = "XBJ25410105000000001";

async fn a_sample_is_found_by_its_blind_code_at_the_bench_and_in_the_search(t: TestApp) {
    let (sample, order) = t.received(NO).await;
    let (_, other) = t.received("XBJ25410105000000002").await;
    let code = t.app.stage().sample(&sample, &t.all()).await.unwrap().unwrap().sample.blind_code.unwrap();
    let client = client(&t.app, now).await;
    let analyst = Browser::login(&client, "analyst", PASSWORD).await;
    for typed in [code.clone(), code.to_lowercase(), format!(" {} ", &code[..7])] {
        let page = analyst.get(&format!("/bench?state=testing&q={}", encoded(&typed))).await.text();
        assert!(page.contains(&format!("/bench/{order}")) && !page.contains(&format!("/bench/{other}")), "{typed}");
    }
    let found = analyst.get(&format!("/search?q={}", encoded(&code))).await;
    assert_eq!((found.status, found.header("location")), (Status::SeeOther, format!("/samples/{sample}").as_str()));
    // After its report is out it is found as well; in another laboratory's hands it is not there, and a wild card is no code.
    t.enter(&order, &["0.05", "未检出"], at("2025-06-06T10:00")).await;
    t.reviewed(&order, at("2025-06-09T10:00")).await;
    t.app.approve_order(&t.people.signatory, &order, at("2025-06-10T10:00")).await.unwrap();
    t.issued(&order).await;
    assert_eq!(analyst.get(&format!("/search?q={code}")).await.header("location"), format!("/samples/{sample}"));
    let issued = WorkFilter::state("issued");
    assert_eq!(t.app.stage().by_blind_code(&code, &issued, &t.all()).await.unwrap().len(), 1);
    assert!(t.app.stage().by_blind_code(&code, &issued, &Scope::Lab(t.people.other_lab)).await.unwrap().is_empty());
    for typed in ["M%", "M____", "", "M", "%blind_code%"] {
        assert!(t.app.stage().by_blind_code(typed, &issued, &t.all()).await.unwrap().is_empty(), "{typed}");
    }
}

async fn the_search_says_of_a_sample_what_its_page_says(t: TestApp) {
    let (sample, _) = t.received(NO).await;
    let client = client(&t.app, now).await;
    let chief = Browser::login(&client, "chief", PASSWORD).await;
    let found = chief.get(&format!("/search?q={}", encoded("韭菜"))).await.text();
    let row = found.split("<tr").find(|row| row.contains(&sample)).unwrap();
    assert!(row.contains("检验中") && !row.contains("已收样"), "{row}");
    assert!(chief.get(&format!("/samples/{sample}")).await.text().contains("检验中"));
}

async fn an_identity_number_stands_whole_on_no_page(t: TestApp) {
    const IDENTITY: &str = "410105199003078815";
    let p = &t.people;
    let client = client(&t.app, now).await;
    let mut sheet = leek(NO, &[&p.sampler, &p.sampler2]);
    sheet.set("id_no", IDENTITY);
    let id = t.app.begin_sheet(&p.sampler.actor(), sheet, None, at("2025-06-03T15:00")).await.unwrap().to_string();
    let sampler = Browser::login(&client, "sampler", PASSWORD).await;
    let csrf = sampler.token_of_forms().await;
    let form = sampler.get(&format!("/samples/{id}/sheet")).await.text();
    assert!(form.contains(&mask(IDENTITY)) && !form.contains(IDENTITY), "masked where it is kept already");
    // Posted back as it was shown, the number stays; typed anew, it changes.
    let rev = form.split("name=\"rev\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let post = async |rev: &str, number: &str| {
        sampler.post_form(&format!("/samples/{id}/sheet"), format!("csrf={csrf}&rev={rev}&name={}&id_no={}", encoded("韭菜"), encoded(number))).await
    };
    assert_eq!(post(&rev, &mask(IDENTITY)).await.status, Status::SeeOther);
    let kept = async || t.app.stage().sample(&id, &t.all()).await.unwrap().unwrap().sample;
    assert_eq!(kept().await.sheet.get("id_no"), IDENTITY);
    let next = kept().await.revision.to_string();
    assert_eq!(post(&next, "410105199003078816").await.status, Status::SeeOther);
    assert_eq!(kept().await.sheet.get("id_no"), "410105199003078816");
    for user in ["sampler", "chief", "enforcer"] {
        let browser = Browser::login(&client, user, PASSWORD).await;
        let page = browser.get(&format!("/samples/{id}?tab=sheet")).await.text();
        assert!(!page.contains("410105199003078816"), "{user}");
    }
}

async fn a_reading_typed_with_an_input_method_left_on_is_shown_as_it_was_read(t: TestApp) {
    let typed = shiyan_app::rapid::TypedReading { value: "６５。5％".into(), ..positive("wide") };
    let reading = t.app.enter_reading(&t.people.operator.actor(), typed, at("2025-06-19T09:00")).await.unwrap();
    let client = client(&t.app, now).await;
    let chief = Browser::login(&client, "chief", PASSWORD).await;
    for path in ["/rapid?day=2025-06-19".to_owned(), format!("/rapid/{}", reading.id), "/rapid/export.csv?day=2025-06-19".to_owned()] {
        let page = chief.get(&path).await;
        assert_eq!(page.status, Status::Ok, "{path}");
        assert!(page.text().contains("65.5") && !page.text().contains("65。5") && !page.text().contains("６５"), "{path}");
    }
}
