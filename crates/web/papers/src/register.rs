//! 发文登记 the register and one paper of it.

use chrono::Datelike;
use rocket::http::ContentType;
use rocket::response::{Flash, Redirect};
use rocket::{FromForm, Route, State, get, post, routes};
use shiyan_app::papers::PaperFilter;
use shiyan_dispatch::{IssuedPaper, MOVES, PaperAction, PaperState};
use shiyan_foundation::ids::PaperId;
use shiyan_foundation::{Act, Label, Lang, Refusal};
use shiyan_papers::catalogue::{KINDS, Kind};

use crate::views::{
    ActionView, Cell, Choice, Fact, FactGroup, FieldView, FileView, FilterSelect, Filters, KindView, Link, Pager, PaperPage, PapersPage, ProblemView, Table,
};
use shiyan_web_kit::answer::{Bytes, Download, Html, done, show, show_why};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Address, at_text, size_text};
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::timeline::told;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of this part.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, one, file, void]
}

/// The filters as they stand in the address.
#[derive(Debug, FromForm)]
struct Sought<'r> {
    of: Option<&'r str>,
    year: Option<i32>,
    state: Option<&'r str>,
    after: Option<&'r str>,
}

shapes! {
    /// 作废 as typed.
    VoidForm { reason: 400 "作废理由" / "reason" }
}

pub(crate) fn name_of(kind: &str, lang: Lang) -> String {
    KINDS.iter().find(|k| k.id == kind).map_or_else(|| kind.to_owned(), |k| format!("{} {}", k.id, k.name(lang)))
}

pub(crate) fn state_badge(state: PaperState, lang: Lang) -> Badge {
    let tone = match state {
        PaperState::Issued => Tone::Pass,
        PaperState::Voided => Tone::Idle,
    };
    Badge::new(tone, state.label(lang))
}

fn own(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|t| !t.is_empty()).map(|t| t.chars().take(40).collect())
}

fn filters(sought: &Sought<'_>, address: &Address, total: u64, user: &User) -> Filters {
    let lang = user.lang();
    let this = user.now().year();
    let kinds = KINDS.iter().filter(|k| k.numbering.is_some()).map(|k| Choice::new(k.id, format!("{} {}", k.id, k.name(lang)))).collect();
    let years = (0..5).map(|back| (this - back).to_string()).map(|y| Choice::new(y.as_str(), y.as_str())).collect();
    let select = |key, zh, en, options, value: String| FilterSelect { key, label: user.t(zh, en).to_owned(), options, value };
    let selects = vec![
        select("of", "种类", "Kind", kinds, own(sought.of).unwrap_or_default()),
        select("year", "年份", "Year", years, sought.year.map(|y| y.to_string()).unwrap_or_default()),
        select("state", "状态", "State", Choice::all::<PaperState>(lang), own(sought.state).unwrap_or_default()),
    ];
    let chip = |s: &FilterSelect| {
        let value = s.options.iter().find(|o| o.value == s.value).map_or(s.value.as_str(), |o| o.label.as_str());
        address.chip(s.key, &s.label, value, lang)
    };
    let chips = selects.iter().filter(|s| !s.value.is_empty()).map(chip).collect();
    Filters { action: "/papers".to_owned(), selects, chips, total: total.to_string(), ..Filters::default() }
}

/// What is asked for to draft a paper; the month that is over is offered first.
fn draft_fields(user: &User, kind: &str, no: &str) -> Vec<FieldView> {
    let lang = user.lang();
    let kinds = KINDS.iter().filter(|k| k.drafted()).map(|k| Choice::new(k.id, format!("{} {}", k.id, k.name(lang)))).collect();
    let last = user.now().date_naive().with_day(1).and_then(|d| d.pred_opt()).map(|d| d.format("%Y-%m").to_string()).unwrap_or_default();
    vec![
        FieldView::select("kind", user.t("文书种类", "Kind of paper"), kinds).required().with(if kind.is_empty() { "P40" } else { kind }),
        FieldView::text("no", user.t("期间或编号", "Period or number")).required().with(if no.is_empty() { last.as_str() } else { no }).hint(user.t(
            "月 2026-03、季度 2026-Q1、半年 2026-H1、年 2026，或抽样单编号",
            "Month 2026-03, quarter 2026-Q1, half-year 2026-H1, year 2026, or the number of a sheet",
        )),
    ]
}

fn row(paper: &IssuedPaper, lang: Lang) -> Vec<Cell> {
    let number = paper.number.as_ref().map_or_else(|| lang.pick("（无文号）", "(no number)").to_owned(), ToString::to_string);
    vec![
        Cell::link(number, format!("/papers/{}", paper.id)),
        Cell::Two(paper.title.clone(), name_of(&paper.kind, lang)),
        Cell::from(paper.subject.clone()),
        Cell::from(paper.dated.to_string()),
        Cell::from(paper.issuer.clone()),
        Cell::Badge(state_badge(paper.state, lang)),
    ]
}

async fn view(site: &Site, user: &User, sought: &Sought<'_>, asked: (&str, &str), why: &[Refusal]) -> Result<PapersPage, Failure> {
    let lang = user.lang();
    let after = sought.after.and_then(|a| a.split_once('_')).map(|(day, id)| (day.to_owned(), id.to_owned()));
    let filter = PaperFilter { kind: own(sought.of), year: sought.year, state: own(sought.state), after };
    let book = site.app.read_papers(&user.actor, &filter).await?;
    let year = sought.year.map(|y| y.to_string()).unwrap_or_default();
    let address = Address::new("/papers", vec![("of", own(sought.of).unwrap_or_default()), ("year", year), ("state", own(sought.state).unwrap_or_default())]);
    let mut table = Table::new(&[
        user.t("文号", "Number"),
        user.t("标题", "Title"),
        user.t("对象", "About"),
        user.t("成文日期", "Dated"),
        user.t("签发人", "Signed by"),
        user.t("状态", "State"),
    ])
    .listed();
    table.empty = user.t("还没有签发过文书", "No paper was issued yet").to_owned();
    book.papers.iter().for_each(|paper| table.push(row(paper, lang)));
    let next = book.papers.last().filter(|_| book.more).map(|p| address.with("after", format!("{}_{}", p.dated, p.id)).href());
    let kind_view = |k: &Kind| {
        let (zh, en, example) = k.no;
        KindView { id: k.id.to_owned(), name: k.name(lang).to_owned(), no: lang.pick(zh, en).to_owned(), example: example.to_owned() }
    };
    let mut p = user.page(site, "papers", user.t("文书", "Papers"));
    p.problems = why.iter().map(|r| ProblemView::of(r, lang)).collect();
    let mut fields = draft_fields(user, asked.0, asked.1);
    for field in &mut fields {
        if let Some(refusal) = why.iter().find(|r| r.field.as_deref() == Some(field.key.as_str())) {
            field.error = refusal.what(lang);
        }
    }
    Ok(PapersPage {
        p,
        fields,
        kinds: KINDS.iter().filter(|k| k.drafted()).map(kind_view).collect(),
        filters: filters(sought, &address, book.count, user),
        table,
        pager: Pager { prev: String::new(), next: next.unwrap_or_default(), range: String::new() },
        settings: user.may(Act::PaperSettings),
    })
}

/// The register with what was asked for and cannot be drafted.
pub(crate) async fn refused(site: &Site, user: &User, asked: (&str, &str), why: &[Refusal]) -> Html {
    let sought = Sought { of: None, year: None, state: None, after: None };
    show_why(&view(site, user, &sought, asked, why).await?, why)
}

#[get("/papers?<sought..>")]
async fn list(site: &State<Site>, user: User, sought: Sought<'_>) -> Html {
    show(&view(site, &user, &sought, ("", ""), &[]).await?)
}

/// Under what name a file of a paper is kept by whoever saves it.
fn file_name(paper: &IssuedPaper, ending: &str) -> String {
    format!("{}.{ending}", paper.number.as_ref().map_or_else(|| format!("{}-{}", paper.kind, paper.subject), ToString::to_string))
}

async fn paper_view(site: &Site, user: &User, id: PaperId, typed: Option<(&str, &[Refusal])>) -> Result<PaperPage, Failure> {
    let (lang, now) = (user.lang(), user.now());
    let read = site.app.read_paper(&user.actor, id).await?;
    let paper = &read.paper;
    let mut facts = vec![
        Fact::new(user.t("种类", "Kind"), name_of(&paper.kind, lang)),
        Fact::new(user.t("文号", "Number"), paper.number.as_ref().map_or_else(String::new, ToString::to_string)),
        Fact::new(user.t("期数", "Issue"), paper.count.map_or_else(String::new, |n| n.to_string())),
        Fact::new(user.t("对象", "About"), paper.subject.clone()),
        Fact::new(user.t("成文日期", "Dated"), paper.dated.to_string()),
        Fact::new(user.t("签发", "Signed"), format!("{} · {}", paper.issuer, at_text(paper.issued_at, now))),
        Fact::new(user.t("数据截至日志", "Facts up to entry"), paper.stands_on.to_string()),
        Fact::new(user.t("模板", "Template"), paper.template.clone()),
        Fact::new(user.t("字体", "Faces"), paper.faces.clone()),
        Fact::new(user.t("程序", "Program"), paper.program.clone()),
    ];
    if !paper.warned.is_empty() {
        let said = paper.warned.iter().map(|c| Link::new(c, format!("/explain/{c}"))).collect();
        facts.push(Fact::new(user.t("签发时的提示", "Said before it was signed"), Cell::Links(said)));
    }
    if let Some(void) = &paper.void {
        facts.insert(1, Fact::new(user.t("作废", "Made void"), Cell::Two(void.reason.clone(), format!("{} · {}", void.by, at_text(void.at, now)))));
    }
    let files = paper.files.iter().map(|f| FileView {
        name: file_name(paper, &f.ending),
        href: format!("/papers/{id}/file.{}", f.ending),
        size: size_text(&f.ending.to_uppercase(), f.bytes),
        sha256: f.hash.clone(),
        by: String::new(),
    });
    let mut actions = Vec::new();
    if user.may(Act::IssuePaper) && MOVES.allows(paper.state, PaperAction::Void) {
        let mut reason = FieldView::area("reason", user.t("作废理由", "Reason")).required();
        if let Some((text, why)) = typed {
            reason = reason.with(text);
            reason.error = why.first().map(|r| r.what(lang)).unwrap_or_default();
        }
        let note = user.t(
            "号码和原件保留，不再使用；需要更正的重新签发新号。",
            "Its number and its bytes stay and are not used again; a corrected one gets a new number.",
        );
        actions.push(ActionView::post("void", PaperAction::Void.label(lang), format!("/papers/{id}/void")).danger().noted(note).asking(vec![reason]));
    }
    let mut p = user.page(site, "papers", paper.title.clone()).crumb(user.t("文书", "Papers"), "/papers").crumb(paper.title.clone(), "");
    p.problems = typed.iter().flat_map(|(_, why)| why.iter()).map(|r| ProblemView::of(r, lang)).collect();
    Ok(PaperPage {
        p,
        title: paper.title.clone(),
        state: state_badge(paper.state, lang),
        facts: FactGroup { title: String::new(), facts },
        files: files.collect(),
        actions,
        timeline: told(&read.timeline, now, lang),
    })
}

#[get("/papers/<id>", rank = 3)]
async fn one(site: &State<Site>, user: User, id: Key<PaperId>) -> Html {
    show(&paper_view(site, &user, id.id, None).await?)
}

/// A file of a paper as it left the house.
#[derive(Debug, rocket::Responder)]
pub enum PaperAnswer {
    /// Shown by the browser.
    Shown(Bytes),
    /// Saved.
    Saved(Download),
}

#[get("/papers/<id>/<name>", rank = 3)]
async fn file(site: &State<Site>, user: User, id: Key<PaperId>, name: &str) -> Result<PaperAnswer, Failure> {
    let ending = name.strip_prefix("file.").ok_or(Failure::NotFound)?;
    let (paper, bytes) = site.app.read_paper_file(&user.actor, id.id, ending).await?;
    let name = file_name(&paper, ending);
    Ok(answer(bytes, ending, &name))
}

/// Bytes of a format: a PDF is shown, the rest is saved.
pub(crate) fn answer(bytes: Vec<u8>, ending: &str, name: &str) -> PaperAnswer {
    match ending {
        "pdf" => PaperAnswer::Shown(Bytes::pdf(bytes, name)),
        "docx" => PaperAnswer::Saved(Download::docx(bytes, name)),
        "xlsx" => PaperAnswer::Saved(Download::xlsx(bytes, name)),
        _ => PaperAnswer::Saved(Download::new(bytes, ContentType::Binary, name)),
    }
}

#[post("/papers/<id>/void", data = "<form>")]
async fn void(site: &State<Site>, user: User, id: Key<PaperId>, form: Result<Sent<VoidForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    let did = async { site.app.void_paper(&user.actor, id.id, &form.read()?.reason, user.now()).await };
    match did.await {
        Ok(_) => Ok(done(format!("/papers/{id}"), "已作废，号码和原件保留", "It is void; its number and its bytes stay")),
        Err(shiyan_app::Error::Refused(why)) => {
            let text = form.filled(&why, user.lang()).values.get("reason").cloned().unwrap_or_default();
            Err(show_why(&paper_view(site, &user, id.id, Some((&text, &why))).await.map_err(Err)?, &why))
        }
        Err(other) => Err(Err(other.into())),
    }
}
