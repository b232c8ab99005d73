use super::*;
use crate::intake::package_for;
use shiyan_foundation::ids::UserId;
use shiyan_foundation::{Decimal, Role, Scope, shanghai};
use shiyan_migrations::{Migrator, MigratorTrait};
use shiyan_statute::LimitRule;
use shiyan_store::Store;
use shiyan_store::records::PackageLimit;
use std::path::PathBuf;

struct Temp(PathBuf);
impl Temp {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("shiyan-limits-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Temp(dir)
    }
}
impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn now() -> Instant {
    day("2026-11-23").and_hms_opt(14, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
async fn app(dir: &Temp) -> App {
    let store = Store::open(&format!("sqlite://{}/limits.db", dir.0.display())).await.unwrap();
    Migrator::up(store.migration_connection(), None).await.unwrap();
    let app = App::new(store, |_| Ok(Vec::new()));
    app.seed_reference(now()).await.unwrap();
    app
}
fn quality() -> Actor {
    Actor { id: UserId(uuid::Uuid::from_u128(7)), name: "示范质量负责人".into(), roles: [Role::QualityManager].into(), scope: Scope::District }
}
fn leek() -> LimitRow {
    shiyan_statute::limits().iter().find(|r| r.id == "L0001").unwrap().clone()
}
fn file(rows: Vec<LimitRow>) -> LimitFile {
    LimitFile { name: "示范.csv".into(), sha256: "00".into(), row_count: rows.len() as u64, rows, totals: json!({}) }
}
fn code(error: Error) -> String {
    match error {
        Error::Refused(why) => why[0].code().to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn an_import_waits_to_be_checked_and_happens_once() {
    let dir = Temp::new("once");
    let app = app(&dir).await;
    let new = LimitRow { id: "I0001".into(), rule: LimitRule::Max { value: Decimal::ONE }, status: LimitStatus::Active, ..leek() };
    let again = LimitRow { id: "I0002".into(), ..leek() };
    let table = file(vec![new, again]);
    let supervisor = Actor { roles: [Role::Supervisor].into(), ..quality() };
    assert_eq!(code(app.import_limits(&supervisor, &table, "测试导入", true, now()).await.unwrap_err()), "ADMIN-ROLE");
    let head = app.store.head().await.unwrap();
    let dry = app.import_limits(&quality(), &table, "测试导入", true, now()).await.unwrap();
    assert_eq!((dry.rules, dry.new, dry.known, dry.dry_run), (2, 1, 1, true), "what the library has under another key is known");
    assert_eq!(app.store.head().await.unwrap().hash, head.hash, "a dry run writes nothing");
    assert_eq!(app.import_limits(&quality(), &table, "测试导入", false, now()).await.unwrap().new, 1);
    let stored: LimitRecord = app.store.get("I0001").await.unwrap().unwrap();
    assert_eq!((stored.row.status, stored.activated_by), (LimitStatus::Pending, None), "待核实, whatever the file says");
    let head = app.store.head().await.unwrap();
    let second = app.import_limits(&quality(), &table, "测试导入", false, now()).await.unwrap();
    assert_eq!((second.new, second.known), (0, 2));
    assert_eq!(app.store.head().await.unwrap().hash, head.hash, "not even the journal");
    assert!(app.store.verify(None).await.unwrap().ok);
}

#[tokio::test]
async fn a_row_in_use_ends_only_when_its_successor_is_activated() {
    let dir = Temp::new("end");
    let app = app(&dir).await;
    let old = LimitRow { id: "T1".into(), effective_to: None, ..leek() };
    let new = LimitRow { id: "T2".into(), rule: LimitRule::Max { value: Decimal::new(1, 1) }, effective_from: day("2026-03-01"), effective_to: None, ..leek() };
    let same_day = LimitRow { id: "T3".into(), rule: LimitRule::Max { value: Decimal::ONE }, effective_to: None, ..leek() };
    let elsewhere = LimitRow { id: "T4".into(), categories: vec![CategoryPath::parse("食用农产品/蔬菜")], effective_to: None, ..leek() };
    let actor = quality();
    app.import_limits(&actor, &file(vec![old]), "测试导入", false, now()).await.unwrap();
    app.set_limit_status(&actor, "T1", LimitStatus::Active, now()).await.unwrap();
    // Not without a word: two items would be judged worse than before.
    let silent = app.import_limits(&actor, &file(vec![new.clone(), same_day.clone(), elsewhere.clone()]), " ", false, now()).await.unwrap_err();
    assert_eq!(code(silent), "LIMIT-TIES");
    let told = app.import_limits(&actor, &file(vec![new, same_day, elsewhere]), "测试导入", false, now()).await.unwrap();
    assert_eq!(told.changes, [("T2".to_owned(), "T1".to_owned()), ("T3".to_owned(), "T1".to_owned())]);
    assert_eq!((told.ties.len(), told.ties[0].active.len()), (2, 1), "{:?}", told.ties);
    assert_eq!(told.in_the_way, 2, "two new rows stand beside T1 and stop its verdicts until they are checked");
    let get = async |id: &str| app.store.get::<LimitRecord>(id).await.unwrap().unwrap();
    assert_eq!(get("T1").await.row.effective_to, None, "an import ends nothing");
    let refused = app.set_limit_status(&actor, "T3", LimitStatus::Active, now()).await.unwrap_err();
    assert_eq!(code(refused), "LIMIT-CLASH");
    app.set_limit_status(&actor, "T4", LimitStatus::Active, now()).await.unwrap();
    app.set_limit_status(&actor, "T2", LimitStatus::Active, now()).await.unwrap();
    assert_eq!((get("T1").await.row.effective_to, get("T1").await.row.status), (Some(day("2026-03-01")), LimitStatus::Active));
    assert_eq!(get("T4").await.row.effective_to, None, "another food is another limit");
    // the shipped row of 2021 and the row that was refused are pending and would stand beside T1
    for id in ["L0001", "T3"] {
        app.set_limit_status(&actor, id, LimitStatus::Retired, now()).await.unwrap();
    }
    let library = app.limit_rows().await.unwrap();
    let category = CategoryPath::parse("食用农产品/蔬菜/鳞茎类/韭菜");
    let on = |date: &str| match library.choose(&LimitQuery {
        category: &category,
        food_name: "韭菜",
        analyte: "腐霉利",
        ref_date: day(date),
        prepackaged: Some(false),
    }) {
        LimitChoice::One(row) => row.id.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!((on("2026-02-28").as_str(), on("2026-03-01").as_str()), ("T1", "T2"));
    assert!(app.store.verify(None).await.unwrap().ok);
}

#[tokio::test]
async fn ten_thousand_rows_are_taken_in_seconds_and_chosen_from_in_no_time() {
    let dir = Temp::new("many");
    let app = app(&dir).await;
    let base = leek();
    let rows: Vec<LimitRow> = (0..10_000)
        .map(|n| LimitRow {
            id: format!("I{n:06}"),
            analyte: format!("示范项目{}", n % 400),
            categories: vec![CategoryPath::parse(&format!("饮料/示范{}/示范{n}", n % 50))],
            category_text: format!("饮料/示范{}/示范{n}", n % 50),
            effective_to: None,
            ..base.clone()
        })
        .collect();
    let clock = std::time::Instant::now();
    assert_eq!(app.import_limits(&quality(), &file(rows), "测试导入", false, now()).await.unwrap().new, 10_000);
    println!("10,000 rows imported in {:?}", clock.elapsed());
    assert!(clock.elapsed().as_secs() < 60);
    let clock = std::time::Instant::now();
    let library = app.limit_rows().await.unwrap();
    println!("library of {} rows read in {:?}", library.len(), clock.elapsed());
    let category = CategoryPath::parse("饮料/示范7/示范1007");
    let clock = std::time::Instant::now();
    for n in 0..1_000 {
        let analyte = format!("示范项目{}", n % 400);
        let query = LimitQuery { category: &category, food_name: "示范", analyte: &analyte, ref_date: day("2026-06-01"), prepackaged: Some(true) };
        assert!(!matches!(library.choose(&query), LimitChoice::One(_)), "nothing is active");
    }
    let each = clock.elapsed() / 1_000;
    println!("one choice: {each:?}");
    assert!(each.as_micros() < 1_000, "{each:?}");
}

fn package(key: &str, year: i32, category: &str) -> ItemPackage {
    ItemPackage {
        key: key.into(),
        year,
        category: CategoryPath::parse(category),
        items: Vec::new(),
        retired: false,
        source: String::new(),
        demo: false,
        ..ItemPackage::default()
    }
}

#[test]
fn the_package_is_that_of_the_year_then_of_the_food() {
    let all = [
        package("any", 0, "糕点"),
        package("2024", 2024, "糕点/糕点/糕点"),
        package("2025-wide", 2025, "糕点"),
        package("2025", 2025, "糕点/糕点"),
        package("2025-list", 2025, "茶叶及相关制品/茶叶/茶叶/绿茶、红茶"),
        ItemPackage { retired: true, ..package("2026", 2026, "糕点/糕点/糕点") },
    ];
    let of = |year, path: &str| package_for(&all, &CategoryPath::parse(path), year).map(|p| p.key.as_str());
    assert_eq!(of(2026, "糕点/糕点/糕点/热加工糕点"), Some("2025"), "the latest year before, the nearest food in it");
    assert_eq!(of(2025, "糕点/面包"), Some("2025-wide"));
    assert_eq!(of(2024, "糕点/糕点/糕点/热加工糕点"), Some("2024"));
    assert_eq!(of(2023, "糕点/糕点"), Some("any"));
    assert_eq!(of(2025, "茶叶及相关制品/茶叶/茶叶/红茶"), Some("2025-list"));
    assert_eq!((of(2024, "茶叶及相关制品/茶叶/茶叶/红茶"), of(2026, "饼干")), (None, None));
}

#[tokio::test]
async fn a_package_is_replaced_and_never_edited() {
    let dir = Temp::new("packages");
    let app = app(&dir).await;
    let actor = Actor { name: "命令行".into(), ..quality() };
    let item = |name: &str| PackageItem { analyte: name.into(), unit: "mg/kg".into(), method: "GB 1".into(), limit: None, ..PackageItem::default() };
    let read = |items: &[&str]| PackageFile {
        name: "示范.csv".into(),
        sha256: "00".into(),
        packages: vec![(CategoryPath::parse("糕点/糕点"), items.iter().map(|i| item(i)).collect())],
        row_count: items.len() as u64,
        totals: json!({}),
    };
    let run = async |items: &[&str], year: i32| app.import_packages(&actor, &read(items), year, false, now()).await.unwrap();
    let first = run(&["铅"], 2026).await;
    assert_eq!((first.new, first.known, first.replaced), (1, 0, 0));
    let head = app.store.head().await.unwrap();
    assert_eq!((run(&["铅"], 2026).await.known, app.store.head().await.unwrap().hash), (1, head.hash));
    assert_eq!(run(&["铅"], 2025).await.new, 1, "another year is another package");
    assert_eq!(run(&["铅", "镉"], 2026).await.replaced, 1);
    // and back again: the first package is pinned by orders, so this is a third one
    assert_eq!(run(&["铅"], 2026).await.replaced, 1);
    let mut all: Vec<ItemPackage> = app.store.all().await.unwrap();
    all.retain(|p| !p.is_shipped());
    let living: Vec<&ItemPackage> = all.iter().filter(|p| !p.retired && p.year == 2026).collect();
    assert_eq!((all.len(), living.len(), living[0].items.len()), (4, 1, 1));
    assert_eq!(code(app.import_packages(&actor, &read(&["铅"]), 1999, true, now()).await.unwrap_err()), "YEAR");
    assert_eq!(app.store.packages_of_class("糕点").await.unwrap().iter().filter(|p| !p.is_shipped()).count(), 4);
    assert!(app.store.packages_of_class("糕%").await.unwrap().is_empty());
    assert!(app.store.verify(None).await.unwrap().ok);
}

#[test]
fn a_limit_of_the_task_stands_above_the_library() {
    let library = LimitLibrary::new(vec![LimitRow { status: LimitStatus::Active, effective_to: None, ..leek() }]);
    let sheet = shiyan_sample_intake::sheet::Sheet::default();
    let sample = shiyan_sample_intake::Sample::draft(shiyan_foundation::ids::SampleId(uuid::Uuid::nil()), sheet);
    let line = |limit| PackageItem { analyte: "腐霉利".into(), unit: "mg/kg".into(), method: leek().method, limit, ..PackageItem::default() };
    let task = PackageLimit { rule: LimitRule::Max { value: Decimal::new(5, 2) }, unit: "mg/kg".into(), basis: "示范实施细则".into() };
    let (limit, none, group) = limit_under(&sample, Some("P2026-x"), &line(Some(task.clone())), &library);
    let limit = limit.unwrap();
    assert_eq!(
        (limit.id.as_str(), limit.text.as_str(), limit.basis.as_str(), none, group.as_str()),
        ("P2026-x", "≤0.05mg/kg", "示范实施细则", None, "pesticide")
    );
    // an item that was added by hand belongs to no package, and a package without a limit leaves the choice to the library
    assert!(limit_under(&sample, None, &line(Some(task)), &library).0.is_none());
    assert!(limit_under(&sample, Some("P2026-x"), &line(None), &library).0.is_none());
}
