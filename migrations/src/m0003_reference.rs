//! Reference data: streets, population, laboratories, settings, calendar days, limits, item packages, the plan.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE street (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, name TEXT NOT NULL, admin TEXT NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE population (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, year BIGINT NOT NULL, people BIGINT NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE laboratory (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, name TEXT NOT NULL UNIQUE, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE setting (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE calendar_year (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE limit_row (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, analyte TEXT NOT NULL, category TEXT NOT NULL, status TEXT NOT NULL, effective_from TEXT NOT NULL,
                detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX limit_row_analyte ON limit_row (analyte)",
            "CREATE TABLE item_package (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, category TEXT NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE plan (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, year BIGINT NOT NULL UNIQUE, state TEXT NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE TABLE blob (sha256 TEXT PRIMARY KEY, media_type TEXT NOT NULL, size BIGINT NOT NULL, bytes BYTES NOT NULL)",
        ],
    )
    .await
});
