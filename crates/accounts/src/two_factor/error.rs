//! Why nothing becomes of a second factor.

use kernel::{DomainError, ErrorKind};
use platform::SecretsError;
use platform::db::DatabaseError;

use crate::sessions::SessionError;

/// Why a second factor is not begun, proven, renewed or given up.
#[derive(Debug, thiserror::Error)]
pub enum TwoFactorError {
    /// It is on already; it has to be turned off first.
    #[error("two-factor login is on already")]
    AlreadyOn,
    /// There is none to prove or to give up.
    #[error("two-factor login is not set up")]
    NotSetUp,
    /// Wrong, too old, or taken before.
    #[error("the code is wrong or was used before")]
    CodeInvalid,
    /// The account's name cannot stand in an authenticator's address.
    #[error("no address for an authenticator can be made: {0}")]
    Address(String),
    /// The master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The session in which it was shown is over.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for TwoFactorError {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyOn => "two_factor_already_on",
            Self::NotSetUp => "two_factor_not_set_up",
            Self::CodeInvalid => "two_factor_code_invalid",
            Self::Address(_) | Self::Secrets(_) => "internal",
            Self::Session(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::AlreadyOn | Self::NotSetUp => ErrorKind::Conflict,
            Self::CodeInvalid => ErrorKind::Rule,
            Self::Address(_) | Self::Secrets(_) => ErrorKind::Internal,
            Self::Session(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }
}
