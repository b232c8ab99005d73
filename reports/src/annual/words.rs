//! 年度报告的内容 what the annual report is told: the facts that its template may name, typed and counted elsewhere, and the tables and charts
//! beside them. The wording and the order of the chapters are in `templates/annual.zh.txt` and its English twin.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use sha2::{Digest, Sha256};
use shiyan_analytics::{Line, Tables};
use shiyan_foundation::area::{District, Street};
use shiyan_foundation::ids::CaseId;
use shiyan_foundation::text::thousands;
use shiyan_foundation::{Label, Lang};
use shiyan_indicators::{CaseFact, Facts, Figure, ItemFact, KpiScope, Kpis, ReportChapter, Unit, What, scope_line};
use shiyan_lab_results::order::TestItem;
use shiyan_nonconformity::{Block as CaseBlock, Case, CaseState, Part};
use shiyan_sample_intake::Sample;

use super::{Block, Figures, KeyFigure, Model, Section, charts, more};
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
    /// 本单位所写 the office's own paragraphs, by chapter.
    pub own: BTreeMap<ReportChapter, String>,
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
    let own: Vec<_> = data.own.iter().map(|(chapter, text)| (chapter.code(), text)).collect();
    let text = serde_json::to_string(&(&*data.facts, &data.scope, items, &data.cases, &data.debts, own)).unwrap_or_default();
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
    /// Too few batches for a percentage.
    small: bool,
    /// Whether both years show a percentage.
    compared: bool,
    risen: bool,
    fallen: bool,
    /// 百分点 without its sign.
    points: &'a str,
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

/// 核查处置 one case of the annex.
#[derive(Debug, Serialize)]
struct Disposed<'a> {
    no: &'a str,
    sheet: &'a str,
    street: String,
    operator: &'a str,
    product: &'a str,
    failing: &'a [String],
    due: NaiveDate,
    closed: Option<NaiveDate>,
    state: &'a str,
    cause: &'a str,
    outcome: &'a str,
    document: &'a str,
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
    /// Too long for one line of its column.
    long: bool,
}

#[derive(Debug, Serialize)]
struct FailingRow<'a> {
    no: usize,
    sheet: &'a str,
    producer: &'a str,
    producer_at: &'a str,
    operator: &'a str,
    operator_at: &'a str,
    food: &'a str,
    spec: &'a str,
    brand: &'a str,
    made_on: &'a str,
    items: Vec<FailingItem<'a>>,
    class: &'a str,
    lab: &'a str,
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
pub(super) struct Told<'a> {
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
    pub(super) points: Vec<more::Tested>,
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
    total: RateLine<'a>,
    until: NaiveDate,
    typical: Vec<TypicalCase<'a>>,
    leading: Vec<RateLine<'a>>,
    first_group: GroupRow<'a>,
    common: Vec<TopRow<'a>>,
    problems: Vec<Problem<'a>>,
    rectified: Vec<Rectified<'a>>,
    accountable: Vec<CaseRow<'a>>,
    failing: Vec<FailingRow<'a>>,
    disposed: Vec<Disposed<'a>>,
    year_before: String,
    growth: Option<more::Growth>,
    busiest: Option<more::Busiest>,
    /// For a chart alone.
    #[serde(skip)]
    pub(super) months_compare: bool,
    classes_moved: more::Moved,
    all_batches_before: u64,
    streets_reached: usize,
    streets_behind: Vec<StreetRow<'a>>,
    pub(super) producers: Vec<more::Part>,
    pub(super) labs: Vec<more::LabRow>,
    /// For a chart alone.
    #[serde(skip)]
    pub(super) lab_days: Vec<(u32, String)>,
    pub(super) timely: Vec<more::Timely>,
    /// For a chart alone.
    #[serde(skip)]
    pub(super) funnel: Vec<more::Part>,
    pub(super) causes: Vec<more::Part>,
    pub(super) rapid_items: Vec<more::Tested>,
    /// For a chart alone.
    #[serde(skip)]
    pub(super) rapid_months: Vec<more::Tested>,
    rapid_tests: u64,
    meanings: Vec<more::Meaning>,
    cases_sum: StreetCases,
    debts: usize,
    has_causes: bool,
    has_next: bool,
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
        small: line.now.small,
        compared: line.delta_points.is_some(),
        risen: line.delta_points.as_ref().is_some_and(|d| d.starts_with('+')),
        fallen: line.delta_points.as_ref().is_some_and(|d| d.starts_with('-')),
        points: line.delta_points.as_deref().unwrap_or("--").trim_start_matches(['+', '-']),
    }
}

/// Lines with a batch in one of the two years.
fn rate_lines<'a>(lines: impl IntoIterator<Item = &'a Line>, lang: Lang) -> Vec<RateLine<'a>> {
    lines.into_iter().filter(|l| l.now.batches + l.before.batches > 0).map(|l| rate_line(l, lang)).collect()
}

/// 不合格率 of the classes that are compared, highest first.
pub(super) fn leading(tables: &Tables) -> Vec<&Line> {
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
    disposed: Vec<Disposed<'a>>,
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
    let disposed = data.cases.iter().filter(|c| !cancelled(c)).filter_map(|c| {
        let fact = facts.get(&c.id)?;
        let written = |block: CaseBlock, key: &str| c.blocks.get(&block).map(|b| b.get(key)).filter(|v| !v.is_empty()).unwrap_or("/");
        let closed = closed_by(c, day);
        // what was decided is told when the case is closed, not while it is under way
        let of = |block, key| if closed.is_some() { written(block, key) } else { "/" };
        Some(Disposed {
            no: &c.no,
            sheet: &c.sampling_no,
            street: data.streets.get(&c.street).map_or_else(|| c.street.clone(), |s| s.name.clone()),
            operator: &c.operator,
            product: &c.product,
            failing: &c.failing,
            due: fact.due_on,
            closed,
            state: stood(c),
            cause: of(CaseBlock::Cause, "cause"),
            outcome: of(CaseBlock::Penalty, "filed"),
            document: of(CaseBlock::Penalty, "doc_no"),
        })
    });
    CasesTold {
        typical: typical.take(3).collect(),
        problems: open.map(|c| Problem { no: &c.no, product: &c.product, failing: &c.failing, operator: &c.operator, state: stood(c) }).collect(),
        rectified: rectified.collect(),
        disposed: disposed.collect(),
    }
}

/// What may not be there has no unit.
fn bare(limit: &str) -> &str {
    ["不得检出", "不得使用"].iter().find(|word| limit.starts_with(**word)).copied().unwrap_or(limit)
}

fn failing_rows(data: &Annual) -> Vec<FailingRow<'_>> {
    let labs: HashMap<_, &str> = data.facts.batches.iter().map(|b| (b.sample_id, b.lab.as_str())).collect();
    let rows = data.failing.iter().enumerate().map(|(index, f)| {
        let sheet = &f.sample.sheet;
        let items = f.items.iter().map(|i| {
            let (result, limit) = (if i.understood.is_empty() { &i.raw } else { &i.understood }, i.limit.as_ref().map_or("/", |l| bare(&l.text)));
            let long = [&i.analyte, result.as_str(), limit].iter().flat_map(|t| t.chars()).map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>() > 24;
            FailingItem { item: &i.analyte, result, limit, long }
        });
        // what a sheet leaves open is not applicable, and stands as such on the list
        let said = |key: &str| Some(sheet.get(key)).filter(|v| !v.is_empty()).unwrap_or("/");
        FailingRow {
            no: index + 1,
            sheet: f.sample.number(),
            producer: said("prod_name"),
            producer_at: said("prod_addr"),
            operator: said("site_name"),
            operator_at: said("site_addr"),
            food: said("name"),
            spec: said("spec"),
            brand: said("brand"),
            made_on: said("made_on"),
            items: items.collect(),
            class: said("cat1"),
            lab: labs.get(&f.sample.id).copied().filter(|l| !l.is_empty()).unwrap_or("/"),
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
    let CasesTold { typical, problems, rectified, disposed } = cases_told(data, lang);
    let facts: HashMap<CaseId, &CaseFact> = data.facts.cases.iter().map(|c| (c.case_id, c)).collect();
    let closed = mine.iter().filter(|c| c.closed_by(k.as_of).is_some()).count();
    let cancelled: u64 = t.cases_by_street.iter().map(|c| c.cancelled).sum();
    let sum = |of: fn(&shiyan_analytics::CaseLine) -> u64| t.cases_by_street.iter().map(of).sum::<u64>();
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
        streets: t.by_street.iter().filter(|s| !s.street.is_empty()).map(|s| street_row(s, street(&s.street))).collect(),
        failing_items: t.failing_items,
        groups: t.failing_groups.iter().map(|g| GroupRow { name: &g.group, count: g.count, share: &g.share }).collect(),
        top: top_rows(t),
        areas: rate_lines(&t.by_area, lang),
        places: rate_lines(&t.by_place, lang),
        points: more::tested(&t.rapid_by_point),
        rapid_positive: Share::of(&k.rapid.positive),
        rapid_handled: &k.rapid.handled.display,
        rapid_confirmed: &k.rapid.confirmed.display,
        no_cases: data.cases.is_empty() && k.overdue.is_empty(),
        cases: mine.len(),
        closed,
        disposal: Share::of(&k.disposal),
        on_time: &k.disposal_on_time.display,
        not_due: k.open_not_due.len(),
        sealed: thousands(&k.disposed.sealed.display),
        recalled: thousands(&k.disposed.recalled.display),
        filed: thousands(&k.disposed.filed.display),
        exempted: thousands(&k.disposed.exempted.display),
        fines: more::money(&k.disposed.fines.decimal, lang),
        transferred: thousands(&k.disposed.transferred.display),
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
        total: rate_line(&t.total, lang),
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
        disposed,
        year_before: (data.scope.year - 1).to_string(),
        growth: more::growth(t.total.now.batches, t.total.before.batches),
        busiest: more::busiest(t),
        months_compare: more::months_compare(t),
        classes_moved: more::moved(&t.by_class),
        all_batches_before: t.by_level_kind.iter().map(|r| r.before.batches).sum(),
        streets_reached: t.by_street.iter().filter(|s| s.planned > 0 && s.done >= s.planned).count(),
        streets_behind: behind(t).into_iter().map(|s| street_row(s, street(&s.street))).collect(),
        producers: more::producers(data, lang),
        labs: more::labs(data),
        lab_days: more::lab_days(data),
        timely: more::timely(k, lang),
        funnel: more::funnel(k, mine.len() as u64, cancelled, closed as u64, lang),
        causes: more::causes(&data.cases, &facts, k.as_of),
        rapid_items: more::tested_items(&t.rapid_by_item),
        rapid_months: more::tested(&t.rapid_by_month),
        rapid_tests: t.rapid_by_month.iter().map(|r| r.tests).sum(),
        meanings: more::meanings(&told_figures(k), lang),
        cases_sum: StreetCases {
            street: String::new(),
            opened: sum(|c| c.opened),
            closed: sum(|c| c.closed),
            in_time: sum(|c| c.closed_in_time),
            overdue: sum(|c| c.overdue),
            cancelled,
        },
        debts: data.debts.len(),
        has_causes: data.own.contains_key(&ReportChapter::Causes),
        has_next: data.own.contains_key(&ReportChapter::Next),
    }
}

/// Every figure that the annex of meanings explains.
fn told_figures(k: &Kpis) -> Vec<&Figure> {
    let rapid = [&k.rapid.valid, &k.rapid.positive, &k.rapid.handled, &k.rapid.confirmed];
    let timely = [&k.urgent_on_time, &k.serve_on_time, &k.publish_on_time];
    key_figures(k).into_iter().chain(timely).chain(rapid).filter(|f| f.denominator > 0).collect()
}

/// The streets that are furthest behind their plan, the lowest share first.
fn behind(t: &Tables) -> Vec<&shiyan_analytics::StreetLine> {
    let mut lines: Vec<_> = t.by_street.iter().filter(|s| !s.street.is_empty() && s.done < s.planned).collect();
    lines.sort_by(|a, b| (u128::from(a.done) * u128::from(b.planned)).cmp(&(u128::from(b.done) * u128::from(a.planned))).then_with(|| a.street.cmp(&b.street)));
    lines.truncate(3);
    lines
}

fn street_row(s: &shiyan_analytics::StreetLine, street: String) -> StreetRow<'_> {
    StreetRow { street, planned: s.planned, done: s.done, done_rate: &s.done_display, batches: s.now.batches, failing: s.now.failing, rate: &s.now.display }
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
    let told = told(data, source);
    let Filled { paper, title, pieces } = source.fill(&told)?;
    let mut sections: Vec<Section> = Vec::new();
    let (mut tables, mut charts, mut chapters) = (0, 0, 0);
    for piece in pieces {
        let block = match piece {
            Piece::Chapter { heading, annex, wide, plain } => {
                let heading = if annex || plain { heading } else { numbered(chapters, &heading, lang) };
                chapters += usize::from(!annex && !plain);
                sections.push(Section { heading, blocks: Vec::new(), annex, landscape: wide });
                continue;
            }
            Piece::Sub(text) => Block::SubHeading(text),
            Piece::Paragraph(text) => Block::Paragraph(text),
            Piece::Nothing(text) => Block::Empty(text),
            Piece::Part(kind, name, words) => match kind.as_str() {
                "table" => table(source, &name, &words, &mut tables)?,
                "chart" => {
                    let Some(mut chart) = charts::chart(data, &told, source, &name, &words)? else { continue };
                    charts += 1;
                    chart.caption = lang.pick(&format!("图{charts} {}", chart.caption), &format!("Figure {charts}. {}", chart.caption)).to_owned();
                    Block::Chart(chart)
                }
                "own" => {
                    let chapter = ReportChapter::parse(&name).ok_or_else(|| source.wrong(&format!("[own {name}]: there is no such chapter")))?;
                    let said = data.own.get(&chapter).map_or("", String::as_str);
                    let at = sections.last_mut().ok_or_else(|| source.wrong("text before the first chapter"))?;
                    at.blocks.extend(said.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| Block::Paragraph(line.to_owned())));
                    continue;
                }
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
    let mut rows = words.cells("row");
    let none = words.get("none");
    if rows.is_empty() && !none.is_empty() {
        return Ok(Block::Empty(none));
    }
    let widths: Vec<f32> = words.cells("widths").concat().iter().map(|w| w.parse().unwrap_or(1.0)).collect();
    let columns: Vec<Column> = words
        .cells("columns")
        .concat()
        .iter()
        .enumerate()
        .map(|(i, h)| {
            let column = h.strip_prefix('#').map_or_else(|| Column::new(h, Align::Left), |name| Column::new(name, Align::Right));
            column.weight(widths.get(i).copied().unwrap_or_default())
        })
        .collect();
    let sum = words.cells("sum");
    let total = !sum.is_empty();
    rows.extend(sum);
    if columns.is_empty() || rows.iter().any(|r| r.len() != columns.len()) {
        return Err(source.wrong(&format!("[table {name}]: a row has not as many cells as there are columns")));
    }
    let mut caption = words.get("caption");
    if !caption.is_empty() {
        *tables += 1;
        caption = source.lang.pick(&format!("表{tables} {caption}"), &format!("Table {tables}. {caption}")).to_owned();
    }
    Ok(Block::Table(Table { caption, columns, rows, total, note: words.get("note") }))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn day(m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, m, d).unwrap()
    }
    fn line(name: &'static str) -> Vec<RateLine<'static>> {
        vec![RateLine {
            name,
            batches: 100,
            failing: 3,
            rate: "3.00%",
            batches_before: 90,
            rate_before: "2.22%",
            change: "+0.78",
            small: false,
            compared: true,
            risen: true,
            fallen: false,
            points: "0.78",
        }]
    }
    fn tested(name: &str) -> more::Tested {
        more::Tested { name: name.into(), tests: 9, valid: 8, positive: 1, rate: "1/8".into() }
    }
    fn part(name: &str) -> more::Part {
        more::Part { name: name.into(), count: 3, share: "100.00%".into() }
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
            points: vec![tested("示范快检点")],
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
            fines: "5,000.5元".into(),
            transferred: "0".into(),
            by_street: vec![StreetCases { street: "示范路街道".into(), opened: 3, closed: 2, in_time: 1, overdue: 1, cancelled: 0 }],
            overdue: vec![case(None)],
            total: line("合计").remove(0),
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
                producer_at: "示范路1号",
                operator: "示范店",
                operator_at: "示范路2号",
                food: "韭菜",
                spec: "散装",
                brand: "/",
                made_on: "2026-03-01",
                items: vec![
                    FailingItem { item: "腐霉利", result: "0.5mg/kg", limit: "≤0.2mg/kg", long: true },
                    FailingItem { item: "克百威", result: "0.1", limit: "≤0.02", long: false },
                ],
                class: "食用农产品",
                lab: "示范检测中心",
            }],
            disposed: vec![Disposed {
                no: "HC2026-0001-LT",
                sheet: "XBJ26000000000000001",
                street: "示范路街道".into(),
                operator: "示范店",
                product: "韭菜",
                failing: &LIST,
                due: day(5, 1),
                closed: Some(day(4, 1)),
                state: "已办结",
                cause: "原料问题",
                outcome: "立案处罚",
                document: "示范1号",
            }],
            year_before: "2025".into(),
            growth: Some(more::Growth { more: true, by: 10, percent: "11.11".into() }),
            busiest: Some(more::Busiest { month: "6".into(), batches: 600 }),
            months_compare: true,
            classes_moved: more::Moved { tested: 30, compared: 12, up: 5, down: 6 },
            all_batches_before: 5_000,
            streets_reached: 3,
            streets_behind: vec![StreetRow { street: "示范路街道".into(), planned: 9, done: 3, done_rate: "33.33%", batches: 3, failing: 1, rate: "1/3" }],
            producers: vec![part("本区生产企业")],
            labs: vec![more::LabRow {
                name: "示范检测中心".into(),
                batches: 100,
                failing: 3,
                rate: "3.00%".into(),
                due: 100,
                in_time: 99,
                in_time_rate: "99.00%".into(),
                days: "9.5".into(),
            }],
            lab_days: Vec::new(),
            timely: vec![more::Timely { name: "报告及时率".into(), total: 100, hits: 99, rate: "99.00%".into(), target: "100%".into() }],
            funnel: vec![part("启动核查处置")],
            causes: vec![part("原料问题")],
            rapid_items: vec![tested("毒死蜱")],
            rapid_months: vec![tested("01")],
            rapid_tests: 12_345,
            meanings: vec![more::Meaning {
                name: "问题发现率".into(),
                hits: 120,
                total: 4_000,
                value: "3.00%".into(),
                target: "/".into(),
                left_out: "其他部门 3".into(),
            }],
            cases_sum: StreetCases { street: String::new(), opened: 3, closed: 2, in_time: 1, overdue: 1, cancelled: 0 },
            debts: 1,
            has_causes: true,
            has_next: true,
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
            disposed: Vec::new(),
            growth: None,
            busiest: None,
            streets_behind: Vec::new(),
            producers: Vec::new(),
            labs: Vec::new(),
            timely: Vec::new(),
            causes: Vec::new(),
            has_causes: false,
            has_next: false,
            total: RateLine { small: true, compared: false, risen: false, fallen: false, ..line("合计").remove(0) },
            ..full(source)
        }
    }
    /// The wording as somebody who corrects it would like to see it.
    fn printed(filled: &Filled) -> String {
        let mut out = filled.title.join("\n") + "\n" + &format!("{:?}\n", filled.paper);
        for piece in &filled.pieces {
            out += &match piece {
                Piece::Chapter { heading, annex, wide, .. } => {
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
