use super::*;
use shiyan_foundation::{NaiveDate, shanghai};
use shiyan_migrations::{Migrator, MigratorTrait};
use shiyan_store::Store;
use std::path::PathBuf;

struct Temp(PathBuf);
impl Temp {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("shiyan-editions-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Temp(dir)
    }
}
impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn now() -> Instant {
    day("2026-11-23").and_hms_opt(14, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}

/// An installation with the rows of before GB 2762-2025: the edition of 2022 without an end, its lead row activated, one row as it was before
/// it was mended.
async fn of_before(dir: &Temp) -> App {
    let store = Store::open(&format!("sqlite://{}/limits.db", dir.0.display())).await.unwrap();
    Migrator::up(store.migration_connection(), None).await.unwrap();
    let rows: Vec<LimitRecord> = shiyan_statute::limits()
        .iter()
        .filter(|r| r.basis != "GB 2762-2025")
        .map(|r| {
            let mut row = r.clone();
            if row.basis == "GB 2762-2022" {
                row.effective_to = None;
            }
            if row.id == "L0103" {
                row.status = LimitStatus::Active;
            }
            if row.id == "L0120" {
                row.method = "以前的方法".to_owned();
            }
            if row.id == "L0121" {
                row.method = "以前的方法".to_owned();
                row.status = LimitStatus::Active;
            }
            LimitRecord { row, activated_by: None, activated_at: None, revision: 0 }
        })
        .collect();
    let mut unit = store.begin(now()).await.unwrap();
    unit.insert_many(&rows, &Who::system("以前的版本"), "limit.seed").await.unwrap();
    unit.commit().await.unwrap();
    App::new(store, |_| Ok(Vec::new()))
}

#[tokio::test]
async fn an_older_installation_receives_the_shipped_rows_once() {
    let dir = Temp::new("once");
    let app = of_before(&dir).await;
    let old = shiyan_statute::limits().iter().filter(|r| r.basis == "GB 2762-2022").count();
    let new = shiyan_statute::limits().iter().filter(|r| r.basis == "GB 2762-2025").count();
    let got = app.receive_editions(now()).await.unwrap().expect("something came");
    assert_eq!(got.editions, [("GB 2762-2025".to_owned(), new)].into());
    // L0120 was mended, its last day with it
    assert_eq!((got.new, got.ended, got.mended, got.differing), (new, old - 1, 1, 1), "{got:?}");
    let library = app.limit_rows().await.unwrap();
    let row = |id: &str| library.iter().find(|r| r.id == id).unwrap().clone();
    assert!(library.iter().filter(|r| r.basis == "GB 2762-2025").all(|r| r.status == LimitStatus::Pending));
    assert!(library.iter().filter(|r| r.basis == "GB 2762-2022").all(|r| r.effective_to == Some(day("2026-09-02"))));
    assert_eq!((row("L0103").status, row("L0103").version), (LimitStatus::Active, 1), "what a person decided stays");
    assert_eq!((row("L0121").method.as_str(), row("L0121").status), ("以前的方法", LimitStatus::Active), "a row in use is not rewritten");
    assert_ne!(row("L0120").method, "以前的方法", "a row that nobody put to use is as shipped");
    let told = app.store.timeline(&[SUBJECT.to_owned()]).await.unwrap();
    assert_eq!((told.len(), told[0].verb.as_str(), told[0].facts["new"].as_u64()), (1, "limit.editions", Some(new as u64)));
    assert!(told[0].facts["rows"].as_array().unwrap().iter().any(|r| r == "L0121 differs method"), "{:?}", told[0].facts["rows"]);
    assert!(told[0].facts["rows"].as_array().unwrap().len() <= NAMED);
    // the second start changes nothing, not even the journal, though a row still differs
    let head = app.store.timeline(&[SUBJECT.to_owned(), "limit:L0103".to_owned()]).await.unwrap().len();
    assert_eq!(app.receive_editions(now()).await.unwrap(), None);
    assert_eq!(app.store.timeline(&[SUBJECT.to_owned(), "limit:L0103".to_owned()]).await.unwrap().len(), head);
}

#[tokio::test]
async fn a_new_installation_has_nothing_to_receive() {
    let dir = Temp::new("new");
    let store = Store::open(&format!("sqlite://{}/limits.db", dir.0.display())).await.unwrap();
    Migrator::up(store.migration_connection(), None).await.unwrap();
    let app = App::new(store, |_| Ok(Vec::new()));
    app.seed_reference(now()).await.unwrap();
    assert_eq!(app.receive_editions(now()).await.unwrap(), None);
    // an end that the quality manager gave a row is earlier than that of the law, and stays
    let mut ended: LimitRecord = app.store.all::<LimitRecord>().await.unwrap().into_iter().find(|r| r.row.id == "L0103").unwrap();
    ended.row.effective_to = Some(day("2026-08-01"));
    ended.revision += 1;
    let mut unit = app.store.begin(now()).await.unwrap();
    unit.save(&ended, &Who::system("t"), "limit.end", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(app.receive_editions(now()).await.unwrap(), None);
}
