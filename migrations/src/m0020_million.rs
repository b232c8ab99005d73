//! 百万样品 what the lists of a million samples walk along: conclusions by their sample, cases and clocks without their wide rows.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            // A list that walks along the samples asks of each whether its conclusion is the one that is looked for: those of one stand together.
            "DROP INDEX test_order_outcome",
            "CREATE INDEX test_order_found ON test_order (outcome, sample_id)",
            // The order of the cases is that of the last days of their clocks: both are read without a row.
            "DROP INDEX clock_subject",
            "CREATE INDEX clock_narrow ON clock (subject, rule, due_on, provisional)",
            "CREATE INDEX case_file_narrow ON case_file (state, no, id, street, part, opened_on)",
        ],
    )
    .await
});
