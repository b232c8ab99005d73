//! 清单测速 the lists of a big database: `lists DB SAMPLES` takes the database of a demonstration, multiplies its rows to so many samples
//! (what neither a list nor a figure reads is left out), and tells of each list how long its first page, its last page and its count take. With `--made` it
//! is told nothing, because a server is to be measured over the file. The journal does not know the rows that are added: the file is good for this and for
//! nothing else.

use std::path::Path;
use std::time::Instant;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use shiyan_foundation::{NaiveDate, Scope};
use shiyan_store::cases::lists::CaseFilter;
use shiyan_store::intake::samples::{SampleFilter, WorkFilter};
use shiyan_store::limits::library::LimitFilter;
use shiyan_store::rapid::ledger::LedgerFilter;
use shiyan_store::reports::lists::ReportFilter;
use shiyan_store::{Error, Store, sqlite_url};

/// How often each is asked; the first few fill the cache of pages.
const TIMES: usize = 40;
const WARM: usize = 3;

/// The tables that are multiplied, with the columns that hold an id, and those that hold a text nobody else has.
const TABLES: &[(&str, &[&str], &[&str])] = &[
    ("sample", &["id"], &["sampling_no"]),
    ("test_order", &["id", "sample_id"], &[]),
    ("worksheet", &["id"], &["no"]),
    ("test_item", &["id", "order_id", "sample_id", "worksheet_id"], &[]),
    ("test_report", &["id", "order_id", "sample_id"], &["number", "verify_code"]),
    ("case_file", &["id", "sample_id", "order_id"], &["no"]),
    ("clock", &["id"], &[]),
    ("rapid_reading", &["id"], &[]),
    ("follow_up", &["id", "sample_id"], &[]),
];

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let (Some(file), Some(samples)) = (args.next(), args.next().and_then(|n| n.parse::<i64>().ok())) else {
        eprintln!("lists DB SAMPLES [--made]");
        std::process::exit(2);
    };
    let begun = Instant::now();
    let have = multiply(Path::new(&file), samples).await?;
    println!("samples={have} made_s={:.0}", begun.elapsed().as_secs_f64());
    if args.next().as_deref() == Some("--made") {
        return Ok(());
    }
    let store = Store::open(&sqlite_url(Path::new(&file))).await?;
    let slowest = measure(&store).await?;
    store.close().await;
    println!("slowest_p99_ms={slowest:.1}");
    Ok(())
}

async fn numbers(db: &DatabaseConnection, sql: &str) -> Result<i64, DbErr> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Copies the rows of the demonstration under other ids until there are so many samples.
async fn multiply(file: &Path, samples: i64) -> Result<i64, Error> {
    let mut options = ConnectOptions::new(sqlite_url(file));
    options.sqlx_logging(false).max_connections(1).map_sqlx_sqlite_opts(|o| o.pragma("foreign_keys", "OFF").pragma("cache_size", "-400000"));
    let db = Database::connect(options).await?;
    for sql in ["PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF"] {
        db.execute_unprepared(sql).await?;
    }
    let have = numbers(&db, "SELECT COUNT(*) FROM sample").await?;
    let copies = (samples - 1) / have.max(1);
    for (table, ..) in TABLES {
        // Names of tables and columns cannot be bound; these are our own.
        let sql = ["CREATE TEMP TABLE was_", table, " AS SELECT * FROM main.", table].concat();
        db.execute_unprepared(&sql).await?;
    }
    for copy in 1..=copies {
        db.execute_unprepared("BEGIN").await?;
        for (table, ids, unique) in TABLES {
            let columns = texts(&db, &["SELECT name FROM pragma_table_info('", table, "') ORDER BY cid"].concat()).await?;
            // An id begins with its time: a copy is of another time.
            let time = format!("printf('%04x', {})", 0x0200 + copy);
            let values: Vec<String> = columns
                .iter()
                .map(|column| match column.as_str() {
                    c if ids.contains(&c) => format!("{time} || substr({c}, 5)"),
                    c if unique.contains(&c) => format!("{c} || '-{copy}'"),
                    "subject" => format!("substr(subject, 1, instr(subject, ':')) || {time} || substr(subject, instr(subject, ':') + 5)"),
                    // no list and no figure reads them, and there are many; of an item before its report is out a page does
                    "detail" if *table == "test_report" => "'{}'".to_owned(),
                    "detail" if *table == "test_item" => {
                        format!("CASE WHEN order_id IN (SELECT id FROM was_test_order WHERE state = 'issued') THEN '{{}}' ELSE replace(detail, id, {time} || substr(id, 5)) END")
                    }
                    // what is read out of the others says of itself who it is
                    "detail" => format!("replace(detail, id, {time} || substr(id, 5))"),
                    c => c.to_owned(),
                })
                .collect();
            let sql = format!("INSERT INTO main.{table} ({}) SELECT {} FROM was_{table}", columns.join(", "), values.join(", "));
            db.execute_unprepared(&sql).await?;
        }
        db.execute_unprepared("COMMIT").await?;
    }
    let have = numbers(&db, "SELECT COUNT(*) FROM sample").await?;
    db.close().await?;
    Ok(have)
}

/// Times one question and tells of it; the time that 99 of 100 do not exceed.
macro_rules! ask {
    ($slowest:ident, $name:expr, $ask:expr) => {{
        let mut times = Vec::new();
        let mut rows = 0_i64;
        for n in 0..TIMES + WARM {
            let begun = Instant::now();
            rows = $ask;
            if n >= WARM {
                times.push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
        }
        times.sort_by(f64::total_cmp);
        let p99 = times[(times.len() * 99).div_ceil(100) - 1];
        $slowest = f64::max($slowest, p99);
        let over = if p99 > 50.0 { "OVER" } else { "" };
        println!("{:<44} {rows:>9} {:>9.1} {p99:>9.1} {over}", $name, times[times.len() / 2]);
    }};
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn len<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

async fn measure(store: &Store) -> Result<f64, Error> {
    let mut slowest = 0.0;
    let db = store.migration_connection();
    let last = "SELECT sampled_on || ',' || id FROM (SELECT sampled_on, id FROM sample ORDER BY sampled_on, id LIMIT 1 OFFSET 50)";
    let last = texts(db, last).await?.pop().and_then(|at| at.split_once(',').map(|(day, id)| (day.to_owned(), id.to_owned())));
    let street = texts(db, "SELECT street FROM sample WHERE street <> '' GROUP BY street ORDER BY COUNT(*) DESC LIMIT 1").await?.pop().unwrap_or_default();
    let today = texts(db, "SELECT MAX(sampled_on) FROM sample").await?.pop().unwrap_or_default();
    let all = Scope::District;
    let one_street = Scope::Streets([street.clone()].into());
    println!("{:<44} {:>9} {:>9} {:>9}", "list", "rows", "median ms", "p99 ms");

    let filters = [
        ("samples", SampleFilter::default()),
        ("samples, one link and kind", SampleFilter { link: some("circulation"), kind: some("supervisory"), ..SampleFilter::default() }),
        ("samples to be received", SampleFilter { state: some("sampled"), ..SampleFilter::default() }),
        ("samples being tested", SampleFilter { state: some("testing"), ..SampleFilter::default() }),
        ("samples approved", SampleFilter { state: some("approved"), ..SampleFilter::default() }),
        ("samples issued", SampleFilter { state: some("issued"), ..SampleFilter::default() }),
        ("samples that fail", SampleFilter { outcome: some("fail"), ..SampleFilter::default() }),
        ("samples overdue", SampleFilter { overdue_on: Some(today.clone()), ..SampleFilter::default() }),
        ("samples of a street", SampleFilter { street: Some(street.clone()), ..SampleFilter::default() }),
    ];
    for (name, filter) in &filters {
        ask!(slowest, format!("{name}: first page"), len(&store.samples(filter, &all).await?.0));
        ask!(slowest, format!("{name}: count"), store.count_samples(filter, &all).await?);
    }
    let filter = SampleFilter { after: last, ..SampleFilter::default() };
    ask!(slowest, "samples: last page", len(&store.samples(&filter, &all).await?.0));
    let filter = SampleFilter::default();
    ask!(slowest, "samples, scope of a street: first page", len(&store.samples(&filter, &one_street).await?.0));
    ask!(slowest, "samples, scope of a street: count", store.count_samples(&filter, &one_street).await?);

    for state in ["testing", "approved", "issued"] {
        let filter = WorkFilter::state(state);
        let count = store.count_work(&filter, &all).await?;
        ask!(slowest, format!("bench, {state}: first page"), len(&store.worklist(&filter, &all, 50, 0).await?));
        ask!(slowest, format!("bench, {state}: last page"), len(&store.worklist(&filter, &all, 50, count.saturating_sub(50)).await?));
        ask!(slowest, format!("bench, {state}: count"), i64::try_from(store.count_work(&filter, &all).await?).unwrap_or(0));
    }
    let late = WorkFilter { states: ["testing", "entered", "checked", "reviewed"].map(str::to_owned).to_vec(), due_before: today.parse::<NaiveDate>().ok() };
    ask!(slowest, "bench, overdue: count", i64::try_from(store.count_work(&late, &all).await?).unwrap_or(0));
    ask!(slowest, "review: orders by state", len(&store.order_states(&all).await?));

    ask!(slowest, "worksheets: what waits, by method", len(&store.waiting_methods(&all).await?));
    let method = store.waiting_methods(&all).await?.into_iter().max_by_key(|w| w.items).map(|w| w.method).unwrap_or_default();
    ask!(slowest, "worksheets: items of one method", len(&store.waiting_items(&method, &all, 2_400).await?));
    ask!(slowest, "worksheets: being entered", len(&store.worksheets(&["open"], &all, 200).await?));
    ask!(slowest, "worksheets: count", store.count_worksheets("open", &all).await?);
    ask!(slowest, "worksheets: for a checker", len(&store.worksheets_waiting(&["entered"], &all, 20).await?));

    let filter = ReportFilter::default();
    ask!(slowest, "reports to be issued: first page", len(&store.reports_waiting(&filter, &all, 50).await?.0));
    ask!(slowest, "reports to be issued: count", store.count_reports_waiting(&filter, &all).await?);
    ask!(slowest, "reports in force: first page", len(&store.reports_issued(&filter, &all).await?.0));
    let filter = ReportFilter { outcome: some("fail"), ..ReportFilter::default() };
    ask!(slowest, "reports in force that fail: first page", len(&store.reports_issued(&filter, &all).await?.0));

    let open = CaseFilter { state: some("open"), ..CaseFilter::default() };
    let late = CaseFilter { due: Some((None, today.parse::<NaiveDate>().ok().and_then(|d| d.pred_opt()))), ..CaseFilter::default() };
    for (name, filter) in [("all", CaseFilter::default()), ("open", open), ("overdue", late)] {
        ask!(slowest, &format!("cases {name}: first page"), len(&store.cases_page(&filter, &all, 0, 50).await?));
        ask!(slowest, &format!("cases {name}: count"), i64::try_from(store.count_cases(&filter, &all).await?.values().sum::<u64>()).unwrap_or_default());
    }

    let day = texts(db, "SELECT MAX(day) FROM rapid_reading").await?.pop();
    ask!(slowest, "rapid ledger of a day", len(&store.ledger(&LedgerFilter { day: day.clone(), newest: Some(50), ..LedgerFilter::default() }, &all).await?));
    ask!(slowest, "rapid positives not settled", len(&store.open_positives(&all).await?));
    let day = day.unwrap_or_default();
    ask!(slowest, "rapid: counts of a day", store.rapid_day(&day, &all).await?.tests);

    ask!(slowest, "limits: first page", len(&store.limits(&LimitFilter::default(), 0, 50).await?));
    ask!(slowest, "published: first page", len(&store.published(None, None).await?));
    ask!(slowest, "published: totals", len(&store.published_totals().await?));
    ask!(slowest, "journal: newest", len(&store.newest_entries(100).await?));
    Ok(slowest)
}
