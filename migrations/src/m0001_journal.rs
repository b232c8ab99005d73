//! 日志 the append-only, hash-chained journal.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE journal (
                seq BIGINT PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, actor_name TEXT NOT NULL, verb TEXT NOT NULL, subject TEXT NOT NULL,
                revision BIGINT NOT NULL, content_hash TEXT NOT NULL, facts TEXT NOT NULL, demo BOOLEAN NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL UNIQUE)",
            "CREATE INDEX journal_subject ON journal (subject, seq)",
        ],
    )
    .await?;
    crate::guard(manager, crate::GUARDS.iter().filter(|g| g.since == crate::Since::Journal)).await
});
