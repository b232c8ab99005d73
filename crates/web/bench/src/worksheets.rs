//! 检验批 the list, the making, the result grid with its autosave, finishing, assigning, releasing, voiding.

pub mod drawer;
pub mod file;
pub mod grid;
pub mod setup;

use std::collections::{BTreeMap, BTreeSet};

use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, get, post, routes};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shiyan_app::bench::{Saved, TypedResult};
use shiyan_app::read::{SheetPage as SheetRead, Standing};
use shiyan_app::records::UserAccount;
use shiyan_app::worksheets::{Entered, NewWorksheet, TypedQc, Typing};
use shiyan_foundation::ids::{TestItemId, TestOrderId, WorksheetId};
use shiyan_foundation::{Act, Label, Refusal};
use shiyan_lab_results::bench::{Advance, Instrument, MOST_SAMPLES, Worksheet, WorksheetAction, WorksheetState, code as worksheet_code, template_of};
use shiyan_lab_results::order::{OrderAction, OrderState, TestItem, TestOrder, code as order_code, doubtful_without_remark};
use shiyan_lab_results::qc::{QcState, code as qc_code, why_not_override};
use validator::Validate;

use crate::bench::{LONGEST_WHY, WHY};
use crate::code;
use crate::views::{
    ActionView, CellState, Choice, Density, Drawer, Fact, FieldView, FileView, Filters, FinishPage, GridIssue, Link, NewRow, NewWorksheetPage, OpenPoint, Page,
    ProblemView, SampleStand, SheetRow, Tab, WaitingRow, WorksheetPage, WorksheetsPage,
};
use grid::{Kept, Shown, cell_json, control_json, control_name, counts, print_of, qc_badge, read_seen};
use shiyan_web_kit::answer::{Html, done, show};
use shiyan_web_kit::api::{Body, Caller, checked};
use shiyan_web_kit::failure::{self, Failure};
use shiyan_web_kit::given::Ticked;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Again, Answer, asked, at_text, day_chip, named, order_badge, reads, reason_field, refusals, show_as, size_text};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::{Bare, Shape, bounded};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Tone, num};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut all = routes![list, new_page, make, one, enter, save, finish_page, finish, assign, advance, void, release];
    all.extend(drawer::routes());
    all.extend(file::routes());
    all.extend(setup::routes());
    all
}

/// Worksheets on one page of the list.
const MOST: u64 = 200;
/// Worksheets of a list that is counted: all of them.
pub const ALL: u64 = 100_000;
/// Cells in one message of the script.
const BATCH: usize = 400;
/// Cells named under one open point.
const NAMED: usize = 12;
/// Cookie of the orientations: one print for each person and method shown by sample.
const BY_SAMPLE: &str = "ws_by";
/// Cookie of 显示限量.
const LIMITS: &str = "ws_limits";
/// Cookie of 密度: the print of each person who chose another than the usual one, and its first letter.
const DENSITY: &str = "ws_rows";
/// People a cookie remembers.
const REMEMBERED: usize = 40;

/// For whoever has no work here there is no such page.
///
/// # Errors
/// Not of the bench.
pub(super) fn enter_room(user: &User) -> Result<(), Failure> {
    reads(user, Act::ReadBench)
}

// ---------------------------------------------------------------- the list

/// 状态 as a badge.
#[must_use]
pub fn state_badge(state: WorksheetState, lang: shiyan_foundation::Lang) -> Badge {
    match state {
        WorksheetState::Open => Badge::new(Tone::Info, state.label(lang)),
        WorksheetState::Finished => Badge::new(Tone::Pass, state.label(lang)),
        WorksheetState::Void => Badge::new(Tone::Idle, state.label(lang)).with_icon("slash"),
    }
}

fn size_of(sheet: &Worksheet) -> String {
    format!("{} × {}", sheet.samples.len(), sheet.analytes.len())
}

fn tabs(user: &User, tab: &str, open: u64, waiting: u64) -> Vec<Tab> {
    vec![
        Tab::new(user.t("录入中", "Being entered"), "/worksheets", tab == "open").counted(open),
        Tab::new(user.t("已完成", "Finished"), "/worksheets?tab=finished", tab == "finished"),
        Tab::new(user.t("待编批", "Waiting"), "/worksheets?tab=waiting", tab == "waiting").counted(waiting),
        Tab::new(user.t("已作废", "Voided"), "/worksheets?tab=void", tab == "void"),
    ]
}

/// One worksheet in the list; how many of its cells are filled, of how many.
fn sheet_row(user: &User, w: &Worksheet, (full, cells): (u64, u64), calendar: &shiyan_foundation::WorkCalendar) -> SheetRow {
    let (lang, today) = (user.lang(), user.now().date_naive());
    let finished = w.finished.as_ref().map(|(_, _, at)| shiyan_app::day(*at));
    SheetRow {
        no: w.no.clone(),
        href: format!("/worksheets/{}", w.id),
        title: w.title.clone(),
        method: w.method.clone(),
        analyst: w.analyst.as_ref().map_or_else(String::new, |(_, n)| n.clone()),
        instrument: w.instrument.as_ref().map_or_else(String::new, |(_, n)| n.clone()),
        size: size_of(w),
        filled: full,
        cells,
        qc: qc_badge(w.qc_state(), w.qc_override.is_some(), lang),
        due: day_chip(&w.due_on.to_string(), finished.as_deref(), today, calendar, lang),
        state: state_badge(w.state, lang),
        returned: w.returned.as_ref().map_or_else(String::new, |(who, why)| format!("{who}{}{why}", user.t("：", ": "))),
        verb: (if w.may_enter(&user.actor).is_ok() { user.t("录入", "Enter") } else { user.t("查看", "Open") }).to_owned(),
    }
}

fn waiting_row(user: &User, w: &shiyan_app::read::WaitingMethod, makes: bool, calendar: &shiyan_foundation::WorkCalendar) -> WaitingRow {
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    WaitingRow {
        method: w.method.clone(),
        samples: count(w.samples),
        items: count(w.items),
        due: day_chip(&w.due_on, None, user.now().date_naive(), calendar, user.lang()),
        href: if makes { format!("/worksheets/new?method={}", encoded(&w.method)) } else { String::new() },
    }
}

#[get("/worksheets?<tab>&<q>&<mine>")]
async fn list(site: &State<Site>, user: User, tab: Option<&str>, q: Option<&str>, mine: Ticked) -> Html {
    enter_room(&user)?;
    let tab = tab.filter(|t| ["finished", "waiting", "void"].contains(t)).unwrap_or("open");
    let wanted = q.unwrap_or_default().trim();
    let only_mine = mine.0;
    // what is being entered is counted, so it is listed whole
    let open_tab = tab == "open";
    let fits = |w: &Worksheet| {
        let text = wanted.is_empty() || [&w.no, &w.title, &w.method].iter().any(|t| t.contains(wanted)) || w.samples.iter().any(|s| s.label.contains(wanted));
        text && (!only_mine || w.analyst.as_ref().is_some_and(|(id, _)| *id == user.actor.id))
    };
    let read = site.app.read_worksheets(&user.actor, WorksheetState::parse(tab), only_mine, if open_tab { ALL } else { MOST }, fits).await?;
    let (waiting, calendar, open) = (read.waiting, read.calendar, read.open);
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let samples: i64 = waiting.iter().map(|w| w.samples).sum();
    let mut page = WorksheetsPage {
        p: user.page(site, "worksheets", user.t("检验批", "Worksheets")),
        tabs: tabs(&user, tab, open, waiting.len() as u64),
        filters: Filters::default(),
        rows: Vec::new(),
        waiting: None,
        empty: String::new(),
        note: String::new(),
    };
    if tab == "waiting" {
        let makes = user.may(Act::Worksheet);
        page.empty = user.t("没有等待编批的项目。", "Nothing waits for a worksheet.").to_owned();
        page.waiting = Some(waiting.iter().map(|w| waiting_row(&user, w, makes, &calendar)).collect());
        return show(&page);
    }
    let mut sheets = read.sheets;
    if !open_tab {
        sheets.reverse();
    }
    if !open_tab && read.cut {
        page.note = user.t("只列出期限最近的 200 批。", "The 200 due first are listed.").to_owned();
    }
    let filled: BTreeMap<String, (u64, u64)> = read.counts.into_iter().map(|c| (c.worksheet_id, (count(c.filled), count(c.cells)))).collect();
    page.rows = sheets.iter().map(|w| sheet_row(&user, w, filled.get(&w.id.to_string()).copied().unwrap_or_default(), &calendar)).collect();
    page.empty = (match tab {
        "open" if samples > 0 => user.t("没有录入中的检验批。到“待编批”把收到的样品编成检验批。", "No worksheet is being entered. Make one from what waits."),
        "open" => user.t("没有录入中的检验批。", "No worksheet is being entered."),
        _ => user.t("这里没有检验批。", "No worksheet here."),
    })
    .to_owned();
    page.filters = Filters {
        action: if tab == "open" { "/worksheets".to_owned() } else { format!("/worksheets?tab={tab}") },
        q: Some(wanted.to_owned()),
        hint: user.t("批号、名称、方法、盲样编号", "Number, title, method, blind code").to_owned(),
        tick: Some(("mine".to_owned(), user.t("只看分派给我的", "Only mine").to_owned(), only_mine)),
        total: num(page.rows.len() as u64),
        ..Filters::default()
    };
    show(&page)
}

// ---------------------------------------------------------------- the making

/// People who may be given a worksheet.
fn analysts(people: &[UserAccount]) -> Vec<Choice> {
    people.iter().map(|u| Choice::new(u.id.to_string(), u.name.clone())).collect()
}

/// Instruments in use; one out of calibration says so.
fn instruments(all: &[Instrument], user: &User) -> Vec<Choice> {
    let today = user.now().date_naive();
    let name = |i: &Instrument| match i.why_not(today) {
        Some(_) => format!("{} {}{}", i.no, i.name, user.t("（校准过期）", " (calibration ended)")),
        None => format!("{} {}", i.no, i.name),
    };
    all.iter().map(|i| Choice::new(i.id.to_string(), name(i))).collect()
}

fn control_line(plan: &shiyan_lab_results::bench::QcPlan, user: &User) -> String {
    setup::plan_text(plan, user.lang())
}

/// Who makes the worksheet, with what.
fn making_fields(user: &User, people: &[UserAccount], devices: &[Instrument]) -> Vec<FieldView> {
    vec![
        FieldView::text("title", user.t("名称", "Title")).hint(user.t("不填则用模板的名称或方法", "Left empty, the template’s title or the method")),
        FieldView::select("analyst", user.t("检验员", "Analyst"), analysts(people)),
        FieldView::select("instrument", user.t("仪器", "Instrument"), instruments(devices, user))
            .hint(user.t("没有仪器的方法可不选", "May be left open for methods without an instrument")),
        FieldView::select("advance", user.t("天平、仪器键入后", "After a value from a balance"), Choice::all::<Advance>(user.lang()))
            .with(Advance::default().code())
            .hint(user.t("看天平在数值后面发回车还是 Tab；录入中可以再改", "Does the balance send Enter or Tab after the value; it can be changed later")),
    ]
}

async fn new_view(site: &Site, user: &User, method: &str, form: Option<&Posted>, why: &[Refusal]) -> Result<NewWorksheetPage, Failure> {
    let lang = user.lang();
    let making = site.app.read_making(&user.actor, method, MOST_SAMPLES).await?;
    let (waiting, samples) = (&making.waiting, &making.samples);
    let mut order: Vec<(String, String)> = Vec::new();
    let mut analytes: Vec<String> = Vec::new();
    for item in waiting {
        if !order.iter().any(|(id, _)| *id == item.order_id) {
            order.push((item.order_id.clone(), item.sample_id.clone()));
        }
        if !analytes.contains(&item.analyte) {
            analytes.push(item.analyte.clone());
        }
    }
    let left_out = order.len().saturating_sub(MOST_SAMPLES) as u64;
    order.truncate(MOST_SAMPLES);
    let ticked: Option<BTreeSet<&str>> = form.map(|f| f.many("items").into_iter().collect());
    let today = user.now().date_naive();
    let rows = order
        .iter()
        .map(|(order, sample)| {
            let mine: Vec<_> = waiting.iter().filter(|w| w.order_id == *order).collect();
            let record = samples.iter().find(|s| s.sample.id.to_string() == *sample);
            NewRow {
                label: record.map_or_else(String::new, |r| r.sample.blind_code.clone().unwrap_or_else(|| r.sample.number().to_owned())),
                food: mine.first().map_or_else(String::new, |w| w.food.clone()),
                due: mine.first().map_or_else(shiyan_web_kit::ui::Due::default, |w| day_chip(&w.report_due_on, None, today, &making.calendar, lang)),
                cells: analytes
                    .iter()
                    .map(|a| {
                        let item = mine.iter().find(|w| w.analyte == *a)?;
                        Some((item.item_id.clone(), ticked.as_ref().is_none_or(|t| t.contains(item.item_id.as_str()))))
                    })
                    .collect(),
            }
        })
        .collect();
    let lab = samples.first().map_or_else(String::new, |s| s.sample.sheet.get("lab_org").to_owned());
    let template = template_of(&making.templates, method, &lab).cloned();
    let mut fields = making_fields(user, &making.analysts, &making.instruments);
    match form {
        Some(form) => {
            let filled = form.filled(why, lang);
            fields = fields.into_iter().map(|f| f.filled(&filled)).collect();
        }
        None => {
            let own = user.may(Act::Test).then(|| user.actor.id.to_string());
            fields[0].value = template.as_ref().map_or_else(String::new, |t| t.title.clone());
            fields[1].value = own.unwrap_or_default();
        }
    }
    let p = user
        .page(site, "worksheets", user.t("新检验批", "New worksheet"))
        .crumb(user.t("检验批", "Worksheets"), "/worksheets?tab=waiting")
        .crumb(user.t("新检验批", "New worksheet"), "")
        .refused(why);
    let controls = template.iter().flat_map(|t| &t.qc).map(|plan| control_line(plan, user)).collect();
    Ok(NewWorksheetPage { p, method: method.to_owned(), analytes, rows, left_out, fields, controls })
}

#[get("/worksheets/new?<method>")]
async fn new_page(site: &State<Site>, user: User, method: Option<&str>) -> Html {
    enter_room(&user)?;
    let view = new_view(site, &user, method.unwrap_or_default(), None, &[]).await?;
    if view.rows.is_empty() {
        return Err(Failure::NotFound);
    }
    show(&view)
}

shapes! {
    /// 新检验批 as typed.
    MakeForm {
        title: 200 "名称" / "title",
        analyst: 64 "检验员" / "analyst",
        instrument: 64 "仪器" / "instrument",
        advance: 40 "键入走向" / "where the keys go",
    }
    /// 分派 as chosen.
    AssignForm { analyst: 64 "检验员" / "analyst", instrument: 64 "仪器" / "instrument" }
    /// 键入走向 as chosen.
    AdvanceForm { advance: 40 "键入走向" / "where the keys go" }
    /// 放行 as typed.
    ReleaseForm { reason: 1000 "放行理由" / "reason" }
}

#[post("/worksheets/new", data = "<form>")]
async fn make(site: &State<Site>, user: User, form: Result<Sent<MakeForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let did = async {
        let items = form.keys::<TestItemId>("items")?.iter().map(ToString::to_string).collect();
        let MakeForm { title, analyst, instrument, advance } = form.read()?;
        site.app.create_worksheet(&user.actor, &NewWorksheet { items, title, analyst, instrument, advance }, user.now()).await
    };
    match did.await {
        Ok(id) => Ok(done(format!("/worksheets/{id}"), "检验批已建立", "The worksheet was made")),
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let view = new_view(site, &user, form.get("method"), Some(&form), &why).await.map_err(Err)?;
            Err(show_as(status, &view))
        }
    }
}

// ---------------------------------------------------------------- one worksheet

/// One worksheet with its items and their orders.
#[derive(Debug)]
pub(super) struct Whole(SheetRead);

impl std::ops::Deref for Whole {
    type Target = SheetRead;
    fn deref(&self) -> &SheetRead {
        &self.0
    }
}

impl Whole {
    pub(super) async fn load(site: &Site, user: &User, id: &Key<WorksheetId>) -> Result<Self, Failure> {
        enter_room(user)?;
        Ok(Self(site.app.read_worksheet(&user.actor, id).await?))
    }
    pub(super) fn href(&self) -> String {
        format!("/worksheets/{}", self.sheet.id)
    }
    /// Orders whose results this person may type now.
    pub(super) fn open_to(&self, user: &User) -> BTreeSet<TestOrderId> {
        self.orders.values().filter(|o| o.may_enter(&user.actor).is_ok()).map(|o| o.id).collect()
    }
    /// Whether anything may be typed by this person now.
    pub(super) fn editable(&self, user: &User) -> bool {
        self.sheet.may_enter(&user.actor).is_ok()
    }
    /// A correction here needs a reason.
    fn asks_why(&self) -> bool {
        let again = |o: &TestOrder| o.state == OrderState::Testing && (o.returned.is_some() || o.amending.is_some());
        self.sheet.returned.is_some() || self.orders.values().any(again)
    }
    pub(super) fn page(&self, site: &Site, user: &User, title: &str) -> Page {
        user.page(site, "worksheets", format!("{title} {}", self.sheet.no))
            .crumb(user.t("检验批", "Worksheets"), "/worksheets")
            .crumb(self.sheet.no.as_str(), self.href())
    }
    pub(super) fn files(&self, user: &User) -> Vec<FileView> {
        self.sheet
            .files
            .iter()
            .map(|f| FileView {
                name: f.name.clone(),
                href: format!("{}/files/{}", self.href(), f.sha256),
                size: size_text(&f.profile, 0).trim_end_matches(" · 0 KB").to_owned(),
                sha256: f.sha256.clone(),
                by: format!("{} {} · {} {}", f.by.1, at_text(f.at, user.now()), f.taken, user.t("格", "cells")),
            })
            .collect()
    }
}

/// A short name of a person, and of a method where it depends on one, for the cookie.
fn print_for(user: &User, method: &str) -> String {
    let hash = hex::encode(Sha256::digest(format!("{}\n{method}", user.actor.id).as_bytes()));
    hash.get(..8).unwrap_or_default().to_owned()
}

/// The orientation: as asked for and then remembered, else as remembered.
fn orientation(cookies: &CookieJar<'_>, user: &User, sheet: &Worksheet, asked: Option<&str>) -> bool {
    let print = print_for(user, &sheet.method);
    let mut known: Vec<String> = cookies.get(BY_SAMPLE).map(|c| c.value().split('.').map(str::to_owned).collect()).unwrap_or_default();
    known.retain(|k| k.len() == 8 && k.bytes().all(|b| b.is_ascii_hexdigit()));
    let was = known.contains(&print);
    let by_sample = asked.map_or(was, |a| a == "sample");
    if by_sample != was {
        known.retain(|k| *k != print);
        if by_sample {
            known.push(print);
        }
        let keep = known.len().saturating_sub(REMEMBERED);
        remember(cookies, BY_SAMPLE, known[keep..].join("."));
    }
    by_sample
}

/// 密度 as asked for and then remembered, else as remembered.
fn density(cookies: &CookieJar<'_>, user: &User, asked: Option<&str>) -> Density {
    let print = print_for(user, "");
    let letter = |d: Density| d.code().get(..1).unwrap_or_default();
    let mut known: Vec<String> = cookies.get(DENSITY).map(|c| c.value().split('.').map(str::to_owned).collect()).unwrap_or_default();
    known.retain(|k| k.len() == 9 && k.bytes().all(|b| b.is_ascii_alphanumeric()));
    let own = known.iter().find_map(|k| k.strip_prefix(print.as_str()));
    let was = Density::ALL.iter().copied().find(|d| own == Some(letter(*d))).unwrap_or_default();
    let density = asked.and_then(Density::parse).unwrap_or(was);
    if density != was {
        known.retain(|k| !k.starts_with(&print));
        if density != Density::default() {
            known.push(format!("{print}{}", letter(density)));
        }
        let keep = known.len().saturating_sub(REMEMBERED);
        remember(cookies, DENSITY, known[keep..].join("."));
    }
    density
}

fn remember(cookies: &CookieJar<'_>, name: &'static str, value: String) {
    cookies.add(Cookie::build((name, value)).path("/worksheets").same_site(SameSite::Lax).max_age(rocket::time::Duration::days(365)));
}

/// What the address asks for.
#[derive(Debug, Clone, Copy, Default, FromForm)]
struct Wanted<'a> {
    by: Option<&'a str>,
    limits: Option<&'a str>,
    rows: Option<&'a str>,
    cell: Option<&'a str>,
}

/// How the grid is shown.
#[derive(Debug, Clone, Copy, Default)]
struct View<'a> {
    by_sample: bool,
    limits: bool,
    density: Density,
    cell: Option<&'a str>,
}

fn view_of<'a>(cookies: &CookieJar<'_>, user: &User, sheet: &Worksheet, wanted: Wanted<'a>) -> View<'a> {
    let was = cookies.get(LIMITS).is_none_or(|c| c.value() != "off");
    let limits = wanted.limits.map_or(was, |l| l != "off");
    if limits != was {
        remember(cookies, LIMITS, if limits { "on" } else { "off" }.to_owned());
    }
    let by_sample = orientation(cookies, user, sheet, wanted.by.filter(|b| ["item", "sample"].contains(b)));
    View { by_sample, limits, density: density(cookies, user, wanted.rows), cell: wanted.cell }
}

fn last_saved(whole: &Whole, user: &User) -> String {
    let items = whole.items.iter().filter_map(|i| i.entered_at);
    let last = items.chain(whole.sheet.qc.iter().filter_map(|s| s.entered_at)).max();
    last.map_or_else(String::new, |at| if at.date_naive() == user.now().date_naive() { at.format("%H:%M:%S").to_string() } else { at_text(at, user.now()) })
}

fn facts(user: &User, whole: &Whole) -> Vec<Fact> {
    let sheet = &whole.sheet;
    let name = |who: Option<&String>| who.cloned().unwrap_or_default();
    let mut facts = vec![
        Fact::new(user.t("检验依据", "Method"), sheet.method.as_str()),
        Fact::new(user.t("样品 × 项目", "Samples × items"), size_of(sheet)),
        Fact::new(user.t("检验员", "Analyst"), name(sheet.analyst.as_ref().map(|(_, n)| n))),
        Fact::new(user.t("仪器", "Instrument"), name(sheet.instrument.as_ref().map(|(_, n)| n))),
    ];
    if let Some((_, who, at)) = &sheet.finished {
        facts.push(Fact::new(user.t("完成录入", "Finished"), format!("{who} {}", at_text(*at, user.now()))));
    }
    facts
}

/// Why a person who types results cannot type here; whoever only looks is told nothing.
fn why_locked(user: &User, whole: &Whole) -> Vec<ProblemView> {
    if !user.may(Act::Test) {
        return Vec::new();
    }
    let mut why = match whole.sheet.state {
        WorksheetState::Finished => vec![Refusal::new(worksheet_code::LOCKED).with("no", &whole.sheet.no)],
        _ => whole.sheet.why_not(&user.actor, WorksheetAction::Enter),
    };
    if why.is_empty() {
        for order in whole.orders.values() {
            for refusal in order.may_enter(&user.actor).err().unwrap_or_default() {
                if !why.iter().any(|w| w.code() == refusal.code() && w.facts == refusal.facts) {
                    why.push(refusal);
                }
            }
        }
    }
    why.iter().map(|r| ProblemView::of(r, user.lang())).collect()
}

fn issues(user: &User, whole: &Whole, typed: &grid::Typed) -> Vec<GridIssue> {
    let lang = user.lang();
    let mut list: Vec<GridIssue> = Vec::new();
    for (key, kept) in typed {
        let item = key.strip_prefix("r_").and_then(|id| whole.items.iter().find(|i| i.id.to_string() == id));
        let slot = key.strip_prefix("q_").and_then(|id| whole.sheet.qc.iter().find(|s| s.id == id));
        let (label, theirs) = match (item, slot) {
            (Some(i), _) => {
                (grid::cell_name(&whole.sheet, i.order, &i.analyte), (i.raw.clone(), i.analyst.as_ref().map_or_else(String::new, |(_, n)| n.clone())))
            }
            (_, Some(s)) => {
                (control_name(&whole.sheet, &whole.items, s, lang), (s.raw.clone(), s.entered_by.as_ref().map_or_else(String::new, |(_, n)| n.clone())))
            }
            _ => continue,
        };
        let mine = format!("{}“{}”", user.t("您输入的是", "You typed "), kept.raw);
        list.push(GridIssue {
            key: key.clone(),
            label,
            text: format!("{mine}{}{}", user.t("：", ": "), kept.text),
            state: if kept.conflict { CellState::Conflict } else { CellState::Wrong },
            theirs: kept.conflict.then_some(theirs),
        });
    }
    for item in whole.items.iter().filter(|i| !typed.contains_key(&format!("r_{}", i.id))) {
        if let Some(back) = &item.returned {
            list.push(GridIssue {
                key: format!("r_{}", item.id),
                label: grid::cell_name(&whole.sheet, item.order, &item.analyte),
                text: format!("{}{}{}", back.by.1, user.t("退回：", " sent it back: "), back.reason),
                state: CellState::Returned,
                theirs: None,
            });
        }
    }
    list
}

/// 样品去向 of a worksheet whose entry is finished.
fn stands(user: &User, whole: &Whole, beside: &Standing) -> Vec<SampleStand> {
    if whole.sheet.state != WorksheetState::Finished {
        return Vec::new();
    }
    let lang = user.lang();
    let (all, unfinished) = (&beside.beside, &beside.unfinished);
    let mut list = Vec::new();
    for row in &whole.sheet.samples {
        let Some(order) = whole.orders.get(&row.order) else { continue };
        let mut why = Vec::new();
        if order.state == OrderState::Testing {
            let own: Vec<TestItem> = all.iter().filter(|i| i.order == row.order).cloned().collect();
            let about_items = |r: &Refusal| ![order_code::ROLE.code, order_code::STATE.code, order_code::SAMPLER_TESTS.code].contains(&r.code());
            why.extend(order.why_not(&user.actor, OrderAction::Submit, &own, &[]).iter().filter(|r| about_items(r)).map(|r| ProblemView::of(r, lang)));
            for other in unfinished.iter().filter(|w| own.iter().any(|i| i.worksheet == Some(w.id))) {
                why.push(ProblemView {
                    text: format!("{}{}", user.t("还在录入的检验批：", "A worksheet still being entered: "), other.no),
                    next: user.t("那一批完成后自动提交校核", "It goes to the checker when that one is finished").to_owned(),
                    ..ProblemView::default()
                });
            }
        }
        list.push(SampleStand {
            label: row.label.clone(),
            food: row.food.clone(),
            href: format!("/bench/{}", row.order),
            state: order_badge(order.state, lang),
            why,
        });
    }
    list
}

fn actions(user: &User, whole: &Whole, beside: &Standing, again: Option<&Again<'_>>) -> Vec<ActionView> {
    let (lang, sheet) = (user.lang(), &whole.sheet);
    let to = |step: &str| format!("{}/{step}", whole.href());
    let mut list = Vec::new();
    if sheet.why_not(&user.actor, WorksheetAction::Reopen).is_empty() {
        list.push(ActionView::link(user.t("到校核队列", "To the review queue"), "/review").primary().with_icon("list"));
    }
    let held = sheet.blocks();
    if !held.is_empty() && matches!(sheet.qc_state(), QcState::Fail | QcState::NeedsPerson) {
        let analysts: Vec<_> = whole.items.iter().filter_map(|i| i.analyst.clone()).collect();
        let why = why_not_override(&sheet.qc, &analysts, &user.actor);
        let action = ActionView::post("release", user.t("放行质控…", "Release the controls …"), to("release")).with_icon("flag");
        let hint = user.t("为什么结果仍然可信：查明的原因、补做的试验", "Why the results hold all the same: the cause found, the test repeated");
        list.push(
            action
                .noted(user.t("只对现在这些质控结果有效；以后再改会重新扣住。", "It covers the controls as they stand; a later change holds the run again."))
                .asking(asked("release", reason_field(lang, hint), again, lang))
                .refused(&why, lang),
        );
    }
    if sheet.why_not(&user.actor, WorksheetAction::Assign).is_empty() {
        let fields = vec![
            FieldView::select("analyst", user.t("检验员", "Analyst"), analysts(&beside.analysts))
                .with(sheet.analyst.as_ref().map_or_else(String::new, |(id, _)| id.to_string())),
            FieldView::select("instrument", user.t("仪器", "Instrument"), instruments(&beside.instruments, user))
                .with(sheet.instrument.as_ref().map_or_else(String::new, |(id, _)| id.to_string())),
        ];
        let action = ActionView::post("assign", user.t("分派检验员和仪器…", "Assign analyst and instrument …"), to("assign")).with_icon("user");
        list.push(action.asking(asked("assign", fields, again, lang)));
    }
    let empty = whole.items.iter().all(|i| i.raw.is_empty()) && sheet.qc.iter().all(|s| s.raw.is_empty());
    if empty && sheet.why_not(&user.actor, WorksheetAction::Void).is_empty() {
        list.push(
            ActionView::post("void", user.t("作废检验批", "Void the worksheet"), to("void"))
                .danger()
                .with_icon("slash")
                .noted(user.t("项目回到待编批；有结果以后不能作废。", "Its items wait again; once it holds results it cannot be voided.")),
        );
    }
    list
}

/// What quality control holds back; a control that is only not entered yet is no finding.
fn held(sheet: &Worksheet, lang: shiyan_foundation::Lang) -> Vec<ProblemView> {
    sheet.blocks().iter().filter(|r| r.code() != qc_code::RUN_MISSING.code).map(|r| ProblemView::of(r, lang)).collect()
}

async fn sheet_view(
    site: &Site,
    user: &User,
    whole: &Whole,
    view: View<'_>,
    again: Option<&Again<'_>>,
    kept: &grid::Typed,
    why: &str,
) -> Result<WorksheetPage, Failure> {
    let lang = user.lang();
    let sheet = &whole.sheet;
    let (open, editable) = (whole.open_to(user), whole.editable(user));
    let beside = site.app.read_beside_worksheet(&user.actor, whole).await?;
    let finished = sheet.finished.as_ref().map(|(_, _, at)| shiyan_app::day(*at));
    let mut p = whole.page(site, user, user.t("结果录入", "Result entry"));
    if let Some(last) = p.crumbs.last_mut() {
        last.href.clear();
    }
    if let Some(again) = again {
        p.problems = named(again, lang);
    }
    let issues = issues(user, whole, kept);
    let mut events = told(&beside.timeline, user.now(), lang);
    events.truncate(20);
    let released = sheet
        .qc_override
        .as_ref()
        .map_or_else(String::new, |o| format!("{}{}（{} {}）", user.t("质控已放行：", "Controls released: "), o.reason, o.by.1, at_text(o.at, user.now())));
    let drawer = match view.cell {
        Some(cell) => drawer::drawer(site, user, whole, cell).await?,
        None => None,
    };
    Ok(WorksheetPage {
        no: sheet.no.clone(),
        username: user.account.username.clone(),
        title: sheet.title.clone(),
        state: state_badge(sheet.state, lang),
        due: day_chip(&sheet.due_on.to_string(), finished.as_deref(), user.now().date_naive(), &beside.calendar, lang),
        qc: qc_badge(sheet.qc_state(), sheet.qc_override.is_some(), lang),
        facts: facts(user, whole),
        action: whole.href(),
        grid: grid::grid(sheet, &Shown { items: &whole.items, open: &open, editable, typed: kept, by_sample: view.by_sample, lang }),
        editable: editable && !open.is_empty(),
        why_locked: why_locked(user, whole),
        limits: view.limits,
        density: view.density,
        densities: Choice::all::<Density>(lang),
        advance: sheet.advance,
        advances: if sheet.why_not(&user.actor, WorksheetAction::Advance).is_empty() { Choice::all::<Advance>(lang) } else { Vec::new() },
        asks_why: whole.asks_why(),
        why: why.to_owned(),
        returned: sheet.returned.as_ref().map_or_else(String::new, |(who, why)| format!("{who}{}{why}", user.t("：", ": "))),
        counts: counts(sheet, &whole.items),
        saved_at: last_saved(whole, user),
        issues,
        drawer,
        stands: stands(user, whole, &beside),
        released,
        held: held(sheet, lang),
        actions: actions(user, whole, &beside, again),
        files: whole.files(user),
        timeline: events,
        p,
    })
}

#[get("/worksheets/<id>?<wanted..>")]
async fn one(site: &State<Site>, user: User, cookies: &CookieJar<'_>, id: Key<WorksheetId>, wanted: Wanted<'_>) -> Html {
    let whole = Whole::load(site, &user, &id).await?;
    let view = view_of(cookies, &user, &whole.sheet, wanted);
    show(&sheet_view(site, &user, &whole, view, None, &grid::Typed::new(), "").await?)
}

/// The page with a drawer whose form was refused.
pub(super) async fn refused_drawer(site: &Site, user: &User, whole: &Whole, drawer: Drawer, status: Status, why: &[Refusal]) -> Html {
    let view = View { limits: true, ..View::default() };
    let mut page = sheet_view(site, user, whole, view, None, &grid::Typed::new(), "").await?;
    page.p = page.p.refused(why);
    page.drawer = Some(drawer);
    show_as(status, &page)
}

/// The page again, with what was refused.
async fn again_page(site: &Site, user: &User, cookies: &CookieJar<'_>, id: &Key<WorksheetId>, action: &str, form: &Posted, error: shiyan_app::Error) -> Html {
    let (status, why) = refusals(error)?;
    let whole = Whole::load(site, user, id).await?;
    let view = view_of(cookies, user, &whole.sheet, Wanted::default());
    let again = Again { action, form, why: &why };
    show_as(status, &sheet_view(site, user, &whole, view, Some(&again), &grid::Typed::new(), "").await?)
}

// ---------------------------------------------------------------- saving, without script

/// The cells of the form that were touched, those confirmed as they stand, and those given up for the value of somebody else.
fn touched(form: &Posted, prefix: &str, revision: &str) -> Vec<(String, i64, String)> {
    let all = form.all();
    let mut cells = Vec::new();
    for (key, raw) in &all {
        let Some(id) = key.strip_prefix(prefix) else { continue };
        let (seen, print) = read_seen(all.get(&format!("{revision}{id}")).map_or("", String::as_str));
        let untouched = print.is_some_and(|p| p == print_of(raw));
        let confirmed = all.contains_key(&format!("ok_{key}"));
        if all.contains_key(&format!("theirs_{key}")) || (untouched && !confirmed) {
            continue;
        }
        cells.push((id.to_owned(), seen, one_line(raw)));
    }
    cells
}

/// 结果表 as typed: the cells that were touched, results and controls. A cell that is too long is refused as a cell, by the application.
struct GridForm {
    why: String,
    cells: Vec<TypedResult>,
    controls: Vec<TypedQc>,
}

impl Shape for GridForm {
    fn read(form: &Posted, _: &str) -> Self {
        let why = form.get("why").to_owned();
        let cell = |(item, seen, raw)| TypedResult { item, seen, raw, why: why.clone(), undo: false };
        let cells = touched(form, "r_", "rev_").into_iter().map(cell).collect();
        let controls = touched(form, "q_", "qrev_").into_iter().map(|(slot, seen, raw)| TypedQc { slot, seen, raw }).collect();
        Self { why, cells, controls }
    }
    fn too_long(&self) -> Vec<Refusal> {
        bounded(LONGEST_WHY, [("why", WHY, self.why.as_str())])
    }
}

/// A cell is one line without NUL, without the spaces around it.
pub(super) fn one_line(raw: &str) -> String {
    raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn kept_of(why: &[Refusal], raw: String, lang: shiyan_foundation::Lang) -> Kept {
    let text = why.iter().map(|r| format!("{} {}", r.what(lang), r.next(lang))).collect::<Vec<_>>().join(" ");
    Kept { raw, text, conflict: raced(why) }
}

fn raced(why: &[Refusal]) -> bool {
    why.iter().any(|r| r.code() == order_code::LOST_RACE.code)
}

#[post("/worksheets/<id>", data = "<form>")]
async fn enter(site: &State<Site>, user: User, cookies: &CookieJar<'_>, id: Key<WorksheetId>, form: Result<Sent<GridForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    entered(site, &user, cookies, &id, &form).await.unwrap_or_else(|failure| Err(Err(failure)))
}

async fn entered(site: &Site, user: &User, cookies: &CookieJar<'_>, id: &Key<WorksheetId>, form: &Sent<GridForm>) -> Result<Answer, Failure> {
    enter_room(user)?;
    let GridForm { why, cells, controls } = GridForm::read(form, "");
    let mut kept = grid::Typed::new();
    let mut refused: Option<(Status, Vec<Refusal>)> = None;
    let mut taken = 0;
    let typed = Typing { cells: &cells, controls: &controls };
    let did = async {
        form.read()?;
        site.app.enter_sheet(&user.actor, id, typed, None, user.now()).await
    };
    match did.await {
        Ok(entered) => {
            taken = entered.taken(typed);
            for Saved { item, outcome, .. } in entered.saved {
                if let Err(why) = outcome {
                    let raw = cells.iter().find(|c| c.item == item).map(|c| c.raw.clone()).unwrap_or_default();
                    kept.insert(format!("r_{item}"), kept_of(&why, raw, user.lang()));
                }
            }
            for (slot, why) in entered.controls {
                let raw = controls.iter().find(|c| c.slot == slot).map(|c| c.raw.clone()).unwrap_or_default();
                kept.insert(format!("q_{slot}"), kept_of(&[why], raw, user.lang()));
            }
        }
        Err(error) => refused = Some(refusals(error)?),
    }
    if kept.is_empty() && refused.is_none() {
        let to = format!("/worksheets/{id}");
        return Ok(Ok(if taken == 0 {
            done(to, "没有改动", "Nothing was changed")
        } else {
            done(to, &format!("已保存 {taken} 格并判定"), &format!("{taken} (cell was|cells were) saved and judged"))
        }));
    }
    let whole = Whole::load(site, user, id).await?;
    let conflict = kept.values().any(|k| k.conflict);
    let (status, why_all) = match refused {
        Some((status, why)) => {
            // The whole was refused: what was typed is shown all the same.
            let said = why.iter().map(|r| r.what(user.lang())).collect::<Vec<_>>().join(" ");
            let lost = |key: String, raw: &str| (key, Kept { raw: raw.to_owned(), text: said.clone(), conflict: false });
            kept.extend(cells.iter().map(|c| lost(format!("r_{}", c.item), &c.raw)));
            kept.extend(controls.iter().map(|c| lost(format!("q_{}", c.slot), &c.raw)));
            (status, why)
        }
        None => (if conflict { Status::Conflict } else { Status::UnprocessableEntity }, Vec::new()),
    };
    let view = view_of(cookies, user, &whole.sheet, Wanted::default());
    let again = Again { action: "enter", form, why: &why_all };
    Ok(Err(show_as(status, &sheet_view(site, user, &whole, view, Some(&again), &kept, &why).await?)))
}

// ---------------------------------------------------------------- saving, by the script

/// One cell of a message.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct SaveCell {
    #[validate(length(max = 40))]
    item: String,
    seen: i64,
    #[validate(length(max = 20_000))]
    raw: String,
    #[serde(default)]
    #[validate(length(max = 400))]
    why: String,
    #[serde(default)]
    undo: bool,
}

/// One control of a message.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct SaveControl {
    #[validate(length(max = 40))]
    slot: String,
    seen: i64,
    #[validate(length(max = 20_000))]
    raw: String,
}

/// 批量保存 what the script sends.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct SaveBody {
    #[serde(default)]
    #[validate(nested)]
    cells: Vec<SaveCell>,
    #[serde(default)]
    #[validate(nested)]
    qc: Vec<SaveControl>,
    /// Account that opened the page: what one person typed is never saved under the name of another.
    #[serde(default)]
    by: Option<String>,
}

/// What is answered of a cell that was not taken, and what stands there now.
fn not_taken(key: &str, id: &str, why: &[Refusal], now: Value, lang: shiyan_foundation::Lang) -> Value {
    let joined = |text: &dyn Fn(&Refusal) -> String| why.iter().map(text).collect::<Vec<_>>().join(" ");
    json!({
        key: id,
        "code": why.first().map_or("", |r| r.code()),
        "conflict": raced(why),
        "reason": joined(&|r| r.what(lang)),
        "next": joined(&|r| r.next(lang)),
        "now": now,
    })
}

#[post("/worksheets/<id>/cells", data = "<body>")]
async fn save(site: &State<Site>, caller: Result<Caller, Failure>, id: Key<WorksheetId>, body: Body<SaveBody>) -> Result<Json<Value>, Failure> {
    let Caller(user) = caller?;
    enter_room(&user)?;
    let body = checked(body)?;
    if body.cells.len() + body.qc.len() > BATCH {
        return Err(Refusal::new(code::TOO_MANY_CELLS).with("most", BATCH).into());
    }
    if let Some(page) = body.by.as_ref().filter(|by| **by != user.account.username) {
        let refusal = Refusal::new(code::OTHER_PERSON).with("now", &user.account.username).with("page", page);
        return Err(Failure::With(Status::Forbidden, refusal));
    }
    let (lang, app, now) = (user.lang(), &site.app, user.now());
    let cells: Vec<TypedResult> =
        body.cells.into_iter().map(|c| TypedResult { item: c.item, seen: c.seen, raw: one_line(&c.raw), why: one_line(&c.why), undo: c.undo }).collect();
    let controls: Vec<TypedQc> = body.qc.into_iter().map(|c| TypedQc { slot: c.slot, seen: c.seen, raw: one_line(&c.raw) }).collect();
    let Entered { saved, controls: refused_controls, .. } = app.enter_sheet(&user.actor, &id, Typing { cells: &cells, controls: &controls }, None, now).await?;
    let whole = Whole::load(site, &user, &id).await?;

    let mut refused: Vec<Value> = Vec::new();
    let mut said = BTreeSet::new();
    let telling = |key: &str, id: &str, why: &[Refusal], now: Value| not_taken(key, id, why, now, lang);
    for Saved { item, outcome, now } in &saved {
        if let Err(why) = outcome {
            said.insert(item.clone());
            refused.push(telling("item", item, why, now.as_ref().map_or(Value::Null, |i| cell_json(i, lang))));
        }
    }
    let mut answered = Vec::new();
    for cell in cells.iter().filter(|c| !said.contains(&c.item)) {
        // Saved, or standing there already.
        match whole.items.iter().find(|i| i.id.to_string() == cell.item) {
            Some(item) => answered.push(cell_json(item, lang)),
            None => refused.push(telling("item", &cell.item, &[Refusal::new(failure::code::NOT_FOUND)], Value::Null)),
        }
    }
    for (slot, why) in &refused_controls {
        let now = whole.sheet.qc.iter().find(|s| s.id == *slot).map_or(Value::Null, |s| control_json(s, lang));
        refused.push(telling("slot", slot, std::slice::from_ref(why), now));
    }
    for control in controls.iter().filter(|c| !whole.sheet.qc.iter().any(|s| s.id == c.slot)) {
        refused.push(telling("slot", &control.slot, &[Refusal::new(failure::code::NOT_FOUND)], Value::Null));
    }
    let left: BTreeSet<&str> = refused_controls.iter().map(|(slot, _)| slot.as_str()).collect();
    let state = whole.sheet.qc_state();
    let badge = qc_badge(state, whole.sheet.qc_override.is_some(), lang);
    Ok(Json(json!({
        "saved_at": now.format("%H:%M:%S").to_string(),
        "counts": counts(&whole.sheet, &whole.items),
        "cells": answered,
        "refused": refused,
        "qc": whole.sheet.qc.iter().filter(|s| !left.contains(s.id.as_str())).map(|s| control_json(s, lang)).collect::<Vec<_>>(),
        "qc_state": state,
        "qc_badge": { "tone": badge.tone.css(), "text": badge.text, "html": badge.to_string() },
    })))
}

// ---------------------------------------------------------------- finishing

fn cell_link(whole: &Whole, item: &TestItem) -> Link {
    Link::new(grid::cell_name(&whole.sheet, item.order, &item.analyte), format!("{}?cell={}#f-r_{}", whole.href(), item.id, item.id))
}

fn open_points(user: &User, whole: &Whole) -> Vec<OpenPoint> {
    let why = whole.sheet.unfinished(&whole.items);
    let empty = |i: &&TestItem| i.verdict().is_none();
    let back = |i: &&TestItem| i.returned.is_some();
    let doubtful = |i: &&TestItem| doubtful_without_remark(i);
    why.iter()
        .map(|refusal| {
            let links: Vec<Link> = match refusal.code() {
                c if c == worksheet_code::EMPTY.code => whole.items.iter().filter(empty).map(|i| cell_link(whole, i)).collect(),
                c if c == worksheet_code::UNREAD.code => whole.items.iter().filter(|i| i.unread()).map(|i| cell_link(whole, i)).collect(),
                c if c == worksheet_code::RETURNED.code => whole.items.iter().filter(back).map(|i| cell_link(whole, i)).collect(),
                c if c == worksheet_code::CARRY_OVER.code => whole.items.iter().filter(|i| i.awaits_carry_over_word()).map(|i| cell_link(whole, i)).collect(),
                c if c == worksheet_code::DOUBTFUL.code => whole.items.iter().filter(doubtful).map(|i| cell_link(whole, i)).collect(),
                _ => {
                    let blank = whole.sheet.qc.iter().filter(|s| s.raw.trim().is_empty());
                    let link = |s: &shiyan_lab_results::qc::QcSlot| {
                        Link::new(control_name(&whole.sheet, &whole.items, s, user.lang()), format!("{}?cell={}#f-q_{}", whole.href(), s.id, s.id))
                    };
                    blank.map(link).collect()
                }
            };
            let mut problem = ProblemView::of(refusal, user.lang());
            // The cells stand below as links; naming them twice helps nobody.
            if let Some((head, _)) = problem.text.split_once(user.t("：", ": ")) {
                problem.text = head.to_owned();
            }
            OpenPoint { problem, more: links.len().saturating_sub(NAMED) as u64, cells: links.into_iter().take(NAMED).collect() }
        })
        .collect()
}

fn finish_view(site: &Site, user: &User, whole: &Whole, why: &[Refusal]) -> FinishPage {
    let lang = user.lang();
    let listed = [
        worksheet_code::EMPTY.code,
        worksheet_code::UNREAD.code,
        worksheet_code::RETURNED.code,
        worksheet_code::DOUBTFUL.code,
        worksheet_code::CARRY_OVER.code,
        worksheet_code::QC_EMPTY.code,
    ];
    let others: Vec<Refusal> = why.iter().filter(|r| !listed.contains(&r.code())).cloned().collect();
    let why_not = if why.is_empty() { whole.sheet.why_not(&user.actor, WorksheetAction::Finish) } else { others };
    let title = user.t("完成录入", "Finish the entry");
    FinishPage {
        p: whole.page(site, user, title).crumb(title, ""),
        no: whole.sheet.no.clone(),
        title: whole.sheet.title.clone(),
        action: whole.href(),
        counts: counts(&whole.sheet, &whole.items),
        qc: qc_badge(whole.sheet.qc_state(), whole.sheet.qc_override.is_some(), lang),
        open: open_points(user, whole),
        held: held(&whole.sheet, lang),
        why_not: why_not.iter().map(|r| ProblemView::of(r, lang)).collect(),
    }
}

#[get("/worksheets/<id>/finish")]
async fn finish_page(site: &State<Site>, user: User, id: Key<WorksheetId>) -> Html {
    let whole = Whole::load(site, &user, &id).await?;
    show(&finish_view(site, &user, &whole, &[]))
}

#[post("/worksheets/<id>/finish", data = "<form>")]
async fn finish(site: &State<Site>, user: User, id: Key<WorksheetId>, form: Result<Sent<Bare>, Failure>) -> Answer {
    form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    match site.app.finish_worksheet(&user.actor, &id, user.now()).await {
        Ok(finished) => {
            let (sent, wait) = (finished.submitted.len(), finished.waiting.len());
            let (zh, en) = if wait == 0 {
                (format!("录入已完成，{sent} 个样品已提交校核"), format!("The entry is finished; {sent} (sample|samples) went to the checker"))
            } else {
                (
                    format!("录入已完成，{sent} 个样品已提交校核，{wait} 个还不能提交，原因见“样品去向”"),
                    format!("The entry is finished; {sent} (sample|samples) went to the checker, {wait} (waits|wait); see below why"),
                )
            };
            Ok(done(format!("/worksheets/{id}#stands"), &zh, &en))
        }
        Err(error) => {
            let (status, why) = refusals(error).map_err(Err)?;
            let whole = Whole::load(site, &user, &id).await.map_err(Err)?;
            Err(show_as(status, &finish_view(site, &user, &whole, &why)))
        }
    }
}

// ---------------------------------------------------------------- the other steps

#[post("/worksheets/<id>/assign", data = "<form>")]
async fn assign(site: &State<Site>, user: User, cookies: &CookieJar<'_>, id: Key<WorksheetId>, form: Result<Sent<AssignForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let did = async {
        let typed: AssignForm = form.read_in("assign")?;
        site.app.assign_worksheet(&user.actor, &id, &typed.analyst, &typed.instrument, user.now()).await
    };
    match did.await {
        Ok(()) => Ok(done(format!("/worksheets/{id}"), "已分派", "Assigned")),
        Err(error) => Err(again_page(site, &user, cookies, &id, "assign", &form, error).await),
    }
}

#[post("/worksheets/<id>/advance", data = "<form>")]
async fn advance(site: &State<Site>, user: User, cookies: &CookieJar<'_>, id: Key<WorksheetId>, form: Result<Sent<AdvanceForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let did = async { site.app.set_advance(&user.actor, &id, &form.read()?.advance, user.now()).await };
    match did.await {
        Ok(()) => Ok(done(format!("/worksheets/{id}"), "键入走向已设定", "Where the keys go was set")),
        Err(error) => Err(again_page(site, &user, cookies, &id, "advance", &form, error).await),
    }
}

#[post("/worksheets/<id>/void", data = "<form>")]
async fn void(site: &State<Site>, user: User, cookies: &CookieJar<'_>, id: Key<WorksheetId>, form: Result<Sent<Bare>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    match site.app.void_worksheet(&user.actor, &id, user.now()).await {
        Ok(()) => Ok(done("/worksheets?tab=waiting", "检验批已作废，项目回到待编批", "The worksheet was voided; its items wait again")),
        Err(error) => Err(again_page(site, &user, cookies, &id, "void", &form, error).await),
    }
}

#[post("/worksheets/<id>/release", data = "<form>")]
async fn release(site: &State<Site>, user: User, cookies: &CookieJar<'_>, id: Key<WorksheetId>, form: Result<Sent<ReleaseForm>, Failure>) -> Answer {
    let form = form.map_err(Err)?;
    enter_room(&user).map_err(Err)?;
    let did = async { site.app.override_qc(&user.actor, &id, &form.read_in("release")?.reason, user.now()).await };
    match did.await {
        Ok(()) => Ok(done(format!("/worksheets/{id}"), "质控已放行", "The controls were released")),
        Err(error) => Err(again_page(site, &user, cookies, &id, "release", &form, error).await),
    }
}
