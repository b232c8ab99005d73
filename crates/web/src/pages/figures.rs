//! 指标 the page behind each figure, and what every page that shows figures shares.

use std::collections::{BTreeMap, HashMap};

use rocket::{Route, State, get, routes};
use shiyan_app::figures::{Year, year_span};
use shiyan_app::records::ClockRecord;
use shiyan_foundation::area::Street;
use shiyan_foundation::{Instant, Label, Lang, Role, Scope, WorkCalendar};
use shiyan_indicators::{Axis, CaseFact, FactId, Figure, KpiScope, LeftOut, RapidFact, Unit};
use shiyan_nonconformity::case::CaseState;

use super::{Html, show};
use crate::failure::Failure;
use crate::guard::{User, encoded};
use crate::heavy::Lane;
use crate::site::Site;
use crate::ui::{self, Badge, Bar, num};
use crate::views::{Cell, Counter, Fact, FigureCard, FigurePage, Pager, Tab, Table};

/// Rows of a page behind a figure.
const ROWS: usize = 200;

/// Routes of this room.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![figure]
}

/// Whoever reads figures: everybody of the business but not the operator of a rapid-test point, and never the administrator.
pub(crate) fn reads_figures(user: &User) -> bool {
    !matches!(user.scope(), Scope::Point(_))
        && user.actor.has_any(&[
            Role::Supervisor,
            Role::PlanManager,
            Role::QualityManager,
            Role::Enforcer,
            Role::MarketOpener,
            Role::Signatory,
            Role::ReportSender,
        ])
}

/// The default scope of a year, narrowed to the streets of a person who sees only some.
///
/// # Errors
/// No population row; a year out of range; the database does not answer.
pub async fn scope_of(site: &Site, user: &Scope, year: i32) -> Result<KpiScope, shiyan_app::Error> {
    Ok(crate::papers::narrowed(site.app.kpi_scope(year).await?, user))
}

/// The figures of a year for a person.
///
/// # Errors
/// No population row; a year out of range; the database does not answer.
pub async fn year_of(site: &Site, user: &Scope, year: i32, now: Instant) -> Result<Year, shiyan_app::Error> {
    site.app.year(scope_of(site, user, year).await?, user, now).await
}

/// The years a person may choose: those with a plan, this one and the two before.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn years(site: &Site, now: Instant, shown: i32) -> Result<Vec<i32>, shiyan_app::Error> {
    let this = chrono::Datelike::year(&now);
    let mut all: std::collections::BTreeSet<i32> = site.app.store.all::<shiyan_sampling_plan::Plan>().await?.iter().map(|p| p.year).collect();
    all.extend([this - 1, this, shown]);
    // a year that has not begun has a plan but no figures
    Ok(all.into_iter().filter(|year| *year <= this).collect())
}

/// Names of streets by code.
pub(crate) type Streets = BTreeMap<String, Street>;

/// The name of a street, or its code.
pub(crate) fn street_name(streets: &Streets, code: &str) -> String {
    streets.get(code).map_or_else(|| if code.is_empty() { "—".to_owned() } else { code.to_owned() }, |s| s.name.clone())
}

/// Working days from the day after `today` to `due`; negative by those gone since.
pub(crate) fn workdays_left(today: chrono::NaiveDate, due: chrono::NaiveDate, calendar: &WorkCalendar) -> i64 {
    let span = |after: chrono::NaiveDate, to| after.succ_opt().map_or(0, |from| i64::from(calendar.workdays_between(from, to)));
    if today <= due {
        span(today, due)
    } else {
        // a day off that follows the last day already is overdue
        -span(due, today).max(1)
    }
}

/// A deadline in words.
pub(crate) fn due_view(lang: Lang, today: chrono::NaiveDate, due: chrono::NaiveDate, calendar: &WorkCalendar) -> ui::Due {
    ui::Due::workdays(lang, workdays_left(today, due, calendar), due, !calendar.knows(chrono::Datelike::year(&due)))
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
        "report_on_time_rate" => {
            ("收样后 20 个工作日内出具的报告 ÷ 到期或已出具的报告。", "Reports issued within 20 working days of reception ÷ reports due or issued.")
        }
        "urgent_report_on_time_rate" => ("可能严重危害的不合格在 24 小时内报告的比例。", "Possibly severe failures reported within 24 hours."),
        "service_on_time_rate" => ("检验结论在期限内送达的比例。", "Conclusions served within the deadline."),
        "publication_on_time_rate" => ("结果在期限内公示的比例。", "Results published within the deadline."),
        "rapid_valid_rate" => (
            "符合数据要求的快检记录 ÷ 快检记录。单独统计，不计入千人批次。",
            "Rapid records that meet the data rules ÷ rapid records. Counted apart from the batches.",
        ),
        "rapid_positive_rate" => ("阳性项次 ÷ 有效项次。单独统计，不计入千人批次。", "Positive ÷ valid rapid readings. Counted apart from the batches."),
        "rapid_handled_rate" => (
            "72 小时内处置的阳性 ÷ 已处置的和超过 72 小时未处置的阳性。72 小时未到的不计。",
            "Positives handled within 72 hours ÷ positives handled or past their 72 hours. Those whose 72 hours still run are not counted.",
        ),
        "rapid_confirmation_rate" => ("实验室确证的阳性 ÷ 实验室检验过的阳性。", "Positives that a laboratory confirmed ÷ positives that a laboratory tested."),
        _ => ("", ""),
    }
}

/// The address part of a figure: key, and for a part of it the axis and the member.
pub(crate) fn address(figure: &Figure) -> String {
    match &figure.cut {
        Some(cut) => format!("{}.{}.{}", figure.key, cut.axis.code(), encoded(&cut.code)),
        None => figure.key.to_owned(),
    }
}

fn same(figure: &Figure, asked: &str) -> bool {
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
pub(crate) fn name(figure: &Figure, lang: Lang, streets: &Streets) -> String {
    match &figure.cut {
        Some(cut) if cut.axis == Axis::Street => format!("{}{}{}", lang.pick(figure.zh, figure.en), lang.pick("·", ": "), street_name(streets, &cut.code)),
        _ => figure.name(lang),
    }
}

/// A figure as a card. The key carries the year, so that the card of an earlier year leads to that year.
pub(crate) fn card(figure: &Figure, lang: Lang, year: i32, streets: &Streets) -> FigureCard {
    let (zh, en) = definition(figure.key);
    let left: u64 = figure.left_out.values().map(|v| v.len() as u64).sum();
    let per_thousand = figure.unit == Unit::PerThousand;
    FigureCard {
        key: format!("{}?year={year}", address(figure)),
        name: name(figure, lang, streets),
        value: figure.display.clone(),
        unit: if per_thousand { lang.pick("批次/千人", "per 1,000").to_owned() } else { String::new() },
        fraction: if per_thousand {
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
        definition: lang.pick(zh, en).to_owned(),
        not_counted: match (left, lang) {
            (0, _) => String::new(),
            (n, Lang::Zh) => format!("未计入 {}", num(n)),
            (n, Lang::En) => format!("{} not counted", num(n)),
        },
        bar: (figure.target.is_some() && !per_thousand).then(|| Bar::new(figure.numerator, figure.denominator, figure.display.clone())),
    }
}

fn target(figure: &Figure, lang: Lang) -> String {
    let percent = if figure.unit == Unit::Percent { "%" } else { "" };
    figure.target.as_ref().map_or_else(String::new, |t| format!("{} {t}{percent}", lang.pick("目标", "Target")))
}

struct Rows<'a> {
    lang: Lang,
    streets: &'a Streets,
    year: &'a Year,
    clocks: HashMap<FactId, ClockRecord>,
}

fn case_state(code: &str, lang: Lang) -> String {
    CaseState::parse(code).map_or_else(|| code.to_owned(), |s| s.label(lang).to_owned())
}

impl Rows<'_> {
    fn table(&self, ids: &[(FactId, String)]) -> Table {
        let t = |zh, en| self.lang.pick(zh, en);
        let batches: HashMap<_, _> = self.year.facts.batches.iter().map(|b| (FactId::Sample(b.sample_id), b)).collect();
        let cases: HashMap<_, &CaseFact> = self.year.facts.cases.iter().map(|c| (FactId::Case(c.case_id), c)).collect();
        let rapid: HashMap<_, &RapidFact> = self.year.facts.rapid.iter().map(|r| (FactId::Reading(r.reading_id), r)).collect();
        let mut table = Table::new(&[
            t("对象", "Record"),
            t("内容", "Content"),
            t("街道", "Street"),
            t("日期", "Date"),
            t("状态或结论", "State or conclusion"),
            t("在本指标中", "In this figure"),
        ]);
        for (id, place) in ids {
            let place = Cell::from(place.clone());
            let street = |code: &str| Cell::from(street_name(self.streets, code));
            let cells = match id {
                FactId::Sample(sample) => match batches.get(id) {
                    Some(b) => vec![
                        Cell::link(if b.sampling_no.is_empty() { t("无编号", "No number") } else { &b.sampling_no }, format!("/samples/{sample}")),
                        Cell::Two(b.category.text(), b.link.label(self.lang).to_owned()),
                        street(&b.street),
                        Cell::Num(ui::date(b.sampled_on)),
                        b.outcome.map_or_else(|| Cell::from(b.stage.label(self.lang)), |o| Cell::from(Badge::outcome(Some(o), self.lang))),
                        place,
                    ],
                    None => continue,
                },
                FactId::Case(case) => match cases.get(id) {
                    Some(c) => vec![
                        Cell::link(&c.case_no, format!("/cases/{case}")),
                        Cell::from(c.sampling_no.clone()),
                        street(&c.street),
                        Cell::Num(format!("{} → {}", ui::date(c.opened_on), ui::date(c.due_on))),
                        Cell::from(case_state(&c.state, self.lang)),
                        place,
                    ],
                    None => continue,
                },
                FactId::Reading(reading) => match rapid.get(id) {
                    Some(r) => vec![
                        Cell::link(&r.point, format!("/rapid/{reading}")),
                        Cell::from(r.item.clone()),
                        street(&r.street),
                        Cell::Num(ui::date(r.tested_on)),
                        Cell::from(r.verdict.label(self.lang)),
                        place,
                    ],
                    None => continue,
                },
                FactId::Clock(_) => match self.clocks.get(id) {
                    Some(c) => {
                        let object = c.clock.subject.strip_prefix("case:").map_or_else(
                            || Cell::from(c.clock.subject.clone()),
                            |case| Cell::link(format!("{} {}", c.clock.rule.code(), c.clock.rule.label(self.lang)), format!("/cases/{case}")),
                        );
                        vec![
                            object,
                            Cell::link(c.clock.rule.code(), format!("/explain/{}", c.clock.rule.code())),
                            Cell::Empty,
                            Cell::Num(format!("{} → {}", ui::date(c.clock.started_at.date_naive()), ui::date(c.clock.effective_due_on()))),
                            c.clock.stopped_at.map_or(Cell::Empty, |at| Cell::Num(ui::date(at.date_naive()))),
                            place,
                        ]
                    }
                    None => continue,
                },
            };
            table.push(cells);
        }
        table
    }
}

#[get("/figures/<key>?<year>&<tab>&<why>&<page>")]
async fn figure(site: &State<Site>, user: User, key: &str, year: Option<&str>, tab: Option<&str>, why: Option<&str>, page: Option<&str>) -> Html {
    if !reads_figures(&user) {
        return Err(Failure::NotFound);
    }
    let (lang, now) = (user.lang(), user.now());
    let wanted = wanted_year(year, now)?;
    let _turn = user.turn(site, Lane::Figures).await?;
    let year = year_of(site, user.scope(), wanted, now).await?;
    let figure = year.kpis.figures().find(|f| same(f, key)).ok_or(Failure::NotFound)?;
    let streets = site.app.streets().await?;
    let here = format!("/figures/{}?year={wanted}", address(figure));

    let out = tab == Some("out");
    let reason = why.and_then(LeftOut::parse);
    let in_figure = |id: &FactId, hits: &std::collections::HashSet<FactId>| {
        if hits.contains(id) { user.t("计入分子", "In the numerator") } else { user.t("只计入分母", "In the denominator only") }.to_owned()
    };
    let ids: Vec<(FactId, String)> = if out {
        let wanted = figure.left_out.iter().filter(|(r, _)| reason.is_none_or(|only| only == **r));
        wanted.flat_map(|(r, ids)| ids.iter().map(|id| (*id, r.label(lang).to_owned()))).collect()
    } else {
        let hits: std::collections::HashSet<FactId> = figure.hits.iter().copied().collect();
        figure.counted.iter().map(|id| (*id, in_figure(id, &hits))).collect()
    };
    let total = ids.len();
    let pages = total.div_ceil(ROWS).max(1);
    let at = page.and_then(|p| p.parse::<usize>().ok()).unwrap_or(1).clamp(1, pages);
    let from = (at - 1) * ROWS;
    let shown: Vec<(FactId, String)> = ids.into_iter().skip(from).take(ROWS).collect();

    let mut clocks = HashMap::new();
    for (id, _) in &shown {
        if let FactId::Clock(clock) = id
            && let Some(record) = site.app.store.get::<ClockRecord>(&clock.to_string()).await?
        {
            clocks.insert(*id, record);
        }
    }
    let mut table = Rows { lang, streets: &streets, year: &year, clocks }.table(&shown);
    table.caption = if out { user.t("未计入的记录", "Records not counted") } else { user.t("计入的记录", "Records counted") }.to_owned();
    table.empty = user.t("没有记录", "No records").to_owned();
    let query = |n: usize| {
        let why = reason.filter(|_| out).map_or_else(String::new, |r| format!("&why={}", r.code()));
        format!("{here}&tab={}{why}&page={n}", if out { "out" } else { "in" })
    };
    let pager = Pager {
        prev: if at > 1 { query(at - 1) } else { String::new() },
        next: if at < pages { query(at + 1) } else { String::new() },
        range: match (total, lang) {
            (0, _) => String::new(),
            (n, Lang::Zh) => format!("{}–{}，共 {}", from + 1, from + shown.len(), num(n as u64)),
            (n, Lang::En) => format!("{}–{} of {}", from + 1, from + shown.len(), num(n as u64)),
        },
    };
    let left: u64 = figure.left_out.values().map(|v| v.len() as u64).sum();
    let tabs = vec![
        Tab::new(user.t("计入", "Counted"), format!("{here}&tab=in"), !out).counted(figure.counted.len() as u64),
        Tab::new(user.t("未计入", "Not counted"), format!("{here}&tab=out"), out).counted(left),
    ];
    let reasons = if out {
        figure
            .left_out
            .iter()
            .map(|(r, ids)| Counter {
                label: r.label(lang).to_owned(),
                value: ids.len() as u64,
                href: format!("{here}&tab=out&why={}", r.code()),
                tone: if reason == Some(*r) { ui::Tone::Info } else { ui::Tone::Idle },
            })
            .collect()
    } else {
        Vec::new()
    };
    let mut facts = vec![
        Fact::new(user.t("四位小数（截断）", "Four decimals, cut off"), figure.decimal.clone()),
        Fact::new(user.t("统计截止日", "Cut-off date"), ui::date(year.kpis.as_of)),
    ];
    if figure.small {
        facts.push(Fact::new(user.t("样本量", "Sample size"), user.t("分母小于 30，不显示百分率", "Denominator below 30: no percentage")));
    }
    let mut view = card(figure, lang, wanted, &streets);
    view.key = address(figure);
    let title = view.name.clone();
    let p = user
        .page(site, if user.actor.has_any(&[Role::Supervisor, Role::PlanManager, Role::QualityManager]) { "stats" } else { "home" }, title.clone())
        .crumb(user.t("工作台", "Home"), "/")
        .crumb(title, "");
    show(&FigurePage {
        p,
        figure: view,
        scope: crate::papers::scope_line(&year.kpis.scope_of(figure.family, lang), &streets),
        numerator: num(figure.numerator),
        denominator: num(figure.denominator),
        exact: figure.exact.clone(),
        facts,
        tabs,
        reasons,
        filters: None,
        table,
        pager,
    })
}

/// The year asked for, or this one.
///
/// # Errors
/// Not a year between 2000 and 2100.
pub(crate) fn wanted_year(typed: Option<&str>, now: Instant) -> Result<i32, Failure> {
    let year = match typed.map(str::trim).filter(|y| !y.is_empty()) {
        None => chrono::Datelike::year(&now),
        Some(typed) => typed.parse().map_err(|_| shiyan_foundation::Refusal::new(shiyan_app::code::YEAR).with("typed", typed).on("year"))?,
    };
    year_span(year)?;
    Ok(year)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_day_past_the_last_one_is_overdue_even_on_a_day_off() {
        let day = |d| chrono::NaiveDate::from_ymd_opt(2026, 3, d).unwrap_or_default();
        let calendar = shiyan_statute::calendar();
        assert_eq!(workdays_left(day(5), day(5), calendar), 0);
        assert_eq!(workdays_left(day(5), day(6), calendar), 1);
        // Friday the 6th, seen on Saturday the 7th
        assert_eq!(workdays_left(day(7), day(6), calendar), -1);
        assert_eq!(workdays_left(day(9), day(6), calendar), -1);
        assert_eq!(workdays_left(day(10), day(6), calendar), -2);
    }
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
        let scope = KpiScope::standard(2026, population);
        let as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default();
        let kpis = shiyan_indicators::kpis(&shiyan_indicators::Facts::default(), &scope, as_of, shiyan_statute::calendar());
        for figure in kpis.figures() {
            let (zh, en) = definition(figure.key);
            assert!(!zh.is_empty() && !en.is_empty(), "{}", figure.key);
            assert_eq!(kpis.figures().filter(|f| same(f, &address(figure))).count(), 1, "{}", address(figure));
        }
    }
}
