//! 已公布结果 what other notices published: import with a dry run, list, totals.

use std::collections::BTreeMap;

use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};
use shiyan_app::App;
use shiyan_exchange::book::Hidden;
use shiyan_foundation::{Act, Lang, Refusal};

use crate::views::{Cell, Chip, Choice, FigureCard, FilterSelect, Filters, ImportIssue, ImportPublished, ImportResult, Pager, PublishedPage, Row, Table};
use shiyan_imports::published::published_file;
use shiyan_web_kit::answer::{Html, done, show, show_refused};
use shiyan_web_kit::dry_run::{Trial, issue_view};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::reads;
use shiyan_web_kit::posted::Sent;
use shiyan_web_kit::shape::Bare;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::{Badge, Tone, num};

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, import_page, import]
}

/// How many rows of each verdict.
type Verdicts<'a> = BTreeMap<&'a str, u64>;

fn verdict_named(verdict: &str, user: &User) -> String {
    if verdict.is_empty() { user.t("未写判定", "No verdict").to_owned() } else { verdict_text(verdict, user.lang()) }
}

fn categories_table(user: &User, by_category: &BTreeMap<&str, Verdicts<'_>>, verdicts: &Verdicts<'_>) -> Table {
    let all: u64 = verdicts.values().sum();
    let mut heads = vec![user.t("分类", "Category").to_owned(), format!("#{}", user.t("全部", "All"))];
    heads.extend(verdicts.keys().map(|v| format!("#{}", verdict_named(v, user))));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut categories = Table::new(&heads);
    categories.caption = user.t("按分类和判定", "By category and verdict").to_owned();
    for (category, counts) in by_category {
        let mut cells = vec![Cell::from(if category.is_empty() { user.t("未写分类", "No category") } else { category }), counts.values().sum::<u64>().into()];
        cells.extend(verdicts.keys().map(|v| Cell::from(counts.get(v).copied().unwrap_or(0))));
        categories.push(cells);
    }
    if !categories.rows.is_empty() {
        categories.foot = [Cell::from(user.t("合计", "Total")), all.into()].into_iter().chain(verdicts.values().map(|n| Cell::from(*n))).collect();
    }
    categories
}

fn results_table(user: &User, rows: &[shiyan_app::records::PublishedResult]) -> Table {
    let mut table = Table::new(&[
        user.t("食品", "Food"),
        user.t("分类", "Category"),
        user.t("标称生产企业", "Labelled producer"),
        user.t("被抽样单位", "Sampled operator"),
        user.t("不合格项目 ║ 结果 ║ 标准值", "Item ║ result ║ limit"),
        user.t("判定", "Verdict"),
        user.t("发布", "Published"),
    ]);
    table.caption = user.t("公布的结果", "Published results").to_owned();
    table.empty = user.t("没有符合条件的结果；先导入公告表", "No results; import a notice first").to_owned();
    if rows.len() >= 100 {
        table.note = user.t("只列出最新 100 行，用查找或判定缩小范围", "Only the newest 100 rows are listed; narrow the search").to_owned();
    }
    for r in rows {
        let items = r.items.iter().map(|i| i.iter().filter(|x| !x.is_empty()).cloned().collect::<Vec<_>>().join(" ║ ")).collect::<Vec<_>>().join("；");
        let tone = if r.verdict == "合格" { Tone::Pass } else { Tone::Fail };
        table.rows.push(Row {
            cells: vec![
                Cell::from(r.product.clone()),
                Cell::from(r.category.clone()),
                Cell::from(r.producer.clone()),
                Cell::from(r.site.clone()),
                Cell::from(items),
                Badge::new(if r.verdict.is_empty() { Tone::Idle } else { tone }, verdict_named(&r.verdict, user)).into(),
                Cell::from(r.published_on.clone()),
            ],
            tone: None,
        });
    }
    table
}

#[get("/published?<q>&<verdict>")]
async fn list(site: &State<Site>, user: User, q: Option<&str>, verdict: Option<&str>) -> Html {
    reads(&user, Act::ReadStatistics)?;
    let q = q.unwrap_or_default().trim().chars().take(60).collect::<String>();
    let verdict = verdict.unwrap_or_default();
    let (totals, rows) = site.app.read_published(&user.actor, &q, verdict).await?;
    let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_category: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for t in &totals {
        let n = u64::try_from(t.n).unwrap_or(0);
        *verdicts.entry(&t.verdict).or_default() += n;
        *by_category.entry(&t.category).or_default().entry(&t.verdict).or_default() += n;
    }
    let all: u64 = verdicts.values().sum();
    let named = |v: &str| verdict_named(v, &user);
    let figure = |name: String, value: u64| FigureCard { name, value: num(value), unit: user.t("行", "rows").to_owned(), ..FigureCard::default() };
    let mut figures = vec![figure(user.t("全部", "All").to_owned(), all)];
    figures.extend(verdicts.iter().map(|(v, n)| figure(named(v), *n)));
    let mut chips = Vec::new();
    if !q.is_empty() {
        chips.push(Chip { label: q.clone(), remove: format!("/published?verdict={}", encoded(verdict)) });
    }
    if !verdict.is_empty() {
        chips.push(Chip { label: named(verdict), remove: format!("/published?q={}", encoded(&q)) });
    }
    show(&PublishedPage {
        p: user
            .page(site, "stats", user.t("已公布结果", "Published results"))
            .crumb(user.t("统计", "Statistics"), "/stats")
            .crumb(user.t("已公布结果", "Published results"), ""),
        filters: Filters {
            action: "/published".to_owned(),
            q: Some(q),
            hint: user.t("食品、企业、分类", "Food, producer, category").to_owned(),
            selects: vec![FilterSelect {
                key: "verdict",
                label: user.t("判定", "Verdict").to_owned(),
                options: verdicts.keys().filter(|v| !v.is_empty()).map(|v| Choice::new(*v, named(v))).collect(),
                value: verdict.to_owned(),
            }],
            chips,
            ..Filters::default()
        },
        figures: if all == 0 { Vec::new() } else { figures },
        by_category: categories_table(&user, &by_category, &verdicts),
        table: results_table(&user, &rows),
        pager: Pager::default(),
        may_import: App::may_import(&user.actor).is_ok(),
    })
}

fn verdict_text(verdict: &str, lang: Lang) -> String {
    use shiyan_foundation::Label;
    shiyan_foundation::task::Outcome::parse(verdict).map_or_else(|| verdict.to_owned(), |o| o.label(lang).to_owned())
}

fn view(site: &Site, user: &User, result: Option<ImportResult>, why: &[Refusal]) -> ImportPublished {
    ImportPublished {
        p: user
            .page(site, "stats", user.t("导入已公布结果", "Import published results"))
            .crumb(user.t("统计", "Statistics"), "/stats")
            .crumb(user.t("已公布结果", "Published results"), "/published")
            .crumb(user.t("导入", "Import"), "")
            .refused(why),
        result,
    }
}

#[get("/published/import")]
fn import_page(site: &State<Site>, user: User) -> Html {
    reads(&user, Act::ReadStatistics)?;
    App::may_import(&user.actor)?;
    show(&view(site, &user, None, &[]))
}

/// Rows by category and verdict, as they will be stored.
fn totals_table(user: &User, file: &shiyan_app::imports::PublishedFile) -> Table {
    let mut counts: BTreeMap<&str, [u64; 4]> = BTreeMap::new();
    for row in &file.rows {
        let c = counts.entry(&row.category).or_default();
        c[0] += 1;
        c[match row.verdict.as_str() {
            "合格" => 1,
            "不合格" => 2,
            _ => 3,
        }] += 1;
    }
    let num = |zh, en| format!("#{}", user.t(zh, en));
    let mut table =
        Table::new(&[user.t("分类", "Category"), &num("行", "Rows"), &num("合格", "Conforming"), &num("不合格", "Nonconforming"), &num("其他", "Other")]);
    table.caption = user.t("按分类", "By category").to_owned();
    let mut sum = [0; 4];
    for (category, n) in counts {
        for (all, one) in sum.iter_mut().zip(n) {
            *all += one;
        }
        table.push(
            std::iter::once(Cell::from(if category.is_empty() { user.t("未写分类", "No category") } else { category })).chain(n.map(Cell::from)).collect(),
        );
    }
    table.foot = std::iter::once(Cell::from(user.t("合计", "Total"))).chain(sum.map(Cell::from)).collect();
    table
}

const PUBLISHED: Trial = Trial { purpose: "published", most: 8, called: ("公布结果文件", "file of published results") };

/// The first five hundred findings, and how many are not listed.
fn shown(issues: &[shiyan_exchange::Issue], lang: Lang) -> Vec<ImportIssue> {
    let mut shown: Vec<ImportIssue> = issues.iter().take(500).map(|i| issue_view(i, lang)).collect();
    if issues.len() > 500 {
        shown.push(ImportIssue {
            text: match lang {
                Lang::Zh => format!("另有 {} 条问题没有列出", issues.len() - 500),
                Lang::En => format!("{} more findings are not listed", issues.len() - 500),
            },
            tone: Tone::Warn,
            ..ImportIssue::default()
        });
    }
    shown
}

#[post("/published/import", data = "<form>")]
async fn import(site: &State<Site>, user: User, form: Result<Sent<Bare>, Failure>) -> Result<Flash<Redirect>, Html> {
    let form = form.map_err(Err)?;
    reads(&user, Act::ReadStatistics).map_err(Err)?;
    let again = |why: &[Refusal]| Err(show_refused(&view(site, &user, None, why)));
    if let Err(error) = App::may_import(&user.actor) {
        return Err(Err(error.into()));
    }
    let sent = match PUBLISHED.file(site, &user, &form, "").await {
        Ok(sent) => sent,
        Err(shiyan_app::Error::Refused(why)) => return again(&why),
        Err(other) => return Err(Err(other.into())),
    };
    let _turn = user.turn(site, Lane::Papers).await.map_err(Err)?;
    let hidden = sent.hidden;
    let (read_name, read_bytes) = (sent.name.clone(), sent.bytes.clone());
    let read =
        rocket::tokio::task::spawn_blocking(move || published_file(&read_bytes, &read_name, hidden)).await.map_err(|e| Err(Failure::Fault(e.to_string())))?;
    let (file, issues) = match read {
        Ok(read) => read,
        Err(refusal) => return again(&[refusal]),
    };
    if sent.confirmed {
        return match site.app.import_published(&user.actor, &file, user.now()).await {
            Ok(i) => {
                Ok(done("/published", &format!("新增 {} 行，已有 {} 行未改动", i.new, i.known), &format!("{} new rows; {} were there already", i.new, i.known)))
            }
            Err(shiyan_app::Error::Refused(why)) => again(&why),
            Err(other) => Err(Err(other.into())),
        };
    }
    let preview = site.app.preview_published(&user.actor, &file, user.now()).await.map_err(|e| Err(Failure::from(e)))?;
    let refused = file.totals.get("refused").and_then(serde_json::Value::as_u64).unwrap_or(0);
    let verdict = |v: &str| file.rows.iter().filter(|r| r.verdict == v).count() as u64;
    let lang = user.lang();
    let result = ImportResult {
        totals: vec![
            (user.t("行读到", "rows read").to_owned(), file.rows.len() as u64 + refused, Tone::Idle),
            (user.t("行合格", "conforming").to_owned(), verdict("合格"), Tone::Pass),
            (user.t("行不合格", "nonconforming").to_owned(), verdict("不合格"), Tone::Idle),
            (user.t("行新", "new rows").to_owned(), preview.new as u64, Tone::Info),
            (user.t("行已有", "already there").to_owned(), preview.known as u64, Tone::Idle),
            (user.t("行不写入", "rows left out").to_owned(), refused, if refused > 0 { Tone::Fail } else { Tone::Idle }),
        ],
        issues: shown(&issues, lang),
        confirm: if preview.new == 0 { String::new() } else { PUBLISHED.keep(site, &user, &sent).await.map_err(Err)? },
        confirm_word: String::new(),
        confirm_label: match lang {
            Lang::Zh => format!("写入 {} 行", preview.new),
            Lang::En => shiyan_foundation::text::plural(&format!("Write {} (row|rows)", preview.new)),
        },
        tables: vec![totals_table(&user, &file)],
        file: sent.name,
        include_hidden: hidden == Hidden::Take,
        dry_run: true,
        ..ImportResult::default()
    };
    Err(show(&view(site, &user, Some(result), &[])))
}
