//! 核查处置 list, case page, evidence.

use std::collections::BTreeMap;

use shiyan_foundation::area::Street;
use shiyan_foundation::ids::ReadingId;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Act, Actor, Instant, NaiveDate, WorkCalendar};
use shiyan_nonconformity::Case;
use shiyan_statute::Nearness;
use shiyan_store::records::ClockRecord;
use shiyan_store::{Entry, Error, Record};

use crate::App;
use crate::authority::{reading_of, reads, reads_cases};
use crate::intake::parties::read::Parties;
use shiyan_store::cases::lists::{CaseFilter, CaseRow};

/// 案件清单之问 which cases a list holds: the filter, and how near their last day is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseAsk {
    /// 筛选
    pub filter: CaseFilter,
    /// 远近 of the last day of the open ones, in the order of the days; empty for all.
    pub near: Vec<Nearness>,
}

impl CaseAsk {
    /// The same with the days for the nearness.
    fn on(&self, today: NaiveDate, calendar: &WorkCalendar) -> CaseFilter {
        let days = |near: &Nearness| near.days(today, calendar);
        let due = self.near.first().zip(self.near.last()).map(|(first, last)| (days(first).0, days(last).1));
        CaseFilter { due: due.or(self.filter.due), ..self.filter.clone() }
    }
}

/// 案件清单 one page of it, and how many there are.
#[derive(Debug)]
pub struct CaseBook {
    /// Rows of the page, open ones first, by due day.
    pub rows: Vec<CaseRow>,
    /// The whole cases of these rows.
    pub shown: BTreeMap<String, Case>,
    /// How many there are of what was asked.
    pub total: u64,
    /// Which of them the page begins with, from 0.
    pub from: u64,
    /// How many there are of each of the other lists that were asked about.
    pub others: Vec<u64>,
    /// Working calendar.
    pub calendar: WorkCalendar,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
}

/// 案件页 one part of a case with everything that stands on its page.
#[derive(Debug)]
pub struct CasePage {
    /// The part.
    pub case: Case,
    /// Its clocks.
    pub clocks: Vec<ClockRecord>,
    /// Every part of the same failing batch, this one among them, each with its clocks.
    pub parts: Vec<(Case, Vec<ClockRecord>)>,
    /// Working calendar.
    pub calendar: WorkCalendar,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
    /// The conclusion in force still fails the batch.
    pub still_failing: bool,
    /// Number of the newest test report.
    pub report: Option<String>,
    /// The rapid reading that it began with.
    pub reading: Option<ReadingId>,
    /// 关联的主体 of the sample.
    pub parties: Parties,
    /// Other batches of the same operator with a case.
    pub same_operator: usize,
    /// 时间线
    pub timeline: Vec<Entry>,
}

impl App {
    /// 案件 rows under a filter, open ones first.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_cases(&self, actor: &Actor, filter: &CaseFilter) -> Result<Vec<CaseRow>, Error> {
        reads_cases(actor)?;
        self.store.cases(filter, &actor.scope).await
    }
    /// 案件清单 a page of so many rows, with the whole cases on it and how many the other lists hold. A page behind the last one is the last one.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_case_book(&self, actor: &Actor, ask: &CaseAsk, others: &[CaseAsk], page: (u64, u64), now: Instant) -> Result<CaseBook, Error> {
        reads_cases(actor)?;
        let (calendar, today, (number, size)) = (self.calendar().await?, now.date_naive(), page);
        let filters: Vec<CaseFilter> = std::iter::once(ask).chain(others).map(|ask| ask.on(today, &calendar)).collect();
        let mut others = self.counted_cases(actor, &filters).await?;
        let total = others.remove(0);
        let from = number.clamp(1, total.div_ceil(size).max(1)).saturating_sub(1) * size;
        let rows = self.store.cases_page(&filters[0], &actor.scope, from, size).await?;
        let ids: Vec<String> = rows.iter().map(|r| r.id.clone()).collect();
        let shown = self.store.cases_by_id(&ids, &actor.scope).await?.into_iter().map(|c| (c.id.to_string(), c)).collect();
        Ok(CaseBook { rows, shown, total, from, others, calendar, streets: self.streets().await? })
    }
    /// 案件 the first so many of a list, and how many it holds.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_first_cases(&self, actor: &Actor, ask: &CaseAsk, most: u64, now: Instant) -> Result<(Vec<CaseRow>, u64), Error> {
        reads_cases(actor)?;
        let filter = ask.on(now.date_naive(), &self.calendar().await?);
        let total = self.counted_cases(actor, std::slice::from_ref(&filter)).await?.iter().sum();
        let rows = if most == 0 { Vec::new() } else { self.store.cases_page(&filter, &actor.scope, 0, most).await? };
        Ok((rows, total))
    }
    /// How many each filter holds; those that differ by the state alone are counted together.
    async fn counted_cases(&self, actor: &Actor, filters: &[CaseFilter]) -> Result<Vec<u64>, Error> {
        let mut known: Vec<(CaseFilter, BTreeMap<String, u64>)> = Vec::new();
        let mut counts = Vec::with_capacity(filters.len());
        for filter in filters {
            let every = CaseFilter { state: None, ..filter.clone() };
            if !known.iter().any(|(of, _)| *of == every) {
                let states = self.store.count_cases(&every, &actor.scope).await?;
                known.push((every.clone(), states));
            }
            let states = known.iter().filter(|(of, _)| *of == every).flat_map(|(_, states)| states);
            counts.push(states.filter(|(state, _)| filter.holds_state(state)).map(|(_, n)| n).sum());
        }
        Ok(counts)
    }
    /// 案件页
    ///
    /// # Errors
    /// Not for this person, or no such case in their scope; the database does not answer.
    pub async fn read_case(&self, actor: &Actor, id: &str) -> Result<CasePage, Error> {
        reads_cases(actor)?;
        let (store, scope) = (&self.store, &actor.scope);
        let case = store.case(id, scope).await?.ok_or(Error::NotFound)?;
        let sample = case.sample.to_string();
        let parts = store.cases_of_sample(&sample, scope).await?;
        let subjects: Vec<String> = parts.iter().map(|c| c.subject()).collect();
        let mut clocks: BTreeMap<String, Vec<ClockRecord>> = BTreeMap::new();
        for clock in store.clocks_of_all(&subjects).await? {
            clocks.entry(clock.clock.subject.clone()).or_default().push(clock);
        }
        let order = store.order(&case.order.to_string(), scope).await?;
        let of_sample = store.sample(&sample, scope).await?;
        let in_force = order.as_ref().and_then(|o| o.in_force.as_ref().or(o.conclusion.as_ref()));
        Ok(CasePage {
            clocks: clocks.get(&case.subject()).cloned().unwrap_or_default(),
            still_failing: in_force.is_none_or(|c| c.outcome == Outcome::Fail),
            report: store.reports_of_sample(&sample, scope).await?.into_iter().next().map(|r| r.number),
            reading: of_sample.as_ref().and_then(|s| reading_of(actor, &s.sample)),
            parties: match &of_sample {
                Some(record) => self.read_parties(actor, record).await?,
                None => Parties::default(),
            },
            same_operator: store.other_batches_of(&case.operator, &case.sampling_no, scope).await?,
            timeline: store.timeline(&[case.subject()]).await?,
            parts: parts
                .into_iter()
                .map(|part| {
                    let own = clocks.remove(&part.subject()).unwrap_or_default();
                    (part, own)
                })
                .collect(),
            calendar: self.calendar().await?,
            streets: self.streets().await?,
            case,
        })
    }
    /// 证据 a file of a case or of a rapid reading that this person may see, with its media type.
    ///
    /// # Errors
    /// Not for this person; the bytes are not those of this hash; the database does not answer.
    pub async fn read_evidence(&self, actor: &Actor, sha256: &str) -> Result<(String, Vec<u8>), Error> {
        let of_case = reads_cases(actor).is_ok() && self.store.evidence_visible(sha256, &actor.scope).await?;
        let of_reading = !of_case && reads(actor, Act::ReadReadings).is_ok() && self.store.photo_visible(sha256, &actor.scope).await?;
        if !of_case && !of_reading {
            return Err(Error::NotFound);
        }
        self.store.blob(sha256).await?.ok_or(Error::NotFound)
    }
}
