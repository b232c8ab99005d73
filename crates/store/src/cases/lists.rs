//! 案件 and clocks.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use shiyan_foundation::{Label, NaiveDate, Scope};
use shiyan_nonconformity::Case;
use shiyan_nonconformity::case::MOVES;

use crate::query::{Count, Detail, Sql, records};
use crate::records::ClockRecord;
use crate::{Error, Store};

/// Filters of the case list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Free text: number, product, operator.
    pub q: Option<String>,
    /// 状态; `open` is everything not closed or cancelled.
    pub state: Option<String>,
    /// 街道
    pub street: Option<String>,
    /// 部分
    pub part: Option<String>,
    /// Year of opening.
    pub year: Option<i32>,
    /// 期限 of the open ones: the first and the last day on which it may lie.
    pub due: Option<(Option<NaiveDate>, Option<NaiveDate>)>,
}

impl CaseFilter {
    /// Whether a state is one of those that are asked for.
    #[must_use]
    pub fn holds_state(&self, state: &str) -> bool {
        match self.state.as_deref() {
            None | Some("") => true,
            Some("open") => open().any(|code| code == state),
            Some(wanted) => wanted == state,
        }
    }
}

/// One row of the case list.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub struct CaseRow {
    /// Id.
    pub id: String,
    /// 案件编号
    pub no: String,
    /// 部分
    pub part: String,
    /// 抽样单编号
    pub sampling_no: String,
    /// 样品
    pub product: String,
    /// 单位
    pub operator: String,
    /// 街道
    pub street: String,
    /// 状态
    pub state: String,
    /// 立案日期
    pub opened_on: String,
    /// 截止
    pub due_on: Option<String>,
    /// 暂定
    pub provisional: Option<bool>,
    /// 办结
    pub closed_on: Option<String>,
    /// 证据齐全
    pub evidenced: bool,
}

pub(crate) const CASES: &str = "SELECT c.id, c.no, c.part, c.sampling_no, c.product, c.operator, c.street, c.state, c.opened_on, k.due_on, k.provisional, \
     c.closed_on, c.evidenced FROM case_file c JOIN sample s ON s.id = c.sample_id \
     LEFT JOIN clock k ON k.subject = 'case:' || c.id AND k.rule = 'D20' WHERE 1 = 1";

/// The same rows of one page, which is found first, along indexes that hold all that is asked for; only its rows are fetched.
const PAGED: &str = "SELECT c.id, c.no, c.part, c.sampling_no, c.product, c.operator, c.street, c.state, c.opened_on, k.due_on, k.provisional, \
     c.closed_on, c.evidenced FROM (SELECT c.id FROM case_file c LEFT JOIN clock k ON k.subject = 'case:' || c.id AND k.rule = 'D20'";

/// The states in which somebody still has something to do, as the table of moves says.
fn open() -> impl Iterator<Item = &'static str> {
    MOVES.open().map(Label::code)
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Only those that go on, or only those that are over.
fn half(sql: &mut Sql, going_on: bool) -> &mut Sql {
    sql.within(if going_on { "AND c.state IN" } else { "AND c.state NOT IN" }, open())
}

fn rows_of(filter: &CaseFilter, scope: &Scope) -> Sql {
    let mut sql = Sql::new(CASES);
    narrow(sql.sample_scope(scope), filter);
    sql
}

/// What is counted of them; the clock is asked only where the filter looks at it.
fn counted(what: &'static str, filter: &CaseFilter, scope: &Scope) -> Sql {
    let mut sql = Sql::new(what);
    if filter.due.is_some() {
        sql.push("JOIN clock k ON k.subject = 'case:' || c.id AND k.rule = 'D20'", []);
    }
    narrow(sql.beside_sample("JOIN sample s ON s.id = c.sample_id", scope).push("WHERE 1 = 1", []).sample_scope(scope), filter);
    sql
}

fn narrow(sql: &mut Sql, filter: &CaseFilter) {
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let like = format!("%{}%", q.replace(['%', '_'], ""));
        sql.push(
            "AND (c.no LIKE ? OR c.sampling_no LIKE ? OR c.product LIKE ? OR c.operator LIKE ?)",
            [like.clone().into(), like.clone().into(), like.clone().into(), like.into()],
        );
    }
    match filter.state.as_deref() {
        Some("open") => {
            sql.within("AND c.state IN", open());
        }
        state => {
            sql.and_if("AND c.state = ?", state);
        }
    }
    sql.and_if("AND c.street = ?", filter.street.as_deref()).and_if("AND c.part = ?", filter.part.as_deref());
    if let Some((from, to)) = filter.due {
        let day = |day: Option<NaiveDate>| day.map(|d| d.to_string());
        sql.within("AND c.state IN", open()).push("AND k.due_on IS NOT NULL", []);
        sql.and_if("AND k.due_on >= ?", day(from).as_deref()).and_if("AND k.due_on <= ?", day(to).as_deref());
    }
    if let Some(year) = filter.year {
        sql.push("AND c.opened_on >= ? AND c.opened_on < ?", [format!("{year:04}-01-01").into(), format!("{:04}-01-01", year.saturating_add(1)).into()]);
    }
}

impl Store {
    /// Cases by due day, open ones first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases(&self, filter: &CaseFilter, scope: &Scope) -> Result<Vec<CaseRow>, Error> {
        let mut sql = rows_of(filter, scope);
        sql.within("ORDER BY CASE WHEN c.state IN", open()).push("THEN 0 ELSE 1 END, k.due_on, c.no", []);
        sql.all(&self.read).await
    }
    /// A page of the same, in the same order: those that are over are looked at only behind the last open one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_page(&self, filter: &CaseFilter, scope: &Scope, skip: u64, take: u64) -> Result<Vec<CaseRow>, Error> {
        let (mut rows, mut skip): (Vec<CaseRow>, u64) = (Vec::new(), skip);
        for going_on in [true, false] {
            let left = take.saturating_sub(rows.len() as u64);
            let mut sql = Sql::new(PAGED);
            sql.beside_sample("JOIN sample s ON s.id = c.sample_id", scope).push("WHERE 1 = 1", []).sample_scope(scope);
            narrow(&mut sql, filter);
            half(&mut sql, going_on).push("ORDER BY k.due_on, c.no LIMIT ? OFFSET ?", [number(left).into(), number(skip).into()]);
            sql.push(
                ") AS page JOIN case_file c ON c.id = page.id LEFT JOIN clock k ON k.subject = 'case:' || c.id AND k.rule = 'D20' ORDER BY k.due_on, c.no",
                [],
            );
            let found: Vec<CaseRow> = sql.all(&self.read).await?;
            let full = found.len() as u64 == left;
            if found.is_empty() && skip > 0 {
                let mut sql = counted("SELECT COUNT(*) AS n FROM case_file c", filter, scope);
                let before = half(&mut sql, going_on).one::<Count>(&self.read).await?.map_or(0, |c| u64::try_from(c.n).unwrap_or_default());
                skip -= before.min(skip);
            } else {
                skip = 0;
            }
            rows.extend(found);
            if full {
                break;
            }
        }
        Ok(rows)
    }
    /// How many cases there are in each state under a filter.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_cases(&self, filter: &CaseFilter, scope: &Scope) -> Result<BTreeMap<String, u64>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            state: String,
            n: i64,
        }
        let mut sql = counted("SELECT c.state, COUNT(*) AS n FROM case_file c", filter, scope);
        sql.push("GROUP BY c.state", []);
        Ok(sql.all::<Line>(&self.read).await?.into_iter().map(|l| (l.state, u64::try_from(l.n).unwrap_or_default())).collect())
    }
    /// One case.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn case(&self, id: &str, scope: &Scope) -> Result<Option<Case>, Error> {
        let mut sql = Sql::new("SELECT c.detail FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE 1 = 1");
        sql.push("AND c.id = ?", [id.into()]).sample_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// Cases by their ids.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_by_id(&self, ids: &[String], scope: &Scope) -> Result<Vec<Case>, Error> {
        let mut sql = Sql::new("SELECT c.detail FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE 1 = 1");
        sql.within("AND c.id IN", ids.iter().map(String::as_str)).sample_scope(scope);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// 同单位 how many cases of this operator belong to other batches.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn other_batches_of(&self, operator: &str, sampling_no: &str, scope: &Scope) -> Result<usize, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE 1 = 1");
        sql.push("AND c.operator = ? AND c.sampling_no <> ?", [operator.into(), sampling_no.into()]).sample_scope(scope);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| usize::try_from(c.n).unwrap_or_default()))
    }
    /// The cases of a sample.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_of_sample(&self, sample: &str, scope: &Scope) -> Result<Vec<Case>, Error> {
        let mut sql = Sql::new("SELECT c.detail FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE 1 = 1");
        sql.push("AND c.sample_id = ?", [sample.into()]).sample_scope(scope).push("ORDER BY c.no", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// Does this evidence belong to a case this scope may see.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn evidence_visible(&self, sha256: &str, scope: &Scope) -> Result<bool, Error> {
        let like = format!("%\"sha256\":\"{}\"%", sha256.replace(['%', '_', '"'], ""));
        let mut sql = Sql::new("SELECT c.detail FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE 1 = 1");
        sql.push("AND c.detail LIKE ?", [like.into()]).sample_scope(scope);
        let found: Vec<Case> = records(sql.all::<Detail>(&self.read).await?)?;
        Ok(found.iter().flat_map(|c| c.blocks.values()).flat_map(|b| &b.evidence).any(|e| e.sha256 == sha256))
    }
    /// The clocks of a subject, in the order they were started.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn clocks_of(&self, subject: &str) -> Result<Vec<ClockRecord>, Error> {
        let mut sql = Sql::new("SELECT detail FROM clock WHERE 1 = 1");
        sql.push("AND subject = ? ORDER BY started_on, rule", [subject.into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// The clocks of several subjects, each in the order they were started.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn clocks_of_all(&self, subjects: &[String]) -> Result<Vec<ClockRecord>, Error> {
        let mut sql = Sql::new("SELECT detail FROM clock WHERE 1 = 1");
        sql.within("AND subject IN", subjects.iter().map(String::as_str)).push("ORDER BY subject, started_on, rule", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
}
