//! 样品 lists and single samples.

use chrono::NaiveDate;
use sea_orm::FromQueryResult;
use serde::Serialize;
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::{Label, Scope};
use shiyan_lab_results::order::{OrderState, TestItem, TestOrder};
use shiyan_lab_results::report::TestReport;
use shiyan_sample_intake::SampleState;

use crate::query::{Count, Detail, PAGE, Sql, records};
use crate::records::SampleRecord;
use crate::{Error, Store};

/// 筛选 the filters of the sample list, as they stand in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SampleFilter {
    /// Free text: number, sample, operator.
    pub q: Option<String>,
    /// 盲样: the search does not look at the operator, for people who must not know whose sample it is.
    pub blind: bool,
    /// 状态: a sample state or an order state.
    pub state: Option<String>,
    /// 任务类别
    pub kind: Option<String>,
    /// 任务级别
    pub level: Option<String>,
    /// 环节
    pub link: Option<String>,
    /// 食品大类 of the list of the year, of the 35 without one.
    pub class: Option<String>,
    /// 街道
    pub street: Option<String>,
    /// 结论
    pub outcome: Option<String>,
    /// Year of sampling.
    pub year: Option<i32>,
    /// Only those whose report is past due on this day.
    pub overdue_on: Option<String>,
    /// Only those begun by this person.
    pub begun_by: Option<String>,
    /// Keyset: rows after this (sampled_on, id).
    pub after: Option<(String, String)>,
}

impl SampleFilter {
    /// Whether it asks for nothing but what the order knows.
    fn only_order(&self) -> bool {
        let state = self.state.clone().filter(|s| !ORDER_STATES.contains(&s.as_str()));
        SampleFilter { state, outcome: None, overdue_on: None, after: None, blind: false, ..self.clone() } == SampleFilter::default()
    }
    /// Whether it asks for something that only the order knows.
    fn needs_order(&self) -> bool {
        let asks = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.is_empty());
        let of_order = |state: &str| ORDER_STATES.contains(&state);
        self.state.as_deref().is_some_and(of_order) || asks(&self.outcome) || asks(&self.overdue_on)
    }
}

/// States of the order, which the list of samples takes as states of the sample.
const ORDER_STATES: &[&str] = &["testing", "entered", "checked", "reviewed", "approved", "issued"];

/// One row of the list.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub struct SampleRow {
    /// Id.
    pub id: String,
    /// 抽样单编号
    pub sampling_no: Option<String>,
    /// Sample state.
    pub state: String,
    /// Order state.
    pub order_state: Option<String>,
    /// 样品名称
    pub name: String,
    /// 被抽样单位
    pub site_name: String,
    /// 食品大类
    pub class: String,
    /// 环节
    pub link: String,
    /// 街道
    pub street: String,
    /// 任务类别
    pub kind: String,
    /// 任务级别
    pub level: String,
    /// 抽样日期
    pub sampled_on: String,
    /// 报告期限
    pub report_due_on: Option<String>,
    /// 签发日期
    pub issued_on: Option<String>,
    /// 结论
    pub outcome: Option<String>,
    /// 演示
    pub demo: bool,
}

pub(super) const LIST: &str = "SELECT s.id, s.sampling_no, s.state, o.state AS order_state, s.name, s.site_name, s.class, s.link, s.street, s.kind, s.level, s.sampled_on, \
     o.report_due_on, o.issued_on, o.outcome, s.demo FROM sample s LEFT JOIN test_order o ON o.sample_id = s.id WHERE 1 = 1";

/// The same rows of one page, which is found first, along an index that holds all that is asked for; only its rows are fetched.
const PAGED: &str = "SELECT s.id, s.sampling_no, s.state, o.state AS order_state, s.name, s.site_name, s.class, s.link, s.street, s.kind, s.level, s.sampled_on, \
     o.report_due_on, o.issued_on, o.outcome, s.demo FROM (SELECT s.id FROM sample s";

/// The sample of an order.
const OF_ORDER: &str = "JOIN sample s ON s.id = o.sample_id";
/// So many orders are sorted in no time; of more than that the list walks along the samples in their order, until the page is full.
const SORTED: i64 = 5_000;

/// Rows that are passed over in no time.
const FAR: u64 = 200;

/// The state in which nearly all orders stand in the end: they are what is left when all others are counted.
const MOST: OrderState = OrderState::Issued;

/// How the orders of a filter are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// By an index on the order: few of them.
    Order,
    /// Beside the samples, one after the other: of the indexes on the order only that of the conclusion by its sample answers.
    Sample,
}

/// What a filter asks of the order with alias `o`.
fn of_order(sql: &mut Sql, filter: &SampleFilter, by: By) {
    let state = filter.state.as_deref().filter(|s| ORDER_STATES.contains(s));
    let (outcome, overdue) = (filter.outcome.as_deref(), filter.overdue_on.as_deref());
    match by {
        By::Order => {
            sql.and_if("AND o.state = ?", state).and_if("AND o.outcome = ?", outcome).and_if("AND o.issued_on IS NULL AND o.report_due_on < ?", overdue);
        }
        By::Sample => {
            sql.and_if("AND COALESCE(o.state, '') = ?", state)
                .and_if("AND o.outcome = ?", outcome)
                .and_if("AND o.issued_on IS NULL AND COALESCE(o.report_due_on, '9') < ?", overdue);
        }
    }
}

fn conditions(sql: &mut Sql, filter: &SampleFilter, scope: &Scope, by: By) {
    match by {
        By::Order => sql.sample_scope(scope),
        By::Sample => sql.sample_scope_along(scope),
    };
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let like = format!("%{}%", q.replace(['%', '_'], ""));
        if filter.blind {
            sql.push("AND (s.sampling_no LIKE ? OR s.name LIKE ?)", [like.clone().into(), like.into()]);
        } else {
            sql.push("AND (s.sampling_no LIKE ? OR s.name LIKE ? OR s.site_name LIKE ?)", [like.clone().into(), like.clone().into(), like.into()]);
        }
    }
    sql.and_if("AND s.state = ?", filter.state.as_deref().filter(|s| !ORDER_STATES.contains(s)));
    of_order(sql, filter, by);
    sql.and_if("AND s.kind = ?", filter.kind.as_deref())
        .and_if("AND s.level = ?", filter.level.as_deref())
        .and_if("AND s.link = ?", filter.link.as_deref())
        // Whoever tests blind does not learn the street by asking for it.
        .and_if("AND s.street = ?", filter.street.as_deref().filter(|_| !filter.blind))
        .and_if("AND s.created_by = ?", filter.begun_by.as_deref());
    if let Some(class) = filter.class.as_deref().filter(|c| !c.is_empty()) {
        let paths = shiyan_statute::food::paths_of_class(filter.year, class);
        if paths.is_empty() {
            sql.push("AND s.class = ?", [class.into()]);
        } else {
            sql.push("AND (1 = 0", []);
            for path in paths.iter().map(CategoryPath::text) {
                sql.push("OR s.category = ? OR s.category LIKE ?", [path.clone().into(), format!("{path}/%").into()]);
            }
            sql.push(")", []);
        }
    }
    if let Some(year) = filter.year {
        sql.push("AND s.sampled_on >= ? AND s.sampled_on < ?", [format!("{year:04}-01-01").into(), format!("{:04}-01-01", year.saturating_add(1)).into()]);
    }
}

impl Store {
    /// One page of samples, newest first, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn samples(&self, filter: &SampleFilter, scope: &Scope) -> Result<(Vec<SampleRow>, bool), Error> {
        let by = if filter.needs_order() && self.few_orders(filter).await? { By::Order } else { By::Sample };
        let mut sql = Sql::new(PAGED);
        // SQLite takes the tables of a CROSS JOIN in their order: the samples first, which are in the order of the list.
        let beside = match by {
            _ if !filter.needs_order() => "WHERE 1 = 1",
            By::Order => "JOIN test_order o ON o.sample_id = s.id WHERE 1 = 1",
            By::Sample => "CROSS JOIN test_order o WHERE o.sample_id = s.id",
        };
        conditions(sql.push(beside, []), filter, scope, by);
        if let Some((day, id)) = &filter.after {
            // the first of these says the same as the others, and is what an index is entered by
            let days = [day.clone().into(), day.clone().into(), id.clone().into()];
            sql.push("AND s.sampled_on <= ? AND (s.sampled_on < ? OR s.id < ?)", days);
        }
        sql.push(
            "ORDER BY s.sampled_on DESC, s.id DESC LIMIT ?) AS page JOIN sample s ON s.id = page.id LEFT JOIN test_order o ON o.sample_id = s.id \
             ORDER BY s.sampled_on DESC, s.id DESC",
            [i64::try_from(PAGE + 1).unwrap_or(51).into()],
        );
        let mut rows: Vec<SampleRow> = sql.all(&self.read).await?;
        let more = rows.len() as u64 > PAGE;
        rows.truncate(usize::try_from(PAGE).unwrap_or(50));
        Ok((rows, more))
    }
    /// Whether the orders that a filter asks for are few.
    async fn few_orders(&self, filter: &SampleFilter) -> Result<bool, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS x FROM test_order o WHERE 1 = 1");
        of_order(&mut sql, filter, By::Order);
        sql.push("LIMIT ?) AS capped", [(SORTED + 1).into()]);
        Ok(sql.one::<Count>(&self.read).await?.is_none_or(|c| c.n <= SORTED))
    }
    /// How many samples the filter holds, all of them. A free text is counted up to 10,001 only: who searches for a syllable waits for
    /// no count, and the page says "10,000+".
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_samples(&self, filter: &SampleFilter, scope: &Scope) -> Result<i64, Error> {
        let searched = filter.q.as_deref().is_some_and(|q| !q.trim().is_empty());
        let mut sql = Sql::new(match (searched, filter.needs_order()) {
            (true, _) => "SELECT COUNT(*) AS n FROM (SELECT 1 AS x FROM sample s LEFT JOIN test_order o ON o.sample_id = s.id WHERE 1 = 1",
            // Whoever sees everything is not sent to look at each sample.
            (false, true) if *scope == Scope::District && filter.only_order() => "SELECT COUNT(*) AS n FROM test_order o WHERE 1 = 1",
            (false, true) => "SELECT COUNT(*) AS n FROM sample s JOIN test_order o ON o.sample_id = s.id WHERE 1 = 1",
            (false, false) => "SELECT COUNT(*) AS n FROM sample s WHERE 1 = 1",
        });
        conditions(&mut sql, filter, scope, By::Order);
        if searched {
            sql.push("LIMIT 10001) AS capped", []);
        }
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| c.n))
    }
    /// 未写日期的 of the samples that a filter holds how many are not handed in yet: what the ledger of figures does not know.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_undated_samples(&self, filter: &SampleFilter, scope: &Scope) -> Result<u64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM sample s");
        // these few samples first, and not every order of a conclusion
        let beside = if filter.needs_order() { "CROSS JOIN test_order o WHERE o.sample_id = s.id" } else { "WHERE 1 = 1" };
        conditions(sql.push(beside, []).push("AND s.sampled_on = ''", []), filter, scope, By::Sample);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| u64::try_from(c.n).unwrap_or_default()))
    }
    /// One sample by id, if this scope may see it. A draft is seen by everybody of the district and by who began it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sample(&self, id: &str, scope: &Scope) -> Result<Option<SampleRecord>, Error> {
        let mut sql = Sql::new("SELECT s.detail FROM sample s WHERE 1 = 1");
        sql.push("AND s.id = ?", [id.into()]).sample_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// One sample by its number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sample_by_number(&self, number: &str, scope: &Scope) -> Result<Option<SampleRecord>, Error> {
        let mut sql = Sql::new("SELECT s.detail FROM sample s WHERE 1 = 1");
        sql.push("AND s.sampling_no = ?", [number.into()]).sample_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// The test order of a sample.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn order_of_sample(&self, sample: &str, scope: &Scope) -> Result<Option<TestOrder>, Error> {
        let mut sql = Sql::new("SELECT o.detail FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE 1 = 1");
        sql.push("AND o.sample_id = ?", [sample.into()]).sample_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// One order by id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn order(&self, id: &str, scope: &Scope) -> Result<Option<TestOrder>, Error> {
        let mut sql = Sql::new("SELECT o.detail FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE 1 = 1");
        sql.push("AND o.id = ?", [id.into()]).sample_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// The items of an order, in their order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_of_order(&self, order: &str, scope: &Scope) -> Result<Vec<TestItem>, Error> {
        let mut sql = Sql::new("SELECT i.detail FROM test_item i JOIN sample s ON s.id = i.sample_id WHERE 1 = 1");
        sql.push("AND i.order_id = ?", [order.into()]).sample_scope(scope).push("ORDER BY i.position", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// The items of several orders, in the order of each.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_of_orders(&self, orders: &[String], scope: &Scope) -> Result<Vec<TestItem>, Error> {
        let mut sql = Sql::new("SELECT i.detail FROM test_item i JOIN sample s ON s.id = i.sample_id WHERE 1 = 1");
        sql.within("AND i.order_id IN", orders.iter().map(String::as_str)).sample_scope(scope).push("ORDER BY i.order_id, i.position", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// The issued reports of a sample, newest amendment first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reports_of_sample(&self, sample: &str, scope: &Scope) -> Result<Vec<TestReport>, Error> {
        let mut sql = Sql::new("SELECT r.detail FROM test_report r JOIN sample s ON s.id = r.sample_id WHERE 1 = 1");
        sql.push("AND r.sample_id = ?", [sample.into()]).sample_scope(scope).push("ORDER BY r.amendment DESC", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// One report by its number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn report_by_number(&self, number: &str, scope: &Scope) -> Result<Option<TestReport>, Error> {
        let mut sql = Sql::new("SELECT r.detail FROM test_report r JOIN sample s ON s.id = r.sample_id WHERE 1 = 1");
        sql.push("AND r.number = ?", [number.into()]).sample_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// One report by its public verification code, and the number of the report that replaced it, if any.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn report_by_code(&self, code: &str) -> Result<Option<(TestReport, Option<String>)>, Error> {
        let mut sql = Sql::new("SELECT detail FROM test_report WHERE 1 = 1");
        sql.push("AND verify_code = ?", [code.into()]);
        let Some(report) = records::<TestReport>(sql.all::<Detail>(&self.read).await?)?.pop() else { return Ok(None) };
        let mut newer = Sql::new("SELECT detail FROM test_report WHERE 1 = 1");
        newer.push("AND order_id = ? AND amendment > ? ORDER BY amendment DESC LIMIT 1", [report.order.to_string().into(), i64::from(report.amendment).into()]);
        let replaced = records::<TestReport>(newer.all::<Detail>(&self.read).await?)?.pop().map(|r| r.number);
        Ok(Some((report, replaced)))
    }
    /// Orders of a worklist with their samples, by due date: at most so many, after so many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worklist(&self, filter: &WorkFilter, scope: &Scope, most: u64, skip: u64) -> Result<Vec<WorkRow>, Error> {
        // A page behind the middle is looked for from the other end.
        let far = if skip < FAR { None } else { Some(self.count_work(filter, scope).await?).filter(|all| skip > all / 2) };
        let (most, skip) = far.map_or((most, skip), |all| (all.saturating_sub(skip).min(most), all.saturating_sub(skip.saturating_add(most))));
        // The page is found first, along an index; only its rows are counted through.
        let mut sql = Sql::new(
            "SELECT s.id AS sample_id, o.id AS order_id, s.sampling_no, s.name, s.category, o.state, o.report_due_on, o.detail, \
             (SELECT COUNT(*) FROM test_item i WHERE i.order_id = o.id) AS items, \
             (SELECT COUNT(*) FROM test_item i WHERE i.order_id = o.id AND i.verdict IS NOT NULL) AS entered, \
             (SELECT COUNT(*) FROM test_item i WHERE i.order_id = o.id AND i.verdict IN ('nonconforming', 'problem', 'needs_person', 'no_verdict')) AS abnormal \
             FROM (SELECT o.id FROM test_order o",
        );
        sql.beside_sample(OF_ORDER, scope).push("WHERE 1 = 1", []);
        filter.narrow(&mut sql, scope);
        let bound = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let along = if far.is_some() { "ORDER BY o.report_due_on DESC, o.id DESC LIMIT ? OFFSET ?" } else { "ORDER BY o.report_due_on, o.id LIMIT ? OFFSET ?" };
        sql.push(along, [bound(most).into(), bound(skip).into()]);
        sql.push(") AS page JOIN test_order o ON o.id = page.id JOIN sample s ON s.id = o.sample_id ORDER BY o.report_due_on, o.id", []);
        sql.all::<Work>(&self.read).await?.into_iter().map(WorkRow::try_from).collect()
    }
    /// 盲样编号 the samples of a worklist whose code begins so: sample and order. The code stands in the sample alone, so that only as
    /// many are looked at as wait in these states.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn by_blind_code(&self, typed: &str, filter: &WorkFilter, scope: &Scope) -> Result<Vec<(String, String)>, Error> {
        #[derive(FromQueryResult)]
        struct Found {
            sample_id: String,
            order_id: String,
        }
        let code = shiyan_foundation::text::fold(typed).to_uppercase();
        if !is_blind_code(&code) {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT s.id AS sample_id, o.id AS order_id FROM test_order o JOIN sample s ON s.id = o.sample_id WHERE 1 = 1");
        filter.narrow(&mut sql, scope);
        sql.push("AND s.detail LIKE ?", [format!("%\"blind_code\":\"{code}%").into()]).push("ORDER BY o.id LIMIT 200", []);
        Ok(sql.all::<Found>(&self.read).await?.into_iter().map(|f| (f.sample_id, f.order_id)).collect())
    }
    /// How many orders a worklist holds, all of them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_work(&self, filter: &WorkFilter, scope: &Scope) -> Result<u64, Error> {
        if *scope == Scope::District && *filter == WorkFilter::state(MOST.code()) {
            let mut sql = Sql::new("SELECT");
            let found = counted_last(&mut sql).one::<Count>(&self.read).await?;
            return Ok(found.map_or(0, |c| u64::try_from(c.n).unwrap_or(0)));
        }
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM test_order o");
        sql.beside_sample(OF_ORDER, scope).push("WHERE 1 = 1", []);
        filter.narrow(&mut sql, scope);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| u64::try_from(c.n).unwrap_or(0)))
    }
    /// How many orders stand in each state.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn order_states(&self, scope: &Scope) -> Result<Vec<(String, i64)>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            state: String,
            n: i64,
        }
        let mut sql = Sql::new("SELECT o.state, COUNT(*) AS n FROM test_order o");
        if *scope == Scope::District {
            sql.push("WHERE o.state < ? GROUP BY o.state UNION ALL", [MOST.code().into()]);
            sql.push("SELECT o.state, COUNT(*) AS n FROM test_order o WHERE o.state > ? GROUP BY o.state UNION ALL", [MOST.code().into()]);
            counted_last(sql.push("SELECT CAST(? AS TEXT) AS state,", [MOST.code().into()]));
        } else {
            sql.push(OF_ORDER, []).push("WHERE 1 = 1", []).sample_scope(scope).push("GROUP BY o.state", []);
        }
        Ok(sql.all::<Line>(&self.read).await?.into_iter().filter(|l| l.n > 0).map(|l| (l.state, l.n)).collect())
    }
    /// Drafts begun by this person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn drafts_of(&self, user: &str) -> Result<Vec<SampleRecord>, Error> {
        let mut sql = Sql::new("SELECT detail FROM sample WHERE 1 = 1");
        sql.push("AND state = ? AND created_by = ? ORDER BY id DESC", [SampleState::Draft.code().into(), user.into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
}

/// How many orders stand in the state of most, without going through them: all, which an engine counts by pages, without those before and behind it.
fn counted_last(sql: &mut Sql) -> &mut Sql {
    sql.push(
        "(SELECT COUNT(*) FROM test_order) - (SELECT COUNT(*) FROM test_order o WHERE o.state < ?) - (SELECT COUNT(*) FROM test_order o WHERE o.state > ?) AS n",
        [MOST.code().into(), MOST.code().into()],
    )
}

/// 检验任务的筛选 which orders a worklist holds; what is counted beside it is counted with the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkFilter {
    /// 状态 of the order.
    pub states: Vec<String>,
    /// Only those whose report was due before this day.
    pub due_before: Option<NaiveDate>,
}

impl WorkFilter {
    /// The orders in one state.
    pub fn state(code: impl Into<String>) -> Self {
        Self { states: vec![code.into()], due_before: None }
    }
    fn narrow(&self, sql: &mut Sql, scope: &Scope) {
        sql.within("AND o.state IN", self.states.iter().map(String::as_str)).sample_scope(scope);
        sql.and_if("AND o.report_due_on < ?", self.due_before.map(|day| day.to_string()).as_deref());
    }
}

/// Whether a text may be a 盲样编号 or its beginning: M and hexadecimal digits, enough of them to mean one.
fn is_blind_code(text: &str) -> bool {
    let digits = text.strip_prefix('M').unwrap_or_default();
    (4..=12).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// One row of a worklist.
#[derive(Debug, Clone, Serialize)]
pub struct WorkRow {
    /// Sample.
    pub sample_id: String,
    /// Order.
    pub order_id: String,
    /// 抽样单编号
    pub sampling_no: Option<String>,
    /// 样品名称
    pub name: String,
    /// 食品分类
    pub category: String,
    /// State.
    pub state: String,
    /// 报告期限
    pub report_due_on: String,
    /// The order itself, for the return note.
    #[serde(skip)]
    pub order: TestOrder,
    /// Items.
    pub items: i64,
    /// Items with a verdict.
    pub entered: i64,
    /// Items that need eyes.
    pub abnormal: i64,
}

#[derive(FromQueryResult)]
struct Work {
    sample_id: String,
    order_id: String,
    sampling_no: Option<String>,
    name: String,
    category: String,
    state: String,
    report_due_on: String,
    detail: String,
    items: i64,
    entered: i64,
    abnormal: i64,
}

impl TryFrom<Work> for WorkRow {
    type Error = Error;
    fn try_from(w: Work) -> Result<Self, Error> {
        let Work { sample_id, order_id, sampling_no, name, category, state, report_due_on, detail, items, entered, abnormal } = w;
        Ok(Self { order: serde_json::from_str(&detail)?, sample_id, order_id, sampling_no, name, category, state, report_due_on, items, entered, abnormal })
    }
}
