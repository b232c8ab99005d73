//! 日志链 the journal, block by block on all connections: each block is looked at from the entry before it, so that together they are
//! one chain, and what they say is put together in the order of the entries.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait,
};
use sha2::{Digest, Sha256};

use super::lanes::{aside, first_of, last};
use super::{Bad, CHECKPOINT_KEY, CLOCK_ACCEPTED, DEMO_REMOVED, Step, Told};
use crate::Head;
use crate::bound::bound_in;
use crate::entity::journal;
use crate::journal::{GENESIS, hash_of};

/// Entries read at a time.
const BLOCK: i64 = 1_000;
/// How far the time of an entry may stand before that of the entry before it: whoever asked first may have had to wait for the turn to write.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(60);
/// Before the key of a count of failures, in what the journal says of rows.
pub(super) const GUARD: &str = "guard:";

/// The beginning of a SHA-256: what stands for a text where millions of them are held.
pub(super) type Short = [u8; 16];

pub(super) fn short(text: &str) -> Short {
    cut(&Sha256::digest(text.as_bytes()))
}

/// The beginning of a hash that is written as hex; of anything else, of its own hash.
pub(super) fn short_hash(hex: &str) -> Short {
    let mut bytes = [0; 32];
    match hex::decode_to_slice(hex, &mut bytes) {
        Ok(()) => cut(&bytes),
        Err(_) => short(hex),
    }
}

fn cut(bytes: &[u8]) -> Short {
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

/// What the journal last said of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Last {
    pub(super) content: Short,
    revision: [u8; 8],
    demo: bool,
}

impl Last {
    pub(super) fn revision(&self) -> i64 {
        i64::from_be_bytes(self.revision)
    }
}

/// 最后内容 of every subject, a few dozen bytes each, in parts that several threads take from.
#[derive(Debug)]
pub(super) struct Lasts(Vec<Mutex<HashMap<Short, Last>>>);

impl Default for Lasts {
    fn default() -> Self {
        Lasts((0..=u8::MAX).map(|_| Mutex::default()).collect())
    }
}

impl Lasts {
    fn part(&self, key: &Short) -> MutexGuard<'_, HashMap<Short, Last>> {
        // There are as many parts as the first byte has values.
        self.0[usize::from(key[0])].lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn put(&self, key: Short, last: Last) {
        self.part(&key).insert(key, last);
    }
    pub(super) fn take(&self, key: &Short) -> Option<Last> {
        self.part(key).remove(key)
    }
    fn holds(&self, key: &Short) -> bool {
        self.part(key).contains_key(key)
    }
    fn without_demo(&self) {
        for part in &self.0 {
            part.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, last| !last.demo);
        }
    }
    fn is_empty(&self) -> bool {
        self.0.iter().all(|part| part.lock().unwrap_or_else(PoisonError::into_inner).is_empty())
    }
}

/// What one entry says, in so far as it is needed later.
enum Said {
    Last(Short, Last),
    /// A subject by name: asked for only where few of them are looked at.
    Named(String),
    Bound(String, Option<String>, i64),
    DemoRemoved,
    CheckpointKey(String),
    Remark(Bad),
    Clock(Bad),
}

/// What is asked of a block.
#[derive(Clone)]
struct Asked {
    first: i64,
    until: i64,
    checkpoint: Option<Head>,
    /// Where the check begins after a checkpoint.
    since: Option<Head>,
}

#[derive(Default)]
struct Block {
    said: Vec<Said>,
    end: Option<Head>,
    held: bool,
    bad: Option<Bad>,
}

/// What the journal came to.
#[derive(Debug)]
pub(super) struct Journal {
    pub(super) head: Head,
    /// The first entry whose time is before that of its predecessor.
    pub(super) clock: Option<Bad>,
    /// 时钟更正 clocks that ran ahead and were owned up to.
    pub(super) remarks: Vec<Bad>,
    /// Public keys of checkpoints.
    pub(super) keys: Vec<String>,
    pub(super) lasts: Arc<Lasts>,
    /// Subjects that changed after the checkpoint that the check begins with.
    pub(super) changed: BTreeSet<String>,
    /// What the journal last said of logins and tokens: the hash, `None` when gone; the entry.
    pub(super) bound: HashMap<Short, (Option<Short>, i64)>,
    /// What it last said of counts of failures.
    pub(super) counts: BTreeMap<String, (String, i64)>,
    held: bool,
}

impl Default for Journal {
    fn default() -> Self {
        Journal {
            head: Head { seq: 0, hash: GENESIS.to_owned() },
            clock: None,
            remarks: Vec::new(),
            keys: Vec::new(),
            lasts: Arc::default(),
            changed: BTreeSet::new(),
            bound: HashMap::new(),
            counts: BTreeMap::new(),
            held: false,
        }
    }
}

impl Journal {
    fn hear(&mut self, said: Said) {
        match said {
            Said::Last(key, last) => self.lasts.put(key, last),
            Said::Named(subject) => drop(self.changed.insert(subject)),
            Said::Bound(name, said, seq) if name.starts_with(GUARD) => drop(match said {
                Some(said) => self.counts.insert(name, (said, seq)),
                None => self.counts.remove(&name),
            }),
            Said::Bound(name, said, seq) => drop(self.bound.insert(short(&name), (said.map(|hash| short_hash(&hash)), seq))),
            Said::DemoRemoved => self.lasts.without_demo(),
            Said::CheckpointKey(key) => self.keys.push(key),
            Said::Remark(bad) => self.remarks.push(bad),
            Said::Clock(bad) => drop(self.clock.get_or_insert(bad)),
        }
    }
    /// Takes in a block in its turn; answers what does not hold in it.
    fn take(&mut self, block: Block) -> Option<Bad> {
        block.said.into_iter().for_each(|said| self.hear(said));
        self.held |= block.held;
        if let Some(end) = block.end {
            self.head = end;
        }
        block.bad
    }
    /// Reads the journal, all of it or what follows a checkpoint.
    pub(super) async fn read(&mut self, lanes: &[DatabaseTransaction], checkpoint: Option<&Head>, since: Option<&Head>) -> Step {
        let Some(first_lane) = lanes.first() else { return Ok(()) };
        let end = last(first_lane).await.map_err(|e| Told::Db("journal".to_owned(), e))?.seq;
        let since = since.filter(|s| s.seq > 0);
        let from = since.map_or(0, |s| s.seq);
        self.held = checkpoint.is_none_or(|c| c.seq == 0);
        if from > end {
            return Err(cut_short(end, from).into());
        }
        if let Some(since) = since {
            self.head = since.clone();
        }
        let (next, over) = (AtomicI64::new(0), AtomicBool::new(false));
        let merged = Mutex::new((self, BTreeMap::<i64, Block>::new(), 0_i64));
        let lane = |tx| {
            let (next, over, merged) = (&next, &over, &merged);
            async move {
                loop {
                    let no = next.fetch_add(1, Ordering::SeqCst);
                    let first = from + no * BLOCK + 1;
                    if over.load(Ordering::SeqCst) || (first > end && no > 0) {
                        return Ok(());
                    }
                    let place = usize::try_from(no).unwrap_or(usize::MAX);
                    let asked = Asked {
                        first,
                        until: (first + BLOCK - 1).min(end),
                        checkpoint: checkpoint.filter(|c| (first..first + BLOCK).contains(&c.seq)).cloned(),
                        since: since.filter(|_| no == 0).cloned(),
                    };
                    let names = since.is_some();
                    let block = match block_rows(tx, first).await {
                        Ok(rows) => aside(move || read_block(&rows, &asked, names)).await,
                        Err(error) => Err(error),
                    };
                    let block = block.map_err(|e| {
                        over.store(true, Ordering::SeqCst);
                        (place, Told::Db(if first > 1 { format!("journal > {}", first - 1) } else { "journal".to_owned() }, e))
                    })?;
                    let mut merged = merged.lock().unwrap_or_else(PoisonError::into_inner);
                    let (journal, waiting, due) = &mut *merged;
                    waiting.insert(no, block);
                    while let Some(block) = waiting.remove(due) {
                        *due += 1;
                        if let Some(bad) = journal.take(block) {
                            // Those after it are not put together any more.
                            over.store(true, Ordering::SeqCst);
                            let here = usize::try_from(*due).unwrap_or(usize::MAX);
                            *due = -1;
                            return Err((here, Told::Bad(bad)));
                        }
                    }
                }
            }
        };
        first_of(join_all(lanes.iter().map(lane)).await)?;
        let (journal, ..) = merged.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !journal.held {
            return Err(cut_short(journal.head.seq, checkpoint.map_or(0, |c| c.seq)).into());
        }
        Ok(())
    }
    /// A subject that stands in the journal and whose row was not met.
    pub(super) async fn gone(&self, db: &impl ConnectionTrait) -> Step {
        if self.lasts.is_empty() {
            return Ok(());
        }
        // Only now are names needed: the journal is read once more.
        let (mut after, mut first) = (0, None::<String>);
        loop {
            let find = journal::Entity::find().select_only().column(journal::Column::Seq).column(journal::Column::Subject);
            let find = find.filter(journal::Column::Seq.gt(after)).order_by_asc(journal::Column::Seq).limit(5_000);
            let page: Vec<(i64, String)> = find.into_tuple().all(db).await.map_err(|e| Told::Db("journal".to_owned(), e))?;
            let Some((seq, _)) = page.last() else { break };
            after = *seq;
            for (_, subject) in page {
                if first.as_ref().is_none_or(|f| subject < *f) && self.lasts.holds(&short(&subject)) {
                    first = Some(subject);
                }
            }
        }
        match first {
            Some(subject) => Err((format!("{subject} 在日志中有记录，但数据行不见了"), format!("{subject} stands in the journal but its row is gone")).into()),
            None => Ok(()),
        }
    }
}

/// The entries of a block and the one before it; before the first there is none, and whatever stands there is seen.
async fn block_rows(tx: &DatabaseTransaction, first: i64) -> Result<Vec<QueryResult>, DbErr> {
    let mut find = journal::Entity::find().order_by_asc(journal::Column::Seq).limit(BLOCK.unsigned_abs() + 1);
    if first > 1 {
        find = find.filter(journal::Column::Seq.gte(first - 1));
    }
    tx.query_all_raw(find.build(tx.get_database_backend())).await
}

fn cut_short(ends: i64, wanted: i64) -> Bad {
    (
        format!("日志只到第 {ends} 条，检查点是第 {wanted} 条：日志被截断，或换回了旧数据库"),
        format!("the journal ends at {ends}, the checkpoint stands at {wanted}: truncated, or an old database was put back"),
    )
}

fn another(seq: i64) -> Bad {
    (format!("日志第 {seq} 条与检查点不同：这是另一份历史"), format!("journal entry {seq} differs from the checkpoint: this is another history"))
}

fn changed(entry: &journal::Model) -> Bad {
    let (seq, verb, subject) = (entry.seq, &entry.verb, &entry.subject);
    (format!("日志第 {seq} 条与内容不符（{verb} {subject}）"), format!("journal entry {seq} does not match its content ({verb} {subject})"))
}

fn missing(expected: i64, next: i64) -> Bad {
    (format!("日志第 {expected} 条缺失（下一条是第 {next} 条）"), format!("journal entry {expected} is missing (the next is {next})"))
}

/// Looks at one block. What was said before something that disagrees counts.
fn read_block(rows: &[QueryResult], asked: &Asked, names: bool) -> Result<Block, DbErr> {
    let mut block = Block::default();
    let mut expected = asked.first;
    // The entry before: its hash and its time.
    let mut before = if asked.first == 1 { Some((GENESIS.to_owned(), String::new())) } else { None };
    for row in rows {
        let entry = journal::Model::from_query_result(row, "")?;
        if expected > asked.until && entry.seq > asked.until {
            break;
        }
        if asked.first > 1 && entry.seq == asked.first - 1 {
            // Looked at with its own block; the checkpoint itself with nobody's.
            if let Some(since) = &asked.since {
                let differs = if entry.hash != since.hash { Some(another(entry.seq)) } else { Some(changed(&entry)).filter(|_| entry.hash != hash_of(&entry)) };
                if differs.is_some() {
                    block.bad = differs;
                    return Ok(block);
                }
            }
            before = Some((entry.hash, entry.at));
            continue;
        }
        if asked.since.is_some() && before.is_none() {
            block.bad = Some(missing(asked.first - 1, entry.seq));
            return Ok(block);
        }
        if entry.seq < 1 {
            let (seq, verb, subject) = (entry.seq, &entry.verb, &entry.subject);
            block.bad = Some((
                format!("日志中有编号为 {seq} 的条目（{verb} {subject}），不在链上：不是程序写入的"),
                format!("journal entry {seq} ({verb} {subject}) stands outside the chain: the program did not write it"),
            ));
            return Ok(block);
        }
        if entry.seq != expected {
            block.bad = Some(missing(expected, entry.seq));
            return Ok(block);
        }
        let (before_hash, before_at) = before.as_ref().map_or((None, ""), |(hash, at)| (Some(hash), at.as_str()));
        if before_hash.is_some_and(|hash| *hash != entry.prev_hash) || entry.hash != hash_of(&entry) {
            block.bad = Some(changed(&entry));
            return Ok(block);
        }
        if let Some(checkpoint) = asked.checkpoint.as_ref().filter(|c| c.seq == entry.seq) {
            if checkpoint.hash != entry.hash {
                block.bad = Some(another(entry.seq));
                return Ok(block);
            }
            block.held = true;
        }
        say(&mut block.said, &entry, before_at, names);
        block.end = Some(Head { seq: entry.seq, hash: entry.hash.clone() });
        expected += 1;
        before = Some((entry.hash, entry.at));
    }
    if asked.since.is_some() && before.is_none() {
        block.bad = Some(missing(asked.first - 1, asked.first));
    } else if expected <= asked.until {
        block.bad = Some(missing(expected, asked.until));
    }
    Ok(block)
}

fn say(said: &mut Vec<Said>, entry: &journal::Model, before: &str, names: bool) {
    let owned_up = if entry.verb == CLOCK_ACCEPTED { accepted(entry, before) } else { None };
    if let Some(remark) = owned_up {
        said.push(Said::Remark(remark));
    } else if went_back(before, &entry.at) {
        said.push(Said::Clock((
            format!("日志第 {} 条的时间 {} 早于上一条的 {before}：服务器时钟被调回", entry.seq, entry.at),
            format!("journal entry {} is stamped {}, before its predecessor at {before}: the clock was set back", entry.seq, entry.at),
        )));
    }
    for (name, hash) in bound_in(&entry.facts) {
        said.push(Said::Bound(name, hash.as_str().map(str::to_owned), entry.seq));
    }
    if entry.verb == DEMO_REMOVED {
        said.push(Said::DemoRemoved);
    } else if entry.verb == CHECKPOINT_KEY {
        let facts: serde_json::Value = serde_json::from_str(&entry.facts).unwrap_or_default();
        said.extend(facts["public_key"].as_str().map(|key| Said::CheckpointKey(key.to_owned())));
    } else if !entry.content_hash.is_empty() {
        let last = Last { content: short_hash(&entry.content_hash), revision: entry.revision.to_be_bytes(), demo: entry.demo };
        said.push(Said::Last(short(&entry.subject), last));
        if names {
            said.push(Said::Named(entry.subject.clone()));
        }
    }
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
    use super::*;
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
    #[test]
    fn what_stands_for_a_hash_is_its_beginning_and_for_no_hash_its_own() {
        let hash = crate::sha256_hex(b"x");
        assert_eq!(hex::encode(short_hash(&hash)), hash[..32]);
        assert_eq!(short_hash("no hash"), short("no hash"));
        assert_ne!(short_hash(&hash.to_uppercase()[1..]), short_hash(&hash));
    }
}
