//! 试运行的文件 files between a dry run and its confirmation: whoever confirms may do so on another server, and does not send the file twice.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE kept_upload (token_hash TEXT PRIMARY KEY, owner TEXT NOT NULL, purpose TEXT NOT NULL, said TEXT NOT NULL, name TEXT NOT NULL,
                bytes BYTES NOT NULL, kept_at TEXT NOT NULL, expires_at TEXT NOT NULL)",
            "CREATE INDEX kept_upload_owner ON kept_upload (owner, kept_at)",
        ],
    )
    .await
});
