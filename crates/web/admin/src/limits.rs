//! 限量表导入、复判、检验项目包: a dry run that shows every reason before anything is written; what today's library would judge
//! otherwise; the items of each food.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::App;
use shiyan_app::authority::Act;
use shiyan_app::bench::rejudge::LimitChange;
use shiyan_app::limits::{LimitsImported, PackagesImported, Tie};
use shiyan_app::packages::PackageWord;
use shiyan_app::records::ItemPackage;
use shiyan_exchange::book::Hidden;
use shiyan_exchange::limit_table::{self, LimitTable, RowClass};
use shiyan_exchange::package_table::{self, PackageTable};
use shiyan_foundation::text::plural;
use shiyan_foundation::{Label, Lang, Refusal};
use shiyan_judgement::limit::LimitUsed;
use shiyan_sample_intake::sheet::read_date;

use crate::views::{
    ActionView, AdminTab, AdminTablePage, Cell, Chip, Choice, Fact, FactGroup, FieldKind, FieldView, FilterSelect, Filters, ImportIssue, ImportResult, Pager,
    RejudgeList, RejudgePage, RejudgeRow, Table,
};
use shiyan_imports::limits::{limit_file, package_file};
use shiyan_web_kit::admin::{Form, enter, page, table_page};
use shiyan_web_kit::answer::Download;
use shiyan_web_kit::answer::{Html, done, show, show_refused};
use shiyan_web_kit::dry_run::{Trial, Tried, issue_view};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Given;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::{order_badge, verdict_badge};
use shiyan_web_kit::posted::{Posted, Sent};
use shiyan_web_kit::shapes;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone, num};

/// Largest file of these imports, MiB; a dry run keeps it, packed, in the page.
const MOST: usize = 8;
/// Rows of each reason that are listed.
const EXAMPLES: usize = 5;
/// Findings listed on a page.
const LISTED: usize = 300;
/// Rules shown as a sample of what will be written.
const SHOWN: usize = 40;
/// Packages a page.
const ROWS: usize = 100;
/// Lines of one list of a re-judgement on the page.
const LINES: usize = 200;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![import_page, import, template, rejudge_page, apply, packages, import_packages, packages_template, package, check_package]
}

fn writes(user: &User) -> bool {
    user.may(Act::ImportLimits)
}

const LIMITS: Trial = Trial { purpose: "limits", most: MOST, called: ("限量表文件", "file of the limit table") };
const PACKAGES: Trial = Trial { purpose: "packages", most: MOST, called: ("项目包文件", "file of packages") };

/// The box that asks for what is hidden in a workbook.
fn hidden_box(user: &User) -> FieldView {
    FieldView::new(FieldKind::Checkbox, "include_hidden", user.t("包括隐藏的行、列和工作表", "Include hidden rows, columns and sheets"))
}

// ---------------------------------------------------------------- limits

fn import_view(site: &Site, user: &User, from: &str, result: Option<ImportResult>, why: &[Refusal]) -> AdminTablePage {
    let form = writes(user).then(|| Form {
        title: ("选择限量表文件", "Choose the file of a limit table"),
        action: "/admin/limits/import",
        button: ("试运行", "Dry run"),
        fields: vec![
            FieldView::file("file", user.t("限量表（xlsx 或 csv，8 MB 以内）", "Limit table (xlsx or csv, up to 8 MB)")).required().hint(
                user.t("本系统的模板，或抽检计划的版式（大类、亚类…最大允许限）", "Our template, or the layout of the sampling plan (大类, 亚类 … 最大允许限)"),
            ),
            FieldView::date("from", user.t("实施日期", "In force from"))
                .with(from)
                .hint(user.t("没有写实施日期的行自这一天起适用；抽检计划的版式必须填写", "For rows without a date; needed for the layout of the plan")),
            hidden_box(user),
        ],
        open: true,
    });
    let lead = (
        "先试运行：每一行只归入三类之一——限量规则、无限量、需人工，并写明理由。导入的行一律待核实，由质量负责人对照标准启用；库里已有的行不改写。",
        "A dry run comes first: every row is exactly one of rule, no limit, or for a person, with its reason. What is imported is to be checked until the quality manager activates it; rows that are there are never edited.",
    );
    let mut view = table_page(site, user, AdminTab::Limits, lead, FactGroup::default(), Vec::new(), form, why);
    view.p = page(site, user, "导入限量表", "Import limits", why);
    view.actions = vec![
        ActionView::link(user.t("下载限量表模板", "Download the template"), "/admin/limits/template.xlsx").with_icon("download"),
        ActionView::link(user.t("回到限量", "Back to the limits"), "/admin/limits").with_icon("back"),
    ];
    view.result = result;
    view
}

/// The rows that are no rule, by reason.
fn reasons_table(user: &User, table: &LimitTable) -> Table {
    let (lang, counts) = (user.lang(), table.counts());
    let mut reasons = Table::new(&[
        user.t("理由", "Reason"),
        user.t("归类", "Class"),
        &format!("#{}", user.t("行数", "Rows")),
        &format!("#{}", user.t("首见行", "First row")),
        user.t("下一步", "Next step"),
    ]);
    reasons.caption = user.t("不成为规则的行：按理由", "Rows that are no rule, by reason").to_owned();
    for r in table.reasons() {
        let class =
            if r.no_limit { Badge::new(Tone::Idle, user.t("无限量", "No limit")) } else { Badge::new(Tone::Warn, user.t("需人工", "For a person")) };
        reasons.push(vec![
            Cell::Two(lang.pick(&r.zh, &r.en).to_owned(), r.code.to_owned()),
            class.into(),
            r.count.into(),
            Cell::Num(r.first_row.to_string()),
            Cell::from(lang.pick(r.next_zh, r.next_en)),
        ]);
    }
    if !reasons.rows.is_empty() {
        reasons.foot = vec![Cell::from(user.t("合计", "Total")), Cell::Empty, (counts.no_limit + counts.needs_person).into(), Cell::Empty, Cell::Empty];
    }
    reasons
}

/// The first of the rules.
fn rules_table(user: &User, table: &LimitTable, all: usize) -> Table {
    let lang = user.lang();
    let mut rules = Table::new(&[
        &format!("#{}", user.t("行", "Row")),
        user.t("食品", "Food"),
        user.t("检验项目", "Item"),
        user.t("限量", "Limit"),
        user.t("判定依据", "Basis"),
        user.t("条件和说明", "Conditions and remarks"),
    ]);
    rules.caption = user.t("限量规则（待核实）示例", "Rules, to be checked: a sample").to_owned();
    let kept_rows = table.rows.iter().filter(|r| r.same_as.is_none()).filter_map(|r| match &r.class {
        RowClass::Rule(rule) => Some((r.row, rule)),
        _ => None,
    });
    for (row, rule) in kept_rows.take(SHOWN) {
        rules.push(vec![
            Cell::Num(row.to_string()),
            Cell::from(rule.category_text.clone()),
            Cell::from(rule.analyte.clone()),
            Cell::from(rule.limit_text()),
            Cell::from(rule.basis.clone()),
            Cell::from(rule.conditions.iter().chain(&rule.remarks).cloned().collect::<Vec<_>>().join(user.t("；", "; "))),
        ]);
    }
    if all > SHOWN {
        rules.note = match lang {
            Lang::Zh => format!("共 {} 条规则，列出前 {SHOWN} 条", all),
            Lang::En => plural(&format!("{} (rule|rules) in all; the first {SHOWN} are listed", all)),
        };
    }
    rules
}

/// What a person has to know before writing: verdicts that would be suspended first, then notes of the file and some rows of each reason.
fn limits_issues(user: &User, table: &LimitTable, told: &LimitsImported) -> Vec<ImportIssue> {
    let (lang, counts) = (user.lang(), table.counts());
    let tied = |tie: &Tie| {
        let one = |said: &(String, String)| lang.pick(&said.0, &said.1).to_owned();
        let active = tie.active.iter().map(one).collect::<Vec<_>>().join(lang.pick("；", "; "));
        let text = format!("{}{}{active}", one(&tie.new), user.t("：会让这条的判定暂停：", ": would suspend the verdicts of "));
        ImportIssue { text, tone: Tone::Warn, ..ImportIssue::default() }
    };
    let mut issues: Vec<ImportIssue> = told.ties.iter().map(tied).collect();
    issues.extend(table.notes.iter().map(|i| issue_view(i, lang)));
    // a few rows of each reason tell more than the first hundred rows of the file
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &table.rows {
        let RowClass::NeedsPerson(issue) = &row.class else { continue };
        let times = seen.entry(issue.code).or_default();
        *times += 1;
        if *times <= EXAMPLES {
            let told = issue_view(issue, lang);
            let text = told.text.split_once(lang.pick("：", ": ")).map_or(told.text.as_str(), |(_, rest)| rest).to_owned();
            issues.push(ImportIssue { value: row.item.clone(), text, ..told });
        }
    }
    let listed: usize = seen.values().map(|n| (*n).min(EXAMPLES)).sum();
    issues.extend(more(usize::try_from(counts.needs_person).unwrap_or(0), listed, lang));
    issues
}

fn limits_totals(user: &User, table: &LimitTable, told: &LimitsImported) -> Vec<(String, u64, Tone)> {
    let counts = table.counts();
    let total = |zh, en, n: u64, tone| (user.t(zh, en).to_owned(), n, tone);
    let mut totals = vec![
        total("行读到", "rows read", counts.rows, Tone::Idle),
        total("行是规则", "rows are rules", counts.rules, Tone::Pass),
        total("行无限量", "rows without a limit", counts.no_limit, Tone::Idle),
        total("行需人工", "rows for a person", counts.needs_person, if counts.needs_person > 0 { Tone::Warn } else { Tone::Idle }),
        total("条规则是新的", "rules are new", told.new as u64, Tone::Info),
        total("条库里已有", "rules are there already", told.known as u64, Tone::Idle),
    ];
    if told.in_the_way > 0 {
        totals.push(total("条会暂停现有判定，须先核实", "rules suspend present verdicts until checked", told.in_the_way as u64, Tone::Warn));
    }
    totals
}

fn limits_result(user: &User, sent: &Tried, table: &LimitTable, told: &LimitsImported) -> ImportResult {
    let lang = user.lang();
    ImportResult {
        file: sent.name.clone(),
        include_hidden: sent.hidden == Hidden::Take,
        dry_run: true,
        totals: limits_totals(user, table, told),
        issues: limits_issues(user, table, told),
        confirm_word: if told.in_the_way > 0 {
            user.t("为什么可以暂停这些判定", "Why these verdicts may be suspended").to_owned()
        } else {
            String::new()
        },
        confirm: String::new(),
        word: String::new(),
        confirm_label: match lang {
            Lang::Zh => format!("写入 {} 条（待核实）", told.new),
            Lang::En => plural(&format!("Write {} (rule|rules), to be checked", told.new)),
        },
        summary: vec![reasons_table(user, table)],
        tables: vec![rules_table(user, table, told.rules)],
    }
}

/// How many findings are not listed.
fn more(all: usize, listed: usize, lang: Lang) -> Option<ImportIssue> {
    let left = all.checked_sub(listed).filter(|n| *n > 0)?;
    let text = match lang {
        Lang::Zh => format!("另有 {left} 行没有列出；命令行 import … --json 列出全部"),
        Lang::En => format!("{left} more rows are not listed; the command import … --json lists all"),
    };
    Some(ImportIssue { text, tone: Tone::Warn, ..ImportIssue::default() })
}

#[get("/admin/limits/import")]
fn import_page(site: &State<Site>, user: User) -> Html {
    enter(&user, AdminTab::Limits)?;
    show(&import_view(site, &user, "", None, &[]))
}

#[post("/admin/limits/import", data = "<form>")]
async fn import(site: &State<Site>, user: User, form: Result<Sent<ImportForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Limits).map_err(Err)?;
    let typed = form.get("from").to_owned();
    let again = |why: &[Refusal]| Err(show_refused(&import_view(site, &user, &typed, None, why)));
    if let Err(error) = App::may_import_limits(&user.actor) {
        return Err(Err(error.into()));
    }
    let tried = async { LIMITS.file(site, &user, &form, &form.read()?.from).await };
    let sent = match tried.await {
        Ok(sent) => sent,
        Err(shiyan_app::Error::Refused(why)) => return again(&why),
        Err(other) => return Err(Err(other.into())),
    };
    let from = match read_day(&sent.said) {
        Ok(from) => from,
        Err(refusal) => return again(&[refusal]),
    };
    let _turn = user.turn(site, Lane::Papers).await.map_err(Err)?;
    let (bytes, name, hidden) = (sent.bytes.clone(), sent.name.clone(), sent.hidden);
    let read = rocket::tokio::task::spawn_blocking(move || limit_file(&bytes, &name, from, hidden)).await.map_err(|e| Err(Failure::Fault(e.to_string())))?;
    let (file, table) = match read {
        Ok(read) => read,
        Err(refusal) => return again(&[refusal]),
    };
    let did = async { site.app.import_limits(&user.actor, &file, &form.read()?.word, !sent.confirmed, user.now()).await };
    match did.await {
        Ok(told) if sent.confirmed => Ok(done(
            "/admin/limits?state=pending",
            &format!("已写入 {} 条待核实的限量，{} 条库里已有", told.new, told.known),
            &format!("{} (limit was|limits were) written, to be checked; {} (was|were) there already", told.new, told.known),
        )),
        Ok(told) => {
            let mut result = limits_result(&user, &sent, &table, &told);
            if told.new > 0 {
                result.confirm = LIMITS.keep(site, &user, &sent).await.map_err(Err)?;
            }
            Err(show(&import_view(site, &user, &sent.said, Some(result), &[])))
        }
        Err(shiyan_app::Error::Refused(why)) if sent.confirmed => match site.app.import_limits(&user.actor, &file, "", true, user.now()).await {
            // The file still waits: what was tried is shown again, with what was refused and what was typed.
            Ok(told) => {
                let mut result = limits_result(&user, &sent, &table, &told);
                form.get("confirm").clone_into(&mut result.confirm);
                form.get("word").clone_into(&mut result.word);
                Err(show_refused(&import_view(site, &user, &sent.said, Some(result), &why)))
            }
            Err(_) => again(&why),
        },
        Err(shiyan_app::Error::Refused(why)) => again(&why),
        Err(other) => Err(Err(other.into())),
    }
}

fn read_day(typed: &str) -> Result<Option<NaiveDate>, Refusal> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let bad = || Refusal::new(shiyan_app::code::DATE).with("label", "实施日期").with("label_en", "in force from").with("typed", typed).on("from");
    read_date(typed).map(Some).ok_or_else(bad)
}

#[get("/admin/limits/template.xlsx")]
async fn template(site: &State<Site>, user: User) -> Result<Download, Failure> {
    enter(&user, AdminTab::Limits)?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let lang = user.lang();
    let made = rocket::tokio::task::spawn_blocking(move || limit_table::template_xlsx(lang, &[])).await.map_err(|e| Failure::Fault(e.to_string()))?;
    Ok(Download::xlsx(made?, "limits-template.xlsx"))
}

// ---------------------------------------------------------------- re-judgement

fn limit_words(limit: Option<&LimitUsed>) -> (String, String) {
    limit.map_or_else(|| (String::new(), String::new()), |l| (l.text.clone(), format!("{} · {}", l.basis, l.id)))
}

fn rejudge_row(change: &LimitChange, user: &User) -> RejudgeRow {
    let lang = user.lang();
    let (then, then_basis) = limit_words(change.limit_then.as_ref());
    let (now, now_basis) = limit_words(change.limit_now.as_ref());
    let known = if change.food_now && change.limit_then == change.limit_now {
        user.t("；限量不变，现按食品和配料判定", "; the same limit, judged with food and ingredients now")
    } else {
        ""
    };
    let none = change.none_now.as_ref().map_or_else(String::new, |(zh, en)| lang.pick(zh, en).to_owned());
    RejudgeRow {
        food: change.food.clone(),
        no: change.sampling_no.clone(),
        href: format!("/bench/{}", change.order),
        state: order_badge(change.state, lang),
        item: change.analyte.clone(),
        result: change.result.clone(),
        then,
        then_basis,
        now,
        now_basis: if change.limit_now.is_some() { format!("{now_basis}{known}") } else { none },
        verdict_then: verdict_badge(change.verdict_then, lang),
        verdict_now: verdict_badge(change.verdict_now, lang),
        by_hand: change.by_hand,
        apply: if change.may_apply { Some((change.item.clone(), change.revision)) } else { None },
    }
}

async fn rejudge_view(site: &Site, user: &User, since: NaiveDate, why: &[Refusal]) -> Result<RejudgePage, Failure> {
    let list = site.app.rejudge(&user.actor, Some(since)).await?;
    let of = |rows: &[LimitChange], count: u64, orders: u64| RejudgeList {
        rows: rows.iter().take(LINES).map(|c| rejudge_row(c, user)).collect(),
        count,
        orders,
        more: count.saturating_sub(rows.len().min(LINES) as u64),
    };
    Ok(RejudgePage {
        p: user
            .page(site, "admin", user.t("复判", "Judge again"))
            .crumb(user.t("管理", "Admin"), "/admin")
            .crumb(user.t("限量", "Limits"), "/admin/limits")
            .crumb(user.t("复判", "Judge again"), "")
            .refused(why),
        filters: Filters { action: "/admin/limits/rejudge".to_owned(), day: Some(("since".to_owned(), since.to_string())), ..Filters::default() },
        since: shiyan_web_kit::ui::date(since),
        items: list.items,
        open: of(&list.open, list.open_count, list.orders.0),
        issued: of(&list.issued, list.issued_count, list.orders.1),
    })
}

/// A year back, when the address says nothing that is a day.
fn since_of(typed: Given<NaiveDate>, user: &User) -> NaiveDate {
    let today = user.now().date_naive();
    typed.known().filter(|d| *d <= today).unwrap_or_else(|| today.checked_sub_days(Days::new(365)).unwrap_or(today))
}

/// Samples are business records: an administrator, who may look at the limits, does not see them here.
fn may_rejudge(user: &User) -> Result<(), Failure> {
    if user.may(Act::Rejudge) { Ok(()) } else { Err(Failure::NotFound) }
}

#[get("/admin/limits/rejudge?<since>")]
async fn rejudge_page(site: &State<Site>, user: User, since: Given<NaiveDate>) -> Html {
    may_rejudge(&user)?;
    let _turn = user.turn(site, Lane::Papers).await?;
    show(&rejudge_view(site, &user, since_of(since, &user), &[]).await?)
}

#[post("/admin/limits/rejudge", data = "<form>")]
async fn apply(site: &State<Site>, user: User, form: Result<Sent<RejudgeForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    may_rejudge(&user).map_err(Err)?;
    let seen = form.get("rev").parse().unwrap_or(-1);
    let did = async { site.app.apply_limit(&user.actor, &form.read()?.item, seen, user.now()).await };
    match did.await {
        Ok(item) => {
            let verdict = item.verdict();
            let text = |lang: Lang| verdict.map_or(lang.pick("还没有结果", "no result yet"), |v| v.label(lang));
            Ok(done(
                "/admin/limits/rejudge",
                &format!("{} 已改用今天的限量：{}", item.analyte, text(Lang::Zh)),
                &format!("{} is judged by today’s limit: {}", item.analyte, text(Lang::En)),
            ))
        }
        Err(shiyan_app::Error::Refused(why)) => {
            let view = rejudge_view(site, &user, since_of(Given::Nothing, &user), &why).await.map_err(Err)?;
            Err(show_refused(&view))
        }
        Err(other) => Err(Err(other.into())),
    }
}

// ---------------------------------------------------------------- packages

/// What the address of the list asks for.
#[derive(Debug, Clone, Copy, Default)]
struct Asked<'a> {
    year: &'a str,
    q: &'a str,
    page: usize,
}

impl Asked<'_> {
    fn href(&self, without: &str) -> String {
        let pairs: Vec<String> =
            [("year", self.year), ("q", self.q)].iter().filter(|(k, v)| *k != without && !v.is_empty()).map(|(k, v)| format!("{k}={}", encoded(v))).collect();
        format!("/admin/packages?{}", pairs.join("&"))
    }
}

fn year_text(year: i32, user: &User) -> String {
    if year == 0 { user.t("不限年份", "Any year").to_owned() } else { year.to_string() }
}

fn state_of(package: &ItemPackage, user: &User) -> Badge {
    match (package.retired, package.draft) {
        (true, true) => Badge::new(Tone::Idle, user.t("不采用", "Rejected")),
        (true, false) => Badge::new(Tone::Idle, user.t("已替换", "Replaced")),
        (false, true) => Badge::new(Tone::Warn, user.t("待核对", "To be checked")),
        (false, false) => Badge::new(Tone::Pass, user.t("在用", "In use")),
    }
}

fn packages_table<'a>(user: &User, shown: impl Iterator<Item = &'a ItemPackage>) -> Table {
    let mut table = Table::new(&[
        user.t("食品分类", "Food category"),
        user.t("年份", "Year"),
        &format!("#{}", user.t("项目", "Items")),
        &format!("#{}", user.t("任务限量", "Limits of the task")),
        user.t("状态", "State"),
    ]);
    table.empty = user.t("没有项目包；导入抽检计划或模板", "No package; import the sampling plan or the template").to_owned();
    for p in shown {
        table.push(vec![
            Cell::link(p.category.0.join(" / "), format!("/admin/packages/{}", encoded(&p.key))),
            Cell::from(year_text(p.year, user)),
            (p.items.len() as u64).into(),
            (p.items.iter().filter(|i| i.limit.is_some()).count() as u64).into(),
            state_of(p, user).into(),
        ]);
    }
    table
}

fn packages_form(user: &User, open: bool) -> Form<'static> {
    Form {
        title: ("导入检验项目包", "Import item packages"),
        action: "/admin/packages",
        button: ("试运行", "Dry run"),
        fields: vec![
            FieldView::number("year", user.t("年份", "Year"), "").required().with(user.now().year().to_string()),
            FieldView::file("file", user.t("项目包文件（xlsx 或 csv，8 MB 以内）", "File of packages (xlsx or csv, up to 8 MB)")).required().hint(user.t(
                "本系统的模板，或抽检计划的版式；计划里的限量不随项目包导入",
                "Our template, or the layout of the plan; the limits of the plan do not come with the packages",
            )),
            hidden_box(user),
        ],
        open,
    }
}

async fn packages_view(site: &Site, user: &User, asked: Asked<'_>, result: Option<ImportResult>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let mut all = site.app.packages().await?;
    // what is in use first, then the drafts that wait
    all.sort_by(|a, b| (a.draft, b.year, a.retired, &a.category).cmp(&(b.draft, a.year, b.retired, &b.category)));
    let mut years: Vec<i32> = all.iter().map(|p| p.year).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    let fits = |p: &&ItemPackage| {
        (asked.year.is_empty() || p.year.to_string() == asked.year)
            && (asked.q.is_empty() || p.category.text().contains(asked.q) || p.items.iter().any(|i| i.analyte.contains(asked.q)))
    };
    let found: Vec<&ItemPackage> = all.iter().filter(fits).collect();
    let pages = found.len().div_ceil(ROWS).max(1);
    let at = asked.page.clamp(1, pages);
    let first = (at - 1) * ROWS;
    let table = packages_table(user, found.iter().skip(first).take(ROWS).copied());
    let form = writes(user).then(|| packages_form(user, !why.is_empty()));
    let lead = (
        "收样时按抽样年份取项目包：本年没有的取最近的上一年，同一年里取最具体的食品。检验任务记住它用的项目包；改动是新的项目包，原来的不改写。任务自定的限量高于限量库。",
        "Reception takes the package of the sampling year, or of the latest year before it, and within it the most specific food. An order remembers its package; a change is a new package and the former one is never edited. A limit that the task sets stands above the library.",
    );
    let mut view = table_page(site, user, AdminTab::Packages, lead, FactGroup::default(), vec![table], form, why);
    view.result = result;
    view.filters = Some(Filters {
        action: "/admin/packages".to_owned(),
        q: Some(asked.q.to_owned()),
        hint: user.t("食品、检验项目", "Food, item").to_owned(),
        selects: vec![FilterSelect {
            key: "year",
            label: user.t("年份", "Year").to_owned(),
            options: years.iter().map(|y| Choice::new(y.to_string(), year_text(*y, user))).collect(),
            value: asked.year.to_owned(),
        }],
        chips: [("year", asked.year), ("q", asked.q)]
            .iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| Chip { label: (*v).to_owned(), remove: asked.href(k) })
            .collect(),
        total: num(found.len() as u64),
        ..Filters::default()
    });
    view.pager = Pager {
        prev: if at > 1 { format!("{}&page={}", asked.href(""), at - 1) } else { String::new() },
        next: if at < pages { format!("{}&page={}", asked.href(""), at + 1) } else { String::new() },
        range: if found.len() > ROWS { format!("{}–{}", first + 1, (first + ROWS).min(found.len())) } else { String::new() },
    };
    view.actions = vec![ActionView::link(user.t("下载项目包模板", "Download the template"), "/admin/packages/template.xlsx").with_icon("download")];
    Ok(view)
}

#[get("/admin/packages?<year>&<q>&<page>")]
async fn packages(site: &State<Site>, user: User, year: Option<&str>, q: Option<&str>, page: Option<usize>) -> Html {
    enter(&user, AdminTab::Packages)?;
    let q: String = q.unwrap_or_default().trim().chars().take(60).collect();
    let asked = Asked { year: year.unwrap_or_default().trim(), q: &q, page: page.unwrap_or(1) };
    show(&packages_view(site, &user, asked, None, &[]).await?)
}

fn packages_result(user: &User, sent: &Tried, table: &PackageTable, told: &PackagesImported) -> ImportResult {
    let lang = user.lang();
    let c = table.counts;
    let total = |zh, en, n: u64, tone| (user.t(zh, en).to_owned(), n, tone);
    let mut list = Table::new(&[user.t("食品分类", "Food category"), &format!("#{}", user.t("项目", "Items")), user.t("前几个项目", "First items")]);
    list.caption = user.t("读到的项目包（示例）", "Packages read, a sample").to_owned();
    for p in table.packages.iter().take(SHOWN) {
        let first: Vec<&str> = p.items.iter().take(6).map(|i| i.item.as_str()).collect();
        list.push(vec![Cell::from(p.category.0.join(" / ")), (p.items.len() as u64).into(), Cell::from(first.join(user.t("、", ", ")))]);
    }
    let mut issues: Vec<ImportIssue> = table.notes.iter().chain(&table.issues).take(LISTED).map(|i| issue_view(i, lang)).collect();
    issues.extend(more(table.notes.len() + table.issues.len(), LISTED, lang));
    ImportResult {
        file: sent.name.clone(),
        include_hidden: sent.hidden == Hidden::Take,
        dry_run: true,
        totals: vec![
            total("行读到", "rows read", c.rows, Tone::Idle),
            total("个项目包", "packages", c.packages, Tone::Pass),
            total("个项目", "items", c.items, Tone::Pass),
            total("行重复", "rows repeated", c.repeated, Tone::Idle),
            total("行不写入", "rows left out", c.refused, if c.refused > 0 { Tone::Fail } else { Tone::Idle }),
            total("个项目没有单位", "items without a unit", c.without_unit, if c.without_unit > 0 { Tone::Warn } else { Tone::Idle }),
            total("个新项目包", "new packages", told.new as u64, Tone::Info),
            total("个替换原有", "replace earlier ones", told.replaced as u64, Tone::Idle),
        ],
        issues,
        confirm: String::new(),
        confirm_word: String::new(),
        confirm_label: match lang {
            Lang::Zh => format!("写入 {} 年 {} 个项目包", told.year, told.new),
            Lang::En => plural(&format!("Write {} (package|packages) for {}", told.new, told.year)),
        },
        tables: vec![list],
        ..ImportResult::default()
    }
}

#[post("/admin/packages", data = "<form>")]
async fn import_packages(site: &State<Site>, user: User, form: Result<Sent<PackagesForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Packages).map_err(Err)?;
    if let Err(error) = App::may_import_limits(&user.actor) {
        return Err(Err(error.into()));
    }
    match packages_posted(site, &user, &form).await {
        Ok(on) => Ok(on),
        Err(Ok(why)) => Err(match packages_view(site, &user, Asked::default(), None, &why).await {
            Ok(view) => show_refused(&view),
            Err(failure) => Err(failure),
        }),
        Err(Err(html)) => Err(html),
    }
}

/// On to the list, what was refused, or the page of the dry run.
async fn packages_posted(site: &Site, user: &User, form: &Sent<PackagesForm>) -> Result<Flash<Redirect>, Result<Vec<Refusal>, Html>> {
    let said = async { PACKAGES.file(site, user, form, &form.read()?.year).await };
    let sent = said.await.map_err(|error| match error {
        shiyan_app::Error::Refused(why) => Ok(why),
        other => Err(Err(other.into())),
    })?;
    let year = sent.said.parse::<i32>().map_err(|_| Ok(vec![Refusal::new(shiyan_app::code::YEAR).with("typed", &sent.said).on("year")]))?;
    let _turn = user.turn(site, Lane::Papers).await.map_err(|f| Err(Err(f)))?;
    let (bytes, name, hidden) = (sent.bytes.clone(), sent.name.clone(), sent.hidden);
    let read = rocket::tokio::task::spawn_blocking(move || package_file(&bytes, &name, hidden)).await.map_err(|e| Err(Err(Failure::Fault(e.to_string()))))?;
    let (file, table) = read.map_err(|why| Ok(vec![why]))?;
    match site.app.import_packages(&user.actor, &file, year, !sent.confirmed, user.now()).await {
        Ok(told) if sent.confirmed => Ok(done(
            format!("/admin/packages?year={year}"),
            &format!("已写入 {} 个项目包，{} 个没有变化", told.new, told.known),
            &format!("{} (package was|packages were) written; {} (is|are) unchanged", told.new, told.known),
        )),
        Ok(told) => {
            let mut result = packages_result(user, &sent, &table, &told);
            if told.new > 0 {
                result.confirm = PACKAGES.keep(site, user, &sent).await.map_err(|f| Err(Err(f)))?;
            }
            let view = packages_view(site, user, Asked::default(), Some(result), &[]).await.map_err(|f| Err(Err(f)))?;
            Err(Err(show(&view)))
        }
        Err(shiyan_app::Error::Refused(why)) => Err(Ok(why)),
        Err(other) => Err(Err(Err(other.into()))),
    }
}

#[get("/admin/packages/template.xlsx")]
async fn packages_template(site: &State<Site>, user: User) -> Result<Download, Failure> {
    enter(&user, AdminTab::Packages)?;
    let _turn = user.turn(site, Lane::Papers).await?;
    let lang = user.lang();
    let made = rocket::tokio::task::spawn_blocking(move || package_table::template_xlsx(lang)).await.map_err(|e| Failure::Fault(e.to_string()))?;
    Ok(Download::xlsx(made?, "packages-template.xlsx"))
}

/// The items of one package, each with what judges it.
fn items_table(user: &User, package: &ItemPackage) -> Table {
    let mut table = Table::new(&[
        &format!("#{}", user.t("序号", "No.")),
        user.t("检验项目", "Item"),
        user.t("结果单位", "Unit"),
        user.t("检验依据", "Method"),
        user.t("判定依据", "Judged by"),
    ]);
    table.caption = package.category.0.join(" / ");
    for (n, item) in (1_u64..).zip(&package.items) {
        let basis = item.limit.as_ref().map_or(Cell::from(item.basis.clone()), |l| {
            let used = LimitUsed::task(&package.key, &l.rule, &l.unit, &l.basis, None);
            Cell::Two(used.text, l.basis.clone())
        });
        table.push(vec![n.into(), Cell::from(item.analyte.clone()), Cell::from(item.unit.clone()), Cell::from(item.method.clone()), basis]);
    }
    table
}

/// 核对 what the quality manager says of a draft, signed.
fn check_form(user: &User, typed: Option<&Posted>) -> Form<'static> {
    let said = |key: &str| typed.map_or_else(String::new, |form| form.get(key).to_owned());
    Form {
        title: ("核对并签名", "Check and sign"),
        action: "",
        button: ("签名并处理", "Sign and carry out"),
        fields: vec![
            FieldView::select(
                "to",
                user.t("处理", "Outcome"),
                vec![
                    Choice::new("use", user.t("与正式印发的细则一致，启用", "As in the printed rules: put to use")),
                    Choice::new("reject", user.t("不采用", "Not used: reject")),
                ],
            )
            .with(said("to"))
            .required(),
            FieldView::area("statement", user.t("核对声明", "Statement"))
                .with(said("statement"))
                .hint(user.t("对照的细则文本、页码", "Which text of the rules, which pages"))
                .required(),
            FieldView {
                autocomplete: "current-password",
                ..FieldView::new(FieldKind::Password, "password", user.t("本人密码（签名）", "Your password (signature)"))
            }
            .required(),
        ],
        open: typed.is_some(),
    }
}

async fn package_view(site: &Site, user: &User, key: &str, typed: Option<&Posted>, why: &[Refusal]) -> Result<AdminTablePage, Failure> {
    let package = site.app.package(key).await?;
    let mut facts = vec![
        Fact::new(user.t("年份", "Year"), year_text(package.year, user)),
        Fact::new(user.t("状态", "State"), Cell::Badge(state_of(&package, user))),
        Fact::new(user.t("编号", "Key"), Cell::Code(package.key.clone())),
        Fact::new(user.t("来源", "Source"), package.source.clone()),
    ];
    if let Some(check) = &package.checked {
        let day = shiyan_web_kit::ui::date(check.at.date_naive());
        facts.push(Fact::new(user.t("核对", "Checked"), format!("{} {day}{}{}", check.by, user.t("：", ": "), check.statement)));
    }
    let facts = FactGroup { title: String::new(), facts };
    let lead = if package.waits() {
        (
            "草案，整理自第三方资料，收样时不取用。质量负责人对照正式印发的实施细则核对项目、检验方法和判定依据后启用；与细则不符的不采用，另行导入。限量本身仍由限量库给出。",
            "A draft from a third party; no order takes it. The quality manager compares items, methods and standards with the printed rules and puts it to use; what differs is rejected and imported anew. The limits themselves come from the library.",
        )
    } else {
        ("收样时检验任务从这里取项目，并记住这个编号。", "An order takes its items from here when the sample is received, and remembers the key.")
    };
    let action = format!("/admin/packages/{}/check", encoded(&package.key));
    let form = (package.waits() && writes(user)).then(|| check_form(user, typed));
    let mut view = table_page(site, user, AdminTab::Packages, lead, facts, vec![items_table(user, &package)], form, why);
    if !view.form.is_empty() {
        view.form_action = action;
    }
    view.actions = vec![ActionView::link(user.t("回到项目包", "Back to the packages"), "/admin/packages").with_icon("back")];
    Ok(view)
}

#[get("/admin/packages/<key>")]
async fn package(site: &State<Site>, user: User, key: &str) -> Html {
    enter(&user, AdminTab::Packages)?;
    show(&package_view(site, &user, key, None, &[]).await?)
}

shapes! {
    /// 核对声明 as typed.
    WordForm { statement: 2000 "核对声明" / "statement", password: 1024 "本人密码" / "your password" }
    /// 确认写入 as typed.
    ImportForm { from: 40 "实施日期" / "in force from", word: 500 "理由" / "why" }
    /// 项目包文件 as said of it.
    PackagesForm { year: 20 "年度" / "year" }
    /// 重新判定 which item.
    RejudgeForm { item: 64 "检验项目" / "item" }
}

#[post("/admin/packages/<key>/check", data = "<form>")]
async fn check_package(site: &State<Site>, user: User, key: &str, form: Result<Sent<WordForm>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    enter(&user, AdminTab::Packages).map_err(Err)?;
    let did = async {
        let typed: WordForm = form.read()?;
        let said = PackageWord { accept: form.get("to") == "use", text: &typed.statement, password: &typed.password };
        site.app.check_package(&user.account, &user.token, key, said, user.now()).await
    };
    match did.await {
        Ok(package) if package.retired => Ok(done("/admin/packages", "项目包未采用", "The package was rejected")),
        Ok(package) => Ok(done(
            format!("/admin/packages/{}", encoded(&package.key)),
            &format!("项目包已启用：{} 个项目", package.items.len()),
            &format!("The package is in use: {} (item|items)", package.items.len()),
        )),
        Err(shiyan_app::Error::Refused(why)) => Err(show_refused(&package_view(site, &user, key, Some(&form), &why).await.map_err(Err)?)),
        Err(other) => Err(Err(other.into())),
    }
}

#[cfg(test)]
mod tests;
