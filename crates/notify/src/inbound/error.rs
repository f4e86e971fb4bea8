//! Why a message is not taken, or not found.

use kernel::{DomainError, ErrorKind};
use platform::SecretsError;
use platform::db::DatabaseError;

/// Why a message is not taken, or not found.
#[derive(Debug, thiserror::Error)]
pub enum InboundError {
    /// Nobody of that name is configured.
    #[error("no such inbound source")]
    SourceNotFound,
    /// Which of all that is wrong with it is nobody's business.
    #[error("the message must be signed with the secret of this source, within five minutes of now")]
    SignatureInvalid,
    /// No such message.
    #[error("no such inbound message")]
    NotFound,
    /// Its body cannot be sealed or opened.
    #[error("the body of an inbound message cannot be sealed or opened")]
    Sealed(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for InboundError {
    fn code(&self) -> &'static str {
        match self {
            Self::SourceNotFound => "inbound_source_not_found",
            Self::SignatureInvalid => "signature_invalid",
            Self::NotFound => "inbound_message_not_found",
            Self::Sealed(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::SourceNotFound | Self::NotFound => ErrorKind::NotFound,
            Self::SignatureInvalid => ErrorKind::Unauthenticated,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }
}
