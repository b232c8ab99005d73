//! 发文登记 papers as they left the house: a number of a year is given once and kept for ever, whatever becomes of the paper.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE paper (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, word TEXT, year BIGINT NOT NULL, number BIGINT, issue BIGINT,
                dated TEXT NOT NULL, state TEXT NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE UNIQUE INDEX paper_number ON paper (word, year, number)",
            "CREATE UNIQUE INDEX paper_issue ON paper (kind, year, issue)",
            "CREATE INDEX paper_page ON paper (dated DESC, id DESC)",
            "CREATE INDEX paper_subject ON paper (kind, subject)",
        ],
    )
    .await
});
