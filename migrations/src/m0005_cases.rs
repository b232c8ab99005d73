//! 核查处置 cases and clocks.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE case_file (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, no TEXT NOT NULL UNIQUE, part TEXT NOT NULL, sample_id TEXT NOT NULL REFERENCES sample (id), order_id TEXT NOT NULL,
                sampling_no TEXT NOT NULL, product TEXT NOT NULL, operator TEXT NOT NULL, street TEXT NOT NULL, state TEXT NOT NULL, opened_on TEXT NOT NULL, closed_on TEXT,
                evidenced BOOLEAN NOT NULL, handler TEXT, approver TEXT, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL,
                CONSTRAINT approver_is_another CHECK (approver IS NULL OR handler IS NULL OR approver <> handler),
                CONSTRAINT closed_is_evidenced CHECK (state <> 'closed' OR evidenced))",
            "CREATE INDEX case_file_state ON case_file (state, opened_on)",
            "CREATE INDEX case_file_sample ON case_file (sample_id)",
            "CREATE UNIQUE INDEX case_file_part ON case_file (order_id, part) WHERE state <> 'cancelled'",
            "CREATE TABLE clock (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, subject TEXT NOT NULL, rule TEXT NOT NULL, started_on TEXT NOT NULL, due_on TEXT NOT NULL, stopped_on TEXT,
                cancelled BOOLEAN NOT NULL, provisional BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX clock_subject ON clock (subject)",
            "CREATE INDEX clock_running ON clock (due_on) WHERE stopped_on IS NULL AND NOT cancelled",
            "CREATE INDEX clock_rule ON clock (rule, started_on)",
        ],
    )
    .await
});
