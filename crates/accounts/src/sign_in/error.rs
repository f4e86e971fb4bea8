//! Why somebody does not get in, or what they ask for is not done.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

use crate::oauth::OAuthError;
use crate::one_time::SpendError;
use crate::passwords::PasswordsError;
use crate::roles::AssignRolesError;
use crate::sessions::{OpenSessionError, RefreshError, SessionError};
use crate::throttle::ThrottleError;
use crate::tokens::SignError;
use crate::two_factor::TwoFactorError;
use crate::users::{ChangeProfileError, TakenError};

/// Why somebody does not get in, or what they ask for is not done.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Fields that are refused.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// Address or username are somebody else's.
    #[error(transparent)]
    Taken(#[from] TakenError),
    /// No such account, not this password, or an account that is closed: nobody is told which.
    #[error("the credentials are wrong")]
    CredentialsInvalid,
    /// The password is right, and a code of the second factor is to come with it.
    #[error("a code of the second factor is needed")]
    CodeRequired,
    /// The password that was to be shown again is another.
    #[error("the current password is wrong")]
    PasswordWrong,
    /// There is an account with the address that a provider knows the person by, and nothing shows that both are the same person.
    #[error("there is an account with this e-mail address: sign in to it, or reset its password, and link the identity there")]
    IdentityUnlinked,
    /// The provider knows no address of the person, or did not see that its mail is read.
    #[error("the provider does not vouch for an e-mail address: verify it there, or register here")]
    EmailUnverified,
    /// There is nobody of this id, or nobody any more.
    #[error("no such user")]
    NotFound,
    /// Somebody changed the account since.
    #[error("the account was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// A link that opens nothing.
    #[error(transparent)]
    Link(#[from] SpendError),
    /// Too many tries.
    #[error(transparent)]
    Throttled(#[from] ThrottleError),
    /// Hashing.
    #[error(transparent)]
    Passwords(#[from] PasswordsError),
    /// Whoever comes by way of a provider.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// The session does not go on.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The session.
    #[error(transparent)]
    Session(#[from] OpenSessionError),
    /// No session that could be ended.
    #[error(transparent)]
    Ending(#[from] SessionError),
    /// The second factor.
    #[error(transparent)]
    TwoFactor(#[from] TwoFactorError),
    /// The last account that may do everything stays open.
    #[error(transparent)]
    Roles(#[from] AssignRolesError),
    /// The access token.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<ChangeProfileError> for SignInError {
    fn from(error: ChangeProfileError) -> Self {
        match error {
            ChangeProfileError::NotFound => Self::NotFound,
            ChangeProfileError::VersionConflict { current } => Self::VersionConflict { current },
            ChangeProfileError::Taken(error) => Self::Taken(error),
        }
    }
}

impl SignInError {
    /// The error of a lower slice, where it is one.
    fn below(&self) -> Option<&dyn DomainError> {
        match self {
            Self::Invalid(error) => Some(error),
            Self::Taken(error) => Some(error),
            Self::Link(error) => Some(error),
            Self::Throttled(error) => Some(error),
            Self::Passwords(error) => Some(error),
            Self::OAuth(error) => Some(error),
            Self::Refresh(error) => Some(error),
            Self::Session(error) => Some(error),
            Self::Ending(error) => Some(error),
            Self::TwoFactor(error) => Some(error),
            Self::Roles(error) => Some(error),
            Self::Sign(error) => Some(error),
            Self::Database(error) => Some(error),
            Self::CredentialsInvalid
            | Self::CodeRequired
            | Self::PasswordWrong
            | Self::IdentityUnlinked
            | Self::EmailUnverified
            | Self::NotFound
            | Self::VersionConflict { .. } => None,
        }
    }
}

impl DomainError for SignInError {
    fn code(&self) -> &'static str {
        match self {
            Self::CredentialsInvalid => "credentials_invalid",
            Self::CodeRequired => "two_factor_code_required",
            Self::PasswordWrong => "password_wrong",
            Self::IdentityUnlinked => "identity_unlinked",
            Self::EmailUnverified => "provider_email_unverified",
            Self::NotFound => "user_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Invalid(_)
            | Self::Taken(_)
            | Self::Link(_)
            | Self::Throttled(_)
            | Self::Passwords(_)
            | Self::OAuth(_)
            | Self::Refresh(_)
            | Self::Session(_)
            | Self::Ending(_)
            | Self::TwoFactor(_)
            | Self::Roles(_)
            | Self::Sign(_)
            | Self::Database(_) => self.below().map_or("internal", DomainError::code),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::CredentialsInvalid | Self::CodeRequired => ErrorKind::Unauthenticated,
            Self::PasswordWrong => ErrorKind::Rule,
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::IdentityUnlinked | Self::EmailUnverified => ErrorKind::Conflict,
            Self::Invalid(_)
            | Self::Taken(_)
            | Self::Link(_)
            | Self::Throttled(_)
            | Self::Passwords(_)
            | Self::OAuth(_)
            | Self::Refresh(_)
            | Self::Session(_)
            | Self::Ending(_)
            | Self::TwoFactor(_)
            | Self::Roles(_)
            | Self::Sign(_)
            | Self::Database(_) => self.below().map_or(ErrorKind::Internal, DomainError::kind),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        self.below().map(DomainError::details).unwrap_or_default()
    }

    fn retry_after_s(&self) -> Option<u32> {
        self.below().and_then(DomainError::retry_after_s)
    }

    fn context(&self) -> Option<String> {
        if let Self::VersionConflict { current } = self {
            return Some(serde_json::json!({ "current_version": current }).to_string());
        }
        self.below().and_then(DomainError::context)
    }
}
