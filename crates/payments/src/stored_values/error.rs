//! Why nothing happens to a gift card or credit.

use std::collections::BTreeMap;

use accounts::throttle::ThrottleError;
use kernel::{DomainError, ErrorKind, FieldErrors, Money};
use platform::SecretsError;
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

/// Why nothing happens to a gift card or credit.
#[derive(Debug, thiserror::Error)]
pub enum StoredValueError {
    /// There is none.
    #[error("no such gift card or credit")]
    NotFound,
    /// No such customer.
    #[error("no such customer")]
    NoCustomer,
    /// Somebody changed it since.
    #[error("it was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// There is a card of this code.
    #[error("there is a gift card with this code")]
    CodeTaken,
    /// Somebody else thought of the code.
    #[error("this code was given, not made here: only its digest is kept")]
    CodeUnknown,
    /// No gift card has this code.
    #[error("no gift card has this code")]
    UnknownCode,
    /// Too many codes that were none.
    #[error(transparent)]
    Guessing(#[from] ThrottleError),
    /// Less is on it than is to go.
    #[error("only {0} is on it")]
    TooLittle(Money),
    /// It is switched off, over, or there is less on it.
    #[error("it cannot pay this")]
    CannotPay,
    /// In another currency.
    #[error("it is in another currency")]
    CurrencyMismatch,
    /// What is asked for is none.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for StoredValueError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "stored_value_not_found",
            Self::NoCustomer => "user_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::CodeTaken => "gift_card_code_taken",
            Self::CodeUnknown => "gift_card_code_unknown",
            Self::UnknownCode => "gift_card_unknown",
            Self::Guessing(error) => error.code(),
            Self::TooLittle(_) => "stored_value_too_little",
            Self::CannotPay => "stored_value_spent",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::Input(errors) => errors.code(),
            Self::Idempotency(error) => error.code(),
            Self::Secrets(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::NoCustomer => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::CodeTaken | Self::CodeUnknown | Self::TooLittle(_) | Self::CannotPay => {
                ErrorKind::Conflict
            }
            Self::CurrencyMismatch | Self::UnknownCode => ErrorKind::Rule,
            Self::Guessing(error) => error.kind(),
            Self::Input(errors) => errors.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Secrets(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            _ => None,
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::UnknownCode => FieldErrors::of("code", self).into_map(),
            Self::CurrencyMismatch => FieldErrors::of("amount", self).into_map(),
            _ => BTreeMap::new(),
        }
    }

    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Guessing(error) => error.retry_after_s(),
            _ => None,
        }
    }
}
