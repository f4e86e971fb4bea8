//! Why a document is not issued, and a range stays as it is.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, InvoiceId};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use crate::orders::OrderStatus;

/// Why an order is not invoiced.
#[derive(Debug, thiserror::Error)]
pub enum IssueInvoiceError {
    /// No such order.
    #[error("no such order")]
    OrderNotFound,
    /// It has its invoice.
    #[error("the order has the invoice {number}")]
    Exists {
        /// Which one.
        id: InvoiceId,
        /// Its number.
        number: String,
    },
    /// Nothing was sold, or not yet.
    #[error("an order that is {0} is not invoiced")]
    NotSold(OrderStatus),
    /// Nobody said who sells.
    #[error("an invoice names its seller: set invoices.seller first")]
    NoSeller,
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for IssueInvoiceError {
    fn code(&self) -> &'static str {
        match self {
            Self::OrderNotFound => "order_not_found",
            Self::Exists { .. } => "invoice_exists",
            Self::NotSold(_) => "order_not_invoiceable",
            Self::NoSeller => "invoice_seller_missing",
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::OrderNotFound => ErrorKind::NotFound,
            Self::Exists { .. } | Self::NotSold(_) | Self::NoSeller => ErrorKind::Conflict,
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Exists { id, .. } => BTreeMap::from([("invoice_id".to_owned(), vec![id.to_string()])]),
            _ => BTreeMap::new(),
        }
    }
}

/// Why a range is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceRangeError {
    /// There is none of this id.
    #[error("no such range")]
    NotFound,
    /// Somebody changed it since.
    #[error("the range was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Another range writes its numbers alike.
    #[error("another range has this prefix")]
    PrefixTaken,
    /// The channel has a range for such documents.
    #[error("the channel has a range for such documents; change that one")]
    ChannelTaken,
    /// Fields that are refused.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for InvoiceRangeError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "invoice_range_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::PrefixTaken => "invoice_prefix_taken",
            Self::ChannelTaken => "invoice_range_exists",
            Self::Input(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::PrefixTaken | Self::ChannelTaken => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        if let Self::Input(errors) = self { errors.details() } else { BTreeMap::new() }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            _ => None,
        }
    }
}
