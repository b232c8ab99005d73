//! 主体名录 lists, single entries, candidates, and what hangs on an entry. Operators, markets and stalls lie in a street; of a laboratory's people
//! those are seen whose samples it tested. Producers belong to no street.

use sea_orm::FromQueryResult;
use serde::Serialize;
use shiyan_foundation::{NaiveDate, Scope};
use shiyan_sample_intake::parties::credit::squeezed;
use shiyan_sample_intake::parties::{CreditCode, Market, Operator, Producer, Stall, plain};

use super::samples::{LIST, SampleRow};
use crate::cases::lists::{CASES, CaseRow};
use crate::query::{Count, Detail, PAGE, Sql, records};
use crate::rapid::ledger::{LEDGER, LedgerRow, Line, ledger_row, scope_on_reading};
use crate::records::SampleRecord;
use crate::{Error, Store, Unit};

/// Entries that are offered to choose from.
pub const OFFERED: u64 = 8;
/// Rows of what hangs on an entry, newest first.
const HANGING: i64 = 50;

/// 名录的筛选 as it stands in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartyFilter {
    /// Free text: name, credit code, permit.
    pub q: Option<String>,
    /// 街道
    pub street: Option<String>,
    /// 在册状态
    pub standing: Option<String>,
    /// Keyset: entries after this (name as compared, id).
    pub after: Option<(String, String)>,
}

/// One row of the list of operators or producers.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult, Serialize)]
pub struct PartyRow {
    /// Id.
    pub id: String,
    /// 名称
    pub name: String,
    /// 名称 as it is compared.
    #[serde(skip)]
    pub plain: String,
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// 许可证编号
    pub permit_no: String,
    /// 街道代码 of an operator, 所在地 of a producer.
    pub place: String,
    /// 在册状态
    pub standing: String,
    /// 演示
    pub demo: bool,
}

/// One row of the list of markets.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult, Serialize)]
pub struct MarketRow {
    /// Id.
    pub id: String,
    /// 名称
    pub name: String,
    /// 名称 as it is compared.
    #[serde(skip)]
    pub plain: String,
    /// 街道代码
    pub street: String,
    /// 在册状态
    pub standing: String,
    /// 摊位数
    pub stalls: i64,
    /// 演示
    pub demo: bool,
}

/// 谁的 by which link samples are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// 经营者
    Operator,
    /// 生产者
    Producer,
    /// 市场
    Market,
    /// 摊位
    Stall,
}

impl Whose {
    fn column(self) -> &'static str {
        match self {
            Whose::Operator => "AND s.operator_id IN",
            Whose::Producer => "AND s.producer_id IN",
            Whose::Market => "AND s.market_id IN",
            Whose::Stall => "AND s.stall_id IN",
        }
    }
}

/// The scope on the operator with alias `o`.
fn of_operator(sql: &mut Sql, scope: &Scope) {
    match scope {
        Scope::District => {}
        Scope::Streets(streets) => {
            sql.within("AND o.street IN", streets.iter().map(String::as_str));
        }
        Scope::Lab(lab) => {
            let tested = "AND EXISTS (SELECT 1 FROM sample s WHERE s.operator_id = o.id AND s.lab = (SELECT name FROM laboratory WHERE id = ?))";
            sql.push(tested, [lab.to_string().into()]);
        }
        Scope::Point(_) => {
            sql.push("AND 1 = 0", []);
        }
    }
}

/// The scope on the producer with alias `o`: it lies in no street, what hangs on it does.
fn of_producer(sql: &mut Sql, scope: &Scope) {
    if matches!(scope, Scope::Point(_)) {
        sql.push("AND 1 = 0", []);
    }
}

/// The scope on the market with alias `m`.
fn of_market(sql: &mut Sql, scope: &Scope) {
    match scope {
        Scope::District => {}
        Scope::Streets(streets) => {
            sql.within("AND m.street IN", streets.iter().map(String::as_str));
        }
        Scope::Lab(lab) => {
            let tested = "AND EXISTS (SELECT 1 FROM sample s WHERE s.market_id = m.id AND s.lab = (SELECT name FROM laboratory WHERE id = ?))";
            sql.push(tested, [lab.to_string().into()]);
        }
        Scope::Point(_) => {
            sql.push("AND 1 = 0", []);
        }
    }
}

fn told(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|t| !t.is_empty())
}

/// What is searched for in names and numbers; of signs alone nothing is found.
fn found(sql: &mut Sql, q: Option<&str>) {
    let Some(q) = q else { return };
    let (name, number) = (plain(q), squeezed(q).replace(['%', '_'], ""));
    if name.is_empty() {
        sql.push("AND 1 = 0", []);
        return;
    }
    let (name, number) = (format!("%{name}%"), format!("{number}%"));
    sql.push("AND (o.plain LIKE ? OR o.credit_code LIKE ? OR o.permit_no LIKE ?)", [name.into(), number.clone().into(), number.into()]);
}

fn paged(sql: &mut Sql, filter: &PartyFilter) {
    sql.and_if("AND o.standing = ?", told(&filter.standing));
    if let Some((name, id)) = &filter.after {
        sql.push("AND (o.plain > ? OR (o.plain = ? AND o.id > ?))", [name.clone().into(), name.clone().into(), id.clone().into()]);
    }
}

fn page<T>(mut rows: Vec<T>) -> (Vec<T>, bool) {
    let more = rows.len() as u64 > PAGE;
    rows.truncate(usize::try_from(PAGE).unwrap_or(50));
    (rows, more)
}

const OPERATORS: &str = "SELECT o.id, o.name, o.plain, o.credit_code, o.permit_no, o.street AS place, o.standing, o.demo FROM operator o WHERE 1 = 1";
const PRODUCERS: &str = "SELECT o.id, o.name, o.plain, o.credit_code, o.permit_no, o.region AS place, o.standing, o.demo FROM producer o WHERE 1 = 1";
const MARKETS: &str = "SELECT m.id, m.name, m.plain, m.street, m.standing, (SELECT COUNT(*) FROM stall t WHERE t.market_id = m.id) AS stalls, m.demo \
     FROM market m WHERE 1 = 1";

impl Store {
    /// One page of operators by name, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operators(&self, filter: &PartyFilter, scope: &Scope) -> Result<(Vec<PartyRow>, bool), Error> {
        let mut sql = Sql::new(OPERATORS);
        of_operator(&mut sql, scope);
        found(&mut sql, told(&filter.q));
        sql.and_if("AND o.street = ?", told(&filter.street));
        paged(&mut sql, filter);
        sql.push("ORDER BY o.plain, o.id LIMIT 51", []);
        Ok(page(sql.all(&self.read).await?))
    }
    /// How many operators a filter holds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_operators(&self, filter: &PartyFilter, scope: &Scope) -> Result<u64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM operator o WHERE 1 = 1");
        of_operator(&mut sql, scope);
        found(&mut sql, told(&filter.q));
        sql.and_if("AND o.street = ?", told(&filter.street));
        paged(&mut sql, &PartyFilter { after: None, ..filter.clone() });
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| u64::try_from(c.n).unwrap_or(0)))
    }
    /// One operator.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operator(&self, id: &str, scope: &Scope) -> Result<Option<Operator>, Error> {
        let mut sql = Sql::new("SELECT o.detail FROM operator o WHERE 1 = 1");
        sql.push("AND o.id = ?", [id.into()]);
        of_operator(&mut sql, scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// 并入这一条的 operators that were merged into this one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operators_within(&self, id: &str) -> Result<Vec<Operator>, Error> {
        let mut sql = Sql::new("SELECT detail FROM operator WHERE 1 = 1");
        sql.push("AND into_id = ? ORDER BY id", [id.into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// 候选 operators that a text may mean, those on the register only.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn offered_operators(&self, q: &str, scope: &Scope) -> Result<Vec<Operator>, Error> {
        let mut sql = Sql::new("SELECT o.detail FROM operator o WHERE o.standing = 'active'");
        of_operator(&mut sql, scope);
        found(&mut sql, Some(q));
        sql.push("ORDER BY o.plain, o.id LIMIT ?", [i64::try_from(OFFERED).unwrap_or(8).into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// One page of producers by name, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn producers(&self, filter: &PartyFilter, scope: &Scope) -> Result<(Vec<PartyRow>, bool), Error> {
        let mut sql = Sql::new(PRODUCERS);
        of_producer(&mut sql, scope);
        found(&mut sql, told(&filter.q));
        paged(&mut sql, filter);
        sql.push("ORDER BY o.plain, o.id LIMIT 51", []);
        Ok(page(sql.all(&self.read).await?))
    }
    /// How many producers a filter holds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_producers(&self, filter: &PartyFilter, scope: &Scope) -> Result<u64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM producer o WHERE 1 = 1");
        of_producer(&mut sql, scope);
        found(&mut sql, told(&filter.q));
        paged(&mut sql, &PartyFilter { after: None, ..filter.clone() });
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| u64::try_from(c.n).unwrap_or(0)))
    }
    /// One producer.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn producer(&self, id: &str, scope: &Scope) -> Result<Option<Producer>, Error> {
        let mut sql = Sql::new("SELECT o.detail FROM producer o WHERE 1 = 1");
        sql.push("AND o.id = ?", [id.into()]);
        of_producer(&mut sql, scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// 并入这一条的 producers that were merged into this one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn producers_within(&self, id: &str) -> Result<Vec<Producer>, Error> {
        let mut sql = Sql::new("SELECT detail FROM producer WHERE 1 = 1");
        sql.push("AND into_id = ? ORDER BY id", [id.into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// 候选 producers that a text may mean, those on the register only.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn offered_producers(&self, q: &str, scope: &Scope) -> Result<Vec<Producer>, Error> {
        let mut sql = Sql::new("SELECT o.detail FROM producer o WHERE o.standing = 'active'");
        of_producer(&mut sql, scope);
        found(&mut sql, Some(q));
        sql.push("ORDER BY o.plain, o.id LIMIT ?", [i64::try_from(OFFERED).unwrap_or(8).into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// One page of markets by name, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn markets(&self, filter: &PartyFilter, scope: &Scope) -> Result<(Vec<MarketRow>, bool), Error> {
        let mut sql = Sql::new(MARKETS);
        of_market(&mut sql, scope);
        narrowed(&mut sql, filter);
        if let Some((name, id)) = &filter.after {
            sql.push("AND (m.plain > ? OR (m.plain = ? AND m.id > ?))", [name.clone().into(), name.clone().into(), id.clone().into()]);
        }
        sql.push("ORDER BY m.plain, m.id LIMIT 51", []);
        Ok(page(sql.all(&self.read).await?))
    }
    /// How many markets a filter holds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_markets(&self, filter: &PartyFilter, scope: &Scope) -> Result<u64, Error> {
        let mut sql = Sql::new("SELECT COUNT(*) AS n FROM market m WHERE 1 = 1");
        of_market(&mut sql, scope);
        narrowed(&mut sql, filter);
        Ok(sql.one::<Count>(&self.read).await?.map_or(0, |c| u64::try_from(c.n).unwrap_or(0)))
    }
    /// One market.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn market(&self, id: &str, scope: &Scope) -> Result<Option<Market>, Error> {
        let mut sql = Sql::new("SELECT m.detail FROM market m WHERE 1 = 1");
        sql.push("AND m.id = ?", [id.into()]);
        of_market(&mut sql, scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// 市场 of this name in a street, those on the register only.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn markets_named(&self, name: &str, street: &str) -> Result<Vec<Market>, Error> {
        let mut sql = Sql::new("SELECT m.detail FROM market m WHERE m.standing = 'active'");
        sql.push("AND m.plain = ? AND m.street = ? ORDER BY m.id", [plain(name).into(), street.into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// 摊位 of a market by number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stalls_of(&self, market: &str, scope: &Scope) -> Result<Vec<Stall>, Error> {
        let mut sql = Sql::new("SELECT t.detail FROM stall t JOIN market m ON m.id = t.market_id WHERE 1 = 1");
        sql.push("AND t.market_id = ?", [market.into()]);
        of_market(&mut sql, scope);
        sql.push("ORDER BY t.number", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// One stall.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stall(&self, id: &str, scope: &Scope) -> Result<Option<Stall>, Error> {
        let mut sql = Sql::new("SELECT t.detail FROM stall t JOIN market m ON m.id = t.market_id WHERE 1 = 1");
        sql.push("AND t.id = ?", [id.into()]);
        of_market(&mut sql, scope);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// 摊位 of this number in a market.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stall_numbered(&self, market: &str, number: &str) -> Result<Option<Stall>, Error> {
        let mut sql = Sql::new("SELECT t.detail FROM stall t WHERE 1 = 1");
        sql.push("AND t.market_id = ? AND t.number = ?", [market.into(), number.into()]);
        Ok(records(sql.all::<Detail>(&self.read).await?)?.pop())
    }
    /// 摊位 that one of these operators holds or held.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stalls_held_by(&self, operators: &[String], scope: &Scope) -> Result<Vec<Stall>, Error> {
        let mut all: Vec<Stall> = Vec::new();
        for operator in operators {
            let mut sql = Sql::new("SELECT t.detail FROM stall t JOIN market m ON m.id = t.market_id WHERE 1 = 1");
            sql.push("AND t.detail LIKE ?", [format!("%\"operator\":\"{}\"%", operator.replace(['%', '_', '"'], "")).into()]);
            of_market(&mut sql, scope);
            sql.push("ORDER BY t.number", []);
            all.extend(records::<Stall>(sql.all::<Detail>(&self.read).await?)?);
        }
        all.sort_by(|a, b| a.number.cmp(&b.number).then(a.id.cmp(&b.id)));
        all.dedup_by(|a, b| a.id == b.id);
        Ok(all)
    }
    /// 抽样单 of these entries, the newest fifty, and whether there are more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sheets_of(&self, whose: Whose, ids: &[String], scope: &Scope) -> Result<(Vec<SampleRow>, bool), Error> {
        let mut sql = Sql::new(LIST);
        sql.within(whose.column(), ids.iter().map(String::as_str)).sample_scope(scope).push("ORDER BY s.sampled_on DESC, s.id DESC LIMIT 51", []);
        Ok(page(sql.all(&self.read).await?))
    }
    /// 案件 of the samples of these entries, the newest fifty.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_of(&self, whose: Whose, ids: &[String], scope: &Scope) -> Result<Vec<CaseRow>, Error> {
        let mut sql = Sql::new(CASES);
        sql.within(whose.column(), ids.iter().map(String::as_str)).sample_scope(scope).push("ORDER BY c.opened_on DESC, c.no DESC LIMIT ?", [HANGING.into()]);
        sql.all(&self.read).await
    }
    /// 快检读数 of a stall from a day on and before another, the newest fifty.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn readings_of_stall(&self, stall: &str, from: Option<NaiveDate>, to: Option<NaiveDate>, scope: &Scope) -> Result<Vec<LedgerRow>, Error> {
        let mut sql = Sql::new(LEDGER);
        scope_on_reading(&mut sql, scope);
        sql.push("AND r.stall_id = ?", [stall.into()])
            .and_if("AND r.day >= ?", from.map(|d| d.to_string()).as_deref())
            .and_if("AND r.day < ?", to.map(|d| d.to_string()).as_deref())
            .push("ORDER BY r.day DESC, r.tested_at DESC, r.id DESC LIMIT ?", [HANGING.into()]);
        sql.all::<Line>(&self.read).await?.iter().map(ledger_row).collect()
    }
    /// 未关联的抽样单 sheets that are linked to no operator, from the newest on, so many. Looks at every sheet without a
    /// link: for a command, not for a page.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unlinked_sheets(&self, before: &str, most: u64, scope: &Scope) -> Result<Vec<SampleRecord>, Error> {
        let mut sql = Sql::new("SELECT s.detail FROM sample s WHERE s.operator_id IS NULL AND s.state <> 'draft' AND s.state <> 'void'");
        sql.push("AND s.id < ?", [before.into()]).sample_scope(scope);
        sql.push("ORDER BY s.id DESC LIMIT ?", [i64::try_from(most).unwrap_or(i64::MAX).into()]);
        records(sql.all::<Detail>(&self.read).await?)
    }
}

fn narrowed(sql: &mut Sql, filter: &PartyFilter) {
    if let Some(q) = told(&filter.q) {
        let name = plain(q);
        if name.is_empty() {
            sql.push("AND 1 = 0", []);
        } else {
            sql.push("AND m.plain LIKE ?", [format!("%{name}%").into()]);
        }
    }
    sql.and_if("AND m.street = ?", told(&filter.street)).and_if("AND m.standing = ?", told(&filter.standing));
}

impl Unit {
    /// The operator with this credit code, whatever its state. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operator_with_code(&self, code: &CreditCode) -> Result<Option<Operator>, Error> {
        let mut sql = Sql::new("SELECT detail FROM operator WHERE 1 = 1");
        sql.push("AND credit_code = ?", [code.as_str().into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
    /// Operators that are called so in a street, on the register or closed. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operators_called(&self, name: &str, street: &str) -> Result<Vec<Operator>, Error> {
        let mut sql = Sql::new("SELECT detail FROM operator WHERE standing <> 'merged'");
        sql.push("AND plain = ? AND street = ? ORDER BY id LIMIT ?", [plain(name).into(), street.into(), i64::try_from(OFFERED).unwrap_or(8).into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// The producer with this credit code, whatever its state. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn producer_with_code(&self, code: &CreditCode) -> Result<Option<Producer>, Error> {
        let mut sql = Sql::new("SELECT detail FROM producer WHERE 1 = 1");
        sql.push("AND credit_code = ?", [code.as_str().into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
    /// Producers that are called so, on the register or closed. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn producers_called(&self, name: &str) -> Result<Vec<Producer>, Error> {
        let mut sql = Sql::new("SELECT detail FROM producer WHERE standing <> 'merged'");
        sql.push("AND plain = ? ORDER BY id LIMIT 50", [plain(name).into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// What was merged into an entry, so that it follows when that one is merged itself. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn operators_within(&self, id: &str) -> Result<Vec<Operator>, Error> {
        let mut sql = Sql::new("SELECT detail FROM operator WHERE 1 = 1");
        sql.push("AND into_id = ? ORDER BY id", [id.into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// The same of producers.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn producers_within(&self, id: &str) -> Result<Vec<Producer>, Error> {
        let mut sql = Sql::new("SELECT detail FROM producer WHERE 1 = 1");
        sql.push("AND into_id = ? ORDER BY id", [id.into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
    /// 摊位 of this number in a market. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn stall_numbered(&self, market: &str, number: &str) -> Result<Option<Stall>, Error> {
        let mut sql = Sql::new("SELECT detail FROM stall WHERE 1 = 1");
        sql.push("AND market_id = ? AND number = ?", [market.into(), number.into()]);
        Ok(records(sql.all::<Detail>(self.tx()).await?)?.pop())
    }
    /// Markets of this name in a street, on the register or closed. Inside the transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn markets_called(&self, name: &str, street: &str) -> Result<Vec<Market>, Error> {
        let mut sql = Sql::new("SELECT detail FROM market WHERE 1 = 1");
        sql.push("AND plain = ? AND street = ? ORDER BY id LIMIT ?", [plain(name).into(), street.into(), i64::try_from(OFFERED).unwrap_or(8).into()]);
        records(sql.all::<Detail>(self.tx()).await?)
    }
}
