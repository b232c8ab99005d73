//! 快检 points, readings (append-only), follow-ups.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE rapid_point (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, name TEXT NOT NULL, street TEXT NOT NULL, active BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE rapid_reading (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, point_id TEXT NOT NULL REFERENCES rapid_point (id), street TEXT NOT NULL, day TEXT NOT NULL, tested_at TEXT NOT NULL,
                stall TEXT NOT NULL, food TEXT NOT NULL, analyte TEXT NOT NULL, method TEXT NOT NULL, verdict TEXT NOT NULL, retest_of TEXT, demo BOOLEAN NOT NULL,
                detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX rapid_reading_day ON rapid_reading (day DESC, id DESC)",
            "CREATE INDEX rapid_reading_point ON rapid_reading (point_id, day DESC, id DESC)",
            "CREATE INDEX rapid_reading_verdict ON rapid_reading (verdict, day DESC)",
            "CREATE TABLE follow_up (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, point_id TEXT NOT NULL, state TEXT NOT NULL, told_on TEXT NOT NULL, settled_at TEXT, sample_id TEXT, demo BOOLEAN NOT NULL,
                detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX follow_up_state ON follow_up (state)",
        ],
    )
    .await
});
