//! What a job is and how long its patience lasts.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{DomainError, ErrorKind, JobId, Timestamp, text_enum};

use super::kind::JobKind;

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
    pub(super) kind: JobKind,
    pub(super) payload: serde_json::Value,
    pub(super) run_at: Timestamp,
    pub(super) unique_key: Option<String>,
}

impl NewJob {
    /// A job that begins at this moment or later. The payload is what its handler needs: ids, not personal data.
    #[must_use]
    pub const fn new(kind: JobKind, payload: serde_json::Value, run_at: Timestamp) -> Self {
        Self { kind, payload, run_at, unique_key: None }
    }

    /// While a job with this key waits or runs, another is not enqueued.
    #[must_use]
    pub fn unique(self, key: impl Into<String>) -> Self {
        Self { unique_key: Some(key.into()), ..self }
    }
}

/// A job that a worker has.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler.
    pub kind: String,
    /// What the handler needs.
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
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
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
