//! Who may know whom. The table is the twin of the one in `crates/README.md`; change both in one commit and say why.

use super::Finding;
use crate::Failure;
use serde_json::Value;

/// Which of our crates a crate may know.
#[derive(Debug, Clone, Copy)]
enum Ours {
    Only(&'static [&'static [&'static str]]),
    Everything,
}

/// Which crates of others a crate may use.
#[derive(Debug, Clone, Copy)]
enum Others {
    /// Nothing but these: how a domain crate stays without I/O, clock and framework.
    Nothing(&'static [&'static str]),
    /// Any light crate, and these heavy ones.
    Heavy(&'static [&'static str]),
    Everything,
}

/// One row: a crate, whom it may know, what it alone may use.
#[derive(Debug)]
struct Room {
    name: &'static str,
    ours: Ours,
    others: Others,
}

const fn room(name: &'static str, ours: Ours, others: Others) -> Room {
    Room { name, ours, others }
}

use Others::{Everything as AnyOther, Heavy, Nothing};
use Ours::{Everything as AnyOurs, Only};

const BASE: &[&str] = &["shiyan-foundation", "shiyan-statute"];
const PLAN: &[&str] = &["shiyan-sampling-plan"];
const INTAKE: &[&str] = &["shiyan-sample-intake"];
const RAPID: &[&str] = &["shiyan-rapid-test"];
const JUDGEMENT: &[&str] = &["shiyan-judgement"];
const RESULTS: &[&str] = &["shiyan-lab-results"];
const DISPATCH: &[&str] = &["shiyan-dispatch"];
/// The rooms on the way of a sample, with what they stand on.
const DOMAIN: &[&str] = &[
    "shiyan-foundation",
    "shiyan-statute",
    "shiyan-sampling-plan",
    "shiyan-sample-intake",
    "shiyan-rapid-test",
    "shiyan-judgement",
    "shiyan-lab-results",
    "shiyan-dispatch",
    "shiyan-nonconformity",
];
const INDICATORS: &[&str] = &["shiyan-indicators"];
/// What every room of pages stands on.
const PAGES: &[&str] = &["shiyan-app", "shiyan-web-kit"];
/// Rooms that read and write files.
const FILES: &[&str] = &["shiyan-exchange", "shiyan-imports"];
/// Exact numbers, dates, identities, plain data: all that a decision needs.
const PLAIN: &[&str] = &["serde", "serde_json", "chrono", "rust_decimal", "uuid"];

/// One row a crate.
const TABLE: &[Room] = &[
    room("shiyan-foundation", Only(&[]), Nothing(PLAIN)),
    room("shiyan-statute", Only(&[&["shiyan-foundation"]]), Nothing(&["serde", "serde_json", "chrono", "rust_decimal", "uuid", "toml", "csv"])),
    room("shiyan-sampling-plan", Only(&[BASE]), Nothing(PLAIN)),
    room("shiyan-sample-intake", Only(&[BASE, PLAN]), Nothing(PLAIN)),
    // What counts as the same content is decided here, so the hash of it is too.
    room("shiyan-rapid-test", Only(&[BASE, PLAN, INTAKE]), Nothing(&["serde", "serde_json", "chrono", "rust_decimal", "uuid", "sha2"])),
    // Judging knows texts, limits and the law: no sample, no order, nobody's signature.
    room("shiyan-judgement", Only(&[BASE]), Nothing(PLAIN)),
    room("shiyan-lab-results", Only(&[BASE, PLAN, INTAKE, RAPID, JUDGEMENT]), Nothing(PLAIN)),
    room("shiyan-dispatch", Only(&[BASE]), Nothing(PLAIN)),
    room("shiyan-nonconformity", Only(&[BASE, PLAN, INTAKE, RAPID, JUDGEMENT, RESULTS, DISPATCH]), Nothing(PLAIN)),
    room("shiyan-indicators", Only(&[BASE]), Nothing(&["serde", "serde_json", "chrono", "rust_decimal", "uuid", "rustc-hash"])),
    // Knows the migrations, because they speak sea-orm and its connection must not leave this crate.
    room("shiyan-store", Only(&[DOMAIN, INDICATORS, &["shiyan-migrations"]]), Heavy(&["sea-orm", "sqlx", "rusqlite", "tokio"])),
    room("shiyan-migrations", Only(&[]), Heavy(&["sea-orm-migration"])),
    room("shiyan-app", Only(&[DOMAIN, INDICATORS, &["shiyan-store"]]), Heavy(&["tokio", "argon2", "ed25519-dalek", "postcard"])),
    // Tells a made-up past through `app::seed`, which lets in rows marked 演示 only.
    room("shiyan-demonstration", Only(&[DOMAIN, &["shiyan-app"]]), Heavy(&[])),
    room("shiyan-exchange", Only(&[DOMAIN]), Heavy(&["calamine", "rust_xlsxwriter", "csv", "csv-core", "cfb", "zip", "encoding_rs"])),
    // Bytes of analysers to records as sent; sheets are read by exchange.
    room("shiyan-devices", Only(&[DOMAIN, &["shiyan-exchange"]]), Heavy(&["encoding_rs"])),
    room("shiyan-analytics", Only(&[&["shiyan-foundation"], INDICATORS]), Heavy(&["polars", "polars-parquet", "polars-arrow", "polars-buffer"])),
    room("shiyan-charts", Only(&[&["shiyan-foundation"]]), Heavy(&["plotters", "plotters-backend"])),
    // The faces as data, unpacked at build time.
    room("shiyan-fonts", Only(&[]), Nothing(&["allsorts-azul"])),
    room(
        "shiyan-reports",
        Only(&[DOMAIN, INDICATORS, &["shiyan-analytics", "shiyan-charts", "shiyan-fonts"]]),
        // encoding_rs says which characters GB 2312 has; zip holds what docx-rs wrote.
        Heavy(&["printpdf", "docx-rs", "tiny-skia", "subsetter", "ttf-parser", "qrcode", "plotters-backend", "minijinja", "png", "zip", "encoding_rs"]),
    ),
    room("shiyan-imports", Only(&[DOMAIN, &["shiyan-app", "shiyan-exchange"]]), Heavy(&[])),
    room("shiyan-papers", Only(&[DOMAIN, INDICATORS, &["shiyan-app", "shiyan-exchange", "shiyan-analytics", "shiyan-reports"]]), Heavy(&["tokio"])),
    // The rooms of the pages: room -> kit -> app; the site mounts the rooms; never room -> room.
    room(
        "shiyan-web-kit",
        Only(&[DOMAIN, INDICATORS, &["shiyan-app", "shiyan-exchange", "shiyan-imports", "shiyan-migrations", "shiyan-demonstration"]]),
        Heavy(&["rocket", "validator", "askama", "tokio"]),
    ),
    room("shiyan-web-plan", Only(&[DOMAIN, INDICATORS, PAGES, FILES]), Heavy(&["rocket", "validator", "askama"])),
    room("shiyan-web-intake", Only(&[DOMAIN, PAGES]), Heavy(&["rocket", "validator", "askama"])),
    room("shiyan-web-bench", Only(&[DOMAIN, PAGES, FILES, &["shiyan-charts", "shiyan-reports"]]), Heavy(&["rocket", "validator", "askama", "qrcode"])),
    room("shiyan-web-rapid", Only(&[DOMAIN, PAGES, FILES]), Heavy(&["rocket", "validator", "askama"])),
    room("shiyan-web-cases", Only(&[DOMAIN, PAGES]), Heavy(&["rocket", "validator", "askama"])),
    room(
        "shiyan-web-figures",
        Only(&[DOMAIN, INDICATORS, PAGES, FILES, &["shiyan-analytics", "shiyan-charts", "shiyan-papers"]]),
        Heavy(&["rocket", "validator", "askama"]),
    ),
    room("shiyan-web-papers", Only(&[DOMAIN, PAGES, &["shiyan-papers"]]), Heavy(&["rocket", "validator", "askama"])),
    room("shiyan-web-admin", Only(&[DOMAIN, INDICATORS, PAGES, FILES]), Heavy(&["rocket", "validator", "askama", "qrcode"])),
    room(
        "shiyan-web-site",
        Only(&[
            DOMAIN,
            INDICATORS,
            PAGES,
            FILES,
            &["shiyan-analytics", "shiyan-papers"],
            &[
                "shiyan-web-plan",
                "shiyan-web-intake",
                "shiyan-web-bench",
                "shiyan-web-rapid",
                "shiyan-web-cases",
                "shiyan-web-figures",
                "shiyan-web-papers",
                "shiyan-web-admin",
            ],
        ]),
        Heavy(&["rocket", "validator", "askama", "utoipa"]),
    ),
    // The front door knows nobody: it must not depend on what it protects.
    room("shiyan-door", Only(&[]), Heavy(&["hyper", "hyper-util", "http", "http-body", "http-body-util", "tokio", "tokio-rustls", "rustls"])),
    // Asks the servers of regions; it knows no database, and what is added how is decided in indicators.
    room("shiyan-gather", Only(&[&["shiyan-foundation"], INDICATORS]), Heavy(&["hyper", "hyper-util", "http", "http-body-util", "tokio", "tokio-rustls"])),
    // rocket only for the configuration of the server, tokio only for the runtime.
    room(
        "shiyan-cli",
        Only(&[
            DOMAIN,
            INDICATORS,
            &[
                "shiyan-store",
                "shiyan-migrations",
                "shiyan-app",
                "shiyan-demonstration",
                "shiyan-exchange",
                "shiyan-analytics",
                "shiyan-charts",
                "shiyan-reports",
                "shiyan-imports",
                "shiyan-papers",
                "shiyan-web-kit",
                "shiyan-web-site",
                "shiyan-door",
                "shiyan-gather",
            ],
        ]),
        Heavy(&["clap", "rocket", "tokio", "tracing-subscriber"]),
    ),
    // Says what a test could not try; so light that every crate may have it in its tests.
    room("shiyan-skip", Only(&[]), Nothing(&[])),
    room("shiyan-testkit", AnyOurs, AnyOther),
    room("shiyan-tests", AnyOurs, AnyOther),
    room("xtask", Only(&[]), Nothing(&["serde_json", "toml", "csv", "percent-encoding"])),
];

/// Known by others only as a dev-dependency.
const ONLY_IN_TESTS: &[&str] = &["shiyan-skip", "shiyan-testkit", "shiyan-tests", "xtask"];
/// Drivers of a browser and makers of random input: never in what is shipped.
const ONLY_IN_DEV: &[&str] = &["fantoccini", "proptest"];

/// One crate of the workspace, as cargo tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub arrows: Vec<Arrow>,
}

/// One dependency; `ours` when it is a path in this checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    pub to: String,
    pub ours: bool,
    pub dev: bool,
}

/// Read the answer of `cargo metadata --no-deps`.
pub fn packages(metadata: &[u8]) -> Result<Vec<Package>, Failure> {
    let value: Value = serde_json::from_slice(metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    let list = |value: &Value, key: &str| value[key].as_array().cloned().ok_or_else(|| format!("cargo metadata: no `{key}`"));
    let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned).ok_or_else(|| format!("cargo metadata: no `{key}`"));
    list(&value, "packages")?
        .iter()
        .map(|package| {
            let arrows = list(package, "dependencies")?
                .iter()
                .map(|it| Ok(Arrow { to: text(it, "name")?, ours: it["path"].is_string(), dev: it["kind"] == "dev" }))
                .collect::<Result<_, Failure>>()?;
            Ok(Package { name: text(package, "name")?, arrows })
        })
        .collect()
}

/// Every arrow that is not in the table, every crate without a row, every row without a crate.
pub fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let Some(room) = TABLE.iter().find(|room| room.name == package.name) else {
            findings.push(Finding::new(&package.name, "has no row in the architecture table (crates/xtask/src/tidy/arrows.rs and crates/README.md)"));
            continue;
        };
        let mut seen: Vec<&Arrow> = Vec::new();
        for arrow in &package.arrows {
            if seen.contains(&arrow) {
                continue;
            }
            seen.push(arrow);
            if let Some(why) = refusal(room, arrow) {
                findings.push(Finding::new(format!("{} -> {}", package.name, arrow.to), why));
            }
        }
    }
    for room in TABLE.iter().filter(|room| !packages.iter().any(|package| package.name == room.name)) {
        findings.push(Finding::new(room.name, "has a row in the architecture table but no crate"));
    }
    findings
}

fn refusal(room: &Room, arrow: &Arrow) -> Option<String> {
    let to = arrow.to.as_str();
    // A test may look at anything: dev-dependencies do not ship.
    if arrow.dev {
        return None;
    }
    if arrow.ours {
        return match room.ours {
            AnyOurs => None,
            _ if ONLY_IN_TESTS.contains(&to) => Some("may be known only as a dev-dependency".to_owned()),
            Only(groups) if groups.iter().any(|group| group.contains(&to)) => None,
            Only(_) => Some("this arrow is not in the architecture table".to_owned()),
        };
    }
    match room.others {
        AnyOther => None,
        Nothing(light) if light.contains(&to) => None,
        Nothing(light) => Some(format!("this crate may use only: {}", if light.is_empty() { "nothing".to_owned() } else { light.join(", ") })),
        Heavy(_) if ONLY_IN_DEV.contains(&to) => Some("may be used only as a dev-dependency".to_owned()),
        Heavy(mine) if mine.contains(&to) => None,
        Heavy(_) => {
            let owners = owners(to);
            (!owners.is_empty()).then(|| format!("this heavy crate belongs to {}", owners.join(", ")))
        }
    }
}

/// The crates whose row names this heavy crate.
fn owners(heavy: &str) -> Vec<&'static str> {
    TABLE.iter().filter(|room| matches!(room.others, Heavy(list) if list.contains(&heavy))).map(|room| room.name).collect()
}

/// The crates that must stay without I/O, clock and floating point, by folder.
pub fn domain_folders() -> impl Iterator<Item = &'static str> {
    DOMAIN.iter().chain(INDICATORS).filter_map(|name| name.strip_prefix("shiyan-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A made-up answer of cargo: the whole table without arrows, and these arrows.
    fn workspace(extra: &[(&str, Value)]) -> Vec<Package> {
        let mut list: Vec<Value> = TABLE.iter().map(|room| json!({"name": room.name, "dependencies": []})).collect();
        for (name, dependency) in extra {
            match list.iter_mut().find(|package| package["name"] == *name) {
                Some(package) => package["dependencies"].as_array_mut().unwrap().push(dependency.clone()),
                None => list.push(json!({"name": name, "dependencies": [dependency]})),
            }
        }
        packages(json!({"packages": list, "version": 1}).to_string().as_bytes()).unwrap()
    }

    fn ours(to: &str) -> Value {
        json!({"name": to, "kind": null, "path": format!("/somewhere/{to}")})
    }

    fn other(to: &str, kind: Value) -> Value {
        json!({"name": to, "kind": kind, "source": "registry+https://example.org"})
    }

    fn refused(from: &str, dependency: Value) -> Vec<String> {
        check(&workspace(&[(from, dependency)])).into_iter().map(|finding| format!("{}: {}", finding.place, finding.what)).collect()
    }

    #[test]
    fn the_empty_house_is_tidy() {
        assert_eq!(check(&workspace(&[])), []);
    }

    #[test]
    fn arrows_of_the_table_pass() {
        for (from, to) in [
            ("shiyan-statute", "shiyan-foundation"),
            ("shiyan-lab-results", "shiyan-judgement"),
            ("shiyan-nonconformity", "shiyan-lab-results"),
            ("shiyan-store", "shiyan-indicators"),
            ("shiyan-store", "shiyan-migrations"),
            ("shiyan-app", "shiyan-store"),
            ("shiyan-demonstration", "shiyan-app"),
            ("shiyan-web-kit", "shiyan-app"),
            ("shiyan-web-site", "shiyan-web-bench"),
            ("shiyan-reports", "shiyan-charts"),
            ("shiyan-cli", "shiyan-migrations"),
            ("shiyan-tests", "shiyan-testkit"),
        ] {
            assert_eq!(refused(from, ours(to)), Vec::<String>::new(), "{from} -> {to}");
        }
        for (from, to) in
            [("shiyan-app", "tokio"), ("shiyan-web-bench", "validator"), ("shiyan-cli", "rocket"), ("shiyan-statute", "csv"), ("shiyan-web-kit", "hex")]
        {
            assert_eq!(refused(from, other(to, Value::Null)), Vec::<String>::new(), "{from} -> {to}");
        }
    }

    #[test]
    fn arrows_against_the_way_are_refused() {
        for (from, to) in [
            ("shiyan-foundation", "shiyan-statute"),
            ("shiyan-sampling-plan", "shiyan-sample-intake"),
            ("shiyan-rapid-test", "shiyan-lab-results"),
            ("shiyan-judgement", "shiyan-sample-intake"),
            ("shiyan-judgement", "shiyan-lab-results"),
            ("shiyan-lab-results", "shiyan-nonconformity"),
            ("shiyan-indicators", "shiyan-sampling-plan"),
            ("shiyan-store", "shiyan-app"),
            ("shiyan-app", "shiyan-web-kit"),
            ("shiyan-web-bench", "shiyan-web-intake"),
            ("shiyan-web-kit", "shiyan-web-bench"),
            ("shiyan-web-cases", "shiyan-store"),
            ("shiyan-exchange", "shiyan-store"),
            ("shiyan-charts", "shiyan-indicators"),
            ("shiyan-demonstration", "shiyan-store"),
            ("shiyan-app", "shiyan-demonstration"),
            ("shiyan-analytics", "shiyan-statute"),
            ("shiyan-cli", "shiyan-fonts"),
            ("shiyan-migrations", "shiyan-foundation"),
            ("shiyan-web-site", "shiyan-testkit"),
        ] {
            let found = refused(from, ours(to));
            assert_eq!(found.len(), 1, "{from} -> {to}");
            assert!(found[0].starts_with(&format!("{from} -> {to}: ")), "{found:?}");
        }
    }

    #[test]
    fn a_heavy_crate_stays_with_its_owner() {
        let found = refused("shiyan-web-kit", other("sea-orm", Value::Null));
        assert_eq!(found, ["shiyan-web-kit -> sea-orm: this heavy crate belongs to shiyan-store"]);
        for (from, to) in [
            ("shiyan-app", "rocket"),
            ("shiyan-store", "polars"),
            ("shiyan-exchange", "printpdf"),
            ("shiyan-charts", "tokio"),
            ("shiyan-cli", "validator"),
            ("shiyan-web-site", "fantoccini"),
        ] {
            assert_eq!(refused(from, other(to, Value::Null)).len(), 1, "{from} -> {to}");
        }
        assert_eq!(refused("shiyan-charts", other("printpdf", json!("build"))).len(), 1, "a build dependency counts too");
    }

    #[test]
    fn a_domain_crate_uses_only_plain_data() {
        for to in ["tokio", "reqwest", "rand", "sha2", "csv"] {
            assert_eq!(refused("shiyan-lab-results", other(to, Value::Null)).len(), 1, "{to}");
        }
        assert!(refused("shiyan-lab-results", other("proptest", json!("dev"))).is_empty());
    }

    #[test]
    fn tests_may_look_at_anything() {
        let mut dev = ours("shiyan-testkit");
        dev["kind"] = json!("dev");
        assert!(refused("shiyan-web-site", dev).is_empty());
    }

    #[test]
    fn a_new_crate_needs_a_row_and_a_row_needs_a_crate() {
        let found = refused("shiyan-newcomer", ours("shiyan-foundation"));
        assert!(found.len() == 1 && found[0].contains("has no row"), "{found:?}");
        let without: Vec<Package> = workspace(&[]).into_iter().filter(|package| package.name != "shiyan-web-kit").collect();
        assert!(check(&without)[0].what.contains("no crate"));
    }

    #[test]
    fn what_is_not_the_answer_of_cargo_is_an_error() {
        assert!(packages(b"{}").is_err() && packages(b"nonsense").is_err());
    }

    #[test]
    fn the_domain_is_ten_folders() {
        let folders: Vec<_> = domain_folders().collect();
        assert_eq!(folders.len(), 10);
        assert!(folders.contains(&"indicators") && folders.contains(&"foundation") && folders.contains(&"judgement"));
    }
}
