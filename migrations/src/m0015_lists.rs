//! 清单 what the lists walk along when there are a million samples: the items that wait for a worksheet without all those that do not,
//! orders in the very order of their list, orders without a report, positives not settled, published results by their totals.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            // The last two columns are empty, and stand there so that SQLite need not look at the rows to know it.
            "CREATE INDEX test_item_waiting ON test_item (method, order_id, sample_id, worksheet_id, verdict) WHERE worksheet_id IS NULL AND verdict IS NULL",
            "DROP INDEX test_item_verdict",
            "CREATE INDEX test_item_verdict ON test_item (verdict) WHERE verdict IS NOT NULL",
            // Nearly every item stands on no worksheet: those are not looked for by it.
            "DROP INDEX test_item_worksheet",
            "CREATE INDEX test_item_worksheet ON test_item (worksheet_id) WHERE worksheet_id IS NOT NULL",
            "DROP INDEX test_order_state",
            "CREATE INDEX test_order_state ON test_order (state, report_due_on, id)",
            // Small, because whole states are counted by it.
            "CREATE INDEX test_order_tally ON test_order (state)",
            "CREATE INDEX test_order_unissued ON test_order (report_due_on) WHERE issued_on IS NULL",
            "CREATE INDEX follow_up_open ON follow_up (id) WHERE settled_at IS NULL",
            "CREATE INDEX published_result_total ON published_result (category, verdict)",
        ],
    )
    .await
});
