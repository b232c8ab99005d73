//! 按月的事实 the facts of a month, all of the district, for files that are kept beside the database. They are never the truth: what is in the files is
//! compared with this.

use std::collections::BTreeSet;

use chrono::{Datelike, Months, NaiveDate};
use shiyan_foundation::ids::{CaseId, ReadingId, SampleId};
use shiyan_foundation::{Instant, Scope};
use shiyan_indicators::facts::Taken;
use shiyan_indicators::{BatchFact, CaseFact, ItemFact, PlanFact, RapidFact, ServiceFact};
use shiyan_store::figures::facts::plan_facts;
use shiyan_store::{Error, Head};

use crate::App;

/// 一月的事实, each family in the order of its keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MonthFacts {
    /// 批次 sampled in it.
    pub batches: Vec<BatchFact>,
    /// 检验项目 reported of those batches.
    pub items: Vec<ItemFact>,
    /// 快检 tested in it.
    pub readings: Vec<RapidFact>,
    /// 案件部分 opened in it.
    pub cases: Vec<CaseFact>,
    /// 时限 begun in it.
    pub services: Vec<ServiceFact>,
    /// 计划行 of the quarter that begins in it, with how many batches fill each.
    pub plan: Vec<PlanFact>,
}

/// 之后的改动 what changed after an entry of the journal, as far as facts are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Since {
    /// Samples.
    pub samples: BTreeSet<SampleId>,
    /// Readings.
    pub readings: BTreeSet<ReadingId>,
    /// Cases, with their clocks.
    pub cases: BTreeSet<CaseId>,
    /// A plan, or a sample that may fill a line.
    pub plans: bool,
}

/// Entries that are followed; files that lie further behind are to be written anew.
const MOST: u64 = 1_000_000;

impl App {
    /// Where the journal stands.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn journal_head(&self) -> Result<Head, Error> {
        self.store.head().await
    }
    /// The first of each month of which there are facts, up to today, and to the last quarter that is planned.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn months_of_facts(&self, now: Instant) -> Result<Vec<NaiveDate>, Error> {
        let planned: Vec<NaiveDate> =
            self.plans().await?.iter().flat_map(|plan| [1, 10].map(|month| NaiveDate::from_ymd_opt(plan.year, month, 1))).flatten().collect();
        let days: Vec<NaiveDate> =
            self.store.days_of_facts().await?.into_iter().flat_map(|(first, last)| [first, last.max(now.date_naive())]).chain(planned).collect();
        let Some((first, last)) = days.iter().min().copied().zip(days.iter().max().copied()) else { return Ok(Vec::new()) };
        let begin = |day: NaiveDate| chrono::Datelike::with_day(&day, 1).unwrap_or(day);
        let last = begin(last);
        Ok(std::iter::successors(Some(begin(first)), |m| m.checked_add_months(Months::new(1))).take_while(|m| *m <= last).collect())
    }
    /// The facts of the month that begins on a day, whoever asks: for whoever runs the program.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn month_facts(&self, first: NaiveDate) -> Result<MonthFacts, Error> {
        let last = first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first);
        let bodies = self.store.street_bodies().await?;
        let mut month = MonthFacts {
            batches: self.store.batches_between(first, last, &bodies).await?,
            items: self.store.items_between(first, last).await?,
            readings: self.store.rapid_facts(first, last, &Scope::District).await?,
            cases: self.store.cases_opened_between(first, last).await?,
            services: self.store.services_begun_between(first, last).await?,
            plan: self.plan_begun(first).await?,
        };
        month.batches.sort_by_key(|b| b.sample_id);
        month.items.sort_by(|a, b| (a.sample_id, &a.analyte, a.failing).cmp(&(b.sample_id, &b.analyte, b.failing)));
        month.readings.sort_by_key(|r| r.reading_id);
        month.cases.sort_by_key(|c| c.case_id);
        month.services.sort_by_key(|s| s.clock_id);
        month.plan.sort_by_key(|p| p.line_id);
        Ok(month)
    }
    /// 计划行 of the quarter that begins on a day, each with how many of the batches sampled in that quarter fill it; of any other month none.
    async fn plan_begun(&self, first: NaiveDate) -> Result<Vec<PlanFact>, Error> {
        let quarter = u8::try_from(first.month0() / 3 + 1).unwrap_or(4);
        if !first.month0().is_multiple_of(3) {
            return Ok(Vec::new());
        }
        let Some(plan) = self.store.plan_of_year(first.year()).await? else { return Ok(Vec::new()) };
        let last = first.checked_add_months(Months::new(3)).and_then(|next| next.pred_opt()).unwrap_or(first);
        let batches = self.store.batches_between(first, last, &self.store.street_bodies().await?).await?;
        let lines = plan_facts(&plan, &batches, last, &Scope::District);
        Ok(lines.into_iter().filter(|p| p.quarter == quarter).map(|p| PlanFact { taken: Taken::Number(p.taken.number()), ..p }).collect())
    }
    /// What changed after an entry; `None` when it is not in this journal, when very much came after it, or when what all facts hold changed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn changed_since(&self, head: &Head) -> Result<Option<Since>, Error> {
        let touched = self.store.touched_since(head, MOST).await?.filter(|t| !t.streets);
        Ok(touched.map(|t| Since { plans: t.plans || !t.samples.is_empty(), samples: t.samples, readings: t.readings, cases: t.cases }))
    }
}
