//! What an address and a form hold, in their types: an id that is none leads nowhere, and a text that is too long stays where it was typed.

use std::collections::BTreeSet;

use rocket::http::{Method, Status};
use shiyan_testkit::{PASSWORD, TestApp};

use crate::http::{Browser, client, encoded, now};
use crate::world::{World, patterns};

shiyan_testkit::on_both_engines!(an_id_that_is_none_leads_nowhere_in_the_language_of_the_reader, a_text_that_is_too_long_stays_on_the_page_of_its_form,);

/// Parts of an address that are ids, hashes or steps.
const TYPED: &[&str] = &["<id>", "<item>", "<cell>", "<sha>", "<sha256>", "<step>"];

async fn an_id_that_is_none_leads_nowhere_in_the_language_of_the_reader(t: TestApp) {
    let world = World::of(&t).await;
    let client = client(&t.app, now).await;
    let mut user = Browser::login(&client, "supervisor", PASSWORD).await;
    let csrf = user.token_of_forms().await;
    let mut seen = BTreeSet::new();
    for (lang, sentence) in [("zh", "没有找到这个页面或记录"), ("en", "No such page or record")] {
        user.lang = lang;
        for (method, pattern) in [Method::Get, Method::Post].into_iter().flat_map(|m| patterns(&client, m).into_iter().map(move |(p, _)| (m, p))) {
            // the number of a row of a limit table is a text
            if pattern == "/admin/limits/<id>" {
                continue;
            }
            for part in TYPED.iter().filter(|part| pattern.split('/').any(|p| p == **part)) {
                for wrong in ["nonsense", "01900000-0000-7000-8000-00000000000g", "0", "%00", "..%2f..%2fetc"] {
                    let path = world.filled(&pattern.replace(part, "WRONG")).replace("WRONG", wrong);
                    let answer = match method {
                        Method::Get => user.get(&path).await,
                        // a token of this login, so that nothing but the address is wrong
                        _ => user.post_form(&path, format!("csrf={csrf}")).await,
                    };
                    assert_eq!(answer.status, Status::NotFound, "{lang} {method} {path}");
                    let text = answer.text();
                    if pattern.starts_with("/api/") {
                        assert!(text.contains("\"NOT-FOUND\"") && text.contains(sentence), "{path}: {text}");
                    } else if wrong != "%00" && method == Method::Get {
                        assert!(text.contains(sentence), "{lang} {path}: {text}");
                    }
                    seen.insert(pattern.clone());
                }
            }
        }
    }
    assert!(seen.len() > 40, "{} routes with an id", seen.len());
    user.lang = "zh";
    let operator = Browser::login(&client, "operator", PASSWORD).await;
    assert_eq!(operator.get("/rapid/new?retest=nonsense").await.status, Status::NotFound);
    assert_eq!(operator.get("/rapid/new?after=nonsense&point=nonsense").await.status, Status::Ok, "what only fills in a field is left out");
    assert_eq!(user.get("/reports/zip?job=nonsense").await.status, Status::NotFound);
    // Filters that cannot be read: said with a reason where the figures depend on them, left out where a list shows more.
    for (address, code) in
        [("/stats?year=zzz", "YEAR"), ("/stats?as_of=2025-02-30", "DATE"), ("/plan/zzz", "YEAR"), ("/api/v1/samples?kind=zzz", "QUERY-VALUE")]
    {
        let answer = user.get(address).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{address}");
        assert!(answer.text().contains(code), "{address}: {}", answer.text());
    }
    for address in
        ["/rapid?day=zzz&point=zzz&verdict=zzz&follow=zzz&page=zzz", "/samples?year=zzz&kind=zzz&n=zzz", "/cases?year=zzz&page=zzz", "/bench?page=zzz"]
    {
        assert_eq!(user.get(address).await.status, Status::Ok, "{address}");
    }
    t.assert_whole().await;
}

/// By hand: forms that stand on a page of this world, who types into them, and one of their fields. `{item}` and `{cell}` are those of the world.
const TYPED_INTO: &[(&str, &str, &str)] = &[
    ("/admin/bounds", "admin", "upload_mb"),
    ("/admin/calendar", "admin", "source"),
    ("/admin/district", "admin", "name"),
    ("/admin/instruments", "quality", "name"),
    ("/admin/laboratories", "admin", "name"),
    ("/admin/points", "admin", "name"),
    ("/admin/population", "planner", "source"),
    ("/admin/streets", "admin", "name"),
    ("/admin/templates", "quality", "title"),
    ("/admin/users", "admin", "name"),
    ("/admin/users/<username>/duties", "admin", "methods-market"),
    ("/admin/users/<username>/name", "admin", "name-market"),
    ("/admin/users/signatory/scope", "admin", "sign_scope-signatory"),
    ("/bench/<id>", "analyst", "r_{item}"),
    ("/bench/<id>/items", "analyst", "items-analyte"),
    ("/cases/<id>/block", "enforcer", "served_to"),
    ("/cases/<id>/extend", "supervisor", "extend-reason"),
    ("/plan/<year>/create", "planner", "target"),
    ("/plan/2026/lines", "planner", "basis"),
    ("/rapid/new", "operator", "note"),
    ("/reports/settings", "quality", "objection_days"),
    ("/samples/new", "sampler", "name"),
    ("/samples/<id>/sheet", "sampler", "name"),
    ("/samples/<id>/reception", "keeper", "note"),
    ("/samples/<id>/void", "sampler", "void-reason"),
    ("/stats/annual/<chapter>?year=2025", "planner", "text"),
    ("/worksheets/<id>", "analyst", "r_{cell}"),
    ("/worksheets/new", "analyst", "title"),
    ("/worksheets/<id>/cells/<item>/remark", "analyst", "remark"),
    ("/worksheets/<id>/cells/<item>/carry-over", "analyst", "word"),
];

async fn a_text_that_is_too_long_stays_on_the_page_of_its_form(t: TestApp) {
    let world = World::of(&t).await;
    t.app.create_plan(&t.people.planner.actor(), 2026, "4", now()).await.unwrap();
    let client = client(&t.app, now).await;
    let mut wrong = Vec::new();
    for (pattern, who, field) in TYPED_INTO {
        let user = Browser::login(&client, who, PASSWORD).await;
        let csrf = user.token_of_forms().await;
        let field = field.replace("{item}", &world.item).replace("{cell}", &world.cell);
        let path = world.filled(pattern);
        let head = t.app.stage().head().await.unwrap();
        for length in [20_001, 60_000] {
            let text = format!("起{}止", "长".repeat(length - 2));
            let answer = user.post_form(&path, format!("csrf={csrf}&block=start&{}={}", encoded(&field), encoded(&text))).await;
            let page = answer.text();
            if answer.status != Status::UnprocessableEntity {
                wrong.push(format!("{who} {path} {field}: {}", answer.status));
            } else if !page.contains(&text) {
                wrong.push(format!("{who} {path} {field}: what was typed is gone"));
            } else if !page.contains(&format!("写了 {length} 字")) {
                wrong.push(format!("{who} {path} {field}: the page does not say how long"));
            } else if !page.contains("name=\"csrf\"") {
                wrong.push(format!("{who} {path} {field}: no form to send again"));
            }
        }
        assert_eq!(t.app.stage().head().await.unwrap(), head, "{path} wrote");
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    t.assert_whole().await;
}
