//! The statistics tables as programs take them: every table by pages, its hash, its files, and who gets none.

use rocket::http::Status;
use rocket::local::asynchronous::Client;
use serde_json::{Value, json};
use shiyan_analytics::sheets::sha256;

use shiyan_web_kit::stage::{client, demonstration, login};

async fn bytes(client: &Client, token: &str, address: &str) -> (Status, Vec<u8>) {
    let response = client.get(address.to_owned()).cookie(("shiyan_login", token.to_owned())).cookie(("lang", "zh")).dispatch().await;
    (response.status(), response.into_bytes().await.unwrap_or_default())
}

async fn asked(client: &Client, token: &str, address: &str) -> Value {
    let (status, body) = bytes(client, token, address).await;
    assert_eq!(status, Status::Ok, "{address}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

#[rocket::async_test]
async fn every_table_comes_page_by_page_and_its_hash_is_that_of_its_rows_and_of_its_files() {
    let (_dir, app, _) = demonstration("tables", 7, 160).await;
    let client = client(&app, crate::routes()).await;
    let token = login(&client, "supervisor").await;
    for when in ["year=2026", "year=2026&as_of=2026-06-30"] {
        let list = asked(&client, &token, &format!("/api/v1/statistics?{when}")).await;
        assert_eq!(list["stands_on"].is_i64(), !when.contains("as_of"), "{list}");
        let tables = list["tables"].as_array().unwrap();
        let names: Vec<&str> = tables.iter().map(|t| t["table"].as_str().unwrap()).collect();
        assert!(["by_class", "by_street", "class_months", "funnel", "turnaround", "disposed", "rapid_by_month"].iter().all(|n| names.contains(n)), "{names:?}");
        let mut longest = 0;
        for table in tables {
            let name = table["table"].as_str().unwrap();
            let keys: Vec<&str> = table["columns"].as_array().unwrap().iter().map(|c| c["key"].as_str().unwrap()).collect();
            let head: Vec<&str> = std::iter::once(name).chain(keys.iter().copied()).collect();
            let (mut content, mut next, mut rows) = (format!("{}\n", json!(head)), Some(1), 0);
            while let Some(page) = next {
                let part = asked(&client, &token, &format!("/api/v1/statistics/{name}?{when}&page={page}")).await;
                assert_eq!((&part["sha256"], &part["stands_on"]), (&table["sha256"], &list["stands_on"]), "{name}");
                for row in part["rows"].as_array().unwrap() {
                    content += &format!("{}\n", json!(keys.iter().map(|k| &row[*k]).collect::<Vec<_>>()));
                    rows += 1;
                }
                next = part["next"].as_u64();
            }
            assert_eq!((sha256(&content).as_str(), json!(rows)), (table["sha256"].as_str().unwrap(), table["total"].clone()), "{name}");
            longest = longest.max(rows);
            for (ending, begins) in [("csv", "\u{feff}".as_bytes()), ("xlsx", b"PK"), ("parquet", b"PAR1")] {
                let (status, file) = bytes(&client, &token, &format!("/stats/table/{name}.{ending}?{when}")).await;
                assert!(status == Status::Ok && file.starts_with(begins), "{name}.{ending} {status}");
                let said = table["sha256"].as_str().unwrap().as_bytes();
                assert!(ending == "xlsx" || file.windows(said.len()).any(|w| w == said), "{name}.{ending} does not say the hash");
            }
        }
        assert!(longest > 100, "no table had a second page");
        // the page lists all of them, each on its tab
        let mut shown = String::new();
        for tab in ["overview", "class", "link", "street", "items", "disposal", "rapid", "looks"] {
            shown += &String::from_utf8(bytes(&client, &token, &format!("/stats?{when}&tab={tab}")).await.1).unwrap();
        }
        for name in names {
            assert!(["csv", "xlsx", "parquet"].iter().all(|e| shown.contains(&format!("/stats/table/{name}.{e}?"))), "{name} is on no page");
        }
    }
}

#[rocket::async_test]
async fn a_table_is_for_whoever_reads_statistics_and_what_is_none_is_not_there() {
    let (_dir, app, names) = demonstration("no-tables", 7, 60).await;
    let client = client(&app, crate::routes()).await;
    let mut refused = 0;
    for name in &names {
        let token = login(&client, name).await;
        let page = bytes(&client, &token, "/stats?year=2026").await.0;
        refused += usize::from(page == Status::NotFound);
        for address in ["/api/v1/statistics?year=2026", "/api/v1/statistics/by_class?year=2026", "/stats/table/by_class.parquet?year=2026"] {
            assert_eq!(bytes(&client, &token, address).await.0, page, "{name} {address}");
        }
    }
    assert!(refused > 4 && refused < names.len(), "{refused} of {names:?}");
    let token = login(&client, "supervisor").await;
    for (address, status) in [
        ("/api/v1/statistics/zzz?year=2026", Status::NotFound),
        ("/stats/table/zzz.csv?year=2026", Status::NotFound),
        ("/stats/table/by_class.exe?year=2026", Status::NotFound),
        ("/stats/table/by_class?year=2026", Status::NotFound),
        ("/api/v1/statistics/by_class?year=2026&page=0", Status::UnprocessableEntity),
        ("/api/v1/statistics/by_class?year=2026&page=x", Status::UnprocessableEntity),
        ("/api/v1/statistics?year=2026&as_of=2026-11-24", Status::UnprocessableEntity),
        ("/api/v1/statistics/by_class?year=1", Status::UnprocessableEntity),
    ] {
        assert_eq!(bytes(&client, &token, address).await.0, status, "{address}");
    }
    // a page behind the last has no rows and no next
    let behind = asked(&client, &token, "/api/v1/statistics/by_class?year=2026&page=999999").await;
    assert!(behind["rows"].as_array().unwrap().is_empty() && behind["next"].is_null());
}
