//! 年度报告 the facts of a year, within the scope of who asks and as of a day, and the report as PDF.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use shiyan_analytics::{Input, Tables, tables};
use shiyan_app::figures::{Figures, Year, year_span};
use shiyan_app::read::Look;
use shiyan_app::{App, Error};
use shiyan_dispatch::OfficePapers;
use shiyan_foundation::ids::CaseId;
use shiyan_foundation::{Actor, Instant, Lang, Refusal, Scope};
use shiyan_indicators::{CaseFact, FactId, KpiScope, Kpis, Sets};
use shiyan_nonconformity::Case;
use shiyan_reports::Office;
use shiyan_reports::annual::words::{Annual, Failing, model};

use crate::draft::own_faces;

/// The figures of a year with the tables made from the same facts, as of the same day.
#[derive(Debug)]
pub struct Tabled {
    /// Figures.
    pub figures: Figures,
    /// Tables.
    pub tables: Tables,
}

/// The tables that stand beside the figures of a year.
fn made(sets: &Sets<'_>, scope: &KpiScope, as_of: NaiveDate, looks: bool) -> Result<Tables, Refusal> {
    let classes: Vec<(&str, &str)> = shiyan_statute::food_classes_of(scope.year).iter().map(|c| (c.name.as_str(), c.name_en.as_str())).collect();
    tables(&Input { sets: *sets, scope, as_of, classes: &classes, looks })
}

/// Makes the tables beside the figures of a year, of the same commit. Home, the statistics page and the annual report all come here, so that they
/// cannot differ.
///
/// # Errors
/// Not for this person; a year out of range; the database does not answer.
pub async fn tabled(app: &App, actor: &Actor, look: Look, year: i32, as_of: Option<NaiveDate>, now: Instant) -> Result<Tabled, Error> {
    let looks = look == Look::Statistics;
    let make = move |sets: &Sets<'_>, kpis: &Kpis<u64>| made(sets, &kpis.scope, kpis.as_of, looks);
    let (figures, tables) = app.read_figures_beside(actor, look, year, as_of, now, make).await?;
    Ok(Tabled { figures, tables: tables? })
}

/// The same of the whole district, for whoever runs the program.
///
/// # Errors
/// See [`tabled`].
pub async fn district_tabled(app: &App, year: i32, as_of: Option<NaiveDate>, now: Instant) -> Result<Tabled, Error> {
    let make = |sets: &Sets<'_>, kpis: &Kpis<u64>| made(sets, &kpis.scope, kpis.as_of, true);
    let (figures, tables) = app.figures_beside(app.kpi_scope(year).await?, &Scope::District, as_of, now, make).await?;
    Ok(Tabled { figures, tables: tables? })
}

/// Collects what the annual report of a year says beside its figures, and makes the tables.
///
/// # Errors
/// A year out of range; the database does not answer.
pub async fn annual(app: &App, year: Year, user: &Scope) -> Result<Annual, Error> {
    let (first, last) = year_span(year.scope.year)?;
    let before = NaiveDate::from_ymd_opt(year.scope.year - 1, 1, 1).unwrap_or(first);
    let items = app.failing_items(before, last, user).await?;
    let (year, items, tables) = tokio::task::spawn_blocking(move || {
        let tables = made(&Sets::plain(&year.facts, &items), &year.scope, year.kpis.as_of, true);
        tables.map(|tables| (year, items, tables))
    })
    .await
    .map_err(|e| Error::Fault(e.to_string()))??;
    // failing by that day: an amended report may say otherwise by now
    let failed: BTreeSet<String> = year.facts.batches.iter().filter(|b| b.fails()).map(|b| FactId::Sample(b.sample_id).to_string()).collect();
    let in_scope: BTreeSet<String> = year.kpis.per_thousand.counted.iter().map(ToString::to_string).filter(|id| failed.contains(id)).collect();
    let failing = app.failing_samples(first, last, user).await?.into_iter().filter(|f| in_scope.contains(&f.sample.sample.id.to_string()));
    let failing: Vec<Failing> = failing.map(|f| Failing { sample: f.sample.sample, items: f.items }).collect();
    let streets = app.streets().await?;
    let day = year.kpis.as_of;
    // the office writes of the whole district
    let own = if *user == Scope::District { app.report_words(year.scope.year, day).await? } else { BTreeMap::new() };
    let known: BTreeMap<CaseId, &CaseFact> = year
        .facts
        .cases
        .iter()
        .filter(|c| c.opened_on <= day && year.scope.streets.as_ref().is_none_or(|s| s.contains(&c.street)))
        .map(|c| (c.case_id, c))
        .collect();
    let known_cases = app.whole_cases(first, last, user).await?.into_iter().filter_map(|c| known.get(&c.id).map(|fact| (*fact, c)));
    // a case counts in one year; the debts of earlier years are named beside it while they last
    let (cases, others): (Vec<_>, Vec<_>) = known_cases.partition(|(fact, _)| fact.year_at(day) == year.scope.year);
    let owed = |fact: &CaseFact| chrono::Datelike::year(&day) == year.scope.year && !fact.cancelled && fact.closed_by(day).is_none();
    let debts: Vec<Case> = others.into_iter().filter(|(fact, _)| owed(fact)).map(|(_, c)| c).collect();
    let cases: Vec<Case> = cases.into_iter().map(|(_, c)| c).collect();
    let demo = cases.iter().any(|c| c.demo) || failing.iter().any(|f| f.sample.demo);
    Ok(Annual {
        district: app.district().await?,
        facts: year.facts,
        scope: year.scope,
        kpis: year.kpis,
        items,
        tables,
        failing,
        cases,
        debts,
        streets,
        own,
        demo,
    })
}

/// 文件格式 as what a paper is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As it is handed in.
    Pdf,
    /// 可编辑 as an office revises it in WPS or Word.
    Docx,
}

impl Format {
    /// By the ending of a file's name: `.docx`, and for everything else PDF.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let docx = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("docx"));
        if docx { Self::Docx } else { Self::Pdf }
    }
}

/// The annual report of a year, as of now or of the end of an earlier day: the same data give the same bytes.
///
/// # Errors
/// Not for this person; a year out of range; the database does not answer; the typesetter.
pub async fn annual_file(app: &App, actor: &Actor, year: i32, lang: Lang, as_of: Option<NaiveDate>, now: Instant, format: Format) -> Result<Vec<u8>, Error> {
    let year = app.read_year(actor, Look::Statistics, year, as_of, now).await?;
    set(annual(app, year, &actor.scope).await?, lang, format, app.office_papers().await?).await
}

/// The same of the whole district, for whoever runs the program.
///
/// # Errors
/// See [`annual_file`].
pub async fn district_file(app: &App, year: i32, lang: Lang, as_of: Option<NaiveDate>, now: Instant, format: Format) -> Result<Vec<u8>, Error> {
    let year = app.year_as_of(app.kpi_scope(year).await?, &Scope::District, as_of, now).await?;
    set(annual(app, year, &Scope::District).await?, lang, format, app.office_papers().await?).await
}

/// [`district_file`] as PDF.
///
/// # Errors
/// See [`annual_file`].
pub async fn district_pdf(app: &App, year: i32, lang: Lang, as_of: Option<NaiveDate>, now: Instant) -> Result<Vec<u8>, Error> {
    district_file(app, year, lang, as_of, now, Format::Pdf).await
}

/// The model of the annual report of the whole district, to be looked at and issued.
pub(crate) async fn district_model(app: &App, year: i32, lang: Lang, now: Instant) -> Result<(shiyan_reports::annual::Model, bool), Error> {
    let year = app.year_as_of(app.kpi_scope(year).await?, &Scope::District, None, now).await?;
    let data = annual(app, year, &Scope::District).await?;
    let demo = data.demo;
    let made = tokio::task::spawn_blocking(move || model(&data, lang)).await.map_err(|e| Error::Fault(e.to_string()))?;
    Ok((made.map_err(|e| Error::Fault(format!("annual report: {e}")))?, demo))
}

async fn set(data: Annual, lang: Lang, format: Format, office: OfficePapers) -> Result<Vec<u8>, Error> {
    tokio::task::spawn_blocking(move || {
        let office = Office::from(&office);
        let set = model(&data, lang).and_then(|model| match format {
            Format::Pdf => shiyan_reports::annual::pdf(&model, &own_faces(), &office),
            Format::Docx => shiyan_reports::annual::docx(&model, &own_faces(), &office),
        });
        set.map_err(|e| Error::Fault(format!("annual report: {e}")))
    })
    .await
    .map_err(|e| Error::Fault(e.to_string()))?
}
