//! 所在 where the data of an installation are, and whether a command may make them.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use shiyan_app::App;
use shiyan_foundation::{Lang, Refusal};
use shiyan_migrations::{Migrator, MigratorTrait};
use shiyan_store::verify::{Look, SchemaState};
use shiyan_store::{Store, shown, sqlite_file, sqlite_url};

use crate::code;
use crate::config::{Cli, FileConfig, read_file};
use crate::print::Failed;
use crate::private::{config_file, exposed, holds_password};
use crate::run::now;

/// The data directory, the database and the configuration file of one call.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// 数据目录
    pub data: PathBuf,
    /// 配置文件
    pub file: FileConfig,
    /// Address of the database: the one given, or the SQLite file in the data directory.
    url: String,
    /// 写有密码的配置文件
    config_with_password: Option<PathBuf>,
    /// Language of warnings.
    lang: Lang,
}

impl Place {
    /// Reads flags and configuration file.
    pub fn of(cli: &Cli) -> Result<Self, Failed> {
        let data = cli.data.clone().unwrap_or_else(|| PathBuf::from("data"));
        let unusable = |zh: &str, en: &str| {
            let refusal = Refusal::new(code::DATA_DIR).with("at", data.display());
            Failed::Refused(vec![refusal.with("why", zh).with("why_en", en)])
        };
        if data.as_os_str().is_empty() {
            return Err(unusable("没有写路径", "the path is empty"));
        }
        if data.to_str().is_none() {
            return Err(unusable("路径不是 UTF-8", "the path is not UTF-8"));
        }
        if data.exists() && !data.is_dir() {
            return Err(unusable("它不是目录", "it is not a directory"));
        }
        let file = read_file(cli.config.as_deref(), &data)?;
        if let Some(dir) = cli.fonts_dir.as_ref().or(file.fonts_dir.as_ref()) {
            if !dir.is_dir() {
                return Err(Failed::Refused(vec![Refusal::new(code::FONTS_DIR).with("at", dir.display())]));
            }
            shiyan_papers::use_own_faces(shiyan_papers::Faces::of_folder(dir)?);
        }
        let config_with_password = holds_password(file.database_url.as_deref()).then(|| config_file(cli.config.as_deref(), &data));
        let given = cli.database_url.clone().or_else(|| file.database_url.clone());
        let url = given.unwrap_or_else(|| sqlite_url(&data.join("shiyan.db")));
        Ok(Self { data, file, url, config_with_password, lang: cli.lang.into() })
    }
    /// A SQLite database at this place and nothing else, for a rehearsal.
    pub fn scratch(&self, dir: &Path) -> Self {
        let url = sqlite_url(&dir.join("shiyan.db"));
        Self { data: dir.to_path_buf(), file: FileConfig::default(), url, config_with_password: None, lang: self.lang }
    }
    /// The file of a SQLite database.
    pub fn database_file(&self) -> Option<PathBuf> {
        sqlite_file(&self.url)
    }
    /// The configuration file, when it holds a password.
    pub fn config_with_password(&self) -> Option<PathBuf> {
        self.config_with_password.clone()
    }
    /// Refuses what other accounts can read or change: for whoever serves or keeps.
    pub fn must_be_private(&self) -> Result<(), Failed> {
        let exposed = exposed(self);
        if exposed.is_empty() { Ok(()) } else { Err(Failed::Refused(exposed)) }
    }
    /// What others can read or change is said on standard error, and the command goes on.
    fn warn_of_others(&self) {
        for refusal in exposed(self) {
            let (warning, lang) = (self.lang.pick("警告", "warning"), self.lang);
            let _ = writeln!(std::io::stderr(), "{warning} [{}] {}\n  {}", refusal.code(), refusal.what(lang), refusal.next(lang));
        }
    }
    /// The signing key of checkpoints.
    /// Folder of the instrument profiles of the house.
    pub fn profiles(&self) -> PathBuf {
        self.data.join("profiles")
    }
    pub fn key_file(&self) -> PathBuf {
        self.data.join("checkpoint.key")
    }
    /// 对外地址 printed into QR codes.
    pub fn public_url(&self, flag: Option<&str>, listen: SocketAddr) -> String {
        flag.map(str::to_owned).or_else(|| self.file.public_url.clone()).unwrap_or_else(|| {
            let scheme = if self.file.tls_cert.is_some() { "https" } else { "http" };
            format!("{scheme}://{listen}")
        })
    }
    /// 独占 the file of an SQLite database, held by one server however its path is spelt; commands beside it do not ask. It must stay
    /// open for as long as the database is: closing any handle of the file would give up the locks of SQLite itself.
    pub fn lock_database(&self) -> Result<Option<std::fs::File>, Failed> {
        let Some(file) = sqlite_file(&self.url) else { return Ok(None) };
        let lock = std::fs::File::open(&file).map_err(|e| Failed::io(code::FILE_READ, file.display(), &e))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(_) => {
                std::mem::forget(lock);
                Err(Failed::Fault(Refusal::new(code::SERVER_THERE)))
            }
        }
    }
    /// The database, made when it is not there, with the schema up to date.
    pub async fn make(&self) -> Result<Store, Failed> {
        if let Some(file) = sqlite_file(&self.url) {
            make_private(&self.data)?;
            // Private from the start: the engine gives its logs the permissions of the file.
            let unopened = |e: std::io::Error| Failed::io(code::FILE_WRITE, file.display(), &e);
            if !file.exists() && file.parent().is_some_and(Path::is_dir) {
                shiyan_app::kept::open_private(&file).map_err(unopened)?;
            }
        }
        self.warn_of_others();
        let store = up_to_date(Store::open(&self.url).await?).await?;
        clock_goes_on(&store).await?;
        Ok(store)
    }
    /// The database with the schema up to date, or nothing where there is none; nothing is made.
    pub async fn found(&self) -> Result<Option<Store>, Failed> {
        if let Some(file) = sqlite_file(&self.url)
            && !std::fs::metadata(&file).is_ok_and(|m| m.len() > 0)
        {
            return Ok(None);
        }
        self.warn_of_others();
        let store = Store::open(&self.url).await?;
        if !store.holds_tables().await? {
            store.close().await;
            return Ok(None);
        }
        Ok(Some(up_to_date(store).await?))
    }
    /// The database that must be there.
    pub async fn existing(&self) -> Result<Store, Failed> {
        self.found().await?.ok_or_else(|| Refusal::new(code::NO_DATABASE).with("at", self.shown()).into())
    }
    /// The database that must be there, opened to be looked at: nothing is made beside it and no migration runs.
    pub async fn look(&self) -> Result<Look, Failed> {
        let none = || Failed::from(Refusal::new(code::NO_DATABASE).with("at", self.shown()));
        if let Some(file) = sqlite_file(&self.url)
            && !std::fs::metadata(&file).is_ok_and(|m| m.len() > 0)
        {
            return Err(none());
        }
        self.warn_of_others();
        let look = Look::open(&self.url).await?;
        // A database that cannot even say what it holds is damaged: the check names it.
        if matches!(look.schema_state().await, Ok(SchemaState::Empty)) {
            look.close().await;
            return Err(none());
        }
        Ok(look)
    }
    fn shown(&self) -> String {
        sqlite_file(&self.url).map_or_else(|| shown(&self.url), |file| file.display().to_string())
    }
    /// The application over the database that must be there.
    pub async fn app(&self) -> Result<App, Failed> {
        self.over(self.existing().await?, None).await
    }
    /// The same for a command that writes: the clock must not stand before the last entry.
    pub async fn app_to_write(&self) -> Result<App, Failed> {
        let store = self.existing().await?;
        clock_goes_on(&store).await?;
        self.over(store, None).await
    }
    /// The application over a database, with the shipped reference data in it.
    pub async fn over(&self, store: Store, public_url: Option<String>) -> Result<App, Failed> {
        let public_url = public_url.unwrap_or_else(|| self.public_url(None, SocketAddr::from(([127, 0, 0, 1], 8000))));
        let app = App::new(store, move |content| shiyan_papers::test_report_pdf(content, &public_url)).keeping_ledger_in(self.data.join("ledger"));
        app.seed_reference(now()).await?;
        Ok(app)
    }
    /// What [`Place::make`] would make here.
    pub fn unmade(&self) -> Unmade {
        let file = sqlite_file(&self.url).filter(|file| !file.exists());
        let dirs = self.data.ancestors().filter(|dir| !dir.as_os_str().is_empty() && !dir.exists()).map(Path::to_path_buf).collect();
        Unmade { file, dirs }
    }
}

/// What was not there before a command began.
#[derive(Debug)]
pub(crate) struct Unmade {
    file: Option<PathBuf>,
    /// Innermost first.
    dirs: Vec<PathBuf>,
}

impl Unmade {
    /// Takes away what has been made since; a directory that holds anything else stays.
    pub fn clear(&self) {
        for end in ["", "-wal", "-shm"] {
            if let Some(file) = &self.file {
                let _ = std::fs::remove_file(format!("{}{end}", file.display()));
            }
        }
        for dir in &self.dirs {
            let _ = std::fs::remove_dir(dir);
        }
    }
}

/// With the schema of this program. A role that may make nothing serves a database that is up to date already.
async fn up_to_date(store: Store) -> Result<Store, Failed> {
    match store.schema_state().await? {
        SchemaState::Current => return Ok(store),
        SchemaState::Ahead(unknown) => return Err(Failed::Fault(Refusal::new(shiyan_store::code::SCHEMA_NEW).with("unknown", unknown.join(", ")))),
        SchemaState::Empty | SchemaState::Behind(_) => {}
    }
    Migrator::up(store.migration_connection(), None).await.map_err(Failed::fault)?;
    Ok(store)
}

/// 时钟 refuses to write while the clock stands before the last entry of the journal: nothing official is dated back.
pub(crate) async fn clock_goes_on(store: &Store) -> Result<(), Failed> {
    let Some(last) = store.newest_entries(1).await?.pop() else { return Ok(()) };
    let now = now();
    // Two machines, or a clock that was just set right.
    let before = chrono::DateTime::parse_from_rfc3339(&last.at).is_ok_and(|last| last - now > shiyan_app::keep::CLOCK_SLACK);
    if !before {
        return Ok(());
    }
    let shown = last.at.get(..19).unwrap_or(&last.at).replace('T', " ");
    Err(Refusal::new(code::CLOCK).with("now", now.format("%Y-%m-%d %H:%M:%S")).with("last", shown).with("seq", last.seq).into())
}

/// The data directory, readable by its owner only when we make it.
pub(crate) fn make_private(dir: &Path) -> Result<(), Failed> {
    if dir.exists() {
        return Ok(());
    }
    shiyan_app::files::private_dir(dir).map_err(|e| Failed::io(code::DATA_DIR, dir.display(), &e))
}
