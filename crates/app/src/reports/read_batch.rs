//! 一批食品的文书事实 what the papers of one batch are made from: its sheet, its order, what its report says, its cases with their clocks; and the cases of a period.

use std::collections::{BTreeMap, HashMap};

use shiyan_foundation::area::Street;
use shiyan_foundation::{Instant, NaiveDate, Scope, WorkCalendar};
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_lab_results::report::{ReportContent, TestReport};
use shiyan_nonconformity::{Case, CaseState};
use shiyan_sample_intake::Sample;
use shiyan_store::cases::lists::CaseFilter;
use shiyan_store::records::{ClockRecord, Laboratory};
use shiyan_store::{Error, Record};

use super::report_content;
use crate::App;

/// 一批食品 with everything that its papers name.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The sample with its sheet.
    pub sample: Sample,
    /// 街道 by name, as far as the code is known.
    pub street: String,
    /// 检验任务
    pub order: Option<TestOrder>,
    /// Its items.
    pub items: Vec<TestItem>,
    /// 报告所述: of the report in force; of an order that was concluded and has none yet, what it would say now.
    pub content: Option<ReportContent>,
    /// The content is that of a report in force.
    pub issued: bool,
    /// 案件 the parts of the batch, each with its clocks.
    pub cases: Vec<(Case, Vec<ClockRecord>)>,
    /// Working calendar.
    pub calendar: WorkCalendar,
}

/// 案件 of a period, with what the lists name beside it.
#[derive(Debug, Clone)]
pub struct ListedCase {
    /// The case.
    pub case: Case,
    /// 处置期限
    pub due: Option<NaiveDate>,
    /// 检验报告编号 of the report in force.
    pub report: String,
    /// 食品大类
    pub class: String,
}

impl App {
    /// 一批食品 by the number of its sampling sheet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn batch_of_sheet(&self, number: &str, scope: &Scope, now: Instant) -> Result<Option<Batch>, Error> {
        let store = &self.store;
        let Some(record) = store.sample_by_number(number, scope).await? else { return Ok(None) };
        let sample = record.sample;
        let id = sample.id.to_string();
        let order = store.order_of_sample(&id, scope).await?;
        let items = match &order {
            Some(order) => store.items_of_order(&order.id.to_string(), scope).await?,
            None => Vec::new(),
        };
        let streets: BTreeMap<String, Street> = self.streets().await?;
        let reports = match &order {
            Some(order) => store.reports_in_force(&[order.id], scope).await?,
            None => HashMap::new(),
        };
        let frozen = reports.into_values().next().and_then(|(report, _)| report.frozen());
        let issued = frozen.is_some();
        let content = match (frozen, &order) {
            (Some(content), _) => Some(content),
            (None, Some(order)) if order.conclusion.is_some() && sample.core.is_some() => {
                Some(report_content(&sample, order, &items, &store.all::<Laboratory>().await?, &streets, now)?)
            }
            _ => None,
        };
        let cases = store.cases_of_sample(&id, scope).await?;
        let subjects: Vec<String> = cases.iter().map(Record::subject).collect();
        let mut clocks: BTreeMap<String, Vec<ClockRecord>> = BTreeMap::new();
        for clock in store.clocks_of_all(&subjects).await? {
            clocks.entry(clock.clock.subject.clone()).or_default().push(clock);
        }
        let cases = cases.into_iter().map(|case| {
            let own = clocks.remove(&case.subject()).unwrap_or_default();
            (case, own)
        });
        let code = sample.sheet.get("street").to_owned();
        Ok(Some(Batch {
            street: streets.get(&code).map_or(code, |s| s.name.clone()),
            cases: cases.collect(),
            calendar: self.calendar().await?,
            order,
            items,
            content,
            issued,
            sample,
        }))
    }
    /// 合订 what a report in force says, with its pictures, to be bound with others for the printer.
    ///
    /// # Errors
    /// The content cannot be read; the bytes of a picture are gone; the database does not answer.
    pub async fn report_to_bind(&self, report: &TestReport) -> Result<ReportContent, Error> {
        let content: ReportContent = serde_json::from_str(&report.content)?;
        let pictures = self.pictures(content.mark.as_deref(), content.seal.as_deref()).await?;
        Ok(ReportContent { pictures, ..content })
    }
    /// 抽样单编号 of the case of this number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sheet_of_case(&self, no: &str, scope: &Scope) -> Result<Option<String>, Error> {
        let filter = CaseFilter { q: Some(no.to_owned()), ..CaseFilter::default() };
        Ok(self.store.cases(&filter, scope).await?.into_iter().find(|row| row.no == no).map(|row| row.sampling_no))
    }
    /// 案件 opened in a period, in the order of their numbers, without those whose conclusion was overturned.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_opened(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<ListedCase>, Error> {
        use chrono::Datelike;
        let mut dues: HashMap<String, Option<NaiveDate>> = HashMap::new();
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        for year in from.year()..=to.year() {
            let filter = CaseFilter { year: Some(year), ..CaseFilter::default() };
            let rows = self.store.cases(&filter, scope).await?.into_iter();
            let within = rows.filter(|row| day(&row.opened_on).is_some_and(|on| (from..=to).contains(&on)));
            dues.extend(within.map(|row| (row.id, row.due_on.as_deref().and_then(day))));
        }
        let ids: Vec<String> = dues.keys().cloned().collect();
        let mut cases: Vec<Case> = Vec::new();
        for some in ids.chunks(500) {
            cases.extend(self.store.cases_by_id(some, scope).await?);
        }
        cases.retain(|c| c.state != CaseState::Cancelled);
        cases.sort_by(|a, b| a.no.cmp(&b.no));
        let orders: Vec<_> = cases.iter().map(|c| c.order).collect();
        let reports = self.store.reports_in_force(&orders, scope).await?;
        let listed = |case: Case| {
            let (report, class) = reports.get(&case.order).map_or_else(Default::default, |(r, class)| (r.number.clone(), class.clone()));
            ListedCase { due: dues.get(&case.id.to_string()).copied().flatten(), report, class, case }
        };
        Ok(cases.into_iter().map(listed).collect())
    }
}
