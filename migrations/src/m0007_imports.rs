//! 导入 published results and the runs that brought them in.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE published_result (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, run_id TEXT NOT NULL, row_no BIGINT NOT NULL, product TEXT NOT NULL, category TEXT NOT NULL, producer TEXT NOT NULL,
                verdict TEXT NOT NULL, issuer TEXT NOT NULL, published_on TEXT NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX published_result_page ON published_result (published_on DESC, id DESC)",
            "CREATE TABLE import_run (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, kind TEXT NOT NULL, file_name TEXT NOT NULL, file_sha256 TEXT NOT NULL, at TEXT NOT NULL, row_count BIGINT NOT NULL,
                new_count BIGINT NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
        ],
    )
    .await
});
