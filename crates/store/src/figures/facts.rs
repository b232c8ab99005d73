//! 事实 the facts that every figure is counted from.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use futures_util::future::try_join;
use sea_orm::FromQueryResult;
use serde::Deserialize;
use shiyan_foundation::area::{AdminBody, AreaKind};
use shiyan_foundation::category::CategoryPath;
use shiyan_foundation::ids::{CaseId, ClockId, ReadingId, SampleId};
use shiyan_foundation::task::{Department, Link, Outcome, Penalty, TaskKind, TaskLevel};
use shiyan_foundation::{Instant, Label, Scope};
use shiyan_indicators::sets::Batches;
use shiyan_indicators::{
    BatchFact, BatchStage, CaseEvent, CaseFact, Disposal, Facts, History, ItemFact, PlanFact, RapidFact, RapidPlanFact, ServiceFact, ServiceRule, Taken, end_of,
};
use shiyan_nonconformity::BlockRecord;
use shiyan_nonconformity::case::{self, CaseAction};
use shiyan_rapid_test::follow_up::settle_by;
use shiyan_rapid_test::{FollowUp, FollowUpState, Point};
use shiyan_sample_intake::SampleState;
use shiyan_sampling_plan::{LineKey, Plan, PlanLine, filled};
use shiyan_statute::{AnalyteGroup, Clock, RuleKey};

use crate::query::{Count, Detail, Packed, Sql, records};
use crate::record::Record;
use crate::{Error, Store};

/// The steps of a case that are added up; the rest of it is passed over.
#[derive(Deserialize)]
struct Held {
    #[serde(default)]
    blocks: Steps,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Steps {
    control: BlockRecord,
    penalty: BlockRecord,
    transfer: BlockRecord,
}

impl Held {
    fn disposal(&self) -> Disposal {
        let Steps { control, penalty, transfer } = &self.blocks;
        Disposal {
            sealed: control.get("sealed").to_owned(),
            recalled: control.get("recalled").to_owned(),
            unit: control.get("unit").to_owned(),
            penalty: Penalty::parse(penalty.get("filed")),
            fine: penalty.get("fine").to_owned(),
            transferred: transfer.inapplicable.is_none() && !transfer.get("to").is_empty(),
        }
    }
}

/// A sample as [`BATCHES`] packs it.
#[derive(Deserialize)]
struct BatchRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    sampling_no: Option<String>,
    temporary: u8,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    level: Cow<'a, str>,
    #[serde(borrow)]
    department: Cow<'a, str>,
    #[serde(borrow)]
    link: Cow<'a, str>,
    street: String,
    #[serde(borrow)]
    category: Cow<'a, str>,
    #[serde(borrow)]
    area_kind: Cow<'a, str>,
    place: String,
    online: u8,
    #[serde(borrow)]
    sampled_on: Cow<'a, str>,
    #[serde(borrow)]
    received_on: Option<Cow<'a, str>>,
    #[serde(borrow)]
    state: Cow<'a, str>,
    lab: String,
}

/// A statement in which rows are packed, by the names that each engine has for the array of all rows and the array of one.
macro_rules! packed {
    ($text:ident) => {
        Packed { sqlite: $text!("json_group_array", "json_array"), postgres: $text!("json_agg", "json_build_array") }
    };
}
macro_rules! batches {
    ($rows:literal, $row:literal) => {
        concat!(
            "SELECT CAST(",
            $rows,
            "(",
            $row,
            "(s.id, s.sampling_no, CASE WHEN s.temporary THEN 1 ELSE 0 END, s.kind, s.level, s.department, s.link, s.street, s.category, s.area_kind, s.place, \
             CASE WHEN s.online THEN 1 ELSE 0 END, s.sampled_on, s.received_on, s.state, s.lab)) AS TEXT) AS pack \
             FROM sample s WHERE s.sampled_on <> ''"
        )
    };
}

/// A sheet that was never handed in has no checked day of sampling. One row a day, its samples in the order of the fields of a [`BatchRow`]: row by row, a hundred thousand samples take longer to
/// hand over than to count. The index `sample_narrow` holds every column.
const BATCHES: Packed = packed!(batches);

/// What the order adds to a sample, as [`ORDERS`] packs it.
#[derive(Deserialize)]
struct OrderRow<'a> {
    #[serde(borrow)]
    sample: Cow<'a, str>,
    #[serde(borrow)]
    issued_on: Option<Cow<'a, str>>,
    #[serde(borrow)]
    report_due_on: Option<Cow<'a, str>>,
    #[serde(borrow)]
    outcome: Option<Cow<'a, str>>,
}

macro_rules! orders {
    ($rows:literal, $row:literal) => {
        concat!("SELECT CAST(", $rows, "(", $row, "(o.sample_id, o.issued_on, o.report_due_on, o.outcome)) AS TEXT) AS pack FROM test_order o WHERE 1 = 1")
    };
}

/// The orders, packed; the index `test_order_narrow` holds every column.
const ORDERS: Packed = packed!(orders);

/// The items that failed and were reported.
const FAILING: &str = "SELECT i.sample_id, i.analyte, i.analyte_group, s.category FROM test_item i JOIN sample s ON s.id = i.sample_id \
     JOIN test_order o ON o.id = i.order_id WHERE i.verdict = 'nonconforming' AND o.issued_on IS NOT NULL";

/// Many rows of a table as one JSON array of arrays.
#[derive(FromQueryResult)]
struct Pack {
    pack: String,
}

fn unpacked<'a, T: Deserialize<'a>>(packs: &'a [Pack]) -> Result<Vec<T>, Error> {
    let mut out = Vec::new();
    for Pack { pack } in packs {
        out.extend(serde_json::from_str::<Vec<T>>(pack)?);
    }
    Ok(out)
}

/// A failing sample with its failing items.
#[derive(Debug, Clone)]
pub struct FailingSample {
    /// The sample.
    pub sample: crate::records::SampleRecord,
    /// Failing items.
    pub items: Vec<shiyan_lab_results::order::TestItem>,
}

/// As many keys as one statement asks for.
const SOME: usize = 500;

/// Keys as text, as many at a time as one statement asks for.
fn by_hundreds<K: ToString>(ids: &[K]) -> impl Iterator<Item = Vec<String>> {
    ids.chunks(SOME).map(|some| some.iter().map(ToString::to_string).collect())
}

fn unreadable(what: &str, id: &str) -> Error {
    Error::Fault(format!("sample {id}: unreadable {what}; run `shiyan verify`"))
}

fn date(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

impl BatchRow<'_> {
    fn fact(self, order: Option<&OrderRow>, admins: &HashMap<String, AdminBody>) -> Result<BatchFact, Error> {
        let bad = |what| unreadable(what, &self.id);
        let issued_on = order.and_then(|o| o.issued_on.as_deref());
        let stage = match (&*self.state, issued_on.is_some()) {
            ("void", _) => BatchStage::Void,
            ("refused", _) => BatchStage::Refused,
            (_, true) => BatchStage::Issued,
            ("received", false) => BatchStage::InLab,
            _ => BatchStage::Sampled,
        };
        Ok(BatchFact {
            sample_id: self.id.parse::<SampleId>().map_err(|_| bad("id"))?,
            sampling_no: self.sampling_no.unwrap_or_default(),
            temporary_no: self.temporary != 0,
            kind: TaskKind::parse(&self.kind).ok_or_else(|| bad("kind"))?,
            level: TaskLevel::parse(&self.level).ok_or_else(|| bad("level"))?,
            department: Department::parse(&self.department).ok_or_else(|| bad("department"))?,
            link: Link::parse(&self.link).ok_or_else(|| bad("link"))?,
            admin: admins.get(&self.street).copied().unwrap_or(AdminBody::Jinshui),
            street: self.street,
            category: CategoryPath::parse(&self.category),
            area_kind: AreaKind::parse(&self.area_kind).ok_or_else(|| bad("area kind"))?,
            place: self.place,
            online: self.online != 0,
            sampled_on: date(&self.sampled_on).ok_or_else(|| bad("sampling date"))?,
            received_on: self.received_on.as_deref().and_then(date),
            issued_on: issued_on.and_then(date),
            report_due_on: order.and_then(|o| o.report_due_on.as_deref()).and_then(date),
            outcome: order.and_then(|o| o.outcome.as_deref()).and_then(Outcome::parse),
            // A recheck is not registered in this version; when it is, it stands here.
            recheck_pending: false,
            stage,
            lab: self.lab,
        })
    }
}

impl Store {
    /// 批次事实 of samples taken from `from` to `to` (or reported in it), within the scope. Drafts are no batches yet.
    ///
    /// # Errors
    /// The database does not answer; a row that cannot be read.
    pub async fn batch_facts(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<BatchFact>, Error> {
        let (from, to) = (from.to_string(), to.to_string());
        // Samples and orders are read apart, at the same time, each from an index that holds every column asked for: a join in
        // the database would fetch the wide row of every order.
        let mut sampled = Sql::packed(BATCHES, self.engine());
        sampled.push("AND s.sampled_on >= ? AND s.sampled_on <= ?", [from.clone().into(), to.clone().into()]).sample_scope(scope);
        sampled.push("GROUP BY s.sampled_on", []);
        let mut ordered = Sql::packed(ORDERS, self.engine());
        ordered.push("GROUP BY o.issued_on", []);
        let (samples, orders) = try_join(sampled.all::<Pack>(&self.read), ordered.all::<Pack>(&self.read)).await?;
        let orders: HashMap<Cow<'_, str>, OrderRow> = unpacked::<OrderRow>(&orders)?.into_iter().map(|o| (o.sample.clone(), o)).collect();
        let samples = unpacked::<BatchRow>(&samples)?;
        // Sampled before the span and reported in it.
        let known: HashSet<&str> = samples.iter().map(|s| &*s.id).collect();
        let reported = |o: &&OrderRow| o.issued_on.as_deref().is_some_and(|on| from.as_str() <= on && on <= to.as_str());
        let late: Vec<&str> = orders.values().filter(reported).map(|o| &*o.sample).filter(|id| !known.contains(id)).collect();
        let mut more = Vec::new();
        for ids in late.chunks(500) {
            let mut sql = Sql::packed(BATCHES, self.engine());
            sql.within("AND s.id IN", ids.iter().copied()).sample_scope(scope).push("GROUP BY s.sampled_on", []);
            more.extend(sql.all::<Pack>(&self.read).await?);
        }
        let admins = self.street_bodies().await?;
        let fact = |s: BatchRow| {
            let order = orders.get(&s.id);
            s.fact(order, &admins)
        };
        samples.into_iter().chain(unpacked(&more)?).map(fact).collect()
    }
    /// Batches and their orders by one condition on each, all of the district.
    async fn batches_where(&self, samples: impl Fn(&mut Sql), orders: impl Fn(&mut Sql), admins: &HashMap<String, AdminBody>) -> Result<Vec<BatchFact>, Error> {
        let (mut sampled, mut ordered) = (Sql::packed(BATCHES, self.engine()), Sql::packed(ORDERS, self.engine()));
        samples(&mut sampled);
        sampled.push("GROUP BY s.sampled_on", []);
        orders(&mut ordered);
        ordered.push("GROUP BY o.issued_on", []);
        let (sampled, ordered) = try_join(sampled.all::<Pack>(&self.read), ordered.all::<Pack>(&self.read)).await?;
        let orders: HashMap<Cow<'_, str>, OrderRow> = unpacked::<OrderRow>(&ordered)?.into_iter().map(|o| (o.sample.clone(), o)).collect();
        let fact = |s: BatchRow| {
            let order = orders.get(&s.id);
            s.fact(order, admins)
        };
        unpacked::<BatchRow>(&sampled)?.into_iter().map(fact).collect()
    }
    /// 批次事实 of these samples, as far as they are batches.
    ///
    /// # Errors
    /// The database does not answer; a row that cannot be read.
    pub async fn batches_of(&self, ids: &[SampleId], admins: &HashMap<String, AdminBody>) -> Result<Vec<BatchFact>, Error> {
        let mut out = Vec::new();
        for some in by_hundreds(ids) {
            let samples = |sql: &mut Sql| {
                sql.within("AND s.id IN", some.iter().map(String::as_str));
            };
            let orders = |sql: &mut Sql| {
                sql.within("AND o.sample_id IN", some.iter().map(String::as_str));
            };
            out.extend(self.batches_where(samples, orders, admins).await?);
        }
        Ok(out)
    }
    /// 批次事实 of what was sampled from one day to another.
    ///
    /// # Errors
    /// The database does not answer; a row that cannot be read.
    pub async fn batches_between(&self, from: NaiveDate, to: NaiveDate, admins: &HashMap<String, AdminBody>) -> Result<Vec<BatchFact>, Error> {
        let days = || [from.to_string().into(), to.to_string().into()];
        let samples = |sql: &mut Sql| {
            sql.push("AND s.sampled_on >= ? AND s.sampled_on <= ?", days());
        };
        let orders = |sql: &mut Sql| {
            sql.push("AND o.sample_id IN (SELECT s.id FROM sample s WHERE s.sampled_on >= ? AND s.sampled_on <= ?)", days());
        };
        self.batches_where(samples, orders, admins).await
    }
    /// First and last day on which something was sampled or tested rapidly.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn days_of_facts(&self) -> Result<Option<(NaiveDate, NaiveDate)>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            first: Option<String>,
            last: Option<String>,
        }
        let sampled = Sql::new("SELECT MIN(sampled_on) AS first, MAX(sampled_on) AS last FROM sample WHERE sampled_on <> ''").one::<Line>(&self.read).await?;
        let tested = Sql::new("SELECT MIN(day) AS first, MAX(day) AS last FROM rapid_reading").one::<Line>(&self.read).await?;
        let days = |of: fn(&Line) -> Option<&String>| sampled.iter().chain(&tested).filter_map(of).filter_map(|d| date(d)).collect::<Vec<_>>();
        Ok(days(|l| l.first.as_ref()).into_iter().min().zip(days(|l| l.last.as_ref()).into_iter().max()))
    }
    /// How many batches and readings there are at most: drafts and reruns are counted with them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn most_facts(&self) -> Result<(usize, usize), Error> {
        let mut most = [0; 2];
        for (most, text) in most.iter_mut().zip(["SELECT COUNT(*) AS n FROM sample", "SELECT COUNT(*) AS n FROM rapid_reading"]) {
            let found = Sql::new(text).one::<Count>(&self.read).await?;
            *most = found.map_or(0, |c| usize::try_from(c.n).unwrap_or_default());
        }
        Ok(most.into())
    }
    /// 管辖主体 of each street.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn street_bodies(&self) -> Result<HashMap<String, AdminBody>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            id: String,
            admin: String,
        }
        let lines = Sql::new("SELECT id, admin FROM street").all::<Line>(&self.read).await?;
        Ok(lines.into_iter().filter_map(|l| Some((l.id, AdminBody::parse(&l.admin)?))).collect())
    }
    /// 案件事实 of cases open at some time from `from` to `to`: old debts stay until they are settled.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn case_facts(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<CaseFact>, Error> {
        let mine = |sql: &mut Sql| {
            sql.push("AND c.opened_on <= ? AND (c.closed_on IS NULL OR c.closed_on >= ?)", [to.to_string().into(), from.to_string().into()])
                .sample_scope(scope);
        };
        Ok(self.cases_where(mine).await?.into_iter().map(|(_, c)| c).collect())
    }
    async fn cases_where(&self, narrow: impl Fn(&mut Sql)) -> Result<Vec<(SampleId, CaseFact)>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            id: String,
            sample_id: String,
            no: String,
            sampling_no: String,
            street: String,
            opened_on: String,
            due_on: Option<String>,
            provisional: Option<bool>,
            closed_on: Option<String>,
            state: String,
            evidenced: bool,
            detail: String,
        }
        let mut sql = Sql::new(
            "SELECT c.id, c.sample_id, c.no, c.sampling_no, c.street, c.opened_on, k.due_on, k.provisional, c.closed_on, c.state, c.evidenced, c.detail FROM case_file c \
             JOIN sample s ON s.id = c.sample_id LEFT JOIN clock k ON k.subject = 'case:' || c.id AND k.rule = 'D20' WHERE 1 = 1",
        );
        narrow(&mut sql);
        let mut out = Vec::new();
        for line in sql.all::<Line>(&self.read).await? {
            let bad = || Error::Fault(format!("case {}: unreadable row; run `shiyan verify`", line.id));
            let sample = line.sample_id.parse::<SampleId>().map_err(|_| bad())?;
            let fact = CaseFact {
                case_id: line.id.parse::<CaseId>().map_err(|_| bad())?,
                case_no: line.no.clone(),
                sampling_no: line.sampling_no.clone(),
                street: line.street.clone(),
                opened_on: date(&line.opened_on).ok_or_else(bad)?,
                due_on: line.due_on.as_deref().and_then(date).ok_or_else(bad)?,
                provisional: line.provisional == Some(true),
                closed_on: line.closed_on.as_deref().and_then(date),
                cancelled: line.state == "cancelled",
                evidenced: line.evidenced,
                state: line.state.clone(),
                disposal: serde_json::from_str::<Held>(&line.detail)?.disposal(),
            };
            out.push((sample, fact));
        }
        Ok(out)
    }
    /// 案件事实 with the sample of each: of these cases, or all.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_beside_samples(&self, ids: Option<&[CaseId]>) -> Result<Vec<(SampleId, CaseFact)>, Error> {
        let mut out = Vec::new();
        for some in self.case_keys(ids).await?.chunks(SOME) {
            out.extend(
                self.cases_where(|sql| {
                    sql.within("AND c.id IN", some.iter().map(String::as_str));
                })
                .await?,
            );
        }
        Ok(out)
    }
    /// The keys of these cases, or of all: whole cases are wide, and are never read all at once.
    async fn case_keys(&self, ids: Option<&[CaseId]>) -> Result<Vec<String>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            id: String,
        }
        match ids {
            Some(ids) => Ok(ids.iter().map(ToString::to_string).collect()),
            None => Ok(Sql::new("SELECT id FROM case_file").all::<Line>(&self.read).await?.into_iter().map(|l| l.id).collect()),
        }
    }
    /// 时限事实 with the sample of each: of these cases, or all.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn services_beside_samples(&self, ids: Option<&[CaseId]>) -> Result<Vec<(SampleId, ServiceFact)>, Error> {
        let mut out = Vec::new();
        for some in self.case_keys(ids).await?.chunks(SOME) {
            out.extend(
                self.services_where(|sql| {
                    sql.within("AND c.id IN", some.iter().map(String::as_str));
                })
                .await?,
            );
        }
        Ok(out)
    }
    /// 时限事实 of the service and urgent-report clocks; publication is not recorded in this version and so has no facts.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn service_facts(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<ServiceFact>, Error> {
        let mine = |sql: &mut Sql| {
            sql.push("AND k.started_on <= ? AND (k.stopped_on IS NULL OR k.stopped_on >= ?)", [to.to_string().into(), from.to_string().into()])
                .sample_scope(scope);
        };
        Ok(self.services_where(mine).await?.into_iter().map(|(_, s)| s).collect())
    }
    async fn services_where(&self, narrow: impl Fn(&mut Sql)) -> Result<Vec<(SampleId, ServiceFact)>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            detail: String,
            sample_id: String,
            case_id: String,
            case_no: String,
            street: String,
        }
        let mut sql = Sql::new(
            "SELECT k.detail, c.sample_id, c.id AS case_id, c.no AS case_no, c.street FROM case_file c JOIN clock k ON k.subject = 'case:' || c.id JOIN sample s ON s.id = c.sample_id \
             WHERE k.rule IN ('D05', 'D06')",
        );
        narrow(&mut sql);
        let mut out = Vec::new();
        for line in sql.all::<Line>(&self.read).await? {
            let clock: Clock = serde_json::from_str(&line.detail)?;
            let rule = if clock.rule == RuleKey::D05 { ServiceRule::UrgentReport } else { ServiceRule::Serve };
            let bad = || Error::Fault(format!("case {}: unreadable row; run `shiyan verify`", line.case_id));
            let fact = ServiceFact {
                clock_id: clock.id,
                case_id: line.case_id.parse().map_err(|_| bad())?,
                case_no: line.case_no,
                rule,
                street: line.street,
                started_on: clock.started_at.date_naive(),
                due_on: clock.effective_due_on(),
                due_at: clock.due.due_at,
                stopped_at: clock.stopped_at,
                cancelled: clock.cancelled,
            };
            out.push((line.sample_id.parse().map_err(|_| bad())?, fact));
        }
        Ok(out)
    }
    /// 项次事实 of the items that failed in samples taken from `from` to `to` and reported.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn failing_item_facts(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<ItemFact>, Error> {
        let mine = |sql: &mut Sql| {
            sql.push("AND s.sampled_on >= ? AND s.sampled_on <= ?", [from.to_string().into(), to.to_string().into()]).sample_scope(scope);
        };
        self.failing_items_where(FAILING, mine).await
    }
    /// 项次事实 of every item that failed and was reported.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn failing_items(&self) -> Result<Vec<ItemFact>, Error> {
        self.failing_items_where(FAILING, |_| ()).await
    }
    /// 项次事实 of every item reported of samples taken from one day to another.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_between(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<ItemFact>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            sample_id: String,
            analyte: String,
            analyte_group: String,
            category: String,
            verdict: Option<String>,
        }
        let mut sql = Sql::new(
            "SELECT i.sample_id, i.analyte, i.analyte_group, s.category, i.verdict FROM sample s JOIN test_order o ON o.sample_id = s.id \
             JOIN test_item i ON i.order_id = o.id WHERE o.issued_on IS NOT NULL",
        );
        sql.push("AND s.sampled_on >= ? AND s.sampled_on <= ?", [from.to_string().into(), to.to_string().into()]);
        let fact = |l: Line| {
            Ok(ItemFact {
                sample_id: l.sample_id.parse().map_err(|_| unreadable("id", &l.sample_id))?,
                analyte: l.analyte,
                group_zh: AnalyteGroup::parse(&l.analyte_group).unwrap_or(AnalyteGroup::Other).zh().to_owned(),
                category: CategoryPath::parse(&l.category),
                failing: l.verdict.as_deref() == Some("nonconforming"),
            })
        };
        sql.all::<Line>(&self.read).await?.into_iter().map(fact).collect()
    }
    /// 案件事实 of cases opened from one day to another.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cases_opened_between(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<CaseFact>, Error> {
        let days = |sql: &mut Sql| {
            sql.push("AND c.opened_on >= ? AND c.opened_on <= ?", [from.to_string().into(), to.to_string().into()]);
        };
        Ok(self.cases_where(days).await?.into_iter().map(|(_, c)| c).collect())
    }
    /// 时限事实 of clocks begun from one day to another.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn services_begun_between(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<ServiceFact>, Error> {
        let days = |sql: &mut Sql| {
            sql.push("AND k.started_on >= ? AND k.started_on <= ?", [from.to_string().into(), to.to_string().into()]);
        };
        Ok(self.services_where(days).await?.into_iter().map(|(_, s)| s).collect())
    }
    /// 项次事实 of the items of these samples that failed and were reported.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn failing_items_of(&self, ids: &[SampleId]) -> Result<Vec<ItemFact>, Error> {
        let mut out = Vec::new();
        for some in by_hundreds(ids) {
            // by way of the orders of these samples: the verdict is written so that no index of all verdicts is walked
            let text = "SELECT i.sample_id, i.analyte, i.analyte_group, s.category FROM test_order o JOIN sample s ON s.id = o.sample_id \
                 JOIN test_item i ON i.order_id = o.id WHERE CASE i.verdict WHEN 'nonconforming' THEN 1 ELSE 0 END = 1 AND o.issued_on IS NOT NULL";
            out.extend(
                self.failing_items_where(text, |sql| {
                    sql.within("AND o.sample_id IN", some.iter().map(String::as_str));
                })
                .await?,
            );
        }
        Ok(out)
    }
    async fn failing_items_where(&self, text: &'static str, narrow: impl Fn(&mut Sql)) -> Result<Vec<ItemFact>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            sample_id: String,
            analyte: String,
            analyte_group: String,
            category: String,
        }
        let mut sql = Sql::new(text);
        narrow(&mut sql);
        sql.all::<Line>(&self.read)
            .await?
            .into_iter()
            .map(|l| {
                Ok(ItemFact {
                    sample_id: l.sample_id.parse().map_err(|_| unreadable("id", &l.sample_id))?,
                    analyte: l.analyte,
                    group_zh: AnalyteGroup::parse(&l.analyte_group).unwrap_or(AnalyteGroup::Other).zh().to_owned(),
                    category: CategoryPath::parse(&l.category),
                    failing: true,
                })
            })
            .collect()
    }
    /// The failing samples taken from `from` to `to` and reported: the sheet and the failing items, by number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn failing_samples(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<FailingSample>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            sample: String,
            item: String,
        }
        let mut sql = Sql::new(
            "SELECT s.detail AS sample, i.detail AS item FROM test_item i JOIN sample s ON s.id = i.sample_id JOIN test_order o ON o.id = i.order_id \
             WHERE i.verdict = 'nonconforming' AND o.outcome = 'fail' AND o.issued_on IS NOT NULL",
        );
        sql.push("AND s.sampled_on >= ? AND s.sampled_on <= ?", [from.to_string().into(), to.to_string().into()]).sample_scope(scope);
        sql.push("ORDER BY s.sampling_no, i.position", []);
        let mut out: Vec<FailingSample> = Vec::new();
        for line in sql.all::<Line>(&self.read).await? {
            let sample: crate::records::SampleRecord = serde_json::from_str(&line.sample)?;
            let item: shiyan_lab_results::order::TestItem = serde_json::from_str(&line.item)?;
            match out.last_mut().filter(|last| last.sample.sample.id == sample.sample.id) {
                Some(last) => last.items.push(item),
                None => out.push(FailingSample { sample, items: vec![item] }),
            }
        }
        Ok(out)
    }
    /// The cases open at some time from `from` to `to`, whole, by number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn whole_cases(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<shiyan_nonconformity::Case>, Error> {
        let mut sql = Sql::new("SELECT c.detail FROM case_file c JOIN sample s ON s.id = c.sample_id WHERE 1 = 1");
        sql.push("AND c.opened_on <= ? AND (c.closed_on IS NULL OR c.closed_on >= ?)", [to.to_string().into(), from.to_string().into()]).sample_scope(scope);
        sql.push("ORDER BY c.no", []);
        records(sql.all::<Detail>(&self.read).await?)
    }
    /// 快检事实 counted apart, for ever.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rapid_facts(&self, from: NaiveDate, to: NaiveDate, scope: &Scope) -> Result<Vec<RapidFact>, Error> {
        let mine = |sql: &mut Sql| {
            sql.push("AND r.day >= ? AND r.day <= ?", [from.to_string().into(), to.to_string().into()]);
            crate::rapid::ledger::scope_on_reading(sql, scope);
        };
        self.readings_where(mine).await
    }
    /// 快检事实 of these readings, as far as they are counted.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn readings_of(&self, ids: &[ReadingId]) -> Result<Vec<RapidFact>, Error> {
        let mut out = Vec::new();
        for some in by_hundreds(ids) {
            out.extend(
                self.readings_where(|sql| {
                    sql.within("AND r.id IN", some.iter().map(String::as_str));
                })
                .await?,
            );
        }
        Ok(out)
    }
    async fn readings_where(&self, narrow: impl Fn(&mut Sql)) -> Result<Vec<RapidFact>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            id: String,
            point_id: String,
            point: String,
            street: String,
            day: String,
            analyte: String,
            verdict: String,
            follow_up: Option<String>,
        }
        let mut sql = Sql::new(
            "SELECT r.id, r.point_id, p.name AS point, r.street, r.day, r.analyte, r.verdict, f.detail AS follow_up FROM rapid_reading r \
             JOIN rapid_point p ON p.id = r.point_id LEFT JOIN follow_up f ON f.id = r.id WHERE r.retest_of IS NULL",
        );
        narrow(&mut sql);
        let mut out = Vec::new();
        for line in sql.all::<Line>(&self.read).await? {
            let bad = || Error::Fault(format!("reading {}: unreadable row; run `shiyan verify`", line.id));
            let follow_up: Option<FollowUp> = line.follow_up.as_deref().map(serde_json::from_str).transpose()?;
            let verdict = shiyan_indicators::RapidVerdict::parse(&line.verdict).ok_or_else(bad)?;
            let day = date(&line.day).ok_or_else(bad)?;
            // A positive that the rerun did not repeat is recorded as negative; both readings stay.
            let verdict = match &follow_up {
                Some(f) if f.state == FollowUpState::NegativeOnRetest => shiyan_indicators::RapidVerdict::Negative,
                _ => verdict,
            };
            out.push(RapidFact {
                reading_id: line.id.parse().map_err(|_| bad())?,
                point_id: line.point_id.parse().map_err(|_| bad())?,
                point: line.point.clone(),
                street: line.street.clone(),
                tested_on: day,
                item: line.analyte.clone(),
                valid: verdict != shiyan_indicators::RapidVerdict::Invalid,
                confirmed: follow_up.as_ref().and_then(|f| match f.state {
                    FollowUpState::Confirmed => Some(true),
                    FollowUpState::NotConfirmed => Some(false),
                    _ => None,
                }),
                // A positive that nobody has followed up was told at the latest by the end of its day.
                settle_by: (follow_up.is_some() || verdict == shiyan_indicators::RapidVerdict::Positive)
                    .then(|| follow_up.as_ref().map_or_else(|| settle_by(end_of(day)), FollowUp::settle_by))
                    .flatten(),
                settled_at: follow_up.as_ref().and_then(|f| f.settled_at),
                cleared_at: follow_up.as_ref().filter(|f| f.state == FollowUpState::NegativeOnRetest).and_then(|f| f.settled_at),
                verdict,
            });
        }
        Ok(out)
    }
    /// Everything the figures of a year need, within the scope; of the plan counts as taken what was sampled by the day `until`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn facts(&self, from: NaiveDate, to: NaiveDate, until: NaiveDate, scope: &Scope) -> Result<Facts, Error> {
        let batches = self.batch_facts(from, to, scope).await?;
        let year = chrono::Datelike::year(&to);
        let plan = match self.plan_of_year(year).await? {
            Some(plan) => Some(self.plan_as_it_stood(plan, end_of(until)).await?),
            None => None,
        };
        let points: Vec<Point> = self.points(scope).await?;
        Ok(Facts {
            plan: plan.map(|p| plan_facts(&p, &batches, until, scope)).unwrap_or_default(),
            cases: self.case_facts(from, to, scope).await?,
            services: self.service_facts(from, to, scope).await?,
            rapid: self.rapid_facts(from, to, scope).await?,
            rapid_plan: rapid_plan_facts(&points, year),
            batches,
        })
    }
    /// The plan without the lines that were added after a moment: lines are only ever added, at the end.
    async fn plan_as_it_stood(&self, mut plan: Plan, at: Instant) -> Result<Plan, Error> {
        let subject = plan.subject();
        let added = self.events(std::slice::from_ref(&subject), &["plan.add_lines"]).await?;
        let later: u64 = added.iter().filter(|e| e.at > at).filter_map(|e| e.facts["lines"].as_u64()).sum();
        plan.lines.truncate(plan.lines.len().saturating_sub(usize::try_from(later).unwrap_or(usize::MAX)));
        Ok(plan)
    }
    /// Entries of the journal about these subjects with these verbs, oldest first.
    async fn events(&self, subjects: &[String], verbs: &[&str]) -> Result<Vec<Event>, Error> {
        #[derive(FromQueryResult)]
        struct Line {
            subject: String,
            verb: String,
            at: String,
            facts: String,
        }
        let mut out = Vec::new();
        for some in subjects.chunks(500) {
            let mut sql = Sql::new("SELECT subject, verb, at, facts FROM journal WHERE 1 = 1");
            sql.within("AND subject IN", some.iter().map(String::as_str)).within("AND verb IN", verbs.iter().copied()).push("ORDER BY seq", []);
            for l in sql.all::<Line>(&self.read).await? {
                let at = chrono::DateTime::parse_from_rfc3339(&l.at).map_err(|_| Error::Fault(format!("journal entry of {}: unreadable moment", l.subject)))?;
                out.push(Event { subject: l.subject, verb: l.verb, at, facts: serde_json::from_str(&l.facts).unwrap_or_default() });
            }
        }
        Ok(out)
    }
    /// 时点数据 the facts of [`Store::facts`] as they stood at a moment that has passed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn facts_as_they_stood(&self, from: NaiveDate, to: NaiveDate, at: Instant, scope: &Scope) -> Result<Facts, Error> {
        let facts = self.facts(from, to, at.date_naive(), scope).await?;
        let history = self.history(&facts, at).await?;
        let mut facts = facts.as_they_stood(at, &history);
        if let Some(plan) = self.plan_of_year(chrono::Datelike::year(&to)).await? {
            facts.plan = plan_facts(&self.plan_as_it_stood(plan, at).await?, &facts.batches, at.date_naive(), scope);
        }
        Ok(facts)
    }
    /// 经过 when that happened which the facts carry without a date.
    async fn history(&self, facts: &Facts, at: Instant) -> Result<History, Error> {
        let mut history = History::default();
        // a sheet keeps the moment it was handed in and that of a refusal; that of a voiding stands in the journal
        let day = at.date_naive();
        let on_the_way = |b: &&BatchFact| b.sampled_on <= day && b.received_on.is_none_or(|on| on > day);
        let pending: Vec<String> = facts.batches.iter().filter(on_the_way).map(|b| b.sample_id.to_string()).collect();
        for some in pending.chunks(500) {
            let mut sql = Sql::new("SELECT detail FROM sample WHERE 1 = 1");
            sql.within("AND id IN", some.iter().map(String::as_str));
            for record in records::<crate::records::SampleRecord>(sql.all::<Detail>(&self.read).await?)? {
                let sample = record.sample;
                history.submitted.extend(sample.submitted_at.map(|at| (sample.id, at.date_naive())));
                let refused = sample.reception.as_ref().filter(|_| sample.state == SampleState::Refused).and_then(|r| r.at);
                history.ended.extend(refused.map(|at| (sample.id, at.date_naive())));
            }
        }
        let voided: HashMap<String, SampleId> =
            facts.batches.iter().filter(|b| b.stage == BatchStage::Void).map(|b| (format!("sample:{}", b.sample_id), b.sample_id)).collect();
        for e in self.events(&voided.keys().cloned().collect::<Vec<_>>(), &["sample.void"]).await? {
            history.ended.extend(voided.get(&e.subject).map(|id| (*id, e.at.date_naive())));
        }
        self.amendments(&mut history).await?;
        let cases: HashMap<String, CaseId> = facts.cases.iter().map(|c| (format!("case:{}", c.case_id), c.case_id)).collect();
        let verbs: Vec<&str> = CASE_VERBS.iter().map(|(verb, ..)| *verb).chain([CASE_EXTEND]).collect();
        for e in self.events(&cases.keys().cloned().collect::<Vec<_>>(), &verbs).await? {
            let event = became(&e.verb).or_else(|| e.facts["from"].as_str().and_then(date).map(CaseEvent::ExtendedFrom));
            if let (Some(id), Some(event)) = (cases.get(&e.subject), event) {
                history.cases.entry(*id).or_default().push((e.at, event));
            }
        }
        let clocks: HashMap<String, ClockId> = facts.services.iter().filter(|s| s.cancelled).map(|s| (format!("clock:{}", s.clock_id), s.clock_id)).collect();
        for e in self.events(&clocks.keys().cloned().collect::<Vec<_>>(), &["clock.cancel"]).await? {
            history.clocks.extend(clocks.get(&e.subject).map(|id| (*id, e.at)));
        }
        Ok(history)
    }
    /// The conclusions of the reports that were amended, by day of issue.
    async fn amendments(&self, history: &mut History) -> Result<(), Error> {
        let sql = Sql::new(
            "SELECT r.detail FROM test_report r WHERE r.order_id IN (SELECT order_id FROM test_report WHERE amendment > 0) ORDER BY r.order_id, r.amendment",
        );
        for report in records::<shiyan_lab_results::report::TestReport>(sql.all::<Detail>(&self.read).await?)? {
            history.outcomes.entry(report.sample).or_default().push((report.issued_at.date_naive(), report.conclusion.outcome));
        }
        Ok(())
    }
}

/// One entry of the journal, as far as figures look at it.
struct Event {
    subject: String,
    verb: String,
    at: Instant,
    facts: serde_json::Value,
}

const CASE_EXTEND: &str = "case.extend";
/// The words of the journal for the steps of a case.
const CASE_VERBS: &[(&str, CaseAction)] = &[
    ("case.receive", CaseAction::Receive),
    ("case.fill", CaseAction::Fill),
    ("case.submit", CaseAction::Submit),
    ("case.return", CaseAction::Return),
    ("case.close", CaseAction::Approve),
    ("case.cancel", CaseAction::Cancel),
];

/// What a step did to the case, by the table of moves: the state that it begins in, where it is one only, and that it leads to.
fn became(verb: &str) -> Option<CaseEvent> {
    let (_, action) = CASE_VERBS.iter().find(|(v, _)| *v == verb)?;
    let before = case::MOVES.before(*action);
    let to = case::MOVES.to(*before.first()?, *action)?.code();
    Some(CaseEvent::Became { from: if let [one] = before[..] { Some(one.code()) } else { None }, to })
}

/// Whether a line of the plan lies within a scope: a street sees its own lines, a laboratory all that it may be given samples of.
#[must_use]
pub fn plan_line_within(line: &PlanLine, scope: &Scope) -> bool {
    match scope {
        Scope::Streets(streets) => streets.contains(&line.street),
        Scope::Point(_) => false,
        Scope::District | Scope::Lab(_) => true,
    }
}

/// 快检计划 of points for the quarters of a year.
#[must_use]
pub fn rapid_plan_facts(points: &[Point], year: i32) -> Vec<RapidPlanFact> {
    let of =
        |p: &Point, quarter| RapidPlanFact { point_id: p.id, point: p.name.clone(), street: p.street.clone(), year, quarter, planned: p.planned_per_quarter };
    points.iter().flat_map(|p| (1..=4).map(move |quarter| of(p, quarter))).collect()
}

/// Whether a batch fills the plan of a year, by what had been sampled on a day.
fn fills(plan: &Plan, b: &BatchFact, until: NaiveDate) -> bool {
    chrono::Datelike::year(&b.sampled_on) == plan.year
        && b.sampled_on <= until
        && !matches!(b.stage, BatchStage::Void | BatchStage::Refused)
        && b.kind != TaskKind::RiskMonitoring
}

/// Plan lines with the batches that had been sampled for each by a day, the earliest first.
#[must_use]
pub fn plan_facts(plan: &Plan, batches: &[BatchFact], until: NaiveDate, scope: &Scope) -> Vec<PlanFact> {
    let mut taken: Vec<&BatchFact> = batches.iter().filter(|b| fills(plan, b, until)).collect();
    taken.sort_by_key(|b| (b.sampled_on, b.sample_id));
    let mut done: BTreeMap<LineKey, Vec<SampleId>> = BTreeMap::new();
    for batch in taken {
        done.entry(line_key(batch)).or_default().push(batch.sample_id);
    }
    plan_lines(plan, filled(&plan.lines, done).into_iter().map(Taken::Ids), scope)
}

/// The same from cells: how many were sampled for each line.
#[must_use]
pub fn plan_numbers(plan: &Plan, batches: Batches<'_>, until: NaiveDate, scope: &Scope) -> Vec<PlanFact> {
    let mut done: BTreeMap<LineKey, u64> = BTreeMap::new();
    for (batch, n) in batches.iter().filter(|(b, _)| fills(plan, b, until)) {
        *done.entry(line_key(batch)).or_default() += n;
    }
    // as many of nothing as there are batches: they fill the lines by the same rule, and take no room
    let done = done.into_iter().map(|(key, n)| (key, vec![(); usize::try_from(n).unwrap_or(usize::MAX)])).collect();
    plan_lines(plan, filled(&plan.lines, done).into_iter().map(|taken| Taken::Number(taken.len() as u64)), scope)
}

fn plan_lines(plan: &Plan, sampled: impl Iterator<Item = Taken>, scope: &Scope) -> Vec<PlanFact> {
    plan.lines
        .iter()
        .zip(sampled)
        .filter(|(line, _)| plan_line_within(line, scope))
        .map(|(line, taken)| PlanFact {
            line_id: line.id,
            year: plan.year,
            kind: line.kind,
            level: line.level,
            department: Department::Market,
            street: Some(line.street.clone()),
            class: line.category.class().to_owned(),
            quarter: line.quarter,
            planned: line.batches,
            taken,
        })
        .collect()
}

/// The cell of the plan that a batch fills.
#[must_use]
pub fn line_key(batch: &BatchFact) -> LineKey {
    let month = chrono::Datelike::month0(&batch.sampled_on);
    LineKey { class: batch.category.class().to_owned(), link: batch.link, street: batch.street.clone(), quarter: u8::try_from(month / 3 + 1).unwrap_or(4) }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_word_of_the_journal_leads_where_the_table_of_moves_says() {
        // written by hand, apart from the table
        let steps = [
            ("case.receive", Some("opened"), "assigned"),
            ("case.fill", None, "acting"),
            ("case.submit", Some("acting"), "submitted"),
            ("case.return", Some("submitted"), "acting"),
            ("case.close", Some("submitted"), "closed"),
            ("case.cancel", None, "cancelled"),
        ];
        assert_eq!(steps.len(), CASE_VERBS.len());
        for (verb, begins, leads) in steps {
            assert!(matches!(became(verb), Some(CaseEvent::Became { from, to }) if (from, to) == (begins, leads)), "{verb}: {:?}", became(verb));
        }
        assert!(became("case.extend").is_none());
    }
}
