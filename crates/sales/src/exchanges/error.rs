//! Why goods are not exchanged.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use crate::carts::CartError;
use crate::checkout::PlaceOrderError;
use crate::pricing::RepriceError;
use crate::refunds::RefundOrderError;
use crate::returns::ReturnError;

/// Why goods are not exchanged.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// Fields that are refused.
    #[error("the exchange does not fit")]
    Fields(#[from] FieldErrors),
    /// What is given.
    #[error(transparent)]
    Return(#[from] ReturnError),
    /// Its worth.
    #[error(transparent)]
    Refund(#[from] RefundOrderError),
    /// What is had instead.
    #[error(transparent)]
    Place(#[from] PlaceOrderError),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<CartError> for ExchangeError {
    fn from(error: CartError) -> Self {
        Self::Place(error.into())
    }
}

impl From<RepriceError> for ExchangeError {
    fn from(error: RepriceError) -> Self {
        Self::Place(error.into())
    }
}

impl DomainError for ExchangeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(error) => error.code(),
            Self::Return(error) => error.code(),
            Self::Refund(error) => error.code(),
            Self::Place(error) => error.code(),
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Fields(error) => error.kind(),
            Self::Return(error) => error.kind(),
            Self::Refund(error) => error.kind(),
            Self::Place(error) => error.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Fields(error) => error.details(),
            Self::Return(error) => error.details(),
            Self::Refund(error) => error.details(),
            Self::Place(error) => error.details(),
            Self::Idempotency(_) | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::Return(error) => error.context(),
            Self::Place(error) => error.context(),
            _ => None,
        }
    }
}
