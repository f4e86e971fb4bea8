//! Why nothing is shipped.

use std::collections::BTreeMap;

use catalog::inventory::ConsumeError;
use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use crate::orders::OrderStatus;

/// Why a parcel is not written down.
#[derive(Debug, thiserror::Error)]
pub enum FulfilError {
    /// No such order.
    #[error("no such order")]
    NotFound,
    /// No such parcel of this order.
    #[error("no such fulfilment of this order")]
    FulfilmentNotFound,
    /// Not confirmed, or over.
    #[error("an order that is {0} cannot be fulfilled")]
    NotFulfillable(OrderStatus),
    /// Every line has left already.
    #[error("nothing is left to fulfil")]
    NothingOpen,
    /// Somebody changed the parcel since.
    #[error("the fulfilment was changed meanwhile; it is at version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Fields that are refused.
    #[error("the parcel does not fit the order")]
    Fields(#[from] FieldErrors),
    /// Stock.
    #[error(transparent)]
    Stock(#[from] ConsumeError),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for FulfilError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order_not_found",
            Self::FulfilmentNotFound => "fulfilment_not_found",
            Self::NotFulfillable(_) => "order_not_fulfillable",
            Self::NothingOpen => "nothing_to_fulfil",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Fields(error) => error.code(),
            Self::Stock(error) => error.code(),
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::FulfilmentNotFound => ErrorKind::NotFound,
            Self::NotFulfillable(_) | Self::NothingOpen | Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Fields(error) => error.kind(),
            Self::Stock(error) => error.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Fields(error) => error.details(),
            _ => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(format!(r#"{{"current_version":{current}}}"#)),
            _ => None,
        }
    }
}
