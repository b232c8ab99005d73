//! The stage of the tests of the pages: a small demonstration in a directory of its own, and a client before it.

use std::path::PathBuf;

use rocket::http::ContentType;
use rocket::local::asynchronous::Client;
use shiyan_app::demo::{self, DemoOptions, PASSWORD};
use shiyan_app::{App, Store};
use shiyan_foundation::{Instant, NaiveDate, shanghai};
use shiyan_migrations::{Migrator, MigratorTrait};

use crate::{Site, SiteConfig};

/// A directory that goes with the test.
pub(super) struct Temp(pub(super) PathBuf);
impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// 2026-11-23 14:00, a Monday.
pub(super) fn now() -> Instant {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(14, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}

/// A demonstration of so many samples and the names of its accounts; the reports it prints are no real PDF.
pub(super) async fn demonstration(name: &str, seed: u64, samples: u32) -> (Temp, App, Vec<String>) {
    let dir = Temp(std::env::temp_dir().join(format!("shiyan-web-{name}-{}", std::process::id())));
    std::fs::create_dir_all(&dir.0).unwrap();
    let store = Store::open(&format!("sqlite://{}/t.db", dir.0.display())).await.unwrap();
    Migrator::up(store.migration_connection(), None).await.unwrap();
    let app = App::new(store, |_| Ok(b"%PDF-1.7 test".to_vec()));
    let told = demo::load(&app, DemoOptions { seed, now: now(), samples: Some(samples), password: None }).await.unwrap();
    (dir, app, told.accounts.into_iter().map(|a| a.username).collect())
}

/// A browser before the site.
pub(super) async fn client(app: &App) -> Client {
    let config = SiteConfig {
        public_url: "http://127.0.0.1:8000".into(),
        https: false,
        body: "示范区市场监督管理局".into(),
        demo: true,
        demo_accounts: Vec::new(),
        demo_password: String::new(),
        version: "0".into(),
        key_file: PathBuf::new(),
    };
    let rocket = crate::build(Site::new(app.clone(), config, now), "127.0.0.1:0".parse().unwrap());
    Client::untracked(rocket).await.unwrap()
}

/// Signs in; the value of the login cookie.
pub(super) async fn login(client: &Client, name: &str) -> String {
    let body = format!("username={name}&password={PASSWORD}");
    let response = client.post("/login").header(ContentType::Form).remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await;
    let cookie = response.headers().get("Set-Cookie").find_map(|c| c.strip_prefix("shiyan_login=")).unwrap_or_else(|| panic!("{name} cannot sign in"));
    cookie.split(';').next().unwrap().to_owned()
}
