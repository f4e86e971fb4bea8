//! The one way to write.

use std::sync::Arc;

use kernel::{Actor, Origin, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::Notify;

use super::broken::DatabaseError;
use super::connect::Db;

/// A write transaction: IMMEDIATE on SQLite (a DEFERRED one fails under contention), READ COMMITTED on PostgreSQL.
///
/// It carries who acts and one moment, so that everything it writes agrees. Dropped without [`WriteTx::commit`], nothing
/// of it stays. No network call may happen while one is open.
pub struct WriteTx {
    inner: DatabaseTransaction,
    origin: Origin,
    now: Timestamp,
    wake: Arc<Notify>,
}

impl Db {
    /// Opens a write transaction; prefer `Context::begin`.
    ///
    /// # Errors
    /// `Unavailable` where no connection is had in time.
    pub async fn begin_write(&self, origin: Origin, now: Timestamp) -> Result<WriteTx, DatabaseError> {
        let inner = immediate(self.writer()).await?;
        Ok(WriteTx { inner, origin, now, wake: self.wake() })
    }
}

async fn immediate(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
    connection.begin_with_options(options).await
}

impl WriteTx {
    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.origin.actor
    }

    /// Who acts and in which request.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The moment of everything in this transaction.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A part that can fail alone: dropped without [`WriteTx::commit`] it is undone, and this transaction goes on.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    #[expect(clippy::disallowed_methods, reason = "a nested begin is a savepoint; the mode was chosen by the outer one")]
    pub async fn savepoint(&self) -> Result<Self, DatabaseError> {
        let inner = self.inner.begin().await?;
        Ok(Self { inner, origin: self.origin.clone(), now: self.now, wake: Arc::clone(&self.wake) })
    }

    /// Makes it all durable; when this answers `Ok`, a crash loses none of it. Then relay and workers are woken.
    ///
    /// # Errors
    /// `DatabaseError`; nothing was written then.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        crate::failpoint("commit.before");
        self.inner.commit().await?;
        crate::failpoint("commit.after");
        self.wake.notify_waiters();
        Ok(())
    }

    /// Undoes it all at once; dropping does the same a little later.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong; nothing was written even then.
    pub async fn rollback(self) -> Result<(), DatabaseError> {
        Ok(self.inner.rollback().await?)
    }
}

impl std::fmt::Debug for WriteTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriteTx").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for WriteTx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}
