//! Papers leave the house under numbers that follow each other, are kept byte for byte, and keep their number when they are made void.

use std::collections::BTreeSet;

use rocket::http::Status;
use shiyan_app::papers::PaperFilter;
use shiyan_app::papers::office::TypedOffice;
use shiyan_demonstration::{self as demo, DemoOptions};
use shiyan_dispatch::PaperState;
use shiyan_foundation::{Actor, Instant, Lang, NaiveDate};
use shiyan_papers::catalogue::Kind;
use shiyan_store::records::UserAccount;
use shiyan_testkit::{TestApp, at, codes};

use crate::http::{Browser, client, form};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_papers_are_numbered_and_kept() {
    papers_are_numbered_and_kept(TestApp::bare_sqlite().await).await;
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_papers_are_numbered_and_kept() {
    match TestApp::bare_postgres().await {
        Some(t) => papers_are_numbered_and_kept(t).await,
        None => shiyan_testkit::skipped("numbers of papers on PostgreSQL", "no PostgreSQL server (SHIYAN_TEST_PG)"),
    }
}

fn moment() -> Instant {
    at("2026-11-23T14:00")
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn office() -> TypedOffice {
    TypedOffice {
        word: "示市监".into(),
        words: vec![("P62".into(), "示市监报".into())],
        counts: "chinese".into(),
        year: 2026,
        given: vec![("示市监".into(), "54".into())],
        counted: vec![("P40".into(), "19".into())],
        margins: ["37", "26", "35", "28"].map(str::to_owned),
        leading: "28.99".into(),
        pages: "dashes".into(),
        faces: ["方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体", "Times New Roman"].map(str::to_owned),
    }
}

async fn person(t: &TestApp, name: &str) -> Actor {
    t.app.stage().all::<UserAccount>().await.unwrap().into_iter().find(|u| u.username == name).unwrap().actor()
}

/// The words of the body of a DOCX file.
fn docx_text(bytes: &[u8]) -> String {
    let mut file = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut file.by_name("word/document.xml").unwrap(), &mut xml).unwrap();
    xml.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
}

async fn papers_are_numbered_and_kept(t: TestApp) {
    let now = moment();
    demo::load(&t.app, DemoOptions { seed: 20_260_101, now, samples: Some(300), password: None }).await.unwrap();
    let (supervisor, planner, analyst) = (person(&t, "supervisor").await, person(&t, "plan-manager").await, person(&t, "analyst").await);
    let kind = |id: &str| Kind::of(id).unwrap();
    // each on the heap: four of them at once are more than the stack of a test holds
    let issue = async |who: &Actor, id: &str, no: &str, dated: &str| Box::pin(shiyan_papers::issue(&t.app, who, kind(id), no, Lang::Zh, day(dated), now)).await;

    // nobody else signs, nothing bears a number before the office has letters, and nothing is signed for a day to come
    assert_eq!(codes(issue(&planner, "P40", "2026-09", "2026-11-23").await), ["ADMIN-ROLE"]);
    assert_eq!(codes(issue(&supervisor, "P40", "2026-09", "2026-11-23").await), ["PAPER-WORD"]);
    assert_eq!(codes(t.app.set_office_papers(&planner, &office(), now).await), ["ADMIN-ROLE"]);
    t.app.set_office_papers(&supervisor, &office(), now).await.unwrap();
    assert_eq!(codes(issue(&supervisor, "P40", "2026-09", "2026-11-24").await), ["DISPATCH-FUTURE"]);

    // the first goes on where the office stood; what is printed is what is kept
    let first = issue(&supervisor, "P40", "2026-09", "2026-11-20").await.unwrap();
    assert_eq!((first.number.as_ref().unwrap().to_string().as_str(), first.count), ("示市监〔2026〕55号", Some(20)));
    assert_eq!(first.files.iter().map(|f| f.ending.as_str()).collect::<Vec<_>>(), ["pdf", "docx", "xlsx"]);
    assert!(first.title.ends_with("（2026年第二十期）"), "{}", first.title);
    assert!(first.demo && first.template.starts_with("p40.zh.txt 2026-"), "{first:?}");
    let (_, docx) = t.app.read_paper_file(&planner, first.id, "docx").await.unwrap();
    let said = docx_text(&docx);
    assert!(said.contains("示市监〔2026〕55号") && said.contains("2026年第二十期") && said.contains("2026年11月20日"), "{said}");
    assert!(!said.contains("草稿"), "{said}");

    // the same period twice, an earlier day, and where a series goes on after it began, are refused
    assert_eq!(codes(issue(&supervisor, "P40", "2026-09", "2026-11-23").await), ["DISPATCH-TWICE"]);
    assert_eq!(codes(issue(&supervisor, "P40", "2026-08", "2026-11-19").await), ["DISPATCH-BEFORE"]);
    let elsewhere = TypedOffice { given: vec![("示市监".into(), "70".into())], ..office() };
    assert_eq!(codes(t.app.set_office_papers(&supervisor, &elsewhere, now).await), ["DISPATCH-STARTED"]);
    let other = TypedOffice { counted: vec![("P40".into(), "3".into())], ..office() };
    assert_eq!(codes(t.app.set_office_papers(&supervisor, &other, now).await), ["DISPATCH-STARTED"]);

    // void keeps the number: the next one is another
    assert_eq!(codes(t.app.void_paper(&planner, first.id, "附件漏了一批", now).await), ["ADMIN-ROLE"]);
    let void = t.app.void_paper(&supervisor, first.id, "附件漏了一批", now).await.unwrap();
    assert_eq!((void.state, &void.number), (PaperState::Voided, &first.number));
    assert_eq!(codes(t.app.void_paper(&supervisor, first.id, "附件漏了一批", now).await), ["DISPATCH-STATE"]);
    let again = issue(&supervisor, "P40", "2026-09", "2026-11-23").await.unwrap();
    assert_eq!((again.number.as_ref().unwrap().number, again.count), (56, Some(21)));

    // two who sign at once never get one number, and none is left out
    let (a, b, c, d) = tokio::join!(
        issue(&supervisor, "P40", "2026-05", "2026-11-23"),
        issue(&supervisor, "P40", "2026-06", "2026-11-23"),
        issue(&supervisor, "P40", "2026-07", "2026-11-23"),
        issue(&supervisor, "P62", "2026-Q3", "2026-11-23"),
    );
    let numbers: BTreeSet<String> = [a, b, c, d].map(|p| p.unwrap().number.unwrap().to_string()).into();
    let wanted = ["示市监〔2026〕57号", "示市监〔2026〕58号", "示市监〔2026〕59号", "示市监报〔2026〕1号"].map(str::to_owned);
    assert_eq!(numbers, wanted.into());

    pages(&t, &first.id.to_string(), &analyst).await;
    let book = t.app.read_papers(&planner, &PaperFilter { state: Some("voided".into()), ..PaperFilter::default() }).await.unwrap();
    assert_eq!((book.papers.len(), book.count), (1, 1));
    t.assert_whole().await;
    demo::remove(&t.app, now).await.unwrap();
    assert_eq!(t.side().await.count("paper").await, 0);
}

/// The pages of the same: who may, what they show, a draft with its pictures, signing by the form.
async fn pages(t: &TestApp, void: &str, analyst: &Actor) {
    assert!(t.app.read_papers(analyst, &PaperFilter::default()).await.is_err());
    let site = client(&t.app, moment).await;
    let stranger = Browser::login(&site, "analyst", demo::PASSWORD).await;
    for path in ["/papers".to_owned(), "/papers/draft?kind=P40&no=2026-08".into(), "/papers/draft/page/0?kind=P40&no=2026-08".into(), format!("/papers/{void}")]
    {
        assert_ne!(stranger.get(&path).await.status, Status::Ok, "{path}");
    }
    let planner = Browser::login(&site, "plan-manager", demo::PASSWORD).await;
    let list = planner.get("/papers").await.text();
    assert!(list.contains("示市监〔2026〕59号") && !list.contains("/papers/settings"), "{list}");
    let draft = planner.get("/papers/draft?kind=P40&no=2026-08").await.text();
    assert!(draft.contains("逐页预览") && draft.contains("/papers/draft/page/1?kind=P40&#38;no=2026-08") && !draft.contains("/papers/issue"), "{draft}");
    let image = planner.get("/papers/draft/page/1?kind=P40&no=2026-08").await;
    assert!(image.status == Status::Ok && image.bytes.starts_with(b"\x89PNG"), "{:?}", image.status);
    assert_eq!(planner.get("/papers/draft/page/39?kind=P40&no=2026-08").await.status, Status::NotFound);
    let none = planner.get("/papers/draft?kind=P40&no=1999").await;
    assert!(none.text().contains("PAPER-NO"), "{}", none.text());

    let supervisor = Browser::login(&site, "supervisor", demo::PASSWORD).await;
    let csrf = supervisor.token_of_forms().await;
    let fields = |dated: &'static str| [("csrf", csrf.clone()), ("kind", "P40".to_owned()), ("no", "2026-08".to_owned()), ("dated", dated.to_owned())];
    let borrowed = |f: &[(&'static str, String); 4]| f.iter().map(|(k, v)| (*k, v.clone())).collect::<Vec<_>>();
    let send = async |f: Vec<(&'static str, String)>| {
        let pairs: Vec<(&str, &str)> = f.iter().map(|(k, v)| (*k, v.as_str())).collect();
        supervisor.post_form("/papers/issue", form(&pairs)).await
    };
    let wrong = send(borrowed(&fields("明天"))).await;
    assert!(wrong.status == Status::UnprocessableEntity && wrong.text().contains("PAPER-DAY"), "{}", wrong.text());
    let done = send(borrowed(&fields("2026-11-23"))).await;
    assert_eq!(done.status, Status::SeeOther, "{}", done.text());
    let made = supervisor.get(done.header("location")).await.text();
    assert!(made.contains("示市监〔2026〕60号") && made.contains("file.docx"), "{made}");
    let pdf = supervisor.get(&format!("{}/file.pdf", done.header("location"))).await;
    assert!(pdf.status == Status::Ok && pdf.bytes.starts_with(b"%PDF"));
    assert!(supervisor.get(&format!("/papers/{void}")).await.text().contains("附件漏了一批"));
}
