//! Every route of the table: reading writes nothing, changing is for whoever the list says, and what scanners send is only text.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant as Watch};

use rocket::http::{ContentType, Header, Method, Status};
use shiyan_app::records::{PopulationRecord, UserAccount};
use shiyan_testkit::{PASSWORD, TestApp};

use crate::http::{Answer, Browser, client, encoded, now};
use crate::world::{World, patterns};

shiyan_testkit::on_both_engines!(
    reading_writes_nothing_whoever_reads,
    a_changing_route_is_for_whoever_the_list_says,
    an_analyst_finds_no_page_of_the_administration,
    signs_of_sql_are_text_in_every_parameter_and_field,
);

/// One account of each duty.
const EACH: &[(&str, &str)] = &[
    ("plan_manager", "planner"),
    ("sampler", "sampler"),
    ("sample_keeper", "keeper"),
    ("analyst", "analyst"),
    ("checker", "checker"),
    ("reviewer", "reviewer"),
    ("signatory", "signatory"),
    ("quality_manager", "quality"),
    ("report_sender", "sender"),
    ("enforcer", "enforcer"),
    ("point_operator", "operator"),
    ("market_opener", "market"),
    ("supervisor", "supervisor"),
    ("admin", "admin"),
];

/// Pages that are computed for seconds; one person reads them.
const DEAR: &[&str] = &["/stats/annual.pdf", "/stats/export.xlsx", "/stats/export.csv", "/stats/table/<file>"];

/// What has no page to read in this world: one-time links, jobs that ran, profiles that were put in, what needs more than its address.
const NOT_READ: &[&str] = &[
    "/admin/profiles/<key>/<version>",
    "/admin/profiles/<key>/<version>/text",
    "/api/v1/deadline",
    "/assets/<name>",
    "/bench/<id>/draft",
    "/bench/<id>/preview",
    "/jobs/<id>",
    "/jobs/<id>/state",
    "/papers/draft",
    "/papers/draft/<name>",
    "/papers/draft/page/<n>",
    "/plan/<year>/export",
    "/reports/settings/picture/<which>",
    "/reports/zip",
    "/set-password/<link>",
    "/setup/<token>",
    "/v/<code>",
    "/worksheets/new",
];

async fn tables(t: &TestApp) -> BTreeMap<String, i64> {
    let side = t.side().await;
    let list = if side.is_postgres() {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    };
    let mut all = BTreeMap::new();
    for table in side.texts(list).await {
        let rows = side.count(&table).await;
        all.insert(table, rows);
    }
    all
}

async fn reading_writes_nothing_whoever_reads(t: TestApp) {
    let world = World::of(&t).await;
    let client = client(&t.app, now).await;
    let routes = patterns(&client, Method::Get);
    assert!(routes.len() > 75, "{} routes", routes.len());
    let mut users = vec![("nobody", Browser::nobody(&client))];
    for (_, name) in EACH {
        users.push((name, Browser::login(&client, name, PASSWORD).await));
    }
    let before = tables(&t).await;
    let mut head = t.app.stage().head().await.unwrap();
    let (mut read, mut taken_out) = (BTreeSet::new(), 0);
    for (pattern, _) in &routes {
        let path = world.filled(pattern);
        for (name, user) in &users {
            if DEAR.contains(&pattern.as_str()) && *name != "supervisor" {
                continue;
            }
            let answer = user.get(&path).await;
            assert!(answer.status.code < 500, "{name} {path}: {}", answer.status);
            if answer.status.code < 400 && *name != "nobody" {
                read.insert(pattern.clone());
            }
            let after = t.app.stage().head().await.unwrap();
            if pattern == "/reports/<number>/pdf" && answer.status == Status::Ok {
                // On purpose: who took out the file of a report is on record, like a signature in a book of loans. It changes nothing of the report.
                taken_out += 1;
                let newest = t.app.stage().newest_entries(1).await.unwrap().remove(0);
                assert_eq!((after.seq - head.seq, newest.verb.as_str()), (1, "report.print"), "{name}");
                head = after;
            } else {
                assert_eq!(after, head, "{name} GET {path} wrote");
            }
        }
        // HEAD and OPTIONS, and a method that a header or a query names: nothing of it changes anything either.
        for method in [Method::Head, Method::Options] {
            let request = client.req(method, format!("{path}?_method=delete")).cookie(("shiyan_login", users[13].1.token.clone()));
            let answer = Answer::of(request.header(Header::new("X-HTTP-Method-Override", "DELETE")).dispatch().await).await;
            assert!(DEAR.contains(&pattern.as_str()) || answer.status.code < 500, "{method} {path}: {}", answer.status);
            let after = t.app.stage().head().await.unwrap();
            assert!(after == head || pattern == "/reports/<number>/pdf", "{method} {path} wrote");
            taken_out += usize::from(after != head);
            head = after;
        }
    }
    let unread: Vec<&String> = routes.iter().map(|(p, _)| p).filter(|p| !read.contains(*p)).collect();
    assert_eq!(unread, NOT_READ.iter().collect::<Vec<_>>(), "what nobody could read");
    assert!(taken_out >= 1);
    let mut after = tables(&t).await;
    *after.get_mut("journal").unwrap() -= i64::try_from(taken_out).unwrap();
    assert_eq!(after, before, "a row came or went");
    t.assert_whole().await;
}

/// By hand: every route that changes something, and the duties that get past the question who asks. What is left out is for everybody
/// who is signed in, and touches nothing but their own.
const CHANGES: &[(&str, &str)] = &[
    ("/admin/bounds", "admin"),
    ("/admin/calendar", "admin"),
    ("/admin/district", "admin"),
    ("/admin/instruments", "admin quality_manager"),
    ("/admin/laboratories", "admin quality_manager"),
    ("/admin/limits/<id>", "quality_manager"),
    ("/admin/limits/check", "quality_manager"),
    ("/admin/limits/import", "quality_manager"),
    ("/admin/limits/rejudge", "quality_manager"),
    ("/admin/packages", "quality_manager"),
    ("/admin/packages/<key>/check", "quality_manager"),
    ("/admin/profiles", "quality_manager"),
    ("/admin/points", "admin"),
    ("/admin/population", "admin plan_manager"),
    ("/admin/population/choose", "admin plan_manager"),
    ("/admin/sign-in", "admin"),
    ("/admin/streets", "admin"),
    ("/admin/templates", "quality_manager"),
    ("/admin/users", "admin"),
    ("/admin/users/<username>/duties", "admin"),
    ("/admin/users/<username>/scope", "admin"),
    ("/admin/users/<username>/second", "admin"),
    ("/admin/users/<username>/password", "admin"),
    ("/admin/users/<username>/disable", "admin"),
    ("/admin/users/<username>/enable", "admin"),
    ("/admin/users/<username>/name", "admin"),
    ("/api/v1/rapid/readings", "point_operator enforcer"),
    ("/bench/<id>", "analyst"),
    ("/bench/<id>/<step>", "analyst"),
    ("/bench/<id>/claim", "analyst"),
    ("/bench/<id>/items", "analyst"),
    ("/bench/<id>/package", "analyst"),
    ("/bench/<id>/items/<item>/carry-over", "analyst"),
    ("/bench/<id>/items/<item>/decide", "reviewer quality_manager"),
    ("/bench/<id>/items/<item>/remark", "analyst"),
    ("/cases/<id>/<step>", "enforcer"),
    ("/cases/<id>/block", "enforcer"),
    ("/cases/<id>/evidence", "enforcer"),
    ("/exchange/ssd2", "plan_manager sampler sample_keeper analyst checker reviewer signatory quality_manager report_sender enforcer supervisor"),
    ("/papers/<id>/void", "supervisor"),
    ("/papers/issue", "supervisor"),
    ("/papers/settings", "supervisor admin"),
    ("/parties/markets/<id>/<step>", "sampler enforcer"),
    ("/parties/markets/<id>/edit", "sampler enforcer"),
    ("/parties/markets/<id>/stalls", "sampler enforcer"),
    ("/parties/markets/new", "sampler enforcer"),
    ("/parties/operators/<id>/<step>", "sampler enforcer"),
    ("/parties/operators/<id>/edit", "sampler enforcer"),
    ("/parties/operators/new", "sampler enforcer"),
    ("/parties/producers/<id>/<step>", "sampler"),
    ("/parties/producers/<id>/edit", "sampler"),
    ("/parties/producers/new", "sampler"),
    ("/parties/stalls/<id>/<step>", "sampler enforcer"),
    ("/parties/stalls/<id>/hand", "sampler enforcer"),
    ("/plan/<year>/create", "plan_manager"),
    ("/plan/<year>/import", "plan_manager"),
    ("/plan/<year>/issue", "plan_manager"),
    ("/plan/<year>/lines", "plan_manager"),
    ("/published/import", "plan_manager supervisor"),
    ("/rapid/<id>/conclude", "enforcer"),
    ("/rapid/<id>/dispose", "point_operator enforcer"),
    ("/rapid/<id>/object", "point_operator enforcer"),
    ("/rapid/<id>/send", "enforcer sampler"),
    ("/rapid/new", "point_operator enforcer"),
    ("/reports/issue", "report_sender"),
    ("/reports/settings", "quality_manager"),
    ("/reports/settings/sentences", "quality_manager"),
    ("/reports/zip", "plan_manager sampler sample_keeper analyst checker reviewer signatory quality_manager report_sender enforcer supervisor"),
    ("/review/approve", "signatory"),
    ("/review/<id>/<step>", "checker"),
    ("/samples/<id>/link", "sampler enforcer"),
    ("/samples/<id>/reception", "sample_keeper"),
    ("/samples/<id>/renumber", "sampler"),
    ("/samples/<id>/sheet", "sampler"),
    ("/samples/<id>/void", "sampler"),
    ("/samples/new", "sampler"),
    ("/stats/annual.pdf", "supervisor plan_manager quality_manager"),
    ("/stats/annual/<chapter>", "plan_manager supervisor"),
    ("/worksheets/<id>", "analyst"),
    ("/worksheets/<id>/advance", "analyst reviewer"),
    ("/worksheets/<id>/assign", "analyst reviewer quality_manager"),
    ("/worksheets/<id>/cells", "analyst"),
    ("/worksheets/<id>/cells/<item>/carry-over", "analyst"),
    ("/worksheets/<id>/cells/<item>/remark", "analyst"),
    ("/worksheets/<id>/finish", "analyst"),
    ("/worksheets/<id>/import", "analyst"),
    ("/worksheets/<id>/release", "quality_manager"),
    ("/worksheets/<id>/void", "analyst reviewer"),
    ("/worksheets/new", "analyst reviewer"),
];

/// Codes that mean: not you.
const NOT_YOU: &[&str] =
    &["ADMIN-ROLE", "SCOPE-DISTRICT", "SCOPE-BEYOND", "USER-BEYOND", "PLAN-ROLE", "INTAKE-ROLE", "LAB-ROLE", "CASE-ROLE", "RAPID-ROLE", "RAPID-DUTY"];

fn past(answer: &Answer) -> bool {
    !matches!(answer.status.code, 401 | 403 | 404) && not_you(answer).is_none()
}

/// The code that says so, among what was refused: not the one beside a button that this person has not.
fn not_you(answer: &Answer) -> Option<&'static str> {
    let text = answer.text();
    let refused = text.split("id=\"errors\"").nth(1).map_or(text.as_str(), |rest| rest.split("</div>").next().unwrap_or_default());
    NOT_YOU.iter().find(|code| refused.contains(**code)).copied()
}

async fn a_changing_route_is_for_whoever_the_list_says(t: TestApp) {
    let world = World::of(&t).await;
    let client = client(&t.app, now).await;
    let routes: Vec<String> = patterns(&client, Method::Post).into_iter().map(|(p, _)| p).collect();
    assert!(routes.len() > 60, "{} routes", routes.len());
    let mut users = BTreeMap::new();
    for (duty, name) in EACH {
        let user = Browser::login(&client, name, PASSWORD).await;
        let csrf = user.token_of_forms().await;
        users.insert(*duty, (user, csrf));
    }
    let nobody = Browser::nobody(&client);
    let list: BTreeMap<&str, &str> = CHANGES.iter().copied().collect();
    let population = t.app.stage().all::<PopulationRecord>().await.unwrap()[0].row.id;
    // What says which thing is meant; the rest of each form is empty.
    let particulars = format!("action=retired&block=start&advance=tab&id={population}&item={0}&claim-item={0}:0", world.item);
    let mut wrong = Vec::new();
    for pattern in &routes {
        let path = world.filled(pattern);
        let head = t.app.stage().head().await.unwrap();
        if !OF_NOBODY.contains(&pattern.as_str()) {
            let answer = nobody.post_form(&path, "x=1".to_owned()).await;
            assert!(matches!(answer.status.code, 303 | 401 | 403 | 404), "nobody POST {path}: {}", answer.status);
            assert_eq!(t.app.stage().head().await.unwrap(), head, "nobody POST {path} wrote");
        }
        let Some(may) = list.get(pattern.as_str()) else {
            if !OWN.contains(&pattern.as_str()) && !OF_NOBODY.contains(&pattern.as_str()) {
                wrong.push(format!("{pattern} is not on the list"));
            }
            continue;
        };
        let may: BTreeSet<&str> = may.split_whitespace().collect();
        // First those who may not: nothing of theirs is written. Then those who may.
        for (duty, (user, csrf)) in users.iter().filter(|(duty, _)| !may.contains(*duty)) {
            let answer = ask(user, csrf, pattern, &path, &particulars).await;
            if past(&answer) {
                wrong.push(format!("{duty} POST {pattern}: {} gets past", answer.status));
            }
            if t.app.stage().head().await.unwrap() != head {
                wrong.push(format!("{duty} POST {pattern} wrote something"));
            }
        }
        for (duty, (user, csrf)) in users.iter().filter(|(duty, _)| may.contains(*duty)) {
            let answer = ask(user, csrf, pattern, &path, &particulars).await;
            if !past(&answer) || answer.status.code >= 500 {
                wrong.push(format!("{duty} POST {pattern}: {} does not get past: {:?}", answer.status, not_you(&answer)));
            }
        }
    }
    for (pattern, _) in CHANGES {
        assert!(routes.iter().any(|r| r == pattern), "no such route: {pattern}");
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    t.assert_whole().await;
}

/// Sends what a form with nothing in it, or a program, would send.
async fn ask(user: &Browser<'_>, csrf: &str, pattern: &str, path: &str, particulars: &str) -> Answer {
    if pattern.starts_with("/api/") || pattern == "/worksheets/<id>/cells" {
        let body = match pattern {
            "/api/v1/judge" => r#"{"item":"x","result":"1"}"#,
            "/api/v1/rapid/readings" => r#"{"stall":"x","food":"x","method":"x"}"#,
            _ => r#"{"cells":[{"item":"x","seen":0,"raw":"1"}]}"#,
        };
        let request = user.client().post(path.to_owned()).header(ContentType::JSON).header(Header::new("X-CSRF", csrf.to_owned()));
        return Answer::of(request.cookie(("shiyan_login", user.token.clone())).body(body).dispatch().await).await;
    }
    user.post_form(path, format!("csrf={csrf}&{particulars}")).await
}

/// Routes before a sign-in.
const OF_NOBODY: &[&str] = &["/-/again", "/login", "/login/code", "/set-password/<link>", "/setup/<token>"];
/// Routes of one's own account and one's own jobs, one that only computes, and one of what nobody put in.
const OWN: &[&str] = &[
    "/api/v1/judge",
    "/admin/profiles/<key>/<version>",
    "/jobs/<id>/stop",
    "/logout",
    "/me/logins/end",
    "/me/password",
    "/me/second/begin",
    "/me/second/codes",
    "/me/second/confirm",
    "/me/second/off",
];

async fn an_analyst_finds_no_page_of_the_administration(t: TestApp) {
    let world = World::of(&t).await;
    let client = client(&t.app, now).await;
    let mut users = Vec::new();
    for (duty, name) in EACH {
        users.push((*duty, Browser::login(&client, name, PASSWORD).await));
    }
    // By hand: who has business where.
    let law = "admin quality_manager";
    let list: BTreeMap<&str, &str> = [
        ("/admin", "admin quality_manager plan_manager supervisor"),
        ("/admin/bounds", "admin"),
        ("/admin/calendar", "admin quality_manager plan_manager"),
        ("/admin/diagnose", "admin"),
        ("/admin/district", "admin"),
        ("/admin/instruments", law),
        ("/admin/journal", "admin quality_manager supervisor"),
        ("/admin/laboratories", "admin quality_manager plan_manager"),
        ("/admin/limits", law),
        ("/admin/limits/check", "quality_manager"),
        ("/admin/limits/import", law),
        ("/admin/limits/rejudge", "quality_manager"),
        ("/admin/limits/template.xlsx", law),
        ("/admin/packages", law),
        ("/admin/packages/<key>", law),
        ("/admin/packages/template.xlsx", law),
        ("/admin/profiles", law),
        ("/admin/profiles/shipped/<key>", law),
        // Nobody put one in.
        ("/admin/profiles/<key>/<version>", ""),
        ("/admin/profiles/<key>/<version>/text", ""),
        ("/admin/points", "admin"),
        ("/admin/population", "admin plan_manager"),
        ("/admin/sign-in", "admin"),
        ("/admin/streets", "admin quality_manager plan_manager"),
        ("/admin/templates", law),
        ("/admin/users", "admin"),
    ]
    .into();
    let mut wrong = Vec::new();
    // A short cut that leads to the calendar, which asks for itself.
    for (pattern, _) in patterns(&client, Method::Get).into_iter().filter(|(p, _)| p.starts_with("/admin") && p != "/admin/calendars") {
        let may = list.get(pattern.as_str()).unwrap_or_else(|| panic!("{pattern} is not on the list"));
        for (duty, user) in &users {
            let answer = user.get(&world.filled(&pattern)).await;
            let open = answer.status.code < 400;
            let closed = answer.status == Status::NotFound || not_you(&answer).is_some();
            if open != may.split_whitespace().any(|d| d == *duty) || (!open && !closed) {
                wrong.push(format!("{duty} GET {pattern}: {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

// ---------------------------------------------------------------- signs of SQL

/// Two that differ only in whether they would be true.
const TRUE: &str = "zz9' OR '1'='1";
const FALSE: &str = "zz9' OR '1'='2";
/// What would show, change or wait, on one engine or the other.
const SIGNS: &[&str] = &[
    "1 OR 1=1 -- ",
    "zz9') OR ('1'='1",
    "zz9\" OR \"1\"=\"1",
    "%' AND '%'='",
    "zz9' UNION SELECT username, password_hash FROM user_account -- ",
    "zz9'; UPDATE user_account SET active = false; -- ",
    "zz9'; DROP TABLE sample CASCADE; -- ",
    "zz9'||(SELECT pg_sleep(6))||'",
    "1; SELECT pg_sleep(6) -- ",
    "zz9' AND 1=length(hex(randomblob(400000000))) -- ",
    "zz9\\' OR 1=1 -- ",
    "$1 ?1 :a @b {x} {{7*7}}",
];
/// Longer than any page of this small house takes, shorter than what the signs above would wait.
const SOON: Duration = Duration::from_secs(5);
/// What a database says of a statement that was broken open.
const SAID: &[&str] = &["syntax error", "near \"", "no such column", "unterminated quoted", "$argon2", "SQLSTATE", "sqlx"];

/// Names of the fields of the forms of a page, by where they post to.
fn forms(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for form in page.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let Some(action) = form.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()) else { continue };
        if !form.contains("method=\"post\"") || !action.starts_with('/') || action == "/logout" {
            continue;
        }
        let names = form.split(" name=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(|n| n.replace("&#45;", "-"));
        found.entry(action.to_owned()).or_default().extend(names.filter(|n| !matches!(n.as_str(), "csrf" | "idempotency")));
    }
    found
}

async fn signs_of_sql_are_text_in_every_parameter_and_field(t: TestApp) {
    let world = World::of(&t).await;
    let client = client(&t.app, now).await;
    let accounts = |all: Vec<UserAccount>| all.into_iter().map(|u| (u.username, u.active, u.password_hash)).collect::<BTreeSet<_>>();
    let before = accounts(t.app.stage().people().await.unwrap());
    let rows = tables(&t).await;
    let mut broken = Vec::new();
    let mut tried = 0;
    let mut seen_forms: BTreeSet<(String, BTreeSet<String>)> = BTreeSet::new();
    let (mut shown, mut shot) = (Vec::new(), BTreeSet::new());
    for name in ["supervisor", "quality", "planner", "analyst", "sampler", "operator", "enforcer", "keeper", "reviewer", "sender", "admin"] {
        let user = Browser::login(&client, name, PASSWORD).await;
        let csrf = user.token_of_forms().await;
        let mut pages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (pattern, query) in patterns(&client, Method::Get) {
            if DEAR.contains(&pattern.as_str()) {
                continue;
            }
            let path = world.filled(&pattern);
            let page = user.get(&path).await;
            if page.status != Status::Ok {
                continue;
            }
            if page.is_html() {
                pages.extend(forms(&page.text()));
            }
            // An address is aimed at once, by the first who is shown it.
            if !shot.insert(pattern.clone()) {
                continue;
            }
            // What a filter object takes has no names in the table: those that the pages use.
            let mut names = query;
            if names.iter().any(|n| matches!(n.as_str(), "sought" | "asked" | "wanted")) {
                names = ["q", "state", "year", "street", "part", "due", "within", "kind", "level", "link", "class", "outcome", "after", "by", "cell", "month"]
                    .map(str::to_owned)
                    .to_vec();
            }
            // Everybody's parameters together for most signs, one at a time for the pair that must read alike.
            let mut shots: Vec<(String, &str)> = Vec::new();
            let all = |sign: &str| names.iter().map(|n| format!("{n}={}", encoded(sign))).collect::<Vec<_>>().join("&");
            if !names.is_empty() {
                shots.extend(SIGNS.iter().map(|s| (format!("{path}?{}", all(s)), *s)));
            }
            if pattern.contains('<') {
                let at = path.rfind('/').unwrap();
                shots.extend(SIGNS.iter().step_by(3).map(|s| (format!("{}/{}", &path[..at], encoded(s)), *s)));
            }
            for name in &names {
                let ask = async |sign: &str| {
                    let answer = user.get(&format!("{path}?{name}={}", encoded(sign))).await;
                    (answer.status, answer.text().matches("<tr").count())
                };
                let (yes, no) = (ask(TRUE).await, ask(FALSE).await);
                tried += 2;
                if yes != no {
                    broken.push(format!("GET {path} {name}: true and false differ, {yes:?} {no:?}"));
                }
            }
            for (address, sign) in shots {
                let watch = Watch::now();
                let answer = user.get(&address).await;
                tried += 1;
                judge(&answer, watch.elapsed(), sign, &address, &mut broken);
            }
        }
        shown.push((user, csrf, pages));
    }
    // What is sent in forms may be kept and then be found by its own words: the lists were read before.
    for (user, csrf, pages) in shown {
        for (action, names) in pages {
            // A form is the same for everybody who is shown it.
            let shape = action.split('/').map(|p| if p.len() > 14 { "*" } else { p }).collect::<Vec<_>>().join("/");
            let kept = seen_forms.len();
            seen_forms.insert((shape, names.clone()));
            if seen_forms.len() == kept || ["/disable", "/password", "/logins/end"].iter().any(|end| action.ends_with(end)) {
                continue;
            }
            for sign in [TRUE, SIGNS[4], SIGNS[5], SIGNS[7], SIGNS[9]] {
                let fields: String = names.iter().map(|n| format!("&{}={}", encoded(n), encoded(sign))).collect();
                let watch = Watch::now();
                let answer = user.post_form(&action, format!("csrf={csrf}{fields}")).await;
                tried += 1;
                judge(&answer, watch.elapsed(), sign, &action, &mut broken);
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
    assert!(tried > 500 && seen_forms.len() > 20, "{tried} requests, {} forms", seen_forms.len());
    assert_eq!(accounts(t.app.stage().people().await.unwrap()), before);
    let after = tables(&t).await;
    assert!(rows.iter().all(|(table, n)| after.get(table).is_some_and(|m| m >= n) || table == "login_session"), "{rows:?} {after:?}");
    t.assert_whole().await;
}

fn judge(answer: &Answer, took: Duration, sign: &str, address: &str, broken: &mut Vec<String>) {
    let text = answer.text();
    let said = SAID.iter().find(|s| text.contains(**s) && !sign.contains(**s));
    if answer.status.code >= 500 || took > SOON || said.is_some() {
        let address: String = address.chars().take(160).collect();
        broken.push(format!("{address} [{sign}]: {} after {took:?} {said:?}", answer.status));
    }
}
