//! What a job is and how long its patience lasts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use kernel::{DomainError, ErrorKind, JobId, Origin, Timestamp, text_enum};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::kind::{JobKind, Queue};
use super::store;
use crate::Context;
use crate::db::{DatabaseError, WriteTx};

text_enum! {
    /// Where a job stands.
    pub enum JobState {
        /// Waits for its time or a free worker.
        Available = "available",
        /// A worker has it, until its lease ends.
        Running = "running",
        /// Done.
        Completed = "completed",
        /// Given up after its last attempt; `retry` brings it back.
        Discarded = "discarded",
        /// Called off.
        Cancelled = "cancelled",
    }
}

/// A job to be enqueued in the transaction that makes it necessary.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub(super) id: Option<JobId>,
    pub(super) kind: JobKind,
    pub(super) payload: serde_json::Value,
    pub(super) run_at: Timestamp,
    pub(super) unique_key: Option<String>,
}

impl NewJob {
    /// A job that begins at this moment or later. The payload is what its handler needs: ids, not personal data.
    #[must_use]
    pub const fn new(kind: JobKind, payload: serde_json::Value, run_at: Timestamp) -> Self {
        Self { id: None, kind, payload, run_at, unique_key: None }
    }

    /// Under this id, for whoever names the job before it is there; it has no unique key then.
    #[must_use]
    pub const fn known_as(mut self, id: JobId) -> Self {
        self.id = Some(id);
        self
    }

    /// While a job with this key waits or runs, another is not enqueued.
    #[must_use]
    pub fn unique(self, key: impl Into<String>) -> Self {
        Self { unique_key: Some(key.into()), ..self }
    }
}

/// A job as the table has it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredJob {
    /// Its id.
    pub id: JobId,
    /// Where it waits or waited.
    pub queue: Queue,
    /// Which handler.
    pub kind: String,
    /// What the handler needs: ids, not personal data.
    pub payload: serde_json::Value,
    /// Where it stands.
    pub state: JobState,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// How often it was begun.
    pub attempts: i64,
    /// How often it may be begun.
    pub max_attempts: i64,
    /// Grows with each claim: a worker that lost its lease cannot finish the job.
    pub fence: i64,
    /// How far its handler said that it is.
    pub progress: Option<Progress>,
    /// When somebody asked for its end while it ran.
    pub cancel_requested_at: Option<Timestamp>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was done, called off or given up.
    pub finished_at: Option<Timestamp>,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// So much is done.
    pub done: i64,
    /// Of so much, where that is known.
    pub total: Option<i64>,
    /// What it is at, for people; no personal data.
    pub note: Option<String>,
}

/// A job in the hands of its handler.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler.
    pub kind: String,
    /// What the handler needs.
    pub payload: serde_json::Value,
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// How often it may be begun.
    pub max_attempts: i64,
    pub(super) queue: Queue,
    pub(super) fence: i64,
    pub(super) hold: Arc<Hold>,
}

/// What whoever runs a job and its handler tell each other.
#[derive(Debug, Default)]
pub(super) struct Hold {
    cancelled: CancellationToken,
    is_completed: AtomicBool,
    reported_at: Mutex<Option<Timestamp>>,
}

/// More often than this, progress is not written.
const REPORT_EVERY: TimeDelta = TimeDelta::seconds(1);

impl Job {
    /// True once somebody asked for its end, or another worker has it: a handler that takes long looks, and returns an error.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.hold.cancelled.is_cancelled()
    }

    /// Waits until [`Job::is_cancelled`].
    pub async fn cancelled(&self) {
        self.hold.cancelled.cancelled().await;
    }

    pub(super) fn cancel(&self) {
        self.hold.cancelled.cancel();
    }

    /// True where the handler ended it in a transaction of its own.
    pub(super) fn is_completed(&self) -> bool {
        self.hold.is_completed.load(Ordering::Acquire)
    }

    /// Completes the job in the transaction that has its effect: both are there after the commit, or neither. Call it last, for it holds
    /// the job's row until then.
    ///
    /// # Errors
    /// `JobError` where another worker has the job by now: the transaction must not be committed.
    pub async fn complete_in(&self, tx: &WriteTx) -> Result<(), JobError> {
        if !store::complete(tx, self).await? {
            self.cancel();
            return Err(JobError::new("another worker has this job by now"));
        }
        // Whoever forgets to commit has the job run again when its lease ends.
        self.hold.is_completed.store(true, Ordering::Release);
        Ok(())
    }

    /// Says how far it is, for whoever looks; written once a second at most, and when all is done. In return it hears at once whether it was
    /// cancelled, and keeps its lease.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn report(&self, context: &Context, progress: Progress) -> Result<(), DatabaseError> {
        let now = context.now();
        let is_all = progress.total.is_some_and(|total| total <= progress.done);
        if !is_all && !self.may_report(now) {
            return Ok(());
        }
        let tx = context.begin(&Origin::system()).await?;
        let goes_on = store::report(&tx, self, &progress).await?;
        tx.commit().await?;
        if !goes_on {
            self.cancel();
        }
        Ok(())
    }

    fn may_report(&self, now: Timestamp) -> bool {
        let mut reported_at = self.hold.reported_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = reported_at.is_none_or(|last| now - last >= REPORT_EVERY);
        if may {
            *reported_at = Some(now);
        }
        may
    }
}

/// Why a job did not succeed; it is tried again until its attempts are used up.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JobError(String);

impl JobError {
    /// A failure in words; no personal data.
    #[must_use]
    pub fn new(message: impl std::fmt::Display) -> Self {
        Self(message.to_string())
    }
}

impl<E: DomainError> From<E> for JobError {
    fn from(error: E) -> Self {
        match error.kind() {
            // The cause of a fault is worth more than its code.
            ErrorKind::Internal => {
                Self(format!("{error}: {}", std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default()))
            }
            _ => Self(format!("{}: {error}", error.code())),
        }
    }
}

/// Does one kind of job. A job can run twice: what it does must be the same as doing it once.
#[async_trait::async_trait]
pub trait Handler: Send + Sync {
    /// The kind it handles.
    fn kind(&self) -> JobKind;

    /// Does it.
    ///
    /// # Errors
    /// `JobError`; the job is tried again later.
    async fn run(&self, job: &Job) -> Result<(), JobError>;
}

/// All handlers of a process, by kind.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Arc<dyn Handler>>);

impl Handlers {
    /// With one more handler.
    #[must_use]
    pub fn with(mut self, handler: impl Handler + 'static) -> Self {
        self.0.insert(handler.kind().name(), Arc::new(handler));
        self
    }

    /// The handler of a kind.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<Arc<dyn Handler>> {
        self.0.get(kind).cloned()
    }
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{said}")]
    struct Failure {
        said: &'static str,
        kind: ErrorKind,
        source: Option<std::fmt::Error>,
    }

    impl DomainError for Failure {
        fn code(&self) -> &'static str {
            "out_of_paper"
        }

        fn kind(&self) -> ErrorKind {
            self.kind
        }
    }

    #[test]
    fn a_job_tells_the_cause_of_a_fault_and_the_code_of_anything_else() {
        let told = |kind, source| JobError::from(Failure { said: "no label", kind, source }).to_string();
        assert_eq!(told(ErrorKind::Conflict, Some(std::fmt::Error)), "out_of_paper: no label");
        assert_eq!(told(ErrorKind::Internal, Some(std::fmt::Error)), format!("no label: {}", std::fmt::Error));
        assert_eq!(told(ErrorKind::Internal, None), "no label: ");
    }

    struct Print(&'static str);

    #[async_trait::async_trait]
    impl Handler for Print {
        fn kind(&self) -> JobKind {
            JobKind::new(self.0)
        }

        async fn run(&self, _: &Job) -> Result<(), JobError> {
            Ok(())
        }
    }

    #[test]
    fn a_handler_is_found_by_its_kind() {
        let handlers = Handlers::default().with(Print("label.print")).with(Print("slip.print"));
        assert_eq!(handlers.get("slip.print").map(|handler| handler.kind().name()), Some("slip.print"));
        assert!(handlers.get("mail.send").is_none());
        assert_eq!(format!("{handlers:?}"), r#"{"label.print", "slip.print"}"#);
    }
}
