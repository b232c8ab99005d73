//! 看得见 every page for whoever looks at it: axe without findings, labels that do not touch on a phone, and paper that carries the whole page. Part of
//! the browser test, whose driver it uses.
//!
//! One pass takes each page once, in one of the eight ways in turn (language, light or dark, wide or narrow). `SHIYAN_EYES=all` takes every
//! page in all eight.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::*;

const AXE: &str = include_str!("../axe/axe.min.js");
const PASSWORD: &str = "shiyan-demo-2026";
/// Accounts of the demonstration, one a duty.
const USERS: &[&str] = &[
    "supervisor",
    "analyst",
    "checker",
    "reviewer",
    "signatory",
    "report-sender",
    "quality-manager",
    "plan-manager",
    "sampler",
    "sample-keeper",
    "enforcer",
    "point-operator",
    "market-opener",
    "admin",
];
/// What leads to a file, or changes how every page looks.
const NO_PAGES: &[&str] = &[
    "/logout",
    "/lang/",
    "/text/",
    "/evidence/",
    ".pdf",
    "/pdf",
    ".csv",
    ".xlsx",
    ".zip",
    ".json",
    "/zip",
    "/draft",
    "/preview",
    "/photo/",
    "/files/",
    "/text",
    "/export",
];

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
struct Way {
    lang: &'static str,
    scheme: &'static str,
    width: u32,
}

fn ways() -> Vec<Way> {
    let mut all = Vec::new();
    for lang in ["zh", "en"] {
        for scheme in ["light", "dark"] {
            all.extend([1366, 360].map(|width| Way { lang, scheme, width }));
        }
    }
    all
}

/// 同类页 the shape of an address: what names one object of many is left out.
fn shape(path: &str) -> String {
    let (bare, query) = path.split('#').next().unwrap_or_default().split_once('?').unwrap_or((path.split('#').next().unwrap_or_default(), ""));
    let room = bare.split('/').nth(1).unwrap_or_default();
    let parts: Vec<&str> = bare
        .split('/')
        .enumerate()
        .map(|(at, part)| {
            let many = matches!(room, "figures" | "rows" | "explain") || (room == "reports" && !matches!(part, "issued" | "settings"));
            let named = at == 2 && many || (at == 3 && bare.starts_with("/admin/packages/")) || (at > 2 && bare.starts_with("/admin/profiles/"));
            if named || part.len() > 30 || (part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit())) { "*" } else { part }
        })
        .collect();
    let kept = |key: &str| query.split('&').find(|pair| pair.starts_with(key)).map_or_else(String::new, |pair| format!("?{pair}"));
    format!("{}{}", parts.join("/"), [kept("tab="), kept("step=")].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_for_eyes_ears_and_paper() {
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    if std::env::var("SHIYAN_BROWSER").as_deref() != Ok("1") {
        println!("SKIPPED: every page for eyes, ears and paper: SHIYAN_BROWSER=1 is not set (`cargo xtask ci` sets it)");
        return;
    }
    let program = program();
    let driver = Driver::start();
    let serving = Serving::start(&program, None);
    run(serving.shiyan(&program, None).args(["demo", "load", "--samples", "60"]));
    let tab = Tab::open(&driver, &serving.base).await;
    let all = std::env::var("SHIYAN_EYES").as_deref() == Ok("all");
    let begun = Instant::now();
    let pages = every_page(&tab).await;
    assert!(pages.values().map(Vec::len).sum::<usize>() > 60, "the pages were found: {pages:?}");
    let (mut looks, mut found) = (0, Vec::new());
    for (user, paths) in &pages {
        enter(&tab, user).await;
        for (at, path) in paths.iter().enumerate() {
            let ways = ways();
            let chosen = if all { ways } else { vec![ways[at % ways.len()]] };
            for way in chosen {
                looks += 1;
                found.extend(axe(&tab, user, path, way).await);
            }
        }
    }
    println!("eyes: {looks} looks at {} pages in {:.1} s", pages.values().map(Vec::len).sum::<usize>(), begun.elapsed().as_secs_f32());
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
    dress(&tab, Way { lang: "zh", scheme: "light", width: 1366 }).await;
    enter(&tab, "supervisor").await;
    labels_of_the_gauge_keep_apart(&tab).await;
    paper_carries_the_whole_page(&tab, &pages).await;
    serving.nothing_complained();
}

/// One address of each shape, found from the first page of each duty on by following links; with who found it.
async fn every_page(tab: &Tab) -> BTreeMap<&'static str, Vec<String>> {
    let (mut seen, mut pages): (BTreeSet<String>, BTreeMap<&str, Vec<String>>) = Default::default();
    for user in USERS {
        enter(tab, user).await;
        let mut waiting = VecDeque::from(["/".to_owned()]);
        let mine = pages.entry(user).or_default();
        let mut own = BTreeSet::new();
        while let Some(path) = waiting.pop_front() {
            let shape = shape(&path);
            // The first page is another one for each duty.
            if !own.insert(shape.clone()) || (shape != "/" && !seen.insert(shape)) {
                continue;
            }
            tab.goto(&path).await;
            let links =
                tab.js("return document.querySelector('main') ? [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')) : null").await;
            let Some(links) = links.as_array() else { continue };
            mine.push(path);
            let inside = links.iter().filter_map(Value::as_str).filter(|href| href.starts_with('/') && !href.starts_with("//"));
            waiting.extend(inside.filter(|href| !NO_PAGES.iter().any(|end| href.split('?').next().unwrap_or_default().contains(end))).map(str::to_owned));
        }
    }
    pages
}

async fn enter(tab: &Tab, user: &str) {
    tab.sign_in(user, PASSWORD).await;
}

async fn dress(tab: &Tab, way: Way) {
    tab.cdp("Emulation.setDeviceMetricsOverride", &json!({ "width": way.width, "height": 900, "deviceScaleFactor": 1, "mobile": false }));
    tab.cdp("Emulation.setEmulatedMedia", &json!({ "features": [{ "name": "prefers-color-scheme", "value": way.scheme }] }));
    tab.goto(&format!("/lang/{}", way.lang)).await;
}

/// What axe has to say of a page: rule, place, and what is wrong there.
async fn axe(tab: &Tab, user: &str, path: &str, way: Way) -> Vec<String> {
    dress(tab, way).await;
    tab.goto(path).await;
    // As high as the page, so that a bar at the foot of the window lies over nothing.
    let high = tab.js("return document.documentElement.scrollHeight").await.as_u64().unwrap_or(0).clamp(900, 12_000);
    tab.cdp("Emulation.setDeviceMetricsOverride", &json!({ "width": way.width, "height": high, "deviceScaleFactor": 1, "mobile": false }));
    tab.client.execute(AXE, vec![]).await.unwrap();
    let script = "const done = arguments[0];
        axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }).then(
            r => done(r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + ' ' + n.target.join(' ') + ' ' + ((n.any[0] || n.all[0] || n.none[0] || {}).message || '')))),
            e => done(['axe broke off: ' + e]));";
    let found = tab.client.execute_async(script, vec![]).await.unwrap_or_else(|e| panic!("{path}: {e}"));
    found.as_array().unwrap().iter().map(|f| format!("{user} {path} {way:?}: {}", f.as_str().unwrap_or_default())).collect()
}

/// The labels of the gauge at 360 px: no two of them touch, none runs over the side, in both languages.
async fn labels_of_the_gauge_keep_apart(tab: &Tab) {
    for lang in ["en", "zh"] {
        dress(tab, Way { lang, scheme: "light", width: 360 }).await;
        tab.goto("/").await;
        let boxes = tab
            .js("return [...document.querySelectorAll('.g-scale text')].map(t => { const r = t.getBoundingClientRect(); return [r.left, r.right, r.top, r.bottom] })")
            .await;
        let boxes: Vec<[f64; 4]> = serde_json::from_value(boxes).unwrap();
        assert!(boxes.len() > 4, "{boxes:?}");
        for (at, a) in boxes.iter().enumerate() {
            assert!(a[0] >= 0.0 && a[1] <= 360.0, "{lang}: a label runs over the side: {a:?}");
            for b in &boxes[at + 1..] {
                let apart = a[1] + 3.0 <= b[0] || b[1] + 3.0 <= a[0] || a[3] + 3.0 <= b[2] || b[3] + 3.0 <= a[2];
                assert!(apart, "{lang}: two labels touch: {a:?} {b:?}");
            }
        }
    }
    dress(tab, Way { lang: "zh", scheme: "light", width: 1366 }).await;
}

/// Home, case, worksheet and sample on paper: every heading and what is folded on the screen, in the order of the page, on upright A4 but for
/// the grid.
async fn paper_carries_the_whole_page(tab: &Tab, pages: &BTreeMap<&'static str, Vec<String>>) {
    let found = |start: &str| {
        let fits = |p: &&String| shape(p).starts_with(start) && shape(p).ends_with("/*");
        pages.iter().find_map(|(user, paths)| Some((*user, paths.iter().find(fits)?.clone()))).unwrap_or_else(|| panic!("no page {start}"))
    };
    let (_, sample) = found("/samples/");
    for ((user, path), upright) in
        [(("supervisor", "/".to_owned()), true), (found("/cases/"), true), (("supervisor", sample), true), (found("/worksheets/"), false)]
    {
        enter(tab, user).await;
        tab.goto(&path).await;
        // What a person reads of the page: headings, terms, cells; folded or not, but for forms and menus.
        let script = "const out = [], skip = 'form, .rail, .top, .bottom, .tabs, .actions, .next-card, .ph-act, .def, .menu, .ask, .fold, .act, .vh, .more, .demo-ribbon, .keys, .filters, .pager, .ws-drawer, svg, details.data';
            for (const e of document.querySelectorAll('main h1, main h2, main h3, main dt, main dd, main th, main td, main li b, main details.block summary b')) {
                if (e.closest(skip) && !e.closest('.ws')) { continue; }
                const t = e.textContent.replace(/\\s+/g, '');
                if (t && !e.querySelector('.vh, form, input, details')) { out.push(t); }
            }
            return out;";
        let wanted: Vec<String> = serde_json::from_value(tab.js(script).await).unwrap();
        assert!(wanted.len() > 8, "{path}: {wanted:?}");
        let printed = tab.cdp("Page.printToPDF", &json!({ "preferCSSPageSize": true, "printBackground": false }));
        let bytes = decoded(printed["data"].as_str().unwrap());
        let file = tab.scratch.join("paper.pdf");
        std::fs::write(&file, &bytes).unwrap();
        let sizes = run(Command::new("pdfinfo").args(["-l", "99"]).arg(&file));
        for line in sizes.lines().filter(|l| l.starts_with("Page") && l.contains("size:")) {
            let side =
                line.split("size:").nth(1).unwrap().split(" x ").map(|n| n.split_whitespace().next().unwrap().parse::<f64>().unwrap()).collect::<Vec<_>>();
            assert_eq!(side[0] < side[1], upright, "{path}: {line}");
        }
        let text: String = run(Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(&file).arg("-")).split_whitespace().collect();
        // What is broken over two lines stands in the text with its neighbour in between: its beginning is looked for.
        let begins = |word: &str| word.chars().take(4).collect::<String>();
        let missing: Vec<&String> = wanted.iter().filter(|w| !text.contains(&begins(w))).collect();
        assert!(missing.len() * 25 <= wanted.len(), "{path}: not on paper: {missing:?}\n{text}");
        let heads: Vec<usize> = wanted.iter().filter_map(|w| text.find(w.as_str())).take(1).collect();
        assert!(heads[0] < 200, "{path}: the page begins with its heading");
    }
}

/// Base64 as the driver sends files.
fn decoded(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = four.iter().fold(0_u32, |bits, c| (bits << 6) | u32::from(digit(*c))) << (6 * (4 - four.len()));
        out.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    out
}
