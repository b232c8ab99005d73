//! The rows that the journal vouches for, and the files they name: ranges of keys on all connections at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    QueryTrait,
};
use shiyan_dispatch::IssuedPaper;
use shiyan_lab_results::bench::{Instrument, ProfileVersion, Worksheet, WorksheetTemplate};
use shiyan_lab_results::order::{TestItem, TestOrder};
use shiyan_lab_results::report::TestReport;
use shiyan_nonconformity::Case;
use shiyan_rapid_test::Point;
use shiyan_sample_intake::parties::{Market, Operator, Producer, Stall};
use shiyan_sampling_plan::Plan;

use super::chain::{GUARD, Journal, Lasts, short, short_hash};
use super::lanes::{Ranges, aside, at, first_of};
use super::{Bad, Step, Told};
use crate::bound::{Bound, name_of, vouched, vouched_count};
use crate::entity::{act_key, blob, journal, login_guard, login_session, setup_token};
use crate::file::media_type;
use crate::journal::sha256_hex;
use crate::record::{Record, Row, from_row};
use crate::records::*;

/// Rows read at a time, and files: these may be large.
const BATCH: u64 = 500;
const FILES: u64 = 8;

/// Looks at what stands in the tables against what the journal said.
pub(super) struct Check<'a> {
    lanes: &'a [DatabaseTransaction],
    journal: &'a Journal,
    /// The check begins after this entry, and what it does not tell of is not looked at.
    since: Option<i64>,
    rows: Arc<AtomicU64>,
    /// 不见的文件 the first file that a row names and that is not there, with the row.
    missing: Mutex<Option<(String, String)>>,
}

/// A file that a row names: its hash, the row.
type Named = (String, String);

impl<'a> Check<'a> {
    pub(super) fn new(lanes: &'a [DatabaseTransaction], journal: &'a Journal, since: Option<i64>) -> Self {
        Check { lanes, journal, since, rows: Arc::default(), missing: Mutex::default() }
    }
    pub(super) fn rows(&self) -> u64 {
        self.rows.load(Ordering::SeqCst)
    }
    fn first(&self) -> Result<&DatabaseTransaction, Told> {
        self.lanes.first().ok_or_else(|| Told::from(DbErr::Custom("no connection".to_owned())))
    }
    pub(super) async fn tables(&self) -> Step {
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
            IssuedPaper,
            Case,
            ClockRecord,
            Point,
            Operator,
            Producer,
            Market,
            Stall,
            ReadingRecord,
            FollowUpRecord,
            PublishedResult,
            ImportRun
        );
        self.journal.gone(self.first()?).await
    }
    async fn table<T: Record + 'static>(&self) -> Step {
        if self.since.is_some() {
            return self.changed::<T>().await;
        }
        let ranges = Ranges::default();
        let (id, _) = T::columns();
        let lane = |tx| {
            let ranges = &ranges;
            async move {
                loop {
                    let failed = |no, place: Option<&String>, e| {
                        ranges.end();
                        (no, Told::Db(place.map_or_else(|| T::SUBJECT.to_owned(), |after| format!("{} > {after}", T::SUBJECT)), e))
                    };
                    let Some(range) = ranges.next::<T::Entity>(tx, id, BATCH).await.map_err(|e| failed(usize::MAX, None, e))? else { return Ok(()) };
                    let find = range.of::<T::Entity>(id);
                    match self.some::<T>(tx, find).await {
                        Ok(()) => {}
                        Err(Told::Bad(bad)) => {
                            ranges.end();
                            return Err(at(range.no, bad));
                        }
                        Err(Told::Db(_, e)) => return Err(failed(range.no, range.after.as_ref(), e)),
                    }
                }
            }
        };
        first_of(join_all(self.lanes.iter().map(lane)).await)
    }
    /// The rows of one kind that the journal told of after the checkpoint.
    async fn changed<T: Record + 'static>(&self) -> Step {
        let (id, _) = T::columns();
        let keys = self.journal.changed.iter().filter_map(|subject| subject.strip_prefix(T::SUBJECT)?.strip_prefix(':'));
        let keys: Vec<String> = keys.map(str::to_owned).collect();
        for (no, keys) in keys.chunks(usize::try_from(BATCH).unwrap_or(500)).enumerate() {
            let tx = &self.lanes[no % self.lanes.len().max(1)];
            self.some::<T>(tx, T::Entity::find().filter(id.is_in(keys)).order_by_asc(id)).await?;
        }
        Ok(())
    }
    /// Reads some rows of one kind and looks at each.
    async fn some<T: Record + 'static>(&self, tx: &DatabaseTransaction, find: sea_orm::Select<T::Entity>) -> Step {
        let place = |e| Told::Db(T::SUBJECT.to_owned(), e);
        let rows = tx.query_all_raw(find.build(tx.get_database_backend())).await.map_err(place)?;
        let (lasts, count) = (self.journal.lasts.clone(), self.rows.clone());
        let named = aside(move || look::<T>(&rows, &lasts, &count)).await?;
        if !named.is_empty() {
            self.files(tx, named).await?;
        }
        Ok(())
    }
    /// Whether the files that rows name are there; where only what changed is looked at, their bytes too.
    async fn files(&self, tx: &DatabaseTransaction, named: Vec<Named>) -> Step {
        let place = |e| Told::Db("blob".to_owned(), e);
        for named in named.chunks(200) {
            let find = blob::Entity::find().select_only().column(blob::Column::Sha256).filter(blob::Column::Sha256.is_in(named.iter().map(|(sha, _)| sha)));
            let there: Vec<String> = find.into_tuple().all(tx).await.map_err(place)?;
            for (sha256, subject) in named {
                if !there.contains(sha256) {
                    let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                    let this = (sha256.clone(), subject.clone());
                    if missing.as_ref().is_none_or(|first| this < *first) {
                        *missing = Some(this);
                    }
                } else if self.since.is_some() {
                    self.file(tx, sha256).await?;
                }
            }
        }
        Ok(())
    }
    /// Logins, counts of failures and one-time tokens: each stands as an entry last said.
    pub(super) async fn bound_rows(&self) -> Step {
        let db = self.first()?;
        let at = |place: &'static str| move |e| Told::Db(place.to_owned(), e);
        for row in login_session::Entity::find().all(db).await.map_err(at("login_session"))? {
            let named = format!("login session {} of user {}", cut(&row.token_hash), row.user_id);
            self.bound_row(db, &row, row.entry, &named).await?;
            if row.seen_at < row.created_at || row.seen_at > row.expires_at {
                let at = cut(&row.token_hash);
                return Err((format!("登录会话 {at} 的最近使用时间被改动"), format!("login session {at} was last seen at no time that is possible")).into());
            }
        }
        self.counts(db).await?;
        for row in setup_token::Entity::find().all(db).await.map_err(at("setup_token"))? {
            self.bound_row(db, &row, row.entry, &format!("setup token {}", cut(&row.token_hash))).await?;
        }
        self.keys(db).await
    }
    async fn counts(&self, db: &DatabaseTransaction) -> Step {
        let mut counts = self.journal.counts.clone();
        for row in login_guard::Entity::find().all(db).await.map_err(|e| Told::Db("login_guard".to_owned(), e))? {
            self.rows.fetch_add(1, Ordering::SeqCst);
            let (named, name) = (format!("login guard {}", row.key()), name_of::<login_guard::Model>(row.key()));
            counts.remove(&name);
            match self.journal.counts.get(&name) {
                said if vouched_count(&row, said.map(|(said, _)| said.as_str())) => {}
                // An entry before the checkpoint may tell of it.
                None if self.since.is_some() => {}
                Some((_, seq)) => {
                    return Err((format!("{named} 与日志第 {seq} 条的记录不符"), format!("{named} differs from what journal entry {seq} recorded")).into());
                }
                None => {
                    return Err((format!("{named} 没有日志记录：不是程序写入的"), format!("{named} has no journal entry: the program did not write it")).into());
                }
            }
        }
        // A count that is gone lets somebody guess on.
        if let Some((name, (_, seq))) = counts.pop_first() {
            let id = name.strip_prefix(GUARD).unwrap_or(&name);
            return Err((
                format!("login guard {id} 的失败次数不见了，日志第 {seq} 条记有它"),
                format!("login guard {id} is gone, and journal entry {seq} tells of its count"),
            )
                .into());
        }
        Ok(())
    }
    /// The key of a request is kept with the act, under its first subject and at its time.
    async fn keys(&self, db: &DatabaseTransaction) -> Step {
        let place = |e| Told::Db("act_key".to_owned(), e);
        let mut since = None;
        if let Some(seq) = self.since {
            let entry = journal::Entity::find_by_id(seq).select_only().column(journal::Column::At);
            since = entry.into_tuple::<String>().one(db).await.map_err(place)?;
        }
        let mut after: Option<(String, String)> = None;
        loop {
            let mut find = act_key::Entity::find().order_by_asc(act_key::Column::Owner).order_by_asc(act_key::Column::Key).limit(BATCH);
            if let Some((owner, key)) = after {
                let same = act_key::Column::Owner.eq(&owner).and(act_key::Column::Key.gt(key));
                find = find.filter(act_key::Column::Owner.gt(&owner).or(same));
            }
            if let Some(since) = &since {
                find = find.filter(act_key::Column::At.gt(since));
            }
            let page = find.all(db).await.map_err(place)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some((last.owner.clone(), last.key.clone()));
            for row in page {
                self.rows.fetch_add(1, Ordering::SeqCst);
                let act = journal::Entity::find().filter(journal::Column::Subject.eq(&row.subject)).filter(journal::Column::At.eq(&row.at)).limit(1);
                if act.one(db).await.map_err(place)?.is_none() {
                    let of = row.subject;
                    return Err((
                        format!("重复提交的凭据指向 {of}，日志中没有这件事：不是程序写入的"),
                        format!("the key of a request names {of}, and the journal has no such act: the program did not write it"),
                    )
                        .into());
                }
            }
        }
    }
    async fn bound_row<M: Bound + Sync>(&self, db: &DatabaseTransaction, row: &M, entry: i64, named: &str) -> Step {
        self.rows.fetch_add(1, Ordering::SeqCst);
        let bad = match self.journal.bound.get(&short(&name_of::<M>(row.key()))) {
            // What an entry before the checkpoint said, and none after it took back.
            None if self.since.is_some_and(|s| entry <= s) && vouched(db, row, entry).await? => return Ok(()),
            None => (format!("{named} 没有日志记录：不是程序写入的"), format!("{named} has no journal entry: the program did not write it")),
            Some((None, seq)) => {
                (format!("{named} 在日志第 {seq} 条已经结束，又被放了回来"), format!("{named} ended with journal entry {seq} and was put back"))
            }
            Some((Some(said), seq)) if *said != short_hash(&row.said()) || entry != *seq => {
                (format!("{named} 与日志第 {seq} 条的记录不符"), format!("{named} differs from what journal entry {seq} recorded"))
            }
            Some(_) => return Ok(()),
        };
        Err(bad.into())
    }
    /// 文件 every file against its hash; then those that rows name and that are not there.
    pub(super) async fn blobs(&self) -> Step {
        if self.since.is_none() {
            let ranges = Ranges::default();
            let lane = |tx| {
                let ranges = &ranges;
                async move {
                    let failed = |no: usize, told: Told| {
                        ranges.end();
                        (no, told)
                    };
                    loop {
                        let place = |e| Told::Db("blob".to_owned(), e);
                        let next = ranges.next::<blob::Entity>(tx, blob::Column::Sha256, FILES).await;
                        let Some(range) = next.map_err(|e| failed(usize::MAX, place(e)))? else { return Ok(()) };
                        let find = range.of::<blob::Entity>(blob::Column::Sha256).select_only().column(blob::Column::Sha256).into_tuple::<String>();
                        for sha256 in find.all(tx).await.map_err(|e| failed(range.no, place(e)))? {
                            self.rows.fetch_add(1, Ordering::SeqCst);
                            self.file(tx, &sha256).await.map_err(|told| failed(range.no, told))?;
                        }
                    }
                }
            };
            first_of(join_all(self.lanes.iter().map(lane)).await)?;
        }
        match &*self.missing.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((sha256, subject)) => Err((format!("{subject} 的文件 {sha256} 不见了"), format!("file {sha256} of {subject} is gone")).into()),
            None => Ok(()),
        }
    }
    /// One file: alone in memory, whatever its size.
    async fn file(&self, tx: &DatabaseTransaction, sha256: &str) -> Step {
        let row = blob::Entity::find_by_id(sha256).one(tx).await.map_err(|e| Told::Db(format!("blob {sha256}"), e))?;
        let Some(row) = row else { return Ok(()) };
        let bad = aside(move || {
            let sha256 = row.sha256;
            if sha256_hex(&row.bytes) != sha256 {
                return Some((format!("文件 {sha256} 的字节被改动"), format!("the bytes of file {sha256} were changed")));
            }
            if i64::try_from(row.bytes.len()) != Ok(row.size) {
                return Some((format!("文件 {sha256} 登记的大小被改动"), format!("the size noted of file {sha256} was changed")));
            }
            let kind = (format!("文件 {sha256} 登记的类型被改动"), format!("the media type noted of file {sha256} was changed"));
            Some(kind).filter(|_| row.media_type != media_type(&row.bytes))
        });
        match bad.await {
            Some(bad) => Err(bad.into()),
            None => Ok(()),
        }
    }
}

/// Holds rows of one kind against their own hash, their columns and the journal; gives the files that they name.
fn look<T: Record>(rows: &[QueryResult], lasts: &Lasts, count: &AtomicU64) -> Result<Vec<Named>, Told> {
    let mut files = Vec::new();
    for row in rows {
        let row = Row::<T>::from_query_result(row, "").map_err(|e| Told::Db(T::SUBJECT.to_owned(), e))?;
        count.fetch_add(1, Ordering::Relaxed);
        let (record, subject) = sound::<T>(&row, lasts)?;
        files.extend(record.files().into_iter().map(|sha256| (sha256.to_owned(), subject.clone())));
    }
    Ok(files)
}

fn sound<T: Record>(row: &Row<T>, lasts: &Lasts) -> Result<(T, String), Bad> {
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
    match lasts.take(&short(&subject)) {
        None => Err(named("没有日志记录：不是程序写入的", "has no journal entry: the program did not write it", &subject)),
        Some(last) if last.content != short_hash(&hash) || last.revision() != record.revision() => {
            Err(named("与日志记录的最后内容不符", "differs from what the journal last recorded", &subject))
        }
        Some(_) => Ok((record, subject)),
    }
}

fn cut(hash: &str) -> String {
    hash.chars().take(12).collect()
}
