//! A transaction, and the parts of it that can be undone alone.
//!
//! Statements go to the server in the order in which they are asked for, whether or not the one before is answered: what is awaited
//! together (`try_join!`) costs one round trip. `BEGIN`, savepoints and what nobody waits for travel with what follows.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Mutex;
use tokio_postgres::Error;

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
    /// Statements that go with the next one.
    queued: Vec<(String, Vec<Value>)>,
    /// Statements that went so, and whose answers nobody has looked at.
    under_way: Vec<UnderWay>,
}

type UnderWay = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

impl Work {
    pub(in crate::db) async fn begin(pool: &Pool) -> Result<Self, DatabaseError> {
        let session = Arc::new(pool::lend(pool).await?);
        let (queued, under_way) = (Vec::new(), Vec::new());
        let open = Mutex::new(Open { session, has_begun: false, sent: 0, depth: 0, is_over: false, queued, under_way });
        Ok(Self { pool: pool.clone(), open, given_up: AtomicUsize::new(0), failed: AtomicBool::new(false) })
    }

    pub(in crate::db) async fn fetch<R: FromQueryResult>(&self, sql: &str, values: &[Value], most: usize) -> Result<Vec<R>, DatabaseError> {
        pool::rows(&self.ask(sql, values).await?, most)
    }

    pub(in crate::db) async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        Ok(self.ask(sql, values).await?.changed)
    }

    /// Lets a statement go with the next one, or with the commit, which tells what became of it.
    pub(in crate::db) async fn execute_later(&self, sql: &str, values: Vec<Value>) {
        let mut open = self.open.lock().await;
        self.undo_given_up(&mut open).await;
        open.queued.push((sql.to_owned(), values));
    }

    /// Runs statements without parameters, one after the other.
    pub(in crate::db) async fn batch(&self, sql: &str) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        open.sent += 1;
        let done = open.session.client.batch_execute(sql).await;
        self.look_back(&mut open).await?;
        done.map_err(|error| self.fail(error))
    }

    /// Asks; a connection that the server has dropped before anything was asked of it is passed over.
    async fn ask(&self, sql: &str, values: &[Value]) -> Result<Answer, DatabaseError> {
        let mut dead = 0;
        loop {
            match self.ask_once(sql, values).await {
                Err(error) if error.is_disconnect() && dead <= self.pool.status().size && self.starts_again().await? => dead += 1,
                answer => return answer,
            }
        }
    }

    async fn ask_once(&self, sql: &str, values: &[Value]) -> Result<Answer, DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        let session = Arc::clone(&open.session);
        open.sent += 1;
        let statement = match session.prepare(sql, values).await {
            Ok(statement) => statement,
            Err(error) => return Err(self.first_failure(&mut open, error).await),
        };
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
        match answered {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.first_failure(&mut *self.open.lock().await, error).await),
        }
    }

    /// What went wrong first: of a statement behind one that failed, the server only says that it came too late.
    async fn first_failure(&self, open: &mut Open, error: Error) -> DatabaseError {
        let later = self.fail(error);
        self.look_back(open).await.err().unwrap_or(later)
    }

    /// Sends what is queued.
    async fn send_queued(&self, open: &mut Open) -> Result<(), DatabaseError> {
        for (sql, values) in std::mem::take(&mut open.queued) {
            let session = Arc::clone(&open.session);
            open.sent += 1;
            let statement = match session.prepare(&sql, &values).await {
                Ok(statement) => statement,
                Err(error) => return Err(Box::pin(self.first_failure(open, error)).await),
            };
            let mut sent: UnderWay = Box::pin(async move { session.ask(&statement, &values).await.map(drop) });
            match first_poll(sent.as_mut()).await {
                Some(Ok(())) => {}
                Some(Err(error)) => return Err(Box::pin(self.first_failure(open, error)).await),
                None => open.under_way.push(sent),
            }
        }
        Ok(())
    }

    /// Waits for the answers that nobody has waited for; the first that is none.
    async fn look_back(&self, open: &mut Open) -> Result<(), DatabaseError> {
        let mut first = Ok(());
        for answer in std::mem::take(&mut open.under_way) {
            if let Err(error) = answer.await {
                let error = self.fail(error);
                first = first.and(Err(error));
            }
        }
        first
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

    fn fail(&self, error: Error) -> DatabaseError {
        self.failed.store(true, Ordering::Release);
        error.into()
    }

    /// Sees that the transaction has begun, that the parts are undone that were given up, and that the queued is sent.
    async fn make_ready(&self, open: &mut Open) -> Result<(), DatabaseError> {
        if open.is_over {
            return Err(DatabaseError::busy("the transaction is over"));
        }
        if !open.has_begun {
            open.session.send("BEGIN").await;
            open.has_begun = true;
        }
        self.undo_given_up(open).await;
        self.send_queued(open).await
    }

    async fn undo_given_up(&self, open: &mut Open) {
        for _ in 0..self.given_up.swap(0, Ordering::AcqRel) {
            open.queued.clear();
            open.under_way.clear();
            let depth = open.depth;
            open.session.send(&format!("ROLLBACK TO SAVEPOINT part_{depth}")).await;
            open.depth -= 1;
            self.failed.store(false, Ordering::Release);
        }
    }

    /// Before a part begins or is kept, what came before is known to have succeeded.
    async fn look_at_all(&self, open: &mut Open) -> Result<(), DatabaseError> {
        self.make_ready(open).await?;
        self.look_back(open).await?;
        self.refuse_failed()
    }

    pub(in crate::db) async fn savepoint(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.look_at_all(&mut open).await?;
        open.depth += 1;
        let depth = open.depth;
        open.session.send(&format!("SAVEPOINT part_{depth}")).await;
        Ok(())
    }

    pub(in crate::db) async fn keep_part(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.look_at_all(&mut open).await?;
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
        let committed = open.session.client.batch_execute("COMMIT").await;
        self.look_back(&mut open).await?;
        committed?;
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
        if open.has_begun && !open.is_over {
            open.session.client.batch_execute("ROLLBACK").await?;
        }
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
