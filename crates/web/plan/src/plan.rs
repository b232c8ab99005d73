//! 计划 the plan of a year: lines with their progress, issue, import, export.

use std::collections::BTreeMap;

use chrono::Datelike;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::authority::Act;
use shiyan_app::figures::year_span;
use shiyan_app::plan::TypedLine;
use shiyan_exchange::book::Hidden;
use shiyan_exchange::out;
use shiyan_exchange::plan::{Lists, PlanColumn, PlanRow};
use shiyan_foundation::area::Street;
use shiyan_foundation::task::{Link as Chain, Population, required_batches};
use shiyan_foundation::{Label, Lang, Refusal};
use shiyan_indicators::{By, Pick, What};
use shiyan_sampling_plan::{Compared, Plan, PlanLine, PlanState};
use shiyan_statute::{NumberKey, yearly_target};

use crate::views::forms::{self, Filled};
use crate::views::{
    ActionView, Cell, Chip, Choice, Counted, FieldView, FilterSelect, Filters, ImportIssue, ImportResult, Pager, PlanImport, PlanLineRow, PlanPage, Table,
};
use shiyan_imports::published::{PlanFile, plan_lines};
use shiyan_web_kit::answer::Download;
use shiyan_web_kit::answer::{Html, done, show, show_refused};
use shiyan_web_kit::dry_run::{Trial, issue_view};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Given;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::class_label;
use shiyan_web_kit::parts::reads;
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shape::Shape;
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::street_name;
use shiyan_web_kit::ui::{Badge, Bar, Tone, num};
use shiyan_web_kit::when::{When, behind, wanted_year};
use shiyan_web_kit::words::quarter_text;

/// Lines a page.
const ROWS: usize = 100;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![this_year, year_page, create, add_line, issue, import_page, import, export, template_xlsx, template_csv]
}

fn manages(user: &User) -> bool {
    user.may(Act::Plan)
}

#[get("/plan")]
fn this_year(user: User) -> Result<Redirect, Failure> {
    reads(&user, Act::ReadPlan)?;
    Ok(Redirect::to(format!("/plan/{}", user.now().year())))
}

/// What the address asks for.
#[derive(Debug, Default)]
struct Asked<'a> {
    view: &'a str,
    class: &'a str,
    link: &'a str,
    street: &'a str,
    quarter: &'a str,
    page: usize,
}

impl Asked<'_> {
    /// The page that is shown of so many rows.
    fn page_of(&self, rows: usize) -> usize {
        self.page.clamp(1, rows.div_ceil(ROWS).max(1))
    }

    fn pager(&self, year: i32, rows: usize) -> Pager {
        let (at, pages) = (self.page_of(rows), rows.div_ceil(ROWS).max(1));
        let from = (at - 1) * ROWS;
        Pager {
            prev: if at > 1 { format!("/plan/{year}?{}page={}", self.query(""), at - 1) } else { String::new() },
            next: if at < pages { format!("/plan/{year}?{}page={}", self.query(""), at + 1) } else { String::new() },
            range: if rows > ROWS { format!("{}–{}", from + 1, (from + ROWS).min(rows)) } else { String::new() },
        }
    }

    fn fits(&self, line: &PlanLine) -> bool {
        (self.class.is_empty() || line.category.class() == self.class)
            && (self.link.is_empty() || line.link.code() == self.link)
            && (self.street.is_empty() || line.street == self.street)
            && (self.quarter.is_empty() || line.quarter.to_string() == self.quarter)
    }

    fn query(&self, without: &str) -> String {
        [("class", self.class), ("link", self.link), ("street", self.street), ("quarter", self.quarter)]
            .iter()
            .filter(|(k, v)| *k != without && !v.is_empty())
            .map(|(k, v)| format!("{k}={}&", encoded(v)))
            .collect()
    }
}

async fn lists(site: &Site) -> Result<Lists, Failure> {
    let streets = site.app.streets().await?;
    Ok(Lists { classes: shiyan_statute::food_classes().iter().map(|c| c.name.clone()).collect(), streets: streets.values().map(|s| s.name.clone()).collect() })
}

fn line_row(line: &PlanLine, done: u64, streets: &shiyan_web_kit::streets::Streets, when: &When, lang: Lang) -> PlanLineRow {
    let planned = u64::from(line.batches);
    PlanLineRow {
        category: class_label(&line.category, lang),
        link: line.link.label(lang).to_owned(),
        street: street_name(streets, &line.street),
        quarter: quarter_text(line.quarter, lang),
        planned,
        done: Counted::new(done, behind(&Pick::of(What::Taken, By::Line, line.id.to_string()), when)),
        remaining: planned.saturating_sub(done),
        bar: Bar::new(done, planned, format!("{done}/{planned}")),
    }
}

/// The page of a year.
async fn plan_view(site: &Site, user: &User, year: i32, asked: &Asked<'_>, filled: &Filled, why: &[Refusal]) -> Result<PlanPage, Failure> {
    let (lang, now) = (user.lang(), user.now());
    let (first, last) = year_span(year)?;
    let read = site.app.read_plan_page(&user.actor, year, user.now()).await?;
    let (streets, plan, facts) = (read.streets, read.plan, read.facts);
    let title = match lang {
        Lang::Zh => format!("{year}年抽检计划"),
        Lang::En => format!("Sampling plan {year}"),
    };
    let p = user.page(site, "plan", title).crumb(user.t("计划", "Plan"), "/plan").crumb(year.to_string(), "").refused(why);
    let mut years = read.years;
    years.extend([now.year(), now.year() + 1, year]);
    let classes: Vec<Choice> = shiyan_statute::food_classes().iter().map(|c| Choice::new(c.name.clone(), c.label(lang))).collect();
    let street_choices: Vec<Choice> = streets.values().map(|s| Choice::new(s.code.clone(), s.name.clone())).collect();

    let sampled: BTreeMap<_, u64> = facts.iter().map(|f| (f.line_id, f.taken.number())).collect();
    let when = When::now(year);
    let lines: Vec<(&PlanLine, u64)> = plan.iter().flat_map(|p| &p.lines).filter_map(|l| sampled.get(&l.id).map(|done| (l, *done))).collect();
    let kept: Vec<_> = lines.iter().filter(|(l, _)| asked.fits(l)).collect();
    let from = (asked.page_of(kept.len()) - 1) * ROWS;
    let rows = kept.iter().skip(from).take(ROWS).map(|(line, done)| line_row(line, *done, &streets, &when, lang)).collect();

    let calendar = site.app.calendar().await?;
    let days = calendar.workdays_in(year).max(1);
    let passed = if now.date_naive() < first { 0 } else { calendar.workdays_between(first, now.date_naive().min(last)) };
    let done: u64 = lines.iter().map(|(_, done)| done).sum();
    let population = match &plan {
        Some(plan) => Some(plan.population.clone()),
        None => site.app.chosen_population().await.ok(),
    };
    let standard = yearly_target(NumberKey::N01, year)?;
    let (required, allocated, gap) = plan.as_ref().map_or_else(
        || {
            let asked = population.as_ref().map_or(0, |p| required_batches(standard, p.people));
            (asked, 0, asked)
        },
        |p| (p.required(), p.allocated(), p.gap()),
    );
    let line_form = line_form(user, plan.as_ref(), filled, &classes, &street_choices);
    Ok(PlanPage {
        p,
        year,
        years: years.into_iter().collect(),
        status: plan.as_ref().map_or_else(
            || Badge::new(Tone::Idle, user.t("未编制", "Not drawn up")),
            |p| Badge::new(if p.state == PlanState::Issued { Tone::Pass } else { Tone::Info }, p.state.label(lang)),
        ),
        population: population.as_ref().map_or_else(String::new, |p| people(p, lang)),
        target: format!("{:.2}", plan.as_ref().map_or(standard, |p| p.target_per_mille)),
        required,
        allocated,
        gap,
        done: Counted::new(done, behind(&Pick::all(What::Taken), &when)),
        bar: Bar::new(done, required, user.t("完成进度", "Progress")).marked(passed.saturating_mul(1000) / days),
        filters: filters(user, year, asked, classes, street_choices, chips(user, year, asked, &streets), kept.len()),
        pager: asked.pager(year, kept.len()),
        lines: rows,
        pivot: pivot(user, &lines, &when),
        actions: actions(user, year, plan.as_ref(), filled),
        line_form,
        may_import: manages(user) && plan.is_some(),
        view: if asked.view == "pivot" { "pivot" } else { "lines" }.to_owned(),
    })
}

/// 类别 × 季度 what was done of what is planned.
fn pivot(user: &User, lines: &[(&PlanLine, u64)], when: &When) -> Table {
    let lang = user.lang();
    let taken = |by, of: String| behind(&Pick::of(What::Taken, by, of), when);
    let mut cells: BTreeMap<&str, [(u64, u64); 4]> = BTreeMap::new();
    for (line, done) in lines {
        let cell = &mut cells.entry(line.category.class()).or_default()[usize::from(line.quarter).clamp(1, 4) - 1];
        cell.0 += u64::from(line.batches);
        cell.1 += done;
    }
    let mut pivot = Table::new(&[
        user.t("食品类别", "Food category"),
        &format!("#{}", quarter_text(1, lang)),
        &format!("#{}", quarter_text(2, lang)),
        &format!("#{}", quarter_text(3, lang)),
        &format!("#{}", quarter_text(4, lang)),
        &format!("#{}", user.t("全年", "Year")),
    ]);
    pivot.caption = user.t("类别 × 季度：完成 / 计划", "Category × quarter: done / planned").to_owned();
    let pair = |(planned, done): (u64, u64), href: String| if planned == 0 && done == 0 { Cell::Empty } else { Cell::CountOf(done, num(planned), href) };
    let sum = |list: &[(u64, u64); 4]| list.iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    let mut total = [(0, 0); 4];
    for (class, quarters) in &cells {
        for (all, one) in total.iter_mut().zip(quarters) {
            all.0 += one.0;
            all.1 += one.1;
        }
        let each = quarters.iter().zip(1..).map(|(q, n)| pair(*q, taken(By::Cell, format!("{n}.{class}"))));
        pivot.push(std::iter::once(Cell::from(*class)).chain(each).chain([pair(sum(quarters), taken(By::Class, (*class).to_owned()))]).collect());
    }
    if !pivot.rows.is_empty() {
        let each = total.iter().zip(1..).map(|(q, n)| pair(*q, taken(By::Quarter, n.to_string())));
        let all = pair(sum(&total), behind(&Pick::all(What::Taken), when));
        pivot.foot = std::iter::once(Cell::from(user.t("合计", "Total"))).chain(each).chain([all]).collect();
    }
    pivot
}

/// The people whom the plan is for, with where the number is from.
fn people(p: &Population, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{} 人（{}年{}，{}，来源：{}）", num(p.people), p.year, p.basis.zh(), p.boundary.zh(), p.source),
        Lang::En => format!("{} people ({} {}, {}; source: {})", num(p.people), p.year, p.basis.en(), p.boundary.en(), p.source),
    }
}

/// What is filtered by, each with a link that takes it away.
fn chips(user: &User, year: i32, asked: &Asked<'_>, streets: &BTreeMap<String, Street>) -> Vec<Chip> {
    let lang = user.lang();
    let chip = |key: &str, label: String| Chip { label, remove: format!("/plan/{year}?{}", asked.query(key)) };
    let mut chips = Vec::new();
    if !asked.class.is_empty() {
        chips.push(chip("class", asked.class.to_owned()));
    }
    if let Some(l) = Chain::parse(asked.link) {
        chips.push(chip("link", l.label(lang).to_owned()));
    }
    if !asked.street.is_empty() {
        chips.push(chip("street", street_name(streets, asked.street)));
    }
    if let Ok(q) = asked.quarter.parse::<u8>() {
        chips.push(chip("quarter", quarter_text(q, lang)));
    }
    chips
}

fn filters(user: &User, year: i32, asked: &Asked<'_>, classes: Vec<Choice>, street_choices: Vec<Choice>, chips: Vec<Chip>, kept: usize) -> Filters {
    let lang = user.lang();
    let select = |key, zh, en, options: Vec<Choice>, value: &str| FilterSelect { key, label: user.t(zh, en).to_owned(), options, value: value.to_owned() };
    Filters {
        action: format!("/plan/{year}"),
        selects: vec![
            select("class", "食品类别", "Category", classes, asked.class),
            select("link", "环节", "Link", Choice::all::<Chain>(lang), asked.link),
            select("street", "街道", "Street", street_choices, asked.street),
            select("quarter", "季度", "Quarter", (1..=4).map(|q: u8| Choice::new(q.to_string(), quarter_text(q, lang))).collect(), asked.quarter),
        ],
        chips,
        total: num(kept as u64),
        ..Filters::default()
    }
}

/// The form of one more line, for whoever manages the plan.
fn line_form(user: &User, plan: Option<&Plan>, filled: &Filled, classes: &[Choice], streets: &[Choice]) -> Vec<FieldView> {
    let issued = plan.is_some_and(|p| p.state == PlanState::Issued);
    let mut fields = Vec::new();
    if manages(user) && plan.is_some() {
        fields = forms::plan_line(user.lang(), filled, classes.to_vec(), streets.to_vec());
        if issued {
            fields.push(
                FieldView::area("reason", user.t("调整理由", "Reason of the adjustment"))
                    .required()
                    .hint(user.t("计划已下达，调整须写明理由", "The plan is issued; an adjustment needs a reason"))
                    .filled(filled),
            );
        }
    }
    fields
}

fn actions(user: &User, year: i32, plan: Option<&Plan>, filled: &Filled) -> Vec<ActionView> {
    if !manages(user) {
        return Vec::new();
    }
    let lang = user.lang();
    match plan {
        None => {
            let target = yearly_target(NumberKey::N01, year).map_or_else(|_| String::new(), |n| format!("{n:.1}"));
            vec![ActionView::post("create", user.t("编制年度计划", "Draw up the plan"), format!("/plan/{year}/create")).primary().with_icon("plus").asking(
                vec![
                FieldView::number("target", user.t("年度目标", "Target of the year"), user.t("批次/千人", "per 1,000")).required().with(target).filled(filled),
            ],
            )]
        }
        Some(plan) if plan.state == PlanState::Draft => {
            // A written reason lifts the shortage alone; what else is missing is said beforehand.
            let why = plan.why_not_issue(&user.actor, Some("-"));
            let short = plan.gap() > 0;
            let reason = FieldView::area("reason", user.t("理由", "Reason")).filled(filled);
            let reason = if short {
                reason.required().hint(user.t("分配批次少于目标，须写明理由", "Fewer batches than the target: say why"))
            } else {
                reason
            };
            let mut shown = why;
            shown.truncate(5);
            vec![
                ActionView::post("issue", user.t("下达计划", "Issue the plan"), format!("/plan/{year}/issue"))
                    .primary()
                    .with_icon("check")
                    .noted(user.t("下达后不能直接改写，只能写明理由调整。", "An issued plan is only adjusted with a reason."))
                    .asking(vec![reason])
                    .refused(&shown, lang),
            ]
        }
        Some(_) => Vec::new(),
    }
}

#[get("/plan/<year>?<view>&<class>&<link>&<street>&<quarter>&<page>", rank = 2)]
#[allow(clippy::too_many_arguments)]
async fn year_page(
    site: &State<Site>,
    user: User,
    year: Given<i32>,
    view: Option<&str>,
    class: Option<&str>,
    link: Option<&str>,
    street: Option<&str>,
    quarter: Option<&str>,
    page: Option<usize>,
) -> Html {
    reads(&user, Act::ReadPlan)?;
    let year = wanted_year(year, user.now())?;
    let asked = Asked {
        view: view.unwrap_or_default(),
        class: class.unwrap_or_default(),
        link: link.unwrap_or_default(),
        street: street.unwrap_or_default(),
        quarter: quarter.unwrap_or_default(),
        page: page.unwrap_or(1),
    };
    let _turn = user.turn(site, Lane::Figures).await?;
    show(&plan_view(site, &user, year, &asked, &Filled::default(), &[]).await?)
}

async fn after(site: &Site, user: &User, year: i32, form: &Posted, did: Result<Plan, shiyan_app::Error>, zh: &str, en: &str) -> Result<Flash<Redirect>, Html> {
    match did {
        Ok(_) => Ok(done(format!("/plan/{year}"), zh, en)),
        Err(shiyan_app::Error::Refused(why)) => {
            let view = plan_view(site, user, year, &Asked::default(), &form.filled(&why, user.lang()), &why).await.map_err(Err)?;
            Err(show_refused(&view))
        }
        Err(other) => Err(Err(other.into())),
    }
}

fn posted_year<T>(user: &User, year: Given<i32>, form: Result<Sent<T>, Failure>) -> Result<(i32, Sent<T>), Failure> {
    let form = form?;
    reads(user, Act::ReadPlan)?;
    Ok((wanted_year(year, user.now())?, form))
}

shapes! {
    /// 目标 as typed.
    TargetForm { target: 20 "每千人批次目标" / "batches per thousand" }
    /// 计划文件 for which year.
    YearForm { year: 20 "年度" / "year" }
    /// 理由 as typed.
    ReasonForm { reason: 500 "理由" / "reason" }
    /// 计划行 as typed.
    LineForm {
        category: 200 "食品类别" / "food category",
        link: 40 "环节" / "link",
        street: 40 "街道" / "street",
        quarter: 20 "季度" / "quarter",
        batches: 20 "批次" / "batches",
        level: 40 "任务级别" / "level",
        kind: 40 "抽检类型" / "kind",
        method: 100 "检验方法" / "method",
        item_package: 100 "项目包" / "package of items",
        basis: 500 "依据" / "basis",
        reporting: 100 "报送" / "reporting",
        reason: 500 "理由" / "reason",
    }
}

impl ReasonForm {
    fn reason(&self) -> Option<&str> {
        Some(self.reason.as_str()).filter(|reason| !reason.is_empty())
    }
}

impl From<LineForm> for TypedLine {
    fn from(form: LineForm) -> Self {
        let LineForm { category, link, street, quarter, batches, level, kind, method, item_package, basis, reporting, .. } = form;
        Self { category, link, street, quarter, batches, level, kind, method, item_package, basis, reporting }
    }
}

#[post("/plan/<year>/create", data = "<form>")]
async fn create(site: &State<Site>, user: User, year: Given<i32>, form: Result<Sent<TargetForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let (year, form) = posted_year(&user, year, form).map_err(Err)?;
    let did = async { site.app.create_plan(&user.actor, year, &form.read()?.target, user.now()).await };
    let did = did.await;
    after(site, &user, year, &form, did, "已建立年度计划，请添加计划行", "The plan was begun; add its lines").await
}

#[post("/plan/<year>/lines", data = "<form>")]
async fn add_line(site: &State<Site>, user: User, year: Given<i32>, form: Result<Sent<LineForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let (year, form) = posted_year(&user, year, form).map_err(Err)?;
    // Who asks comes before what was typed.
    shiyan_app::authority::may(&user.actor, Act::Plan).map_err(Failure::from).map_err(Err)?;
    let did = async {
        let typed = form.read()?;
        let reason = Some(typed.reason.clone()).filter(|reason| !reason.is_empty());
        let line = site.app.read_plan_line(&typed.into()).await?;
        site.app.add_plan_lines(&user.actor, year, vec![line], reason.as_deref(), user.now()).await
    };
    let did = did.await;
    after(site, &user, year, &form, did, "已新增计划行", "The line was added").await
}

#[post("/plan/<year>/issue", data = "<form>")]
async fn issue(site: &State<Site>, user: User, year: Given<i32>, form: Result<Sent<ReasonForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let (year, form) = posted_year(&user, year, form).map_err(Err)?;
    let did = async { site.app.issue_plan(&user.actor, year, form.read()?.reason(), user.now()).await };
    let did = did.await;
    after(site, &user, year, &form, did, "计划已下达", "The plan was issued").await
}

// ---------------------------------------------------------------- import and export

fn import_view(site: &Site, user: &User, year: i32, years: &[i32], result: Option<ImportResult>, why: &[Refusal]) -> PlanImport {
    // The year of the address stands first, so that it is the one chosen.
    let mut choices: Vec<Choice> = vec![Choice::new(year.to_string(), year.to_string())];
    choices.extend(years.iter().filter(|y| **y != year).map(|y| Choice::new(y.to_string(), y.to_string())));
    PlanImport {
        p: user
            .page(site, "plan", user.t("导入计划", "Import a plan"))
            .crumb(user.t("计划", "Plan"), "/plan")
            .crumb(year.to_string(), format!("/plan/{year}"))
            .crumb(user.t("导入", "Import"), "")
            .refused(why),
        year,
        years: choices,
        result,
    }
}

async fn plan_years(site: &Site) -> Result<Vec<i32>, Failure> {
    Ok(site.app.plan_years().await?.into_iter().collect())
}

#[get("/plan/<year>/import")]
async fn import_page(site: &State<Site>, user: User, year: Given<i32>) -> Html {
    if !manages(&user) {
        return Err(Failure::NotFound);
    }
    let year = wanted_year(year, user.now())?;
    let years = plan_years(site).await?;
    show(&import_view(site, &user, year, &years, None, &[]))
}

/// The column that a refusal is about, in the words of the reader.
fn column_of(refusal: &Refusal, lang: Lang) -> String {
    let said = refusal.facts.get(lang.pick("column", "column_en")).or_else(|| refusal.facts.get(lang.pick("label", "label_en")));
    said.cloned()
        .or_else(|| refusal.field.as_deref().map(|field| LineForm::called(field)).map(|called| lang.pick(called.0, called.1).to_owned()))
        .unwrap_or_default()
}

fn plan_result(user: &User, name: &str, file: &PlanFile, found: &Compared) -> ImportResult {
    let lang = user.lang();
    let batches: u64 = found.new.iter().map(|l| u64::from(l.batches)).sum();
    let refused = (file.refused.len() + found.clashes.len()) as u64 + file.read.rows_refused;
    let mut issues: Vec<ImportIssue> = file.read.notes.iter().chain(&file.read.issues).map(|i| issue_view(i, lang)).collect();
    let of_application = file.refused.iter().flat_map(|(row, why)| why.iter().map(move |r| (row, r)));
    for (row, r) in of_application.chain(found.clashes.iter().map(|(row, r)| (row, r))) {
        issues.push(ImportIssue {
            row: u64::from(*row),
            column: column_of(r, lang),
            value: r.facts.get("typed").cloned().unwrap_or_default(),
            text: r.what(lang),
            next: r.next(lang),
            tone: Tone::Fail,
        });
    }
    issues.sort_by_key(|i| i.row);
    let mut by_class: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for line in &found.new {
        let sum = by_class.entry(line.category.class()).or_default();
        sum.0 += 1;
        sum.1 += u64::from(line.batches);
    }
    let mut table = Table::new(&[user.t("食品类别", "Food category"), &format!("#{}", user.t("计划行", "Lines")), &format!("#{}", user.t("批次", "Batches"))]);
    table.caption = user.t("将写入的计划行", "Lines to be written").to_owned();
    for (class, (rows, batches)) in by_class {
        table.push(vec![Cell::from(class), rows.into(), batches.into()]);
    }
    ImportResult {
        file: name.to_owned(),
        dry_run: true,
        totals: vec![
            (user.t("行读到", "rows read").to_owned(), file.read.rows_in - file.read.blank, Tone::Idle),
            (user.t("行可写入", "rows to write").to_owned(), found.new.len() as u64, Tone::Pass),
            (user.t("行已在计划中", "rows already there").to_owned(), found.known as u64, Tone::Idle),
            (user.t("批次", "batches").to_owned(), batches, Tone::Idle),
            (user.t("行不写入", "rows left out").to_owned(), refused, if refused > 0 { Tone::Fail } else { Tone::Idle }),
        ],
        issues,
        confirm: String::new(),
        confirm_word: String::new(),
        confirm_label: match lang {
            Lang::Zh => format!("写入 {} 行", found.new.len()),
            Lang::En => shiyan_foundation::text::plural(&format!("Write {} (row|rows)", found.new.len())),
        },
        tables: vec![table],
        ..ImportResult::default()
    }
}

const PLAN: Trial = Trial { purpose: "plan", most: 8, called: ("计划文件", "plan file") };

#[post("/plan/<year>/import", data = "<form>")]
async fn import(site: &State<Site>, user: User, year: Given<i32>, form: Result<Sent<YearForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    if !manages(&user) {
        return Err(Err(Failure::NotFound));
    }
    let said = form.read().map_err(|e| Err(e.into()))?.year;
    let year = wanted_year(Given::of(&said).or(year), user.now()).map_err(Err)?;
    let years = plan_years(site).await.map_err(Err)?;
    let again = |why: &[Refusal]| Err(show_refused(&import_view(site, &user, year, &years, None, why)));
    let sent = match PLAN.file(site, &user, &form, "").await {
        Ok(sent) => sent,
        Err(shiyan_app::Error::Refused(why)) => return again(&why),
        Err(other) => return Err(Err(other.into())),
    };
    let _turn = user.turn(site, Lane::Papers).await.map_err(Err)?;
    let (name, hidden) = (&sent.name, sent.hidden);
    let file = match plan_lines(&site.app, &sent.bytes, name, hidden).await {
        Ok(file) => file,
        Err(shiyan_app::Error::Refused(why)) => return again(&why),
        Err(other) => return Err(Err(other.into())),
    };
    let reason = match user.lang() {
        Lang::Zh => format!("导入文件 {name}"),
        Lang::En => format!("Imported from {name}"),
    };
    let found = match site.app.import_plan(&user.actor, year, file.lines.clone(), Some(&reason), !sent.confirmed, user.now()).await {
        Ok((found, _)) => found,
        Err(shiyan_app::Error::Refused(why)) => return again(&why),
        Err(other) => return Err(Err(other.into())),
    };
    if !sent.confirmed {
        let mut result = plan_result(&user, name, &file, &found);
        result.include_hidden = hidden == Hidden::Take;
        if !found.new.is_empty() {
            result.confirm = PLAN.keep(site, &user, &sent).await.map_err(Err)?;
        }
        return Err(show(&import_view(site, &user, year, &years, Some(result), &[])));
    }
    let (new, known) = (found.new.len(), found.known);
    let zh = format!("已写入 {new} 行；已在计划中 {known} 行，没有改动");
    Ok(done(
        format!("/plan/{year}"),
        &zh,
        &format!("{new} (row was|rows were) written; {known} (was there already and stays as it is|were there already and stay as they are)"),
    ))
}

#[get("/plan/<year>/export")]
async fn export(site: &State<Site>, user: User, year: Given<i32>) -> Result<Download, Failure> {
    reads(&user, Act::ReadPlan)?;
    let year = wanted_year(year, user.now())?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let plan = site.app.read_plan(&user.actor, year).await?.ok_or_else(|| Refusal::new(shiyan_app::code::NO_PLAN).with("year", year))?;
    let streets = site.app.streets().await?;
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    let mine = |line: &PlanLine| shiyan_app::read::plan_line_within(line, user.scope());
    let rows: Vec<PlanRow> = (2..)
        .zip(plan.lines.iter().filter(|l| mine(l)))
        .map(|(row, l)| PlanRow {
            row,
            class: l.category.class().to_owned(),
            subclass: l.category.0.get(1..).map(|rest| rest.join("/")).filter(|t| !t.is_empty()),
            link: l.link,
            street: street_name(&streets, &l.street),
            quarter: l.quarter,
            batches: l.batches,
            item_package: some(&l.item_package),
            method: some(&l.method),
            basis: some(&l.basis),
            reporting: some(&l.reporting),
            deadline: None,
        })
        .collect();
    let (lang, lists) = (user.lang(), lists(site).await?);
    let made =
        rocket::tokio::task::spawn_blocking(move || shiyan_exchange::plan::xlsx(lang, &lists, &rows)).await.map_err(|e| Failure::Fault(e.to_string()))?;
    Ok(Download::xlsx(made?, &format!("plan-{year}.xlsx")))
}

#[get("/plan/template.xlsx")]
async fn template_xlsx(site: &State<Site>, user: User) -> Result<Download, Failure> {
    reads(&user, Act::ReadPlan)?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let (lang, lists) = (user.lang(), lists(site).await?);
    let made =
        rocket::tokio::task::spawn_blocking(move || shiyan_exchange::plan::template_xlsx(lang, &lists)).await.map_err(|e| Failure::Fault(e.to_string()))?;
    Ok(Download::xlsx(made?, "plan-template.xlsx"))
}

#[get("/plan/template.csv")]
fn template_csv(user: User) -> Result<Download, Failure> {
    reads(&user, Act::ReadPlan)?;
    let heads: Vec<String> = PlanColumn::ALL.iter().map(|c| format!("{}{}", c.label(user.lang()), if c.required() { "*" } else { "" })).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    Ok(Download::csv(out::csv(&heads, &[])?, "plan-template.csv"))
}

#[cfg(test)]
mod tests {
    use shiyan_web_kit::Site;
    use shiyan_web_kit::stage::{self, Person, confirm};

    const FILE: &str = "食品大类,食品亚类,抽样环节,街道,季度,批次\n食用农产品,蔬菜,流通,文化路街道,1,12\n餐饮食品,,餐饮,410105001,2,6\n";

    #[rocket::async_test]
    async fn a_plan_file_is_written_once_and_what_contradicts_the_plan_is_shown() {
        let (_dir, app, _) = stage::demonstration("plan-import", 5, 120).await;
        let client = stage::client(&app, crate::routes()).await;
        let manager = Person::of(&client, "plan-manager").await;
        assert_eq!(manager.post("/plan/2028/create", "target=4.0".to_owned()).await.0, 303);
        let upload = async |text: &str| manager.upload("/plan/2028/import", &[("year", "2028")], "plan.csv", text.as_bytes()).await;
        let allocated = async || client.rocket().state::<Site>().unwrap().app.stage().plan_of_year(2028).await.unwrap().unwrap().allocated();
        let (status, page) = upload(FILE).await;
        assert!(status == 200 && page.contains("写入 2 行"), "{status} {page}");
        let sent = format!("{}&year=2028", confirm(&page));
        assert_eq!(manager.post("/plan/2028/import", sent.clone()).await, (303, "/plan/2028".to_owned()));
        assert_eq!(allocated().await, 18);
        // The same once more: nothing is offered, and sending the old page again changes nothing.
        let (status, page) = upload(FILE).await;
        assert!(status == 200 && page.contains("行已在计划中") && !page.contains("name=\"confirm\""), "{status} {page}");
        assert_eq!(manager.post("/plan/2028/import", sent).await.0, 303);
        assert_eq!(allocated().await, 18);
        // Another number is a problem of its row; the new row beside it may be written.
        let (status, page) = upload(&(FILE.replace(",12", ",15") + "餐饮食品,,餐饮,410105001,3,4\n")).await;
        assert!(status == 200 && page.contains("批次是“12”，文件中是“15”") && page.contains("写入 1 行"), "{status} {page}");
        assert_eq!(manager.post("/plan/2028/import", format!("{}&year=2028", confirm(&page))).await.0, 303);
        assert_eq!(allocated().await, 22);
        // A file without rows is refused.
        let (status, page) = upload("食品大类,食品亚类,抽样环节,街道,季度,批次\n").await;
        assert!(status == 422 && page.contains("没有计划行"), "{status} {page}");
    }
}
