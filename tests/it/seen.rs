//! Verify sees all of it: what is no noun and still gives power, what lies outside the chain, the schema, the pages, the clock and the
//! key of the checkpoints.

use serde_json::json;
use shiyan_app::keep::{Checkpoint, verify};
use shiyan_app::rapid::TypedReading;
use shiyan_app::verify::{Finding, Look};
use shiyan_app::{App, Who, sha256_hex};
use shiyan_store::Engine;
use shiyan_testkit::bench::reopen;
use shiyan_testkit::{PASSWORD, Side, Temp, TestApp, at, codes, knock};

shiyan_testkit::on_both_engines!(
    a_login_that_the_journal_does_not_know_is_refused_and_named,
    a_login_that_ended_and_is_put_back_is_refused_and_named,
    a_count_of_failures_and_a_set_up_token_are_held_against_the_journal,
    a_changed_media_type_or_size_is_named_and_has_no_effect,
    an_entry_outside_the_chain_is_named,
    every_change_of_the_schema_is_named,
    tables_that_only_grow_cannot_be_changed_or_emptied,
    a_reading_that_is_deleted_made_up_or_exchanged_is_named,
    two_copies_that_go_on_are_told_apart,
    a_clock_set_back_is_named,
    a_clock_that_ran_ahead_is_owned_up_to,
    a_checkpoint_of_nobody_known_confirms_nothing,
    an_older_schema_is_said_and_left_as_it_is,
    verify_reads_one_moment_while_others_write,
);

const NO: &str = "XBJ25410105000000001";
const TOKEN: &str = "0000000000000000000000000000000000000000000000000000000000000001";

async fn a_login_that_the_journal_does_not_know_is_refused_and_named(t: TestApp) {
    let now = at("2025-06-03T09:00");
    let signatory = t.people.signatory.id.to_string();
    let side = t.side().await;
    let hash = sha256_hex(TOKEN.as_bytes());
    let insert = |entry: i64| {
        format!(
            "INSERT INTO login_session (token_hash, user_id, csrf, created_at, seen_at, expires_at, entry) VALUES ('{hash}', '{signatory}', 'x', \
             '2025-06-03T09:00:00.000+08:00', '2025-06-03T09:00:00.000+08:00', '2025-06-03T21:00:00.000+08:00', {entry})"
        )
    };
    // A real login, so that there is an entry of one to point at.
    let real = t.app.login(&knock("signatory", PASSWORD), now).await.unwrap().opened().unwrap();
    assert!(t.app.who_is(&real.token, now).await.unwrap().is_some());
    t.assert_whole().await;
    let entry = t.app.stage().head().await.unwrap().seq;
    for pointed in [0, entry] {
        side.change(&insert(pointed)).await;
        assert!(t.app.who_is(TOKEN, now).await.unwrap().is_none(), "an injected login works");
        t.assert_broken(&format!("login session {} of user {signatory} has no journal entry", &hash[..12])).await;
        side.change(&format!("DELETE FROM login_session WHERE token_hash = '{hash}'")).await;
        t.assert_whole().await;
    }
    // A real one, changed: another person, another token, a longer life.
    let own = sha256_hex(real.token.as_bytes());
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM login_session").await;
    let admin = t.people.admin.id.to_string();
    for set in [format!("user_id = '{admin}'"), "csrf = 'x'".to_owned(), "expires_at = '2099-01-01T00:00:00.000+08:00'".to_owned(), "entry = 1".to_owned()] {
        side.change(&format!("UPDATE login_session SET {set} WHERE token_hash = '{own}'")).await;
        assert!(t.app.who_is(&real.token, now).await.unwrap().is_none(), "{set}");
        t.assert_broken("login session").await;
        side.must("DELETE FROM login_session").await;
        side.must("INSERT INTO login_session SELECT * FROM kept").await;
    }
    side.change(&format!("UPDATE login_session SET token_hash = '{hash}' WHERE token_hash = '{own}'")).await;
    assert!(t.app.who_is(TOKEN, now).await.unwrap().is_none());
    t.assert_broken("login session").await;
    side.must("DELETE FROM login_session").await;
    side.must("INSERT INTO login_session SELECT * FROM kept").await;
    assert!(t.app.who_is(&real.token, now).await.unwrap().is_some());
    // Using it does not make it suspect.
    assert!(t.app.who_is(&real.token, at("2025-06-03T09:20")).await.unwrap().is_some());
    t.assert_whole().await;
}

async fn a_login_that_ended_and_is_put_back_is_refused_and_named(t: TestApp) {
    let now = at("2025-06-03T09:00");
    let side = t.side().await;
    for way in ["signed out", "password changed"] {
        let real = t.app.login(&knock("signatory", PASSWORD), now).await.unwrap().opened().unwrap();
        side.must("CREATE TEMP TABLE kept AS SELECT * FROM login_session").await;
        if way == "signed out" {
            t.app.logout(&real.token, now).await.unwrap();
        } else {
            let user = t.app.stage().user_by_name("signatory").await.unwrap().unwrap();
            let new = "quite another good one";
            t.app.change_password(&user, &real.token, PASSWORD, new, new, now).await.unwrap();
        }
        assert_eq!(side.count("login_session").await, 0);
        t.assert_whole().await;
        side.change("INSERT INTO login_session SELECT * FROM kept").await;
        assert!(t.app.who_is(&real.token, now).await.unwrap().is_none(), "{way}: a login that ended works again");
        t.assert_broken("and was put back").await;
        side.must("DELETE FROM login_session").await;
        side.must("DROP TABLE kept").await;
    }
}

async fn a_count_of_failures_and_a_set_up_token_are_held_against_the_journal(t: TestApp) {
    let now = at("2025-06-03T09:00");
    let side = t.side().await;
    // Five failures shut the pair of account and address; a few entries tell of them, not one each.
    for _ in 0..5 {
        t.app.login(&knock("signatory", "not the password"), now).await.unwrap_err();
    }
    assert!(side.count("login_guard WHERE failures = 5").await >= 1);
    t.assert_whole().await;
    for forged in ["failures = 8", "failures = 99", "last_at = '2025-01-01T00:00:00.000+08:00'"] {
        side.must("CREATE TEMP TABLE kept AS SELECT * FROM login_guard").await;
        side.change(&format!("UPDATE login_guard SET {forged} WHERE id LIKE 'pair:%'")).await;
        t.assert_broken("login guard pair:").await;
        side.must("DELETE FROM login_guard").await;
        side.must("INSERT INTO login_guard SELECT * FROM kept").await;
        side.must("DROP TABLE kept").await;
        t.assert_whole().await;
    }
    side.change("INSERT INTO login_guard (id, failures, last_at) VALUES ('all:admin', 30, '2099-01-01T00:00:00.000+08:00')").await;
    t.assert_broken("login guard all:admin has no journal entry").await;
    side.change("DELETE FROM login_guard WHERE id = 'all:admin'").await;
    // Failures that somebody takes away let them guess on: lowered or gone, the count is named, and a restore does not wash it off.
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM login_guard").await;
    for taken in ["UPDATE login_guard SET failures = 1 WHERE id LIKE 'pair:%'", "DELETE FROM login_guard WHERE id LIKE 'pair:%'"] {
        side.change(taken).await;
        t.assert_broken("login guard pair:").await;
        side.must("DELETE FROM login_guard").await;
        side.must("INSERT INTO login_guard SELECT * FROM kept").await;
        t.assert_whole().await;
    }
    side.must("DROP TABLE kept").await;
    let mut copy = Vec::new();
    t.app.stage().backup(&mut copy, now).await.unwrap();
    let bare = TestApp::bare_sqlite().await;
    bare.app.stage().restore(|| Ok(Box::new(std::io::Cursor::new(copy.clone())))).await.unwrap();
    assert!(bare.app.stage().verify(None).await.unwrap().ok, "a restored copy holds");
    // One wrong password more, not five, and the door is shut there as well.
    bare.app.login(&knock("signatory", "not the password"), now).await.unwrap_err();
    bare.app.login(&knock("signatory", PASSWORD), now).await.unwrap_err();
    // A right password forgets the failures, and a count that is put back is named.
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM login_guard WHERE id LIKE 'pair:%'").await;
    let later = at("2025-06-03T09:30");
    t.app.login(&knock("signatory", PASSWORD), later).await.unwrap();
    t.assert_whole().await;
    side.must("INSERT INTO login_guard SELECT * FROM kept").await;
    t.assert_broken("login guard pair:").await;

    // An installation without users hands a set-up link to its owner, and to nobody else.
    let bare = match t.engine() {
        Engine::Sqlite => TestApp::bare_sqlite().await,
        Engine::Postgres => TestApp::bare_postgres().await.unwrap(),
    };
    let side = bare.side().await;
    let hash = sha256_hex(TOKEN.as_bytes());
    side.change(&format!("INSERT INTO setup_token (token_hash, expires_at, entry) VALUES ('{hash}', '2099-01-01T00:00:00.000+08:00', 0)")).await;
    assert!(!bare.app.setup_open(TOKEN, now).await.unwrap());
    bare.app.finish_setup(TOKEN, "intruder", "某人", PASSWORD, PASSWORD, now).await.unwrap_err();
    bare.assert_broken("setup token").await;
    side.must("DELETE FROM setup_token").await;
    let own = bare.app.setup_token(now).await.unwrap().unwrap();
    bare.assert_whole().await;
    side.change("UPDATE setup_token SET expires_at = '2099-01-01T00:00:00.000+08:00'").await;
    bare.app.finish_setup(&own, "first", "首位管理员", PASSWORD, PASSWORD, at("2025-06-05T09:00")).await.unwrap_err();
    bare.assert_broken("setup token").await;
    side.must("DELETE FROM setup_token").await;
    let own = bare.app.setup_token(now).await.unwrap().unwrap();
    bare.app.finish_setup(&own, "first", "首位管理员", PASSWORD, PASSWORD, now).await.unwrap();
    bare.assert_whole().await;
    side.change("UPDATE setup_token SET used_at = NULL").await;
    bare.assert_broken("setup token").await;
}

async fn a_changed_media_type_or_size_is_named_and_has_no_effect(t: TestApp) {
    let (_, _, case) = t.failing(NO).await;
    t.disposed(&case.id.to_string()).await;
    t.assert_whole().await;
    let side = t.side().await;
    let sha256 = side.text("SELECT sha256 FROM blob WHERE media_type = 'image/png' ORDER BY sha256 LIMIT 1").await;
    side.open_guards("blob").await;
    for (set, undo, says) in [
        ("media_type = 'text/html'", "media_type = 'image/png'", "the media type noted of file"),
        ("size = size + 1", "size = size - 1", "the size noted of file"),
    ] {
        side.change(&format!("UPDATE blob SET {set} WHERE sha256 = '{sha256}'")).await;
        t.assert_broken(&format!("{says} {sha256} was changed")).await;
        assert_eq!(t.app.stage().blob(&sha256).await.unwrap().unwrap().0, "image/png", "what is handed out is what the bytes are");
        side.change(&format!("UPDATE blob SET {undo} WHERE sha256 = '{sha256}'")).await;
    }
    side.close_guards("blob").await;
    t.assert_whole().await;
}

async fn an_entry_outside_the_chain_is_named(t: TestApp) {
    t.sampled(NO).await;
    let side = t.side().await;
    for seq in ["-1", "0"] {
        side.change(&format!(
            "INSERT INTO journal SELECT {seq}, at, actor, actor_name, verb, subject, revision, content_hash, facts, demo, prev_hash, 'x' FROM journal WHERE seq = 1"
        ))
        .await;
        t.assert_broken(&format!("journal entry {seq} (")).await;
        side.open_guards("journal").await;
        side.change(&format!("DELETE FROM journal WHERE seq = {seq}")).await;
        side.close_guards("journal").await;
        t.assert_whole().await;
    }
}

async fn every_change_of_the_schema_is_named(t: TestApp) {
    let side = t.side().await;
    t.assert_whole().await;
    let pg = side.is_postgres();
    let mut ways: Vec<(&str, Vec<&str>, Vec<&str>)> = vec![
        ("the table backdoor was not made", vec!["CREATE TABLE backdoor (x TEXT)"], vec!["DROP TABLE backdoor"]),
        ("the view leak was not made", vec!["CREATE VIEW leak AS SELECT password_hash FROM (SELECT 1 AS password_hash) x"], vec!["DROP VIEW leak"]),
        ("the index slow was not made", vec!["CREATE INDEX slow ON sample (name)"], vec!["DROP INDEX slow"]),
        ("index sample_number is gone", vec!["DROP INDEX sample_number"], vec!["CREATE UNIQUE INDEX sample_number ON sample (sampling_no)"]),
        (
            "index sample_number differs",
            vec!["DROP INDEX sample_number", "CREATE INDEX sample_number ON sample (sampling_no)"],
            vec!["DROP INDEX sample_number", "CREATE UNIQUE INDEX sample_number ON sample (sampling_no)"],
        ),
    ];
    if pg {
        ways.extend([
            ("the column sample.extra was not made", vec!["ALTER TABLE sample ADD COLUMN extra TEXT"], vec!["ALTER TABLE sample DROP COLUMN extra"]),
            ("column journal.at differs", vec!["ALTER TABLE journal ALTER COLUMN at DROP NOT NULL"], vec!["ALTER TABLE journal ALTER COLUMN at SET NOT NULL"]),
            (
                "constraint sample.two_samplers is gone",
                vec!["ALTER TABLE sample DROP CONSTRAINT two_samplers"],
                vec![
                    "ALTER TABLE sample ADD CONSTRAINT two_samplers CHECK (state = 'draft' OR state = 'void' OR (sampler_a <> '' AND sampler_b <> '' AND sampler_a <> sampler_b))",
                ],
            ),
            (
                "the trigger sample.pass was not made",
                vec![
                    "CREATE FUNCTION pass() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql",
                    "CREATE TRIGGER pass BEFORE UPDATE ON sample FOR EACH ROW EXECUTE FUNCTION pass()",
                ],
                vec!["DROP TRIGGER pass ON sample", "DROP FUNCTION pass()"],
            ),
            ("the function pass() was not made", vec!["CREATE FUNCTION pass() RETURNS int AS 'SELECT 1' LANGUAGE sql"], vec!["DROP FUNCTION pass()"]),
            ("the child journal.aside.more was not made", vec!["CREATE SCHEMA aside", "CREATE TABLE aside.more () INHERITS (journal)"], vec!["DROP SCHEMA aside CASCADE"]),
            ("trigger journal.journal_no_update differs", vec!["ALTER TABLE journal DISABLE TRIGGER journal_no_update"], vec!["ALTER TABLE journal ENABLE TRIGGER journal_no_update"]),
            ("table sample differs", vec!["ALTER TABLE sample DISABLE TRIGGER ALL"], vec!["ALTER TABLE sample ENABLE TRIGGER ALL"]),
            ("the policy sample.few was not made", vec!["CREATE POLICY few ON sample USING (false)"], vec!["DROP POLICY few ON sample"]),
            ("the rule sample.skip was not made", vec!["CREATE RULE skip AS ON DELETE TO sample DO INSTEAD NOTHING"], vec!["DROP RULE skip ON sample"]),
        ]);
    } else {
        ways.extend([
            ("table sample differs", vec!["ALTER TABLE sample ADD COLUMN extra TEXT"], vec!["ALTER TABLE sample DROP COLUMN extra"]),
            ("the trigger pass was not made", vec!["CREATE TRIGGER pass AFTER UPDATE ON sample BEGIN SELECT 1; END"], vec!["DROP TRIGGER pass"]),
            (
                "trigger journal_no_update that keeps journal append-only is gone",
                vec!["DROP TRIGGER journal_no_update"],
                vec!["CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'rows of journal are append-only'); END"],
            ),
        ]);
    }
    for (says, do_it, undo) in ways {
        for sql in do_it {
            side.must(sql).await;
        }
        println!("{says}");
        t.assert_broken(says).await;
        for sql in undo {
            side.must(sql).await;
        }
        t.assert_whole().await;
    }
    if !pg {
        // T17: the catalogue itself is written, and a constraint is gone without any statement of the schema.
        side.must("PRAGMA writable_schema = ON").await;
        side.change("UPDATE sqlite_master SET sql = replace(sql, 'sampler_a <> sampler_b', '1 = 1') WHERE name = 'sample'").await;
        side.must("PRAGMA writable_schema = RESET").await;
        t.assert_broken("table sample differs from what the program made").await;
    }
}

async fn tables_that_only_grow_cannot_be_changed_or_emptied(t: TestApp) {
    let (_, _, case) = t.failing(NO).await;
    t.disposed(&case.id.to_string()).await;
    let side = t.side().await;
    for sql in [
        "UPDATE journal SET at = ''",
        "DELETE FROM journal",
        "UPDATE blob SET size = 0",
        "DELETE FROM blob",
        "UPDATE test_report SET number = 'x'",
        "DELETE FROM test_report",
    ] {
        side.refused(sql, "append-only").await;
    }
    if side.is_postgres() {
        for table in ["journal", "blob", "test_report", "rapid_reading"] {
            side.refused(&format!("TRUNCATE {table} CASCADE"), "append-only").await;
        }
        side.must("DROP TRIGGER journal_no_truncate ON journal").await;
        t.assert_broken("has the TRUNCATE right: journal could be emptied at once").await;
    }
}

async fn a_reading_that_is_deleted_made_up_or_exchanged_is_named(t: TestApp) {
    let typed = |value: &str| TypedReading {
        stall: "A-12".into(),
        food: "韭菜".into(),
        method: "GB/T 5009.199-2003".into(),
        value: value.into(),
        ..TypedReading::default()
    };
    let mut ids = Vec::new();
    for value in ["12.5", "13.5"] {
        ids.push(t.app.enter_reading(&t.people.operator.actor(), typed(value), at("2025-06-03T08:00")).await.unwrap().id.to_string());
    }
    let side = t.side().await;
    for sql in ["UPDATE rapid_reading SET stall = 'B'", "DELETE FROM rapid_reading"] {
        side.refused(sql, "append-only").await;
    }
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM rapid_reading").await;
    side.open_guards("rapid_reading").await;
    let columns = side.texts(if side.is_postgres() {
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'rapid_reading'::regclass AND attnum > 0 ORDER BY attnum"
    } else {
        "SELECT name FROM pragma_table_info('rapid_reading')"
    });
    let columns = columns.await;
    let copy = "0198ffff-ffff-7fff-bfff-ffffffffffff";
    let made_up: Vec<String> = columns
        .iter()
        .map(|c| {
            if c == "id" {
                format!("'{copy}'")
            } else if c == "detail" {
                format!("replace(detail, '{}', '{copy}')", ids[0])
            } else {
                c.clone()
            }
        })
        .collect();
    let detail = side.text(&format!("SELECT detail FROM rapid_reading WHERE id = '{}'", ids[0])).await.replace(&ids[0], copy);
    let ways = [
        (vec![format!("DELETE FROM rapid_reading WHERE id = '{}'", ids[0])], format!("reading:{} stands in the journal but its row is gone", ids[0])),
        (
            vec![
                format!("INSERT INTO rapid_reading ({}) SELECT {} FROM rapid_reading WHERE id = '{}'", columns.join(", "), made_up.join(", "), ids[0]),
                format!("UPDATE rapid_reading SET content_hash = '{}' WHERE id = '{copy}'", sha256_hex(detail.as_bytes())),
            ],
            format!("reading:{copy} has no journal entry"),
        ),
        (
            vec![
                format!("UPDATE rapid_reading SET id = 'x' WHERE id = '{}'", ids[0]),
                format!("UPDATE rapid_reading SET id = '{}' WHERE id = '{}'", ids[0], ids[1]),
                format!("UPDATE rapid_reading SET id = '{}' WHERE id = 'x'", ids[1]),
            ],
            "has columns that differ from its content".to_owned(),
        ),
    ];
    for (statements, says) in ways {
        for sql in &statements {
            side.change(sql).await;
        }
        t.assert_broken(&says).await;
        side.must("DELETE FROM rapid_reading").await;
        side.must("INSERT INTO rapid_reading SELECT * FROM kept").await;
    }
    side.close_guards("rapid_reading").await;
    t.assert_whole().await;
}

async fn two_copies_that_go_on_are_told_apart(t: TestApp) {
    t.sampled(NO).await;
    let key = t.dir.join("checkpoint.key");
    let before = t.app.checkpoint(&key, at("2025-06-10T08:00")).await.unwrap();
    let mut file = Vec::new();
    t.app.backup(&mut file, at("2025-06-10T09:00")).await.unwrap();
    let other = match t.engine() {
        Engine::Sqlite => TestApp::bare_sqlite().await,
        Engine::Postgres => TestApp::bare_postgres().await.unwrap(),
    };
    other.app.stage().restore(|| Ok(Box::new(std::io::Cursor::new(file.clone())))).await.unwrap();
    // Both hold the same key and the same past, and write different days.
    note(&t.app, "2025-06-11T09:00").await;
    note(&other.app, "2025-06-11T09:30").await;
    let (one, two) = (t.app.checkpoint(&key, at("2025-06-11T18:00")).await.unwrap(), other.app.checkpoint(&key, at("2025-06-11T18:00")).await.unwrap());
    for (app, own, foreign) in [(&t.app, &one, &two), (&other.app, &two, &one)] {
        for holds in [&before, own] {
            let finding = app.verify(Some(holds), &key).await.unwrap();
            assert!(finding.ok, "{finding:?}");
        }
        let finding = app.verify(Some(foreign), &key).await.unwrap();
        assert!(finding.problem_en.clone().is_some_and(|p| p.contains("differs from the checkpoint")), "{finding:?}");
    }
}

async fn note(app: &App, when: &str) {
    let mut unit = app.stage().begin(at(when)).await.unwrap();
    unit.note(&Who::system("测试"), "test", "test".into(), json!({})).await.unwrap();
    unit.commit().await.unwrap();
}
async fn raw(app: &App, t: &TestApp) -> Finding {
    app.verify(None, &t.dir.join("checkpoint.key")).await.unwrap()
}

async fn a_clock_set_back_is_named(t: TestApp) {
    note(&t.app, "2025-06-05T09:00").await;
    note(&t.app, "2025-06-05T09:00").await;
    let finding = raw(&t.app, &t).await;
    assert!(finding.ok, "{finding:?}");
    // Three days back, results are entered, and forward again.
    note(&t.app, "2025-06-02T09:00").await;
    let seq = t.app.stage().head().await.unwrap().seq;
    note(&t.app, "2025-06-05T09:30").await;
    let finding = raw(&t.app, &t).await;
    let said = finding.problem_en.unwrap();
    assert!(!finding.ok && said.contains(&format!("journal entry {seq} is stamped 2025-06-02")) && said.contains("the clock was set back"), "{said}");
    assert_eq!(finding.problems.len(), 1);
}

async fn a_clock_that_ran_ahead_is_owned_up_to(t: TestApp) {
    note(&t.app, "2025-06-05T09:00").await;
    let now = at("2025-06-05T09:10");
    assert!(!t.app.clock(now).await.unwrap().held);
    assert_eq!(codes(t.app.accept_clock("王主任", "时钟没有问题", now).await), ["CLOCK-FINE"]);
    // Somebody sets the clock to the next year, two entries are written, and the clock is set right.
    note(&t.app, "2026-06-05T09:00").await;
    note(&t.app, "2026-06-05T09:01").await;
    t.app.stage().hold_clock();
    let seq = t.app.stage().head().await.unwrap().seq;
    let held = t.app.stage().begin(now).await.unwrap_err();
    assert!(format!("{held:?}").contains("CLOCK-BACK"), "{held:?}");
    let state = t.app.clock(now).await.unwrap();
    assert!(state.held && state.first_seq == Some(seq - 1) && state.last_seq == seq && state.ahead == [("test".to_owned(), 2)], "{state:?}");
    // By the command of whoever has the machine: a server holds its clock against the journal, the command does not.
    let machine = reopen(&t.url).await;
    for (by, why) in [("", "时钟走快，已校正"), ("王主任", "走快")] {
        assert_eq!(codes(machine.accept_clock(by, why, now).await), ["CLOCK-WHO"]);
    }
    machine.accept_clock("王主任", "电池更换后年份多了一年，已校正", now).await.unwrap();
    // The server goes on by itself, and the check tells of it instead of naming it.
    note(&t.app, "2025-06-05T09:20").await;
    let finding = raw(&t.app, &t).await;
    assert!(finding.ok, "{finding:?}");
    assert!(finding.remarks[0].en.contains(&format!("journal entries {} to {seq}", seq - 1)) && finding.remarks[0].zh.contains("王主任"), "{finding:?}");
    // An entry that owns up to something else covers nothing.
    note(&t.app, "2026-07-01T09:00").await;
    let mut unit = machine.stage().begin(at("2025-06-05T09:30")).await.unwrap();
    let facts = serde_json::json!({ "first_seq": seq, "last_seq": seq, "last": "2026-06-05T09:01:00.000+08:00", "by": "王主任", "why": "同上" });
    unit.note(&Who::system("时钟更正"), "clock.accepted", "clock".to_owned(), facts).await.unwrap();
    unit.commit().await.unwrap();
    let finding = raw(&t.app, &t).await;
    assert!(!finding.ok && finding.problem_en.unwrap().contains("the clock was set back"));
}

async fn a_checkpoint_of_nobody_known_confirms_nothing(t: TestApp) {
    t.sampled(NO).await;
    let key = t.dir.join("checkpoint.key");
    // Somebody signs the very head of this database with a key of their own.
    let head = t.app.stage().head().await.unwrap();
    let copy = match t.engine() {
        Engine::Sqlite => TestApp::bare_sqlite().await,
        Engine::Postgres => TestApp::bare_postgres().await.unwrap(),
    };
    let mut file = Vec::new();
    t.app.backup(&mut file, at("2025-06-29T18:00")).await.unwrap();
    copy.app.stage().restore(|| Ok(Box::new(std::io::Cursor::new(file.clone())))).await.unwrap();
    let foreign = copy.app.checkpoint(&copy.dir.join("checkpoint.key"), at("2025-06-30T18:00")).await.unwrap();
    assert_eq!(foreign.seq, head.seq + 1, "the journal notes a new key");
    let look = Look::open(&t.url).await.unwrap();
    let said = |finding: &Finding| finding.problem_en.clone().unwrap_or_default();
    let finding = verify(&look, Some(&foreign), &key, None).await.unwrap();
    assert!(!finding.ok && said(&finding).contains("the checkpoint cannot be confirmed"), "{finding:?}");
    assert!(finding.problem_zh.as_ref().unwrap().contains("检查点无法确认"));
    // Its own is known with the key file, and without it, because the journal notes the key.
    let own: Checkpoint = t.app.checkpoint(&key, at("2025-06-30T18:00")).await.unwrap();
    assert_eq!(t.app.checkpoint(&key, at("2025-06-30T18:01")).await.unwrap().seq, own.seq, "a key is noted once");
    for lost in [false, true] {
        if lost {
            std::fs::remove_file(&key).unwrap();
        }
        let finding = verify(&look, Some(&own), &key, None).await.unwrap();
        assert!(finding.ok, "{lost}: {finding:?}");
        let finding = verify(&look, Some(&foreign), &key, None).await.unwrap();
        assert!(!finding.ok, "{lost}: {finding:?}");
    }
    // A key that is named counts alone.
    let finding = verify(&look, Some(&own), &key, Some(&own.public_key)).await.unwrap();
    assert!(finding.ok, "{finding:?}");
    let finding = verify(&look, Some(&own), &key, Some(&foreign.public_key)).await.unwrap();
    assert!(said(&finding).contains("not signed with the public key that was named"), "{finding:?}");
    // A key made after the first was lost is noted too, and the older checkpoint still counts.
    let next = t.app.checkpoint(&key, at("2025-06-30T19:00")).await.unwrap();
    assert_ne!(next.public_key, own.public_key);
    for checkpoint in [&own, &next] {
        let finding = verify(&look, Some(checkpoint), &key, None).await.unwrap();
        assert!(finding.ok, "{finding:?}");
    }
    look.close().await;
}

async fn an_older_schema_is_said_and_left_as_it_is(t: TestApp) {
    let side = t.side().await;
    side.must("CREATE TEMP TABLE kept AS SELECT * FROM seaql_migrations").await;
    side.change("DELETE FROM seaql_migrations WHERE version = 'm0012_vouched'").await;
    let refused = t.app.verify(None, &t.dir.join("checkpoint.key")).await.unwrap_err();
    assert!(matches!(&refused, shiyan_app::Error::Unusable(why) if why.code() == "DB-SCHEMA-OLD"), "{refused}");
    assert!(refused.to_string().contains("m0012_vouched"));
    assert_eq!(side.count("seaql_migrations WHERE version = 'm0012_vouched'").await, 0, "nothing ran");
    side.must("DELETE FROM seaql_migrations").await;
    side.must("INSERT INTO seaql_migrations SELECT * FROM kept").await;
    side.change("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 1)").await;
    let refused = t.app.verify(None, &t.dir.join("checkpoint.key")).await.unwrap_err();
    assert!(matches!(&refused, shiyan_app::Error::Unusable(why) if why.code() == "DB-SCHEMA-NEW"), "{refused}");
}

async fn verify_reads_one_moment_while_others_write(t: TestApp) {
    t.failing(NO).await;
    let writer = {
        let app = t.app.clone();
        tokio::spawn(async move {
            for n in 0..60 {
                let _ = app.login(&knock("signatory", if n % 3 == 0 { PASSWORD } else { "wrong password" }), at("2025-07-01T09:00")).await;
            }
        })
    };
    let mut rounds = 0;
    while !writer.is_finished() {
        t.assert_whole().await;
        rounds += 1;
    }
    writer.await.unwrap();
    assert!(rounds > 0);
}

/// A copy of a SQLite database that nobody writes, and the directory it lies in.
async fn still_copy(t: &TestApp) -> Temp {
    let dir = Temp::new("still");
    t.side().await.must(&format!("VACUUM INTO '{}'", dir.join("shiyan.db").display())).await;
    let side = Side::open(&format!("sqlite://{}", dir.join("shiyan.db").display())).await;
    side.must("PRAGMA journal_mode = WAL").await;
    side.close().await;
    dir
}
async fn looked_at(dir: &Temp) -> Finding {
    let look = Look::open(&format!("sqlite://{}", dir.join("shiyan.db").display())).await.unwrap();
    let mut finding = look.verify(None).await.unwrap();
    look.close().await;
    finding.without("clock");
    finding
}
fn names(dir: &Temp) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(&dir.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_database_that_is_only_looked_at_gets_no_files_beside_it() {
    let t = TestApp::sqlite().await;
    t.failing(NO).await;
    let dir = still_copy(&t).await;
    let before = std::fs::read(dir.join("shiyan.db")).unwrap();
    assert_eq!(names(&dir), ["shiyan.db"]);
    let finding = looked_at(&dir).await;
    assert!(finding.ok, "{finding:?}");
    assert_eq!(names(&dir), ["shiyan.db"], "nothing is made beside it");
    assert!(before == std::fs::read(dir.join("shiyan.db")).unwrap());
    // A log that a power cut left, without its index: what stands in it counts, and still nothing is made.
    let live = reopen(&format!("sqlite://{}", dir.join("shiyan.db").display())).await;
    note(&live, "2025-07-01T09:00").await;
    let head = live.stage().head().await.unwrap();
    let cut = Temp::new("cut");
    for name in ["shiyan.db", "shiyan.db-wal"] {
        std::fs::copy(dir.join(name), cut.join(name)).unwrap();
    }
    let finding = looked_at(&cut).await;
    assert!(finding.ok && finding.head == head, "{finding:?}");
    assert_eq!(names(&cut), ["shiyan.db", "shiyan.db-wal"]);
    // Beside a running server.
    let finding = looked_at(&dir).await;
    assert!(finding.ok && finding.head == head, "{finding:?}");
    live.close().await;
}

/// A file system of its own that goes away.
struct Mounted(std::path::PathBuf);
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_read_only_file_system_is_verified_as_it_is() {
    let mount = |args: &[&str], at: &std::path::Path| std::process::Command::new("mount").args(args).arg(at).output().is_ok_and(|o| o.status.success());
    let t = TestApp::sqlite().await;
    t.failing(NO).await;
    let still = still_copy(&t).await;
    for left in ["nothing", "a log", "a log and its index"] {
        let dir = Temp::new("ro");
        if !mount(&["-t", "tmpfs", "tmpfs"], &dir.0) {
            shiyan_testkit::skipped("a read-only file system", "mounting needs root");
            return;
        }
        let mounted = Mounted(dir.0.clone());
        std::fs::copy(still.join("shiyan.db"), dir.join("shiyan.db")).unwrap();
        let url = format!("sqlite://{}", dir.join("shiyan.db").display());
        let live = reopen(&url).await;
        note(&live, "2025-07-01T09:00").await;
        let head = live.stage().head().await.unwrap();
        let kept = Temp::new("kept");
        for name in names(&dir) {
            std::fs::copy(dir.join(&name), kept.join(&name)).unwrap();
        }
        live.close().await;
        let after = std::fs::read(dir.join("shiyan.db")).unwrap();
        for name in names(&dir) {
            std::fs::remove_file(dir.join(&name)).unwrap();
        }
        match left {
            "nothing" => std::fs::write(dir.join("shiyan.db"), after).unwrap(),
            _ => {
                for name in names(&kept).into_iter().filter(|n| left != "a log" || !n.ends_with("-shm")) {
                    std::fs::copy(kept.join(&name), dir.join(&name)).unwrap();
                }
            }
        }
        let before = names(&dir);
        assert!(mount(&["-o", "remount,ro"], &dir.0));
        assert!(std::fs::write(dir.join("x"), "x").is_err(), "it is read-only");
        let finding = looked_at(&dir).await;
        assert!(finding.ok && finding.head == head, "{left}: {finding:?}");
        assert_eq!(names(&dir), before);
        drop(mounted);
    }
}

#[tokio::test]
async fn a_damaged_page_is_named_and_not_called_a_fault() {
    let t = TestApp::sqlite().await;
    t.failing(NO).await;
    let dir = still_copy(&t).await;
    let file = dir.join("shiyan.db");
    let good = std::fs::read(&file).unwrap();
    let root: usize = t_root(&file, "test_item").await;
    let size = usize::from(u16::from_be_bytes([good[16], good[17]]));
    let mut bad = good.clone();
    bad[(root - 1) * size..root * size].fill(0xa5);
    std::fs::write(&file, &bad).unwrap();
    let finding = looked_at(&dir).await;
    let all = finding.problems.iter().map(|p| format!("{}: {}", p.part, p.en)).collect::<Vec<_>>().join("\n");
    assert!(!finding.ok && all.contains("item") && all.contains("damaged") && all.contains("malformed"), "{all}");
    let look = Look::open(&format!("sqlite://{}", file.display())).await.unwrap();
    let (zh, en) = look.check_pages().await.unwrap().unwrap();
    assert!(zh.contains("test_item") && en.contains("test_item"), "the table is named: {en}");
    look.close().await;
    // No database at all any more: it is said which file, and what to do.
    std::fs::write(&file, vec![0x55; good.len()]).unwrap();
    let refused = Look::open(&format!("sqlite://{}", file.display())).await.unwrap_err();
    assert!(matches!(&refused, shiyan_app::Error::Unusable(why) if why.code() == "DB-DAMAGED"), "{refused}");
    assert!(refused.to_string().contains("not a database") && refused.to_string().contains("shiyan.db"), "{refused}");
    // Cut off.
    std::fs::write(&file, &good[..good.len() / 2]).unwrap();
    match Look::open(&format!("sqlite://{}", file.display())).await {
        Ok(look) => assert!(!look.verify(None).await.unwrap().ok),
        Err(refused) => assert!(refused.to_string().contains("malformed"), "{refused}"),
    }
    std::fs::write(&file, &good).unwrap();
    assert!(looked_at(&dir).await.ok);
}

async fn t_root(file: &std::path::Path, table: &str) -> usize {
    let side = Side::open(&format!("sqlite://{}?mode=ro&immutable=1", file.display())).await;
    let root = side.text(&format!("SELECT CAST(rootpage AS TEXT) FROM sqlite_master WHERE name = '{table}'")).await;
    side.close().await;
    root.parse().unwrap()
}

/// Every row of every table as text, or nothing where it cannot be read any more.
async fn rows(file: &std::path::Path, tables: &[String]) -> Option<Vec<Vec<String>>> {
    let side = Side::try_open(&format!("sqlite://{}?mode=ro&immutable=1", file.display())).await.ok()?;
    let mut out = Vec::new();
    for table in tables {
        let columns = side.try_texts(&format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')")).await.ok()?;
        let key = side.try_texts(&format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 1")).await.ok()?;
        let sql = format!("SELECT {} FROM {table} NOT INDEXED ORDER BY quote({})", columns.join(" || '|' || "), key.first()?);
        out.push(side.try_texts(&sql).await.ok()?);
    }
    side.close().await;
    Some(out)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_flipped_bit_that_changes_a_journaled_row_is_found() {
    let t = TestApp::sqlite().await;
    let (_, _, case) = t.failing(NO).await;
    t.disposed(&case.id.to_string()).await;
    let dir = still_copy(&t).await;
    let file = dir.join("shiyan.db");
    let good = std::fs::read(&file).unwrap();
    assert!(looked_at(&dir).await.ok);
    let side = Side::open(&format!("sqlite://{}?mode=ro&immutable=1", file.display())).await;
    let tables = side.texts("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'seaql_migrations' ORDER BY name").await;
    side.close().await;
    let whole = rows(&file, &tables).await.unwrap();
    let flips: usize = std::env::var("SHIYAN_FLIPS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    // Numbers that look random and are the same every time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut changed, mut found, mut missed) = (0, 0, Vec::new());
    for _ in 0..flips {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bit = usize::try_from(state >> 11).unwrap() % (good.len() * 8);
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&file, &bytes).unwrap();
        let differs = rows(&file, &tables).await.is_none_or(|now| now != whole);
        // A file that cannot even be opened is found as well; a panic is not.
        let ok = match Look::open(&format!("sqlite://{}", file.display())).await {
            Ok(look) => {
                let verified = look.verify(None).await;
                look.close().await;
                verified.is_ok_and(|mut finding| {
                    finding.without("clock");
                    finding.ok
                })
            }
            Err(_) => false,
        };
        changed += usize::from(differs);
        found += usize::from(!ok);
        if differs && ok {
            missed.push(bit);
        }
    }
    println!("bits flipped {flips}, rows changed by {changed}, found {found}, missed {}", missed.len());
    assert!(changed > flips / 20, "the flips hit rows: {changed}");
    assert!(missed.is_empty(), "not found: {missed:?}");
    // A bit of the catalogue that leaves a word that is no text: the driver would panic on it. Some of the places are free space.
    let word = b"content_hash TEXT";
    let places = (0..good.len() - word.len()).filter(|at| &good[*at..*at + word.len()] == word);
    let mut named = 0;
    for at in places {
        let mut bytes = good.clone();
        bytes[at + word.len() - 2] ^= 0x80;
        std::fs::write(&file, &bytes).unwrap();
        let finding = looked_at(&dir).await;
        named += usize::from(finding.problem_en.is_some_and(|p| p.contains("sqlite_master: the definition of")));
    }
    assert!(named > 10, "{named}");
}

/// PostgreSQL in two roles: the owner migrates, a weaker one serves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_weaker_role_serves_and_cannot_touch_the_journal() {
    let Some(t) = TestApp::postgres().await else {
        shiyan_testkit::skipped("a weaker role on PostgreSQL", "no PostgreSQL server (SHIYAN_TEST_PG)");
        return;
    };
    let owner = t.side().await;
    let role = format!("serve_{}", t.url.rsplit('_').next().unwrap().split('?').next().unwrap());
    owner.must(&format!("CREATE ROLE {role} LOGIN PASSWORD 'of no worth'")).await;
    let store = t.app.stage();
    shiyan_testkit::grant(store, &role).await.unwrap();
    shiyan_testkit::grant(store, &role).await.unwrap();
    let said = shiyan_testkit::grant(store, "nobody there").await.unwrap_err();
    assert!(said.contains("does not exist"), "{said}");
    let weaker = shiyan_testkit::side::with_user(&t.url, &role, "of no worth");
    let side = Side::open(&weaker).await;
    for sql in [
        "UPDATE journal SET at = ''",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "UPDATE blob SET size = 0",
        "DELETE FROM blob",
        "UPDATE test_report SET number = 'x'",
        "TRUNCATE test_report CASCADE",
        "TRUNCATE rapid_reading CASCADE",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "DROP TRIGGER journal_no_update ON journal",
        "CREATE TABLE backdoor (x TEXT)",
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('x', 1)",
    ] {
        let why = side.run(sql).await.unwrap_err();
        assert!(why.contains("permission denied") || why.contains("must be owner"), "{sql}: {why}");
    }
    // It serves: a login, a sheet, and a check that reads everything.
    let app = App::new(shiyan_store::Store::open(&weaker).await.unwrap(), |_| Err(shiyan_app::reports::Unset::Failed("none".into())));
    app.seed_reference(at("2025-06-03T08:00")).await.unwrap();
    let opened = app.login(&knock("signatory", PASSWORD), at("2025-06-03T09:00")).await.unwrap().opened().unwrap();
    assert!(app.who_is(&opened.token, at("2025-06-03T09:01")).await.unwrap().is_some());
    app.logout(&opened.token, at("2025-06-03T09:02")).await.unwrap();
    let finding = app.stage().verify(None).await.unwrap();
    assert!(finding.ok, "{finding:?}");
    assert_eq!(app.stage().check_pages().await.unwrap(), None);
    app.close().await;
    side.close().await;
    owner.must(&format!("DROP OWNED BY {role}")).await;
    owner.must(&format!("DROP ROLE {role}")).await;
}

/// The list that verify holds PostgreSQL against. `cargo xtask golden` writes it anew.
#[tokio::test]
async fn the_list_of_the_schema_is_what_the_migrations_make() {
    let Some(t) = TestApp::bare_postgres().await else {
        shiyan_testkit::skipped("the list of the schema on PostgreSQL", "no PostgreSQL server (SHIYAN_TEST_PG)");
        return;
    };
    let look = Look::open(&t.url).await.unwrap();
    let mut made = String::new();
    for o in look.objects().await.unwrap() {
        made += &format!("{}\t{}\t{}\n", o.kind, o.name, o.definition);
    }
    look.close().await;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/store/src/verify/postgres.schema");
    if std::env::var("SHIYAN_BLESS").is_ok() {
        std::fs::write(&file, &made).unwrap();
    }
    let listed = std::fs::read_to_string(&file).unwrap();
    for (made, listed) in made.lines().zip(listed.lines()) {
        assert_eq!(made, listed, "a migration changed the schema: write the list anew with `cargo xtask golden`");
    }
    assert_eq!(made, listed);
}
