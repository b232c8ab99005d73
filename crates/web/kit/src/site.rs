//! What the handlers share: the application, the clock, how the site is reached.

use shiyan_app::App;
use shiyan_foundation::area::District;
use shiyan_foundation::{Instant, Lang};

/// How this installation is set up.
#[derive(Debug, Clone)]
pub struct SiteConfig {
    /// Address people reach it at, printed into QR codes, e.g. `http://127.0.0.1:8000`.
    pub public_url: String,
    /// Served over HTTPS: cookies are `Secure`.
    pub https: bool,
    /// 单位名称 shown in the rail instead of the one of the setting 本区名称; empty for that one.
    pub body: String,
    /// The demonstration is loaded: a ribbon says so, the login page lists the accounts.
    pub demo: bool,
    /// Accounts of the demonstration: username, duty in Chinese, duty in English.
    pub demo_accounts: Vec<(String, String, String)>,
    /// Their password.
    pub demo_password: String,
    /// Version of the program.
    pub version: String,
    /// File of the checkpoint key, for the diagnosis page.
    pub key_file: std::path::PathBuf,
}

/// Shared state of the handlers.
#[derive(Debug, Clone)]
pub struct Site {
    /// The application.
    pub app: App,
    /// Set-up.
    pub config: SiteConfig,
    /// The clock, read once a request at the edge.
    pub clock: fn() -> Instant,
    /// 作业 long work under way.
    pub jobs: std::sync::Arc<crate::jobs::Jobs>,
    /// 重活 what waits for its turn.
    pub heavy: std::sync::Arc<crate::heavy::Heavy>,
    /// 仪器格式 the folder with the profiles of the house; without one there are the shipped ones.
    pub profile_folder: Option<std::path::PathBuf>,
    /// 本区 as it was named when this server began, or by the page since.
    pub district: std::sync::Arc<std::sync::RwLock<District>>,
}

impl Site {
    /// 仪器格式 of the page, of the folder and the shipped ones, as they are now: what another server activated is there too.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn profiles(&self) -> Result<shiyan_exchange::instrument::Profiles, shiyan_app::Error> {
        Ok(shiyan_imports::profiles::of_house(&self.app.profiles_in_use().await?, self.profile_folder.as_deref()))
    }
    /// A site over an application.
    #[must_use]
    pub fn new(app: App, config: SiteConfig, clock: fn() -> Instant) -> Self {
        Self {
            app,
            config,
            clock,
            jobs: std::sync::Arc::default(),
            heavy: std::sync::Arc::default(),
            profile_folder: None,
            district: std::sync::Arc::default(),
        }
    }
    /// Names the district from now on.
    pub fn name_after(&self, district: District) {
        *self.district.write().unwrap_or_else(std::sync::PoisonError::into_inner) = district;
    }
    /// 单位名称 in a language.
    #[must_use]
    pub fn body(&self, lang: Lang) -> String {
        if self.config.body.is_empty() {
            self.district.read().unwrap_or_else(std::sync::PoisonError::into_inner).body.pick(lang).to_owned()
        } else {
            self.config.body.clone()
        }
    }
    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        (self.clock)()
    }
}
