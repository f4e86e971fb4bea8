//! Forgetting what somebody has used of the limits, on every node.

use kernel::{DomainError, ErrorKind, Origin};

use super::events::SubjectIds;
use super::forget::forget_later;
use super::model::Who;
use crate::audit::{self, Entry};
use crate::db::{self, DatabaseError};
use crate::secrets::SecretsError;
use crate::{Context, outbox};

/// Why limits stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The shop has no master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ResetError {
    fn code(&self) -> &'static str {
        match self {
            Self::Secrets(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Secrets(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Forgets what somebody has used of all limits, or everybody (`None`), and records `rate_limit.reset`: this process at its
/// commit, every other one within a second.
///
/// # Errors
/// `ResetError`; nothing is forgotten then.
pub async fn reset(context: &Context, origin: &Origin, who: Option<Who>) -> Result<(), ResetError> {
    let fact = SubjectIds::of(context.secrets.clone()).reset(who)?;
    let subject = match who {
        None => "everybody".to_owned(),
        // Where somebody comes from is no part of the record that is kept for ever.
        Some(Who::Address(_)) => "an address".to_owned(),
        Some(Who::Identity(actor)) => actor.to_string(),
    };
    let tx = context.begin(origin).await?;
    // The facts of one subject are numbered one by one.
    db::lock_name(&tx, "rate_limits.reset").await?;
    outbox::record(&tx, &fact).await?;
    audit::record(&tx, &Entry::of("rate_limit.reset", subject)).await?;
    if context.redis.is_some() {
        forget_later(&tx, outbox::Fact::aggregate_id(&fact)).await?;
    }
    Ok(tx.commit().await?)
}
