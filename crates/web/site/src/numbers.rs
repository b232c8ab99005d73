//! Every number that is a link opens exactly the rows that it counts: whoever may see it follows all of them, on all pages of the list.
//! A list of facts is counted again from its address for each number, and opened page by page once for each kind of number.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rocket::http::{RawStr, Status};
use rocket::local::asynchronous::Client;
use shiyan_app::figures::Year;
use shiyan_app::read::Look;
use shiyan_foundation::{Actor, Label, WorkCalendar};
use shiyan_indicators::{LeftOut, Pick, What};

use shiyan_web_figures::figures::same;
use shiyan_web_kit::given::Given;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::stage::{client, demonstration, login, now};
use shiyan_web_kit::when::When;

/// One link of a page.
struct Anchor {
    href: String,
    /// `data-count`, the number it promises.
    count: Option<u64>,
    /// What is written on it, piece by piece.
    words: Vec<String>,
}

/// The links of what a page shows, without the shell around it and the choice of years.
fn anchors(page: &str) -> Vec<Anchor> {
    let main = page.split("<main").nth(1).and_then(|m| m.split("</main>").next()).unwrap_or_default();
    let mut kept = String::new();
    for (i, part) in main.split("<nav class=\"years\"").enumerate() {
        kept.push_str(if i == 0 { part } else { part.split_once("</nav>").map_or("", |p| p.1) });
    }
    let attribute = |tag: &str, name: &str| tag.split_once(&format!(" {name}=\"")).map(|(_, v)| v.split('"').next().unwrap_or_default().to_owned());
    kept.split("<a ")
        .skip(1)
        .filter_map(|rest| {
            let (tag, rest) = rest.split_once('>')?;
            let tag = format!(" {tag}");
            let inner = rest.split("</a>").next().unwrap_or_default();
            let words = inner.split('<').enumerate().map(|(i, piece)| if i == 0 { piece } else { piece.split_once('>').map_or("", |p| p.1) });
            Some(Anchor {
                href: attribute(&tag, "href")?.replace("&amp;", "&").replace("&#38;", "&"),
                count: attribute(&tag, "data-count").map(|n| n.parse().unwrap_or_else(|_| panic!("data-count={n}"))),
                words: words.map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect(),
            })
        })
        .collect()
}

/// `378`, `1,234`, `3.04%`, `41 / 43`
fn is_number(word: &str) -> bool {
    let part = |p: &str| {
        let p = p.trim().trim_end_matches('%');
        p.chars().any(|c| c.is_ascii_digit()) && p.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
    };
    word.split('/').all(part)
}

async fn get(client: &Client, token: &str, address: &str) -> (Status, String) {
    let response = client.get(address.to_owned()).cookie(("shiyan_login", token.to_owned())).cookie(("lang", "zh")).dispatch().await;
    let status = response.status();
    let html = response.content_type().is_some_and(|c| c.is_html());
    let body = response.into_bytes().await.unwrap_or_default();
    (status, if html { String::from_utf8_lossy(&body).into_owned() } else { String::new() })
}

/// Rows of a list, on all of its pages.
async fn rows(client: &Client, token: &str, address: &str) -> Result<u64, String> {
    let (mut next, mut n, mut pages) = (Some(address.to_owned()), 0, 0);
    while let Some(address) = next {
        let (status, page) = get(client, token, &address).await;
        if status != Status::Ok || pages > 100 {
            return Err(format!("{status} {address}"));
        }
        pages += 1;
        n += (page.matches(" data-row>").count() + page.matches(" data-row ").count()) as u64;
        next = page.split("rel=\"next\" href=\"").nth(1).map(|r| r.split('"').next().unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&"));
    }
    Ok(n)
}

/// The shape of an address: pages of one kind are visited a few times, not a thousand.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts: Vec<&str> = path.split('/').map(|p| if p.len() > 24 || p.chars().any(|c| c.is_ascii_digit()) { "*" } else { p }).collect();
    let tab = query.split('&').find(|kv| kv.starts_with("tab=") || kv.starts_with("view=")).unwrap_or_default();
    let keys: Vec<&str> = query.split('&').map(|kv| kv.split('=').next().unwrap_or_default()).collect();
    format!("{}?{}{tab}", parts.join("/"), keys.join("&"))
}

/// The kind of number that leads to this list of facts: what and by which members, whatever the member.
fn kind(address: &str) -> String {
    let values: Vec<&str> = address.split(['?', '&']).filter(|kv| ["by=", "why=", "tab=", "span="].iter().any(|key| kv.starts_with(key))).collect();
    format!("{} {}", shape(address), values.join(" "))
}

/// The facts of one person, by year and day.
struct Facts<'a> {
    site: &'a Site,
    actor: Actor,
    calendar: WorkCalendar,
    years: BTreeMap<String, Year>,
}

impl Facts<'_> {
    /// How many facts an address asks for; nothing when it is no list of facts.
    async fn asked(&mut self, address: &str) -> Option<u64> {
        let (path, query) = address.split_once('?')?;
        let (room, name) = path.strip_prefix('/')?.split_once('/')?;
        if !["rows", "figures"].contains(&room) {
            return None;
        }
        let word = |text: &str| RawStr::new(text).url_decode_lossy().into_owned();
        let pairs: BTreeMap<&str, String> = query.split('&').filter_map(|kv| kv.split_once('=')).map(|(k, v)| (k, word(v))).collect();
        let of = |key: &str| pairs.get(key).map(String::as_str);
        let when = When::read(Given::of(of("year").unwrap_or_default()), Given::of(of("as_of").unwrap_or_default()), now()).ok()?;
        let key = when.query();
        if !self.years.contains_key(&key) {
            let look = if room == "rows" { Look::Rows(What::parse(name)?) } else { Look::Figures };
            let year = self.site.app.read_year(&self.actor, look, when.year, when.as_of, now()).await.ok()?;
            self.years.insert(key.clone(), year);
        }
        let year = &self.years[&key];
        if room == "rows" {
            return Some(Pick::parse(name, of("by"), of("of"), of("span"))?.ids(&year.facts, &year.kpis, &self.calendar).len() as u64);
        }
        let name = word(name);
        let figure = year.kpis.figures().find(|f| same(f, &name))?;
        let left = figure.left_out.iter().filter(|(why, _)| of("why").is_none_or(|w| LeftOut::parse(w) == Some(**why)));
        Some(match of("tab") {
            Some("out") => left.map(|(_, ids)| ids.len() as u64).sum(),
            Some("hits") => figure.hits.len() as u64,
            _ => figure.counted.len() as u64,
        })
    }
}

/// Pages of one shape whose links are looked at.
const OF_A_SHAPE: usize = 2;

#[derive(Default)]
struct Seen {
    /// Numbers followed.
    followed: usize,
    /// Lists opened.
    opened: usize,
    /// Pages looked at.
    pages: usize,
    /// Numbers above nothing.
    above_nothing: usize,
    /// Rooms in which numbers stood.
    rooms: BTreeSet<String>,
    /// What lists of facts were asked for: what, by which members, of which year.
    kinds: BTreeSet<String>,
    /// What was wrong.
    wrong: Vec<String>,
}

/// The pages of figures, which cost most and are made alike for everybody.
const FIGURES: &[&str] = &["/stats", "/figures/", "/rows/"];

/// Follows the numbers of whoever this is; `figures` says whether to look for more of them on the pages of figures.
async fn follow_all(client: &Client, name: &str, starts: &[&str], figures: bool, seen: &mut Seen) {
    let token = login(client, name).await;
    let site: &Site = client.rocket().state().unwrap();
    let actor = site.app.stage().people().await.unwrap().into_iter().find(|u| u.username == name).unwrap().actor();
    let mut facts = Facts { site, actor, calendar: site.app.calendar().await.unwrap(), years: BTreeMap::new() };
    let mut opened = BTreeSet::new();
    let mut queue: VecDeque<String> = starts.iter().map(|s| (*s).to_owned()).collect();
    let (mut visited, mut shapes, mut done) = (BTreeSet::new(), BTreeMap::<String, usize>::new(), BTreeSet::new());
    while let Some(address) = queue.pop_front() {
        let room = address.split('?').next().unwrap_or_default().to_owned();
        let skipped = ["/lang", "/text", "/assets", "/explain", "/stats/", "/reports/", "/jobs"].iter().any(|s| address.starts_with(s));
        let told = !figures && FIGURES.iter().any(|s| address.starts_with(s));
        if !address.starts_with('/') || skipped || told || !visited.insert(address.clone()) {
            continue;
        }
        let times = shapes.entry(shape(&address)).or_default();
        *times += 1;
        if *times > OF_A_SHAPE {
            continue;
        }
        let (status, page) = get(client, &token, &address).await;
        seen.pages += 1;
        if status != Status::Ok {
            continue;
        }
        for a in anchors(&page) {
            // pages of a day that has passed are looked at where they are asked for; they are made alike
            if !a.href.contains("as_of=") {
                queue.push_back(a.href.split('#').next().unwrap_or_default().to_owned());
            }
            match a.count {
                Some(promised) if a.href.starts_with('/') => {
                    if !done.insert((a.href.clone(), promised)) {
                        continue;
                    }
                    seen.followed += 1;
                    seen.above_nothing += usize::from(promised > 0);
                    seen.rooms.insert(room.clone());
                    if let Some(list) = a.href.strip_prefix("/rows/") {
                        let wanted = |part: &&str| !part.contains('=') || part.starts_with("by=") || part.starts_with("span=");
                        seen.kinds.extend(list.split(['?', '&']).filter(wanted).map(str::to_owned));
                    }
                    let counted = facts.asked(&a.href).await;
                    if counted.is_some_and(|n| n != promised) {
                        seen.wrong.push(format!("{name} {address}: {:?} says {promised}, {} counts {counted:?}", a.words, a.href));
                    }
                    if counted.is_some() && (promised == 0 || !opened.insert(kind(&a.href))) {
                        continue;
                    }
                    seen.opened += 1;
                    match rows(client, &token, &a.href).await {
                        Ok(n) if n == promised => {}
                        Ok(n) => seen.wrong.push(format!("{name} {address}: {:?} says {promised}, {} lists {n}", a.words, a.href)),
                        Err(e) => seen.wrong.push(format!("{name} {address}: {:?} leads to {e}", a.words)),
                    }
                }
                // a step of a form leads to its place on the same page
                _ if a.href.starts_with('#') => {}
                _ if a.words.iter().any(|w| is_number(w)) => {
                    seen.wrong.push(format!("{name} {address}: {:?} is a number and a link to {} without saying how many rows", a.words, a.href));
                }
                _ => {}
            }
        }
    }
}

#[rocket::async_test]
async fn every_number_that_links_opens_exactly_the_rows_that_it_counts() {
    let (_dir, app, names) = demonstration("counts", 7, 160).await;
    let client = client(&app, crate::routes()).await;
    let mut seen = Seen::default();
    // the statistics of this year, and of an earlier one and this as they stood
    let stats: Vec<String> =
        ["overview", "class", "link", "street", "items", "disposal", "rapid", "looks", "looks&heat=failing", "looks&heat=overdue&panels=rate"]
            .iter()
            .map(|tab| format!("/stats?year=2026&tab={tab}"))
            .chain(["/stats?year=2025&as_of=2025-12-31&tab=link", "/stats?year=2026&as_of=2026-06-30&tab=disposal", "/plan/2026?view=pivot"].map(str::to_owned))
            .collect();
    for name in &names {
        let began = std::time::Instant::now();
        let (mut starts, all) = (vec!["/"], name == "supervisor");
        if all {
            starts.extend(stats.iter().map(String::as_str));
        }
        follow_all(&client, name, &starts, all, &mut seen).await;
        println!("{name}: {} wrong, {} numbers, {} lists and {} pages so far, {:?}", seen.wrong.len(), seen.followed, seen.opened, seen.pages, began.elapsed());
    }
    println!("{} numbers followed, {} above nothing, in {:?}", seen.followed, seen.above_nothing, seen.rooms);
    seen.wrong.sort();
    seen.wrong.dedup();
    assert!(seen.wrong.is_empty(), "{} wrong:\n{}", seen.wrong.len(), seen.wrong.join("\n"));
    for room in ["/", "/stats", "/figures/batches_per_thousand", "/cases", "/bench", "/worksheets", "/plan/2026"] {
        assert!(seen.rooms.contains(room), "no number was followed in {room}: {:?}", seen.rooms);
    }
    // the tables of two members, the steps of the way of the batches, and last year
    for kind in ["by=class_month", "by=lab_month", "span=before", "span=whole", "sampled", "received", "reported", "passing", "running", "timed"] {
        assert!(seen.kinds.contains(kind), "no number asked for {kind}: {:?}", seen.kinds);
    }
    assert!(seen.above_nothing > 200, "{}", seen.above_nothing);
}

#[test]
fn a_number_on_a_link_is_known_with_and_without_its_mark() {
    let page = r#"<main id="m"><nav class="years"><a href="/stats?year=2025">2025</a></nav><a href="/x?a=1&amp;b=2" data-count="1234"><b>1,234</b><span>逾期</span></a>
        <a class="code" href="/samples/1">XBJ26410105</a><a href="/y"><b>3.04%</b></a><a href="/z">41 / 43</a></main><a href="/out">7</a>"#;
    let all = anchors(page);
    assert_eq!(all.len(), 4);
    assert_eq!((all[0].href.as_str(), all[0].count, all[0].words.len()), ("/x?a=1&b=2", Some(1234), 2));
    let numbers: Vec<bool> = all.iter().map(|a| a.words.iter().any(|w| is_number(w))).collect();
    assert_eq!(numbers, [true, false, true, true]);
    assert!(!is_number("2026-03-05") && !is_number("一季度") && !is_number("/"));
}
