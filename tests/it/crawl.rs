//! Every page that every duty can reach, in both languages, by following the links of the pages themselves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rocket::http::Status;
use shiyan_demonstration::{self as demo, DemoOptions, PASSWORD};
use shiyan_testkit::{TestApp, at};

use crate::http::{Answer, Browser, client};

/// Pages a duty and language, at most; and pages of one room.
const MOST: usize = 60;
const OF_A_ROOM: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_every_duty_is_there_in_both_languages() {
    let t = TestApp::bare_sqlite().await;
    let summary = demo::load(&t.app, DemoOptions { seed: 20_260_101, now: at("2026-11-23T14:00"), samples: Some(120), password: None }).await.unwrap();
    let site = client(&t.app, || at("2026-11-23T14:00")).await;
    let mut broken = Vec::new();
    let (mut pages, mut rooms) = (0, BTreeSet::new());
    for account in &summary.accounts {
        let mut user = Browser::login(&site, &account.username, PASSWORD).await;
        for lang in ["zh", "en"] {
            user.lang = lang;
            let seen = walk(&user, &format!("{} {lang}", account.username), &mut broken).await;
            assert!(seen.len() >= 3, "{} {lang}: only {seen:?}", account.username);
            pages += seen.len();
            rooms.extend(seen.iter().map(|path| room(path)));
        }
    }
    println!("{pages} pages; rooms: {rooms:?}");
    assert!(broken.is_empty(), "{} broken pages:\n{}", broken.len(), broken.join("\n"));
    for wanted in ["/", "/samples", "/samples/*", "/bench", "/cases", "/cases/*", "/plan/*", "/rapid", "/stats", "/figures/*", "/reports/*", "/admin/*"] {
        assert!(rooms.contains(wanted), "nobody came to {wanted}: {rooms:?}");
    }
}

/// The address without its particulars: `/samples/…/sheet?tab=x` is of the room `/samples/*`.
fn room(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut parts = path.trim_start_matches('/').split('/');
    let first = parts.next().unwrap_or_default();
    if parts.next().is_some() { format!("/{first}/*") } else { format!("/{first}") }
}

async fn walk(user: &Browser<'_>, who: &str, broken: &mut Vec<String>) -> BTreeSet<String> {
    let mut queue = VecDeque::from(["/".to_owned()]);
    let (mut seen, mut of_room) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    while let Some(path) = queue.pop_front() {
        // The annual report is made once elsewhere; a language is what we come in.
        let skipped = ["/lang/", "/text/", "/assets/", "/stats/annual.pdf"].iter().any(|start| path.starts_with(start));
        let visits = of_room.entry(room(&path)).or_default();
        if skipped || seen.len() >= MOST || *visits >= OF_A_ROOM || !seen.insert(path.clone()) {
            continue;
        }
        *visits += 1;
        let answer = user.get(&path).await;
        if let Some(problem) = problem(&answer, user.lang, &path) {
            broken.push(format!("{who} {path}: {problem}"));
        }
        if answer.status == Status::Ok && answer.is_html() {
            queue.extend(links(&answer.text()));
        }
        if let Some(to) = Some(answer.header("Location")).filter(|to| to.starts_with('/')) {
            queue.push_back(to.to_owned());
        }
    }
    seen
}

/// What is wrong with a page that a link of ours led to.
fn problem(answer: &Answer, lang: &str, path: &str) -> Option<String> {
    if answer.status.code >= 400 {
        return Some(format!("{} {}", answer.status, answer.text().split("class=\"problem").nth(1).unwrap_or_default().chars().take(160).collect::<String>()));
    }
    if answer.status != Status::Ok || !answer.is_html() {
        return None;
    }
    let text = answer.text();
    if text.contains("{{") || text.contains("{%") || text.contains("TODO") || text.contains('\u{fffd}') {
        return Some("a marker of the template is on the page".into());
    }
    // Where a code is explained, or a sentence with its placeholders is written, their names are shown as they stand.
    if let Some(name) = placeholder(&text).filter(|_| !path.starts_with("/explain/") && path != "/reports/settings") {
        return Some(format!("an unfilled {{{name}}}"));
    }
    let tag = if lang == "en" { "<html lang=\"en" } else { "<html lang=\"zh" };
    if !text.contains(tag) {
        return Some(format!("is not in {lang}"));
    }
    let foreign = ["src=\"http", "src=\"//", "<link rel=\"stylesheet\" href=\"http", "@import"];
    foreign.iter().find(|f| text.contains(**f)).map(|f| format!("asks another host: {f}"))
}

/// `{name}` of a refusal text that nobody filled in.
fn placeholder(text: &str) -> Option<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .find(|name| !name.is_empty() && name.len() < 20 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
}

/// The addresses of this site on a page.
fn links(text: &str) -> Vec<String> {
    let hrefs = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let local = hrefs.filter(|h| h.starts_with('/') && !h.starts_with("//"));
    local.map(|h| h.replace("&amp;", "&").replace("&#38;", "&").replace("&#x2F;", "/").split('#').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn markers_are_found() {
    assert_eq!(placeholder("现在是“{state}”"), Some("state"));
    assert_eq!(placeholder("{} {1} {A} { x }"), None);
    assert_eq!(links("<a href=\"/a?x=1&amp;y=2#z\"></a><a href=\"//e\"></a><a href=\"https://e\">"), ["/a?x=1&y=2"]);
    assert_eq!((room("/samples/0198/sheet?tab=x"), room("/samples?q=1"), room("/")), ("/samples/*".into(), "/samples".into(), "/".into()));
}
