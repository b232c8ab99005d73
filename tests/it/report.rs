//! The test report: what is frozen, what the public sees, many at once, the house's own mark and terms.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rocket::http::{ContentType, Status};
use serde_json::Value;
use shiyan_app::reports::{TypedPicture, TypedReportSettings};
use shiyan_app::{App, Error, Who, sha256_hex};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Lang, Scope};
use shiyan_lab_results::order::OrderState;
use shiyan_lab_results::report::{ReportContent, ReportOptions, TestReport};
use shiyan_testkit::{PASSWORD, PNG, TestApp, at, codes};

use crate::http::{Answer, Browser, client, encoded, now};

shiyan_testkit::on_both_engines!(
    a_character_that_no_face_has_is_told_before_the_report_goes_out,
    what_was_chosen_is_frozen_and_archived,
    fifty_reports_are_one_job_and_a_failure_stops_none_of_the_others,
    a_job_goes_on_where_the_program_broke_off,
    all_conforming_ones_are_issued_at_once,
    only_who_issues_reports_issues_them,
    what_is_looked_at_before_it_is_signed_is_the_file_that_is_archived,
    what_is_normal_throughout_is_approved_together_with_one_password,
    the_public_sees_what_is_public_of_both_revisions,
    a_number_is_never_given_twice,
    the_house_has_its_own_term_mark_and_seal,
    the_house_words_its_own_conclusions,
    taking_a_report_out_is_journaled,
);

const NO: &str = "XBJ25410105000000001";
const BOTH: ReportOptions = ReportOptions { bilingual: true, working: true, rare: false };

fn no(n: u32) -> String {
    format!("XBJ254101050000{n:05}")
}
fn content(report: &TestReport) -> ReportContent {
    serde_json::from_str(&report.content).unwrap()
}
/// What a PDF says, or `None` where it cannot be read here.
fn said(pdf: &[u8]) -> Option<String> {
    let file = std::env::temp_dir().join(format!("shiyan-report-{}-{}.pdf", std::process::id(), sha256_hex(pdf)));
    std::fs::write(&file, pdf).unwrap();
    let out = std::process::Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(&file).arg("-").output();
    std::fs::remove_file(&file).unwrap();
    match out {
        Ok(out) => Some(String::from_utf8_lossy(&out.stdout).split_whitespace().collect()),
        Err(_) => {
            shiyan_testkit::skipped("the text of a report read back", "pdftotext is not installed");
            None
        }
    }
}

async fn what_is_looked_at_before_it_is_signed_is_the_file_that_is_archived(t: TestApp) {
    let p = &t.people;
    let (_, order) = t.received(NO).await;
    let plain = ReportOptions::default();
    let look = async |who: &shiyan_app::records::UserAccount, when: &str| t.app.preview_report(who, &order, plain, at(when)).await;
    assert!(matches!(look(&p.signatory, "2025-06-05T10:00").await, Err(Error::NotFound)), "nothing to look at yet");
    t.enter(&order, &["0.05", "<0.01"], at("2025-06-06T10:00")).await;
    t.reviewed(&order, at("2025-06-09T10:00")).await;
    // Only who could sign it now: a report names the operator.
    assert!(codes(look(&p.reviewer, "2025-06-10T08:00").await).contains(&"LAB-ROLE"));
    assert!(codes(look(&p.sender, "2025-06-10T08:00").await).contains(&"LAB-ROLE"));
    let before_signing = look(&p.signatory, "2025-06-10T08:30").await.unwrap();
    t.app.approve_order(&p.signatory, &order, at("2025-06-10T10:00")).await.unwrap();
    let before_issue = look(&p.sender, "2025-06-10T11:00").await.unwrap();
    let report = t.app.issue_report(&p.sender.actor(), &order, plain, at("2025-06-10T16:20")).await.unwrap();
    let archived = t.app.report_pdf(&report).await.unwrap();
    assert!(before_signing == archived && before_issue == archived, "byte for byte");
    assert_eq!(report.pdf_sha256.as_deref(), Some(sha256_hex(&before_signing).as_str()));
    if let Some(text) = said(&before_signing) {
        assert!(!text.contains("草稿") && text.contains(NO), "nothing in the file says that it was not issued");
    }
    assert!(matches!(look(&p.signatory, "2025-06-10T17:00").await, Err(Error::NotFound)), "it is issued");
    // Who looked at what is on record.
    let looked: Vec<_> = t.app.stage().timeline(&[format!("order:{order}")]).await.unwrap().into_iter().filter(|e| e.verb == "report.preview").collect();
    assert_eq!(looked.iter().map(|e| e.actor_name.as_str()).collect::<Vec<_>>(), [p.signatory.name.as_str(), p.sender.name.as_str()]);
    assert_eq!(looked[0].facts["pdf"], sha256_hex(&archived));
    t.assert_whole().await;
}

async fn what_is_normal_throughout_is_approved_together_with_one_password(t: TestApp) {
    let client = client(&t.app, now).await;
    let mut orders = Vec::new();
    for (n, raws) in [["0.05", "未检出"], ["0.06", "<0.01"], ["2.4", "未检出"], ["0.07", "未检出"]].iter().enumerate() {
        let (_, order) = t.received(&no(u32::try_from(n).unwrap() + 1)).await;
        t.enter(&order, raws, at("2025-06-06T10:00")).await;
        if n < 3 {
            t.reviewed(&order, at("2025-06-09T10:00")).await;
        }
        orders.push(order);
    }
    let user = Browser::login(&client, "signatory", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let page = user.get("/review?step=approve").await.text();
    let tick = |order: &str| format!("name=\"order\" value=\"{order}\" checked");
    assert!(page.contains(&tick(&orders[0])) && page.contains(&tick(&orders[1])), "{page}");
    assert!(!page.contains(&format!("value=\"{}\"", orders[2])), "a failing one is looked at by itself");
    // Each value as typed beside how it is understood.
    let batch = page.split("/review/approve").nth(1).unwrap();
    assert!(batch.contains("&lt;0.01") || batch.contains("<0.01") || batch.contains("&#60;0.01"), "as typed");
    assert!(batch.contains("录入原样") && batch.contains("读作"));
    let post = async |password: &str, ticked: &[&str]| {
        let fields: String = ticked.iter().map(|o| format!("&order={o}")).collect();
        user.post_form("/review/approve", format!("csrf={csrf}&password={}{fields}", encoded(password))).await
    };
    let states = async || {
        let mut all = Vec::new();
        for order in &orders {
            all.push(t.order(order).await.state);
        }
        all
    };
    let before = states().await;
    let wrong = post("not the password", &[&orders[0], &orders[1]]).await;
    assert!(wrong.status == Status::UnprocessableEntity && wrong.text().contains("STEP-UP"), "{}", wrong.status);
    assert!(post(PASSWORD, &[]).await.text().contains("LAB-NONE-CHOSEN"));
    // One that is not normal keeps all of them, whoever put it into the form; so does one that is not at this step.
    for odd in [&orders[2], &orders[3]] {
        let all = post(PASSWORD, &[&orders[0], odd]).await;
        assert!(matches!(all.status.code, 403 | 409 | 422), "{}", all.status);
        assert_eq!(states().await, before, "all or none");
    }
    assert!(post(PASSWORD, &[&orders[0], &orders[2]]).await.text().contains("LAB-APPROVE-ALONE"));
    assert_eq!(post(PASSWORD, &[&orders[0], &orders[1]]).await.status, Status::SeeOther);
    assert_eq!(states().await, [OrderState::Approved, OrderState::Approved, OrderState::Reviewed, OrderState::Testing]);
    for order in &orders[..2] {
        let order = t.order(order).await;
        assert_eq!(order.conclusion.as_ref().map(|c| c.outcome), Some(Outcome::Pass));
        assert_eq!(order.signatures.last().unwrap().user, t.people.signatory.id);
    }
    // 下一件 leads to what this person can act on, not along the queue of the order that was just signed.
    let next =
        |page: &str| page.split("下一件").next().and_then(|before| before.rsplit("href=\"").next()).map(|href| href.split('"').next().unwrap().to_owned());
    assert_eq!(next(&user.get(&format!("/bench/{}", orders[0])).await.text()), Some(format!("/bench/{}", orders[2])));
    t.app.approve_order(&t.people.signatory, &orders[2], at("2025-06-10T10:00")).await.unwrap();
    let page = user.get(&format!("/bench/{}", orders[2])).await.text();
    assert!(!page.contains("下一件"), "nothing waits for the signatory any more");
    let sender = Browser::login(&client, "sender", PASSWORD).await;
    let page = sender.get(&format!("/bench/{}", orders[2])).await.text();
    assert!([&orders[0], &orders[1]].iter().any(|o| next(&page) == Some(format!("/bench/{o}"))), "the sender goes on with what is to be issued");
    t.assert_whole().await;
}

async fn what_was_chosen_is_frozen_and_archived(t: TestApp) {
    let sender = t.people.sender.actor();
    let (_, order, _) = t.concluded(NO, &["0.15", "<0.01"]).await;
    // A draft first: nothing is kept, and it says that it is one.
    let head = t.app.stage().head().await.unwrap();
    let draft = t.app.draft_report(&t.order(&order).await, BOTH, at("2025-06-10T15:00")).await.unwrap().unwrap();
    assert_eq!(t.app.stage().head().await.unwrap(), head);
    if let Some(text) = said(&draft) {
        assert!(text.contains("草稿未签发") && text.contains("Draft,notissued") && !text.contains("扫码查验报告"), "{text}");
    }

    let report = t.app.issue_report(&sender, &order, BOTH, at("2025-06-10T16:00")).await.unwrap();
    assert_eq!(codes(t.app.issue_report(&sender, &order, BOTH, at("2025-06-10T16:01")).await), ["LAB-STATE"]);
    assert!(t.app.draft_report(&t.order(&order).await, BOTH, at("2025-06-10T17:00")).await.unwrap().is_none());
    let frozen = content(&report);
    assert_eq!(frozen.options, BOTH);
    assert_eq!(report.content_sha256, sha256_hex(report.content.as_bytes()));
    let working: Vec<String> = frozen.items[0].working.iter().map(|(zh, _)| zh.clone()).collect();
    assert!(working.iter().any(|s| s.contains("[L0001 v")), "the limit with its version: {working:?}");
    assert!(working.iter().any(|s| s.contains("0.15 ≤ 0.2：成立")), "the comparison: {working:?}");
    assert!(frozen.items.iter().all(|i| i.working.iter().all(|(zh, en)| !zh.is_empty() && !en.is_empty())));

    let pdf = t.app.report_pdf(&report).await.unwrap();
    assert_eq!(report.pdf_sha256.as_deref(), Some(sha256_hex(&pdf).as_str()));
    assert_eq!(pdf, t.app.typeset(&frozen).unwrap(), "the archived bytes are those that its frozen facts give");
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "sender", PASSWORD).await;
    let shown = user.get(&format!("/reports/{}/pdf", report.number)).await;
    assert!(shown.status == Status::Ok && shown.bytes == pdf, "what is shown is the archived file itself");
    if let Some(text) = said(&pdf) {
        for wanted in [
            "检验报告",
            "TESTREPORT",
            "被抽样单位",
            "Sampledoperator",
            "注意事项",
            "NOTICE",
            "自收到检验结论之日起7个工作日内",
            "within7workingdaysofreceiving",
            "检验结论",
            "Conclusion",
            "经抽样检验，所检项目符合",
            "Theitemstestedmeettherequirements",
            "判定过程",
            "[L0001",
            "以下空白",
            "封存于虚构检测中心（A-1）",
            "虚构路1号",
            "000-00000000",
            "邮政编码",
        ] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
        assert!(!text.contains('〓'), "a character without a glyph");
    }

    // Without options nothing of it is there, and the old form of the content stays what it was.
    let (_, plain, _) = t.concluded(&no(2), &["0.15", "<0.01"]).await;
    let plain = t.issued(&plain).await;
    assert!(!plain.content.contains("\"options\"") && !plain.content.contains("\"working\"") && !plain.content.contains("\"draft\""));
    let text = said(&t.app.report_pdf(&plain).await.unwrap());
    assert!(text.is_none_or(|text| !text.contains("判定过程") && !text.contains("TESTREPORT")));
    t.assert_whole().await;
}

/// An application over the same database whose typesetter waits at a gate and has no ink for one number.
fn gated(t: &TestApp, open: &Arc<AtomicBool>, no_ink: String) -> App {
    let open = open.clone();
    App::new(t.app.stage().clone(), move |content| {
        while !open.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        if content.number.ends_with(&no_ink) {
            Err(shiyan_app::reports::Unset::Failed("no ink".into()))
        } else {
            Ok(format!("%PDF-1.7 {}", content.number).into_bytes())
        }
    })
}

impl Browser<'_> {
    async fn send(&self, to: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", self.token_of_forms().await);
        for (key, value) in fields {
            body.push_str(&format!("&{}={}", encoded(key), encoded(value)));
        }
        self.post_form(to, body).await
    }
    /// The job to its end, as the script of the page asks for it.
    async fn watched(&self, job: &str) -> Value {
        let (mut after, mut seen) = (0, 0);
        for _ in 0..2_000 {
            let answer = self.get(&format!("{job}/state?after={after}")).await;
            assert_eq!(answer.status, Status::Ok, "{}", answer.text());
            let state: Value = serde_json::from_slice(&answer.bytes).unwrap();
            let settled = state["settled"].as_u64().unwrap();
            assert!(settled >= seen && settled <= state["total"].as_u64().unwrap(), "{state}");
            (after, seen) = (state["change"].as_u64().unwrap(), settled);
            if state["finished"].as_bool().unwrap() {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{job} does not end");
    }
}

async fn fifty_reports_are_one_job_and_a_failure_stops_none_of_the_others(t: TestApp) {
    let mut orders = Vec::new();
    for n in 1..=50 {
        let raws: &[&str] = if n == 9 { &["2.4", "未检出"] } else { &["0.1", "未检出"] };
        orders.push(t.concluded(&no(n), raws).await.1);
    }
    let gate = Arc::new(AtomicBool::new(false));
    let app = gated(&t, &gate, no(7));
    let site = client(&app, now).await;
    let user = Browser::login(&site, "sender", PASSWORD).await;

    let page = user.get("/reports").await.text();
    assert_eq!(page.matches("name=\"order\"").count(), 49, "no tick beside the nonconforming one");
    assert!(page.contains("不合格报告须单独签发") && page.contains("(49)"), "{page}");
    assert!(user.get("/reports?outcome=fail").await.text().contains(&no(9)));
    assert!(!user.get("/reports?outcome=fail").await.text().contains(&no(8)));
    let found = user.get(&format!("/reports?q={}", no(33))).await.text();
    assert!(found.contains(&no(33)) && !found.contains(&no(34)));

    // The gate is shut, so that the job can be looked at while it goes on.
    let mut fields: Vec<(&str, &str)> = orders.iter().map(|o| ("order", o.as_str())).collect();
    fields.extend([("which", "selected"), ("bilingual", "1")]);
    let begun = user.send("/reports/issue", &fields).await;
    assert_eq!(begun.status, Status::SeeOther, "{}", begun.text());
    let job = begun.header("Location").to_owned();
    let running = user.get(&job).await;
    assert!(running.text().contains("<noscript><meta http-equiv=\"refresh\"") && running.text().contains("<progress"), "{}", running.text());
    assert!(running.text().contains("程序重新启动后接着签发"));
    let twice = user.send("/reports/issue", &fields).await;
    assert!(twice.status == Status::UnprocessableEntity && twice.text().contains("JOB-TWICE") && twice.text().contains("checked"), "{}", twice.text());
    let other = Browser::login(&site, "quality", PASSWORD).await;
    let stranger = other.get(&job).await;
    assert!(stranger.status == Status::NotFound && !stranger.text().contains(&no(1)), "a job belongs to who started it");
    assert_eq!(other.get(&format!("{job}/state")).await.status, Status::NotFound);
    // Somebody issues one of them alone meanwhile.
    t.app.issue_report(&t.people.sender.actor(), &orders[49], ReportOptions::default(), now()).await.unwrap();
    gate.store(true, Ordering::Relaxed);
    let end = user.watched(&job).await;
    assert_eq!((end["total"].as_u64(), end["done"].as_u64(), end["refused"].as_u64(), end["left"].as_u64()), (Some(50), Some(47), Some(3), Some(0)), "{end}");

    let page = user.get(&job).await.text();
    assert!(!page.contains("http-equiv=\"refresh\""), "an ended job stands still");
    let row = |n: usize| page.split(&format!("id=\"l-{}\"", n - 1)).nth(1).unwrap().split("</tr>").next().unwrap().to_owned();
    assert!(row(9).contains("不合格报告须单独签发"), "{}", row(9));
    assert!(row(7).contains("记录号") && !row(7).contains("no ink"), "{}", row(7));
    assert!(row(50).contains("已出报告"), "{}", row(50));
    assert!(row(8).contains(&format!("SY-{}", no(8))) && row(50).contains(&no(50)));
    for (n, order) in orders.iter().enumerate().map(|(i, o)| (i + 1, o)) {
        let wanted = if [7, 9].contains(&n) { OrderState::Approved } else { OrderState::Issued };
        assert_eq!(t.order(order).await.state, wanted, "{n}");
    }
    let report = app.stage().report_by_number(&format!("SY-{}", no(8)), &Scope::District).await.unwrap().unwrap();
    assert!(content(&report).options.bilingual && !content(&report).options.working);

    // One file of them all, by number; each noted before it went out.
    assert!(page.contains(&format!("/reports/zip?job={}", job.trim_start_matches("/jobs/"))));
    let zip = user.get(&format!("/reports/zip?job={}", job.trim_start_matches("/jobs/"))).await;
    assert_eq!((zip.status, zip.header("Content-Type")), (Status::Ok, "application/zip"), "{}", zip.text());
    let entries = zip.bytes.windows(4).filter(|w| w == b"PK\x01\x02").count();
    let name = format!("SY-{}.pdf", no(8));
    assert!(zip.bytes.starts_with(b"PK\x03\x04") && entries == 47 && zip.bytes.windows(name.len()).any(|w| w == name.as_bytes()));
    assert_eq!(t.side().await.count("journal WHERE verb = 'report.print' AND facts LIKE '%zip%'").await, 47);
    assert_eq!(other.get(&format!("/reports/zip?job={}", job.trim_start_matches("/jobs/"))).await.status, Status::NotFound);

    // What is left can be done: the failing one alone, the other once there is ink.
    let alone = user.send(&format!("/bench/{}/issue", orders[8]), &[]).await;
    assert_eq!(alone.status, Status::SeeOther, "{}", alone.text());
    assert!(user.get("/reports").await.text().contains("(1)"));
    let list = user.get("/reports/issued").await.text();
    assert_eq!(list.matches("name=\"number\"").count(), 49, "the ones in force");
    assert!(user.get("/jobs/00000000-0000-0000-0000-000000000000").await.text().contains("结束已超过 30 天"));
    t.assert_whole().await;
}

async fn a_job_goes_on_where_the_program_broke_off(t: TestApp) {
    let mut orders = Vec::new();
    for n in 1..=8 {
        orders.push(t.concluded(&no(n), &["0.1", "未检出"]).await.1);
    }
    // The typesetter of the first server hangs at the fourth report: there the program is killed.
    let open = Arc::new(AtomicBool::new(false));
    let (gate, stuck) = (open.clone(), no(4));
    let first = App::new(t.app.stage().clone(), move |content| {
        while content.number.ends_with(&stuck) && !gate.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(format!("%PDF-1.7 {}", content.number).into_bytes())
    });
    let one = client(&first, now).await;
    let user = Browser::login(&one, "sender", PASSWORD).await;
    let mut fields: Vec<(&str, &str)> = orders.iter().map(|o| ("order", o.as_str())).collect();
    fields.push(("which", "selected"));
    let job = user.send("/reports/issue", &fields).await.header("Location").to_owned();
    let id = job.trim_start_matches("/jobs/").to_owned();
    let issued = async || t.side().await.count("journal WHERE verb = 'report.issue'").await;
    while issued().await < 3 || t.side().await.count(&format!("job_line WHERE job = '{id}' AND place = 2 AND line LIKE '%Done%'")).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // What was issued just before, and not noted any more.
    let mut line: Value = serde_json::from_str(&t.app.job(&id, t.people.sender.id).await.unwrap().unwrap().lines[2]).unwrap();
    line["outcome"] = "Working".into();
    line["key"] = "".into();
    t.app.keep_job_line(&id, 2, &line.to_string(), now()).await.unwrap();

    // Another server finds it: as it is kept, and not yet silent for long enough.
    let two = client(&gated(&t, &Arc::new(AtomicBool::new(true)), no(7)), now).await;
    let site = two.rocket().state::<shiyan_web_kit::site::Site>().unwrap().clone();
    let again = Browser::login(&two, "sender", PASSWORD).await;
    assert!(again.get(&job).await.text().contains("2 / 8 · 进行中"), "{}", again.get(&job).await.text());
    let workers = shiyan_web_site::workers();
    assert_eq!(site.jobs.take_over(&site, &workers, now() - chrono::TimeDelta::seconds(90)).await.unwrap(), 0, "its server is alive");
    assert_eq!(site.jobs.take_over(&site, &workers, now() + chrono::TimeDelta::seconds(1)).await.unwrap(), 1);
    let end = again.watched(&job).await;
    assert_eq!((end["total"].as_u64(), end["done"].as_u64(), end["refused"].as_u64()), (Some(8), Some(7), Some(1)), "{end}");
    let page = again.get(&job).await.text();
    assert!((1..=8).filter(|n| *n != 7).all(|n| page.contains(&format!("SY-{}", no(n)))), "{page}");
    assert_eq!(issued().await, 7, "nothing is issued twice");
    // The first one comes back from its typesetter and finds its report issued.
    open.store(true, Ordering::Relaxed);
    user.watched(&job).await;
    assert_eq!(issued().await, 8, "the one that the second server had no ink for");
    assert_eq!(t.side().await.count("journal WHERE verb = 'report.issue' AND facts LIKE '%\"replaces\":null%'").await, 8);
    t.assert_whole().await;
}

async fn all_conforming_ones_are_issued_at_once(t: TestApp) {
    let mut orders = Vec::new();
    for n in 1..=6 {
        let raws: &[&str] = if n == 3 { &["2.4", "未检出"] } else { &["0.1", "未检出"] };
        orders.push(t.concluded(&no(n), raws).await.1);
    }
    // One that failed was amended and no longer does; its next report waits like the others.
    let p = &t.people;
    t.issued(&orders[2]).await;
    t.app.amend_report(&p.quality.actor(), &orders[2], "原始记录小数点抄错", at("2025-06-12T09:00")).await.unwrap();
    t.enter(&orders[2], &["0.04", "未检出"], at("2025-06-12T10:00")).await;
    t.reviewed(&orders[2], at("2025-06-13T09:00")).await;
    assert_eq!(t.app.approve_order(&p.signatory, &orders[2], at("2025-06-13T10:00")).await.unwrap(), Outcome::Pass);

    let site = client(&t.app, now).await;
    let user = Browser::login(&site, "sender", PASSWORD).await;
    let page = user.get("/reports").await.text();
    assert!(page.contains("(6)") && page.contains("原始记录小数点抄错"), "{page}");
    assert!(!user.get("/reports?outcome=fail").await.text().contains(&no(3)), "the conclusion that waits counts, not the one in force");
    // Narrowed by the search text.
    let begun = user.send("/reports/issue", &[("which", "passing"), ("q", &no(5))]).await;
    let end = user.watched(begun.header("Location")).await;
    assert_eq!((end["total"].as_u64(), end["done"].as_u64()), (Some(1), Some(1)), "{end}");
    let begun = user.send("/reports/issue", &[("which", "passing")]).await;
    let end = user.watched(begun.header("Location")).await;
    assert_eq!((end["total"].as_u64(), end["done"].as_u64()), (Some(5), Some(5)), "{end}");
    assert!(t.app.stage().report_by_number(&format!("SY-{}-G1", no(3)), &Scope::District).await.unwrap().is_some());
    let nothing = user.send("/reports/issue", &[("which", "passing")]).await;
    assert!(nothing.status == Status::UnprocessableEntity && nothing.text().contains("JOB-EMPTY"), "{}", nothing.text());
    // The list of what is issued has each sample once, with the report in force.
    let list = user.get("/reports/issued").await.text();
    assert!(list.contains(&format!("SY-{}-G1", no(3))) && !list.contains(&format!("value=\"SY-{}\"", no(3))));
    let chosen = user.send("/reports/zip", &[("number", &format!("SY-{}", no(1))), ("number", &format!("SY-{}-G1", no(3)))]).await;
    let half = user.send("/reports/zip", &[("number", &format!("SY-{}", no(1))), ("number", "SY-NOPE")]).await;
    assert_eq!(half.status, Status::NotFound, "whole or not at all");
    assert_eq!(chosen.bytes.windows(4).filter(|w| w == b"PK\x01\x02").count(), 2, "{}", chosen.status);
    assert_eq!(user.send("/reports/zip", &[]).await.status, Status::UnprocessableEntity);
    t.assert_whole().await;
}

async fn only_who_issues_reports_issues_them(t: TestApp) {
    let (_, order, _) = t.concluded(NO, &["0.1", "未检出"]).await;
    let site = client(&t.app, now).await;
    let head = t.app.stage().head().await.unwrap();
    for name in ["analyst", "checker", "reviewer", "signatory", "quality", "supervisor"] {
        let user = Browser::login(&site, name, PASSWORD).await;
        let page = user.get("/reports").await;
        assert_eq!(page.status, Status::Ok, "{name}");
        assert!(page.text().contains("LAB-ROLE") && !page.text().contains("name=\"which\""), "{name}: the reason stands there");
        let blind = ["analyst", "checker", "reviewer", "signatory"].contains(&name);
        assert_eq!(page.text().contains("虚构农贸市场甲"), !blind, "{name}: who was sampled");
        let draft = user.get(&format!("/bench/{order}/draft")).await;
        assert_eq!(draft.status, if blind { Status::NotFound } else { Status::Ok }, "{name}");
        let refused = user.send("/reports/issue", &[("which", "passing")]).await;
        assert!(refused.status == Status::UnprocessableEntity && refused.text().contains("LAB-ROLE"), "{name}: {}", refused.text());
        let settings = user.get("/reports/settings").await.status;
        assert_eq!(settings, if name == "quality" { Status::Ok } else { Status::NotFound }, "{name}");
    }
    for name in ["admin", "operator", "market"] {
        let user = Browser::login(&site, name, PASSWORD).await;
        assert_eq!(user.get("/reports").await.status, Status::NotFound, "{name}");
        assert_eq!(user.send("/reports/issue", &[("which", "passing")]).await.status, Status::NotFound, "{name}");
        assert_eq!(user.send("/reports/zip", &[("number", "x")]).await.status, Status::NotFound, "{name}");
    }
    // Whose account is disabled in the middle issues no more.
    assert_eq!(t.order(&order).await.state, OrderState::Approved);
    let side = t.side().await;
    assert_eq!(side.count(&format!("journal WHERE seq > {} AND verb LIKE 'report%'", head.seq)).await, 0);
    let user = Browser::login(&site, "sender", PASSWORD).await;
    for bad in ["x", "00000000-0000-0000-0000-000000000000"] {
        let answer = user.send("/reports/issue", &[("which", "selected"), ("order", bad)]).await;
        assert!(answer.status.code < 500, "{bad}");
    }
    t.assert_whole().await;
}

async fn the_public_sees_what_is_public_of_both_revisions(t: TestApp) {
    let p = &t.people;
    let (_, order, _) = t.failing(NO).await;
    let old = t.app.stage().report_by_number(&format!("SY-{NO}"), &Scope::District).await.unwrap().unwrap();
    let site = client(&t.app, now).await;
    let nobody = Browser::nobody(&site);
    let before = nobody.get(&format!("/v/{}", old.verify_code)).await.text();
    assert!(before.contains("真实有效") && before.contains("不合格"), "{before}");

    t.app.amend_report(&p.quality.actor(), &order, "原始记录小数点抄错", at("2025-06-12T09:00")).await.unwrap();
    assert!(nobody.get(&format!("/v/{}", old.verify_code)).await.text().contains("真实有效"), "in force until the next one is issued");
    t.enter(&order, &["0.04", "未检出"], at("2025-06-12T10:00")).await;
    t.reviewed(&order, at("2025-06-13T09:00")).await;
    t.app.approve_order(&p.signatory, &order, at("2025-06-13T10:00")).await.unwrap();
    let new = t.app.issue_report(&p.sender.actor(), &order, ReportOptions::default(), at("2025-06-13T11:00")).await.unwrap();
    let (was, is) = (nobody.get(&format!("/v/{}", old.verify_code)).await.text(), nobody.get(&format!("/v/{}", new.verify_code)).await.text());
    assert!(was.contains("已被替代") && !was.contains("真实有效") && was.contains(&new.number), "{was}");
    assert!(is.contains("真实有效") && is.contains("合格") && !is.contains("不合格") && !is.contains("已被替代"), "{is}");
    for (page, report) in [(&was, &old), (&is, &new)] {
        assert!(page.contains(&report.number) && page.contains(report.pdf_sha256.as_deref().unwrap()) && page.contains("韭菜"));
        for private in [
            "虚构农贸市场甲001号",
            "虚构路2号",
            "抽样甲",
            "抽样乙",
            "检验甲",
            "校核甲",
            "审核甲",
            "签字甲",
            "发送甲",
            "92410105MA0000001",
            "腐霉利",
            "原始记录小数点抄错",
            &report.order.to_string(),
            &report.sample.to_string(),
        ] {
            assert!(!page.contains(private), "the public sees {private}: {page}");
        }
    }
    // The code as it is printed, in groups, finds it too.
    let printed: String = new.verify_code.chars().enumerate().flat_map(|(i, c)| if i > 0 && i % 4 == 0 { vec!['-', c] } else { vec![c] }).collect();
    let main = |page: &str| page.split("<main").nth(1).unwrap().to_owned();
    assert_eq!(main(&nobody.get(&format!("/v/{printed}")).await.text()), main(&is));
    if let Some(text) = said(&t.app.report_pdf(&new).await.unwrap()) {
        assert!(text.contains(&format!("本报告替代编号SY-{NO}的检验报告，原报告作废")) && text.contains(&printed), "{text}");
    }
    assert_eq!(nobody.get(&format!("/reports/{}", new.number)).await.status, Status::SeeOther, "the report itself is not public");
    t.assert_whole().await;
}

async fn a_number_is_never_given_twice(t: TestApp) {
    let p = &t.people;
    let (sample, order, _) = t.failing(NO).await;
    for (round, raw) in ["0.04", "0.05", "0.06"].iter().enumerate() {
        t.app.amend_report(&p.quality.actor(), &order, "再次更正数值", at("2025-06-12T09:00")).await.unwrap();
        t.enter(&order, &[raw, "未检出"], at("2025-06-12T10:00")).await;
        t.reviewed(&order, at("2025-06-13T09:00")).await;
        t.app.approve_order(&p.signatory, &order, at("2025-06-13T10:00")).await.unwrap();
        let new = t.app.issue_report(&p.sender.actor(), &order, ReportOptions::default(), at("2025-06-13T11:00")).await.unwrap();
        assert_eq!(new.number, format!("SY-{NO}-G{}", round + 1));
    }
    let all = t.app.stage().reports_of_sample(&sample, &Scope::District).await.unwrap();
    assert_eq!(all.iter().map(|r| r.amendment).collect::<Vec<_>>(), [3, 2, 1, 0]);
    assert!(all.windows(2).all(|w| w[0].replaces.as_ref() == Some(&w[1].number)), "each names the one it replaces");
    let mut marks: Vec<&str> = all.iter().map(|r| r.verify_code.as_str()).collect();
    marks.sort_unstable();
    marks.dedup();
    assert_eq!(marks.len(), 4);
    // The table itself takes no number twice.
    let side = t.side().await;
    side.run(&format!("UPDATE test_report SET number = 'SY-{NO}' WHERE number = 'SY-{NO}-G1'")).await.unwrap_err();
    t.assert_whole().await;
}

fn settings() -> TypedReportSettings {
    let picture = |enabled| TypedPicture { file: Some(PNG.to_vec()), enabled };
    TypedReportSettings {
        options: ReportOptions { bilingual: true, ..ReportOptions::default() },
        objection_days: " １５ ".into(),
        objection_working: false,
        mark: picture(true),
        seal: picture(false),
    }
}

async fn the_house_has_its_own_term_mark_and_seal(t: TestApp) {
    let p = &t.people;
    let (_, first, _) = t.concluded(&no(1), &["0.1", "未检出"]).await;
    let before = t.issued(&first).await;
    assert_eq!(codes(t.app.save_report_settings(&p.sender.actor(), &settings(), now()).await), ["ADMIN-ROLE"]);
    let wrong = async |typed: TypedReportSettings| codes(t.app.save_report_settings(&p.quality.actor(), &typed, now()).await);
    assert_eq!(wrong(TypedReportSettings { objection_days: "0".into(), ..settings() }).await, ["LAB-TERM"]);
    assert_eq!(wrong(TypedReportSettings { objection_days: "七".into(), ..settings() }).await, ["TYPED-NUMBER"]);
    assert_eq!(wrong(TypedReportSettings { seal: TypedPicture { file: None, enabled: true }, ..settings() }).await, ["PICTURE-NONE"]);
    assert_eq!(wrong(TypedReportSettings { mark: TypedPicture { file: Some(b"GIF89a".to_vec()), enabled: true }, ..settings() }).await, ["FILE-TYPE"]);
    t.app.save_report_settings(&p.quality.actor(), &settings(), now()).await.unwrap();

    let site = client(&t.app, now).await;
    let quality = Browser::login(&site, "quality", PASSWORD).await;
    let page = quality.get("/reports/settings").await.text();
    assert!(page.contains("value=\"15\"") && page.contains("7个工作日") && page.contains("/reports/settings/picture/mark"), "{page}");
    let shown = quality.get("/reports/settings/picture/mark").await;
    assert!(shown.bytes == PNG && shown.header("Content-Type") == "image/png");
    assert_eq!(quality.get("/reports/settings/picture/else").await.status, Status::NotFound);

    let (_, second, _) = t.concluded(&no(2), &["0.1", "未检出"]).await;
    // The order page has the box ticked; the form decides, not the setting.
    let sender = Browser::login(&site, "sender", PASSWORD).await;
    let order_page = sender.get(&format!("/bench/{second}")).await.text();
    assert!(order_page.contains("name=\"issue-bilingual\" value=\"1\" checked") && order_page.contains("name=\"issue-working\" value=\"1\">"), "{order_page}");
    sender.send(&format!("/bench/{second}/issue"), &[("issue-working", "1")]).await;
    let after = t.app.stage().report_by_number(&format!("SY-{}", no(2)), &Scope::District).await.unwrap().unwrap();
    let frozen = content(&after);
    assert_eq!(frozen.options, ReportOptions { working: true, ..ReportOptions::default() });
    assert_eq!((frozen.mark.as_deref(), frozen.seal.as_deref()), (Some(sha256_hex(PNG).as_str()), None), "the seal is kept, not enabled");
    assert!(frozen.notices.iter().any(|(zh, _)| zh.contains("自收到检验结论之日起15日内")));
    assert!(content(&before).mark.is_none() && content(&before).notices.iter().any(|(zh, _)| zh.contains("7个工作日")), "what was issued before stays");
    let images = |pdf: &[u8]| pdf.windows(6).filter(|w| w == b"/SMask").count();
    assert_eq!((images(&t.app.report_pdf(&before).await.unwrap()), images(&t.app.report_pdf(&after).await.unwrap())), (0, 1));
    assert!(matches!(t.app.typeset(&frozen), Err(Error::Fault(_))), "a report that names a picture is not printed without it");

    // By the form of the page: a picture that cannot be printed is refused there, and what was typed stays.
    let csrf = quality.token_of_forms().await;
    let part = |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = [part("csrf", &csrf), part("objection_days", "9"), part("objection_working", "1"), part("mark_enabled", "1")].concat()
        + "--b\r\nContent-Disposition: form-data; name=\"mark\"; filename=\"m.png\"\r\nContent-Type: image/png\r\n\r\nnot a picture\r\n--b--\r\n";
    let kind = ContentType::new("multipart", "form-data").with_params(("boundary", "b"));
    let request = site.post("/reports/settings").header(kind).cookie(("shiyan_login", quality.token.clone()));
    let refused = Answer::of(request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await).await;
    assert!(
        refused.status == Status::UnprocessableEntity && refused.text().contains("PICTURE") && refused.text().contains("value=\"9\""),
        "{}",
        refused.text()
    );
    let kept = quality.send("/reports/settings", &[("objection_days", ""), ("mark_enabled", "")]).await;
    assert_eq!(kept.status, Status::SeeOther, "{}", kept.text());
    let settings = t.app.report_settings().await.unwrap();
    assert!(settings.objection.is_none() && settings.mark.is_some_and(|m| !m.enabled), "the picture is kept, only not printed");
    t.assert_whole().await;
}

const OWN_PASS: &str = "经检验，本批样品所检项目符合{依据}的规定，判为合格。";

fn worded(outcome: Outcome, zh: &str, en: &str) -> BTreeMap<Outcome, (String, String)> {
    BTreeMap::from([(outcome, (zh.to_owned(), en.to_owned()))])
}

async fn the_house_words_its_own_conclusions(t: TestApp) {
    let p = &t.people;
    let before = t.concluded(&no(1), &["0.1", "未检出"]).await.1;
    let before = t.issued(&before).await;
    let own = worded(Outcome::Pass, OWN_PASS, "All items of this lot comply with {basis}.");
    assert_eq!(codes(t.app.save_sentences(&p.sender.actor(), &own, now()).await), ["ADMIN-ROLE"]);
    let contrary = worded(Outcome::Pass, "所检项目不符合{依据}要求。", "");
    assert_eq!(codes(t.app.save_sentences(&p.quality.actor(), &contrary, now()).await), ["LAB-SENTENCE-CONTRARY"]);
    let order = t.concluded(&no(2), &["0.1", "未检出"]).await.1;
    t.app.save_sentences(&p.quality.actor(), &own, now()).await.unwrap();

    // Who approves and who issues read the sentence that will be printed, on the page and in the draft.
    let site = client(&t.app, now).await;
    let sender = Browser::login(&site, "sender", PASSWORD).await;
    let printed = "经检验，本批样品所检项目符合GB 2763-2021的规定，判为合格。";
    assert!(sender.get(&format!("/bench/{order}")).await.text().contains(printed));
    let draft = t.app.draft_report(&t.order(&order).await, BOTH, at("2025-06-10T15:00")).await.unwrap().unwrap();
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    assert!(said(&draft).is_none_or(|text| text.contains(&bare(printed))));
    let report = t.app.issue_report(&p.sender.actor(), &order, BOTH, at("2025-06-10T16:00")).await.unwrap();
    let frozen = content(&report);
    assert_eq!(frozen.conclusion, (printed.to_owned(), "All items of this lot comply with GB 2763-2021.".to_owned()));
    assert_eq!((report.conclusion.zh.as_str(), t.order(&order).await.in_force.unwrap().zh.as_str()), (printed, printed), "one sentence everywhere");
    let pdf = t.app.report_pdf(&report).await.unwrap();
    if let Some(text) = said(&pdf) {
        assert!(text.contains(&bare(printed)) && text.contains("AllitemsofthislotcomplywithGB2763-2021.") && !text.contains("经抽样检验"), "{text}");
    }
    assert!(content(&before).conclusion.0.starts_with("经抽样检验，所检项目符合 "), "what was issued before stays");

    // By the form of the page: what is refused stays typed and keeps its preview away; a preview saves nothing.
    let quality = Browser::login(&site, "quality", PASSWORD).await;
    let page = quality.get("/reports/settings").await.text();
    assert!(
        page.contains(OWN_PASS) && page.contains("{不合格项目}") && page.contains("经检验，本批样品所检项目符合GB 2762-2025、GB 2763-2021的规定"),
        "{page}"
    );
    let typed =
        [("sentence_zh_pass", OWN_PASS), ("sentence_zh_fail", "{不合格项目}经检验不合格。"), ("sentence_en_fail", "{failing_items} {what} fail {basis}.")];
    let refused = quality.send("/reports/settings/sentences", &typed).await;
    let text = refused.text();
    assert_eq!(refused.status, Status::UnprocessableEntity);
    for wanted in ["LAB-SENTENCE-WITHOUT", "LAB-SENTENCE-SLOT", "{不合格项目}经检验不合格。", "href=\"#f-sentence_zh_fail\""] {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }
    let shown = quality.send("/reports/settings/sentences", &[("do", "preview"), ("sentence_zh_fail", "{不合格项目}不符合{依据}，不合格。")]).await;
    assert!(shown.status == Status::Ok && shown.text().contains("腐霉利、毒死蜱不符合GB 2762-2025、GB 2763-2021，不合格。"), "{}", shown.text());
    assert_eq!(t.app.report_settings().await.unwrap().sentences.template(Outcome::Pass, Lang::Zh), OWN_PASS);
    // The other form of the page leaves the sentences alone, and this one the rest.
    assert_eq!(quality.send("/reports/settings", &[("objection_days", "9")]).await.status, Status::SeeOther);
    let settings = t.app.report_settings().await.unwrap();
    assert!(settings.objection.is_some_and(|o| o.days == 9) && !settings.sentences.is_standard());
    assert_eq!(sender.send("/reports/settings/sentences", &[("do", "standard")]).await.status, Status::NotFound);
    assert_eq!(quality.send("/reports/settings/sentences", &[("do", "standard")]).await.status, Status::SeeOther);
    let settings = t.app.report_settings().await.unwrap();
    assert!(settings.sentences.is_standard() && settings.objection.is_some_and(|o| o.days == 9));
    let entry = t.app.stage().timeline(&["setting:report".to_owned()]).await.unwrap();
    assert!(entry.iter().any(|e| e.verb == "setting.change" && e.facts["to"]["sentences"]["pass"][0] == OWN_PASS), "{entry:?}");

    // What was issued is printed as it was issued; the next one has the standing wording again.
    assert_eq!(pdf, t.app.typeset(&content(&report)).unwrap());
    let after = t.concluded(&no(3), &["0.1", "未检出"]).await.1;
    assert_eq!(content(&t.issued(&after).await).conclusion.0, "经抽样检验，所检项目符合 GB 2763-2021 要求。");
    t.assert_whole().await;
}

async fn taking_a_report_out_is_journaled(t: TestApp) {
    let (_, order, _) = t.concluded(NO, &["0.1", "未检出"]).await;
    let report = t.issued(&order).await;
    let site = client(&t.app, now).await;
    let user = Browser::login(&site, "supervisor", PASSWORD).await;
    let prints = || async {
        let entries = t.app.stage().timeline(&[format!("report:{}", report.id)]).await.unwrap();
        entries.into_iter().filter(|e| e.verb == "report.print").map(|e| (e.actor_name, e.facts["way"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    user.get(&format!("/reports/{}", report.number)).await;
    assert_eq!(prints().await, []);
    user.get(&format!("/reports/{}/pdf", report.number)).await;
    user.send("/reports/zip", &[("number", &report.number)]).await;
    t.app.note_printed(&Who::system("命令行"), &[(report.id, report.number.clone())], "file", now()).await.unwrap();
    assert_eq!(prints().await, [("监督甲".to_owned(), "pdf".to_owned()), ("监督甲".into(), "zip".into()), ("命令行".into(), "file".into())]);
    let page = user.get(&format!("/reports/{}", report.number)).await.text();
    assert!(page.contains("打开或下载检验报告"), "the page of the report says who took it out");
    t.assert_whole().await;
}

/// 罕用字 nothing prints as 〓 without a word.
async fn a_character_that_no_face_has_is_told_before_the_report_goes_out(t: TestApp) {
    let p = &t.people;
    let mut sheet = shiyan_testkit::sheet::leek("XBJ25410105000000771", &[&p.sampler, &p.sampler2]);
    // The rare ones of 通用规范汉字表, and 𠮷 beyond it, print; one that the face lacks is told.
    sheet.set("site_name", "虚构㛃𠮷𬍤𬜬𫖯𠔻记蔬菜店");
    let id = t.app.begin_sheet(&p.sampler.actor(), sheet, None, at("2025-06-03T15:00")).await.unwrap().to_string();
    t.app.submit_sheet(&p.sampler.actor(), &id, at("2025-06-03T16:00")).await.unwrap();
    let order = t.app.accept_sample(&p.keeper.actor(), &id, shiyan_testkit::reception(), at("2025-06-04T09:00")).await.unwrap().to_string();
    t.enter(&order, &["未检出", "未检出"], at("2025-06-06T10:00")).await;
    t.reviewed(&order, at("2025-06-09T10:00")).await;
    t.app.approve_order(&p.signatory, &order, at("2025-06-10T10:00")).await.unwrap();
    let issue = async |rare| {
        let options = ReportOptions { rare, ..ReportOptions::default() };
        t.app.issue_report(&p.sender.actor(), &order, options, at("2025-06-10T16:00")).await
    };
    let Err(shiyan_app::Error::Refused(why)) = issue(false).await else { panic!("it went out with a 〓 in it") };
    let told = why[0].what(shiyan_foundation::Lang::Zh);
    assert!(why[0].code() == "REPORT-GLYPHS" && told.contains("这些字：𠔻（U+2053B）"), "{told}");
    // A draft shows it, and whoever was told issues all the same.
    assert!(t.app.draft_report(&t.order(&order).await, ReportOptions::default(), at("2025-06-10T15:00")).await.unwrap().is_some());
    let pdf = t.app.report_pdf(&issue(true).await.unwrap()).await.unwrap();
    if let Some(text) = said(&pdf) {
        assert!(text.contains("虚构㛃𠮷𬍤𬜬𫖯〓记蔬菜店"), "{text}");
    }
}
