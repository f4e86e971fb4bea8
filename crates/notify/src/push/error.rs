//! Why a browser is not subscribed.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::SecretsError;
use platform::db::DatabaseError;

use super::model::PushTopic;

/// Why a browser is not subscribed, or not forgotten.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// No such subscription of this person.
    #[error("no such push subscription")]
    NotFound,
    /// There are as many as can be.
    #[error("one has {0} browsers subscribed, which is the most; remove one first")]
    Full(i64),
    /// It is not for them to be told of that.
    #[error("being told of {0} asks for a permission that you do not have")]
    TopicForbidden(PushTopic),
    /// What it is to be.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The key cannot be made, sealed or opened.
    #[error("a key cannot be made, sealed or opened")]
    Key(#[source] Option<SecretsError>),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<SecretsError> for PushError {
    fn from(error: SecretsError) -> Self {
        Self::Key(Some(error))
    }
}

impl DomainError for PushError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "push_subscription_not_found",
            Self::Full(_) => "too_many_push_subscriptions",
            Self::TopicForbidden(_) => "push_topic_forbidden",
            Self::Input(errors) => errors.code(),
            Self::Key(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Full(_) => ErrorKind::Conflict,
            Self::TopicForbidden(_) => ErrorKind::Forbidden,
            Self::Input(errors) => errors.kind(),
            Self::Key(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        if let Self::Input(errors) = self { errors.details() } else { BTreeMap::new() }
    }
}
