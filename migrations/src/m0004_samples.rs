//! 样品与检验 samples, test orders, items, reports. The separation of duties stands in the table itself.
crate::up_only!(|manager| {
    crate::run(
        manager,
        &[
            "CREATE TABLE sample (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, sampling_no TEXT, state TEXT NOT NULL, kind TEXT NOT NULL, level TEXT NOT NULL, department TEXT NOT NULL,
                link TEXT NOT NULL, place TEXT NOT NULL, class TEXT NOT NULL, category TEXT NOT NULL, street TEXT NOT NULL, area_kind TEXT NOT NULL, online BOOLEAN NOT NULL,
                temporary BOOLEAN NOT NULL, name TEXT NOT NULL, site_name TEXT NOT NULL, lab TEXT NOT NULL, sampled_on TEXT NOT NULL, received_on TEXT,
                sampler_a TEXT NOT NULL, sampler_b TEXT NOT NULL, created_by TEXT NOT NULL, demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL,
                CONSTRAINT two_samplers CHECK (state = 'draft' OR state = 'void' OR (sampler_a <> '' AND sampler_b <> '' AND sampler_a <> sampler_b)))",
            "CREATE UNIQUE INDEX sample_number ON sample (sampling_no)",
            "CREATE INDEX sample_page ON sample (sampled_on DESC, id DESC)",
            "CREATE INDEX sample_state ON sample (state, sampled_on DESC, id DESC)",
            "CREATE INDEX sample_street ON sample (street, sampled_on DESC, id DESC)",
            "CREATE INDEX sample_class ON sample (class, sampled_on DESC, id DESC)",
            "CREATE TABLE test_order (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, sample_id TEXT NOT NULL UNIQUE REFERENCES sample (id), state TEXT NOT NULL, outcome TEXT, concluded_on TEXT,
                issued_on TEXT, report_due_on TEXT NOT NULL, sampler_a TEXT NOT NULL, sampler_b TEXT NOT NULL, main_analyst TEXT, checker TEXT, reviewer TEXT, signatory TEXT,
                demo BOOLEAN NOT NULL, detail TEXT NOT NULL, content_hash TEXT NOT NULL,
                CONSTRAINT samplers_do_not_test CHECK (main_analyst IS NULL OR (main_analyst <> sampler_a AND main_analyst <> sampler_b)),
                CONSTRAINT checker_is_another CHECK (checker IS NULL OR checker <> main_analyst),
                CONSTRAINT reviewer_is_another CHECK (reviewer IS NULL OR (reviewer <> main_analyst AND reviewer <> checker)),
                CONSTRAINT signatory_is_another CHECK (signatory IS NULL OR (signatory <> main_analyst AND signatory <> checker AND signatory <> reviewer)))",
            "CREATE INDEX test_order_state ON test_order (state, report_due_on)",
            "CREATE INDEX test_order_outcome ON test_order (outcome)",
            "CREATE TABLE test_item (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, order_id TEXT NOT NULL REFERENCES test_order (id), sample_id TEXT NOT NULL REFERENCES sample (id),
                position BIGINT NOT NULL, analyte TEXT NOT NULL, analyte_group TEXT NOT NULL, verdict TEXT, analyst TEXT, demo BOOLEAN NOT NULL,
                detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX test_item_order ON test_item (order_id, position)",
            "CREATE INDEX test_item_verdict ON test_item (verdict)",
            "CREATE UNIQUE INDEX test_item_name ON test_item (order_id, analyte)",
            "CREATE TABLE test_report (
                id TEXT PRIMARY KEY, revision BIGINT NOT NULL, order_id TEXT NOT NULL REFERENCES test_order (id), sample_id TEXT NOT NULL REFERENCES sample (id),
                number TEXT NOT NULL UNIQUE, amendment BIGINT NOT NULL, issued_on TEXT NOT NULL, verify_code TEXT NOT NULL UNIQUE, pdf_sha256 TEXT, demo BOOLEAN NOT NULL,
                detail TEXT NOT NULL, content_hash TEXT NOT NULL)",
            "CREATE INDEX test_report_order ON test_report (order_id, amendment)",
            "CREATE INDEX test_report_sample ON test_report (sample_id)",
        ],
    )
    .await
});
