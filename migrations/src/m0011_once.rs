//! 只做一次 the keys under which requests were carried out, each with its answer, so that a retry gets the first one.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE act_key (
                owner TEXT NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL, at TEXT NOT NULL, subject TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (owner, key))",
            "CREATE INDEX act_key_at ON act_key (at)",
        ],
    )
    .await
});
