//! Why a list is not taken in.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;
use platform::idempotency::IdempotencyError;

use crate::import::TableError;

/// Why a list is not taken in, read or called off.
#[derive(Debug, thiserror::Error)]
pub enum StockImportError {
    /// No such import, or it was kept long enough.
    #[error("no such import of stock; imports are kept for thirty days")]
    NotFound,
    /// It is done, or was called off.
    #[error("the import of stock is over")]
    Over,
    /// It is no list of figures.
    #[error("rows: {0}")]
    Table(#[from] TableError),
    /// Nothing in it, or too much.
    #[error(transparent)]
    Size(#[from] FieldErrors),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for StockImportError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "stock_import_not_found",
            Self::Over => "stock_import_over",
            Self::Table(_) => "validation_failed",
            Self::Size(errors) => errors.code(),
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Over => ErrorKind::Conflict,
            Self::Table(_) => ErrorKind::Rule,
            Self::Size(errors) => errors.kind(),
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Table(error) => BTreeMap::from([("rows".to_owned(), vec![error.to_string()])]),
            Self::Size(errors) => errors.details(),
            Self::NotFound | Self::Over | Self::Idempotency(_) | Self::Database(_) => BTreeMap::new(),
        }
    }
}
