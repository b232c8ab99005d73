mod limits;
mod lists;

use super::*;
use shiyan_app::Store;
use shiyan_app::read::SampleFilter;
use shiyan_foundation::area::AdminBody;
use shiyan_foundation::ids::InstrumentId;
use shiyan_foundation::shanghai;
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_indicators::BatchStage;
use shiyan_judgement::judging::{FoodFacts, Verdict};
use shiyan_judgement::texts::{Typed, judge_stored};
use shiyan_lab_results::bench::Instrument;
use shiyan_lab_results::order::TestItem;
use shiyan_migrations::{Migrator, MigratorTrait};
use shiyan_statute::LimitChoice;
use std::path::PathBuf;

struct Temp(PathBuf);
impl Temp {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("shiyan-demo-{name}-{}", std::process::id()));
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
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(14, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}
async fn app(dir: &Temp) -> App {
    let store = Store::open(&format!("sqlite://{}/demo.db", dir.0.display())).await.unwrap();
    Migrator::up(store.migration_connection(), None).await.unwrap();
    App::new(store, |_| Ok(Vec::new()))
}
fn options(seed: u64, samples: Option<u32>) -> DemoOptions {
    DemoOptions { seed, now: now(), samples, password: None }
}

#[test]
fn every_item_of_the_demonstration_has_one_limit_and_a_clear_verdict() {
    let foods = world::foods().unwrap();
    let limits: Vec<_> = shiyan_statute::limits().iter().cloned().chain(world::limits(&foods, "甲", now()).into_iter().map(|l| l.row)).collect();
    let mut dice = Dice::new(1);
    for food in &foods {
        let known = FoodFacts::of(&food.category, &food.name, Some(&food.ingredients));
        for (row, _) in &food.items {
            for on in ["2024-10-01", "2025-02-08", "2025-06-01", "2026-03-01", "2026-11-01"] {
                let query = shiyan_statute::LimitQuery {
                    category: &food.category,
                    food_name: &food.name,
                    analyte: &row.analyte,
                    ref_date: on.parse().unwrap(),
                    prepackaged: Some(food.prepacked),
                };
                let LimitChoice::One(limit) = shiyan_statute::choose(limits.iter(), &query) else { panic!("{} {} {on}", food.name, row.analyte) };
                let used = shiyan_judgement::limit::LimitUsed::of(limit);
                for n in 0..40 {
                    let fails = n % 2 == 0;
                    let raw = world::typed_result(&mut dice, limit, fails);
                    let of = Typed { food: known.food(), ingredients: known.ingredients.as_deref(), ..Typed::new(&row.analyte, &raw, Some(&row.unit)) };
                    let judged = judge_stored(&of, Some(&used), None).1.unwrap();
                    // what the demonstration has a person decide
                    let member = judged.code == "JUDGE-SUM-MEMBER";
                    let wanted = match (&limit.rule, fails) {
                        (_, false) if member => Verdict::NeedsPerson,
                        (_, false) => Verdict::Conforming,
                        (shiyan_statute::LimitRule::NotDetected { banned: false }, true) if judged.code == "JUDGE-CARRY-OVER" => Verdict::NeedsPerson,
                        _ => Verdict::Nonconforming,
                    };
                    assert_eq!(judged.verdict, wanted, "{} {} {raw}: {}", food.name, row.analyte, judged.zh);
                }
            }
        }
    }
}

#[test]
fn the_limits_of_the_demonstration_never_stand_beside_a_shipped_one() {
    let foods = world::foods().unwrap();
    let shipped: Vec<_> =
        shiyan_statute::limits().iter().cloned().map(|r| shiyan_statute::LimitRow { status: shiyan_statute::LimitStatus::Active, ..r }).collect();
    let demo: Vec<_> = world::limits(&foods, "甲", now()).into_iter().map(|l| l.row).collect();
    for row in &shipped {
        for path in row.categories.iter().filter(|p| p.class() != "*") {
            let query =
                shiyan_statute::LimitQuery {
                    category: path, food_name: "某某", analyte: &row.analyte, ref_date: now().date_naive(), prepackaged: Some(true)
                };
            let alone = shiyan_statute::choose(shipped.iter(), &query);
            assert_eq!(alone, shiyan_statute::choose(shipped.iter().chain(&demo), &query), "{} {path}", row.id);
        }
    }
}

#[tokio::test]
async fn a_smaller_demonstration_loads_verifies_and_goes_away() {
    whole("small", Some(2_400)).await;
}

#[tokio::test]
#[ignore = "takes most of a minute without optimisation"]
async fn the_whole_demonstration_loads_verifies_and_goes_away() {
    whole("whole", None).await;
}

#[tokio::test]
async fn any_day_of_the_year_will_do() {
    for (name, day) in [("new-year", "2026-01-02T08:00:00+08:00"), ("spring", "2027-03-01T06:30:00+08:00"), ("sunday", "2026-07-05T22:00:00+08:00")] {
        let dir = Temp::new(name);
        let app = app(&dir).await;
        let now: Instant = day.parse().unwrap();
        let summary = load(&app, DemoOptions { seed: 3, now, samples: Some(250), password: None }).await.unwrap();
        assert!(summary.samples > 200);
        let log = std::fs::metadata(dir.0.join("demo.db-wal")).unwrap().len();
        assert_eq!(log, 0, "the write-ahead log is folded into the file while the database stays open");
        assert!(app.stage().verify(None).await.unwrap().ok);
    }
}

async fn whole(name: &str, samples: Option<u32>) {
    let dir = Temp::new(name);
    let app = app(&dir).await;
    let clock = std::time::Instant::now();
    let summary = load(&app, options(2026, samples)).await.unwrap();
    println!("loaded in {:?}: {} samples, {} cases; {:?} {:?}", clock.elapsed(), summary.samples, summary.cases, summary.states, summary.case_states);
    println!("database: {} MB", std::fs::metadata(dir.0.join("demo.db")).unwrap().len() / 1_000_000);
    assert!(load(&app, options(1, None)).await.unwrap_err().to_string().contains("DEMO-THERE"));

    let clock = std::time::Instant::now();
    let finding = app.stage().verify(None).await.unwrap();
    println!("verified in {:?}", clock.elapsed());
    assert!(finding.ok, "{finding:?}");

    // the shipped limits are in use, by a statement that says what it is worth, and what the sources do not settle still waits
    let shipped: Vec<_> = app.limit_rows().await.unwrap().iter().filter(|r| !r.id.starts_with("DEMO")).cloned().collect();
    let count = |wanted| shipped.iter().filter(|r| r.status == wanted).count() as u64;
    assert_eq!(count(shiyan_statute::LimitStatus::Active), summary.limits_in_use);
    assert!(summary.limits_in_use > 400 && count(shiyan_statute::LimitStatus::Pending) > 0, "{}", summary.limits_in_use);
    assert!(shipped.iter().filter(|r| r.basis == "GB 2762-2025" && r.status == shiyan_statute::LimitStatus::Active).count() > 200);
    let signed = app.stage().timeline(&["limits:checked".to_owned()]).await.unwrap();
    assert!(signed.iter().all(|e| e.facts["statement"] == STATEMENT) && !signed.is_empty());

    for state in ["draft", "sampled", "received", "refused", "void", "testing", "entered", "checked", "reviewed", "approved", "issued"] {
        assert!(summary.states.get(state).is_some_and(|n| *n > 0), "{state}: {:?}", summary.states);
    }
    for state in ["opened", "assigned", "acting", "submitted", "closed", "cancelled"] {
        assert!(summary.case_states.get(state).is_some_and(|n| *n > 0), "{state}: {:?}", summary.case_states);
    }
    assert_eq!(Role::ALL.iter().filter(|r| !summary.accounts.iter().any(|a| a.role_zh == r.zh())).count(), 0);
    let knock = shiyan_app::entry::Knock::new("analyst", PASSWORD, std::net::Ipv4Addr::LOCALHOST.into());
    let opened = app.login(&knock, now()).await.unwrap().opened().unwrap();
    assert_eq!(opened.user.name, "示范检验员甲");

    // last year
    let year = app.year(app.kpi_scope(2025).await.unwrap(), &Scope::District, now()).await.unwrap();
    let issued: Vec<_> =
        year.facts.batches.iter().filter(|b| b.stage == BatchStage::Issued && b.kind == TaskKind::Supervisory && b.admin == AdminBody::Jinshui).collect();
    let fails = issued.iter().filter(|b| b.outcome == Some(Outcome::Fail)).count();
    let per_10_000 = fails * 10_000 / issued.len();
    println!("2025: {} supervisory, {fails} failing: {per_10_000}/10000", issued.len());
    assert!((250..=380).contains(&per_10_000), "{per_10_000}");
    for y in [2025, 2026] {
        let year = app.year(app.kpi_scope(y).await.unwrap(), &Scope::District, now()).await.unwrap();
        println!("{y}: required {} plan {}", year.kpis.required, year.facts.plan.iter().map(|p| p.planned).sum::<u32>());
        let figure = |key: &str| year.kpis.figures().into_iter().find(|f| f.key == key).unwrap_or_else(|| panic!("{key}")).clone();
        for key in [
            "batches_per_thousand",
            "discovery_rate",
            "evaluative_pass_rate",
            "disposal_rate",
            "disposal_on_time_rate",
            "report_on_time_rate",
            "service_on_time_rate",
            "rapid_handled_rate",
        ] {
            let f = figure(key);
            println!("  {key} {}/{} {} {:?}", f.numerator, f.denominator, f.display, f.met);
        }
        let (batches, disposal, reports) = (figure("batches_per_thousand"), figure("disposal_rate"), figure("report_on_time_rate"));
        if samples.is_none() {
            assert_eq!(batches.met, Some(y == 2025), "{}", batches.exact);
            assert!((4_300..6_200).contains(&batches.numerator));
        }
        assert!(disposal.numerator * 100 > disposal.denominator * 90);
        // this year some are overdue
        assert_eq!(y == 2026, disposal.numerator < disposal.denominator);
        assert!(reports.numerator * 100 > reports.denominator * 93 && reports.numerator < reports.denominator);
    }
    let figures = app.year(app.kpi_scope(2025).await.unwrap(), &Scope::Lab(LabId(Default::default())), now()).await.unwrap();
    assert!(figures.facts.batches.is_empty());
    // the boundary leaves out what 郑东新区 runs
    assert!(year.facts.batches.iter().any(|b| b.admin == AdminBody::Zhengdong));
    // open positives, some past the 72 hours
    let open = app.stage().open_positives(&Scope::District).await.unwrap();
    println!("open positives: {:?}", open.iter().filter_map(|r| r.follow_up.as_ref().map(|f| (f.follow_up.state, f.follow_up.told_at))).collect::<Vec<_>>());
    assert!(open.len() >= 6);

    let removed = remove(&app, now()).await.unwrap();
    let rows = summary.samples + summary.orders + summary.items + summary.reports + summary.cases + summary.clocks + summary.readings + summary.follow_ups;
    assert!(removed > rows, "{removed} {rows}");
    let finding = app.stage().verify(None).await.unwrap();
    assert!(finding.ok, "{finding:?}");
    assert_eq!(app.stage().count_samples(&SampleFilter::default(), &Scope::District).await.unwrap(), 0);
    let left = app.limit_rows().await.unwrap();
    assert!(left.iter().all(|r| !r.id.starts_with("DEMO")));
    let mut as_shipped: Vec<_> = left.iter().cloned().collect();
    as_shipped.sort_by(|a, b| a.id.cmp(&b.id));
    let mut shipped = shiyan_statute::limits().to_vec();
    shipped.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(as_shipped, shipped, "what the fictional quality manager put to use waits again");
    // and it can be loaded again
    load(&app, options(7, Some(200))).await.unwrap();
    assert!(app.stage().verify(None).await.unwrap().ok);
}

#[tokio::test]
async fn the_same_seed_tells_the_same_story() {
    let mut told = Vec::new();
    for (name, seed) in [("a", 5), ("b", 5), ("c", 6)] {
        let dir = Temp::new(name);
        let app = app(&dir).await;
        let summary = load(&app, options(seed, Some(300))).await.unwrap();
        let mut facts = app.stage().batch_facts("2025-01-01".parse().unwrap(), "2026-12-31".parse().unwrap(), &Scope::District).await.unwrap();
        facts.sort_by_key(|f| f.sample_id);
        let items: Vec<TestItem> = app.stage().all().await.unwrap();
        let bad = items.iter().filter(|i| i.limit.is_none()).count();
        assert_eq!(bad, 0);
        told.push((summary, facts, serde_json::to_string(&items).unwrap()));
    }
    assert_eq!(told[0], told[1]);
    assert_ne!(told[0].1, told[2].1);
}

#[tokio::test]
async fn what_cannot_be_told_to_its_end_leaves_nothing() {
    let dir = Temp::new("half");
    let app = app(&dir).await;
    // the last batch meets an instrument that is not of the demonstration
    let real = Instrument {
        id: InstrumentId(uuid::Uuid::from_u128(1)),
        no: "YQ-001".into(),
        name: "天平".into(),
        profile: None,
        calibrated_until: None,
        active: true,
        lab: None,
        demo: false,
        revision: 0,
    };
    let mut unit = app.stage().begin(now()).await.unwrap();
    unit.insert(&real, &Who::system("试"), "instrument.add", json!({})).await.unwrap();
    unit.commit().await.unwrap();
    assert!(load(&app, options(1, Some(100))).await.is_err());
    assert!(!app.has_demo().await.unwrap());
    assert_eq!(app.stage().count_samples(&SampleFilter::default(), &Scope::District).await.unwrap(), 0);
    assert_eq!(app.stage().all::<Instrument>().await.unwrap(), [real], "what is real stays");
    assert!(app.stage().verify(None).await.unwrap().ok);
}

#[tokio::test]
async fn a_loading_that_was_broken_off_is_told_apart_from_a_whole_one() {
    let dir = Temp::new("broken-off");
    let app = app(&dir).await;
    app.seed_reference(now()).await.unwrap();
    assert!(!app.demo_broken_off().await.unwrap(), "nothing is there");
    let (users, _) = accounts(&mut Dice::new(1), &BTreeSet::new(), PointId(uuid::Uuid::nil()), "", now());
    let mut sowing = app.seed().open(now()).await.unwrap();
    sowing.insert_many(&users, &Who::system("试"), "user.add").await.unwrap();
    sowing.commit().await.unwrap();
    assert!(app.demo_broken_off().await.unwrap());
    assert!(load(&app, options(1, Some(100))).await.unwrap_err().to_string().contains("DEMO-HALF"));
    assert_eq!(remove(&app, now()).await.unwrap(), users.len() as u64);
    load(&app, options(1, Some(100))).await.unwrap();
    assert!(!app.demo_broken_off().await.unwrap());
    assert!(app.stage().verify(None).await.unwrap().ok);
}

#[tokio::test]
async fn no_row_without_the_mark_comes_through_the_door() {
    let dir = Temp::new("unmarked");
    let app = app(&dir).await;
    let (users, _) = accounts(&mut Dice::new(1), &BTreeSet::new(), PointId(uuid::Uuid::nil()), "", now());
    let real = UserAccount { demo: false, ..users[0].clone() };
    let mut sowing = app.seed().open(now()).await.unwrap();
    let who = Who::system("试");
    assert!(sowing.insert(&real, &who, "user.add", json!({})).await.is_err());
    assert!(sowing.insert_many(&[users[1].clone(), real.clone()], &who, "user.add").await.is_err());
    assert!(sowing.save(&real, &who, "user.edit", json!({})).await.is_err());
    sowing.commit().await.unwrap();
    assert_eq!(app.stage().people().await.unwrap(), []);
}

#[tokio::test]
async fn it_is_not_loaded_beside_real_people() {
    let dir = Temp::new("real");
    let app = app(&dir).await;
    let user = shiyan_app::people::NewUser {
        username: "real".into(),
        name: "某某".into(),
        password: "a long enough one".into(),
        roles: BTreeSet::from([Role::Admin]),
        scope: Scope::District,
        sign_scope: Vec::new(),
        must_change: false,
        demo: false,
    };
    let machine = Actor { id: UserId(uuid::Uuid::nil()), name: "命令行".into(), roles: BTreeSet::from([Role::Admin]), scope: Scope::District };
    app.add_user(&machine, &user, now()).await.unwrap();
    assert!(load(&app, options(1, Some(100))).await.unwrap_err().to_string().contains("DEMO-REAL"));
}

#[tokio::test]
async fn the_list_of_samples_is_filtered_by_the_classes_of_its_year() {
    use shiyan_foundation::Scope;

    let dir = Temp::new("classes");
    let app = app(&dir).await;
    load(&app, options(9, Some(200))).await.unwrap();
    let all: Vec<SampleRecord> = app.stage().all().await.unwrap();
    for year in [2025, 2026] {
        let scheme = shiyan_statute::class_scheme(year);
        let of_year: Vec<_> = all.iter().filter_map(|r| r.sample.core.as_ref()).filter(|c| c.sampled_on.year() == year).collect();
        assert!(!of_year.is_empty());
        let mut sum = 0;
        for class in shiyan_statute::food_classes_of(year) {
            let filter = SampleFilter { class: Some(class.name.clone()), year: Some(year), ..SampleFilter::default() };
            let wanted = of_year.iter().filter(|c| shiyan_statute::class_in(scheme, &c.category) == Some(class)).count();
            let counted = app.stage().count_samples(&filter, &Scope::District).await.unwrap();
            assert_eq!(usize::try_from(counted).unwrap(), wanted, "{year} {}", class.name);
            // what is counted is what is listed
            let (mut listed, mut after) = (0, None);
            loop {
                let (rows, more) = app.stage().samples(&SampleFilter { after: after.clone(), ..filter.clone() }, &Scope::District).await.unwrap();
                listed += rows.len();
                after = rows.last().map(|r| (r.sampled_on.clone(), r.id.clone()));
                if !more {
                    break;
                }
            }
            assert_eq!(listed, wanted, "{year} {}", class.name);
            sum += wanted;
        }
        assert_eq!(sum, of_year.len(), "every sample of {year} belongs to one class");
    }
}

#[tokio::test]
async fn figures_of_a_day_are_the_same_when_they_are_asked_for_later() {
    use chrono::TimeDelta;
    use shiyan_app::read::CaseFilter;
    use shiyan_foundation::{Actor, Scope};
    use shiyan_sample_intake::reception::Reception;

    let dir = Temp::new("as-of");
    let app = app(&dir).await;
    load(&app, options(7, Some(120))).await.unwrap();
    let day = now().date_naive();
    let then = shiyan_indicators::end_of(day);
    let later = now() + TimeDelta::days(3);
    let scope = app.kpi_scope(2026).await.unwrap();
    let printed = app.year(scope.clone(), &Scope::District, then).await.unwrap();

    // three days later much has changed
    let people = app.stage().people().await.unwrap();
    let who = |name: &str| -> Actor { people.iter().find(|u| u.username == name).unwrap_or_else(|| panic!("no {name}")).actor() };
    let of = |role| -> Vec<Actor> { people.iter().filter(|u| u.roles.contains(&role)).map(|u| u.actor()).collect() };
    let waiting = SampleFilter { state: Some("sampled".into()), ..SampleFilter::default() };
    let (waiting, _) = app.stage().samples(&waiting, &Scope::District).await.unwrap();
    assert!(waiting.len() > 1, "two sheets are on the way");
    let mut did = Vec::new();
    for actor in of(shiyan_foundation::Role::Sampler) {
        if did.is_empty() && app.void_sample(&actor, &waiting[0].id, "抽样单填写有误，作废", later).await.is_ok() {
            did.push("void");
        }
    }
    let (keeper, broken) = (of(shiyan_foundation::Role::SampleKeeper).remove(0), Reception { note: "封条破损".into(), ..Reception::default() });
    app.refuse_sample(&keeper, &waiting[1].id, broken, "封条破损，不能接收", later).await.unwrap();
    did.push("refuse");
    let supervisor = who("supervisor");
    for case in app.stage().cases(&CaseFilter { state: Some("open".into()), ..CaseFilter::default() }, &Scope::District).await.unwrap() {
        if !did.contains(&"close") && app.approve_case(&supervisor, &case.id, later).await.is_ok() {
            did.push("close");
        } else if !did.contains(&"extend") && app.extend_case(&supervisor, &case.id, "2027-06-30", "案情复杂，经批准延期", later).await.is_ok() {
            did.push("extend");
        }
    }
    let mut line = app.stage().plan_of_year(2026).await.unwrap().unwrap().lines[0].clone();
    (line.id, line.batches, line.quarter) = (shiyan_foundation::ids::PlanLineId(uuid::Uuid::from_u128(500)), 500, 4);
    app.add_plan_lines(&of(shiyan_foundation::Role::PlanManager)[0], 2026, vec![line], Some("动态调整，追加批次"), later).await.unwrap();
    assert_eq!(did.len(), 4, "only {did:?}");

    let now_ = app.year(scope.clone(), &Scope::District, later).await.unwrap();
    assert_ne!(now_.kpis.in_transit.len(), printed.kpis.in_transit.len());
    assert_ne!(now_.kpis.forecast.plan_remaining, printed.kpis.forecast.plan_remaining);
    let again = app.year_as_of(scope, &Scope::District, Some(day), later).await.unwrap();
    assert_eq!(again.kpis, printed.kpis);
    let due = |y: &shiyan_app::figures::Year| y.facts.cases.iter().map(|c| (c.case_id, c.due_on, c.closed_on, c.cancelled)).collect::<Vec<_>>();
    assert_eq!(due(&again), due(&printed));
    assert_eq!(again.facts.plan, printed.facts.plan);
}
