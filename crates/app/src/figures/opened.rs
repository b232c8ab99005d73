//! 明细 the facts behind a number, page by page: which they are, how each stands in the figure, and what a list shows of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use shiyan_foundation::ids::{ReadingId, SampleId};
use shiyan_foundation::{Actor, Instant, Scope, WorkCalendar};
use shiyan_indicators::{Asked, BatchFact, FactId, Facts, Figure, Kept, KpiScope, Kpis, Ledger, LeftOut, Marks, Pick, PlanFact, Sets, What, kpis_of};
use shiyan_sampling_plan::Plan;
use shiyan_store::Error;
use shiyan_store::figures::facts::{line_key, plan_facts};

use super::read::Look;
use super::{Source, narrowed};
use crate::App;

/// 页 which rows of a list.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Rows before.
    pub skip: usize,
    /// Rows at most.
    pub most: usize,
}

/// 所列 which records of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// 计入
    Counted,
    /// 计入分子
    Hits,
    /// 未计入, for one reason or for all.
    Out(Option<LeftOut>),
}

/// 位置 how a record stands in a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// 计入分子
    Hit,
    /// 只计入分母
    Miss,
    /// 未计入
    Out(LeftOut),
}

/// 明细
#[derive(Debug)]
pub struct Opened {
    /// How many there are in all.
    pub total: u64,
    /// Those of the part that was asked for.
    pub rows: Vec<(FactId, Option<Stands>)>,
    /// What a list shows of them.
    pub facts: Facts,
    /// 计划 lines of the year.
    pub plan: Vec<PlanFact>,
    /// The figure they are behind, when they are behind one.
    pub figure: Option<Figure<u64>>,
    /// 统计口径
    pub scope: KpiScope,
    /// 统计截止日
    pub as_of: NaiveDate,
}

/// What is found while the ledger is held; what a list shows of samples and readings is read after.
struct Found {
    total: u64,
    rows: Vec<(FactId, Option<Stands>)>,
    facts: Facts,
    plan: Vec<PlanFact>,
    figure: Option<Figure<u64>>,
}

impl App {
    /// 数出处 the facts that one number counts.
    ///
    /// # Errors
    /// Not for this person; see [`App::read_figures`].
    pub async fn read_rows(&self, actor: &Actor, pick: Pick, year: i32, as_of: Option<NaiveDate>, now: Instant, part: Part) -> Result<Opened, Error> {
        Look::Rows(pick.what).allowed(actor)?;
        self.open(actor, year, as_of, now, move |behind| Some(behind.picked(&pick, part))).await?.ok_or(Error::NotFound)
    }
    /// 指标明细 the records of one figure.
    ///
    /// # Errors
    /// Not for this person; no such figure; see [`App::read_figures`].
    #[allow(clippy::too_many_arguments)]
    pub async fn read_behind(
        &self,
        actor: &Actor,
        which: impl Fn(&Figure<Marks>) -> bool + Send + 'static,
        listed: Listed,
        year: i32,
        as_of: Option<NaiveDate>,
        now: Instant,
        part: Part,
    ) -> Result<Opened, Error> {
        Look::Figures.allowed(actor)?;
        self.open(actor, year, as_of, now, move |behind| behind.figure(&which, listed, part)).await?.ok_or(Error::NotFound)
    }
    async fn open(
        &self,
        actor: &Actor,
        year: i32,
        as_of: Option<NaiveDate>,
        now: Instant,
        find: impl FnOnce(&Behind<'_>) -> Option<Found> + Send + 'static,
    ) -> Result<Option<Opened>, Error> {
        let scope = narrowed(self.kpi_scope(year).await?, &actor.scope);
        let calendar = self.calendar().await?;
        let (source, at) = self.source(&scope, &actor.scope, as_of, now).await?;
        let (following, kept, user) = (self.following.clone(), scope.clone(), actor.scope.clone());
        let found = tokio::task::spawn_blocking(move || match &source {
            Source::Rows { facts, items } => {
                let sets = Sets::plain(facts, items);
                find(&Behind { sets, scope: &kept, at, calendar: &calendar, cells: None })
            }
            Source::Ledger { asked, .. } => {
                let held = following.ready(asked, &user);
                let sets = held.ledger.sets(asked)?;
                let plan = held.plan(kept.year);
                find(&Behind { sets, scope: &kept, at, calendar: &calendar, cells: Some(Cells { ledger: &held.ledger, asked, plan, user: &user }) })
            }
        })
        .await
        .map_err(|e| Error::Fault(e.to_string()))?;
        let Some(mut found) = found else { return Ok(None) };
        self.shown(&mut found).await?;
        let Found { total, rows, facts, plan, figure } = found;
        Ok(Some(Opened { total, rows, facts, plan, figure, scope, as_of: at.date_naive() }))
    }
    /// Reads what a list shows of the samples and readings that are not at hand.
    async fn shown(&self, found: &mut Found) -> Result<(), Error> {
        let have: HashSet<SampleId> = found.facts.batches.iter().map(|b| b.sample_id).collect();
        let samples: Vec<SampleId> =
            found.rows.iter().filter_map(|(id, _)| if let FactId::Sample(id) = id { Some(*id) } else { None }).filter(|id| !have.contains(id)).collect();
        if !samples.is_empty() {
            let bodies = self.store.street_bodies().await?;
            found.facts.batches.extend(self.store.batches_of(&samples, &bodies).await?);
        }
        let have: HashSet<ReadingId> = found.facts.rapid.iter().map(|r| r.reading_id).collect();
        let readings: Vec<ReadingId> =
            found.rows.iter().filter_map(|(id, _)| if let FactId::Reading(id) = id { Some(*id) } else { None }).filter(|id| !have.contains(id)).collect();
        if !readings.is_empty() {
            found.facts.rapid.extend(self.store.readings_of(&readings).await?);
        }
        Ok(())
    }
}

/// The ledger and what was asked of it, where cells stand for facts.
struct Cells<'a> {
    ledger: &'a Ledger,
    asked: &'a Asked,
    plan: Option<&'a Plan>,
    user: &'a Scope,
}

/// What a list is looked for in.
struct Behind<'a> {
    sets: Sets<'a>,
    scope: &'a KpiScope,
    at: Instant,
    calendar: &'a WorkCalendar,
    cells: Option<Cells<'a>>,
}

impl Behind<'_> {
    fn picked(&self, pick: &Pick, part: Part) -> Found {
        let kpis: Kpis<u64> = kpis_of(&self.sets, self.scope, self.at, self.calendar);
        if let (What::Taken, Some(cells)) = (pick.what, &self.cells) {
            let taken = self.taken(pick, cells);
            let rows = taken.iter().skip(part.skip).take(part.most).map(|id| (FactId::Sample(*id), None)).collect();
            return self.found(taken.len() as u64, rows, None);
        }
        let mut marks = Marks::default();
        pick.marked(&self.sets, &kpis, self.calendar, &mut marks);
        let rows = self.page(&marks.ids, part).into_iter().map(|id| (id, None)).collect();
        self.found(marks.number, rows, None)
    }
    /// The batches that fill the lines of the plan that are picked: the cells of those lines are opened, and filled again by their samples.
    fn taken(&self, pick: &Pick, cells: &Cells<'_>) -> Vec<SampleId> {
        let Some(plan) = cells.plan else { return Vec::new() };
        let lines: HashSet<_> = pick.lines(&self.sets.facts.plan, self.scope.year).map(|p| p.line_id).collect();
        let keys: HashSet<_> = plan.lines.iter().filter(|l| lines.contains(&l.id)).map(shiyan_sampling_plan::line_key_of).collect();
        let marks: Vec<FactId> =
            self.sets.batches(Kept::Plan).iter().filter(|(b, _)| keys.contains(&line_key(b))).map(|(b, _)| FactId::Sample(b.sample_id)).collect();
        let opened = cells.ledger.opened(cells.asked, &marks, 0, usize::MAX);
        let batches: Vec<BatchFact> = opened.iter().filter_map(|id| if let FactId::Sample(id) = id { cells.ledger.batch(*id) } else { None }).collect();
        let filled = plan_facts(plan, &batches, self.at.date_naive(), cells.user);
        filled.iter().filter(|p| lines.contains(&p.line_id)).flat_map(|p| p.taken.ids().iter().copied()).collect()
    }
    fn figure(&self, which: &dyn Fn(&Figure<Marks>) -> bool, listed: Listed, part: Part) -> Option<Found> {
        let kpis: Kpis<Marks> = kpis_of(&self.sets, self.scope, self.at, self.calendar);
        let figure = kpis.figures().find(|f| which(f))?;
        let number = figure.numbers();
        let (total, rows) = match listed {
            Listed::Hits => (figure.hits.number, self.page(&figure.hits.ids, part).into_iter().map(|id| (id, Some(Stands::Hit))).collect()),
            Listed::Counted => {
                let page = self.page(&figure.counted.ids, part);
                let hit: HashSet<FactId> = self.those(&page, &figure.hits.ids);
                (figure.counted.number, page.into_iter().map(|id| (id, Some(if hit.contains(&id) { Stands::Hit } else { Stands::Miss }))).collect())
            }
            Listed::Out(only) => {
                let wanted: BTreeMap<LeftOut, &Marks> =
                    figure.left_out.iter().filter(|(why, _)| only.is_none_or(|o| o == **why)).map(|(why, m)| (*why, m)).collect();
                let all: Vec<FactId> = wanted.values().flat_map(|m| m.ids.iter().copied()).collect();
                let page = self.page(&all, part);
                let why: HashMap<FactId, LeftOut> =
                    wanted.iter().flat_map(|(why, marks)| self.those(&page, &marks.ids).into_iter().map(|id| (id, *why))).collect();
                (wanted.values().map(|m| m.number).sum(), page.into_iter().map(|id| (id, why.get(&id).map(|why| Stands::Out(*why)))).collect())
            }
        };
        Some(self.found(total, rows, Some(number)))
    }
    /// The facts of one page, of those that are marked.
    fn page(&self, marks: &[FactId], part: Part) -> Vec<FactId> {
        match &self.cells {
            Some(cells) => cells.ledger.opened(cells.asked, marks, part.skip, part.most),
            None => marks.iter().skip(part.skip).take(part.most).copied().collect(),
        }
    }
    /// Which of some facts are marked.
    fn those(&self, facts: &[FactId], marks: &[FactId]) -> HashSet<FactId> {
        match &self.cells {
            Some(cells) => cells.ledger.marked(cells.asked, facts, marks),
            None => {
                let marks: HashSet<FactId> = marks.iter().copied().collect();
                facts.iter().copied().filter(|id| marks.contains(id)).collect()
            }
        }
    }
    /// With the facts that are at hand.
    fn found(&self, total: u64, rows: Vec<(FactId, Option<Stands>)>, figure: Option<Figure<u64>>) -> Found {
        let wanted: HashSet<FactId> = rows.iter().map(|(id, _)| *id).collect();
        let all = self.sets.facts;
        let facts = Facts {
            batches: all.batches.iter().filter(|b| wanted.contains(&FactId::Sample(b.sample_id))).cloned().collect(),
            cases: all.cases.iter().filter(|c| wanted.contains(&FactId::Case(c.case_id))).cloned().collect(),
            services: all.services.iter().filter(|s| wanted.contains(&FactId::Clock(s.clock_id))).cloned().collect(),
            rapid: all.rapid.iter().filter(|r| wanted.contains(&FactId::Reading(r.reading_id))).cloned().collect(),
            ..Facts::default()
        };
        Found { total, rows, facts, plan: all.plan.clone(), figure }
    }
}
