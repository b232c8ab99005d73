//! 历史值 the results of an item among those it is compared with, newest first, so that a look back walks along one index. Items of
//! before have no peers in their `detail` and stay out of it until a result is entered.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "ALTER TABLE test_item ADD COLUMN lab TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE test_item ADD COLUMN category TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE test_item ADD COLUMN value TEXT NOT NULL DEFAULT ''",
            "CREATE INDEX test_item_peers ON test_item (lab, category, analyte, id DESC, value) WHERE value <> ''",
        ],
    )
    .await
});
