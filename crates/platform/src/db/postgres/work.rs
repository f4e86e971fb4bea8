//! A transaction, and the parts of it that can be undone alone.
//!
//! Statements go to the server in the order in which they are first polled, whether or not the one before is answered: what is
//! awaited together (`try_join!`) costs one round trip. `BEGIN` travels with the first of them, savepoints with what follows.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Mutex;

use super::pool::{self, Lent, Pool};
use super::session::{Answer, Bound, answer, first_poll};
use crate::db::broken::{Cause, DatabaseError};
use crate::db::row::FromQueryResult;
use crate::db::value::Value;

/// A transaction on a connection of its own.
pub(in crate::db) struct Work {
    pool: Pool,
    open: Mutex<Open>,
    /// Parts that were given up; they are undone before the next statement, because giving up cannot wait.
    given_up: AtomicUsize,
    /// A statement has failed, so that the server undoes all, or the part that is open.
    failed: AtomicBool,
}

struct Open {
    session: Arc<Lent>,
    has_begun: bool,
    /// Statements that were sent.
    sent: usize,
    depth: usize,
    is_over: bool,
}

impl Work {
    pub(in crate::db) async fn begin(pool: &Pool) -> Result<Self, DatabaseError> {
        let session = Arc::new(pool::lend(pool).await?);
        let open = Mutex::new(Open { session, has_begun: false, sent: 0, depth: 0, is_over: false });
        Ok(Self { pool: pool.clone(), open, given_up: AtomicUsize::new(0), failed: AtomicBool::new(false) })
    }

    pub(in crate::db) async fn fetch<R: FromQueryResult>(&self, sql: &str, values: &[Value], most: usize) -> Result<Vec<R>, DatabaseError> {
        pool::rows(&self.ask(sql, values).await?, most)
    }

    pub(in crate::db) async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        Ok(self.ask(sql, values).await?.changed)
    }

    /// Runs statements without parameters, one after the other.
    pub(in crate::db) async fn batch(&self, sql: &str) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        open.sent += 1;
        open.session.client.batch_execute(sql).await.map_err(|error| self.fail(error))
    }

    /// Asks; a connection that the server has dropped before anything was asked of it is passed over.
    async fn ask(&self, sql: &str, values: &[Value]) -> Result<Answer, DatabaseError> {
        let mut dead = self.pool.status().size;
        loop {
            match self.ask_once(sql, values).await {
                Err(error) if error.is_disconnect() && dead > 0 && self.starts_again().await? => dead -= 1,
                answer => return answer,
            }
        }
    }

    async fn ask_once(&self, sql: &str, values: &[Value]) -> Result<Answer, DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        let session = Arc::clone(&open.session);
        open.sent += 1;
        let statement = session.prepare(sql, values).await.map_err(|error| self.fail(error))?;
        let mut sent = pin!(session.client.query_raw(&statement, values.iter().map(Bound)));
        let early = first_poll(sent.as_mut()).await;
        drop(open);
        let stream = match early {
            Some(done) => done,
            None => sent.await,
        };
        let answered = match stream {
            Ok(stream) => answer(stream).await,
            Err(error) => Err(error),
        };
        answered.map_err(|error| self.fail(error))
    }

    /// Takes another connection where only one statement was sent, which did not arrive; nothing of it can stay without a COMMIT.
    async fn starts_again(&self) -> Result<bool, DatabaseError> {
        let mut open = self.open.lock().await;
        let nothing_before = open.sent == 1 && open.depth == 0 && !open.is_over;
        if nothing_before {
            open.session = Arc::new(pool::lend(&self.pool).await?);
            (open.has_begun, open.sent) = (false, 0);
            self.failed.store(false, Ordering::Release);
        }
        Ok(nothing_before)
    }

    fn fail(&self, error: tokio_postgres::Error) -> DatabaseError {
        self.failed.store(true, Ordering::Release);
        error.into()
    }

    /// Sees that the transaction has begun, and that the parts are undone that were given up.
    async fn make_ready(&self, open: &mut Open) -> Result<(), DatabaseError> {
        if open.is_over {
            return Err(DatabaseError::busy("the transaction is over"));
        }
        if !open.has_begun {
            open.session.send("BEGIN").await;
            open.has_begun = true;
        }
        for _ in 0..self.given_up.swap(0, Ordering::AcqRel) {
            let depth = open.depth;
            open.session.send(&format!("ROLLBACK TO SAVEPOINT part_{depth}")).await;
            open.depth -= 1;
            self.failed.store(false, Ordering::Release);
        }
        Ok(())
    }

    pub(in crate::db) async fn savepoint(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        open.depth += 1;
        let depth = open.depth;
        open.session.send(&format!("SAVEPOINT part_{depth}")).await;
        Ok(())
    }

    pub(in crate::db) async fn keep_part(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        self.refuse_failed()?;
        let depth = open.depth;
        open.session.send(&format!("RELEASE SAVEPOINT part_{depth}")).await;
        open.depth -= 1;
        Ok(())
    }

    /// Undoes the innermost part before the next statement.
    pub(in crate::db) fn give_up_part(&self) {
        self.given_up.fetch_add(1, Ordering::AcqRel);
    }

    pub(in crate::db) async fn commit(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        self.refuse_failed()?;
        open.session.client.batch_execute("COMMIT").await?;
        open.is_over = true;
        Ok(())
    }

    /// To a COMMIT behind a failed statement the server says that it is well and keeps nothing.
    fn refuse_failed(&self) -> Result<(), DatabaseError> {
        if !self.failed.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(DatabaseError::Fault(Cause::Other("what holds a failed statement cannot be kept".to_owned())))
    }

    pub(in crate::db) async fn rollback(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        open.session.client.batch_execute("ROLLBACK").await?;
        open.is_over = true;
        Ok(())
    }
}

impl Drop for Work {
    /// What was not committed is undone before the connection serves anybody else.
    fn drop(&mut self) {
        let open = self.open.get_mut();
        if open.is_over || !open.has_begun {
            return;
        }
        let session = Arc::clone(&open.session);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            // Where this fails the connection is gone, and the transaction with it.
            let _ = session.client.batch_execute("ROLLBACK").await;
        });
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}
