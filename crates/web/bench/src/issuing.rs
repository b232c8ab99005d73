//! 签发 the list of reports, issuing one of many or many at once, drafts, several files as one.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use rocket::futures::stream::{Stream, unfold};
use rocket::http::{ContentType, Header, Status};
use rocket::response::stream::ByteStream;
use rocket::response::{Flash, Redirect, Responder, Response};
use rocket::tokio::sync::mpsc;
use rocket::{FromForm, Request, Route, State, get, post, routes};
use shiyan_app::Who;
use shiyan_app::authority::Act;
use shiyan_app::read::{IssuedRow, ReportFilter, Shelf, WaitingRow};
use shiyan_exchange::archive::ZipPieces;
use shiyan_foundation::ids::{JobId, TestOrderId};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Label, Lang, Refusal, WorkCalendar};
use shiyan_lab_results::order::{MOVES, OrderAction, code as order_code};
use shiyan_lab_results::report::{ReportOptions, not_in_a_batch};

use crate::views::{Choice, FieldKind, FieldView, FilterSelect, Filters, IssuedReport, JobLink, Link, Pager, ProblemView, ReportsPage, Tab, WaitingReport};
use shiyan_app::jobs::Did;
use shiyan_web_kit::answer::Bytes;
use shiyan_web_kit::answer::Html;
use shiyan_web_kit::failure::{Failure, code};
use shiyan_web_kit::given::{Given, Ticked};
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::jobs::{Job, Line, MOST, Plan, Progress, Worker};
use shiyan_web_kit::key::Key;
use shiyan_web_kit::parts::{Address, day_chip, room};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::Bare;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::Badge;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, list_issued, issue, zip, zip_of_job, draft, preview]
}

/// Sort of the job.
const ISSUING: &str = "report.issue";
/// Orders of a page.
const ROWS: u64 = 50;

// ---------------------------------------------------------------- what may be chosen

/// 报告选项 as fields of a form, ticked as the settings of the house say.
#[must_use]
pub fn option_fields(options: ReportOptions, lang: Lang) -> Vec<FieldView> {
    let t = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let tick = |key: &str, label: String, hint: String, on: bool| FieldView::new(FieldKind::Checkbox, key, label).hint(hint).with(if on { "1" } else { "" });
    vec![
        tick(
            "bilingual",
            t("中英对照", "Chinese and English"),
            t(
                "标题、栏目、注意事项、判定和结论附英文；人名、单位名不翻译",
                "Headings, labels, notice, verdicts and conclusion also in English; names stay as typed",
            ),
            options.bilingual,
        ),
        tick(
            "working",
            t("附判定过程", "With the working"),
            t(
                "附页逐项列出读数、限量及版本、换算、比较、计数",
                "The annex lists reading, limit with its version, conversion, comparison and counts of every item",
            ),
            options.working,
        ),
    ]
}

/// 罕用字 the tick of whoever was told which characters the typeface lacks.
#[must_use]
pub fn rare_field(lang: Lang) -> FieldView {
    FieldView::new(FieldKind::Checkbox, "rare", lang.pick("罕用字缺字也签发", "Issue with characters that the typeface lacks"))
        .hint(lang.pick("缺的字印成〓；签发前会逐字列出", "They print as 〓; before that each one is named"))
}

/// What was ticked; `field` finds the text of a field.
pub fn chosen<'f>(field: impl Fn(&'static str) -> &'f str) -> ReportOptions {
    ReportOptions { bilingual: field("bilingual") == "1", working: field("working") == "1", rare: field("rare") == "1" }
}

// ---------------------------------------------------------------- the list

/// The two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// 待签发
    Waiting,
    /// 已签发
    Issued,
}

impl Which {
    fn path(self) -> &'static str {
        match self {
            Which::Waiting => "/reports",
            Which::Issued => "/reports/issued",
        }
    }
}

/// The filters as they stand in the address.
#[derive(Debug, FromForm)]
struct Sought<'r> {
    q: Option<&'r str>,
    outcome: Option<&'r str>,
    after: Option<&'r str>,
    prev: Option<&'r str>,
    n: Option<usize>,
}

impl Sought<'_> {
    fn text(&self) -> String {
        own(self.q)
    }
    fn filter(&self, user: &User) -> ReportFilter {
        ReportFilter {
            q: Some(self.text()).filter(|q| !q.is_empty()),
            blind: user.blind(),
            outcome: self.outcome.and_then(Outcome::parse).map(|o| o.code().to_owned()),
            numbered: false,
            after: self.after.and_then(|a| a.split_once(',')).map(|(day, id)| (day.to_owned(), id.to_owned())),
        }
    }
    fn address(&self, which: Which) -> Address {
        let outcome = self.outcome.and_then(Outcome::parse).map(|o| o.code().to_owned()).unwrap_or_default();
        Address::new(which.path(), vec![("q", self.text()), ("outcome", outcome)])
    }
}

fn own(text: Option<&str>) -> String {
    text.map(str::trim).unwrap_or_default().chars().take(100).collect()
}

fn filters(which: Which, sought: &Sought<'_>, address: &Address, total: String, user: &User) -> Filters {
    let lang = user.lang();
    let label = user.t("结论", "Conclusion").to_owned();
    let outcome = sought.outcome.and_then(Outcome::parse);
    let mut chips = Vec::new();
    let q = sought.text();
    if !q.is_empty() {
        chips.push(address.chip("q", user.t("查找", "Find"), &q, lang));
    }
    if let Some(outcome) = outcome {
        chips.push(address.chip("outcome", &label, outcome.label(lang), lang));
    }
    let value = outcome.map(|o| o.code().to_owned()).unwrap_or_default();
    let selects = vec![FilterSelect { key: "outcome", label, options: Choice::all::<Outcome>(lang), value }];
    Filters {
        action: which.path().to_owned(),
        q: Some(q),
        hint: if user.blind() { user.t("编号、样品", "Number, sample") } else { user.t("编号、样品、单位", "Number, sample, operator") }.to_owned(),
        selects,
        chips,
        total,
        ..Filters::default()
    }
}

fn waiting_row(row: &WaitingRow, user: &User, calendar: &WorkCalendar, ticked: &BTreeSet<String>) -> WaitingReport {
    let lang = user.lang();
    let id = row.order.id.to_string();
    let temporary = row.temporary.then(|| Refusal::new(shiyan_sample_intake::code::TEMPORARY).with("no", &row.sampling_no));
    WaitingReport {
        ticked: ticked.contains(&id),
        no: row.sampling_no.clone(),
        href: format!("/bench/{id}"),
        name: row.name.clone(),
        site: row.site_name.clone(),
        outcome: Badge::outcome(row.order.conclusion.as_ref().map(|c| c.outcome), lang),
        items: u64::try_from(row.items).unwrap_or_default(),
        due: day_chip(&row.order.report_due_on.to_string(), row.order.issued_at.map(shiyan_app::day).as_deref(), user.now().date_naive(), calendar, lang),
        amending: row.order.amending.clone().unwrap_or_default(),
        alone: not_in_a_batch(&row.order).or(temporary).map_or_else(String::new, |r| r.what(lang)),
        id,
    }
}

/// Why this person does not issue reports; empty if they do.
fn why_not(user: &User) -> Vec<Refusal> {
    MOVES.duty(&user.actor, OrderAction::Issue, order_code::ROLE).err().into_iter().collect()
}

fn job_link(job: &Job, lang: Lang) -> JobLink {
    let standing = job.standing(u64::MAX);
    let state = shiyan_web_kit::job_page::sentence(&standing, lang);
    JobLink { link: Link::new(shiyan_web_kit::jobs::told(&job.plan.title, lang), format!("/jobs/{}", job.id)), state, running: standing.finished_at.is_none() }
}

fn issued_row(r: IssuedRow, user: &User) -> IssuedReport {
    IssuedReport {
        outcome: Badge::outcome(r.outcome.as_deref().and_then(Outcome::parse), user.lang()),
        amended: if r.amendment > 0 { format!("{} {}", user.t("更改", "Amendment"), r.amendment) } else { String::new() },
        sampling_no: r.sampling_no.unwrap_or_default(),
        site: r.site_name,
        no: r.number,
        name: r.name,
        issued: r.issued_on,
    }
}

async fn page(site: &Site, user: &User, which: Which, sought: &Sought<'_>, ticked: &BTreeSet<String>, why: &[Refusal], status: Status) -> Html {
    room(user)?;
    let lang = user.lang();
    let address = sought.address(which);
    let second = which == Which::Issued;
    let read = site.app.read_reports(&user.actor, &sought.filter(user), second, ROWS).await?;
    // counted with the filter that the tab keeps
    let tabs = vec![
        Tab::new(user.t("待签发", "To issue"), sought.address(Which::Waiting).href(), !second).counted(read.waiting),
        Tab::new(user.t("已签发", "Issued"), sought.address(Which::Issued).href(), second),
    ];
    let from = sought.n.unwrap_or(1).clamp(1, 1_000_000);
    let (mut waiting, mut issued) = (Vec::new(), Vec::new());
    let (last, shown, total);
    match read.shelf {
        Shelf::Issued(rows) => {
            last = rows.last().map(|r| format!(",{}", r.id));
            (shown, total) = (rows.len(), String::new());
            issued.extend(rows.into_iter().map(|r| issued_row(r, user)));
        }
        Shelf::Waiting(rows) => {
            last = rows.last().map(|r| format!("{},{}", r.order.report_due_on, r.order.id));
            (shown, total) = (rows.len(), shiyan_web_kit::ui::num(read.waiting));
            waiting.extend(rows.iter().map(|r| waiting_row(r, user, &read.calendar, ticked)));
        }
    }
    let (more, passing) = (read.more, read.passing);
    let here = sought.after.unwrap_or_default();
    // One step back is kept in the address; from further on it leads to the first page.
    let back = match (here.is_empty(), sought.prev.unwrap_or_default()) {
        (true, _) => String::new(),
        (false, "") => address.href(),
        (false, before) => address.with("after", before).with("n", from.saturating_sub(ROWS as usize).max(1).to_string()).href(),
    };
    let next = match last {
        Some(last) if more => address.with("after", last).with("prev", here).with("n", (from + shown).to_string()).href(),
        _ => String::new(),
    };
    let range = if shown == 0 { String::new() } else { format!("{from}–{}", from + shown - 1) };
    let settings = if user.may(Act::ReportSettings) { "/reports/settings" } else { "" };
    shiyan_web_kit::parts::show_as(
        status,
        &ReportsPage {
            p: user
                .page(site, "bench", user.t("检验报告", "Test reports"))
                .crumb(user.t("检验台", "Bench"), "/bench")
                .crumb(user.t("检验报告", "Test reports"), "")
                .refused(why),
            tabs,
            filters: filters(which, sought, &address, total, user),
            waiting,
            issued,
            second,
            pager: Pager { prev: back, next, range },
            options: option_fields(read.settings.options, lang),
            why_not: why_not(user).iter().map(|r| ProblemView::of(r, lang)).collect(),
            passing,
            q: sought.text(),
            jobs: site.jobs.mine(&site.app, user.actor.id, ISSUING, 3).await?.iter().map(|j| job_link(j, lang)).collect(),
            settings: settings.to_owned(),
        },
    )
}

#[get("/reports?<sought..>")]
async fn list(site: &State<Site>, user: User, sought: Sought<'_>) -> Html {
    page(site, &user, Which::Waiting, &sought, &BTreeSet::new(), &[], Status::Ok).await
}

#[get("/reports/issued?<sought..>")]
async fn list_issued(site: &State<Site>, user: User, sought: Sought<'_>) -> Html {
    page(site, &user, Which::Issued, &sought, &BTreeSet::new(), &[], Status::Ok).await
}

// ---------------------------------------------------------------- many at once

/// The name of an order in the list of a job, and where it is.
fn line(row: &WaitingRow) -> Line {
    Line::new(format!("{} {}", row.sampling_no, row.name), format!("/bench/{}", row.order.id), row.order.id.to_string())
}

/// The orders to issue: what was ticked, or every conforming one under the search text.
async fn to_issue(site: &Site, user: &User, form: &Posted) -> Result<Vec<Line>, Failure> {
    let most = MOST as u64;
    if form.get("which") == "passing" {
        let q = form.some("q").map(|q| own(Some(q)));
        let filter = ReportFilter { q, blind: user.blind(), outcome: Some(Outcome::Pass.code().to_owned()), numbered: true, after: None };
        let rows = site.app.read_waiting_reports(&user.actor, &filter, most).await?;
        return Ok(rows.iter().map(line).collect());
    }
    let mut wanted: Vec<String> = Vec::new();
    for id in form.keys::<TestOrderId>("order")? {
        let id = id.to_string();
        if !wanted.contains(&id) {
            wanted.push(id);
        }
    }
    let filter = ReportFilter { blind: true, ..ReportFilter::default() };
    let rows = site.app.read_waiting_reports(&user.actor, &filter, most).await?;
    let known: BTreeMap<String, Line> = rows.iter().map(|r| (r.order.id.to_string(), line(r))).collect();
    // What has left the queue since the page was made is named by its address; the job says why it is not issued.
    Ok(wanted.into_iter().map(|id| known.get(&id).cloned().unwrap_or_else(|| Line::new(id.clone(), format!("/bench/{id}"), id.clone()))).collect())
}

fn plan(lines: Vec<Line>, options: ReportOptions) -> Plan {
    let said = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    let count = lines.len();
    Plan {
        kind: ISSUING.to_owned(),
        title: (format!("签发 {count} 份检验报告"), format!("Issue {count} test reports")),
        after_restart: said(
            "作业记在数据库里：程序重新启动后接着签发，已签发的不会再签一次。",
            "The job is kept in the database: after a restart of the program it goes on, and nothing is issued twice.",
        ),
        back: (said("检验报告", "Test reports"), "/reports".to_owned()),
        then: vec![(said("下载本次签发的 PDF（zip）", "Download the PDFs issued (zip)"), "/reports/zip?job={id}".to_owned())],
        input: serde_json::to_string(&options).unwrap_or_default(),
        lines,
    }
}

/// The work of this room that outlives a restart.
#[must_use]
pub fn workers() -> Vec<(&'static str, Worker)> {
    vec![(ISSUING, |site, progress| Box::pin(issue_all(site, progress)))]
}

/// Issues one after the other.
async fn issue_all(site: Site, progress: Progress) {
    let options: ReportOptions = serde_json::from_str(&progress.job().plan.input).unwrap_or_default();
    for (index, order) in progress.waiting() {
        if progress.stopping() {
            return;
        }
        progress.begin(index);
        let Some(decided) = progress.until_decided(|| issue_one(&site, &progress, index, &order, options)).await else { return };
        match decided {
            Ok(number) => progress.done(index, &number, (number.clone(), number.clone()), format!("/reports/{number}")).await,
            Err(error) => {
                let nobody = matches!(&error, shiyan_app::Error::Refused(why) if why.iter().any(|r| r.code() == code::JOB_ACCOUNT.code));
                progress.failed(index, error).await;
                if nobody {
                    return;
                }
            }
        }
    }
}

/// One attempt at one of them, with the duties that the person has at that moment; gives the number of the report. The turn ends with the
/// attempt: between two of them the database may be away for long, and whoever waits for the lane meanwhile is to be told so.
async fn issue_one(site: &Site, progress: &Progress, index: usize, order: &str, options: ReportOptions) -> Result<String, shiyan_app::Error> {
    let owner = progress.job().owner;
    let account = match site.app.account_of(owner).await {
        Err(shiyan_app::Error::NotFound) => None,
        found => Some(found?).filter(|account| account.active),
    };
    let Some(account) = account else { return Err(Refusal::new(code::JOB_ACCOUNT).into()) };
    let _turn = site.heavy.turn_of_job(owner, Lane::Papers).await?;
    let actor = account.actor();
    match progress.once(index, order, site.app.issue_in_batch(&actor, order, options, site.now())).await? {
        Did::Now(report) => Ok(report.number),
        // issued before the program broke off, and not noted
        Did::Before(_) => Ok(site.app.read_order(&actor, order).await?.report.unwrap_or_default()),
    }
}

shapes! {
    /// 成批签发 which orders: those that are ticked, or all that pass under a search text.
    IssueForm { which: 20 "范围" / "which", q: 200 "搜索" / "search" }
}

#[post("/reports/issue", data = "<form>")]
async fn issue(site: &State<Site>, user: User, form: Result<Sent<IssueForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    issued(site, &user, &form).await.unwrap_or_else(|failure| Err(Err(failure)))
}

async fn issued(site: &Site, user: &User, form: &Sent<IssueForm>) -> Result<Result<Flash<Redirect>, Html>, Failure> {
    room(user)?;
    let mut why = why_not(user);
    if why.is_empty() {
        let (lines, own_site) = (to_issue(site, user, form).await?, site.clone());
        let plan = plan(lines, chosen(|key| form.get(key)));
        match site.jobs.start(Some(&site.app), user.actor.id, plan, site.clock, |progress| issue_all(own_site, progress)).await {
            Ok(job) => {
                let to = Redirect::to(format!("/jobs/{}", job.id));
                return Ok(Ok(Flash::new(to, "pass", "已开始签发|Issuing has begun")));
            }
            Err(shiyan_app::Error::Refused(refused)) => why.extend(refused),
            Err(other) => return Err(other.into()),
        }
    }
    let q = own(form.some("q"));
    let sought = Sought { q: Some(&q), outcome: None, after: None, prev: None, n: None };
    let ticked = form.many("order").iter().map(|id| (*id).to_owned()).collect();
    Ok(Err(page(site, user, Which::Waiting, &sought, &ticked, &why, Status::UnprocessableEntity).await))
}

// ---------------------------------------------------------------- drafts

#[get("/bench/<id>/draft?<bilingual>&<working>")]
async fn draft(site: &State<Site>, user: User, id: Key<TestOrderId>, bilingual: Ticked, working: Ticked) -> Result<Bytes, Failure> {
    room(&user)?;
    let order = site.app.read_order_for_draft(&user.actor, &id).await?;
    let options = ReportOptions { bilingual: bilingual.0, working: working.0, ..ReportOptions::default() };
    let _turn = user.turn(site, Lane::Papers).await?;
    let pdf = site.app.draft_report(&order, options, user.now()).await?.ok_or(Failure::NotFound)?;
    Ok(Bytes::pdf(pdf, &format!("{}.pdf", user.t("草稿", "draft"))))
}

/// 预览 the file that is archived if it is issued today; its name and the page that leads here say that it is not.
#[get("/bench/<id>/preview?<bilingual>&<working>")]
async fn preview(site: &State<Site>, user: User, id: Key<TestOrderId>, bilingual: Option<Ticked>, working: Option<Ticked>) -> Result<Bytes, Failure> {
    room(&user)?;
    site.app.read_order_for_preview(&user.actor, &id).await?;
    let house = site.app.report_settings().await?.options;
    let asked = |typed: Option<Ticked>, standing: bool| typed.map_or(standing, |t| t.0);
    let options = ReportOptions { bilingual: asked(bilingual, house.bilingual), working: asked(working, house.working), ..house };
    let _turn = user.turn(site, Lane::Papers).await?;
    let pdf = site.app.preview_report(&user.account, &id, options, user.now()).await?;
    Ok(Bytes::pdf(pdf, &format!("{}.pdf", user.t("预览（尚未签发）", "preview, not issued"))))
}

// ---------------------------------------------------------------- several files as one

type Pieces = Pin<Box<dyn Stream<Item = Vec<u8>> + Send>>;

/// 压缩包 sent while it is made: one report is in memory at a time.
pub struct Zip {
    name: String,
    pieces: Pieces,
}

impl std::fmt::Debug for Zip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zip").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'r> Responder<'r, 'r> for Zip {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'r> {
        let name = format!("attachment; filename=\"reports.zip\"; filename*=UTF-8''{}", encoded(&self.name));
        Response::build_from(ByteStream::from(self.pieces).respond_to(request)?)
            .header(ContentType::ZIP)
            .header(Header::new("Content-Disposition", name))
            .header(Header::new("Content-Security-Policy", "default-src 'none'; sandbox"))
            .ok()
    }
}

/// The files of the reports of these numbers, all or none; every one goes into the journal before the first byte goes out.
async fn packed(site: &Site, user: &User, numbers: BTreeSet<String>) -> Result<Zip, Failure> {
    if numbers.is_empty() {
        return Err(Failure::Refused(vec![Refusal::new(code::JOB_EMPTY)]));
    }
    let bundle = user.turn(site, Lane::Bundles).await?;
    let reports = site.app.read_reports_by_number(&user.actor, &numbers.into_iter().collect::<Vec<_>>()).await?;
    let named: Vec<_> = reports.iter().map(|r| (r.id, r.number.clone())).collect();
    site.app.note_printed(&Who::from(&user.actor), &named, "zip", user.now()).await?;
    let name = format!("{} {} {}.zip", user.t("检验报告", "Test reports"), shiyan_web_kit::ui::date(user.now().date_naive()), reports.len());
    // The database is read by a task of its own: whoever breaks off the download only stops it between two reports.
    let (give, take) = mpsc::channel::<Vec<u8>>(2);
    let (site, owner) = (site.clone(), user.actor.id);
    rocket::tokio::spawn(async move {
        let _bundle = bundle;
        let mut zip = ZipPieces::default();
        for report in reports {
            let at = report.issued_at.naive_local();
            let Ok(turn) = site.heavy.turn_of_job(owner, Lane::Papers).await else { return };
            let made = site.app.report_pdf(&report).await;
            drop(turn);
            let piece = match made {
                Ok(pdf) => zip.add(&format!("{}.pdf", report.number), &pdf, at),
                Err(error) => {
                    tracing::error!(report = %report.number, "packing: {error}");
                    let text = "\u{feff}这份报告的存档文件读不出来，请告诉系统管理员。\r\nThe archived file of this report cannot be read; please tell the administrator.\r\n";
                    zip.add(&format!("{} 缺失 missing.txt", report.number), text.as_bytes(), at)
                }
            };
            // The client has gone, or the archive cannot take more: it ends without its directory and so is seen to be cut off.
            let Ok(piece) = piece else { return };
            if give.send(piece).await.is_err() {
                return;
            }
        }
        if let Ok(end) = zip.finish() {
            let _ = give.send(end).await;
        }
    });
    let pieces = unfold(take, |mut take| async move { take.recv().await.map(|piece| (piece, take)) });
    Ok(Zip { name, pieces: Box::pin(pieces) })
}

#[post("/reports/zip", data = "<form>")]
async fn zip(site: &State<Site>, user: User, form: Result<Sent<Bare>, Failure>) -> Result<Zip, Failure> {
    let form = form?;
    room(&user)?;
    let numbers = form.many("number").iter().take(MOST).map(|n| (*n).to_owned()).collect();
    packed(site, &user, numbers).await
}

#[get("/reports/zip?<job>")]
async fn zip_of_job(site: &State<Site>, user: User, job: Given<Key<JobId>>) -> Result<Zip, Failure> {
    room(&user)?;
    let job = job.or_nowhere()?.ok_or(Failure::NotFound)?;
    let job = site.jobs.of(&site.app, &job, user.actor.id).await?.filter(|j| j.plan.kind == ISSUING).ok_or(Failure::NotFound)?;
    packed(site, &user, job.keys().into_iter().collect()).await
}
