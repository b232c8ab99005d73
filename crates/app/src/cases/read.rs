//! 核查处置 list, case page, evidence.

use std::collections::BTreeMap;

use shiyan_foundation::area::Street;
use shiyan_foundation::ids::ReadingId;
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Act, Actor, WorkCalendar};
use shiyan_nonconformity::Case;
use shiyan_store::records::ClockRecord;
use shiyan_store::{Entry, Error, Record};

use crate::App;
use crate::authority::{reading_of, reads, reads_cases};
use crate::intake::parties::read::Parties;
use shiyan_store::query::cases::{CaseFilter, CaseRow};

/// 案件清单 every row under a filter, and the whole cases of those that the page shows.
#[derive(Debug)]
pub struct CaseBook {
    /// Rows, open ones first, by due day.
    pub rows: Vec<CaseRow>,
    /// Whole cases of the rows that are shown.
    pub shown: BTreeMap<String, Case>,
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
    /// 案件清单 with the whole cases of the rows that `shown` chooses.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_case_book(
        &self,
        actor: &Actor,
        filter: &CaseFilter,
        shown: impl FnOnce(&[CaseRow], &WorkCalendar) -> Vec<String> + Send,
    ) -> Result<CaseBook, Error> {
        let rows = self.read_cases(actor, filter).await?;
        let calendar = self.calendar().await?;
        let ids = shown(&rows, &calendar);
        let shown = self.store.cases_by_id(&ids, &actor.scope).await?.into_iter().map(|c| (c.id.to_string(), c)).collect();
        Ok(CaseBook { rows, shown, calendar, streets: self.streets().await? })
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
