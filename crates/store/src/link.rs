//! 连接 the way to the database: a pool that can be replaced whole, and a transaction that is poisoned by its first storage error.
//! Every statement of the house passes through here, so that a failing disk or server is noticed wherever it shows first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionOptions, TransactionTrait,
};

use crate::health::{Health, unless_away};

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pool: Arc<RwLock<DatabaseConnection>>,
    health: Arc<Health>,
    backend: DbBackend,
}

impl Link {
    pub(crate) fn new(pool: DatabaseConnection, health: Arc<Health>) -> Self {
        let backend = pool.get_database_backend();
        Self { pool: Arc::new(RwLock::new(pool)), health, backend }
    }
    pub(crate) fn pool(&self) -> DatabaseConnection {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Puts another pool in its place and gives the old one, to be closed.
    pub(crate) fn replace(&self, pool: DatabaseConnection) -> DatabaseConnection {
        std::mem::replace(&mut *self.pool.write().unwrap_or_else(PoisonError::into_inner), pool)
    }
    pub(crate) async fn begin(&self, options: TransactionOptions) -> Result<Tx, DbErr> {
        let pool = self.pool();
        let tx = answered(&self.health, pool.begin_with_options(options)).await?;
        Ok(Tx { tx, health: self.health.clone(), poisoned: AtomicBool::new(false) })
    }
}

/// The answer, noted when it is an error; no answer at all when the database is away.
async fn answered<T>(health: &Health, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    match unless_away(health, work).await {
        Some(Ok(done)) => Ok(done),
        Some(Err(error)) => {
            health.note(&error);
            Err(error)
        }
        None => Err(DbErr::Conn(sea_orm::RuntimeErr::Internal("the database does not answer".to_owned()))),
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Link {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let pool = self.pool();
        answered(&self.health, pool.execute_raw(statement)).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let pool = self.pool();
        answered(&self.health, pool.execute_unprepared(sql)).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let pool = self.pool();
        answered(&self.health, pool.query_one_raw(statement)).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let pool = self.pool();
        answered(&self.health, pool.query_all_raw(statement)).await
    }
}

/// A transaction. After an error SQLite may have undone it by itself, and what followed would be kept at once and alone; PostgreSQL
/// would answer its commit kindly and keep nothing. So nothing follows an error, and no commit.
#[derive(Debug)]
pub(crate) struct Tx {
    tx: DatabaseTransaction,
    health: Arc<Health>,
    poisoned: AtomicBool,
}

impl Tx {
    pub(crate) fn poisoned(&self) -> bool {
        self.poisoned.load(Ordering::SeqCst)
    }
    /// Commits. An error says nothing about what became of it.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        if self.poisoned() {
            return Err(spoilt());
        }
        // The commit itself is not noted here: whoever asked for it finds out what became of it.
        match unless_away(&self.health, self.tx.commit()).await {
            Some(done) => done,
            None => Err(DbErr::Conn(sea_orm::RuntimeErr::Internal("the database does not answer".to_owned()))),
        }
    }
    async fn guarded<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if self.poisoned() {
            return Err(spoilt());
        }
        let done = answered(&self.health, work).await;
        if done.is_err() {
            self.poisoned.store(true, Ordering::SeqCst);
        }
        done
    }
}

fn spoilt() -> DbErr {
    DbErr::Conn(sea_orm::RuntimeErr::Internal("an earlier statement of this transaction met a failing database".to_owned()))
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.tx.get_database_backend()
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.guarded(self.tx.execute_raw(statement)).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.guarded(self.tx.execute_unprepared(sql)).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.guarded(self.tx.query_one_raw(statement)).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.guarded(self.tx.query_all_raw(statement)).await
    }
}
