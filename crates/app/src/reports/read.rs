//! 检验报告 the lists, one report, and what the public may ask.

use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Act, Actor, Label, Scope, WorkCalendar};
use shiyan_lab_results::order::{OrderState, TestItem, TestOrder};
use shiyan_lab_results::report::ReportSettings;
use shiyan_lab_results::report::TestReport;
use shiyan_store::{Entry, Error, Record};

use crate::App;
use crate::authority::reads;
use shiyan_store::reports::lists::{IssuedRow, ReportFilter, WaitingRow};

/// Which list of reports.
#[derive(Debug)]
pub enum Shelf {
    /// 待签发 orders that wait for their report.
    Waiting(Vec<WaitingRow>),
    /// 已签发 reports in force.
    Issued(Vec<IssuedRow>),
}

/// 检验报告 one page of a list.
#[derive(Debug)]
pub struct ReportBook {
    /// Rows of this page.
    pub shelf: Shelf,
    /// There are more after them.
    pub more: bool,
    /// How many wait under this filter.
    pub waiting: u64,
    /// How many of them are 合格 with an official number.
    pub passing: u64,
    /// 报告设置
    pub settings: ReportSettings,
    /// Working calendar.
    pub calendar: WorkCalendar,
}

/// 检验报告 one report with everything that stands on its page.
#[derive(Debug)]
pub struct ReportPage {
    /// The report.
    pub report: TestReport,
    /// Every report of the sample, the newest first.
    pub all: Vec<TestReport>,
    /// Its order.
    pub order: TestOrder,
    /// The items of the order.
    pub items: Vec<TestItem>,
    /// 时间线
    pub timeline: Vec<Entry>,
}

/// What a sample has of reports.
#[derive(Debug)]
pub struct ReportOfSample {
    /// The newest report, where one was issued.
    pub newest: Option<TestReport>,
    /// 检验任务
    pub order: Option<TestOrder>,
}

fn own(actor: &Actor, filter: &ReportFilter) -> ReportFilter {
    ReportFilter { blind: actor.tests_blind(), ..filter.clone() }
}

impl App {
    /// 检验报告 one page of those that wait, or of those issued.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_reports(&self, actor: &Actor, filter: &ReportFilter, issued: bool, most: u64) -> Result<ReportBook, Error> {
        reads(actor, Act::ReadSamples)?;
        let filter = own(actor, filter);
        let (store, scope) = (&self.store, &actor.scope);
        let whole = ReportFilter { after: None, ..filter.clone() };
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        let waiting = count(store.count_reports_waiting(&whole, scope).await?);
        let (shelf, more, passing);
        if issued {
            let (mut rows, further) = store.reports_issued(&filter, scope).await?;
            rows.iter_mut().filter(|_| filter.blind).for_each(|r| r.site_name.clear());
            (shelf, more, passing) = (Shelf::Issued(rows), further, 0);
        } else {
            let (mut rows, further) = store.reports_waiting(&filter, scope, most).await?;
            rows.iter_mut().filter(|_| filter.blind).for_each(|r| r.site_name.clear());
            let pass = ReportFilter { outcome: Some(Outcome::Pass.code().to_owned()), numbered: true, ..whole };
            (shelf, more, passing) = (Shelf::Waiting(rows), further, count(store.count_reports_waiting(&pass, scope).await?));
        }
        Ok(ReportBook { shelf, more, waiting, passing, settings: self.report_settings().await?, calendar: self.calendar().await? })
    }
    /// 待签发 at most so many orders that wait for their report.
    ///
    /// # Errors
    /// Not for this person; the database does not answer.
    pub async fn read_waiting_reports(&self, actor: &Actor, filter: &ReportFilter, most: u64) -> Result<Vec<WaitingRow>, Error> {
        reads(actor, Act::ReadSamples)?;
        Ok(self.store.reports_waiting(&own(actor, filter), &actor.scope, most).await?.0)
    }
    /// A report by its number.
    ///
    /// # Errors
    /// Not for this person, or no such report in their scope; the database does not answer.
    pub async fn read_report(&self, actor: &Actor, number: &str) -> Result<TestReport, Error> {
        reads(actor, Act::ReadSamples)?;
        self.store.report_by_number(number, &actor.scope).await?.ok_or(Error::NotFound)
    }
    /// 检验报告 the page of a report.
    ///
    /// # Errors
    /// Not for this person, or no such report in their scope; the database does not answer.
    pub async fn read_report_page(&self, actor: &Actor, number: &str) -> Result<ReportPage, Error> {
        let report = self.read_report(actor, number).await?;
        let (store, scope, order) = (&self.store, &actor.scope, report.order.to_string());
        let all = store.reports_of_sample(&report.sample.to_string(), scope).await?;
        let order = store.order(&order, scope).await?.ok_or(Error::NotFound)?;
        let subjects: Vec<String> = all.iter().map(Record::subject).chain([order.subject()]).collect();
        Ok(ReportPage { items: store.items_of_order(&order.id.to_string(), scope).await?, timeline: store.timeline(&subjects).await?, report, all, order })
    }
    /// The newest report of the sample of this number, and its order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn report_of_number(&self, number: &str, scope: &Scope) -> Result<Option<ReportOfSample>, Error> {
        let Some(record) = self.store.sample_by_number(number, scope).await? else { return Ok(None) };
        let id = record.sample.id.to_string();
        let newest = self.store.reports_of_sample(&id, scope).await?.into_iter().next();
        Ok(Some(ReportOfSample { newest, order: self.store.order_of_sample(&id, scope).await? }))
    }
    /// Reports by their numbers, all of them or none: one that lies outside the scope is not left out in silence.
    ///
    /// # Errors
    /// Not for this person, or one of them is not there for them; the database does not answer.
    pub async fn read_reports_by_number(&self, actor: &Actor, numbers: &[String]) -> Result<Vec<TestReport>, Error> {
        reads(actor, Act::ReadSamples)?;
        let found = self.store.reports_by_number(numbers, &actor.scope).await?;
        if found.len() == numbers.len() { Ok(found) } else { Err(Error::NotFound) }
    }
    /// 草稿预览 the order whose draft this person may look at: a report names the operator, so that people who test blind see none before it is
    /// issued.
    ///
    /// # Errors
    /// Not for this person, or no such order in their scope; the database does not answer.
    pub async fn read_order_for_draft(&self, actor: &Actor, id: &str) -> Result<TestOrder, Error> {
        reads(actor, Act::ReadOperator)?;
        self.store.order(id, &actor.scope).await?.ok_or(Error::NotFound)
    }
    /// 预览 the order whose report this person may look at before it is issued. It names the operator: who signs it reads what they sign, whoever
    /// else tests blind sees none.
    ///
    /// # Errors
    /// Not for this person, or no such order in their scope; the database does not answer.
    pub async fn read_order_for_preview(&self, actor: &Actor, id: &str) -> Result<TestOrder, Error> {
        reads(actor, Act::ReadSamples)?;
        let order = self.store.order(id, &actor.scope).await?.ok_or(Error::NotFound)?;
        if order.state == OrderState::Reviewed || !actor.tests_blind() { Ok(order) } else { Err(Error::NotFound) }
    }
    /// 验真 the report of a public code, and the number of the one that replaced it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn read_public_report(&self, code: &str) -> Result<Option<(TestReport, Option<String>)>, Error> {
        self.store.report_by_code(code).await
    }
    /// A picture of the report settings.
    ///
    /// # Errors
    /// There is none; the database does not answer.
    pub async fn read_report_picture(&self, which: &str) -> Result<Vec<u8>, Error> {
        let settings = self.report_settings().await?;
        let kept = match which {
            "mark" => settings.mark,
            "seal" => settings.seal,
            _ => None,
        };
        Ok(self.store.blob(&kept.ok_or(Error::NotFound)?.sha256).await?.ok_or(Error::NotFound)?.1)
    }
}
