//! Somebody changes the database behind the program's back: each way of doing it is found, and named.

use serde_json::json;
use shiyan_app::keep::Checkpoint;
use shiyan_app::{App, Who, sha256_hex};
use shiyan_store::verify::{Finding, Look};
use shiyan_store::{Engine, Head};
use shiyan_testkit::bench::reopen;
use shiyan_testkit::{Side, TestApp, at};

shiyan_testkit::on_both_engines!(
    a_changed_row_is_found_and_named,
    a_changed_journal_is_found_and_named,
    a_journal_cut_short_is_found_by_the_checkpoint,
    an_old_copy_put_back_is_found_by_the_checkpoint,
    a_changed_file_is_found_and_named,
    a_forged_checkpoint_is_refused,
    a_check_after_a_checkpoint_finds_what_came_after_it,
    the_joints_between_the_blocks_of_the_journal_hold,
);

const NO: &str = "XBJ25410105000000001";

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

async fn a_changed_row_is_found_and_named(t: TestApp) {
    let (_, order, case) = t.failing(NO).await;
    t.assert_whole().await;
    let items = t.items(&order).await;
    let (one, two) = (items[0].id.to_string(), items[1].id.to_string());
    let side = t.side().await;
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM test_item").await;
    let detail = side.text(&format!("SELECT detail FROM test_item WHERE id = '{one}'")).await;
    let forged = detail.replace("2.4", "0.1");
    assert_ne!(forged, detail);
    let with_hash = |of: &str| format!("detail = {}, content_hash = '{}'", quoted(of), sha256_hex(of.as_bytes()));
    let columns = "revision, order_id, sample_id, position, analyte, analyte_group, method, worksheet_id, verdict, analyst, lab, category, value, demo, detail, content_hash";
    let copy = "0198ffff-ffff-7fff-bfff-ffffffffffff";
    let ways: [(&str, Vec<String>, String); 8] = [
        (
            "a result edited",
            vec![format!("UPDATE test_item SET detail = {} WHERE id = '{one}'", quoted(&forged))],
            format!("item:{one} does not match its own hash"),
        ),
        (
            "a result edited, its column and hash too",
            vec![format!("UPDATE test_item SET {}, value = replace(value, '2.4', '0.1') WHERE id = '{one}'", with_hash(&forged))],
            format!("item:{one} differs from what the journal last recorded"),
        ),
        ("a column only", vec![format!("UPDATE test_item SET verdict = 'conforming' WHERE id = '{one}'")], format!("item:{one} has columns that differ")),
        (
            "the hash only",
            vec![format!("UPDATE test_item SET content_hash = '{}' WHERE id = '{one}'", sha256_hex(b"x"))],
            format!("item:{one} does not match its own hash"),
        ),
        ("a row deleted", vec![format!("DELETE FROM test_item WHERE id = '{two}'")], format!("item:{two} stands in the journal but its row is gone")),
        (
            "a row copied under another id",
            vec![format!("INSERT INTO test_item (id, {columns}) SELECT '{copy}', {} FROM test_item WHERE id = '{one}'", columns.replace(" analyte,", " 'x',"))],
            format!("item:{one}"),
        ),
        (
            "a whole new row, consistent in itself",
            {
                let new = detail.replace(&one, copy).replace("腐霉利", "吡虫啉");
                vec![
                    format!(
                        "INSERT INTO test_item (id, {columns}) SELECT '{copy}', {} FROM test_item WHERE id = '{one}'",
                        columns.replace(" analyte,", " '吡虫啉',")
                    ),
                    format!("UPDATE test_item SET {} WHERE id = '{copy}'", with_hash(&new)),
                ]
            },
            format!("item:{copy} has no journal entry"),
        ),
        (
            "two rows swapped",
            vec![
                format!("UPDATE test_item SET id = 'x', analyte = 'x' WHERE id = '{one}'"),
                format!("UPDATE test_item SET id = '{one}' WHERE id = '{two}'"),
                format!("UPDATE test_item SET id = '{two}', analyte = '腐霉利' WHERE id = 'x'"),
            ],
            "item:".into(),
        ),
    ];
    for (what, statements, says) in ways {
        for sql in &statements {
            side.change(sql).await;
        }
        println!("{what}");
        t.assert_broken(&says).await;
        side.must("DELETE FROM test_item").await;
        side.must("INSERT INTO test_item SELECT * FROM kept").await;
        t.assert_whole().await;
    }
    // A few more rooms, a column each.
    for (sql, undo, says) in [
        ("UPDATE case_file SET state = 'cancelled'", "UPDATE case_file SET state = 'opened'".to_owned(), format!("case:{}", case.id)),
        ("UPDATE test_order SET outcome = 'pass'", "UPDATE test_order SET outcome = 'fail'".to_owned(), format!("order:{order}")),
        (
            "UPDATE clock SET due_on = '2099-01-01' WHERE rule = 'D20'",
            format!("UPDATE clock SET due_on = '{}' WHERE rule = 'D20'", "2025-09-08"),
            "clock:".into(),
        ),
        (
            "UPDATE limit_row SET status = 'pending' WHERE id = 'L0001'",
            "UPDATE limit_row SET status = 'active' WHERE id = 'L0001'".to_owned(),
            "limit:L0001".into(),
        ),
        (
            "UPDATE user_account SET active = FALSE WHERE username = 'admin'",
            "UPDATE user_account SET active = TRUE WHERE username = 'admin'".to_owned(),
            "user:".into(),
        ),
    ] {
        side.change(sql).await;
        t.assert_broken(&says).await;
        side.change(&undo).await;
        t.assert_whole().await;
    }
}

async fn a_changed_journal_is_found_and_named(t: TestApp) {
    t.concluded(NO, &["2.4", "未检出"]).await;
    let side = t.side().await;
    let head = t.app.stage().head().await.unwrap().seq;
    let (middle, last) = (head / 2, head);
    for sql in [format!("UPDATE journal SET actor_name = '另一人' WHERE seq = {middle}"), format!("DELETE FROM journal WHERE seq = {last}")] {
        side.refused(&sql, "append-only").await;
    }
    t.assert_whole().await;
    assert_eq!(t.app.stage().guards().await.unwrap(), None);
    side.open_guards("journal").await;
    let (zh, en) = t.app.stage().guards().await.unwrap().unwrap();
    assert!(zh.contains("journal_no_update") && en.contains("journal_no_update"), "{zh} {en}");
    side.close_guards("journal").await;
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM journal").await;
    for (what, sql, says) in [
        ("who", format!("UPDATE journal SET actor_name = '另一人' WHERE seq = {middle}"), format!("journal entry {middle} does not match")),
        ("when", format!("UPDATE journal SET at = '2024-01-01T00:00:00.000+08:00' WHERE seq = {middle}"), format!("journal entry {middle} does not match")),
        ("what", format!("UPDATE journal SET facts = '{{}}' WHERE seq = {last}"), format!("journal entry {last} does not match")),
        ("the chain", format!("UPDATE journal SET prev_hash = '{}' WHERE seq = {middle}", sha256_hex(b"x")), format!("journal entry {middle} does not match")),
        ("one out of the middle", format!("DELETE FROM journal WHERE seq = {middle}"), format!("journal entry {middle} is missing")),
        ("the first", "DELETE FROM journal WHERE seq = 1".to_owned(), "journal entry 1 is missing".to_owned()),
        ("the last, whose row remains", format!("DELETE FROM journal WHERE seq = {last}"), "no journal entry".to_owned()),
        ("all", "DELETE FROM journal".to_owned(), "no journal entry".to_owned()),
    ] {
        side.open_guards("journal").await;
        side.change(&sql).await;
        println!("{what}");
        t.assert_broken(&says).await;
        side.must("DELETE FROM journal").await;
        side.must("INSERT INTO journal SELECT * FROM kept").await;
        side.close_guards("journal").await;
        t.assert_whole().await;
    }
}

async fn checkpoint(t: &TestApp) -> Checkpoint {
    t.app.checkpoint(&t.dir.join("checkpoint.key"), at("2025-06-30T18:00")).await.unwrap()
}
async fn against(app: &App, t: &TestApp, checkpoint: &Checkpoint) -> Option<String> {
    let mut finding = app.verify(Some(checkpoint), &t.dir.join("checkpoint.key")).await.unwrap();
    finding.without("clock");
    assert_eq!(finding.ok, finding.problem_en.is_none());
    finding.problem_en
}
async fn note(app: &App, verb: &str) {
    let mut unit = app.stage().begin(at("2025-06-30T17:00")).await.unwrap();
    unit.note(&Who::system("测试"), verb, "login:somebody".into(), json!({})).await.unwrap();
    unit.commit().await.unwrap();
}

async fn a_journal_cut_short_is_found_by_the_checkpoint(t: TestApp) {
    t.sampled(NO).await;
    for _ in 0..3 {
        note(&t.app, "login.failed").await;
    }
    let kept = checkpoint(&t).await;
    assert_eq!(against(&t.app, &t, &kept).await, None);
    let side = t.side().await;
    side.open_guards("journal").await;
    side.change(&format!("DELETE FROM journal WHERE seq > {}", kept.seq - 2)).await;
    side.close_guards("journal").await;
    // No row is missing, so the database alone looks whole: that is what the checkpoint is for.
    t.assert_whole().await;
    let problem = against(&t.app, &t, &kept).await.unwrap();
    assert!(problem.contains(&format!("the journal ends at {}, the checkpoint stands at {}", kept.seq - 2, kept.seq)), "{problem}");
    // Writing other entries in their place does not help.
    for _ in 0..3 {
        note(&t.app, "login").await;
    }
    t.assert_whole().await;
    let problem = against(&t.app, &t, &kept).await.unwrap();
    assert!(problem.contains("differs from the checkpoint"), "{problem}");
}

async fn an_old_copy_put_back_is_found_by_the_checkpoint(t: TestApp) {
    t.sampled(NO).await;
    let yesterday = checkpoint(&t).await;
    // Yesterday's copy, by the means of each engine.
    let old = t.dir.join("yesterday.db");
    let mut spare = None;
    let old_url = if t.engine() == Engine::Sqlite {
        t.side().await.must(&format!("VACUUM INTO '{}'", old.display())).await;
        format!("sqlite://{}", old.display())
    } else {
        let mut file = Vec::new();
        t.app.backup(&mut file, at("2025-06-29T18:00")).await.unwrap();
        let other = TestApp::bare_postgres().await.unwrap();
        other.app.stage().restore(|| Ok(Box::new(std::io::Cursor::new(file.clone())))).await.unwrap();
        spare.insert(other).url.clone()
    };
    t.sampled("XBJ25410105000000002").await;
    let today = checkpoint(&t).await;
    assert_eq!(against(&t.app, &t, &today).await, None);
    assert_eq!(against(&t.app, &t, &yesterday).await, None, "an older checkpoint holds as well");
    let put_back = reopen(&old_url).await;
    let alone = put_back.verify(None, &t.dir.join("no.key")).await.unwrap();
    assert!(alone.ok, "the old copy is whole in itself: {alone:?}");
    assert_eq!(against(&put_back, &t, &yesterday).await, None);
    let problem = against(&put_back, &t, &today).await.unwrap();
    assert!(problem.contains("an old database was put back"), "{problem}");
}

async fn a_changed_file_is_found_and_named(t: TestApp) {
    let (_, _, case) = t.failing(NO).await;
    t.disposed(&case.id.to_string()).await;
    t.assert_whole().await;
    let side = t.side().await;
    let report = side.text("SELECT pdf_sha256 FROM test_report").await;
    let evidence = side.text("SELECT sha256 FROM blob WHERE media_type = 'image/png' ORDER BY sha256 LIMIT 1").await;
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM blob").await;
    side.refused(&format!("UPDATE blob SET size = 1 WHERE sha256 = '{report}'"), "append-only").await;
    side.refused(&format!("DELETE FROM blob WHERE sha256 = '{report}'"), "append-only").await;
    side.open_guards("blob").await;
    for sha256 in [&report, &evidence] {
        let bytes = if t.engine() == Engine::Postgres { "'\\x25504446'::bytea" } else { "x'25504446'" };
        side.change(&format!("UPDATE blob SET bytes = {bytes} WHERE sha256 = '{sha256}'")).await;
        t.assert_broken(&format!("the bytes of file {sha256} were changed")).await;
        undo(&side).await;
        side.close_guards("blob").await;
        t.assert_whole().await;
        side.open_guards("blob").await;
    }
    // The archived report is never handed out changed.
    let issued = t.app.stage().report_by_number(&format!("SY-{NO}"), &t.all()).await.unwrap().unwrap();
    t.app.report_pdf(&issued).await.unwrap();
    side.change(&format!("UPDATE blob SET bytes = (SELECT bytes FROM kept WHERE sha256 = '{evidence}') WHERE sha256 = '{report}'")).await;
    assert!(t.app.report_pdf(&issued).await.unwrap_err().to_string().contains("missing or changed"));
    undo(&side).await;
    // A file that a record names is gone.
    side.change(&format!("DELETE FROM blob WHERE sha256 = '{report}'")).await;
    t.assert_broken(&format!("file {report} of report:")).await;
    undo(&side).await;
    side.change(&format!("DELETE FROM blob WHERE sha256 = '{evidence}'")).await;
    t.assert_broken(&format!("file {evidence} of case:")).await;
}

async fn undo(side: &Side) {
    side.must("DELETE FROM blob").await;
    side.must("INSERT INTO blob SELECT * FROM kept").await;
}

async fn a_forged_checkpoint_is_refused(t: TestApp) {
    t.sampled(NO).await;
    let kept = checkpoint(&t).await;
    let lower = Checkpoint { seq: kept.seq - 1, ..kept.clone() };
    assert!(against(&t.app, &t, &lower).await.unwrap().contains("signature does not fit"));
    let other = TestApp::bare_sqlite().await;
    let foreign = other.app.checkpoint(&other.dir.join("checkpoint.key"), at("2025-06-30T18:00")).await.unwrap();
    assert!(against(&t.app, &t, &foreign).await.unwrap().contains("another installation"));
    assert_eq!(against(&t.app, &t, &kept).await, None);
}

async fn since(t: &TestApp, head: &Head) -> Finding {
    let look = Look::open(&t.url).await.unwrap();
    let mut finding = look.verify_since(head).await.unwrap();
    look.close().await;
    finding.without("clock");
    finding
}

async fn a_check_after_a_checkpoint_finds_what_came_after_it(t: TestApp) {
    t.sampled(NO).await;
    let before = t.app.stage().head().await.unwrap();
    let (_, order, _) = t.failing("XBJ25410105000000002").await;
    let now = t.app.stage().head().await.unwrap();
    let whole = t.app.stage().verify(None).await.unwrap();
    assert!(whole.since.is_none() && whole.left_out.is_empty(), "{whole:?}");
    assert_eq!(whole.checkpoint.parse(), Ok(now.clone()), "what is printed is what is given next time");
    let finding = since(&t, &before).await;
    assert!(finding.ok && finding.head == now && finding.since == Some(before.seq), "{finding:?}");
    assert!(finding.rows > 0 && finding.rows < whole.rows, "{} of {}", finding.rows, whole.rows);
    let left_out: Vec<&str> = finding.left_out.iter().map(|p| p.part).collect();
    assert!(["journal", "rows", "logins", "files"].iter().all(|part| left_out.contains(part)), "{left_out:?}");
    assert_eq!(left_out.contains(&"pages"), t.engine() == Engine::Sqlite);
    let finding = since(&t, &now).await;
    assert!(finding.ok && finding.head == now, "nothing happened since: {finding:?}");
    let of_genesis = since(&t, &"0:0000000000000000000000000000000000000000000000000000000000000000".parse().unwrap()).await;
    assert!(of_genesis.ok && of_genesis.left_out.is_empty() && of_genesis.rows == whole.rows, "from the first entry on is everything");
    // A checkpoint of another history, and one that lies ahead.
    for (head, says) in [
        (Head { hash: sha256_hex(b"x"), ..before.clone() }, "differs from the checkpoint".to_owned()),
        (Head { seq: now.seq + 3, ..now.clone() }, format!("the journal ends at {}, the checkpoint stands at {}", now.seq, now.seq + 3)),
    ] {
        let said = since(&t, &head).await.problem_en.unwrap_or_default();
        assert!(said.contains(&says), "{said}");
    }
    let side = t.side().await;
    for table in ["journal", "test_item", "sample", "blob"] {
        side.must(&format!("CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
    let item = t.items(&order).await[0].id.to_string();
    let report = side.text("SELECT pdf_sha256 FROM test_report").await;
    let (middle, other) = (i64::midpoint(before.seq, now.seq), sha256_hex(b"y"));
    let ways: Vec<(&str, String, String)> = vec![
        ("journal", format!("UPDATE journal SET actor_name = '另一人' WHERE seq = {middle}"), format!("journal entry {middle} does not match")),
        ("journal", format!("DELETE FROM journal WHERE seq = {middle}"), format!("journal entry {middle} is missing")),
        ("journal", format!("UPDATE journal SET facts = '{{}}' WHERE seq = {}", before.seq), format!("journal entry {} does not match", before.seq)),
        ("journal", format!("UPDATE journal SET hash = '{other}' WHERE seq = {}", before.seq), "differs from the checkpoint".to_owned()),
        ("journal", format!("DELETE FROM journal WHERE seq = {}", before.seq), format!("journal entry {} is missing", before.seq)),
        ("journal", format!("DELETE FROM journal WHERE seq > {}", before.seq - 1), "an old database was put back".to_owned()),
        ("test_item", format!("UPDATE test_item SET verdict = 'conforming' WHERE id = '{item}'"), format!("item:{item} has columns that differ")),
        ("test_item", format!("DELETE FROM test_item WHERE id = '{item}'"), format!("item:{item} stands in the journal but its row is gone")),
        ("blob", format!("UPDATE blob SET size = size + 1 WHERE sha256 = '{report}'"), format!("the size noted of file {report} was changed")),
        ("blob", format!("DELETE FROM blob WHERE sha256 = '{report}'"), format!("file {report} of report:")),
    ];
    for (table, sql, says) in ways {
        let guarded = matches!(table, "journal" | "blob");
        if guarded {
            side.open_guards(table).await;
        }
        side.change(&sql).await;
        let finding = since(&t, &before).await;
        assert!(finding.problems.iter().any(|p| p.en.contains(&says)), "{sql}: {says}: {finding:?}");
        side.must(&format!("DELETE FROM {table}")).await;
        side.must(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
        if guarded {
            side.close_guards(table).await;
        }
        assert!(since(&t, &before).await.ok, "{sql}");
    }
    // What it says it does not look at, it does not look at; the whole check does.
    side.change(&format!("UPDATE sample SET name = '别的' WHERE sampling_no = '{NO}'")).await;
    assert!(since(&t, &before).await.ok);
    t.assert_broken("has columns that differ").await;
}

async fn the_joints_between_the_blocks_of_the_journal_hold(t: TestApp) {
    let mut unit = t.app.stage().begin(at("2025-06-30T17:00")).await.unwrap();
    for n in 0..2_600 {
        unit.note(&Who::system("测试"), "test", format!("test:{n}"), json!({ "n": n })).await.unwrap();
    }
    unit.commit().await.unwrap();
    t.assert_whole().await;
    let side = t.side().await;
    side.open_guards("journal").await;
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM journal").await;
    let head = t.app.stage().head().await.unwrap().seq;
    for seq in [1, 999, 1_000, 1_001, 1_002, 2_000, 2_001, head] {
        let ways = [
            (format!("UPDATE journal SET actor_name = '另一人' WHERE seq = {seq}"), format!("journal entry {seq} does not match")),
            (format!("UPDATE journal SET prev_hash = '{}' WHERE seq = {seq}", sha256_hex(b"x")), format!("journal entry {seq} does not match")),
            (format!("DELETE FROM journal WHERE seq = {seq}"), format!("journal entry {seq} is missing (the next is {})", seq + 1)),
        ];
        for (sql, says) in ways {
            side.change(&sql).await;
            // The last entry that is gone is missed by a checkpoint only.
            let last_gone = seq == head && sql.starts_with("DELETE");
            if !last_gone {
                let finding = t.app.stage().verify(None).await.unwrap();
                let said: Vec<&str> = finding.problems.iter().filter(|p| p.part == "journal").map(|p| p.en.as_str()).collect();
                assert!(said.len() == 1 && said[0].contains(&says), "{sql}: {says}: {said:?}");
            }
            side.must(&format!("DELETE FROM journal WHERE seq = {seq}")).await;
            side.must(&format!("INSERT INTO journal SELECT * FROM kept WHERE seq = {seq}")).await;
        }
    }
    // A whole block and more.
    side.change("DELETE FROM journal WHERE seq BETWEEN 900 AND 2100").await;
    t.assert_broken("journal entry 900 is missing (the next is 2101)").await;
    side.must("INSERT INTO journal SELECT * FROM kept WHERE seq BETWEEN 900 AND 2100").await;
    side.close_guards("journal").await;
    t.assert_whole().await;
}
