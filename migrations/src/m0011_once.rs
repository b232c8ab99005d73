//! 只做一次 the keys under which requests were carried out, each with its answer, so that a retry gets the first one; and which entry
//! last changed the limit library, so that every server and command on one database sees the change at its next use.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE act_key (
                owner TEXT NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL, at TEXT NOT NULL, subject TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (owner, key))",
            "CREATE INDEX act_key_at ON act_key (at)",
            "CREATE TABLE changed (topic TEXT PRIMARY KEY, seq BIGINT NOT NULL)",
        ],
    )
    .await
});
