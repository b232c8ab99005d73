//! 播种 the one door for made-up data. Through it come rows that are marked 演示 and nothing else, without asking who may; and what acts are
//! made of, so that a made-up past comes about as a real one does. `tidy` lets the demonstration through and nobody else.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shiyan_foundation::area::Street;
use shiyan_foundation::{Actor, Decimal, Instant, Refusal, Scope, WorkCalendar};
use shiyan_judgement::judging::FoodFacts;
use shiyan_lab_results::order::history::Peers;
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_lab_results::report::{ReportContent, TestReport};
use shiyan_nonconformity::CaseOpening;
use shiyan_sample_intake::Sample;
use shiyan_statute::{LimitLibrary, LimitRow, LimitStatus};
use shiyan_store::intake::samples::SampleFilter;
use shiyan_store::records::{ItemPackage, Laboratory, LimitRecord};
use shiyan_store::{Error, Unit, Who};

pub use shiyan_store::Record;

use crate::{App, code};

/// The entry that says that the demonstration is whole.
const LOADED: &str = "demo.loaded";
/// Its subject, and that of the removal.
const SUBJECT: &str = "demo";

/// The application, before whoever fills it with made-up data.
#[derive(Debug, Clone, Copy)]
pub struct Seed<'a>(&'a App);

impl App {
    /// The door for made-up data.
    #[must_use]
    pub fn seed(&self) -> Seed<'_> {
        Seed(self)
    }
    /// Was the loading of the demonstration broken off: its people are there, and the entry that ends it is not.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn demo_broken_off(&self) -> Result<bool, Error> {
        let told = self.store.timeline(&[SUBJECT.to_owned()]).await?;
        Ok(self.has_demo().await? && told.last().is_none_or(|entry| entry.verb != LOADED))
    }
}

impl Seed<'_> {
    /// Begins the first batch, in a database that holds nothing real and no demonstration.
    ///
    /// # Errors
    /// `DEMO-THERE`, `DEMO-HALF`, `DEMO-REAL`; the database does not answer.
    pub async fn open(&self, now: Instant) -> Result<Sowing, Error> {
        let unit = self.0.store.begin(now).await?;
        if unit.has_demo().await? {
            let why = if self.0.demo_broken_off().await? { code::DEMO_HALF } else { code::DEMO_THERE };
            return Err(Refusal::new(why).into());
        }
        if unit.count_users().await? > 0 || self.0.store.count_samples(&SampleFilter::default(), &Scope::District).await? > 0 {
            return Err(Refusal::new(code::DEMO_REAL).into());
        }
        Ok(Sowing(unit))
    }
    /// Begins the next batch under the same reading of the clock; it stands after what others wrote meanwhile.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn next(&self, now: Instant) -> Result<Sowing, Error> {
        Ok(Sowing(self.0.store.begin_after(now).await?))
    }
    /// Removes every row of the demonstration and says how many; what the fictional `signer` put to use is 待核实 again, as it was shipped: no
    /// real laboratory has looked at it.
    ///
    /// # Errors
    /// The database does not answer; a real row hangs on one of the demonstration.
    pub async fn remove(&self, who: &Who, signer: &str, now: Instant) -> Result<u64, Error> {
        let mut unit = self.0.store.begin_after(now).await?;
        self.take_shipped_back(&mut unit, who, signer).await?;
        let removed = unit.remove_demo(who).await?;
        unit.commit().await?;
        self.fold().await?;
        Ok(removed)
    }
    async fn take_shipped_back(&self, unit: &mut Unit, who: &Who, signer: &str) -> Result<(), Error> {
        let why = "演示数据已删除";
        let there: Vec<LimitRecord> = self.0.store.all().await?;
        for old in there.into_iter().filter(|l| !l.demo() && l.activated_by.as_deref() == Some(signer)) {
            let shipped = shiyan_statute::limits().iter().find(|r| r.id == old.row.id);
            let row = LimitRow { status: LimitStatus::Pending, ..shipped.unwrap_or(&old.row).clone() };
            let next = LimitRecord { row, activated_by: None, activated_at: None, revision: old.revision + 1 };
            unit.save(&next, who, "limit.status", json!({ "to": LimitStatus::Pending, "why": why })).await?;
        }
        let packages: Vec<ItemPackage> = self.0.store.all().await?;
        for old in packages.into_iter().filter(|p| p.is_shipped() && p.checked.as_ref().is_some_and(|c| c.by == signer)) {
            let next = ItemPackage { draft: true, retired: false, checked: None, revision: old.revision + 1, ..old };
            unit.save(&next, who, "package.checked", json!({ "why": why })).await?;
        }
        Ok(())
    }
    /// Gives the room of the write-ahead log back: many rows leave a large one behind.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn fold(&self) -> Result<(), Error> {
        self.0.store.fold_log().await
    }
    /// A password as it is kept.
    ///
    /// # Errors
    /// Too many at once.
    pub async fn hash_password(&self, password: &str) -> Result<String, Error> {
        self.0.hash_password(password).await
    }
}

/// 一批 rows that are written together or not at all.
#[derive(Debug)]
pub struct Sowing(Unit);

fn marked<T: Record>(rows: &[T]) -> Result<(), Error> {
    match rows.iter().find(|row| !row.demo()) {
        Some(row) => Err(Error::Fault(format!("{} is not marked as demonstration", row.subject()))),
        None => Ok(()),
    }
}

impl Sowing {
    /// Adds rows.
    ///
    /// # Errors
    /// A row without the mark 演示; the database does not answer.
    pub async fn insert_many<T: Record>(&mut self, rows: &[T], who: &Who, verb: &str) -> Result<(), Error> {
        marked(rows)?;
        self.0.insert_many(rows, who, verb).await
    }
    /// Adds one row, with what its entry says.
    ///
    /// # Errors
    /// A row without the mark 演示; the database does not answer.
    pub async fn insert<T: Record>(&mut self, row: &T, who: &Who, verb: &str, facts: Value) -> Result<(), Error> {
        marked(std::slice::from_ref(row))?;
        self.0.insert(row, who, verb, facts).await
    }
    /// Saves a changed row.
    ///
    /// # Errors
    /// A row without the mark 演示; the database does not answer.
    pub async fn save<T: Record>(&mut self, row: &T, who: &Who, verb: &str, facts: Value) -> Result<(), Error> {
        marked(std::slice::from_ref(row))?;
        self.0.save(row, who, verb, facts).await
    }
    /// Keeps the bytes of a file; gives their hash.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_file(&mut self, bytes: &[u8]) -> Result<String, Error> {
        self.0.keep_blob(bytes).await
    }
    /// Ends the last batch: the demonstration is whole.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn whole(mut self, who: &Who, facts: Value) -> Result<(), Error> {
        self.0.note(who, LOADED, SUBJECT.to_owned(), facts).await?;
        self.commit().await
    }
    /// Ends a batch.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn commit(self) -> Result<(), Error> {
        self.0.commit().await?;
        Ok(())
    }
}

/// The order of a received sample with the items of its food's package.
///
/// # Errors
/// The sheet is not checked; no deadline can be counted.
pub fn new_order(
    sample: &Sample,
    packages: &[ItemPackage],
    limits: &LimitLibrary,
    calendar: &WorkCalendar,
    now: Instant,
) -> Result<(TestOrder, Vec<TestItem>), Error> {
    crate::intake::new_order(sample, packages, limits, calendar, now)
}

/// 食品与配料 of a sample as its results are judged with them.
#[must_use]
pub fn food_of(sample: &Sample) -> Option<FoodFacts> {
    crate::intake::food_of(sample)
}

/// 同类 whose earlier results those of this sample are compared with.
#[must_use]
pub fn peers_of(sample: &Sample) -> Option<Peers> {
    crate::intake::peers_of(sample)
}

/// 定量限 of an item, where its limit row names one in the unit of the item.
pub fn loq_of<'a>(items: impl Iterator<Item = &'a TestItem>, analyte: &str) -> Option<Decimal> {
    crate::bench::worksheets::loq_of(items, analyte)
}

/// SHA-256 of what is signed.
///
/// # Errors
/// The items cannot be written down.
pub fn content_hash(order: &TestOrder, items: &[TestItem]) -> Result<String, Error> {
    crate::signed::content_hash(order, items)
}

/// What the opening of cases needs to know.
///
/// # Errors
/// The sheet is not checked.
pub fn opening_of(sample: &Sample, order: &TestOrder, items: &[TestItem], at: Instant) -> Result<CaseOpening, Error> {
    crate::bench::opening_of(sample, order, items, at)
}

/// What a report says; `order` is the order as issued.
///
/// # Errors
/// The sheet is not checked; there is no conclusion.
pub fn report_content(
    sample: &Sample,
    order: &TestOrder,
    items: &[TestItem],
    labs: &[Laboratory],
    streets: &BTreeMap<String, Street>,
    now: Instant,
) -> Result<ReportContent, Error> {
    crate::reports::report_content(sample, order, items, labs, streets, now)
}

/// The report row around frozen content.
///
/// # Errors
/// There is no conclusion.
pub fn report_of(content: &ReportContent, order: &TestOrder, pdf_sha256: Option<String>, actor: &Actor, now: Instant) -> Result<TestReport, Error> {
    crate::reports::report_of(content, order, pdf_sha256, actor, now)
}
