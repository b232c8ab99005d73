//! 试台 for the tests of the rooms: a small demonstration in a directory of its own, and a browser before the routes of a room. Nobody signs in over
//! a page: the login belongs to another room.
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, missing_docs)]

use std::path::PathBuf;

use rocket::http::{ContentType, Header};
use rocket::local::asynchronous::Client;
use rocket::{Route, get, routes};
use shiyan_app::entry::Knock;
use shiyan_app::{App, Store};
pub use shiyan_demonstration::PASSWORD;
use shiyan_demonstration::{self as demo, DemoOptions};
use shiyan_foundation::{Instant, NaiveDate, shanghai};
use shiyan_migrations::{Migrator, MigratorTrait};

use crate::guard::User;
use crate::guard::encoded;
use crate::{Site, SiteConfig, server};

/// A directory that goes with the test.
#[derive(Debug)]
pub struct Temp(pub PathBuf);
impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// 2026-11-23 14:00, a Monday.
pub fn now() -> Instant {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(14, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
}

/// A demonstration of so many samples and the names of its accounts; the reports it prints are no real PDF.
pub async fn demonstration(name: &str, seed: u64, samples: u32) -> (Temp, App, Vec<String>) {
    // On a task of its own: a long test leaves little of its stack to what it calls.
    demonstration_at(name, seed, samples, now()).await
}

/// The same, loaded at another moment.
pub async fn demonstration_at(name: &str, seed: u64, samples: u32, at: Instant) -> (Temp, App, Vec<String>) {
    rocket::tokio::spawn(set_up(name.to_owned(), seed, samples, at)).await.unwrap()
}

async fn set_up(name: String, seed: u64, samples: u32, at: Instant) -> (Temp, App, Vec<String>) {
    let dir = Temp(std::env::temp_dir().join(format!("shiyan-web-{name}-{}", std::process::id())));
    std::fs::create_dir_all(&dir.0).unwrap();
    let store = Store::open(&format!("sqlite://{}/t.db", dir.0.display())).await.unwrap();
    Migrator::up(store.migration_connection(), None).await.unwrap();
    let app = App::new(store, |_| Ok(b"%PDF-1.7 test".to_vec()));
    let told = demo::load(&app, DemoOptions { seed, now: at, samples: Some(samples), password: None }).await.unwrap();
    (dir, app, told.accounts.into_iter().map(|a| a.username).collect())
}

/// 第二台服务 another application over the same database, with a connection and caches of its own.
pub async fn beside(dir: &Temp) -> App {
    App::new(Store::open(&format!("sqlite://{}/t.db", dir.0.display())).await.unwrap(), |_| Ok(Vec::new()))
}

#[get("/stage/token")]
fn token(user: User) -> String {
    crate::guard::masked(&user.csrf)
}

/// A browser before these rooms.
pub async fn client(app: &App, rooms: Vec<Route>) -> Client {
    client_at(app, rooms, now).await
}

/// The same by another clock.
pub async fn client_at(app: &App, rooms: Vec<Route>, clock: fn() -> Instant) -> Client {
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
    let rooms = [rooms, routes![token]].concat();
    let rocket = server::build(Site::new(app.clone(), config, clock), "127.0.0.1:0".parse().unwrap(), rooms);
    Client::untracked(rocket).await.unwrap()
}

/// Signs in; the value of the login cookie.
pub async fn login(client: &Client, name: &str) -> String {
    let site: &Site = client.rocket().state().unwrap();
    let entered = site.app.login(&Knock::new(name, PASSWORD, "127.0.0.9".parse().unwrap()), site.now()).await.unwrap();
    entered.opened().unwrap_or_else(|| panic!("{name} cannot sign in")).token
}

/// The form token of a page; empty where it has no form.
pub fn csrf_of(page: &str) -> &str {
    page.split("name=\"csrf\" value=\"").nth(1).unwrap_or_default().split('"').next().unwrap_or_default()
}

/// Somebody signed in: cookie and form token.
#[allow(missing_debug_implementations)]
pub struct Person<'a> {
    client: &'a Client,
    login: String,
    csrf: String,
}

impl<'a> Person<'a> {
    pub async fn of(client: &'a Client, name: &str) -> Self {
        let mut me = Self { client, login: login(client, name).await, csrf: String::new() };
        (_, me.csrf) = me.get("/stage/token").await;
        me
    }
    pub async fn get(&self, address: &str) -> (u16, String) {
        let response = self.client.get(address.to_owned()).cookie(("shiyan_login", self.login.clone())).dispatch().await;
        let status = response.status().code;
        (status, String::from_utf8_lossy(&response.into_bytes().await.unwrap_or_default()).into_owned())
    }
    pub async fn post(&self, address: &str, body: String) -> (u16, String) {
        let request = self.client.post(address.to_owned()).header(ContentType::Form).cookie(("shiyan_login", self.login.clone()));
        let response = request.remote("127.0.0.1:9".parse().unwrap()).body(format!("csrf={}&{body}", self.csrf)).dispatch().await;
        let status = response.status().code;
        let to = response.headers().get_one("Location").map(str::to_owned);
        (status, to.unwrap_or(response.into_string().await.unwrap_or_default()))
    }
    pub async fn upload(&self, address: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> (u16, String) {
        let mut body = Vec::new();
        for (key, value) in [("csrf", self.csrf.as_str())].iter().chain(fields) {
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n--x--\r\n");
        let kind = Header::new("Content-Type", "multipart/form-data; boundary=x");
        let request = self.client.post(address.to_owned()).header(kind).cookie(("shiyan_login", self.login.clone()));
        let response = request.remote("127.0.0.1:9".parse().unwrap()).body(body).dispatch().await;
        (response.status().code, response.into_string().await.unwrap_or_default())
    }
}

/// What the page of a dry run sends back to have the file written.
pub fn confirm(page: &str) -> String {
    let value = page.split("name=\"confirm\" value=\"").nth(1).unwrap_or_default().split('"').next().unwrap_or_default();
    format!("confirm={}", encoded(&value.replace("&#38;", "&").replace("&amp;", "&")))
}
