//! 检验批 worksheets, their templates and instruments; what an item is tested by and on which worksheet.
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

crate::up_only!(|manager| {
    let method = match manager.get_database_backend() {
        DbBackend::Postgres => "detail::json ->> 'method'",
        _ => "json_extract(detail, '$.method')",
    };
    crate::run(
        manager,
        &[
            // The figures read many narrow rows of tables whose `detail` is wide: these indexes hold all they ask for.
            "DROP INDEX sample_page",
            "CREATE INDEX sample_narrow ON sample (sampled_on DESC, id DESC, state, kind, level, department, link, class, street, category, area_kind, place, online, received_on, lab, sampling_no, temporary)",
            "CREATE INDEX test_order_narrow ON test_order (sample_id, state, issued_on, report_due_on, outcome)",
            "ALTER TABLE test_item ADD COLUMN method TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE test_item ADD COLUMN worksheet_id TEXT",
            "CREATE INDEX test_item_worksheet ON test_item (worksheet_id)",
            "CREATE INDEX test_item_analyte ON test_item (analyte, id DESC)",
            "CREATE TABLE worksheet (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, no TEXT NOT NULL UNIQUE, method TEXT NOT NULL, lab TEXT NOT NULL, state TEXT NOT NULL, analyst TEXT,
                due_on TEXT NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX worksheet_state ON worksheet (state, due_on)",
            "CREATE INDEX worksheet_method ON worksheet (method, id DESC)",
            "CREATE TABLE worksheet_template (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, method TEXT NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE instrument (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, no TEXT NOT NULL UNIQUE, active BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
        ],
    )
    .await?;
    manager.get_connection().execute_unprepared(&format!("UPDATE test_item SET method = {method}")).await?;
    Ok(())
});
