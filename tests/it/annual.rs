//! The office's own paragraphs of the annual report: who writes them, that no version is lost, and that the report prints the one that stands.

use rocket::http::Status;
use shiyan_app::figures::words::TypedWords;
use shiyan_foundation::{Lang, Scope};
use shiyan_indicators::ReportChapter;
use shiyan_testkit::{PASSWORD, TestApp, at, codes};

use crate::http::{Browser, client, form, now};

shiyan_testkit::on_both_engines!(what_the_office_writes_is_printed_and_no_version_of_it_is_lost);

async fn what_the_office_writes_is_printed_and_no_version_of_it_is_lost(t: TestApp) {
    let (planner, supervisor, sampler) = (t.people.planner.actor(), t.people.supervisor.actor(), t.people.sampler.actor());
    let next = ReportChapter::Next;
    let typed = |text: &str, seen: &str| TypedWords { text: text.into(), seen: seen.into() };
    let (first, second) = (at("2025-05-05T09:00"), at("2025-05-06T09:00"));
    assert_eq!(codes(t.app.write_report_words(&sampler, 2025, next, &typed("字", ""), first).await), ["ADMIN-ROLE"]);
    t.app.write_report_words(&planner, 2025, next, &typed("  一是加大抽检力度。\n\n二是紧盯问题企业。  ", ""), first).await.unwrap();
    assert_eq!(codes(t.app.write_report_words(&supervisor, 2025, next, &typed("另写", ""), second).await), ["REPORT-WORDS-MOVED"]);
    let seen = first.to_rfc3339();
    let same = typed("一是加大抽检力度。\n二是紧盯问题企业。", &seen);
    assert_eq!(codes(t.app.write_report_words(&supervisor, 2025, next, &same, second).await), ["REPORT-WORDS-SAME"]);
    assert_eq!(codes(t.app.write_report_words(&supervisor, 2025, next, &typed(&"字".repeat(4_001), &seen), second).await), ["REPORT-WORDS-LONG"]);
    t.app.write_report_words(&supervisor, 2025, next, &typed("三是公开结果。", &seen), second).await.unwrap();
    let written = t.app.read_report_words(&planner, 2025).await.unwrap().into_iter().find(|w| w.chapter == next).unwrap();
    let versions: Vec<_> = written.versions.iter().map(|v| (v.by.as_str(), v.text.as_str())).collect();
    assert_eq!(versions, [(planner.name.as_str(), "一是加大抽检力度。\n二是紧盯问题企业。"), (supervisor.name.as_str(), "三是公开结果。")]);

    // the report prints what stood at the end of its day, in both outputs, and nothing where nothing stood
    let printed = async |day: &str| {
        let day = day.parse().unwrap();
        let year = t.app.year_as_of(t.app.kpi_scope(2025).await.unwrap(), &Scope::District, Some(day), now()).await.unwrap();
        let data = shiyan_papers::annual(&t.app, year, &Scope::District).await.unwrap();
        format!("{:?}", shiyan_reports::annual::words::model(&data, Lang::Zh).unwrap())
    };
    let (before, between, after) = (printed("2025-05-04").await, printed("2025-05-05").await, printed("2025-05-06").await);
    assert!(!before.contains("、下一步工作"), "nothing was written by then");
    assert!(between.contains("、下一步工作") && between.contains("Paragraph(\"二是紧盯问题企业。\")") && !between.contains("三是公开结果"));
    assert!(after.contains("Paragraph(\"三是公开结果。\")") && !after.contains("一是加大"));

    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "planner", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let page = user.get("/stats/annual?year=2025").await.text();
    assert!(page.contains("三是公开结果。") && page.contains("一是加大抽检力度。") && page.contains("/stats/annual.docx?year=2025"), "{page}");
    let fields = [("csrf", csrf.as_str()), ("text", "四是复盘。"), ("seen", "")];
    let stale = user.post_form("/stats/annual/next?year=2025", form(&fields)).await;
    assert!(
        stale.status == Status::UnprocessableEntity && stale.text().contains("四是复盘。") && stale.text().contains("REPORT-WORDS-MOVED"),
        "{}",
        stale.text()
    );
    let seen = second.to_rfc3339();
    let fields = [("csrf", csrf.as_str()), ("text", "四是复盘。"), ("seen", seen.as_str())];
    assert_eq!(user.post_form("/stats/annual/next?year=2025", form(&fields)).await.status, Status::SeeOther);
    assert!(user.get("/stats/annual?year=2025").await.text().contains("四是复盘。"));
    t.assert_whole().await;
}
