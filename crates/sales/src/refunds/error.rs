//! Why money does not go back.

use std::collections::BTreeMap;

use ::payments::refunds::RefundError;
use ::payments::stored_values::StoredValueError;
use catalog::inventory::AdjustStockError;
use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

/// Why money does not go back.
#[derive(Debug, thiserror::Error)]
pub enum RefundOrderError {
    /// No such order.
    #[error("no such order")]
    OrderNotFound,
    /// No such payment.
    #[error("no such payment")]
    PaymentNotFound,
    /// Its pieces are still to be paid for.
    #[error("an order that is pending has not sold its lines yet: name an amount without lines")]
    NotSoldYet,
    /// Fields that are refused.
    #[error("the refund does not fit the order")]
    Fields(#[from] FieldErrors),
    /// The money.
    #[error(transparent)]
    Money(#[from] RefundError),
    /// Stock.
    #[error(transparent)]
    Stock(#[from] AdjustStockError),
    /// The gift card that takes the money.
    #[error(transparent)]
    Stored(#[from] StoredValueError),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RefundOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::OrderNotFound => "order_not_found",
            Self::PaymentNotFound => "payment_not_found",
            Self::NotSoldYet => "order_not_confirmed",
            Self::Fields(error) => error.code(),
            Self::Money(error) => error.code(),
            Self::Stock(error) => error.code(),
            Self::Stored(error) => error.code(),
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::OrderNotFound | Self::PaymentNotFound => ErrorKind::NotFound,
            Self::NotSoldYet => ErrorKind::Conflict,
            Self::Fields(error) => error.kind(),
            Self::Money(error) => error.kind(),
            Self::Stock(error) => error.kind(),
            Self::Stored(error) => error.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Fields(error) => error.details(),
            Self::Money(error) => error.details(),
            Self::Stock(error) => error.details(),
            _ => BTreeMap::new(),
        }
    }
}
