//! 数据交换 the page of the standard sample description: results of reports in force as SSD2 or csv, and a file of results checked row by row
//! before it is used or sent on. Nothing is written.

use rocket::http::{ContentType, Header};
use rocket::{Route, State, get, post, routes};
use shiyan_exchange::Severity;
use shiyan_exchange::ssd2::{self, Finding, Ssd};
use shiyan_foundation::{Label, Lang, NaiveDate, Refusal};
use shiyan_imports::ssd2::Exported;

use crate::views::{Cell, ExchangePage, Fact, FactGroup, FieldView, Link, Table};
use shiyan_web_kit::answer::{Download, Html, show, show_refused};
use shiyan_web_kit::dry_run::Trial;
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::room;
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::shape::Bare;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone};

/// Routes of this page.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![home, check, xml, csv]
}

const HOME: &str = "/exchange/ssd2";
/// Lines of a table of findings, or of what was left out, that are shown.
const SHOWN: usize = 300;
const CHECKED: Trial = Trial { purpose: "ssd2", most: 8, called: ("结果文件", "file of results") };

/// A file to be saved, with the hash of its bytes in the head of the answer.
#[derive(Debug, rocket::Responder)]
pub struct Hashed {
    body: Download,
    hash: Header<'static>,
}

impl Hashed {
    fn of(bytes: Vec<u8>, kind: ContentType, name: &str) -> Self {
        let hash = Header::new("X-Content-SHA256", shiyan_app::sha256_hex(&bytes));
        Self { body: Download::new(bytes, kind, name), hash }
    }
}

fn day(typed: Option<&str>, usual: NaiveDate, label: (&str, &str), field: &str) -> Result<NaiveDate, Failure> {
    let Some(typed) = typed.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(usual) };
    let typed: String = typed.chars().take(40).collect();
    let refusal = || Refusal::new(shiyan_app::code::DATE).with("label", label.0).with("label_en", label.1).with("typed", &typed).on(field);
    Ok(typed.parse().map_err(|_| refusal())?)
}

/// 起止日期 as typed, or this year up to today.
///
/// # Errors
/// Not a day.
pub fn asked(user: &User, from: Option<&str>, to: Option<&str>) -> Result<(NaiveDate, NaiveDate), Failure> {
    use chrono::Datelike;
    let today = user.now().date_naive();
    let first = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    Ok((day(from, first, ("签发起日", "first day of issue"), "from")?, day(to, today, ("签发止日", "last day of issue"), "to")?))
}

fn facts(user: &User, of: &Exported) -> Result<FactGroup, Failure> {
    let lang = user.lang();
    let number = |n: usize| shiyan_web_kit::ui::num(n as u64);
    let mut facts = vec![
        Fact::new(user.t("口径", "Extent"), of.extent.told(lang)),
        Fact::new(user.t("检验任务", "Orders"), number(of.orders)),
        Fact::new(user.t("可导出的结果", "Results exported"), number(of.lines.len())),
        Fact::new(user.t("未导出的结果", "Results left out"), number(of.left_out.len())),
        Fact::new(user.t("结果指纹（csv 的 SHA-256）", "SHA-256 of the results as csv"), Cell::Code(of.sha256()?)),
    ];
    if of.demo > 0 {
        let told = Badge::new(Tone::Warn, user.t("含演示数据，没有效力", "Holds demonstration data, not valid"));
        facts.push(Fact::new(user.t("演示数据", "Demonstration data"), Cell::Badge(told)));
    }
    Ok(FactGroup { title: user.t("将要导出的结果", "What will be exported").to_owned(), facts })
}

fn left_out(user: &User, of: &Exported) -> Option<Table> {
    if of.left_out.is_empty() {
        return None;
    }
    let mut table = Table::new(&[user.t("样品", "Sample"), user.t("检验项目", "Item"), user.t("未导出的理由", "Why it is left out")]);
    table.caption = user.t("未导出的结果", "Results left out").to_owned();
    for left in of.left_out.iter().take(SHOWN) {
        table.push(vec![left.sample.as_str().into(), left.analyte.as_str().into(), left.why.label(user.lang()).into()]);
    }
    table.note = not_shown(user, of.left_out.len());
    Some(table)
}

fn not_shown(user: &User, all: usize) -> String {
    match (all.saturating_sub(SHOWN), user.lang()) {
        (0, _) => String::new(),
        (more, Lang::Zh) => format!("另有 {more} 条没有列出"),
        (more, Lang::En) => format!("{more} more are not listed"),
    }
}

fn found(user: &User, file: &Ssd) -> (FactGroup, Table) {
    let lang = user.lang();
    let number = |n: u64| shiyan_web_kit::ui::num(n);
    let verdict = match file.accepted() {
        true => Badge::new(Tone::Pass, user.t("没有错误", "No error")).with_icon("check"),
        false => Badge::new(Tone::Fail, user.t("有错误，不能采用", "Refused")).with_icon("x"),
    };
    let facts = vec![
        Fact::new(user.t("结论", "Outcome"), Cell::Badge(verdict)),
        Fact::new(user.t("格式", "Layout"), file.model.label(lang)),
        Fact::new(user.t("读到的结果", "Results read"), number(file.rows.len() as u64)),
        Fact::new(user.t("有错误的结果", "Results refused"), number(file.refused_rows() as u64)),
        Fact::new(user.t("错误 / 提示", "Errors / notes"), format!("{} / {}", number(file.errors), number(file.warnings))),
    ];
    let heads = [user.t("位置", "Place"), user.t("元素", "Element"), user.t("读到的内容", "Content read"), user.t("问题和下一步", "Problem and next step")];
    let mut table = Table::new(&heads);
    table.caption = user.t("逐行问题", "Problems by row").to_owned();
    let place = |f: &Finding| match (f.letter.is_empty(), lang) {
        (true, Lang::Zh) if file.message.is_some() => format!("第 {} 条，第 {} 行", f.row, f.line),
        (true, Lang::En) if file.message.is_some() => format!("result {}, line {}", f.row, f.line),
        (_, Lang::Zh) => format!("第 {} 行 {} 列", f.row, f.letter),
        (_, Lang::En) => format!("row {}, column {}", f.row, f.letter),
    };
    for f in file.findings.iter().take(SHOWN) {
        let text = lang.pick(&f.zh, &f.en);
        let tone = if f.severity == Severity::Error { Tone::Fail } else { Tone::Warn };
        table.push(vec![
            place(f).into(),
            Cell::Two(f.element.clone(), f.element_code.clone()),
            Cell::Code(f.value.clone()),
            Cell::Two(format!("[{}] {text}", f.code), lang.pick(&f.next_zh, &f.next_en).to_owned()),
        ]);
        if let Some(row) = table.rows.last_mut() {
            row.tone = Some(tone);
        }
    }
    let all = usize::try_from(file.errors + file.warnings).unwrap_or(usize::MAX);
    table.note = not_shown(user, all);
    table.empty = user.t("没有发现问题。", "Nothing was found.").to_owned();
    (FactGroup { title: format!("{} {}", user.t("校验结果", "What was found in"), file.file), facts }, table)
}

fn view(site: &Site, user: &User, (from, to): (NaiveDate, NaiveDate), why: &[Refusal]) -> ExchangePage {
    let title = user.t("数据交换（SSD2）", "Exchange (SSD2)");
    ExchangePage {
        p: user
            .page(site, "bench", title)
            .crumb(user.t("检验台", "Bench"), "/bench")
            .crumb(user.t("检验报告", "Test reports"), "/reports")
            .crumb(title, "")
            .refused(why),
        fields: vec![
            FieldView::date("from", user.t("签发起日", "Issued from")).with(from.to_string()).required(),
            FieldView::date("to", user.t("签发止日", "Issued to")).with(to.to_string()).required(),
        ],
        facts: None,
        left_out: None,
        downloads: Vec::new(),
        checked: None,
        findings: None,
    }
}

#[get("/exchange/ssd2?<from>&<to>")]
async fn home(site: &State<Site>, user: User, from: Option<&str>, to: Option<&str>) -> Html {
    room(&user)?;
    let span = asked(&user, from, to)?;
    let mut page = view(site, &user, span, &[]);
    if from.is_none() && to.is_none() {
        return show(&page);
    }
    let _turn = user.turn(site, Lane::Papers).await?;
    match Exported::read(&site.app, &user.actor, span.0, span.1, user.now()).await {
        Ok(all) => {
            let query = format!("from={}&to={}", span.0, span.1);
            page.facts = Some(facts(&user, &all)?);
            page.left_out = left_out(&user, &all);
            page.downloads = vec![
                Link::new(user.t("下载 SSD2（xml）", "Download SSD2 (xml)"), format!("{HOME}/results.xml?{query}")),
                Link::new(user.t("下载同样的行（csv）", "Download the same rows (csv)"), format!("{HOME}/results.csv?{query}")),
            ];
            show(&page)
        }
        Err(shiyan_app::Error::Refused(why)) => show_refused(&view(site, &user, span, &why)),
        Err(other) => Err(other.into()),
    }
}

async fn exported(site: &Site, user: &User, from: Option<&str>, to: Option<&str>) -> Result<(Exported, String), Failure> {
    room(user)?;
    let (from, to) = asked(user, from, to)?;
    let _turn = user.turn(site, Lane::Papers).await?;
    Ok((Exported::read(&site.app, &user.actor, from, to, user.now()).await?, format!("ssd2-{from}-{to}")))
}

#[get("/exchange/ssd2/results.xml?<from>&<to>")]
async fn xml(site: &State<Site>, user: User, from: Option<&str>, to: Option<&str>) -> Result<Hashed, Failure> {
    let (all, name) = exported(site, &user, from, to).await?;
    Ok(Hashed::of(all.xml(&site.body(Lang::Zh)), ContentType::XML, &format!("{name}.xml")))
}

#[get("/exchange/ssd2/results.csv?<from>&<to>")]
async fn csv(site: &State<Site>, user: User, from: Option<&str>, to: Option<&str>) -> Result<Hashed, Failure> {
    let (all, name) = exported(site, &user, from, to).await?;
    Ok(Hashed::of(all.csv()?, ContentType::CSV, &format!("{name}.csv")))
}

#[post("/exchange/ssd2", data = "<form>")]
async fn check(site: &State<Site>, user: User, form: Result<Sent<Bare>, Failure>) -> Html {
    let form = form?;
    room(&user)?;
    let span = asked(&user, None, None)?;
    let sent = match CHECKED.file(site, &user, &form, "").await {
        Ok(sent) => sent,
        Err(shiyan_app::Error::Refused(why)) => return show_refused(&view(site, &user, span, &why)),
        Err(other) => return Err(other.into()),
    };
    let _turn = user.turn(site, Lane::Papers).await?;
    let today = user.now().date_naive();
    let read = rocket::tokio::task::spawn_blocking(move || ssd2::read(&sent.bytes, &sent.name, today)).await.map_err(|e| Failure::Fault(e.to_string()))?;
    match read {
        Ok(file) => {
            let mut page = view(site, &user, span, &[]);
            let (facts, table) = found(&user, &file);
            page.checked = Some(facts);
            page.findings = Some(table);
            show(&page)
        }
        Err(refusal) => show_refused(&view(site, &user, span, &[refusal])),
    }
}
