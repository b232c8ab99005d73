//! 作业 long work that outlives the program: what is to be done, thing by thing, and what became of each. Not journalled: each thing that is done
//! is an act of its own with its entries; this is only the list that somebody works along.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE job (
                id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, plan TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
                stopping BOOLEAN NOT NULL, server TEXT NOT NULL, alive_at TEXT NOT NULL)",
            "CREATE INDEX job_owner ON job (owner, started_at)",
            "CREATE INDEX job_open ON job (alive_at) WHERE finished_at IS NULL",
            "CREATE TABLE job_line (job TEXT NOT NULL, place BIGINT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (job, place))",
        ],
    )
    .await
});
