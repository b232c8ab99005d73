//! 四地汇总 four regions, each a PostgreSQL server with the real program before it, asked and added by the real program: the sum is what one server with
//! everything counts, a region that is killed is named, and it is there again when it is back.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use shiyan_testkit::{Side, Temp};

use crate::pg::{self, Cluster};
use crate::place::{Database, Program, Server, block_on};
use crate::say;

const REGIONS: usize = 4;
/// Samples of the district that is divided; a hundred more come with it, in every state.
const SAMPLES: &str = "60";

/// One region: its server of PostgreSQL, the program before it, and the streets that it answers for.
struct Region {
    cluster: Cluster,
    data: PathBuf,
    database: Database,
    server: Option<Server>,
}

fn folder(path: PathBuf) -> PathBuf {
    std::fs::create_dir(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn ran(program: &Program, data: &Path, database: &Database, args: &[&str], password: Option<&str>) -> Result<String, String> {
    let mut command = program.command(data, database);
    if let Some(password) = password {
        command.env("SHIYAN_PASSWORD", password);
    }
    let out = command.args(args).output().map_err(|e| format!("{args:?}: {e}"))?;
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    if out.status.success() { Ok(said) } else { Err(format!("{args:?}: {}", String::from_utf8_lossy(&out.stderr))) }
}

impl Region {
    /// The program before a copy of the cluster.
    fn open(program: &Program, dir: &Path, n: usize, cluster: Cluster) -> Result<Region, String> {
        let database = database(&cluster);
        let data = folder(dir.join(format!("region{n}")));
        let server = Some(program.serve(&data, &database)?);
        Ok(Region { cluster, data, database, server })
    }
}

fn database(cluster: &Cluster) -> Database {
    let address = cluster.straight(cluster.template());
    Database::Postgres { through: address.clone(), straight: address }
}

/// An account of one region that sees these streets; its token goes into a file.
fn account(program: &Program, dir: &Path, n: usize, at: (&Path, &Database), streets: &[&str]) -> Result<(), String> {
    let name = format!("gatherer{n}");
    let mut args = vec!["user", "add", &name, "--name", "汇总", "--role", "supervisor"];
    args.extend(streets.iter().flat_map(|s| ["--street", s]));
    ran(program, at.0, at.1, &args, Some("a-long-phrase-nobody-has-84"))?;
    let token = ran(program, at.0, at.1, &["user", "token", &name, "--days", "1"], None)?;
    let file = dir.join(format!("region{n}.token"));
    std::fs::write(&file, token).and_then(|()| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))).map_err(|e| e.to_string())
}

/// The file of regions, as the servers are now.
fn listed(dir: &Path, regions: &[Region], people: &[u64]) -> PathBuf {
    let one = |(n, region): (usize, &Region)| {
        // a server that was killed is asked where it was
        let port = region.server.as_ref().map_or(1, |s| s.port);
        let people = people[n];
        format!(
            "[[region]]\ncode = \"r{n}\"\nzh = \"第{n}区\"\nen = \"Region {n}\"\nurl = \"http://127.0.0.1:{port}\"\ntoken_file = \"region{n}.token\"\npeople = {people}\nseconds = 20\n"
        )
    };
    let file = dir.join("regions.toml");
    std::fs::write(&file, regions.iter().enumerate().map(one).collect::<String>()).unwrap();
    file
}

/// `kpi --regions`: its exit code and what it says.
fn gathered(program: &Program, dir: &Path, file: &Path, year: &str) -> (i32, Value) {
    let mut command = program.command(&dir.join("nothing"), &Database::Sqlite);
    let out = command.args(["kpi", "--year", year, "--json", "--regions"]).arg(file).stderr(Stdio::piped()).output().unwrap();
    let said = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&out.stderr)));
    (out.status.code().unwrap(), said)
}

/// What a figure counted, by its key and cut. Of a laboratory, what lies outside the scope altogether is told only where it has something inside.
fn numbers(figures: &Value, names: (&str, &str)) -> BTreeMap<String, (u64, u64, String, BTreeMap<String, u64>)> {
    let outside = ["other_year", "after_as_of", "outside_boundary", "other_street", "other_department", "other_level", "other_kind"];
    let one = |f: &Value| {
        let n = |key: &str| f[key].as_u64().unwrap();
        let lab = f["cut"]["axis"] == "lab";
        let left_out = f["left_out"].as_object().unwrap().iter().filter(|(why, _)| !lab || !outside.contains(&why.as_str()));
        let left_out = left_out.map(|(why, n)| (why.clone(), n.as_u64().unwrap())).collect();
        let name = format!("{} {}", f["key"].as_str().unwrap(), f[names.0].as_str().unwrap());
        (name, (n("numerator"), n("denominator"), f[names.1].as_str().unwrap().to_owned(), left_out))
    };
    figures.as_array().unwrap().iter().map(one).collect()
}

fn missing(said: &Value) -> Vec<(String, String)> {
    let away = said["regions"].as_array().unwrap().iter().filter(|r| r["added"] == false);
    away.map(|r| (r["code"].as_str().unwrap().to_owned(), r["problem"]["code"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn four_regions_come_to_what_one_server_counts_and_one_that_is_killed_is_named_until_it_is_back() {
    if pg::programs().is_none() {
        shiyan_skip::skipped("four regions gathered", "no PostgreSQL server on this machine");
        assert!(std::env::var("SHIYAN_REQUIRE_PG").as_deref() != Ok("1"), "SHIYAN_REQUIRE_PG=1, and there is no PostgreSQL server");
        return;
    }
    let begun = Instant::now();
    let scratch = Temp::new("faults-regions");
    let dir = scratch.0.clone();
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).unwrap();
    let program = Program { path: PathBuf::from(env!("CARGO_BIN_EXE_shiyan")), shim: None };

    // everything in one place, with an account for each quarter of its streets
    let mut cluster = Cluster::start().unwrap();
    let (whole, all) = (folder(dir.join("whole")), database(&cluster));
    ran(&program, &whole, &all, &["demo", "load", "--samples", SAMPLES], None).unwrap();
    let year = chrono::Datelike::year(&chrono::Utc::now().with_timezone(&shiyan_foundation::shanghai())).to_string();
    let one: Value = serde_json::from_str(&ran(&program, &whole, &all, &["kpi", "--year", &year, "--json"], None).unwrap()).unwrap();
    let people = one["scope"]["population"]["people"].as_u64().unwrap();
    let shares: Vec<u64> = (0..REGIONS as u64).map(|n| people / 4 + u64::from(n == 0) * (people % 4)).collect();
    let streets = block_on(async {
        let side = Side::open(&cluster.straight(cluster.template())).await;
        let all = side.texts("SELECT id FROM street ORDER BY id").await;
        side.close().await;
        all
    });
    for n in 0..REGIONS {
        let mine: Vec<&str> = streets.iter().skip(n).step_by(REGIONS).map(String::as_str).collect();
        account(&program, &dir, n, (&whole, &all), &mine).unwrap();
    }

    // the same four times, each answering for its quarter; a server goes with the thread that started it, so this one starts them all
    cluster.rest();
    let copies: Vec<Cluster> = (1..REGIONS).map(|_| cluster.copy().unwrap()).collect();
    cluster.up().unwrap();
    let mut regions: Vec<Region> =
        std::iter::once(cluster).chain(copies).enumerate().map(|(n, cluster)| Region::open(&program, &dir, n, cluster).unwrap()).collect();
    say(&format!("regions: four servers stand after {:.0} s", begun.elapsed().as_secs_f32()));
    let file = listed(&dir, &regions, &shares);
    let (code, all) = gathered(&program, &dir, &file, &year);
    assert_eq!((code, missing(&all), &all["asked"], &all["added"]), (0, vec![], &Value::from(4), &Value::from(4)));
    let sum = numbers(&all["sum"]["figures"], ("name_zh", "display"));
    assert_eq!(sum, numbers(&one["indicators"], ("name", "display")));
    assert!(sum.values().filter(|(hits, ..)| *hits > 0).count() > 20, "there was something to add");
    assert_eq!((&all["sum"]["required"], &all["sum"]["in_lab"], &all["sum"]["in_transit"]), (&one["required"], &one["in_lab"], &one["in_transit"]));
    assert_eq!(all["sum"]["overdue"].as_u64().unwrap() as usize, one["overdue"].as_array().unwrap().len());
    for region in all["regions"].as_array().unwrap() {
        assert!(region["stands_on"].as_u64().unwrap() > 100, "each says on which entry it stands: {region}");
    }

    // its PostgreSQL is killed: named, with the reason, and the sum is of the other three
    regions[2].cluster.signal("KILL", true);
    regions[2].cluster.down();
    let (code, three) = gathered(&program, &dir, &file, &year);
    assert_eq!((code, &three["added"], missing(&three)[0].0.as_str(), missing(&three).len()), (1, &Value::from(3), "r2", 1), "{}", three["regions"][2]);
    let why = missing(&three)[0].1.clone();
    assert!(["REGION-SAID", "REGION-SLOW"].contains(&why.as_str()), "{why}");
    let counted = |of: &Value| of["figures"][0]["numerator"].as_u64().unwrap();
    let others: u64 = [0, 1, 3].iter().map(|n| counted(&all["regions"][*n]["own"])).sum();
    assert_eq!(counted(&three["sum"]), others, "nothing of the fourth is in the sum, and nothing else is missing");
    assert_eq!(three["sum"]["people"].as_u64().unwrap(), shares[0] + shares[1] + shares[3], "and its people are not divided by");

    // back: the next ask has it again, without anybody's help
    regions[2].cluster.up().unwrap();
    let back = Instant::now();
    loop {
        let (code, again) = gathered(&program, &dir, &file, &year);
        if code == 0 {
            assert_eq!(numbers(&again["sum"]["figures"], ("name_zh", "display")), sum);
            break;
        }
        assert!(back.elapsed() < Duration::from_secs(30), "{}", again["regions"][2]);
        std::thread::sleep(Duration::from_millis(200));
    }

    // the program itself is killed, and a token is wrong: both are named at once
    drop(regions[1].server.take());
    std::fs::write(dir.join("region3.token"), "0".repeat(64)).unwrap();
    let (code, two) = gathered(&program, &dir, &file, &year);
    let named = [("r1".to_owned(), "REGION-AWAY".to_owned()), ("r3".to_owned(), "REGION-TOKEN".to_owned())];
    assert_eq!((code, &two["added"], missing(&two)), (1, &Value::from(2), named.to_vec()));
    let words =
        program.command(&dir.join("nothing"), &Database::Sqlite).args(["--lang", "en", "kpi", "--year", &year, "--regions"]).arg(&file).output().unwrap();
    let words = String::from_utf8_lossy(&words.stdout).into_owned();
    for line in ["Region 1: NOT ADDED [REGION-AWAY]", "Region 3: NOT ADDED [REGION-TOKEN]", "Sum of 2 of 4 regions", "Not in the sum: Region 1, Region 3"] {
        assert!(words.contains(line), "{line}: {words}");
    }
    let region = &mut regions[1];
    region.server = Some(program.serve(&region.data, &region.database).unwrap());
    let file = listed(&dir, &regions, &shares);
    let (_, again) = gathered(&program, &dir, &file, &year);
    assert_eq!((missing(&again).len(), missing(&again)[0].0.as_str()), (1, "r3"));
    say(&format!("regions: gathered, killed, named and back in {:.0} s", begun.elapsed().as_secs_f32()));
}
