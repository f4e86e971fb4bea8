//! Why many prices are not changed.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use super::progress::PriceChangeState;

/// Why a change of many prices is not made, or does not go on as is asked for.
#[derive(Debug, thiserror::Error)]
pub enum PriceChangeError {
    /// No such change, or it was kept long enough.
    #[error("no such change of prices; they are kept for thirty days")]
    NotFound,
    /// It stands where this cannot be.
    #[error("the change of prices is {0}")]
    NotPossible(PriceChangeState),
    /// Nothing of it was written, or all of it was written back.
    #[error("nothing of this change is left to be undone")]
    NothingToUndo,
    /// Another one writes prices of the same list.
    #[error("another change of prices of this price list is being applied or undone; wait for it, or cancel it")]
    Busy,
    /// What came from outside cannot be.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for PriceChangeError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "price_change_not_found",
            Self::NotPossible(_) => "price_change_not_possible",
            Self::NothingToUndo => "price_change_nothing_to_undo",
            Self::Busy => "price_list_busy",
            Self::Invalid(errors) => errors.code(),
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotPossible(_) | Self::NothingToUndo | Self::Busy => ErrorKind::Conflict,
            Self::Invalid(errors) => errors.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Invalid(errors) => errors.details(),
            _ => BTreeMap::new(),
        }
    }
}
