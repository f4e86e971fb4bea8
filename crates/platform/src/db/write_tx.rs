//! The one way to write.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use kernel::{Actor, Origin, Timestamp};
use tokio::sync::Notify;

use super::broken::DatabaseError;
use super::connect::{Db, Pools};
use super::connection::{ConnectionTrait, DbBackend, let_others_run};
use super::postgres::Work;
use super::row::FromQueryResult;
use super::sqlite::Member;
use super::standing::KeptRules;
use super::value::Value;
use crate::cache::Touched;

/// A write transaction: on SQLite the one writer, whose durable commit others may share; READ COMMITTED on PostgreSQL.
///
/// It carries who acts and one moment, so that everything it writes agrees. Dropped without [`WriteTx::commit`], nothing
/// of it stays. No network call may happen while one is open.
///
/// What opens and ends one is boxed, and no `async fn`: it would be compiled anew into each use case.
pub struct WriteTx {
    inner: Inner,
    /// True for a part of another one.
    is_part: bool,
    is_over: bool,
    origin: Origin,
    now: Timestamp,
    wake: Arc<Notify>,
    touched: Touched,
    kept_rules: Arc<KeptRules>,
}

#[derive(Clone)]
enum Inner {
    Sqlite(Arc<Mutex<Member>>),
    Postgres(Arc<Work>),
}

impl Db {
    /// Opens a write transaction; prefer `Context::begin`.
    ///
    /// # Errors
    /// `Unavailable` where no connection is had in time.
    pub fn begin_write(&self, origin: Origin, now: Timestamp) -> BoxFuture<'_, Result<WriteTx, DatabaseError>> {
        Box::pin(async move {
            let inner = match self.pools() {
                Pools::Sqlite { writer, .. } => Inner::Sqlite(Arc::new(Mutex::new(writer.begin().await?))),
                Pools::Postgres(pool) => Inner::Postgres(Arc::new(Work::begin(pool).await?)),
            };
            let (wake, touched, kept_rules) = (self.wake(), Touched::default(), Arc::clone(&self.reader().kept_rules));
            Ok(WriteTx { inner, is_part: false, is_over: false, origin, now, wake, touched, kept_rules })
        })
    }
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

    /// Its commit purges what is noted here.
    pub(crate) fn touching(mut self, touched: Touched) -> Self {
        self.touched = touched;
        self
    }

    /// What it changes of what may be kept in memory.
    pub(crate) const fn touched(&self) -> &Touched {
        &self.touched
    }

    /// Which database it is.
    pub(crate) fn backend(&self) -> DbBackend {
        self.get_database_backend()
    }

    /// Runs the statements of a migration.
    pub(crate) async fn batch(&self, sql: &str) -> Result<(), DatabaseError> {
        match &self.inner {
            Inner::Sqlite(member) => with(member, |member| member.with(|connection| connection.batch(sql))),
            Inner::Postgres(work) => work.batch(sql).await,
        }
    }

    pub(super) async fn execute_later(&self, sql: &str, values: Vec<Value>) -> Result<(), DatabaseError> {
        match &self.inner {
            Inner::Sqlite(_) => self.execute(sql, values).await.map(drop),
            Inner::Postgres(work) => {
                work.execute_later(sql, values).await;
                Ok(())
            }
        }
    }

    /// A part that can fail alone: dropped without [`WriteTx::commit`] it is undone, and this transaction goes on. One part
    /// is open at a time; parts of parts end before the part.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn savepoint(&self) -> Result<Self, DatabaseError> {
        match &self.inner {
            Inner::Sqlite(member) => with(member, Member::savepoint)?,
            Inner::Postgres(work) => work.savepoint().await?,
        }
        let (inner, origin, wake) = (self.inner.clone(), self.origin.clone(), Arc::clone(&self.wake));
        let (touched, kept_rules) = (self.touched.clone(), Arc::clone(&self.kept_rules));
        Ok(Self { inner, is_part: true, is_over: false, origin, now: self.now, wake, touched, kept_rules })
    }

    /// Makes it all durable; when this answers `Ok`, a crash loses none of it. Then what it changed is purged from memory,
    /// and relay and workers are woken. Of a part it only says that the whole shall have it.
    ///
    /// # Errors
    /// `DatabaseError`; nothing was written then, unless the connection was lost while the server committed: then nobody knows, and a
    /// retry under the same idempotency key finds out.
    pub fn commit(self) -> BoxFuture<'static, Result<(), DatabaseError>> {
        Box::pin(self.end())
    }

    async fn end(mut self) -> Result<(), DatabaseError> {
        if self.is_part {
            self.end_part().await?
        } else {
            self.end_whole().await?
        }
        self.is_over = true;
        Ok(())
    }

    async fn end_part(&self) -> Result<(), DatabaseError> {
        match &self.inner {
            Inner::Sqlite(member) => with(member, Member::keep_part),
            Inner::Postgres(work) => work.keep_part().await,
        }
    }

    async fn end_whole(&self) -> Result<(), DatabaseError> {
        crate::failpoint("commit.before");
        let committed = self.make_durable().await;
        // Whatever it says: one that was cut off may have happened.
        self.touched.purge();
        committed?;
        crate::failpoint("commit.after");
        self.wake.notify_waiters();
        Ok(())
    }

    async fn make_durable(&self) -> Result<(), DatabaseError> {
        match &self.inner {
            Inner::Sqlite(member) => {
                let told = with(member, Member::join_group)?;
                if told.await.unwrap_or(false) { Ok(()) } else { Err(DatabaseError::busy("the commit failed")) }
            }
            Inner::Postgres(work) => work.commit().await,
        }
    }

    /// Undoes it all at once; dropping does the same a little later.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong; nothing was written even then.
    pub async fn rollback(mut self) -> Result<(), DatabaseError> {
        match &self.inner {
            Inner::Postgres(work) if !self.is_part => {
                self.is_over = true;
                work.rollback().await
            }
            Inner::Postgres(_) | Inner::Sqlite(_) => Ok(()),
        }
    }
}

impl Drop for WriteTx {
    fn drop(&mut self) {
        if self.is_over || !self.is_part {
            return;
        }
        match &self.inner {
            // What cannot be undone now is undone with the whole, which cannot be committed any more.
            Inner::Sqlite(member) => drop(with(member, Member::undo_part)),
            Inner::Postgres(work) => work.give_up_part(),
        }
    }
}

fn with<T>(member: &Mutex<Member>, work: impl FnOnce(&mut Member) -> T) -> T {
    work(&mut member.lock().unwrap_or_else(PoisonError::into_inner))
}

impl std::fmt::Debug for WriteTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriteTx").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl ConnectionTrait for WriteTx {
    fn get_database_backend(&self) -> DbBackend {
        match &self.inner {
            Inner::Sqlite(_) => DbBackend::Sqlite,
            Inner::Postgres(_) => DbBackend::Postgres,
        }
    }

    fn kept_rules(&self) -> &KeptRules {
        &self.kept_rules
    }

    async fn fetch<R: FromQueryResult>(&self, sql: &str, values: Vec<Value>, most: usize) -> Result<Vec<R>, DatabaseError> {
        match &self.inner {
            Inner::Sqlite(member) => {
                let_others_run().await;
                with(member, |member| member.with(|connection| connection.fetch(sql, &values, most)))
            }
            Inner::Postgres(work) => work.fetch(sql, &values, most).await,
        }
    }

    async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, DatabaseError> {
        match &self.inner {
            Inner::Sqlite(member) => {
                let_others_run().await;
                with(member, |member| member.with(|connection| connection.execute(sql, &values)))
            }
            Inner::Postgres(work) => work.execute(sql, &values).await,
        }
    }
}
