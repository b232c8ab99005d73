//! 授权 on PostgreSQL the owner of the tables migrates, and a weaker role serves: it reads and writes rows, makes and drops nothing,
//! and of the tables that only grow it can change, delete or empty none.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::GUARDS;

/// Gives a role exactly what `shiyan serve` needs in the schema in use, and takes the rest away. Idempotent.
///
/// # Errors
/// The role is not there, or is the owner itself; the database does not answer.
pub async fn grant(db: &impl ConnectionTrait, role: &str) -> Result<(), DbErr> {
    let told = |text: String| DbErr::Custom(text);
    let ask = |sql: &str, values: Vec<sea_orm_migration::sea_orm::Value>| Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let text = async |sql: &str, values| -> Result<Vec<String>, DbErr> {
        let rows = db.query_all_raw(ask(sql, values)).await?;
        rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect()
    };
    let stands = text(
        "SELECT CASE WHEN rolsuper THEN 'super' WHEN EXISTS (SELECT 1 FROM pg_tables t WHERE t.schemaname = current_schema() AND pg_has_role(r.rolname, t.tableowner, 'MEMBER')) THEN 'owner' ELSE 'fine' END FROM pg_roles r WHERE r.rolname = $1",
        vec![role.into()],
    )
    .await?;
    match stands.first().map(String::as_str) {
        Some("fine") => {}
        None => return Err(told(format!("role {role} does not exist"))),
        Some("super") => return Err(told(format!("role {role} is a superuser: no grant limits it"))),
        Some(_) => return Err(told(format!("role {role} is the owner of the tables or a member of it: no grant limits it"))),
    }
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let (to, schema) = (quoted(role), quoted(text("SELECT current_schema()::text", Vec::new()).await?.first().map_or("public", String::as_str)));
    let tables = text("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename", Vec::new()).await?;
    db.execute_unprepared(&format!("REVOKE ALL ON SCHEMA {schema} FROM {to}")).await?;
    db.execute_unprepared(&format!("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")).await?;
    db.execute_unprepared(&format!("GRANT USAGE ON SCHEMA {schema} TO {to}")).await?;
    for table in tables {
        let forbids = |verb: &str| GUARDS.iter().any(|g| g.table == table && g.verb == verb && !g.but_demo);
        let mut rights = vec!["SELECT"];
        if table != "seaql_migrations" {
            rights.push("INSERT");
            rights.extend(["UPDATE", "DELETE"].into_iter().filter(|verb| !forbids(verb)));
        }
        let (table, rights) = (quoted(&table), rights.join(", "));
        db.execute_unprepared(&format!("REVOKE ALL ON {schema}.{table} FROM {to}, PUBLIC")).await?;
        db.execute_unprepared(&format!("GRANT {rights} ON {schema}.{table} TO {to}")).await?;
    }
    Ok(())
}
