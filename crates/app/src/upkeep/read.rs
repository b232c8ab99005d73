//! 运行 what the server and the command line ask of the database beside the work of people: whether it is there, whether a request was carried
//! out before, the last entry, and the end.

use shiyan_foundation::{Instant, Refusal, Scope};
use shiyan_indicators::{BatchFact, ItemFact};
use shiyan_nonconformity::Case;
use shiyan_store::once::{First, Key};
use shiyan_store::{Error, Head};

use crate::App;
use shiyan_store::figures::facts::FailingSample;

impl App {
    /// Whether something can be written now.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready(&self) -> Result<(), Refusal> {
        self.store.ready().await
    }
    /// Whether the database answers.
    pub async fn answers(&self) -> bool {
        self.store.ping().await.is_ok()
    }
    /// Head of the journal.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn head(&self) -> Result<Head, Error> {
        self.store.head().await
    }
    /// The hash of an entry of the journal, where there is one of that number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn hash_at(&self, seq: i64) -> Result<Option<String>, Error> {
        self.store.hash_at(seq).await
    }
    /// Looks for what was carried out under this key before.
    ///
    /// # Errors
    /// Carried out before; the key stands for other content; the database does not answer.
    pub async fn not_before_now(&self, key: &Key) -> Result<(), Error> {
        self.store.not_before_now(key).await
    }
    /// The first answer under a key.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn first_answer(&self, key: &Key) -> Result<Option<First>, Error> {
        self.store.first_answer(key).await
    }
    /// Keeps an answer for whoever asks again.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_answer(&self, key: &Key, answer: &str, now: Instant) -> Result<(), Error> {
        self.store.keep_answer(key, answer, now).await
    }
    /// Gives a key back: nothing was made under it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_key(&self, key: &Key, now: Instant) -> Result<(), Error> {
        self.store.forget_key(key, now).await
    }
    /// Nothing is written while the last entry lies ahead of the clock.
    pub fn hold_clock(&self) {
        self.store.hold_clock();
    }
    /// Looks after the database in the background.
    pub fn look_after(&self) -> tokio::task::JoinHandle<()> {
        self.store.look_after()
    }
    /// Pages of the file that the engine finds damaged, in both languages.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn check_pages(&self) -> Result<Option<(String, String)>, Error> {
        self.store.check_pages().await
    }
    /// Ends every connection.
    pub async fn close(&self) {
        self.store.clone().close().await;
    }
    /// 批次 facts between two days.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn batch_facts(&self, from: chrono::NaiveDate, to: chrono::NaiveDate, scope: &Scope) -> Result<Vec<BatchFact>, Error> {
        self.store.batch_facts(from, to, scope).await
    }
    /// 不合格项目 between two days.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn failing_items(&self, from: chrono::NaiveDate, to: chrono::NaiveDate, scope: &Scope) -> Result<Vec<ItemFact>, Error> {
        self.store.failing_item_facts(from, to, scope).await
    }
    /// 不合格样品 between two days.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn failing_samples(&self, from: chrono::NaiveDate, to: chrono::NaiveDate, scope: &Scope) -> Result<Vec<FailingSample>, Error> {
        self.store.failing_samples(from, to, scope).await
    }
    /// 案件 whole, of the failing samples between two days.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn whole_cases(&self, from: chrono::NaiveDate, to: chrono::NaiveDate, scope: &Scope) -> Result<Vec<Case>, Error> {
        self.store.whole_cases(from, to, scope).await
    }
}
