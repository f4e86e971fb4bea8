//! Why an order is not paid.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use crate::orders::OrderStatus;
use crate::settlement::SettleError;

/// Why no payment is opened for an order.
#[derive(Debug, thiserror::Error)]
pub enum PayOrderError {
    /// No such order.
    #[error("no such order")]
    NotFound,
    /// It is cancelled or expired.
    #[error("an order that is {0} takes no payment")]
    NotPayable(OrderStatus),
    /// It has waited as long as it may.
    #[error("the time to pay this order is up")]
    TimeIsUp,
    /// It is paid, or its money is held.
    #[error("nothing is due on this order")]
    NothingDue,
    /// A provider was asked for money and has not answered clearly.
    #[error("a payment of this order is under way; wait for the provider's answer")]
    Busy,
    /// Too many tries.
    #[error("an order takes at most {0} payments; the shop has to help with this one")]
    TooMany(i64),
    /// A payment method that the shop does not offer.
    #[error("this payment method is not offered")]
    PaymentMethod,
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The payment.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for PayOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order_not_found",
            Self::NotPayable(_) | Self::TimeIsUp | Self::NothingDue => "order_not_payable",
            Self::Busy => "payment_busy",
            Self::TooMany(_) => "too_many_payments",
            Self::PaymentMethod => "payment_method_unavailable",
            Self::Idempotency(error) => error.code(),
            Self::Settle(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotPayable(_) | Self::TimeIsUp | Self::NothingDue | Self::Busy | Self::TooMany(_) => ErrorKind::Conflict,
            Self::PaymentMethod => ErrorKind::Rule,
            Self::Idempotency(error) => error.kind(),
            Self::Settle(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::PaymentMethod => FieldErrors::of("payment_method", self).into_map(),
            _ => BTreeMap::new(),
        }
    }
}
