//! Why jobs and their queues are left as they are.

use kernel::{DomainError, ErrorKind};

use super::model::JobState;
use crate::db::DatabaseError;

/// Why a job is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum JobCommandError {
    /// There is none with this id.
    #[error("no such job")]
    NotFound,
    /// Only what was given up or called off is brought back.
    #[error("the job is {0}; only discarded and cancelled jobs are brought back")]
    NotOver(JobState),
    /// What is over cannot be called off.
    #[error("the job is {0} already")]
    Over(JobState),
    /// The same job waits or runs, enqueued since.
    #[error("another job that does the same waits or runs already")]
    Doubled,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for JobCommandError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "job_not_found",
            Self::NotOver(_) => "job_not_over",
            Self::Over(_) => "job_over",
            Self::Doubled => "job_doubled",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotOver(_) | Self::Over(_) | Self::Doubled => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}
