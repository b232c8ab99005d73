//! A tour: every duty follows every link of every page it is shown, in both languages; nothing leads nowhere and nothing breaks.
//! Then the same addresses with nonsense in them.

use std::collections::{BTreeSet, VecDeque};

use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::Client;
use shiyan_foundation::Scope;

use crate::Site;
use shiyan_web_kit::guard::encoded;
use shiyan_web_kit::stage::{Person, Temp, client, confirm, csrf_of, demonstration, login, now};

async fn site(name: &str) -> (Temp, Client, Vec<String>) {
    let (dir, app, names) = demonstration(name, 7, 60).await;
    (dir, client(&app, crate::routes()).await, names)
}

async fn get(client: &Client, token: &str, lang: &'static str, address: &str) -> (Status, String) {
    let response = client.get(address.to_owned()).cookie(("shiyan_login", token.to_owned())).cookie(("lang", lang)).dispatch().await;
    let status = response.status();
    let html = response.content_type().is_some_and(|c| c.is_html() || c.is_json());
    let body = response.into_bytes().await.unwrap_or_default();
    (status, if html { String::from_utf8_lossy(&body).into_owned() } else { String::new() })
}

/// Local links, with relative ones made whole; those that leave, sign out or switch are not followed.
fn links(page: &str) -> Vec<String> {
    let all = page.split("href=\"").skip(1).map(|x| x.split('"').next().unwrap_or_default());
    // The place on a page stays with the browser.
    all.map(|h| h.replace("&amp;", "&").replace("&#38;", "&"))
        .map(|h| h.split('#').next().unwrap_or_default().to_owned())
        .filter(|h| h.starts_with('/') && !["/lang", "/text", "/assets", "/explain"].iter().any(|s| h.starts_with(s)))
        .collect()
}

/// The shape of an address: pages of the same kind are visited a few times, not a thousand.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts: Vec<&str> = path.split('/').map(|p| if p.len() > 14 || p.chars().any(|c| c.is_ascii_digit()) { "*" } else { p }).collect();
    let keys: Vec<&str> = query.split('&').map(|kv| kv.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}", parts.join("/"), keys.join("&"))
}

#[rocket::async_test]
async fn every_link_leads_somewhere_for_whoever_sees_it() {
    let (_dir, client, names) = site("links").await;
    assert!(names.len() > 8);
    let mut broken = BTreeSet::new();
    for name in &names {
        let token = login(&client, name).await;
        let mut queue: VecDeque<(String, String)> = VecDeque::from([("/".to_owned(), String::new())]);
        let mut seen: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        while let Some((address, from)) = queue.pop_front() {
            let times = seen.entry(shape(&address)).or_default();
            *times += 1;
            if *times > 2 {
                continue;
            }
            // The first of its kind in Chinese, the second in English.
            let lang = if *times == 1 { "zh" } else { "en" };
            {
                let (status, page) = get(&client, &token, lang, &address).await;
                if status.code >= 400 {
                    broken.insert(format!("{name}: {} {address} (from {from})", status.code));
                }
                queue.extend(links(&page).into_iter().map(|l| (l, address.clone())));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken links:\n{}", broken.len(), broken.into_iter().collect::<Vec<_>>().join("\n"));
}

#[rocket::async_test]
async fn nonsense_in_an_address_or_a_form_is_never_a_fault() {
    let (_dir, client, names) = site("nonsense").await;
    let rooms = [
        "/figures/x",
        "/figures/discovery_rate?year=x",
        "/figures/discovery_rate?year=99999",
        "/figures/discovery_rate?tab=out&why=x&page=-1",
        "/plan/x",
        "/plan/0",
        "/plan/2026?page=0&quarter=x&class=%00",
        "/plan/x/import",
        "/plan/1999/export",
        "/rapid/x",
        "/rapid?day=x&verdict=x&follow=x&point=x",
        "/rapid/new?retest=x",
        "/rapid/x/photo/x",
        "/rapid/export.csv?day=2026-13-40",
        "/admin/x",
        "/admin/limits?page=x&state=x&q=%25",
        "/admin/limits/import",
        "/admin/limits/rejudge?since=x",
        "/admin/limits/rejudge?since=9999-12-31",
        "/admin/packages?year=x&q=%25&page=-1",
        "/admin/packages/x",
        "/admin/packages/%00",
        "/stats?year=1&tab=x",
        "/stats?year=2000",
        "/stats/export.csv?year=x",
        "/stats/annual.pdf?year=x",
        "/published?q=%27%22&verdict=x",
        "/search?q=%00%25_'",
        "/worksheets?tab=x&q=%25&mine=x",
        "/worksheets/new",
        "/worksheets/new?method=%00",
        "/worksheets/x",
        "/worksheets/x?by=x&limits=x&cell=%00",
        "/worksheets/x/cells/x",
        "/worksheets/x/finish",
        "/worksheets/x/import",
        "/worksheets/x/files/x",
        "/review?step=x&all=x",
        "/admin/instruments",
        "/admin/profiles",
        "/admin/profiles/x/1",
        "/admin/profiles/x/x",
        "/admin/profiles/%00/1",
        "/admin/profiles/shipped/%00",
        "/admin/templates?method=%00",
        "/api/v1/kpi?year=x",
        "/api/v1/samples?cursor=x",
        "/api/v1/samples/x",
        "/api/v1/cases?year=x",
        "/api/v1/deadline?rule=x&from=x",
        "/api/v1/deadline",
        "/api/v1/deadline?rule=D07&from=9999-12-31",
        "/api/v1/explain/x",
        "/api/v1/x",
    ];
    let forms = [
        "/plan/2026/create",
        "/plan/2026/lines",
        "/plan/2026/issue",
        "/plan/2026/import",
        "/rapid/new",
        "/rapid/x/dispose",
        "/rapid/x/object",
        "/rapid/x/send",
        "/rapid/x/conclude",
        "/admin/users",
        "/admin/users/x/disable",
        "/admin/users/x/password",
        "/admin/users/x/scope",
        "/admin/streets",
        "/admin/population",
        "/admin/population/choose",
        "/admin/laboratories",
        "/admin/points",
        "/admin/limits/x",
        "/admin/limits/import",
        "/admin/limits/rejudge",
        "/admin/packages",
        "/admin/calendar",
        "/published/import",
        "/stats/annual.pdf",
        "/worksheets/new",
        "/worksheets/x",
        "/worksheets/x/finish",
        "/worksheets/x/assign",
        "/worksheets/x/void",
        "/worksheets/x/release",
        "/worksheets/x/import",
        "/worksheets/x/cells/x/remark",
        "/worksheets/x/cells/x/carry-over",
        "/review/x/check",
        "/review/x/return",
        "/review/x/x",
        "/admin/instruments",
        "/admin/profiles",
        "/admin/profiles/x/1",
        "/admin/templates",
    ];
    for name in &names {
        let token = login(&client, name).await;
        for address in rooms {
            let (status, page) = get(&client, &token, "en", address).await;
            assert!(status.code < 500, "{name}: {status} {address}\n{page}");
        }
        let (_, home) = get(&client, &token, "zh", "/me").await;
        let csrf = csrf_of(&home).to_owned();
        for address in forms {
            let nonsense = "year=x&action=x&confirm=zz%7Czz&scope=x&roles=x&batches=x&people=x&id=x&kg=x&days=x&file=x";
            for body in [format!("csrf={csrf}&{nonsense}"), nonsense.to_owned()] {
                let forged = !body.starts_with("csrf");
                let request = client.post(address).header(ContentType::Form).cookie(("shiyan_login", token.clone()));
                let response = request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await;
                assert!(response.status().code < 500, "{name}: {} {address}", response.status());
                assert!(!forged || response.status().code >= 400, "{name}: forged {address} was taken");
            }
        }
        for (address, body) in [
            ("/api/v1/judge", "{"),
            ("/api/v1/judge", r#"{"item":"铅","result":"0.1","x":1}"#),
            ("/api/v1/rapid/readings", r#"{"stall":"","food":"","method":""}"#),
            ("/worksheets/x/cells", r#"{"cells":[]}"#),
            ("/worksheets/00000000-0000-0000-0000-000000000000/cells", r#"{"cells":[{"item":"x","seen":0,"raw":"1"}]}"#),
        ] {
            let request = client.post(address).header(ContentType::JSON).header(Header::new("X-CSRF", csrf.clone())).cookie(("shiyan_login", token.clone()));
            let response = request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await;
            assert!((400..500).contains(&response.status().code), "{name}: {} {address}", response.status());
            assert_eq!(response.content_type().map(|c| c.to_string()).unwrap_or_default(), "application/problem+json");
        }
    }
}

#[rocket::async_test]
async fn an_administrator_sees_no_business_record() {
    let (_dir, client, _) = site("admin").await;
    let token = login(&client, "admin").await;
    for address in [
        "/admin/limits/rejudge",
        "/figures/discovery_rate",
        "/plan/2026",
        "/rapid",
        "/stats",
        "/published",
        "/stats/annual.pdf",
        "/stats/table/by_class.csv",
        "/api/v1/statistics",
        "/api/v1/statistics/by_class",
        "/api/v1/kpi",
        "/api/v1/samples",
        "/api/v1/cases",
    ] {
        assert_eq!(get(&client, &token, "zh", address).await.0, Status::NotFound, "{address}");
    }
    let (status, page) = get(&client, &token, "zh", "/search?q=XBJ").await;
    assert!(status == Status::Ok && !page.contains("/samples/"), "{encoded}", encoded = encoded("x"));
}

#[rocket::async_test]
async fn the_tables_of_a_past_year_are_as_of_the_same_day_as_its_figures() {
    let (dir, client, _) = site("past").await;
    let app = &client.rocket().state::<Site>().unwrap().app;
    let data = shiyan_papers::district_tabled(app, 2025, None, now()).await.unwrap();
    assert_eq!(data.tables.as_of, now().date_naive(), "a batch sampled in December and reported in January counts");
    assert_eq!(data.tables.total.now.batches, data.figures.kpis.discovery.denominator);
    assert!(data.tables.total.now.batches > 0);
    drop(dir);
}

#[rocket::async_test]
async fn a_laboratory_is_registered_changed_and_offered_on_the_sheet() {
    let (_dir, client, _) = site("labs").await;
    let admin = Person::of(&client, "admin").await;
    let send = async |body: String| admin.post("/admin/laboratories", body).await;
    let (status, page) = send("name=示范检验所&address=&phone=1&zip=45".into()).await;
    assert_eq!(status, 422, "{page}");
    assert!(page.contains("邮政编码") && page.contains("value=\"示范检验所\""), "what was typed is kept: {page}");
    assert_eq!(send("name=示范检验所&address=一号&phone=000-1&zip=４５００００&cma=".into()).await.0, 303);
    assert_eq!(send("name=示范检验所&address=二号&phone=000-2&zip=&cma=".into()).await.0, 303);
    let labs = client.rocket().state::<Site>().unwrap().app.laboratories().await.unwrap();
    let mine: Vec<_> = labs.iter().filter(|l| l.name == "示范检验所").collect();
    assert_eq!(mine.len(), 1);
    assert_eq!((mine[0].address.as_str(), mine[0].phone.as_str(), mine[0].revision), ("二号", "000-2", 1));
    let sampler = login(&client, "sampler").await;
    let (_, sheet) = get(&client, &sampler, "zh", "/samples/new").await;
    assert!(sheet.contains("示范检验所"), "{sheet}");
}

#[rocket::async_test]
async fn positives_past_their_72_hours_stand_beside_those_within_them() {
    let (_dir, client, _) = site("positives").await;
    let supervisor = login(&client, "supervisor").await;
    let (_, home) = get(&client, &supervisor, "zh", "/").await;
    for word in ["72小时内待处置", "超过72小时未处置"] {
        assert!(home.contains(word), "{word}");
    }
    let mut open = 0;
    for follow in ["running", "late"] {
        let (_, list) = get(&client, &supervisor, "zh", &format!("/rapid?follow={follow}")).await;
        open += list.matches("<tr data-row").count();
    }
    let (_, list) = get(&client, &supervisor, "zh", "/rapid?follow=open").await;
    assert_eq!(list.matches("<tr data-row").count(), open);
    assert!(open > 0, "the demonstration has open positives");
}

#[rocket::async_test]
async fn a_year_that_has_not_begun_has_no_figures_and_is_not_offered() {
    use chrono::Datelike;
    let (_dir, client, _) = site("ahead").await;
    let supervisor = login(&client, "supervisor").await;
    let next = now().year() + 1;
    for page in [format!("/stats?year={next}"), format!("/figures/per_thousand?year={next}"), format!("/stats/annual.pdf?year={next}")] {
        let (status, text) = get(&client, &supervisor, "zh", &page).await;
        assert!(status == Status::UnprocessableEntity && text.contains("还没有开始"), "{page} {status} {text}");
    }
    let (_, stats) = get(&client, &supervisor, "zh", "/stats").await;
    assert!(stats.contains(&format!("year={}", next - 1)) && !stats.contains(&format!("year={next}")), "{stats}");
}

#[rocket::async_test]
async fn every_page_of_figures_takes_a_day_says_it_and_refuses_one_to_come() {
    let (_dir, client, _) = site("as-of").await;
    let supervisor = login(&client, "supervisor").await;
    let rooms = [
        "/stats?year=2026",
        "/stats/export.csv?year=2026&tab=class",
        "/stats/table/by_class.csv?year=2026",
        "/stats?year=2026&tab=looks&heat=overdue",
        "/figures/discovery_rate?year=2026",
        "/rows/in_lab?year=2026",
        "/stats/annual.pdf?year=2026",
    ];
    for room in rooms {
        for (day, code) in [("2026-11-24", "AS-OF-AHEAD"), ("2026-13-01", "TYPED-DATE"), ("2025-12-31", "YEAR-AHEAD")] {
            let (status, page) = get(&client, &supervisor, "zh", &format!("{room}&as_of={day}")).await;
            assert!(status == Status::UnprocessableEntity && page.contains(code), "{room} {day} {status} {page}");
        }
        let (status, page) = get(&client, &supervisor, "zh", &format!("{room}&as_of=2026-06-30")).await;
        assert!(status == Status::Ok && (page.is_empty() || page.contains("2026-06-30")), "{room} {status}");
    }
    let api = async |query: &str| {
        let (status, text) = get(&client, &supervisor, "en", &format!("/api/v1/kpi?{query}")).await;
        (status.code, serde_json::from_str::<serde_json::Value>(&text).unwrap_or_default())
    };
    let (status, june) = api("year=2026&as_of=2026-06-30").await;
    let (_, today) = api("year=2026").await;
    assert_eq!((status, june["as_of"].as_str(), today["as_of"].as_str()), (200, Some("2026-06-30"), Some("2026-11-23")));
    let counted = |v: &serde_json::Value| v["figures"][0]["counted"].as_u64().unwrap();
    assert!(counted(&june) < counted(&today), "{june} {today}");
    // the page of the day shows the number of the day, and its links keep the day
    let (_, page) = get(&client, &supervisor, "zh", "/figures/batches_per_thousand?year=2026&as_of=2026-06-30").await;
    assert!(page.contains(&format!("data-count=\"{}\"", counted(&june))) && page.contains("as_of=2026-06-30"), "{page}");
    let (_, page) = get(&client, &supervisor, "zh", "/stats?year=2026&as_of=2026-06-30").await;
    assert!(page.contains("时点数据：2026-06-30") && page.contains("/stats/annual.pdf?year=2026&#38;as_of=2026-06-30"), "{page}");
}

#[rocket::async_test]
async fn choosing_another_population_row_says_which_years_keep_theirs() {
    let (_dir, client, _) = site("rows-kept").await;
    let app = &client.rocket().state::<Site>().unwrap().app;
    let plans = app.stage().all::<shiyan_sampling_plan::Plan>().await.unwrap();
    assert!(!plans.is_empty());
    let admin = Person::of(&client, "admin").await;
    let (_, page) = admin.get("/admin/population").await;
    for plan in &plans {
        let kept = format!("{}年（{} 人）", plan.year, shiyan_web_kit::ui::num(plan.population.people));
        assert!(page.contains("保留编制时的人口行") && page.contains(&kept), "{kept}: {page}");
    }
}

#[rocket::async_test]
async fn a_list_behind_a_figure_names_each_record_by_its_number() {
    let (_dir, client, _) = site("named").await;
    let supervisor = login(&client, "supervisor").await;
    for key in ["batches_per_thousand", "disposal_rate", "service_on_time_rate", "rapid_positive_rate"] {
        let (_, page) = get(&client, &supervisor, "zh", &format!("/figures/{key}?year=2026")).await;
        let rows: Vec<&str> =
            page.split(" data-row").skip(1).map(|r| r.split("</a>").next().unwrap_or_default().rsplit('>').next().unwrap_or_default()).collect();
        let names: BTreeSet<&str> = rows.iter().copied().collect();
        // several duties of one case share its number
        let least = if key == "service_on_time_rate" { 2 } else { rows.len() };
        assert!(!rows.is_empty() && names.len() >= least.min(rows.len()), "{key}: {rows:?}");
        assert!(names.iter().all(|n| n.chars().any(|c| c.is_ascii_digit())), "{key}: {names:?}");
    }
}

#[rocket::async_test]
async fn a_report_of_a_year_names_who_closed_late_and_counts_each_case_once() {
    let (_dir, client, _) = site("late").await;
    let app = &client.rocket().state::<Site>().unwrap().app;
    let mut counted = Vec::new();
    for year in [2024, 2025, 2026] {
        let mut data =
            shiyan_papers::annual(app, app.year(app.kpi_scope(year).await.unwrap(), &Scope::District, now()).await.unwrap(), &Scope::District).await.unwrap();
        let k = &mut data.kpis;
        let mine: Vec<_> = data.cases.iter().filter(|c| c.state != shiyan_nonconformity::case::CaseState::Cancelled).collect();
        assert_eq!(mine.len() as u64, k.disposal.denominator + k.open_not_due.len() as u64, "{year}");
        counted.extend(data.cases.iter().map(|c| c.id));
        // nobody closes late in the demonstration, so one does here
        if let Some(case) = data.cases.first() {
            k.closed_late.push(shiyan_indicators::CaseLine {
                case_id: case.id,
                case_no: "案件甲".into(),
                sampling_no: String::new(),
                street: case.street.clone(),
                due_on: k.as_of,
                provisional: false,
                closed_on: Some(k.as_of),
                state: String::new(),
            });
            let model = format!("{:?}", shiyan_reports::annual::words::model(&data, shiyan_foundation::Lang::Zh).unwrap());
            assert!(model.contains("案件甲") && model.matches(" 超期办结\"").count() == 1, "{year}");
        }
    }
    let all = counted.len();
    counted.sort_unstable();
    counted.dedup();
    assert!(all > 0 && counted.len() == all, "a case counts in one year");
}

#[rocket::async_test]
async fn a_part_of_the_district_is_not_divided_by_all_of_its_people() {
    let (_dir, client, _) = site("part").await;
    let site = client.rocket().state::<Site>().unwrap();
    let scope = site.app.kpi_scope(2026).await.unwrap();
    let all = scope.streets.clone().unwrap();
    let one = Scope::Streets(all.iter().take(1).cloned().collect());
    for (user, divided) in [(Scope::District, true), (Scope::Streets(all), true), (one, false)] {
        let data = site.app.year(shiyan_app::figures::narrowed(scope.clone(), &user), &user, now()).await.unwrap();
        let figure = &data.kpis.per_thousand;
        assert_eq!((figure.met.is_some(), data.kpis.required > 0, figure.display != "—"), (divided, divided, divided), "{user:?}");
        let figures = site.app.figures(shiyan_app::figures::narrowed(scope.clone(), &user), &user, None, now()).await.unwrap();
        let home = shiyan_web_figures::parts::gauge(&figures.kpis, &shiyan_web_kit::when::When::now(2026), String::new(), String::new());
        assert_eq!(home.required > 0, divided);
    }
}

#[rocket::async_test]
async fn the_holidays_of_a_year_are_tried_before_they_are_imported() {
    let (_dir, client, _) = site("calendar").await;
    let app = &client.rocket().state::<Site>().unwrap().app;
    let admin = Person::of(&client, "admin").await;
    let send = async |body: String| admin.post("/admin/calendar", body).await;
    let (status, page) = send("source=通知一号&days=2027-01-01,OFF%0A2027-01-02,什么".into()).await;
    assert!(status == 422 && page.contains("2027-01-02"), "{page}");
    let (status, page) = send("source=通知一号&days=2027-01-01,OFF%0A2027-01-03,WORK".into()).await;
    assert!(status == 200 && page.contains("试运行没有写入任何数据") && page.contains("天放假"), "{page}");
    assert!(!app.calendar().await.unwrap().knows(2027), "a dry run writes nothing");
    assert_eq!(send(confirm(&page)).await.0, 303);
    let calendar = app.calendar().await.unwrap();
    let day = |d| shiyan_foundation::NaiveDate::from_ymd_opt(2027, 1, d).unwrap();
    assert!(calendar.knows(2027) && calendar.off.contains(&day(1)) && calendar.work.contains(&day(3)));
    let (status, page) = send("confirm=nonsense".into()).await;
    assert!(status == 422 && page.contains("DRY-RUN-GONE"), "{page}");
}
