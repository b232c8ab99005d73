//! Results in the standard sample description, out and in: what leaves the house is what the reports in force say, within the scope of who
//! asks, and the house takes it back; a file with a wrong unit or without its concentration is refused by row and column.

use rocket::http::{ContentType, Status};
use serde_json::Value;
use shiyan_exchange::ssd2;
use shiyan_foundation::Scope;
use shiyan_imports::ssd2::Exported;
use shiyan_testkit::{PASSWORD, TestApp, at, day};

use crate::http::{Answer, Browser, client, now};

shiyan_testkit::on_both_engines!(
    what_leaves_the_house_is_what_the_reports_in_force_say,
    a_result_leaves_within_the_scope_of_who_asks,
    a_file_is_checked_by_row_and_column_and_nothing_is_written,
);

const SPAN: &str = "from=2025-06-01&to=2025-06-30";

fn no(n: u32) -> String {
    format!("XBJ254101050000000{n:02}")
}

async fn json(user: &Browser<'_>, path: &str) -> Value {
    let answer = user.get(path).await;
    assert_eq!(answer.status, Status::Ok, "{path}: {}", answer.text());
    serde_json::from_str(&answer.text()).unwrap()
}

async fn what_leaves_the_house_is_what_the_reports_in_force_say(t: TestApp) {
    let p = &t.people;
    t.failing(&no(1)).await;
    let (_, second, _) = t.concluded(&no(2), &["0.04", "0.010"]).await;
    t.issued(&second).await;
    // one that is approved and not issued, one whose report is being amended
    t.concluded(&no(3), &["0.05", "未检出"]).await;
    let (_, fourth, _) = t.concluded(&no(4), &["2.4", "未检出"]).await;
    t.issued(&fourth).await;
    t.app.amend_report(&p.quality.actor(), &fourth, "原始记录小数点抄错", at("2025-06-12T09:00")).await.unwrap();
    t.enter(&fourth, &["0.24", "未检出"], at("2025-06-12T10:00")).await;

    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "supervisor", PASSWORD).await;
    let xml = user.get(&format!("/exchange/ssd2/results.xml?{SPAN}")).await;
    let csv = user.get(&format!("/exchange/ssd2/results.csv?{SPAN}")).await;
    assert_eq!((xml.status, csv.status), (Status::Ok, Status::Ok));
    for file in [&xml, &csv] {
        assert_eq!(file.header("X-Content-SHA256"), shiyan_app::sha256_hex(&file.bytes));
    }
    let taken: Vec<ssd2::Ssd> = [&xml, &csv].iter().map(|f| ssd2::read(&f.bytes, "results", now().date_naive()).unwrap()).collect();
    for got in &taken {
        assert!(got.accepted(), "{:?}", got.findings);
        let rows: Vec<[&str; 6]> =
            got.rows.iter().map(|r| ["sampId", "resVal", "resType", "resQualValue", "resUnit", "evalCode"].map(|n| r.typed(n))).collect();
        let (one, two) = (no(1), no(2));
        assert_eq!(
            rows,
            [
                [one.as_str(), "2.4", "VAL", "", "G061A", "J003A"],
                [one.as_str(), "", "BIN", "NEG", "G061A", "J002A"],
                [two.as_str(), "0.04", "VAL", "", "G061A", "J002A"],
                [two.as_str(), "0.010", "VAL", "", "G061A", "J002A"],
            ]
        );
        let first = &got.rows[0];
        assert_eq!([first.typed("sampY"), first.typed("sampM"), first.typed("sampD")], ["2025", "6", "3"]);
        assert!(first.typed("sampMatText").starts_with("韭菜") && !first.typed("paramText").is_empty() && !first.typed("anMethText").is_empty());
        assert_eq!((first.typed("evalLowLimit").is_empty(), first.typed("evalLimitType")), (false, "W990A"));
    }
    // the message says its scope, its moment and what is not in it
    let comment = taken[0].message.as_ref().unwrap().part("opCom").to_owned();
    for word in ["2025-06-01", "2025-06-30", "全区", "报告正在更改 2"] {
        assert!(comment.contains(word), "{word}: {comment}");
    }
    // the same through the interface for programs, and on the page
    let page = json(&user, &format!("/api/v1/results/ssd2?{SPAN}")).await;
    assert_eq!((page["orders"].as_u64(), page["results"].as_array().unwrap().len(), page["left_out"].as_array().unwrap().len()), (Some(3), 4, 2));
    assert_eq!((page["scope_zh"].as_str(), page["next"].as_str()), (Some("全区"), None));
    assert_eq!(page["sha256"].as_str().unwrap(), shiyan_app::sha256_hex(&csv.bytes));
    assert_eq!(page["results"][0]["resVal"], "2.4");
    assert_eq!(page["left_out"][0]["why"], "amending");
    let shown = user.get(&format!("/exchange/ssd2?{SPAN}")).await.text();
    assert!(shown.contains(page["sha256"].as_str().unwrap()) && shown.contains("报告正在更改") && shown.contains("results.xml?from=2025-06-01"));
    // page by page, nothing twice and nothing lost
    let mut after: Option<String> = None;
    let mut seen = Vec::new();
    loop {
        let page = t.app.read_issued_results(&p.supervisor.actor(), (day("2025-06-01"), day("2025-06-30")), after.as_deref(), 1).await.unwrap();
        seen.extend(page.orders.iter().map(|o| o.order.id.to_string()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 3);
    seen.dedup();
    assert_eq!(seen.len(), 3);
    // other days hold nothing; days that do not hold are refused by their field
    assert_eq!(json(&user, "/api/v1/results/ssd2?from=2025-07-01&to=2025-07-31").await["orders"], 0);
    for bad in ["from=2025-06-30&to=2025-06-01", "from=2024-01-01&to=2025-06-30", "from=x&to=2025-06-30", &format!("{SPAN}&cursor=x")] {
        assert_eq!(user.get(&format!("/api/v1/results/ssd2?{bad}")).await.status, Status::UnprocessableEntity, "{bad}");
    }
    // once the amended report is issued its results leave as they are now
    t.reviewed(&fourth, at("2025-06-13T09:00")).await;
    t.app.approve_order(&p.signatory, &fourth, at("2025-06-13T10:00")).await.unwrap();
    let options = shiyan_lab_results::report::ReportOptions::default();
    t.app.issue_report(&p.sender.actor(), &fourth, options, at("2025-06-13T11:00")).await.unwrap();
    let all = Exported::read(&t.app, &p.supervisor.actor(), day("2025-06-01"), day("2025-06-30"), now()).await.unwrap();
    assert_eq!((all.orders, all.lines.len(), all.left_out.len()), (3, 6, 0));
    assert!(all.lines.iter().any(|l| l.text("sampId") == no(4) && l.text("resVal") == "0.24"));
    t.assert_whole().await;
}

async fn a_result_leaves_within_the_scope_of_who_asks(t: TestApp) {
    let p = &t.people;
    let (sample, ..) = t.failing(&no(1)).await;
    let blind = t.app.stage().sample(&sample, &Scope::District).await.unwrap().unwrap().sample.blind_code.unwrap();
    let span = (day("2025-06-01"), day("2025-06-30"));
    for (who, sees) in [(&p.supervisor, 2), (&p.enforcer, 2), (&p.other_enforcer, 0), (&p.analyst, 2), (&p.other_analyst, 0)] {
        let all = Exported::read(&t.app, &who.actor(), span.0, span.1, now()).await.unwrap();
        assert_eq!(all.lines.len(), sees, "{}", who.username);
    }
    // whoever tests blind knows the sample by its blind code
    let veiled = Exported::read(&t.app, &p.analyst.actor(), span.0, span.1, now()).await.unwrap();
    assert!(veiled.lines.iter().all(|l| l.text("sampId") == blind));
    assert!(!String::from_utf8(veiled.xml("食验")).unwrap().contains(&no(1)));
    let client = client(&t.app, now).await;
    for (name, status) in [("admin", 404), ("operator", 404), ("market", 404), ("analyst", 200)] {
        let user = Browser::login(&client, name, PASSWORD).await;
        for path in ["/exchange/ssd2", "/exchange/ssd2/results.xml", "/exchange/ssd2/results.csv", "/api/v1/results/ssd2"] {
            assert_eq!(user.get(&format!("{path}?{SPAN}")).await.status.code, status, "{name} {path}");
        }
    }
}

async fn a_file_is_checked_by_row_and_column_and_nothing_is_written(t: TestApp) {
    let client = client(&t.app, now).await;
    let user = Browser::login(&client, "quality", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let head = t.app.stage().head().await.unwrap();
    let send = async |name: &str, text: &str| {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--x--\r\n"
        );
        let request = client.post("/exchange/ssd2").header(ContentType::new("multipart", "form-data").with_params([("boundary", "x")]));
        Answer::of(request.cookie(("shiyan_login", user.token.clone())).body(body).dispatch().await).await
    };
    let table =
        |unit: &str, value: &str| format!("labSampCode,prodCode,paramCode,resUnit,resVal,resType\nS1,APPLE,A,G061A,0.1,VAL\nS1,APPLE,B,{unit},{value},VAL\n");
    let good = send("r.csv", &table("G061A", "0.2")).await;
    assert!(good.status == Status::Ok && good.text().contains("没有错误"), "{}", good.text());
    let unit = send("r.csv", &table("mg/kg", "0.2")).await.text();
    assert!(unit.contains("SSD-UNIT") && unit.contains("第 3 行 D 列（resUnit）") && unit.contains("有错误，不能采用"));
    let value = send("r.csv", &table("G061A", "")).await.text();
    assert!(value.contains("SSD-MISSING-FOR") && value.contains("第 3 行 E 列（resVal）"));
    for (name, text, code) in [("r.xml", "<message>", "SSD-XML"), ("r.xml", "<!DOCTYPE a><a/>", "SSD-DTD"), ("r.csv", "a,b\n1,2", "SSD-MODEL")] {
        let refused = send(name, text).await;
        assert!(refused.status == Status::UnprocessableEntity && refused.text().contains(code), "{code}: {}", refused.text());
    }
    let large = send("r.csv", &"x".repeat((8 << 20) + 1)).await;
    assert_eq!(large.status, Status::UnprocessableEntity);
    assert_eq!(t.app.stage().head().await.unwrap(), head);
}
