//! 年度报告的内容 what the annual report is told: the facts that its template may name, typed and counted elsewhere, and the tables and charts
//! beside them. The wording and the order of the chapters are in `templates/annual.zh.txt` and its English twin.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use sha2::{Digest, Sha256};
use shiyan_analytics::{Line, Rate, Tables};
use shiyan_charts::{Chart, Pareto, Ranking, Series, Trend};
use shiyan_foundation::area::{District, Street};
use shiyan_foundation::ids::CaseId;
use shiyan_foundation::{Label, Lang};
use shiyan_indicators::{CaseFact, Facts, Figure, ItemFact, KpiScope, Kpis, Unit, What, scope_line};
use shiyan_lab_results::order::TestItem;
use shiyan_nonconformity::{Block as CaseBlock, Case, CaseState, Part};
use shiyan_sample_intake::Sample;

use super::{Block, ChartBlock, Figures, KeyFigure, Model, Section};
use crate::template::{self, Filled, Piece, Source, Words};
use crate::{Align, Column, ReportError, Table};

/// Everything the annual report and the statistics page are made from.
#[derive(Debug)]
pub struct Annual {
    /// 本区
    pub district: District,
    /// 事实 of the year and the year before.
    pub facts: Arc<Facts>,
    /// 统计口径
    pub scope: KpiScope,
    /// 指标
    pub kpis: Kpis,
    /// Failing items of both years.
    pub items: Vec<ItemFact>,
    /// Tables.
    pub tables: Tables,
    /// Failing batches of the year.
    pub failing: Vec<Failing>,
    /// Cases that count in the year, the cancelled ones included.
    pub cases: Vec<Case>,
    /// Cases of earlier years that are still open in the running year.
    pub debts: Vec<Case>,
    /// Streets by code.
    pub streets: BTreeMap<String, Street>,
    /// Any of it is demonstration data.
    pub demo: bool,
}

/// 不合格批次 one failing batch with its failing items.
#[derive(Debug)]
pub struct Failing {
    /// The sample.
    pub sample: Sample,
    /// Failing items.
    pub items: Vec<TestItem>,
}

/// SHA-256 over the facts, the scope and the failing rows that the report was made from.
fn data_hash(data: &Annual) -> String {
    let items: Vec<_> = data.items.iter().collect();
    let text = serde_json::to_string(&(&*data.facts, &data.scope, items, &data.cases, &data.debts)).unwrap_or_default();
    hex::encode(Sha256::digest(text.as_bytes()))
}

// ---------------------------------------------------------------- what the template may name

#[derive(Debug, Serialize)]
struct Named<'a> {
    name: &'a str,
    body: &'a str,
}

#[derive(Debug, Serialize)]
struct Share<'a> {
    rate: &'a str,
    hits: u64,
    total: u64,
}

impl<'a> Share<'a> {
    fn of(figure: &'a Figure) -> Self {
        Self { rate: &figure.display, hits: figure.numerator, total: figure.denominator }
    }
}

#[derive(Debug, Serialize)]
struct KeyLine {
    name: String,
    value: String,
    hits: u64,
    total: u64,
    left_out: usize,
    /// With its sign; `None` without a target.
    target: Option<String>,
}

#[derive(Debug, Serialize)]
struct LevelLine<'a> {
    level: &'a str,
    kind: &'a str,
    batches: u64,
    failing: u64,
    batches_before: u64,
}

#[derive(Debug, Serialize)]
struct RateLine<'a> {
    name: &'a str,
    batches: u64,
    failing: u64,
    rate: &'a str,
    batches_before: u64,
    rate_before: &'a str,
    change: &'a str,
}

#[derive(Debug, Serialize)]
struct StreetRow<'a> {
    street: String,
    planned: u64,
    done: u64,
    done_rate: &'a str,
    batches: u64,
    failing: u64,
    rate: &'a str,
}

#[derive(Debug, Serialize)]
struct GroupRow<'a> {
    name: &'a str,
    count: u64,
    share: &'a str,
}

#[derive(Debug, Serialize)]
struct TopRow<'a> {
    no: usize,
    item: &'a str,
    food: &'a str,
    count: u64,
}

#[derive(Debug, Serialize)]
struct PointRow<'a> {
    name: &'a str,
    tests: u64,
    valid: u64,
    positive: u64,
    rate: &'a str,
}

#[derive(Debug, Serialize)]
struct StreetCases {
    street: String,
    opened: u64,
    closed: u64,
    in_time: u64,
    overdue: u64,
    cancelled: u64,
}

#[derive(Debug, Serialize)]
struct CaseRow<'a> {
    no: &'a str,
    sheet: &'a str,
    street: String,
    due: NaiveDate,
    /// When it was closed, if it was.
    closed: Option<NaiveDate>,
}

#[derive(Debug, Serialize)]
struct Day {
    /// As text, so that its thousands are not parted.
    year: String,
    month: u32,
    day: u32,
    iso: NaiveDate,
}

#[derive(Debug, Serialize)]
struct TypicalCase<'a> {
    no: &'a str,
    operator: &'a str,
    product: &'a str,
    failing: &'a [String],
    cause: &'a str,
    outcome: &'a str,
    document: &'a str,
    closed_on: Day,
}

#[derive(Debug, Serialize)]
struct Problem<'a> {
    no: &'a str,
    product: &'a str,
    failing: &'a [String],
    operator: &'a str,
    state: &'a str,
}

#[derive(Debug, Serialize)]
struct Rectified<'a> {
    no: &'a str,
    operator: &'a str,
    measures: &'a str,
    checked_on: &'a str,
    result: &'a str,
}

#[derive(Debug, Serialize)]
struct FailingItem<'a> {
    item: &'a str,
    result: &'a str,
    limit: &'a str,
}

#[derive(Debug, Serialize)]
struct FailingRow<'a> {
    no: usize,
    sheet: &'a str,
    producer: &'a str,
    operator: &'a str,
    food: &'a str,
    spec: &'a str,
    made_on: &'a str,
    items: Vec<FailingItem<'a>>,
    class: &'a str,
}

/// 法定数字 as they are on the day of the report.
#[derive(Debug, Serialize)]
struct OfLaw {
    /// 每千人批次 asked for.
    per_thousand: String,
    /// Within what time a rapid positive is handled.
    rapid_handled_within: String,
}

/// 事实 by the names that the template uses; the head of each chapter there says what they are.
#[derive(Debug, Serialize)]
struct Told<'a> {
    law: OfLaw,
    district: Named<'a>,
    template: &'static str,
    /// As text, so that its thousands are not parted.
    year: String,
    as_of: NaiveDate,
    calendar: &'a str,
    scope: String,
    planned: u64,
    done: u64,
    counted: u64,
    people_known: bool,
    target: String,
    required: u64,
    reached: &'a str,
    met: bool,
    missed: bool,
    discovery: Share<'a>,
    figures: Vec<KeyLine>,
    months: Vec<u8>,
    levels: Vec<LevelLine<'a>>,
    links: Vec<RateLine<'a>>,
    online: Vec<RateLine<'a>>,
    classes: Vec<RateLine<'a>>,
    scheme: &'a str,
    without_failing: &'a [String],
    farm: Vec<RateLine<'a>>,
    key_foods: Vec<RateLine<'a>>,
    streets: Vec<StreetRow<'a>>,
    failing_items: u64,
    groups: Vec<GroupRow<'a>>,
    top: Vec<TopRow<'a>>,
    areas: Vec<RateLine<'a>>,
    places: Vec<RateLine<'a>>,
    points: Vec<PointRow<'a>>,
    rapid_positive: Share<'a>,
    rapid_handled: &'a str,
    rapid_confirmed: &'a str,
    no_cases: bool,
    cases: usize,
    closed: usize,
    disposal: Share<'a>,
    on_time: &'a str,
    not_due: usize,
    sealed: String,
    recalled: String,
    filed: String,
    exempted: String,
    fines: String,
    transferred: String,
    by_street: Vec<StreetCases>,
    overdue: Vec<CaseRow<'a>>,
    compared: Vec<RateLine<'a>>,
    until: NaiveDate,
    typical: Vec<TypicalCase<'a>>,
    leading: Vec<RateLine<'a>>,
    first_group: GroupRow<'a>,
    common: Vec<TopRow<'a>>,
    problems: Vec<Problem<'a>>,
    rectified: Vec<Rectified<'a>>,
    accountable: Vec<CaseRow<'a>>,
    failing: Vec<FailingRow<'a>>,
}

fn rate_line(line: &Line, lang: Lang) -> RateLine<'_> {
    RateLine {
        name: lang.pick(&line.zh, &line.en),
        batches: line.now.batches,
        failing: line.now.failing,
        rate: &line.now.display,
        batches_before: line.before.batches,
        rate_before: &line.before.display,
        change: line.delta_points.as_deref().unwrap_or("--"),
    }
}

/// Lines with a batch in one of the two years.
fn rate_lines<'a>(lines: impl IntoIterator<Item = &'a Line>, lang: Lang) -> Vec<RateLine<'a>> {
    lines.into_iter().filter(|l| l.now.batches + l.before.batches > 0).map(|l| rate_line(l, lang)).collect()
}

/// 不合格率 of the classes that are compared, highest first.
fn leading(tables: &Tables) -> Vec<&Line> {
    let mut lines: Vec<&Line> = tables.by_class.iter().filter(|l| l.now.failing > 0 && !l.now.small).collect();
    lines.sort_by(|a, b| b.now.compare(&a.now));
    lines
}

/// 关键指标 in the order in which they stand.
fn key_figures(kpis: &Kpis) -> [&Figure; 6] {
    [&kpis.per_thousand, &kpis.discovery, &kpis.evaluative, &kpis.disposal, &kpis.disposal_on_time, &kpis.report_on_time]
}

fn key_line(figure: &Figure, lang: Lang) -> KeyLine {
    let unit = if figure.unit == Unit::Percent { "%" } else { "" };
    KeyLine {
        name: figure.name(lang),
        value: figure.display.clone(),
        hits: figure.numerator,
        total: figure.denominator,
        left_out: figure.left_out.values().map(Vec::len).sum(),
        target: figure.target.as_ref().map(|t| format!("{t}{unit}")),
    }
}

/// 已办结 by a day.
fn closed_by(case: &Case, day: NaiveDate) -> Option<NaiveDate> {
    case.closed_at.map(|at| at.date_naive()).filter(|on| *on <= day)
}

/// What is told of the cases: the ones of the year, and what is owed.
struct CasesTold<'a> {
    typical: Vec<TypicalCase<'a>>,
    problems: Vec<Problem<'a>>,
    rectified: Vec<Rectified<'a>>,
}

fn cases_told(data: &Annual, lang: Lang) -> CasesTold<'_> {
    let day = data.kpis.as_of;
    let facts: BTreeMap<CaseId, &CaseFact> = data.facts.cases.iter().map(|c| (c.case_id, c)).collect();
    let cancelled = |c: &Case| facts.get(&c.id).is_some_and(|f| f.cancelled);
    // in which state it stood on the day of the report; of some days that is not known
    let stood = |c: &Case| facts.get(&c.id).and_then(|f| CaseState::parse(&f.state)).map_or("", |s| s.label(lang));
    let typical = data.cases.iter().filter(|c| c.part != Part::Production).filter_map(|c| {
        let on = closed_by(c, day)?;
        let written = |block: CaseBlock, key: &str| c.blocks.get(&block).map_or("", |b| b.get(key));
        Some(TypicalCase {
            no: &c.no,
            operator: &c.operator,
            product: &c.product,
            failing: &c.failing,
            cause: written(CaseBlock::Cause, "cause"),
            outcome: written(CaseBlock::Penalty, "filed"),
            document: written(CaseBlock::Penalty, "doc_no"),
            closed_on: Day { year: on.year().to_string(), month: on.month(), day: on.day(), iso: on },
        })
    });
    let open = data.debts.iter().chain(&data.cases).filter(|c| !cancelled(c) && closed_by(c, day).is_none());
    let rectified = data.cases.iter().filter(|c| closed_by(c, day).is_some()).filter_map(|c| {
        let block = c.blocks.get(&CaseBlock::Rectify).filter(|b| b.inapplicable.is_none())?;
        Some(Rectified { no: &c.no, operator: &c.operator, measures: block.get("measures"), checked_on: block.get("checked_on"), result: block.get("result") })
    });
    CasesTold {
        typical: typical.take(3).collect(),
        problems: open.map(|c| Problem { no: &c.no, product: &c.product, failing: &c.failing, operator: &c.operator, state: stood(c) }).collect(),
        rectified: rectified.collect(),
    }
}

fn failing_rows(data: &Annual) -> Vec<FailingRow<'_>> {
    let rows = data.failing.iter().enumerate().map(|(index, f)| {
        let sheet = &f.sample.sheet;
        let items = f.items.iter().map(|i| FailingItem {
            item: &i.analyte,
            result: if i.understood.is_empty() { &i.raw } else { &i.understood },
            limit: i.limit.as_ref().map_or("/", |l| l.text.as_str()),
        });
        FailingRow {
            no: index + 1,
            sheet: f.sample.number(),
            producer: sheet.get("prod_name"),
            operator: sheet.get("site_name"),
            food: sheet.get("name"),
            spec: sheet.get("spec"),
            made_on: sheet.get("made_on"),
            items: items.collect(),
            class: sheet.get("cat1"),
        }
    });
    rows.collect()
}

fn told<'d>(data: &'d Annual, source: Source) -> Told<'d> {
    let lang = source.lang;
    let (k, t) = (&data.kpis, &data.tables);
    let street = |code: &str| data.streets.get(code).map_or_else(|| code.to_owned(), |s| s.name.clone());
    let case_rows = |lines: &mut dyn Iterator<Item = &'d shiyan_indicators::CaseLine>| -> Vec<CaseRow<'d>> {
        let row = |c: &'d shiyan_indicators::CaseLine| CaseRow {
            no: &c.case_no,
            sheet: &c.sampling_no,
            street: street(&c.street),
            due: c.due_on,
            closed: c.closed_on,
        };
        lines.map(row).collect()
    };
    let mine: Vec<&CaseFact> = data.facts.cases.iter().filter(|c| !c.cancelled && What::Cases.of_case(c, &data.scope, k.as_of)).collect();
    let CasesTold { typical, problems, rectified } = cases_told(data, lang);
    let law = |key: &str| shiyan_statute::said(key, k.as_of, lang);
    Told {
        law: OfLaw { per_thousand: law("{N01}"), rapid_handled_within: law("{D37}") },
        district: Named { name: data.district.name.pick(lang), body: data.district.body.pick(lang) },
        template: source.version(),
        year: data.scope.year.to_string(),
        as_of: k.as_of,
        calendar: &shiyan_statute::calendar().version,
        scope: scope_line(k.scope_line(lang), &data.streets),
        planned: t.by_street.iter().map(|s| s.planned).sum(),
        done: t.by_street.iter().map(|s| s.done).sum(),
        counted: k.per_thousand.numerator,
        people_known: data.scope.people().is_some(),
        target: data.scope.target_per_mille.normalize().to_string(),
        required: k.required,
        reached: &k.per_thousand.display,
        met: k.per_thousand.met == Some(true),
        missed: k.per_thousand.met == Some(false),
        discovery: Share::of(&k.discovery),
        figures: key_figures(k).into_iter().map(|f| key_line(f, lang)).collect(),
        months: t.by_month.iter().map(|m| m.month).collect(),
        levels: t
            .by_level_kind
            .iter()
            .filter(|r| r.now.batches + r.before.batches > 0)
            .map(|r| LevelLine {
                level: r.level.label(lang),
                kind: r.kind.label(lang),
                batches: r.now.batches,
                failing: r.now.failing,
                batches_before: r.before.batches,
            })
            .collect(),
        links: rate_lines(&t.by_link, lang),
        online: rate_lines([&t.online], lang),
        classes: rate_lines(&t.by_class, lang),
        scheme: shiyan_statute::class_scheme(data.scope.year).label(lang),
        without_failing: &t.classes_without_failing,
        farm: rate_lines(&t.farm_subclasses, lang),
        key_foods: rate_lines(&t.key_foods, lang),
        streets: t
            .by_street
            .iter()
            .map(|s| StreetRow {
                street: street(&s.street),
                planned: s.planned,
                done: s.done,
                done_rate: &s.done_display,
                batches: s.now.batches,
                failing: s.now.failing,
                rate: &s.now.display,
            })
            .collect(),
        failing_items: t.failing_items,
        groups: t.failing_groups.iter().map(|g| GroupRow { name: &g.group, count: g.count, share: &g.share }).collect(),
        top: top_rows(t),
        areas: rate_lines(&t.by_area, lang),
        places: rate_lines(&t.by_place, lang),
        points: t.rapid_by_point.iter().map(|r| PointRow { name: &r.key, tests: r.tests, valid: r.valid, positive: r.positive, rate: &r.display }).collect(),
        rapid_positive: Share::of(&k.rapid.positive),
        rapid_handled: &k.rapid.handled.display,
        rapid_confirmed: &k.rapid.confirmed.display,
        no_cases: data.cases.is_empty() && k.overdue.is_empty(),
        cases: mine.len(),
        closed: mine.iter().filter(|c| c.closed_by(k.as_of).is_some()).count(),
        disposal: Share::of(&k.disposal),
        on_time: &k.disposal_on_time.display,
        not_due: k.open_not_due.len(),
        sealed: template::grouped(&k.disposed.sealed.display),
        recalled: template::grouped(&k.disposed.recalled.display),
        filed: template::grouped(&k.disposed.filed.display),
        exempted: template::grouped(&k.disposed.exempted.display),
        fines: template::grouped(&k.disposed.fines.display),
        transferred: template::grouped(&k.disposed.transferred.display),
        by_street: t
            .cases_by_street
            .iter()
            .map(|c| StreetCases {
                street: street(&c.street),
                opened: c.opened,
                closed: c.closed,
                in_time: c.closed_in_time,
                overdue: c.overdue,
                cancelled: c.cancelled,
            })
            .collect(),
        overdue: case_rows(&mut k.overdue.iter()),
        compared: rate_lines([&t.total], lang),
        until: t.before_until,
        typical,
        leading: leading(t).into_iter().take(3).map(|l| rate_line(l, lang)).collect(),
        first_group: t.failing_groups.first().map_or(GroupRow { name: "", count: 0, share: "" }, |g| GroupRow {
            name: &g.group,
            count: g.count,
            share: &g.share,
        }),
        common: top_rows(t).into_iter().take(3).collect(),
        problems,
        rectified,
        accountable: case_rows(&mut k.overdue.iter().chain(&k.closed_late)),
        failing: failing_rows(data),
    }
}

fn top_rows(tables: &Tables) -> Vec<TopRow<'_>> {
    tables.top_items.iter().enumerate().map(|(i, r)| TopRow { no: i + 1, item: &r.analyte, food: &r.food, count: r.count }).collect()
}

// ---------------------------------------------------------------- the paper

/// The model of the annual report: its template filled in with the facts of the year.
///
/// # Errors
/// The template names what there is not, or a table does not fit its columns: with file and line.
pub fn model(data: &Annual, lang: Lang) -> Result<Model, ReportError> {
    set(data, template::annual(lang))
}

fn set(data: &Annual, source: Source) -> Result<Model, ReportError> {
    let lang = source.lang;
    let k = &data.kpis;
    let Filled { paper, title, pieces } = source.fill(&told(data, source))?;
    let mut sections: Vec<Section> = Vec::new();
    let mut tables = 0;
    for piece in pieces {
        let block = match piece {
            Piece::Chapter { heading, annex, wide } => {
                let heading = if annex { heading } else { numbered(sections.len(), &heading, lang) };
                sections.push(Section { heading, blocks: Vec::new(), annex, landscape: wide });
                continue;
            }
            Piece::Sub(text) => Block::SubHeading(text),
            Piece::Paragraph(text) => Block::Paragraph(text),
            Piece::Nothing(text) => Block::Empty(text),
            Piece::Part(kind, name, words) => match kind.as_str() {
                "table" => table(source, &name, &words, &mut tables)?,
                "chart" => Block::Chart(chart(data, source, &name, &words)?),
                "figures" => Block::Figures(figures(k, source, &words)?),
                other => return Err(source.wrong(&format!("[{other}] in the middle of the paper"))),
            },
        };
        sections.last_mut().ok_or_else(|| source.wrong("text before the first chapter"))?.blocks.push(block);
    }
    Ok(Model {
        lang,
        title: title.join("\n"),
        issuer: paper.get("issuer"),
        doc_no: None,
        date: k.as_of,
        scope: paper.get("scope"),
        contents: true,
        sections,
        data_version: paper.get("data"),
        data_hash: data_hash(data),
        demo: data.demo,
        created_at: k.as_of.and_hms_opt(0, 0, 0).and_then(|at| at.and_local_timezone(shiyan_foundation::shanghai()).single()).unwrap_or_default(),
    })
}

/// `一、总体情况`, `1. Overview`
fn numbered(index: usize, heading: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}、{heading}", chinese(index + 1)),
        Lang::En => format!("{}. {heading}", index + 1),
    }
}

/// A number below a hundred in Chinese characters.
fn chinese(n: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: usize| DIGITS.get(n).copied().unwrap_or_default();
    match (n / 10, n % 10) {
        (0, ones) => digit(ones).to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens, ones) => format!("{}十{}", digit(tens), digit(ones)),
    }
}

fn table(source: Source, name: &str, words: &Words, tables: &mut usize) -> Result<Block, ReportError> {
    let rows = words.cells("row");
    let none = words.get("none");
    if rows.is_empty() && !none.is_empty() {
        return Ok(Block::Empty(none));
    }
    let columns: Vec<Column> = words
        .cells("columns")
        .concat()
        .iter()
        .map(|h| match h.strip_prefix('#') {
            Some(name) => Column::new(name, Align::Right),
            None => Column::new(h, Align::Left),
        })
        .collect();
    if columns.is_empty() || rows.iter().any(|r| r.len() != columns.len()) {
        return Err(source.wrong(&format!("[table {name}]: a row has not as many cells as there are columns")));
    }
    let mut caption = words.get("caption");
    if !caption.is_empty() {
        *tables += 1;
        caption = source.lang.pick(&format!("表{tables} {caption}"), &format!("Table {tables}. {caption}")).to_owned();
    }
    Ok(Block::Table(Table { caption, columns, rows, total: false, note: words.get("note") }))
}

fn figures(kpis: &Kpis, source: Source, words: &Words) -> Result<Figures, ReportError> {
    let (all, lines) = (key_figures(kpis), words.cells("figure"));
    let cells = |line: &Vec<String>| <[String; 4]>::try_from(line.clone()).ok();
    if lines.len() != all.len() {
        return Err(source.wrong("[figures]: not one line a figure"));
    }
    let items = lines.iter().zip(all).map(|(line, figure)| {
        let [name, value, note, goal] = cells(line).ok_or_else(|| source.wrong("[figures]: a figure has name, value, note and goal"))?;
        Ok(KeyFigure { name, value, note, goal, met: figure.met })
    });
    Ok(Figures { items: items.collect::<Result<_, ReportError>>()?, scope: words.get("scope") })
}

fn percent(rate: &Rate) -> f64 {
    rate.percent.as_deref().and_then(|p| p.parse().ok()).unwrap_or(f64::NAN)
}

fn chart(data: &Annual, source: Source, name: &str, words: &Words) -> Result<ChartBlock, ReportError> {
    let (title, desc) = (words.get("title"), words.get("desc"));
    let chart = match name {
        "months" => {
            let (months, labels) = (&data.tables.by_month, words.list("label"));
            if labels.len() != months.len() {
                return Err(source.wrong("[chart months]: not one label a month"));
            }
            let series = |name: i32, of: fn(&shiyan_analytics::Month) -> f64| Series {
                name: name.to_string(),
                points: labels.iter().cloned().zip(months.iter().map(of)).collect(),
            };
            Chart::Trend(Trend {
                title,
                desc,
                now: series(data.scope.year, |m| percent(&m.now)),
                last_year: Some(series(data.scope.year - 1, |m| percent(&m.whole))),
                texts: months.iter().map(|m| m.now.display.clone()).collect(),
                n: months.iter().map(|m| m.now.batches).collect(),
                decimals: 1,
                unit: "%".into(),
            })
        }
        "classes" => {
            let mut lines = leading(&data.tables);
            lines.truncate(15);
            Chart::Ranking(Ranking {
                title,
                desc,
                series: Series {
                    name: words.get("series"),
                    points: lines.iter().map(|l| (source.lang.pick(&l.zh, &l.en).to_owned(), percent(&l.now))).collect(),
                },
                texts: lines.iter().map(|l| l.now.display.clone()).collect(),
                n: lines.iter().map(|l| l.now.batches).collect(),
                decimals: 1,
                unit: "%".into(),
                mark: None,
            })
        }
        "groups" => {
            #[allow(clippy::cast_precision_loss)] // a bar has no more digits than a screen
            let points = data.tables.failing_groups.iter().map(|g| (g.group.clone(), g.count as f64)).collect();
            Chart::Pareto(Pareto {
                title,
                desc,
                series: Series { name: words.get("series"), points },
                texts: data.tables.failing_groups.iter().map(|g| g.cumulative.clone()).collect(),
                unit: words.get("unit"),
                cumulative: words.get("cumulative"),
            })
        }
        other => return Err(source.wrong(&format!("[chart {other}]: there is no such chart"))),
    };
    Ok(ChartBlock { caption: words.get("caption"), chart, note: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn day(m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, m, d).unwrap()
    }
    fn line(name: &'static str) -> Vec<RateLine<'static>> {
        vec![RateLine { name, batches: 100, failing: 3, rate: "3.00%", batches_before: 90, rate_before: "2.22%", change: "+0.78" }]
    }
    fn case(closed: Option<NaiveDate>) -> CaseRow<'static> {
        CaseRow { no: "HC2026-0001-LT", sheet: "XBJ26000000000000001", street: "示范路街道".into(), due: day(5, 1), closed }
    }

    /// Every list with a line in it, every sentence with something to say.
    fn full(source: Source) -> Told<'static> {
        static LIST: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| vec!["腐霉利".into(), "克百威".into()]);
        Told {
            law: OfLaw { per_thousand: "4".to_owned(), rapid_handled_within: source.lang.pick("72小时", "72 hours").to_owned() },
            district: Named { name: "示范市示范区", body: "示范区市场监督管理局" },
            template: source.version(),
            year: "2026".into(),
            as_of: day(12, 31),
            calendar: "2026",
            scope: "示范口径。".into(),
            planned: 5_400,
            done: 5_000,
            counted: 5_332,
            people_known: true,
            target: "4".into(),
            required: 5_332,
            reached: "4.00",
            met: true,
            missed: false,
            discovery: Share { rate: "3.00%", hits: 120, total: 4_000 },
            figures: vec![KeyLine { name: "千人批次".into(), value: "4.00".into(), hits: 5_332, total: 1_333_000, left_out: 7, target: Some("4".into()) }],
            months: vec![1, 2],
            levels: vec![LevelLine { level: "区抽", kind: "监督抽检", batches: 10, failing: 1, batches_before: 9 }],
            links: line("流通"),
            online: line("网络"),
            classes: line("糕点"),
            scheme: "示范目录",
            without_failing: &LIST,
            farm: line("鳞茎类"),
            key_foods: line("韭菜"),
            streets: vec![StreetRow { street: "示范路街道".into(), planned: 9, done: 9, done_rate: "100.00%", batches: 8, failing: 1, rate: "1/8" }],
            failing_items: 2,
            groups: vec![GroupRow { name: "农药残留", count: 2, share: "100.00%" }],
            top: vec![TopRow { no: 1, item: "腐霉利", food: "韭菜", count: 2 }],
            areas: line("城市"),
            places: line("超市"),
            points: vec![PointRow { name: "示范快检点", tests: 9, valid: 8, positive: 1, rate: "1/8" }],
            rapid_positive: Share { rate: "1/8", hits: 1, total: 8 },
            rapid_handled: "100.00%",
            rapid_confirmed: "—",
            no_cases: false,
            cases: 3,
            closed: 2,
            disposal: Share { rate: "100.00%", hits: 2, total: 2 },
            on_time: "50.00%",
            not_due: 1,
            sealed: "0.3".into(),
            recalled: "4.5".into(),
            filed: "1".into(),
            exempted: "1".into(),
            fines: "5000.5".into(),
            transferred: "0".into(),
            by_street: vec![StreetCases { street: "示范路街道".into(), opened: 3, closed: 2, in_time: 1, overdue: 1, cancelled: 0 }],
            overdue: vec![case(None)],
            compared: line("合计"),
            until: day(12, 30),
            typical: vec![TypicalCase {
                no: "HC2026-0001-LT",
                operator: "示范店",
                product: "韭菜",
                failing: &LIST,
                cause: "原料问题",
                outcome: "立案处罚",
                document: "示范1号",
                closed_on: Day { year: "2026".into(), month: 6, day: 1, iso: day(6, 1) },
            }],
            leading: line("糕点"),
            first_group: GroupRow { name: "农药残留", count: 2, share: "100.00%" },
            common: vec![TopRow { no: 1, item: "腐霉利", food: "韭菜", count: 2 }],
            problems: vec![Problem { no: "HC2026-0002-LT", product: "韭菜", failing: &LIST, operator: "示范店", state: "处置中" }],
            rectified: vec![Rectified { no: "HC2026-0001-LT", operator: "示范店", measures: "换货", checked_on: "2026-05-01", result: "合格" }],
            accountable: vec![case(None), case(Some(day(5, 3)))],
            failing: vec![FailingRow {
                no: 1,
                sheet: "XBJ26000000000000001",
                producer: "示范厂",
                operator: "示范店",
                food: "韭菜",
                spec: "散装",
                made_on: "2026-03-01",
                items: vec![
                    FailingItem { item: "腐霉利", result: "0.5mg/kg", limit: "≤0.2mg/kg" },
                    FailingItem { item: "克百威", result: "0.1", limit: "≤0.02" },
                ],
                class: "食用农产品",
            }],
        }
    }
    /// A year in which nothing happened, of some streets.
    fn bare(source: Source) -> Told<'static> {
        Told {
            people_known: false,
            met: false,
            missed: true,
            levels: Vec::new(),
            links: Vec::new(),
            online: Vec::new(),
            failing_items: 0,
            points: Vec::new(),
            no_cases: true,
            typical: Vec::new(),
            leading: Vec::new(),
            problems: Vec::new(),
            rectified: Vec::new(),
            accountable: Vec::new(),
            failing: Vec::new(),
            ..full(source)
        }
    }
    /// The wording as somebody who corrects it would like to see it.
    fn printed(filled: &Filled) -> String {
        let mut out = filled.title.join("\n") + "\n" + &format!("{:?}\n", filled.paper);
        for piece in &filled.pieces {
            out += &match piece {
                Piece::Chapter { heading, annex, wide } => {
                    format!("\n# {heading}{}{}\n", if *annex { " (annex)" } else { "" }, if *wide { " (wide)" } else { "" })
                }
                Piece::Sub(text) => format!("## {text}\n"),
                Piece::Paragraph(text) => format!("{text}\n"),
                Piece::Nothing(text) => format!("> {text}\n"),
                Piece::Part(kind, name, words) => format!("[{kind} {name}] {words:?}\n"),
            };
        }
        out.replace("\\u{fdd0}", "")
    }

    #[test]
    fn every_sentence_of_the_report_says_what_it_said() {
        let mut changed = Vec::new();
        for lang in [Lang::Zh, Lang::En] {
            let source = template::annual(lang);
            let missed = Told { met: false, missed: false, overdue: Vec::new(), ..full(source) };
            let said = [full(source), bare(source), missed].iter().map(|told| printed(&source.fill(told).unwrap())).collect::<Vec<_>>().join("\n========\n\n");
            for brace in ["{{", "}}", "{%", "%}", "{#", "#}"] {
                assert!(!said.contains(brace), "{brace} is left over in {}", source.name);
            }
            let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("wording-{}", source.name));
            if std::env::var("SHIYAN_BLESS").is_ok_and(|v| v == "1") {
                std::fs::write(&kept, &said).unwrap();
            }
            let expected = std::fs::read_to_string(&kept).unwrap_or_default();
            if said != expected {
                changed.push(format!("{}: {:?}", source.name, said.lines().zip(expected.lines()).find(|(a, b)| a != b)));
            }
        }
        assert!(changed.is_empty(), "{}", changed.join("\n"));
    }
    #[test]
    fn a_template_names_only_what_is_told_in_any_case_and_in_both_languages() {
        let known: BTreeSet<String> = serde_json::to_value(full(template::annual(Lang::Zh))).unwrap().as_object().unwrap().keys().cloned().collect();
        let [zh, en] = [Lang::Zh, Lang::En].map(|lang| template::annual(lang).names().unwrap());
        assert_eq!(zh.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
        assert_eq!(zh, en, "both languages say the same facts");
        assert_eq!(known.difference(&zh).collect::<Vec<_>>(), Vec::<&String>::new(), "a fact that no template names need not be told");
    }
    #[test]
    fn chapters_are_numbered_in_chinese() {
        let all: Vec<String> = [1, 10, 11, 20, 21, 99].map(chinese).into();
        assert_eq!(all, ["一", "十", "十一", "二十", "二十一", "九十九"]);
    }
}
