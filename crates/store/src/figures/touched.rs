//! 改动 which facts changed since an entry of the journal. Every record that is written has its entry, under its own subject and in the order of the
//! commits; so whoever follows the journal misses nothing, whichever server wrote it.

use std::collections::BTreeSet;

use sea_orm::FromQueryResult;
use shiyan_foundation::ids::{CaseId, ReadingId, SampleId};
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_nonconformity::Case;
use shiyan_rapid_test::Point;
use shiyan_sampling_plan::Plan;

use crate::query::Sql;
use crate::record::Record;
use crate::records::{ClockRecord, FollowUpRecord, ReadingRecord, SampleRecord, StreetRecord};
use crate::{Error, Head, Store};

/// 改动 what is to be read again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// Samples that changed, or whose order or items did.
    pub samples: BTreeSet<SampleId>,
    /// Readings that changed, or what followed them.
    pub readings: BTreeSet<ReadingId>,
    /// Cases that changed, or their clocks.
    pub cases: BTreeSet<CaseId>,
    /// A plan changed.
    pub plans: bool,
    /// A rapid-test point was added.
    pub points: bool,
    /// A street changed hands: that is a fact of each of its batches.
    pub streets: bool,
}

#[derive(FromQueryResult)]
struct One {
    of: String,
}

#[derive(FromQueryResult)]
struct Told {
    subject: String,
    verb: String,
}

impl Store {
    /// What changed after an entry; `None` when that entry is not in the journal any more (another database stands there), when more than `most` entries came
    /// after it, or when the demonstration came or went.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn touched_since(&self, since: &Head, most: u64) -> Result<Option<Touched>, Error> {
        if self.hash_at(since.seq).await?.as_ref() != Some(&since.hash) {
            return Ok(None);
        }
        let mut sql = Sql::new("SELECT subject, verb FROM journal WHERE 1 = 1");
        sql.push("AND seq > ? ORDER BY seq LIMIT ?", [since.seq.into(), (most + 1).into()]);
        let entries = sql.all::<Told>(&self.read).await?;
        // the demonstration comes and goes as a whole
        if entries.len() as u64 > most || entries.iter().any(|e| e.verb.starts_with("demo.")) {
            return Ok(None);
        }
        let mut touched = Touched::default();
        let (mut orders, mut items, mut clocks) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for Told { subject, .. } in &entries {
            let Some((word, key)) = subject.split_once(':') else { continue };
            match word {
                SampleRecord::SUBJECT => touched.samples.extend(key.parse::<SampleId>().ok()),
                TestOrder::SUBJECT => drop(orders.insert(key)),
                TestItem::SUBJECT => drop(items.insert(key)),
                Case::SUBJECT => touched.cases.extend(key.parse::<CaseId>().ok()),
                ClockRecord::SUBJECT => drop(clocks.insert(key)),
                ReadingRecord::SUBJECT | FollowUpRecord::SUBJECT => touched.readings.extend(key.parse::<ReadingId>().ok()),
                Plan::SUBJECT => touched.plans = true,
                Point::SUBJECT => touched.points = true,
                StreetRecord::SUBJECT => touched.streets = true,
                // nothing else is a fact of a figure
                _ => {}
            }
        }
        for (text, keys) in [("SELECT sample_id AS of FROM test_order WHERE 1 = 1", &orders), ("SELECT sample_id AS of FROM test_item WHERE 1 = 1", &items)] {
            touched.samples.extend(self.named(text, keys).await?.iter().filter_map(|id| id.parse::<SampleId>().ok()));
        }
        let of_clocks = self.named("SELECT subject AS of FROM clock WHERE 1 = 1", &clocks).await?;
        touched.cases.extend(of_clocks.iter().filter_map(|s| s.strip_prefix("case:")?.parse::<CaseId>().ok()));
        Ok(Some(touched))
    }
    async fn named(&self, text: &'static str, keys: &BTreeSet<&str>) -> Result<Vec<String>, Error> {
        let keys: Vec<&str> = keys.iter().copied().collect();
        let mut out = Vec::new();
        for some in keys.chunks(500) {
            let mut sql = Sql::new(text);
            sql.within("AND id IN", some.iter().copied());
            out.extend(sql.all::<One>(&self.read).await?.into_iter().map(|one| one.of));
        }
        Ok(out)
    }
}
