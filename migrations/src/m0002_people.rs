//! 用户 accounts, logins, the one-time set-up link.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE user_account (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL, active BOOLEAN NOT NULL, demo BOOLEAN NOT NULL,
                detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE login_session (
                token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, csrf TEXT NOT NULL, created_at TEXT NOT NULL, seen_at TEXT NOT NULL, expires_at TEXT NOT NULL)",
            "CREATE INDEX login_session_user ON login_session (user_id)",
            "CREATE TABLE login_guard (username TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_failed_at TEXT NOT NULL)",
            "CREATE TABLE setup_token (token_hash TEXT PRIMARY KEY, expires_at TEXT NOT NULL, used_at TEXT)",
        ],
    )
    .await
});
