//! The chain, the rows it vouches for, and the files they name.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shiyan_lab_results::bench::{Instrument, ProfileVersion, Worksheet, WorksheetTemplate};
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_lab_results::report::TestReport;
use shiyan_nonconformity::Case;
use shiyan_rapid_test::Point;
use shiyan_sampling_plan::Plan;

use super::{Bad, CHECKPOINT_KEY, CLOCK_ACCEPTED, DEMO_REMOVED, Step};
use crate::Head;
use crate::bound::{Bound, bound_in, name_of, vouched_count};
use crate::entity::{act_key, blob, journal, login_guard, login_session, setup_token};
use crate::file::media_type;
use crate::journal::{GENESIS, hash_of, sha256_hex};
use crate::record::{Record, Row, from_row};
use crate::records::*;

/// Rows read at a time.
const BATCH: u64 = 2_000;
/// Before the key of a count of failures, in what the journal says of rows.
const GUARD: &str = "guard:";
/// How far the time of an entry may stand before that of the entry before it: whoever asked first may have had to wait for the turn to write.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(60);

#[derive(Debug)]
struct Last {
    revision: i64,
    content_hash: String,
    demo: bool,
}

pub(super) struct Check<'a, C> {
    db: &'a C,
    pub(super) head: Head,
    /// What is being read, for whoever hears that it cannot be.
    pub(super) place: String,
    /// The first entry whose time is before that of its predecessor.
    pub(super) clock: Option<Bad>,
    /// 时钟更正 clocks that ran ahead and were owned up to.
    pub(super) remarks: Vec<Bad>,
    /// Public keys of checkpoints.
    pub(super) keys: Vec<String>,
    pub(super) rows: u64,
    last: HashMap<String, Last>,
    /// What the journal last said of rows that are no nouns: the hash, `None` when gone; the entry.
    bound: HashMap<String, (Option<String>, i64)>,
    /// Files that rows name, with the first row that names them.
    files: HashMap<String, String>,
}

impl<'a, C: ConnectionTrait> Check<'a, C> {
    pub(super) fn new(db: &'a C) -> Self {
        Check {
            db,
            head: Head { seq: 0, hash: GENESIS.to_owned() },
            place: String::new(),
            clock: None,
            remarks: Vec::new(),
            keys: Vec::new(),
            rows: 0,
            last: HashMap::new(),
            bound: HashMap::new(),
            files: HashMap::new(),
        }
    }
    pub(super) async fn chain(&mut self, checkpoint: Option<&Head>) -> Step {
        let mut held = checkpoint.is_none_or(|c| c.seq == 0);
        let mut before = String::new();
        self.place = "journal".to_owned();
        loop {
            let mut find = journal::Entity::find().order_by_asc(journal::Column::Seq).limit(BATCH);
            if self.head.seq > 0 {
                find = find.filter(journal::Column::Seq.gt(self.head.seq));
            }
            let page = find.all(self.db).await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                let expected = self.head.seq + 1;
                if entry.seq < 1 {
                    return Err((
                        format!("日志中有编号为 {} 的条目（{} {}），不在链上：不是程序写入的", entry.seq, entry.verb, entry.subject),
                        format!("journal entry {} ({} {}) stands outside the chain: the program did not write it", entry.seq, entry.verb, entry.subject),
                    )
                        .into());
                }
                if entry.seq != expected {
                    return Err((
                        format!("日志第 {expected} 条缺失（下一条是第 {} 条）", entry.seq),
                        format!("journal entry {expected} is missing (the next is {})", entry.seq),
                    )
                        .into());
                }
                if entry.prev_hash != self.head.hash || entry.hash != hash_of(&entry) {
                    return Err((
                        format!("日志第 {} 条与内容不符（{} {}）", entry.seq, entry.verb, entry.subject),
                        format!("journal entry {} does not match its content ({} {})", entry.seq, entry.verb, entry.subject),
                    )
                        .into());
                }
                if checkpoint.is_some_and(|c| c.seq == entry.seq) {
                    if checkpoint.is_some_and(|c| c.hash != entry.hash) {
                        return Err((
                            format!("日志第 {} 条与检查点不同：这是另一份历史", entry.seq),
                            format!("journal entry {} differs from the checkpoint: this is another history", entry.seq),
                        )
                            .into());
                    }
                    held = true;
                }
                let owned_up = if entry.verb == CLOCK_ACCEPTED { accepted(&entry, &before) } else { None };
                if let Some(remark) = owned_up {
                    self.remarks.push(remark);
                } else if self.clock.is_none() && went_back(&before, &entry.at) {
                    self.clock = Some((
                        format!("日志第 {} 条的时间 {} 早于上一条的 {before}：服务器时钟被调回", entry.seq, entry.at),
                        format!("journal entry {} is stamped {}, before its predecessor at {before}: the clock was set back", entry.seq, entry.at),
                    ));
                }
                for (name, hash) in bound_in(&entry.facts) {
                    self.bound.insert(name, (hash.as_str().map(str::to_owned), entry.seq));
                }
                if entry.verb == DEMO_REMOVED {
                    self.last.retain(|_, last| !last.demo);
                } else if entry.verb == CHECKPOINT_KEY {
                    let facts: serde_json::Value = serde_json::from_str(&entry.facts).unwrap_or_default();
                    self.keys.extend(facts["public_key"].as_str().map(str::to_owned));
                } else if !entry.content_hash.is_empty() {
                    let last = Last { revision: entry.revision, content_hash: entry.content_hash, demo: entry.demo };
                    self.last.insert(entry.subject, last);
                }
                before = entry.at;
                self.head = Head { seq: entry.seq, hash: entry.hash };
            }
        }
        if !held {
            let (wanted, ends) = (checkpoint.map_or(0, |c| c.seq), self.head.seq);
            return Err((
                format!("日志只到第 {ends} 条，检查点是第 {wanted} 条：日志被截断，或换回了旧数据库"),
                format!("the journal ends at {ends}, the checkpoint stands at {wanted}: truncated, or an old database was put back"),
            )
                .into());
        }
        Ok(())
    }
    pub(super) async fn tables(&mut self) -> Step {
        macro_rules! each {
            ($($ty:ty),+) => { $( self.table::<$ty>().await?; )+ };
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
            ProfileVersion,
            TestReport,
            Case,
            ClockRecord,
            Point,
            ReadingRecord,
            FollowUpRecord,
            PublishedResult,
            ImportRun
        );
        match self.last.keys().min() {
            Some(subject) => Err((format!("{subject} 在日志中有记录，但数据行不见了"), format!("{subject} stands in the journal but its row is gone")).into()),
            None => Ok(()),
        }
    }
    async fn table<T: Record>(&mut self) -> Step {
        let (id, _) = T::columns();
        let mut after = String::new();
        self.place = T::SUBJECT.to_owned();
        loop {
            let page = T::Entity::find().filter(id.gt(after.clone())).order_by_asc(id).limit(BATCH).all(self.db).await?;
            if page.is_empty() {
                return Ok(());
            }
            for row in &page {
                self.rows += 1;
                after = self.row::<T>(row)?;
            }
            self.place = format!("{} > {after}", T::SUBJECT);
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
    /// Logins, counts of failures and one-time tokens: each stands as an entry last said.
    pub(super) async fn bound_rows(&mut self) -> Step {
        self.place = "login_session".to_owned();
        for row in login_session::Entity::find().all(self.db).await? {
            self.bound_row(&row, row.entry, &format!("login session {} of user {}", short(&row.token_hash), row.user_id))?;
            if row.seen_at < row.created_at || row.seen_at > row.expires_at {
                let at = short(&row.token_hash);
                return Err((format!("登录会话 {at} 的最近使用时间被改动"), format!("login session {at} was last seen at no time that is possible")).into());
            }
        }
        self.place = "login_guard".to_owned();
        let mut counts: std::collections::BTreeMap<String, i64> =
            self.bound.iter().filter(|(name, (said, _))| name.starts_with(GUARD) && said.is_some()).map(|(name, (_, seq))| (name.clone(), *seq)).collect();
        for row in login_guard::Entity::find().all(self.db).await? {
            self.rows += 1;
            let (named, name) = (format!("login guard {}", row.key()), name_of::<login_guard::Model>(row.key()));
            counts.remove(&name);
            match self.bound.get(&name) {
                said if vouched_count(&row, said.and_then(|(said, _)| said.as_deref())) => {}
                Some((Some(_), seq)) => {
                    return Err((format!("{named} 与日志第 {seq} 条的记录不符"), format!("{named} differs from what journal entry {seq} recorded")).into());
                }
                _ => {
                    return Err((format!("{named} 没有日志记录：不是程序写入的"), format!("{named} has no journal entry: the program did not write it")).into());
                }
            }
        }
        // A count that is gone lets somebody guess on.
        if let Some((name, seq)) = counts.pop_first() {
            let id = name.strip_prefix(GUARD).unwrap_or(&name);
            return Err((
                format!("login guard {id} 的失败次数不见了，日志第 {seq} 条记有它"),
                format!("login guard {id} is gone, and journal entry {seq} tells of its count"),
            )
                .into());
        }
        self.place = "setup_token".to_owned();
        for row in setup_token::Entity::find().all(self.db).await? {
            self.bound_row(&row, row.entry, &format!("setup token {}", short(&row.token_hash)))?;
        }
        // The key of a request is kept with the act, under its first subject and at its time.
        self.place = "act_key".to_owned();
        for row in act_key::Entity::find().all(self.db).await? {
            self.rows += 1;
            let act = journal::Entity::find().filter(journal::Column::Subject.eq(&row.subject)).filter(journal::Column::At.eq(&row.at)).limit(1);
            if act.one(self.db).await?.is_none() {
                let of = row.subject;
                return Err((
                    format!("重复提交的凭据指向 {of}，日志中没有这件事：不是程序写入的"),
                    format!("the key of a request names {of}, and the journal has no such act: the program did not write it"),
                )
                    .into());
            }
        }
        Ok(())
    }
    fn bound_row<M: Bound>(&mut self, row: &M, entry: i64, named: &str) -> Result<(), Bad> {
        self.rows += 1;
        match self.bound.get(&name_of::<M>(row.key())) {
            None => Err((format!("{named} 没有日志记录：不是程序写入的"), format!("{named} has no journal entry: the program did not write it"))),
            Some((None, seq)) => {
                Err((format!("{named} 在日志第 {seq} 条已经结束，又被放了回来"), format!("{named} ended with journal entry {seq} and was put back")))
            }
            Some((Some(said), seq)) if *said != row.said() || entry != *seq => {
                Err((format!("{named} 与日志第 {seq} 条的记录不符"), format!("{named} differs from what journal entry {seq} recorded")))
            }
            Some(_) => Ok(()),
        }
    }
    pub(super) async fn blobs(&mut self) -> Step {
        let mut after = String::new();
        self.place = "blob".to_owned();
        loop {
            let page = blob::Entity::find().filter(blob::Column::Sha256.gt(after.clone())).order_by_asc(blob::Column::Sha256).limit(50).all(self.db).await?;
            if page.is_empty() {
                return match self.files.iter().min() {
                    Some((sha256, subject)) => Err((format!("{subject} 的文件 {sha256} 不见了"), format!("file {sha256} of {subject} is gone")).into()),
                    None => Ok(()),
                };
            }
            for row in page {
                self.rows += 1;
                self.files.remove(&row.sha256);
                let sha256 = row.sha256;
                if sha256_hex(&row.bytes) != sha256 {
                    return Err((format!("文件 {sha256} 的字节被改动"), format!("the bytes of file {sha256} were changed")).into());
                }
                if i64::try_from(row.bytes.len()) != Ok(row.size) {
                    return Err((format!("文件 {sha256} 登记的大小被改动"), format!("the size noted of file {sha256} was changed")).into());
                }
                if row.media_type != media_type(&row.bytes) {
                    return Err((format!("文件 {sha256} 登记的类型被改动"), format!("the media type noted of file {sha256} was changed")).into());
                }
                after = sha256;
            }
            self.place = format!("blob > {after}");
        }
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// What an entry that owns up to a clock says; nothing unless it names the entry and the time that it steps back from.
fn accepted(entry: &journal::Model, before: &str) -> Option<Bad> {
    let facts: serde_json::Value = serde_json::from_str(&entry.facts).ok()?;
    let (seq, by, why) = (facts["last_seq"].as_i64()?, facts["by"].as_str()?, facts["why"].as_str()?);
    if seq != entry.seq - 1 || facts["last"].as_str()? != before {
        return None;
    }
    let first = facts["first_seq"].as_i64()?;
    Some((
        format!("日志第 {first} 条到第 {seq} 条的时间晚于 {}（最晚 {before}）：写入时服务器时钟走快，{by} 已认定：{why}", entry.at),
        format!("journal entries {first} to {seq} are stamped later than {} (the last {before}): the clock ran ahead, as {by} owned up: {why}", entry.at),
    ))
}

/// Whether a stamp stands before the one before it by more than waiting explains.
fn went_back(before: &str, at: &str) -> bool {
    if at >= before {
        return false;
    }
    match (DateTime::parse_from_rfc3339(before), DateTime::parse_from_rfc3339(at)) {
        (Ok(before), Ok(at)) => before - at > CLOCK_SLACK,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::went_back;
    #[test]
    fn waiting_for_the_turn_is_no_clock_set_back() {
        let noon = "2026-03-05T12:00:00.000+08:00";
        assert!(!went_back("", noon));
        assert!(!went_back(noon, noon));
        assert!(!went_back(noon, "2026-03-05T11:59:30.000+08:00"));
        assert!(went_back(noon, "2026-03-05T11:58:00.000+08:00"));
        assert!(went_back(noon, "2026-03-02T12:00:00.000+08:00"));
        assert!(went_back(noon, "?") == ("?" < noon));
    }
}
