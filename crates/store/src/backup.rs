//! 备份 a portable copy: every row of every table as JSON lines, with a header and a closing line that names the number of
//! rows and the hash of everything before it. The same file is restored into SQLite or PostgreSQL.

use std::io::{BufRead, Write};

use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use shiyan_foundation::{Instant, Refusal};

use crate::bound::counts_told;
use crate::entity as e;
use crate::unit::head_of;
use crate::{Error, Head, Snapshot, Store, code};

/// First line of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupHeader {
    /// `shiyan-backup`.
    pub format: String,
    /// 1.
    pub version: u32,
    /// When it was taken.
    pub taken_at: String,
    /// Head of the journal in it.
    pub head: Head,
}

#[derive(Deserialize)]
struct Closing {
    rows: u64,
    sha256: String,
}

/// Tables that a backup leaves out on purpose, and why. A table of the schema is in the backup or here; a test holds that.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("login_session", "whoever was signed in signs in again after a restore"),
    ("login_guard", "the counts that the journal tells of are made from it again"),
    ("setup_token", "good for half an hour"),
    ("upload_day", "counts of one day, which begin anew"),
    ("job", "work under way, which waits where it waited before"),
    ("job_line", "the things of a job"),
    ("kept_upload", "files between a dry run and its confirmation, good for hours"),
    ("seaql_migrations", "the schema is made by the program that restores"),
];

/// Tables in the order in which rows can be put back.
macro_rules! tables {
    ($each:ident) => {
        $each!(
            journal,
            user_account,
            street,
            population,
            laboratory,
            setting,
            calendar_year,
            limit_row,
            item_package,
            plan,
            blob,
            operator,
            producer,
            market,
            stall,
            sample,
            test_order,
            test_item,
            worksheet,
            worksheet_template,
            instrument,
            instrument_profile,
            test_report,
            paper,
            case_file,
            clock,
            rapid_point,
            rapid_reading,
            follow_up,
            import_run,
            published_result,
            act_key,
            changed
        )
    };
}

pub(crate) use tables;

struct Hashing<'a> {
    out: &'a mut (dyn Write + Send),
    hash: Sha256,
    rows: u64,
}

impl Hashing<'_> {
    fn line(&mut self, value: &serde_json::Value) -> Result<(), Error> {
        let mut line = value.to_string();
        line.push('\n');
        self.hash.update(line.as_bytes());
        self.out.write_all(line.as_bytes()).map_err(written)
    }
}

/// Names of the tables that a backup holds.
#[must_use]
pub fn tables_held() -> Vec<&'static str> {
    macro_rules! names {
        ($($table:ident),+ $(,)?) => { vec![$(stringify!($table)),+] };
    }
    tables!(names)
}

/// Rows read at a time: files are read few at a time, they may be large.
const ROWS: u64 = 500;
const FILES: u64 = 4;
/// Rows written at a time.
const ROWS_AT_ONCE: usize = 400;

impl Snapshot {
    /// Writes every row as of this moment.
    ///
    /// # Errors
    /// The database does not answer; the writer fails.
    pub async fn backup(&self, out: &mut (dyn Write + Send), now: Instant) -> Result<BackupHeader, Error> {
        let db = &self.store().read;
        let header = BackupHeader { format: "shiyan-backup".into(), version: 1, taken_at: now.to_rfc3339(), head: head_of(db).await? };
        let mut file = Hashing { out, hash: Sha256::new(), rows: 0 };
        file.line(&serde_json::to_value(&header)?)?;
        macro_rules! write_tables {
            ($($table:ident),+ $(,)?) => {$(
                let keys: Vec<_> = <<e::$table::Entity as EntityTrait>::PrimaryKey as sea_orm::Iterable>::iter().map(sea_orm::PrimaryKeyToColumn::into_column).collect();
                let at_once = if stringify!($table) == "blob" { FILES } else { ROWS };
                let mut after: Option<Vec<Value>> = None;
                loop {
                    let mut find = e::$table::Entity::find().limit(at_once);
                    for key in &keys {
                        find = find.order_by_asc(*key);
                    }
                    if let Some(after) = after {
                        // Beyond the last row in the order of its keys: the first ones equal, the next one greater.
                        let beyond = (0..keys.len()).fold(Condition::any(), |any, at| {
                            let equal = (0..at).fold(Condition::all(), |all, i| all.add(keys[i].eq(after[i].clone())));
                            any.add(equal.add(keys[at].gt(after[at].clone())))
                        });
                        find = find.filter(beyond);
                    }
                    let rows = find.all(db).await?;
                    let Some(last) = rows.last() else { break };
                    after = Some(keys.iter().map(|key| last.get(*key)).collect());
                    for row in &rows {
                        file.line(&json!({ "table": stringify!($table), "row": row }))?;
                        file.rows += 1;
                    }
                }
            )+};
        }
        tables!(write_tables);
        let closing = json!({ "rows": file.rows, "sha256": hex::encode(file.hash.finalize()) });
        writeln!(file.out, "{closing}").and_then(|()| file.out.flush()).map_err(written)?;
        Ok(header)
    }
}

/// A writer that fails: a full disk is told as such.
fn written(error: std::io::Error) -> Error {
    Error::Fault(format!("backup: {error}"))
}

impl Store {
    /// Writes the whole database as of one moment.
    ///
    /// # Errors
    /// The database does not answer; the writer fails.
    pub async fn backup(&self, out: &mut (dyn Write + Send), now: Instant) -> Result<BackupHeader, Error> {
        let snapshot = self.snapshot().await?;
        let done = snapshot.backup(out, now).await;
        snapshot.end().await;
        done
    }
    /// Reads a backup into an empty, migrated database, in one transaction.
    ///
    /// # Errors
    /// The file is cut or changed; the database is not empty or does not answer.
    pub async fn restore(&self, mut input: impl FnMut() -> Result<Box<dyn BufRead + Send>, Error>) -> Result<BackupHeader, Error> {
        let header = check_backup(input()?)?;
        let entries = head_of(&self.read).await?.seq;
        if entries > 0 {
            return Err(Error::Unusable(Refusal::new(code::NOT_EMPTY).with("entries", entries)));
        }
        let _turn = self.turn().await?;
        let tx = self.write.begin(sea_orm::TransactionOptions::default()).await?;
        let mut waiting: Vec<(String, serde_json::Value)> = Vec::new();
        for line in input()?.lines().skip(1) {
            let line = line.map_err(|e| Error::Fault(format!("backup: {e}")))?;
            let value: serde_json::Value = serde_json::from_str(&line)?;
            let Some(table) = value.get("table").and_then(serde_json::Value::as_str) else { continue };
            if waiting.len() >= ROWS_AT_ONCE || waiting.last().is_some_and(|(t, _)| t != table) {
                put_back(&tx, std::mem::take(&mut waiting)).await?;
            }
            waiting.push((table.to_owned(), value.get("row").cloned().unwrap_or_default()));
        }
        put_back(&tx, waiting).await?;
        // A restore is no way to guess on: what the journal tells of a count stands again.
        for chunk in counts_told(&tx).await?.chunks(ROWS_AT_ONCE) {
            e::login_guard::Entity::insert_many(chunk.iter().cloned().map(IntoActiveModel::into_active_model)).exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        Ok(header)
    }
}

/// Inserts rows of one table.
async fn put_back(tx: &crate::link::Tx, rows: Vec<(String, serde_json::Value)>) -> Result<(), Error> {
    let Some(table) = rows.first().map(|(t, _)| t.clone()) else { return Ok(()) };
    macro_rules! read_tables {
        ($($table:ident),+ $(,)?) => {
            match table.as_str() {
                $(stringify!($table) => {
                    let mut models = Vec::with_capacity(rows.len());
                    for (_, row) in rows {
                        models.push(serde_json::from_value::<e::$table::Model>(row)?.into_active_model());
                    }
                    e::$table::Entity::insert_many(models).exec_without_returning(tx).await?;
                })+
                other => return Err(Error::Fault(format!("backup: unknown table {other}"))),
            }
        };
    }
    tables!(read_tables);
    Ok(())
}

/// Checks a backup file whole, before anything is touched.
///
/// # Errors
/// Not a backup; cut; changed.
pub fn check_backup(input: Box<dyn BufRead + Send>) -> Result<BackupHeader, Error> {
    let bad = |zh: &str, en: &str| Error::Unusable(Refusal::new(code::BACKUP).with("why", zh).with("why_en", en));
    let mut hash = Sha256::new();
    let (mut header, mut closing, mut rows) = (None, None, 0u64);
    for (index, line) in input.lines().enumerate() {
        let line = line.map_err(|_| bad("读到一半中断", "it ends in the middle"))?;
        if closing.is_some() {
            return Err(bad("结尾之后还有内容", "there is more after its end"));
        }
        if index == 0 {
            header = serde_json::from_str::<BackupHeader>(&line).ok().filter(|h| h.format == "shiyan-backup" && h.version == 1);
        } else if let Ok(end) = serde_json::from_str::<Closing>(&line) {
            closing = Some(end);
            continue;
        } else {
            rows += 1;
        }
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    let header = header.ok_or_else(|| bad("不是本系统的备份", "not a backup of this system"))?;
    match closing {
        Some(end) if end.rows == rows && end.sha256 == hex::encode(hash.finalize()) => Ok(header),
        Some(_) => Err(bad("内容与校验和不符", "its content does not match its checksum")),
        None => Err(bad("没有结尾，可能被截断", "it has no end and may be cut off")),
    }
}
