//! 校验 recomputes the chain and the content of every current row, and names the first bad one.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use serde::Serialize;
use shiyan_lab_results::order::{TestItem, TestOrder, TestReport};
use shiyan_lab_results::worksheet::{Instrument, Worksheet, WorksheetTemplate};
use shiyan_migrations::GUARDS;
use shiyan_nonconformity::Case;
use shiyan_rapid_test::Point;
use shiyan_sampling_plan::Plan;

use crate::entity::{blob, journal};
use crate::journal::{GENESIS, hash_of, sha256_hex};
use crate::record::{Record, Row, from_row};
use crate::records::*;
use crate::{Engine, Error, Head, Store};

/// Verb of the entry that notes the removal of the demonstration.
pub const DEMO_REMOVED: &str = "demo.removed";
/// Rows read at a time.
const BATCH: u64 = 2_000;

/// What the check found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Whether everything agrees.
    pub ok: bool,
    /// Entries read.
    pub entries: i64,
    /// Rows read.
    pub rows: u64,
    /// Head of the journal.
    pub head: Head,
    /// The first thing that disagrees: Chinese.
    pub problem_zh: Option<String>,
    /// The first thing that disagrees: English.
    pub problem_en: Option<String>,
}

#[derive(Debug)]
struct Last {
    revision: i64,
    content_hash: String,
    demo: bool,
}

struct Check<'a> {
    store: &'a Store,
    last: HashMap<String, Last>,
    /// Files that rows name, with the first row that names them.
    files: HashMap<String, String>,
    rows: u64,
}

/// The first disagreement: Chinese, English.
pub type Bad = (String, String);

impl Store {
    /// Checks the whole database against its journal; a checkpoint kept elsewhere also finds truncation and an old copy.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn verify(&self, checkpoint: Option<&Head>) -> Result<Finding, Error> {
        let mut check = Check { store: self, last: HashMap::new(), files: HashMap::new(), rows: 0 };
        let mut head = Head { seq: 0, hash: GENESIS.to_owned() };
        let mut bad = check.chain(&mut head, checkpoint).await?;
        if bad.is_none() {
            bad = check.tables().await?;
        }
        let (problem_zh, problem_en) = bad.map_or((None, None), |(zh, en)| (Some(zh), Some(en)));
        Ok(Finding { ok: problem_zh.is_none(), entries: head.seq, rows: check.rows, head, problem_zh, problem_en })
    }
    /// 只增保护 the triggers that keep the journal append-only: the first that is gone, off, or no longer does what it was made for.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn guards(&self) -> Result<Option<Bad>, Error> {
        let db = &self.read;
        let sql = match self.engine() {
            Engine::Sqlite => "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = $1 AND tbl_name = $2",
            Engine::Postgres => {
                "SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgname = $1 AND t.tgrelid = to_regclass($2) AND t.tgenabled IN ('O', 'A')"
            }
        };
        for guard in GUARDS {
            let wanted = if self.engine() == Engine::Sqlite { guard.sqlite() } else { guard.body() };
            let asked = Statement::from_sql_and_values(db.get_database_backend(), sql, [guard.name().into(), guard.table.into()]);
            let stands = match db.query_one_raw(asked).await? {
                Some(row) => row.try_get_by_index::<String>(0)? == wanted,
                None => false,
            };
            if !stands {
                let name = guard.name();
                return Ok(Some((
                    format!("日志的只增保护（触发器 {name}）不见了、被停用或被改动：日志可以被改写"),
                    format!("the trigger {name} that keeps the journal append-only is gone, off or changed: the journal could be rewritten"),
                )));
            }
        }
        Ok(None)
    }
}

impl Check<'_> {
    async fn chain(&mut self, head: &mut Head, checkpoint: Option<&Head>) -> Result<Option<Bad>, Error> {
        let mut held = checkpoint.is_none_or(|c| c.seq == 0);
        loop {
            let page =
                journal::Entity::find().filter(journal::Column::Seq.gt(head.seq)).order_by_asc(journal::Column::Seq).limit(BATCH).all(&self.store.read).await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                let expected = head.seq + 1;
                if entry.seq != expected {
                    return Ok(Some((
                        format!("日志第 {expected} 条缺失（下一条是第 {} 条）", entry.seq),
                        format!("journal entry {expected} is missing (the next is {})", entry.seq),
                    )));
                }
                if entry.prev_hash != head.hash || entry.hash != hash_of(&entry) {
                    return Ok(Some((
                        format!("日志第 {} 条与内容不符（{} {}）", entry.seq, entry.verb, entry.subject),
                        format!("journal entry {} does not match its content ({} {})", entry.seq, entry.verb, entry.subject),
                    )));
                }
                if checkpoint.is_some_and(|c| c.seq == entry.seq) {
                    if checkpoint.is_some_and(|c| c.hash != entry.hash) {
                        return Ok(Some((
                            format!("日志第 {} 条与检查点不同：这是另一份历史", entry.seq),
                            format!("journal entry {} differs from the checkpoint: this is another history", entry.seq),
                        )));
                    }
                    held = true;
                }
                if entry.verb == DEMO_REMOVED {
                    self.last.retain(|_, last| !last.demo);
                } else if !entry.content_hash.is_empty() {
                    let last = Last { revision: entry.revision, content_hash: entry.content_hash, demo: entry.demo };
                    self.last.insert(entry.subject, last);
                }
                *head = Head { seq: entry.seq, hash: entry.hash };
            }
        }
        if !held {
            let wanted = checkpoint.map_or(0, |c| c.seq);
            return Ok(Some((
                format!("日志只到第 {} 条，检查点是第 {wanted} 条：日志被截断，或换回了旧数据库", head.seq),
                format!("the journal ends at {}, the checkpoint stands at {wanted}: truncated, or an old database was put back", head.seq),
            )));
        }
        Ok(None)
    }
    async fn tables(&mut self) -> Result<Option<Bad>, Error> {
        macro_rules! each {
            ($($ty:ty),+) => { $( if let Some(bad) = self.table::<$ty>().await? { return Ok(Some(bad)); } )+ };
        }
        each!(
            UserAccount,
            Laboratory,
            Setting,
            CalendarYear,
            StreetRecord,
            PopulationRecord,
            LimitRecord,
            ItemPackage,
            Plan,
            SampleRecord,
            TestOrder,
            TestItem,
            Worksheet,
            WorksheetTemplate,
            Instrument,
            TestReport,
            Case,
            ClockRecord,
            Point,
            ReadingRecord,
            FollowUpRecord,
            PublishedResult,
            ImportRun
        );
        if let Some(subject) = self.last.keys().min() {
            return Ok(Some((format!("{subject} 在日志中有记录，但数据行不见了"), format!("{subject} stands in the journal but its row is gone"))));
        }
        self.blobs().await
    }
    async fn table<T: Record>(&mut self) -> Result<Option<Bad>, Error> {
        let (id, _) = T::columns();
        let mut after = String::new();
        loop {
            let page = T::Entity::find().filter(id.gt(after.clone())).order_by_asc(id).limit(BATCH).all(&self.store.read).await?;
            if page.is_empty() {
                return Ok(None);
            }
            for row in &page {
                self.rows += 1;
                match self.row::<T>(row) {
                    Ok(key) => after = key,
                    Err(bad) => return Ok(Some(bad)),
                }
            }
        }
    }
    fn row<T: Record>(&mut self, row: &Row<T>) -> Result<String, Bad> {
        let named = |what_zh: &str, what_en: &str, which: &str| (format!("{which} {what_zh}"), format!("{which} {what_en}"));
        let Ok(record) = from_row::<T>(row) else {
            return Err(named("的内容读不懂", "cannot be read", T::SUBJECT));
        };
        let subject = record.subject();
        let hash = sha256_hex(T::detail(row).as_bytes());
        if hash != T::stored_hash(row) {
            return Err(named("的内容与其哈希不符", "does not match its own hash", &subject));
        }
        if record.row(T::detail(row).to_owned(), hash.clone()) != *row {
            return Err(named("的检索列与内容不符", "has columns that differ from its content", &subject));
        }
        match self.last.remove(&subject) {
            None => Err(named("没有日志记录：不是程序写入的", "has no journal entry: the program did not write it", &subject)),
            Some(last) if last.content_hash != hash || last.revision != record.revision() => {
                Err(named("与日志记录的最后内容不符", "differs from what the journal last recorded", &subject))
            }
            Some(_) => {
                for sha256 in record.files() {
                    self.files.entry(sha256.to_owned()).or_insert_with(|| subject.clone());
                }
                Ok(record.key())
            }
        }
    }
    async fn blobs(&mut self) -> Result<Option<Bad>, Error> {
        let mut after = String::new();
        loop {
            let page =
                blob::Entity::find().filter(blob::Column::Sha256.gt(after.clone())).order_by_asc(blob::Column::Sha256).limit(50).all(&self.store.read).await?;
            if page.is_empty() {
                let gone = self.files.iter().min();
                return Ok(gone.map(|(sha256, subject)| (format!("{subject} 的文件 {sha256} 不见了"), format!("file {sha256} of {subject} is gone"))));
            }
            for row in page {
                self.rows += 1;
                self.files.remove(&row.sha256);
                if sha256_hex(&row.bytes) != row.sha256 {
                    return Ok(Some((format!("文件 {} 的字节被改动", row.sha256), format!("the bytes of file {} were changed", row.sha256))));
                }
                after = row.sha256;
            }
        }
    }
}
