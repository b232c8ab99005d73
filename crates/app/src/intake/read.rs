//! 样品 list, sample page, sheet, reception, search.

use std::collections::BTreeMap;

use shiyan_foundation::area::Street;
use shiyan_foundation::ids::ReadingId;
use shiyan_foundation::{Act, Actor, Label, Role, WorkCalendar};
use shiyan_lab_results::order::{OrderState, TestItem, TestOrder};
use shiyan_lab_results::report::TestReport;
use shiyan_nonconformity::Case;
use shiyan_sample_intake::SampleState;
use shiyan_sample_intake::parties::CreditCode;
use shiyan_store::records::{ClockRecord, Laboratory, SampleRecord, UserAccount};
use shiyan_store::{Entry, Error, Record};

use super::parties::read::Parties;
use crate::App;
use crate::authority::{reading_of, reads, reads_cases, veiled};
use shiyan_store::cases::lists::{CaseFilter, CaseRow};
use shiyan_store::intake::parties::{PartyFilter, PartyRow};
use shiyan_store::intake::samples::{SampleFilter, SampleRow, WorkFilter};

/// 样品清单 one page of the rows under a filter, and how many there are in all.
#[derive(Debug)]
pub struct SampleBook {
    /// All of them; of a search at most 10,001.
    pub total: u64,
    /// Rows of this page, newest first.
    pub rows: Vec<SampleRow>,
    /// There are more after them.
    pub more: bool,
    /// Working calendar.
    pub calendar: WorkCalendar,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
}

/// 样品页 a sample with everything that stands on its page.
#[derive(Debug)]
pub struct SamplePage {
    /// The sample.
    pub record: SampleRecord,
    /// 检验任务
    pub order: Option<TestOrder>,
    /// 检验项目
    pub items: Vec<TestItem>,
    /// 检验报告, the newest first.
    pub reports: Vec<TestReport>,
    /// 案件; none for whoever tests blind.
    pub cases: Vec<Case>,
    /// 时限钟
    pub clocks: Vec<ClockRecord>,
    /// Working calendar.
    pub calendar: WorkCalendar,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
    /// The rapid reading that asked for it.
    pub reading: Option<ReadingId>,
    /// 关联的主体; none for whoever tests blind.
    pub parties: Parties,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// What a sampling sheet is filled in from.
#[derive(Debug)]
pub struct SheetLists {
    /// 抽样员 with an open account.
    pub samplers: Vec<UserAccount>,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
    /// 承检机构
    pub labs: Vec<Laboratory>,
}

/// 收样页
#[derive(Debug)]
pub struct Reception {
    /// The sample.
    pub record: SampleRecord,
    /// 时限钟
    pub clocks: Vec<ClockRecord>,
    /// Received last.
    pub recent: Vec<SampleRow>,
    /// Working calendar.
    pub calendar: WorkCalendar,
    /// 街道 by code.
    pub streets: BTreeMap<String, Street>,
}

/// 搜索 what a text finds.
#[derive(Debug)]
pub enum Search {
    /// The number of this sample, by id.
    Sample(String),
    /// The number of this report.
    Report(String),
    /// The number of this case, by id.
    Case(String),
    /// The credit code of this operator, by id.
    Operator(String),
    /// Rows that hold the text: the newest samples and how many there are, and the cases.
    Rows {
        /// Samples, newest first.
        samples: Vec<SampleRow>,
        /// How many samples, at most 10,001.
        total: u64,
        /// Cases.
        cases: Vec<CaseRow>,
        /// 经营者 and 生产者 of the register.
        parties: (Vec<PartyRow>, Vec<PartyRow>),
    },
}

/// States of an order whose report is not out yet.
const OPEN: &[OrderState] = &[OrderState::Testing, OrderState::Entered, OrderState::Checked, OrderState::Reviewed, OrderState::Approved];

/// The filter as this person may ask it: whoever tests blind does not find out whose sample it is by searching for the operator.
fn own(actor: &Actor, filter: &SampleFilter) -> SampleFilter {
    SampleFilter { blind: actor.tests_blind(), ..filter.clone() }
}

impl App {
    /// How many samples a filter holds.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn count_samples(&self, actor: &Actor, filter: &SampleFilter) -> Result<u64, Error> {
        reads(actor, Act::ReadSamples)?;
        let all = SampleFilter { after: None, ..own(actor, filter) };
        if let Some(counted) = self.listed(&all, &actor.scope).await? {
            return Ok(counted);
        }
        Ok(u64::try_from(self.store.count_samples(&all, &actor.scope).await?).unwrap_or_default())
    }
    /// 样品 one page of rows, newest first, and whether there are more.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_samples(&self, actor: &Actor, filter: &SampleFilter) -> Result<(Vec<SampleRow>, bool), Error> {
        reads(actor, Act::ReadSamples)?;
        let (mut rows, more) = self.store.samples(&own(actor, filter), &actor.scope).await?;
        if actor.tests_blind() {
            for row in &mut rows {
                row.site_name.clear();
                row.street.clear();
            }
        }
        Ok((rows, more))
    }
    /// 样品清单
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_sample_book(&self, actor: &Actor, filter: &SampleFilter) -> Result<SampleBook, Error> {
        let total = self.count_samples(actor, filter).await?;
        let (rows, more) = self.read_samples(actor, filter).await?;
        Ok(SampleBook { total, rows, more, calendar: self.calendar().await?, streets: self.streets().await? })
    }
    /// 样品页
    ///
    /// # Errors
    /// Not for this person, or no such sample in their scope; the database does not answer.
    pub async fn read_sample(&self, actor: &Actor, id: &str) -> Result<SamplePage, Error> {
        reads(actor, Act::ReadSamples)?;
        let (store, scope) = (&self.store, &actor.scope);
        let record = store.sample(id, scope).await?.ok_or(Error::NotFound)?;
        let order = store.order_of_sample(id, scope).await?;
        let items = match &order {
            Some(order) => store.items_of_order(&order.id.to_string(), scope).await?,
            None => Vec::new(),
        };
        let reports = store.reports_of_sample(id, scope).await?;
        let cases = if reads_cases(actor).is_ok() { store.cases_of_sample(id, scope).await? } else { Vec::new() };
        let mut subjects = vec![record.subject()];
        subjects.extend(order.iter().map(Record::subject));
        subjects.extend(items.iter().map(Record::subject));
        subjects.extend(reports.iter().map(Record::subject));
        subjects.extend(cases.iter().map(Record::subject));
        Ok(SamplePage {
            clocks: store.clocks_of(&record.subject()).await?,
            timeline: store.timeline(&subjects).await?,
            calendar: self.calendar().await?,
            streets: self.streets().await?,
            reading: reading_of(actor, &record.sample),
            parties: self.read_parties(actor, &record).await?,
            record: veiled(actor, record),
            order,
            items,
            reports,
            cases,
        })
    }
    /// 抽样单 the sheet of a sample.
    ///
    /// # Errors
    /// Not for this person, or no such sample in their scope; the database does not answer.
    pub async fn read_sheet(&self, actor: &Actor, id: &str) -> Result<SampleRecord, Error> {
        reads(actor, Act::ReadSamples)?;
        Ok(veiled(actor, self.store.sample(id, &actor.scope).await?.ok_or(Error::NotFound)?))
    }
    /// What a sampling sheet is filled in from.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read_sheet_lists(&self) -> Result<SheetLists, Error> {
        let samplers = self.store.people().await?.into_iter().filter(|u| u.active && u.roles.contains(&Role::Sampler)).collect();
        Ok(SheetLists { samplers, streets: self.streets().await?, labs: self.laboratories().await? })
    }
    /// 收样页
    ///
    /// # Errors
    /// Not for this person, or no such sample in their scope; the database does not answer.
    pub async fn read_reception(&self, actor: &Actor, id: &str) -> Result<Reception, Error> {
        let record = self.read_sheet(actor, id).await?;
        let received = SampleFilter { state: Some(SampleState::Received.code().to_owned()), ..SampleFilter::default() };
        Ok(Reception {
            clocks: self.store.clocks_of(&record.subject()).await?,
            recent: self.read_samples(actor, &received).await?.0,
            calendar: self.calendar().await?,
            streets: self.streets().await?,
            record,
        })
    }
    /// 填写中的抽样单 of this person.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_drafts(&self, actor: &Actor) -> Result<Vec<SampleRecord>, Error> {
        reads(actor, Act::ReadSamples)?;
        self.store.drafts_of(&actor.id.to_string()).await
    }
    /// 搜索 a complete number finds its object; anything else what this person may see. People who test blind find samples by their number
    /// alone, and whoever reads no samples finds nothing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn search(&self, actor: &Actor, q: &str) -> Result<Search, Error> {
        let nothing = Search::Rows { samples: Vec::new(), total: 0, cases: Vec::new(), parties: (Vec::new(), Vec::new()) };
        if q.is_empty() || reads(actor, Act::ReadSamples).is_err() {
            return Ok(nothing);
        }
        let number = shiyan_foundation::text::fold(q);
        for exact in [q, number.as_str(), &number.to_uppercase()] {
            if let Some(record) = self.store.sample_by_number(exact, &actor.scope).await? {
                return Ok(Search::Sample(record.sample.id.to_string()));
            }
            if let Some(report) = self.store.report_by_number(exact, &actor.scope).await? {
                return Ok(Search::Report(report.number));
            }
        }
        // A code that is whole means one sample; those being tested are looked at first.
        for states in [OPEN, &[OrderState::Issued]] {
            let work = WorkFilter { states: states.iter().map(|s| s.code().to_owned()).collect(), due_before: None };
            if let [(sample, _)] = self.store.by_blind_code(&number, &work, &actor.scope).await?.as_slice() {
                return Ok(Search::Sample(sample.clone()));
            }
        }
        if actor.tests_blind() {
            return Ok(nothing);
        }
        let cases = self.read_cases(actor, &CaseFilter { q: Some(q.to_owned()), ..CaseFilter::default() }).await?;
        if let Some(case) = cases.iter().find(|c| c.no.eq_ignore_ascii_case(&number)) {
            return Ok(Search::Case(case.id.clone()));
        }
        let named = PartyFilter { q: Some(q.to_owned()), ..PartyFilter::default() };
        let operators = self.store.operators(&named, &actor.scope).await?.0;
        if let ([one], true) = (operators.as_slice(), CreditCode::of(q).is_some()) {
            return Ok(Search::Operator(one.id.clone()));
        }
        let parties = (operators, self.store.producers(&named, &actor.scope).await?.0);
        let all = SampleFilter { q: Some(q.to_owned()), ..SampleFilter::default() };
        Ok(Search::Rows { samples: self.read_samples(actor, &all).await?.0, total: self.count_samples(actor, &all).await?, cases, parties })
    }
}
