//! 公文 P40、P41 and P62: gathered for a period, looked over before they are issued, and set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use shiyan_analytics::{Input, Line, Tables, tables};
use shiyan_app::reports::publication::{PublicBatch, PublicResults};
use shiyan_app::{App, Error};
use shiyan_exchange::out;
use shiyan_foundation::{Instant, Label, Lang, Refusal, Scope, shanghai};
use shiyan_indicators::pick::dated;
use shiyan_indicators::{BatchFact, Facts, KpiScope, Sets, YearBasis};
use shiyan_reports::letters::{Batch, Bulletin, ClassLine, Disposal, Front, Letter, Notice, Share, Totals};
use shiyan_reports::{Align, ReportError};
use shiyan_statute::AnalyteGroup;

use crate::catalogue::{Kind, Output};
use crate::code;
use crate::draft::Draft;
use crate::period::Period;

/// 出具前检查 what is said of a paper before it is issued: what stops it, and what is worth knowing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// It is not made.
    pub stops: Vec<Refusal>,
    /// It is made all the same.
    pub warns: Vec<Refusal>,
}

/// 文书 made.
#[derive(Debug)]
pub struct Made {
    /// The file.
    pub bytes: Vec<u8>,
    /// What is worth knowing of it.
    pub warns: Vec<Refusal>,
}

/// What a letter of a period is told, and what is said of it.
#[derive(Debug)]
pub(crate) struct Drawn<T> {
    pub told: T,
    pub looked: Looked,
    pub demo: bool,
}

/// A refusal with the period in both languages.
pub(crate) fn about(info: &'static shiyan_foundation::CodeInfo, period: Period) -> Refusal {
    Refusal::new(info).with("period", period.said(Lang::Zh)).with("period_en", period.said(Lang::En))
}

/// What is said of a period that is not over.
pub(crate) fn running(period: Period, today: NaiveDate) -> Option<Refusal> {
    (period.days().1 >= today).then(|| about(code::RUNNING, period))
}

pub(crate) fn set_failed(e: ReportError) -> Error {
    match e {
        ReportError::MissingGlyphs(text) => Refusal::new(code::GLYPHS).with("text", text).into(),
        other => Error::Fault(format!("paper: {other}")),
    }
}

/// A paper that is a letter, a list or a form as a file, as of now and of the whole district: of a period (P40, P41, P62, P63) or of a batch (P03, P12, P20, P21). A
/// letter is a draft: its number comes when it is signed.
///
/// # Errors
/// No such period, or one that has not begun; no such batch, or one that has no such paper; what is found before it is issued; the database does not answer; the typesetter.
pub async fn letter_file(app: &App, kind: &'static Kind, no: &str, lang: Lang, now: Instant, output: Output) -> Result<Made, Error> {
    let draft = Draft::of_district(app, kind, no, lang, now).await?;
    if !draft.looked.stops.is_empty() {
        return Err(Error::Refused(draft.looked.stops));
    }
    let warns = draft.looked.warns.clone();
    let bytes = tokio::task::spawn_blocking(move || draft.file(output)).await.map_err(|e| Error::Fault(e.to_string()))??;
    Ok(Made { bytes, warns })
}

/// The period that was typed, if it has begun.
pub(crate) fn period(kind: &'static Kind, no: &str, now: Instant) -> Result<Period, Refusal> {
    let period = Period::read(no).ok_or_else(|| kind.unread(no))?;
    if period.days().0 > now.date_naive() { Err(about(code::AHEAD, period)) } else { Ok(period) }
}

/// A name, its heads and its rows.
type Sheet<'a> = (&'a str, Vec<&'a str>, Vec<Vec<out::Cell>>);

/// The tables of a letter, a sheet each: the columns and the cells as they are printed.
pub(crate) fn workbook(letter: &Letter) -> Result<Vec<u8>, Refusal> {
    let sheets: Vec<Sheet<'_>> = letter
        .tables()
        .iter()
        .map(|(name, table)| {
            let cell = |(i, text): (usize, &String)| {
                let count = table.columns.get(i).is_some_and(|c| c.align == Align::Right).then(|| text.parse::<u64>().ok()).flatten();
                count.map_or_else(|| text.as_str().into(), Into::into)
            };
            let rows = table.rows.iter().map(|row| row.iter().enumerate().map(cell).collect()).collect();
            (name.as_str(), table.columns.iter().map(|c| c.title.as_str()).collect(), rows)
        })
        .collect();
    out::workbook(&sheets.iter().map(|(name, heads, rows)| (*name, heads.as_slice(), rows.as_slice())).collect::<Vec<_>>())
}

/// The day as the date of the file: made again on the same day it has the same bytes.
pub(crate) fn day_of_file(now: Instant) -> Instant {
    now.date_naive().and_hms_opt(0, 0, 0).and_then(|at| at.and_local_timezone(shanghai()).single()).unwrap_or(now)
}

pub(crate) fn front(demo: bool, now: Instant) -> Front {
    Front { number: None, count: None, date: None, demo, created_at: day_of_file(now) }
}

// ---------------------------------------------------------------- P40、P41

pub(crate) async fn notice(app: &App, period: Period, lang: Lang, now: Instant) -> Result<Drawn<Notice>, Error> {
    let (first, last) = period.days();
    let found = app.public_results(first, last, now).await?;
    if found.passing.is_empty() && found.failing.is_empty() {
        return Err(about(code::NOTHING, period).with("held", found.held.len()).into());
    }
    let looked = look_over(&found, period, now.date_naive());
    let demo = found.passing.iter().chain(&found.failing).any(|b| b.report.demo);
    let official = shiyan_statute::food_classes_of(period.year);
    let named = |class: &str| official.iter().find(|c| c.name == class).map_or_else(|| class.to_owned(), |c| lang.pick(&c.name, &c.name_en).to_owned());
    let place = |class: &str| official.iter().position(|c| c.name == class).unwrap_or(usize::MAX);
    let classes: BTreeSet<(usize, &str)> = found.passing.iter().chain(&found.failing).map(|b| (place(&b.class), b.class.as_str())).collect();
    let batches = |list: &[PublicBatch]| list.iter().map(|b| Batch::of(&b.report, &named(&b.class))).collect();
    let notice = Notice {
        lang,
        district: app.district().await?,
        period: period.said(lang),
        classes: classes.into_iter().map(|(_, class)| named(class)).collect(),
        failing: batches(&found.failing),
        passing: batches(&found.passing),
        offices: found.failing.iter().flat_map(|b| b.offices.iter().cloned()).collect(),
        front: front(demo, now),
    };
    Ok(Drawn { told: notice, looked, demo })
}

/// Runs of digits (an X may end them) as long as an identity number or a mobile phone number.
fn personal(text: &str) -> Option<String> {
    let mut run = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (matches!(c, 'X' | 'x') && run.len() == 17) {
            run.push(c);
            continue;
        }
        if run.len() == 18 || (run.len() == 11 && run.starts_with('1')) {
            return Some(run);
        }
        run.clear();
    }
    None
}

/// What would get the notice returned (C07–C10 of the list of the house).
fn look_over(found: &PublicResults, period: Period, today: NaiveDate) -> Looked {
    let mut looked = Looked { warns: vec![Refusal::new(code::UNNUMBERED)], ..Looked::default() };
    looked.warns.extend(running(period, today));
    if !found.held.is_empty() {
        let mut by: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        found.held.iter().for_each(|h| *by.entry((h.why.zh(), h.why.en())).or_default() += 1);
        let zh: Vec<String> = by.iter().map(|((zh, _), n)| format!("{zh} {n} 批次")).collect();
        let en: Vec<String> = by.iter().map(|((_, en), n)| format!("{} ({n})", en.to_lowercase())).collect();
        looked.warns.push(Refusal::new(code::HELD).with("count", found.held.len()).with("why", zh.join("，")).with("why_en", en.join(", ")));
    }
    for (batch, fails) in found.failing.iter().map(|b| (b, true)).chain(found.passing.iter().map(|b| (b, false))) {
        let shown = Batch::of(&batch.report, &batch.class);
        let of = |info, text: &str| Refusal::new(info).with("sheet", &shown.sheet).with("text", text);
        for text in [&shown.producer, &shown.producer_address, &shown.operator, &shown.operator_address, &shown.food, &shown.brand] {
            looked.stops.extend(personal(text).map(|number| of(code::PERSONAL, &number)));
        }
        if shown.operator_address.contains("单元") {
            looked.warns.push(of(code::PRIVATE_ADDRESS, &shown.operator_address));
        }
        if !fails {
            continue;
        }
        if shown.items.is_empty() {
            looked.stops.push(of(code::CELL, "/"));
        }
        for line in shown.items.lines() {
            let parts: Vec<&str> = line.split('║').collect();
            let doubled = ["≤≤", "≥≥"].iter().any(|twice| line.contains(twice)) || line.chars().any(|c| ('０'..='９').contains(&c));
            if parts.len() != 3 || parts.iter().any(|p| p.trim().is_empty()) || doubled {
                looked.stops.push(of(code::CELL, line));
            } else if parts[2] == "/" {
                looked.warns.push(of(code::NO_LIMIT, parts[0]));
            }
        }
    }
    looked
}

// ---------------------------------------------------------------- P62

/// 大宗食品 the five staples, by the names of their classes.
const STAPLES: [&str; 5] = ["粮食加工品", "食用油、油脂及其制品", "肉制品", "蛋制品", "乳制品"];

/// The batches of a period and of the same months of the year before.
fn narrowed(facts: &Facts, period: Period, basis: YearBasis) -> Facts {
    let within = |b: &&BatchFact| {
        let on = dated(b, basis);
        period.holds(on) || period.held_before(on)
    };
    Facts { batches: facts.batches.iter().filter(within).cloned().collect(), ..Facts::default() }
}

/// 统计表 of a period: the tables of the statistics pages, made of its batches by the same functions.
fn period_tables(facts: &Facts, items: &[shiyan_indicators::ItemFact], scope: &KpiScope, period: Period, as_of: NaiveDate) -> Result<Tables, Refusal> {
    let classes: Vec<(&str, &str)> = shiyan_statute::food_classes_of(scope.year).iter().map(|c| (c.name.as_str(), c.name_en.as_str())).collect();
    let facts = narrowed(facts, period, scope.basis);
    tables(&Input { sets: Sets::plain(&facts, items), scope, as_of, classes: &classes, looks: false })
}

fn class_line(line: &Line, lang: Lang) -> ClassLine {
    ClassLine {
        name: lang.pick(&line.zh, &line.en).to_owned(),
        batches: line.now.batches.to_string(),
        passing: line.now.not_failing.to_string(),
        failing: line.now.failing.to_string(),
        rate: line.now.display.clone(),
        change: line.delta_points.clone().unwrap_or_else(|| "—".to_owned()),
    }
}

/// Whether a change in points goes up or down.
fn sign(change: Option<&str>) -> i8 {
    let change = change.unwrap_or_default();
    if !change.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        return 0;
    }
    if change.starts_with(['-', '−', '－']) { -1 } else { 1 }
}

pub(crate) async fn bulletin(app: &App, period: Period, lang: Lang, now: Instant) -> Result<Drawn<Bulletin>, Error> {
    let year = app.year_as_of(app.kpi_scope(period.year).await?, &Scope::District, None, now).await?;
    let before = NaiveDate::from_ymd_opt(period.year - 1, 1, 1).unwrap_or_default();
    let items = app.failing_items(before, period.days().1, &Scope::District).await?;
    let as_of = year.kpis.as_of;
    let (scope, facts) = (year.scope.clone(), year.facts.clone());
    let made = tokio::task::spawn_blocking(move || period_tables(&facts, &items, &scope, period, as_of)).await;
    let tables = made.map_err(|e| Error::Fault(e.to_string()))??;
    if tables.total.now.batches == 0 {
        return Err(about(code::NOTHING, period).with("held", 0).into());
    }
    let today = now.date_naive();
    let mine =
        year.facts.cases.iter().filter(|c| !c.cancelled && period.holds(c.opened_on) && year.scope.streets.as_ref().is_none_or(|s| s.contains(&c.street)));
    let (opened, closed) = mine.fold((0u64, 0u64), |(all, done), c| (all + 1, done + u64::from(c.done_by(as_of))));
    let total = &tables.total;
    let change = total.delta_points.as_deref();
    let sampled: Vec<&Line> = tables.by_class.iter().filter(|l| l.now.batches > 0).collect();
    let counted = |wanted: i8| sampled.iter().filter(|l| sign(l.delta_points.as_deref()) == wanted).count();
    let group = |zh: &str| AnalyteGroup::ALL.iter().find(|g| g.zh() == zh).map_or_else(|| zh.to_owned(), |g| g.label(lang).to_owned());
    let demo = app.has_demo().await?;
    let bulletin = Bulletin {
        lang,
        district: app.district().await?,
        period: period.said(lang),
        monthly: period.is_month(),
        scope: year.scope.line(lang),
        as_of: shiyan_reports::annual::date(as_of, lang),
        total: Totals {
            batches: total.now.batches.to_string(),
            passing: total.now.not_failing.to_string(),
            failing: total.now.failing.to_string(),
            rate: total.now.display.clone(),
            batches_before: total.before.batches.to_string(),
            rate_before: total.before.display.clone(),
            change: change.map(|c| c.trim_start_matches(['+', '-', '−']).to_owned()).unwrap_or_default(),
            up: sign(change) > 0,
            same: sign(change) == 0,
        },
        staples: sampled.iter().filter(|l| STAPLES.contains(&l.zh.as_str())).map(|l| class_line(l, lang)).collect(),
        classes: sampled.iter().map(|l| class_line(l, lang)).collect(),
        moved: (counted(1), counted(-1)),
        groups: tables.failing_groups.iter().map(|g| Share { name: group(&g.group), count: g.count.to_string(), share: g.share.clone() }).collect(),
        disposal: Disposal { opened: opened.to_string(), closed: closed.to_string() },
        front: front(demo, now),
    };
    let mut looked = Looked { warns: vec![Refusal::new(code::UNNUMBERED)], ..Looked::default() };
    looked.warns.extend(running(period, today));
    Ok(Drawn { told: bulletin, looked, demo })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use shiyan_foundation::area::{AdminBody, AreaKind};
    use shiyan_foundation::category::CategoryPath;
    use shiyan_foundation::ids::{PopulationId, SampleId};
    use shiyan_foundation::task::{Boundary, Department, Link, Outcome, Population, PopulationBasis, TaskKind, TaskLevel};
    use shiyan_indicators::BatchStage;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }
    fn scope() -> KpiScope {
        let population = Population {
            id: PopulationId(uuid::Uuid::nil()),
            year: 2025,
            area_code: "410105".into(),
            basis: PopulationBasis::Census7,
            boundary: Boundary::Division,
            people: 1_000_000,
            source: "公报".into(),
        };
        KpiScope::standard(2026, population).unwrap()
    }
    fn batch(n: u32) -> BatchFact {
        let sampled_on = day(2025 + (n % 2) as i32, n / 2 % 12 + 1, n % 28 + 1);
        BatchFact {
            sample_id: SampleId(uuid::Uuid::from_u128(u128::from(n) + 1)),
            sampling_no: format!("XBJ{n}"),
            temporary_no: false,
            kind: if n.is_multiple_of(10) { TaskKind::RiskMonitoring } else { TaskKind::Supervisory },
            level: TaskLevel::District,
            department: Department::Market,
            link: Link::Circulation,
            street: "410105001".into(),
            admin: AdminBody::Jinshui,
            category: CategoryPath::parse(["糕点", "肉制品", "餐饮食品"][n as usize % 3]),
            area_kind: AreaKind::ALL[0],
            place: "超市".into(),
            online: false,
            sampled_on,
            received_on: Some(sampled_on),
            issued_on: Some(sampled_on),
            report_due_on: None,
            stage: BatchStage::Issued,
            outcome: Some(if n % 9 == 3 { Outcome::Fail } else { Outcome::Pass }),
            recheck_pending: false,
            lab: "机构".into(),
        }
    }
    fn of(facts: &Facts, period: &str) -> Tables {
        period_tables(facts, &[], &scope(), Period::read(period).unwrap(), day(2026, 12, 31)).unwrap()
    }
    #[test]
    fn the_bulletins_of_the_months_and_quarters_add_up_to_the_statistics_of_the_year() {
        let facts = Facts { batches: (0..4_000).map(batch).collect(), ..Facts::default() };
        let classes: Vec<(&str, &str)> = shiyan_statute::food_classes_of(2026).iter().map(|c| (c.name.as_str(), c.name_en.as_str())).collect();
        let page = tables(&Input { sets: Sets::plain(&facts, &[]), scope: &scope(), as_of: day(2026, 12, 31), classes: &classes, looks: false }).unwrap();
        assert!(page.total.now.batches > 1_000 && page.total.now.failing > 100 && page.total.before.batches > 1_000);
        let months: Vec<Tables> = (1..=12).map(|m| of(&facts, &format!("2026-{m:02}"))).collect();
        let quarters: Vec<Tables> = (1..=4).map(|q| of(&facts, &format!("2026-Q{q}"))).collect();
        for parts in [&months, &quarters] {
            let sum = |of: fn(&Line) -> u64| parts.iter().map(|t| of(&t.total)).sum::<u64>();
            assert_eq!(sum(|l| l.now.batches), page.total.now.batches);
            assert_eq!(sum(|l| l.now.failing), page.total.now.failing);
            assert_eq!(sum(|l| l.before.batches), page.total.before.batches);
        }
        for (month, shown) in months.iter().zip(&page.by_month) {
            assert_eq!((month.total.now.clone(), month.total.before.clone()), (shown.now.clone(), shown.before.clone()), "month {}", shown.month);
        }
        assert_eq!(of(&facts, "2026").by_class, page.by_class);
    }
    #[test]
    fn a_change_is_told_by_its_sign_and_nothing_is_no_change() {
        assert_eq!((sign(Some("+0.41")), sign(Some("-0.55")), sign(Some("0.00")), sign(None), sign(Some("-0.00"))), (1, -1, 0, 0, 0));
    }
    #[test]
    fn numbers_of_people_are_found_and_numbers_of_sheets_are_not() {
        assert_eq!(personal("示范路1号13800000000").as_deref(), Some("13800000000"));
        assert_eq!(personal("41010519900101001X（经营者）").as_deref(), Some("41010519900101001X"));
        for text in ["XBJ26410105000000001", "示范路100号3号楼", "B20261218", "0371-65000000", ""] {
            assert_eq!(personal(text), None, "{text}");
        }
    }
    pub(crate) fn found(items: &[(&str, &str, &str)], address: &str) -> PublicResults {
        let report = shiyan_lab_results::report::ReportContent {
            number: "SY-1".into(),
            replaces: None,
            amendment_reason: None,
            lab: ["机构".into(), String::new(), String::new(), String::new()],
            facts: Vec::new(),
            stated: Some(shiyan_lab_results::report::Stated { sheet: "XBJ1".into(), operator_address: address.into(), ..Default::default() }),
            sample_name: "韭菜".into(),
            site_name: "店".into(),
            producer: "/".into(),
            purpose: ("监督抽检".into(), "Supervisory sampling".into()),
            conclusion: Default::default(),
            outcome: Default::default(),
            items: items
                .iter()
                .map(|(analyte, result, limit)| shiyan_lab_results::report::ReportItem {
                    analyte: (*analyte).into(),
                    unit: "mg/kg".into(),
                    limit: (*limit).into(),
                    result: (*result).into(),
                    method: String::new(),
                    basis: String::new(),
                    verdict: Default::default(),
                    note: String::new(),
                    failed: Some(true),
                    working: Vec::new(),
                })
                .collect(),
            signatures: Vec::new(),
            issued_on: String::new(),
            issued_at: String::new(),
            verify_code: String::new(),
            options: Default::default(),
            notices: Vec::new(),
            mark: None,
            seal: None,
            draft: false,
            pictures: Default::default(),
            demo: false,
        };
        let batch = PublicBatch { report, class: "食用农产品".into(), final_on: day(2026, 3, 17), offices: Vec::new() };
        PublicResults { failing: vec![batch], ..PublicResults::default() }
    }
    #[test]
    fn what_would_get_a_notice_returned_stops_it_or_is_said() {
        let period = Period::read("2026-03").unwrap();
        let codes = |found: &PublicResults, today| {
            let looked = look_over(found, period, today);
            let of = |list: &[Refusal]| list.iter().map(|r| r.code().to_owned()).collect::<Vec<_>>();
            (of(&looked.stops), of(&looked.warns))
        };
        let (over, none) = (day(2026, 4, 1), Vec::<String>::new());
        assert_eq!(codes(&found(&[("腐霉利", "0.5", "≤0.2")], "示范路1号"), over), (none.clone(), vec!["PAPER-DRAFT".into()]));
        for (items, address, stopped) in [
            (&[("腐霉利", "0.5", "≤≤0.2")][..], "示范路1号", "PAPER-CELL"),
            (&[("腐霉利", "０.5", "≤0.2")], "示范路1号", "PAPER-CELL"),
            (&[("腐霉利", "", "≤0.2")], "示范路1号", "PAPER-CELL"),
            (&[("腐║霉利", "0.5", "≤0.2")], "示范路1号", "PAPER-CELL"),
            (&[], "示范路1号", "PAPER-CELL"),
            (&[("腐霉利", "0.5", "≤0.2")], "示范路1号 13800000000", "PAPER-PERSONAL"),
        ] {
            assert_eq!(codes(&found(items, address), over).0, [stopped], "{items:?} {address}");
        }
        let mut running = found(&[("腐霉利", "0.5", "/")], "示范路1号2单元301");
        running.held.push(shiyan_app::reports::publication::HeldBatch {
            sampling_no: "XBJ2".into(),
            name: "豇豆".into(),
            why: shiyan_nonconformity::Hold::Window,
        });
        assert_eq!(
            codes(&running, day(2026, 3, 31)),
            (none, ["PAPER-DRAFT", "PAPER-RUNNING", "PAPER-HELD", "PAPER-ADDRESS", "PAPER-NO-LIMIT"].map(str::to_owned).to_vec())
        );
    }
}
