//! 仪器格式 the profiles that a person put in over the page, one row a version; of a key one version at most is in use.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE instrument_profile (id TEXT PRIMARY KEY, revision BIGINT NOT NULL, key TEXT NOT NULL, version BIGINT NOT NULL,
                state TEXT NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE UNIQUE INDEX instrument_profile_in_use ON instrument_profile (key) WHERE state = 'active'",
        ],
    )
    .await
});
