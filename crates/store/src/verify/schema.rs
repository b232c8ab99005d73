//! 结构 the schema held against what the migrations make: tables, columns, indexes, constraints, triggers, views. On SQLite the
//! migrations are run on a database in memory and the two catalogues compared; on PostgreSQL, where a weaker role may make nothing,
//! the list beside this file says what a freshly migrated database holds, and a test holds the list against one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, DbErr, Statement};
use shiyan_migrations::{GUARDS, Migrator, MigratorTrait};

use super::{Bad, Step};

/// The table in which the migrations note themselves. Its shape is SeaORM's.
const NOTED: &str = "seaql_migrations";
/// What a freshly migrated database of PostgreSQL holds, an object a line.
const POSTGRES: &str = include_str!("postgres.schema");

/// Whose schema a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// Nothing of this program.
    Empty,
    /// The schema of this program.
    Current,
    /// An older one: these migrations are missing.
    Behind(Vec<String>),
    /// A newer one: this program does not know these migrations.
    Ahead(Vec<String>),
}

/// One object of a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// `table`, `column`, `index` …
    pub kind: String,
    /// Name, with its table before it where names are not unique.
    pub name: String,
    /// Definition, on one line.
    pub definition: String,
}

pub(super) async fn state(db: &impl ConnectionTrait) -> Result<SchemaState, DbErr> {
    let postgres = db.get_database_backend() == DbBackend::Postgres;
    if !postgres {
        readable(db).await?;
    }
    let there = if postgres {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename IN ('journal', 'seaql_migrations')"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('journal', 'seaql_migrations')"
    };
    let there = texts(db, there).await?;
    if !there.iter().any(|t| t == "journal") {
        return Ok(SchemaState::Empty);
    }
    let noted: BTreeSet<String> =
        if there.iter().any(|t| t == NOTED) { texts(db, "SELECT version FROM seaql_migrations").await?.into_iter().collect() } else { BTreeSet::new() };
    let known: BTreeSet<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let (unknown, missing): (Vec<String>, Vec<String>) = (noted.difference(&known).cloned().collect(), known.difference(&noted).cloned().collect());
    Ok(match (unknown.is_empty(), missing.is_empty()) {
        (false, _) => SchemaState::Ahead(unknown),
        (true, false) => SchemaState::Behind(missing),
        (true, true) => SchemaState::Current,
    })
}

/// The catalogue of SQLite is text. The driver takes the type of a column from it and panics where a flipped bit left no UTF-8, so
/// this is looked at, as bytes, before anything else is asked.
async fn readable(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let sql = "SELECT CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(COALESCE(sql, '') AS BLOB) FROM sqlite_master";
    for row in db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await? {
        for column in 0..3 {
            let bytes: Vec<u8> = row.try_get_by_index(column)?;
            if let Err(error) = std::str::from_utf8(&bytes) {
                let name: Vec<u8> = row.try_get_by_index(0)?;
                return Err(DbErr::Type(format!("sqlite_master: the definition of {} is no text: {error}", String::from_utf8_lossy(&name))));
            }
        }
    }
    Ok(())
}

/// 只增保护 every trigger that keeps rows append-only stands and does what it was made for.
pub(super) async fn guards(db: &impl ConnectionTrait) -> Step {
    let backend = db.get_database_backend();
    let postgres = backend == DbBackend::Postgres;
    let sql = if postgres {
        "SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgname = $1 AND t.tgrelid = to_regclass($2) AND t.tgenabled IN ('O', 'A')"
    } else {
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = $1 AND tbl_name = $2"
    };
    for guard in GUARDS.iter().filter(|g| postgres || g.on_sqlite()) {
        let wanted = if postgres { guard.body() } else { guard.sqlite() };
        let found = db.query_one_raw(Statement::from_sql_and_values(backend, sql, [guard.name().into(), guard.table.into()])).await?;
        let stands = match found {
            Some(row) => row.try_get_by_index::<String>(0)? == wanted,
            None => false,
        };
        if stands {
            continue;
        }
        let (name, table) = (guard.name(), guard.table);
        if guard.verb == "TRUNCATE" {
            let may = texts(db, "SELECT current_user::text || CASE WHEN has_table_privilege('journal', 'TRUNCATE') THEN '+' ELSE '' END").await?;
            if let Some(role) = may.first().and_then(|m| m.strip_suffix('+')) {
                return Err((
                    format!("触发器 {name} 不见了、被停用或被改动，而角色 {role} 有 TRUNCATE 权限：{table} 可以被整表清空"),
                    format!("the trigger {name} is gone, off or changed, and the role {role} has the TRUNCATE right: {table} could be emptied at once"),
                )
                    .into());
            }
        }
        return Err((
            format!("{table} 的只增保护（触发器 {name}）不见了、被停用或被改动：记录可以被改写"),
            format!("the trigger {name} that keeps {table} append-only is gone, off or changed: it could be rewritten"),
        )
            .into());
    }
    Ok(())
}

/// The first object that is there and should not be, is missing, or is another than the migrations make.
pub(super) async fn compare(db: &impl ConnectionTrait) -> Step {
    let found = objects(db).await?;
    let wanted = if db.get_database_backend() == DbBackend::Postgres { listed() } else { migrated().await?.to_vec() };
    match difference(&wanted, &found) {
        Some(bad) => Err(bad.into()),
        None => Ok(()),
    }
}

fn difference(wanted: &[Object], found: &[Object]) -> Option<Bad> {
    // A table before its columns, a trigger before its function: the whole is named, not its first part.
    let rank = |kind: &str| match kind {
        "table" | "view" => 0_u8,
        "function" => 2,
        _ => 1,
    };
    let by_name = |objects: &[Object]| -> BTreeMap<(u8, String, String), String> {
        objects.iter().map(|o| ((rank(&o.kind), o.kind.clone(), o.name.clone()), o.definition.clone())).collect()
    };
    let (wanted, found) = (by_name(wanted), by_name(found));
    for (key, definition) in &found {
        let (_, kind, name) = key;
        match wanted.get(key) {
            None => {
                let zh = word(kind);
                return Some((format!("数据库里多出{zh} {name}：不是程序建的"), format!("the {kind} {name} was not made by the program")));
            }
            Some(made) if made != definition => {
                let (is, was) = apart(definition, made);
                let zh = word(kind);
                return Some((
                    format!("{zh} {name} 与程序所建的不同：现为“{is}”，应为“{was}”"),
                    format!("the {kind} {name} differs from what the program made: it is “{is}”, it was “{was}”"),
                ));
            }
            Some(_) => {}
        }
    }
    let (_, kind, name) = wanted.keys().find(|key| !found.contains_key(*key))?;
    Some((format!("{} {name} 不见了", word(kind)), format!("the {kind} {name} is gone")))
}

/// Two definitions from a little before where they part.
fn apart(one: &str, other: &str) -> (String, String) {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| text.chars().skip(same.saturating_sub(24)).take(80).collect();
    (from(one), from(other))
}

fn word(kind: &str) -> &'static str {
    match kind {
        "table" => "表",
        "column" => "列",
        "index" => "索引",
        "constraint" => "约束",
        "trigger" => "触发器",
        "view" => "视图",
        "function" => "函数",
        "rule" => "重写规则",
        "policy" => "行级策略",
        "sequence" => "序列",
        "child" => "继承表",
        _ => "对象",
    }
}

/// What the migrations make on SQLite: run once, in memory.
async fn migrated() -> Result<&'static [Object], DbErr> {
    static MADE: OnceLock<Vec<Object>> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made);
    }
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.sqlx_logging(false).max_connections(1).min_connections(1);
    let db = Database::connect(options).await?;
    Migrator::up(&db, None).await?;
    let made = objects(&db).await?;
    let _ = db.close().await;
    Ok(MADE.get_or_init(|| made))
}

/// The list beside this file.
fn listed() -> Vec<Object> {
    let objects = POSTGRES.lines().filter_map(|line| {
        let mut parts = line.splitn(3, '\t');
        Some(Object { kind: parts.next()?.to_owned(), name: parts.next()?.to_owned(), definition: parts.next()?.to_owned() })
    });
    objects.collect()
}

pub(super) async fn objects(db: &impl ConnectionTrait) -> Result<Vec<Object>, DbErr> {
    let backend = db.get_database_backend();
    let sql = if backend == DbBackend::Postgres { IN_POSTGRES } else { IN_SQLITE };
    let mut out = Vec::new();
    for row in db.query_all_raw(Statement::from_string(backend, sql)).await? {
        let (kind, name, definition): (String, String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let own = name == NOTED || name.strip_prefix(NOTED).is_some_and(|rest| rest.starts_with('.') || rest == "_pkey");
        let definition = if own { String::new() } else { definition.split_whitespace().collect::<Vec<_>>().join(" ") };
        out.push(Object { kind, name, definition });
    }
    out.sort();
    Ok(out)
}

/// SQLite keeps the statements themselves. Its own statistics are no object of anybody.
const IN_SQLITE: &str =
    "SELECT type, name, tbl_name || ': ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT IN ('sqlite_stat1', 'sqlite_stat4', 'sqlite_sequence')";

/// What belongs to an extension is the extension's. The names of `NOT NULL` are new in version 18 and stand with the columns.
const IN_POSTGRES: &str = "
WITH ours AS (
    SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), found AS (
    SELECT CASE WHEN relkind IN ('v', 'm') THEN 'view' WHEN relkind = 'S' THEN 'sequence' ELSE 'table' END AS kind, relname::text AS name,
        relkind::text || ' ' || relpersistence::text || CASE WHEN relrowsecurity THEN ' row security' ELSE '' END
        || CASE WHEN EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = ours.oid AND t.tgisinternal AND t.tgenabled <> 'O') THEN ' foreign keys off' ELSE '' END AS definition FROM ours
    UNION ALL
    SELECT 'column', o.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
        || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') || CASE WHEN a.attgenerated <> '' OR a.attidentity <> '' THEN ' generated' ELSE '' END
    FROM ours o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = o.oid AND d.adnum = a.attnum WHERE o.relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT 'constraint', o.relname || '.' || c.conname, pg_get_constraintdef(c.oid) FROM ours o JOIN pg_constraint c ON c.conrelid = o.oid
    WHERE c.contype IN ('c', 'p', 'u', 'f', 'x')
    UNION ALL
    SELECT 'index', i.relname::text, pg_get_indexdef(x.indexrelid) || CASE WHEN x.indisvalid AND x.indisready THEN '' ELSE ' invalid' END
    FROM ours o JOIN pg_index x ON x.indrelid = o.oid JOIN pg_class i ON i.oid = x.indexrelid
    UNION ALL
    SELECT 'trigger', o.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'rule', o.relname || '.' || r.rulename, pg_get_ruledef(r.oid) FROM ours o JOIN pg_rewrite r ON r.ev_class = o.oid AND r.rulename <> '_RETURN'
    UNION ALL
    SELECT 'policy', o.relname || '.' || p.polname, p.polcmd::text FROM ours o JOIN pg_policy p ON p.polrelid = o.oid
    UNION ALL
    SELECT 'child', o.relname || '.' || h.inhrelid::regclass::text, '' FROM ours o JOIN pg_inherits h ON h.inhparent = o.oid AND o.relkind <> 'p'
    UNION ALL
    SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', l.lanname || CASE WHEN p.prosecdef THEN ' security definer' ELSE '' END
        || COALESCE(' ' || p.proconfig::text, '') || ': ' || p.prosrc
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
)
SELECT kind::text, name::text, replace(definition::text, quote_ident(current_schema()) || '.', '') FROM found";

async fn texts(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: &str, name: &str, definition: &str) -> Object {
        Object { kind: kind.into(), name: name.into(), definition: definition.into() }
    }

    #[test]
    fn what_is_more_less_or_another_is_named() {
        let made = [object("table", "sample", "a TEXT, b TEXT"), object("index", "sample_no", "UNIQUE (a)")];
        assert_eq!(difference(&made, &made), None);
        let mut more = made.to_vec();
        more.push(object("view", "leak", "SELECT 1"));
        assert!(difference(&made, &more).is_some_and(|(zh, en)| zh.contains("视图 leak") && en.contains("the view leak was not made")));
        assert!(difference(&made, &made[..1]).is_some_and(|(zh, en)| zh.contains("索引 sample_no") && en.contains("is gone")));
        let other = [made[0].clone(), object("index", "sample_no", "(a)")];
        assert!(difference(&made, &other).is_some_and(|(_, en)| en.contains("“(a)”") && en.contains("“UNIQUE (a)”")));
    }
    #[test]
    fn the_list_of_postgresql_is_read() {
        assert!(listed().iter().any(|o| o.kind == "table" && o.name == "journal"));
        assert_eq!(listed().len(), POSTGRES.lines().count());
    }
}
