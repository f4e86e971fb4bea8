//! A transaction, and the parts of it that can be undone alone.
//!
//! Statements go to the server in the order in which they are asked for, whether or not the one before is answered: what is awaited
//! together (`try_join!`) costs one round trip. `BEGIN`, savepoints and what nobody waits for travel with what follows.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::pool::{self, Lent, Pool};
use super::session::{Answer, first_poll};
use crate::db::broken::{Cause, DatabaseError};
use crate::db::row::FromQueryResult;
use crate::db::value::Value;

/// So many statements are sent at most before somebody looks at their answers.
const MOST_UNDER_WAY: usize = 256;
/// Fails where the transaction has failed, and is not committed then; a COMMIT alone would say yes and keep nothing.
const CAREFUL_COMMIT: &str = "SELECT; COMMIT";

/// A transaction on a connection of its own.
pub(in crate::db) struct Work {
    pool: Pool,
    open: Mutex<Open>,
    /// Parts that were given up; they are undone before the next statement, because giving up cannot wait.
    given_up: AtomicUsize,
    /// A statement has failed, so that the server undoes all, or the part that is open.
    failed: AtomicBool,
    /// Statements whose answer nobody has seen: under way, or their caller went away.
    unseen: AtomicUsize,
}

struct Open {
    session: Arc<Lent>,
    has_begun: bool,
    /// Statements that were asked for.
    asked: usize,
    depth: usize,
    is_over: bool,
    /// Statements that go with the next one.
    queued: VecDeque<(String, Vec<Value>)>,
    /// Statements that went so, and whose answers nobody has looked at.
    under_way: VecDeque<UnderWay>,
}

type UnderWay = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

impl Work {
    pub(in crate::db) async fn begin(pool: &Pool) -> Result<Self, DatabaseError> {
        let session = Arc::new(pool::lend(pool).await?);
        let (queued, under_way) = (VecDeque::new(), VecDeque::new());
        let open = Mutex::new(Open { session, has_begun: false, asked: 0, depth: 0, is_over: false, queued, under_way });
        let (given_up, failed, unseen) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
        Ok(Self { pool: pool.clone(), open, given_up, failed, unseen })
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
        open.queued.push_back((sql.to_owned(), values));
    }

    /// Runs statements without parameters, one after the other.
    pub(in crate::db) async fn batch(&self, sql: &str) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.make_ready(&mut open).await?;
        open.asked += 1;
        let done = self.seen(open.session.client.batch_execute(sql)).await;
        self.look_back(&mut open).await?;
        done.map_err(|error| self.fail(error))
    }

    /// Asks; a connection that the server has dropped before anything was asked of it is replaced, once. Nobody else's statement
    /// comes between the first try and the next.
    ///
    /// Boxed, and no `async fn`: it is part of every statement, in whose future it would have its place and be compiled anew.
    fn ask<'a>(&'a self, sql: &'a str, values: &'a [Value]) -> BoxFuture<'a, Result<Answer, DatabaseError>> {
        Box::pin(self.ask_until_answered(sql, values))
    }

    async fn ask_until_answered(&self, sql: &str, values: &[Value]) -> Result<Answer, DatabaseError> {
        let mut is_second = false;
        let mut open = self.open.lock().await;
        loop {
            let (error, again) = match self.ask_once(open, sql, values).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            open = match again {
                Some(open) => open,
                None if error.is_disconnect() => self.open.lock().await,
                None => return Err(error),
            };
            if is_second || !error.is_disconnect() || !self.starts_again(&mut open).await? {
                return Err(error);
            }
            is_second = true;
        }
    }

    /// Asks, in the turn that the caller has; one that failed before it was sent comes back with its turn.
    async fn ask_once<'w>(
        &'w self,
        mut open: MutexGuard<'w, Open>,
        sql: &str,
        values: &[Value],
    ) -> Result<Answer, (DatabaseError, Option<MutexGuard<'w, Open>>)> {
        open.asked += 1;
        if let Err(error) = self.make_ready(&mut open).await {
            return Err((error, Some(open)));
        }
        let session = Arc::clone(&open.session);
        let statement = match self.seen(session.prepare(sql, values)).await {
            Ok(statement) => statement,
            Err(error) => return Err((self.first_failure(&mut open, error).await, Some(open))),
        };
        let mut sent = pin!(self.seen(session.ask(&statement, values)));
        let (answered, turn) = match first_poll(sent.as_mut()).await {
            Some(done) => (done, Some(open)),
            None => {
                drop(open);
                (sent.await, None)
            }
        };
        let error = match answered {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let mut open = match turn {
            Some(open) => open,
            None if came_too_late(&error) => self.open.lock().await,
            None => return Err((self.fail(error), None)),
        };
        Err((self.first_failure(&mut open, error).await, Some(open)))
    }

    /// Waits for an answer; whoever is cut off before it leaves one that nobody has seen.
    async fn seen<T>(&self, answer: impl Future<Output = T>) -> T {
        self.unseen.fetch_add(1, Ordering::AcqRel);
        let answered = answer.await;
        self.unseen.fetch_sub(1, Ordering::AcqRel);
        answered
    }

    /// What went wrong first: of a statement behind one that failed, the server only says that it came too late.
    async fn first_failure(&self, open: &mut Open, error: Error) -> DatabaseError {
        let is_late = came_too_late(&error);
        let own = self.fail(error);
        if is_late { self.look_back(open).await.err().unwrap_or(own) } else { own }
    }

    /// Sends what is queued.
    async fn send_queued(&self, open: &mut Open) -> Result<(), DatabaseError> {
        loop {
            if open.under_way.len() >= MOST_UNDER_WAY {
                self.look_back(open).await?;
            }
            let session = Arc::clone(&open.session);
            // It leaves the queue when it can be sent: whoever is cut off before that has sent nothing.
            let Some((sql, values)) = open.queued.front() else { return Ok(()) };
            let prepared = self.seen(session.prepare(sql, values)).await;
            let Some((_, values)) = open.queued.pop_front() else { return Ok(()) };
            open.asked += 1;
            let statement = match prepared {
                Ok(statement) => statement,
                Err(error) => return Err(self.first_failure(open, error).await),
            };
            let mut sent: UnderWay = Box::pin(async move { session.ask(&statement, &values).await.map(drop) });
            match first_poll(sent.as_mut()).await {
                Some(Ok(())) => {}
                Some(Err(error)) => return Err(self.first_failure(open, error).await),
                None => open.under_way.push_back(sent),
            }
        }
    }

    /// Waits for the answers that nobody has waited for; the first that is none.
    async fn look_back(&self, open: &mut Open) -> Result<(), DatabaseError> {
        let mut first = Ok(());
        // Each leaves when it is answered: whoever is cut off in between leaves the others to the next who looks.
        while let Some(answer) = open.under_way.front_mut() {
            let answered = answer.await;
            open.under_way.pop_front();
            if let Err(error) = answered {
                let error = self.fail(error);
                first = first.and(Err(error));
            }
        }
        first
    }

    /// Takes another connection where nothing else was asked of this one. Whether its statement arrived does not matter: without
    /// a COMMIT nothing of it stays.
    async fn starts_again(&self, open: &mut Open) -> Result<bool, DatabaseError> {
        let nothing_else = open.asked == 1 && open.depth == 0 && !open.is_over;
        let Some(dead) = Arc::get_mut(&mut open.session).filter(|_| nothing_else) else { return Ok(false) };
        pool::replace(&self.pool, dead).await?;
        (open.has_begun, open.asked) = (false, 0);
        self.failed.store(false, Ordering::Release);
        Ok(true)
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
        let commit = if self.unseen.load(Ordering::Acquire) == 0 { "COMMIT" } else { CAREFUL_COMMIT };
        let committed = open.session.client.batch_execute(commit).await;
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

/// Behind a statement that failed, the server refuses everything until the end of the transaction.
fn came_too_late(error: &Error) -> bool {
    error.code().is_some_and(|code| *code == SqlState::IN_FAILED_SQL_TRANSACTION)
}

impl Drop for Work {
    /// What was not committed is undone before the connection serves anybody else.
    fn drop(&mut self) {
        let open = self.open.get_mut();
        if open.is_over || !open.has_begun {
            return;
        }
        open.under_way.clear();
        pool::give_back(&self.pool, Arc::clone(&open.session));
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}
