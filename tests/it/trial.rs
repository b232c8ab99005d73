//! 试运行的文件 what was tried waits on the server for its confirmation: for its person, its page and some hours, on every server of one
//! database, and to the byte.

use chrono::TimeDelta;
use shiyan_app::uploads::{HOURS, KeptUpload, MOST, WAITING};
use shiyan_testkit::bench::reopen;
use shiyan_testkit::{TestApp, codes};

use crate::http::now;

shiyan_testkit::on_both_engines!(
    a_file_waits_for_its_person_and_its_page_on_every_server,
    a_file_that_waited_too_long_is_gone_and_said_to_be,
    a_file_that_somebody_changed_meanwhile_is_not_written,
);

fn file(text: &str) -> KeptUpload {
    KeptUpload { said: "2025-01-01".into(), name: "限量|表.csv".into(), bytes: text.as_bytes().to_vec() }
}

async fn a_file_waits_for_its_person_and_its_page_on_every_server(t: TestApp) {
    let (mine, other) = (t.people.quality.actor(), t.people.planner.actor());
    let head = t.app.stage().head().await.unwrap();
    let key = t.app.keep_trial(&mine, "limits", file("a,b\n1,2\n"), now()).await.unwrap();
    for app in [&t.app, &reopen(&t.url).await] {
        // As often as it is asked for: whoever sends the confirmation twice is answered by the key of the form.
        for _ in 0..2 {
            assert_eq!(app.tried_file(&mine, "limits", &key, now()).await.unwrap(), file("a,b\n1,2\n"));
        }
        assert_eq!(codes(app.tried_file(&other, "limits", &key, now()).await), ["DRY-RUN-GONE"], "somebody else");
        assert_eq!(codes(app.tried_file(&mine, "packages", &key, now()).await), ["DRY-RUN-GONE"], "another page");
        assert_eq!(codes(app.tried_file(&mine, "limits", &key[1..], now()).await), ["DRY-RUN-GONE"], "another key");
    }
    assert_eq!(t.app.stage().head().await.unwrap(), head, "a file that was only tried is no record");
    assert_eq!(codes(t.app.keep_trial(&mine, "limits", file(&"x".repeat(MOST + 1)), now()).await), ["DRY-RUN-SIZE"]);
    t.assert_whole().await;
}

async fn a_file_that_waited_too_long_is_gone_and_said_to_be(t: TestApp) {
    let mine = t.people.quality.actor();
    let key = t.app.keep_trial(&mine, "limits", file("first"), now()).await.unwrap();
    let end = now() + TimeDelta::hours(HOURS);
    t.app.tried_file(&mine, "limits", &key, end - TimeDelta::seconds(1)).await.unwrap();
    assert_eq!(codes(t.app.tried_file(&mine, "limits", &key, end).await), ["DRY-RUN-GONE"]);
    // The newest few of a person wait; nobody fills the disk by trying.
    for n in 0..WAITING {
        t.app.keep_trial(&mine, "limits", file("more"), now() + TimeDelta::minutes(i64::try_from(n).unwrap() + 1)).await.unwrap();
    }
    assert_eq!(codes(t.app.tried_file(&mine, "limits", &key, now()).await), ["DRY-RUN-GONE"], "the oldest goes first");
    let side = t.side().await;
    assert_eq!(side.count("kept_upload").await, i64::try_from(WAITING).unwrap());
    // What has expired goes when the next one comes, whoever sends it.
    t.app.keep_trial(&t.people.planner.actor(), "plan", file("plan"), end + TimeDelta::hours(1)).await.unwrap();
    assert_eq!(side.count("kept_upload").await, 1);
    t.assert_whole().await;
}

async fn a_file_that_somebody_changed_meanwhile_is_not_written(t: TestApp) {
    let mine = t.people.quality.actor();
    let key = t.app.keep_trial(&mine, "limits", file("limit,1\n"), now()).await.unwrap();
    t.side().await.must("UPDATE kept_upload SET said = '2035-01-01'").await;
    assert_eq!(codes(t.app.tried_file(&mine, "limits", &key, now()).await), ["DRY-RUN-GONE"]);
}
