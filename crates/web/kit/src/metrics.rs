//! 运行计数 what a monitoring system reads, on a listener of its own and never on the public one.

use std::fmt::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::ContentType;
use rocket::{Build, Request, Response, Rocket, State, get, routes};

use crate::guard::{Stamp, ThroughDoor};
use crate::site::Site;
use shiyan_app::kept::{Care, Kept, data_of, disk_free};

/// Answers by class of status, 1xx to 5xx.
static ANSWERS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Counts every answer of the public listener.
#[derive(Debug)]
pub struct Counter;

#[rocket::async_trait]
impl Fairing for Counter {
    fn info(&self) -> Info {
        Info { name: "request counter", kind: Kind::Ignite | Kind::Response }
    }
    async fn on_ignite(&self, rocket: Rocket<Build>) -> rocket::fairing::Result {
        LazyLock::force(&STARTED);
        Ok(rocket)
    }
    async fn on_response<'r>(&self, _: &'r Request<'_>, response: &mut Response<'r>) {
        let class = usize::from(response.status().code / 100).clamp(1, 5) - 1;
        ANSWERS[class].fetch_add(1, Ordering::Relaxed);
    }
}

/// Seconds since the server was started.
#[must_use]
pub fn uptime() -> u64 {
    STARTED.elapsed().as_secs()
}

/// The numbers in the text format of Prometheus.
pub async fn text(site: &Site) -> String {
    let up = site.app.answers().await;
    let head = site.app.head().await.map_or(0, |h| h.seq);
    let mut out = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, lines: &[(String, String)]| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in lines {
            let _ = writeln!(out, "{name}{labels} {value}");
        }
    };
    let classes: Vec<(String, String)> =
        ANSWERS.iter().enumerate().map(|(i, n)| (format!("{{class=\"{}xx\"}}", i + 1), n.load(Ordering::Relaxed).to_string())).collect();
    metric("shiyan_http_responses_total", "counter", "Answers by class of status.", &classes);
    metric("shiyan_journal_seq", "gauge", "Number of the last journal entry.", &[(String::new(), head.to_string())]);
    metric("shiyan_uptime_seconds", "gauge", "Seconds since the start.", &[(String::new(), uptime().to_string())]);
    metric("shiyan_database_up", "gauge", "1 while the database answers.", &[(String::new(), u8::from(up).to_string())]);
    let data = data_of(&site.config.key_file);
    let kept = Kept::read(&data);
    for (care, name, help) in [
        (Care::Backup, "shiyan_backup_last_success_timestamp_seconds", "When a backup last went well, 0 for never."),
        (Care::Rehearsal, "shiyan_restore_rehearsal_last_success_timestamp_seconds", "When a restored backup last proved whole, 0 for never."),
        (Care::Verify, "shiyan_verify_last_success_timestamp_seconds", "When the verification last held, 0 for never."),
        (Care::Checkpoint, "shiyan_checkpoint_last_export_timestamp_seconds", "When a checkpoint was last exported, 0 for never."),
        (Care::Facts, "shiyan_facts_last_success_timestamp_seconds", "When the fact files were last kept, 0 for never; absent where nobody keeps any."),
    ] {
        if !kept.asked().any(|asked| asked == care) {
            continue;
        }
        metric(name, "gauge", help, &[(String::new(), kept.of(care).good().map_or(0, |at| at.timestamp()).to_string())]);
    }
    if let Some(free) = disk_free(&data) {
        metric("shiyan_data_disk_free_bytes", "gauge", "Free bytes on the disk of the data directory.", &[(String::new(), free.to_string())]);
    }
    metric(
        "shiyan_build_info",
        "gauge",
        "Version of the program.",
        &[(format!("{{version=\"{}\"}}", site.config.version.replace(['"', '\\', '\n'], "")), "1".to_owned())],
    );
    out
}

/// Numbers of others, in the same format.
pub struct More(pub Box<dyn Fn() -> String + Send + Sync>);

impl std::fmt::Debug for More {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("More")
    }
}

#[get("/metrics")]
async fn metrics(site: &State<Site>, more: Option<&State<More>>) -> (ContentType, String) {
    let text = text(site).await + &more.map_or_else(String::new, |more| (more.0)());
    (ContentType::new("text", "plain").with_params([("version", "0.0.4"), ("charset", "utf-8")]), text)
}

/// A server of its own for the numbers alone, behind a door.
#[must_use]
pub fn build_metrics(site: Site, stamp: Stamp, more: More) -> Rocket<Build> {
    let config = rocket::Config { workers: 1, ..crate::server::behind() };
    let shutdown = rocket::config::Shutdown { grace: 1, mercy: 1, ..config.shutdown.clone() };
    rocket::custom(rocket::Config { shutdown, ..config })
        .manage(site)
        .manage(more)
        .manage(stamp)
        .attach(ThroughDoor)
        .mount("/", routes![metrics, crate::guard::side_door])
}
