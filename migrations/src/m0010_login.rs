//! 登录保护 attempts counted by what they are counted for, one-time tokens with a purpose and a person, the address of a login. Counts
//! of before begin anew: they were by user name only.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "DROP TABLE login_guard",
            "CREATE TABLE login_guard (id TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_at TEXT NOT NULL)",
            "CREATE INDEX login_guard_last ON login_guard (last_at)",
            "ALTER TABLE login_session ADD COLUMN address TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE setup_token ADD COLUMN purpose TEXT NOT NULL DEFAULT 'setup'",
            "ALTER TABLE setup_token ADD COLUMN user_id TEXT NOT NULL DEFAULT ''",
            "CREATE INDEX setup_token_user ON setup_token (user_id, purpose)",
        ],
    )
    .await
});
