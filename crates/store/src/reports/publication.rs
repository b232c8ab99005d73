//! 公布 the batches whose results may be made public, with their cases and the report in force.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::FromQueryResult;
use shiyan_foundation::ids::{SampleId, TestOrderId};
use shiyan_foundation::task::{Department, Outcome, TaskKind, TaskLevel};
use shiyan_foundation::{Label, Scope};
use shiyan_lab_results::order::TestOrder;
use shiyan_lab_results::report::TestReport;
use shiyan_nonconformity::Case;

use crate::query::{Count, Detail, Sql, records};
use crate::{Error, Store};

fn wanted(sql: &mut Sql, from: NaiveDate, to: NaiveDate, scope: &Scope) {
    let asked = [TaskKind::Supervisory.code(), TaskLevel::District.code(), Department::Market.code()];
    sql.push("AND s.kind = ? AND s.level = ? AND s.department = ?", asked.map(Into::into));
    let (pass, fail) = (Outcome::Pass.code(), Outcome::Fail.code());
    // a failing batch becomes final long after its report
    sql.push("AND o.issued_on <= ?", [to.to_string().into()]);
    sql.push("AND (o.outcome = ? OR (o.outcome = ? AND o.issued_on >= ?))", [fail.into(), pass.into(), from.to_string().into()]);
    sql.sample_scope(scope);
}

impl Store {
    /// How many batches [`Store::reported_batches`] would read.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_reported_batches(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<i64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE o.issued_on IS NOT NULL AND NOT s.temporary");
        wanted(&mut sql, from, to, scope);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| c.n))
    }
    /// The orders of supervisory sampling by the district itself that have a report: passing ones reported from a day to another, failing ones until then, by
    /// the number of their sheets.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reported_batches(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<TestOrder>, Error> {
        let mut sql = Sql::new("SELECT o.detail FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE o.issued_on IS NOT NULL AND NOT s.temporary");
        wanted(&mut sql, from, to, scope);
        sql.push("ORDER BY s.sampling_no", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// Every case of these samples.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_of_samples(&self, samples: &[SampleId], scope: &Scope) -> Result<HashMap<SampleId, Vec<Case>>, Error> {
        let mut out: HashMap<SampleId, Vec<Case>> = HashMap::new();
        for some in samples.chunks(500) {
            let ids: Vec<String> = some.iter().map(ToString::to_string).collect();
            let mut sql = Sql::new("SELECT c.detail FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE 1 = 1");
            sql.within("AND c.sample_id IN", ids.iter().map(String::as_str)).sample_scope(scope).push("ORDER BY c.no", []);
            for case in records::<Case>(sql.all::<Detail>(&self.read).await?)? {
                out.entry(case.sample).or_default().push(case);
            }
        }
        Ok(out)
    }
    /// The report in force of these orders, with the food class of the sheet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reports_in_force(&self, orders: &[TestOrderId], scope: &Scope) -> Result<HashMap<TestOrderId, (TestReport, String)>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            detail: String,
            class: String,
        }
        let mut out = HashMap::new();
        for some in orders.chunks(500) {
            let ids: Vec<String> = some.iter().map(ToString::to_string).collect();
            let mut sql = Sql::new(
                "SELECT r.detail, s.class FROM test_report r JOIN sample s ON s.id = r.sample_id \
                 WHERE NOT EXISTS (SELECT 1 FROM test_report n WHERE n.order_id = r.order_id AND n.amendment > r.amendment)",
            );
            sql.within("AND r.order_id IN", ids.iter().map(String::as_str)).sample_scope(scope);
            for line in sql.all::<Line>(&self.read).await? {
                let report: TestReport = serde_json::from_str(&line.detail)?;
                out.insert(report.order, (report, line.class));
            }
        }
        Ok(out)
    }
}
