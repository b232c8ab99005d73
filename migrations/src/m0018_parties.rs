//! 主体名录 operators, producers, markets and stalls, and the ids by which sheets and readings name them. A sheet's own text stays in its `detail`.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE operator (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, name TEXT NOT NULL, plain TEXT NOT NULL, credit_code TEXT, permit_no TEXT NOT NULL, street TEXT NOT NULL,
                standing TEXT NOT NULL, into_id TEXT, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE UNIQUE INDEX operator_code ON operator (credit_code)",
            "CREATE INDEX operator_page ON operator (plain, id)",
            "CREATE INDEX operator_street ON operator (street, plain, id)",
            "CREATE INDEX operator_into ON operator (into_id) WHERE into_id IS NOT NULL",
            "CREATE TABLE producer (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, name TEXT NOT NULL, plain TEXT NOT NULL, credit_code TEXT, permit_no TEXT NOT NULL, region TEXT NOT NULL,
                standing TEXT NOT NULL, into_id TEXT, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE UNIQUE INDEX producer_code ON producer (credit_code)",
            "CREATE INDEX producer_page ON producer (plain, id)",
            "CREATE INDEX producer_permit ON producer (permit_no)",
            "CREATE INDEX producer_into ON producer (into_id) WHERE into_id IS NOT NULL",
            "CREATE TABLE market (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, name TEXT NOT NULL, plain TEXT NOT NULL, street TEXT NOT NULL, standing TEXT NOT NULL, demo BOOLEAN NOT NULL,
                detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX market_page ON market (plain, id)",
            "CREATE TABLE stall (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, market_id TEXT NOT NULL REFERENCES market (id), number TEXT NOT NULL, operator_id TEXT REFERENCES operator (id),
                standing TEXT NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE UNIQUE INDEX stall_number ON stall (market_id, number)",
            "CREATE INDEX stall_operator ON stall (operator_id) WHERE operator_id IS NOT NULL",
            "ALTER TABLE sample ADD COLUMN operator_id TEXT REFERENCES operator (id)",
            "ALTER TABLE sample ADD COLUMN producer_id TEXT REFERENCES producer (id)",
            "ALTER TABLE sample ADD COLUMN market_id TEXT REFERENCES market (id)",
            "ALTER TABLE sample ADD COLUMN stall_id TEXT REFERENCES stall (id)",
            "ALTER TABLE rapid_reading ADD COLUMN stall_id TEXT REFERENCES stall (id)",
            // Most sheets of before name nobody by id: they stay out.
            "CREATE INDEX sample_operator ON sample (operator_id, sampled_on DESC, id DESC) WHERE operator_id IS NOT NULL",
            "CREATE INDEX sample_producer ON sample (producer_id, sampled_on DESC, id DESC) WHERE producer_id IS NOT NULL",
            "CREATE INDEX sample_market ON sample (market_id, sampled_on DESC, id DESC) WHERE market_id IS NOT NULL",
            "CREATE INDEX sample_stall ON sample (stall_id, sampled_on DESC, id DESC) WHERE stall_id IS NOT NULL",
            "CREATE INDEX rapid_reading_stall ON rapid_reading (stall_id, day DESC, id DESC) WHERE stall_id IS NOT NULL",
        ],
    )
    .await
});
