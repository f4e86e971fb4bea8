//! Why nobody comes in by way of somebody else.

use kernel::{DomainError, ErrorKind};
use platform::SecretsError;
use platform::db::DatabaseError;

/// Why nobody comes in by way of somebody else.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// No such provider is configured.
    #[error("no such provider")]
    ProviderNotFound,
    /// People are led to pages of this shop and to places that are configured, nowhere else.
    #[error("return_to is neither a page of this shop nor a place that it knows")]
    ReturnToRefused,
    /// Whoever comes back did not leave from here, or comes back a second time, or too late.
    #[error("this way in was not begun in this browser, or is over; begin again")]
    StateInvalid,
    /// The provider did not let the person through, or does not take its own code.
    #[error("the provider refused: {0}")]
    ProviderRefused(String),
    /// What the provider says does not hold.
    #[error("the provider's answer is not valid: {0}")]
    AnswerInvalid(&'static str),
    /// The provider does not answer.
    #[error("the provider cannot be reached: {0}")]
    Unavailable(String),
    /// The code of the last step is unknown, spent, too old, or somebody else's.
    #[error("the code is not valid any more; begin again")]
    CodeInvalid,
    /// The identity is another account's.
    #[error("this identity belongs to another account")]
    IdentityTaken,
    /// There is no such identity, or it is another's.
    #[error("no such identity")]
    IdentityNotFound,
    /// Without it there would be no way in.
    #[error("this is the only way to sign in; set a password first")]
    LastWayIn,
    /// The master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for OAuthError {
    fn code(&self) -> &'static str {
        match self {
            Self::ProviderNotFound => "provider_not_found",
            Self::ReturnToRefused => "return_to_refused",
            Self::StateInvalid => "oauth_state_invalid",
            Self::ProviderRefused(_) => "provider_refused",
            Self::AnswerInvalid(_) => "provider_answer_invalid",
            Self::Unavailable(_) => "provider_unavailable",
            Self::CodeInvalid => "oauth_code_invalid",
            Self::IdentityTaken => "identity_taken",
            Self::IdentityNotFound => "identity_not_found",
            Self::LastWayIn => "identity_needed",
            Self::Secrets(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::ProviderNotFound | Self::IdentityNotFound => ErrorKind::NotFound,
            Self::ReturnToRefused | Self::StateInvalid | Self::ProviderRefused(_) | Self::AnswerInvalid(_) | Self::CodeInvalid => {
                ErrorKind::Rule
            }
            Self::IdentityTaken | Self::LastWayIn => ErrorKind::Conflict,
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Secrets(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }
}
