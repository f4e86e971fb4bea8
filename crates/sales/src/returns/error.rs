//! Why nothing comes back.

use std::collections::BTreeMap;

use catalog::inventory::AdjustStockError;
use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use super::states::ReturnStatus;
use crate::refunds::RefundOrderError;

/// Why a return is not made, or stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    /// No such order.
    #[error("no such order")]
    OrderNotFound,
    /// No such return.
    #[error("no such return")]
    NotFound,
    /// Nothing of the order has left.
    #[error("nothing of this order has left: it can be called off instead")]
    NothingSent,
    /// Customers do not ask by themselves.
    #[error("returns are opened by staff only: ask the shop")]
    Disabled,
    /// It arrived too long ago.
    #[error("the time in which this can be sent back is over: ask the shop")]
    WindowOver,
    /// It stands where this cannot be done.
    #[error("a return that is {from} cannot become {to}")]
    Illegal {
        /// Where it stands.
        from: ReturnStatus,
        /// Where it should.
        to: ReturnStatus,
    },
    /// Somebody changed it since.
    #[error("the return was changed meanwhile; it is at version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Fields that are refused.
    #[error("the return does not fit the order")]
    Fields(#[from] FieldErrors),
    /// Stock.
    #[error(transparent)]
    Stock(#[from] AdjustStockError),
    /// The money.
    #[error(transparent)]
    Refund(#[from] RefundOrderError),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ReturnError {
    fn code(&self) -> &'static str {
        match self {
            Self::OrderNotFound => "order_not_found",
            Self::NotFound => "return_not_found",
            Self::NothingSent => "order_not_returnable",
            Self::Disabled => "returns_disabled",
            Self::WindowOver => "return_window_over",
            Self::Illegal { to, .. } => code_of_move(*to),
            Self::VersionConflict { .. } => "version_conflict",
            Self::Fields(error) => error.code(),
            Self::Stock(error) => error.code(),
            Self::Refund(error) => error.code(),
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::OrderNotFound | Self::NotFound => ErrorKind::NotFound,
            Self::NothingSent | Self::Disabled | Self::WindowOver | Self::Illegal { .. } | Self::VersionConflict { .. } => {
                ErrorKind::Conflict
            }
            Self::Fields(error) => error.kind(),
            Self::Stock(error) => error.kind(),
            Self::Refund(error) => error.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Fields(error) => error.details(),
            Self::Stock(error) => error.details(),
            Self::Refund(error) => error.details(),
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

/// What is told of a move that does not exist.
const fn code_of_move(to: ReturnStatus) -> &'static str {
    match to {
        ReturnStatus::Approved => "return_not_approvable",
        ReturnStatus::PartReceived | ReturnStatus::Received => "return_not_receivable",
        ReturnStatus::Refunded => "return_not_refundable",
        ReturnStatus::Closed => "return_not_closable",
        ReturnStatus::Rejected => "return_not_rejectable",
        ReturnStatus::Cancelled | ReturnStatus::Requested => "return_not_cancellable",
    }
}
