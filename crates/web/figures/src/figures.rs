//! 指标 the page behind each figure, and what every page that shows figures shares.

use std::collections::HashMap;

use chrono::NaiveDate;
use rocket::{Route, State, get, routes};
use shiyan_app::figures::Figures;
use shiyan_app::read::{Listed, Look, Opened, Part, Stands};
use shiyan_foundation::area::AreaKind;
use shiyan_foundation::task::{Link, TaskKind, TaskLevel};
use shiyan_foundation::{Act, Instant, Label, Lang};
use shiyan_indicators::disposed::share_of;
use shiyan_indicators::{Axis, BatchFact, By, CaseFact, FactId, Facts, Figure, Heap, LeftOut, Pick, RapidFact, ServiceFact, Unit, What, YearOf};
use shiyan_nonconformity::case::CaseState;
use shiyan_statute::said;

use crate::views::{Cell, Counted, Counter, Fact, FigureCard, FigurePage, Pager, RowsPage, Tab, Table};
use shiyan_web_kit::answer::{Html, show};
use shiyan_web_kit::failure::Failure;
use shiyan_web_kit::given::Given;
use shiyan_web_kit::guard::{User, encoded};
use shiyan_web_kit::heavy::Lane;
use shiyan_web_kit::parts::{case_room, room};
use shiyan_web_kit::site::Site;
use shiyan_web_kit::streets::{Streets, street_name};
use shiyan_web_kit::ui::{self, Badge, Bar, num};
use shiyan_web_kit::when::{When, behind};

/// Rows of a page behind a figure.
const ROWS: usize = 200;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![figure, rows]
}

/// The figures of a year for a person.
///
/// # Errors
/// Not for this person; no population row; a year out of range; a day that has not come; the database does not answer.
pub async fn year_of(site: &Site, user: &User, look: Look, when: &When) -> Result<Figures, shiyan_app::Error> {
    site.app.read_figures(&user.actor, look, when.year, when.as_of, user.now()).await
}

/// The years a person may choose: those with a plan, this one and the two before.
///
/// # Errors
/// The database does not answer.
pub async fn years(site: &Site, now: Instant, shown: i32) -> Result<Vec<i32>, shiyan_app::Error> {
    let this = chrono::Datelike::year(&now);
    let mut all = site.app.plan_years().await?;
    all.extend([this - 1, this, shown]);
    // a year that has not begun has a plan but no figures
    Ok(all.into_iter().filter(|year| *year <= this).collect())
}

/// 定义 what a figure counts: Chinese, English.
fn definition(key: &str) -> (&'static str, &'static str) {
    match key {
        "batches_per_thousand" => (
            "已出结论的监督抽检和评价性抽检批次 × 1000 ÷ 常住人口。快检、复检、拒收、作废、在途和在检的不计。",
            "Supervisory and evaluative batches with a conclusion × 1,000 ÷ residents. Rapid tests, rechecks, refused, void and unfinished batches are not counted.",
        ),
        "discovery_rate" => (
            "监督抽检最终不合格批次 ÷ 监督抽检批次。复检改判合格的不算不合格。",
            "Finally failing supervisory batches ÷ supervisory batches. A batch that a recheck cleared is not failing.",
        ),
        "evaluative_pass_rate" => ("评价性抽检合格批次 ÷ 评价性抽检批次。", "Passing evaluative batches ÷ evaluative batches."),
        "disposal_rate" => (
            "到期或已办结、且证据齐全办结的案件 ÷ 到期或已办结的案件。改判撤销和未到期在办的不计。",
            "Cases closed with every step evidenced ÷ cases due or closed. Cancelled cases and open ones not due yet are not counted.",
        ),
        "disposal_on_time_rate" => ("期限内证据齐全办结的案件 ÷ 到期或已办结的案件。", "Cases closed with evidence within the deadline ÷ cases due or closed."),
        "report_on_time_rate" => ("收样后{D02}内出具的报告 ÷ 到期或已出具的报告。", "Reports issued within {D02} of reception ÷ reports due or issued."),
        "urgent_report_on_time_rate" => ("可能严重危害的不合格在{D05}内报告的比例。", "Possibly severe failures reported within {D05}."),
        "service_on_time_rate" => ("检验结论在期限内送达的比例。", "Conclusions served within the deadline."),
        "publication_on_time_rate" => ("结果在期限内公示的比例。", "Results published within the deadline."),
        "rapid_valid_rate" => (
            "符合数据要求的快检记录 ÷ 快检记录。单独统计，不计入千人批次。",
            "Rapid records that meet the data rules ÷ rapid records. Counted apart from the batches.",
        ),
        "rapid_positive_rate" => ("阳性项次 ÷ 有效项次。单独统计，不计入千人批次。", "Positive ÷ valid rapid readings. Counted apart from the batches."),
        "rapid_handled_rate" => (
            "{D37}内处置的阳性 ÷ 已处置的和超过{D37}未处置的阳性。{D37}未到的不计。",
            "Positives handled within {D37} ÷ positives handled or past their {D37}. Those whose {D37} still run are not counted.",
        ),
        "sealed_kilograms" => (
            "本年案件“产品控制”中填写的库存封存（扣押）量之和。只加公斤；撤销的案件、没有填写的和其他单位的不计。",
            "Sum of what was sealed in stock, as written in the cases of the year. Kilograms only; cancelled cases, blanks and other units are not counted.",
        ),
        "recalled_kilograms" => (
            "本年案件“产品控制”中填写的召回或下架量之和。只加公斤；撤销的案件、没有填写的和其他单位的不计。",
            "Sum of what was recalled or withdrawn, as written in the cases of the year. Kilograms only; cancelled cases, blanks and other units are not counted.",
        ),
        "fines_yuan" => (
            "本年案件“行政处罚”中填写的罚没款（元）之和。撤销的案件和没有填写的不计。",
            "Sum of the fines in yuan, as written in the cases of the year. Cancelled cases and blanks are not counted.",
        ),
        "penalties_filed" => ("本年立案处罚的案件。撤销的案件不计。", "Cases of the year in which a penalty was filed. Cancelled cases are not counted."),
        "penalties_exempted" => (
            "本年按食品安全法第136条免予处罚的案件。撤销的案件不计。",
            "Cases of the year exempted from a penalty by article 136 of the Food Safety Law. Cancelled cases are not counted.",
        ),
        "cases_transferred" => (
            "本年已写明通报或移送对象的案件。撤销的和不适用通报移送的案件不计。",
            "Cases of the year that were notified or transferred. Cancelled cases and those that need none are not counted.",
        ),
        "rapid_confirmation_rate" => ("实验室确证的阳性 ÷ 实验室检验过的阳性。", "Positives that a laboratory confirmed ÷ positives that a laboratory tested."),
        _ => ("", ""),
    }
}

/// The address part of a figure: key, and for a part of it the axis and the member.
pub fn address<H: Heap>(figure: &Figure<H>) -> String {
    match &figure.cut {
        Some(cut) => format!("{}.{}.{}", figure.key, cut.axis.code(), encoded(&cut.code)),
        None => figure.key.to_owned(),
    }
}

pub fn same<H: Heap>(figure: &Figure<H>, asked: &str) -> bool {
    match &figure.cut {
        None => figure.key == asked,
        Some(cut) => asked
            .strip_prefix(figure.key)
            .and_then(|rest| rest.strip_prefix('.'))
            .and_then(|rest| rest.strip_prefix(cut.axis.code()))
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|code| code == cut.code),
    }
}

/// Name of a figure; a street by its name.
pub fn name<H: Heap>(figure: &Figure<H>, lang: Lang, streets: &Streets) -> String {
    match &figure.cut {
        Some(cut) if cut.axis == Axis::Street => format!("{}{}{}", lang.pick(&figure.zh, &figure.en), lang.pick("·", ": "), street_name(streets, &cut.code)),
        _ => figure.name(lang),
    }
}

/// A figure as a card. The key carries year and day, so that the card of an earlier one leads there.
pub fn card(figure: &Figure<u64>, lang: Lang, when: &When, streets: &Streets) -> FigureCard {
    let (zh, en) = definition(figure.key);
    let per_thousand = figure.unit == Unit::PerThousand;
    FigureCard {
        key: format!("{}?{}", address(figure), when.query()),
        name: name(figure, lang, streets),
        counted: figure.counted,
        left: figure.left_out.values().sum(),
        value: figure.display.clone(),
        unit: match figure.unit {
            Unit::PerThousand => lang.pick("批次/千人", "per 1,000").to_owned(),
            Unit::Percent => String::new(),
            sum => sum.label(lang).to_owned(),
        },
        fraction: if figure.unit.is_sum() {
            match lang {
                Lang::Zh => format!("{} 件案件", num(figure.numerator)),
                Lang::En => format!("{} cases", num(figure.numerator)),
            }
        } else if per_thousand {
            match lang {
                Lang::Zh => format!("{} 批次 / {} 人", num(figure.numerator), num(figure.denominator)),
                Lang::En => format!("{} batches, {} residents", num(figure.numerator), num(figure.denominator)),
            }
        } else {
            format!("{} / {}", num(figure.numerator), num(figure.denominator))
        },
        target: target(figure, lang),
        met: figure.met,
        provisional: figure.provisional,
        definition: said(lang.pick(zh, en), when.day(), lang),
        of_them: String::new(),
        bar: (figure.target.is_some() && !per_thousand).then(|| Bar::new(figure.numerator, figure.denominator, figure.display.clone())),
    }
}

fn target(figure: &Figure<u64>, lang: Lang) -> String {
    let percent = if figure.unit == Unit::Percent { "%" } else { "" };
    figure.target.as_ref().map_or_else(String::new, |t| format!("{} {t}{percent}", lang.pick("目标", "Target")))
}

struct Rows<'a> {
    lang: Lang,
    streets: &'a Streets,
    facts: &'a Facts,
    /// Whose pages this person may open.
    samples: bool,
    cases: bool,
    readings: bool,
}

fn case_state(code: &str, lang: Lang) -> String {
    CaseState::parse(code).map_or_else(|| code.to_owned(), |s| s.label(lang).to_owned())
}

impl<'a> Rows<'a> {
    fn of(user: &User, streets: &'a Streets, facts: &'a Facts) -> Self {
        Self { lang: user.lang(), streets, facts, samples: room(user).is_ok(), cases: case_room(user).is_ok(), readings: user.may(Act::ReadReadings) }
    }
    fn named(&self, text: &str, href: String, open: bool) -> Cell {
        if open { Cell::link(text, href) } else { Cell::from(text) }
    }
    fn place(&self, code: &str) -> Cell {
        Cell::from(street_name(self.streets, code))
    }
    fn batch(&self, b: &BatchFact) -> Vec<Cell> {
        let number = if b.sampling_no.is_empty() { self.lang.pick("无编号", "No number") } else { &b.sampling_no };
        vec![
            self.named(number, format!("/samples/{}", b.sample_id), self.samples),
            Cell::Two(b.category.text(), b.link.label(self.lang).to_owned()),
            self.place(&b.street),
            Cell::Num(ui::date(b.sampled_on)),
            b.outcome.map_or_else(|| Cell::from(b.stage.label(self.lang)), |o| Cell::from(Badge::outcome(Some(o), self.lang))),
        ]
    }
    fn case(&self, c: &CaseFact) -> Vec<Cell> {
        vec![
            self.named(&c.case_no, format!("/cases/{}", c.case_id), self.cases),
            Cell::from(c.sampling_no.clone()),
            self.place(&c.street),
            Cell::Num(format!("{} → {}", ui::date(c.opened_on), ui::date(c.due_on))),
            Cell::from(case_state(&c.state, self.lang)),
        ]
    }
    fn reading(&self, r: &RapidFact) -> Vec<Cell> {
        let number = shiyan_web_kit::parts::reading_number(&r.reading_id.to_string(), r.tested_on);
        vec![
            self.named(&number, format!("/rapid/{}", r.reading_id), self.readings),
            Cell::Two(r.item.clone(), r.point.clone()),
            self.place(&r.street),
            Cell::Num(ui::date(r.tested_on)),
            Cell::from(r.verdict.label(self.lang)),
        ]
    }
    fn clock(&self, s: &ServiceFact) -> Vec<Cell> {
        vec![
            self.named(&s.case_no, format!("/cases/{}", s.case_id), self.cases),
            Cell::link(s.rule.label(self.lang), format!("/explain/{}", s.rule.code())),
            self.place(&s.street),
            Cell::Num(format!("{} → {}", ui::date(s.started_on), ui::date(s.due_on))),
            s.stopped_at.map_or(Cell::Empty, |at| Cell::Num(ui::date(at.date_naive()))),
        ]
    }
    /// One row a record, each by its own number; `place` says how it stands in the figure.
    fn table(&self, ids: &[(FactId, Option<String>)]) -> Table {
        let t = |zh, en| self.lang.pick(zh, en);
        let batches: HashMap<_, _> = self.facts.batches.iter().map(|b| (FactId::Sample(b.sample_id), b)).collect();
        let cases: HashMap<_, &CaseFact> = self.facts.cases.iter().map(|c| (FactId::Case(c.case_id), c)).collect();
        let rapid: HashMap<_, &RapidFact> = self.facts.rapid.iter().map(|r| (FactId::Reading(r.reading_id), r)).collect();
        let services: HashMap<_, &ServiceFact> = self.facts.services.iter().map(|s| (FactId::Clock(s.clock_id), s)).collect();
        let placed = ids.iter().any(|(_, place)| place.is_some());
        let mut heads = vec![
            t("编号", "Number"),
            t("内容", "Content"),
            t("街道", "Street"),
            t("日期", "Date"),
            t("状态或结论", "State or conclusion"),
            t("在本指标中", "In this figure"),
        ];
        heads.truncate(if placed { 6 } else { 5 });
        let mut table = Table::new(&heads).listed();
        for (id, place) in ids {
            let known = match id {
                FactId::Sample(_) => batches.get(id).map(|b| self.batch(b)),
                FactId::Case(_) => cases.get(id).map(|c| self.case(c)),
                FactId::Reading(_) => rapid.get(id).map(|r| self.reading(r)),
                FactId::Clock(_) => services.get(id).map(|s| self.clock(s)),
            };
            // a record is never left out in silence
            let mut cells = known.unwrap_or_else(|| vec![Cell::from(id.to_string()), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
            if placed {
                cells.push(place.clone().map_or(Cell::Empty, Cell::from));
            }
            table.push(cells);
        }
        table
    }
}

/// The part of a long list that is asked for.
fn part(page: Option<usize>) -> Part {
    Part { skip: page.unwrap_or(1).saturating_sub(1).saturating_mul(ROWS), most: ROWS }
}

/// One page of a long list: the way to the others.
fn paged(opened: &Opened, page: Option<usize>, lang: Lang, query: impl Fn(usize) -> String) -> Pager {
    let total = opened.total;
    let pages = usize::try_from(total).unwrap_or(usize::MAX).div_ceil(ROWS).max(1);
    let at = page.unwrap_or(1).max(1);
    let from = (at - 1).saturating_mul(ROWS);
    let shown = &opened.rows;
    Pager {
        prev: if at > 1 { query(at - 1) } else { String::new() },
        next: if at < pages { query(at + 1) } else { String::new() },
        range: match (total, lang) {
            (0, _) => String::new(),
            (n, _) if shown.is_empty() => format!("{} {}", lang.pick("共", "in all"), num(n)),
            (n, Lang::Zh) => format!("{}–{}，共 {}", from + 1, from + shown.len(), num(n)),
            (n, Lang::En) => format!("{}–{} of {}", from + 1, from + shown.len(), num(n)),
        },
    }
}

/// Of a day that has passed: what is taken as registered today.
pub fn as_of_note(when: &When, lang: Lang, now: Instant) -> String {
    let (zh, en) = shiyan_indicators::as_of_today();
    match when.as_of.filter(|day| *day < now.date_naive()) {
        Some(day) => format!("{}{}{}{}", lang.pick("时点数据：", "As it stood on "), ui::date(day), lang.pick("。", ". "), lang.pick(zh, en)),
        None => String::new(),
    }
}

/// How a record stands in the figure: counted and how, what it adds, or why it is left out.
fn in_figure(figure: &Figure<u64>, opened: &Opened, id: &FactId, stands: Option<Stands>, lang: Lang) -> Option<String> {
    if let Some(Stands::Out(why)) = stands {
        return Some(why.label(lang).to_owned());
    }
    if figure.unit.is_sum() {
        let case = opened.facts.cases.iter().find(|c| FactId::Case(c.case_id) == *id)?;
        return share_of(figure.key, case).map(|part| format!("{} {}", part.normalize(), figure.unit.label(lang)));
    }
    let hit = stands == Some(Stands::Hit);
    Some(if hit { lang.pick("计入分子", "In the numerator") } else { lang.pick("只计入分母", "In the denominator only") }.to_owned())
}

/// 未计入 each reason with its number and its list.
fn reasons(figure: &Figure<u64>, here: &str, asked: Option<LeftOut>, lang: Lang) -> Vec<Counter> {
    let counter = |(r, n): (&LeftOut, &u64)| Counter {
        label: r.label(lang).to_owned(),
        value: *n,
        href: format!("{here}&tab=out&why={}", r.code()),
        tone: if asked == Some(*r) { ui::Tone::Info } else { ui::Tone::Idle },
    };
    figure.left_out.iter().map(counter).collect()
}

/// What is said beside the figure.
fn told_beside(figure: &Figure<u64>, as_of: NaiveDate, note: String, lang: Lang) -> Vec<Fact> {
    let mut facts = Vec::new();
    if !figure.small && !figure.unit.is_sum() {
        facts.push(Fact::new(lang.pick("四位小数（截断）", "Four decimals, cut off"), figure.decimal.clone()));
    }
    facts.push(Fact::new(lang.pick("统计截止日", "Cut-off date"), ui::date(as_of)));
    if figure.small {
        facts.push(Fact::new(lang.pick("样本量", "Sample size"), lang.pick("分母小于 30，不显示百分率", "Denominator below 30: no percentage")));
    }
    if !note.is_empty() {
        facts.push(Fact::new(lang.pick("说明", "Note"), note));
    }
    facts
}

#[get("/figures/<key>?<year>&<as_of>&<tab>&<why>&<page>")]
#[allow(clippy::too_many_arguments)]
async fn figure(
    site: &State<Site>,
    user: User,
    key: &str,
    year: Given<i32>,
    as_of: Given<NaiveDate>,
    tab: Option<&str>,
    why: Option<&str>,
    page: Option<usize>,
) -> Html {
    let (lang, now) = (user.lang(), user.now());
    let when = When::read(year, as_of, now)?;
    let _turn = user.turn(site, Lane::Figures).await?;
    let tab = ["out", "hits"].into_iter().find(|t| tab == Some(*t)).unwrap_or("in");
    let reason = why.and_then(LeftOut::parse).filter(|_| tab == "out");
    let listed = match tab {
        "out" => Listed::Out(reason),
        "hits" => Listed::Hits,
        _ => Listed::Counted,
    };
    let asked = key.to_owned();
    let opened = site.app.read_behind(&user.actor, move |f| same(f, &asked), listed, when.year, when.as_of, now, part(page)).await?;
    let figure = opened.figure.as_ref().ok_or(Failure::NotFound)?;
    let streets = site.app.streets().await?;
    let mut view = card(figure, lang, &when, &streets);
    let here = format!("/figures/{}", view.key);

    let shown: Vec<(FactId, Option<String>)> = opened.rows.iter().map(|(id, stands)| (*id, in_figure(figure, &opened, id, *stands, lang))).collect();
    let pager = paged(&opened, page, lang, |n| {
        let why = reason.map_or_else(String::new, |r| format!("&why={}", r.code()));
        format!("{here}&tab={tab}{why}&page={n}")
    });
    let mut table = Rows::of(&user, &streets, &opened.facts).table(&shown);
    table.caption = match tab {
        "out" => user.t("未计入的记录", "Records not counted"),
        "hits" => user.t("计入分子的记录", "Records in the numerator"),
        _ => user.t("计入的记录", "Records counted"),
    }
    .to_owned();
    table.empty = user.t("没有记录", "No records").to_owned();
    let rate = figure.unit == Unit::Percent;
    let mut tabs = vec![Tab::new(user.t("计入", "Counted"), format!("{here}&tab=in"), tab == "in").counted(figure.counted)];
    if rate {
        tabs.push(Tab::new(user.t("计入分子", "In the numerator"), format!("{here}&tab=hits"), tab == "hits").counted(figure.hits));
    }
    tabs.push(Tab::new(user.t("未计入", "Not counted"), format!("{here}&tab=out"), tab == "out").counted(view.left));
    let reasons = if tab == "out" { reasons(figure, &here, reason, lang) } else { Vec::new() };
    view.key = address(figure);
    let title = view.name.clone();
    let p = user.page(site, rail(&user), title.clone()).crumb(user.t("工作台", "Home"), "/").crumb(title, "");
    show(&FigurePage {
        p,
        figure: view,
        scope: shiyan_indicators::scope_line(&opened.scope.line_of(figure.family, lang), &streets),
        numerator: Counted::new(figure.numerator, format!("{here}&tab={}", if rate { "hits" } else { "in" })),
        is_sum: figure.unit.is_sum(),
        // nobody lists the people of a district
        denominator: Counted::new(figure.denominator, if rate { format!("{here}&tab=in") } else { String::new() }),
        exact: figure.exact.clone(),
        facts: told_beside(figure, opened.as_of, as_of_note(&when, lang, now), lang),
        tabs,
        reasons,
        table,
        pager,
    })
}

/// The group of the rail under which this person finds figures.
fn rail(user: &User) -> &'static str {
    if user.may(Act::ReadStatistics) { "stats" } else { "home" }
}

#[get("/rows/<what>?<by>&<of>&<span>&<year>&<as_of>&<page>")]
#[allow(clippy::too_many_arguments)]
async fn rows(
    site: &State<Site>,
    user: User,
    what: &str,
    by: Option<&str>,
    of: Option<&str>,
    span: Option<&str>,
    year: Given<i32>,
    as_of: Given<NaiveDate>,
    page: Option<usize>,
) -> Html {
    let pick = Pick::parse(what, by, of, span).ok_or(Failure::NotFound)?;
    let (lang, now) = (user.lang(), user.now());
    let when = When::read(year, as_of, now)?;
    let _turn = user.turn(site, Lane::Figures).await?;
    let opened = site.app.read_rows(&user.actor, pick.clone(), when.year, when.as_of, now, part(page)).await?;
    let streets = site.app.streets().await?;
    let total = num(opened.total);
    let here = behind(&pick, &when);
    let pager = paged(&opened, page, lang, |n| format!("{here}&page={n}"));
    let shown: Vec<(FactId, Option<String>)> = opened.rows.iter().map(|(id, _)| (*id, None)).collect();
    let mut table = Rows::of(&user, &streets, &opened.facts).table(&shown);
    table.empty = user.t("没有记录", "No records").to_owned();
    let member = pick.of.as_ref().map(|(by, of)| member(*by, of, lang, &streets, &opened)).filter(|m| !m.is_empty());
    let of_year = if pick.year == YearOf::This { String::new() } else { format!(" · {}", pick.year.label(lang)) };
    let title = format!("{}{}{of_year}", pick.what.label(lang), member.map_or_else(String::new, |m| format!(" · {m}")));
    // of the same period a year earlier both are a year earlier
    let (seen, day) = pick.year.seen(&opened.scope, opened.as_of);
    show(&RowsPage {
        p: user.page(site, rail(&user), title.clone()).crumb(user.t("工作台", "Home"), "/").crumb(title.clone(), ""),
        title,
        total,
        as_of: ui::date(day),
        scope: if pick.what == What::Taken {
            user.t(
                "计划年度内抽样的批次，按计划行的顺序填入；作废、拒收和风险监测的不计",
                "Batches sampled in the year of the plan, filling its lines in their order; void, refused and risk-monitoring batches do not count",
            )
            .to_owned()
        } else {
            shiyan_indicators::scope_line(&seen.line_of(pick.what.family(), lang), &streets)
        },
        note: as_of_note(&when, lang, now),
        table,
        pager,
    })
}

/// The name of a member as the table that led here writes it.
fn member(by: By, of: &str, lang: Lang, streets: &Streets, opened: &Opened) -> String {
    let labelled = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    match by {
        By::Street => street_name(streets, of),
        By::Class => {
            let listed = shiyan_statute::food_classes_of(opened.scope.year).iter().find(|c| c.name == of);
            listed.map_or_else(|| of.to_owned(), |c| c.label(lang).to_owned())
        }
        By::KeyFood => shiyan_indicators::KEY_FOOD_GROUPS.iter().find(|g| g.code == of).map_or_else(String::new, |g| labelled(g.zh, g.en)),
        By::Link => Link::parse(of).map_or_else(String::new, |l| l.label(lang).to_owned()),
        By::Area => AreaKind::parse(of).map_or_else(String::new, |a| a.label(lang).to_owned()),
        By::Online => by.label(lang).to_owned(),
        By::Month => match (of.parse::<u8>(), lang) {
            (Ok(n), Lang::Zh) => format!("{n}月"),
            (Ok(n), Lang::En) => format!("month {n}"),
            _ => String::new(),
        },
        By::LevelKind => {
            let (level, kind) = of.split_once('.').unwrap_or_default();
            let level = TaskLevel::parse(level).map_or("", |l| l.label(lang));
            format!("{level} · {}", TaskKind::parse(kind).map_or("", |k| k.label(lang)))
        }
        By::Quarter => of.parse().map_or_else(|_| String::new(), |q| shiyan_web_kit::words::quarter_text(q, lang)),
        By::ClassMonth => {
            let (month, class) = of.split_once('.').unwrap_or_default();
            format!("{} · {}", self::member(By::Class, class, lang, streets, opened), self::member(By::Month, month, lang, streets, opened))
        }
        By::LabMonth => {
            let (month, lab) = of.split_once('.').unwrap_or_default();
            format!("{} · {month}", if lab.is_empty() { "—" } else { lab })
        }
        By::Cell => {
            let (quarter, class) = of.split_once('.').unwrap_or_default();
            quarter.parse().map_or_else(|_| String::new(), |q| format!("{class} · {}", shiyan_web_kit::words::quarter_text(q, lang)))
        }
        By::Line => opened.plan.iter().find(|p| p.line_id.to_string() == of).map_or_else(String::new, |p| {
            let street = p.street.as_deref().map_or_else(String::new, |s| street_name(streets, s));
            format!("{} · {street} · {}", p.class, shiyan_web_kit::words::quarter_text(p.quarter, lang))
        }),
        By::Subclass | By::Place | By::Lab | By::Point | By::Item => of.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_figure_says_what_it_counts() {
        let population = shiyan_foundation::task::Population {
            id: shiyan_foundation::ids::PopulationId(uuid::Uuid::nil()),
            year: 2019,
            area_code: "410105".into(),
            people: 1_333_000,
            basis: shiyan_foundation::task::PopulationBasis::YearEnd,
            boundary: shiyan_foundation::task::Boundary::Division,
            source: "t".into(),
        };
        let scope = shiyan_indicators::KpiScope::standard(2026, population).unwrap();
        let as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default();
        let kpis = shiyan_indicators::kpis(&shiyan_indicators::Facts::default(), &scope, as_of, shiyan_statute::calendar());
        for figure in kpis.figures() {
            let (zh, en) = definition(figure.key);
            assert!(!zh.is_empty() && !en.is_empty(), "{}", figure.key);
            assert_eq!(kpis.figures().filter(|f| same(f, &address(figure))).count(), 1, "{}", address(figure));
        }
    }
}
