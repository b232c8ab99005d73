//! 检验报告 lists: orders that wait for their report, reports in force.

use sea_orm::FromQueryResult;
use serde::Serialize;
use shiyan_foundation::{Label, Scope};
use shiyan_lab_results::order::{OrderState, TestOrder};
use shiyan_lab_results::report::TestReport;

use crate::query::{Count, Detail, PAGE, Sql, records};
use crate::{Error, Store};

/// 筛选 the filters of the report lists, as they stand in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// Free text: number, sample, operator.
    pub q: Option<String>,
    /// 盲样: the search does not look at the operator, for people who must not know whose sample it is.
    pub blind: bool,
    /// 结论
    pub outcome: Option<String>,
    /// Leaves out those whose sheet has a temporary number only: they get no report yet.
    pub numbered: bool,
    /// Keyset: rows after this (due day or empty, id).
    pub after: Option<(String, String)>,
}

/// One order that waits for its report.
#[derive(Debug, Clone)]
pub struct WaitingRow {
    /// The order.
    pub order: TestOrder,
    /// 抽样单编号
    pub sampling_no: String,
    /// 样品名称
    pub name: String,
    /// 被抽样单位
    pub site_name: String,
    /// Items.
    pub items: i64,
    /// 临时编号 the sheet has no official number yet.
    pub temporary: bool,
}

#[derive(FromQueryResult)]
struct Waiting {
    detail: String,
    sampling_no: Option<String>,
    name: String,
    site_name: String,
    items: i64,
    temporary: bool,
}

/// One report in force.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub struct IssuedRow {
    /// Report id.
    pub id: String,
    /// 报告编号
    pub number: String,
    /// 抽样单编号
    pub sampling_no: Option<String>,
    /// 样品名称
    pub name: String,
    /// 被抽样单位
    pub site_name: String,
    /// 结论
    pub outcome: Option<String>,
    /// 签发日期
    pub issued_on: String,
    /// 第几次更改, 0 for the first issue.
    pub amendment: i64,
    /// 演示
    pub demo: bool,
}

fn search(sql: &mut Sql, filter: &ReportFilter, numbered: bool) {
    let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) else { return };
    let like = format!("%{}%", q.replace(['%', '_'], ""));
    let bound = |n: usize| vec![like.clone().into(); n];
    match (numbered, filter.blind) {
        (false, true) => sql.push("AND (s.sampling_no LIKE ? OR s.name LIKE ?)", bound(2)),
        (false, false) => sql.push("AND (s.sampling_no LIKE ? OR s.name LIKE ? OR s.site_name LIKE ?)", bound(3)),
        (true, true) => sql.push("AND (r.number LIKE ? OR s.name LIKE ?)", bound(2)),
        (true, false) => sql.push("AND (r.number LIKE ? OR s.name LIKE ? OR s.site_name LIKE ?)", bound(3)),
    };
}

fn waiting(sql: &mut Sql, filter: &ReportFilter, scope: &Scope) {
    sql.push("AND o.state = ?", [OrderState::Approved.code().into()]).sample_scope(scope);
    search(sql, filter, false);
    if filter.numbered {
        sql.push("AND NOT s.temporary", []);
    }
    // While an amendment is under way the column holds the conclusion in force; those few are looked at one by one.
    sql.and_if("AND (o.issued_on IS NOT NULL OR o.outcome = ?)", filter.outcome.as_deref());
}

fn concluded(order: &TestOrder, filter: &ReportFilter) -> bool {
    filter.outcome.as_deref().filter(|o| !o.is_empty()).is_none_or(|o| order.conclusion.as_ref().is_some_and(|c| c.outcome.code() == o))
}

const WAITING: &str = "SELECT o.detail, s.sampling_no, s.name, s.site_name, s.temporary, (SELECT COUNT(*) FROM test_item i WHERE i.order_id = o.id) AS items \
     FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE 1 = 1";

impl Store {
    /// 待签发 at most so many orders that wait for their report, due first, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reports_waiting(&self, filter: &ReportFilter, scope: &Scope, most: u64) -> Result<(Vec<WaitingRow>, bool), Error> {
        let mut sql = Sql::new(WAITING);
        waiting(&mut sql, filter, scope);
        if let Some((day, id)) = &filter.after {
            // the first of these says the same as the others, and is what an index is entered by
            let days = [day.clone().into(), day.clone().into(), id.clone().into()];
            sql.push("AND o.report_due_on >= ? AND (o.report_due_on > ? OR o.id > ?)", days);
        }
        sql.push("ORDER BY o.report_due_on, o.id LIMIT ?", [i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX).into()]);
        let mut rows: Vec<Waiting> = sql.all(&self.read).await?;
        let more = rows.len() as u64 > most;
        rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let order: TestOrder = serde_json::from_str(&row.detail)?;
            let row = WaitingRow {
                order,
                sampling_no: row.sampling_no.unwrap_or_default(),
                name: row.name,
                site_name: row.site_name,
                items: row.items,
                temporary: row.temporary,
            };
            if concluded(&row.order, filter) {
                out.push(row);
            }
        }
        Ok((out, more))
    }
    /// How many orders wait for their report; those under amendment are looked at one by one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_reports_waiting(&self, filter: &ReportFilter, scope: &Scope) -> Result<i64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE o.issued_on IS NULL");
        waiting(&mut sql, filter, scope);
        let first = sql.one::<Count>(&self.read).await?.map_or(0, |c| c.n);
        let mut sql = Sql::new("SELECT o.detail FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE o.issued_on IS NOT NULL");
        waiting(&mut sql, filter, scope);
        let amended = records::<TestOrder>(sql.all::<Detail>(&self.read).await?)?;
        Ok(first + i64::try_from(amended.iter().filter(|o| concluded(o, filter)).count()).unwrap_or(i64::MAX))
    }
    /// 已签发 one page of the reports in force, newest first, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reports_issued(&self, filter: &ReportFilter, scope: &Scope) -> Result<(Vec<IssuedRow>, bool), Error> {
        // The page is found first: along the reports, newest first, and beside them the conclusions by their sample; only its rows are fetched.
        let mut sql = Sql::new(
            "SELECT r.id, r.number, s.sampling_no, s.name, s.site_name, o.outcome, r.issued_on, r.amendment, r.demo FROM (SELECT r.id FROM test_report r",
        );
        let outcome = filter.outcome.as_deref().filter(|o| !o.is_empty());
        if outcome.is_some() {
            // SQLite takes the tables of a CROSS JOIN in their order
            sql.push("CROSS JOIN test_order o", []);
        }
        if *scope != Scope::District || filter.q.as_deref().is_some_and(|q| !q.trim().is_empty()) {
            sql.push("CROSS JOIN sample s", []).push("WHERE s.id = r.sample_id", []);
        } else {
            sql.push("WHERE 1 = 1", []);
        }
        sql.push("AND NOT EXISTS (SELECT 1 FROM test_report n WHERE n.order_id = r.order_id AND n.amendment > r.amendment)", []);
        sql.and_if("AND o.sample_id = r.sample_id AND o.outcome = ?", outcome).sample_scope_along(scope);
        search(&mut sql, filter, true);
        if let Some((_, id)) = &filter.after {
            sql.push("AND r.id < ?", [id.clone().into()]);
        }
        // Ids begin with their time, so that the newest report has the highest.
        sql.push("ORDER BY r.id DESC LIMIT ?", [i64::try_from(PAGE + 1).unwrap_or(51).into()]);
        sql.push(
            ") AS page JOIN test_report r ON r.id = page.id JOIN test_order o ON o.id = r.order_id JOIN sample s ON s.id = r.sample_id ORDER BY r.id DESC",
            [],
        );
        let mut rows: Vec<IssuedRow> = sql.all(&self.read).await?;
        let more = rows.len() as u64 > PAGE;
        rows.truncate(usize::try_from(PAGE).unwrap_or(50));
        Ok((rows, more))
    }
    /// The reports with these numbers, in the order of the numbers; those outside the scope are left out.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reports_by_number(&self, numbers: &[String], scope: &Scope) -> Result<Vec<TestReport>, Error> {
        let mut out = Vec::new();
        for some in numbers.chunks(200) {
            let mut sql = Sql::new("SELECT r.detail FROM test_report r JOIN sample s ON s.id = r.sample_id WHERE 1 = 1");
            sql.within("AND r.number IN", some.iter().map(String::as_str)).sample_scope(scope).push("ORDER BY r.number", []);
            out.extend(records::<TestReport>(sql.all::<Detail>(&self.read).await?)?);
        }
        out.sort_by(|a, b| a.number.cmp(&b.number));
        Ok(out)
    }
}
