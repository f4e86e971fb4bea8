//! The one writer, and how several transactions share a durable commit.
//!
//! A transaction of ours is a savepoint in SQLite's. Where others wait for the writer when one is done, it leaves SQLite's
//! transaction open to the next and waits; the last one commits for all, and all are answered. One that fails is rolled back
//! to its savepoint and does not touch the others; a commit that fails has failed for each of them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::connection::{Access, SqliteConnection};
use super::log::Folding;
use crate::db::broken::DatabaseError;
use crate::db::connect::ACQUIRE_TIMEOUT;

/// A group this large is committed even while more wait.
const MOST_MEMBERS: usize = 64;
/// A group this old is committed even while more wait: nobody waits longer for company than for the disk.
const OLDEST: Duration = Duration::from_millis(5);
/// How often to try while another process writes.
const TRY_AGAIN: Duration = Duration::from_millis(5);

/// The connection that writes, one transaction after the other.
#[derive(Debug, Clone)]
pub(in crate::db) struct Writer {
    state: Arc<Mutex<State>>,
    waiting: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct State {
    connection: SqliteConnection,
    folding: Arc<Folding>,
    /// SQLite's transaction, where one is open.
    group: Option<Group>,
}

/// Transactions that are done and wait for the commit that they share.
#[derive(Debug)]
struct Group {
    since: Instant,
    members: Vec<oneshot::Sender<bool>>,
}

/// A transaction of ours while it has the writer.
#[derive(Debug)]
pub(in crate::db) struct Member {
    state: Option<OwnedMutexGuard<State>>,
    writer: Writer,
    depth: usize,
}

/// Somebody who waits for the writer, counted as long as they do.
struct Waiting {
    writer: Writer,
    had_their_turn: bool,
}

impl Writer {
    pub(in crate::db) fn open(path: &Path) -> Result<Self, DatabaseError> {
        let connection = SqliteConnection::open(path, Access::Write)?;
        connection.use_write_ahead_log()?;
        connection.keep_log();
        let folding = Arc::new(Folding::of(path.to_path_buf()));
        Ok(Self { state: Arc::new(Mutex::new(State { connection, folding, group: None })), waiting: Arc::default() })
    }

    /// Waits for the writer and opens a transaction.
    pub(in crate::db) async fn begin(&self) -> Result<Member, DatabaseError> {
        let mut waiting = Waiting::of(self);
        let until = tokio::time::Instant::now() + ACQUIRE_TIMEOUT;
        let turn = tokio::time::timeout_at(until, Arc::clone(&self.state).lock_owned()).await;
        let state = turn.map_err(|_| DatabaseError::busy("the writer was not had in time"))?;
        waiting.had_their_turn = true;
        drop(waiting);
        let mut member = Member { state: Some(state), writer: self.clone(), depth: 0 };
        member.open(until).await?;
        Ok(member)
    }

    /// Waits until the group is committed that is open now: what a transaction was told by the ones before it holds then.
    pub(in crate::db) async fn settled(&self) {
        let mut state = Arc::clone(&self.state).lock_owned().await;
        let Some(group) = &mut state.group else { return };
        let (tell, told) = oneshot::channel();
        group.members.push(tell);
        self.release(state);
        // Either way it is over: where the commit failed, its members were told.
        let _ = told.await;
    }

    /// Runs statements outside of a transaction, as copying the database wants it.
    pub(in crate::db) async fn alone<T>(
        &self,
        work: impl FnOnce(&SqliteConnection) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let mut state = self.state.lock().await;
        state.settle();
        work(&state.connection)
    }

    /// Commits what waits and folds the write-ahead log into the file; the connection closes with its last owner.
    pub(in crate::db) async fn close(self) {
        let mut state = self.state.lock().await;
        state.settle();
        state.folding.end(&state.connection);
    }

    /// How many wait for their turn.
    pub(in crate::db) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    fn others_wait(&self) -> bool {
        self.waiting() > 0
    }

    /// Ends the turn: commits, unless somebody waits who will.
    fn release(&self, mut state: OwnedMutexGuard<State>) {
        let Some(group) = &state.group else { return };
        let is_ripe = group.members.len() >= MOST_MEMBERS || group.since.elapsed() >= OLDEST;
        if group.members.is_empty() {
            // What was written was rolled back: nothing to make durable.
            state.settle();
        } else if is_ripe || !self.others_wait() {
            // The disk is waited for by a thread that has nothing else to do.
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(move || state.settle())),
                Err(_) => state.settle(),
            }
        }
    }

    /// Commits a group whose next member went away before its turn.
    async fn settle_orphans(self) {
        let state = Arc::clone(&self.state).lock_owned().await;
        self.release(state);
    }
}

impl State {
    /// Ends SQLite's transaction and tells its members how.
    fn settle(&mut self) {
        let Some(group) = self.group.take() else { return };
        crate::failpoint("group.before");
        let logged = if group.members.is_empty() { None } else { self.connection.commit().ok() };
        let is_durable = logged.is_some();
        crate::failpoint("group.after");
        if !is_durable && !self.connection.is_idle() {
            // What a failed commit leaves open is of no use to anybody.
            let _ = self.connection.run("ROLLBACK");
        }
        for member in group.members {
            // A member whose request went away is as durable as the others.
            let _ = member.send(is_durable);
        }
        if let Some(pages) = logged {
            self.folding.go_on(pages, &self.connection);
        }
    }

    /// SQLite ends its transaction by itself when the disk is full or fails: then nothing of the group stands.
    fn notice_loss(&mut self) -> bool {
        let is_lost = self.group.is_some() && self.connection.is_idle();
        if is_lost {
            self.settle();
        }
        is_lost
    }
}

impl Member {
    /// The first member of a group opens SQLite's transaction; another process may hold the file for a moment.
    async fn open(&mut self, until: tokio::time::Instant) -> Result<(), DatabaseError> {
        let state = self.state.as_mut().ok_or_else(over)?;
        while state.group.is_none() {
            match state.connection.run("BEGIN IMMEDIATE") {
                Ok(()) => state.group = Some(Group { since: Instant::now(), members: Vec::new() }),
                Err(error) if error.is_unavailable() && tokio::time::Instant::now() < until => tokio::time::sleep(TRY_AGAIN).await,
                Err(error) => return Err(error),
            }
        }
        self.savepoint()
    }

    /// Runs a statement, as long as the transaction stands.
    pub(in crate::db) fn with<T>(&mut self, work: impl FnOnce(&SqliteConnection) -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        let state = self.state.as_mut().ok_or_else(over)?;
        let done = work(&state.connection);
        if done.is_err() && state.notice_loss() {
            self.state = None;
        }
        done
    }

    /// A part that can be undone alone.
    pub(in crate::db) fn savepoint(&mut self) -> Result<(), DatabaseError> {
        let next = self.depth + 1;
        self.with(|connection| connection.run(&format!("SAVEPOINT part_{next}")))?;
        self.depth = next;
        Ok(())
    }

    /// Keeps the innermost part.
    pub(in crate::db) fn keep_part(&mut self) -> Result<(), DatabaseError> {
        let depth = self.depth;
        self.with(|connection| connection.run(&format!("RELEASE part_{depth}")))?;
        self.depth -= 1;
        Ok(())
    }

    /// Undoes the innermost part. What cannot be undone alone is undone with everything: better a retry than half a change.
    pub(in crate::db) fn undo_part(&mut self) -> Result<(), DatabaseError> {
        let depth = self.depth;
        let undone = self.with(|connection| {
            connection.run(&format!("ROLLBACK TO part_{depth}"))?;
            connection.run(&format!("RELEASE part_{depth}"))
        });
        match undone {
            Ok(()) => self.depth -= 1,
            Err(_) => self.abandon(),
        }
        undone
    }

    fn abandon(&mut self) {
        if let Some(mut state) = self.state.take() {
            if let Some(group) = &mut state.group {
                group.members.clear();
            }
            state.settle();
        }
    }

    /// Joins the group, whose commit the answer tells of.
    pub(in crate::db) fn join_group(&mut self) -> Result<oneshot::Receiver<bool>, DatabaseError> {
        self.keep_part()?;
        let mut state = self.state.take().ok_or_else(over)?;
        let (tell, told) = oneshot::channel();
        state.group.as_mut().ok_or_else(over)?.members.push(tell);
        self.writer.release(state);
        Ok(told)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        while self.depth > 0 && self.undo_part().is_ok() {}
        if let Some(state) = self.state.take() {
            self.writer.release(state);
        }
    }
}

fn over() -> DatabaseError {
    DatabaseError::busy("the transaction is over")
}

impl Waiting {
    fn of(writer: &Writer) -> Self {
        writer.waiting.fetch_add(1, Ordering::AcqRel);
        Self { writer: writer.clone(), had_their_turn: false }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.writer.waiting.fetch_sub(1, Ordering::AcqRel);
        if self.had_their_turn {
            return;
        }
        // The one before may have left its group to this one.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.writer.clone().settle_orphans());
        }
    }
}
