//! 页检查 the pages below the rows.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::{Bad, Step, damage, damaged};

/// SQLite checks its file: pages, cells, and that every index has the rows of its table. PostgreSQL tells whether it met a page with a
/// wrong checksum.
pub(super) async fn pages(db: &impl ConnectionTrait) -> Step {
    if db.get_database_backend() == DbBackend::Postgres {
        return Ok(checksums(db).await?.map_or(Ok(()), Err)?);
    }
    let said = texts(db, "SELECT integrity_check FROM pragma_integrity_check LIMIT 1").await?;
    let Some(text) = said.first().filter(|text| *text != "ok") else { return Ok(()) };
    let line = text.lines().find(|l| !l.starts_with("*** in database")).unwrap_or(text);
    let of = match root(line) {
        Some(root) => {
            let sql = "SELECT tbl_name FROM sqlite_master WHERE rootpage = $1";
            let row = db.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, [root.into()])).await.ok().flatten();
            row.and_then(|r| r.try_get_by_index::<String>(0).ok()).map_or_else(String::new, |table| format!("{table}: "))
        }
        None => String::new(),
    };
    let (zh, en): Bad = (format!("数据库文件损坏：{of}{line}"), format!("the database file is damaged: {of}{line}"));
    Err((zh, en).into())
}

/// The number in `Tree 5 page 12 cell 3: …`.
fn root(line: &str) -> Option<i64> {
    line.strip_prefix("Tree ")?.split(' ').next()?.parse().ok()
}

async fn checksums(db: &impl ConnectionTrait) -> Result<Option<Bad>, DbErr> {
    let sql = "SELECT checksum_failures::text || ' / ' || COALESCE(checksum_last_failure::text, '') FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0";
    let found = texts(db, sql).await?;
    Ok(found.first().map(|n| {
        (format!("PostgreSQL 读到过校验和错误的页（次数 / 最近一次）：{n}"), format!("PostgreSQL met pages with a wrong checksum (times / the last): {n}"))
    }))
}

/// Reads every row of every table of PostgreSQL with all that is stored beside it; names the table with the first bad page.
pub(super) async fn read_all(db: &impl ConnectionTrait) -> Step {
    macro_rules! read {
        ($($table:ident),+ $(,)?) => {
            [$((stringify!($table), concat!("SELECT COALESCE(SUM(LENGTH(CAST(t AS TEXT))), 0)::text FROM ", stringify!($table), " t"))),+]
        };
    }
    let all = crate::backup::tables!(read);
    let more = [
        ("login_session", "SELECT COUNT(*)::text FROM login_session"),
        ("login_guard", "SELECT COUNT(*)::text FROM login_guard"),
        ("setup_token", "SELECT COUNT(*)::text FROM setup_token"),
    ];
    for (table, sql) in all.into_iter().chain(more) {
        if let Err(error) = texts(db, sql).await {
            return Err(match damage(&error) {
                Some(what) => damaged(table, &what).into(),
                None => error.into(),
            });
        }
    }
    Ok(())
}

async fn texts(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::root;
    #[test]
    fn the_tree_that_is_named_is_read() {
        assert_eq!(root("Tree 5 page 12 cell 3: Rowid 7 out of order"), Some(5));
        assert_eq!(root("row 5 missing from index journal_subject"), None);
    }
}
