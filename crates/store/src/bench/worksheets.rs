//! 检验批 worksheets, what waits for one, and the earlier values of a food and item.

use sea_orm::FromQueryResult;
use serde::Serialize;
use shiyan_foundation::{Label, Scope};
use shiyan_lab_results::bench::{self, Worksheet, WorksheetState};
use shiyan_lab_results::order::history::Peers;
use shiyan_lab_results::order::{self, OrderAction, OrderState, TestItem, TestOrder};

use crate::query::{Count, Detail, Sql, records};
use crate::records::SampleRecord;
use crate::{Error, Store, Unit};

/// An item that is being tested and stands on no worksheet.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub struct WaitingItem {
    /// Item.
    pub item_id: String,
    /// Order.
    pub order_id: String,
    /// Sample.
    pub sample_id: String,
    /// 检验依据
    pub method: String,
    /// 检验项目
    pub analyte: String,
    /// 样品名称
    pub food: String,
    /// 食品分类
    pub category: String,
    /// 报告期限
    pub report_due_on: String,
}

/// How much waits by one method.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub struct WaitingMethod {
    /// 检验依据
    pub method: String,
    /// Samples.
    pub samples: i64,
    /// Items.
    pub items: i64,
    /// The earliest report deadline.
    pub due_on: String,
}

/// How far a worksheet is filled.
#[derive(Debug, Clone, FromQueryResult, Serialize)]
pub struct WorksheetCount {
    /// Worksheet.
    pub worksheet_id: String,
    /// Cells.
    pub cells: i64,
    /// Cells with a verdict.
    pub filled: i64,
}

/// One earlier value of the same food and item.
#[derive(Debug, Clone, FromQueryResult)]
struct Earlier {
    detail: String,
    sampled_on: String,
}

/// 历史值 an earlier result of the same food and item.
#[derive(Debug, Clone)]
pub struct EarlierValue {
    /// The item with its result.
    pub item: TestItem,
    /// 抽样日期
    pub sampled_on: String,
}

/// 历史读数 an earlier result as it was understood, without the rest of its item.
#[derive(Debug, Clone, FromQueryResult)]
pub struct EarlierReading {
    /// Item.
    pub id: String,
    /// `0.15mg/kg`, `未检出`, `<0.01mg/kg`
    pub value: String,
}

impl Sql {
    /// The scope on the worksheet with alias `w`: the laboratory's own, or everything for the district.
    fn worksheet_scope(&mut self, scope: &Scope) -> &mut Self {
        match scope {
            Scope::District => self,
            Scope::Lab(lab) => self.push("AND w.lab = (SELECT name FROM laboratory WHERE id = ?)", [lab.to_string().into()]),
            Scope::Streets(_) | Scope::Point(_) => self.push("AND 1 = 0", []),
        }
    }
}

/// The states of an order in which results are entered, as the table of its moves says.
fn entering() -> Vec<&'static str> {
    order::MOVES.before(OrderAction::Enter).into_iter().map(Label::code).collect()
}

impl Store {
    /// Worksheets in these states, by due date.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worksheets(&self, states: &[&str], scope: &Scope, most: u64) -> Result<Vec<Worksheet>, Error> {
        let mut sql = Sql::new("SELECT w.detail FROM worksheet w WHERE 1 = 1");
        sql.within("AND w.state IN", states.iter().copied()).worksheet_scope(scope);
        sql.push("ORDER BY w.due_on, w.id LIMIT ?", [i64::try_from(most).unwrap_or(200).into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// 我的检验批 those being entered that are assigned to this person, by due date.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worksheets_of(&self, analyst: &str, scope: &Scope, most: u64) -> Result<Vec<Worksheet>, Error> {
        let mut sql = Sql::new("SELECT w.detail FROM worksheet w WHERE 1 = 1");
        sql.within("AND w.state IN", bench::MOVES.open().map(Label::code));
        sql.push("AND w.analyst = ?", [analyst.into()]).worksheet_scope(scope);
        sql.push("ORDER BY w.due_on, w.id LIMIT ?", [i64::try_from(most).unwrap_or(200).into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// How many worksheets stand in a state.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_worksheets(&self, state: &str, scope: &Scope) -> Result<i64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM worksheet w WHERE 1 = 1");
        sql.push("AND w.state = ?", [state.into()]).worksheet_scope(scope);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| c.n))
    }
    /// One worksheet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worksheet(&self, id: &str, scope: &Scope) -> Result<Option<Worksheet>, Error> {
        let mut sql = Sql::new("SELECT w.detail FROM worksheet w WHERE 1 = 1");
        sql.push("AND w.id = ?", [id.into()]).worksheet_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// The newest worksheets of a method, oldest first: the history of its controls.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worksheets_of_method(&self, method: &str, scope: &Scope, most: u64) -> Result<Vec<Worksheet>, Error> {
        let mut sql = Sql::new("SELECT w.detail FROM worksheet w WHERE 1 = 1");
        sql.push("AND w.state <> ?", [WorksheetState::Void.code().into()]).push("AND w.method = ?", [method.into()]).worksheet_scope(scope);
        sql.push("ORDER BY w.id DESC LIMIT ?", [i64::try_from(most).unwrap_or(60).into()]);
        let mut found: Vec<Worksheet> = records(sql.all::<Detail>(&self.read).await?)?;
        found.reverse();
        Ok(found)
    }
    /// The cells of a worksheet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_of_worksheet(&self, id: &str, scope: &Scope) -> Result<Vec<TestItem>, Error> {
        let mut sql = Sql::new("SELECT i.detail FROM test_item i JOIN sample s ON s.id = i.sample_id WHERE 1 = 1");
        sql.push("AND i.worksheet_id = ?", [id.into()]).sample_scope(scope).push("ORDER BY i.order_id, i.position", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// The orders whose items stand on a worksheet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn orders_of_worksheet(&self, id: &str, scope: &Scope) -> Result<Vec<TestOrder>, Error> {
        let mut sql = Sql::new(
            "SELECT o.detail FROM test_order o JOIN sample s ON s.id = o.sample_id \
             WHERE o.id IN (SELECT i.order_id FROM test_item i WHERE 1 = 1",
        );
        sql.push("AND i.worksheet_id = ?", [id.into()]).push(")", []).sample_scope(scope);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// How far these worksheets are filled.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worksheet_counts(&self, ids: &[String]) -> Result<Vec<WorksheetCount>, Error> {
        let mut sql = Sql::new("SELECT i.worksheet_id, COUNT(*) AS cells, COUNT(i.verdict) AS filled FROM test_item i WHERE 1 = 1");
        sql.within("AND i.worksheet_id IN", ids.iter().map(String::as_str)).push("GROUP BY i.worksheet_id", []);
        sql.all(&self.read).await
    }
    /// Worksheets with orders in these states, by due date: what checkers and reviewers have before them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn worksheets_waiting(&self, order_states: &[&str], scope: &Scope, most: u64) -> Result<Vec<Worksheet>, Error> {
        let mut sql = Sql::new(
            "SELECT w.detail FROM worksheet w WHERE w.id IN \
             (SELECT i.worksheet_id FROM test_order o JOIN test_item i ON i.order_id = o.id WHERE i.worksheet_id IS NOT NULL",
        );
        sql.within("AND o.state IN", order_states.iter().copied()).push(")", []);
        sql.push("AND w.state <> ?", [WorksheetState::Void.code().into()]).worksheet_scope(scope);
        sql.push("ORDER BY w.due_on, w.id LIMIT ?", [i64::try_from(most).unwrap_or(20).into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// Every item of the orders that have a cell on this worksheet, those tested elsewhere too.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_beside_worksheet(&self, id: &str, scope: &Scope) -> Result<Vec<TestItem>, Error> {
        let mut sql = Sql::new(
            "SELECT i.detail FROM test_item i JOIN sample s ON s.id = i.sample_id \
             WHERE i.order_id IN (SELECT x.order_id FROM test_item x WHERE 1 = 1",
        );
        sql.push("AND x.worksheet_id = ?", [id.into()]).push(")", []).sample_scope(scope).push("ORDER BY i.order_id, i.position", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// These samples.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn samples_of(&self, ids: &[String], scope: &Scope) -> Result<Vec<SampleRecord>, Error> {
        let mut sql = Sql::new("SELECT s.detail FROM sample s WHERE 1 = 1");
        sql.within("AND s.id IN", ids.iter().map(String::as_str)).sample_scope(scope);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// One item.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn item(&self, id: &str, scope: &Scope) -> Result<Option<TestItem>, Error> {
        let mut sql = Sql::new("SELECT i.detail FROM test_item i JOIN sample s ON s.id = i.sample_id WHERE 1 = 1");
        sql.push("AND i.id = ?", [id.into()]).sample_scope(scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// What waits for a worksheet, by method.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn waiting_methods(&self, scope: &Scope) -> Result<Vec<WaitingMethod>, Error> {
        // An order's items of one method stand side by side in `test_item_waiting`; the order is found by its sample in an index that holds
        // its state.
        let mut sql = Sql::new(
            "SELECT method, COUNT(*) AS samples, CAST(SUM(n) AS BIGINT) AS items, MIN(due_on) AS due_on FROM (\
             SELECT i.method, i.order_id, COUNT(*) AS n, MIN(o.report_due_on) AS due_on FROM test_item i JOIN test_order o ON o.sample_id = i.sample_id",
        );
        sql.beside_sample("JOIN sample s ON s.id = i.sample_id", scope);
        sql.push("WHERE i.worksheet_id IS NULL AND i.verdict IS NULL", []).within("AND o.state IN", entering()).sample_scope(scope);
        sql.push("GROUP BY i.method, i.order_id) AS of_order GROUP BY method ORDER BY due_on, method", []);
        sql.all(&self.read).await
    }
    /// The items that wait for a worksheet by one method, by deadline.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn waiting_items(&self, method: &str, scope: &Scope, most: u64) -> Result<Vec<WaitingItem>, Error> {
        let mut sql = Sql::new(
            "SELECT i.id AS item_id, i.order_id, i.sample_id, i.method, i.analyte, s.name AS food, s.category, o.report_due_on \
             FROM test_item i JOIN test_order o ON o.id = i.order_id JOIN sample s ON s.id = i.sample_id \
             WHERE i.worksheet_id IS NULL AND i.verdict IS NULL",
        );
        sql.within("AND o.state IN", entering()).push("AND i.method = ?", [method.into()]).sample_scope(scope);
        sql.push("ORDER BY o.report_due_on, i.order_id, i.position LIMIT ?", [i64::try_from(most).unwrap_or(2400).into()]);
        sql.all(&self.read).await
    }
    /// 历史值 the newest results of the same food category and item, without this one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn earlier_values(&self, item: &TestItem, category: &str, scope: &Scope, most: u64) -> Result<Vec<EarlierValue>, Error> {
        let mut sql = Sql::new("SELECT i.detail, s.sampled_on FROM test_item i JOIN sample s ON s.id = i.sample_id WHERE i.verdict IS NOT NULL");
        sql.push("AND i.analyte = ? AND s.category = ? AND i.id <> ?", [item.analyte.clone().into(), category.into(), item.id.to_string().into()]);
        sql.sample_scope(scope).push("ORDER BY i.id DESC LIMIT ?", [i64::try_from(most).unwrap_or(12).into()]);
        let rows = sql.all::<Earlier>(&self.read).await?;
        rows.into_iter().map(|r| Ok(EarlierValue { item: serde_json::from_str(&r.detail)?, sampled_on: r.sampled_on })).collect()
    }
}

impl Unit {
    /// 历史读数 the newest results of an item among its peers that somebody has reviewed, inside the transaction: a walk along one index
    /// (`test_item_peers`). What is being entered at the same time, and may be a slip, moves no threshold.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn earlier_readings(&self, peers: &Peers, analyte: &str, most: usize) -> Result<Vec<EarlierReading>, Error> {
        let mut sql = Sql::new("SELECT i.id, i.value FROM test_item i JOIN test_order o ON o.id = i.order_id WHERE i.value <> ''");
        sql.push("AND i.lab = ? AND i.category = ? AND i.analyte = ?", [peers.lab.clone().into(), peers.category.clone().into(), analyte.into()]);
        let reviewed = [OrderState::Reviewed, OrderState::Approved, OrderState::Issued];
        sql.within("AND o.state IN", reviewed.iter().map(|s| s.code()));
        sql.push("ORDER BY i.id DESC LIMIT ?", [i64::try_from(most).unwrap_or(1).into()]);
        sql.all(self.tx()).await
    }
    /// The cells of a worksheet, inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_of_worksheet(&self, id: &str) -> Result<Vec<TestItem>, Error> {
        let mut sql = Sql::new("SELECT detail FROM test_item WHERE 1 = 1");
        sql.push("AND worksheet_id = ? ORDER BY order_id, position", [id.into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// The next serial of a year's worksheets.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn next_worksheet_serial(&self, year: i32) -> Result<u32, Error> {
        #[derive(FromQueryResult)]
        struct Last {
            no: String,
        }
        let mut sql = Sql::new("SELECT no FROM worksheet WHERE 1 = 1");
        sql.push("AND no LIKE ? ORDER BY LENGTH(no) DESC, no DESC LIMIT 1", [format!("W{year:04}-%").into()]);
        let last = sql.one::<Last>(self.tx()).await?.map(|l| l.no);
        Ok(last.and_then(|no| no.split('-').nth(1).and_then(|serial| serial.parse::<u32>().ok())).unwrap_or(0) + 1)
    }
}
