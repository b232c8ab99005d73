//! A fresh database with an application over it.

use std::path::{Path, PathBuf};

use shiyan_app::{App, Store, Who, verify::Finding};
use shiyan_foundation::ids::LabId;
use shiyan_foundation::{Instant, NaiveDate, Scope, category::CategoryPath, shanghai};
use shiyan_migrations::{Migrator, MigratorTrait};
use shiyan_statute::LimitStatus;
use shiyan_store::Engine;
use shiyan_store::records::{ItemPackage, Laboratory, PackageItem};
use uuid::Uuid;

use crate::people::People;
use crate::side::{self, Side};

/// `2025-06-03T09:00` in Shanghai.
#[must_use]
pub fn at(text: &str) -> Instant {
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap().and_local_timezone(shanghai()).unwrap()
}
#[must_use]
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A directory that goes away.
#[derive(Debug)]
pub struct Temp(pub PathBuf);

impl Temp {
    #[must_use]
    pub fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("shiyan-{name}-{}", Uuid::now_v7().simple()));
        // Private like a data directory of ours: `serve` refuses another.
        shiyan_app::files::private_dir(&dir).unwrap();
        Temp(dir)
    }
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
impl AsRef<Path> for Temp {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

/// Name of the laboratory of the tests.
pub const LAB: &str = "虚构检测中心";
pub const OTHER_LAB: &str = "另一虚构检测中心";
pub const LEEK: &str = "食用农产品/蔬菜/鳞茎类/韭菜";

/// An application over a fresh, migrated database. The database goes away with it.
#[derive(Debug)]
pub struct TestApp {
    pub app: App,
    pub url: String,
    pub dir: Temp,
    pub people: People,
    dropped: Option<(String, String)>,
}

impl TestApp {
    /// On SQLite, furnished.
    pub async fn sqlite() -> Self {
        let mut t = Self::bare_sqlite().await;
        t.furnish().await;
        t
    }
    /// On PostgreSQL, furnished; `None` without a server.
    pub async fn postgres() -> Option<Self> {
        let mut t = Self::bare_postgres().await?;
        t.furnish().await;
        Some(t)
    }
    /// A migrated SQLite database with nothing in it.
    pub async fn bare_sqlite() -> Self {
        let dir = Temp::new("it");
        let url = format!("sqlite://{}", dir.join("shiyan.db").display());
        Self::open(url, dir, None).await
    }
    /// A migrated PostgreSQL database with nothing in it; `None` without a server.
    pub async fn bare_postgres() -> Option<Self> {
        let server = crate::pg::pg_url()?;
        let name = format!("it_{}", Uuid::now_v7().simple());
        Side::open(&server).await.run(&format!("CREATE DATABASE {name}")).await.unwrap();
        let url = side::with_database(&server, &name);
        Some(Self::open(url, Temp::new("it"), Some((server, name))).await)
    }
    /// An empty database on the engine that this one does not run on; on the same one when there is no server.
    pub async fn bare_other(&self) -> Self {
        match self.engine() {
            Engine::Postgres => Self::bare_sqlite().await,
            Engine::Sqlite => match Self::bare_postgres().await {
                Some(other) => other,
                None => {
                    crate::skipped("the other engine: SQLite again instead", "no PostgreSQL server (SHIYAN_TEST_PG)");
                    Self::bare_sqlite().await
                }
            },
        }
    }
    async fn open(url: String, dir: Temp, dropped: Option<(String, String)>) -> Self {
        let app = reopen(&url).await;
        TestApp { app, url, dir, people: People::fictional(), dropped }
    }
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.app.stage().engine()
    }
    /// A connection behind the program's back.
    pub async fn side(&self) -> Side {
        Side::open(&self.url).await
    }
    /// Reference data, people, two laboratories, an item package for leek and its limits in force.
    async fn furnish(&mut self) {
        let now = at("2025-01-02T08:00");
        self.app.seed_reference(now).await.unwrap();
        let labs = [(LAB, self.people.lab), (OTHER_LAB, self.people.other_lab)].map(|(name, id)| Laboratory {
            id: LabId(id.0),
            name: name.into(),
            address: "虚构路1号".into(),
            phone: "000-00000000".into(),
            zip: "000000".into(),
            cma: String::new(),
            demo: false,
            revision: 0,
        });
        let item = |analyte: &str| PackageItem {
            analyte: analyte.into(),
            unit: "mg/kg".into(),
            method: "GB 23200.113-2018".into(),
            limit: None,
            ..PackageItem::default()
        };
        let package = ItemPackage {
            key: "韭菜".into(),
            year: 0,
            category: CategoryPath::parse(LEEK),
            items: vec![item("腐霉利"), item("毒死蜱")],
            retired: false,
            source: "测试".into(),
            demo: false,
            ..ItemPackage::default()
        };
        let who = Who::system("测试");
        let mut unit = self.app.stage().begin(now).await.unwrap();
        unit.insert_many(&self.people.all(), &who, "user.add").await.unwrap();
        unit.insert_many(&labs, &who, "lab.add").await.unwrap();
        unit.insert_many(&[package], &who, "package.add").await.unwrap();
        unit.insert_many(&self.people.points(), &who, "point.add").await.unwrap();
        unit.commit().await.unwrap();
        for id in ["L0001", "L0002"] {
            self.app.set_limit_status(&self.people.quality.actor(), id, LimitStatus::Active, now).await.unwrap();
        }
    }
    /// `shiyan verify`, but for the clock: the walks of a test begin on the same days, one after the other.
    pub async fn verify(&self) -> Finding {
        let mut finding = self.app.verify(None, &self.dir.join("checkpoint.key")).await.unwrap();
        finding.without("clock");
        finding
    }
    /// Everything agrees.
    pub async fn assert_whole(&self) {
        let finding = self.verify().await;
        assert!(finding.ok, "{finding:?}");
    }
    /// `shiyan verify` must fail and say this.
    pub async fn assert_broken(&self, says: &str) {
        let finding = self.verify().await;
        let said = finding.problems.iter().any(|p| p.en.contains(says) && !p.zh.is_empty());
        assert!(!finding.ok && said, "expected a problem that says {says:?}: {finding:?}");
        assert_eq!(finding.problem_en.as_deref(), finding.problems.first().map(|p| p.en.as_str()));
    }
    /// The scope of everybody.
    #[must_use]
    pub fn all(&self) -> Scope {
        Scope::District
    }
}

/// The application over the database at this address, with the typesetter of the house.
pub async fn reopen(url: &str) -> App {
    let store = Store::open(url).await.unwrap();
    Migrator::up(store.migration_connection(), None).await.unwrap();
    App::new(store, |content| shiyan_papers::test_report_pdf(content, "http://127.0.0.1:8000"))
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let Some((server, name)) = self.dropped.take() else { return };
        // Best effort, on a runtime of its own: the server of the tests is thrown away anyway.
        let _ = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                runtime.block_on(async {
                    let side = Side::open(&server).await;
                    let _ = side.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                    side.close().await;
                });
            }
        })
        .join();
    }
}
